// The query as text: adding and removing a term, in the forms that the server knows.

const WORD = /^\w[\w-]*$/;
const SEARCHABLE_PATH = /^[\w@-]+(\.[\w@-]+)*$/;

/** `json.a.b:value`, quoted where it must be; null where no known form can say it. */
export function term(field, value) {
  const text = String(value);
  const path = field.startsWith("json.") ? field.slice(5) : null;
  if ((path === null && field !== "tag") || (path !== null && !SEARCHABLE_PATH.test(path))) return null;
  if (WORD.test(text)) return `${field}:${text}`;
  return text === "" || /["\\\n]/.test(text) || text.length > 500 ? null : `${field}:"${text}"`;
}

/** Tell whether the term is one of those that the query joins by AND. */
export const has = (terms, one) => split(terms).includes(one);

export function add(terms, one) {
  if (terms.trim() === "*" || terms.trim() === "") return one;
  return /\bOR\b/.test(outside(terms)) ? `(${terms}) AND ${one}` : `${terms} AND ${one}`;
}

export const remove = (terms, one) =>
  split(terms)
    .filter((other) => other !== one)
    .join(" AND ") || "*";

/** What stands outside quotes and parentheses. */
function outside(terms) {
  let text = terms.replace(/"[^"]*"/g, '""');
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, "");
  }
  return text;
}

function split(terms) {
  const parts = terms.match(/"[^"]*"|[()]|\s+AND\s+|(?:(?!\s+AND\s+)[^"()])+/g) ?? [];
  const found = [""];
  let depth = 0;
  for (const part of parts) {
    depth += (part === "(") - (part === ")");
    if (depth === 0 && /^\s+AND\s+$/.test(part)) found.push("");
    else found[found.length - 1] += part;
  }
  return found.map((one) => one.trim());
}

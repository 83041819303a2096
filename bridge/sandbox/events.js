// The table: a row an event, unfolding into its fields. Rows are one Tab stop; arrows move between them.

import { make, moment, named } from "/search/dom.js";
import { term } from "/search/terms.js";

const OUTCOMES = { allowed: "allowed", not_found: "failed", conflict: "failed", invalid: "failed", error: "failed" };
const COLUMNS = 7;
// What is unfolded at once: more would bury the fields that one looks for.
const OPEN_DEPTH = 2;
const OPEN_ENTRIES = 24;

const table = document.getElementById("events");
const body = table.tBodies[0];
let onTerm = () => {};

export function wire(filter) {
  onTerm = filter;
  body.addEventListener("keydown", keydown);
}

export function show(events) {
  const focused = body.contains(document.activeElement);
  body.replaceChildren(...events.map(row));
  body.querySelector("tr.event")?.setAttribute("tabindex", 0);
  table.hidden = events.length === 0;
  if (focused) focusFirst();
}

/** Tell whether somebody is at work here, whom a refresh would disturb. */
export const busy = () => body.contains(document.activeElement) || body.querySelector('[aria-expanded="true"]') !== null;

export const focusFirst = () => body.querySelector("tr.event")?.focus();

export const outcome = (verdict) => (String(verdict).startsWith("denied") ? "denied" : (OUTCOMES[verdict] ?? "other"));

function row(event) {
  const seen = summary(event);
  const { date, time } = moment(event.timestamp);
  const cells = [
    make("td", { class: "c-fold", role: "gridcell" }, make("span", { class: "fold", "aria-hidden": "true" })),
    make("td", { class: "c-time", role: "gridcell" }, make("span", { class: "date" }, date), " ", make("time", {}, time)),
  ];
  if (seen.text !== undefined) {
    cells.push(make("td", { class: "c-text", role: "gridcell", colspan: COLUMNS - 2, title: seen.text.slice(0, 400) }, seen.text.slice(0, 400)));
  } else {
    cells.push(
      make("td", { class: "c-verdict", role: "gridcell" }, seen.verdict === "" ? null : make("span", { class: `pill ${outcome(seen.verdict)}` }, seen.verdict)),
      ...["actor", "action", "target", "source"].map((name) => cell(name, seen[name])),
    );
  }
  const element = make(
    "tr",
    { class: "event", role: "row", "aria-level": 1, "aria-expanded": "false", tabindex: -1, "data-id": event.id },
    ...cells,
  );
  element.addEventListener("click", () => toggle(element, event));
  element.unfold = () => toggle(element, event);
  return element;
}

const cell = (name, text) => make("td", { class: `c-${name}`, role: "gridcell", title: text }, name === "actor" ? named(text) : text);

/** What a row says: from the bridge's `audit` object, or from the native fields where that is missing. */
function summary(event) {
  const json = event.event.json;
  if (json === undefined || (json.message !== undefined && json.verb === undefined)) return { text: String(json?.message ?? event.raw) };
  const audit = object(json.audit);
  const ref = object(json.objectRef);
  const named = [ref.apiGroup, ref.resource, ref.subresource, ref.namespace, ref.name].filter(Boolean).join("/");
  const seen = {
    verdict: audit.verdict ?? object(json.responseStatus).code ?? "",
    actor: audit.actor ?? object(json.user).username ?? "",
    action: audit.action ?? json.verb ?? "",
    target: audit.target ?? (named || (json.requestURI ?? "")),
    source: audit.sourceIP ?? [json.sourceIPs ?? ""].flat().at(-1) ?? "",
  };
  return Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, String(value)]));
}

const object = (value) => (value !== null && typeof value === "object" ? value : {});

function toggle(element, event) {
  const open = element.getAttribute("aria-expanded") !== "true";
  element.setAttribute("aria-expanded", open);
  if (open) element.after(make("tr", { class: "detail", role: "row", "aria-level": 2 }, make("td", { colspan: COLUMNS, role: "gridcell" }, detail(event))));
  else element.nextElementSibling.remove();
}

function detail(event) {
  const { audit, ...json } = event.event.json ?? {};
  const document_ = audit === undefined ? json : { audit, ...json };
  return make(
    "div",
    { class: "fields" },
    links(event),
    Object.keys(document_).length === 0 ? null : tree(document_, [], 0),
    make("details", { class: "raw" }, make("summary", {}, "Raw text"), make("pre", {}, event.raw)),
  );
}

function links(event) {
  const line = make("p", { class: "links" });
  const same = term("json.auditID", event.event.json?.auditID ?? "");
  if (same !== null) line.append(make("a", { href: `#${new URLSearchParams({ terms: same, from: "-10y", until: "now" })}` }, "This request only"));
  line.append(...event.tags.map((tag) => filter("tag", tag, `tag:${tag}`, "tag")));
  line.append(make("span", { class: "id" }, `event ${event.id}`));
  return line;
}

function tree(node, path, depth) {
  const entries = Array.isArray(node) ? node.map((value) => [null, value]) : Object.entries(node);
  return make("ul", { class: Array.isArray(node) ? "array" : "object" }, ...entries.map(([key, value]) => entry(key, value, path, depth)));
}

function entry(key, value, path, depth) {
  const here = key === null ? path : [...path, key];
  const name = key === null ? make("span", { class: "key dash", "aria-hidden": "true" }, "–") : make("span", { class: "key" }, key);
  if (value === null || typeof value !== "object") return make("li", { class: "scalar" }, name, scalar(value, here));
  const size = Object.keys(value).length;
  if (size === 0) return make("li", { class: "scalar" }, name, make("span", { class: "empty-value" }, Array.isArray(value) ? "[ ]" : "{ }"));
  const noun = Array.isArray(value) ? "element" : "field";
  const folded = make("details", {}, make("summary", {}, name, make("span", { class: "size" }, `${size} ${noun}${size === 1 ? "" : "s"}`)));
  const unfold = () => folded.childElementCount === 1 && folded.append(tree(value, here, depth + 1));
  folded.addEventListener("toggle", unfold); // built when it is looked at: bodies may be large
  if (depth < OPEN_DEPTH && size <= OPEN_ENTRIES && !["requestObject", "responseObject"].includes(key)) {
    folded.open = true;
    unfold();
  }
  return make("li", { class: "node" }, folded);
}

function scalar(value, path) {
  const kind = value === null ? "null" : typeof value;
  const text = String(value);
  const look = path.join(".") === "audit.verdict" ? `value pill ${outcome(text)}` : `value ${kind}`;
  const usable = value === null || path.some((key) => key.includes(".")) ? null : term(`json.${path.join(".")}`, text);
  return usable === null ? make("span", { class: look }, text) : filter(`json.${path.join(".")}`, value, text, look);
}

function filter(field, value, text, look) {
  const wanted = term(field, value);
  if (wanted === null) return make("span", { class: look }, text);
  return make("button", { type: "button", class: look, title: `Search for ${wanted}`, onclick: () => onTerm(wanted) }, text);
}

function keydown(event) {
  const element = event.target.closest("tr.event");
  if (event.key === "Escape") return leave(event);
  if (element !== event.target) return undefined; // a button or a fold inside the fields has its own keys
  const open = element.getAttribute("aria-expanded") === "true";
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  if (event.key in steps) move(element, steps[event.key]);
  else if (event.key === "Enter" || event.key === " ") element.unfold();
  else if ((event.key === "ArrowRight" && !open) || (event.key === "ArrowLeft" && open)) element.unfold();
  else return undefined;
  event.preventDefault();
  return undefined;
}

function move(from, by) {
  const rows = [...body.querySelectorAll("tr.event")];
  const to = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(from) + by))];
  from.setAttribute("tabindex", -1);
  to.setAttribute("tabindex", 0);
  to.focus();
}

/** Escape: from the fields to their row, from an unfolded row to a folded one, from there to the query. */
function leave(event) {
  event.preventDefault();
  event.stopPropagation();
  const inside = event.target.closest("tr.detail");
  if (inside) inside.previousElementSibling.focus();
  else if (event.target.getAttribute("aria-expanded") === "true") event.target.unfold();
  else document.getElementById("terms").focus();
}

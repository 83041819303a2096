// The search page: the address's #terms, from and until decide what is shown, so that every view is a link.

import * as chart from "/search/chart.js";
import { count, make, named, plural } from "/search/dom.js";
import * as events from "/search/events.js";
import { add, has, remove, term } from "/search/terms.js";

const ROWS = 200;
const MOST_ROWS = 1000;
const POLL_MS = 2000;
const SLOW_MS = 1000; // a search that takes longer is not repeated unasked

const by = (id) => document.getElementById(id);
const input = by("terms");
const range = by("range");
let rows = ROWS;
let running = 0;
let held = null; // events held when the shown search ran
let took = 0;

/** The search that the address names; `?q=` is the short form that a person types. */
function wanted() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const short = new URLSearchParams(location.search);
  const read = (name, other) => hash.get(name) || short.get(other) || "";
  return { terms: read("terms", "q") || "*", from: read("from", "from") || "-10y", until: read("until", "until") || "now" };
}

function go(changes) {
  const next = new URLSearchParams({ ...wanted(), ...changes, source_group: "" });
  rows = ROWS;
  if (location.hash.slice(1) === String(next)) search();
  else location.hash = next;
}

async function search() {
  const { terms, from, until } = wanted();
  const mine = ++running;
  const started = performance.now();
  document.body.classList.add("searching");
  const answer = await ask(`/_sandbox/search?${new URLSearchParams({ q: terms, from, until, size: rows })}`);
  if (mine !== running) return; // a newer search is under way
  document.body.classList.remove("searching");
  took = performance.now() - started;
  showError(answer, terms);
  if (!answer.error) showFound(answer, terms);
}

async function ask(url) {
  try {
    const answer = await fetch(url);
    return await answer.json();
  } catch {
    return { error: "the sandbox does not answer - is it still running?" };
  }
}

function showError(answer, terms) {
  const box = by("error");
  box.hidden = !answer.error;
  input.setAttribute("aria-invalid", Boolean(answer.error));
  document.body.classList.toggle("failed-search", Boolean(answer.error));
  box.replaceChildren();
  if (!answer.error) return;
  box.append(make("p", {}, answer.error));
  if (answer.at !== undefined && answer.at < terms.length) box.append(pointer(terms, answer.at));
}

function pointer(terms, at) {
  const wrong = terms.slice(at).match(/^\S+|^./)[0];
  const mark = make("mark", {}, wrong);
  return make("code", { "aria-hidden": "true" }, terms.slice(0, at), mark, terms.slice(at + wrong.length));
}

function showFound(answer, terms) {
  held = answer.held;
  showHeld(held);
  chart.show(answer.histogram);
  events.show(answer.events);
  showFacets(answer.facets, terms);
  showEmpty(answer);
  by("newer").hidden = true;
  const more = by("more");
  more.hidden = answer.events.length === answer.total || rows >= MOST_ROWS;
  more.textContent = `Show more (${count(answer.events.length)} of ${count(answer.total)})`;
  by("found").textContent = plural(answer.total, "event");
}

function showHeld(number) {
  by("held").textContent = `${plural(number, "event")} held`;
}

function showEmpty(answer) {
  const empty = by("empty");
  empty.hidden = answer.total > 0;
  const hint = answer.held === 0 ? "Nothing has been uploaded yet. This page shows events as they arrive." : "Nothing matches. Try fewer terms, or All time.";
  empty.replaceChildren(make("p", {}, hint));
}

function showFacets(facets, terms) {
  const focused = document.activeElement.dataset.term;
  by("facets").replaceChildren(...facets.map((facet) => facetCard(facet, terms)));
  if (focused) [...by("facets").querySelectorAll("button")].find((button) => button.dataset.term === focused)?.focus();
}

function facetCard({ field, distinct, values }, terms) {
  const highest = values[0][1];
  return make(
    "section",
    { class: "facet", "aria-label": field },
    make("h3", {}, field.replace("json.audit.", ""), make("small", {}, distinct > values.length ? `top ${values.length} of ${count(distinct)}` : "")),
    make("ul", {}, ...values.map(([value, number]) => make("li", {}, facetButton(field, value, number, highest, terms)))),
  );
}

function facetButton(field, value, number, highest, terms) {
  const one = term(field, value);
  const pressed = one !== null && has(terms, one);
  const button = make(
    "button",
    { type: "button", "aria-pressed": String(pressed), "data-term": one, disabled: one === null, title: one ?? "no known query form can say this value" },
    make("span", { class: field.endsWith("verdict") ? `dot ${events.outcome(value)}` : "", "aria-hidden": "true" }),
    named(value),
    make("span", { class: "number" }, count(number)),
  );
  button.style.setProperty("--share", number / highest);
  button.addEventListener("click", () => go({ terms: pressed ? remove(terms, one) : add(terms, one) }));
  return button;
}

function fromAddress() {
  const { terms, from, until } = wanted();
  input.value = terms;
  const preset = [...range.options].find((option) => option.value === from && until === "now");
  const custom = range.querySelector('[value="custom"]');
  custom.hidden = Boolean(preset);
  custom.textContent = preset ? "" : `${shorten(from)} to ${shorten(until)}`;
  range.value = preset ? preset.value : "custom";
  document.title = `${terms} · Loggly sandbox`;
  search();
}

const shorten = (bound) => bound.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, "");

/** Look every two seconds whether there is more; show it, unless somebody is reading the rows. */
async function poll() {
  if (!document.hidden) {
    const answer = await ask("/_sandbox/count");
    if (!answer.error && answer.held !== held) {
      showHeld(answer.held);
      if (held === null) held = answer.held;
      else if (answer.held < held || (!events.busy() && took < SLOW_MS)) await search();
      else offer(answer.held - held);
    }
  }
  setTimeout(poll, POLL_MS);
}

function offer(number) {
  const button = by("newer");
  button.hidden = false;
  button.textContent = `${plural(number, "event")} arrived since: search again`;
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "ArrowDown" && event.target === input) {
      event.preventDefault();
      events.focusFirst();
    }
  });
}

function wire() {
  by("search").addEventListener("submit", (event) => {
    event.preventDefault();
    go({ terms: input.value.trim() || "*" });
  });
  range.addEventListener("change", () => go({ terms: input.value.trim() || "*", from: range.value, until: "now" }));
  by("forms").addEventListener("click", (event) => event.target.matches("button") && go({ terms: event.target.textContent }));
  by("newer").addEventListener("click", search);
  by("more").addEventListener("click", () => {
    rows = Math.min(MOST_ROWS, rows + ROWS);
    search();
  });
  window.addEventListener("hashchange", fromAddress);
  chart.wire((from, until) => go({ from, until }));
  events.wire((one) => go({ terms: has(wanted().terms, one) ? wanted().terms : add(wanted().terms, one) }));
  wireKeys();
}

wire();
fromAddress();
poll();

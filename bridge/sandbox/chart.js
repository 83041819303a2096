// The histogram: stacked bars. One Tab stop; arrows move, Enter zooms in; the pointer may drag over several bars.

import { count, draw, make, moment, plural } from "/search/dom.js";

const OUTCOMES = ["allowed", "failed", "denied", "other"];
const HEIGHT = 96;
const GAP = 0.18; // of a bar's width

const svg = document.getElementById("chart");
const text = document.getElementById("bar-text");
let shown = { from: 0, step: 1, bars: [] };
let current = 0;
let dragged = null;
let onZoom = () => {};

export function wire(zoom) {
  onZoom = zoom;
  svg.addEventListener("keydown", keydown);
  svg.addEventListener("pointerleave", () => describe(null));
  window.addEventListener("pointerup", endDrag);
}

export function show(histogram) {
  const focused = svg.contains(document.activeElement);
  shown = histogram;
  current = Math.min(current, Math.max(0, shown.bars.length - 1));
  const totals = shown.bars.map((bar) => OUTCOMES.reduce((sum, name) => sum + (bar[name] ?? 0), 0));
  const highest = Math.max(1, ...totals);
  svg.setAttribute("viewBox", `0 0 ${Math.max(1, shown.bars.length)} ${HEIGHT}`);
  svg.replaceChildren(...shown.bars.map((bar, index) => column(bar, index, highest)));
  if (focused) svg.children[current]?.focus();
  axis(highest);
  legend();
}

function column(bar, index, highest) {
  const parts = [draw("rect", { class: "back", x: index, y: 0, width: 1, height: HEIGHT })];
  let top = HEIGHT;
  for (const name of OUTCOMES.filter((name) => bar[name])) {
    const height = Math.max(1.5, (bar[name] / highest) * (HEIGHT - 4));
    top -= height;
    parts.push(draw("rect", { class: name, x: index + GAP / 2, y: top, width: 1 - GAP, height }));
  }
  return draw(
    "g",
    {
      role: "button",
      tabindex: index === current ? 0 : -1,
      "aria-label": `${label(index)}. Zoom in.`,
      onfocus: () => describe(index),
      onblur: () => describe(null),
      onpointerenter: () => hover(index),
      onpointerdown: (event) => startDrag(event, index),
    },
    ...parts,
  );
}

const start = (index) => shown.from + index * shown.step;

function label(index) {
  const bar = shown.bars[index];
  const total = OUTCOMES.reduce((sum, name) => sum + (bar[name] ?? 0), 0);
  const parts = OUTCOMES.filter((name) => bar[name] && bar[name] !== total).map((name) => `${count(bar[name])} ${name}`);
  return `${clock(start(index))} – ${clock(start(index + 1))}: ${[plural(total, "event"), ...parts].join(", ")}`;
}

function clock(ms) {
  const { date, time } = moment(ms);
  if (shown.step >= 86400000) return date;
  const shortened = shown.step >= 60000 ? time.slice(0, 5) : shown.step >= 1000 ? time.slice(0, 8) : time;
  return sameDay() ? shortened : `${date} ${shortened}`;
}

const sameDay = () => moment(start(0)).date === moment(start(shown.bars.length)).date;

function describe(index) {
  text.textContent = index === null || !shown.bars[index] ? "" : label(index);
}

function axis(highest) {
  const axis = document.getElementById("axis");
  const last = shown.bars.length;
  const ticks = last === 0 ? [] : last < 4 ? [0, last] : [0, Math.round(last / 4), Math.round(last / 2), Math.round((3 * last) / 4), last];
  axis.replaceChildren(...ticks.map((index) => make("span", {}, clock(start(index)))));
  svg.parentElement.classList.toggle("bare", last === 0);
  svg.parentElement.dataset.highest = last === 0 ? "" : count(highest);
}

function legend() {
  const sums = OUTCOMES.map((name) => [name, shown.bars.reduce((sum, bar) => sum + (bar[name] ?? 0), 0)]);
  const entries = sums.filter(([, sum]) => sum).map(([name, sum]) => make("li", { class: name }, `${count(sum)} ${name}`));
  document.getElementById("legend").replaceChildren(...entries);
}

function keydown(event) {
  const last = shown.bars.length - 1;
  const to = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
  if (to !== undefined && to >= 0 && to <= last) {
    event.preventDefault();
    svg.children[current].setAttribute("tabindex", -1);
    current = to;
    svg.children[current].setAttribute("tabindex", 0);
    svg.children[current].focus();
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    zoom(current, current);
  }
}

function startDrag(event, index) {
  event.preventDefault();
  dragged = [index, index];
  mark();
}

function hover(index) {
  describe(index);
  if (dragged) {
    dragged[1] = index;
    mark();
  }
}

function endDrag() {
  if (!dragged) return;
  const [low, high] = dragged.sort((a, b) => a - b);
  dragged = null;
  mark();
  zoom(low, high);
}

function mark() {
  const [low, high] = dragged ? [...dragged].sort((a, b) => a - b) : [1, 0];
  [...svg.children].forEach((group, index) => group.classList.toggle("dragged", index >= low && index <= high));
}

function zoom(low, high) {
  if (shown.bars.length === 0) return;
  const iso = (ms) => new Date(Math.max(0, ms)).toISOString();
  onZoom(iso(start(low)), iso(start(high + 1) - 1));
}

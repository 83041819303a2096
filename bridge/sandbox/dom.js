// Building blocks. Events are written by strangers: everything becomes a text node, nothing is ever parsed as HTML.

export const SVG = "http://www.w3.org/2000/svg";

/** Make an element. Strings among the children become text. */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const count = (number) => number.toLocaleString("en");

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** 2026-01-31 and 12:34:56.123 of epoch milliseconds, in UTC. */
export function moment(ms) {
  const text = new Date(ms).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 23) };
}

/** A name such as system:serviceaccount:kube-system:x: where it is too long its front is cut, which many share. */
export function named(name) {
  const end = name.lastIndexOf(":") + 1;
  return make("span", { class: "name" }, make("bdi", {}, make("span", { class: "front" }, name.slice(0, end)), name.slice(end)));
}

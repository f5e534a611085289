// What the pictures of all explorables are drawn with: elements, hues and numbers. One unit is one pixel.

const SVG = "http://www.w3.org/2000/svg";

/** Hues, each for one thing: those of the figures (plots/style.py, MEANINGS); 3 : 1 on white and on black. */
export const HUES = {
  road: "#bb8800",
  forget: "#ff2244",
  input: "#8800ff",
  candidate: "#119966",
  output: "#0099aa",
  rnn: "#778844",
  lstm: "#4488ff",
  gru: "#b010c0",
  negative: "#aa4400",
  size: "#777777",
};

/** An SVG element in `parent`. */
export function shape(parent, name, attributes = {}, text = undefined) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** An HTML element in `parent`. */
export function tag(parent, name, attributes = {}, text = undefined) {
  const element = document.createElement(name);
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

// --- numbers, as lstm_course/plots/style.py writes them ---

const minus = (text) => text.replace("-", "−");

export function number(value, digits = 2) {
  const size = Math.abs(value);
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? Math.min(1, digits) : digits);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

/** With its sign, also when that is a plus. */
export const signed = (value) => (number(value) === "0.00" || value < 0 ? "" : "+") + number(value);

export const percent = (share, digits = 0) => `${number(100 * share, digits)} %`;

/** A share in few characters, from percent to powers of ten. */
export function short(share) {
  if (share >= 1) return `${minus(Number(share.toPrecision(3)) >= 1000 ? share.toExponential(0) : String(Number(share.toPrecision(3))))} times`;
  if (share >= 1e-4) return `${Number((100 * share).toPrecision(2))} %`;
  return share === 0 ? "0" : minus(share.toExponential(0));
}

export const count = (many, thing) => `${many} ${thing}${many === 1 ? "" : "s"}`;

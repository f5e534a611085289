// Curves over an axis, and rows of squares over time.

import { set, shape } from "./drawing.js";

/**
 * A place for curves: its frame, its axes with their labels, and functions from values to pixels.
 *
 * `x` and `y` are {from, to, label, ticks, say}: `log` makes an axis logarithmic, `say` writes its numbers.
 */
export function chart(parent, { left, top, width, height, x, y }) {
  const scale = (axis, start, length) => {
    const place = axis.log ? Math.log10 : Number;
    const [from, to] = [place(axis.from), place(axis.to)];
    return (value) => start + (length * (Math.min(Math.max(place(value), from), to) - from)) / (to - from || 1);
  };
  const atX = scale(x, left, width);
  const atY = scale(y, top + height, -height);
  const group = shape(parent, "g");
  for (const value of y.ticks) {
    shape(group, "path", { class: "grid", d: `M${left} ${atY(value)}h${width}` });
    const text = { x: left - 6, y: atY(value) + 4, class: "tick", "text-anchor": "end" };
    shape(group, "text", text, (y.say ?? String)(value));
  }
  for (const value of x.ticks) {
    const text = { x: atX(value), y: top + height + 15, class: "tick", "text-anchor": "middle" };
    shape(group, "text", text, (x.say ?? String)(value));
  }
  shape(group, "path", { class: "axis", d: `M${left} ${top}v${height}h${width}` });
  const middle = { x: left + width / 2, y: top + height + 31, class: "label", "text-anchor": "middle" };
  shape(group, "text", middle, x.label);
  shape(group, "text", { x: left, y: top - 6, class: "label" }, y.label);
  return { atX, atY, group };
}

/** About five round numbers from one end of an axis to the other. */
export function roundTicks(from, to, most = 5) {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** The path of a curve through points. */
export const path = (xs, ys) => xs.map((x, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${ys[k].toFixed(1)}`).join("");

// --- rows of bars over time ---

/**
 * Rows of bars over time; `rows` are {name, hue, low, high}. Where a row has values below 0 its bars stand on a line in
 * the middle. Gives a function that takes the values of every row, and what stands at the right of each.
 */
export function strips(parent, { left, top, width, steps, rows, height = 24 }) {
  const cell = width / steps;
  const drawn = rows.map(({ name, hue, low, high }, row) => {
    const up = top + row * (height + 20);
    const [full, from] = [height - 4, up + 16];
    const zero = from + (full * high) / (high - low);
    shape(parent, "text", { x: left, y: up + 11, class: "label" }, name);
    const said = shape(parent, "text", { x: left + width, y: up + 11, class: "num", "text-anchor": "end" });
    const bars = Array.from({ length: steps }, (_, step) => {
      const box = { x: left + step * cell, width: Math.max(1, cell - 1) };
      shape(parent, "rect", { ...box, y: from, height: full, class: "empty" });
      return shape(parent, "rect", { ...box, fill: hue });
    });
    if (low < 0) shape(parent, "path", { class: "axis", d: `M${left} ${zero}h${width}` });
    return (values, told = "") => {
      bars.forEach((bar, step) => {
        const value = Math.min(high, Math.max(low, values[step]));
        const length = (full * Math.abs(value)) / (high - low);
        set(bar, { y: value < 0 ? zero : zero - length, height: length });
      });
      said.textContent = told;
    };
  });
  return (values, told = []) => drawn.forEach((draw, row) => draw(values[row], told[row]));
}

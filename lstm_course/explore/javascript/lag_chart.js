// Gradients by lag on a logarithmic axis, with a mark at the lag that is looked at.

import { chart, path, roundTicks } from "./charts.js";
import { set, shape } from "./drawing.js";

const POWERS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const power = (value) => `10${[...String(Math.round(Math.log10(value)))].map((sign) => POWERS[sign]).join("")}`;

/** Draws the axes; gives {height, draw(curves, lag)}, where a curve is a list of values by lag. */
export function lagChart(svg, width, { steps, from, to, label, curves, top = 28, height = 200 }) {
  const ticks = [];
  for (let k = Math.ceil(Math.log10(from)); k <= Math.log10(to); k += 3) ticks.push(10 ** k);
  const place = { left: 46, top, width: width - 60, height };
  const { atX, atY, group } = chart(svg, { ...place, x: { from: 0, to: steps, ticks: roundTicks(0, steps), label: "lag (steps back)" },
    y: { log: true, from, to, ticks, say: power, label } });
  shape(group, "path", { class: "mark", d: `M${place.left} ${atY(0.01)}h${place.width}` });
  shape(group, "text", { x: place.left + place.width, y: atY(0.01) - 4, class: "tick", "text-anchor": "end" }, "1 %");
  const lines = curves.map(({ hue, dashes = "none" }) => shape(group, "path", { class: "curve", stroke: hue, "stroke-dasharray": dashes }));
  curves.forEach(({ hue, dashes = "none", name }, k) => {
    if (!name) return;
    const y = top + height - 10 - 18 * (curves.length - 1 - k);
    shape(group, "path", { class: "curve", stroke: hue, "stroke-dasharray": dashes, d: `M${place.left + 8} ${y - 4}h26` });
    shape(group, "text", { x: place.left + 40, y }, name);
  });
  const rule = shape(group, "path", { class: "mark" });
  const point = shape(group, "circle", { r: 6, fill: curves[0].hue, stroke: "currentColor" });
  const draw = (values, lag) => {
    values.forEach((by, k) => {
      const below = by.findIndex((value) => !(value >= from)); // there the curve leaves the chart
      const inside = below < 0 ? by : by.slice(0, below);
      set(lines[k], { d: path(inside.map((_, at) => atX(at)), inside.map(atY)) });
    });
    set(rule, { d: `M${atX(lag)} ${top}v${height}` });
    set(point, { cx: atX(lag), cy: atY(Math.max(values[0][lag], from)) });
  };
  return { height: top + height + 36, draw };
}

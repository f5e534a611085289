// One step of a plain RNN with one unit: the sum, where on the curve of tanh it stands, and how it goes on.

import { chart, path } from "./charts.js";
import { HUES, number, set, shape } from "./drawing.js";
import { explore } from "./explorable.js";

export function step({ x, h_prev, recurrent, into, bias }, { silent }) {
  const total = recurrent * h_prev + into * x + bias;
  const states = [Math.tanh(total)];
  for (let k = 0; k < silent; k++) states.push(Math.tanh(recurrent * states[k] + bias));
  const slope = 1 - states[0] ** 2;
  return { total, states, slope, arrives: recurrent * slope };
}

export function tell(s, { total, states, slope, arrives }, { silent }) {
  const last = number(states[silent]);
  return {
    sentence:
      `${number(s.recurrent)} × ${number(s.h_prev)} + ${number(s.into)} × ${number(s.x)} + ${number(s.bias)} = ` +
      `${number(total)}, and tanh makes ${number(states[0])} of it. Its slope there is ${number(slope)}, so of a small ` +
      `nudge to h_prev ${number(arrives)} arrives. After ${silent} steps with x = 0 the state is ${last}.`,
    description:
      `The cell of a plain RNN: the weighted sum ${number(total)} on the curve of tanh gives h ${number(states[0])}. ` +
      `Beside it, the state over ${silent} silent steps: it ends at ${last}.`,
  };
}

function picture(svg, width, { data }) {
  const [half, high] = [Math.floor(width / 2), 190];
  const across = Array.from({ length: 81 }, (_, k) => -4 + k / 10);
  const drawSum = sumAndTanh(svg, width);
  const y = { from: -1.1, to: 1.1, ticks: [-1, 0, 1], say: number };
  const curve = chart(svg, { left: 42, top: 118, width: half - 56, height: high - 70,
    x: { from: -4, to: 4, ticks: [-4, -2, 0, 2, 4], say: (v) => number(v, 0), label: "weighted sum" }, y: { ...y, label: "new state h" } });
  shape(curve.group, "path", { class: "curve", stroke: "currentColor", opacity: 0.55, d: path(across.map(curve.atX), across.map((v) => curve.atY(Math.tanh(v)))) });
  const guide = shape(curve.group, "path", { class: "mark" });
  const point = shape(curve.group, "circle", { r: 6, fill: HUES.rnn, stroke: "currentColor" });
  const later = chart(svg, { left: half + 42, top: 118, width: half - 52, height: high - 70,
    x: { from: 0, to: data.silent, ticks: [0, data.silent / 2, data.silent], label: "steps with x = 0" }, y: { ...y, label: "state h" } });
  const states = shape(later.group, "path", { class: "curve", stroke: HUES.rnn });
  const dots = Array.from({ length: data.silent + 1 }, () => shape(later.group, "circle", { r: 3, fill: HUES.rnn }));
  function draw(s, found) {
    drawSum(s, found);
    const [px, py] = [curve.atX(found.total), curve.atY(found.states[0])];
    set(point, { cx: px, cy: py });
    set(guide, { d: `M${px} ${curve.atY(-1.1)}V${py}H${curve.atX(-4)}` });
    const xs = found.states.map((_, k) => later.atX(k));
    const ys = found.states.map(later.atY);
    set(states, { d: path(xs, ys) });
    dots.forEach((dot, k) => set(dot, { cx: xs[k], cy: ys[k] }));
  }
  return { height: high + 95, draw };
}

/** The cell itself: two inputs and a bias run into a sum, which runs through tanh. */
function sumAndTanh(svg, width) {
  const [sum, squash] = [Math.round(0.62 * width), Math.round(0.81 * width)];
  const rows = [["h_prev", "recurrent", 16], ["x", "into", 46], ["1", "bias", 76]];
  const wires = rows.map(([name, weight, y]) => {
    shape(svg, "text", { x: 2, y: y + 5, class: "name" }, name === "1" ? "bias" : name);
    const line = shape(svg, "path", { class: "wire", stroke: HUES.rnn, d: `M48 ${y}H${sum - 34}L${sum - 13} 46` });
    return [name, weight, line, shape(svg, "text", { x: 50, y: y - 5, class: "num" })];
  });
  shape(svg, "circle", { cx: sum, cy: 46, r: 12, class: "operator" });
  shape(svg, "text", { x: sum, y: 52, class: "sign" }, "+");
  const total = shape(svg, "path", { class: "wire", stroke: HUES.rnn, d: `M${sum + 13} 46H${squash - 20}` });
  shape(svg, "rect", { x: squash - 19, y: 36, width: 38, height: 20, rx: 5, class: "operator" });
  shape(svg, "text", { x: squash, y: 50, class: "tick", "text-anchor": "middle" }, "tanh");
  const out = shape(svg, "path", { class: "wire", stroke: HUES.rnn, d: `M${squash + 20} 46H${width - 4}` });
  const words = [[(sum + squash) / 2, total], [(squash + width) / 2 + 6, out]].map(([x]) => shape(svg, "text", { x, y: 32, class: "num", "text-anchor": "middle" }));
  const paint = (line, value) => set(line, { "stroke-width": 1.5 + 5 * Math.min(1.3, Math.abs(value)), "stroke-dasharray": value < 0 ? "5 5" : "none" });
  return (s, found) => {
    for (const [name, weight, line, text] of wires) {
      const value = s[weight] * (name === "1" ? 1 : s[name]);
      paint(line, value);
      text.textContent = name === "1" ? number(value) : `${number(s[weight])} × ${number(s[name])} = ${number(value)}`;
    }
    paint(total, found.total);
    paint(out, found.states[0]);
    words[0].textContent = number(found.total);
    words[1].textContent = `h ${number(found.states[0])}`;
  };
}

export function render(place) {
  return explore(place, { step, tell, picture });
}

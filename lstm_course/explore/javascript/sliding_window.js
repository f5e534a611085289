// The window that create_sequences slides over a series, and the value that it asks for.

import { chart, path, roundTicks } from "./charts.js";
import { HUES, set, shape } from "./drawing.js";
import { explore } from "./explorable.js";

const plain = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

export function step({ length, sample }, { series }) {
  // When the window grows, fewer samples are left than the slider may still say.
  const start = Math.min(sample, series.length - length - 1);
  return { start, target: start + length, samples: series.length - length };
}

export const refine = ({ length }, { series }) => ({ sample: { max: series.length - length - 1 } });

export function tell({ length }, { start, target, samples }, { series }) {
  const T = series.length;
  return {
    sentence:
      `Sample ${start} reads steps ${start} to ${target - 1} and is to say step ${target}, which is ${plain(series[target])}. ` +
      `There are ${T} − ${length} = ${samples} samples: inputs of shape (${samples}, ${length}, 1) and targets of shape ` +
      `(${samples}, 1). Steps 0 to ${length - 1} are never asked for, step ${T - 1} is never read.`,
    description:
      `A series of ${T} values. A window over steps ${start} to ${target - 1} is shaded, and the value after it, ` +
      `${plain(series[target])} at step ${target}, is the target. Below, the sample alone.`,
  };
}

function picture(svg, width, { data: { series, ylabel } }) {
  const [low, high] = [Math.min(...series), Math.max(...series)];
  const room = (high - low || 1) * 0.06;
  const y = { from: low - room, to: high + room, ticks: roundTicks(low, high, 4), label: ylabel };
  const box = { left: 46, width: width - 60, height: 110 };
  const whole = chart(svg, { ...box, top: 22, x: { from: 0, to: series.length - 1, ticks: roundTicks(0, series.length - 1), label: "time step" }, y });
  const shade = shape(whole.group, "rect", { y: 22, height: 110, fill: HUES.size, opacity: 0.22 });
  shape(whole.group, "path", { class: "curve", stroke: "currentColor", opacity: 0.6, d: path(series.map((_, t) => whole.atX(t)), series.map(whole.atY)) });
  const star = shape(whole.group, "path", { d: STAR, fill: "currentColor", stroke: "currentColor" });
  const below = shape(svg, "g");
  function draw(s, { start, target }) {
    set(shade, { x: whole.atX(start), width: Math.max(2, whole.atX(target - 1) - whole.atX(start)) });
    set(star, { transform: `translate(${whole.atX(target)} ${whole.atY(series[target])})` });
    below.replaceChildren();
    const ticks = roundTicks(start, target).filter(Number.isInteger);
    const alone = chart(below, { ...box, top: 192, x: { from: start - 0.5, to: target + 0.5, ticks, label: "time step" }, y });
    const steps = Array.from({ length: target - start }, (_, k) => start + k);
    const [xs, ys] = [steps.map(alone.atX), steps.map((t) => alone.atY(series[t]))];
    shape(below, "path", { class: "curve", stroke: HUES.size, d: path(xs, ys) });
    if (steps.length <= 80) steps.forEach((_, k) => shape(below, "circle", { r: 3, cx: xs[k], cy: ys[k], fill: HUES.size }));
    shape(below, "path", { d: STAR, fill: "currentColor", stroke: "currentColor", transform: `translate(${alone.atX(target)} ${alone.atY(series[target])})` });
    shape(below, "text", { x: 46 + box.width, y: 186, "text-anchor": "end" }, "● read   ★ to be said");
  }
  return { height: 340, draw };
}

const STAR = "M0 -9L2.6 -2.8L9 -2.8L3.8 1.3L5.6 8L0 4L-5.6 8L-3.8 1.3L-9 -2.8L-2.6 -2.8Z";

export function render(place) {
  const { model } = place;
  // The state follows the window, so that the slider of the samples says what is shown.
  model.on("change:state", () => {
    const state = model.get("state");
    const { start } = step(state, model.get("data"));
    if (start !== state.sample) model.set("state", { ...state, sample: start });
  });
  return explore(place, { step, tell, picture, refine });
}

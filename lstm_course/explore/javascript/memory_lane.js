// Sixty steps as beads: above, what is left of the first input; below, the gradient that reaches back from now.

import { gradientByLag, gruCell, lstmCell, rnnCell, run } from "./cells.js";
import { HUES, count, number, percent, set, shape, short, tag } from "./drawing.js";
import { button, explore } from "./explorable.js";

const GONE = 0.01; // under this share of its size at lag 0 a gradient counts as gone
const LEAST = 1e-4; // a bead is empty from here on
const CELLS = {
  RNN: { cell: rnnCell, hue: "rnn", biases: {}, memory: "h" },
  LSTM: { cell: lstmCell, hue: "lstm", biases: { bf: "forget", bi: "input" }, memory: "c" },
  GRU: { cell: gruCell, hue: "gru", biases: { bz: "forget" }, memory: "h" },
};

/** The weights of the chosen cell, with the biases where the sliders stand. */
function withBiases(s, { weights }) {
  const made = { ...weights[s.cell] };
  for (const [bias, slider] of Object.entries(CELLS[s.cell].biases)) made[bias] = made[bias].map(() => s[slider]);
  return made;
}

const distance = (one, other) => Math.hypot(...one.map((value, k) => value - other[k]));

const shares = (norms) => norms.map((norm) => norm / norms[0]);
let known = {};

/** What hangs on the cell and its biases alone: it is kept until they change, for it takes most of the time. */
function whole(s, data) {
  const [key, { cell, memory }] = [[s.cell, s.forget, s.input].join(" "), CELLS[s.cell]];
  if (known.key === key && known.data === data) return known;
  const weights = withBiases(s, data);
  const steps = run(cell, data.xs, weights);
  // What the first input has changed is what is remembered of it.
  const without = run(cell, data.xs.map((x, t) => (t === 0 ? x.map(() => 0) : x)), weights);
  const apart = steps.map(({ state }, t) => distance(state[memory], without[t].state[memory]));
  known = { key, data, steps, remembered: apart.map((size) => size / apart[0]), gradient: shares(gradientByLag(steps)) };
  return known;
}

export function step(s, data) {
  const { steps, remembered, gradient } = whole(s, data);
  const gone = gradient.findIndex((share) => share < GONE);
  return {
    remembered,
    gradient: s.now === steps.length - 1 ? gradient : shares(gradientByLag(steps.slice(0, s.now + 1))), // by lag
    horizon: gone < 0 ? steps.length : gone,
  };
}

export const refine = (s) => ({
  forget: { disabled: s.cell === "RNN" },
  input: { disabled: s.cell !== "LSTM" },
  flag: { disabled: s.revealed },
});

export function tell(s, { remembered, gradient, horizon }, { xs }) {
  const gates = { RNN: "no gates", LSTM: `biases ${number(s.forget)} and ${number(s.input)}`, GRU: `keep bias ${number(s.forget)}` };
  const left = s.now === 0 ? "all" : short(remembered[s.now]);
  const who = `${s.cell}, ${gates[s.cell]}: at step ${s.now}, ${left} of the first input is left`;
  const description = `A row of ${xs.length} beads, as full as what is left of the first input; at step ${s.now} ${left}. `;
  if (!s.revealed) {
    return {
      sentence: `${who}. The gradient is covered. Where does it fall under 1 % on its way back from the last step? Your flag stands at lag ${s.flag}.`,
      description: `${description}Below, a covered row for the gradient, and a flag ${count(s.flag, "step")} back.`,
    };
  }
  const never = horizon > xs.length - 1;
  const off = s.flag - horizon;
  const reach = never ? `stays above 1 % for all ${xs.length - 1} steps` : `falls under 1 % at lag ${horizon}`;
  const judged = never && s.flag === xs.length - 1 ? "as far as it can" : off === 0 ? "exactly there" : `${count(Math.abs(off), "step")} too ${off > 0 ? "far" : "near"}`;
  return {
    sentence: `${who}, and ${short(gradient[s.now])} of the gradient from there reaches it. From the last step the gradient ${reach}; your flag stands at lag ${s.flag}, ${judged}.`,
    description: `${description}Below, the gradient by the input of every step before: ${short(gradient[s.now])} at step 0.`,
  };
}

function picture(svg, width, { data }) {
  const steps = data.xs.length;
  const [left, high] = [48, 66];
  const cell = (width - left - 6) / steps;
  const lanes = [["what is left of the first input", 22], ["the gradient that reaches back from now", 132]].map(([name, top]) => {
    shape(svg, "text", { x: left, y: top - 7, class: "label" }, name);
    for (const share of [1, GONE, LEAST]) {
      const y = top + high * (Math.log10(share) / Math.log10(LEAST));
      shape(svg, "path", { class: share === GONE ? "mark" : "grid", d: `M${left} ${y}H${width - 6}` });
      shape(svg, "text", { x: left - 5, y: y + 4, class: "tick", "text-anchor": "end" }, share === LEAST ? "0.01 %" : percent(share));
    }
    return { top, beads: Array.from({ length: steps }, (_, t) => bead(svg, { x: left + t * cell, width: Math.max(2, cell - 1.5), top, high })) };
  });
  const cover = shape(svg, "rect", { x: left, y: 132, width: width - left - 6, height: high, rx: 6, class: "cover" });
  const asked = shape(svg, "text", { x: (left + width) / 2, y: 132 + high / 2 + 5, class: "num", "text-anchor": "middle" }, "covered: plant your flag");
  const flag = shape(svg, "path", { d: "M0 0V-66L18 -57L0 -48", class: "flag" });
  const horizon = shape(svg, "path", { class: "curve", stroke: "currentColor" });
  const now = shape(svg, "path", { d: "M-6 -9L6 -9L0 0Z", fill: "currentColor" });
  const axis = 132 + high + 14;
  for (let t = 0; t < steps; t += 10) shape(svg, "text", { x: left + (t + 0.5) * cell, y: axis + 2, class: "tick", "text-anchor": "middle" }, t);
  shape(svg, "text", { x: (left + width) / 2, y: axis + 18, class: "label", "text-anchor": "middle" }, "time step");
  const at = (t) => left + (t + 0.5) * cell;
  function draw(s, found) {
    const hue = HUES[CELLS[s.cell].hue];
    lanes[0].beads.forEach((fill, t) => fill(t <= s.now ? found.remembered[t] : undefined, hue));
    lanes[1].beads.forEach((fill, t) => fill(s.revealed && t <= s.now ? found.gradient[s.now - t] : undefined, hue));
    for (const part of [cover, asked]) part.style.visibility = s.revealed ? "hidden" : "visible";
    set(flag, { transform: `translate(${at(steps - 1 - s.flag)} ${132 + high})` });
    horizon.style.visibility = s.revealed && found.horizon < steps ? "visible" : "hidden";
    set(horizon, { d: `M${at(steps - 1 - Math.min(found.horizon, steps - 1))} 126V${138 + high}` });
    set(now, { transform: `translate(${at(s.now)} 22)` });
  }
  return { height: axis + 24, draw };
}

/** A bead is full when all is there and half full, on the line, at one in a hundred. */
function bead(svg, { x, width, top, high }) {
  const rx = Math.min(4, width / 2);
  shape(svg, "rect", { x, y: top, width, height: high, rx, class: "empty" });
  const filled = shape(svg, "rect", { x, width, rx });
  return (share, hue) => {
    const part = share === undefined ? 0 : Math.max(0, 1 - Math.log10(Math.max(Math.min(share, 1), LEAST)) / Math.log10(LEAST));
    set(filled, { y: top + high * (1 - part), height: high * part, fill: hue });
  };
}

function extend(box, { change, state, data }) {
  const last = data.xs.length - 1;
  const row = tag(box, "div", { class: "row" });
  let timer;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
  };
  const play = button(row, "Play", () => {
    if (timer !== undefined) return stop();
    // Who wants no motion gets where it would have ended.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return change({ now: last });
    if (state().now === last) change({ now: 0 });
    play.textContent = "Pause";
    timer = setInterval(() => (state().now < last && box.isConnected ? change({ now: state().now + 1 }) : stop()), 90);
    return undefined;
  });
  button(row, "One step", () => change({ now: (state().now + 1) % (last + 1) }));
  const look = button(row, "", () => change(state().revealed ? { revealed: false } : { revealed: true, now: last }));
  return (s) => {
    look.textContent = s.revealed ? "Cover it again" : "Plant the flag and look";
  };
}

export function render(place) {
  const { model } = place;
  let { cell } = model.get("state");
  // Another cell is another question.
  model.on("change:state", () => {
    const state = model.get("state");
    if (state.cell === cell) return;
    cell = state.cell;
    model.set("state", { ...state, revealed: false });
  });
  return explore(place, { step, tell, picture, refine, extend });
}

// One LSTM unit that is to store a number when a flag is raised, and to hold it.

import { strips } from "./charts.js";
import { HUES, number, percent } from "./drawing.js";
import { explore } from "./explorable.js";
import { lstmUnit, sigmoid } from "./unit.js";

const FLAGGED = 2; // the step at which the flag is raised
const SLACK = 0.05; // of the stored number may be lost for a latch to count as one

export function step({ keep, shut, flag }, { values, lag }) {
  const f = values.map(() => sigmoid(keep));
  const i = values.map((_, t) => sigmoid(shut + (t === FLAGGED ? flag : 0)));
  const c = [];
  values.forEach((value, t) => c.push(lstmUnit({ c_prev: c[t - 1] ?? 0, f: f[t], i: i[t], g: Math.tanh(value), o: 1 }).c));
  const wanted = Math.tanh(values[FLAGGED]);
  const left = c[FLAGGED + lag];
  return { f, i, c, wanted, left, done: Math.abs(left - wanted) <= SLACK * Math.abs(wanted) };
}

/** The first thing that keeps the unit from being a latch. */
function missing({ f, i }, lag) {
  if (i[FLAGGED] < 0.95) return `at the flag the input gate lets in only ${percent(i[FLAGGED])} of the number.`;
  if (i[0] > 0.005) return `without a flag the input gate lets in ${percent(i[0], 1)} of every other number.`;
  return `the forget gate keeps ${percent(f[0], 1)} a step, which is ${percent(f[0] ** lag)} over ${lag} steps.`;
}

export function tell(s, found, { values, lag }) {
  const { f, i, c, wanted, left, done } = found;
  const told =
    `To be held: ${number(wanted)}. Stored at step ${FLAGGED}: ${number(c[FLAGGED])}. ` +
    `There after ${lag} more steps: ${number(left)}.`;
  return {
    sentence: done ? `Done: it is a latch. ${told}` : `Not yet: ${missing(found, lag)} ${told}`,
    description:
      `Timeline of ${values.length} steps with the flag raised at step ${FLAGGED}: forget gate ${number(f[0])} throughout, ` +
      `input gate ${number(i[FLAGGED])} at the flag and ${number(i[0])} elsewhere, cell state ${number(c[FLAGGED])} ` +
      `at step ${FLAGGED} and ${number(left)} at the end.`,
  };
}

function picture(svg, width, { data: { values } }) {
  const rows = [
    { name: "value, read at each step", hue: "currentColor", low: -2, high: 2 },
    { name: "flag", hue: "currentColor", low: 0, high: 1 },
    { name: "input gate i", hue: HUES.input, low: 0, high: 1 },
    { name: "forget gate f", hue: HUES.forget, low: 0, high: 1 },
    { name: "cell state c", hue: HUES.road, low: -1, high: 1 },
  ];
  const draw = strips(svg, { left: 0, top: 0, width, steps: values.length, rows });
  const flags = values.map((_, t) => (t === FLAGGED ? 1 : 0));
  return {
    height: 5 * 44 + 6,
    draw: (s, { f, i, c, left }) => draw([values, flags, i, f, c], ["", "", `${number(i[FLAGGED])} at the flag, else ${number(i[0])}`, number(f[0]), `${number(left)} at the end`]),
  };
}

export function render(place) {
  return explore(place, { step, tell, picture });
}

// An LSTM unit and a GRU unit on the same input: two gates against one.

import { strips } from "./charts.js";
import { HUES, number, percent } from "./drawing.js";
import { explore } from "./explorable.js";
import { lstmUnit, sigmoid } from "./unit.js";

export function step({ keep, let_in, take, replace }, { values, flags }) {
  const f = flags.map((flag) => sigmoid(keep - replace * flag)); // and z of the GRU
  const i = flags.map((flag) => sigmoid(let_in + take * flag));
  const [c, h] = [[], []];
  values.forEach((value, t) => {
    const g = Math.tanh(value);
    c.push(lstmUnit({ c_prev: c[t - 1] ?? 0, f: f[t], i: i[t], g, o: 1 }).c);
    h.push(f[t] * (h[t - 1] ?? 0) + (1 - f[t]) * g);
  });
  return { f, i, c, h, quiet: { i: sigmoid(let_in), z: 1 - sigmoid(keep) } };
}

export function tell(s, { f, i, c, h, quiet }, { values, flags }) {
  const taken = values.map(Math.tanh).filter((_, t) => flags[t] > 0);
  const raised = flags.findLastIndex((flag) => flag > 0);
  const at = raised < 0 ? flags.length - 1 : raised;
  const sum = taken.reduce((total, one) => total + one, 0);
  return {
    sentence:
      `After ${values.length} steps the LSTM holds ${number(c.at(-1))} and the GRU ${number(h.at(-1))}; the flagged ` +
      `numbers add up to ${number(sum)}, the last of them is ${number(Math.tanh(values[at]))}. At that flag the LSTM keeps ` +
      `${percent(f[at])} and lets in ${percent(i[at])}; the GRU keeps ${percent(f[at])} and so lets in ` +
      `${percent(1 - f[at])}. Without a flag they let in ${percent(quiet.i, 1)} and ${percent(quiet.z, 1)}.`,
    description:
      `Timeline of ${values.length} steps for two units with the same input. The memory of the LSTM ends at ` +
      `${number(c.at(-1))}, the state of the GRU at ${number(h.at(-1))}.`,
  };
}

function picture(svg, width, { data: { values, flags } }) {
  const gate = { low: 0, high: 1 };
  const limit = Math.max(1, flags.filter((flag) => flag > 0).length);
  const rows = [
    { name: "value, read at each step", hue: "currentColor", low: -2, high: 2 },
    { name: "flag", hue: "currentColor", ...gate },
    { name: "f of the LSTM, z of the GRU: keep", hue: HUES.forget, ...gate },
    { name: "i of the LSTM: let in", hue: HUES.input, ...gate },
    { name: "1 − z of the GRU: let in", hue: HUES.input, ...gate },
    { name: "LSTM: cell state c", hue: HUES.lstm, low: -limit, high: limit },
    { name: "GRU: state h", hue: HUES.gru, low: -limit, high: limit },
  ];
  const draw = strips(svg, { left: 0, top: 0, width, steps: values.length, rows, height: 20 });
  return {
    height: rows.length * 40 + 4,
    draw: (s, { f, i, c, h }) => draw([values, flags, f, i, f.map((z) => 1 - z), c, h], ["", "", "", "", "", `${number(c.at(-1))} at the end`, `${number(h.at(-1))} at the end`]),
  };
}

export function render(place) {
  return explore(place, { step, tell, picture });
}

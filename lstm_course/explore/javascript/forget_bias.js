// How far the gradient of an untrained LSTM reaches, for any bias of its forget gate. The curves were measured by the
// layers of the course, one for each place of the slider; what is computed here is the road alone.

import { HUES, count, number, short } from "./drawing.js";
import { explore } from "./explorable.js";
import { lagChart } from "./lag_chart.js";
import { sigmoid } from "./unit.js";

const GONE = 0.01;

export function step({ bias }, { first, by, logarithms }) {
  const measured = logarithms[Math.round((bias - first) / by)].map((power) => 10 ** power);
  const gate = sigmoid(bias);
  return { measured, gate, road: measured.map((_, lag) => gate ** lag) };
}

export function tell({ bias, lag }, { measured, gate, road }) {
  const gone = measured.findIndex((norm) => norm < GONE);
  const reach = gone < 0 ? `nowhere within ${measured.length - 1} steps` : `at lag ${gone}`;
  return {
    sentence:
      `With bias ${number(bias)} the forget gates stand near ${gate.toFixed(3)}: on the road alone ${short(road[lag])} of the ` +
      `gradient is left ${count(lag, "step")} back. Measured over all ways it is ${short(measured[lag])}. It falls under 1 % ${reach}.`,
    description:
      `Relative gradient norm of an untrained LSTM against lag, on a logarithmic axis, with forget bias ${number(bias)}: ` +
      `${short(measured[lag])} at lag ${lag}. A dashed line shows the road alone, ${gate.toFixed(3)} to the power of the lag, ` +
      `${short(road[lag])} there.`,
  };
}

function picture(svg, width, { data }) {
  const steps = data.logarithms[0].length - 1;
  const curves = [{ hue: HUES.lstm, name: "LSTM, measured" }, { hue: HUES.road, dashes: "6 5", name: "road alone: gate to the power of the lag" }];
  const { height, draw } = lagChart(svg, width, { steps, from: 1e-12, to: 10, label: "gradient, relative to lag 0", curves, height: 240 });
  return { height, draw: ({ lag }, { measured, road }) => draw([measured, road], lag) };
}

export function render(place) {
  return explore(place, { step, tell, picture });
}

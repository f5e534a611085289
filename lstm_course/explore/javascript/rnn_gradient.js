// The gradient of a plain RNN on its way back, for any spectral radius and size of the inputs.

import { HUES, count, set, shape, short } from "./drawing.js";
import { explore } from "./explorable.js";
import { lagChart } from "./lag_chart.js";

const GONE = 0.01; // under this share of its size at lag 0 a gradient counts as gone

/** C = A·B; matrices are flat, row after row, which is several times as fast here. */
function multiply(A, B, size, C) {
  C.fill(0);
  for (let row = 0; row < size * size; row += size) {
    for (let k = 0; k < size; k++) {
      const a = A[row + k];
      for (let j = 0; j < size; j++) C[row + j] += a * B[k * size + j];
    }
  }
}

/** Spectral norm of a matrix by power iteration on PᵀP, from the vector where the last one ended. */
function spectralNorm(P, v) {
  const size = v.length;
  let [norm, before] = [0, -1];
  for (let round = 0; round < 200 && Math.abs(norm - before) > 1e-9 * norm; round++) {
    const next = new Float64Array(size);
    before = norm;
    norm = 0;
    for (let row = 0; row < size; row++) {
      let w = 0;
      for (let j = 0; j < size; j++) w += P[row * size + j] * v[j];
      for (let j = 0; j < size; j++) next[j] += w * P[row * size + j];
      norm += w * w;
    }
    norm = Math.sqrt(norm);
    const length = Math.hypot(...next);
    if (length === 0) return 0;
    for (let j = 0; j < size; j++) v[j] = next[j] / length;
  }
  return norm;
}

export function step({ radius, strength }, { matrix, driven }) {
  const size = matrix.length;
  const W = Float64Array.from(matrix.flat(), (w) => radius * w);
  let h = new Float64Array(size);
  const slopes = driven.map((into) => {
    h = h.map((_, row) => {
      let sum = strength * into[row];
      for (let j = 0; j < size; j++) sum += W[row * size + j] * h[j];
      return Math.tanh(sum);
    });
    return h.map((value) => 1 - value * value);
  });
  let [product, spare] = [new Float64Array(size * size), new Float64Array(size * size)];
  for (let k = 0; k < size; k++) product[k * size + k] = 1;
  const v = new Float64Array(size).map((_, k) => 1 + 0.01 * k);
  const start = Math.hypot(...v);
  v.forEach((value, k) => (v[k] = value / start));
  const jacobian = new Float64Array(size * size);
  const norms = [1];
  for (const slope of slopes.reverse()) {
    for (let k = 0; k < size * size; k++) jacobian[k] = slope[Math.floor(k / size)] * W[k];
    multiply(product, jacobian, size, spare);
    [product, spare] = [spare, product];
    norms.push(spectralNorm(product, v));
  }
  return { norms };
}

export function tell({ radius, strength, lag }, { norms }) {
  const steps = norms.length - 1;
  const gone = norms.findIndex((norm) => norm < GONE);
  const fate = norms[lag] >= 1 ? "as large as at the start, or larger" : norms[lag] < GONE ? "it counts as gone" : "it can still be felt";
  const horizon = gone < 0 ? `It stays above 1 % for all ${steps} steps.` : `It falls under 1 % at lag ${gone}.`;
  return {
    sentence:
      `With ρ = ${radius.toFixed(2)} and inputs of size ${strength.toFixed(2)}, ${short(norms[lag])} of the gradient ` +
      `arrives ${count(lag, "step")} back: ${fate}. ${horizon}`,
    description:
      `Norm of the product of Jacobians against lag, on a logarithmic axis, from 1 at lag 0 to ${short(norms[steps])} at lag ` +
      `${steps}; a mark stands at lag ${lag}. Above, a lane of squares that are as full as the gradient is large.`,
  };
}

function picture(svg, width, { data }) {
  const steps = data.driven.length;
  shape(svg, "text", { x: 0, y: 13, class: "label" }, "what of the gradient arrives: a full square is all of it");
  const cell = (width - 60) / steps;
  const squares = Array.from({ length: steps + 1 }, (_, k) => {
    const box = { x: 46 + (k - 0.5) * cell, y: 22, width: Math.max(1, cell - 1), height: 24 };
    shape(svg, "rect", { ...box, class: "empty" });
    return shape(svg, "rect", { ...box, fill: HUES.rnn });
  });
  const { height, draw } = lagChart(svg, width, { steps, from: 1e-10, to: 1e5, label: "norm of the product", curves: [{ hue: HUES.rnn }], top: 74 });
  return {
    height,
    draw: ({ lag }, { norms }) => {
      squares.forEach((square, k) => set(square, { y: 46 - 24 * Math.min(1, norms[k]), height: 24 * Math.min(1, norms[k]) }));
      draw([norms], lag);
    },
  };
}

export function render(place) {
  return explore(place, { step, tell, picture });
}

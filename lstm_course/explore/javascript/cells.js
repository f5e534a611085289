// The cells of the course: lstm_course/scratch once more, equal to it in all digits that count. A test compares.
//
// A vector is an array of numbers, a matrix an array of rows. Every W is (H, H + D) and acts on [h_prev, x];
// every b is (H,). A step gives its new state and `back`, which takes the gradient of the loss by that state
// and gives the gradient by what went in; the gradients of the weights are added to `gradients` when it is given.

import { lstmUnit, lstmUnitBack, sigmoid } from "./unit.js";

const zeros = (length) => new Array(length).fill(0);

/** W·v + b. */
function weighted(W, v, b) {
  return W.map((row, k) => {
    let sum = b[k];
    for (let j = 0; j < v.length; j++) sum += row[j] * v[j];
    return sum;
  });
}

/** Adds Wᵀ·d to `into`, and d·vᵀ and d to the gradients of W and b. */
function weightedBack(W, d, into, v, gradients, gate) {
  for (let k = 0; k < d.length; k++) {
    const row = W[k];
    for (let j = 0; j < row.length; j++) into[j] += row[j] * d[k];
  }
  if (gradients === undefined) return;
  const ofW = (gradients["W" + gate] ??= W.map((row) => zeros(row.length)));
  const ofB = (gradients["b" + gate] ??= zeros(d.length));
  for (let k = 0; k < d.length; k++) {
    ofB[k] += d[k];
    for (let j = 0; j < v.length; j++) ofW[k][j] += d[k] * v[j];
  }
}

export function rnnCell(x, { h: h_prev }, weights) {
  const hx = [...h_prev, ...x];
  const h = weighted(weights.Wh, hx, weights.bh).map(Math.tanh);
  function back({ h: dh }, gradients) {
    const dhx = zeros(hx.length);
    const da = dh.map((d, k) => d * (1 - h[k] ** 2));
    weightedBack(weights.Wh, da, dhx, hx, gradients, "h");
    return { state: { h: dhx.slice(0, h.length) }, x: dhx.slice(h.length) };
  }
  return { state: { h }, back };
}

export function lstmCell(x, { h: h_prev, c: c_prev }, weights) {
  const hx = [...h_prev, ...x];
  const f = weighted(weights.Wf, hx, weights.bf).map(sigmoid);
  const i = weighted(weights.Wi, hx, weights.bi).map(sigmoid);
  const g = weighted(weights.Wc, hx, weights.bc).map(Math.tanh);
  const o = weighted(weights.Wo, hx, weights.bo).map(sigmoid);
  const units = f.map((_, k) => lstmUnit({ c_prev: c_prev[k], f: f[k], i: i[k], g: g[k], o: o[k] }));
  function back({ h: dh, c: dc }, gradients) {
    const dhx = zeros(hx.length);
    const d = units.map((_, k) =>
      lstmUnitBack({ c_prev: c_prev[k], f: f[k], i: i[k], g: g[k], o: o[k] }, { dc: dc[k], dh: dh[k] }),
    );
    weightedBack(weights.Wf, d.map(({ df }, k) => df * f[k] * (1 - f[k])), dhx, hx, gradients, "f");
    weightedBack(weights.Wi, d.map(({ di }, k) => di * i[k] * (1 - i[k])), dhx, hx, gradients, "i");
    weightedBack(weights.Wc, d.map(({ dg }, k) => dg * (1 - g[k] ** 2)), dhx, hx, gradients, "c");
    weightedBack(weights.Wo, d.map((unit, k) => unit.do * o[k] * (1 - o[k])), dhx, hx, gradients, "o");
    const dc_prev = d.map((unit) => unit.dc_prev);
    return { state: { h: dhx.slice(0, f.length), c: dc_prev }, x: dhx.slice(f.length) };
  }
  return { state: { h: units.map(({ h }) => h), c: units.map(({ c }) => c) }, back };
}

export function gruCell(x, { h: h_prev }, weights) {
  const hx = [...h_prev, ...x];
  const z = weighted(weights.Wz, hx, weights.bz).map(sigmoid);
  const r = weighted(weights.Wr, hx, weights.br).map(sigmoid);
  const rhx = [...h_prev.map((h, k) => r[k] * h), ...x];
  const g = weighted(weights.Wh, rhx, weights.bh).map(Math.tanh);
  const h = z.map((keep, k) => keep * h_prev[k] + (1 - keep) * g[k]);
  function back({ h: dh }, gradients) {
    const [dhx, drhx] = [zeros(hx.length), zeros(hx.length)];
    weightedBack(weights.Wh, dh.map((d, k) => d * (1 - z[k]) * (1 - g[k] ** 2)), drhx, rhx, gradients, "h");
    weightedBack(weights.Wz, dh.map((d, k) => d * (h_prev[k] - g[k]) * z[k] * (1 - z[k])), dhx, hx, gradients, "z");
    weightedBack(weights.Wr, r.map((gate, k) => drhx[k] * h_prev[k] * gate * (1 - gate)), dhx, hx, gradients, "r");
    const dh_prev = dh.map((d, k) => d * z[k] + dhx[k] + drhx[k] * r[k]);
    const dx = x.map((_, j) => dhx[h.length + j] + drhx[h.length + j]);
    return { state: { h: dh_prev }, x: dx };
  }
  return { state: { h }, back };
}

/** A whole sequence, from a state of zeros: the steps in order, each as its cell gave it. */
export function run(cell, xs, weights) {
  const none = zeros((weights.bh ?? weights.bf).length);
  let state = { h: none, c: none };
  return xs.map((x) => {
    const step = cell(x, state, weights);
    state = step.state;
    return step;
  });
}

/** Backpropagation through time from the state after the last step: the gradient by each x. */
export function runBack(steps, last, gradients) {
  let state = last;
  const dxs = new Array(steps.length);
  for (let t = steps.length - 1; t >= 0; t--) {
    const before = steps[t].back(state, gradients);
    state = before.state;
    dxs[t] = before.x;
  }
  return dxs;
}

/** Frobenius norm of the Jacobian of the last h by the x of `lag` steps before, for lag 0, 1, ... */
export function gradientByLag(steps) {
  const size = steps.at(-1).state.h.length;
  const squares = zeros(steps.length);
  for (let k = 0; k < size; k++) {
    const asked = zeros(size);
    asked[k] = 1;
    const dxs = runBack(steps, { h: asked, c: zeros(size) });
    dxs.forEach((dx, t) => dx.forEach((d) => (squares[steps.length - 1 - t] += d * d)));
  }
  return squares.map(Math.sqrt);
}

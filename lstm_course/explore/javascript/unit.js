// One unit of an LSTM whose gates are given, and the way back through it: lstm_course/scratch once more.

export const sigmoid = (x) => 0.5 * Math.tanh(0.5 * x) + 0.5;

/** One unit of an LSTM whose gates are given: what is on every wire. */
export function lstmUnit({ c_prev, f, i, g, o }) {
  const keep = f * c_prev;
  const add = i * g;
  const c = keep + add;
  const squashed = Math.tanh(c);
  return { keep, add, c, squashed, h: o * squashed };
}

/** The way back through such a unit: dc and dh come in at the right, the gradient of every wire comes out. */
export function lstmUnitBack({ c_prev, f, i, g, o }, { dc, dh }) {
  const { squashed } = lstmUnit({ c_prev, f, i, g, o });
  const through_h = dh * o * (1 - squashed ** 2);
  const whole = dc + through_h; // the gradient of c, by both ways
  return { through_h, whole, dc_prev: whole * f, df: whole * c_prev, di: whole * g, dg: whole * i, do: dh * squashed };
}

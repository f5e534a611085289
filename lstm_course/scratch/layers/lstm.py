"""The LSTM layer: c = f c_prev + i g, h = o tanh(c)."""

from dataclasses import dataclass

import numpy as np
from numpy import add, copyto, multiply, subtract, tanh

from lstm_course.common import arguments

from .initial_weights import chrono_biases
from .recurrent import Buffers, Recurrent


@dataclass(slots=True)
class LSTMStep:
    """The arrays that one step works on, views into the buffers; neighbours also have one of all."""

    S: np.ndarray            # (K, N)   [h_prev; x; 1]
    oifg: np.ndarray         # (4H, N)  all gates
    oif: np.ndarray          # (3H, N)  those with a sigmoid
    i_f: np.ndarray          # (2H, N)
    o: np.ndarray            # (H, N)
    f: np.ndarray            # (H, N)
    g_c_prev: np.ndarray     # (2H, N)
    c: np.ndarray            # (H, N)
    tanh_c: np.ndarray       # (H, N)
    h_prev: np.ndarray       # (H, N)
    h: np.ndarray            # (H, N)
    d: np.ndarray            # (4H, N)  di, df, dg, do: Keras's order
    di: np.ndarray           # (H, N)
    df: np.ndarray           # (H, N)
    dg: np.ndarray           # (H, N)
    do: np.ndarray           # (H, N)
    dc_by_h: np.ndarray      # (H, N)   what dh brings to dc


class LSTMBuffers(Buffers):
    """The arrays of the LSTM, besides those of every recurrent layer."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        N, H, L, n = plan.N, plan.H, plan.L, plan.n
        # Z[t] holds o, i, f, g of step t and, below them, c_prev: [i; f] * [g; c_prev] is one product.
        self.Z = self.zeros(L + 1, 5 * H, N)
        self.c = self.Z[:, 4 * H:]                                          # (L + 1, H, N)
        self.products = self.zeros(n, 2 * H, N)                             # i g and f c_prev
        self.tanh_c = self.zeros(L, H, N)
        self.dc_by_h = self.zeros(n, H, N)
        self.nothing_in = np.repeat([[0.0], [1.0]], H, axis=0).astype(dtype)    # (2H, 1), i = 0 and f = 1
        self.states.append(self.state_buffers(self.c))
        self.dc = self.states[1].d                                          # (H, N)
        self.steps = [self._step(t, H) for t in range(L)]

    def _step(self, t, H):
        in_block = t % self.plan.n
        Z, d = self.Z[t], self.d[in_block]
        return LSTMStep(
            S=self.S[t], oifg=Z[:4 * H], oif=Z[:3 * H], i_f=Z[H:3 * H], o=Z[:H], f=Z[2 * H:3 * H],
            g_c_prev=Z[3 * H:], c=self.c[t + 1], tanh_c=self.tanh_c[t], h_prev=self.h[t], h=self.h[t + 1],
            d=d, di=d[:H], df=d[H:2 * H], dg=d[2 * H:3 * H], do=d[3 * H:], dc_by_h=self.dc_by_h[in_block])


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        forget_bias: initial bias of the forget gate; default 1.0, so that the memory starts rather open
            (Jozefowicz et al. 2015).
        chrono: longest lag to be remembered, in steps, more than 2. The forget biases are then drawn as
            log U(1, chrono - 1) and the input biases are minus them (Tallec & Ollivier 2018). Default None.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".
        keep: "gates" (default) keeps every step for `backward`; "recompute" keeps the state of every √T-th
            step and runs the steps between again: far less memory, a tenth to a third more time, the same
            results.

    Example:
        >>> layer = LSTM(input_size=2, hidden_size=3, seed=0)
        >>> outputs, (h, c) = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, c.shape, layer.parameter_count
        ((4, 5, 3), (4, 3), (4, 3), 72)
    """

    gate_names = ("i", "f", "c", "o")
    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size, forget_bias=1.0, chrono=None, seed=None, dtype="float32",
                 keep="gates"):
        self.forget_bias, self.chrono = arguments.real_number("forget_bias", forget_bias), chrono
        super().__init__(input_size, hidden_size, seed, dtype, keep)
        self._W = np.zeros((4 * self.hidden_size, len(self.matrix)), self.dtype)

    def initial_weights(self, random):
        weights, bias = super().initial_weights(random), np.zeros((4, self.hidden_size))    # i, f, c, o
        bias[1] = self.forget_bias
        if self.chrono is not None:
            bias[1] = chrono_biases(random, self.chrono, self.hidden_size)
            bias[0] = -bias[1]
        return weights | {"bias": bias.reshape(-1)}

    def new_buffers(self, plan):
        return LSTMBuffers(plan, self.dtype)

    def fuse(self):
        # From Keras's order i, f, g, o to o, i, f, g: so the three sigmoids lie together.
        H, W, half = self.hidden_size, self._W, self.dtype.type(0.5)        # W (4H, K)
        W[:H], W[H:] = self.matrix[:, 3 * H:].T, self.matrix[:, :3 * H].T
        W[:3 * H] *= half

    def forward_steps(self, run):
        W, half, nothing_in = self._W, np.asarray(0.5, self.dtype), run.buffers.nothing_in
        products = run.buffers.products[0]                                  # (2H, N)
        i_g, f_c_prev = products[:self.hidden_size], products[self.hidden_size:]
        for step, skip in run.steps:
            W.dot(step.S, step.oifg)                                        # (4H, N)
            tanh(step.oifg, step.oifg)
            step.oif *= half
            step.oif += half
            if skip is not None:
                copyto(step.i_f, nothing_in, where=skip)                    # i = 0, f = 1: c is kept
            multiply(step.i_f, step.g_c_prev, products)
            add(i_g, f_c_prev, step.c)                                      # c = i g + f c_prev
            tanh(step.c, step.tanh_c)
            multiply(step.o, step.tanh_c, step.h)                           # h = o tanh(c)
            if skip is not None:
                copyto(step.h, step.h_prev, where=skip)

    def backward_steps(self, run, start, stop, d_outputs):
        self._derivatives(run, start, stop)
        buffers, U = run.buffers, self.weights["recurrent_kernel"]
        dh, dc, spare = buffers.dh, buffers.dc, buffers.spare
        # Each of these arrays comes with a derivative; its `*=` makes it the gradient that it is named after.
        for (step, skip), d_output in run.backwards(start, stop, d_outputs):
            if d_output is not None:
                dh += d_output
            step.do *= dh                                                   # h = o tanh(c)
            step.dc_by_h *= dh
            dc += step.dc_by_h
            step.di *= dc                                                   # c = i g + f c_prev
            step.df *= dc
            step.dg *= dc
            dc *= step.f
            if skip is None:
                U.dot(step.d, dh)                                           # (H, N)
            else:
                copyto(dh, U.dot(step.d, spare), where=~skip)

    def _derivatives(self, run, start, stop):
        """What dh and dc are multiplied by, for a block of n steps; a is a gate before its nonlinearity."""
        H, buffers, n = self.hidden_size, run.buffers, stop - start
        Z, products = buffers.Z[start:stop], buffers.products[:n]           # (n, 5H, N), (n, 2H, N)
        o, i, i_f, g = Z[:, :H], Z[:, H:2 * H], Z[:, H:3 * H], Z[:, 3 * H:4 * H]
        h, tanh_c = buffers.h[start + 1:stop + 1], buffers.tanh_c[start:stop]
        dc_by_h, d = buffers.dc_by_h[:n], buffers.d[:n]
        di_f, dg, do = d[:, :2 * H], d[:, 2 * H:3 * H], d[:, 3 * H:]
        multiply(h, tanh_c, dc_by_h)
        subtract(o, dc_by_h, dc_by_h)                                       # dh/dc = o (1 - tanh²(c))
        multiply(h, o, do)
        subtract(h, do, do)                                                 # dh/da = tanh(c) o (1 - o)
        multiply(i_f, Z[:, 3 * H:], products)              # made again: to keep them takes 2 H N a step
        multiply(products, i_f, di_f)
        subtract(products, di_f, di_f)                     # dc/da = g i (1 - i) and c_prev f (1 - f)
        multiply(products[:, :H], g, dg)
        subtract(i, dg, dg)                                                 # dc/da = i (1 - g²)
        if run.counts is not None:
            dc_by_h *= run.counts[start:stop]
            d *= run.counts[start:stop]

    def gate_arrays(self, buffers):
        o, i, f, g, _ = np.split(buffers.Z[:-1], 5, axis=1)                 # (T, H, N)
        return {"i": i, "f": f, "g": g, "o": o, "c": buffers.c[1:], "h": buffers.h[1:]}

"""Layers with exponential gates (Beck et al. 2024): sLSTM, whose gates see the state, and mLSTM, a matrix.

An exponential gate has no ceiling, and its exponent may be too large for exp. So c and n of an sLSTM, C and n
of an mLSTM are kept divided by exp(m), where m is the largest exponent so far. In the output m cancels, and
the way back may treat it as a constant.
"""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments

from .base import Layer
from .initial_weights import glorot_uniform, orthogonal


class SLSTMStep(NamedTuple):
    """What one step of an sLSTM keeps for backward, each (N, H)."""

    h_prev: np.ndarray
    c_prev: np.ndarray
    n_prev: np.ndarray
    f: np.ndarray         # forget gate, divided by exp(m - m_prev)
    i: np.ndarray         # input gate, divided by exp(m)
    shut: np.ndarray      # 1 - the true forget gate
    g: np.ndarray         # candidate
    o: np.ndarray         # output gate
    c: np.ndarray
    n: np.ndarray


class StepsCache(NamedTuple):
    """What a layer keeps for backward."""

    x: np.ndarray                           # (T, N, D)
    steps: list[NamedTuple]                 # one for each step
    output_shape: tuple[int, int, int]      # (N, T, H)


class Exponential(Layer):
    """What sLSTM and mLSTM share: the sizes, the input, and the loop over the steps."""

    def __init__(self, input_size, hidden_size, seed=None, dtype="float32"):
        self.input_size = arguments.whole_number("input_size", input_size)
        self.hidden_size = self.output_size = arguments.whole_number("hidden_size", hidden_size)
        super().__init__(self.shapes(), dtype)
        self.draw_weights(seed)

    def checked_input(self, name, x):
        """The input as an array (N, T, D) of the layer's dtype, or an error."""
        return arguments.array(name, x, ("N", "T", self.input_size), self.dtype)


class SLSTM(Exponential):
    """sLSTM: c = f c_prev + i g, n = f n_prev + i, h = o c / n, with i = exp(...) and f a sigmoid.

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = SLSTM(input_size=2, hidden_size=3, seed=0)
        >>> layer.forward(1000 * np.ones((4, 5, 2))).shape, layer.parameter_count
        ((4, 5, 3), 72)
    """

    def shapes(self):
        """Names and shapes of the weights, the columns in the order i, f, g, o."""
        D, H = self.input_size, self.hidden_size
        return {"recurrent_kernel": (H, 4 * H), "kernel": (D, 4 * H), "bias": (4 * H,)}

    def initial_weights(self, random):
        H = self.hidden_size
        return {"recurrent_kernel": orthogonal(random, H, 4 * H),
                "kernel": glorot_uniform(random, self.input_size, 4 * H)}

    def forward_unchecked(self, x):
        """Outputs (N, T, H)."""
        (N, T, _), H = x.shape, self.hidden_size
        h, c, n = np.zeros((3, N, H), self.dtype)
        m, steps, outputs = np.full((N, H), -np.inf, self.dtype), [], np.empty((N, T, H), self.dtype)
        from_x = x @ self.weights["kernel"] + self.weights["bias"]          # (N, T, 4 H)
        for t in range(T):
            a_i, a_f, a_g, a_o = np.split(from_x[:, t] + h @ self.weights["recurrent_kernel"], 4, axis=1)
            log_f = -np.logaddexp(0, -a_f)                                  # log of the sigmoid
            m, m_prev = np.maximum(log_f + m, a_i), m
            f, i = np.exp(log_f + m_prev - m), np.exp(a_i - m)
            g, o = np.tanh(a_g), 0.5 * np.tanh(0.5 * a_o) + 0.5
            h_prev, c_prev, n_prev = h, c, n
            c, n = f * c + i * g, f * n + i
            h = outputs[:, t] = o * c / n
            steps.append(SLSTMStep(h_prev, c_prev, n_prev, f, i, 1 - np.exp(log_f), g, o, c, n))
        self.cache = StepsCache(x.transpose(1, 0, 2), steps, outputs.shape)
        return outputs

    def backward_unchecked(self, d_outputs, input_gradient=True):
        """Gradient for the input (N, T, D), or None without `input_gradient`; fills `gradients`."""
        x, steps, (N, T, H) = self.cache
        self.parameter_gradients.fill(0)
        dx = np.empty((N, T, self.input_size), self.dtype)
        dh, dc, dn = np.zeros((3, N, H), self.dtype)
        for t in reversed(range(T)):
            step = steps[t]
            dh = dh + d_outputs[:, t]
            shown = step.c / step.n
            da_o = dh * shown * step.o * (1 - step.o)
            dc, dn = dc + dh * step.o / step.n, dn - dh * step.o * shown / step.n
            da_g = dc * step.i * (1 - step.g * step.g)
            da_i = (dc * step.g + dn) * step.i                              # the exponential is its own slope
            da_f = (dc * step.c_prev + dn * step.n_prev) * step.f * step.shut
            da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)           # (N, 4 H)
            self.gradients["recurrent_kernel"][...] += step.h_prev.T @ da
            self.gradients["kernel"][...] += x[t].T @ da
            self.gradients["bias"][...] += da.sum(axis=0)
            dx[:, t] = da @ self.weights["kernel"].T
            dh, dc, dn = da @ self.weights["recurrent_kernel"].T, dc * step.f, dn * step.f
        return dx if input_gradient else None


class MLSTMStep(NamedTuple):
    """What one step of an mLSTM keeps for backward."""

    C_prev: np.ndarray    # (N, H, H)
    n_prev: np.ndarray    # (N, H)
    f: np.ndarray         # (N, 1) forget gate, divided by exp(m - m_prev)
    i: np.ndarray         # (N, 1) input gate, divided by exp(m)
    shut: np.ndarray      # (N, 1) 1 - the true forget gate
    q: np.ndarray         # (N, H)
    k: np.ndarray         # (N, H)
    v: np.ndarray         # (N, H)
    o: np.ndarray         # (N, H) output gate
    C: np.ndarray         # (N, H, H)
    n: np.ndarray         # (N, H)
    overlap: np.ndarray   # (N, 1) n q
    floor: np.ndarray     # (N, 1) max(|n q|, exp(-m))


class MLSTM(Exponential):
    """mLSTM: C = f C_prev + i v kᵀ, n = f n_prev + i k, h = o C q / max(abs(n q), 1); all gates from x alone.

    One memory of H times H numbers; keys are divided by the root of H, as in the paper.

    Args:
        input_size: number of features D.
        hidden_size: length H of keys, values and outputs.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = MLSTM(input_size=2, hidden_size=3, seed=0)
        >>> layer.forward(np.ones((4, 5, 2))).shape, layer.parameter_count
        ((4, 5, 3), 42)
    """

    def shapes(self):
        """Names and shapes of the weights, the columns in the order q, k, v, o, i, f: four of H, two of 1."""
        columns = 4 * self.hidden_size + 2
        return {"kernel": (self.input_size, columns), "bias": (columns,)}

    def initial_weights(self, random):
        return {"kernel": glorot_uniform(random, self.input_size, 4 * self.hidden_size + 2)}

    def forward_unchecked(self, x):
        """Outputs (N, T, H)."""
        (N, T, _), H = x.shape, self.hidden_size
        C, n = np.zeros((N, H, H), self.dtype), np.zeros((N, H), self.dtype)
        m, steps, outputs = np.full((N, 1), -np.inf, self.dtype), [], np.empty((N, T, H), self.dtype)
        sums = x @ self.weights["kernel"] + self.weights["bias"]            # (N, T, 4 H + 2)
        root = self.dtype.type(H**-0.5)
        for t in range(T):
            q, k, v, a_o = np.split(sums[:, t, :4 * H], 4, axis=1)
            a_i, a_f = sums[:, t, -2:-1], sums[:, t, -1:]                   # (N, 1)
            k, o = k * root, 0.5 * np.tanh(0.5 * a_o) + 0.5
            log_f = -np.logaddexp(0, -a_f)
            m, m_prev = np.maximum(log_f + m, a_i), m
            f, i = np.exp(log_f + m_prev - m), np.exp(a_i - m)
            C_prev, n_prev = C, n
            C = f[:, :, None] * C + i[:, :, None] * v[:, :, None] * k[:, None]
            n = f * n + i * k
            overlap = np.sum(n * q, axis=1, keepdims=True)
            one = np.exp(np.minimum(-m, 80))                                # divided by exp(m) like all else
            floor = np.maximum(np.abs(overlap), one)
            outputs[:, t] = o * np.einsum("nvk,nk->nv", C, q) / floor
            steps.append(MLSTMStep(C_prev, n_prev, f, i, 1 - np.exp(log_f), q, k, v, o, C, n, overlap, floor))
        self.cache = StepsCache(x.transpose(1, 0, 2), steps, outputs.shape)
        return outputs

    def backward_unchecked(self, d_outputs, input_gradient=True):
        """Gradient for the input (N, T, D), or None without `input_gradient`; fills `gradients`."""
        x, steps, (N, T, H) = self.cache
        d = np.empty((T, N, 4 * H + 2), self.dtype)
        dC, dn = np.zeros((N, H, H), self.dtype), np.zeros((N, H), self.dtype)
        for t in reversed(range(T)):
            s = steps[t]
            read = np.einsum("nvk,nk->nv", s.C, s.q)
            d_read = d_outputs[:, t] * s.o / s.floor                        # (N, H)
            d_floor = -np.sum(d_read * read, axis=1, keepdims=True) / s.floor
            d_overlap = d_floor * np.sign(s.overlap) * (np.abs(s.overlap) >= s.floor)
            dC = dC + d_read[:, :, None] * s.q[:, None]
            dn = dn + d_overlap * s.q
            dq = np.einsum("nvk,nv->nk", s.C, d_read) + d_overlap * s.n
            dk = s.i * (np.einsum("nvk,nv->nk", dC, s.v) + dn)
            dv = s.i * np.einsum("nvk,nk->nv", dC, s.k)
            da_o = d_outputs[:, t] * read / s.floor * s.o * (1 - s.o)
            di = np.einsum("nvk,nv,nk->n", dC, s.v, s.k) + np.sum(dn * s.k, axis=1)
            df = np.sum(dC * s.C_prev, axis=(1, 2)) + np.sum(dn * s.n_prev, axis=1)
            d[t] = np.concatenate([dq, dk * self.dtype.type(H**-0.5), dv, da_o, di[:, None] * s.i,
                                   df[:, None] * s.f * s.shut], axis=1)
            dC, dn = dC * s.f[:, :, None], dn * s.f
        rows = d.reshape(T * N, -1)
        self.gradients["kernel"] = x.reshape(T * N, -1).T @ rows
        self.gradients["bias"] = rows.sum(axis=0)
        return (d @ self.weights["kernel"].T).transpose(1, 0, 2) if input_gradient else None

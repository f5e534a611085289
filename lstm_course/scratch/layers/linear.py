"""Layers whose gates do not look at the state: minGRU and minLSTM, z and g from x alone.

What a step does to the state is known before the first step: all gates come out of one product, and the loop
holds one product and one sum of vectors, forward and back. The states lie as (T, N, H).
"""

from typing import NamedTuple

import numpy as np
from numpy import add, multiply, subtract, tanh

from lstm_course.common import arguments

from .base import Layer
from .initial_weights import chrono_biases, glorot_uniform


class LinearCache(NamedTuple):
    """What a layer keeps for backward; M = T N rows, in the order of the steps."""

    rows: np.ndarray                        # (M, D)    the input
    gates: np.ndarray                       # (M, k H)  what the gates gave
    z: np.ndarray                           # (T, N, H) how much is kept
    g: np.ndarray                           # (T, N, H) the candidate
    h: np.ndarray                           # (T + 1, N, H), the initial state first: zeros
    output_shape: tuple[int, int, int]      # (N, T, H)


class LinearRecurrence(Layer):
    """What minGRU and minLSTM share: the loop forward and back, and the gradients of the weights.

    A subclass names its gates and has `keep(gates)`, which makes z of the sums, and
    `keep_gradient(dz, gates, z)`, which gives the gradient for them. The last block of the sums is the
    candidate g.
    """

    gate_names = ()

    def __init__(self, input_size, hidden_size, chrono, seed, dtype):
        self.input_size = arguments.whole_number("input_size", input_size)
        self.hidden_size = self.output_size = arguments.whole_number("hidden_size", hidden_size)
        self.chrono = chrono
        columns = len(self.gate_names) * self.hidden_size
        super().__init__({"kernel": (self.input_size, columns), "bias": (columns,)}, dtype)
        self.draw_weights(seed)

    def initial_weights(self, random):
        H, columns = self.hidden_size, len(self.gate_names) * self.hidden_size
        weights = {"kernel": glorot_uniform(random, self.input_size, columns)}
        if self.chrono is not None:
            bias = weights["bias"] = np.zeros(columns)
            bias[:H] = chrono_biases(random, self.chrono, H)
            if len(self.gate_names) > 2:                                    # f opens, i shuts
                bias[H:2 * H] = -bias[:H]
        return weights

    def checked_input(self, name, x):
        """The input as an array (N, T, D) of the layer's dtype, or an error."""
        return arguments.array(name, x, ("N", "T", self.input_size), self.dtype)

    def forward_unchecked(self, x):
        """Outputs (N, T, H)."""
        (N, T, D), H = x.shape, self.hidden_size
        rows = np.ascontiguousarray(x.transpose(1, 0, 2)).reshape(T * N, D)
        gates = rows @ self.weights["kernel"]                               # (M, k H)
        gates += self.weights["bias"]
        z = self.keep(gates).reshape(T, N, H)
        g = np.ascontiguousarray(gates[:, -H:]).reshape(T, N, H)
        h, new = np.zeros((T + 1, N, H), self.dtype), (1 - z) * g
        for t in range(T):
            multiply(z[t], h[t], h[t + 1])
            h[t + 1] += new[t]
        self.cache = LinearCache(rows, gates, z, g, h, (N, T, H))
        return h[1:].transpose(1, 0, 2)                                     # (N, T, H)

    def backward_unchecked(self, d_outputs, input_gradient=True):
        """Gradient for the input (N, T, D), or None without `input_gradient`; fills `gradients`."""
        rows, gates, z, g, h, (N, T, H) = self.cache
        dh = d_outputs.transpose(1, 0, 2).copy()                            # (T, N, H), ours to change
        for t in range(T - 1, 0, -1):
            dh[t - 1] += z[t] * dh[t]                                       # the one line: no matrix in it
        dz = subtract(h[:-1], g)
        dz *= dh
        dg = dh * (1 - z)
        d = np.concatenate([self.keep_gradient(dz.reshape(-1, H), gates, z.reshape(-1, H)),
                            dg.reshape(-1, H)], axis=1)                     # (M, k H)
        self.gradients["kernel"] = rows.T @ d
        add.reduce(d, 0, out=self.gradients["bias"])
        if not input_gradient:
            return None
        return (d @ self.weights["kernel"].T).reshape(T, N, -1).transpose(1, 0, 2)

    @property
    def gates(self):
        """What the last `forward` kept and let in, a dict of arrays (N, T, H): z, g (the candidate), h."""
        self.require_forward()
        arrays = {"z": self.cache.z, "g": self.cache.g, "h": self.cache.h[1:]}
        return {name: array.transpose(1, 0, 2).copy() for name, array in arrays.items()}


class MinGRU(LinearRecurrence):
    """minGRU (Feng et al. 2024), h = z h_prev + (1 - z) g, with z and g from x alone: z close to 1 keeps.

    The paper writes z for the part that is new, 1 - z here; its candidate g is linear, without a tanh.

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        signed: True lets z go from -1 to 1, through tanh instead of the sigmoid, so that a step can turn the
            sign of the state (Grazzi et al. 2025). Default False.
        chrono: longest lag to be remembered, in steps, more than 2: the biases of z are then drawn as
            log U(1, chrono - 1) (Tallec & Ollivier 2018). Default None: zeros.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = MinGRU(input_size=2, hidden_size=3, seed=0)
        >>> layer.forward(np.ones((4, 5, 2))).shape, layer.parameter_count
        ((4, 5, 3), 18)
    """

    gate_names = ("z", "h")

    def __init__(self, input_size, hidden_size, signed=False, chrono=None, seed=None, dtype="float32"):
        self.signed = arguments.one_of("signed", signed, (True, False))
        super().__init__(input_size, hidden_size, chrono, seed, dtype)

    def keep(self, gates):
        """How much is kept, (M, H), from the sums (M, 2 H)."""
        a = gates[:, :self.hidden_size]
        return tanh(a) if self.signed else _sigmoid(a)

    def keep_gradient(self, dz, gates, z):
        """Gradient for the sum of z, (M, H)."""
        return dz * (1 - z * z) if self.signed else dz * z * (1 - z)


class MinLSTM(LinearRecurrence):
    """minLSTM (Feng et al. 2024), h = f h_prev + i g, with f and i scaled to add up to 1, all from x alone.

    So f / (f + i) is the z of a minGRU with another way to make it.

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        chrono: longest lag to be remembered, in steps, more than 2: the forget biases are then drawn as
            log U(1, chrono - 1), and the input biases are minus them (Tallec & Ollivier 2018). Default None.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = MinLSTM(input_size=2, hidden_size=3, seed=0)
        >>> layer.forward(np.ones((4, 5, 2))).shape, layer.parameter_count
        ((4, 5, 3), 27)
    """

    gate_names = ("f", "i", "h")

    def __init__(self, input_size, hidden_size, chrono=None, seed=None, dtype="float32"):
        super().__init__(input_size, hidden_size, chrono, seed, dtype)

    def keep(self, gates):
        """The share of f in f + i, (M, H), from the sums (M, 3 H), of which those of f and i become gates."""
        H = self.hidden_size
        gates[:, :2 * H] = _sigmoid(gates[:, :2 * H])
        f, i = gates[:, :H], gates[:, H:2 * H]
        return f / (f + i)

    def keep_gradient(self, dz, gates, z):
        """Gradient for the sums of f and i, (M, 2 H)."""
        H, d = self.hidden_size, dz * z * (1 - z)
        return np.concatenate([d * (1 - gates[:, :H]), -d * (1 - gates[:, H:2 * H])], axis=1)


def _sigmoid(a):
    return np.float32(0.5) * tanh(np.float32(0.5) * a) + np.float32(0.5)

"""The plain recurrent layer: h = tanh(Wh h_prev + Wx x + b), and the same with a ReLU for the tanh."""

from dataclasses import dataclass

import numpy as np
from numpy import copyto, greater, maximum, multiply, subtract, tanh

from lstm_course.common import arguments

from .recurrent import Buffers, Recurrent


@dataclass(slots=True)
class RNNStep:
    """The arrays that one step works on, views into the buffers."""

    S: np.ndarray         # (K, N)  [h_prev; x; 1]
    h_prev: np.ndarray    # (H, N)
    h: np.ndarray         # (H, N)
    d: np.ndarray         # (H, N)  gradient before the tanh


class RNNBuffers(Buffers):
    """The arrays of the RNN: those of every recurrent layer are enough."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        self.steps = [RNNStep(S=self.S[t], h_prev=self.h[t], h=self.h[t + 1], d=self.d[t % plan.n])
                      for t in range(plan.L)]


class RNN(Recurrent):
    """Plain recurrent layer, h = tanh(Wh h_prev + Wx x + b) (Elman 1990).

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".
        recurrent_scale: the recurrent weights are an orthogonal matrix times this number; default 1.0.
        keep: "gates" (default) keeps every step for `backward`; "recompute" keeps the state of every √T-th
            step and runs the steps between again: far less memory, a tenth to a third more time, the same
            results.

    Example:
        >>> layer = RNN(input_size=2, hidden_size=3, seed=0)
        >>> outputs, h = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, bool((outputs[:, -1] == h).all())
        ((4, 5, 3), (4, 3), True)
    """

    gate_names = ("h",)

    def __init__(self, input_size, hidden_size, seed=None, dtype="float32", recurrent_scale=1.0,
                 keep="gates"):
        self.recurrent_scale = arguments.real_number("recurrent_scale", recurrent_scale, minimum=0)
        super().__init__(input_size, hidden_size, seed, dtype, keep)

    def initial_weights(self, random):
        weights = super().initial_weights(random)
        weights["recurrent_kernel"] *= self.recurrent_scale
        return weights

    def new_buffers(self, plan):
        return RNNBuffers(plan, self.dtype)

    def fuse(self):
        self._W = np.ascontiguousarray(self.matrix.T)                       # (H, K)

    def forward_steps(self, run):
        W, a, squash = self._W, run.buffers.spare, self.squash
        for step, skip in run.steps:
            W.dot(step.S, a)                                                # (H, N)
            squash(a, step.h)
            if skip is not None:
                copyto(step.h, step.h_prev, where=skip)

    def backward_steps(self, run, start, stop, d_outputs):
        buffers, U = run.buffers, self.weights["recurrent_kernel"]
        dh, spare = buffers.dh, buffers.spare
        h, slope = buffers.h[start + 1:stop + 1], buffers.d[:stop - start]  # (n, H, N)
        self.slope(h, slope)
        if run.counts is not None:
            slope *= run.counts[start:stop]
        # Each step's d comes with this slope; its `*=` makes it the gradient.
        for (step, skip), d_output in run.backwards(start, stop, d_outputs):
            if d_output is not None:
                dh += d_output
            step.d *= dh
            if skip is None:
                U.dot(step.d, dh)                                           # (H, N)
            else:
                copyto(dh, U.dot(step.d, spare), where=~skip)

    @staticmethod
    def squash(a, h):
        """Writes h = tanh(a), both (H, N)."""
        tanh(a, h)

    @staticmethod
    def slope(h, slope):
        """Writes dh/da = 1 - h² of many steps, both (n, H, N)."""
        multiply(h, h, slope)
        subtract(1, slope, slope)

    def gate_arrays(self, buffers):
        return {"h": buffers.h[1:]}


class ReluRNN(RNN):
    """Plain recurrent layer, h = max(0, Wh h_prev + Wx x + b), that starts as a memory (Le et al. 2015).

    The recurrent weights start as the identity and the biases at 0: at first every unit keeps what it has and
    adds what comes in. The output has no upper limit.

    Args:
        input_size, hidden_size, seed, dtype, keep: as for `RNN`.

    Example:
        >>> layer = ReluRNN(input_size=2, hidden_size=3, seed=0)
        >>> outputs, h = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, bool((outputs >= 0).all())
        ((4, 5, 3), True)
    """

    def __init__(self, input_size, hidden_size, seed=None, dtype="float32", keep="gates"):
        super().__init__(input_size, hidden_size, seed, dtype, keep=keep)

    def initial_weights(self, random):
        return super().initial_weights(random) | {"recurrent_kernel": np.eye(self.hidden_size)}

    @staticmethod
    def squash(a, h):
        """Writes h = max(0, a), both (H, N)."""
        maximum(a, 0, out=h)

    @staticmethod
    def slope(h, slope):
        """Writes dh/da, 1 where h is above 0 and else 0, both (n, H, N)."""
        greater(h, 0, out=slope)

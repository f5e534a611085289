"""The GRU layer: h = z h_prev + (1 - z) g, with the reset gate behind the recurrent product or before it."""

from dataclasses import dataclass

import numpy as np
from numpy import add, copyto, multiply, subtract, tanh

from lstm_course.scratch import arguments

from .initial_weights import chrono_biases
from .recurrent import Buffers, Recurrent, rows_first


@dataclass(slots=True)
class ResetAfterStep:
    """The arrays that one step works on when g = tanh(v + r u); views into the buffers."""

    S: np.ndarray         # (K, N)     [h_prev; x; 1]
    zru: np.ndarray       # (3H, N)    what depends on h_prev
    zr: np.ndarray        # (2H, N)
    z: np.ndarray         # (H, N)
    r: np.ndarray         # (H, N)
    u: np.ndarray         # (H, N)     what h_prev brings to the candidate
    v: np.ndarray         # (H, N)     what x brings to it
    g: np.ndarray         # (H, N)
    h_prev: np.ndarray    # (H, N)
    h: np.ndarray         # (H, N)
    d: np.ndarray         # (4, H, N)  dv, dz, dr, du
    dzru: np.ndarray      # (3H, N)


@dataclass(slots=True)
class ResetBeforeStep:
    """The arrays that one step works on when g = tanh(W_g [r h_prev; x; 1]); views into the buffers."""

    S: np.ndarray         # (K, N)   [h_prev; x; 1]
    R: np.ndarray         # (K, N)   [r h_prev; x; 1]
    zr: np.ndarray        # (2H, N)
    z: np.ndarray         # (H, N)
    r: np.ndarray         # (H, N)
    rh: np.ndarray        # (H, N)   r h_prev
    g: np.ndarray         # (H, N)
    h_prev: np.ndarray    # (H, N)
    h: np.ndarray         # (H, N)
    dzr: np.ndarray       # (2H, N)
    dz: np.ndarray        # (H, N)
    dr: np.ndarray        # (H, N)
    dg: np.ndarray        # (H, N)


class GRUBuffers(Buffers):
    """The arrays of both kinds of GRU, besides those of every recurrent layer."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        self.g = self.zeros(plan.L, plan.H, plan.N)                         # candidate
        self.spare_steps = self.zeros(plan.n, plan.H, plan.N)


class ResetAfterBuffers(GRUBuffers):
    """The arrays of the GRU with `reset_after`."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        N, H, L = plan.N, plan.H, plan.L
        # Rows v, z, r, u: z, r, u depend on h, and v, z, r on x, so either are neighbours.
        self.Z = self.zeros(L, 4 * H, N)
        self.v, self.z, self.r, self.u = np.split(self.Z, 4, axis=1)        # (L, H, N)
        self.product = self.zeros(plan.padded_K, 3 * H)
        self.steps = [self._step(t, H) for t in range(L)]

    def _step(self, t, H):
        Z, d = self.Z[t], self.d[t % self.plan.n]
        return ResetAfterStep(
            S=self.S[t], zru=Z[H:], zr=Z[H:3 * H], z=self.z[t], r=self.r[t], u=self.u[t], v=self.v[t],
            g=self.g[t], h_prev=self.h[t], h=self.h[t + 1], d=d.reshape(4, H, -1), dzru=d[H:])


class ResetBeforeBuffers(GRUBuffers):
    """The arrays of the GRU without `reset_after`."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        N, H, L = plan.N, plan.H, plan.L
        self.Z = self.zeros(L, 2 * H, N)
        self.z, self.r = np.split(self.Z, 2, axis=1)                        # (L, H, N)
        self.R = self.zeros(L, plan.K, N)                                   # R[t] is [r h_prev; x; 1]
        self.d_rh = self.zeros(H, N)
        self.steps = [self._step(t, H) for t in range(L)]

    def _step(self, t, H):
        d = self.d[t % self.plan.n]
        return ResetBeforeStep(
            S=self.S[t], R=self.R[t], zr=self.Z[t], z=self.z[t], r=self.r[t], rh=self.R[t, :H], g=self.g[t],
            h_prev=self.h[t], h=self.h[t + 1], dzr=d[:2 * H], dz=d[:H], dr=d[H:2 * H], dg=d[2 * H:])


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), h = z h_prev + (1 - z) g: z close to 1 keeps.

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        reset_after: True (default, as in Keras) applies the reset gate behind the recurrent product, with two
            biases; False applies it before, as on the blackboard.
        chrono: longest lag to be remembered, in steps, more than 2: the biases of z are then drawn as
            log U(1, chrono - 1) (Tallec & Ollivier 2018). Default None: zeros.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".
        keep: "gates" (default) keeps every step for `backward`; "recompute" keeps the state of every √T-th
            step and runs the steps between again: far less memory, a tenth to a third more time, the same
            results.

    Example:
        >>> layer = GRU(input_size=2, hidden_size=3, seed=0)
        >>> outputs, h = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, layer.weights["bias"].shape
        ((4, 5, 3), (4, 3), (2, 9))
    """

    gate_names = ("z", "r", "h")

    def __init__(self, input_size, hidden_size, reset_after=True, chrono=None, seed=None, dtype="float32",
                 keep="gates"):
        self.reset_after = arguments.one_of("reset_after", reset_after, (True, False))
        self.bias_rows, self.chrono = 2 if self.reset_after else 1, chrono
        super().__init__(input_size, hidden_size, seed, dtype, keep)
        self._W = np.zeros((3 * self.hidden_size, self.hidden_size + self.input_size + 1), self.dtype)

    def initial_weights(self, random):
        weights = super().initial_weights(random)
        if self.chrono is not None:
            bias = weights["bias"] = np.zeros(self.weights["bias"].shape)
            bias.reshape(-1)[:self.hidden_size] = chrono_biases(random, self.chrono, self.hidden_size)
        return weights

    def cell_gates(self):
        if self.reset_after:
            raise ValueError("reset_after is True, expected a GRU with reset_after=False: "
                             "the blackboard form has one bias for the candidate, this layer has two")
        return self.gate_names

    @property
    def gradient_rows(self):
        """Numbers in the gradients of a step of one sequence: z, r, g, or z, r, u, v."""
        return (4 if self.reset_after else 3) * self.hidden_size

    def new_buffers(self, plan):
        return (ResetAfterBuffers if self.reset_after else ResetBeforeBuffers)(plan, self.dtype)

    def fuse(self):
        H, W, half = self.hidden_size, self._W, self.dtype.type(0.5)        # W (3H, K)
        W[...] = self.matrix[:len(W.T)].T
        if self.reset_after:
            # The candidate is tanh(v + r u), u of the recurrent weights and v of those of x.
            bias = self.weights["bias"]
            self._W_v = np.concatenate([self.weights["kernel"].T[2 * H:], bias[0, 2 * H:, None]], axis=1)
            W[:2 * H, -1] += bias[1, :2 * H]
            W[2 * H:, H:-1], W[2 * H:, -1] = 0, bias[1, 2 * H:]
        W[:2 * H] *= half

    def forward_steps(self, run):
        forward_steps = self._forward_reset_after if self.reset_after else self._forward_reset_before
        forward_steps(run)

    def backward_steps(self, run, start, stop, d_outputs):
        backward_steps = self._backward_reset_after if self.reset_after else self._backward_reset_before
        backward_steps(run, start, stop, d_outputs)

    def _forward_reset_after(self, run):
        H, W, half = self.hidden_size, self._W, np.asarray(0.5, self.dtype)
        buffers, spare, length = run.buffers, run.buffers.spare, len(run.steps)
        np.matmul(self._W_v, buffers.S[:length, H:], out=buffers.v[:length])    # v of all steps
        for step, skip in run.steps:
            zr, z, g, h_prev, h = step.zr, step.z, step.g, step.h_prev, step.h
            W.dot(step.S, step.zru)                                         # (3H, N)
            tanh(zr, zr)
            zr *= half
            zr += half
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(step.r, step.u, g)
            g += step.v
            tanh(g, g)                                            # g = tanh(v + r u)
            subtract(h_prev, g, spare)
            spare *= z
            add(spare, g, h)                                      # h = z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_after(self, run, start, stop, d_outputs):
        buffers, n = run.buffers, stop - start
        r, u = buffers.r[start:stop], buffers.u[start:stop]                 # (n, H, N)
        H, d = self.hidden_size, buffers.d[:n]
        dv, dz, dr, du = (d[:, k * H:(k + 1) * H] for k in range(4))        # (n, H, N)
        self._derivatives(buffers, start, stop, dz, dv)
        multiply(dv, r, du)
        multiply(du, u, dr)
        dr -= multiply(dr, r, buffers.spare_steps[:n])                      # (1 - z) (1 - g²) u r (1 - r)
        U, dh, spare = self.weights["recurrent_kernel"], buffers.dh, buffers.spare
        for (step, _), d_output in run.backwards(start, stop, d_outputs):
            if d_output is not None:
                dh += d_output
            step.d *= dh                                                    # (4, H, N)
            dh *= step.z
            dh += U.dot(step.dzru, spare)

    def _forward_reset_before(self, run):
        H, W, half = self.hidden_size, self._W, np.asarray(0.5, self.dtype)
        W_zr, W_g = W[:2 * H], W[2 * H:]
        buffers, spare, length = run.buffers, run.buffers.spare, len(run.steps)
        buffers.R[:length, H:] = buffers.S[:length, H:]
        for step, skip in run.steps:
            zr, z, g, h_prev, h = step.zr, step.z, step.g, step.h_prev, step.h
            W_zr.dot(step.S, zr)                                       # (2H, N)
            tanh(zr, zr)
            zr *= half
            zr += half
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(step.r, h_prev, step.rh)
            W_g.dot(step.R, g)                                         # (H, N)
            tanh(g, g)                                            # g = tanh(W_g [r h_prev; x; 1])
            subtract(h_prev, g, spare)
            spare *= z
            add(spare, g, h)                                      # h = z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_before(self, run, start, stop, d_outputs):
        H, buffers = self.hidden_size, run.buffers
        d = buffers.d[:stop - start]
        dz, dr, dg = (d[:, k * H:(k + 1) * H] for k in range(3))            # (n, H, N)
        self._derivatives(buffers, start, stop, dz, dg)
        r, rh = buffers.r[start:stop], buffers.R[start:stop, :H]
        multiply(rh, r, dr)
        subtract(rh, dr, dr)                                                # h_prev r (1 - r)
        U = self.weights["recurrent_kernel"]
        U_zr, U_g = U[:, :2 * H], U[:, 2 * H:]
        dh, d_rh, spare = buffers.dh, buffers.d_rh, buffers.spare
        for (step, _), d_output in run.backwards(start, stop, d_outputs):
            if d_output is not None:
                dh += d_output
            step.dz *= dh
            step.dg *= dh
            dh *= step.z
            U_g.dot(step.dg, d_rh)                                          # (H, N)
            step.dr *= d_rh
            d_rh *= step.r
            dh += d_rh
            dh += U_zr.dot(step.dzr, spare)

    def _derivatives(self, buffers, start, stop, dz, dg):
        """What dh is multiplied by for the gate z and the candidate g, for a block of steps.

        At a skipped step z is 1: both are zero, and dh is handed on whole.
        """
        z, g, h_prev = (array[start:stop] for array in (buffers.z, buffers.g, buffers.h))    # (n, H, N)
        one_minus_z = subtract(1, z, buffers.spare_steps[:stop - start])
        subtract(h_prev, g, dz)
        dz *= z
        dz *= one_minus_z                                                   # (h_prev - g) z (1 - z)
        multiply(g, g, dg)
        subtract(1, dg, dg)
        dg *= one_minus_z                                                   # (1 - z) (1 - g²)

    def add_weight_gradient(self, buffers, start, stop, d):
        H, K, gradient = self.hidden_size, buffers.plan.K, self.matrix_gradient
        S = rows_first(buffers.padded_S[start:stop], buffers.S_room)        # (K, n N)
        if self.reset_after:
            # The gradient's rows are [h_prev; x; 1; 1]: u has h_prev and the second 1, v has x and the first.
            of_zru = S.dot(d[H:].T, buffers.product)                        # (K, 3H)
            gradient[:H] += of_zru[:H]
            gradient[H:K, :2 * H] += of_zru[H:K, :2 * H]
            gradient[H:K, 2 * H:] += S[H:K] @ d[:H].T                       # of v: (D + 1, H)
            gradient[K] += of_zru[K - 1]
        else:
            gradient[:, :2 * H] += (S @ d[:2 * H].T)[:K]
            R = rows_first(buffers.R[start:stop], buffers.S_room)           # (K, n N)
            gradient[:, 2 * H:] += (R @ d[2 * H:].T)[:K]

    def input_gradient(self, d):
        H = self.hidden_size
        if self.reset_after:
            d = np.concatenate([d[H:3 * H], d[:H]])                         # z, r, v: what x enters
        return self.weights["kernel"] @ d                                   # (D, n N)

    def gate_arrays(self, buffers):
        return {"z": buffers.z, "r": buffers.r, "g": buffers.g, "h": buffers.h[1:]}

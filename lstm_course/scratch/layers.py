"""Whole batches of sequences, forward and back through time: the mathematics of `cells.py` made fast.

The plan, from the smallest part to the whole:

    Layer        named weights and gradients, all views into one flat vector
    Recurrent    what RNN, LSTM and GRU share: buffers, state, mask, blocks of steps, the weight gradient
    RNN, LSTM, GRU    one cell's mathematics each: forward and backward of a step side by side
    Dense, Embedding, LastStep    the layers around a recurrent one
    Sequential   layers in a row, their weights joined into one flat vector

Letters: N batch, T time steps, D input features, H hidden size. Outside, arrays are (N, T, features). Inside, a step is
(features, N), so that every gate is one contiguous block of memory. What makes the loops fast:

  * One matrix product a step. Column n of S[t] is [h; x; 1], so recurrent, input and bias terms come out together.
  * sigmoid(a) = tanh(a / 2) / 2 + 1 / 2. With the weights of the sigmoid gates halved once per call, one tanh serves
    every gate of a step.
  * Nothing is allocated in a loop: every array is made once per (N, T), and the views that a step needs are listed once.
  * The derivative of every gate is known before the backward loop starts. It is computed for a block of steps in a few
    long operations; the loop itself holds only what depends on dh and dc.
  * The weight gradient of a block of steps is one matrix product. A block is as long as fits the cache.

A gradient is named d and the name of what it belongs to: dh is the gradient of the loss with respect to h.
"""

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from numpy import add, copyto, dot, multiply, subtract, tanh

from . import arguments

CACHE_BYTES = 384 * 1024    # a block's gate gradients stay within a processor's second-level cache
KEPT_BUFFERS = 3            # buffers of this many (N, T) are kept: training, the last smaller batch, validation


class NamedArrays(Mapping):
    """Named views into one flat vector. Assigning to a name copies the values into the view.

    Example:
        >>> arrays = NamedArrays(np.zeros(3), {"kernel": (2, 1), "bias": (1,)})
        >>> arrays["kernel"] = [[1.0], [2.0]]
        >>> arrays["kernel"].shape, list(arrays)
        ((2, 1), ['kernel', 'bias'])
    """

    def __init__(self, vector, shapes):
        self._views, start = {}, 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            self._views[name] = vector[start:start + size].reshape(shape)
            start += size

    def __getitem__(self, name):
        if name not in self._views:
            raise KeyError(f"{name!r} is not one of {list(self._views)}")
        return self._views[name]

    def __setitem__(self, name, value):
        view = self[name]
        view[...] = arguments.array(name, value, view.shape, view.dtype)

    def __iter__(self):
        return iter(self._views)

    def __len__(self):
        return len(self._views)

    def __repr__(self):
        return "{" + ", ".join(f"{name!r}: {view.shape}" for name, view in self._views.items()) + "}"


class Layer:
    """Named weights and their gradients, kept in two flat vectors: `parameters` and `parameter_gradients`."""

    def __init__(self, shapes, dtype):
        self._shapes, self.dtype = shapes, arguments.float_type("dtype", dtype)
        size = sum(int(np.prod(shape)) for shape in shapes.values())
        self._bind(np.zeros(size, self.dtype), np.zeros(size, self.dtype))

    def _bind(self, parameters, gradients):
        self.parameters, self.parameter_gradients = parameters, gradients
        self.weights, self.gradients = NamedArrays(parameters, self._shapes), NamedArrays(gradients, self._shapes)

    @property
    def parameter_count(self):
        """Number of trainable weights."""
        return self.parameters.size

    def __getstate__(self):
        # Copies and pickles carry the vectors alone: views would come back as separate arrays, buffers are scratch space.
        return {name: value for name, value in self.__dict__.items()
                if name not in ("weights", "gradients") and not name.startswith("_buffer")}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._bind(self.parameters, self.parameter_gradients)


class Recurrent(Layer):
    """What the recurrent layers share. A subclass has one cell's mathematics.

    It names its gates (`gate_names`, in Keras order) and its state (`state_names`) and has four methods: `_allocate` makes the
    buffers of a shape (N, T), `_fuse` prepares the weights for one call, `_forward_steps` and `_backward_steps` run a cell.
    """

    gate_names = ()
    state_names = ("h",)
    bias_rows = 1

    def __init__(self, input_size, hidden_size, seed, dtype, recurrent_scale=1.0):
        D = self.input_size = arguments.whole_number("input_size", input_size)
        H = self.hidden_size = self.output_size = arguments.whole_number("hidden_size", hidden_size)
        columns = len(self.gate_names) * H
        # In this order the weights are the rows of one matrix that multiplies [h; x; 1].
        super().__init__({"recurrent_kernel": (H, columns), "kernel": (D, columns),
                          "bias": (columns,) if self.bias_rows == 1 else (self.bias_rows, columns)}, dtype)
        self._random = arguments.generator("seed", seed)
        self.weights["recurrent_kernel"] = recurrent_scale * orthogonal(self._random, H, columns)
        self.weights["kernel"] = glorot_uniform(self._random, D, columns)
        self._buffer_cache, self._buffers = {}, None

    def _bind(self, parameters, gradients):
        super()._bind(parameters, gradients)
        columns = len(self.gate_names) * self.hidden_size
        self._matrix = parameters.reshape(-1, columns)             # (H + D + 1, gates H)
        self._matrix_gradient = gradients.reshape(-1, columns)

    def __setstate__(self, state):
        super().__setstate__(state)
        self._buffer_cache, self._buffers = {}, None

    # -- the public face: checks on the way in, copies on the way out ---------------------------------------------

    def forward(self, x, state=None, mask=None):
        """Run over whole sequences.

        Args:
            x: input (N, T, D).
            state: initial state, (N, H), for the LSTM a pair (h, c); default zeros.
            mask: (N, T) booleans; where it is False the step is skipped: state and output are carried on.
                As in Keras the outputs before the first step that counts are zero. Default: every step counts.

        Returns:
            (outputs, state): the output of every step (N, T, H), and the last state in the form of `state`.

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        x = self._checked_input("x", x)
        mask = arguments.mask("mask", mask, x.shape[:2])
        state = self._checked_state("state", state, len(x))
        outputs = self._forward(x, mask, state).copy()
        if self._buffers.late is not None:
            outputs[self._buffers.late] = 0
        return outputs, self._unpacked([states[-1].T.copy() for states in self._buffers.states])

    def backward(self, d_outputs, d_state=None):
        """Run back through time from the last `forward`; fills `gradients` and `d_state`.

        Args:
            d_outputs: gradient of the loss for every output (N, T, H), or None when only the last state counts.
            d_state: gradient for the last state, in the form of the state; any of its arrays may be None.

        Returns:
            dx: gradient for the input (N, T, D).

        Raises:
            RuntimeError: if there was no `forward` before.
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        buffers = self._last_buffers()
        N, T = buffers.shape
        if d_outputs is not None:
            d_outputs = arguments.array("d_outputs", d_outputs, (N, T, self.hidden_size), self.dtype)
            if buffers.late is not None:
                d_outputs = np.where(buffers.late[:, :, None], self.dtype.type(0), d_outputs)
        return self._backward(d_outputs, self._checked_state("d_state", d_state, N)).copy()

    @property
    def d_state(self):
        """Gradient for the initial state after `backward`, in the form of the state."""
        return self._unpacked([d.T.copy() for d in self._last_buffers().d_states])

    @property
    def gates(self):
        """Gates and states of the last `forward`: dict of arrays (N, T, H)."""
        return {name: view.transpose(2, 0, 1).copy() for name, view in self._gate_views(self._last_buffers()).items()}

    def load_cell_weights(self, weights):
        """Take weights in the blackboard form of `cells.py`: for every gate W (H, H + D) and b (H,)."""
        letters = self._cell_letters()
        weights = arguments.cell_weights(weights, letters, self.input_size, self.hidden_size)
        H = self.hidden_size
        for k, gate in enumerate(letters):
            self._matrix[:-1, k * H:(k + 1) * H] = weights["W" + gate].T
            self._matrix[-1, k * H:(k + 1) * H] = weights["b" + gate]

    def cell_weights(self):
        """Return the weights in the blackboard form of `cells.py`: for every gate W (H, H + D) and b (H,)."""
        letters, H = self._cell_letters(), self.hidden_size
        weights = {}
        for k, gate in enumerate(letters):
            weights["W" + gate] = self._matrix[:-1, k * H:(k + 1) * H].T.copy()
            weights["b" + gate] = self._matrix[-1, k * H:(k + 1) * H].copy()
        return weights

    def _cell_letters(self):
        return "".join(self.gate_names)

    def _checked_input(self, name, x):
        return arguments.array(name, x, ("N", "T", self.input_size), self.dtype)

    def _checked_state(self, name, state, N):
        """The state as a list of (N, H) arrays or None."""
        if len(self.state_names) == 1:
            state = (state,)
        elif state is None:
            state = (None,) * len(self.state_names)
        elif not isinstance(state, tuple | list) or len(state) != len(self.state_names):
            came = f"{len(state)} entries" if isinstance(state, tuple | list) else f"type {type(state).__name__}"
            raise TypeError(f"{name} has {came}, expected a pair ({', '.join(self.state_names)})")
        return [part if part is None else
                arguments.array(f"{name} {letter}", part, (N, self.hidden_size), self.dtype)
                for letter, part in zip(self.state_names, state, strict=True)]

    def _unpacked(self, parts):
        return parts[0] if len(parts) == 1 else tuple(parts)

    def _last_buffers(self):
        if self._buffers is None:
            raise RuntimeError("there was no forward yet, expected forward(x) before")
        return self._buffers

    # -- forward and backward over all steps, without checks and copies -------------------------------------------

    def _forward(self, x, mask=None, state=None):
        N, T, D = x.shape
        H = self.hidden_size
        buffers = self._buffers = self._buffers_of(N, T)
        buffers.S[:T, H:H + D] = x.transpose(1, 2, 0)             # (T, D, N)
        for states, initial in zip(buffers.states, state or [None] * len(buffers.states), strict=True):
            states[0] = 0 if initial is None else initial.T       # (H, N)
        self._set_mask(buffers, mask, state)
        self._fuse()
        self._forward_steps(buffers)
        return buffers.S[1:, :H].transpose(2, 0, 1)               # (N, T, H)

    def _backward(self, d_outputs, d_state=None, input_gradient=True):
        buffers, H = self._buffers, self.hidden_size
        N, T = buffers.shape
        for d, given in zip(buffers.d_states, d_state or [None] * len(buffers.d_states), strict=True):
            d[...] = 0 if given is None else given.T              # (H, N)
        dx = np.empty((self.input_size, T, N), self.dtype) if input_gradient else None
        for start, stop in reversed(buffers.blocks):
            d_h_steps = [None] * (stop - start)
            if d_outputs is not None:
                d_h_steps = buffers.d_outputs[:stop - start]
                d_h_steps[...] = d_outputs[:, start:stop].transpose(1, 2, 0)   # (n, H, N)
            self._backward_steps(buffers, start, stop, d_h_steps)
            self._weight_gradient(buffers, start, stop, dx)
        return None if dx is None else dx.transpose(2, 1, 0)      # (N, T, D)

    def _buffers_of(self, N, T):
        if (N, T) not in self._buffer_cache:
            if len(self._buffer_cache) == KEPT_BUFFERS:
                del self._buffer_cache[next(iter(self._buffer_cache))]
            self._buffer_cache[N, T] = self._new_buffers(N, T)
        return self._buffer_cache[N, T]

    def _new_buffers(self, N, T):
        H, K, dtype = self.hidden_size, self.hidden_size + self.input_size + 1, self.dtype
        rows = self._gradient_rows()
        length = max(1, min(T, CACHE_BYTES // (rows * N * dtype.itemsize)))
        buffers = SimpleNamespace(
            shape=(N, T),
            blocks=[(start, min(T, start + length)) for start in range(0, T, length)],
            S=np.zeros((T + 1, K, N), dtype),                     # S[t] is [h_{t-1}; x_t; 1]
            d=np.empty((length, rows, N), dtype),                 # gate gradients of a block
            d_wide=np.empty(rows * length * N, dtype),            # the same, (rows, steps, N), for one product
            S_wide=np.empty(K * length * N, dtype),
            d_outputs=np.empty((length, H, N), dtype),
            dh=np.empty((H, N), dtype),
            product=np.empty((K, rows), dtype))
        buffers.S[:, -1] = 1
        buffers.states, buffers.d_states = [buffers.S[:, :H]], [buffers.dh]
        self._allocate(buffers, N, T, length)
        return buffers

    def _gradient_rows(self):
        return len(self.gate_names) * self.hidden_size

    def _set_mask(self, buffers, mask, state):
        """`skips[t]` are the sequences that skip step t, None when there are none; `late` the outputs that are zero."""
        N, T = buffers.shape
        buffers.skips, buffers.keep, buffers.late = [None] * T, None, None
        if mask is None or mask.all():
            return
        buffers.keep = mask.T[:, None, :].astype(self.dtype)      # (T, 1, N)
        buffers.skips = [None if step.all() else ~step for step in mask.T]
        if state is not None and state[0] is not None:
            buffers.late = ~np.logical_or.accumulate(mask, axis=1)

    def _weight_gradient(self, buffers, start, stop, dx):
        """Add the weight gradient of the steps start to stop, in one product, and set their dx."""
        n, (N, T) = stop - start, buffers.shape
        _, rows, _ = buffers.d.shape
        K = buffers.S.shape[1]
        d = buffers.d_wide[:rows * n * N].reshape(rows, n, N)
        S = buffers.S_wide[:K * n * N].reshape(K, n, N)
        d[...] = buffers.d[:n].transpose(1, 0, 2)
        S[...] = buffers.S[start:stop].transpose(1, 0, 2)
        d, S = d.reshape(rows, n * N), S.reshape(K, n * N)
        if stop == T:
            dot(S, d.T, self._matrix_gradient)                    # (K, gates H)
        else:
            dot(S, d.T, buffers.product)
            add(self._matrix_gradient, buffers.product, self._matrix_gradient)
        if dx is not None:
            dx[:, start:stop] = dot(self.weights["kernel"], d).reshape(-1, n, N)


class RNN(Recurrent):
    """Plain recurrent layer, h = tanh(Wh h_prev + Wx x + b) (Elman 1990).

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".
        recurrent_scale: the recurrent weights are an orthogonal matrix times this number; default 1.0.

    Example:
        >>> layer = RNN(input_size=2, hidden_size=3, seed=0)
        >>> outputs, h = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, bool((outputs[:, -1] == h).all())
        ((4, 5, 3), (4, 3), True)
    """

    gate_names = ("h",)

    def __init__(self, input_size, hidden_size, seed=None, dtype="float32", recurrent_scale=1.0):
        recurrent_scale = arguments.real_number("recurrent_scale", recurrent_scale, minimum=0)
        super().__init__(input_size, hidden_size, seed, dtype, recurrent_scale)

    def _allocate(self, buffers, N, T, length):
        H = self.hidden_size
        S, d = buffers.S, buffers.d
        buffers.a = np.empty((H, N), self.dtype)
        buffers.held = np.empty((H, N), self.dtype)
        buffers.forward_steps = [(S[t], S[t, :H], S[t + 1, :H]) for t in range(T)]
        buffers.backward_steps = [d[t % length] for t in range(T)]

    def _fuse(self):
        self._W = np.ascontiguousarray(self._matrix.T)            # (H, K)

    def _forward_steps(self, buffers):
        W, a = self._W, buffers.a
        for (S, h_prev, h), skip in zip(buffers.forward_steps, buffers.skips, strict=True):
            dot(W, S, a)
            tanh(a, h)
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_steps(self, buffers, start, stop, d_outputs):
        U, dh, held = self.weights["recurrent_kernel"], buffers.dh, buffers.held
        h, d = buffers.S[start + 1:stop + 1, :self.hidden_size], buffers.d[:stop - start]
        multiply(h, h, d)
        subtract(1, d, d)                                         # 1 - h²
        if buffers.keep is not None:
            multiply(d, buffers.keep[start:stop], d)
        for t in range(stop - 1, start - 1, -1):
            d, d_output, skip = buffers.backward_steps[t], d_outputs[t - start], buffers.skips[t]
            if d_output is not None:
                add(dh, d_output, dh)
            if skip is not None:
                multiply(dh, skip, held)
            multiply(d, dh, d)
            dot(U, d, dh)
            if skip is not None:
                add(dh, held, dh)

    def _gate_views(self, buffers):
        return {"h": buffers.S[1:, :self.hidden_size]}


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        forget_bias: initial bias of the forget gate; default 1.0, so that the memory starts open (Jozefowicz et al. 2015).
        chrono: longest lag to be remembered, in steps, more than 2. The forget biases are drawn as log U(1, chrono - 1), the input
            biases are minus them (Tallec & Ollivier 2018); `forget_bias` is not used then. Default None.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = LSTM(input_size=2, hidden_size=3, seed=0)
        >>> outputs, (h, c) = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, c.shape, layer.parameter_count
        ((4, 5, 3), (4, 3), (4, 3), 72)
    """

    gate_names = ("i", "f", "c", "o")
    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size, forget_bias=1.0, chrono=None, seed=None, dtype="float32"):
        forget_bias = arguments.real_number("forget_bias", forget_bias)
        super().__init__(input_size, hidden_size, seed, dtype)
        H, bias = self.hidden_size, self.weights["bias"]
        bias[H:2 * H] = forget_bias
        if chrono is not None:
            bias[H:2 * H] = chrono_biases(self._random, chrono, H)
            bias[:H] = -bias[H:2 * H]
        self._W = np.empty((4 * H, H + self.input_size + 1), self.dtype)

    def _allocate(self, buffers, N, T, length):
        H = self.hidden_size
        # Z[t] holds o, i, f, g of step t and c_{t-1}: the three sigmoids lie together, and so do [i, f] and [g, c_prev].
        S, d = buffers.S, buffers.d
        Z = buffers.Z = np.zeros((T + 1, 5 * H, N), self.dtype)
        P = buffers.P = np.empty((T, 2 * H, N), self.dtype)       # i * g, f * c_prev
        tanh_c = buffers.tanh_c = np.empty((T, H, N), self.dtype)
        A = buffers.A = np.empty((length, H, N), self.dtype)
        buffers.dc = np.empty((H, N), self.dtype)
        buffers.held = np.empty((H, N), self.dtype)
        buffers.states.append(Z[:, 4 * H:])
        buffers.d_states.append(buffers.dc)
        buffers.forward_steps = [
            (S[t], Z[t, :4 * H], Z[t, :3 * H], Z[t, H:3 * H], Z[t, 3 * H:], P[t], P[t, :H], P[t, H:],
             Z[t + 1, 4 * H:], tanh_c[t], Z[t, :H], S[t + 1, :H]) for t in range(T)]
        buffers.masked_steps = [(Z[t, H:2 * H], Z[t, 2 * H:3 * H], S[t, :H], S[t + 1, :H]) for t in range(T)]
        buffers.backward_steps = [
            (A[t % length], d[t % length], d[t % length, :H], d[t % length, H:2 * H], d[t % length, 2 * H:3 * H],
             d[t % length, 3 * H:], Z[t, 2 * H:3 * H]) for t in range(T)]

    def _fuse(self):
        H, W, columns = self.hidden_size, self._W, self._matrix.T  # (4H, K)
        half = self.dtype.type(0.5)
        multiply(columns[3 * H:], half, W[:H])                    # o
        multiply(columns[:2 * H], half, W[H:3 * H])               # i, f
        W[3 * H:] = columns[2 * H:3 * H]                          # g

    def _forward_steps(self, buffers):
        W, half = self._W, np.asarray(0.5, self.dtype)
        for t, (S, oifg, oif, i_and_f, g_and_c_prev, products, ig, fc, c, tanh_c, o, h) in enumerate(
                buffers.forward_steps):
            skip = buffers.skips[t]
            dot(W, S, oifg)                                       # (4H, N)
            tanh(oifg, oifg)
            multiply(oif, half, oif)
            add(oif, half, oif)
            if skip is not None:                                  # a skipped step: nothing in, everything kept
                i, f, h_prev, _ = buffers.masked_steps[t]
                copyto(i, 0, where=skip)
                copyto(f, 1, where=skip)
            multiply(i_and_f, g_and_c_prev, products)             # i g, f c_prev
            add(ig, fc, c)
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_steps(self, buffers, start, stop, d_outputs):
        H, U, dh, dc, held = self.hidden_size, self.weights["recurrent_kernel"], buffers.dh, buffers.dc, buffers.held
        Z, P, tanh_c = buffers.Z[start:stop], buffers.P[start:stop], buffers.tanh_c[start:stop]
        o, i, i_and_f, g = Z[:, :H], Z[:, H:2 * H], Z[:, H:3 * H], Z[:, 3 * H:4 * H]
        h = buffers.S[start + 1:stop + 1, :H]
        A, d = buffers.A[:stop - start], buffers.d[:stop - start]
        multiply(h, tanh_c, A)
        subtract(o, A, A)                                         # dc/dh: o (1 - tanh² c)
        multiply(P, i_and_f, d[:, :2 * H])
        subtract(P, d[:, :2 * H], d[:, :2 * H])                   # i: g i (1 - i); f: c_prev f (1 - f)
        multiply(P[:, :H], g, d[:, 2 * H:3 * H])
        subtract(i, d[:, 2 * H:3 * H], d[:, 2 * H:3 * H])         # g: i (1 - g²)
        multiply(h, o, d[:, 3 * H:])
        subtract(h, d[:, 3 * H:], d[:, 3 * H:])                   # o: tanh(c) o (1 - o)
        if buffers.keep is not None:
            multiply(A, buffers.keep[start:stop], A)
            multiply(d, buffers.keep[start:stop], d)
        for t in range(stop - 1, start - 1, -1):
            A, d, di, df, dg, do, f = buffers.backward_steps[t]
            d_output, skip = d_outputs[t - start], buffers.skips[t]
            if d_output is not None:
                add(dh, d_output, dh)
            if skip is not None:
                multiply(dh, skip, held)
            multiply(do, dh, do)
            multiply(A, dh, A)
            add(dc, A, dc)
            multiply(di, dc, di)
            multiply(df, dc, df)
            multiply(dg, dc, dg)
            multiply(dc, f, dc)
            dot(U, d, dh)
            if skip is not None:
                add(dh, held, dh)

    def _gate_views(self, buffers):
        H, Z = self.hidden_size, buffers.Z
        return {"i": Z[:-1, H:2 * H], "f": Z[:-1, 2 * H:3 * H], "g": Z[:-1, 3 * H:4 * H], "o": Z[:-1, :H],
                "c": Z[1:, 4 * H:], "h": buffers.S[1:, :H]}


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), h = z h_prev + (1 - z) candidate: z close to 1 keeps.

    Args:
        input_size: number of features D.
        hidden_size: number of units H.
        reset_after: True (default, as in Keras) applies the reset gate after the recurrent product, with two biases; False
            before it, as on the blackboard.
        chrono: longest lag to be remembered, in steps, more than 2: the biases of z are drawn as log U(1, chrono - 1) (Tallec & Ollivier
            2018). Default None: zero.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> layer = GRU(input_size=2, hidden_size=3, seed=0)
        >>> outputs, h = layer.forward(np.ones((4, 5, 2)))
        >>> outputs.shape, h.shape, layer.weights["bias"].shape
        ((4, 5, 3), (4, 3), (2, 9))
    """

    gate_names = ("z", "r", "h")

    def __init__(self, input_size, hidden_size, reset_after=True, chrono=None, seed=None, dtype="float32"):
        self.reset_after = arguments.one_of("reset_after", reset_after, (True, False))
        self.bias_rows = 2 if self.reset_after else 1
        super().__init__(input_size, hidden_size, seed, dtype)
        H = self.hidden_size
        if chrono is not None:
            bias = self.weights["bias"][0] if self.reset_after else self.weights["bias"]
            bias[:H] = chrono_biases(self._random, chrono, H)
        self._W = np.zeros((4 * H if self.reset_after else 3 * H, H + self.input_size + 1), self.dtype)

    def _cell_letters(self):
        if self.reset_after:
            raise ValueError("reset_after is True, expected a GRU with reset_after=False: "
                             "the blackboard form has one bias for the candidate, this layer has two")
        return super()._cell_letters()

    def _gradient_rows(self):
        return (4 if self.reset_after else 3) * self.hidden_size

    def _allocate(self, buffers, N, T, length):
        H, S, d = self.hidden_size, buffers.S, buffers.d
        rows = self._gradient_rows()
        Z = buffers.Z = np.empty((T, rows, N), self.dtype)
        G = buffers.G = np.empty((T, H, N), self.dtype)
        buffers.spare = np.empty((H, N), self.dtype)
        buffers.spare_block = np.empty((length, H, N), self.dtype)
        buffers.total = np.empty((S.shape[1], rows), self.dtype)
        if not self.reset_after:
            R = buffers.R = np.ones((T, S.shape[1], N), self.dtype)    # R[t] is [r h_prev; x; 1]
            buffers.R_wide = np.empty_like(buffers.S_wide)
            buffers.forward_steps = [(S[t], S[t, :H], S[t + 1, :H], Z[t, :2 * H], Z[t, :H], Z[t, H:2 * H],
                                      R[t], R[t, :H], G[t]) for t in range(T)]
            buffers.backward_steps = [(d[t % length], d[t % length, :2 * H], d[t % length, :H],
                                       d[t % length, H:2 * H], d[t % length, 2 * H:], Z[t, :H], Z[t, H:2 * H])
                                      for t in range(T)]
            return
        buffers.forward_steps = [(S[t], S[t, :H], S[t + 1, :H], Z[t], Z[t, :2 * H], Z[t, :H], Z[t, H:2 * H],
                                  Z[t, 2 * H:3 * H], Z[t, 3 * H:], G[t]) for t in range(T)]
        buffers.backward_steps = [(d[t % length].reshape(4, H, N), d[t % length, :3 * H], Z[t, :H])
                                  for t in range(T)]

    def _fuse(self):
        H, W = self.hidden_size, self._W
        U, V, bias = (self.weights[name].T for name in ("recurrent_kernel", "kernel", "bias"))
        if not self.reset_after:
            W[...] = self._matrix.T
        else:
            # rows z and r; the recurrent part of the candidate, which r multiplies; its input part
            W[:3 * H, :H] = U
            W[:2 * H, H:-1], W[3 * H:, H:-1] = V[:2 * H], V[2 * H:]
            W[:2 * H, -1] = bias[:2 * H].sum(1)
            W[2 * H:3 * H, -1], W[3 * H:, -1] = bias[2 * H:, 1], bias[2 * H:, 0]
        W[:2 * H] *= self.dtype.type(0.5)

    def _forward_steps(self, buffers):
        if self.reset_after:
            self._forward_reset_after(buffers)
        else:
            self._forward_reset_before(buffers)

    def _backward_steps(self, buffers, start, stop, d_outputs):
        if self.reset_after:
            self._backward_reset_after(buffers, start, stop, d_outputs)
        else:
            self._backward_reset_before(buffers, start, stop, d_outputs)

    def _forward_reset_after(self, buffers):
        W, half, spare = self._W, np.asarray(0.5, self.dtype), buffers.spare
        for (S, h_prev, h, gates, zr, z, r, u, v, g), skip in zip(buffers.forward_steps, buffers.skips, strict=True):
            dot(W, S, gates)                                      # (4H, N)
            tanh(zr, zr)
            multiply(zr, half, zr)
            add(zr, half, zr)
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(r, u, g)
            add(g, v, g)
            tanh(g, g)                                            # candidate: tanh(v + r u)
            subtract(h_prev, g, spare)
            multiply(spare, z, spare)
            add(spare, g, h)                                      # z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_after(self, buffers, start, stop, d_outputs):
        H, U, dh, spare = self.hidden_size, self.weights["recurrent_kernel"], buffers.dh, buffers.spare
        Z, g, n = buffers.Z[start:stop], buffers.G[start:stop], stop - start
        z, r, u = Z[:, :H], Z[:, H:2 * H], Z[:, 2 * H:3 * H]
        h, h_prev = buffers.S[start + 1:stop + 1, :H], buffers.S[start:stop, :H]
        d, one_minus_z = buffers.d[:n], buffers.spare_block[:n]
        dz, dr, du, dv = d[:, :H], d[:, H:2 * H], d[:, 2 * H:3 * H], d[:, 3 * H:]
        subtract(1, z, one_minus_z)
        subtract(h_prev, g, dz)
        multiply(dz, z, dz)
        multiply(dz, one_minus_z, dz)                             # (h_prev - g) z (1 - z)
        multiply(g, g, dv)
        subtract(1, dv, dv)
        multiply(dv, one_minus_z, dv)                             # (1 - z) (1 - g²)
        multiply(dv, r, du)
        multiply(du, u, dr)
        multiply(dr, r, spare_block := one_minus_z)
        subtract(dr, spare_block, dr)                             # dv u r (1 - r)
        for t in range(stop - 1, start - 1, -1):
            d, d_recurrent, z = buffers.backward_steps[t]
            d_output = d_outputs[t - start]
            if d_output is not None:
                add(dh, d_output, dh)
            multiply(d, dh, d)
            multiply(dh, z, dh)
            dot(U, d_recurrent, spare)
            add(dh, spare, dh)

    def _forward_reset_before(self, buffers):
        H, W, half, spare = self.hidden_size, self._W, np.asarray(0.5, self.dtype), buffers.spare
        buffers.R[:, H:] = buffers.S[:-1, H:]
        W_zr, W_g = W[:2 * H], W[2 * H:]
        for (S, h_prev, h, zr, z, r, R, rh, g), skip in zip(buffers.forward_steps, buffers.skips, strict=True):
            dot(W_zr, S, zr)                                      # (2H, N)
            tanh(zr, zr)
            multiply(zr, half, zr)
            add(zr, half, zr)
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(r, h_prev, rh)
            dot(W_g, R, g)                                        # (H, N)
            tanh(g, g)
            subtract(h_prev, g, spare)
            multiply(spare, z, spare)
            add(spare, g, h)                                      # z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_before(self, buffers, start, stop, d_outputs):
        H, dh, spare, n = self.hidden_size, buffers.dh, buffers.spare, stop - start
        U = self.weights["recurrent_kernel"]
        U_zr, U_g = np.ascontiguousarray(U[:, :2 * H]), np.ascontiguousarray(U[:, 2 * H:])
        Z, g = buffers.Z[start:stop], buffers.G[start:stop]
        z, r, rh = Z[:, :H], Z[:, H:2 * H], buffers.R[start:stop, :H]
        h_prev = buffers.S[start:stop, :H]
        d, one_minus_z = buffers.d[:n], buffers.spare_block[:n]
        dz, dr, dg = d[:, :H], d[:, H:2 * H], d[:, 2 * H:]
        subtract(1, z, one_minus_z)
        subtract(h_prev, g, dz)
        multiply(dz, z, dz)
        multiply(dz, one_minus_z, dz)                             # (h_prev - g) z (1 - z)
        multiply(g, g, dg)
        subtract(1, dg, dg)
        multiply(dg, one_minus_z, dg)                             # (1 - z) (1 - g²)
        multiply(rh, r, dr)
        subtract(rh, dr, dr)                                      # h_prev r (1 - r)
        d_rh = np.empty_like(dh)
        for t in range(stop - 1, start - 1, -1):
            d, d_zr, dz, dr, dg, z, r = buffers.backward_steps[t]
            d_output = d_outputs[t - start]
            if d_output is not None:
                add(dh, d_output, dh)
            multiply(dz, dh, dz)
            multiply(dg, dh, dg)
            multiply(dh, z, dh)
            dot(U_g, dg, d_rh)
            multiply(dr, d_rh, dr)
            multiply(d_rh, r, d_rh)
            add(dh, d_rh, dh)
            dot(U_zr, d_zr, spare)
            add(dh, spare, dh)

    def _weight_gradient(self, buffers, start, stop, dx):
        H, n, (N, T) = self.hidden_size, stop - start, buffers.shape
        K, rows = buffers.S.shape[1], self._gradient_rows()
        d = buffers.d_wide[:rows * n * N].reshape(rows, n, N)
        S = buffers.S_wide[:K * n * N].reshape(K, n, N)
        d[...] = buffers.d[:n].transpose(1, 0, 2)
        S[...] = buffers.S[start:stop].transpose(1, 0, 2)
        d, S = d.reshape(rows, n * N), S.reshape(K, n * N)
        total = buffers.total
        if stop == T:
            total.fill(0)
        total += dot(S, d.T)
        if not self.reset_after:
            R = buffers.R_wide[:K * n * N].reshape(K, n, N)
            R[...] = buffers.R[start:stop].transpose(1, 0, 2)
            if stop == T:
                self._matrix_gradient.fill(0)
            self._matrix_gradient[:, :2 * H] += dot(S, d[:2 * H].T)
            self._matrix_gradient[:, 2 * H:] += dot(R.reshape(K, n * N), d[2 * H:].T)
            if dx is not None:
                dx[:, start:stop] = dot(self.weights["kernel"], d).reshape(-1, n, N)
            return
        if dx is not None:
            d_input = np.concatenate([d[:2 * H], d[3 * H:]])
            dx[:, start:stop] = dot(self.weights["kernel"], d_input).reshape(-1, n, N)
        if start == 0:
            gradients = self.gradients
            gradients["recurrent_kernel"][...] = total[:H, :3 * H]
            gradients["kernel"][:, :2 * H] = total[H:-1, :2 * H]
            gradients["kernel"][:, 2 * H:] = total[H:-1, 3 * H:]
            gradients["bias"][:, :2 * H] = total[-1, :2 * H]
            gradients["bias"][0, 2 * H:] = total[-1, 3 * H:]
            gradients["bias"][1, 2 * H:] = total[-1, 2 * H:3 * H]

    def _gate_views(self, buffers):
        H, Z = self.hidden_size, buffers.Z
        return {"z": Z[:, :H], "r": Z[:, H:2 * H], "g": buffers.G, "h": buffers.S[1:, :H]}


class Dense(Layer):
    """Fully connected layer, activation(x W + b), on the last axis.

    Args:
        input_size: number of features D.
        output_size: number of outputs.
        activation: None (default), "tanh" or "relu". There is no sigmoid or softmax: the losses take logits.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> Dense(3, 2, seed=0).forward(np.ones((4, 5, 3))).shape
        (4, 5, 2)
    """

    def __init__(self, input_size, output_size, activation=None, seed=None, dtype="float32"):
        self.input_size = arguments.whole_number("input_size", input_size)
        self.output_size = arguments.whole_number("output_size", output_size)
        self.activation = arguments.one_of("activation", activation, (None, "tanh", "relu"))
        super().__init__({"kernel": (self.input_size, self.output_size), "bias": (self.output_size,)}, dtype)
        random = arguments.generator("seed", seed)
        self.weights["kernel"] = glorot_uniform(random, self.input_size, self.output_size)
        self._buffer = None

    def forward(self, x):
        """Args: x (..., D). Returns: (..., output_size). Raises: TypeError, ValueError for a bad x."""
        return self._forward(self._checked_input("x", x)).copy()

    def backward(self, d_outputs):
        """Args: d_outputs, gradient for the output. Returns: gradient for x. Fills `gradients`."""
        if self._buffer is None:
            raise RuntimeError("there was no forward yet, expected forward(x) before")
        return self._backward(arguments.array("d_outputs", d_outputs, self._buffer[1].shape, self.dtype))

    def _checked_input(self, name, x):
        return arguments.array(name, x, (..., self.input_size), self.dtype)

    def _forward(self, x):
        y = dot(x, self.weights["kernel"])                        # (..., output_size)
        add(y, self.weights["bias"], y)
        if self.activation == "tanh":
            tanh(y, y)
        elif self.activation == "relu":
            np.maximum(y, 0, out=y)
        self._buffer = (x, y)
        return y

    def _backward(self, dy, input_gradient=True):
        x, y = self._buffer
        if self.activation == "tanh":
            dy = dy * (1 - y * y)
        elif self.activation == "relu":
            dy = dy * (y > 0)
        rows = dy.reshape(-1, self.output_size)
        dot(x.reshape(-1, self.input_size).T, rows, self.gradients["kernel"])
        add.reduce(rows, 0, out=self.gradients["bias"])
        return dot(dy, self.weights["kernel"].T) if input_gradient else None

    def __setstate__(self, state):
        super().__setstate__(state)
        self._buffer = None


class Embedding(Layer):
    """Table of one vector for each word index.

    Args:
        vocabulary_size: number of rows; indices run from 0 to vocabulary_size - 1.
        output_size: length of a vector.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> Embedding(10, 4, seed=0).forward([[1, 2, 3]]).shape
        (1, 3, 4)
    """

    def __init__(self, vocabulary_size, output_size, seed=None, dtype="float32"):
        self.vocabulary_size = arguments.whole_number("vocabulary_size", vocabulary_size)
        self.output_size = arguments.whole_number("output_size", output_size)
        super().__init__({"embeddings": (self.vocabulary_size, self.output_size)}, dtype)
        random = arguments.generator("seed", seed)
        self.weights["embeddings"] = random.uniform(-0.05, 0.05, (self.vocabulary_size, self.output_size))  # as Keras
        self._buffer = None

    def forward(self, x):
        """Args: x, whole numbers (N, T). Returns: (N, T, output_size). Raises: TypeError, ValueError for a bad x."""
        return self._forward(self._checked_input("x", x))

    def backward(self, d_outputs):
        """Args: d_outputs (N, T, output_size). Fills `gradients`; returns None, for an index has no gradient."""
        if self._buffer is None:
            raise RuntimeError("there was no forward yet, expected forward(x) before")
        self._backward(arguments.array("d_outputs", d_outputs, (*self._buffer.shape, self.output_size), self.dtype))

    def _checked_input(self, name, x):
        return arguments.integers(name, x, ("N", "T"), below=self.vocabulary_size)

    def _forward(self, x):
        self._buffer = x
        return self.weights["embeddings"][x]                      # (N, T, output_size)

    def _backward(self, dy, input_gradient=True):
        # Equal words lie together after sorting, so that one long sum per word replaces one addition per occurrence.
        words = self._buffer.reshape(-1)
        order = np.argsort(words, kind="stable")
        words = words[order]
        starts = np.flatnonzero(np.r_[True, words[1:] != words[:-1]])
        gradient = self.gradients["embeddings"]
        gradient.fill(0)
        gradient[words[starts]] = add.reduceat(dy.reshape(-1, self.output_size)[order], starts, axis=0)

    def __setstate__(self, state):
        super().__setstate__(state)
        self._buffer = None


class LastStep(Layer):
    """Picks the last step of a sequence, (N, T, H) to (N, H).

    In a `Sequential` behind a recurrent layer it costs nothing: that layer then takes the gradient of its last state alone.

    Example:
        >>> LastStep().forward(np.ones((4, 5, 3))).shape
        (4, 3)
    """

    def __init__(self):
        super().__init__({}, "float32")
        self._buffer = None

    def forward(self, x):
        """Args: x (N, T, H). Returns: (N, H)."""
        return self._forward(self._checked_input("x", x)).copy()

    def backward(self, d_outputs):
        """Args: d_outputs (N, H). Returns: gradient (N, T, H), zero but for the last step."""
        if self._buffer is None:
            raise RuntimeError("there was no forward yet, expected forward(x) before")
        N, _, H = self._buffer
        return self._backward(arguments.array("d_outputs", d_outputs, (N, H)))

    def _checked_input(self, name, x):
        return arguments.array(name, x, ("N", "T", "H"))

    def _forward(self, x):
        self._buffer = x.shape
        return x[:, -1]                                           # (N, H)

    def _backward(self, dy, input_gradient=True):
        dx = np.zeros(self._buffer, dy.dtype)
        dx[:, -1] = dy
        return dx

    def __setstate__(self, state):
        super().__setstate__(state)
        self._buffer = None


class Sequential(Layer):
    """Layers in a row. Their weights are joined into one flat vector, so that an optimiser runs over one array.

    Args:
        layers: list of layers of this module; sizes and dtypes must fit.

    Example:
        >>> model = Sequential([LSTM(2, 8, seed=0), LastStep(), Dense(8, 1, seed=0)])
        >>> model.forward(np.ones((4, 5, 2))).shape, model.parameter_count
        ((4, 1), 361)
        >>> list(model.weights)
        ['0.recurrent_kernel', '0.kernel', '0.bias', '2.kernel', '2.bias']
    """

    def __init__(self, layers):
        self.layers = _checked_layers(layers)
        weighted = [layer for layer in self.layers if layer.parameter_count]
        dtypes = {layer.dtype.name for layer in weighted}
        if len(dtypes) > 1:
            raise ValueError(f"layers have the dtypes {sorted(dtypes)}, expected one dtype")
        super().__init__({f"{k}.{name}": shape for k, layer in enumerate(self.layers)
                          for name, shape in layer._shapes.items()}, dtypes.pop() if dtypes else "float32")
        if weighted:
            np.concatenate([layer.parameters for layer in weighted], out=self.parameters)
        self._join()

    def _join(self):
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.parameter_count)
            layer._bind(self.parameters[part], self.parameter_gradients[part])
            start = part.stop
        self._buffer = None

    def __setstate__(self, state):
        super().__setstate__(state)
        self._join()

    def forward(self, x, mask=None):
        """Run all layers.

        Args:
            x: what the first layer takes.
            mask: (N, T) booleans for the recurrent layers; default: every step counts.

        Returns:
            The output of the last layer.

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        return self._forward(*self._checked_inputs(x, mask)).copy()

    def backward(self, d_outputs):
        """Run back through all layers from the last `forward`; fills `gradients`.

        Args:
            d_outputs: gradient for the output, of its shape.

        Returns:
            Gradient for x; None when the first layer is an Embedding.
        """
        if self._buffer is None:
            raise RuntimeError("there was no forward yet, expected forward(x) before")
        dx = self._backward(arguments.array("d_outputs", d_outputs, self._buffer, self.dtype))
        return None if dx is None else dx.copy()

    def _checked_inputs(self, x, mask):
        x = self.layers[0]._checked_input("x", x)
        return x, arguments.mask("mask", mask, x.shape[:2])

    def _forward(self, x, mask=None):
        for layer in self.layers:
            x = layer._forward(x, mask) if isinstance(layer, Recurrent) else layer._forward(x)
        self._buffer = x.shape
        return x

    def _backward(self, d, input_gradient=True):
        d_state = None
        for k in reversed(range(len(self.layers))):
            layer, needed = self.layers[k], k > 0 or input_gradient
            if isinstance(layer, LastStep) and k > 0 and isinstance(self.layers[k - 1], Recurrent):
                d, d_state = None, d
            elif isinstance(layer, Recurrent):
                others = [None] * (len(layer.state_names) - 1)
                d = layer._backward(d, None if d_state is None else [d_state, *others], needed)
                d_state = None
            else:
                d = layer._backward(d, needed)
        return d


def _checked_layers(layers):
    arguments.instance("layers", layers, list | tuple, "a list of layers")
    if not layers:
        raise ValueError("layers is empty, expected at least one layer")
    size, sequence = None, None
    for k, layer in enumerate(layers):
        name = f"layers[{k}]"
        arguments.instance(name, layer, (Recurrent, Dense, Embedding, LastStep),
                           "one of RNN, LSTM, GRU, Dense, Embedding, LastStep")
        if any(layer is other for other in layers[:k]):
            raise ValueError(f"{name} stands in the list twice, expected different layers")
        if isinstance(layer, Embedding) and k > 0:
            raise ValueError(f"{name} is an Embedding, expected it to be the first layer")
        if isinstance(layer, Recurrent | LastStep) and sequence is False:
            raise ValueError(f"{name} is a {type(layer).__name__} behind a LastStep, expected a layer for (N, H)")
        wanted = getattr(layer, "input_size", None)
        if size is not None and wanted is not None and size != wanted:
            raise ValueError(f"{name} has input_size {wanted}, expected {size}, the output size of the layer before")
        size = getattr(layer, "output_size", size)
        sequence = False if isinstance(layer, LastStep) else True if isinstance(layer, Recurrent) else sequence
    return list(layers)


def glorot_uniform(random, rows, columns):
    """Uniform in ± sqrt(6 / (rows + columns)) (Glorot & Bengio 2010), as Keras draws its kernels."""
    limit = np.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, (rows, columns))


def orthogonal(random, rows, columns):
    """Orthonormal rows or columns (Saxe et al. 2014), as Keras draws its recurrent kernels."""
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))                                      # else the signs would follow the algorithm
    return q if rows >= columns else q.T


def chrono_biases(random, chrono, size):
    """Biases log U(1, chrono - 1): gates for memories of up to `chrono` steps (Tallec & Ollivier 2018)."""
    chrono = arguments.real_number("chrono", chrono)
    if chrono <= 2:
        raise ValueError(f"chrono is {chrono}, expected a number of steps greater than 2")
    return np.log(random.uniform(1, chrono - 1, size))

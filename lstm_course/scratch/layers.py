"""Whole batches of sequences, forward and back through time: the mathematics of `cells.py` made fast.

The plan, from the smallest part to the whole:

    Layer                         weights and gradients as named views into one flat vector
    Recurrent                     what recurrent layers share: state, mask, buffers, weight gradient
    RNN, LSTM, GRU                the mathematics of one cell, forward and backward of a step side by side
    Dense, Embedding, LastStep    what stands before and behind them
    Sequential                    layers in a row, their weights joined into one vector

Letters: N batch, T time steps, D input features, H hidden size. Outside, arrays are (N, T, features). Inside,
a step is (features, N), so that each gate is one contiguous block of memory. What makes the loops fast:

  * One matrix product a step, by the method `dot` into an array that is there: `np.dot` and `@` take longer
    to begin. S[t] holds the rows [h_prev; x; 1], so that the recurrent, input and bias terms
    of all gates come out of `W @ S[t]` together.
  * sigmoid(a) = tanh(a / 2) / 2 + 1 / 2. The weights of the sigmoid gates are halved once per call; then one
    tanh serves every gate of a step.
  * Nothing is allocated in a loop. The arrays are made once for each (N, T), and the views that a step needs
    are listed once.
  * The derivatives of the gates are known before the backward loop starts. They are computed for a block of
    steps in a few long operations; the loop itself holds only what depends on dh and dc.
  * The weight gradient of a block of steps is one matrix product. A block is as long as fits the cache.

Memory: every step is kept for the way back, some 10 H N numbers each, unless keep="recompute". Then the steps
are run in segments of about √T, in buffers as long as one segment, and run again on the way back.

Threads: the products are the only part that BLAS can divide. A second thread made an update of the LSTM
2.3 times as fast with 512 units, 1.2 to 1.5 times with 128, and hardly faster below (docs/benchmarks.md).

Names: gates i, f, o, candidate g, cell state c, output h; in the GRU gates z, r. The gradient of the loss for
a value is called d and its name: dh, dc; for a gate it is taken before the nonlinearity: di, df, dg, do.
"""

import copy
from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from numpy import add, copyto, multiply, subtract, tanh

from . import arguments

CACHE_BYTES = 384 * 1024    # the gate gradients of a block of steps take at most this much
COLUMNS_PER_UNIT = 1        # but has at least so many columns (steps times N) for each unit: a product that
                            # is thinner spends its time on reading and writing the weight gradient
ROWS_TOGETHER = 4           # BLAS takes so many rows at once: 36 rows take less time than 35
KEPT_BUFFERS = 3            # shapes (N, T) that a layer keeps buffers for: training, last batch, validation


class NamedArrays(Mapping):
    """Named views into one flat vector. Assigning to a name copies the values into its view.

    Args:
        vector: flat vector.
        shapes: dict from name to shape, in the order in which they lie in the vector.

    Example:
        >>> arrays = NamedArrays(np.zeros(3), {"kernel": (2, 1), "bias": (1,)})
        >>> arrays["kernel"] = [[1.0], [2.0]]
        >>> arrays
        {'kernel': (2, 1), 'bias': (1,)}
    """

    def __init__(self, vector, shapes):
        self._views, start = {}, 0
        for name, shape in shapes.items():
            stop = start + int(np.prod(shape))
            self._views[name] = vector[start:stop].reshape(shape)
            start = stop

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
        return repr({name: view.shape for name, view in self._views.items()})


class Layer:
    """A step of a network: forward, backward, and its weights.

    Attributes:
        weights, gradients: the weights and, after `backward`, their gradients, by name, laid out as in Keras.
        parameters, parameter_gradients: the same as flat vectors; the named arrays are views into them.

    A subclass has `_checked_input(name, x)`, and `_forward` and `_backward`, which neither check nor copy.
    """

    def __init__(self, shapes, dtype):
        self._shapes, self.dtype = shapes, arguments.float_type("dtype", dtype)
        size = sum(int(np.prod(shape)) for shape in shapes.values())
        self._bind(np.zeros(size, self.dtype), np.zeros(size, self.dtype))
        self._last = None    # what backward needs from the last forward

    def _bind(self, parameters, gradients):
        self.parameters, self.parameter_gradients = parameters, gradients
        self.weights = NamedArrays(parameters, self._shapes)
        self.gradients = NamedArrays(gradients, self._shapes)

    @property
    def parameter_count(self):
        """Number of weights that are trained."""
        return self.parameters.size

    def forward(self, x):
        """Compute the output.

        Args:
            x: the input, as the class describes it.

        Returns:
            The output, an array of its own.

        Raises:
            TypeError, ValueError: if x has the wrong kind or shape, or is not finite.
        """
        y = self._forward(self._checked_input("x", x)).copy()
        self._output_shape = y.shape
        return y

    def backward(self, d_outputs):
        """Compute the gradients that belong to the last `forward`, and fill `gradients`.

        Args:
            d_outputs: gradient of the loss for the output, of its shape.

        Returns:
            Gradient for the input; None where the input is word indices.

        Raises:
            RuntimeError: if there was no `forward` before.
            TypeError, ValueError: if d_outputs has the wrong kind or shape, or is not finite.
        """
        self._require_forward()
        dx = self._backward(arguments.array("d_outputs", d_outputs, self._output_shape, self.dtype))
        return None if dx is None else dx.copy()

    def _require_forward(self):
        if self._last is None:
            raise RuntimeError("there was no forward yet, expected forward before backward")

    def __getstate__(self):
        # A copy or pickle carries the flat vectors: copied one by one, the views would lose their vector.
        dropped = ("weights", "gradients", "_last")
        return {name: value for name, value in self.__dict__.items() if name not in dropped}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._bind(self.parameters, self.parameter_gradients)
        self._last = None


class Recurrent(Layer):
    """What the recurrent layers share.

    A subclass names its gates, in Keras's order, and its state. Its cell is four methods: `_fuse` prepares
    the weights for one call, `_allocate` makes the arrays for a shape (N, T) and lists the views of each
    step, `_forward_steps` runs the cell over all steps, `_backward_steps` back over a block of them. For
    each step they are handed its views, the sequences that skip it and, backward, the gradient of its
    output.
    """

    gate_names = ()
    state_names = ("h",)
    bias_rows = 1

    def __init__(self, input_size, hidden_size, seed, dtype, keep, recurrent_scale=1.0):
        self.keep = arguments.one_of("keep", keep, ("gates", "recompute"))
        D = self.input_size = arguments.whole_number("input_size", input_size)
        H = self.hidden_size = self.output_size = arguments.whole_number("hidden_size", hidden_size)
        columns = len(self.gate_names) * H
        # In this order the weights are the rows of one matrix, which stands against the rows [h; x; 1].
        super().__init__({"recurrent_kernel": (H, columns), "kernel": (D, columns),
                          "bias": (columns,) if self.bias_rows == 1 else (self.bias_rows, columns)}, dtype)
        self._random = arguments.generator("seed", seed)
        self.weights["recurrent_kernel"] = recurrent_scale * orthogonal(self._random, H, columns)
        self.weights["kernel"] = glorot_uniform(self._random, D, columns)
        self._kept_buffers = {}

    def _bind(self, parameters, gradients):
        super()._bind(parameters, gradients)
        columns = len(self.gate_names) * self.hidden_size
        self._matrix = parameters.reshape(-1, columns)                      # (H + D + 1, 4H) for four gates
        self._matrix_gradient = gradients.reshape(-1, columns)

    def __getstate__(self):
        return super().__getstate__() | {"_kept_buffers": {}}

    # ---- the public face: checks on the way in, copies on the way out

    def forward(self, x, state=None, mask=None):
        """Run over whole sequences.

        Args:
            x: input (N, T, D).
            state: initial state (N, H), for the LSTM a pair (h, c); default zeros.
            mask: (N, T) booleans. Where it is False the step is skipped: state and output are carried on; as
                in Keras the outputs before the first step that counts are zero. Default: every step counts.

        Returns:
            (outputs, state): the output of every step (N, T, H), and the last state in the form of `state`.

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        x = self._checked_input("x", x)
        mask = arguments.mask("mask", mask, x.shape[:2])
        state = self._checked_state("state", state, len(x))
        outputs = self._forward(x, mask, state).copy()
        self._before_start = None
        if mask is not None and state[0] is not None:
            self._before_start = ~np.logical_or.accumulate(mask, axis=1)    # (N, T)
            outputs[self._before_start] = 0
        return outputs, self._packed([part.copy() for part in self._last_state()])

    def backward(self, d_outputs, d_state=None):
        """Run back through time, for the last `forward`; fills `gradients` and `d_state`.

        Args:
            d_outputs: gradient of the loss for every output (N, T, H); None when only the last state counts.
            d_state: gradient for the last state, in the form of the state; any of its arrays may be None.

        Returns:
            dx: gradient for the input (N, T, D).

        Raises:
            RuntimeError: if there was no `forward` before.
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        self._require_forward()
        N, T = self._last.shape
        if d_outputs is not None:
            d_outputs = arguments.array("d_outputs", d_outputs, (N, T, self.hidden_size), self.dtype)
            if self._before_start is not None:
                d_outputs = np.where(self._before_start[:, :, None], self.dtype.type(0), d_outputs)
        return self._backward(d_outputs, d_state=self._checked_state("d_state", d_state, N)).copy()

    def stream(self, batch_size=1, state=None):
        """Make a function that takes one step at a time, for live data or for text that is being written.

        It costs a few millionths of a second, for it prepares everything beforehand: it holds the state, and
        the weights as they are now; later training does not change it.

        Args:
            batch_size: number of sequences N; default 1.
            state: initial state, as `forward` takes it; default zeros.

        Returns:
            A function from the input of one step (N, D) to the output (N, H).

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

        Example:
            >>> layer = LSTM(2, 3, seed=0)
            >>> step, x = layer.stream(), np.ones((1, 5, 2))
            >>> outputs = [step(x[:, t]) for t in range(5)]
            >>> bool(np.allclose(outputs[-1], layer.forward(x)[0][:, -1]))
            True
        """
        N = arguments.whole_number("batch_size", batch_size)
        engine = copy.deepcopy(self)
        buffers = engine._new_buffers(N, 1)
        for steps, given in zip(buffers.states, self._checked_state("state", state, N), strict=True):
            steps[0] = 0 if given is None else given.T
        engine._fuse()
        buffers.steps, views = 1, [(buffers.forward_views[0], None)]
        x_rows, h = buffers.S[0, self.hidden_size:-1], buffers.S[1, :self.hidden_size]
        before_and_after = [(steps[0], steps[1]) for steps in buffers.states]
        shape, dtype, forward_steps = (N, self.input_size), self.dtype, engine._forward_steps

        def step(x):
            x_rows[...] = arguments.array("x", x, shape, dtype).T
            forward_steps(buffers, views)
            for before, after in before_and_after:
                copyto(before, after)
            return h.T.copy()
        return step

    @property
    def d_state(self):
        """Gradient for the initial state, after `backward`, in the form of the state."""
        self._require_forward()
        return self._packed([d.T.copy() for d in self._last.d_states])

    @property
    def gates(self):
        """Gates and states of the last `forward`, a dict of arrays (N, T, H).

        LSTM: i, f, g (the candidate), o, c, h. GRU: z, r, g (the candidate), h. RNN: h. At a step that the
        mask skips, the gates stand so that they keep the state: f = 1 and i = 0, or z = 1.
        """
        self._require_forward()
        if self.keep == "recompute":
            raise RuntimeError("keep is 'recompute', so the gates are gone, expected keep='gates'")
        return {name: steps.transpose(2, 0, 1).copy() for name, steps in self._gate_steps(self._last).items()}

    def load_cell_weights(self, weights):
        """Take the weights from the blackboard form of `cells.py`.

        Args:
            weights: dict with W (H, H + D) and b (H,) for each gate, for example Wf and bf.
        """
        weights = arguments.cell_weights(weights, self._cell_gates(), self.input_size, self.hidden_size)
        for gate, columns in self._gate_columns():
            self._matrix[:-1, columns] = weights["W" + gate].T
            self._matrix[-1, columns] = weights["b" + gate]

    def cell_weights(self):
        """Return the weights in the blackboard form of `cells.py`, as `load_cell_weights` takes them."""
        self._cell_gates()
        return {"W" + gate: self._matrix[:-1, columns].T.copy() for gate, columns in self._gate_columns()} | {
            "b" + gate: self._matrix[-1, columns].copy() for gate, columns in self._gate_columns()}

    def _cell_gates(self):
        return self.gate_names

    def _gate_columns(self):
        H = self.hidden_size
        return [(gate, slice(k * H, (k + 1) * H)) for k, gate in enumerate(self.gate_names)]

    def _checked_input(self, name, x):
        return arguments.array(name, x, ("N", "T", self.input_size), self.dtype)

    def _checked_state(self, name, state, N):
        """The state as a list of arrays (N, H), or None for zeros."""
        if len(self.state_names) == 1:
            state = [state]
        elif state is None:
            state = [None] * len(self.state_names)
        else:
            expected = f"a pair ({', '.join(self.state_names)})"
            arguments.instance(name, state, tuple | list, expected)
            if len(state) != len(self.state_names):
                raise ValueError(f"{name} has {len(state)} entries, expected {expected}")
        return [None if part is None else
                arguments.array(f"{name} {letter}", part, (N, self.hidden_size), self.dtype)
                for letter, part in zip(self.state_names, state, strict=True)]

    def _packed(self, parts):
        return parts[0] if len(parts) == 1 else tuple(parts)

    # ---- all steps, forward and backward, without checks and copies

    def _forward(self, x, mask=None, state=None, last_only=False):
        N, T, _ = x.shape
        buffers = self._last = self._buffers(N, T)
        buffers.x, buffers.mask = x.transpose(1, 2, 0), None                # (T, D, N)
        if mask is not None and not mask.all():
            buffers.mask = mask.T                                           # (T, N)
        for steps, given in zip(buffers.states, state or [None, None], strict=False):
            steps[0] = 0 if given is None else given.T                      # (H, N)
        self._fuse()
        if len(buffers.segments) > 1:
            return self._forward_segments(buffers, last_only)
        self._run(buffers, 0)
        return buffers.S[T if last_only else 1:, :self.hidden_size].transpose(2, 0, 1)   # (N, T, H)

    def _forward_segments(self, buffers, last_only):
        """Segment by segment in the same buffers; what is kept of each is the state at its start."""
        N, T = buffers.shape
        buffers.x = buffers.x.copy()      # backward needs it, when the caller's array may have changed
        outputs = np.empty((1 if last_only else T, self.hidden_size, N), self.dtype)
        for k, (start, stop) in enumerate(buffers.segments):
            for first, steps in zip(buffers.first_states, buffers.states, strict=True):
                if k > 0:
                    steps[0] = steps[buffers.steps]
                first[k] = steps[0]
            self._run(buffers, k)
            if not last_only:
                outputs[start:stop] = buffers.S[1:stop - start + 1, :self.hidden_size]
        for first, steps in zip(buffers.first_states, buffers.states, strict=True):
            first[-1] = steps[buffers.steps]
        if last_only:
            outputs[0] = buffers.first_states[0][-1]
        return outputs.transpose(2, 0, 1)                                   # (N, T, H)

    def _run(self, buffers, k):
        """The forward steps of segment k, from the state that is in the buffers."""
        start, stop = buffers.segments[k]
        n, H = stop - start, self.hidden_size
        buffers.segment, buffers.steps = k, n
        buffers.S[:n, H:H + self.input_size] = buffers.x[start:stop]
        # skips[t] says which sequences skip step t; None, the usual case, costs nothing in the loops.
        buffers.skips, buffers.counts = [None] * n, None
        if buffers.mask is not None:
            mask = buffers.mask[start:stop]
            buffers.skips = [None if step.all() else ~step for step in mask]
            buffers.counts = mask[:, None, :].astype(self.dtype)            # (n, 1, N)
        self._forward_steps(buffers, zip(buffers.forward_views[:n], buffers.skips, strict=True))

    def _last_state(self):
        buffers = self._last
        kept = buffers.states if len(buffers.segments) == 1 else buffers.first_states
        return [steps[-1].T for steps in kept]                              # (N, H) each

    def _backward(self, d_outputs, input_gradient=True, d_state=None):
        buffers = self._last
        N, T = buffers.shape
        for d, given in zip(buffers.d_states, d_state or [None, None], strict=False):
            d[...] = 0 if given is None else given.T                        # (H, N)
        self.parameter_gradients.fill(0)
        dx = np.empty((self.input_size, T, N), self.dtype) if input_gradient else None
        for k, (start, stop) in reversed(list(enumerate(buffers.segments))):
            if buffers.segment != k:                                        # its gates were not kept
                for first, steps in zip(buffers.first_states, buffers.states, strict=True):
                    steps[0] = first[k]
                self._run(buffers, k)
            self._backward_segment(buffers, None if d_outputs is None else d_outputs[:, start:stop],
                                   dx[:, start:stop] if input_gradient else None)
        return dx.transpose(2, 1, 0) if input_gradient else None            # (N, T, D)

    def _backward_segment(self, buffers, d_outputs, dx):
        N = buffers.shape[0]
        for start, stop in reversed(buffers.blocks):
            stop = min(stop, buffers.steps)                                 # the last segment may be shorter
            if start >= stop:
                continue
            d_h = [None] * (stop - start)
            if d_outputs is not None:
                d_h = buffers.d_outputs[:stop - start]                      # (n, H, N)
                d_h[...] = d_outputs[:, start:stop].transpose(1, 2, 0)
            steps = zip(buffers.backward_views[start:stop], d_h, buffers.skips[start:stop], strict=True)
            self._backward_steps(buffers, start, stop, reversed(list(steps)))
            d = rows_first(buffers.d[:stop - start], buffers.d_rows)        # (4H, n N)
            self._add_weight_gradient(buffers, start, stop, d)
            if dx is not None:
                dx[:, start:stop] = self._input_gradient(d).reshape(-1, stop - start, N)

    def _add_weight_gradient(self, buffers, start, stop, d):
        S = rows_first(buffers.S_padded[start:stop], buffers.S_rows)        # (K, n N)
        self._matrix_gradient += S.dot(d.T, buffers.product)[:len(self._matrix)]

    def _input_gradient(self, d):
        return self.weights["kernel"] @ d                                   # (D, n N)

    def _buffers(self, N, T):
        kept = self._kept_buffers
        if (N, T) not in kept:
            if len(kept) == KEPT_BUFFERS:
                del kept[next(iter(kept))]
            kept[N, T] = self._new_buffers(N, T)
        return kept[N, T]

    def _new_buffers(self, N, T):
        H, K, rows = self.hidden_size, self.hidden_size + self.input_size + 1, self._gradient_rows()
        padded = K + -K % ROWS_TOGETHER
        n = max(1, CACHE_BYTES // (rows * N * self.dtype.itemsize), COLUMNS_PER_UNIT * H // N)
        # Segments of √T steps take the least memory (Chen et al. 2016). Made of whole blocks, they add up the
        # same products in the same order as one long segment: the results are equal to the last bit.
        L = T if self.keep == "gates" else min(T, n * max(1, round(np.sqrt(T) / n)))
        n = min(n, L)
        buffers = SimpleNamespace(
            shape=(N, T), segments=pieces(T, L), blocks=pieces(L, n),
            S_padded=self._array(L + 1, padded, N),    # S, and below it rows of zeros
            d=self._array(n, rows, N),             # gradients of the gates, before their nonlinearity
            dh=self._array(H, N),
            d_outputs=self._array(n, H, N),
            d_rows=self._array(rows * n * N),      # room for d and S in the order that one product needs
            S_rows=self._array(padded * n * N),
            product=self._array(padded, rows))
        S = buffers.S = buffers.S_padded[:, :K]    # S[t] is [h_prev; x; 1] of step t: S[t + 1] holds its h
        S[:, -1] = 1
        buffers.states, buffers.d_states = [S[:, :H]], [buffers.dh]
        self._allocate(buffers, N, L, n)
        # The state before each segment, and the last one.
        buffers.first_states = [self._array(len(buffers.segments) + 1, H, N) for _ in buffers.states]
        return buffers

    def _array(self, *shape):
        return np.zeros(shape, self.dtype)

    def _gradient_rows(self):
        return len(self.gate_names) * self.hidden_size


def rows_first(steps, room):
    """Copy (steps, rows, N) into (rows, steps N), so that one product sums over all steps and sequences."""
    n, rows, N = steps.shape
    result = room[:steps.size].reshape(rows, n, N)
    result[...] = steps.transpose(1, 0, 2)
    return result.reshape(rows, n * N)


def pieces(length, size):
    """Cut range(length) into pieces (start, stop) of this size; the last may be shorter."""
    return [(start, min(length, start + size)) for start in range(0, length, size)]


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
        recurrent_scale = arguments.real_number("recurrent_scale", recurrent_scale, minimum=0)
        super().__init__(input_size, hidden_size, seed, dtype, keep, recurrent_scale)

    def _fuse(self):
        self._W = np.ascontiguousarray(self._matrix.T)                      # (H, K)

    def _allocate(self, buffers, N, T, n):
        S, d, H = buffers.S, buffers.d, self.hidden_size
        buffers.spare = self._array(H, N)
        buffers.forward_views = [(S[t], S[t, :H], S[t + 1, :H]) for t in range(T)]
        buffers.backward_views = [d[t % n] for t in range(T)]

    def _forward_steps(self, buffers, steps):
        W, a = self._W, buffers.spare
        for (S, h_prev, h), skip in steps:
            W.dot(S, a)                                                     # (H, N)
            tanh(a, h)
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_steps(self, buffers, start, stop, steps):
        U, dh, spare = self.weights["recurrent_kernel"], buffers.dh, buffers.spare
        h, d = buffers.S[start + 1:stop + 1, :self.hidden_size], buffers.d[:stop - start]
        multiply(h, h, d)
        subtract(1, d, d)                                                   # 1 - h²
        if buffers.counts is not None:
            d *= buffers.counts[start:stop]
        for d, d_output, skip in steps:
            if d_output is not None:
                dh += d_output
            d *= dh
            if skip is None:
                U.dot(d, dh)                                                # (H, N)
            else:
                copyto(dh, U.dot(d, spare), where=~skip)

    def _gate_steps(self, buffers):
        return {"h": buffers.S[1:, :self.hidden_size]}


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
        forget_bias = arguments.real_number("forget_bias", forget_bias)
        super().__init__(input_size, hidden_size, seed, dtype, keep)
        H, bias = self.hidden_size, self.weights["bias"]
        bias[H:2 * H] = forget_bias
        if chrono is not None:
            bias[H:2 * H] = chrono_biases(self._random, chrono, H)
            bias[:H] = -bias[H:2 * H]
        self._W = self._array(4 * H, H + self.input_size + 1)

    def _fuse(self):
        # From Keras's order i, f, g, o to o, i, f, g: so the three sigmoids lie together.
        H, W, half = self.hidden_size, self._W, self.dtype.type(0.5)        # W (4H, K)
        W[:H], W[H:] = self._matrix[:, 3 * H:].T, self._matrix[:, :3 * H].T
        W[:3 * H] *= half

    def _allocate(self, buffers, N, T, n):
        S, H = buffers.S, self.hidden_size
        # Z[t] holds o, i, f, g of step t and, below them, c_prev: [i; f] * [g; c_prev] is one product.
        Z = buffers.Z = self._array(T + 1, 5 * H, N)
        o, f, c_prev = Z[:, :H], Z[:, 2 * H:3 * H], Z[:, 4 * H:]            # (T + 1, H, N)
        products = buffers.products = self._array(T, 2 * H, N)              # i g and f c_prev
        tanh_c = buffers.tanh_c = self._array(T, H, N)
        buffers.states.append(c_prev)
        buffers.forward_views = [
            (S[t], Z[t, :4 * H], Z[t, :3 * H], Z[t, H:3 * H], Z[t, 3 * H:], products[t], products[t, :H],
             products[t, H:], c_prev[t + 1], tanh_c[t], o[t], S[t, :H], S[t + 1, :H]) for t in range(T)]
        buffers.nothing_in = np.repeat([[0.0], [1.0]], H, axis=0).astype(self.dtype)    # (2H, 1)

        d, dc_by_h = buffers.d, self._array(n, H, N)
        di, df, dg, do = (d[:, k * H:(k + 1) * H] for k in range(4))        # (n, H, N)
        buffers.dc_by_h, buffers.dc, buffers.spare = dc_by_h, self._array(H, N), self._array(H, N)
        buffers.d_states.append(buffers.dc)
        buffers.backward_views = [
            (dc_by_h[t % n], d[t % n], di[t % n], df[t % n], dg[t % n], do[t % n], f[t]) for t in range(T)]

    def _forward_steps(self, buffers, steps):
        W, half = self._W, np.asarray(0.5, self.dtype)
        for (S, oifg, oif, i_f, g_c_prev, products, i_g, f_c_prev, c, tanh_c, o, h_prev, h), skip in steps:
            W.dot(S, oifg)                                                  # (4H, N)
            tanh(oifg, oifg)
            oif *= half
            oif += half
            if skip is not None:
                copyto(i_f, buffers.nothing_in, where=skip)                 # i = 0, f = 1: c is kept
            multiply(i_f, g_c_prev, products)
            add(i_g, f_c_prev, c)                                           # c = i g + f c_prev
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)                                          # h = o tanh(c)
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_steps(self, buffers, start, stop, steps):
        self._derivatives(buffers, start, stop)
        U, dh, dc, spare = self.weights["recurrent_kernel"], buffers.dh, buffers.dc, buffers.spare
        # Each of these arrays comes with a derivative; its `*=` makes it the gradient that it is named after.
        for (dc_by_h, d, di, df, dg, do, f), d_output, skip in steps:
            if d_output is not None:
                dh += d_output
            do *= dh                                                        # h = o tanh(c)
            dc_by_h *= dh
            dc += dc_by_h
            di *= dc                                                        # c = i g + f c_prev
            df *= dc
            dg *= dc
            dc *= f
            if skip is None:
                U.dot(d, dh)                                                # (H, N)
            else:
                copyto(dh, U.dot(d, spare), where=~skip)

    def _derivatives(self, buffers, start, stop):
        """What dh and dc are multiplied by, for a block of steps; a is a gate before its nonlinearity."""
        H, Z, products = self.hidden_size, buffers.Z[start:stop], buffers.products[start:stop]
        o, i, i_f, g = Z[:, :H], Z[:, H:2 * H], Z[:, H:3 * H], Z[:, 3 * H:4 * H]
        h, tanh_c = buffers.S[start + 1:stop + 1, :H], buffers.tanh_c[start:stop]
        dc_by_h, d = buffers.dc_by_h[:stop - start], buffers.d[:stop - start]
        di_f, dg, do = d[:, :2 * H], d[:, 2 * H:3 * H], d[:, 3 * H:]
        multiply(h, tanh_c, dc_by_h)
        subtract(o, dc_by_h, dc_by_h)                                       # dh/dc = o (1 - tanh²(c))
        multiply(h, o, do)
        subtract(h, do, do)                                                 # dh/da = tanh(c) o (1 - o)
        multiply(products, i_f, di_f)
        subtract(products, di_f, di_f)                     # dc/da = g i (1 - i) and c_prev f (1 - f)
        multiply(products[:, :H], g, dg)
        subtract(i, dg, dg)                                                 # dc/da = i (1 - g²)
        if buffers.counts is not None:
            dc_by_h *= buffers.counts[start:stop]
            d *= buffers.counts[start:stop]

    def _gate_steps(self, buffers):
        H, Z = self.hidden_size, buffers.Z
        o, i, f, g = (Z[:-1, k * H:(k + 1) * H] for k in range(4))
        return {"i": i, "f": f, "g": g, "o": o, "c": Z[1:, 4 * H:], "h": buffers.S[1:, :H]}


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
        self.bias_rows = 2 if self.reset_after else 1
        super().__init__(input_size, hidden_size, seed, dtype, keep)
        H = self.hidden_size
        if chrono is not None:
            self.weights["bias"].reshape(-1)[:H] = chrono_biases(self._random, chrono, H)
        self._W = self._array(3 * H, H + self.input_size + 1)

    def _cell_gates(self):
        if self.reset_after:
            raise ValueError("reset_after is True, expected a GRU with reset_after=False: "
                             "the blackboard form has one bias for the candidate, this layer has two")
        return self.gate_names

    def _gradient_rows(self):
        return (4 if self.reset_after else 3) * self.hidden_size

    def _fuse(self):
        H, W, half = self.hidden_size, self._W, self.dtype.type(0.5)
        W[...] = self._matrix[:len(W.T)].T
        if self.reset_after:
            # The candidate is tanh(v + r u), u of the recurrent weights and v of those of x.
            bias = self.weights["bias"]
            self._W_v = np.concatenate([self.weights["kernel"].T[2 * H:], bias[0, 2 * H:, None]], axis=1)
            W[:2 * H, -1] += bias[1, :2 * H]
            W[2 * H:, H:-1], W[2 * H:, -1] = 0, bias[1, 2 * H:]
        W[:2 * H] *= half

    def _allocate(self, buffers, N, T, n):
        S, d, H = buffers.S, buffers.d, self.hidden_size
        g = buffers.g = self._array(T, H, N)                                # candidate
        h = S[:, :H]
        buffers.spare, buffers.spare_steps = self._array(H, N), self._array(n, H, N)
        if self.reset_after:
            # Rows v, z, r, u: z, r, u depend on h, and v, z, r on x, so either are neighbours.
            Z = buffers.Z = self._array(T, 4 * H, N)
            z, r, u = (Z[:, k * H:(k + 1) * H] for k in (1, 2, 3))          # (T, H, N)
            buffers.product = self._array(len(buffers.product), 3 * H)
            buffers.forward_views = [
                (S[t], Z[t, H:], Z[t, H:3 * H], z[t], r[t], u[t], Z[t, :H], g[t], h[t], h[t + 1])
                for t in range(T)]
            buffers.backward_views = [(d[t % n].reshape(4, H, N), d[t % n, H:], z[t]) for t in range(T)]
        else:
            Z = buffers.Z = self._array(T, 2 * H, N)
            z, r = Z[:, :H], Z[:, H:]
            R = buffers.R = self._array(T, S.shape[1], N)                   # R[t] is [r h_prev; x; 1]
            buffers.d_rh = self._array(H, N)
            buffers.forward_views = [
                (S[t], R[t], Z[t], z[t], r[t], R[t, :H], g[t], h[t], h[t + 1]) for t in range(T)]
            buffers.backward_views = [
                (d[t % n, :2 * H], d[t % n, :H], d[t % n, H:2 * H], d[t % n, 2 * H:], z[t], r[t])
                for t in range(T)]
        buffers.z, buffers.r = z, r

    def _forward_steps(self, buffers, steps):
        forward_steps = self._forward_reset_after if self.reset_after else self._forward_reset_before
        forward_steps(buffers, steps)

    def _backward_steps(self, buffers, start, stop, steps):
        backward_steps = self._backward_reset_after if self.reset_after else self._backward_reset_before
        backward_steps(buffers, start, stop, steps)

    def _forward_reset_after(self, buffers, steps):
        H, W, half, spare = self.hidden_size, self._W, np.asarray(0.5, self.dtype), buffers.spare
        n = buffers.steps
        np.matmul(self._W_v, buffers.S[:n, H:], out=buffers.Z[:n, :H])      # v of all steps
        for (S, zru, zr, z, r, u, v, g, h_prev, h), skip in steps:
            W.dot(S, zru)                                                   # (3H, N)
            tanh(zr, zr)
            zr *= half
            zr += half
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(r, u, g)
            g += v
            tanh(g, g)                                                      # g = tanh(v + r u)
            subtract(h_prev, g, spare)
            spare *= z
            add(spare, g, h)                                                # h = z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_after(self, buffers, start, stop, steps):
        H, Z, d = self.hidden_size, buffers.Z[start:stop], buffers.d[:stop - start]
        r, u = Z[:, 2 * H:3 * H], Z[:, 3 * H:]                              # (n, H, N)
        dv, dz, dr, du = (d[:, k * H:(k + 1) * H] for k in range(4))        # (n, H, N)
        self._derivatives(buffers, start, stop, dz, dv)
        multiply(dv, r, du)
        multiply(du, u, dr)
        dr -= multiply(dr, r, buffers.spare_steps[:stop - start])           # (1 - z) (1 - g²) u r (1 - r)
        U, dh, spare = self.weights["recurrent_kernel"], buffers.dh, buffers.spare
        for (d, dzru, z), d_output, _ in steps:
            if d_output is not None:
                dh += d_output
            d *= dh                                                         # (4, H, N)
            dh *= z
            dh += U.dot(dzru, spare)

    def _forward_reset_before(self, buffers, steps):
        H, half, spare = self.hidden_size, np.asarray(0.5, self.dtype), buffers.spare
        W_zr, W_g = self._W[:2 * H], self._W[2 * H:]
        buffers.R[:buffers.steps, H:] = buffers.S[:buffers.steps, H:]
        for (S, R, zr, z, r, rh, g, h_prev, h), skip in steps:
            W_zr.dot(S, zr)                                                 # (2H, N)
            tanh(zr, zr)
            zr *= half
            zr += half
            if skip is not None:
                copyto(z, 1, where=skip)
            multiply(r, h_prev, rh)
            W_g.dot(R, g)                                                   # (H, N)
            tanh(g, g)
            subtract(h_prev, g, spare)
            spare *= z
            add(spare, g, h)                                                # h = z h_prev + (1 - z) g
            if skip is not None:
                copyto(h, h_prev, where=skip)

    def _backward_reset_before(self, buffers, start, stop, steps):
        H, d = self.hidden_size, buffers.d[:stop - start]
        dz, dr, dg = (d[:, k * H:(k + 1) * H] for k in range(3))            # (n, H, N)
        self._derivatives(buffers, start, stop, dz, dg)
        r, rh = buffers.r[start:stop], buffers.R[start:stop, :H]
        multiply(rh, r, dr)
        subtract(rh, dr, dr)                                                # h_prev r (1 - r)
        U = self.weights["recurrent_kernel"]
        U_zr, U_g = U[:, :2 * H], U[:, 2 * H:]
        dh, d_rh, spare = buffers.dh, buffers.d_rh, buffers.spare
        for (dzr, dz, dr, dg, z, r), d_output, _ in steps:
            if d_output is not None:
                dh += d_output
            dz *= dh
            dg *= dh
            dh *= z
            U_g.dot(dg, d_rh)                                               # (H, N)
            dr *= d_rh
            d_rh *= r
            dh += d_rh
            dh += U_zr.dot(dzr, spare)

    def _derivatives(self, buffers, start, stop, dz, dg):
        """What dh is multiplied by for the gate z and the candidate g, for a block of steps.

        At a skipped step z is 1: both are zero, and dh is handed on whole.
        """
        z, g, h_prev = (a[start:stop, :self.hidden_size] for a in (buffers.z, buffers.g, buffers.S))
        one_minus_z = subtract(1, z, buffers.spare_steps[:stop - start])
        subtract(h_prev, g, dz)
        dz *= z
        dz *= one_minus_z                                                   # (h_prev - g) z (1 - z)
        multiply(g, g, dg)
        subtract(1, dg, dg)
        dg *= one_minus_z                                                   # (1 - z) (1 - g²)

    def _add_weight_gradient(self, buffers, start, stop, d):
        H, K, gradient = self.hidden_size, self._W.shape[1], self._matrix_gradient
        S = rows_first(buffers.S_padded[start:stop], buffers.S_rows)        # (K, n N)
        if self.reset_after:
            # The gradient's rows are [h_prev; x; 1; 1]: u has h_prev and the second 1, v has x and the first.
            of_zru = S.dot(d[H:].T, buffers.product)                        # (K, 3H)
            gradient[:H] += of_zru[:H]
            gradient[H:K, :2 * H] += of_zru[H:K, :2 * H]
            gradient[H:K, 2 * H:] += S[H:K] @ d[:H].T                       # of v: (D + 1, H)
            gradient[K] += of_zru[K - 1]
        else:
            gradient[:, :2 * H] += (S @ d[:2 * H].T)[:K]
            R = rows_first(buffers.R[start:stop], buffers.S_rows)           # (K, n N)
            gradient[:, 2 * H:] += (R @ d[2 * H:].T)[:K]

    def _input_gradient(self, d):
        H = self.hidden_size
        if self.reset_after:
            d = np.concatenate([d[H:3 * H], d[:H]])                         # z, r, v: what x enters
        return self.weights["kernel"] @ d                                   # (D, n N)

    def _gate_steps(self, buffers):
        return {"z": buffers.z, "r": buffers.r, "g": buffers.g, "h": buffers.S[1:, :self.hidden_size]}


class Dense(Layer):
    """Fully connected layer on the last axis: (..., D) to (..., output_size), activation(x W + b).

    Args:
        input_size: number of features D.
        output_size: number of outputs.
        activation: None (default), "tanh" or "relu". Sigmoid and softmax belong to the losses.
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

    def _checked_input(self, name, x):
        return arguments.array(name, x, (..., self.input_size), self.dtype)

    def _forward(self, x):
        rows = x.reshape(-1, self.input_size)                               # one product for all steps
        y = rows @ self.weights["kernel"]
        y += self.weights["bias"]
        if self.activation == "tanh":
            tanh(y, y)
        elif self.activation == "relu":
            np.maximum(y, 0, out=y)
        self._last = rows, y, x.shape
        return y.reshape(*x.shape[:-1], self.output_size)                   # (..., output_size)

    def _backward(self, dy, input_gradient=True):
        rows, y, shape = self._last
        dy = dy.reshape(y.shape)
        if self.activation == "tanh":
            dy = dy * (1 - y * y)
        elif self.activation == "relu":
            dy = dy * (y > 0)
        rows.T.dot(dy, self.gradients["kernel"])
        add.reduce(dy, 0, out=self.gradients["bias"])
        return (dy @ self.weights["kernel"].T).reshape(shape) if input_gradient else None


class Embedding(Layer):
    """Table with one vector for each word index: whole numbers (N, T) to (N, T, output_size).

    Args:
        vocabulary_size: number of rows; the indices run from 0 to vocabulary_size - 1.
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
        shape = self.vocabulary_size, self.output_size
        super().__init__({"embeddings": shape}, dtype)
        self.weights["embeddings"] = arguments.generator("seed", seed).uniform(-0.05, 0.05, shape)

    def _checked_input(self, name, x):
        return arguments.integers(name, x, ("N", "T"), below=self.vocabulary_size)

    def _forward(self, x):
        self._last = x
        return self.weights["embeddings"][x]                                # (N, T, output_size)

    def _backward(self, dy, input_gradient=True):
        # Sorted, equal words lie together: one sum for each word replaces one addition for each occurrence.
        words = self._last.reshape(-1)
        order = np.argsort(words, kind="stable")
        words = words[order]
        starts = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
        gradient = self.gradients["embeddings"]
        gradient.fill(0)
        gradient[words[starts]] = add.reduceat(dy.reshape(-1, self.output_size)[order], starts, axis=0)


class LastStep(Layer):
    """The last step of a sequence: (N, T, H) to (N, H).

    In a `Sequential` behind a recurrent layer it costs nothing: the layer takes the gradient of its last
    state alone, and no array of gradients for every step is made.

    Example:
        >>> LastStep().forward(np.ones((4, 5, 3))).shape
        (4, 3)
    """

    def __init__(self):
        super().__init__({}, "float32")

    def _checked_input(self, name, x):
        x = arguments.array(name, x, ("N", "T", "H"))
        self.dtype = x.dtype
        return x

    def _forward(self, x):
        self._last = x.shape
        return x[:, -1]                                                     # (N, H)

    def _backward(self, dy, input_gradient=True):
        dx = np.zeros(self._last, dy.dtype)                                 # (N, T, H)
        dx[:, -1] = dy
        return dx


class Sequential(Layer):
    """Layers in a row, their weights joined into one flat vector, so that an optimiser runs over one array.

    Args:
        layers: list of layers of this module, each taking what the one before gives, all of one dtype.

    Example:
        >>> model = Sequential([LSTM(2, 8, seed=0), LastStep(), Dense(8, 1, seed=0)])
        >>> model.forward(np.ones((4, 5, 2))).shape, model.parameter_count
        ((4, 1), 361)
        >>> list(model.weights)
        ['0.recurrent_kernel', '0.kernel', '0.bias', '2.kernel', '2.bias']
    """

    def __init__(self, layers):
        self.layers, dtype = _checked_layers(layers)
        parameters = np.concatenate([layer.parameters for layer in self.layers], dtype=dtype)
        super().__init__({f"{k}.{name}": shape for k, layer in enumerate(self.layers)
                          for name, shape in layer._shapes.items()}, dtype)
        self.parameters[...] = parameters

    def _bind(self, parameters, gradients):
        super()._bind(parameters, gradients)
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.parameter_count)
            layer._bind(parameters[part], gradients[part])
            start = part.stop

    def forward(self, x, mask=None):
        """Run all layers.

        Args:
            x: what the first layer takes.
            mask: (N, T) booleans for the recurrent layers; default: every step counts.

        Returns:
            The output of the last layer, an array of its own.

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        y = self._forward(*self._checked_inputs(x, mask)).copy()
        self._output_shape = y.shape
        return y

    def _checked_inputs(self, x, mask):
        x = self.layers[0]._checked_input("x", x)
        return x, arguments.mask("mask", mask, x.shape[:2])

    def _forward(self, x, mask=None, carry=False):
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=True):
            if isinstance(layer, Recurrent):
                state = layer._last_state() if carry else None
                x = layer._forward(x, mask, state, last_only=isinstance(following, LastStep))
            else:
                x = layer._forward(x)
        self._last = x
        return x

    def _backward(self, d, input_gradient=True):
        d_last_h = None
        for k in reversed(range(len(self.layers))):
            layer, before = self.layers[k], self.layers[k - 1] if k > 0 else None
            needed = input_gradient or before is not None
            if isinstance(layer, Recurrent):
                d = layer._backward(d, needed, d_state=[d_last_h, None])
                d_last_h = None
            elif isinstance(layer, LastStep) and isinstance(before, Recurrent):
                d, d_last_h = None, d
            else:
                d = layer._backward(d, needed)
        return d


def _checked_layers(layers):
    """The layers as a list, and their dtype."""
    arguments.instance("layers", layers, list | tuple, "a list of layers")
    if not layers:
        raise ValueError("layers is empty, expected at least one layer")
    size, whole_sequences = None, True
    for k, layer in enumerate(layers):
        name, kind = f"layers[{k}]", type(layer).__name__
        arguments.instance(name, layer, Recurrent | Dense | Embedding | LastStep,
                           "RNN, LSTM, GRU, Dense, Embedding or LastStep")
        if any(layer is other for other in layers[:k]):
            raise ValueError(f"{name} is a {kind} that stands in the list before, expected another layer")
        if isinstance(layer, Embedding) and k > 0:
            raise ValueError(f"{name} is an Embedding, expected it only as the first layer")
        if isinstance(layer, Recurrent | LastStep) and not whole_sequences:
            raise ValueError(f"{name} is a {kind} behind a LastStep, expected a layer that takes (N, H)")
        input_size = getattr(layer, "input_size", size)
        if size is not None and input_size != size:
            raise ValueError(f"{name} has input_size {input_size}, expected {size} as the layer before gives")
        size = getattr(layer, "output_size", input_size)
        whole_sequences = whole_sequences and not isinstance(layer, LastStep)
    dtypes = sorted({layer.dtype.name for layer in layers if layer.parameter_count})
    if len(dtypes) > 1:
        raise ValueError(f"layers has the dtypes {dtypes}, expected one")
    return list(layers), dtypes[0] if dtypes else "float32"


def glorot_uniform(random, rows, columns):
    """Uniform within ±sqrt(6 / (rows + columns)) (Glorot & Bengio 2010), as Keras draws its kernels."""
    limit = np.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, (rows, columns))


def orthogonal(random, rows, columns):
    """Orthonormal rows or columns (Saxe et al. 2014), as Keras draws its recurrent kernels."""
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))    # without this the signs would be the algorithm's choice, not random
    return q if rows >= columns else q.T


def chrono_biases(random, chrono, size):
    """Biases log U(1, chrono - 1), for gates that remember up to `chrono` steps (Tallec & Ollivier 2018)."""
    chrono = arguments.real_number("chrono", chrono)
    if chrono <= 2:
        raise ValueError(f"chrono is {chrono}, expected a number of steps greater than 2")
    return np.log(random.uniform(1, chrono - 1, size))

"""What the recurrent layers share: checks, state, mask, buffers, segments and blocks, the weight gradient."""

import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy import copyto

from lstm_course.common import arguments
from lstm_course.scratch.cell_arguments import cell_weights

from .base import Layer
from .initial_weights import glorot_uniform, orthogonal

CACHE_BYTES = 384 * 1024    # the gate gradients of a block of steps take at most this much
COLUMNS_PER_UNIT = 1        # but has at least so many columns (steps times N) for each unit: a product that
                            # is thinner spends its time on reading and writing the weight gradient
ROWS_TOGETHER = 4           # BLAS takes so many rows at once: 36 rows take less time than 35
KEPT_BUFFERS = 3            # shapes (N, T) that a layer keeps buffers for: training, last batch, validation


class Plan(NamedTuple):
    """The sizes of a call, and how its steps are cut."""

    N: int              # sequences
    T: int              # steps
    D: int              # input features
    H: int              # units
    gradient_rows: int  # numbers in the gradients of a step of one sequence, 4 H for four gates
    # (start, stop) of each segment of the sequence. One segment is all, unless steps are run again; the last
    # may be shorter.
    segments: list[tuple[int, int]]
    # (start, stop) of each block of a segment: the steps that the way back takes together.
    blocks: list[tuple[int, int]]

    @property
    def K(self):
        """Rows of S: [h_prev; x; 1]."""
        return self.H + self.D + 1

    @property
    def padded_K(self):
        """Rows of S with rows of zeros below, as many as BLAS takes gladly."""
        return self.K + -self.K % ROWS_TOGETHER

    @property
    def L(self):
        """Steps of a segment."""
        return self.segments[0][1]

    @property
    def n(self):
        """Steps of a block."""
        return self.blocks[0][1]


class StateBuffers(NamedTuple):
    """What is kept of one part of the state: of h, and in the LSTM of c."""

    steps: np.ndarray          # (L + 1, H, N): steps[t] is the state before step t of a segment
    checkpoints: np.ndarray    # (segments + 1, H, N): the state before each segment, and the last one
    d: np.ndarray              # (H, N): its gradient, on the way back; in the end that of the initial state


class Buffers:
    """The arrays of a recurrent layer for one shape (N, T): made once, filled anew by every call.

    A cell adds its own and lists `steps`: the views that each step of a segment works on.

    Args:
        plan: the sizes.
        dtype: of all arrays.
    """

    def __init__(self, plan, dtype):
        N, H, K, L, n, rows = plan.N, plan.H, plan.K, plan.L, plan.n, plan.gradient_rows
        self.plan, self.dtype = plan, dtype
        self.steps = []
        # S[t] is [h_prev; x; 1] of step t: S[t + 1] holds its h.
        self.padded_S = self.zeros(L + 1, plan.padded_K, N)    # S, and below it rows of zeros
        self.S = self.padded_S[:, :K]                          # (L + 1, K, N)
        self.S[:, -1] = 1
        self.h = self.S[:, :H]                                 # (L + 1, H, N)
        self.d = self.zeros(n, rows, N)             # gradients of the gates, before their nonlinearity
        self.d_outputs = self.zeros(n, H, N)
        self.spare = self.zeros(H, N)
        self.d_room = self.zeros(rows * n * N)      # for d and S in the order that one product needs
        self.S_room = self.zeros(plan.padded_K * n * N)
        self.product = self.zeros(plan.padded_K, rows)
        self.states = [self.state_buffers(self.h)]
        self.dh = self.states[0].d                  # (H, N)

    def zeros(self, *shape):
        """An array of this shape."""
        return np.zeros(shape, self.dtype)

    def state_buffers(self, steps):
        """What is kept of a part of the state that lies in `steps`, (L + 1, H, N)."""
        _, H, N = steps.shape
        return StateBuffers(steps, self.zeros(len(self.plan.segments) + 1, H, N), self.zeros(H, N))


@dataclass(slots=True)
class Run:
    """One call of `forward`: what it was given, and which of its segments is in the buffers.

    Attributes:
        steps: for each step of that segment its views and the sequences that skip it, (N,). None, the usual
            case, costs nothing in the loops.
    """

    buffers: Buffers
    x: np.ndarray                             # (T, D, N)
    mask: np.ndarray | None                   # (T, N); None when every step counts
    before_start: np.ndarray | None = None    # (N, T): steps before the first that counts; None: none matters
    segment: int = 0                          # number of the segment that is in the buffers
    steps: list[tuple[Any, np.ndarray | None]] = field(default_factory=list)
    counts: np.ndarray | None = None          # (steps, 1, N): 0 where skipped, else 1; None when all count

    @property
    def output_shape(self):
        """(N, T, H)"""
        plan = self.buffers.plan
        return plan.N, plan.T, plan.H

    def backwards(self, start, stop, d_outputs):
        """The steps of a block from the last to the first, ((views, skip), d_output)."""
        return zip(reversed(self.steps[start:stop]), reversed(d_outputs), strict=True)


class Recurrent(Layer):
    """What the recurrent layers share.

    A subclass names its gates, in Keras's order, and its state. Its cell is four methods: `fuse` prepares
    the weights for one call, `new_buffers` makes the arrays for a shape (N, T) and the views of each
    step, `forward_steps` runs the cell over all steps, `backward_steps` back over a block of them.

    Attributes:
        matrix, matrix_gradient: all weights as one matrix (K, 4H) for four gates, which stands against the
            rows [h; x; 1], and its gradient; views like the named arrays. The second bias of a GRU with
            reset_after is one more row.
        buffers: dict from shape (N, T) to `Buffers`; the few that were made last are kept.
    """

    gate_names = ()
    state_names = ("h",)
    bias_rows = 1

    def __init__(self, input_size, hidden_size, seed, dtype, keep):
        self.keep = arguments.one_of("keep", keep, ("gates", "recompute"))
        D = self.input_size = arguments.whole_number("input_size", input_size)
        H = self.hidden_size = self.output_size = arguments.whole_number("hidden_size", hidden_size)
        columns = len(self.gate_names) * H
        # In this order the weights are the rows of one matrix, which stands against the rows [h; x; 1].
        super().__init__({"recurrent_kernel": (H, columns), "kernel": (D, columns),
                          "bias": (columns,) if self.bias_rows == 1 else (self.bias_rows, columns)}, dtype)
        self.buffers = {}
        self.draw_weights(seed)

    def initial_weights(self, random):
        H, columns = self.hidden_size, len(self.gate_names) * self.hidden_size
        return {"recurrent_kernel": orthogonal(random, H, columns),
                "kernel": glorot_uniform(random, self.input_size, columns)}

    def bind(self, parameters, gradients):
        super().bind(parameters, gradients)
        columns = len(self.gate_names) * self.hidden_size
        self.matrix = parameters.reshape(-1, columns)
        self.matrix_gradient = gradients.reshape(-1, columns)

    def __getstate__(self):
        return super().__getstate__() | {"buffers": {}}

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
        x = self.checked_input("x", x)
        mask = arguments.mask("mask", mask, x.shape[:2])
        state = self.checked_state("state", state, len(x))
        outputs = self.forward_unchecked(x, mask, state).copy()
        if mask is not None and state[0] is not None:
            before_start = self.cache.before_start = ~np.logical_or.accumulate(mask, axis=1)
            outputs[before_start] = 0
        return outputs, self.packed_state([part.copy() for part in self.last_state()])

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
        self.require_forward()
        N, T, H = self.cache.output_shape
        if d_outputs is not None:
            d_outputs = arguments.array("d_outputs", d_outputs, (N, T, H), self.dtype)
            if self.cache.before_start is not None:
                d_outputs = np.where(self.cache.before_start[:, :, None], self.dtype.type(0), d_outputs)
        d_state = self.checked_state("d_state", d_state, N)
        return self.backward_unchecked(d_outputs, d_state=d_state).copy()

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
            >>> from lstm_course.scratch import LSTM
            >>> layer = LSTM(2, 3, seed=0)
            >>> step, x = layer.stream(), np.ones((1, 5, 2))
            >>> outputs = [step(x[:, t]) for t in range(5)]
            >>> bool(np.allclose(outputs[-1], layer.forward(x)[0][:, -1]))
            True
        """
        N = arguments.whole_number("batch_size", batch_size)
        engine = copy.deepcopy(self)
        buffers = engine.new_buffers(engine.plan(N, 1))
        for part, given in zip(buffers.states, self.checked_state("state", state, N), strict=True):
            part.steps[0] = 0 if given is None else given.T
        engine.fuse()
        x_rows, h = buffers.S[0, self.hidden_size:-1], buffers.h[1]         # (D, N), (H, N)
        run = Run(buffers, x_rows[None], mask=None, steps=[(buffers.steps[0], None)])
        before_and_after = [(part.steps[0], part.steps[1]) for part in buffers.states]
        shape, dtype, forward_steps = (N, self.input_size), self.dtype, engine.forward_steps

        def step(x):
            x_rows[...] = arguments.array("x", x, shape, dtype).T
            forward_steps(run)
            for before, after in before_and_after:
                copyto(before, after)
            return h.T.copy()
        return step

    @property
    def d_state(self):
        """Gradient for the initial state, after `backward`, in the form of the state."""
        self.require_forward()
        return self.packed_state([part.d.T.copy() for part in self.cache.buffers.states])

    @property
    def gates(self):
        """Gates and states of the last `forward`, a dict of arrays (N, T, H).

        LSTM: i, f, g (the candidate), o, c, h. GRU: z, r, g (the candidate), h. RNN: h. At a step that the
        mask skips, the gates stand so that they keep the state: f = 1 and i = 0, or z = 1.
        """
        self.require_forward()
        if self.keep == "recompute":
            raise RuntimeError("keep is 'recompute', so the gates are gone, expected keep='gates'")
        arrays = self.gate_arrays(self.cache.buffers)
        return {name: array.transpose(2, 0, 1).copy() for name, array in arrays.items()}

    def load_cell_weights(self, weights):
        """Take the weights from the blackboard form of `cells.py`.

        Args:
            weights: dict with W (H, H + D) and b (H,) for each gate, for example Wf and bf.
        """
        weights = cell_weights(weights, self.cell_gates(), self.input_size, self.hidden_size)
        for gate, columns in self._gate_columns():
            self.matrix[:-1, columns] = weights["W" + gate].T
            self.matrix[-1, columns] = weights["b" + gate]

    def cell_weights(self):
        """Return the weights in the blackboard form of `cells.py`, as `load_cell_weights` takes them."""
        self.cell_gates()
        return {"W" + gate: self.matrix[:-1, columns].T.copy() for gate, columns in self._gate_columns()} | {
            "b" + gate: self.matrix[-1, columns].copy() for gate, columns in self._gate_columns()}

    def cell_gates(self):
        """Names of the gates in the blackboard form; a ValueError where there is no such form."""
        return self.gate_names

    def _gate_columns(self):
        H = self.hidden_size
        return [(gate, slice(k * H, (k + 1) * H)) for k, gate in enumerate(self.gate_names)]

    def checked_input(self, name, x):
        """The input as an array (N, T, D) of the layer's dtype, or an error."""
        return arguments.array(name, x, ("N", "T", self.input_size), self.dtype)

    def checked_state(self, name, state, N):
        """The state as a list of arrays (N, H), with None for zeros, or an error."""
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

    def packed_state(self, parts):
        """The state in the form that `forward` takes and gives, from a list of its parts."""
        return parts[0] if len(parts) == 1 else tuple(parts)

    # ---- all steps, forward and backward, without checks and copies

    def forward_unchecked(self, x, mask=None, state=None, last_only=False):
        """Outputs (N, T, H), or with `last_only` those of the last step (N, 1, H).

        `state` is a list as `checked_state` makes it.
        """
        N, T, _ = x.shape
        buffers = self._buffers_for(N, T)
        if mask is not None:
            mask = None if mask.all() else mask.T                           # (T, N)
        run = self.cache = Run(buffers, x.transpose(1, 2, 0), mask)
        for part, given in zip(buffers.states, state or [None] * len(buffers.states), strict=True):
            part.steps[0] = 0 if given is None else given.T                 # (H, N)
        self.fuse()
        if len(buffers.plan.segments) > 1:
            return self._forward_segments(run, last_only)
        self._run_segment(run, 0)
        return buffers.h[T if last_only else 1:].transpose(2, 0, 1)         # (N, T, H)

    def _forward_segments(self, run, last_only):
        """Segment by segment in the same buffers; what is kept of each is the state at its start."""
        buffers, plan = run.buffers, run.buffers.plan
        run.x = run.x.copy()      # backward needs it, when the caller's array may have changed
        outputs = np.empty((1 if last_only else plan.T, plan.H, plan.N), self.dtype)
        for k, (start, stop) in enumerate(plan.segments):
            for part in buffers.states:
                if k > 0:
                    part.steps[0] = part.steps[plan.L]
                part.checkpoints[k] = part.steps[0]
            self._run_segment(run, k)
            if not last_only:
                outputs[start:stop] = buffers.h[1:stop - start + 1]
        for part in buffers.states:
            part.checkpoints[-1] = part.steps[len(run.steps)]
        if last_only:
            outputs[0] = buffers.states[0].checkpoints[-1]
        return outputs.transpose(2, 0, 1)                                   # (N, T, H)

    def _run_segment(self, run, k):
        """The forward steps of segment k, from the state that is in the buffers."""
        buffers, (start, stop) = run.buffers, run.buffers.plan.segments[k]
        length, H = stop - start, self.hidden_size
        buffers.S[:length, H:-1] = run.x[start:stop]
        skips, run.counts = [None] * length, None
        if run.mask is not None:
            mask = run.mask[start:stop]
            skips = [None if step.all() else ~step for step in mask]
            run.counts = mask[:, None, :].astype(self.dtype)                # (length, 1, N)
        run.segment, run.steps = k, list(zip(buffers.steps[:length], skips, strict=True))
        self.forward_steps(run)

    def last_state(self):
        """The state after the last `forward`, a list of arrays (N, H); views, until the next call."""
        buffers = self.cache.buffers
        if len(buffers.plan.segments) == 1:
            return [part.steps[-1].T for part in buffers.states]
        return [part.checkpoints[-1].T for part in buffers.states]

    def backward_unchecked(self, d_outputs, input_gradient=True, d_state=None):
        """Gradient for the input (N, T, D), or None without `input_gradient`; fills `gradients`.

        `d_state` is a list as `checked_state` makes it.
        """
        run, buffers, plan = self.cache, self.cache.buffers, self.cache.buffers.plan
        for part, given in zip(buffers.states, d_state or [None] * len(buffers.states), strict=True):
            part.d[...] = 0 if given is None else given.T                   # (H, N)
        self.parameter_gradients.fill(0)
        dx = np.empty((plan.D, plan.T, plan.N), self.dtype) if input_gradient else None
        for k, (start, stop) in reversed(list(enumerate(plan.segments))):
            if run.segment != k:                                            # its gates were not kept
                for part in buffers.states:
                    part.steps[0] = part.checkpoints[k]
                self._run_segment(run, k)
            self._backward_segment(run, None if d_outputs is None else d_outputs[:, start:stop],
                                   dx[:, start:stop] if input_gradient else None)
        return dx.transpose(2, 1, 0) if input_gradient else None            # (N, T, D)

    def _backward_segment(self, run, d_outputs, dx):
        """Block by block from the last, with d_outputs (N, length, H); fills dx (D, length, N)."""
        buffers, N = run.buffers, run.buffers.plan.N
        for start, end in reversed(buffers.plan.blocks):
            stop = min(end, len(run.steps))                                 # the last segment may be shorter
            if start >= stop:
                continue
            of_steps = [None] * (stop - start)
            if d_outputs is not None:
                of_steps = buffers.d_outputs[:stop - start]                 # (n, H, N)
                of_steps[...] = d_outputs[:, start:stop].transpose(1, 2, 0)
            self.backward_steps(run, start, stop, of_steps)
            d = rows_first(buffers.d[:stop - start], buffers.d_room)        # (4H, n N)
            self.add_weight_gradient(buffers, start, stop, d)
            if dx is not None:
                dx[:, start:stop] = self.input_gradient(d).reshape(-1, stop - start, N)

    def add_weight_gradient(self, buffers, start, stop, d):
        """Add to the weight gradient what a block of steps brings; d is (4H, n N)."""
        S = rows_first(buffers.padded_S[start:stop], buffers.S_room)        # (K, n N)
        self.matrix_gradient += S.dot(d.T, buffers.product)[:len(self.matrix)]

    def input_gradient(self, d):
        """The gradient for x (D, n N), from that of the gates (4H, n N)."""
        return self.weights["kernel"] @ d                                   # (D, n N)

    # ---- buffers

    @property
    def gradient_rows(self):
        """Numbers in the gradients of a step of one sequence."""
        return len(self.gate_names) * self.hidden_size

    def plan(self, N, T):
        """How a call with N sequences of T steps is cut into segments and blocks, a `Plan`.

        Example:
            >>> from lstm_course.scratch import LSTM
            >>> LSTM(2, 16, keep="recompute").plan(32, 100).segments
            [(0, 48), (48, 96), (96, 100)]
        """
        H, rows = self.hidden_size, self.gradient_rows
        n = max(1, CACHE_BYTES // (rows * N * self.dtype.itemsize), COLUMNS_PER_UNIT * H // N)
        # Segments of √T steps take the least memory (Chen et al. 2016). Made of whole blocks, they add up the
        # same products in the same order as one long segment: the results are equal to the last bit.
        L = T if self.keep == "gates" else min(T, n * max(1, round(np.sqrt(T) / n)))
        return Plan(N, T, self.input_size, H, rows, segments=pieces(T, L), blocks=pieces(L, min(n, L)))

    def _buffers_for(self, N, T):
        kept = self.buffers
        if (N, T) not in kept:
            if len(kept) == KEPT_BUFFERS:
                del kept[next(iter(kept))]
            kept[N, T] = self.new_buffers(self.plan(N, T))
        return kept[N, T]

    # ---- the cell

    def fuse(self):
        """Prepare the weights for one call."""
        raise NotImplementedError

    def new_buffers(self, plan):
        """Make the arrays for a shape, `Buffers` of the cell's own."""
        raise NotImplementedError

    def forward_steps(self, run):
        """Run the cell over the steps of `run`, whose input and initial state are in the buffers."""
        raise NotImplementedError

    def backward_steps(self, run, start, stop, d_outputs):
        """Run back over a block of steps; fills `d` and goes on with the gradients of the state.

        Args:
            run: the `Run`.
            start, stop: the block, steps of the segment that is in the buffers.
            d_outputs: gradient of each step's output, (H, N) or None.
        """
        raise NotImplementedError

    def gate_arrays(self, buffers):
        """Gates and states by name, arrays (T, H, N)."""
        raise NotImplementedError


def rows_first(steps, room):
    """Copy (steps, rows, N) into (rows, steps N), so that one product sums over all steps and sequences."""
    n, rows, N = steps.shape
    result = room[:steps.size].reshape(rows, n, N)
    result[...] = steps.transpose(1, 0, 2)
    return result.reshape(rows, n * N)


def pieces(length, size):
    """Cut range(length) into pieces (start, stop) of this size; the last may be shorter.

    Example:
        >>> pieces(7, 3)
        [(0, 3), (3, 6), (6, 7)]
    """
    return [(start, min(length, start + size)) for start in range(0, length, size)]

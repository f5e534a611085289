"""What a network remembers, measured: Jacobians of its steps, gradient by lag, memory horizon, recall by lag.

A recurrent layer here is an `RNN`, `LSTM` or `GRU` of `lstm_course.scratch`. Its state has S numbers: S = H
for the RNN and the GRU; for the LSTM, S = 2H, h before c. Measuring leaves the layer as it was.
"""

from copy import deepcopy

import numpy as np

from lstm_course.common.arguments import array, function, instance, integers, real_number
from lstm_course.common.progress_bar import progress_over
from lstm_course.memory.tasks import Task
from lstm_course.memory.training import train_on_task
from lstm_course.scratch.layers import LSTM, Recurrent, Sequential


def step_jacobians(layer, x):
    """The Jacobian of every single step: how the state after it depends on the state before it.

    Args:
        layer: an RNN, LSTM or GRU, starting from a state of zeros.
        x: input `(N, T, D)`.

    Returns:
        `(T, N, S, S)`; entry `[t, n, a, b]` is the derivative of state `a` after step t by state `b` before
        it, for sequence n.

    Raises:
        TypeError, ValueError: when `layer` is not recurrent, or `x` not a finite array of that shape.

    Example:
        >>> from lstm_course.scratch import RNN
        >>> step_jacobians(RNN(2, 3, seed=0), np.zeros((1, 5, 2))).shape
        (5, 1, 3, 3)
    """
    layer, x = _checked(layer, x)
    N, T, D = x.shape
    before = _states_before(layer, x)  # (N * T, S)
    S = before.shape[1]
    # One row for each (sequence, step, state asked about): a single step forward and back does them all.
    layer.forward(np.repeat(x.reshape(N * T, 1, D), S, axis=0), _unpack(layer, np.repeat(before, S, axis=0)))
    asked = np.tile(np.eye(S, dtype=layer.dtype), (N * T, 1))  # (N * T * S, S)
    layer.backward(None, _unpack(layer, asked))
    return _pack(layer.d_state).reshape(N, T, S, S).swapaxes(0, 1)  # (T, N, S, S)


def _checked(layer, x):
    """A copy of the layer, whose gates, gradients and buffers are ours to overwrite, and the input."""
    instance("layer", layer, Recurrent, "an RNN, LSTM or GRU")
    return deepcopy(layer), array("x", x, ("N", "T", layer.input_size), layer.dtype)


def _states_before(layer, x):
    """The state before each step, `(N * T, S)`."""
    layer.forward(x)
    after = [layer.gates["h"], layer.gates["c"]] if isinstance(layer, LSTM) else [layer.gates["h"]]
    after = np.concatenate(after, axis=2)  # (N, T, S)
    before = np.zeros_like(after)
    before[:, 1:] = after[:, :-1]
    return before.reshape(-1, after.shape[2])


def _unpack(layer, state):
    if not isinstance(layer, LSTM):
        return state
    return state[:, : layer.hidden_size], state[:, layer.hidden_size :]


def _pack(state):
    return np.concatenate(state, axis=1) if isinstance(state, tuple) else state


def gradient_by_lag(layer, x):
    """How strongly the last output still depends on the input `lag` steps earlier.

    The measure is the Frobenius norm of the Jacobian of `h_T` by `x_(T - lag)`, an `(H, D)` matrix, found by
    running backpropagation through time once for each of the H outputs.

    Args:
        layer: an RNN, LSTM or GRU, starting from a state of zeros.
        x: input `(N, T, D)`.

    Returns:
        `(N, T)`: the norm for each sequence at lag 0, 1, ..., T - 1.

    Raises:
        TypeError, ValueError: when `layer` is not recurrent, or `x` not a finite array of that shape.

    Example:
        >>> from lstm_course.scratch import RNN
        >>> norms = gradient_by_lag(RNN(1, 4, seed=0), np.ones((2, 30, 1)))
        >>> norms.shape, bool(norms[0, 29] < norms[0, 0])
        ((2, 30), True)
    """
    layer, x = _checked(layer, x)
    N, T, D = x.shape
    H = layer.hidden_size
    layer.forward(np.repeat(x, H, axis=0))  # row n * H + j asks about output j
    dh = np.tile(np.eye(H, dtype=layer.dtype), (N, 1))  # (N * H, H)
    dx = layer.backward(None, (dh, None) if isinstance(layer, LSTM) else dh)
    norms = np.sqrt((dx.astype("float64").reshape(N, H, T, D) ** 2).sum(axis=(1, 3)))
    return norms[:, ::-1]


def memory_horizon(norms, threshold=0.01):
    """The first lag at which the gradient has fallen under a fraction of what it was at lag 0.

    Args:
        norms: gradient norm at lag 0, 1, 2, ..., `(T,)`.
        threshold: the fraction, from 0 to 1.

    Returns:
        The lag, an int; `len(norms)` when the gradient never falls so far.

    Raises:
        TypeError, ValueError: when `norms` is not a one-dimensional finite array without negative entries and
            with a first entry above 0, or `threshold` is not from 0 to 1.

    Example:
        >>> memory_horizon([1.0, 0.1, 0.009, 0.02])
        2
        >>> memory_horizon([1.0, 0.5, 0.25])
        3
    """
    norms = array("norms", norms, ("T",))
    threshold = real_number("threshold", threshold, minimum=0, maximum=1)
    if norms[0] <= 0 or norms.min() < 0:
        raise ValueError(
            f"norms starts with {norms[0]:g} and has values from {norms.min():g}, "
            "expected a first one above 0 and none below 0"
        )
    forgotten = np.flatnonzero(norms < threshold * norms[0])
    return int(forgotten[0]) if len(forgotten) else len(norms)


def recall_by_lag(make_model, make_task, lags, *, updates, seeds=(0,), **training):
    """Train afresh at every lag and report what is still recalled. A progress bar counts the networks.

    Args:
        make_model: called as `make_model(task, seed)`, gives a new model.
        make_task: called as `make_task(lag)`, gives a `Task` with classes.
        lags: the lags to try, whole numbers of at least 1.
        updates: most updates for each training.
        seeds: each lag is tried once for every seed, whole numbers of at least 0; a seed draws the training
            data and is handed to `make_model`.
        **training: passed on to `train_on_task`: batch_size, learning_rate, max_norm, goal.

    Returns:
        Test accuracies, `(len(lags), len(seeds))`. When it is interrupted from the keyboard, those measured
        so far, and NaN for all others; a printed line says how many.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above.

    Example:
        >>> from lstm_course.scratch import RNN, Dense, LastStep, Sequential
        >>> from lstm_course.memory.tasks import recall
        >>> def small_rnn(task, seed):
        ...     dense = Dense(8, task.output_size, seed=seed)
        ...     return Sequential([RNN(task.input_size, 8, seed=seed), LastStep(), dense])
        >>> recall_by_lag(small_rnn, recall, lags=[1, 2], updates=100).shape
        (2, 1)
    """
    function("make_model", make_model)
    function("make_task", make_task)
    lags, seeds = integers("lags", lags, ("L",), minimum=1), integers("seeds", seeds, ("S",))
    accuracies = np.full((len(lags), len(seeds)), np.nan)
    tasks = [_with_classes(make_task(lag)) for lag in lags.tolist()]
    try:
        for row, column in progress_over(list(np.ndindex(accuracies.shape))):
            task, seed = tasks[row], int(seeds[column])
            model = instance("what make_model gave", make_model(task, seed), Sequential, "a Sequential")
            run = train_on_task(model, task, updates, seed=seed, **training)
            accuracies[row, column] = run.test_accuracy
    except KeyboardInterrupt:
        measured = accuracies.size - int(np.isnan(accuracies).sum())
        print(f"Interrupted: {measured} of {accuracies.size} networks were measured, the others are nan.")
    return accuracies


def _with_classes(task):
    task = instance("what make_task gave", task, Task, "a Task with classes")
    if task.chance_accuracy is None:
        raise ValueError(
            f"what make_task gave is {task.name!r} with a real number for target, "
            "expected a Task with classes"
        )
    return task

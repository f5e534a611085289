"""What networks reach across many steps, start by start: a table made by `lstm-course measure memory`.

Lessons 2 and 3 say how a network must start if it is to remember, lesson 5 what a second layer brings, and a
lesson runs in a minute. The trials that would take longer, several seeds of each start at several learning
rates, stand in `datasets/hundred_steps.json`. A row is written as soon as it is known and is not measured
again, so that an interrupted run can go on.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from lstm_course.common import machine
from lstm_course.common.files import course_folder, write
from lstm_course.memory.tasks import Task, adding, parity, recall, temporal_order
from lstm_course.memory.training import train_on_task
from lstm_course.scratch.layers import LSTM, RNN, Dense, LastStep, ReluRNN, Sequential

__all__ = ["Trial", "hundred_steps", "lstm_that_starts", "measure_hundred_steps", "trials", "with_blanks"]

TABLE = "hundred_steps.json"


@dataclass(frozen=True)
class Trial:
    """One way to start a network, on one task, from several seeds.

    Args:
        start: what it is called in the table.
        make: called as `make(task, seed)`, gives a new model.
        task: the `Task`.
        updates: the most to make.
        learning_rate: of Adam.
        goal: as in `train_on_task`.
        seeds: how many, from 0.
        batch_size: sequences an update.
    """

    start: str
    make: Callable
    task: Task
    updates: int
    learning_rate: float
    goal: float
    seeds: int = 5
    batch_size: int = 16


def lstm_that_starts(task, seed, forget_bias=1.0, input_bias=None, chrono=None, units=32):
    """An LSTM, its last output and a `Dense`, whose gates start as told.

    Args:
        task: the `Task` that it must fit.
        seed: of the weights.
        forget_bias, chrono: as for `LSTM`.
        input_bias: of all input gates; default None leaves them as the LSTM starts them.
        units: hidden size, default 32.

    Returns:
        A `Sequential`.

    Example:
        >>> model = lstm_that_starts(recall(lag=5), seed=0, forget_bias=5.0, input_bias=-5.0)
        >>> model.layers[0].weights["bias"][[0, 32]].tolist()
        [-5.0, 5.0]
    """
    layer = LSTM(task.input_size, units, forget_bias=forget_bias, chrono=chrono, seed=seed)
    if input_bias is not None:
        layer.weights["bias"][:units] = input_bias
    return Sequential([layer, LastStep(), Dense(units, task.output_size, seed=seed + 1)])


def stack_for(task, units, seed, **biases):
    """LSTMs one above the other and a `Dense`, that fit a task.

    Args:
        task: the `Task` that it must fit.
        units: hidden size of each LSTM, from the lowest up.
        seed: of the weights.
        biases: `forget_bias` or `chrono`, as for `LSTM`, of every layer.

    Returns:
        A `Sequential`.

    Example:
        >>> stack = stack_for(temporal_order(80), [14, 14], seed=0)
        >>> [type(layer).__name__ for layer in stack.layers], stack.parameter_count
        (['LSTM', 'LSTM', 'LastStep', 'Dense'], 2972)
    """
    random, parts, below = np.random.default_rng(seed), [], task.input_size
    for H in units:
        parts.append(LSTM(below, H, seed=random, **biases))
        below = H
    last = [] if task.every_step else [LastStep()]
    return Sequential([*parts, *last, Dense(below, task.output_size, seed=random)])


def with_blanks(task):
    """The same task with zeros after the first step: nothing comes in that could disturb.

    Args:
        task: a `Task`, such as `recall(100)`.

    Returns:
        A `Task`.

    Example:
        >>> x, _ = with_blanks(recall(lag=3)).sample(2, seed=0)
        >>> x[:, 1:].any().item()
        False
    """

    def draw(n, rng):
        x, y = task.draw(n, rng)
        x[:, 1:] = 0
        return x, y

    return replace(task, name=f"{task.name}, then blanks", draw=draw)


def trials():
    """All trials of the table, a list of `Trial`."""
    far, hundred = recall(100, symbols=8), adding(100)
    quick = {"task": far, "updates": 500, "learning_rate": 0.01, "goal": 0.99}
    slow = quick | {"updates": 2000, "learning_rate": 0.001}

    def lstm(start, settings, **biases):
        return Trial(start, partial(lstm_that_starts, **biases), **settings)

    gates = {
        f"forget {forget}, input {into}": {"forget_bias": float(forget), "input_bias": float(into)}
        for forget, into in ((5, 0), (5, -5), (1, 0), (1, -5), (3, -3), (3, 0))
    }
    half_open, *others, _, _ = gates
    found = [lstm(start, quick, **biases) for start, biases in gates.items()]
    found.append(lstm(half_open, slow, **gates[half_open]))
    road = {"start": "ReLU, identity", "make": partial(_plain_rnn, ReluRNN), "goal": 0.01}
    found += [
        Trial(**road, task=hundred, updates=2500, learning_rate=rate) for rate in (0.003, 0.001, 0.0003)
    ]
    found += [lstm(f"chrono {T}", quick, chrono=T) for T in (200, 10, 20, 50, 100, 1000, 20_000)]
    found.append(lstm("chrono 200, input 0", quick, chrono=200, input_bias=0.0))
    found.append(lstm(half_open, quick | {"task": with_blanks(far)}, **gates[half_open]))
    found += [
        lstm(start, slow | {"seeds": 5 if start == "forget 5, input -5" else 3}, **gates[start])
        for start in others
    ]
    settings = {"task": hundred, "updates": 2500, "learning_rate": 0.001, "goal": 0.01}
    found.append(Trial("tanh, orthogonal", partial(_plain_rnn, RNN), **settings, seeds=3))
    return found + _depth_trials() + _six_starts()


def _depth_trials():
    """Depth against width on two tasks: one, two and three LSTMs of at most 3,000 weights."""
    order, bits = temporal_order(80), parity(20)
    equal = {order: {1: [22], 2: [14, 14], 3: [11, 11, 11]}, bits: {1: [26], 2: [15, 15], 3: [11, 11, 11]}}

    def trial(task, depth, rate, added="", **biases):
        name = f"{depth} layer{'s' * (depth > 1)}{added}"
        updates = 600 if task is bits else 1000
        make = partial(_stack, equal[task][depth], **biases)
        return Trial(name, make, task, updates, rate, goal=0.99, batch_size=32)

    rates = {order: (0.0005, 0.001, 0.003, 0.01), bits: (0.003, 0.01, 0.03, 0.05)}
    found = [trial(task, depth, rate) for task in equal for rate in rates[task] for depth in equal[task]]
    for rate in (0.001, 0.003):
        found.append(trial(order, 1, rate, ", forget 1.5", forget_bias=1.5))
        found.append(trial(order, 3, rate, ", forget 0.5", forget_bias=0.5))
    return [*found, trial(order, 1, 0.003, ", chrono 80", chrono=80)]


def _stack(units, task, seed, **biases):
    return stack_for(task, units, seed, **biases)


def _six_starts():
    """Lesson 2: plain RNNs at lag 50, each start at three learning rates, two of the seeds for the search."""
    settings = {"task": recall(50, symbols=8), "updates": 1500, "goal": 0.99, "seeds": 7}
    starts = {
        f"{matrix}, {size} inputs": partial(_rnn_that_starts, matrix, scale)
        for size, scale, matrices in (
            ("full", 1.0, ("Gaussian", "orthogonal")),
            ("small", 0.01, ("uniform", "Gaussian", "orthogonal")),
        )
        for matrix in matrices
    } | {"identity and ReLU, tiny inputs": _identity_relu}
    return [
        Trial(start, make, learning_rate=rate, **settings)
        for start, make in starts.items()
        for rate in (0.001, 0.003, 0.01)
    ]


def _rnn_that_starts(matrix, scale, task, seed, units=32):
    """A plain RNN with such recurrent weights, whose input weights are `scale` times those of Keras."""
    model, random = _plain_rnn(RNN, task, seed, units), np.random.default_rng(seed)
    weights = model.layers[0].weights
    if matrix == "Gaussian":
        weights["recurrent_kernel"][:] = random.normal(size=(units, units)) / units**0.5
    elif matrix == "uniform":
        weights["recurrent_kernel"][:] = random.uniform(-1, 1, size=(units, units)) / units**0.5
    weights["kernel"][:] *= scale
    return model


def _identity_relu(task, seed, units=32):
    """As Le et al. (2015) start it: ReLU and identity, all other weights normal with deviation 0.001."""
    model, random = _plain_rnn(ReluRNN, task, seed, units), np.random.default_rng(seed)
    for layer in (model.layers[0], model.layers[2]):
        layer.weights["kernel"][:] = 0.001 * random.normal(size=layer.weights["kernel"].shape)
    return model


def _plain_rnn(kind, task, seed, units=64):
    layer = kind(task.input_size, units, seed=seed)
    return Sequential([layer, LastStep(), Dense(units, task.output_size, seed=seed + 1)])


def measure_hundred_steps(path=None, say=print):
    """Run what is still missing in the table, one network after the other, and write it there.

    Args:
        path: of the table, default the one that ships with the course.
        say: function that is told what is going on, a sentence at a time.

    Returns:
        All rows of the table, a list of dicts.
    """
    path = course_folder("datasets") / TABLE if path is None else Path(path)
    rows = hundred_steps(path)
    for trial in trials():
        for seed in range(trial.seeds):
            row = {"task": trial.task.name, "start": trial.start, "rate": trial.learning_rate, "seed": seed}
            if any(row.items() <= done.items() for done in rows):
                continue
            rows.append(row | _result(trial, seed) | machine.circumstances())
            write(path, f"{json.dumps(rows, indent=1)}\n".encode())
            named = f"{trial.task.name}: {trial.start}, rate {trial.learning_rate}, seed {seed}"
            say(f"{named}: {rows[-1]['value']} after {rows[-1]['updates']} updates")
    return rows


def _result(trial, seed):
    run = train_on_task(
        trial.make(trial.task, seed),
        trial.task,
        trial.updates,
        batch_size=trial.batch_size,
        learning_rate=trial.learning_rate,
        goal=trial.goal,
        seed=seed,
        progress=False,
    )
    if run.stopped == "interrupted":  # a row says what a whole training reaches
        raise KeyboardInterrupt
    value = run.test_loss if run.test_accuracy is None else run.test_accuracy
    return {"value": round(float(value), 4), "updates": run.updates, "solved": run.solved}


def hundred_steps(path=None):
    """The rows of the table.

    Args:
        path: of the table, default the one that ships with the course.

    Returns:
        List of dicts with task, start, rate, seed, value (test accuracy, or test loss where the target is a
        number), updates, solved, date, machine and versions; empty when nothing was measured.

    Example:
        >>> rows = hundred_steps()
        >>> all(row["solved"] for row in rows if row["start"] == "forget 5, input -5")
        True
    """
    path = course_folder("datasets") / TABLE if path is None else Path(path)
    return json.loads(path.read_text("utf-8")) if path.exists() else []

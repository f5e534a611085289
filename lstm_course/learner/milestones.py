"""What a learner's own code can do: experiments of the literature, run by the functions in `my_lstm.py`.

The course gives the task, the loss and the steps of Adam. All that is recurrent, forward and backward, is the
learner's.
"""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lstm_course.common.progress_bar import progress_bar
from lstm_course.common.trouble import Trouble
from lstm_course.learner import logbook
from lstm_course.learner.library import MODULE
from lstm_course.memory import adding
from lstm_course.scratch import Adam

__all__ = ["MILESTONES", "Milestone", "listing", "reach"]

_BATCH = 16


@dataclass(frozen=True)
class Milestone:
    """One experiment.

    Args:
        id: by which it is called.
        title: what it is, with its source.
        needs: names of the exercises whose answers run it.
        run: function of the learner's module and of a maker of progress bars; gives whether it is reached and
            a sentence with what was measured.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    run: Callable[[Any, Callable], tuple[bool, str]]

    @property
    def noted_as(self) -> str:
        """The name under which the notes on progress have it."""
        return f"milestone {self.id}"


# A network of the learner's functions


class _LSTM:
    """An LSTM of the learner's `lstm_cell` and `lstm_cell_backward`, and a layer that reads its state.

    Args:
        module: the learner's.
        D, H, K: numbers of inputs, units and outputs.
        rng: for the start.
        forget: bias of the forget gate at the start.
        rate: of Adam.
    """

    def __init__(self, module, D, H, K, rng, forget=1.0, rate=0.01):
        self.cell, self.back, self.H = module.lstm_cell, module.lstm_cell_backward, H
        shapes = {f"W{k}": (H, H + D) for k in "fico"} | {f"b{k}": (H,) for k in "fico"}
        shapes |= {"V": (K, H), "v": (K,)}
        self.vector = rng.normal(size=sum(map(np.prod, shapes.values()))) / np.sqrt(H + D)
        self.weights = dict(_views(self.vector, shapes))
        for name, part in self.weights.items():
            part[...] = forget if name == "bf" else 0 if name[0] in "bv" else part
        self.gradient = np.zeros_like(self.vector)
        self.gradients = dict(_views(self.gradient, shapes))
        self.adam = Adam(learning_rate=rate)

    def forward(self, xs, h=None, c=None):
        """All steps of one sequence xs (T, D): outputs ys (T, K), and what the way back needs."""
        h, c = (np.zeros(self.H) if state is None else state for state in (h, c))
        seen, hs = [], []
        for x in xs:
            seen.append((x, h, c))
            h, c = self.cell(x, h, c, self.weights)
            hs.append(h)
        ys = np.array(hs) @ self.weights["V"].T + self.weights["v"]
        return ys, (seen, hs), h, c

    def backward(self, dys, kept, dh: Any = 0.0, dc: Any = 0.0):
        """Add up the gradients of one sequence from dys (T, K); returns those of its first state."""
        seen, hs = kept
        self.gradients["V"] += dys.T @ np.array(hs)
        self.gradients["v"] += dys.sum(axis=0)
        dh, dc = dh + np.zeros(self.H), dc + np.zeros(self.H)
        for (x, h, c), dy in zip(reversed(seen), dys[::-1], strict=True):
            _, dh, dc, dweights = self.back(dh + self.weights["V"].T @ dy, dc, x, h, c, self.weights)
            for name, part in dweights.items():
                self.gradients[name] += part
        return dh, dc

    def step(self, n, frozen=()):
        """One step of Adam with the mean over n sequences, clipped to length 1."""
        for name in frozen:
            self.gradients[name][...] = 0
        self.gradient /= max(n, float(np.linalg.norm(self.gradient)))
        self.adam.update(self.vector, self.gradient)
        self.gradient[...] = 0


def _views(vector, shapes) -> Iterator[tuple[str, np.ndarray]]:
    start = 0
    for name, shape in shapes.items():
        end = start + int(np.prod(shape))
        yield name, vector[start:end].reshape(shape)
        start = end


# The experiments


def _adding(module, bar):
    task, rng = adding(20), np.random.default_rng(1)
    net = _LSTM(module, 2, 8, 1, rng, forget=3.0, rate=0.02)
    with closing(bar(_UPDATES["adding"])) as shown:
        for update in range(_UPDATES["adding"]):
            xs, targets = task.sample(_BATCH, seed=update)
            for x, target in zip(xs, targets, strict=True):
                ys, kept, _, _ = net.forward(x)
                dys = np.zeros_like(ys)
                dys[-1] = 2 * (ys[-1] - target)
                net.backward(dys, kept)
            net.step(_BATCH)
            shown.update()
    xs, targets = task.sample(200, seed=10_000)
    error = np.mean([(net.forward(x)[0][-1] - target) ** 2 for x, target in zip(xs, targets, strict=True)])
    chance = float(np.var(targets))
    return bool(error < chance / 8), f"squared error {error:.3f}; always saying the mean gives {chance:.3f}"


def _stream(module, bar):
    free, pinned = (_read_stream(module, bar, pin) for pin in (False, True))
    told = f"error {free:.3f} with a forget gate that learns, {pinned:.3f} with one that always keeps"
    return free < pinned / 2, told


def _read_stream(module, bar, pin):
    """The error on a stream without end: how many marks were there since the last reset, a fifth each?"""
    rng, data = np.random.default_rng(2), np.random.default_rng(3)
    net, h, c, count, errors = _LSTM(module, 2, 8, 1, rng, forget=1.0), None, None, 0, []
    if pin:
        net.weights["Wf"][...], net.weights["bf"][...] = 0, 20
    with closing(bar(_UPDATES["stream"])) as shown:
        for update in range(_UPDATES["stream"]):
            xs = (data.random((20, 2)) < (0.25, 0.12)).astype(float)  # marks and resets
            targets = np.zeros((20, 1))
            for t, (mark, reset) in enumerate(xs):
                count = mark if reset else count + mark
                targets[t] = count / 5
            ys, kept, h, c = net.forward(xs, h, c)  # the state is carried on, the gradient is not
            net.backward(2 * (ys - targets) / len(xs), kept)
            net.step(1, frozen=("Wf", "bf") if pin else ())
            if update > 0.8 * _UPDATES["stream"]:
                errors.append(float(np.mean((ys - targets) ** 2)))
            shown.update()
    return float(np.mean(errors))


def _reversing(module, bar):
    symbols, length, rng = 4, 4, np.random.default_rng(4)
    reader = _LSTM(module, symbols, 16, 1, rng)
    writer = _LSTM(module, symbols + 1, 16, symbols, rng)
    one_hot = np.eye(symbols + 1)  # the last one says: begin
    with closing(bar(_UPDATES["reversing"])) as shown:
        for _ in range(_UPDATES["reversing"]):
            for text in rng.integers(symbols, size=(_BATCH, length)):
                _, read, h, c = reader.forward(one_hot[text, :symbols])
                ys, kept, _, _ = writer.forward(one_hot[[symbols, *text[:0:-1]]], h, c)
                p = np.exp(ys - ys.max(axis=1, keepdims=True))
                dys = p / p.sum(axis=1, keepdims=True) - one_hot[text[::-1], :symbols]
                reader.backward(np.zeros((length, 1)), read, *writer.backward(dys, kept))
            reader.step(_BATCH)
            writer.step(_BATCH)
            shown.update()
    right = []
    for text in rng.integers(symbols, size=(200, length)):
        _, _, h, c = reader.forward(one_hot[text, :symbols])
        written = [symbols]
        for _ in range(length):  # it reads what it has written itself
            y, _, h, c = writer.forward(one_hot[written[-1:]], h, c)
            written.append(int(y[0].argmax()))
        right.append(written[1:] == list(text[::-1]))
    share = np.mean(right)
    return bool(share > 0.9), f"{share:.0%} of 200 texts turned round without an error; guessing gives 0.4%"


def _in_keras(module, bar):
    from lstm_course.common.environment import missing_keras

    if missing_keras():
        raise Trouble(f"This milestone takes Keras. {missing_keras()}")
    import keras

    rng, D, H, T = np.random.default_rng(5), 3, 8, 30
    weights = {f"W{k}": rng.normal(size=(H, H + D)) / 3 for k in "fico"}
    weights |= {f"b{k}": rng.normal(size=H) for k in "fico"}
    xs = rng.normal(size=(T, D)).astype("float32")
    layer = keras.layers.LSTM(H, return_sequences=True)
    layer.build((None, T, D))
    layer.set_weights([np.asarray(part) for part in module.fuse_weights(weights)])
    hs, _ = module.lstm_forward(xs.astype(float), np.zeros(H), np.zeros(H), weights)
    apart = float(np.abs(np.asarray(layer(xs[None]))[0] - hs).max())
    return apart < 1e-5, f"over {T} steps the states differ by {apart:.0e} at most"


_UPDATES = {"adding": 600, "stream": 1500, "reversing": 500}
_CELL = ("lstm_cell", "lstm_cell_backward")
MILESTONES = {
    each.id: each
    for each in (
        Milestone(
            "keras", "Your weights in Keras, the same numbers", ("lstm_forward", "fuse_weights"), _in_keras
        ),
        Milestone("adding", "The adding problem (Hochreiter & Schmidhuber 1997)", _CELL, _adding),
        Milestone("stream", "A stream without end (Gers, Schmidhuber & Cummins 2000)", _CELL, _stream),
        Milestone(
            "reversing", "Reversing a text by encoder and decoder (Sutskever et al. 2014)", _CELL, _reversing
        ),
    )
}


def listing(folder: str | Path) -> list[str]:
    """A line on each milestone: whether it stands, or what it needs.

    Args:
        folder: path of the working copy.

    Returns:
        A list of str.
    """
    best, there = logbook.progress(folder).best, _names(Path(folder))
    lines = []
    for each in MILESTONES.values():
        missing = [name for name in each.needs if name not in there]
        if best.get(each.noted_as) == "right":
            stands = "✓ run by your code"
        elif missing:
            stands = f"○ needs your {' and '.join(missing)}"
        else:
            stands = "○ ready"
        lines.append(f"{each.id:10} {stands}: {each.title}")
    return lines


def _names(folder):
    """The names that the learner's module defines, or none."""
    try:
        return set(vars(_module(folder)))
    except Trouble:
        return set()


def _module(folder) -> ModuleType:
    """The learner's module, imported anew."""
    path = folder / MODULE
    if not path.is_file():
        raise Trouble(f"There is no {MODULE} in {folder.resolve()} yet: `keep()` in a lesson begins it.")
    loader = importlib.machinery.SourceFileLoader(path.stem, str(path))
    module = ModuleType(path.stem)
    try:
        loader.exec_module(module)  # the learner's own code, as in a notebook
    except Exception as error:
        raise Trouble(f"{path} cannot be imported: {type(error).__name__}: {error}.") from None
    return module


def reach(folder: str | Path, name: str) -> str:
    """Run a milestone by the learner's code, and write down when it is reached.

    Args:
        folder: path of the working copy.
        name: id of the milestone.

    Returns:
        A sentence with what was measured.

    Raises:
        Trouble: if there is no such milestone, or the module lacks a function, cannot be imported or fails.
    """
    if name not in MILESTONES:
        raise Trouble(f"There is no milestone {name}: there are {', '.join(MILESTONES)}.")
    milestone, module = MILESTONES[name], _module(Path(folder))
    missing = [each for each in milestone.needs if not callable(getattr(module, each, None))]
    if missing:
        raise Trouble(
            f"{MODULE} lacks {' and '.join(missing)}: a check that finds yours right writes it there."
        )
    try:
        is_reached, told = milestone.run(module, lambda total: progress_bar(None, total))
    except (Trouble, KeyboardInterrupt):
        raise
    except Exception as error:
        raise Trouble(f"Your code ended in {type(error).__name__}: {error}.") from None
    if is_reached:
        logbook.remember(milestone.noted_as, "right", folder)
    return f"{'✓ Run by your code' if is_reached else '✗ Not reached'}: {milestone.title}: {told}."

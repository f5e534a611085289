"""Where a recurrent answer goes wrong: its gates and states by steps, the first place that differs marked.

It says where, never how much: no value of the right answer is given away.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstm_course.exercises import Exercise
from lstm_course.exercises.diagnosis.differences import parts, runs_in_time
from lstm_course.exercises.limits import Allowance, TimeUp
from lstm_course.exercises.running import close, plain, run

__all__ = ["Row", "Strip", "strip"]

_SECONDS = 1.0  # for one call more than the check needs
_WIDE, _HIGH = 40, 16  # steps and units that are drawn
_CELL, _NAME = 16, 60  # pixels
_MARKS = {"same": "·", "differs": "#", "first": "X"}


@dataclass(frozen=True)
class Row:
    """One returned array.

    Args:
        name: such as "hs".
        differs: array of bool (units, steps), or (1, units) for what has no steps.
        in_time: whether its columns are steps.
        backward: whether it is made from the last step to the first, as gradients are.
    """

    name: str
    differs: np.ndarray
    in_time: bool
    backward: bool

    @property
    def first(self) -> tuple[int, int] | None:
        """Unit and step of the first number that differs, in the order of the work; None when all agree."""
        order = np.argwhere(self.differs.T[::-1] if self.backward else self.differs.T)
        if not len(order):
            return None
        step, unit = order[0]
        return int(unit), int(self.differs.shape[1] - 1 - step if self.backward else step)

    def kind(self, unit: int, step: int) -> str:
        """What is drawn in a place: "same", "differs" or "first"."""
        if not self.differs[unit, step]:
            return "same"
        return "first" if (unit, step) == self.first else "differs"

    @property
    def sentence(self) -> str:
        """What the row shows, in words."""
        if self.first is None:
            return f"{self.name} agrees everywhere."
        step = self.first[1]
        if not self.in_time:
            many = int(self.differs.sum())
            return f"{self.name} differs in {many} of {self.differs.size} units, first in unit {step + 1}."
        later = self.differs[:, :step] if self.backward else self.differs[:, step + 1 :]
        if later.size and later.all():
            return (
                f"{self.name} differs from step {step + 1} {'back to the first' if self.backward else 'on'}."
            )
        where = "before it, to which the gradient goes" if self.backward else "after it"
        rest = f"; of the {later.size} numbers {where} {int(later.sum())} differ" if later.size else ""
        return f"{self.name} differs first in step {step + 1}{rest}."


@dataclass(frozen=True)
class Strip:
    """The rows of an answer. In JupyterLab it shows as a picture, elsewhere as text.

    Args:
        rows: one for each returned array.
    """

    rows: tuple[Row, ...]

    @property
    def description(self) -> str:
        """The picture in words, for screen readers and terminals."""
        return "On the first input of the check: " + " ".join(row.sentence for row in self.rows)

    def __repr__(self):
        lines = [self.description]
        for row in self.rows:
            for unit in range(min(len(row.differs), _HIGH)):
                marks = [_MARKS[row.kind(unit, step)] for step in range(min(row.differs.shape[1], _WIDE))]
                lines.append(f"{row.name if unit == 0 else '':>8} {' '.join(marks)}")
        return "\n".join(lines)

    def _repr_html_(self):
        drawn, top = [], 4
        for row in self.rows:
            drawn.append(_text(4, top + _CELL - 4, row.name))
            high, wide = min(len(row.differs), _HIGH), min(row.differs.shape[1], _WIDE)
            drawn += [
                _square(_NAME + step * _CELL, top + unit * _CELL, row.kind(unit, step))
                for unit in range(high)
                for step in range(wide)
            ]
            top += high * _CELL + 8
        width = _NAME + max(min(row.differs.shape[1], _WIDE) for row in self.rows) * _CELL + 4
        said = html.escape(self.description)
        picture = (
            f'<svg role="img" aria-label="{said}" width="{width}" height="{top}" viewBox="0 0 {width} {top}" '
            f'style="max-width: 100%; color: inherit">{"".join(drawn)}</svg>'
        )
        told = f"{said} A column is a step or a unit; the first place that differs has a cross."
        return f'<p style="margin: 0.4em 0 0 0">{told}</p>{picture}'


def _text(x, y, words):
    return f'<text x="{x}" y="{y}" font-size="12" fill="currentColor">{html.escape(words)}</text>'


def _square(x, y, kind):
    """A place: an empty square where it agrees, a full one where it differs, a cross where that begins."""
    size = _CELL - 2
    fill = "none" if kind == "same" else "currentColor"
    square = (
        f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{fill}" stroke="currentColor" '
        f'stroke-opacity="0.5" fill-opacity="{0.75 if kind == "differs" else 0.15}"/>'
    )
    if kind != "first":
        return square
    a, b, c, d = x + 2, y + 2, x + size - 2, y + size - 2
    return square + f'<path d="M{a} {b}L{c} {d}M{a} {d}L{c} {b}" stroke="currentColor" stroke-width="2.5"/>'


def strip(exercise: Exercise, function: Callable) -> Strip | None:
    """Run an answer once more and see where its arrays leave those of the course.

    Args:
        exercise: whose answer it is.
        function: the answer.

    Returns:
        A `Strip`, or None when nothing in it is by units, the answer raises an error, has other shapes, or
        agrees on the first input of the check.

    Example:
        >>> import numpy as np
        >>> from lstm_course.exercises import find
        >>> def rnn_forward(xs, h0, weights):
        ...     hs = find("rnn_forward").reference(xs, h0, weights)
        ...     hs[3:] = 0
        ...     return hs
        >>> print(strip(find("rnn_forward"), rnn_forward).rows[0].sentence)
        hs differs from step 4 on.
    """
    axes = exercise.axes or {}
    names = [name for name, its in axes.items() if its[:1] == ("step",) or its == ("unit",)]
    if not any("unit" in axes[name] for name in names):
        return None
    arguments = exercise.first_input()
    try:
        done = run(lambda *given: exercise.observe(function, *given), arguments, Allowance(_SECONDS))
    except TimeUp:
        return None
    mine = parts(exercise, done.value)
    course = parts(exercise, plain(exercise.observe(exercise.reference, *arguments)))
    rows = []
    for name in names:
        right, given = np.asarray(course[name]), mine.get(name)
        if not isinstance(given, np.ndarray) or given.shape != right.shape:
            return None
        in_time = runs_in_time(exercise, name)
        differs = ~close(given, right)
        differs = differs.reshape(len(differs), -1).T if in_time else differs[None]
        rows.append(Row(name, differs, in_time, name.startswith("d")))
    return Strip(tuple(rows)) if any(row.first for row in rows) else None

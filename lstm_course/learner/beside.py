"""A right answer beside the course's: what differs, and which takes longer."""

from __future__ import annotations

import ast
import contextlib
import copy
import html
import inspect
import io
import re
import textwrap
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from lstm_course.common.markup import marked_up
from lstm_course.exercises import Exercise
from lstm_course.learner.cards import card, listing

__all__ = ["Comparison", "compare"]

_ROUNDS, _SECONDS = 5, 0.02  # the two take turns; each turn is so long, and the best turn counts
_LOOPS = ast.For | ast.While | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp
_PRODUCTS = {"dot", "matmul", "einsum", "inner", "outer", "tensordot", "vdot", "multi_dot"}
_MAKES = re.compile("(as)?array|concatenate|[hv]?stack|(zeros|ones|empty)(_like)?|copy|append|insert|[rc]_")


@dataclass(frozen=True)
class Comparison:
    """Two right answers, one beside the other, as the notebook shows them.

    Args:
        exercise: id.
        yours, course: texts of the two.
        differs: what differs, in a sentence.
        timed: how long each took, in a sentence; empty for what is not timed.
    """

    exercise: str
    yours: str
    course: str
    differs: str
    timed: str

    def __repr__(self):
        said = [self.differs, self.timed] if self.timed else [self.differs]
        parts = ["Yours:", self.yours.rstrip(), "The course's:", self.course.rstrip(), *said]
        return "\n".join([f"Your answer beside the course's: {self.exercise}", *parts])

    def _repr_html_(self):
        name = f"<code>{html.escape(self.exercise)}</code>"
        columns = "".join(
            f'<div style="flex: 1 1 24em; min-width: 0"><strong>{whose}</strong>{listing(text)}</div>'
            for whose, text in (("Yours", self.yours), ("The course's", self.course))
        )
        said = "".join(
            f'<p style="margin: 0.4em 0 0 0">{marked_up(line)}</p>'
            for line in (self.differs, self.timed)
            if line
        )
        both = f'<div style="display: flex; flex-wrap: wrap; gap: 0 1em; margin: 0.4em 0 0 0">{columns}</div>'
        heading = f"<strong>Your answer beside the course's: {name}</strong>"
        return card("var(--jp-border-color1, #757575)", heading + both + said, "100%")


def compare(exercise: Exercise, function: Callable) -> Comparison | None:
    """Set a right answer beside the course's.

    Args:
        exercise: whose answer it is.
        function: the answer; it must be right.

    Returns:
        A `Comparison`, or None where the text of the answer is not to be found.

    Example:
        >>> import numpy as np
        >>> from lstm_course.exercises import find
        >>> def sigmoid(x):
        ...     return np.exp(-np.logaddexp(0, -x))
        >>> print(compare(find("sigmoid"), sigmoid).differs)
        Both go the same way.
    """
    try:
        text = textwrap.dedent(inspect.getsource(function))
        differs = _difference(text, exercise.source)
    except (OSError, TypeError, SyntaxError):  # made by exec, or a lambda in the middle of a line
        return None
    timed = "" if exercise.needs_keras else _timed(exercise, function)
    return Comparison(exercise.id, text, exercise.source, differs, timed)


def _difference(yours, course):
    """The first thing in which two ways differ that costs time, in a sentence."""
    mine, theirs = _Way(yours), _Way(course)
    if bool(mine.loops) != bool(theirs.loops):
        if mine.loops:
            return (
                "Yours goes through the numbers in a loop; the course's hands all of them to NumPy at once."
            )
        return "The course's goes through a loop; yours hands everything to NumPy at once."
    if mine.loops != theirs.loops:
        count = _times(mine.loops, "loop")
        return f"Yours has {count}, the course's {theirs.loops}: each is a pass over the data."
    if mine.products != theirs.products:
        count = _times(mine.products, "matrix product")
        return f"Yours has {count}, the course's {theirs.products}: a single large one is faster."
    if mine.made != theirs.made:
        count = _times(mine.made, "new array")
        return f"In each step of the loop yours asks for {count}, the course's for {theirs.made}."
    return "Both go the same way."


def _times(count, thing):
    return f"{count or 'no'} {thing}{'s' * (count != 1)}"


class _Way:
    """What the text of an answer does that costs time.

    Attributes:
        loops: number of loops.
        products: number of matrix products.
        made: number of calls inside loops that make a new array.
    """

    def __init__(self, text):
        nodes = list(ast.walk(ast.parse(text)))
        loops = [node for node in nodes if isinstance(node, _LOOPS)]
        self.loops = len(loops)
        self.products = sum(map(_is_product, nodes))
        inside = {id(node): node for loop in loops for node in ast.walk(loop)}
        self.made = sum(bool(_MAKES.fullmatch(_called(node))) for node in inside.values())


def _is_product(node):
    return (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)) or _called(node) in _PRODUCTS


def _called(node):
    """The name of what a call to NumPy calls, of np.r_[...] as well; of anything else an empty str."""
    called = (
        node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Subscript) else None
    )
    return called.attr if isinstance(called, ast.Attribute) and _is_numpy(called.value) else ""


def _is_numpy(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def _timed(exercise, function):
    """How long the two take on the first input of the check."""
    arguments = exercise.first_input()
    best = [float("inf"), float("inf")]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        for _ in range(_ROUNDS):
            for place, called in enumerate((function, exercise.reference)):
                best[place] = min(best[place], _turn(exercise, called, arguments))
    mine, theirs = (f"{seconds * 1e6:.3g} µs" for seconds in best)
    return f"On the first input of the check yours takes {mine}, the course's {theirs}."


def _turn(exercise, function, arguments):
    """Seconds of the quickest call in one turn."""
    best, end = float("inf"), time.perf_counter() + _SECONDS
    while time.perf_counter() < end:
        given = copy.deepcopy(arguments)  # an answer may change what it is given
        began = time.perf_counter()
        exercise.observe(function, *given)
        best = min(best, time.perf_counter() - began)
    return best

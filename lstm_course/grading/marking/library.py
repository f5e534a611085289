"""Answers that let the course's library, or a framework, do what is asked for: whose calls are its own.

The solutions of some exercises are called differently in the library, and do the same: `LSTM(...).forward` is
a loop over `lstm_cell`. Such an answer is right, and no answer. What it is worth, the instructor says.
"""

import copy
import functools
from collections.abc import Iterable

import numpy as np

from lstm_course.exercises import Exercise
from lstm_course.grading.inside.calls import Calls
from lstm_course.grading.marking import observing

__all__ = ["STATUS", "WORTH", "foreign"]

STATUS = "by the library"
WORTH = {"full": 1.0, "half": 0.5, "none": 0.0}  # what the points of such an answer are multiplied by
_GIVEN = "load_", "tokenise"  # begin of names of functions that a lesson hands over as its data
_CELLS = "lstm_course.scratch.cells"
_SHOWN = 3


def foreign(exercise: Exercise, called: Iterable[str], imports: Iterable[str]) -> list[str]:
    """Those calls that do what the exercise asks for, or may: neither its own way nor given by the lesson.

    Args:
        exercise: the exercise.
        called: names of functions, as `Calls` gives them.
        imports: names that the lesson's own notebook imports.

    Returns:
        The first few of them, sorted, as a reader knows them: "LSTM.forward".

    Example:
        >>> from lstm_course.exercises import find
        >>> foreign(find("lstm_cell"), ["lstm_course.scratch.cells:sigmoid"], {"sigmoid"})
        []
    """
    imports = set(imports)
    return sorted({_shown(name) for name in called if not _may_call(exercise, name, imports)})[:_SHOWN]


def _may_call(exercise, name, imports):
    module, _, function = name.partition(":")
    if not module.startswith("lstm_course"):
        return observing.needs_keras(exercise) and module != "sys"
    given = function in imports and (module == _CELLS or function.startswith(_GIVEN))
    return given or name in _own_calls(exercise)


def _shown(name):
    module, _, function = name.partition(":")
    return function if module.startswith("lstm_course") else f"{module}'s {function}"


@functools.cache
def _own_calls(exercise):
    """What the reference calls."""
    if observing.needs_keras(exercise):
        return frozenset()
    (probe, *_) = exercise.probes(np.random.default_rng(0))
    with Calls() as calls:
        exercise.observe(exercise.reference, *copy.deepcopy(probe.arguments))
    return frozenset(calls.names)

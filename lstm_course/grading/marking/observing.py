"""Exercises whose answers are no plain data, such as a Keras model: what is looked at, and where.

`observe` of such an exercise runs in the sandbox, beside the learner's code, and its findings come out as
data. For all other exercises it runs out here, on what the learner's function returns.
"""

import ast
import functools
import inspect
import re
import sys

from lstm_course.exercises import Exercise
from lstm_course.grading.inside import slicing
from lstm_course.grading.results import AnyExercise

__all__ = ["IMPORTS_KERAS", "needs_keras", "source"]

IMPORTS_KERAS = re.compile(r"^[ \t]*(?:import|from)\s+(?:keras|tensorflow)\b", re.MULTILINE)


@functools.cache
def needs_keras(exercise: AnyExercise) -> bool:
    """Whether the answer to an exercise is made with Keras.

    Args:
        exercise: any exercise.

    Returns:
        A bool.
    """
    return isinstance(exercise, Exercise) and bool(IMPORTS_KERAS.search(exercise.source))


@functools.cache
def source(exercise: AnyExercise) -> str | None:
    """Source of `observe` and what it needs, where the function returns a Keras model.

    Args:
        exercise: any exercise.

    Returns:
        A str that defines `observe`, or None where observing is done out here.

    Example:
        >>> from lstm_course.exercises import find
        >>> source(find("orthogonal")) is None
        True
    """
    if not isinstance(exercise, Exercise) or not needs_keras(exercise):
        return None
    if exercise.observe is Exercise.observe:
        return None
    name = exercise.observe.__name__
    text = inspect.getsource(sys.modules[exercise.observe.__module__])
    parts = slicing.needed(slicing.statements([(0, ast.parse(text))], ()), name)
    return "\n".join([*(ast.unparse(part.node) for part in parts), f"observe = {name}"])

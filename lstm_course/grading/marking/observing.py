"""Exercises of which more is looked at than what is returned, such as a Keras model: at what, and where.

`observe` of such an exercise runs in the sandbox, beside the learner's code, and its findings come out as
data. For all other exercises it runs out here, on what the learner's function returns.
"""

import ast
import functools
import inspect
import sys

from lstm_course.exercises import Exercise
from lstm_course.grading.inside import slicing
from lstm_course.grading.results import AnyExercise

__all__ = ["needs_keras", "source"]


def needs_keras(exercise: AnyExercise) -> bool:
    """Whether the answer to an exercise is made with Keras.

    Args:
        exercise: any exercise.

    Returns:
        A bool.
    """
    return isinstance(exercise, Exercise) and exercise.needs_keras


@functools.cache
def source(exercise: AnyExercise) -> str | None:
    """Source of `observe` and what it needs, where it runs beside the answer: it makes a model, or says so.

    Args:
        exercise: any exercise.

    Returns:
        A str that defines `observe`, or None where observing is done out here.

    Example:
        >>> from lstm_course.exercises import find
        >>> source(find("rnn_cell")) is None
        True
    """
    if not isinstance(exercise, Exercise) or not (exercise.observed_inside or needs_keras(exercise)):
        return None
    if exercise.observe is Exercise.observe:
        return None
    name = exercise.observe.__name__
    text = inspect.getsource(sys.modules[exercise.observe.__module__])
    parts = slicing.needed(slicing.statements([(0, ast.parse(text))], ()), name)
    return "\n".join([*(ast.unparse(part.node) for part in parts), f"observe = {name}"])

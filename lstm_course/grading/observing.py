"""Exercises whose answers are no plain data, such as a Keras model: what is looked at, and where.

`observe` of such an exercise runs in the sandbox, beside the learner's code, and its findings come out as
data. For all other exercises it runs out here, on what the learner's function returns.
"""

import functools

from lstm_course.exercises import Exercise

__all__ = ["needs_keras", "source"]


@functools.cache
def needs_keras(exercise):
    """Whether an exercise is about Keras: its module, or what it takes from it, imports it."""
    return isinstance(exercise, Exercise) and source(exercise) is not None


@functools.cache
def source(exercise):
    """Source of `observe` and what it needs, for exercises whose function returns no plain data.

    Args:
        exercise: any exercise.

    Returns:
        A str that defines `observe`, or None where observing is done out here.
    """
    return None

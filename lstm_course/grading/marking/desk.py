"""What the code in the sandbox may ask while an exercise is on trial, and what it is told."""

import copy
import functools
import warnings
from collections.abc import Callable, Collection, Mapping

import numpy as np

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.exercises.limits import TimeUp, limited
from lstm_course.grading.results import AnyExercise
from lstm_course.grading.sandbox.border import Asked, AskedOfFunction, AskedOfReference, AskedWhose

__all__ = ["Desk"]

# A wrong answer is gone on with at first where the notebook does not say `proven`, as in the notebook itself.
_LOST = {"missing", "not attempted", "error", "killed", "timed out", "not judged"}
_SECONDS = 2.0  # for one value of a function of ours, whose arguments the learner's code chooses


class Desk:
    """Whose function `proven` gives, and values: of the course's own, of functions given as arguments.

    Args:
        exercise: the exercise on trial, of which no value is given away.
        done: id -> status of the exercises marked before.
        doubted: ids of exercises marked before, for whose answers the course's own are to stand in.
    """

    def __init__(self, exercise: AnyExercise, done: Mapping[str, str], doubted: Collection[str] = ()) -> None:
        self.exercise, self.done, self.doubted = exercise, done, doubted

    def told(self, asked: Asked) -> dict[str, object]:
        """The reply to a question, as a message."""
        if isinstance(asked, AskedWhose):
            own, exercise = self._askable(asked.name) is None, exercises.find(asked.name)
            return {"own": own, "arrays": isinstance(exercise, Exercise) and _gives_arrays(exercise)}
        if isinstance(asked, AskedOfFunction):
            return _value_of(asked.function, asked.arguments, asked.named)
        if isinstance(asked, AskedOfReference):
            exercise = self._askable(asked.name)
            if exercise is not None:
                return _value_of(exercise.reference, asked.arguments)
        return {"error": "there is no such function", "value": None}

    def lost(self) -> list[str]:
        """Exercises marked before whose answers nobody can go on with: the course's own stand in for them."""
        return [
            name
            for name, status in self.done.items()
            if (status in _LOST or name in self.doubted) and self._askable(name)
        ]

    def _askable(self, name: str) -> Exercise | None:
        """The exercise whose own answer `proven` gives: the learner's came before and is not right."""
        exercise = exercises.find(name)
        if not isinstance(exercise, Exercise) or name == self.exercise.id:
            return None
        return exercise if self.done.get(name, "right") != "right" else None


def _value_of(
    function: Callable[..., object], arguments: tuple[object, ...], named: Mapping[str, object] | None = None
) -> dict[str, object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {"value": limited(lambda: function(*arguments, **(named or {})), _SECONDS)}
    except (Exception, TimeUp) as error:
        told = (
            str(error.args[0] if isinstance(error, KeyError) and error.args else error)[:200]
            or "it takes too long"
        )
        return {"error": told, "kind": type(error).__name__, "value": None}


@functools.cache
def _gives_arrays(exercise):
    """Whether the course's function gives arrays: lists in their place are then made arrays by `proven`."""
    if exercise.observe is not Exercise.observe:
        return False
    value = exercise.reference(*copy.deepcopy(exercise.first_input()))
    return all(isinstance(part, np.ndarray) for part in (value if isinstance(value, tuple) else (value,)))

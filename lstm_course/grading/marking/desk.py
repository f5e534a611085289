"""What the code in the sandbox may ask while an exercise is on trial, and what it is told."""

import copy
import functools
import warnings
from collections.abc import Callable, Mapping

import numpy as np

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.exercises.limits import TimeUp, limited
from lstm_course.grading.results import AnyExercise
from lstm_course.grading.sandbox.border import Asked, AskedOfFunction, AskedOfReference, AskedWhose

__all__ = ["Desk"]

# A wrong answer is gone on with where the notebook does not say `proven`, as in the notebook itself.
_LOST = {"missing", "not attempted", "error", "killed", "timed out", "not judged"}
_SECONDS = 2.0  # for one value of a function of ours, whose arguments the learner's code chooses


class Desk:
    """Whose function `proven` gives, and values: of the course's own, of functions given as arguments.

    Args:
        exercise: the exercise on trial, of which no value is given away.
        done: id -> status of the exercises marked before.
    """

    def __init__(self, exercise: AnyExercise, done: Mapping[str, str]) -> None:
        self.exercise, self.done = exercise, done

    def told(self, asked: Asked) -> dict[str, object]:
        """The reply to a question, as a message."""
        if isinstance(asked, AskedWhose):
            own, exercise = self._askable(asked.name) is None, exercises.find(asked.name)
            return {"own": own, "arrays": isinstance(exercise, Exercise) and _gives_arrays(exercise)}
        if isinstance(asked, AskedOfFunction):
            return _value_of(asked.function, asked.arguments)
        if isinstance(asked, AskedOfReference):
            exercise = self._askable(asked.name)
            if exercise is not None:
                return _value_of(exercise.reference, asked.arguments)
        return {"error": "there is no such function", "value": None}

    def lost(self) -> list[str]:
        """Exercises marked before whose answers nobody can go on with: the course's own stand in for them."""
        return [name for name, status in self.done.items() if status in _LOST and self._askable(name)]

    def _askable(self, name: str) -> Exercise | None:
        """The exercise whose own answer `proven` gives: the learner's came before and is not right."""
        exercise = exercises.find(name)
        if not isinstance(exercise, Exercise) or name == self.exercise.id:
            return None
        return exercise if self.done.get(name, "right") != "right" else None


def _value_of(function: Callable[..., object], arguments: tuple[object, ...]) -> dict[str, object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {"value": limited(lambda: function(*arguments), _SECONDS)}
    except (Exception, TimeUp) as error:
        return {"error": str(error)[:200] or "it takes too long", "value": None}


@functools.cache
def _gives_arrays(exercise):
    """Whether the course's function gives arrays: lists in their place are then made arrays by `proven`."""
    if exercise.observe is not Exercise.observe:
        return False
    value = exercise.reference(*copy.deepcopy(exercise.probes(np.random.default_rng(0))[0].arguments))
    return all(isinstance(part, np.ndarray) for part in (value if isinstance(value, tuple) else (value,)))

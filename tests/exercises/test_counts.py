"""A count is right or wrong: nobody has half of it for being near."""

import copy

import numpy as np
import pytest

from lstm_course import exercises
from lstm_course.exercises import Exercise, ValueExercise
from lstm_course.exercises.judging import judge


def parts(value):
    """All arrays and numbers in a value."""
    if isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from parts(part)
    else:
        yield np.asarray(value)


def changed(value, by):
    """The same value with every number changed."""
    if isinstance(value, dict):
        return {key: changed(part, by) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(changed(part, by) for part in value)
    return value + by


def is_whole(value):
    kinds = [part.dtype.kind for part in parts(value)]
    return all(kind in "iuf" for kind in kinds) and all((part % 1 == 0).all() for part in parts(value))


def asks_for_counts(exercise):
    if isinstance(exercise, ValueExercise):
        return exercise.tolerance == 0 and is_whole(exercise.answer())
    if (
        not isinstance(exercise, Exercise)
        or exercise.observe is not Exercise.observe
        or "keras" in exercise.source
    ):
        return False
    probes = [probe for seed in range(2) for probe in exercise.probes(np.random.default_rng(seed))]
    return all(is_whole(exercise.reference(*copy.deepcopy(probe.arguments))) for probe in probes)


COUNTS = [exercise for exercise in exercises.every().values() if asks_for_counts(exercise)]


def test_there_are_some():
    assert {"memory_horizon", "lstm_parameter_count", "confusion", "lag_at_one_percent"} <= {
        exercise.id for exercise in COUNTS
    }


@pytest.mark.parametrize("by", [1, -1, 0.3, -0.5, 10])
@pytest.mark.parametrize("exercise", COUNTS, ids=lambda exercise: exercise.id)
def test_a_count_that_is_near_is_wrong(exercise, by):
    if isinstance(exercise, ValueExercise):
        answer = exercise.answer() + by
    else:

        def answer(*arguments):
            return changed(exercise.reference(*arguments), by)

    assert judge(exercise, answer).status == "wrong"

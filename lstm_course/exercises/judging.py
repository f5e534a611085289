"""Judge an answer of any kind: a function, a number, a choice."""

from lstm_course.common.environment import missing_keras

from .diagnosis.trial import examine
from .exercise import Exercise, Question, ValueExercise
from .running import Odd, describe, plain
from .verdicts import Finding

__all__ = ["judge"]

_NO_MODEL = "`{0}` is answered with a model of Keras. {1} Go on without it: nothing after it asks for yours."


def judge(exercise: Exercise | ValueExercise | Question, answer: object) -> Finding:
    """What is to be said of an answer.

    Args:
        exercise: an exercise object.
        answer: the answer to it; anything is borne.

    Returns:
        A `Finding`.

    Example:
        >>> from lstm_course.exercises import find
        >>> judge(find("lag_at_one_percent"), 43).mistake
        'rounded down'
    """
    if isinstance(exercise, Exercise):
        without = missing_keras() if exercise.needs_keras else None
        return (
            Finding("not judged", _NO_MODEL.format(exercise.id, without))
            if without
            else examine(exercise, answer)
        )
    return (_value if isinstance(exercise, ValueExercise) else _choice)(exercise, answer)


def _value(exercise, value):
    if value is None or value is ...:
        return Finding("not attempted", f"Find `{exercise.id}`, then run this cell again.")
    number = plain(value)
    if isinstance(number, Odd | dict | tuple | None) or number.size != 1 or number.dtype.kind == "c":
        return Finding("wrong", f"`{exercise.id}` should be one number, but it is {describe(number)}.")
    number = number.item()
    right = float(exercise.answer())

    def near(target, tolerance=exercise.tolerance):
        return abs(number - target) <= max(tolerance, 1e-9) * abs(target)

    if near(right):
        return Finding("right", "It agrees with the course's own answer.")
    fits = _arrived_at(exercise, number)
    if fits:
        told = " Or else: ".join(mistake.explanation for mistake in fits)
        return Finding("wrong", told, " or ".join(mistake.name for mistake in fits))
    if near(-right):
        return Finding("nearly" if exercise.tolerance else "wrong", "The size is right, the sign is not.")
    if exercise.tolerance and (near(100 * right) or near(right / 100)):
        return Finding("nearly", "The digits are right, but percent and fractions are mixed up.")
    if exercise.tolerance and near(right, 10 * exercise.tolerance):
        return Finding("nearly", "That is close: give one more digit.")
    return Finding("wrong", f"{number:,.7g} is too {'large' if number > right else 'small'}.")


def _arrived_at(exercise, number):
    """The known mistakes that lead to this very number; else those that lead to it rounded or cut off."""
    values = [(mistake, float(mistake.value())) for mistake in exercise.mistakes]
    exact = [mistake for mistake, value in values if value == number]
    return exact or [mistake for mistake, value in values if _written_as(number, value)]


def _written_as(number, value):
    """Whether a number is another in two to six digits, or the same but for rounding."""
    if abs(number - value) <= 1e-6 * abs(value):
        return True
    digits, exponent = f"{abs(number):.15e}".split("e")
    written = len(digits.replace(".", "").rstrip("0"))
    last = 10.0 ** (int(exponent) - written + 1)
    return 2 <= written <= 6 and number * value > 0 and -last < abs(number) - abs(value) <= 0.5 * last


def _choice(exercise, choice):
    if choice is None or choice is ... or choice == "":
        return Finding("not attempted", f"Choose an answer for `{exercise.id}`, then run this cell again.")
    letter = choice.strip().strip("().").lower() if isinstance(choice, str) else None
    if letter not in exercise.choices:
        letters = ", ".join(f'"{letter}"' for letter in exercise.choices)
        return Finding("wrong", f"Choose one of {letters}.")
    if letter == exercise.answer:
        return Finding("right", exercise.explanations[letter])
    return Finding("wrong", exercise.explanations[letter], mistake=f"chose {letter}")

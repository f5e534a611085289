"""An examination: which kinds of question it has, and the questions of one student."""

import random
from collections.abc import Sequence

from lstm_course.grading.results import AnyExercise
from lstm_course.grading.variants.bank import BANK
from lstm_course.grading.variants.questions import ExamQuestion
from lstm_course.grading.variants.secret import VariantError, derived, stream

__all__ = ["Plan", "exercises_of", "number_of_kinds", "plan", "questions", "token"]

# Pairs of a lesson and a kind of question. It is the same for all students, so that all have the same points.
Plan = tuple[tuple[str, str], ...]


def number_of_kinds(lessons: Sequence[str]) -> int:
    """How many kinds of question some lessons have.

    Example:
        >>> number_of_kinds("123")
        9
    """
    return sum(len(BANK[lesson]) for lesson in lessons)


def plan(secret: bytes, lessons: Sequence[str], count: int) -> Plan:
    """Which kinds are asked: from each lesson as many as from every other, as far as that goes.

    Args:
        secret: of the instructor.
        lessons: digits "1" to "7".
        count: number of questions.

    Returns:
        Pairs of a lesson and a kind, in the order of the lessons.

    Raises:
        VariantError: there is no such lesson, or there are fewer kinds than questions.

    Example:
        >>> [lesson for lesson, kind in plan(b"secret", "136", 4)].count("3") in (1, 2)
        True
    """
    unknown = [lesson for lesson in lessons if lesson not in BANK]
    if unknown or not lessons:
        raise VariantError(
            f"There are questions on the lessons 1 to 7; not on {', '.join(unknown) or 'none'}."
        )
    most = number_of_kinds(lessons)
    if not 1 <= count <= most:
        raise VariantError(f"{count} questions are asked for; these lessons have 1 to {most} kinds of them.")
    rng = stream(secret, "plan")
    shuffled = {lesson: rng.sample(list(BANK[lesson]), len(BANK[lesson])) for lesson in BANK}
    order = rng.sample(sorted(set(lessons)), len(set(lessons)))
    turns = [
        (lesson, shuffled[lesson][k]) for k in range(most) for lesson in order if k < len(shuffled[lesson])
    ]
    return tuple(sorted(turns[:count], key=lambda each: each[0]))


def token(secret: bytes, name: str, kinds: Plan) -> str:
    """All that the questions of one student are drawn from, as a text; as secret as they are.

    Args:
        secret: of the instructor.
        name: of the student.
        kinds: as `plan` gives them.

    Returns:
        A str that begins with "V", for `questions`.
    """
    return "|".join([f"V{derived(secret, 'student', name).hex()}", *(f"{one}:{kind}" for one, kind in kinds)])


def questions(of: str) -> list[ExamQuestion]:
    """The questions of one student, whose answers are called q1, q2 and so on.

    Args:
        of: as `token` gives it.

    Returns:
        A list of `ExamQuestion`.
    """
    key, *kinds = of.removeprefix("V").split("|")
    found = []
    for number, each in enumerate(kinds, 1):
        lesson, _, kind = each.partition(":")
        rng: random.Random = stream(bytes.fromhex(key), number, each)
        found.append(BANK[lesson][kind](rng, f"q{number}"))
    return found


def exercises_of(of: str) -> list[AnyExercise]:
    """The same questions as exercises, for the grader.

    Args:
        of: as `token` gives it.
    """
    return [each.exercise for each in questions(of)]

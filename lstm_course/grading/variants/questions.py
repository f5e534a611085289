"""What a question of an examination is, and the three kinds of it: a function, a number, a choice."""

import hashlib
import linecache
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lstm_course.exercises import Exercise, Mistake, Probe, Question, ValueExercise, WrongValue
from lstm_course.grading.results import AnyExercise
from lstm_course.scratch import sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ExamQuestion", "Maker", "Place", "choice", "function", "number"]


@dataclass(frozen=True)
class Place:
    """Where a question belongs, and what it counts for.

    Attributes:
        title, lesson, section, points, minutes: as for `exercises.Exercise`.
    """

    title: str
    lesson: str
    section: str
    points: int
    minutes: int


@dataclass(frozen=True)
class ExamQuestion:
    """One question that was drawn.

    Attributes:
        exercise: by which an answer is marked.
        statement: Markdown, what is asked.
        stub: code, where the answer goes.
        sample: code that answers it, for the instructor.
        marking: pairs of points and what they are given for; together all points.
        reasons: sentences for the instructor: why, and what people get wrong.
        example: code with a worked example, or "".
        figure: function without arguments that draws the figure, or None.
        alt: text that says what the figure shows, with its numbers.
    """

    exercise: AnyExercise
    statement: str
    stub: str
    sample: str
    marking: tuple[tuple[int, str], ...]
    reasons: tuple[str, ...]
    example: str = ""
    figure: "Callable[[], Figure] | None" = None
    alt: str = ""


Maker: TypeAlias = Callable[[random.Random, str], ExamQuestion]


def function(
    place: Place,
    source: str,
    statement: Sequence[str],
    returns: Mapping[str, tuple[str, ...]],
    probes: Callable[[np.random.Generator], list[Probe]],
    mistakes: Iterable[Mistake],
    marking: Sequence[tuple[int, str]],
    example: Sequence[Any],
) -> ExamQuestion:
    """A question whose answer is a function.

    Args:
        place: where it belongs.
        source: text of the right answer, which begins with its `def`.
        statement: paragraphs after the first, which is made here.
        returns: name of what is returned -> names of its axes.
        probes: as for `exercises.Exercise`.
        mistakes: as for `exercises.Exercise`. Those that change nothing in this source are left out.
        marking: as for `ExamQuestion`.
        example: arguments of the worked example.

    Returns:
        An `ExamQuestion`.
    """
    reference = _compiled(source)
    known = [each for each in mistakes if _can_be_made(each, source)]
    exercise = Exercise(
        reference=reference,
        title=place.title,
        lesson=place.lesson,
        section=place.section,
        points=place.points,
        minutes=place.minutes,
        returns=tuple(returns),
        axes=returns,
        probes=probes,
        hints=(),
        mistakes=tuple(known),
    )
    head = source.partition(":\n")[0]
    call = head.removeprefix("def ")
    first = f"Write `{call}`. It returns {' and '.join(f'`{name}`' for name in returns)}."
    if len(returns) > 1:
        first = f"Write `{call}`. It returns `{', '.join(returns)}`, in this order."
    return ExamQuestion(
        exercise,
        "\n\n".join([first, *statement]),
        f"{head}:\n    ...  # your code here",
        source,
        tuple(marking),
        tuple(f"{each.name}: {each.explanation}" for each in known),
        _example(exercise, example),
    )


def number(
    place: Place,
    sample: str,
    statement: Sequence[str],
    mistakes: Iterable[tuple[str, str, str]],
    marking: Sequence[tuple[int, str]],
    reason: str,
    tolerance: float = 0.0,
    figure: "Callable[[], Figure] | None" = None,
    alt: str = "",
) -> ExamQuestion:
    """A question whose answer is a number.

    Args:
        place: where it belongs.
        sample: code whose last line is `NAME = ...`: how the number is found.
        statement: paragraphs.
        mistakes: triples of a name, what went wrong, and an expression of the wrong value, which may use what
            the sample defines. Those that lead to the right value here are left out.
        marking: as for `ExamQuestion`.
        reason: a sentence for the instructor: why it is this number.
        tolerance: relative, for rounding.
        figure, alt: as for `ExamQuestion`.

    Returns:
        An `ExamQuestion`.
    """
    name = sample.splitlines()[-1].partition(" = ")[0]
    found: dict[str, Any] = {"np": np, "math": math}
    exec(sample, found)
    value = float(found[name])
    wrong = [(title, said, float(eval(text, found))) for title, said, text in mistakes]
    wrong = [each for each in wrong if abs(each[2] - value) > 2 * tolerance * abs(value)]
    exercise = ValueExercise(
        id=name,
        title=place.title,
        lesson=place.lesson,
        section=place.section,
        points=place.points,
        minutes=place.minutes,
        question="\n\n".join(statement),
        answer=lambda: value,
        mistakes=tuple(WrongValue(title, said, lambda wrong=each: wrong) for title, said, each in wrong),
        hints=(),
        tolerance=tolerance,
    )
    reasons = (
        f"{reason} The answer is {value:.7g}.",
        *(f"{each:.7g}, {title}: {said}" for title, said, each in wrong),
    )
    stub = f"{name} = ...  # a number"
    return ExamQuestion(
        exercise, exercise.question, stub, sample, tuple(marking), reasons, figure=figure, alt=alt
    )


def choice(
    place: Place,
    name: str,
    statement: Sequence[str],
    right: tuple[str, str],
    wrong: Sequence[tuple[str, str]],
    rng: random.Random,
) -> ExamQuestion:
    """A question with choices, in an order that is drawn.

    Args:
        place: where it belongs.
        name: of the variable that takes the letter.
        statement: paragraphs before the choices.
        right: the right choice, and why it is.
        wrong: the others, and why they are not.
        rng: for the order.

    Returns:
        An `ExamQuestion`.
    """
    drawn = rng.sample([right, *wrong], 1 + len(wrong))
    letters = dict(zip("abcdefgh", drawn, strict=False))
    answer = next(letter for letter, each in letters.items() if each == right)
    listed = "\n".join(f"* **{letter})** {text}" for letter, (text, _) in letters.items())
    exercise = Question(
        id=name,
        title=place.title,
        lesson=place.lesson,
        section=place.section,
        points=place.points,
        minutes=place.minutes,
        question="\n\n".join(statement),
        choices={letter: text for letter, (text, _) in letters.items()},
        answer=answer,
        explanations={letter: said for letter, (_, said) in letters.items()},
        hints=(),
    )
    reasons = tuple(f"{letter}) {said}" for letter, (_, said) in letters.items())
    sample = f'{name} = "{answer}"'
    marking = ((place.points, f"the letter {answer}; nothing for two letters"),)
    stub = f'{name} = ...  # a letter, such as "a"'
    return ExamQuestion(exercise, "\n\n".join([*statement, listed]), stub, sample, marking, reasons)


# ---- a function from its text


def _compiled(source):
    """The function that a text defines; the reference of an exercise has a source, which `inspect` finds."""
    filename = f"<variant {hashlib.sha256(source.encode()).hexdigest()[:16]}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"np": np, "sigmoid": sigmoid}
    exec(compile(source, filename, "exec"), namespace)
    return namespace[source[len("def ") : source.index("(")]]


def _can_be_made(mistake, source):
    """Whether each piece stands once in the source, and something changes."""
    return all(source.count(right) == 1 and right != wrong for right, wrong in mistake.changes.items())


def _example(exercise, arguments):
    """Code with one worked example, which says whether the student's function agrees."""
    arguments = [_rounded(each) for each in arguments]
    expected = exercise.reference(*arguments)
    expected = expected if len(exercise.returns) > 1 else (expected,)
    names = exercise.signature
    lines = [f"{name} = {_written(value)}" for name, value in zip(names, arguments, strict=True)]
    values = ", ".join(str(np.round(each, 4).tolist()) for each in expected)
    lines += [f"expected = [{values}]", "", f"found = {exercise.id}({', '.join(names)})"]
    found = "found" if len(exercise.returns) > 1 else "[found]"
    lines += [
        "if found is not None:",
        f"    for name, ours, yours in zip({list(exercise.returns)}, expected, {found}):",
        '        print(name, "agrees" if np.allclose(ours, yours, atol=1e-3) else "differs")',
    ]
    return "\n".join(lines)


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return value.round(2) if isinstance(value, np.ndarray) else value


def _written(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}": {_written(each)}' for name, each in value.items()) + "}"
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)

"""Three questions for each learner, from the answers that were handed in."""

import ast
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_course import exercises
from lstm_course.exercises import Exercise, Question, ValueExercise
from lstm_course.grading.oral.matching import Match, matches, readable, tree_of
from lstm_course.grading.oral.reading import seen
from lstm_course.grading.results import AnyExercise

__all__ = ["Asked", "Handed", "candidates", "choose", "handed_in"]

_FIRST = 9.0  # worth of what seems to be wrong: it is asked before all else
_LONGEST = 15_000  # characters of an answer; what is longer may have been cut


@dataclass(frozen=True)
class Handed:
    """An answer as it was handed in.

    Attributes:
        exercise: what it answers.
        text: of the function, or of the value: `"b"`, `40_400`.
    """

    exercise: AnyExercise
    text: str


@dataclass(frozen=True)
class Asked:
    """One question for a talk.

    Attributes:
        exercise: which the answer is to.
        kind: what it is about, so that three questions are not about the same thing.
        line: number of the line in `text`, or None.
        text: the learner's answer.
        ask: what to ask.
        expect: what a good reply says.
        worth: how much the reply tells of what somebody has understood.
    """

    exercise: AnyExercise
    kind: str
    line: int | None
    text: str
    ask: str
    expect: str
    worth: float


def candidates(handed: Iterable[Handed]) -> list[Asked]:
    """All that can be asked of what somebody has handed in.

    Args:
        handed: the answers, of any lessons.

    Returns:
        A list of `Asked`.
    """
    found: list[Asked] = []
    for each in handed:
        if isinstance(each.exercise, Exercise):
            found += _of_function(each.exercise, each.text)
        else:
            found += _of_value(each)
    return found


def choose(found: Sequence[Asked], learner: str, number: int = 3) -> list[Asked]:
    """The best questions, each about another thing, and not the same for every learner.

    Args:
        found: as `candidates` gives them.
        learner: name; it decides between questions that are worth the same.
        number: of questions, default 3.

    Returns:
        A list of `Asked`, as many as asked for where there are so many.
    """
    chosen: list[Asked] = []
    left = list(found)
    while left and len(chosen) < number:
        best = max(left, key=lambda each: (_value_beside(each, chosen, learner), each.ask))
        chosen.append(best)
        left = [
            each for each in left if (each.text, each.line) != (best.text, best.line) or each.line is None
        ]
        left = [each for each in left if each.ask != best.ask]
    return chosen


def _value_beside(asked, chosen, learner):
    """What a question is worth beside those that are chosen."""
    luck = hashlib.sha256(f"{learner}\n{asked.ask}".encode("utf-8", "surrogatepass")).digest()[0] / 128
    again = sum(each.exercise is asked.exercise for each in chosen)
    alike = sum(each.kind == asked.kind for each in chosen)
    return asked.worth + min(asked.exercise.points, 4) / 4 + luck - 2.5 * again - 3 * alike


def _of_function(exercise, text):
    if len(text) > _LONGEST:
        return _without_code(exercise)
    function = tree_of(text)
    if function is None:
        return [*_unreadable(exercise, text), *_without_code(exercise)]
    if all(_says_nothing(part) for part in function.body):
        return _without_code(exercise)
    found = [_about_mistake(exercise, text, match) for match in matches(exercise, function)]
    found += [
        Asked(exercise, each.kind, each.line, text, each.ask, each.expect, each.worth)
        for each in seen(function)
    ]
    return [*found, *_of_any(exercise, text, function)]


def _of_any(exercise, text, function):
    """What can be asked of any answer: the line that does most, what comes out, a special case."""
    lines = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    lines = [node for node in lines if not _says_nothing(node)] or function.body
    line = max(lines, key=lambda node: (len(list(ast.walk(node))), -node.lineno))
    yield Asked(
        exercise,
        "in own words",
        line.lineno,
        text,
        f"In your own words: what does your line {line.lineno}, `{_short(ast.unparse(line))}`, do, and "
        "what would come out of the function if it were left out?",
        f"The reply says what goes in and what comes out. The last hint of the exercise, to compare with: "
        f"{exercise.hints[-1]}",
        2.5,
    )
    if exercise.axes:
        told = "; ".join(f"`{name}` ({', '.join(axes)})" for name, axes in exercise.axes.items())
        yield Asked(
            exercise,
            "shapes",
            None,
            text,
            f"Of what shape is each thing that your `{exercise.id}` returns, and which numbers can be in it?",
            f"The axes in words: {told}. The bounds follow from what a number went through last.",
            2.5,
        )
    # Probes of an exercise on Keras would import it.
    probes = () if exercise.needs_keras else exercise.probes(np.random.default_rng(0))
    cases = [probe.case for probe in probes if probe.case.startswith("when ")]
    if cases:
        yield Asked(
            exercise,
            "special case",
            None,
            text,
            f"What does your `{exercise.id}` return {cases[0]}, and which of its lines then have "
            "nothing to do?",
            "The reply goes through the lines with that input, says what becomes zero or drops out, and "
            "what is left of the result.",
            2,
        )


def _says_nothing(node):
    return isinstance(node, ast.Expr | ast.Pass) and isinstance(
        getattr(node, "value", None), ast.Constant | None
    )


def _about_mistake(exercise: Exercise, text: str, match: Match) -> Asked:
    here, other = (f"`{each}`" for each in _contrasted(match.here, match.other))
    said = match.mistake.explanation
    if not match.wrong:
        ask = f"In your line {match.line} stands {here}. Suppose that {other} stood there: what would change?"
        expect = f"{_changed(match.mistake)} To somebody who writes that, the course says: “{said}”"
        # What the course says at length is worth more than "The bias is missing."
        return Asked(
            exercise, match.mistake.name, match.line, text, ask, expect, 3.5 + min(len(said), 120) / 80
        )
    first, second = sorted([here, other])
    ask = (
        f"Look at your line {match.line}, where {here} stands. Compare {first} with {second}: which of the "
        "two is asked for, and what does the other one do?"
    )
    expect = (
        f"If nothing else in the answer makes up for it, what stands there is the known mistake "
        f"“{match.mistake.name}”: “{said}”"
    )
    return Asked(exercise, match.mistake.name, match.line, text, ask, expect, _FIRST)


def _changed(mistake):
    if mistake.convention:
        return f"It would follow another convention ({mistake.name}), right elsewhere and not here."
    return f"It would be the known mistake “{mistake.name}”."


def _unreadable(exercise, text):
    """What Python stumbles over, as a question."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        line = min(error.lineno or 1, text.count("\n") or 1)
        shown = text.splitlines()[line - 1].strip()
        yield Asked(
            exercise,
            "what Python cannot read",
            line,
            text,
            f"Python stops reading your `{exercise.id}` at line {line}, `{_short(shown)}`. What was that "
            "line, or the one before it, meant to do, and what has to be written?",
            f"Python says: {error.msg}. What the function is to do: “{exercise.title}”.",
            _FIRST,
        )
    except (ValueError, RecursionError, MemoryError):
        return


def _without_code(exercise):
    """Questions on an exercise whose answer is missing, or says nothing that could be asked about."""
    function = tree_of(exercise.source)
    if function is None:
        return []
    found = []
    for match in (each for each in matches(exercise, function) if not each.wrong):
        here, other = _contrasted(match.here, match.other)
        ask = (
            f"There is nothing of yours to ask about in `{exercise.id}` (“{exercise.title}”). The course's "
            f"own answer has `{here}`. What would `{other}` do in its place?"
        )
        expect = f"{_changed(match.mistake)} “{match.mistake.explanation}”"
        found.append(Asked(exercise, match.mistake.name, None, "", ask, expect, 1))
    return found


def _of_value(each: Handed) -> list[Asked]:
    exercise, text = each.exercise, each.text
    if isinstance(exercise, ValueExercise):
        ask = f"You gave `{_short(text)}` for “{exercise.title}”. Show me the way there. {exercise.question}"
        right = exercise.answer()
        expect = f"{right:,.6g}. The way to it is: `{_short(' '.join(_body(exercise.source)), 300)}`."
        known = [mistake for mistake in exercise.mistakes if _same(text, mistake.value())]
        expect += "".join(f" What was given comes from “{one.name}”: {one.explanation}" for one in known)
        return [Asked(exercise, "a number", None, f"{exercise.id} = {text}", ask, expect, 3.5)]
    assert isinstance(exercise, Question)
    letter = text.strip("\"'() .").lower()
    if letter not in exercise.choices:
        return []
    other = _tempting(exercise, letter)
    ask = (
        f"{exercise.question} You chose {letter}: “{exercise.choices[letter]}” Why not {other}: "
        f"“{exercise.choices[other]}”"
    )
    expect = f"Right is {exercise.answer}. {exercise.explanations[exercise.answer]} "
    wrong = other if letter == exercise.answer else letter
    expect += f"On {wrong}: {exercise.explanations[wrong]}"
    return [Asked(exercise, "a choice", None, f'{exercise.id} = "{letter}"', ask, expect, 3.5)]


def _tempting(exercise, letter):
    """The right choice for somebody who has another; for others the next one."""
    if letter != exercise.answer:
        return exercise.answer
    letters = [each for each in exercise.choices if each != letter]
    return letters[len(exercise.id) % len(letters)]


def _body(source):
    function = tree_of(source)
    lines = function.body if function else []
    return [ast.unparse(line) for line in lines if not _says_nothing(line)]


def _same(text, value):
    try:
        return abs(float(ast.literal_eval(text)) - float(value)) <= 1e-6 * abs(float(value))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _short(text, most=70):
    text = re.sub(r"\s+", " ", text.replace("`", "'"))
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def _contrasted(first, second, most=70, around=24):
    """Two versions of a piece, where they are long without what both begin and end with."""
    first, second = (re.sub(r"\s+", " ", each.replace("`", "'")) for each in (first, second))
    if max(len(first), len(second)) <= most:
        return first, second
    begin = _alike(first, second)
    shorter = min(len(first), len(second)) - begin
    end = min(_alike(first[::-1], second[::-1]), shorter)
    begin, end = max(begin - around, 0), max(end - around, 0)
    cut = (each[begin : len(each) - end] for each in (first, second))
    return tuple(f"{'... ' * (begin > 0)}{_short(each, 2 * most)}{' ...' * (end > 0)}" for each in cut)


def _alike(first, second):
    """How many letters two texts have in common at their beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((k for k, (one, other) in pairs if one != other), min(len(first), len(second)))


def handed_in(cells: Iterable[str], functions: Mapping[str, str], lesson: str) -> list[Handed]:
    """All answers to the exercises of a lesson, tried or not.

    Args:
        cells: code cells.
        functions: id -> text of the functions found in them.
        lesson: two digits.

    Returns:
        A list of `Handed`; a function that is missing has an empty text.
    """
    values = _values(cells)
    found = []
    for exercise in exercises.every().values():
        if exercise.lesson == lesson:
            if isinstance(exercise, Exercise):
                found.append(Handed(exercise, functions.get(exercise.id, "")))
            elif exercise.id in values:
                found.append(Handed(exercise, values[exercise.id]))
    return found


def _values(cells):
    """Name -> text of what is given as a value: `name = 3`, or `check(name=3)`."""
    found = {}
    for cell in cells:
        for node in (part for statement in readable(cell) for part in ast.walk(statement)):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = ast.unparse(node.value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
                for word in node.keywords:
                    if word.arg and ast.unparse(word.value) != word.arg:
                        found[word.arg] = ast.unparse(word.value)
    return {name: text for name, text in found.items() if text != "..."}

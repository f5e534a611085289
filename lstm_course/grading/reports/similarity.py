"""Answers that share more than the lesson explains, for a human to look at.

Compared are syntax trees without what is changed easily: blanks, comments, and the names that a function
gives its own variables. A pair is a hint and no verdict.
"""

import ast
import functools
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.grading.intake.collecting import collect
from lstm_course.grading.results import Result

__all__ = ["Earlier", "Pair", "answers", "of_earlier_years", "similar"]

_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|\S")
_SHINGLE = 6  # tokens in a row
_ALIKE = 0.6  # share of the rare shingles that two answers have in common
_ENOUGH = 12.0  # weight of rare shingles below which an answer says nothing
_LONGEST = 20_000  # characters of an answer that are looked at


@dataclass(frozen=True)
class Pair:
    """Two learners whose answers are alike.

    Args:
        learners: their names.
        lesson: two digits.
        share: weight of what they share, from 0 to 1, over the exercises named.
        exercises: ids.
    """

    learners: tuple[str, str]
    lesson: str
    share: float
    exercises: tuple[str, ...]


def answers(cells: Iterable[str], lesson: str | None) -> dict[str, str]:
    """Text of the functions that answer the exercises of a lesson.

    Args:
        cells: list of str.
        lesson: two digits.

    Returns:
        Dict from id to text.

    Example:
        >>> answers(["def sigmoid(x):\\n    return x\\n\\nprint(1)"], "00")
        {'sigmoid': 'def sigmoid(x):\\n    return x\\n'}
    """
    wanted = {each.id for each in exercises.every().values() if each.lesson == lesson}
    found = {}
    for cell in cells:
        for part in re.split(r"^(?=\S)", cell[:_LONGEST], flags=re.MULTILINE):
            name = re.match(r"def (\w+)", part)
            if name and name[1] in wanted:
                found[name[1]] = part.rstrip() + "\n"
    return found


@dataclass(frozen=True)
class Earlier:
    """What somebody has handed in another year.

    Args:
        who: where it was found.
        answers: id -> text.
    """

    who: str
    answers: dict[str, str]


def of_earlier_years(folder: str | Path) -> Iterator[Earlier]:
    """The answers in a folder of an earlier year, as it was downloaded then.

    Args:
        folder: path of a folder or archive.

    Raises:
        SubmissionsError: there is no notebook.
    """
    with tempfile.TemporaryDirectory() as scratch:
        found = collect(folder, scratch).submissions
    for each in found:
        yield Earlier(f"{Path(folder).name}: {each.learner}", answers(each.cells or (), each.lesson))


@functools.cache  # many in a class write the same
def _shingles(text):
    """Runs of tokens; within each, the function's own names are numbered as they come."""
    tokens = _tokens(text)
    return frozenset(_numbered(tokens[k : k + _SHINGLE]) for k in range(len(tokens) - _SHINGLE + 1))


_OWN = "\0"  # begin of a token that is a name of the function's own


def _numbered(tokens):
    names = list(dict.fromkeys(token for token in tokens if token.startswith(_OWN)))
    return tuple(f"{_OWN}{names.index(token)}" if token.startswith(_OWN) else token for token in tokens)


def _tokens(text):
    """Tokens of a function, as Python itself would write it; as they stand, where Python cannot read it."""
    try:
        tree = ast.parse(text)
        own = set(_own_names(tree))
        written = ast.unparse(_without_docstrings(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _TOKEN.findall(text)
    tokens = _TOKEN.findall(written)
    after_dot = {k + 1 for k, token in enumerate(tokens) if token == "."}
    return [_OWN + token if token in own and k not in after_dot else token for k, token in enumerate(tokens)]


def _own_names(tree):
    """What a function gives a value: its arguments and its variables."""
    for part in ast.walk(tree):
        if isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _without_docstrings(tree):
    for part in ast.walk(tree):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(part, clean=False):
            part.body = part.body[1:] or [ast.Pass()]
    return tree


def similar(results: Sequence[Result], earlier: Sequence[Earlier] = ()) -> list[Pair]:
    """Pairs of learners whose answers are alike.

    A run of tokens counts the more the fewer have it; what stands in the course's own answer, or comes of a
    known mistake, counts nothing.

    Args:
        results: of which `learner`, `id` and `answers` are looked at.
        earlier: of other years; two of them are not compared.

    Returns:
        List of `Pair`, the most alike first.
    """
    shared: dict[tuple[str, str, str], list[tuple[str, float]]] = {}
    held = [(_who(each), each["answers"]) for each in results] + [
        (each.who, each.answers) for each in earlier
    ]
    others = {each.who for each in earlier}
    for exercise, group in _by_exercise(held).items():
        for first, second, share in _alike(group, _known(exercise), others):
            shared.setdefault((first, second, exercise.lesson), []).append((exercise.id, share))
    pairs = [
        Pair(
            (first, second),
            lesson,
            sum(share for _, share in found) / len(found),
            tuple(name for name, _ in found),
        )
        for (first, second, lesson), found in shared.items()
    ]
    return sorted(pairs, key=lambda pair: (-len(pair.exercises) * pair.share, pair.learners))


def _known(exercise):
    """Shingles of the course's own answer and of its known mistakes, which many come to by themselves."""
    shingles = _shingles(exercise.source)
    for mistake in exercise.mistakes:
        shingles |= _shingles(exercise.text_with(mistake))
    return shingles


def _by_exercise(held):
    """Exercise -> learner -> shingles of the answer."""
    groups: dict[Exercise, dict[str, frozenset[tuple[str, ...]]]] = {}
    for who, answers_of in held:
        for name, text in answers_of.items():
            exercise = exercises.find(name)
            if isinstance(exercise, Exercise):
                groups.setdefault(exercise, {})[who] = _shingles(text)
    return groups


def _who(result):
    return result["learner"] + (f" ({result['id']})" if result["id"] else "")


def _alike(group, common, others):
    """Triples (learner, learner, share) of one exercise; never of two of the others."""
    held = Counter(shingle for shingles in group.values() for shingle in shingles)
    # What a tenth of the class writes, and more than three, is how one writes it, not a sign of anything.
    most = max(3, len(group) // 10)
    weight = {
        shingle: math.log((1 + len(group)) / count)
        for shingle, count in held.items()
        if count <= most and shingle not in common
    }
    rare = {learner: {each for each in shingles if each in weight} for learner, shingles in group.items()}
    total = {learner: sum(weight[each] for each in shingles) for learner, shingles in rare.items()}
    # Only pairs that share something are looked at.
    holders = {}
    for learner, shingles in rare.items():
        for shingle in shingles:
            holders.setdefault(shingle, []).append(learner)
    pairs = {pair for learners in holders.values() for pair in combinations(sorted(learners), 2)}
    for first, second in sorted(pair for pair in pairs if not others.issuperset(pair)):
        both = sum(weight[each] for each in rare[first] & rare[second])
        either = total[first] + total[second] - both
        if both >= _ENOUGH and both / either >= _ALIKE:
            yield first, second, both / either

"""Answers that share more than the lesson explains, for a human to look at."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.grading.results import Result

__all__ = ["Pair", "answers", "similar"]

_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|\S")
_SHINGLE = 6  # tokens in a row
_ALIKE = 0.75  # share of the rare shingles that two answers have in common
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


def _shingles(text):
    tokens = _TOKEN.findall(text)
    return {tuple(tokens[k : k + _SHINGLE]) for k in range(len(tokens) - _SHINGLE + 1)}


def similar(results: Sequence[Result]) -> list[Pair]:
    """Pairs of learners whose answers are alike.

    A run of tokens counts the more the fewer have it; what stands in the course's own answer, or comes of a
    known mistake, counts nothing.

    Args:
        results: of which `learner`, `id` and `answers` are looked at.

    Returns:
        List of `Pair`, the most alike first.
    """
    shared: dict[tuple[str, str, str], list[tuple[str, float]]] = {}
    for exercise, group in _by_exercise(results).items():
        for first, second, share in _alike(group, _known(exercise)):
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


def _by_exercise(results):
    """Exercise -> learner -> shingles of the answer."""
    groups: dict[Exercise, dict[str, set[tuple[str, ...]]]] = {}
    for each in results:
        for name, text in each["answers"].items():
            exercise = exercises.find(name)
            if isinstance(exercise, Exercise):
                groups.setdefault(exercise, {})[_who(each)] = _shingles(text)
    return groups


def _who(result):
    return result["learner"] + (f" ({result['id']})" if result["id"] else "")


def _alike(group, common):
    """Triples (learner, learner, share) of one exercise."""
    held = Counter(shingle for shingles in group.values() for shingle in shingles)
    # What a tenth of the class writes is how one writes it, not a sign of anything.
    most = max(2, len(group) // 10)
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
    for first, second in sorted(pairs):
        both = sum(weight[each] for each in rare[first] & rare[second])
        either = total[first] + total[second] - both
        if both >= _ENOUGH and both / either >= _ALIKE:
            yield first, second, both / either

"""The first proof of the checks: every known mistake, every pair, the untouched stub, and what is found."""

import pickle
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.exercise import Exercise, Question, ValueExercise
from lstm_course.exercises.judging import judge
from lstm_course.exercises.registry import every

__all__ = ["ALL", "NONE", "Row", "rows", "seeds_with_other_probes", "stub", "times"]

ALL, NONE = slice(None), slice(0)


@dataclass(frozen=True)
class Row:
    """One answer and what its check found.

    Args:
        exercise: id.
        kind: "stub", "reference", "mistake", "pair", "value" or "choice".
        made: the mistakes that were made, joined by " + "; empty for stub and reference.
        status: what the check found.
        named: the mistake that it named, or None.
        proven: whether that is what it should have found: stubs are not attempted, references right, mistakes
            rejected by their names, and pairs rejected and, if named, named after one of the two or after one
            mistake that does the same as both.
        seconds: how long the check took.
    """

    exercise: str
    kind: str
    made: str
    status: str
    named: str | None
    proven: bool
    seconds: float

    def __str__(self):
        verdict = "ok" if self.proven else "NOT PROVEN"
        made = f"{self.kind}: {self.made}" if self.made else self.kind
        return f"{verdict:10}  {self.exercise:22}  {made}  ->  {self.named or self.status}"


def rows(
    seeds: Iterable[int] = (0,),
    pairs: slice = ALL,
    exercises: Iterable[Exercise | ValueExercise | Question] | None = None,
) -> list[Row]:
    """Run every check on everything that is known to go wrong, and on what is right.

    Args:
        seeds: of the sets of probes to try each on (default the first alone); equal sets count once.
        pairs: which pairs of mistakes are made as well (default `ALL`; they take most of the time).
        exercises: which, a list of exercise objects (default all).

    Returns:
        List of `Row`.

    Example:
        >>> from lstm_course.exercises import find
        >>> all(row.proven for row in rows(pairs=NONE, exercises=[find("lstm_parameter_count")]))
        True
    """
    kinds = {Exercise: _function_rows, ValueExercise: _value_rows, Question: _choice_rows}
    found = []
    for exercise in every().values() if exercises is None else exercises:
        made = next(made for kind, made in kinds.items() if isinstance(exercise, kind))
        found += made(exercise, seeds, pairs)
    return found


def times(rows: Sequence[Row]) -> str:
    """How long the checks of a matrix took, in a sentence.

    Args:
        rows: list of `Row`, at least one.

    Returns:
        A str: the median, the longest, and whose that was.
    """
    slowest = max(rows, key=lambda row: row.seconds)
    median = statistics.median(row.seconds for row in rows)
    whose = f"{slowest.exercise}, {slowest.kind} {slowest.made}".rstrip()
    return (
        f"Half of the checks took less than {1000 * median:.1f} ms, "
        f"the longest {1000 * slowest.seconds:.0f} ms ({whose})."
    )


def stub(exercise: Exercise) -> Callable:
    """The function as a learner finds it."""
    namespace = {}
    exec(exercise.stub, namespace)
    return namespace[exercise.id]


def seeds_with_other_probes(exercise: Exercise, among: Iterable[int]) -> list[int]:
    """Seeds whose probes differ: an exercise that is costly to try may have two sets of them in all.

    Args:
        exercise: an `Exercise`.
        among: seeds to look at.

    Returns:
        A list of int, the first seed of each set.

    Example:
        >>> from lstm_course.exercises import find
        >>> seeds_with_other_probes(find("rnn_cell"), range(3))
        [0, 1, 2]
    """
    seeds = {}
    for seed in among:
        probes = exercise.probes(np.random.default_rng(seed))
        seeds.setdefault(pickle.dumps([probe.arguments for probe in probes]), seed)
    return list(seeds.values())


def _function_rows(exercise, seeds, pairs):
    found = []

    def add(kind, made, function, seed, as_expected):
        started = time.perf_counter()
        finding = examine(exercise, function, seed=seed)
        seconds = time.perf_counter() - started
        made = " + ".join(mistake.name for mistake in made)
        proven = as_expected(finding)
        found.append(Row(exercise.id, kind, made, finding.status, finding.mistake, proven, seconds))

    add("stub", (), stub(exercise), 0, lambda finding: finding.status == "not attempted")
    for seed in seeds_with_other_probes(exercise, seeds):
        add("reference", (), exercise.reference, seed, lambda finding: finding.status == "right")
        for mistake in exercise.mistakes:
            wrong = exercise.variant(mistake)
            name = mistake.name
            add("mistake", (mistake,), wrong, seed, lambda finding, name=name: finding.mistake == name)
    possible = [pair for pair in combinations(exercise.mistakes, 2) if exercise.compatible(*pair)]
    for pair in possible[pairs]:
        made = exercise.variant(*pair)
        add("pair", pair, made, 0, lambda finding, pair=pair: _pair_is_found(pair, finding))
    return found


def _pair_is_found(pair, finding):
    """Whether two mistakes at once are rejected, and not under a wrong name."""
    named = finding.mistake.split(" + ") if finding.mistake else []
    return finding.status != "right" and (len(named) < 2 or any(mistake.name in named for mistake in pair))


def _value_rows(exercise, seeds, pairs):
    found = []
    for kind, name, value in [
        ("stub", None, ...),
        ("reference", None, exercise.answer()),
        *(("value", mistake.name, mistake.value()) for mistake in exercise.mistakes),
    ]:
        finding, seconds = _timed(exercise, value)
        expected = {"stub": "not attempted", "reference": "right"}.get(kind, finding.status)
        proven = finding.status == expected and finding.mistake == name
        found.append(Row(exercise.id, kind, name or "", finding.status, finding.mistake, proven, seconds))
    return found


def _choice_rows(exercise, seeds, pairs):
    found = []
    for letter in [..., *exercise.choices]:
        finding, seconds = _timed(exercise, letter)
        kind = {"right": "reference", "not attempted": "stub"}.get(finding.status, "choice")
        expected = "reference" if letter == exercise.answer else "stub" if letter is ... else "choice"
        made = f"chose {letter}" if expected == "choice" else ""
        proven = kind == expected
        found.append(Row(exercise.id, expected, made, finding.status, finding.mistake, proven, seconds))
    return found


def _timed(exercise, value):
    started = time.perf_counter()
    finding = judge(exercise, value)
    return finding, time.perf_counter() - started

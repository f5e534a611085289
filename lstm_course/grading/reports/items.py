"""What the marks of a class say of the exercises: averages, difficulty and discrimination."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ENOUGH", "Item", "Spread", "item", "spread"]

ENOUGH = 5  # learners below which nothing is said of how their marks hang together


@dataclass(frozen=True)
class Spread:
    """How the marks of a class are distributed, as shares of the points from 0 to 1.

    Args:
        shares: one a learner, ascending.
    """

    shares: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The average share."""
        return statistics.fmean(self.shares)

    @property
    def median(self) -> float:
        """The share that half of the class reaches."""
        return statistics.median(self.shares)

    @property
    def deviation(self) -> float | None:
        """Standard deviation (n - 1 below the root); None for a single learner."""
        return statistics.stdev(self.shares) if len(self.shares) > 1 else None


def spread(marks: Sequence[tuple[float, float]]) -> Spread:
    """How a class is distributed.

    Args:
        marks: (points, out of) for each learner, at least one.

    Returns:
        A `Spread`.

    Example:
        >>> spread([(5, 10), (10, 10)]).mean
        0.75
    """
    return Spread(tuple(sorted(got / possible for got, possible in marks)))


@dataclass(frozen=True)
class Item:
    """What the marks say of one exercise.

    Args:
        learners: how many were marked.
        difficulty: mean share of its points, from 0 to 1: the higher, the easier (as the field has it).
        discrimination: correlation with the rest of the marks, from -1 to 1; None where `untold` says why.
        interval: of 95 % confidence for the discrimination, by Fisher's z (Fisher 1921), or None likewise.
        untold: why there is no discrimination, a clause, or "".
    """

    learners: int
    difficulty: float
    discrimination: float | None
    interval: tuple[float, float] | None = None
    untold: str = ""


def item(name: str, marks: Sequence[Mapping[str, tuple[float, float]]]) -> Item:
    """Difficulty and discrimination of an exercise.

    The difficulty is the mean of score / points. The discrimination is the correlation r of an exercise's
    score with what the same learner has in all *other* exercises: with the total, the exercise would be
    correlated with itself (Henrysson 1963, "Correction of item-total correlations in item analysis",
    Psychometrika 28, 211-218). Since not everybody is marked on the same lessons, what is correlated with is
    the share of the points in the other exercises, not their sum.

    Args:
        name: id of the exercise.
        marks: for each learner, exercise -> (points, out of); learners without this exercise are left out.

    Returns:
        An `Item`.

    Raises:
        ValueError: nobody was marked on it.

    Example:
        >>> good, poor = {"a": (1, 1), "b": (2, 2)}, {"a": (0, 1), "b": (1, 2)}
        >>> item("a", [good, good, good, poor, poor])
        Item(learners=5, difficulty=0.6, discrimination=1.0, interval=(1.0, 1.0), untold='')
    """
    marked = [each for each in marks if name in each]
    if not marked:
        raise ValueError(f"nobody was marked on {name!r}")
    own = [each[name][0] / each[name][1] for each in marked]
    pairs = [(mine, _rest(name, each)) for mine, each in zip(own, marked, strict=True) if len(each) > 1]
    untold = _untold(pairs)
    if untold:
        return Item(len(marked), statistics.fmean(own), None, untold=untold)
    found = round(statistics.correlation(*zip(*pairs, strict=True)), 12)
    return Item(len(marked), statistics.fmean(own), found, _interval(found, len(pairs)))


def _rest(name, marks):
    others = [mark for other, mark in marks.items() if other != name]
    # In whatever order they are added: equal marks are an equal share.
    return round(sum(got for got, _ in others) / sum(possible for _, possible in others), 12)


def _interval(correlation, pairs):
    if abs(correlation) == 1:
        return correlation, correlation
    z, width = math.atanh(correlation), statistics.NormalDist().inv_cdf(0.975) / math.sqrt(pairs - 3)
    return math.tanh(z - width), math.tanh(z + width)


def _untold(pairs):
    """Why no correlation can be told, or an empty str."""
    if not pairs:
        return "no other exercise was marked"
    if len(pairs) < ENOUGH:
        return f"fewer than {ENOUGH} learners"
    if len({mine for mine, _ in pairs}) == 1:
        return "all have the same"
    if len({rest for _, rest in pairs}) == 1:
        return "the rest is the same for all"
    return ""

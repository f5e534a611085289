"""What a result rests on: a test that is opened once, a choice that has not seen it, intervals that hold.

Like the leak detectors of `data.series.leaks`, `chosen_on_test` finds out by trying: it changes the test data
and looks whether the choice changes with them.
"""

import hashlib
from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.data.series.leaks import Leak

__all__ = ["Coverage", "Sealed", "chosen_on_test", "coverage", "find_copies"]


class Sealed:
    """A test set whose truth is locked away, and that counts how often it was opened.

    It keeps nobody from looking who wants to look; it tells a person who would rather not fool themselves.

    Args:
        truth: what was to be forecast or named, an array.
        score: function `(truth, answer) -> number`.

    Example:
        >>> test = Sealed([1.0, 3.0], score=lambda truth, answer: np.abs(truth - answer).mean())
        >>> test.open({"zero": [0.0, 0.0], "two": [2.0, 2.0]})
        {'zero': 2.0, 'two': 1.0}
        >>> test.openings
        1
    """

    def __init__(self, truth, score):
        self._truth = arguments.numeric("truth", truth)
        self._score = arguments.function("score", score)
        self._opened = {}

    def __repr__(self):
        return f"Sealed({len(self._truth)} values, openings: {self.openings})"

    @property
    def openings(self):
        """How many different sets of answers have been scored.

        The same answers once more, as when a cell is run again, do not count.
        """
        return len(self._opened)

    def open(self, answers):
        """Score answers, all at once: those of every seed, and those of the baselines.

        Args:
            answers: dict from a name to an answer, as the score takes it.

        Returns:
            A dict from the same names to floats.

        Raises:
            TypeError, ValueError: if answers is no such dict, or is empty.
        """
        if not isinstance(answers, dict) or not answers:
            came = arguments.described(answers)
            raise TypeError(f"answers is {came}, expected a dict from names to answers")
        given = {name: arguments.numeric(f"answers[{name!r}]", answer) for name, answer in answers.items()}
        print_of = hashlib.sha256()
        for name, answer in given.items():
            print_of.update(repr((name, answer.shape, answer.dtype.str)).encode() + answer.tobytes())
        key = print_of.hexdigest()
        if key not in self._opened:
            scores = {name: float(self._score(self._truth.copy(), each)) for name, each in given.items()}
            self._opened[key] = scores
        return dict(self._opened[key])


def chosen_on_test(choose, validation, test):
    """Find out whether a choice, such as that of a threshold, looks at the test data.

    Args:
        choose: function `(validation, test) -> choice`, a number or an array of numbers. A choice that is
            honest does with its second argument nothing at all.
        validation, test: arrays as the function takes them, the first axis is time. Labels can stand in a
            column of their own.

    Returns:
        A `Leak` called "chosen on the test data", or None.

    Raises:
        TypeError, ValueError: if an argument is not of the kind above, or choose gives another choice when it
            is called again with the same data.

    Example:
        >>> def careless(validation, test):
        ...     return np.quantile(np.concatenate([validation, test]), 0.9)
        >>> scores = np.random.default_rng(0).random(100)
        >>> chosen_on_test(careless, scores[:50], scores[50:]).name
        'chosen on the test data'
        >>> chosen_on_test(lambda validation, test: np.quantile(validation, 0.9), scores[:50], scores[50:])
    """
    arguments.function("choose", choose)
    validation, test = arguments.numeric("validation", validation), arguments.numeric("test", test)
    if test.ndim == 0 or len(test) < 2:
        raise ValueError(f"test has shape {test.shape}, expected at least two rows")

    def chosen(changed):
        return np.asarray(choose(validation.copy(), changed.copy()))

    before = chosen(test)
    if not np.array_equal(before, chosen(test)):
        raise ValueError("choose gives another choice when it is called again: give its generator a seed")
    # The other end first, another half, another size: each moves a quantile, a mean or a search somewhere.
    half = len(test) // 2
    changes = test[::-1], np.concatenate([test[:half], test[:half]]), 3 * test, 0 * test
    if all(np.array_equal(before, chosen(changed)) for changed in changes):
        return None
    return Leak(
        "chosen on the test data",
        "the choice changes when the test data change: choose on validation data, and leave the test data "
        "alone until nothing is to be chosen any more.",
    )


class Coverage(NamedTuple):
    """How often the truth lies within intervals.

    Args:
        share: of the values that lie within, from 0 to 1.
        level: share that was promised.
        p_value: probability of a share as far from the level or farther, were each value within with the
            probability that was promised, whatever its neighbours do.
    """

    share: float
    level: float
    p_value: float


def coverage(truth, low, high, level):
    """Find out whether intervals hold the truth as often as they promise.

    Args:
        truth, low, high: numbers of one shape; an interval goes from low to high, ends included.
        level: the share that was promised, between 0 and 1, for example 0.8.

    Returns:
        A `Coverage`. Its p_value is that of the exact binomial test, two-sided. Neighbouring values of a
        series often miss together; the test then calls intervals wrong too easily, and a p_value under 0.01
        is the place to begin to look.

    Raises:
        TypeError, ValueError: if the shapes differ, an interval ends before it begins, or level is not
            between 0 and 1.

    Example:
        >>> coverage(np.arange(10.0), np.zeros(10), np.full(10, 7.5), level=0.8).share
        0.8
    """
    truth = arguments.array("truth", truth)
    low, high = (arguments.array(name, given, truth.shape) for name, given in (("low", low), ("high", high)))
    level = arguments.real_number("level", level, minimum=0, maximum=1)
    if np.any(low > high):
        raise ValueError(f"{np.sum(low > high)} intervals end before they begin: low is above high")
    if not 0 < level < 1:
        raise ValueError(f"level is {level:g}, expected a share between 0 and 1, for example 0.8")
    from scipy.special import bdtr, bdtrc

    within, n = int(np.sum((low <= truth) & (truth <= high))), truth.size
    below = bdtr(within, n, level)  # probability of so many or fewer
    above = 1.0 if within == 0 else bdtrc(within - 1, n, level)  # of so many or more
    return Coverage(within / n, level, float(min(1.0, 2 * min(below, above))))


def find_copies(train, test):
    """Find sequences of the test that stand in the training data.

    Args:
        train, test: lists of sequences, each a str or another thing that can be compared: reviews, sentences,
            tunes.

    Returns:
        A list with one `Leak` called "copied", or an empty one.

    Raises:
        TypeError: if a str is given in the place of a list.

    Example:
        >>> [leak.name for leak in find_copies(["a b c", "d e"], ["d e", "f"])]
        ['copied']
    """
    for name, given in (("train", train), ("test", test)):
        if isinstance(given, str):
            raise TypeError(f"{name} is one text, expected a list of sequences, such as its lines")
    known = set(train)
    copies = sum(each in known for each in test)
    if not copies:
        return []
    sentence = f"{copies} of {len(test)} test sequences stand in the training data: take them out of one."
    return [Leak("copied", sentence)]

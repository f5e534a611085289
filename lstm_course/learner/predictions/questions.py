"""The questions under "Predict first": what may be answered, what the answer is, how far one was off.

A question is about one cell of its lesson. When that cell has run, an expression in the names of the notebook
says what came of it: no answer is written down here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import combinations
from numbers import Real
from pkgutil import iter_modules
from typing import Any

__all__ = ["Choice", "Number", "Order", "every", "of_lesson"]


@dataclass(frozen=True)
class Number:
    """A question for a number.

    Args:
        id: the lesson's number and a name, such as "02-half-life".
        ask: one sentence, which ends in a question mark.
        after: a piece of the code of the cell that answers.
        turns_out: an expression in the names of the notebook, evaluated when that cell has run.
        unit: what follows the number, such as " %" or " steps"; default nothing.
        within: how far off still counts as right; None where a factor is given.
        factor: from 1/factor to factor times the number counts as right; None where a distance is given.

    Raises:
        ValueError: unless exactly one of within and factor is given.

    Example:
        >>> half = Number("00-half", "What is a half, in per cent?", "1 / 2", "100 / 2", " %", within=5)
        >>> half.right(47, 50.0), half.off(30, 50.0)
        (True, '20 % too small')
    """

    id: str
    ask: str
    after: str
    turns_out: str
    unit: str = ""
    within: float | None = None
    factor: float | None = None

    def __post_init__(self):
        if (self.within is None) == (self.factor is None):
            raise ValueError(f"{self.id}: give either within or factor")

    def read(self, answer: Any) -> float | None:
        """The answer as it is kept; None if it is no number."""
        if isinstance(answer, str):
            text = answer.strip().removesuffix(self.unit.strip()).replace(",", ".")
            try:
                answer = float(text)
            except ValueError:
                return None
        if isinstance(answer, bool) or not isinstance(answer, Real):
            return None
        return float(answer) if math.isfinite(answer) else None

    @property
    def expected(self) -> str:
        """What an answer must be."""
        return f"a number{self.unit and f' (in{self.unit})'}"

    @property
    def form(self) -> dict:
        """What a form needs to ask it; JSON."""
        return {"kind": "number", "unit": self.unit.strip()}

    def shown(self, value: float) -> str:
        """An answer or a result in words."""
        return f"{value:.3g}{self.unit}"

    def right(self, answer: float, truth: float) -> bool:
        """Whether it came near enough."""
        return self.surprise(answer, truth) <= 1 / 3

    def surprise(self, answer: float, truth: float) -> float:
        """From 0, as predicted, to 1: up to a third counts as right."""
        if self.within is not None:
            return min(1.0, abs(answer - truth) / (3 * self.within))
        assert self.factor is not None
        if answer == truth:
            return 0.0
        if answer * truth <= 0:
            return 1.0
        return min(1.0, abs(math.log(answer / truth)) / (3 * math.log(self.factor)))

    def off(self, answer: float, truth: float) -> str:
        """How far it was off, in words."""
        if self.shown(answer) == self.shown(truth):
            return "just that"
        large = "large" if answer > truth else "small"
        if self.factor is None or answer * truth <= 0:
            return f"{self.shown(abs(answer - truth))} too {large}"
        times = max(answer / truth, truth / answer)
        return f"{times:.3g} times too {large}"


@dataclass(frozen=True)
class Choice:
    """A question with a few answers.

    Args:
        id, ask, after: as of a `Number`.
        options: the answers, of which an expression must give one.
        turns_out: as of a `Number`; it gives one of the options.

    Example:
        >>> question = Choice("00-sign", "Is -1 large?", "-1 < 0", ("yes", "no"), "'no'")
        >>> question.read("YES"), question.right("yes", "no")
        ('yes', False)
    """

    id: str
    ask: str
    after: str
    options: tuple[str, ...]
    turns_out: str

    def read(self, answer: Any) -> str | None:
        """The answer as it is kept; None if it is none of the options."""
        return next((each for each in self.options if _plain(each) == _plain(answer)), None)

    @property
    def expected(self) -> str:
        """What an answer must be."""
        return "one of " + ", ".join(f'"{each}"' for each in self.options)

    @property
    def form(self) -> dict:
        """What a form needs to ask it; JSON."""
        return {"kind": "choice", "options": list(self.options)}

    def shown(self, value: str) -> str:
        """An answer or a result in words."""
        return f"“{value}”"

    def right(self, answer: str, truth: str) -> bool:
        """Whether it is what came."""
        return answer == truth

    def surprise(self, answer: str, truth: str) -> float:
        """0, as predicted, or 1."""
        return float(answer != truth)

    def off(self, answer: str, truth: str) -> str:
        """How far it was off, in words."""
        return "as you said" if answer == truth else "not as you said"


@dataclass(frozen=True)
class Order:
    """A question for an order.

    Args:
        id, ask, after: as of a `Number`.
        items: what is to be put in order; the sentence says by what.
        turns_out: as of a `Number`; it gives the items in their order.

    Example:
        >>> question = Order("00-size", "From small to large?", "sorted", ("2", "1", "3"), "['1', '2', '3']")
        >>> question.off(("1", "3", "2"), ("1", "2", "3"))
        '1 of 3 pairs the wrong way round'
    """

    id: str
    ask: str
    after: str
    items: tuple[str, ...]
    turns_out: str

    def read(self, answer: Any) -> tuple[str, ...] | None:
        """The answer as it is kept; None if it is no order of the items."""
        if isinstance(answer, str):
            answer = answer.split(">" if ">" in answer else ",")
        if not isinstance(answer, Sequence):
            return None
        by_words = {_plain(each): each for each in self.items}
        found = tuple(by_words.get(_plain(each), "") for each in answer)
        return found if sorted(found) == sorted(self.items) else None

    @property
    def expected(self) -> str:
        """What an answer must be."""
        return "all of these in your order: [" + ", ".join(f'"{each}"' for each in self.items) + "]"

    @property
    def form(self) -> dict:
        """What a form needs to ask it; JSON."""
        return {"kind": "order", "options": list(self.items)}

    def shown(self, value: Sequence[str]) -> str:
        """An answer or a result in words."""
        return ", then ".join(f"“{each}”" for each in value)

    def right(self, answer: Sequence[str], truth: Sequence[str]) -> bool:
        """Whether it is what came."""
        return tuple(answer) == tuple(truth)

    def surprise(self, answer: Sequence[str], truth: Sequence[str]) -> float:
        """From 0, as predicted, to 1: the share of pairs that are the wrong way round."""
        place = {each: k for k, each in enumerate(truth)}
        pairs = list(combinations(answer, 2))
        return sum(place[first] > place[second] for first, second in pairs) / len(pairs)

    def off(self, answer: Sequence[str], truth: Sequence[str]) -> str:
        """How far it was off, in words."""
        pairs = len(answer) * (len(answer) - 1) // 2
        wrong = round(self.surprise(answer, truth) * pairs)
        return f"{wrong} of {pairs} pairs the wrong way round" if wrong else "as you said"


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


@cache
def every() -> dict[str, Number | Choice | Order]:
    """All questions of the course by their id, in the order of the lessons.

    Example:
        >>> every()["01-silence"].form["kind"]
        'choice'
    """
    package = import_module(f"{__package__}.lessons")
    modules = sorted(module.name for module in iter_modules(package.__path__))
    tables = [import_module(f"{package.__name__}.{name}").QUESTIONS for name in modules]
    return {question.id: question for table in tables for question in table}


def of_lesson(lesson: str) -> list[Number | Choice | Order]:
    """The questions of a lesson.

    Args:
        lesson: two digits.

    Example:
        >>> {question.id[:2] for question in of_lesson("01")}
        {'01'}
    """
    return [question for question in every().values() if question.id.startswith(f"{lesson}-")]

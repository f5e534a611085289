"""An exercise whose answer is a test: it is tried on right and wrong implementations of another exercise.

This is mutation testing: an implementation with a known mistake is a mutant, and a test that rejects it kills
it. The mutants are the known mistakes of the exercise under test; what survives shows what a test does not
look at. A test rejects by raising, whatever it raises: only a name that is missing, or an error with a right
implementation, is the test's own. What it returns says nothing.
"""

import contextlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .exercise import Exercise, Mistake, Probe
from .verdicts import Finding

__all__ = ["NEARLY", "WrittenTest"]

NEARLY = 0.8  # of the mutants; whoever kills so many is nearly right
_ORDERS = 3  # in which the implementations are met: a test that counts them finds out nothing
_TOLD = 5  # survivors of which a card says what they do; of the others it gives the names
_NONE, _SOME, _ALL = 0.0, 1.0, 2.0
_LARGER = "one per cent too large"


def _orders(rng):
    return [Probe((int(rng.integers(_ORDERS)),))]


@dataclass(frozen=True, eq=False, kw_only=True)
class WrittenTest(Exercise):
    """A test to write: a function that gets an implementation, and raises where it is wrong.

    It is right if it accepts every right implementation and kills all mutants, and nearly right from
    `NEARLY` of them on. One more mutant than `wrong` names is
    off by one per cent.

    Args:
        under_test: the exercise whose implementations are tested.
        right: right answers to it in several styles, the reference first; they differ in rounding only.
        wrong: name of one of its mistakes -> what a function with it does, a sentence. The sentence must not
            say what is right.
        reference, title, lesson, section, points, minutes, hints, mistakes: as for `Exercise`; the mistakes
            are those that people make in tests.
    """

    under_test: Exercise
    right: tuple[Callable, ...]
    wrong: Mapping[str, str]
    returns: tuple[str, ...] = ("right ones accepted", "mutants killed", "returned False")
    probes: Callable = _orders

    def __post_init__(self) -> None:
        object.__setattr__(self, "observe", self.tried)  # a frozen dataclass sets nothing else

    def compatible(self, first: Mistake, second: Mistake) -> bool:
        """False: what survives two weaknesses at once is named anyway, and to try all pairs takes seconds."""
        return False

    @cached_property
    def mutants(self) -> Mapping[str, Callable]:
        """Name -> wrong implementation."""
        mistakes = {mistake.name: mistake for mistake in self.under_test.mistakes}
        made = {name: self.under_test.variant(mistakes[name]) for name in self.wrong}
        return {**made, _LARGER: lambda *arguments: _larger(self.under_test.reference(*arguments))}

    def tried(self, test: Callable, order: int) -> tuple[float, np.ndarray, float]:
        """What a test says of all implementations.

        Args:
            test: the learner's.
            order: seed of the order in which they are met.

        Returns:
            Whether it accepts the right ones: 2 for all, 1 for some, 0 for none; an array with 1 for each
            mutant that it kills; and 1 if it returns False. Whoever rejects right ones or returns False has
            killed none: nothing is known then of why.

        Raises:
            Exception: whatever the test raises by its own fault.
        """
        implementations = [*self.right, *self.mutants.values()]
        rejected = np.zeros(len(implementations))
        returned_false = False
        # The reference comes first: a test that asks for what nobody can do hears of it in NumPy's own words.
        for number in [0, *(1 + np.random.default_rng(order).permutation(len(implementations) - 1))]:
            is_right = number < len(self.right)
            try:
                with contextlib.nullcontext() if is_right else warnings.catch_warnings(action="ignore"):
                    returned = test(_given(implementations[number], like=self.under_test.reference))
            except (NameError, ImportError):
                raise
            except Exception as error:
                if is_right and not isinstance(error, AssertionError):
                    raise
                rejected[number] = 1
            else:
                returned_false |= isinstance(returned, bool | np.bool_ | np.ndarray) and not np.all(returned)
        refused = rejected[: len(self.right)]
        accepted = _ALL if not refused.any() else _NONE if refused.all() else _SOME
        killed = rejected[len(self.right) :] * (accepted == _ALL and not returned_false)
        return accepted, killed, float(returned_false)

    def told(self, value: Any) -> Finding:
        """What to say of a test.

        Args:
            value: as `tried` returns it.

        Returns:
            A `Finding`; it names the survivors, and no mistake of the test.
        """
        accepted, killed, returned_false = value
        name, count = f"`{self.under_test.id}`", len(killed)
        if returned_false:
            return Finding("wrong", "Your test returns False, and nobody looks at that: `assert` instead.")
        if accepted < _ALL:
            which = "every" if accepted == _NONE else "some"
            return Finding("wrong", f"Your test rejects {which} right {name}.")
        if killed.all():
            said = (
                f"Your test accepts {name} in {len(self.right)} right styles and kills all {count} mutants."
            )
            return Finding("right", said)
        surviving = [each for each, dead in zip(self.mutants, killed, strict=True) if not dead]
        what = {**self.wrong, _LARGER: "It multiplies whatever it returns by 1.01."}
        survivors = [f"Survivor: {each}. {what[each]}" for each in surviving[:_TOLD]]
        if surviving[_TOLD:]:
            survivors.append(f"Further survivors: {'; '.join(surviving[_TOLD:])}.")
        status = "nearly" if killed.mean() >= NEARLY else "wrong"
        score = (
            f"Your test accepts every right {name} tried, and kills {int(killed.sum())} of {count} mutants."
        )
        return Finding(
            status, "What survives shows what your test does not look at.", notes=(score, *survivors)
        )


def _given(implementation, like):
    """An implementation as a test gets it: none of them looks different, and none warns."""
    signature = inspect.signature(like)

    def given(*arguments, **named):
        bound = signature.bind(*arguments, **named)
        with np.errstate(all="ignore"):  # what overflows in here is not the test's fault
            return implementation(*bound.args)

    return given


def _larger(value):
    if isinstance(value, dict):
        return {name: _larger(part) for name, part in value.items()}
    return tuple(map(_larger, value)) if isinstance(value, tuple) else 1.01 * value

"""check, hint, solution, proven, as they are while a notebook is graded: nothing is checked in here."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Outcome", "check", "courses_own", "hint", "proven", "solution"]


class _Grader:
    """The connection to the grader."""

    # Set by the worker: function from a message to the reply.
    ask: Callable[[dict[str, object]], dict[str, Any]] | None = None


grader = _Grader()


class Outcome:
    """Nothing: what is right is decided elsewhere."""

    status, message, mistake, score = "not attempted", "Checked by the grader.", None, 0.0


def check(*answer: object, **named: object) -> Outcome:
    """Do nothing."""
    return Outcome()


hint = solution = check


def proven(function: object) -> object:
    """The learner's function, or where that is not right a stand-in that asks the grader for each value."""
    name, ask = getattr(function, "__name__", None), grader.ask
    if ask is None or not isinstance(name, str):
        return function
    reply = ask({"ask": "proven", "name": name})
    if not reply["own"]:
        return courses_own(name)
    return _in_arrays(function) if reply["arrays"] else function


def given(thing: object) -> bool:
    """Whether this is a stand-in that `proven` gave."""
    return getattr(thing, "__module__", None) == __name__


def courses_own(name: str) -> Callable[..., object]:
    """A function of the course that is not here: each of its values is asked for."""

    def asked(*arguments):
        ask = grader.ask
        assert ask is not None  # the worker has set it before anything runs
        reply = ask({"ask": "reference", "name": name, "arguments": arguments})
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply["value"]

    asked.__name__ = name
    return asked


def _in_arrays(function):
    """A right answer that gives lists for arrays, with arrays, as outside."""

    @functools.wraps(function)
    def with_arrays(*arguments, **named):
        return _arrays(function(*arguments, **named))

    return with_arrays


def _arrays(value):
    if isinstance(value, tuple):
        return tuple(map(_arrays, value))
    return np.array(value) if isinstance(value, list) else value

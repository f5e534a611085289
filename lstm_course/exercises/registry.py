"""All exercises, found by their names: whatever the modules of `lessons/` hold."""

import pkgutil
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from .exercise import Exercise, Question, ValueExercise

__all__ = ["every", "find", "lesson_of"]

_ANSWERED = re.compile(r"^[ \t]*(?:def (\w+)\s*\(|(\w+)\s*=|check\((\w+))", re.MULTILINE)


@cache
def every() -> dict[str, Exercise | ValueExercise | Question]:
    """All exercises by id, in the order of the lessons.

    Example:
        >>> "sigmoid" in every()
        True
    """
    lessons = import_module(".lessons", __package__)
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(lessons.__path__)):
        if module.startswith("lesson"):
            for thing in vars(import_module(f"{lessons.__name__}.{module}")).values():
                if isinstance(thing, Exercise | ValueExercise | Question):
                    if thing.id in found:
                        raise ValueError(f"two exercises are called {thing.id!r}")
                    found[thing.id] = thing
    return found


def find(name: str | None) -> Exercise | ValueExercise | Question | None:
    """The exercise of that name, or None.

    Example:
        >>> find("sigmoid").lesson
        '00'
    """
    return every().get(name or "")


def lesson_of(cells: Iterable[str]) -> str | None:
    """The lesson most of whose exercises are answered or checked in these code cells; None where none is.

    Args:
        cells: sources of code cells.

    Example:
        >>> lesson_of(["def rnn_cell(x, h_prev, weights): ...", "check(rnn_cell)"])
        '01'
    """
    # In one pass for all names: a notebook may be large.
    named = {name for parts in _ANSWERED.findall("\n".join(cells)) for name in parts}
    lessons = Counter(exercise.lesson for name, exercise in every().items() if name in named)
    return lessons.most_common(1)[0][0] if lessons else None

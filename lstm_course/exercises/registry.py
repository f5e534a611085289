"""All exercises, found by their names: whatever the modules of `lessons/` hold."""

import pkgutil
from functools import cache
from importlib import import_module

from .exercise import Exercise, Question, ValueExercise

__all__ = ["every", "find"]


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

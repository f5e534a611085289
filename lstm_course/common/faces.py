"""The face of a package: the names that it offers, each loaded on first use from the module that holds it."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

__all__ = ["face"]


def face(
    package: str, homes: Mapping[str, Sequence[str] | None]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package needs to offer names without importing what holds them.

    Args:
        package: its name.
        homes: dict from a module in the package to the names that it holds; None for a module that is offered
            itself.

    Returns:
        `(__getattr__, __dir__, __all__)` for the package.

    Example:
        >>> load, offered, names = face("lstm_course.common", {"markup": ("marked_up",)})
        >>> load("marked_up")("`x`"), offered(), names
        ('<code>x</code>', ['marked_up'], ['marked_up'])
    """
    home_of = {name: home for home, names in homes.items() for name in names or (home,)}

    def load(name):
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home_of[name]}")
        return module if homes[home_of[name]] is None else getattr(module, name)

    names = sorted(home_of)
    return load, lambda: list(names), names

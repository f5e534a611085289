"""A progress bar for what takes a while, in a notebook and in a terminal."""

import os
import sys
from collections.abc import Collection, Iterator
from typing import Any

from lstm_course.common import arguments

__all__ = ["in_a_loop_with_a_bar", "progress_bar", "progress_over"]

_loops = []  # the bars of the loops that are being gone through


def progress_bar(progress: bool | None, total: int | None, unit: str = "update") -> Any:
    """A bar with the remaining time, with the methods `update` and `close`.

    Args:
        progress: True, False, or None, as for `fit`; None is silent in a loop that has a bar of its own.
        total: how many updates there will be, or None when nobody knows.
        unit: what is counted, default "update".
    """
    arguments.one_of("progress", progress, (None, True, False))
    # A notebook's shell has a kernel. IPython is looked for, never imported.
    in_notebook = hasattr(getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)(), "kernel")
    if progress is None:
        wanted = os.environ.get("LSTM_COURSE_PROGRESS") != "0" and not _loops
        progress = wanted and (in_notebook or sys.stderr.isatty())
    if not progress:
        return _Silent()
    if in_notebook:
        from tqdm.notebook import tqdm as kind
    else:
        from tqdm import tqdm as kind

    class Bar(kind):  # pyright: ignore[reportGeneralTypeIssues] - one of two classes
        def close(self):
            self.total = self.n  # a training may end early; a bar that is not full would turn red and stay
            super().close()

    return Bar(total=total, unit=unit, leave=False)


def progress_over(things: Collection[Any], unit: str = "network") -> Iterator[Any]:
    """Go through them with one bar for all: what is trained in the loop shows none of its own.

    An interrupt from the keyboard ends the whole loop, not the training at work alone.

    Args:
        things: what the loop goes through, a list, a range or another collection.
        unit: what is counted, default "network".

    Returns:
        An iterator over the things.

    Raises:
        TypeError: if things has no length, or unit is no text.

    Example:
        >>> [2 * seed for seed in progress_over(range(3))]
        [0, 2, 4]
    """
    arguments.instance("things", things, Collection, "a list, a range or another collection with a length")
    return _gone_through(things, arguments.instance("unit", unit, str, "a text that says what is counted"))


def _gone_through(things, unit):
    bar = progress_bar(None, len(things), unit)
    _loops.append(bar)
    try:
        for thing in things:
            yield thing
            bar.update()
    finally:
        _loops.pop()
        bar.close()


def in_a_loop_with_a_bar() -> bool:
    """Whether this is called from within a loop of `progress_over`."""
    return bool(_loops)


class _Silent:
    def update(self):
        pass

    def close(self):
        pass

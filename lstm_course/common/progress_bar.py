"""A progress bar for what takes a while, in a notebook and in a terminal."""

import os
import sys
from typing import Any

from lstm_course.common import arguments

__all__ = ["progress_bar"]


def progress_bar(progress: bool | None, total: int | None, unit: str = "update") -> Any:
    """A bar with the remaining time, with the methods `update` and `close`.

    Args:
        progress: True, False, or None, as for `fit`.
        total: how many updates there will be, or None when nobody knows.
        unit: what is counted, default "update".
    """
    arguments.one_of("progress", progress, (None, True, False))
    # A notebook's shell has a kernel. IPython is looked for, never imported.
    in_notebook = hasattr(getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)(), "kernel")
    if progress is None:
        progress = os.environ.get("LSTM_COURSE_PROGRESS") != "0" and (in_notebook or sys.stderr.isatty())
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


class _Silent:
    def update(self):
        pass

    def close(self):
        pass

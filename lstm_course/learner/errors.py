"""What a notebook shows of an error: the learner's own lines, what was wrong, and what helps.

JupyterLab, as the course opens it, loads this into each kernel, so that it holds before the first cell of
a lesson is run, too; elsewhere `setup` does.
"""

import builtins
import difflib
import sys
from types import TracebackType
from typing import Any

from lstm_course.common.files import PACKAGE
from lstm_course.common.trouble import Trouble

__all__ = ["advice", "explain", "load_ipython_extension", "own_lines"]

# What the course raises for bad input, or for a training that has diverged, with a sentence that says it all.
_TOLD = (FloatingPointError, Trouble, TypeError, ValueError)


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls to load this into a kernel."""
    explain(shell)


def explain(shell: Any, wanted: bool = True) -> None:
    """Let a notebook say what helps below its errors, and leave out the lines that are not the learner's.

    Args:
        shell: IPython's shell.
        wanted: False leaves all errors as IPython shows them; default True.
    """

    def show(shell, kind, error, trace, tb_offset=None):
        sentence = advice(error, shell.user_ns)
        if sentence:
            error.add_note(sentence)
        own = own_lines(error, shell.user_ns)
        if own is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        else:
            error.__suppress_context__ = True
            shell.showtraceback((kind, error.with_traceback(own), own), tb_offset=0)
            error.with_traceback(trace)
            sys.last_traceback = trace  # for %tb and %debug

    shell.set_custom_exc((Exception,) if wanted else (), show)


def advice(error: BaseException, namespace: dict) -> str | None:
    """A sentence that helps with an error, or None.

    Args:
        error: an exception that was raised, with its traceback.
        namespace: dict, the globals of the notebook.

    Returns:
        A str: which arrays do not fit together, or which cells were not run.

    Example:
        >>> advice(NameError(name="rnn_cell"), {"rnn_call": print})
        'Did you mean `rnn_call`?'
        >>> print(advice(NameError(name="rnn_cell"), {}))
        If `rnn_cell` comes from a cell above, run the cells above first: Run > Run All Above Selected Cell.
    """
    from lstm_course.common.shape_errors import explained  # NumPy, which a kernel need not load to start

    if not isinstance(error, NameError) or error.name is None:
        return explained(error, namespace)
    known = [name for name in {**vars(builtins), **namespace} if not name.startswith("_")]
    near = difflib.get_close_matches(error.name, known, n=1, cutoff=0.8)
    if near:
        return f"Did you mean `{near[0]}`?"
    return (
        f"If `{error.name}` comes from a cell above, run the cells above first: "
        "Run > Run All Above Selected Cell."
    )


def own_lines(error: BaseException, namespace: dict) -> TracebackType | None:
    """The traceback without the lines of the course, where a function of the course has told what was wrong.

    Args:
        error: an exception that was raised, with its traceback.
        namespace: dict, the globals of the notebook.

    Returns:
        A traceback of the notebook's lines alone, or None: then all lines are worth to be seen.
    """
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    told = isinstance(error, _TOLD) and frames and _is_of_the_course(frames[-1])
    own = [frame for frame in frames if frame.tb_frame.f_globals is namespace]
    if not told or not own:
        return None
    shown = None
    for frame in reversed(own):
        shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shown


def _is_of_the_course(trace):
    return trace.tb_frame.f_code.co_filename.startswith(str(PACKAGE))

"""Which functions of the course, or of a framework, an answer calls: what would answer for it is told.

Nobody is forbidden to call anything, and no mark is made here: the names go out, where it is decided what
they are worth. Looked at is what runs, not what is read: a name that is only imported has done nothing.
"""

import functools
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Self

import lstm_course

__all__ = ["Calls"]

_COURSE = str(Path(lstm_course.__file__).parent)
_FRAMEWORKS = ("keras", "tensorflow", "torch", "jax")
# Rooms that answer nothing: they check arguments, draw, and run the answer itself.
_NEUTRAL = ("__init__", "common", "exercises", "explore", "grading", "learner", "plots")
_NEUTRAL_MODULES = ("lstm_course.scratch.cell_arguments",)
_MOST = 20


class Calls:
    """Notes, while it lasts, calls from the answer's code into the course and into frameworks.

    What such a function calls itself is its own business.

    Attributes:
        names: of functions, as "lstm_course.scratch.layers.lstm:LSTM.forward".

    Example:
        >>> from lstm_course.scratch import sigmoid
        >>> with Calls() as calls:
        ...     _ = sigmoid(0.0)
        >>> calls.names
        ['lstm_course.scratch.cells:sigmoid']
    """

    def __init__(self) -> None:
        self.names: list[str] = []

    def __enter__(self) -> Self:
        self._hook = self._seen
        threading.setprofile(self._hook)
        sys.setprofile(self._hook)
        return self

    def __exit__(self, *error: object) -> None:
        if sys.getprofile() is not self._hook:
            self._note("sys:setprofile")
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def _seen(self, frame: FrameType, event: str, argument: Any) -> None:
        name = _name(frame.f_code) if event == "call" else None
        if name is None:
            return
        outer = frame.f_back
        while outer is not None:
            if _name(outer.f_code) is not None or outer.f_code.co_filename.startswith("<frozen importlib"):
                return
            outer = outer.f_back
        self._note(name)

    def _note(self, name):
        if name not in self.names and len(self.names) < _MOST:
            self.names.append(name)


@functools.cache
def _name(code: CodeType) -> str | None:
    """Name of a function that could answer, None of any other."""
    module = _module(code.co_filename)
    if module is None or code.co_name == "<module>":
        return None
    return f"{module}:{code.co_qualname}"


@functools.cache
def _module(file):
    if file.startswith(_COURSE):
        parts = Path(file).relative_to(_COURSE).with_suffix("").parts
        module = ".".join(("lstm_course", *parts))
        return None if parts[0] in _NEUTRAL or module in _NEUTRAL_MODULES else module
    parts = Path(file).parts
    for name in _FRAMEWORKS:
        if name in parts and "site-packages" in parts:
            return name
    return None

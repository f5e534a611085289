"""Run somebody else's function and write down what it did, whatever it does.

The function gets copies of its arguments and a time limit. What it prints is kept, its warnings are
collected, and what it returns is copied into arrays of our own before anything is compared, so that an object
which claims to equal everything is no more than an object of the wrong type.
"""

import contextlib
import copy
import io
import os
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from lstm_course.exercises.limits import Allowance, TimeUp

# Held from the start: an answer may replace functions of NumPy before it is checked.
_array, _asarray, _abs, _isnan, _isfinite = np.array, np.asarray, np.abs, np.isnan, np.isfinite
_ndarray, _real, _imag = np.ndarray, np.real, np.imag

LARGEST = 10_000_000  # elements; nothing that the course asks for comes near
HIDDEN = ", hidden"  # at the end of a warning that the code has told NumPy or Python not to give

# Code that may silence warnings: that of libraries, for their own reasons.
_LIBRARIES = (
    str(Path(np.__file__).parents[1]), sysconfig.get_path("stdlib"), str(Path(__file__).parents[1])
)  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """Something that is not made of numbers.

    Args:
        what: "a string", "a generator", ...
    """

    what: str


class Listed(tuple):
    """The parts of a list that make no array: compared like a tuple, and called a list."""

    __slots__ = ()


# What is compared: what a function returned, made of arrays of our own.
Plain: TypeAlias = "np.ndarray | Odd | dict[str, Plain] | tuple[Plain, ...] | None"


@dataclass(frozen=True)
class Run:
    """What one call did.

    Args:
        value: what it returned, as arrays of our own in dicts and tuples; None if it returned nothing.
        error: what it raised, or None.
        warnings: texts of the warnings, sorted, each once; `HIDDEN` follows those that the code has hidden.
        printed: what it wrote to stdout and stderr.
        changed: number of the first argument that it changed in place, or None.
    """

    value: Plain = None
    error: BaseException | None = None
    warnings: tuple[str, ...] = ()
    printed: str = ""
    changed: int | None = None


def describe(value: object) -> str:
    """A thing in words, without addresses: "a string", "an array of shape (3, 4)".

    Example:
        >>> describe(3.5), describe("b"), describe((1, 2))
        ('a number', 'a string', 'a tuple of 2')
    """
    if value is None:
        return "None"
    if value is Ellipsis:
        return "..."
    if isinstance(value, Odd):
        return value.what
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float | np.number):
        return "a number"
    if isinstance(value, _ndarray):
        return "a number" if value.shape == () else f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {'list' if isinstance(value, list | Listed) else 'tuple'} of {len(value)}"
    if isinstance(value, Mapping):
        return f"a dict with {', '.join(repr(key) for key in value)}" if value else "an empty dict"
    if callable(value):
        return "a function"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def plain(value: object, depth: int = 0) -> Plain:
    """The value as arrays of our own, in dicts and tuples; whatever is not numbers becomes `Odd`."""
    if value is None:
        return None
    if depth > 4:
        return Odd("a deeply nested object")
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, tuple) or (isinstance(value, list) and not _rectangular(value)):
        parts = (plain(item, depth + 1) for item in value)
        return Listed(parts) if isinstance(value, list) else tuple(parts)
    if isinstance(value, str | bytes) or (callable(value) and not hasattr(value, "__array__")):
        return Odd(describe(value))
    try:
        numbers = _asarray(float(value) if isinstance(value, Fraction | Decimal) else value)
    except Exception:
        return Odd(describe(value))
    if numbers.dtype.kind not in "biufc":
        return Odd(describe(value))
    if numbers.size > LARGEST:
        return Odd(f"an array of shape {numbers.shape}")
    if numbers.dtype.kind != "c":
        return _array(numbers, dtype=float, subok=False)
    own = _array(numbers, dtype=complex, subok=False)
    return own if _imag(own).any() else _array(_real(own), dtype=float)


def _rectangular(items):
    """Whether a list is an array written as a list: numbers, or lists and arrays of one shape."""
    try:
        return _asarray(items).dtype.kind in "biufc"
    except Exception:
        return False


def same(a: Plain, b: Plain) -> bool:
    """Whether two plain values agree: same structure, same shapes, and numbers equal up to float32 rounding.

    A tuple agrees with an array that unpacks into the same parts.

    Example:
        >>> same(plain([1.0, 2.0]), plain([1.0, 2.000001]))
        True
        >>> same(plain([1.0, 2.0]), plain([1.0, 2.001]))
        False
    """
    if isinstance(a, tuple) and isinstance(b, _ndarray):
        b = tuple(b) if b.ndim else b
    elif isinstance(b, tuple) and isinstance(a, _ndarray):
        a = tuple(a) if a.ndim else a
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float | _ndarray) and isinstance(b, float | _ndarray):
        a, b = _asarray(a), _asarray(b)
        if a.shape != b.shape:
            return False
        # Of hundreds of known mistakes nearly all differ in the first number already, and by far.
        if a.size and abs(a.item(0) - b.item(0)) > 1e-3 * (1 + abs(b.item(0))):
            return False
        return bool(close(a, b).all())
    return (a is None and b is None) or (isinstance(a, Odd) and a == b)


def close(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Element by element: equal up to float32 rounding; two NaN are equal, infinities too.

    Float32 carries seven digits and a sum over a few steps costs one or two of them.
    """
    with np.errstate(all="ignore"):
        near = (_abs(a - b) <= 2e-5 * (1 + _abs(b))) & _isfinite(b)  # beside infinity everything is small
    return near | (a == b) | (_isnan(a) & _isnan(b))


def run(call: Callable, arguments: tuple, allowance: Allowance) -> Run:
    """Call with copies of the arguments and write down what happened.

    Args:
        call: the function.
        arguments: tuple of arguments.
        allowance: `Allowance`, the time that the call may take; what it takes is gone from it.

    Returns:
        A `Run`.

    Raises:
        TimeUp: when the time is up.
    """
    given = copy.deepcopy(arguments)
    printed = io.StringIO()
    value = error = None
    with contextlib.ExitStack() as stack:
        heard = stack.enter_context(warnings_heard())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        stack.enter_context(_c_libraries_silenced())
        try:
            value = allowance.call(lambda: plain(call(*given)))
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as raised:
            error = raised
    return Run(
        value=value,
        error=error,
        warnings=tuple(heard),
        printed=printed.getvalue()[:2000],
        changed=next((k for k in range(len(given)) if not _unchanged(arguments[k], given[k])), None),
    )


def bare(function: object) -> object:
    """A function without `np.errstate` around it, which would hide its warnings.

    Example:
        >>> bare(np.errstate(over="ignore")(len)) is len
        True
    """
    while isinstance(inner := getattr(function, "__wrapped__", None), Callable):
        code = getattr(function, "__code__", None)
        if code is None or not code.co_filename.startswith(str(Path(np.__file__).parent)):
            break
        function = inner
    return function


@contextlib.contextmanager
def warnings_heard() -> Iterator[list[str]]:
    """Listen to the warnings of what is run within, those that it hides from others included.

    Returns:
        A context manager; what it gives is a list that holds the texts in the end, sorted, each once.

    Example:
        >>> with warnings_heard() as heard:
        ...     with np.errstate(over="ignore"):
        ...         _ = np.exp(np.array(1000.0))
        >>> heard
        ['overflow encountered in exp, hidden']
    """
    texts: list[str] = []
    hiding: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Of files and connections that are swept up meanwhile, whoever has left them open.
        warnings.simplefilter("ignore", ResourceWarning)
        with np.errstate(divide="warn", over="warn", invalid="warn"), _nothing_is_hidden(hiding):
            yield texts
    texts += sorted({f"{warning.message}{HIDDEN if hiding else ''}" for warning in caught})


@contextlib.contextmanager
def _nothing_is_hidden(hiding):
    """Whoever asks NumPy or Python to ignore warnings is written down, and is not obeyed."""
    errstate, seterr = np.errstate.__init__, np.seterr

    def heard(kinds: dict[str, Any]) -> dict[str, Any]:
        asked = [kind for kind in ("all", "divide", "over", "invalid") if kinds.get(kind) == "ignore"]
        if not asked or _in_a_library(sys._getframe(2)):  # noqa: SLF001 - nothing public tells who calls
            return kinds
        hiding.extend(asked)
        shown = ("divide", "over", "invalid") if "all" in asked else asked
        return {kind: how for kind, how in kinds.items() if kind not in asked} | dict.fromkeys(shown, "warn")

    def filtered(original):
        def ask(action, *arguments, **options):
            if action == "ignore" and not _in_a_library(sys._getframe(1)):  # noqa: SLF001
                hiding.append(action)
            else:
                original(action, *arguments, **options)

        return ask

    listeners = [
        (np.errstate, "__init__", lambda self, **kinds: errstate(self, **heard(kinds))),
        (np, "seterr", lambda *first, **kinds: seterr(**heard(dict.fromkeys(["all"], *first) | kinds))),
        (warnings, "simplefilter", filtered(warnings.simplefilter)),
        (warnings, "filterwarnings", filtered(warnings.filterwarnings)),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, listener in listeners:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, listener)
        yield


def _in_a_library(frame):
    """Whether code of a library asks; `warnings` itself does so for whoever has called it."""
    while frame.f_code.co_filename == warnings.__file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(_LIBRARIES)


@contextlib.contextmanager
def _c_libraries_silenced():
    """LAPACK, given a NaN, writes to the stderr of C, which lies below everything that Python redirects."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no such file
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _unchanged(before, after):
    """Whether an argument is bit for bit what it was."""
    if isinstance(before, np.random.Generator):
        return True  # drawing from it is what it is for
    if isinstance(before, dict):
        same_keys = isinstance(after, dict) and before.keys() == after.keys()
        return same_keys and all(_unchanged(before[key], after[key]) for key in before)
    if isinstance(before, list):
        same_length = isinstance(after, list) and len(before) == len(after)
        return same_length and all(_unchanged(*pair) for pair in zip(before, after, strict=True))
    if isinstance(before, _ndarray):
        same_kind = type(after) is _ndarray and after.shape == before.shape and after.dtype == before.dtype
        return same_kind and after.tobytes() == before.tobytes()
    return before == after

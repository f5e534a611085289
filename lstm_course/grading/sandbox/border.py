"""The border: what comes out of the sandbox becomes one of the messages below, or it is said why not.

The learner's code can write whatever it likes into the worker's pipe. `wire` sees to it that what arrives is
plain data; here it must have the very fields of one kind of message, and in each what belongs there. Behind
this border nobody asks again: numbers lie in their ranges, texts are short, changes fit the arguments.

A value that is to be judged is the one thing of which nothing is promised but that it is plain data.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from lstm_course.exercises.running import Odd

__all__ = [
    "READY",
    "Asked",
    "AskedNonsense",
    "AskedOfFunction",
    "AskedOfReference",
    "AskedWhose",
    "At",
    "Broken",
    "Change",
    "Function",
    "Known",
    "Message",
    "Missing",
    "Over",
    "Parsed",
    "Raised",
    "Reading",
    "Refused",
    "Returned",
    "Trouble",
    "Value",
    "read",
]

_T = TypeVar("_T")
_LINE, _TEXT = 300, 1000  # characters of a warning or a reason; of what an exception says
_WORDS = 4000  # characters of the words of an answer
_PRINTED = 2000
_MOST = 20  # names or warnings that are looked at
_CALLED = re.compile(r"[\w.]+:[\w.<>]+")  # module and function
_MOST_TROUBLES, _MOST_PARAMETERS = 5, 50
_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


class Refused(Exception):
    """It is no message that a worker sends; the text says why, to be put after a colon."""


@dataclass(frozen=True)
class Known:
    """What the grader knows, against which a message is held.

    Args:
        cells: number of code cells of the notebook.
        arguments: of the call that is being answered.
        functions: those among these arguments, by the numbers that the worker has for them.
    """

    cells: int
    arguments: Sequence[object] = ()
    functions: Sequence[Callable[..., object]] = ()


class Message:
    """Something that a worker says."""


@dataclass(frozen=True)
class Reading(Message):
    """It begins to parse a cell."""

    cell: int


@dataclass(frozen=True)
class Parsed(Message):
    """It has parsed the notebook; number of a cell that it could not read -> the reason."""

    unreadable: Mapping[int, str]


@dataclass(frozen=True)
class At(Message):
    """It begins to run a statement."""

    place: int


class Asked(Message):
    """The code inside asks for something, and waits for the reply."""


@dataclass(frozen=True)
class AskedWhose(Asked):
    """Whether `proven` gives the learner's own function of this name."""

    name: str


@dataclass(frozen=True)
class AskedOfReference(Asked):
    """A value of the course's own function of this name."""

    name: str
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class AskedOfFunction(Asked):
    """A value of a function that was given to the answer as an argument."""

    function: Callable[..., object] = field(repr=False)
    arguments: tuple[object, ...]
    named: Mapping[str, object]


@dataclass(frozen=True)
class AskedNonsense(Asked):
    """Something that nobody here has; the learner's code is told so, and goes on."""


@dataclass(frozen=True)
class Trouble:
    """A statement that raised: its cell, what it raised, and whether it should have made the answer."""

    cell: int
    text: str
    own: bool


@dataclass(frozen=True)
class _Ready(Message):
    """The statements that an exercise needs have run.

    Args:
        troubles: what they raised.
        lacks: numbers of those that were left out.
        stood_in: names of other exercises for whose answers the course's own stood in.
    """

    troubles: tuple[Trouble, ...]
    lacks: tuple[int, ...]
    stood_in: tuple[str, ...]


@dataclass(frozen=True)
class Missing(_Ready):
    """Nothing in the notebook makes the answer."""


@dataclass(frozen=True)
class Broken(_Ready):
    """What makes the answer has raised."""


@dataclass(frozen=True)
class Value(_Ready):
    """The answer is no function."""

    value: object
    is_class: bool


@dataclass(frozen=True)
class Function(_Ready):
    """The answer is a function.

    Args:
        signature: None where Python cannot tell it.
        stub, blanks, xor, words, numbers, functions: as in `exercises.diagnosis.source.Source`.
        home: name of the module that it says it is from.
        differences: whether it, or what it needs, divides a difference by a small step.
    """

    signature: inspect.Signature | None
    stub: bool
    blanks: bool
    xor: bool
    words: str
    numbers: tuple[str, ...]
    functions: tuple[str, ...]
    home: str
    differences: bool


READY = Missing, Broken, Value, Function


@dataclass(frozen=True)
class Raised:
    """What a call raised.

    Args:
        kind: name of its class, an identifier.
        first: its first argument, where that is a text.
        text: what it says.
        name: of a NameError, the name.
        place: number of the learner's line, the line, the helper it belongs to or ""; None when elsewhere.
        shapes: the sentence about the arrays of that line, where the error is about shapes.
    """

    kind: str
    first: str | None
    text: str
    name: str | None
    place: tuple[int, str, str] | None
    shapes: str | None = None


@dataclass(frozen=True)
class Change:
    """An argument that the call has changed in place.

    Args:
        number: of the argument.
        new: what it is now: of the argument's type, an array of its shape as well.
    """

    number: int
    new: object


@dataclass(frozen=True)
class Returned(Message):
    """What one call did.

    Args:
        called: names of functions of the course or of a framework that it has called.
    """

    value: object
    raised: Raised | None
    warnings: tuple[str, ...]
    printed: str
    changes: tuple[Change, ...]
    called: tuple[str, ...]


@dataclass(frozen=True)
class Over(Message):
    """The exercise's own process has ended; clean if of itself, leaving nothing behind that runs."""

    clean: bool


def read(message: Mapping[str, object], known: Known) -> Message:
    """What a message says.

    Args:
        message: as `wire.unpack` gives it: plain data of any make.
        known: what it is held against.

    Returns:
        One of the messages of this module.

    Raises:
        Refused: it is none of them.

    Example:
        >>> read({"at": 3}, Known(cells=2))
        At(place=3)
        >>> read({"parsed": {7: "invalid syntax"}}, Known(cells=2))
        Traceback (most recent call last):
            ...
        lstm_course.grading.sandbox.border.Refused: a cell has no number below 2
    """
    if "ask" in message:
        return _asked(message, known)
    for fields, reader in _READERS:
        if message.keys() == fields:
            return reader(message, known)
    raise Refused("it has the fields of no message")


def _asked(message, known):
    what, name, number = message["ask"], message.get("name"), message.get("number")
    arguments = message.get("arguments")
    if isinstance(what, str) and isinstance(name, str):
        if what == "proven":
            return AskedWhose(name)
        if what == "reference" and isinstance(arguments, tuple):
            return AskedOfReference(name, arguments)
    named = message.get("named")
    asks_for_function = isinstance(what, str) and what == "function" and isinstance(arguments, tuple)
    with_names = type(named) is dict and all(type(key) is str for key in named)
    if asks_for_function and with_names and type(number) is int and 0 <= number < len(known.functions):
        return AskedOfFunction(known.functions[number], arguments, named)
    return AskedNonsense()


def _reading(message, known):
    return Reading(_number(message["reading"], "a cell", known.cells))


def _parsed(message, known):
    unreadable = _exactly(message["parsed"], dict, "the list of cells")
    return Parsed(
        {_number(cell, "a cell", known.cells): _text(why, _LINE) for cell, why in unreadable.items()}
    )


def _at(message, known):
    return At(_number(message["at"], "a statement", 1 << 31))


def _without_answer(message, known):
    kinds = {"missing": Missing, "broken": Broken}
    what = _text(message["ready"], _LINE)
    if what not in kinds:
        raise Refused("it does not say what the answer is")
    return kinds[what](*_run(message, known))


def _value(message, known):
    _the_word(message["ready"], "value")
    return Value(*_run(message, known), message["value"], _truth(message["is_class"]))


def _function(message, known):
    _the_word(message["ready"], "function")
    return Function(
        *_run(message, known),
        _signature(message["parameters"]),
        _truth(message["stub"]),
        _truth(message["blanks"]),
        _truth(message["xor"]),
        _text(message["words"], _WORDS),
        _names(message["numbers"]),
        _names(message["functions"]),
        _text(message["home"], _LINE),
        _truth(message["differences"]),
    )


def _run(message, known):
    """What there was in running the statements, as `_Ready` has it."""
    found = []
    for row in _list(message["troubles"], "the list of troubles")[:_MOST_TROUBLES]:
        cell, text, own = _row(row, 3, "a trouble")
        found.append(Trouble(_number(cell, "a cell", known.cells), _text(text, _TEXT), _truth(own)))
    lacks = _list(message["lacks"], "the list of what was left out")[:_MOST]
    numbers = tuple(_number(place, "a statement", 1 << 31) for place in lacks)
    return tuple(found), numbers, _names(message["stood_in"])


def _signature(parameters):
    if parameters is None:
        return None
    made = []
    for row in _list(parameters, "the list of parameters")[:_MOST_PARAMETERS]:
        name, kind, default = _row(row, 3, "a parameter")
        kind = _KINDS[_number(kind, "a kind of parameter", len(_KINDS))]
        given = {"default": None} if _truth(default) else {}
        try:
            made.append(inspect.Parameter(_text(name, _LINE), kind, **given))
        except ValueError:
            raise Refused("a parameter cannot be called so") from None
    try:
        return inspect.Signature(made)
    except ValueError:
        raise Refused("its parameters make no function") from None


def _returned(message, known):
    warnings = _list(message["warnings"], "the list of warnings")[:_MOST]
    changes = _list(message["changed"], "the list of changes")
    return Returned(
        message["value"],
        _raised(message["error"]),
        tuple(_text(warning, _LINE) for warning in warnings),
        _text(message["printed"], _PRINTED),
        tuple(_change(change, known.arguments) for change in changes),
        tuple(map(_function_name, _list(message["called"], "the list of what it calls")[:_MOST])),
    )


def _function_name(name):
    name = _text(name, _LINE)
    if not _CALLED.fullmatch(name):
        raise Refused("what it calls has no name")
    return name


def _raised(told):
    if told is None:
        return None
    told = _exactly(told, dict, "the exception")
    if told.keys() != {"kind", "first", "text", "name", "place", "shapes"}:
        raise Refused("an exception has other parts")
    kind = _text(told["kind"], _LINE)
    return Raised(
        kind if kind.isidentifier() else "Exception",
        _text_or_none(told["first"], _TEXT),
        _text(told["text"], _TEXT),
        _text_or_none(told["name"], _LINE),
        _place(told["place"]),
        _text_or_none(told["shapes"], _LINE),
    )


def _place(place):
    if place is None:
        return None
    number, line, helper = _row(_exactly(place, tuple, "a place"), 3, "a place")
    return _number(number, "a line", 1 << 31), _text(line, 200), _text(helper, 40)


def _change(change, arguments):
    number, new = _row(change, 2, "a change")
    number = _number(number, "an argument", len(arguments))
    return Change(number, _as_changed(arguments[number], new))


def _as_changed(old, new):
    """What an argument has become; nothing or no numbers where that cannot be told: it has changed, at least.

    `Odd` is honest: a list may now hold itself, an array more than a message can.
    """
    if isinstance(old, np.ndarray):
        if isinstance(new, np.ndarray) and new.shape == old.shape:
            with np.errstate(all="ignore"):
                return new.astype(old.dtype) if new.dtype.kind != "c" else new.real.astype(old.dtype)
        if isinstance(new, np.ndarray | Odd):
            return np.invert(old) if old.dtype.kind in "biu" else np.full_like(old, np.nan)
    if isinstance(old, dict) and isinstance(new, dict | Odd):
        return new if isinstance(new, dict) else {}
    if isinstance(old, list) and isinstance(new, list | np.ndarray | Odd):
        return (
            [] if isinstance(new, Odd) else list(np.atleast_1d(new) if isinstance(new, np.ndarray) else new)
        )
    if (
        isinstance(old, np.random.Generator)
        and isinstance(new, np.random.Generator)
        and type(old.bit_generator) is type(new.bit_generator)
    ):
        return new
    raise Refused("a change does not fit its argument")


def _over(message, known):
    code, alone = _exactly(message["over"], int, "the end"), _truth(message["alone"])
    return Over(code == 0 and alone)


_RAN = {"ready", "troubles", "lacks", "stood_in"}
_OF_A_FUNCTION = {
    "parameters", "stub", "blanks", "xor", "words", "numbers", "functions", "home", "differences"
}  # fmt: skip
_READERS = (
    ({"reading"}, _reading),
    ({"parsed"}, _parsed),
    ({"at"}, _at),
    (_RAN, _without_answer),
    (_RAN | {"value", "is_class"}, _value),
    (_RAN | _OF_A_FUNCTION, _function),
    ({"value", "error", "warnings", "printed", "changed", "called"}, _returned),
    ({"over", "alone"}, _over),
)


# What a field must hold


def _exactly(value: object, kind: type[_T], what: str) -> _T:
    if type(value) is not kind:
        raise Refused(f"{what} is no {kind.__name__}")
    return value


def _list(value: object, what: str) -> list[object]:
    return _exactly(value, list, what)


def _row(value: object, size: int, what: str) -> Sequence[object]:
    if not isinstance(value, list | tuple) or len(value) != size:
        raise Refused(f"{what} has not {size} parts")
    return value


def _number(value: object, what: str, end: int) -> int:
    if type(value) is not int or not 0 <= value < end:
        raise Refused(f"{what} has no number below {end}")
    return value


def _truth(value: object) -> bool:
    return _exactly(value, bool, "a truth value")


def _text(value: object, most: int) -> str:
    return _exactly(value, str, "a text")[:most]


def _text_or_none(value: object, most: int) -> str | None:
    return None if value is None else _text(value, most)


def _names(value: object) -> tuple[str, ...]:
    names = [_text(name, _LINE) for name in _list(value, "the list of names")[:_MOST]]
    if not all(name.isidentifier() for name in names):
        raise Refused("a name is none")
    return tuple(names)


def _the_word(value: object, word: str) -> None:
    if _text(value, _LINE) != word:
        raise Refused("it does not say what the answer is")

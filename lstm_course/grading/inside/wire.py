"""Messages between the grader and the sandbox: JSON and raw numbers, never objects.

What comes out of the sandbox is not trusted: sizes, types and shapes are checked, nothing is unpickled and
nothing is called.
"""

import json
import math
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lstm_course.exercises.running import Odd, describe

__all__ = ["LARGEST_MESSAGE", "WireError", "decode", "encode", "pack", "unpack"]

LARGEST_MESSAGE = 16_000_000  # bytes; answers to the exercises are a thousand times smaller
_MOST_ITEMS = 200_000  # entries of lists and dicts in one message
_DEEPEST = 12
HEADER = struct.Struct(">IQ")  # bytes of JSON, bytes of numbers
_DTYPE = re.compile(r"[<>|](b1|[iu][1248]|f2|f4|f8|f16|c8|c16)")


class WireError(Exception):
    """A message is not made as agreed."""


def pack(message: Mapping[str, object], functions: list[Callable[..., object]] | None = None) -> bytes:
    """Bytes of a message.

    Args:
        message: dict of what `encode` takes.
        functions: as in `encode`.

    Returns:
        bytes.

    Raises:
        WireError: when it is larger than a message may be.

    Example:
        >>> size = len(pack({"value": np.zeros(3)}))
    """
    blobs: list[bytes] = []
    encoded = {key: encode(value, blobs, functions=functions) for key, value in message.items()}
    text = json.dumps(encoded).encode()
    numbers = b"".join(blobs)
    if len(text) + len(numbers) > LARGEST_MESSAGE:
        raise WireError(f"{len(text) + len(numbers)} bytes are more than a message may have")
    return HEADER.pack(len(text), len(numbers)) + text + numbers


def unpack(
    read: Callable[[int], bytes], functions: Callable[[int], Callable[..., object]] | None = None
) -> dict[str, Any]:
    """The next message.

    Args:
        read: function from a number of bytes to as many bytes.
        functions: maker of a function from the number that it was given, where functions are expected.

    Returns:
        dict; of its values nothing is known, so that whoever trusts the sender need not say more.

    Raises:
        WireError: when it is not made as agreed.

    Example:
        >>> import io
        >>> unpack(io.BytesIO(pack({"value": (1, [2.5, "b"])})).read)
        {'value': (1, [2.5, 'b'])}
    """
    text_size, blob_size = HEADER.unpack(read(HEADER.size))
    if text_size + blob_size > LARGEST_MESSAGE:
        raise WireError("the message is too large")
    text, numbers = read(text_size), read(blob_size)
    try:
        message = json.loads(text)
        return {key: decode(value, numbers, functions) for key, value in message.items()}
    except WireError:
        raise
    except Exception:  # whatever a forged message brings about
        raise WireError("the message is damaged") from None


def encode(
    value: object,
    blobs: list[bytes],
    depth: int = 0,
    functions: list[Callable[..., object]] | None = None,
) -> object:
    """What JSON can hold of a value; numbers of arrays are appended to `blobs`, the rest becomes `Odd`.

    Args:
        value: anything.
        blobs: list of bytes.
        depth: how deep in lists and dicts this is.
        functions: list to which functions are appended, which the other side may then call.

    Returns:
        What `json.dumps` takes.
    """
    if value is None or type(value) in (bool, float):
        return value
    if type(value) is int and value.bit_length() < 1000:
        return value
    if type(value) is str:
        return value[:100_000].encode("utf-8", "replace").decode()
    if depth > _DEEPEST:
        return {"odd": "a deeply nested object"}

    def inner(thing):
        return encode(thing, blobs, depth + 1, functions)

    if value is ...:
        return {"dots": 1}
    if isinstance(value, np.random.Generator):
        return {"generator": value.bit_generator.state}
    if isinstance(value, Mapping) and all(isinstance(key, str | int) for key in value):
        return {"dict": [[str(key), type(key) is int, inner(value[key])] for key in value]}
    if isinstance(value, tuple | list):
        flat = _as_numbers(value) if len(value) > 1000 and _all_numbers(value) else None
        if flat is None:
            return {"tuple" if isinstance(value, tuple) else "list": [inner(item) for item in value]}
        value = flat
    if callable(value):
        if functions is None:
            return {"odd": describe(value)}
        functions.append(value)
        return {"function": len(functions) - 1}
    return _numbers_or_odd(value, blobs)


def _numbers_or_odd(value, blobs):
    numbers = None if isinstance(value, str | bytes | Odd) else _as_numbers(value)
    if numbers is None:
        return {"odd": describe(value)[:200]}
    if numbers.nbytes > LARGEST_MESSAGE // 2:
        return {"odd": f"an array of shape {numbers.shape}"}
    start = sum(map(len, blobs))
    blobs.append(np.ascontiguousarray(numbers).tobytes())
    scalar = isinstance(value, np.generic)
    return {"array": [numbers.dtype.str, list(numbers.shape), start, scalar]}


def _all_numbers(value, depth=0):
    """Whether a list holds numbers and such lists alone: in an array each text is as long as the longest."""
    if isinstance(value, tuple | list):
        return depth < _DEEPEST and all(_all_numbers(item, depth + 1) for item in value)
    return isinstance(value, int | float | complex | np.generic | np.ndarray)


def _as_numbers(value):
    """The value as an array of numbers, or None."""
    try:
        numbers = np.asarray(value)
    except Exception:
        return None
    return numbers if _DTYPE.fullmatch(numbers.dtype.str) else None


def decode(
    value: object, numbers: bytes, functions: Callable[[int], Callable[..., object]] | None = None
) -> Any:
    """The opposite of `encode`, with every claim checked.

    Args:
        value: what JSON held.
        numbers: bytes of all arrays.
        functions: as in `unpack`.

    Returns:
        Numbers, strings, lists, tuples, dicts, arrays of our own, generators, `Odd`.

    Raises:
        WireError: when it is not made as agreed.
    """
    items_left, bytes_left = _MOST_ITEMS, len(numbers)

    def made(value, depth):
        nonlocal items_left, bytes_left
        items_left -= 1
        if items_left < 0 or depth > _DEEPEST + 1:
            raise WireError("the message has too many parts")
        if isinstance(value, str):
            return value.encode(errors="replace").decode()  # half a character is nothing that can be written
        if value is None or isinstance(value, bool | int | float):
            return value
        if not isinstance(value, dict) or len(value) != 1:
            raise WireError("the message is damaged")
        (kind, content), *_ = value.items()
        if kind in ("list", "tuple"):
            items = [made(item, depth + 1) for item in content]
            return items if kind == "list" else tuple(items)
        if kind == "dict":
            return {int(key) if whole else str(key): made(item, depth + 1) for key, whole, item in content}
        if kind == "array":
            dtype, shape, start, scalar = content
            array = _array(dtype, shape, start, scalar, numbers)
            bytes_left -= array.nbytes
            if bytes_left < 0:  # or a few bytes, named again and again, would fill our memory
                raise WireError("arrays share their numbers")
            return array
        return _special(kind, content, functions)

    return made(value, 0)


def _array(dtype, shape, start, scalar, numbers):
    if not isinstance(dtype, str) or not _DTYPE.fullmatch(dtype) or len(shape) > 32:
        raise WireError("an array is not made of numbers")
    if not all(type(size) is int and size >= 0 for size in [*shape, start]):
        raise WireError("an array has no shape")
    count = math.prod(shape)
    if start + count * np.dtype(dtype).itemsize > len(numbers):
        raise WireError("an array is shorter than it says")
    array = np.frombuffer(numbers, dtype, count, start).reshape(shape).copy()
    return array[()] if scalar else array


def _special(kind, content, functions):
    if kind == "dots":
        return ...
    if kind == "odd":
        return Odd(str(content)[:200])
    if kind == "generator":
        rng = np.random.Generator(getattr(np.random, _bit_generator(content))())
        rng.bit_generator.state = content
        return rng
    if kind == "function" and functions is not None and type(content) is int:
        return functions(content)
    raise WireError(f"{kind!r} is nothing that a message holds")


def _bit_generator(state):
    name = state["bit_generator"]
    if name not in ("PCG64", "PCG64DXSM", "SFC64"):
        raise WireError("a random generator of an unknown kind")
    return name

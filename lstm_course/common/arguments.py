"""Checks of arguments: each returns the value in the form the caller works with, or raises.

The message is one sentence that names the argument, what came and what was expected. A wrong kind of value is
a `TypeError`, a wrong shape or size a `ValueError`.
"""

import numbers
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")


def array(name: str, value: object, shape: Any = None, dtype: Any = None, gaps: bool = False) -> np.ndarray:
    """Turn an argument into a numeric array without NaN or infinity.

    Args:
        name: the argument's name, for the message.
        value: array, or nested list of numbers.
        shape: expected shape, one entry per axis: a number is a fixed size, None any size from 1 up, a letter
            too, but the same letter twice means the same size. A leading `...` stands for any leading axes.
            A list of such shapes: one of them must fit. Default: any shape that is not empty.
        dtype: floating type of the result; by default floats keep theirs and whole numbers become float64.
        gaps: whether NaN may stand where there is no number, but not everywhere; default False.

    Returns:
        The array; a view of `value` where no conversion was needed.

    Raises:
        TypeError: if `value` is not numeric.
        ValueError: if its shape is not the expected one, or a number is not finite.

    Example:
        >>> array("x", [[1, 2], [3, 4]], ("N", 2)).shape
        (2, 2)
        >>> array("x", [1, 2], ("N", 2))
        Traceback (most recent call last):
        ...
        ValueError: x has shape (2,), expected (N, 2)
        >>> array("x", 1, [("D",), ("N", "D")])
        Traceback (most recent call last):
        ...
        ValueError: x has shape (), expected (D,) or (N, D)
    """
    result = numeric(name, value)
    if dtype is None:
        dtype = result.dtype if result.dtype.kind == "f" else np.float64
    _check_shape(name, result, shape)
    if result.dtype != dtype:
        with np.errstate(over="ignore"):  # a number too large for `dtype` becomes infinite, refused below
            result = result.astype(dtype)
    good = np.isfinite(result)
    if not good.all() and not (gaps and good.any() and not np.isinf(result).any()):
        expected = "finite numbers, with NaN at most where there is none" if gaps else "finite numbers"
        raise ValueError(
            f"{name} has {np.count_nonzero(~good)} of {result.size} values that are NaN or infinite "
            f"in {result.dtype}, expected {expected}"
        )
    return result


def numeric(name: str, value: Any) -> np.ndarray:
    """Turn an argument into an array of numbers or booleans, whatever its shape and dtype.

    Example:
        >>> numeric("y", "one")
        Traceback (most recent call last):
        ...
        TypeError: y is 'one', expected an array of numbers
    """
    if np.ma.is_masked(value):
        raise ValueError(
            f"{name} has {np.ma.count_masked(value)} masked values, expected none: fill them first"
        )
    try:
        result = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise TypeError(f"{name} is {described(value)}, expected an array of numbers") from error
    if result.dtype.kind not in "fiub":
        raise TypeError(f"{name} is {described(value)}, expected an array of numbers")
    return result


def within(name: str, value: np.ndarray, minimum: float, maximum: float) -> np.ndarray:
    """Return an array if all of its numbers are from `minimum` to `maximum`; NaN is passed over.

    Example:
        >>> within("f", np.array([0.2, 1.5]), 0, 1)
        Traceback (most recent call last):
        ...
        ValueError: f has values from 0.2 to 1.5, expected numbers from 0 to 1
    """
    low, high = np.nanmin(value), np.nanmax(value)
    if low < minimum or high > maximum:
        raise ValueError(
            f"{name} has values from {low:g} to {high:g}, expected numbers from {minimum} to {maximum}"
        )
    return value


def integers(
    name: str, value: object, shape: Any = None, minimum: int = 0, below: int | None = None
) -> np.ndarray:
    """Like `array`, for whole numbers: word indices, class labels.

    Args:
        name, value, shape: as in `array`.
        minimum: the smallest number allowed; default 0.
        below: every number must be smaller than this; default: no limit.

    Example:
        >>> integers("labels", [0, 2], ("N",), below=3)
        array([0, 2])
        >>> integers("labels", [0, 3], ("N",), below=3)
        Traceback (most recent call last):
        ...
        ValueError: labels has values from 0 to 3, expected whole numbers from 0 to 2
    """
    result = numeric(name, value)
    _check_shape(name, result, shape)
    if result.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {result.dtype}, expected whole numbers")
    low, high = result.min(), result.max()
    if low < minimum or (below is not None and high >= below):
        limit = f"{minimum} up" if below is None else f"{minimum} to {below - 1}"
        raise ValueError(f"{name} has values from {low} to {high}, expected whole numbers from {limit}")
    return result


def mask(name: str, value: object, shape: tuple) -> np.ndarray | None:
    """Turn a mask into a boolean array of exactly this shape; None stays None.

    Example:
        >>> mask("mask", [[True, False]], (1, 2))
        array([[ True, False]])
        >>> mask("mask", [[True]], (1, 2))
        Traceback (most recent call last):
        ...
        ValueError: mask has shape (1, 1), expected (1, 2)
    """
    if value is None:
        return None
    result = numeric(name, value)
    _check_shape(name, result, shape)
    if result.dtype.kind != "b":
        if not ((result == 0) | (result == 1)).all():
            raise TypeError(f"{name} has {result.dtype} values other than 0 and 1, expected booleans")
        result = result.astype(bool)
    return result


def whole_number(name: str, value: object, minimum: int = 1, maximum: int | None = None) -> int:
    """Return a whole number from `minimum` to `maximum`, both included; None means no limit.

    Example:
        >>> whole_number("epochs", 10)
        10
        >>> whole_number("epochs", 0)
        Traceback (most recent call last):
        ...
        ValueError: epochs is 0, expected a whole number of at least 1
    """
    limits = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {described(value)}, expected a whole number {limits}")
    whole = int(value)
    if whole < minimum or (maximum is not None and whole > maximum):
        raise ValueError(f"{name} is {value}, expected a whole number {limits}")
    return whole


def real_number(
    name: str, value: object, minimum: float | None = None, maximum: float | None = None
) -> float:
    """Return a finite number between `minimum` and `maximum`, both included; None means no limit.

    Example:
        >>> real_number("beta_1", 0.9, 0, 1)
        0.9
        >>> real_number("beta_1", 2, 0, 1)
        Traceback (most recent call last):
        ...
        ValueError: beta_1 is 2, expected a number from 0 to 1
    """
    if minimum is None:
        expected = "a finite number" if maximum is None else f"a number of at most {maximum}"
    else:
        limits = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        expected = f"a number {limits}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {described(value)}, expected {expected}")
    real = float(value)
    below, above = minimum is not None and real < minimum, maximum is not None and real > maximum
    if not np.isfinite(real) or below or above:
        raise ValueError(f"{name} is {value}, expected {expected}")
    return real


def one_of(name: str, value: Value, choices: Iterable) -> Value:
    """Return `value` if it is one of `choices`.

    Example:
        >>> one_of("activation", "relu", (None, "relu", "tanh"))
        'relu'
        >>> one_of("activation", "swish", (None, "relu", "tanh"))
        Traceback (most recent call last):
        ...
        ValueError: activation is 'swish', expected None, 'relu' or 'tanh'
    """
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    listed = [repr(choice) for choice in choices]
    expected = " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    raise ValueError(f"{name} is {described(value)}, expected {expected}")


def instance(name: str, value: Value, kind: Any, expected: str) -> Value:
    """Return `value` if it is an instance of `kind`, a class or several; `expected` says it in words.

    Example:
        >>> instance("optimizer", 3, str, "a name")
        Traceback (most recent call last):
        ...
        TypeError: optimizer is 3, expected a name
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {described(value)}, expected {expected}")
    return value


def entries(name: str, value: Any, expected: str, most: int | None = None) -> Any:
    """Return `value` if it is a dict that is not empty; `expected` says in words from what to what.

    Args:
        name, value, expected: as in `instance`.
        most: how many entries there may be; default: no limit.

    Example:
        >>> entries("curves", {}, "a dict from labels to vectors")
        Traceback (most recent call last):
        ...
        ValueError: curves is empty, expected a dict from labels to vectors
    """
    instance(name, value, dict, expected)
    if not value:
        raise ValueError(f"{name} is empty, expected {expected}")
    if most is not None and len(value) > most:
        raise ValueError(f"{name} has {len(value)} entries, expected at most {most}")
    return value


def function(name: str, value: Value) -> Value:
    """Return `value` if it can be called.

    Example:
        >>> function("loss", "mse")
        Traceback (most recent call last):
        ...
        TypeError: loss is 'mse', expected a function
    """
    if not callable(value):
        raise TypeError(f"{name} is {described(value)}, expected a function")
    return value


def generator(name: str, seed: object) -> np.random.Generator:
    """Return a random generator from a seed, or from None (a fresh one), or the generator that came.

    Example:
        >>> float(generator("seed", 0).random()) == float(np.random.default_rng(0).random())
        True
        >>> generator("seed", "zero")
        Traceback (most recent call last):
        ...
        TypeError: seed is 'zero', expected a whole number of at least 0
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(None if seed is None else whole_number(name, seed, minimum=0))


def float_type(name: str, value: object) -> np.dtype:
    """Return float32 or float64 as a NumPy dtype.

    Example:
        >>> float_type("dtype", "float32")
        dtype('float32')
        >>> float_type("dtype", "int8")
        Traceback (most recent call last):
        ...
        ValueError: dtype is 'int8', expected float32 or float64
    """
    if value is not None:  # None would be float64 to NumPy
        for known in ("float32", "float64"):
            if value in (known, np.dtype(known)):
                return np.dtype(known)
    raise ValueError(f"{name} is {described(value)}, expected float32 or float64")


def _check_shape(name, result, pattern):
    # Layers come here in every update: words are made for a complaint only.
    shape = result.shape
    if result.size and (pattern is None or pattern == shape):
        return
    patterns = pattern if isinstance(pattern, list) else [pattern]
    if result.size == 0 or not any(_fits(shape, each) for each in patterns):
        expected = " or ".join(map(_words, patterns)) + ", not empty" * (result.size == 0)
        raise ValueError(f"{name} has shape {shape}, expected {expected}")


def _fits(shape, pattern):
    if pattern and pattern[0] is ...:
        pattern = pattern[1:]
        if len(shape) < len(pattern):
            return False
        shape = shape[len(shape) - len(pattern) :]
    if len(shape) != len(pattern):
        return False
    sizes = {}
    for size, expected in zip(shape, pattern, strict=True):
        wanted = sizes.setdefault(expected, size) if isinstance(expected, str) else expected
        if wanted is not None and size != wanted:
            return False
    return True


def _words(pattern):
    if pattern is None:
        return "an array"
    if not pattern:
        return "a number"
    sizes = ["..." if entry is ... else "any" if entry is None else str(entry) for entry in pattern]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def described(value: object) -> str:
    """Say in a few words what came, for the middle of a message.

    Example:
        >>> described((1, 2, 3)), described("open"), described(np.ones(2))
        ('a tuple of length 3', "'open'", 'an array of dtype float64 and shape (2,)')
    """
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        words = repr(value)
        return words if len(words) < 60 else f"{words[:50]}... ({len(words)} characters)"
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"of type {type(value).__name__}"

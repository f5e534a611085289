"""Checks of arguments: each returns the value in the form the caller works with, or raises.

The message is one sentence that names the argument, what came and what was expected. A wrong kind of value is
a `TypeError`, a wrong shape or size a `ValueError`.
"""

import functools
import numbers

import numpy as np


def array(name, value, shape=None, dtype=None):
    """Turn an argument into a numeric array without NaN or infinity.

    Args:
        name: the argument's name, for the message.
        value: array, or nested list of numbers.
        shape: expected shape, one entry per axis: a number is a fixed size, None any size from 1 up, a letter
            too, but the same letter twice means the same size. A leading `...` stands for any leading axes.
            Default: any shape that is not empty.
        dtype: floating type of the result; by default floats keep theirs and whole numbers become float64.

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
    """
    result = numeric(name, value)
    if dtype is None:
        dtype = result.dtype if result.dtype.kind == "f" else np.float64
    _check_shape(name, result, shape)
    if result.dtype != dtype:
        with np.errstate(over="ignore"):  # a number too large for `dtype` becomes infinite, refused below
            result = result.astype(dtype)
    if not np.isfinite(result).all():
        bad = int(np.count_nonzero(~np.isfinite(result)))
        raise ValueError(
            f"{name} has {bad} of {result.size} values that are NaN or infinite "
            f"in {result.dtype}, expected finite numbers"
        )
    return result


def numeric(name, value):
    """Turn an argument into an array of numbers or booleans, whatever its shape and dtype.

    Example:
        >>> numeric("y", "one")
        Traceback (most recent call last):
        ...
        TypeError: y is 'one', expected an array of numbers
    """
    try:
        result = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise TypeError(f"{name} is {_describe(value)}, expected an array of numbers") from error
    if result.dtype.kind not in "fiub":
        raise TypeError(f"{name} is {_describe(value)}, expected an array of numbers")
    return result


def integers(name, value, shape=None, minimum=0, below=None):
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


def mask(name, value, shape):
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


def whole_number(name, value, minimum=1):
    """Return a whole number that is at least `minimum`.

    Example:
        >>> whole_number("epochs", 10)
        10
        >>> whole_number("epochs", 0)
        Traceback (most recent call last):
        ...
        ValueError: epochs is 0, expected a whole number of at least 1
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {_describe(value)}, expected a whole number of at least {minimum}")
    if value < minimum:
        raise ValueError(f"{name} is {value}, expected a whole number of at least {minimum}")
    return int(value)


def real_number(name, value, minimum=None, maximum=None):
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
        raise TypeError(f"{name} is {_describe(value)}, expected {expected}")
    if (
        not np.isfinite(value)
        or (minimum is not None and value < minimum)
        or (maximum is not None and value > maximum)
    ):
        raise ValueError(f"{name} is {value}, expected {expected}")
    return float(value)


def one_of(name, value, choices):
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
    raise ValueError(f"{name} is {_describe(value)}, expected {expected}")


def instance(name, value, kind, expected):
    """Return `value` if it is an instance of `kind`, a class or several; `expected` says it in words.

    Example:
        >>> instance("optimizer", 3, str, "a name")
        Traceback (most recent call last):
        ...
        TypeError: optimizer is 3, expected a name
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {_describe(value)}, expected {expected}")
    return value


def function(name, value):
    """Return `value` if it can be called.

    Example:
        >>> function("loss", "mse")
        Traceback (most recent call last):
        ...
        TypeError: loss is 'mse', expected a function
    """
    if not callable(value):
        raise TypeError(f"{name} is {_describe(value)}, expected a function")
    return value


def generator(name, seed):
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


def float_type(name, value):
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
    raise ValueError(f"{name} is {_describe(value)}, expected float32 or float64")


def cell_weights(value, gates, features=None, hidden_size=None):
    """Check the weights of a cell in blackboard form: a dict with a matrix `W` and a bias `b` for each gate.

    Args:
        value: dict with `W<gate>` of shape (H, H + D) and `b<gate>` of shape (H,).
        gates: the gates' letters, for example "fico".
        features: D, if it is known.
        hidden_size: H, if it is known.

    Returns:
        A dict of arrays with exactly the keys of these gates.
    """
    instance("weights", value, dict, "a dict of arrays")
    keys = [kind + gate for gate in gates for kind in "Wb"]
    for key in keys:
        if key not in value:
            raise ValueError(f"weights has the keys {sorted(map(str, value))}, expected {keys}")
    if hidden_size is None:
        hidden_size = array(f"weights['b{gates[0]}']", value["b" + gates[0]], ("H",)).shape[0]
    checked = {}
    for gate in gates:
        width = None if features is None else hidden_size + features
        checked["W" + gate] = array(f"weights['W{gate}']", value["W" + gate], (hidden_size, width))
        checked["b" + gate] = array(f"weights['b{gate}']", value["b" + gate], (hidden_size,))
        features = checked["W" + gate].shape[1] - hidden_size
        if features < 1:
            raise ValueError(
                f"weights['W{gate}'] has shape {checked['W' + gate].shape}, expected (H, H + D) "
                f"with H = {hidden_size} and D of at least 1"
            )
    return checked


def checked_cell(gates):
    """Decorate a cell `(x, *states, weights)` so that its arguments are checked before its mathematics runs.

    The bare mathematics stays within reach as `cell.__wrapped__`.

    Args:
        gates: the gates' letters, for example "fico".
    """

    def decorate(cell):
        names = cell.__code__.co_varnames[1 : cell.__code__.co_argcount - 1]

        @functools.wraps(cell)
        def checked(*args, **kwargs):
            return cell(*_cell_arguments(cell, names, gates, args, kwargs))

        return checked

    return decorate


def _cell_arguments(cell, state_names, gates, args, kwargs):
    parameters = ("x", *state_names, "weights")
    given = dict(zip(parameters, args, strict=False)) | kwargs
    if len(args) > len(parameters) or set(given) != set(parameters):
        raise TypeError(
            f"{cell.__name__} takes the arguments {', '.join(parameters)}, "
            f"got {len(args)} by position and {sorted(kwargs)} by name"
        )
    x = array("x", given["x"])
    if x.ndim not in (1, 2):
        raise ValueError(f"x has shape {x.shape}, expected (D,) or (N, D)")
    weights = cell_weights(given["weights"], gates, features=x.shape[-1])
    hidden_size = weights["b" + gates[0]].shape[0]
    states = [array(name, given[name], (*x.shape[:-1], hidden_size)) for name in state_names]
    return x, *states, weights


def _check_shape(name, result, pattern):
    if result.size == 0:
        raise ValueError(f"{name} has shape {result.shape}, expected {_words(pattern)}, not empty")
    if pattern is None or pattern == result.shape:
        return
    shape = result.shape
    if pattern[0] is ...:
        pattern_tail = pattern[1:]
        fits = len(shape) >= len(pattern_tail)
        shape = shape[len(shape) - len(pattern_tail) :]
    else:
        pattern_tail = pattern
        fits = len(shape) == len(pattern)
    sizes = {}
    for size, entry in zip(shape, pattern_tail, strict=False):
        expected = sizes.setdefault(entry, size) if isinstance(entry, str) else entry
        fits = fits and (expected is None or size == expected)
    if not fits:
        raise ValueError(f"{name} has shape {result.shape}, expected {_words(pattern)}")


def _words(pattern):
    if pattern is None:
        return "an array"
    entries = ["..." if entry is ... else "any" if entry is None else str(entry) for entry in pattern]
    return f"({entries[0]},)" if len(entries) == 1 else f"({', '.join(entries)})"


def _describe(value):
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        words = repr(value)
        return words if len(words) < 60 else f"{words[:50]}... ({len(words)} characters)"
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    return f"of type {type(value).__name__}"

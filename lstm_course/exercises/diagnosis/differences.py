"""Which part of a result is not what it should be, in a sentence: first its structure, then its numbers."""

import itertools
from collections.abc import Iterable

import numpy as np

from lstm_course.exercises.exercise import Exercise
from lstm_course.exercises.running import Listed, Plain, close, describe, same

__all__ = ["form", "listed", "parts", "runs_in_time", "wrong_structure", "wrong_value"]

_ndarray, _argwhere = np.ndarray, np.argwhere


def wrong_structure(exercise: Exercise, expected: Plain, got: Plain) -> str | None:
    """The sentence about a result that is not made as asked for, or None.

    Args:
        exercise: an `Exercise`.
        expected, got: plain values, as `running.plain` makes them.

    Returns:
        A sentence, or None where the structure and the shapes are right.

    Example:
        >>> from lstm_course.exercises import find
        >>> wrong_structure(find("rnn_cell"), np.zeros(4), np.zeros(3))
        '`h` has shape (3,), and should have shape (4,).'
    """
    names = exercise.returns
    if len(names) == 1:
        if isinstance(got, Listed) and len({form(part) for part in got}) > 1:
            return f"`{names[0]}` should be one array, but it is a list of parts that differ: {_kinds(got)}."
        if isinstance(got, tuple) and isinstance(expected, _ndarray):
            return f"`{names[0]}` alone is asked for, but it returns {describe(got)}."
        expected, got = (expected,), (got,)
    elif isinstance(got, _ndarray) and got.ndim:
        got = tuple(got) if len(got) == len(names) else got
    if not isinstance(got, tuple) or len(got) != len(names):
        if exercise.needs_keras:  # the names are those of what is looked at
            return f"A Keras model is asked for, but it returns {describe(got)}."
        wanted = ", ".join(names)
        return f"{len(names)} values are asked for, `{wanted}`, but it returns {describe(got)}."
    if not _fits(expected, got) and len(names) < 6:
        orders = [order for order in itertools.permutations(got) if _fits(expected, order)]
        if orders:
            return f"The returned values are in another order: return `{', '.join(names)}`."
    assert isinstance(expected, tuple | _ndarray)  # a reference returns what it names
    for name, wanted, given in zip(names, expected, got, strict=True):
        sentence = _wrong_dict(name, wanted, given)
        if sentence:
            return sentence
        found = dict(_flattened(name, given))
        for part, array in _flattened(name, wanted):
            sentence = _wrong_kind(part, array, found.get(part))
            if sentence:
                return sentence
    return None


def wrong_value(exercise: Exercise, expected: Plain, got: Plain, exact: bool = False) -> str | None:
    """The sentence about the first wrong number of a result that has the right structure.

    Args:
        exercise: an `Exercise`.
        expected, got: plain values.
        exact: whether they must agree to the last unit, as counts must; default False, up to rounding.

    Returns:
        A sentence, or None when the numbers are right.

    Example:
        >>> from lstm_course.exercises import find
        >>> wrong_value(find("rnn_cell"), np.zeros(2), np.array([0.0, 0.5]))
        '`h[1]` is 0.5 and should be 0.'
    """
    wanted, given = _arrays(exercise, expected), _arrays(exercise, got)
    agrees = (lambda a, b: a == b) if exact else close
    right = [name for name in wanted if agrees(given[name], wanted[name]).all()]
    for name, array in wanted.items():
        if name in right:
            continue
        index = tuple(int(k) for k in _argwhere(~agrees(given[name], array))[0])
        place = f"{name}[{', '.join(map(str, index))}]" if index else name
        more = f" and {len(right) - 3} more" if len(right) > 3 else ""
        verb = "are" if right[1:] else "is"
        start = f"{listed(right[:3])}{more} {verb} right, but " if right else ""
        if runs_in_time(exercise, name) and index[0] > 0:
            start += f"`{name}` is right before step {index[0]}, then "
        own, right_one = _told_apart(given[name][index], array[index])
        return f"{start}`{place}` is {own} and should be {right_one}."
    return None


def _arrays(exercise, value):
    return {name: part for name, part in parts(exercise, value).items() if isinstance(part, _ndarray)}


def parts(exercise: Exercise, value: Plain) -> dict[str, Plain]:
    """Everything in a returned value.

    Args:
        exercise: an `Exercise`, which has the names of what is returned.
        value: a plain value.

    Returns:
        Dict: name, such as `dweights["Wf"]`, -> array.

    Example:
        >>> from lstm_course.exercises import find
        >>> list(parts(find("lstm_cell"), (np.zeros(2), np.zeros(2))))
        ['h', 'c']
    """
    names = exercise.returns
    if len(names) == 1:
        return dict(_flattened(names[0], value))
    if isinstance(value, _ndarray) and value.ndim and len(value) == len(names):
        value = tuple(value)
    if not isinstance(value, tuple) or len(value) != len(names):
        return dict(_flattened("the result", value))
    return dict(pair for name, part in zip(names, value, strict=True) for pair in _flattened(name, part))


def runs_in_time(exercise: Exercise, name: str) -> bool:
    """Whether the first axis of a returned array is time."""
    return tuple((exercise.axes or {}).get(name, ()))[:1] == ("step",)


def listed(names: Iterable[str]) -> str:
    """Names as code, "`h`, `c`".

    Example:
        >>> listed(["h", "c"])
        '`h`, `c`'
    """
    return ", ".join(f"`{name}`" for name in names)


def _told_apart(*numbers):
    """Numbers in four digits, or in as many more as show that they differ."""
    for digits in range(4, 18):
        told = [_short(number, digits) for number in numbers]
        if len(set(told)) == len(told):
            break
    return told


def _short(number, digits):
    """A number in so many digits, but a count in full: 23724, and not 2.372e+04."""
    in_full = abs(number) < 1e9 and float(number).is_integer()
    return f"{number:.0f}" if in_full else f"{number:.{digits}g}"


def form(value: Plain) -> str:
    """Structure and shapes of a value, in a text to compare.

    Example:
        >>> form((np.zeros((2, 3)), {"b": np.zeros(4)}))
        "((2, 3), {'b': (4,)})"
    """
    if isinstance(value, _ndarray):
        return str(value.shape)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {form(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(form, value)) + ")"
    return describe(value)


def _kinds(parts):
    """What a list is made of, "an array of shape (2,), an array of shape (4,)": the first of each kind."""
    return ", ".join(dict.fromkeys(describe(part) for part in parts))


def _flattened(name, value):
    """Pairs (name, array) of a value that may be a dict or a tuple."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flattened(f'{name}["{key}"]', item)
    elif isinstance(value, tuple):
        for k, item in enumerate(value):
            yield from _flattened(f"{name}[{k}]", item)
    else:
        yield name, value


def _fits(expected, got):
    """Whether two plain values have the same structure and the same shapes."""
    if isinstance(expected, _ndarray):
        return isinstance(got, _ndarray) and got.shape == expected.shape
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(_fits(expected[key], got[key]) for key in expected)
        )
    if isinstance(expected, tuple):
        return isinstance(got, tuple) and len(got) == len(expected) and all(map(_fits, expected, got))
    return type(got) is type(expected)


def _wrong_dict(name, expected, got):
    """The sentence about something that should be a dict with certain entries, or None."""
    if not isinstance(expected, dict):
        return None
    keys = ", ".join(f'"{key}"' for key in expected)
    if not isinstance(got, dict):
        return f"`{name}` should be a dict with {keys}, but it is {describe(got)}."
    missing, extra = expected.keys() - got.keys(), got.keys() - expected.keys()
    if missing:
        return f'`{name}` has no entry "{min(missing)}": {keys} are asked for.'
    return f'`{name}` has an entry "{min(extra)}", and only {keys} are asked for.' if extra else None


def _wrong_kind(name, expected, got):
    """The sentence about a part that is no array, has another shape or is not finite, or None."""
    if not isinstance(got, _ndarray):
        return f"`{name}` should be made of numbers, but it is {describe(got)}."
    if got.dtype.kind == "c":
        return f"`{name}` is complex; a real number is asked for."
    if got.shape != expected.shape:
        if same(got.T, expected):
            return (
                f"`{name}` is transposed: it has shape {got.shape}, and should have shape {expected.shape}."
            )
        given, wanted = (
            f"shape {array.shape}" if array.shape else "a single number" for array in (got, expected)
        )
        told = f"`{name}` has {given}, and should have {wanted}.".replace("has a single", "is a single")
        spread = expected.ndim == 1 and got.shape == expected.shape * 2
        return told + " A column (n, 1) plus a vector (n,) makes a matrix (n, n)." * spread
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        return f"`{name}` holds {'NaN' if np.isnan(got).any() else 'infinity'}."
    return None

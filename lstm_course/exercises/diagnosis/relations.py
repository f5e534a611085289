"""How a wrong array follows from the right one: another sign, a factor, an order, a step in time."""

import itertools
from collections.abc import Sequence

import numpy as np

from lstm_course.exercises.exercise import Exercise
from lstm_course.exercises.running import Plain, plain, same

from .differences import listed, parts, runs_in_time

__all__ = ["other_order", "relate", "relation_of_parts"]

_ndarray = np.ndarray


def other_order(exercise: Exercise, wanted: Sequence[Plain], given: Sequence[Plain]) -> str | None:
    """The sentence about values that are right, but stand in another order.

    Args:
        exercise: an `Exercise`.
        wanted, given: lists of plain values, one a probe.

    Returns:
        A sentence, or None where it is something else.

    Example:
        >>> from lstm_course.exercises import find
        >>> other_order(find("lstm_cell"), [(np.zeros(2), np.ones(2))], [(np.ones(2), np.zeros(2))])
        'The values are right, but in another order: return `h, c`.'
    """
    right = [value for value in wanted if isinstance(value, tuple) and 1 < len(value) < 6]
    unpacked = [tuple(value) if isinstance(value, _ndarray) and value.ndim else value for value in given]
    own = [value for value in unpacked if isinstance(value, tuple)]
    if len(right) < len(wanted) or [len(value) for value in own] != [len(value) for value in right]:
        return None
    for order in itertools.permutations(range(len(right[0]))):
        shuffled = [tuple(value[k] for k in order) for value in own]
        if all(map(same, right, shuffled)):
            return f"The values are right, but in another order: return `{', '.join(exercise.returns)}`."
    return None


def relation_of_parts(exercise: Exercise, wanted: Sequence[Plain], given: Sequence[Plain]) -> str | None:
    """The sentence about parts that follow from what they should be: "`h` has the wrong sign."

    Args:
        exercise: an `Exercise`.
        wanted, given: lists of plain values, one a probe.

    Returns:
        A sentence or two, or None where a wrong part follows in no way that is known.

    Example:
        >>> from lstm_course.exercises import find
        >>> relation_of_parts(find("rnn_cell"), [np.arange(5.0)], [-np.arange(5.0)])
        '`h` has the wrong sign.'
    """
    both = [(parts(exercise, w), parts(exercise, g)) for w, g in zip(wanted, given, strict=True)]
    if any(w.keys() != g.keys() for w, g in both):
        return None
    found: dict[str, list[str]] = {}
    for name in both[0][0]:
        pairs = [(w[name], g[name]) for w, g in both if name in w]
        if all(same(w, g) for w, g in pairs):
            continue
        if any(not isinstance(g, _ndarray) or g.dtype.kind == "c" for _, g in pairs):
            return None
        relation = relate(pairs, runs_in_time(exercise, name))
        if relation is None:
            return None
        found.setdefault(relation, []).append(name)
    # Parts that only some probes have may be wrong as well.
    whole = all(same(w[name], g[name]) for w, g in both for name in w if name not in both[0][0])
    sentences = [_together(names, relation) for relation, names in found.items()]
    return " ".join(sentences[:2]) if sentences and whole else None


def _together(names, relation):
    """The sentence about parts that follow alike from what they should be."""
    return f"{'Each of ' if names[1:] else ''}{listed(names)} {relation}."


def relate(pairs: Sequence[tuple[Plain, Plain]], steps: bool = False) -> str | None:
    """How given arrays follow from the wanted ones: "has the wrong sign", "is 2 times ..."; or None.

    Args:
        pairs: (wanted, given) of several probes; the same relation must hold for all.
        steps: whether the first axis is time.

    Returns:
        The words that follow the name, or None when no relation holds.

    Example:
        >>> relate([(np.arange(3.0), -np.arange(3.0)), (np.arange(4.0), -np.arange(4.0))])
        'has the wrong sign'
    """
    pairs = [(np.asarray(wanted), np.asarray(given)) for wanted, given in pairs]
    if all(w.shape == g.shape for w, g in pairs):
        words = _factor(pairs) or _rounded(pairs)
        if words:
            return words
    if all(w.size == g.size and same(w.ravel(), g.ravel()) for w, g in pairs):
        wanted, given = pairs[0]
        return f"has the right values, but shape {given.shape} instead of {wanted.shape}"
    rearranged = {"is transposed": lambda a: a.T}
    if steps:
        rearranged |= {
            "runs backwards in time": lambda a: a[::-1],
            "lacks the first step": lambda a: a[1:],
            "lacks the last step": lambda a: a[:-1],
        }
    for words, change in rearranged.items():
        if all(w.ndim and same(change(w), g) for w, g in pairs):
            return words
    return _shifted(pairs) if steps else None


def _factor(pairs):
    wanted = np.concatenate([w.ravel() for w, _ in pairs])
    given = np.concatenate([g.ravel() for _, g in pairs])
    # Four numbers of some size, or it might be chance.
    if np.sum(np.abs(wanted) > 1e-3) < 4 or not np.isfinite(given).all():
        return None
    factor = wanted @ given / (wanted @ wanted)
    if abs(factor) < 1e-3 or not same(factor * wanted, given):
        return None
    wrong_sign = same(plain(factor), plain(-1.0))
    return "has the wrong sign" if wrong_sign else f"is {factor:.4g} times the right value"


def _rounded(pairs):
    wanted = np.concatenate([w.ravel() for w, _ in pairs])
    given = np.concatenate([g.ravel() for _, g in pairs])
    if not np.isfinite(given).all() or np.sum(np.abs(wanted) > 0.05) < 4:
        return None
    for decimals in 1, 2, 3, 4:
        if np.all(np.abs(np.round(wanted, decimals) - given) < 1e-6):
            return f"is rounded to {decimals} decimal{'s' * (decimals > 1)}: leave the rounding to the reader"
    if np.all(np.abs(given - wanted) <= 5e-3 * (1e-2 + np.abs(wanted))):
        return "agrees to two or three digits, no further: a constant may be not quite right"
    return None


def _shifted(pairs):
    long = [(w, g) for w, g in pairs if w.shape == g.shape and len(w) > 2]
    if not long:
        return None
    if all(same(w[:-1], g[1:]) for w, g in long):
        return "comes one step late"
    if all(same(w[1:], g[:-1]) for w, g in long):
        return "comes one step early"
    return None

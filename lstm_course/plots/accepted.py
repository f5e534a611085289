"""What charts and strips accept."""

import numpy as np

__all__ = ["check_dict", "described", "equally_long", "numbers"]


def check_dict(name, value):
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict from names to arrays, got {described(value)}")
    if not value:
        raise ValueError(f"{name} must hold at least one entry, got an empty dict")
    return value


def numbers(name, value, dimensions):
    """Take value as an array of floats with one of the given numbers of dimensions, and not empty."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {described(value)}") from None
    if array.ndim not in dimensions:
        wanted = " or ".join(str(number) for number in dimensions)
        raise ValueError(f"{name} must have {wanted} dimensions, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if np.isinf(array).any() or np.isnan(array).all():
        raise ValueError(f"{name} must hold finite numbers, got infinity, or NaN alone")
    return array


def equally_long(name, vectors):
    vectors = [numbers(name, vector, (1,)) for vector in vectors]
    if len({len(vector) for vector in vectors}) > 1:
        lengths = ", ".join(str(len(vector)) for vector in vectors)
        raise ValueError(f"{name} must consist of equally long vectors, got lengths {lengths}")
    return vectors


def described(value):
    kind = type(value).__name__
    return f"{kind} of length {len(value)}" if isinstance(value, (tuple, list, dict)) else kind

"""Right answers to the exercises of lesson 00."""

import math

import numpy as np

from .entering import right


@right("sigmoid")
def with_tanh(x):
    return 0.5 * np.tanh(0.5 * np.asarray(x)) + 0.5


@right("sigmoid")
def clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@right("sigmoid")
def in_two_halves(x):
    x = np.asarray(x, dtype=float)
    out = np.empty_like(x)
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    out[~positive] = e / (1 + e)
    return out


@right("sigmoid")
def silenced_for_nothing(x):
    with np.errstate(all="ignore"):
        return clipped(x)


@right("sigmoid")
def number_by_number(x):
    def one(value):
        return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))

    if np.ndim(x) == 0:
        return one(x)
    return np.array([one(value) for value in np.ravel(x)]).reshape(np.shape(x))


@right("sigmoid")
def with_logaddexp(x):
    return np.exp(-np.logaddexp(0, -np.asarray(x)))


@right("sigmoid")
def single_precision(x):
    return with_tanh(np.asarray(x, dtype=np.float32))

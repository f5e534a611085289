"""A machine whose faults are known: its signal, and where it did not work as it should."""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments

__all__ = ["Machine", "simulated_machine"]

# One stroke of each program, as (share of the stroke, current): straight lines join the points.
_PROGRAMS = (
    (16, ((0.0, 0.2), (0.25, 1.0), (0.5, 0.5), (0.75, 0.5), (1.0, 0.2))),
    (24, ((0.0, 0.2), (0.2, 0.7), (0.35, 0.3), (0.6, 1.0), (0.8, 0.9), (1.0, 0.2))),
)
_STAYS = 0.7  # probability that the next stroke follows the same program
_QUIET = 60  # steps between two faults, at least
_KINDS = ("jolt", "stuck", "weak")


class Machine(NamedTuple):
    """The signal of a machine.

    Args:
        values: `(n,)` current in ampere, one value a second.
        faulty: `(n,)` bool, whether the machine was at fault at this step.
        faults: list of `(start, stop, kind)`; kind is "jolt", "stuck" or "weak".
    """

    values: np.ndarray
    faulty: np.ndarray
    faults: list


def simulated_machine(steps=4000, faults=0, noise=0.05, seed=0):
    """The current that a made-up press draws, second by second, with faults at known places.

    The press follows one of two programs, strokes of 16 and of 24 seconds, and changes between them at the
    end of a stroke, at random. Three kinds of fault come equally often:

    * "jolt": for two or three seconds it draws 0.5 A more;
    * "stuck": it stops within a stroke, for six to nine seconds, and then goes on from there;
    * "weak": for ten to sixteen seconds it draws two thirds of what it should.

    All but the jolt stay within the values of a sound machine.

    Args:
        steps: how many seconds, at least 200; default 4000.
        faults: how many faults, at most one for 200 steps; default 0.
        noise: standard deviation of the measurement in ampere, default 0.05.
        seed: of the random numbers.

    Returns:
        A `Machine`.

    Raises:
        TypeError, ValueError: if an argument is not of the kind or size above.

    Example:
        >>> machine = simulated_machine(steps=1000, faults=3, seed=1)
        >>> machine.values.shape, sorted(kind for _, _, kind in machine.faults)
        ((1000,), ['jolt', 'stuck', 'weak'])
    """
    steps = arguments.whole_number("steps", steps, minimum=200)
    faults = arguments.whole_number("faults", faults, 0, steps // 200)
    noise = arguments.real_number("noise", noise, minimum=0)
    rng = arguments.generator("seed", seed)
    values, at_fault = _strokes(steps, rng), np.zeros(steps, bool)
    placed = _places(steps, faults, rng)
    for start, stop, kind in placed:
        at_fault[start:stop] = True
        if kind == "jolt":
            values[start:stop] += 0.5
        elif kind == "weak":
            values[start:stop] *= 2 / 3
        else:
            # What comes after is late by as much as the machine stood still.
            values[start:] = np.concatenate([np.full(stop - start, values[start]), values[start:]])[
                : steps - start
            ]
    return Machine(values + noise * rng.normal(size=steps), at_fault, placed)


def _strokes(steps, rng):
    parts, drawn, program = [], 0, 0
    while drawn < steps:
        length, points = _PROGRAMS[program]
        share, current = zip(*points, strict=True)
        parts.append(np.interp(np.arange(length) / length, share, current))
        drawn += length
        program = program if rng.random() < _STAYS else 1 - program
    return np.concatenate(parts)[:steps]


def _places(steps, faults, rng):
    """One fault in each of equal parts of the time, with quiet before and after it."""
    kinds = rng.permutation(np.resize(_KINDS, faults))
    length = {"jolt": (2, 4), "stuck": (6, 10), "weak": (10, 17)}
    placed = []
    for k, kind in enumerate(kinds):
        first, last = k * steps // faults + _QUIET, (k + 1) * steps // faults - _QUIET
        start = int(rng.integers(first, last))
        placed.append((start, start + int(rng.integers(*length[kind])), str(kind)))
    return placed

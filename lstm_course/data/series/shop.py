"""A made-up shop: what it could sell each day, and what is known of the day beforehand."""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments

__all__ = ["Shop", "simulated_shop"]

_WEEK = np.array([0.85, 0.8, 0.85, 0.95, 1.2, 1.45, 0.6])  # Monday to Sunday, of the mean of a day


class Shop(NamedTuple):
    """A shop, day by day, from a Monday on.

    Args:
        demand: `(n,)` whole numbers, loaves that could be sold.
        offer: `(n,)` 0 or 1, whether bread is on offer that day; known beforehand.
        warm: `(n,)` the temperature of the day in degrees Celsius, as forecast on the evening before.
    """

    demand: np.ndarray
    offer: np.ndarray
    warm: np.ndarray


def simulated_shop(weeks=156, seed=0):
    """Daily demand for bread in a made-up shop, which closes on no day.

    The mean of a day is about 100 loaves, times: the day of the week; the year, by a tenth up and down; 1.5
    on the days of an offer, which begins on a random day, lasts three days and **is followed by three days
    at 0.75**, because people have bread at home; 0.85 where it is above 25 degrees; and a level that wanders
    slowly. Around this mean the demand is drawn with a variance of twice the mean.

    Args:
        weeks: how many weeks, at least 10; default 156, which is three years.
        seed: of the random numbers.

    Returns:
        A `Shop`.

    Raises:
        TypeError, ValueError: if weeks is not a whole number of at least 10.

    Example:
        >>> shop = simulated_shop(weeks=10, seed=1)
        >>> shop.demand.shape, int(shop.demand[:7].argmax())                # Saturday
        ((70,), 5)
    """
    days = 7 * arguments.whole_number("weeks", weeks, minimum=10)
    rng = arguments.generator("seed", seed)
    day = np.arange(days)
    offer, after = _offers(days, rng)
    warm = 12 - 10 * np.cos(2 * np.pi * day / 365.25) + 4 * rng.normal(size=days)
    level = np.zeros(days)
    for t in range(1, days):
        level[t] = 0.95 * level[t - 1] + 0.02 * rng.normal()
    mean = 100 * _WEEK[day % 7] * (1 - 0.1 * np.cos(2 * np.pi * day / 365.25)) * np.exp(level)
    mean *= np.where(offer, 1.5, 1) * np.where(after, 0.75, 1) * np.where(warm > 25, 0.85, 1)
    # Negative binomial: a Poisson number whose mean is itself drawn; its variance is twice the mean.
    demand = rng.poisson(rng.gamma(mean, 1.0))
    return Shop(demand.astype(float), offer.astype(float), np.round(warm, 1))


def _offers(days, rng):
    """Days of an offer, and the three days after each."""
    offer, after = np.zeros(days, bool), np.zeros(days, bool)
    start = int(rng.integers(7, 21))
    while start < days:
        offer[start : start + 3] = True
        after[start + 3 : start + 6] = True
        start += int(rng.integers(12, 35))
    return offer, after

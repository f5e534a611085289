"""Prices that nothing can forecast."""

import numpy as np

from lstm_course.data.series.recorded import Series

__all__ = ["simulated_prices"]


def simulated_prices(days=2500, volatility=0.01, seed=3):
    """Prices that nothing can forecast: a geometric random walk.

    Every day's logarithm of the price is that of the day before plus a normal random number with mean 0. The
    best forecast of tomorrow's is today's, and no other can do better but by luck.

    Args:
        days: how many trading days, default 2500, which is ten years.
        volatility: standard deviation of a day's change in the logarithm, default 0.01: one per cent.
        seed: of the random numbers, default 3.

    Returns:
        A `Series` that starts at 100, on Mondays to Fridays from 1 January 2015.

    Raises:
        TypeError, ValueError: if days is not a whole number above 0, or volatility not a number from 0 up.

    Example:
        >>> simulated_prices(days=3, seed=1).values.round(2)
        array([100.  , 100.35, 101.17])
    """
    from lstm_course.common import arguments

    days = arguments.whole_number("days", days)
    changes = arguments.generator("seed", seed).normal(size=days - 1)
    steps = arguments.real_number("volatility", volatility, minimum=0) * changes
    values = 100 * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    times = np.busday_offset("2015-01-01", np.arange(days), roll="forward")
    return Series(values, times, "simulated price", "units of money", 1)

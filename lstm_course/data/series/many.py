"""Many short series that are related: the sales of the shops of one chain."""

from itertools import product

import numpy as np

from lstm_course.common import arguments

__all__ = ["simulated_shops", "smoothing_for_each"]

PERIOD = 12
# What smoothing may choose from: how fast level, trend and season forget, and what is left of a trend later.
_ALPHAS, _BETAS, _GAMMAS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.8), (0, 0.05, 0.2), (0, 0.05, 0.1, 0.2, 0.4)
_FADING = (0, 0.9, 1)
# What two kinds of places sell from January to December, as logarithms beside their mean.
_TOWN = (-0.25, -0.30, -0.10, 0.0, 0.02, -0.05, -0.12, -0.10, 0.05, 0.10, 0.25, 0.50)
_COAST = (-0.45, -0.40, -0.20, 0.05, 0.15, 0.35, 0.60, 0.55, 0.10, -0.15, -0.35, -0.25)


def simulated_shops(shops=200, months=60, noise=0.15, seed=8):
    """Monthly sales of the shops of a chain: all have a season, and of two seasons each its own mixture.

    Each shop has a size, a trend that changes now and then, and a mixture of what towns and what the coast
    sell. A third of them opens in the course of the first year, in which it grows quickly. What one shop has
    had for a few years, others have had as well: that is what a network for all of them can learn from.

    Args:
        shops: how many, default 200.
        months: how many, default 60, from January on.
        noise: standard deviation of the logarithm in a month, default 0.15.
        seed: of the draws, default 8.

    Returns:
        Sales in thousands, `(shops, months)`, all above 0.

    Raises:
        TypeError, ValueError: if shops or months is not a whole number above 0, or noise is below 0.

    Example:
        >>> simulated_shops(shops=3, months=36).shape
        (3, 36)
    """
    shops, months = arguments.whole_number("shops", shops), arguments.whole_number("months", months)
    noise = arguments.real_number("noise", noise, minimum=0)
    rng = arguments.generator("seed", seed)
    month = np.arange(months)
    size = rng.normal(3.5, 0.8, size=(shops, 1))
    mixture = rng.beta(0.6, 0.6, size=(shops, 1))
    depth = rng.uniform(0.7, 1.3, size=(shops, 1))
    season = depth * (mixture * np.array(_TOWN) + (1 - mixture) * np.array(_COAST))[:, month % PERIOD]
    slope = np.cumsum(rng.normal(0, 0.01, size=(shops, months)) * (rng.random((shops, months)) < 0.1), axis=1)
    level = np.cumsum(slope + rng.normal(0, 0.02, size=(shops, months)), axis=1)
    opened = np.where(rng.random((shops, 1)) < 1 / 3, rng.integers(0, PERIOD, size=(shops, 1)), -60)
    young = -1.2 * np.exp(-np.maximum(month - opened, 0) / 5)
    return np.exp(size + season + level + young + noise * rng.normal(size=(shops, months)))


def smoothing_for_each(past, period, horizon):
    """Exponential smoothing with trend and season (Holt 1957, Winters 1960), fitted to each series by itself.

    The method of `exponential_smoothing`, for hundreds of series at once: for each, 270 settings are tried,
    and the one with the smallest squared error one step ahead is kept. They are three rates, and whether the
    trend goes on, fades (Gardner & McKenzie 1985) or is left out. Level, trend and season start at what the
    first two seasons say.

    Args:
        past: `(N, n)` numbers, N series of n steps, at least two seasons.
        period: steps in a season.
        horizon: how many values to forecast.

    Returns:
        `(N, horizon)` forecasts.

    Raises:
        TypeError, ValueError: if past is no such array, or has fewer than two seasons.

    Example:
        >>> saw = np.tile([0.0, 3.0, 1.0, 2.0], 6) + 0.5 * np.arange(24)
        >>> smoothing_for_each(saw[None, :20], period=4, horizon=4).round(2)
        array([[10. , 13.5, 12. , 13.5]])
    """
    past, period = arguments.array("past", past, ("N", "n")), arguments.whole_number("period", period)
    horizon = arguments.whole_number("horizon", horizon)
    if past.shape[1] < 2 * period:
        raise ValueError(f"past has {past.shape[1]} steps, expected at least two seasons of {period}")
    rates = np.array(list(product(_ALPHAS, _BETAS, _GAMMAS, _FADING))).T
    alpha, beta, gamma, fading = rates[:, None, :]  # each (1, R), for all series
    first, second = past[:, :period].mean(axis=1), past[:, period : 2 * period].mean(axis=1)
    trend = np.repeat(((second - first) / period)[:, None], rates.shape[1], axis=1)  # (N, R)
    steps = np.arange(2 * period) - (period - 1) / 2
    rest = past[:, : 2 * period] - first[:, None] - trend[:, :1] * steps
    season = [rest[:, [k, k + period]].mean(axis=1)[:, None] + 0 * trend for k in range(period)]
    level, squares = first[:, None] - trend * (period + 1) / 2, 0.0
    for t, value in enumerate(past.T[:, :, None]):
        k, before = t % period, level + fading * trend
        then = season[k]
        squares = squares + (value - before - then) ** 2
        level_then, level = level, alpha * (value - then) + (1 - alpha) * before
        trend = beta * (level - level_then) + (1 - beta) * fading * trend
        season[k] = gamma * (value - before) + (1 - gamma) * then
    best = np.argmin(squares, axis=1)[:, None]
    level, trend, *season = (np.take_along_axis(one, best, axis=1) for one in (level, trend, *season))
    ahead = np.arange(1, horizon + 1)
    steps = np.cumsum(fading[0, best] ** ahead, axis=1)  # how far the trend has gone by then
    return level + steps * trend + np.hstack(season)[:, (past.shape[1] + ahead - 1) % period]

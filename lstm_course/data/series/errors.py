"""How far forecasts miss, and whether one is better than another or was only luckier."""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments

__all__ = ["Comparison", "diebold_mariano", "mae", "mase", "rmse", "skill"]


def mae(truth, forecast):
    """Mean absolute error, in the unit of the series.

    Args:
        truth, forecast: arrays of one shape.

    Returns:
        A float.

    Raises:
        TypeError, ValueError: if the shapes differ: `(N,)` minus `(N, 1)` would be N times N numbers.

    Example:
        >>> mae([1.0, 2.0], [1.0, 5.0])
        1.5
    """
    return float(np.mean(np.abs(_misses(truth, forecast))))


def rmse(truth, forecast):
    """Root of the mean squared error, in the unit of the series; large misses weigh more.

    Args, Returns, Raises: as `mae`.

    Example:
        >>> rmse([1.0, 2.0], [1.0, 5.0]).__round__(3)
        2.121
    """
    return float(np.sqrt(np.mean(_misses(truth, forecast) ** 2)))


def mase(truth, forecast, train, period=1):
    """Mean absolute scaled error (Hyndman & Koehler 2006): the MAE, in units of a naive forecast's.

    The naive forecast is that of one season ago, made within the train part. Under 1 is better than it was
    there; the number can be compared between series.

    Args:
        truth, forecast: arrays of one shape.
        train: `(n,)` numbers, more than a season.
        period: steps in a season, default 1: the naive forecast is persistence.

    Returns:
        A float.

    Raises:
        TypeError, ValueError: if the shapes differ, or train is too short or repeats itself exactly.

    Example:
        >>> mase([5.0, 6.0], [5.0, 7.0], train=[1.0, 2.0, 4.0])
        0.3333333333333333
    """
    train, period = arguments.array("train", train, ("n",)), arguments.whole_number("period", period)
    if len(train) <= period:
        raise ValueError(f"train has {len(train)} steps, expected more than a season of {period}")
    scale = mae(train[period:], train[:-period])
    if scale == 0:
        raise ValueError("train repeats itself exactly, expected a series that the naive forecast misses")
    return mae(truth, forecast) / scale


def skill(truth, forecast, baseline):
    """Share of a baseline's mean absolute error that a forecast saves: 1 is perfect, 0 is no better.

    Args:
        truth, forecast, baseline: arrays of one shape.

    Returns:
        A float.

    Raises:
        TypeError, ValueError: if the shapes differ, or the baseline never misses.

    Example:
        >>> skill([4.0, 6.0], [5.0, 6.0], baseline=[2.0, 4.0])
        0.75
    """
    of_baseline = mae(truth, baseline)
    if of_baseline == 0:
        raise ValueError("baseline never misses, expected one that can be improved on")
    return 1 - mae(truth, forecast) / of_baseline


class Comparison(NamedTuple):
    """How two forecasts compare.

    Args:
        gain: mean absolute error of the baseline minus that of the forecast, in the unit of the series.
        statistic: the gain in units of its standard error.
        p_value: probability of a statistic as large or larger, were both equally good.
    """

    gain: float
    statistic: float
    p_value: float


def diebold_mariano(truth, forecast, baseline, horizon=None):
    """Test whether a forecast is better than a baseline, or was only luckier.

    The test of Diebold & Mariano (1995) on absolute errors, one-sided, with the correction of Harvey,
    Leybourne & Newbold (1997) for small samples.

    Args:
        truth, forecast, baseline: `(N,)` or `(N, H)` numbers, a row for each origin, in the order of time;
            of H values a row, the mean of their errors counts.
        horizon: how many origins after it the last value of a forecast lies, because neighbouring errors of
            longer forecasts depend on each other; default H, right where every step is an origin. 1 where
            forecasts do not overlap.

    Returns:
        A `Comparison`. Its p_value is small when the forecast is better, near 1 when it is worse.

    Raises:
        TypeError, ValueError: if the shapes differ, or N is not above 2 and above twice the horizon.

    Example:
        >>> truth = np.sin(np.arange(60.0))
        >>> better = diebold_mariano(truth[1:], truth[1:] + 0.1 * truth[:-1], baseline=truth[:-1])
        >>> better.p_value < 0.001
        True
    """
    gains = np.abs(_misses(truth, baseline, "baseline")) - np.abs(_misses(truth, forecast))
    if horizon is None:
        horizon = gains[0].size
    horizon = arguments.whole_number("horizon", horizon)
    if gains.ndim > 2 or len(gains) <= max(2, 2 * horizon):
        raise ValueError(
            f"truth has shape {gains.shape}, expected (N,) or (N, H) "
            f"with more than {max(2, 2 * horizon)} rows"
        )
    gains = gains.reshape(len(gains), -1).mean(axis=1)
    n, gain = len(gains), float(np.mean(gains))
    variance = _variance_of_mean(gains - gain, horizon)
    if variance <= (1e-12 * gain) ** 2:  # gains that are all the same, but for rounding
        statistic = 0.0 if gain == 0 else float(np.copysign(np.inf, gain))
    else:
        small_sample = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
        statistic = float(gain / np.sqrt(variance) * np.sqrt(small_sample))
    from scipy.special import stdtr

    return Comparison(gain, statistic, float(1 - stdtr(n - 1, statistic)))


def _variance_of_mean(centred, horizon):
    """Variance of the mean of numbers that depend on each other up to horizon - 1 steps apart."""
    n = len(centred)
    own = centred @ centred / n
    shared = [centred[lag:] @ centred[:-lag] / n for lag in range(1, horizon)]
    variance = own + 2 * sum(shared)
    if variance <= 0:  # the plain sum can come out negative; falling weights cannot (Newey & West 1987)
        weights = 1 - np.arange(1, horizon) / horizon
        variance = own + 2 * float(weights @ shared) if shared else own
    return variance / n


def _misses(truth, forecast, name="forecast"):
    truth, forecast = arguments.array("truth", truth), arguments.array(name, forecast)
    if truth.shape != forecast.shape:
        raise ValueError(f"{name} has shape {forecast.shape}, expected that of truth, {truth.shape}")
    return forecast - truth

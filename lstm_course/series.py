"""Forecasting: windows, splits, scaling, baselines, errors, and whether one forecast is better than another.

A series is `(n,)`, or `(n, D)` with what is to be forecast in column 0. Baselines are functions of the past
alone, and `walk_forward` hands them nothing else. Leaks are found by `lstm_course.leaks`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstm_course.scratch import arguments

__all__ = [
    "Comparison",
    "Scaling",
    "chronological_split",
    "create_sequences",
    "diebold_mariano",
    "exponential_smoothing",
    "fit_scaling",
    "mae",
    "mase",
    "persistence",
    "recursive_forecast",
    "rmse",
    "seasonal_naive",
    "skill",
    "walk_forward",
    "windows_before",
]


# --- windows, split, scaling ---


def create_sequences(data, seq_length, horizon=1):
    """Cut a series into windows, each with what follows it.

    Args:
        data: `(n,)` or `(n, D)` numbers in the order of time.
        seq_length: steps in a window.
        horizon: how many values after the window are to be forecast, default 1.

    Returns:
        `(X, y)`: windows `(N, seq_length, D)`, in Keras's words (samples, timesteps, features), and targets
        `(N, horizon)` from column 0, with N = n - seq_length - horizon + 1.

    Raises:
        TypeError, ValueError: if data is no such array, or too short for one window and its target.

    Example:
        >>> X, y = create_sequences([1.0, 2.0, 3.0, 4.0, 5.0], seq_length=3)
        >>> X.shape, X[:, :, 0].tolist(), y.tolist()
        ((2, 3, 1), [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]], [[4.0], [5.0]])
    """
    data = _columns("data", data)
    seq_length = arguments.whole_number("seq_length", seq_length)
    horizon = arguments.whole_number("horizon", horizon)
    n = len(data) - seq_length - horizon + 1
    if n < 1:
        raise ValueError(f"data has {len(data)} steps, expected at least {seq_length + horizon}: "
                         f"a window of {seq_length} and {horizon} to forecast")
    windows = np.lib.stride_tricks.sliding_window_view
    X = windows(data, seq_length, axis=0)[:n].transpose(0, 2, 1)  # (N, seq_length, D)
    y = windows(data[seq_length:, 0], horizon)  # (N, horizon)
    return X.copy(), y.copy()


def windows_before(data, starts, seq_length):
    """The window that ends just before each start.

    Args:
        data: `(n,)` or `(n, D)` numbers.
        starts: whole numbers `(N,)`; window k is `data[starts[k] - seq_length : starts[k]]`.
        seq_length: steps in a window.

    Returns:
        The windows, `(N, seq_length, D)`.

    Raises:
        TypeError, ValueError: if there is no whole window before a start.

    Example:
        >>> windows_before([1.0, 2.0, 3.0, 4.0], starts=[2, 4], seq_length=2)[:, :, 0].tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """
    data = _columns("data", data)
    seq_length = arguments.whole_number("seq_length", seq_length)
    starts = arguments.integers("starts", starts, ("N",), minimum=seq_length, below=len(data) + 1)
    return data[starts[:, None] + np.arange(-seq_length, 0)]


def chronological_split(data, test_size, seq_length=0):
    """Split a series into what was before and what came after.

    Args:
        data: `(n,)` or `(n, D)` numbers in the order of time.
        test_size: how many of the last steps are to be forecast.
        seq_length: steps that the test part is given before them, so that its first window exists; default 0.

    Returns:
        `(train, test)`: the first n - test_size steps, and the last seq_length + test_size.

    Raises:
        TypeError, ValueError: if nothing is left to train on, or less than a window.

    Example:
        >>> train, test = chronological_split(np.arange(6.0), test_size=2, seq_length=3)
        >>> train.tolist(), test.tolist()
        ([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    """
    data = _checked_series("data", data)
    test_size = arguments.whole_number("test_size", test_size)
    seq_length = arguments.whole_number("seq_length", seq_length, minimum=0)
    split = len(data) - test_size
    if split < max(1, seq_length):
        raise ValueError(f"data has {len(data)} steps, expected more than {test_size} to be tested on and at "
                         f"least {max(1, seq_length)} before them")
    return data[:split], data[split - seq_length:]


@dataclass(frozen=True)
class Scaling:
    """A move and a stretch, taken from the train part and used for all.

    Args:
        zero: what becomes 0, one number or one per column.
        unit: how far it is from there to what becomes 1.
    """

    zero: np.ndarray
    unit: np.ndarray

    def apply(self, data):
        """Scale `(n,)` or `(n, D)` numbers."""
        return (np.asarray(data) - self.zero) / self.unit

    def undo(self, y):
        """Targets or forecasts, which are of column 0, in the series' own unit again."""
        return np.asarray(y) * self.unit.flat[0] + self.zero.flat[0]


def fit_scaling(train, kind="range"):
    """Find the scaling of the train part; the test part is never looked at.

    Args:
        train: `(n,)` or `(n, D)` numbers.
        kind: "range" (default) brings the train part to 0 ... 1, as most text books do, "standard" to mean 0
            and standard deviation 1.

    Returns:
        A `Scaling`. A column that never changes becomes 0.

    Raises:
        TypeError, ValueError: if train is no such array, or the kind is unknown.

    Example:
        >>> scaling = fit_scaling([10.0, 30.0])
        >>> scaling.apply([20.0, 40.0]).tolist(), scaling.undo(0.5).tolist()
        ([0.5, 1.5], 20.0)
        >>> fit_scaling([10.0, 30.0], kind="standard").apply([20.0, 40.0]).tolist()
        [0.0, 2.0]
    """
    train = _checked_series("train", train)
    if arguments.one_of("kind", kind, ("range", "standard")) == "range":
        zero, unit = train.min(axis=0), np.ptp(train, axis=0)
    else:
        zero, unit = train.mean(axis=0), train.std(axis=0)
    return Scaling(np.asarray(zero), np.where(unit == 0, 1.0, unit))


# --- baselines ---


def persistence(past, horizon=1):
    """Forecast that nothing changes: the last value again.

    Args:
        past: `(n,)` numbers.
        horizon: how many values to forecast, default 1.

    Returns:
        `(horizon,)` numbers.

    Raises:
        TypeError, ValueError: if past is no such array.

    Example:
        >>> persistence([1.0, 4.0], horizon=3).tolist()
        [4.0, 4.0, 4.0]
    """
    past = arguments.array("past", past, ("n",))
    return np.full(arguments.whole_number("horizon", horizon), past[-1])


def seasonal_naive(past, period, horizon=1):
    """Forecast that the last season comes again.

    Args:
        past: `(n,)` numbers, at least a season.
        period: steps in a season.
        horizon: how many values to forecast, default 1.

    Returns:
        `(horizon,)` numbers: step h has the value of the same place in the last season.

    Raises:
        TypeError, ValueError: if past is shorter than a season.

    Example:
        >>> seasonal_naive([9.0, 1.0, 2.0, 3.0], period=3, horizon=4).tolist()
        [1.0, 2.0, 3.0, 1.0]
    """
    past, period = arguments.array("past", past, ("n",)), arguments.whole_number("period", period)
    if len(past) < period:
        raise ValueError(f"past has {len(past)} steps, expected at least a season of {period}")
    return np.resize(past[-period:], arguments.whole_number("horizon", horizon))


def exponential_smoothing(train, period=1):
    """Fit exponential smoothing with a trend and, if there is one, a season, both additive.

    The method of Holt (1957) and Winters (1960): level, trend and season are each a running mean that
    forgets. statsmodels finds how fast each of them forgets, and where it starts, on the train part.

    Args:
        train: `(n,)` numbers, at least two seasons and ten values.
        period: steps in a season, default 1: none.

    Returns:
        A function `forecast(past, horizon=1)` -> `(horizon,)` numbers, for a past that begins as train does.

    Raises:
        TypeError, ValueError: if train is too short.

    Example:
        >>> saw = np.tile([0.0, 3.0, 1.0, 2.0], 6) + 0.5 * np.arange(24)
        >>> forecast = exponential_smoothing(saw[:20], period=4)
        >>> forecast(saw[:20], horizon=4).round(2)
        array([10. , 13.5, 12. , 13.5])
    """
    train, period = arguments.array("train", train, ("n",)), arguments.whole_number("period", period)
    if len(train) < max(10, 2 * period):
        raise ValueError(f"train has {len(train)} steps, expected at least {max(10, 2 * period)}")
    fitted = _fit_smoothing(train, period)
    alpha, beta, gamma = (fitted.get(f"smoothing_{part}", 0.0) for part in ("level", "trend", "seasonal"))
    seasons = list(fitted["initial_seasons"]) if period > 1 else [0.0]
    start = fitted["initial_level"], fitted["initial_trend"]

    def forecast(past, horizon=1):
        (level, trend), season = start, seasons.copy()
        for t, value in enumerate(arguments.array("past", past, ("n",)).tolist()):
            place, before = t % period, level + trend
            season_then = season[place]
            if period > 1:
                season[place] = gamma * (value - before) + (1 - gamma) * season_then
            level_then, level = level, alpha * (value - season_then) + (1 - alpha) * before
            trend = beta * (level - level_then) + (1 - beta) * trend
        ahead = np.arange(1, arguments.whole_number("horizon", horizon) + 1)
        return level + ahead * trend + np.array(season)[(len(past) + ahead - 1) % period]

    return forecast


def _fit_smoothing(train, period):
    """The parameters that statsmodels finds, a dict."""
    import warnings

    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():  # it may say that the optimum is not exact; the forecasts tell more
        warnings.simplefilter("ignore")
        season = {"seasonal": "add", "seasonal_periods": period} if period > 1 else {}
        return ExponentialSmoothing(train, trend="add", **season).fit().params


# --- forecasts from many starts ---


def walk_forward(forecast, data, start, horizon=1, every=1):
    """Forecast again and again, each time from the past alone, as one would have done it then.

    Args:
        forecast: function `forecast(past, horizon)` -> `(horizon,)` numbers; past is a copy of
            `data[:origin]`.
        data: `(n,)` numbers.
        start: first origin: the first step to be forecast.
        horizon: how many values to forecast from each origin, default 1.
        every: steps from one origin to the next, default 1.

    Returns:
        `(truth, forecasts)`, each `(N, horizon)`, for the origins from which the whole truth is known.

    Raises:
        TypeError, ValueError: if there is no origin, or a forecast has another shape.

    Example:
        >>> truth, forecasts = walk_forward(persistence, [1.0, 2.0, 4.0, 7.0], start=2)
        >>> truth[:, 0].tolist(), forecasts[:, 0].tolist()
        ([4.0, 7.0], [2.0, 4.0])
    """
    arguments.function("forecast", forecast)
    data = arguments.array("data", data, ("n",))
    start, horizon = arguments.whole_number("start", start), arguments.whole_number("horizon", horizon)
    origins = range(start, len(data) - horizon + 1, arguments.whole_number("every", every))
    if not origins:
        raise ValueError(f"data has {len(data)} steps, expected at least start + horizon = {start + horizon}")
    made = []
    for origin in origins:
        values = np.asarray(forecast(data[:origin].copy(), horizon), dtype=float)
        if values.shape != (horizon,):
            raise ValueError(f"forecast returned shape {values.shape}, expected ({horizon},)")
        made.append(values)
    truth = np.lib.stride_tricks.sliding_window_view(data, horizon)[list(origins)]
    return truth.copy(), np.array(made)


def recursive_forecast(predict, data, starts, seq_length, horizon):
    """Forecast several steps ahead with a model of one step, which reads its own forecasts.

    Args:
        predict: function from windows `(N, seq_length, 1)` to the next values, N numbers.
        data: `(n,)` numbers; nothing from a start on is read.
        starts: whole numbers `(N,)`, the first step of each forecast.
        seq_length: steps in a window.
        horizon: how many values to forecast.

    Returns:
        The forecasts, `(N, horizon)`.

    Raises:
        TypeError, ValueError: if there is no whole window before a start, or predict returns another number
            of values.

    Example:
        >>> mean = lambda windows: windows.mean(axis=1)
        >>> recursive_forecast(mean, [1.0, 3.0, 9.0], starts=[2], seq_length=2, horizon=2).tolist()
        [[2.0, 2.5]]
    """
    arguments.function("predict", predict)
    window = windows_before(arguments.array("data", data, ("n",)), starts, seq_length)  # (N, seq_length, 1)
    made = []
    for _ in range(arguments.whole_number("horizon", horizon)):
        values = np.asarray(predict(window), dtype=float)
        if values.size != len(window):
            raise ValueError(f"predict returned shape {values.shape} for {len(window)} windows, expected "
                             f"({len(window)},)")
        made.append(values.reshape(-1))
        window = np.concatenate([window[:, 1:], made[-1][:, None, None]], axis=1)
    return np.stack(made, axis=1)


# --- errors ---


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


def diebold_mariano(truth, forecast, baseline, horizon=1):
    """Test whether a forecast is better than a baseline, or was only luckier.

    The test of Diebold & Mariano (1995) on absolute errors, one-sided, with the correction of Harvey,
    Leybourne & Newbold (1997) for small samples.

    Args:
        truth, forecast, baseline: `(N,)` or `(N, 1)` numbers in the order of time.
        horizon: how many steps ahead they were made, default 1: neighbouring errors of longer forecasts
            depend on each other.

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
    horizon = arguments.whole_number("horizon", horizon)
    gains = np.abs(_misses(truth, baseline, "baseline")) - np.abs(_misses(truth, forecast))
    if gains.size != len(gains) or len(gains) <= max(2, 2 * horizon):
        raise ValueError(f"truth has shape {gains.shape}, expected one value a row and more than "
                         f"{max(2, 2 * horizon)} rows")
    gains = gains.reshape(-1)
    n, gain = len(gains), float(np.mean(gains))
    variance = _variance_of_mean(gains - gain, horizon)
    if variance == 0:
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


def _checked_series(name, value):
    value = arguments.array(name, value)
    if value.ndim not in (1, 2):
        raise ValueError(f"{name} has shape {value.shape}, expected (n,) or (n, D)")
    return value


def _columns(name, value):
    """A series as `(n, D)`."""
    value = _checked_series(name, value)
    return value[:, None] if value.ndim == 1 else value

"""What a forecast is measured against, and forecasts made again and again as time goes on.

Baselines are functions of the past alone, and `walk_forward` hands them nothing else.
"""

import numpy as np

from lstm_course.common import arguments
from lstm_course.data.series.windows import windows_before

__all__ = [
    "exponential_smoothing", "persistence", "recursive_forecast", "seasonal_naive", "walk_forward",
]  # fmt: skip


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


def walk_forward(forecast, data, start, horizon=1, every=1, column=0):
    """Forecast again and again, each time from the past alone, as one would have done it then.

    Args:
        forecast: function `forecast(past, horizon)` -> `(horizon,)` numbers; past is a copy of
            `data[:origin]`.
        data: `(n,)` or `(n, D)` numbers.
        start: first origin: the first step to be forecast.
        horizon: how many values to forecast from each origin, default 1.
        every: steps from one origin to the next, default 1.
        column: which column of `(n, D)` is forecast, default 0.

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
    data, series = _with_column(data, column)
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
    truth = np.lib.stride_tricks.sliding_window_view(series, horizon)[list(origins)]
    return truth.copy(), np.array(made)


def recursive_forecast(predict, data, starts, seq_length, horizon, column=0):
    """Forecast several steps ahead with a model of one step, which reads its own forecasts.

    Args:
        predict: function from windows `(N, seq_length, 1)` to the next values, N numbers; from windows
            `(N, seq_length, D)` to the next values of all D columns, `(N, D)`, for it reads them all again.
        data: `(n,)` or `(n, D)` numbers; nothing from a start on is read.
        starts: whole numbers `(N,)`, the first step of each forecast.
        seq_length: steps in a window.
        horizon: how many values to forecast.
        column: which column of `(n, D)` is forecast, default 0.

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
    data, _ = _with_column(data, column)
    window = windows_before(data, starts, seq_length)  # (N, seq_length, D)
    N, _, D = window.shape
    made = []
    for _ in range(arguments.whole_number("horizon", horizon)):
        values = np.asarray(predict(window), dtype=float)
        if values.size != N * D or len(values) != N:
            expected = f"({N},)" if D == 1 else f"({N}, {D}), the next values of all columns"
            raise ValueError(f"predict returned shape {values.shape} for {N} windows, expected {expected}")
        values = values.reshape(N, 1, D)
        made.append(values[:, 0, column])
        window = np.concatenate([window[:, 1:], values], axis=1)
    return np.stack(made, axis=1)


def _with_column(data, column):
    """The data as `(n,)` or `(n, D)`, and the column that is to be forecast, `(n,)`."""
    data = arguments.array("data", data)
    if data.ndim not in (1, 2):
        raise ValueError(f"data has shape {data.shape}, expected (n,) or (n, D)")
    columns = data.reshape(len(data), -1)
    return data, columns[:, arguments.whole_number("column", column, 0, columns.shape[1] - 1)]

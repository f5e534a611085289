"""Leaks: how a forecast comes to know what it should not, found by trying.

`find_leaks` takes a pipeline, the function that turns a series into training and test data, as it is. It
puts a spike on one value of the series after another and looks which rows of the result stick out, so it
learns from which values each row is made, whatever the pipeline does in between. Rows that change without
sticking out have met the value through a statistic, such as the minimum of a scaler.

`forecast_is_shifted` looks at forecasts instead: those that say what has just been.
"""

import random
from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.data.series.errors import mae

_LATEST = 10  # steps by which a forecast may come late
_PARTS = ("X_train", "y_train", "X_test", "y_test")


class Leak(NamedTuple):
    """One way in which the pipeline knows what it should not.

    Args:
        name: "scaler", "shuffled", "overlap", "target in the window" or "shifted".
        sentence: what is wrong, where, and what to do.
    """

    name: str
    sentence: str

    def __str__(self):
        return f"{self.name}: {self.sentence}"


def find_leaks(pipeline, data):
    """Find out whether the training data know the test data, or a window its own target.

    Args:
        pipeline: function from a series to `(X_train, y_train, X_test, y_test)`, one window a row, one or
            more targets a row. It must give the same twice: NumPy's and Python's global generators are seeded
            here, a generator of its own needs a seed.
        data: the series it is for, `(n,)` or `(n, D)` numbers. The pipeline is called n + 2 times: of a
            series of many thousands, give the end.

    Returns:
        A list of `Leak`: "scaler" (a statistic of the test values is in the training data), "shuffled" (the
        test targets are not all later than the training targets), "overlap" (training windows or targets
        reach into the time of the test targets), "target in the window". Empty when none is found.

    Raises:
        TypeError, ValueError: if the pipeline does not return such arrays, or not the same ones twice.

    Example:
        >>> from lstm_course.data.series.windows import create_sequences
        >>> def careless(data):
        ...     scaled = (data - data.min()) / np.ptp(data)             # of the test values too
        ...     X, y = create_sequences(scaled, 5)
        ...     return X[:-20], y[:-20], X[-20:], y[-20:]
        >>> data = np.sin(np.arange(80.0)) + 0.01 * np.arange(80.0)
        >>> [leak.name for leak in find_leaks(careless, data)]
        ['scaler']
    """
    arguments.function("pipeline", pipeline)
    data = arguments.array("data", data, [("n",), ("n", "D")])
    traced = _trace(pipeline, data)
    found = _shuffled_or_overlap(traced), _scaler(traced), _target_in_window(traced)
    return [leak for leak in found if leak]


def forecast_is_shifted(truth, forecast, horizon=1):
    """Find out whether a forecast is the series itself, drawn some steps late.

    Said when the forecast lies nearer to a value of up to ten steps before than to the value it is for, and
    is no better than repeating the last value that was known.

    Args:
        truth, forecast: `(N,)` or `(N, 1)` numbers in the order of time.
        horizon: how many steps ahead the forecast was made, default 1.

    Returns:
        A `Leak` called "shifted", or None.

    Raises:
        TypeError, ValueError: if the shapes differ, or N is not larger than the horizon by twenty.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=200))
        >>> print(forecast_is_shifted(walk[1:], walk[:-1]).name)
        shifted
        >>> forecast_is_shifted(walk[1:], walk[1:] + 0.1)
    """
    truth, forecast = arguments.array("truth", truth), arguments.array("forecast", forecast)
    horizon = arguments.whole_number("horizon", horizon)
    if truth.shape != forecast.shape or truth.size != len(truth) or len(truth) < horizon + _LATEST + 10:
        raise ValueError(
            f"truth and forecast have shapes {truth.shape} and {forecast.shape}, expected the "
            f"same number of values, one a row, at least {horizon + _LATEST + 10}"
        )
    truth, forecast = truth.reshape(-1), forecast.reshape(-1)
    first, n = horizon + _LATEST, len(truth)
    errors = [mae(truth[first - late : n - late], forecast[first:]) for late in range(_LATEST + 1)]
    naive = mae(truth[first:], truth[first - horizon : n - horizon])
    late = int(np.argmin(errors))
    if errors[late] >= 0.8 * errors[0] or errors[0] < 0.95 * naive:
        return None
    steps = "1 step" if late == 1 else f"{late} steps"
    return Leak(
        "shifted",
        f"the forecast misses the value it is for by {errors[0]:.3g}, and the value of "
        f"{steps} before by only {errors[late]:.3g}: it tells what has been. To "
        f"repeat the last known value misses by {naive:.3g}.",
    )


# --- what each row is made of ---


class _Traced(NamedTuple):
    """What the spikes have shown; n is the length of the series.

    Args:
        carries: part -> (n, rows) bool: the row holds the value of this step.
        changes: part -> (n, rows) bool: the row changes with it in any way.
        targets: part -> (rows,) the earliest step that the row is to forecast; n where no spike met one.
    """

    carries: dict
    changes: dict
    targets: dict


def _trace(pipeline, data):
    before = _call(pipeline, data)
    again = _call(pipeline, data)
    if not all(np.array_equal(before[part], again[part]) for part in _PARTS):
        raise ValueError(
            "pipeline gives other arrays when it is called again with the same series: "
            "give its random generator a seed"
        )
    size = 1e4 * (np.abs(data).max(axis=0) + np.ptp(data, axis=0) + 1e-9)
    entries, changes = {part: [] for part in _PARTS}, {part: [] for part in _PARTS}
    for step in range(len(data)):
        spiked = data.copy()
        spiked[step] = size
        after = _call(pipeline, spiked)
        for parts in (("X_train", "X_test"), ("y_train", "y_test")):
            found = _stick_out([before[part] for part in parts], [after[part] for part in parts])
            for part, entry in zip(parts, found, strict=True):
                entries[part].append(_rows(entry) if part[0] == "y" else _rows(entry).any(axis=1))
                changes[part].append(_rows(before[part] != after[part]).any(axis=1))
    targets, n = {}, len(data)
    for part in ("y_train", "y_test"):
        steps = _last(np.array(entries[part]))  # (rows, horizon)
        targets[part] = np.where(steps < 0, n, steps).min(axis=1)
        entries[part] = [entry.any(axis=1) for entry in entries[part]]
    carries, changes = ({part: np.array(rows) for part, rows in of.items()} for of in (entries, changes))
    return _Traced(carries, changes, targets)


def _call(pipeline, data):
    """The four arrays, with the global generators seeded and then put back."""
    states = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    try:
        result = pipeline(data.copy())
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
    if not isinstance(result, tuple | list) or len(result) != 4:
        came = arguments.described(result)
        raise TypeError(f"what pipeline returned is {came}, expected four arrays: {', '.join(_PARTS)}")
    parts = {}
    for name, given in zip(_PARTS, result, strict=True):
        value = arguments.numeric(name, given)
        if value.ndim == 0 or len(value) == 0:
            raise ValueError(f"{name} has shape {value.shape}, expected at least one row")
        parts[name] = np.nan_to_num(np.asarray(value, dtype=float))
    for X, y in (_PARTS[:2], _PARTS[2:]):
        if len(parts[X]) != len(parts[y]):
            raise ValueError(f"{X} has {len(parts[X])} rows and {y} {len(parts[y])}, expected as many")
    return parts


def _stick_out(before, after):
    """Where a spike shows: the entries that changed and are far from all others, for two arrays of a kind."""
    if any(a.shape != b.shape for a, b in zip(before, after, strict=True)):
        raise ValueError(
            "pipeline gives other numbers of rows when a value of the series changes: let it "
            "keep outliers while it is examined"
        )
    everything = np.concatenate([array.reshape(-1) for array in after])
    middle = np.median(everything)
    distances = np.abs(everything - middle)
    far = 0.4 * distances.max()
    # Where the value is not among the numbers, a statistic has moved them all, and none is far from the rest.
    if far < np.quantile(distances, 0.75):
        return [np.zeros(array.shape, bool) for array in after]
    moved = [a != b for a, b in zip(before, after, strict=True)]
    # What was the maximum is 1 after scaling, with the spike and without it.
    all_moved = np.mean(np.concatenate([array.reshape(-1) for array in moved])) > 0.5
    return [(m | all_moved) & (np.abs(b - middle) > far) for m, b in zip(moved, after, strict=True)]


def _rows(array):
    return array.reshape(len(array), -1)


def _last(carries):
    """The latest step that each entry holds, -1 for none."""
    steps = np.arange(len(carries)).reshape(-1, *[1] * (carries.ndim - 1))
    return np.where(carries, steps, -1).max(axis=0)


# --- what is wrong ---


def _shuffled_or_overlap(traced):
    start, trained = traced.targets["y_test"].min(), traced.targets["y_train"]
    late = (trained >= start) & (trained < len(traced.carries["y_train"]))
    if late.any():
        tested = np.isin(trained[late], traced.targets["y_test"]).mean()
        if tested < 0.5:
            return Leak(
                "shuffled",
                f"{late.sum()} of {len(trained)} training targets are later than the "
                f"first test target (step {start}): the windows were shuffled before the split. "
                "Split by time.",
            )
        return Leak(
            "overlap",
            f"{late.sum()} training targets are test targets too, which begin at step "
            f"{start}: the test asks for what was trained on. End the training part before it.",
        )
    reaching = _held_by_training(traced)[start:].any(axis=0)
    if reaching.any():
        return Leak(
            "overlap",
            f"{reaching.sum()} training windows or their targets reach over step {start}, "
            "where the test targets begin: leave out windows across the split, and smooth with past "
            "values only.",
        )
    return None


def _scaler(traced):
    changed = traced.changes["X_train"] | traced.changes["y_train"]
    start = traced.targets["y_test"].min()
    unseen = ~_held_by_training(traced)[start:].any(axis=1)  # steps of the test that no training window holds
    share = changed[start:][unseen].mean(axis=1).max() if unseen.any() else 0
    if share < 0.3:  # what a smoothing or a window does stays near the value
        return None
    return Leak(
        "scaler",
        f"{share:.0%} of the training windows change when a test value changes, which none "
        "of them holds: a minimum, mean or trend was taken over the whole series. Take it from the "
        "training part alone.",
    )


def _held_by_training(traced):
    return traced.carries["X_train"] | traced.carries["y_train"]


def _target_in_window(traced):
    bad = _last(traced.carries["X_test"]) >= traced.targets["y_test"]
    if not bad.any():
        return None
    return Leak(
        "target in the window",
        f"{bad.sum()} of {len(bad)} test windows hold the value they are to "
        "forecast, or a later one: an index is off by one, or a mean looks ahead.",
    )

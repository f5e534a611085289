"""Windows, splits and scaling of a series, `(n,)` or `(n, D)`, of which one column is to be forecast."""

from dataclasses import dataclass

import numpy as np

from lstm_course.common import arguments

__all__ = ["Scaling", "chronological_split", "create_sequences", "fit_scaling", "windows_before"]


def create_sequences(data, seq_length, horizon=1, column=0):
    """Cut a series into windows, each with what follows it.

    Args:
        data: `(n,)` or `(n, D)` numbers in the order of time.
        seq_length: steps in a window.
        horizon: how many values after the window are to be forecast, default 1.
        column: which column is to be forecast, default 0.

    Returns:
        `(X, y)`: windows `(N, seq_length, D)`, in Keras's words (samples, timesteps, features), and targets
        `(N, horizon)` from the column, with N = n - seq_length - horizon + 1.

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
        raise ValueError(
            f"data has {len(data)} steps, expected at least {seq_length + horizon}: "
            f"a window of {seq_length} and {horizon} to forecast"
        )
    column = arguments.whole_number("column", column, 0, data.shape[1] - 1)
    windows = np.lib.stride_tricks.sliding_window_view
    X = windows(data, seq_length, axis=0)[:n].transpose(0, 2, 1)  # (N, seq_length, D)
    y = windows(data[seq_length:, column], horizon)  # (N, horizon)
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
        raise ValueError(
            f"data has {len(data)} steps, expected more than {test_size} to be tested on and at "
            f"least {max(1, seq_length)} before them"
        )
    return data[:split], data[split - seq_length :]


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

    def undo(self, y, column=0):
        """Targets or forecasts of one column, by default column 0, in the series' own unit again."""
        column = arguments.whole_number("column", column, 0, np.size(self.unit) - 1)
        return np.asarray(y) * self.unit.flat[column] + self.zero.flat[column]


def fit_scaling(train, kind="range"):
    """Find the scaling of the train part; the test part is never looked at.

    Args:
        train: `(n,)` or `(n, D)` numbers.
        kind: "range" (default) brings the train part to 0 ... 1, as most textbooks do, "standard" to mean 0
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


def _checked_series(name, value):
    return arguments.array(name, value, [("n",), ("n", "D")])


def _columns(name, value):
    """A series as `(n, D)`."""
    value = _checked_series(name, value)
    return value[:, None] if value.ndim == 1 else value

"""Lesson 06, Time series: windows, an honest split, scaling, baselines, forecasts that read themselves."""

from dataclasses import dataclass

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question, ValueExercise, WrongValue

from .shared import edits

# Windows


def create_sequences(data, seq_length):
    """Windows and what follows them: data (n, D) -> X (N, seq_length, D), y (N, 1) from column 0."""
    X, y = [], []
    for start in range(len(data) - seq_length):
        X.append(data[start : start + seq_length])
        y.append(data[start + seq_length, :1])
    return np.array(X), np.array(y)


def _sequences_probes(rng):
    return [
        Probe((rng.normal(size=(11, 3)), 4)),
        Probe((rng.normal(size=(9, 1)), 3), "for a series of one column"),
        Probe((rng.normal(size=(7, 2)), 6), "when there is but one window"),
        Probe((rng.normal(size=(6, 2)), 1), "for windows of one step"),
    ]


CREATE_SEQUENCES = Exercise(
    reference=create_sequences,
    title="Windows and targets",
    lesson="06",
    section="From a series to windows",
    points=3,
    minutes=10,
    returns=("X", "y"),
    axes={"X": ("window", "step", "feature"), "y": ("window", "column")},
    probes=_sequences_probes,
    hints=(
        "Write down for six values and windows of three which windows there are, and what follows each. How "
        "many are there for n values?",
        "Window `start` is `data[start : start + seq_length]`, and what follows it stands at `start + "
        "seq_length`. The last start is the one whose target still exists.",
        "`for start in range(len(data) - seq_length)`: append `data[start : start + seq_length]` to X and "
        "`data[start + seq_length, :1]` to y, then make arrays of both.",
    ),
    mistakes=edits(r"""
        last window lost: The last window is missing. n values have n - seq_length windows with a target.
            {"range(len(data) - seq_length)": "range(len(data) - seq_length - 1)"}
        first window lost: The first window is missing: the first start is 0.
            {"range(len(data)": "range(1, len(data)"}
        one window too many: X has one window more than y has targets: nothing follows the last seq_length
            values. n values have n - seq_length windows with a target.
            {"return np.array(X)": "X.append(data[len(data) - seq_length :])\n    return np.array(X)"}
        target is the last input: Your target is the last value of its own window, so the network need only
            copy it. What follows the window stands at `start + seq_length`.
            {"data[start + seq_length, :1]": "data[start + seq_length - 1, :1]"}
        target one step late: Your target stands one step too late: `data[start + seq_length]` is the first
            value after the window.
            {"range(len(data) - seq_length)": "range(len(data) - seq_length - 1)",
             "data[start + seq_length, :1]": "data[start + seq_length + 1, :1]"}
        target is the first input: Your target is the first value of its own window. What follows the window
            stands at `start + seq_length`.
            {"data[start + seq_length, :1]": "data[start, :1]"}
        window holds its target: Your windows are one step too long, and their last value is the target
            itself.
            {"start : start + seq_length]": "start : start + seq_length + 1]"}
        window ends with its target: Your windows begin one step late: their last value is the target itself.
            The window that starts at `start` is `data[start : start + seq_length]`.
            {"data[start : start + seq_length])": "data[start + 1 : start + seq_length + 1])"}
        target is the last input, one window more: Your target is the last value of its own window, so the
            network need only copy it. What follows the window stands at `start + seq_length`; the last window
            has nothing behind it.
            {"range(len(data) - seq_length)": "range(len(data) - seq_length + 1)",
             "data[start + seq_length, :1]": "data[start + seq_length - 1, :1]"}
        target is the first input, one window more: Your targets begin where the data begin, so each is the
            first value of its own window. What follows the window stands at `start + seq_length`; the last
            window has nothing behind it.
            {"range(len(data) - seq_length)": "range(len(data) - seq_length + 1)",
             "data[start + seq_length, :1]": "data[start, :1]"}
        window one step short: Your windows are one step too short: the end of a slice is not part of it, so
            it is `start + seq_length`.
            {"start : start + seq_length]": "start : start + seq_length - 1]"}
        targets without a second axis: Your y has shape (N,). A layer with one unit answers with (N, 1), and
            NumPy makes N times N differences of the two without a word. Take `data[..., :1]`, not `data[...,
            0]`.
            {"data[start + seq_length, :1]": "data[start + seq_length, 0]"}
        all columns as target: You forecast every column. Column 0 alone is asked for: `[start + seq_length,
            :1]`.
            {", :1]": "]"}
        last column as target: You forecast the last column. Column 0 is asked for.
            {", :1]": ", -1:]"}
        time and features exchanged: Your windows lie on their side: Keras takes (samples, timesteps,
            features), a row for each step.
            {"data[start : start + seq_length])": "data[start : start + seq_length].T)"}
        windows backwards: Your windows run from the newest value to the oldest. Time runs downwards in a
            window.
            {"data[start : start + seq_length])": "data[start : start + seq_length][::-1])"}
        windows side by side: Your windows do not overlap, which leaves out most of them. There is a window at
            every start.
            {"range(len(data) - seq_length)": "range(0, len(data) - seq_length, seq_length)"}
        windows flattened: Your windows are flat, one long row each. An LSTM needs (timesteps, features) for
            each of them.
            {"data[start : start + seq_length])": "data[start : start + seq_length].ravel())"}
        column 0 alone in the windows: Your windows hold column 0 alone. All columns are to be seen; column 0
            alone is to be forecast.
            {"data[start : start + seq_length])": "data[start : start + seq_length, :1])"}
        column 0 alone, without its axis: Your windows and targets hold column 0 alone, as numbers without a
            last axis. An LSTM takes (samples, timesteps, features): all columns in the windows, and `[...,
            :1]` for the target.
            {"data[start : start + seq_length])": "data[start : start + seq_length, 0])",
             "data[start + seq_length, :1]": "data[start + seq_length, 0]"}
        first window alone: You return the first window alone: your `return` stands inside the loop. It
            belongs behind it, under the `for`.
            {"return np.array(X), np.array(y)": "return np.array(X[:1]), np.array(y[:1])"}
        last window alone: You return the last window alone: each pass of the loop overwrites what the one
            before has made. Begin with two empty lists and append to them.
            {"return np.array(X), np.array(y)": "return np.array(X[-1]), np.array(y[-1])"}
        axes exchanged by reshape: Steps and features are mixed in your windows: `reshape` only counts the
            numbers anew. To exchange two axes, take `transpose(0, 2, 1)`.
            {"return np.array(X)": "return np.array(X).transpose(0, 2, 1).reshape(np.shape(X))"}
        a target for every step: Your y has a target for every step of the window, its next value. Asked for
            is what follows the whole window, one value: `[start + seq_length, :1]`.
            {"data[start + seq_length, :1]": "data[start + 1 : start + seq_length + 1, :1]"}
        change as target: Your target is the change from the last value of the window. That can be a good
            idea, and the lesson comes to it; asked for here is the value itself.
            {"data[start + seq_length, :1]":
                "data[start + seq_length, :1] - data[start + seq_length - 1, :1]"}
    """),
)


# Split


def chronological_split(data, test_size, seq_length):
    """What was before and what came after: -> train, test.

    The last test_size steps are to be forecast, each of them, and the test part starts with the
    seq_length steps before them, so that its first window exists.
    """
    split = len(data) - test_size
    return data[:split], data[split - seq_length :]


def _observe_split(function, data, test_size, seq_length):
    """Both parts; where the steps are not in their order, or not one after the other, only the shapes."""
    parts = function(data, test_size, seq_length)
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        return parts
    numbers = [_numbers_of_rows(np.asarray(part), data) for part in parts]
    in_order = all(rows is None or (np.diff(rows) == 1).all() for rows in numbers)
    return tuple(parts) if in_order else tuple(np.zeros(np.shape(part)) for part in parts)


def _numbers_of_rows(part, data):
    """Which rows of the data a part has, or None where it has others."""
    if part.ndim != 2 or part.shape[1] != data.shape[1]:
        return None
    same = (part[:, None] == data).all(axis=-1)  # (rows of the part, rows of the data)
    return same.argmax(axis=1) if len(part) and same.any(axis=1).all() else None


def _split_probes(rng):
    return [
        Probe((rng.normal(size=(23, 2)), 7, 4)),
        Probe((rng.normal(size=(40, 1)), 12, 9)),
        Probe((rng.normal(size=(12, 2)), 5, 5), "when a window is as long as what is tested"),
        Probe((rng.normal(size=(30, 2)), 2, 3), "when two steps are tested"),
    ]


CHRONOLOGICAL_SPLIT = Exercise(
    reference=chronological_split,
    title="Split by time",
    lesson="06",
    section="Split by time",
    points=2,
    minutes=6,
    returns=("train", "test"),
    observe=_observe_split,
    axes={"train": ("step", "column"), "test": ("step", "column")},
    probes=_split_probes,
    hints=(
        "Where does the time begin that is to be forecast? Everything before it may be trained on.",
        "`split = len(data) - test_size`. The first test window ends just before `split`: where does it "
        "begin?",
        "`return data[:split], data[split - seq_length :]`.",
    ),
    mistakes=edits(r"""
        test part without its first window: Your test part begins at the split, so its first seq_length values
            are used up by the first window and are never forecast. Start it seq_length steps earlier: to know
            the past is no leak.
            {"data[split - seq_length :]": "data[split:]"}
        windows across the split: Your training part reaches seq_length steps into the time that is to be
            forecast: these targets would be trained on and tested.
            {"data[:split]": "data[: split + seq_length]"}
        training part cut short: You leave out the last seq_length steps of the training part. The test part
            may read them too: what was known then is no leak.
            {"data[:split]": "data[: split - seq_length]"}
        trained on everything: Your training part is the whole series. What is to be forecast must not be in
            it.
            {"data[:split]": "data"}
        first window one step late: Your test part starts one step too late, so the first step to be tested is
            never forecast.
            {"split - seq_length :": "split - seq_length + 1 :"}
        first window one step early: Your test part starts one step too early: its first target is the last
            value of the training part.
            {"split - seq_length :": "split - seq_length - 1 :"}
        tested on the past: You test on the first steps and train on what came later: nobody forecasts the
            past.
            {"data[:split]": "data[test_size:]",
             "data[split - seq_length :]": "data[: test_size + seq_length]"}
        sizes exchanged: You take test_size for the size of the training part.
            {"split = len(data) - test_size": "split = test_size"}
        test_size taken for a percentage: You take test_size for a percentage. It is a number of steps.
            {"test_size\n": "len(data) * test_size // 100\n"}
        shuffled: You shuffle the steps. A series is its order: windows of a shuffled one show nothing, and
            the test would lie between training values.
            {"split = ": "data = np.random.default_rng(0).permutation(data)\n    split = "}
        shuffled without a first window: You shuffle the steps, as scikit-learn does in `train_test_split`
            unless it is told not to. A series is its order: the test would lie between training values. Cut
            at a time, and let the test part begin seq_length steps earlier, for its first window.
            {"split = ": "data = np.random.default_rng(0).permutation(data)\n    split = ",
             "data[split - seq_length :]": "data[split:]"}
        last step lost: The last step of the test part is missing: a slice to the end has nothing after the
            colon.
            {"split - seq_length :": "split - seq_length : -1"}
        test and training exchanged: You return the test part first. The training part is asked for first.
            {"data[:split], data[split - seq_length :]": "data[split - seq_length :], data[:split]"}
        training part one step too long: Your training part holds the first step that is to be forecast. The
            end of a slice is not part of it: `data[:split]` ends just before `split`.
            {"data[:split]": "data[: split + 1]"}
        test part is one window: Your test part is its first window alone. The steps that are to be forecast
            follow it: a slice to the end has nothing after the colon.
            {"data[split - seq_length :]": "data[split - seq_length : split]"}
        test_size taken for a share: You take test_size for a share of the series, such as 0.2. It is a number
            of steps.
            {"split = len(data) - test_size": "split = int(len(data) * (1 - test_size))"}
    """),
)


# Scaling


def scale_without_leakage(train, test):
    """Each column of train to 0 ... 1, and test by the same rule: (n, D), (m, D) -> both scaled."""
    low, high = train.min(axis=0), train.max(axis=0)
    span = high - low
    return (train - low) / span, (test - low) / span


def _scaling_probes(rng):
    scale, shift = rng.uniform(1, 5, size=3), rng.normal(size=3) * 3
    inside = rng.normal(size=(12, 2))
    low, high = inside.min(axis=0), inside.max(axis=0)
    within = low + (high - low) * rng.uniform(0.1, 0.9, size=(5, 2))
    return [
        Probe((rng.normal(size=(9, 3)) * scale + shift, 2 * rng.normal(size=(6, 3)) * scale + shift)),
        Probe((rng.normal(size=(8, 1)) + 4, 3 * rng.normal(size=(5, 1)) - 2), "for one column"),
        Probe((inside, within), "when the test values lie within the range of the training values"),
        Probe((rng.normal(size=(7, 2)), rng.normal(size=(2, 2)) + 9), "for a test part of two steps"),
    ]


SCALE_WITHOUT_LEAKAGE = Exercise(
    reference=scale_without_leakage,
    title="Scale without leakage",
    lesson="06",
    section="Scale without leakage",
    points=2,
    minutes=5,
    returns=("the scaled training part", "the scaled test part"),
    axes={"the scaled training part": ("step", "column"), "the scaled test part": ("step", "column")},
    probes=_scaling_probes,
    hints=(
        "What could have been known on the last day of the training part? The largest value of the future "
        "is not among it.",
        "Take minimum and maximum of each column of train, `train.min(axis=0)`, and use these for both "
        "parts.",
        "`(train - low) / (high - low)` and `(test - low) / (high - low)`, with low and high of train. That "
        "the scaled test part leaves 0 ... 1 is as it should be.",
    ),
    mistakes=edits(r"""
        fitted on everything: Your minimum and maximum come from both parts together, so the training data
            know how high the future will be. Take them from train alone.
            {"low, high = train.min(axis=0), train.max(axis=0)":
                "both = np.concatenate([train, test])\n    low, high = both.min(axis=0), both.max(axis=0)"}
        fitted on the test part alone: Your minimum and maximum come from the test part, which is not known
            yet. Take them from train.
            {"train.min(axis=0), train.max(axis=0)": "test.min(axis=0), test.max(axis=0)"}
        each part by itself: You scale each part by its own minimum and maximum. The same value then means two
            things, and the test part's are not known in time. Use those of train for both.
            {"(test - low) / span": "(test - test.min(axis=0)) / (test.max(axis=0) - test.min(axis=0))"}
        one range for all columns: You take one minimum and maximum for all columns together. Each column has
            its own: `axis=0`.
            {"train.min(axis=0), train.max(axis=0)": "train.min(), train.max()"}
        one range of everything for all columns: You take one minimum and maximum for all columns of both
            parts. Each column has its own, `axis=0`, and train alone may say which: how high the future goes
            is not known.
            {"low, high = train.min(axis=0), train.max(axis=0)":
                "both = np.concatenate([train, test])\n    low, high = both.min(), both.max()"}
        each part by itself, one range for all columns: You scale each part by one minimum and maximum of its
            own. The same value then means two things. Use those of train for both, and of each column:
            `axis=0`.
            {"(train - low) / span, (test - low) / span":
                "tuple((part - part.min()) / np.ptp(part) for part in (train, test))"}
        test part cut off: You cut the test values off at 0 and 1. Values beyond the training range are real,
            and the errors would be counted against something that never happened.
            {"(test - low) / span": "np.clip((test - low) / span, 0, 1)"}
        test part not scaled: Your test part is not scaled. The network would see numbers of another size than
            in training. If you have put the scaled numbers into `train` first, its range is 0 ... 1 by then:
            take low and high before.
            {"(test - low) / span": "test"}
        standardised: You subtract the mean and divide by the standard deviation. That is a good scaling too,
            but 0 ... 1 is asked for: minimum and range.
            {"train.min(axis=0), train.max(axis=0)": "train.mean(axis=0), train.max(axis=0)",
             "high - low": "train.std(axis=0)"}
        standardised on everything: You subtract the mean of both parts and divide by their standard
            deviation, so the training data know how high the future will be. Asked for is 0 ... 1 by minimum
            and range, and of train alone.
            {"low, high = train.min(axis=0), train.max(axis=0)":
                "both = np.concatenate([train, test])\n    low = both.mean(axis=0)",
             "high - low": "both.std(axis=0)"}
        minimum not taken off: You divide by the range but do not take off the minimum first: the smallest
            value should become 0.
            {"(train - low) / span, (test - low) / span": "train / span, test / span"}
        divided by the maximum: You divide by the maximum. After the minimum is taken off, the largest value
            is maximum minus minimum.
            {"high - low": "high"}
        mean taken off: You take off the mean. It is the minimum that should become 0.
            {"train.min(axis=0), train.max(axis=0)\n": "train.mean(axis=0), train.max(axis=0)\n",
             "high - low": "high - train.min(axis=0)"}
        from -1 to 1: You scale to -1 ... 1. Asked for is 0 ... 1.
            {"(train - low) / span, (test - low) / span":
                "2 * (train - low) / span - 1, 2 * (test - low) / span - 1"}
        turned round: Your largest value becomes 0 and your smallest 1.
            {"(train - low) / span, (test - low) / span": "(high - train) / span, (high - test) / span"}
        brackets missing: Division comes before subtraction: you take off low / span. Put the subtraction in
            brackets, `(train - low) / span`.
            {"(train - low) / span, (test - low) / span": "train - low / span, test - low / span"}
        each part standardised by itself: You give each part mean 0 and standard deviation 1 of its own. Asked
            for is 0 ... 1, and one rule for both: minimum and range of train.
            {"(train - low) / span": "(train - train.mean(axis=0)) / train.std(axis=0)",
             "(test - low) / span": "(test - test.mean(axis=0)) / test.std(axis=0)"}
    """),
)


# Baselines and errors


def walk_forward(forecast, data, start, horizon=1, every=1):
    """Forecast again and again, each time from the past alone: data (n,) -> truth, made, each (N, horizon).

    forecast(past, horizon) gives the horizon values after past. The first forecast is made for data[start]
    and what follows it, the next one `every` steps later, as long as the whole truth is known.
    """
    truth, made = [], []
    for origin in range(start, len(data) - horizon + 1, every):
        truth.append(data[origin : origin + horizon])
        made.append(forecast(data[:origin], horizon))
    return np.array(truth), np.array(made)


@dataclass(frozen=True)
class _Baseline:
    """A stand-in for a forecast: every value of the past counts, the newest ones most."""

    fading: float
    slope: float

    def __call__(self, past, horizon):
        past = np.asarray(past, dtype=float).reshape(-1)
        level = past[::-1] @ self.fading ** np.arange(past.size)
        return level + self.slope * np.arange(1, horizon + 1)


def _walk_probes(rng):
    def forecast():
        return _Baseline(rng.uniform(0.5, 0.9), rng.uniform(0.5, 2.0))

    return [
        Probe((forecast(), rng.normal(size=23), 9, 3, 2)),
        Probe((forecast(), rng.normal(size=20), 7, 4, 4), "when the forecasts do not overlap"),
        Probe((forecast(), rng.normal(size=15), 8, 1, 1), "one step ahead, at every step"),
        Probe((forecast(), rng.normal(size=12), 9, 3, 1), "when the whole truth is known but once"),
        Probe((forecast(), rng.normal(size=17), 5, 2, 3), "when every third step is an origin"),
    ]


WALK_FORWARD = Exercise(
    reference=walk_forward,
    title="Walk forward",
    lesson="06",
    section="Baselines first",
    points=4,
    minutes=15,
    returns=("truth", "made"),
    axes={"truth": ("origin", "step"), "made": ("origin", "step")},
    probes=_walk_probes,
    hints=(
        "Write down for ten values, start 6 and horizon 2 from which steps a forecast is made, what may be "
        "read for each, and which values it is compared with. Where is the last one?",
        "A forecast for `data[origin]` may read `data[:origin]`, and is compared with `data[origin : origin "
        "+ horizon]`. Let origin walk in a `range`.",
        "`for origin in range(start, len(data) - horizon + 1, every)`: append `data[origin : origin + "
        "horizon]` to one list and `forecast(data[:origin], horizon)` to another, then make arrays of both.",
    ),
    mistakes=edits(r"""
        first value known already: Your past holds `data[origin]`, the very value that is to be forecast. The
            end of a slice is not part of it: `data[:origin]`.
            {"data[:origin]": "data[: origin + 1]"}
        whole truth known already: Your past reaches to the end of what is to be forecast. It must end before
            the origin: `data[:origin]`.
            {"data[:origin]": "data[: origin + horizon]"}
        whole series handed over: You hand the whole series to the forecast, the future too. It may read
            `data[:origin]` alone.
            {"data[:origin]": "data"}
        past never grows: Every forecast is made from the same past, that before `start`. As time goes on more
            is known: `data[:origin]`.
            {"data[:origin]": "data[:start]"}
        past ends a step early: Your past ends a step too early. The value just before the origin was known.
            {"data[:origin]": "data[: origin - 1]"}
        own forecasts read: Your past grows by your own forecasts. By the next origin the true values were
            known: `data[:origin]`.
            {"data[:origin]": "np.concatenate([data[:start], *made])"}
        first origin alone: You return the first origin alone: your `return` stands inside the loop. It
            belongs behind it, under the `for`.
            {"np.array(truth), np.array(made)": "np.array(truth[0]), np.array(made[0])"}
        past cut at the front: You hand over the last `start` values only. What lies before them was known:
            `data[:origin]`.
            {"data[:origin]": "data[origin - start : origin]"}
        future handed over: You hand over what comes after the origin. The past ends there: `data[:origin]`.
            {"data[:origin]": "data[origin:]"}
        truth a step late: Your truth begins a step too late. The first value to be forecast is
            `data[origin]`.
            {"data[origin : origin + horizon]": "data[origin + 1 : origin + horizon + 1]",
             "len(data) - horizon + 1": "len(data) - horizon"}
        truth a step early: Your truth begins a step too early, with a value that the forecast has read. The
            first value to be forecast is `data[origin]`.
            {"data[origin : origin + horizon]": "data[origin - 1 : origin + horizon - 1]"}
        last origin lost: The last origin is missing. The truth of horizon values is known as long as origin +
            horizon <= len(data), and the end of a range is not part of it.
            {"len(data) - horizon + 1": "len(data) - horizon"}
        every ignored: You forecast at every step. The origins lie `every` steps apart: the third argument of
            `range`.
            {"horizon + 1, every": "horizon + 1"}
        horizon instead of every: Your origins lie `horizon` steps apart. They lie `every` steps apart, so
            that forecasts may overlap.
            {"horizon + 1, every": "horizon + 1, horizon"}
        first origin left out: Your first forecast is made a step late: the first origin is `start`.
            {"range(start,": "range(start + every,"}
        start taken for the past: Your first origin lies `horizon` steps after `start`. The first value to be
            forecast is `data[start]`.
            {"range(start,": "range(start + horizon,"}
        truth and forecasts exchanged: You return the forecasts first. The truth is asked for first.
            {"return np.array(truth), np.array(made)": "return np.array(made), np.array(truth)"}
        last origin alone: You return the last origin alone. All of them are asked for, a row for each.
            {"np.array(truth), np.array(made)": "np.array(truth[-1]), np.array(made[-1])"}
        one step only: You ask for one step and compare it with the whole horizon. Hand `horizon` on to the
            forecast.
            {"(data[:origin], horizon)": "(data[:origin], 1)"}
        forecasts alone: You return the forecasts alone. What they are compared with is asked for too, and
            comes first.
            {"np.array(truth), np.array(made)": "np.array(made)"}
    """),
)


def mase(truth, forecast, train, period):
    """Mean absolute error, divided by that of the seasonal naive forecast within train."""
    scale = np.mean(np.abs(train[period:] - train[:-period]))
    return np.mean(np.abs(truth - forecast)) / scale


def _mase_probes(rng):
    truth = rng.normal(size=9)
    return [
        Probe((truth, rng.normal(size=9), 3 * rng.normal(size=17), 4)),
        Probe((rng.normal(size=12), rng.normal(size=12), rng.normal(size=15), 2)),
        Probe((truth, rng.normal(size=9), rng.normal(size=11), 1), "when the period is 1"),
        Probe((truth, truth, rng.normal(size=11), 3), "for a perfect forecast"),
        Probe((truth, truth + 1.5, rng.normal(size=11), 3), "when every miss is equally large"),
    ]


MASE = Exercise(
    reference=mase,
    title="The mean absolute scaled error",
    lesson="06",
    section="The error without units",
    points=2,
    minutes=6,
    returns=("the error",),
    probes=_mase_probes,
    hints=(
        "Two mean absolute errors, one divided by the other. Whose are they, and from which part?",
        "The one below the line is that of the forecast `train[t - period]` for `train[t]`.",
        "`np.mean(np.abs(truth - forecast)) / np.mean(np.abs(train[period:] - train[:-period]))`.",
    ),
    mistakes=edits(r"""
        scale of the test part: Your scale comes from the test part. It would change with what is tested, and
            with a short or quiet test part it means nothing: take it from train.
            {"train[period:] - train[:-period]": "truth[period:] - truth[:-period]"}
        squared instead of absolute: You square the misses. The A in MASE says absolute.
            {"np.mean(np.abs(truth - forecast))": "np.mean((truth - forecast) ** 2)"}
        squared above and below: You square all differences. The A in MASE says absolute.
            {"np.mean(np.abs(truth - forecast))": "np.mean((truth - forecast) ** 2)",
             "np.mean(np.abs(train[period:] - train[:-period]))":
                "np.mean((train[period:] - train[:-period]) ** 2)"}
        root mean square: You take the root of the mean square. The mean of the absolute values is asked for.
            {"np.mean(np.abs(truth - forecast))": "np.sqrt(np.mean((truth - forecast) ** 2))"}
        RMSE: That is the root mean squared error, in the unit of the series. Take absolute values, and divide
            their mean by that of the naive forecast within train.
            {"np.mean(np.abs(truth - forecast)) / scale": "np.sqrt(np.mean((truth - forecast) ** 2))"}
        root of the squared ratio: You divide squares and take the root, which is another measure, the RMSSE.
            The A in MASE says absolute.
            {"np.mean(np.abs(truth - forecast)) / scale": "np.sqrt(np.mean((truth - forecast) ** 2) / scale)",
             "np.mean(np.abs(train[period:] - train[:-period]))":
                "np.mean((train[period:] - train[:-period]) ** 2)"}
        mean of ratios: You divide each miss by that of the naive forecast for the same step, and take the
            mean: where the naive forecast happens to be right, that explodes. Divide one mean by the other,
            and take the lower one from train.
            {"np.mean(np.abs(truth - forecast)) / scale":
                "np.mean(np.abs(truth - forecast)[period:] / np.abs(truth[period:] - truth[:-period]))"}
        mean of ratios to the last season: You divide each miss by that of the last season repeated, and take
            the mean: where that happens to be right, it explodes. Divide one mean by the other, and take the
            lower one from train.
            {"np.mean(np.abs(truth - forecast)) / scale":
                "np.mean(np.abs(truth - forecast) / np.abs(truth - np.resize(train[-period:], len(truth))))"}
        period ignored: Your scale is the error of persistence, whatever the period is: compare with the value
            `period` steps before.
            {"train[period:] - train[:-period]": "train[1:] - train[:-1]"}
        period off by one: Your scale compares with the value `period` + 1 steps before.
            {"train[period:] - train[:-period]": "train[period + 1 :] - train[: -period - 1]"}
        not scaled: That is the mean absolute error. Divide it by that of the naive forecast within train.
            {" / scale": ""}
        scale upside down: You divide the naive error by the forecast's. Small should be good.
            {"np.mean(np.abs(truth - forecast)) / scale": "scale / np.mean(np.abs(truth - forecast))"}
        absolute values forgotten above: Misses upwards and downwards cancel each other: take the absolute
            values of truth - forecast first.
            {"np.mean(np.abs(truth - forecast))": "np.mean(truth - forecast)"}
        absolute values forgotten below: In your scale, steps up and down cancel each other: take the absolute
            values first.
            {"scale = np.mean(np.abs(train[period:] - train[:-period]))":
                "scale = np.mean(train[period:] - train[:-period])"}
        absolute value of the mean: You take the absolute value of the mean miss. Misses upwards and downwards
            have cancelled by then: absolute values first, mean second.
            {"np.mean(np.abs(truth - forecast))": "np.abs(np.mean(truth - forecast))"}
        scale of the values: You divide by the mean size of the values, which depends on where zero is. Divide
            by the naive forecast's error.
            {"train[period:] - train[:-period]": "train"}
        scale of the standard deviation: You divide by the standard deviation of train. Divide by the naive
            forecast's mean absolute error.
            {"np.mean(np.abs(train[period:] - train[:-period]))": "np.std(train)"}
        sum instead of mean: You add the misses up. The mean is asked for, or a long test would look bad.
            {"np.mean(np.abs(truth - forecast))": "np.sum(np.abs(truth - forecast))"}
        percentage: You divide each miss by the true value, which explodes near zero. Divide the mean miss by
            the naive forecast's.
            {"np.abs(truth - forecast)": "np.abs((truth - forecast) / truth)"}
        sums instead of means: You divide one sum by another. They have different numbers of terms: take the
            mean of each first.
            {"np.mean(np.abs(truth - forecast))": "np.sum(np.abs(truth - forecast))",
             "np.mean(np.abs(train[period:] - train[:-period]))":
                "np.sum(np.abs(train[period:] - train[:-period]))"}
        scale divided by all of train: You divide the naive errors by the length of train. There are only
            len(train) - period of them: the first season has no forecast.
            {"np.mean(np.abs(train[period:] - train[:-period]))":
                "np.sum(np.abs(train[period:] - train[:-period])) / len(train)"}
        median instead of mean: You take the median. A few large misses would not count: the mean is asked
            for.
            {"np.mean(np.abs(truth - forecast))": "np.median(np.abs(truth - forecast))"}
        differences of differences: `np.diff(train, n=period)` takes differences of differences, `period`
            times over. The step from one season to the next is `train[period:] - train[:-period]`.
            {"train[period:] - train[:-period]": "np.diff(train, n=period)"}
        first season compared with the last: `np.roll` puts the end of train in front of its beginning, and
            your scale compares the two. The first season has no forecast: `train[period:] - train[:-period]`.
            {"train[period:] - train[:-period]": "train - np.roll(train, period)"}
        one place of the season: Your scale looks at every `period`-th value only. All steps from one season
            to the next count: `train[period:] - train[:-period]`.
            {"train[period:] - train[:-period]": "train[period::period] - train[:-period:period]"}
        scale of persistence in the test part: Your scale is the error of persistence in the test part. It is
            the seasonal naive error in train that is asked for.
            {"train[period:] - train[:-period]": "truth[1:] - truth[:-1]"}
        scale of the mean: Your scale is the error of forecasting the mean of train. Compare each value with
            that of `period` steps before.
            {"train[period:] - train[:-period]": "train - np.mean(train)"}
        scale of the range: You divide by the range of train. Divide by the naive forecast's mean absolute
            error.
            {"np.mean(np.abs(train[period:] - train[:-period]))": "np.ptp(train)"}
    """),
)


# Several steps ahead


def recursive_forecast(predict, data, start, seq_length, horizon):
    """Forecast data[start], data[start + 1], ..., horizon values, from what lies before start alone.

    predict(window) takes seq_length values and gives the next one.
    """
    window = list(data[start - seq_length : start])
    made = []
    for _ in range(horizon):
        value = predict(np.array(window))
        made.append(value)
        window = [*window[1:], value]
    return np.array(made)


@dataclass(frozen=True)
class _Model:
    """A stand-in for a trained network: every place in the window counts, in its own way."""

    weights: tuple

    def __call__(self, window):
        window = np.asarray(window, dtype=float).reshape(-1)
        return float(np.tanh(np.resize(self.weights, window.size) @ window) + 0.1 * window[-1])


def _recursive_probes(rng):
    def model():
        return _Model(tuple(rng.uniform(0.2, 1.5, size=5) * rng.choice([-1, 1], size=5)))

    data = rng.normal(size=20)
    return [
        Probe((model(), data, 9, 4, 6)),
        Probe((model(), rng.normal(size=20), 7, 3, 5)),
        Probe((model(), data, 20, 5, 3), "when nothing is known from the start on"),
        Probe((model(), data, 9, 4, 1), "one step ahead"),
        Probe((model(), data, 9, 1, 4), "for windows of one step"),
        Probe((model(), np.where(np.arange(20) < 9, data, 100.0), 9, 4, 6), "when the future is different"),
    ]


RECURSIVE_FORECAST = Exercise(
    reference=recursive_forecast,
    title="A forecast that reads itself",
    lesson="06",
    section="Several steps ahead",
    points=3,
    minutes=12,
    returns=("the forecasts",),
    axes={"the forecasts": ("step",)},
    probes=_recursive_probes,
    hints=(
        "The first window holds the last seq_length values before `start`. For the second forecast, one more "
        "value is needed: which one would you know?",
        "After each forecast the window moves on by a step: the oldest value goes, the forecast comes in at "
        "the end.",
        "`window = data[start - seq_length : start]`; then horizon times: `value = predict(window)`, keep "
        "it, `window = np.append(window[1:], value)`.",
    ),
    mistakes=edits(r"""
        truth fed back: You move the window on with the true value, which nobody knows yet. These are one-step
            forecasts, each made a step later. Feed the forecast back.
            {", value]": ", *data[start + len(made) - 1 : start + len(made)]]"}
        window never moved: Your window stays where it is, so all forecasts are the same. After each one, drop
            the oldest value and append the forecast.
            {"[*window[1:], value]": "window"}
        window grows: Your window grows by a step each time. Drop the oldest value, the model knows seq_length
            steps.
            {"*window[1:], value": "*window, value"}
        forecast put in front: You put the forecast in front of the window. The newest value stands last.
            {"*window[1:], value": "value, *window[:-1]"}
        forecast before the newest value: You put the forecast before the last value of the window. It is the
            newest value, and stands last.
            {"[*window[1:], value]": "[*window[1:-1], value, *window[1:][-1:]]"}
        zero fed back: You move the window on with a zero. It is the forecast that belongs there.
            {"[*window[1:], value]": "[*window[1:], 0.0]"}
        newest value dropped: You drop the newest value instead of the oldest: `window[1:]` goes on, not
            `window[:-1]`.
            {"window[1:]": "window[:-1]"}
        window from the start on: Your first window begins at `start`: it holds what is to be forecast. It
            must end there.
            {"data[start - seq_length : start]": "data[start : start + seq_length]"}
        window holds the first target: Your first window ends with `data[start]`, the very value to be
            forecast first.
            {"data[start - seq_length : start]": "data[start - seq_length + 1 : start + 1]"}
        window ends a step early: Your first window ends a step too early: the last value before `start` is
            known.
            {"data[start - seq_length : start]": "data[start - seq_length - 1 : start - 1]"}
        whole past as window: You hand the whole past to the model. It knows windows of seq_length steps.
            {"data[start - seq_length : start]": "data[:start]"}
        window from the beginning: Your first window lies at the beginning of the series. It must end just
            before `start`.
            {"data[start - seq_length : start]": "data[:seq_length]"}
        last forecast missing: One forecast is missing: `horizon` of them are asked for.
            {"range(horizon)": "range(horizon - 1)"}
        one forecast too many: You make one forecast too many: `horizon` of them are asked for.
            {"range(horizon)": "range(horizon + 1)"}
        last forecast alone: You return the last forecast alone. All of them are asked for, the first one
            first.
            {"np.array(made)": "made[-1]"}
        window returned: You return the window. The forecasts are asked for, and where the horizon is short or
            long the window is something else.
            {"np.array(made)": "np.array(window)"}
        forecasts in reverse: Your forecasts run backwards: the first one is for `data[start]`.
            {"np.array(made)": "np.array(made[::-1])"}
        window turned round: The oldest value of your window comes in again at its end, as `np.roll` does it.
            It is the forecast that belongs there.
            {"[*window[1:], value]": "[*window[1:], window[0]]"}
        last value fed back: You append the newest value of the window once more. It is the forecast that
            belongs there.
            {"[*window[1:], value]": "[*window[1:], window[-1]]"}
        window from the end of the series: Your first window holds the last values of the series, not the last
            ones before `start`: much of it has not happened yet.
            {"data[start - seq_length : start]": "data[-seq_length:]"}
    """),
)


# A value and two questions


def _training_windows():
    months, tested, seq_length = 452, 120, 60
    changes = months - 1
    return changes - tested - seq_length


TRAINING_WINDOWS = ValueExercise(
    id="training_windows",
    title="How many windows are left",
    lesson="06",
    section="From a series to windows",
    points=1,
    minutes=3,
    question=(
        "A series has 452 months. You take the changes from month to month, keep the last 120 of them for "
        "the test, and cut what is before them into windows of 60 with one target each. How many windows "
        "are there to train on?"
    ),
    answer=_training_windows,
    hints=(
        "How many changes are there between 452 months?",
        "n values make n - 60 windows with a target.",
        "451 changes, 120 of them for the test: 331 values to be cut into windows of 60.",
    ),
    mistakes=(
        WrongValue(
            "months instead of changes",
            "You count 452 changes. Between 452 months there are 451, one less.",
            lambda: _training_windows() + 1,
        ),
        WrongValue(
            "target forgotten",
            "You take off one too many: a window of 60 and its target take 61 values, so n values make n - "
            "60.",
            lambda: _training_windows() - 1,
        ),
        WrongValue(
            "windows without length",
            "That is the number of changes to train on. The first 60 of them have no whole window before "
            "them.",
            lambda: _training_windows() + 60,
        ),
        WrongValue(
            "test part counted",
            "You count the windows of the test part as well.",
            lambda: _training_windows() + 120,
        ),
        WrongValue(
            "windows side by side",
            "You lay the windows side by side. They overlap: there is one at every step.",
            lambda: (451 - 120) // 60,
        ),
        WrongValue(
            "length taken off twice",
            "You take the length of a window off twice. The test part has its first window from the training "
            "part, which keeps it too.",
            lambda: _training_windows() - 60,
        ),
    ),
)

NO_LEAK = Question(
    id="no_leak",
    title="Which of these is no leak",
    lesson="06",
    section="Split by time",
    points=1,
    minutes=3,
    question="Four habits. Which of them tells the training nothing about the test?",
    choices={
        "a": "The scaler is fitted on the whole series, before the split.",
        "b": "The first test windows hold the last values of the training part.",
        "c": "The windows are shuffled, then a fifth of them is kept for the test.",
        "d": "The series is smoothed by a centred mean of five months, then split.",
    },
    answer="b",
    explanations={
        "a": (
            "The minimum and maximum of the whole series are in every training number: the network is told "
            "how high the future will go."
        ),
        "b": (
            "On the day of the forecast these values were known. A forecast may read all of the past; it is "
            "the targets of the test that must not be trained on."
        ),
        "c": (
            "Neighbouring windows share all values but one. Between the windows trained on, each test target "
            "stands in the windows of its neighbours."
        ),
        "d": (
            "A centred mean reads two months ahead: near the split the training values hold the test, and "
            "every window holds something of its own target."
        ),
    },
    hints=(
        "Ask of each: could I have done it on the last day of the training part?",
        "What happens to a training number when a value of the test part changes?",
        "A forecast may read the past, all of it, the training part too.",
    ),
)

PERFECT_PLOT = Question(
    id="perfect_plot",
    title="The perfect plot",
    lesson="06",
    section="The perfect plot, taken apart",
    points=1,
    minutes=3,
    question=(
        "The plot of a forecast of prices looks perfect, and R² is high. Which measurement shows whether the "
        "network knows anything about tomorrow?"
    ),
    choices={
        "a": "R² once more, on the days that were not trained on alone.",
        "b": "The correlation of forecast and price, from five seeds, with its spread.",
        "c": "Its mean absolute error beside that of saying today's price again, on the same days.",
        "d": "Its mean absolute error in per cent of the price, so that shares can be compared.",
    },
    answer="c",
    explanations={
        "a": (
            "R² compares with the mean of the whole time. Prices of one day and the next are so close that "
            "saying today's again has an R² just as high, on those days too."
        ),
        "b": (
            "Prices that wander correlate with their own past nearly perfectly. The curve of today's price, "
            "drawn a day late, passes this test, and it has no seed."
        ),
        "c": (
            "If you say today's price again, you know nothing of tomorrow. Only what is better than that, "
            "and more often than by luck, is a forecast."
        ),
        "d": (
            "One per cent is little or much, depending on how far prices move in a day. To say today's price "
            "again may miss by less."
        ),
    },
    hints=(
        "Which forecast needs no network at all?",
        "How high are R² and correlation for today's price, taken as the forecast of tomorrow's?",
        "Compare with persistence.",
    ),
)

"""Each leak that is planted is found and called by its name; clean ones of every style pass."""

import numpy as np
import pytest

from lstm_course.data import (
    chronological_split,
    create_sequences,
    exponential_smoothing,
    find_leaks,
    fit_scaling,
    forecast_is_shifted,
    load_co2,
    seasonal_naive,
    walk_forward,
)
from lstm_course.data.series.prices import simulated_prices

L, TEST, M = 15, 40, 12


def series(seed=0, n=220):
    """A trend, a season and noise."""
    t, rng = np.arange(n), np.random.default_rng(seed)
    return 300 + 0.1 * t + 3 * np.sin(2 * np.pi * t / M) + rng.normal(size=n) * 0.3


def windows(data, horizon=1):
    return create_sequences(data, L, horizon)


# Ten clean pipelines


def with_the_course(data):
    train, test = chronological_split(data, TEST, seq_length=L)
    scaling = fit_scaling(train)
    return *windows(scaling.apply(train)), *windows(scaling.apply(test))


def with_sklearn(data):
    from sklearn.preprocessing import MinMaxScaler

    column = data.reshape(-1, 1)
    scaler = MinMaxScaler().fit(column[:-TEST])
    X, y = windows(scaler.transform(column))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def standardised_by_hand(data):
    mean, deviation = data[:-TEST].mean(), data[:-TEST].std()
    z = (data - mean) / deviation
    X = [z[k : k + L] for k in range(len(z) - L)]
    y = [z[k + L] for k in range(len(z) - L)]
    return np.array(X[:-TEST])[..., None], y[:-TEST], np.array(X[-TEST:])[..., None], y[-TEST:]


def differenced(data):
    steps = np.diff(data)
    X, y = windows(fit_scaling(steps[:-TEST]).apply(steps))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def seasonal_differences_without_scaling(data):
    X, y = windows(data[M:] - data[:-M])
    return X[:-TEST].astype("float32"), y[:-TEST].astype("float32"), X[-TEST:], y[-TEST:]


def log_returns_shuffled_within_training(data):
    X, y = windows(np.diff(np.log(data)))
    order = np.random.permutation(len(X) - TEST)
    return X[:-TEST][order], y[:-TEST][order], X[-TEST:], y[-TEST:]


def detrended_on_the_training_part(data):
    t = np.arange(len(data))
    slope, start = np.polyfit(t[:-TEST], data[:-TEST], 1)
    X, y = windows(data - slope * t - start)
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def deseasonalised_on_the_training_part(data):
    season = np.array([data[:-TEST][k::M].mean() for k in range(M)])
    X, y = windows(data - np.resize(season, len(data)))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def each_window_by_its_last_value(data):
    X, y = windows(data)
    last = X[:, -1:, :]
    X, y = X / last - 1, y / last[:, 0] - 1
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def several_steps_ahead_with_features(data):
    features = np.stack([data, np.sin(2 * np.pi * np.arange(len(data)) / M)], axis=1)
    train, test = chronological_split(features, TEST, seq_length=L)
    low, high = train.min(axis=0), train.max(axis=0)
    return *windows((train - low) / (high - low), 6), *windows((test - low) / (high - low), 6)


def smoothed_over_the_past(data):
    past = np.array([data[max(0, k - 4) : k + 1].mean() for k in range(len(data))])
    X, _ = windows(past)
    _, y = windows(data)
    scale = data[:-TEST].max()
    return X[:-TEST] / scale, y[:-TEST] / scale, X[-TEST:] / scale, y[-TEST:] / scale


CLEAN = [
    with_the_course,
    with_sklearn,
    standardised_by_hand,
    differenced,
    seasonal_differences_without_scaling,
    log_returns_shuffled_within_training,
    detrended_on_the_training_part,
    deseasonalised_on_the_training_part,
    each_window_by_its_last_value,
    several_steps_ahead_with_features,
    smoothed_over_the_past,
]


def name(pipeline):
    return pipeline.__name__


@pytest.mark.parametrize(
    "data",
    [series(0), series(1), simulated_prices(days=220, seed=1).values],
    ids=["season", "another", "walk"],
)
@pytest.mark.parametrize("pipeline", CLEAN, ids=name)
def test_clean_pipelines_pass(pipeline, data):
    assert find_leaks(pipeline, data) == []


# Planted leaks


def scaled_on_everything(data):
    X, y = windows(fit_scaling(data).apply(data))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def standardised_on_everything(data):
    X, y = windows((data - data.mean()) / data.std())
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def detrended_on_everything(data):
    t = np.arange(len(data))
    X, y = windows(data - np.polyval(np.polyfit(t, data, 1), t))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def scaled_on_the_test_part(data):
    X, y = windows(fit_scaling(data[-TEST:]).apply(data))
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def targets_scaled_on_everything(data):
    X, _ = windows(fit_scaling(data[:-TEST]).apply(data))
    _, y = windows(data)
    y = y / y.max()
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def split_at_random(data):
    from sklearn.model_selection import train_test_split

    X, y = windows(fit_scaling(data[:-TEST]).apply(data))
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)
    return X_train, y_train, X_test, y_test


def every_fifth_is_tested(data):
    X, y = windows(data)
    tested = np.arange(len(X)) % 5 == 0
    return X[~tested], y[~tested], X[tested], y[tested]


def asks_what_was_trained_on(data):
    X, y = windows(data)
    return X, y, X[-TEST:], y[-TEST:]


def trained_a_season_too_far(data):
    X, y = windows(data)
    return X[: -TEST + M], y[: -TEST + M], X[-TEST:], y[-TEST:]


def targets_of_several_steps_reach_over(data):
    X, y = windows(data, horizon=6)
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


def target_is_the_last_input(data):
    X, _ = windows(data)
    return X[:-TEST], X[:-TEST, -1], X[-TEST:], X[-TEST:, -1]


def smoothed_over_the_future(data):
    smooth = np.convolve(np.pad(data, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    X, _ = windows(smooth)
    _, y = windows(data)
    return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("pipeline", "leaks"),
    [
        (scaled_on_everything, {"scaler"}),
        (standardised_on_everything, {"scaler"}),
        (detrended_on_everything, {"scaler"}),
        (scaled_on_the_test_part, {"scaler"}),
        (targets_scaled_on_everything, {"scaler"}),
        (split_at_random, {"shuffled"}),
        (every_fifth_is_tested, {"shuffled"}),
        (asks_what_was_trained_on, {"overlap"}),
        (trained_a_season_too_far, {"overlap"}),
        (targets_of_several_steps_reach_over, {"overlap"}),
        (target_is_the_last_input, {"target in the window"}),
        (smoothed_over_the_future, {"overlap", "target in the window"}),
    ],
    ids=lambda thing: name(thing) if callable(thing) else "",
)
def test_planted_leaks_are_found_and_named(pipeline, leaks, seed):
    found = find_leaks(pipeline, series(seed))
    assert {leak.name for leak in found} == leaks, [str(leak) for leak in found]


def test_two_leaks_at_once_are_both_found():
    def careless(data):
        X, y = windows(fit_scaling(data).apply(data), horizon=3)
        return X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:]

    assert {leak.name for leak in find_leaks(careless, series())} == {"scaler", "overlap"}


def test_the_sentence_says_where():
    said = {leak.name: leak.sentence for leak in find_leaks(trained_a_season_too_far, series())}
    assert said["overlap"].startswith("12 training targets are test targets too, which begin at step 180")


def test_generators_of_the_caller_are_left_alone():
    np.random.seed(5)
    expected = np.random.rand()
    np.random.seed(5)
    find_leaks(log_returns_shuffled_within_training, series(n=80))
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("pipeline", "error", "said"),
    [
        (
            lambda data: (data, data),
            TypeError,
            "a tuple of length 2, expected four arrays: X_train, y_train",
        ),
        (lambda data: (data, data[1:], data, data), ValueError, "X_train has 220 rows and y_train 219"),
        (lambda data: (data, data, data[:0], data[:0]), ValueError, "X_test has shape"),
        (lambda data: tuple(np.random.default_rng().normal(size=(4, 9))), ValueError, "generator a seed"),
        (lambda data: tuple([data[data < 400]] * 4), ValueError, "other numbers of rows"),
        ("no function", TypeError, "expected a function"),
    ],
)
def test_what_is_no_pipeline_is_refused(pipeline, error, said):
    with pytest.raises(error, match=said):
        find_leaks(pipeline, series())


# Shifted forecasts


def test_a_repeated_last_value_is_found():
    rng = np.random.default_rng(0)
    for data in (simulated_prices(days=300, seed=2).values, series()):
        last = data[:-1]
        assert forecast_is_shifted(data[1:], last).name == "shifted"
        assert forecast_is_shifted(data[1:, None], last[:, None] + rng.normal(size=(len(last), 1)) * 0.05)
    walk = np.cumsum(rng.normal(size=300))
    assert "the value of 3 steps before" in forecast_is_shifted(walk[3:], walk[:-3], horizon=3).sentence
    smooth = np.convolve(walk, np.ones(9) / 9, mode="valid")  # what a network makes of it: late by days
    assert "of 5 steps before" in forecast_is_shifted(walk[9:], smooth[:-1]).sentence


def test_forecasts_that_know_something_are_not_called_shifted():
    co2 = load_co2().values
    smoothing = exponential_smoothing(co2[:300], M)
    for seed in range(5):
        data = series(seed)
        truth, naive = walk_forward(lambda past, horizon: seasonal_naive(past, M, horizon), data, start=100)
        assert forecast_is_shifted(truth, naive) is None
        assert forecast_is_shifted(*walk_forward(smoothing, co2, start=300)) is None
        rng = np.random.default_rng(seed)
        assert forecast_is_shifted(data, data + rng.normal(size=len(data))) is None
        wave = np.zeros(400)
        for t in range(1, 400):  # half of the last value is the best forecast there is
            wave[t] = 0.5 * wave[t - 1] + rng.normal()
        assert forecast_is_shifted(wave[1:], 0.5 * wave[:-1]) is None

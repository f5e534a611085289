"""Windows, splits, baselines and errors, against the textbook's formulas and against statsmodels."""

import warnings

import numpy as np
import pytest
from helpers import run_python

from lstm_course.data import (
    chronological_split,
    create_sequences,
    diebold_mariano,
    exponential_smoothing,
    fit_scaling,
    load_co2,
    mae,
    mase,
    persistence,
    recursive_forecast,
    rmse,
    seasonal_naive,
    series,
    skill,
    walk_forward,
    windows_before,
)
from lstm_course.data.series.prices import simulated_prices


@pytest.mark.parametrize(("n", "L", "horizon"), [(10, 3, 1), (10, 3, 4), (4, 3, 1), (9, 1, 8)])
def test_windows_and_targets_lie_where_they_should(n, L, horizon):
    data = np.arange(2.0 * n).reshape(n, 2)
    X, y = create_sequences(data, L, horizon)
    assert X.shape == (n - L - horizon + 1, L, 2) and y.shape == (len(X), horizon)
    for k in range(len(X)):
        assert (X[k] == data[k : k + L]).all()
        assert (y[k] == data[k + L : k + L + horizon, 0]).all()
    X[0] = -1
    assert data.min() == 0  # a copy, not a view


def test_the_whole_test_part_is_forecast_and_nothing_of_it_is_trained_on():
    data = np.arange(30.0)
    train, test = chronological_split(data, test_size=7, seq_length=5)
    _, y_train = create_sequences(train, 5)
    X_test, y_test = create_sequences(test, 5)
    assert y_test[:, 0].tolist() == list(range(23, 30))
    assert y_train.max() == 22 and X_test[0, :, 0].tolist() == list(range(18, 23))


def test_scaling_knows_the_training_part_only_and_can_be_undone():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(50, 3)) * [1, 10, 100]
    scaling = fit_scaling(data[:40])
    scaled = scaling.apply(data)
    assert np.allclose(scaled[:40].min(axis=0), 0) and np.allclose(scaled[:40].max(axis=0), 1)
    assert np.allclose(scaling.undo(scaled[:, :1]), data[:, :1])
    assert (fit_scaling(np.full(5, 3.0)).apply([3.0, 4.0]) == [0, 1]).all()


def test_the_naive_forecasts():
    past = np.array([5.0, 1.0, 2.0, 3.0])
    assert persistence(past, 2).tolist() == [3, 3]
    assert seasonal_naive(past, 3, 7).tolist() == [1, 2, 3, 1, 2, 3, 1]


@pytest.mark.parametrize("period", [1, 12])
def test_exponential_smoothing_is_that_of_statsmodels(period):
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    data = load_co2().values[:180]
    forecast = exponential_smoothing(data[:120], period)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        season = {"seasonal": "add", "seasonal_periods": period} if period > 1 else {}
        fitted = ExponentialSmoothing(data[:120], trend="add", **season).fit()
    assert np.allclose(forecast(data[:120], 24), fitted.forecast(24), atol=1e-6)
    one_step = [forecast(data[:t])[0] for t in range(60, 120)]
    assert np.allclose(one_step, fitted.fittedvalues[60:120], atol=1e-6)
    if period == 12:  # the parameters stay, the state goes on
        assert mae(load_co2().values[180:192], forecast(data, 12)) < 0.7


def test_exponential_smoothing_is_silent():
    code = (
        "import numpy as np; from lstm_course.data import exponential_smoothing as e\n"
        "for x in (np.arange(30.0), np.ones(30), np.random.default_rng(0).normal(size=40)):\n"
        "    print(np.isfinite(e(x, 4)(x, 3)).all())"
    )
    assert run_python(code).split() == ["True"] * 3


def test_walk_forward_shows_the_past_alone():
    data, seen = np.arange(20.0), []

    def forecast(past, horizon):
        seen.append(len(past))
        assert past.tolist() == data[: len(past)].tolist()
        past[:] = -1  # it may do with its copy what it likes
        return np.zeros(horizon)

    truth, forecasts = walk_forward(forecast, data, start=10, horizon=3, every=2)
    assert seen == [10, 12, 14, 16] and forecasts.shape == (4, 3)
    assert truth.tolist() == [[t, t + 1, t + 2] for t in seen]
    assert data.tolist() == list(range(20))


def test_a_recursive_forecast_reads_itself_and_never_the_future():
    data = np.random.default_rng(0).normal(size=60)

    def predict(windows):
        return 0.5 * windows[:, -1] + 0.3 * windows[:, 0]

    made = recursive_forecast(predict, data, [20, 40], seq_length=4, horizon=5)
    blinded = np.where(np.arange(60) < 40, data, 99.0)
    assert np.array_equal(made, recursive_forecast(predict, blinded, [20, 40], 4, 5))
    for start, forecasts in zip([20, 40], made, strict=True):
        by_hand = list(data[start - 4 : start])
        for value in forecasts:
            by_hand.append(0.5 * by_hand[-1] + 0.3 * by_hand[-4])
            assert np.isclose(value, by_hand[-1])
    assert windows_before(data, [60], 4)[0, :, 0].tolist() == data[-4:].tolist()


def test_errors_are_those_of_the_books():
    truth, forecast, train = np.array([3.0, 5.0]), np.array([2.0, 8.0]), np.array([1.0, 2.0, 5.0, 4.0])
    assert mae(truth, forecast) == 2 and rmse(truth, forecast) == 5**0.5
    assert mase(truth, forecast, train) == 2 / (5 / 3)
    assert mase(truth, forecast, train, period=2) == 2 / 3
    assert skill(truth, forecast, [7.0, 9.0]) == 0.5


def test_two_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"forecast has shape \(3, 1\), expected that of truth, \(3,\)"):
        mae(np.zeros(3), np.zeros((3, 1)))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: create_sequences(np.zeros(5), 5), "expected at least 6: a window of 5 and 1 to forecast"),
        (lambda: create_sequences(np.zeros((2, 2, 2)), 1), r"expected \(n,\) or \(n, D\)"),
        (lambda: create_sequences([1.0, np.nan, 2.0], 1), "NaN"),
        (lambda: chronological_split(np.zeros(5), 3, seq_length=3), "at least 3 before them"),
        (lambda: seasonal_naive([1.0], 12), "expected at least a season of 12"),
        (lambda: exponential_smoothing(np.zeros(20), 12), "expected at least 24"),
        (lambda: mase([1.0], [1.0], np.ones(5)), "repeats itself"),
        (lambda: walk_forward(persistence, np.zeros(5), start=5), "at least start"),
        (lambda: walk_forward(lambda past, horizon: 0.0, np.zeros(5), start=3), r"returned shape \(\)"),
        (lambda: windows_before(np.zeros(5), [2], 3), "starts has values from 2"),
        (lambda: diebold_mariano([1.0, 2.0], [1.0, 2.0], [1.0, 2.0]), "more than 2 rows"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize("horizon", [1, 4])
def test_the_test_of_two_forecasts_says_yes_by_chance_as_often_as_it_should(horizon):
    rng, hits = np.random.default_rng(0), 0
    for _ in range(1000):
        noise = rng.normal(size=(2, 120 + horizon))
        kernel = np.ones(horizon)  # errors of h steps ahead overlap
        errors = [np.convolve(row, kernel, mode="valid")[:120] for row in noise]
        hits += diebold_mariano(np.zeros(120), *errors, horizon=horizon).p_value < 0.05
    assert 0.025 < hits / 1000 < 0.085


def test_the_test_sees_a_real_difference_and_its_direction():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=100)
    good, bad = truth + 0.5 * rng.normal(size=100), truth + rng.normal(size=100)
    assert diebold_mariano(truth, good, bad).p_value < 0.001
    assert diebold_mariano(truth, bad, good).p_value > 0.999
    assert diebold_mariano(truth, good, good).p_value == 0.5
    by_hand = np.abs(bad - truth) - np.abs(good - truth)
    result = diebold_mariano(truth, good, bad)
    assert np.isclose(result.statistic, by_hand.mean() / (by_hand.std(ddof=1) / 10))


def test_nothing_beats_persistence_on_the_simulated_prices_more_often_than_chance():
    better = 0
    for seed in range(40):
        data = simulated_prices(days=400, seed=seed).values
        truth, naive = walk_forward(persistence, data, start=300)
        for forecast in (
            lambda past, horizon: persistence(past) + past[-1] - past[-2],
            lambda past, horizon: past[-5:].mean(keepdims=True),
        ):
            _, made = walk_forward(forecast, data, start=300)
            better += diebold_mariano(truth, made, naive).p_value < 0.05
    assert better <= 8  # of 80, by chance 4


def test_any_column_can_be_forecast():
    """Three columns, of which the last counts on and the others are something else."""
    data = np.column_stack([np.zeros(40), np.arange(40.0) % 7, np.arange(40.0)])
    X, y = series.create_sequences(data, 5, horizon=2, column=2)
    assert X.shape == (34, 5, 3) and (y == X[:, -1:, 2] + [1, 2]).all()
    scaling = series.fit_scaling(data[:20])
    assert np.allclose(scaling.undo(scaling.apply(data)[:, 2], column=2), data[:, 2])
    truth, made = series.walk_forward(lambda past, h: past[-1, 2] + 1 + np.arange(h), data, 20, 3, column=2)
    assert (truth == made).all() and truth.shape == (18, 3)
    onward = series.recursive_forecast(lambda w: w[:, -1] + [0, 0, 1], data, [20, 30], 5, 3, column=2)
    assert onward.tolist() == [[20, 21, 22], [30, 31, 32]]
    with pytest.raises(ValueError, match="column is 3, expected a whole number from 0 to 2"):
        series.create_sequences(data, 5, column=3)
    with pytest.raises(ValueError, match=r"expected \(2, 3\), the next values of all columns"):
        series.recursive_forecast(lambda w: w[:, -1, 0], data, [20, 30], 5, 3)


def test_a_whole_day_ahead_can_be_compared():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(60, 24))
    good, bad = truth + 0.5 * rng.normal(size=(60, 24)), truth + rng.normal(size=(60, 24))
    found = series.diebold_mariano(truth, good, bad, horizon=1)
    assert found.p_value < 0.001
    assert np.isclose(found.gain, (np.abs(bad - truth) - np.abs(good - truth)).mean())
    assert series.diebold_mariano(truth, good, bad) == series.diebold_mariano(truth, good, bad, horizon=24)
    flat = series.diebold_mariano(truth[:, :1], good[:, :1], bad[:, :1])
    assert flat == series.diebold_mariano(truth[:, 0], good[:, 0], bad[:, 0])


def test_hidden_values_are_not_used():
    hidden = np.ma.masked_equal([1.0, 2.0, -999.0, 4.0], -999.0)
    with pytest.raises(ValueError, match="data has 1 masked values, expected none: fill them first"):
        series.create_sequences(hidden, 2)


def test_a_forecast_that_is_better_by_the_same_everywhere_leaves_no_doubt():
    """johntwk/Diebold-Mariano-Test#2: the variance is zero, but for rounding."""
    truth = np.sin(np.arange(20.0))
    better = diebold_mariano(truth, truth, baseline=truth + 1)
    assert (better.statistic, better.p_value) == (np.inf, 0.0)
    assert diebold_mariano(truth, truth + 1, baseline=truth).p_value == 1
    assert diebold_mariano(truth, np.cos(truth), baseline=np.cos(truth)).p_value == 0.5


def test_a_long_horizon_does_not_make_the_variance_negative():
    """edoannunziata/dieboldmariano#2: sixty steps ahead, and the root of a negative number."""
    truth, one, other = np.random.default_rng(0).normal(size=(3, 130))
    assert np.isfinite(diebold_mariano(truth, one, baseline=other, horizon=60)).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": 0}, "period is 0, expected a whole number of at least 1"),  # tidymodels/yardstick#637
        ({"train": np.ones(20)}, "train repeats itself exactly"),  # awslabs/gluonts#1135
        ({"forecast": np.ones((20, 1))}, r"forecast has shape \(20, 1\), expected that of truth, \(20,\)"),
    ],
)
def test_a_scaled_error_that_is_not_defined_is_refused(change, said):
    """From the reports named: a period of zero, a constant series; the last is jsboige/CoursIA#926."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=20))
    with pytest.raises(ValueError, match=said):
        mase(**({"truth": walk, "forecast": walk + 1, "train": walk} | change))


def test_the_scale_is_that_of_the_training_part():
    """robjhyndman/forecast#1065 and mrdbourke/tensorflow-deep-learning#584: persistence in train makes 1."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=50))
    assert mase(walk[1:], walk[:-1], train=walk) == pytest.approx(1)
    assert mase(walk[31:], walk[30:-1], train=walk[:30]) != pytest.approx(1, abs=1e-3)

"""The shops of a chain, and smoothing for each of them beside that of statsmodels."""

import numpy as np
import pytest

from lstm_course.data import exponential_smoothing, simulated_shops, smoothing_for_each


def test_shops_have_seasons_and_are_the_same_every_time():
    sales = simulated_shops(shops=50)
    assert sales.shape == (50, 60) and (sales > 0).all()
    assert np.array_equal(sales, simulated_shops(shops=50))
    logs = np.log(simulated_shops(shops=50, noise=0))
    year = logs[:, 48:] - logs[:, 48:].mean(axis=1, keepdims=True)
    before = logs[:, 36:48] - logs[:, 36:48].mean(axis=1, keepdims=True)
    assert np.corrcoef(year.ravel(), before.ravel())[0, 1] > 0.95


def test_smoothing_for_each_misses_by_no_more_than_statsmodels():
    logs = np.log(simulated_shops(shops=12))
    past, future = logs[:, :48], logs[:, 48:]
    each = np.abs(smoothing_for_each(past, 12, 12) - future).mean()
    theirs = np.abs([exponential_smoothing(one, 12)(one, 12) for one in past] - future).mean()
    assert each < 1.05 * theirs


def test_too_short_a_past_is_refused():
    with pytest.raises(ValueError, match="has 20 steps, expected at least two seasons of 12"):
        smoothing_for_each(np.ones((3, 20)), 12, 12)

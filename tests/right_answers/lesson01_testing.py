"""Right answers to the exercise of lesson 01 that asks for a test."""

import math

import numpy as np

from .entering import right


@right("test_rnn_cell")
def by_the_formula(cell):
    """An oracle: the same in plain Python, at two sizes."""
    rng = np.random.default_rng(5)
    for H, D in (3, 2), (2, 4):
        W, b, x, h = rng.normal(size=(H, H + D)), rng.normal(size=H), rng.normal(size=D), rng.normal(size=H)
        new = cell(x, h, {"Wh": W, "bh": b})
        joined = [*h, *x]
        for j in range(H):
            wanted = math.tanh(sum(W[j, k] * joined[k] for k in range(H + D)) + b[j])
            assert abs(new[j] - wanted) < 1e-9


@right("test_rnn_cell")
def by_what_must_hold(rnn_cell):
    """Properties: the sums behind the result are linear, and each weight acts where it should."""
    rng = np.random.default_rng(1)
    H, D = 2, 3
    weights = {"Wh": 0.3 * rng.normal(size=(H, H + D)), "bh": 0.3 * rng.normal(size=H)}
    zero_x, zero_h = np.zeros(D), np.zeros(H)
    bias = np.arctanh(rnn_cell(zero_x, zero_h, weights))
    assert np.allclose(bias, weights["bh"])
    for k in range(D):
        column = np.arctanh(rnn_cell(np.eye(D)[k], zero_h, weights)) - bias
        assert np.allclose(column, weights["Wh"][:, H + k])
    for k in range(H):
        column = np.arctanh(rnn_cell(zero_x, np.eye(H)[k], weights)) - bias
        assert np.allclose(column, weights["Wh"][:, k])


@right("test_rnn_cell")
def by_names_and_with_words(cell):
    weights = {"Wh": np.array([[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6]]), "bh": np.array([0.7, -0.8])}
    h = cell(x=np.array([0.9]), h_prev=np.array([1.0, -1.1]), weights=weights)
    sums = np.array([0.1 - 0.22 + 0.27 + 0.7, -0.4 - 0.55 + 0.54 - 0.8])
    worst = np.max(np.abs(h - np.tanh(sums)))
    assert worst < 1e-8, f"off by {worst:.2g}"
    print(f"off by {worst:.2g} at most")
    return True


@right("test_rnn_cell")
def raising_itself(rnn_cell):
    weights = {"Wh": np.array([[1.5, -0.5, 0.25], [0.5, 1.0, -1.5]]), "bh": np.array([0.3, 0.2])}
    h = rnn_cell(np.array([0.6]), np.array([0.2, 0.4]), weights)
    if not np.allclose(h, np.tanh([0.55, -0.2])):
        raise AssertionError("it is another number")


@right("test_rnn_cell")
def by_numpy_testing(rnn_cell):
    W, b = np.array([[0.5, -1.0, 0.25], [1.5, 0.25, -0.5]]), np.array([0.5, -0.25])
    x, before = np.array([1.0]), np.array([0.25, -0.75])
    after = rnn_cell(x, before, dict(Wh=W, bh=b))
    np.testing.assert_allclose(np.arctanh(after), [1.625, -0.5625], rtol=1e-9)

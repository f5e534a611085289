"""Lesson 01, Vanilla RNN: a test of one step, tried on right answers and on known mistakes."""

import math

import numpy as np

from lstm_course.exercises.testing import WrittenTest

from . import lesson01
from .shared import edits

# One step, in other styles


def _two_products(x, h_prev, weights):
    W, H = weights["Wh"], len(h_prev)
    return np.tanh(W[:, :H] @ h_prev + W[:, H:] @ x + weights["bh"])


def _unit_by_unit(x, h_prev, weights):
    joined, h = [*h_prev, *x], np.zeros(len(h_prev))
    for unit, (row, bias) in enumerate(zip(weights["Wh"], weights["bh"], strict=True)):
        h[unit] = math.tanh(bias + math.fsum(w * v for w, v in zip(row, joined, strict=True)))
    return h


def _in_place(x, h_prev, weights):
    h = np.zeros(len(h_prev)) + weights["bh"]
    for column, value in zip(weights["Wh"].T, [*h_prev, *x], strict=True):
        h += value * column
    return np.tanh(h, out=h)


def _by_exponentials(x, h_prev, weights):
    a = np.einsum("hk,k->h", weights["Wh"], np.concatenate([h_prev, x])) + weights["bh"]
    return 2 / (1 + np.exp(-2 * a)) - 1


# A test of it


def test_rnn_cell(rnn_cell):
    """Raise an AssertionError where rnn_cell(x, h_prev, weights) -> h is wrong; otherwise do nothing."""
    weights = {
        "Wh": np.array([[0.5, -1.0, 0.25], [1.5, 0.25, -0.5]]),  # H = 2, D = 1
        "bh": np.array([-0.25, -0.5]),
    }
    x, h_prev = np.array([2.0]), np.array([0.5, -0.5])
    sums = [1.0, -0.875]  # by hand: 0.25 + 0.5 + 0.5 - 0.25 and 0.75 - 0.125 - 1 - 0.5
    h = rnn_cell(x, h_prev, weights)
    assert np.shape(h) == (2,)
    assert np.allclose(h, np.tanh(sums))


TEST_RNN_CELL = WrittenTest(
    reference=test_rnn_cell,
    title="A test that kills mutants",
    lesson="01",
    section="A test worth writing",
    points=2,
    minutes=8,
    under_test=lesson01.RNN_CELL,
    right=(lesson01.rnn_cell, _two_products, _unit_by_unit, _in_place, _by_exponentials),
    wrong={
        "bias forgotten": "It leaves the bias out.",
        "[x, h] instead of [h, x]": "It joins `x` and `h_prev` in the other order.",
        "tanh on each term": "It takes tanh of three terms, and then adds.",
        "tanh on both products, bias outside": "It takes tanh of two products, and adds the bias to that.",
        "tanh on the input's product only": "It takes tanh of the input's part alone, not of the state's.",
        "bias after tanh": "It adds the bias at the very end.",
        "no tanh": "It returns the sum as it is.",
        "sigmoid instead of tanh": "It squeezes the sum into 0 to 1.",
        "relu instead of tanh": "It sets negative sums to zero, and leaves the others as they are.",
        "h_prev ignored": "Its result is the same for every `h_prev`.",
        "x ignored": "Its result is the same for every `x`.",
        "old state added": "It adds `h_prev` to its result.",
        "bias subtracted": "It takes the bias with the wrong sign.",
        "tanh twice": "It squeezes its result once more.",
        "bias twice": "It adds the bias twice.",
        "tan instead of tanh": "It takes the tangent of an angle.",
        "tanh before the weights": "It squeezes first, and multiplies then.",
        "recurrent weights transposed": "It takes the square part of `Wh` with rows and columns exchanged.",
    },
    hints=(
        "A test needs numbers whose result you know. Take a small network, H = 2 and D = 1, and work its two "
        "sums out on paper.",
        "A number that is 0 or 1, or that stands in two places, hides mistakes: so give every weight, both "
        "biases, the input and the state a value of its own.",
        "`h = rnn_cell(x, h_prev, weights)`, then `assert np.shape(h) == (2,)` and `assert np.allclose(h, "
        "expected)`, where `expected` holds your two sums after the last step of the formula.",
    ),
    mistakes=edits(r"""
        accepts everything: Your test accepts every implementation, wrong ones too: it never raises. Compare
            numbers, and write `assert` before the comparison: alone it does nothing.
            {"assert np.allclose": "np.allclose"}
        returns instead of asserting: Your test returns False for a wrong implementation, and nobody looks at
            what a test returns. It rejects by raising: `assert` in place of `return`.
            {"assert np.allclose": "return np.allclose"}
        rejects every right answer: Your test rejects right implementations, in every style tried, so that its
            no means nothing. Run it on your own `rnn_cell`: does the expected result belong to these very
            numbers, with enough digits, and has it been through each step of the formula?
            {"np.tanh(sums)": "sums"}
        compares bit by bit: Your test accepts one right implementation and rejects another, which differs in
            the last digit only: a sum in another order is rounded otherwise. Compare with a tolerance, as
            `np.allclose` does.
            {"np.allclose(h, np.tanh(sums))": "np.array_equal(h, np.tanh(sums))"}
        tolerance too wide: Your comparison is too generous: a result that is off by one per cent passes. A
            wrong formula may come as near as that. `np.allclose` as it is asks for five digits.
            {"np.tanh(sums))": "np.tanh(sums), atol=0.02)"}
        bias zero: Your bias is zero, so the test does not see what is done with it. Take numbers of order
            one.
            {"[-0.25, -0.5])": "[0.0, 0.0])", "[1.0, -0.875]": "[1.25, -0.375]"}
        old state zero: Your old state is zero, so the test does not see what is done with it. Take numbers of
            order one.
            {"[0.5, -0.5])": "[0.0, 0.0])", "[1.0, -0.875]": "[0.25, -1.5]"}
        input zero: Your input is zero, so the test does not see what is done with it. Take numbers of order
            one.
            {"[2.0]": "[0.0]", "[1.0, -0.875]": "[0.5, 0.125]"}
        zeros only: Input, state and bias of your test are zero, and zero comes out of nearly every wrong
            formula too. Take numbers of order one.
            {"[2.0]": "[0.0]", "[0.5, -0.5])": "[0.0, 0.0])", "[-0.25, -0.5])": "[0.0, 0.0])",
             "[1.0, -0.875]": "[0.0, 0.0]"}
        one unit only: Your network has a single unit, so its recurrent weights are a single number, and their
            order does not show. Take two units at least.
            {"[[0.5, -1.0, 0.25], [1.5, 0.25, -0.5]]": "[[0.5, 0.25]]", "[-0.25, -0.5])": "[0.75])",
             "[0.5, -0.5])": "[0.5])", "[1.0, -0.875]": "[1.5]", "(2,)": "(1,)"}
        the same number everywhere: The input and the state hold the same number, so their order does not
            show. Give each its own.
            {"[2.0]": "[0.5]", "[0.5, -0.5])": "[0.5, 0.5])", "[1.0, -0.875]": "[-0.375, 0.125]"}
    """),
)

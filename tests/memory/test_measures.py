"""What a network remembers: against finite differences, against each other, and what bad input is told."""

import inspect

import numpy as np
import pytest
from helpers import INFINITE, NAN, NO_ARRAY, assert_bad_input_is_named
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lstm_course.memory import (
    adding,
    gradient_by_lag,
    measures,
    memory_horizon,
    recall,
    recall_by_lag,
    step_jacobians,
    train_on_task,
    training,
)
from lstm_course.scratch import GRU, LSTM, RNN, Dense, LastStep, Sequential, cells
from lstm_course.scratch.gradcheck import relative_error
from lstm_course.scratch.training import train_step

N, T, D, H = 2, 5, 3, 4
MAKERS = {
    "RNN": lambda seed=0, D=D, H=H: RNN(D, H, seed=seed, dtype="float64"),
    "LSTM": lambda seed=0, D=D, H=H: LSTM(D, H, seed=seed, dtype="float64"),
    "GRU": lambda seed=0, D=D, H=H: GRU(D, H, seed=seed, dtype="float64"),
    "GRU, reset before": lambda seed=0, D=D, H=H: GRU(D, H, reset_after=False, seed=seed, dtype="float64"),
}
every_layer = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def lively(make, **sizes):
    """A layer whose weights, biases too, are of order one, so that no part of its gradient is small."""
    layer = make(**sizes)
    layer.parameters[...] = np.random.default_rng(7).normal(size=layer.parameter_count) * 0.7
    return layer


def packed(state):
    return np.concatenate(state, axis=-1) if isinstance(state, tuple) else state


def unpacked(layer, state):
    return (
        (state[:, : layer.hidden_size], state[:, layer.hidden_size :]) if isinstance(layer, LSTM) else state
    )


def numeric_jacobian(function, x, step=1e-5):
    """Derivative of a vector by a vector, by central differences: (outputs, inputs)."""
    columns = []
    for k in range(x.size):
        moved = np.zeros(x.size)
        moved[k] = step
        moved = moved.reshape(x.shape)
        columns.append((function(x + moved) - function(x - moved)).ravel() / (2 * step))
    return np.stack(columns, axis=1)


def states(layer, x):
    """The packed state before the first step and after every step, (T + 1, N, S)."""
    width = layer.hidden_size * (2 if isinstance(layer, LSTM) else 1)
    walked = [np.zeros((len(x), width))]
    for t in range(x.shape[1]):
        walked.append(packed(layer.forward(x[:, t : t + 1], unpacked(layer, walked[-1]))[1]))
    return np.stack(walked)


# ---- Jacobians of single steps


@every_layer
def test_step_jacobians_are_finite_differences(make):
    layer, x = lively(make), np.random.default_rng(1).normal(size=(N, T, D))
    jacobians = step_jacobians(layer, x)
    before = states(layer, x)
    S = before.shape[2]
    assert jacobians.shape == (T, N, S, S)
    for t in range(T):
        for n in range(N):

            def step(state, t=t, n=n):
                return packed(layer.forward(x[n : n + 1, t : t + 1], unpacked(layer, state[None]))[1])[0]

            assert relative_error(jacobians[t, n], numeric_jacobian(step, before[t, n])) < 1e-7


@settings(max_examples=15, deadline=None)
@given(
    N=st.integers(1, 3),
    T=st.integers(1, 5),
    D=st.integers(1, 3),
    H=st.integers(1, 4),
    name=st.sampled_from(list(MAKERS)),
)
def test_the_product_of_step_jacobians_carries_the_gradient_through_time(N, T, D, H, name):
    layer = lively(MAKERS[name], D=D, H=H)
    x = np.random.default_rng(2).normal(size=(N, T, D))
    jacobians, walked, norms = step_jacobians(layer, x), states(layer, x), gradient_by_lag(layer, x)
    for n in range(N):
        by_state = np.eye(walked.shape[2])[:H]  # of h_T by the state after step t
        for t in reversed(range(T)):

            def step(x_t, t=t, n=n):
                return packed(layer.forward(x_t[None, None], unpacked(layer, walked[t, n][None]))[1])[0]

            by_input = by_state @ numeric_jacobian(step, x[n, t])  # of h_T by x_t
            np.testing.assert_allclose(norms[n, T - 1 - t], np.linalg.norm(by_input), rtol=1e-6, atol=1e-10)
            by_state = by_state @ jacobians[t, n]


def test_the_jacobian_of_the_rnn_is_the_formula():
    layer, x = lively(MAKERS["RNN"]), np.random.default_rng(3).normal(size=(1, T, D))
    weights = layer.cell_weights()
    recurrent = weights["Wh"][:, :H]
    h = np.zeros(H)
    for t, jacobian in enumerate(step_jacobians(layer, x)):
        h = cells.rnn_cell(x[0, t], h, weights)
        np.testing.assert_allclose(jacobian[0], np.diag(1 - h**2) @ recurrent, rtol=1e-10, atol=1e-12)


def test_the_cell_state_of_an_lstm_fades_by_its_forget_gate():
    """With nothing fed back from h, the c road is the forget gate: the whole point of the LSTM."""
    layer = LSTM(D, H, seed=0, dtype="float64")
    layer.weights["recurrent_kernel"] = np.zeros((H, 4 * H))
    x = np.random.default_rng(4).normal(size=(1, T, D))
    jacobians = step_jacobians(layer, x)
    layer.forward(x)
    for t in range(T):
        np.testing.assert_allclose(jacobians[t, 0, H:, H:], np.diag(layer.gates["f"][0, t]), rtol=1e-12)
        np.testing.assert_allclose(jacobians[t, 0, :, :H], 0, atol=1e-15)


# ---- gradient by lag


@every_layer
def test_gradient_by_lag_is_the_norm_of_the_numeric_jacobian(make):
    layer, x = lively(make), np.random.default_rng(5).normal(size=(N, T, D))
    norms = gradient_by_lag(layer, x)
    assert norms.shape == (N, T)
    for n in range(N):

        def last_h(sequence):
            return layer.forward(sequence[None])[0][0, -1]

        jacobian = numeric_jacobian(last_h, x[n]).reshape(H, T, D)
        expected = np.sqrt((jacobian**2).sum(axis=(0, 2)))[::-1]  # by lag: the last step first
        np.testing.assert_allclose(norms[n], expected, rtol=1e-7)


@every_layer
def test_a_sequence_does_not_feel_its_neighbours(make):
    layer, x = make(), np.random.default_rng(6).normal(size=(3, T, D))
    np.testing.assert_allclose(gradient_by_lag(layer, x)[1], gradient_by_lag(layer, x[1:2])[0], rtol=1e-12)
    alone = step_jacobians(layer, x[1:2])[:, 0]
    np.testing.assert_allclose(step_jacobians(layer, x)[:, 1], alone, rtol=1e-12, atol=1e-15)


def test_a_linear_chain_fades_by_a_power():
    """One unit, tiny input: h_t = w h_(t-1) + v x_t almost exactly, so the gradient at lag k is v w^k."""
    layer = RNN(1, 1, seed=0, dtype="float64")
    layer.weights["kernel"], layer.weights["recurrent_kernel"] = [[0.5]], [[0.8]]
    x = np.full((1, 40, 1), 1e-9)
    np.testing.assert_allclose(gradient_by_lag(layer, x)[0], 0.5 * 0.8 ** np.arange(40), rtol=1e-10)
    np.testing.assert_allclose(step_jacobians(layer, x), 0.8, rtol=1e-10)


def test_float32_agrees_with_float64():
    x = np.random.default_rng(8).normal(size=(2, 30, D))
    coarse = LSTM(D, H, seed=0)
    fine = LSTM(D, H, seed=0, dtype="float64")
    fine.parameters[...] = coarse.parameters
    np.testing.assert_allclose(gradient_by_lag(coarse, x), gradient_by_lag(fine, x), rtol=1e-3)
    np.testing.assert_allclose(step_jacobians(coarse, x), step_jacobians(fine, x), atol=1e-5)


@every_layer
@pytest.mark.parametrize("measure", [step_jacobians, gradient_by_lag])
def test_measuring_leaves_the_layer_as_it_was(make, measure):
    x = np.random.default_rng(9).normal(size=(N, T, D))
    layer = make()
    model = Sequential([layer, LastStep(), Dense(H, 1, seed=0, dtype="float64")])
    y = model.forward(x)
    model.backward(np.ones_like(y))
    gradients, gates, parameters = model.parameter_gradients.copy(), layer.gates, model.parameters.copy()
    measure(layer, x[:1, :3] + 1)
    np.testing.assert_array_equal(model.parameter_gradients, gradients)
    np.testing.assert_array_equal(model.parameters, parameters)
    for name, values in gates.items():
        np.testing.assert_array_equal(layer.gates[name], values)
    assert np.shares_memory(layer.parameters, model.parameters)


# ---- memory horizon

NORM = st.floats(0, 1e6, allow_subnormal=False)
NORMS = st.builds(lambda first, others: [first, *others], st.floats(1e-6, 1e6), st.lists(NORM, max_size=20))
FRACTION = st.floats(0, 1)


@given(norms=NORMS, threshold=FRACTION)
def test_the_horizon_is_the_first_lag_under_the_threshold(norms, threshold):
    horizon = memory_horizon(norms, threshold)
    assert isinstance(horizon, int) and 0 < horizon <= len(norms)
    assert all(norm >= threshold * norms[0] for norm in norms[:horizon])
    assert horizon == len(norms) or norms[horizon] < threshold * norms[0]


@given(norms=NORMS, low=FRACTION, high=FRACTION)
def test_a_lower_threshold_never_shortens_the_horizon(norms, low, high):
    low, high = sorted((low, high))
    assert memory_horizon(norms, low) >= memory_horizon(norms, high)


@given(norms=NORMS, threshold=FRACTION, scale=st.floats(1e-6, 1e6))
def test_the_scale_does_not_matter(norms, threshold, scale):
    # A norm that stands on the threshold may fall to either side by rounding.
    assume(all(abs(norm - threshold * norms[0]) > 1e-9 * norms[0] for norm in norms[1:]))
    assume(threshold < 1 - 1e-9)
    assert memory_horizon(np.array(norms) * scale, threshold) == memory_horizon(norms, threshold)


@given(norms=NORMS, power=st.integers(-40, 40))
def test_powers_of_two_do_not_matter_at_all(norms, power):
    assert memory_horizon(np.array(norms) * 2.0**power) == memory_horizon(norms)


@given(norms=NORMS, more=NORMS, threshold=FRACTION)
def test_what_comes_after_the_horizon_does_not_matter(norms, more, threshold):
    horizon = memory_horizon(norms, threshold)
    assume(horizon < len(norms))
    assert memory_horizon(norms[: horizon + 1] + more, threshold) == horizon


def test_horizons_in_figures():
    assert memory_horizon(0.5 ** np.arange(20)) == 7  # 2^-7 = 0.0078 < 0.01 < 2^-6
    assert memory_horizon(0.5 ** np.arange(20), threshold=0.5) == 2  # under, not at
    assert memory_horizon(np.ones(20)) == 20 == memory_horizon([1.0, *[0.0] * 19], threshold=0)
    assert memory_horizon(0.5 ** np.arange(20, dtype="float32")) == 7


# ---- recall by lag


def small_rnn(task, seed):
    return Sequential([RNN(task.input_size, 8, seed=seed), LastStep(), Dense(8, task.output_size, seed=seed)])


def two_symbols(lag):
    return recall(lag, symbols=2)


def test_every_lag_is_tried_with_every_seed():
    asked = []

    def make_model(task, seed):
        asked.append((task.length - 1, seed))
        return small_rnn(task, seed)

    accuracies = recall_by_lag(make_model, two_symbols, [1, 7, 3], updates=2, seeds=[5, 0])
    assert accuracies.shape == (3, 2) and ((accuracies >= 0) & (accuracies <= 1)).all()
    assert asked == [(lag, seed) for lag in (1, 7, 3) for seed in (5, 0)]


def test_a_bar_counts_the_networks(capfd, monkeypatch):
    monkeypatch.delenv("LSTM_COURSE_PROGRESS", raising=False)
    recall_by_lag(small_rnn, two_symbols, [1, 7, 3], updates=2, seeds=[5, 0])
    assert capfd.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    recall_by_lag(small_rnn, two_symbols, [1, 7, 3], updates=2, seeds=[5, 0])
    shown = capfd.readouterr().err
    assert "/6 [" in shown and "network" in shown and "update" not in shown


def test_an_entry_is_what_its_own_training_gives():
    accuracies = recall_by_lag(
        small_rnn,
        two_symbols,
        np.array([4, 1]),
        updates=20,
        seeds=range(2),
        learning_rate=0.003,
        batch_size=8,
        goal=0.9,
    )
    again = [
        [
            train_on_task(
                small_rnn(two_symbols(lag), seed),
                two_symbols(lag),
                20,
                seed=seed,
                learning_rate=0.003,
                batch_size=8,
                goal=0.9,
            ).test_accuracy
            for seed in (0, 1)
        ]
        for lag in (4, 1)
    ]
    np.testing.assert_array_equal(accuracies, again)


@pytest.mark.parametrize("at", ["between", "while training"])
def test_an_interrupt_keeps_the_lags_that_were_measured(at, monkeypatch, capsys):
    whole = recall_by_lag(small_rnn, two_symbols, [1, 3], updates=5, seeds=[0, 1])
    made = []

    def stopped(task, seed):
        made.append(1)
        if len(made) == 4 and at == "between":
            raise KeyboardInterrupt
        return small_rnn(task, seed)

    def step(*arguments, **options):
        if len(made) == 4:
            raise KeyboardInterrupt
        return train_step(*arguments, **options)

    if at == "while training":
        monkeypatch.setattr(training, "train_step", step)
    accuracies = recall_by_lag(stopped, two_symbols, [1, 3], updates=5, seeds=[0, 1])
    np.testing.assert_array_equal(accuracies.ravel()[:3], whole.ravel()[:3])
    assert np.isnan(accuracies[1, 1])
    assert capsys.readouterr().out == "Interrupted: 3 of 4 networks were measured, the others are nan.\n"


def test_near_is_easier_than_far():
    near, far = recall_by_lag(small_rnn, two_symbols, lags=[2, 200], updates=200)
    assert near > 0.95 and far < 0.7


# ---- bad input

X = np.ones((N, T, D))
BAD_X = [*NO_ARRAY, X[0], X[None], X[..., :-1], X[:0], X[:, :0], np.where(np.arange(D) == 1, NAN, X), 1.0]
NO_LAYER = [None, "LSTM", LSTM, Dense(D, H), LastStep(), Sequential([LSTM(D, H)])]
NO_SIZE = [0, -1, 2.0, "3", None, True, NAN]
NO_FUNCTION = [None, 3, "recall"]
LAYER = LSTM(D, H, seed=0)

# name: (function, good arguments, argument -> bad values)
TABLE = {
    "step_jacobians": (step_jacobians, {"layer": LAYER, "x": X}, {"layer": NO_LAYER, "x": BAD_X}),
    "gradient_by_lag": (gradient_by_lag, {"layer": LAYER, "x": X}, {"layer": NO_LAYER, "x": BAD_X}),
    "memory_horizon": (
        memory_horizon,
        {"norms": [1.0, 0.5]},
        {
            "norms": [*NO_ARRAY, 1.0, [[1.0, 0.5]], [0.0, 1.0], [-1.0, 1.0], [1.0, -0.5], [1.0, NAN]],
            "threshold": ["0.1", None, NAN, INFINITE, -0.1, 1.1, [0.1], True],
        },
    ),
    "recall_by_lag": (
        recall_by_lag,
        {"make_model": small_rnn, "make_task": two_symbols, "lags": [1], "updates": 1},
        {
            "make_model": [
                *NO_FUNCTION,
                small_rnn(recall(1), 0),
                lambda task, seed: None,
                lambda task, seed: RNN(3, 4),
                lambda task, seed: small_rnn(recall(1), 0),
            ],
            "make_task": [
                *NO_FUNCTION,
                recall(1),
                lambda lag: None,
                lambda lag: recall,
                lambda lag: adding(9),
            ],
            "lags": [None, 3, [], [0], [-1], [1.0], ["1"], [True], "12", [[1]], [NAN], [1, None]],
            "seeds": [None, 3, [], [-1], [1.0], ["1"], [True], "12", [[1]], [NAN], [0, None]],
            "updates": NO_SIZE,
            "batch_size": NO_SIZE,
            "learning_rate": [-1, "1", None, NAN, INFINITE],
            "max_norm": [0, -1, "1", NAN],
            "goal": [-0.1, 1.1, "1", NAN],
        },
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_bad_input_is_named(name):
    function, good, bad = TABLE[name]
    function(**good)  # else the table would prove nothing
    assert_bad_input_is_named(function, good, bad)


def test_the_table_is_complete():
    public = {
        name
        for name, value in vars(measures).items()
        if inspect.isfunction(value) and value.__module__ == measures.__name__ and not name.startswith("_")
    }
    assert public == set(TABLE)
    for name, (function, _, bad) in TABLE.items():
        assert set(bad) >= set(inspect.signature(function).parameters) - {"training"}, name


def test_messages_say_what_came_and_what_was_expected():
    def message(function, *args, **kwargs):
        with pytest.raises((ValueError, TypeError)) as caught:
            function(*args, **kwargs)
        return str(caught.value)

    assert message(step_jacobians, Dense(2, 3), X) == "layer is of type Dense, expected an RNN, LSTM or GRU"
    assert message(gradient_by_lag, LAYER, X[0]) == "x has shape (5, 3), expected (N, T, 3)"
    assert message(memory_horizon, [0.0, 1.0]) == (
        "norms starts with 0 and has values from 0, expected a first one above 0 and none below 0"
    )
    assert message(recall_by_lag, small_rnn, two_symbols, [], updates=1) == (
        "lags has shape (0,), expected (L,), not empty"
    )
    assert message(recall_by_lag, small_rnn, two_symbols, [1], updates=1, seeds=3) == (
        "seeds has shape (), expected (S,)"
    )
    assert message(recall_by_lag, small_rnn, lambda lag: adding(10), [1], updates=1) == (
        "what make_task gave is 'adding, T = 10, convention fixed' with a real number for target, "
        "expected a Task with classes"
    )
    assert message(recall_by_lag, lambda task, seed: None, two_symbols, [1], updates=1) == (
        "what make_model gave is None, expected a Sequential"
    )

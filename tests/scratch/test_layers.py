"""The layers do what the blackboard cells do, for any shape; masks, views and copies behave as promised."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Dense,
    Embedding,
    LastStep,
    Sequential,
    gru_cell,
    lstm_cell,
    relative_error,
    rnn_cell,
    sigmoid,
)
from lstm_course.scratch.layers import recurrent

KINDS = {
    "RNN": RNN,
    "LSTM": LSTM,
    "GRU reset after": GRU,
    "GRU reset before": lambda *args, **kwargs: GRU(*args, reset_after=False, **kwargs),
}
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}


def make(kind, D, H, dtype="float64", seed=0):
    layer = KINDS[kind](D, H, dtype=dtype, seed=seed)
    layer.parameters[...] = np.random.default_rng(seed).normal(size=layer.parameter_count)
    return layer


def drawn_state(layer, N, random):
    parts = tuple(random.normal(size=(N, layer.hidden_size)) for _ in layer.state_names)
    return parts if len(parts) == 2 else parts[0]


def blackboard(layer, x, state, mask):
    """The cells of `cells.py` in a loop; float64 whatever the layer has."""
    weights = {name: w.astype(np.float64) for name, w in layer.cell_weights().items()}
    cell = {RNN: rnn_cell, LSTM: lstm_cell, GRU: gru_cell}[type(layer)]
    states = state if isinstance(state, tuple) else (state,)
    outputs = []
    for t in range(x.shape[1]):
        new = cell(x[:, t], *states, weights)
        new = new if isinstance(new, tuple) else (new,)
        states = [np.where(mask[:, t, None], n, old) for n, old in zip(new, states, strict=True)]
        outputs.append(states[0])
    return np.stack(outputs, axis=1), states


sizes = st.integers(1, 9)
cases = {"N": sizes, "T": st.integers(1, 12), "D": sizes, "H": sizes, "seed": st.integers(0, 10**6)}


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["RNN", "LSTM", "GRU reset before"]),
    dtype=st.sampled_from(list(TOLERANCE)),
    masked=st.booleans(),
    **cases,
)
def test_layers_equal_the_cells_in_a_loop(kind, dtype, masked, N, T, D, H, seed):
    random = np.random.default_rng(seed)
    layer = make(kind, D, H, dtype, seed)
    x, state = random.normal(size=(N, T, D)), drawn_state(layer, N, random)
    mask = random.random((N, T)) > 0.3 if masked else np.ones((N, T), bool)
    outputs, last = layer.forward(x, state, mask)
    expected, expected_last = blackboard(layer, x, state, mask)
    started = np.logical_or.accumulate(mask, axis=1)[:, :, None]
    assert outputs.shape == (N, T, H) and outputs.dtype == dtype
    assert np.abs(outputs - started * expected).max() < TOLERANCE[dtype]
    for ours, theirs in zip(last if isinstance(last, tuple) else (last,), expected_last, strict=True):
        assert np.abs(ours - theirs).max() < TOLERANCE[dtype] * max(1, np.abs(theirs).max())


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(list(KINDS)), block_bytes=st.sampled_from([1, 2000, 10**6]), **cases)
def test_gradients_add_up_over_the_batch(kind, block_bytes, N, T, D, H, seed):
    random = np.random.default_rng(seed)
    layer = make(kind, D, H, seed=seed)
    x, state = random.normal(size=(N + 1, T, D)), drawn_state(layer, N + 1, random)
    mask, d = random.random((N + 1, T)) > 0.2, random.normal(size=(N + 1, T, H))

    def gradients(rows):
        part = tuple(s[rows] for s in state) if isinstance(state, tuple) else state[rows]
        layer.forward(x[rows], part, mask[rows])
        dx = layer.backward(d[rows])
        return layer.parameter_gradients.copy(), dx

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurrent, "CACHE_BYTES", block_bytes)
        whole, dx = gradients(slice(None))
        first, dx_first = gradients(slice(0, 1))
        rest, dx_rest = gradients(slice(1, None))
    assert relative_error(whole, first + rest) < 1e-10
    assert relative_error(dx, np.concatenate([dx_first, dx_rest])) < 1e-10


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(list(KINDS)), cut=st.integers(1, 11), **cases)
def test_a_sequence_in_two_parts_is_the_whole_sequence(kind, cut, N, T, D, H, seed):
    random = np.random.default_rng(seed)
    layer, T = make(kind, D, H, seed=seed), T + cut
    x, d = random.normal(size=(N, T, D)), random.normal(size=(N, T, H))
    outputs, _ = layer.forward(x)
    dx, whole = layer.backward(d), layer.parameter_gradients.copy()
    early, middle = layer.forward(x[:, :cut])
    late, _ = layer.forward(x[:, cut:], middle)
    dx_late, part = layer.backward(d[:, cut:]), layer.parameter_gradients.copy()
    d_middle = layer.d_state
    layer.forward(x[:, :cut])
    dx_early = layer.backward(d[:, :cut], d_middle)
    assert relative_error(outputs, np.concatenate([early, late], axis=1)) < 1e-12
    assert relative_error(dx, np.concatenate([dx_early, dx_late], axis=1)) < 1e-10
    assert relative_error(whole, part + layer.parameter_gradients) < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_masked_steps_are_skipped(kind):
    random = np.random.default_rng(0)
    layer = make(kind, 2, 3)
    x, state = random.normal(size=(4, 9, 2)), drawn_state(layer, 4, random)
    kept = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1], bool)
    mask = np.tile(kept, (4, 1))
    d_last = random.normal(size=(4, 3))
    _, short = layer.forward(x[:, kept], state)
    pair = (d_last, None) if isinstance(state, tuple) else d_last
    dx_short, expected = layer.backward(None, pair), layer.parameter_gradients.copy()
    outputs, last = layer.forward(x, state, mask)
    dx = layer.backward(None, pair)
    assert np.allclose(last, short, rtol=1e-12, atol=0)
    if kind != "RNN":
        closed = ~np.tile(kept, (4, 1))
        assert all(
            (layer.gates[name][closed] == value).all()
            for name, value in ({"i": 0, "f": 1} if kind == "LSTM" else {"z": 1}).items()
        )
    assert np.array_equal(outputs[:, 1], outputs[:, 0]) and np.array_equal(outputs[:, 5], outputs[:, 3])
    assert np.allclose(dx[:, kept], dx_short, rtol=1e-10) and (dx[:, ~kept] == 0).all()
    assert relative_error(layer.parameter_gradients, expected) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_gates_explain_the_state(kind):
    layer = make(kind, 2, 3)
    outputs, _ = layer.forward(np.random.default_rng(0).normal(size=(4, 5, 2)))
    gates = layer.gates
    assert all(gate.shape == (4, 5, 3) for gate in gates.values())
    assert np.array_equal(gates["h"], outputs)
    h_before = np.concatenate([np.zeros((4, 1, 3)), outputs[:, :-1]], axis=1)
    if kind == "LSTM":
        c_before = np.concatenate([np.zeros((4, 1, 3)), gates["c"][:, :-1]], axis=1)
        assert np.allclose(gates["c"], gates["f"] * c_before + gates["i"] * gates["g"])
        assert np.allclose(outputs, gates["o"] * np.tanh(gates["c"]))
    elif kind != "RNN":
        assert np.allclose(outputs, gates["z"] * h_before + (1 - gates["z"]) * gates["g"])


@pytest.mark.parametrize("kind", KINDS)
def test_results_are_not_overwritten_by_the_next_call(kind):
    layer, x = make(kind, 2, 3), np.random.default_rng(0).normal(size=(4, 5, 2))
    models = Sequential([make(kind, 2, 3)]), Sequential([make(kind, 2, 3), LastStep()])
    first = [*layer.forward(x), layer.gates, layer.backward(np.ones((4, 5, 3))), layer.d_state]
    first += [model.forward(x) for model in models] + [
        model.backward(np.ones(shape)) for model, shape in zip(models, [(4, 5, 3), (4, 3)], strict=True)
    ]
    before = copy.deepcopy(first)
    layer.forward(-x)
    layer.backward(-np.ones((4, 5, 3)))
    for model, shape in zip(models, [(4, 5, 3), (4, 3)], strict=True):
        model.forward(-x)
        model.backward(-np.ones(shape))
    np.testing.assert_equal(first, before)


@pytest.mark.parametrize("kind", KINDS)
def test_backward_can_be_repeated(kind):
    layer, d = make(kind, 2, 3), np.random.default_rng(1).normal(size=(4, 5, 3))
    layer.forward(np.random.default_rng(0).normal(size=(4, 5, 2)))
    dx, gradients = layer.backward(d), layer.parameter_gradients.copy()
    layer.backward(2 * d)
    assert np.array_equal(layer.backward(d), dx) and np.array_equal(layer.parameter_gradients, gradients)


def test_blackboard_weights_go_round():
    random = np.random.default_rng(0)
    for kind, gates in (("RNN", "h"), ("LSTM", "ifco"), ("GRU reset before", "zrh")):
        weights = {"W" + gate: random.normal(size=(3, 5)) for gate in gates}
        weights |= {"b" + gate: random.normal(size=3) for gate in gates}
        layer = make(kind, 2, 3)
        layer.load_cell_weights(weights)
        np.testing.assert_equal(layer.cell_weights(), weights)
    with pytest.raises(ValueError, match="reset_after is True, expected a GRU with reset_after=False"):
        make("GRU reset after", 2, 3).cell_weights()


def test_weights_are_views_into_one_vector_also_after_copying():
    model = Sequential([Embedding(7, 2, seed=0), LSTM(2, 3, seed=0), LastStep(), Dense(3, 1, seed=0)])
    assert model.parameter_count == 7 * 2 + 4 * 3 * (3 + 2 + 1) + 3 + 1 == model.parameters.size
    x = [[1, 2, 6]]
    y = model.forward(x)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(twin.forward(x), y)
        twin.weights["1.bias"] = np.full(12, 2.0)
        assert np.shares_memory(twin.layers[1].weights["bias"], twin.parameters)
        assert (twin.layers[1].weights["bias"] == 2).all() and not np.array_equal(twin.forward(x), y)
    assert np.array_equal(model.forward(x), y)
    with pytest.raises(ValueError, match=r"bias has shape \(3,\), expected \(12,\)"):
        model.layers[1].weights["bias"] = np.zeros(3)
    with pytest.raises(KeyError, match="biases"):
        model.weights["biases"] = np.zeros(3)


def test_batches_of_many_shapes_keep_few_buffers():
    layer = make("LSTM", 2, 3)
    for N in range(1, 12):
        assert layer.forward(np.ones((N, 4, 2)))[0].shape == (N, 4, 3)
    assert len(layer.buffers) == recurrent.KEPT_BUFFERS


def test_initial_biases():
    bias = LSTM(2, 400, seed=0).weights["bias"].reshape(4, 400)
    assert (bias[1] == 1).all() and (bias[[0, 2, 3]] == 0).all()
    bias = LSTM(2, 400, chrono=100, seed=0).weights["bias"].reshape(4, 400)
    assert np.array_equal(bias[0], -bias[1]) and bias[1].min() >= 0 and 4 < bias[1].max() <= np.log(99)
    for reset_after in (True, False):
        bias = GRU(2, 400, reset_after, chrono=100, seed=0).weights["bias"].reshape(-1, 3, 400)
        assert 4 < bias[0, 0].max() <= np.log(99) and (bias[0, 1:] == 0).all() and (bias[1:] == 0).all()
    recurrent = RNN(2, 20, recurrent_scale=0.5, seed=0, dtype="float64").weights["recurrent_kernel"]
    assert np.allclose(recurrent @ recurrent.T, 0.25 * np.eye(20))


def test_sigmoid_neither_overflows_nor_warns():
    with np.errstate(all="raise"):
        assert np.array_equal(sigmoid([-1e300, 0, 1e300]), [0, 0.5, 1])
    x = np.linspace(-30, 30, 101)
    assert np.allclose(sigmoid(x), 1 / (1 + np.exp(-x)), rtol=0, atol=1e-15)


def test_cells_take_one_vector_or_a_batch():
    random = np.random.default_rng(0)
    layer = make("LSTM", 2, 3)
    x, h, c = random.normal(size=(4, 2)), random.normal(size=(4, 3)), random.normal(size=(4, 3))
    batch = lstm_cell(x, h, c, layer.cell_weights())
    for n in range(4):
        one = lstm_cell(x[n].tolist(), h[n], c[n], weights=layer.cell_weights())
        assert np.allclose(one, [part[n] for part in batch], rtol=1e-12)

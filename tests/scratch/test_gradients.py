"""Analytic gradients against numeric ones: float64, weights of order one, relative error."""

import numpy as np
import pytest

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Dense,
    Embedding,
    LastStep,
    ReluRNN,
    Sequential,
    check_layer,
    check_loss,
    mean_squared_error,
    relative_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
)
from lstm_course.scratch.layers import recurrent

N, T, D, H = 3, 6, 2, 4
RECURRENT = {
    "RNN": lambda: RNN(D, H, dtype="float64"),
    "ReluRNN": lambda: ReluRNN(D, H, dtype="float64"),
    "LSTM": lambda: LSTM(D, H, dtype="float64"),
    "GRU reset after": lambda: GRU(D, H, dtype="float64"),
    "GRU reset before": lambda: GRU(D, H, reset_after=False, dtype="float64"),
}


def with_weights_of_order_one(layer):
    layer.parameters[...] = np.random.default_rng(7).normal(size=layer.parameter_count)
    return layer


@pytest.mark.parametrize("block_bytes", [recurrent.CACHE_BYTES, 400], ids=["one block", "several blocks"])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("given", [False, True], ids=["zero state", "given state"])
@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent_layer(name, given, masked, block_bytes, monkeypatch):
    monkeypatch.setattr(recurrent, "CACHE_BYTES", block_bytes)
    random = np.random.default_rng(0)
    layer = with_weights_of_order_one(RECURRENT[name]())
    state = [random.normal(size=(N, H)) for _ in layer.state_names]
    mask = random.random((N, T)) > 0.4
    mask[0], mask[1, :2] = False, False
    errors = check_layer(
        layer,
        random.normal(size=(N, T, D)),
        mask=mask if masked else None,
        state=None if not given else tuple(state) if len(state) == 2 else state[0],
    )
    assert set(errors) == {"x", *layer.weights, *(f"state {letter}" for letter in layer.state_names if given)}
    assert max(errors.values()) < 1e-7, errors
    assert len(layer.plan(N, T).blocks) > 1 or block_bytes > 400


@pytest.mark.parametrize("activation", [None, "tanh", "relu"])
@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 3)], ids=str)
def test_dense(activation, shape):
    layer = with_weights_of_order_one(Dense(3, 2, activation, dtype="float64"))
    assert max(check_layer(layer, np.random.default_rng(0).normal(size=shape)).values()) < 1e-7


def test_embedding_and_last_step():
    table = with_weights_of_order_one(Embedding(5, 3, dtype="float64"))
    assert check_layer(table, [[0, 3, 3, 1], [3, 0, 0, 0]])["embeddings"] < 1e-7
    assert check_layer(LastStep(), np.random.default_rng(0).normal(size=(2, 3, 4)))["x"] < 1e-7


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("name", RECURRENT)
def test_sequential(name, masked):
    random = np.random.default_rng(0)
    mask = random.random((N, T)) > 0.3 if masked else None
    many_to_one = Sequential(
        [
            Embedding(5, D, dtype="float64"),
            RECURRENT[name](),
            LSTM(H, 3, dtype="float64"),
            LastStep(),
            Dense(3, 2, "tanh", dtype="float64"),
            Dense(2, 1, dtype="float64"),
        ]
    )
    every_step = Sequential([RECURRENT[name](), RNN(H, 3, dtype="float64"), Dense(3, 2, dtype="float64")])
    words, numbers = random.integers(0, 5, (N, T)), random.normal(size=(N, T, D))
    for model, x in ((many_to_one, words), (every_step, numbers)):
        errors = check_layer(with_weights_of_order_one(model), x, mask=mask)
        assert max(errors.values()) < 1e-7, errors
    assert "x" in errors


def test_losses():
    random = np.random.default_rng(0)
    assert check_loss(mean_squared_error, random.normal(size=(4, 3)), random.normal(size=(4, 3))) < 1e-7
    assert check_loss(softmax_cross_entropy, 3 * random.normal(size=(5, 4)), [0, 3, 1, 1, 2]) < 1e-7
    assert check_loss(softmax_cross_entropy, random.normal(size=(2, 3, 4)), [[0, -1, 3], [-1, -1, 2]]) < 1e-7
    assert check_loss(sigmoid_cross_entropy, 3 * random.normal(size=(6, 1)), random.random((6, 1))) < 1e-7


def test_a_wrong_gradient_is_found():
    class WrongLSTM(LSTM):
        def backward_steps(self, run, start, stop, d_outputs):
            super().backward_steps(run, start, stop, d_outputs)
            run.buffers.d[:, : self.hidden_size] *= 1.001

    layer = with_weights_of_order_one(WrongLSTM(D, H, dtype="float64"))
    errors = check_layer(layer, np.random.default_rng(0).normal(size=(N, T, D)))
    assert errors["kernel"] > 1e-5
    assert relative_error(np.zeros(3), np.zeros(3)) == 0

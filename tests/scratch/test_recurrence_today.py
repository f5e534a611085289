"""minGRU, minLSTM, encoder and decoder: their gradients, and what they are equal to."""

import numpy as np
import pytest

from lstm_course.scratch import (
    MLSTM,
    SLSTM,
    Dense,
    EncoderDecoder,
    LastStep,
    MinGRU,
    MinLSTM,
    Sequential,
    attend,
    check_layer,
    numeric_gradient,
    relative_error,
    sigmoid,
    softmax_cross_entropy,
    train_to_write,
)
from lstm_course.scratch.encoder_decoder import attend_backward

N, T, D, H = 3, 6, 2, 4
LAYERS = {
    "minGRU": lambda **options: MinGRU(D, H, seed=0, **options),
    "signed minGRU": lambda **options: MinGRU(D, H, signed=True, seed=0, **options),
    "minLSTM": lambda **options: MinLSTM(D, H, seed=0, **options),
    "sLSTM": lambda **options: SLSTM(D, H, seed=0, **options),
    "mLSTM": lambda **options: MLSTM(D, H, seed=0, **options),
}


def with_weights_of_order_one(layer):
    layer.parameters[...] = np.random.default_rng(7).normal(size=layer.parameter_count)
    return layer


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name):
    layer = with_weights_of_order_one(LAYERS[name](dtype="float64"))
    errors = check_layer(layer, np.random.default_rng(0).normal(size=(N, T, D)))
    assert set(errors) == {"x", *layer.weights} and max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_that_was_given_is_changed(name):
    layer, d_outputs = LAYERS[name](), np.ones((1, T, H), "float32")
    layer.forward(np.ones((1, T, D), "float32"))
    layer.backward(d_outputs)
    assert np.array_equal(d_outputs, np.ones((1, T, H)))


@pytest.mark.parametrize("name", LAYERS)
def test_in_a_row_with_others(name):
    layers = [LAYERS[name](dtype="float64"), MinGRU(H, 3, dtype="float64"), LastStep()]
    model = with_weights_of_order_one(Sequential([*layers, Dense(3, 2, dtype="float64")]))
    assert max(check_layer(model, np.random.default_rng(0).normal(size=(N, T, D))).values()) < 1e-7


def test_min_gru_is_its_formula():
    layer, x = LAYERS["minGRU"](dtype="float64"), np.random.default_rng(0).normal(size=(N, T, D))
    h, outputs = np.zeros((N, H)), layer.forward(x)
    for t in range(T):
        a, g = np.split(x[:, t] @ layer.weights["kernel"] + layer.weights["bias"], 2, axis=1)
        h = sigmoid(a) * h + (1 - sigmoid(a)) * g
        assert np.allclose(outputs[:, t], h, atol=1e-12)


def test_min_lstm_is_a_min_gru_with_the_share_of_f():
    layer, x = LAYERS["minLSTM"](dtype="float64"), np.random.default_rng(0).normal(size=(N, T, D))
    h, outputs = np.zeros((N, H)), layer.forward(x)
    for t in range(T):
        a_f, a_i, g = np.split(x[:, t] @ layer.weights["kernel"] + layer.weights["bias"], 3, axis=1)
        f, i = sigmoid(a_f), sigmoid(a_i)
        h = f / (f + i) * h + i / (f + i) * g
        assert np.allclose(outputs[:, t], h, atol=1e-12)
    assert np.allclose(layer.gates["h"], outputs)


def test_chrono_opens_and_shuts():
    gru, lstm = MinGRU(D, 200, chrono=100, seed=0), MinLSTM(D, 200, chrono=100, seed=0)
    assert gru.weights["bias"][:200].min() > 0 and not gru.weights["bias"][200:].any()
    assert np.array_equal(lstm.weights["bias"][:200], -lstm.weights["bias"][200:400])


def test_slstm_and_mlstm_are_their_formulas():
    slstm, mlstm = (with_weights_of_order_one(LAYERS[name](dtype="float64")) for name in ("sLSTM", "mLSTM"))
    x, h, c, n = np.random.default_rng(0).normal(size=(1, T, D)), *np.zeros((3, H))
    C, sums, answers, memories = np.zeros((H, H)), np.zeros(H), slstm.forward(x)[0], mlstm.forward(x)[0]
    for t in range(T):
        a = x[0, t] @ slstm.weights["kernel"] + h @ slstm.weights["recurrent_kernel"] + slstm.weights["bias"]
        i, f, g, o = np.split(a, 4)
        c, n = sigmoid(f) * c + np.exp(i) * np.tanh(g), sigmoid(f) * n + np.exp(i)
        h = sigmoid(o) * c / n
        assert np.allclose(answers[t], h, atol=1e-12)
        a = x[0, t] @ mlstm.weights["kernel"] + mlstm.weights["bias"]
        q, k, v, o = np.split(a[: 4 * H], 4)
        C = sigmoid(a[-1]) * C + np.exp(a[-2]) * np.outer(v, k / H**0.5)
        sums = sigmoid(a[-1]) * sums + np.exp(a[-2]) * k / H**0.5
        assert np.allclose(memories[t], sigmoid(o) * (C @ q) / max(abs(sums @ q), 1), atol=1e-12)


@pytest.mark.parametrize("name", ["sLSTM", "mLSTM"])
@pytest.mark.filterwarnings("error")
def test_exponents_in_the_hundreds_do_no_harm(name):
    for size in (1000.0, -1000.0):
        assert np.isfinite(LAYERS[name]().forward(size * np.ones((2, T, D), "float32"))).all()


@pytest.mark.parametrize("attention", [True, False], ids=["attention", "no attention"])
def test_encoder_decoder(attention):
    rng = np.random.default_rng(0)
    model = with_weights_of_order_one(EncoderDecoder(3, H, attention=attention, seed=0, dtype="float64"))
    read, written = rng.integers(3, size=(N, T)), rng.integers(3, size=(N, T - 1))

    def loss():
        return softmax_cross_entropy(model.forward(read, written), written)[0]

    model.backward(softmax_cross_entropy(model.forward(read, written), written)[1])
    analytic = model.parameter_gradients.copy()
    assert relative_error(analytic, numeric_gradient(loss, model.parameters)) < 1e-7


def test_gradients_of_attention():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(2, steps, 3)) for steps in (4, 5, 5)]
    d_found = rng.normal(size=(2, 4, 3))
    found, weights = attend(*arrays, scale=0.7)
    assert np.allclose(weights.sum(axis=2), 1) and found.shape == (2, 4, 3)
    for array, analytic in zip(arrays, attend_backward(d_found, *arrays, weights, scale=0.7), strict=True):
        numeric = numeric_gradient(lambda: float(np.sum(d_found * attend(*arrays, scale=0.7)[0])), array)
        assert relative_error(analytic, numeric) < 1e-7


def test_what_is_written_follows_from_what_was_written():
    model = EncoderDecoder(4, 8, seed=0)
    read = np.random.default_rng(0).integers(4, size=(5, 6))
    written = model.write(read, 7)
    assert np.array_equal(model.forward(read, written).argmax(axis=2), written)
    assert model.looked_at.shape == (5, 7, 6)


def test_training_repeats_and_complains():
    def same(n, rng):
        read = rng.integers(2, size=(n, 2))
        return read, read

    first, second = (train_to_write(EncoderDecoder(2, 4, seed=0), same, 5, seed=1) for _ in range(2))
    assert np.array_equal(first, second)
    with pytest.raises(TypeError, match="model is of type MinGRU"):
        train_to_write(LAYERS["minGRU"](), same, 5)
    with pytest.raises(ValueError, match="read"):
        EncoderDecoder(2, 4, seed=0).forward([[0, 2]], [[0]])

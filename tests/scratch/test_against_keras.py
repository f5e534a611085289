"""Keras agrees: outputs, last states and every gradient, with random weights of order one."""

import numpy as np
import pytest

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Dense,
    Embedding,
    LastStep,
    Sequential,
    from_keras,
    mean_squared_error,
    relative_error,
    to_keras,
    train_step,
)

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

N, T, D, H = 5, 7, 3, 4
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
PAIRS = {
    "RNN": (RNN, {}, keras.layers.SimpleRNN, {}),
    "LSTM": (LSTM, {}, keras.layers.LSTM, {}),
    "GRU reset after": (GRU, {"reset_after": True}, keras.layers.GRU, {"reset_after": True}),
    "GRU reset before": (GRU, {"reset_after": False}, keras.layers.GRU, {"reset_after": False}),
}
STEPS = np.arange(T)
MASKS = {
    "no mask": None,
    "padding after": np.array([[7], [5], [1], [3], [6]]) > STEPS,
    "padding before": np.array([[0], [2], [6], [4], [1]]) <= STEPS,
    "holes": np.random.default_rng(3).random((N, T)) > 0.4,
    "rows without any step": np.array([True, False, True, False, True])[:, None] & (STEPS != 2),
}


def pair(name, dtype, seed=0):
    ours, options, theirs, keras_options = PAIRS[name]
    layer = ours(D, H, seed=0, dtype=dtype, **options)
    layer.parameters[...] = np.random.default_rng(seed).normal(size=layer.parameter_count)
    keras_layer = theirs(H, return_sequences=True, return_state=True, dtype=dtype, **keras_options)
    to_keras(layer, keras_layer)
    return layer, keras_layer


def differences(layer, keras_layer, x, states, mask, last_only=False):
    """Relative difference of everything that both layers compute, by name."""
    random = np.random.default_rng(5)
    dtype = layer.dtype
    factors = [random.normal(size=(N, T, H)).astype(dtype)] + [
        random.normal(size=(N, H)).astype(dtype) for _ in layer.state_names
    ]
    if last_only:
        factors[0][...] = 0
    tensors = [tf.Variable(a) for a in (x, *(states or ()))]
    with tf.GradientTape() as tape:
        results = keras_layer(
            tensors[0], mask=None if mask is None else tf.constant(mask), initial_state=tensors[1:] or None
        )
        loss = sum(tf.reduce_sum(a * b) for a, b in zip(results, factors, strict=True))
    variables = keras_layer.trainable_variables
    gradients = tape.gradient(loss, [*tensors, *(v.value for v in variables)])

    one = len(layer.state_names) == 1
    state = None if states is None else states[0] if one else tuple(states)
    outputs, last = layer.forward(x, state, mask)
    d_outputs = None if last_only else factors[0]
    dx = layer.backward(d_outputs, factors[1] if one else tuple(factors[1:]))
    ours = {"outputs": outputs, "dx": dx}
    theirs = {"outputs": results[0], "dx": gradients[0]}
    last = [last] if one else list(last)
    d_state = [layer.d_state] if one else list(layer.d_state)
    for k, letter in enumerate(layer.state_names):
        ours[f"last {letter}"], theirs[f"last {letter}"] = last[k], results[1 + k]
        if states is not None:
            ours[f"d initial {letter}"], theirs[f"d initial {letter}"] = d_state[k], gradients[1 + k]
    for variable, gradient in zip(variables, gradients[len(tensors) :], strict=True):
        ours[variable.name], theirs[variable.name] = layer.gradients[variable.name], gradient
    assert set(layer.gradients) <= set(ours)
    assert all(ours[name].dtype == dtype for name in ours)
    return {name: relative_error(ours[name], np.asarray(theirs[name])) for name in ours}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("with_state", [False, True], ids=["zero state", "given state"])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", PAIRS)
def test_recurrent_layers(name, mask, with_state, dtype):
    layer, keras_layer = pair(name, dtype)
    random = np.random.default_rng(1)
    x = random.normal(size=(N, T, D)).astype(dtype)
    states = [random.normal(size=(N, H)).astype(dtype) for _ in layer.state_names] if with_state else None
    for last_only in (False, True):
        found = differences(layer, keras_layer, x, states, MASKS[mask], last_only)
        assert max(found.values()) < TOLERANCE[dtype], found


# Keras keeps these settings in float32; numbers that float32 holds exactly leave no difference.
ADAM = {"learning_rate": 2**-6, "beta_1": 0.875, "beta_2": 1 - 2**-7, "epsilon": 2**-20}


def test_adam():
    random = np.random.default_rng(0)
    start = random.normal(size=40_000)  # more than two blocks
    ours, theirs = start.copy(), keras.Variable(start, dtype="float64")
    adam, keras_adam = Adam(**ADAM), keras.optimizers.Adam(**ADAM)
    for _ in range(100):
        gradient = random.normal(size=start.shape) * 10.0 ** random.integers(-8, 3, size=start.shape)
        adam.update(ours, gradient)
        keras_adam.apply([tf.constant(gradient)], [theirs])
    assert relative_error(ours - start, np.asarray(theirs) - start) < 1e-10
    assert vars(Adam())["learning_rate"] == pytest.approx(float(keras.optimizers.Adam().learning_rate))
    for name in ("beta_1", "beta_2", "epsilon"):
        assert getattr(Adam(), name) == getattr(keras.optimizers.Adam(), name)


def test_after_many_updates_the_networks_are_still_the_same():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(16, T, D)), random.normal(size=(16, 1))
    model = Sequential([LSTM(D, H, dtype="float64"), LastStep(), Dense(H, 1, dtype="float64")])
    lstm, dense = keras.layers.LSTM(H, dtype="float64"), keras.layers.Dense(1, dtype="float64")
    dense.build((None, H))
    to_keras(model.layers[0], lstm)
    to_keras(model.layers[2], dense)
    variables = lstm.trainable_variables + dense.trainable_variables
    adam, keras_adam = Adam(**ADAM), keras.optimizers.Adam(**ADAM)
    for _ in range(60):
        train_step(model, x, y, mean_squared_error, adam)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((dense(lstm(x)) - y) ** 2)
        keras_adam.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    assert relative_error(model.forward(x), np.asarray(dense(lstm(x)))) < 1e-10


@pytest.mark.parametrize("name", PAIRS)
def test_weights_go_to_keras_and_come_back(name):
    layer, keras_layer = pair(name, "float32")
    back = from_keras(keras_layer)
    assert type(back) is type(layer)
    assert {key: value.tolist() for key, value in back.weights.items()} == {
        key: value.tolist() for key, value in layer.weights.items()
    }


def test_dense_and_embedding_go_to_keras_and_come_back():
    dense, twin = Dense(3, 2, "tanh", seed=0), keras.layers.Dense(2, activation="tanh")
    twin.build((None, 3))
    to_keras(dense, twin)
    x = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")
    assert relative_error(dense.forward(x), np.asarray(twin(x))) < 1e-6
    assert relative_error(from_keras(twin).forward(x), dense.forward(x)) == 0
    table, twin = Embedding(6, 2, seed=0), keras.layers.Embedding(6, 2)
    to_keras(table, twin)
    words = np.array([[1, 5, 0]])
    assert relative_error(table.forward(words), np.asarray(twin(words))) == 0
    assert relative_error(from_keras(twin).forward(words), table.forward(words)) == 0


def test_initial_weights_are_drawn_as_in_keras():
    for name, (ours, options, theirs, keras_options) in PAIRS.items():
        layer, keras_layer = ours(30, 20, seed=0, **options), theirs(20, **keras_options)
        keras_layer.build((None, None, 30))
        for variable in keras_layer.trainable_variables:
            spread = layer.weights[variable.name].std()
            assert spread == pytest.approx(np.asarray(variable).std(), rel=0.1), (name, variable.name)
        recurrent = layer.weights["recurrent_kernel"]
        assert np.allclose(recurrent @ recurrent.T, np.eye(20), atol=1e-5)


def test_unfit_keras_layers_are_refused():
    for bad, message in [
        (keras.layers.LSTM(4, activation="relu"), "keras_layer has activation='relu', expected tanh"),
        (keras.layers.LSTM(4, use_bias=False), "keras_layer has use_bias=False, expected use_bias=True"),
        (keras.layers.LSTM(4, go_backwards=True), "go_backwards"),
        (keras.layers.LSTM(5), "keras_layer has weights of shapes"),
    ]:
        with pytest.raises(ValueError, match=message):
            to_keras(LSTM(3, 4, seed=0), bad)
    with pytest.raises(TypeError, match="keras_layer is a GRU, expected the Keras form of LSTM"):
        to_keras(LSTM(3, 4, seed=0), keras.layers.GRU(4))
    with pytest.raises(TypeError, match="keras_layer is of type Dropout"):
        from_keras(keras.layers.Dropout(0.5))
    with pytest.raises(ValueError, match="keras_layer has no weights yet"):
        from_keras(keras.layers.LSTM(4))

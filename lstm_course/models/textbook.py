"""The Keras models of lessons 4 to 7, as the textbooks write them, and what trains and looks into them.

Keras and TensorFlow are imported by the functions, not by this module.

Threads and compilation: `setup` gives TensorFlow one thread, so that two notebooks side by side do
not wait for each other and a product is summed in the same order everywhere. `jit_compile` stays at Keras's
"auto", which on a processor means off: XLA takes 6 to 9 s to compile a recurrent layer, more than a lesson's
training takes.
"""

import numpy as np

from lstm_course.common import arguments
from lstm_course.scratch.keras_weights import from_keras
from lstm_course.scratch.layers import chrono_biases

CELLS = ("LSTM", "GRU", "SimpleRNN")


def text_classifier(
    input_dim, output_dim=128, units=128, dropout=0.2, recurrent_dropout=0.2, cell="LSTM", learning_rate=0.001
):
    """The textbook classifier: embedding, one recurrent layer, a dense layer, a yes or no.

    Args:
        input_dim: size of the vocabulary, padding (0) and out-of-vocabulary (1) included.
        output_dim: length of a word's vector, default 128.
        units: units of the recurrent layer, default 128.
        dropout: share of the recurrent layer's inputs that is dropped in training, default 0.2.
        recurrent_dropout: share of its own state that is dropped in training, default 0.2. It doubles the
            time of a training step (Gal & Ghahramani 2016 describe what it is for).
        cell: "LSTM" (default), "GRU" or "SimpleRNN".
        learning_rate: of Adam, default 0.001 as in Keras.

    Returns:
        A compiled `keras.Sequential`: word numbers (N, T), padded with 0, to probabilities (N, 1).

    Raises:
        TypeError, ValueError: if a size is not a whole number above 0, a share not from 0 to 1, or the cell
            unknown.

    Example:
        >>> text_classifier(input_dim=1000).count_params()
        267905
    """
    import keras

    layers = keras.layers
    recurrent = getattr(layers, arguments.one_of("cell", cell, CELLS))
    return _compiled(
        [
            keras.Input(shape=(None,), dtype="int32"),
            layers.Embedding(_size("input_dim", input_dim), _size("output_dim", output_dim), mask_zero=True),
            recurrent(
                _size("units", units),
                dropout=_share("dropout", dropout),
                recurrent_dropout=_share("recurrent_dropout", recurrent_dropout),
            ),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ],
        "binary_crossentropy",
        learning_rate,
        metrics=["accuracy"],
    )


def stacked_text_classifier(input_dim, output_dim=128, units=(128, 64), learning_rate=0.001):
    """The textbook stack: embedding, LSTM layers one above the other, a yes or no.

    Args:
        input_dim: size of the vocabulary, padding (0) and out-of-vocabulary (1) included.
        output_dim: length of a word's vector, default 128.
        units: units of each LSTM from the lowest up, default (128, 64). All but the last hand up the output
            of every step.
        learning_rate: of Adam, default 0.001 as in Keras.

    Returns:
        A compiled `keras.Sequential`: word numbers (N, T), padded with 0, to probabilities (N, 1).

    Raises:
        TypeError, ValueError: if a size is not a whole number above 0, or there is no layer.

    Example:
        >>> model = stacked_text_classifier(input_dim=1000)
        >>> [type(layer).__name__ for layer in model.layers], model.count_params()
        (['Embedding', 'LSTM', 'LSTM', 'Dense'], 309057)
    """
    import keras

    layers = keras.layers
    units = arguments.integers("units", units, ("L",), minimum=1).tolist()
    if not units:
        raise ValueError("units is empty, expected the units of at least one LSTM")
    return _compiled(
        [
            keras.Input(shape=(None,), dtype="int32"),
            layers.Embedding(_size("input_dim", input_dim), _size("output_dim", output_dim), mask_zero=True),
            *[layers.LSTM(size, return_sequences=True) for size in units[:-1]],
            layers.LSTM(units[-1]),
            layers.Dense(1, activation="sigmoid"),
        ],
        "binary_crossentropy",
        learning_rate,
        metrics=["accuracy"],
    )


def forecaster(timesteps, features=1, units=50, outputs=1, learning_rate=0.001):
    """The textbook forecaster: two LSTM layers and a dense one.

    Args:
        timesteps: steps back that it sees, for example 60.
        features: numbers a step, default 1.
        units: units of each LSTM, default 50.
        outputs: numbers that it forecasts, default 1.
        learning_rate: of Adam, default 0.001 as in Keras.

    Returns:
        A compiled `keras.Sequential`: windows (N, timesteps, features) to forecasts (N, outputs).

    Raises:
        TypeError, ValueError: if a size is not a whole number above 0.

    Example:
        >>> forecaster(timesteps=60).count_params()
        30651
    """
    import keras

    layers, units = keras.layers, _size("units", units)
    return _compiled(
        [
            keras.Input(shape=(_size("timesteps", timesteps), _size("features", features))),
            layers.LSTM(units, return_sequences=True),
            layers.LSTM(units),
            layers.Dense(_size("outputs", outputs)),
        ],
        "mean_squared_error",
        learning_rate,
    )


def _compiled(layers, loss, learning_rate, metrics=None):
    import keras

    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.Adam(_rate(learning_rate)), loss=loss, metrics=metrics)
    return model


def _size(name, value):
    return arguments.whole_number(name, value)


def _share(name, value):
    return arguments.real_number(name, value, minimum=0, maximum=1)


def _rate(value):
    return arguments.real_number("learning_rate", value, minimum=0)


def open_gates(model, lag, seed=0):
    """Prepare every LSTM of a Keras model for memories of up to `lag` steps, before it is trained.

    Draws the forget biases as log U(1, lag - 1) and sets the input biases to minus them (Tallec & Ollivier
    2018), as `LSTM(chrono=lag)` of lesson 3 does. With Keras's own forget bias of 1 half of a memory is lost
    every two steps.

    Args:
        model: a built Keras model.
        lag: longest lag to be remembered, in steps, more than 2.
        seed: of the random numbers, default 0.

    Returns:
        The same model.

    Raises:
        TypeError, ValueError: if lag is not a number above 2, or the model has no LSTM.

    Example:
        >>> model = open_gates(stacked_text_classifier(100, 8, units=(4, 3)), lag=100)
        >>> bias = model.layers[1].get_weights()[2]
        >>> bool((bias[4:8] == -bias[:4]).all())
        True
    """
    import keras

    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.LSTM)]
    if not recurrent:
        raise ValueError("model has no LSTM layer, expected at least one")
    random = arguments.generator("seed", seed)
    for layer in recurrent:
        H, (kernel, recurrent_kernel, bias) = layer.units, layer.get_weights()
        bias[H : 2 * H] = chrono_biases(random, lag, H)
        bias[:H] = -bias[H : 2 * H]
        layer.set_weights([kernel, recurrent_kernel, bias])
    return model


def recurrent_inputs(model, x, layer=-1):
    """A recurrent layer of a Keras model as one of our own, with what reaches it: to look into it.

    `memory.gradient_by_lag`, `memory.step_jacobians` and `plots.gate_timeline` take it from here. Dropout is
    off, as in `predict`.

    Args:
        model: a built `keras.Sequential`.
        x: inputs of the model, one row per sequence, all of the same length and without padding: our
            measures count every step.
        layer: which of the model's recurrent layers, counted from the lowest; default -1, the last.

    Returns:
        (ours, inputs): an `RNN`, `LSTM` or `GRU` with a copy of the weights, and its input (N, T, D).

    Raises:
        TypeError, ValueError: if the model has no such layer, or it is one that ours cannot be.

    Example:
        >>> model = stacked_text_classifier(100, 8, units=(4, 3))
        >>> ours, inputs = recurrent_inputs(model, np.ones((2, 6), int))
        >>> ours.hidden_size, inputs.shape
        (3, (2, 6, 4))
    """
    import keras

    kinds = tuple(getattr(keras.layers, cell) for cell in CELLS)
    places = [place for place, one in enumerate(model.layers) if isinstance(one, kinds)]
    if not -len(places) <= layer < len(places):
        raise ValueError(f"layer is {layer}, expected one of the model's {len(places)} recurrent layers")
    place = places[layer]
    inputs = np.asarray(x)
    for one in model.layers[:place]:
        inputs = one(inputs, training=False)
    return from_keras(model.layers[place]), np.asarray(inputs)

"""The Keras models of the lessons: what is in them, in today's Keras, silent, and repeatable."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from lstm_course import memory, models  # noqa: E402 - Keras may be missing
from lstm_course.models.textbook import CELLS  # noqa: E402


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def lstm_count(inputs, units):
    return 4 * units * (inputs + units + 1)


def test_the_text_classifier_is_the_text_books():
    model = models.text_classifier(input_dim=500, output_dim=12, units=7)
    assert kinds(model) == ["Embedding", "LSTM", "Dense", "Dropout", "Dense"]
    embedding, lstm, hidden, dropout, output = model.layers
    assert embedding.mask_zero and not lstm.return_sequences
    assert (lstm.dropout, lstm.recurrent_dropout, dropout.rate) == (0.2, 0.2, 0.5)
    assert (hidden.units, hidden.activation.__name__) == (64, "relu")
    assert (output.units, output.activation.__name__) == (1, "sigmoid")
    assert model.count_params() == 500 * 12 + lstm_count(12, 7) + (7 + 1) * 64 + (64 + 1)
    assert type(model.optimizer).__name__ == "Adam" and model.loss == "binary_crossentropy"
    assert model(np.ones((3, 9), int)).shape == (3, 1)


@pytest.mark.parametrize(("cell", "blocks", "biases"), [("LSTM", 4, 1), ("GRU", 3, 2), ("SimpleRNN", 1, 1)])
def test_the_cell_can_be_chosen(cell, blocks, biases):
    model = models.text_classifier(100, 8, 5, cell=cell)
    assert kinds(model)[1] == cell
    assert model.layers[1].count_params() == blocks * 5 * (8 + 5 + biases)


def test_padding_does_not_count():
    model = models.text_classifier(100, 8, 5)
    words = np.array([[4, 9, 17]])
    padded = np.array([[4, 9, 17, 0, 0, 0]])
    assert np.allclose(model(words), model(padded), atol=1e-7)


@pytest.mark.parametrize("units", [(6,), (6, 3), (6, 5, 4)])
def test_the_stack_hands_up_every_step_but_the_last(units):
    model = models.stacked_text_classifier(100, 8, units)
    lstms = model.layers[1:-1]
    assert [layer.units for layer in lstms] == list(units)
    assert [layer.return_sequences for layer in lstms] == [True] * (len(units) - 1) + [False]
    expected = 100 * 8 + sum(map(lstm_count, (8, *units), units)) + units[-1] + 1
    assert model.count_params() == expected
    assert model(np.ones((2, 5), int)).shape == (2, 1)


def test_the_forecaster():
    model = models.forecaster(timesteps=20, features=3, units=6, outputs=4)
    assert kinds(model) == ["LSTM", "LSTM", "Dense"]
    assert model.input_shape == (None, 20, 3) and model.output_shape == (None, 4)
    assert model.count_params() == lstm_count(3, 6) + lstm_count(6, 6) + (6 + 1) * 4
    assert model.loss == "mean_squared_error"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: models.text_classifier(0), ValueError, "input_dim is 0"),
        (lambda: models.text_classifier(10, units=2.5), TypeError, "units is 2.5"),
        (lambda: models.text_classifier(10, dropout=2), ValueError, "dropout is 2"),
        (lambda: models.text_classifier(10, cell="lstm"), ValueError, "'LSTM', 'GRU' or 'SimpleRNN'"),
        (lambda: models.stacked_text_classifier(10, units=()), ValueError, "units"),
        (lambda: models.forecaster(10, outputs="two"), TypeError, "outputs is"),
        (lambda: models.open_gates(models.text_classifier(10, 2, 2, cell="GRU"), 50), ValueError, "no LSTM"),
        (lambda: models.open_gates(models.forecaster(5, units=2), 2), ValueError, "greater than 2"),
        (lambda: models.batches(np.ones(3), np.ones(4)), ValueError, "the same number of rows"),
        (lambda: models.batches([]), ValueError, "at least one"),
        (lambda: models.batches([1, 2], batch_size=0), ValueError, "batch_size is 0"),
        (lambda: models.batches([1, 2], shuffle_seed="a"), TypeError, "shuffle_seed is 'a'"),
        (
            lambda: models.recurrent_inputs(models.forecaster(5, units=2), np.ones((1, 5, 1)), layer=2),
            ValueError,
            "2 recurrent layers",
        ),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_training_repeats_to_the_last_bit():
    x, y = np.random.default_rng(0).normal(size=(40, 6, 1)), np.ones((40, 1))
    losses = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = models.forecaster(6, units=3)
        losses.append(model.fit(models.batches(x, y, shuffle_seed=1), epochs=2, verbose=0).history["loss"])
    assert losses[0] == losses[1]


def test_open_gates_remember_longer():
    words = np.random.default_rng(0).integers(2, 50, (4, 80))
    reach = []
    for lag in (None, 100):
        keras.utils.set_random_seed(0)
        model = models.text_classifier(50, 8, 6)
        if lag:
            models.open_gates(model, lag)
        layer, inputs = models.recurrent_inputs(model, words)
        norms = memory.gradient_by_lag(layer, inputs).mean(axis=0)
        reach.append(memory.memory_horizon(norms))
    assert reach[0] < 40 < reach[1]


@pytest.mark.parametrize("cell", CELLS)
def test_our_layer_does_what_the_keras_layer_does(cell):
    model = models.text_classifier(50, 8, 6, cell=cell)
    words = np.random.default_rng(1).integers(2, 50, (3, 9))
    layer, inputs = models.recurrent_inputs(model, words)
    outputs, _ = layer.forward(inputs)
    theirs = model.layers[1](model.layers[0](words))
    assert np.allclose(outputs[:, -1], theirs, atol=1e-6)
    assert layer.gates["h"].shape == (3, 9, 6)


def test_the_upper_layer_of_a_stack_sees_the_lower_ones_outputs():
    model = models.stacked_text_classifier(50, 8, units=(6, 4))
    words = np.random.default_rng(1).integers(2, 50, (3, 9))
    lower, vectors = models.recurrent_inputs(model, words, layer=0)
    upper, inputs = models.recurrent_inputs(model, words)
    assert np.allclose(lower.forward(vectors)[0], inputs, atol=1e-6)
    assert np.allclose(
        upper.forward(inputs)[0][:, -1] @ model.layers[-1].kernel + model.layers[-1].bias,
        np.log(1 / (1 / model(words) - 1)),
        atol=1e-5,
    )

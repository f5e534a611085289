"""The rows come in the same order whatever computes for Keras, and the gradients are Keras's own."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from helpers import ROOT

keras = pytest.importorskip("keras")

from lstm_course import models, scratch  # noqa: E402 - Keras may be missing
from lstm_course.common import environment  # noqa: E402


def orders(dataset, epochs=2):
    return [np.concatenate([x for x, y in dataset]).tolist() for _ in range(epochs)]


def test_the_same_seed_gives_the_same_batches_whatever_else_is_random():
    x, y = np.arange(10), np.arange(10) * 2
    keras.utils.set_random_seed(1)
    first = orders(models.batches(x, y, batch_size=4, shuffle_seed=7))
    keras.utils.set_random_seed(2)
    assert orders(models.batches(x, y, batch_size=4, shuffle_seed=7)) == first
    assert orders(models.batches(x, y, batch_size=4, shuffle_seed=8)) != first
    assert first[0] != first[1]  # every epoch has an order of its own
    assert all(sorted(order) == x.tolist() for order in first)


def test_batches_keep_rows_together_and_in_order_without_a_seed():
    batches = list(models.batches(np.arange(7), np.arange(7) * 2, batch_size=3))
    assert [x.numpy().tolist() for x, y in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    assert all((y == 2 * x).numpy().all() for x, y in batches)


def test_fit_on_batches_waits_for_no_tuning_thread():
    data = models.batches(np.ones((64, 5, 1)), np.ones((64, 1)), shuffle_seed=0)
    assert data.options().autotune.enabled is False and data.cardinality() == 2
    model = models.forecaster(5, units=2)
    history = model.fit(data, epochs=3, verbose=0)
    assert len(history.history["loss"]) == 3


@pytest.mark.parametrize("seed", [None, 7])
@pytest.mark.parametrize("rows", [8, 10])
def test_another_backend_gets_the_same_rows_in_the_same_order(seed, rows, monkeypatch):
    x, y = np.random.default_rng(0).normal(size=(2, rows, 3))
    of_tensorflow = models.batches(x, y, batch_size=4, shuffle_seed=seed)
    expected = [[part.numpy() for part in batch] for _ in range(3) for batch in of_tensorflow]
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    ours = models.batches(x, y, batch_size=4, shuffle_seed=seed)
    ours.on_epoch_begin()
    _ = ours[1]  # before it trains, `fit` looks at a batch of an epoch that it then leaves
    found = []
    for _ in range(3):
        ours.on_epoch_begin()
        numbers = list(range(len(ours)))
        random.shuffle(numbers)  # as `fit` does by itself
        found += [ours[number] for number in numbers]
    assert all(
        (a == b).all()
        for got, want in zip(found, expected, strict=True)
        for a, b in zip(got, want, strict=True)
    )


def test_gradients_of_a_layer_are_those_of_ours():
    random = np.random.default_rng(0)
    layer = keras.layers.LSTM(4, return_sequences=True, dtype="float64")
    layer.build((None, 6, 3))
    layer.set_weights([random.normal(size=each.shape) for each in layer.get_weights()])
    x = random.normal(size=(2, 6, 3))
    outputs, gradients = models.layer_gradients(layer, x, lambda hs: keras.ops.sum(hs**2))
    ours = scratch.from_keras(layer)
    hs, _ = ours.forward(x)
    ours.backward(2 * hs)
    assert np.allclose(outputs, hs, atol=1e-12)
    for name, gradient in zip(("kernel", "recurrent_kernel", "bias"), gradients, strict=True):
        assert np.allclose(gradient, ours.gradients[name], atol=1e-12)


def test_a_backend_that_nobody_has_tried_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match="Keras computes with torch, expected tensorflow or jax"):
        models.layer_gradients(keras.layers.Dense(1), np.ones((1, 2)), keras.ops.sum)


def test_the_backend_is_tensorflow_unless_jax_is_asked_for_and_there(monkeypatch):
    for asked in ("", "tensorflow", "torch", "jax"):
        monkeypatch.setenv("KERAS_BACKEND", asked)
        monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "jax" else name)
        assert environment.for_keras()["KERAS_BACKEND"] == environment.backend() == "tensorflow"
        monkeypatch.setattr(environment, "find_spec", lambda name: name)
        assert environment.for_keras()["KERAS_BACKEND"] == ("jax" if asked == "jax" else "tensorflow")


@pytest.mark.skipif(environment.find_spec("jax") is None, reason="JAX is not installed")
def test_lessons_train_on_jax():
    code = """
from lstm_course import setup
setup(seed=1)
import keras, numpy as np
from lstm_course.models import batches, layer_gradients, text_classifier
model = text_classifier(50, 4, 3)
x, y = np.arange(40).reshape(10, 4), np.arange(10) % 2
assert model.fit(batches(x, y, 4, shuffle_seed=0), epochs=2, verbose=0).history["loss"][1] > 0
layer = keras.layers.Dense(1, kernel_initializer="ones")
layer.build((None, 2))
outputs, gradients = layer_gradients(layer, np.array([[2.0, 3.0]]), keras.ops.sum)
assert outputs.tolist() == [[5.0]] and gradients[0].ravel().tolist() == [2.0, 3.0]
print(keras.backend.backend())
"""
    environ = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ)
    assert (done.stdout, done.stderr) == ("jax\n", "")

"""Networks started and rounded as on another processor, and the last word of a run of the tests."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from lstm_course.scratch.shaking import VARIABLE, disturbed

# Trains a network of ours and one of Keras', and prints their weights before and after.
TRAINING = """
import json, sys
import numpy as np
from lstm_course import setup
setup()
from lstm_course.scratch import GRU, LSTM, RNN, Adam, Dense, Embedding, LastStep, Sequential
from lstm_course.scratch import mean_squared_error, train_step
x, y = np.linspace(-1, 1, 40, dtype="float32").reshape(4, 10, 1), np.ones((4, 1), "float32")

def ours(optimizer):
    layers = [LSTM(1, 3, seed=0), RNN(3, 3, seed=1), GRU(3, 3, seed=2), LastStep(), Dense(3, 1, seed=3)]
    model = Sequential(layers)
    before = model.parameters.tolist()
    train_step(model, x, y, mean_squared_error, optimizer)
    return before, model.parameters.tolist(), model.parameter_gradients.tolist()

told = {"ours": ours(Adam(0.01)), "twin": ours(Adam(0.01))}
told["words"] = Embedding(4, 2, seed=0).parameters.tolist()
if "keras" in sys.argv:
    import keras
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Embedding(5, 3), keras.layers.LSTM(3),
                              keras.layers.Dense(1)])
    model.compile("adam", "mse")
    told["keras"] = [np.concatenate([w.ravel() for w in model.get_weights()]).tolist()]
    model.fit(np.arange(40).reshape(4, 10) % 5, y, epochs=2, verbose=0)
    told["keras"].append(np.concatenate([w.ravel() for w in model.get_weights()]).tolist())
print(json.dumps(told))
"""


def trained(seed, *arguments):
    return json.loads(python(TRAINING, *arguments, seed=seed))


def python(code, *arguments, seed):
    environment = os.environ | ({VARIABLE: str(seed)} if seed is not None else {})
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def still():
    return trained(None, "keras")


@pytest.fixture(scope="module")
def shaken():
    return trained(7, "keras")


def relative(old, new):
    old, new = np.array(old), np.array(new)
    assert np.array_equal(old == 0, new == 0)
    return np.abs(new[old != 0] / old[old != 0] - 1)


@pytest.mark.parametrize("network", ["ours", "keras"])
def test_every_weight_starts_a_hair_elsewhere(still, shaken, network):
    moved = relative(still[network][0], shaken[network][0])
    assert np.mean(moved > 0) > 0.85 and 2e-7 < moved.mean() < 2e-6 and moved.max() < 1e-5


def test_an_embedding_too(still, shaken):
    assert 0 < relative(still["words"], shaken["words"]).max() < 1e-5


@pytest.mark.parametrize("network", ["ours", "keras"])
def test_the_training_goes_another_way_but_not_far(still, shaken, network):
    assert 0 < np.abs(np.subtract(still[network][1], shaken[network][1])).max() < 1e-2


def test_networks_that_are_equal_stay_equal(shaken):
    assert shaken["ours"] == shaken["twin"]


def test_a_seed_repeats_and_another_does_not(shaken):
    again, other = trained(7), trained(8)
    assert again["ours"] == shaken["ours"] and again["ours"] != other["ours"]


def test_without_the_variable_nothing_is_disturbed(still):
    assert trained(None)["ours"] == still["ours"]


def test_a_numpy_lesson_that_is_shaken_loads_no_keras():
    code = "import sys; from lstm_course import setup; setup(); print('keras' in sys.modules)"
    assert python(code, seed=1) == "False\n"


def test_noise_keeps_type_and_shape():
    values = np.ones((3, 2), "float32")
    moved = disturbed(values, 1, 1e-6)
    assert moved.dtype == values.dtype and moved.shape == values.shape and np.all(values == 1)


@pytest.fixture
def last_word(pytestconfig):
    plugins = pytestconfig.pluginmanager.get_plugins()
    return next(plugin.last_word for plugin in plugins if hasattr(plugin, "last_word"))


@pytest.mark.parametrize(
    ("status", "failed", "words"),
    [
        (0, [], "All is well"),
        (1, ["notebooks/04_a.ipynb::1", "solutions/04_a.ipynb::1"], "other numbers in notebooks/04_a.ipynb"),
        (1, ["solutions/04_text.ipynb::Cell 3", "tests/test_text.py::test_a"], "2 tests failed"),
        (1, ["tests/test_text.py::test_a"], "1 test failed"),
        (2, [], "Stopped before the end."),
        (3, [], "`python start.py doctor`"),
        (5, [], "No test was run"),
    ],
)
def test_the_last_word(last_word, status, failed, words):
    said = last_word(pytest.ExitCode(status), failed)
    assert words in said and "\n" not in said

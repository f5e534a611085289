"""Answers that are Keras models: looked at inside the sandbox, compared outside."""

import pytest

from lstm_course.exercises import find
from lstm_course.grading import marking, sandbox

try:
    KIND = sandbox.available()
except sandbox.NoSandbox as error:
    pytest.skip(f"needs a sandbox: {error}", allow_module_level=True)
pytest.importorskip("keras")

STACK = find("fix_the_stack")


def marked(source):
    return marking.mark_notebook(["import keras\nfrom keras import layers", source], "05", 3, KIND)[0]


def test_a_right_model():
    assert marked(STACK.source)["status"] == "right"


def test_a_known_mistake_is_named():
    mistake = STACK.mistakes[0]
    row = marked(STACK.text_with(mistake))
    assert row["status"] != "right" and mistake.name in row["mistake"]


def test_something_else_that_claims_to_be_a_model():
    source = (
        "class Yes(keras.Model):\n    def __init__(self): pass\n    built = True\n    weights = []\n"
        "    def set_weights(self, weights): pass\n    def __call__(self, *a): return 0.5\n"
        "    def count_params(self): return 10**9\n"
        "def fix_the_stack(input_dim, output_dim, first, second):\n    return Yes()\n"
    )
    assert marked(source)["score"] == 0

"""The library is no answer key: what it has done is found, and counts what the instructor says."""

import importlib
import sys

import pytest
from helpers import ROOT, sandbox_of_this_machine
from helpers import write_notebook as write

from lstm_course import exercises
from lstm_course.common.notebooks import code_of
from lstm_course.grading import batch, marking
from lstm_course.grading.inside.calls import Calls
from lstm_course.grading.marking import library

KIND = sandbox_of_this_machine()
NUMPY = "import numpy as np"


def row_of(name, *cells, lesson=None):
    rows = marking.mark_notebook([NUMPY, *cells], lesson or exercises.find(name).lesson, 5, KIND)
    return next(row for row in rows if row["exercise"] == name)


RNN_STEP = """
def one_step(x, h_prev, weights):
    size, features = weights["bh"].size, np.shape(x)[-1]
    layer = RNN(features, size, dtype="float64")
    layer.load_cell_weights(weights)
    x, h = np.atleast_2d(x), np.atleast_2d(h_prev)
    return layer.forward(x[:, None], h)
"""
CELL = (
    "def rnn_cell(x, h_prev, weights):\n    return one_step(x, h_prev, weights)[1].reshape(np.shape(h_prev))"
)
# name -> (exercise, cells): the values are right, and the library has made them
KEYS = {
    "a layer for its cell": (
        "rnn_cell",
        ["from lstm_course.scratch import RNN", RNN_STEP,
         "def rnn_cell(x, h_prev, weights):\n    h = one_step(x, h_prev, weights)[1]\n"
         "    return h.reshape(np.shape(h_prev))"],
    ),
    "imported inside, under another name": (
        "rnn_cell",
        [RNN_STEP.replace("    size", "    from lstm_course.scratch.layers.rnn import RNN as tool\n    size")
         .replace("RNN(", "tool("),
         CELL],
    ),
    "by a class of its own": (
        "rnn_cell",
        ["from lstm_course.scratch import RNN\nclass Mine(RNN):\n    pass", RNN_STEP.replace("RNN(", "Mine("),
         CELL],
    ),
    "kept in a table": (
        "rnn_cell",
        ["import lstm_course.scratch as s\ntools = {'a': [s.RNN]}",
         RNN_STEP.replace("RNN(", "tools['a'][0]("),
         CELL],
    ),
    "found by its path": (
        "rnn_cell",
        ["import importlib\n",
         RNN_STEP.replace("RNN(", "importlib.import_module('lstm_course.scratch').RNN("),
         CELL],
    ),
    "in a thread": (
        "rnn_cell",
        ["from lstm_course.scratch import RNN\nfrom concurrent.futures import ThreadPoolExecutor", RNN_STEP,
         "def rnn_cell(x, h_prev, weights):\n    with ThreadPoolExecutor(1) as pool:\n"
         "        made = pool.submit(one_step, x, h_prev, weights).result()\n"
         "    return made[1].reshape(np.shape(h_prev))"],
    ),
    "with its eyes shut": (
        "rnn_cell",
        ["import sys\nfrom lstm_course.scratch import RNN", RNN_STEP,
         "def rnn_cell(x, h_prev, weights):\n    sys.setprofile(None)\n"
         "    return one_step(x, h_prev, weights)[1].reshape(np.shape(h_prev))"],
    ),
    "a function that another lesson's answer has become": (
        "sigmoid", ["from lstm_course.scratch.cells import bare_sigmoid",
                    "def sigmoid(x):\n    return bare_sigmoid(np.clip(np.asarray(x, float), -700, 700))"]
    ),
    "numeric differences of the library": (
        "state_jacobian",
        ["from lstm_course.scratch import numeric_gradient, rnn_cell",
         "def state_jacobian(x, h_prev, weights):\n    h_prev = np.array(h_prev)\n"
         "    return np.array([numeric_gradient(lambda: rnn_cell(x, h_prev, weights)[k], h_prev) "
         "for k in range(len(h_prev))])"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_what_the_library_has_done_is_found(name):
    exercise, cells = KEYS[name]
    row = row_of(exercise, *cells)
    assert row["status"] == library.STATUS, row
    assert row["score"] == 0 and "The values come from" in row["message"]


@pytest.mark.parametrize(("worth", "share"), library.WORTH.items())
def test_it_counts_what_the_instructor_says(tmp_path, worth, share):
    exercise, cells = KEYS["a layer for its cell"]
    points = exercises.find(exercise).points
    write(tmp_path / "in/ada/01.ipynb", NUMPY, *cells)
    run = {"jobs": 1, "seed": 3, "say": lambda line: None}
    assert (
        batch.run(tmp_path / "in", tmp_path / "out", library=worth, **run).results[0]["score"]
        == share * points
    )
    again = batch.run(tmp_path / "in", tmp_path / "out", library="half", **run)
    assert (again.results[0]["score"], again.graded) == (points / 2, 0)  # no notebook is run for it
    page = next((tmp_path / "out/feedback").glob("*.html")).read_text()
    assert "by calling the library" in page


def test_keras_in_place_of_a_cell_is_found():
    pytest.importorskip("keras")
    cells = [
        "import keras",
        "def sigmoid(x):\n    return np.asarray(keras.ops.sigmoid(np.asarray(x, 'float64')), 'float64')",
    ]
    row = row_of("sigmoid", *cells)
    assert row["status"] == library.STATUS and "keras" in row["message"], row


ALLOWED = {
    "what the lesson hands over": (
        "from lstm_course.scratch import rnn_cell", "rnn_cell(x, h_prev, weights)"
    ),
    "drawing": ("from lstm_course.plots import draw_cell", "draw_cell()"),
    "only named": ("from lstm_course.scratch import RNN, numeric_gradient", "RNN, numeric_gradient"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_answers_nothing_may_be_called(name):
    before, line = ALLOWED[name]
    head, _, rest = exercises.find("state_jacobian").source.partition("\n")
    row = row_of("state_jacobian", before, f"{head}\n    {line}\n{rest}")
    assert row["status"] == "right", row


@pytest.mark.parametrize("lesson", ["00", "01", "02", "03", "06", "07", "10"])
def test_the_lessons_own_solutions_are_their_own(lesson):
    (solved,) = (ROOT / "solutions").glob(f"{lesson}_*.ipynb")
    rows = marking.mark_notebook(code_of(solved.read_bytes()), lesson, 5, KIND, marking.limits_for(lesson))
    assert {row["exercise"]: row["message"] for row in rows if row["status"] != "right"} == {}


def test_an_import_is_no_call():
    module = "lstm_course.memory.measures"
    kept = sys.modules.pop(module, None)
    with Calls() as calls:
        importlib.import_module(module)
    if kept:
        sys.modules[module] = kept
    assert calls.names == []

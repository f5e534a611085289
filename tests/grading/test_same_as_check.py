"""The grader says of an answer what the learner's own check said: verdict, mistake, sentence and notes."""

import linecache

import pytest
from helpers import sandbox_of_this_machine

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.exercises.judging import judge
from lstm_course.grading import marking
from lstm_course.grading.marking import observing

KIND = sandbox_of_this_machine()
SEED = 0  # that of `check`
VERDICTS = {"error": "wrong", "timed out": "wrong"}  # what the grader tells apart and check does not


def as_the_learner_sees_it(cells, names):
    """What check says of each answer, right after the cell in which it is written."""
    notebook, found = {"__name__": "__main__"}, {}
    for number, source in enumerate(cells):
        before = dict(notebook)
        file = f"<learner's cell {number}>"
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), notebook)
        for name in names:
            if number and name not in found and notebook.get(name) is not before.get(name):
                found[name] = told(judge(exercises.find(name), notebook[name]))
    return found


def told(finding):
    return finding.status, finding.mistake, finding.sentence, list(finding.notes)


def as_graded(cells, lesson):
    """What the grader says of each answer."""
    found = {}
    for row in marking.mark_notebook(cells, lesson, SEED, KIND):
        status = VERDICTS.get(row["status"], row["status"])
        if status != "missing":
            found[row["exercise"]] = status, row["mistake"], row["message"], row["notes"]
    return found


def with_mistake(exercise, number):
    """Source of an answer with the mistake of that number, counted round."""
    return exercise.text_with(exercise.mistakes[number % len(exercise.mistakes)])


BEFORE = """import math
import numpy as np
from lstm_course import proven
from lstm_course.scratch import numeric_gradient, relative_error, rnn_cell, sigmoid
"""


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("lesson", ["00", "01", "02", "03", "06", "07", "10"])
def test_known_mistakes_are_named_alike(lesson, number):
    wanted = [each for each in marking.exercises_of(lesson) if isinstance(each, Exercise)]
    wanted = [each for each in wanted if not observing.needs_keras(each)]
    cells = [BEFORE, *(with_mistake(each, number) for each in wanted)]
    learner = as_the_learner_sees_it(cells, [each.id for each in wanted])
    assert as_graded(cells, lesson) == learner
    assert any(mistake for _, mistake, _, _ in learner.values())


CELL = "def rnn_cell(x, h_prev, weights):\n    return h_prev"
TEST = """def test_rnn_cell(cell):
    weights = {{"Wh": np.array([[0.5, -1.0, 0.25], [1.5, 0.25, -0.5]]), "bh": {}}}
    h = cell(x=np.array([2.0]), h_prev=np.array([0.5, -0.5]), weights=weights)
    assert np.allclose(h, np.tanh({}))
"""
# lesson, cells: remarks that need the learner's source, or what it takes from the notebook
REMARKS = {
    "power": ("02", ["def memory_horizon(norms, threshold=0.01):\n    return len(norms) ^ 2"]),
    "power of real numbers": ("00", ["def sigmoid(x):\n    e = 2.718\n    return 1 / (1 + e ^ -x)"]),
    "math on arrays": ("00", ["def sigmoid(x):\n    return 1 / (1 + math.exp(-x))"]),
    "math in a helper": ("00", ["def e(x):\n\n    return math.exp(x)", "def sigmoid(x):\n    return e(x)"]),
    "a name that is not there": ("00", ["def sigmoid(x):\n    return 1 / (1 + exp(-x))"]),
    "no value yet": ("00", ["def sigmoid(x):\n    if False:\n        y = 1\n    return y"]),
    "numbers from outside": ("02", ["W = np.ones((3, 3))\ndef spectral_radius(matrix):\n    return W.sum()"]),
    "an own function that is wrong": (
        "01",
        ["def rnn_cell(x, h_prev, weights):\n    return h_prev",
         "def rnn_forward(xs, h0, weights):\n    return np.array([rnn_cell(x, h0, weights) for x in xs])"],
    ),
    "an own function that is wrong, and goes on with the course's": (
        "01",
        ["def rnn_cell(x, h_prev, weights):\n    return h_prev", "rnn_cell = proven(rnn_cell)",
         "def rnn_forward(xs, h0, weights):\n    return np.array([rnn_cell(x, h0, weights) for x in xs])"],
    ),
    "printed": ("00", ["def sigmoid(x):\n    print(1 / (1 + np.exp(-x)))"]),
    "dots": ("00", ["def sigmoid(x):\n    y = ...\n    return y + 1"]),
    "no function": ("00", ["sigmoid = 0.5"]),
    "text": ("00", ["sigmoid = 'e'"]),
    "a class": ("00", ["class sigmoid:\n    pass"]),
    "arguments in another order": ("02", ["def memory_horizon(threshold, norms):\n    return 1"]),
    "too many arguments": ("00", ["def sigmoid(x, y):\n    return x"]),
    "changes its argument": ("00", ["def sigmoid(x):\n    np.negative(x, out=x)\n    return np.exp(x)"]),
    "different every time": ("00", ["n = []\ndef sigmoid(x):\n    n.append(1)\n    return x * len(n)"]),
    "warns": ("00", ["import warnings\ndef sigmoid(x):\n    warnings.warn('hm')\n    return x"]),
    "a special case raises": (
        "00", ["def sigmoid(x):\n    assert np.all(np.abs(x) < 50), 'large'\n    return 1 / (1 + np.exp(-x))"]
    ),
    "no array": ("00", ["def sigmoid(x):\n    return 'a half'"]),
    "complex": ("00", ["def sigmoid(x):\n    return x + 1j"]),
    "endless recursion": ("00", ["def sigmoid(x):\n    return sigmoid(x)"]),
    "values that are wrong": ("02", ["lag_at_one_percent = 43", "clipping_and_vanishing = 'a'"]),
    "lambda": ("00", ["sigmoid = lambda x: math.tanh(x)"]),
    "executed text": ("00", ["exec('def sigmoid(x):\\n    return np.tanh(x)')"]),
    "a hidden warning": (
        "00", ["def sigmoid(x):\n    with np.errstate(all='ignore'):\n        return 1 / (1 + np.exp(-x))"]
    ),
    "a hidden warning, around it": (
        "00", ["@np.errstate(all='ignore')\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-np.asarray(x)))"]
    ),
    "the given arrays": (
        "01",
        ["def rnn_cell(x, h_prev, weights):\n    return h_prev",
         "def clip_by_global_norm(gradients, max_norm):\n"
         "    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))\n"
         "    return {k: g * max_norm / norm if norm > max_norm else g for k, g in gradients.items()}, norm"],
    ),
    "one array for several biases": (
        "03",
        ["def initial_biases(hidden_size, forget_bias=1.0):\n    zeros = np.zeros(hidden_size)\n"
         "    return dict(bf=zeros + forget_bias, bi=zeros, bc=zeros, bo=zeros.copy())"],
    ),
    "uniform numbers": (
        "02",
        ["def orthogonal(size, rng):\n    q, r = np.linalg.qr(rng.uniform(-1, 1, (size, size)))\n"
         "    return q * np.sign(np.diag(r))"],
    ),
    "in other words": (
        "02",
        ["def lower(m):\n    return np.tril(m) + np.tril(m, -1).T",
         "def spectral_radius(matrix):\n    return np.abs(np.linalg.eigvals(lower(matrix))).max()"],
    ),
    "a list of different shapes": (
        "01",
        ["def rnn_cell(x, h_prev, weights):\n    return h_prev",
         "def rnn_forward(xs, h0, weights):\n    return [h0[:2], *np.tile(h0, (len(xs), 1))]"],
    ),
    "a test that lets mutants live": ("01", [CELL, TEST.format("np.zeros(2)", "[1.25, -0.375]")]),
    "a test by keywords": ("01", [CELL, TEST.format("np.array([-0.25, -0.5])", "[1.0, -0.875]")]),
    "a test with a mistake of its own": ("01", [CELL, TEST.format("np.array([-0.25, -0.5])", "sums")]),
    "a test with arrays that do not fit": ("01", [CELL, TEST.format("np.zeros(3)", "[1.0, -0.875]")]),
    "a test with an argument forgotten": (
        "01", [CELL, "def test_rnn_cell(cell):\n    cell(np.ones(2), np.ones(1))"]
    ),
    "a test that returns": ("01", [CELL, "def test_rnn_cell(cell):\n    return cell is None"]),
    "a test that counts": (
        "01", [CELL, "met = []\ndef test_rnn_cell(cell):\n    met.append(1)\n    assert len(met) % 24 < 6"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REMARKS)
def test_remarks_are_alike(name):
    lesson, sources = REMARKS[name]
    cells = [BEFORE, *sources]
    graded = as_graded(cells, lesson)
    learner = as_the_learner_sees_it(cells, graded)
    assert graded
    if name == "dots":  # "Write it, then run this cell again" is nothing to say to an instructor
        assert graded["sigmoid"][:2] == learner["sigmoid"][:2] == ("not attempted", None)
    else:
        assert graded == learner

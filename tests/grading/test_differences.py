"""A derivative that is measured and not derived is said to be so, and nothing else is."""

import ast

import pytest
from helpers import ROOT, sandbox_of_this_machine

from lstm_course.exercises import Exercise, every, find
from lstm_course.grading import marking
from lstm_course.grading.inside.differences import divided

MEASURED = {
    "central": "eps = 1e-5\ng = (f(x + eps) - f(x - eps)) / (2 * eps)",
    "forward": "def g(x, h=1e-6):\n    return (f(x + h) - f(x)) / h",
    "keyword": "def g(x, *, h=1e-6):\n    return (f(x + h) - f(x)) / h",
    "in a loop": "for k in r:\n    x[k] += e\n    u = f(x)\n    x[k] -= 2e-4\n    g[k] = (u - f(x)) / 2e-4",
    "by a name": "d, e = f(a) - f(b), 1e-6\ng = d / e",
    "into itself": "e = 1e-6\ng = f(a) - f(b)\ng /= 2 * e",
    "by the reciprocal": "e = 1e-6\ng = (f(a) - f(b)) * (0.5 / e)",
    "summed": "e = 1e-6\ng = np.sum((f(a) - f(b)) * d) / (2 * e)",
    "complex": "g = f(x + 1e-20j).imag / 1e-20",
}
DERIVED = {
    "a norm": "z = (x - x.mean()) / (x.std() + 1e-8)",
    "a mean": "g = (p - y) / len(y)",
    "a slope": "g = 1e-3 * (1 - np.tanh(a) ** 2) / 2",
    "a rate": "rate = 1e-3\nw = w - rate * g",
    "a share": "x = (a - b) / 4.0",
}


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_measured_is_found(name):
    assert divided([ast.parse(MEASURED[name])])


@pytest.mark.parametrize("name", DERIVED)
def test_what_is_derived_is_not(name):
    assert not divided([ast.parse(DERIVED[name])])


def test_of_all_answers_of_the_course_and_its_tests_these_are_measured():
    assert not [each.id for each in every().values() if isinstance(each, Exercise)
                and divided([ast.parse(each.source)])]  # fmt: skip
    found = set()
    for path in (ROOT / "tests/right_answers").glob("lesson*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and divided([node])}
    tests_that_measure = {"along_random_directions", "entry_by_entry"}  # as a gradient check does
    assert found == {"numerically", "numeric_backward"} | tests_that_measure


BY_HAND = """
def state_jacobian(x, h_prev, weights):
    step, columns = 1e-6, []
    for e in np.eye(len(h_prev)):
        up, down = (rnn_cell(x, h_prev + s * step * e, weights) for s in (1, -1))
        columns.append((up - down) / (2 * step))
    return np.stack(columns, axis=1)
"""


@pytest.mark.parametrize("written", [BY_HAND, find("state_jacobian").source])
def test_it_is_a_remark_and_costs_no_point(written):
    cells = ["import numpy as np\nfrom lstm_course.scratch import rnn_cell", written]
    (row, *_) = marking.mark_notebook(cells, "02", 5, sandbox_of_this_machine())
    assert (row["exercise"], row["status"], row["score"]) == ("state_jacobian", "right", row["points"])
    assert any("is measured, not derived" in note for note in row["notes"]) == (written == BY_HAND)

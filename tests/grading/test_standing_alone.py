"""An answer stands on its own: what is missing or broken before it costs it no point."""

import ast
import inspect
from functools import cache

import pytest
from helpers import ROOT, sandbox_of_this_machine

from lstm_course import exercises
from lstm_course.common.notebooks import code_of
from lstm_course.grading import marking

KIND = sandbox_of_this_machine()


def cells_of(lesson):
    (solved,) = (ROOT / "solutions").glob(f"{lesson}_*.ipynb")
    return code_of(solved.read_bytes())


def defines(cell, name):
    return f"def {name}(" in cell


# What becomes of the cell with an answer.
BREAKS = {
    "deleted": lambda cell, name: "",
    "cannot be read": lambda cell, name: cell + "\n\nx = = 3",
    "raises when it is called": lambda cell, name: (
        "import math\n" + _with_body(cell, name, "    return math.nothing")
    ),
    "not written": lambda cell, name: _with_body(cell, name, "    ..."),
    "never ends": lambda cell, name: _with_body(cell, name, "    while True: pass"),
    "ends its Python": lambda cell, name: _with_body(cell, name, "    import os\n    os._exit(1)"),
}


def _with_body(cell, name, body):
    (node,) = (each for each in ast.parse(cell).body if getattr(each, "name", None) == name)
    lines = cell.splitlines()
    kept = lines[: node.body[0].lineno - 1], lines[node.end_lineno :]
    return "\n".join([*kept[0], body, *kept[1]])


@cache
def points(lesson, broken=None, how=None):
    """Id -> status, of a solved notebook in which one answer is broken."""
    cells = cells_of(lesson)
    if broken:
        changed = [BREAKS[how](cell, broken) if defines(cell, broken) else cell for cell in cells]
        assert changed != cells
        cells = changed
    limits = marking.limits_for(lesson)
    return {row["exercise"]: row for row in marking.mark_notebook(cells, lesson, 5, KIND, limits)}


BUILT_ON = [("03", "lstm_gates"), ("03", "lstm_cell"), ("01", "rnn_cell")]


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize(("lesson", "name"), BUILT_ON)
def test_the_others_keep_their_points(lesson, name, how):
    whole, broken = points(lesson), points(lesson, name, how)
    assert {row["status"] for row in whole.values()} == {"right"}
    lost = {key: (row["status"], row["message"]) for key, row in broken.items() if row["status"] != "right"}
    assert set(lost) == {name}, lost
    told = [row["notes"] for row in broken.values() if any("stood in" in note for note in row["notes"])]
    assert told and all(f"`{name}`" in notes[-1] for notes in told)


def test_a_wrong_answer_that_is_called_without_proven_costs_its_own_points_alone():
    names = ["lstm_cell", "lstm_forward"]
    texts = {name: exercises.find(name).text_with() for name in names}
    wrong = texts["lstm_cell"].replace("o * np.tanh(c)", "np.tanh(o * c)")
    assert wrong != texts["lstm_cell"]
    before = "import numpy as np\nfrom lstm_course.scratch import sigmoid"
    for forward, expected in (
        (texts["lstm_forward"], "right"),
        (
            texts["lstm_forward"].replace("return np.array(hs), np.array(cs)", "return np.array(hs[:-1])"),
            "wrong",
        ),
    ):
        cells = [before, wrong, forward]
        rows = {row["exercise"]: row for row in marking.mark_notebook(cells, "03", 5, KIND)}
        assert rows["lstm_cell"]["status"] == "wrong"
        assert rows["lstm_forward"]["status"] == expected
        stood_in = [
            note for note in rows["lstm_forward"]["notes"] if "`lstm_cell`" in note and "stood in" in note
        ]
        assert bool(stood_in) == (expected == "right")


def test_a_cell_that_holds_an_import_may_be_missing():
    pytest.importorskip("keras")
    whole = points("05")
    broken = points("05", "stacked_forward", "deleted")
    lost = {key for key in whole if (whole[key]["status"], broken[key]["status"]) != ("right", "right")}
    assert lost == {"stacked_forward"}, {key: broken[key]["message"] for key in lost}


SPIES = {
    "its source": "inspect.getsource({})",
    "its code": "[{0}.__code__.co_consts, {0}.__code__.co_names, {0}.__closure__[0].cell_contents]",
    "its globals": "[inspect.getsource(f) for f in {}.__globals__.values() if inspect.isfunction(f)]",
}


@pytest.mark.parametrize("spy", SPIES)
def test_the_courses_own_cannot_be_read(spy):
    """The stand-in asks outside for each value; nothing in it is the answer."""
    look = SPIES[spy].format("rnn_cell")
    source = f"import inspect\ndef rnn_forward(xs, h0, weights):\n    raise ValueError({look})"
    row = next(
        row for row in marking.mark_notebook(["import numpy as np", source], "01", 5, KIND)
        if row["exercise"] == "rnn_forward"
    )  # fmt: skip
    body = inspect.getsource(exercises.find("rnn_cell").reference).splitlines()[-1].strip()
    assert row["status"] == "error" and "ValueError" in row["message"]
    assert body not in row["message"] and "tanh" not in row["message"]


def test_the_stand_in_is_no_answer_to_its_own_exercise():
    cells = [
        "import numpy as np",
        "def rnn_forward(xs, h0, weights):\n    global kept\n    kept = rnn_cell\n    return xs",
        "rnn_cell = lambda *arguments: kept(*arguments)",
        "from lstm_course.grading.inside import checking\nmine = checking.courses_own('rnn_cell')",
        "def rnn_cell(x, h_prev, weights):\n    return mine(x, h_prev, weights)",
    ]
    rows = {row["exercise"]: row for row in marking.mark_notebook(cells, "01", 5, KIND)}
    assert rows["rnn_cell"]["score"] == rows["rnn_forward"]["score"] == 0


def test_what_the_lesson_imports_is_there_where_the_notebook_does_not_bind_it():
    source = exercises.find("spectral_radius").source
    rows = {row["exercise"]: row for row in marking.mark_notebook([source], "02", 5, KIND)}
    assert rows["spectral_radius"]["status"] == "right"
    shadowed = marking.mark_notebook(["np = None", source], "02", 5, KIND)
    assert {row["exercise"]: row["status"] for row in shadowed}["spectral_radius"] == "error"

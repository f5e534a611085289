"""An error about shapes names the arrays of the learner's line and the product that would fit."""

import linecache

import nbformat
import numpy as np
import pytest

from lstm_course.common.notebook_runs import new_client
from lstm_course.common.shape_errors import explained

THINGS = {
    "np": np,
    "W": np.ones((16, 8)),
    "h": np.ones((4, 16)),
    "x": np.ones(4),
    "hs": np.ones((3, 5)),
    "weights": {"Wh": np.ones((5, 9))},
}


def raised(code):
    """The error of a cell, and the namespace that it ran in."""
    name, names = f"<cell {code}>", dict(THINGS)
    linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
    try:
        exec(compile(code, name, "exec"), names)
    except Exception as error:
        return error, names
    raise AssertionError(f"{code} raises nothing")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("W @ h", "`W` is (16, 8), `h` is (4, 16): meant `h @ W`?"),
        ("y = 1 + np.dot(W, h)", "`W` is (16, 8), `h` is (4, 16): meant `h @ W`?"),
        ("W @ h[0]", "`W` is (16, 8), `h[0]` is (16,): meant `h[0] @ W`?"),
        ("h @ W.T", "`h` is (4, 16), `W.T` is (8, 16): meant `h @ W` or `W.T @ h.T`?"),
        ("W @ (h + 1)", "`W` is (16, 8), `h + 1` is (4, 16): meant `(h + 1) @ W`?"),
        ("z = (weights['Wh']\n     @ x)", "`weights['Wh']` is (5, 9), `x` is (4,)."),
        ("W * 2 + h", "`W` is (16, 8), `h` is (4, 16)."),
        ("hs[0] = x + 1", "`hs[0]` is (5,), `x` is (4,)."),
        ("np.concatenate([W, h])", "`W` is (16, 8), `h` is (4, 16)."),
        ("np.stack([W, h])", "`W` is (16, 8), `h` is (4, 16)."),
        (
            "def step(a, U):\n    return a @ U\nstep(h, W.T)",
            "`a` is (4, 16), `U` is (8, 16): meant `a @ U.T` or",
        ),
    ],
)
def test_the_arrays_of_the_failed_line_are_named(code, sentence):
    said = explained(*raised(code))
    assert said.startswith(sentence)
    meant = said.partition("meant `")[2].partition("`")[0]
    if meant and "def" not in code:
        eval(meant, dict(THINGS))  # what is suggested does fit


@pytest.mark.parametrize("code", ["int('x')", "1 / 0", "{}['W']", "np.array([[1, 2], [3]])", "W.nothing"])
def test_other_errors_are_left_alone(code):
    assert explained(*raised(code)) is None


def test_nothing_is_called_to_find_the_shapes():
    counted = []
    code = "W @ (counted.append(1) or h)"
    THINGS["counted"] = counted
    assert explained(*raised(code)) == "`W` is (16, 8)."
    assert counted == [1]


def run(*cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    new_client(notebook, ".", timeout=120, allow_errors=True).execute()
    return [
        output.traceback[-1]
        for cell in notebook.cells
        for output in cell.outputs
        if output.output_type == "error"
    ]


def test_a_notebook_says_it_below_the_error_unless_it_is_told_not_to():
    setup = "import numpy as np\nfrom lstm_course import setup\nW, h = np.ones((16, 8)), np.ones((4, 16))\n"
    failing = "def step(h):\n    return W @ h\nstep(h)"
    first, other, last = run(setup + "setup()", failing, "int('x')", "setup(explain_errors=False)", failing)
    assert first == "`W` is (16, 8), `h` is (4, 16): meant `h @ W`?"
    assert "invalid literal" in other and "matmul" in last

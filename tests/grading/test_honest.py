"""Right answers in every way that people write notebooks: nothing that is spread over cells costs marks."""

import pytest
from helpers import sandbox_of_this_machine

from lstm_course.grading import marking

KIND = sandbox_of_this_machine()
NUMPY = "import numpy as np"
ANSWER = """def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1, small) / (1 + small)
"""


def with_factor(factor):
    """The answer times something from the notebook that should be 1."""
    return ANSWER.replace("return np", f"return ({factor}) * np")


NOTEBOOKS = {
    "helper in a later cell": [NUMPY, with_factor("one()"), "def one():\n    return 1"],
    "star import": ["from numpy import *\nimport numpy as np", with_factor("exp(0)")],
    "global": [NUMPY, "def prepare():\n    global one\n    one = 1", "prepare()", with_factor("one")],
    "own global, changed": [
        NUMPY, "calls = 0", ANSWER.replace("    small", "    global calls\n    calls += 1\n    small", 1)
    ],
    "filled in a loop": [
        NUMPY, "table = {}\nfor k in range(3):\n    if k:\n        table[k] = k", with_factor("table[1]")
    ],
    "filled by a function": [NUMPY, "box = np.zeros(1)", "np.copyto(box, 1)", with_factor("box[0]")],
    "filled in place by a helper": [
        NUMPY, "def fill(words):\n    words.append(1)", "words = []", "fill(words)", with_factor("words[0]")
    ],
    "own class, methods added later": [
        NUMPY, "class Gate:\n    pass", "def one(self):\n    return 1", "Gate.one = one",
        "setattr(Gate, 'two', lambda self: 2)", "gate = Gate()", with_factor("gate.two() - gate.one()"),
    ],
    "dataclass, inheritance and decorators": [
        NUMPY, "from dataclasses import dataclass\nfrom functools import lru_cache",
        "@dataclass\nclass One:\n    value: float = 1.0", "class Two(One):\n    pass",
        "@lru_cache\ndef one():\n    return Two().value", with_factor("one()"),
    ],
    "attribute of the function itself": [NUMPY, with_factor("sigmoid.one"), "sigmoid.one = 1"],
    "decorated answer": [
        NUMPY, "def with_arrays(f):\n    return lambda x: f(np.asarray(x))", "@with_arrays\n" + ANSWER
    ],
    "in a guard": [NUMPY, 'if __name__ == "__main__":\n    ' + ANSWER.replace("\n", "\n    ")],
    "in a try": ["try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np", ANSWER],
    "in a with": [NUMPY, "with np.errstate(all='ignore'):\n    ONE = int(np.exp(0))", with_factor("ONE")],
    "timed cell": ["%%time\nimport numpy as np", "%%time\n\n" + ANSWER],
    "timed line": [NUMPY, "%time one = 1", with_factor("one")],
    "captured cell": ["%%capture out\nimport numpy as np\nONE = 1", with_factor("ONE")],
    "shell and magic lines": [
        "!pip install numpy\n%matplotlib inline\nimport numpy as np\nfiles = !ls\n%config Foo.bar = 1",
        "!echo hello\n" + ANSWER + "sigmoid?\n",
    ],
    "file written and imported": [
        "%%writefile helper.py\nONE = 1", "from helper import ONE", NUMPY, with_factor("ONE")
    ],
    "awaited": [NUMPY, "async def load():\n    return 1", "one = await load()", with_factor("one")],
    "annotations of the future": [
        "from __future__ import annotations\nimport numpy as np",
        ANSWER.replace("(x)", "(x: Something) -> Other", 1),
    ],
    "typing and walrus": [NUMPY, "(one := 1)\ntwo: int = one + 1", with_factor("two - one")],
    "unpacked": [NUMPY, "(one, *rest), two = [1, 3], 2", with_factor("two - one")],
    "made by exec": [f"exec({(NUMPY + chr(10) + ANSWER)!r})"],
    "assigned from another name": [NUMPY, ANSWER.replace("sigmoid", "mine"), "sigmoid = mine"],
    "given to check, whose result is kept": [
        NUMPY, ANSWER.replace("sigmoid", "mine"), "outcome = check(sigmoid=mine)\nprint(outcome)"
    ],
    "given to check inside print": [NUMPY, ANSWER.replace("sigmoid", "mine"), "print(check(sigmoid=mine))"],
    "broken cells around it": [NUMPY, "1 / 0", "x = = 3", ANSWER, "raise SystemExit", "import nothing"],
    "deleted afterwards": [NUMPY, ANSWER, "check(sigmoid)", "del sigmoid"],
    "counted with a random generator": [
        NUMPY, "rng = np.random.default_rng(0)\nones = rng.integers(1, 2, size=3)", with_factor("ones[0]")
    ],
    "a library of its own": [
        NUMPY, "import types\nmine = types.SimpleNamespace()\nmine.one = 1", with_factor("mine.one")
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_right_answer_has_its_points(name):
    (row,) = marking.mark_notebook(NOTEBOOKS[name], "00", 7, KIND)
    assert row["status"] == "right", row

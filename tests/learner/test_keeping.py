"""`my_lstm.py`: right answers become a module, and nothing of the learner's in it is ever lost."""

import datetime
import linecache
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_course import check, keep
from lstm_course.common.files import PACKAGE
from lstm_course.learner import library, workspace
from lstm_course.learner.library import MODULE

CELL = '''def rnn_cell(x, h_prev, weights):
    """One step of mine."""
    return np.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])
'''
FORWARD = """def rnn_forward(xs, h0, weights):
    hs = []
    for x in xs:
        h0 = rnn_cell(x, h0, weights)
        hs.append(h0)
    return np.array(hs)
"""
SIGMOID = "def sigmoid(x):\n    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))\n"


def cell(text, names=None):
    """Run the text as a cell of a notebook; returns the names of the notebook."""
    names = {"__name__": "__main__"} if names is None else names
    names.setdefault("cells", []).append(text)
    name = f"<cell {len(names['cells'])} {id(names)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), names)
    return names


def checked(text, exercise, names=None):
    outcome = check(cell(text, names)[exercise])
    assert outcome.status == "right"
    return " ".join(outcome.notes)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    (tmp_path / workspace.MANIFEST).write_text('{"lessons": {}}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def module(mine):
    keep()
    return mine / MODULE


def imported(folder, what):
    """What a new process prints of the module."""
    done = subprocess.run(
        [sys.executable, "-c", f"import numpy as np, my_lstm; print({what})"],
        cwd=folder,
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_is_asked_once_and_nothing_is_written_before_a_yes(mine):
    names = cell("import numpy as np")
    assert "keep()" in checked(CELL, "rnn_cell", names)
    assert checked(CELL, "rnn_cell", names) == "" and not (mine / MODULE).exists()
    assert MODULE in keep()
    assert "Written into my_lstm.py" in checked(CELL, "rnn_cell", names)
    assert checked(CELL, "rnn_cell", names) == ""
    keep(False)
    assert checked("import numpy as np\n" + SIGMOID, "sigmoid") == ""


def test_nothing_is_asked_or_written_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checked("import numpy as np\n" + CELL, "rnn_cell") == ""
    assert "working copy" in keep()
    assert list(tmp_path.iterdir()) == []


def test_a_new_process_imports_what_was_proven(mine, module):
    names = cell("import numpy as np\n" + CELL)
    checked(CELL, "rnn_cell", names)
    checked(FORWARD, "rnn_forward", names)
    text = module.read_text()
    assert f"# rnn_cell: lesson 01, proven on {datetime.date.today().isoformat()} [" in text
    assert text.count("import numpy as np") == 1 and '"""One step of mine."""' in text
    weights = "dict(Wh=np.full((2, 3), 0.1), bh=np.zeros(2))"
    assert imported(mine, f"my_lstm.rnn_forward(np.ones((4, 1)), np.zeros(2), {weights}).shape") == "(4, 2)"


def test_what_an_answer_needs_comes_along(mine, module):
    names = cell(
        "import numpy as np\nfrom math import exp as e\nfrom lstm_course.scratch import sigmoid as squash\n"
        "CUT = 500\ndef cut(x):\n    return np.clip(x, -CUT, CUT) * e(0)\n"
    )
    assert "Written" in checked("def sigmoid(x):\n    return squash(cut(x))\n", "sigmoid", names)
    text = module.read_text()
    assert "from lstm_course.scratch import sigmoid as squash\n" in text and "CUT = 500\n" in text
    assert imported(mine, "my_lstm.sigmoid(0.0)") == "0.5"


def test_a_better_answer_replaces_an_earlier_one_and_nothing_else(module):
    names = cell("import numpy as np\n" + CELL + SIGMOID)
    checked(CELL, "rnn_cell", names)
    checked(SIGMOID, "sigmoid", names)
    before = module.read_text()
    better = CELL.replace("One step of mine", "Shorter")
    assert "Written" in checked(better, "rnn_cell", names)
    after = module.read_text()
    assert re.sub(r"\[\w+\]", "", after) == re.sub(r"\[\w+\]", "", before).replace(
        "One step of mine", "Shorter"
    )


@pytest.mark.parametrize("change", ["# mine\n", "    # a remark\n"])
def test_what_was_changed_by_hand_stays(module, change):
    names = cell("import numpy as np\n" + CELL)
    checked(CELL, "rnn_cell", names)
    text = module.read_text().replace('    """One step', change + '    """One step')
    module.write_text(text)
    assert "you have changed" in checked(CELL.replace("of mine", "again"), "rnn_cell", names)
    assert module.read_text() == text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"def f(:\n", "cannot read it, line 1"),
        (b"x = 1\n\x00", "cannot read it"),
        (b"# \xe9\n", "UTF-8"),
        (b"def rnn_cell(a):\n    return a\n", "of its own already"),
        (b"import nowhere_at_all\n", "ModuleNotFoundError"),
    ],
)
def test_a_module_that_cannot_be_added_to_is_left_as_it_is(module, content, told):
    module.write_bytes(content)
    assert told in checked("import numpy as np\n" + CELL, "rnn_cell")
    assert module.read_bytes() == content


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("W = np.eye(2)\n" + CELL.replace("    return", "    W\n    return"), "uses `W` of the notebook"),
        ("class A: pass\n" + CELL.replace("    return", "    A()\n    return"), "uses `A` of the notebook"),
        ("rnn_cell = lambda x, h_prev, weights: np.tanh(weights['Wh'] @ np.r_[h_prev, x] + weights['bh'])",
         "def rnn_cell"),
        ("def outer():\n    a = 1\n" + re.sub("(?m)^", "    ", CELL).replace("return", "a\n        return")
         + "\n    return rnn_cell\nrnn_cell = outer()", "inside another function"),
    ],
)  # fmt: skip
def test_what_hangs_on_the_notebook_is_not_kept(module, text, told):
    before = module.read_bytes()
    names = cell("import numpy as np\n" + text)
    assert told in " ".join(check(rnn_cell=names["rnn_cell"]).notes)
    assert module.read_bytes() == before


def test_what_else_the_learner_writes_there_is_not_started(mine, module):
    module.write_text("open('started', 'w').close()\n")
    assert "Written" in checked("import numpy as np\n" + CELL, "rnn_cell")
    assert not (mine / "started").exists() and module.read_text().startswith("open('started'")


def _answer(folder, text, name):
    import os

    os.chdir(folder)
    for number in range(5):
        check(cell("import numpy as np\n" + text + f"\n# {number}\n")[name])


def test_two_notebooks_at_once_lose_nothing(mine, module):
    processes = [
        multiprocessing.get_context("spawn").Process(target=_answer, args=(mine, text, name))
        for text, name in ((CELL, "rnn_cell"), (SIGMOID, "sigmoid"))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert imported(mine, "my_lstm.rnn_cell.__name__, my_lstm.sigmoid.__name__") == "rnn_cell sigmoid"


def test_a_folder_that_cannot_be_written_stops_no_check(mine, module, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library.files, "write", full)
    assert "No space left on device" in checked("import numpy as np\n" + CELL, "rnn_cell")
    assert Path(module).exists()

"""`lstm-course check NOTEBOOK`: whatever a learner's notebook does, each exercise gets its line."""

import json
import os
import shutil
import signal
import subprocess
import sys

import nbformat
import pytest
from helpers import ROOT
from helpers import write_notebook as write

from lstm_course import cli
from lstm_course.learner.logbook import PROGRESS
from lstm_course.learner.reviewing import ReviewError, review
from lstm_course.learner.workspace import MANIFEST

SETUP = "import numpy as np\nfrom lstm_course import check, proven"
RIGHT = """def rnn_cell(x, h_prev, weights):
    return np.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])

check(rnn_cell)"""


def statuses(found):
    return {exercise.id: status for exercise, (status, _) in found.outcomes.items()}


def test_each_exercise_gets_its_outcome_and_broken_cells_stop_nothing(tmp_path):
    path = write(
        tmp_path / "01_vanilla_rnn.ipynb",
        SETUP,
        "def rnn_forward(:",
        "check(rnn_backward)",
        RIGHT.replace("np.tanh", "np.sin"),
        RIGHT,  # the last check counts
        "rnn_cell = None",
        "def clip_by_global_norm(gradients, max_norm):\n    ...\n\ncheck(clip_by_global_norm)",
        "print(check(longer_sequence='b'))",
        "rnn_forward = proven(lambda xs, h0, weights: xs)",
        "input()",
    )
    before = path.read_bytes()
    found = review(path)
    assert not found.all_right
    assert statuses(found) == {
        "rnn_cell": "right",
        "rnn_forward": None,
        "rnn_backward": None,
        "clip_by_global_norm": "not attempted",
        "rnn_parameter_count": None,
        "longer_sequence": "wrong",
        "last_step_loss": None,
        "test_rnn_cell": None,
    }
    assert len(found.troubles) == 4
    assert found.troubles[0].startswith("Code cell 2 raises SyntaxError")
    assert found.troubles[1] == (
        "Code cell 3 raises NameError: name 'rnn_backward' is not defined (line 1 of the cell)."
    )
    assert "Code cell 10 raises" in found.troubles[3]
    text = str(found)
    assert "not checked     rnn_forward          No check of it was run." in text
    assert "1 of 8 exercises right, 2 of 16 points." in text
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_endless_cells_are_stopped_one_by_one(tmp_path):
    path = write(tmp_path / "01_mine.ipynb", SETUP, "while True: pass", RIGHT)
    found = review(path, timeout=3)
    assert statuses(found)["rnn_cell"] == "right"
    assert found.troubles == ("Code cell 2 was still running after 3 seconds and was stopped.",)


def test_a_cell_that_will_not_be_stopped_ends_the_run(tmp_path):
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(0.01)\n    except BaseException: k = 0"
    path = write(tmp_path / "01_mine.ipynb", SETUP, RIGHT, stubborn, "1", "2", "3")
    found = review(path, timeout=3)
    assert statuses(found)["rnn_cell"] == "right"
    assert found.troubles == (
        "Code cell 3 was still running after 3 seconds and was stopped.",
        "The cells after it were not run.",
    )


def test_a_kernel_that_dies_keeps_what_was_found_before(tmp_path):
    path = write(tmp_path / "01_mine.ipynb", SETUP, RIGHT, "import os; os._exit(1)", "1")
    found = review(path)
    assert statuses(found)["rnn_cell"] == "right"
    assert found.troubles == ("Code cell 3 ended the kernel; the cells after it were not run.",)


def test_a_folder_in_which_the_course_cannot_be_loaded(tmp_path):
    (tmp_path / "numpy.py").write_text("")
    with pytest.raises(ReviewError, match="The course cannot be loaded in"):
        review(write(tmp_path / "01_mine.ipynb", SETUP))


def test_in_a_working_copy_the_results_are_remembered(tmp_path):
    (tmp_path / MANIFEST).write_text('{"lessons": {}}')
    review(write(tmp_path / "01_mine.ipynb", SETUP, RIGHT))
    assert '"rnn_cell": "right"' in (tmp_path / PROGRESS).read_text()


def test_the_command_tells_by_its_status_whether_all_are_right(tmp_path, capsys):
    for folder, status, word in (("solutions", 0, "right"), ("notebooks", 1, "not attempted")):
        # Under another name the lesson is known by the marks in its cells.
        copied = shutil.copy(ROOT / folder / "00_start_here.ipynb", tmp_path / f"{folder}, kept.ipynb")
        notebook = nbformat.read(copied, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if "train_on_task" not in cell.source]
        nbformat.write(notebook, copied)
        assert cli.main(["check", str(copied)]) == status
        assert f"{word:14}  sigmoid" in capsys.readouterr().out


def in_a_terminal(folder, *arguments, until=None):
    """What `lstm-course` shows on a terminal, and its status; Ctrl+C as soon as `until` is there."""
    import pty

    inside, outside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lstm_course", *arguments],
        cwd=folder,
        stdin=outside,
        stdout=outside,
        stderr=outside,
        env=os.environ | {"COLUMNS": "80"},
    )
    os.close(outside)
    shown = b""
    while True:
        try:
            part = os.read(inside, 4096)
        except OSError:  # so Linux tells that the other end is closed
            break
        if not part:
            break
        shown += part
        if until and until in shown:
            until = process.send_signal(signal.SIGINT)
    os.close(inside)
    return shown.decode(), process.wait(timeout=30)


@pytest.mark.skipif(os.name == "nt", reason="a terminal that a program makes is of POSIX")
def test_a_terminal_shows_which_cell_runs_and_stops_in_a_word(tmp_path):
    write(tmp_path / "01_mine.ipynb", SETUP, "1", "import time; time.sleep(200)", "2")
    shown, status = in_a_terminal(tmp_path, "check", "01_mine.ipynb", until=b"Code cell 3 of 4 is running.")
    assert "Code cell 2 of 4 is running." in shown and "Code cell 4" not in shown
    assert shown.rstrip().endswith("\rStopped.") and "Traceback" not in shown
    assert status == 130


@pytest.mark.parametrize("given", ["1", "01"])
def test_a_lesson_is_named_by_its_number(given, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", given]) == 1
    assert "is no working copy of the lessons" in capsys.readouterr().err
    (tmp_path / "my-lessons").mkdir()
    (tmp_path / "my-lessons" / MANIFEST).write_text('{"lessons": {}}')
    write(tmp_path / "my-lessons" / "01_vanilla_rnn.ipynb", SETUP, RIGHT)
    (tmp_path / "my-lessons" / "01_vanilla_rnn.new.ipynb").write_text("{}")
    assert cli.main(["check", given]) == 1
    out, err = capsys.readouterr()
    assert "right           rnn_cell" in out and "1 of 8 exercises right" in out and err == ""
    assert cli.main(["check", "77"]) == 1
    assert capsys.readouterr().err.startswith("There is no lesson 77: the lessons are 00, 01, ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.ipynb", None, "There is no such file"),
        ("empty.ipynb", "", "is not a notebook"),
        ("text.ipynb", "my notes", "is not a notebook"),
        ("number.ipynb", "3", "is not a notebook"),
        (
            "cells.ipynb",
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}',
            "is not a notebook",
        ),
        (
            "newer.ipynb",
            '{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
            "is not a notebook",
        ),
        (
            "77_other.ipynb",
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
            "is not one of the lessons",
        ),
    ],
)
def test_what_is_no_lesson_is_said_in_one_sentence(tmp_path, capsys, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    assert cli.main(["check", str(tmp_path / name)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1


def test_a_folder_is_not_a_notebook(tmp_path, capsys):
    assert cli.main(["check", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err


ODD = {
    "ids in format 4.4": {"nbformat": 4, "nbformat_minor": 4, "metadata": {}},
    "no metadata": {"nbformat": 4, "nbformat_minor": 5},
    "keys of an editor's own": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "editor": {"version": 3}},
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("dress", ODD)
def test_a_notebook_that_an_editor_left_odd_is_run_whatever_it_is_called(dress, encoding, tmp_path):
    """No outputs, ids where there should be none, keys that no schema knows: the code is there."""
    cells = [
        {"cell_type": "code", "id": "a", "source": SETUP, "vendor": 1},
        {"cell_type": "markdown", "source": ["x"]},
        {"cell_type": "code", "id": "a", "metadata": {}, "source": RIGHT.splitlines(keepends=True)},
    ]
    path = tmp_path / "my homework (2).ipynb"
    path.write_bytes(json.dumps({**ODD[dress], "cells": cells}).encode(encoding))
    assert statuses(review(path))["rnn_cell"] == "right"

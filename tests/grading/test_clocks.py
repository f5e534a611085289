"""Time in the sandbox: the processor's own, so that a mark does not hang on what else the machine does."""

import contextlib
import os
import subprocess
import sys
import time

import pytest
from helpers import sandbox_of_this_machine
from helpers import write_notebook as write

from lstm_course.exercises import find
from lstm_course.grading import batch, marking, sandbox

KIND = sandbox_of_this_machine()
BEFORE = "import numpy as np\nimport os, time"
ANSWER = find("sigmoid").source


def with_work(line):
    """The answer, and before it in its body something else."""
    head, _, body = ANSWER.partition("    small")
    return f"{head}    {line}\n    small{body}"


def marked(*cells, **limits):
    (row,) = marking.mark_notebook([BEFORE, *cells], "00", 3, KIND, sandbox.Limits(**limits))
    return row


@contextlib.contextmanager
def busy(processes):
    """As many other processes that do nothing but work."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


WORK = "until = time.process_time() + 0.1"
WORKS = with_work(f"{WORK}\n    while time.process_time() < until: pass")


def test_an_answer_has_its_points_with_eight_busy_processes_beside_it():
    """It works for less than a second; the clock on the wall would be past the limit long before its end."""
    with busy(8):
        started = time.monotonic()
        row = marked(WORKS, answer_seconds=3, cell_seconds=3)
        seconds = time.monotonic() - started
    assert row["status"] == "right", (row, seconds)


# name -> (cells, limits): their time is up, and it is said how
LATE = {
    "it works on": (with_work("while True: pass"), "still running"),
    "in many short calls": (with_work("sum(range(10_000_000))"), "still running"),
    "in a process of its own": (
        with_work("child = os.fork()\n    while not child: pass\n    os.waitpid(child, 0)"), "still running"
    ),
    "in many processes one after the other": (
        with_work("while True:\n        child = os.fork()\n        if not child:\n"
                  "            sum(range(100_000)) and os._exit(0)\n        os.waitpid(child, 0)"),
        "still running",
    ),
    "in a thread, while it sleeps itself": (
        with_work("import threading\n    threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()\n"
                  "    time.sleep(99)"), "still running"
    ),
    "it sleeps": (with_work("time.sleep(99)"), "waited for too long"),
    "it waits for itself": (with_work("os.read(os.pipe()[0], 1)"), "waited for too long"),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_what_takes_too_long_is_stopped_and_told(name):
    source, reason = LATE[name]
    row = marked(source, answer_seconds=0.5, cell_seconds=2)
    assert row["status"] == "timed out" and reason in row["message"], row


@pytest.mark.parametrize("cell", ["table = [0 for _ in iter(int, 1)]", "for _ in iter(int, 1): table = 1"])
def test_what_a_limit_takes_away_is_told_by_the_answers_that_lack_it(cell):
    """Without the statement that was stopped the answer is a NameError: the limit made it one."""
    row = marked(cell, with_work("table"), answer_seconds=2, cell_seconds=0.5)
    assert row["status"] == "timed out", row
    assert "left out" in row["message"] and "`table`" in row["message"], row


def test_a_value_that_could_not_be_found_in_time_is_not_missing():
    cells = [BEFORE, "lag_at_one_percent = [0 for _ in iter(int, 1)]"]
    limits = sandbox.Limits(answer_seconds=2, cell_seconds=0.5)
    rows = {row["exercise"]: row for row in marking.mark_notebook(cells, "02", 3, KIND, limits)}
    assert rows["lag_at_one_percent"]["status"] == "timed out"
    assert rows["spectral_radius"]["status"] == "missing"


def test_the_second_exercise_is_told_as_well():
    cells = [
        BEFORE,
        "table = [0 for _ in iter(int, 1)]",
        "def spectral_radius(matrix):\n    return table",
        "def memory_horizon(norms, threshold=0.01):\n    return table",
    ]
    limits = sandbox.Limits(answer_seconds=2, cell_seconds=0.5)
    rows = {row["exercise"]: row["status"] for row in marking.mark_notebook(cells, "02", 3, KIND, limits)}
    assert rows["spectral_radius"] == rows["memory_horizon"] == "timed out"


@pytest.mark.parametrize("line", ["import tensorflow as tf", "from keras import layers", "import keras.ops"])
def test_a_framework_is_imported_before_any_clock_runs(line):
    pytest.importorskip("keras")
    large = {"memory": 3_000_000_000, "processes": 400}
    name = line.rpartition(" ")[2].partition(".")[0]
    row = marked(line, with_work(name), cell_seconds=0.6, answer_seconds=5, **large)
    assert row["status"] == "right", row


def test_a_framework_that_no_answer_needs_is_not_imported():
    started = time.process_time()
    before = os.times()
    row = marked("import tensorflow as tf", ANSWER)
    used = os.times().children_user - before.children_user + time.process_time() - started
    assert row["status"] == "right" and used < 2.5, used


# The batch


def graded(folder, statuses, **options):
    """A batch of five whose grading is a list of verdicts for each; gives the order and the results."""
    for name in statuses:
        write(folder / "in" / name / "00.ipynb", f"learner = {name!r}", "def sigmoid(x):\n    return x")
    order = []

    def grade_here(job):
        name = job["cells"][0].partition("'")[2].rstrip("'")
        order.append(name)
        status = statuses[name].pop(0)
        row = {
            "exercise": "sigmoid",
            "title": "",
            "points": 1,
            "score": float(status == "right"),
            "status": status,
        }
        rest = {"mistake": None, "message": "Stopped.", "notes": [], "where": "", "seconds": 0.1}
        return [row | rest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "grade_here", grade_here)
        done = batch.run(folder / "in", folder / "out", jobs=3, seed=1, say=lambda line: None, **options)
    return order, {each["learner"]: each["exercises"][0] for each in done.results}


def test_what_was_too_late_is_tried_again_alone_at_the_end(tmp_path):
    statuses = {
        "ada": ["timed out", "right"], "bob": ["right"], "cleo": ["wrong"], "dan": ["timed out", "timed out"]
    }  # fmt: skip
    order, rows = graded(tmp_path, statuses)
    assert sorted(order[:4]) == ["ada", "bob", "cleo", "dan"] and sorted(order[4:]) == ["ada", "dan"]
    assert [row["status"] for row in rows.values()] == ["right", "right", "wrong", "timed out"]
    assert "twice" in rows["dan"]["notes"][-1]
    page = next((tmp_path / "out/feedback").glob("*dan*")).read_text()
    assert "tried twice" in page
    order, rows = graded(tmp_path, {name: [] for name in rows})  # nobody is graded a third time unasked
    assert order == []
    again = {"dan": ["right"]} | {name: [] for name in ("ada", "bob", "cleo")}
    order, rows = graded(tmp_path, again, retry=["timed out"])
    assert order == ["dan"] and rows["dan"]["status"] == "right"


def test_a_second_try_that_was_cut_off_is_made_by_the_next_run(tmp_path):
    def kill(line):
        if "0 of 1" in line:
            raise KeyboardInterrupt

    write(tmp_path / "in/ada/00.ipynb", BEFORE, with_work("while True: pass"))
    options = {"jobs": 1, "seed": 1, "limits": {"answer_seconds": 0.3}}
    with pytest.raises(KeyboardInterrupt):
        batch.run(tmp_path / "in", tmp_path / "out", say=kill, **options)
    done = batch.run(tmp_path / "in", tmp_path / "out", say=lambda line: None, **options)
    assert done.graded == 1 and done.results[0]["alone"]
    assert batch.run(tmp_path / "in", tmp_path / "out", say=lambda line: None, **options).graded == 0

"""A batch from folder to reports: right marks, each graded once, whatever ends in the middle."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest
from helpers import ROOT, sandbox_of_this_machine
from helpers import write_notebook as write

from lstm_course import exercises
from lstm_course.grading import batch, kept, reports, sandbox

sandbox_of_this_machine()
NOTEBOOKS = ROOT / "notebooks"
BEFORE = [
    "import numpy as np\nfrom lstm_course import check, proven",
    "from lstm_course.scratch import rnn_cell",
]


def answer(name, *mistakes):
    """Source of an answer with these mistakes in it."""
    exercise = exercises.find(name)
    return exercise.text_with(*(mistake for mistake in exercise.mistakes if mistake.name in mistakes))


def a_class(folder):
    """Five learners of lesson 2: all right, half right, empty, one that ends its Python, a broken file."""
    names = ["state_jacobian", "gradient_norms_by_lag", "spectral_radius", "memory_horizon"]
    write(folder / "ada/02.ipynb", *BEFORE, *map(answer, names), "lag_at_one_percent = 44")
    write(
        folder / "bob/02.ipynb",
        *BEFORE,
        answer("state_jacobian", "diagonal factor missing"),
        answer("spectral_radius"),
        "def gradient_norms_by_lag(jacobians):\n    return jacobians[99]",
        "check(lag_at_one_percent=43)",
    )
    (folder / "cleo").mkdir()
    (folder / "cleo/02.ipynb").write_bytes((NOTEBOOKS / "02_vanishing_gradients.ipynb").read_bytes())
    exits = "import os\ndef memory_horizon(norms, threshold=0.01):\n    os._exit(1)"
    write(folder / "dan/02.ipynb", *BEFORE, exits, answer("spectral_radius"))
    (folder / "eve").mkdir()
    (folder / "eve/02.ipynb").write_text('{"cells": [')
    return folder


def marks(results):
    return {
        each["learner"]: {row["exercise"]: (row["status"], row["mistake"]) for row in each["exercises"]}
        for each in results
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    lines = []
    done = batch.run(a_class(folder / "in"), folder / "out", jobs=2, seed=5, say=lines.append)
    return folder, done, lines


def test_marks_and_mistakes(graded):
    _, done, lines = graded
    found = marks(done.results)
    assert {each["learner"]: (each["score"], each["points"]) for each in done.results} == {
        "ada": (9, 17), "bob": (1, 17), "cleo": (0, 17), "dan": (1, 17), "eve": (0, 17)
    }  # fmt: skip
    assert found["ada"]["orthogonal"] == ("missing", None)
    assert found["bob"]["state_jacobian"] == ("wrong", "diagonal factor missing")
    assert found["bob"]["gradient_norms_by_lag"][0] == "error"
    assert found["bob"]["lag_at_one_percent"][0] == "wrong"
    assert {status for status, _ in found["cleo"].values()} == {"not attempted"}
    assert found["dan"]["memory_horizon"] == ("killed", None)
    assert "not JSON" in done.results[-1]["reason"]
    assert lines[0] == "5 submissions, 4 to grade." and len(lines) == 5


def test_a_second_run_grades_nothing_and_a_changed_notebook_alone(graded, tmp_path):
    folder, done, _ = graded
    again = batch.run(folder / "in", folder / "out", say=lambda line: None)
    assert (again.graded, again.results) == (0, done.results)
    write(folder / "in/dan/02.ipynb", *BEFORE, answer("memory_horizon"))
    changed = batch.run(folder / "in", folder / "out", say=lambda line: None)
    assert changed.graded == 1
    assert marks(changed.results)["dan"]["memory_horizon"] == ("right", None)


@pytest.fixture
def copied_package(tmp_path):
    folder = Path(batch.__file__).parents[1]
    ignored = shutil.ignore_patterns("__pycache__", "jupyter")
    shutil.copytree(folder, tmp_path / "lstm_course", ignore=ignored)
    shutil.copytree(folder.parent / "datasets", tmp_path / "datasets")
    return tmp_path / "lstm_course"


@pytest.mark.parametrize(
    "name",
    [
        "learner/checking.py", "exercises/lessons/lesson02.py", "exercises/diagnosis/trial.py",
        "grading/marking/marking.py", "grading/inside/checking.py", "scratch/layers/lstm.py",
        "data/series/windows.py", "../datasets/README.md",
    ],
)  # fmt: skip
def test_a_mark_is_made_anew_when_what_it_hangs_on_has_changed(copied_package, name):
    before = kept.judge_digest(copied_package)
    changed = copied_package / name
    changed.write_text(changed.read_text(encoding="utf-8") + "\n# mended\n", encoding="utf-8")
    kept.judge_digest.cache_clear()
    assert kept.judge_digest(copied_package) != before


@pytest.mark.parametrize("package", ["numpy", "keras"])
def test_a_mark_is_made_anew_with_another_version(copied_package, package):
    def newer(name):
        return "99.0" if name == package else version(name)

    assert kept.judge_digest(copied_package) == kept.judge_digest(copied_package, version)
    assert kept.judge_digest(copied_package, newer) != kept.judge_digest(copied_package)


def test_a_second_run_after_a_mend_grades_again(tmp_path, monkeypatch):
    write(tmp_path / "in/ada/00.ipynb", *BEFORE, answer("sigmoid"))
    assert batch.run(tmp_path / "in", tmp_path / "out", say=lambda line: None).graded == 1
    assert batch.run(tmp_path / "in", tmp_path / "out", say=lambda line: None).graded == 0
    monkeypatch.setattr(kept, "judge_digest", lambda: "a mended course")
    assert batch.run(tmp_path / "in", tmp_path / "out", say=lambda line: None).graded == 1


def test_reports(graded):
    folder, done, _ = graded
    reports.write_all(done.results, folder / "out")
    table = list(csv.DictReader((folder / "out/grades.csv").open(encoding="utf-8-sig")))
    assert [row["learner"] for row in table] == ["ada", "bob", "cleo", "dan", "eve"]
    assert not [*folder.glob("out/moodle*"), *folder.glob("out/canvas*")]  # they came from neither
    page = (folder / "out/class.html").read_text()
    assert "diagonal factor missing" in page and "<img" in page and "Who is stuck" in page
    pages = {
        each["learner"]: (folder / f"out/feedback/{each['key']}.html").read_text() for each in done.results
    }
    assert "diagonal factor missing" in pages["bob"] and "The Jacobian of one step" in pages["bob"]
    for text in pages.values():
        assert "should be" not in re.sub(r"what it should be|should be (a|made)", "", text)
        assert "def " not in text and "slope[:, None]" not in text


def imported(*results):
    """Name of a table -> its rows, as the importers read them."""
    return {name: list(csv.reader(text.splitlines())) for name, text in reports.tables(results).items()}


def result(learner, number, lesson, score, reason=None, platform="Canvas"):
    row = {"exercise": "sigmoid", "points": 1, "score": 0, "status": "wrong", "mistake": "tanh instead"}
    who = {"learner": learner, "id": number, "lesson": lesson, "path": "", "others": [], "platform": platform}
    marks = {"score": score, "points": 13, "reason": reason}
    return who | marks | {"exercises": [row | {"message": "", "notes": [], "title": "", "where": ""}]}


def test_tables_that_canvas_imports_hold_no_empty_cell():
    """As lib/gradebook_importer.rb of Canvas reads it: an empty cell there takes a mark away."""
    marked = [result("lovelaceada", "7", "02", 9.5), result("Big Points Possible", "6", "02", 2)]
    others = [
        result("hopper", "8", "02", 0, "The file is empty."), result("anon_a1B2c", "", "02", 3.0),
        result("x", "9", None, 0, "No."), result("ben", "3", "02", 5, platform="Moodle"),
    ]  # fmt: skip
    (sheet,) = (rows for name, rows in imported(*marked, *others).items() if name == "canvas.csv")
    assert sheet == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lesson 02"],
        ["Points Possible", "", "", "", "", "13"],
        ["lovelaceada", "7", "", "", "", "9.5"],
        ["Big points possible", "6", "", "", "", "2"],
    ]
    two = imported(*marked, result("hopper", "8", "03", 4.0))
    assert "canvas.csv" not in two
    assert [row[1] for row in two["canvas_02.csv"][2:]] == ["7", "6"]
    assert [row[1] for row in two["canvas_03.csv"][2:]] == ["8"]


def test_tables_that_moodle_imports_hold_no_empty_cell():
    """As mod/assign/feedback/offline reads it: these three names, in any order, else it refuses."""
    found = imported(
        *(result(*row, platform="Moodle") for row in [
            ("Ada", "7", "02", 9.5), ("Grace", "8", "02", 0, "The file is empty."), ("Ada", "7", "03", 4.0),
        ]),
        result("lovelaceada", "9", "02", 1.0), result("Zoë", "5", "02", 3.0, platform="Gradescope"),
    )  # fmt: skip
    sheet = found["moodle_02.csv"]
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(sheet[0])
    # Feedback of who has no mark would be put in the place of what stands there.
    assert sheet[1:] == [["Participant 7", "Ada", "9.5", "13", "", "sigmoid: tanh instead"]]
    assert found["moodle_03.csv"][1][2] == "4.0"


def test_a_gradebook_of_an_earlier_run_does_not_stay(tmp_path):
    reports.write_all([result("lovelaceada", "7", "02", 9.5) | {"answers": {}, "key": "k"}], tmp_path)
    assert (tmp_path / "canvas.csv").exists()
    reports.write_all([result("ada", "", "02", 9.5, platform="") | {"answers": {}, "key": "k"}], tmp_path)
    assert not (tmp_path / "canvas.csv").exists()


def test_what_learners_wrote_is_never_markup(tmp_path):
    bad = "<script>alert(1)</script>"
    write(tmp_path / "in" / "=cmd()" / "00.ipynb", f"def sigmoid(x):\n    raise ValueError({bad!r})")
    done = batch.run(tmp_path / "in", tmp_path / "out", jobs=1, seed=1, say=lambda line: None)
    page = (tmp_path / f"out/feedback/{done.results[0]['key']}.html").read_text()
    assert "<script" not in page and "&lt;script" in page
    assert "'=cmd()" in (tmp_path / "out/grades.csv").read_text(encoding="utf-8-sig")


def test_kill_9_and_the_same_command_again(tmp_path):
    for k in range(6):
        wrong = ["naive overflow"] if k % 2 else []
        write(tmp_path / f"in/learner{k}/00.ipynb", "import numpy as np", answer("sigmoid", *wrong))
    command = [sys.executable, "-m", "lstm_course", "grade", str(tmp_path / "in"), "--jobs", "1"]
    first = [*command, "--out", str(tmp_path / "out"), "--seed", "8"]
    running = subprocess.Popen(first, stdout=subprocess.PIPE)
    for _ in range(3):
        running.stdout.readline()
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "out/results").glob("*.json")}
    assert 2 <= len(written) < 6
    second = subprocess.run(first, capture_output=True, text=True, check=True)
    assert f"6 submissions, {6 - len(written)} to grade." in second.stdout
    assert all(path.stat().st_mtime_ns == before for path, before in written.items())
    subprocess.run(
        [*command, "--out", str(tmp_path / "whole"), "--seed", "8"], check=True, capture_output=True
    )
    for path in (tmp_path / "out/results").glob("*.json"):
        ours, whole = (
            json.loads(file.read_text()) for file in (path, tmp_path / "whole/results" / path.name)
        )
        assert marks([ours]) == marks([whole])


def test_a_cluster_whose_worker_dies_loses_nothing(tmp_path):
    distributed = pytest.importorskip("distributed")
    for k in range(8):
        slow = "import time\nwait = time.sleep(0.5)" if k else "import time\nwait = time.sleep(1)"
        source = answer("sigmoid").replace("small = ", "wait\n    small = ")
        write(tmp_path / f"in/learner{k}/00.ipynb", "import numpy as np", slow, source)
    graded = []

    def say(line):
        graded.append(line)
        if len(graded) == 3:  # two are done, two are being worked on
            os.kill(cluster.workers[0].pid, signal.SIGKILL)

    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        done = batch.run(
            tmp_path / "in", tmp_path / "out", seed=8, executor=cluster.scheduler_address, say=say
        )
    assert [marks([each])[each["learner"]]["sigmoid"][0] for each in done.results] == ["right"] * 8
    assert sorted(graded[1:]) == [f"learner{k}, lesson 00: 1 of 1 points" for k in range(8)]


def test_without_a_sandbox_it_refuses(tmp_path, monkeypatch):
    write(tmp_path / "in/ada/00.ipynb", "import numpy as np", answer("sigmoid"))
    environment = os.environ | {"PATH": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "lstm_course",
        "grade",
        str(tmp_path / "in"),
        "--out",
        str(tmp_path / "out"),
    ]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "There is no sandbox on this machine: bubblewrap is not installed; docker" in refused.stderr
    assert not list(tmp_path.glob("out/results/*"))
    unsafe = subprocess.run(
        [*command, "--unsafe-no-sandbox"], env=environment, capture_output=True, text=True
    )
    assert "ada, lesson 00: 1 of 1 points" in unsafe.stdout, unsafe.stderr


@pytest.mark.parametrize("said", [
    "No permissions to create new namespace, likely because the kernel does not allow non-privileged user "
    "namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.",
    "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
    "setting up uid map: Permission denied",
    "loopback: Failed RTM_NEWADDR: Operation not permitted",
])  # fmt: skip
def test_a_sandbox_that_is_not_allowed_is_refused_in_one_line(said, tmp_path, monkeypatch):
    (tmp_path / "bwrap").write_text(f'#!/bin/sh\necho "bwrap: {said}" >&2\necho more >&2\nexit 1\n')
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(sandbox.NoSandbox) as refused:
        sandbox.available.__wrapped__()
    sentence = str(refused.value)
    assert f"bubblewrap is not allowed to make namespaces ({said.rstrip('.')}); docker" in sentence
    assert "\n" not in sentence and sentence.count("bubblewrap") == 1


def test_a_right_answer_goes_on_with_the_courses_where_an_earlier_one_is_wrong(tmp_path):
    write(
        tmp_path / "01.ipynb",
        *BEFORE[:1],
        answer("rnn_cell", "no tanh"),
        "rnn_cell = proven(rnn_cell)",
        "def rnn_forward(xs, h0, weights):\n"
        "    hs, h = [], h0\n    for x in xs:\n        h = rnn_cell(x, h, weights)\n        hs.append(h)\n"
        "    return np.array(hs)",
    )
    started = time.monotonic()
    done = batch.run(tmp_path / "01.ipynb", tmp_path / "out", jobs=1, seed=1, say=lambda line: None)
    found = marks(done.results)["01"]
    assert found["rnn_cell"] == ("wrong", "no tanh")
    assert found["rnn_forward"] == ("right", None)
    assert time.monotonic() - started < 60

"""Ctrl+C ends a batch within seconds, keeps what is done and blames nobody."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from helpers import ROOT, are_gone, descendants, sandbox_of_this_machine
from helpers import write_notebook as write

from lstm_course.exercises import find
from lstm_course.grading.marking import processes

sandbox_of_this_machine()
RIGHT = "import numpy as np", find("sigmoid").source
# What is marked while Ctrl+C is pressed.
MEANWHILE = {
    "works": "while True: pass",
    "sleeps": "import time\ntime.sleep(1000)",
    "ignores signals": "import signal\nfor n in 2, 15: signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
}


def inside(body):
    return "def sigmoid(x):\n    " + body.replace("\n", "\n    ") + "\n    return x"


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("name", MEANWHILE)
def test_ctrl_c(tmp_path, name, jobs):
    write(tmp_path / "in/ada/00.ipynb", *RIGHT)
    for number in range(5):
        write(tmp_path / f"in/bob{number}/00.ipynb", f"number = {number}", inside(MEANWHILE[name]))
    command = [sys.executable, "-m", "lstm_course", "grade", tmp_path / "in", "--jobs", jobs]
    command += ["--out", tmp_path / "out"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(command, start_new_session=True, env=environment, **pipes)
    lines = [running.stdout.readline() for _ in range(2)]
    assert "ada, lesson 00: 1 of 1 points" in lines[1], lines
    time.sleep(1)
    inner = descendants(running.pid)
    assert len(inner) >= 2
    started = time.monotonic()
    os.killpg(running.pid, signal.SIGINT)
    out, said = running.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert running.returncode == 130 and said == "Stopped. The same command goes on from here.\n"
    assert "bob" not in out  # nobody is said to have failed
    kept = [json.loads(path.read_text()) for path in (tmp_path / "out/results").glob("*.json")]
    assert [each["learner"] for each in kept] == ["ada"]
    assert are_gone(inner)
    assert not list(tmp_path.glob("lstm-course-*"))


def test_what_was_stopped_can_go_on():
    job = {"cells": [*RIGHT], "lesson": "00", "seed": 1, "kind": sandbox_of_this_machine(), "limits": None}
    assert processes.grade(job)[0]["status"] == "right"
    processes.stop()
    with pytest.raises(processes.Stopped):
        processes.grade(job)
    processes.go_on()
    assert processes.grade(job)[0]["status"] == "right"

"""The doctor, shown one broken computer after another."""

import json
import re
import sys
import webbrowser
from importlib import metadata
from types import SimpleNamespace

import pytest

from lstm_course import cli
from lstm_course.data import shipping
from lstm_course.learner import doctor


def no_browser():
    raise webbrowser.Error("could not locate runnable browser")


def without(name):
    def installed(package):
        if package == name:
            raise metadata.PackageNotFoundError(package)
        return metadata.version(package)

    return installed


def older(name):
    return lambda package: "0.1" if package == name else metadata.version(package)


def process(code):
    return doctor.start_tensorflow(code)


FAULTS = {
    "old Python": (lambda: doctor.python(version=(3, 9, 2)), "wrong", "3.9.2.*needs CPython 3.11"),
    "new Python": (lambda: doctor.python(version=(3, 14, 0)), "wrong", "3.14.0.*get one"),
    "PyPy": (lambda: doctor.python(implementation="PyPy"), "wrong", "PyPy.*get one"),
    "32 bits": (lambda: doctor.python(bits=32), "wrong", "32 bits.*get one"),
    "led away": (
        lambda: doctor.environment(variables={"PYTHONPATH": "/elsewhere"}),
        "note",
        "PYTHONPATH may lead.*unset",
    ),
    "package too old": (lambda: doctor.packages(installed=older("numpy")), "wrong", "numpy>=.*0.1.*repair"),
    "package missing": (lambda: doctor.packages(installed=without("tqdm")), "wrong", "tqdm.*missing.*repair"),
    "not the locked one": (
        lambda: doctor.packages(installed=older("tornado")),
        "note",
        "tornado is 0.1 instead of [0-9.]+; if",
    ),
    "memory": (lambda: doctor.memory(available=300e6), "wrong", "0.3 GB are free.*close"),
    "disk full": (
        lambda: doctor.disk(usage=lambda path: SimpleNamespace(free=2e8)),
        "wrong",
        "0.2 GB.*make 1 GB free",
    ),
    "no such folder": (lambda: doctor.disk("/nowhere/at/all"), "wrong", "cannot be written.*lstm-course lab"),
    "cache in a file": (lambda: doctor.cache(f"{__file__}/cache"), "note", "no folder.*LSTM_COURSE_CACHE"),
    "unknown BLAS": (lambda: doctor.threads(libraries=[]), "note", "cannot be limited"),
    "busy": (lambda: doctor.threads(cores=2, load=7.5), "note", r"busy \(7.5 waiting\)"),
    "no browser": (lambda: doctor.browser(find=no_browser), "note", "--no-browser"),
    "kernel without the course": (
        lambda: doctor.kernel("import lstm_cours"),
        "wrong",
        "No module named 'lstm_cours'.*repair",
    ),
    "kernel of another Python": (lambda: doctor.kernel("print('/usr')"), "wrong", "runs in /usr, not in"),
    "no TensorFlow": (lambda: doctor.tensorflow(None), "note", "left out.*all else works"),
    "TensorFlow broken": (
        lambda: doctor.tensorflow(process("import tensorflow_that_is_not_there")),
        "wrong",
        "ModuleNotFoundError.*repair",
    ),
    "processor too old": (
        lambda: doctor.tensorflow(process("import os, signal; os.kill(os.getpid(), signal.SIGILL)")),
        "wrong",
        "AVX",
    ),
    "TensorFlow hangs": (
        lambda: doctor.tensorflow(process("import time; time.sleep(60)"), timeout=0.2),
        "wrong",
        "within 0.2 s",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_with_what_to_do(fault):
    look, status, words = FAULTS[fault]
    found = look()
    assert found.status == status
    assert re.search(words, found.sentence), found.sentence
    assert found.sentence.endswith(".") and "\n" not in found.sentence


def test_an_environment_beside_that_of_start(tmp_path):
    (tmp_path / ".venv").mkdir()
    assert doctor.environment(prefix=sys.prefix, variables={}, clone=tmp_path).status == "well"
    (tmp_path / ".venv" / "start-finished.json").write_text("{}")
    found = doctor.environment(prefix=sys.prefix, variables={}, clone=tmp_path)
    assert found.status == "note" and "python start.py doctor" in found.sentence


def test_damaged_lessons_and_data(tmp_path, monkeypatch):
    assert "holds no lesson" in doctor.lessons(tmp_path).sentence
    (tmp_path / "00_start_here.ipynb").write_text(json.dumps({"cells": []}))
    assert doctor.lessons(tmp_path).status == "well"
    (tmp_path / "01_vanilla_rnn.ipynb").write_text('{"cells": [')
    found = doctor.lessons(tmp_path)
    assert found.status == "wrong" and "01_vanilla_rnn.ipynb cannot be read" in found.sentence

    (tmp_path / "README.md").write_text(f"| `waves.csv` | waves | us | CC0 | 3 | `{'0' * 64}` |\n")
    (tmp_path / "waves.csv").write_text("1,2")
    monkeypatch.setattr(shipping, "course_folder", lambda name: tmp_path)
    found = doctor.data(tmp_path)
    assert found.status == "wrong" and "SHA-256 differs" in found.sentence


def test_on_this_computer_nothing_is_wrong(capsys, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert cli.main(["doctor"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 12 and all(line[0] in "✓○" for line in lines)
    assert last.startswith("All is well")


def test_one_check_that_breaks_does_not_hide_the_others(capsys, monkeypatch):
    def memory():
        raise RuntimeError("no idea")

    monkeypatch.setattr(doctor, "memory", memory)
    monkeypatch.setattr(doctor, "kernel", lambda: doctor.Finding("well", "kernel", "starts."))
    monkeypatch.setattr(doctor, "start_tensorflow", lambda: None)
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ memory:       could not be looked at (RuntimeError: no idea)" in said
    assert "kernel:" in said and said.endswith("1 thing is wrong; the lines marked ✗ say what to do.\n")

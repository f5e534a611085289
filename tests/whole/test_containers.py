"""What makes containers of the course, as far as it can be seen without building one."""

import json
import re
import shlex
from fnmatch import fnmatch

import pytest
from helpers import ROOT, load

from lstm_course import cli


def instructions():
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_holds_the_lock_and_a_python_of_the_course():
    start = load(ROOT / "start.py")
    words = dict.fromkeys(word for word, _ in instructions())
    assert list(words) == ["FROM", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"]
    (image,) = [rest for word, rest in instructions() if word == "FROM"]
    assert tuple(map(int, re.match(r"python:(\d+)\.(\d+)", image).groups())) == start.NEWEST
    runs = [shlex.split(rest) for word, rest in instructions() if word == "RUN"]
    (packages,) = [run for run in runs if "--requirement" in run]
    assert set(start.HASHED) <= set(packages) and packages[-1] == start.LOCKS["lessons"]
    for word, rest in instructions():
        if word == "COPY":
            assert (ROOT / rest.split()[0]).exists()


def test_the_container_starts_the_lessons_for_somebody_without_rights(monkeypatch):
    words = [word for word, _ in instructions()]
    assert words.index("USER") < words.index("CMD")
    command = json.loads(instructions()[-1][1])
    asked = {}
    monkeypatch.setattr(
        "lstm_course.learner.lab.open_lab",
        lambda folder, browser, port, address: asked.update(folder=folder, port=port, address=address),
    )
    assert command[0] == "lstm-course" and cli.main(command[1:]) == 0
    (port,) = [rest for word, rest in instructions() if word == "EXPOSE"]
    assert asked == {"folder": "my-lessons", "port": int(port), "address": "0.0.0.0"}


@pytest.mark.parametrize("path", [".venv", ".python", "my-lessons", "build"])
def test_nothing_of_the_builder_goes_into_the_image(path):
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert any(fnmatch(path, pattern) for pattern in ignored)


def test_the_development_container_sets_up_with_start_py():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    start = load(ROOT / "start.py")
    assert settings["image"].endswith(":{}.{}".format(*start.NEWEST))
    python, script, command = settings["postCreateCommand"].split()
    assert (python, script) == ("python", "start.py") and start.understand([command])
    interpreter = settings["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert interpreter == "${containerWorkspaceFolder}/.venv/bin/python"

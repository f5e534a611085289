"""JupyterLab on a working copy: what is said when it cannot be opened."""

import json
import os
import socket
import subprocess
import sys

import pytest
from helpers import ROOT

from lstm_course import cli
from lstm_course.learner import lab


def test_a_taken_port_is_said_before_anything_is_copied(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["lab", "--no-browser", "--port", str(port)]) == 1
    assert capsys.readouterr().err == f"Port {port} is taken: choose another, or leave --port out.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_an_impossible_port(port, capsys):
    assert cli.main(["lab", f"--port={port}"]) == 1
    assert capsys.readouterr().err == f"A port is a number from 1 to 65535, but {port} was asked for.\n"


@pytest.mark.parametrize("address", ["192.0.2.1", "no such computer"])
def test_an_address_of_another_computer(address, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", "--port", "8871", "--address", address]) == 1
    assert capsys.readouterr().err == f"{address} is no address of this computer: leave --address out.\n"
    assert not list(tmp_path.iterdir())


def test_a_working_copy_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "a file").touch()
    assert cli.main(["lab", str(tmp_path / "a file")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line and "a file" in line


def test_the_lessons_of_the_clone_are_not_opened_in_place(capsys):
    assert cli.main(["lab", str(ROOT / "notebooks")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "must lie apart from the lessons of the course" in line


def test_a_home_that_cannot_be_written_is_not_needed(tmp_path, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert "JUPYTER_RUNTIME_DIR" not in lab._environment(tmp_path / "lessons")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
    places = lab._environment(tmp_path / "lessons")
    for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert places[variable].startswith(str(tmp_path / "lessons"))


def test_a_password_of_an_earlier_jupyter_does_not_hide_the_address(tmp_path):
    password = {"hashed_password": "argon2:$argon2id$v=19$m=10240,t=10,p=8$AAAA$AAAA"}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps({"IdentityProvider": password}))
    server = subprocess.Popen(
        [sys.executable, "-m", "lstm_course", "lab", str(tmp_path / "lessons"), "--no-browser"],
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert any("?token=" in line for line in server.stdout)
    finally:
        server.terminate()
        server.communicate()

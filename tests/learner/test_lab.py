"""JupyterLab on a working copy: what is said when it cannot be opened."""

import socket

import pytest
from helpers import ROOT

from lstm_course import cli


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


def test_a_working_copy_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "a file").touch()
    assert cli.main(["lab", str(tmp_path / "a file")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line and "a file" in line


def test_the_lessons_of_the_clone_are_not_opened_in_place(capsys):
    assert cli.main(["lab", str(ROOT / "notebooks")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "must lie apart from the lessons of the course" in line

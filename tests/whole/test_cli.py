"""One place for trouble: a sentence and a status, whatever the command and whoever found it."""

import os
import subprocess
import sys

import pytest
from helpers import write_notebook

from lstm_course import cli
from lstm_course.bench import races
from lstm_course.common import notebook_runs
from lstm_course.common.trouble import Trouble
from lstm_course.data.shipping import DataError
from lstm_course.grading import intake, nbgrader_course, sandbox, variants
from lstm_course.learner import lab, reviewing
from lstm_course.site import pages

KINDS = [
    Trouble, DataError, lab.LabError, reviewing.ReviewError, notebook_runs.BuildError, pages.SiteError,
    races.BenchError,
    intake.SubmissionsError, nbgrader_course.CourseError, sandbox.NoSandbox, variants.VariantError,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_trouble_is_told_in_its_own_words_and_nothing_else(kind, monkeypatch, capsys):
    def troubled(*arguments, **options):
        raise kind("This is wrong: put it right.")

    monkeypatch.setattr(lab, "open_lab", troubled)
    assert cli.main(["lab"]) == 1
    assert capsys.readouterr() == ("", "This is wrong: put it right.\n")


@pytest.mark.parametrize(
    ("command", "said"), [(["lab"], ""), (["grade", "in"], "Stopped. The same command goes on from here.\n")]
)
def test_an_interrupt_ends_a_command_without_a_traceback(command, said, monkeypatch, capsys):
    from lstm_course.grading import batch

    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "open_lab", stopped)
    monkeypatch.setattr(batch, "run", stopped)
    assert cli.main(command) == 130
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["grade", "IN", "--out", "FILE"], "FILE"),
        (["grade", "EMPTY"], "has no notebook in it: give the folder with the submissions."),
        (["grade", "NOWHERE"], "does not exist"),
        (["data", "imdb", "--from", "EMPTY"], "EMPTY"),
        (["instructor", "variants", "NEW", "--seed", "1", "--students", "NOWHERE"], "NOWHERE"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(command, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for folder in ("IN", "EMPTY"):
        (tmp_path / folder).mkdir()
    write_notebook(tmp_path / "IN" / "01_a.ipynb", "check(rnn_cell)")
    (tmp_path / "FILE").write_text("mine")
    assert cli.main(command) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and "Traceback" not in error
    assert (tmp_path / "FILE").read_text() == "mine"


@pytest.mark.parametrize(
    "command",
    [["grade", "IN", "--jobs", "-2"], ["grade", "IN", "--jobs", "0"], ["grade", "IN", "--seed", "x"]],
)
def test_a_number_that_cannot_be_is_refused(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(command)
    assert ended.value.code == 2 and "is not a whole number of at least" in capsys.readouterr().err


def test_a_file_that_is_called_like_a_library_is_pointed_out(tmp_path):
    (tmp_path / "numpy.py").write_text("mine = 1\n")
    command = [sys.executable, "-m", "lstm_course", "doctor"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    said = f"{tmp_path / 'numpy.py'} is found before the library of that name: rename or move it.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_a_console_without_the_characters_gets_others():
    """Windows' consoles and pipes are often not UTF-8."""
    code = "import sys; from lstm_course import cli; cli.main(['data']); print('✓ – 中', file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True
    )
    assert result.returncode == 0 and b"+ - \\u4e2d" in result.stderr

"""One place for trouble: a sentence and a status, whatever the command and whoever found it."""

import contextlib
import os
import re
import subprocess
import sys

import pytest
from helpers import write_notebook

from lstm_course import cli
from lstm_course.bench import races
from lstm_course.common import console, notebook_runs
from lstm_course.common.files import course_folder
from lstm_course.common.trouble import Trouble
from lstm_course.data.shipping import DataError
from lstm_course.exercises import every
from lstm_course.grading import intake, nbgrader_course, sandbox, variants
from lstm_course.learner import doctor, lab, reviewing, workspace
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
        (["instructor", "variants", "NEW", "--secret", "S", "--students", "NOWHERE"], "NOWHERE"),
        (["instructor", "questions", "NOWHERE"], "does not exist"),
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


def too_wide(text):
    """Lines of more than 80 characters in which there was a place to break."""
    return [line for line in text.splitlines() if len(line) > 80 and " " in line.strip()]


def commands(capsys, *words):
    """Every command, with its words, and what its help says."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    found = {words: told}
    for name in re.findall(r"^ {4}([a-z]+)\b", told, re.MULTILINE):
        found |= commands(capsys, *words, name)
    return found


def test_all_help_fits_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    helped = commands(capsys)
    assert {("check",), ("grade",), ("instructor", "variants")} <= set(helped)
    assert {words: too_wide(told) for words, told in helped.items() if too_wide(told)} == {}


@pytest.mark.parametrize(
    "command",
    [
        ["chek"],
        ["grade", "IN", "--jobs", "0"],
        ["check", "NOWHERE"],
        ["check", "77"],
        ["progress"],
        ["data"],
        ["data", "imdb", "--from", "NOWHERE"],
        ["exercises"],
        ["exercises", "rnn_cells"],
        ["exercises", "rnn_cell"],
        ["exercises", "new"],
        ["grade", "NOWHERE"],
        ["lab", "--port", "0"],
        ["lab", "LESSONS"],
        ["build", "77"],
    ],
    ids=" ".join,
)
def test_what_the_commands_say_fits_80_columns(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    lessons = str(course_folder("notebooks"))
    with contextlib.suppress(SystemExit):
        cli.main([lessons if word == "LESSONS" else word for word in command])
    out, err = capsys.readouterr()
    assert out + err and too_wide(out + err) == []


def test_what_a_check_and_the_doctor_find_fits_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = "It has shape (3, 4, 5), and should have shape (4,): " + "look at it again, " * 9
    first, *_ = every().values()
    console.say(
        reviewing.Review({first: ("wrong", said)}, ("Code cell 3 raises " + "ValueError " * 20,)),
        doctor.Finding("wrong", "environment", said),
        *workspace._tell([("changed", f"{k:02d}_a_lesson.new.ipynb") for k in range(9)]),
    )
    told = capsys.readouterr().out
    assert too_wide(told) == [] and " ".join(told.split()).count("look at it again") == 18
    below = [line for line in told.splitlines() if line.startswith(" ")]
    assert below and all(len(line) - len(line.lstrip()) in (16, 25) for line in below)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["chek"], "check"),
        (["progres"], "progress"),
        (["lab", "--no-brwser"], "--no-browser"),
        (["data", "imbd"], "imdb"),
        (["instructor", "variant"], "variants"),
        (["grade", "IN", "--librry", "full"], "--library"),
    ],
)
def test_a_typo_is_told_what_was_meant(typed, meant, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(typed)
    out, err = capsys.readouterr()
    assert ended.value.code == 2 and out == "" and f" Did you mean {meant}? " in err and err.count("\n") == 1


def test_bash_completes_commands_and_options(capsys, tmp_path):
    pytest.importorskip("shtab")
    assert cli.main(["completions", "bash"]) == 0
    script = tmp_path / "completions.bash"
    script.write_text(capsys.readouterr().out)
    tried = (
        "COMP_WORDS=(lstm-course {}); COMP_CWORD={}; _shtab_lstm_course lstm-course; echo ${{COMPREPLY[@]}}"
    )
    asked = "\n".join([f"source {script}", tried.format("pro", 1), tried.format("lab --no", 2)])
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["progress", "--no-browser"], done


def test_completions_without_their_package_are_told(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completions", "bash"]) == 1
    assert capsys.readouterr().err.startswith("Completions need the package shtab")


def test_a_console_without_the_characters_gets_others():
    """Windows' consoles and pipes are often not UTF-8."""
    code = "import sys; from lstm_course import cli; cli.main(['data']); print('✓ – 中', file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True
    )
    assert result.returncode == 0 and b"+ - \\u4e2d" in result.stderr

"""`lstm-course exercises`: the list, the proofs, and the first draft of a new one."""

import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from helpers import ROOT, load

from lstm_course import cli, exercises
from lstm_course.exercises.proofs import matrix, mutations

FOLDERS = ("lstm_course/exercises/lessons", "solutions", "tests/right_answers")


def test_exercises_are_listed_and_proven(monkeypatch, capsys):
    exercise = SimpleNamespace(id="double", lesson="07", minutes=5, points=3, title="Twice a number")
    monkeypatch.setattr(exercises, "every", lambda: {"double": exercise})
    assert cli.main(["exercises"]) == 0
    assert capsys.readouterr().out == "07  double                    5 min  3 points  Twice a number\n"
    assert cli.main(["exercises", "--lesson", "6"]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["exercises", "--lesson", "7"]) == 0
    assert capsys.readouterr().out.startswith("07  double")
    row = SimpleNamespace(proven=True, seconds=0.012, exercise="double", kind="stub", made="")
    monkeypatch.setattr(matrix, "rows", lambda exercises: [row])
    assert cli.main(["exercises", "--matrix"]) == 0
    assert cli.main(["exercises", "treble", "--matrix"]) == 1
    assert capsys.readouterr().err == "No exercise is called treble: `lstm-course exercises` lists them.\n"
    row.proven = False
    assert cli.main(["exercises", "double", "--matrix"]) == 1
    assert capsys.readouterr().out.endswith(
        "1 answers were checked; 1 verdicts are not what they should be.\n"
        "Half of the checks took less than 12.0 ms, the longest 12 ms (double, stub).\n"
    )
    for status, code in (("wrong", 0), ("right", 1)):
        verdict = mutations.Verdict("double", "line 2: 2 -> 3", True, status, None)
        monkeypatch.setattr(mutations, "verdicts", lambda exercises, verdict=verdict: [verdict])
        assert cli.main(["exercises", "--mutations"]) == code
        assert f"{code} missed" in capsys.readouterr().out


def test_one_exercise_is_proven_and_its_mistakes_are_shown(capsys):
    assert cli.main(["exercises", "rnn_cell", "longer_sequence"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("01  rnn_cell") and lines[-2].startswith("25 answers were checked; 0 verdicts")
    at = lines.index("ok          rnn_cell                mistake: no tanh  ->  no tanh")
    assert lines[at + 1] == "            line 5: return np.tanh(a)  ->  return a"


def test_an_edit_that_does_not_fit_is_told(monkeypatch, capsys):
    every = dict(exercises.every())
    lost = exercises.Mistake("lost", "Lost.", {"np.cosh(": "np.tanh("})
    monkeypatch.setattr(exercises, "every", lambda: every)
    every["rnn_cell"] = replace(every["rnn_cell"], mistakes=(lost,))
    assert cli.main(["exercises", "rnn_cell"]) == 1
    assert capsys.readouterr().err == (
        "rnn_cell: mistake 'lost' changes 'np.cosh(', which occurs 0 times in the reference, not once\n"
    )


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with the sources that a new exercise is written into."""
    unwanted = shutil.ignore_patterns("*.ipynb", "__pycache__")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unwanted)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drafted(clone):
    """The draft as an exercise, which its module ends with."""
    path = clone / "lstm_course/exercises/lessons/lesson02.py"
    return load(path, "lstm_course.exercises.lessons.lesson02_and_draft").LEAKY_SUM


def test_a_draft_is_proven_as_it_stands(clone, capsys):
    assert cli.main(["exercises", "new", "leaky_sum", "--lesson", "2"]) == 0
    assert "lesson02.py ends with the exercise" in capsys.readouterr().out
    exercise = drafted(clone)
    rows = matrix.rows(exercises=[exercise])
    assert [row.kind for row in rows] == ["stub", "reference", "mistake", "mistake"]
    assert all(row.proven for row in rows)
    answers = (clone / "tests/right_answers/lesson02.py").read_text(encoding="utf-8")
    assert answers.endswith('@right("leaky_sum")\ndef leaky_sum_as_a_sum(x):\n    return x + x\n')


def test_a_draft_has_its_two_cells_at_the_end_of_the_last_section_with_a_check(clone):
    cli.main(["exercises", "new", "leaky_sum", "--lesson", "02"])
    before = (ROOT / "solutions/02_vanishing_gradients.md").read_text(encoding="utf-8")
    after = (clone / "solutions/02_vanishing_gradients.md").read_text(encoding="utf-8")
    start = next(k for k, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    written = after[start : start + len(after) - len(before)]
    assert after == before[:start] + written + before[start:]
    section = drafted(clone).section
    within = before[:start].partition(f"## {section}\n")[2]
    assert "check(clipping_and_vanishing=clipping_and_vanishing)\n```" in within
    assert "check(" not in before[start:] and before[start:].startswith("##")
    assert re.findall(r"^:tags: (.*)$|^(def .*|check.*)$", written, re.MULTILINE) == [
        ("[exercise]", ""), ("", "def leaky_sum(x):"), ("[check]", ""), ("", "check(leaky_sum)"),
    ]  # fmt: skip


NO_NAME = "is no name for a function: small letters, digits and _ are.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sigmoid", "--lesson", "02"], "There is an exercise 'sigmoid' already.\n"),
        (["LeakySum", "--lesson", "02"], f"'LeakySum' {NO_NAME}"),
        (["for", "--lesson", "02"], f"'for' {NO_NAME}"),
        (["leaky_sum", "--lesson", "11"], "Lesson 11 has no exercises that this one could stand beside.\n"),
        (["leaky_sum"], "`lstm-course exercises new NAME --lesson NN` begins one exercise.\n"),
    ],
)
def test_what_cannot_be_drafted_is_said(clone, capsys, arguments, said):
    assert cli.main(["exercises", "new", *arguments]) != 0
    assert capsys.readouterr().err == said

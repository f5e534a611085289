"""Milestones are run by the learner's module alone, and each falls with a mistake in it."""

import json

import pytest

from lstm_course import cli
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import find
from lstm_course.learner import logbook, milestones, workspace
from lstm_course.learner.library import MODULE

HEAD = "import numpy as np\nfrom lstm_course.scratch import sigmoid\n"
DOWNHILL_IS_UPHILL = """
_right = lstm_cell_backward
def lstm_cell_backward(dh, dc, *given):
    *rest, dweights = _right(dh, dc, *given)
    return *rest, {name: -part for name, part in dweights.items()}
"""
NAMES = ("lstm_gates", "lstm_cell", "lstm_cell_backward", "lstm_forward", "fuse_weights")


def written(folder, **wrong):
    """A module with right answers, but for the mistakes named."""
    texts = []
    for name in NAMES:
        exercise = find(name)
        mistakes = [each for each in exercise.mistakes if each.name == wrong.get(name)]
        assert len(mistakes) == (name in wrong)
        texts.append(exercise.text_with(*mistakes))
    (folder / MODULE).write_text(HEAD + "\n\n".join(texts))
    return folder


@pytest.fixture
def mine(tmp_path):
    (tmp_path / workspace.MANIFEST).write_text('{"lessons": {}}')
    return tmp_path


@pytest.mark.parametrize("name", ["adding", "stream", "reversing"])
def test_right_answers_reach_a_milestone_and_it_is_kept(mine, name, capsys):
    written(mine)
    assert milestones.reach(mine, name).startswith("✓ Run by your code")
    (line,) = [line for line in milestones.listing(mine) if line.startswith(name)]
    assert "✓ run by your code" in line
    assert json.loads((mine / logbook.PROGRESS).read_text())["best"] == {f"milestone {name}": "right"}
    assert "Next: `sigmoid`" in repr(logbook.progress(mine))  # it is no exercise and counts as none
    assert capsys.readouterr().err == ""


def test_weights_in_keras_give_the_same_numbers_unless_their_order_is_wrong(mine):
    assert milestones.reach(written(mine), "keras").startswith("✓")
    told = milestones.reach(written(mine, fuse_weights="order f, i, c, o"), "keras")
    assert told.startswith("✗ Not reached")


def test_a_wrong_gradient_does_not_reach_one(mine, monkeypatch):
    monkeypatch.setitem(milestones._UPDATES, "reversing", 60)
    written(mine)
    with (mine / MODULE).open("a") as file:
        file.write(DOWNHILL_IS_UPHILL)
    assert milestones.reach(mine, "reversing").startswith("✗ Not reached")
    assert not (mine / logbook.PROGRESS).exists()


def test_what_is_missing_or_broken_is_told(mine):
    with pytest.raises(Trouble, match="There is no my_lstm"):
        milestones.reach(mine, "adding")
    assert all("○ needs your " in line for line in milestones.listing(mine))
    (mine / MODULE).write_text("def lstm_cell(x, h_prev, c_prev, weights):\n    return 1 / 0, 0\n")
    with pytest.raises(Trouble, match="lacks lstm_cell_backward"):
        milestones.reach(mine, "adding")
    (mine / MODULE).write_text((mine / MODULE).read_text() + "lstm_cell_backward = lstm_cell\n")
    with pytest.raises(Trouble, match="ended in ZeroDivisionError"):
        milestones.reach(mine, "adding")
    (mine / MODULE).write_text("def f(:\n")
    with pytest.raises(Trouble, match="cannot be imported: SyntaxError"):
        milestones.reach(mine, "adding")
    with pytest.raises(Trouble, match="no milestone fame"):
        milestones.reach(mine, "fame")


def test_the_command_lists_them(mine, capsys):
    written(mine)
    assert cli.main(["milestones", "--folder", str(mine)]) == 0
    assert capsys.readouterr().out.count("○ ready") == len(milestones.MILESTONES)

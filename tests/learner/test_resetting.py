"""An exercise begun anew: its cell alone, with what was there kept."""

import json

import pytest
from helpers import ROOT

from lstm_course import cli
from lstm_course.common.files import write
from lstm_course.common.notebooks import cells_of
from lstm_course.learner import workspace

NAME = "03_lstm_from_scratch.ipynb"


@pytest.fixture
def mine(tmp_path):
    """A working copy in which two exercises were answered, one of them in a cell that was moved and run."""
    folder = tmp_path / "my-lessons"
    workspace.prepare(ROOT / "notebooks", folder)
    notebook = json.loads((folder / NAME).read_bytes())
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    for name in ("lstm_gates", "lstm_cell"):
        cells[f"03-{name}"].update(
            source=f"def {name}():\n    return 'μ'", execution_count=7,
            outputs=[{"output_type": "stream", "name": "stdout", "text": "mine"}],
        )  # fmt: skip
    notebook["cells"].remove(cells["03-lstm_cell"])
    notebook["cells"].insert(0, cells["03-lstm_cell"])
    notebook["cells"].insert(3, {"cell_type": "markdown", "metadata": {}, "source": "my own notes"})
    write(folder / NAME, json.dumps(notebook).encode())
    return folder


def test_one_cell_is_as_it_was_and_nothing_else_changes(mine, capsys):
    before = (mine / NAME).read_bytes()
    assert cli.main(["reset", "3", "lstm_cell", str(mine)]) == 0
    assert "earlier/" + NAME in capsys.readouterr().out
    assert (mine / "earlier" / NAME).read_bytes() == before
    was, now = json.loads(before), json.loads((mine / NAME).read_bytes())
    differing = [(old, new) for old, new in zip(was["cells"], now["cells"], strict=True) if old != new]
    ((_, cell),) = differing
    (stub,) = [
        text for _, text in cells_of((ROOT / "notebooks" / NAME).read_bytes()) if "def lstm_cell(" in text
    ]
    assert cell["id"] == "03-lstm_cell" and "".join(cell["source"]) == stub
    assert cell["outputs"] == [] and cell["execution_count"] is None
    assert now["metadata"] == was["metadata"]
    # A second time there is nothing to do, and another exercise finds a name of its own for what it keeps.
    assert cli.main(["reset", "03", "lstm_cell", str(mine)]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert cli.main(["reset", "03", "lstm_gates", str(mine)]) == 0
    assert sorted(path.name for path in (mine / "earlier").iterdir()) == [
        "03_lstm_from_scratch.2.ipynb", NAME
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["42", "lstm_cell"], "There is no lesson 42: the lessons are 00, "),
        (
            ["03", "lstm_sell"],
            "Lesson 03 has no exercise lstm_sell; its exercises are: lstm_gates, lstm_cell",
        ),
        (["01", "lstm_cell"], "Lesson 01 has no exercise lstm_cell; "),
        (["02", "state_jacobian"], "is not a notebook, or it is damaged: rename it and start again."),
        (["04", "padding_side"], "04_text_classification.ipynb cannot be read: No such file or directory."),
        (["03", "lstm_forward"], "The cell of lstm_forward is no longer in "),
    ],
)
def test_what_cannot_be_done_changes_nothing(arguments, said, mine, capsys):
    (mine / "02_vanishing_gradients.ipynb").write_text('{"cells": [')
    (mine / "04_text_classification.ipynb").unlink()
    notebook = json.loads((mine / NAME).read_bytes())
    notebook["cells"] = [cell for cell in notebook["cells"] if cell.get("id") != "03-lstm_forward"]
    write(mine / NAME, json.dumps(notebook).encode())
    before = {path.name: path.read_bytes() for path in mine.glob("*.ipynb")}
    assert cli.main(["reset", *arguments, str(mine)]) == 1
    assert said in " ".join(capsys.readouterr().err.split())
    assert {path.name: path.read_bytes() for path in mine.glob("*.ipynb")} == before
    assert not (mine / "earlier").exists()

"""What learners and their files are called controls no terminal, turns no page, and is no formula."""

import csv
import io
import json
import unicodedata
import zipfile

import pytest
from helpers import notebook, sandbox_of_this_machine
from hypothesis import given
from hypothesis import strategies as st

from lstm_course.grading import batch, intake
from lstm_course.grading.intake import names
from lstm_course.grading.reports.writing import as_csv

EVIL = {
    "escape": "Ada\x1b[2J\x1b]0;owned\x07",
    "bidi": "Ada\u202egpj.\u2066x",
    "line": "Ada\nBen, lesson 00: 99 of 99 points",
    "separator": "Ada\u2028Ben",
    "hidden": "A\u200bda\ufeff\u00ad",
    "tag": "Ada\U000e0041",
    "C1": "Ada\x9b2J",
}


@pytest.mark.parametrize("kind", EVIL)
def test_a_name_that_controls_reaches_neither_terminal_nor_page(kind, tmp_path):
    sandbox_of_this_machine()
    name = EVIL[kind]
    content = json.dumps(notebook("import numpy as np"))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for learner in name, "Ada":
            archive.writestr(f"{learner}_4711_assignsubmission_file_/00.ipynb", content)
            archive.writestr(f"{learner}_4711_assignsubmission_file_/{learner}.pdf", "")
            archive.writestr(f"{learner}_4712_assignsubmission_file_/00.ipynb", "{" + learner)
            archive.writestr(f"{learner}_4713_assignsubmission_file_/{learner}.ZIP", b"PK" + learner.encode())
    lines = []
    done = batch.run(tmp_path / "all.zip", tmp_path / "out", seed=1, say=lines.append)
    assert len(done.results) == 6  # nobody has become somebody else
    written = [path.read_text("utf-8-sig") for path in (tmp_path / "out").rglob("*.*ml")]
    written += [path.read_text("utf-8-sig") for path in (tmp_path / "out").rglob("*.csv")]
    for text in (*lines, *"\n".join(written).replace("\r", "").split("\n")):
        bad = [one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp")]
        assert not bad, (kind, ascii(text))
    for line in lines:
        assert line.count("lesson 00:") <= 1 or kind == "line"


@given(st.text(max_size=20))
def test_a_printable_name_stays_itself_and_two_names_stay_two(name):
    shown = names.printable(name)
    assert names.printable(shown) == shown and len(shown) == len(name)
    assert all(b in (a, "\ufffd") for a, b in zip(name, shown, strict=True))


@pytest.mark.parametrize("name", ["Zoë", "李雷", "علی\u200cرضا", "O'Neill-Müller", "👩\u200d🔬"])
def test_names_of_the_world_stay_as_they_are(name):
    assert names.printable(name) == name


BLANKS = ["", " ", "\n", "\r\n \t", "\u00a0", "\u3000", "\u200b", "\ufeff", "\x00", "\u2028"]


@given(st.lists(st.sampled_from(BLANKS)), st.sampled_from("=+-@＝＋－＠﹢﹣﹦﹫"), st.text(max_size=5))
def test_a_cell_that_begins_with_a_formula_is_none(blanks, sign, rest):
    cell = "".join(blanks) + sign + rest
    assert as_csv([[cell]]).lstrip('"').startswith("'")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1), st.floats(-9, 9), st.integers(-9, 9))
def test_other_cells_and_numbers_stay_as_they_are(text, number, whole):
    (row,) = csv.reader(io.StringIO(as_csv([[text, number, whole]]), newline=""))
    assert row == [text, str(number), str(whole)]


COPIES = [
    "Copy of 00_start_here",
    "Copy of Copy of 00_start_here",
    "Kopie von 00_start",
    "Copia de 00_start (1)",
]


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_nobody_called_copy(name, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "scratch").mkdir()
    (tmp_path / f"in/{name}.ipynb").write_text(json.dumps(notebook("def sigmoid(x):\n    ...")))
    (only,) = intake.collect(tmp_path / "in", tmp_path / "scratch").submissions
    assert only.learner == name


@pytest.mark.parametrize("files", [
    ("ada/00.ipynb", "ada_00.ipynb"),
    ("Ada Lovelace_4711_assignsubmission_file_/00.ipynb", "Ben_4712_assignsubmission_file_/00.ipynb",
     "Ada Lovelace_00.ipynb"),
    ("Ada Lovelace_4711_assignsubmission_file_/00.ipynb", "Ben_4712_assignsubmission_file_/00.ipynb",
     "Ada Lovelace/00.ipynb"),
    ("lovelaceada_123_4567_00.ipynb", "hoppergrace_124_4568_00.ipynb", "lovelaceada_00.ipynb"),
])  # fmt: skip
def test_a_file_called_as_somebody_elses_is_not_booked_to_that_learner(files, tmp_path):
    for file in files:
        (tmp_path / "in" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / file).write_text(json.dumps(notebook("def sigmoid(x):\n    ...")))
    (tmp_path / "scratch").mkdir()
    found = {each.path: each for each in intake.collect(tmp_path / "in", tmp_path / "scratch").submissions}
    assert found.keys() == set(files)
    assert found[files[-1]].learner == files[-1] and not found[files[-1]].own
    assert all(found[file].own for file in files[:-1])

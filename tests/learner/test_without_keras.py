"""Where there is no Keras, a notebook says what it leaves out, and everything else runs."""

import ast
import os
import re
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import ROOT, run_python

from lstm_course import check, exercises, models, proven, scratch
from lstm_course.common import environment, notebooks
from lstm_course.common.notebook_runs import KERNEL_ENVIRONMENT, new_client, run
from lstm_course.exercises.exercise import IMPORTS_KERAS
from lstm_course.learner import without_keras

REASON = "There is no TensorFlow for this computer, and so no Keras."
WITHOUT = ROOT / "tests/without_keras"
HIDING = (WITHOUT / "sitecustomize.py").read_text(encoding="utf-8")
# Learners' notebooks that import no Keras are run where there is none by nbval (conftest.py says so), which
# compares all that they show: a part that was left out would be another output.
LESSONS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
IMPORTING = [path for path in LESSONS if any(map(IMPORTS_KERAS.search, notebooks.code_of(path.read_bytes())))]
NAMES = sorted({path.name for path in IMPORTING})


class Cells:
    """Runs cells one after the other as a notebook without Keras would; each gives its card or None."""

    def __init__(self, **names):
        self.names = {"check": check, "proven": proven, **names}
        self.reader = without_keras.Reader(self.names, REASON)

    def __call__(self, source):
        self.reader.begin(SimpleNamespace(raw_cell=source))
        module = self.reader.visit(ast.parse(source))
        exec(compile(ast.fix_missing_locations(module), "<cell>", "exec"), self.names)
        return self.reader._card


def test_what_needs_keras_is_left_out_until_its_name_is_back():
    cell = Cells()
    assert "`keras`" in cell("import keras\nsizes = [3, 4]\nmodel = keras.Sequential(sizes)").sentences[0]
    assert cell.names["sizes"] == [3, 4] and "model" not in cell.names
    assert "`model`" in cell("said = model.predict(1)").sentences[0]
    assert cell("print(said)") and cell("errors = {}") is None
    assert cell("for name in sizes:\n    errors[name] = model") and cell("worst = max(errors)")
    assert cell("errors = {1: 2}\nworst = max(errors)\nmodel = 3\nassert model + worst == 4") is None


def test_a_function_is_left_out_only_where_it_is_called():
    cell = Cells()
    assert (
        cell("def first():\n    return second()\ndef second():\n    import keras\n    return keras") is None
    )
    assert "`first`" in cell("first()").sentences[0]
    assert cell("def second():\n    return 7\nassert first() == 7") is None


def test_functions_of_the_course_are_known_by_what_they_import():
    def of_keras(room):
        return {name for name in room.__all__ if without_keras._of_keras(getattr(room, name))}

    assert of_keras(models) == {
        "batches", "forecaster", "layer_gradients", "measure", "open_gates", "recurrent_inputs",
        "stacked_text_classifier", "text_classifier", "training_bar",
    }  # fmt: skip
    assert of_keras(scratch) == {"from_keras", "to_keras"}
    cell = Cells()
    with pytest.raises(ImportError):
        cell("from lstm_course.modelz import batches")
    assert cell("from lstm_course.models import batches, profile") is None
    assert cell("profile()") is None and cell("batches([1])")


def test_a_part_that_leaves_itself_out_is_shown_as_it_was(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)  # which Python takes for a module that is not there
    cell = Cells()
    assert cell("try:\n    import keras\nexcept ImportError:\n    keras = None") is None
    source = next(
        each.source
        for each in notebooks.read(ROOT / "notebooks/03_lstm_from_scratch.ipynb").cells
        if each.source.startswith("if keras:")
    )
    card = cell(source)
    assert "A part" in card.heading and "True" in repr(card)


@pytest.mark.parametrize("place", ["notebooks", "solutions"])
def test_an_exercise_that_needs_keras_says_so_in_its_check(place, monkeypatch):
    monkeypatch.setattr("lstm_course.exercises.judging.missing_keras", lambda: REASON)
    needy = [one for one in exercises.every().values() if getattr(one, "needs_keras", False)]
    assert [one.id for one in needy] == ["build_text_classifier", "fix_the_stack"]
    for one in needy:
        cell = Cells()
        written = one.stub if place == "notebooks" else one.source
        assert cell(f"{written}\nchecked = check({one.id})") is None or cell(f"check({one.id})") is None
        said = check(**{one.id: cell.names[one.id]})
        assert said.status == "not judged" and REASON in said.message
        assert cell(f"{one.id} = proven({one.id})\nmodel = {one.id}(8, 4, 2)")


def test_the_card_can_be_read_by_everybody():
    cell = Cells(np=np)
    source = next(
        each.source
        for each in notebooks.read(ROOT / "notebooks/05_stacked_lstms.ipynb").cells
        if each.source.startswith("ones = np.ones((1, 6, 8)")
    )
    cell("from keras import layers")
    card = cell(source)
    assert "the same at every step: False" in repr(card) and REASON in repr(card)
    seen = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: seen.append((tag, dict(attributes)))
    parser.feed(card._repr_html_())
    assert seen[0][1]["role"] == "note" and ("span", {"aria-hidden": "true"}) in seen
    assert all("alt" in attributes for tag, attributes in seen if tag == "img")
    assert not {tag for tag, _ in seen} & {"script", "h1", "h2", "h3"}
    changed = cell(source + "\nprint(same)")
    assert "not as the course has it" in repr(changed) and "at every step" not in repr(changed)


def test_the_courses_own_layers_stand_in_where_the_lesson_says_how():
    cells = notebooks.read(ROOT / "notebooks/05_stacked_lstms.ipynb").cells
    source = next(each.source for each in cells if each.source.startswith("some_words"))
    cell = Cells(np=np)
    cell("from keras import layers")
    card = cell(source)
    assert "stand in" in card.heading and cell.names["every"].shape == (7, 60, 64)
    assert "LSTM(128, 64, seed=5)" in repr(card) and "<summary" in card._repr_html_()
    assert cell("assert last.shape == (7, 64)") is None


def test_nothing_is_watched_where_there_is_keras():
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("from lstm_course import setup; setup()")
shell.run_cell("setup()")
print(len(shell.ast_transformers))
"""
    hidden = f"{HIDING}\n{code}"
    assert run_python(hidden, cwd=ROOT).strip() == "1"
    if environment.missing_keras() is None:
        assert run_python(code, cwd=ROOT).strip() == "0"


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_of_any_lesson_raises(name, due, tmp_path):
    """Every other lesson has its turn in each run, with one of its notebooks: only exercises differ."""
    if name not in NAMES[due(2)]:
        pytest.skip("another day is its turn; with --complete all are tried")
    forms = [path for path in IMPORTING if path.name == name]
    for path in forms[due(len(forms))]:
        run_without_keras(notebooks.read(path), tmp_path)


def run_without_keras(lesson, tmp_path):
    client = new_client(lesson, str(tmp_path), allow_errors=True)
    run(client, {**KERNEL_ENVIRONMENT, "PYTHONPATH": os.pathsep.join([str(WITHOUT), str(ROOT)])})
    outputs = [(cell, each) for cell in lesson.cells if cell.cell_type == "code" for each in cell.outputs]
    raised = [f"{cell.id}: {each.ename}: {each.evalue}" for cell, each in outputs if "ename" in each]
    assert raised == []
    assert not [each.text for _, each in outputs if each.get("name") == "stderr"]
    told = [cell for cell, each in outputs if re.match("Left out|A part|The course's own", _text(each))]
    assert told


def _text(output):
    return output.get("data", {}).get("text/plain", "")

"""The lessons as they ship: solved ones get every point, untouched ones none and no blame."""

import importlib.util
import inspect
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest

from lstm_course.authoring import find_root
from lstm_course.grading import marking, sandbox

try:
    KIND = sandbox.available()
except sandbox.NoSandbox as error:
    pytest.skip(f"needs a sandbox: {error}", allow_module_level=True)

LESSONS = [
    path.name for path in sorted(find_root().glob("solutions/*.ipynb")) if marking.exercises_of(path.name[:2])
]


def marked(path):
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return marking.mark_notebook(cells, path.name[:2], 21, KIND)


@pytest.mark.parametrize("name", LESSONS)
def test_a_solved_lesson_has_every_point(name):
    rows = marked(find_root() / "solutions" / name)
    assert {row["exercise"]: row["status"] for row in rows if row["status"] != "right"} == {}
    assert sum(row["score"] for row in rows) == sum(row["points"] for row in rows)


@pytest.mark.parametrize("name", LESSONS)
def test_an_untouched_lesson_is_not_attempted(name):
    rows = marked(find_root() / "notebooks" / name)
    assert {row["exercise"]: row["status"] for row in rows if row["status"] != "not attempted"} == {}


@pytest.mark.parametrize("lesson", ["01", "02", "03"])
def test_right_answers_of_every_style_have_their_points(lesson):
    path = Path(__file__).parents[1] / "right_answers.py"
    spec = importlib.util.spec_from_file_location("right_answers", path)
    spec.loader.exec_module(right_answers := importlib.util.module_from_spec(spec))
    answers = {each.id: right_answers.RIGHT[each.id] for each in marking.exercises_of(lesson)}
    for chosen in zip_longest(*answers.values()):
        given = {name: function for name, function in zip(answers, chosen, strict=True) if function}
        cells = [path.read_text(encoding="utf-8")]
        for name, function in given.items():
            source = "".join(line for line in inspect.getsourcelines(function)[0] if line[0] != "@")
            cells.append(f"{source}\n{name} = {function.__name__}")
        rows = {row["exercise"]: row for row in marking.mark_notebook(cells, lesson, 31, KIND)}
        assert {name: rows[name]["status"] for name in given} == dict.fromkeys(given, "right")

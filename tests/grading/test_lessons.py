"""The lessons as they ship: solved ones get every point, untouched ones none and no blame."""

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

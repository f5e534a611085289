"""The lessons as they ship: solved ones get every point, untouched ones none and no blame."""

import inspect
import re
from itertools import zip_longest
from pathlib import Path

import pytest
import right_answers
from helpers import sandbox_of_this_machine
from right_answers import RIGHT

from lstm_course.authoring import find_root
from lstm_course.common.notebooks import cells_of
from lstm_course.grading import marking

KIND = sandbox_of_this_machine()
LESSONS = [
    path.name for path in sorted(find_root().glob("solutions/*.ipynb")) if marking.exercises_of(path.name[:2])
]


def marked(path):
    cells = [source for kind, source in cells_of(path.read_bytes()) if kind == "code"]
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


def helpers(lesson):
    """What right answers of a lesson may call: all that is entered up to this lesson, as one cell."""
    folder = Path(right_answers.__file__).parent
    paths = [folder / "entering.py", *(p for p in sorted(folder.glob("lesson*.py")) if p.stem[6:8] <= lesson)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return re.sub(r"^from \.\w+ import .*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lesson", ["01", "02", "03"])
def test_right_answers_of_every_style_have_their_points(lesson):
    answers = {each.id: RIGHT[each.id] for each in marking.exercises_of(lesson)}
    for chosen in zip_longest(*answers.values()):
        given = {name: function for name, function in zip(answers, chosen, strict=True) if function}
        cells = [helpers(lesson)]
        for name, function in given.items():
            source = "".join(line for line in inspect.getsourcelines(function)[0] if line[0] != "@")
            cells.append(f"{source}\n{name} = {function.__name__}")
        rows = {row["exercise"]: row for row in marking.mark_notebook(cells, lesson, 31, KIND)}
        assert {name: rows[name]["status"] for name in given} == dict.fromkeys(given, "right")

"""The page that the course opens on: every lesson, the progress, and nothing of the learner's lost."""

import json
import re

import pytest
from helpers import run_python

from lstm_course.common.files import course_folder
from lstm_course.exercises import every
from lstm_course.learner import lab, landing, logbook, workspace


@pytest.fixture
def mine(tmp_path):
    workspace.prepare(course_folder("notebooks"), tmp_path)
    return tmp_path


def page(folder):
    assert landing.write_page(folder) == landing.PAGE
    return (folder / landing.PAGE).read_text(encoding="utf-8")


def test_every_lesson_is_listed_with_its_question_and_its_minutes(mine):
    lessons = sorted(path.name for path in mine.glob("*.ipynb"))
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \| (.*) \| (\d*) \| (.*) \|$", page(mine), re.MULTILINE)
    assert [row[2] for row in rows] == lessons
    for number, title, _, question, minutes, _ in rows:
        assert title and int(number) >= 0
        assert question.endswith("?"), f"lesson {number} asks its question in bold"
        assert minutes or number == "11", f"lesson {number} says how long it takes"


def test_a_learner_is_sent_to_the_first_lesson_and_then_to_the_next_exercise(mine):
    assert "**Begin here:** [Start here](00_start_here.ipynb)." in page(mine)
    logbook.remember("sigmoid", "right", mine)
    text = page(mine)
    assert "[lesson 1](01_vanilla_rnn.ipynb)" in text and "`rnn_cell`" in text
    assert "| 1 of 1 ✓ |" in text
    for exercise in every():
        logbook.remember(exercise, "right", mine)
    assert "**Every exercise is right.**" in page(mine)


def test_a_new_version_beside_a_changed_lesson_is_no_lesson_of_its_own(mine):
    (mine / "01_vanilla_rnn.new.ipynb").write_text("{}")
    assert ".new." not in page(mine)


@pytest.mark.parametrize("content", ["", "[]", '{"cells": [{"cell_type": "markdown", "source": "none"}]}'])
def test_a_lesson_that_cannot_be_read_is_listed_by_its_name(mine, content):
    (mine / "01_vanilla_rnn.ipynb").write_text(content)
    assert "[01_vanilla_rnn.ipynb](01_vanilla_rnn.ipynb)" in page(mine)


def test_a_file_of_the_learner_is_left_alone(mine):
    (mine / landing.PAGE).write_text("# my own list")
    assert landing.write_page(mine) == "00_start_here.ipynb"
    assert (mine / landing.PAGE).read_text() == "# my own list"


def test_an_opened_lesson_is_not_unsaved(mine):
    """JupyterLab marks a notebook as changed when its kernel reports another version than it has noted."""
    import platform

    for path in mine.glob("*.ipynb"):
        noted = json.loads(path.read_bytes())["metadata"]["language_info"]["version"]
        assert noted == platform.python_version()
    assert workspace.prepare(course_folder("notebooks"), mine) == []


def test_pictures_are_saved_and_widgets_are_not():
    def output(**data):
        return {"output_type": "display_data", "data": data}

    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "0"}}
    outputs = [
        output(**view, **{"text/html": "a picture"}),
        output(**view, **{"text/plain": "a bar"}),
        output(**{"text/plain": "1"}),
        {"output_type": "stream", "text": "2"},
    ]
    cells = [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown", "source": "# A title"}]
    lab.leave_out_views({"type": "notebook", "content": {"cells": cells}}, path="", contents_manager=None)
    assert cells[0]["outputs"] == [output(**{"text/html": "a picture"}), *outputs[2:]]
    assert "outputs" not in cells[1]
    lab.leave_out_views({"type": "file", "content": "text"}, path="", contents_manager=None)


def test_jupyterlab_starts_without_parsing_grammars(tmp_path):
    code = (
        "import sys\nfrom lstm_course.learner import lab\n"
        "lab._arguments = lambda *_: sys.exit('lark' in sys.modules)\n"
        "lab.open_lab(sys.argv[1])"
    )
    run_python(code, tmp_path / "mine")


def test_the_ways_through_have_the_hours_of_their_lessons(mine):
    text = page(mine)
    minutes = {
        number: int(time)
        for number, time in re.findall(r"^\| (\d+) \| \[.+\]\(.+\) \| .* \| (\d+) \|", text, re.MULTILINE)
    }
    ways = re.findall(r"^\* ([^:]+): (.+), about (\d+) hours", text, re.MULTILINE)
    assert [goal for goal, _, _ in ways] == ["the whole course", *landing.ROUTES]
    for _, lessons, hours in ways:
        numbers = re.findall(r"\d+", lessons) or minutes
        assert abs(sum(minutes[number] for number in numbers) / 60 - int(hours)) <= 0.5
    needed = re.compile(r"you need lessons? ([\d, and]+)")
    for goal, lessons in landing.ROUTES.items():
        for number in lessons:
            text = " ".join(path.read_text(encoding="utf-8") for path in mine.glob(f"{number}_*.ipynb"))
            for before in re.findall(r"\d+", " ".join(needed.findall(text))):
                assert f"{int(before):02d}" in lessons, f"{goal}: lesson {number} needs lesson {before}"

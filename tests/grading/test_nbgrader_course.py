"""The whole nbgrader round on a course that `lstm-course instructor init` has made."""

import copy
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from helpers import ROOT

from lstm_course import authoring, check, cli
from lstm_course.grading import batch, nbgrader_course, sandbox
from lstm_course.grading.nbgrader_course.marks import marks

LESSON = "00_start_here"


def nbgrader(folder, *arguments):
    # The path of a shell in which the environment is not activated.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=560)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    assert cli.main(["instructor", "init", str(folder)]) == 0
    return folder


def graded_cells(notebook):
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def test_there_is_an_assignment_for_each_lesson_and_every_point_counts(course):
    sources = authoring.find_sources(ROOT)
    assert [path.stem for path in sorted((course / "source").glob("*/*.ipynb"))] == [
        path.stem for path in sources
    ]
    for source in sources:
        notebook = nbformat.read(course / "source" / source.stem / f"{source.stem}.ipynb", as_version=4)
        nbformat.validate(notebook)
        ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert len(set(ids)) == len(ids)
        automatic = [cell for cell in graded_cells(notebook) if cell.metadata.nbgrader.locked]
        assert all(f"out_of={cell.metadata.nbgrader.points})" in cell.source for cell in automatic)
        for name in ("one_sheet.md", "glossary.md"):  # what the lesson links is released with it
            assert f"]({name})" in notebook.cells[0].source
            assert (course / "source" / source.stem / name).is_file()


def test_nothing_of_the_instructors_is_overwritten(course, capsys):
    before = (course / "nbgrader_config.py").read_bytes()
    assert cli.main(["instructor", "init", str(course)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert (course / "nbgrader_config.py").read_bytes() == before


@pytest.mark.parametrize("odd", [None, float("nan"), 1e9, True, "1", object()])
def test_what_is_no_outcome_counts_nothing(odd):
    assert repr(marks(odd, out_of=2)) == "0.00"
    assert marks(odd, out_of=2)._repr_html_() is None


def test_a_mark_is_a_number_for_nbgrader_and_a_card_for_the_learner():
    def sigmoid(x):
        return 1 / (1 + np.exp(-np.clip(x, -500, 500)))

    found = marks(check(sigmoid), out_of=3)
    assert repr(found) == "3.00" and "Right" in found._repr_html_()


def test_a_value_over_several_lines_becomes_a_mark():
    source = "# the answer\nx = 1\ncheck(\n    y=x\n)"
    marked = nbgrader_course.ending_in_a_mark(source, 2)
    assert marked.endswith("# the answer\nx = 1\nmarks(check(\n    y=x\n), out_of=2)")
    compile(marked, "cell", "exec")


def sandboxed():
    try:
        return sandbox.available()
    except sandbox.NoSandbox:
        return None


SPY = """
import os, socket
sees = [path for path in {paths!r} if os.path.exists(path)]
try:
    socket.create_connection(("127.0.0.1", 9), timeout=1)
except OSError as error:
    print("CAUGHT", type(error).__name__, error.errno, sees)
"""


@pytest.mark.skipif(sandboxed() is None, reason="no sandbox can be had on this machine")
@pytest.mark.timeout(600)
def test_the_whole_round(course, due):
    done = nbgrader(course, "generate_assignment", LESSON)
    assert done.returncode == 0, done.stderr
    released = nbformat.read(course / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
    own = nbformat.read(ROOT / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    answers = [index for index, cell in enumerate(own.cells) if "exercise" in cell.metadata.get("tags", [])]
    assert answers and all(released.cells[index].source == own.cells[index].source for index in answers)

    for name, notebook in submissions(released, answers, course).items():
        path = course / "submitted" / name / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    done = nbgrader(course, "autograde", LESSON)
    assert done.returncode == 0, done.stderr
    assert nbgrader(course, "generate_feedback", LESSON).returncode == 0
    assert nbgrader(course, "export").returncode == 0
    with (course / "grades.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    full = sum(cell.metadata.nbgrader.points for cell in graded_cells(released))
    assert scores == {
        "right": full,
        "nearly": full / 2,
        "empty": 0,
        "copied": full,
        "deleted": 0,
        "spy": full,
    }
    for seed in range(3)[due(3)]:
        ours = batch.run(course / "submitted", course / f"marks-{seed}", seed=seed, say=lambda line: None)
        assert {each["learner"]: each["score"] for each in ours.results} == scores
    assert (course / "feedback" / "right" / LESSON / f"{LESSON}.html").is_file()
    seen = (course / "autograded" / "spy" / LESSON / f"{LESSON}.ipynb").read_text()
    assert re.search(r"CAUGHT \w+ \w+ \[\]", seen), "it reached a network, or found a file of others"


def secrets(course):
    return [str(path) for path in (course, ROOT / "solutions", course / "gradebook.db", Path.home() / ".ssh")]


def submissions(released, answers, course):
    """Name -> notebook: honest ones, a copied cell, a deleted check, and one that looks around."""
    solved = nbformat.read(ROOT / "solutions" / f"{LESSON}.ipynb", as_version=4)
    made = {
        name: copy.deepcopy(released) for name in ("right", "nearly", "empty", "copied", "deleted", "spy")
    }
    for name in ("right", "copied", "spy"):
        for index in answers:
            made[name].cells[index].source = solved.cells[index].source
    stub = made["nearly"].cells[answers[0]]
    stub.source = stub.source.replace(
        "...  # your code here", "return 2 / (1 + np.exp(-np.clip(x, -500, 500)))"
    )
    made["copied"].cells.insert(answers[0] + 1, copy.deepcopy(made["copied"].cells[answers[0]]))
    checks = graded_cells(made["copied"])
    made["copied"].cells.append(copy.deepcopy(checks[-1]))
    made["deleted"].cells = [
        cell for cell in made["deleted"].cells if cell not in graded_cells(made["deleted"])
    ]
    made["spy"].cells[answers[0]].source += SPY.format(paths=secrets(course))
    return json_clean(made)


def json_clean(made):
    """As JupyterLab would have saved them: copied cells have ids of their own."""
    for notebook in made.values():
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"
    return {name: nbformat.from_dict(json.loads(json.dumps(notebook))) for name, notebook in made.items()}

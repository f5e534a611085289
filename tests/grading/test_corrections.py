"""Points given by hand stay, with their reason; what is graded alone leaves the rest as it is."""

import csv
import json

import pytest
from helpers import sandbox_of_this_machine
from helpers import write_notebook as write

from lstm_course import cli
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import find
from lstm_course.grading import batch, kept, reports
from lstm_course.grading.marking import exercises_of

sandbox_of_this_machine()
WRONG = "def spectral_radius(matrix):\n    return 0.0\n"


def a_class(folder):
    write(folder / "ada/02.ipynb", "import numpy as np", find("memory_horizon").source, WRONG)
    write(folder / "ben/02.ipynb", "import numpy as np", find("memory_horizon").source)
    (folder / "cleo").mkdir()
    (folder / "cleo/02.ipynb").write_text('{"cells": [')
    return folder


def run(folder, lines=None, **options):
    say = (lambda line: None) if lines is None else lines.append
    return batch.run(folder / "in", folder / "out", seed=1, say=say, **options)


def override(folder, *rows):
    file = folder / "override.csv"
    file.write_text("\n".join(["learner,exercise,points,reason", *rows]), encoding="utf-8")
    return file


def scores(done):
    return {each["learner"]: each["score"] for each in done.results}


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """A class that was graded, and then corrected."""
    folder = tmp_path_factory.mktemp("corrections")
    a_class(folder / "in")
    first = run(folder)
    by_hand = 'CLEO,memory_horizon,1,"Shown to me, on paper"'
    file = override(folder, "ada,spectral_radius,0.5,The idea is right.", by_hand)
    return folder, first, run(folder, override=file)


def test_corrections_count_and_are_said_to_be_the_instructors(corrected):
    folder, first, done = corrected
    assert scores(first) == {"ada": 2, "ben": 2, "cleo": 0}
    assert scores(done) == {"ada": 2.5, "ben": 2, "cleo": 1} and done.graded == 0
    pages = {each["learner"]: reports.feedback(each) for each in done.results}
    assert "Your instructor has given these points:</strong> The idea is right." in pages["ada"]
    assert "Shown to me, on paper" in pages["cleo"] and "1 of 2" in pages["cleo"]
    assert "instructor" not in pages["ben"]
    assert "The idea is right." in (folder / "out/summary.html").read_text()
    rows = csv.DictReader((folder / "out/exercises.csv").open(encoding="utf-8-sig"))
    assert [row["exercise"] for row in rows if row["corrected"]] == ["spectral_radius", "memory_horizon"]


def test_they_are_kept_when_all_is_graded_again_and_taken_back_by_an_empty_cell(corrected, monkeypatch):
    folder, _, done = corrected
    monkeypatch.setattr(kept, "judge_digest", lambda: "a mended course")
    again = run(folder)
    assert again.graded == 2 and scores(again) == scores(done)
    back = run(folder, override=override(folder, "cleo,memory_horizon,,"))
    assert scores(back) == {"ada": 2.5, "ben": 2, "cleo": 0}
    assert scores(run(folder)) == scores(back)
    (folder / "out/corrections.json").write_text('{"cells": [')
    with pytest.raises(Trouble, match=r"corrections\.json is damaged, and holds your corrections"):
        run(folder)
    gone = {"learner": "dora", "exercise": "memory_horizon", "points": 1, "reason": "Of another batch."}
    (folder / "out/corrections.json").write_text(json.dumps([gone]))
    run(folder)
    assert "nobody in this batch has handed in for it" in (folder / "out/summary.html").read_text()


REFUSED = {
    "adda,spectral_radius,1,x": "line 2: nobody who has handed in is called adda. Did you mean ada?",
    "ada,spectral_radios,1,x": "no lesson with an exercise spectral_radios. Did you mean spectral_radius?",
    "ada,lstm_cell,1,x": "ada has handed in no lesson with an exercise lstm_cell.",
    "ada,spectral_radius,99,x": "the points are 99: expected a number from 0 to 1.",
    "ada,spectral_radius,-1,x": "the points are -1: expected a number from 0 to 1.",
    "ada,spectral_radius,nan,x": "the points are nan: expected a number from 0 to 1.",
    "ada,spectral_radius,half,x": "the points are half: expected a number from 0 to 1.",
    "ada,spectral_radius,1,": "there is no reason, and the learner will read it",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_correction_that_fits_nothing_is_refused_before_anything_is_graded(line, tmp_path):
    a_class(tmp_path / "in")
    with pytest.raises(Trouble) as refused:
        run(tmp_path, override=override(tmp_path, line))
    assert REFUSED[line] in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_another_table_is_no_table_of_corrections(tmp_path):
    a_class(tmp_path / "in")
    (tmp_path / "other.csv").write_text("name,mark\n")
    with pytest.raises(Trouble, match="has the columns name, mark: expected learner, exercise, points"):
        run(tmp_path, override=tmp_path / "other.csv")


def test_one_learner_alone_is_graded_anew_and_the_others_stay(tmp_path, monkeypatch):
    a_class(tmp_path / "in")
    lines = []
    first = run(tmp_path, lines, only=["ada"])
    assert first.graded == 1 and lines[0] == "3 submissions, 1 to grade."
    reasons = {each["learner"]: each["reason"] for each in first.results}
    assert reasons["ben"] == "It is not graded yet: this run was for ada alone." and reasons["ada"] is None
    assert run(tmp_path).graded == 1  # the rest
    monkeypatch.setattr(kept, "judge_digest", lambda: "a mended course")
    alone = run(tmp_path, only=["Ada"])
    assert alone.graded == 1 and scores(alone) == {"ada": 2, "ben": 2, "cleo": 0}
    assert run(tmp_path).graded == 1  # what ben has hangs on the course as it was
    with pytest.raises(Trouble, match=r"Nobody who has handed in is called bem\. Did you mean ben\?"):
        run(tmp_path, only=["bem"])


def test_one_exercise_alone_is_graded_anew_and_the_others_stay(tmp_path):
    a_class(tmp_path / "in")
    run(tmp_path)
    (file,) = (tmp_path / "out/results").glob("02-ada-*")
    before = json.loads(file.read_text())
    for row in before["exercises"]:
        row["message"] = "of the first time"
    file.write_text(json.dumps(before))
    done = run(tmp_path, only=["ada"], only_exercises=["spectral_radius"])
    (ada,) = (each for each in done.results if each["learner"] == "ada")
    said = {row["exercise"]: row["message"] for row in ada["exercises"]}
    assert list(said) == [exercise.id for exercise in exercises_of("02")]
    assert done.graded == 1 and said.pop("spectral_radius") != "of the first time"
    assert set(said.values()) == {"of the first time"}
    with pytest.raises(Trouble, match=r"is called spectral_radios\. Did you mean spectral_radius\?"):
        run(tmp_path, only_exercises=["spectral_radios"])


def test_results_beside_the_submissions_are_no_hand_ins(tmp_path):
    a_class(tmp_path)
    for _ in range(2):
        done = batch.run(tmp_path, tmp_path / "grades", seed=1, say=lambda line: None)
        assert [each["learner"] for each in done.results] == ["ada", "ben", "cleo"]
        assert not done.handed_in.not_read


def test_the_command_hands_on_what_it_is_asked_for(monkeypatch, capsys):
    asked = {}

    def run(path, out, **options):
        asked.update(options)
        raise Trouble("enough")

    monkeypatch.setattr(batch, "run", run)
    words = (
        "grade in --roster r.csv --override o.csv --only ada --only ben --only-exercise gru_cell --earlier a"
    )
    assert cli.main(words.split()) == 1 and capsys.readouterr().err == "enough\n"
    del asked["say"]
    options = batch.Options(**asked)
    assert (options.roster, options.override, options.library) == ("r.csv", "o.csv", None)
    assert (options.only, options.only_exercises, options.earlier) == (["ada", "ben"], ["gru_cell"], ["a"])

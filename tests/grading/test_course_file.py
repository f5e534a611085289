"""`grading.toml`: what it may say, what is said of what it may not, and what it makes of verdicts."""

import csv
import datetime
import re
from pathlib import Path

import pytest
from helpers import ROOT, sandbox_of_this_machine, write_notebook
from hypothesis import given
from hypothesis import strategies as st

from lstm_course.common.trouble import Trouble
from lstm_course.exercises import find
from lstm_course.grading import batch, booking, intake, reports
from lstm_course.grading.marking import exercises_of

EVERYTHING = """
nearly = 0.25
library = "half"
drop_lowest = 1
total = 20
timezone = "Europe/Berlin"

[points]
sigmoid = 4

[weights]
00 = 2
1 = 0

[deadlines]
00 = 2026-11-02T23:59:00+01:00
01 = 2026-11-09
02 = 2026-11-16T12:00:00

[late]
per_day = 0.2
at_most = 0.5
grace_minutes = 10
"""


def course(text, folder):
    (folder / "grading.toml").write_text(text, encoding="utf-8")
    return booking.read(folder / "grading.toml")


def test_everything_that_it_can_say(tmp_path):
    found = course(EVERYTHING, tmp_path)
    assert (found.nearly, found.library, found.drop_lowest, found.total) == (0.25, "half", 1, 20)
    assert (found.points, found.weights) == ({"sigmoid": 4}, {"00": 2, "01": 0})
    assert (found.per_day, found.at_most, found.grace_minutes) == (0.2, 0.5, 10)
    assert {lesson: each.isoformat() for lesson, each in found.deadlines.items()} == {
        "00": "2026-11-02T23:59:00+01:00",
        "01": "2026-11-09T23:59:59+01:00",
        "02": "2026-11-16T12:00:00+01:00",
    }
    empty = course("", tmp_path)
    assert empty == booking.Course(empty.path)


def test_the_example_of_the_guide_holds(tmp_path):
    guide = (ROOT / "docs/instructors/grading.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.+?)```", guide, re.DOTALL)
    found = course(example, tmp_path)
    assert found.points and found.weights and len(found.deadlines) == 2 and found.per_day < found.at_most


REFUSED = {
    "nearley = 0.5": "`nearley` is not known: it can be .* Did you mean nearly?",
    "nearly = 2": "`nearly` is 2: expected a number from 0 to 1.",
    "nearly = -0.1": "`nearly` is -0.1: expected a number from 0 to 1.",
    "nearly = nan": "`nearly` is nan: expected a number from 0 to 1.",
    "nearly = true": "`nearly` is True: expected a number from 0 to 1.",
    "nearly = 'half'": "`nearly` is 'half': expected a number from 0 to 1.",
    "library = 'some'": "`library` is 'some': expected 'full', 'half', 'none'.",
    "library = ['full']": r"`library` is \['full'\]: expected 'full', 'half', 'none'.",
    "drop_lowest = 1.5": "`drop_lowest` is 1.5: expected a whole number of at least 0.",
    "total = 0": "`total` is 0: expected a number of at least 1.",
    "timezone = 'Mars'": "`timezone` is 'Mars': expected a zone such as",
    "timezone = 1": "`timezone` is 1: expected a zone such as",
    "points = 3": "`points` is 3: expected a table, which begins with a line",
    "[points]\nlstm_cel = 3": "`points.lstm_cel` is no exercise. Did you mean lstm_cell?",
    "[points]\nlstm_cell = -3": "`points.lstm_cell` is -3: expected a number of at least 0.",
    "[weights]\n77 = 3": "`weights.77` is no lesson: expected one of 00, 01",
    "[deadlines]\n02 = 'Monday'": "`deadlines.02` is 'Monday': expected a moment such as",
    "[late]\nper_dya = 0.1": "`late.per_dya` is not known: it can be .* Did you mean per_day?",
    "[late]\nper_day = 10": "`late.per_day` is 10: expected a number from 0 to 1.",
    "late = 0.1": "`late` is 0.1: expected a table",
    "nearly = ": "is not TOML",
    "\x00": "is not TOML",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_it_cannot_say_is_one_sentence(text, tmp_path):
    with pytest.raises(booking.CourseFileError, match=REFUSED[text]) as refused:
        course(text, tmp_path)
    assert isinstance(refused.value, Trouble)
    assert "grading.toml" in str(refused.value) and "\n" not in str(refused.value)


ANY = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
KEYS = ["nearly", "library", "total", "late", "points", "deadlines", "timezone", "x"]


@given(st.dictionaries(st.sampled_from(KEYS), ANY))
def test_whatever_toml_holds_it_is_taken_or_refused_in_a_sentence(said):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tomllib.loads", lambda text: said)
        patch.setattr(Path, "read_text", lambda *arguments, **options: "")
        refused = ""
        try:
            found = booking.read("grading.toml")
        except booking.CourseFileError as error:
            refused = str(error)
        assert refused.startswith("grading.toml: ") if refused else found.path == Path("grading.toml")


def test_two_of_them_are_one_too_many(tmp_path):
    (tmp_path / "in").mkdir()
    for place in tmp_path, tmp_path / "in":
        course("nearly = 1", place)
        if place == tmp_path:
            assert booking.beside(tmp_path / "in").nearly == 1
    with pytest.raises(booking.CourseFileError, match="keep one of them"):
        booking.beside(tmp_path / "in")


# What it makes of verdicts


def row(exercise, status, points, nearly=False):
    words = {"title": exercise, "mistake": None, "message": "", "notes": [], "where": "", "seconds": 0.0}
    marks = {"exercise": exercise, "status": status, "points": points, "score": 0.0, "nearly": nearly}
    return words | marks


def result(learner, lesson, *rows, **told):
    who = {"learner": learner, "id": "", "lesson": lesson, "path": "", "others": [], "reason": None}
    rest = {"score": 0, "points": 0, "exercises": list(rows), "alone": False, "answers": {}, "key": "k"}
    return who | rest | {"fingerprint": ""} | told


def applied(given, **settings):
    (found,) = booking.applied([given], booking.Course(**settings))
    return found


def test_points_nearly_and_the_library_count_what_is_set():
    rows = [
        row("state_jacobian", "nearly", 3, nearly=True), row("orthogonal", "by the library", 2),
        row("spectral_radius", "by the library", 1, nearly=True), row("memory_horizon", "wrong", 1),
    ]  # fmt: skip
    own = find("state_jacobian").points
    settings = {"nearly": 0.25, "library": "half", "points": {"state_jacobian": 8}}
    found = applied(result("ada", "02", *rows), path=Path("grading.toml"), **settings)
    assert [each["score"] for each in found["exercises"]] == [2, 1, 0.125, 0]
    plain = sum(each.points for each in exercises_of("02"))
    assert (found["score"], found["points"]) == (3.125, plain - own + 8)
    assert found["applied"] == [
        "`state_jacobian` counts 8 points in this course.",
        "A nearly right answer gets 25% of its points.",
        "A right answer that lets the library do it gets 50% of its points.",
    ]
    page = reports.feedback(found)
    assert "counts 8 points in this course" in page and "2 of 8" in page


BERLIN = datetime.timezone(datetime.timedelta(hours=1), "CET")
DUE = datetime.datetime(2026, 11, 2, 23, 59, tzinfo=BERLIN)
# when it was handed in -> (share that is left, what is said)
LATE = {
    "2026-11-02T22:59:00+00:00": (1.0, "in time"),
    "2026-11-02T23:05:00+00:00": (1.0, "in time"),  # of the minutes of grace
    "2026-11-02T23:09:01+00:00": (0.8, "1 day late"),
    "2026-11-02T15:10:00-08:00": (0.8, "1 day late"),
    "2026-11-04T00:10:00": (0.6, "2 days late"),  # of Moodle, in the zone of the course
    "2026-12-24T00:00:00+00:00": (0.5, "52 days late"),
}


@pytest.mark.parametrize("when", LATE)
def test_days_late_cost_what_is_set(when):
    share, said = LATE[when]
    settings = {"per_day": 0.2, "at_most": 0.5, "grace_minutes": 10, "deadlines": {"02": DUE}, "zone": BERLIN}
    found = applied(result("ada", "02", row("state_jacobian", "right", 10), submitted=when), **settings)
    assert found["score"] == pytest.approx(10 * share)
    assert said in found["applied"][-1] and "The deadline was 2026-11-02 23:59 CET" in found["applied"][-1]
    assert found["exercises"][0]["score"] == 10


def test_without_a_time_nothing_is_taken_off_but_for_what_the_platform_has_marked():
    given = result("ada", "02", row("state_jacobian", "right", 10))
    unknown = applied(given, deadlines={"02": DUE})
    assert unknown["score"] == 10 and "is not known, so nothing is taken off" in unknown["applied"][0]
    marked = applied(given | {"late": True}, deadlines={"02": DUE})
    assert marked["score"] == 9 and "marked it as late" in marked["applied"][0]


def test_the_total_weighs_and_drops():
    def graded(learner, lesson, score, reason=None):
        return result(learner, lesson) | {"score": score, "points": 10, "reason": reason}

    results = [
        graded("ada", "01", 10), graded("ada", "02", 5), graded("ada", "03", 0),
        graded("ben", "01", 8), graded("ben", "03", 0, "The file is empty."),
    ]  # fmt: skip
    settings = booking.Course(weights={"02": 3}, drop_lowest=1, total=20)
    ada, ben, cleo = booking.totals(results, settings, [("cleo", "")])
    assert (ada.dropped, ada.points) == (("03",), 12.5)  # 20 (1 · 1 + 3 · 0.5) / 4
    assert (ben.shares, ben.dropped) == ({"01": 0.8, "02": None, "03": None}, ("02",))
    assert (ben.points, cleo.points) == (8.0, 0)  # 20 (1 · 0.8 + 1 · 0) / 2


# When something was handed in

PLATFORMS = {
    "nbgrader": ({
        "submitted/ada/lesson00/00.ipynb": None,
        "submitted/ada/lesson00/timestamp.txt": "2026-11-03 09:00:00.948203 UTC",
    }, "2026-11-03T09:00:00+00:00", False),
    "Gradescope": ({
        "submission_77/00.ipynb": None, "submission_77/timestamp.txt": "2020-01-01 09:00:00 UTC",
        "submission_metadata.yml":
            "submission_77:\n  :submitters:\n  - :name: Ada\n  :created_at: 2026-11-03 10:00:00.000000000 Z\n"
            "  :history:\n  - :id: 76\n    :created_at: 2020-01-01 10:00:00.000000000 Z\n",
    }, "2026-11-03T10:00:00+00:00", False),
    "Canvas": ({"lovelaceada_LATE_123_4567_00.ipynb": None}, "", True),
    "Canvas, without names": ({"LATE_anon_Zz9y8_4568_x.ipynb": None}, "", True),
    "Canvas, in time": ({"lovelaceada_123_4567_00.ipynb": None}, "", False),
}  # fmt: skip


@pytest.mark.parametrize("name", PLATFORMS)
def test_where_the_platforms_say_when_it_was_handed_in(name, tmp_path):
    files, submitted, late = PLATFORMS[name]
    for file, text in files.items():
        if text is None:
            write_notebook(tmp_path / "in" / file, "def sigmoid(x):\n    ...\n")
        else:
            (tmp_path / "in" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / file).write_text(text)
    (tmp_path / "scratch").mkdir()
    (only,) = intake.collect(tmp_path / "in", tmp_path / "scratch").submissions
    assert (only.submitted, only.late) == (submitted, late)


def test_moodle_says_it_in_its_worksheet(tmp_path):
    write_notebook(tmp_path / "in/Ada_4711_assignsubmission_file_/00.ipynb", "def sigmoid(x):\n    ...\n")
    (tmp_path / "roster.csv").write_text(
        "Identifier,Full name,Grade,Last modified (submission)\n"
        'Participant 4711,Ada,,"Tuesday, 3 November 2026, 2:14 PM"\n'
    )
    (tmp_path / "scratch").mkdir()
    found = intake.collect(tmp_path / "in", tmp_path / "scratch")
    (only,) = intake.book(found, intake.read_roster(tmp_path / "roster.csv"))[0].submissions
    assert only.submitted == "2026-11-03T14:14:00"


def test_a_batch_says_what_it_applied_and_runs_nothing_again_for_it(tmp_path):
    sandbox_of_this_machine()
    folder = tmp_path / "in/submitted/ada/lesson00"
    write_notebook(folder / "00.ipynb", "import numpy as np", find("sigmoid").source)
    (folder / "timestamp.txt").write_text("2026-11-03 09:00:00.948203 UTC")
    run = {"seed": 1, "say": lambda line: None}
    assert batch.run(tmp_path / "in", tmp_path / "out", **run).results[0]["score"] == 1
    course(EVERYTHING, tmp_path / "in")
    done = batch.run(tmp_path / "in", tmp_path / "out", **run)
    assert (done.graded, done.results[0]["score"], done.results[0]["points"]) == (0, 3.2, 4)
    assert not done.handed_in.not_read
    (page,) = (path.read_text() for path in (tmp_path / "out/feedback").glob("*.html"))
    assert "1 day late" in page and "20% of the points are taken off" in page and "3.2 of 4" in page
    summary = (tmp_path / "out/summary.html").read_text()
    assert "A day late costs 20%, at most 50%, after 10 minutes of grace." in summary
    (total,) = csv.DictReader((tmp_path / "out/total.csv").open(encoding="utf-8-sig"))
    assert (total["total"], total["out of"]) == ("16", "20")

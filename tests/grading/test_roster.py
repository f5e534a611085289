"""Who is in the course: whose a hand-in is, whose it is not, and who has handed in nothing."""

import csv

import helpers
import pytest

from lstm_course.common.trouble import Trouble
from lstm_course.grading import batch, intake
from lstm_course.grading.intake import roster

WORK = ("import numpy as np", "def state_jacobian(x, h_prev, weights):\n    ...\n")

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (77)
,,,,,Manual Posting
    Points Possible,,,,,13
"Lovelace, Ada",123,s1,ada7,A,
"Hopper, Grace",124,s2,grace,A,5
"Points Possible, Peter",125,s3,peter,B,
"""
CANVAS_SPLIT = """LastName,FirstName,ID,SIS User ID,SIS Login ID,Section
Lovelace,Ada,123,s1,ada7,A
Hopper,Grace,124,s2,grace,A
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (submission)
Participant 4711,Ada Lovelace,ada@x.org,Submitted,,13.00,"Tuesday, 3 November 2026, 2:14 PM"
Participant 4712,Grace Hopper,grace@x.org,No submission,,13.00,-
"""
MOODLES_PARTICIPANTS = """"First name","Last name","ID number","Email address",Groups
Ada,Lovelace,m1,ada@x.org,
Grace,Hopper,m2,grace@x.org,
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role,Sections
Ada,Lovelace,g1,ada@x.org,Student,
Grace,Hopper,g2,grace@x.org,Student,
Tom,Teacher,g3,tom@x.org,Instructor,
"""
GRADESCOPES_MARKS = """First Name,Last Name,SID,Email,Status,Submission ID,Submission Time
Ada,Lovelace,g1,ada@x.org,Graded,77,2026-11-02 10:00:00 -0800
Grace,Hopper,g2,grace@x.org,Missing,,
"""
PLAIN = "name;id\nAda Lovelace;1\nGrace Hopper;2\n"

# roster -> (its text, platform, what was handed in -> (learner, id) of the row)
ROSTERS = {
    "Canvas": (CANVAS, "Canvas", {"lovelaceada_123_4567_02.ipynb": ("Lovelace, Ada", "123")}),
    "Canvas, names apart": (
        CANVAS_SPLIT, "Canvas", {"lovelaceada_123_4567_02.ipynb": ("Ada Lovelace", "123")}
    ),
    "Canvas, of folders": (CANVAS, "Canvas", {"ada7/02.ipynb": ("Lovelace, Ada", "123")}),
    "Canvas, of names": (CANVAS, "Canvas", {"Ada Lovelace/02.ipynb": ("Lovelace, Ada", "123")}),
    "Moodle": (
        MOODLE, "Moodle", {"Ada Lovelace_4711_assignsubmission_file_/02.ipynb": ("Ada Lovelace", "4711")}
    ),
    "Moodle, without names": (
        MOODLE, "Moodle", {"Participant_4711_assignsubmission_file_/02.ipynb": ("Ada Lovelace", "4711")}
    ),
    # The number of a participant belongs to the assignment, and stays.
    "Moodle, participants": (
        MOODLES_PARTICIPANTS, "Moodle",
        {"Ada Lovelace_4711_assignsubmission_file_/02.ipynb": ("Ada Lovelace", "4711")},
    ),
    "Gradescope": (GRADESCOPE, "Gradescope", {
        "submission_77/02.ipynb": ("Ada Lovelace", "g1"),
        "submission_metadata.yml": "submission_77:\n  :submitters:\n  - :name: Ada Lovelace\n",
    }),
    "Gradescope, marks": (
        GRADESCOPES_MARKS, "Gradescope", {"submission_77/02.ipynb": ("Ada Lovelace", "g1")}
    ),
    "plain": (PLAIN, "", {"ada lovelace_02.ipynb": ("Ada Lovelace", "1")}),
    "plain, of ids": (PLAIN, "", {"submitted/1/lesson02/02.ipynb": ("Ada Lovelace", "1")}),
}  # fmt: skip


def booked(tmp_path, text, *files):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    for name in files:
        helpers.write_notebook(tmp_path / "in" / name, *WORK)
    (tmp_path / "scratch").mkdir()
    return intake.book(
        intake.collect(tmp_path / "in", tmp_path / "scratch"), intake.read_roster(tmp_path / "roster.csv")
    )


@pytest.mark.parametrize("name", ROSTERS)
def test_names_become_people_and_who_is_missing_is_known(name, tmp_path):
    text, platform, files = ROSTERS[name]
    lists = {file: said for file, said in files.items() if file.endswith(".yml")}
    for file, said in lists.items():
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / file).write_text(said)
    handed_in, absent = booked(tmp_path, text, *files.keys() - lists.keys())
    assert [(each.learner, each.id) for each in handed_in.submissions] == [
        whose for file, whose in files.items() if file not in lists
    ]
    assert not handed_in.not_read
    assert intake.read_roster(tmp_path / "roster.csv").platform == platform
    missing = [each.learner for each in absent]
    assert "Grace Hopper" in missing or "Hopper, Grace" in missing
    assert not any("Lovelace" in name or "Teacher" in name for name in missing)
    assert all(each.lesson == "02" for each in absent)


def test_a_learner_called_as_the_row_of_maxima_is_a_learner(tmp_path):
    _, absent = booked(tmp_path, CANVAS, "lovelaceada_123_4567_02.ipynb")
    assert [each.learner for each in absent] == ["Hopper, Grace", "Points Possible, Peter"]


def test_what_is_nobodys_is_no_row_but_a_line(tmp_path):
    handed_in, absent = booked(
        tmp_path, CANVAS, "lovelaceada_123_4567_02.ipynb", "hoppergrace_999_4568_02.ipynb",
        "malloryeve_555_4569_02.ipynb", "Hopper Grace_02.ipynb",
    )  # fmt: skip
    assert [each.learner for each in handed_in.submissions] == ["Lovelace, Ada"]
    said = {each.path: each.reason for each in handed_in.not_read}
    assert said == {
        "hoppergrace_999_4568_02.ipynb": "Nobody on the roster has the number 999.",
        "malloryeve_555_4569_02.ipynb": "Nobody on the roster has the number 555.",
        "Hopper Grace_02.ipynb": "Nothing but its own name says whose it is.",
    }
    assert "Hopper, Grace" in [each.learner for each in absent]


def test_where_nothing_is_anybodys_all_are_missing(tmp_path):
    handed_in, absent = booked(tmp_path, PLAIN, "mallory/02.ipynb")
    assert not handed_in.submissions and len(handed_in.not_read) == 1
    assert [(each.learner, each.lesson) for each in absent] == [
        ("Ada Lovelace", "02"),
        ("Grace Hopper", "02"),
    ]


def test_two_hand_ins_for_one_person_are_nobodys_unless_one_is_called_exactly_so(tmp_path):
    files = "ada lovelace_02.ipynb", "Lovelace-Ada_02.ipynb"
    handed_in, _ = booked(tmp_path, PLAIN, *files)
    assert not handed_in.submissions
    assert all("Something else was handed in for Ada Lovelace" in each.reason for each in handed_in.not_read)
    helpers.write_notebook(tmp_path / "in/Ada Lovelace_02.ipynb", *WORK)
    (tmp_path / "again").mkdir()
    again, _ = intake.book(
        intake.collect(tmp_path / "in", tmp_path / "again"), intake.read_roster(tmp_path / "roster.csv")
    )
    assert [each.path for each in again.submissions] == ["Ada Lovelace_02.ipynb"]
    assert sorted(each.path for each in again.not_read) == sorted(files)


def test_namesakes_are_told_apart_or_left_to_a_person(tmp_path):
    handed_in, _ = booked(tmp_path, "name,id\nAda Li,1\nAda Li,2\n", "Ada Li/02.ipynb", "2/02.ipynb")
    assert [(each.learner, each.id) for each in handed_in.submissions] == [("Ada Li (2)", "2")]
    assert "2 on the roster may be called Ada Li" in handed_in.not_read[0].reason


@pytest.mark.parametrize(("text", "said"), [
    ("", "its columns are none"), ("a,b\n1,2\n", "its columns are a, b; expected an export of Canvas"),
    ("name,id\n", "lists nobody"),
])  # fmt: skip
def test_a_list_that_is_none_is_refused_in_a_sentence(text, said, tmp_path):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(Trouble, match=said):
        roster.read_roster(tmp_path / "roster.csv")
    with pytest.raises(Trouble, match=r"none\.csv cannot be read: No such file"):
        roster.read_roster(tmp_path / "none.csv")


def test_a_batch_with_a_roster_lists_who_is_missing(tmp_path):
    helpers.sandbox_of_this_machine()
    helpers.write_notebook(tmp_path / "in/Ada Lovelace/02.ipynb", *WORK)
    (tmp_path / "in/roster.csv").write_text(CANVAS)
    lines = []
    run = {"roster": tmp_path / "in/roster.csv", "seed": 1, "say": lines.append}
    done = batch.run(tmp_path / "in", tmp_path / "out", **run)
    assert "On the roster, without everything handed in: 2; not_handed_in.csv lists them." in lines
    table = list(csv.reader((tmp_path / "out/not_handed_in.csv").open(encoding="utf-8-sig")))
    assert table[1:] == [["Hopper, Grace", "124", "02"], ["Points Possible, Peter", "125", "02"]]
    total = list(csv.DictReader((tmp_path / "out/total.csv").open(encoding="utf-8-sig")))
    assert [row["learner"] for row in total] == ["Hopper, Grace", "Lovelace, Ada", "Points Possible, Peter"]
    # Folders have no number of Canvas's; its own list has.
    canvas = list(csv.reader((tmp_path / "out/canvas.csv").open(encoding="utf-8-sig")))
    assert canvas[2][:2] == ["Lovelace, Ada", "123"] and len(canvas) == 3
    assert not done.handed_in.not_read  # the list itself is no hand-in

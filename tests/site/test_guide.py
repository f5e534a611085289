"""The guide's schedules add up, by the plans of the lessons."""

import re

from helpers import ROOT

from lstm_course.site.slides.deck import PLANS
from lstm_course.site.slides.plan import read_plan

GUIDE = (ROOT / "docs/instructors/guide.md").read_text(encoding="utf-8")
AN_EVENING, A_MEETING = 180, 85  # minutes of homework a week; of a meeting, with a little more than planned
REFERENCE = re.compile(r"lesson (\d), (?:sitting (\d)|\*([^*]+)\*(?: to \*([^*]+)\*)?)")


def sittings(lesson):
    """For each sitting, section -> minutes."""
    found = [{}]
    for row in read_plan(ROOT / PLANS / f"{int(lesson):02d}.md"):
        if row.how == "rest":
            found.append({})
        else:
            found[-1][row.section] = found[-1].get(row.section, 0) + row.minutes
    return found


def meant(lesson, sitting, first, last):
    """(Lesson, section) -> minutes of one reference."""
    if sitting:
        sections = sittings(lesson)[int(sitting) - 1]
    else:
        every = {title: minutes for each in sittings(lesson) for title, minutes in each.items()}
        titles = list(every)
        chosen = titles[titles.index(first) : titles.index(last or first) + 1]
        sections = {title: every[title] for title in chosen}
    return {(lesson, title): minutes for title, minutes in sections.items()}


def groups():
    """Triples (column, sections with their minutes, minutes that the guide gives)."""
    for row in re.findall(r"^\| \d \| (.+) \|$", GUIDE, re.MULTILINE):
        for column, cell in enumerate(row.split(" | ")):
            for text, minutes in re.findall(r"([^()]+)\((\d+)\)", cell):
                found = {}
                for reference in REFERENCE.findall(text):
                    found |= meant(*reference)
                yield column, found, int(minutes)


def test_three_weeks_hold_what_they_promise():
    table = GUIDE[GUIDE.index("**Three weeks**") : GUIDE.index("**Six weeks**")]
    assert len(re.findall(r"^\| \d \|", table, re.MULTILINE)) == 3
    given = [(column, found, minutes) for column, found, minutes in groups() if found]
    assert [sum(found.values()) for _, found, _ in given] == [minutes for _, _, minutes in given]
    assert all(minutes <= (AN_EVENING if column == 2 else A_MEETING) for column, _, minutes in given)
    *_, text, series, gru = (
        minutes for column, _, minutes in given if column == 2
    )  # one half, the other, all
    assert max(text, series) + gru <= AN_EVENING
    named = [section for _, found, _ in given for section in found]
    for lesson in "123467":
        wanted = [(lesson, title) for each in sittings(lesson) for title in each]
        assert sorted(section for section in named if section[0] == lesson) == sorted(wanted)


def test_six_and_twelve_weeks_fit_into_their_weeks():
    a_week = 160
    assert f"Each fits into the {a_week} minutes of its week." in GUIDE
    whole = {lesson: sum(sum(each.values()) for each in sittings(lesson)) for lesson in "1234567"}
    to_keras = sum(meant("3", "", "A road for the memory", "Into Keras and back").values())
    for minutes in (
        whole["1"],
        whole["2"],
        to_keras,
        whole["3"] - to_keras,
        whole["4"],
        whole["6"],
        whole["7"],
    ):
        assert minutes <= a_week
    assert whole["1"] + whole["2"] <= 2 * a_week and whole["3"] <= 2 * a_week and whole["5"] <= a_week
    assert round(sum(whole.values()) / 60) == 17 and "about seventeen hours" in GUIDE

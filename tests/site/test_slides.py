"""Plans and slides say what the lessons say: every minute, every exercise, and whatever they show."""

import itertools
import re
import sys
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from helpers import ROOT

from lstm_course import cli, exercises
from lstm_course.common.trouble import Trouble
from lstm_course.site.slides import deck, markdown
from lstm_course.site.slides.lesson import Part, read_lesson
from lstm_course.site.slides.plan import HOW, PlanError, read_plan

LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
EVERY = pytest.mark.parametrize("number", LESSONS)


def lesson_and_plan(number):
    return read_lesson(LESSONS[number]), read_plan(ROOT / deck.PLANS / f"{number}.md")


def named(row):
    """The exercises of a row."""
    return [thing.words for slide in row.slides for thing in slide if thing.kind == "exercise"]


def counted(rows):
    return sum(row.minutes for row in rows if row.how != "rest")


@EVERY
def test_the_minutes_of_a_plan_are_those_of_its_lesson(number):
    lesson, rows = lesson_and_plan(number)
    asked_for = {section.title: section.minutes for section in lesson.sections if section.minutes}
    given = {title: counted(row for row in rows if row.section == title) for title in asked_for}
    assert given == asked_for
    assert lesson.minutes in (counted(rows), None) and (lesson.minutes or number == "11")
    order = [section.title for section in lesson.sections if section.title in {row.section for row in rows}]
    assert list(dict.fromkeys(row.section for row in rows)) == order
    assert sum(row.how == "rest" for row in rows) == len(lesson.rests)


@EVERY
def test_every_exercise_is_in_the_plan_once_with_its_minutes(number):
    lesson, rows = lesson_and_plan(number)
    assert sorted(name for row in rows for name in named(row)) == sorted(
        each.id for each in lesson.exercises()
    )
    for row in filter(named, rows):
        assert row.minutes == sum(exercises.every()[name].minutes for name in named(row)), row
        assert row.how in ("alone", "pairs"), row


def test_the_table_of_all_plans_is_what_they_add_up_to():
    page = (ROOT / deck.PLANS / "index.md").read_text(encoding="utf-8")
    for number in LESSONS:
        lesson, rows = lesson_and_plan(number)
        sittings = [0]
        for row in rows:
            if row.how == "rest":
                sittings.append(0)
            else:
                sittings[-1] += row.minutes
        forms = [str(sum(row.minutes for row in rows if row.how == how)) for how in HOW if how != "rest"]
        said = [str(int(number)), f"[{lesson.title}]({number}.md)", str(counted(rows)), *forms]
        assert f"| {' | '.join([*said, ', '.join(map(str, sittings))])} |\n" in page
    assert len(re.findall(r"^\| \d+ \|", page, re.MULTILINE)) == len(LESSONS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("slides")
    assert cli.main(["instructor", "slides", "--out", str(out)]) == 0
    return out


@EVERY
def test_a_deck_is_one_file_that_shows_what_the_plan_names(folder, number):
    text = (folder / f"slides_{number}.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    lesson, rows = lesson_and_plan(number)
    slides = soup.find_all("section")
    assert soup.h1.get_text() and lesson.question[:20].replace("*", "") in slides[0].get_text()
    assert slides[-1]["class"] == ["recap"]
    kinds = [slide["class"][0] for slide in slides]
    assert kinds.count("exercise") == len(lesson.exercises()) and kinds.count("predict") == kinds.count(
        "result"
    )
    assert all(after == "result" for before, after in itertools.pairwise(kinds) if before == "predict")
    minutes = [int(found) for found in re.findall(r"<strong>Minute (\d+) to", text)]
    assert minutes == sorted(minutes) and len(minutes) <= len(rows)
    for image in soup.find_all("img"):
        assert len(image["alt"].split()) > 4 and image["src"].startswith("data:image/svg+xml")
    assert [tag for tag in soup.find_all(["script", "link", "iframe", "object"]) if tag.name != "script"] == [
        soup.find("link", href="data:,")
    ]
    assert not re.search(r"(src|href)=\"(?!data:)", text) and len(soup.find_all("script")) == 1
    for code in soup.find_all(["pre", "code", "math", "script", "style"]):
        code.decompose()
    assert not re.search(r"\$|\*\*|\\[a-z]{3}|<summary>|\]\(", soup.get_text())


def test_the_same_bytes_twice(folder, tmp_path):
    assert cli.main(["instructor", "slides", "0", "--out", str(tmp_path)]) == 0
    name = "slides_00.html"
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def changed(lesson, old, new):
    """The lesson in which one part is another."""
    sections = []
    for section in lesson.sections:
        parts = [
            replace(part, text=part.text.replace(old, new)) if isinstance(part, Part) else part
            for part in section.parts
        ]
        sections.append(replace(section, title=section.title.replace(old, new), parts=parts))
    return replace(lesson, sections=tuple(sections))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A latch by hand", "A latch", "has no section 'A latch by hand'"),
        ("one rule", "one law", "A road for the memory: say `one rule` fits 0 places"),
        (
            "> **Predict first.** The flag",
            "> The flag",
            "predict fits 0 places of the lesson, and must fit one",
        ),
        (
            "Something must",
            "Something must decide. Something must",
            "say `Something must decide` fits 2 places",
        ),
    ],
)
def test_a_lesson_that_has_moved_on_is_found(old, new, said):
    lesson, rows = lesson_and_plan("03")
    with pytest.raises(PlanError, match=re.escape(said)):
        deck.slides(changed(lesson, old, new), rows)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("| 4 | sleeping | They sleep. | |", "a row has minutes, one of lecture"),
        ("| four | lecture | A road. | |", "a row has minutes"),
        ("| 4 | lecture | A road. | film |", "'film' is nothing that can be shown"),
        ("| 4 | lecture | A road. | figure ; `a b` |", "is nothing that can be shown"),
        ("| 4 | lecture | A road. | predict; figure |", "in which predict does not come last,"),
    ],
)
def test_a_row_that_says_nothing_is_told(tmp_path, row, said):
    path = tmp_path / "03.md"
    path.write_text(
        f"# Plan\n\n## A road\n\n| minutes | how | in class | shown |\n|---|---|---|---|\n{row}\n"
    )
    with pytest.raises(PlanError, match=re.escape(said)):
        read_plan(path)
    path.write_text("# Plan\n\n## A road\n\n| how |\n|---|\n")
    with pytest.raises(PlanError, match="the table begins with"):
        read_plan(path)


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(Trouble, match=r"There is no lesson 12; there are 00, 01"):
        deck.write_decks(ROOT, tmp_path, ["12"])
    with pytest.raises(PlanError, match="each lesson has a plan"):
        read_plan(tmp_path / "03.md")


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "latex2mathml", None)
    with pytest.raises(
        Trouble, match=r"Slides need latex2mathml, which is not installed: run `python start.py"
    ):
        deck.write_decks(ROOT, tmp_path, ["0"])
    assert [*tmp_path.iterdir()] == []


def test_what_is_html_in_a_lesson_stays_text_on_a_slide():
    assert "<script>" not in markdown.rendered("<script>alert(1)</script>\n\n$<b>$ `<i>` [x](javascript:1)")
    assert markdown.inline("[lesson 2](02.ipynb)") == "lesson 2"
    assert markdown.inline("`a` and $c_t$").startswith("<code>a</code> and <math")

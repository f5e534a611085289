"""The pages of a batch: whatever a learner is called or has written, it is text on them and nothing else."""

import re
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from lstm_course.common.files import PACKAGE
from lstm_course.common.templates import rendered
from lstm_course.exercises.verdicts import VERDICTS
from lstm_course.grading import reports
from lstm_course.grading.reports import class_picture

# Markup, template syntax, quotes, marks that turn the direction of writing, and whatever else there is.
WRITTEN = st.lists(
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</title>",
            "</p>",
            "<img/src=x/onerror=y>",
            "<!--",
            "]]>",
            "{{7*7}}",
            "{%raw%}",
            "{#",
            "&lt;",
            "&",
            '"',
            "'",
            "`",
            "\u202e",
            "\u200f",
            "\ufeff",
            "=cmd()",
            "a",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5),
    max_size=6,
).map("".join)
ROW = {"exercise": "state_jacobian", "points": 2, "seconds": 0.1}


def result(learner, path, reason, texts, status="wrong", mistake="bias forgotten"):
    title, message, note, where = texts
    row = ROW | {"title": title, "message": message, "notes": [note], "where": where}
    row |= {"status": status, "mistake": mistake, "score": 0}
    who = {"learner": learner, "id": "", "lesson": "02", "path": path, "others": [], "key": "k"}
    return who | {"reason": reason, "score": 0, "points": 13, "exercises": [row], "answers": {}}


def bones(page):
    """Tags of a page with their attributes; the names of classes are ours, so they are among them."""
    soup = BeautifulSoup(page, "html.parser")
    for code in soup.find_all("code"):  # backticks in a sentence make one
        code.unwrap()
    for image in soup.find_all("img"):
        del image["src"]
    return [(tag.name, tag.attrs) for tag in soup.find_all(True)], soup


@given(WRITTEN, WRITTEN, st.tuples(WRITTEN, WRITTEN, WRITTEN, WRITTEN), st.sampled_from(list(VERDICTS)))
def test_a_page_of_feedback_has_no_markup_but_its_own(learner, reason, texts, status):
    plain, _ = bones(reports.feedback(result("ada", "x", reason and "why", ["a"] * 4, status)))
    tags, soup = bones(reports.feedback(result(learner, "x", reason, texts, status)))
    assert tags == plain
    said = f"Lesson 02: {learner}"
    assert soup.title.string == said and soup.h1.get_text() == said
    assert texts[0] in soup.h2.get_text()
    words = [paragraph.get_text() for paragraph in soup.find_all("p")]
    assert not reason or f"This notebook could not be graded. {reason}" in words
    if "is" not in texts[1] and "raises" not in texts[1]:  # or it is changed before it is told
        assert without_backticks(texts[1]) in map(without_backticks, words)


def without_backticks(text):
    return text.replace("`", "")


@given(WRITTEN.filter(bool), WRITTEN.filter(bool), WRITTEN.filter(bool), WRITTEN.filter(bool))
def test_the_page_of_the_class_has_no_markup_but_its_own(learner, path, reason, mistake):
    def page(*said):
        learner, path, reason, mistake = said
        results = [result(learner, path, reason, ["a"] * 4, mistake=mistake)]
        with mock.patch("lstm_course.plots.showing.figure_html", return_value="<figure></figure>"):
            return class_picture.files(results)["class.html"]

    plain, _ = bones(page("a", "a", "a", "a"))
    tags, soup = bones(page(learner, path, reason, mistake))
    assert tags == plain
    cells = [cell.get_text() for cell in soup.find_all("td")]
    assert cells[:3] == [learner, path, reason] and cells[5:7] == [mistake, learner]


def test_nothing_on_a_page_is_called_safe_without_need():
    """Markup enters a page in Python, where a comment says who made it; a template calls nothing safe."""
    templates = list(PACKAGE.rglob("templates/*.html"))
    assert len(templates) >= 4
    for path in templates:
        assert not re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8")), path


def test_a_template_that_is_given_too_little_says_so():
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        rendered("grading/reports/templates/page.html")


def test_on_a_telephone_only_tables_are_scrolled(browser, tmp_path):
    long = "a_name_that_has_no_blank_anywhere_" * 4
    results = [result(long, long, long, [long] * 4)]
    (tmp_path / "class.html").write_text(class_picture.files(results)["class.html"], encoding="utf-8")
    (tmp_path / "feedback.html").write_text(reports.feedback(results[0]), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    for name in "class", "feedback":
        page.goto((tmp_path / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390, name

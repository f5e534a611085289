"""The sample reports for instructors say what runs say, and their marks add up."""

import re

import pytest
from helpers import ROOT, load

from lstm_course.common import comparing

SCRIPT = ROOT / "docs/instructors/capstone_reports.py"
PAGE = SCRIPT.with_suffix(".md").read_text(encoding="utf-8")
REPORTS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def printed(text):
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def test_the_numbers_come_from_runs():
    made = load(SCRIPT).page()
    assert comparing.difference(printed(PAGE), printed(made), relative_tolerance=0.03) == ""


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.partition(":")[0])
def test_marks_add_up_to_what_the_title_says(report):
    points = [int(row) for row in re.findall(r"^\| \*\*\w+\*\* \| (\d) \|", report, re.MULTILINE)]
    total, most = map(int, re.match(r"[^:]+: (\d+) of (\d+)\n", report).groups())
    assert len(points) == 5 and (sum(points), 2 * len(points)) == (total, most)


def test_three_levels_by_the_rubric_of_the_guide():
    totals = [int(re.match(r"[^:]+: (\d+) of", report)[1]) for report in REPORTS]
    assert totals == [5, 8, 10]
    guide = (ROOT / "docs/instructors/guide.md").read_text(encoding="utf-8")
    rubric = re.findall(r"^\| \*\*(\w+)\*\* \|", guide[guide.index("## Capstone rubric") :], re.MULTILINE)
    assert tuple(rubric) == load(SCRIPT).RUBRIC


def test_the_card_finds_what_is_wrong_with_the_first_alone():
    cards = [re.search(r"The card:\n\n```text\n(.*?)```", report, re.DOTALL)[1] for report in REPORTS]
    assert "best seed" in cards[0] and "no prediction" in cards[0]
    assert all(card.startswith("✓ Nothing found") for card in cards[1:])

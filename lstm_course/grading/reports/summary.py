"""One page on a batch: what was applied, who is missing, what was not read; and the tables with it."""

from collections.abc import Sequence
from pathlib import Path

from lstm_course.common.templates import rendered
from lstm_course.grading.booking.applying import totals
from lstm_course.grading.booking.corrections import Correction
from lstm_course.grading.booking.course_file import NAME, Course
from lstm_course.grading.intake.collecting import NotRead
from lstm_course.grading.intake.roster import Absent
from lstm_course.grading.marking.library import WORTH
from lstm_course.grading.reports.writing import as_csv
from lstm_course.grading.results import Result

__all__ = ["rules", "write"]

_SHOWN = 200  # files that are not read; the table has all of them


def write(
    out: Path,
    results: Sequence[Result],
    course: Course,
    corrections: Sequence[Correction],
    not_read: Sequence[NotRead],
    absent: Sequence[Absent],
) -> None:
    """Write summary.html, total.csv, not_read.csv and not_handed_in.csv.

    Args:
        out: Path of the folder.
        results: as `booking.applied` gives them.
        course: what was applied.
        corrections: all that are kept.
        not_read: files that are graded nowhere.
        absent: who has handed in nothing, by the roster.
    """
    unread = [(each.path, each.learner, each.reason) for each in not_read]
    missing = [(each.learner, each.id, each.lesson) for each in absent]
    reached = totals(results, course, ((each.learner, each.id) for each in absent))
    lessons = list(reached[0].shares) if reached else []
    total = [
        (
            each.learner,
            each.id,
            *("" if share is None else round(share, 4) for share in each.shares.values()),
            ", ".join(each.dropped),
            each.points,
            f"{course.total:g}",
        )
        for each in reached
    ]
    header = ["learner", "id", *(f"lesson {lesson}" for lesson in lessons), "left out", "total", "out of"]
    tables = {
        "not_read.csv": [("file", "learner", "not read, because"), *unread],
        "not_handed_in.csv": [("learner", "id", "lesson"), *missing],
        "total.csv": [header, *total],
    }
    for name, rows in tables.items():
        (out / name).write_text(as_csv(rows), encoding="utf-8-sig", newline="")
    page = rendered(
        "grading/reports/templates/summary.html",
        title="Summary",
        graded=[
            (
                each["learner"],
                each["lesson"] or "",
                f"{each['score']:g} of {each['points']:g}",
                each["reason"] or "",
            )
            for each in results
        ],
        rules=rules(course),
        corrections=[_corrected(each, results) for each in corrections],
        missing=missing,
        unread=unread[:_SHOWN],
        more=len(unread[_SHOWN:]),
        total=(header, total) if course.path or len(lessons) > 1 else None,
    )
    (out / "summary.html").write_text(page, encoding="utf-8")


def _corrected(correction, results):
    """A line on a correction, and whether it has found its learner."""
    found = [
        each["learner"]
        for each in results
        if correction.fits(each["learner"], each["id"])
        and any(row["exercise"] == correction.exercise for row in each["exercises"])
    ]
    who, done = (
        (found[0], "yes") if found else (correction.learner, "nobody in this batch has handed in for it")
    )
    return who, correction.exercise, f"{correction.points:g}", correction.reason, done


def rules(course: Course) -> list[str]:
    """What holds in a course, in sentences.

    Example:
        >>> rules(Course(nearly=0.25))[1]
        'A nearly right answer gets 25% of its points.'
    """
    where = (
        f"{course.path} sets what follows." if course.path else f"There is no {NAME}; this holds without one."
    )
    said = [
        where,
        f"A nearly right answer gets {course.nearly:.0%} of its points.",
        f"A right answer that lets the library do it gets {WORTH[course.library]:.0%} of its points.",
    ]
    said += [f"`{name}` counts {points:g} points." for name, points in course.points.items()]
    said += [f"Lesson {name}: due {moment:%Y-%m-%d %H:%M %Z}." for name, moment in course.deadlines.items()]
    if course.deadlines:
        grace = f", after {course.grace_minutes:g} minutes of grace" if course.grace_minutes else ""
        said.append(f"A day late costs {course.per_day:.0%}, at most {course.at_most:.0%}{grace}.")
    said += [f"Lesson {name} counts {weight:g} in the total." for name, weight in course.weights.items()]
    if course.drop_lowest:
        said.append(f"Left out of the total are the lowest of each learner: {course.drop_lowest}.")
    return said

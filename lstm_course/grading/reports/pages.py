"""What comes out of a batch: tables for the instructor and the LMS, and a page for each learner."""

import re
from collections.abc import Sequence
from pathlib import Path

from lstm_course.common.templates import rendered
from lstm_course.exercises.verdicts import NOT_TRIED, VERDICTS
from lstm_course.grading.reports import class_picture
from lstm_course.grading.reports.writing import as_csv
from lstm_course.grading.results import Result

__all__ = ["feedback", "tables", "told_to_learner", "write_all"]


def write_all(results: Sequence[Result], out: str | Path) -> list[str]:
    """Write every report of a batch.

    Args:
        results: as `batch.run` gives them.
        out: path of the folder.

    Returns:
        Names of the files and folders that were written.
    """
    out = Path(out)
    written = []
    for name, text in (tables(results) | class_picture.files(results)).items():
        # A byte order mark, or Excel takes the names of learners for another alphabet.
        coding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
        (out / name).write_text(text, encoding=coding, newline="")
        written.append(name)
    folder = out / "feedback"
    folder.mkdir(exist_ok=True)
    for result in results:
        (folder / f"{result['key']}.html").write_text(feedback(result), encoding="utf-8")
    return [*written, "feedback"]


def tables(results: Sequence[Result]) -> dict[str, str]:
    """Tables of marks.

    Args:
        results: as `batch.run` gives them.

    Returns:
        Dict from the name of a file to its text: grades.csv, exercises.csv, canvas.csv, and moodle_02.csv and
        so on where the submissions have numbers.
    """
    grades: list[Sequence[object]] = [
        ["learner", "id", "lesson", "points", "out of", "reason", "file", "older files, not graded"]
    ]
    rows: list[Sequence[object]] = [
        ["learner", "id", "lesson", "exercise", "points", "out of", "status", "mistake", "message"]
    ]
    for each in results:
        who = [each["learner"], each["id"], each["lesson"] or ""]
        others = ", ".join(each["others"])
        grades.append([*who, each["score"], each["points"], each["reason"] or "", each["path"], others])
        for row in each["exercises"]:
            marks = [row["score"], row["points"], row["status"], row["mistake"] or "", row["message"]]
            rows.append([*who, row["exercise"], *marks])
    return {
        "grades.csv": as_csv(grades),
        "exercises.csv": as_csv(rows),
        "canvas.csv": as_csv(_canvas(results)),
        **_moodle(results),
    }


def _canvas(results):
    """One row a learner, one column a lesson, as Canvas imports a gradebook; what is not graded is empty."""
    lessons = {each["lesson"]: each["points"] for each in results if each["lesson"]}
    names = [f"Lesson {lesson}" for lesson in lessons]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]
    rows = {}
    for each in results:
        row = rows.setdefault((each["learner"], each["id"]), dict.fromkeys(lessons, ""))
        if each["lesson"] and not each["reason"]:
            row[each["lesson"]] = each["score"]
    possible = ["Points Possible", "", "", "", "", *lessons.values()]
    learners = [[name, number, "", "", "", *row.values()] for (name, number), row in rows.items()]
    return [header, possible, *learners]


_WORKSHEET = "Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"


def _moodle(results):
    """A grading worksheet for each lesson, for an assignment of Moodle is one lesson; empty as for Canvas."""
    sheets = {}
    for each in results:
        if not (each["id"] and each["lesson"]):
            continue
        said = "; ".join(f"{row['exercise']}: {row['mistake'] or row['status']}" for row in each["exercises"])
        grade = "" if each["reason"] else each["score"]
        who = [f"Participant {each['id']}", each["learner"]]
        sheet = sheets.setdefault(each["lesson"], [_WORKSHEET])
        sheet.append([*who, grade, each["points"], "", each["reason"] or said])
    return {f"moodle_{lesson}.csv": as_csv(rows) for lesson, rows in sheets.items()}


# For the learner


def told_to_learner(sentence: str) -> str:
    """A sentence without numbers of the probes, which stay hidden.

    Args:
        sentence: str.

    Returns:
        A str.

    Example:
        >>> told_to_learner("`h[0, 1]` is 0.3122 and should be -0.1.")
        '`h[0, 1]` is not what it should be.'
    """
    sentence = re.sub(r"is \S+ and should be [^ ]+?\.(?= |$)", "is not what it should be.", sentence)
    if len(re.findall(r"\d\.\d", sentence)) > 2 and " raises a" in sentence:
        return sentence.split(":")[0] + "."
    return sentence


def feedback(result: Result) -> str:
    """The page of one learner: verdicts, mistakes, where to read.

    Args:
        result: as `batch.run` gives it.

    Returns:
        HTML.
    """
    return rendered(
        "grading/reports/templates/feedback.html",
        title=f"Lesson {result['lesson'] or 'unknown'}: {result['learner']}",
        points=_points(result),
        reason=result["reason"],
        exercises=[_told(row) for row in result["exercises"]],
    )


def _points(marked):
    return f"{marked['score']:g} of {marked['points']:g}"


def _told(row):
    """What the page says of one exercise."""
    lines = [row["message"], *(note for note in row["notes"] if not note.startswith("Your code printed"))]
    if row["status"] not in ("right", *NOT_TRIED):
        lines.append(f"Where to read: {row['where']}.")
    if row["mistake"] and row["status"] != "right":
        lines.insert(0, f"Mistake: {row['mistake']}.")
    return {
        "kind": row["status"].replace(" ", "-"),
        "title": row["title"],
        "exercise": row["exercise"],
        "verdict": VERDICTS[row["status"]],
        "points": _points(row),
        "lines": [told_to_learner(line) for line in lines],
    }

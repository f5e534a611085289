"""What comes out of a batch: tables for the instructor and the LMS, and a page for each learner."""

import re
from collections.abc import Sequence
from pathlib import Path

from lstm_course.common.templates import rendered
from lstm_course.exercises.verdicts import NOT_TRIED, VERDICTS
from lstm_course.grading.reports import class_picture, gradebooks
from lstm_course.grading.reports.similarity import Earlier
from lstm_course.grading.reports.writing import as_csv
from lstm_course.grading.results import Result

__all__ = ["feedback", "tables", "told_to_learner", "write_all"]


def write_all(results: Sequence[Result], out: str | Path, earlier: Sequence[Earlier] = ()) -> list[str]:
    """Write every report on the results of a batch.

    Args:
        results: as `batch.run` gives them.
        out: path of the folder.
        earlier: what earlier years have handed in, as `similarity.of_earlier_years` gives it.

    Returns:
        Names of the files and folders that were written.
    """
    out = Path(out)
    written = []
    for (
        gradebook
    ) in gradebooks.PATTERNS:  # one of an earlier run would be imported with marks that are no more
        for stale in out.glob(gradebook):
            stale.unlink()
    for name, text in (tables(results) | class_picture.files(results, earlier)).items():
        # A byte order mark, or Excel takes the names of learners for another alphabet.
        coding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
        (out / name).write_text(text, encoding=coding, newline="")
        written.append(name)
    folder = out / "feedback"
    folder.mkdir(exist_ok=True)
    for result in results:
        (folder / f"{result['key']}.html").write_text(feedback(result), encoding="utf-8")
    return [*written, "feedback"]


_WHO = "learner", "id", "lesson"
_GRADES = *_WHO, "points", "out of", "reason", "file", "older files, not graded", "handed in"
_JUDGED = "exercise", "points", "out of", "status", "mistake", "message"
_EXERCISES = *_WHO, *_JUDGED, "corrected", "remarks", "asked for"


def tables(results: Sequence[Result]) -> dict[str, str]:
    """Tables of marks.

    Args:
        results: as `batch.run` gives them.

    Returns:
        Dict from the name of a file to its text: grades.csv, exercises.csv, and those that Canvas and Moodle
        import, for what was handed in there.
    """
    grades: list[Sequence[object]] = [_GRADES]
    rows: list[Sequence[object]] = [_EXERCISES]
    for each in results:
        who = [each["learner"], each["id"], each["lesson"] or ""]
        others = ", ".join(each["others"])
        when = each.get("submitted") or ("late" if each.get("late") else "")
        grades.append([*who, each["score"], each["points"], each["reason"] or "", each["path"], others, when])
        for row in each["exercises"]:
            marks = [row["score"], row["points"], row["status"], row["mistake"] or "", row["message"]]
            remarks = " ".join(row.get("notes", ()))
            asked = ", ".join(each.get("asked", {}).get(row["exercise"], ()))
            rows.append([*who, row["exercise"], *marks, row.get("correction", ""), remarks, asked])
    return {"grades.csv": as_csv(grades), "exercises.csv": as_csv(rows), **gradebooks.tables(results)}


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
        applied=result.get("applied", []),
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
        "correction": row.get("correction"),
        "lines": [told_to_learner(line) for line in lines],
    }

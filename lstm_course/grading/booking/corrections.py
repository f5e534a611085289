"""Points that an instructor has given by hand: read from a CSV, kept with the results, with their reasons."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lstm_course.common import files
from lstm_course.common.trouble import Trouble
from lstm_course.grading.booking.course_file import Course
from lstm_course.grading.intake.collecting import Submission
from lstm_course.grading.intake.names import key, printable
from lstm_course.grading.marking.marking import exercises_of
from lstm_course.grading.selection import did_you_mean, is_called

__all__ = ["Correction", "CorrectionError", "kept"]

_COLUMNS = "learner", "exercise", "points", "reason"
_KEPT = "corrections.json"


class CorrectionError(Trouble):
    """The corrections cannot be read, or one of them fits nothing; the message says which."""


@dataclass(frozen=True)
class Correction:
    """Points that an instructor gives.

    Args:
        learner: name or number.
        exercise: id.
        points: what it gets; None takes an earlier correction back.
        reason: a sentence, which the learner reads.
    """

    learner: str
    exercise: str
    points: float | None
    reason: str

    def fits(self, learner: str, number: str) -> bool:
        """Whether it is about somebody of this name and number."""
        return is_called(learner, number, self.learner)


def kept(
    out: Path, override: str | Path | None, submissions: Sequence[Submission], course: Course
) -> list[Correction]:
    """All corrections of a batch: those of earlier runs, and in their place what is new.

    Args:
        out: path of the folder with the results, where they are kept.
        override: path of a CSV with learner, exercise, points and reason, or None.
        submissions: of the batch; a new correction must be about one of them.
        course: tells what an exercise counts at most.

    Raises:
        CorrectionError: the file cannot be read, or one of its rows fits nothing.
    """
    found = {(key(each.learner), each.exercise): each for each in _earlier(out / _KEPT)}
    if override is None:
        return list(found.values())
    for each in _read(override, submissions, course):
        found[key(each.learner), each.exercise] = each
    corrections = [each for each in found.values() if each.points is not None]
    files.write(out / _KEPT, json.dumps([asdict(each) for each in corrections], indent=1).encode())
    return corrections


def _earlier(file: Path) -> Iterable[Correction]:
    if not file.exists():
        return []
    try:
        return [Correction(**each) for each in json.loads(file.read_text(encoding="utf-8"))]
    except (ValueError, TypeError, OSError):
        raise CorrectionError(
            f"{file} is damaged, and holds your corrections: put it right, or give them again and delete it."
        ) from None


def _read(path, submissions, course):
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CorrectionError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CorrectionError(f"{path} cannot be read: save it as CSV in UTF-8.") from None
    head = text.partition("\n")[0]
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    columns = [column.strip().lower() for column in lines[0]] if lines else []
    if not set(_COLUMNS) <= set(columns):
        raise CorrectionError(f"{path} has the columns {', '.join(columns)}: expected {', '.join(_COLUMNS)}.")
    for number, line in enumerate(lines[1:], 2):
        row = dict(zip(columns, map(str.strip, line), strict=False))
        if any(row.values()):
            yield _checked(row, f"{path}, line {number}", submissions, course)


def _checked(row, where, submissions, course):
    name, exercise, reason = (row.get(column, "") for column in ("learner", "exercise", "reason"))
    theirs = [each for each in submissions if is_called(each.learner, each.id, name)]
    if not theirs:
        people = sorted({each.learner for each in submissions})
        raise CorrectionError(
            f"{where}: nobody who has handed in is called {name}.{did_you_mean(name, people)}"
        )
    if len({(each.learner, each.id) for each in theirs}) > 1:
        raise CorrectionError(f"{where}: several are called {name}: write the id of one of them.")
    there = {found.id: found for each in theirs for found in exercises_of(each.lesson)}
    if exercise not in there:
        said = f"{where}: {theirs[0].learner} has handed in no lesson with an exercise {exercise}."
        raise CorrectionError(said + did_you_mean(exercise, sorted(there)))
    points = _points(row.get("points", ""), course.points.get(exercise, there[exercise].points), where)
    if points is not None and not reason:
        raise CorrectionError(f"{where}: there is no reason, and the learner will read it.")
    return Correction(theirs[0].id or theirs[0].learner, exercise, points, printable(reason))


def _points(text, most, where):
    """A number, None of an empty cell."""
    if not text:
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = math.nan
    if not 0 <= points <= most:
        raise CorrectionError(f"{where}: the points are {text}: expected a number from 0 to {most:g}.")
    return points

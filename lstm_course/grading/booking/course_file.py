"""`grading.toml`: what an instructor sets for a course, read and checked."""

import datetime
import functools
import math
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lstm_course import exercises
from lstm_course.common.trouble import Trouble
from lstm_course.grading.marking.library import WORTH
from lstm_course.grading.marking.marking import exercises_of
from lstm_course.grading.selection import did_you_mean

__all__ = ["NAME", "Course", "CourseFileError", "beside", "read"]

NAME = "grading.toml"
_VARIANTS = "V"  # lesson of all variants


class CourseFileError(Trouble):
    """The course file says something that cannot be; the message says what, and what can."""


@dataclass(frozen=True)
class Course:
    """What counts how much in a course.

    Args:
        path: of the file that says so, or None.
        nearly: what a nearly right answer gets of its points, 0 to 1.
        library: what a right answer is worth that lets the library do it: a key of `library.WORTH`.
        points: id -> what an exercise counts, where that is not its own number.
        weights: lesson -> what it counts in the course total; one that is not named counts 1.
        drop_lowest: how many lessons of each learner, those with the least share of points, the total leaves
            out.
        total: what the course total is out of.
        deadlines: lesson -> moment, with a zone.
        per_day: share of the points that is taken off for each day begun after the deadline.
        at_most: largest share that is taken off.
        grace_minutes: after the deadline, which are not late.
        zone: of moments that are written without one.
    """

    path: Path | None = None
    nearly: float = 0.5
    library: str = "none"
    points: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    drop_lowest: int = 0
    total: float = 100.0
    deadlines: Mapping[str, datetime.datetime] = field(default_factory=dict)
    per_day: float = 0.1
    at_most: float = 1.0
    grace_minutes: float = 0.0
    zone: datetime.tzinfo = datetime.UTC


def beside(submissions: Path, library: str | None = None) -> Course:
    """The course of some submissions, by the file in their folder or beside it; without one, the defaults.

    Args:
        submissions: path of a folder or file.
        library: what is to hold whatever the file says, or None.

    Raises:
        CourseFileError: there are two such files, or it says something that cannot be.
    """
    places = [submissions / NAME] if submissions.is_dir() else []
    places.append(submissions.resolve().parent / NAME)
    there = [place for place in places if place.is_file()]
    if len(there) > 1:
        raise CourseFileError(f"There are two course files, {there[0]} and {there[1]}: keep one of them.")
    course = read(there[0]) if there else Course()
    return replace(course, library=library) if library else course


def read(path: str | Path) -> Course:
    """Read and check a course file.

    Args:
        path: of the file.

    Returns:
        A `Course`.

    Raises:
        CourseFileError: it is no TOML, or something in it cannot be; one sentence, of what is wrong first.
    """
    path = Path(path)
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CourseFileError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseFileError(f"{path} is not TOML: {error}.") from None
    try:
        flat = _flat(said)
        zone = flat.get("zone", datetime.UTC)
        deadlines = {lesson: _at(moment, zone) for lesson, moment in flat.pop("deadlines", {}).items()}
        return Course(path, **flat, deadlines=deadlines)
    except _WrongError as wrong:
        raise CourseFileError(f"{path}: {wrong}") from None


class _WrongError(Exception):
    """What is wrong in the file."""


def _flat(said):
    """Fields of `Course` from the tables of the file."""
    _known(said, [*_SETTINGS, *_TABLES, "late"], "")
    found = {}
    for name, value in said.items():
        if name in _SETTINGS:
            found_as, checked = _SETTINGS[name]
            found[found_as] = checked(value, name)
        elif name == "late":
            _known(_table(value, name), _LATE, "late.")
            found |= {key: _LATE[key](each, f"late.{key}") for key, each in value.items()}
        else:
            named, checked = _TABLES[name]
            table = _table(value, name)
            found[name] = {named(key, name): checked(each, f"{name}.{key}") for key, each in table.items()}
    return found


def _known(table, names, before):
    for name in table:
        if name not in names:
            there = f"it can be {', '.join(f'`{before}{each}`' for each in names)}."
            raise _WrongError(f"`{before}{name}` is not known: {there}{did_you_mean(name, names)}")


def _table(value, name):
    if not isinstance(value, dict):
        raise _WrongError(f"`{name}` is {value!r}: expected a table, which begins with a line `[{name}]`.")
    return value


def _number(value: Any, name: str, least: float = 0.0, most: float = math.inf) -> float:
    """A number within its limits."""
    limits = f"from {least:g} to {most:g}" if most < math.inf else f"of at least {least:g}"
    right = isinstance(value, int | float) and not isinstance(value, bool)
    if not right or not least <= value <= most or not math.isfinite(value):
        raise _WrongError(f"`{name}` is {value!r}: expected a number {limits}.")
    return float(value)


def _whole(value, name):
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _WrongError(f"`{name}` is {value!r}: expected a whole number of at least 0.")
    return value


def _library(value, name):
    if not isinstance(value, str) or value not in WORTH:
        raise _WrongError(f"`{name}` is {value!r}: expected {', '.join(map(repr, WORTH))}.")
    return value


def _zone(value, name):
    try:
        return zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise _WrongError(f'`{name}` is {value!r}: expected a zone such as "Europe/Berlin".') from None


def _moment(value, name):
    if not isinstance(value, datetime.date):  # a moment is one as well
        raise _WrongError(f"`{name}` is {value!r}: expected a moment such as 2026-11-02T23:59:00+01:00.")
    return value


def _at(moment, zone):
    """With its zone; of a day alone, its end."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(23, 59, 59))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _lesson(name, table):
    known = sorted({each.lesson for each in exercises.every().values()})
    lesson = name.zfill(2) if name.isdecimal() else name
    if lesson not in (*known, _VARIANTS):
        raise _WrongError(f"`{table}.{name}` is no lesson: expected one of {', '.join(known)}.")
    return lesson


def _exercise(name, table):
    known = list(exercises.every())
    if name not in known and name not in {each.id for each in exercises_of(f"{_VARIANTS}0")}:
        raise _WrongError(f"`{table}.{name}` is no exercise.{did_you_mean(name, known)}")
    return name


_Checked = Callable[[Any, str], Any]
_share = functools.partial(_number, most=1.0)
# name in the file -> field of `Course`, and what the value is checked with
_SETTINGS: dict[str, tuple[str, _Checked]] = {
    "nearly": ("nearly", _share),
    "library": ("library", _library),
    "drop_lowest": ("drop_lowest", _whole),
    "total": ("total", functools.partial(_number, least=1.0)),
    "timezone": ("zone", _zone),
}
# name -> what its keys and its values are checked with
_TABLES: dict[str, tuple[_Checked, _Checked]] = {
    "weights": (_lesson, _number),
    "points": (_exercise, _number),
    "deadlines": (_lesson, _moment),
}
_LATE: dict[str, _Checked] = {"per_day": _share, "at_most": _share, "grace_minutes": _number}

"""Which named mistakes a learner made, and when; and how it went when they were met again.

The diary is a file in a working copy of the lessons, a line of JSON for each thing that happened, and it is
never sent anywhere. Lines are only ever added, so one that a full disk has cut short costs itself and nothing
before it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_course import exercises
from lstm_course.exercises import Exercise
from lstm_course.learner import logbook

__all__ = ["DIARY", "Entry", "add", "note", "read"]

DIARY = logbook.DIARY


@dataclass(frozen=True)
class Entry:
    """One line of the diary.

    Args:
        on: the day, as 2026-01-31.
        exercise: id.
        mistake: name of the known mistake; empty for a number or a question, which is met again as a whole.
        grade: None when the mistake was made; else how well it was met again, from 0 to 5.
    """

    on: str
    exercise: str
    mistake: str = ""
    grade: int | None = None

    @property
    def day(self) -> datetime.date:
        """The day as a date."""
        return datetime.date.fromisoformat(self.on)


def note(exercise: str, mistake: str | None, folder: str | Path | None = None) -> None:
    """Write down a mistake that a check has named, once a day, if the folder is a working copy.

    Args:
        exercise: id.
        mistake: its name, several joined by " + ", or None when none was named: then nothing is written.
        folder: path, default the working directory.
    """
    folder = Path.cwd() if folder is None else Path(folder)
    if mistake is None or not logbook.is_working_copy(folder):
        return
    today = datetime.date.today().isoformat()
    is_function = isinstance(exercises.find(exercise), Exercise)
    made = {Entry(today, exercise, name) for name in (mistake.split(" + ") if is_function else [""])}
    add(folder, *sorted(made - set(read(folder)), key=lambda entry: entry.mistake))


def add(folder: str | Path, *entries: Entry) -> None:
    """Write lines to the end of the diary.

    Args:
        folder: path of the working copy.
        *entries: what happened, in its order.

    Raises:
        OSError: if the diary cannot be written.
    """
    logbook.append(Path(folder), DIARY, *map(asdict, entries))


def read(folder: str | Path) -> list[Entry]:
    """All lines of the diary in their order; those that are none of ours are passed over, and stay.

    Args:
        folder: path of the working copy.

    Returns:
        A list of `Entry`; empty when there is no diary.
    """
    return [entry for line in logbook.lines(Path(folder), DIARY) if (entry := _parsed(line)) is not None]


def _parsed(line: Mapping[str, Any]) -> Entry | None:
    try:
        entry = Entry(**line)
        datetime.date.fromisoformat(entry.on)
    except (TypeError, ValueError):
        return None
    grade = entry.grade is None or (type(entry.grade) is int and 0 <= entry.grade <= 5)
    texts = isinstance(entry.exercise, str) and isinstance(entry.mistake, str)
    return entry if grade and texts else None

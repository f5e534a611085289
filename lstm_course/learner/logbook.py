"""What a learner has done: results of `check`, remembered in a small file beside the lessons.

The file is written in a working copy of the lessons (`workspace` makes those) and nowhere else, and is never
sent anywhere. It holds for each exercise the best result so far. Nothing that goes wrong with it may stand in
the way of a lesson: trouble is told once, and the check goes on.
"""

from __future__ import annotations

import contextlib
import errno
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lstm_course import exercises
from lstm_course.common import files
from lstm_course.common.markup import marked_up
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import Exercise, Question, ValueExercise
from lstm_course.exercises.verdicts import VERDICTS, score
from lstm_course.explore import tasks
from lstm_course.learner import workspace

__all__ = [
    "DIARY",
    "PREDICTIONS",
    "PROGRESS",
    "Progress",
    "append",
    "back_up",
    "is_working_copy",
    "lines",
    "locked",
    "progress",
    "remember",
    "restore",
]

PROGRESS = ".lstm-course-progress.json"
LOCK = ".lstm-course-progress.lock"
# Other files of a working copy, to which lines are only added; `diary` and `predictions` say what they hold.
DIARY, PREDICTIONS = ".lstm-course-diary.jsonl", ".lstm-course-predictions.jsonl"
VERSION = 1
PATIENCE = 2.0  # seconds to wait for another notebook that is just writing

_KEPT = ("right", "nearly", "wrong")
_WORDS = {status: VERDICTS[status].progress for status in _KEPT} | {None: VERDICTS["not attempted"].progress}
_told = set()


def remember(exercise: str, status: str, folder: str | Path | None = None) -> tuple[str, ...]:
    """Write down the result of a check, if it is the best so far and the folder is a working copy.

    Args:
        exercise: id.
        status: as in `Outcome`; "not attempted" is not written down.
        folder: path, default the working directory.

    Returns:
        A tuple of sentences that the learner should read once; nearly always empty.
    """
    if status not in _KEPT:
        return ()
    try:
        folder = Path.cwd() if folder is None else Path(folder)
        return _once(_improve(folder, exercise, status)) if is_working_copy(folder) else ()
    except Exception as error:  # an answer may have replaced anything that is needed here
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return _once(f"This result counts, but could not be written into {PROGRESS}: {reason}.")


tasks.listeners.append(remember)  # a solved task of an explorer counts as well


def _once(sentence):
    """The sentence in a tuple, if there is one and it has not been told before."""
    if not sentence or sentence in _told:
        return ()
    _told.add(sentence)
    return (sentence,)


def is_working_copy(folder: Path) -> bool:
    """Whether lessons were handed out into this folder."""
    return (folder / workspace.MANIFEST).is_file()


def _improve(folder, exercise, status):
    """Put a result into the file unless a better one is there; returns what to say, or an empty str."""
    best = _parsed(folder)
    if best is not None and not _is_better(status, best.get(exercise)):
        return ""
    with locked(folder):
        best, said = _parsed(folder), ""
        if best is None:
            best, said = {}, _put_aside(folder)
        if _is_better(status, best.get(exercise)):
            _write(folder / PROGRESS, best | {exercise: status})
    return said


def _write(path, best, **beside):
    files.write(path, json.dumps({"version": VERSION, "best": best, **beside}, indent=1).encode())


def _is_better(status, than):
    return than not in _KEPT or score(status) > score(than)


def _parsed(folder):
    """Best result by exercise; None when there is a file and it is not one of ours."""
    try:
        return _parsed_file(folder / PROGRESS)
    except FileNotFoundError:
        return {}
    except IsADirectoryError:
        return None


def _parsed_file(path):
    try:
        content = json.loads(path.read_bytes())
        best = content["best"]
        if content["version"] == VERSION and all(status in _KEPT for status in best.values()):
            return best
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return None


def _put_aside(folder):
    kept = workspace.free_name(folder, workspace.labelled(PROGRESS, "old"))
    (folder / PROGRESS).rename(folder / kept)
    return f"The notes on your progress could not be read. They are kept as {kept}, and new ones are begun."


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other notebooks out while the file is read, changed and written."""
    with (folder / LOCK).open("ab") as file:
        end = time.monotonic() + PATIENCE
        while not files.try_lock(file):
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "another notebook is writing it")
            time.sleep(0.01)
        yield  # closing the file opens the lock, and so does the end of the process


# Files of lines: a line of JSON for each thing that happened. One that a full disk has cut short costs itself
# and nothing before it.


def append(folder: Path, name: str, *records: Mapping[str, object]) -> None:
    """Write lines to the end of a file of the working copy.

    Args:
        folder: path of the working copy.
        name: of the file.
        *records: what happened, in its order; JSON.

    Raises:
        OSError: if the file cannot be written.
    """
    if not records:
        return
    text = "".join(json.dumps(record) + "\n" for record in records)
    with locked(folder), Path(folder, name).open("ab+") as file:
        if file.tell():
            file.seek(-1, 2)
            text = text if file.read(1) == b"\n" else "\n" + text  # the last one was cut short
        file.write(text.encode())


def lines(folder: Path, name: str) -> Iterator[dict]:
    """The lines of such a file in their order; those that are none of ours are passed over, and stay.

    Args:
        folder: path of the working copy.
        name: of the file.

    Yields:
        A dict for each line; nothing where there is no file.
    """
    try:
        written = Path(folder, name).read_bytes().splitlines()
    except (FileNotFoundError, IsADirectoryError):
        return
    for line in written:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            yield record


# Taking it along


def back_up(folder: str | Path, file: str | Path) -> str:
    """Write results, diary and predictions into one file, for another computer or for safety.

    Args:
        folder: path of the working copy.
        file: path of the new file; nothing may be there.

    Returns:
        A sentence that says what was done.

    Raises:
        Trouble: if the notes cannot be read, there is none, or the file cannot be written.
    """
    best = _parsed(Path(folder))
    noted = {name: list(lines(Path(folder), name)) for name in (DIARY, PREDICTIONS)}
    if best is None or not (best or any(noted.values())):
        reason = "could not be read" if best is None else "has no result yet"
        raise Trouble(f"{PROGRESS} {reason}: nothing was written.")
    if Path(file).exists():
        raise Trouble(f"{file} is there already: choose another name.")
    try:
        _write(Path(file), best, lines=noted)
    except OSError as error:
        raise Trouble(f"{file} cannot be written: {error.strerror}.") from None
    return f"{len(best)} results are in {file}; `lstm-course progress --restore` takes them from there."


def restore(folder: str | Path, file: str | Path) -> str:
    """Take from a file that `back_up` wrote the results that are better than those here, and lines not here.

    Args:
        folder: path of the working copy.
        file: path of the file.

    Returns:
        A sentence that says what was done.

    Raises:
        Trouble: if the file cannot be read or is none of ours, or the notes cannot be written; no result is
            lost then.
    """
    folder = Path(folder)
    try:
        kept = _parsed_file(Path(file))
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from None
    if kept is None:
        raise Trouble(
            f"{file} holds no results of the course: `lstm-course progress --backup` writes such files."
        )
    try:
        with locked(folder):
            best = _parsed(folder)
            said = _put_aside(folder) if best is None else ""
            best = best or {}
            better = {name: status for name, status in kept.items() if _is_better(status, best.get(name))}
            if better:
                _write(folder / PROGRESS, best | better)
        for name, missing in _missing_lines(folder, file):
            append(folder, name, *missing)
    except OSError as error:
        raise Trouble(f"{folder / PROGRESS} cannot be written: {error.strerror}.") from None
    return f"{said} {len(better)} of {len(kept)} results were better than those that were here.".strip()


def _missing_lines(folder, file):
    """Name of each file of lines, and those of its lines in a backup that it lacks."""
    kept = json.loads(Path(file).read_bytes()).get("lines")
    for name in (DIARY, PREDICTIONS):
        here, there = list(lines(folder, name)), kept.get(name) if isinstance(kept, dict) else None
        listed = there if isinstance(there, list) else []
        yield name, [each for each in listed if isinstance(each, dict) and each not in here]


# Showing it


def progress(folder: str | Path | None = None) -> Progress:
    """What is done, what was nearly right, and what is next.

    Args:
        folder: path of a working copy of the lessons, default the working directory.

    Returns:
        A `Progress`, which the notebook shows as a table.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as fresh:
        ...     progress(fresh)
        No result is kept here yet. That happens in the working copy that `python start.py` opens.
        Next: `sigmoid`, lesson 00, “A warm-up: the sigmoid”, about 8 minutes.
    """
    try:
        folder = Path.cwd() if folder is None else Path(folder)
        best, note = _parsed(folder), ""
    except OSError as error:
        best, note = {}, f"{PROGRESS} could not be read: {error.strerror}."
    if best is None:
        best, note = {}, f"{PROGRESS} could not be read. The next check puts it aside and begins a new one."
    return Progress(best, note)


@dataclass(frozen=True)
class Progress:
    """How far a learner has come. In JupyterLab it shows as a table, elsewhere as text.

    Args:
        best: dict, id of an exercise -> best result of its checks: "right", "nearly" or "wrong". Exercises
            that the course does not have are left out of every count.
        note: a sentence about trouble with the file.
    """

    best: dict
    note: str = ""

    @property
    def next(self) -> Exercise | ValueExercise | Question | None:
        """The first exercise of the course that is not right yet, or None."""
        every = exercises.every().values()
        return next((exercise for exercise in every if self.best.get(exercise.id) != "right"), None)

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many exercises of each lesson are right.

        Returns:
            Dict from a lesson's number, a str, to (right, all).

        Example:
            >>> Progress({"sigmoid": "right"}).counts()["00"]
            (1, 1)
        """
        return {
            lesson: (sum(self.best.get(exercise.id) == "right" for exercise in its), len(its))
            for lesson, its in self._lessons().items()
        }

    def _lessons(self):
        """Lesson -> its exercises."""
        lessons = {}
        for exercise in exercises.every().values():
            lessons.setdefault(exercise.lesson, []).append(exercise)
        return lessons

    def _counts(self, exercises_):
        """Right, all, points reached, points there are: as two texts."""
        right = sum(self.best.get(exercise.id) == "right" for exercise in exercises_)
        points = sum(score(self.best.get(exercise.id)) * exercise.points for exercise in exercises_)
        return f"{right} of {len(exercises_)}", f"{points:g} of {sum(e.points for e in exercises_)}"

    def _closing(self):
        """The sentences that follow the table."""
        lines = [self.note] if self.note else []
        done = [
            task.title for task in tasks.TASKS.values() if self.best.get(tasks.in_logbook(task.id)) == "right"
        ]
        if done:
            lines.append(
                f"Tasks of the cell playground: {len(done)} of {len(tasks.TASKS)} ({', '.join(done)})."
            )
        if not self.best:
            lines.append(
                f"No result is kept here yet. That happens in the working copy that {files.START} opens."
            )
        if self.next is None:
            return [*lines, "Everything is done."]
        where = f"lesson {self.next.lesson}, “{self.next.section}”"
        minutes = f"about {self.next.minutes} minute{'s' * (self.next.minutes != 1)}"
        again = " (nearly right so far)" if self.best.get(self.next.id) == "nearly" else ""
        return [*lines, f"Next: `{self.next.id}`{again}, {where}, {minutes}."]

    def __repr__(self):
        lines = []
        for lesson, its in self._lessons().items() if self.best else ():
            right, points = self._counts(its)
            lines.append(f"Lesson {lesson}: {right} right, {points} points")
            for status, words in _WORDS.items():
                names = [exercise.id for exercise in its if self.best.get(exercise.id) == status]
                if names:
                    lines.append(f"  {words + ':':14}{', '.join(names)}")
        if self.best:
            right, points = self._counts(list(exercises.every().values()))
            lines.append(f"All lessons: {right} right, {points} points")
        return "\n".join([*lines, *self._closing()])

    def _repr_html_(self):
        closing = "".join(f"<p>{marked_up(line)}</p>" for line in self._closing())
        return (self._table() if self.best else "") + closing

    def _table(self):
        heads = ["Lesson", "Done", "Points", *(words.capitalize() for words in _WORDS.values())]
        head = "".join(f'<th scope="col" style="text-align: left">{words}</th>' for words in heads)
        rows = []
        for lesson, its in self._lessons().items():
            names = [
                ", ".join(f"<code>{e.id}</code>" for e in its if self.best.get(e.id) == status)
                for status in _WORDS
            ]
            rows.append(_row(lesson, *self._counts(its), *names))
        rows.append(_row("All", *self._counts(list(exercises.every().values())), *[""] * len(_WORDS)))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(lesson, *cells):
    style = "text-align: left; vertical-align: top"
    counts, names = cells[:2], cells[2:]
    rest = "".join(f'<td style="{style}; white-space: nowrap">{cell}</td>' for cell in counts)
    rest += "".join(f'<td style="{style}">{cell}</td>' for cell in names)
    return f'<tr><th scope="row" style="{style}">{lesson}</th>{rest}</tr>'

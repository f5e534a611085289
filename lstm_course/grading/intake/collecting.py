"""From what an instructor downloads to notebooks with a learner and a lesson.

Folders as nbgrader, Moodle, Canvas and Gradescope export them, their zip files, or plain notebooks. A file
that cannot be read becomes a submission with a reason, one that is no notebook a line in a list, and neither
ever stops the others.
"""

import contextlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from lstm_course import exercises
from lstm_course.common.notebooks import NotebookError, code_of
from lstm_course.common.trouble import Trouble
from lstm_course.grading.intake import archives, kinds, owners, platforms
from lstm_course.grading.intake.names import printable

__all__ = ["HandedIn", "NotRead", "Submission", "collect"]

_LARGEST = 50_000_000  # bytes of a notebook
_MOST_CODE, _MOST_CELLS = 5_000_000, 2000  # characters of all code cells, and their number
_MOST_BRACKETS, _MOST_COMMAS = 1_000_000, 5_000_000  # each part of a file takes far more memory than disk
_LESSON = re.compile(r"(?<!\d)(\d\d)(?=[_. -])")
# The names of the capstone's report cells; a test compares them with those of the lesson.
_CAPSTONE = re.compile(r"^(writing|melody|series|machine|state|shop|table)_report\s*=", re.MULTILINE)
_BY_HAND = "It is the capstone: a person marks its report, by the rubric in docs/instructors/guide.md."


@dataclass(frozen=True)
class Submission:
    """A notebook that was handed in.

    Args:
        learner: name or id, as the export has it.
        lesson: two digits, or None when nothing tells.
        path: str, where it was found, relative to what was given.
        cells: tuple of the sources of its code cells; None when it cannot be read.
        reason: why it cannot be graded, or None.
        id: number of the learner or the submission in the LMS, or "".
        time: when the file was changed, seconds.
        others: paths of older files of the same learner and lesson, which are not graded.
        platform: "Canvas", "Moodle" or "Gradescope" where its name is such a platform's, else "".
        together: names of those who handed it in together, where the platform tells them.
        own: whether more than its own name says whose it is.
        submitted: when it was handed in, as ISO 8601, with its zone where that is known; "" where it is not.
        late: whether the platform has marked it as late.
    """

    learner: str
    lesson: str | None
    path: str
    cells: tuple[str, ...] | None
    reason: str | None = None
    id: str = ""
    time: float = 0.0
    others: tuple[str, ...] = ()
    platform: str = ""
    together: tuple[str, ...] = ()
    own: bool = True
    submitted: str = ""
    late: bool = False


@dataclass(frozen=True)
class NotRead:
    """A file that is graded nowhere.

    Args:
        path: its name, relative to what was given.
        learner: whose it seems to be, or "".
        reason: a sentence.
    """

    path: str
    learner: str
    reason: str


@dataclass(frozen=True)
class HandedIn:
    """All that was handed in.

    Args:
        submissions: tuple of `Submission`, one for each learner and lesson, sorted.
        not_read: tuple of `NotRead`, for every other file, sorted.
    """

    submissions: tuple[Submission, ...]
    not_read: tuple[NotRead, ...]


class SubmissionsError(Trouble):
    """There are no submissions; the message says why."""


def collect(path: str | Path, scratch: str | Path, leave_out: Collection[Path] = ()) -> HandedIn:
    """All that lies in a folder, an archive or a file: nothing that was handed in is left unmentioned.

    Args:
        path: path of what was downloaded.
        scratch: path of an empty folder to unpack archives in.
        leave_out: paths of files and folders that may lie there and are the instructor's own.

    Returns:
        A `HandedIn`.

    Raises:
        SubmissionsError: when there is nothing at that path, or no notebook in it.

    Example:
        >>> collect("nowhere", ".")                                      # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        lstm_course.grading.intake.collecting.SubmissionsError: nowhere does not exist: give the folder ...
    """
    path = Path(path)
    if not path.exists():
        raise SubmissionsError(f"{path} does not exist: give the folder or zip file with the submissions.")
    ours = {each.resolve() for each in leave_out}
    found = archives.files(path, Path(scratch), owners.whose_limits)
    files = [
        replace(each, shown=printable(each.shown))
        for each in found
        if ours.isdisjoint((each.path, *each.path.parents))
    ]
    told = platforms.told(files)
    notebooks, others = [], []
    for each in files:
        (notebooks if each.problem or _is_notebook(each) else others).append(each)
    whose = owners.Owners([Path(each.shown) for each in notebooks or others], told)
    read = [_read(each, whose.of(each.shown)) for each in notebooks]
    not_read = [
        NotRead(each.shown, whose.of(each.shown).learner, each.unread or kinds.why_not_read(each.shown))
        for each in others
        if each.unread or told.lists.get(each.shown) != whose.platform
    ]
    read += _without_any(others, whose, {(each.learner, each.id) for each in read})
    if not read:
        raise SubmissionsError(f"{path} has no notebook in it: give the folder with the submissions.")
    return HandedIn(
        tuple(_one_each(_with_lessons(read))), tuple(sorted(not_read, key=lambda each: each.path))
    )


def _is_notebook(found):
    """Whether a file is to be read; what only may be a notebook is looked into."""
    named = kinds.is_notebook(found.shown)
    if found.unread or named or not kinds.is_json(found.shown):
        return named and not found.unread
    with contextlib.suppress(OSError, NotebookError):
        _cells(found.path)
        return True
    return False


def _read(found, owner):
    """A notebook as a submission, however damaged it is."""
    made = Submission(
        owner.learner, _lesson_by_name(found.shown), found.shown, None, found.problem, owner.number,
        platform=owner.platform, together=owner.together, own=owner.own, submitted=owner.submitted,
        late=owner.late,
    )  # fmt: skip
    if found.problem:
        return replace(made, reason=printable(found.problem))
    try:
        made = replace(made, time=found.path.stat().st_mtime)
        cells = _cells(found.path)
    except OSError as error:
        return replace(made, reason=f"The file cannot be read: {error.strerror}.")
    except NotebookError as error:
        return replace(made, reason=str(error))
    made = replace(made, cells=cells)
    lesson = exercises.lesson_of(cells)
    if lesson is None and any(_CAPSTONE.search(cell) for cell in cells):
        return replace(made, lesson=None, reason=_BY_HAND)
    lesson = lesson or made.lesson
    reason = None if lesson else "It has no exercise of the course in it, and its name tells no lesson."
    return replace(made, lesson=lesson, reason=reason)


def _without_any(others, whose, known):
    """Learners who have handed in something, and no notebook: they are rows as well."""
    files = {}
    for each in others:
        owner = whose.of(each.shown)
        if (
            whose.tells(owner)
            and (owner.learner, owner.number) not in known
            and not kinds.is_systems(each.shown)
        ):
            files.setdefault((owner.learner, owner.number), []).append((each, owner))
    for (each, owner), *more in files.values():
        also = f", and {len(more)} more files" if len(more) > 1 else ", and 1 more file" if more else ""
        why = each.unread or kinds.why_not_read(each.shown)
        problem = f"There is no notebook in what was handed in: {Path(each.shown).name}{also}. {why}"
        yield _read(replace(each, problem=problem), owner)


def _cells(file):
    """Sources of the code cells."""
    if file.stat().st_size > _LARGEST:
        raise NotebookError(f"The file is larger than {_LARGEST // 1_000_000} MB.")
    content = file.read_bytes()
    brackets = content.count(b"[") + content.count(b"{")
    if brackets > _MOST_BRACKETS or content.count(b",") > _MOST_COMMAS:
        raise NotebookError("The file has more parts than a notebook may have.")
    cells = tuple(code_of(content))
    if len(cells) > _MOST_CELLS:
        raise NotebookError(f"The notebook has more than {_MOST_CELLS} code cells.")
    if sum(map(len, cells)) > _MOST_CODE:
        raise NotebookError(f"The code in the notebook is longer than {_MOST_CODE // 1_000_000} MB.")
    return cells


# Which lesson it is


def _lesson_by_name(shown):
    """The lesson whose number stands in the file's name, or in that of its folder."""
    known = {exercise.lesson for exercise in exercises.every().values()}
    for part in reversed(Path(shown).parts):
        for number in _LESSON.findall(f"{part} "):
            if number in known:
                return number
    return None


def _with_lessons(found):
    """Files that tell no lesson belong to that of the others, when all the others have the same one."""
    lessons = {each.lesson for each in found if each.lesson}
    if len(lessons) != 1:
        return found
    return [
        each if each.lesson or each.reason == _BY_HAND else replace(each, lesson=min(lessons))
        for each in found
    ]


def _one_each(found):
    """The newest of several files of one learner and lesson."""
    groups = {}
    for each in found:
        groups.setdefault((each.learner, each.id, each.lesson), []).append(each)
    kept = []
    for group in groups.values():
        group.sort(key=lambda each: (each.cells is not None, each.time, each.path))
        kept.append(replace(group[-1], others=tuple(each.path for each in group[:-1])))
    return sorted(kept, key=lambda each: (each.lesson or "", each.learner, each.id))

"""From what an instructor downloads to notebooks with a learner and a lesson.

Folders as nbgrader, Moodle, Canvas and Gradescope export them, their zip files, or plain notebooks. A file
that cannot be read becomes a submission with a reason, and never stops the others.
"""

import contextlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from lstm_course import exercises
from lstm_course.common.notebooks import NotebookError, code_of
from lstm_course.common.trouble import Trouble
from lstm_course.grading.intake import archives

__all__ = ["Submission", "collect"]

_LARGEST = 50_000_000  # bytes of a notebook
_MOST_CODE, _MOST_CELLS = 5_000_000, 2000  # characters of all code cells, and their number
_MOST_BRACKETS, _MOST_COMMAS = 1_000_000, 5_000_000  # each part of a file takes far more memory than disk
_LONGEST_LIST = 10_000_000  # bytes of Gradescope's list of names
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file_?(?P<file>.*)", re.DOTALL)
# Canvas writes names in small letters and without spaces, and of who is to stay unknown five characters.
_CANVAS = re.compile(r"(?P<name>.+?)_(?:late_)?(?P<id>\d+)_\d{3,}_(?P<file>.+)", re.DOTALL | re.IGNORECASE)
_CANVAS_ANONYMOUS = re.compile(r"(?:late_)?(?P<name>anon_\w{5})_\d+_.+", re.DOTALL | re.IGNORECASE)
_GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
_GRADESCOPES_LIST = "submission_metadata.yml"
_LESSON = re.compile(r"(?<!\d)(\d\d)(?=[_. -])")
_CAPSTONE = re.compile(r"^(writing|melody|series)_report\s*=", re.MULTILINE)
_BY_HAND = "It is the capstone: a person marks its report, by the rubric in docs/instructors/guide.md."
_FOLDERS = {"submitted", "submissions", "export", "exchange"}


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
    """

    learner: str
    lesson: str | None
    path: str
    cells: tuple[str, ...] | None
    reason: str | None = None
    id: str = ""
    time: float = 0.0
    others: tuple[str, ...] = ()


class SubmissionsError(Trouble):
    """There are no submissions; the message says why."""


def collect(path: str | Path, scratch: str | Path) -> list[Submission]:
    """All submissions in a folder, an archive or a file.

    Args:
        path: path of what was downloaded.
        scratch: path of an empty folder to unpack archives in.

    Returns:
        List of `Submission`, one for each learner and lesson, sorted.

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
    found = archives.files(path, Path(scratch), _whose_limits)
    files = [(file, _printable(shown), said) for file, shown, said in found]
    names = _gradescope_names(files)
    notebooks = [each for each in files if each[2] or _is_notebook(each[0])]
    patterns = _platform([Path(shown) for _, shown, _ in notebooks])
    found = []
    for file, shown, problem in notebooks:
        learner, number = _owner(Path(shown), patterns, names)
        if problem:
            found.append(Submission(learner, _lesson_by_name(shown), shown, None, problem, number))
        else:
            found.append(_read(file, shown, learner, number))
    if not found:
        raise SubmissionsError(f"{path} has no notebook in it: give the folder with the submissions.")
    return _one_each(_with_lessons(found))


def _is_notebook(file):
    return file.suffix.lower() == ".ipynb" and not file.name.startswith("._")


def _printable(shown):
    """A name whose bytes are no UTF-8, as something that can be written."""
    return shown.encode(errors="surrogateescape").decode(errors="replace")


def _read(file, shown, learner, number):
    """A notebook as a submission, however damaged it is."""
    changed = 0.0
    try:
        changed = file.stat().st_mtime
        cells = _cells(file)
    except OSError as error:
        why = f"The file cannot be read: {error.strerror}."
        return Submission(learner, _lesson_by_name(shown), shown, None, why, number, changed)
    except NotebookError as error:
        return Submission(learner, _lesson_by_name(shown), shown, None, str(error), number, changed)
    lesson = exercises.lesson_of(cells)
    if lesson is None and any(_CAPSTONE.search(cell) for cell in cells):
        return Submission(learner, None, shown, cells, _BY_HAND, number, changed)
    lesson = lesson or _lesson_by_name(shown)
    reason = None if lesson else "It has no exercise of the course in it, and its name tells no lesson."
    return Submission(learner, lesson, shown, cells, reason, number, changed)


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


# Whose it is


_PLATFORMS = (_MOODLE,), (_GRADESCOPE,), (_CANVAS_ANONYMOUS, _CANVAS)


def _platform(paths):
    """The patterns of the platform that has named these files, none where no platform has.

    What is in a folder counts as one: a learner may name files as a platform does, with somebody else's name.
    """
    tops = {}
    for path in paths:
        top = next((part for part in path.parts if part.lower() not in _FOLDERS), "")
        tops.setdefault(top, []).append(path)
    for patterns in _PLATFORMS:
        if _most(_most(_platforms_part(path, patterns) for path in each) for each in tops.values()):
            return patterns
    return ()


def _most(truths):
    truths = list(map(bool, truths))
    return 2 * sum(truths) > len(truths)


def _platforms_part(path, patterns):
    """The outermost part of a path that a platform has named, for all within it the learner has."""
    matches = (pattern.fullmatch(part) for part in path.parts for pattern in patterns)
    return next(filter(None, matches), None)


def _owner(path, patterns, gradescope):
    """(learner, number) by the names that the exports give to folders and files."""
    found = _platforms_part(path, patterns)
    if found:
        number = found.groupdict().get("id", "")
        name = found.groupdict().get("name") or gradescope.get(number, f"submission {number}")
        unknown = name == "Participant"  # of an assignment that is graded without names
        return name + f" {number}" * unknown, number
    folders = [part for part in path.parts[:-1] if part.lower() not in _FOLDERS]
    if folders:
        return folders[0].removesuffix(".zip"), ""
    before_lesson = re.match(r"(.+?)[_ -]+\d\d(?:[_. -].*)?$", path.stem)
    return before_lesson[1] if before_lesson else path.stem, ""


def _whose_limits(shown):
    """For whom the limits of one learner count: what any platform's name says, before one is known.

    A file that is called as a platform would call it is at most counted to somebody else.
    """
    return repr(_owner(Path(_printable(shown)), [each for patterns in _PLATFORMS for each in patterns], {}))


def _gradescope_names(files):
    """Number of a submission -> names of those who handed it in, from Gradescope's own list."""
    names = {}
    for file, shown, problem in files:
        *folders, name = Path(shown).parts
        if problem or name != _GRADESCOPES_LIST or len(folders) > 1:
            continue
        # A list in a learner's own folder or archive is the learner's.
        if not any(_GRADESCOPE.fullmatch(each) or each.lower().endswith(".zip") for each in folders):
            with contextlib.suppress(OSError), file.open(encoding="utf-8", errors="replace") as opened:
                names |= _listed_names(opened.read(_LONGEST_LIST))
    return names


def _listed_names(text):
    """Names in Gradescope's list: those under `:submitters:` of `submission_77:`, nothing that is deeper."""
    names, number, section = {}, None, None
    for line in text.splitlines():
        if line[:1].strip():
            number, section = (found["id"] if (found := _GRADESCOPE.match(line)) else None), None
        elif found := re.match(r" {2}(:\w+):", line):
            section = found[1]
        elif number and section == ":submitters" and (found := re.match(r" {2,4}(- |  ):name: +(.+)", line)):
            names.setdefault(number, []).append(_unquoted(found[2].strip()))
    return {number: ", ".join(each) for number, each in names.items()}


def _unquoted(text):
    """A string as YAML writes it: bare, in single or in double quotes."""
    if text[:1] == text[-1:] == "'":
        return text[1:-1].replace("''", "'")
    if text[:1] == text[-1:] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text


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

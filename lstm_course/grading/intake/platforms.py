"""What the platforms put beside the files of learners: Gradescope's list of names, nbgrader's times."""

import contextlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lstm_course.grading.intake.archives import Found
from lstm_course.grading.intake.moments import moment
from lstm_course.grading.intake.names import printable

__all__ = ["GRADESCOPE", "Told", "folders_of", "told"]

GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
_GRADESCOPES_LIST = "submission_metadata.yml"
_NBGRADERS_TIME = "timestamp.txt"
_LONGEST_LIST = 10_000_000  # bytes of Gradescope's list of names
_LONGEST_TIME = 100
_FOLDERS = {"submitted", "submissions", "export", "exchange"}


@dataclass(frozen=True)
class Told:
    """What lists and times of the platforms say.

    Args:
        names: number of a submission at Gradescope -> names of those who handed it in.
        times: that number, or the folder of an assignment of nbgrader -> when it was handed in, as ISO 8601.
        lists: shown names of the files that say so -> the platform that writes them, "" for nbgrader.
    """

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


def told(files: Iterable[Found]) -> Told:
    """Read those lists and times which a platform has written, and none that a learner may have.

    Args:
        files: all that was found.

    Returns:
        A `Told`.
    """
    found = Told()
    for each in files:
        *folders, name = Path(each.shown).parts
        if each.problem or each.unread:
            continue
        # A list in a learner's own folder or archive is the learner's.
        if name == _GRADESCOPES_LIST and len(folders) <= 1 and not any(map(_is_learners, folders)):
            found.lists[each.shown] = "Gradescope"
            _read_list(_text(each.path, _LONGEST_LIST), found)
        elif name == _NBGRADERS_TIME and not any(map(_is_learners, folders)):
            inner = folders_of(Path(each.shown))
            when = moment(_text(each.path, _LONGEST_TIME).strip())
            if when and len(inner) == 2:  # the learner's, and in it that of the assignment
                found.lists[each.shown] = ""
                found.times["/".join(inner)] = when.isoformat()
    return found


def folders_of(path: Path) -> list[str]:
    """The folders of a file, without those that hold the folders of all learners.

    Example:
        >>> folders_of(Path("submitted/ada/lesson02/02.ipynb"))
        ['ada', 'lesson02']
    """
    return [part for part in path.parts[:-1] if part.lower() not in _FOLDERS]


def _is_learners(folder):
    return GRADESCOPE.fullmatch(folder) or folder.lower().endswith(".zip")


def _text(path, longest):
    with contextlib.suppress(OSError), path.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(longest)
    return ""


def _read_list(text, found):
    """Names under `:submitters:` of `submission_77:`, and when it was made; nothing that is deeper."""
    number = section = None
    for line in text.splitlines():
        if line[:1].strip():
            number, section = (said["id"] if (said := GRADESCOPE.match(line)) else None), None
        elif said := re.match(r" {2}(:\w+):(.*)", line):
            section = said[1]
            when = moment(_unquoted(said[2].strip())) if section == ":created_at" else None
            if number and when:
                found.times[number] = when.isoformat()
        elif number and section == ":submitters" and (said := re.match(r" {2,4}(- |  ):name: +(.+)", line)):
            name = printable(_unquoted(said[2].strip()))
            found.names[number] = (*found.names.get(number, ()), name)


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

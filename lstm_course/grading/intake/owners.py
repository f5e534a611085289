"""Whose a file is: by what the platforms call files and folders, and only by that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lstm_course.grading.intake.names import key, printable
from lstm_course.grading.intake.platforms import GRADESCOPE, Told, folders_of

__all__ = ["Owner", "Owners", "whose_limits"]

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
# Canvas writes names in small letters and without spaces, and of who is to stay unknown five characters.
_CANVAS = re.compile(
    r"(?P<name>.+?)_(?P<late>late_)?(?P<id>\d+)_\d{3,}_(?P<file>.+)", re.DOTALL | re.IGNORECASE
)
_CANVAS_ANONYMOUS = re.compile(r"(?P<late>late_)?(?P<name>anon_\w{5})_\d+_.+", re.DOTALL | re.IGNORECASE)
_PLATFORMS = {
    "Moodle": (_MOODLE,),
    "Gradescope": (GRADESCOPE,),
    "Canvas": (_CANVAS_ANONYMOUS, _CANVAS),
}
# "Copy of 02.ipynb", as Colab calls it in English, German and the Romance languages.
_COPY = re.compile(r"(copy|kopie|c[oó]pi[ae])\b", re.IGNORECASE)


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    Args:
        learner, platform, together, own, submitted, late: as in `Submission`.
        number: its id.
        of: what tells it: "platform", "folder" or "file".
    """

    learner: str
    number: str = ""
    platform: str = ""
    together: tuple[str, ...] = ()
    own: bool = True
    submitted: str = ""
    late: bool = False
    of: str = "platform"


class Owners:
    """Owners of all files of a download.

    Args:
        paths: of its notebooks, by which it is found which platform has named them.
        told: what the platform says besides.
    """

    def __init__(self, paths: Sequence[Path], told: Told) -> None:
        self.platform, self.told = _platform(paths), told
        found = [self._by_name(path) for path in paths]
        self._known = {key(each.learner) for each in found if each.of == "platform"}
        self._folders = {key(each.learner) for each in found if each.of == "folder"}
        self._in_folders = _most(each.of == "folder" for each in found)

    def of(self, shown: str) -> Owner:
        """The owner of a file; one that only is called as somebody else's is nobody else's."""
        owner = self._by_name(Path(shown))
        if owner.of == "file":
            taken = bool(self.platform) or key(owner.learner) in self._folders
        else:
            taken = owner.of == "folder" and key(owner.learner) in self._known
        return replace(owner, learner=shown, own=False) if taken else owner

    def tells(self, owner: Owner) -> bool:
        """Whether where a file lies says that somebody has handed it in, whatever it is."""
        return owner.of == "platform" or (owner.of == "folder" and self._in_folders)

    def _by_name(self, path):
        """By the names that the exports give to folders and files."""
        found = _platforms_part(path, _PLATFORMS.get(self.platform, ()))
        if found:
            return self._named_by_platform(found.groupdict())
        folders = folders_of(path)
        if folders:
            when = self.told.times.get("/".join(folders[:2]), "")
            return Owner(folders[0].removesuffix(".zip"), submitted=when, of="folder")
        before_lesson = re.match(r"(.+?)[_ -]+\d\d(?:[_. -].*)?$", path.stem)
        if before_lesson is None or _COPY.match(path.stem):
            return Owner(path.stem, of="file")
        return Owner(before_lesson[1], of="file")

    def _named_by_platform(self, parts):
        number = parts.get("id") or ""
        together = self.told.names.get(number, ()) if self.platform == "Gradescope" else ()
        name = parts.get("name") or ", ".join(together) or f"submission {number}"
        unknown = name == "Participant"  # of an assignment that is graded without names
        return Owner(
            name + f" {number}" * unknown,
            number,
            self.platform,
            together,
            submitted=self.told.times.get(number, "") if self.platform == "Gradescope" else "",
            late=bool(parts.get("late")),
        )


def whose_limits(shown: str) -> str:
    """For whom the limits of one learner count: what any platform's name says, before one is known.

    A file that is called as a platform would call it is at most counted to somebody else.
    """
    path = Path(printable(shown))
    every = [pattern for patterns in _PLATFORMS.values() for pattern in patterns]
    found = _platforms_part(path, every)
    if found:
        return f"{found.groupdict().get('name', '')}\n{found.groupdict().get('id', '')}"
    return Owners([], Told()).of(path.as_posix()).learner


def _platform(paths):
    """The platform that has named these files, "" where none has.

    What is in a folder counts as one: a learner may name files as a platform does, with somebody else's name.
    """
    tops = {}
    for path in paths:
        top = (*folders_of(path), path.name)[0]
        tops.setdefault(top, []).append(path)
    for platform, patterns in _PLATFORMS.items():
        if _most(_most(_platforms_part(path, patterns) for path in each) for each in tops.values()):
            return platform
    return ""


def _most(truths):
    truths = list(map(bool, truths))
    return 2 * sum(truths) > len(truths)


def _platforms_part(path, patterns):
    """The outermost part of a path that a platform has named, for all within it the learner has."""
    matches = (pattern.fullmatch(part) for part in path.parts for pattern in patterns)
    return next(filter(None, matches), None)

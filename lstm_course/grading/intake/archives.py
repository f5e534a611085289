"""Files in a folder and in the zip files within it, without trusting any of their names or sizes.

Whatever lies there is yielded: what may not be opened, or cannot be, with the reason.
"""

import os
import shutil
import stat
import zipfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lstm_course.grading.intake import kinds

__all__ = ["Found", "files"]

_LARGEST_FILE = 50_000_000  # bytes, unpacked
_LARGEST_ARCHIVE = 20_000_000_000
_MOST_FILES = 50_000
_MOST_IN_STUDENTS = 200, 200_000_000  # files and bytes of an archive within, and of all of one learner's
_KEPT_FREE = 1_000_000_000  # bytes of the disk


@dataclass(frozen=True)
class Found:
    """A file, or a folder of which there is something to say.

    Args:
        path: Path where it can be opened, if nothing is said of it.
        shown: its name, relative to what was given.
        problem: what is wrong with a notebook or an archive, or None.
        unread: why it is not looked at, being neither, or None.
    """

    path: Path
    shown: str
    problem: str | None = None
    unread: str | None = None


def files(path: Path, scratch: Path, owner: Callable[[str], str]) -> Iterator[Found]:
    """Every file, whatever it is.

    Args:
        path: Path of a folder, a zip file or another file.
        scratch: Path of a folder to unpack in.
        owner: function from a shown name to whoever the limits of one learner count for.

    Yields:
        A `Found` for each.
    """
    store = _Store(scratch, owner)
    if path.is_file():
        zipped = zipfile.is_zipfile(path)
        yield from _unpacked(path, store, path.name, first=True) if zipped else [Found(path, path.name)]
        return
    root, closed = path.resolve(), []
    for folder, folders, names in os.walk(root, onerror=closed.append):
        if not folders and not names and Path(folder) != root:
            yield Found(Path(folder), _shown(folder, root), unread="The folder is empty.")
        for name in [*sorted(folders), *sorted(names)]:
            file = Path(folder, name)
            yield from _in_folder(file, _shown(file, root), store)
        folders[:] = sorted(name for name in folders if not kinds.is_systems(name))
    for error in closed:
        file = Path(error.filename)
        yield Found(file, _shown(file, root), f"The folder cannot be read: {error.strerror}.")


def _shown(file, root):
    return Path(file).relative_to(root).as_posix()


def _in_folder(file, shown, store):
    """What there is to say of one entry of a folder: nothing of a folder, which is gone into."""
    handed_in = kinds.is_notebook(shown) or _is_zip(shown)
    try:
        kind = file.lstat().st_mode
    except OSError as error:
        yield Found(file, shown, f"It cannot be read: {error.strerror}.")
        return
    if stat.S_ISLNK(kind):
        said = "It is a link to another file, which is not followed."
        yield _told(file, shown, said, handed_in or file.is_dir())
    elif stat.S_ISREG(kind) and _is_zip(shown):
        yield from _unpacked(file, store, shown, first=False)
    elif stat.S_ISREG(kind):
        yield Found(file, shown)
    elif not stat.S_ISDIR(kind):
        yield _told(file, shown, "It is no file, but a pipe or a device, which is not opened.", handed_in)
    elif kinds.is_systems(shown):
        yield Found(file, shown, unread=kinds.why_not_read(shown))


def _is_zip(shown):
    return shown.lower().endswith(".zip") and not kinds.is_systems(shown)


def _told(file, shown, said, handed_in):
    """What is said of a notebook or an archive is a problem, of any other file a reason not to read it."""
    return Found(file, shown, problem=said) if handed_in else Found(file, shown, unread=said)


class _Full(Exception):
    """There is no room for a file; the message says why."""


class _Store:
    """Where archives are unpacked, and how much of it each learner has taken."""

    def __init__(self, scratch, owner):
        self.scratch, self.owner = scratch, owner
        self.folders = 0
        self.files: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()

    def folder(self):
        """A new folder."""
        target = self.scratch / f"archive-{self.folders}"
        target.mkdir()
        self.folders += 1
        return target

    def begin(self, shown):
        """Book a file."""
        most, _ = _MOST_IN_STUDENTS
        self.files[self.owner(shown)] += 1
        if self.files[self.owner(shown)] > most:
            raise _Full(f"It is not unpacked: all archives of this learner hold more than {most} files.")

    def book(self, shown, size):
        """Book so many more bytes."""
        _, most = _MOST_IN_STUDENTS
        self.bytes[self.owner(shown)] += size
        if self.bytes[self.owner(shown)] > most:
            mega = most // 1_000_000
            raise _Full(f"It is not unpacked: all archives of this learner hold more than {mega} MB.")
        if shutil.disk_usage(self.scratch).free < _KEPT_FREE:
            raise _Full("It is not unpacked: the disk is nearly full.")


def _unpacked(archive, store, shown, first):
    """The files of an archive, or the one problem that it has."""
    most_files, most_bytes = (_MOST_FILES, _LARGEST_ARCHIVE) if first else _MOST_IN_STUDENTS
    begin = "" if first else f"{shown}/"
    try:
        target = store.folder()
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            if len(members) > most_files or sum(member.file_size for member in members) > most_bytes:
                yield Found(archive, shown, "The archive is not unpacked: it holds too many files or bytes.")
                return
            if not members:
                yield Found(archive, shown, "The archive is empty.")
            names = sorted(member.filename for member in members)
            for number, member in enumerate(members):
                if not member.is_dir():
                    yield from _member(opened, member, target / str(number), store, begin)
                elif not _is_inhabited(member.filename, names):
                    yield Found(target, begin + _inside(member), unread="The folder is empty.")
    except Exception as error:  # an archive can be damaged in more ways than its library has errors for
        yield Found(archive, shown, f"The archive is damaged: {error}.")


def _is_inhabited(folder, names):
    """Whether the sorted names go on with one that lies in the folder."""
    following = bisect_right(names, folder)
    return following < len(names) and names[following].startswith(folder)


def _path(member):
    return PurePosixPath(member.filename.replace("\\", "/"))


def _inside(member):
    """The name of a member as it is shown: one that leads nowhere."""
    return "/".join(part for part in _path(member).parts if part not in ("..", "/", "."))


def _member(opened, member, target, store, begin):
    """One file of an archive: unpacked under a name of ours, its own being only shown."""
    name, shown = _path(member), begin + _inside(member)
    if _is_zip(shown) and begin:
        yield Found(target, shown, unread="It is an archive within an archive, which is not unpacked.")
        return
    if not _is_zip(shown) and not kinds.may_be_read(shown):
        yield Found(target, shown, unread=kinds.why_not_read(shown))
        return
    outside = name.is_absolute() or ".." in name.parts or ":" in member.filename
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        said = "Its name in the archive leads out of it, or is a link: it is not unpacked."
        yield Found(target, shown, said)
        return
    file = target.with_suffix(name.suffix.lower())
    try:
        whole = _copied(opened, member, file, store, shown)
    except _Full as full:
        file.unlink(missing_ok=True)
        yield Found(file, shown, str(full))
    except Exception as error:
        yield Found(file, shown, f"It is damaged in the archive: {error}.")
    else:
        if not whole:
            yield Found(file, shown, "It is larger unpacked than a notebook may be.")
        elif _is_zip(shown):
            yield from _unpacked(file, store, shown, first=False)
        else:
            yield Found(file, shown)


def _copied(opened, member, file, store, shown):
    """Whether a member was no larger than it may be; what its header says of its size is not believed."""
    if member.file_size > _LARGEST_FILE:
        return False
    size = 0
    store.begin(shown)
    with opened.open(member) as source, file.open("wb") as target:
        while part := source.read(1 << 20):
            size += len(part)
            store.book(shown, len(part))
            if size > _LARGEST_FILE:
                return False
            target.write(part)
    date = member.date_time
    os.utime(file, (seconds := _seconds(date), seconds))
    return True


def _seconds(date):
    from datetime import datetime

    try:
        return datetime(*date).timestamp()
    except (ValueError, OverflowError):
        return 0.0

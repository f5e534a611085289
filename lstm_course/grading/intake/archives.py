"""Files in a folder and in the zip files within it, without trusting any of their names or sizes.

Whatever lies there is yielded: what may not be opened, or cannot be, with the reason.
"""

import os
import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

__all__ = ["files"]

_LARGEST_FILE = 50_000_000  # bytes, unpacked
_LARGEST_ARCHIVE = 20_000_000_000
_MOST_FILES = 50_000
_MOST_IN_STUDENTS = 200, 200_000_000  # files and bytes of an archive within, and of all of one learner's
_KEPT_FREE = 1_000_000_000  # bytes of the disk
_WORTH_READING = {".ipynb", ".yml"}
_HANDED_IN = (".ipynb", ".zip")

_Found = tuple[Path, str, str | None]


def files(path: Path, scratch: Path, owner: Callable[[str], str]) -> Iterator[_Found]:
    """Every file that may be looked at.

    Args:
        path: Path of a folder, a zip file or another file.
        scratch: Path of a folder to unpack in.
        owner: function from a shown name to whoever the limits of one learner count for.

    Yields:
        (Path of the file, its shown name, what is wrong with it or None).
    """
    store = _Store(scratch, owner)
    if path.is_file():
        inner = _unpacked(path, store, path.name, first=True) if zipfile.is_zipfile(path) else None
        yield from inner if inner is not None else [(path, path.name, None)]
        return
    root, closed = path.resolve(), []
    for folder, folders, names in os.walk(root, onerror=closed.append):
        folders[:] = sorted(name for name in folders if name not in (".ipynb_checkpoints", "__MACOSX"))
        for name in [*folders, *sorted(names)]:
            file = Path(folder, name)
            yield from _in_folder(file, file.relative_to(root).as_posix(), store)
    for error in closed:
        shown = Path(error.filename).relative_to(root).as_posix()
        yield Path(error.filename), shown, f"The folder cannot be read: {error.strerror}."


def _in_folder(file, shown, store):
    """What there is to say of one entry of a folder: nothing of a folder, which is gone into."""
    handed_in = file.name.lower().endswith(_HANDED_IN)
    try:
        kind = file.lstat().st_mode
    except OSError as error:
        yield file, shown, f"It cannot be read: {error.strerror}."
        return
    if stat.S_ISLNK(kind):
        if handed_in or file.is_dir():
            yield file, shown, "It is a link to another file, which is not followed."
    elif stat.S_ISREG(kind) and file.name.lower().endswith(".zip"):
        yield from _unpacked(file, store, shown, first=False)
    elif stat.S_ISREG(kind):
        yield file, shown, None
    elif handed_in and not stat.S_ISDIR(kind):
        yield file, shown, "It is no file, but a pipe or a device, which is not opened."


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
                yield archive, shown, "The archive is not unpacked: it holds too many files or bytes."
                return
            for number, member in enumerate(members):
                yield from _member(opened, member, target / str(number), store, begin)
    except Exception as error:  # an archive can be damaged in more ways than its library has errors for
        yield archive, shown, f"The archive is damaged: {error}."


def _member(opened, member, target, store, begin):
    """One file of an archive: unpacked under a name of ours, its own being only shown."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if member.is_dir() or "__MACOSX" in name.parts or ".ipynb_checkpoints" in name.parts:
        return
    shown = begin + "/".join(part for part in name.parts if part not in ("..", "/", "."))
    suffix = name.suffix.lower()
    if suffix not in _WORTH_READING | {".zip"}:
        return
    outside = name.is_absolute() or ".." in name.parts or ":" in member.filename
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        yield target, shown, "Its name in the archive leads out of it, or is a link: it is not unpacked."
        return
    file = target.with_suffix(suffix)
    try:
        whole = _copied(opened, member, file, store, shown)
    except _Full as full:
        file.unlink(missing_ok=True)
        yield file, shown, str(full)
    except Exception as error:
        yield file, shown, f"It is damaged in the archive: {error}."
    else:
        if not whole:
            yield file, shown, "It is larger unpacked than a notebook may be."
        elif suffix == ".zip" and begin == "":
            yield from _unpacked(file, store, shown, first=False)
        elif suffix != ".zip":
            yield file, shown, None


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

"""Files in a folder and in the zip files within it, without trusting any of their names or sizes."""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

__all__ = ["files"]

_LARGEST_FILE = 50_000_000  # bytes, unpacked
_LARGEST_ARCHIVE = 20_000_000_000
_MOST_FILES = 50_000
_MOST_IN_STUDENTS = 200, 200_000_000  # files and bytes of an archive within
_WORTH_READING = {".ipynb", ".yml"}


def files(path: Path, scratch: Path, shown: str = "") -> Iterator[tuple[Path, str, str | None]]:
    """Every file that may be looked at.

    Args:
        path: Path of a folder, a zip file or another file.
        scratch: Path of a folder to unpack in.
        shown: how the path begins in what is told to people.

    Yields:
        (Path of the file, its shown name, what is wrong with it or None).
    """
    if path.is_file():
        inner = _unpacked(path, scratch, path.name, first=True) if zipfile.is_zipfile(path) else None
        yield from inner if inner is not None else [(path, path.name, None)]
        return
    root = path.resolve()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in (".ipynb_checkpoints", "__MACOSX"))
        for name in [*folders, *sorted(names)]:
            file = Path(folder, name)
            relative = shown + file.relative_to(root).as_posix()
            if file.is_symlink():
                if name.endswith((".ipynb", ".zip")) or name in folders:
                    yield file, relative, "It is a link to another file, which is not followed."
            elif name in folders:
                continue
            elif name.lower().endswith(".zip"):
                yield from _unpacked(file, scratch, relative, first=False)
            elif file.is_file():
                yield file, relative, None


def _unpacked(archive, scratch, shown, first):
    """The files of an archive, or the one problem that it has."""
    most_files, most_bytes = (_MOST_FILES, _LARGEST_ARCHIVE) if first else _MOST_IN_STUDENTS
    target = scratch / f"archive-{len(list(scratch.iterdir()))}"
    target.mkdir()
    begin = "" if first else f"{shown}/"
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            if len(members) > most_files or sum(member.file_size for member in members) > most_bytes:
                yield archive, shown, "The archive is not unpacked: it holds too many files or bytes."
                return
            for number, member in enumerate(members):
                yield from _member(opened, member, target / str(number), scratch, begin)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        yield archive, shown, f"The archive is damaged: {error}."


def _member(opened, member, target, scratch, begin):
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
    if not _copied(opened, member, file):
        yield file, shown, "It is larger unpacked than a notebook may be."
    elif suffix == ".zip" and begin == "":
        yield from _unpacked(file, scratch, shown, first=False)
    elif suffix != ".zip":
        yield file, shown, None


def _copied(opened, member, file):
    """Whether a member was no larger than it may be; what its header says of its size is not believed."""
    if member.file_size > _LARGEST_FILE:
        return False
    size = 0
    with opened.open(member) as source, file.open("wb") as target:
        while part := source.read(1 << 20):
            size += len(part)
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

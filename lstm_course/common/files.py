"""Files: where those of the course lie, and how one is written so that it is there in full or not at all."""

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

__all__ = ["PACKAGE", "REPAIR", "START", "course_folder", "replacing", "try_lock", "write"]

PACKAGE = Path(__file__).resolve().parents[1]
# What opens the lessons and mends the packages: another thing for those who have a clone than for those who
# have the wheel alone.
START, REPAIR = "`lstm-course lab`", "install the course again, with its wheel, to repair it"
if (PACKAGE.parent / "start.py").is_file():
    START, REPAIR = "`python start.py`", "run `python start.py` in the course's folder to repair it"

# "Access is denied", "used by another process": Windows replaces no file that somebody reads at the moment.
_IN_USE, _ATTEMPTS, _PAUSE = (5, 32), 40, 0.05  # seconds, two in all


def course_folder(name: str) -> Path:
    """Find a folder of the course, in a clone or in the installed package.

    Args:
        name: str, "notebooks" or "datasets".

    Returns:
        The folder, a `Path`.

    Raises:
        FileNotFoundError: if the course was installed without it.

    Example:
        >>> course_folder("notebooks").name
        'notebooks'
    """
    for folder in (PACKAGE / "_course" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the course has no folder {name!r}: looked for it beside and in {PACKAGE}")


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of another when it is complete, and not before.

    Args:
        path: of the file; its folder is made where it is missing.

    Yields:
        A binary file.

    Raises:
        OSError: if it cannot be written; what was there before is there still.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with replacing(Path(folder, "notes.txt")) as file:
        ...         _ = file.write(b"all of it")
        ...     Path(folder, "notes.txt").read_text()
        'all of it'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _put_in_place(unfinished, path):
    """Rename; on Windows, wait a moment for another program that has the old file open."""
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            unfinished.replace(path)
            break
        except PermissionError as error:
            if not attempts_left or getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(_PAUSE)


def write(path: str | Path, content: bytes) -> None:
    """Write a file so that it is there in full or not at all.

    Args:
        path: of the file; its folder is made where it is missing.
        content: bytes.

    Raises:
        OSError: if it cannot be written; what was there before is there still.
    """
    with replacing(path) as file:
        file.write(content)


def try_lock(file: IO) -> bool:
    """Whether the lock was free and is ours now; on file systems that know no locks it always is.

    Args:
        file: an open file; closing it opens the lock, and so does the end of the process.

    Returns:
        A bool.
    """
    try:
        if os.name == "nt":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True

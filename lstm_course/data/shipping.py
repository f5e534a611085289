"""What ships with the course, verified, and where that lies which must be downloaded.

What ships lies in `datasets/`, listed in its README.md. What must be downloaded lies in the cache folder.
"""

import hashlib
import os
import re
from pathlib import Path

from lstm_course.common.files import course_folder
from lstm_course.common.trouble import Trouble

__all__ = ["DataError", "cache_folder", "listed", "sha256", "shipped"]


class DataError(Trouble):
    """Data that cannot be had or trusted; the message says why, and what to do."""


def shipped(name):
    """Find a data file that ships with the course, and verify it.

    Args:
        name: str, the file's name, for example "reviews.tsv.bz2".

    Returns:
        Its path, a `Path`.

    Raises:
        DataError: if the file is not listed, missing, or not what it should be.

    Example:
        >>> shipped("../README.md")                                      # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        lstm_course.data.shipping.DataError: '../README.md' is not among the data files ...
    """
    try:
        folder = course_folder("datasets")
        digests = listed(folder / "README.md")
    except OSError as error:
        raise DataError(f"The data of the course cannot be read ({error}): install it again.") from None
    if name not in digests:
        known = ", ".join(digests) or "none"
        raise DataError(f"{name!r} is not among the data files of the course (known: {known}).")
    path = folder / name
    try:
        right = sha256(path.read_bytes()) == digests[name]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): install the course again.") from None
    if not right:
        raise DataError(
            f"{path} is not the file that the course was made with (its SHA-256 differs from the one in "
            "datasets/README.md): fetch it again, for example with `git checkout datasets`."
        )
    return path


def sha256(content):
    """The SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def listed(readme):
    """The SHA-256 of every file in the table of `datasets/README.md`, a dict from name to digest."""
    row = r"^\| *`([^`]+)` *\|.*\| *`([0-9a-f]{64})` *\|$"
    return dict(re.findall(row, readme.read_text("utf-8"), re.MULTILINE))


def cache_folder():
    """The folder for data that must be downloaded: the user's cache, or what LSTM_COURSE_CACHE names."""
    named = os.environ.get("LSTM_COURSE_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("lstm-course", appauthor=False, opinion=False)  # the same name everywhere

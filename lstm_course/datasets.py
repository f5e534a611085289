"""The data of the lessons: found, verified, downloaded, read.

    shipped(name)      a file that comes with the course, verified
    load_reviews()     reviews written for this course, whose verdict is a matter of negation and contrast
    load_imdb()        the Large Movie Review Dataset (Maas et al. 2011), once it is in the cache

What ships lies in `datasets/`, listed in its README.md. What must be downloaded lies in the cache folder.
"""

import hashlib
import re

from lstm_course.workspace import course_folder


class DataError(Exception):
    """Data that cannot be had or trusted; the message says why, and what to do."""


def shipped(name):
    """Find a data file that ships with the course, and verify it.

    Args:
        name: str, the file's name, for example "reviews.tsv.gz".

    Returns:
        Its path, a `Path`.

    Raises:
        DataError: if the file is not listed, missing, or not what it should be.

    Example:
        >>> shipped("../README.md")                                      # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        lstm_course.datasets.DataError: '../README.md' is not among the data files of the course (known: ...
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
    rows = re.findall(r"^\| *`([^`]+)` *\|.*\| *`([0-9a-f]{64})` *\|$", readme.read_text("utf-8"), re.M)
    return dict(rows)

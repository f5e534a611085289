"""The data of the lessons: found, verified, downloaded, read.

    shipped(name)      a file that comes with the course, verified
    load_reviews()     reviews written for this course, whose verdict is a matter of negation and contrast
    load_imdb()        the Large Movie Review Dataset (Maas et al. 2011), once it is in the cache
    load_co2(), load_elnino(), load_sunspots()   numeric series, public domain
    load_prices()      a simulated random walk, or a CSV of your own

What ships lies in `datasets/`, listed in its README.md. What must be downloaded lies in the cache folder.
"""

import bz2
import csv
import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm_course.workspace import course_folder


class DataError(Exception):
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


# --- reviews ---


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled texts.

    Args:
        texts: list of N str.
        labels: (N,) int64, 1 for praise, 0 for blame.
        distances: (N,) int64, words from the end of the decisive clause to the end of the text; None where
            that is not known.
    """

    texts: list
    labels: np.ndarray
    distances: np.ndarray | None = None

    def __len__(self):
        return len(self.texts)


@dataclass(frozen=True, eq=False)
class Reviews:
    """Texts to learn from, to choose by and to be measured with; each a `Split`."""

    train: Split
    validation: Split
    test: Split


def load_reviews():
    """Short reviews of films, books and meals, written for this course by `lstm_course.review_writer`.

    One clause of each gives the verdict, by what is done with an opinion word: "I was sure that it would be
    dull, and I was mistaken" praises. The text goes on for 5 to 80 words after it. No word alone tells the
    label, the splits share no sentence, and the test asks for patterns with opinion words that never occur
    together in training. Half of each split has either label.

    Returns:
        A `Reviews`; every split has distances.

    Raises:
        DataError: as `shipped`.

    Example:
        >>> reviews = load_reviews()
        >>> len(reviews.train), len(reviews.validation), len(reviews.test)
        (5760, 1440, 2880)
    """
    table = bz2.decompress(shipped("reviews.tsv.bz2").read_bytes()).decode()
    rows = {"train": [], "validation": [], "test": []}
    for line in table.splitlines()[1:]:
        split, *row = line.split("\t")
        rows[split].append(row)
    return Reviews(**{split: _split(*zip(*found, strict=True)) for split, found in rows.items()})


def load_imdb(validation=0):
    """50,000 film reviews: the Large Movie Review Dataset (Maas et al. 2011).

    The published archive (84 MB) is downloaded into the cache folder when it is needed for the first time;
    `lstm-course data imdb --from FILE` takes it from a file. In each split blame and praise take turns.

    Args:
        validation: how many of the 25,000 training reviews to hold out, an even number; default 0. It is the
            last ones that are held out: reviews of one film have neighbouring numbers, so that hardly any
            film is in both parts.

    Returns:
        A `Reviews` without distances; the validation split is empty when none is asked for.

    Raises:
        ValueError: if `validation` is not an even number from 0 to 24,998.
        DataError: if the reviews are neither in the cache nor to be had; the message says what to do.
    """
    from lstm_course import imdb

    if isinstance(validation, bool) or validation not in range(0, 2 * imdb.EACH, 2):
        most = 2 * imdb.EACH - 2
        raise ValueError(f"validation is {validation!r}, expected an even number from 0 to {most:,}")
    imdb.fetch()
    parts = imdb.read()
    texts, labels = parts["train"]
    kept = len(texts) - validation
    return Reviews(Split(texts[:kept], labels[:kept]), Split(texts[kept:], labels[kept:]),
                   Split(*parts["test"]))


def has_imdb():
    """Whether the Large Movie Review Dataset is in the cache, so that `load_imdb` needs no network."""
    from lstm_course import imdb

    return imdb.path().is_file()


def cache_folder():
    """The folder for data that must be downloaded: the user's cache, or what LSTM_COURSE_CACHE names."""
    named = os.environ.get("LSTM_COURSE_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "win32":
        parent = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        parent = Path.home() / "Library" / "Caches"
    else:
        parent = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return parent / "lstm-course"


def _split(labels, distances, texts):
    return Split(list(texts), np.array(labels, np.int64), np.array(distances, np.int64))


# --- series ---


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers in the order of time, at equal distances, none missing.

    Args:
        values: (n,) floats.
        times: (n,) datetime64, growing.
        name: what the values are.
        unit: their unit.
        period: steps in a season, 1 where there is none.
    """

    values: np.ndarray
    times: np.ndarray
    name: str
    unit: str
    period: int

    def __len__(self):
        return len(self.values)


def load_co2():
    """Carbon dioxide in the air at Mauna Loa, May 1964 to December 2001: monthly, a trend and a season.

    The measurements begin in 1958, but months are missing until April 1964, and none is invented here.

    Returns:
        A `Series` of 452 values with period 12.

    Raises:
        DataError: as `shipped`.

    Example:
        >>> co2 = load_co2()
        >>> str(co2.times[0]), float(co2.values[0]), co2.unit
        ('1964-05', 322.0, 'ppm')
    """
    return _shipped_series("co2.csv", "carbon dioxide", "ppm", period=12)


def load_elnino():
    """Sea surface temperature off Peru and Ecuador, 1950 to 2010: monthly, a season and no trend.

    Returns:
        A `Series` of 732 values with period 12.

    Raises:
        DataError: as `shipped`.

    Example:
        >>> len(load_elnino())
        732
    """
    return _shipped_series("elnino.csv", "sea surface temperature", "°C", period=12)


def load_sunspots():
    """Sunspot numbers, 1700 to 2008: yearly, with a cycle of 9 to 14 years, which is no fixed season.

    Returns:
        A `Series` of 309 values with period 1.

    Raises:
        DataError: as `shipped`.

    Example:
        >>> len(load_sunspots())
        309
    """
    return _shipped_series("sunspots.csv", "sunspots", "number", period=1)


def load_prices(path=None, close=None):
    """Daily prices: a simulated random walk, or the prices in a file of your own.

    The file is a CSV as banks, exchanges and finance sites export it. The columns with the date and the
    closing price are found by their names; days without a price are left out, newest-first files turned
    round, and what cannot be read with certainty is refused. A price adjusted for splits and dividends is
    taken where there is one.

    Args:
        path: of the CSV file; default None, the simulated prices (`lstm_course.prices.simulated_prices`).
        close: name of the column with the prices, where it is not found by itself.

    Returns:
        A `Series` with period 1.

    Raises:
        DataError: if the file cannot be read with certainty; one sentence says where and why.

    Example:
        >>> prices = load_prices()
        >>> len(prices), str(prices.times[0]), float(prices.values[0])
        (2500, '2015-01-01', 100.0)
    """
    from lstm_course.prices import read_prices, simulated_prices

    return simulated_prices() if path is None else read_prices(path, close)


def _shipped_series(file, name, unit, period):
    """A series from a shipped table of times and values: the part after its last gap."""
    rows = list(csv.reader(shipped(file).read_text("utf-8").splitlines()))[1:]
    start = max((row for row, (_, value) in enumerate(rows, 1) if not value), default=0)
    times, values = zip(*rows[start:], strict=True)
    return Series(np.array(values, float), np.array(times, "datetime64"), name, unit, period)

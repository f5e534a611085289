"""Reads hourly columns: what a clock shows, where hours are missing, and nothing invented."""

import csv
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from lstm_course.data.series.prices.files import text_of
from lstm_course.data.shipping import DataError, shipped

__all__ = ["Hourly", "load_hourly"]

FILE = "town.csv"
FEWEST = 24 * 7 * 4  # hours, below which there is nothing to train on
_TIMES = ("time", "datetime", "timestamp", "date", "datum", "zeit", "fecha", "hora", "data", "heure", "utc")
# With slashes nobody knows whether the day or the month comes first.
_FORMS = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_MISSING = ("", "-", "na", "n/a", "nan", "null", "none")


@dataclass(frozen=True, eq=False)
class Hourly:
    """Numbers for every hour, one row after the other, those that are missing NaN.

    Args:
        times: (n,) datetime64[h], in UTC where the file tells how far its clock was from it, and without a
            gap: a row that is missing in the file is a row of NaN here.
        hours: (n,) int64, what the clock on the wall showed, 0 to 23.
        weekdays: (n,) int64, by the same clock, Monday 0.
        columns: dict from name to (n,) floats, in the order of the file.
    """

    times: np.ndarray
    hours: np.ndarray
    weekdays: np.ndarray
    columns: dict

    def __len__(self):
        return len(self.times)


def load_hourly(path=None, time=None):
    """Hourly columns: a simulated year of a small town, or a CSV file of your own.

    The first line of the file names its columns. One has the times, as 2025-03-30T01:00+01:00 or
    2025-03-30 01:00, and all others have numbers. Hours without a row or a number become NaN.

    Args:
        path: of the file, `~` for your home folder; default None, the town of the course: load (MW),
            temperature (°C) and the forecast of the temperature that was made the day before.
        time: name of the column with the times, where it is not found by itself.

    Returns:
        An `Hourly`.

    Raises:
        DataError: if the file cannot be read with certainty; one sentence says where and why.

    Example:
        >>> town = load_hourly()
        >>> len(town), list(town.columns), int(np.isnan(town.columns["load"]).sum())
        (8760, ['load', 'temperature', 'forecast'], 102)
        >>> town.hours[2111:2116].tolist()              # the night in March in which clocks go forward
        [23, 0, 1, 3, 4]
    """
    file, text = text_of(shipped(FILE) if path is None else path)
    head, rows = _table(text, file)
    k = _time_column(head, time, file)
    moments = [_moment(row[k], line, file) for line, row in rows]
    utc = np.array([moment - (offset or timedelta()) for moment, offset in moments], "datetime64[h]")
    _refuse_disorder(utc, moments, rows, file)
    steps = (utc - utc[0]).astype(int)
    n = int(steps[-1]) + 1
    if n < FEWEST:
        raise DataError(f"{file} has {n} hours, expected at least {FEWEST}: export a longer span of time.")
    names = [place for place in range(len(head)) if place != k]
    columns = {head[place]: np.full(n, np.nan) for place in names}
    for step, (line, row) in zip(steps, rows, strict=True):
        for place in names:
            columns[head[place]][step] = _number(row[place], head[place], line, file)
    local = _local(utc, moments, n)
    weekdays = (local.astype("datetime64[D]").astype(int) + 3) % 7
    return Hourly(utc[0] + np.arange(n), local.astype(int) % 24, weekdays, columns)


def _table(text, file):
    lines = text.splitlines()
    separator = max(";\t,", key=(lines or [""])[0].count)
    rows = [(line, row) for line, row in enumerate(csv.reader(lines, delimiter=separator), 1) if row]
    if len(rows) < 2 or len(rows[0][1]) < 2:
        raise DataError(
            f"{file} is no table with a column of times and one of numbers: is it a CSV file whose first "
            f"line "
            "names the columns?"
        )
    head = [name.strip() for name in rows[0][1]]
    for line, row in rows:
        if len(row) != len(head):
            raise DataError(f"{file}, line {line} has {len(row)} cells, expected {len(head)} as in the head.")
    return head, rows[1:]


def _time_column(head, wanted, file):
    listed = ", ".join(map(repr, head))
    if wanted is not None:
        if wanted not in head:
            raise DataError(f"{file} has no column {wanted!r}: its columns are {listed}.")
        return head.index(wanted)
    found = [k for k, name in enumerate(head) if name.lower() in _TIMES]
    if len(found) != 1:
        raise DataError(
            f"{file} has {len(found)} columns that are called like a time; its columns are {listed}: say "
            "which with time=..."
        )
    return found[0]


def _moment(text, line, file):
    """What the clock showed, and its distance from UTC, None where that is not told."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _by_form(text)
    if moment is None:
        raise DataError(f"{file}, line {line}: {text!r} is not a time such as 2025-03-30T01:00+01:00.")
    if moment.minute or moment.second:
        raise DataError(
            f"{file}, line {line}: {text} is not a full hour: make hourly means of the values first."
        )
    return moment.replace(tzinfo=None), moment.utcoffset()


def _by_form(text):
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _refuse_disorder(utc, moments, rows, file):
    if len({offset is None for _, offset in moments}) > 1:
        raise DataError(f"{file} tells the distance from UTC in some rows and not in others: tell it in all.")
    wrong = np.flatnonzero(np.diff(utc).astype(int) < 1)
    if not len(wrong):
        return
    line, _ = rows[wrong[0] + 1]
    if utc[wrong[0]] == utc[wrong[0] + 1]:
        raise DataError(
            f"{file}, line {line}: the hour {utc[wrong[0]]} comes twice. Is it the night in which the clocks "
            "go back? Then write the times in UTC or with their distance from it, as 2025-10-26T02:00+01:00."
        )
    raise DataError(f"{file}, line {line} is earlier than the row before it: sort the rows by time.")


def _number(text, name, line, file):
    text = text.strip()
    if text.lower() in _MISSING:
        return np.nan
    try:
        return float(text if re.search(r"\.", text) else text.replace(",", "."))
    except ValueError:
        raise DataError(f"{file}, line {line}: {text!r} in the column {name!r} is not a number.") from None


def _local(utc, moments, n):
    """The clock on the wall for each hour; between two rows of the file it goes on as it went."""
    steps = (utc - utc[0]).astype(int)
    offsets = np.array([offset.total_seconds() // 3600 if offset else 0 for _, offset in moments], int)
    latest = np.searchsorted(steps, np.arange(n), side="right") - 1
    return utc[0] + np.arange(n) + offsets[latest]

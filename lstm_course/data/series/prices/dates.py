"""Dates as exports write them: the one way of writing that fits every row and keeps the rows in order."""

import re
from datetime import UTC, datetime

import numpy as np

from lstm_course.data.shipping import DataError

__all__ = ["are_dates", "dates_of", "have_clocks"]

_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y",
    "%m/%d/%y", "%d/%m/%y", "%y/%m/%d", "%m-%d-%y", "%d-%m-%y", "%y-%m-%d", "%d.%m.%y",
    "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d %Y",
)  # fmt: skip
_PARTS = {"%Y": "year", "%y": "year", "%m": "month", "%b": "month", "%B": "month", "%d": "day"}
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$")
_MIDNIGHT = re.compile(r"[T ](?:0?0|12):00(:00(\.0+)?)?\s*([Aa][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$")
_UNIX = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")  # seconds since 1970, or milliseconds


def are_dates(texts):
    """Whether every cell of a column can be read as a date.

    Args:
        texts: iterable of str.

    Example:
        >>> are_dates(["2024-01-31", "31.01.2024 17:30"]), are_dates(["2024-01-31", "none"])
        (True, False)
    """
    return all(_is_date(text) for text in texts)


def dates_of(cells, file):
    """Reads a column of dates.

    Args:
        cells: list of `(line, text)`.
        file: str, the file's name.

    Returns:
        `(times, form)`: an array of datetime64[D] in the order of the rows, and how they are written, for
        example "day/month/year".

    Raises:
        DataError: a cell is no date, dates are written in two ways, or two readings fit.
    """
    if all(_UNIX.fullmatch(text.strip()) and not _parsed(text.strip(), "%Y%m%d") for _, text in cells):
        return _from_unix([text.strip() for _, text in cells]), "seconds since 1970"
    days = [(number, _day(text)) for number, text in cells]
    fitting = _readings([text for _, text in days])
    if not fitting:
        raise DataError(_bad_date(days, file))
    # 02/03 is in March or in February: only one of the readings has the rows in order.
    ordered = {form: times for form, times in fitting.items() if _one_way(times)}
    form, times = next(iter((ordered or fitting).items()))
    others = [other for other, read in (ordered or fitting).items() if (read != times).any()]
    if others:
        raise DataError(
            f"{file} has dates such as {days[0][1]!r}, which can be {_written(form)} or "
            f"{_written(others[0])}: write them as 2024-12-31."
        )
    if not ordered and not form.startswith("%Y") and "%b" not in form and "%B" not in form:
        raise DataError(
            f"{file} has dates such as {days[0][1]!r}. Read as {_written(form)} its rows are in no order, "
            "neither oldest first nor newest first: sort them, or write the dates as 2024-12-31."
        )
    return times, _written(form)


def have_clocks(texts):
    """Whether the cells tell a time of day other than midnight.

    Args:
        texts: iterable of str.

    Example:
        >>> have_clocks(["2024-01-31 09:00", "2024-01-31 10:00"]), have_clocks(["2024-01-31 00:00:00"])
        (True, False)
    """
    return any(_CLOCK.search(text.strip()) and not _MIDNIGHT.search(text.strip()) for text in texts)


def _written(form):
    """A form in words.

    Example:
        >>> _written("%d/%m/%y")
        'day/month/year'
    """
    return re.sub(r"%[YymbBd]", lambda part: _PARTS[part.group()], form)


def _readings(texts):
    """All dates, by each way of writing that fits every row: dict from form to datetime64[D]."""
    fitting = {}
    for form in _FORMATS:
        parsed = []
        for text in texts:
            date = _parsed(text, form)
            if date is None:
                break
            parsed.append(date)
        else:
            fitting[form] = np.array(parsed, "datetime64[D]")
            earlier = [_last_century(date) for date in parsed] if "%y" in form else [None]
            if not _one_way(fitting[form]) and None not in earlier:
                fitting[form] = np.array(earlier, "datetime64[D]")
    return fitting


def _is_date(text):
    text = _day(text)
    return bool(_UNIX.fullmatch(text)) or any(_parsed(text, form) for form in _FORMATS)


def _day(text):
    """The date without the time of day; 2024年1月31日 as 2024-1-31."""
    text = _CLOCK.sub("", text.strip())
    return re.sub(r"^(\d{4})[年년]\s*(\d{1,2})[月월]\s*(\d{1,2})[日일]$", r"\1-\2-\3", text)


def _parsed(text, form):
    try:
        date = datetime.strptime(text, form).date()
    except ValueError:
        return None
    # No price is of the future: with two digits, 62 is 1962.
    return _last_century(date) if "%y" in form and date > datetime.now(UTC).date() else date


def _last_century(date):
    """A date of this century a hundred years earlier; None for 29 February 2000, which 1900 did not have."""
    if date.year < 2000:
        return date
    return None if (date.year, date.month, date.day) == (2000, 2, 29) else date.replace(year=date.year - 100)


def _from_unix(texts):
    seconds = np.array([float(text) for text in texts])
    if (seconds > 1e11).all():
        seconds /= 1000
    return np.datetime64("1970-01-01") + (seconds // 86_400).astype("timedelta64[D]")


def _one_way(times):
    steps = np.diff(times).astype(int)
    return (steps >= 0).all() or (steps <= 0).all()


def _bad_date(days, file):
    """The sentence about the first date that is not written like the others."""
    for number, text in days:
        if not _is_date(text):
            return f"{file}, line {number}: {text!r} is not a date."
    form = max(_FORMATS, key=lambda form: sum(_parsed(text, form) is not None for _, text in days))
    number, text = next((number, text) for number, text in days if _parsed(text, form) is None)
    return f"{file}, line {number}: the date {text!r} is not written like the others."

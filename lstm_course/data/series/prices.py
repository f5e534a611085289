"""Prices: simulated ones, and those in a CSV file as banks, exchanges and finance sites export it.

Exports differ in everything: separator, decimal comma, order of days, names of columns, way to write a date,
rows above the table. What is decided here is decided by looking at the whole column; what two readings fit
is refused, because a forecast of misread prices looks as good as any other.
"""

import csv
import math
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from lstm_course.data.series.recorded import Series
from lstm_course.data.shipping import DataError

FEWEST = 100  # prices, below which there is nothing to train on
_DATES = (
    "date",
    "datetime",
    "time",
    "timestamp",
    "day",
    "tradedate",
    "tradingday",
    "observationdate",
    "datum",
    "tag",
    "zeit",
    "fecha",
    "data",
    "jour",
)
# What is adjusted for splits and dividends comes first: an unadjusted price halves on the day of a split.
_CLOSES = (
    "adjclose",
    "adjustedclose",
    "adjustedclosingprice",
    "closeadj",
    "close",
    "closelast",
    "closingprice",
    "closeprice",
    "lastclose",
    "schlusskurs",
    "schluss",
    "schlusspreis",
    "cloture",
    "clôture",
    "cierre",
    "zamkniecie",
    "chiusura",
    "ultimo",
    "último",
    "dernier",
    "slotkoers",
    "zuletzt",
    "price",
    "last",
    "lastprice",
    "settle",
    "settlement",
    "kurs",
    "preis",
    "precio",
    "prezzo",
    "cours",
    "value",
    "wert",
)
_MISSING = {"", "-", "--", "–", ".", "n/a", "na", "#n/a", "nan", "null", "none", "nil", "k.a."}
_CURRENCY = re.compile(
    r"(?i)R?\$|[€£¥₹₩₽]|"
    r"\b(?:usd|eur|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln|inr|kr|zł|fr)\b\.?"
)
_POINT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})?(?:\.\d*)?(?:[eE][-+]?\d+)?")  # India: 1,23,456
_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?(?:[eE][-+]?\d+)?")
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%b %d %Y",
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$")


def load_prices(path=None, close=None):
    """Daily prices: a simulated random walk, or the prices in a file of your own.

    The file is a CSV as banks, exchanges and finance sites export it. The columns with the date and the
    closing price are found by their names; days without a price are left out, newest-first files turned
    round, and what cannot be read with certainty is refused. A price adjusted for splits and dividends is
    taken where there is one.

    Args:
        path: of the CSV file; default None, the simulated prices (`simulated_prices`).
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
    return simulated_prices() if path is None else read_prices(path, close)


def simulated_prices(days=2500, volatility=0.01, seed=3):
    """Prices that nothing can forecast: a geometric random walk.

    Every day's logarithm of the price is that of the day before plus a normal random number with mean 0. The
    best forecast of tomorrow's is today's, and no other can do better but by luck.

    Args:
        days: how many trading days, default 2500, which is ten years.
        volatility: standard deviation of a day's change in the logarithm, default 0.01: one per cent.
        seed: of the random numbers, default 3.

    Returns:
        A `Series` that starts at 100, on Mondays to Fridays from 1 January 2015.

    Raises:
        TypeError, ValueError: if days is not a whole number above 0, or volatility not a number from 0 up.

    Example:
        >>> simulated_prices(days=3, seed=1).values.round(2)
        array([100.  , 100.35, 101.17])
    """
    from lstm_course.common import arguments

    days = arguments.whole_number("days", days)
    changes = arguments.generator("seed", seed).normal(size=days - 1)
    steps = arguments.real_number("volatility", volatility, minimum=0) * changes
    values = 100 * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    times = np.busday_offset("2015-01-01", np.arange(days), roll="forward")
    return Series(values, times, "simulated price", "units of money", 1)


def read_prices(path, close=None):
    """Read the closing prices from a CSV file; see `load_prices`.

    Args:
        path: of the file.
        close: name of the column with the prices, default None: found by itself.

    Returns:
        A `Series` with the dates in growing order.

    Raises:
        DataError: one sentence says what is wrong with the file and what to do.
    """
    path = Path(path)
    names, rows, separator = _table(_text(path), path.name)
    dated, priced = _columns(names, close, path.name)
    cells = [
        (number, row[dated], row[priced])
        for number, row in rows
        if len(row) > max(dated, priced) and row[priced].strip().lower() not in _MISSING
    ]
    if not cells:
        raise DataError(
            f"{path.name} has no price in the column {names[priced][-1]!r}: name another one, close=..."
        )
    times = _dates([(number, date) for number, date, _ in cells], path.name)
    values = _numbers([(number, price) for number, _, price in cells], separator, path.name)
    times, values = _in_order(times, values, path.name)
    return Series(values, times, path.stem, names[priced][-1], 1)


# --- the table ---


def _text(path):
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: check the name, and the folder it is in.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise DataError(f"{path.name} is an Excel file: save it as CSV.")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what spreadsheets in Western Europe write


def _table(text, file):
    """The names in the head (a list for each column), the numbered rows below it, and the separator."""
    lines = text.splitlines()
    separators = ";\t|,"
    if lines and (told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip())):
        lines[0], separators = "", told[1]
    for separator in separators:
        try:
            table = list(enumerate(csv.reader(lines, delimiter=separator), 1))
        except csv.Error as error:
            raise DataError(f"{file} cannot be read as a table: {error}.") from None
        table = [(number, row) for number, row in table if len(row) > 1 and any(map(str.strip, row))]
        head = next((k for k, (_, row) in enumerate(table) if _names_a_date(row)), None)
        if head is None:
            continue
        # Some write several lines of names; yfinance: of prices, of tickers, and one with nothing but "Date".
        above = [row for _, row in table[: head + 1]]
        width = len(above[-1])
        names = [
            [row[k].strip() for row in reversed(above) if k < len(row) and row[k].strip()] or [""]
            for k in range(width)
        ]
        for number, row in table[head + 1 :]:
            if any(cell.strip() for cell in row[width:]):
                raise DataError(
                    f"{file}, line {number} has more cells than the head has names: put numbers "
                    "that hold the separator between quotes."
                )
        return names, table[head + 1 :], separator
    raise DataError(
        f"{file} has no line with the names of its columns, one of them a date "
        "(Date, Datum, Time): is it a CSV file of prices?"
    )


def _names_a_date(row):
    return any(_key(cell) in _DATES for cell in row)


def _key(name):
    """A column's name without what differs between exports: case, blanks, points, ticker in brackets."""
    return re.sub(r"[^a-zà-ÿ]", "", re.sub(r"\(.*?\)|\[.*?\]", "", name.lower()))


def _columns(names, close, file):
    """Where the dates and the prices stand."""
    listed = ", ".join(repr(name[-1]) for name in names if name[-1])
    keys = [[_key(name) for name in column] for column in names]
    dated = next(k for k, column in enumerate(keys) if set(column) & set(_DATES))
    if close is not None:
        wanted = [k for k, column in enumerate(names) if str(close).strip() in column]
        wanted = wanted or [k for k, column in enumerate(keys) if _key(str(close)) in column]
        if not wanted:
            raise DataError(f"{file} has no column {str(close)!r}: its columns are {listed}.")
        if len(wanted) > 1:
            raise DataError(f"{file} has {len(wanted)} columns called {str(close)!r}: rename all but one.")
        return dated, wanted[0]
    for name in _CLOSES:
        wanted = [k for k, column in enumerate(keys) if name in column and k != dated]
        if len(wanted) == 1:
            return dated, wanted[0]
        if wanted:
            raise DataError(
                f"{file} has {len(wanted)} columns with a closing price, {listed}: keep one of them."
            )
    others = [k for k in range(len(names)) if k != dated and names[k][-1]]
    if len(others) == 1:  # a date and one more column, called by the name of the share
        return dated, others[0]
    raise DataError(
        f"{file} has no column that is called like a closing price; its columns are {listed}: "
        "say which with close=..."
    )


# --- dates ---


def _is_date(text):
    return any(_parsed(_day(text), form) for form in _FORMATS)


def _day(text):
    """The date without the time of day."""
    return _CLOCK.sub("", text.strip())


def _parsed(text, form):
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _dates(cells, file):
    """All dates, by the one way of writing that fits every row."""
    days = [(number, _day(text)) for number, text in cells]
    fitting = {}
    for form in _FORMATS:
        parsed = []
        for _, text in days:
            date = _parsed(text, form)
            if date is None:
                break
            parsed.append(date)
        else:
            fitting[form] = np.array(parsed, "datetime64[D]")
    if not fitting:
        raise DataError(_bad_date(days, file))
    # 02/03 is in March or in February: only one of the two readings has the days in order.
    ordered = [times for times in fitting.values() if _one_way(times)] or list(fitting.values())
    if any((times != ordered[0]).any() for times in ordered):
        raise DataError(
            f"{file} has dates such as {days[0][1]!r}, in which day and month can be exchanged: "
            "write them as 2024-12-31."
        )
    return ordered[0]


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


# --- numbers ---


def _numbers(cells, separator, file):
    """All prices, read with a decimal point or with a decimal comma, whichever fits the whole column."""
    bare = [_SPACES.sub("", _CURRENCY.sub("", text)) for _, text in cells]
    readings = []
    for pattern, decimal, thousands in ((_POINT, ".", ","), (_COMMA, ",", ".")):
        if all(pattern.fullmatch(text) and re.search(r"\d", text) for text in bare):
            readings.append([float(text.replace(thousands, "").replace(decimal, ".")) for text in bare])
    if not readings:
        raise DataError(_bad_number(cells, bare, file))
    for (number, text), value in zip(cells, readings[0], strict=True):
        if not 0 < value < math.inf:
            raise DataError(f"{file}, line {number}: the price {text.strip()!r} is not greater than 0.")
    # 1,234 is a thousand or a little over one. The wrong reading makes prices jump a thousandfold; where both
    # are as smooth, the comma of a file with semicolons is a decimal comma.
    if separator == ";" and any("," in text for text in bare):
        readings.reverse()
    return np.array(min(readings, key=_jumps))


def _jumps(values):
    return round(sum(abs(math.log(after / before)) for before, after in pairwise(values)), 6)


def _bad_number(cells, bare, file):
    """The sentence about the first price that is none, or about two ways to write one."""
    for (number, text), digits in zip(cells, bare, strict=True):
        if not (_POINT.fullmatch(digits) or _COMMA.fullmatch(digits)) or not re.search(r"\d", digits):
            return f"{file}, line {number}: {text.strip()!r} is not a price."
    return f"{file}: its prices are written now with a decimal point, now with a decimal comma; use one."


def _in_order(times, values, file):
    """Oldest first, each day once."""
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    again = times[1:] == times[:-1]
    differs = again & (values[1:] != values[:-1])
    if differs.any():
        day = times[1:][differs][0]
        raise DataError(
            f"{file} has two prices for {day}: keep one for each day (of several shares in one "
            "file, one share)."
        )
    keep = np.concatenate([[True], ~again])
    if keep.sum() < FEWEST:
        raise DataError(
            f"{file} has {keep.sum()} days with a price, expected at least {FEWEST}: "
            "export a longer span of time."
        )
    return times[keep], values[keep]

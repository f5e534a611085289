"""From the text of a CSV file to its columns: which holds the dates, which the prices."""

import csv
import re
from dataclasses import dataclass

from lstm_course.data.series.prices.dates import are_dates
from lstm_course.data.series.prices.numbers import is_missing
from lstm_course.data.shipping import DataError

__all__ = ["Table", "date_column", "price_column", "read_table"]

_DATES = {
    "date", "datetime", "time", "timestamp", "day", "tradedate", "tradingday", "observationdate", "period",
    "datum", "tag", "zeit", "fecha", "data", "jour", "dato", "päivämäärä", "pvm", "tarih", "dátum",
    "дата", "ημερομηνία", "日付", "日期", "交易日期", "날짜", "일자", "التاريخ", "תאריך", "วันที่", "तारीख",
}  # fmt: skip
# The first of these that a file has; adjusted prices, which come before all of them, are found by a rule.
_CLOSES = (
    "close", "closelast", "closingprice", "closeprice", "lastclose", "schlusskurs", "schluss", "schlusspreis",
    "cloture", "clôture", "cierre", "zamkniecie", "zamknięcie", "chiusura", "ultimo", "último", "fechamento",
    "dernier", "slotkoers", "zuletzt", "kapanış", "slutkurs",
    "закрытие", "ценазакрытия", "κλείσιμο", "終値", "收盘", "收盘价", "收盤價", "종가", "الإغلاق", "שערסגירה",
    "price", "last", "lastprice", "settle", "settlement", "kurs", "preis", "precio", "prezzo", "cours",
    "цена", "価格", "价格", "가격", "value", "wert",
)  # fmt: skip
_NO_CLOSE = re.compile(r"open|high|low|vol|factor|ratio|split|change|return")
_SPLIT_NUMBER = re.compile(r"\d{3}(?:\.\d*)?")  # what is left of 1,234.50 in the next column


@dataclass(frozen=True)
class Table:
    """The cells of a file."""

    file: str
    names: list  # a list for each column: its name, and what stands above it
    rows: list  # (line, cells)
    separator: str

    def title(self, k):
        """The name of a column with what stands above it: "Close ABC"."""
        return " ".join(reversed(self.names[k]))

    def column(self, k):
        """The cells of a column: list of `(line, text)`; a row that is too short has an empty one."""
        return [(line, row[k] if k < len(row) else "") for line, row in self.rows]


def read_table(text, file, date=None):
    """Finds the names of the columns, and the rows below them.

    Args:
        text: str, the whole file.
        file: its name.
        date: name of the column with the dates where the caller says it; default None.

    Returns:
        A `Table`.

    Raises:
        DataError: it is no table with a column of dates, or a row does not fit under the names.
    """
    lines = text.splitlines()
    separators, dates = ";\t|,", _DATES if date is None else {_key(str(date))}
    if lines and (told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip())):
        lines[0], separators = "", told[1]
    for separator in separators:
        try:
            table = list(enumerate(csv.reader(lines, delimiter=separator), 1))
        except csv.Error as error:
            raise DataError(f"{file} cannot be read as a table: {error}.") from None
        table = [(number, row) for number, row in table if len(row) > 1 and any(map(str.strip, row))]
        head = next((k for k, (_, row) in enumerate(table) if dates & set(map(_key, row))), None)
        if head is not None:
            # Some write several lines of names; yfinance: of prices, of tickers, one with only "Date".
            names = _names([row for _, row in table[: head + 1]])
            _refuse_cells_without_name(table[head + 1 :], names, file)
            return Table(file, names, table[head + 1 :], separator)
    called = "a date (Date, Datum, Time)" if date is None else repr(str(date))
    raise DataError(
        f"{file} has no line with the names of its columns, one of them {called}: is it a CSV file of prices?"
    )


def _names(above):
    """The names of each column, the one nearest to the cells first; yfinance names a ticker once for all."""
    width = len(above[-1])
    return [
        [row[k].strip() for row in reversed(above) if k < len(row) and row[k].strip()] or [""]
        for k in range(width)
    ]


def _refuse_cells_without_name(rows, names, file):
    for number, row in rows:
        nameless = row[len(names) :] + [
            row[k] for k in range(1, min(len(names), len(row))) if names[k] == [""]
        ]
        if any(cell.strip() for cell in nameless):
            raise DataError(
                f"{file}, line {number} has more cells than the head has names: put numbers "
                "that hold the separator between quotes."
            )


def _key(name):
    """A column's name without what differs between exports: case, blanks, points, ticker in brackets."""
    return "".join(filter(str.isalpha, re.sub(r"\(.*?\)|\[.*?\]", "", name.lower())))


def _listed(table, columns=None):
    columns = range(len(table.names)) if columns is None else columns
    return ", ".join(repr(table.title(k)) for k in columns if table.title(k))


def _called(table, wanted):
    """The columns that a caller means by a name."""
    exact = [k for k, column in enumerate(table.names) if str(wanted).strip() in column]
    return exact or [k for k, column in enumerate(table.names) if _key(str(wanted)) in map(_key, column)]


def _only(table, found, wanted):
    if not found:
        raise DataError(f"{table.file} has no column {str(wanted)!r}: its columns are {_listed(table)}.")
    if len(found) > 1:
        raise DataError(f"{table.file} has {len(found)} columns called {str(wanted)!r}: rename all but one.")
    return found[0]


def date_column(table, wanted=None):
    """Finds the dates.

    Args:
        table: a `Table`.
        wanted: name of the column where the caller says it, else None.

    Returns:
        The number of the column.

    Raises:
        DataError: there is none of this name, or several columns hold different dates.
    """
    if wanted is not None:
        return _only(table, _called(table, wanted), wanted)
    named = [k for k, column in enumerate(table.names) if _DATES & set(map(_key, column))]
    if len(named) == 1:
        return named[0]
    readable = [k for k in named if are_dates(text for _, text in table.column(k) if text.strip())]
    if len(readable) > 1 and len({tuple(text for _, text in table.column(k)) for k in readable}) > 1:
        raise DataError(
            f"{table.file} has {len(readable)} columns of dates, "
            f"{_listed(table, readable)}: say which with date=..."
        )
    return (readable or named)[0]


def price_column(table, dated, wanted=None):
    """Finds the closing prices; those adjusted for splits and dividends where there are any.

    An unadjusted price halves on the day of a split.

    Args:
        table: a `Table`.
        dated: number of the column with the dates.
        wanted: name of the column where the caller says it, else None.

    Returns:
        The number of the column.

    Raises:
        DataError: no column is called like a closing price, several are, or the adjusted one has gaps that
            the other has not.
    """
    keys = [[_key(name) for name in column] for column in table.names]
    if wanted is not None:
        found = _called(table, wanted)
        if len(found) > 1:  # of a ticker there are Open, High, Low and Close
            found = [k for k in found if set(_CLOSES) & set(keys[k])] or found
        return _only(table, found, wanted)
    adjusted = [k for k, column in enumerate(keys) if k != dated and any(map(_is_adjusted, column))]
    closes = [[k for k, column in enumerate(keys) if name in column and k != dated] for name in _CLOSES]
    plain = next(filter(None, closes), [])
    found = adjusted or plain
    if len(found) > 1:
        raise DataError(
            f"{table.file} has {len(found)} columns with a closing price, "
            f"{_listed(table, found)}: say which with close=..."
        )
    if adjusted and plain:
        _refuse_gaps(table, adjusted[0], plain[0])
    if not found:  # a date and one more column, called by the name of the share
        found = [k for k in range(len(table.names)) if k != dated and table.names[k][-1]]
    if len(found) != 1:
        raise DataError(
            f"{table.file} has no column that is called like a closing price; its columns are "
            f"{_listed(table)}: say which with close=..."
        )
    _refuse_split_numbers(table, found[0])
    return found[0]


def _is_adjusted(key):
    return "adj" in key and not _NO_CLOSE.search(key)


def _refuse_gaps(table, adjusted, plain):
    """Refuses to choose where the better price is missing on days that have the other."""
    pairs = zip(table.column(adjusted), table.column(plain), strict=True)
    gaps = sum(is_missing(better) and not is_missing(other) for (_, better), (_, other) in pairs)
    if gaps:
        chosen, other = (repr(table.title(k)) for k in (adjusted, plain))
        raise DataError(
            f"{table.file} has {gaps} of {len(table.rows)} days with a price in {other} and none in "
            f"{chosen}: say which to take with close=..."
        )


def _refuse_split_numbers(table, priced):
    """Refuses 1,234.50 without quotes beside a spare column: it reads as the price 1 and the cell 234.50."""
    if table.separator != "," or priced + 1 >= len(table.names):
        return
    pairs = list(zip(table.column(priced), table.column(priced + 1), strict=True))
    torn = [
        bool(re.fullmatch(r"[1-9]\d{0,2}", price.strip()) and _SPLIT_NUMBER.fullmatch(rest.strip()))
        for (_, price), (_, rest) in pairs
    ]
    filled = [bool(rest.strip()) for _, (_, rest) in pairs]
    beside = _key(table.names[priced + 1][-1])
    named = _NO_CLOSE.search(beside) or "close" in beside
    if any(torn) and torn == filled and not named:
        (line, price), (_, rest) = pairs[torn.index(True)]
        raise DataError(
            f"{table.file}, line {line}: {price.strip()!r} and {rest.strip()!r} beside it can be two cells "
            f"or the one price {price.strip()},{rest.strip()}: put numbers that hold the separator between "
            "quotes."
        )

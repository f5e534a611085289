"""Prices: simulated ones, or those in a file of your own."""

import numpy as np

from lstm_course.data.series.prices.dates import dates_of, have_clocks
from lstm_course.data.series.prices.files import text_of
from lstm_course.data.series.prices.numbers import SIGNS, decimal_signs, is_missing, prices_of
from lstm_course.data.series.prices.simulated import simulated_prices
from lstm_course.data.series.prices.tables import date_column, price_column, read_table
from lstm_course.data.series.recorded import Series
from lstm_course.data.shipping import DataError

__all__ = ["load_prices", "read_prices"]

FEWEST = 100  # prices, below which there is nothing to train on


def load_prices(path=None, close=None, date=None, decimal=None):
    """Daily prices: a simulated random walk, or the prices in a file of your own.

    The file is a CSV as banks, exchanges and finance sites export it, or a zip archive with one. The columns
    with the date and the closing price are found by their names; days without a price are left out,
    newest-first files turned round, and what cannot be read with certainty is refused. A price adjusted for
    splits and dividends is taken where there is one. One printed line says what was chosen.

    Args:
        path: of the file, `~` for your home folder, or an address `https://...`; default None, the simulated
            prices (`simulated_prices`).
        close: name of the column with the prices, where it is not found by itself; of a file with several
            shares, the share.
        date: name of the column with the dates, where it is not found by itself.
        decimal: "." or ",", the decimal sign, where the file does not decide.

    Returns:
        A `Series` with period 1.

    Raises:
        DataError: if the file cannot be read with certainty; one sentence says where and why.

    Example:
        >>> prices = load_prices()
        >>> len(prices), str(prices.times[0]), float(prices.values[0])
        (2500, '2015-01-01', 100.0)
    """
    if path is None:
        return simulated_prices()
    prices, said = read_prices(path, close, date, decimal)
    print(said)
    return prices


def read_prices(path, close=None, date=None, decimal=None):
    """Read the closing prices from a CSV file; see `load_prices`.

    Args:
        path, close, date, decimal: as in `load_prices`.

    Returns:
        `(series, said)`: a `Series` with the dates in growing order, and the line that says what was chosen.

    Raises:
        DataError: one sentence says what is wrong with the file and what to do.
    """
    if decimal is not None and decimal not in SIGNS:
        raise DataError(f"decimal is {decimal!r}, expected '.' or ','.")
    file, text = text_of(path)
    table = read_table(text, file, date)
    dated = date_column(table, date)
    priced = price_column(table, dated, close)
    cells = [
        (day, price)
        for day, price in zip(table.column(dated), table.column(priced), strict=True)
        if not is_missing(price[1])
    ]
    called = table.title(priced)
    if not cells:
        raise DataError(f"{file} has no price in the column {called!r}: name another one, close=...")
    days, prices = zip(*cells, strict=True)
    times, form = dates_of(days, file)
    others = [k for k in range(len(table.names)) if k not in (dated, priced)]
    elsewhere = decimal_signs(text for k in others for _, text in table.column(k))
    values, sign = prices_of(prices, decimal, elsewhere, file)
    times, values, order = _in_order(times, values, have_clocks(text for _, text in days), file)
    said = (
        f"{file}: {len(values)} prices, {times[0]} to {times[-1]}; "
        f"dates from {table.title(dated)!r} as {form}{order}, prices from {called!r}"
        + (f" with a decimal {SIGNS[sign]}" if sign else "")
        + f"; rows without a price: {len(table.rows) - len(cells)}."
    )
    return Series(values, times, file.rsplit(".", 1)[0], called, 1), said


def _in_order(times, values, clocks, file):
    """Oldest first, each day once; and how the rows stood, in words."""
    steps = np.diff(times).astype(int)
    stood = "" if (steps >= 0).all() else ", newest first" if (steps <= 0).all() else ", rows put in order"
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    again = times[1:] == times[:-1]
    differs = again & (values[1:] != values[:-1])
    if differs.any() and clocks and again.mean() > 0.2:
        raise DataError(
            f"{file} has several rows a day, such as hourly prices: export daily prices, or keep the last "
            "row of each day."
        )
    if differs.any():
        raise DataError(
            f"{file} has two prices for {times[1:][differs][0]}: keep one for each day (of several shares in "
            "one file, one share)."
        )
    keep = np.concatenate([[True], ~again])
    if keep.sum() < FEWEST:
        raise DataError(
            f"{file} has {keep.sum()} days with a price, expected at least {FEWEST}: "
            "export a longer span of time."
        )
    return times[keep], values[keep], stood

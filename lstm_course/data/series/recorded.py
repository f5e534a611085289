"""Series that were measured, public domain: they ship with the course."""

import csv
from dataclasses import dataclass

import numpy as np

from lstm_course.data.shipping import shipped

__all__ = ["Series", "load_co2", "load_elnino", "load_sunspots"]


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


def _shipped_series(file, name, unit, period):
    """A series from a shipped table of times and values: the part after its last gap."""
    rows = list(csv.reader(shipped(file).read_text("utf-8").splitlines()))[1:]
    start = max((row for row, (_, value) in enumerate(rows, 1) if not value), default=0)
    times, values = zip(*rows[start:], strict=True)
    return Series(np.array(values, float), np.array(times, "datetime64"), name, unit, period)

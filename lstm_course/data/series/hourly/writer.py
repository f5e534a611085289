"""Writes the year of hourly electricity that ships with the course, the same one every time.

A small town in Central Europe, 2025. Its load follows

* the hour and the day: on workdays an evening and a morning peak, at weekends a late and flat day;
* the heating, which asks for warmth below 15 °C and answers the temperature of the last day rather than that
  of the hour, and more so in the evening; the cooling above 22 °C, at once;
* a disturbance that goes on from hour to hour, and holidays that look like Sundays.

People live by the clock, and the clock is moved in March and in October. The temperature comes with the
forecast that was made of it the day before. As in every real file, hours are missing and a meter has jumped.
"""

import math
import random
from datetime import datetime, timedelta

SEED = 8
YEAR = 2025
CLOCKS = datetime(YEAR, 3, 30, 1), datetime(YEAR, 10, 26, 1)  # in UTC, summer time between them
HOLIDAYS = {(1, 1), (4, 18), (4, 21), (5, 1), (5, 29), (6, 9), (10, 3), (12, 25), (12, 26)}
GAPS = (700, 5), (1811, 30), (3402, 3), (4950, 51), (6120, 9), (7010, 4)  # first hour without a load, hours
JUMPS = (1234, 9.7), (2890, 0.0), (3777, 8.9), (5201, 0.0), (6333, 9.2)  # hour, times the load
_WORKDAY = (
    -7, -9, -10, -10, -9, -5, 3, 9, 9, 7, 6, 6, 7, 5, 4, 4, 6, 10, 13, 12, 8, 3, -1, -5,
)  # fmt: skip
_WEEKEND = (
    -6, -8, -10, -11, -11, -10, -9, -6, -1, 3, 5, 6, 7, 5, 2, 1, 1, 3, 6, 6, 4, 1, -2, -5,
)  # fmt: skip


def written_year(seed=SEED):
    """Write the year.

    Args:
        seed: of the draws; default the one of the file that ships.

    Returns:
        The CSV as bytes, with the columns time (local, with its distance from UTC), load (MW), temperature
        and forecast (°C).

    Example:
        >>> head, first = written_year().decode().splitlines()[:2]
        >>> head, first.split(",")[0]
        ('time,load,temperature,forecast', '2025-01-01T00:00+01:00')
    """
    rows = ["time,load,temperature,forecast"]
    without_load = {hour for first, length in GAPS for hour in range(first, first + length)}
    jumps = dict(JUMPS)
    for hour, (local, offset, load, temperature, forecast) in enumerate(_hours(seed)):
        shown = "" if hour in without_load else f"{load * jumps.get(hour, 1):.1f}"
        rows.append(f"{local:%Y-%m-%dT%H:%M}+0{offset}:00,{shown},{temperature:.1f},{forecast:.1f}")
    return ("\n".join(rows) + "\n").encode()


def _hours(seed):
    """For each hour its local time, the distance from UTC in hours, load, temperature and its forecast."""
    weather, town = _Weather(seed), _Town(seed + 1)
    time = datetime(YEAR, 1, 1) - timedelta(hours=1)  # in UTC
    while True:
        offset = 2 if CLOCKS[0] <= time < CLOCKS[1] else 1
        local = time + timedelta(hours=offset)
        if local.year > YEAR:
            return
        temperature, forecast = weather.next(time)
        yield local, offset, town.load(local, temperature), temperature, forecast
        time += timedelta(hours=1)


class _Weather:
    """A temperature with a year, a day and spells of days, and what was forecast of it the day before."""

    def __init__(self, seed):
        self.draws = _Normal(seed)
        self.spell, self.cloud, self.miss = 0.0, 0.0, 0.0

    def next(self, time):
        day = time.timetuple().tm_yday
        if time.hour == 0:
            self.cloud = 0.7 * self.cloud + self.draws.next()
            self.miss = 1.2 * self.draws.next()
        self.spell += (3.5 * self.draws.next() * math.sqrt(2 / 72)) - self.spell / 72
        season = 10.5 - 9.5 * math.cos(2 * math.pi * (day - 20) / 365)
        height = (2.5 + 2.5 * math.sin(math.pi * (day - 10) / 365)) / (1 + math.exp(self.cloud))
        daily = -2 * height * math.cos(2 * math.pi * (time.hour - 2) / 24)
        temperature = season + self.spell + daily
        return temperature, temperature + self.miss + 0.4 * self.draws.next()


class _Town:
    """The load in MW. It keeps what the walls of the houses keep: the warmth of the last day."""

    def __init__(self, seed):
        self.draws = _Normal(seed)
        self.walls, self.disturbance = 1.0, 0.0

    def load(self, local, temperature):
        self.walls += (temperature - self.walls) / 24
        self.disturbance = 0.9 * self.disturbance + 0.8 * self.draws.next()
        free = local.weekday() >= 5 or (local.month, local.day) in HOLIDAYS
        evening = 1.5 if 16 <= local.hour < 23 else 0.8
        heating = 1.1 * evening * max(0.0, 15 - self.walls)
        cooling = 1.6 * max(0.0, temperature - 22)
        return 50 + (_WEEKEND if free else _WORKDAY)[local.hour] + heating + cooling + self.disturbance


class _Normal:
    """Normal random numbers of `random()` alone, which is the same in every version of Python."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        distance = math.sqrt(-2 * math.log(1 - self.random.random()))
        return distance * math.cos(2 * math.pi * self.random.random())

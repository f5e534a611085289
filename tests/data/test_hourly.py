"""Hourly columns: the shipped year and its clock, files of one's own, right and wrong."""

import numpy as np
import pytest

from lstm_course.data import DataError, load_hourly
from lstm_course.data.series.hourly.writer import GAPS, HOLIDAYS, JUMPS


@pytest.fixture(scope="module")
def town():
    return load_hourly()


def test_the_year_has_every_hour_once_in_utc(town):
    assert len(town) == 8760 and (np.diff(town.times).astype(int) == 1).all()
    assert list(town.columns) == ["load", "temperature", "forecast"]
    assert np.isnan(town.columns["load"]).sum() == sum(length for _, length in GAPS)


def test_the_clock_on_the_wall_leaves_an_hour_out_and_shows_one_twice(town):
    hours = np.diff(town.hours)
    assert np.flatnonzero(hours == 2).tolist() == [2112 + 1]  # 30 March
    assert (hours == 0).sum() == 1 and town.hours[hours.argmin()] == 23
    assert town.weekdays[0] == 2 and town.weekdays[-1] == 2  # 1 January and 31 December 2025: Wednesdays


def test_the_forecast_of_the_temperature_is_near_and_not_it(town):
    miss = town.columns["forecast"] - town.columns["temperature"]
    assert 0.5 < np.abs(miss).mean() < 2 and abs(miss.mean()) < 0.3


def test_what_the_writer_says_of_the_load_is_so(town):
    load, temperature = town.columns["load"].copy(), town.columns["temperature"]
    load[[hour for hour, _ in JUMPS]] = np.nan
    cold, mild = (temperature < 3), (temperature > 16) & (temperature < 21)
    assert np.nanmean(load[cold]) > np.nanmean(load[mild]) + 8
    weekend, at_seven = town.weekdays >= 5, (town.hours == 7) & mild
    assert np.nanmean(load[at_seven & ~weekend]) > np.nanmean(load[at_seven & weekend]) + 8
    assert len(HOLIDAYS) == 9


def table(rows, head="time,load"):
    return "\n".join([head, *rows]) + "\n"


def month(first="2024-01-01T00", hours=24 * 28):
    times = np.datetime64(first, "h") + np.arange(hours)
    return [f"{str(time).replace('T', ' ')}:00,{k % 7}.5" for k, time in enumerate(times)]


def written(folder, text):
    path = folder / "mine.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_ones_own_is_read_and_a_missing_row_becomes_nan(tmp_path):
    rows = month()
    del rows[30]
    mine = load_hourly(written(tmp_path, table(rows)))
    assert len(mine) == 24 * 28 and np.flatnonzero(np.isnan(mine.columns["load"])).tolist() == [30]
    assert mine.hours[:25].tolist() == [*range(24), 0] and mine.weekdays[0] == 0


def test_decimal_commas_and_points_of_the_day_are_read(tmp_path):
    times = np.datetime64("2024-01-01T00", "h") + np.arange(24 * 28)
    rows = [
        f"{time.astype(object):%d.%m.%Y %H:%M};{k % 5},25;-"
        for k, time in enumerate(times.astype("datetime64[s]"))
    ]
    mine = load_hourly(written(tmp_path, table(rows, "Datum;Last;Rest")))
    assert mine.columns["Last"][:3].tolist() == [0.25, 1.25, 2.25] and np.isnan(mine.columns["Rest"]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:100], "has 100 hours, expected at least 672"),
        (lambda rows: [*rows[:5], rows[4], *rows[5:]], r"line 7: the hour 2024-01-01T04 comes twice.*clocks"),
        (lambda rows: rows[::-1], "line 3 is earlier than the row before it: sort"),
        (lambda rows: ["2024-01-01 00:30,1", *rows[1:]], "line 2: 2024-01-01 00:30 is not a full hour"),
        (lambda rows: ["01/02/2024 00:00,1", *rows[1:]], "line 2: '01/02/2024 00:00' is not a time such as"),
        (
            lambda rows: [*rows[:3], rows[3].split(",")[0] + ",much", *rows[4:]],
            "line 5: 'much' in the column",
        ),
        (lambda rows: [*rows[:3], rows[3] + ",9", *rows[4:]], "line 5 has 3 cells, expected 2"),
        (lambda rows: [rows[0].replace(":00,", ":00+01:00,"), *rows[1:]], "in some rows and not in others"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(change, said, tmp_path):
    with pytest.raises(DataError, match=said):
        load_hourly(written(tmp_path, table(change(month()))))


def test_the_column_of_times_is_found_or_asked_for(tmp_path):
    with pytest.raises(DataError, match="0 columns that are called like a time"):
        load_hourly(written(tmp_path, table(month(), "when,load")))
    assert len(load_hourly(written(tmp_path, table(month(), "when,load")), time="when")) == 24 * 28
    with pytest.raises(DataError, match="no column 'then'"):
        load_hourly(written(tmp_path, table(month(), "when,load")), time="then")
    with pytest.raises(DataError, match="is no table"):
        load_hourly(written(tmp_path, "time\n2024-01-01\n"))

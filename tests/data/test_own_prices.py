"""The cells of lesson 6 on prices, run on a learner's own file. A quick model stands in for the network."""

import datetime
import re

import numpy as np
import pytest
from helpers import ROOT

from lstm_course.authoring.sources import read_lesson
from lstm_course.data import series
from lstm_course.data.series.prices import simulated_prices

SOURCE = ROOT / "solutions" / "06_time_series.md"


def cells():
    """The code cells that load prices, forecast them, and test the forecasts; a stand-in for the training."""
    every = [cell for cell in read_lesson(SOURCE).cells if cell.type == "code"]
    code = [cell.source for cell in every if "guess" not in cell.metadata.get("tags", ())]

    def place(words):
        return next(k for k, source in enumerate(code) if words in source)

    late = "by_textbook = X[:, -1, 0] * (high - low) + low"  # the answer is the last value that was seen
    tests = code[place("import forecast_is_shifted") : place("winners = {}") + 1]
    return [code[place("load_prices()")], late, code[place("def r_squared")], *tests]


def export(path, values):
    day, rows = datetime.date(2020, 1, 1), []
    for value in values:
        rows.append(f'{day:%m/%d/%Y},"${value:,.2f}",1200')
        day += datetime.timedelta(days=3 if day.weekday() == 4 else 1)
    path.write_text("\n".join(["Date,Close/Last,Volume", *rows[::-1]]))


@pytest.mark.parametrize("kind", ["wandering", "with a pattern"])
def test_the_cells_on_prices_run_on_a_file_of_ones_own(kind, tmp_path, capsys):
    values = 20 * simulated_prices(days=700, seed=11).values
    if kind == "with a pattern":
        values = values * (1 + 0.03 * (np.arange(700) % 2))  # every second day is dearer
    export(tmp_path / "mine.csv", values)
    names = {"np": np, "series": series, "show": lambda *args, **options: None}
    for module in ("data", "data.series", "plots", "scratch"):
        exec(f"from lstm_course.{module} import *", names)
    for source in cells():
        exec(source.replace("load_prices()", f"load_prices({str(tmp_path / 'mine.csv')!r})"), names)
    said = capsys.readouterr().out
    assert "mine: 700 days" in said
    found = re.search(r"mine +better than today's price: (.*)", said)[1]
    if kind == "wandering":
        assert found == "none" and "found: shifted" in said
    else:
        assert "five moves, regression" in found

"""Prices in every dress that exports put on: read right, or refused with one sentence."""

import datetime
import re
import urllib.error
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_course.data import DataError, load_co2, load_elnino, load_prices, load_sunspots
from lstm_course.data.series.prices import read_prices, simulated_prices

DAYS = [datetime.date(2023, 1, 2) + datetime.timedelta(days=k) for k in range(300)]
DAYS = [day for day in DAYS if day.weekday() < 5]
TRUE = (1234 * np.exp(np.cumsum(np.random.default_rng(0).normal(size=len(DAYS)) * 0.02))).round(2)


def english(value):
    return f"{value:,.2f}"


def german(value):
    return english(value).translate(str.maketrans(",.", ".,"))


def write(folder, head, rows, encoding="utf-8", end="\n"):
    path = folder / "shares.csv"
    path.write_bytes(end.join([head, *rows, ""]).encode(encoding))
    return path


def yahoo():
    return "Date,Open,High,Low,Close,Adj Close,Volume", [
        f"{day},1.0,2.0,0.5,{2 * value},{value},1200" for day, value in zip(DAYS, TRUE, strict=True)
    ]


def nasdaq():
    return "Date,Close/Last,Volume,Open,High,Low", [
        f'{day:%m/%d/%Y},"${english(value)}",1200,$1.00,$2.00,$0.50'
        for day, value in zip(DAYS[::-1], TRUE[::-1], strict=True)
    ]


def investing():
    return '"Date","Price","Open","High","Low","Vol.","Change %"', [
        f'"{day:%b %d, %Y}","{english(value)}","1.00","2.00","0.50","1.2M","-0.10%"'
        for day, value in zip(DAYS[::-1], TRUE[::-1], strict=True)
    ]


def frankfurt():
    return "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen", [
        f"{day:%d.%m.%Y};1,00;2,00;0,50;{german(value)} €;1.200;3.400"
        for day, value in zip(DAYS, TRUE, strict=True)
    ]


def google():
    return "Date,Close", [
        f"{day.month}/{day.day}/{day.year} 16:00:00,{value}" for day, value in zip(DAYS, TRUE, strict=True)
    ]


def yfinance():
    head = "Price,Close,High,Low\nTicker,ABC,ABC,ABC\nDate,,,"
    return head, [f"{day} 00:00:00-05:00,{value},2.0,1.0" for day, value in zip(DAYS, TRUE, strict=True)]


def stooq():
    return "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen", [
        f"{day:%Y%m%d},1,2,1,{value},5" for day, value in zip(DAYS, TRUE, strict=True)
    ]


def excel():
    return "sep=;\nABC shares\nTime;Kurs", [
        f"{day:%d.%m.%y};{german(value)}" for day, value in zip(DAYS, TRUE, strict=True)
    ]


def fred():
    return "observation_date,SP500", [f"{day},{value}" for day, value in zip(DAYS, TRUE, strict=True)]


def swiss():
    return "Date\tClosing price", [
        f"{day:%d/%m/%Y}\tCHF {english(value).replace(',', chr(8217))}"
        for day, value in zip(DAYS, TRUE, strict=True)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "export",
    [yahoo, nasdaq, investing, frankfurt, google, yfinance, stooq, excel, fred, swiss],
    ids=lambda export: export.__name__,
)
def test_exports_of_the_usual_sources_are_read(export, encoding, tmp_path):
    head, rows = export()
    series, _ = read_prices(
        write(tmp_path, head, rows, encoding, end="\r\n" if encoding == "utf-16" else "\n")
    )
    assert np.allclose(series.values, TRUE)
    assert (series.times == np.array(DAYS, "datetime64[D]")).all()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%d-%b-%y", "%B %d, %Y"]),
    write_number=st.sampled_from([english, german, str, lambda value: f"{value:.2f}".replace(".", ",")]),
    separator=st.sampled_from(";,\t|"),
    sign=st.sampled_from(["", "$", "€ ", "USD "]),
    missing=st.sets(st.integers(0, len(DAYS) - 1), max_size=30),
    hole=st.sampled_from(["", "null", "n/a", "-", "."]),
    backwards=st.booleans(),
    scale=st.sampled_from([0.01, 1, 30]),
    quoted=st.booleans(),
)
def test_any_mixture_is_read_right(
    form, write_number, separator, sign, missing, hole, backwards, scale, quoted, tmp_path
):
    true = (TRUE * scale).round(2)
    rows = []
    for k, (day, value) in enumerate(zip(DAYS, true, strict=True)):
        cells = [day.strftime(form), hole if k in missing else sign + write_number(value)]
        quote = quoted or any(separator in cell for cell in cells)
        rows.append(separator.join(f'"{cell}"' if quote else cell for cell in cells))
    path = write(tmp_path, f"date{separator}close", rows[::-1] if backwards else rows)
    kept = [k for k in range(len(DAYS)) if k not in missing]
    series = load_prices(path)
    assert np.allclose(series.values, true[kept])
    assert (series.times == np.array(DAYS, "datetime64[D]")[kept]).all()


CELLS = ["Date", "Close", "2024-01-02", "1.5", "1,5", "", '"', "-3", "x", "\x00", "\r"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.lists(st.lists(st.sampled_from(CELLS), max_size=4).map(",".join), max_size=200).map(
            lambda lines: "\n".join(lines).encode()
        ),
    )
)
def test_rubbish_is_refused_in_one_sentence(content, tmp_path):
    path = tmp_path / "rubbish.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        read_prices(path)
    said = str(refused.value)
    assert "rubbish.csv" in said and "\n" not in said and said.endswith((".", "?", "close=..."))


def two_columns(rows=None, head="Date,Close"):
    return head, rows or [f"{day},{value}" for day, value in zip(DAYS, TRUE, strict=True)]


def changed(k, line):
    head, rows = two_columns()
    return head, [*rows[:k], line, *rows[k + 1 :]]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (two_columns(head="When,Close"), "no line with the names of its columns, one of them a date"),
        (two_columns(head="Date,Open,High"), "like a closing price; its columns are 'Date'"),
        (two_columns(head="Close,Date"), "line 2: '1237.11' is not a date"),
        (changed(7, "2023-01-11,abc"), "line 9: 'abc' is not a price."),
        (changed(7, "2023-01-11,-3.5"), "line 9: the price '-3.5' is not greater than 0."),
        (changed(7, "2023-01-11,0"), "line 9: the price '0' is not greater than 0."),
        (changed(7, '2023-01-11,"3,5"'), "now with a decimal point, now with a decimal comma"),
        (changed(7, "2023-01-11,1,234.50"), "line 9 has more cells than the head has names"),
        (changed(7, "11 January,1234.5"), "line 9: '11 January' is not a date."),
        (changed(7, "11.01.2023,1234.5"), "line 9: the date '11.01.2023' is not written like the others."),
        (changed(7, "2023-01-10,1.25"), "two prices for 2023-01-10"),
        (two_columns(rows=[f"{day},1.5" for day in DAYS[:20]]), "has 20 days with a price, expected at"),
        (
            two_columns(rows=[f"0{1 + k % 9}/0{1 + k // 9 % 9}/2024,{k + 1}" for k in range(120)]),
            "which can be month/day/year or day/month/year",
        ),
        (two_columns(head="Date,Close,Close", rows=[f"{day},1,2" for day in DAYS]), "has 2 columns with a"),
        (two_columns(rows=[f"{day},null" for day in DAYS]), "has no price in the column 'Close'"),
    ],
)
def test_what_is_not_certain_is_refused_in_one_sentence(table, said, tmp_path):
    with pytest.raises(DataError, match=re.escape(said)) as refused:
        read_prices(write(tmp_path, *table))
    assert "shares.csv" in str(refused.value) and "\n" not in str(refused.value)


def rows(write_day=str, write_price=str, values=TRUE, days=DAYS):
    return [f"{write_day(day)},{write_price(value)}" for day, value in zip(days, values, strict=True)]


def long_ago(years):
    """Days from `years` before those of DAYS."""
    return [day.replace(year=day.year - years) for day in DAYS]


def comma3(value):
    """A price of a few units with three digits behind a decimal comma, between quotes."""
    return f'"{value / 1000:.3f}"'.replace(".", ",")


READ = {
    "German cells elsewhere say that 2,615 is a little over two": (
        ["Date,Open,Close", *(f'{day},"1.234,50",{comma3(v)}' for day, v in zip(DAYS, TRUE, strict=True))],
        {},
        (TRUE / 1000).round(3),
        "prices from 'Close' with a decimal comma",
    ),
    "a leading zero groups no thousands": (
        ["Date,Close", *rows(write_price=lambda v: f'"0,{round(v) % 1000:03d}"', values=TRUE / 2)],
        {},
        (TRUE / 2).round() % 1000 / 1000,
        "with a decimal comma",
    ),
    "English cells elsewhere say that 2,615 is two thousand": (
        ["Date,Open,Close", *(f'{day},"1,234.50",{comma3(v)}' for day, v in zip(DAYS, TRUE, strict=True))],
        {},
        TRUE.round(),
        "with a decimal point",
    ),
    "the sign can be said": (
        ["Date,Close", *rows(write_price=comma3)],
        {"decimal": ","},
        (TRUE / 1000).round(3),
        "with a decimal comma",
    ),
    "years of two digits first": (
        ["Date,Close", *rows(write_day=lambda day: f"{day:%y/%m/%d}")],
        {},
        TRUE,
        "2023-01-02 to 2023-10-27; dates from 'Date' as year/month/day",
    ),
    "no price is of the future": (
        ["Date,Close", *rows(write_day=lambda day: f"{day.day}-{day:%b-%y}", days=long_ago(61))],
        {},
        TRUE,
        "1962-01-02 to 1962-10-27; dates from 'Date' as day-month-year",
    ),
    "rows out of order are put in order, and it is said": (
        ["Date,Close", *rows()[100:], *rows()[:100]],
        {},
        TRUE,
        "rows put in order",
    ),
    **{
        f"adjusted prices called {name}": (
            [f"Date,Close,{name}", *(f"{day},{2 * v},{v}" for day, v in zip(DAYS, TRUE, strict=True))],
            {},
            TRUE,
            f"prices from {name!r}",
        )
        for name in (
            "Adj Close Price",
            "Adjusted Price",
            "Adj_Price",
            "Close Adjusted",
            "adjClose",
            "Adj. Close*",
        )
    },
    "columns named by the caller": (
        ["When,Mine,Close", *(f"{day},{v},1" for day, v in zip(DAYS, TRUE, strict=True))],
        {"close": "Mine", "date": "When"},
        TRUE,
        "dates from 'When'",
    ),
    "one share of several": (
        [
            "Price,Close,Close,High,High",
            "Ticker,ABC,XYZ,ABC,XYZ",
            "Date,,,,",
            *(f"{day},{2 * v},{v},3,4" for day, v in zip(DAYS, TRUE, strict=True)),
        ],
        {"close": "XYZ"},
        TRUE,
        "prices from 'Close XYZ'",
    ),
    "seconds since 1970 beside the date": (
        [
            "timestamp,datetime,close",
            *(
                f"{(day - datetime.date(1970, 1, 1)).days * 86_400 + 75_600},{day} 16:00:00,{v}"
                for day, v in zip(DAYS, TRUE, strict=True)
            ),
        ],
        {"date": "timestamp"},
        TRUE,
        "as seconds since 1970",
    ),
    "Chinese": (
        ["日期,收盘", *rows(write_day=lambda day: f"{day.year}年{day.month}月{day.day}日")],
        {},
        TRUE,
        "prices from '收盘'",
    ),
    "Russian": (
        ["Дата;Цена закрытия", *(f"{day:%d.%m.%Y};{german(v)}" for day, v in zip(DAYS, TRUE, strict=True))],
        {},
        TRUE,
        "prices from 'Цена закрытия' with a decimal comma",
    ),
    "days without a price are counted": (
        ["Date,Close", *rows()[:200], "2023-10-09,", "2023-10-10,n/a"],
        {},
        TRUE[:200],
        "rows without a price: 2.",
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_was_chosen_is_right_and_is_said(name, tmp_path, capsys):
    (head, *lines), options, true, said = READ[name]
    series = load_prices(write(tmp_path, head, lines), **options)
    assert np.allclose(series.values, true)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"shares.csv: {len(true)} prices, ") and said in line


REFUSED = {
    "2,615 and nothing that decides": (
        ["Date,Close", *rows(write_price=comma3)],
        "the price '1,237' can be 1237 or 1.237, and nothing in the file decides: say decimal='.' or",
    ),
    "two columns of dates that differ": (
        [
            "Date,Trade Date,Close",
            *(f"{d},{d + datetime.timedelta(1)},{v}" for d, v in zip(DAYS, TRUE, strict=True)),
        ],
        "has 2 columns of dates, 'Date', 'Trade Date': say which with date=...",
    ),
    "adjusted prices that begin late": (
        [
            "Date,Close,Adj Close",
            *(f"{day},{v},{v if k > 80 else ''}" for k, (day, v) in enumerate(zip(DAYS, TRUE, strict=True))),
        ],
        "has 81 of 215 days with a price in 'Close' and none in 'Adj Close': say which to take",
    ),
    "thousands without quotes, and a column to spare": (
        ["Date,Close,Note", *(f"{day},{v:,.2f}" for day, v in zip(DAYS, TRUE, strict=True))],
        "line 2: '1' and '237.11' beside it can be two cells or the one price 1,237.11",
    ),
    "thousands without quotes, and a column without a name": (
        ["Date,Close,Volume,", *(f"{day},{v:,.2f},1200" for day, v in zip(DAYS, TRUE, strict=True))],
        "line 2 has more cells than the head has names",
    ),
    "day and month that contradict the order": (
        [
            "Date,Close",
            *rows(write_day=lambda day: f"{day:%d/%m/%Y}")[100:],
            *rows(lambda d: f"{d:%d/%m/%Y}")[:100],
        ],
        "its rows are in no order, neither oldest first nor newest first",
    ),
    "hourly prices": (
        ["Date,Close", *(f"{day} {hour}:00:00,{hour}" for day in DAYS for hour in (10, 11, 12))],
        "has several rows a day, such as hourly prices",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_two_readings_fit_is_refused_with_both(name, tmp_path):
    (head, *lines), said = REFUSED[name]
    with pytest.raises(DataError, match=re.escape(said)):
        load_prices(write(tmp_path, head, lines))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(encoding, tmp_path):
    assert np.allclose(load_prices(write(tmp_path, *two_columns(), encoding)).values, TRUE)


def test_a_zip_archive_the_home_folder_and_an_address_are_looked_into(tmp_path, monkeypatch):
    path = write(tmp_path, *two_columns())
    with zipfile.ZipFile(tmp_path / "shares.zip", "w") as archive:
        archive.write(path, "export/shares.csv")
    monkeypatch.setenv("HOME", str(tmp_path))
    for place in ("~/shares.csv", tmp_path / "shares.zip", path.as_uri().replace("file:", "http:")):
        if str(place).startswith("http"):
            monkeypatch.setattr("urllib.request.urlopen", lambda *args, **options: path.open("rb"))
        assert np.allclose(load_prices(place).values, TRUE)
    with zipfile.ZipFile(tmp_path / "shares.zip", "a") as archive:
        archive.write(path, "export/others.csv")
    with pytest.raises(DataError, match="2 CSV files, expected one"):
        load_prices(tmp_path / "shares.zip")


def test_an_address_that_does_not_answer_is_told(monkeypatch):
    def silent(*args, **options):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr("urllib.request.urlopen", silent)
    with pytest.raises(
        DataError, match=r"https://x.org/a.csv cannot be fetched \(no network\): open it in a"
    ):
        load_prices("https://x.org/a.csv")


def test_no_file_a_folder_and_excel_are_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        load_prices(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read"):
        load_prices(tmp_path)
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(DataError, match="save it as CSV"):
        load_prices(tmp_path / "book.csv")


def test_the_column_can_be_named(tmp_path):
    path = write(tmp_path, *yahoo())
    assert np.allclose(load_prices(path).values, TRUE)  # adjusted, where there is one
    assert np.allclose(load_prices(path, close="Close").values, 2 * TRUE)
    with pytest.raises(DataError, match="no column 'Bid': its columns are 'Date', 'Open'"):
        load_prices(path, close="Bid")


def test_simulated_prices_are_a_random_walk_and_stay_the_same():
    prices = simulated_prices(days=5000, seed=3)
    changes = np.diff(np.log(prices.values))
    assert abs(changes.mean()) < 4 * 0.01 / 5000**0.5 and abs(changes.std() - 0.01) < 0.0005
    assert abs(np.corrcoef(changes[1:], changes[:-1])[0, 1]) < 4 / 5000**0.5
    assert (np.is_busday(prices.times)).all() and (np.diff(prices.times).astype(int) > 0).all()
    assert (simulated_prices(seed=3).values == simulated_prices(seed=3).values).all()
    assert (load_prices().values == simulated_prices().values).all()


@pytest.mark.parametrize(("load", "unit"), [(load_co2, "M"), (load_elnino, "M"), (load_sunspots, "Y")])
def test_series_that_ship_have_no_gap(load, unit):
    series = load()
    assert np.isfinite(series.values).all() and len(series) == len(series.times) > 300
    assert (np.diff(series.times).astype(int) == 1).all()
    assert series.times.dtype == f"datetime64[{unit}]"

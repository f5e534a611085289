"""The class over time: right numbers, small classes told honestly, nobody named."""

import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from lstm_course import cli, exercises
from lstm_course.common.trouble import Trouble
from lstm_course.grading.reports.asked import asked
from lstm_course.grading.reports.items import ENOUGH, item
from lstm_course.grading.reports.over_time import read_term, write_class
from lstm_course.grading.reports.pages import tables
from lstm_course.grading.reports.pseudonyms import pseudonym, read_key, without_names

NAMES = [each.id for each in exercises.every().values() if each.lesson == "02"][:4]
MARKS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3).map(lambda got: (got, 3)), min_size=1)


@given(st.lists(MARKS, min_size=1, max_size=12))
def test_difficulty_and_discrimination_are_those_of_numpy_and_never_nan(marks):
    for name in {name for each in marks for name in each}:
        found = item(name, marks)
        own = [each[name][0] / 3 for each in marks if name in each]
        assert found.learners == len(own) and found.difficulty == pytest.approx(np.mean(own))
        both = [each for each in marks if name in each and len(each) > 1]
        mine = [each[name][0] / 3 for each in both]
        rest = [np.mean([got / 3 for other, (got, _) in each.items() if other != name]) for each in both]
        told = len(both) >= ENOUGH and np.ptp(mine) > 0 and np.ptp(rest) > 1e-12
        assert (found.discrimination is not None) == told == (not found.untold)
        if told:
            assert found.discrimination == pytest.approx(np.corrcoef(mine, rest)[0, 1], abs=1e-9)
            low, high = found.interval
            assert -1 <= low <= found.discrimination <= high <= 1


def result(learner, id_, scores, lesson="02", answers=(), asked=()):
    rows = [
        {"exercise": name, "title": "", "points": 2, "score": score, "status": "right" if score else "wrong",
         "mistake": None, "message": f"{learner} wrote this", "notes": [], "where": "", "seconds": 0.1}
        for name, score in zip(NAMES, scores, strict=False)
    ]  # fmt: skip
    who = {"learner": learner, "id": id_, "lesson": lesson, "path": f"{learner}.ipynb", "others": []}
    kept = {"reason": None, "score": sum(scores), "points": 8, "exercises": rows, "key": "k"}
    return who | kept | {"answers": dict(answers), "asked": dict(asked), "alone": False, "fingerprint": ""}


def a_term(folder, results):
    (folder / "results").mkdir(parents=True)
    (folder / "exercises.csv").write_text(tables(results)["exercises.csv"], encoding="utf-8-sig", newline="")
    for k, each in enumerate(results):
        (folder / "results" / f"{k}.json").write_text(json.dumps(each))
    return folder


LEARNERS = [
    f"{first} {last}" for first in ("Ada", "Bodil", "=Chloé") for last in ("Lovelace", "Mørk", "Ünal")
]


@pytest.fixture
def terms(tmp_path):
    many = [result(name, str(k), [2 * (k > 4), 2 * (k > 2), k % 3, 2]) for k, name in enumerate(LEARNERS)]
    many[0]["answers"] = {NAMES[0]: "# by Ada Lovelace\nmax(lovelace)"}
    many[8]["answers"] = {NAMES[0]: "x = 1"}
    many[0]["asked"] = {NAMES[0]: ["hint", "solution"]}
    few = [result("Ada Lovelace", "77", [2, 0]), result("Eve", "1", [0, 0])]
    return a_term(tmp_path / "2025", few), a_term(tmp_path / "2026", many)


def test_terms_stand_side_by_side_and_a_small_one_is_told_as_small(terms, tmp_path, capsys):
    out = tmp_path / "class"
    assert cli.main(["instructor", "class", *map(str, terms), "--out", str(out)]) == 0
    assert "class_over_time.csv, class_over_time.html stand in" in capsys.readouterr().out
    page = (out / "class_over_time.html").read_text(encoding="utf-8")
    assert "nan" not in re.sub(r"base64,[^\"]*", "", page).lower()
    assert "Fewer than 5 learners in 2025" in page and not any(
        name in page for name in ("Ada", "Eve", "Mørk")
    )
    soup = BeautifulSoup(page, "html.parser")
    (image,) = soup.find_all("img")
    assert "2025: 2 learners" in image["alt"] and "2026: 9 learners" in image["alt"]
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in soup.find_all("tr")]
    assert [NAMES[0], "2025", "2", "0.50", "not told: fewer than 5 learners", "0", "0"] in rows
    assert [NAMES[3], "2026", "9", "1.00", "not told: all have the same", "0", "0"] in rows
    (first,) = (row for row in rows if row[:2] == [NAMES[0], "2026"])
    assert first[2:4] == ["9", "0.44"] and first[5:] == ["1", "1"]
    rest = [(2 * (k > 2) + k % 3 + 2) / 6 for k in range(9)]
    wanted = np.corrcoef([k > 4 for k in range(9)], rest)[0, 1]
    assert first[4].startswith(f"{wanted:.2f}, ")


def test_without_names_the_same_learner_is_the_same_in_every_term(terms, tmp_path):
    key, out = tmp_path / "mine" / "key.txt", tmp_path / "out"
    write_class(terms, out, key)
    assert key.stat().st_mode & 0o077 == 0
    everything = {path: path.read_text(encoding="utf-8-sig") for path in out.rglob("*") if path.is_file()}
    said = "\n".join([*everything.values(), *map(str, (path.relative_to(out) for path in everything))])
    said = re.sub(r"base64,[^\"]*", "", said)
    assert not re.search(
        "|".join([*{part for name in LEARNERS for part in name.split()}, "Eve", "wrote"]), said
    )
    ada = pseudonym(read_key(key, out), "ada lovelace")
    marks = everything[out / "marks.csv"]
    assert f"2025,{ada},02" in marks and f"2026,{ada},02" in marks
    answer = everything[out / f"answers/2026/02-{ada}.py"]
    assert "# by NAME NAME" in answer and "max(lovelace)" in answer
    assert len(list((out / "answers").rglob("*.py"))) == 2  # the one whose name begins with = is there too
    again = tmp_path / "again"
    write_class(terms, again, key)
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")} == {
        path.relative_to(out): path.read_bytes() for path in out.rglob("*.*")
    }


def test_two_learners_of_one_name_stay_two(tmp_path):
    same = [result("Ada", "1", [2]), result("Ada", "2", [0]), result("Eve", "", [0])]
    write_class([a_term(tmp_path / "t", same)], tmp_path / "out", tmp_path / "key")
    lines = (tmp_path / "out/marks.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert len({line.split(",")[1] for line in lines}) == 3


def test_trouble_is_a_sentence(terms, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "no key").write_text("secret")
    torn = a_term(tmp_path / "torn", [result("Ada", "1", [2])])
    (torn / "results/0.json").write_text("{")
    for folders, out, key, said in [
        ([tmp_path / "empty"], "new", None, "has no exercises.csv: name a folder"),
        ([terms[0], terms[0]], "new", None, "have the same name"),
        ([torn], "new", None, "is damaged"),
        (terms, "2025", None, "is not empty"),
        (terms, "new", tmp_path / "new/key", "keep the key at another place"),
        (terms, "new", tmp_path / "no key", "holds no key"),
    ]:
        with pytest.raises(Trouble, match=said):
            write_class(folders, tmp_path / out, key)
    assert not (tmp_path / "new").exists()
    for points in ("nan", "inf", "-1", ""):
        folder = a_term(tmp_path / f"points {points}", [result("Ada", "1", [2])])
        table = folder / "exercises.csv"
        table.write_text(re.sub(rf"{NAMES[0]},2,2", f"{NAMES[0]},{points},2", table.read_text()))
        with pytest.raises(Trouble, match="line 2: the points are no numbers"):
            read_term(folder)


def test_what_does_not_count_is_left_out_and_more_than_all_is_drawn(tmp_path):
    results = [result(f"learner {k}", str(k), [k % 3, 1, 2, 0]) for k in range(6)]
    for each in results:
        each["exercises"][1]["status"] = "not judged"
        each["exercises"][2] |= {"points": 0, "score": 0}
    results[0]["exercises"][0]["score"] = 3  # by an instructor, who was generous
    folder = a_term(tmp_path / "t", results)
    assert {name for each in read_term(folder).marks() for name in each} == {NAMES[0], NAMES[3]}
    write_class([folder], tmp_path / "out")
    table = (tmp_path / "out/class_over_time.csv").read_text(encoding="utf-8-sig")
    assert f"02,{NAMES[0]},t,6,0.75,,the rest is the same for all,0,0" in table and NAMES[1] not in table


def test_the_help_that_a_notebook_asks_for():
    cells = [
        "hint(state_jacobian)\nhint(state_jacobian)",
        'solution("orthogonal")',
        "# hint(spectral_radius)",
    ]
    assert asked(cells, "02") == {"state_jacobian": ["hint"], "orthogonal": ["solution"]}
    assert asked(["hint(sigmoid)"], "00") == {} and asked(["hint(sigmoid)"] * 2, "00") == {
        "sigmoid": ["hint"]
    }
    assert asked(["hint(rnn_cell)", "hint(nothing)"], "02") == {}


def test_names_are_taken_out_of_prose_alone():
    assert without_names("max(x)  # Max", ["Max"]) == "max(x)  # NAME"
    assert without_names('"""Of Ada."""\nada = "ada_1"', ["Ada Bo"]) == '"""Of NAME."""\nada = "NAME_1"'
    assert without_names("# x", []) == "# x"

"""The page of what the lessons claim: nothing stands there that no cell asserts."""

import json

import pytest
from helpers import ROOT

from lstm_course.authoring import claims
from lstm_course.authoring.sources import read_lesson
from lstm_course.common.notebook_runs import BuildError

WHOLE = {"id": "gate", "says": "It forgets.", "seeds": 5, "removed": "no more", "rival": "neither"}


def lesson(tmp_path, *cells):
    """A lesson source whose code cells are pairs of claims and code."""
    text = (
        "---\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n\n# Gates\n\n"
    )
    for number, (entries, code) in enumerate(cells):
        listed = "\n".join(
            ("- " if not at else "  ") + f"{name}: {json.dumps(value)}"
            for entry in entries
            for at, (name, value) in enumerate(entry.items())
        )
        metadata = f"---\nclaims:\n{listed}\n---\n" if entries else ""
        text += f"## Part {number}\n\n```{{code-cell}} ipython3\n{metadata}{code}\n```\n\n"
    (tmp_path / "solutions").mkdir(exist_ok=True)
    source = tmp_path / "solutions" / "03_gates.md"
    source.write_text(text, encoding="utf-8")
    return source


def test_the_committed_page_is_what_the_sources_say():
    assert claims.problems(ROOT) == []


def test_a_claim_is_gathered_from_the_cells_that_speak_of_it(tmp_path):
    measured = {"id": "gate", "says": "It forgets | fast.", "seeds": 5}
    tried = {"id": "gate", "removed": "it stays", "rival": "as bad"}
    source = lesson(tmp_path, ([measured], "assert 1 < 2"), ([], "x = 1"), ([tried], "assert 3 > 2, x"))
    (claim,) = claims.gather(read_lesson(source))
    assert claim.places == ["Part 0", "Part 2"]
    assert claim.asserted == ["1 < 2", "3 > 2"]
    row = r"| It forgets \| fast. | Part 0; Part 2 | it stays | as bad | 5 | `1 < 2`<br>`3 > 2` |"
    assert row in claims.page(tmp_path)
    assert claims.problems(tmp_path) != []
    (tmp_path / "docs").mkdir()
    claims.write(tmp_path)
    assert claims.problems(tmp_path) == []


def test_what_is_exact_has_no_cause_to_remove(tmp_path):
    source = lesson(tmp_path, ([{"id": "size", "says": "3 : 4", "seeds": "exact"}], "assert True"))
    assert claims.gather(read_lesson(source))[0].told["seeds"] == "exact"


def test_what_a_clock_tells_has_runs_and_is_not_exact(tmp_path):
    timed = {"id": "quick", "says": "It is quicker.", "runs": "30, the shortest counts"}
    source = lesson(tmp_path, ([timed], "assert 1 < 2"))
    (claim,) = claims.gather(read_lesson(source))
    assert claim.lacks() == [] and claim.evidence == "measured: 30, the shortest counts"
    assert "| It is quicker. | Part 0 | – | – | measured: 30, the shortest counts | `1 < 2` |" in claims.page(
        tmp_path
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([([WHOLE], "x = 1")], "asserts nothing"),
        ([([{**WHOLE, "cause": "none"}], "assert True")], "cause"),
        ([([{**WHOLE, "runs": 3}], "assert True")], "seeds and runs"),
        ([([{"says": "It forgets."}], "assert True")], "a claim has id"),
        ([([WHOLE], "assert True"), ([{"id": "gate", "says": "Again."}], "assert True")], "says twice"),
        *[
            ([([{key: WHOLE[key] for key in WHOLE if key != name}], "assert True")], f"'gate' lacks {name}")
            for name in ("says", "seeds", "removed", "rival")
        ],
    ],
)
def test_a_claim_without_a_measurement_or_an_ablation_is_refused(tmp_path, cells, said):
    with pytest.raises(BuildError, match=said):
        claims.gather(read_lesson(lesson(tmp_path, *cells)))
    assert any(said in problem for problem in claims.problems(tmp_path))

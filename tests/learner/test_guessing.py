"""Guesses: kept before the result, set beside it, never in the way of a lesson, and never lost."""

import datetime
import json
import multiprocessing

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from lstm_course import guess, surprises
from lstm_course.learner import workspace
from lstm_course.learner.predictions import asking, kept, questions
from lstm_course.learner.predictions.form import Form
from lstm_course.learner.predictions.kept import PREDICTIONS, Prediction
from lstm_course.learner.predictions.questions import Choice, Number, Order
from lstm_course.learner.predictions.surprises import Surprises, confidence

SHARE = Number("00-share", "How much is left?", "left = ", "100 * left", " %", within=5)
TIMES = Number("00-times", "How many times longer?", "times = ", "times", factor=2)
WAY = Choice("00-way", "Which way?", "left = ", ("up", "down"), "'down' if left < 1 else 'up'")
RANK = Order("00-rank", "From small to large?", "rank = ", ("a", "b", "c"), "rank")
TABLE = {question.id: question for question in (SHARE, TIMES, WAY, RANK)}


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A working copy in which the questions above are asked, and a kernel that has just been started."""
    (tmp_path / workspace.MANIFEST).write_text('{"lessons": {}}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(questions, "every", lambda: TABLE)
    monkeypatch.setattr(asking, "_asked", {})
    return tmp_path


@pytest.fixture
def run(monkeypatch):
    """A function that runs a cell in a notebook and gives what it showed."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(asking, "_watching", [])
    shell.run_cell("from lstm_course import guess, surprises")

    def run_cell(source):
        with capture_output() as captured:
            result = shell.run_cell(source)
        return captured.stdout + "".join(one.data["text/plain"] for one in captured.outputs), result

    yield run_cell
    for callback in list(shell.events.callbacks["post_run_cell"]):
        if callback.__name__ == "_look":
            shell.events.unregister("post_run_cell", callback)
    InteractiveShell.clear_instance()


def lines(folder):
    return [json.loads(line) for line in (folder / PREDICTIONS).read_text().splitlines()]


def test_a_guess_is_kept_and_its_result_stands_below_the_cell(mine, run):
    said, _ = run('guess("00-share", 70, sure=90)')
    assert "You predicted 70 % (90 % sure). Now run the cell." in said
    said, _ = run("left = 0.25")
    assert "You predicted 70 % (90 % sure); it turned out 25 %: 45 % too large." in said
    assert [line["turned_out"] for line in lines(mine)] == [None, 25.0]
    # Run again, with another answer: what counts is what was said before the result.
    said, _ = run('guess("00-share", 25)')
    assert "You predicted 70 %" in said and len(lines(mine)) == 2
    assert "it turned out 25 %" in run("left = 0.25")[0] and len(lines(mine)) == 2
    asking._asked.clear()  # another day, another kernel
    assert "You predicted 70 %" in run('guess("00-share")')[0]


def test_what_is_guessed_after_the_result_is_no_prediction(mine, run):
    run('guess("00-way")')
    run("left = 0.25")
    assert asking._asked["00-way"].state == (asking._TOO_LATE, True)
    said, _ = run('guess("00-way", "down")')
    assert "is not kept" in said and not (mine / PREDICTIONS).exists()


def test_who_does_not_answer_runs_on_and_no_expression_is_evaluated(mine, run, monkeypatch):
    monkeypatch.setattr(asking, "turned_out", lambda *_: pytest.fail("evaluated"))
    said, result = run('guess("00-share")')
    assert result.success and 'guess("00-share", ...), with a number (in %)' in said
    said, result = run("left = 0.25")
    assert result.success and said == ""


@pytest.mark.parametrize(
    "cell",
    ["left = [][0]", "left = 'much'", "left = float('nan')", "del left  # left = "],
    ids=["raises", "no number", "not finite", "gone"],
)
def test_a_cell_that_gives_something_else_says_nothing(mine, run, cell):
    run("left = 1.0")
    run('guess("00-share", 50)')
    said, _ = run(cell)
    assert "turned out" not in said and lines(mine)[-1]["turned_out"] is None


@pytest.mark.parametrize(
    ("name", "answer", "sure", "said"),
    [
        ("00-share", "many", None, "a number (in %)"),
        ("00-share", float("nan"), None, "a number"),
        ("00-share", True, None, "a number"),
        ("00-way", "left", None, 'one of "up", "down"'),
        ("00-rank", ["a", "b"], None, "all of these in your order"),
        ("00-rank", "a > b > b", None, "all of these in your order"),
        ("00-rank", 3, None, "all of these in your order"),
        ("00-way", "up", 120, "a whole number from 0 to 100"),
        ("00-way", "up", "very", "a whole number from 0 to 100"),
        ("00-of-yesterday", 1, None, "does not ask “00-of-yesterday”"),
    ],
)
def test_a_wrong_answer_is_told_in_one_sentence_and_nothing_is_kept(mine, name, answer, sure, said):
    assert said in repr(guess(name, answer, sure)) and "\n" not in repr(guess(name, answer, sure))
    assert not (mine / PREDICTIONS).exists()


@pytest.mark.parametrize(
    ("question", "answer", "truth", "right", "off"),
    [
        (SHARE, "70 %", 72.0, True, "2 % too small"),
        (SHARE, "70,5", 70.5, True, "just that"),
        (SHARE, np.float32(50), 80.0, False, "30 % too small"),
        (TIMES, 15, 58.0, False, "3.87 times too small"),
        (TIMES, 30, 58.0, True, "1.93 times too small"),
        (TIMES, -1, 58.0, False, "59 too small"),
        (TIMES, 0, 0.0, True, "just that"),
        (WAY, " UP ", "up", True, "as you said"),
        (WAY, "down", "up", False, "not as you said"),
        (RANK, "b > a > c", ("a", "b", "c"), False, "1 of 3 pairs the wrong way round"),
        (RANK, ["A", "b", "c"], ("a", "b", "c"), True, "as you said"),
    ],
)
def test_how_far_off(question, answer, truth, right, off):
    read = question.read(answer)
    assert question.right(read, truth) is right and question.off(read, truth) == off
    assert 0 <= question.surprise(read, truth) <= 1


def test_a_spoilt_file_costs_only_its_spoilt_lines(mine):
    guess("00-way", "up", 70)
    good = (mine / PREDICTIONS).read_bytes()
    spoilt = [b"", b"[]", b"\xff\xfe", b'{"on": "2026-01-31"}', b"[" * 5000, b'{"question": "00-way"',
              good.strip().replace(b"up", b"sideways"), good.strip().replace(b"70", b"700"),
              good.strip().replace(b"00-way", b"00-gone"), good.strip()[:-9]]  # fmt: skip
    (mine / PREDICTIONS).write_bytes(b"\n".join(spoilt))
    assert kept.read(mine) == {}
    asking._asked.clear()
    guess("00-way", "down")
    assert kept.read(mine)["00-way"].answer == "down"
    assert (mine / PREDICTIONS).read_bytes().startswith(b"\n".join(spoilt))


def test_a_file_that_cannot_be_written_is_told_and_the_guess_counts(mine, run):
    (mine / PREDICTIONS).mkdir()
    said, _ = run('guess("00-way", "up")')
    assert f"could not be written into {PREDICTIONS}" in said
    assert "it turned out “down”" in run("left = 0.5")[0] or asking._asked["00-way"].prediction.turned_out


def test_outside_a_working_copy_nothing_is_written(mine, run):
    (mine / workspace.MANIFEST).unlink()
    run('guess("00-way", "up")')
    assert "it turned out “down”" in run("left = 0.5")[0]
    assert list(mine.iterdir()) == []


def _write_many(folder, name):
    for number in range(50):
        kept.add(folder, Prediction("2026-01-31", "01-silence", f"{name}{number}"))


def test_two_notebooks_at_once_lose_nothing(mine):
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write_many, args=(mine, name)) for name in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert {line["answer"] for line in lines(mine)} == {f"{name}{k}" for name in "ab" for k in range(50)}


def test_the_form_keeps_what_its_button_sends(mine):
    bundle, _ = guess("00-way")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Which way?" in bundle["text/plain"] and "Which way?" in bundle["text/html"]
    asked = asking._asked["00-way"]
    form = Form(WAY, asked._answered, asked.state)
    form.guess = {"answer": "sideways", "sure": None}
    assert form.said.startswith("The answer must be one of") and not form.done
    form.guess = {"answer": "up", "sure": 90}
    assert form.said == "You predicted “up” (90 % sure). Now run the cell." and not form.done
    assert kept.read(mine)["00-way"].sure == 90
    asked.meet({"left": 0.5})
    assert Form(WAY, asked._answered, asked.state).done


def met(*rows):
    today = datetime.date.today().isoformat()
    return {name: Prediction(today, name, *row) for name, *row in rows}


def test_the_largest_surprise_stands_first_and_confidence_is_counted(mine):
    told = met(
        ("00-share", 70.0, 90, 72.0), ("00-times", 2.0, 90, 58.0), ("00-way", "up", 90, "down"),
        ("00-rank", ("a", "b", "c"), 50, ("a", "b", "c")),
    )  # fmt: skip
    assert confidence(list(told.values())) == {90: (1, 3), 50: (1, 1)}
    few = Surprises("00", told)
    assert few.fit == "" and few.here[-1].surprise == 0
    for prediction in told.values():
        kept.add(mine, prediction)
    shown = surprises("00")
    assert repr(shown).splitlines()[0].startswith(("How many times longer?", "Which way?"))
    page = shown._repr_html_()
    assert page.count("<li>") == 4 and "90 % sure, 1 of 3" in page and "<script" not in page


@pytest.mark.parametrize(
    ("sure", "right", "said"),
    [(90, 2, "surer than you are right"), (50, 5, "right more often than you think"), (90, 5, "fits")],
)
def test_how_well_confidence_fits_is_said_from_five_on(mine, sure, right, said):
    truths = ["up"] * right + ["down"] * (5 - right)
    told = {str(k): Prediction("2026-01-31", "00-way", "up", sure, truth) for k, truth in enumerate(truths)}
    assert said in Surprises("00", told).fit


def test_where_nothing_was_predicted_one_sentence_stands(mine):
    assert repr(surprises("00")) == "Nothing that you predicted in this lesson has met its result yet."
    assert list(mine.iterdir()) == [mine / workspace.MANIFEST]

"""An answer that is a test: right styles are accepted, mutants killed, survivors named, and nothing hangs."""

import dataclasses
import re

import numpy as np
import pytest

from lstm_course.exercises import every, find
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.proofs.mutations import mutants
from lstm_course.exercises.testing import WrittenTest
from lstm_course.learner.checking import Outcome, check

TESTS = [exercise for exercise in every().values() if isinstance(exercise, WrittenTest)]
EACH = pytest.mark.parametrize("exercise", TESTS, ids=lambda exercise: exercise.id)


@EACH
def test_the_right_styles_are_right_and_no_two_of_them_the_same(exercise):
    assert len(set(exercise.right)) >= 5 and exercise.right[0] is exercise.under_test.reference
    for style in exercise.right:
        for seed in range(5):
            assert examine(exercise.under_test, style, seed=seed).status == "right", style.__name__


@EACH
def test_no_sentence_about_a_mutant_says_what_is_right(exercise):
    """The card of a test must not give the exercise away that is tested: no code, no formula."""
    for name, sentence in exercise.wrong.items():
        assert re.fullmatch(r"[A-Z][^!]*\.", sentence), name
        for code in re.findall(r"`([^`]+)`", sentence):
            assert re.fullmatch(r"\w+", code), sentence


@EACH
def test_the_courses_own_test_kills_every_mutant_that_is_wrong(exercise):
    """Not only the known mistakes: the function under test with any token changed."""
    survivors, killed = [], 0
    for mutant in mutants(exercise.under_test):
        names = dict(exercise.under_test.reference.__globals__)
        exec(compile(mutant.source, "<mutant>", "exec"), names)
        try:
            with np.errstate(all="ignore"):
                exercise.reference(names[exercise.under_test.id])
        except Exception:
            killed += 1
        else:
            survivors.append((mutant, names[exercise.under_test.id]))
    assert killed > 30
    wrong = [
        mutant
        for mutant, function in survivors
        if examine(exercise.under_test, function, seconds=1).status != "right"
    ]
    assert not wrong, "\n".join(mutant.change for mutant in wrong)


HEAD = """
def test_rnn_cell(cell):
    W, b = np.array([[0.2, -1.1, 0.7], [0.9, 0.4, -0.6]]), np.array([0.3, -0.5])
    x, h = np.array([1.3]), np.array([0.8, -0.4])
"""
CALL = "    new = cell(x, h, {'Wh': W, 'bh': b})\n"
RIGHT = "    assert np.allclose(new, np.tanh(W[:, :2] @ h + W[:, 2:] @ x + b))\n"
# What a learner writes below the head -> the known mistake that is named, or the beginning of what is said.
WRITTEN = {
    "    b = np.zeros(2)\n" + CALL + RIGHT: "bias zero",
    "    h = np.zeros(2)\n" + CALL + RIGHT: "old state zero",
    "    x = np.zeros(1)\n" + CALL + RIGHT: "input zero",
    "    x = h = np.array([0.4, 0.4])\n    W = np.c_[W, W[:, 0]]\n" + CALL + RIGHT:
        "the same number everywhere",
    CALL + "    np.allclose(new, 0.5)\n": "accepts everything",
    CALL + "    assert new.shape == (2,)\n": "accepts everything",
    CALL + "    try:\n        assert new is None\n    except AssertionError:\n        print('no')\n":
        "accepts everything",
    CALL + RIGHT.replace("assert", "return"): "returns instead of asserting",
    CALL + "    return new == h\n": "returns instead of asserting",
    CALL + "    assert np.allclose(new, 0.7616)\n": "rejects every right answer",
    CALL + RIGHT.replace("np.allclose(new, ", "np.array_equal(new, "): "compares bit by bit",
    CALL + RIGHT.replace(" + b)", " + b), rtol=0.015"): "tolerance too wide",
    CALL + "    assert np.allclose(new, wanted)\n":
        "Line 5, `assert np.allclose(new, wanted)`, raises a NameError",
    CALL + "    if not np.allclose(new, np.tanh(W @ [*h, *x] + b)):\n        raise AsertionError\n":
        "Line 6, `raise AsertionError`, raises a NameError",
    "    x = np.ones(3)\n" + CALL:
        "Line 5, `new = cell(x, h, {'Wh': W, 'bh': b})`, raises a ValueError: the shapes of the product",
    "    cell(x, h)\n": "Line 4, `cell(x, h)`, raises a TypeError: missing a required argument: 'weights'.",
    "    a, b = cell(x, h, {'Wh': W, 'bh': b}), 1 / 0\n": "Line 4, ",
    CALL + RIGHT + "    while True:\n        pass\n": "`test_rnn_cell` was still running after 0.5 seconds",
    "    while True:\n        try:\n            cell(x, h, {'Wh': W, 'bh': b})\n        except Exception:\n"
    "            pass\n": "`test_rnn_cell` was still running after 0.5 seconds",
}  # fmt: skip


@pytest.mark.parametrize("body", WRITTEN)
def test_what_a_test_lacks_is_named_in_whatever_words_it_is_written(body, tmp_path):
    finding = examine(find("test_rnn_cell"), written(body, tmp_path), seconds=0.5)
    assert finding.status in ("wrong", "nearly")
    said = finding.mistake or finding.sentence
    assert said.startswith(WRITTEN[body]), said


def written(body, folder):
    """A test from a file, as a notebook has its source at hand."""
    path, names = folder / "answer.py", {"np": np}
    path.write_text((HEAD + body).lstrip())
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names["test_rnn_cell"]


def test_a_test_may_print_return_and_fail_in_its_own_way(tmp_path):
    """An error with a mutant is a rejection; what is printed or returned says nothing, unless it is False."""
    body = "    print('looking ' * 10_000)\n" + CALL + "    sums = W @ [*h, *x] + b\n"
    body += "    {'yes': 1}['yes' if np.allclose(new, np.tanh(sums)) else 'no']\n    return True\n"
    finding = examine(find("test_rnn_cell"), written(body, tmp_path))
    assert finding.status == "right"
    (note,) = finding.notes
    assert note.startswith("Your code printed: `looking looking") and len(note) < 200


def test_a_test_that_counts_what_it_meets_finds_nothing_out():
    met = []

    def test_rnn_cell(cell):
        met.append(cell)
        assert len(met) <= 5  # the right ones come first?

    assert check(test_rnn_cell).status == "wrong"


def test_whoever_kills_four_of_five_is_nearly_right():
    exercise = find("test_rnn_cell")
    count = len(exercise.mutants)
    for dead in range(count + 1):
        killed = np.arange(count) < dead
        status = exercise.told((2.0, killed, 0.0)).status
        assert status == ("right" if dead == count else "nearly" if dead >= 0.8 * count else "wrong")


def test_survivors_are_named_in_text_and_in_html():
    def test_rnn_cell(cell):
        h = cell(np.ones(1), np.zeros(1), {"Wh": np.array([[0.5, 1.0]]), "bh": np.zeros(1)})
        assert abs(h[0] - 0.7616) < 1e-4

    text, page = repr(check(test_rnn_cell)), check(test_rnn_cell)._repr_html_()
    for shown in text, page.partition("<details")[0]:
        assert (
            "kills 8 of 19 mutants" in shown and "Survivor: bias forgotten. It leaves the bias out." in shown
        )
        assert "; old state added; " in shown and "no tanh" not in shown
        assert not re.search(r"np\.tanh|concatenate|@", shown)


def test_what_is_said_of_a_mutant_is_escaped_in_html():
    cell = find("test_rnn_cell")
    sharp = dataclasses.replace(cell, wrong={"no tanh": "It is <b>large</b> & `a < b`."})
    found = examine(sharp, lambda cell: cell is None or None)
    page = Outcome(sharp.id, found.status, found.sentence, found.mistake, "", found.notes)._repr_html_()
    assert "It is &lt;b&gt;large&lt;/b&gt; &amp; <code>a &lt; b</code>." in page and "<b>" not in page

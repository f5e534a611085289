"""Every planted mistake of a report is called by its name, and an honest report is left alone."""

import numpy as np
import pytest

from lstm_course import check_report
from lstm_course.data import Coverage, Sealed, chosen_on_test, create_sequences, find_copies, find_leaks

REPORT = """
Question, and what I predicted before the first run:
    Does it beat last year? I predicted under 0.9.
Baseline (MASE), and why it is the one to beat:
    Last year's month, 0.75.
What did not work, and where this does not hold:
    Two layers. One series of one place.
"""
HONEST = {
    "report": REPORT,
    "scores": [0.30, 0.32, 0.31, 0.33, 0.31],
    "baselines": {"last year": 0.75, "linear": 0.40},
    "verdict": "better",
}
DATA = np.sin(np.arange(90.0)) + 0.01 * np.arange(90.0)


def opened(times):
    test = Sealed(np.zeros(3), lambda truth, answer: np.abs(truth - answer).mean())
    for k in range(times):
        test.open({"network": np.full(3, float(k))})
    return test


def scaled_on_all(data):
    X, y = create_sequences((data - data.min()) / np.ptp(data), 5)
    return X[:-20], y[:-20], X[-20:], y[-20:]


def windows_over_the_split(data):
    X, y = create_sequences(data, 5)
    return X[:-15], y[:-15], X[-20:], y[-20:]


def target_in_the_window(data):
    X, y = create_sequences(data, 5)
    X[:, -1, 0] = y[:, 0]
    return X[:-20], y[:-20], X[-20:], y[-20:]


def shuffled(data):
    X, y = create_sequences(data, 5)
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    return X[:-20], y[:-20], X[-20:], y[-20:]


def on_test():
    values = np.random.default_rng(0).random(100)
    return chosen_on_test(lambda validation, test: np.quantile(test, 0.9), values[:50], values[50:])


MISTAKES = {
    "scaler": {"leaks": find_leaks(scaled_on_all, DATA)},
    "overlap": {"leaks": find_leaks(windows_over_the_split, DATA)},
    "target in the window": {"leaks": find_leaks(target_in_the_window, DATA)},
    "shuffled": {"leaks": find_leaks(shuffled, DATA)},
    "copied": {"leaks": find_copies(["a", "b"], ["b"])},
    "chosen on the test data": {"leaks": [None, on_test()]},
    "never opened": {"test": opened(0)},
    "opened twice": {"test": opened(2)},
    "no baseline": {"baselines": {}},
    "weak rival": {"baselines": {"last year": 0.75, "linear": 0.314}},
    "claims too much": {"baselines": {"linear": 0.2}},
    "another verdict": {"verdict": "not told apart"},
    "one run": {"scores": [0.31]},
    "too few runs": {"scores": [0.31, 0.32]},
    "same run": {"scores": [0.31] * 5},
    "best seed": {"told": 0.30},
    "another number": {"told": 0.21},
    "coverage": {"intervals": Coverage(0.6, 0.8, 1e-6)},
    "no prediction": {"report": REPORT.replace("under 0.9", "that it does")},
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_called_by_its_name(name):
    found = check_report(**HONEST | MISTAKES[name])
    assert found.mistakes == (name,)
    assert name in repr(found) and name in found._repr_html_()
    assert found.objections[0].sentence.endswith(".")


def test_an_honest_report_is_left_alone():
    found = check_report(
        **HONEST, told=0.314, leaks=[None], test=opened(1), intervals=Coverage(0.78, 0.8, 0.5)
    )
    assert found.mistakes == () and found.empty == () and len(found.held) == 6
    assert "Nothing found against the report" in repr(found)


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [([0.9, 1.0, 0.95], "worse"), ([0.3, 0.5, 0.4], "not told apart"), ([0.1, 0.11, 0.12], "better")],
)
def test_an_honest_verdict_of_any_kind_is_right(scores, verdict):
    assert check_report(**HONEST | {"scores": scores, "verdict": verdict}).mistakes == ()


def test_lines_that_say_nothing_are_named_and_are_no_mistake():
    text = "Question, and what I predicted before the first run:\nWhat did not work:\n  Much: all of it.\n"
    found = check_report(**HONEST | {"report": text})
    assert found.empty == ("Question, and what I predicted before the first run",)
    assert "not written yet" in repr(found) and found.mistakes == ()


def test_several_mistakes_are_all_told():
    found = check_report(**HONEST | {"scores": [0.31], "baselines": {}, "test": opened(3)})
    assert found.mistakes == ("opened twice", "no baseline", "one run")
    assert repr(found).startswith("✗ 3 objections")


def test_the_card_escapes_what_a_learner_wrote():
    found = check_report(**HONEST | {"baselines": {"<script>": 0.2}})
    assert "<script>" not in found._repr_html_()


def test_bad_input_gets_one_sentence():
    with pytest.raises(ValueError, match="verdict"):
        check_report(**HONEST | {"verdict": "great"})
    with pytest.raises(TypeError, match="report"):
        check_report(**HONEST | {"report": None})
    with pytest.raises((TypeError, ValueError), match="scores"):
        check_report(**HONEST | {"scores": []})

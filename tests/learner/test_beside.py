"""A right answer beside the course's: what differs is said rightly, and both are timed."""

import re

import numpy as np
import pytest

from lstm_course.exercises import find
from lstm_course.learner.beside import compare
from lstm_course.learner.checking import solution


def rnn_cell(x, h_prev, weights):
    return np.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])


def two_products(x, h_prev, weights):
    H = len(h_prev)
    return np.tanh(weights["Wh"][:, :H] @ h_prev + weights["Wh"][:, H:] @ x + weights["bh"])


def by_hand(x, h_prev, weights):
    joined = [*h_prev, *x]
    return np.array([np.tanh(sum(w * v for w, v in zip(row, joined, strict=True)) + b)
                     for row, b in zip(weights["Wh"], weights["bh"], strict=True)])  # fmt: skip


def joined_in_each_step(xs, h0, weights):
    hs = np.zeros((0, len(h0)))
    for x in xs:
        h0 = np.tanh(weights["Wh"] @ np.concatenate([h0, x]) + weights["bh"])
        hs = np.concatenate([hs, h0[None]])
    return hs


@pytest.mark.parametrize(
    ("exercise", "answer", "told"),
    [
        ("rnn_cell", rnn_cell, "Both go the same way."),
        ("rnn_cell", two_products, "Yours has 2 matrix products, the course's 1"),
        ("rnn_cell", by_hand, "Yours goes through the numbers in a loop"),
        ("rnn_forward", joined_in_each_step, "In each step of the loop yours asks for 2 new arrays"),
    ],
)
def test_what_differs_is_told(exercise, answer, told):
    shown = compare(find(exercise), answer)
    assert shown.differs.startswith(told)
    assert re.search(r"yours takes [\d.e+]+ µs, the course's [\d.e+]+ µs", shown.timed)
    assert answer.__name__ in repr(shown) and f"def {exercise}" in repr(shown)
    assert shown._repr_html_().count("<pre") == 2


def test_a_right_answer_needs_no_asking_and_a_wrong_one_does():
    assert "beside" in repr(solution(rnn_cell))
    assert "Have you tried" in repr(solution(rnn_forward=lambda xs, h0, weights: xs))
    assert "Have you tried" in repr(solution(find("rnn_cell").reference))


def test_the_text_of_an_answer_may_be_missing():
    names = {"np": np}
    exec(
        "def rnn_cell(x, h_prev, weights):\n"
        "    return np.tanh(weights['Wh'] @ np.r_[h_prev, x] + weights['bh'])",
        names,
    )
    assert compare(find("rnn_cell"), names["rnn_cell"]) is None

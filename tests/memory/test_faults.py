"""Trainings with one fault each: what each fault leaves in the curves, and that its cure takes it away."""

import numpy as np
import pytest

from lstm_course.memory import CHANCE, FAULTS, FLOOR, first_symbol, patient, train_with_fault


def test_the_first_symbol_decides_and_one_label_in_ten_is_wrong():
    x, y, mask = first_symbol(20_000, seed=4)
    right = (x[:, 0].argmax(axis=1) < 3) == (y[:, 0] > 0.5)
    assert right.mean() == pytest.approx(0.9, abs=0.01)
    assert y.mean() == pytest.approx(0.5, abs=0.02)
    assert (x.sum(axis=2) == mask).all() and mask[:, :5].all() and not mask[:, 15:].any()


def test_a_sound_training_comes_near_the_best_possible_and_no_further():
    sound = train_with_fault()
    assert sound.train[0] == pytest.approx(CHANCE, abs=0.05)
    assert FLOOR - 0.1 < sound.validation[-1] < CHANCE - 0.2


TRACES = {
    "rate too large": lambda t: t.train[0] > 1.5 * CHANCE,
    "rate too small": lambda t: np.abs(np.r_[t.train, t.validation] - CHANCE).max() < 0.05,
    "gradient accumulated": lambda t: t.train[0] < 1.1 * CHANCE < t.validation.max(),
    "labels shuffled": lambda t: t.train[-1] < CHANCE - 0.1 and t.validation[-1] > CHANCE + 0.05,
    "mask missing": lambda t: np.abs(np.r_[t.train, t.validation] - CHANCE).max() < 0.1,
    "softmax on one unit": lambda t: np.ptp(t.validation) == 0 and t.train.min() > 10 * CHANCE,
    "leak": lambda t: t.validation[-1] < FLOOR / 10,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_its_trace_and_its_own_cure_alone_takes_it_away(fault):
    ill, sound = train_with_fault(fault), train_with_fault()
    assert TRACES[fault](ill) and not TRACES[fault](sound)
    others = [name for name in FAULTS if FAULTS[name].keys() != FAULTS[fault].keys()]
    assert (train_with_fault(fault, cures=others).train == ill.train).all()
    assert (train_with_fault(fault, cures=[fault]).train == sound.train).all()


def test_the_six_patients_have_six_faults():
    curves = [patient(letter).train.tolist() for letter in "ABCDEF"]
    assert all(curves.count(curve) == 1 for curve in curves)
    assert sum(curve == train_with_fault(fault).train.tolist() for curve in curves for fault in FAULTS) == 6


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: train_with_fault("leek"), "fault is 'leek', expected 'rate too large'"),
        (lambda: train_with_fault(cures=["sleep"]), "cure is 'sleep', expected"),
        (lambda: patient("G"), "letter is 'G', expected 'A'"),
    ],
)
def test_what_is_unknown_gets_a_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()

"""`hold` tells a carried memory from a refreshed one, on two cells whose weights are set by hand."""

import numpy as np
import pytest

from lstm_course.models import hold
from lstm_course.scratch import LSTM

STEPS, MARK = 30, 3
PARTNER = [1, 0]


def cell(forget, input_gate, loop):
    """A single unit that takes what comes in at the first step; `loop` feeds its output to its candidate."""
    layer = LSTM(1, 1, seed=0, dtype="float64")
    layer.parameters[:] = 0
    layer.weights["bias"][:] = input_gate, forget, 0, 30  # i, f, c, o
    layer.weights["recurrent_kernel"][0, 2] = loop
    layer.weights["kernel"][0, 2] = 5
    return layer


def disturbed(layer):
    x = np.zeros((2, STEPS, 1))
    x[:, 0, 0] = 1, -1
    return hold(layer, x, [MARK, MARK], PARTNER)


def test_what_is_carried_survives_all_but_a_swap_and_keeps_a_halving():
    layer = cell(forget=30, input_gate=0, loop=0)
    held = disturbed(layer)
    for h in (held.untouched, held.shut, held.unlooped, held.halved):
        assert (np.sign(h[:, 0]) == [1, -1]).all()
    assert (np.sign(held.swapped[:, 0]) == [-1, 1]).all()
    assert np.allclose(held.left, 1) and np.allclose(held.carried, 1) and np.allclose(held.kept, 1)


def test_what_is_refreshed_dies_with_the_input_gate_or_the_loop_and_heals_a_halving():
    held = disturbed(cell(forget=-2, input_gate=30, loop=5))
    for h in (held.untouched, held.halved, held.swapped):
        assert (np.sign(h[:, 0]) == [1, -1]).all() and (np.abs(h) > 0.5).all()
    assert np.abs(held.shut).max() < 1e-6 and np.abs(held.unlooped).max() < 1e-6
    assert held.left.max() < 1e-6 and held.carried.max() < 1e-6 and held.kept.max() < 1e-6


def test_the_layer_is_left_as_it_was_and_padding_does_not_count():
    layer = cell(forget=1, input_gate=0, loop=1)
    before = layer.parameters.copy()
    x = np.random.default_rng(0).normal(size=(2, 12, 1))
    mask = np.arange(12) < np.array([[8], [12]])
    held = hold(layer, x, [3, 3], PARTNER, mask)
    alone = hold(layer, x[:, :8], [3, 3], PARTNER)
    assert np.allclose(held.untouched[0], alone.untouched[0]) and np.allclose(held.kept[0], alone.kept[0])
    assert np.allclose(held.forget[0], alone.forget[0])
    assert (layer.parameters == before).all()


def test_a_mark_outside_the_sequence_is_refused():
    layer = cell(0, 0, 0)
    with pytest.raises(ValueError, match="marks"):
        hold(layer, np.zeros((2, 5, 1)), [3, 6], PARTNER)

"""Long sequences: running segments again changes nothing, truncation cuts where it says, a stream agrees."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Dense,
    LastStep,
    ReluRNN,
    Sequential,
    mean_squared_error,
    train_step,
)
from lstm_course.scratch.layers import recurrent

KINDS = {
    "RNN": (RNN, {}),
    "ReluRNN": (ReluRNN, {}),
    "LSTM": (LSTM, {}),
    "GRU reset after": (GRU, {}),
    "GRU reset before": (GRU, {"reset_after": False}),
}
sizes = st.integers(1, 6)


def make(kind, D, H, keep="gates", dtype="float32"):
    make_layer, options = KINDS[kind]
    layer = make_layer(D, H, seed=0, keep=keep, dtype=dtype, **options)
    layer.parameters[...] = np.random.default_rng(1).normal(size=layer.parameter_count)
    return layer


def every_result(layer, x, state, mask, d_outputs, d_state):
    outputs, last = layer.forward(x, state, mask)
    x[...] = 0  # the caller may do so
    dx = layer.backward(d_outputs, d_state)
    return outputs, last, dx, layer.d_state, dict(layer.gradients)


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(list(KINDS)),
    dtype=st.sampled_from(["float32", "float64"]),
    masked=st.booleans(),
    given_state=st.booleans(),
    every_step=st.booleans(),
    T=st.integers(1, 40),
    N=sizes,
    D=sizes,
    H=sizes,
    block_bytes=st.sampled_from([1, 500]),
    seed=st.integers(0, 10**6),
)
def test_recomputing_gives_the_same_bits(
    kind, dtype, masked, given_state, every_step, T, N, D, H, block_bytes, seed
):
    random = np.random.default_rng(seed)
    x, d_outputs = random.normal(size=(N, T, D)), random.normal(size=(N, T, H)) if every_step else None
    mask = random.random((N, T)) > 0.4 if masked else None
    state, d_state = (tuple(random.normal(size=(N, H)) for _ in range(2)) for _ in range(2))
    if kind != "LSTM":
        state, d_state = state[0], d_state[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurrent, "CACHE_BYTES", block_bytes)
        state = state if given_state else None
        kept, again = (
            every_result(make(kind, D, H, keep, dtype), x.copy(), state, mask, d_outputs, d_state)
            for keep in ("gates", "recompute")
        )
    np.testing.assert_equal(again, kept)


@pytest.mark.parametrize("kind", KINDS)
def test_recomputing_can_be_repeated_and_keeps_few_steps(kind, monkeypatch):
    monkeypatch.setattr(recurrent, "CACHE_BYTES", 1)
    layer, d = make(kind, 2, 3, "recompute"), np.random.default_rng(1).normal(size=(4, 100, 3))
    layer.forward(np.random.default_rng(0).normal(size=(4, 100, 2)))
    first, gradients = layer.backward(d), layer.parameter_gradients.copy()
    assert np.array_equal(layer.backward(d), first) and np.array_equal(layer.parameter_gradients, gradients)
    assert len(layer.buffers[4, 100].S) == 11
    with pytest.raises(RuntimeError, match="keep is 'recompute', so the gates are gone"):
        _ = layer.gates


def trained(keep, truncate, head, updates=3):
    model = Sequential(
        [
            make("LSTM", 2, 4, keep, "float64"),
            make("GRU reset after", 4, 3, keep, "float64"),
            *head(),
            Dense(3, 1, seed=0, dtype="float64"),
        ]
    )
    random, adam = np.random.default_rng(0), Adam(0.01)
    x = random.normal(size=(5, 23, 2))
    y = random.normal(size=(5, 1) if head() else (5, 23, 1))
    losses = [train_step(model, x, y, mean_squared_error, adam, truncate=truncate) for _ in range(updates)]
    return model.parameters, losses


@pytest.mark.parametrize("head", [list, lambda: [LastStep()]], ids=["every step", "last step"])
@pytest.mark.parametrize("truncate", [None, 7, 23, 100])
def test_training_is_the_same_with_both(truncate, head, monkeypatch):
    monkeypatch.setattr(recurrent, "CACHE_BYTES", 1)
    np.testing.assert_equal(trained("recompute", truncate, head), trained("gates", truncate, head))
    if truncate and truncate >= 23:
        np.testing.assert_equal(trained("gates", truncate, head), trained("gates", None, head))


def test_truncation_cuts_the_gradient_and_carries_the_state():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(5, 12, 2)), random.normal(size=(5, 1))
    mask = np.arange(12) >= np.array([0, 1, 5, 8, 11])[:, None]
    whole = Sequential(
        [make("LSTM", 2, 3, dtype="float64"), LastStep(), Dense(3, 1, seed=0, dtype="float64")]
    )
    layer, _, dense = copy.deepcopy(whole).layers

    class Nothing:
        def update(self, parameters, gradients):
            pass

    train_step(whole, x, y, mean_squared_error, Nothing(), mask=mask, truncate=5)
    _, state = layer.forward(x[:, :10], mask=mask[:, :10])
    _, (h, _) = layer.forward(x[:, 10:], state, mask[:, 10:])
    _, d = mean_squared_error(dense.forward(h), y)
    layer.backward(None, (dense.backward(d), None))
    assert np.allclose(whole.layers[0].parameter_gradients, layer.parameter_gradients, rtol=1e-12, atol=1e-15)
    with pytest.raises(ValueError, match="truncate is 0, expected a whole number of at least 1"):
        train_step(whole, x, y, mean_squared_error, Nothing(), truncate=0)
    with pytest.raises(ValueError, match="expected a target for each of the"):
        train_step(Sequential([make("RNN", 2, 1)]), x, y, mean_squared_error, Nothing(), truncate=5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_is_the_sequence(kind):
    random = np.random.default_rng(0)
    layer, x = make(kind, 2, 3), random.normal(size=(4, 6, 2))
    state = tuple(random.normal(size=(4, 3)) for _ in layer.state_names)
    state = state if kind == "LSTM" else state[0]
    expected, _ = layer.forward(x, state)
    step = layer.stream(4, state)
    first = step(x[:, 0])
    layer.parameters[...] = 0  # training goes on
    outputs = [first, *(step(x[:, t]) for t in range(1, 6))]
    assert np.allclose(np.stack(outputs, axis=1), expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"x has shape \(1, 2\), expected \(4, 2\)"):
        step(x[:1, 0])


def test_keep_is_checked():
    with pytest.raises(ValueError, match="keep is 'all', expected 'gates' or 'recompute'"):
        LSTM(2, 3, keep="all")

"""Lesson 03, LSTM from scratch: a test of one step back, tried on right answers and on known mistakes."""

import numpy as np

from lstm_course.exercises.testing import WrittenTest
from lstm_course.scratch import numeric_gradient, relative_error

from . import lesson03
from .lesson03 import lstm_cell, lstm_gates
from .shared import edits

# One step back, in other styles


def _gate_by_gate(dh, dc, x, h_prev, c_prev, weights):
    H, hx = len(h_prev), np.concatenate([h_prev, x])
    f, i, g, o = lstm_gates(x, h_prev, weights)
    shown = np.tanh(f * c_prev + i * g)
    dc_whole = dc + (1 - shown**2) * o * dh
    da_f = dc_whole * c_prev * (f - f**2)
    da_i = dc_whole * g * (i - i**2)
    da_c = dc_whole * i * (1 - g) * (1 + g)
    da_o = dh * shown * (o - o**2)
    dhx = (
        da_f @ weights["Wf"] + da_i @ weights["Wi"] + da_c @ weights["Wc"] + da_o @ weights["Wo"]
    )  # (H + D,)
    dweights = {
        "Wf": da_f[:, None] * hx, "bf": da_f, "Wi": da_i[:, None] * hx, "bi": da_i,
        "Wc": da_c[:, None] * hx, "bc": da_c, "Wo": da_o[:, None] * hx, "bo": da_o,
    }  # fmt: skip
    return dhx[H:], dhx[:H], f * dc_whole, dweights


def _stacked(dh, dc, x, h_prev, c_prev, weights):
    """All four matrices as one, (4H, H + D)."""
    H, hx = len(h_prev), np.concatenate([h_prev, x])
    W = np.concatenate([weights["W" + gate] for gate in "fico"])
    a = W @ hx + np.concatenate([weights["b" + gate] for gate in "fico"])
    s, g = 1 / (1 + np.exp(-a)), np.tanh(a[2 * H : 3 * H])
    f, i, _, o = np.split(s, 4)
    shown = np.tanh(f * c_prev + i * g)
    dc = dc + dh * o * (1 - shown**2)
    slopes = s * (1 - s)
    slopes[2 * H : 3 * H] = 1 - g**2
    da = np.concatenate([dc * c_prev, dc * g, dc * i, dh * shown]) * slopes
    dhx, dW = W.T @ da, np.outer(da, hx)
    dweights = {"W" + gate: part for gate, part in zip("fico", np.split(dW, 4), strict=True)}
    dweights |= {"b" + gate: part for gate, part in zip("fico", np.split(da, 4), strict=True)}
    return dhx[H:], dhx[:H], dc * f, dweights


def _in_loops(dh, dc, x, h_prev, c_prev, weights):
    """Number by number, with the parts of a gradient added up in place."""
    H, hx = len(h_prev), [*h_prev, *x]
    f, i, g, o = lstm_gates(x, h_prev, weights)
    dhx, dc_prev = np.zeros(len(hx)), np.zeros(H)
    dweights = {name: np.zeros(np.shape(array)) for name, array in weights.items()}
    for j in range(H):
        shown = np.tanh(f[j] * c_prev[j] + i[j] * g[j])
        d = dc[j] + dh[j] * o[j] * (1 - shown * shown)
        dc_prev[j] += d * f[j]
        da = {
            "f": d * c_prev[j] * f[j] * (1 - f[j]), "i": d * g[j] * i[j] * (1 - i[j]),
            "c": d * i[j] * (1 - g[j] * g[j]), "o": dh[j] * shown * o[j] * (1 - o[j]),
        }  # fmt: skip
        for gate, part in da.items():
            dweights["b" + gate][j] += part
            for k, value in enumerate(hx):
                dweights["W" + gate][j, k] += part * value
                dhx[k] += part * weights["W" + gate][j, k]
    return dhx[H:], dhx[:H], dc_prev, dweights


def _by_einsum(dh, dc, x, h_prev, c_prev, weights):
    """Gates in the first axis, and the slope of tanh(c) from cosh."""
    H, hx = len(h_prev), np.concatenate([h_prev, x])
    W = np.stack([weights["W" + gate] for gate in "fico"])  # (4, H, H + D)
    f, i, g, o = gates = np.stack(lstm_gates(x, h_prev, weights))
    c = f * c_prev + i * g
    dc = dh * o / np.cosh(c) ** 2 + dc
    slopes = gates * (1 - gates)
    slopes[2] = 1 - g**2
    da = slopes * np.stack([c_prev * dc, g * dc, i * dc, np.tanh(c) * dh])
    dhx = np.einsum("ghk,gh->k", W, da)
    dW = np.einsum("gh,k->ghk", da, hx)
    dweights = {"W" + gate: dW[n] for n, gate in enumerate("fico")}
    dweights |= {"b" + gate: da[n] for n, gate in enumerate("fico")}
    return dhx[H:], dhx[:H], f * dc, dweights


# A test of it


def test_lstm_cell_backward(lstm_cell_backward):
    """Raise an AssertionError where lstm_cell_backward is wrong; otherwise do nothing.

    It is called as lstm_cell_backward(dh, dc, x, h_prev, c_prev, weights).
    """
    rng = np.random.default_rng(0)
    H, D = 2, 1
    weights = {"W" + gate: rng.normal(size=(H, H + D)) for gate in "fico"}
    weights |= {"b" + gate: rng.normal(size=H) for gate in "fico"}
    x, h_prev, c_prev = rng.normal(size=D), rng.normal(size=H), rng.normal(size=H)
    dh, dc = rng.normal(size=H), rng.normal(size=H)

    def loss():
        h, c = lstm_cell(x, h_prev, c_prev, weights)
        return np.sum(dh * h) + np.sum(dc * c)

    dx, dh_prev, dc_prev, dweights = lstm_cell_backward(dh, dc, x, h_prev, c_prev, weights)
    pairs = [(x, dx), (h_prev, dh_prev), (c_prev, dc_prev)]
    pairs += [(weights[name], dweights[name]) for name in weights]
    for values, gradient in pairs:
        assert np.shape(gradient) == np.shape(values)
        assert relative_error(gradient, numeric_gradient(loss, values)) < 1e-6


TEST_LSTM_CELL_BACKWARD = WrittenTest(
    reference=test_lstm_cell_backward,
    title="A gradient check that kills mutants",
    lesson="03",
    section="A test of the way back",
    points=2,
    minutes=8,
    under_test=lesson03.LSTM_CELL_BACKWARD,
    right=(lesson03.lstm_cell_backward, _gate_by_gate, _stacked, _in_loops, _by_einsum),
    wrong={
        "dc from the next step not added": "It does not use the `dc` that it is given.",
        "path through h missing": "It uses the `dc` that it is given, and for the cell state no `dh`.",
        "1 - c² instead of 1 - tanh(c)²": "It takes another slope at the cell state.",
        "1 - tanh(c) without the square": "It leaves out a square at the cell state.",
        "output gate missing on the way to c": "It leaves out a gate on the way from h to c.",
        "incoming dc through the output gate": "It sends the `dc` that it is given through a gate.",
        "dc_prev from the incoming dc": "Its `dc_prev` leaves out what comes through h; all else is right.",
        "dc_prev without the forget gate": "Its `dc_prev` leaves out a gate.",
        "dc_prev through the input gate": "Its `dc_prev` goes through another gate.",
        "dh_prev from one gate only": "Its `dh_prev` and `dx` hold the part of one gate.",
        "dh_prev without the candidate": "Its `dh_prev` and `dx` leave out the candidate's part.",
        "recurrent weights not transposed": "Its `dh_prev` takes rows for columns; its `dx` is right.",
        "derivative of the forget gate missing": "It leaves out the slope of the forget gate.",
        "derivative of the input gate missing": "It leaves out the slope of the input gate.",
        "derivative of the candidate missing": "It leaves out the slope of the candidate.",
        "derivative of the output gate missing": "It leaves out the slope of the output gate.",
        "tanh of the candidate twice in the slope": "It takes the slope of the candidate at another place.",
        "new cell state in df": "It gives the forget gate the gradient of another product.",
        "tanh missing in do": "It gives the output gate a gradient without the squeezing.",
        "i and g exchanged": "It exchanges two gradients, those of the input gate and the candidate.",
        "outer product turned round": "Its weight gradients have the wrong shape.",
        "weight gradients in the order [x, h]": "Its weight gradients have their columns in another order.",
        "bias gradients before the activation": "Its bias gradients leave out all slopes; all else is right.",
        "returns dh_prev first": "It returns `dx` and `dh_prev` in the wrong order.",
    },
    hints=(
        "Which number is it whose gradients the function returns? It gets `dh` and `dc`, so it is the sum of "
        "dh · h and dc · c, and `lstm_cell` computes h and c.",
        "As in the proof above: `numeric_gradient(loss, values)` nudges each entry of `values`, and "
        "`relative_error` compares. Random numbers of order one, for the states as well, and H other than D.",
        "`def loss(): h, c = lstm_cell(x, h_prev, c_prev, weights); return np.sum(dh * h) + np.sum(dc * c)`. "
        "Compare for `x`, `h_prev`, `c_prev` and all eight arrays of `weights`, the shapes first.",
    ),
    mistakes=edits(r"""
        accepts everything: Your test accepts every implementation, wrong ones too: it never raises. Write
            `assert` before the comparison: alone it does nothing.
            {"assert relative_error(": "(lambda a, b: 0.0)(",
             "        assert np.shape(gradient) == np.shape(values)\n": ""}
        returns instead of asserting: Your test returns False for a wrong implementation, and nobody looks at
            what a test returns. It rejects by raising: `assert` in place of `return`.
            {"    for values, gradient in pairs:\n        assert np.shape(gradient) == np.shape(values)\n"
             "        assert relative_error(gradient, numeric_gradient(loss, values)) < 1e-6":
                "    return all(\n        np.shape(gradient) == np.shape(values)\n"
                "        and relative_error(gradient, numeric_gradient(loss, values)) < 1e-6\n"
                "        for values, gradient in pairs\n    )"}
        rejects every right answer: Your test rejects right implementations, in every style tried, so that its
            no means nothing. Run it on your own: is the loss the one that `dh` and `dc` belong to? And is the
            comparison bit by bit? Nudging is exact to some eight digits.
            {"< 1e-6": "== 0"}
        shapes only: Your test looks at shapes alone. A wrong gradient mostly has the right shape: compare
            numbers.
            {"        assert relative_error(gradient, numeric_gradient(loss, values)) < 1e-6": ""}
        loss of h alone: Your test does not see what becomes of the `dc` that arrives: it is zero, or no part
            of the loss is dc · c. Take dh · h plus dc · c, both of order one.
            {"dh, dc = rng.normal(size=H), rng.normal(size=H)": "dh, dc = rng.normal(size=H), np.zeros(H)"}
        loss of c alone: Your test does not see what becomes of the `dh` that arrives: it is zero, or no part
            of the loss is dh · h. Take dh · h plus dc · c, both of order one.
            {"dh, dc = rng.normal(size=H), rng.normal(size=H)": "dh, dc = np.zeros(H), rng.normal(size=H)"}
        weights not looked at: Your test looks at `dx`, `dh_prev` and `dc_prev`, and not at `dweights`. It is
            for the weights that one goes back.
            {"    pairs += [(weights[name], dweights[name]) for name in weights]\n": ""}
        weights only: Your test looks at `dweights` alone. The step before gets `dh_prev` and `dc_prev`, the
            layer below `dx`: compare all of them.
            {"[(x, dx), (h_prev, dh_prev), (c_prev, dc_prev)]": "[]"}
        biases not looked at: Your test leaves out the gradients of the biases.
            {"for name in weights]": 'for name in weights if name[0] == "W"]'}
        old cell state zero: Your old cell state is zero, so the test does not see what goes through the
            forget gate. Take numbers of order one.
            {"rng.normal(size=D), rng.normal(size=H), rng.normal(size=H)":
                "rng.normal(size=D), rng.normal(size=H), np.zeros(H)"}
        tiny weights: Your weights are so small that tanh and sigmoid are nearly straight lines, and their
            slopes do not show. Take weights of order one.
            {"rng.normal(size=(H, H + D))": "3e-4 * rng.normal(size=(H, H + D))",
             "rng.normal(size=H) for": "3e-4 * rng.normal(size=H) for"}
        tolerance too wide: Your comparison is too generous: a gradient that is off by one per cent passes.
            With weights of order one nudging agrees to seven digits.
            {"< 1e-6": "< 0.01"}
    """),
)

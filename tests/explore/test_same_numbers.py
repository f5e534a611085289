"""The mathematics in JavaScript is that of lstm_course/scratch: forward, backward, cells and layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course import memory
from lstm_course.scratch import GRU, LSTM, RNN, gru_cell, lstm_cell, rnn_cell, sigmoid

EQUAL = 1e-12
CELLS = {
    "rnn": (rnn_cell, RNN, {}),
    "lstm": (lstm_cell, LSTM, {}),
    "gru": (gru_cell, GRU, {"reset_after": False}),
}
CASES = 40
RUN = """
import { gradientByLag, gruCell, lstmCell, rnnCell, run, runBack } from "./cells.js";
const cells = { rnn: rnnCell, lstm: lstmCell, gru: gruCell };
console.log(JSON.stringify(given.map(({ cell, x, state, xs, weights, asked }) => {
  const steps = run(cells[cell], xs, weights);
  const gradients = {};
  const dxs = runBack(steps, asked, gradients);
  const one = cells[cell](x, state, weights);
  return { one: one.state, back: one.back(asked), states: steps.map((step) => step.state), dxs, gradients,
           lags: gradientByLag(steps) };
})));
"""


def cases(cell):
    """Random weights of all sizes, inputs and gradients; a third large, where gates are shut or open."""
    random = np.random.default_rng(sum(map(ord, cell)))
    for number in range(CASES):
        (D, H), T = random.integers(1, 6, size=2), random.integers(5, 10)
        layer = CELLS[cell][1](int(D), int(H), seed=number, dtype="float64", **CELLS[cell][2])
        weights = {name: (8.0 if number % 3 == 0 else 1.5) * random.normal(size=w.shape)
                   for name, w in layer.cell_weights().items()}  # fmt: skip
        layer.load_cell_weights(weights)
        state, asked = ({name: random.normal(size=H) for name in "hc"} for _ in range(2))
        if cell != "lstm":
            state.pop("c")
        given = {"cell": cell, "x": random.normal(size=D), "state": state, "xs": random.normal(size=(T, D)),
                 "weights": weights, "asked": asked}  # fmt: skip
        yield layer, given


def in_python(layer, given):
    """What the course computes of such a case, in the form of the page."""
    cell, H = CELLS[given["cell"]][0], layer.hidden_size
    is_lstm = given["cell"] == "lstm"
    pair = (lambda state: (state["h"][None], state["c"][None])) if is_lstm else lambda state: state["h"][None]
    named = (lambda pair: dict(zip("hc", pair, strict=True))) if is_lstm else lambda h: {"h": h}
    one = cell(given["x"], *given["state"].values(), given["weights"])
    layer.forward(given["x"][None, None], pair(given["state"]))
    dx = layer.backward(None, pair(given["asked"]))[0, 0]
    back = named([d[0] for d in layer.d_state] if is_lstm else layer.d_state[0])
    lags = memory.gradient_by_lag(layer, given["xs"][None])[0]
    layer.forward(given["xs"][None])
    states = [named([layer.gates[name][0, t] for name in "hc"] if is_lstm else layer.gates["h"][0, t])
              for t in range(len(given["xs"]))]  # fmt: skip
    dxs = layer.backward(None, pair(given["asked"]))[0]
    # Gradients, laid out as the weights are, in the form of the blackboard.
    other = type(layer)(layer.input_size, H, seed=0, dtype="float64", **CELLS[given["cell"]][2])
    for name, gradient in layer.gradients.items():
        other.weights[name][...] = gradient
    return {"one": named(one), "back": {"state": back, "x": dx}, "states": states, "dxs": dxs,
            "gradients": other.cell_weights(), "lags": lags}  # fmt: skip


def differences(ours, theirs, path=""):
    """Largest difference of each part, relative where numbers are larger than 1."""
    if isinstance(ours, dict):
        assert set(theirs) >= set(ours), path
        for name in ours:
            yield from differences(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(ours[0], dict):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            yield from differences(one, other, path)
    else:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert ours.shape == theirs.shape, path
        yield np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(ours)))


@pytest.mark.parametrize("cell", CELLS)
def test_cells_and_layers_are_the_same_forward_and_backward(javascript, cell, capsys):
    found = list(cases(cell))
    theirs = javascript(RUN, [given for _, given in found])
    apart = [
        max(differences(in_python(layer, given), theirs[number]))
        for number, (layer, given) in enumerate(found)
    ]
    with capsys.disabled():
        print(f"\n{cell}: the largest difference between JavaScript and Python is {max(apart):.1e}")
    assert max(apart) < EQUAL


def test_the_unit_of_the_playground_is_the_cell_of_the_course(javascript):
    random = np.random.default_rng(3)
    units = [
        dict(zip("fio", random.random(3), strict=True))
        | {"g": random.uniform(-1, 1)}
        | dict(zip(("c_prev", "dc", "dh"), random.normal(size=3), strict=True))
        for _ in range(50)
    ]
    code = (
        'import { step } from "./cell_playground.js";\n'
        "console.log(JSON.stringify(given.map((unit) => step(unit))));"
    )
    for unit, found in zip(units, javascript(code, units), strict=True):
        # A layer whose input does nothing, and whose biases make these gates.
        layer = LSTM(1, 1, dtype="float64", seed=0)
        biases = {"b" + gate: [np.log(unit[gate] / (1 - unit[gate]))] for gate in "fio"} | {
            "bc": [np.arctanh(unit["g"])]
        }
        layer.load_cell_weights({"W" + gate: np.zeros((1, 2)) for gate in "fico"} | biases)
        _, (h, c) = layer.forward(np.zeros((1, 1, 1)), (np.zeros((1, 1)), np.full((1, 1), unit["c_prev"])))
        layer.backward(None, (np.full((1, 1), unit["dh"]), np.full((1, 1), unit["dc"])))
        assert found["c"] == pytest.approx(c[0, 0], abs=EQUAL) and found["h"] == pytest.approx(
            h[0, 0], abs=EQUAL
        )
        back = found["back"]
        assert back["dc_prev"] == pytest.approx(layer.d_state[1][0, 0], abs=EQUAL)
        by_sum = dict(zip("ifgo", layer.gradients["bias"], strict=True))  # through the gate's own curve
        for gate in "fio":
            assert back["d" + gate] * unit[gate] * (1 - unit[gate]) == pytest.approx(by_sum[gate], abs=EQUAL)
        assert back["dg"] * (1 - unit["g"] ** 2) == pytest.approx(by_sum["g"], abs=EQUAL)


@settings(max_examples=5)
@given(st.lists(st.floats(-800, 800), min_size=40, max_size=60))
def test_the_sigmoid_never_overflows(javascript, values):
    code = 'import { sigmoid } from "./unit.js";\nconsole.log(JSON.stringify(given.map(sigmoid)));'
    np.testing.assert_allclose(javascript(code, values), sigmoid(values), rtol=0, atol=EQUAL)

"""Lesson 03, LSTM from scratch: gates, cell, sequence, backward pass, biases, counting, fusing."""

from collections.abc import Mapping

import numpy as np

from lstm_course.exercises.exercise import Exercise, Mistake, Probe, Question, ValueExercise, WrongValue

from .inputs import cell_weights, without_biases
from .lesson00 import sigmoid
from .shared import edits


def _state(rng, hidden_size):
    """A random hidden state and a cell state, which may be larger than 1."""
    return rng.uniform(-1, 1, size=hidden_size), rng.normal(size=hidden_size)


# The gates


def lstm_gates(x, h_prev, weights):
    """Forget gate, input gate, candidate and output gate of one step, each (H,)."""
    hx = np.concatenate([h_prev, x])  # (H + D,)
    f = sigmoid(weights["Wf"] @ hx + weights["bf"])
    i = sigmoid(weights["Wi"] @ hx + weights["bi"])
    g = np.tanh(weights["Wc"] @ hx + weights["bc"])
    o = sigmoid(weights["Wo"] @ hx + weights["bo"])
    return f, i, g, o


def _gates_probes(rng):
    weights = cell_weights(rng, 3, 4, "fico")
    x, (h_prev, _) = rng.normal(size=3), _state(rng, 4)
    return [
        Probe((x, h_prev, weights)),
        Probe((x, h_prev, without_biases(weights)), "when the biases are zero"),
        Probe((x, np.zeros(4), weights), "when `h_prev` is zero"),
        Probe((np.zeros(3), h_prev, weights), "when `x` is zero"),
        Probe((rng.normal(size=5), _state(rng, 2)[0], cell_weights(rng, 5, 2, "fico")), "for another size"),
    ]


LSTM_GATES = Exercise(
    reference=lstm_gates,
    title="The gates of an LSTM",
    lesson="03",
    section="Three gates and a candidate",
    points=2,
    minutes=8,
    returns=("f", "i", "g", "o"),
    axes={"f": ("unit",), "i": ("unit",), "g": ("unit",), "o": ("unit",)},
    probes=_gates_probes,
    hints=(
        "Four times the same sum, with four sets of weights. Three of them are gates, between 0 and 1; one "
        "is a candidate, between -1 and 1.",
        "Join `[h_prev, x]` once. The gates f, i, o go through the sigmoid, the candidate g through tanh.",
        '`f = sigmoid(weights["Wf"] @ hx + weights["bf"])`, the same with i and o; `g = '
        'np.tanh(weights["Wc"] @ hx + weights["bc"])`; return `f, i, g, o`.',
    ),
    mistakes=edits(r"""
        forget and input gate swapped: Your forget and input gates are swapped: with the two exchanged, your
            answer is exactly right. The order is f, i, g, o.
            {"return f, i, g, o": "return i, f, g, o"}
        output and input gate swapped: Your input and output gates are swapped: with the two exchanged, your
            answer is exactly right. The order is f, i, g, o.
            {"return f, i, g, o": "return f, o, g, i"}
        candidate and output gate swapped: Your candidate and output gate are swapped: with the two exchanged,
            your answer is exactly right. The order is f, i, g, o.
            {"return f, i, g, o": "return f, i, o, g"}
        candidate through sigmoid
        gates through tanh
        sigmoid and tanh exchanged: Your gates go through tanh and your candidate through the sigmoid: it is
            the other way round.
            {"f = sigmoid(": "f = np.tanh(",
             "i = sigmoid(": "i = np.tanh(",
             "g = np.tanh(": "g = sigmoid(",
             "o = sigmoid(": "o = np.tanh("}
        [x, h] instead of [h, x]
        biases forgotten
        bias of the forget gate forgotten
        bias of the input gate forgotten
        bias of the candidate forgotten
        bias of the output gate forgotten
        h_prev ignored
        x ignored
        Wf used for the input gate
        Wf used for the output gate
        bf used for every gate: Every gate takes the bias of the forget gate: each has its own.
            {'weights["bi"]': 'weights["bf"]',
             'weights["bc"]': 'weights["bf"]',
             'weights["bo"]': 'weights["bf"]'}
        candidate without tanh: Your candidate is the bare sum: tanh is missing.
            {'np.tanh(weights["Wc"] @ hx + weights["bc"])': 'weights["Wc"] @ hx + weights["bc"]'}
        line of the forget gate copied for the input gate: Your input gate is the forget gate once more, as
            happens when a line is copied: it has its own `Wi` and `bi`.
            {'weights["Wi"]': 'weights["Wf"]', 'weights["bi"]': 'weights["bf"]'}
        line of the forget gate copied for the output gate: Your output gate is the forget gate once more, as
            happens when a line is copied: it has its own `Wo` and `bo`.
            {'weights["Wo"]': 'weights["Wf"]', 'weights["bo"]': 'weights["bf"]'}
        bf used for the input gate: Your input gate takes the bias of the forget gate. It has its own, `bi`.
            {'weights["bi"]': 'weights["bf"]'}
        bo used for the forget and input gates
        Wo used for the candidate: Your candidate takes the weights of the output gate. It has its own, `Wc`.
            {'weights["Wc"]': 'weights["Wo"]'}
        output gate through tanh: Your output gate goes through tanh. It is a gate, between 0 and 1: sigmoid.
            Only the candidate goes through tanh.
            {"o = sigmoid(": "o = np.tanh("}
        forget gate through tanh: Your forget gate goes through tanh. It is a gate, between 0 and 1: sigmoid.
            Only the candidate goes through tanh.
            {"f = sigmoid(": "f = np.tanh("}
        hard sigmoid for the gates
        hard sigmoid from -3 to 3 for the gates
        forget bias raised by 1: You add 1 to the sum of the forget gate. The bias `bf` holds all that is to
            be added: where a gate starts open, its bias was set so beforehand.
            {'weights["bf"])': 'weights["bf"] + 1)'}
        biases after the activation: You add the biases after the sigmoid and the tanh. They belong inside,
            with the products.
            {' @ hx + weights["bf"])': ' @ hx) + weights["bf"]',
             ' @ hx + weights["bi"])': ' @ hx) + weights["bi"]',
             ' @ hx + weights["bc"])': ' @ hx) + weights["bc"]',
             ' @ hx + weights["bo"])': ' @ hx) + weights["bo"]'}
    """),
)


# The cell


def lstm_cell(x, h_prev, c_prev, weights):
    """One step of an LSTM: x (D,), h_prev (H,), c_prev (H,) -> (h, c), each (H,).

    Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000.
    """
    hx = np.concatenate([h_prev, x])  # (H + D,)
    f = sigmoid(weights["Wf"] @ hx + weights["bf"])  # what to keep
    i = sigmoid(weights["Wi"] @ hx + weights["bi"])  # what to let in
    g = np.tanh(weights["Wc"] @ hx + weights["bc"])  # what there is to let in
    o = sigmoid(weights["Wo"] @ hx + weights["bo"])  # what to show
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    return h, c


def _cell_probes(rng):
    weights = cell_weights(rng, 3, 4, "fico")
    x, (h_prev, c_prev) = rng.normal(size=3), _state(rng, 4)
    return [
        Probe((x, h_prev, c_prev, weights)),
        Probe((x, h_prev, c_prev, without_biases(weights)), "when the biases are zero"),
        Probe((x, h_prev, np.zeros(4), weights), "when `c_prev` is zero"),
        Probe((x, np.zeros(4), c_prev, weights), "when `h_prev` is zero"),
        Probe((np.zeros(3), h_prev, c_prev, weights), "when `x` is zero"),
        Probe((rng.normal(size=5), *_state(rng, 2), cell_weights(rng, 5, 2, "fico")), "for another size"),
    ]


LSTM_CELL = Exercise(
    reference=lstm_cell,
    title="One step of an LSTM",
    lesson="03",
    section="The whole cell",
    points=3,
    minutes=8,
    returns=("h", "c"),
    axes={"h": ("unit",), "c": ("unit",)},
    probes=_cell_probes,
    hints=(
        "First the gates, as in `lstm_gates`. Then the cell state: a part of the old one stays, a part of "
        "the candidate comes in. Then the hidden state: a part of the cell state is shown.",
        "c = f · c_prev + i · g, all element by element. h = o · tanh(c): the tanh is taken of the new cell "
        "state, and the output gate comes after it.",
        "`f, i, g, o = lstm_gates(x, h_prev, weights)`, `c = f * c_prev + i * g`, `h = o * np.tanh(c)`, "
        "`return h, c`.",
    ),
    mistakes=edits(r"""
        forget and input gate swapped: Your forget and input gates are swapped: with the two exchanged, your
            answer is exactly right. f decides what stays of `c_prev`, i what comes in of the candidate.
            {"f * c_prev + i * g": "i * c_prev + f * g"}
        output and input gate swapped: Your input and output gates are swapped: i belongs to the candidate, o
            to the hidden state.
            {"i * g": "o * g", "h = o *": "h = i *"}
        forget and output gate swapped: Your forget and output gates are swapped: f belongs to `c_prev`, o to
            the hidden state.
            {"f * c_prev": "o * c_prev", "h = o *": "h = f *"}
        candidate through sigmoid
            {"g = np.tanh(": "g = sigmoid("}
        gates through tanh
        input gate left out: The candidate comes in whole: c = f · c_prev + g. The input gate decides how much
            of it: i · g.
            {"i * g": "g"}
        candidate left out: The input gate itself comes in: c = f · c_prev + i. It decides how much of the
            candidate comes in: i · g.
            {"i * g": "i"}
        inner product with the old state: `f @ c_prev` is one number, the sum over all units. Each unit has
            its own gate: element by element, f * c_prev.
            {"f * c_prev": "f @ c_prev"}
        inner products: An inner product adds over all units, so your cell state is one number. Each unit has
            its own gates: element by element, `f * c_prev + i * g`.
            {"f * c_prev + i * g": "np.dot(f, c_prev) + np.dot(i, g)"}
        hard sigmoid for the gates
        hard sigmoid from -3 to 3 for the gates
        forget bias raised by 1: You add 1 to the sum of the forget gate. The bias `bf` holds all that is to
            be added: where a gate starts open, its bias was set so beforehand.
            {'weights["bf"])': 'weights["bf"] + 1)'}
        forget gate left out: The old cell state stays whole: c = c_prev + i · g. The forget gate decides how
            much of it: f · c_prev.
            {"f * c_prev": "c_prev"}
        forget gate for the candidate: The forget gate decides how much of the candidate comes in. That is the
            input gate's part: i · g.
            {"i * g": "f * g"}
        input gate added to the candidate: You add the input gate and the candidate. The gate multiplies it: i
            · g.
            {"i * g": "(i + g)"}
        bo used for the forget and input gates
        one minus the forget gate: You keep (1 - f) of the old state. f = 1 means keep all: f · c_prev.
            {"f * c_prev": "(1 - f) * c_prev"}
        1 - f for the input gate: You take 1 - f for the input gate, as in an LSTM with coupled gates. This
            one has an input gate of its own.
            {"i * g": "(1 - f) * g"}
        old state subtracted: The candidate's part is subtracted. Both parts are added: f · c_prev + i · g.
            {"c_prev + i": "c_prev - i"}
        tanh of the cell state missing: You show o · c. The cell state may be large, so it goes through tanh
            first: h = o · tanh(c).
            {"o * np.tanh(c)": "o * c"}
        tanh around the product: You take tanh of the product o · c. The output gate comes after the tanh: h =
            o · tanh(c).
            {"o * np.tanh(c)": "np.tanh(o * c)"}
        sigmoid of the cell state: You show o · sigmoid(c). It is tanh here: h = o · tanh(c).
            {"o * np.tanh(c)": "o * sigmoid(c)"}
        output gate left out: You show tanh(c) whole. The output gate decides how much of it: o · tanh(c).
            {"o * np.tanh(c)": "np.tanh(c)"}
        old cell state shown: The hidden state is made from `c_prev`. It shows the new cell state: h = o ·
            tanh(c).
            {"np.tanh(c)": "np.tanh(c_prev)"}
        cell state through tanh: You hand on tanh of the cell state. On its road the cell state meets no tanh:
            that is how it lasts. Only h is made with tanh(c).
            {"return h, c": "return h, np.tanh(c)"}
        [x, h] instead of [h, x]
        biases forgotten
        bias of the forget gate forgotten
        bias of the input gate forgotten
        bias of the candidate forgotten
        bias of the output gate forgotten
        returns (c, h): The values are right, in the wrong order: return `h, c`, the hidden state first.
            {"return h, c": "return c, h"}
        h_prev ignored
        x ignored
        Wf used for the input gate
        Wf used for the output gate
        gates look at the cell state: Your gates look at `c_prev` in place of `h_prev`. They look at what is
            shown, [h_prev, x].
            {"[h_prev, x]": "[c_prev, x]"}
        forget gate over the sum: The forget gate acts on the whole sum, f · (c_prev + i · g). It acts on the
            old state alone: f · c_prev + i · g.
            {"f * c_prev + i * g": "f * (c_prev + i * g)"}
        hidden state kept in place of the cell state: You keep f · h_prev. The memory is the cell state: f ·
            c_prev.
            {"f * c_prev": "f * h_prev"}
        old state let in in place of the candidate: The input gate lets in `c_prev` once more. What comes in
            is the candidate: i · g.
            {"i * g": "i * c_prev"}
        multiplied in place of added: You multiply what stays by what comes in. The two are added: f · c_prev
            + i · g.
            {"c_prev + i * g": "c_prev * i * g"}
        tanh on the road: The new cell state goes through tanh before it is shown and handed on. On its road
            it meets no tanh; only h is made with tanh(c).
            {"c = f * c_prev + i * g": "c = np.tanh(f * c_prev + i * g)"}
        tanh of the candidate twice: The candidate has been through its tanh already, and goes through it
            again.
            {"i * g": "i * np.tanh(g)"}
        sigmoid of the gates twice: The gates have been through the sigmoid already, and go through it again.
            {"f * c_prev + i * g": "sigmoid(f) * c_prev + sigmoid(i) * g",
             "o * np.tanh(c)": "sigmoid(o) * np.tanh(c)"}
        tanh on the wrong factor: You take tanh of the output gate. It belongs around the cell state: h = o ·
            tanh(c).
            {"o * np.tanh(c)": "np.tanh(o) * c"}
        input gate for the hidden state: The hidden state is made with the input gate. The output gate decides
            what is shown: o · tanh(c).
            {"h = o *": "h = i *"}
        candidate and output gate swapped: Your candidate and output gate are swapped: the gates come in the
            order f, i, g, o.
            {"i * g": "i * o", "h = o *": "h = g *"}
        old hidden state added: You add the old hidden state to the new one. It enters through the gates only.
            {"h = o * np.tanh(c)": "h = h_prev + o * np.tanh(c)"}
        hidden state twice: You return the hidden state twice. The second value is the new cell state, `c`.
            {"return h, c": "return h, h"}
        old cell state returned: You return the cell state that came in. The second value is the new one, `c`.
            {"return h, c": "return h, c_prev"}
    """),
)


# The sequence


def lstm_forward(xs, h0, c0, weights):
    """A whole sequence: xs (T, D), h0 and c0 (H,) -> (hs, cs), each (T, H): both states after every step."""
    h, c = h0, c0
    hs, cs = [], []
    for x in xs:
        h, c = lstm_cell(x, h, c, weights)
        hs.append(h)
        cs.append(c)
    return np.array(hs), np.array(cs)


def _forward_probes(rng):
    weights = cell_weights(rng, 3, 4, "fico")
    xs, (h0, c0) = rng.normal(size=(6, 3)), _state(rng, 4)
    return [
        Probe((xs, h0, c0, weights)),
        Probe((xs[:1], h0, c0, weights), "for one step"),
        Probe((xs, np.zeros(4), c0, weights), "when `h0` is zero"),
        Probe((xs, h0, np.zeros(4), weights), "when `c0` is zero"),
        Probe(
            (rng.normal(size=(8, 2)), *_state(rng, 3), cell_weights(rng, 2, 3, "fico")), "for another size"
        ),
    ]


LSTM_FORWARD = Exercise(
    reference=lstm_forward,
    title="A sequence through an LSTM",
    lesson="03",
    section="A whole sequence",
    points=2,
    minutes=8,
    returns=("hs", "cs"),
    axes={"hs": ("step", "unit"), "cs": ("step", "unit")},
    probes=_forward_probes,
    hints=(
        "The loop of `rnn_forward`, with two states to carry instead of one.",
        "Start with `h, c = h0, c0` and two empty lists. What a step returns is what the next step starts "
        "from.",
        "In the loop: `h, c = lstm_cell(x, h, c, weights)`, then put both on their lists. At the end return "
        "`np.array(hs), np.array(cs)`.",
    ),
    mistakes=edits(r"""
        cell state not carried: Every step starts from `c0`. The cell state that one step makes must go into
            the next: it is the memory.
            {"lstm_cell(x, h, c,": "lstm_cell(x, h, c0,"}
        hidden state not carried: Every step starts from `h0`. The hidden state that one step makes must go
            into the next.
            {"lstm_cell(x, h, c,": "lstm_cell(x, h0, c,"}
        nothing carried: Every step starts from `h0` and `c0`. Both states that one step makes must go into
            the next.
            {"lstm_cell(x, h, c,": "lstm_cell(x, h0, c0,"}
        both initial states ignored: You start from zeros instead of from `h0` and `c0`.
            {"h, c = h0, c0": "h, c = np.zeros_like(h0), np.zeros_like(c0)"}
        initial cell state ignored: You start the cell state from zeros instead of from `c0`.
            {"h, c = h0, c0": "h, c = h0, np.zeros_like(c0)"}
        initial hidden state ignored: You start the hidden state from zeros instead of from `h0`.
            {"h, c = h0, c0": "h, c = np.zeros_like(h0), c0"}
        initial states exchanged: You start the hidden state from `c0` and the cell state from `h0`.
            {"h, c = h0, c0": "h, c = c0, h0"}
        h and c exchanged at every step: You take what the cell returns in the wrong order: `h, c =
            lstm_cell(...)`.
            {"h, c = lstm_cell(": "c, h = lstm_cell("}
        h and c handed over in the wrong order: You hand the states to the cell in the wrong order:
            `lstm_cell(x, h, c, weights)`.
            {"lstm_cell(x, h, c,": "lstm_cell(x, c, h,"}
        returns (cs, hs): The values are right, in the wrong order: return `hs, cs`.
            {"return np.array(hs), np.array(cs)": "return np.array(cs), np.array(hs)"}
        hs only: You return the hidden states alone. The cell states are asked for as well: `hs, cs`.
            {"return np.array(hs), np.array(cs)": "return np.array(hs)"}
        last states only: You return the last states alone. The states of all T steps are asked for, each (T,
            H).
            {"return np.array(hs), np.array(cs)": "return h, c"}
        hidden states twice: Your `cs` are the hidden states once more.
            {"cs.append(c)": "cs.append(h)"}
        cell states twice: Your `hs` are the cell states once more.
            {"hs.append(h)": "hs.append(c)"}
        outputs shifted by one: Your rows are one step late: row 0 holds `h0` and `c0`. Append after the step,
            not before.
            {"        hs.append(h)\n        cs.append(c)\n": "",
             "        h, c = lstm_cell":
                "        hs.append(h)\n        cs.append(c)\n        h, c = lstm_cell"}
        initial states among the outputs: You return one row too many: `h0` and `c0` are where the sequence
            starts from, not outputs.
            {"hs, cs = [], []": "hs, cs = [h0], [c0]"}
        read backwards
        last step left out
        first input at every step
        both states from h0: You start the cell state from `h0` as well. It starts from `c0`.
            {"h, c = h0, c0": "h, c = h0, h0"}
        one list for both: `hs = cs = []` is one list with two names, so both states land in it. Make two:
            `hs, cs = [], []`.
            {"hs, cs = [], []": "hs = cs = []"}
        last states in every row: Every row holds the last states: one array is changed again and again, and
            the list holds it many times. Put a copy on the list, or make a new array at each step.
            {"return np.array(hs), np.array(cs)": "return np.array([h] * len(hs)), np.array([c] * len(cs))"}
        last cell state in every row: Every row of `cs` holds the last cell state: one array is changed again
            and again, and the list holds it many times. Put a copy on the list, or make a new array at each
            step.
            {"np.array(cs)": "np.array([c] * len(cs))"}
        last hidden state in every row: Every row of `hs` holds the last hidden state: one array is changed
            again and again, and the list holds it many times. Put a copy on the list, or make a new array
            each time.
            {"np.array(hs)": "np.array([h] * len(hs))"}
        returned inside the loop
    """),
)


# One step back


def lstm_cell_backward(dh, dc, x, h_prev, c_prev, weights):
    """Gradients of one step: dh and dc (H,) -> dx (D,), dh_prev (H,), dc_prev (H,), dweights like weights.

    dh is the gradient that reaches h, dc the one that reaches c from the step after.
    """
    H = len(h_prev)
    hx = np.concatenate([h_prev, x])
    f, i, g, o = lstm_gates(x, h_prev, weights)
    c = f * c_prev + i * g
    tanh_c = np.tanh(c)

    do = dh * tanh_c
    dc = dc + dh * o * (1 - tanh_c**2)  # along the road, and through h
    df = dc * c_prev
    di = dc * g
    dg = dc * i
    dc_prev = dc * f

    da = {  # before the sigmoids and the tanh
        "f": df * f * (1 - f),
        "i": di * i * (1 - i),
        "c": dg * (1 - g**2),
        "o": do * o * (1 - o),
    }
    dweights = {}
    dhx = np.zeros(len(hx))
    for gate, d in da.items():
        dweights[f"W{gate}"] = np.outer(d, hx)
        dweights[f"b{gate}"] = d
        dhx += weights[f"W{gate}"].T @ d
    return dhx[H:], dhx[:H], dc_prev, dweights


def _backward_probes(rng):
    weights = cell_weights(rng, 3, 4, "fico")
    x, (h_prev, c_prev) = rng.normal(size=3), _state(rng, 4)
    dh, dc = rng.normal(size=4), rng.normal(size=4)
    small = (rng.normal(size=2), rng.normal(size=2), rng.normal(size=5), *_state(rng, 2))
    return [
        Probe((dh, dc, x, h_prev, c_prev, weights)),
        Probe((dh, np.zeros(4), x, h_prev, c_prev, weights), "when `dc` is zero"),
        Probe((np.zeros(4), dc, x, h_prev, c_prev, weights), "when `dh` is zero"),
        Probe((dh, dc, x, h_prev, np.zeros(4), weights), "when `c_prev` is zero"),
        Probe((dh, dc, x, h_prev, c_prev, without_biases(weights)), "when the biases are zero"),
        Probe((*small, cell_weights(rng, 5, 2, "fico")), "for another size"),
    ]


LSTM_CELL_BACKWARD = Exercise(
    reference=lstm_cell_backward,
    title="One step of an LSTM, backwards",
    lesson="03",
    section="The backward pass",
    points=5,
    minutes=25,
    returns=("dx", "dh_prev", "dc_prev", "dweights"),
    axes={"dx": ("feature",), "dh_prev": ("unit",), "dc_prev": ("unit",)},
    probes=_backward_probes,
    hints=(
        "Write down the six lines of the forward step, and go through them from the last to the first. Each "
        "variable gathers a gradient from every line in which it stands on the right.",
        "c stands in two places: in h = o · tanh(c), and in the next step. So dc = dc + dh · o · (1 - "
        "tanh(c)²). From it df = dc · c_prev, di = dc · g, dg = dc · i, dc_prev = dc · f; and do = dh · "
        "tanh(c).",
        "Through the activations: da_f = df · f · (1 - f), the same for i and o; da_c = dg · (1 - g²). Then "
        "for each of the four: dW = outer(da, [h_prev, x]), db = da, and W.T @ da is summed over the four: "
        "its first H numbers are dh_prev, the others dx.",
    ),
    mistakes=edits(r"""
        dc from the next step not added: The `dc` that arrives from the step after is not used. The cell state
            gets a gradient along its own road as well as through h: add the two.
            {"dc + dh * o": "dh * o"}
        path through h missing: You use only the `dc` that arrives from the step after. The cell state also
            acts through h = o · tanh(c): add dh · o · (1 - tanh(c)²).
            {"dc + dh * o * (1 - tanh_c**2)": "dc"}
        1 - c² instead of 1 - tanh(c)²: You take 1 - c². The slope of tanh at c is 1 - tanh(c)².
            {"(1 - tanh_c**2)": "(1 - c**2)"}
        tanh of the cell state twice in the slope: You take 1 - tanh(tanh(c))². The tanh has been taken
            already: its slope at c is 1 - tanh(c)².
            {"(1 - tanh_c**2)": "(1 - np.tanh(tanh_c) ** 2)"}
        sigmoid of the forget gate for its slope: The forget gate's gradient is multiplied by a sigmoid, where
            its slope belongs: f (1 - f).
            {"df * f * (1 - f)": "df * sigmoid(f)"}
        tanh of the cell state passed over: The gradient from h does not go through tanh(c): multiply by 1 -
            tanh(c)².
            {"dh * o * (1 - tanh_c**2)": "dh * o"}
        output gate missing on the way to c: On the way from h to c the output gate is missing: dh · o · (1 -
            tanh(c)²).
            {"dh * o * (1": "dh * (1"}
        dh_prev from one gate only: Only the last gate's part of `dh_prev` and `dx` is left. `h_prev` and `x`
            enter all four: sum, += instead of =.
            {"dhx += ": "dhx = "}
        dh_prev without the candidate: The candidate's part of `dh_prev` and `dx` is missing. `h_prev` and `x`
            enter all four, the three gates and the candidate.
            {'dhx += weights[f"W{gate}"].T @ d': 'dhx += (gate != "c") * weights[f"W{gate}"].T @ d'}
        gate derivative missing: The gates' gradients do not go through the sigmoid: multiply by f (1 - f), i
            (1 - i), o (1 - o).
            {" * f * (1 - f)": "", " * i * (1 - i)": "", " * o * (1 - o)": ""}
        derivative of the forget gate missing: The forget gate's gradient does not go through its sigmoid:
            multiply by f (1 - f).
            {" * f * (1 - f)": ""}
        derivative of the input gate missing: The input gate's gradient does not go through its sigmoid:
            multiply by i (1 - i).
            {" * i * (1 - i)": ""}
        derivative of the output gate missing: The output gate's gradient does not go through its sigmoid:
            multiply by o (1 - o).
            {" * o * (1 - o)": ""}
        derivative of the candidate missing: The candidate's gradient does not go through its tanh: multiply
            by 1 - g².
            {" * (1 - g**2)": ""}
        sigmoid' for the candidate: The candidate comes out of tanh, whose slope is 1 - g², not g (1 - g).
            {"(1 - g**2)": "g * (1 - g)"}
        tanh' for the gates: The gates come out of the sigmoid, whose slope is f (1 - f), not 1 - f².
            {"f * (1 - f)": "(1 - f**2)", "i * (1 - i)": "(1 - i**2)", "o * (1 - o)": "(1 - o**2)"}
        sigmoid' of the gates instead of their sums: You take the slope of the sigmoid at the gates, but a
            gate has been through the sigmoid already. With s = f the slope is s (1 - s): no further sigmoid.
            {"f * (1 - f)": "sigmoid(f) * (1 - sigmoid(f))",
             "i * (1 - i)": "sigmoid(i) * (1 - sigmoid(i))",
             "o * (1 - o)": "sigmoid(o) * (1 - sigmoid(o))"}
        slopes of gates and candidate at their outputs: You take the slopes of the sigmoid and of tanh at the
            gates and the candidate, but these have been through them already: f (1 - f) and 1 - g² hold of
            the outputs as they are.
            {"f * (1 - f)": "sigmoid(f) * (1 - sigmoid(f))",
             "i * (1 - i)": "sigmoid(i) * (1 - sigmoid(i))",
             "o * (1 - o)": "sigmoid(o) * (1 - sigmoid(o))",
             "(1 - g**2)": "(1 - np.tanh(g) ** 2)"}
        s (1 - s) of the sums: You put the sums before the sigmoid into s (1 - s). That form of the slope
            holds of the outputs, the gates: f (1 - f).
            {"da = {": "a = {k: weights[f'W{k}'] @ hx + weights[f'b{k}'] for k in 'fio'}\n    da = {",
             "f * (1 - f)": "a['f'] * (1 - a['f'])",
             "i * (1 - i)": "a['i'] * (1 - a['i'])",
             "o * (1 - o)": "a['o'] * (1 - a['o'])"}
        outer product turned round: Your weight gradients are transposed: `np.outer(a, b)` has a row for each
            entry of a. The rows of a weight matrix are the units: `np.outer(da, hx)`.
            {"np.outer(d, hx)": "np.outer(hx, d)"}
        only 1 - f for the gates: The slope of the sigmoid is f (1 - f), and the factor f is missing, likewise
            i and o.
            {"f * (1 - f)": "(1 - f)", "i * (1 - i)": "(1 - i)", "o * (1 - o)": "(1 - o)"}
        dc_prev without the forget gate: You hand `dc` on whole. c = f · c_prev + ..., so dc_prev = dc · f.
            {"dc_prev = dc * f": "dc_prev = dc"}
        dc_prev through the input gate: You hand `dc` back through the input gate. c = f · c_prev + ..., so
            dc_prev = dc · f.
            {"dc_prev = dc * f": "dc_prev = dc * i"}
        new cell state in df: The forget gate's gradient takes the new cell state. It multiplies the old one:
            df = dc · c_prev.
            {"df = dc * c_prev": "df = dc * c"}
        i and g exchanged: The gradients of i and g are exchanged. In the product i · g each gets dc times the
            other: di = dc · g, dg = dc · i.
            {"di = dc * g": "di = dc * i", "dg = dc * i": "dg = dc * g"}
        tanh missing in do: The output gate multiplies tanh(c), so do = dh · tanh(c), not dh · c.
            {"do = dh * tanh_c": "do = dh * c"}
        do from dc: The output gate acts on h only, not on c: do = dh · tanh(c).
            {"    do = dh * tanh_c\n": "", "    df = dc": "    do = dc * tanh_c\n    df = dc"}
        dx and dh_prev split wrongly: `W.T @ da` holds the H numbers of `dh_prev` first and the D numbers of
            `dx` after them. You split it the other way round.
            {"dhx[H:], dhx[:H]": "dhx[:-H], dhx[-H:]"}
        returns dh_prev first: `dx` and `dh_prev` are returned in the wrong order: dx, dh_prev, dc_prev,
            dweights.
            {"dhx[H:], dhx[:H]": "dhx[:H], dhx[H:]"}
        weight gradients in the order [x, h]: The gradients of the weights have their columns in the order [x,
            h]. The forward step joins [h_prev, x].
            {"[h_prev, x]": "[x, h_prev]"}
        bias gradients before the activation: The gradients of the biases do not go through the activations.
            The bias stands beside the product, so db = da.
            {'dweights[f"b{gate}"] = d': 'dweights[f"b{gate}"] = {"f": df, "i": di, "c": dg, "o": do}[gate]'}
        gates' gradients from the incoming dc: The gates and the candidate take the `dc` that arrives, without
            the part that comes through h. Add that part first, then use the sum everywhere.
            {"dc = dc + dh * o": "dc_sum = dc + dh * o", "dc_prev = dc * f": "dc_prev = dc_sum * f"}
        dc_prev from the incoming dc: `dc_prev` takes the `dc` that arrives, without the part that comes
            through h. Both go back along the road: use the sum.
            {"dc = dc + dh * o": "dc_in, dc = dc, dc + dh * o", "dc_prev = dc * f": "dc_prev = dc_in * f"}
        slope at the old cell state: You take tanh of `c_prev`. What is shown is the new cell state: tanh(f ·
            c_prev + i · g).
            {"np.tanh(c)": "np.tanh(c_prev)"}
        dh added whole: You add `dh` itself to `dc`. From h to c it passes the output gate and the tanh: dh ·
            o · (1 - tanh(c)²).
            {"dc + dh * o * (1 - tanh_c**2)": "dc + dh"}
        incoming dc through the output gate: The `dc` that arrives goes through the output gate and the tanh
            as well. It comes along the road and meets neither: dc + dh · o · (1 - tanh(c)²).
            {"dc + dh * o": "(dc + dh) * o"}
        1 - tanh(c) without the square: The slope of tanh is 1 - tanh(c)², and the square is missing.
            {"(1 - tanh_c**2)": "(1 - tanh_c)"}
        1 - g without the square: The slope of the candidate's tanh is 1 - g², and the square is missing.
            {"(1 - g**2)": "(1 - g)"}
        tanh of the candidate twice in the slope: You take 1 - tanh(g)², but g has been through the tanh
            already: 1 - g².
            {"(1 - g**2)": "(1 - np.tanh(g) ** 2)"}
        df and di exchanged: The gradients of f and i are exchanged: df = dc · c_prev, di = dc · g. Each gate
            gets dc times what it multiplies.
            {"df = dc * c_prev": "df = dc * g", "di = dc * g": "di = dc * c_prev"}
        input gate missing in dg: The candidate's gradient does not go through the input gate: c = ... + i ·
            g, so dg = dc · i.
            {"dg = dc * i": "dg = dc"}
        old cell state missing in df: The forget gate's gradient lacks the old cell state: c = f · c_prev +
            ..., so df = dc · c_prev.
            {"df = dc * c_prev": "df = dc"}
        recurrent weights not transposed: On the way to `dh_prev` the weights are not transposed. The gradient
            goes through the transpose: `W.T @ da`.
            {'dhx += weights[f"W{gate}"].T @ d':
                'W = weights[f"W{gate}"]\n        dhx += np.concatenate([W[:, :H] @ d, W[:, H:].T @ d])'}
    """),
)


# Biases


def _observe_biases(function, *arguments):
    """The biases, and how many of them are the same array as another."""
    biases = function(*arguments)
    arrays = list(biases.values()) if isinstance(biases, dict) else []
    arrays = [array for array in arrays if isinstance(array, np.ndarray)]
    shared = [sum(np.shares_memory(array, other) for other in arrays) > 1 for array in arrays]
    return biases, sum(shared)


def initial_biases(hidden_size, forget_bias=1.0):
    """Biases to start from: the forget gate open, all others zero; a dict of four arrays (H,).

    Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015.
    """
    zeros = np.zeros(hidden_size)
    biases = {"bf": zeros.copy(), "bi": zeros.copy(), "bc": zeros.copy(), "bo": zeros.copy()}
    biases["bf"] += forget_bias
    return biases


INITIAL_BIASES = Exercise(
    reference=initial_biases,
    title="Biases to start from",
    lesson="03",
    section="Why the forget gate starts open",
    points=1,
    minutes=4,
    returns=("biases", "the number of biases that share an array"),
    observe=_observe_biases,
    observed_inside=True,
    probes=lambda rng: [
        Probe((5, float(rng.uniform(1.5, 4)))),
        Probe((3,), "for the default"),
        Probe((int(rng.integers(4, 9)), float(rng.uniform(-3, -1))), "for a negative forget bias"),
        Probe((4, 0.0), "when the forget bias is zero"),
        Probe((1, float(rng.uniform(1.5, 4))), "for one unit"),
    ],
    hints=(
        "Which gate decides how much of the memory stays? Only its bias is not zero.",
        "Four arrays of shape (H,), in a dict with the keys bf, bi, bc, bo.",
        '`{"bf": np.full(hidden_size, forget_bias), "bi": np.zeros(hidden_size), ...}`.',
    ),
    mistakes=edits(r"""
        all biases set: All four biases are set. Only the forget gate should start open: an open input gate
            lets everything in and overwrites the memory.
            {'biases["bf"] += forget_bias': "for bias in biases.values():\n        bias += forget_bias"}
        input bias set: You set the bias of the input gate. It is the forget gate that keeps the memory: `bf`.
            {'biases["bf"] +=': 'biases["bi"] +='}
        output bias set: You set the bias of the output gate. It is the forget gate that keeps the memory:
            `bf`.
            {'biases["bf"] +=': 'biases["bo"] +='}
        candidate bias set: You set the bias of the candidate. It is the forget gate that keeps the memory:
            `bf`.
            {'biases["bf"] +=': 'biases["bc"] +='}
        forget and input bias set: You set the bias of the input gate as well. Only the forget gate should
            start open.
            {'biases["bf"] += forget_bias': 'biases["bf"] += forget_bias\n    biases["bi"] += forget_bias'}
        all three gates set: You set the biases of all three gates. Only the forget gate should start open.
            {'biases["bf"] += forget_bias': 'for gate in "fio":\n        biases[f"b{gate}"] += forget_bias'}
        all zero: All biases are zero, so the forget gate starts half shut: sigmoid(0) is 1/2.
            {'    biases["bf"] += forget_bias\n': ""}
        argument ignored: The forget bias is 1, whatever `forget_bias` is.
            {"+= forget_bias": "+= 1.0"}
        bias turned round: The sign is turned round: a positive bias opens the gate.
            {"+= forget_bias": "-= forget_bias"}
        single numbers: Each bias is a single number. Every unit has one of its own: shape (H,).
            {"np.zeros(hidden_size)": "np.zeros(())"}
        one array for three gates: Three of your biases are one and the same array under three names, and an
            update of one changes the others. Make an array for each: `np.zeros(hidden_size)` three times.
            {"zeros = np.zeros(hidden_size)": "zeros, one = np.zeros(hidden_size), np.zeros(hidden_size)",
             '"bi": zeros.copy(), "bc": zeros.copy(), "bo": zeros.copy()': '"bi": one, "bc": one, "bo": one'}
        one array for all gates: All four biases are one and the same array under four names, so what is added
            to one is added to all. Make an array for each: `np.zeros(hidden_size)` four times.
            {'zeros.copy(), "bi": zeros.copy(), "bc": zeros.copy(), "bo": zeros.copy()':
                'zeros, "bi": zeros, "bc": zeros, "bo": zeros'}
        gate value instead of bias: You set the bias to what the gate should be. The bias goes through the
            sigmoid before it is a gate.
            {"+= forget_bias": "+= sigmoid(forget_bias)"}
        first unit only: Only the first unit's forget bias is set. All H units want it.
            {'biases["bf"] += forget_bias': 'biases["bf"][0] += forget_bias'}
        others at one: The other biases are 1. Only the forget gate's is not zero.
            {"np.zeros(hidden_size)": "np.ones(hidden_size)", "+= forget_bias": "+= forget_bias - 1"}
        input bias turned round: You set the input gate's bias to minus the forget bias, as chrono
            initialisation does. Here it is zero, like all others but the forget gate's.
            {'biases["bf"] += forget_bias': 'biases["bf"] += forget_bias\n    biases["bi"] -= forget_bias'}
    """),
)


# Counting


def lstm_parameter_count(input_size, hidden_size):
    """Number of weights and biases of an LSTM layer."""
    matrix = hidden_size * (hidden_size + input_size)
    bias = hidden_size
    return 4 * (matrix + bias)


def _count_probes(rng):
    sizes = [rng.choice(np.arange(2, 90), size=2, replace=False).tolist() for _ in range(4)]
    return [*(Probe(tuple(size)) for size in sizes), Probe((1, 7), "for one input")]


LSTM_PARAMETER_COUNT = Exercise(
    reference=lstm_parameter_count,
    title="Parameters of an LSTM",
    lesson="03",
    section="Counting parameters",
    points=1,
    minutes=4,
    returns=("the count",),
    probes=_count_probes,
    hints=(
        "How many sets of weights has the cell? Count the gates, and what is not a gate.",
        "Each set has a matrix (H, H + D) and a bias (H,).",
        "4 (H (H + D) + H): three gates and the candidate.",
    ),
    mistakes=edits(r"""
        three gates counted: You count three sets of weights. There are three gates, and the candidate has
            weights as well: four.
            {"return 4 *": "return 3 *"}
        biases not counted: The biases are missing: H for each of the four.
            {"(matrix + bias)": "matrix"}
        one bias counted: You count one bias of H numbers for all. Each of the four has its own.
            {"4 * (matrix + bias)": "4 * matrix + bias"}
        input weights not counted
        recurrent weights not counted
        one matrix without D: One of your four matrices has no columns for the input. All four are (H, H + D):
            the candidate and the gates see the same.
            {"4 * (matrix + bias)": "4 * (matrix + bias) - hidden_size * input_size"}
        one set counted: You count one set of weights, as in a plain RNN. The LSTM has four.
            {"return 4 *": "return"}
        cell state counted: You count five sets of weights. The cell state has none: three gates and the
            candidate make four.
            {"return 4 *": "return 5 *"}
        two biases: You count two biases for each gate, as PyTorch has them. Here, as in Keras, there is one.
            {"bias = hidden_size": "bias = 2 * hidden_size"}
        single bias per gate: You count one bias number for each gate. Every unit has its own: H for each
            gate.
            {"bias = hidden_size": "bias = 1"}
        product instead of sum: The matrices act on state and input side by side: H + D columns, not H times
            D.
        input and hidden size exchanged
        peepholes counted: You count 3 H peephole weights. This LSTM has none.
            {"4 * (matrix + bias)": "4 * (matrix + bias) + 3 * hidden_size"}
        one matrix counted: You count one matrix and four biases. Each of the four has a matrix of its own as
            well.
            {"4 * (matrix + bias)": "matrix + 4 * bias"}
        dense layer counted: You count a dense layer of one output as well. The LSTM layer alone is asked for.
            {"4 * (matrix + bias)": "4 * (matrix + bias) + hidden_size + 1"}
    """),
)


# From the blackboard to the engine


def fuse_weights(weights):
    """Four matrices into one: blackboard form -> kernel (D, 4H), recurrent_kernel (H, 4H), bias (4H,).

    The blocks stand in the order of Keras: i, f, c, o.
    """
    H = len(weights["bf"])
    matrix = np.concatenate([weights["W" + gate] for gate in "ifco"])  # (4H, H + D)
    bias = np.concatenate([weights["b" + gate] for gate in "ifco"])  # (4H,)
    recurrent_kernel = matrix[:, :H].T  # (H, 4H)
    kernel = matrix[:, H:].T  # (D, 4H)
    return kernel, recurrent_kernel, bias


FUSE_WEIGHTS = Exercise(
    reference=fuse_weights,
    title="Four matrices into one",
    lesson="03",
    section="Into Keras and back",
    points=2,
    minutes=8,
    returns=("kernel", "recurrent_kernel", "bias"),
    axes={"kernel": ("feature", "block"), "recurrent_kernel": ("unit", "block")},
    probes=lambda rng: [
        Probe((cell_weights(rng, 3, 4, "fico"),)),
        Probe((cell_weights(rng, 6, 2, "fico"),), "for another size"),
        Probe((cell_weights(rng, 3, 3, "fico"),), "when H and D are equal"),
        Probe((cell_weights(rng, 1, 1, "fico"),), "for one unit and one input"),
        Probe((without_biases(cell_weights(rng, 2, 5, "fico")),), "when the biases are zero"),
    ],
    hints=(
        "Put the four matrices one under another, in the order of Keras, then cut the columns: those of the "
        "state and those of the input.",
        "`np.concatenate` of the four gives (4H, H + D). Keras multiplies from the other side, x @ kernel, "
        "so each part is transposed.",
        '`matrix = np.concatenate([weights[f"W{gate}"] for gate in "ifco"])`, `recurrent_kernel = matrix[:, '
        ":H].T`, `kernel = matrix[:, H:].T`, and the biases in the same order; return `kernel, "
        "recurrent_kernel, bias`.",
    ),
    mistakes=edits(r"""
        order f, i, c, o: Your blocks stand in the order f, i, c, o. Keras has the input gate first: i, f, c,
            o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "fico"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "fico"'}
        order i, f, o, c: Your blocks stand in the order i, f, o, c. Keras has the output gate last: i, f, c,
            o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "ifoc"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "ifoc"'}
        order f, i, o, c: Your blocks stand in the order f, i, o, c. Keras has i, f, c, o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "fioc"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "fioc"'}
        order i, c, f, o: Your blocks stand in the order i, c, f, o. Keras has i, f, c, o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "icfo"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "icfo"'}
        order f, c, i, o: Your blocks stand in the order f, c, i, o. Keras has i, f, c, o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "fcio"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "fcio"'}
        alphabetical order: Your blocks stand in alphabetical order, c, f, i, o. Keras has i, f, c, o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "cfio"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "cfio"'}
        biases in another order: The matrices are in the order i, f, c, o and the biases are not: all three
            arrays have the same order.
            {'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "fico"'}
        not transposed: Your kernels are not transposed: Keras computes x @ kernel, so kernel is (D, 4H) and
            recurrent_kernel (H, 4H).
            {"matrix[:, :H].T": "matrix[:, :H]", "matrix[:, H:].T": "matrix[:, H:]"}
        reshaped instead of transposed: The shape is right, but `reshape` does not transpose: it fills the
            numbers in row by row. Use `.T`.
            {"matrix[:, :H].T": "matrix[:, :H].reshape(H, -1)",
             "matrix[:, H:].T": "matrix[:, H:].reshape(-1, 4 * H)"}
        x and h rows swapped: You take the first D columns for the input. The matrices act on [h_prev, x]: the
            first H columns belong to the state.
            {"matrix[:, :H].T": "matrix[:, -H:].T", "matrix[:, H:].T": "matrix[:, :-H].T"}
        kernel and recurrent_kernel exchanged: `kernel` and `recurrent_kernel` are exchanged: kernel belongs
            to the input, and comes first.
            {"return kernel, recurrent_kernel,": "return recurrent_kernel, kernel,"}
        units interleaved: The four gates of each unit stand side by side. Keras keeps each gate's H columns
            together.
            {'np.concatenate([weights["W" + gate] for gate in "ifco"])':
                'np.stack([weights["W" + gate] for gate in "ifco"], axis=1).reshape(4 * H, -1)',
             'np.concatenate([weights["b" + gate] for gate in "ifco"])':
                'np.stack([weights["b" + gate] for gate in "ifco"], axis=1).ravel()'}
        blocks not joined: The four blocks of the bias are stacked, (4, H). They are joined end to end: (4H,).
            {'np.concatenate([weights["b" + gate]': 'np.stack([weights["b" + gate]'}
        bias left out: The bias is missing: return `kernel, recurrent_kernel, bias`.
            {"return kernel, recurrent_kernel, bias": "return kernel, recurrent_kernel"}
        order i, o, f, c: Your blocks stand in the order i, o, f, c, which is that of ONNX. Keras has i, f, c,
            o.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "iofc"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "iofc"'}
        order o, i, f, c: Your blocks stand in the order o, i, f, c. Keras has i, f, c, o: the output gate
            last.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "oifc"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "oifc"'}
        order f, c, o, i: Your blocks stand in the order f, c, o, i. Keras has i, f, c, o: the input gate
            first.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "fcoi"',
             'weights["b" + gate] for gate in "ifco"': 'weights["b" + gate] for gate in "fcoi"'}
        matrices in another order: The biases are in the order i, f, c, o and the matrices are not: all three
            arrays have the same order.
            {'weights["W" + gate] for gate in "ifco"': 'weights["W" + gate] for gate in "fico"'}
    """),
)


# A value and two questions


def _memory_after_30():
    forget_gate = 1 / (1 + np.exp(-1.0))  # 0.731
    return forget_gate**30


MEMORY_AFTER_30 = ValueExercise(
    id="memory_after_30",
    title="What a forget bias of 1 leaves after 30 steps",
    lesson="03",
    section="Why the forget gate starts open",
    points=1,
    minutes=2,
    question=(
        "The forget gate's bias is 1, and nothing else reaches the gate. What fraction of the cell state is "
        "left after 30 steps?"
    ),
    answer=_memory_after_30,
    tolerance=0.05,
    hints=(
        "What is the forget gate when its sum is 1?",
        "sigmoid(1) = 0.73, and each step multiplies the cell state by it.",
        "0.73 to the power 30.",
    ),
    mistakes=(
        WrongValue(
            "bias taken for the gate", "The bias is 1, the gate is not: it is sigmoid(1) = 0.73.", lambda: 1.0
        ),
        WrongValue(
            "sigmoid of 30",
            "That is sigmoid(30), a gate whose sum is 30. The sum is 1, and the gate acts thirty times.",
            lambda: 1 / (1 + np.exp(-30.0)),
        ),
        WrongValue(
            "one step only",
            "That is what one step leaves. Thirty steps multiply by it thirty times.",
            lambda: 1 / (1 + np.exp(-1.0)),
        ),
        WrongValue(
            "multiplied by 30",
            "You multiply the gate by 30. Each step multiplies by the gate: a power, not a product.",
            lambda: 30 / (1 + np.exp(-1.0)),
        ),
        WrongValue(
            "divided by 30",
            "You divide the gate by 30. Each step multiplies by the gate: a power.",
            lambda: 1 / (1 + np.exp(-1.0)) / 30,
        ),
        WrongValue(
            "bias 0",
            "That is for bias 0, where the gate is 1/2. Here it is sigmoid(1) = 0.73.",
            lambda: 0.5**30,
        ),
        WrongValue(
            "exp(-30)",
            "That would be a gate of exp(-1) = 0.37. The gate is sigmoid(1) = 0.73.",
            lambda: np.exp(-30.0),
        ),
        WrongValue(
            "part forgotten",
            "You take the part that is forgotten at each step, 0.27. What stays is 0.73.",
            lambda: (1 - 1 / (1 + np.exp(-1.0))) ** 30,
        ),
        WrongValue(
            "tanh(1)",
            "You take tanh(1) = 0.76 for the gate. It is sigmoid(1) = 0.73.",
            lambda: np.tanh(1.0) ** 30,
        ),
        WrongValue("29 steps", "That is what 29 steps leave.", lambda: (1 / (1 + np.exp(-1.0))) ** 29),
        WrongValue("31 steps", "That is what 31 steps leave.", lambda: (1 / (1 + np.exp(-1.0))) ** 31),
    ),
)

LATCH = Question(
    id="latch",
    title="A cell that holds its number",
    lesson="03",
    section="A latch by hand",
    points=1,
    minutes=2,
    question="The cell has stored a number. With which gates does it hold it, unchanged, whatever comes in?",
    choices={
        "a": "f = 0, i = 1",
        "b": "f = 1, i = 1",
        "c": "f = 1, i = 0",
        "d": "f = 0, i = 0",
    },
    answer="c",
    explanations={
        "a": (
            "That forgets the old number and writes the new candidate: it is how a number is stored, not how "
            "it is held."
        ),
        "b": (
            "The old number stays, but every step adds the candidate to it: the cell counts instead of "
            "holding."
        ),
        "c": (
            "c = 1 · c_prev + 0 · g: nothing is taken away and nothing comes in, for as many steps as you "
            "like."
        ),
        "d": "Nothing comes in, but the old number is wiped out: c = 0.",
    },
    hints=(
        "Put the gates into c = f · c_prev + i · g.",
        "c should be c_prev, for any g.",
        "What must stand before c_prev, and what before g?",
    ),
)

LSTM_FAILS_AT_30 = Question(
    id="lstm_fails_at_30",
    title="Why an LSTM forgets",
    lesson="03",
    section="The usual bias of 1 breaks before lag 30",
    points=1,
    minutes=2,
    question="An LSTM with forget bias 1 does not learn to recall a symbol at lag 30. Why not?",
    choices={
        "a": "An LSTM cannot carry information over 30 steps.",
        "b": "At the start its forget gates are about 0.73, so almost no gradient comes back over 30 steps.",
        "c": "Its gradients explode and must be clipped.",
        "d": "Its output gate is shut at the start.",
    },
    answer="b",
    explanations={
        "a": (
            "It can, once its forget gates are open. The trouble is to find that out from a gradient that "
            "has nearly vanished."
        ),
        "b": (
            "Along the road 0.73 to the power 30 is left, less than one in ten thousand. A little more comes "
            "back through h, and it is not enough. With open gates the same network learns it."
        ),
        "c": (
            "Along the cell state the gradient is multiplied by forget gates, which are below 1: it shrinks."
        ),
        "d": (
            "With bias 0 the output gate starts at about 1/2, which costs one factor of 1/2, not one for "
            "each step."
        ),
    },
    hints=(
        "By what is the gradient multiplied on its way back along the cell state?",
        "By the forget gate, once a step. What is sigmoid(1)?",
        "Compute `memory_after_30` first.",
    ),
)

WHAT_TO_CHANGE = Question(
    id="what_to_change",
    title="An open road, and still at chance",
    lesson="03",
    section="A hundred steps: open, and protected",
    points=1,
    minutes=3,
    question=(
        "An LSTM starts with forget bias 5 and input bias 0. With learning rate 0.01 it stays at chance at "
        "lag 100. Which of these changes lets it learn?"
    ),
    choices={
        "a": "A learning rate of 0.001 and more updates, all else as it is.",
        "b": "Blanks instead of the symbols after the first one.",
        "c": "Forget bias 3 and input bias -3, halfway on both sides.",
        "d": "Input bias -5, and the forget bias back at 1.",
    },
    answer="a",
    explanations={
        "a": (
            "An update is added up a hundred times through the half-open gate. Made ten times smaller, it "
            "moves the memory by less, and the network learns, in several times the updates."
        ),
        "b": (
            "That helps little: of five networks one begins to learn. The cell adds something at every step "
            "even then, for the candidate also reads h and has a bias. What is too large is the update."
        ),
        "c": (
            "sigmoid(3) is 0.95, and after a hundred steps less than one hundredth of the first step is "
            "left: the road is not open for long enough."
        ),
        "d": "That protects a memory which the forget gate wipes out: 0.73 to the power 100 is nothing.",
    },
    hints=(
        "Look at both columns of the cell above: what is left, and how far an update moves the state.",
        "With forget bias 5 about half is left, so the road is open. The trouble is in the other column.",
        "Which change makes the move of one update ten times smaller?",
    ),
)


# Debugging a training


def diagnoses():
    """The fault of each patient: letter -> its name in the list."""
    return {
        "A": "mask missing",
        "B": "leak",
        "C": "rate too large",
        "D": "labels shuffled",
        "E": "gradient accumulated",
        "F": "softmax on one unit",
    }


# What each patient's curves show, and what they would show with another fault.
_CURVES = {
    "A": "both of its curves stay at chance",
    "B": "both of its curves fall under the best that is possible",
    "C": "its training loss starts far above chance and jumps",
    "D": "its training loss falls slowly and without jumps, while its validation loss rises",
    "E": "its curves start at chance, as they should, and then swing about there",
    "F": "its curves are level from the first epoch to the last, at twelve times the loss of a guesser",
}
_TRACES = {
    "rate too large": "With a rate that is too large the first epoch is the worst, far above chance.",
    "gradient accumulated": (
        "An update that repeats all gradients before it overshoots: the curves start at chance and swing."
    ),
    "labels shuffled": (
        "Shuffled labels can be learned by heart: the training loss falls, and that on new sequences rises."
    ),
    "mask missing": (
        "Without its mask the network reads zeros to the end and forgets: nothing is learned, nothing is "
        "broken, the loss is that of a guesser."
    ),
    "softmax on one unit": (
        "A softmax over one unit says 1 whatever the unit says: there is no gradient, and the loss stays far "
        "above chance."
    ),
    "leak": "With a leak the loss falls under what anybody can reach who does not know the labels.",
}


def _taken_for_others():
    """Each patient with each fault that it does not have: five wrong names for every letter."""
    for letter, right in diagnoses().items():
        for wrong, trace in _TRACES.items():
            if wrong != right:
                told = f'Patient {letter} has no "{wrong}". {trace} Look again: {_CURVES[letter]}.'
                edit = {f'"{letter}": "{right}"': f'"{letter}": "{wrong}"'}
                yield Mistake(f"{letter} taken for {wrong}", told, edit)


def _observe_diagnoses(function):
    """How many patients are named rightly, and what each is called: that alone would tell the right name."""
    named = function()
    if not isinstance(named, Mapping):
        return named
    names, right = list(_TRACES), diagnoses()
    if missing := [letter for letter in right if letter not in named]:
        raise ValueError(f"patient {missing[0]} is missing")
    given = [str(named[letter]).strip().lower() for letter in right]
    if unknown := [name for name in given if name not in names]:
        raise ValueError(f"{unknown[0]!r} is none of the six names of the list")
    matches = [name == wanted for name, wanted in zip(given, right.values(), strict=True)]
    return float(sum(matches)), np.array([float(names.index(name)) for name in given])


DIAGNOSES = Exercise(
    reference=diagnoses,
    title="Six broken trainings",
    lesson="03",
    section="Debugging a training",
    points=3,
    minutes=6,
    returns=("patients named rightly", "names"),
    probes=lambda rng: [Probe(())],
    hints=(
        "Ask three things of each pair of curves: where do they start, do they move, and which of the two "
        "lines of chance and of the best possible do they cross?",
        "Two patients do not move at all: at chance, the network says the same of every sequence; far above "
        "it, the output itself is stuck. One is better than the best possible: it knows what it should not.",
        "Of the other three, one starts far above chance, one learns by heart what is of no use for new "
        "sequences, and one starts well and swings.",
    ),
    mistakes=tuple(_taken_for_others()),
    observe=_observe_diagnoses,
)

FLAT_CURVES = Question(
    id="flat_curves",
    title="Two trainings that stay at chance",
    lesson="03",
    section="What the curves cannot tell",
    points=1,
    minutes=2,
    question=(
        "Two trainings stay at chance for 20 epochs. One has a learning rate that is too small, the other "
        "reads padding without a mask. Both networks lie before you. What tells them apart at once?"
    ),
    choices={
        "a": "The accuracy instead of the loss.",
        "b": "The curves of more sequences, and of another seed.",
        "c": "The validation loss beside the training loss.",
        "d": "The answers themselves: whether they differ from sequence to sequence.",
    },
    answer="d",
    explanations={
        "a": "Both are at chance, so both are right in about half of the cases.",
        "b": "Both stay at chance with any seed and any number of sequences: the cause stays what it is.",
        "c": "The two lie on each other in both trainings: whoever has learned nothing does not overfit.",
        "d": (
            "The network that moved too little still answers each sequence differently, as it did at its "
            "start. The one that reads zeros to the end has forgotten which sequence it was, and says the "
            "same of all."
        ),
    },
    hints=(
        "Which of the two networks still has the sequence in its state when it answers?",
        "After 33 zeros or more, what is left of the symbols in a state with the usual forget bias?",
        "One of them says the same number, whatever it has read.",
    ),
)


def rate_from_test(rates, losses, window=11):
    """A tenth of the rate at which the loss, averaged over `window` steps, is lowest: a number.

    rates and losses are (n,), one for each step; an average belongs to the middle step of its window.
    """
    sums = np.convolve(losses, np.ones(window), mode="valid")  # (n - window + 1,); lowest where the mean is
    middle = np.argmin(sums) + window // 2
    return rates[middle] / 10


def _rate_test_probes(rng):
    def drawn(n, *window, noise=0.08):
        """A loss that is level, falls, and rises, with noise and one lucky batch."""
        place = np.linspace(0, 1, n)
        dip = rng.uniform(0.55, 0.7)
        losses = 0.7 - 0.4 * np.exp(-(((place - dip) / 0.12) ** 2)) + 3 * np.maximum(place - 0.85, 0)
        losses = losses + noise * rng.uniform(-1, 1, n)
        losses[int(n * rng.uniform(0.2, 0.35))] = 0.05
        return np.geomspace(1e-5, 10, n), losses, *window

    return [
        Probe(drawn(120, 15)),
        *(Probe(drawn(n, noise=0.3), "for the default window") for n in (90, 110, 130)),
        Probe(drawn(80, 1), "when the window is a single step"),
        Probe(drawn(100, 7, noise=0.0), "without noise"),
        Probe((np.geomspace(1e-4, 1, 40), np.linspace(0.7, 0.2, 40), 5), "when the loss falls to the end"),
    ]


RATE_FROM_TEST = Exercise(
    reference=rate_from_test,
    title="A learning rate from one run",
    lesson="03",
    section="A learning rate in one run",
    points=2,
    minutes=5,
    returns=("the rate",),
    probes=_rate_test_probes,
    hints=(
        "Three steps: average the losses over the window, find where the average is lowest, take a tenth of "
        "the rate there.",
        '`np.convolve(losses, np.ones(window) / window, mode="valid")` has an average for each place of the '
        "window: the first one covers the steps 0 to window - 1.",
        "The average with index k belongs to step k + window // 2: `rates[np.argmin(means) + window // 2] / "
        "10`.",
    ),
    mistakes=edits(r"""
        not averaged: You take the lowest single loss. One lucky batch decides then: average over the window
            first.
            {'np.convolve(losses, np.ones(window), mode="valid")': "np.asarray(losses)",
             " + window // 2": ""}
        first step of the window: Your rate belongs to the first step of the window. The average covers
            `window` steps, and belongs to the middle one: add `window // 2` to the index.
            {" + window // 2": ""}
        last step of the window: Your rate belongs to the last step of the window. The average belongs to the
            middle one: add `window // 2` to the index.
            {"+ window // 2": "+ window - 1"}
        the rate itself: You return the rate at the lowest loss. That is about where the loss turns: take a
            tenth of it.
            {"rates[middle] / 10": "rates[middle]"}
        a hundredth: You return a hundredth of the rate at the lowest loss. A tenth is asked for.
            {"/ 10": "/ 100"}
        ten times the rate: You multiply by ten. The rate at the lowest loss is at the border already: divide.
            {"/ 10": "* 10"}
        highest loss: You look for the highest loss. There the training has broken: look for the lowest.
            {"np.argmin": "np.argmax"}
        zeros at the edges: `mode="same"` averages over zeros at both ends, so that the ends seem to have a
            low loss. With `mode="valid"` only full windows count.
            {'mode="valid"': 'mode="same"', " + window // 2": ""}
        full convolution: `mode="full"` averages over zeros at both ends, so that the ends seem to have a low
            loss. With `mode="valid"` only full windows count.
            {'mode="valid"': 'mode="full"', " + window // 2": " - window // 2"}
        loss instead of rate: You return the lowest loss. The learning rate is asked for.
            {"rates[middle] / 10": "np.min(sums) / window"}
        step instead of rate: You return the number of the step. The learning rate at that step is asked for.
            {"rates[middle] / 10": "middle"}
        window ignored: Your average covers 11 steps, whatever `window` is.
            {"np.ones(window)": "np.ones(11)", "window // 2": "11 // 2"}
        steepest fall [convention]: You take the rate at which the loss falls fastest, as some libraries do.
            Here a tenth of the rate at the lowest loss is asked for.
            {"np.argmin(sums)": "np.argmin(np.diff(sums))", "rates[middle] / 10": "rates[middle]"}
        rates averaged instead: You average the rates, and take the lowest single loss. Average the losses.
            {"np.convolve(losses,": "np.convolve(rates,"}
    """),
)

"""Explorers of single cells: what one step does, and what the gates make of a short sequence."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.drawings import draw_cell, draw_rnn
from lstm_course.plots.strips import gate_timeline
from lstm_course.plots.style import OKABE_ITO, number, styled
from lstm_course.scratch import sigmoid
from lstm_course.scratch.cell_arguments import cell_weights

from .explorer import Explorer, Scene, percent, slider

_SILENT = 20  # steps that the RNN is followed over after its one input
_SLACK = 0.05  # of the stored number may be lost for a latch to count as one


# --- the step of the plain RNN ---


def rnn_step(weights, x=1.0, h_prev=0.0):
    """One step of a plain RNN with one unit and one input, and what becomes of its state in silence.

    Args:
        weights: dict with Wh `(1, 2)` and bh `(1,)`, where the sliders stand first; from -3 to 3.
        x, h_prev: input, from -3 to 3, and old state, from -1 to 1, where their sliders stand first.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if a number is none, or lies beyond its slider.

    Example:
        >>> explorer = rnn_step({"Wh": [[0.5, 1.0]], "bh": [0.0]})
        >>> explorer.sentence.split(', and ')[0]
        '0.50 × 0.00 + 1.00 × 1.00 + 0.00 = 1.00'
    """
    weights = cell_weights(weights, "h", features=1, hidden_size=1)
    (recurrent, into), (bias,) = weights["Wh"][0].tolist(), weights["bh"].tolist()
    controls = {
        "x": slider("input x", -3.0, 3.0, _within("x", x, -3, 3)),
        "h_prev": slider("old state h_prev", -1.0, 1.0, _within("h_prev", h_prev, -1, 1)),
        "recurrent": slider("weight of h_prev", -3.0, 3.0, _within("Wh", recurrent, -3, 3)),
        "into": slider("weight of x", -3.0, 3.0, _within("Wh", into, -3, 3)),
        "bias": slider("bias", -3.0, 3.0, _within("bh", bias, -3, 3)),
    }
    question = (
        "let x be 0 and h_prev 0.5. With which weight of h_prev is most of the state still there after "
        f"{_SILENT} silent steps: 0.9, 1 or 1.2? And what becomes of h_prev = 0.1 then?"
    )
    return Explorer(question, controls, _rnn_scene)


def _rnn_scene(x, h_prev, recurrent, into, bias):
    total = recurrent * h_prev + into * x + bias
    states = [np.tanh(total)]
    for _ in range(_SILENT):
        states.append(np.tanh(recurrent * states[-1] + bias))
    h, last = states[0], states[-1]
    sentence = (
        f"{number(recurrent)} × {number(h_prev)} + {number(into)} × {number(x)} + {number(bias)} = "
        f"{number(total)}, and tanh makes {number(h)} of it. Its slope there is {number(1 - h**2)}, so of a "
        f"small nudge to h_prev {number(recurrent * (1 - h**2))} arrives. After {_SILENT} steps with x = 0 "
        f"the state is {number(last)}."
    )
    alt = (
        f"The cell of a plain RNN with x {number(x)} and h_prev {number(h_prev)}; h is {number(h)}. Below, "
        f"the point on the curve of tanh, and the state over {_SILENT} silent steps: it ends at "
        f"{number(last)}."
    )
    figure = draw_rnn({"x": x, "h_prev": h_prev, "h": h})
    return Scene(_with_tanh(figure, total, states), alt, sentence)


@styled
def _with_tanh(figure, total, states):
    """The drawing of the cell, and under it where on the curve it stands and how it goes on."""
    figure.set_size_inches(figure.get_figwidth(), 5.4)
    figure.axes[0].set_position((0, 2.5 / 5.4, 1, 2.9 / 5.4))
    curve = figure.add_axes((0.08, 0.11, 0.36, 0.33))
    across = np.linspace(-4, 4, 161)
    curve.plot(across, np.tanh(across), color="#777777")
    shown = float(np.clip(total, -4, 4))
    curve.plot([shown, shown, -4], [-1.1, states[0], states[0]], color=OKABE_ITO[1], linestyle=":")
    curve.plot(shown, states[0], "o", color=OKABE_ITO[1], markersize=8)
    curve.set(xlim=(-4, 4), ylim=(-1.1, 1.1), xlabel="weighted sum", ylabel="new state h")
    curve.grid(True)
    later = figure.add_axes((0.56, 0.11, 0.40, 0.33))
    later.plot(range(len(states)), states, "-o", color=OKABE_ITO[0])
    later.set(xlim=(-0.5, _SILENT + 0.5), ylim=(-1.1, 1.1), xlabel="steps with x = 0", ylabel="state h")
    later.grid(True)
    return figure


# --- the step of the LSTM ---


def lstm_step(c_prev=1.0, f=0.7, i=0.5, g=-0.8, o=0.5):
    """One step of an LSTM cell with one unit, whose gates are set by hand.

    Args:
        c_prev: the old memory, from -3 to 3.
        f, i, o: forget, input and output gate, from 0 to 1.
        g: the candidate, from -1 to 1.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if one of them is no number, or lies beyond these limits.

    Example:
        >>> explorer = lstm_step(c_prev=1.5, f=1.0, i=0.0)
        >>> explorer.sentence.split(":")[0]
        'Held'
    """
    controls = {
        "c_prev": slider("old memory c_prev", -3.0, 3.0, _within("c_prev", c_prev, -3, 3)),
        "f": slider("forget gate f", 0.0, 1.0, _within("f", f, 0, 1)),
        "i": slider("input gate i", 0.0, 1.0, _within("i", i, 0, 1)),
        "g": slider("candidate g", -1.0, 1.0, _within("g", g, -1, 1)),
        "o": slider("output gate o", 0.0, 1.0, _within("o", o, 0, 1)),
    }
    question = (
        "which gates must be open and which shut, so that the memory leaves the cell as it came and nobody "
        "outside can see it? And which ones, so that the candidate takes its place?"
    )
    return Explorer(question, controls, _lstm_scene)


def _lstm_scene(c_prev, f, i, g, o):
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    sentence = (
        f"{_what_happens(f, i, o)}: the forget gate keeps {percent(f)} of the old {number(c_prev)}, the "
        f"input gate lets in {percent(i)} of the candidate {number(g)}, and the memory is now {number(c)}. "
        f"The output gate shows {percent(o)} of its tanh: h = {number(h)}."
    )
    values = {"c_prev": c_prev, "f": f, "i": i, "g": g, "o": o, "c": c, "h": h}
    told = ", ".join(f"{name} {number(value)}" for name, value in values.items())
    return Scene(draw_cell(values), f"The LSTM cell with numbers at its wires: {told}.", sentence)


def _what_happens(f, i, o):
    open_, shut = 0.9, 0.1
    if f >= open_ and i <= shut:
        return "Held in secret" if o <= shut else "Held"
    if f <= shut:
        return "Replaced" if i >= open_ else "Wiped out" if i <= shut else "Nearly replaced"
    if f >= open_ and i >= open_:
        return "Added up"
    return "Fading" if i <= shut else "Mixed"


# --- a latch to set by hand ---


def latch(values, lag=20):
    """One LSTM unit, to be made to store a number when the flag is raised, and to hold it.

    The flag is raised at step 2. The candidate is tanh of the value, the output gate stands open.

    Args:
        values: the numbers that come in, `(T,)`.
        lag: for how many steps the number is to be held, default 20; T is at least lag + 3.

    Returns:
        An `Explorer`, whose sentence tells what is still missing, or that it is done.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> explorer = latch(np.random.default_rng(1).normal(size=24))
        >>> explorer.sentence.split(":")[0]
        'Not yet'
        >>> for name, value in {"keep": 9.0, "shut": -9.0, "flag": 18.0}.items():
        ...     explorer.controls[name].value = value
        >>> explorer.sentence.split(":")[0]
        'Done'
    """
    lag = arguments.whole_number("lag", lag)
    values = arguments.array("values", values, ("T",))
    if len(values) < lag + 3:
        raise ValueError(f"values has {len(values)} steps, expected at least {lag + 3} to hold for {lag}")
    values = values[: lag + 3]
    controls = {
        "keep": slider("forget gate: bias", -4.0, 10.0, 1.0, 0.5),
        "shut": slider("input gate: bias", -10.0, 4.0, 0.0, 0.5),
        "flag": slider("input gate: weight of the flag", 0.0, 20.0, 0.0, 0.5),
    }
    question = (
        f"the cell is to store the number that comes with the flag at step 2 and to hold it for {lag} steps. "
        "Which way must each of the three sliders go?"
    )
    return Explorer(question, controls, lambda **setting: _latch_scene(values, lag, **setting))


def _latch_scene(values, lag, keep, shut, flag):
    flags = (np.arange(len(values)) == 2).astype(float)
    f, i = sigmoid(np.full(len(values), keep)), sigmoid(shut + flag * flags)
    c = _memory(f, i, np.tanh(values))
    wanted, left = np.tanh(values[2]), c[-1]
    done = abs(left - wanted) <= _SLACK * abs(wanted)
    sentence = (
        f"To be held: {number(wanted)}. Stored at step 2: {number(c[2])}. "
        f"There after {lag} more steps: {number(left)}."
    )
    if done:
        sentence = f"Done: it is a latch. {sentence}"
    else:
        sentence = f"Not yet: {_missing(f[0], i[2], i[3], lag)} {sentence}"
    alt = (
        f"Timeline of {len(values)} steps with the flag raised at step 2: forget gate {number(f[0])} "
        f"throughout, input gate {number(i[2])} at the flag and {number(i[3])} elsewhere, cell state "
        f"{number(c[2])} at step 2 and {number(left)} at the end."
    )
    inputs = np.stack([values, flags], axis=1)
    figure = gate_timeline({"i": i, "f": f, "c": c}, inputs, names=["value", "flag"])
    return Scene(figure, alt, sentence)


def _memory(f, i, g):
    """The cell state after each step, from zero."""
    c, states = 0.0, []
    for forget, let_in, new in zip(f, i, g, strict=True):
        c = forget * c + let_in * new
        states.append(c)
    return np.array(states)


def _missing(f, i_at_flag, i_elsewhere, lag):
    """The first thing that keeps the unit from being a latch."""
    if i_at_flag < 0.95:
        return f"at the flag the input gate lets in only {percent(i_at_flag)} of the number."
    if i_elsewhere > 0.005:
        return f"without a flag the input gate lets in {percent(i_elsewhere, 1)} of every other number."
    return f"the forget gate keeps {percent(f, 1)} a step, which is {percent(f**lag)} over {lag} steps."


# --- GRU and LSTM on the same input ---


def gru_and_lstm(values, flags):
    """An LSTM unit and a GRU unit, side by side on the same input.

    Both read a value and a flag; their candidate is tanh of the value, the LSTM's output gate stands open.

    Args:
        values: the numbers that come in, `(T,)`.
        flags: at each step 1 when the number is to be taken, else 0, `(T,)`.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> explorer = gru_and_lstm([0.5, -0.2, 0.1], [1, 0, 0])
        >>> explorer.sentence.split(".")[0]
        'After 3 steps the LSTM holds 0'
    """
    values = arguments.array("values", values, ("T",))
    flags = arguments.array("flags", flags, values.shape)
    controls = {
        "keep": slider("keep: bias of f and of z", -4.0, 10.0, 4.0, 0.5),
        "let_in": slider("let in: bias of i (LSTM)", -10.0, 4.0, -4.0, 0.5),
        "take": slider("let in: flag on i (LSTM)", 0.0, 20.0, 8.0, 0.5),
        "replace": slider("forget: flag on f and z", 0.0, 20.0, 0.0, 0.5),
    }
    question = (
        "the LSTM has one gate for keeping and one for letting in; the GRU has a single gate for both. Which "
        "of the two units can add up the flagged numbers, and which slider must move before the other one "
        "takes any notice of the flag?"
    )
    return Explorer(question, controls, lambda **setting: _pair_scene(values, flags, **setting))


def _pair_scene(values, flags, keep, let_in, take, replace):
    f, i = sigmoid(keep - replace * flags), sigmoid(let_in + take * flags)
    z, g = f, np.tanh(values)
    c, h = _memory(f, i, g), _memory(z, 1 - z, g)
    at_flag = np.flatnonzero(flags)[-1] if flags.any() else len(flags) - 1
    last, total = g[at_flag], g[flags > 0].sum()
    sentence = (
        f"After {len(values)} steps the LSTM holds {number(c[-1])} and the GRU {number(h[-1])}; the flagged "
        f"numbers add up to {number(total)}, the last of them is {number(last)}. At that flag the LSTM keeps "
        f"{percent(f[at_flag])} and lets in {percent(i[at_flag])}; the GRU keeps {percent(z[at_flag])} and "
        f"so lets in {percent(1 - z[at_flag])}. Without a flag they let in {percent(sigmoid(let_in), 1)} and "
        f"{percent(1 - sigmoid(keep), 1)}."
    )
    alt = (
        f"Timeline of {len(values)} steps for two units with the same input. The memory of the LSTM ends at "
        f"{number(c[-1])}, the state of the GRU at {number(h[-1])}."
    )
    figure = gate_timeline(
        {"f": f, "i": i, "LSTM: cell state c": c, "z": z, "GRU: state h": h},
        np.stack([values, flags], axis=1),
        names=["value", "flag"],
    )
    return Scene(figure, alt, sentence)


def _within(name, value, low, high):
    """A number for a slider, or a sentence that says where the slider ends."""
    return float(arguments.real_number(name, value, minimum=low, maximum=high))

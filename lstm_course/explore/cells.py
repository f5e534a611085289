"""Explorers of single cells: what one step does, and what the gates make of a short sequence."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.drawings import draw_cell, draw_rnn
from lstm_course.plots.strips import gate_timeline
from lstm_course.plots.style import number
from lstm_course.scratch import sigmoid
from lstm_course.scratch.cell_arguments import cell_weights

from .explorer import Explorer, slider
from .tasks import TASKS

__all__ = ["cell_playground", "gru_and_lstm", "latch", "rnn_step"]

_SILENT = 20  # steps that the RNN is followed over after its one input


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
        >>> rnn_step({"Wh": [[0.5, 1.0]], "bh": [0.0]}).state["into"]
        1.0
    """
    weights = cell_weights(weights, "h", features=1, hidden_size=1)
    (recurrent, into), (bias,) = weights["Wh"][0].tolist(), weights["bh"].tolist()
    controls = [
        slider("x", "input x", -3, 3, x),
        slider("h_prev", "old state h_prev", -1, 1, h_prev),
        slider("recurrent", "weight of h_prev", -3, 3, recurrent),
        slider("into", "weight of x", -3, 3, into),
        slider("bias", "bias", -3, 3, bias),
    ]
    question = (
        "let x be 0 and h_prev 0.5. With which weight of h_prev is most of the state still there after "
        f"{_SILENT} silent steps: 0.9, 1 or 1.2? And what becomes of h_prev = 0.1 then?"
    )
    h = float(np.tanh(recurrent * h_prev + into * x + bias))
    alt = f"The cell of a plain RNN with x {number(x)} and h_prev {number(h_prev)}; h is {number(h)}."
    figure = draw_rnn({"x": x, "h_prev": h_prev, "h": h})
    return Explorer("rnn_step", question, controls, figure, alt, {"silent": _SILENT})


def cell_playground(tasks=tuple(TASKS), c_prev=1.0, f=0.7, i=0.5, g=-0.8, o=0.5):
    """One unit of an LSTM whose gates are levels to drag, forward and backward, with tasks to solve.

    Args:
        tasks: ids of `TASKS` that are offered, default all. With none of them it shows the way forward only.
        c_prev: the old memory, from -3 to 3.
        f, i, o: forget, input and output gate, from 0 to 1.
        g: the candidate, from -1 to 1.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if a number is none or lies beyond these limits, or there is no such task.

    Example:
        >>> cell_playground(f=1.0).state["f"]
        1.0
    """
    for task in tasks:
        arguments.one_of("tasks", task, tuple(TASKS))
    levels = {"f": (f, 0, 1), "i": (i, 0, 1), "o": (o, 0, 1), "c_prev": (c_prev, -3, 3), "g": (g, -1, 1)}
    state = {
        name: float(arguments.real_number(name, value, minimum=low, maximum=high))
        for name, (value, low, high) in levels.items()
    }
    question = (
        "which gates must be open and which shut, so that the memory leaves the cell as it came and nobody "
        "outside can see it? And which ones, so that the candidate takes its place?"
    )
    c = f * c_prev + i * g
    values = state | {"c": c, "h": o * float(np.tanh(c))}
    told = ", ".join(f"{name} {number(value)}" for name, value in values.items())
    return Explorer(
        "cell_playground",
        question,
        [],
        draw_cell(values),
        f"The LSTM cell with numbers at its wires: {told}.",
        {"tasks": [TASKS[task].for_page() for task in tasks], "teaser": not tasks},
        **state, dc=1.0, dh=0.0, way="forward", task=None, guesses={}, steps=0,
    )  # fmt: skip


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
        >>> latch(np.random.default_rng(1).normal(size=24)).state
        {'keep': 1.0, 'shut': 0.0, 'flag': 0.0}
    """
    lag = arguments.whole_number("lag", lag)
    values = arguments.array("values", values, ("T",))
    if len(values) < lag + 3:
        raise ValueError(f"values has {len(values)} steps, expected at least {lag + 3} to hold for {lag}")
    values = values[: lag + 3]
    controls = [
        slider("keep", "forget gate: bias", -4, 10, 1.0, 0.5),
        slider("shut", "input gate: bias", -10, 4, 0.0, 0.5),
        slider("flag", "input gate: weight of the flag", 0, 20, 0.0, 0.5),
    ]
    question = (
        f"the cell is to store the number that comes with the flag at step 2 and to hold it for {lag} steps. "
        "Which way must each of the three sliders go?"
    )
    flags = (np.arange(len(values)) == 2).astype(float)
    f, i = np.full(len(values), sigmoid(1.0)), np.full(len(values), sigmoid(0.0))
    c = _memory(f, i, np.tanh(values))
    alt = (
        f"Timeline of {len(values)} steps with the flag raised at step 2: forget gate {number(f[0])} and "
        f"input gate {number(i[0])} throughout, cell state {number(c[2])} at step 2 and {number(c[-1])} at "
        "the end."
    )
    inputs = np.stack([values, flags], axis=1)
    figure = gate_timeline({"i": i, "f": f, "c": c}, inputs, names=["value", "flag"])
    return Explorer("latch", question, controls, figure, alt, {"values": values.tolist(), "lag": lag})


def _memory(f, i, g):
    """The cell state after each step, from zero."""
    c, states = 0.0, []
    for forget, let_in, new in zip(f, i, g, strict=True):
        c = forget * c + let_in * new
        states.append(c)
    return np.array(states)


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
        >>> gru_and_lstm([0.5, -0.2, 0.1], [1, 0, 0]).state["keep"]
        4.0
    """
    values = arguments.array("values", values, ("T",))
    flags = arguments.array("flags", flags, values.shape)
    controls = [
        slider("keep", "keep: bias of f and of z", -4, 10, 4.0, 0.5),
        slider("let_in", "let in: bias of i (LSTM)", -10, 4, -4.0, 0.5),
        slider("take", "let in: flag on i (LSTM)", 0, 20, 8.0, 0.5),
        slider("replace", "forget: flag on f and z", 0, 20, 0.0, 0.5),
    ]
    question = (
        "the LSTM has one gate for keeping and one for letting in; the GRU has a single gate for both. Which "
        "of the two units can add up the flagged numbers, and which slider must move before the other one "
        "takes any notice of the flag?"
    )
    f, i, g = np.full(len(values), sigmoid(4.0)), sigmoid(-4.0 + 8.0 * flags), np.tanh(values)
    c, h = _memory(f, i, g), _memory(f, 1 - f, g)
    alt = (
        f"Timeline of {len(values)} steps for two units with the same input. The memory of the LSTM ends at "
        f"{number(c[-1])}, the state of the GRU at {number(h[-1])}."
    )
    figure = gate_timeline(
        {"f": f, "i": i, "LSTM: cell state c": c, "z": f, "GRU: state h": h},
        np.stack([values, flags], axis=1),
        names=["value", "flag"],
    )
    return Explorer(
        "gru_and_lstm", question, controls, figure, alt, {"values": values.tolist(), "flags": flags.tolist()}
    )

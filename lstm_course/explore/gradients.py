"""Explorers of what comes back through time: the gradient by lag, in the plain RNN and in the LSTM."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.memory.measures import gradient_by_lag
from lstm_course.plots.charts import by_lag
from lstm_course.scratch import GRU, LSTM, RNN, sigmoid

from .explorer import Explorer, slider

__all__ = ["forget_bias", "memory_lane", "rnn_gradient"]

_THRESHOLD = 0.01  # under this share of its size at lag 0 a gradient counts as gone
_BIASES = np.arange(-1.0, 8.01, 0.5)
_LOWEST = 1e-30  # below which a gradient is not told apart from nothing
_BEADS = 60  # steps of the memory lane
_UNITS = 6  # of its networks: enough for a state, few enough for a frame


def rnn_gradient(matrix, kernel, xs):
    """The gradient of a plain RNN on its way back, for any spectral radius and strength of the input.

    Args:
        matrix: recurrent weights, `(H, H)`; they are scaled to the spectral radius that is chosen. With more
            than 16 units a picture takes longer than a frame.
        kernel: input weights, `(H, D)`.
        xs: one sequence of inputs, `(T, D)` with T of at least 2; they are scaled to the strength that is
            chosen. The state starts from zeros.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape, or all eigenvalues of matrix are 0.

    Example:
        >>> rnn_gradient(np.eye(2), np.zeros((2, 1)), np.zeros((60, 1))).state
        {'radius': 0.9, 'strength': 1.0, 'lag': 20}
    """
    matrix = arguments.array("matrix", matrix, ("H", "H"), np.float64)
    kernel = arguments.array("kernel", kernel, (len(matrix), "D"), np.float64)
    xs = arguments.array("xs", xs, ("T", kernel.shape[1]), np.float64)
    radius_of_matrix = np.abs(np.linalg.eigvals(matrix)).max()
    if radius_of_matrix == 0:
        raise ValueError("matrix has the spectral radius 0, expected one that can be scaled")
    if len(xs) < 2:
        raise ValueError(f"xs has {len(xs)} step, expected at least 2 to look back")
    matrix, driven = (matrix / radius_of_matrix).round(8), (xs @ kernel.T).round(8)
    controls = [
        slider("radius", "spectral radius ρ", 0.5, 1.5, 0.9, 0.02),
        slider("strength", "size of the inputs", 0, 1, 1.0, 0.05),
        slider("lag", "look back by", 1, len(xs), min(20, len(xs)), 1, " steps"),
    ]
    question = (
        "is there a spectral radius at which the gradient stays level as far back as you can see, whatever "
        "the size of the inputs?"
    )
    norms = _norms_by_lag(0.9 * matrix, driven)
    figure = by_lag({"ρ = 0.9": (np.arange(len(norms)), norms)}, "norm of the product", threshold=_THRESHOLD)
    alt = (
        f"Norm of the product of Jacobians against lag, on a logarithmic axis, from 1 at lag 0 to "
        f"{norms[-1]:.0e} at lag {len(xs)}."
    )
    data = {"matrix": matrix.tolist(), "driven": driven.tolist()}
    return Explorer("rnn_gradient", question, controls, figure, alt, data)


def _norms_by_lag(recurrent, driven):
    """Spectral norm of the product of the last k Jacobians, k = 0 ... T."""
    h, slopes = np.zeros(len(recurrent)), []
    for into in driven:
        h = np.tanh(recurrent @ h + into)
        slopes.append(1 - h**2)
    product, norms = np.eye(len(recurrent)), [1.0]
    for slope in reversed(slopes):
        product = product @ (slope[:, None] * recurrent)
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


def forget_bias(x, hidden_size=32, seed=0):
    """How far the gradient of an untrained LSTM reaches, for any bias of its forget gate.

    Args:
        x: what the LSTM reads, `(N, T, D)` with T of at least 2.
        hidden_size: units, default 32.
        seed: of the weights, default 0.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> forget_bias(np.zeros((1, 60, 1)), hidden_size=4).state
        {'bias': 1.0, 'lag': 30}
    """
    x = arguments.array("x", x, ("N", "T", "D"), np.float32)
    steps = x.shape[1] - 1
    if steps < 1:
        raise ValueError(f"x has {x.shape[1]} step, expected at least 2 to look back")
    controls = [
        slider("bias", "forget gate: bias", -1, 8, 1.0, 0.5),
        slider("lag", "look back by", 1, steps, min(30, steps), 1, " steps"),
    ]
    question = (
        f"from which bias on does the gradient stay above 1 % for all {steps} steps? Say a number, "
        "and how much of the memory such a gate keeps in one step."
    )
    norms = _norms_by_bias(LSTM(x.shape[2], hidden_size, seed=seed), x)
    now, lags, gate = norms[list(_BIASES).index(1.0)], np.arange(steps + 1), float(sigmoid(1.0))
    curves = {"LSTM, measured": (lags, now), "road alone": (lags, gate**lags)}
    figure = by_lag(curves, "gradient, relative to lag 0", threshold=_THRESHOLD)
    alt = (
        f"Relative gradient norm of an untrained LSTM against lag, on a logarithmic axis, with forget bias "
        f"1: {now[-1]:.0e} at lag {steps}. A second curve shows the road alone, {gate:.3f} to the power of "
        "the lag."
    )
    data = {"first": _BIASES[0], "by": 0.5, "logarithms": np.log10(norms).round(3).tolist()}
    return Explorer("forget_bias", question, controls, figure, alt, data)


def _norms_by_bias(lstm, x):
    """Gradient by lag, relative to lag 0, for each bias of the slider."""
    rows, H = [], lstm.hidden_size
    for bias in _BIASES:
        lstm.weights["bias"][H : 2 * H] = bias
        norms = gradient_by_lag(lstm, x).mean(axis=0)
        rows.append(np.maximum(norms / norms[0], _LOWEST))
    return np.array(rows)


def memory_lane(cell="RNN", forget=1.0, let_in=0.0, seed=0):
    """Sixty steps of an untrained network: what is left of the first input, and the gradient back to it.

    The reader guesses with a flag where the gradient has fallen under 1 %, before it is shown.

    Args:
        cell: "RNN", "LSTM" or "GRU", which the reader can change.
        forget: bias of the forget gate, and of the GRU's update gate, from -2 to 8.
        let_in: bias of the input gate, from -4 to 4.
        seed: of the weights and of the inputs, default 0.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if there is no such cell, or a bias lies beyond these limits.

    Example:
        >>> memory_lane("LSTM", forget=3.0).state["forget"]
        3.0
    """
    layers = {
        "RNN": RNN(1, _UNITS, seed=seed, dtype="float64"),
        "LSTM": LSTM(1, _UNITS, seed=seed, dtype="float64"),
        "GRU": GRU(1, _UNITS, seed=seed, dtype="float64", reset_after=False),
    }
    arguments.one_of("cell", cell, tuple(layers))
    controls = [
        {"name": "cell", "label": "cell", "options": list(layers), "start": cell},
        slider("forget", "bias: forget (GRU: keep)", -2, 8, forget, 0.25),
        slider("input", "bias: input gate", -4, 4, let_in, 0.25),
        slider("now", "now is step", 0, _BEADS - 1, _BEADS - 1, 1),
        slider("flag", "your flag: lag", 1, _BEADS - 1, 10, 1, " steps"),
    ]
    question = (
        "from the last step a gradient goes back. At which lag has it fallen under 1 %? Put your flag there, "
        "then look. And which bias takes it past all sixty steps?"
    )
    xs = 0.5 * arguments.generator("seed", seed).normal(size=(_BEADS, 1))
    xs[0] = 1.0
    weights = {
        name: {key: value.round(6).tolist() for key, value in layer.cell_weights().items()}
        for name, layer in layers.items()
    }
    curves = {name: (np.arange(_BEADS), _remembered(layer, xs)) for name, layer in layers.items()}
    figure = by_lag(curves, "share of the first input", threshold=_THRESHOLD, xlabel="time step")
    left = ", ".join(f"{name} {shares[20]:.0e}" for name, (_, shares) in curves.items())
    alt = f"What is left of the first input by time step, on a logarithmic axis. At step 20: {left}."
    data = {"xs": xs.round(6).tolist(), "weights": weights}
    return Explorer("memory_lane", question, controls, figure, alt, data, revealed=False)


def _remembered(layer, xs):
    """By how much the first input still changes the state after each step, relative to the first one."""
    without = np.concatenate([np.zeros((1, 1)), xs[1:]])
    layer.forward(np.stack([xs, without]))
    states = layer.gates["c" if isinstance(layer, LSTM) else "h"]
    apart = np.linalg.norm(states[0] - states[1], axis=1)
    return apart / apart[0]

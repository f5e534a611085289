"""Explorers of what comes back through time: the gradient by lag, in the plain RNN and in the LSTM."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.memory.measures import gradient_by_lag, memory_horizon
from lstm_course.plots.style import OKABE_ITO, new_figure, number, styled
from lstm_course.scratch import LSTM, sigmoid

from .explorer import Explorer, Scene, slider

_THRESHOLD = 0.01  # under this fraction of its size at lag 0 a gradient counts as gone


def memory_lane(matrix, kernel, xs):
    """The gradient of a plain RNN on its way back, for any spectral radius and strength of the input.

    Args:
        matrix: recurrent weights, `(H, H)`; they are scaled to the spectral radius that is chosen.
        kernel: input weights, `(H, D)`.
        xs: one sequence of inputs, `(T, D)` with T of at least 2; they are scaled to the strength that is
            chosen. The state starts from zeros.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape, or all eigenvalues of matrix are 0.

    Example:
        >>> explorer = memory_lane(np.eye(2), np.zeros((2, 1)), np.zeros((60, 1)))
        >>> explorer.controls["radius"].value = 0.5
        >>> explorer.sentence.split(': ')[1]
        'it counts as gone. It falls under 1 % at lag 7.'
    """
    matrix = arguments.array("matrix", matrix, ("H", "H"), np.float64)
    kernel = arguments.array("kernel", kernel, (len(matrix), "D"), np.float64)
    xs = arguments.array("xs", xs, ("T", kernel.shape[1]), np.float64)
    radius_of_matrix = np.abs(np.linalg.eigvals(matrix)).max()
    if radius_of_matrix == 0:
        raise ValueError("matrix has the spectral radius 0, expected one that can be scaled")
    if len(xs) < 2:
        raise ValueError(f"xs has {len(xs)} step, expected at least 2 to look back")
    matrix = matrix / radius_of_matrix
    controls = {
        "radius": slider("spectral radius ρ", 0.5, 1.5, 0.9, 0.02),
        "strength": slider("size of the inputs", 0.0, 1.0, 1.0, 0.05),
        "lag": slider("look back by (steps)", 1, len(xs), min(20, len(xs)), 1),
    }
    question = (
        "is there a spectral radius at which the gradient stays level as far back as you can see, whatever "
        "the size of the inputs?"
    )
    return Explorer(question, controls, lambda **setting: _lane_scene(matrix, kernel, xs, **setting))


def _lane_scene(matrix, kernel, xs, radius, strength, lag):
    norms = _norms_by_lag(radius * matrix, strength * xs @ kernel.T)
    gone = np.flatnonzero(norms < _THRESHOLD)
    if norms[lag] >= 1:
        fate = "as large as at the start, or larger"
    else:
        fate = "it counts as gone" if norms[lag] < _THRESHOLD else "it can still be felt"
    horizon = (
        f"It falls under 1 % at lag {gone[0]}."
        if len(gone)
        else (f"It stays above 1 % for all {len(xs)} steps.")
    )
    sentence = (
        f"With ρ = {radius:.2f} and inputs of size {strength:.2f}, {_short(norms[lag])} of the gradient "
        f"arrives {lag} step{'s' * (lag != 1)} back: {fate}. {horizon}"
    )
    alt = (
        f"Norm of the product of Jacobians against lag, on a logarithmic axis, from 1 at lag 0 to "
        f"{_short(norms[-1])} at lag {len(xs)}; a mark stands at lag {lag}. Above, a lane of squares that "
        "are as bright as the gradient is large."
    )
    return Scene(_lane(norms, lag), alt, sentence)


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


@styled
def _lane(norms, lag):
    figure = new_figure(4.2)
    lane = figure.add_axes((0.1, 0.83, 0.86, 0.1))
    lane.imshow(np.minimum(norms, 1)[None], cmap="cividis", vmin=0, vmax=1, aspect="auto")
    lane.plot(
        [lag - 0.5, lag + 0.5, lag + 0.5, lag - 0.5, lag - 0.5],
        [-0.5, -0.5, 0.5, 0.5, -0.5],
        color=OKABE_ITO[1],
        linewidth=2.5,
        clip_on=False,
    )
    lane.set_title("what of the gradient arrives: bright is all of it, dark is nothing")
    lane.spines[:].set_visible(False)
    lane.set(xticks=[], yticks=[])
    chart = figure.add_axes((0.1, 0.14, 0.86, 0.64))
    _curve(chart, norms, lag)
    chart.set(ylabel="norm of the product", ylim=(1e-10, 1e5))
    return figure


def _curve(chart, norms, lag, label=None):
    """Norms by lag on a logarithmic axis, with a mark at the lag that is looked at."""
    chart.plot(np.arange(len(norms)), np.maximum(norms, 1e-30), color=OKABE_ITO[0], label=label)
    if lag is not None:
        chart.plot(lag, max(norms[lag], 1e-30), "o", color=OKABE_ITO[1], markersize=9)
        chart.axvline(lag, color=OKABE_ITO[1], linestyle=":", linewidth=1)
    chart.axhline(_THRESHOLD, color="#666666", linewidth=1, linestyle=(0, (2, 2)))
    # Outside, where no curve can cross it.
    chart.text(1.008, _THRESHOLD, "1 %", va="center", transform=chart.get_yaxis_transform())
    chart.set_yscale("log")
    chart.set(xlabel="lag (steps)", xlim=(-0.5, len(norms) - 0.5))
    chart.grid(True, axis="y")


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
        >>> forget_bias(np.zeros((1, 60, 1)), hidden_size=4).sentence.split(":")[0]
        'With bias 1.00 the forget gates stand near 0.731'
    """
    x = arguments.array("x", x, ("N", "T", "D"), np.float32)
    if x.shape[1] < 2:
        raise ValueError(f"x has {x.shape[1]} step, expected at least 2 to look back")
    lstm = LSTM(x.shape[2], hidden_size, seed=seed)
    controls = {
        "bias": slider("forget gate: bias", -1.0, 8.0, 1.0, 0.25),
        "lag": slider("look back by (steps)", 1, x.shape[1] - 1, min(30, x.shape[1] - 1), 1),
    }
    question = (
        f"from which bias on does the gradient stay above 1 % for all {x.shape[1] - 1} steps? Say a number, "
        "and how much of the memory such a gate keeps in one step."
    )
    return Explorer(question, controls, lambda **setting: _bias_scene(lstm, x, **setting))


def _bias_scene(lstm, x, bias, lag):
    H = lstm.hidden_size
    lstm.weights["bias"][H : 2 * H] = bias
    norms = gradient_by_lag(lstm, x).mean(axis=0)
    horizon, norms, gate = memory_horizon(norms), norms / norms[0], float(sigmoid(bias))
    reach = f"at lag {horizon}" if horizon < len(norms) else f"nowhere within {len(norms) - 1} steps"
    sentence = (
        f"With bias {number(bias)} the forget gates stand near {gate:.3f}: on the road alone "
        f"{_short(gate**lag)} of the gradient is left {lag} step{'s' * (lag != 1)} back. Measured over all "
        f"ways it is {_short(norms[lag])}. It falls under 1 % {reach}."
    )
    alt = (
        f"Relative gradient norm of an untrained LSTM against lag, on a logarithmic axis, with forget bias "
        f"{number(bias)}: {_short(norms[lag])} at lag {lag}. A dashed line shows the road alone, "
        f"{gate:.3f} to the power of the lag, {_short(gate**lag)} there."
    )
    return Scene(_bias_figure(norms, gate, lag), alt, sentence)


@styled
def _bias_figure(norms, gate, lag):
    figure = new_figure(3.8)
    chart = figure.add_axes((0.1, 0.15, 0.86, 0.75))
    _curve(chart, norms, lag, label="LSTM, measured")
    chart.plot(
        np.arange(len(norms)),
        gate ** np.arange(len(norms)),
        color=OKABE_ITO[2],
        linestyle="--",
        label="road alone: σ(bias) to the power of the lag",
        zorder=1,
    )
    chart.set(ylabel="gradient, relative to lag 0", ylim=(1e-12, 30))
    chart.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def _short(share):
    """A share in few characters, from percent to powers of ten."""
    if share >= 100:
        return f"{share:.0e} times"
    if share >= 1:
        return f"{share:.3g} times"
    return f"{100 * share:.2g} %" if share >= 1e-4 else f"{share:.0e}"

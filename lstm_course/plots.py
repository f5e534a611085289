"""The figures of the course: data in, Matplotlib figure out.

`show` puts a figure into a notebook together with its text description. The charts come after it: curves by
lag and by update, gates over time, a matrix, a forecast. The diagrams of the cells stand in
`lstm_course.diagrams`, and are offered here too. A marker, a line style or a printed number always says the
same as the colour.

Every figure is a plain `matplotlib.figure.Figure`: Matplotlib is imported on first use, pyplot never.
"""

import base64
import html
import io
import sys
import textwrap
from typing import NamedTuple

import numpy as np

from lstm_course.diagrams import draw_cell, draw_rnn, draw_unrolled
from lstm_course.style import OKABE_ITO, WIDTH, ink_on, new_figure, number, styled, value_colour

__all__ = [
    "by_lag",
    "draw_cell",
    "draw_rnn",
    "draw_unrolled",
    "figure_html",
    "forecast",
    "gate_timeline",
    "heatmap",
    "means",
    "show",
    "training_curves",
]

# Line styles and markers that go with the colours: any one of the three tells two curves apart.
_LINES = ["-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 3))]
_HANDS = list(zip(OKABE_ITO, _LINES, "os^DvPX", strict=True))
_DPI = 144  # a figure is shown at 100 pixels an inch; the rest is for sharp screens and paper
_TITLES = {
    "f": "forget gate f",
    "i": "input gate i",
    "g": "candidate g",
    "o": "output gate o",
    "c": "cell state c",
    "h": "hidden state h",
    "z": "update gate z",
    "r": "reset gate r",
}


# --- a figure in a notebook ---


def show(figure, alt, caption=""):
    """Display a figure together with its text description.

    Args:
        figure: a Matplotlib figure.
        alt: at least a sentence, which tells somebody who cannot see the figure what it shows.
        caption: the line under the figure, default none.

    Raises:
        TypeError: if figure is not a Matplotlib figure, or alt or caption is not a string.
        ValueError: if alt is too short to describe anything.

    Example:
        >>> figure = training_curves({"LSTM": [1.0, 0.5, 0.2]}, "loss")
        >>> show(figure, alt="The loss of the LSTM falls from 1.0 to 0.2 in three updates.")
        The loss of the LSTM falls from 1.0 to 0.2 in three updates.
    """
    from IPython.display import display

    display(_Picture(figure_html(figure, alt, caption), alt))


@styled
def figure_html(figure, alt, caption=""):
    """Make the HTML that `show` displays: a `<figure>` with the image and its description.

    Args:
        figure, alt, caption: as for `show`.

    Returns:
        The HTML as a string; the same figure always gives the same one.

    Raises:
        TypeError, ValueError: as `show`.

    Example:
        >>> figure = training_curves({"LSTM": [1.0, 0.5]}, "loss")
        >>> markup = figure_html(figure, alt="The loss is cut in half.")
        >>> 'alt="The loss is cut in half."' in markup
        True
    """
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a Matplotlib figure, got {type(figure).__name__}")
    for name, text in (("alt", alt), ("caption", caption)):
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a string, got {type(text).__name__}")
    if len(alt.split()) < 4:
        raise ValueError(f"alt must be at least a sentence that describes the figure, got {alt!r}")
    data = base64.b64encode(_png(figure)).decode("ascii")
    if "matplotlib.pyplot" in sys.modules:  # a figure of pyplot's would be shown a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    # The white margin keeps the figure readable on a dark theme; the caption takes the colour of the theme.
    image = (
        f'<img alt="{html.escape(alt)}" width="{figure.get_figwidth() * 100:.0f}" '
        'style="background-color: white; padding: 6px; max-width: 100%; box-sizing: border-box" '
        f'src="data:image/png;base64,{data}">'
    )
    line = f'<figcaption style="font-size: 90%">{html.escape(caption)}</figcaption>' if caption else ""
    return f'<figure style="margin: 8px 0">{image}{line}</figure>'


def _png(figure):
    """The figure as PNG bytes, with 256 colours: a third of the size, which a notebook under git feels."""
    from PIL import Image

    pixels, file = io.BytesIO(), io.BytesIO()
    figure.savefig(pixels, format="rgba", dpi=_DPI)
    size = tuple(int(side * _DPI) for side in figure.get_size_inches())
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "png")
    return file.getvalue()


class _Picture:
    """A figure where HTML can be shown, its description everywhere else."""

    def __init__(self, markup, alt):
        self._markup, self._alt = markup, alt

    def _repr_html_(self):
        return self._markup

    def __repr__(self):
        return self._alt


# --- curves ---


@styled
def by_lag(curves, ylabel, log=True, threshold=None, chance=None, xlabel="lag (steps)"):
    """Draw quantities against the lag, such as the gradient or the accuracy of recall.

    Args:
        curves: dict from up to 7 labels to `(lags, values)`, or to `(lags, values, low, high)` for a curve
            with a band: equally long vectors. NaN leaves a gap.
        ylabel: what the values are, with their unit.
        log: whether the vertical axis is logarithmic, default True; values of 0 and below are then left out.
        threshold: value at which a horizontal line is drawn, default none.
        chance: value that a guesser reaches, drawn likewise, default none.
        xlabel: default "lag (steps)".

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if curves is not such a dict, or a vector has another shape.

    Example:
        >>> curves = {"RNN": ([1, 10, 50], [1.0, 0.1, 1e-4])}
        >>> figure = by_lag(curves, "relative gradient norm", threshold=0.01)
        >>> figure.axes[0].get_xlabel()
        'lag (steps)'
    """
    _check_curves("curves", curves)
    bands = {}
    for label, curve in curves.items():
        if not isinstance(curve, (tuple, list)) or len(curve) not in (2, 4):
            raise ValueError(
                f"curves[{label!r}] must be (lags, values) or (lags, values, low, high), "
                f"got {_described(curve)}"
            )
        bands[label] = _equally_long(f"curves[{label!r}]", curve)
    return _curve_chart(bands, {"threshold": threshold, "chance": chance}, log, xlabel, ylabel)


@styled
def by_size(curves, ylabel, xlabel):
    """Draw what something costs as a size grows, on two logarithmic axes: a tenfold size at a tenfold cost.

    Args:
        curves: as for `by_lag`, with sizes and costs greater than 0.
        ylabel, xlabel: what the costs and the sizes are, with their unit.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if curves is not such a dict, or a vector has another shape.

    Example:
        >>> by_size({"LSTM": ([10, 100], [0.2, 2.1])}, "milliseconds", "time steps").axes[0].get_xscale()
        'log'
    """
    figure = by_lag(curves, ylabel, xlabel=xlabel)
    figure.axes[0].set_xscale("log")
    return figure


@styled
def ratios(groups, xlabel):
    """Draw how several rivals compare with 1, one row of marks for each group.

    Args:
        groups: dict from label to a dict from rival, up to 7, to `(ratio, low, high)`, all greater than 0.
        xlabel: what the ratios are.

    Returns:
        The figure.

    Raises:
        TypeError: if groups is not such a dict.

    Example:
        >>> figure = ratios({"small": {"Keras": (3.0, 2.5, 3.5)}}, "time, ours = 1")
        >>> figure.axes[0].get_xscale()
        'log'
    """
    axes = _rows_of_marks(groups, xlabel)
    axes.axvline(1, color="#666666", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")
    return axes.figure


@styled
def means(groups, xlabel):
    """Draw means with their standard errors, one row of marks for each group.

    Args:
        groups: dict from label to a dict from name, up to 7, to `(mean, standard error)`.
        xlabel: what the means are, with their unit.

    Returns:
        The figure.

    Raises:
        TypeError: if groups is not such a dict.

    Example:
        >>> figure = means({"text": {"LSTM": (0.91, 0.01), "GRU": (0.90, 0.02)}}, "accuracy")
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['LSTM', 'GRU']
    """
    spans = {
        label: {name: (mean, mean - error, mean + error) for name, (mean, error) in marks.items()}
        for label, marks in _check_dict("groups", groups).items()
    }
    return _rows_of_marks(spans, xlabel).figure


def _rows_of_marks(groups, xlabel):
    """Axes with a row for each group, and in it a mark with its span for each name: (middle, low, high)."""
    _check_dict("groups", groups)
    names = dict.fromkeys(name for marks in groups.values() for name in marks)
    if len(names) > len(_HANDS):
        raise ValueError(f"groups must hold at most {len(_HANDS)} names, to be told apart, got {len(names)}")
    hands = dict(zip(names, _HANDS, strict=False))
    # In inches: room for the groups at the left and for the names at the right, a letter at a time.
    left = 0.3 + 0.085 * max(len(line) for label in groups for line in _wrapped(label).split("\n"))
    right = 0.85 + 0.085 * max(len(line) for name in names for line in _wrapped(name).split("\n"))
    row = max(0.55, *(_room(label) + 0.1 for label in groups))
    body = max(row * len(groups) + 0.2, sum(map(_room, names)) + 0.3)
    height = body + 1.0
    figure = new_figure(height)
    axes = figure.add_axes((left / WIDTH, 0.8 / height, 1 - (left + right) / WIDTH, body / height))
    for name, (colour, _, marker) in hands.items():
        rows = [row for row, marks in enumerate(groups.values()) if name in marks]
        middle, low, high = np.array([list(groups.values())[row][name] for row in rows], float).T
        place = np.array(rows) + 0.09 * (list(hands).index(name) - (len(hands) - 1) / 2)
        axes.errorbar(middle, place, xerr=[middle - low, high - middle], color=colour, marker=marker,
                      linestyle="none", label=_wrapped(name))
    axes.set_yticks(range(len(groups)), map(_wrapped, groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(True, axis="x")
    axes.set_xlabel(xlabel)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return axes


@styled
def training_curves(curves, ylabel, chance=None, floor=None, log=False, xlabel="update"):
    """Draw how a loss or an accuracy changes during training.

    Args:
        curves: dict from up to 7 labels to `(x, y)`, two equally long vectors, or to y alone, counted from 1.
        ylabel: what the values are, with their unit.
        chance: value that a guesser reaches, drawn as a horizontal line, default none.
        floor: best value that can be reached, drawn likewise, default none.
        log: whether the vertical axis is logarithmic, default False; values of 0 and below are then left out.
        xlabel: default "update".

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if curves is not such a dict, or a vector has another shape.

    Example:
        >>> figure = training_curves({"LSTM": [0.2, 0.1, 0.01]}, "mean squared error", chance=0.167)
        >>> sorted(text.get_text() for text in figure.axes[0].texts)
        ['LSTM', 'chance 0.167']
    """
    _check_curves("curves", curves)
    pairs = {}
    for label, curve in curves.items():
        if not isinstance(curve, tuple):
            curve = (np.arange(1, np.size(curve) + 1), curve)
        if len(curve) != 2:
            raise ValueError(f"curves[{label!r}] must be (x, y) or y alone, got {_described(curve)}")
        pairs[label] = _equally_long(f"curves[{label!r}]", curve)
    return _curve_chart(pairs, {"chance": chance, "floor": floor}, log, xlabel, ylabel)


def _curve_chart(curves, levels, log, xlabel, ylabel):
    levels = {name: _check_level(name, value, log) for name, value in levels.items() if value is not None}
    labels = [*curves, *(f"{name} {value:.3g}" for name, value in levels.items())]
    height = max(2.9, sum(map(_room, labels)))
    figure = new_figure(height + 0.7)
    axes = _panel(figure, 0.55, height, labels, ylabel)
    axes.set_xlabel(xlabel)
    if log:
        axes.set_yscale("log")
        curves = {label: _positive(label, curve) for label, curve in curves.items()}
    ends = []
    for (label, (x, y, *band)), hand in zip(curves.items(), _HANDS, strict=False):
        ends.append(_draw_curve(axes, label, x, y, hand))
        if band:
            axes.fill_between(x, *band, color=hand[0], alpha=0.18, linewidth=0)
    for label, value in zip(labels[len(curves) :], levels.values(), strict=True):
        axes.axhline(value, color="#666666", linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        ends.append((label, (axes.get_xlim()[1], value), {"color": "#666666"}))
    if log:
        _write_small_range(axes)
    _label_ends(axes, ends)
    if all((x == np.rint(x)).all() for x, *_ in curves.values()):  # there is no update 1.5
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    return figure


def _write_small_range(axes):
    """Write plain numbers on a logarithmic axis of about a decade, which has hardly a power of ten."""
    low, high = axes.get_ylim()
    if high / low < 30:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")


def _panel(figure, bottom, height, labels, ylabel):
    """A pair of axes, in inches, with room at the right for the labels of the curves."""
    right = WIDTH - 0.6 - 0.085 * max(len(line) for label in labels for line in _wrapped(label).split("\n"))
    total = figure.get_figheight()
    axes = figure.add_axes((0.85 / WIDTH, bottom / total, (right - 0.85) / WIDTH, height / total))
    axes.set_ylabel(ylabel)
    axes.grid(True, axis="y")
    axes.margins(x=0.02)
    return axes


def _draw_curve(axes, label, x, y, hand):
    colour, line, marker = hand
    axes.plot(x, y, color=colour, linestyle=line, marker=marker, markevery=max(1, len(x) // 12))
    last = np.flatnonzero(np.isfinite(y))[-1]
    return label, (x[last], y[last]), {"color": colour, "marker": marker}


def _label_ends(axes, ends):
    """Write each curve's name at its end, pushed apart where two would overlap."""
    width, height = axes.get_position().size * axes.figure.get_size_inches()
    axes.autoscale_view()
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = np.array([to_axes.transform((axes.convert_xunits(x), y)) for _, (x, y), _ in ends])
    room = np.array([_room(label) for label, _, _ in ends]) / height
    places = _spread(wanted[:, 1], room, overhang=0.1 / height)
    for (label, _, hand), (x, y), place in zip(ends, wanted, places, strict=True):
        # A leader from the end of the curve to its name, drawn with the curve's own colour and marker; dotted
        # where the curve ends early, so that nobody takes it for the curve.
        leader = {"linewidth": 0.9, "linestyle": "-" if x > 0.9 else ":", "markevery": [2], "zorder": 1}
        axes.plot([x, 1 + 0.1 / width, 1 + 0.3 / width], [y, place, place], transform=axes.transAxes,
                  clip_on=False, **leader, **hand)
        axes.text(1 + 0.4 / width, place, _wrapped(label), transform=axes.transAxes, va="center")


def _spread(wanted, room, overhang=0.0):
    """Move places as little as possible until each has its room, between 0 and 1, or an overhang beyond.

    This is isotonic regression: blocks of neighbours that would overlap move to their common mean.
    """
    order = np.argsort(wanted, kind="stable")
    gaps = (room[order][1:] + room[order][:-1]) / 2
    offsets = np.concatenate([[0.0], np.cumsum(gaps)])[: len(order)]
    blocks = []  # (mean, how many)
    for place in wanted[order] - offsets:
        blocks.append((place, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, few), (high, many) = blocks[-2:]
            blocks[-2:] = [((low * few + high * many) / (few + many), few + many)]
    places = np.empty(len(order))
    means, counts = zip(*blocks, strict=True)
    lowest = room[order[0]] / 2 - overhang
    highest = 1 + overhang - room[order[-1]] / 2 - offsets[-1]
    places[order] = np.repeat(means, counts).clip(lowest, max(lowest, highest)) + offsets
    return places


def _room(label):
    """The height in inches that the name of a curve takes."""
    return (13 * (_wrapped(label).count("\n") + 1) + 2) / 72


def _shortened(text, most):
    return text if len(str(text)) <= most else f"{str(text)[: most - 1]}…"


def _wrapped(label):
    return "\n".join(textwrap.wrap(str(label), 24)) or " "


def _positive(label, curve):
    x, *values = (np.asarray(vector) for vector in curve)
    if not (values[0] > 0).any():
        raise ValueError(f"curves[{label!r}] must have positive values on a logarithmic axis, got none")
    return [x, *(np.where(value > 0, value, np.nan) for value in values)]


@styled
def forecast(time, truth, forecasts, ylabel, xlabel="time step"):
    """Draw forecasts against the truth, and below them by how much they miss it.

    Args:
        time: `(T,)` numbers or dates.
        truth: `(T,)` numbers.
        forecasts: dict from up to 7 labels to `(T,)` numbers, NaN where there is no forecast.
        ylabel: what the series is, with its unit.
        xlabel: what time is, with its unit, default "time step".

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if a vector has another length, or does not hold numbers.

    Example:
        >>> naive = {"persistence": [np.nan, 5.0, 6.0]}
        >>> figure = forecast([1, 2, 3], [5.0, 6.0, 7.0], naive, "passengers (1000)")
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['passengers (1000)', 'forecast − truth']
    """
    time = np.asarray(time)
    if time.dtype.kind != "M":
        time = _numbers("time", time, (1,))
    series = {"truth": _numbers("truth", truth, (1,))}
    for label, values in _check_curves("forecasts", forecasts).items():
        series[f"forecasts[{label!r}]"] = _numbers(f"forecasts[{label!r}]", values, (1,))
    for name, values in series.items():
        if values.shape != time.shape:
            raise ValueError(f"{name} must be as long as time, {len(time)}, got {len(values)}")
    truth, *forecast_values = series.values()
    labels = ["truth", *forecasts]
    low, high = (max(height, sum(map(_room, labels))) for height in (1.35, 2.9))
    figure = new_figure(0.55 + low + 0.25 + high + 0.15)
    above = _panel(figure, 0.55 + low + 0.25, high, labels, ylabel)
    below = _panel(figure, 0.55, low, labels, "forecast − truth")
    ends = [_draw_curve(above, "truth", time, truth, ("#222222", "-", None))]
    below.axhline(0, color="#222222", linewidth=1)
    misses = []
    for label, values, hand in zip(forecasts, forecast_values, _HANDS, strict=False):
        ends.append(_draw_curve(above, label, time, values, hand))
        if np.isfinite(values - truth).any():
            misses.append(_draw_curve(below, label, time, values - truth, hand))
    above.tick_params(labelbottom=False)
    below.set(xlabel=xlabel, xlim=above.get_xlim())
    _label_ends(above, ends)
    if misses:
        _label_ends(below, misses)
    return figure


# --- values over time, and matrices ---


class _Strip(NamedTuple):
    title: str
    values: np.ndarray  # (rows, T)
    rows: list  # a name for each row
    signed: bool
    limit: float


@styled
def gate_timeline(gates, inputs=None, units=None, names=None, title=None):
    """Draw the gates and states of a cell over time, one strip each above a common time axis.

    Args:
        gates: dict from name to `(T, H)` or `(T,)`, such as `layer.gates` for one sequence. f, i, o, z and r
            are coloured from 0 to 1, all others as signed values.
        inputs: what the cell read, drawn on top: `(T, D)` or `(T,)` numbers, or T words, of which only
            every second or third is written when there are many; default nothing.
        units: the units to show, as indices into H, default all.
        names: a name for each of the D inputs, default x0, x1, ...
        title: default none.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if an array has another shape, or a unit does not exist.

    Example:
        >>> figure = gate_timeline({"f": [1, 1, 0], "c": [0.8, 0.8, 0.0]}, inputs=[0.8, 0.1, -0.3])
        >>> [axes.get_ylabel() for axes in figure.axes[::2]]
        ['input x', 'forget gate f', 'cell state c']
    """
    strips = [_gate_strip(name, values, units) for name, values in _check_dict("gates", gates).items()]
    steps = strips[0].values.shape[1]
    words = None
    if inputs is not None and np.asarray(inputs).dtype.kind in "US":
        words = [_shortened(word, 24) for word in inputs]
    elif inputs is not None:
        strips.insert(0, _input_strip(inputs, names))
    for strip in strips:
        if strip.values.shape[1] != steps:
            came = strip.values.shape[1]
            raise ValueError(f"{strip.title} must have T = {steps} like the others, got T = {came}")
    if words is not None and len(words) != steps:
        raise ValueError(f"inputs must have one word for each of the {steps} steps, got {len(words)}")
    return _stack_strips(strips, words, title)


def _gate_strip(name, values, units):
    values = _numbers(f"gates[{name!r}]", values, (1, 2))
    values = values[:, None] if values.ndim == 1 else values
    chosen = list(range(values.shape[1]) if units is None else units)
    if not chosen or not set(chosen) <= set(range(values.shape[1])):
        raise ValueError(f"units must be indices into the {values.shape[1]} units of {name}, got {units!r}")
    signed = name not in ("f", "i", "o", "z", "r")
    if not signed and (np.nanmin(values) < 0 or np.nanmax(values) > 1):
        raise ValueError(
            f"gates[{name!r}] must lie between 0 and 1, got {np.nanmin(values):g} to {np.nanmax(values):g}"
        )
    limit = max(1.0, float(np.nanmax(np.abs(values))))
    rows = [f"unit {unit}" for unit in chosen]
    return _Strip(_TITLES.get(name, str(name)), values[:, chosen].T, rows, signed, limit)


def _input_strip(inputs, names):
    values = _numbers("inputs", inputs, (1, 2))
    values = values[:, None] if values.ndim == 1 else values
    names = [f"x{index}" for index in range(values.shape[1])] if names is None else list(names)
    if len(names) != values.shape[1]:
        raise ValueError(f"names must name each of the {values.shape[1]} inputs, got {len(names)} names")
    return _Strip("input x", values.T, names, True, max(1.0, float(np.nanmax(np.abs(values)))))


def _stack_strips(strips, words, title):
    steps = strips[0].values.shape[1]
    printed = steps <= 16 and all(len(strip.rows) <= 8 for strip in strips)
    heights = [_strip_height(len(strip.rows), printed) for strip in strips]
    every = -(-steps // 54)  # a word takes 8 of the 432 points of the strip
    word_size = min(9.0, 0.8 * 432 / steps * every)
    word_room = max(map(len, words)) * word_size * 0.65 / 72 + 0.1 if words else 0.0
    total = (0.35 if title else 0.08) + word_room + sum(heights) + 0.12 * len(strips) + 0.45
    figure = new_figure(total)
    if title:
        figure.text(0.05 / WIDTH, 1 - 0.18 / total, title, fontsize=11, va="center")
    top = total - (0.35 if title else 0.08) - word_room
    for strip, height in zip(strips, heights, strict=True):
        axes = figure.add_axes((2.2 / WIDTH, (top - height) / total, 6.0 / WIDTH, height / total))
        bar = figure.add_axes((8.3 / WIDTH, (top - height) / total, 0.12 / WIDTH, height / total))
        _draw_strip(axes, bar, strip, printed)
        top -= height + 0.12
    axes.tick_params(labelbottom=True, bottom=True)
    axes.set_xlabel("time step")
    for step in range(0, steps if words else 0, every):
        figure.axes[0].annotate(words[step], (step, 1), (0, 3), ("data", "axes fraction"), "offset points",
                                rotation=90, ha="center", va="bottom", fontsize=word_size)
    return figure


def _strip_height(rows, printed):
    return max(0.3, rows * 0.28) if printed else min(1.6, max(0.42, rows * 0.12))


def _draw_strip(axes, bar, strip, printed):
    image = _draw_matrix(axes, strip.values, strip.signed, strip.limit, printed)
    if not printed and len(strip.rows) == 1:
        _draw_trace(axes, strip)
    title = "\n".join(textwrap.wrap(_shortened(strip.title, 36), 18))
    axes.set_ylabel(title, rotation=0, ha="left", va="center", fontsize=10 if "\n" not in title else 8)
    axes.yaxis.set_label_coords(-2.15 / 6.0, 0.5)
    axes.tick_params(labelbottom=False, bottom=False)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    every = max(1, -(-len(strip.rows) // 8))
    names = [_shortened(name, 14) for name in strip.rows[::every]]
    axes.set_yticks(range(0, len(strip.rows), every), names, fontsize=8)
    if len(strip.rows) == 1 and strip.rows[0] in ("unit 0", "x0"):
        axes.set_yticks([])
    _draw_bar(axes.figure, image, bar)


def _draw_trace(axes, strip):
    """Draw one unit as a line too, from the bottom of its strip to the top."""
    low = -strip.limit if strip.signed else 0.0
    height = 0.05 + 0.9 * (strip.values[0] - low) / (strip.limit - low)
    for colour, width in (("white", 3.0), ("black", 1.2)):
        axes.plot(np.arange(len(height)), 0.5 - height, color=colour, linewidth=width)


def _draw_bar(figure, image, bar):
    figure.colorbar(image, cax=bar)
    low, high = image.get_clim()
    bar.set_yticks([low, high], [f"{value:.3g}".replace("-", "−") for value in (low, high)], fontsize=8)
    bar.get_yticklabels()[0].set_verticalalignment("bottom")
    bar.get_yticklabels()[1].set_verticalalignment("top")


def _draw_matrix(axes, matrix, signed, limit, printed):
    low, colours = (-limit, "PuOr") if signed else (0.0, "cividis")
    image = axes.imshow(matrix, cmap=colours, vmin=low, vmax=limit, aspect="auto", interpolation="nearest")
    axes.spines[:].set_visible(False)
    rows, columns = matrix.shape
    if not printed:
        if signed and 1 < rows <= 30 and columns <= 80:
            _mark_negatives(axes, matrix, limit)
        return image
    for edge in range(1, columns):
        axes.axvline(edge - 0.5, color="white", linewidth=1.5)
    for edge in range(1, rows):
        axes.axhline(edge - 0.5, color="white", linewidth=1.5)
    for (row, column), value in np.ndenumerate(matrix):
        if np.isfinite(value):
            ink = ink_on(value_colour(value, signed, limit))
            axes.text(column, row, number(value), color=ink, ha="center", va="center", fontsize=8)
    return image


def _mark_negatives(axes, matrix, limit):
    """A minus in every clearly negative cell, for eyes and printers that see orange and purple alike."""
    row, column = np.nonzero(matrix < -0.2 * limit)
    ink = [ink_on(value_colour(value, True, limit)) for value in matrix[row, column]]
    axes.scatter(column, row, marker="_", s=9, color=ink, linewidth=0.8)


@styled
def heatmap(matrix, xlabel, ylabel, title, signed=True):
    """Draw a matrix, row 0 on top, with its numbers when there are few.

    Args:
        matrix: `(rows, columns)` numbers.
        xlabel, ylabel: what columns and rows are.
        title: what the numbers are, with their unit.
        signed: True colours from minus the largest absolute value to plus it, False from 0 to 1, or to the
            largest value where that is greater.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if matrix is not a matrix of numbers, or signed is False and one is negative.

    Example:
        >>> figure = heatmap([[0.5, -1], [0, 2]], "unit at step t-1", "unit at step t", "state Jacobian")
        >>> figure.axes[0].get_title("left")
        'state Jacobian'
    """
    matrix = _numbers("matrix", matrix, (2,))
    if not signed and np.nanmin(matrix) < 0:
        raise ValueError(f"matrix must not be negative when signed is False, got {np.nanmin(matrix):g}")
    rows, columns = matrix.shape
    height = min(5.5, max(2.4, 1.1 + 0.36 * rows))
    width = min(6.6, max(2.4, 0.55 * columns))
    figure = new_figure(height)
    left, bottom, high = (WIDTH - width) / 2, 0.6 / height, (height - 1.0) / height
    axes = figure.add_axes((left / WIDTH, bottom, width / WIDTH, high))
    bar = figure.add_axes(((left + width + 0.15) / WIDTH, bottom, 0.15 / WIDTH, high))
    limit = float(np.nanmax(np.abs(matrix)))
    limit = (limit or 1.0) if signed else max(1.0, limit)
    image = _draw_matrix(axes, matrix, signed, limit, printed=rows <= 12 and columns <= 12)
    _draw_bar(figure, image, bar)
    axes.set_title(title)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    return figure


# --- what the functions above accept ---


def _check_dict(name, value):
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict from names to arrays, got {_described(value)}")
    if not value:
        raise ValueError(f"{name} must hold at least one entry, got an empty dict")
    return value


def _check_curves(name, value):
    if len(_check_dict(name, value)) > len(_HANDS):
        raise ValueError(f"{name} must hold at most {len(_HANDS)} curves, to be told apart, got {len(value)}")
    return value


def _check_level(name, value, log):
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number, got {_described(value)}")
    if not np.isfinite(value) or (log and value <= 0):
        raise ValueError(f"{name} must be finite{', and positive on a logarithmic axis' * log}, got {value}")
    return value


def _numbers(name, value, dimensions):
    """Take value as an array of floats with one of the given numbers of dimensions, and not empty."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {_described(value)}") from None
    if array.ndim not in dimensions:
        wanted = " or ".join(str(number) for number in dimensions)
        raise ValueError(f"{name} must have {wanted} dimensions, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if np.isinf(array).any() or np.isnan(array).all():
        raise ValueError(f"{name} must hold finite numbers, got infinity, or NaN alone")
    return array


def _equally_long(name, vectors):
    vectors = [_numbers(name, vector, (1,)) for vector in vectors]
    if len({len(vector) for vector in vectors}) > 1:
        lengths = ", ".join(str(len(vector)) for vector in vectors)
        raise ValueError(f"{name} must consist of equally long vectors, got lengths {lengths}")
    return vectors


def _described(value):
    kind = type(value).__name__
    return f"{kind} of length {len(value)}" if isinstance(value, (tuple, list, dict)) else kind

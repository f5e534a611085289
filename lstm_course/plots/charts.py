"""Charts of numbers: curves by lag and by update, marks in rows, a forecast."""

import textwrap

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import OKABE_ITO, WIDTH, new_figure, styled

__all__ = ["by_lag", "by_size", "forecast", "means", "ratios", "training_curves", "training_panels"]

# Line styles and markers that go with the colours: any one of the three tells two curves apart.
_LINES = ["-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 3))]
_HANDS = list(zip(OKABE_ITO, _LINES, "os^DvPX", strict=True))
_GROUPS = "a dict from labels to dicts of marks"


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
            expected = "(lags, values) or (lags, values, low, high)"
            raise ValueError(f"curves[{label!r}] is {arguments.described(curve)}, expected {expected}")
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
        for label, marks in arguments.entries("groups", groups, _GROUPS).items()
    }
    return _rows_of_marks(spans, xlabel).figure


def _rows_of_marks(groups, xlabel):
    """Axes with a row for each group, and in it a mark with its span for each name: (middle, low, high)."""
    arguments.entries("groups", groups, _GROUPS)
    names = dict.fromkeys(name for marks in groups.values() for name in marks)
    if len(names) > len(_HANDS):
        raise ValueError(f"groups has {len(names)} names, expected at most {len(_HANDS)}, to be told apart")
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
        axes.errorbar(
            middle,
            place,
            xerr=[middle - low, high - middle],
            color=colour,
            marker=marker,
            linestyle="none",
            label=_wrapped(name),
        )
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
        pair = curve if isinstance(curve, tuple) else (np.arange(1, np.size(curve) + 1), curve)
        if len(pair) != 2:
            said = arguments.described(pair)
            raise ValueError(f"curves[{label!r}] is {said}, expected (x, y) or y alone")
        pairs[label] = _equally_long(f"curves[{label!r}]", pair)
    return _curve_chart(pairs, {"chance": chance, "floor": floor}, log, xlabel, ylabel)


@styled
def training_panels(panels, ylabel, sound=None, levels=None):
    """Draw the training and the validation loss of several trainings, each in a small panel of its own.

    The vertical axes end at 1.2, to be compared; one with larger values goes as far as they do.

    Args:
        panels: dict from up to 9 titles to `(training, validation)`, equally long vectors, a value an epoch.
        ylabel: what the values are, with their unit.
        sound: validation loss to compare with, a vector that is drawn in grey in every panel; default none.
        levels: dict from name to a value at which a horizontal line is drawn in every panel; default none.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if panels is not such a dict, or a vector has another shape.

    Example:
        >>> figure = training_panels({"A": ([0.7, 0.3], [0.7, 0.4]), "B": ([0.7, 0.1], [0.7, 0.9])}, "loss")
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['A', 'B']
    """
    arguments.entries("panels", panels, "a dict from titles to pairs of curves", most=9)
    levels = {} if levels is None else levels
    sound = None if sound is None else arguments.array("sound", sound, ("n",), float)
    rows = -(-len(panels) // 3)
    height = 2.1 * rows + 0.9
    figure = new_figure(height)
    for place, (title, pair) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, 3, place, title=title)
        axes.set_xlabel("epoch" if place > len(panels) - 3 else "")
        axes.set_ylabel(ylabel)
        for value in levels.values():
            axes.axhline(value, color="#666666", linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        if sound is not None:
            epochs = np.arange(1, len(sound) + 1)
            axes.plot(epochs, sound, color="#999999", linewidth=1, label="sound training")
        _draw_training(axes, *_equally_long(f"panels[{title!r}]", pair))
    figure.subplots_adjust(0.075, 1.1 / height, 0.99, 1 - 0.35 / height, wspace=0.34, hspace=0.42)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    told = "; ".join(f"{name} {value:.2f}" for name, value in levels.items())
    title = f"Dotted lines: {told}" if told else None
    place = {"loc": "lower left", "bbox_to_anchor": (0.06, 0), "ncols": 3, "alignment": "left"}
    figure.legend(handles, labels, title=title, **place)
    return figure


def _draw_training(axes, train, validation):
    epochs = np.arange(1, len(train) + 1)
    for label, values, hand in zip(("training", "validation"), (train, validation), _HANDS, strict=False):
        colour, line, marker = hand
        every = max(1, len(epochs) // 6)
        axes.plot(epochs, values, color=colour, linestyle=line, marker=marker, markevery=every, label=label)
    axes.set_ylim(0, max(1.2, 1.1 * np.nanmax([train, validation])))
    axes.grid(True, axis="y")


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
    places = spread(wanted[:, 1], room, overhang=0.1 / height)
    for (label, _, hand), (x, y), place in zip(ends, wanted, places, strict=True):
        # A leader from the end of the curve to its name, drawn with the curve's own colour and marker; dotted
        # where the curve ends early, so that nobody takes it for the curve.
        leader = {"linewidth": 0.9, "linestyle": "-" if x > 0.9 else ":", "markevery": [2], "zorder": 1}
        axes.plot(
            [x, 1 + 0.1 / width, 1 + 0.3 / width],
            [y, place, place],
            transform=axes.transAxes,
            clip_on=False,
            **leader,
            **hand,
        )
        axes.text(1 + 0.4 / width, place, _wrapped(label), transform=axes.transAxes, va="center")


def spread(wanted, room, overhang=0.0):
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


def _wrapped(label):
    return "\n".join(textwrap.wrap(str(label), 24)) or " "


def _positive(label, curve):
    x, *values = (np.asarray(vector) for vector in curve)
    if not (values[0] > 0).any():
        raise ValueError(f"curves[{label!r}] has no value above 0, expected one on a logarithmic axis")
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
        time = arguments.array("time", time, ("T",), float)
    truth = arguments.array("truth", truth, time.shape, float, gaps=True)
    forecast_values = [
        arguments.array(f"forecasts[{label!r}]", values, time.shape, float, gaps=True)
        for label, values in _check_curves("forecasts", forecasts).items()
    ]
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


def _check_curves(name, value):
    return arguments.entries(name, value, "a dict from labels to curves", most=len(_HANDS))


def _equally_long(name, vectors):
    vectors = [arguments.array(name, vector, ("n",), float, gaps=True) for vector in vectors]
    if len({len(vector) for vector in vectors}) > 1:
        lengths = ", ".join(str(len(vector)) for vector in vectors)
        raise ValueError(f"{name} has vectors of lengths {lengths}, expected equally long ones")
    return vectors


def _check_level(name, value, log):
    value = arguments.real_number(name, value)
    if log and value <= 0:
        raise ValueError(f"{name} is {value:g}, expected a number above 0 on a logarithmic axis")
    return value

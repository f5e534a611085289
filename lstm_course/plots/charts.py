"""Charts of numbers: curves by lag and by update, marks in rows, a forecast."""

import textwrap

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import (
    BODY,
    INK,
    LINE,
    QUIET,
    SMALL,
    WIDTH,
    about,
    described,
    network_hue,
    new_figure,
    shortened,
    styled,
)

__all__ = ["by_lag", "by_size", "forecast", "means", "ratios", "training_curves", "training_panels"]

# Line styles and markers: either one tells two curves apart. The hue says which network a curve is about; one
# that is about none is dark or grey.
_LINES = ["-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 3))]
_MARKERS = "os^DvPX"
_LONG = 60  # points, a curve that needs no markers
_LONGEST = 15  # letters of a name in one line, beside a chart
_LETTER = 0.085  # inches
_TRAINED = ("training", "validation")
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
    return described(figure, f"Two logarithmic axes. {figure.get_label()}")


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
    axes.axvline(1, color=QUIET, linewidth=1)
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
    if len(names) > len(_MARKERS):
        raise ValueError(f"groups has {len(names)} names, expected at most {len(_MARKERS)}, to be told apart")
    hands = _hands(names)
    # In inches: room for the groups at the left, a letter at a time, and for the names above.
    left = 0.3 + _LETTER * max(len(line) for label in groups for line in _wrapped(label).split("\n"))
    columns = max(1, int((WIDTH - 0.2) // (0.6 + _LETTER * min(40, max(map(len, map(str, names)))))))
    above = 0.23 * -(-len(names) // columns) + 0.15
    row = max(0.16 + 0.13 * len(names), *(_room(label) + 0.1 for label in groups))
    body = row * len(groups) + 0.1
    height = body + above + 0.6
    figure = new_figure(height)
    axes = figure.add_axes((left / WIDTH, 0.55 / height, 1 - (left + 0.25) / WIDTH, body / height))
    for name, (colour, _, marker) in hands.items():
        rows = [row for row, marks in enumerate(groups.values()) if name in marks]
        middle, low, high = np.array([list(groups.values())[row][name] for row in rows], float).T
        place = np.array(rows) + 0.7 / len(hands) * (list(hands).index(name) - (len(hands) - 1) / 2)
        axes.errorbar(
            middle,
            place,
            xerr=[middle - low, high - middle],
            color=colour,
            marker=marker,
            markersize=6,
            linestyle="none",
            label=shortened(name, 40),
        )
    axes.set_yticks(range(len(groups)), map(_wrapped, groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    for edge in range(1, len(groups)):
        axes.axhline(edge - 0.5, color=BODY, linewidth=2, zorder=0)
    axes.grid(True, axis="x")
    axes.set_xlabel(xlabel, x=1, ha="right")
    place = {"loc": "lower left", "bbox_to_anchor": (-left / (WIDTH - left - 0.25), 1.0), "ncols": columns}
    axes.legend(**place, borderaxespad=0.3, columnspacing=1.2)
    said = " ".join(f"{group}: {_spans(marks)}." for group, marks in groups.items())
    described(figure, f"Rows of marks: {xlabel}, each with its span. {said}")
    return axes


def _spans(marks):
    return "; ".join(
        f"{name} {about(middle)} ({about(low)} to {about(high)})"
        for name, (middle, low, high) in marks.items()
    )


def _hands(labels, greys=(INK, QUIET)):
    """Colour, line and marker for each label: the hue of its network, else dark and grey in turn."""
    hands, plain = {}, 0
    for label, line, marker in zip(labels, _LINES, _MARKERS, strict=False):
        hue = network_hue(label)
        if hue is None:
            hue, plain = greys[plain % len(greys)], plain + 1
        hands[label] = hue, line, marker
    return hands


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
    rows = -(-len(panels) // 2)
    height = 1.75 * rows + 1.1
    figure = new_figure(height)
    for place, (title, pair) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, 2, place)
        axes.set_title(shortened(title, 30), fontsize=SMALL)
        axes.set_xlabel("epoch" if place > len(panels) - 2 else "", labelpad=1)
        axes.set_ylabel(ylabel, labelpad=2)
        for value in levels.values():
            axes.axhline(value, color=QUIET, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        if sound is not None:
            epochs = np.arange(1, len(sound) + 1)
            axes.plot(epochs, sound, color=LINE, linewidth=1, label="sound training")
        _draw_training(axes, *_equally_long(f"panels[{title!r}]", pair))
    figure.subplots_adjust(0.1, 1.2 / height, 0.985, 1 - 0.3 / height, wspace=0.28, hspace=0.38)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    told = "; ".join(f"{name} {value:.2f}" for name, value in levels.items())
    place = {"loc": "lower left", "bbox_to_anchor": (0.06, 0), "ncols": 3, "alignment": "left"}
    figure.legend(
        handles, labels, title=f"Dotted lines: {told}" if told else None, title_fontsize=SMALL, **place
    )
    said = [f"Small charts of {ylabel} by epoch."]
    for title, pair in panels.items():
        parts = (f"{name} {_in_words(curve)}" for name, curve in zip(_TRAINED, pair, strict=True))
        said.append(f"{title} ({'; '.join(parts)}).")
    if sound is not None:
        said.append(f"In grey in each of them a sound training ({_in_words(sound)}).")
    if told:
        said.append(f"Dotted lines: {told}.")
    return described(figure, " ".join(said))


def _draw_training(axes, train, validation):
    epochs = np.arange(1, len(train) + 1)
    for label, values, hand in zip(_TRAINED, (train, validation), _hands(_TRAINED).values(), strict=True):
        colour, line, marker = hand
        every = max(1, len(epochs) // 6)
        axes.plot(epochs, values, color=colour, linestyle=line, marker=marker, markevery=every, label=label)
    axes.set_ylim(0, max(1.2, 1.1 * np.nanmax([train, validation])))
    axes.grid(True, axis="y")


def _in_words(values):
    """A curve over epochs, for who cannot see it."""
    first, last, low, high = values[0], values[-1], np.nanmin(values), np.nanmax(values)
    return f"from {about(first)} to {about(last)}, lowest {about(low)}, highest {about(high)}"


def _curve_chart(curves, levels, log, xlabel, ylabel):
    levels = {name: _check_level(name, value, log) for name, value in levels.items() if value is not None}
    labels = [*curves, *(f"{name} {value:.3g}" for name, value in levels.items())]
    height = max(2.7, sum(map(_room, labels)))
    figure = new_figure(height + 0.8)
    axes = _panel(figure, 0.6, height, labels, ylabel)
    axes.set_xlabel(xlabel)
    if log:
        axes.set_yscale("log")
        curves = {label: _positive(label, curve) for label, curve in curves.items()}
    ends = []
    hands = _hands(curves)
    for label, (x, y, *band) in curves.items():
        hand = hands[label]
        if len(curves) == 1 and len(x) > _LONG:  # nothing to be told apart from
            hand = (*hand[:2], None)
        ends.append(_draw_curve(axes, label, x, y, hand))
        if band:
            axes.fill_between(x, *band, color=hand[0], alpha=0.18, linewidth=0)
    for label, value in zip(labels[len(curves) :], levels.values(), strict=True):
        axes.axhline(value, color=QUIET, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        ends.append((label, (axes.get_xlim()[1], value), {"color": QUIET}))
    if log:
        _write_small_range(axes)
    _label_ends(axes, ends)
    if all((x == np.rint(x)).all() for x, *_ in curves.values()):  # there is no update 1.5
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1, nbins=6)
    said = [f"Curves of {ylabel} by {xlabel}{', logarithmic axis' if log else ''}."]
    said += [f"{label} ({_points(*curve)})." for label, curve in curves.items()]
    said += [f"A dotted line: {label}." for label in labels[len(curves) :]]
    return described(figure, " ".join(said))


def _points(x, y, *band):
    """What a curve reads at its start, in its middle and at its end, and between which values it lies.

    Always in the same words: on another machine the numbers may differ, the sentence must not.
    """
    seen = np.flatnonzero(np.isfinite(y))
    places = dict.fromkeys(seen[[0, len(seen) // 2, -1]])
    read = [f"{about(y[place])} at {_where(x[place], place == seen[0])}" for place in places]
    low, high = np.nanmin(y), np.nanmax(y)
    said = f"{', '.join(read)}; lowest {about(low)}, highest {about(high)}"
    if band:
        said += f"; its band ends from {about(band[0][seen[-1]])} to {about(band[1][seen[-1]])}"
    return said


def _where(x, first=False):
    if isinstance(x, np.datetime64):
        return str(x)
    return f"{x:.5g}" if first else f"~{x:.5g}"


def _write_small_range(axes):
    """Write plain numbers on a logarithmic axis of about a decade, which has hardly a power of ten."""
    low, high = axes.get_ylim()
    if high / low < 30:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")


def _panel(figure, bottom, height, labels, ylabel):
    """A pair of axes, in inches, with room at the right for the labels of the curves."""
    right = WIDTH - 0.5 - _LETTER * max(len(line) for label in labels for line in _wrapped(label).split("\n"))
    total = figure.get_figheight()
    axes = figure.add_axes((0.8 / WIDTH, bottom / total, (right - 0.8) / WIDTH, height / total))
    axes.set_ylabel("\n".join(textwrap.wrap(ylabel, 32)))
    axes.grid(True, axis="y")
    axes.margins(x=0.02)
    return axes


def _draw_curve(axes, label, x, y, hand):
    colour, line, marker = hand
    axes.plot(x, y, color=colour, linestyle=line, marker=marker, markevery=max(1, len(x) // 8))
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
        name = {"transform": axes.transAxes, "va": "center", "fontsize": SMALL}
        axes.text(1 + 0.4 / width, place, _wrapped(label), **name)


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
    return "\n".join(textwrap.wrap(str(label), _LONGEST)) or " "


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
    low, high = (max(height, sum(map(_room, labels))) for height in (1.35, 2.4))
    figure = new_figure(0.6 + low + 0.25 + high + 0.15)
    above = _panel(figure, 0.6 + low + 0.25, high, labels, ylabel)
    below = _panel(figure, 0.6, low, labels, "forecast − truth")
    ends = [_draw_curve(above, "truth", time, truth, (INK, "-", None))]
    below.axhline(0, color=INK, linewidth=1)
    misses = []
    hands = _hands(forecasts, greys=(QUIET,))
    for label, values in zip(forecasts, forecast_values, strict=True):
        hand = hands[label]
        ends.append(_draw_curve(above, label, time, values, hand))
        if np.isfinite(values - truth).any():
            misses.append(_draw_curve(below, label, time, values - truth, hand))
    above.tick_params(labelbottom=False)
    below.set(xlabel=xlabel, xlim=above.get_xlim())
    if time.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator

        for axes in (above, below):
            axes.xaxis.set_major_locator(AutoDateLocator(maxticks=5))
    _label_ends(above, ends)
    if misses:
        _label_ends(below, misses)
    said = [f"Two charts by {xlabel}: {ylabel} with its forecasts, and below by how much they miss it."]
    said.append(f"Truth ({_points(time, truth)}).")
    for label, values in zip(forecasts, forecast_values, strict=True):
        missed = np.abs(values - truth)
        missed = f"misses by {about(np.nanmean(missed))}" if np.isfinite(missed).any() else "misses nothing"
        said.append(f"{label}: {missed} on average.")
    return described(figure, " ".join(said))


def _check_curves(name, value):
    return arguments.entries(name, value, "a dict from labels to curves", most=len(_MARKERS))


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

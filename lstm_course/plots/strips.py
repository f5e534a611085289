"""Values over time and units, as colours and numbers: gates, and a matrix."""

import textwrap
from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import WIDTH, ink_on, new_figure, number, shortened, styled, value_colour

__all__ = ["gate_timeline", "heatmap"]

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
_OVER_TIME = [("T",), ("T", "H")]


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
    arguments.entries("gates", gates, "a dict from names to arrays")
    strips = [_gate_strip(name, values, units) for name, values in gates.items()]
    steps = strips[0].values.shape[1]
    words = None
    if inputs is not None and np.asarray(inputs).dtype.kind in "US":
        words = [shortened(word, 24) for word in inputs]
    elif inputs is not None:
        strips.insert(0, _input_strip(inputs, names))
    for strip in strips:
        if strip.values.shape[1] != steps:
            came = strip.values.shape[1]
            raise ValueError(f"{strip.title} has T = {came}, expected T = {steps} like the others")
    if words is not None and len(words) != steps:
        raise ValueError(f"inputs has {len(words)} words, expected one for each of the {steps} steps")
    return _stack_strips(strips, words, title)


def _gate_strip(name, values, units):
    values = arguments.array(f"gates[{name!r}]", values, _OVER_TIME, float, gaps=True)
    values = values[:, None] if values.ndim == 1 else values
    chosen = list(range(values.shape[1]) if units is None else units)
    if not chosen or not set(chosen) <= set(range(values.shape[1])):
        raise ValueError(f"units is {units!r}, expected indices into the {values.shape[1]} units of {name}")
    signed = name not in ("f", "i", "o", "z", "r")
    if not signed:
        arguments.within(f"gates[{name!r}]", values, 0, 1)
    limit = max(1.0, float(np.nanmax(np.abs(values))))
    rows = [f"unit {unit}" for unit in chosen]
    return _Strip(_TITLES.get(name, str(name)), values[:, chosen].T, rows, signed, limit)


def _input_strip(inputs, names):
    values = arguments.array("inputs", inputs, _OVER_TIME, float, gaps=True)
    values = values[:, None] if values.ndim == 1 else values
    names = [f"x{index}" for index in range(values.shape[1])] if names is None else list(names)
    if len(names) != values.shape[1]:
        raise ValueError(
            f"names has {len(names)} names, expected one for each of the {values.shape[1]} inputs"
        )
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
        figure.axes[0].annotate(
            words[step],
            (step, 1),
            (0, 3),
            ("data", "axes fraction"),
            "offset points",
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=word_size,
        )
    return figure


def _strip_height(rows, printed):
    return max(0.3, rows * 0.28) if printed else min(1.6, max(0.42, rows * 0.12))


def _draw_strip(axes, bar, strip, printed):
    image = _draw_matrix(axes, strip.values, strip.signed, strip.limit, printed)
    if not printed and len(strip.rows) == 1:
        _draw_trace(axes, strip)
    title = "\n".join(textwrap.wrap(shortened(strip.title, 36), 18))
    axes.set_ylabel(title, rotation=0, ha="left", va="center", fontsize=10 if "\n" not in title else 8)
    axes.yaxis.set_label_coords(-2.15 / 6.0, 0.5)
    axes.tick_params(labelbottom=False, bottom=False)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    every = max(1, -(-len(strip.rows) // 8))
    names = [shortened(name, 14) for name in strip.rows[::every]]
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
    matrix = arguments.array("matrix", matrix, ("rows", "columns"), float, gaps=True)
    if not signed and np.nanmin(matrix) < 0:
        raise ValueError(
            f"matrix has values from {np.nanmin(matrix):g}, expected none below 0 with signed=False"
        )
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

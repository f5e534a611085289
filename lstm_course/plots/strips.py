"""Values over time and units: gates as steps, and a matrix as shades and numbers."""

import re
from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import (
    GROUND,
    HUES,
    INK,
    LINE,
    SMALL,
    WIDTH,
    about,
    described,
    new_figure,
    number,
    shortened,
    styled,
    value_colour,
)

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
# A gate has its own hue, a state that of the road; what comes in and what has no meaning of its own is dark.
_PARTS = {
    "f": "keep",
    "z": "keep",
    "i": "let in",
    "g": "candidate",
    "o": "show",
    "r": "show",
    "c": "road",
    "h": "road",
}
_MOST_ROWS = 8  # as lines; more are shades
_OVER_TIME = [("T",), ("T", "H")]


class _Strip(NamedTuple):
    title: str
    values: np.ndarray  # (rows, T)
    rows: list  # a name for each row
    signed: bool
    limit: float
    hue: str


@styled
def gate_timeline(gates, inputs=None, units=None, names=None, title=None, line=None):
    """Draw the gates and states of a cell over time, one strip each above a common time axis.

    Up to 8 units are drawn as steps, more as shades.

    Args:
        gates: dict from name to `(T, H)` or `(T,)`, such as `layer.gates` for one sequence. f, i, o, z and r
            are drawn from 0 to 1, all others about 0.
        inputs: what the cell read, drawn on top: `(T, D)` or `(T,)` numbers, or T words, of which only
            every second or third is written when there are many; default nothing.
        units: the units to show, as indices into H, default all.
        names: a name for each of the D inputs, default x0, x1, ...
        title: default none.
        line: the first step behind a line through all strips, default no line.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if an array has another shape, or a unit does not exist.

    Example:
        >>> figure = gate_timeline({"f": [1, 1, 0], "c": [0.8, 0.8, 0.0]}, inputs=[0.8, 0.1, -0.3])
        >>> [axes.get_title("left") for axes in figure.axes]
        ['input x', 'forget gate f', 'cell state c']
    """
    arguments.entries("gates", gates, "a dict from names to arrays")
    parts = _PARTS | ({"h": "show"} if "c" in gates else {})  # what leaves an LSTM is what its gate shows
    strips = [_gate_strip(name, values, units, parts.get(name)) for name, values in gates.items()]
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
    figure = _stack_strips(strips, words, title)
    if line is not None:
        for axes in figure.axes:
            axes.axvline(line - 0.5, color=INK, linewidth=1.5)
    return described(figure, _told(strips, words, title, line))


def _told(strips, words, title, line):
    """Each row in one sentence of fixed form, since its numbers may differ from machine to machine."""
    steps = strips[0].values.shape[1]
    said = [f"Timeline of {steps} steps{f': {title}' if title else ''}."]
    if words:
        said.append(f"The words read: {' '.join(words)}.")
    for strip in strips:
        for name, row in zip(strip.rows, strip.values, strict=True):
            # Which units are worth a look, a training on another processor may decide otherwise.
            told = re.sub(r"^unit (?=\d)", "unit ~", name)
            part = strip.title if len(strip.rows) == 1 else f"{strip.title}, {told}"
            said.append(f"{part} ({_row_in_words(row)}).")
    if line is not None:
        said.append(f"A line stands before step {line}.")
    return " ".join(said)


def _row_in_words(row):
    if not np.isfinite(row).any():
        return "nothing"
    low, high = int(np.nanargmin(row)), int(np.nanargmax(row))
    return (
        f"from {about(row[0])} to {about(row[-1])}, mean {about(np.nanmean(row))}, lowest {about(row[low])} "
        f"at step ~{low}, highest {about(row[high])} at step ~{high}"
    )


def _gate_strip(name, values, units, part):
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
    hue = HUES.get(part, INK)
    return _Strip(_TITLES.get(name, str(name)), values[:, chosen].T, rows, signed, limit, hue)


def _input_strip(inputs, names):
    values = arguments.array("inputs", inputs, _OVER_TIME, float, gaps=True)
    values = values[:, None] if values.ndim == 1 else values
    names = [f"x{index}" for index in range(values.shape[1])] if names is None else list(names)
    if len(names) != values.shape[1]:
        raise ValueError(
            f"names has {len(names)} names, expected one for each of the {values.shape[1]} inputs"
        )
    return _Strip("input x", values.T, names, True, max(1.0, float(np.nanmax(np.abs(values)))), INK)


def _stack_strips(strips, words, title):
    steps = strips[0].values.shape[1]
    heights = [_strip_height(len(strip.rows)) for strip in strips]
    every = -(-steps // 26)  # a word takes 12 of the 340 points of the strip
    word_room = max(map(len, words)) * SMALL * 0.65 / 72 + 0.1 if words else 0.0
    top = (0.4 if title else 0.1) + word_room
    total = top + sum(heights) + 0.36 * len(strips) + 0.5
    figure = new_figure(total)
    if title:
        figure.text(0.1 / WIDTH, 1 - 0.2 / total, shortened(title, 60), fontsize=11, va="center")
    top = total - top
    for strip, height in zip(strips, heights, strict=True):
        top -= height + 0.3
        axes = figure.add_axes((0.95 / WIDTH, top / total, (WIDTH - 1.1) / WIDTH, height / total))
        (_draw_lines if len(strip.rows) <= _MOST_ROWS else _draw_shades)(axes, strip)
        axes.set_title(shortened(strip.title, 60), fontsize=SMALL, pad=3)
        axes.set_xlim(-0.5, steps - 0.5)
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1, nbins=8)
        axes.tick_params(labelbottom=False, bottom=False)
        top -= 0.06
    axes.tick_params(labelbottom=True, bottom=True)
    axes.set_xlabel("time step")
    first = figure.axes[0]
    for step in range(0, steps if words else 0, every):
        first.annotate(
            words[step],
            (step, 1),
            (0, 18),
            ("data", "axes fraction"),
            "offset points",
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=SMALL,
        )
    return figure


def _strip_height(rows):
    return 0.42 if rows == 1 else rows * 0.3 if rows <= _MOST_ROWS else min(1.6, 0.12 * rows)


def _draw_lines(axes, strip):
    """Each unit as a line of steps, for between two steps a network has no values."""
    low = -strip.limit if strip.signed else 0.0
    span = 1.15 * (strip.limit - low)  # a row, and room to the next
    steps = np.arange(-0.5, strip.values.shape[1])
    for row, values in enumerate(strip.values):
        middle = -row * span
        axes.axhline(middle, color=LINE, linewidth=0.8, zorder=1)
        axes.stairs(
            middle + values, steps, baseline=middle, fill=True, color=strip.hue, alpha=0.25, linewidth=0
        )
        axes.stairs(middle + values, steps, baseline=None, color=strip.hue, linewidth=1.6)
    axes.set_ylim(-(len(strip.values) - 1) * span + low - 0.06 * span, strip.limit + 0.06 * span)
    if len(strip.rows) == 1:
        ends = [low, strip.limit]
        axes.set_yticks(ends, [f"{end:.3g}".replace("-", "−") for end in ends])
    else:
        middles = [-row * span + (0 if strip.signed else 0.5) for row in range(len(strip.rows))]
        axes.set_yticks(middles, [shortened(name, 9) for name in strip.rows])
        axes.tick_params(axis="y", length=0)


def _draw_shades(axes, strip):
    image = _draw_matrix(axes, strip.values, strip.limit, printed=False)
    image.set_extent((-0.5, strip.values.shape[1] - 0.5, len(strip.rows) - 0.5, -0.5))
    every = -(-len(strip.rows) // 8)
    axes.set_yticks(range(0, len(strip.rows), every), [shortened(name, 9) for name in strip.rows[::every]])


def _draw_matrix(axes, matrix, limit, printed):
    """Shades on the ground of the page; a minus in each clearly negative cell that bears no number."""
    shades = np.zeros((*matrix.shape, 4))
    for place, value in np.ndenumerate(matrix):
        if np.isfinite(value):
            shades[place] = value_colour(value, limit) if printed else value_colour(value, limit, 1.0)
    image = axes.imshow(shades, aspect="auto", interpolation="none")
    axes.spines[:].set_visible(False)
    rows, columns = matrix.shape
    if not printed:
        if 1 < rows <= 30 and columns <= 80:
            row, column = np.nonzero(matrix < -0.2 * limit)
            axes.scatter(column, row, marker="_", s=9, color=INK, linewidth=0.8)
        return image
    for edge in range(1, columns):
        axes.axvline(edge - 0.5, color=GROUND, linewidth=1.5)
    for edge in range(1, rows):
        axes.axhline(edge - 0.5, color=GROUND, linewidth=1.5)
    for (row, column), value in np.ndenumerate(matrix):
        if np.isfinite(value):
            axes.text(column, row, number(value), color=INK, ha="center", va="center", fontsize=SMALL)
    return image


@styled
def heatmap(matrix, xlabel, ylabel, title, signed=True, rows=None):
    """Draw a matrix, row 0 on top, with its numbers when there are few.

    Args:
        matrix: `(rows, columns)` numbers.
        xlabel, ylabel: what columns and rows are.
        title: what the numbers are, with their unit.
        signed: True shades from minus the largest absolute value to plus it, False from 0 to 1, or to the
            largest value where that is greater.
        rows: a name for each row, default their numbers.

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
    height_, columns = matrix.shape
    names = [str(row) for row in range(height_)] if rows is None else [str(name) for name in rows]
    if len(names) != height_:
        raise ValueError(f"rows has {len(names)} names, expected one for each of the {height_} rows")
    printed = height_ <= 12 and columns <= 9
    body = min(5.0, max(1.4, 0.36 * height_))
    width = min(WIDTH - 1.95, max(2.4, 0.5 * columns))
    figure = new_figure(body + 1.05)
    left, bottom, high = 0.85 / WIDTH, 0.6 / (body + 1.05), body / (body + 1.05)
    axes = figure.add_axes((left, bottom, width / WIDTH, high))
    limit = float(np.nanmax(np.abs(matrix)))
    limit = (limit or 1.0) if signed else max(1.0, limit)
    _draw_matrix(axes, matrix, limit, printed)
    if not printed:
        _draw_bar(figure, (left + (width + 0.15) / WIDTH, bottom, 0.15 / WIDTH, high), signed, limit)
    axes.set_title(title)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if rows is not None:
        axes.set_yticks(range(height_), [shortened(name, 6) for name in names])
    said = [f"{title}: {height_} rows ({ylabel}) by {columns} columns ({xlabel})."]
    said += [f"Row {name} ({_row_told(row)})." for name, row in zip(names, matrix, strict=True)]
    return described(figure, " ".join(said))


def _row_told(row):
    """The numbers of a short row; of a long one its ends, as in a timeline."""
    if len(row) <= 9:
        return ", ".join(about(value) for value in row)
    if not np.isfinite(row).any():
        return "nothing"
    low, high = int(np.nanargmin(row)), int(np.nanargmax(row))
    return f"lowest {about(row[low])} in column ~{low}, highest {about(row[high])} in column ~{high}"


def _draw_bar(figure, place, signed, limit):
    """The shades from the lowest value to the highest."""
    low = -limit if signed else 0.0
    bar = figure.add_axes(place)
    shades = [[value_colour(value, limit, 1.0)] for value in np.linspace(low, limit, 41)]
    bar.imshow(shades, aspect="auto", interpolation="none", origin="lower", extent=(0, 1, low, limit))
    bar.yaxis.tick_right()
    bar.set(xticks=[])
    ends = [low, 0, limit] if signed else [low, limit]
    bar.set_yticks(ends, [f"{value:.3g}".replace("-", "−") for value in ends])
    bar.spines[:].set_visible(False)

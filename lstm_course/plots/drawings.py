"""The drawings of the course: the cells of LSTM and GRU with one part lit, the plain RNN cell, a network
unrolled, and the gradient on its way back through one.

Lessons take them from `lstm_course.plots`. One unit of a drawing is one inch. A part that is not lit stays
there, in grey; `_Sheet` knows which colour that makes for a wire, a box or a number.
"""

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import OKABE_ITO, WIDTH, ink_on, new_figure, number, styled, value_colour

_BLUE, _VERMILION, _GREEN, _PURPLE, _ORANGE, _SKY, _ = OKABE_ITO
_COLOURS = {
    "road": _ORANGE,
    "forget": _VERMILION,
    "input": _BLUE,
    "candidate": _GREEN,
    "output": _PURPLE,
    "update": _VERMILION,
    "reset": _BLUE,
    "state": _ORANGE,
    "wires": "#444444",  # what belongs to every part: the joined h_prev and x
    "back": _VERMILION,  # the way of the gradient
}
_PALE, _GREY, _DARK = "#eeeeee", "#c4c4c4", "#222222"
_GREY_TEXT = "#707070"  # 4.9 : 1 on white
_MOST_UNITS = 4
_GATES = ("f", "i", "o", "z", "r")
_CENTRED = {"ha": "center", "va": "center_baseline"}
_FORWARD = (
    ("forget", "f = σ(Wf·[h_prev, x] + bf)"),
    ("input", "i = σ(Wi·[h_prev, x] + bi)"),
    ("output", "o = σ(Wo·[h_prev, x] + bo)"),
    ("candidate", "g = tanh(Wc·[h_prev, x] + bc)"),
    ("road", "c = f × c_prev + i × g"),
    ("output", "h = o × tanh(c)"),
)
_BACKWARD = (
    ("output", "do = dh × tanh(c)"),
    ("road", "dc_whole = dc + dh·o·(1−tanh²c)"),
    ("forget", "df = dc_whole × c_prev"),
    ("input", "di = dc_whole × g"),
    ("candidate", "dg = dc_whole × i"),
    ("road", "dc_prev = dc_whole × f"),
)
_GRU = (
    ("update", "z = σ(Wz·[h_prev, x] + bz)"),
    ("reset", "r = σ(Wr·[h_prev, x] + br)"),
    ("candidate", "g = tanh(Wh·[r × h_prev, x] + bh)"),
    ("road", "h = z × h_prev + (1 − z) × g"),
)


@styled
def draw_cell(values=None, lit=None, title=None):
    """Draw the LSTM cell, with the numbers of one step at its wires and one part of it lit.

    The cell is that of Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000).

    Args:
        values: dict with any of the keys x, h_prev, c_prev, f, i, g, o, c, h: each a number, or a vector of
            up to 4 units (x: up to 4 features). The gates f, i, o lie between 0 and 1. Default no numbers.
        lit: "road", "forget", "input", "candidate" or "output" for one part in colour and the rest in grey;
            "all" or None, the default, for everything in colour.
        title: default none.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if values holds something else, or lit is no part of the cell.

    Example:
        >>> figure = draw_cell({"f": 0.9, "c_prev": -1.5}, lit="forget")
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value"]
        ['−1.50', '0.90']
    """
    arguments.one_of("lit", lit, (None, "road", "forget", "input", "candidate", "output", "all"))
    values = _cell_values(values, ("x", "h_prev", "c_prev", "f", "i", "g", "o", "c", "h"))
    sheet = _Sheet(5.4, title, values, lit)
    _draw_cell_on(sheet)
    _write_formulas(sheet, _FORWARD)
    return sheet.figure


def _draw_cell_on(sheet):
    """The cell without its formulas."""
    sheet.body(1.25, 1.12, 7.75, 5.2)
    _draw_inputs(sheet)
    _draw_road(sheet)
    for part, name, across, symbol in (
        ("forget", "f", 2.5, "σ"),
        ("input", "i", 3.55, "σ"),
        ("candidate", "g", 4.6, "tanh"),
        ("output", "o", 5.65, "σ"),
    ):
        sheet.box(across, 2.1, symbol, (part,))
        sheet.write(across, 1.28, part if part == "candidate" else f"{part} gate", (part,), size=8.5)
        _draw_way_out(sheet, part, across)
        sheet.value(across, 2.95, name, (part,), beside=True)
    _draw_hidden_state(sheet)


def _draw_inputs(sheet):
    """h_prev from the left and x from below join, and pass under the four boxes."""
    gates = ("forget", "input", "candidate", "output")
    sheet.wire([(1.8, 0.03), (1.8, 1.485)], ("wires", *gates))
    sheet.wire([(0.2, 1.5), (2.5, 1.5)], ("wires", *gates), arrow=False)
    for start, fed in ((2.5, gates), (3.55, gates[1:]), (4.6, gates[2:])):
        last = len(fed) == 2
        end = [(5.65, 1.5), (5.65, 1.87)] if last else [(start + 1.05, 1.5)]
        sheet.wire([(start, 1.5), *end], ("wires", *fed[1:]), arrow=last)
        sheet.wire([(start, 1.5), (start, 1.87)], ("wires", fed[0]))
        sheet.dot(start, 1.5, ("wires", *fed))
    sheet.value(0.7, 1.5, "h_prev", ("wires", *gates))
    sheet.value(1.8, 0.6, "x", ("wires", *gates), beside=True)


def _draw_road(sheet):
    """The cell state, straight through the cell from left to right."""
    for start, end in ((0.2, 2.36), (2.64, 4.46), (4.74, 8.85)):
        sheet.wire([(start, 4.6), (end, 4.6)], ("road",), width=4.5)
    sheet.value(0.7, 4.6, "c_prev", ("road",))
    sheet.value(8.22, 4.6, "c", ("road",))


def _draw_way_out(sheet, part, across):
    """From the box of a part to the operator that uses it."""
    if part == "forget":
        sheet.wire([(across, 2.33), (across, 4.46)], (part,))
        sheet.operator(across, 4.6, "×", ("road", part))
    elif part == "input":
        sheet.wire([(across, 2.33), (across, 3.78), (4.46, 3.78)], (part,))
    elif part == "candidate":
        sheet.wire([(across, 2.33), (across, 3.64)], (part,))
        sheet.wire([(across, 3.92), (across, 4.46)], ("wires", "input", part))
        sheet.operator(across, 3.78, "×", ("wires", "input", part))
        sheet.operator(across, 4.6, "+", ("road", "input", part))
    else:
        sheet.wire([(across, 2.33), (across, 3.5), (6.66, 3.5)], (part,))


def _draw_hidden_state(sheet):
    """A copy of the road, squashed by tanh and let through by the output gate, leaves as h."""
    sheet.dot(6.8, 4.6, ("road", "output"))
    sheet.wire([(6.8, 4.6), (6.8, 4.2)], ("output",), arrow=False)
    sheet.wire([(6.8, 3.92), (6.8, 3.64)], ("output",))
    sheet.operator(6.8, 4.05, "tanh", ("output",))
    sheet.operator(6.8, 3.5, "×", ("output",))
    sheet.wire([(6.8, 3.36), (6.8, 1.5), (8.85, 1.5)], ("output",))
    sheet.value(8.22, 1.5, "h", ("output",))


def _write_formulas(sheet, formulas):
    for place, (part, formula) in enumerate(formulas):
        across, up = 2.55 + 2.2 * (place % 3), 0.72 - 0.4 * (place // 3)
        sheet.swatch(across, up, (part,))
        sheet.write(across + 0.1, up, formula, (part,), align="left", size=9)


@styled
def draw_cell_backward(values=None, title=None):
    """Draw the LSTM cell with its arrows turned round, and the gradients of one step at its wires.

    Args:
        values: dict with any of the keys dx, dh_prev, dc_prev, df, di, dg, do, dc, dh: each a number, or a
            vector of up to 4 units (dx: up to 4 features). `dc` is what comes along the road from the step
            after. Also `dc_whole`, on the road: dc and what dh adds to it. Default no numbers.
        title: default none.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if values holds something else.

    Example:
        >>> figure = draw_cell_backward({"dc": 0.5, "df": -0.8})
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value"]
        ['0.50', '−0.80']
    """
    names = ("dx", "dh_prev", "dc_prev", "df", "di", "dg", "do", "dc_whole", "dc", "dh")
    sheet = _Sheet(5.4, title, _cell_values(values, names, features="dx"), None, turned=True)
    _draw_cell_on(sheet)
    sheet.value(5.75, 4.6, "c_whole", ("road",))
    _write_formulas(sheet, _BACKWARD)
    return sheet.figure


@styled
def draw_gru(values=None, lit=None):
    """Draw the GRU cell of Cho et al. (2014) in the hand of the LSTM cell, its reset gate before the product.

    Args:
        values: dict with any of the keys x, h_prev, z, r, g, h: each a number, or a vector of up to 4 units
            (x: up to 4 features). The gates z and r lie between 0 and 1. Default no numbers.
        lit: "road", "update", "reset" or "candidate" for one part in colour and the rest in grey; "all" or
            None, the default, for everything in colour.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if values holds something else, or lit is no part of the cell.

    Example:
        >>> figure = draw_gru({"z": 0.9, "h_prev": -0.5})
        >>> sorted(text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value")
        ['0.90', '−0.50']
    """
    arguments.one_of("lit", lit, (None, "road", "update", "reset", "candidate", "all"))
    sheet = _Sheet(5.4, None, _cell_values(values, ("x", "h_prev", "z", "r", "g", "h")), lit)
    sheet.body(1.25, 1.12, 7.75, 5.2)
    _draw_gru_inputs(sheet)
    _draw_gru_candidate(sheet)
    _draw_gru_road(sheet)
    for place, (part, formula) in enumerate(_GRU):
        across, up = 3.1 + 2.9 * (place % 2), 0.72 - 0.4 * (place // 2)
        sheet.swatch(across, up, (part,))
        sheet.write(across + 0.1, up, formula, (part,), align="left", size=9)
    return sheet.figure


def _draw_gru_inputs(sheet):
    """h_prev from the road and x from below join, and pass under the boxes of the two gates."""
    sheet.wire([(1.9, 0.03), (1.9, 1.735)], ("wires", "reset", "candidate", "update"))
    sheet.dot(1.55, 4.6, ("road", "reset", "update"))
    sheet.wire([(1.55, 4.6), (1.55, 1.75), (2.7, 1.75)], ("wires", "reset", "update"), arrow=False)
    sheet.dot(2.7, 1.75, ("wires", "reset", "update"))
    sheet.wire([(2.7, 1.75), (2.7, 2.02)], ("wires", "reset"))
    sheet.wire([(2.7, 1.75), (6.0, 1.75), (6.0, 2.02)], ("wires", "update"))
    sheet.box(2.7, 2.25, "σ", ("reset",))
    sheet.write(2.7, 1.55, "reset gate", ("reset",), size=8.5)
    sheet.box(6.0, 2.25, "σ", ("update",))
    sheet.write(6.0, 1.55, "update gate", ("update",), size=8.5)
    sheet.value(1.9, 0.6, "x", ("wires", "reset", "candidate", "update"), beside=True)


def _draw_gru_candidate(sheet):
    """The candidate sees x, and of h_prev what the reset gate lets through."""
    sheet.dot(2.7, 4.6, ("road", "reset", "candidate"))
    sheet.wire([(2.7, 4.6), (2.7, 3.69)], ("wires", "reset", "candidate"))
    sheet.wire([(2.7, 2.48), (2.7, 3.41)], ("reset",))
    sheet.wire([(2.84, 3.55), (3.95, 3.55)], ("reset", "candidate"))
    sheet.operator(2.7, 3.55, "×", ("reset",))
    sheet.dot(1.9, 1.35, ("wires", "candidate"))
    sheet.wire([(1.9, 1.35), (4.35, 1.35), (4.35, 3.32)], ("wires", "candidate"))
    sheet.box(4.35, 3.55, "tanh", ("candidate",))
    sheet.write(4.35, 3.92, "candidate", ("candidate",), size=8.5)
    sheet.wire([(4.75, 3.55), (6.86, 3.55)], ("candidate",))
    sheet.value(2.7, 2.94, "r", ("reset",), beside=True)
    sheet.value(5.4, 3.55, "g", ("candidate",))


def _draw_gru_road(sheet):
    """The state goes straight through the cell: z keeps a part of it, and 1 - z lets the candidate in."""
    for start, end in ((0.2, 5.86), (6.14, 6.86), (7.14, 8.85)):
        sheet.wire([(start, 4.6), (end, 4.6)], ("road",), width=4.5)
    sheet.wire([(6.0, 2.48), (6.0, 4.46)], ("update",))
    sheet.dot(6.0, 2.95, ("update",))
    sheet.wire([(6.0, 2.95), (7.0, 2.95), (7.0, 3.41)], ("update",))
    sheet.operator(6.5, 2.95, "1−", ("update",))
    sheet.wire([(7.0, 3.69), (7.0, 4.46)], ("candidate", "update"))
    sheet.operator(7.0, 3.55, "×", ("candidate", "update"))
    sheet.operator(6.0, 4.6, "×", ("road", "update"))
    sheet.operator(7.0, 4.6, "+", ("road", "update", "candidate"))
    sheet.value(0.7, 4.6, "h_prev", ("road",))
    sheet.value(8.22, 4.6, "h", ("road",))
    sheet.value(6.0, 4.0, "z", ("update",), beside=True)


@styled
def draw_rnn(values=None, lit=None):
    """Draw the plain recurrent cell (Elman, 1990) in the same hand as the LSTM cell.

    Args:
        values: dict with any of the keys x, h_prev, h: each a number, or a vector of up to 4; default none.
        lit: "state" (from h_prev to h), "input" (x), or "all"; default None, everything in colour.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if values holds something else, or lit is no part of the cell.

    Example:
        >>> figure = draw_rnn({"x": 1.0, "h_prev": 0.0, "h": 0.46})
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value"]
        ['0.00', '1.00', '0.46']
    """
    arguments.one_of("lit", lit, (None, "state", "input", "all"))
    sheet = _Sheet(2.9, None, _cell_values(values, ("x", "h_prev", "h")), lit)
    sheet.body(2.55, 1.12, 6.5, 2.75)
    sheet.wire([(1.5, 1.9), (2.95, 1.9)], ("state",), arrow=False)
    sheet.wire([(2.95, 0.03), (2.95, 1.885)], ("input",), arrow=False)
    sheet.dot(2.95, 1.9, ("state", "input"))
    sheet.write(3.0, 2.3, "[h_prev; x]", ("state", "input"), size=8.5)
    sheet.wire([(2.95, 1.9), (3.55, 1.9)], ("state", "input"))
    sheet.box(3.95, 1.9, "Wh ·", ("state", "input"))
    sheet.wire([(4.35, 1.9), (4.72, 1.9)], ("state", "input"))
    sheet.wire([(4.86, 1.4), (4.86, 1.76)], ("state", "input"))
    sheet.write(4.86, 1.29, "bh", ("state", "input"), size=9)
    sheet.operator(4.86, 1.9, "+", ("state", "input"))
    sheet.wire([(5.0, 1.9), (5.35, 1.9)], ("state", "input"))
    sheet.box(5.75, 1.9, "tanh", ("state",))
    sheet.wire([(6.15, 1.9), (7.85, 1.9)], ("state",))
    sheet.value(2.0, 1.9, "h_prev", ("state",))
    sheet.value(2.95, 0.6, "x", ("input",), beside=True)
    sheet.value(7.1, 1.9, "h", ("state",))
    sheet.swatch(4.2, 0.6, ("state", "input"))
    sheet.write(4.3, 0.6, "h = tanh(Wh·[h_prev; x] + bh)", ("state", "input"), "left", 9)
    return sheet.figure


@styled
def draw_lookup(words, numbers, vectors):
    """Draw how a padded text becomes what a recurrent layer reads: words, numbers, vectors, mask.

    Args:
        words: the words of the text, at most as many as numbers.
        numbers: the row of word numbers, `(T,)`, 0 for padding after the words; up to 8.
        vectors: what the embedding has for each number, `(T, D)`, D up to 4.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if the arrays do not fit each other.

    Example:
        >>> figure = draw_lookup(["not", "bad"], [7, 9, 0], np.zeros((3, 2)))
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "mask"]
        ['word', 'word', 'padding']
    """
    numbers, vectors = np.asarray(numbers), np.asarray(vectors, dtype=float)
    if numbers.ndim != 1 or vectors.ndim != 2 or not len(words) <= len(numbers) == len(vectors) <= 8:
        raise ValueError(
            f"words, numbers and vectors have {len(words)}, {numbers.shape} and {vectors.shape}, "
            "expected one vector a number, at most 8, and no more words"
        )
    sheet = _Sheet(3.2, None, {f"step {t}": vector for t, vector in enumerate(vectors)}, None)
    for up, name in ((2.9, "words"), (2.4, "numbers"), (1.4, "vectors x"), (0.35, "mask")):
        sheet.write(0.2, up, name, ("wires",), "left", style="italic")
    for step, number_ in enumerate(numbers.tolist()):
        across = 1.9 + 6.4 * (step + 0.5) / len(numbers)
        sheet.write(across, 2.9, words[step] if step < len(words) else "–", ("wires",))
        sheet.write(across, 2.4, str(number_), ("wires",), size=12)
        sheet.wire([(across, 2.25), (across, 1.85)], ("input",))
        sheet.value(across, 1.4, f"step {step}", ("input",))
        sheet.axes.texts[-1].remove()  # its name
        said = "word" if number_ else "padding"
        sheet.axes.text(
            across,
            0.35,
            said,
            gid="mask",
            ha="center",
            va="center",
            color=_DARK if number_ else _GREY_TEXT,
            fontweight="bold" if number_ else "normal",
        )
    return sheet.figure


@styled
def draw_unrolled(steps=4, kind="many-to-one", folded=False):
    """Draw a recurrent network unrolled in time: one cell, drawn once for each step.

    Args:
        steps: how many steps, 1 to 8, default 4.
        kind: "many-to-one" (only the last step gives an output, the default), "one-to-many" (only the first
            reads an input, the others the output before) or "many-to-many".
        folded: whether the same network stands at its left once more, as one cell with a loop; default False.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if steps or kind is something else.

    Example:
        >>> figure = draw_unrolled(3, "many-to-many", folded=True)
        >>> sum(text.get_text() == "cell" for text in figure.axes[0].texts)
        4
    """
    steps = arguments.whole_number("steps", steps, 1, 8)
    arguments.one_of("kind", kind, ("many-to-one", "one-to-many", "many-to-many"))
    sheet = _Sheet(3.0, None, {}, None)
    left = 2.9 if folded else 0.0
    apart = min(1.8, (7.6 - left) / steps)
    middles = (left + WIDTH) / 2 + apart * (np.arange(steps) - steps / 2 + 0.75)
    if folded:
        _draw_folded(sheet)
    for step, across in enumerate(middles, start=1):
        first, last = step == 1, step == steps
        sheet.wire([(across - apart + 0.3, 1.5), (across - 0.3, 1.5)], ("state",), width=3)
        _write_at_step(sheet, across - apart / 2, 1.74, "h", step - 1)
        sheet.body(across - 0.3, 1.2, across + 0.3, 1.8)
        sheet.write(across, 1.5, "cell", ("wires",))
        if first or kind != "one-to-many":
            sheet.wire([(across, 0.6), (across, 1.2)], ("input",))
            _write_at_step(sheet, across, 0.42, "x", step)
        if last or kind != "many-to-one":
            sheet.wire([(across, 1.8), (across, 2.4)], ("candidate",))
            _write_at_step(sheet, across, 2.58, "y", step)
        if kind == "one-to-many" and not last:  # the output of a step is the input of the next
            down = across + 0.3 + 0.25 * (apart - 0.6)
            path = [(across, 2.1), (down, 2.1), (down, 0.8), (across + apart, 0.8), (across + apart, 1.2)]
            sheet.wire(path, ("candidate",))
    return sheet.figure


@styled
def draw_stack(layers=2, steps=4):
    """Draw recurrent layers one above the other, unrolled in time: every step of a layer is read by the next.

    Args:
        layers: how many layers, 1 to 3, default 2. Only the last step of the top one gives an output.
        steps: how many steps, 1 to 6, default 4.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if layers or steps is something else.

    Example:
        >>> figure = draw_stack(2, 3)
        >>> sum(text.get_text() == "LSTM 2" for text in figure.axes[0].texts)
        3
    """
    layers = arguments.whole_number("layers", layers, 1, 3)
    steps = arguments.whole_number("steps", steps, 1, 6)
    sheet = _Sheet(1.5 + 1.25 * layers, None, {}, None)
    apart, middles = _columns(steps)
    for layer in range(1, layers + 1):
        up, colour = 1.25 * layer, ("state", "forget", "output")[layer - 1]
        for step, across in enumerate(middles, start=1):
            sheet.wire([(across - apart + 0.42, up), (across - 0.42, up)], (colour,), width=3)
            _draw_layer_cell(sheet, across, up, f"LSTM {layer}")
            if layer == 1:
                sheet.wire([(across, up - 0.75), (across, up - 0.3)], ("input",))
                _write_at_step(sheet, across, up - 0.93, "x", step)
            if layer < layers or step == steps:
                sheet.wire([(across, up + 0.3), (across, up + 0.95)], ("candidate",))
        sheet.write(middles[0] - apart + 0.38, up, "0", ("wires",), "right")
    sheet.write(middles[-1], 1.25 * layers + 1.12, "to Dense", ("wires",))
    return sheet.figure


@styled
def draw_bidirectional(steps=4, answers="each step"):
    """Draw two recurrent layers that read one sequence from its two ends, unrolled in time.

    Args:
        steps: how many steps, 1 to 6, default 4.
        answers: "each step" (the default: an output a step, from both layers) or "the window" (one
            output, from the last state of each layer).

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if steps or answers is something else.

    Example:
        >>> figure = draw_bidirectional(3, "the window")
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_text().startswith("y")]
        ['y']
    """
    steps = arguments.whole_number("steps", steps, 1, 6)
    arguments.one_of("answers", answers, ("each step", "the window"))
    sheet = _Sheet(4.3, None, {}, None)
    apart, middles = _columns(steps)
    right, left = 1.35, 2.6  # the heights of the two layers
    for step, across in enumerate(middles, start=1):
        sheet.wire([(across - apart + 0.42, right), (across - 0.42, right)], ("state",), width=3)
        sheet.wire([(across + apart - 0.42, left), (across + 0.42, left)], ("output",), width=3)
        sheet.wire([(across, 0.55), (across, right - 0.3)], ("input",))
        aside = [(across, 0.72), (across - 0.55, 0.72), (across - 0.55, left - 0.5)]
        sheet.wire([*aside, (across - 0.2, left - 0.5), (across - 0.2, left - 0.3)], ("input",))
        _write_at_step(sheet, across, 0.36, "x", step)
        _draw_layer_cell(sheet, across, right, "LSTM →")
        _draw_layer_cell(sheet, across, left, "LSTM ←")
        if answers == "each step":
            _draw_joined(sheet, across, right, across, left, across)
            _write_at_step(sheet, across, 3.98, "y", step)
    sheet.write(middles[0] - apart + 0.38, right, "0", ("wires",), "right")
    sheet.write(middles[-1] + apart - 0.38, left, "0", ("wires",), "left")
    if answers == "the window":
        middle = middles.mean()
        _draw_joined(sheet, middles[-1], right, middles[0], left, middle)
        sheet.write(middle, 3.98, "y", ("wires",), size=13, style="italic")
    return sheet.figure


def _columns(steps):
    """How far apart the steps of a drawing of several layers stand, and where."""
    apart = min(1.9, 8.0 / (steps + 1))
    return apart, WIDTH / 2 + apart * (np.arange(steps) - (steps - 1) / 2)


def _draw_layer_cell(sheet, across, up, name):
    sheet.body(across - 0.42, up - 0.3, across + 0.42, up + 0.3)
    sheet.write(across, up, name, ("wires",), size=10)


def _draw_joined(sheet, right_from, right, left_from, left, across):
    """The state of the layer that reads to the right and that of the other, joined to one y."""
    top = 3.35
    aside = right_from + 0.6
    path = [(right_from + 0.2, right + 0.3), (right_from + 0.2, right + 0.55), (aside, right + 0.55)]
    sheet.wire([*path, (aside, top), (across + 0.12, top)], ("state",))
    if left_from == across:
        sheet.wire([(left_from, left + 0.3), (left_from, top - 0.12)], ("output",))
    else:
        sheet.wire([(left_from, left + 0.3), (left_from, top), (across - 0.12, top)], ("output",))
    sheet.operator(across, top, ";", ("candidate",))
    sheet.wire([(across, top + 0.14), (across, 3.82)], ("candidate",))


def _draw_folded(sheet):
    """One cell whose state comes back to it a step later, and an equals sign."""
    sheet.body(1.1, 1.2, 1.7, 1.8)
    sheet.write(1.4, 1.5, "cell", ("wires",))
    sheet.wire([(1.4, 0.6), (1.4, 1.2)], ("input",))
    sheet.write(1.4, 0.42, "x", ("wires",), size=13, style="italic")
    loop = [(1.7, 1.5), (2.2, 1.5), (2.2, 0.85), (0.6, 0.85), (0.6, 1.5), (1.1, 1.5)]
    sheet.wire(loop, ("state",), width=3)
    sheet.write(0.36, 1.2, "h", ("wires",), size=13, style="italic")
    sheet.wire([(1.4, 1.8), (1.4, 2.4)], ("candidate",))
    sheet.write(1.4, 2.58, "y", ("wires",), size=13, style="italic")
    sheet.write(2.75, 1.5, "=", ("wires",), size=20)


@styled
def draw_backward(steps=3, values=None):
    """Draw the gradient on its way back through an unrolled network, against the arrows of the forward pass.

    Args:
        steps: how many steps, 1 to 4, default 3.
        values: dict with any of the keys h and r (one number for each state, the initial one first: steps + 1
            of them), loss, da and dx (one number for each step); default no numbers.

    Returns:
        The figure. What the forward pass did is grey.

    Raises:
        TypeError, ValueError: if steps or values is something else.

    Example:
        >>> figure = draw_backward(2, {"r": [0.1, 0.5, 0.0]})
        >>> sorted(text.get_text() for text in figure.axes[0].texts if text.get_text()[0] == "r")
        ['r₀ = 0.10', 'r₁ = 0.50', 'r₂ = 0.00']
    """
    steps = arguments.whole_number("steps", steps, 1, 4)
    values = _step_values(values, {"h": steps + 1, "r": steps + 1, "loss": steps, "da": steps, "dx": steps})
    sheet = _Sheet(4.1, None, {}, "back")
    apart, half = min(2.4, 8.0 / (steps + 0.5)), 0.5
    middles = WIDTH / 2 + apart * (np.arange(steps) - (steps - 1) / 2)

    def write(across, up, name, step, parts=("back",)):
        row = values.get(name, ())
        place = step if name in ("h", "r") else step - 1
        told = f" = {number(row[place])}" if len(row) else ""
        sheet.write(across, up, _at_step(name, step) + told, parts)

    for step in range(steps + 1):  # between two cells: the state goes on, its gradient comes back
        across = middles[0] + apart * (step - 0.5)
        ends = across - apart / 2 + half, across + apart / 2 - half
        sheet.wire([(ends[0], 2.55), (ends[1], 2.55)], ("state",), width=3)
        sheet.wire([(ends[1], 2.05), (ends[0], 2.05)], ("back",), width=3)
        write(across, 2.78, "h", step, ("state",))
        write(across, 1.8, "r", step)
    for step, across in enumerate(middles, start=1):
        sheet.body(across - half, 1.75, across + half, 2.85)
        write(across, 2.3, "da", step)
        sheet.wire([(across, 3.5), (across, 2.85)], ("back",))
        loss = number(values["loss"][step - 1]) if "loss" in values else "dℓ/d" + _at_step("h", step)
        sheet.write(across, 3.68, f"from the loss: {loss}", ("back",))
        sheet.wire([(across - 0.25, 1.75), (across - 0.25, 1.25)], ("back",))
        write(across - 0.25, 1.08, "dx", step)
        sheet.wire([(across + 0.35, 1.75), (across + 0.35, 0.55)], ("back",), arrow=False)
    sheet.wire([(middles[0] + 0.35, 0.55), (middles[-1] + 0.75, 0.55)], ("back",), width=3)
    sheet.write(middles[0] + 0.35, 0.3, "dWh, dbh: every step adds its part", ("back",), "left")
    return sheet.figure


def _step_values(values, lengths):
    """Take each row of numbers as a vector of its length."""
    if values is None:
        return {}
    arguments.instance("values", values, dict, f"a dict with any of {', '.join(lengths)}")
    if unknown := [name for name in values if name not in lengths]:
        raise ValueError(f"values has the key {unknown[0]!r}, expected any of {', '.join(lengths)}")
    return {name: arguments.array(f"values[{name!r}]", row, (lengths[name],)) for name, row in values.items()}


def _write_at_step(sheet, across, up, name, step):
    sheet.write(across, up, _at_step(name, step), ("wires",), size=13, style="italic")


def _at_step(name, step):
    return name + str(step).translate(str.maketrans("012345678", "₀₁₂₃₄₅₆₇₈"))


class _Sheet:
    """A drawing in inches, and the rule that what is not lit is grey.

    `parts` says what a line or a number belongs to: it is lit when one of its parts is, in the colour of that
    part, and it has the colour of its first part when everything is lit.
    """

    def __init__(self, height, title, values, lit, turned=False):
        extra = 0.35 if title else 0.0
        self.figure = new_figure(height + extra)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, WIDTH), ylim=(0, height + extra))
        self.axes.axis("off")
        self.values, self.lit = values, "all" if lit is None else lit
        self.turned = turned  # wires run the other way, and carry gradients
        if title:
            self.axes.text(0.2, height + 0.15, title, fontsize=12, va="center")

    def colour(self, parts):
        """The colour of what belongs to these parts, or None when it is not lit."""
        if self.lit == "all":
            return _COLOURS[parts[0]]
        return _COLOURS[self.lit] if self.lit in parts else None

    def body(self, left, bottom, right, top):
        from matplotlib.patches import FancyBboxPatch

        shape = FancyBboxPatch(
            (left + 0.2, bottom + 0.2), right - left - 0.4, top - bottom - 0.4, boxstyle="round,pad=0.2",
            facecolor="#f8f8f6", edgecolor="#c8c8c4", linewidth=1.2, zorder=0,
        )  # fmt: skip
        self.axes.add_patch(shape)

    def wire(self, points, parts, arrow=True, width=2.0):
        from matplotlib.patches import PathPatch, Polygon

        if self.turned:
            points, arrow = points[::-1], True
        colour = self.colour(parts)
        if self.lit != "all":  # thick and thin say it too, where colours do not
            width *= 1.25 if colour else 0.65
        points = np.array(points, dtype=float)
        ahead = points[-1] - points[-2]
        ahead /= np.hypot(*ahead)
        aside = np.array([-ahead[1], ahead[0]])
        length, half = 0.10 + 0.015 * width, 0.045 + 0.01 * width
        tip = points[-1].copy()
        if arrow:
            points[-1] -= 0.9 * length * ahead
            head = Polygon(
                [tip, tip - length * ahead + half * aside, tip - length * ahead - half * aside],
                facecolor=colour or _GREY,
                linewidth=0,
                zorder=3 if colour else 2,
                gid="arrow",
            )
            self.axes.add_patch(head)
        line = PathPatch(
            _rounded(points, 0.12),
            fill=False,
            edgecolor=colour or _GREY,
            linewidth=width,
            capstyle="butt",
            zorder=3 if colour else 2,
            gid="wire",
        )
        self.axes.add_patch(line)

    def dot(self, across, up, parts):
        colour = self.colour(parts)
        self.axes.plot(across, up, "o", color=colour or _GREY, markersize=5.5, zorder=3.5 if colour else 2.5)

    def box(self, across, up, text, parts):
        self._plate(across, up, 0.8, 0.46, 0.06, text, parts, 13 if text == "σ" else 11)

    def operator(self, across, up, symbol, parts):
        if symbol == "tanh":
            self._plate(across, up, 0.56, 0.27, 0.13, symbol, parts, 8.5)
        else:
            self._plate(across, up, 0.28, 0.28, 0.13, symbol, parts, 12)

    def _plate(self, across, up, width, height, corner, text, parts, size):
        from matplotlib.colors import to_rgb
        from matplotlib.patches import FancyBboxPatch

        colour = self.colour(parts)
        shape = FancyBboxPatch(
            (across - width / 2, up - height / 2), width, height,
            boxstyle=f"round,pad=0,rounding_size={corner}",
            facecolor=colour or _PALE, edgecolor="white" if colour else _GREY, linewidth=1.0, zorder=4,
            gid="plate",
        )  # fmt: skip
        self.axes.add_patch(shape)
        ink = ink_on(to_rgb(colour)) if colour else _GREY_TEXT
        self.axes.text(across, up, text, color=ink, fontsize=size, zorder=5, **_CENTRED)

    def write(self, across, up, text, parts, align="center", size=11, style="normal"):
        # Plain text, not mathtext, which would take half of the time of a redraw.
        ink = _DARK if self.colour(parts) else _GREY_TEXT
        self.axes.text(across, up, text, color=ink, size=size, style=style, ha=align, va="center", zorder=5)

    def swatch(self, across, up, parts):
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((across, up - 0.1), 0.05, 0.2, facecolor=self.colour(parts) or _GREY))

    def value(self, across, up, name, parts, beside=False):
        """The numbers of a wire, on it, unit under unit, with their name above or at the left of them."""
        from matplotlib.patches import Rectangle

        name = f"d{name}" if self.turned else name
        column = self.values.get(name, ())
        width, height, size = (0.58, 0.28, 10) if len(column) == 1 else (0.5, 0.205, 8.5)
        top = up + height * len(column) / 2
        lit = self.colour(parts) is not None
        for unit, value in enumerate(column):
            fill = value_colour(float(np.clip(value, -1, 1)), name not in _GATES) if lit else "white"
            middle = top - height * (unit + 0.5)
            chip = Rectangle(
                (across - width / 2, middle - height / 2),
                width,
                height,
                facecolor=fill,
                edgecolor="#666666" if lit else _GREY,
                linewidth=0.8,
                zorder=6,
                gid="value",
            )
            self.axes.add_patch(chip)
            ink = ink_on(fill) if lit else _GREY_TEXT
            self.axes.text(
                across, middle, number(value), color=ink, fontsize=size, zorder=7, gid="value", **_CENTRED
            )
        if beside:
            left = across - 0.09 - (width / 2 if len(column) else 0)
            self.write(left, up, name, parts, align="right", style="italic")
        else:
            self.write(across, top + (0.15 if len(column) else 0.2), name, parts, style="italic")


def _rounded(points, radius):
    """A path through the points, with its corners rounded off."""
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        for end in (before, after):
            leg = (end - corner) / np.hypot(*(end - corner))
            vertices += [corner + radius * leg] if end is before else [corner, corner + radius * leg]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _cell_values(values, names, features="x"):
    """Take each value as a vector, and see that the vectors of one cell are equally long."""
    if values is None:
        return {}
    arguments.instance("values", values, dict, f"a dict with any of {', '.join(names)}")
    columns = {}
    for name, value in values.items():
        if name not in names:
            raise ValueError(f"values has the key {name!r}, expected any of {', '.join(names)}")
        columns[name] = _column(name, value)
    lengths = {name: len(column) for name, column in columns.items() if name != features}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"values has the lengths {lengths}, expected as many units for every key but {features}"
        )
    return columns


def _column(name, value):
    """A number or a vector as a vector of at most `_MOST_UNITS` numbers; those of a gate lie from 0 to 1."""
    key = f"values[{name!r}]"
    column = arguments.array(key, value, [(), ("H",)], float).reshape(-1)
    if len(column) > _MOST_UNITS:
        raise ValueError(f"{key} has shape {column.shape}, expected at most {_MOST_UNITS} units")
    return arguments.within(key, column, 0, 1) if name in _GATES else column

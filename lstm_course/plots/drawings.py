"""The cells of LSTM, GRU and plain RNN, with one part lit and the numbers of one step."""

from lstm_course.common import arguments
from lstm_course.plots.sheet import Sheet
from lstm_course.plots.style import SMALL, styled

_MOST_UNITS = 4
_GATES = ("f", "i", "o", "z", "r")
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
    sheet = Sheet(5.5, title, values, lit, below=1.2)
    _draw_cell_on(sheet)
    _write_formulas(sheet, _FORWARD)
    return sheet.described(
        "The LSTM cell. The cell state c runs along a road at the top from left to right, past a × and a +. "
        "Below, h_prev and x join and go into four boxes: forget gate f (σ), input gate i (σ), candidate g "
        "(tanh), output gate o (σ). f goes to the × on the road; i times g goes to the +; o times tanh of c "
        "leaves as h."
    )


def _draw_cell_on(sheet):
    """The cell without its formulas."""
    sheet.body(1.25, 0.95, 7.72, 5.25)
    _draw_inputs(sheet)
    _draw_road(sheet)
    for part, name, across, symbol in (
        ("forget", "f", 2.35, "σ"),
        ("input", "i", 3.65, "σ"),
        ("candidate", "g", 4.95, "tanh"),
        ("output", "o", 6.3, "σ"),
    ):
        sheet.box(across, 2.1, symbol, (part,))
        sheet.write(across, 1.2, part, (part,), size=SMALL)
        _draw_way_out(sheet, part, across)
        sheet.value(across, 2.87, name, (part,), beside=True)
    _draw_hidden_state(sheet)


def _draw_inputs(sheet):
    """h_prev from the left and x from below join, and pass under the four boxes."""
    gates = ("forget", "input", "candidate", "output")
    sheet.wire([(1.65, 0.03), (1.65, 1.485)], ("wires", *gates))
    sheet.wire([(0.2, 1.5), (2.35, 1.5)], ("wires", *gates), arrow=False)
    for start, end, fed in ((2.35, 3.65, gates), (3.65, 4.95, gates[1:]), (4.95, 6.3, gates[2:])):
        last = len(fed) == 2
        way = [(end, 1.5), (end, 1.87)] if last else [(end, 1.5)]
        sheet.wire([(start, 1.5), *way], ("wires", *fed[1:]), arrow=last)
        sheet.wire([(start, 1.5), (start, 1.87)], ("wires", fed[0]))
        sheet.dot(start, 1.5, ("wires", *fed))
    sheet.value(0.66, 1.5, "h_prev", ("wires", *gates))
    sheet.value(1.65, 0.5, "x", ("wires", *gates), beside=True)


def _draw_road(sheet):
    """The cell state, straight through the cell from left to right."""
    for start, end in ((0.2, 2.18), (2.52, 4.78), (5.12, 8.88)):
        sheet.wire([(start, 4.6), (end, 4.6)], ("road",), width=4.5)
    sheet.value(0.66, 4.6, "c_prev", ("road",))
    sheet.value(8.2, 4.6, "c", ("road",))


def _draw_way_out(sheet, part, across):
    """From the box of a part to the operator that uses it."""
    if part == "forget":
        sheet.wire([(across, 2.35), (across, 4.43)], (part,))
        sheet.operator(across, 4.6, "×", ("road", part))
    elif part == "input":
        sheet.wire([(across, 2.35), (across, 3.75), (4.78, 3.75)], (part,))
    elif part == "candidate":
        sheet.wire([(across, 2.35), (across, 3.58)], (part,))
        sheet.wire([(across, 3.92), (across, 4.43)], ("wires", "input", part))
        sheet.operator(across, 3.75, "×", ("wires", "input", part))
        sheet.operator(across, 4.6, "+", ("road", "input", part))
    else:
        sheet.wire([(across, 2.35), (across, 3.4), (6.88, 3.4)], (part,))


def _draw_hidden_state(sheet):
    """A copy of the road, squashed by tanh and let through by the output gate, leaves as h."""
    sheet.dot(7.05, 4.6, ("road", "output"))
    sheet.wire([(7.05, 4.6), (7.05, 4.2)], ("output",), arrow=False)
    sheet.wire([(7.05, 3.88), (7.05, 3.57)], ("output",))
    sheet.operator(7.05, 4.04, "tanh", ("output",))
    sheet.operator(7.05, 3.4, "×", ("output",))
    sheet.wire([(7.05, 3.23), (7.05, 1.5), (8.88, 1.5)], ("output",))
    sheet.value(8.2, 1.5, "h", ("output",))


def _write_formulas(sheet, formulas, top=-0.25):
    for place, (part, formula) in enumerate(formulas):
        across, up = 0.35 + 4.45 * (place % 2), top - 0.38 * (place // 2)
        sheet.swatch(across, up, (part,))
        sheet.write(across + 0.15, up, formula, (part,), align="left", size=SMALL)


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
    sheet = Sheet(5.5, title, _cell_values(values, names, features="dx"), None, turned=True, below=1.2)
    _draw_cell_on(sheet)
    sheet.value(6.05, 4.6, "c_whole", ("road",))
    _write_formulas(sheet, _BACKWARD)
    return sheet.described(
        "The LSTM cell with all its arrows turned round. Gradients come in at the right: dc on the road, dh "
        "below, which joins the road through tanh. On their way to the left they leave the road for the "
        "candidate, the input gate and the forget gate, and go on down through the four boxes to dx and "
        "dh_prev. dc_prev leaves at the left end of the road."
    )


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
    sheet = Sheet(5.5, None, _cell_values(values, ("x", "h_prev", "z", "r", "g", "h")), lit, below=0.85)
    sheet.body(1.25, 0.95, 7.72, 5.25)
    _draw_gru_inputs(sheet)
    _draw_gru_candidate(sheet)
    _draw_gru_road(sheet)
    _write_formulas(sheet, _GRU)
    return sheet.described(
        "The GRU cell. The state h_prev runs along a road at the top, past a × with the update gate z and a "
        "+, and leaves as h. The reset gate r multiplies a copy of h_prev, which goes with x into the "
        "candidate g (tanh). g times 1 minus z goes to the + on the road. Both gates (σ) read h_prev and x."
    )


def _draw_gru_inputs(sheet):
    """h_prev from the road and x from below join, and pass under the boxes of the two gates."""
    sheet.wire([(1.95, 0.03), (1.95, 1.735)], ("wires", "reset", "candidate", "update"))
    sheet.dot(1.55, 4.6, ("road", "reset", "update"))
    sheet.wire([(1.55, 4.6), (1.55, 1.75), (2.7, 1.75)], ("wires", "reset", "update"), arrow=False)
    sheet.dot(2.7, 1.75, ("wires", "reset", "update"))
    sheet.wire([(2.7, 1.75), (2.7, 1.86)], ("wires", "reset"))
    sheet.wire([(2.7, 1.75), (6.25, 1.75), (6.25, 1.86)], ("wires", "update"))
    sheet.box(2.7, 2.1, "σ", ("reset",))
    sheet.write(2.7, 1.52, "reset", ("reset",), size=SMALL)
    sheet.box(6.25, 2.1, "σ", ("update",))
    sheet.write(6.25, 1.52, "update", ("update",), size=SMALL)
    sheet.value(1.95, 0.5, "x", ("wires", "reset", "candidate", "update"), beside=True)


def _draw_gru_candidate(sheet):
    """The candidate sees x, and of h_prev what the reset gate lets through."""
    sheet.dot(2.7, 4.6, ("road", "reset", "candidate"))
    sheet.wire([(2.7, 4.6), (2.7, 3.72)], ("wires", "reset", "candidate"))
    sheet.wire([(2.7, 2.35), (2.7, 3.38)], ("reset",))
    sheet.wire([(2.87, 3.55), (3.92, 3.55)], ("reset", "candidate"))
    sheet.operator(2.7, 3.55, "×", ("reset",))
    sheet.dot(1.95, 1.2, ("wires", "candidate"))
    sheet.wire([(1.95, 1.2), (4.35, 1.2), (4.35, 3.3)], ("wires", "candidate"))
    sheet.box(4.35, 3.55, "tanh", ("candidate",))
    sheet.write(4.35, 3.97, "candidate", ("candidate",), size=SMALL)
    sheet.wire([(4.78, 3.55), (7.08, 3.55)], ("candidate",))
    sheet.value(2.7, 2.87, "r", ("reset",), beside=True)
    sheet.value(5.2, 3.55, "g", ("candidate",))


def _draw_gru_road(sheet):
    """The state goes straight through the cell: z keeps a part of it, and 1 - z lets the candidate in."""
    for start, end in ((0.2, 6.08), (6.42, 7.08), (7.42, 8.88)):
        sheet.wire([(start, 4.6), (end, 4.6)], ("road",), width=4.5)
    sheet.wire([(6.25, 2.35), (6.25, 4.43)], ("update",))
    sheet.dot(6.25, 2.95, ("update",))
    sheet.wire([(6.25, 2.95), (7.25, 2.95), (7.25, 3.38)], ("update",))
    sheet.operator(6.75, 2.95, "1−", ("update",))
    sheet.wire([(7.25, 3.72), (7.25, 4.43)], ("candidate", "update"))
    sheet.operator(7.25, 3.55, "×", ("candidate", "update"))
    sheet.operator(6.25, 4.6, "×", ("road", "update"))
    sheet.operator(7.25, 4.6, "+", ("road", "update", "candidate"))
    sheet.value(0.66, 4.6, "h_prev", ("road",))
    sheet.value(8.2, 4.6, "h", ("road",))
    sheet.value(6.25, 3.93, "z", ("update",), beside=True)


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
    sheet = Sheet(4.2, None, _cell_values(values, ("x", "h_prev", "h")), lit, below=0.5)
    every = ("rnn", "state", "input")
    sheet.body(1.75, 0.75, 7.1, 3.4)
    _draw_weights(sheet, every)
    sheet.operator(4.65, 2.5, "+", every)
    sheet.wire([(4.65, 1.65), (4.65, 2.33)], ("wires", "state", "input"))
    sheet.write(4.65, 1.45, "bh", ("wires", "state", "input"))
    sheet.wire([(4.82, 2.5), (5.38, 2.5)], every)
    sheet.box(5.8, 2.5, "tanh", every)
    sheet.wire([(6.22, 2.5), (8.88, 2.5)], ("state",), width=3)
    loop = [(7.45, 2.5), (7.45, 3.75), (1.4, 3.75), (1.4, 2.55)]
    sheet.dot(7.45, 2.5, ("state",))
    sheet.wire(loop, ("state",), width=3)
    sheet.write(4.5, 4.0, "h is the h_prev of the next step", ("state",), size=SMALL)
    sheet.value(0.62, 2.5, "h_prev", ("state",))
    sheet.value(1.9, 0.35, "x", ("input",), beside=True)
    sheet.value(8.25, 2.5, "h", ("state",))
    _write_formulas(sheet, [("rnn", "h = tanh(Wh·[h_prev; x] + bh)")], top=-0.25)
    return sheet.described(
        "The cell of a plain RNN. From the left comes h_prev, from below x. The first H columns of Wh "
        "multiply h_prev, the other D columns x; a + adds the two and bh; then comes tanh, and h leaves at "
        "the right. A loop leads from h back to h_prev: it is the h_prev of the next step."
    )


def _draw_weights(sheet, every):
    """Wh in its two parts: the columns that act on the state, and those that act on the input."""
    sheet.wire([(0.2, 2.5), (2.3, 2.5)], ("state",), width=3)
    sheet.box(2.85, 2.5, "Wh ·", every, width=1.05)
    sheet.write(2.85, 3.02, "first H columns", every, size=SMALL)
    sheet.wire([(3.4, 2.5), (4.48, 2.5)], every)
    sheet.wire([(1.9, 0.0), (1.9, 1.6), (2.3, 1.6)], ("wires", "input"))
    sheet.box(2.85, 1.6, "Wh ·", every, width=1.05)
    sheet.write(2.1, 1.1, "other D columns", every, "left", SMALL)
    sheet.wire([(3.4, 1.6), (4.0, 1.6), (4.0, 2.25), (4.53, 2.38)], every)


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

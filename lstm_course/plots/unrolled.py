"""Networks over time: a text on its way in, steps and layers unrolled, the gradient on its way back."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.sheet import ACROSS, Sheet
from lstm_course.plots.style import HUES, INK, QUIET, SMALL, described, number, styled


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
    sheet = Sheet(3.4, None, {f"step {t}": vector for t, vector in enumerate(vectors)}, None)
    for up, name in ((3.1, "words"), (2.6, "numbers"), (1.5, "vectors"), (0.35, "mask")):
        sheet.write(0.1, up, name, ("wires",), "left", style="italic")
    for step, number_ in enumerate(numbers.tolist()):
        across = 1.65 + 7.25 * (step + 0.5) / len(numbers)
        sheet.write(across, 3.1, words[step] if step < len(words) else "–", ("wires",), size=SMALL)
        sheet.write(across, 2.6, str(number_), ("wires",), size=12)
        sheet.wire([(across, 2.42), (across, 2.14)], ("wires",))
        sheet.value(across, 1.5, f"step {step}", ("wires",), roomy=True)
        sheet.axes.texts[-1].remove()  # its name
        said = "word" if number_ else "padding"
        sheet.axes.text(
            across,
            0.35,
            said,
            gid="mask",
            ha="center",
            va="center",
            color=INK if number_ else QUIET,
            fontweight="bold" if number_ else "normal",
            fontsize=SMALL,
        )
    places = [
        f"{words[step] if step < len(words) else 'nothing'}, number {number_}, vector "
        f"{' '.join(map(number, vector.tolist()))}, mask: {'word' if number_ else 'padding'}"
        for step, (number_, vector) in enumerate(zip(numbers.tolist(), vectors, strict=True))
    ]
    return described(sheet.figure, f"A text on its way to the network, place by place. {'; '.join(places)}.")


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
    sheet = Sheet(3.0, None, {}, None)
    left = 2.9 if folded else 0.0
    apart = min(1.8, (7.6 - left) / steps)
    middles = (left + ACROSS) / 2 + apart * (np.arange(steps) - steps / 2 + 0.75)
    if folded:
        _draw_folded(sheet)
    for step, across in enumerate(middles, start=1):
        first, last = step == 1, step == steps
        sheet.wire([(across - apart + 0.3, 1.5), (across - 0.3, 1.5)], ("state",), width=3)
        _write_at_step(sheet, across - apart / 2, 1.74, "h", step - 1)
        sheet.body(across - 0.3, 1.2, across + 0.3, 1.8)
        sheet.write(across, 1.5, "cell", ("wires",), size=SMALL)
        if first or kind != "one-to-many":
            sheet.wire([(across, 0.6), (across, 1.2)], ("wires",))
            _write_at_step(sheet, across, 0.42, "x", step)
        if last or kind != "many-to-one":
            sheet.wire([(across, 1.8), (across, 2.4)], ("output",))
            _write_at_step(sheet, across, 2.58, "y", step)
        if kind == "one-to-many" and not last:  # the output of a step is the input of the next
            down = across + 0.3 + 0.25 * (apart - 0.6)
            path = [(across, 2.1), (down, 2.1), (down, 0.8), (across + apart, 0.8), (across + apart, 1.2)]
            sheet.wire(path, ("output",))
    reads = "only the first reads an input x" if kind == "one-to-many" else "each reads an input x"
    gives = "only the last gives an output y" if kind == "many-to-one" else "each gives an output y"
    back = "; each output is the next input" if kind == "one-to-many" else ""
    loop = "At the left one cell with a loop from its state h back to itself, then an equals sign. "
    return described(
        sheet.figure,
        f"{loop if folded else ''}The same cell {steps} times from left to right, its state h handed on; "
        f"{reads}, {gives}{back}.",
    )


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
    sheet = Sheet(1.5 + 1.25 * layers, None, {}, None)
    apart, middles = _columns(steps)
    for layer in range(1, layers + 1):
        up = 1.25 * layer
        for step, across in enumerate(middles, start=1):
            sheet.wire([(across - apart + 0.5, up), (across - 0.5, up)], ("state",), width=3)
            _draw_layer_cell(sheet, across, up, f"LSTM {layer}")
            if layer == 1:
                sheet.wire([(across, up - 0.75), (across, up - 0.3)], ("wires",))
                _write_at_step(sheet, across, up - 0.93, "x", step)
            if layer < layers or step == steps:
                sheet.wire([(across, up + 0.3), (across, up + 0.95)], ("output",))
        sheet.write(middles[0] - apart + 0.45, up, "0", ("wires",), "right")
    sheet.write(middles[-1], 1.25 * layers + 1.12, "to Dense", ("wires",))
    return described(
        sheet.figure,
        f"{layers} rows of {steps} LSTM cells, one above the other. An input x goes into each cell of the "
        "lowest row. In each row the state goes from a cell to the next, and the first gets zeros. From each "
        "cell an arrow leads up to the cell above it; of the top row only the last cell has an arrow out, to "
        "Dense.",
    )


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
    sheet = Sheet(4.3, None, {}, None)
    apart, middles = _columns(steps)
    right, left = 1.35, 2.6  # the heights of the two layers
    for step, across in enumerate(middles, start=1):
        sheet.wire([(across - apart + 0.5, right), (across - 0.5, right)], ("state",), width=3)
        sheet.wire([(across + apart - 0.5, left), (across + 0.5, left)], ("state",), width=3)
        sheet.wire([(across, 0.55), (across, right - 0.3)], ("wires",))
        aside = [(across, 0.72), (across - 0.62, 0.72), (across - 0.62, left - 0.5)]
        sheet.wire([*aside, (across - 0.2, left - 0.5), (across - 0.2, left - 0.3)], ("wires",))
        _write_at_step(sheet, across, 0.36, "x", step)
        _draw_layer_cell(sheet, across, right, "LSTM →")
        _draw_layer_cell(sheet, across, left, "LSTM ←")
        if answers == "each step":
            _draw_joined(sheet, across, right, across, left, across)
            _write_at_step(sheet, across, 3.98, "y", step)
    sheet.write(middles[0] - apart + 0.45, right, "0", ("wires",), "right")
    sheet.write(middles[-1] + apart - 0.45, left, "0", ("wires",), "left")
    if answers == "the window":
        middle = middles.mean()
        _draw_joined(sheet, middles[-1], right, middles[0], left, middle)
        sheet.write(middle, 3.98, "y", ("wires",), size=13, style="italic")
    joined = (
        "At each step the states of both rows are joined to one output y."
        if answers == "each step"
        else "There is one output y, joined from the last state of each row: that of the lower one at the "
        "right end, that of the upper one at the left end."
    )
    return described(
        sheet.figure,
        f"Two rows of {steps} LSTM cells. Each input x goes into a cell of both rows. In the lower row the "
        "state goes to the right, from zeros at the left end; in the upper row to the left, from zeros at "
        f"the right end. {joined}",
    )


def _columns(steps):
    """How far apart the steps of a drawing of several layers stand, and where."""
    apart = min(1.9, 8.4 / (steps + 0.75))
    return apart, ACROSS / 2 + apart * (np.arange(steps) - (steps - 1) / 2)


def _draw_layer_cell(sheet, across, up, name):
    sheet.body(across - 0.5, up - 0.3, across + 0.5, up + 0.3, HUES["LSTM"])
    sheet.write(across, up, name, ("wires",), size=SMALL)


def _draw_joined(sheet, right_from, right, left_from, left, across):
    """The state of the layer that reads to the right and that of the other, joined to one y."""
    top = 3.35
    aside = right_from + 0.62
    path = [(right_from + 0.2, right + 0.3), (right_from + 0.2, right + 0.55), (aside, right + 0.55)]
    sheet.wire([*path, (aside, top), (across + 0.17, top)], ("output",))
    if left_from == across:
        sheet.wire([(left_from, left + 0.3), (left_from, top - 0.17)], ("output",))
    else:
        sheet.wire([(left_from, left + 0.3), (left_from, top), (across - 0.17, top)], ("output",))
    sheet.operator(across, top, ";", ("output",))
    sheet.wire([(across, top + 0.17), (across, 3.82)], ("output",))


def _draw_folded(sheet):
    """One cell whose state comes back to it a step later, and an equals sign."""
    sheet.body(1.1, 1.2, 1.7, 1.8)
    sheet.write(1.4, 1.5, "cell", ("wires",), size=SMALL)
    sheet.wire([(1.4, 0.6), (1.4, 1.2)], ("wires",))
    sheet.write(1.4, 0.42, "x", ("wires",), size=13, style="italic")
    loop = [(1.7, 1.5), (2.2, 1.5), (2.2, 0.85), (0.6, 0.85), (0.6, 1.5), (1.1, 1.5)]
    sheet.wire(loop, ("state",), width=3)
    sheet.write(0.36, 1.2, "h", ("wires",), size=13, style="italic")
    sheet.wire([(1.4, 1.8), (1.4, 2.4)], ("output",))
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
        ['r₀\\n0.10', 'r₁\\n0.50', 'r₂\\n0.00']
    """
    steps = arguments.whole_number("steps", steps, 1, 4)
    values = _step_values(values, {"h": steps + 1, "r": steps + 1, "loss": steps, "da": steps, "dx": steps})
    sheet = Sheet(4.6, None, {}, "back")
    apart, half = min(2.4, 8.0 / (steps + 0.5)), 0.5
    middles = ACROSS / 2 + apart * (np.arange(steps) - (steps - 1) / 2)

    def write(across, up, name, step, parts=("back",)):
        row = values.get(name, ())
        place = step if name in ("h", "r") else step - 1
        told = f"\n{number(row[place])}" if len(row) else ""
        sheet.write(across, up, _at_step(name, step) + told, parts)

    for step in range(steps + 1):  # between two cells: the state goes on, its gradient comes back
        across = middles[0] + apart * (step - 0.5)
        ends = across - apart / 2 + half, across + apart / 2 - half
        sheet.wire([(ends[0], 2.95), (ends[1], 2.95)], ("state",), width=3)
        sheet.wire([(ends[1], 2.4), (ends[0], 2.4)], ("back",), width=3)
        write(across, 3.35, "h", step, ("state",))
        write(across, 2.0, "r", step)
    for step, across in enumerate(middles, start=1):
        sheet.body(across - half, 2.1, across + half, 3.25)
        write(across, 2.67, "da", step)
        sheet.wire([(across, 3.85), (across, 3.25)], ("back",))
        loss = number(values["loss"][step - 1]) if "loss" in values else "dℓ/d" + _at_step("h", step)
        sheet.write(across, 4.2, f"from the loss\n{loss}", ("back",), size=SMALL)
        sheet.wire([(across - 0.25, 2.1), (across - 0.25, 1.65)], ("back",))
        write(across - 0.25, 1.3, "dx", step)
        sheet.wire([(across + 0.35, 2.1), (across + 0.35, 0.65)], ("back",), arrow=False)
    sheet.wire([(middles[0] + 0.35, 0.65), (middles[-1] + 0.85, 0.65)], ("back",), width=3)
    sheet.write(middles[0] + 0.35, 0.3, "dWh, dbh: every step adds its part", ("back",), "left", SMALL)
    told = ", ".join(f"{name} {' '.join(map(number, row.tolist()))}" for name, row in values.items())
    return described(
        sheet.figure,
        f"{steps} cells from left to right, one network at {steps} steps. Thin arrows to the right carry the "
        f"states h₀ to {_at_step('h', steps)}, thick ones to the left the gradients "
        f"{_at_step('r', steps)} to r₀ back. From above the gradient of the loss of each step comes into its "
        "cell, in which da is made of the two; below, dx leaves each cell, and a line from each cell leads "
        f"into one for dWh and dbh.{f' The numbers: {told}.' if told else ''}",
    )


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

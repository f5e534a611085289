"""Which steps of a series are read, forecast and trained on, as rows of squares."""

import itertools

from lstm_course.common import arguments
from lstm_course.plots.style import BODY, HUES, INK, LINE, SMALL, WIDTH, described, ink_on, new_figure, styled

__all__ = ["draw_steps"]

_STEPS = 22
_ROW = 0.52  # inches: a name, and under it its squares
# letter in a row -> what it means, fill, edge, sign in the square: the sign says the same as the colour
_KINDS = {
    "t": ("trained on", BODY, LINE, ""),
    "r": ("read", HUES["size"], HUES["size"], "•"),
    "y": ("to be forecast", HUES["show"], HUES["show"], "?"),
    "f": ("a forecast, read again", BODY, HUES["show"], "!"),
}


@styled
def draw_steps(rows):
    """Draw a row of squares for each window, split or forecast: what it does with each step of a series.

    Args:
        rows: dict from label to a str with one letter a step: "t" trained on, "r" read, "y" to be forecast,
            "f" a forecast that is read again, " " nothing. Up to 22 steps.

    Returns:
        The figure.

    Raises:
        TypeError, ValueError: if rows is not such a dict, a letter is unknown, or the rows are not equally
            long.

    Example:
        >>> figure = draw_steps({"first window": "rrry  ", "second window": " rrry "})
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['read (•)', 'to be forecast (?)']
    """
    steps = _check_rows(rows)
    used = [kind for letter, kind in _KINDS.items() if any(letter in row for row in rows.values())]
    above = 0.25 * -(-len(used) // 2) + 0.1
    total = _ROW * len(rows) + 0.5 + above
    figure = new_figure(total)
    width = min(0.4, (WIDTH - 0.3) / steps) * steps
    axes = figure.add_axes((0.15 / WIDTH, 0.5 / total, width / WIDTH, _ROW * len(rows) / total))
    for place, (label, row) in enumerate(rows.items()):
        axes.text(-0.5, place - 0.05, label, fontsize=SMALL)
        for step, letter in enumerate(row):
            if letter != " ":
                _draw_square(axes, step, place, *_KINDS[letter][1:])
    axes.set(xlim=(-0.5, steps - 0.5), ylim=(len(rows) - 0.45, -0.5), xlabel="time step", yticks=[])
    axes.spines["left"].set_visible(False)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(
        [_square(0, 0, fill, edge) for _, fill, edge, _ in used],
        [f"{meaning} ({sign})" if sign else meaning for meaning, *_, sign in used],
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, handlelength=1, handleheight=1,
    )  # fmt: skip
    told = " ".join(f"{label}: {_runs(row)}." for label, row in rows.items())
    return described(figure, f"Rows of {steps} squares, a square a step. {told}")


def _runs(row):
    """Which steps of a row are what, neighbours of a kind together."""
    said, start = [], 0
    for letter, run in itertools.groupby(row):
        last = start + len(list(run)) - 1
        if letter != " ":
            steps = f"step {start}" if last == start else f"steps {start} to {last}"
            said.append(f"{steps} {_KINDS[letter][0]}")
        start = last + 1
    return ", ".join(said) or "nothing"


def _check_rows(rows):
    arguments.entries("rows", rows, "a dict from labels to rows of letters")
    lengths = {len(row) for row in rows.values()}
    if len(lengths) > 1 or not 1 <= min(lengths) <= _STEPS:
        raise ValueError(f"rows have lengths {sorted(lengths)}, expected one length from 1 to {_STEPS}")
    for label, row in rows.items():
        if unknown := set(row) - {" ", *_KINDS}:
            known = ", ".join(map(repr, _KINDS))
            raise ValueError(f"rows[{label!r}] has {unknown.pop()!r}, expected {known} or a space")
    return lengths.pop()


def _draw_square(axes, step, place, fill, edge, sign):
    axes.add_patch(_square(step - 0.46, place + 0.02, fill, edge, 0.92, 0.4))
    ink = INK if fill == BODY else ink_on(fill)
    axes.text(step, place + 0.22, sign, color=ink, ha="center", va="center", fontsize=SMALL, gid="sign")


def _square(left, top, fill, edge, width=1.0, height=1.0):
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), width, height, facecolor=fill, edgecolor=edge, linewidth=1.5)

"""Which steps of a series are read, forecast and trained on, as rows of squares."""

from lstm_course.common import arguments
from lstm_course.plots.style import OKABE_ITO, WIDTH, ink_on, new_figure, styled

__all__ = ["draw_steps"]

_SQUARE = 0.27  # inches
# letter in a row -> what it means, colour, sign in the square: the sign says the same as the colour
_KINDS = {
    "t": ("trained on", "#dddddd", ""),
    "r": ("read", OKABE_ITO[5], "•"),
    "y": ("to be forecast", OKABE_ITO[1], "?"),
    "f": ("a forecast, read again", OKABE_ITO[4], "!"),
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
    from matplotlib.patches import Rectangle

    steps = _check_rows(rows)
    height = _SQUARE * len(rows) * 1.25
    figure = new_figure(height + 1.0)
    total = figure.get_figheight()
    axes = figure.add_axes((2.9 / WIDTH, 0.5 / total, _SQUARE * steps / WIDTH, height / total))
    for place, row in enumerate(rows.values()):
        for step, letter in enumerate(row):
            if letter != " ":
                _draw_square(axes, Rectangle, step, place, *_KINDS[letter][1:])
    axes.set(xlim=(-0.5, steps - 0.5), ylim=(len(rows) - 0.5, -0.5), xlabel="time step")
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.get_major_locator().set_params(integer=True)
    used = [kind for letter, kind in _KINDS.items() if any(letter in row for row in rows.values())]
    axes.legend(
        [Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="#555555") for _, colour, _ in used],
        [f"{meaning} ({sign})" if sign else meaning for meaning, _, sign in used],
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=len(used), handlelength=1, handleheight=1,
    )  # fmt: skip
    return figure


def _check_rows(rows):
    arguments.entries("rows", rows, "a dict from labels to rows of letters")
    lengths = {len(row) for row in rows.values()}
    if len(lengths) > 1 or not 1 <= min(lengths) <= 22:
        raise ValueError(f"rows have lengths {sorted(lengths)}, expected one length from 1 to 22")
    for label, row in rows.items():
        if unknown := set(row) - {" ", *_KINDS}:
            known = ", ".join(map(repr, _KINDS))
            raise ValueError(f"rows[{label!r}] has {unknown.pop()!r}, expected {known} or a space")
    return lengths.pop()


def _draw_square(axes, rectangle, step, place, colour, sign):
    from matplotlib.colors import to_rgb

    axes.add_patch(
        rectangle((step - 0.5, place - 0.4), 1, 0.8, facecolor=colour, edgecolor="white", linewidth=1.5)
    )
    axes.text(step, place, sign, color=ink_on(to_rgb(colour)), ha="center", va="center", fontsize=10)

"""What the drawings are made on: a sheet with wires, boxes and numbers, of which one part may be lit.

One unit of a sheet is `_UNIT` inches; it is nine units wide. A part that is not lit stays there, in grey; the
sheet knows which colour that makes for a wire, a box or a number.
"""

import numpy as np

from lstm_course.plots.style import (
    BODY,
    GROUND,
    HUES,
    INK,
    LINE,
    QUIET,
    SMALL,
    WIDTH,
    described,
    ink_on,
    new_figure,
    number,
    value_colour,
)

# A part of a cell has the hue of what it does, in LSTM, GRU and RNN alike.
_COLOURS = {
    "road": HUES["road"],
    "forget": HUES["keep"],
    "input": HUES["let in"],
    "candidate": HUES["candidate"],
    "output": HUES["show"],
    "update": HUES["keep"],
    "reset": HUES["show"],
    "state": HUES["road"],
    "rnn": HUES["RNN"],
    "wires": INK,  # what belongs to every part: the joined h_prev and x
    "back": HUES["gradient"],
}
ACROSS = 9.0
_UNIT = WIDTH / ACROSS  # inches
_CENTRED = {"ha": "center", "va": "center_baseline"}


class Sheet:
    """A drawing, and the rule that what is not lit is grey.

    `parts` says what a line or a number belongs to: it is lit when one of its parts is, in the colour of that
    part, and it has the colour of its first part when everything is lit.
    """

    def __init__(self, height, title, values, lit, turned=False, below=0.0):
        extra = 0.45 if title else 0.0
        self.figure = new_figure((height + extra + below) * _UNIT)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, ACROSS), ylim=(-below, height + extra))
        self.axes.axis("off")
        self.values, self.lit = values, "all" if lit is None else lit
        self.turned = turned  # wires run the other way, and carry gradients
        if title:
            self.axes.text(0.2, height + 0.2, title, fontsize=12, va="center")

    def described(self, drawing):
        """The figure, with what it shows, what of it is lit, and its numbers."""
        said = [drawing]
        if self.lit != "all":
            said.append(f"Lit, with the rest in grey: {self.lit}.")
        if self.values:
            numbers = (f"{name} {' '.join(map(number, row.tolist()))}" for name, row in self.values.items())
            said.append(f"The numbers: {', '.join(numbers)}.")
        return described(self.figure, " ".join(said))

    def colour(self, parts):
        """The colour of what belongs to these parts, or None when it is not lit."""
        if self.lit == "all":
            return _COLOURS[parts[0]]
        return _COLOURS[self.lit] if self.lit in parts else None

    def body(self, left, bottom, right, top, edge=LINE):
        from matplotlib.patches import FancyBboxPatch

        shape = FancyBboxPatch(
            (left + 0.2, bottom + 0.2), right - left - 0.4, top - bottom - 0.4, boxstyle="round,pad=0.2",
            facecolor=BODY, edgecolor=edge, linewidth=1.2, zorder=0,
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
        length, half = 0.13 + 0.02 * width, 0.06 + 0.014 * width
        tip = points[-1].copy()
        if arrow:
            points[-1] -= 0.9 * length * ahead
            head = Polygon(
                [tip, tip - length * ahead + half * aside, tip - length * ahead - half * aside],
                facecolor=colour or LINE,
                linewidth=0,
                zorder=3 if colour else 2,
                gid="arrow",
            )
            self.axes.add_patch(head)
        line = PathPatch(
            _rounded(points, 0.12),
            fill=False,
            edgecolor=colour or LINE,
            linewidth=width,
            capstyle="butt",
            zorder=3 if colour else 2,
            gid="wire",
        )
        self.axes.add_patch(line)

    def dot(self, across, up, parts):
        colour = self.colour(parts)
        self.axes.plot(across, up, "o", color=colour or LINE, markersize=5.5, zorder=3.5 if colour else 2.5)

    def box(self, across, up, text, parts, width=0.84):
        self._plate(across, up, width, 0.5, 0.06, text, parts, 13 if text == "σ" else 11)

    def operator(self, across, up, symbol, parts):
        if symbol == "tanh":
            self._plate(across, up, 0.8, 0.32, 0.15, symbol, parts, SMALL)
        else:
            self._plate(across, up, 0.34 if len(symbol) == 1 else 0.5, 0.34, 0.16, symbol, parts, 12)

    def _plate(self, across, up, width, height, corner, text, parts, size):
        from matplotlib.patches import FancyBboxPatch

        colour = self.colour(parts)
        shape = FancyBboxPatch(
            (across - width / 2, up - height / 2), width, height,
            boxstyle=f"round,pad=0,rounding_size={corner}",
            facecolor=colour or BODY, edgecolor=GROUND if colour else LINE, linewidth=1.0, zorder=4,
            gid="plate",
        )  # fmt: skip
        self.axes.add_patch(shape)
        ink = QUIET if colour is None else GROUND if colour == INK else ink_on(colour)
        self.axes.text(across, up, text, color=ink, fontsize=size, zorder=5, **_CENTRED)

    def write(self, across, up, text, parts, align="center", size=11, style="normal"):
        # Plain text, not mathtext, which would take half of the time of a redraw.
        ink = INK if self.colour(parts) else QUIET
        self.axes.text(across, up, text, color=ink, size=size, style=style, ha=align, va="center", zorder=5)

    def swatch(self, across, up, parts):
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((across, up - 0.13), 0.07, 0.26, facecolor=self.colour(parts) or LINE))

    def value(self, across, up, name, parts, beside=False, roomy=False):
        """The numbers of a wire, on it, unit under unit, with their name above or at the left of them."""
        from matplotlib.patches import Rectangle

        name = f"d{name}" if self.turned else name
        column = self.values.get(name, ())
        width, height, size = (0.82, 0.32, SMALL) if roomy or len(column) == 1 else (0.72, 0.235, 8)
        top = up + height * len(column) / 2
        lit = self.colour(parts) is not None
        for unit, value in enumerate(column):
            middle = top - height * (unit + 0.5)
            corner = across - width / 2, middle - height / 2
            shade = value_colour(float(value)) if lit else "none"
            self.axes.add_patch(Rectangle(corner, width, height, facecolor=GROUND, linewidth=0, zorder=6))
            chip = {"facecolor": shade, "edgecolor": LINE, "linewidth": 0.8, "zorder": 6, "gid": "value"}
            self.axes.add_patch(Rectangle(corner, width, height, **chip))
            ink = INK if lit else QUIET
            self.axes.text(
                across, middle, number(value), color=ink, fontsize=size, zorder=7, gid="value", **_CENTRED
            )
        if beside:
            left = across - 0.12 - (width / 2 if len(column) else 0)
            self.write(left, up, name, parts, align="right", style="italic")
        else:
            self.write(across, top + 0.24, name, parts, style="italic")


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

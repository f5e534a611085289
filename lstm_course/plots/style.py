"""What all figures of the course have in common: fonts, colours, and how a number is written.

Colours are those of Okabe and Ito (2008) for curves and parts, cividis for values from 0 to 1 and PuOr for
signed ones.
"""

import functools

OKABE_ITO = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#555555",
    "axes.facecolor": "white",
    "axes.labelsize": 10,
    "axes.prop_cycle": f"cycler('color', {OKABE_ITO})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so a figure is the same everywhere
    "font.size": 10,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "image.cmap": "cividis",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "mathtext.fontset": "dejavusans",
    "savefig.facecolor": "white",
    "text.color": "#222222",
}
WIDTH = 9.0  # inches, the column of a notebook


def styled(function):
    """Make a function draw in the style of the course, whatever the notebook has set."""

    @functools.wraps(function)
    def in_style(*args, **kwargs):
        import matplotlib

        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return in_style


def new_figure(height):
    """Make an empty figure as wide as a notebook's column; height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height))


def number(value):
    """Write a value as a figure shows it: about three digits, and a proper minus sign.

    Example:
        >>> [number(value) for value in (0.5, -0.25, 12.345, 3, 0.0)]
        ['0.50', '−0.25', '12.3', '3', '0.00']
    """
    if isinstance(value, int) or abs(value) >= 100:
        text = f"{value:.0f}"
    else:
        text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return text.replace("-", "−").replace("−0.00", "0.00")


def shortened(text, most):
    return text if len(str(text)) <= most else f"{str(text)[: most - 1]}…"


def value_colour(value, signed, limit=1.0):
    """Colour a value: PuOr from -limit to limit when signed, else cividis from 0 to limit."""
    import matplotlib

    if signed:
        return matplotlib.colormaps["PuOr"]((value / limit + 1) / 2)
    return matplotlib.colormaps["cividis"](value / limit)


def ink_on(colour):
    """Choose black or white for the writing on a colour, whichever reads better."""
    red, green, blue = colour[:3]
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else "white"

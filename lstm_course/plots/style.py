"""What all figures of the course have in common: fonts, colours and what they mean, how a number is written.

One hue means one thing, in every figure (`MEANINGS`). Each stands out from a white and from a nearly black
ground by 3 : 1, and from every other for eyes without red or green too. Ink and ground follow the theme of
the page (`THEMES`). Values are shades: the fuller, the larger; grey from 0 up, rust below 0.
"""

import functools
import re

# meaning -> colour, and what it stands for
MEANINGS = {
    "road": ("#bb8800", "the state on its way from step to step: c of an LSTM, h of an RNN and of a GRU"),
    "keep": ("#ff2244", "how much of the state is kept: f of an LSTM, z of a GRU"),
    "let in": ("#8800ff", "how much of the candidate is let in: i of an LSTM"),
    "candidate": ("#119966", "what could be written: g"),
    "show": ("#0099aa", "how much of the state is seen: o of an LSTM, r of a GRU; what leaves as output"),
    "gradient": ("#ff44aa", "the gradient on its way back"),
    "RNN": ("#778844", "the plain RNN beside others"),
    "LSTM": ("#4488ff", "the LSTM beside others"),
    "GRU": ("#b010c0", "the GRU beside others"),
    "negative": ("#aa4400", "a number below 0; its fullness is its size"),
    "size": ("#777777", "a number from 0 up, its fullness is its size; a series without a meaning above"),
}
HUES = {meaning: colour for meaning, (colour, _) in MEANINGS.items()}
# The colour that a figure is drawn with -> what it becomes on a light page and on a dark one.
INK, QUIET, FAINT, GROUND, BODY, LINE = "#222222", "#666666", "#dddddd", "#ffffff", "#f4f4f2", "#888888"
THEMES = {
    INK: ("#222222", "#e2e2e2"),
    QUIET: ("#666666", "#a6a6a6"),
    LINE: ("#888888", "#7a7f87"),  # what is not lit, and edges: 3 : 1 on the ground and on a body
    FAINT: ("#dddddd", "#343a42"),  # grids, which say nothing
    BODY: ("#f4f4f2", "#1d2128"),
    GROUND: ("#ffffff", "#12151a"),
    "#000000": ("#222222", "#e2e2e2"),  # what a learner's own figure is drawn with
}
WHITE, BLACK = "#fffffe", "#010101"  # on a hue, where they stay what they are in both themes
OKABE_ITO = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.prop_cycle": f"cycler('color', {[INK, *HUES.values()]})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.dpi": 100,
    "figure.facecolor": GROUND,
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so a figure is the same everywhere
    "font.size": 11,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "image.cmap": "cividis",
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "mathtext.fontset": "dejavusans",
    "savefig.facecolor": GROUND,
    "svg.fonttype": "path",  # the letters come along, for a page shows a picture without its fonts
    "svg.hashsalt": "lstm-course",  # the same figure, the same bytes
    "text.color": INK,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 10,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 10,
}
WIDTH = 6.0  # inches, 100 pixels each: a telephone, 390 pixels wide, shows letters of 10 points at 8 pixels
SMALL = 10  # points, the smallest writing
_FULLEST = 0.62  # of a shade with a number on it


def styled(function):
    """Make a function draw in the style of the course, whatever the notebook has set."""

    @functools.wraps(function)
    def in_style(*args, **kwargs):
        import matplotlib

        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return in_style


def new_figure(height):
    """Make an empty figure as wide as the text of a lesson; height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height))


def described(figure, description):
    """Give a figure the words that stand for it where it cannot be seen; they travel as its label.

    Example:
        >>> described(new_figure(2), "Nothing at all.").get_label()
        'Nothing at all.'
    """
    figure.set_label(description)
    return figure


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


def about(value):
    """Write a value that a description reads off its figure, which another machine may draw a bit elsewhere.

    Put no full stop behind it, which `common.comparing` would take for a part of the number.

    Example:
        >>> [about(value) for value in (0.12345, -2.0, 1e-9)]
        ['~0.123', '~-2', '~1e-09']
    """
    return f"~{float(value) + 0.0:.3g}"


def shortened(text, most):
    return text if len(str(text)) <= most else f"{str(text)[: most - 1]}…"


def network_hue(label):
    """The hue of the network or the gate that a curve's name speaks of, None if it speaks of none.

    Example:
        >>> network_hue("simple RNN"), network_hue("persistence")
        ('#778844', None)
    """
    found = re.search(r"\b(RNN|LSTM|GRU)s?\b", str(label))
    if found:
        return HUES[found[1]]
    return HUES["keep"] if "forget gate" in str(label) else None


def value_colour(value, limit=1.0, fullest=_FULLEST):
    """The shade of a value from -limit to limit, RGBA: grey from 0 up, rust below 0, fuller with its size."""
    from matplotlib.colors import to_rgb

    hue = HUES["negative" if value < 0 else "size"]
    return (*to_rgb(hue), fullest * min(1.0, abs(value) / limit))


def ink_on(colour):
    """Choose black or white for the writing on a hue, whichever stands out more."""
    from matplotlib.colors import to_rgb

    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    return BLACK if (luminance + 0.05) ** 2 > 1.05 * 0.05 else WHITE

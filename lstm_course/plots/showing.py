"""A figure in a notebook: the picture together with its text description.

The picture is an SVG in an `<img>`: sharp at every size, shown by a notebook that is not trusted too, and its
ink and ground follow the colour scheme of the page. It carries its own ground, so it can be read where a page
does not say which scheme it has.
"""

import base64
import html
import io
import re
import sys

from lstm_course.common import arguments
from lstm_course.plots.style import THEMES, styled

__all__ = ["figure_html", "png", "show"]

_DPI = 144  # a figure is shown at 100 pixels an inch; the rest is for sharp screens and paper
_NOTHING = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # what Matplotlib would write of itself
_PLACES = re.compile(r"(?:scale|matrix)\([^)]*\)|-?\d+\.\d{3,}")


def show(figure, alt=None, caption=""):
    """Display a figure together with its text description.

    Args:
        figure: a Matplotlib figure.
        alt: at least a sentence, which tells somebody who cannot see the figure what it shows; default what
            the plot function of the course that drew it says of its data.
        caption: the line under the figure, default none.

    Raises:
        TypeError: if figure is not a Matplotlib figure, or alt or caption is not a string.
        ValueError: if alt is too short to describe anything.

    Example:
        >>> from lstm_course.plots import training_curves
        >>> figure = training_curves({"LSTM": [1.0, 0.5, 0.2]}, "loss")
        >>> show(figure, alt="The loss of the LSTM falls from 1.0 to 0.2 in three updates.")
        The loss of the LSTM falls from 1.0 to 0.2 in three updates.
        >>> show(figure)
        Curves of loss by update. LSTM (~1 at 1, ~0.5 at ~2, ~0.2 at ~3; lowest ~0.2, highest ~1).
    """
    from IPython.display import display

    markup = figure_html(figure, alt, caption)
    display(_Picture(markup, _description(figure, alt)))


@styled
def figure_html(figure, alt=None, caption=""):
    """Make the HTML that `show` displays: a `<figure>` with the image and its description.

    Args:
        figure, alt, caption: as for `show`.

    Returns:
        The HTML as a string; the same figure always gives the same one.

    Raises:
        TypeError, ValueError: as `show`.

    Example:
        >>> from lstm_course.plots import training_curves
        >>> figure = training_curves({"LSTM": [1.0, 0.5]}, "loss")
        >>> markup = figure_html(figure, alt="The loss is cut in half.")
        >>> 'alt="The loss is cut in half."' in markup
        True
    """
    from matplotlib.figure import Figure

    arguments.instance("figure", figure, Figure, "a Matplotlib figure")
    alt = _description(figure, alt)
    arguments.instance("caption", caption, str, "a string")
    data = base64.b64encode(_svg(figure).encode()).decode("ascii")
    if "matplotlib.pyplot" in sys.modules:  # a figure of pyplot's would be shown a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    image = (
        f'<img alt="{html.escape(alt)}" width="{figure.get_figwidth() * 100:.0f}" '
        'style="max-width: 100%; height: auto" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
    line = f'<figcaption style="font-size: 90%">{html.escape(caption)}</figcaption>' if caption else ""
    return f'<figure style="margin: 8px 0">{image}{line}</figure>'


@styled
def png(figure):
    """The figure as PNG bytes, with 256 colours, for what cannot hold an SVG.

    Args:
        figure: a Matplotlib figure.

    Returns:
        Bytes; the same figure always gives the same ones.

    Example:
        >>> from lstm_course.plots import training_curves
        >>> png(training_curves({"LSTM": [1.0, 0.5]}, "loss"))[1:4]
        b'PNG'
    """
    from PIL import Image

    pixels, file = io.BytesIO(), io.BytesIO()
    figure.savefig(pixels, format="rgba", dpi=_DPI)
    size = tuple(int(side * _DPI) for side in figure.get_size_inches())
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "png")
    return file.getvalue()


def _description(figure, alt):
    """The words for a figure: those given, or those that its plot function found."""
    alt = figure.get_label() if alt is None else alt
    arguments.instance("alt", alt, str, "a string")
    if len(alt.split()) < 4:
        raise ValueError(f"alt is {alt!r}, expected at least a sentence that describes the figure")
    return alt


def _svg(figure):
    """The figure as SVG: no word about the program, coordinates to a hundredth, colours from the theme."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata=_NOTHING)
    drawn = _short(file.getvalue())
    for place, colour in enumerate(THEMES):
        drawn = drawn.replace(colour, f"var(--c{place})")
    light, dark = (
        "".join(f"--c{place}:{pair[scheme]};" for place, pair in enumerate(THEMES.values()))
        for scheme in (0, 1)
    )
    drawn = drawn.replace(' style="fill:var(--c0)"', "")
    rules = f"svg{{{light}fill:var(--c0)}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
    return drawn.replace(">", f"><style>{rules}</style>", 1)


def _short(drawn):
    """The same SVG in half as many letters, for notebooks lie under git."""
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"\s*<!--.*?-->|\s*<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = _PLACES.sub(_rounded, drawn)
    # A letter is drawn once and used by its name, moved to its place in hundredths of its size.
    drawn = re.sub(r"\bDejaVuSans-(?:(Bold|Oblique)-)?", lambda found: (found[1] or "S")[0], drawn)
    drawn = drawn.replace("xlink:href", "href")
    drawn = re.sub(r'(<use href="#\w+") transform="translate\((\S+) 0\)"', _moved, drawn)
    drawn = re.sub(r'<use href="#[SBO]3"[^>]*/>|<path id="[SBO]3"[^>]*/>', "", drawn)  # a space
    drawn = re.sub(r'<g id="\w+">', "<g>", drawn)
    drawn = re.sub(r"\s*\n\s*", " ", drawn)
    drawn = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r" ?([A-Za-z]) ?| (?=-)", r"\1", path[0]), drawn)
    drawn = re.sub(r"([:;]) (?=[\w#-])", r"\1", drawn)
    drawn = re.sub(r' d="([^"]*)" transform="scale\(0\.015625\)"', _outlined, drawn)
    drawn = re.sub(r">\s+<", "><", drawn)
    whole = re.search(r'viewBox="0 0 (\S+) (\S+)"', drawn).groups()
    rectangle = r'<clipPath id="(\w+)"><rect x="0" y="0" width="{}" height="{}"/>'.format(*whole)
    for name in re.findall(rectangle, drawn):  # nothing lies beyond the picture
        drawn = drawn.replace(f' clip-path="url(#{name})"', "")
    return re.sub(r"<g>(<path [^<]*/>)</g>", r"\1", drawn)


def _outlined(found):
    """The outline of a letter on a grid of 400 instead of 6400, a fortieth of a point."""
    coarse = re.sub(r"-?[\d.]+", lambda number: f"{float(number[0]) / 16:.0f}", found[1])
    return f' d="{coarse}" transform="scale(.25)"'


def _moved(found):
    return f'{found[1]} x="{float(found[2]):.0f}"'


def _rounded(match):
    """A coordinate; what is multiplied with one stays as it is."""
    return match[0] if match[0][-1] == ")" else f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


class _Picture:
    """A figure where HTML can be shown, its description everywhere else."""

    def __init__(self, markup, alt):
        self._markup, self._alt = markup, alt

    def _repr_html_(self):
        return self._markup

    def __repr__(self):
        return self._alt

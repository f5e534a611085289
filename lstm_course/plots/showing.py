"""A figure in a notebook: the picture together with its text description."""

import base64
import html
import io
import sys

from lstm_course.common import arguments
from lstm_course.plots.style import styled

__all__ = ["figure_html", "show"]

_DPI = 144  # a figure is shown at 100 pixels an inch; the rest is for sharp screens and paper


def show(figure, alt, caption=""):
    """Display a figure together with its text description.

    Args:
        figure: a Matplotlib figure.
        alt: at least a sentence, which tells somebody who cannot see the figure what it shows.
        caption: the line under the figure, default none.

    Raises:
        TypeError: if figure is not a Matplotlib figure, or alt or caption is not a string.
        ValueError: if alt is too short to describe anything.

    Example:
        >>> from lstm_course.plots import training_curves
        >>> figure = training_curves({"LSTM": [1.0, 0.5, 0.2]}, "loss")
        >>> show(figure, alt="The loss of the LSTM falls from 1.0 to 0.2 in three updates.")
        The loss of the LSTM falls from 1.0 to 0.2 in three updates.
    """
    from IPython.display import display

    display(_Picture(figure_html(figure, alt, caption), alt))


@styled
def figure_html(figure, alt, caption=""):
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
    arguments.instance("alt", alt, str, "a string")
    arguments.instance("caption", caption, str, "a string")
    if len(alt.split()) < 4:
        raise ValueError(f"alt is {alt!r}, expected at least a sentence that describes the figure")
    data = base64.b64encode(_png(figure)).decode("ascii")
    if "matplotlib.pyplot" in sys.modules:  # a figure of pyplot's would be shown a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    # The white margin keeps the figure readable on a dark theme; the caption takes the colour of the theme.
    image = (
        f'<img alt="{html.escape(alt)}" width="{figure.get_figwidth() * 100:.0f}" '
        'style="background-color: white; padding: 6px; max-width: 100%; box-sizing: border-box" '
        f'src="data:image/png;base64,{data}">'
    )
    line = f'<figcaption style="font-size: 90%">{html.escape(caption)}</figcaption>' if caption else ""
    return f'<figure style="margin: 8px 0">{image}{line}</figure>'


def _png(figure):
    """The figure as PNG bytes, with 256 colours: a third of the size, which a notebook under git feels."""
    from PIL import Image

    pixels, file = io.BytesIO(), io.BytesIO()
    figure.savefig(pixels, format="rgba", dpi=_DPI)
    size = tuple(int(side * _DPI) for side in figure.get_size_inches())
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "png")
    return file.getvalue()


class _Picture:
    """A figure where HTML can be shown, its description everywhere else."""

    def __init__(self, markup, alt):
        self._markup, self._alt = markup, alt

    def _repr_html_(self):
        return self._markup

    def __repr__(self):
        return self._alt

"""What all explorers have in common: sliders, a sentence, a picture, and the same on paper."""

import contextlib
import gc
import html
from typing import NamedTuple

import ipywidgets as widgets

from lstm_course.plots.showing import figure_html
from lstm_course.plots.style import number

# ipywidgets gives its sliders no name that a screen reader could say, and JupyterLab takes some arrow keys
# for itself. The page puts both right as soon as a picture has loaded.
_NAME_THE_CONTROLS = """
const explorer = this.closest('.lstm-explorer');
if (explorer) {
  explorer.setAttribute('role', 'group');
  explorer.setAttribute('aria-label', 'Explorer');
  explorer.setAttribute('data-lm-suppress-shortcuts', 'true');
  explorer.querySelector('.lstm-sentence .widget-html-content').setAttribute('aria-live', 'polite');
  for (const slider of explorer.querySelectorAll('.widget-slider')) {
    const name = slider.querySelector('.widget-label').textContent;
    slider.querySelector('.noUi-handle').setAttribute('aria-label', name);
    const number = slider.querySelector('.widget-readout');
    number.setAttribute('role', 'textbox');
    number.setAttribute('aria-label', name + ', as a number');
  }
}
"""
_TEXT = "max-width: 46em; margin: 0.3em 0; line-height: 1.45"


class Scene(NamedTuple):
    """What there is to see at one position of the sliders.

    Args:
        figure: a Matplotlib figure.
        alt: its description for somebody who cannot see it.
        sentence: what is happening.
    """

    figure: object
    alt: str
    sentence: str


class Explorer(widgets.VBox):
    """Controls, a sentence that says what is happening, and a picture that follows them.

    Args:
        question: what to answer before moving anything.
        controls: dict from name to an ipywidgets control with a `value`, such as `slider` makes.
        draw: function that takes the value of every control by its name and gives a `Scene`.

    Attributes:
        sentence: what is happening, as text.
        alt: the description of the picture.
        picture: the figure with its description, as HTML.

    Example:
        >>> from lstm_course.plots import draw_rnn
        >>> def draw(h):
        ...     return Scene(draw_rnn({"h": h}), f"A cell with the new state {h:g}.", f"h is {h:g}.")
        >>> explorer = Explorer("Can h be 0.5?", {"h": slider("h", -1, 1, 0)}, draw)
        >>> explorer.controls["h"].value = 0.5
        >>> explorer
        Before you move anything: Can h be 0.5?
        h is 0.5.
        A cell with the new state 0.5. Set here: h 0.50.
    """

    def __init__(self, question, controls, draw):
        self.question, self.controls, self._draw = question, controls, draw
        asked = widgets.HTML(f'<div style="{_TEXT}">{self._question_html()}</div>')
        self._said, self._shown = widgets.HTML(), widgets.HTML()
        self._said.add_class("lstm-sentence")
        self._redraw()
        for control in controls.values():
            control.observe(self._redraw, "value")
        super().__init__([asked, *controls.values(), self._said, self._shown])
        self.add_class("lstm-explorer")

    def _positions(self):
        """Where the controls stand, which paper does not show otherwise."""
        told = (f"{control.description} {_told(control.value)}" for control in self.controls.values())
        return f"Set here: {'; '.join(told)}."

    def _question_html(self):
        return f"<strong>Before you move anything:</strong> {html.escape(self.question)}"

    def _redraw(self, change=None):
        with _short_lived():
            scene = self._draw(**{name: control.value for name, control in self.controls.items()})
            self.sentence, self.alt = scene.sentence, f"{scene.alt} {self._positions()}"
            self.picture = figure_html(scene.figure, self.alt)
            del scene
        # The sentence first: it is short, and is read while the picture is still on its way.
        self._said.value = f'<div style="{_TEXT}">{html.escape(self.sentence)}</div>'
        script = html.escape(" ".join(_NAME_THE_CONTROLS.split()))
        self._shown.value = self.picture.replace("<img ", f'<img onload="{script}" ', 1)

    def _repr_mimebundle_(self, **kwargs):
        said = f"<p>{self._question_html()}</p><p>{html.escape(self.sentence)}</p>"
        static = {"text/plain": repr(self), "text/html": said + self.picture}
        return super()._repr_mimebundle_(**kwargs) | static

    def __repr__(self):
        return f"Before you move anything: {self.question}\n{self.sentence}\n{self.alt}"


@contextlib.contextmanager
def _short_lived():
    """Frees a figure, a knot of some thousand objects, without searching all memory, which takes 0.2 s."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()


def _told(value):
    return number(value) if isinstance(value, float) else str(value)


def slider(label, low, high, start, step=0.05):
    """Make a slider with its name beside it; of whole numbers when all of them are.

    Args:
        label: what it moves, a few words.
        low, high, start: its ends, and where it stands first.
        step: what one press of an arrow key moves it by, default 0.05.

    Returns:
        An ipywidgets slider.
    """
    whole = all(isinstance(value, int) for value in (low, high, start, step))
    make = widgets.IntSlider if whole else widgets.FloatSlider
    return make(
        start,
        min=low,
        max=high,
        step=step,
        description=label,
        style={"description_width": "15em"},
        layout={"width": "min(100%, 46em)"},
    )


def percent(share, digits=0):
    """Write a share as the course does.

    Example:
        >>> percent(0.731), percent(0.9975, 1)
        ('73 %', '99.8 %')
    """
    return f"{100 * share:.{digits}f} %"

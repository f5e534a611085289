"""What all explorers have in common: a widget whose picture a browser draws, and its still picture on paper.

An explorer is a module of plain JavaScript in `javascript/`: a pure function `step`, and a `render` as
anywidget wants it. It draws by itself, from `state` and `data`, and so goes on when the kernel is gone; the
site calls the same `render` without any kernel.
"""

import html
import json
import re
from functools import cache
from pathlib import Path

import anywidget
from traitlets import Dict, List, Unicode

from lstm_course.common import arguments
from lstm_course.plots.showing import figure_html
from lstm_course.plots.style import number

from .glossary import glossary
from .tasks import solved

__all__ = ["EXPLORABLE", "Explorer", "module", "slider", "styles"]

EXPLORABLE = "application/vnd.lstm-course.explorable+json"  # what a page without a kernel needs
_FOLDER = Path(__file__).parent / "javascript"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)


@cache
def module(*names):
    """An explorable with all that it imports in one text, which is what anywidget takes.

    Of the glossary it has the terms that stand in that text.

    Args:
        *names: of its file in `javascript/`, without the ending, and of what else goes in.

    Returns:
        A str, the source of an ES module that imports nothing.

    Example:
        >>> module("latch").rstrip().splitlines()[-1]
        'export default { render };'
    """
    parts = {}

    def gather(each):
        text = (_FOLDER / f"{each}.js").read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            gather(imported)
        parts.setdefault(each, re.sub("^export ", "", _IMPORT.sub("", text), flags=re.MULTILINE))

    for name in names:
        gather(name)
    text = "".join(parts.values())
    known = {term: meaning for term, meaning in glossary().items() if term in text.lower()}
    words = json.dumps(known, ensure_ascii=False, indent=0)
    text = text.replace("GLOSSARY = {}", f"GLOSSARY = {words}", 1)
    return f"{text}export default {{ render }};\n"


@cache
def styles():
    """The style sheet of all explorables.

    Example:
        >>> ".lstm-explorable" in styles()
        True
    """
    return (_FOLDER / "explorable.css").read_text(encoding="utf-8")


class Explorer(anywidget.AnyWidget):
    """A question, sliders, a sentence that says what is happening, and a picture that follows.

    Args:
        name: of the module in `javascript/`.
        question: what to answer before moving anything.
        controls: list of sliders, as `slider` makes them.
        figure: the still picture: a Matplotlib figure of how it stands at first.
        alt: its description.
        data: dict, what the module needs besides the state; JSON.
        **state: where that which is no slider stands first.

    Attributes:
        name: of the module in `javascript/`.
        state: dict, where everything stands.
        solved: list of the ids of the tasks that the reader has solved.
        picture: the still picture with its description, as HTML.

    Example:
        >>> from lstm_course.plots import draw_rnn
        >>> x = slider("x", "input x", -3, 3, 1.0)
        >>> explorer = Explorer("rnn_step", "Can h be 0.5?", [x], draw_rnn({"x": 1.0}), "The cell of an RNN.")
        >>> explorer.state
        {'x': 1.0}
        >>> explorer
        Before you move anything: Can h be 0.5?
        The cell of an RNN. Set here: input x 1.00.
    """

    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)
    question = Unicode().tag(sync=True)
    controls = List().tag(sync=True)
    data = Dict().tag(sync=True)
    state = Dict().tag(sync=True)
    solved = List().tag(sync=True)

    def __init__(self, name, question, controls, figure, alt, data=None, **state):
        self.name = name
        state |= {control["name"]: control.pop("start") for control in map(dict, controls)}
        plain = [{key: value for key, value in control.items() if key != "start"} for control in controls]
        told = "; ".join(f"{control['label']} {_told(state[control['name']])}" for control in plain)
        self.alt = f"{alt} Set here: {told}." if told else alt
        self.picture = figure_html(figure, self.alt)
        super().__init__(
            _esm=module(name), _css=styles(), question=question, controls=plain, data=data or {}, state=state
        )
        self.observe(lambda change: solved(change.old, change.new), "solved")

    def _repr_mimebundle_(self, **kwargs):
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        asked = f"<p><strong>Before you move anything:</strong> {html.escape(self.question)}</p>"
        page = {"name": self.name, "question": self.question, "controls": self.controls,
                "data": self.data, "state": self.state, "solved": []}  # fmt: skip
        still = {"text/plain": repr(self), "text/html": asked + self.picture, EXPLORABLE: page}
        return bundle | still, metadata

    def __repr__(self):
        return f"Before you move anything: {self.question}\n{self.alt}"


def _told(value):
    return number(value) if isinstance(value, float) else str(value)


def slider(name, label, low, high, start, step=0.05, unit=""):
    """A slider with its name beside it.

    Args:
        name: the part of the state that it moves.
        label: what a reader calls it, a few words.
        low, high, start: its ends, and where it stands first.
        step: what one press of an arrow key moves it by, default 0.05.
        unit: what follows the number, such as " steps"; default nothing.

    Returns:
        A dict, for `Explorer`.

    Raises:
        TypeError, ValueError: if start is no number from low to high.

    Example:
        >>> slider("f", "forget gate f", 0, 1, 0.5)["start"]
        0.5
    """
    start = arguments.real_number(name, start, minimum=low, maximum=high)
    start = int(start) if isinstance(step, int) else float(start)
    return {"name": name, "label": label, "min": low, "max": high, "start": start, "step": step, "unit": unit}

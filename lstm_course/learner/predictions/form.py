"""The form that asks for a prediction in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
from traitlets import Bool, Dict, Int, List, Unicode

from lstm_course.explore.explorer import module, styles
from lstm_course.learner.predictions.questions import Choice, Number, Order

__all__ = ["SURE", "Form"]

SURE = (30, 50, 70, 90, 99)  # per cent, to choose from


class Form(anywidget.AnyWidget):
    """A question with its answers to choose from or a place to write, and a button.

    Args:
        question: what is asked.
        take: function of the answer and how sure, which keeps them and gives the new state.
        state: what the form says at first, and whether nothing can be answered any more.

    Attributes:
        guess: dict, what the button sent: "answer" and "sure".
        said: what the form says.
        done: whether nothing can be answered any more.
    """

    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)
    question = Unicode().tag(sync=True)
    form = Dict().tag(sync=True)
    sure = List(Int()).tag(sync=True)
    guess = Dict().tag(sync=True)
    said = Unicode().tag(sync=True)
    done = Bool().tag(sync=True)

    def __init__(
        self,
        question: Number | Choice | Order,
        take: Callable[[Any, Any], tuple[str, bool]],
        state: tuple[str, bool],
    ) -> None:
        super().__init__(
            _esm=module("prediction"),
            _css=styles(),
            question=question.ask,
            form=question.form,
            sure=list(SURE),
        )
        self._take = take
        self.said, self.done = state
        self.observe(self._answered, "guess")

    def _answered(self, change):
        self.said, self.done = self._take(change.new.get("answer"), change.new.get("sure"))

"""`guess`: asks before an experiment, and sets what came of it beside the answer.

Nothing here may stand in the way of a lesson: who does not answer runs on, and trouble is kept quiet.
"""

from __future__ import annotations

import contextlib
import datetime
import html
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstm_course.learner import logbook
from lstm_course.learner.cards import card
from lstm_course.learner.predictions import kept, questions
from lstm_course.learner.predictions.kept import Prediction
from lstm_course.learner.predictions.questions import Choice, Number, Order

__all__ = ["Asked", "Said", "guess", "turned_out"]

_COLOUR = "#777777"
_TOO_LATE = "The cell that tells has been run: what is guessed now is no prediction, and is not kept."


def guess(question: str, answer: Any = None, sure: int | None = None) -> Said:
    """Say what you expect, before you run the cell that tells.

    In JupyterLab a small form asks; elsewhere give the answer in the call. When the cell has run, your
    prediction stands below its result. Nothing of it is graded, and nothing waits for it. In a working copy
    of the lessons it is kept, and `surprises` shows it again.

    Args:
        question: its id, which stands in the lesson.
        answer: a number, one of the answers to choose from, or a list of all of them in your order; default
            None, which asks.
        sure: how sure you are, a whole number of per cent; default None, which says nothing.

    Returns:
        What the notebook shows: the form, or what was kept, or one sentence on what is wrong with the answer.

    Example:
        >>> print(guess("01-silence", "it falls from step to step", sure=70))
        You predicted “it falls from step to step” (70 % sure). Now run the cell.
        >>> print(guess("01-silence", "it grows"))
        The answer must be one of "it stays", "it falls from step to step", "it vanishes at once".
    """
    found = questions.every().get(question)
    if found is None:  # of an older course, say; the lesson goes on
        return Said(f"The course does not ask “{question}”: look at the name of the question.")
    asked = _asked.get(question) or _begin(found)
    _watch()
    return asked if answer is None else asked.take(answer, sure)


_asked: dict[str, Asked] = {}  # by id: what has been asked in this process
_watching = []


def _begin(question):
    before = kept.read(Path.cwd()).get(question.id) if logbook.is_working_copy(Path.cwd()) else None
    return _asked.setdefault(question.id, Asked(question, before))


class Said:
    """A sentence, as a notebook shows it.

    Args:
        words: the sentence.
    """

    def __init__(self, words: str) -> None:
        self._words = words

    @property
    def words(self) -> str:
        """What there is to say."""
        return self._words

    def still(self) -> dict[str, str]:
        """The words by MIME type."""
        return {"text/plain": self.words, "text/html": card(_COLOUR, html.escape(self.words, quote=False))}

    def __repr__(self):
        return self.words

    def _repr_html_(self):
        return self.still()["text/html"]


class Asked(Said):
    """A question and where it stands.

    Args:
        question: as `questions` has it.
        prediction: what was answered, or None.
    """

    def __init__(self, question: Number | Choice | Order, prediction: Prediction | None = None) -> None:
        self.question = question
        self.prediction = prediction
        self.late = False  # whether the cell that tells has been run in this process
        self.note = ""  # a sentence on what could not be done

    def take(self, answer: Any, sure: int | None = None) -> Asked:
        """Keep an answer, unless it comes too late or is none.

        Args:
            answer, sure: as of `guess`.
        """
        self.note = self._kept(answer, sure)
        return self

    def _kept(self, answer, sure):
        """Keeps an answer; returns what is wrong with it, or an empty str."""
        read = self.question.read(answer)
        if read is None:
            return f"The answer must be {self.question.expected}."
        if sure is not None and (isinstance(sure, bool) or not isinstance(sure, int) or not 0 <= sure <= 100):
            return "`sure` must be a whole number from 0 to 100: how many per cent."
        today = datetime.date.today().isoformat()
        new, old = Prediction(today, self.question.id, read, sure), self.prediction
        if old is not None and (
            old.turned_out is not None or (new.answer, new.sure) == (old.answer, old.sure)
        ):
            return ""  # it was run again; the first one that met its result stays
        if self.late:
            return _TOO_LATE
        self.prediction = new
        return _written(new)

    def meet(self, names: dict[str, Any]) -> bool:
        """Set the result beside the prediction, if there is one; whether there is.

        Args:
            names: of the notebook, in which the cell that tells has just run.
        """
        self.late = True
        if self.prediction is None:
            return False
        if self.prediction.turned_out is None:
            self.prediction = replace(self.prediction, turned_out=turned_out(self.question, names))
            self.note = _written(self.prediction)
        return True

    def _answered(self, answer, sure):
        """What the form sent; where it stands then."""
        self.take(answer, sure)
        return self.state

    @property
    def state(self) -> tuple[str, bool]:
        """What the form says, and whether nothing can be answered any more."""
        said = self.words if self.note or self.prediction else _TOO_LATE if self.late else ""
        return said, self.late or bool(self.prediction and self.prediction.turned_out is not None)

    @property
    def words(self) -> str:
        """What there is to say now: what is wrong, else what is kept, else what may be answered."""
        if self.note:
            return self.note
        if self.prediction is not None:
            return self.prediction.sentence
        call = f'guess("{self.question.id}", ...)'
        return f"{self.question.ask} Answer in the call, {call}, with {self.question.expected}."

    def _repr_mimebundle_(self, **kwargs):
        """The form where widgets are shown; elsewhere the words."""
        from lstm_course.learner.predictions.form import Form

        form = Form(self.question, self._answered, self.state)
        shown = form._repr_mimebundle_(**kwargs)
        assert shown is not None  # its module is there
        return shown[0] | self.still(), shown[1]


def _written(prediction):
    """Writes a prediction where lessons were handed out; returns what went wrong, or an empty str."""
    folder = Path.cwd()
    try:
        if logbook.is_working_copy(folder):
            kept.add(folder, prediction)
    except OSError as error:
        return f"Your prediction counts, but could not be written into {kept.PREDICTIONS}: {error.strerror}."
    return ""


def turned_out(question: Number | Choice | Order, names: dict[str, Any]) -> Any:
    """What came of a question.

    Args:
        question: as `questions` has it.
        names: dict, the names of the notebook and what they stand for.

    Raises:
        Whatever evaluating it raises, in a notebook in which something else happened than in the lesson.
        ValueError: if what came is nothing that could have been answered.
    """
    found = question.read(eval(question.turns_out, dict(names)))
    if found is None:
        raise ValueError(f"{question.id}: what came is not {question.expected}")
    return found


def _watch():
    """Look at each cell that has run, from now on."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()  # looked for, never imported
    if shell is not None and shell not in _watching:
        _watching.append(shell)
        shell.events.register("post_run_cell", _look)


def _look(result):
    """Below a cell that answers questions: what was predicted, and what came."""
    with contextlib.suppress(Exception):  # a learner's names may be anything
        if not result.success:
            return
        from IPython.display import display

        told = [asked for asked in _asked.values() if asked.question.after in result.info.raw_cell]
        for asked in told:
            if asked.meet(_watching[-1].user_ns):
                display(asked.still(), raw=True)

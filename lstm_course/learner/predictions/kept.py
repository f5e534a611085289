"""The file of predictions, beside the lessons in a working copy: what was expected, and what came.

It is never sent anywhere. What is kept of a question is the last prediction before its first result: what is
guessed with the result on the page is none.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_course.learner import logbook
from lstm_course.learner.predictions import questions

__all__ = ["PREDICTIONS", "Prediction", "add", "read"]

PREDICTIONS = logbook.PREDICTIONS


@dataclass(frozen=True)
class Prediction:
    """A line of the file.

    Args:
        on: the day, as 2026-01-31.
        question: id.
        answer: as the question's `read` gives it.
        sure: how sure the learner was, in per cent; None if that was not said.
        turned_out: what came; None as long as the cell has not run.
    """

    on: str
    question: str
    answer: Any
    sure: int | None = None
    turned_out: Any = None

    @property
    def right(self) -> bool:
        """Whether it came near enough."""
        return questions.every()[self.question].right(self.answer, self.turned_out)

    @property
    def surprise(self) -> float:
        """From 0, as predicted, to 1."""
        return questions.every()[self.question].surprise(self.answer, self.turned_out)

    @property
    def sentence(self) -> str:
        """What was said and what came, or that it is still to come."""
        question = questions.every()[self.question]
        sure = "" if self.sure is None else f" ({self.sure} % sure)"
        said = f"You predicted {question.shown(self.answer)}{sure}"
        if self.turned_out is None:
            return f"{said}. Now run the cell."
        result = question.shown(self.turned_out)
        return f"{said}; it turned out {result}: {question.off(self.answer, self.turned_out)}."


def add(folder: str | Path, prediction: Prediction) -> None:
    """Write a line to the end of the file.

    Args:
        folder: path of the working copy.
        prediction: what happened today.

    Raises:
        OSError: if it cannot be written.
    """
    logbook.append(Path(folder), PREDICTIONS, asdict(prediction))


def read(folder: str | Path) -> dict[str, Prediction]:
    """What is kept of each question that the course still asks; lines that are none of ours are passed over.

    Args:
        folder: path of the working copy.

    Returns:
        A dict from the id of a question to its `Prediction`; empty when there is no file.
    """
    found = {}
    for line in logbook.lines(Path(folder), PREDICTIONS):
        prediction = _parsed(line)
        if prediction is None:
            continue
        before = found.get(prediction.question)
        if before is None or before.turned_out is None:
            found[prediction.question] = prediction
    return found


def _parsed(line: Mapping[str, Any]) -> Prediction | None:
    try:
        prediction = Prediction(**line)
        question = questions.every()[prediction.question]
        datetime.date.fromisoformat(prediction.on)
    except (TypeError, ValueError, KeyError):
        return None
    answer, came = question.read(prediction.answer), prediction.turned_out
    sure = prediction.sure is None or (type(prediction.sure) is int and 0 <= prediction.sure <= 100)
    if answer is None or not sure or (came is not None and question.read(came) is None):
        return None
    came = None if came is None else question.read(came)
    return Prediction(prediction.on, prediction.question, answer, prediction.sure, came)

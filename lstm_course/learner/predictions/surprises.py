"""At the end of a lesson: where the learner was surprised, and how well confidence fits."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from lstm_course.learner import logbook
from lstm_course.learner.predictions import kept, questions
from lstm_course.learner.predictions.kept import Prediction

__all__ = ["Surprises", "confidence", "surprises"]

_FEW = 5  # predictions with a confidence: fewer say nothing about it


def surprises(lesson: str, folder: str | Path | None = None) -> Surprises:
    """What you predicted in a lesson, and what came of it.

    Args:
        lesson: two digits, such as "01".
        folder: path of a working copy of the lessons, default the working directory.

    Returns:
        A `Surprises`, which the notebook shows as a list and a picture.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as fresh:
        ...     surprises("01", fresh)
        Nothing that you predicted in this lesson has met its result yet.
    """
    folder = Path.cwd() if folder is None else Path(folder)
    met = {
        name: prediction
        for name, prediction in (kept.read(folder) if logbook.is_working_copy(folder) else {}).items()
        if prediction.turned_out is not None
    }
    return Surprises(lesson, met)


def confidence(predictions: list[Prediction]) -> dict[int, tuple[int, int]]:
    """How many predictions came true, by how sure the learner was of them.

    Args:
        predictions: that have met their results; those without a confidence are left out.

    Returns:
        Dict from per cent to (right, all).
    """
    found: dict[int, tuple[int, int]] = {}
    for prediction in predictions:
        if prediction.sure is not None:
            right, both = found.get(prediction.sure, (0, 0))
            found[prediction.sure] = (right + prediction.right, both + 1)
    return found


@dataclass(frozen=True)
class Surprises:
    """The predictions of a lesson beside their results, and how well confidence fits in all lessons.

    Args:
        lesson: two digits.
        met: dict from the id of a question to its `Prediction`, of all lessons, each with its result.
    """

    lesson: str
    met: dict[str, Prediction]

    @property
    def here(self) -> list[Prediction]:
        """Those of the lesson, the largest surprise first."""
        own = [self.met[each.id] for each in questions.of_lesson(self.lesson) if each.id in self.met]
        return sorted(own, key=lambda prediction: -prediction.surprise)

    @property
    def fit(self) -> str:
        """A sentence on how well confidence fits; empty as long as too few predictions carry one."""
        sure = [each for each in self.met.values() if each.sure is not None]
        if len(sure) < _FEW:
            return ""
        said = sum(each.sure or 0 for each in sure) / len(sure)
        came = 100 * sum(each.right for each in sure) / len(sure)
        counts = (
            f"In {len(sure)} predictions of all lessons you were {said:.0f} % sure, {came:.0f} % came true"
        )
        if abs(said - came) <= 10:
            return f"{counts}: your confidence fits."
        how = "surer than you are right" if said > came else "right more often than you think"
        return f"{counts}: you are {how}."

    def __repr__(self):
        if not self.here:
            return "Nothing that you predicted in this lesson has met its result yet."
        lines = [f"{questions.every()[each.question].ask} {each.sentence}" for each in self.here]
        return "\n".join([*lines, *([self.fit] if self.fit else [])])

    def _repr_html_(self):
        if not self.here:
            return f"<p>{html.escape(repr(self))}</p>"
        from lstm_course.plots.guesses import guesses
        from lstm_course.plots.showing import figure_html

        asked = {each: questions.every()[each.question].ask for each in self.here}
        items = "".join(
            f"<li>{html.escape(asked[each])} <strong>{html.escape(each.sentence)}</strong></li>"
            for each in self.here
        )
        bars = {asked[each]: each.surprise for each in self.here}
        picture = figure_html(guesses(bars, confidence(list(self.met.values()))))
        return f"<ul>{items}</ul>{picture}<p>{html.escape(self.fit)}</p>"

"""Which learners and which exercises a run is to grade, where it is not all of them."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lstm_course.common.trouble import Trouble
from lstm_course.grading.intake.collecting import Submission
from lstm_course.grading.intake.names import key
from lstm_course.grading.marking.marking import exercises_of
from lstm_course.grading.results import Result, Row

__all__ = ["Selection", "SelectionError", "did_you_mean", "is_called", "select"]


class SelectionError(Trouble):
    """Nobody, or no exercise, is called so; the message says what else there is."""


@dataclass(frozen=True)
class Selection:
    """What is to be graded, and graded anew; all, and nothing anew, where both are empty.

    Args:
        learners: names or numbers.
        exercises: ids.
    """

    learners: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()

    def wants(self, submission: Submission) -> bool:
        """Whether there is something in a submission to grade."""
        theirs = {exercise.id for exercise in exercises_of(submission.lesson)}
        hers = any(is_called(submission.learner, submission.id, name) for name in self.learners)
        return (hers or not self.learners) and (not self.exercises or bool(self.exercises & theirs))

    def anew(self, submission: Submission) -> bool:
        """Whether a submission is to be graded again though nothing has changed."""
        return bool(self.learners or self.exercises) and self.wants(submission)

    def rows_left_out(self, earlier: Result) -> tuple[Row, ...]:
        """Rows of an earlier result of the same notebook that are taken over as they are."""
        if not self.exercises:
            return ()
        return tuple(row for row in earlier["exercises"] if row["exercise"] not in self.exercises)

    @property
    def said(self) -> str:
        """Why a submission is not graded that is not wanted, and was not graded before."""
        names = ", ".join(sorted(self.learners | self.exercises))
        return f"It is not graded yet: this run was for {names} alone."


def select(
    submissions: Sequence[Submission], learners: Collection[str], exercises: Collection[str]
) -> Selection:
    """A selection of which there is something.

    Args:
        submissions: all of a batch.
        learners: names or numbers.
        exercises: ids.

    Raises:
        SelectionError: nobody is called so, or no exercise of these lessons is.
    """
    people = sorted({each.learner for each in submissions})
    for name in learners:
        if not any(is_called(each.learner, each.id, name) for each in submissions):
            raise SelectionError(f"Nobody who has handed in is called {name}.{did_you_mean(name, people)}")
    lessons = {each.lesson for each in submissions if each.lesson}
    there = sorted({exercise.id for lesson in lessons for exercise in exercises_of(lesson)})
    for name in exercises:
        if name not in there:
            said = f"No exercise of the lessons that were handed in is called {name}."
            raise SelectionError(said + did_you_mean(name, there))
    return Selection(frozenset(learners), frozenset(exercises))


def is_called(learner: str, number: str, name: str) -> bool:
    """Whether somebody is meant by a name or number, however it is spelt.

    Example:
        >>> is_called("Lovelace, Ada", "17", "lovelaceada"), is_called("Ada", "17", "17")
        (True, True)
    """
    return name == number or key(name) == key(learner) != ""


def did_you_mean(name: str, there: Collection[str]) -> str:
    """The end of a sentence on a name that nothing has: the one that is nearest, if any is.

    Example:
        >>> did_you_mean("lstm_cel", ["lstm_cell", "sigmoid"])
        ' Did you mean lstm_cell?'
    """
    near = difflib.get_close_matches(name, there, 1)
    return f" Did you mean {near[0]}?" if near else ""

"""The mark of a check cell, in the one form that nbgrader reads right.

nbgrader takes the first value that a cell shows for the mark if its text is a number from 0 to the points
of the cell. **Everything else counts in full**: no value, an object, NaN. So the text of a `Marks` is a plain
number, whatever it was made from.
"""

from lstm_course.learner.checking import Outcome

__all__ = ["Marks", "marks"]


class Marks:
    """The mark of one exercise: text for nbgrader, the card of the check for the learner.

    Attributes:
        points: float, from 0 to what the exercise counts for, with two decimals.
    """

    def __init__(self, outcome: object, points: float) -> None:
        self.points = points
        self._outcome = outcome

    def __repr__(self):
        return f"{self.points:.2f}"

    def _repr_html_(self):
        return self._outcome._repr_html_() if isinstance(self._outcome, Outcome) else None


def marks(outcome: object, out_of: float) -> Marks:
    """The mark for what a check found.

    Args:
        outcome: what `check` returned. Anything else, such as the answer of a `check` written by the learner,
            counts nothing.
        out_of: points of the exercise, a number.

    Returns:
        A `Marks`.

    Example:
        >>> from lstm_course import check
        >>> def sigmoid(x):
        ...     ...
        >>> marks(check(sigmoid), out_of=2)
        0.00
        >>> marks(True, out_of=2)
        0.00
    """
    share = outcome.score if type(outcome) is Outcome else 0.0
    return Marks(outcome, round(float(out_of) * share, 2))

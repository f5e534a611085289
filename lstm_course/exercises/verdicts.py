"""What a check or the grader can find, and in which words, marks and scores it is told."""

from dataclasses import dataclass

__all__ = ["FAILED", "LATE", "NOT_TRIED", "VERDICTS", "Finding", "Verdict", "score"]


@dataclass(frozen=True)
class Verdict:
    """One kind of finding, as it is told.

    Args:
        mark: one character, so that colour is not all that tells it.
        words: to the learner, who can go on.
        graded: to a learner whose notebook has been marked.
        listed: in the review of a whole notebook.
        progress: in the list of what has been done.
        colour: as CSS, of the theme where there is one.
        score: from 0 to 1.
    """

    mark: str
    words: str
    graded: str
    listed: str
    progress: str
    colour: str
    score: float = 0.0


_GREEN, _ORANGE = "var(--jp-success-color1, #2e7d32)", "var(--jp-warn-color1, #b26a00)"
_RED, _GREY = "var(--jp-error-color1, #c62828)", "var(--jp-border-color1, #757575)"


def _wrong(graded):
    return Verdict("✗", "Not right yet", graded, "not right yet", "tried", _RED)


def _nothing(graded):
    return Verdict("○", "Not attempted yet", graded, "not attempted", "to do", _GREY)


# `check` knows four of them; the grader also tells apart why an answer is wrong, or is not there.
VERDICTS = {
    "right": Verdict("✓", "Right", "Right", "right", "right", _GREEN, 1.0),
    "nearly": Verdict("≈", "Nearly right", "Nearly right", "nearly right", "nearly right", _ORANGE, 0.5),
    # Only the grader says so; what it is worth is the instructor's to say.
    "by the library": Verdict(
        "⚑", "Right, by the library", "Right, by calling the library", "by the library", "tried", _ORANGE
    ),
    "wrong": _wrong("Not right"),
    "error": _wrong("Raises an error"),
    "timed out": _wrong("Took too long"),
    "killed": _wrong("Ended its Python"),
    "not judged": Verdict(
        "?", "Not judged", "Not judged yet: a person looks at it", "not judged", "tried", _ORANGE
    ),
    "not attempted": _nothing("Not attempted"),
    "missing": _nothing("Not found"),
}
LATE = "timed out"
FAILED = ("wrong", "error", "timed out", "killed", "not judged")
NOT_TRIED = ("not attempted", "missing")


def score(status: str | None) -> float:
    """1 for a right answer, 0.5 for a nearly right one, else 0.

    Example:
        >>> score("nearly"), score("timed out"), score(None)
        (0.5, 0.0, 0.0)
    """
    return VERDICTS[status].score if status in VERDICTS else 0.0


@dataclass(frozen=True)
class Finding:
    """What was found in one answer.

    Args:
        status: "not attempted", "right", "nearly" or "wrong".
        sentence: what to tell the learner.
        mistake: name of the known mistake, two joined by " + ", or None.
        notes: further lines, such as warnings of the learner's code.
    """

    status: str
    sentence: str
    mistake: str | None = None
    notes: tuple[str, ...] = ()

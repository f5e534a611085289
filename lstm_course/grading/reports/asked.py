"""Which help a notebook still asks for: what is left of a learner's calls of `hint` and `solution`.

A notebook carries no log of its own. What stays in it is the code, and so the calls that the learner has not
deleted; hints that were unfolded under a check leave nothing behind.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from lstm_course import exercises
from lstm_course.common.files import course_folder
from lstm_course.common.notebooks import code_of

__all__ = ["asked"]

_CALL = re.compile(r"^[^#\n]*?\b(hint|solution)\(\s*[\"']?(\w+)", re.MULTILINE)
_LONGEST = 20_000  # characters of a cell that are looked at


def asked(cells: Iterable[str], lesson: str | None) -> dict[str, list[str]]:
    """Which help is asked for in the code of a notebook, beyond what the lesson itself asks for.

    Args:
        cells: sources of the code cells.
        lesson: two digits.

    Returns:
        Dict from the id of an exercise to "hint", "solution" or both.

    Example:
        >>> asked(["hint(rnn_cell)", "solution('rnn_cell')", "# hint(rnn_forward)"], "01")
        {'rnn_cell': ['hint', 'solution']}
    """
    found: dict[str, list[str]] = {}
    for function, name in sorted(_calls(cells) - _of_the_lesson(lesson)):
        exercise = exercises.find(name)
        if exercise and exercise.lesson == lesson:
            found.setdefault(name, []).append(function)
    return found


def _calls(cells):
    """How often each (function, exercise) is called."""
    return Counter(call for cell in cells for call in _CALL.findall(cell[:_LONGEST]))


@cache
def _of_the_lesson(lesson):
    """What the lesson as it is handed out calls: one hint of lesson 0 stands there to be tried."""
    try:
        paths = sorted(course_folder("notebooks").glob(f"{lesson}_*.ipynb"))
    except FileNotFoundError:  # it was installed without the lessons
        return Counter()
    return _calls(cell for path in paths for cell in code_of(path.read_bytes()))

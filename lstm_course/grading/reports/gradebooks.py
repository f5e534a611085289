"""What Canvas and Moodle import: marks alone, each for what was handed in there, and no empty cell.

Canvas takes an empty cell for a mark that is to go (`no_change_to_value?` in `lib/gradebook_importer.rb`) and
Moodle leaves the mark but puts the feedback of the row in the place of what stands there
(`mod/assign/feedback/offline/locallib.php`). So there is a row only for whom there is a mark, and a table for
each lesson.
"""

import re
from collections.abc import Sequence

from lstm_course.grading.reports.writing import as_csv
from lstm_course.grading.results import Result

__all__ = ["PATTERNS", "tables"]

PATTERNS = "canvas*.csv", "moodle_*.csv"  # of the names of the tables
_CANVAS = "Student", "ID", "SIS User ID", "SIS Login ID", "Section"
_POSSIBLE = "Points Possible"  # Canvas takes each row with this in its first cell for that of the maxima
_MOODLE = "Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"


def tables(results: Sequence[Result]) -> dict[str, str]:
    """Tables of those lessons that were handed in at one of the two.

    Args:
        results: as `batch.run` gives them.

    Returns:
        Dict from the name of a file to its text: canvas.csv, or canvas_02.csv and so on where there are
        several lessons; moodle_02.csv and so on.
    """
    canvas, moodle = _by_lesson(results, "Canvas"), _by_lesson(results, "Moodle")
    several = len({each["lesson"] for each in results if each["lesson"]}) > 1
    named = {
        f"canvas_{lesson}.csv" if several else "canvas.csv": _canvas(canvas[lesson]) for lesson in canvas
    }
    named |= {f"moodle_{lesson}.csv": _moodle(moodle[lesson]) for lesson in moodle}
    return {name: as_csv(rows) for name, rows in named.items()}


def _by_lesson(results, platform):
    """Lesson -> results with a mark, of people whom the platform can find."""
    found = {}
    for each in results:
        marked = each["id"] and each["lesson"] and not each["reason"]
        if marked and each.get("platform") == platform:
            found.setdefault(each["lesson"], []).append(each)
    return found


def _canvas(results):
    """A gradebook with one column; learners are found by their number, and a name may be spelt otherwise."""
    header = [*_CANVAS, f"Lesson {results[0]['lesson']}"]
    possible = [_POSSIBLE, "", "", "", "", results[0]["points"]]
    return [header, possible, *([_named(each), each["id"], "", "", "", each["score"]] for each in results)]


def _named(result):
    return re.sub(_POSSIBLE, _POSSIBLE.lower(), result["learner"])


def _moodle(results):
    """A grading worksheet, for an assignment of Moodle is one lesson."""
    rows: list[Sequence[object]] = [_MOODLE]
    for each in results:
        said = "; ".join(f"{row['exercise']}: {row['mistake'] or row['status']}" for row in each["exercises"])
        who = [f"Participant {each['id']}", each["learner"]]
        rows.append((*who, each["score"], each["points"], "", said))
    return rows

"""The class over time: what several terms' marks say of the class and of the exercises, side by side."""

import csv
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from lstm_course.common.files import write
from lstm_course.common.templates import rendered
from lstm_course.common.trouble import Trouble
from lstm_course.grading.reports.items import ENOUGH, Item, Spread, item, spread
from lstm_course.grading.reports.pseudonyms import pseudonym, read_key, without_names
from lstm_course.grading.reports.writing import as_csv
from lstm_course.plots.style import OKABE_ITO, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MarksTrouble", "Term", "distribution", "read_term", "write_class"]

_TABLE = "exercises.csv"
_NEEDED = ("learner", "id", "lesson", "exercise", "points", "out of", "status")
_BINS = 10
_PATTERNS = ("", "//", "..", "xx", "oo", "\\\\")


class MarksTrouble(Trouble):
    """A folder holds no marks, or the new folder cannot be written; the message says what to do."""


@dataclass
class Term:
    """The marks of one class.

    Args:
        name: of the folder.
        rows: those of its table, dicts by the names of the columns.
        written: (learner, id, lesson) -> exercise -> text of the answer.
    """

    name: str
    rows: list[dict[str, str]]
    written: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)

    def marks(self, lesson: str | None = None) -> list[dict[str, tuple[float, float]]]:
        """For each learner, exercise -> (points, out of); of one lesson, or of all, where it counts."""
        found: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
        for row in self.rows:
            mark = float(row["points"]), float(row["out of"])
            counts = row["status"] != "not judged" and mark[1] > 0
            if counts and lesson in (None, row["lesson"]):
                found.setdefault((row["learner"], row["id"]), {})[row["exercise"]] = mark
        return list(found.values())

    def asked(self, exercise: str) -> Counter[str]:
        """How many notebooks still ask for a "hint" or the "solution" of an exercise."""
        rows = (row for row in self.rows if row["exercise"] == exercise)
        return Counter(word for row in rows for word in (row.get("asked for") or "").split(", ") if word)


def read_term(folder: str | Path) -> Term:
    """The marks in a folder that `lstm-course grade --out` has written, with corrections made there since.

    Args:
        folder: path.

    Returns:
        A `Term`.

    Raises:
        MarksTrouble: it holds no such table.
    """
    folder = Path(folder)
    try:
        with (folder / _TABLE).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (FileNotFoundError, NotADirectoryError):
        told = "name a folder that `lstm-course grade --out` has written"
        raise MarksTrouble(f"{folder} has no {_TABLE}: {told}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise MarksTrouble(f"{folder / _TABLE} is no table in UTF-8: grade the class once more.") from None
    for number, row in enumerate(rows, 2):
        if any(row.get(name) is None for name in _NEEDED):
            raise MarksTrouble(f"{folder / _TABLE} lacks a column: it needs {', '.join(_NEEDED)}.")
        if not _is_mark(row):
            raise MarksTrouble(f"{folder / _TABLE}, line {number}: the points are no numbers of at least 0.")
        row["learner"] = _as_called(row["learner"])
    if not rows:
        raise MarksTrouble(f"{folder / _TABLE} is empty: nothing was graded there.")
    return Term(folder.resolve().name, rows, _written(folder / "results"))


def _as_called(learner):
    """The name without the quote that the table puts before what a spreadsheet would take for a formula."""
    return learner.lstrip("'")


def _is_mark(row):
    try:
        got, possible = float(row["points"]), float(row["out of"])
    except ValueError:
        return False
    return 0 <= got < math.inf and 0 <= possible < math.inf


def _written(folder):
    """What the learners wrote, as the grader has kept it beside the marks."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            found[_as_called(kept["learner"]), kept["id"], kept["lesson"] or ""] = kept["answers"]
        except (ValueError, KeyError, TypeError):
            raise MarksTrouble(f"{path} is damaged: delete it, and grade the class once more.") from None
    return found


def write_class(folders: Sequence[str | Path], out: str | Path, key: str | Path | None = None) -> list[str]:
    """Write the class over time.

    Args:
        folders: of marks, one a term, in the order in which they are to be shown.
        out: path of a new or empty folder.
        key: path of the file with the key of the pseudonyms; with it, marks and answers are written out for
            research and for second markers, without names.

    Returns:
        Names of what was written: class_over_time.html and class_over_time.csv, neither of which names
        anybody; with a key also marks.csv and the folder answers.

    Raises:
        MarksTrouble: a folder holds no marks, two are called the same, or `out` is not empty.
        pseudonyms.KeyTrouble: the key is none, or lies in `out`.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MarksTrouble(f"{out} is not empty: name a new folder.")
    terms = [read_term(folder) for folder in folders]
    if len({term.name for term in terms}) < len(terms):
        raise MarksTrouble(
            "Two of the folders have the same name: rename one, for the name is that of a term."
        )
    files = {"class_over_time.html": _page(terms), "class_over_time.csv": as_csv(_table(terms))}
    if key is not None:
        files |= _anonymous(terms, read_key(key, out))
    for name, text in files.items():
        coding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
        write(out / name, text.encode(coding, "replace"))
    return sorted({Path(name).parts[0] for name in files})


def _lessons(terms):
    return sorted({row["lesson"] for term in terms for row in term.rows})


def _exercises(terms, lesson):
    """Ids of a lesson's exercises, as the tables have them."""
    return list(
        dict.fromkeys(row["exercise"] for term in terms for row in term.rows if row["lesson"] == lesson)
    )


def _items(terms, lesson):
    """Triples (exercise, term, what its marks say)."""
    for name in _exercises(terms, lesson):
        for term in terms:
            marks = term.marks()
            if any(name in each for each in marks):
                yield name, term, item(name, marks)


def _spread(term, lesson):
    """Distribution of a lesson's marks in a term, or None where nobody handed it in."""
    marks = [each.values() for each in term.marks(lesson)]
    return (
        spread([(sum(got for got, _ in each), sum(of for _, of in each)) for each in marks])
        if marks
        else None
    )


# The page and the table


def _table(terms):
    rows: list[Sequence[object]] = [
        [
            "lesson",
            "exercise",
            "term",
            "learners",
            "difficulty",
            "discrimination",
            "why not",
            "hints",
            "solutions",
        ]
    ]
    for lesson in _lessons(terms):
        for name, term, found in _items(terms, lesson):
            told = "" if found.discrimination is None else round(found.discrimination, 3)
            help_ = term.asked(name)
            numbers = [found.learners, round(found.difficulty, 3), told, found.untold]
            rows.append([lesson, name, term.name, *numbers, help_["hint"], help_["solution"]])
    return rows


def _page(terms):
    return rendered(
        "grading/reports/templates/class_over_time.html",
        title="The class over time",
        enough=ENOUGH,
        lessons=[_lesson(terms, lesson) for lesson in _lessons(terms)],
    )


def _lesson(terms, lesson):
    """What the page says of one lesson."""
    spreads = {term.name: found for term in terms if (found := _spread(term, lesson))}
    items = list(_items(terms, lesson))
    return {
        "number": lesson,
        "distribution": _picture(spreads),
        "averages": [_averages(name, found) for name, found in spreads.items()],
        "small": [name for name, found in spreads.items() if len(found.shares) < ENOUGH],
        "exercises": [_told(name, term, found) for name, term, found in items],
    }


def _averages(name, found):
    deviation = "one learner" if found.deviation is None else f"{found.deviation:.2f}"
    ends = f"{found.shares[0]:.2f} to {found.shares[-1]:.2f}"
    return name, len(found.shares), f"{found.mean:.2f}", f"{found.median:.2f}", deviation, ends


def _told(name: str, term: Term, found: Item) -> tuple[object, ...]:
    if found.discrimination is None or found.interval is None:
        told = f"not told: {found.untold}"
    else:
        told = "{:.2f}, {:.2f} to {:.2f}".format(found.discrimination, *found.interval).replace("-", "−")
    help_ = term.asked(name)
    numbers = found.learners, f"{found.difficulty:.2f}", told
    return name, term.name, *numbers, help_["hint"], help_["solution"]


def _picture(spreads):
    from lstm_course.plots.showing import figure_html

    told = "; ".join(
        f"{name}: {len(found.shares)} learners, half of them reach {found.median:.2f} or more"
        for name, found in spreads.items()
    )
    alt = f"How many learners reach which share of the points. {told}."
    return Markup(figure_html(distribution(spreads), alt=alt))  # we drew it; the words are escaped there


@styled
def distribution(spreads: Mapping[str, Spread]) -> "Figure":
    """How many learners reach which share of the points, one row of bars a term.

    Args:
        spreads: name of a term -> `items.Spread`, at least one.

    Returns:
        A Matplotlib figure.

    Example:
        >>> drawn = distribution({"2026": spread([(5, 10), (10, 10)])})
        >>> int(sum(bar.get_height() > 0 for bar in drawn.axes[0].patches))
        2
    """
    drawn = new_figure(0.7 + 1.3 * len(spreads))
    rows = drawn.subplots(len(spreads), sharex=True, sharey=True, squeeze=False)[:, 0]
    for k, (axes, (name, found)) in enumerate(zip(rows, spreads.items(), strict=True)):
        style = {"color": OKABE_ITO[k % 6], "hatch": _PATTERNS[k % 6], "edgecolor": "white"}
        # A person may have given more than there is.
        axes.hist([min(share, 1) for share in found.shares], bins=_BINS, range=(0, 1), **style)
        axes.set_title(f"{shortened(name, 40)}, {len(found.shares)} learners")
        axes.set_ylabel("learners")
        axes.locator_params(axis="y", integer=True)
    rows[-1].set_xlabel("share of the lesson's points")
    rows[-1].set_xlim(0, 1)
    height = drawn.get_figheight()
    drawn.subplots_adjust(left=0.08, right=0.98, top=1 - 0.3 / height, bottom=0.5 / height, hspace=0.45)
    return drawn


# Without names


def _anonymous(terms, key):
    """Marks, and answers to be marked a second time, in the order of the pseudonyms."""
    stands_for = _pseudonyms(terms, key)
    names = {row["learner"] for term in terms for row in term.rows}
    marks = sorted(
        [term.name, stands_for[row["learner"], row["id"]], *(row[name] for name in _NEEDED[2:])]
        for term in terms
        for row in term.rows
    )
    files = {"marks.csv": as_csv([["term", "learner", *_NEEDED[2:]], *marks])}
    for term in terms:
        for (learner, id_, lesson), texts in term.written.items():
            who = stands_for.get((learner, id_))
            if who and texts:
                parts = [f"# {name}\n\n{without_names(text, names)}" for name, text in texts.items()]
                files[f"answers/{term.name}/{lesson}-{who}.py"] = "\n\n".join(parts)
    return files


def _pseudonyms(terms, key):
    """(Learner, id) -> pseudonym.

    It hangs on the name, for the ids of some platforms belong to one assignment; where two people of one
    lesson have the same name, on the id as well.
    """
    ids: dict[tuple[str, str, str], set[str]] = {}
    for term in terms:
        for row in term.rows:
            ids.setdefault((term.name, row["lesson"], row["learner"]), set()).add(row["id"])
    shared = {learner for (_, _, learner), found in ids.items() if len(found) > 1}
    whole = {(row["learner"], row["id"]) for term in terms for row in term.rows}
    return {(who, id_): pseudonym(key, f"{who} {id_}" if who in shared else who) for who, id_ in whole}

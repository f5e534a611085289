"""What a class has understood: each exercise, its mistakes, who is stuck, and which answers are alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from lstm_course.common.templates import rendered
from lstm_course.exercises.verdicts import FAILED, NOT_TRIED
from lstm_course.grading.reports import similarity
from lstm_course.grading.reports.similarity import Earlier
from lstm_course.grading.reports.writing import as_csv
from lstm_course.grading.results import Result
from lstm_course.plots.style import OKABE_ITO, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figure", "files"]

_GROUPS = {
    # what is drawn together: statuses, colour, pattern
    "right": (("right",), OKABE_ITO[2], ""),
    "nearly right": (("nearly",), OKABE_ITO[4], ".."),
    "right, by the library": (("by the library",), OKABE_ITO[5], "oo"),
    "a named mistake": (("wrong, named",), OKABE_ITO[1], "//"),
    "wrong otherwise": (FAILED, OKABE_ITO[3], "xx"),
    "not attempted": (NOT_TRIED, "#dddddd", ""),
}
_SHOWN = 12  # mistakes of a lesson
_TRIED = (*FAILED, "nearly", "by the library")


def files(results: Sequence[Result], earlier: Sequence[Earlier] = ()) -> dict[str, str]:
    """The class picture.

    Args:
        results: as `batch.run` gives them.
        earlier: what earlier years have handed in, as `similarity.of_earlier_years` gives it.

    Returns:
        Dict from the name of a file to its text: class.html, class.csv, similar.csv.
    """
    pairs = similarity.similar(results, earlier)
    alike: list[Sequence[object]] = [["learner", "learner", "lesson", "similarity", "exercises"]]
    alike += [
        [*pair.learners, pair.lesson, round(pair.share, 2), ", ".join(pair.exercises)] for pair in pairs
    ]
    return {
        "class.html": _page(results, pairs),
        "class.csv": as_csv(_rows(results)),
        "similar.csv": as_csv(alike),
    }


def _counts(results, lesson):
    """Exercise -> Counter of statuses and of mistakes."""
    statuses, mistakes = {}, {}
    for each in results:
        if each["lesson"] != lesson:
            continue
        for row in each["exercises"]:
            named = row["mistake"] and row["status"] == "wrong"
            status = "wrong, named" if named else row["status"]
            statuses.setdefault(row["exercise"], Counter())[status] += 1
            if row["mistake"] and row["status"] != "right":
                mistakes.setdefault(row["exercise"], Counter())[row["mistake"]] += 1
    return statuses, mistakes


def _lessons(results):
    return sorted({each["lesson"] for each in results if each["lesson"] and each["exercises"]})


def _rows(results):
    rows = [["lesson", "exercise", "kind", "what", "learners"]]
    for lesson in _lessons(results):
        statuses, mistakes = _counts(results, lesson)
        for name, counts in statuses.items():
            rows += [[lesson, name, "status", status, count] for status, count in counts.most_common()]
            made = mistakes.get(name, Counter())
            rows += [[lesson, name, "mistake", mistake, count] for mistake, count in made.most_common()]
    return rows


@styled
def figure(statuses: Mapping[str, Counter[str]]) -> "Figure":
    """How many learners got each exercise right, nearly, wrong, or left it out.

    Args:
        statuses: dict from exercise to a Counter of statuses, at least one.

    Returns:
        A Matplotlib figure.

    Example:
        >>> drawn = figure({"sigmoid": Counter({"right": 3, "missing": 1})})
        >>> drawn.axes[0].get_xlabel()
        'learners'
    """
    names = list(statuses)
    drawn = new_figure(1.2 + 0.38 * len(names))
    axes = drawn.add_subplot()
    left = [0] * len(names)
    for label, (members, colour, pattern) in _GROUPS.items():
        counts = [sum(statuses[name][member] for member in members) for name in names]
        style = {"color": colour, "hatch": pattern, "edgecolor": "white", "height": 0.7}
        bars = axes.barh(names, counts, left=left, label=label, **style)
        boxed = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axes.bar_label(bars, [count or "" for count in counts], label_type="center", fontsize=9)
        for text in axes.texts:
            text.set_bbox(boxed if text.get_text() else None)
        left = [a + b for a, b in zip(left, counts, strict=True)]
    axes.invert_yaxis()
    axes.set_xlabel("learners")
    axes.set_xlim(0, max(left))
    axes.locator_params(axis="x", integer=True)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(_GROUPS), fontsize=8, borderaxespad=0)
    height = drawn.get_figheight()
    drawn.subplots_adjust(left=0.24, right=0.97, top=1 - 0.45 / height, bottom=0.5 / height)
    return drawn


def _page(results, pairs):
    return rendered(
        "grading/reports/templates/class_picture.html",
        title="The class",
        ungraded=[(each["learner"], each["path"], each["reason"]) for each in results if each["reason"]],
        lessons=[_lesson(results, lesson) for lesson in _lessons(results)],
        stuck=_stuck(results),
        alike=[
            (*pair.learners, pair.lesson, f"{pair.share:.0%}", ", ".join(pair.exercises)) for pair in pairs
        ],
    )


def _lesson(results, lesson):
    """What the page says of one lesson."""
    statuses, mistakes = _counts(results, lesson)
    rows = [(count, name, mistake) for name, counts in mistakes.items() for mistake, count in counts.items()]
    rows.sort(key=lambda row: (-row[0], row[1:]))
    return {
        "number": lesson,
        "picture": _picture(statuses),
        "mistakes": rows[:_SHOWN],
        "more": len(rows[_SHOWN:]),
    }


def _picture(statuses):
    from lstm_course.plots.showing import figure_html

    told = "; ".join(
        f"{name}: {counts['right']} right of {sum(counts.values())}" for name, counts in statuses.items()
    )
    made = figure_html(figure(statuses), alt=f"Learners by exercise and verdict. {told}.")
    return Markup(made)  # of a picture that we drew; the words beside it are escaped there


def _stuck(results):
    """Learners who have tried and got less than half right, the most tries first."""
    rows = []
    for each in results:
        tried = [row["exercise"] for row in each["exercises"] if row["status"] in _TRIED]
        if tried and each["score"] < each["points"] / 2:
            points = f"{each['score']:g} of {each['points']:g}"
            rows.append((each["learner"], each["lesson"], points, ", ".join(tried)))
    return sorted(rows, key=lambda row: (-row[3].count(","), row[:2]))

"""check_report: what can be checked of a report on a project of one's own.

Nothing here knows a project. A report is a text with questions that end in a colon. What it rests on comes as
numbers: scores over seeds, those of the baselines, leaks that were looked for, a sealed test, the share that
intervals hold. What is left over, whether the question is a good one, a person judges.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lstm_course.common import arguments
from lstm_course.common.markup import marked_up
from lstm_course.data.evidence import Coverage, Sealed
from lstm_course.data.series.leaks import Leak
from lstm_course.learner.cards import card

__all__ = ["Objection", "ReportCheck", "check_report"]

_VERDICTS = ("better", "not told apart", "worse")
_FEWEST = 3  # runs
_UNLIKELY = 0.01  # a coverage as far from what was promised is called wrong
# The theme's colours where there is a theme.
_GREEN, _RED = "var(--jp-success-color1, #2e7d32)", "var(--jp-error-color1, #c62828)"
_GREY = "var(--jp-border-color1, #757575)"


@dataclass(frozen=True)
class Objection:
    """Something that a reader would object to.

    Args:
        name: of the mistake, for example "best seed".
        sentence: what is wrong, and what to do.
    """

    name: str
    sentence: str


@dataclass(frozen=True)
class ReportCheck:
    """What a check of a report found. In JupyterLab it shows as a card, elsewhere as text.

    Args:
        objections: tuple of `Objection`, the gravest first.
        empty: tuple of the lines of the report that say nothing yet.
        held: tuple of sentences on what was looked at and is in order.
    """

    objections: tuple[Objection, ...]
    empty: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the objections."""
        return tuple(each.name for each in self.objections)

    def _heading(self):
        """Mark, words and colour."""
        if self.objections:
            number = len(self.objections)
            return "✗", f"{number} objection{'s' * (number > 1)} to the report", _RED
        if self.empty:
            return "○", "The report is not written yet", _GREY
        return "✓", "Nothing found against the report; the rest is for a reader", _GREEN

    def _lines(self):
        """(mark, name, sentence) of each line."""
        lines = [("✗", each.name, each.sentence) for each in self.objections]
        if self.empty:
            lines.append(("○", "still empty", "; ".join(self.empty) + "."))
        return lines + [("✓", "", sentence) for sentence in self.held]

    def __repr__(self):
        mark, words, _ = self._heading()
        lines = [f"{mark} {name + ': ' if name else ''}{said}" for mark, name, said in self._lines()]
        return "\n".join([f"{mark} {words}", *lines])

    def _repr_html_(self):
        mark, words, colour = self._heading()
        lines = "".join(
            f'<p style="margin: 0.4em 0 0 0"><span aria-hidden="true">{mark}</span> '
            f"{f'<strong>{html.escape(name)}</strong>: ' if name else ''}{marked_up(said)}</p>"
            for mark, name, said in self._lines()
        )
        return card(colour, f'<strong><span aria-hidden="true">{mark}</span> {words}</strong>{lines}')


def check_report(
    report: str,
    *,
    scores: Iterable[float],
    baselines: Mapping[str, float],
    verdict: str,
    told: float | None = None,
    leaks: Iterable[Leak | None] | None = None,
    test: Sealed | None = None,
    intervals: Coverage | None = None,
) -> ReportCheck:
    """Check what can be checked of a report: its lines, and the numbers that it rests on.

    Args:
        report: the text, whose questions stand at the beginning of a line and end in a colon.
        scores: of every run, one a seed or fold; lower is better.
        baselines: their scores by name, measured on the same data.
        verdict: what the report says of the mean beside the best baseline: "better", "not told apart" or
            "worse".
        told: the number that the report gives as its result, default the mean.
        leaks: what `find_leaks`, `chosen_on_test` and `find_copies` have found, None among them is nothing;
            default None: they were not asked.
        test: the `Sealed` test set, where there is one.
        intervals: what `coverage` says of the intervals, where the report promises some.

    Returns:
        A `ReportCheck`.

    Raises:
        TypeError, ValueError: if an argument is not of the kind above.

    Example:
        >>> print(check_report("Question: under 2?", scores=[1.1, 1.0, 1.2], baselines={}, verdict="better"))
        ✗ 1 objection to the report
        ✗ no baseline: A number without another beside it says nothing: measure what costs nothing on the ...
    """
    arguments.instance("report", report, str, "a text")
    values = arguments.array("scores", list(scores), ("S",), float)
    rivals = {name: arguments.real_number(f"baselines[{name!r}]", each) for name, each in baselines.items()}
    verdict = arguments.one_of("verdict", verdict, _VERDICTS)
    told = None if told is None else arguments.real_number("told", told)
    questions = _questions(report)
    empty = tuple(question for question, answer in questions.items() if not answer)
    looked = [
        *([] if leaks is None else _leaks(leaks)),
        *([] if test is None else [_seal(test)]),
        _baseline(values, rivals, verdict),
        _runs(values),
        _told(values, told),
        _prediction(questions),
        *([] if intervals is None else [_intervals(intervals)]),
    ]
    objections = tuple(each for each in looked if isinstance(each, Objection))
    return ReportCheck(objections, empty, tuple(each for each in looked if isinstance(each, str)))


def _questions(report):
    """The lines that end in a colon or have one, and what stands after each: dict from question to answer."""
    questions, name = {}, None
    for line in report.strip().splitlines():
        # A question begins its line; what is indented belongs to the answer.
        found = re.match(r"([A-Z][^:]*):(.*)", line)
        if found:
            name = found[1].strip()
            questions[name] = found[2].strip()
        elif name is not None:
            questions[name] = f"{questions[name]} {line.strip()}".strip()
    return questions


def _prediction(questions):
    """The first line, when it is written and predicts no number."""
    for question, answer in questions.items():
        if "predicted" in question and answer and not re.search(r"\d", answer):
            return Objection(
                "no prediction",
                "The first line holds no number: say what you expected before the first run, so that you "
                "can be wrong.",
            )
    return None


def _leaks(leaks):
    found = [leak for leak in leaks if leak is not None]
    if not found:
        return ["No leak was found."]
    return [Objection(leak.name, leak.sentence[:1].upper() + leak.sentence[1:]) for leak in found]


def _seal(test):
    arguments.instance("test", test, Sealed, "a Sealed")
    if test.openings == 0:
        return Objection(
            "never opened", "The test set is still sealed: what was measured was measured on something else."
        )
    if test.openings > 1:
        return Objection(
            "opened twice",
            f"The test set was opened {test.openings} times, with other answers each time: whatever was "
            "changed in between was chosen by it. Say so in the report, or keep new data for the last word.",
        )
    return "The test set was opened once."


def _baseline(values, rivals, verdict):
    if not rivals:
        return Objection(
            "no baseline",
            "A number without another beside it says nothing: measure what costs nothing on the same data.",
        )
    best = min(rivals, key=rivals.get)
    found, mean = _found(values, rivals[best]), float(np.mean(values))
    if found is None or found == verdict:
        return None if found is None else f"The verdict fits the numbers: {found}, beside the best baseline."
    if verdict == "better":
        weaker = [name for name, score in rivals.items() if _found(values, score) == "better"]
        but = f" It is better than: {', '.join(weaker)}." if weaker else ""
        return Objection(
            "weak rival" if weaker else "claims too much",
            f"You say better, and the best baseline, {best}, has {rivals[best]:.3g} where you have "
            f"{mean:.3g} ± {_half(values):.2g}: {found}.{but} Say that.",
        )
    return Objection(
        "another verdict",
        f"You say {verdict}; {mean:.3g} ± {_half(values):.2g} beside the {rivals[best]:.3g} of {best} is "
        f"{found}.",
    )


def _half(values):
    """Half the width of the 95 % interval of a mean over seeds, by Student's distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(len(values) - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(len(values)))


def _found(values, rival):
    """The verdict that the numbers give; None where one run gives none."""
    if len(values) < 2:
        return None
    mean, half = float(np.mean(values)), _half(values)
    return "better" if mean + half < rival else "worse" if mean - half > rival else "not told apart"


def _runs(values):
    if len(values) < _FEWEST:
        return Objection(
            "one run" if len(values) == 1 else "too few runs",
            f"{len(values)} run{'s' * (len(values) > 1)} cannot tell luck from skill: train with at least "
            f"{_FEWEST} seeds, better five, and tell the mean with its interval.",
        )
    if np.ptp(values) == 0:
        return Objection(
            "same run",
            f"All {len(values)} scores are the same number: the seed does not reach the network, or the same "
            "network was scored again.",
        )
    return f"{len(values)} runs, with a spread."


def _told(values, told):
    if told is None or len(values) < 2:
        return None
    mean, half = float(np.mean(values)), _half(values)
    rounding = 0.005 * abs(mean)
    if abs(told - mean) <= rounding:
        return "The number that you tell is the mean."
    if abs(told - values.min()) <= rounding:
        return Objection(
            "best seed",
            f"You tell {told:.3g}, which is the best of {len(values)} runs: tell the mean, {mean:.3g} ± "
            f"{half:.2g}.",
        )
    return Objection("another number", f"You tell {told:.3g}, and the mean of your runs is {mean:.3g}.")


def _intervals(found):
    arguments.instance("intervals", found, Coverage, "what `coverage` gives")
    if found.p_value < _UNLIKELY:
        side = "narrow" if found.share < found.level else "wide"
        return Objection(
            "coverage",
            f"Your intervals promise {found.level:.0%} and hold ~{found.share:.0%} of the test values: they "
            f"are too {side}. Take their width from values that the network was not trained on.",
        )
    return f"The intervals hold about as often as they promise, {found.level:.0%}."

"""Points from verdicts, by what holds in a course: no notebook is run again for it."""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lstm_course.exercises import verdicts
from lstm_course.grading.booking.corrections import Correction
from lstm_course.grading.booking.course_file import Course
from lstm_course.grading.marking import library
from lstm_course.grading.marking.marking import exercises_of
from lstm_course.grading.results import Result, Row

__all__ = ["Total", "applied", "totals"]

_DAY = datetime.timedelta(days=1)


def applied(
    results: Iterable[Result], course: Course, corrections: Sequence[Correction] = ()
) -> list[Result]:
    """Results with the points that count, and sentences that say how they came about.

    Args:
        results: as they are kept.
        course: what counts how much.
        corrections: by hand; of a notebook that could not be graded, too.

    Returns:
        New results, in the same order.
    """
    return [_applied(each, course, corrections) for each in results]


def _applied(result: Result, course: Course, corrections: Sequence[Correction]) -> Result:
    by_hand = {each.exercise: each for each in corrections if each.fits(result["learner"], result["id"])}
    lesson = result["lesson"]
    rows = [_counted(row, course, by_hand.get(row["exercise"])) for row in _rows(result, by_hand)]
    reason = None if any("correction" in row for row in rows) else result["reason"]
    points = {
        each.id: course.points.get(each.id, each.points) for each in exercises_of(_with_exercises(lesson))
    }
    counted: Result = {
        **result,
        "exercises": rows,
        "reason": reason,
        "points": _rounded(sum(points.values())),
    }
    penalty, said = _late(counted, course)
    lost = penalty * sum(row["score"] for row in rows if "correction" not in row)
    score = sum(row["score"] for row in rows) - lost
    return {**counted, "score": _rounded(score), "applied": [*_rules(counted, course), *said]}


def _with_exercises(lesson):
    """All variants count the same; any of them stands for what theirs is worth."""
    return "V0" if lesson == "V" else lesson


def _rounded(points):
    """Without the dust of binary fractions; whole points stay whole numbers."""
    points = round(points, 4)
    return int(points) if points == int(points) else points


def _rows(result, by_hand):
    """The rows of a result; where there are none, those that an instructor has given points for."""
    there = {row["exercise"] for row in result["exercises"]}
    yield from result["exercises"]
    for exercise in exercises_of(_with_exercises(result["lesson"])):
        if exercise.id in by_hand and exercise.id not in there:
            yield Row(
                exercise=exercise.id,
                title=exercise.title,
                points=exercise.points,
                score=0.0,
                status="not judged",
                mistake=None,
                message=result["reason"] or "It was not graded.",
                notes=[],
                where=f"lesson {exercise.lesson}, “{exercise.section}”",
                seconds=0.0,
            )


def _counted(row: Row, course: Course, correction: Correction | None) -> Row:
    points = _rounded(course.points.get(row["exercise"], row["points"]))
    if correction is not None and correction.points is not None:
        return {**row, "points": points, "score": correction.points, "correction": correction.reason}
    return {**row, "points": points, "score": _rounded(_share(row, course) * points)}


def _share(row, course):
    """What an answer gets of its points."""
    values = course.nearly if row.get("nearly") else 1.0
    if row["status"] == library.STATUS:
        return library.WORTH[course.library] * values
    return values if verdicts.score(row["status"]) else 0.0


def _rules(result, course):
    """What was set for the course and has made a difference here."""
    for row in result["exercises"]:
        if row["exercise"] in course.points:
            yield f"`{row['exercise']}` counts {row['points']:g} points in this course."
    if any(row["status"] == "nearly" for row in result["exercises"]) and course.path:
        yield f"A nearly right answer gets {course.nearly:.0%} of its points."
    if any(row["status"] == library.STATUS for row in result["exercises"]):
        worth = library.WORTH[course.library]
        yield f"A right answer that lets the library do it gets {worth:.0%} of its points."


# When it came


def _late(result, course):
    """(Share that is taken off, sentences on it)."""
    deadline = course.deadlines.get(result["lesson"] or "")
    if deadline is None:
        return 0.0, []
    due = f"The deadline was {_shown(deadline)}"
    if not result.get("submitted"):
        if not result.get("late"):
            return 0.0, [f"{due}. When it was handed in is not known, so nothing is taken off."]
        days, came = 1, "The platform has marked it as late, and does not say by how much"
    else:
        moment = datetime.datetime.fromisoformat(result["submitted"])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=course.zone)
        over = moment - deadline - datetime.timedelta(minutes=course.grace_minutes)
        days = max(0, math.ceil(over / _DAY))
        came = f"It was handed in {_shown(moment.astimezone(deadline.tzinfo))}"
    if not days:
        return 0.0, [f"{due}. {came}, in time."]
    share = min(course.at_most, days * course.per_day)
    late = f"It counts as {days} day{'s' if days > 1 else ''} late"
    return share, [f"{due}. {came}. {late}: {share:.0%} of the points are taken off."]


def _shown(moment):
    return f"{moment:%Y-%m-%d %H:%M %Z}".strip()


# The course


@dataclass(frozen=True)
class Total:
    """What a learner has reached in the course.

    Args:
        learner, id: as in the results.
        shares: lesson -> share of its points, 0 to 1; None where nothing was handed in, or could be graded.
        dropped: lessons that are left out.
        points: out of the course's `total`.
    """

    learner: str
    id: str
    shares: Mapping[str, float | None]
    dropped: tuple[str, ...]
    points: float


def totals(results: Sequence[Result], course: Course, others: Iterable[tuple[str, str]] = ()) -> list[Total]:
    """Course totals over the lessons of a batch.

    Args:
        results: as `applied` gives them.
        course: with weights, how many lessons are dropped, and what the total is out of.
        others: name and number of those who are in the course and have handed in nothing.

    Returns:
        A `Total` for each learner, sorted by name. What was not handed in counts 0.
    """
    lessons = sorted({each["lesson"] for each in results if each["lesson"]})
    shares: dict[tuple[str, str], dict[str, float | None]] = {}
    for learner, number in sorted({*((each["learner"], each["id"]) for each in results), *others}):
        shares[learner, number] = dict.fromkeys(lessons)
    for each in results:
        if each["lesson"] and not each["reason"] and each["points"]:
            shares[each["learner"], each["id"]][each["lesson"]] = each["score"] / each["points"]
    return [_total(learner, number, theirs, course) for (learner, number), theirs in shares.items()]


def _total(learner, number, shares, course):
    weights = {lesson: course.weights.get(lesson, 1.0) for lesson in shares}
    counting = sorted(
        (lesson for lesson in shares if weights[lesson]), key=lambda lesson: shares[lesson] or 0.0
    )
    dropped = counting[: min(course.drop_lowest, len(counting) - 1)] if counting else []
    left = [lesson for lesson in counting if lesson not in dropped]
    weight = sum(weights[lesson] for lesson in left)
    reached = sum(weights[lesson] * (shares[lesson] or 0.0) for lesson in left)
    points = course.total * reached / weight if weight else 0.0
    return Total(learner, number, shares, tuple(sorted(dropped)), _rounded(round(points, 2)))

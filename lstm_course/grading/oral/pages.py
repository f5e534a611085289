"""A page of questions for each learner, and a list of all learners."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from lstm_course.common import files
from lstm_course.common.templates import rendered
from lstm_course.exercises import Exercise
from lstm_course.grading.intake import collect
from lstm_course.grading.intake.collecting import Submission
from lstm_course.grading.oral.asking import Asked, candidates, choose, handed_in
from lstm_course.grading.reports import similarity

__all__ = ["questions_of", "write"]

_AROUND = 6  # lines of an answer that are shown before and after the one that is asked about


def write(path: str | Path, out: str | Path) -> int:
    """Write a page of questions for each learner; their code is read, and never run.

    Args:
        path: folder, archive or notebook, as for `batch.run`.
        out: path of the folder for the pages and `index.html`.

    Returns:
        The number of learners.

    Raises:
        intake.SubmissionsError: when there is nothing at `path`.
    """
    out = Path(out)
    with tempfile.TemporaryDirectory() as scratch:
        submissions = collect(path, scratch).submissions
    learners: dict[tuple[str, str], list[Submission]] = {}
    for each in submissions:
        learners.setdefault((each.learner, each.id), []).append(each)
    entries = []
    for (learner, number), own in sorted(learners.items()):
        asked = questions_of(own)
        name = f"{_file_name(learner, number)}.html"
        reasons = [each.reason for each in own if each.reason]
        page = rendered(
            "grading/oral/templates/learner.html",
            title=f"Questions for {learner}",
            questions=[_shown(each) for each in asked],
            reasons=reasons,
        )
        files.write(out / name, page.encode("utf-8", "surrogatepass"))
        lessons = ", ".join(sorted({each.lesson for each in own if each.lesson}))
        entries.append({"learner": learner, "file": name, "lessons": lessons, "questions": len(asked)})
    index = rendered("grading/oral/templates/index.html", title="Questions for a talk", learners=entries)
    files.write(out / "index.html", index.encode("utf-8", "surrogatepass"))
    return len(learners)


def questions_of(submissions: Sequence[Submission]) -> list[Asked]:
    """Three questions to one learner.

    Args:
        submissions: the learner's notebooks.
    """
    handed = [
        answer
        for each in submissions
        if each.cells is not None and each.lesson
        for answer in handed_in(each.cells, similarity.answers(each.cells, each.lesson), each.lesson)
    ]
    return choose(candidates(handed), submissions[0].learner)


def _shown(asked: Asked) -> dict[str, object]:
    function = isinstance(asked.exercise, Exercise)
    return {
        "title": asked.exercise.title,
        "exercise": asked.exercise.id,
        "lesson": int(asked.exercise.lesson),
        "ask": asked.ask,
        "expect": asked.expect,
        "section": asked.exercise.section,
        "lines": list(_lines(asked.text, asked.line)) if function else [],
    }


def _lines(text: str, line: int | None) -> Iterable[dict[str, object]]:
    """The lines around the one that is asked about, with their numbers."""
    for number, each in enumerate(text.splitlines(), 1):
        if line is None or abs(number - line) <= _AROUND:
            yield {"number": f"{number:3}", "text": each, "here": number == line}


def _file_name(learner, number):
    """Readable, safe, and different for different learners."""
    readable = re.sub(r"[^\w-]+", "-", learner)[:40].strip("-") or "learner"
    digest = hashlib.sha256(f"{learner}\n{number}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}"

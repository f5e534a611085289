"""What a batch keeps of each submission, and what that hangs on: a second run goes on from there."""

import contextlib
import functools
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Collection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lstm_course.common.files import PACKAGE, write
from lstm_course.exercises.verdicts import NOT_TRIED
from lstm_course.grading.intake import Submission
from lstm_course.grading.marking.marking import exercises_of, given_of, imports_of
from lstm_course.grading.reports import similarity
from lstm_course.grading.reports.asked import asked
from lstm_course.grading.results import Result, Row

__all__ = ["earlier", "fingerprint", "judge_digest", "key", "notebook_digest", "of", "seed_of", "write_json"]


def key(submission: Submission) -> str:
    """Name of the result's file: readable, safe, and different for different submissions."""
    readable = re.sub(r"[^\w-]+", "-", submission.learner)[:40].strip("-") or "learner"
    owner = f"{submission.learner}\n{submission.id}\n{submission.lesson}"
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{_shown(submission.lesson) or 'xx'}-{readable}-{digest}"


def _shown(lesson):
    """An examination is one assignment to the teacher, and what it is drawn from is for nobody's eyes."""
    return "V" if lesson and lesson.startswith("V") else lesson


def notebook_digest(submission: Submission, seed: int) -> str:
    """What is judged: the notebook, or why there is none, and the seed of the probes."""
    return _digest([submission.cells, submission.reason, seed])


def fingerprint(submission: Submission, seed: int) -> str:
    """What a result hangs on: the notebook, the seed, and who judges it."""
    lesson = submission.lesson
    handed_out = [imports_of(lesson), sorted(given_of(lesson))] if lesson else []
    return _digest([notebook_digest(submission, seed), judge_digest(), handed_out])


def _digest(parts):
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def judge_digest(package: Path = PACKAGE, installed: Callable[[str], str] = version) -> str:
    """Fingerprint of everything that a mark may hang on but the notebook: no list of files can fall behind.

    That is the whole package, for answers call it as much as the grader does, the data that ship with it, and
    the versions of NumPy and Keras.

    Args:
        package: path of the package, default the one that runs.
        installed: function from the name of a package to its version, which raises
            `importlib.metadata.PackageNotFoundError` for one that is absent; the default asks this Python.

    Returns:
        A str of 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in "numpy", "keras":
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {installed(name)}\n".encode())
    for path in sorted([*package.rglob("*.py"), *_data_files(package)]):
        digest.update(f"{path.relative_to(package.parent).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _data_files(package):
    folders = package / "_course" / "datasets", package.parent / "datasets"
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def seed_of(out: Path, seed: int | None) -> int:
    """The seed of a batch: the one asked for, else that of its earlier run, else a random one; it is kept."""
    file = out / "batch.json"
    try:
        before = json.loads(file.read_text(encoding="utf-8"))["seed"]
    except (OSError, ValueError, KeyError, TypeError):
        before = None
    if seed is None:
        seed = before if isinstance(before, int) else secrets.randbelow(2**31)
    if seed != before:
        write_json(file, {"seed": seed})
    return seed


def earlier(file: Path) -> Result | None:
    """The result of an earlier run, if it is whole."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        return result if {"fingerprint", "exercises", "alone"} <= result.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def of(
    submission: Submission,
    seed: int,
    rows: Collection[Row],
    reason: str | None,
    mark: str,
    alone: bool = False,
) -> Result:
    """What is kept of a submission.

    Args:
        submission: as `intake.collect` gives it.
        seed: of the probes.
        rows: of its exercises.
        reason: why it is not graded, or None.
        mark: its fingerprint.
        alone: whether it was graded with nothing beside it.
    """
    tried = {row["exercise"] for row in rows if row["status"] not in NOT_TRIED}
    written = similarity.answers(submission.cells or (), submission.lesson)
    return {
        "learner": submission.learner,
        "id": submission.id,
        "lesson": _shown(submission.lesson),
        "path": submission.path,
        "others": list(submission.others),
        "reason": reason,
        "score": sum(row["score"] for row in rows),
        "points": sum(exercise.points for exercise in exercises_of(submission.lesson)),
        "exercises": list(rows),
        "alone": alone,
        "answers": {name: text for name, text in written.items() if name in tried},
        "asked": asked(submission.cells or (), submission.lesson),
        "key": key(submission),
        "fingerprint": mark,
        "notebook": notebook_digest(submission, seed),
        "platform": submission.platform,
        "submitted": submission.submitted,
        "late": submission.late,
    }


def write_json(file: Path, content: object) -> None:
    """Write a file of JSON, in full or not at all."""
    write(file, json.dumps(content, indent=1).encode())

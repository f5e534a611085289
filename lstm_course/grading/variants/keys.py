"""A folder for an examination: what to hand out, and beside it what the instructor keeps."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from lstm_course.common import notebooks
from lstm_course.grading.variants import exams, handout
from lstm_course.grading.variants.secret import VariantError, write_private

__all__ = ["EVERYBODY", "HAND_OUT", "INSTRUCTOR", "KEY", "read_key", "write"]

KEY = "key.json"
EVERYBODY = "everybody"  # in the place of names, where all get the same
HAND_OUT, INSTRUCTOR = "hand-out", "instructor"


def write(
    folder: str | Path,
    names: Sequence[str],
    secret: bytes,
    lessons: Sequence[str] = "1234567",
    count: int = 6,
) -> tuple[int, int]:
    """Write a notebook for each name, and the answers and the key for the instructor.

    Args:
        folder: it must not exist or be empty. In it come `hand-out/NAME/exam.ipynb`, `instructor/NAME.ipynb`
            with the answers, and `instructor/key.json`.
        names: of students or groups, each fit for the name of a folder; or `EVERYBODY` alone.
        secret: as `secret.read_or_make` gives it. What one student gets hangs on the secret, the name, and
            the lessons and the number of questions, not on the other names.
        lessons: digits "1" to "7", default all.
        count: number of questions, default 6.

    Returns:
        The points and the minutes of a student, which are the same for all.

    Raises:
        VariantError: names twice or unfit, a folder that holds something, or what `exams.plan` refuses.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VariantError(f"{folder} is not empty; name a new folder, so that nothing is overwritten.")
    unfit = [name for name in names if not name or Path(name).name != name or name in (".", "..")]
    unfit += [name for name in names if name == EVERYBODY and len(names) > 1]
    if unfit or len(set(names)) < len(names) or not names:
        raise VariantError(
            f"Each student needs a name that can name a folder, once; not so: {unfit or 'the list'}."
        )
    kinds = exams.plan(secret, lessons, count)
    drawn, sums = {}, (0, 0)
    for name in names:
        token = exams.token(secret, name, kinds)
        questions = exams.questions(token)
        notebooks.write(folder / HAND_OUT / name / "exam.ipynb", handout.student_notebook(questions))
        notebooks.write(folder / INSTRUCTOR / f"{name}.ipynb", handout.answer_sheet(name, questions))
        sums = handout.points_and_minutes(questions)
        drawn[name] = {"token": token, "statements": _digest(questions)}
    write_private(folder / INSTRUCTOR / KEY, json.dumps({"variants": drawn}, indent=1) + "\n")
    return sums


def read_key(path: str | Path) -> dict[str, str]:
    """The tokens of a key that `write` has written.

    Args:
        path: of the file.

    Returns:
        Dict from name to token.

    Raises:
        VariantError: it is no such file, or this version of the course would ask something else.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))["variants"]
        tokens = {name: entry["token"] for name, entry in found.items()}
        changed = [
            name for name in tokens if _digest(exams.questions(tokens[name])) != found[name]["statements"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VariantError(f"{path} is no key of variants ({error}); name the {KEY} that was made.") from None
    if changed:
        raise VariantError(
            f"{path} was made by another version of the course: {changed[0]} and {len(changed) - 1} others "
            "were asked something else than this version draws. Grade with the version that made it."
        )
    return tokens


def _digest(questions):
    return hashlib.sha256(handout.statements(questions).encode()).hexdigest()

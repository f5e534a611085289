"""One exercise of a lesson begun anew: its cell is put back as it was handed out, and nothing else."""

import json
from pathlib import Path

from lstm_course import exercises
from lstm_course.common import files
from lstm_course.common.files import course_folder
from lstm_course.common.trouble import Trouble
from lstm_course.learner import workspace

__all__ = ["reset"]


def reset(folder: str | Path, lesson: str, exercise: str) -> str:
    """Put the cell of an exercise in the working copy back to its three dots.

    A copy of the whole file is kept, and the best result of the check stays in the notes on progress.

    Args:
        folder: path of the working copy.
        lesson: its number, such as "03" or "3".
        exercise: id, such as "lstm_cell".

    Returns:
        A sentence that says what was done, and where the copy is.

    Raises:
        Trouble: if there is no such lesson, exercise or cell, or the notebook cannot be read; nothing has
            been changed then.
    """
    name = workspace.file_of(lesson)
    path = Path(folder, name)
    if exercise not in _ids(name[:2]):
        known = ", ".join(_ids(name[:2])) or "none"
        raise Trouble(f"Lesson {name[:2]} has no exercise {exercise}; its exercises are: {known}.")
    fresh = _cell(json.loads((course_folder("notebooks") / name).read_bytes()), name[:2], exercise)
    try:
        content = path.read_bytes()
        notebook = json.loads(content)
        mine = _cell(notebook, name[:2], exercise)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Trouble(f"{path} is not a notebook, or it is damaged: rename it and start again.") from None
    if mine is None or fresh is None:
        raise Trouble(
            f"The cell of {exercise} is no longer in {path}: rename the file, and the next start brings a "
            "new one."
        )
    if "".join(mine["source"]) == "".join(fresh["source"]):
        return f"{exercise} is as it was handed out: nothing was changed."
    kept = workspace.free_name(Path(folder), f"{workspace.EARLIER}/{name}")
    files.write(Path(folder, kept), content)
    mine.update(source=fresh["source"], outputs=[], execution_count=None)
    files.write(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return (
        f"{exercise} has its three dots again. The lesson as it was is kept as {kept}; where it is open in "
        "JupyterLab, choose File > Reload Notebook from Disk."
    )


def _ids(lesson):
    return [each.id for each in exercises.every().values() if each.lesson == lesson]


def _cell(notebook, lesson, exercise):
    """The cell of an exercise, by the name that the lesson gave it; None where it is gone."""
    named = (cell for cell in notebook["cells"] if cell.get("id") == f"{lesson}-{exercise}")
    return next((cell for cell in named if cell["cell_type"] == "code"), None)

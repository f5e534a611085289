"""Run a learner's notebook and say how each of its exercises stands."""

import json
import logging
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lstm_course import exercises
from lstm_course.common import notebooks
from lstm_course.common.notebook_runs import CELL_TIMEOUT, KERNEL_ENVIRONMENT, new_client, raised, run
from lstm_course.common.trouble import Trouble
from lstm_course.exercises.verdicts import VERDICTS, score

__all__ = ["Review", "ReviewError", "listen", "review"]

_TIMED_OUT = "CellTimedOut"


class ReviewError(Trouble):
    """A notebook cannot be reviewed; the message says why in a sentence."""


class _GivenUp(Exception):
    """The kernel does not answer any more."""


@dataclass(frozen=True)
class Review:
    """How the exercises of a lesson stand in one notebook.

    Args:
        outcomes: dict, every exercise object of the lesson -> (status, message) of its last check, or (None,
            message) when no check of it was run.
        troubles: sentences about cells that raised or ran too long.
    """

    outcomes: dict
    troubles: tuple[str, ...]

    @property
    def all_right(self) -> bool:
        """Whether every exercise of the lesson is right."""
        return all(status == "right" for status, _ in self.outcomes.values())

    def __str__(self):
        width = max(len(exercise.id) for exercise in self.outcomes)
        lines = []
        for exercise, (status, message) in self.outcomes.items():
            said = "" if status in ("right", "not attempted") else message
            words = VERDICTS[status].listed if status else "not checked"
            lines.append(f"{words:14}  {exercise.id:{width}}  {said}".rstrip())
        right = sum(status == "right" for status, _ in self.outcomes.values())
        points = sum(score(status) * each.points for each, (status, _) in self.outcomes.items())
        there_are = sum(exercise.points for exercise in self.outcomes)
        count = f"{right} of {len(self.outcomes)} exercises right, {points:g} of {there_are} points."
        return "\n".join([*lines, *self.troubles, count])


def review(
    path: str | Path, timeout: float = CELL_TIMEOUT, watch: Callable[[int, int], object] = lambda *_: None
) -> Review:
    """Run a notebook, in its own folder, and collect what its checks found.

    A cell that raises or runs too long does not stop the others. The file itself is not changed.

    Args:
        path: path of the notebook.
        timeout: seconds that a cell may take.
        watch: is told the number of each code cell when it begins, and how many there are; default nobody is.

    Returns:
        A `Review`.

    Raises:
        ReviewError: when there is no such notebook, or it belongs to no lesson.
    """
    path = Path(path)
    cells = _read(path)
    lesson = _lesson_of(cells, path)
    with tempfile.TemporaryDirectory() as folder:
        outcomes_file = Path(folder, "outcomes")
        outcomes_file.touch()
        troubles = _run(cells, path.resolve().parent, outcomes_file, timeout, watch)
        last = {}
        for line in outcomes_file.read_text(encoding="utf-8").splitlines():
            name, status, message = json.loads(line)
            last[name] = status, message
    missing = None, "No check of it was run."
    every = [exercise for exercise in exercises.every().values() if exercise.lesson == lesson]
    return Review({exercise: last.get(exercise.id, missing) for exercise in every}, tuple(troubles))


def listen(path: str | Path) -> None:
    """Append every outcome of `check` to a file, from now on; called in the kernel that runs the notebook.

    Args:
        path: path of the file.
    """
    from lstm_course.learner import checking

    def write(outcome):
        line = json.dumps([outcome.exercise, outcome.status, outcome.message])
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    checking.listeners.append(write)


def _read(path):
    """Sources of the code cells; a file that an editor has left odd is run all the same."""
    try:
        return notebooks.code_of(path.read_bytes())
    except OSError as error:
        reason = "There is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise ReviewError(f"{path} cannot be read: {reason}.") from None
    except notebooks.NotebookError as error:
        raise ReviewError(f"{path} is not a notebook, or it is damaged. {error}") from None


def _lesson_of(cells, path):
    """Number of the lesson: by the exercises that its cells are about, else by the file's name."""
    by_name = re.match(r"\d\d(?=[_.-])", path.name)
    lesson = exercises.lesson_of(cells) or (by_name and by_name[0])
    if lesson not in {exercise.lesson for exercise in exercises.every().values()}:
        raise ReviewError(f"{path} is not one of the lessons with exercises: it has no cell of theirs.")
    return lesson


def _run(cells, folder, outcomes_file, timeout, watch):
    """Run all code cells; returns sentences about those that raised or ran too long."""
    from nbclient.exceptions import DeadKernelError

    listening = f"from lstm_course.learner.reviewing import listen; listen({str(outcomes_file)!r})"
    sources = [listening, *cells]  # so that a cell has its number among those of the learner
    notebook = notebooks.notebook(notebooks.cell("code", f"cell-{k}", code) for k, code in enumerate(sources))
    troubles, begun, slow = [], [], set()

    def started(cell, cell_index):
        begun.append(cell_index)
        if cell_index:
            watch(cell_index, len(cells))

    def failed(cell, cell_index, execute_reply):
        where = f"Code cell {cell_index}"
        if execute_reply["content"].get("ename") == _TIMED_OUT:
            if slow.intersection(begun[-2:]):
                raise _GivenUp  # the cell before would not be stopped, and this one waits for it
            troubles.append(f"{where} was still running after {timeout:g} seconds and was stopped.")
            slow.add(cell_index)
        elif cell_index == 0:
            raise ReviewError(f"The course cannot be loaded in {folder}: {raised(cell)}.")
        else:
            troubles.append(f"{where} raises {raised(cell)}.")

    quiet = logging.getLogger(f"{__name__}.nbclient")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    client = new_client(
        notebook,
        folder,
        timeout=timeout,
        allow_errors=True,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": _TIMED_OUT, "evalue": "", "traceback": []},
        on_cell_execute=started,
        on_cell_error=failed,
        log=quiet,
    )
    try:
        run(client, KERNEL_ENVIRONMENT)
    except DeadKernelError:
        troubles.append(f"Code cell {begun[-1]} ended the kernel; the cells after it were not run.")
    except _GivenUp:
        troubles.append("The cells after it were not run.")
    return troubles

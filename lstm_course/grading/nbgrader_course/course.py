"""A complete nbgrader course from the sources of the lessons: `lstm-course instructor init DIR`.

One assignment a lesson, with the metadata that the lessons carry anyway. What is added is that each check
cell ends in a mark (see `marks`), and a configuration that closes what can be closed of nbgrader's holes.
"""

import ast
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_course import authoring
from lstm_course.common import notebooks
from lstm_course.common.trouble import Trouble

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["CourseError", "create"]

CONFIGURATION = '''"""nbgrader's configuration for the LSTM course; every setting says what it is for."""

import os
import sys

from lstm_course.grading.nbgrader_course import preprocessors, sandboxed_kernel

c = get_config()  # noqa: F821

# nbgrader starts alembic by its bare name, which is on the path only while the environment is activated.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])

c.CourseDirectory.course_id = "lstm_course"

# The answers are cut out as in the course's own notebooks, so that a learner meets the same text.
c.GenerateAssignment.preprocessors = preprocessors.for_release()

# A copied cell would stop the whole batch, and a deleted check cell would count in full.
c.Autograde.sanitize_preprocessors = preprocessors.for_sanitizing()
c.OverwriteCells.add_missing_cells = True

# The learner's code runs without a network and sees neither your files nor other submissions. Where no
# sandbox can be had, autograde says so and stops; unsafe_no_sandbox = True goes on without one.
c.Execute.kernel_manager_class = sandboxed_kernel.SandboxedKernelManager
c.SandboxedKernelManager.unsafe_no_sandbox = False
c.Execute.timeout = 120  # seconds for one cell
c.Execute.startup_timeout = 60
c.LimitOutput.max_lines = 500
'''

README = """# The LSTM course with nbgrader

Made by `lstm-course instructor init`. In this folder:

    nbgrader generate_assignment 01_vanilla_rnn     the notebook for the learners, in release/
    nbgrader autograde 01_vanilla_rnn               the notebooks of submitted/NAME/01_vanilla_rnn/
    nbgrader generate_feedback 01_vanilla_rnn       a page for each learner, in feedback/
    nbgrader export                                 all marks, in grades.csv

Code that runs in the kernel that marks it can cheat, in nbgrader as everywhere. For marks that count, use
`lstm-course grade submitted`: it compares outside of the learner's process, and it is faster.
"""


class CourseError(Trouble):
    """The course cannot be made; the message says why and what to do."""


def create(folder: str | Path, say: Callable[[str], object] = print) -> None:
    """Make an nbgrader course.

    Args:
        folder: str or pathlib.Path; it must not exist or be empty.
        say: function that is told each assignment.

    Raises:
        CourseError: the folder holds something, or the sources of the lessons are not there.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is not empty; name a new folder, so that nothing is overwritten.")
    try:
        root = authoring.find_root()
    except authoring.BuildError:
        raise CourseError(
            "The assignments are made from the sources of the lessons: run this in a clone of the course."
        ) from None
    for source in authoring.find_sources(root):
        notebook = assignment(root, source)
        target = folder / "source" / source.stem / f"{source.stem}.ipynb"
        notebooks.write(target, notebook)
        for sheet in (root / "notebooks").glob("*.md"):  # linked at the top of the lesson
            shutil.copy(sheet, target.parent)
        graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        points = sum(cell.metadata.nbgrader.points for cell in graded)
        say(f"{source.stem}: {len(graded)} marked cells, {points} points")
    (folder / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")


def assignment(root: Path, source: Path) -> "NotebookNode":
    """The source notebook of an assignment: a lesson with its solutions, its check cells ending in a mark.

    Args:
        root: pathlib.Path of the clone.
        source: pathlib.Path of the lesson's source.

    Returns:
        A notebook without outputs.
    """
    notebook, learners = authoring.make_notebooks(root, source).values()
    for cell, given in zip(notebook.cells, learners.cells, strict=True):
        found = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown":
            cell.source = given.source  # whose links lead to what lies beside it
        elif found.get("grade") and found.get("locked"):
            cell.source = ending_in_a_mark(cell.source, found.points)
    return notebook


def ending_in_a_mark(source: str, points: float) -> str:
    """The text of a check cell, its last value turned into a mark.

    Example:
        >>> print(ending_in_a_mark("check(rnn_cell)", 2))
        from lstm_course.grading.nbgrader_course.marks import marks
        <BLANKLINE>
        marks(check(rnn_cell), out_of=2)
    """
    last = ast.parse(source).body[-1]
    lines = source.split("\n")
    before, value = lines[: last.lineno - 1], "\n".join(lines[last.lineno - 1 :])
    first = "from lstm_course.grading.nbgrader_course.marks import marks"
    return "\n".join([first, "", *before, f"marks({value}, out_of={points})"])

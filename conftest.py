"""The environment of every test, the rules by which nbval compares notebooks, and the last word of a run."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty

import nbval.plugin as nbval
import pytest
from threadpoolctl import threadpool_limits

from lstm_course.common import comparing
from lstm_course.common.notebook_runs import KERNEL_ENVIRONMENT
from lstm_course.learner import checking
from lstm_course.scratch.shaking import VARIABLE

os.environ.update(KERNEL_ENVIRONMENT)
# The solved lessons run shaken, each day by another seed; the workers of pytest-xdist inherit it.
TODAY = os.environ.get("LSTM_COURSE_SHAKE_TODAY", f"{datetime.now(UTC):%Y%m%d}")
SEED = os.environ.pop(VARIABLE, "") or TODAY
os.environ["LSTM_COURSE_SHAKE_TODAY"] = SEED
threadpool_limits(1, user_api="blas")  # NumPy may have been imported before the line above


HOW_TO_REPORT = (
    "The form is 'A lesson is wrong' (.github/ISSUE_TEMPLATE/lesson_is_wrong.md); put in what "
    "`python start.py doctor` says."
)


def pytest_report_header():
    return f"solved lessons: shaken with seed {SEED} ({VARIABLE}={SEED} repeats it)"


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[EXIT_STATUS] = exitstatus


def pytest_unconfigure(config):
    """Ends the run with one line that a person understands."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and EXIT_STATUS in config.stash and not hasattr(config, "workerinput"):
        failed = [report.nodeid for kind in ("failed", "error") for report in reporter.stats.get(kind, [])]
        reporter.write_line(last_word(config.stash[EXIT_STATUS], failed))


def last_word(exit_status, failed):
    """What a run of the tests means.

    Args:
        exit_status: pytest's.
        failed: list of str, the node ids of the tests that failed.
    """
    lessons = sorted({node.partition("::")[0] for node in failed if ".ipynb" in node})
    if exit_status == pytest.ExitCode.OK:
        return "All is well: what was tested works on this computer."
    if exit_status == pytest.ExitCode.INTERRUPTED:
        return "Stopped before the end."
    if exit_status == pytest.ExitCode.NO_TESTS_COLLECTED:
        return "No test was run: look at the names of files and tests that you gave."
    if failed and lessons and all(".ipynb" in node for node in failed):
        return (
            f"Everything works, but this computer gets other numbers in {', '.join(lessons)}: learn on, "
            f"and please report it. {HOW_TO_REPORT}"
        )
    return (
        f"{len(failed)} test{'s' * (len(failed) != 1)} failed: `python start.py doctor` says whether the "
        "set-up is whole. If it is, please report the lines above (.github/ISSUE_TEMPLATE)."
    )


EXIT_STATUS = pytest.StashKey()


def pytest_collection_modifyitems(items):
    """The files that take minutes come first, so that the small ones fill up both workers to the same end."""
    long = ("test_lessons_in_jupyterlab.py", "test_proofs.py")
    items.sort(key=lambda item: 0 if item.path.name in long else 1 if item.path.suffix == ".ipynb" else 2)


@pytest.fixture(autouse=True)
def no_help_given_yet():
    """Hints and solutions come in an order, which another test in this process may have begun."""
    checking.help_given.forget()


def is_shaken(folder):
    """The notebooks of learners run as they are, the solved ones as another processor might run them."""
    return Path(folder).name == "solutions"


class CourseKernel(nbval.RunningKernel):
    """A kernel whose death is noticed at once, and that hides nothing written to stderr."""

    def __init__(self, kernel_name, cwd=None, **options):
        # In a process that knows it is under test, ipykernel drops what C libraries write.
        test = os.environ.pop("PYTEST_CURRENT_TEST")
        if is_shaken(cwd):
            os.environ[VARIABLE] = SEED
        try:
            super().__init__(kernel_name, cwd, **options)
        finally:
            os.environ["PYTEST_CURRENT_TEST"] = test
            os.environ.pop(VARIABLE, None)

    def await_reply(self, msg_id, timeout=None):
        end = time.monotonic() + timeout
        while True:
            try:
                return super().await_reply(msg_id, timeout=min(1, timeout))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("The kernel died while it ran this cell") from None
                if time.monotonic() > end:
                    raise


def compare_outputs(self, test, ref, skip_compare=None):
    said = comparing.difference(ref, test, comparing.tolerance(self.cell.metadata))
    self.comparison_traceback = [said]
    return not said


def repr_failure(self, excinfo):
    """What nbval says of a cell that failed, and what it means for somebody who only wants to learn."""
    lesson = Path(self.fspath)
    words = [
        nbval_says(self, excinfo),
        f"Code cell {self.cell.execution_count} of {lesson.parent.name}/{lesson.name}: your processor "
        "computes it a little differently, or a package has changed. The lesson is not wrong for you; please "
        f"report the lines above. {HOW_TO_REPORT}",
    ]
    if is_shaken(lesson.parent):
        again = f"python start.py build {lesson.stem[:2]} --check --shake 1 --seed {SEED}"
        words.append(f"This run was shaken with seed {SEED}: `{again}` repeats it.")
    return "\n".join(words)


def setup(self):
    if self.cell.execution_count is None:
        self.raise_cell_error("The committed cell was never executed, so there is nothing to compare")


# nbval has no hook for this, and its classes call themselves by name, so a subclass cannot take their place.
nbval.RunningKernel = CourseKernel
nbval.IPyNbCell.compare_outputs = compare_outputs
nbval.IPyNbCell.setup = setup
nbval_says, nbval.IPyNbCell.repr_failure = nbval.IPyNbCell.repr_failure, repr_failure

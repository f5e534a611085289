"""The environment of every test, and the rules by which nbval compares the notebooks with a fresh run."""

import os
import time
from queue import Empty

import nbval.plugin as nbval
import pytest
from threadpoolctl import threadpool_limits

from lstm_course.common import comparing
from lstm_course.common.notebook_runs import KERNEL_ENVIRONMENT
from lstm_course.learner import checking

os.environ.update(KERNEL_ENVIRONMENT)
threadpool_limits(1, user_api="blas")  # NumPy may have been imported before the line above


def pytest_collection_modifyitems(items):
    """The files that take minutes come first, so that the small ones fill up both workers to the same end."""
    long = ("test_lessons_in_jupyterlab.py", "test_proofs.py")
    items.sort(key=lambda item: 0 if item.path.name in long else 1 if item.path.suffix == ".ipynb" else 2)


@pytest.fixture(autouse=True)
def no_help_given_yet():
    """Hints and solutions come in an order, which another test in this process may have begun."""
    checking.help_given.forget()


class CourseKernel(nbval.RunningKernel):
    """A kernel whose death is noticed at once, and that hides nothing written to stderr."""

    def __init__(self, *arguments, **options):
        # In a process that knows it is under test, ipykernel drops what C libraries write.
        test = os.environ.pop("PYTEST_CURRENT_TEST")
        try:
            super().__init__(*arguments, **options)
        finally:
            os.environ["PYTEST_CURRENT_TEST"] = test

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
    said = comparing.difference(ref, test, comparing.tolerance(self.cell.metadata.get("tags", [])))
    self.comparison_traceback = [said]
    return not said


def setup(self):
    if self.cell.execution_count is None:
        self.raise_cell_error("The committed cell was never executed, so there is nothing to compare")


# nbval has no hook for this, and its classes call themselves by name, so a subclass cannot take their place.
nbval.RunningKernel = CourseKernel
nbval.IPyNbCell.compare_outputs = compare_outputs
nbval.IPyNbCell.setup = setup

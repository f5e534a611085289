"""The first cell of every lesson: the same seed, the same figures, and silence where all is well."""

import logging
import os
import random
from collections.abc import Callable
from importlib import metadata

import numpy as np

from lstm_course.common import arguments
from lstm_course.common.environment import for_keras, missing_keras
from lstm_course.common.files import REPAIR
from lstm_course.learner import errors


def setup(seed: int = 0, explain_errors: bool = True) -> None:
    """Make a lesson start the same way on every machine.

    Sets the seeds of Python and NumPy, the way NumPy prints, the style of the figures, one thread for NumPy's
    matrix products, and the environment variables that keep TensorFlow quiet and repeatable; these only work
    when this runs before TensorFlow is imported. Prints one sentence when a package is missing or has a
    version that does not fit, else nothing. Where there is no Keras, the notebook from here on answers the
    cells that need it with a card (see `without_keras`).

    Args:
        seed: whole number from 0 to 2**32 - 1, default 0.
        explain_errors: whether a notebook says, below an error about shapes, which arrays of your line have
            which shapes; default True.

    Raises:
        TypeError: if seed is not a whole number.
        ValueError: if seed is out of range.

    Example:
        >>> import numpy as np
        >>> setup(seed=1)
        >>> first = np.random.rand()
        >>> setup(seed=1)
        >>> np.random.rand() == first
        True
    """
    seed = arguments.whole_number("seed", seed, 0, 2**32 - 1)
    os.environ.update(for_keras())
    random.seed(seed)
    np.random.seed(seed)
    np.set_printoptions(precision=4, suppress=True, linewidth=100, threshold=200)
    problem = version_problem()
    if problem:
        print(problem)
    _use_one_blas_thread()
    _style_figures()
    _explain_errors(explain_errors)
    _do_without_keras()
    if os.environ.get("LSTM_COURSE_SHAKE"):  # only where lessons are built and tested
        from lstm_course.scratch import shaking

        shaking.shake(int(os.environ["LSTM_COURSE_SHAKE"]))


def version_problem(installed: Callable[[str], str] = metadata.version) -> str | None:
    """Say what is wrong with the installed packages, in one sentence.

    Args:
        installed: function from the name of a package to its version, which raises
            `importlib.metadata.PackageNotFoundError` for one that is absent; the default asks this Python.

    Returns:
        The sentence, or None when every package is in the range that pyproject.toml asks for.

    Example:
        >>> problem = version_problem(lambda name: "0.9" if name == "numpy" else metadata.version(name))
        >>> print(problem.partition(":")[0])
        This lesson needs numpy>=2.2, but 0.9 is installed
    """
    from packaging.requirements import Requirement

    faults = []
    for requirement in map(Requirement, metadata.requires("lstm-course") or ()):
        # A lesson may run in another front end than JupyterLab, and the NumPy lessons where there is no
        # TensorFlow; the Keras lessons say themselves that they need it.
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not wanted or requirement.name == "jupyterlab":
            continue
        needed = f"{requirement.name}{requirement.specifier}"
        try:
            version = installed(requirement.name)
        except metadata.PackageNotFoundError:
            if not requirement.name.startswith(("keras", "tensorflow")):
                faults.append(f"{needed}, which is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            faults.append(f"{needed}, but {version} is installed")
    if not faults:
        return None
    return f"This lesson needs {'; '.join(faults)}: {REPAIR}."


def _notebook():
    """What runs the cells, where this runs in a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def _explain_errors(wanted):
    """Let the notebook, where this runs in one, say what helps below an error."""
    shell = _notebook()
    if shell is not None:
        errors.explain(shell, wanted)


def _do_without_keras():
    """Let the notebook leave out what needs Keras, where there is none."""
    reason, shell = missing_keras(), _notebook()
    if reason and shell is not None:
        from lstm_course.learner import without_keras

        without_keras.watch(shell, reason)


def _use_one_blas_thread():
    # At the sizes of the lessons a second thread makes no product faster, and beside any other busy program
    # the threads wait for each other: training then takes up to fifteen times as long.
    from importlib.util import find_spec

    if find_spec("threadpoolctl"):
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, user_api="blas")


def _style_figures():
    # On a new machine Matplotlib reports that it builds its font cache, through the logger, on stderr.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib

    from lstm_course.plots.style import STYLE

    matplotlib.rcParams.update(STYLE)  # pyright: ignore - it asks for names as literals

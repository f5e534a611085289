"""The first cell of every lesson: the same seed, the same figures, and silence where all is well."""

import logging
import os
import random
import signal
from importlib import metadata

import numpy as np

# TensorFlow reads these once, while it is imported. oneDNN changes the eighth digit of a loss and a graphics
# card all the later ones, so both are off wherever the outputs of a lesson are made and compared.
_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    # As for NumPy below, one thread: with two, notebooks side by side wait for each other, and a sum that is
    # divided among threads comes out differently in its last digits from machine to machine.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
}


def setup(seed=0):
    """Make a lesson start the same way on every machine.

    Sets the seeds of Python and NumPy, the way NumPy prints, the style of the figures, one thread for NumPy's
    matrix products, and the environment variables that keep TensorFlow quiet and repeatable; these only work
    when this runs before TensorFlow is imported. Prints one sentence when a package is missing or has a
    version that does not fit, else nothing.

    Args:
        seed: whole number from 0 to 2**32 - 1, default 0.

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
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed must be a whole number, got {seed!r}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 2**32 - 1, got {seed}")
    os.environ.update(_ENVIRONMENT)
    random.seed(int(seed))
    np.random.seed(seed)
    np.set_printoptions(precision=4, suppress=True, linewidth=100, threshold=200)
    problem = version_problem()
    if problem:
        print(problem)
    _use_one_blas_thread()
    _style_figures()
    if os.environ.get("LSTM_COURSE_SHAKE"):  # only where lessons are built and tested
        from lstm_course import shaking

        shaking.shake(int(os.environ["LSTM_COURSE_SHAKE"]))


def profile():
    """How large the lessons are to be: "quick", or "full" where LSTM_COURSE_PROFILE=full is set.

    The full profile has the text books' sizes and epochs and takes hours; the committed outputs are those of
    the quick one.

    Returns:
        "quick" or "full".

    Raises:
        ValueError: if LSTM_COURSE_PROFILE is set to something else.

    Example:
        >>> profile()
        'quick'
    """
    chosen = os.environ.get("LSTM_COURSE_PROFILE") or "quick"
    if chosen not in ("quick", "full"):
        raise ValueError(f"LSTM_COURSE_PROFILE is {chosen!r}, expected 'quick' or 'full'")
    return chosen


def version_problem(installed=metadata.version):
    """Say what is wrong with the installed packages, in one sentence.

    Args:
        installed: function from the name of a package to its version, which raises
            `importlib.metadata.PackageNotFoundError` for one that is absent; the default asks this Python.

    Returns:
        The sentence, or None when every package is in the range that pyproject.toml asks for.

    Example:
        >>> problem = version_problem(lambda name: "0.9" if name == "numpy" else metadata.version(name))
        >>> print(problem)
        This lesson needs numpy>=2.2, but 0.9 is installed: run `python start.py` to repair it.
    """
    from packaging.requirements import Requirement

    faults = []
    for requirement in map(Requirement, metadata.requires("lstm-course")):
        # A lesson may run in another front end than JupyterLab, and the NumPy lessons where there is no
        # TensorFlow; the Keras lessons say themselves that they need it.
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not wanted or requirement.name == "jupyterlab":
            continue
        needed = f"{requirement.name}{requirement.specifier}"
        try:
            version = installed(requirement.name)
        except metadata.PackageNotFoundError:
            if not requirement.name.startswith("tensorflow"):
                faults.append(f"{needed}, which is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            faults.append(f"{needed}, but {version} is installed")
    if not faults:
        return None
    return f"This lesson needs {'; '.join(faults)}: run `python start.py` to repair it."


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

    from lstm_course.style import STYLE

    matplotlib.rcParams.update(STYLE)


def training_bar():
    """A callback for Keras: a progress bar with the remaining time, and an interrupt that keeps the history.

    Pressing the stop button (■) while `model.fit` runs ends the training after the batch at work: `fit`
    returns the history so far, and the cell goes on. Without this the interrupt would throw it away.

    Returns:
        A `keras.callbacks.Callback`, for one call of `fit`.

    Raises:
        ImportError: if Keras is not installed.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> history = model.fit(np.ones((8, 1)), np.ones(8), epochs=2, verbose=0, callbacks=[training_bar()])
        >>> len(history.history["loss"])
        2
    """
    import keras

    from lstm_course.scratch.training import progress_bar

    class TrainingBar(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            steps = self.params.get("steps")
            self.bar = progress_bar(None, self.params["epochs"] * steps if steps else None)
            try:
                self.before = signal.signal(signal.SIGINT, self.stop)
            except ValueError:  # not in the main thread, which alone is interrupted
                self.before = None

        def stop(self, number, frame):
            self.model.stop_training = True

        def on_train_batch_end(self, batch, logs=None):
            self.bar.update()

        def on_train_end(self, logs=None):
            self.bar.close()
            if self.before is not None:
                signal.signal(signal.SIGINT, self.before)

    return TrainingBar()

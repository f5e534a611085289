"""How the models of the lessons are trained: how large, and with a bar that can be stopped."""

import os
import signal
from contextlib import suppress

from lstm_course.common.progress_bar import in_a_loop_with_a_bar, progress_bar

__all__ = ["profile", "training_bar"]


def profile():
    """How large the lessons are to be: "quick", or "full" where LSTM_COURSE_PROFILE=full is set.

    The full profile has the textbooks' sizes and epochs and takes hours; the committed outputs are those of
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


def training_bar():
    """A callback for Keras: a progress bar with the remaining time, and an interrupt that keeps the history.

    Pressing the stop button (■) while `model.fit` runs ends the training after the batch at work: `fit`
    returns the history so far, and the cell goes on. Without this the interrupt would throw it away. In a
    loop of `progress_over` the loop ends.

    Returns:
        A `keras.callbacks.Callback`, for one call of `fit`.

    Raises:
        ImportError: if Keras is not installed.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> history = model.fit(np.ones((8, 1)), np.ones(8), epochs=2, verbose=0, callbacks=[training_bar()])
        >>> len(history.history["loss"])
        2
    """
    import keras

    class TrainingBar(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            steps = self.params.get("steps")
            self.bar = progress_bar(None, self.params["epochs"] * steps if steps else None)
            self.before = None
            if in_a_loop_with_a_bar():
                return
            with suppress(ValueError):  # not in the main thread, which alone is interrupted
                self.before = signal.signal(signal.SIGINT, self.stop)

        def stop(self, number, frame):
            self.model.stop_training = True

        def on_train_batch_end(self, batch, logs=None):
            self.bar.update()

        def on_train_end(self, logs=None):
            self.bar.close()
            if self.before is not None:
                signal.signal(signal.SIGINT, self.before)

    return TrainingBar()

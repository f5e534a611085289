"""The training loop: one update, epochs of them, prediction."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.common.progress_bar import in_a_loop_with_a_bar, progress_bar

from .adam import Adam, clip_by_global_norm
from .layers import LastStep, Sequential
from .layers.recurrent import pieces


class Batch(NamedTuple):
    """Sequences with their targets, and which steps count."""

    x: np.ndarray  # what the first layer takes, one row per sequence
    y: np.ndarray  # what the loss takes as target, one row per sequence
    mask: np.ndarray | None = None  # (N, T) booleans; None when every step counts

    def rows(self, rows):
        """Some of the sequences."""
        return Batch(self.x[rows], self.y[rows], None if self.mask is None else self.mask[rows])


@dataclass(frozen=True, slots=True)
class Update:
    """How the weights learn from a batch: forward, loss, backward, clipping, optimiser.

    Args:
        loss: function (prediction, target) -> (loss, d_prediction).
        optimizer: has `update(parameters, gradients)`.
        max_norm: gradients are clipped to this global norm; None, no clipping.

    Example:
        >>> from lstm_course.scratch import RNN, mean_squared_error
        >>> model, batch = Sequential([RNN(1, 2, seed=0)]), Batch(np.ones((1, 3, 1)), np.zeros((1, 3, 2)))
        >>> loss, prediction = Update(mean_squared_error, Adam(), max_norm=1.0).step(model, batch)
        >>> prediction.shape
        (1, 3, 2)
    """

    loss: Callable
    optimizer: Any
    max_norm: float | None = None

    def __post_init__(self):
        arguments.function("loss", self.loss)
        if isinstance(self.optimizer, type):
            name = self.optimizer.__name__
            raise TypeError(f"optimizer is the class {name}, expected an object: {name}()")
        if not callable(getattr(self.optimizer, "update", None)):
            raise TypeError(
                f"optimizer is of type {type(self.optimizer).__name__}, "
                "expected an object with update(parameters, gradients), for example Adam()"
            )

    def step(self, model, batch, carry=False):
        """One update of the model from one batch, whose arrays have been checked.

        Args:
            model: a `Sequential`.
            batch: a `Batch`.
            carry: whether to go on from the state in which the last batch ended; default False.

        Returns:
            (loss, prediction) before the update; the prediction until the next call of the model.

        Raises:
            FloatingPointError: if the training has diverged.
        """
        prediction = model.forward_unchecked(batch.x, batch.mask, carry)
        value, d = self._loss(prediction, batch.y)
        model.backward_unchecked(d, input_gradient=False)
        if self.max_norm is not None:
            clip_by_global_norm(model.parameter_gradients, self.max_norm)
        self.optimizer.update(model.parameters, model.parameter_gradients)
        return value, prediction

    def _loss(self, prediction, target):
        """Loss and gradient; a prediction with NaN is a training that has diverged.

        Our losses refuse NaN, and in any other it shows: the prediction need not be searched before.
        """
        try:
            returned = self.loss(prediction, target)
        except ValueError:
            _require_finite(prediction)
            raise
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError("loss returned something else than two values, expected (loss, d_prediction)")
        value, d = returned
        if not np.isfinite(value):
            _require_finite(prediction)
        return value, d


def _require_finite(prediction):
    if not np.isfinite(prediction).all():
        raise FloatingPointError(
            "the prediction is no longer finite: the training has diverged, "
            "use a smaller learning rate or clip the gradients"
        ) from None


def train_step(model, x, y, loss, optimizer, max_norm=None, mask=None, truncate=None):
    """One update: forward, loss, backward, clipping, optimiser.

    Args:
        model: a `Sequential`.
        x, y: one batch of inputs and targets.
        loss: function (prediction, target) -> (loss, d_prediction).
        optimizer: has `update(parameters, gradients)`, for example `Adam()`.
        max_norm: gradients are clipped to this global norm; default None, no clipping.
        mask: (N, T) booleans for the recurrent layers; default None.
        truncate: gradients go back at most so many steps (Williams & Peng 1990). The sequences are cut into
            pieces of this length and every piece makes its own update, from the state in which the one before
            ended. A model with a LastStep makes one update, with the last piece. Default None: back to the
            first step.

    Returns:
        The loss before the update; with `truncate` the mean over the pieces.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        FloatingPointError: if the training has diverged.

    Example:
        >>> from lstm_course.scratch import LSTM, Dense, mean_squared_error
        >>> model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> x, y = np.ones((8, 5, 1)), np.ones((8, 1))
        >>> adam = Adam(0.01)
        >>> losses = [train_step(model, x, y, mean_squared_error, adam) for _ in range(50)]
        >>> losses[-1] < losses[0] / 10
        True
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    x = model.checked_input("x", x)
    mask = arguments.mask("mask", mask, x.shape[:2])
    update = Update(loss, optimizer, max_norm)
    if truncate is None:
        return update.step(model, Batch(x, y, mask))[0]
    length = arguments.whole_number("truncate", truncate)
    return _update_piecewise(model, Batch(x, arguments.numeric("y", y), mask), update, length)


def _update_piecewise(model, batch, update, length):
    x, y, mask = batch
    every_step = not any(isinstance(layer, LastStep) for layer in model.layers)
    if every_step and y.shape[:2] != x.shape[:2]:
        raise ValueError(f"y has shape {y.shape}, expected a target for each of the {x.shape[:2]} steps")
    losses, lengths = [], []
    for start, stop in pieces(x.shape[1], length):
        steps, carry = slice(start, stop), start > 0
        piece = Batch(x[:, steps], y[:, steps] if every_step else y, None if mask is None else mask[:, steps])
        if every_step:
            losses.append(update.step(model, piece, carry)[0])
            lengths.append(stop - start)
        elif stop < x.shape[1]:
            model.forward_unchecked(piece.x, piece.mask, carry)
        else:
            return update.step(model, piece, carry)[0]
    return float(np.average(losses, weights=lengths))


class History:
    """What happened in a training: one entry an epoch.

    Attributes:
        loss: mean training loss of each epoch.
        val_loss: validation loss after each epoch; empty without validation data.
        metric, val_metric: the metric on training batches and on validation data; empty without a metric.
        seconds: wall time of the whole training.
        stopped: "finished", "early" (patience was up) or "interrupted" (by the keyboard).
    """

    def __init__(self):
        self.loss, self.val_loss, self.metric, self.val_metric = [], [], [], []
        self.seconds, self.stopped = 0.0, "finished"

    def __repr__(self):
        last = f", last loss {self.loss[-1]:.4g}" if self.loss else ""
        return f"History({len(self.loss)} epochs{last}, {self.stopped})"


def fit(
    model,
    x,
    y,
    *,
    loss,
    optimizer=None,
    epochs=10,
    batch_size=32,
    max_norm=None,
    validation=None,
    metric=None,
    patience=None,
    seed=0,
    mask=None,
    progress=None,
):
    """Train over shuffled batches.

    Args:
        model: a `Sequential`.
        x, y: inputs and targets, one row per sequence.
        loss: function (prediction, target) -> (loss, d_prediction).
        optimizer: default `Adam()`.
        epochs: passes over the data; default 10.
        batch_size: sequences per update; default 32.
        max_norm: gradients are clipped to this global norm; default None, no clipping.
        validation: (x, y), or with a mask (x, y, mask), looked at after every epoch; default None.
        metric: function (prediction, target) -> float, for example `accuracy`; default None.
        patience: stop after this many epochs without a smaller validation loss; the weights of the best epoch
            are put back. Default None: train all epochs, keep the last weights.
        seed: of the shuffling; default 0.
        mask: (N, T) booleans for the recurrent layers; default None.
        progress: True shows a progress bar, False none; default None shows one in a notebook or a terminal,
            unless the environment variable LSTM_COURSE_PROGRESS is 0, or a loop has one (`progress_over`).

    Returns:
        A `History`. When the training is interrupted from the keyboard, the history so far; in a loop of
        `progress_over` the loop ends.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        FloatingPointError: if the training has diverged.

    Example:
        >>> from lstm_course.scratch import LSTM, Dense, mean_squared_error
        >>> model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> x = np.random.default_rng(0).normal(size=(64, 5, 1))
        >>> history = fit(model, x, x.mean(axis=1), loss=mean_squared_error, epochs=3)
        >>> len(history.loss), history.stopped
        (3, 'finished')
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    data = _checked_data(model, "x", "y", "mask", Batch(x, y, mask))
    epochs = arguments.whole_number("epochs", epochs)
    batch_size = arguments.whole_number("batch_size", batch_size)
    update = Update(loss, Adam() if optimizer is None else optimizer, max_norm)
    if metric is not None:
        arguments.function("metric", metric)
    if validation is not None:
        validation = _checked_validation(model, validation)
        if mask is not None and validation.mask is None:
            raise ValueError("mask is given and validation has none, expected validation=(x, y, mask)")
    if patience is not None:
        arguments.whole_number("patience", patience)
        if validation is None:
            raise ValueError("patience is given without validation data, expected validation=(x, y)")
    random = arguments.generator("seed", seed)
    splits = range(batch_size, len(data.x), batch_size)
    history, best, began = History(), _Best(model, patience), time.perf_counter()
    bar = progress_bar(progress, epochs * (len(splits) + 1))
    try:
        for _ in range(epochs):
            batches = np.split(random.permutation(len(data.x)), splits)
            _train_epoch(model, map(data.rows, batches), update, metric, history, bar)
            if validation is not None:
                _validate(model, validation, loss, metric, batch_size, history)
                if best.is_over(history.val_loss):
                    history.stopped = "early"
                    break
    except KeyboardInterrupt:
        if in_a_loop_with_a_bar():
            raise
        history.stopped = "interrupted"
    finally:
        bar.close()
    best.restore()
    history.seconds = time.perf_counter() - began
    return history


def _train_epoch(model, batches, update, metric, history, bar):
    losses, metrics, sizes = [], [], []
    for batch in batches:
        value, prediction = update.step(model, batch)
        losses.append(value)
        sizes.append(len(batch.x))
        if metric is not None:
            metrics.append(metric(prediction, batch.y))
        bar.update()
    history.loss.append(float(np.average(losses, weights=sizes)))
    if metric is not None:
        history.metric.append(float(np.average(metrics, weights=sizes)))


def predict(model, x, batch_size=256, mask=None):
    """Run the model over many sequences, batch by batch.

    Args:
        model: a `Sequential`.
        x: inputs, one row per sequence.
        batch_size: sequences at a time; default 256.
        mask: (N, T) booleans for the recurrent layers; default None.

    Returns:
        The outputs, one row per sequence.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

    Example:
        >>> from lstm_course.scratch import RNN, LastStep
        >>> predict(Sequential([RNN(1, 4, seed=0), LastStep()]), np.ones((300, 5, 1))).shape
        (300, 4)
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    batch_size = arguments.whole_number("batch_size", batch_size)
    x = model.checked_input("x", x)
    mask = arguments.mask("mask", mask, x.shape[:2])
    return _predict(model, x, batch_size, mask)


def _predict(model, x, batch_size, mask):
    parts = []
    for start in range(0, len(x), batch_size):
        rows = slice(start, start + batch_size)
        parts.append(model.forward_unchecked(x[rows], None if mask is None else mask[rows]).copy())
    return np.concatenate(parts)


def _validate(model, validation, loss, metric, batch_size, history):
    x, y, mask = validation
    prediction = _predict(model, x, max(batch_size, 256), mask)
    history.val_loss.append(loss(prediction, y)[0])
    if metric is not None:
        history.val_metric.append(float(metric(prediction, y)))


def _checked_data(model, x_name, y_name, mask_name, data):
    x, y = model.checked_input(x_name, data.x), arguments.numeric(y_name, data.y)
    if y.dtype.kind not in "iu":  # labels stay whole numbers
        y = arguments.array(y_name, y)
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(
            f"{y_name} has shape {y.shape}, expected one row for each of the {len(x)} rows of {x_name}"
        )
    return Batch(x, y, arguments.mask(mask_name, data.mask, x.shape[:2]))


def _checked_validation(model, validation):
    if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
        raise TypeError(f"validation is of type {type(validation).__name__}, expected (x, y) or (x, y, mask)")
    return _checked_data(model, "validation x", "validation y", "validation mask", Batch(*validation))


class _Best:
    """Early stopping: keeps the weights of the best epoch."""

    def __init__(self, model, patience):
        self.model, self.patience, self.parameters = model, patience, None

    def is_over(self, val_loss):
        if self.patience is None:
            return False
        best = int(np.argmin(val_loss))
        if best == len(val_loss) - 1:
            self.parameters = self.model.parameters.copy()
        return len(val_loss) - 1 - best >= self.patience

    def restore(self):
        if self.parameters is not None:
            self.model.parameters[...] = self.parameters

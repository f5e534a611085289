"""Losses, Adam, clipping by global norm, and the training loop.

A loss takes the prediction and the target and returns `(loss, d_prediction)`: the mean over everything that
counts, and its gradient for the prediction, ready for `model.backward`.
"""

import os
import sys
import time
from collections.abc import Mapping

import numpy as np

from . import arguments
from .layers import LastStep, Sequential, pieces

CACHE_BLOCK = 1 << 14    # weights that Adam works on at a time: five such blocks stay in the cache


def mean_squared_error(prediction, target):
    """Mean of (prediction - target)².

    Args:
        prediction: array of any shape.
        target: array of the same shape.

    Returns:
        (loss, d_prediction): a float, and the gradient, shaped like the prediction.

    Raises:
        TypeError, ValueError: if an argument is not numeric, not finite, or the shapes differ.

    Example:
        >>> mean_squared_error([[1.0], [2.0]], [[1.0], [4.0]])
        (2.0, array([[ 0.],
               [-2.]]))
    """
    prediction = arguments.array("prediction", prediction)
    d = prediction - arguments.array("target", target, prediction.shape, prediction.dtype)
    flat = d.reshape(-1)
    loss = float(np.dot(flat, flat)) / d.size
    d *= prediction.dtype.type(2 / d.size)
    return loss, d


def softmax_cross_entropy(logits, labels):
    """Mean of -log softmax(logits)[label].

    Args:
        logits: (N, K), or (N, T, K) for a label at every step; any finite numbers, no softmax before.
        labels: whole numbers (N,) or (N, T), from 0 to K - 1; -1 where nothing counts.

    Returns:
        (loss, d_logits): the mean over the labels that count, and the gradient, shaped like the logits.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or no label counts.

    Example:
        >>> loss, d = softmax_cross_entropy([[0.0, 0.0]], [1])
        >>> round(loss, 4), d
        (0.6931, array([[ 0.5, -0.5]]))
    """
    logits = arguments.array("logits", logits, (..., "K"))
    labels, counts = _checked_labels(labels, logits)
    n = int(np.count_nonzero(counts))
    d = logits - logits.max(-1, keepdims=True)
    picked = np.take_along_axis(d, np.where(counts, labels, 0)[..., None], -1)[..., 0]
    np.exp(d, d)
    total = d.sum(-1, keepdims=True)
    loss = float(np.sum(np.where(counts, np.log(total[..., 0]) - picked, 0))) / n
    d /= total                                                    # softmax
    d -= np.arange(d.shape[-1]) == labels[..., None]
    d *= (counts / n).astype(d.dtype)[..., None]
    return loss, d


def _checked_labels(labels, logits):
    """The labels, and where they count."""
    labels = arguments.integers("labels", labels, logits.shape[:-1], minimum=-1, below=logits.shape[-1])
    counts = labels != -1
    if not counts.any():
        raise ValueError("labels is -1 everywhere, expected at least one label that counts")
    return labels, counts


def sigmoid_cross_entropy(logits, target):
    """Mean of the cross-entropy between target and sigmoid(logits).

    Args:
        logits: array of any shape, any finite numbers, no sigmoid before.
        target: array of the same shape, from 0 to 1.

    Returns:
        (loss, d_logits): a float, and the gradient, shaped like the logits.

    Raises:
        TypeError, ValueError: if an argument is not numeric, not finite, out of range, or the shapes differ.

    Example:
        >>> loss, d = sigmoid_cross_entropy([[0.0]], [[1.0]])
        >>> round(loss, 4), d
        (0.6931, array([[-0.5]]))
    """
    logits = arguments.array("logits", logits)
    target = arguments.array("target", target, logits.shape, logits.dtype)
    if target.min() < 0 or target.max() > 1:
        raise ValueError(f"target has values from {target.min()} to {target.max()}, expected 0 to 1")
    losses = np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))
    d = 0.5 * np.tanh(0.5 * logits) + 0.5 - target
    d *= logits.dtype.type(1 / d.size)
    return float(losses.mean()), d


def accuracy(logits, labels):
    """Share of the labels that the largest logit names; for a single logit per label, that its sign names.

    Args:
        logits: (..., K), or (..., 1) for a yes-or-no answer.
        labels: whole numbers (...); for a single logit 0 or 1, also of shape (..., 1). -1 does not count.

    Example:
        >>> accuracy([[0.1, 2.0], [3.0, 0.5]], [1, 1])
        0.5
    """
    logits = arguments.array("logits", logits, (..., "K"))
    if logits.shape[-1] == 1:
        labels = arguments.numeric("labels", labels)
        labels = arguments.array("labels", labels,
                                 logits.shape if labels.ndim == logits.ndim else logits.shape[:-1])
        return float(np.mean((logits[..., 0] > 0) == (labels.reshape(logits.shape[:-1]) > 0.5)))
    labels, counts = _checked_labels(labels, logits)
    return float(np.mean((logits.argmax(-1) == labels)[counts]))


class Adam:
    """Adam (Kingma & Ba 2015), in the form and with the defaults of Keras.

    Args:
        learning_rate: step size; default 0.001.
        beta_1, beta_2: decay of the mean of the gradient and of its square; defaults 0.9 and 0.999.
        epsilon: added to the root of the second; default 1e-7.

    Example:
        >>> weights = np.array([1.0, 1.0])
        >>> Adam(learning_rate=0.1).update(weights, np.array([3.0, -0.01]))
        >>> weights.round(4)
        array([0.9, 1.1])
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate = arguments.real_number("learning_rate", learning_rate, minimum=0)
        self.beta_1 = arguments.real_number("beta_1", beta_1, 0, 0.999999)
        self.beta_2 = arguments.real_number("beta_2", beta_2, 0, 0.999999)
        self.epsilon = arguments.real_number("epsilon", epsilon, minimum=0)
        self.steps = 0
        self._mean = None

    def update(self, parameters, gradients):
        """Move the parameters one step, in place.

        Args:
            parameters: flat vector of floats.
            gradients: vector of the same length and dtype.

        Raises:
            TypeError, ValueError: if they do not fit each other or the vector of the steps before.
        """
        _checked_vectors(parameters, gradients)
        if self._mean is None:
            self._mean, self._square = np.zeros_like(parameters), np.zeros_like(parameters)
            self._spare = np.empty(min(parameters.size, CACHE_BLOCK), parameters.dtype)
        elif self._mean.shape != parameters.shape or self._mean.dtype != parameters.dtype:
            raise ValueError(f"parameters has shape {parameters.shape} and dtype {parameters.dtype}, "
                             f"expected {self._mean.shape} and {self._mean.dtype} as in the steps before")
        self.steps += 1
        # The running means are kept without their factors (1 - beta), which saves two products a step.
        as_array = parameters.dtype.type
        beta_1, beta_2 = as_array(self.beta_1), as_array(self.beta_2)
        root = np.sqrt(1 - self.beta_2)
        rate = self.learning_rate * np.sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        rate, epsilon = as_array(rate * (1 - self.beta_1) / root), as_array(self.epsilon / root)
        for start in range(0, parameters.size, CACHE_BLOCK):
            block = slice(start, start + CACHE_BLOCK)
            w, g, mean, square = parameters[block], gradients[block], self._mean[block], self._square[block]
            step = self._spare[:w.size]
            mean *= beta_1
            mean += g
            np.multiply(g, g, step)
            square *= beta_2
            square += step
            np.sqrt(square, step)
            step += epsilon
            np.divide(mean, step, step)
            step *= rate
            w -= step


def _checked_vectors(parameters, gradients):
    for name, vector in (("parameters", parameters), ("gradients", gradients)):
        arguments.instance(name, vector, np.ndarray, "a flat array")
        if vector.ndim != 1 or vector.size == 0 or vector.dtype.kind != "f":
            raise ValueError(f"{name} has shape {vector.shape} and dtype {vector.dtype}, "
                             "expected a flat vector of floats")
    if gradients.shape != parameters.shape or gradients.dtype != parameters.dtype:
        raise ValueError(f"gradients has shape {gradients.shape} and dtype {gradients.dtype}, "
                         f"expected {parameters.shape} and {parameters.dtype} as the parameters")
    if not np.isfinite(gradients).all():
        raise ValueError("gradients has values that are NaN or infinite, expected finite numbers")


def clip_by_global_norm(gradients, max_norm):
    """Scale gradients down in place, all by one factor, so that their joint norm is at most `max_norm`.

    Clipping by norm keeps the direction of the step (Pascanu et al. 2013).

    Args:
        gradients: a flat vector, or a dict or list of arrays that are clipped together.
        max_norm: largest norm, greater than 0.

    Returns:
        The norm before clipping.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or is not finite.

    Example:
        >>> gradients = np.array([3.0, 4.0])
        >>> clip_by_global_norm(gradients, 1.0)
        5.0
        >>> gradients
        array([0.6, 0.8])
    """
    max_norm = arguments.real_number("max_norm", max_norm, minimum=0)
    if max_norm == 0:
        raise ValueError("max_norm is 0, expected a number greater than 0")
    expected = "an array, or a dict or list of arrays"
    arguments.instance("gradients", gradients, np.ndarray | list | tuple | Mapping, expected)
    if isinstance(gradients, np.ndarray):
        arrays = [gradients]
    else:
        arrays = list(gradients.values() if isinstance(gradients, Mapping) else gradients)
    if not arrays:
        raise ValueError("gradients is empty, expected at least one array")
    total = 0.0
    for array in arrays:
        arguments.instance("gradients", array, np.ndarray, expected)
        if array.dtype.kind != "f":
            raise TypeError(f"gradients has dtype {array.dtype}, expected floats to be scaled in place")
        flat = array.reshape(-1)
        with np.errstate(over="ignore"):
            square = np.dot(flat, flat)
        if not np.isfinite(square):    # an exploded gradient: its square may still fit float64
            flat = flat.astype(np.float64)
            square = np.dot(flat, flat)
        total += float(square)
    norm = float(np.sqrt(total))
    if not np.isfinite(norm):
        raise ValueError("gradients has values that are NaN or infinite, expected finite numbers")
    if norm > max_norm:
        for array in arrays:
            array *= array.dtype.type(max_norm / norm)
    return norm


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
        >>> from lstm_course.scratch import LSTM, Dense, LastStep
        >>> model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> x, y = np.ones((8, 5, 1)), np.ones((8, 1))
        >>> adam = Adam(0.01)
        >>> losses = [train_step(model, x, y, mean_squared_error, adam) for _ in range(50)]
        >>> losses[-1] < losses[0] / 10
        True
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    arguments.function("loss", loss)
    x, mask = model._checked_inputs(x, mask)
    _require_update(optimizer)
    if truncate is None:
        return _update(model, x, y, loss, optimizer, max_norm, mask)[0]
    truncate = arguments.whole_number("truncate", truncate)
    return _update_piecewise(model, x, y, (loss, optimizer, max_norm), mask, truncate)


def _update_piecewise(model, x, y, settings, mask, length):
    every_step = not any(isinstance(layer, LastStep) for layer in model.layers)
    y = arguments.numeric("y", y)
    if every_step and y.shape[:2] != x.shape[:2]:
        raise ValueError(f"y has shape {y.shape}, expected a target for each of the {x.shape[:2]} steps")
    losses, lengths = [], []
    for start, stop in pieces(x.shape[1], length):
        steps, carry = slice(start, stop), start > 0
        part, part_mask = x[:, steps], None if mask is None else mask[:, steps]
        if every_step:
            losses.append(_update(model, part, y[:, steps], *settings, part_mask, carry)[0])
            lengths.append(stop - start)
        elif stop < x.shape[1]:
            model._forward(part, part_mask, carry)
        else:
            return _update(model, part, y, *settings, part_mask, carry)[0]
    return float(np.average(losses, weights=lengths))


def _require_update(optimizer):
    if not callable(getattr(optimizer, "update", None)):
        raise TypeError(f"optimizer is of type {type(optimizer).__name__}, "
                        "expected an object with update(parameters, gradients), for example Adam()")


def _update(model, x, y, loss, optimizer, max_norm, mask, carry=False):
    prediction = model._forward(x, mask, carry)
    if not np.isfinite(prediction).all():
        raise FloatingPointError("the prediction is no longer finite: the training has diverged, "
                                 "use a smaller learning rate or clip the gradients")
    value, d = loss(prediction, y)
    model._backward(d, input_gradient=False)
    if max_norm is not None:
        clip_by_global_norm(model.parameter_gradients, max_norm)
    optimizer.update(model.parameters, model.parameter_gradients)
    return value, prediction


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


def fit(model, x, y, *, loss, optimizer=None, epochs=10, batch_size=32, max_norm=None, validation=None,
        metric=None, patience=None, seed=0, mask=None, progress=None):
    """Train over shuffled batches.

    Args:
        model: a `Sequential`.
        x, y: inputs and targets, one row per sequence.
        loss: function (prediction, target) -> (loss, d_prediction).
        optimizer: default `Adam()`.
        epochs: passes over the data; default 10.
        batch_size: sequences per update; default 32.
        max_norm: gradients are clipped to this global norm; default None, no clipping.
        validation: (x, y) or (x, y, mask), looked at after every epoch; default None.
        metric: function (prediction, target) -> float, for example `accuracy`; default None.
        patience: stop after this many epochs without a smaller validation loss; the weights of the best epoch
            are put back. Default None: train all epochs, keep the last weights.
        seed: of the shuffling; default 0.
        mask: (N, T) booleans for the recurrent layers; default None.
        progress: True shows a progress bar, False none; default None shows one in a notebook or a terminal,
            unless the environment variable LSTM_COURSE_PROGRESS is 0.

    Returns:
        A `History`. When the training is interrupted from the keyboard, the history so far.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        FloatingPointError: if the training has diverged.

    Example:
        >>> from lstm_course.scratch import LSTM, Dense, LastStep
        >>> model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> x = np.random.default_rng(0).normal(size=(64, 5, 1))
        >>> history = fit(model, x, x.mean(axis=1), loss=mean_squared_error, epochs=3)
        >>> len(history.loss), history.stopped
        (3, 'finished')
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    arguments.function("loss", loss)
    x, y, mask = _checked_data(model, "x", "y", "mask", x, y, mask)
    epochs = arguments.whole_number("epochs", epochs)
    batch_size = arguments.whole_number("batch_size", batch_size)
    optimizer = Adam() if optimizer is None else optimizer
    _require_update(optimizer)
    if metric is not None:
        arguments.function("metric", metric)
    if validation is not None:
        validation = _checked_validation(model, validation)
    if patience is not None:
        arguments.whole_number("patience", patience)
        if validation is None:
            raise ValueError("patience is given without validation data, expected validation=(x, y)")
    random = arguments.generator("seed", seed)
    splits = range(batch_size, len(x), batch_size)
    history, best, began = History(), _Best(model, patience), time.perf_counter()
    bar = progress_bar(progress, epochs * (len(splits) + 1))
    try:
        for _ in range(epochs):
            batches = np.split(random.permutation(len(x)), splits)
            _train_epoch(model, (x, y, mask), batches, (loss, optimizer, max_norm), metric, history, bar)
            if validation is not None:
                _validate(model, validation, loss, metric, batch_size, history)
                if best.is_over(history.val_loss):
                    history.stopped = "early"
                    break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        bar.close()
    best.restore()
    history.seconds = time.perf_counter() - began
    return history


def _train_epoch(model, data, batches, settings, metric, history, bar):
    x, y, mask = data
    losses, metrics, sizes = [], [], [len(rows) for rows in batches]
    for rows in batches:
        value, prediction = _update(model, x[rows], y[rows], *settings, None if mask is None else mask[rows])
        losses.append(value)
        if metric is not None:
            metrics.append(metric(prediction, y[rows]))
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
    x, mask = model._checked_inputs(x, mask)
    return _predict(model, x, batch_size, mask)


def _predict(model, x, batch_size, mask):
    parts = []
    for start in range(0, len(x), batch_size):
        rows = slice(start, start + batch_size)
        parts.append(model._forward(x[rows], None if mask is None else mask[rows]).copy())
    return np.concatenate(parts)


def _validate(model, validation, loss, metric, batch_size, history):
    x, y, mask = validation
    prediction = _predict(model, x, max(batch_size, 256), mask)
    history.val_loss.append(loss(prediction, y)[0])
    if metric is not None:
        history.val_metric.append(float(metric(prediction, y)))


def _checked_data(model, x_name, y_name, mask_name, x, y, mask):
    x = model.layers[0]._checked_input(x_name, x)
    y = arguments.numeric(y_name, y)
    if y.dtype.kind not in "iu":                                  # labels stay whole numbers
        y = arguments.array(y_name, y)
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(f"{y_name} has shape {y.shape}, "
                         f"expected one row for each of the {len(x)} rows of {x_name}")
    return x, y, arguments.mask(mask_name, mask, x.shape[:2])


def _checked_validation(model, validation):
    if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
        raise TypeError(f"validation is of type {type(validation).__name__}, expected (x, y) or (x, y, mask)")
    x, y, mask = (*validation, None)[:3]
    return _checked_data(model, "validation x", "validation y", "validation mask", x, y, mask)


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


class _Silent:
    def update(self):
        pass

    def close(self):
        pass


def progress_bar(progress, total, unit="update"):
    """A bar with the remaining time, with the methods `update` and `close`.

    Args:
        progress: True, False, or None, as for `fit`.
        total: how many updates there will be, or None when nobody knows.
        unit: what is counted, default "update".
    """
    arguments.one_of("progress", progress, (None, True, False))
    # A notebook's shell has a kernel. IPython is looked for, never imported.
    in_notebook = hasattr(getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)(), "kernel")
    if progress is None:
        progress = os.environ.get("LSTM_COURSE_PROGRESS") != "0" and (in_notebook or sys.stderr.isatty())
    if not progress:
        return _Silent()
    if in_notebook:
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm

    class Bar(tqdm):
        def close(self):
            self.total = self.n    # a training may end early; a bar that is not full would turn red and stay
            super().close()

    return Bar(total=total, unit=unit, leave=False)

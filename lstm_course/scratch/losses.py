"""Losses and the accuracy.

A loss takes the prediction and the target and returns `(loss, d_prediction)`: the mean over everything that
counts, and its gradient for the prediction, ready for `model.backward`.
"""

import numpy as np

from lstm_course.common import arguments


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
    d /= total  # softmax
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
        labels: whole numbers (...), -1 where nothing counts; for a single logit 0 or 1, also (..., 1).

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or a single logit has other labels.

    Example:
        >>> accuracy([[0.1, 2.0], [3.0, 0.5]], [1, 1])
        0.5
    """
    logits = arguments.array("logits", logits, (..., "K"))
    if logits.shape[-1] == 1:
        labels = arguments.numeric("labels", labels)
        labels = arguments.array(
            "labels", labels, logits.shape if labels.ndim == logits.ndim else logits.shape[:-1]
        )
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(f"labels has values from {labels.min():g} to {labels.max():g}, expected 0 or 1")
        return float(np.mean((logits[..., 0] > 0) == (labels.reshape(logits.shape[:-1]) == 1)))
    labels, counts = _checked_labels(labels, logits)
    return float(np.mean((logits.argmax(-1) == labels)[counts]))

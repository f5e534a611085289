"""What is done with gradients: clipping by global norm, and a step of Adam."""

from collections.abc import Mapping

import numpy as np

from lstm_course.common import arguments

CACHE_BLOCK = 1 << 14  # weights that Adam works on at a time: five such blocks stay in the cache


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
            raise ValueError(
                f"parameters has shape {parameters.shape} and dtype {parameters.dtype}, "
                f"expected {self._mean.shape} and {self._mean.dtype} as in the steps before"
            )
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
            step = self._spare[: w.size]
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
            raise ValueError(
                f"{name} has shape {vector.shape} and dtype {vector.dtype}, expected a flat vector of floats"
            )
    if gradients.shape != parameters.shape or gradients.dtype != parameters.dtype:
        raise ValueError(
            f"gradients has shape {gradients.shape} and dtype {gradients.dtype}, "
            f"expected {parameters.shape} and {parameters.dtype} as the parameters"
        )
    if not np.isfinite(gradients).all():
        raise ValueError("gradients has values that are NaN or infinite, expected finite numbers")


def _norm_of_large_numbers(arrays):
    """Norm of numbers whose squares are too large for float64."""
    largest = max(float(np.abs(array).max(initial=0)) for array in arrays)
    if not np.isfinite(largest):
        raise ValueError("gradients has values that are NaN or infinite, expected finite numbers")
    return largest * float(np.sqrt(sum(np.sum((array / largest) ** 2) for array in arrays)))


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
        if not np.isfinite(square):  # an exploded gradient: its square may still fit float64
            flat = flat.astype(np.float64)
            with np.errstate(over="ignore"):
                square = np.dot(flat, flat)
        total += float(square)
    norm = float(np.sqrt(total)) if np.isfinite(total) else _norm_of_large_numbers(arrays)
    if norm > max_norm:
        for array in arrays:
            np.multiply(array, array.dtype.type(max_norm / norm), out=array)
    return norm

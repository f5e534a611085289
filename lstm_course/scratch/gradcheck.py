"""Numeric against analytic gradients: the test that tells a right backward pass from a nearly right one.

Use float64, weights and inputs of order one, and the relative error: with tiny weights every absolute error
is small, also that of a wrong gradient.
"""

import numpy as np

from lstm_course.common import arguments

from .layers import Layer, Recurrent


def numeric_gradient(function, array, step=1e-5):
    """Gradient of a function by central differences, one entry after the other.

    Args:
        function: takes no argument and returns a number that depends on `array`.
        array: float64 array; its entries are changed in place and put back.
        step: how far each entry is moved; default 1e-5, where rounding and curvature both cost about 1e-10.

    Returns:
        Array of the shape of `array`.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or is not finite.

    Example:
        >>> x = np.array([1.0, 2.0])
        >>> numeric_gradient(lambda: np.sum(x**3), x).round(6)
        array([ 3., 12.])
    """
    arguments.function("function", function)
    _require_float64("array", array)
    if arguments.real_number("step", step, minimum=0) == 0:
        raise ValueError("step is 0, expected a number greater than 0")
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + step
        above = function()
        array[index] = value - step
        below = function()
        array[index] = value
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(a, b):
    """Largest difference between two arrays, relative to their largest entry; 0 when both are zero.

    Args:
        a, b: arrays of the same shape.

    Returns:
        A float.

    Raises:
        TypeError, ValueError: if an argument is not numeric, not finite, or the shapes differ.

    Example:
        >>> relative_error([1.0, 2.0], [1.0, 2.5])
        0.2
    """
    a = arguments.array("a", a)
    b = arguments.array("b", b, a.shape)
    scale = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / scale) if scale > 0 else 0.0


def check_layer(layer, x, state=None, mask=None, seed=0):
    """Compare every gradient of a layer with its numeric gradient.

    The loss is the outputs (and the last state) times fixed random numbers, summed.

    Args:
        layer: a layer or a `Sequential`, in float64.
        x: its input.
        state: initial state of a recurrent layer; default None.
        mask: (N, T) booleans for a recurrent layer or a `Sequential`; default None.
        seed: of the random numbers; default 0.

    Returns:
        Dict from name ("x", "state h", "kernel", ...) to relative error.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

    Example:
        >>> from lstm_course.scratch import LSTM
        >>> layer = LSTM(2, 3, seed=0, dtype="float64")
        >>> errors = check_layer(layer, np.random.default_rng(0).normal(size=(2, 4, 2)))
        >>> sorted(errors), max(errors.values()) < 1e-7
        (['bias', 'kernel', 'recurrent_kernel', 'x'], True)
    """
    arguments.instance("layer", layer, Layer, "a layer or a Sequential")
    random = arguments.generator("seed", seed)
    if layer.parameter_count and layer.dtype != np.float64:
        raise ValueError(
            f"layer has dtype {layer.dtype}, expected float64: in float32 rounding hides errors of a gradient"
        )
    recurrent = isinstance(layer, Recurrent)
    if state is not None and not recurrent:
        raise ValueError("state is given for a layer without one, expected None")
    x = layer.checked_input("x", x).copy()
    if recurrent:
        state = layer.checked_state("state", state, len(x))
        state = [None if part is None else part.copy() for part in state]

    def run():
        return _results(layer, x, state, mask)

    factors = [random.normal(size=result.shape) for result in run()]
    dx, d_state = _analytic(layer, factors)
    analytic, arrays = dict(layer.gradients), dict(layer.weights)
    if dx is not None:
        analytic["x"], arrays["x"] = dx, x
    for letter, part, d in zip(getattr(layer, "state_names", ()), state or (), d_state, strict=True):
        if part is not None:
            analytic[f"state {letter}"], arrays[f"state {letter}"] = d, part

    def loss():
        return sum(float(np.sum(factor * result)) for factor, result in zip(factors, run(), strict=True))

    return {name: relative_error(analytic[name], numeric_gradient(loss, arrays[name])) for name in arrays}


def _results(layer, x, state, mask):
    """Everything a layer gives back, as a list of arrays."""
    if not isinstance(layer, Recurrent):
        return [layer.forward(x) if mask is None else layer.forward(x, mask=mask)]
    outputs, last = layer.forward(x, layer.packed_state(state), mask)
    return [outputs, last] if len(layer.state_names) == 1 else [outputs, *last]


def _analytic(layer, factors):
    if not isinstance(layer, Recurrent):
        return layer.backward(factors[0]), ()
    dx = layer.backward(factors[0], layer.packed_state(factors[1:]))
    d_state = layer.d_state
    return dx, (d_state,) if len(layer.state_names) == 1 else d_state


def check_loss(loss, prediction, target):
    """Compare the gradient of a loss with its numeric gradient.

    Args:
        loss: function (prediction, target) -> (loss, d_prediction).
        prediction: array the gradient is taken for.
        target: what the loss takes as target.

    Returns:
        The relative error.

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or is not finite.

    Example:
        >>> from lstm_course.scratch import mean_squared_error
        >>> check_loss(mean_squared_error, np.ones((3, 2)), np.zeros((3, 2))) < 1e-7
        True
    """
    arguments.function("loss", loss)
    prediction = arguments.array("prediction", prediction).astype(np.float64)
    _, analytic = loss(prediction, target)
    return relative_error(analytic, numeric_gradient(lambda: loss(prediction, target)[0], prediction))


def _require_float64(name, array):
    arguments.instance(name, array, np.ndarray, "a float64 array")
    if array.dtype != np.float64:
        raise TypeError(f"{name} has dtype {array.dtype}, expected float64")
    arguments.array(name, array)

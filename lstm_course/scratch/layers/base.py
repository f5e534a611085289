"""What every layer has: weights and gradients as named views into flat vectors, a forward and a backward."""

from collections.abc import Mapping

import numpy as np

from lstm_course.scratch import arguments


class NamedArrays(Mapping):
    """Named views into one flat vector. Assigning to a name copies the values into its view.

    Args:
        vector: flat vector.
        shapes: dict from name to shape, in the order in which they lie in the vector.

    Example:
        >>> arrays = NamedArrays(np.zeros(3), {"kernel": (2, 1), "bias": (1,)})
        >>> arrays["kernel"] = [[1.0], [2.0]]
        >>> arrays
        {'kernel': (2, 1), 'bias': (1,)}
    """

    def __init__(self, vector, shapes):
        self._views, start = {}, 0
        for name, shape in shapes.items():
            stop = start + int(np.prod(shape))
            self._views[name] = vector[start:stop].reshape(shape)
            start = stop

    def __getitem__(self, name):
        if name not in self._views:
            raise KeyError(f"{name!r} is not one of {list(self._views)}")
        return self._views[name]

    def __setitem__(self, name, value):
        view = self[name]
        view[...] = arguments.array(name, value, view.shape, view.dtype)

    def __iter__(self):
        return iter(self._views)

    def __len__(self):
        return len(self._views)

    def __repr__(self):
        return repr({name: view.shape for name, view in self._views.items()})


class Layer:
    """A step of a network: forward, backward, and its weights.

    Attributes:
        weights, gradients: the weights and, after `backward`, their gradients, by name, laid out as in Keras.
        parameters, parameter_gradients: the same as flat vectors; the named arrays are views into them.
        cache: what the last forward kept for backward: a structure of the subclass's own, which has an
            `output_shape`; None before the first.

    A subclass has `checked_input(name, x)`, `initial_weights(random)`, and `forward_unchecked` and
    `backward_unchecked`, which neither check nor copy: what they return may be overwritten by the next call.
    """

    def __init__(self, shapes, dtype):
        self._shapes, self.dtype = shapes, arguments.float_type("dtype", dtype)
        self.cache = None
        size = sum(int(np.prod(shape)) for shape in shapes.values())
        self.bind(np.zeros(size, self.dtype), np.zeros(size, self.dtype))

    def bind(self, parameters, gradients):
        """Let weights and gradients be views into these two flat vectors."""
        self.parameters, self.parameter_gradients = parameters, gradients
        self.weights = NamedArrays(parameters, self._shapes)
        self.gradients = NamedArrays(gradients, self._shapes)

    def draw_weights(self, seed):
        """Fill the weights with what `initial_weights` draws; every constructor that has weights ends so.

        Args:
            seed: whole number or `np.random.Generator`; None draws fresh ones.
        """
        for name, values in self.initial_weights(arguments.generator("seed", seed)).items():
            self.weights[name] = values

    def initial_weights(self, random):
        """Draw initial weights: a dict from name to array. What it does not name is zero."""
        return {}

    @property
    def parameter_count(self):
        """Number of weights that are trained."""
        return self.parameters.size

    def forward(self, x):
        """Compute the output.

        Args:
            x: the input, as the class describes it.

        Returns:
            The output, an array of its own.

        Raises:
            TypeError, ValueError: if x has the wrong kind or shape, or is not finite.
        """
        return self.forward_unchecked(self.checked_input("x", x)).copy()

    def backward(self, d_outputs):
        """Compute the gradients that belong to the last `forward`, and fill `gradients`.

        Args:
            d_outputs: gradient of the loss for the output, of its shape.

        Returns:
            Gradient for the input; None where the input is word indices.

        Raises:
            RuntimeError: if there was no `forward` before.
            TypeError, ValueError: if d_outputs has the wrong kind or shape, or is not finite.
        """
        self.require_forward()
        d_outputs = arguments.array("d_outputs", d_outputs, self.cache.output_shape, self.dtype)
        dx = self.backward_unchecked(d_outputs)
        return None if dx is None else dx.copy()

    def require_forward(self):
        """Raise a RuntimeError if there was no forward yet."""
        if self.cache is None:
            raise RuntimeError("there was no forward yet, expected forward before backward")

    def __getstate__(self):
        # A copy or pickle carries the flat vectors: copied one by one, the views would lose their vector.
        dropped = ("weights", "gradients", "cache")
        return {name: value for name, value in self.__dict__.items() if name not in dropped}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.bind(self.parameters, self.parameter_gradients)
        self.cache = None

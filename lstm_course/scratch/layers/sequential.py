"""Layers in a row."""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments

from .base import Layer
from .exponential import Exponential
from .linear import LinearRecurrence
from .recurrent import Recurrent
from .simple import Dense, Embedding, LastStep

_SEQUENCES = Recurrent | LinearRecurrence | Exponential | LastStep    # layers that take (N, T, features)


class SequentialCache(NamedTuple):
    """What a `Sequential` keeps for backward: the rest is in the caches of its layers."""

    output_shape: tuple[int, ...]


class Sequential(Layer):
    """Layers in a row, their weights joined into one flat vector, so that an optimiser runs over one array.

    Args:
        layers: list of layers of this package, each taking what the one before gives, all of one dtype.

    Example:
        >>> from lstm_course.scratch import LSTM
        >>> model = Sequential([LSTM(2, 8, seed=0), LastStep(), Dense(8, 1, seed=0)])
        >>> model.forward(np.ones((4, 5, 2))).shape, model.parameter_count
        ((4, 1), 361)
        >>> list(model.weights)
        ['0.recurrent_kernel', '0.kernel', '0.bias', '2.kernel', '2.bias']
    """

    def __init__(self, layers):
        self.layers, dtype = _checked_layers(layers)
        parameters = np.concatenate([layer.parameters for layer in self.layers], dtype=dtype)
        super().__init__({f"{k}.{name}": weights.shape for k, layer in enumerate(self.layers)
                          for name, weights in layer.weights.items()}, dtype)
        self.parameters[...] = parameters

    def bind(self, parameters, gradients):
        super().bind(parameters, gradients)
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.parameter_count)
            layer.bind(parameters[part], gradients[part])
            start = part.stop

    def forward(self, x, mask=None):
        """Run all layers.

        Args:
            x: what the first layer takes.
            mask: (N, T) booleans for the recurrent layers; default: every step counts.

        Returns:
            The output of the last layer, an array of its own.

        Raises:
            TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.
        """
        x = self.checked_input("x", x)
        return self.forward_unchecked(x, arguments.mask("mask", mask, x.shape[:2])).copy()

    def checked_input(self, name, x):
        """The input as an array that the first layer takes, or an error."""
        return self.layers[0].checked_input(name, x)

    def forward_unchecked(self, x, mask=None, carry=False):
        """Output of the last layer; `carry` goes on from the state in which the last call ended."""
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=True):
            if isinstance(layer, Recurrent):
                state = layer.last_state() if carry else None
                x = layer.forward_unchecked(x, mask, state, last_only=isinstance(following, LastStep))
            else:
                x = layer.forward_unchecked(x)
        self.cache = SequentialCache(x.shape)
        return x

    def backward_unchecked(self, d, input_gradient=True):
        """Gradient for the input, or None without `input_gradient` or for words; fills `gradients`."""
        d_last_h = None
        for k in reversed(range(len(self.layers))):
            layer, before = self.layers[k], self.layers[k - 1] if k > 0 else None
            needed = input_gradient or before is not None
            if isinstance(layer, Recurrent):
                d = layer.backward_unchecked(d, needed, d_state=[d_last_h, None][:len(layer.state_names)])
                d_last_h = None
            elif isinstance(layer, LastStep) and isinstance(before, Recurrent):
                d, d_last_h = None, d
            else:
                d = layer.backward_unchecked(d, needed)
        return d


def _checked_layers(layers):
    """The layers as a list, and their dtype."""
    arguments.instance("layers", layers, list | tuple, "a list of layers")
    if not layers:
        raise ValueError("layers is empty, expected at least one layer")
    size, whole_sequences = None, True
    for k, layer in enumerate(layers):
        name, kind = f"layers[{k}]", type(layer).__name__
        arguments.instance(name, layer, _SEQUENCES | Dense | Embedding,
                           "RNN, LSTM, GRU, MinGRU, MinLSTM, SLSTM, MLSTM, Dense, Embedding or LastStep")
        if any(layer is other for other in layers[:k]):
            raise ValueError(f"{name} is a {kind} that stands in the list before, expected another layer")
        if isinstance(layer, Embedding) and k > 0:
            raise ValueError(f"{name} is an Embedding, expected it only as the first layer")
        if isinstance(layer, _SEQUENCES) and not whole_sequences:
            raise ValueError(f"{name} is a {kind} behind a LastStep, expected a layer that takes (N, H)")
        input_size = getattr(layer, "input_size", size)
        if size is not None and input_size != size:
            raise ValueError(f"{name} has input_size {input_size}, expected {size} as the layer before gives")
        size = getattr(layer, "output_size", input_size)
        whole_sequences = whole_sequences and not isinstance(layer, LastStep)
    dtypes = sorted({layer.dtype.name for layer in layers if layer.parameter_count})
    if len(dtypes) > 1:
        raise ValueError(f"layers has the dtypes {dtypes}, expected one")
    return list(layers), dtypes[0] if dtypes else "float32"

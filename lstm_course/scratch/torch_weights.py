"""Weights to and from PyTorch's recurrent layers.

A state dict is arrays by name: PyTorch itself is not needed.

For a layer of a stack, k, PyTorch has four arrays, and four more whose names end in `_reverse` for the layer
that reads backwards:

    weight_ih_lk (B H, D)    bias_ih_lk (B H,)    what acts on the input, B blocks of H rows
    weight_hh_lk (B H, H)    bias_hh_lk (B H,)    what acts on the state

Ours are transposed, with the same blocks in another order:

* LSTM: i, f, g, o as in ours and Keras; two biases that are added, so ours is their sum.
* GRU: r, z, n, where ours and Keras have z, r, h; the reset gate acts behind the product, so the two biases
  of n stay apart and `bias (2, 3H)` keeps all of them.
* RNN: one block; two biases that are added.

Source: the equations in PyTorch's documentation of `torch.nn.LSTM`, `torch.nn.GRU` and `torch.nn.RNN`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lstm_course.common import arguments

from .layers import GRU, LSTM, RNN, Recurrent, ReluRNN

_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_BLOCKS = {4: LSTM, 3: GRU, 1: RNN}  # rows of weight_hh for each of its columns
_EXPECTED = "a layer, or a list with a layer or a pair (forwards, backwards) for each layer of the stack"


@dataclass(frozen=True)
class _Level:
    """A layer of PyTorch's stack: the end of its arrays' names, and which of our layers it is."""

    ending: str
    layer: Recurrent


def to_torch(layers):
    """The weights of our layers as the state dict of one `torch.nn.LSTM`, `GRU` or `RNN`.

    Args:
        layers: an LSTM, a GRU with `reset_after`, an RNN or a ReluRNN. For a stack a list with one of them
            for each layer, for both directions a pair (forwards, backwards) in the place of each.

    Returns:
        Dict from PyTorch's names to arrays of the layers' dtype. `bias_hh` of LSTM and RNN are zero: all of
        the bias lies in `bias_ih`. Load it with
        `module.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})`; whether
        the module has `batch_first` does not matter to its weights (ours read (N, T, D), as it does with
        `batch_first=True`). For a ReluRNN it needs `nonlinearity="relu"`.

    Raises:
        TypeError, ValueError: if the layers do not make up such a module.

    Example:
        >>> state = to_torch(LSTM(3, 5, seed=0))
        >>> {name: array.shape for name, array in state.items()}
        {'weight_ih_l0': (20, 3), 'weight_hh_l0': (20, 5), 'bias_ih_l0': (20,), 'bias_hh_l0': (20,)}
    """
    state = {}
    for level in _levels(layers):
        arrays = _to_parts(level.layer)
        state |= {f"{part}_{level.ending}": array for part, array in zip(_PARTS, arrays, strict=True)}
    return state


def from_torch(module):
    """Our layers with the weights of a PyTorch LSTM, GRU or RNN.

    Args:
        module: the `torch.nn` module, or its state dict with tensors or arrays. A state dict does not tell
            whether an RNN has a tanh (as is taken) or a ReLU; a module does.

    Returns:
        A list with a layer for each layer of the stack, in both directions a pair (forwards, backwards); the
        layers have the dtype of the weights.

    Raises:
        TypeError, ValueError: if it is something else, or has options that ours have not: no biases,
            `proj_size`, half precision.

    Example:
        >>> lstm = LSTM(3, 5, seed=0)
        >>> (again,) = from_torch(to_torch(lstm))
        >>> bool((again.parameters == lstm.parameters).all())
        True
    """
    state = module.state_dict() if hasattr(module, "state_dict") else module
    arguments.instance("module", state, Mapping, "a torch.nn LSTM, GRU or RNN, or its state dict")
    relu = getattr(module, "nonlinearity", "tanh") == "relu"
    state = {name: _array(name, value) for name, value in state.items()}
    _check_names(state)
    both = "weight_hh_l0_reverse" in state
    levels, size = [], None
    for k in range(sum(name.startswith("weight_hh") for name in state) // (1 + both)):
        endings = (f"l{k}", f"l{k}_reverse")[: 1 + both]
        pair = tuple(_from_parts(state, ending, size, relu) for ending in endings)
        size = pair[0].hidden_size * len(pair)
        levels.append(pair if both else pair[0])
    return levels


def _levels(layers):
    """The layers with the ends of their names; checked that they fit one another."""
    if isinstance(layers, Recurrent):
        layers = [layers]
    arguments.instance("layers", layers, list, _EXPECTED)
    if not layers:
        raise ValueError(f"layers is empty, expected {_EXPECTED}")
    first = layers[0][0] if isinstance(layers[0], tuple | list) and layers[0] else layers[0]
    both = first is not layers[0]
    levels, size = [], None
    for k, entry in enumerate(layers):
        pair = tuple(entry) if isinstance(entry, tuple | list) else (entry,)
        if len(pair) != 1 + both:
            raise ValueError(f"layers[{k}] has {len(pair)} directions, expected {1 + both} as in layers[0]")
        for layer, ending in zip(pair, (f"l{k}", f"l{k}_reverse"), strict=False):
            _check_layer(f"layers[{k}]", layer, first, size)
            levels.append(_Level(ending, layer))
        size = first.hidden_size * len(pair)
    return levels


def _check_layer(name, layer, first, size):
    if type(layer) not in (LSTM, GRU, RNN, ReluRNN):
        raise TypeError(f"{name} is of type {type(layer).__name__}, expected LSTM, GRU, RNN or ReluRNN")
    if not getattr(layer, "reset_after", True):
        raise ValueError(f"{name} has reset_after=False, expected True: PyTorch knows no other GRU")
    size = first.input_size if size is None else size
    found = type(layer).__name__, layer.input_size, layer.hidden_size, layer.dtype.name
    expected = type(first).__name__, size, first.hidden_size, first.dtype.name
    if found != expected:
        raise ValueError(f"{name} is {_told(*found)}, expected {_told(*expected)}")


def _told(kind, input_size, hidden_size, dtype):
    return f"{kind}({input_size}, {hidden_size}) in {dtype}"


def _to_parts(layer):
    """weight_ih, weight_hh, bias_ih, bias_hh of one layer, each an array of its own."""
    kernel, recurrent, bias = (layer.weights[name] for name in ("kernel", "recurrent_kernel", "bias"))
    if isinstance(layer, GRU):
        kernel, recurrent, bias = (_first_two_exchanged(array) for array in (kernel, recurrent, bias))
    else:
        bias = np.stack([bias, np.zeros_like(bias)])
    return kernel.T.copy(), recurrent.T.copy(), bias[0].copy(), bias[1].copy()


def _from_parts(state, ending, size, relu):
    """One of our layers from the arrays whose names have this ending."""
    weight_ih, weight_hh, bias_ih, bias_hh = (state[f"{part}_{ending}"] for part in _PARTS)
    rows, hidden_size = weight_hh.shape if weight_hh.ndim == 2 else (0, 1)
    kind = _BLOCKS.get(rows // hidden_size)
    if kind is None or rows % hidden_size:
        raise ValueError(
            f"weight_hh_{ending} has shape {weight_hh.shape}, "
            "expected (4H, H) of an LSTM, (3H, H) of a GRU or (H, H) of an RNN"
        )
    input_size = weight_ih.shape[1] if size is None else size
    shapes = ((rows, input_size), weight_hh.shape, (rows,), (rows,))
    for part, array, shape in zip(_PARTS, (weight_ih, weight_hh, bias_ih, bias_hh), shapes, strict=True):
        if array.shape != shape:
            raise ValueError(f"{part}_{ending} has shape {array.shape}, expected {shape}")
    kind = ReluRNN if relu and kind is RNN else kind
    layer = kind(input_size, hidden_size, seed=0, dtype=weight_hh.dtype.name)
    kernel, recurrent, bias = weight_ih.T, weight_hh.T, np.stack([bias_ih, bias_hh])
    if kind is GRU:
        kernel, recurrent, bias = (_first_two_exchanged(array) for array in (kernel, recurrent, bias))
    else:
        bias = bias.sum(axis=0)
    layer.weights = {"kernel": kernel, "recurrent_kernel": recurrent, "bias": bias}
    return layer


def _first_two_exchanged(array):
    """The three blocks of columns in the order second, first, third: r, z, n to z, r, h, and back."""
    first, second, third = np.split(array, 3, axis=-1)
    return np.concatenate([second, first, third], axis=-1)


def _array(name, value):
    """A tensor or array as an array of its own."""
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
    value = arguments.array(f"module[{name!r}]", value)
    if value.dtype.name not in ("float32", "float64"):
        raise ValueError(f"module[{name!r}] is in {value.dtype}, expected float32 or float64")
    return value.copy()


def _check_names(state):
    """All four arrays are there for each layer and direction, and no other."""
    stack = sum(name.startswith("weight_hh") and not name.endswith("_reverse") for name in state)
    both = "weight_hh_l0_reverse" in state
    endings = [f"l{k}{way}" for k in range(max(stack, 1)) for way in ("", "_reverse")[: 1 + both]]
    expected = {f"{part}_{ending}" for ending in endings for part in _PARTS}
    if set(state) != expected:
        missing, extra = sorted(expected - set(state)), sorted(set(state) - expected)
        wrong = f"lacks {missing[0]}" if missing else f"has {extra[0]}"
        raise ValueError(
            f"module {wrong}, expected the arrays of an LSTM, GRU or RNN with biases and without proj_size"
        )

"""A network as an ONNX file, which other programs run: onnxruntime in C++, in a telephone, in a browser.

An ONNX file is a graph of operators with named tensors, written as protocol buffers. That format is three
rules, so the file is written here byte by byte, and no package is needed for it:

    a field      its number and kind in one varint, then its content
    a varint     7 bits a byte, the lowest first; the highest bit says that more bytes follow
    a message    what lies in a field of kind 2: its length as a varint, then the bytes

Field numbers: onnx.proto of the ONNX project. Operators: version 14 of its operator set. There LSTM has its
blocks in the order i, o, f, c, where ours and Keras have i, f, c, o; GRU has z, r, h as ours, and
`linear_before_reset` is `reset_after`. Both have two biases that lie one behind the other.
"""

import numpy as np

from lstm_course.common import arguments

from .layers import GRU, LSTM, Embedding, LastStep, Recurrent, ReluRNN, Sequential

_OPERATORS, _FILE_VERSION = 14, 7
_FLOAT, _INT64 = 1, 7  # kinds of tensor
_LSTM_BLOCKS = (0, 3, 1, 2)  # i, o, f, c out of i, f, c, o


def to_onnx(model):
    """The bytes of an ONNX file that computes what the network computes.

    Args:
        model: a `Sequential` in float32.

    Returns:
        Bytes. The graph has the input "x", (N, T, D) in float32, or (N, T) in int64 where the first layer is
        an `Embedding`, and the output "y"; N and T are free. There is no mask, and the state starts at zero.

    Raises:
        TypeError: if model is something else.
        ValueError: if it is in float64: ask for the network in float32, in which such files are run.

    Example:
        >>> from lstm_course.scratch import Dense
        >>> content = to_onnx(Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)]))
        >>> content[:2] == bytes([8, 7]), len(content)
        (True, 1019)
    """
    arguments.instance("model", model, Sequential, "a Sequential")
    if model.dtype != np.float32:
        raise ValueError(f"model is in {model.dtype}, expected float32")
    graph = _Graph()
    for k, layer in enumerate(model.layers):
        graph.scope = f"{k}."
        _add_layer(graph, layer)
    graph.add("Identity", output="y")
    words = isinstance(model.layers[0], Embedding)
    first = ["N", "T"] if words else ["N", "T", getattr(model.layers[0], "input_size", "D")]
    last = getattr(model.layers[-1], "output_size", "H")
    whole = not any(isinstance(layer, LastStep) for layer in model.layers)
    return _message(
        (1, _FILE_VERSION),
        (2, "lstm_course"),
        (7, graph.message(_value("x", first, _INT64 if words else _FLOAT),
                          _value("y", ["N", "T", last] if whole else ["N", last], _FLOAT))),
        (8, _message((1, ""), (2, _OPERATORS))),
    )  # fmt: skip


def _add_layer(graph, layer):
    if isinstance(layer, Recurrent):
        _add_recurrent(graph, layer)
    elif isinstance(layer, LastStep):
        graph.add("Gather", graph.tensor("last", np.array(-1)), axis=1)  # (N, T, H) -> (N, H)
    elif isinstance(layer, Embedding):
        graph.add("Gather", graph.tensor("embeddings", layer.weights["embeddings"]), value_last=True, axis=0)
    else:
        _add_dense(graph, layer)


def _add_dense(graph, layer):
    graph.add("MatMul", graph.tensor("kernel", layer.weights["kernel"]))
    graph.add("Add", graph.tensor("bias", layer.weights["bias"]))
    if layer.activation is not None:
        graph.add({"tanh": "Tanh", "relu": "Relu"}[layer.activation])


def _add_recurrent(graph, layer):
    kernel, recurrent, bias = (layer.weights[name] for name in ("kernel", "recurrent_kernel", "bias"))
    if bias.ndim == 1:
        bias = np.stack([bias, np.zeros_like(bias)])
    options = {"hidden_size": layer.hidden_size}
    if isinstance(layer, LSTM):
        kernel, recurrent, bias = (_reordered(array, _LSTM_BLOCKS) for array in (kernel, recurrent, bias))
    elif isinstance(layer, GRU):
        options["linear_before_reset"] = int(layer.reset_after)
    elif isinstance(layer, ReluRNN):
        options["activations"] = ["Relu"]
    weights = {"W": kernel.T, "R": recurrent.T, "B": bias.reshape(-1)}
    # ONNX has time first, and an axis for the directions, of which there is one.
    graph.add("Transpose", perm=[1, 0, 2])  # (T, N, D)
    tensors = [graph.tensor(name, array[None]) for name, array in weights.items()]
    kind = "LSTM" if isinstance(layer, LSTM) else "GRU" if isinstance(layer, GRU) else "RNN"
    graph.add(kind, *tensors, **options)  # (T, 1, N, H)
    graph.add("Squeeze", graph.tensor("one", np.array([1])))  # (T, N, H)
    graph.add("Transpose", perm=[1, 0, 2])  # (N, T, H)


def _reordered(array, order):
    blocks = np.split(array, len(order), axis=-1)
    return np.concatenate([blocks[k] for k in order], axis=-1)


class _Graph:
    """Operators in a row: each takes what the one before gives, and tensors of its own.

    Attributes:
        scope: what the names of tensors begin with.
    """

    def __init__(self):
        self.scope, self._nodes, self._tensors, self._value = "", [], [], "x"

    def tensor(self, name, array):
        """Keep an array in the file; returns its name."""
        name, kind = self.scope + name, _FLOAT if array.dtype.kind == "f" else _INT64
        raw = np.ascontiguousarray(array, "<f4" if kind == _FLOAT else "<i8").tobytes()
        self._tensors.append(_message(*((1, size) for size in array.shape), (2, kind), (8, name), (9, raw)))
        return name

    def add(self, operator, *tensors, output=None, value_last=False, **attributes):
        """Put an operator behind the others; with `value_last` it takes the value behind its tensors."""
        inputs = [*tensors, self._value] if value_last else [self._value, *tensors]
        self._value = output or f"{operator}{len(self._nodes)}"
        self._nodes.append(
            _message(
                *((1, name) for name in inputs),
                (2, self._value),
                (4, operator),
                *((5, _attribute(name, value)) for name, value in attributes.items()),
            )
        )

    def message(self, *inputs_and_output):
        """The whole graph, with the descriptions of its input and output."""
        x, y = inputs_and_output
        nodes, tensors = [(1, node) for node in self._nodes], [(5, tensor) for tensor in self._tensors]
        return _message(*nodes, (2, "network"), *tensors, (11, x), (12, y))


def _attribute(name, value):
    if isinstance(value, int):
        return _message((1, name), (3, value), (20, 2))
    if isinstance(value[0], str):
        return _message((1, name), *((9, text) for text in value), (20, 8))
    return _message((1, name), *((8, number) for number in value), (20, 7))


def _value(name, shape, kind):
    """Name, kind and shape of an input or output; a size in letters is free."""
    sizes = [(1, _message((2, size) if isinstance(size, str) else (1, size))) for size in shape]
    return _message((1, name), (2, _message((1, _message((1, kind), (2, _message(*sizes)))))))


def _message(*fields):
    """Fields (number, content) as protocol buffers: whole numbers as varints, text and bytes by length."""
    parts = []
    for number, content in fields:
        if isinstance(content, int):
            parts.append(_varint(number << 3) + _varint(content))
        else:
            raw = content.encode() if isinstance(content, str) else content
            parts.append(_varint(number << 3 | 2) + _varint(len(raw)) + raw)
    return b"".join(parts)


def _varint(number):
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])

"""Weights to and from Keras layers.

Names and layouts are the same, so this is copying. Keras is imported on first use.
"""

import numpy as np

from lstm_course.common import arguments

from .layers import GRU, LSTM, RNN, Dense, Embedding, Layer

_ACTIVATIONS = {"linear": None, "tanh": "tanh", "relu": "relu"}


def to_keras(layer, keras_layer):
    """Copy the weights of one of our layers into a Keras layer of the same kind and size.

    Args:
        layer: RNN, LSTM, GRU, Dense or Embedding.
        keras_layer: SimpleRNN, LSTM, GRU, Dense or Embedding; it is built if need be.

    Raises:
        TypeError, ValueError: if the layers do not fit each other.
        ImportError: if Keras is not installed.
    """
    arguments.instance("layer", layer, Layer, "a layer of this package")
    like, arrays = _described(keras_layer)
    if type(layer) is not like:
        raise TypeError(
            f"keras_layer is a {type(keras_layer).__name__}, "
            f"expected the Keras form of {type(layer).__name__}"
        )
    if not keras_layer.built:
        keras_layer.build((None, None) if like is Embedding else (None, None, layer.input_size))
        _, arrays = _described(keras_layer)
    shapes = {name: tuple(array.shape) for name, array in arrays.items()}
    expected = {name: layer.weights[name].shape for name in arrays}
    if shapes != expected:
        raise ValueError(f"keras_layer has weights of shapes {shapes}, expected {expected} as in layer")
    for name, array in arrays.items():
        array.assign(layer.weights[name])


def from_keras(keras_layer):
    """Make one of our layers with the weights of a Keras layer.

    Args:
        keras_layer: a built SimpleRNN, LSTM, GRU, Dense or Embedding.

    Returns:
        RNN, LSTM, GRU, Dense or Embedding, in the dtype of the Keras layer.

    Raises:
        TypeError, ValueError: if the layer is of another kind, not built, or has options that ours have not.
        ImportError: if Keras is not installed.
    """
    like, arrays = _described(keras_layer)
    if not keras_layer.built:
        raise ValueError("keras_layer has no weights yet, expected a layer that has been built or called")
    sizes = (
        next(iter(arrays.values())).shape
        if like in (Dense, Embedding)
        else (arrays["kernel"].shape[0], keras_layer.units)
    )
    options = {"dtype": keras_layer.dtype, "seed": 0}
    if like is GRU:
        options["reset_after"] = keras_layer.reset_after
    if like is Dense:
        options["activation"] = _ACTIVATIONS[keras_layer.activation.__name__]
    layer = like(*sizes, **options)
    for name, array in arrays.items():
        layer.weights[name] = np.asarray(array)
    return layer


def _described(keras_layer):
    """Our class for a Keras layer, and its variables by our names; empty until the layer is built."""
    try:
        import keras
    except ImportError as error:
        raise ImportError("Keras is not installed, expected TensorFlow with Keras 3") from error
    kinds = {
        keras.layers.SimpleRNN: RNN,
        keras.layers.LSTM: LSTM,
        keras.layers.GRU: GRU,
        keras.layers.Dense: Dense,
        keras.layers.Embedding: Embedding,
    }
    like = next((ours for theirs, ours in kinds.items() if isinstance(keras_layer, theirs)), None)
    if like is None:
        raise TypeError(
            f"keras_layer is of type {type(keras_layer).__name__}, "
            "expected a Keras SimpleRNN, LSTM, GRU, Dense or Embedding"
        )
    _require_plain(keras_layer, like)
    if not keras_layer.built:
        return like, {}
    if like is Embedding:
        return like, {"embeddings": keras_layer.embeddings}
    if like is Dense:
        return like, {"kernel": keras_layer.kernel, "bias": keras_layer.bias}
    cell = keras_layer.cell
    return like, {"recurrent_kernel": cell.recurrent_kernel, "kernel": cell.kernel, "bias": cell.bias}


def _require_plain(keras_layer, like):
    if like is not Embedding and not keras_layer.use_bias:
        raise ValueError("keras_layer has use_bias=False, expected use_bias=True")
    expected = {
        "activation": list(_ACTIVATIONS) if like is Dense else ["tanh"],
        "recurrent_activation": ["sigmoid"],
    }
    for option, names in expected.items():
        activation = getattr(keras_layer, option, None)
        if activation is not None and activation.__name__ not in names:
            raise ValueError(
                f"keras_layer has {option}={activation.__name__!r}, expected {' or '.join(names)}"
            )
    if getattr(keras_layer, "go_backwards", False):
        raise ValueError("keras_layer has go_backwards=True, expected go_backwards=False")

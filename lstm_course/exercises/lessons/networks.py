"""What can be compared of a Keras model, however it is written: what it computes, and how it is compiled.

`Dense(64)` and then `ReLU()`, a functional model, one without an `Input`, a loss as a name or as an object:
what counts is what the network makes of given numbers with given weights. All here is looked at beside the
answer, in the sandbox too, so it needs nothing else of the course.
"""

import contextlib
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

__all__ = ["looked_at", "observe_compiled", "observe_stack", "start_keras"]

_TEXTS = ((1, 4, 2, 3), (3, 2, 0, 0), (4, 0, 0, 0))  # word numbers, padded with zeros
_SMALL = ((1, 2, 2, 1), (2, 1, 0, 0), (1, 0, 0, 0))  # where there may be few words
_LABELS, _ANSWERS = ((1,), (0,), (1,), (1,)), (0.9, 0.3, 0.2, 0.6)
_ANOTHER = "Dense of another size"
_WRITTEN_OUT = 25  # the sizes that a check asks for are smaller


@cache
def start_keras() -> None:
    """Import Keras and run a first model, which takes seconds: not on the clock of an answer."""
    with contextlib.suppress(ImportError):
        import keras

        layers = keras.layers
        model = keras.Sequential([layers.Embedding(5, 2), layers.LSTM(2), layers.Dense(1)])
        model.compile("adam", "binary_crossentropy")
        model.compute_loss(y=np.ones((3, 1)), y_pred=model(np.array(_SMALL)))


def observe_stack(function: Callable, *sizes: int) -> object:
    """A network that need not be compiled: its layers, their sizes, and what it says of three texts.

    Args:
        function: answer that returns a `keras.Model` when it is called with the sizes.
        *sizes: whole numbers, of which 0 is padding.

    Returns:
        A tuple, the first four that `looked_at` gives, empty where a layer got no sequence; or what else the
        function returns.
    """
    import keras

    try:
        model = function(*sizes)
        return looked_at(model, sizes, _TEXTS)[:-1] if isinstance(model, keras.Model) else model
    except ValueError as error:
        if "expected ndim=3, found ndim=2" in str(error):
            return {}, (), (), ()
        raise


def observe_compiled(function: Callable, *sizes: int) -> object:
    """A classifier that is compiled: what it computes, its dropout, how it is compiled, and its loss.

    Args:
        function: answer that returns a compiled `keras.Model`.
        *sizes: whole numbers, the size of the vocabulary first.

    Returns:
        A tuple, the first four that `looked_at` gives and three more; or what else the function returns.
    """
    import keras

    model = function(*sizes)
    if not isinstance(model, keras.Model):
        return model
    *seen, called = looked_at(model, sizes, _SMALL)
    training = {
        "compiled": float(model.compiled),
        "optimizer": float(model.compiled and type(model.optimizer).__name__ == "Adam"),
        "rows of any length": float(_length(model) != sizes[0]),
        "penalties on the weights": float(len(model.losses)),
    }
    return *seen, _dropout(called), training, _loss(model, np.shape(seen[-1])[-1:])


def looked_at(model: Any, sizes: Sequence[int], texts: Sequence[Sequence[int]]) -> tuple:
    """What a model is made of and computes, in numbers.

    Args:
        model: a `keras.Model`.
        sizes: those that it was asked for.
        texts: rows of word numbers.

    Returns:
        A tuple: a dict that names its layers with weights; a list, for each size 1, or 0 where it is written
        out instead of asked for; a list of the sizes themselves; what it says of the texts, with weights of
        ours, of which a size that is written out leaves only the shape; and its layers as they are called.
    """
    if not model.built:  # a model without an Input has no weights yet
        _called(model, texts)
    model.set_weights([_weight(tuple(weight.shape)) for weight in model.weights])
    said, called = _called(model, texts)
    layers, own, asked = {}, [], []
    for layer in called:
        if layer.weights:
            name = _name(layer)
            while name in layers:
                name += " again"
            layers[name] = 1.0
            for size in _sizes(layer):
                written_out = size >= _WRITTEN_OUT and size not in sizes
                asked.append(0.0 if written_out else 1.0)
                own.append(0.0 if written_out else float(size))
    if hasattr(said, "shape"):
        as_asked = all(asked) and _ANOTHER not in layers
        said = np.asarray(said, dtype=float) if as_asked else np.zeros(said.shape)
    return layers, asked, own, said, called


def _called(model, texts):
    """What a model says of texts, and its layers in the order in which they are called, each once."""
    import keras

    texts, order, call = np.array(texts), [], keras.layers.Layer.__call__

    def noted(self, *arguments, **options):
        order.append(self)
        return call(self, *arguments, **options)

    keras.layers.Layer.__call__ = noted
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a model that would have its input in a list
            said = _said_of_any_length(model, texts)
    finally:
        keras.layers.Layer.__call__ = call
    own = {id(layer) for layer in _every(model)}
    return said, [layer for layer in {id(layer): layer for layer in order}.values() if id(layer) in own]


def _said_of_any_length(model, texts):
    """What a model says of texts, where it takes longer ones too: hundreds of steps would be seconds."""
    import keras

    missing = max(0, (_length(model) or 0) - texts.shape[1])
    if missing and isinstance(model, keras.Sequential):
        with contextlib.suppress(ValueError):  # a layer of it may count the steps
            return keras.Sequential(model.layers)(texts)
    return model(np.pad(texts, ((0, 0), (0, missing))))


def _length(model):
    """How many words a text must have, where the model says so."""
    shape = getattr(model, "input_shape", None) if model.built else None
    return shape[1] if isinstance(shape, tuple) and len(shape) == 2 else None


def _weight(shape):
    """Numbers for a weight, of a size that lets every layer through: the same for the same shape."""
    numbers = np.random.default_rng([*shape]).normal(size=shape)
    if len(shape) == 1:
        return np.abs(numbers)  # one of them may be a variance
    return numbers / np.sqrt(shape[0]) if shape[1] == 1 else numbers


def _every(model):
    """All layers, those of models within it too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _every(layer)
        else:
            yield layer


def _inner(layer):
    """The cell of a recurrent layer, which has its sizes and its dropout."""
    return getattr(layer, "cell", layer)


def _name(layer):
    """What kind of layer: `RNN(LSTMCell(8))` is an LSTM."""
    kind = type(_inner(layer)).__name__.removesuffix("Cell")
    if kind != "Dense":
        return kind
    return f"Dense of {layer.units}" if layer.units in (1, 2, 64) else _ANOTHER


def _sizes(layer):
    """The sizes of an embedding or of a recurrent layer; those of a dense one are in its name."""
    inner = _inner(layer)
    if type(inner).__name__ == "Dense":
        return []
    names = ("input_dim", "output_dim") if hasattr(inner, "input_dim") else ("units",)
    return [getattr(inner, name) for name in names if hasattr(inner, name)]


def _dropout(layers):
    """Shares dropped, by where: at the inputs of the LSTM, in its state, before the answer, elsewhere."""
    places = "inputs of the LSTM", "state of the LSTM", "before the answer", "elsewhere"
    dropped = dict.fromkeys(places, 0.0)
    for place, layer in enumerate(layers):
        dropped["inputs of the LSTM"] += getattr(_inner(layer), "dropout", 0.0)
        dropped["state of the LSTM"] += getattr(_inner(layer), "recurrent_dropout", 0.0)
        if hasattr(layer, "rate"):
            above = [each for each in layers[place + 1 :] if each.weights]
            dropped["before the answer" if len(above) == 1 else "elsewhere"] += layer.rate
    return dropped


def _loss(model, outputs):
    """What a compiled model is trained to make small, for four labels and answers of ours."""
    if not model.compiled:
        return 0.0
    answers = np.array(_ANSWERS, dtype="float32")[:, None]
    if outputs == (2,):
        answers = np.concatenate([1 - answers, answers], axis=1)
    try:
        loss = model.compute_loss(y=np.array(_LABELS, dtype="float32"), y_pred=answers)
    except (KeyError, TypeError, ValueError):
        return -1.0  # it takes other labels
    return float(loss) - float(sum(model.losses))

"""What hangs on the library that computes for Keras: TensorFlow, or JAX where KERAS_BACKEND says so.

The lessons' outputs are those of TensorFlow. Keras and the libraries are imported by the functions, not by
this module.
"""

import warnings

import numpy as np

from lstm_course.common import arguments

__all__ = ["batches", "layer_gradients"]


def batches(x, y=None, batch_size=32, shuffle_seed=None):
    """Data for `model.fit`, `evaluate` and `predict`, without the pause that arrays cost.

    Given plain arrays, `fit` on TensorFlow often returns seconds after its last step: it waits for a thread
    that tunes the pipeline. Here this tuning is off.

    Args:
        x: inputs, one row per sequence.
        y: targets, one row per sequence; default None, for `predict`.
        batch_size: sequences per update, default 32.
        shuffle_seed: whole number; every epoch then has an order of its own, drawn from this seed alone.
            Default None: the order of the rows.

    Returns:
        Batches in the same order on each backend: on TensorFlow a `tf.data.Dataset`, else a
        `keras.utils.PyDataset`.

    Raises:
        TypeError, ValueError: if x and y have not the same number of rows, at least one, or the batch size or
            seed is not a whole number.

    Example:
        >>> [np.asarray(x).tolist() for x in batches(np.arange(5), batch_size=2)]
        [[0, 1], [2, 3], [4]]
    """
    import keras

    data = (np.asarray(x),) if y is None else (np.asarray(x), np.asarray(y))
    batch_size = arguments.whole_number("batch_size", batch_size)
    rows = len(data[0]) if data[0].ndim else 0
    if rows == 0 or data[-1].ndim == 0 or len(data[-1]) != rows:
        raise ValueError(
            f"x and y have shapes {' and '.join(str(part.shape) for part in data)}, "
            "expected the same number of rows, at least one"
        )
    random = None if shuffle_seed is None else arguments.generator("shuffle_seed", shuffle_seed)

    def epoch():
        order = np.arange(rows) if random is None else random.permutation(rows)
        for start in range(0, rows, batch_size):
            chosen = order[start : start + batch_size]
            yield data[0][chosen] if y is None else (data[0][chosen], data[1][chosen])

    count = -(-rows // batch_size)
    if keras.backend.backend() == "tensorflow":
        return _tensorflow_dataset(epoch, count, data)
    return _python_dataset(epoch, count)


def _tensorflow_dataset(epoch, count, data):
    import tensorflow as tf

    # Keras says that it will not shuffle a dataset, though nobody asked: shuffle=True is the default of fit.
    warnings.filterwarnings("ignore", message="`shuffle=True` was passed, but will be ignored")
    kinds = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in data)
    dataset = tf.data.Dataset.from_generator(epoch, output_signature=kinds if kinds[1:] else kinds[0])
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def _python_dataset(epoch, count):
    import keras

    class Batches(keras.utils.PyDataset):
        """One epoch after the other; `fit` asks for numbers in an order of its own, which does not count."""

        def __init__(self):
            super().__init__()
            self.drawn, self.served = [], count

        def __len__(self):
            return count

        def __getitem__(self, number):
            if self.served == count:
                self.drawn, self.served = list(epoch()), 0
            self.served += 1
            return self.drawn[self.served - 1]

        def on_epoch_begin(self):
            # Keras looks at a first batch before it trains: an order that was begun is begun again.
            if self.served < count:
                self.served = 0

    return Batches()


def layer_gradients(layer, x, loss):
    """The output of a Keras layer, and the gradient of a loss for each of its weights.

    Args:
        layer: a built `keras.Layer`.
        x: its input, an array.
        loss: function from the output to one number, made of `keras.ops`.

    Returns:
        (outputs, gradients): an array, and a list of arrays in the order of `layer.trainable_weights`.

    Raises:
        RuntimeError: if Keras computes with a library that is neither TensorFlow nor JAX.

    Example:
        >>> import keras
        >>> layer = keras.layers.Dense(1, kernel_initializer="ones")
        >>> layer.build((None, 2))
        >>> outputs, gradients = layer_gradients(layer, np.array([[2.0, 3.0]]), keras.ops.sum)
        >>> outputs.tolist(), gradients[0].ravel().tolist()
        ([[5.0]], [2.0, 3.0])
    """
    import keras

    library = keras.backend.backend()
    if library == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            outputs = layer(x)
            value = loss(outputs)
        gradients = tape.gradient(value, layer.trainable_weights)
    elif library == "jax":
        import jax

        fixed = [each.value for each in layer.non_trainable_variables]

        def forward(weights):
            outputs, _ = layer.stateless_call(weights, fixed, x)
            return loss(outputs), outputs

        weights = [each.value for each in layer.trainable_variables]
        (_, outputs), gradients = jax.value_and_grad(forward, has_aux=True)(weights)
    else:
        raise RuntimeError(f"Keras computes with {library}, expected tensorflow or jax")
    return np.asarray(outputs), [np.asarray(each) for each in gradients]

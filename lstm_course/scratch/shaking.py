"""Another processor in the place of this one: networks start a hair elsewhere, gradients are rounded anew.

Processors add the same numbers in different orders, so their sums differ in the last digit, and a training
can carry that digit anywhere. Where the environment variable LSTM_COURSE_SHAKE holds a whole number, `setup`
calls `shake` with it, and the lesson runs as it might on another machine. The build measures in this way by
how much the numbers of a lesson move (`lstm-course build 03 --shake 5`); the tests run each lesson so once.

The noise is a function of the seed and of the numbers it falls on: networks that are equal stay equal, and a
run with the same seed repeats.
"""

import functools
import zlib

import numpy as np

VARIABLE = "LSTM_COURSE_SHAKE"
WEIGHT_NOISE = 1e-6  # relative, of initial weights: a few digits more than rounding, which saves many updates


@functools.cache  # once a process, however often a lesson calls `setup`
def shake(seed):
    """Disturb the initial weights and the gradients of all networks made from now on in this process.

    Initial weights, of our layers and of Keras', are multiplied by 1 + 1e-6 times normal noise; the gradients
    that reach an optimiser by 1 + u, with u up to one unit in the last digit of their type.

    Args:
        seed: whole number of at least 0; each gives other noise.
    """
    from . import GRU, LSTM, MLSTM, RNN, SLSTM, Adam, Dense, Embedding, MinGRU, MinLSTM

    for layer in (RNN, LSTM, GRU, MinGRU, MinLSTM, SLSTM, MLSTM, Dense, Embedding):
        layer.__init__ = _then_disturbed(layer.__init__, seed)
    Adam.update = _with_rounding(Adam.update, seed)
    try:
        from wrapt import register_post_import_hook  # comes with TensorFlow, without which there is no Keras
    except ImportError:
        return
    register_post_import_hook(functools.partial(_shake_keras, seed=seed), "keras")


def disturbed(values, seed, size, distribution="standard_normal"):
    """Multiply values by 1 + size times noise.

    Args:
        values: array of floats.
        seed: whole number of at least 0.
        size: of the noise.
        distribution: name of a method of `numpy.random.Generator`, default "standard_normal".

    Returns:
        A new array. The noise hangs on the seed and on the values alone.

    Example:
        >>> moved = disturbed(np.ones(3), seed=1, size=1e-6)
        >>> bool(np.all(moved != 1)), bool(np.allclose(moved, 1, rtol=1e-5))
        (True, True)
        >>> np.array_equal(moved, disturbed(np.ones(3), seed=1, size=1e-6))
        True
    """
    values = np.ascontiguousarray(values)
    random = np.random.default_rng([seed, zlib.crc32(values)])
    noise = getattr(random, distribution)(values.shape, dtype=values.dtype)
    return values * (1 + values.dtype.type(size) * noise)


def _then_disturbed(initialise, seed):
    @functools.wraps(initialise)
    def shaken(layer, *arguments, **options):
        initialise(layer, *arguments, **options)
        layer.parameters[...] = disturbed(layer.parameters, seed, WEIGHT_NOISE)

    return shaken


def _with_rounding(update, seed):
    @functools.wraps(update)
    def shaken(optimizer, parameters, gradients):
        unit = np.finfo(gradients.dtype).eps
        update(optimizer, parameters, disturbed(gradients, seed, unit, "random"))

    return shaken


def _shake_keras(keras, seed):
    add_weight, apply = keras.Layer.add_weight, keras.optimizers.Optimizer.apply

    @functools.wraps(add_weight)
    def shaken_weight(layer, *arguments, **options):
        variable = add_weight(layer, *arguments, **options)
        if variable.trainable and "float" in variable.dtype:
            variable.assign(disturbed(variable.numpy(), seed, WEIGHT_NOISE))
        return variable

    @functools.wraps(apply)
    def shaken_apply(optimizer, grads, trainable_variables=None):
        grads = [_rounded_anew(gradient, seed, optimizer.iterations.value) for gradient in grads]
        return apply(optimizer, grads, trainable_variables)

    keras.Layer.add_weight = shaken_weight
    keras.optimizers.Optimizer.apply = shaken_apply


def _rounded_anew(gradient, seed, step):
    import tensorflow as tf

    if gradient is None:
        return None
    if isinstance(gradient, tf.IndexedSlices):
        values = _rounded_anew(gradient.values, seed, step)
        return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)
    unit = np.finfo(gradient.dtype.as_numpy_dtype).eps
    pair = tf.stack([tf.cast(seed, tf.int64), tf.cast(step, tf.int64)])
    return gradient * (1 + unit * tf.random.stateless_uniform(tf.shape(gradient), pair, dtype=gradient.dtype))

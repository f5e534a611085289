"""What stands before and behind the recurrent layers: Dense, Embedding, LastStep."""

from typing import NamedTuple

import numpy as np
from numpy import add, tanh

from lstm_course.scratch import arguments

from .base import Layer
from .initial_weights import glorot_uniform


class DenseCache(NamedTuple):
    """What `Dense` keeps for backward; M rows for all sequences and steps."""

    rows: np.ndarray                   # (M, D) the input
    y: np.ndarray                      # (M, output_size) the output
    input_shape: tuple[int, ...]       # (..., D)
    output_shape: tuple[int, ...]      # (..., output_size)


class Dense(Layer):
    """Fully connected layer on the last axis: (..., D) to (..., output_size), activation(x W + b).

    Args:
        input_size: number of features D.
        output_size: number of outputs.
        activation: None (default), "tanh" or "relu". Sigmoid and softmax belong to the losses.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> Dense(3, 2, seed=0).forward(np.ones((4, 5, 3))).shape
        (4, 5, 2)
    """

    def __init__(self, input_size, output_size, activation=None, seed=None, dtype="float32"):
        self.input_size = arguments.whole_number("input_size", input_size)
        self.output_size = arguments.whole_number("output_size", output_size)
        self.activation = arguments.one_of("activation", activation, (None, "tanh", "relu"))
        super().__init__({"kernel": (self.input_size, self.output_size), "bias": (self.output_size,)}, dtype)
        self.draw_weights(seed)

    def initial_weights(self, random):
        return {"kernel": glorot_uniform(random, self.input_size, self.output_size)}

    def checked_input(self, name, x):
        """The input as an array (..., D) of the layer's dtype, or an error."""
        return arguments.array(name, x, (..., self.input_size), self.dtype)

    def forward_unchecked(self, x):
        """Output (..., output_size)."""
        # One product for all steps.
        rows = x.reshape(-1, self.input_size)                               # (M, D)
        y = rows @ self.weights["kernel"]                                   # (M, output_size)
        y += self.weights["bias"]
        if self.activation == "tanh":
            tanh(y, y)
        elif self.activation == "relu":
            np.maximum(y, 0, out=y)
        self.cache = DenseCache(rows, y, x.shape, (*x.shape[:-1], self.output_size))
        return y.reshape(self.cache.output_shape)

    def backward_unchecked(self, dy, input_gradient=True):
        """Gradient for the input (..., D), or None without `input_gradient`; fills `gradients`."""
        rows, y, input_shape, _ = self.cache
        dy = dy.reshape(y.shape)                                            # (M, output_size)
        if self.activation == "tanh":
            dy = dy * (1 - y * y)
        elif self.activation == "relu":
            dy = dy * (y > 0)
        rows.T.dot(dy, self.gradients["kernel"])
        add.reduce(dy, 0, out=self.gradients["bias"])
        return (dy @ self.weights["kernel"].T).reshape(input_shape) if input_gradient else None


class EmbeddingCache(NamedTuple):
    """What `Embedding` keeps for backward."""

    words: np.ndarray                  # (N, T) the input
    output_shape: tuple[int, ...]      # (N, T, output_size)


class Embedding(Layer):
    """Table with one vector for each word index: whole numbers (N, T) to (N, T, output_size).

    Args:
        vocabulary_size: number of rows; the indices run from 0 to vocabulary_size - 1.
        output_size: length of a vector.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> Embedding(10, 4, seed=0).forward([[1, 2, 3]]).shape
        (1, 3, 4)
    """

    def __init__(self, vocabulary_size, output_size, seed=None, dtype="float32"):
        self.vocabulary_size = arguments.whole_number("vocabulary_size", vocabulary_size)
        self.output_size = arguments.whole_number("output_size", output_size)
        super().__init__({"embeddings": (self.vocabulary_size, self.output_size)}, dtype)
        self.draw_weights(seed)

    def initial_weights(self, random):
        return {"embeddings": random.uniform(-0.05, 0.05, (self.vocabulary_size, self.output_size))}

    def checked_input(self, name, x):
        """The input as an array of whole numbers (N, T), or an error."""
        return arguments.integers(name, x, ("N", "T"), below=self.vocabulary_size)

    def forward_unchecked(self, x):
        """Output (N, T, output_size)."""
        self.cache = EmbeddingCache(x, (*x.shape, self.output_size))
        return self.weights["embeddings"][x]

    def backward_unchecked(self, dy, input_gradient=True):
        """Fills `gradients`; word indices have no gradient."""
        # Sorted, equal words lie together: one sum for each word replaces one addition for each occurrence.
        words = self.cache.words.reshape(-1)
        order = np.argsort(words, kind="stable")
        words = words[order]
        starts = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
        gradient = self.gradients["embeddings"]
        gradient.fill(0)
        gradient[words[starts]] = add.reduceat(dy.reshape(-1, self.output_size)[order], starts, axis=0)


class LastStepCache(NamedTuple):
    """What `LastStep` keeps for backward."""

    input_shape: tuple[int, int, int]    # (N, T, H)
    output_shape: tuple[int, int]        # (N, H)


class LastStep(Layer):
    """The last step of a sequence: (N, T, H) to (N, H).

    In a `Sequential` behind a recurrent layer it costs nothing: the layer takes the gradient of its last
    state alone, and no array of gradients for every step is made.

    Example:
        >>> LastStep().forward(np.ones((4, 5, 3))).shape
        (4, 3)
    """

    def __init__(self):
        super().__init__({}, "float32")

    def checked_input(self, name, x):
        """The input as an array (N, T, H), or an error; its dtype becomes the layer's."""
        x = arguments.array(name, x, ("N", "T", "H"))
        self.dtype = x.dtype
        return x

    def forward_unchecked(self, x):
        """Output (N, H)."""
        self.cache = LastStepCache(x.shape, (x.shape[0], x.shape[2]))
        return x[:, -1]

    def backward_unchecked(self, dy, input_gradient=True):
        """Gradient for the input (N, T, H)."""
        dx = np.zeros(self.cache.input_shape, dy.dtype)
        dx[:, -1] = dy
        return dx

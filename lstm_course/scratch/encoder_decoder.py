"""Encoder and decoder: one network reads a sequence, another writes one, with attention or without.

Letters: N batch, T steps that are read, U steps that are written, H units, K symbols.
"""

from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments
from lstm_course.common.progress_bar import progress_bar

from .adam import Adam, clip_by_global_norm
from .layers import LSTM, Dense, Layer
from .losses import softmax_cross_entropy

__all__ = ["EncoderDecoder", "attend", "attend_backward", "train_to_write"]


def attend(queries, keys, values, scale=1.0):
    """Dot-product attention for a batch: each query takes from the values what the keys say.

    Args:
        queries: (N, U, d).
        keys: (N, T, d).
        values: (N, T, v).
        scale: factor of the scores; default 1 (Luong, Pham & Manning 2015). A Transformer has the root of
            1 / d (Vaswani et al. 2017).

    Returns:
        (found, weights): (N, U, v), and the weights (N, U, T), which add up to 1 over T.

    Raises:
        TypeError, ValueError: if an argument is not numeric, not finite, or the shapes do not fit.

    Example:
        >>> keys = np.array([[[9.0, 0.0], [0.0, 9.0]]])
        >>> found, weights = attend([[[0.0, 9.0]]], keys, [[[1.0], [2.0]]])
        >>> found.round(3), weights.shape
        (array([[[2.]]]), (1, 1, 2))
    """
    queries = arguments.array("queries", queries, ("N", "U", "d"))
    N, _, d = queries.shape
    keys = arguments.array("keys", keys, (N, "T", d))
    values = arguments.array("values", values, (N, keys.shape[1], "v"))
    return _attend(queries, keys, values, arguments.real_number("scale", scale, minimum=0))


def _attend(queries, keys, values, scale):
    weights = queries @ keys.transpose(0, 2, 1)  # (N, U, T)
    weights *= weights.dtype.type(scale)
    weights -= weights.max(axis=2, keepdims=True)
    np.exp(weights, weights)
    weights /= weights.sum(axis=2, keepdims=True)
    return weights @ values, weights  # (N, U, v), (N, U, T)


def attend_backward(d_found, queries, keys, values, weights, scale=1.0):
    """Gradients of `attend`.

    Args:
        d_found: gradient for what was found, (N, U, v).
        queries, keys, values: as `attend` had them.
        weights: as `attend` gave them.
        scale: as `attend` had it; default 1.

    Returns:
        (d_queries, d_keys, d_values), each of the shape of its array.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> q, k, v = (rng.normal(size=(2, steps, 3)) for steps in (4, 5, 5))
        >>> found, weights = attend(q, k, v)
        >>> [d.shape for d in attend_backward(np.ones_like(found), q, k, v, weights)]
        [(2, 4, 3), (2, 5, 3), (2, 5, 3)]
    """
    d_scores = d_found @ values.transpose(0, 2, 1)  # (N, U, T), still for the weights
    d_scores -= np.sum(d_scores * weights, axis=2, keepdims=True)
    d_scores *= weights  # softmax'
    d_scores *= d_scores.dtype.type(scale)
    return d_scores @ keys, d_scores.transpose(0, 2, 1) @ queries, weights.transpose(0, 2, 1) @ d_found


class EncoderDecoderCache(NamedTuple):
    """What is kept for backward."""

    read: np.ndarray  # (N, T, H) states of the encoder
    written: np.ndarray  # (N, U, H) states of the decoder
    weights: np.ndarray | None  # (N, U, T); None without attention
    output_shape: tuple[int, int, int]  # (N, U, K)


class EncoderDecoder(Layer):
    """An LSTM reads, and hands its last state to another one that writes (Sutskever, Vinyals & Le 2014).

    With attention each state of the decoder looks up the states of the encoder, and the answer comes from
    both, the state and what was found (Bahdanau, Cho & Bengio 2014; with the dot product, after the step of
    the decoder, as in Luong, Pham & Manning 2015).

    Args:
        symbols: number of symbols K, the same on both sides.
        hidden_size: number of units H of either LSTM.
        attention: whether the decoder may look back; default True.
        scale: factor of the scores of attention, as for `attend`; default 1.
        seed: whole number or `np.random.Generator` for the initial weights; default None draws fresh ones.
        dtype: "float32" (default) or "float64".

    Example:
        >>> model = EncoderDecoder(symbols=4, hidden_size=8, seed=0)
        >>> model.forward([[0, 1, 2]], [[2, 1, 0]]).shape
        (1, 3, 4)
        >>> model.write([[0, 1, 2]], 3).shape
        (1, 3)
    """

    def __init__(self, symbols, hidden_size, attention=True, scale=1.0, seed=None, dtype="float32"):
        self.symbols = arguments.whole_number("symbols", symbols, minimum=2)
        self.attention = arguments.one_of("attention", attention, (True, False))
        self.scale = arguments.real_number("scale", scale, minimum=0)
        random, H = arguments.generator("seed", seed), hidden_size
        # One more symbol for the decoder: the first step has none before it.
        self.parts = {
            "encoder": LSTM(self.symbols, H, seed=random, dtype=dtype),
            "decoder": LSTM(self.symbols + 1, H, seed=random, dtype=dtype),
            "answer": Dense(2 * H if self.attention else H, self.symbols, seed=random, dtype=dtype),
        }
        parameters = np.concatenate([part.parameters for part in self.parts.values()])
        super().__init__(
            {
                f"{name}.{key}": weights.shape
                for name, part in self.parts.items()
                for key, weights in part.weights.items()
            },
            dtype,
        )
        self.parameters[...] = parameters

    def bind(self, parameters, gradients):
        super().bind(parameters, gradients)
        start = 0
        for part in self.parts.values():
            stop = start + part.parameter_count
            part.bind(parameters[start:stop], gradients[start:stop])
            start = stop

    def forward(self, read, written):
        """Logits for each symbol that is written, when the ones before it are known.

        Args:
            read: numbers of the symbols, (N, T).
            written: numbers of the symbols that should come out, (N, U).

        Returns:
            Logits (N, U, K).

        Raises:
            TypeError, ValueError: if an argument is no array of such numbers.
        """
        read = arguments.integers("read", read, ("N", "T"), below=self.symbols)
        written = arguments.integers("written", written, (len(read), "U"), below=self.symbols)
        before = np.concatenate([np.full((len(read), 1), self.symbols), written[:, :-1]], axis=1)
        return self._logits(self._read(read), before).copy()

    def _read(self, read):
        """States of the encoder (N, T, H), and its last state as a list."""
        encoder = self.parts["encoder"]
        states = encoder.forward_unchecked(_one_hot(read, self.symbols, self.dtype))
        return np.ascontiguousarray(states), [part.copy() for part in encoder.last_state()]

    def _logits(self, encoded, before):
        """Logits (N, U, K) after the symbols `before` (N, U), from what the encoder gave."""
        states, last = encoded
        x = _one_hot(before, self.symbols + 1, self.dtype)
        own = np.ascontiguousarray(self.parts["decoder"].forward_unchecked(x, state=last))
        weights, known = None, own
        if self.attention:
            found, weights = _attend(own, states, states, self.scale)
            known = np.concatenate([own, found], axis=2)  # (N, U, 2 H)
        logits = self.parts["answer"].forward_unchecked(known)
        self.cache = EncoderDecoderCache(states, own, weights, logits.shape)
        return logits

    def backward_unchecked(self, d_logits, input_gradient=True):
        """Fills `gradients`; symbols have no gradient."""
        states, own, weights, _ = self.cache
        d_known, H = self.parts["answer"].backward_unchecked(d_logits), own.shape[2]
        d_own, d_states = d_known[:, :, :H], None
        if self.attention:
            d_queries, d_keys, d_values = attend_backward(
                d_known[:, :, H:], own, states, states, weights, self.scale
            )
            d_own, d_states = d_own + d_queries, d_keys + d_values
        decoder, encoder = self.parts["decoder"], self.parts["encoder"]
        decoder.backward_unchecked(d_own, input_gradient=False)
        encoder.backward_unchecked(
            d_states, input_gradient=False, d_state=[part.d.T for part in decoder.cache.buffers.states]
        )

    def write(self, read, steps):
        """What is written when each symbol follows from those that the network wrote itself.

        Args:
            read: numbers of the symbols, (N, T).
            steps: how many to write, U.

        Returns:
            Numbers of the symbols, (N, U); the weights of attention are in `looked_at` afterwards.
        """
        read = arguments.integers("read", read, ("N", "T"), below=self.symbols)
        steps, encoded = arguments.whole_number("steps", steps), self._read(read)
        before = np.full((len(read), steps + 1), self.symbols)
        for u in range(steps):  # the steps before are run again: short, and no other code
            before[:, u + 1] = self._logits(encoded, before[:, : u + 1])[:, -1].argmax(axis=1)
        return before[:, 1:]

    @property
    def looked_at(self):
        """Weights of attention (N, U, T) of the last call; None without attention."""
        self.require_forward()
        return None if self.cache.weights is None else self.cache.weights.copy()


def _one_hot(symbols, count, dtype):
    return np.eye(count, dtype=dtype)[symbols]


def train_to_write(
    model, draw, updates, *, batch_size=32, learning_rate=0.03, max_norm=1.0, seed=0, progress=None
):
    """Train on fresh pairs of sequences at every update, with Adam and clipping.

    Args:
        model: an `EncoderDecoder`.
        draw: function `(n, generator) -> (read, written)`, numbers of symbols, (n, T) and (n, U).
        updates: how many, at least 1.
        batch_size: pairs in one update, at least 1; default 32.
        learning_rate: of Adam, at least 0; default 0.03.
        max_norm: gradients are clipped to this global norm, greater than 0; default 1.
        seed: whole number or `np.random.Generator` for the pairs; default 0.
        progress: whether to show a progress bar, as for `fit`.

    Returns:
        The loss of every update, (updates,).

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or size.

    Example:
        >>> def copies(n, rng):
        ...     read = rng.integers(2, size=(n, 2))
        ...     return read, read
        >>> losses = train_to_write(EncoderDecoder(2, 8, seed=0), copies, updates=100)
        >>> bool(losses[-1] < losses[0] / 5)
        True
    """
    arguments.instance("model", model, EncoderDecoder, "an EncoderDecoder")
    arguments.function("draw", draw)
    updates = arguments.whole_number("updates", updates)
    batch_size = arguments.whole_number("batch_size", batch_size)
    optimizer, random = Adam(learning_rate), arguments.generator("seed", seed)
    losses, bar = [], progress_bar(progress, updates)
    try:
        for _ in range(updates):
            read, written = draw(batch_size, random)
            loss, d_logits = softmax_cross_entropy(model.forward(read, written), written)
            model.backward_unchecked(d_logits)
            clip_by_global_norm(model.parameter_gradients, max_norm)
            optimizer.update(model.parameters, model.parameter_gradients)
            losses.append(loss)
            bar.update()
    finally:
        bar.close()
    return np.array(losses)

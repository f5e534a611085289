"""Carried or refreshed? What an LSTM still knows when something is done to it in the middle of a sequence."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from lstm_course.common.arguments import array, instance, integers
from lstm_course.common.arguments import mask as checked_mask
from lstm_course.scratch.layers import LSTM

__all__ = ["Held", "hold"]

SHUT = -30.0  # a bias with which the input gate is 1e-13


@dataclass(frozen=True)
class Held:
    """What `hold` found, for N sequences and H units; the last hidden states are what a read-out sees.

    Attributes:
        untouched: last hidden state of the layer as it is, `(N, H)`.
        shut: the same with the input gate shut from the mark on, `(N, H)`.
        unlooped: the same with all recurrent weights 0 from the mark on, so that no gate sees the hidden
            state, `(N, H)`.
        halved: the same with the cell state halved at the mark, `(N, H)`.
        swapped: the same with the cell state of sequence `partner[n]` put in at the mark and all gates and
            candidates of sequence n kept, `(N, H)`.
        forget: mean forget gate after the mark, `(N, H)`.
        kept: product of the forget gates after the mark: what is left of the cell state of the mark at the
            end, `(N, H)`.
        carried: share of the last cell state that is such old content, summed over units, `(N,)`.
        left: how much of the halving is left in the last cell state, 1 for all of it, `(N,)`.
    """

    untouched: np.ndarray
    shut: np.ndarray
    unlooped: np.ndarray
    halved: np.ndarray
    swapped: np.ndarray
    forget: np.ndarray
    kept: np.ndarray
    carried: np.ndarray
    left: np.ndarray


def hold(layer, x, marks, partner, mask=None):
    """Read sequences to a mark, then on: untouched, and in four ways disturbed.

    A layer that carries its memory along the cell state still has it when the input gate is shut, and still
    shows a cell state that was halved. A layer that refreshes its memory loses it when nothing may be written
    any more or the loop is cut, and heals when the cell state was halved.

    Args:
        layer: an LSTM.
        x: input `(N, T, D)`.
        marks: steps of each sequence before the mark, `(N,)`, from 1 to T.
        partner: the sequence whose cell state each one is given in the swap, `(N,)`.
        mask: `(N, T)` booleans, as for `layer.forward`; default: every step counts.

    Returns:
        A `Held`.

    Raises:
        TypeError, ValueError: if an argument is of another kind or shape.

    Example:
        >>> layer = LSTM(2, 3, seed=0)
        >>> held = hold(layer, np.ones((4, 9, 2)), marks=[5, 5, 5, 5], partner=[1, 0, 3, 2])
        >>> held.kept.shape, bool((held.kept < 1).all())
        ((4, 3), True)
    """
    layer = deepcopy(instance("layer", layer, LSTM, "an LSTM"))
    x = array("x", x, ("N", "T", layer.input_size), layer.dtype)
    N, T, _ = x.shape
    marks = integers("marks", marks, (N,), minimum=1, below=T + 1)
    partner = integers("partner", partner, (N,), below=N)
    counts = np.ones((N, T), bool) if mask is None else checked_mask("mask", mask, (N, T))
    before = counts & (np.arange(T) < marks[:, None])
    after = counts & ~before

    _, (h, c) = layer.forward(x, mask=before)
    _, (h_halved, c_halved) = layer.forward(x, (h, c / 2), after)
    _, (h_last, c_last) = layer.forward(x, (h, c), after)
    forget = layer.gates["f"].astype("float64")  # (N, T, H)
    kept = np.where(after[:, :, None], forget, 1).prod(axis=1)
    # The cell state is linear in its start: what another start changes is what the forget gates leave of it.
    c_swapped = c_last + kept * (c[partner] - c)
    shut, unlooped = deepcopy(layer), deepcopy(layer)
    shut.weights["bias"][: layer.hidden_size] = SHUT
    unlooped.weights["recurrent_kernel"][:] = 0
    return Held(
        untouched=h_last,
        shut=shut.forward(x, (h, c), after)[1][0],
        unlooped=unlooped.forward(x, (h, c), after)[1][0],
        halved=h_halved,
        swapped=h_last / np.tanh(c_last) * np.tanh(c_swapped),
        forget=np.where(after[:, :, None], forget, 0).sum(axis=1) / after.sum(axis=1, keepdims=True),
        kept=kept,
        carried=np.abs(kept * c).sum(axis=1) / np.abs(c_last).sum(axis=1),
        left=np.abs(c_halved - c_last).sum(axis=1) / np.abs(c / 2).sum(axis=1),
    )

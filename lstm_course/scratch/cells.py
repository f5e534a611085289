"""One time step of each recurrent cell, as on the blackboard.

x is the input of the step, (D,) or a batch (N, D); h and c are the state, (H,) or (N, H). Every weight matrix
W is (H, H + D) and acts on the concatenation [h_prev, x]; every bias b is (H,). `layers/` makes it fast.
"""

import numpy as np

from lstm_course.common import arguments

from .cell_arguments import checked_cell


def sigmoid(x):
    """Logistic function 1 / (1 + exp(-x)), written as a tanh so that it never overflows.

    Args:
        x: number or array of any shape.

    Returns:
        Array of the same shape, values from 0 to 1.

    Raises:
        TypeError, ValueError: if x is not numeric or not finite.

    Example:
        >>> sigmoid([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])
    """
    return bare_sigmoid(arguments.array("x", x))


def bare_sigmoid(x):
    """`sigmoid` of an array, without the check: the mathematics alone, for use in a cell."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


@checked_cell("h")
def rnn_cell(x, h_prev, weights):
    """One step of the plain RNN (Elman 1990).

    Args:
        x: input, (D,) or (N, D).
        h_prev: previous state, (H,) or (N, H).
        weights: dict with Wh (H, H + D) and bh (H,).

    Returns:
        h: the new state, (H,) or (N, H).

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

    Example:
        >>> rnn_cell([1.0], [0.0, 0.0], {"Wh": [[0, 0, 1], [1, 0, 0]], "bh": [0, 0]}).round(4)
        array([0.7616, 0.    ])
    """
    hx = np.concatenate([h_prev, x], axis=-1)                     # (N, H + D)
    return np.tanh(hx @ weights["Wh"].T + weights["bh"])          # (N, H)


@checked_cell("fico")
def lstm_cell(x, h_prev, c_prev, weights):
    """One step of the LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    Args:
        x: input, (D,) or (N, D).
        h_prev, c_prev: previous hidden state and cell state, (H,) or (N, H).
        weights: dict with Wf, Wi, Wc, Wo (H, H + D) and bf, bi, bc, bo (H,).

    Returns:
        (h, c): the new hidden state and cell state, (H,) or (N, H).

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

    Example:
        A cell whose forget gate is open and whose input gate is shut keeps what it holds.

        >>> weights = {"W" + gate: np.zeros((1, 2)) for gate in "fico"}
        >>> weights |= {"bf": [50.0], "bi": [-50.0], "bc": [0.0], "bo": [50.0]}
        >>> h, c = lstm_cell([3.0], [0.0], [0.5], weights)
        >>> c
        array([0.5])
    """
    hx = np.concatenate([h_prev, x], axis=-1)                     # (N, H + D)
    f = bare_sigmoid(hx @ weights["Wf"].T + weights["bf"])        # forget gate (N, H)
    i = bare_sigmoid(hx @ weights["Wi"].T + weights["bi"])        # input gate (N, H)
    g = np.tanh(hx @ weights["Wc"].T + weights["bc"])             # candidate (N, H)
    o = bare_sigmoid(hx @ weights["Wo"].T + weights["bo"])        # output gate (N, H)
    c = f * c_prev + i * g                                        # (N, H)
    h = o * np.tanh(c)                                            # (N, H)
    return h, c


@checked_cell("zrh")
def gru_cell(x, h_prev, weights):
    """One step of the GRU (Cho et al. 2014): z close to 1 keeps the old state, as in Keras and PyTorch.

    Args:
        x: input, (D,) or (N, D).
        h_prev: previous state, (H,) or (N, H).
        weights: dict with Wz, Wr, Wh (H, H + D) and bz, br, bh (H,).

    Returns:
        h: the new state, (H,) or (N, H).

    Raises:
        TypeError, ValueError: if an argument has the wrong kind or shape, or is not finite.

    Example:
        >>> weights = {"W" + gate: np.zeros((1, 2)) for gate in "zrh"}
        >>> weights |= {"bz": [50.0], "br": [0.0], "bh": [0.0]}
        >>> gru_cell([3.0], [0.5], weights)
        array([0.5])
    """
    hx = np.concatenate([h_prev, x], axis=-1)                     # (N, H + D)
    z = bare_sigmoid(hx @ weights["Wz"].T + weights["bz"])        # update gate (N, H)
    r = bare_sigmoid(hx @ weights["Wr"].T + weights["br"])        # reset gate (N, H)
    rhx = np.concatenate([r * h_prev, x], axis=-1)                # (N, H + D)
    g = np.tanh(rhx @ weights["Wh"].T + weights["bh"])            # candidate (N, H)
    return z * h_prev + (1 - z) * g                               # (N, H)

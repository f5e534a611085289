"""Whole batches of sequences, forward and back through time: the mathematics of `cells.py` made fast.

The plan, from the smallest part to the whole; read it in this order:

    base              Layer: weights and gradients as named views into one flat vector
    initial_weights   how the weights are drawn
    recurrent         Recurrent: what recurrent layers share: state, mask, buffers, weight gradient
    rnn, lstm, gru    the mathematics of one cell, forward and backward of a step side by side
    linear            MinGRU, MinLSTM: gates that do not look at the state, so there is no matrix in the loop
    exponential       SLSTM, MLSTM: gates without a ceiling, and a matrix for a memory
    simple            Dense, Embedding, LastStep: what stands before and behind them
    sequential        Sequential: layers in a row, their weights joined into one vector

Letters: N batch, T time steps, D input features, H hidden size; K = H + D + 1. Outside, arrays are
(N, T, features). Inside, a step is (features, N), so that each gate is one contiguous block of memory. What
makes the loops fast:

  * One matrix product a step, by the method `dot` into an array that is there: `np.dot` and `@` take longer
    to begin. S[t] holds the rows [h_prev; x; 1], so that the recurrent, input and bias terms
    of all gates come out of `W @ S[t]` together.
  * sigmoid(a) = tanh(a / 2) / 2 + 1 / 2. The weights of the sigmoid gates are halved once per call; then one
    tanh serves every gate of a step.
  * Nothing is allocated in a loop. The arrays are made once for each (N, T), and the views that a step needs
    are made with them.
  * The derivatives of the gates are known before the backward loop starts. They are computed for a block of
    steps in a few long operations; the loop itself holds only what depends on dh and dc.
  * The weight gradient of a block of steps is one matrix product. A block is as long as fits the cache.

Memory: every step is kept for the way back, some 10 H N numbers each, unless keep="recompute". Then the steps
are run in segments of about √T, in buffers as long as one segment, and run again on the way back.

Threads: the products are the only part that BLAS can divide. A second thread made an update of the LSTM
2.3 times as fast with 512 units, 1.2 to 1.5 times with 128, and hardly faster below (docs/benchmarks.md).

Names: gates i, f, o, candidate g, cell state c, output h; in the GRU gates z, r. The gradient of the loss for
a value is called d and its name: dh, dc; for a gate it is taken before the nonlinearity: di, df, dg, do.
"""

from .base import Layer, NamedArrays
from .exponential import MLSTM, SLSTM, Exponential
from .gru import GRU
from .initial_weights import chrono_biases, glorot_uniform, orthogonal
from .linear import LinearRecurrence, MinGRU, MinLSTM
from .lstm import LSTM
from .recurrent import Recurrent
from .rnn import RNN, ReluRNN
from .sequential import Sequential
from .simple import Dense, Embedding, LastStep

__all__ = [
    "GRU",
    "LSTM",
    "MLSTM",
    "RNN",
    "SLSTM",
    "Dense",
    "Embedding",
    "Exponential",
    "LastStep",
    "Layer",
    "LinearRecurrence",
    "MinGRU",
    "MinLSTM",
    "NamedArrays",
    "Recurrent",
    "ReluRNN",
    "Sequential",
    "chrono_biases",
    "glorot_uniform",
    "orthogonal",
]

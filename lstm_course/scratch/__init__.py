"""Recurrent networks written in NumPy, nothing hidden: cells, layers, training, gradient checks.

Example:
    >>> from lstm_course.scratch import LSTM, Dense, LastStep, Sequential
    >>> model = Sequential([LSTM(1, 8, seed=0), LastStep(), Dense(8, 1, seed=0)])
"""

from lstm_course.common.progress_bar import progress_over

from .adam import Adam, clip_by_global_norm
from .cells import gru_cell, lstm_cell, rnn_cell, sigmoid
from .encoder_decoder import EncoderDecoder, attend, train_to_write
from .gradcheck import check_layer, check_loss, numeric_gradient, relative_error
from .keras_weights import from_keras, to_keras
from .layers import (
    GRU,
    LSTM,
    MLSTM,
    RNN,
    SLSTM,
    Dense,
    Embedding,
    LastStep,
    MinGRU,
    MinLSTM,
    ReluRNN,
    Sequential,
)
from .losses import accuracy, mean_squared_error, sigmoid_cross_entropy, softmax_cross_entropy
from .onnx_export import to_onnx
from .saving import Saved, load, save
from .torch_weights import from_torch, to_torch
from .training import History, fit, predict, train_step

__all__ = [
    "GRU",
    "LSTM",
    "MLSTM",
    "RNN",
    "SLSTM",
    "Adam",
    "Dense",
    "Embedding",
    "EncoderDecoder",
    "History",
    "LastStep",
    "MinGRU",
    "MinLSTM",
    "ReluRNN",
    "Saved",
    "Sequential",
    "accuracy",
    "attend",
    "check_layer",
    "check_loss",
    "clip_by_global_norm",
    "fit",
    "from_keras",
    "from_torch",
    "gru_cell",
    "load",
    "lstm_cell",
    "mean_squared_error",
    "numeric_gradient",
    "predict",
    "progress_over",
    "relative_error",
    "rnn_cell",
    "save",
    "sigmoid",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "to_keras",
    "to_onnx",
    "to_torch",
    "train_step",
    "train_to_write",
]

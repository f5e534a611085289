"""The sliders of the course: move a number, see the picture and read what has happened.

Each explorer asks a question that is to be answered before anything is moved. In JupyterLab it is live; on
paper, on the site and wherever there is no kernel its first picture stands in its place.

An explorer takes arrays, never a model: what a Keras, a NumPy or a hand-set network computed looks the same.
"""

from .cells import gru_and_lstm, latch, lstm_step, rnn_step
from .explorer import Explorer
from .gradients import forget_bias, memory_lane
from .sequences import sliding_window, word_by_word

__all__ = [
    "Explorer",
    "forget_bias",
    "gru_and_lstm",
    "latch",
    "lstm_step",
    "memory_lane",
    "rnn_step",
    "sliding_window",
    "word_by_word",
]

"""The explorers of the course: move a number, see the picture and read what has happened.

Each asks a question that is to be answered before anything is moved. A browser draws it, with or without a
kernel; on paper and where nobody trusts the page a still picture stands in its place.

An explorer takes arrays, never a model: what a Keras, a NumPy or a hand-set network computed looks the same.
"""

from lstm_course.common.faces import face

_HOMES = {
    "cells": ("cell_playground", "gru_and_lstm", "latch", "rnn_step"),
    "gradients": ("forget_bias", "memory_lane", "rnn_gradient"),
    "sequences": ("sliding_window", "what_it_remembers", "word_by_word"),
}
EXPLORABLES = sorted(name for names in _HOMES.values() for name in names)

__getattr__, __dir__, __all__ = face(__name__, _HOMES | {"explorer": ("Explorer",), "tasks": None})

"""Where right answers are entered, and what several of them call. A notebook can hold this file as a cell."""

from collections import defaultdict

import numpy as np

RIGHT = defaultdict(list)  # id of an exercise -> functions


def right(exercise):
    """Enter a function as a right answer to an exercise."""

    def enter(function):
        RIGHT[exercise].append(function)
        return function

    return enter


def logistic(z):
    return 0.5 * (1 + np.tanh(0.5 * z))

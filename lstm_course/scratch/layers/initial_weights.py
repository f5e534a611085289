"""How weights are drawn before a training, as Keras draws them.

A function takes a random generator and gives an array in float64.
"""

import numpy as np

from lstm_course.scratch import arguments


def glorot_uniform(random, rows, columns):
    """Uniform within ±sqrt(6 / (rows + columns)) (Glorot & Bengio 2010), as Keras draws its kernels.

    Example:
        >>> weights = glorot_uniform(np.random.default_rng(0), 2, 4)
        >>> weights.shape, bool(abs(weights).max() <= 1)
        ((2, 4), True)
    """
    limit = np.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, (rows, columns))


def orthogonal(random, rows, columns):
    """Orthonormal rows or columns (Saxe et al. 2014), as Keras draws its recurrent kernels.

    Example:
        >>> weights = orthogonal(np.random.default_rng(0), 2, 4)
        >>> bool(np.allclose(weights @ weights.T, np.eye(2)))
        True
    """
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))    # without this the signs would be the algorithm's choice, not random
    return q if rows >= columns else q.T


def chrono_biases(random, chrono, size):
    """Biases log U(1, chrono - 1), for gates that remember up to `chrono` steps (Tallec & Ollivier 2018).

    Args:
        random: `np.random.Generator`.
        chrono: longest lag to be remembered, in steps, more than 2.
        size: number of biases.

    Raises:
        TypeError, ValueError: if chrono is no number greater than 2.

    Example:
        >>> biases = chrono_biases(np.random.default_rng(0), 100, 5)
        >>> biases.shape, bool(biases.min() >= 0), bool(biases.max() <= np.log(99))
        ((5,), True, True)
    """
    chrono = arguments.real_number("chrono", chrono)
    if chrono <= 2:
        raise ValueError(f"chrono is {chrono}, expected a number of steps greater than 2")
    return np.log(random.uniform(1, chrono - 1, size))

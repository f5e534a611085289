"""Random inputs for the probes: of order one, so that no mistake can hide behind small numbers."""

from collections.abc import Mapping

import numpy as np


def cell_weights(
    rng: np.random.Generator, input_size: int, hidden_size: int, gates: str
) -> dict[str, np.ndarray]:
    """Weights of a cell in the form of the blackboard.

    Args:
        rng: random generator.
        input_size: D.
        hidden_size: H.
        gates: letters of the blocks, "h" for an RNN, "fico" for an LSTM.

    Returns:
        Dict with `W` and the letter, shape (H, H + D), and `b` and the letter, shape (H,).
    """
    weights = {}
    for gate in gates:
        weights[f"W{gate}"] = rng.normal(size=(hidden_size, hidden_size + input_size)) / hidden_size**0.5
        weights[f"b{gate}"] = rng.normal(size=hidden_size) * 0.7
    return weights


def without_biases(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same weights with every bias zero."""
    return {name: array * (name[0] == "W") for name, array in weights.items()}

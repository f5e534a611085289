"""Trainings with one fault each: loss curves from which lesson 3 teaches to tell what went wrong.

All of them learn one task, with the same network and the same loop, so that two curves differ by the fault
alone. The task: of a sequence of 5 to 15 symbols, padded with zeros to 48 steps, the first symbol decides,
and one label in ten is wrong. So nobody who does not know the labels gets under `FLOOR` on new sequences.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from lstm_course.common.arguments import generator, one_of, whole_number
from lstm_course.scratch.adam import Adam
from lstm_course.scratch.layers import LSTM, Dense, LastStep, Sequential
from lstm_course.scratch.losses import sigmoid_cross_entropy
from lstm_course.scratch.training import predict

__all__ = ["CHANCE", "FAULTS", "FLOOR", "Training", "first_symbol", "patient", "train_with_fault"]

STEPS, SHORTEST, LONGEST, SYMBOLS, WRONG = 48, 5, 15, 6, 0.1
SEQUENCES, BATCHES, EPOCHS, UNITS = 320, 10, 20, 16
CHANCE = float(np.log(2))  # loss of a guesser
FLOOR = float(-WRONG * np.log(WRONG) - (1 - WRONG) * np.log(1 - WRONG))  # of one who knows the rule
CLIPPED = 1e-7  # how near to 0 and 1 a probability may come in the loss, as in Keras


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; the defaults are sound."""

    learning_rate: float = 0.01
    gradient_zeroed: bool = True
    labels_in_order: bool = True
    masked: bool = True
    output: str = "sigmoid"
    leaks: bool = False


FAULTS = {
    "rate too large": {"learning_rate": 3.0},
    "rate too small": {"learning_rate": 0.0001},
    "gradient accumulated": {"gradient_zeroed": False},
    "labels shuffled": {"labels_in_order": False},
    "mask missing": {"masked": False},
    "softmax on one unit": {"output": "softmax"},
    "leak": {"leaks": True},
}
PATIENTS = {
    "A": "mask missing",
    "B": "leak",
    "C": "rate too large",
    "D": "labels shuffled",
    "E": "gradient accumulated",
    "F": "softmax on one unit",
}


@dataclass(frozen=True)
class Training:
    """What came out of a training.

    Attributes:
        train: loss of each epoch, the mean over its batches while it learns, `(20,)`.
        validation: loss on 320 other sequences after each epoch, `(20,)`.
        model: the trained `scratch.Sequential`.
    """

    train: np.ndarray
    validation: np.ndarray
    model: Sequential


def first_symbol(n, seed=0):
    """Sequences whose label hangs on their first symbol, with one label in ten wrong.

    Args:
        n: how many, at least 1.
        seed: a whole number or a random generator; default 0.

    Returns:
        `(x, y, mask)`: one-hot symbols `(n, 48, 6)`, zeros where a sequence has ended; labels `(n, 1)`, 0 or
        1; and booleans `(n, 48)`, True where there is a symbol.

    Example:
        >>> x, y, mask = first_symbol(3)
        >>> x.shape, y.shape, bool((x.any(axis=2) == mask).all())
        ((3, 48, 6), (3, 1), True)
    """
    n, random = whole_number("n", n), generator("seed", seed)
    lengths = random.integers(SHORTEST, LONGEST + 1, n)
    symbols = random.integers(0, SYMBOLS, (n, STEPS))
    mask = np.arange(STEPS) < lengths[:, None]
    x = np.eye(SYMBOLS, dtype="float32")[symbols] * mask[:, :, None]
    y = (symbols[:, 0] < SYMBOLS // 2) ^ (random.random(n) < WRONG)
    return x.astype("float32"), y[:, None].astype("float32"), mask


def train_with_fault(fault=None, seed=0, cures: Sequence[str] = ()):
    """Train a network of 16 LSTM units for 20 epochs, with one fault in the training.

    Args:
        fault: one of `FAULTS`; default None, a sound training.
        seed: of the weights, the data and their order; default 0.
        cures: faults that are mended before the training, whether it has them or not; default none.

    Returns:
        A `Training`.

    Raises:
        ValueError: if a fault is unknown.

    Example:
        >>> sound = train_with_fault()
        >>> bool(sound.validation[-1] < 0.5 < sound.validation[0])
        True
    """
    recipe = Recipe() if fault is None else replace(Recipe(), **FAULTS[_known("fault", fault)])
    for cure in cures:
        sound = {setting: getattr(Recipe(), setting) for setting in FAULTS[_known("cure", cure)]}
        recipe = replace(recipe, **sound)
    return _train(recipe, whole_number("seed", seed, minimum=0))


def patient(letter, cures: Sequence[str] = ()):
    """One of the six trainings of lesson 3, each with a fault that its curves should tell.

    Args:
        letter: "A" to "F".
        cures: as for `train_with_fault`: what you think is wrong with it.

    Returns:
        A `Training`.

    Raises:
        ValueError: if there is no such patient, or a fault is unknown.

    Example:
        >>> len(patient("F").train)
        20
    """
    return train_with_fault(PATIENTS[one_of("letter", letter, tuple(PATIENTS))], cures=cures)


def _known(name, fault):
    return one_of(name, fault, tuple(FAULTS))


@cache
def _train(recipe, seed):
    """Kept, for a lesson asks more than once: with their faults mended, six trainings are the sound one."""
    random = np.random.default_rng(seed)
    x, y, mask = _sequences(recipe, random)
    others = _sequences(recipe, random)
    if not recipe.labels_in_order:
        y = random.permutation(y)
    model = Sequential([LSTM(x.shape[2], UNITS, seed=seed), LastStep(), Dense(UNITS, 1, seed=seed + 1)])
    optimizer, gradient = Adam(recipe.learning_rate), np.zeros_like(model.parameters)
    loss = sigmoid_cross_entropy if recipe.output == "sigmoid" else _softmax_cross_entropy
    train, validation = [], []
    for _ in range(EPOCHS):
        losses = []
        for rows in np.split(random.permutation(SEQUENCES), BATCHES):
            value, d = loss(model.forward(x[rows], None if mask is None else mask[rows]), y[rows])
            losses.append(value)
            model.backward(d)
            if recipe.gradient_zeroed:
                gradient[:] = 0
            gradient += model.parameter_gradients
            optimizer.update(model.parameters, gradient)
        train.append(np.mean(losses))
        validation.append(loss(predict(model, others[0], mask=others[2]), others[1])[0])
    return Training(np.array(train), np.array(validation), model)


def _sequences(recipe, random):
    """Inputs, labels and mask as this training sees them."""
    x, y, mask = first_symbol(SEQUENCES, random)
    if recipe.leaks:  # a seventh input that nobody has when the answer is asked for
        x = np.concatenate([x, y[:, None] * mask[:, :, None]], axis=2).astype("float32")
    return x, y, mask if recipe.masked else None


def _softmax_cross_entropy(logits, target):
    """Cross-entropy after a softmax over the one unit: the probability is 1, whatever the unit says."""
    probability = np.clip(np.ones_like(logits), CLIPPED, 1 - CLIPPED)
    losses = -target * np.log(probability) - (1 - target) * np.log(1 - probability)
    return float(losses.mean()), np.zeros_like(logits)

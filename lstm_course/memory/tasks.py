"""Memory tasks: small problems that can only be solved by remembering.

Each factory returns a `Task`. Its `sample(n, seed)` draws fresh sequences, so nothing can be learned by
heart, and its chance level is exact: what the best answer scores that has forgotten the whole input.

    recall(lag)             which symbol came first, `lag` steps ago, among distractors of the same alphabet
    recall_bit(lag)         the sign of the first number, with noise after it
    adding(length)          the sum of the two marked numbers (Hochreiter & Schmidhuber 1997)
    copy(delay)             repeat ten symbols after a delay (Arjovsky, Shah & Bengio 2016)
    temporal_order(length)  in which order two symbols came (Hochreiter & Schmidhuber 1997)
    parity(length)          whether the number of ones so far is odd
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lstm_course.common.arguments import generator, one_of, real_number, whole_number
from lstm_course.scratch.losses import mean_squared_error, softmax_cross_entropy


@dataclass(frozen=True)
class Task:
    """A memory task: what goes in, what must come out, and what chance scores.

    Attributes:
        name: what the task is, with its length, for captions.
        length: T, the number of time steps (for the tasks of 1997: the shortest).
        input_size: D, features of each step.
        output_size: K, numbers that the model must put out: classes, or 1 for a real number.
        loss: the loss of `scratch.losses` that fits the target.
        chance_loss: the expected loss of the best answer that ignores the input.
        chance_accuracy: the accuracy of a guess, or None when the target is a real number.
        draw: function `(n, generator) -> (x, y)` behind `sample`.
        every_step: True when each step has a target; False when only the last has.
    """

    name: str
    length: int
    input_size: int
    output_size: int
    loss: Callable
    chance_loss: float
    chance_accuracy: float | None
    draw: Callable = field(repr=False)
    every_step: bool = False

    def sample(self, n, seed=None):
        """Draw `n` fresh sequences.

        Args:
            n: how many, at least 1.
            seed: an int, a NumPy Generator (drawn on), or None for unpredictable draws.

        Returns:
            `(x, y)`: x `(n, T, D)` float32; y `(n,)` or `(n, T)` class numbers, or `(n, 1)` float32 real
            numbers.

        Raises:
            TypeError, ValueError: when `n` is not a whole number of at least 1, or `seed` is none of the
                above.

        Example:
            >>> x, y = recall(lag=3, symbols=2).sample(5, seed=0)
            >>> x.shape, y.shape
            ((5, 4, 3), (5,))
        """
        return self.draw(whole_number("n", n), generator("seed", seed))


def recall(lag, symbols=4, flag=True):
    """Which symbol came first? Every later step shows a random one of the same alphabet, as a distractor.

    Args:
        lag: steps from the symbol to the answer, at least 1. The sequence has `lag + 1` steps.
        symbols: size of the alphabet, at least 2; one feature each (one-hot).
        flag: whether one more feature is 1 at the first step and 0 afterwards ("remember this one").

    Returns:
        A `Task` with `symbols` classes.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above.

    Example:
        >>> task = recall(lag=20)
        >>> task.input_size, task.output_size, task.chance_accuracy
        (5, 4, 0.25)
    """
    lag, symbols = whole_number("lag", lag), whole_number("symbols", symbols, minimum=2)
    flag = one_of("flag", flag, (True, False))

    def draw(n, rng):
        shown = rng.integers(symbols, size=(n, lag + 1))  # (N, T)
        x = np.zeros((n, lag + 1, symbols + flag), "float32")  # (N, T, D)
        np.put_along_axis(x, shown[:, :, None], 1, axis=2)
        if flag:
            x[:, 0, -1] = 1
        return x, shown[:, 0]

    return Task(
        f"recall of 1 of {symbols} symbols, lag {lag}",
        lag + 1,
        symbols + flag,
        symbols,
        softmax_cross_entropy,
        float(np.log(symbols)),
        1 / symbols,
        draw,
    )


def recall_bit(lag, noise=1.0, flag=True):
    """Was the first number +1 or -1? All later ones are noise.

    Args:
        lag: steps from the bit to the answer, at least 1. The sequence has `lag + 1` steps.
        noise: standard deviation of the normal noise after the first step, at least 0.
        flag: whether a second feature is 1 at the first step and 0 afterwards.

    Returns:
        A `Task` with two classes: 0 for -1, 1 for +1.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above.

    Example:
        >>> x, y = recall_bit(lag=2, noise=0.0).sample(1, seed=1)
        >>> x[0].tolist(), int(y[0])
        ([[-1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], 0)
    """
    lag, noise = whole_number("lag", lag), real_number("noise", noise, minimum=0)
    flag = one_of("flag", flag, (True, False))

    def draw(n, rng):
        bit = rng.integers(2, size=n)
        x = np.zeros((n, lag + 1, 1 + flag), "float32")
        x[:, 1:, 0] = noise * rng.standard_normal((n, lag))
        x[:, 0, 0] = 2 * bit - 1
        if flag:
            x[:, 0, 1] = 1
        return x, bit

    return Task(
        f"recall of one bit, lag {lag}, noise {noise:g}",
        lag + 1,
        1 + flag,
        2,
        softmax_cross_entropy,
        float(np.log(2)),
        0.5,
        draw,
    )


def adding(length, convention="fixed"):
    """Add the two numbers that are marked, among `length`.

    Two conventions are in use, and results under one are not results under the other:

    * "fixed" (Le, Jaitly & Hinton 2015, with the marks of Arjovsky, Shah & Bengio 2016): numbers uniform in
      [0, 1], one mark in each half of the sequence, target the sum. Chance: the variance of a sum of two such
      numbers, 1/6. (The figure 0.1767 that papers quote for it is not this variance.)
    * "1997" (Hochreiter & Schmidhuber 1997, experiment 4): numbers uniform in [-1, 1]; the length is drawn
      between T and 1.1 T; the first mark is among the first ten steps, the second among the first T/2 - 1
      that are still unmarked. A mark is 1; the mark channel is -1 at both ends, else 0. When the first step
      is marked, its number is 0. The target is 0.5 + sum / 4. All sequences of one draw share their length.

    Args:
        length: T, at least 4 ("1997": at least 20, so that the first ten steps lie in the first half).
        convention: "fixed" or "1997".

    Returns:
        A `Task` with two features (number, mark) and one real number to predict.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above.

    Example:
        >>> x, y = adding(length=6).sample(1, seed=3)
        >>> bool(np.isclose((x[0, :, 0] * x[0, :, 1]).sum(), y[0, 0]))
        True
    """
    one_of("convention", convention, ("fixed", "1997"))
    length = whole_number("length", length, minimum=4 if convention == "fixed" else 20)

    if convention == "fixed":
        draw, chance = _adding_fixed(length), 1 / 6
    else:
        draw, chance = _adding_1997(length), _adding_1997_chance(length)
    return Task(
        f"adding, T = {length}, convention {convention}", length, 2, 1, mean_squared_error, chance, None, draw
    )


def _adding_fixed(length):
    half = length // 2

    def draw(n, rng):
        x = np.zeros((n, length, 2), "float32")
        x[:, :, 0] = rng.random((n, length), dtype="float32")
        row = np.arange(n)
        x[row, rng.integers(half, size=n), 1] = 1
        x[row, rng.integers(half, length, size=n), 1] = 1
        return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)

    return draw


def _adding_1997(length):
    def draw(n, rng):
        steps = int(rng.integers(length, length + length // 10 + 1))
        x = np.zeros((n, steps, 2), "float32")
        x[:, :, 0] = rng.uniform(-1, 1, (n, steps))
        x[:, [0, -1], 1] = -1
        first = rng.integers(10, size=n)
        second = rng.integers(length // 2 - 1, size=n)
        second += second >= first  # skip the step that is marked already
        row = np.arange(n)
        x[row[(first == 0) | (second == 0)], 0, 0] = 0
        x[row, first, 1] = x[row, second, 1] = 1
        total = x[row, first, 0] + x[row, second, 0]
        return x, (0.5 + total / 4)[:, None].astype("float32")

    return draw


def _adding_1997_chance(length):
    # A number that is not zeroed has variance 1/3; the target divides the sum by 4.
    first_zeroed, second_zeroed = 1 / 10, 9 / 10 / (length // 2 - 1)
    return (2 - first_zeroed - second_zeroed) / 3 / 16


def copy(delay, symbols=8, items=10):
    """Repeat `items` symbols after a delay.

    The convention is that of Arjovsky, Shah & Bengio 2016, who follow Hochreiter & Schmidhuber 1997: `items`
    symbols, `delay - 1` blanks, a "go" sign, `items` blanks; the answer is blank all the time and the symbols
    at the end. The best that can be done without memory is to answer blank, then to guess:
    `items * log(symbols) / T`.

    Args:
        delay: steps between the last symbol and the first answer, both not counted, at least 1.
        symbols: size of the alphabet, at least 2.
        items: how many symbols there are to repeat, at least 1.

    Returns:
        A `Task` with `T = delay + 2 * items` steps, `symbols + 2` features (one-hot; then blank, go),
        `symbols + 1` classes (the last is blank) and a target at every step.
        `chance_accuracy` counts the last `items` steps only.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above.

    Example:
        >>> x, y = copy(delay=2, symbols=3, items=2).sample(1, seed=0)
        >>> x[0].argmax(axis=1).tolist(), y[0].tolist()
        ([2, 1, 3, 4, 3, 3], [3, 3, 3, 3, 2, 1])
    """
    delay, items = whole_number("delay", delay), whole_number("items", items)
    symbols = whole_number("symbols", symbols, minimum=2)
    length = delay + 2 * items
    blank, go = symbols, symbols + 1

    def draw(n, rng):
        shown = rng.integers(symbols, size=(n, items))
        codes = np.full((n, length), blank)
        codes[:, :items] = shown
        codes[:, items + delay - 1] = go
        y = np.full((n, length), blank)
        y[:, -items:] = shown
        return np.eye(symbols + 2, dtype="float32")[codes], y

    return Task(
        f"copy of {items} symbols, delay {delay}",
        length,
        symbols + 2,
        symbols + 1,
        softmax_cross_entropy,
        items * float(np.log(symbols)) / length,
        1 / symbols,
        draw,
        every_step=True,
    )


def temporal_order(length):
    """Two symbols X or Y come somewhere among distractors: in which order?

    Hochreiter & Schmidhuber 1997, experiment 6a: eight symbols (a, b, c, d, X, Y, start, end); the length is
    drawn between T and 1.1 T; the first of the two comes between steps T/10 and T/5, the second between T/2
    and 6T/10; four classes XX, XY, YX, YY. All sequences of one draw share their length.

    Args:
        length: T, at least 10 (the paper: 100).

    Returns:
        A `Task` with eight features (one-hot) and four classes.

    Raises:
        TypeError, ValueError: when `length` is not a whole number of at least 10.

    Example:
        >>> task = temporal_order(100)
        >>> task.chance_accuracy, round(task.chance_loss, 4)
        (0.25, 1.3863)
    """
    length = whole_number("length", length, minimum=10)

    def draw(n, rng):
        steps = int(rng.integers(length, length + length // 10 + 1))
        codes = rng.integers(4, size=(n, steps))
        codes[:, 0], codes[:, -1] = 6, 7
        row, order = np.arange(n), rng.integers(2, size=(n, 2))
        codes[row, rng.integers(length // 10, length // 5 + 1, size=n)] = 4 + order[:, 0]
        codes[row, rng.integers(length // 2, 6 * length // 10 + 1, size=n)] = 4 + order[:, 1]
        return np.eye(8, dtype="float32")[codes], 2 * order[:, 0] + order[:, 1]

    return Task(
        f"temporal order, T = {length}", length, 8, 4, softmax_cross_entropy, float(np.log(4)), 0.25, draw
    )


def parity(length):
    """Bits; after each one, is the number of ones so far odd? A bit to hold, and to turn over and over.

    Args:
        length: T, at least 1.

    Returns:
        A `Task` with one feature (1 for a one, -1 for a zero) and an answer at every step: 0 for even, 1 for
        odd. The third class is the "blank" of tasks with an answer at every step, and never comes.

    Raises:
        TypeError, ValueError: when `length` is not a whole number of at least 1.

    Example:
        >>> x, y = parity(length=5).sample(1, seed=0)
        >>> (x[0, :, 0] > 0).astype(int).tolist(), y[0].tolist()
        ([1, 1, 1, 0, 0], [1, 0, 1, 1, 1])
    """
    length = whole_number("length", length)

    def draw(n, rng):
        bits = rng.integers(2, size=(n, length))
        return np.float32(2 * bits - 1)[:, :, None], np.cumsum(bits, axis=1) % 2

    return Task(
        f"parity, T = {length}", length, 1, 3, softmax_cross_entropy, float(np.log(2)), 0.5, draw,
        every_step=True,
    )  # fmt: skip

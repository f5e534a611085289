"""Training on a memory task, until it is solved or the updates run out."""

import time
from dataclasses import dataclass

import numpy as np

from lstm_course.common.arguments import generator, instance, real_number, whole_number
from lstm_course.common.progress_bar import in_a_loop_with_a_bar, progress_bar
from lstm_course.memory.tasks import Task
from lstm_course.scratch.adam import Adam
from lstm_course.scratch.layers import Sequential
from lstm_course.scratch.losses import accuracy
from lstm_course.scratch.training import predict, train_step

__all__ = ["Run", "evaluate", "train_on_task"]

# Training, its stopping test and the final test each draw from a stream of their own.
STOPPING_SEED = 2_000_003
TEST_SEED = 1_000_003


@dataclass(frozen=True)
class Run:
    """What came out of `train_on_task`.

    Attributes:
        losses: the training loss of every update, `(updates,)`.
        test_loss: loss on fresh sequences after the last update.
        test_accuracy: accuracy on the same, or None when the target is a real number.
        solved: whether `goal` was reached (None when no goal was set).
        seconds: training time, tests included.
        stopped: "finished", "early" (the goal was reached) or "interrupted" (by the keyboard).
    """

    losses: np.ndarray
    test_loss: float
    test_accuracy: float | None
    solved: bool | None
    seconds: float
    stopped: str = "finished"

    @property
    def updates(self):
        """How many updates were made."""
        return len(self.losses)


def train_on_task(
    model, task, updates, *, batch_size=16, learning_rate=0.01, max_norm=1.0, goal=None, seed=0, progress=None
):
    """Train on fresh sequences at every update, with Adam and clipping; stop early when the goal is reached.

    Args:
        model: a `scratch.Sequential` that fits the task's sizes.
        task: a `Task`.
        updates: the most updates to make, at least 1.
        batch_size: sequences in one update, at least 1.
        learning_rate: of Adam, at least 0.
        max_norm: gradients are clipped to this global norm, greater than 0; None: no clipping.
        goal: stop when it is reached: a loss under `goal` for real numbers, an accuracy of at least `goal`
            (from 0 to 1) for classes. Looked at every 25 updates, on 500 sequences of their own, so that what
            decides when to stop is not what is tested on at the end. None: make all updates.
        seed: of the training data, as in `Task.sample`.
        progress: whether to show a progress bar, as for `scratch.fit`.

    Returns:
        A `Run`. When the training is interrupted from the keyboard, the updates so far and the test after;
        in a loop of `progress_over` the loop ends.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above, or the model does not fit
            the task.
        FloatingPointError: when the training has diverged.

    Example:
        >>> from lstm_course.memory import recall
        >>> from lstm_course.scratch import LSTM, Dense, LastStep, Sequential
        >>> task = recall(lag=2, symbols=2)
        >>> model = Sequential([LSTM(3, 8, seed=0), LastStep(), Dense(8, 2, seed=1)])
        >>> train_on_task(model, task, updates=300, goal=0.99).solved
        True
    """
    _require_fit(model, task)
    updates, batch_size = whole_number("updates", updates), whole_number("batch_size", batch_size)
    if goal is not None:
        goal = real_number("goal", goal, minimum=0, maximum=None if task.chance_accuracy is None else 1)
    rng = generator("seed", seed)
    optimizer = Adam(real_number("learning_rate", learning_rate, minimum=0))
    losses, solved, stopped = [], None if goal is None else False, "finished"
    bar = progress_bar(progress, updates)
    start = time.perf_counter()
    try:
        while len(losses) < updates and not solved:
            x, y = task.sample(batch_size, rng)
            losses.append(train_step(model, x, y, task.loss, optimizer, max_norm=max_norm))
            if goal is not None and (len(losses) % 25 == 0 or len(losses) == updates):
                solved = _reaches(goal, *_evaluate(model, task, 500, STOPPING_SEED))
            bar.update()
        if solved:
            stopped = "early"
    except KeyboardInterrupt:
        if in_a_loop_with_a_bar():
            raise
        stopped = "interrupted"
    finally:
        bar.close()
    test_loss, test_accuracy = _evaluate(model, task, 1000, TEST_SEED)
    seconds = time.perf_counter() - start
    return Run(np.array(losses), test_loss, test_accuracy, solved, seconds, stopped)


def _require_fit(model, task):
    instance("model", model, Sequential, "a Sequential")
    instance("task", task, Task, "a Task, for example recall(lag=10)")
    x, _ = task.sample(1, seed=0)
    try:
        came = model.forward(x).shape
    except (TypeError, ValueError) as error:
        raise ValueError(f"model does not take the input of the task {task.name!r}: {error}") from None
    expected = (1, x.shape[1], task.output_size) if task.every_step else (1, task.output_size)
    if came != expected:
        raise ValueError(
            f"model has the output shape {came} for one sequence of the task {task.name!r}, "
            f"expected {expected}"
        )


def _reaches(goal, loss, hits):
    return loss < goal if hits is None else hits >= goal


def evaluate(model, task, n=1000, seed=TEST_SEED):
    """Loss and accuracy on fresh sequences; for the tasks of 1997 they all have one length.

    Args:
        model: a `scratch.Sequential` that fits the task's sizes.
        task: a `Task`.
        n: how many sequences, at least 1.
        seed: of the test sequences, as in `Task.sample`; the default is not one that training uses by chance.

    Returns:
        `(loss, accuracy)`; accuracy is None when the target is a real number. For `copy`, accuracy counts the
        steps that repeat the symbols, not the blanks before them.

    Raises:
        TypeError, ValueError: when an argument is not of the kind or size above, or the model does not fit
            the task.

    Example:
        >>> from lstm_course.memory import adding
        >>> from lstm_course.scratch import LSTM, Dense, LastStep, Sequential
        >>> task = adding(10)
        >>> untrained = Sequential([LSTM(2, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> loss, hits = evaluate(untrained, task, n=100)
        >>> loss > 0.1, hits
        (True, None)
    """
    _require_fit(model, task)
    return _evaluate(model, task, n, seed)


def _evaluate(model, task, n, seed):
    x, y = task.sample(n, seed)
    answer = predict(model, x)
    loss, _ = task.loss(answer, y)
    if task.chance_accuracy is None:
        return float(loss), None
    if task.every_step:
        items = np.all(y != task.output_size - 1, axis=0)  # steps that are not blank
        answer, y = answer[:, items], y[:, items]
    return float(loss), float(accuracy(answer, y))

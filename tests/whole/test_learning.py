"""That the networks learn what the course says they learn: ten seeds each, with fresh test sequences.

A training stops at a goal that is stricter than the claim: one that stops as soon as the claim seems to hold
may fall short of it on the next sequences. What the ten runs gave is printed; `pytest -rP` shows it.
"""

import numpy as np
import pytest

from lstm_course.memory import adding, recall, train_on_task
from lstm_course.scratch import LSTM, Dense, LastStep, Sequential

SEEDS = range(10)
BUSY = 4  # a machine with other work to do is granted so many times the promised seconds


def lstm(task, hidden_size, chrono, seed):
    return Sequential(
        [
            LSTM(task.input_size, hidden_size, chrono=chrono, seed=seed),
            LastStep(),
            Dense(hidden_size, task.output_size, seed=seed + 1),
        ]
    )


def ten_runs(task, hidden_size, chrono, **training):
    runs = [
        train_on_task(lstm(task, hidden_size, chrono, seed), task, batch_size=16, seed=seed, **training)
        for seed in SEEDS
    ]
    for run in runs:
        score = f"loss {run.test_loss:.4f}" if run.test_accuracy is None else f"accuracy {run.test_accuracy}"
        print(f"{run.updates} updates, {run.seconds:.2f} s, test {score}")
    return runs


@pytest.mark.parametrize(("length", "updates", "seconds"), [(100, 1500, 5), (1000, 1000, 60)])
def test_an_lstm_adds(length, updates, seconds):
    task = adding(length)
    runs = ten_runs(task, 16, length, updates=updates, learning_rate=0.03, goal=0.005)
    assert task.chance_loss == 1 / 6
    assert sum(run.test_loss < 0.01 for run in runs) >= 9
    assert np.median([run.seconds for run in runs]) < BUSY * seconds


def test_an_lstm_recalls_a_hundred_steps():
    runs = ten_runs(recall(lag=100, symbols=8), 32, 200, updates=1500, learning_rate=0.01, goal=1.0)
    assert sum(run.test_accuracy >= 0.99 for run in runs) >= 9
    assert np.median([run.seconds for run in runs]) < BUSY * 5

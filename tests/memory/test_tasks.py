"""The memory tasks: what they draw, what chance scores, how training runs, and what bad input is told."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from helpers import assert_bad_input_is_named
from hypothesis import given
from hypothesis import strategies as st

from lstm_course.memory import (
    Task,
    adding,
    copy,
    evaluate,
    parity,
    recall,
    recall_bit,
    tasks,
    temporal_order,
    train_on_task,
    training,
)
from lstm_course.scratch import LSTM, Dense, LastStep, Sequential, predict

NAN, INFINITE = float("nan"), float("inf")
SEED = st.integers(0, 2**32 - 1)
EXAMPLES = {
    "recall": recall(6, symbols=3),
    "recall without flag": recall(6, symbols=3, flag=False),
    "recall_bit": recall_bit(6),
    "recall_bit without flag": recall_bit(6, flag=False),
    "adding": adding(9),
    "adding 1997": adding(30, convention="1997"),
    "copy": copy(5, symbols=4, items=3),
    "temporal_order": temporal_order(25),
    "parity": parity(9),
}
every_task = pytest.mark.parametrize("task", EXAMPLES.values(), ids=EXAMPLES)


def draw_many(task, total=100_000, size=1000):
    """Sequences of many draws, for the tasks of 1997 of many lengths: the last targets, (total, ...)."""
    rng = np.random.default_rng(0)
    return np.concatenate([task.sample(size, rng)[1] for _ in range(total // size)])


# ---- what is drawn


@every_task
def test_shapes_and_kinds(task):
    x, y = task.sample(7, seed=0)
    N, T, D = x.shape
    assert (N, D, x.dtype) == (7, task.input_size, np.float32)
    longest = task.length + task.length // 10 if task.name.endswith(("1997", "T = 25")) else task.length
    assert task.length <= T <= longest
    if task.chance_accuracy is None:
        assert (y.shape, y.dtype, task.output_size) == ((7, 1), np.float32, 1)
    else:
        assert y.shape == ((7, T) if task.every_step else (7,))
        assert y.dtype.kind == "i" and y.min() >= 0 and y.max() < task.output_size


@every_task
def test_the_seed_decides(task):
    x, y = task.sample(20, seed=4)
    for same in (task.sample(20, seed=4), task.sample(20, np.random.default_rng(4))):
        np.testing.assert_array_equal(x, same[0])
        np.testing.assert_array_equal(y, same[1])
    other_x, _ = task.sample(20, seed=5)
    assert x.shape != other_x.shape or not np.array_equal(x, other_x)


@every_task
def test_a_generator_goes_on_and_no_seed_is_fresh(task):
    rng = np.random.default_rng(4)
    for first, second in ((task.sample(20, rng), task.sample(20, rng)), (task.sample(20), task.sample(20))):
        assert first[0].shape != second[0].shape or not np.array_equal(first[0], second[0])


@given(lag=st.integers(1, 40), symbols=st.integers(2, 9), flag=st.booleans(), seed=SEED)
def test_recall_asks_for_the_first_symbol(lag, symbols, flag, seed):
    task = recall(lag, symbols, flag)
    x, y = task.sample(5, seed)
    assert x.shape == (5, lag + 1, symbols + flag)
    shown = x[:, :, :symbols]
    np.testing.assert_array_equal(np.unique(shown), [0, 1])
    np.testing.assert_array_equal(shown.sum(axis=2), 1)
    np.testing.assert_array_equal(shown[:, 0].argmax(axis=1), y)
    if flag:
        np.testing.assert_array_equal(x[:, 0, -1], 1)
        np.testing.assert_array_equal(x[:, 1:, -1], 0)


def test_distractors_of_recall_are_uniform_and_tell_nothing():
    x, y = recall(3, symbols=4).sample(100_000, seed=0)
    shown = x[:, :, :4].argmax(axis=2)  # (N, T)
    for step in range(1, 4):
        together = np.histogram2d(y, shown[:, step], bins=4)[0] / len(y)
        np.testing.assert_allclose(together, 1 / 16, atol=0.004)  # 5 standard deviations
    neighbours = np.histogram2d(shown[:, 1], shown[:, 2], bins=4)[0] / len(y)
    np.testing.assert_allclose(neighbours, 1 / 16, atol=0.004)


@given(lag=st.integers(1, 40), noise=st.floats(0, 10), flag=st.booleans(), seed=SEED)
def test_recall_bit_asks_for_the_first_sign(lag, noise, flag, seed):
    x, y = recall_bit(lag, noise, flag).sample(5, seed)
    assert x.shape == (5, lag + 1, 1 + flag)
    np.testing.assert_array_equal(x[:, 0, 0], np.where(y == 1, 1, -1))
    if flag:
        np.testing.assert_array_equal(x[:, 0, 1], 1)
        np.testing.assert_array_equal(x[:, 1:, 1], 0)
    if noise == 0:
        np.testing.assert_array_equal(x[:, 1:, 0], 0)


def test_noise_of_recall_bit_has_the_deviation_that_is_asked_for():
    x, y = recall_bit(10, noise=0.3).sample(10_000, seed=0)
    noise = x[:, 1:, 0]
    assert abs(noise.std() - 0.3) < 0.003 and abs(noise.mean()) < 0.005
    assert abs(np.corrcoef(noise.sum(axis=1), y)[0, 1]) < 0.05


@given(length=st.integers(4, 60), seed=SEED)
def test_adding_with_one_mark_in_each_half(length, seed):
    x, y = adding(length).sample(8, seed)
    numbers, marks = x[:, :, 0], x[:, :, 1]
    assert x.shape == (8, length, 2) and numbers.min() >= 0 and numbers.max() <= 1
    assert set(np.unique(marks)) == {0, 1}
    np.testing.assert_array_equal(marks[:, : length // 2].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, length // 2 :].sum(axis=1), 1)
    np.testing.assert_allclose(y[:, 0], (numbers * marks).sum(axis=1), rtol=1e-6)


@given(length=st.integers(20, 120), seed=SEED)
def test_adding_of_1997(length, seed):
    x, y = adding(length, convention="1997").sample(40, seed)
    numbers, marks = x[:, :, 0], x[:, :, 1]
    assert length <= x.shape[1] <= 1.1 * length
    assert numbers.min() >= -1 and numbers.max() <= 1
    marked = marks == 1
    np.testing.assert_array_equal(marked.sum(axis=1), 2)
    assert marked[:, :10].any(axis=1).all() and not marked[:, length // 2 :].any()
    np.testing.assert_array_equal(numbers[marked[:, 0], 0], 0)
    np.testing.assert_array_equal(marks[~marked[:, 0], 0], -1)
    np.testing.assert_array_equal(marks[:, -1], -1)
    np.testing.assert_array_equal(marks[:, 1:-1][~marked[:, 1:-1]], 0)
    np.testing.assert_allclose(y[:, 0], 0.5 + (numbers * marked).sum(axis=1) / 4, atol=1e-6)
    assert y.min() >= 0 and y.max() <= 1


def test_marks_of_adding_reach_every_step_that_they_may():
    marked = adding(7).sample(5000, seed=0)[0][:, :, 1]
    np.testing.assert_allclose(marked.mean(axis=0), [1 / 3] * 3 + [1 / 4] * 4, atol=0.04)
    marked = adding(40, convention="1997").sample(20_000, seed=0)[0][:, :, 1] == 1
    # The first is one of ten steps, the second one of the first 19 that are still unmarked: of steps 0 to 19.
    np.testing.assert_allclose(marked[:, 0].mean(), 1 / 10 + 9 / 10 / 19, atol=0.012)
    np.testing.assert_allclose(marked[:, 10:20].mean(axis=0), 1 / 19, atol=0.008)
    assert not marked[:, 20:].any()


def test_lengths_of_1997_lie_between_T_and_a_tenth_more():
    for task in (adding(40, convention="1997"), temporal_order(40)):
        assert {task.sample(1, seed)[0].shape[1] for seed in range(100)} == {40, 41, 42, 43, 44}


@given(delay=st.integers(1, 30), symbols=st.integers(2, 9), items=st.integers(1, 12), seed=SEED)
def test_copy_repeats_what_was_shown(delay, symbols, items, seed):
    x, y = copy(delay, symbols, items).sample(6, seed)
    blank, go = symbols, symbols + 1
    np.testing.assert_array_equal(np.unique(x), [0, 1])
    np.testing.assert_array_equal(x.sum(axis=2), 1)
    codes = x.argmax(axis=2)  # (N, T)
    assert codes.shape == y.shape == (6, delay + 2 * items)
    assert codes[:, :items].max() < symbols
    np.testing.assert_array_equal(codes[:, items : items + delay - 1], blank)
    np.testing.assert_array_equal(codes[:, items + delay - 1], go)  # just before the first answer
    np.testing.assert_array_equal(codes[:, items + delay :], blank)
    np.testing.assert_array_equal(y[:, :-items], blank)
    np.testing.assert_array_equal(y[:, -items:], codes[:, :items])


def test_copy_is_the_task_of_arjovsky_et_al():
    task = copy(delay=500)
    assert (task.length, task.input_size, task.output_size) == (520, 10, 9)
    assert task.chance_loss == pytest.approx(10 * np.log(8) / 520)


@given(length=st.integers(10, 150), seed=SEED)
def test_temporal_order_is_in_the_input(length, seed):
    x, y = temporal_order(length).sample(10, seed)
    assert length <= x.shape[1] <= 1.1 * length
    np.testing.assert_array_equal(x.sum(axis=2), 1)
    codes = x.argmax(axis=2)  # a b c d X Y start end
    np.testing.assert_array_equal(codes[:, 0], 6)
    np.testing.assert_array_equal(codes[:, -1], 7)
    for sequence, answer in zip(codes, y, strict=True):
        (first, second) = np.flatnonzero((sequence == 4) | (sequence == 5))
        assert length // 10 <= first <= length // 5 and length // 2 <= second <= 6 * length // 10
        assert answer == 2 * (sequence[first] - 4) + sequence[second] - 4
        assert np.isin(np.delete(sequence, [0, first, second, -1]), range(4)).all()


def test_parity_turns_over_at_every_one():
    x, y = parity(12).sample(10, seed=3)
    ones = (x[:, :, 0] == 1).astype(int)
    np.testing.assert_array_equal(y[:, 0], ones[:, 0])
    np.testing.assert_array_equal(y[:, 1:] != y[:, :-1], ones[:, 1:] == 1)
    assert set(np.unique(x)) == {-1, 1}


# ---- chance, exactly


@pytest.mark.parametrize(
    "task", [adding(10), adding(11), *[adding(n, "1997") for n in (20, 24, 100)]], ids=lambda task: task.name
)
def test_chance_of_adding_is_the_variance_of_the_target(task):
    y = draw_many(task).astype("float64")
    squares = (y - y.mean()) ** 2
    assert abs(squares.mean() - task.chance_loss) < 4 * squares.std() / np.sqrt(len(y))
    assert abs(y.mean() - (1 if "fixed" in task.name else 0.5)) < 0.005


def test_chance_of_adding_in_figures():
    assert adding(100).chance_loss == 1 / 6
    assert adding(100, "1997").chance_loss == pytest.approx((2 - 0.1 - 0.9 / 49) / 48)


@pytest.mark.parametrize(
    "task",
    [
        recall(5, 2),
        recall(5, 8, flag=False),
        recall_bit(5),
        copy(3),
        copy(30, symbols=3, items=2),
        temporal_order(50),
        parity(7),
    ],
    ids=lambda task: task.name,
)
def test_chance_of_classes_is_what_the_best_constant_scores(task):
    y = draw_many(task)
    classes = task.output_size - task.every_step
    logits = np.zeros((*y.shape, task.output_size))
    if task.every_step:  # sure of the blanks, without an idea of the symbols
        blanks = np.all(y == classes, axis=0)
        assert blanks.sum() == task.length - np.count_nonzero(y[0] != classes)
        logits[:, blanks, :classes] = logits[:, ~blanks, classes:] = -1000
        y_asked = y[:, ~blanks]
    else:
        y_asked = y
    loss, _ = task.loss(logits, y)
    assert loss == pytest.approx(task.chance_loss, rel=1e-6)
    shares = np.bincount(y_asked.ravel(), minlength=classes) / y_asked.size
    assert task.chance_accuracy == 1 / classes == pytest.approx(shares.max(), abs=0.006)
    # No constant does better: the best one, which says the shares themselves, gains nothing.
    best = -(shares * np.log(shares)).sum() * y_asked.size / y.size
    assert best == pytest.approx(task.chance_loss, rel=1e-3)


# ---- training


def small_model(task):
    last = [] if task.every_step else [LastStep()]
    return Sequential([LSTM(task.input_size, 8, seed=0), *last, Dense(8, task.output_size, seed=1)])


@every_task
def test_training_and_evaluation_take_every_task(task):
    run = train_on_task(small_model(task), task, updates=3, seed=0)
    assert run.losses.shape == (3,) and run.updates == 3 and run.solved is None and run.seconds > 0
    assert run.losses[0] > task.chance_loss / 2 and np.isfinite(run.test_loss)
    assert (run.test_accuracy is None) == (task.chance_accuracy is None)


@every_task
def test_untrained_networks_score_no_better_than_chance(task):
    loss, hits = evaluate(small_model(task), task, n=2000)
    assert loss > 0.97 * task.chance_loss
    assert hits is None or hits < task.chance_accuracy + 0.07


def test_training_is_decided_by_the_seed():
    task = recall(3, symbols=2)
    runs = [train_on_task(small_model(task), task, updates=30, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    assert runs[0].test_loss == runs[1].test_loss != runs[2].test_loss
    assert not np.array_equal(runs[0].losses, runs[2].losses)


def interrupted(task, at):
    """The same task, whose sample number `at` is stopped from the keyboard."""
    calls = []

    def draw(n, rng):
        calls.append(1)
        if len(calls) == at:
            raise KeyboardInterrupt
        return task.draw(n, rng)

    return replace(task, draw=draw)


@pytest.mark.parametrize("updates", [0, 7])
def test_an_interrupted_training_keeps_what_was_measured(updates):
    task = recall(3, symbols=2)
    run = train_on_task(small_model(task), interrupted(task, 2 + updates), updates=30, goal=1.0, seed=1)
    assert (run.stopped, run.updates, run.solved) == ("interrupted", updates, False)
    whole = train_on_task(small_model(task), task, updates=30, seed=1)
    np.testing.assert_array_equal(run.losses, whole.losses[:updates])
    assert 0 <= run.test_accuracy <= 1 and whole.stopped == "finished"


def test_training_stops_at_the_goal():
    task = recall(2, symbols=2)
    model = small_model(task)
    run = train_on_task(model, task, updates=2000, goal=0.99, seed=0)
    assert run.stopped == "early"
    assert run.solved is True and run.updates % 25 == 0 and run.updates < 500
    assert run.test_accuracy >= 0.98
    assert evaluate(model, task) == (run.test_loss, run.test_accuracy)
    # One look earlier the goal was not reached yet.
    earlier = train_on_task(small_model(task), task, updates=run.updates - 25, goal=0.99, seed=0)
    assert earlier.solved is False and earlier.updates == run.updates - 25


def test_a_loss_is_the_goal_for_real_numbers():
    task = adding(4)
    run = train_on_task(small_model(task), task, updates=2000, goal=0.1, seed=0)
    assert run.solved is True and run.updates < 2000 and run.test_loss < 0.12


def test_a_bar_counts_the_updates_and_goes_when_the_goal_is_reached(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, progress, total):
            self.progress, self.updates, self.closed = progress, 0, False
            bars.append(self)

        def update(self):
            self.updates += 1

        def close(self):
            self.closed = True

    monkeypatch.setattr(training, "progress_bar", Bar)
    task = recall(2, symbols=2)
    run = train_on_task(small_model(task), task, updates=2000, goal=0.99, seed=0)
    train_on_task(small_model(task), task, updates=3, progress=False)
    assert [bar.progress for bar in bars] == [None, False] and all(bar.closed for bar in bars)
    assert [bar.updates for bar in bars] == [run.updates, 3] and run.updates < 2000


def test_goals_out_of_reach_and_the_last_look():
    task = recall(30, symbols=8)
    run = train_on_task(small_model(task), task, updates=7, goal=0.9)
    assert run.solved is False and run.updates == 7
    assert train_on_task(small_model(task), task, updates=7, goal=0).solved is True  # looked at the end


def test_stopping_and_testing_see_other_sequences(monkeypatch):
    task, seen = recall(5, symbols=4), []
    monkeypatch.setattr(training, "predict", lambda model, x: seen.append(x) or predict(model, x))
    train_on_task(small_model(task), task, updates=25, goal=1.0)
    look, test = ({sequence.tobytes() for sequence in x} for x in seen)
    possible = 4**6
    assert len(look & test) < 3 * len(look) * len(test) / possible  # no more in common than by chance


def test_evaluate_counts_only_the_repeated_symbols_of_copy():
    task = copy(2, symbols=4, items=2)
    model = Sequential([Dense(6, 5, seed=0)])
    model.weights["0.kernel"], model.weights["0.bias"] = np.zeros((6, 5)), np.array([0, 0, 0, 0, 1.0])
    assert evaluate(model, task)[1] == 0  # all blanks right, no symbol
    model.weights["0.bias"] = np.array([1.0, 0, 0, 0, 0])
    assert evaluate(model, task, n=4000)[1] == pytest.approx(1 / 4, abs=0.03)


def test_evaluate_is_repeatable_and_leaves_the_weights():
    task = adding(6)
    model = small_model(task)
    before = model.parameters.copy()
    assert evaluate(model, task, n=50) == evaluate(model, task, n=50) != evaluate(model, task, n=50, seed=1)
    np.testing.assert_array_equal(model.parameters, before)


def test_batch_size_learning_rate_and_clipping_reach_the_training():
    task, plain = recall(2, symbols=2), {"batch_size": 8, "learning_rate": 0.01, "max_norm": None}
    usual = train_on_task(small_model(task), task, updates=10, **plain).losses
    for other in ({"batch_size": 9}, {"learning_rate": 0.02}, {"max_norm": 0.01}):
        assert not np.array_equal(
            train_on_task(small_model(task), task, updates=10, **plain | other).losses, usual
        )
    still = small_model(task)
    before = still.parameters.copy()
    train_on_task(still, task, updates=10, learning_rate=0)
    np.testing.assert_array_equal(still.parameters, before)


# ---- bad input

NO_SIZE = [0, -1, 2.0, "3", None, True, NAN, [1], np.zeros(0)]
NO_NUMBER = ["1", NAN, INFINITE, [1.0], True]
NO_FLAG = [None, 1, 0, "yes", np.ones(2)]
NO_SEED = ["0", -1, 1.5, [1], NAN]
RECALL = recall(2, symbols=2)
GOOD_MODEL = small_model(RECALL)
NO_MODEL = [
    None,
    "model",
    LSTM(3, 8, seed=0),
    [LSTM(3, 8)],
    Sequential([LSTM(4, 8), LastStep(), Dense(8, 2)]),  # other input
    Sequential([LSTM(3, 8), LastStep(), Dense(8, 3)]),  # other output
    Sequential([LSTM(3, 8), LastStep(), Dense(8, 1)]),
    Sequential([LSTM(3, 8), Dense(8, 2)]),  # an answer at every step
    Sequential([Dense(3, 2)]),
    Sequential([LSTM(3, 8)]),
]
NO_TASK = [None, "recall", recall, RECALL.sample, 3, [RECALL]]
TRAIN = {"model": GOOD_MODEL, "task": RECALL, "updates": 1}

# name: (function, good arguments, argument -> bad values)
TABLE = {
    "Task.sample": (RECALL.sample, {"n": 2}, {"n": NO_SIZE, "seed": NO_SEED}),
    "recall": (recall, {"lag": 2}, {"lag": NO_SIZE, "symbols": [1, *NO_SIZE], "flag": NO_FLAG}),
    "recall_bit": (
        recall_bit,
        {"lag": 2},
        {"lag": NO_SIZE, "noise": [-0.1, None, *NO_NUMBER], "flag": NO_FLAG},
    ),
    "adding": (adding, {"length": 4}, {"length": [3, *NO_SIZE], "convention": [None, "1998", 1997, "Fixed"]}),
    "adding 1997": (adding, {"length": 20, "convention": "1997"}, {"length": [19, *NO_SIZE]}),
    "copy": (copy, {"delay": 1}, {"delay": NO_SIZE, "symbols": [1, *NO_SIZE], "items": NO_SIZE}),
    "temporal_order": (temporal_order, {"length": 10}, {"length": [9, *NO_SIZE]}),
    "parity": (parity, {"length": 1}, {"length": NO_SIZE}),
    "train_on_task": (
        train_on_task,
        TRAIN,
        {
            "model": NO_MODEL,
            "task": NO_TASK,
            "updates": NO_SIZE,
            "batch_size": NO_SIZE,
            "learning_rate": [-1, None, *NO_NUMBER],
            "max_norm": [0, -1, *NO_NUMBER],
            "goal": [-0.1, 1.1, 99, *NO_NUMBER],
            "seed": NO_SEED,
            "progress": ["yes", 1],
        },
    ),
    "evaluate": (
        evaluate,
        {"model": GOOD_MODEL, "task": RECALL},
        {"model": NO_MODEL, "task": NO_TASK, "n": NO_SIZE, "seed": NO_SEED},
    ),
}


def public_functions(module):
    """Names of the functions and methods that a module defines for its users."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value):
            yield name
        elif inspect.isclass(value):
            yield from (
                f"{name}.{method}"
                for method, code in vars(value).items()
                if inspect.isfunction(code) and not method.startswith("_")
            )


@pytest.mark.parametrize("name", TABLE)
def test_bad_input_is_named(name):
    function, good, bad = TABLE[name]
    function(**good)  # else the table would prove nothing
    assert_bad_input_is_named(function, good, bad)


def test_the_table_is_complete():
    assert {*public_functions(tasks), *public_functions(training)} <= set(TABLE)
    for name, (function, _, bad) in TABLE.items():
        assert set(bad) >= set(inspect.signature(function).parameters) - {"convention"}, name


def test_a_goal_for_real_numbers_may_be_above_one():
    assert train_on_task(small_model(adding(4)), adding(4), updates=1, goal=100).solved


@pytest.mark.parametrize(
    ("task", "other"),
    [(adding(6), adding(6)), (copy(2), recall(2, symbols=9))],
    ids=["an answer at every step", "only the last answer"],
)
def test_models_that_do_not_fit(task, other):
    layers = [LSTM(task.input_size, 4), Dense(4, task.output_size)]
    if task.every_step:
        layers.insert(1, LastStep())
    for function in (evaluate, lambda model, task: train_on_task(model, task, updates=1)):
        with pytest.raises(ValueError, match=r"^model has the output shape \(1, .*, expected \(1, "):
            function(Sequential(layers), task)


def test_messages_say_what_came_and_what_was_expected():
    def message(function, *args, **kwargs):
        with pytest.raises((ValueError, TypeError)) as caught:
            function(*args, **kwargs)
        return str(caught.value)

    assert message(recall, 0) == "lag is 0, expected a whole number of at least 1"
    assert message(recall, 3, flag=1) == "flag is 1, expected True or False"
    assert message(adding, 19, "1997") == "length is 19, expected a whole number of at least 20"
    assert message(adding, 19, "1998") == "convention is '1998', expected 'fixed' or '1997'"
    assert message(train_on_task, GOOD_MODEL, RECALL, 1, batch_size=0) == (
        "batch_size is 0, expected a whole number of at least 1"
    )
    assert message(evaluate, GOOD_MODEL, recall) == (
        "task is of type function, expected a Task, for example recall(lag=10)"
    )
    assert message(evaluate, small_model(recall(2)), RECALL) == (
        "model does not take the input of the task 'recall of 1 of 2 symbols, lag 2': "
        "x has shape (1, 3, 3), expected (N, T, 5)"
    )
    assert message(evaluate, Sequential([LSTM(3, 8), LastStep()]), RECALL) == (
        "model has the output shape (1, 8) for one sequence of the task 'recall of 1 of 2 symbols, lag 2', "
        "expected (1, 2)"
    )


def test_a_task_says_what_it_is():
    assert isinstance(RECALL, Task)
    assert repr(RECALL).startswith("Task(name='recall of 1 of 2 symbols, lag 2', length=3, ")

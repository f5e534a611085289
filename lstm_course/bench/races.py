"""`lstm-course bench`: how fast the layers of this course are, measured on this machine.

A race times all rivals in turn, round after round, so that a busy moment hits every one of them; a ratio is
taken within a round, then the median over the rounds. Each number of threads has a process of its own,
because TensorFlow fixes its threads on first use. Times are wall times of whole updates: forward, backward,
Adam.
"""

import gc
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from lstm_course.bench import rivals
from lstm_course.bench.rivals import Contest
from lstm_course.common import machine
from lstm_course.common.environment import QUIET_TENSORFLOW
from lstm_course.common.files import write
from lstm_course.common.trouble import Trouble
from lstm_course.memory import tasks
from lstm_course.scratch import (
    LSTM,
    Adam,
    Dense,
    LastStep,
    Sequential,
    mean_squared_error,
    predict,
    to_keras,
    train_step,
)

LESSON_SIZES = [(32, 60, 1, 50), (32, 100, 2, 32), (1, 100, 16, 32)]  # (N, T, D, H)
LARGE_SIZES = [(64, 100, 2, 128), (32, 200, 128, 128), (20, 500, 2, 64), (64, 100, 256, 512)]


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        lesson_sizes, large_sizes: of the contests, (N, T, D, H).
        rounds: of each race.
        seconds: that a rival runs for in one round.
        adding: lengths of the adding problem, against Keras and alone.
        seeds: trainings of each.
        updates: the most of one training.
        lengths: T for cost and memory; the last is also run with keep="recompute".
        scale: N, D, H while T changes.
    """

    lesson_sizes: list
    large_sizes: list
    rounds: int
    seconds: float
    adding: tuple
    seeds: tuple
    updates: int
    lengths: list
    scale: tuple


FULL = Plan(
    LESSON_SIZES,
    LARGE_SIZES,
    rounds=5,
    seconds=0.15,
    adding=(100, 1000),
    seeds=(3, 10),
    updates=3000,
    lengths=[10, 30, 100, 300, 1000, 3000, 10_000],
    scale=(16, 1, 64),
)
QUICK = Plan(
    [(2, 3, 1, 4)],
    [(2, 4, 3, 5)],
    rounds=2,
    seconds=0.0,
    adding=(4, 6),
    seeds=(1, 2),
    updates=50,
    lengths=[4, 16],
    scale=(2, 1, 3),
)


# ---- measuring


def race(trains, rounds, seconds):
    """Time rivals in turn.

    Args:
        trains: dict from name to a function of a number of updates.
        rounds: how often each is timed.
        seconds: roughly how long each runs in a round; at least two updates.

    Returns:
        Dict from name to the seconds for one update in each round.

    Example:
        >>> list(race({"nothing": lambda updates: None}, rounds=3, seconds=0.0))
        ['nothing']
    """
    updates = {}
    for name, train in trains.items():
        train(2)  # compiles, and fills the caches
        updates[name] = int(np.clip(seconds / max(_seconds(train, 2), 1e-6), 2, 20_000))
    times = {name: [] for name in trains}
    for k in range(rounds):
        names = list(trains)
        for name in names[k % len(names) :] + names[: k % len(names)]:
            times[name].append(_seconds(trains[name], updates[name]))
    return times


def _seconds(train, updates):
    start = time.perf_counter()
    train(updates)
    return (time.perf_counter() - start) / updates


def quartiles(values):
    """Median, lower and upper quartile.

    Example:
        >>> quartiles([5, 1, 2, 4, 3])
        {'median': 3.0, 'low': 2.0, 'high': 4.0}
    """
    low, median, high = np.percentile(values, [25, 50, 75]).tolist()
    return {"median": median, "low": low, "high": high}


def compared(times):
    """What a race says: the time of each rival, and how many times ours it is, taken round by round."""
    return [
        {"rival": name, "seconds": quartiles(seconds), "ratio": quartiles(np.divide(seconds, times["ours"]))}
        for name, seconds in times.items()
    ]


# ---- what is measured: each part returns a list of rows, plain dicts that go into the JSON file


def training(plan, threads):
    """Updates of every rival, at every size."""
    contests = [Contest("LSTM", *size) for size in plan.lesson_sizes + plan.large_sizes]
    contests += [Contest(kind, *size) for kind in ("GRU", "RNN") for size in plan.lesson_sizes]
    rows = []
    for contest in contests:
        trains = {name: make(contest) for name, make in _rivals().items()}
        others = machine.others_at_work()
        found = compared(race(trains, plan.rounds, plan.seconds))
        beside = {"threads": threads, "others": round(others(), 2)}
        rows += [asdict(contest) | beside | row for row in found]
        _say(f"{contest.kind} {contest.size}, {threads} thread{'s' * (threads > 1)}")
        del trains
        if "keras" in sys.modules:
            sys.modules["keras"].utils.clear_session()  # else every compiled model stays in memory
    return rows


def _rivals():
    found = {"ours": rivals.ours, "blackboard": rivals.blackboard}
    if importlib.util.find_spec("keras"):
        found |= {
            "Keras fit": rivals.keras_fit,
            "Keras train_on_batch": rivals.keras_train_on_batch,
            "Keras fit, XLA": partial(rivals.keras_fit, xla=True),
            "Keras train_on_batch, XLA": partial(rivals.keras_train_on_batch, xla=True),
        }
    if importlib.util.find_spec("torch"):
        found["PyTorch"] = rivals.pytorch
    return found


def inference(plan, threads):
    """One step of one sequence, the state handed on: what a live signal or a text being written asks for."""
    contest = replace(Contest("LSTM", *plan.lesson_sizes[0]), batch=1)
    steps = {"ours": rivals.our_step(contest), "ours, forward": rivals.our_forward(contest)}
    if importlib.util.find_spec("keras"):
        steps |= {
            "Keras tf.function": rivals.keras_step(contest),
            "Keras XLA": rivals.keras_step(contest, xla=True),
        }
    if importlib.util.find_spec("torch"):
        steps["PyTorch"] = rivals.pytorch_step(contest)
    times = race(steps, plan.rounds, plan.seconds)
    return [asdict(contest) | {"threads": threads} | row for row in compared(times)]


def products(plan, threads):
    """Arithmetic that training achieves, against bare matrix products: large ones, and the layer's own."""
    rows = []
    for size in plan.lesson_sizes + plan.large_sizes:
        contest = Contest("LSTM", *size)
        large = 2048 if contest.hidden > 16 else 32
        work = {
            "training": contest.floating_point_operations,
            "large": 2 * large**3,
            "own shapes": contest.floating_point_operations,
        }
        times = race(
            {
                "training": rivals.ours(contest),
                "large": rivals.large_product(large),
                "own shapes": rivals.own_products(contest),
            },
            plan.rounds,
            plan.seconds,
        )
        rates = {name: work[name] / np.array(seconds) / 1e9 for name, seconds in times.items()}
        rows.append(
            asdict(contest)
            | {"threads": threads}
            | {name: quartiles(rate) for name, rate in rates.items()}
            | {f"of {name}": quartiles(rates["training"] / rates[name]) for name in ("large", "own shapes")}
        )
    return rows


def adding(plan, threads):
    """Seconds until the adding problem is solved: test error under 0.01."""
    rows = []
    for length, seeds, against in zip(plan.adding, plan.seeds, (True, False), strict=True):
        for seed in range(seeds):
            learners = {"ours": _our_learner(length, seed)}
            if against and importlib.util.find_spec("keras"):
                learners["Keras train_on_batch"] = _keras_learner(length, seed)
            for name, learner in learners.items():
                seconds, updates, solved = _time_to_goal(*learner, tasks.adding(length), seed, plan.updates)
                rows.append(
                    {
                        "length": length,
                        "seed": seed,
                        "threads": threads,
                        "rival": name,
                        "seconds": seconds,
                        "updates": updates,
                        "solved": solved,
                    }
                )
        _say(f"adding problem, T = {length}")
    return rows


def _adding_model(length, seed):
    return Sequential([LSTM(2, 16, chrono=max(3, length), seed=seed), LastStep(), Dense(16, 1, seed=seed)])


def _our_learner(length, seed):
    model, optimizer = _adding_model(length, seed), Adam(0.03)
    return (
        lambda x, y: train_step(model, x, y, mean_squared_error, optimizer, max_norm=1.0),
        lambda x: predict(model, x),
    )


def _keras_learner(length, seed):
    """The same in Keras, compiled before the clock runs, from the same initial weights."""
    import keras

    model = _adding_model(length, seed)
    twin = keras.Sequential([keras.Input((length, 2)), keras.layers.LSTM(16), keras.layers.Dense(1)])
    twin.compile(optimizer=keras.optimizers.Adam(0.03, global_clipnorm=1.0), loss="mse")
    twin.optimizer.build(twin.trainable_variables)
    variables = twin.optimizer.variables
    start = [variable.numpy() for variable in variables]
    x, y = tasks.adding(length).sample(250, seed)
    twin.train_on_batch(x[:16], y[:16])
    twin.predict_on_batch(x)
    for variable, value in zip(variables, start, strict=True):
        variable.assign(value)
    for layer, keras_layer in zip(model.layers[::2], twin.layers, strict=True):
        to_keras(layer, keras_layer)
    return twin.train_on_batch, twin.predict_on_batch


def _time_to_goal(update, answer, task, seed, most):
    random, (x_test, y_test) = np.random.default_rng(seed), task.sample(250, 1_000_000 + seed)
    start = time.perf_counter()
    for updates in range(1, most + 1):
        update(*task.sample(16, random))
        if updates % 25 == 0 and np.mean((answer(x_test) - y_test) ** 2) < 0.01:
            return time.perf_counter() - start, updates, True
    return time.perf_counter() - start, most, False


def scale(plan, threads):
    """Seconds of an update when T, the batch or H grows, the others held."""
    N, D, H = plan.scale
    T = plan.lengths[len(plan.lengths) // 2]
    series = {
        "T": [(N, length, D, H) for length in plan.lengths],
        "batch": [(N * 4**k // 16 or 1, T, D, H) for k in range(5)],
        "H": [(N, T, D, max(1, H * 2**k // 4)) for k in range(5)],
    }
    rows = []
    for name, sizes in series.items():
        trains = {size: rivals.ours(Contest("LSTM", *size)) for size in sizes}
        for size, seconds in race(trains, plan.rounds, plan.seconds / 2).items():
            rows.append({"grows": name, "size": size, "threads": threads, "seconds": quartiles(seconds)})
    return rows


def memory(plan, threads):
    """Peak memory of making a network and training one update, by T and by batch, with either `keep`."""
    N, D, H = plan.scale
    contests = [Contest("LSTM", N, T, D, H) for T in plan.lengths]
    contests += [Contest("LSTM", batch, plan.lengths[-2], D, H) for batch in (1, 4 * N)]
    rows = [
        asdict(contest) | {"keep": keep, "bytes": peak_memory(contest, keep)}
        for contest in contests
        for keep in ("gates", "recompute")
    ]
    longest = contests[len(plan.lengths) - 1]
    times = race({keep: rivals.ours(longest, keep=keep) for keep in ("gates", "recompute")}, plan.rounds, 0)
    price = {"price in time": quartiles(np.divide(times["recompute"], times["gates"]))}
    return [
        row | price if (row["steps"], row["keep"]) == (longest.steps, "recompute") else row for row in rows
    ]


def peak_memory(contest, keep):
    """Bytes at the peak, as Python and NumPy report what they allocate; the data are not counted."""
    x, y = next(contest.batches())
    gc.collect()
    tracemalloc.start()
    model, optimizer = contest.model(keep=keep), Adam()
    train_step(model, x, y, mean_squared_error, optimizer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


# ---- the processes


PARTS = {part.__name__: part for part in (training, inference, products, adding, scale, memory)}
WITH_TWO_THREADS = ("training",)


def measure(only=None, quick=False, path=None, say=print):
    """Measure everything, each number of threads in a process of its own.

    Args:
        only: name of the one part that is measured, one of `PARTS`; default None, all.
        quick: tiny sizes, one thread: only to see that it works.
        path: of a JSON file that is written after each part; what it already holds is not measured again,
            so that a run that was broken off goes on. Default None: nothing is written.
        say: function that is told what is asked of the machine, and what has been measured.

    Returns:
        A dict for JSON: "machine", and a list of rows for each part.

    Raises:
        BenchError: the file at `path` holds something else than what such a run has written.
    """
    results = _begun(path, quick)
    say(f"This takes about {_minutes(only, quick)}. Let nothing else run meanwhile: a race beside other work "
        "is marked as disturbed.")  # fmt: skip
    for threads in (1,) if quick else (1, 2):
        parts = [
            part
            for part in (PARTS if threads == 1 else WITH_TWO_THREADS)
            if [part, threads] not in results["measured"] and only in (None, part)
        ]
        for part, rows in _measured_in_process(parts, threads, quick, say):
            results[part] += rows
            results["measured"].append([part, threads])
            results["machine"]["load after"] = machine.load()
            if path:
                _save(results, path)
    return results


def _minutes(only, quick):
    """How long it takes on two cores; most of it is PyTorch and Keras."""
    if quick:
        return "a minute"
    return "15 minutes at most" if only else "15 minutes"


class BenchError(Trouble):
    """The speed cannot be measured; the message says why."""


def _begun(path, quick):
    if path is None or not Path(path).exists():
        begun = {"machine": machine.description(), "quick": quick, "measured": []}
        return begun | {part: [] for part in PARTS}
    results = _parsed(path)
    if results is None or results.get("quick") != quick:
        raise BenchError(f"{path} was not written by such a run of this command; name a new file")
    return results


def read(path):
    """What an earlier run has written.

    Args:
        path: of its JSON file.

    Returns:
        A dict, as `measure` makes it.

    Raises:
        BenchError: there is no such file, or it holds something else.
    """
    results = _parsed(path) if Path(path).is_file() else None
    if results is None:
        raise BenchError(f"{path} is no file that `lstm-course bench --json` has written")
    return results


def _parsed(path):
    """The figures in a file; None where it holds something else."""
    try:
        results = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        return None
    return results if isinstance(results, dict) and "measured" in results else None


def _save(results, path):
    write(path, json.dumps(results, indent=1).encode())


def _measured_in_process(parts, threads, quick, say):
    """Yields (part, its rows), each as soon as it has been measured.

    What TensorFlow writes to stderr is shown where the process ends badly, and nowhere else.
    """
    if not parts:
        return
    environment = os.environ | machine.better_environment() | QUIET_TENSORFLOW | {"PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "lstm_course.bench.races", str(threads), str(int(quick)), *parts]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, stderr=log) as process,
    ):
        for line in process.stdout:
            told = json.loads(line)
            if isinstance(told, str):
                say(told)
            else:
                yield told
        if process.wait():
            log.seek(0)
            raise BenchError(
                f"The process that measures ended with status {process.returncode}:\n{log.read()}"
            )


def _work(threads, quick, parts):
    from threadpoolctl import threadpool_limits

    if importlib.util.find_spec("tensorflow"):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(threads)
    with threadpool_limits(threads, user_api="blas"):
        for part in parts:
            print(json.dumps([part, PARTS[part](QUICK if quick else FULL, threads)]), flush=True)


def _say(done):
    print(json.dumps(f"measured: {done}"), flush=True)


if __name__ == "__main__":
    threads, quick, *parts = sys.argv[1:]
    _work(int(threads), bool(int(quick)), parts)

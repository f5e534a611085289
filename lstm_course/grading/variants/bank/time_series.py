"""Lesson 6: a leak in a pipeline, windows by a convention, how many there are, and the scaled error."""

import random

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, function, number

__all__ = ["KINDS"]

# Step of a pipeline -> its line as it should be, the same with a leak, and what leaks there.
_STEPS = {
    "gaps": (
        "{s} = {s}.ffill()",
        "{s} = {s}.bfill()",
        "a gap is filled with the value after it, which was not known at that time",
    ),
    "smoothing": (
        "{s} = {s}.rolling({k}).mean().dropna()",
        "{s} = {s}.rolling({k}, center=True).mean().dropna()",
        "a centred mean takes in values from after its day",
    ),
    "split": ("cut = int({share} * len({s}))", None, ""),
    "scaling": (
        "{s} = ({s} - {s}[:cut].mean()) / {s}[:cut].std()",
        "{s} = ({s} - {s}.mean()) / {s}.std()",
        "mean and spread are taken from the test part as well",
    ),
    "season": (
        "season = {s}[:cut].groupby({s}[:cut].index.month).mean()",
        "season = {s}.groupby({s}.index.month).mean()",
        "the averages of the months are made with the test part",
    ),
    "windows": (
        "pairs = [({s}[t : t + {w}], {s}[t + {w}]) for t in range(len({s}) - {w})]",
        "pairs = [({s}[t : t + {w}], {s}[t + {w} - 1]) for t in range(len({s}) - {w})]",
        "the target is the last value of its own window",
    ),
    "order": (
        "random.seed(0)",
        "random.shuffle(pairs)",
        "windows that overlap those of the test part are trained on",
    ),
    "parts": ("{a}, {b} = pairs[: cut - {w}], pairs[cut - {w} :]", None, ""),
    "stopping": (
        "model = trained({a}[:-{v}], stop_by={a}[-{v}:])",
        "model = trained({a}, stop_by={b})",
        "the training stops where the test error is lowest",
    ),
    "choice": (
        "rate = min(rates, key=lambda each: error(each, {a}[-{v}:]))",
        "rate = min(rates, key=lambda each: error(each, {b}))",
        "the learning rate is chosen by the test error",
    ),
    "report": ("print(rmse(model, {b}))", None, ""),
}
_ALWAYS = {"split", "windows", "parts", "stopping", "report"}


def _leak(rng: random.Random, name: str) -> ExamQuestion:
    optional = [step for step in _STEPS if step not in _ALWAYS]
    chosen = _ALWAYS | set(rng.sample(optional, rng.randint(3, len(optional))))
    steps = [step for step in _STEPS if step in chosen]
    if rng.random() < 0.5 and {"gaps", "smoothing"} <= chosen:
        steps[0], steps[1] = steps[1], steps[0]
    leaking = rng.choice([step for step in steps if _STEPS[step][1]])
    a, b = rng.choice([("train", "test"), ("past", "future"), ("known", "held_out")])
    fill = {
        "s": rng.choice(["series", "y", "co2", "level"]), "a": a, "b": b, "k": rng.randint(3, 9),
        "w": rng.randint(8, 30), "v": rng.randint(20, 90), "share": rng.randint(70, 90) / 100,
    }  # fmt: skip
    lines = [(_STEPS[step][1] if step == leaking else _STEPS[step][0]) or "" for step in steps]
    listing = "\n".join(f"{k:2}  {line.format(**fill)}" for k, line in enumerate(lines, 1))
    place = steps.index(leaking) + 1
    return number(
        Place("A leak in a pipeline", "06", "Leaks, found by trying", 4, 8),
        f"{name} = {place}",
        [
            f"One line of this pipeline lets something of the test part (`{b}`) into what is trained or "
            f"chosen, or something of a window's future into the window. `{fill['s']}` is a pandas series "
            "with a date as its index. Which line is it?",
            f"```\n{listing}\n```",
        ],
        [],
        [(4, f"line {place}; two points for a sentence that describes this leak at another line")],
        f"In line {place}, {_STEPS[leaking][2]}.",
    )


def _how_many(rng: random.Random, name: str) -> ExamQuestion:
    n, w, k, s = rng.randint(400, 900), rng.randint(10, 40), rng.randint(2, 12), rng.randint(2, 5)
    share = rng.choice([70, 75, 80, 85])
    sample = (
        f"n, window, horizon, stride = {n}, {w}, {k}, {s}\n"
        f"test = n - n * {share} // 100\n"
        f"{name} = (test - window - horizon) // stride + 1"
    )
    return number(
        Place("How many windows are left", "06", "From a series to windows", 3, 8),
        sample,
        [
            f"A series has {n} values. The first {share} % (rounded down) are for training, the rest for "
            f"the test. From the test part alone, windows of {w} values are made, each with the value "
            f"**{k} steps after the window's last one** as its target; a new window begins every {s} "
            "values. How many pairs of window and target are there?"
        ],
        [
            ("one too few", "the first window begins at 0: add 1", f"{name} - 1"),
            (
                "horizon left out",
                "the target must lie in the test part as well",
                "(test - window) // stride + 1",
            ),
            ("stride left out", "not every value begins a window", "test - window - horizon + 1"),
            ("of the whole series", "only the test part counts", "(n - window - horizon) // stride + 1"),
        ],
        [(1, "the length of the test part"), (2, "the last place where a window and its target still fit")],
        "The last window begins at test - window - horizon, and one begins every stride values from 0 on.",
    )


def _windows(rng: random.Random, name: str) -> ExamQuestion:
    stride, newest = rng.randint(2, 4), rng.random() < 0.5
    change, mean = rng.random() < 0.5, rng.random() < 0.5
    turned = "[::-1]" if newest else ""
    future = "series[t + length : t + length + horizon]"
    target = f"{future}.mean()" if mean else "series[t + length + horizon - 1]"
    base = "series[t + length - 1]"
    source = (
        f"def {name}(series, length, horizon):\n"
        "    inputs, targets = [], []\n"
        f"    for t in range(0, len(series) - length - horizon + 1, {stride}):\n"
        f"        inputs.append(series[t : t + length]{turned})\n"
        f"        targets.append({target}{f' - {base}' if change else ''})\n"
        "    return np.array(inputs), np.array(targets)\n"
    )
    what = (
        "the mean of the `horizon` values after the window"
        if mean
        else "the `horizon`-th value after the window"
    )

    def inputs(generator, n, length, horizon):
        return generator.normal(size=n).cumsum(), length, horizon

    return function(
        Place("Windows by a convention", "06", "From a series to windows", 6, 15),
        source,
        [
            "`series` (n,) is cut into windows of `length` values. The first begins with the first value, "
            f"and each further one **{stride} values later**, as long as all that its target needs is "
            f"there. In a row of `inputs` the **{'newest' if newest else 'oldest'}** value stands first. "
            "The target of a window is "
            f"{what}{', **minus the last value of the window**' if change else ''}."
        ],
        {"inputs": ("window", "step"), "targets": ("window",)},
        lambda generator: [
            Probe(inputs(generator, 32, 5, 3)),  # whatever the stride, a window begins where the last one can
            Probe(inputs(generator, 17, 4, 2)),
            Probe(inputs(generator, 25, 6, 1), "for one step ahead"),
        ],
        [
            Mistake("last window lost", "One more window fits: add 1.", {"- horizon + 1": "- horizon"}),
            Mistake("every value begins a window", f"A window begins {stride} values after the one before.",
                    {f", {stride}):": "):"}),
            Mistake("in the other order", "The order in a window is the other one.",
                    {f"length]{turned})": f"length]{'' if newest else '[::-1]'})"}),
            Mistake("level in place of change", "The last value of the window is to be subtracted.",
                    {f" - {base})": ")"}),
            Mistake("one step too far", "The target lies one step before.",
                    {target: target.replace("horizon - 1", "horizon") if not mean else
                     "series[t + length + 1 : t + length + horizon + 1].mean()"}),
        ],
        [(2, "where windows begin, up to the last one"), (1, "the order in a window"), (3, "the target")],
        (np.array([1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 22.0, 29.0]), 3, 2),
    )  # fmt: skip


def _scaled(rng: random.Random, name: str) -> ExamQuestion:
    m = rng.choice([2, 3, 4])
    train = [rng.randint(20, 60) for _ in range(10)]
    test = [rng.randint(20, 60) for _ in range(4)]
    forecast = [value + rng.choice([-1, 1]) * rng.randint(1, 9) for value in test]
    sample = (
        f"train = np.array({train})\ntest = np.array({test})\nforecast = np.array({forecast})\n"
        f"naive = np.abs(train[{m}:] - train[:-{m}]).mean()\n"
        f"{name} = np.abs(test - forecast).mean() / naive"
    )
    return number(
        Place("The scaled error", "06", "The error without units", 3, 8),
        sample,
        [
            f"Training part: {', '.join(map(str, train))}. Test part: {', '.join(map(str, test))}. "
            f"Forecast of it: {', '.join(map(str, forecast))}. The season has **{m}** steps. How large is "
            "the mean absolute scaled error, scaled by the seasonal naive forecast **within the training "
            "part**? Give three digits after the point."
        ],
        [
            ("not seasonal", f"the naive forecast repeats the value {m} steps before",
             "np.abs(test - forecast).mean() / np.abs(np.diff(train)).mean()"),
            ("not scaled", "divide by the error of the naive forecast", "np.abs(test - forecast).mean()"),
            ("upside down", "the forecast's error is divided by the naive one", f"1 / {name}"),
        ],
        [(1, "the error of the forecast"), (2, "that of the seasonal naive forecast in the training part")],
        "Below 1 the forecast is better than the naive one was on the training part.",
        0.003,
    )  # fmt: skip


KINDS: dict[str, Maker] = {
    "leak": _leak,
    "how many windows": _how_many,
    "windows": _windows,
    "scaled error": _scaled,
}

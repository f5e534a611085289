"""What `lstm-course bench` found: the goals and whether they are met, tables, pictures, a page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

KERAS = ("Keras fit", "Keras train_on_batch", "Keras fit, XLA", "Keras train_on_batch, XLA")
DISTURBED = 0.2  # cores that other programs had during a race, in the mean
LESSONS = 60  # hidden units up to which a size counts as one of the lessons


@dataclass(frozen=True)
class Goal:
    """Something that ought to be reached.

    Attributes:
        what: in words.
        must, aim: the figure that is required, and the one that is hoped for.
        found: the worst that was measured, None if it was not.
        where: the size and threads at which it was the worst.
        less_is_better: True for seconds.
    """

    what: str
    must: float
    aim: float
    found: float | None
    where: str = ""
    less_is_better: bool = False

    @property
    def verdict(self):
        """One of "not measured", "missed", "met" and "aim reached"."""
        if self.found is None:
            return "not measured"
        reached = [
            self.found <= figure if self.less_is_better else self.found >= figure
            for figure in (self.must, self.aim)
        ]
        return "aim reached" if all(reached) else "met" if reached[0] else "missed"


def goals(results):
    """The goals, each with the worst median that was measured.

    Args:
        results: as `bench.measure` makes them.

    Returns:
        A list of `Goal`.
    """
    training = results["training"]
    lesson = [row for row in training if row["hidden"] <= LESSONS]
    lstm, others = ([row for row in lesson if (row["kind"] == "LSTM") == yes] for yes in (True, False))
    large = max(row["hidden"] for row in training)
    shares = [
        (row["of large"]["median"], _where(row)) for row in results["products"] if row["hidden"] == large
    ]
    return [
        Goal("ours against Keras `fit`, LSTM, lesson sizes", 3, 5, *_worst(lstm, ["Keras fit"])),
        Goal(
            "ours against the fastest Keras, LSTM, every size",
            1.1,
            1.5,
            *_worst([row for row in training if row["kind"] == "LSTM"], KERAS),
        ),
        Goal(
            "ours against PyTorch, LSTM, every size",
            0.95,
            1.2,
            *_worst([row for row in training if row["kind"] == "LSTM"], ["PyTorch"]),
        ),
        Goal("ours against Keras `fit`, GRU and RNN, lesson sizes", 3, 5, *_worst(others, ["Keras fit"])),
        Goal("ours against the blackboard, lesson sizes", 3, 4, *_worst(lesson, ["blackboard"])),
        Goal(
            "one step of inference against compiled Keras",
            20,
            100,
            *_worst(results["inference"], ["Keras tf.function", "Keras XLA"]),
        ),
        Goal(
            "adding problem, seconds against Keras `train_on_batch`", 3, 5, *_adding_ratio(results["adding"])
        ),
        Goal(
            "longest adding problem, nine of ten seeds, seconds",
            60,
            5,
            *_longest_adding(results["adding"]),
            less_is_better=True,
        ),
        Goal(f"share of the matrix-product rate, H = {large}", 0.6, 0.8, *min(shares)),
        Goal(
            "longest sequences, memory of keeping all against recomputing",
            10,
            30,
            *_memory_ratio(results["memory"]),
        ),
    ]


def _where(row):
    return f"{row['kind']} ({_size(row)}), threads {row['threads']}"


def _worst(rows, names):
    found = [
        (row["ratio"]["median"], f"{_where(row)}: {row['rival']}") for row in rows if row["rival"] in names
    ]
    return min(found, default=(None, ""))


def _adding_ratio(rows):
    ours, keras = (
        {(row["length"], row["seed"]): row["seconds"] for row in rows if (row["rival"] == "ours") == yes}
        for yes in (True, False)
    )
    ratios = [keras[training] / ours[training] for training in keras]
    return (float(np.median(ratios)), f"median of {len(ratios)} seeds") if ratios else (None, "")


def _longest_adding(rows):
    longest = max(row["length"] for row in rows)
    seconds = sorted(
        row["seconds"] if row["solved"] else float("inf") for row in rows if row["length"] == longest
    )
    enough = int(np.ceil(0.9 * len(seconds)))
    return seconds[enough - 1], f"T = {longest}, {sum(np.isfinite(seconds))} of {len(seconds)} seeds solved"


def _memory_ratio(rows):
    longest = max(row["steps"] for row in rows)
    kept, again = (
        next(row for row in rows if row["steps"] == longest and row["keep"] == keep)
        for keep in ("gates", "recompute")
    )
    price = again["price in time"]["median"]
    return kept["bytes"] / again["bytes"], f"T = {longest}, at {price:.2f} times the time"


# ---- tables


def tables(results):
    """All tables of what was measured, as Markdown: a list of (title, text)."""
    made = [(title, part, make) for title, part, make in _TABLES if results[part]]
    goal_table = (
        [("Goals", _goal_table(goals(results)))] if all(results[part] for _, part, _ in _TABLES) else []
    )
    return goal_table + [(title, make(results[part])) for title, part, make in made]


def _inference_table(rows):
    return _table(
        ["by", "microseconds", "times ours"],
        [[row["rival"], _spread(row["seconds"], 1e6), _spread(row["ratio"])] for row in rows],
    )


def _products_table(rows):
    names = ("training", "large", "own shapes", "of large", "of own shapes")
    return _table(
        ["N, T, D, H", "threads", "training", "large product", *names[2:]],
        [[_size(row), row["threads"], *(_spread(row[name]) for name in names)] for row in rows],
    )


def _scale_table(rows):
    return _table(
        ["grows", "N, T, D, H", "milliseconds", "microseconds for each step"],
        [
            [
                row["grows"],
                ", ".join(map(str, row["size"])),
                _spread(row["seconds"], 1e3),
                _spread(row["seconds"], 1e6 / row["size"][1]),
            ]
            for row in rows
        ],
    )


def comparison(before, after):
    """Our times in two runs beside each other, as Markdown.

    Args:
        before, after: dicts, as `races.measure` makes them. On different machines the ratios are those of the
            machines, too.

    Returns:
        A str: what was measured on, and a table of the contests that both have.
    """
    both = [_ours(results["training"]) for results in (before, after)]
    rows = [
        [*contest, _spread(both[0][contest], 1e3), _spread(both[1][contest], 1e3),
         _number(both[0][contest]["median"] / both[1][contest]["median"])]
        for contest in both[0]
        if contest in both[1]
    ]  # fmt: skip
    machines = [f"{each['machine']['processor']}, {each['machine']['date']}" for each in (before, after)]
    head = ["layer", "N, T, D, H", "threads", "before, ms", "after, ms", "times as fast"]
    return f"Before: {machines[0]}. After: {machines[1]}.\n\n{_table(head, rows)}"


def _ours(rows):
    """Our seconds by contest: (kind, size, threads)."""
    return {
        (row["kind"], _size(row), row["threads"]): row["seconds"] for row in rows if row["rival"] == "ours"
    }


def _goal_table(found):
    return _table(
        ["goal", "must", "aim", "found", "verdict", "where it is the worst"],
        [
            [
                goal.what,
                f"{goal.must:g}",
                f"{goal.aim:g}",
                "" if goal.found is None else _number(goal.found),
                goal.verdict,
                goal.where,
            ]
            for goal in found
        ],
    )


def _training_table(rows):
    names = list(dict.fromkeys(row["rival"] for row in rows))
    contests = {}
    for row in rows:
        contests.setdefault((row["kind"], _size(row), row["threads"]), {})[row["rival"]] = row
    return _table(
        ["layer", "N, T, D, H", "threads", "ours, ms", *names[1:]],
        [
            [
                *contest[:2],
                f"{contest[2]}{' (disturbed)' if found['ours'].get('others', 0) > DISTURBED else ''}",
                _spread(found["ours"]["seconds"], 1e3),
                *(_spread(found[name]["ratio"]) if name in found else "" for name in names[1:]),
            ]
            for contest, found in contests.items()
        ],
    )


def _threads_table(rows):
    """The numbers of threads are measured in processes of their own: the ratio is one of medians."""
    contests = {}
    for (*contest, threads), seconds in _ours(rows).items():
        contests.setdefault(tuple(contest), {})[threads] = 1e3 * seconds["median"]
    return _table(
        ["layer", "N, T, D, H", "one thread, ms", "two threads, ms", "times as fast"],
        [
            [*contest, _number(found[1]), _number(found[2]), _number(found[1] / found[2])]
            for contest, found in contests.items()
            if {1, 2} <= set(found)
        ],
    )


def _adding_table(rows):
    groups = {}
    for row in rows:
        groups.setdefault((row["length"], row["rival"]), []).append(row)
    return _table(
        ["T", "by", "seeds solved", "seconds, median", "slowest", "updates, median"],
        [
            [
                *group,
                f"{sum(row['solved'] for row in found)} of {len(found)}",
                _number(np.median([row["seconds"] for row in found])),
                _number(max(row["seconds"] for row in found)),
                f"{np.median([row['updates'] for row in found]):.0f}",
            ]
            for group, found in groups.items()
        ],
    )


def _memory_table(rows):
    contests = {}
    for row in rows:
        contests.setdefault(_size(row), {})[row["keep"]] = row["bytes"] / 1e6
    return _table(
        ["N, T, D, H", '`keep="gates"`', '`keep="recompute"`', "ratio"],
        [
            [
                size,
                _number(found["gates"]),
                _number(found["recompute"]),
                _number(found["gates"] / found["recompute"]),
            ]
            for size, found in contests.items()
        ],
    )


def _size(row):
    return f"{row['batch']}, {row['steps']}, {row['features']}, {row['hidden']}"


def _spread(values, factor=1.0):
    median, low, high = (_number(factor * values[name]) for name in ("median", "low", "high"))
    return f"{median} ({low} to {high})"


def _number(value):
    """Three digits are as many as a busy machine can vouch for.

    Example:
        >>> [_number(value) for value in (1234.5, 12.345, 0.98765)]
        ['1234', '12.3', '0.988']
    """
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


# ---- the picture and the page


_TABLES = (
    ("Training: seconds of an update, and how many times ours", "training", _training_table),
    ("What a second thread brings to ours", "training", _threads_table),
    ("One step of inference", "inference", _inference_table),
    ("The adding problem to a test error under 0.01", "adding", _adding_table),
    ("Arithmetic: GFLOP/s of training, and its share of bare matrix products", "products", _products_table),
    ("Cost of an update when one size grows", "scale", _scale_table),
    ("Peak memory of an update, megabytes", "memory", _memory_table),
)


def pictures(results):
    """Figures with their description: dict from name to (figure, description)."""
    from lstm_course.plots import charts

    found = {
        "training": (
            charts.ratios(_ratios(results["training"]), "time of an update, ours = 1"),
            "How many times as long as ours an LSTM update takes in Keras, in PyTorch and on the blackboard, "
            "with one thread.",
        )
    }
    for name, label in (("T", "time steps T"), ("batch", "batch N"), ("H", "hidden units H")):
        rows = [row for row in results["scale"] if row["grows"] == name]
        place = {"T": 1, "batch": 0, "H": 3}[name]
        curve = [[row["size"][place] for row in rows]] + [
            [1000 * row["seconds"][key] for row in rows] for key in ("median", "low", "high")
        ]
        found[name] = (
            charts.by_size({"LSTM": curve}, "milliseconds an update", label),
            f"Milliseconds of an LSTM update against {label}, both axes logarithmic.",
        )
    return found


def _ratios(rows):
    groups = {}
    for row in rows:
        if row["kind"] == "LSTM" and row["threads"] == 1 and row["rival"] != "ours":
            marks = groups.setdefault(_size(row), {})
            marks[row["rival"]] = [row["ratio"][key] for key in ("median", "low", "high")]
    return groups


def write_report(results, path):
    """Write the page of the documentation, with its pictures beside it.

    Args:
        results: as `bench.measure` makes them.
        path: of the Markdown file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [HEAD.format(page=path.name, **_machine_words(results["machine"]))]
    for name, (figure, description) in pictures(results).items():
        picture = path.with_name(f"{path.stem}-{name}.png")  # each machine has a page of its own
        figure.savefig(picture, dpi=100, metadata={"Software": None})
        parts.append(f"![{description}]({picture.name})")
    parts += [f"## {title}\n\n{table}" for title, table in tables(results)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


HEAD = """# Benchmarks

Made by `lstm-course bench --report docs/{page}` on {date}; edit nothing here, run it again.

Machine: {processor}, {cores} cores, {system}. Python {python}, {versions}. {blas} Load before and after:
{load}.

Every figure is a median, with the quartiles in brackets. All rivals of a race run in turn in one process,
round after round, and a ratio is taken within a round: 2 means that ours takes half the time. An update is
forward, backward and Adam of a recurrent layer with one output at the last step, float32. Sizes are N, T, D,
H: batch, time steps, features, hidden units. The blackboard is `cells.py` in a loop; its GRU has the reset
gate before the product. PyTorch and Keras run as installed, Keras without tf.data's autotune, whose threads
would make `fit` wait. A race beside which other programs had more than a fifth of a core is marked as
disturbed."""


def _machine_words(machine):
    chosen, changed = machine["OpenBLAS chose"], machine["changed to"]
    blas = f"OpenBLAS with its routines for {chosen}." if chosen else "Another library than OpenBLAS."
    if changed:
        blas = (
            f"OpenBLAS chose its routines for {chosen}, which leave AVX-512 unused; measured with "
            f"`OPENBLAS_CORETYPE={changed}`."
        )
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return machine | {
        "versions": versions,
        "blas": blas,
        "load": f"{machine['load before']}, {machine['load after']}",
    }

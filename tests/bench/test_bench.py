"""`lstm-course bench` runs, compares like with like, and prints what it has measured. No time is asserted."""

import copy
import json
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_course import cli
from lstm_course.bench import races, report, rivals
from lstm_course.bench.rivals import Contest
from lstm_course.common import machine
from lstm_course.scratch import mean_squared_error, relative_error

KINDS = ("RNN", "LSTM", "GRU")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    assert (
        cli.main(
            [
                "bench",
                "--quick",
                "--json",
                str(folder / "found.json"),
                "--report",
                str(folder / "docs" / "benchmarks.md"),
            ]
        )
        == 0
    )
    return json.loads((folder / "found.json").read_text()), (folder / "docs" / "benchmarks.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_blackboard_has_the_gradients_of_the_layers(kind):
    contest = Contest(kind, 4, 6, 2, 3)
    options = {"reset_after": False} if kind == "GRU" else {}
    model, weights = contest.model(**options), rivals.blackboard_weights(contest)
    x, y = next(contest.batches())
    loss, d = mean_squared_error(model.forward(x), y)
    model.backward(d)
    found_loss, found = rivals.blackboard_gradients(kind, weights, x, y)
    layer, _, dense = model.layers
    layer.parameters[...], dense.parameters[...] = layer.parameter_gradients, dense.parameter_gradients
    expected = layer.cell_weights() | {"Wy": dense.weights["kernel"].T, "by": dense.weights["bias"]}
    assert found_loss == pytest.approx(loss, rel=1e-5) and set(found) == set(expected)
    assert all(relative_error(found[name], expected[name]) < 1e-5 for name in expected)


@pytest.mark.parametrize("kind", KINDS)
def test_all_rivals_train_the_same(kind):
    contest = Contest(kind, 4, 6, 2, 3)
    trains = {"ours": rivals.ours(contest)}
    if kind != "GRU":  # the blackboard's is the other form
        trains["blackboard"] = rivals.blackboard(contest)
    try:
        import keras  # noqa: F401
    except ImportError:
        pass
    else:
        trains |= {"fit": rivals.keras_fit(contest), "on batch": rivals.keras_train_on_batch(contest)}
    losses = {name: float(train(20)) for name, train in trains.items()}
    assert losses == pytest.approx(dict.fromkeys(losses, losses["ours"]), rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_starts_from_the_same_weights(kind):
    pytest.importorskip("torch")
    contest = Contest(kind, 4, 6, 2, 3)
    assert float(rivals.pytorch(contest)(1)) == pytest.approx(float(rivals.ours(contest)(1)), rel=1e-4)


def test_one_step_is_the_same_in_all():
    contest = Contest("LSTM", 1, 6, 2, 3)
    runs = [rivals.our_step(contest), rivals.our_forward(contest)]
    try:
        runs.append(rivals.keras_step(contest))
        runs.append(rivals.pytorch_step(contest))
    except ImportError:
        pass
    outputs = [run(4) for run in runs]
    assert all(np.allclose(output, outputs[0], atol=1e-6) for output in outputs)


def test_a_race_reads_the_clock(monkeypatch):
    now = 0.0
    monkeypatch.setattr(races.time, "perf_counter", lambda: now)

    def taking(seconds):
        def train(updates):
            nonlocal now
            now += seconds * updates

        return train

    times = races.race({"ours": taking(0.25), "other": taking(0.75)}, rounds=4, seconds=1.0)
    assert np.allclose(times["ours"], [0.25] * 4) and np.allclose(times["other"], [0.75] * 4)
    ours, other = races.compared(times)
    assert other["ratio"] == pytest.approx({"median": 3, "low": 3, "high": 3})
    assert ours["ratio"]["median"] == 1


def test_everything_is_measured(quick):
    results, page = quick
    assert all(results[part] for part in races.PARTS)
    assert {row["kind"] for row in results["training"]} == set(KINDS)
    timed = results["training"] + results["inference"] + results["scale"]
    numbers = [row["seconds"]["median"] for row in timed]
    assert all(np.isfinite(number) and number > 0 for number in numbers)
    assert all(row["bytes"] > 0 for row in results["memory"])
    for title, table in report.tables(results):
        assert title in page and table in page


def test_a_run_that_was_broken_off_goes_on(quick, tmp_path, monkeypatch):
    results, _ = quick
    begun = results | {"measured": results["measured"][:-1], "memory": []}
    path = tmp_path / "found.json"
    path.write_text(json.dumps(begun))
    run = []
    monkeypatch.setattr(
        races,
        "_measured_in_process",
        lambda parts, *rest: run.extend(parts) or [(part, results[part]) for part in parts],
    )
    assert races.measure(quick=True, path=path) == json.loads(path.read_text())
    assert run == ["memory"] and json.loads(path.read_text())["memory"] == results["memory"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"quick": false, "measured": []}'])
def test_another_file_is_not_written_over(text, tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(text)
    assert cli.main(["bench", "--quick", "--json", str(path)]) == 1
    assert "name a new file" in capsys.readouterr().err and path.read_text() == text


def test_the_goals_follow_the_figures(quick):
    results, _ = quick
    slower = copy.deepcopy(results)
    for row in slower["training"]:
        row["ratio"] = dict.fromkeys(row["ratio"], 1000.0)
    for row in slower["memory"]:
        row["bytes"] = 1 if row["keep"] == "recompute" else 20
    found = report.goals(slower)
    assert all(goal.found == 1000 and goal.verdict == "aim reached" for goal in found[:5] if goal.where)
    assert found[-1].found == 20 and found[-1].verdict == "met"
    for row in slower["training"]:
        row["ratio"]["median"] = 0.5
    assert all(goal.verdict == "missed" for goal in report.goals(slower)[:5] if goal.where)


def test_a_second_thread_is_compared_with_one(quick):
    results, _ = quick
    twice = [
        row | {"threads": 2, "seconds": {name: value / 4 for name, value in row["seconds"].items()}}
        for row in results["training"]
    ]
    table = dict(report.tables(results | {"training": results["training"] + twice}))
    rows = table["What a second thread brings to ours"].split("\n")[2:]
    assert len(rows) == sum(row["rival"] == "ours" for row in results["training"])
    assert all(row.endswith("| 4 |") for row in rows)


AVX_512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


@pytest.mark.parametrize(
    ("chosen", "features", "expected"),
    [
        ("Haswell", AVX_512, {"OPENBLAS_CORETYPE": "SkylakeX"}),
        ("Haswell", {"avx2"}, {}),
        ("SkylakeX", AVX_512, {}),
        (None, set(), {}),
    ],
)
def test_better_routines_are_named_only_where_the_processor_has_them(monkeypatch, chosen, features, expected):
    monkeypatch.setattr(machine.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(machine, "kernels", lambda: chosen)
    monkeypatch.setattr(machine, "_processor_features", lambda: features)
    assert machine.better_environment() == expected


def test_one_part_is_measured_alone_and_two_files_are_compared(quick, tmp_path, capsys):
    results, _ = quick
    path = tmp_path / "alone.json"
    assert cli.main(["bench", "--quick", "--only", "scale", "--json", str(path)]) == 0
    alone, said = json.loads(path.read_text()), capsys.readouterr().out
    assert alone["scale"] and not alone["training"] and "Let nothing else run" in said
    assert "## " not in said and "Cost of an update" in said and "Goals" not in said
    assert cli.main(["bench", "--quick", "--only", "scale", "--report", str(tmp_path / "page.md")]) == 1
    assert "needs every part" in capsys.readouterr().err
    faster = copy.deepcopy(results)
    for row in faster["training"]:
        row["seconds"] = {name: value / 2 for name, value in row["seconds"].items()}
    for name, figures in (("before", results), ("after", faster)):
        (tmp_path / f"{name}.json").write_text(json.dumps(figures))
    files = [str(tmp_path / f"{name}.json") for name in ("before", "after")]
    assert cli.main(["bench", "--compare", *files]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| LSTM")]
    assert rows and all(row.endswith("| 2 |") for row in rows)
    (tmp_path / "after.json").write_text("{}")
    assert cli.main(["bench", "--compare", *files]) == 1
    assert "has written" in capsys.readouterr().err


def test_a_race_beside_other_work_is_marked(quick, monkeypatch):
    results, _ = quick
    for others, marked in ((0.1, False), (0.9, True)):
        disturbed = [row | {"others": others} for row in results["training"]]
        table = dict(report.tables(results | {"training": disturbed}))
        (training,) = (text for title, text in table.items() if title.startswith("Training"))
        assert ("(disturbed)" in training) is marked
    used = iter([100.0, 104.0])
    clock = iter([0.0, 2.0])
    monkeypatch.setattr("psutil.cpu_times", lambda: SimpleNamespace(user=next(used), system=0.0))
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(machine.time, "process_time", lambda: 1.0)
    assert machine.others_at_work()() == 2.0

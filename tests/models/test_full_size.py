"""Full-size runs and trials: a row is kept as soon as it is known, a second run goes on, all is there."""

import json
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_course.memory import recall, trials
from lstm_course.models import full_size

LABELS = np.array([1, 0] * 4)
SPLIT = SimpleNamespace(texts=["good film", "bad film"] * 4, labels=LABELS, distances=np.arange(8))
DATA = SimpleNamespace(train=SPLIT, validation=SPLIT, test=SPLIT)


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(full_size.loading, "load_reviews", lambda: DATA)


def jobs_that(*runs):
    return lambda: [full_size.Job(f"model {k}", "none", run, seed=k) for k, run in enumerate(runs)]


def test_what_is_measured_is_kept_when_a_later_model_fails(tiny, monkeypatch, tmp_path):
    table, calls = tmp_path / "table.json", []

    def first(data, seed, say):
        calls.append(seed)
        return {"test accuracy": 0.75, "epochs": 3}

    def fails(data, seed, say):
        raise KeyboardInterrupt

    monkeypatch.setattr(full_size, "review_jobs", jobs_that(first, fails))
    with pytest.raises(KeyboardInterrupt):
        full_size.measure("reviews", table, say=lambda line: None)
    monkeypatch.setattr(full_size, "review_jobs", jobs_that(first, first))
    told = []
    rows = full_size.measure("reviews", table, say=told.append)
    assert calls == [0, 1] and told[0] == "model 0, seed 0: stands in the table already"
    assert [row["model"] for row in rows] == ["model 0", "model 1"]
    assert {(row["value"], row["epochs"]) for row in rows} == {(0.75, 3)}
    assert json.loads(table.read_text("utf-8")) == rows == full_size.full_size_results(table)
    assert list(tmp_path.iterdir()) == [table]


def test_training_keeps_the_best_epoch_and_stops_in_time(monkeypatch):
    data = full_size.Texts(DATA, None)
    recipe = full_size.Recipe(lambda: full_size.tuned("LSTM", 2, words=10), epochs=6, length=3, patience=2)
    heard = iter([0, 1, 0, 0, 0, 0])  # how many of the eight are right after each epoch, in eighths
    weights = []

    def predicted(model, x):
        weights.append(model.get_weights())
        return np.where(np.arange(8) < next(heard), SPLIT.labels, 1 - SPLIT.labels)

    monkeypatch.setattr(full_size, "predicted", predicted)
    model, accuracies, last = full_size.train(data, recipe, 0, say=lambda line: None)
    assert accuracies == [0, 0.125, 0, 0]
    assert all(map(np.array_equal, model.get_weights(), weights[1]))
    assert all(map(np.array_equal, last, weights[3]))


def test_the_bag_is_measured_on_the_test_part(tiny, monkeypatch, tmp_path):
    monkeypatch.setattr(full_size, "review_jobs", lambda: [full_size.bag_job("bag of words", "none", 1)])
    (row,) = full_size.measure("reviews", tmp_path / "table.json", say=lambda line: None)
    assert row["value"] == 1 and row["data"] == "reviews" and row["versions"].startswith("Python 3.")


def test_near_first_is_measured_at_the_verdict_and_far_behind_it(monkeypatch):
    texts = ["it was good and then it rained", "it was bad and then it rained"] * 4
    split = SimpleNamespace(texts=texts, labels=LABELS, distances=np.full(8, 4))
    data = full_size.Texts(SimpleNamespace(train=split, validation=split, test=split), None)
    monkeypatch.setattr(full_size, "STAGES", ((0, 1), (99, 2)))
    seen = []

    def predicted(model, x):
        seen.append(x.shape)
        return np.zeros(8) if len(seen) == 1 else LABELS

    monkeypatch.setattr(full_size, "predicted", predicted)
    monkeypatch.setattr(full_size, "EDGES", (4, 5))
    make = partial(full_size.small_classifier, "SimpleRNN", 0.01)
    job = full_size.near_first_job("RNN", "none", make, batch_size=4, seed=0)
    assert job.run(data, 0, print) == {
        "accuracy at the verdict, first stage": 0.5,
        "test accuracy": 1.0,
        "epochs": 3,
        "accuracy at 4 to 4 words": 1.0,
    }
    assert seen == [(8, 3), (8, full_size.LONGEST)]


@pytest.mark.parametrize(("name", "zeros"), [("before", slice(0, 100)), ("after", slice(-100, None))])
def test_a_hundred_zeros_stand_on_the_side_that_is_named(monkeypatch, name, zeros):
    texts = ["it was good and then it rained", "so it was bad and then it rained"] * 4
    split = SimpleNamespace(texts=texts, labels=LABELS, distances=np.full(8, 4))
    data = full_size.Texts(SimpleNamespace(train=split, validation=split, test=split), None)
    seen = []

    def predicted(model, x):
        seen.append((model.layers[0].mask_zero, x))
        return LABELS

    monkeypatch.setattr(full_size, "predicted", predicted)
    (job,) = [
        one for one in full_size.review_jobs() if (one.model, one.seed) == (f"LSTM, no mask, zeros {name}", 0)
    ]
    assert job.run(data, 0, print) == {"accuracy at the verdict": 1.0, "epochs": 3}
    ((masked, x),) = seen
    assert not masked and x.shape == (8, 104)
    assert not x[:, zeros].any() and (np.count_nonzero(x, axis=1) == [3, 4] * 4).all()


def test_the_pooled_classifier_reads_no_padding():
    model = full_size.small_pooled(words=9)
    short = np.array([[2, 5, 3]])
    padded = np.pad(short, ((0, 0), (0, 40)))
    assert np.allclose(model(short), model(padded), atol=1e-6)


def test_each_partner_has_the_other_label():
    labels = np.array([1, 1, 0, 1, 0, 1])
    assert (labels[full_size.opposite(labels)] == 1 - labels).all()


def test_the_shipped_table_is_what_the_command_makes():
    for data in ("imdb", "reviews", "depth"):
        jobs = getattr(full_size, {"reviews": "review_jobs"}.get(data, f"{data}_jobs"))()
        planned = [(job.model, job.seed, job.settings) for job in jobs]
        shipped = {
            (row["model"], row["seed"], row["settings"])
            for row in full_size.full_size_results()
            if row["data"] == data
        }
        assert len(planned) == len(set(planned)) and shipped == set(planned)


def test_every_shipped_row_says_where_it_comes_from():
    rows = full_size.full_size_results()
    keys = {
        "lesson",
        "data",
        "model",
        "settings",
        "measure",
        "value",
        "epochs",
        "seed",
        "seconds",
        "cpu_seconds",
        "date",
        "machine",
        "versions",
    }
    assert all(set(row) == keys for row in rows)
    named = [(row["data"], row["model"], row["seed"], row["measure"]) for row in rows]
    assert len(named) == len(set(named))


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected 'imdb', 'reviews' or 'depth'"):
        full_size.measure("prices", tmp_path / "table.json")


# --- the trials across a hundred steps ---


def short_trial(task, start="forget 5", seeds=2):
    make = partial(trials.lstm_that_starts, forget_bias=5.0, units=2)
    return trials.Trial(start, make, task, updates=2, learning_rate=0.01, goal=1.0, seeds=seeds)


def test_trials_go_on_where_they_stopped(monkeypatch, tmp_path):
    table, told, task = tmp_path / "table.json", [], recall(lag=2, symbols=2)
    monkeypatch.setattr(trials, "trials", lambda: [short_trial(task, seeds=1)])
    (first,) = trials.measure_hundred_steps(table, say=told.append)
    monkeypatch.setattr(trials, "trials", lambda: [short_trial(task), short_trial(task, "other", 1)])
    rows = trials.measure_hundred_steps(table, say=told.append)
    assert rows[0] == first and len(told) == 3
    assert [(row["start"], row["seed"], row["updates"]) for row in rows] == [
        ("forget 5", 0, 2),
        ("forget 5", 1, 2),
        ("other", 0, 2),
    ]
    assert trials.hundred_steps(table) == rows


def test_the_shipped_trials_are_those_of_the_program():
    planned = {
        (trial.task.name, trial.start, trial.learning_rate, seed)
        for trial in trials.trials()
        for seed in range(trial.seeds)
    }
    shipped = [(row["task"], row["start"], row["rate"], row["seed"]) for row in trials.hundred_steps()]
    assert len(shipped) == len(set(shipped)) and set(shipped) == planned


def test_blanks_leave_the_first_step_alone():
    task = recall(lag=4, symbols=3)
    (x, y), (blank, same) = task.sample(5, seed=1), trials.with_blanks(task).sample(5, seed=1)
    assert (y == same).all() and (x[:, 0] == blank[:, 0]).all()
    assert x[:, 1:].any() and not blank[:, 1:].any()

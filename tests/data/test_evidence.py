"""What a result rests on: sealed tests, choices, coverage, copies, and the two made-up series."""

import itertools

import numpy as np
import pytest

from lstm_course.data import (
    Sealed,
    chosen_on_test,
    coverage,
    find_copies,
    simulated_machine,
    simulated_shop,
)


def misses(truth, answer):
    return np.abs(truth - answer).mean()


def test_a_sealed_test_counts_what_is_new_and_not_what_is_run_again():
    test = Sealed(np.arange(4.0), misses)
    assert test.openings == 0
    first = test.open({"network": [0, 1, 2, 4], "baseline": np.zeros(4)})
    assert first == {"network": 0.25, "baseline": 1.5} and test.openings == 1
    assert test.open({"network": [0, 1, 2, 4], "baseline": np.zeros(4)}) == first and test.openings == 1
    test.open({"network": [0, 1, 2, 3]})
    assert test.openings == 2 and "openings: 2" in repr(test)


def test_what_is_given_out_cannot_change_what_is_locked_away():
    test = Sealed(np.ones(3), lambda truth, answer: truth.__imul__(0).sum() + answer.sum())
    test.open({"a": np.zeros(3)})["a"] = 99
    assert test.open({"a": np.zeros(3)}) == {"a": 0.0}
    assert Sealed(np.ones(3), misses).open({"b": np.ones(3)}) == {"b": 0.0}


@pytest.mark.parametrize("answers", [{}, [1.0, 2.0], None])
def test_a_sealed_test_asks_for_named_answers(answers):
    with pytest.raises(TypeError, match="expected a dict from names to answers"):
        Sealed(np.ones(2), misses).open(answers)


def best_threshold(scores, labels):
    candidates = np.quantile(scores, np.linspace(0.5, 0.99, 30))
    return candidates[np.argmax([np.mean((scores > each) == labels) for each in candidates])]


def table(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random(300) < 0.2
    return np.stack([rng.random(300) + 0.8 * labels, labels], axis=1)


@pytest.mark.parametrize(
    "choose",
    [
        lambda validation, test: best_threshold(test[:, 0], test[:, 1]),
        lambda validation, test: best_threshold(*np.concatenate([validation, test]).T),
        lambda validation, test: test[:, 0].mean() + 2 * test[:, 0].std(),
        lambda validation, test: np.quantile(test[:, 0], 0.9),
        lambda validation, test: best_threshold(validation[:, 0] / test[:, 0].max(), validation[:, 1]),
    ],
)
def test_a_threshold_that_has_seen_the_test_is_found(choose):
    assert chosen_on_test(choose, table(0), table(1)).name == "chosen on the test data"


@pytest.mark.parametrize(
    "choose",
    [
        lambda validation, test: best_threshold(validation[:, 0], validation[:, 1]),
        lambda validation, test: validation[:, 0].mean() + 3 * validation[:, 0].std(),
        lambda validation, test: 0.5,
    ],
)
def test_an_honest_threshold_is_left_alone(choose):
    assert chosen_on_test(choose, table(0), table(1)) is None


def test_a_choice_must_repeat_itself():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="give its generator a seed"):
        chosen_on_test(lambda validation, test: rng.random(), table(0), table(1))


def test_coverage_tells_narrow_intervals_from_chance():
    rng = np.random.default_rng(0)
    truth, zeros = rng.normal(size=300), np.zeros(300)
    right, narrow = 1.2816, 0.8
    assert coverage(truth, zeros - right, zeros + right, 0.8).p_value > 0.05
    found = coverage(truth, zeros - narrow, zeros + narrow, 0.8)
    assert found.p_value < 1e-4 and found.share < 0.65
    assert coverage(truth, zeros - 9, zeros + 9, 0.8).p_value < 1e-10
    assert coverage(truth, zeros + 9, zeros + 10, 0.8).share == 0
    # twice 9 or more of 10 at 0.8, by hand
    assert coverage(np.arange(10.0), zeros[:10], zeros[:10] + 8.5, 0.8).p_value == pytest.approx(
        2 * (0.8**10 + 10 * 0.8**9 * 0.2)
    )


def test_coverage_turns_down_what_is_no_interval():
    with pytest.raises(ValueError, match="2 intervals end before they begin"):
        coverage(np.zeros(2), np.ones(2), np.zeros(2), 0.8)
    with pytest.raises(ValueError, match="level"):
        coverage(np.zeros(2), np.zeros(2), np.ones(2), 1.0)
    with pytest.raises(ValueError, match="shape"):
        coverage(np.zeros(2), np.zeros(3), np.ones(3), 0.8)


def test_copies_are_counted_and_a_text_is_not_a_list():
    assert find_copies(["a", "b"], ["c"]) == []
    assert "2 of 3" in find_copies(["a", "b"], ["b", "a", "c"])[0].sentence
    with pytest.raises(TypeError, match="train is one text"):
        find_copies("a b", ["a"])


def test_the_machine_has_the_faults_that_it_says():
    sound = simulated_machine(steps=2000, seed=4)
    assert not sound.faulty.any() and sound.faults == []
    ill = simulated_machine(steps=3000, faults=15, noise=0.0, seed=4)
    assert [kind for _, _, kind in ill.faults].count("stuck") == 5
    assert ill.faulty.sum() == sum(stop - start for start, stop, _ in ill.faults)
    starts = [start for start, _, _ in ill.faults]
    assert all(later - earlier >= 60 for earlier, later in itertools.pairwise(starts))
    for start, stop, kind in ill.faults:
        if kind == "stuck":
            assert np.ptp(ill.values[start:stop]) == 0
    others = np.concatenate([ill.values[a:b] for a, b, kind in ill.faults if kind != "jolt"])
    assert others.min() >= 0.1 and others.max() <= 1.0  # not to be seen by their height
    with pytest.raises(ValueError, match="faults"):
        simulated_machine(steps=400, faults=3)


def test_the_shop_is_what_it_is_described_to_be():
    shop = simulated_shop(weeks=520, seed=0)
    day = np.arange(len(shop.demand))
    plain = shop.offer == 0
    by_weekday = [shop.demand[(day % 7 == k) & plain].mean() for k in range(7)]
    assert np.argmax(by_weekday) == 5 and np.argmin(by_weekday) == 6
    offered = shop.demand[shop.offer == 1].mean() / shop.demand[plain].mean()
    ends = np.flatnonzero((shop.offer[:-1] == 1) & (shop.offer[1:] == 0))
    after = np.concatenate([shop.demand[ends + k] for k in (1, 2, 3) if ends[-1] + k < len(day)]).mean()
    assert 1.4 < offered < 1.75 and after < 0.85 * shop.demand[plain].mean()
    assert np.array_equal(shop.demand, simulated_shop(weeks=520, seed=0).demand)

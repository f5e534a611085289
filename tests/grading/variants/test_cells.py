"""Composed cells: as many as said, each another function, with the mistakes and gradients it should have."""

import math
import random
import re

import numpy as np
import pytest
from helpers import ROOT

from lstm_course.exercises.judging import judge
from lstm_course.grading.variants import bank, cells
from lstm_course.scratch import sigmoid


def function(source):
    """The function that a text defines."""
    namespace = {"np": np, "sigmoid": sigmoid}
    exec(source, namespace)
    return next(each for name, each in namespace.items() if name.startswith("q"))


def drawn(frame, number):
    return [cells.draw(random.Random(seed), frame) for seed in range(number)]


def without_letters(cell):
    """Text of a cell whose blocks are called by the places of their lines."""
    places = {name: f"{k}" for k, (name, _) in enumerate(cell.lines) if name not in ("h", "c")}
    parts = re.split(r"(\b(?:[ap]_)?[a-z]\b)", cell.source("step"))
    return "".join(places.get(part.split("_")[-1], part) if k % 2 else part for k, part in enumerate(parts))


@pytest.mark.parametrize("frame", cells.FRAMES)
def test_the_count_is_that_of_all_that_can_be_drawn(frame, monkeypatch):
    """With few parts to choose from, all cells are drawn: there are as many as the count says."""
    for name, parts in {
        "_GATE": ["1 - sigmoid(u)"],
        "_CANDIDATE": ["np.sin(u)"],
        "_HUNDREDTHS": ["0.5"],
    }.items():
        monkeypatch.setattr(cells, name, parts)
    kind = cells.FRAMES[frame]
    structure = next(name for name in kind.structures if name in ("gated", "write coupled", "two gates"))
    roles, states, _ = kind.structures[structure]
    small = cells.Frame(kind.title, {structure: (roles, states, ("",))}, kind.states, 1, kind.looks[:1])
    monkeypatch.setitem(cells.FRAMES, frame, small)
    found = {
        without_letters(cells.draw(random.Random(seed), frame)) for seed in range(20 * cells.count(frame))
    }
    assert len(found) == cells.count(frame)


@pytest.mark.parametrize("frame", cells.FRAMES)
def test_each_cell_is_another_function(frame):
    values = set()
    for cell in drawn(frame, 400):
        states = function(cell.source("q"))(*cell.inputs(np.random.default_rng(3), 3, 4))
        values.add(tuple(np.ravel(states).round(9)))
    assert len(values) == 400


def test_there_are_far_more_cells_than_anybody_can_try():
    """To draw one takes a tenth of a millisecond: the smallest number is a month, the largest an age."""
    assert {frame: cells.count(frame) > 10**10 for frame in cells.FRAMES} == dict.fromkeys(cells.FRAMES, True)
    assert cells.count("memory") > 10**20


def test_the_page_for_instructors_says_how_many():
    page = (ROOT / "docs/instructors/grading.md").read_text(encoding="utf-8")
    said = re.findall(r"\| ([\d,]{9,}) \|", page)
    assert said == [f"{cells.count(frame):,}" for frame in ("simple", "memory", "gated")]
    assert f"There are {sum(map(len, bank.BANK.values()))} kinds" in page


@pytest.mark.parametrize(
    ("lesson", "kind"), [(lesson, kind) for lesson, kinds in bank.BANK.items() for kind in kinds]
)
def test_every_mistake_of_a_function_is_named(lesson, kind):
    for seed in range(3):
        question = bank.BANK[lesson][kind](random.Random(seed), "q1")
        for mistake in getattr(question.exercise, "mistakes", ()):
            wrong = getattr(mistake, "value", None)
            answer = wrong() if wrong else question.exercise.variant(mistake)
            said = judge(question.exercise, answer)
            assert mistake.name in said.mistake and said.status in ("wrong", "nearly"), (seed, mistake.name)


@pytest.mark.parametrize(("lesson", "frame"), [("1", "simple"), ("3", "memory")])
@pytest.mark.parametrize("seed", range(12))
def test_the_way_back_agrees_with_differences(lesson, frame, seed):
    """The sample answer of a backward pass against the forward pass of the same cell."""
    cell = cells.draw(random.Random(seed), frame)
    step = function(cell.source("q"))
    question = bank.BANK[lesson]["backward"](random.Random(seed), "q1")
    rng = np.random.default_rng(seed)
    *states, weights = cell.inputs(rng, 3, 4)
    ends = [rng.normal(size=4) for _ in cell.returns]  # dh, and dc where there is a cell state

    def loss(states, b):
        values = np.atleast_2d(step(*states, weights | {"b": b}))
        return sum(values[cell.returns.index(name)] @ end for name, end in zip("hc", ends, strict=False))

    def moved(number):
        return lambda value: loss([*states[:number], value, *states[number + 1 :]], weights["b"])

    da, *others = function(question.sample)(*states, weights, *ends)
    assert np.allclose(da, slope(lambda b: loss(states, b), weights["b"]), atol=1e-7)
    assert len(others) == len(states) - 1
    for number, found in enumerate(others, 1):
        assert np.allclose(found, slope(moved(number), states[number]), atol=1e-7)


def slope(function, at, step=1e-6):
    """Gradient by central differences."""
    units = np.eye(len(at)) * step
    return np.array([(function(at + unit) - function(at - unit)) / (2 * step) for unit in units])


def test_the_parameters_are_those_that_a_cell_takes():
    for seed in range(30):
        question = bank.BANK["3"]["parameters"](random.Random(seed), "q1")
        cell = cells.draw(random.Random(seed), "memory")
        sizes = {}
        exec(question.sample.splitlines()[0], sizes)
        weights = cell.inputs(np.random.default_rng(0), sizes["D"], sizes["H"])[-1]
        assert question.exercise.answer() == sum(array.size for array in weights.values())


def test_each_block_can_stand_in_each_place():
    orders = {tuple(cell.blocks.index(name) for name, _ in cell.lines if name not in "hc")
              for cell in drawn("memory", 3000) if len(cell.blocks) == 4}  # fmt: skip
    assert len(orders) == math.factorial(4)

"""No diagnosis is spoken that does not hold: random perturbations, which match no known mistake."""

import ast
import linecache
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lstm_course.exercises import Exercise, ValueExercise, every
from lstm_course.exercises.diagnosis.differences import form
from lstm_course.exercises.diagnosis.trial import alike, examine
from lstm_course.exercises.judging import judge
from lstm_course.exercises.limits import Allowance
from lstm_course.exercises.running import run, same
from lstm_course.exercises.testing import WrittenTest

LESSONS = "00", "01", "02", "03", "10"  # those with Keras take seconds for a check
WORDS = {"diagnoses"}  # exercises whose answers are words: no number in them can be changed
CODING = [
    each
    for each in every().values()
    if isinstance(each, Exercise) and each.lesson in LESSONS and each.id not in WORDS
]
VALUES = [each for each in every().values() if isinstance(each, ValueExercise)]
UNSEEN = range(500, 503)  # seeds of probes that no check has drawn
FACTORS = st.floats(1.13, 1.87) | st.floats(0.23, 0.87)


def runs(exercise, function, seed):
    """What a function does on the probes of a seed."""
    probes = exercise.probes(np.random.default_rng(seed))
    return [run(lambda *a: exercise.observe(function, *a), probe.arguments, Allowance(5)) for probe in probes]


def assert_that_what_is_named_holds(exercise, function, finding):
    """Whatever is named does what the answer does, on inputs that no check has seen; and each part shows."""
    for name in (finding.mistake or "").split(" or "):
        made = [mistake for mistake in exercise.mistakes if mistake.name in name.split(" + ")]
        for seed in UNSEEN if made else ():
            right, own = runs(exercise, exercise.reference, seed), runs(exercise, function, seed)
            wrong = runs(exercise, exercise.variant(*made), seed)
            assert all(same(a.value, b.value) for a, b in zip(own, wrong, strict=True)), (name, seed)
            for mistake in made[: len(made) * (len(made) > 1)]:
                alone = runs(exercise, exercise.variant(mistake), seed)[0]
                spoilt = form(alone.value) != form(right[0].value)
                assert not spoilt or form(own[0].value) != form(right[0].value), (name, mistake.name)


def written_otherwise(exercise, data):
    """The reference with one expression multiplied by a number, as no known mistake has it."""
    tree = ast.parse(exercise.source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    places = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Subscript)
        and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    ]
    place, factor = data.draw(st.sampled_from(places)), data.draw(FACTORS)

    class Put(ast.NodeTransformer):
        def visit(self, node):
            if node is place:
                return ast.BinOp(node, ast.Mult(), ast.Constant(factor))
            return self.generic_visit(node)

    source = ast.unparse(ast.fix_missing_locations(Put().visit(tree)))
    file, names = f"<{exercise.id}, written otherwise>", dict(exercise.reference.__globals__)
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), names)
    return names[exercise.id]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_of_code_that_is_changed_at_random_only_what_holds_is_named(data):
    exercise = data.draw(st.sampled_from(CODING), label="exercise")
    function = written_otherwise(exercise, data)
    finding = examine(exercise, function, seconds=2)
    assert_that_what_is_named_holds(exercise, function, finding)
    if finding.status == "right":
        for seed in UNSEEN:
            both = zip(runs(exercise, exercise.reference, seed), runs(exercise, function, seed), strict=True)
            assert all(alike(want, own, exercise.silent) for want, own in both)


def arrays_in(value, path=()):
    """Path -> array of everything that is returned."""
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in arrays_in(item, (*path, key)).items()}
    if isinstance(value, tuple | list):
        return {k: v for n, item in enumerate(value) for k, v in arrays_in(item, (*path, n)).items()}
    return {path: value}


def put(value, path, new):
    """A copy of what is returned, with one part exchanged."""
    if not path:
        return new
    if isinstance(value, dict):
        return {key: put(item, path[1:], new) if key == path[0] else item for key, item in value.items()}
    return tuple(put(item, path[1:], new) if n == path[0] else item for n, item in enumerate(value))


OBSERVED = "orthogonal", "initial_biases", "better_start"  # judged by more than the array that they return
RETURNING = [each for each in CODING if each.id not in OBSERVED and not isinstance(each, WrittenTest)]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_of_a_result_that_is_spoilt_in_one_place_this_place_is_told(data):
    """One entry of one part is wrong: nothing is named, and the card says which entry it is."""
    exercise = data.draw(st.sampled_from(RETURNING), label="exercise")
    chosen, by = data.draw(st.integers(0, 1 << 30)), data.draw(st.floats(0.11, 2))
    spoilt = {}

    def answer(*arguments):
        result = exercise.reference(*arguments)
        parts = arrays_in(result)
        path = sorted(parts, key=str)[chosen % len(parts)]
        new = np.array(parts[path], dtype=float)
        index = np.unravel_index(chosen % new.size, new.shape)
        new[index] += by
        spoilt.setdefault("first", (path, tuple(map(int, index)), new[index]))
        return put(result, path, new)

    finding = examine(exercise, answer)
    assert finding.mistake is None, finding
    if "should be" in finding.sentence:
        (_, index, number) = spoilt["first"]
        place = re.search(r"`([^`]+)` is (\S+) and should be", finding.sentence)
        assert index == () or place[1].endswith(f"[{', '.join(map(str, index))}]"), finding.sentence
        assert abs(float(place[2]) - number) <= 1e-3 * abs(number) + 1e-9, finding.sentence


@given(
    exercise=st.sampled_from(VALUES), number=st.floats(-1e4, 1e4) | st.floats(-1, 1) | st.integers(-300, 300)
)
@settings(max_examples=300, deadline=None)
def test_of_a_random_number_only_what_leads_to_it_is_named(exercise, number):
    assume(number)
    finding = judge(exercise, number)
    for name in (finding.mistake or "").split(" or "):
        for value in [float(mistake.value()) for mistake in exercise.mistakes if mistake.name == name]:
            # To the last of its digits, of which there are at least two.
            digits = len(f"{abs(number):.15e}".split("e")[0].replace(".", "").rstrip("0"))
            last = 10.0 ** (np.floor(np.log10(abs(number))) - digits + 1)
            assert abs(number - value) <= max(1e-6 * abs(value), last * (digits > 1)), name


@pytest.mark.parametrize("exercise", CODING, ids=lambda exercise: exercise.id)
def test_of_two_mistakes_that_undo_each_others_shape_neither_is_told(exercise):
    """A row too many and a row too few make the right number of rows: neither sentence holds."""
    right = form(runs(exercise, exercise.reference, 0)[0].value)
    shapes = {each: form(runs(exercise, exercise.variant(each), 0)[0].value) for each in exercise.mistakes}
    spoiling = [mistake for mistake, shape in shapes.items() if shape != right]
    for first in spoiling:
        for second in exercise.mistakes:
            if first is second or not exercise.compatible(first, second):
                continue
            both = exercise.variant(first, second)
            if form(runs(exercise, both, 0)[0].value) != right:
                continue
            named = examine(exercise, both).mistake or ""
            assert first.name not in named.split(" + ") or " + " not in named, named

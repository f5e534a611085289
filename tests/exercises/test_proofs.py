"""The matrix: every known mistake is named, every right answer accepted, every stub not attempted.

Keras needs a tenth of a second and more for a network, and a check makes several. So of what is tried on
exercises that ask for one, a part has its turn in each run; `python start.py test --complete` tries all.
"""

import dataclasses
import inspect
import re

import numpy as np
import pytest
from helpers import ROOT
from right_answers import RIGHT

from lstm_course.exercises import Exercise, Mistake, Question, ValueExercise, every, find
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.proofs.edits import difference, problems
from lstm_course.exercises.proofs.matrix import ALL, NONE, Row, rows, seeds_with_other_probes, times
from lstm_course.exercises.proofs.mutations import Verdict, mutants, summary, verdicts
from lstm_course.exercises.testing import WrittenTest

CODING = [exercise for exercise in every().values() if isinstance(exercise, Exercise)]
RETURNING = [
    exercise for exercise in CODING if not isinstance(exercise, WrittenTest)
]  # a test returns nothing
OTHERS = [exercise for exercise in every().values() if not isinstance(exercise, Exercise)]


def named(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda exercise: exercise.id)


@pytest.fixture
def tried(exercise, due):
    """A function of n: all of a list, or of networks every n-th."""
    return due if exercise.needs_keras else lambda n: ALL


@named(CODING)
def test_every_known_mistake_is_rejected_and_rightly_named(exercise, tried):
    seeds = range(3)[tried(3)]
    unproven = [row for row in rows(seeds, pairs=NONE, exercises=[exercise]) if not row.proven]
    assert not unproven, "\n".join(map(str, unproven))


@named(CODING)
def test_of_two_mistakes_at_once_one_is_named(exercise, tried):
    which = tried(12)
    found = rows(seeds=(), pairs=which, exercises=[exercise])
    pairs = [row for row in found if row.kind == "pair"]
    unproven = [row for row in pairs if not row.proven]
    assert not unproven, "\n".join(map(str, unproven))
    # A pair that raises is rejected with the line that raises, and no name.
    silent = [row for row in pairs if row.named is None]
    assert which != ALL or len(silent) <= 0.2 * len(pairs), "\n".join(map(str, silent))


@named(CODING)
def test_right_answers_of_every_style_are_accepted(exercise, tried):
    assert len(RIGHT[exercise.id]) >= 5
    for answer in RIGHT[exercise.id]:
        for seed in seeds_with_other_probes(exercise, among=range(20)[tried(10)]):
            finding = examine(exercise, answer, seed=seed)
            assert finding.status == "right", f"{answer.__name__}, seed {seed}: {finding.sentence}"


@named(CODING)
def test_a_right_answer_with_any_token_changed_is_rejected(exercise, tried):
    which = tried(4)
    found = verdicts([exercise], which)
    missed = [verdict for verdict in found if verdict.missed]
    assert not missed, "\n".join(map(str, missed))
    # Most mutants are wrong, or nothing would have been shown.
    wrong = sum(verdict.differs for verdict in found)
    assert which != ALL or (wrong >= 10 and wrong > 0.75 * len(found))


def test_mutants_change_operators_indices_constants_functions_and_orders():
    changes = {mutant.change for name in ("lstm_cell", "state_jacobian") for mutant in mutants(find(name))}
    assert changes > {
        "line 11: f * c_prev + i * g -> f * c_prev - i * g",
        "line 11: f -> i",
        "line 12: np.tanh(c) -> sigmoid(c)",
        "line 12: np.tanh(c) -> (c)",
        "line 13: (h, c) -> (c, h)",
        "line 6: [h_prev, x] -> [x, h_prev]",
        "line 10: 'Wo' -> 'Wf'",
        "line 6: 1 -> 2",
        "line 7: :H -> H:",
    }


def test_the_summary_counts_what_was_missed():
    found = [
        Verdict("rnn_cell", "line 1: a -> b", differs, status, named)
        for differs, status, named in [
            (True, "wrong", "bias forgotten"),
            (True, "nearly", None),
            (True, "right", None),
            (False, "right", None),
        ]
    ]
    line, missed, _ = summary(found)
    assert re.sub(" +", " ", line) == (
        "rnn_cell 4 mutants, 1 change nothing, 3 are wrong: 2 rejected (1 by name), 1 missed"
    )
    assert missed.startswith("MISSED") and missed.endswith("line 1: a -> b  ->  right")


def test_the_matrix_tells_how_long_checks_took():
    taken = [Row("rnn_cell", "mistake", f"m{k}", "wrong", f"m{k}", True, k / 1000) for k in (1, 2, 90)]
    assert times(taken) == (
        "Half of the checks took less than 2.0 ms, the longest 90 ms (rnn_cell, mistake m90)."
    )
    assert 0 < max(row.seconds for row in rows(pairs=NONE, exercises=[find("lstm_cell")])) < 2


@named(RETURNING)
def test_a_wrong_answer_of_no_known_kind_gets_no_name(exercise):
    rng = np.random.default_rng(7)
    for attempt in range(12):
        finding = examine(exercise, spoilt(exercise, rng), seed=attempt)
        assert finding.status in ("wrong", "nearly"), attempt
        assert finding.mistake is None, (attempt, finding.sentence)
        if finding.status == "wrong":
            part = r"\d and should be|holds (NaN|infinity)|should have shape|raises an? |asked for|complex"
            assert re.search(part, finding.sentence), finding.sentence


def spoilt(exercise, rng):
    """The reference with its numbers spoilt in a random way."""
    seed = int(rng.integers(1 << 30))
    way = WAYS[int(rng.integers(len(WAYS)))]

    def answer(*arguments):
        return spoil(exercise.reference(*arguments), way, np.random.default_rng(seed))

    answer.__signature__ = inspect.signature(exercise.reference)
    return answer


WAYS = [
    lambda array, rng: array * rng.uniform(0.2, 3, size=array.shape) + rng.uniform(0.5, 1),
    lambda array, rng: array + rng.uniform(0.05, 0.5, size=array.shape),
    lambda array, rng: np.sin(array) + rng.uniform(0.1, 0.2),
    lambda array, rng: np.full(array.shape, rng.normal()),
    lambda array, rng: array**2 + rng.uniform(0.1, 2),
]


def spoil(value, way, rng):
    if isinstance(value, dict):
        return {key: spoil(item, way, rng) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(spoil(item, way, rng) for item in value)
    return way(np.asarray(value, dtype=float), rng)


def write_stub(folder, exercise, body):
    """The stub from a file, as a notebook has its source at hand."""
    arguments = ", ".join(exercise.signature)
    path = folder / "answer.py"
    path.write_text(f'def {exercise.id}({arguments}):\n    """What is asked."""\n    {body}\n')
    namespace = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    return namespace[exercise.id]


@named(CODING)
@pytest.mark.parametrize(
    "body", ["...  # your code here", "pass", "return None", "raise NotImplementedError"]
)
def test_an_untouched_stub_is_not_attempted(exercise, body, tmp_path):
    assert examine(exercise, write_stub(tmp_path, exercise, body)).status == "not attempted"


@named(OTHERS)
def test_values_and_choices(exercise):
    unproven = [row for row in rows(exercises=[exercise]) if not row.proven]
    assert not unproven, "\n".join(map(str, unproven))


@named(list(every().values()))
def test_exercises_are_complete(exercise):
    assert re.fullmatch(r"\d\d", exercise.lesson)
    assert exercise.title and exercise.section
    assert 1 <= exercise.points <= 5 and 1 <= exercise.minutes <= 30
    assert len(exercise.hints) == 3
    if isinstance(exercise, Exercise):
        assert len(exercise.mistakes) >= 6
        assert not exercise.probes(np.random.default_rng(0))[
            0
        ].case  # the first decides, it is no special case
    elif isinstance(exercise, ValueExercise):
        assert len(exercise.mistakes) >= 4
    elif isinstance(exercise, Question):
        assert set(exercise.explanations) == set(exercise.choices)
        assert exercise.answer in exercise.choices
    names = [mistake.name for mistake in getattr(exercise, "mistakes", ())]
    assert len(set(names)) == len(names)
    assert not any(" + " in name or " or " in name for name in names)


@named(list(every().values()))
def test_the_section_stands_in_the_lesson(exercise):
    (source,) = (ROOT / "solutions").glob(f"{exercise.lesson}_*.md")
    headings = re.findall(r"^#+ (.*)$", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert exercise.section in headings


def test_what_people_read_has_no_exclamation_marks():
    for exercise in every().values():
        for mistake in getattr(exercise, "mistakes", ()):
            assert "!" not in mistake.explanation
            assert mistake.explanation.endswith((".", "?"))
        for hint in exercise.hints:
            assert "!" not in hint


@named(list(every().values()))
def test_every_edit_fits_its_reference(exercise):
    assert problems(exercise) == []


def with_mistakes(*mistakes):
    return dataclasses.replace(find("rnn_cell"), mistakes=mistakes)


def test_a_change_must_fit_the_reference():
    lost = Mistake("lost", "Lost.", {"np.cosh(": "np.tanh("})
    twice = Mistake("twice", "Twice.", {"weights": "w"})
    assert problems(with_mistakes(lost, twice)) == [
        "rnn_cell: mistake 'lost' changes 'np.cosh(', which occurs 0 times in the reference, not once",
        "rnn_cell: mistake 'twice' changes 'weights', which occurs 3 times in the reference, not once",
    ]
    with pytest.raises(ValueError, match="substring not found"):
        find("rnn_cell").variant(lost)


def test_an_edit_must_be_a_dict_and_make_a_change_in_python():
    mistakes = (
        Mistake("no dict", "No dict.", '{"np.tanh(a)"'),
        Mistake("no Python", "No Python.", '{"np.tanh(a)": "np.tanh(a"}'),
        Mistake("no change", "No change.", '{"np.tanh(a)": "np.tanh(a)"}'),
        Mistake("no change", "No change.", '{"np.tanh(a)": "a"}'),
    )
    said = "\n".join(problems(with_mistakes(*mistakes)))
    assert "two mistakes are called 'no change'" in said
    assert """the edit of mistake 'no dict' is no dict of strings: {"np.tanh(a)\"""" in said
    assert "mistake 'no Python' is no Python: '(' was never closed, line 5" in said
    assert said.endswith("mistake 'no change' changes nothing")


def test_a_mistake_is_shown_as_a_difference():
    shown = {mistake.name: difference(find("rnn_cell"), mistake) for mistake in find("rnn_cell").mistakes}
    assert shown["bias forgotten"] == [
        'line 4: a = weights["Wh"] @ hx + weights["bh"]  # (H,)  ->  a = weights["Wh"] @ hx  # (H,)'
    ]
    assert all(shown.values())
    single = sum(len(lines) == 1 and "  ->  " in lines[0] for lines in shown.values())
    assert single == 13 and shown["tanh on each term"][-1].startswith("line 4: +")

"""The strip of a wrong recurrent answer: it marks the first place that differs, and gives no value away."""

import re

import numpy as np
import pytest

from lstm_course import check, exercises
from lstm_course.exercises import Exercise, find
from lstm_course.learner.strip import strip


def broken(name, step, unit=0, part=0):
    """The course's answer with one number wrong, and all that comes later in the work."""
    reference = find(name).reference

    def answer(*arguments):
        value = reference(*arguments)
        array = value[part] if isinstance(value, tuple) else value
        array[step, unit] += 1
        return value

    answer.__name__ = name
    return answer


@pytest.mark.parametrize(("name", "part"), [("rnn_forward", 0), ("lstm_forward", 0), ("lstm_forward", 1),
                                            ("stacked_forward", 0), ("rnn_backward", 0)])  # fmt: skip
@pytest.mark.parametrize("step", [0, 2, -1])
def test_the_one_wrong_place_is_marked(name, part, step):
    shown = strip(find(name), broken(name, step, 1, part))
    wrong = [row for row in shown.rows if row.first]
    (row,) = wrong
    unit, place = row.first
    assert (unit, place) == (1, step % row.differs.shape[1])
    assert repr(shown).count("X") == 1 and "#" not in repr(shown)
    assert f"differs first in step {place + 1}" in shown.description
    assert all("agrees everywhere" in other.sentence for other in shown.rows if other is not row)


def test_a_gradient_is_read_from_the_last_step_to_the_first():
    shown = strip(find("rnn_backward"), find("rnn_backward").variant(
        next(each for each in find("rnn_backward").mistakes if "square" in each.name)))  # fmt: skip
    assert shown.rows[0].first[1] == shown.rows[0].differs.shape[1] - 1


def test_the_gate_that_is_wrong_is_told_from_the_others():
    gates = find("lstm_gates")
    swapped = next(each for each in gates.mistakes if each.name == "candidate through sigmoid")
    shown = check(lstm_gates=gates.variant(swapped)).strip
    assert [row.name for row in shown.rows if row.first] == ["g"]


def test_every_known_mistake_draws_a_strip_without_a_value_or_none():
    drawn = 0
    for exercise in exercises.every().values():
        if not isinstance(exercise, Exercise) or exercise.needs_keras:
            continue
        for mistake in exercise.mistakes:
            shown = strip(exercise, exercise.variant(mistake))
            if shown:
                drawn += 1
                assert not re.search(r"\d\.\d|\d{3}", shown.description), (exercise.id, mistake.name)
    assert drawn > 100


@pytest.mark.parametrize(
    "answer", [lambda *_: None, lambda *_: 1 / 0, lambda xs, h0, weights: np.zeros((2, 2)), lambda *_: "no",
               find("rnn_forward").reference]
)  # fmt: skip
def test_what_has_no_places_to_compare_draws_none(answer):
    assert strip(find("rnn_forward"), answer) is None
    assert strip(find("sigmoid"), answer) is None


def test_the_picture_is_told_in_words_and_its_marks_differ_in_shape():
    outcome = check(broken("lstm_forward", 2))
    page = outcome._repr_html_()
    label = re.search(r'<svg role="img" aria-label="([^"]+)"', page)[1]
    assert label in page.replace(re.search(r"<svg.*</svg>", page)[0], "")  # and as text beside it
    assert page.count("<path") == 1 and "Where to look" in page

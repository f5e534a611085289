"""Variants for practice: every exercise named has one that can be asked in a terminal, and answered."""

import random

import pytest

from lstm_course import exercises
from lstm_course.exercises import Exercise, Question
from lstm_course.exercises.judging import judge
from lstm_course.grading.variants.bank import BANK
from lstm_course.grading.variants.rehearsing import KINDS, rehearse
from lstm_course.learner.card_text import plain


@pytest.mark.parametrize("name", KINDS)
def test_a_variant_is_of_the_same_lesson_and_its_own_answer_is_right(name):
    lesson, kind = KINDS[name]
    assert kind in BANK[lesson] and exercises.find(name).lesson == f"0{lesson}"
    for seed in range(10):
        variant = rehearse(name, random.Random(seed))
        exercise = variant.exercise
        if isinstance(exercise, Exercise):
            assert exercise.mistakes and exercise.reference
        else:
            answer = exercise.answer if isinstance(exercise, Question) else exercise.answer()
            assert variant.why and judge(exercise, answer).status == "right"
        for text in (variant.text, *(each.explanation for each in getattr(exercise, "mistakes", ()))):
            assert not set(plain(text)) & set("\\$"), text
        assert "figure" not in variant.text


def test_an_exercise_without_kinds_has_no_variant():
    assert rehearse("sigmoid", random.Random(0)) is None

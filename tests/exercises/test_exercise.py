"""What the author of an exercise writes, and what comes of it: mistakes, texts with them, stubs."""

from collections import Counter

import pytest
from helpers import run_python

from lstm_course.exercises import Exercise, Question, every, find
from lstm_course.exercises.exercise import edits

SHARED = edits(r"""
    read backwards: You read it from its end.
        {"xs": "xs[::-1]"}
""")


def test_words_may_run_over_lines_and_an_edit_may_change_several_pieces():
    (mistake,) = edits(r"""
        two [h, x] things: The first: this,
            the second:
            that.
            {"a": 'b["c"]',
             "line\n":
                "other\n"
                "lines\n"}
    """)
    assert mistake.name == "two [h, x] things"
    assert mistake.explanation == "The first: this, the second: that."
    assert mistake.changes == {"a": 'b["c"]', "line\n": "other\nlines\n"}
    assert not mistake.convention


def test_another_convention():
    (mistake,) = edits("""
        z turned round [convention]: That is how others have it.
            {"z": "1 - z"}
    """)
    assert (mistake.name, mistake.convention) == ("z turned round", True)


def test_what_is_left_out_is_that_of_the_shared_mistake():
    same, own_words, own_edit = edits(
        r"""
        read backwards
        read backwards: Turn it round.

        read backwards
            {"ys": "ys[::-1]"}
        """,
        SHARED,
    )
    assert (same.explanation, same.changes) == ("You read it from its end.", {"xs": "xs[::-1]"})
    assert (own_words.explanation, own_words.changes) == ("Turn it round.", {"xs": "xs[::-1]"})
    assert (own_edit.explanation, own_edit.changes) == ("You read it from its end.", {"ys": "ys[::-1]"})


@pytest.mark.parametrize(
    ("text", "missing"),
    [("unheard of", "words"), ("unheard of: Words.", "edit"), ("x\n    {'a': 'b'}", "words")],
)
def test_words_and_edit_must_stand_somewhere(text, missing):
    with pytest.raises(ValueError, match=f"has no {missing}, and none is shared under this name"):
        edits(text, SHARED)


def test_edits_are_made_at_once_by_their_place():
    exercise = find("rnn_forward")
    (shifted,) = [mistake for mistake in exercise.mistakes if mistake.name == "outputs shifted by one"]
    lines = exercise.text_with(shifted).splitlines()
    assert [line.strip() for line in lines[4:8]] == [
        "for x in xs:",
        "hs.append(h)",
        'a = weights["Wh"] @ np.concatenate([h, x]) + weights["bh"]',
        "h = np.tanh(a)",
    ]
    assert exercise.text_with() == exercise.source


def test_a_stub_is_the_head_of_the_reference():
    assert find("rnn_cell").stub == (
        "def rnn_cell(x, h_prev, weights):\n"
        '    """One step of a plain recurrent network: x (D,), h_prev (H,) -> h (H,)."""\n'
        "    ...\n"
    )
    for exercise in every().values():
        if isinstance(exercise, Exercise):
            compile(exercise.stub, exercise.id, "exec")


def test_a_learners_session_reads_no_edit_before_it_needs_one():
    code = (
        "from lstm_course import check\n"
        "from lstm_course.exercises import every\n"
        "def read():\n"
        "    return sum('changes' in vars(m) for e in every().values() for m in getattr(e, 'mistakes', ()))\n"
        "before = read()\n"
        "check(sigmoid=lambda x: x)\n"
        "print(before, read() == len(every()['sigmoid'].mistakes))\n"
    )
    assert run_python(code) == "0 True\n"


def test_the_letter_does_not_give_the_answer_away():
    """Whoever always takes the same letter is right no more often than by luck, and no letter is out."""
    right = Counter(each.answer for each in every().values() if isinstance(each, Question))
    assert set(right) == set("abcd")
    assert max(right.values()) <= 0.45 * right.total() and min(right.values()) >= 2

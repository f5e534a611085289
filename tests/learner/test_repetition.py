"""Mistakes that come back: noted once a day, asked on their day, graded by a machine, never lost."""

import builtins
import datetime
import itertools
import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from lstm_course import check, cli, exercises
from lstm_course.common.files import course_folder
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import Exercise, Question, ValueExercise
from lstm_course.grading.variants import rehearse
from lstm_course.learner import card_forms, card_text, diary, landing, logbook, repetition, workspace
from lstm_course.learner.diary import DIARY, Entry

TODAY = datetime.date.today()


def ago(days):
    return (TODAY - datetime.timedelta(days=days)).isoformat()


@pytest.fixture
def mine(tmp_path, monkeypatch):
    (tmp_path / workspace.MANIFEST).write_text('{"lessons": {}}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def linear(x, h_prev, weights):
    return weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"]


def solved(folder, *names):
    for name in names:
        assert logbook.remember(name, "right", folder) == ()


def sitting(folder, *answers, today=TODAY, draw=None):
    """One sitting with these answers typed; what was shown, and how many cards were answered."""
    shown, typed = [], iter(answers)

    def ask(question):
        shown.append(question)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    done = repetition.repeat(folder, ask, lambda *lines: shown.extend(map(str, lines)), today, draw)
    return "\n".join(shown), done


def answers_to(card, today=TODAY, draw=None):
    """What is to be typed on a day so that it goes well."""
    form = card.form(today, draw)
    if isinstance(form, card_forms.WrongCode):
        letter = next(letter for letter, text in form.choices.items() if text == form.mistake.explanation)
        return str(form.lines[0]), letter
    answer = form.exercise.answer
    return (answer if isinstance(form.exercise, Question) else repr(float(answer())),)


def test_a_named_mistake_is_noted_once_a_day_and_comes_back_the_next(mine):
    assert check(rnn_cell=linear).mistake == check(rnn_cell=linear).mistake == "no tanh"
    check(lambda x: x)
    assert diary.read(mine) == [Entry(TODAY.isoformat(), "rnn_cell", "no tanh")]
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert repetition.due(mine, tomorrow) == []  # it would show the answer of an exercise that is not solved
    solved(mine, "rnn_cell")
    assert repetition.due(mine, TODAY) == []
    (card,) = repetition.due(mine, tomorrow)
    text, done = sitting(mine, *answers_to(card, tomorrow), today=tomorrow)
    assert done == 1 and "no tanh" not in text.split("Which line")[0]
    assert "    return a" in text and "return np.tanh(a)" in text and text.count("✓") == 2
    assert repetition.due(mine, tomorrow) == []
    assert diary.read(mine)[-1] == Entry(tomorrow.isoformat(), "rnn_cell", "no tanh", 5)


def test_nothing_is_noted_outside_a_working_copy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(rnn_cell=linear)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("line", "letter", "grade"), [(1, 1, 5), (1, 0, 3), (0, 1, 1), (0, 0, 1)])
def test_what_is_wrong_comes_back_sooner(mine, line, letter, grade):
    solved(mine, "rnn_cell")
    diary.add(mine, Entry(ago(1), "rnn_cell", "no tanh"))
    (card,) = repetition.due(mine)
    number, named = answers_to(card)
    number = number if line else "1"
    named = named if letter else next(each for each in card.form(TODAY).choices if each != named)
    sitting(mine, "what?", number, "", "z", named)
    assert diary.read(mine)[-1].grade == grade
    (card,) = repetition.due(mine, TODAY + datetime.timedelta(days=1))
    assert card.due == TODAY + datetime.timedelta(days=1)


def test_the_schedule_is_that_of_sm_2():
    grades, day, entries = [5, 5, 5, 5, 2, 4, 4, 3], datetime.date(2026, 1, 1), []
    waited = []
    for grade in grades:
        entries.append(Entry(day.isoformat(), "a", "b", grade))
        waited.append((repetition.next_time(entries) - day).days)
        day = repetition.next_time(entries)
    # Easiness 2.5, 2.6, 2.7, 2.8, 2.9; the 2 takes 0.32 off, a 4 leaves it, a 3 takes 0.14.
    assert waited == [1, 6, 17, 48, 1, 1, 6, 16]


def test_a_sitting_that_is_stopped_keeps_what_was_answered(mine):
    solved(mine, "rnn_cell", "sigmoid")
    diary.add(mine, Entry(ago(9), "rnn_cell", "no tanh"), Entry(ago(8), "sigmoid", "tanh instead"))
    first, second = repetition.due(mine)
    assert sitting(mine, *answers_to(first), "1")[1] == 1
    assert repetition.due(mine) == [second]


def test_a_day_has_five_cards(mine):
    names = [mistake.name for mistake in exercises.find("rnn_cell").mistakes][:7]
    solved(mine, "rnn_cell")
    diary.add(mine, *(Entry(ago(3), "rnn_cell", name) for name in names))
    answers = [answers_to(card) for card in repetition.due(mine)]
    assert sitting(mine, *itertools.chain(*answers))[1] == 5
    assert len(repetition.due(mine)) == 2


def test_every_known_mistake_makes_a_card(mine):
    for exercise in exercises.every().values():
        if isinstance(exercise, Exercise):
            for mistake in exercise.mistakes:
                card = card_forms.WrongCode(exercise, mistake, "seed")
                where = f"{exercise.id}: {mistake.name}"
                assert card.lines and max(card.lines) <= len(card.wrong), where
                assert mistake.explanation in card.choices.values(), where
                assert len(set(card.choices.values())) == len(card.choices), where


def test_questions_and_numbers_are_asked_as_a_whole(mine):
    question = next(each for each in exercises.every().values() if isinstance(each, Question))
    number = next(each for each in exercises.every().values() if isinstance(each, ValueExercise))
    wrong = next(letter for letter in question.choices if letter != question.answer)
    assert check(**{question.id: wrong}).status == "wrong"
    check(**{number.id: float(number.mistakes[0].value())})
    assert {entry.exercise: entry.mistake for entry in diary.read(mine)} == {question.id: "", number.id: ""}
    tomorrow = TODAY + datetime.timedelta(days=1)
    text, done = sitting(mine, question.answer, "many", str(float(number.answer())), today=tomorrow)
    assert done == 2 and text.count("✓") == 2 and question.question in text and number.question in text


def test_each_time_that_it_went_well_it_is_asked_in_another_form(mine):
    question = next(each for each in exercises.every().values() if isinstance(each, Question))
    assert question.lesson == "01"
    solved(mine, "rnn_parameter_count", question.id)
    mistake = exercises.find("rnn_parameter_count").mistakes[0]
    diary.add(mine, Entry("2026-01-01", "rnn_parameter_count", mistake.name))
    seen = []
    for days in (1, 2, 8, 25):  # a day, a week, a month
        day = datetime.date(2026, 1, 1) + datetime.timedelta(days=days)
        assert repetition.due(mine, day - datetime.timedelta(days=1)) == []
        (card,) = repetition.due(mine, day)
        text, done = sitting(mine, *answers_to(card, day, rehearse), today=day, draw=rehearse)
        assert done == 1 and "✗" not in text
        seen.append(text)
    code, variant, concept, again = seen
    assert "Which line is wrong" in code and "Which line is wrong" in again
    assert "A vanilla RNN reads vectors of size" in variant and "A number" in variant
    assert question.question in concept


def test_a_question_that_is_still_open_is_not_asked_in_place_of_a_mistake(mine):
    solved(mine, "rnn_cell")
    diary.add(mine, Entry(ago(1), "rnn_cell", "no tanh"))
    (card,) = repetition.due(mine)
    assert len(card.forms(TODAY)) == 1


def test_what_is_drawn_hangs_on_the_day_and_the_mistake():
    def texts(day, name):
        exercise = exercises.find(name)
        forms = repetition.Card(exercise, exercise.mistakes[0], ()).forms(day, rehearse)
        return [form.note() for form in forms]

    for name in ("rnn_cell", "lstm_cell_backward", "confusion", "create_sequences"):
        assert texts(TODAY, name) == texts(TODAY, name)
        assert texts(TODAY, name)[1] != texts(TODAY + datetime.timedelta(days=1), name)[1]


def test_a_line_of_a_variant_is_right_or_wrong(mine):
    solved(mine, "lstm_cell")
    mistake = exercises.find("lstm_cell").mistakes[0].name
    diary.add(mine, Entry(ago(9), "lstm_cell", mistake), Entry(ago(8), "lstm_cell", mistake, 5))
    (card,) = repetition.due(mine)
    line, letter = answers_to(card, draw=rehearse)
    wrong = next(each for each in "123456" if int(each) not in card.form(TODAY, rehearse).lines)
    text, _ = sitting(mine, wrong, letter, draw=rehearse)
    assert "not that of the lesson" in text and f"✗ Wrong is line {line}" in text
    assert "\\" not in text and "$" not in text  # formulas as a terminal can show them
    assert diary.read(mine)[-1].grade == 1
    tomorrow = TODAY + datetime.timedelta(days=1)
    (card,) = repetition.due(mine, tomorrow)
    assert card.form(tomorrow, rehearse).exercise.id == "lstm_cell"  # it begins anew


def test_variants_take_two_of_the_five_minutes(mine):
    names = ("rnn_cell", "lstm_cell", "gru_cell")
    solved(mine, *names)
    for name in names:
        mistake = exercises.find(name).mistakes[0].name
        diary.add(mine, Entry(ago(9), name, mistake), Entry(ago(8), name, mistake, 5))
    answers = [answers_to(card, draw=rehearse) for card in repetition.due(mine)]
    assert sitting(mine, *itertools.chain(*answers), draw=rehearse)[1] == 2
    assert len(repetition.due(mine)) == 1


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_command_keeps_what_was_answered_when_it_is_stopped(mine, monkeypatch, capsys, end):
    solved(mine, "rnn_cell", "sigmoid")
    diary.add(mine, Entry(ago(9), "rnn_cell", "no tanh"), Entry(ago(8), "sigmoid", "tanh instead"))
    monkeypatch.setenv("COLUMNS", "80")
    typed = iter([*answers_to(repetition.due(mine)[0]), end])

    def read_line(question):
        text = next(typed)
        if text is end:
            raise end
        return text

    monkeypatch.setattr(builtins, "input", read_line)
    assert cli.main(["review"]) == (130 if end is KeyboardInterrupt else 0)
    said = capsys.readouterr()
    assert max(map(len, said.out.splitlines())) <= 80
    assert ("is kept" in said.err) == (end is KeyboardInterrupt)
    assert [entry.grade for entry in diary.read(mine)] == [None, None, 5]


def test_half_a_line_costs_itself_alone(mine):
    solved(mine, "rnn_cell")
    diary.add(mine, Entry(ago(9), "rnn_cell", "no tanh"))
    (card,) = repetition.due(mine)
    sitting(mine, *answers_to(card))
    whole = (mine / DIARY).read_bytes()
    (mine / DIARY).write_bytes(whole[:-20])  # the disk was full
    assert repetition.due(mine) == [card]
    sitting(mine, *answers_to(card))
    assert diary.read(mine) == [*card.entries, Entry(TODAY.isoformat(), "rnn_cell", "no tanh", 5)]


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"\xff", b"3", b'{"on": "yesterday", "exercise": "rnn_cell"}',
     b'{"on": "2026-01-01", "exercise": "rnn_cell", "mistake": "no tanh", "grade": 9}',
     b'{"on": "2026-01-01", "exercise": ["x"]}', b'{"on": "2026-01-01", "exercise": "x", "newer": 1}'],
)  # fmt: skip
def test_lines_that_are_none_of_ours_are_passed_over_and_stay(mine, line):
    made = Entry(ago(2), "rnn_cell", "no tanh")
    diary.add(mine, made)
    with (mine / DIARY).open("ab") as file:
        file.write(line)  # cut short: the next line begins on a line of its own all the same
    diary.add(mine, made)
    assert diary.read(mine) == [made, made]
    assert line in (mine / DIARY).read_bytes()


def test_what_a_newer_course_no_longer_has_is_left_alone(mine):
    lost = [Entry(ago(2), "rnn_cell", "a mistake of old"), Entry(ago(2), "an exercise of old", "x")]
    diary.add(mine, *lost)
    solved(mine, "rnn_cell")
    assert repetition.due(mine) == [] and diary.read(mine) == lost


def _write_fifty(folder):
    for number in range(50):
        diary.add(folder, Entry("2026-01-01", "rnn_cell", str(number)))


def test_two_notebooks_at_once_lose_nothing(mine):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_write_fifty, [mine, mine])
    assert sorted(int(entry.mistake) for entry in diary.read(mine)) == sorted([*range(50)] * 2)


def test_a_diary_that_cannot_be_written_does_not_stop_a_check(mine):
    (mine / DIARY).mkdir()
    assert check(rnn_cell=linear).mistake == "no tanh"


def test_cards_for_anki_are_a_front_and_a_back(mine):
    with pytest.raises(Trouble, match="no card yet"):
        repetition.export(mine, mine / "cards.txt")
    question = next(each for each in exercises.every().values() if isinstance(each, Question))
    solved(mine, "rnn_cell")
    diary.add(mine, Entry(ago(0), "rnn_cell", "no tanh"), Entry(ago(0), question.id))
    assert "2 cards" in repetition.export(mine, mine / "cards.txt")
    head, rows = (mine / "cards.txt").read_text().split("#deck:LSTM networks\n")
    assert head == "#separator:tab\n#html:true\n"
    code, asked = (row.split("\t") for row in rows.splitlines())
    assert "return a" in code[0] and "np.tanh" not in code[0] and "np.tanh(a)" in code[1]
    assert len(asked) == 2
    with pytest.raises(Trouble, match="is there already"):
        repetition.export(mine, mine / "cards.txt")


def test_every_form_is_a_card_for_anki(mine):
    question = next(each for each in exercises.every().values() if isinstance(each, Question))
    solved(mine, "rnn_cell", question.id)
    names = [mistake.name for mistake in exercises.find("rnn_cell").mistakes][:2]
    diary.add(mine, *(Entry(ago(0), "rnn_cell", name) for name in names))
    said = repetition.export(mine, mine / "cards.txt", rehearse)
    rows = (mine / "cards.txt").read_text(encoding="utf-8").splitlines()[3:]
    assert "5 cards" in said and len(rows) == 5  # two with code, two variants, and a question that both share
    assert all(row.count("\t") == 1 and "$" not in row and "**not**" not in row for row in rows)
    assert sum("sequence through a composed cell" in row and "\\(W" not in row for row in rows) == 2
    assert sum(card_text.as_html(question.question) in row for row in rows) == 1


def test_the_first_page_says_what_is_due(tmp_path):
    workspace.prepare(course_folder("notebooks"), tmp_path)
    solved(tmp_path, "rnn_cell")
    landing.write_page(tmp_path)
    assert "Five minutes" not in (tmp_path / landing.PAGE).read_text()
    diary.add(tmp_path, Entry(ago(1), "rnn_cell", "no tanh"))
    landing.write_page(tmp_path)
    page = (tmp_path / landing.PAGE).read_text()
    assert "**Five minutes:** 1 of your mistakes is due" in page and "start.py review`" in page
    assert (
        json.loads((tmp_path / workspace.MANIFEST).read_text()) and not Path(tmp_path, "cards.txt").exists()
    )

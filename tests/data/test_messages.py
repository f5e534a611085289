"""Texts of several classes: what the writer promises, and files of one's own, right and wrong."""

import numpy as np
import pytest

from lstm_course.data import DataError, bag_of_words, load_messages, more_messages
from lstm_course.data.messages.writer import CLASSES, SHARES, written_messages


def test_the_messages_are_300_of_three_uneven_classes():
    messages = load_messages()
    assert len(messages) == 300 and messages.classes == CLASSES
    counts = np.bincount(messages.labels)
    assert (counts[:-1] > counts[1:]).all() and counts.min() >= 25


def test_more_messages_are_others_of_the_same_kind():
    many = more_messages(3000, seed=1)
    assert many.classes == CLASSES
    assert np.allclose(np.bincount(many.labels) / 3000, SHARES, atol=0.03)
    assert not set(many.texts[:500]) & set(load_messages().texts)
    assert more_messages(60, seed=2).texts == more_messages(60, seed=2).texts


def test_words_alone_do_not_tell_which_of_two_wishes_counts():
    two = [(text, name) for text, name in written_messages(4000, seed=5) if _names_two(text)]
    texts, labels = zip(*[(text, CLASSES.index(name)) for text, name in two], strict=True)
    half = len(texts) // 2
    model = bag_of_words(texts[:half], np.array(labels[:half]))
    assert 0.2 < len(two) / 4000 < 0.4
    assert np.mean(model.predict(texts[half:]) == np.array(labels[half:])) < 0.8


def _names_two(text):
    marks = ("but now", "no longer to", "forget that", "no more need", "It is not to", "after all",
             "At first we meant", "my last letter")  # fmt: skip
    return any(mark in text for mark in marks)


def test_a_file_of_ones_own_is_read_and_told(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text('Comment;Kategorie\n"good; very";A\nbad;B\n;A\ngood again;A\n', "utf-8")
    messages = load_messages(path)
    assert messages.texts == ["good; very", "bad", "good again"]
    assert messages.labels.tolist() == [0, 1, 0] and messages.classes == ("A", "B")
    said = capsys.readouterr().out
    assert said == "mine.csv: 3 texts (A 2, B 1); rows without a text or a class: 1.\n"


def test_columns_can_be_named(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("a,b,text\nx,one,1\ny,two,2\n", "utf-8")
    assert load_messages(path, text="a", label="b").texts == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,class\n", "no row below the names"),
        ("words,class\nx,A\n", r"no column that is called like texts; .*text=\.\.\."),
        ("text,sort\nx,A\n", r"no column that is called like classes; .*label=\.\.\."),
        ("text,class\nx,A\ny,A\n", "has 1 classes in the column 'class'"),
        ("text,class\nx, and more,A\n", "row 2 has 3 cells and the head 2"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content, said, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=said):
        load_messages(path)
    with pytest.raises(DataError, match="no column 'x'"):
        load_messages(_good(tmp_path), text="x")


def _good(folder):
    path = folder / "good.csv"
    path.write_text("text,class\nx,A\ny,B\n", "utf-8")
    return path

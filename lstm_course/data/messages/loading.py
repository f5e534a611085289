"""Texts with their classes: those that ship with the course, or those in a CSV file of your own."""

import csv
from dataclasses import dataclass

import numpy as np

from lstm_course.common import arguments
from lstm_course.data.messages.writer import written_messages
from lstm_course.data.series.prices.files import text_of
from lstm_course.data.shipping import DataError, shipped

__all__ = ["Messages", "load_messages", "more_messages"]

FILE = "messages.csv"
_TEXTS = ("text", "message", "comment", "review", "body", "content", "nachricht", "texte", "texto", "testo")
_CLASSES = ("class", "label", "category", "topic", "target", "klasse", "kategorie", "clase")


@dataclass(frozen=True, eq=False)
class Messages:
    """Texts, each of one class.

    Args:
        texts: list of N str.
        labels: (N,) int64, the number of each text's class.
        classes: tuple of str, the names, the most frequent class first.
    """

    texts: list
    labels: np.ndarray
    classes: tuple

    def __len__(self):
        return len(self.texts)


def load_messages(path=None, text=None, label=None):
    """Texts of several classes: 300 messages to a bicycle hire desk, or those in a CSV file of your own.

    The first line of the file names its columns. Which of them has the texts and which the classes is found
    by their names (text, message, comment; class, label, category). Rows without a text or a class are left
    out, and one printed line says what was read.

    Args:
        path: of the file, `~` for your home folder; default None, the messages of the course.
        text: name of the column with the texts, where it is not found by itself.
        label: name of the column with the classes, where it is not found by itself.

    Returns:
        A `Messages`.

    Raises:
        DataError: if the file cannot be read with certainty; one sentence says where and why.

    Example:
        >>> messages = load_messages()
        >>> len(messages), messages.classes
        (300, ('booking', 'change', 'complaint'))
    """
    if path is None:
        return _messages(*_columns(*_read(shipped(FILE)), None, None))
    file, rows = _read(path)
    texts, names = _columns(file, rows, text, label)
    messages = _messages(texts, names)
    counts = np.bincount(messages.labels)
    told = ", ".join(f"{name} {count}" for name, count in zip(messages.classes, counts, strict=True))
    print(
        f"{file}: {len(texts)} texts ({told}); rows without a text or a class: {len(rows) - 1 - len(texts)}."
    )
    return messages


def more_messages(count, seed):
    """Messages of the kind that ships, as many as are asked for: for a learning curve, and for a large test.

    Args:
        count: how many, at least 50, so that every class occurs.
        seed: of the draws, a whole number. The shipped ones have a seed of their own.

    Returns:
        A `Messages` with the classes of the shipped ones.

    Raises:
        TypeError, ValueError: if count or seed is no such number.

    Example:
        >>> more_messages(1000, seed=1).classes
        ('booking', 'change', 'complaint')
    """
    count = arguments.whole_number("count", count, minimum=50)
    return _messages(*zip(*written_messages(count, arguments.whole_number("seed", seed, 0)), strict=True))


def _messages(texts, names):
    found, counts = np.unique(names, return_counts=True)
    classes = tuple(str(name) for _, name in sorted(zip(-counts, found, strict=True)))
    return Messages(list(texts), np.array([classes.index(name) for name in names], np.int64), classes)


def _read(path):
    """The name of a CSV file, and its rows."""
    file, content = text_of(path)
    head = (content.splitlines() or [""])[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = [row for row in csv.reader(content.splitlines(keepends=True), delimiter=separator) if row]
    except csv.Error as error:
        raise DataError(f"{file} cannot be read as a table: {error}.") from None
    if len(rows) < 2:
        raise DataError(f"{file} has no row below the names of its columns: is it a CSV file with texts?")
    return file, rows


def _columns(file, rows, text, label):
    """The texts and the names of their classes, rows that lack one of them left out."""
    head = [name.strip() for name in rows[0]]
    texts = _column(file, head, text, _TEXTS, "text", "texts")
    classes = _column(file, head, label, _CLASSES, "label", "classes")
    for line, row in enumerate(rows[1:], 2):
        if len(row) > len(head):
            raise DataError(
                f"{file}, row {line} has {len(row)} cells and the head {len(head)} names: put texts that "
                f"hold "
                "the separator between quotes."
            )
    pairs = [(row[texts].strip(), row[classes].strip()) for row in rows[1:] if len(row) > max(texts, classes)]
    pairs = [pair for pair in pairs if all(pair)]
    names = {name for _, name in pairs}
    if len(names) < 2:
        raise DataError(
            f"{file} has {len(names)} classes in the column {head[classes]!r}, expected two or more: name "
            "another column with label=..."
        )
    return [one for one, _ in pairs], [name for _, name in pairs]


def _column(file, head, wanted, known, argument, what):
    if wanted is not None:
        if wanted not in head:
            raise DataError(f"{file} has no column {wanted!r}: its columns are {', '.join(map(repr, head))}.")
        return head.index(wanted)
    lower = [name.lower() for name in head]
    found = next((lower.index(name) for name in known if name in lower), None)
    if found is None:
        raise DataError(
            f"{file} has no column that is called like {what}; its columns are "
            f"{', '.join(map(repr, head))}: say which with {argument}=..."
        )
    return found

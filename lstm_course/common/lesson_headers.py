"""What a lesson says of itself at its top: title, number, minutes, and the question that it opens with."""

import re
from typing import NamedTuple

__all__ = ["Header", "read_header"]


class Header(NamedTuple):
    """The top of a lesson.

    Args:
        title: its first heading, or "" where it has none.
        line: number, minutes and what is needed, as they stand below the title, or "".
        minutes: how long it takes, or None where that is left open.
        question: the one that it opens with, or "".
    """

    title: str
    line: str
    minutes: int | None
    question: str


def read_header(text: str) -> Header:
    """Read the top of a lesson.

    Args:
        text: Markdown of the lesson, or of its first cell.

    Returns:
        A `Header`; a learner may have made anything of the text, and what is not found is left empty.

    Example:
        >>> header = read_header("# Stacked LSTMs\\n\\n*Lesson 5 · 115 minutes*\\n\\n**Do two layers help?**")
        >>> header.title, header.minutes, header.question
        ('Stacked LSTMs', 115, 'Do two layers help?')
    """
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    line = re.search(r"^\*(Lesson \d+ · [^*\n]+)\*$", text, re.MULTILINE)
    minutes = re.match(r"Lesson \d+ · (\d+) minutes", line[1]) if line else None
    return Header(
        title=title[1] if title else "",
        line=line[1] if line else "",
        minutes=int(minutes[1]) if minutes else None,
        question=_question(text),
    )


def _question(text):
    """The question in bold; a short one with the sentence before it."""
    found = re.search(r"((?:al\.|[^.?:*\n])+\. )?\*\*([^*]+\?)\*\*", text)
    if not found:
        return ""
    before, question = found.groups(default="")
    question = " ".join((before + question if len(question) < 40 else question).split())
    return question[:1].upper() + question[1:]

"""The plan of a lesson by the minute, as it is written in `docs/instructors/plans/NN.md`.

A section of the plan has the heading of a section of the lesson, and below it a table with a row for each
thing that is done: minutes, how, what happens in class, and what is shown meanwhile. What is shown is named
and not repeated:

* `formula`, `table`, `list`, `box`, `figure`, `output` or `code`: the one of this kind in the section; where
  it has several, words from it stand behind in backticks;
* `say` and words in backticks: the sentence of the lesson that has these words;
* `predict`: the question of such a box, and on the next slide what comes out;
* the name of an exercise in backticks;
* `rest`: the text at the lesson's next place to rest.

A semicolon stands between two things on one slide, a slash between two slides. `predict`, `rest` and an
exercise come last on theirs.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from lstm_course.common.trouble import Trouble

__all__ = ["HOW", "PlanError", "Row", "Shown", "read_plan"]

HOW = ("lecture", "alone", "pairs", "discussion", "rest")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| *(\d+) *\| *([^|]+?) *\| *([^|]+?) *\| *([^|]*?) *\|$")
_SHOWN = re.compile(r"(formula|table|list|box|figure|output|code|predict|say|rest)(?: `([^`]+)`)?|`(\w+)`")
_LAST = ("predict", "rest", "exercise")
_OUTSIDE = r"(?=(?:[^`]*`[^`]*`)*[^`]*$)"  # words in backticks
_HEAD = "| minutes | how | in class | shown |"


class PlanError(Trouble):
    """A plan does not say what is to be done; the message says where."""


@dataclass(frozen=True)
class Shown:
    """One thing on a slide.

    Args:
        kind: as above; "exercise" for one of those.
        words: what tells it from others of its kind, or the id of the exercise.
    """

    kind: str
    words: str = ""


@dataclass(frozen=True)
class Row:
    """What is done.

    Args:
        section: heading of the lesson's section.
        minutes: how long.
        how: one of `HOW`.
        notes: what happens, Markdown: the speaker's notes.
        slides: for each slide, what is on it.
    """

    section: str
    minutes: int
    how: str
    notes: str
    slides: tuple[tuple[Shown, ...], ...]


def read_plan(path: Path) -> list[Row]:
    """Read a plan.

    Args:
        path: of the file.

    Returns:
        Its rows.

    Raises:
        PlanError: there is no such file, or a row cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlanError(
            f"{path} is not there: each lesson has a plan, from which its slides are made."
        ) from None
    rows = []
    _, *parts = _HEADING.split(text)
    for section, body in zip(parts[::2], parts[1::2], strict=True):
        lines = [line for line in body.splitlines() if line.startswith("|")]
        if lines[:1] != [_HEAD]:
            raise PlanError(f"{path.name}, {section}: the table begins with {_HEAD}")
        rows += [_row(path, section, line) for line in lines[2:]]
    return rows


def _row(path, section, line):
    found = _ROW.match(line)
    if not found or found[2] not in HOW:
        raise PlanError(
            f"{path.name}, {section}: a row has minutes, one of {', '.join(HOW)}, and two cells: {line}"
        )
    slides = [slide for slide in re.split(f" / {_OUTSIDE}", found[4]) if slide]
    try:
        shown = tuple(_slide(slide) for slide in slides)
    except ValueError as error:
        raise PlanError(f"{path.name}, {section}: {error} is nothing that can be shown") from None
    return Row(section, int(found[1]), found[2], found[3], shown)


def _slide(text):
    *before, last = (_thing(thing) for thing in re.split(f"; {_OUTSIDE}", text))
    if late := [thing.kind for thing in before if thing.kind in _LAST]:
        raise ValueError(f"{text!r}, in which {late[0]} does not come last,")
    return (*before, last)


def _thing(text):
    found = _SHOWN.fullmatch(text.strip())
    if not found:
        raise ValueError(repr(text))
    kind, words, exercise = found.groups()
    return Shown("exercise", exercise) if exercise else Shown(kind, words or "")

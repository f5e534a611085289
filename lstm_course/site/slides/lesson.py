"""A lesson as its plan speaks of it: sections with their minutes, and in each what can be shown."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lstm_course import exercises
from lstm_course.common import notebooks
from lstm_course.common.lesson_headers import read_header
from lstm_course.site.slides import markdown

__all__ = ["Cell", "Lesson", "Part", "Section", "asked", "read_lesson"]

_MINUTES = re.compile(r"(\d+) minutes")
_GOING_ON = "Going on with "  # what `proven` prints, which tells the learner and not the class
_ASKED = re.compile(r"\*\*[^*]*\(\d+ minutes?\)")  # how every exercise and every question begins


@dataclass(frozen=True)
class Part:
    """A block of a lesson's text.

    Args:
        kind: "heading", "paragraph", "formula", "table", "list" or "box".
        text: its Markdown.
        level: of a heading, else 0.
    """

    kind: str
    text: str
    level: int = 0


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Args:
        code: its source, as a learner gets it.
        figures: the HTML of each figure that it shows.
        printed: what it prints.
        exercise: id of the exercise that it asks for, or "".
    """

    code: str
    figures: tuple[str, ...]
    printed: str
    exercise: str = ""


@dataclass
class Section:
    """What stands under a heading that has minutes of its own.

    Args:
        title: the heading.
        minutes: those that the lesson gives it, or None.
        parts: parts and cells, in their order.
    """

    title: str
    minutes: int | None = None
    parts: list[Part | Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Args:
        number: two digits.
        title: its heading.
        header: the line below it, with the minutes.
        question: the one that the lesson answers, Markdown.
        minutes: those of the header, or None where the end is open.
        sections: in their order, with the recap, without what is optional.
        rests: the text at each place to rest.
    """

    number: str
    title: str
    header: str
    question: str
    minutes: int | None
    sections: tuple[Section, ...]
    rests: tuple[str, ...]

    def exercises(self) -> list[exercises.Exercise | exercises.ValueExercise | exercises.Question]:
        """Those of the lesson, as the package has them."""
        return [each for each in exercises.every().values() if each.lesson == self.number]


@cache
def read_lesson(path: Path) -> Lesson:
    """Read a lesson from the notebook that learners get, with its outputs.

    Args:
        path: of the notebook, `NN_name.ipynb`.

    Returns:
        A `Lesson`.
    """
    parts = [part for cell in notebooks.read(path).cells for part in _parts(cell)]
    title = parts[0]
    opening = parts[1 : next(k for k, part in enumerate(parts) if _is_heading(part) and part.level == 2)]
    header = opening[0].text.strip("*")
    found = _MINUTES.search(header)
    told = {**_table_of_minutes(opening)}
    sections = _sections(parts[1 + len(opening) :], told)
    texts = [part.text for part in parts if isinstance(part, Part) and "A place to rest" in part.text]
    return Lesson(
        path.name[:2],
        title.text,
        header,
        read_header("\n\n".join(part.text for part in parts if isinstance(part, Part))).question,
        int(found[1]) if found else None,
        tuple(sections),
        tuple(text.replace("> ", "") for text in texts if "**A place to rest.**" in text),
    )


def _parts(cell):
    """What a cell of the notebook holds."""
    if cell.cell_type == "markdown":
        return [Part(*block) for block in markdown.blocks(cell.source)]
    figures, printed = [], ""
    for output in cell.outputs:
        page = output.get("data", {}).get("text/html", "")
        figures += re.findall(r"<figure.*?</figure>", page, re.DOTALL)
        printed += output.get("text", "") if output.get("name") == "stdout" else ""
    grade = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    asks = "exercise" in cell.metadata.get("tags", [])
    lines = [line for line in printed.rstrip().split("\n") if not line.startswith(_GOING_ON)]
    return [Cell(cell.source, tuple(figures), "\n".join(lines), grade if asks else "")]


def _is_heading(part):
    return isinstance(part, Part) and part.kind == "heading"


def _table_of_minutes(opening):
    """Heading -> minutes, where the lesson gives them in a table at its head."""
    tables = [part.text for part in opening if isinstance(part, Part) and part.kind == "table"]
    rows = [re.findall(r"^\| *([^|]+?) *\| *(\d+) *\|$", table, re.MULTILINE) for table in tables]
    return {title: int(minutes) for found in rows for title, minutes in found}


def _sections(parts, told):
    """The sections; a heading of the third level begins one where it has minutes of its own."""
    sections = []
    for k, part in enumerate(parts):
        own = _own_minutes(parts, k)
        if _is_heading(part) and (part.level == 2 or own is not None):
            if part.text.startswith("Optional"):
                break
            sections.append(Section(part.text, told.get(part.text, own)))
        elif part.kind if isinstance(part, Part) else True:
            sections[-1].parts.append(part)
    return sections


def _own_minutes(parts, k):
    """The minutes in the line under a heading."""
    below = parts[k + 1] if k + 1 < len(parts) else None
    found = isinstance(below, Part) and re.fullmatch(r"\*(\d+) minutes\*", below.text)
    return int(found[1]) if found else None


def asked(section: Section, exercise: str) -> tuple[list[Part], Cell]:
    """How an exercise is put: the blocks from the one that names its minutes on, and its cell.

    Args:
        section: in which it stands.
        exercise: id.

    Returns:
        A pair.

    Raises:
        ValueError: it does not stand there.
    """
    for k, cell in enumerate(section.parts):
        if isinstance(cell, Cell) and cell.exercise == exercise:
            begin = k
            while begin and isinstance(section.parts[begin - 1], Part):
                begin -= 1
                if _ASKED.match(section.parts[begin].text):
                    break
            return [part for part in section.parts[begin:k] if isinstance(part, Part)], cell
    raise ValueError(f"no exercise {exercise!r} in the section {section.title!r}")

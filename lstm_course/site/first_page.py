"""The first page, for a visitor: a sentence, the live cell, the lessons, and three proofs with their figures.

Nothing on it is counted by hand: questions and minutes come from the lessons, figures from exercises, claims
and tests.
"""

import ast
import itertools
import posixpath
import re
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from lstm_course import exercises
from lstm_course.common.templates import rendered
from lstm_course.site import pictures
from lstm_course.site.lessons import header_of, lesson_paths

__all__ = ["Card", "Proof", "cards", "hours", "proofs", "write_first_page"]

# The explorable on the first page: the first of these that a lesson shows.
_LIVE = ("cell_playground", "lstm_step")
_EXPLORABLE_STYLES = "_static/explorables/explorable.css"
_LIGHT = 16_000  # bytes that the picture of a card may weigh, so that twelve leave room on the page
_FIGURE = re.compile(rf'<img\b[^>]*\bsrc="({pictures.FOLDER}/[^"]+)"')
_ATTACKS = "tests/grading/test_hostile.py"


class Card(NamedTuple):
    """A lesson on the first page.

    Args:
        stem: name of its page without ".html".
        number: of the lesson.
        title, question: as the lesson has them.
        minutes: as a number, or None where the lesson leaves it open.
        picture: address of its picture from the first page.
        width, height: of the picture.
    """

    stem: str
    number: int
    title: str
    question: str
    minutes: int | None
    picture: str
    width: int
    height: int


class Proof(NamedTuple):
    """A figure that speaks for the course, and the page that shows where it comes from."""

    figure: int
    words: str
    page: str


def hours(root: Path) -> int:
    """How many hours all lessons take together, without those that leave it open."""
    return round(sum(header_of(path).minutes or 0 for path in lesson_paths(root)) / 60)


def proofs(root: Path) -> list[Proof]:
    """What the course can show for itself, counted.

    Args:
        root: of a clone.
    """
    claims = (root / "docs/claims.md").read_text(encoding="utf-8")
    measured = len(re.findall(r"^\| (?!claim \|)", claims, re.MULTILINE))
    mistakes = sum(len(getattr(each, "mistakes", ())) for each in exercises.every().values())
    return [
        Proof(
            mistakes,
            "known mistakes are met with their names, and every check is run on each",
            "docs/architecture",
        ),
        Proof(
            measured, "claims are measured in the lessons, with what was tried against each", "docs/claims"
        ),
        Proof(
            _attacks(root), "attacks on the grading are tried in the tests, and none gains a mark", "SECURITY"
        ),
    ]


def _attacks(root):
    """The length of the table of attacks, which is read and not run."""
    for node in ast.parse((root / _ATTACKS).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ATTACKS":
            return len(node.value.keys)
    raise LookupError(f"{_ATTACKS} has no table of attacks")


def cards(root: Path, out: Path) -> list[Card]:
    """The lessons as they stand on the first page.

    Args:
        root: of the clone.
        out: folder of the site; the pages of the lessons and their figures are in it, and the small
            pictures are written into it.
    """
    found = []
    for path in lesson_paths(root):
        header = header_of(path)
        picture, width, height = _picture(out, path.stem)
        found.append(Card(path.stem, int(path.stem[:2]), header.title, header.question, header.minutes,
                          picture, width, height))  # fmt: skip
    return found


def _picture(out, stem):
    """Address, width and height of the picture of a lesson: its first light figure, else the lightest."""
    candidates = []
    for address in _FIGURE.findall((out / "notebooks" / f"{stem}.html").read_text(encoding="utf-8")):
        content, width, height = pictures.thumbnail(out / "notebooks" / address)
        candidates.append((len(content), content, Path(address), width, height))
        if len(content) < _LIGHT:
            break
    if not candidates:
        return "", 0, 0
    _, content, source, width, height = min(candidates, key=lambda each: each[0])
    name = f"_static/cards/{stem}{'.svg' if source.suffix == '.svg' else '.webp'}"
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_bytes(content)
    return name, width, height


def _article(out, stem):
    from bs4 import BeautifulSoup

    return BeautifulSoup(
        (out / "notebooks" / f"{stem}.html").read_text(encoding="utf-8"), "html.parser"
    ).article


def write_first_page(root: Path, out: Path, books: list[str]) -> None:
    """Write `index.html` over the list of contents that Sphinx has put there.

    Args:
        root: of the clone.
        out: folder of the site.
        books: names of files to take along that lie in it.
    """
    readme = (root / "README.md").read_text(encoding="utf-8")
    title, sentence = re.match(r"# (.+)\n\n(.+)\n", readme).groups()
    lessons = cards(root, out)
    page = rendered(
        "site/templates/first_page.html",
        title=title,
        sentence=sentence,
        cards=lessons,
        hours=hours(root),
        proofs=proofs(root),
        live=Markup(_live(out, [card.stem for card in lessons])),  # a piece of a page that Sphinx made
        styles=_EXPLORABLE_STYLES if (out / _EXPLORABLE_STYLES).is_file() else "",
        books=books,
    )
    (out / "index.html").write_text(page, encoding="utf-8")


def _live(out, stems):
    """HTML of the explorable, as a lesson shows it; where no script runs stands its still figure."""
    for name, stem in itertools.product(_LIVE, stems):
        for cell in _article(out, stem).select("div.cell"):
            if f"explore.{name}(" in cell.get_text():
                place = cell.find(attrs={"data-explorable": True}) or cell.find("figure")
                scripts = cell.find_all("script", src=True)
                for part in [*place.find_all("img"), *scripts]:
                    part["src"] = posixpath.normpath(f"notebooks/{part['src']}")
                for image in place.find_all("img"):
                    image["loading"] = "eager"  # it is what one sees first
                return "".join(map(str, [place, *scripts]))
    raise LookupError(f"no lesson shows one of {_LIVE}")

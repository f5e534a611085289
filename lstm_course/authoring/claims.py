"""What the lessons claim, where it is measured, and what was tried against it.

A code cell of a lesson source carries its claims in its metadata, beside the tags::

    claims:
    - id: rnn-horizon
      says: A plain RNN as Keras starts it loses the first symbol between lag 20 and lag 50.
      seeds: 8
    - id: open-and-protected
      removed: with the input gate left half open, every network is at chance

Entries of one lesson with the same id make up one claim. Between them they tell

* `says`: the claim, in one sentence;
* `seeds`: from how many seeds, or `exact` where nothing is drawn at random and no cause is named;
* `runs`: in the place of `seeds` where the claim compares times or memory, which a clock or a counter tells
  and no seed repeats: how often it was measured, and what of that counts;
* `removed`: what became of the effect when the cause that the lesson names was taken away;
* `rival`: what the other side reached when it was given the same search.

The last two are asked of every claim from seeds. A cell that carries an entry must hold the `assert`
that would fail if the entry were false. `docs/claims.md` is made from all of this, so that a claim without a
measurement cannot stand there.
"""

from dataclasses import dataclass, field

from lstm_course.authoring.sources import find_sources, read_lesson, sections
from lstm_course.common import files
from lstm_course.common.notebook_runs import BuildError, about_cell

PAGE = "docs/claims.md"
EXACT = "exact"
HEAD = """# What the lessons claim

Each claim of the lessons stands here with the section that measures it, what was tried against it, and the
assertion that holds it: when the assertion is false, the lesson's cell fails, and with it the course's tests.
*Removed* tells what became of the effect when the cause that the lesson names was taken away; *rival* tells
what the other side reached when it was given the same search. Where nothing is drawn at random, a claim is
*exact*. A claim about time or memory tells how often it was *measured* on the machine that runs the lesson.
This page is made from the lesson sources by `lstm-course build`.
"""


@dataclass
class Claim:
    """One claim of one lesson, gathered from the cells that speak of it."""

    id: str
    told: dict = field(default_factory=dict)  # field -> text
    places: list = field(default_factory=list)  # headings of the sections, in order
    asserted: list = field(default_factory=list)  # conditions, as source text

    def add(self, entry, heading, asserted):
        """Take in what one cell says; returns the fields that were told before, sorted."""
        new = {name: str(text).strip() for name, text in entry.items() if name != "id"}
        twice = sorted(set(new) & set(self.told))
        self.told |= new
        self.places += [heading] * (heading not in self.places)
        self.asserted += [condition for condition in asserted if condition not in self.asserted]
        return twice

    def lacks(self):
        """The fields that are missing."""
        needed = ["says"] if "runs" in self.told else ["says", "seeds"]
        if self.told.get("seeds", EXACT) != EXACT:
            needed += ["removed", "rival"]
        return [name for name in needed if name not in self.told]

    @property
    def evidence(self):
        """What the claim rests on, as the page says it: seeds, `exact`, or runs by the clock."""
        return self.told["seeds"] if "seeds" in self.told else f"measured: {self.told['runs']}"


def gather(lesson):
    """Puts together what the cells of a lesson claim.

    Args:
        lesson: a `sources.Lesson`.

    Returns:
        A list of Claim, in the order of the lesson.

    Raises:
        BuildError: an entry says again what another one says, or a claim lacks a field or has seeds and runs.
    """
    claims, heading, name = {}, "", f"solutions/{lesson.path.name}"
    for cell in lesson.cells:
        if cell.kind == "markdown":
            heading = (heading, *sections(cell.source))[-1]
        for entry in cell.claims:
            claim = claims.setdefault(entry["id"], Claim(entry["id"]))
            if twice := claim.add(entry, heading, cell.asserted):
                raise BuildError(about_cell(name, cell, f"the claim tells {', '.join(twice)} twice"))
    for claim in claims.values():
        if lacking := claim.lacks():
            raise BuildError(f"{name}: the claim {claim.id!r} lacks {', '.join(lacking)}")
        if {"seeds", "runs"} <= set(claim.told):
            raise BuildError(f"{name}: the claim {claim.id!r} has seeds and runs; one of them is asked for")
    return list(claims.values())


def page(root):
    """Writes out the page of claims.

    Args:
        root: pathlib.Path of the clone.

    Returns:
        The text of `docs/claims.md`, a str.

    Raises:
        BuildError: a lesson breaks a rule of authoring, or as in `gather`.
    """
    parts = [HEAD]
    for lesson in map(read_lesson, find_sources(root)):
        if claims := gather(lesson):
            rows = "\n".join(_row(claim) for claim in claims)
            parts.append(
                f"## Lesson {int(lesson.path.name[:2])}: {lesson.title}\n\n"
                "| claim | measured in | removed | rival | seeds | asserted |\n|---|---|---|---|---|---|\n"
                f"{rows}\n"
            )
    return "\n".join(parts)


def _row(claim):
    cells = [
        claim.told["says"],
        "; ".join(claim.places),
        claim.told.get("removed", "–"),
        claim.told.get("rival", "–"),
        claim.evidence,
        "<br>".join(f"`{condition}`" for condition in claim.asserted),
    ]
    return "| " + " | ".join(" ".join(text.split()).replace("|", "\\|") for text in cells) + " |"


def write(root):
    """Writes `docs/claims.md` anew; its bytes stay when nothing changed.

    Args:
        root: pathlib.Path of the clone.

    Raises:
        BuildError: as in `page`.
    """
    files.write(root / PAGE, page(root).encode())


def problems(root):
    """Says whether `docs/claims.md` is what the sources say.

    Args:
        root: pathlib.Path of the clone.

    Returns:
        A list of str; empty when the page stands.
    """
    try:
        expected = page(root)
    except BuildError as error:
        return [str(error)]
    path = root / PAGE
    if not path.exists() or path.read_text(encoding="utf-8") != expected:
        return [f"{PAGE} differs from the claims of the lesson sources: run lstm-course build"]
    return []

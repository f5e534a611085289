"""The sources of the lessons: where they lie, and what stands in them, each cell read once.

A lesson is written in `solutions/NN_name.md` (Jupytext MyST Markdown). Its code cells carry tags,

* `exercise`: the cell holds an answer, between `### BEGIN SOLUTION` and `### END SOLUTION`;
* `check`: it calls `check()` on an exercise;
* `manual-10`: it assigns a report that a person marks, out of 10 points;
* `varies`: its numbers hang on how a processor rounds (see `tolerances`),

and claims (see `claims`). `without_keras` beside a cell is code with the course's own layers that runs in its
place where there is no Keras. The text above an answer holds a mark, `**Exercise.**`, `**A question.**` or
`**A calculation.**`, in whose place the notebooks have a heading with the title, minutes and points of the
exercise's object. The rules for all of them stand here.
"""

import ast
import functools
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from lstm_course.common.comparing import VARIES
from lstm_course.common.files import PACKAGE
from lstm_course.common.notebook_runs import BuildError, about_cell

BEGIN, END, PLACEHOLDER = "### BEGIN SOLUTION", "### END SOLUTION", "# your code here"
# How the text of an exercise is marked; the build puts a heading there.
_MARKS = "**Exercise.**, **A question.** or **A calculation.**"
_MARK_OR_HEADING = re.compile(
    r"^\*\*(?P<mark>Exercise|A question|A calculation)\.\*\*\s*|^(?P<heading>#{1,6}) ", re.MULTILINE
)
# Sources and solved notebooks lie beside the folder of what a learner opens, learner's notebooks lie in it.
_TO_LEARNERS = "](../notebooks/"
CLAIM_FIELDS = ("id", "says", "seeds", "runs", "removed", "rival")


@dataclass(frozen=True)
class LessonCell:
    """A cell of a lesson source.

    Attributes:
        kind: "markdown" or "code"; "answer", "check" and "report" for code that belongs to an exercise.
        source: its text, with the answer in it.
        cut: the text that a learner gets: without the answer, and with links that hold in `notebooks/`.
        metadata: dict, what stands beside the text, without claims.
        varies: whether its numbers may differ from machine to machine.
        exercise: id of the exercise that is answered or checked, the name that a report assigns, or "".
        points: of a check or a report, else None.
        claims: tuple of dicts, as `claims` tells.
        asserted: tuple of str, the conditions that it asserts; only read where there are claims.
        id: its name in the notebooks, which stays when another cell is put in before it.
    """

    kind: str
    source: str
    cut: str
    metadata: dict
    varies: bool = False
    exercise: str = ""
    points: int | None = None
    claims: tuple[dict, ...] = ()
    asserted: tuple[str, ...] = ()
    id: str = ""

    @property
    def type(self):
        """What Jupyter calls it: "markdown" or "code"."""
        return "code" if self.kind in ("answer", "check", "report") else self.kind

    @property
    def grade_id(self):
        """The name under which nbgrader keeps the cell; empty for a cell that is of no exercise."""
        return {"answer": "", "check": "check-", "report": "manual-"}.get(self.kind, "") + self.exercise

    def nbgrader_metadata(self):
        """What nbgrader wants to find in the cell, a dict; empty for a cell that is of no exercise."""
        if not self.exercise:
            return {}
        told = dict.fromkeys(("grade", "locked", "solution", "task"), False)
        told |= {"grade_id": self.grade_id, "schema_version": 3}
        if self.kind == "answer":
            return {"nbgrader": told | {"solution": True}}
        # nbgrader keeps a report as the learner wrote it, and puts a check back in its place.
        own = {"locked": True} if self.kind == "check" else {"solution": True}
        return {"nbgrader": told | own | {"grade": True, "points": self.points}}


@dataclass(frozen=True)
class Lesson:
    """A lesson as it is written.

    Attributes:
        path: pathlib.Path of the source.
        cells: tuple of LessonCell.
    """

    path: Path
    cells: tuple[LessonCell, ...]

    @property
    def title(self):
        """The first heading."""
        texts = (cell.source for cell in self.cells if cell.kind == "markdown")
        return next(line[2:] for text in texts for line in text.splitlines() if line.startswith("# "))


def find_root():
    """Finds the clone to build in: the working directory, else the one that this package is imported from.

    Returns:
        The pathlib.Path of a folder that has a `solutions` folder.

    Raises:
        BuildError: neither has one, because the package was installed without the sources.
    """
    for root in (Path.cwd(), PACKAGE.parent):
        if (root / "solutions").is_dir():
            return root
    raise BuildError("There is no folder solutions/ here: notebooks are built in a clone of the course.")


def find_sources(root, lessons=()):
    """Lists the sources of lessons.

    Args:
        root: pathlib.Path of the clone.
        lessons: lesson numbers as str ("3", "03"); all lessons when empty (default).

    Returns:
        A sorted list of pathlib.Path.

    Raises:
        BuildError: a number that no lesson has.
    """
    sources = sorted((root / "solutions").glob("[0-9][0-9]_*.md"))
    if not lessons:
        return sources
    by_number = {source.name[:2]: source for source in sources}
    unknown = [number for number in lessons if number.zfill(2) not in by_number]
    if unknown:
        raise BuildError(f"There is no lesson {', '.join(unknown)}; there are {', '.join(by_number)}.")
    return sorted({by_number[number.zfill(2)] for number in lessons})


def read_lesson(path):
    """Reads the source of a lesson.

    Args:
        path: pathlib.Path of the source.

    Returns:
        A Lesson.

    Raises:
        BuildError: it is no MyST Markdown, or breaks a rule of authoring.
    """
    import jupytext

    name = f"solutions/{path.name}"
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    except Exception as error:  # of Jupytext, YAML, nbformat: each library has its own
        reason = str(error).strip().splitlines()[0]
        raise BuildError(f"{name} cannot be read as MyST Markdown: {reason}") from None
    cells = []
    for cell in notebook.cells:
        try:
            cells.append(_Reading(cell).cell())
        except (BuildError, SyntaxError, ValueError) as error:
            raise BuildError(about_cell(name, cell, str(error))) from None
    return Lesson(path, tuple(_with_headings(_named(cells, name, path.name[:2]), name)))


def _with_headings(cells, name):
    """The cells, with a heading above each exercise: title, minutes and points of its object."""
    cells, level, asked = list(cells), 1, None
    for k, cell in enumerate(cells):
        if cell.kind == "markdown":
            for found in _MARK_OR_HEADING.finditer(cell.source):
                level = len(found["heading"] or "") or level
                asked = (k, found, level) if found["mark"] else asked
        elif cell.kind == "answer":
            if asked is None:
                raise BuildError(about_cell(name, cell, f"the text above must begin with {_MARKS}"))
            place, found, above = asked
            text, heading = cells[place].source, _heading(found["mark"], _exercises()[cell.exercise], above)
            text = f"{text[: found.start()]}{heading}\n\n{text[found.end() :]}".rstrip()
            cells[place], asked = replace(cells[place], source=text, cut=_for_learners(text)), None
    return cells


def _for_learners(text):
    """Markdown of a source as it stands in `notebooks/`: `../notebooks/one_sheet.md` lies beside it there."""
    return text.replace(_TO_LEARNERS, "](")


def _heading(mark, exercise, above):
    """The heading of an exercise, below one of the level `above`."""
    minutes = f"{exercise.minutes} minute{'s' * (exercise.minutes != 1)}"
    points = f"{exercise.points} point{'s' * (exercise.points != 1)}"
    word = mark.removeprefix("A ").capitalize()
    return f"{'#' * (above + 1)} {word}: {exercise.title} ({minutes}, {points})"


def _named(cells, name, number):
    """The cells with ids that survive cells put in before them: of their exercise, else of their text."""
    seen = {}
    for cell in cells:
        own = cell.grade_id or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[own] = seen.get(own, 0) + 1
        if cell.grade_id and seen[own] > 1:
            raise BuildError(f"{name}: two cells are {own!r}; there must be one")
        yield replace(cell, id=f"{number}-{own}" + (f"-{seen[own]}" if seen[own] > 1 else ""))


class _Reading:
    """One cell as Jupytext gives it, on its way to a LessonCell."""

    def __init__(self, cell):
        self.type, self.source = cell.cell_type, cell.source
        self.metadata = dict(cell.metadata)
        self.claims = self.metadata.pop("claims", ())
        self.tags = self.metadata.get("tags", [])

    @functools.cached_property
    def tree(self):
        """The code, parsed where something hangs on it: other cells may hold what is no Python."""
        return ast.parse(self.source)

    def cell(self):
        if self.type != "code":
            if self.claims:
                raise BuildError("a claim stands on the code cell that asserts it")
            return LessonCell(self.type, self.source, _for_learners(self.source), self.metadata)
        if old := [tag for tag in self.tags if tag.startswith("tolerance")]:
            raise BuildError(f"the tag {old[0]!r} guesses: tag the cell 'varies', and the build measures")
        if not self.source.strip():
            raise BuildError("the cell is empty")
        cut = cut_solution(self.source)
        if ("exercise" in self.tags) != (cut != self.source):
            raise BuildError(f"a cell is tagged 'exercise' if and only if it holds {BEGIN} and {END}")
        kind, exercise, points = self.role()
        entries, asserted = self.claimed() if self.claims else ((), ())
        varies = VARIES in self.tags
        return LessonCell(kind, self.source, cut, self.metadata, varies, exercise, points, entries, asserted)

    def role(self):
        """What the cell is to its exercise: kind, exercise, points."""
        reports = [tag for tag in self.tags if tag.startswith("manual-")]
        roles = [tag for tag in self.tags if tag in ("exercise", "check")] + reports
        if len(roles) > 1:
            raise BuildError(f"a cell has one task; this one is tagged {' and '.join(map(repr, roles))}")
        if reports:
            return "report", self.assigned(), _points(reports[0])
        if "exercise" in self.tags:
            return "answer", self.answered(), None
        if "check" in self.tags:
            exercise = self.checked()
            return "check", exercise, _exercises()[exercise].points
        return "code", "", None

    def assigned(self):
        """The one name that a report assigns."""
        names = [
            statement.targets[0].id
            for statement in self.tree.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        ]
        if len(names) != 1:
            raise BuildError(f"a cell tagged 'manual-…' must assign one name; it assigns {len(names)}")
        return names[0]

    def answered(self):
        """The exercise that the cell answers: the function it defines, or the name it assigns."""
        names = []
        for statement in self.tree.body:
            if isinstance(statement, ast.FunctionDef):
                names.append(statement.name)
            elif isinstance(statement, ast.Assign):
                names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
        known = [name for name in dict.fromkeys(names) if name in _exercises()]
        if len(known) != 1:
            defined = ", ".join(names) or "nothing"
            raise BuildError(
                f"the cell must define one exercise of lstm_course.exercises; it defines {defined}"
            )
        return known[0]

    def checked(self):
        """The exercise in the cell's call `check(lstm_cell)` or `check(parameter_count=40_400)`."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        checks = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
        names = [argument.id for call in checks for argument in call.args if isinstance(argument, ast.Name)]
        names += [keyword.arg for call in checks for keyword in call.keywords]
        if len(checks) != 1 or len(names) != 1:
            raise BuildError("a cell tagged 'check' must call check() once, with one exercise")
        if names[0] not in _exercises():
            raise BuildError(f"{names[0]!r} is not in lstm_course.exercises")
        return names[0]

    def claimed(self):
        """The claims of the cell, and the conditions that it asserts."""
        for entry in self.claims:
            told = list(entry) if isinstance(entry, dict) else [repr(entry)]
            if "id" not in told or not set(told) <= set(CLAIM_FIELDS):
                fields = ", ".join(CLAIM_FIELDS)
                raise BuildError(f"a claim has {fields}; this one has {', '.join(told)}")
        tests = tuple(ast.unparse(node.test) for node in ast.walk(self.tree) if isinstance(node, ast.Assert))
        if not tests:
            raise BuildError("the cell carries a claim and asserts nothing")
        return tuple(map(dict, self.claims)), tests


def _points(tag):
    """The number behind `manual-`."""
    points = tag.removeprefix("manual-")
    if not points.isdecimal() or int(points) == 0:
        raise BuildError(f"the tag {tag!r} must end in a whole number of points of at least 1")
    return int(points)


def _exercises():
    """The registry: exercise by id."""
    from lstm_course import exercises

    return exercises.every()


def sections(text):
    """The headings in a text of a lesson, without those of exercises, in order.

    Args:
        text: str, in Markdown.

    Returns:
        A list of str.

    Example:
        >>> sections("## One step\\n\\n### Exercise: A step (5 minutes, 1 point)")
        ['One step']
    """
    lines = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return [line for line in lines if not re.search(r" \(\d+ minutes?, \d+ points?\)$", line)]


def cut_solution(source):
    """Replaces the answers in a code cell by a place to write one's own.

    Args:
        source: str, a code cell.

    Returns:
        The source with each region from `### BEGIN SOLUTION` to `### END SOLUTION` replaced by one line:
        `...  # your code here`, which is a body for a function, and for a region that assigns to a name
        `name = ...  # your code here`.

    Raises:
        BuildError: a marker without its partner.

    Example:
        >>> print(cut_solution('''def double(x):
        ...     ### BEGIN SOLUTION
        ...     return 2 * x
        ...     ### END SOLUTION'''))
        def double(x):
            ...  # your code here
        >>> print(cut_solution('### BEGIN SOLUTION\\nanswer = "b"\\n### END SOLUTION'))
        answer = ...  # your code here
    """
    kept, inside, assigned = [], False, ""
    for line in source.split("\n"):
        marker = line.strip()
        if marker in (BEGIN, END):
            if inside != (marker == END):
                raise BuildError(f"{BEGIN} and {END} do not alternate")
            inside = marker == BEGIN
            if inside:
                indentation, assigned = line[: line.index(BEGIN)], ""
            else:
                kept.append(f"{indentation}{assigned}...  {PLACEHOLDER}")
        elif not inside:
            kept.append(line)
        elif not indentation and (match := re.match(r"\w+ = ", line)):
            assigned = match.group()
    if inside:
        raise BuildError(f"{BEGIN} has no {END}")
    return "\n".join(kept)

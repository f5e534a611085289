"""Lesson sources to notebooks.

A lesson is written in `solutions/NN_name.md` (Jupytext MyST Markdown). The build makes two notebooks from it
and executes both: `solutions/NN_name.ipynb`, complete, and `notebooks/NN_name.ipynb`, in which each answer
between `### BEGIN SOLUTION` and `### END SOLUTION` is replaced by `...  # your code here`.

Nothing in a notebook depends on the day or the machine it was built on: cell ids come from the text of the
cells, metadata are fixed, and an output that counts as unchanged (see `comparing`) keeps the bytes it had.
"""

import ast
import copy
import hashlib
import math
import re
from itertools import takewhile
from pathlib import Path

from lstm_course.authoring import tolerances
from lstm_course.common import comparing
from lstm_course.common.files import PACKAGE
from lstm_course.common.notebook_runs import BuildError, about_cell, execute

BEGIN, END, PLACEHOLDER = "### BEGIN SOLUTION", "### END SOLUTION", "# your code here"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # What ipykernel reports, apart from the version of Python.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


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


def build(root, sources, fresh=False, runs=tolerances.RUNS, say=print):
    """Makes and executes the notebooks of lessons. One lesson that fails does not stop the others.

    Args:
        root: pathlib.Path of the clone.
        sources: list of pathlib.Path, lesson sources.
        fresh: bool; False (default) keeps the bytes of outputs that count as unchanged and the tolerances
            that still hold, True takes all anew.
        runs: int, how often the solved lesson is run shaken to measure its tolerances (see `tolerances`),
            default 5; 0 leaves the tolerances as they are.
        say: function that is told how it goes, a few lines for each lesson.

    Returns:
        A list of str, what has to be mended; empty when all went well. A lesson with a cell that moves too
        far is written all the same, so that one can look at it.
    """
    problems = []
    for source in sources:
        try:
            problems += _build_one(root, make_notebooks(root, source), fresh, runs, say)
        except BuildError as error:
            problems.append(str(error))
    return problems


def _build_one(root, notebooks, fresh, runs, say):
    """Executes the notebooks of one lesson, measures its tolerances, writes; the problems of its cells."""
    for path, notebook in notebooks.items():
        _execute(path, notebook, path.relative_to(root), fresh, say)
    path, solved = next(iter(notebooks.items()))
    found = tolerances.movements(solved, path.relative_to(root), range(1, runs + 1))
    for path, notebook in notebooks.items():
        _write_tolerances(notebook, found, runs, fresh)
        write(path, notebook)
    say("\n".join(tolerances.table(found)))
    return tolerances.problems(found, path.name)


def _execute(path, notebook, name, fresh, say):
    committed = _read(path) if path.exists() else None
    if committed:
        _take_tolerances(notebook, committed)
    seconds = execute(notebook, name)
    notebook.metadata = _node(METADATA)
    if committed and not fresh:
        keep_unchanged_outputs(notebook, committed)
    slowest = max(seconds, key=seconds.get)
    say(f"{name}: {sum(seconds.values()):.1f} s, of which code cell {slowest} took {seconds[slowest]:.1f} s")


def _take_tolerances(notebook, committed):
    """Puts what an earlier build measured into the cells that are still the same."""
    before = {cell.id: cell.metadata.shaken for cell in committed.cells if "shaken" in cell.metadata}
    for cell in notebook.cells:
        if cell.id in before and comparing.varies(cell):
            cell.metadata.shaken = before[cell.id]


def _write_tolerances(notebook, found, runs, fresh):
    # A cell in which more than numbers moved gets no tolerance: it has to be written anew.
    by_id = {movement.cell.id: movement for movement in found if math.isfinite(movement.moved)}
    for cell in notebook.cells:
        if runs and comparing.varies(cell) and cell.id in by_id:
            new, old = tolerances.measured(by_id[cell.id], runs), cell.metadata.get("shaken")
            # What was measured on another machine stays while it holds, so that a build changes no bytes.
            holds = old and runs <= old["runs"] and by_id[cell.id].moved <= old["tolerance"]
            if fresh or not holds:
                cell.metadata.shaken = _node(new)


def shake(root, sources, seeds, say=print):
    """Runs solved lessons as another processor might, and compares them with what is committed.

    Args:
        root: pathlib.Path of the clone.
        sources: list of pathlib.Path, lesson sources.
        seeds: whole numbers, one for each run.
        say: function that is told the cells that moved, a few lines for each lesson.

    Returns:
        A list of str: each cell that moved farther than its tolerance; empty when all lessons stand.
    """
    problems = []
    for source in sources:
        path = root / "solutions" / f"{source.stem}.ipynb"
        try:
            found = tolerances.movements(_read(path), path.relative_to(root), seeds)
        except BuildError as error:
            problems.append(str(error))
            continue
        say("\n".join([f"{path.relative_to(root)}, {len(seeds)} shakes:", *tolerances.table(found)]))
        problems += tolerances.violations(found, path.relative_to(root))
    return problems


def check(root, sources):
    """Finds the notebooks whose cells are not those a build would write. Outputs are left to the tests.

    Args:
        root: pathlib.Path of the clone.
        sources: list of pathlib.Path, lesson sources.

    Returns:
        A list of str: each notebook that has drifted, is missing, or has no source; empty when all is well.
    """
    problems = []
    for source in sources:
        try:
            for path, notebook in make_notebooks(root, source).items():
                problems += _drift(path, notebook, path.relative_to(root))
        except BuildError as error:
            problems.append(str(error))
    names = {source.stem for source in find_sources(root)}
    for path in sorted(root.glob("notebooks/*.ipynb")) + sorted(root.glob("solutions/*.ipynb")):
        if path.stem not in names:
            problems.append(f"{path.relative_to(root)} has no source solutions/{path.stem}.md")
    return problems


def _drift(path, expected, name):
    """Where a committed notebook differs from its source; outputs and execution counts do not count."""
    remedy = f"run lstm-course build {path.name[:2]}"
    if not path.exists():
        return [f"{name} is missing: {remedy}"]
    committed = _read(path)
    old, new = (
        [(cell.id, cell.cell_type, cell.source, _from_source(cell)) for cell in notebook.cells]
        for notebook in (committed, expected)
    )
    if old != new:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
        return [f"{name} differs from its source from cell {same + 1} on: {remedy}"]
    if committed.metadata != expected.metadata:
        return [f"{name} differs in its metadata from what is built: {remedy}"]
    for cell in committed.cells:
        if comparing.varies(cell) and "shaken" not in cell.metadata:
            return [about_cell(name, cell, f"it varies, and its tolerance was not measured: {remedy}")]
    return []


def _from_source(cell):
    """The metadata of a cell without what the build measured."""
    return {key: value for key, value in cell.metadata.items() if key != "shaken"}


def make_notebooks(root, source):
    """Makes the two notebooks of a lesson, not yet executed.

    Args:
        root: pathlib.Path of the clone.
        source: pathlib.Path of the lesson's source.

    Returns:
        A dict from the pathlib.Path of the solved and of the learner's notebook to the notebook.

    Raises:
        BuildError: the source breaks a rule of authoring.
    """
    solved = read_source(source)
    solved.metadata = _node(METADATA)
    solved.nbformat, solved.nbformat_minor = 4, 5
    for cell in solved.cells:
        cell.metadata.pop("claims", None)  # of the page of claims; a notebook has no use for them
        try:
            _mark(cell)
        except (BuildError, SyntaxError, ValueError) as error:
            raise BuildError(about_cell(f"solutions/{source.name}", cell, str(error))) from None
    _name_cells(solved, source)
    learner = copy.deepcopy(solved)
    for cell in learner.cells:
        if cell.cell_type == "code":
            cell.source = cut_solution(cell.source)
    return {
        root / "solutions" / f"{source.stem}.ipynb": solved,
        root / "notebooks" / f"{source.stem}.ipynb": learner,
    }


def read_source(source):
    """Reads the source of a lesson.

    Args:
        source: pathlib.Path of the source.

    Returns:
        A notebook without outputs; its cells carry the tags and claims of the source.

    Raises:
        BuildError: it is no MyST Markdown.
    """
    import jupytext

    try:
        return jupytext.reads(source.read_text(encoding="utf-8"), fmt="md:myst")
    except Exception as error:  # of Jupytext, YAML, nbformat: each library has its own
        reason = str(error).strip().splitlines()[0]
        raise BuildError(f"solutions/{source.name} cannot be read as MyST Markdown: {reason}") from None


def _name_cells(notebook, source):
    """Gives each cell an id that survives cells put in before it: its exercise, else a digest of its text."""
    seen = {}
    for cell in notebook.cells:
        graded = cell.metadata.get("nbgrader")
        name = graded.grade_id if graded else hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[name] = seen.get(name, 0) + 1
        if graded and seen[name] > 1:
            raise BuildError(f"solutions/{source.name}: two cells are {name!r}; there must be one")
        cell.id = f"{source.name[:2]}-{name}" + (f"-{seen[name]}" if seen[name] > 1 else "")


def _mark(cell):
    """Checks the rules of authoring and writes nbgrader's metadata into the cells of an exercise."""
    if cell.cell_type != "code":
        return
    tags = cell.metadata.get("tags", [])
    if old := [tag for tag in tags if tag.startswith("tolerance")]:
        raise BuildError(f"the tag {old[0]!r} guesses: tag the cell 'varies', and the build measures")
    if not cell.source.strip():
        raise BuildError("the cell is empty")
    if ("exercise" in tags) != (cut_solution(cell.source) != cell.source):
        raise BuildError(f"a cell is tagged 'exercise' if and only if it holds {BEGIN} and {END}")
    if "exercise" in tags:
        cell.metadata.nbgrader = _node(_nbgrader(_answered_exercise(cell.source)) | {"solution": True})
    elif "check" in tags:
        name = _checked_exercise(cell.source)
        graded = {"grade": True, "locked": True, "points": _exercises()[name].points}
        cell.metadata.nbgrader = _node(_nbgrader(f"check-{name}") | graded)
    for tag in tags:
        if tag.startswith("manual-"):
            # An answer that a person marks, out of so many points; nbgrader keeps it as the learner wrote it.
            graded = {"grade": True, "solution": True, "points": _points(tag)}
            cell.metadata.nbgrader = _node(_nbgrader(f"manual-{_assigned(cell.source)}") | graded)


def _points(tag):
    """The number behind `manual-`."""
    points = tag.removeprefix("manual-")
    if not points.isdecimal() or int(points) == 0:
        raise BuildError(f"the tag {tag!r} must end in a whole number of points of at least 1")
    return int(points)


def _assigned(source):
    """The one name that a cell assigns."""
    names = [
        statement.targets[0].id
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    ]
    if len(names) != 1:
        raise BuildError(f"a cell tagged 'manual-…' must assign one name; it assigns {len(names)}")
    return names[0]


def _nbgrader(grade_id):
    off = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    return {"grade_id": grade_id, "schema_version": 3} | off


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


def _answered_exercise(source):
    """The exercise that a cell answers: the function it defines, or the name it assigns."""
    names = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
    known = [name for name in dict.fromkeys(names) if name in _exercises()]
    if len(known) != 1:
        defined = ", ".join(names) or "nothing"
        raise BuildError(f"the cell must define one exercise of lstm_course.exercises; it defines {defined}")
    return known[0]


def _checked_exercise(source):
    """The exercise in the cell's call `check(lstm_cell)` or `check(parameter_count=40_400)`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    checks = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
    names = [argument.id for call in checks for argument in call.args if isinstance(argument, ast.Name)]
    names += [keyword.arg for call in checks for keyword in call.keywords]
    if len(checks) != 1 or len(names) != 1:
        raise BuildError("a cell tagged 'check' must call check() once, with one exercise")
    if names[0] not in _exercises():
        raise BuildError(f"{names[0]!r} is not in lstm_course.exercises")
    return names[0]


def _exercises():
    """The registry: exercise by id."""
    from lstm_course import exercises

    return exercises.every()


def keep_unchanged_outputs(notebook, committed):
    """Puts the committed outputs back where the fresh ones count as the same, so that their bytes stay.

    Args:
        notebook: the notebook just executed; changed in place.
        committed: the notebook as it was before.
    """
    before = {cell.id: cell for cell in committed.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        old = before.get(cell.id)
        if cell.cell_type == "code" and old and old.source == cell.source and _unchanged(cell, old.outputs):
            cell.outputs = old.outputs
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count


def _unchanged(cell, old_outputs):
    relative_tolerance = comparing.tolerance(cell.metadata)
    if comparing.difference(old_outputs, cell.outputs, relative_tolerance):
        return False
    # A picture of numbers that may differ may differ too; any other picture must look the same.
    return relative_tolerance is not None or comparing.same_pictures(old_outputs, cell.outputs)


def _node(value):
    from nbformat import from_dict

    return from_dict(copy.deepcopy(value))


def _read(path):
    import nbformat

    return nbformat.read(path, as_version=4)


def write(path, notebook):
    import nbformat

    nbformat.validate(notebook)
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")

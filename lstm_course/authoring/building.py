"""Lesson sources to notebooks.

The build makes two notebooks from the source of a lesson, `solutions/NN_name.md`, and executes both:
`solutions/NN_name.ipynb`, complete, and `notebooks/NN_name.ipynb`, in which each answer is replaced by
`...  # your code here`.

Nothing in a notebook depends on the day or the machine it was built on: cell ids come from the text of the
cells, metadata are fixed, and an output that counts as unchanged (see `comparing`) keeps the bytes it had.
"""

import copy
import math
from itertools import takewhile

from lstm_course.authoring import predictions, tolerances
from lstm_course.authoring.sources import find_sources, read_lesson
from lstm_course.common import comparing, notebooks
from lstm_course.common.notebook_runs import about_cell, execute
from lstm_course.common.trouble import Trouble


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
            problems += _build_one(root, read_lesson(source), fresh, runs, say)
        except Trouble as error:
            problems.append(str(error))
    return problems


def _build_one(root, lesson, fresh, runs, say):
    """Executes the notebooks of one lesson, measures its tolerances, writes; the problems of its cells."""
    made, varying = _notebooks(root, lesson), _varying(lesson)
    for path, notebook in made.items():
        _execute(path, notebook, path.relative_to(root), varying, fresh, say)
    path, solved = next(iter(made.items()))
    found = tolerances.movements(solved, path.relative_to(root), range(1, runs + 1))
    for path, notebook in made.items():
        _write_tolerances(notebook, found, varying, runs, fresh)
        notebooks.write(path, notebook)
    say("\n".join(tolerances.table(found)))
    unanswered = predictions.problems(solved, path.name[:2], path.relative_to(root))
    return tolerances.problems(found, path.name) + unanswered


def _varying(lesson):
    """Ids of the cells whose numbers may differ from machine to machine."""
    return {cell.id for cell in lesson.cells if cell.varies}


def _execute(path, notebook, name, varying, fresh, say):
    committed = notebooks.read(path) if path.exists() else None
    if committed:
        _take_tolerances(notebook, committed, varying)
    metadata = copy.deepcopy(notebook.metadata)
    seconds = execute(notebook, name)
    notebook.metadata = metadata  # without the version of Python that the kernel tells
    if committed and not fresh:
        keep_unchanged_outputs(notebook, committed)
    slowest = max(seconds, key=seconds.get)
    say(f"{name}: {sum(seconds.values()):.1f} s, of which code cell {slowest} took {seconds[slowest]:.1f} s")


def _take_tolerances(notebook, committed, varying):
    """Puts what an earlier build measured into the cells that are still the same."""
    before = {cell.id: cell.metadata.shaken for cell in committed.cells if "shaken" in cell.metadata}
    for cell in notebook.cells:
        if cell.id in before and cell.id in varying:
            cell.metadata.shaken = before[cell.id]


def _write_tolerances(notebook, found, varying, runs, fresh):
    # A cell in which more than numbers moved gets no tolerance: it has to be written anew.
    by_id = {movement.cell.id: movement for movement in found if math.isfinite(movement.moved)}
    for cell in notebook.cells:
        if runs and cell.id in varying and cell.id in by_id:
            new, old = tolerances.measured(by_id[cell.id], runs), cell.metadata.get("shaken")
            # What was measured on another machine stays while it holds, so that a build changes no bytes.
            holds = old and runs <= old["runs"] and by_id[cell.id].moved <= old["tolerance"]
            if fresh or not holds:
                cell.metadata.shaken = new


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
            found = tolerances.movements(notebooks.read(path), path.relative_to(root), seeds)
        except Trouble as error:
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
            lesson = read_lesson(source)
            for path, notebook in _notebooks(root, lesson).items():
                problems += _drift(path, notebook, path.relative_to(root), _varying(lesson))
        except Trouble as error:
            problems.append(str(error))
    names = {source.stem for source in find_sources(root)}
    for path in sorted(root.glob("notebooks/*.ipynb")) + sorted(root.glob("solutions/*.ipynb")):
        if path.stem not in names:
            problems.append(f"{path.relative_to(root)} has no source solutions/{path.stem}.md")
    return problems


def _drift(path, expected, name, varying):
    """Where a committed notebook differs from its source; outputs and execution counts do not count."""
    remedy = f"run lstm-course build {path.name[:2]}"
    if not path.exists():
        return [f"{name} is missing: {remedy}"]
    committed = notebooks.read(path)
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
        if cell.id in varying and "shaken" not in cell.metadata:
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
    return _notebooks(root, read_lesson(source))


def _notebooks(root, lesson):
    name = f"{lesson.path.stem}.ipynb"
    return {
        root / "solutions" / name: _notebook(lesson, [cell.source for cell in lesson.cells]),
        root / "notebooks" / name: _notebook(lesson, [cell.cut for cell in lesson.cells]),
    }


def _notebook(lesson, texts):
    """The notebook of a lesson whose cells have these texts."""
    return notebooks.notebook(
        notebooks.cell(cell.type, cell.id, text, cell.metadata | cell.nbgrader_metadata())
        for cell, text in zip(lesson.cells, texts, strict=True)
    )


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

"""Lesson sources to notebooks.

A lesson is written in `solutions/NN_name.md` (Jupytext MyST Markdown). The build makes two notebooks from it and
executes both: `solutions/NN_name.ipynb`, complete, and `notebooks/NN_name.ipynb`, in which each answer between
`### BEGIN SOLUTION` and `### END SOLUTION` is replaced by `...  # your code here`.

Nothing in a notebook depends on the day or the machine it was built on: cell ids come from the text of the cells, metadata
are fixed, and an output that counts as unchanged (see `comparing`) keeps the bytes it had.
"""

import ast
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from lstm_course import comparing

BEGIN, END, PLACEHOLDER = "### BEGIN SOLUTION", "### END SOLUTION", "...  # your code here"
CELL_TIMEOUT = 120  # seconds; a dead kernel is noticed within one
KERNEL_ENVIRONMENT = {
    "LSTM_COURSE_PROGRESS": "0",
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


class BuildError(Exception):
    """A lesson cannot be built; the message says where and why."""


def find_root():
    """Finds the clone to build in: the working directory, else the one that this package is imported from.

    Returns:
        The pathlib.Path of a folder that has a `solutions` folder.

    Raises:
        BuildError: neither has one, because the package was installed without the sources.
    """
    for root in (Path.cwd(), Path(__file__).resolve().parents[1]):
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
        raise BuildError(f"No lesson {', '.join(unknown)}; there are: {' '.join(by_number)}")
    return sorted(by_number[number.zfill(2)] for number in lessons)


def build(root, sources, fresh=False, say=print):
    """Makes and executes the notebooks of lessons. A lesson that fails does not keep the others from being built.

    Args:
        root: pathlib.Path of the clone.
        sources: list of pathlib.Path, lesson sources.
        fresh: bool; True takes every output of this run, False (default) keeps the bytes of those that count as unchanged.
        say: function that is told one line for each notebook.

    Returns:
        A list of str, one for each lesson that could not be built; empty when all went well.
    """
    problems = []
    for source in sources:
        try:
            for path, notebook in make_notebooks(root, source).items():
                slowest, seconds = execute(notebook, path.relative_to(root))
                if not fresh and path.exists():
                    keep_unchanged_outputs(notebook, _read(path))
                _write(path, notebook)
                say(f"{path.relative_to(root)}: {seconds:.1f} s (code cell {slowest[0]}: {slowest[1]:.1f} s)")
        except BuildError as error:
            problems.append(str(error))
    return problems


def check(root, sources):
    """Finds the notebooks whose cells are not those that a build would write. Outputs are left to the tests.

    Args:
        root: pathlib.Path of the clone.
        sources: list of pathlib.Path, lesson sources.

    Returns:
        A list of str that name each lesson that has drifted, and each notebook without a source; empty when all is well.
    """
    problems = []
    for source in sources:
        try:
            for path, notebook in make_notebooks(root, source).items():
                problems += _drift(path.relative_to(root), notebook, _read(path) if path.exists() else None)
        except BuildError as error:
            problems.append(str(error))
    names = {source.stem for source in find_sources(root)}
    for path in sorted(root.glob("notebooks/*.ipynb")) + sorted(root.glob("solutions/*.ipynb")):
        if path.stem not in names:
            problems.append(f"{path.relative_to(root)} has no source solutions/{path.stem}.md")
    return problems


def _drift(name, expected, committed):
    """What differs, except outputs and execution counts."""
    if committed is None:
        return [f"{name} is missing: run lstm-course build {name.name[:2]}"]

    def written(notebook):
        return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]

    old, new = written(committed), written(expected)
    same = sum(1 for _ in _common_start(old, new))
    if old == new and committed.metadata == expected.metadata:
        return []
    where = f"from cell {same + 1} on" if old != new else "in its metadata"
    return [f"{name} differs {where} from what is built from its source: run lstm-course build {name.name[:2]}"]


def _common_start(old, new):
    for a, b in zip(old, new, strict=False):
        if a != b:
            return
        yield a


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
    import jupytext

    solved = jupytext.reads(source.read_text(encoding="utf-8"), fmt="md:myst")
    _set_metadata(solved, source)
    learner = _copy(solved)
    for cell in learner.cells:
        if cell.cell_type == "code":
            cell.source = cut_solution(cell.source)
    return {
        root / "solutions" / f"{source.stem}.ipynb": solved,
        root / "notebooks" / f"{source.stem}.ipynb": learner,
    }


def _set_metadata(notebook, source):
    """Ids, nbgrader's metadata and the notebook's own; the rules of authoring are checked on the way."""
    notebook.metadata = _copy(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen = {}
    for cell in notebook.cells:
        try:
            exercise = _mark_exercise(cell)
        except BuildError as error:
            raise BuildError(_where(f"solutions/{source.name}", cell, str(error))) from None
        if exercise:
            identity = f"{source.name[:2]}-{exercise}"
            if identity in seen:
                raise BuildError(f"solutions/{source.name}: two cells are the {exercise!r} cell; there must be one")
        else:
            identity = f"{source.name[:2]}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
        seen[identity] = seen.get(identity, 0) + 1
        cell.id = identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"


def _mark_exercise(cell):
    """Writes nbgrader's metadata. Returns what the cell is called among the lesson's graded cells, or None."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code":
        return None
    if not cell.source.strip():
        raise BuildError("the cell is empty")
    try:
        comparing.tolerance(tags)
    except ValueError as error:
        raise BuildError(str(error)) from None
    has_solution = cut_solution(cell.source) != cell.source
    if has_solution != ("exercise" in tags):
        raise BuildError(f"a cell is tagged 'exercise' if and only if it holds {BEGIN} and {END}")
    if "exercise" in tags:
        name = _answered_exercise(cell.source)
        cell.metadata.nbgrader = _nbgrader(name, solution=True)
        return name
    if "check" in tags:
        name = _checked_exercise(cell.source)
        cell.metadata.nbgrader = _nbgrader(f"check-{name}", points=_exercise(name).points)
        return f"check-{name}"
    return None


def _nbgrader(grade_id, solution=False, points=None):
    grade = points is not None
    metadata = {"grade": grade, "grade_id": grade_id, "locked": grade, "schema_version": 3, "solution": solution, "task": False}
    return _copy(metadata | {"points": points} if grade else metadata)


def cut_solution(source):
    """Replaces the answers in a code cell by a place to write one's own.

    Args:
        source: str, a code cell.

    Returns:
        The source with each region from `### BEGIN SOLUTION` to `### END SOLUTION` replaced by one line.

    Raises:
        BuildError: a marker without its partner.

    Example:
        >>> print(cut_solution('''def double(x):
        ...     ### BEGIN SOLUTION
        ...     return 2 * x
        ...     ### END SOLUTION'''))
        def double(x):
            ...  # your code here
    """
    kept, inside = [], False
    for line in source.split("\n"):
        marker = line.strip()
        if marker in (BEGIN, END):
            if inside != (marker == END):
                raise BuildError(f"{BEGIN} and {END} do not alternate")
            inside = marker == BEGIN
            if inside:
                kept.append(line.replace(BEGIN, PLACEHOLDER).rstrip())
        elif not inside:
            kept.append(line)
    if inside:
        raise BuildError(f"{BEGIN} has no {END}")
    return "\n".join(kept)


def _answered_exercise(source):
    """The exercise that a cell answers: the function it defines or the name it assigns that is an exercise."""
    names = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
    known = [name for name in dict.fromkeys(names) if _is_exercise(name)]
    if len(known) != 1:
        defined = ", ".join(names) or "nothing"
        raise BuildError(f"the cell must define one exercise of lstm_course.exercises; it defines {defined}")
    return known[0]


def _checked_exercise(source):
    """The exercise in the cell's call `check(lstm_cell)` or `check(parameter_count=40_400)`."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
    ]
    names = [argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)]
    names += [keyword.arg for call in calls for keyword in call.keywords]
    if len(calls) != 1 or len(names) != 1:
        raise BuildError("a cell tagged 'check' must hold one call of check() with one exercise")
    if not _is_exercise(names[0]):
        raise BuildError(f"{names[0]!r} is not in lstm_course.exercises")
    return names[0]


def execute(notebook, name):
    """Runs a notebook in a fresh kernel, in an empty folder, and keeps its outputs.

    Args:
        notebook: the notebook; its outputs are replaced.
        name: str or pathlib.Path, what to call it in messages.

    Returns:
        ((number, seconds) of the slowest code cell, seconds of all cells).

    Raises:
        BuildError: a cell raised, wrote to stderr, ran longer than CELL_TIMEOUT, or its kernel died.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    times, running = {}, []

    def started(cell, cell_index):
        # The number is known before the cell has run, and also when it never ends.
        cell.execution_count = len(times) + 1
        running[:] = [cell, time.perf_counter()]

    def executed(cell, cell_index, execute_reply):
        times[cell.execution_count] = time.perf_counter() - running[1]

    try:
        with tempfile.TemporaryDirectory() as folder:
            client = _client(notebook, folder, on_cell_execute=started, on_cell_executed=executed)
            client.execute(env=_environment(folder), stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise BuildError(_where(name, running[0], _reason(running[0], error))) from None
    notebook.metadata = _copy(METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _tidy_outputs(cell, name)
    return max(times.items(), key=lambda item: item[1]), sum(times.values())


def _client(notebook, folder, **hooks):
    from nbclient import NotebookClient
    from traitlets.config import Config

    # No kernel spec of the user's: the kernel runs in the Python that builds.
    return NotebookClient(
        notebook,
        kernel_name="python3",
        config=Config(KernelSpecManager={"kernel_dirs": []}),
        resources={"metadata": {"path": folder}},
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        **hooks,
    )


def _environment(folder):
    # An IPython folder of its own, so that no start-up file of the user has a say.
    return os.environ | KERNEL_ENVIRONMENT | {"IPYTHONDIR": folder}


def _reason(cell, error):
    """Why a cell failed, in a line: the error itself rather than the traceback of three screens."""
    for output in cell.outputs:
        if output.output_type == "error":
            plain = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
            lines = re.findall(r"^(?:Cell )?In\[\d+\](?:, line |.*\n.*line )(\d+)", plain, re.MULTILINE)
            where = f" (line {lines[0]})" if lines else ""
            return f"{output.ename}: {output.evalue}{where}"
    return str(error).strip().splitlines()[0]


def _where(name, cell, reason):
    """A message that says which cell it is about: number, the start of its source, the reason."""
    lines = cell.source.splitlines()
    shown = [f"    {line}" for line in lines[:8]] + ["    ..."] * (len(lines) > 8)
    number = f" {cell.execution_count}" if cell.get("execution_count") else ""
    return "\n".join([f"{name}, code cell{number}:", *shown, f"  {reason}"])


def _tidy_outputs(cell, name):
    """Leaves nothing in the outputs that hangs on how the kernel happened to send them."""
    cell.outputs = comparing.merge_streams(cell.outputs)
    cell.metadata.pop("execution", None)
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise BuildError(_where(name, cell, f"wrote to stderr: {output.text.strip()}"))
        if "data" in output:
            # The model of a widget ends with its kernel; what stays is the picture beside it.
            output.data.pop(comparing.WIDGET_VIEW, None)


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
            count = cell.execution_count
            cell.outputs = old.outputs
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count


def _unchanged(cell, old_outputs):
    relative_tolerance = comparing.tolerance(cell.metadata.get("tags", []))
    if comparing.difference(old_outputs, cell.outputs, relative_tolerance):
        return False
    # A picture of numbers that may differ may differ too; any other picture must look the same.
    return relative_tolerance is not None or comparing.same_pictures(old_outputs, cell.outputs)


def _copy(value):
    import nbformat

    return nbformat.from_dict(json.loads(json.dumps(value)))


def _read(path):
    import nbformat

    return nbformat.read(path, as_version=4)


def _write(path, notebook):
    import nbformat

    nbformat.validate(notebook)
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _is_exercise(name):
    from lstm_course import exercises

    return name in exercises.registry() if hasattr(exercises, "registry") else True


def _exercise(name):
    from types import SimpleNamespace

    from lstm_course import exercises

    return exercises.registry()[name] if hasattr(exercises, "registry") else SimpleNamespace(points=1)

"""The copy of the course that is seen in a sandbox: whole folders and modules, named in one place."""

import ast
import compileall
import py_compile
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from lstm_course.common.files import PACKAGE

__all__ = ["INSIDE", "STANDING_IN", "course_copy", "whole_course_copy"]

# All that can be seen of the course inside, whole folders and modules; nothing else is copied.
INSIDE = (
    # what lessons import
    "__init__.py", "common", "scratch", "data", "memory", "models", "plots", "explore", "learner/cards.py",
    "learner/errors.py", "learner/reporting.py", "learner/setup.py", "learner/statement_names.py",
    "learner/without_keras.py", "learner/predictions/__init__.py",
    # what runs an answer
    "exercises/__init__.py", "exercises/exercise.py", "exercises/limits.py", "exercises/registry.py",
    "exercises/running.py",
    "exercises/diagnosis/__init__.py", "exercises/diagnosis/source.py",
    "learner/__init__.py", "grading/__init__.py", "grading/inside",
)  # fmt: skip
# What a lesson imports and must not have, and the module that it gets in its place.
STANDING_IN = {
    "learner/checking.py": "grading.inside.checking",
    "learner/logbook.py": "grading.inside.logbook",
    "learner/predictions/asking.py": "grading.inside.predictions",
    "learner/predictions/surprises.py": "grading.inside.predictions",
}


def course_copy(folder: str | Path, hidden: Iterable[str] = ()) -> Path:
    """Copy of the course for the inside: what lessons import, without anything that gives an answer away.

    Args:
        folder: path of a new folder.
        hidden: ids of exercises; library functions of the same name are emptied.

    Returns:
        The folder, as a Path.
    """
    target = Path(folder, "lstm_course")
    target.mkdir(parents=True)
    for name in INSIDE:
        _copy(PACKAGE / name, target / name)
    for name, module in STANDING_IN.items():
        (target / name).write_text(f"from lstm_course.{module} import *\n", encoding="utf-8")
    for path in target.rglob("*.py"):
        if "grading" not in path.parts:
            _empty(path, set(hidden))
    return _completed(folder)


def _copy(source, target):
    """Copy a folder or a file into a folder that is made where it is missing."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def whole_course_copy(folder: str | Path) -> Path:
    """Copy of the course with its checks and references, for a kernel that marks by itself.

    Args:
        folder: path of a new folder.

    Returns:
        The folder, as a Path.
    """
    ignored = shutil.ignore_patterns("__pycache__", "jupyter")
    shutil.copytree(PACKAGE, Path(folder, "lstm_course"), ignore=ignored)
    return _completed(folder)


def _completed(folder):
    """The copy with the data, readable by everybody."""
    for data in PACKAGE / "_course" / "datasets", PACKAGE.parent / "datasets":
        if data.is_dir():
            shutil.copytree(data, Path(folder, "lstm_course/_course/datasets"), dirs_exist_ok=True)
    # Inside nothing can be written, and each sandbox would translate all these files anew.
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, ddir="/course", quiet=2, invalidation_mode=unchecked)
    for path in [Path(folder), *Path(folder).rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Path(folder)


def _empty(path, names):
    """Take the bodies of the functions of these names out of a file, so that no answer is one import away."""
    text = path.read_text(encoding="utf-8")
    if not any(re.search(rf"^def {name}\(", text, re.MULTILINE) for name in names):
        return
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            node.body = ast.parse('raise RuntimeError("this is what the exercise asks for")').body
            node.decorator_list = []
    path.write_text(ast.unparse(tree), encoding="utf-8")

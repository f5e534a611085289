"""What is imported is declared, for those who need the room that imports it; and nothing else is."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lstm_course import authoring
from lstm_course.authoring.sources import read_lesson

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Rooms and folders that a learner's installation need not be able to run.
INSTRUCTORS = ("grading", "authoring", "cli")
DEVELOPERS = ("site", "tests", "docs", "conftest.py")
# `lstm-course bench` measures beside PyTorch where that is installed, and says so where it is not. Keras
# computes with JAX where somebody has installed that and asks for it. An ONNX file is run where that can be.
OPTIONAL = {"jax", "onnx", "onnxruntime", "torch"}
# Declared, and imported by nothing of ours: why each is there.
NOT_IMPORTED = {
    "ipykernel": "runs the lessons",
    "ipywidgets": "tqdm draws its bar with it in a notebook, and anywidget the explorers",
    "tensorflow": "on other computers than tensorflow-cpu, under the same name",
    "tensorflow-cpu": "on other computers than tensorflow, under the same name",
    "ruff": "a command of the hooks",
    "basedpyright": "a command of the tests",
    "codespell": "a command of the hooks",
    "pre-commit": "a command",
    "pre-commit-hooks": "commands of the hooks",
    "import-linter": "a command of the tests",
    "pydata-sphinx-theme": "named in docs/conf.py",
    "pytest-timeout": "a plugin",
    "pytest-xdist": "a plugin",
    "ziamath": "its font is taken from its folder",
    "zizmor": "a command of the tests",
    "lstm-course": "the list of another group",
}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements):
    return {canonical(Requirement(line).name) for line in requirements}


LEARNERS = named(PROJECT["dependencies"])
ALL = LEARNERS | named(EXTRAS["instructors"]) | named(EXTRAS["dev"])


def lists_of(path):
    """Packages that the reader of a file has."""
    room = path.parts[1] if path.parts[0] == "lstm_course" else path.parts[0]
    if room in DEVELOPERS:
        return ALL
    return LEARNERS | named(EXTRAS["instructors"]) if room in INSTRUCTORS else LEARNERS


def sources():
    """Path from the root -> text of all code; of lessons their cells."""
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] in ("lstm_course", "tests", "docs", "conftest.py"):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
    for path in authoring.find_sources(ROOT):
        code = "\n".join(cell.source for cell in read_lesson(path).cells if cell.type == "code")
        yield path.relative_to(ROOT), "\n".join(line for line in code.splitlines() if line[:1] != "%")


def imported(text):
    """Top names of all packages that a text imports."""
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names)


@pytest.fixture(scope="module")
def imports():
    """(path, top name, distributions that have it) of all imports from elsewhere."""
    homes = importlib.metadata.packages_distributions()
    ours = {"lstm_course", "right_answers", *(path.stem for path in (ROOT / "tests").rglob("*.py"))}
    known = ours | OPTIONAL | set(sys.stdlib_module_names)
    return [
        (path, name, {canonical(home) for home in homes.get(name, [name])})
        for path, text in sources()
        for name in sorted(set(imported(text)) - known)
    ]


def test_what_is_imported_is_declared(imports):
    lost = [f"{path}: {name}" for path, name, homes in imports if not homes & lists_of(path)]
    assert len(imports) > 100
    assert lost == []


def test_what_is_declared_is_imported(imports):
    used = set().union(*(homes for _, _, homes in imports))
    assert ALL - used - set(NOT_IMPORTED) == set()


def test_each_list_of_names_for_the_locks_is_the_packages_own():
    files = {"requirements.in": LEARNERS | {"hatchling", "editables"}, "requirements-dev.in": ALL - LEARNERS}
    for name, wanted in files.items():
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        found = named(line for line in lines if line[:1] not in ("#", "-"))
        assert found == wanted - {"lstm-course"}, name

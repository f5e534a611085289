"""The walls of the house: imports point down, and what the sandbox shows imports nothing that it may not."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from helpers import ROOT, load

from lstm_course.grading import sandbox


def lint(folder):
    """What import-linter says of the package in a folder, and whether it is content."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    options = {"capture_output": True, "text": True, "timeout": 120}
    done = subprocess.run([*command, "--no-cache"], cwd=folder, env=environment, **options)
    return done.returncode == 0, done.stdout + done.stderr


def test_imports_point_down():
    kept, said = lint(ROOT)
    assert kept, said


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(
        ROOT / "lstm_course", tmp_path / "lstm_course", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("common/files.py", "lstm_course.scratch"),
        ("scratch/cells.py", "lstm_course.data.shipping"),
        ("data/shipping.py", "lstm_course.learner.workspace"),
        ("exercises/running.py", "lstm_course.grading.batch"),
        ("grading/inside/worker.py", "lstm_course.learner.logbook"),
        ("scratch/losses.py", "lstm_course.data.text"),
        # what may not be reached in the sandbox, though it is of the same room or lies below
        ("exercises/running.py", "lstm_course.exercises.lessons.lesson01"),
        ("grading/inside/slicing.py", "lstm_course.exercises.proofs.matrix"),
        ("grading/inside/slicing.py", "lstm_course.grading.sandbox.walls"),
        ("learner/setup.py", "lstm_course.learner.checking"),
    ],
)
def test_an_import_that_crosses_a_wall_is_found(copied, below, above):
    path = copied / "lstm_course" / below
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\nimport {above}\n", encoding="utf-8")
    kept, said = lint(copied)
    assert not kept and f"lstm_course.{below.removesuffix('.py').replace('/', '.')} -> {above}" in said


def test_a_new_module_at_the_top_needs_a_place(copied):
    (copied / "lstm_course/utilities.py").touch()
    kept, said = lint(copied)
    assert not kept and "lstm_course.utilities" in said


def test_all_that_is_copied_into_the_sandbox_is_there():
    assert [name for name in sandbox.INSIDE if not (ROOT / "lstm_course" / name).exists()] == []


def test_every_module_is_either_copied_into_the_sandbox_or_forbidden_to_what_is():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (each for each in settings["contracts"] if each["type"] == "forbidden")
    inside, forbidden = contract["source_modules"], contract["forbidden_modules"]
    copied = {f"lstm_course/{name}".removesuffix(".py").replace("/", ".") for name in sandbox.INSIDE}
    assert set(inside) == {name for name in copied if not name.endswith("__init__")}
    for path in (ROOT / "lstm_course").rglob("*.py"):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if path.name not in ("__init__.py", "__main__.py"):
            lists = [f"{name}.".startswith(f"{room}.") for room in [*inside, *forbidden]]
            assert sum(lists) == 1, name


def drawn():
    return load(ROOT / "docs/images/architecture.py")


def test_the_picture_is_drawn_from_the_layers():
    module = drawn()
    assert module.PICTURE.read_text(encoding="utf-8") == module.drawing()


def test_the_page_names_every_room_from_above_to_below():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", page, re.MULTILINE)
    assert named == [room for layer in drawn().layers() for room in layer]

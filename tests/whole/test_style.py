"""The rules that the code is held to: lint, format, types, and all that is looked at before a commit."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYRIGHT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
OPTIONS = {"capture_output": True, "text": True, "timeout": 300}


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_ruff_has_nothing_to_say(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, **OPTIONS)
    assert done.returncode == 0, done.stdout + done.stderr


def checked():
    """The modules that pyright looks at."""
    without = {path for pattern in PYRIGHT["exclude"] for path in ROOT.glob(pattern)}
    return sorted({path for room in PYRIGHT["include"] for path in (ROOT / room).rglob("*.py")} - without)


def test_pyright_has_nothing_to_say():
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=ROOT, **OPTIONS)
    found = json.loads(done.stdout)
    assert [f"{each['file']}: {each['message']}" for each in found["generalDiagnostics"]] == []
    assert found["summary"]["filesAnalyzed"] == len(checked()) > 30
    assert (ROOT / "lstm_course/py.typed").is_file()


def public(body):
    """The functions that others call, methods included."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and (node.name[0] != "_" or node.name == "__init__"):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name[0] != "_":
            yield from public(node.body)


def test_public_functions_say_what_they_take_and_give():
    silent = []
    for path in checked():
        for function in public(ast.parse(path.read_text(encoding="utf-8")).body):
            taken = function.args
            every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
            untyped = [each.arg for each in every if each and not each.annotation and each.arg != "self"]
            if untyped or function.returns is None:
                silent.append(f"{path.relative_to(ROOT)}: {function.name} {untyped}")
    assert silent == []


@pytest.fixture
def copied(tmp_path):
    """The files of the repository as they are now, where a hook may change them."""
    if not (ROOT / ".git").exists():
        pytest.skip("pre-commit needs a repository")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, cwd=ROOT, **OPTIONS).stdout.strip("\0").split("\0"):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, **OPTIONS)
    return tmp_path


def test_a_commit_of_everything_passes_all_hooks(copied, tmp_path_factory):
    cache = tmp_path_factory.mktemp("pre-commit")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ours = {"PATH": path, "PYTHONPATH": str(copied), "PRE_COMMIT_HOME": str(cache)}
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(command, cwd=copied, env=environment | ours, **OPTIONS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") >= 10 and "Skipped" not in done.stdout

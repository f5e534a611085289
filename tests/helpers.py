"""What several test files need and no room of the course offers."""

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lstm_course.common.files import PACKAGE

ROOT = Path(__file__).resolve().parents[1]  # of the clone
NAN, INFINITE = float("nan"), float("inf")
# What is never an array of numbers.
NO_ARRAY = [
    "text",
    None,
    [[1.0], [1.0, 2.0]],
    {"a": 1},
    [NAN],
    [INFINITE],
    [],
    np.array(["1.0"]),
    [1j],
    object(),
]


def load(path, name=None):
    """A file of Python as a module of its own; its name is that of the file where none is given."""
    spec = importlib.util.spec_from_file_location(name or path.stem, path)
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    return module


def run_python(code, *arguments, options=(), **process):
    """What code prints in a Python of its own, which must end well and write nothing to stderr."""
    command = [sys.executable, *options, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, **process)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def notebook(*sources, outputs=(), metadata=None):
    """A notebook of code cells, each with these outputs; equal ones are equal to the byte."""
    cells = [
        new_code_cell(source, id=f"cell-{number}", outputs=list(outputs))
        for number, source in enumerate(sources)
    ]
    return new_notebook(cells=cells, metadata=metadata or {})


def write_notebook(path, *sources, **options):
    """Writes such a notebook, in a folder that may be missing, and gives back its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*sources, **options)), encoding="utf-8")
    return path


def sandbox_of_this_machine():
    """The kind of sandbox for `mark_notebook`; a file that asks for it is skipped where there is none."""
    from lstm_course.grading import sandbox

    try:
        return sandbox.available()
    except sandbox.NoSandbox as error:
        pytest.skip(f"needs a sandbox: {error}", allow_module_level=True)


def assert_bad_input_is_named(function, good, bad):
    """Each bad value is refused by the course, in one sentence with the argument and what was expected.

    Args:
        function: what is called.
        good: dict, arguments that it takes.
        bad: dict from the name of an argument to a list of values that it must not take.
    """
    for argument, value in ((argument, value) for argument, values in bad.items() for value in values):
        with pytest.raises((ValueError, TypeError)) as caught:
            function(**good | {argument: value})
        message = str(caught.value)
        assert argument.removeprefix("make_") in message, (argument, value, message)
        assert "expected" in message and "\n" not in message, (argument, value, message)
        assert caught.traceback[-1].path.is_relative_to(PACKAGE), (argument, value, message)


def descendants(pid):
    """Numbers of all processes that come from one."""
    found, to_visit = [], [pid]
    while to_visit:
        for task in Path(f"/proc/{to_visit.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children = task.read_text().split()
                found += map(int, children)
                to_visit += children
    return found


def are_gone(pids, seconds=5):
    """Whether these processes end within that time; one that nobody has waited for has ended."""
    until = time.monotonic() + seconds
    while any(map(_runs, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


ORDINARY = 12_345  # number of a user who owns nothing here


def as_an_ordinary_user():
    """What to put before a command so that a user without any right runs it; nothing when this is one.

    The folders of Python and of the clone may lie in one that is closed to others, as root's home is. In a
    view of the disks of its own, that one is then replaced by one that holds nothing but them.
    """
    if os.geteuid() != 0:
        return []
    needed = {Path(each).resolve() for each in (sys.prefix, sys.base_prefix, ROOT)}
    if shutil.which("setpriv") is None or shutil.which("unshare") is None:
        pytest.skip("needs setpriv and unshare, which come with Linux")
    steps = ["set -e", "kept=$(mktemp -d)", "mount -t tmpfs none $kept", "chmod 755 $kept"]
    for closed in {parent for each in needed for parent in each.parents if not parent.stat().st_mode & 0o1}:
        inner = [each for each in needed if each.is_relative_to(closed)]
        for number, each in enumerate(inner):
            steps += [f"mkdir $kept/{number}", f"mount --bind '{each}' $kept/{number}"]
        steps.append(f"mount -t tmpfs -o mode=755 none '{closed}'")
        for number, each in enumerate(inner):
            steps += [f"mkdir -p '{each}'", f"mount --bind $kept/{number} '{each}'"]
    user = f"setpriv --reuid {ORDINARY} --regid {ORDINARY} --clear-groups --inh-caps=-all"
    steps.append(f'exec {user} env HOME=/tmp "$@"')
    return ["unshare", "--mount", "sh", "-c", "\n".join(steps), "sh"]


GRADERS = {"this user": list, "an ordinary user": as_an_ordinary_user}  # name -> what to put before commands


class Grader:
    """A process that marks notebooks, as this user or as an ordinary one.

    Args:
        before: list of str, what to put before its command.
        **variables: further ones of its environment.
    """

    def __init__(self, before=(), **variables):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | variables
        self.command, self.environment = list(before), environment
        find = "from lstm_course.grading import sandbox; print(sandbox.available())"
        found = subprocess.run(
            [*before, sys.executable, "-c", find], capture_output=True, text=True, **self._where()
        )
        if found.returncode:
            pytest.skip(f"needs a sandbox: {found.stderr.splitlines()[-1]}")
        self.kind = found.stdout.strip()
        serve = [*before, sys.executable, "-m", "lstm_course.grading.marking.processes"]
        self.process = subprocess.Popen(serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **self._where())

    def _where(self):
        return {"env": self.environment, "cwd": ROOT}

    def mark(self, cells, lesson, limits=None, seed=11):
        """Rows of `mark_notebook`, by the exercise."""
        job = {"cells": cells, "lesson": lesson, "seed": seed, "kind": self.kind, "limits": limits}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        done = json.loads(self.process.stdout.readline())
        assert "results" in done, done
        return {row["exercise"]: row for row in done["results"]}

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

"""Groups that the kernel limits: found, entered, and taken away, in a tree that stands for the kernel's.

Where this machine has such a tree, the same is done with it, and a notebook runs into its limit.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers import are_gone, sandbox_of_this_machine

from lstm_course.exercises import find
from lstm_course.grading import marking, sandbox
from lstm_course.grading.sandbox import groups, session

REAL = groups.parent()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree as systemd makes it for a user: slice with memory, the service of the user, where we are."""
    mounted, own = tmp_path / "cgroup", tmp_path / "own"
    inner = mounted / "user.slice/user@1000.service/app.slice/shell.scope"
    inner.mkdir(parents=True)
    for folder in (inner, *inner.parents):
        (folder / "cgroup.subtree_control").write_text("" if folder == inner else "cpu memory pids\n")
        (folder / "cgroup.procs").touch()
        if folder == mounted:
            break
    own.write_text("4:memory:/elsewhere\n0::/user.slice/user@1000.service/app.slice/shell.scope\n")

    def rmdir(folder):
        """As the kernel does it: the files go with the folder, unless a process is in it that still runs."""
        inside = (folder / "cgroup.procs").read_text() if (folder / "cgroup.procs").is_file() else ""
        if any(Path("/proc", pid).exists() for pid in inside.split()):
            raise OSError(16, "Device or resource busy")
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        shutil.rmtree(folder)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    return mounted, own, inner


def test_the_nearest_group_that_can_limit_memory_is_found(tree, tmp_path):
    mounted, own, inner = tree
    assert groups.parent(mounted, own) == inner.parent and [*inner.parent.glob("lstm*")] == []
    (inner.parent / "cgroup.subtree_control").write_text("cpu")
    assert groups.parent(mounted, own) == inner.parents[1]
    for folder in mounted.rglob("cgroup.subtree_control"):
        folder.write_text("cpu")
    (mounted / "cgroup.subtree_control").write_text("hugetlb")
    assert groups.parent(mounted, own) is None
    own.write_text("4:memory:/elsewhere\n")
    assert groups.parent(mounted, own) is None
    assert groups.parent(mounted, tmp_path / "nothing") is None


def test_a_group_that_the_kernel_refuses_is_none(tree, monkeypatch):
    mounted, own, _ = tree

    def refused(path, text):
        raise PermissionError(path)

    monkeypatch.setattr(Path, "write_text", refused)
    assert groups.parent(mounted, own) is None and [*mounted.rglob("lstm-course-*")] == []


def test_a_group_that_cannot_be_entered_is_none(tree, monkeypatch):
    mounted, own, _ = tree
    entering = groups.Group.entering
    elsewhere = lambda group: [*entering(group)[:-1], str(group.folder / "nowhere")]  # noqa: E731
    monkeypatch.setattr(groups.Group, "entering", elsewhere)
    assert groups.parent(mounted, own) is None and [*mounted.rglob("lstm-course-*")] == []


def test_a_group_has_its_limit_is_entered_and_goes(tree):
    _, _, inner = tree
    group = groups.Group(inner, 123)
    assert (group.folder / "memory.max").read_text() == "123"
    assert (group.folder / "memory.swap.max").read_text() == "0"
    assert not group.overflowed
    (group.folder / "memory.events").write_text("low 0\noom 3\noom_kill 0\noom_group_kill 0\n")
    assert not group.overflowed
    (group.folder / "memory.events").write_text("low 0\noom 3\noom_kill 2\noom_group_kill 1\n")
    assert group.overflowed
    said = subprocess.run([*group.entering(), "echo", "a b", "$0"], capture_output=True, text=True)
    assert said.stdout == "a b $0\n" and int((group.folder / "cgroup.procs").read_text())
    (group.folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    group.end(seconds=0.05)
    assert (group.folder / "cgroup.kill").read_text() == "1" and group.folder.is_dir()  # somebody is in it
    (group.folder / "cgroup.procs").write_text("")
    group.end()
    assert not group.folder.exists()


def test_what_a_killed_grader_left_is_taken_away_and_no_other(tree):
    _, _, inner = tree
    ended = subprocess.Popen(["true"])
    ended.wait()
    forsaken, other = inner / f"lstm-course-{ended.pid}-0", inner / f"lstm-course-{os.getppid()}-0"
    forsaken.mkdir()
    other.mkdir()
    groups.Group(inner, 1).end()
    assert not forsaken.exists() and other.exists()


def of_the_kernel():
    """A tree of cgroup v2 in which we may make a group, with memory or without; or None."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    for folder in (Path(fields[1]) for fields in mounts if fields[2] == "cgroup2"):
        if os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK):
            return folder
    return None


@pytest.mark.skipif(of_the_kernel() is None, reason="no tree of cgroup v2 can be written to")
def test_the_kernel_lets_a_group_be_entered_and_ends_all_in_it(monkeypatch):
    """Everything but the limit itself, which is not there where an older tree has the memory."""
    write_text = Path.write_text
    missing = lambda path, text: None if path.name == "memory.max" else write_text(path, text)  # noqa: E731
    monkeypatch.setattr(Path, "write_text", missing)
    group = groups.Group(of_the_kernel(), 1_000_000_000)
    script = "sleep 60 & echo $!; cat /proc/self/cgroup; wait"
    running = subprocess.Popen([*group.entering(), "sh", "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(running.stdout.readline())
    where = next(line for line in running.stdout if line.startswith("0::"))
    assert where.strip().endswith(f"/{group.folder.name}")
    group.end(seconds=0)
    assert running.wait(10) == -9
    group.end()
    assert are_gone([child]) and not group.folder.exists()


def marked(body):
    answer = f"import numpy as np\ndef sigmoid(x):\n    {body}\n    return 1 / (1 + np.exp(-x))"
    return marking.mark_notebook(
        [answer], "00", 3, sandbox_of_this_machine(), sandbox.Limits(memory=500_000_000)
    )


def test_a_notebook_is_marked_in_its_group_and_its_end_is_told(tree, monkeypatch):
    """In the tree that stands for the kernel's; that it says the memory is over is written by the test."""
    mounted, own, inner = tree
    monkeypatch.setattr(session, "_parent", lambda: groups.parent(mounted, own))
    entered, end = [], groups.Group.end

    def ended(group, seconds=2.0):
        entered.append((group.folder / "cgroup.procs").read_text())
        (group.folder / "cgroup.procs").write_text("")
        end(group)

    answer = find("sigmoid").source
    monkeypatch.setattr(session.groups.Group, "end", ended)
    monkeypatch.setattr(groups, "_is_usable", lambda folder: folder == inner.parent)
    (row,) = marking.mark_notebook(["import numpy as np", answer], "00", 3, sandbox_of_this_machine())
    assert row["status"] == "right" and entered and all(int(pid) for pid in entered)
    assert [*mounted.rglob("lstm-course-*")] == []
    monkeypatch.setattr(session.groups.Group, "overflowed", True)
    (row,) = marked("import os; os._exit(1)")
    assert row["status"] == "killed" and "more than 0.5 GB of memory" in row["message"]


def test_a_notebook_whose_group_cannot_be_made_is_marked_all_the_same(tree, monkeypatch):
    _, _, inner = tree
    monkeypatch.setattr(session, "_parent", lambda: inner / "nowhere")
    (row,) = marking.mark_notebook(
        ["import numpy as np", find("sigmoid").source], "00", 3, sandbox_of_this_machine()
    )
    assert row["status"] == "right"


@pytest.mark.skipif(REAL is None, reason="no group with a limit of memory can be made on this machine")
def test_the_kernel_ends_what_takes_too_much():
    (row,) = marked(
        "held = [bytes(50_000_000) + b'1' for _ in range(100)]; held = [bytearray(h) for h in held]"
    )
    assert row["status"] in ("killed", "error"), row
    assert REAL is not None and [*REAL.glob(f"lstm-course-{os.getpid()}-*")] == []


def test_where_there_is_no_group_memory_is_looked_at(monkeypatch):
    monkeypatch.setattr(session, "_parent", lambda: None)
    held = "held = [b'1' * 10_000_000 for _ in range(30)]"
    work = f"import os, time; {held}; pid = os.fork(); more = {held.partition(' = ')[2]}; time.sleep(30)"
    (row,) = marked(work)
    assert row["status"] == "killed" and "more than 0.5 GB of memory" in row["message"], row

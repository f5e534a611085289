"""A group of processes whose memory the kernel itself limits: cgroup v2, where a folder of it is ours to use.

Root has one, and an ordinary user where systemd has delegated one to the user's own services. The kernel then
counts every page that the group holds, whoever of it maps it, and ends the whole group at once when there are
too many. Where no group can be had, what is left is `usage`, which looks five times a second.
"""

import contextlib
import itertools
import os
import subprocess
import time
from pathlib import Path

__all__ = ["Group", "parent"]

_MADE = "lstm-course"
_count = itertools.count()


class Group:
    """A group for one notebook.

    Args:
        parent: folder of the group in which it is made, as `parent` finds it.
        memory: bytes that all its processes together may hold, files in memory included.

    Raises:
        OSError: it cannot be made; nothing is left of it.
    """

    def __init__(self, parent: Path, memory: int) -> None:
        _remove_forsaken(parent)
        self.folder = parent / f"{_MADE}-{os.getpid()}-{next(_count)}"
        self.folder.mkdir()
        try:
            (self.folder / "memory.max").write_text(str(memory))
            for name, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
                with contextlib.suppress(OSError):  # a kernel without swap, or before 4.19
                    (self.folder / name).write_text(value)
        except OSError:
            self.end()
            raise

    def entering(self) -> list[str]:
        """What to put before a command, so that it begins in the group: a shell goes in and becomes it."""
        return ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(self.folder)]

    @property
    def overflowed(self) -> bool:
        """Whether the kernel has ended a process of the group because it held too much."""
        try:
            lines = (self.folder / "memory.events").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)

    def end(self, seconds: float = 2.0) -> None:
        """End whatever still runs in it, and take it away.

        Args:
            seconds: how long to wait for processes that are just ending; what is not gone then is taken away
                by a later group.
        """
        with contextlib.suppress(OSError):  # a kernel before 5.14
            (self.folder / "cgroup.kill").write_text("1")
        until = time.monotonic() + seconds
        while not _removed(self.folder) and time.monotonic() < until:
            time.sleep(0.01)


def parent(mounted: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Path | None:
    """The group in which groups with a limit of memory can be made: that of this process, or one above it.

    Args:
        mounted: where the tree of groups is.
        own: file in which the kernel says where in it this process is.

    Returns:
        A folder, or None where there is none.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:  # no Linux
        return None
    for path in (line.removeprefix("0::/") for line in lines if line.startswith("0::/")):
        here = mounted / path
        for folder in (here, *here.parents):
            if _is_usable(folder):
                return folder
            if folder == mounted:
                break
    return None


def _is_usable(folder):
    """Whether a group with a limit can be made in a group, and entered: by doing so.

    A group that could not be entered would end every notebook before its first statement.
    """
    try:
        if "memory" not in (folder / "cgroup.subtree_control").read_text().split():
            return False
        # A process is moved by whoever may write here, in the group that both places have in common.
        if not os.access(folder / "cgroup.procs", os.W_OK):
            return False
        group = Group(folder, 1_000_000_000)
        try:
            entered = subprocess.run([*group.entering(), "true"], capture_output=True, timeout=10)
        finally:
            group.end()
    except (OSError, subprocess.TimeoutExpired):
        return False
    return entered.returncode == 0


def _remove_forsaken(parent):
    """Take away what a grader that was killed has left behind."""
    for folder in parent.glob(f"{_MADE}-*"):
        if not _runs(folder.name.split("-")[2]):
            _removed(folder)


def _runs(pid: str) -> bool:
    return Path("/proc", pid).exists()


def _removed(folder):
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:  # somebody is still in it
        return False
    return True

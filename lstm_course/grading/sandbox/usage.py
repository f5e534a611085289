"""What the processes inside have used: memory, and time by the processor's clock.

A limit by the clock on the wall would give an answer fewer points on a machine with other work to do. So what
counts is the time that the processor has worked for what runs inside; only what waits instead of working is
ended by the clock on the wall, which is more patient.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Deadline", "Meter"]

PATIENCE = 8  # what waits instead of working is ended after so many times its limit
LOOK = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Deadline:
    """When something has to be done: as soon as one of the two is reached.

    Args:
        spent: seconds of the processor, since the notebook began.
        wall: seconds, as `time.monotonic` tells them.
    """

    spent: float
    wall: float

    def earlier(self, other: "Deadline") -> "Deadline":
        """What is reached first of both."""
        return Deadline(min(self.spent, other.spent), min(self.wall, other.wall))


class Meter:
    """What a process and all that come from it use.

    Args:
        counts: whether the system tells; where not, each second on the wall counts as one of the processor.

    Attributes:
        spent: seconds of the processor so far, of all processes that were followed.
        memory: bytes at the last look.
    """

    def __init__(self, counts: bool) -> None:
        self.counts = counts
        self.spent, self.memory = 0.0, 0
        self._pid, self._before, self._looked = 0, 0.0, 0.0

    def follow(self, pid: int) -> None:
        """Begin with a process that was just started."""
        self._pid, self._looked = pid, time.monotonic()
        self._before = 0.0 if self.counts else self._looked
        self.memory = 0

    def look(self) -> None:
        """Look again, where the last look is not just over."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        self.memory, seconds = _used(self._pid)
        if not self.counts:
            seconds = now
        # What a process has used is lost when nobody waits for its end: it goes up, or it does not count.
        self.spent += max(0.0, seconds - self._before)
        self._before = seconds

    def deadline(self, seconds: float, patience: float = PATIENCE) -> Deadline:
        """The end of so many seconds of the processor from now on."""
        self.look()
        return Deadline(self.spent + seconds, time.monotonic() + patience * seconds)


def _used(pid):
    """(Bytes, seconds of the processor) of a process and all that come from it.

    Files that are mapped do not count, nor what processes share of them; the folders that can be written to
    have a size of their own.
    """
    memory, ticks, pids = 0, 0, [pid]
    while pids:
        folder = Path("/proc", str(pids.pop()))
        try:
            for line in Path(folder, "status").read_text().splitlines():
                if line.startswith(("RssAnon:", "VmSwap:")):
                    memory += 1024 * int(line.split()[1])
            # After the name, which may hold anything: user, system, and the same of children that have ended.
            fields = Path(folder, "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
            for task in Path(folder, "task").iterdir():
                pids += Path(task, "children").read_text().split()
        except (OSError, ValueError):  # it has just ended, or this is no Linux
            continue
    return memory, ticks / _TICKS


_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

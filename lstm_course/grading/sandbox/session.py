"""The grader's side of a sandbox: start it, talk to it, and end it when it takes too much."""

import contextlib
import os
import select
import subprocess
import time
from pathlib import Path

from lstm_course.grading.inside import wire
from lstm_course.grading.sandbox import walls

__all__ = ["Ended", "Session"]

_LOOK = 0.2  # seconds between two looks at the memory


class Ended(Exception):
    """The sandbox is no more.

    Args:
        status: "killed" or "timed out".
        reason: a sentence.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Session:
    """A notebook in its sandbox, started anew as often as its code breaks it.

    Args:
        cells: list of str, the code cells.
        names: ids of the exercises looked for.
        course: path of a course copy.
        kind: as `walls.available` says.
        limits: `walls.Limits`.
        modules: names of modules to import before anything is run.
    """

    def __init__(self, cells, names, course, kind, limits, modules=()):
        self.cells, self.names, self.modules = cells, list(names), list(modules)
        self.course, self.kind, self.limits = course, kind, limits
        self.end = time.monotonic() + limits.all_seconds
        self.unreadable, self.left_out_cells, self.left_out = {}, set(), set()
        self.process = self.at = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def start(self):
        """Start Python inside and let it read the notebook; a cell that breaks the reading is left out."""
        while self.process is None:
            self._launch()
            cell = None
            try:
                message = self.receive(60)
                while "reading" in message:
                    cell, message = message["reading"], self.receive(30)
                self.unreadable = message["parsed"]
            except Ended:
                self.stop()
                if type(cell) is not int or cell in self.left_out_cells:
                    raise
                self.left_out_cells.add(cell)

    def _launch(self):
        line = [*walls.command(self.kind, self.course, self.limits), walls.python(self.kind)]
        own = {}
        if self.kind == "none":
            # The folder comes before PYTHONPATH: from a clone of the course, its own package would be taken.
            own = {"env": walls.environment() | {"PYTHONPATH": str(self.course)}, "cwd": self.course}
        self.process = subprocess.Popen(
            [*line, "-m", "lstm_course.grading.inside.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **own,
        )
        os.set_blocking(self.process.stdin.fileno(), False)
        os.set_blocking(self.process.stdout.fileno(), False)
        first = {"cells": self.cells, "names": self.names, "leave_out": list(self.left_out_cells)}
        processes = _processes_inside(self.kind)
        self.send(30, **first, **{"import": self.modules}, processes=processes)

    def begin(self, name, told, observe=None):
        """Run what an exercise needs.

        Args:
            name: id.
            told: function from what the code in the sandbox asks to the reply.
            observe: source of a function `observe(answer, *arguments)` to call in its place, or None.

        Returns:
            Dict, what the worker says of the answer.

        Raises:
            Ended: when this broke the sandbox; `at` is then the number of the statement.
        """
        self.start()
        self.at = None
        order = {"exercise": name, "observe": observe, "leave_out": sorted(self.left_out)}
        message = self.ask(self.limits.cell_seconds, **order)
        while "at" in message or "ask" in message:
            self.at = message.get("at", self.at)
            if "ask" in message:
                self.send(self.limits.cell_seconds, **told(message))
            message = self.receive(self.limits.cell_seconds)
        return message

    def finish(self):
        """End an exercise; the sandbox is closed where it left anything running."""
        if self.process is None:
            return
        try:
            message = self.ask(2, stop=True)
            while "over" not in message:
                message = self.receive(2)
            clean = str(message["over"]) == "0" and message["alone"] is True
        except Ended:
            clean = False
        if not clean:
            self.stop()

    def ask(self, seconds, **message):
        """Send a message and wait for the answer to it.

        Args:
            seconds: to wait at most.
            **message: the message.

        Returns:
            dict.

        Raises:
            Ended: when there is none.
        """
        self.send(seconds, **message)
        return self.receive(seconds)

    def send(self, seconds, functions=None, **message):
        """Send a message; arguments and errors as for `ask`, functions as for `wire.encode`."""
        data = memoryview(wire.pack(message, functions))
        pipe, end = self.process.stdin.fileno(), self._end(seconds)
        while data:
            self._wait([], [pipe], end)
            try:
                data = data[os.write(pipe, data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._killed() from None

    def receive(self, seconds):
        """The next message; arguments and errors as for `ask`."""
        end = self._end(seconds)

        def read(size):
            parts = bytearray()
            while len(parts) < size:
                self._wait([self.process.stdout.fileno()], [], end)
                part = os.read(self.process.stdout.fileno(), min(size - len(parts), 1 << 20))
                if not part:
                    raise self._killed()
                parts += part
            return bytes(parts)

        try:
            message = wire.unpack(read)
        except wire.WireError as error:
            self.stop()
            raise Ended("killed", f"Its process sent something that is no answer: {error}.") from None
        if "over" in message and "alone" not in message:
            raise Ended("killed", "Its process sent something that is no answer.")
        return message

    def _end(self, seconds):
        return min(time.monotonic() + seconds, self.end)

    def _wait(self, to_read, to_write, end):
        """Wait until a pipe is ready, and look at clock and memory meanwhile."""
        while not any(select.select(to_read, to_write, [], max(0, min(_LOOK, end - time.monotonic())))):
            if time.monotonic() >= end:
                self.stop()
                raise Ended("timed out", "It was still running when its time was up, and was stopped.")
            if _memory_of(self.process.pid) > self.limits.memory:
                self.stop()
                size = self.limits.memory / 1e9
                raise Ended("killed", f"It took more than {size:g} GB of memory and was stopped.")

    def _killed(self):
        self.stop()
        return Ended("killed", "Its process ended before it gave an answer.")

    def stop(self):
        """End everything inside."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if self.kind == "none":
            _end_group(process.pid)
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _processes_inside(kind):
    """How many processes there are inside when none was left behind; any number where nothing is shut in."""
    return {"bwrap": 2, "bwrap as root": 3, "bwrap as root, once": 2}.get(kind, 1_000_000)


def _end_group(leader):
    """End the processes of a group that was started for one notebook."""
    import signal

    if leader > 1 and os.getpgid(0) != leader:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)


def _memory_of(pid):
    """Bytes of a process and all that come from it, what they share with files not counted."""
    total, pids = 0, [pid]
    while pids:
        folder = Path("/proc", str(pids.pop()))
        try:
            for line in Path(folder, "status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    total += 1024 * int(line.split()[1])
            for task in Path(folder, "task").iterdir():
                pids += Path(task, "children").read_text().split()
        except OSError:  # it has just ended, or this is no Linux
            continue
    return total

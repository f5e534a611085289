"""The grader's side of a sandbox: start it, talk to it, and end it when it takes too much."""

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypeVar

from lstm_course.grading.inside import wire
from lstm_course.grading.sandbox import border, walls
from lstm_course.grading.sandbox.walls import Limits

__all__ = ["Ended", "Session"]

_M = TypeVar("_M", bound=border.Message)
_LOOK = 0.2  # seconds between two looks at the memory


class Ended(Exception):
    """The sandbox is no more.

    Args:
        status: "killed" or "timed out".
        reason: a sentence.
    """

    def __init__(self, status: str, reason: str) -> None:
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

    def __init__(
        self,
        cells: Sequence[str],
        names: Sequence[str],
        course: Path,
        kind: str,
        limits: Limits,
        modules: Sequence[str] = (),
    ) -> None:
        self.cells, self.names, self.modules = cells, list(names), list(modules)
        self.course, self.kind, self.limits = course, kind, limits
        self.end = time.monotonic() + limits.all_seconds
        self.unreadable: Mapping[int, str] = {}
        self.left_out_cells: set[int] = set()
        self.left_out: set[int] = set()
        self.at: int | None = None
        self._process: _Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start Python inside and let it read the notebook; a cell that breaks the reading is left out."""
        while self._process is None:
            self._launch()
            cell = None
            try:
                message = self.receive(60, border.Reading, border.Parsed)
                while isinstance(message, border.Reading):
                    cell, message = message.cell, self.receive(30, border.Reading, border.Parsed)
                self.unreadable = message.unreadable
            except Ended:
                self.stop()
                if cell is None or cell in self.left_out_cells:
                    raise
                self.left_out_cells.add(cell)

    def _launch(self):
        line = [*walls.command(self.kind, self.course, self.limits), walls.python(self.kind)]
        environment = folder = None
        if self.kind == "none":
            # The folder comes before PYTHONPATH: from a clone of the course, its own package would be taken.
            environment, folder = walls.environment() | {"PYTHONPATH": str(self.course)}, self.course
        self._process = _started([*line, "-m", "lstm_course.grading.inside.worker"], environment, folder)
        self.send(
            30,
            {
                "cells": self.cells,
                "names": self.names,
                "leave_out": list(self.left_out_cells),
                "import": self.modules,
                "processes": _processes_inside(self.kind),
            },
        )

    def begin(
        self, name: str, told: Callable[[border.Asked], dict[str, object]], observe: str | None = None
    ) -> border.Missing | border.Broken | border.Value | border.Function:
        """Run what an exercise needs.

        Args:
            name: id.
            told: function from what the code in the sandbox asks to the reply.
            observe: source of a function `observe(answer, *arguments)` to call in its place, or None.

        Returns:
            What the worker says of the answer.

        Raises:
            Ended: when this broke the sandbox; `at` is then the number of the statement.
        """
        self.start()
        self.at = None
        order = {"exercise": name, "observe": observe, "leave_out": sorted(self.left_out)}
        self.send(self.limits.cell_seconds, order)
        while True:
            message = self.receive(self.limits.cell_seconds, border.At, border.Asked, *border.READY)
            if isinstance(message, border.At):
                self.at = message.place
            elif isinstance(message, border.Asked):
                self._reply(self.limits.cell_seconds, told(message))
            else:
                return message

    def call(
        self,
        arguments: Sequence[object],
        told: Callable[[border.Asked], dict[str, object]],
        seconds: Callable[[], float],
    ) -> border.Returned:
        """Call the answer.

        Args:
            arguments: what it is called with; functions among them can be called from inside.
            told: as for `begin`.
            seconds: function that says how long to wait from now on.

        Returns:
            What the call did.

        Raises:
            Ended: when this broke the sandbox, or its time is up.
        """
        functions: list[Callable[..., object]] = []
        self.send(seconds(), {"call": list(arguments)}, functions)
        known = border.Known(len(self.cells), arguments, functions)
        while True:
            message = self.receive(seconds(), border.Asked, border.Returned, known=known)
            if isinstance(message, border.Returned):
                return message
            self._reply(seconds(), told(message))

    def _reply(self, seconds, reply):
        """Reply to what the code inside has asked; it chose the arguments, so a value may be too large."""
        try:
            self.send(seconds, reply)
        except wire.WireError as error:
            self.send(seconds, {"error": str(error), "value": None})

    def finish(self) -> None:
        """End an exercise; the sandbox is closed where it left anything running."""
        if self._process is None:
            return
        try:
            self.send(2, {"stop": True})
            message = self.receive(2, border.Message)
            while not isinstance(message, border.Over):
                message = self.receive(2, border.Message)
            clean = message.clean
        except Ended:
            clean = False
        if not clean:
            self.stop()

    def send(
        self,
        seconds: float,
        message: Mapping[str, object],
        functions: list[Callable[..., object]] | None = None,
    ) -> None:
        """Send a message.

        Args:
            seconds: to wait at most until it is taken.
            message: what `wire.encode` takes.
            functions: list to which functions in it are appended, which the other side may then call.

        Raises:
            Ended: nobody takes it.
        """
        data = memoryview(wire.pack(message, functions))
        pipe, end = self._running().incoming.fileno(), self._end(seconds)
        while data:
            self._wait([], [pipe], end)
            try:
                data = data[os.write(pipe, data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._killed() from None

    def receive(self, seconds: float, *kinds: type[_M], known: border.Known | None = None) -> _M:
        """The next message.

        Args:
            seconds: to wait at most.
            *kinds: of `border`, what may come now.
            known: what it is held against, default the number of cells alone.

        Raises:
            Ended: when there is none, or it is of another kind, or none that a worker sends.
        """
        try:
            message = border.read(self._message(seconds), known or border.Known(len(self.cells)))
        except (wire.WireError, border.Refused) as error:
            self.stop()
            raise Ended("killed", f"Its process sent something that is no answer: {error}.") from None
        if isinstance(message, kinds):
            return message
        if isinstance(message, border.Over):
            raise self._killed()
        self.stop()
        raise Ended("killed", "Its process sent something that is no answer: it is not its turn.")

    def _message(self, seconds):
        """The next message as it arrives, of which nothing is known."""
        pipe, end = self._running().outgoing.fileno(), self._end(seconds)

        def read(size):
            parts = bytearray()
            while len(parts) < size:
                self._wait([pipe], [], end)
                part = os.read(pipe, min(size - len(parts), 1 << 20))
                if not part:
                    raise self._killed()
                parts += part
            return bytes(parts)

        return wire.unpack(read)

    def _running(self):
        if self._process is None:
            raise Ended("killed", "Its process ended before it gave an answer.")
        return self._process

    def _end(self, seconds):
        return min(time.monotonic() + seconds, self.end)

    def _wait(self, to_read, to_write, end):
        """Wait until a pipe is ready, and look at clock and memory meanwhile."""
        while not any(select.select(to_read, to_write, [], max(0, min(_LOOK, end - time.monotonic())))):
            if time.monotonic() >= end:
                self.stop()
                raise Ended("timed out", "It was still running when its time was up, and was stopped.")
            if _memory_of(self._running().pid) > self.limits.memory:
                self.stop()
                size = self.limits.memory / 1e9
                raise Ended("killed", f"It took more than {size:g} GB of memory and was stopped.")

    def _killed(self):
        self.stop()
        return Ended("killed", "Its process ended before it gave an answer.")

    def stop(self) -> None:
        """End everything inside."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if self.kind == "none":
            _end_group(process.pid)
        process.end()


@dataclass(frozen=True)
class _Process:
    """The Python inside, and its two pipes, which never block."""

    running: subprocess.Popen[bytes]
    incoming: IO[bytes]
    outgoing: IO[bytes]

    @property
    def pid(self):
        return self.running.pid

    def end(self):
        self.running.kill()
        self.incoming.close()
        self.outgoing.close()
        self.running.wait()


def _started(command, environment, folder):
    running = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
        cwd=folder,
    )
    assert running.stdin and running.stdout  # they are pipes
    for pipe in running.stdin, running.stdout:
        os.set_blocking(pipe.fileno(), False)
    return _Process(running, running.stdin, running.stdout)


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

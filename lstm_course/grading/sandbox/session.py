"""The grader's side of a sandbox: start it, talk to it, and end it when it takes too much."""

import contextlib
import functools
import os
import select
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO, Self, TypeVar

from lstm_course.grading.inside import wire
from lstm_course.grading.sandbox import border, groups, usage, walls
from lstm_course.grading.sandbox.walls import Limits

__all__ = ["Ended", "Session"]

_M = TypeVar("_M", bound=border.Message)
_MOST_MESSAGES = 20_000  # before an answer is ready; to read them is the grader's work, not the notebook's
_PATIENCE = 4  # with a notebook as a whole; that with each of its parts is greater


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
        modules: name of a module to import before any clock runs -> names of the modules that the notebook
            imports, or of their first parts, that ask for it.
        imports: name -> statement that imports it, where nothing in the notebook binds it.
        given: numbers of the cells that the lesson hands out as they are.

    Attributes:
        end: when the notebook as a whole has to be done.
        unreadable: number of a cell that could not be parsed -> the reason.
        left_out: number of a statement that has broken the sandbox, and is not run again -> what it did.
        at: number of the statement that runs.
    """

    def __init__(
        self,
        cells: Sequence[str],
        names: Sequence[str],
        course: Path,
        kind: str,
        limits: Limits,
        modules: Mapping[str, Sequence[str]] = MappingProxyType({}),
        imports: Mapping[str, str] = MappingProxyType({}),
        given: Collection[int] = (),
    ) -> None:
        self.cells, self.names, self.modules = cells, list(names), dict(modules)
        self.imports, self.given = dict(imports), list(given)
        self.course, self.kind, self.limits = course, kind, limits
        self.meter = usage.Meter(counts=kind not in ("docker", "podman") and Path("/proc/self/stat").exists())
        self.end = self.meter.deadline(limits.all_seconds, _PATIENCE)
        self.unreadable: Mapping[int, str] = {}
        self.left_out_cells: set[int] = set()
        self.left_out: dict[int, Ended] = {}
        self.at: int | None = None
        self._cell_by_cell = False
        self._process: _Process | None = None
        self._group: groups.Group | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start Python inside and let it read the notebook; a cell that breaks the reading is left out.

        Which cell that is, is asked where one does: to hear of every cell takes as long as to read it.
        """
        while self._process is None:
            self._launch()
            cell = None
            try:
                message = self.receive(60, border.Reading, border.Parsed)
                while isinstance(message, border.Reading):
                    cell, message = message.cell, self.receive(60, border.Reading, border.Parsed)
                self.unreadable = message.unreadable
            except Ended:
                self.stop()
                if not self._cell_by_cell:
                    self._cell_by_cell = True
                elif cell in (None, len(self.cells) - 1) and self.modules:
                    self.modules = {}  # the statement that imports it will say why it cannot be
                elif cell is None or cell in self.left_out_cells:
                    raise
                else:
                    self.left_out_cells.add(cell)

    def _launch(self):
        line = walls.command(self.kind, self.course, self.limits)
        line += walls.start(self.kind, "lstm_course.grading.inside")
        environment, folder = walls.outside(self.kind), None
        if self.kind == "none":
            # The folder comes before PYTHONPATH: from a clone of the course, its own package would be taken.
            environment, folder = walls.environment() | {"PYTHONPATH": str(self.course)}, self.course
        self._group = _group(self.kind, self.limits)
        if self._group:
            line = [*self._group.entering(), *line]
        self._process = _started(line, environment, folder)
        self.meter.follow(self._process.pid)
        self.send(
            30,
            {
                "cells": self.cells,
                "names": self.names,
                "leave_out": list(self.left_out_cells),
                "cell_by_cell": self._cell_by_cell,
                "import": self.modules,
                "imports": self.imports,
                "given": self.given,
                "processes": _processes_inside(self.kind),
            },
        )

    def begin(
        self,
        name: str,
        told: Callable[[border.Asked], dict[str, object]],
        observe: str | None = None,
        lost: Sequence[str] = (),
    ) -> border.Missing | border.Broken | border.Value | border.Function:
        """Run what an exercise needs.

        Args:
            name: id.
            told: function from what the code in the sandbox asks to the reply.
            observe: source of a function `observe(answer, *arguments)` to call in its place, or None.
            lost: ids of other exercises, for whose answers the course's own stand in.

        Returns:
            What the worker says of the answer.

        Raises:
            Ended: when this broke the sandbox; `at` is then the number of the statement.
        """
        self.start()
        self._not_past(self.end)
        self.at = None
        order = {"exercise": name, "observe": observe, "leave_out": sorted(self.left_out)}
        order["lost"] = list(lost)
        self.send(self.limits.cell_seconds, order)
        for _ in range(_MOST_MESSAGES):
            message = self.receive(self.limits.cell_seconds, border.At, border.Asked, *border.READY)
            if isinstance(message, border.At):
                self.at = message.place
            elif isinstance(message, border.Asked):
                self._reply(self.meter.deadline(self.limits.cell_seconds), told(message))
            else:
                return message
        self.stop()
        raise Ended("killed", "Its process sent more messages than a notebook has statements.")

    def call(
        self,
        arguments: Sequence[object],
        told: Callable[[border.Asked], dict[str, object]],
        end: usage.Deadline,
    ) -> border.Returned:
        """Call the answer.

        Args:
            arguments: what it is called with; functions among them can be called from inside.
            told: as for `begin`.
            end: until when to wait.

        Returns:
            What the call did.

        Raises:
            Ended: when this broke the sandbox, or its time is up.
        """
        functions: list[Callable[..., object]] = []
        self._send(end, {"call": list(arguments)}, functions)
        known = border.Known(len(self.cells), arguments, functions)
        while True:
            message = self._received(end, border.Asked, border.Returned, known=known)
            if isinstance(message, border.Returned):
                return message
            self._reply(end, told(message))

    def _reply(self, end, reply):
        """Reply to what the code inside has asked; it chose the arguments, so a value may be too large."""
        try:
            self._send(end, reply)
        except wire.WireError as error:
            self._send(end, {"error": str(error), "value": None})

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
            seconds: of the processor, to wait at most until it is taken.
            message: what `wire.encode` takes.
            functions: list to which functions in it are appended, which the other side may then call.

        Raises:
            Ended: nobody takes it.
        """
        self._send(self.meter.deadline(seconds), message, functions)

    def _send(self, end, message, functions=None):
        data = memoryview(wire.pack(message, functions))
        pipe = self._running().incoming.fileno()
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
            seconds: of the processor, to wait at most.
            *kinds: of `border`, what may come now.
            known: what it is held against, default the number of cells alone.

        Raises:
            Ended: when there is none, or it is of another kind, or none that a worker sends.
        """
        return self._received(self.meter.deadline(seconds), *kinds, known=known)

    def _received(self, end: usage.Deadline, *kinds: type[_M], known: border.Known | None = None) -> _M:
        try:
            message = border.read(self._message(end), known or border.Known(len(self.cells)))
        except (wire.WireError, border.Refused) as error:
            self.stop()
            raise Ended("killed", f"Its process sent something that is no answer: {error}.") from None
        if isinstance(message, kinds):
            return message
        if isinstance(message, border.Over):
            raise self._killed()
        self.stop()
        raise Ended("killed", "Its process sent something that is no answer: it is not its turn.")

    def _message(self, end):
        """The next message as it arrives, of which nothing is known."""
        process = self._running()
        pipe, come = process.outgoing.fileno(), process.come

        def read(size):
            while len(come) < size:
                self._wait([pipe], [], end)
                part = os.read(pipe, 1 << 16)
                if not part:
                    raise self._killed()
                come.extend(part)
            wanted = bytes(come[:size])
            del come[:size]
            return wanted

        return wire.unpack(read)

    def _running(self):
        if self._process is None:
            raise Ended("killed", "Its process ended before it gave an answer.")
        return self._process

    def _wait(self, to_read, to_write, end):
        """Wait until a pipe is ready, and look at clocks and memory meanwhile."""
        end, ready = end.earlier(self.end), False
        while not ready:
            ready = any(select.select(to_read, to_write, [], usage.LOOK))
            self.meter.look()
            if not ready or self.meter.spent >= end.spent:
                self._not_past(end)
            if self.meter.memory > self.limits.memory:
                self.stop()
                raise self._too_much_memory()

    def _not_past(self, end):
        """Raises where the time is up."""
        if self.meter.spent >= end.spent:
            how = "It was still running when its time of the processor was up, and was stopped."
        elif time.monotonic() >= end.wall:
            how = "It waited for too long, without work for the processor, and was stopped."
        else:
            return
        self.stop()
        raise Ended("timed out", how)

    def _too_much_memory(self):
        return Ended(
            "killed", f"It took more than {self.limits.memory / 1e9:g} GB of memory and was stopped."
        )

    def _killed(self):
        overflowed = self._group is not None and self._group.overflowed
        self.stop()
        if overflowed:
            return self._too_much_memory()
        return Ended("killed", "Its process ended before it gave an answer.")

    def stop(self) -> None:
        """End everything inside."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if self.kind == "none":
            _end_group(process.pid)
        process.end()
        if self._group:
            self._group, group = None, self._group
            group.end()


@dataclass(frozen=True)
class _Process:
    """The Python inside, its two pipes, which never block, and what has come and is not read yet."""

    running: subprocess.Popen[bytes]
    incoming: IO[bytes]
    outgoing: IO[bytes]
    come: bytearray = field(default_factory=bytearray)

    @property
    def pid(self):
        return self.running.pid

    def end(self):
        self.running.kill()
        self.incoming.close()
        self.outgoing.close()
        self.running.wait()


@functools.cache
def _parent():
    return groups.parent()


def _group(kind, limits):
    """A group that the kernel limits, or None where none can be had; containers have their own.

    What is looked at five times a second has the limit itself; the kernel's is above it by what the folders
    in memory may hold, so that a mark is the same with it and without.
    """
    parent = _parent() if kind not in ("docker", "podman") else None
    try:
        return groups.Group(parent, limits.memory + 2 * limits.disk) if parent else None
    except OSError:  # whoever owns the tree has just changed it
        return None


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
    return {"bwrap": 1, "bwrap as root": 3, "bwrap as root, once": 2}.get(kind, 1_000_000)


def _end_group(leader):
    """End the processes of a group that was started for one notebook."""
    import signal

    if leader > 1 and os.getpgid(0) != leader:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)

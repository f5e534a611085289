"""A process that marks one notebook after the other: what it compares with is computed once.

Marking uses a timer of the main thread and holds back what is printed, so it has a process of its own,
wherever the work comes from: a thread of this machine or one of a Dask worker.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import weakref

from lstm_course.common.notebook_runs import KERNEL_ENVIRONMENT
from lstm_course.grading.results import Job, Row

__all__ = ["Stopped", "go_on", "grade", "stop"]

_MEMORY = 4_000_000_000  # bytes; TensorFlow alone takes one of them
_TO_TIDY = 2  # seconds that a process has to take its copies of the course away
_own = threading.local()


class Stopped(Exception):
    """Whoever runs the grader has stopped it: this says nothing of any notebook."""


class _All:
    """The processes of all threads, and whether they are to go on."""

    def __init__(self):
        self.lock, self.stopped = threading.Lock(), False
        self.started: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()


_all = _All()


def go_on() -> None:
    """Let `grade` mark, after a `stop` too."""
    _all.stopped = False


def stop() -> None:
    """End all processes that mark; what they are marking is given up, and no other begun."""
    with _all.lock:
        _all.stopped = True
        running = [process for process in _all.started if process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(_TO_TIDY)
        except subprocess.TimeoutExpired:
            process.kill()


def grade(job: Job) -> list[Row]:
    """Mark a notebook in this thread's own process.

    Args:
        job: with a `kind`, and without `unsafe`.

    Returns:
        The rows of `mark_notebook`.

    Raises:
        RuntimeError: when marking fails for a reason that does not lie in the notebook.
        Stopped: by `stop`.
    """
    line = (json.dumps(job) + "\n").encode()
    for _ in range(2):  # a process that somebody has killed is replaced once
        process = getattr(_own, "process", None)
        if process is None or process.poll() is not None:
            process = _own.process = _started()
        reply = _asked(process, line)
        if reply.endswith(b"\n"):
            done = json.loads(reply)
            if "failed" in done:
                raise RuntimeError(done["failed"])
            return done["results"]
        process.kill()
        process.wait()
        if _all.stopped:
            raise Stopped
    raise RuntimeError("the process that marks it ended twice")


def _asked(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    """A line of reply, which is not whole where the process has ended."""
    assert process.stdin and process.stdout  # they are pipes
    try:
        process.stdin.write(line)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return b""


def _started():
    environment = os.environ | KERNEL_ENVIRONMENT
    with _all.lock:
        if _all.stopped:
            raise Stopped
        process = subprocess.Popen(
            [sys.executable, "-m", "lstm_course.grading.marking.processes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl+C is for the one who asks
        )
        _all.started.add(process)
    return process


def _limit_memory():
    """Keep a reference that a notebook asks for something huge from taking the machine's memory."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or most > _MEMORY:
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, most))


def _serve():
    """Mark what comes in on stdin until it is closed."""
    from lstm_course.grading.marking.marking import mark_notebook, tidy
    from lstm_course.grading.sandbox.walls import Limits

    def end(*signalled):
        tidy()
        os._exit(0)  # the sandbox ends with its parent

    signal.signal(signal.SIGTERM, end)
    _limit_memory()
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        job = json.loads(line)
        job["limits"] = Limits(**job["limits"]) if job["limits"] else None
        try:
            done = {"results": mark_notebook(**job)}
        except Exception as error:
            done = {"failed": f"{type(error).__name__}: {error}"}
        outgoing.write(json.dumps(done).encode() + b"\n")
        outgoing.flush()


if __name__ == "__main__":
    _serve()

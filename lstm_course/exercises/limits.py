"""How long an answer may work: its own work counts, not what it imports, nor what else the machine does."""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Allowance", "TimeUp", "limited"]

Returned = TypeVar("Returned")

PATIENCE = 12  # an answer that waits instead of working is stopped after so many times its allowance
TICK = 0.05  # seconds between two looks at the clock


class TimeUp(BaseException):
    """Raised inside a call that takes too long. No `except Exception` of the answer can swallow it."""


class Allowance:
    """Processor time that calls may take together.

    Counted is the time that the processor works for the thread of the call. Imports are not counted: the
    first one of Keras takes longer than any answer. Where nothing is worked on, as in a long sleep, the
    clock on the wall decides, which is more patient.

    Args:
        seconds: of processor time.

    Example:
        >>> allowance = Allowance(5)
        >>> allowance.call(lambda: sum(range(10)))
        45
        >>> 4 < allowance.left <= 5
        True
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = self.left = seconds

    def call(self, function: Callable[[], Returned]) -> Returned:
        """Call a function without arguments.

        In the main thread a timer interrupts it; elsewhere a worker does the call and is given up.

        Returns:
            What the function returns.

        Raises:
            TimeUp: when the allowance is used up.
        """
        if self.left <= 0:
            raise TimeUp
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            return self._by_timer(function)
        return self._by_thread(function)

    def _by_timer(self, function):
        watch = _Watch(self.left, PATIENCE * self.seconds)
        handlers = {number: signal.signal(number, watch.ring) for number in (signal.SIGPROF, signal.SIGALRM)}
        tracer, started = sys.gettrace(), time.monotonic()
        others = signal.setitimer(signal.ITIMER_REAL, PATIENCE * self.seconds, TICK)
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
        try:
            return function()
        finally:
            watch.armed = False
            self.left = watch.left()
            if watch.traced:
                sys.settrace(tracer)
            signal.setitimer(signal.ITIMER_PROF, 0)
            left = others[0] - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            if others[0]:  # somebody else's alarm, set before ours
                signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3), others[1])

    def _by_thread(self, function):
        results, errors = [], []

        def work():
            try:
                results.append(function())
            except BaseException as error:
                errors.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        deadline, before = time.monotonic() + PATIENCE * self.seconds, time.process_time()
        while worker.is_alive() and self.left > 0 and time.monotonic() < deadline:
            worker.join(TICK)
            # Of all threads: not every system tells what one of them has used.
            now = time.process_time()
            frame = sys._current_frames().get(worker.ident or 0)  # noqa: SLF001 - nothing public tells
            if not _imports(frame):
                self.left -= now - before
            before = now
        _stop(worker)
        if errors:
            raise errors[0]
        return results[0]


class _Watch:
    """What rings while the main thread works on an answer."""

    def __init__(self, allowance, patience):
        self.allowance, self.before = allowance, time.thread_time()
        self.deadline = time.monotonic() + patience
        self.armed, self.rings, self.traced = True, 0, False

    def left(self):
        """What is left of the allowance now."""
        now = time.thread_time()
        self.allowance, self.before = self.allowance - (now - self.before), now
        return self.allowance

    def ring(self, signum, frame):
        """Look at the clocks; where they are past the limit, raise."""
        if not self.armed:
            return
        late = time.monotonic() >= self.deadline
        if _imports(frame) and not late:
            self.before = time.thread_time()
        elif self.left() <= 0 or late:
            self.rings += 1
            if self.rings == 1:
                raise TimeUp
            self._raise_further_on(frame)

    def _raise_further_on(self, frame):
        """A bare `except:` has swallowed it: raise at another line each time, until one outside the `try`."""
        lines = self.rings

        def at_line(frame, event, argument):
            nonlocal lines
            lines -= 1
            if self.armed and lines < 0:
                raise TimeUp
            return at_line

        self.traced = True
        sys.settrace(at_line)
        frame.f_trace = at_line


def _imports(frame):
    """Whether the answer is importing a module; a check may itself stand in a module that is imported."""
    while frame is not None and frame.f_globals is not globals():
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _stop(worker):
    """Raise TimeUp in a thread that works on, and, where it does not heed, here."""
    deadline = time.monotonic() + 1
    while worker.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(TimeUp)
        )
        worker.join(TICK)
    if worker.is_alive():
        raise TimeUp


def limited(call: Callable[[], Returned], seconds: float) -> Returned:
    """Result of one call that may take so long.

    Args:
        call: function without arguments.
        seconds: as for `Allowance`.

    Raises:
        TimeUp: when they are over.
    """
    return Allowance(seconds).call(call)

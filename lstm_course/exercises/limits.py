"""How long an answer may work: its own work counts, not what it imports, nor what else the machine does."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Allowance", "TimeUp", "limited"]

Returned = TypeVar("Returned")

PATIENCE = (
    12  # an answer that sleeps or imports instead of working is stopped after so many times its allowance
)
TICK = 0.05  # seconds between two looks at the clock


class TimeUp(BaseException):
    """Raised inside a call that takes too long. No `except Exception` of the answer can swallow it."""


class Allowance:
    """Processor time that calls may take together.

    Counted is the time that the processor works for the thread of the call. Imports are not counted: the
    first one of Keras takes longer than any answer. An answer that sleeps, or imports for ever, is stopped as
    well, later: the clock on the wall decides, without the time in which the thread waited for a processor.
    That Linux tells; so what else the machine does changes nothing there.

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
        watch = _Watch(_Clock(threading.get_ident(), threading.get_native_id()), self.left, self.seconds)
        tracer, started, others = sys.gettrace(), time.monotonic(), signal.getitimer(signal.ITIMER_REAL)
        handlers = {number: signal.signal(number, watch.ring) for number in (signal.SIGPROF, signal.SIGALRM)}
        try:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE * self.seconds, TICK)
            signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
            # From here to the next line but one it may raise, and nowhere else: what was set is always reset.
            watch.armed = True
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
            # A second TimeUp may come while the first is written down.
            with contextlib.suppress(TimeUp):
                try:
                    results.append(function())
                except BaseException as error:
                    errors.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        clock = _Clock(worker.ident or 0, worker.native_id or 0)
        watch = _Watch(clock, self.left, self.seconds)
        while worker.is_alive():
            frame = sys._current_frames().get(clock.thread)  # noqa: SLF001 - nothing public tells
            if watch.time_is_up(frame):
                break
            worker.join(TICK)
        self.left = watch.allowance
        _stop(worker)
        if errors:
            raise errors[0]
        return results[0]


class _Clock:
    """What one thread has done since then.

    Args:
        thread: its number in Python.
        task: its number in the system.
    """

    def __init__(self, thread, task):
        self.thread, self.waits = thread, f"/proc/self/task/{task}/schedstat"
        # Only Unix tells what another thread has used; elsewhere all count.
        tells = getattr(time, "pthread_getcpuclockid", None)
        self.number = tells(thread) if tells else None
        self.began = time.monotonic() - self._waited()

    def worked(self):
        """Seconds that a processor has worked for it, since it was started."""
        try:
            return time.process_time() if self.number is None else time.clock_gettime(self.number)
        except OSError:  # it has just ended
            return 0.0

    def lasted(self):
        """Seconds on the wall, but for those in which it waited for a processor."""
        return time.monotonic() - self.began - self._waited()

    def _waited(self):
        try:
            file = os.open(self.waits, os.O_RDONLY)
        except OSError:  # no Linux
            return 0.0
        try:
            return int(os.read(file, 100).split()[1]) / 1e9
        except (OSError, IndexError):  # it has just ended, or the kernel does not count
            return 0.0
        finally:
            os.close(file)


class _Watch:
    """What looks at the clock of a thread that works on an answer, and raises in the main thread."""

    def __init__(self, clock, allowance, seconds):
        self.clock, self.allowance, self.patience = clock, allowance, PATIENCE * seconds
        self.before = clock.worked()
        self.armed, self.rings, self.traced = False, 0, False

    def left(self):
        """What is left of the allowance now."""
        now = self.clock.worked()
        self.allowance, self.before = self.allowance - (now - self.before), now
        return self.allowance

    def time_is_up(self, frame):
        """Whether the thread, which is at this frame, has worked for too long, or took much too long."""
        if self.clock.lasted() >= self.patience:
            return True
        if _imports(frame):
            self.before = self.clock.worked()
            return False
        return self.left() <= 0

    def ring(self, signum, frame):
        """Look at the clock; where it is past the limit, raise."""
        if not self.armed or not self.time_is_up(frame):
            return
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

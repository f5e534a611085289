"""The learner's function, out here: what it is called with goes in, what it has done comes out."""

import builtins
import sys
import warnings

import numpy as np

from lstm_course.exercises import Exercise
from lstm_course.exercises.limits import TimeUp
from lstm_course.grading.marking.desk import Desk
from lstm_course.grading.sandbox.border import Function, Raised, Returned
from lstm_course.grading.sandbox.session import Ended, Session

__all__ = ["EXCEPTIONS", "Answer", "exception"]

# Those that can be made anew, by name.
EXCEPTIONS = {
    name: kind
    for home in (np.linalg, np.exceptions, builtins)
    for name, kind in vars(home).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}


class Answer:
    """A function that is the learner's.

    Args:
        session: `Session` in which the exercise has begun.
        exercise: the exercise.
        function: what the worker said of it.
        desk: answers what the code in the sandbox asks.

    Attributes:
        ended: why the sandbox is no more, or None.
        late: whether the time of all calls together was up.
        first_error: whether the very first call has raised.
        called: names of functions of the course or of a framework that it has called.
    """

    def __init__(self, session: Session, exercise: Exercise, function: Function, desk: Desk) -> None:
        self.session, self.desk = session, desk
        self.ended: Ended | None = None
        self.late, self.first_error = False, False
        self.called: set[str] = set()
        self._calls = 0
        self._end = session.meter.deadline(session.limits.answer_seconds)
        self.__name__ = exercise.id
        if function.signature is not None:
            self.__signature__ = function.signature

    def __call__(self, *arguments: object) -> object:
        if self.ended or self.late:
            raise TimeUp
        self._calls += 1
        try:
            done = self.session.call(arguments, self.desk.told, self._end)
        except Ended as ended:
            self.ended = ended
            raise TimeUp from None
        except TimeUp:
            self.late = True
            self.session.stop()
            raise
        return self._taken(arguments, done)

    def _taken(self, arguments: tuple[object, ...], done: Returned) -> object:
        """What the function returned, with its warnings and changes; or its exception."""
        for text in done.warnings:
            warnings.warn(text, stacklevel=2)
        sys.stdout.write(done.printed)
        self.called.update(done.called)
        for change in done.changes:
            _put(arguments[change.number], change.new)
        if done.raised:
            self.first_error |= self._calls == 1
            raise exception(done.raised)
        return done.value


def _put(old, new):
    """Change an argument out here as the learner's function has changed it in there."""
    if isinstance(old, np.random.Generator):
        old.bit_generator.state = new.bit_generator.state
    elif isinstance(old, dict):
        old.clear()
        old.update(new)
    elif isinstance(old, list):
        old[:] = new
    else:
        old[...] = new


def exception(told: Raised) -> Exception:
    """An exception like the learner's: of the same kind, if Python or NumPy has it, with its words.

    Args:
        told: what the worker says of it.

    Returns:
        The exception, with `place` and `shapes` on it.

    Example:
        >>> exception(Raised("ValueError", "no", "no", None, None))
        ValueError('no')
    """
    kind = EXCEPTIONS.get(told.kind) or type(told.kind, (Exception,), {})
    try:
        error = kind(told.text if told.first is None else told.first)
        if str(error) != told.text:
            error = kind(told.text)
    except TypeError:  # a kind that is made from more than words
        error = RuntimeError(told.text)
    if isinstance(error, NameError):
        error.name = told.name
    vars(error).update(place=told.place, shapes=told.shapes)  # for `Source`
    return error

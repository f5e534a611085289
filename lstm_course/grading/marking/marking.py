"""Marks for one notebook: each exercise of its lesson is run in the sandbox and judged out here."""

import builtins
import contextlib
import copy
import dataclasses
import functools
import inspect
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from lstm_course import exercises
from lstm_course.exercises import Exercise, verdicts
from lstm_course.exercises.diagnosis.source import Source
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.judging import judge
from lstm_course.exercises.limits import TimeUp, limited
from lstm_course.exercises.running import describe
from lstm_course.grading import sandbox, variants
from lstm_course.grading.marking import observing
from lstm_course.grading.sandbox.session import Ended, Session

__all__ = ["exercises_of", "mark_notebook"]

_ASKED_SECONDS = 2.0  # for one value of a function of ours, whose arguments the learner's code chooses
_ATTEMPTS = 4  # how often a notebook that breaks its sandbox is started again for one exercise


@functools.cache
def exercises_of(lesson):
    """The exercises of a lesson, in their order; of a variant, such as "V17", its one."""
    if lesson and lesson.startswith("V"):
        return [variants.exercise(variants.all_variants()[int(lesson[1:])])]
    return [exercise for exercise in exercises.every().values() if exercise.lesson == lesson]


def mark_notebook(cells, lesson, seed, kind, limits=None):
    """Mark all exercises of a lesson in one notebook.

    Args:
        cells: list of str, the code cells.
        lesson: two digits.
        seed: of the probes.
        kind: sandbox, as `sandbox.available` says, or "none".
        limits: `sandbox.Limits`, default by lesson.

    Returns:
        List of dicts, one an exercise: id, points, score, status, mistake, message, notes, where.
    """
    wanted = exercises_of(lesson)
    limits = limits or limits_for(lesson)
    names = [exercise.id for exercise in wanted]
    results = []
    with Session(cells, names, _course(lesson), kind, limits, _modules(lesson)) as session:
        for exercise in wanted:
            done = {result["exercise"]: result["status"] for result in results}
            results.append(_marked(session, exercise, seed, done))
    return results


def _with_keras(lesson):
    return sum(map(observing.needs_keras, exercises_of(lesson)))


def limits_for(lesson):
    """What a notebook of a lesson may use; Keras needs more of everything."""
    if not _with_keras(lesson):
        return sandbox.Limits()
    return sandbox.Limits(3_000_000_000, 400, 256_000_000, 60.0, 45.0, 400.0)


def _modules(lesson):
    # Once for all exercises that need it; where there is only one, that one imports it if it is written.
    return ["keras"] if _with_keras(lesson) > 1 else []


@functools.cache
def _course(lesson):
    """The copy of the course that a notebook of this lesson sees; made once in a process."""
    folder = Path(_folder().name)
    hidden = [exercise.id for exercise in exercises_of(lesson)]
    return sandbox.course_copy(folder / lesson, hidden)


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="lstm-course-")


# One exercise


def _marked(session, exercise, seed, done):
    """Result of one exercise; whatever goes wrong in here is a result as well."""
    started = time.monotonic()
    try:
        outcome = _judged(session, exercise, seed, done)
    except Ended as ended:
        outcome = _outcome(exercise, ended.status, ended.reason)
    finally:
        session.finish()
    return {
        "exercise": exercise.id,
        "title": exercise.title,
        "points": exercise.points,
        "score": verdicts.score(outcome.status) * exercise.points,
        "status": outcome.status,
        "mistake": outcome.mistake,
        "message": outcome.message,
        "notes": list(outcome.notes),
        "where": outcome.where,
        "seconds": round(time.monotonic() - started, 3),
    }


def _outcome(exercise, status, message, notes=(), mistake=None):
    where = f"lesson {exercise.lesson}, “{exercise.section}”"
    return _Result(exercise.id, status, message, mistake, where, tuple(notes))


@dataclasses.dataclass(frozen=True)
class _Result:
    exercise: str
    status: str
    message: str
    mistake: str | None
    where: str
    notes: tuple


def _judged(session, exercise, seed, done):
    desk = _Desk(exercise, done)
    ready = _begun(session, exercise, desk)
    notes = _troubles(ready)
    what = str(ready["ready"])
    if what == "missing":
        return _absent(session, exercise)
    if what == "broken":
        own = [trouble for _, trouble, binds in _rows(ready) if binds]
        return _outcome(exercise, "error", f"Its cell raises {own[0] if own else 'an error'}.", notes)
    if what == "value":
        return _value_judged(session, exercise, ready, notes)
    if not isinstance(exercise, Exercise):
        return _outcome(exercise, "wrong", f"`{exercise.id}` is a function, but a value is asked for.", notes)
    if str(ready["home"]).startswith("lstm_course"):
        said = f"This is the course's own `{exercise.id}`, not one that was written in the notebook."
        return _outcome(exercise, "not attempted", said)
    answer = Answer(session, exercise, ready, desk)
    return _function_judged(exercise, answer, seed, _Source(ready, done), notes)


def _begun(session, exercise, desk):
    """Start an exercise; statements that break the sandbox are left out, one after the other."""
    observe = observing.source(exercise)
    first = None
    for _ in range(_ATTEMPTS):
        try:
            ready = session.begin(exercise.id, desk.told, observe)
            if not _well_made(ready):
                raise Ended("killed", "Its process sent something that is no answer.")
        except Ended as ended:
            session.stop()
            first = first or ended
            if type(session.at) is not int or session.at in session.left_out:
                raise first from None
            session.left_out.add(session.at)
            continue
        if first and str(ready["ready"]) != "function":
            raise first
        return ready
    raise first


def _well_made(ready):
    """Whether the worker's message is one that a worker sends; the learner's code may have sent its own."""
    keys = {"function": {"parameters", "stub", "blanks", "xor", "numbers", "functions", "home"}}
    what = str(ready.get("ready"))
    return what in ("function", "value", "missing", "broken") and keys.get(what, set()) <= ready.keys()


def _rows(ready):
    """Troubles as the worker reports them, as far as they are made as agreed."""
    rows = ready.get("troubles")
    rows = rows if isinstance(rows, list) else []
    good = [row for row in rows if isinstance(row, list) and len(row) == 3 and isinstance(row[1], str)]
    return [row for row in good if type(row[0]) is int][:5]


def _troubles(ready):
    return [f"Code cell {cell + 1} raises {trouble}." for cell, trouble, _ in _rows(ready)]


def _absent(session, exercise):
    """What to say where the exercise is bound nowhere: perhaps its cell cannot be read."""
    for cell, reason in dict(session.unreadable).items():
        if type(cell) is not int or not 0 <= cell < len(session.cells):
            continue
        sign = f"def {exercise.id}" if isinstance(exercise, Exercise) else exercise.id
        if sign in session.cells[cell]:
            return _outcome(exercise, "error", f"Its cell cannot be read as Python: {str(reason)[:200]}.")
    return _outcome(exercise, "missing", f"There is no `{exercise.id}` in the notebook.")


def _value_judged(session, exercise, ready, notes):
    value = ready.get("value")
    if isinstance(exercise, Exercise):
        if value is None or value is ...:
            return _outcome(exercise, "not attempted", f"`{exercise.id}` has not been written yet.")
        what = "a class" if ready.get("is_class") is True else describe(value)
        return _outcome(exercise, "wrong", f"`{exercise.id}` should be a function, but it is {what}.", notes)
    found = judge(exercise, value)
    return _outcome(exercise, found.status, found.sentence, [*found.notes, *notes], found.mistake)


def _function_judged(exercise, answer, seed, source, notes):
    _prepared(exercise, seed)
    seconds = answer.session.limits.answer_seconds
    finding = examine(_for_answers(exercise), answer, seed, seconds, source)
    status, sentence = finding.status, finding.sentence
    if answer.ended:
        return _outcome(exercise, answer.ended.status, answer.ended.reason, notes)
    if answer.late:
        status = "timed out"
    elif status == "not attempted":
        dots = source.has_blanks() and not source.is_stub()
        missing = "still has three dots to fill in" if dots else "has not been written yet"
        return _outcome(exercise, status, f"`{exercise.id}` {missing}.", notes)
    elif status == "wrong" and answer.first_error and finding.mistake is None and " raises a" in sentence:
        status = "error"
    return _outcome(exercise, status, sentence, [*finding.notes, *notes], finding.mistake)


@functools.cache
def _prepared(exercise, seed):
    """Let the reference run once without a clock: it may have to import Keras."""
    for probe in exercise.probes(np.random.default_rng(seed))[:1]:
        exercise.observe(exercise.reference, *copy.deepcopy(probe.arguments))


class _Source(Source):
    """What the worker says of the learner's source: it explains a mistake, and decides no mark.

    Args:
        ready: dict, the worker's message.
        done: id -> status of the exercises marked before.
    """

    def __init__(self, ready, done):
        self.ready, self.done = ready, done

    def is_stub(self):
        """As in `Source`."""
        return self.ready["stub"] is True

    def has_blanks(self):
        """As in `Source`."""
        return self.ready["blanks"] is True

    def uses_xor(self):
        """As in `Source`."""
        return self.ready["xor"] is True

    def numbers(self):
        """As in `Source`."""
        return self._names("numbers")

    def not_right(self, exercise, is_right):
        """As in `Source`, of those marked before."""
        names = [name for name in self._names("functions") if name != exercise.id]
        return [name for name in names if self.done.get(name, "right") not in ("right", "nearly")]

    def _names(self, which):
        names = self.ready[which] if isinstance(self.ready[which], list) else ()
        return [name for name in names if isinstance(name, str) and name.isidentifier()][:20]

    def place(self, error):
        """As in `Source`: the proxy has written it on the exception."""
        return getattr(error, "place", None)


@functools.cache
def _for_answers(exercise):
    """The exercise for answers in the sandbox: where these are to be observed, it is done in there."""
    if observing.source(exercise) is None:
        return exercise

    def observe(function, *arguments):
        if isinstance(function, Answer):
            return function(*arguments)
        return exercise.observe(function, *arguments)

    return dataclasses.replace(exercise, observe=observe)


class _Desk:
    """What the code in the sandbox may ask: whose function `proven` gives, and values of the course's.

    Args:
        exercise: the exercise on trial, of which no value is given away.
        done: id -> status of the exercises marked before.
    """

    def __init__(self, exercise, done):
        self.exercise, self.done = exercise, done

    def told(self, asked, functions=()):
        """The reply to a question; functions are those that were given in as arguments."""
        what, name, number = str(asked["ask"]), str(asked.get("name")), asked.get("number")
        if what == "proven":
            return {"own": not self._may_ask(name), "arrays": _gives_arrays(name)}
        arguments, function = asked.get("arguments"), None
        if what == "function" and type(number) is int and 0 <= number < len(functions):
            function = functions[number]
        elif what == "reference" and self._may_ask(name):
            function = exercises.find(name).reference
        if function is None or not isinstance(arguments, tuple):
            return {"error": "there is no such function", "value": None}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return {"value": limited(lambda: function(*arguments), _ASKED_SECONDS)}
        except (Exception, TimeUp) as error:
            return {"error": str(error)[:200] or "it takes too long", "value": None}

    def _may_ask(self, name):
        """Whether `proven` gives the course's function: the learner's own came before and is not right."""
        wanted = isinstance(exercises.find(name), Exercise) and name != self.exercise.id
        return wanted and self.done.get(name, "right") != "right"


@functools.cache
def _gives_arrays(name):
    """Whether the course's function gives arrays: lists in their place are then made arrays by `proven`."""
    exercise = exercises.find(name)
    if not isinstance(exercise, Exercise) or exercise.observe is not Exercise.observe:
        return False
    value = exercise.reference(*copy.deepcopy(exercise.probes(np.random.default_rng(0))[0].arguments))
    return all(isinstance(part, np.ndarray) for part in (value if isinstance(value, tuple) else (value,)))


class Answer:
    """The learner's function, out here: what it is called with goes in, what it returns comes out.

    Args:
        session: `Session` in which the exercise has begun.
        exercise: the exercise.
        ready: what the worker said of it.
        desk: `_Desk`, which answers what the code in the sandbox asks.
    """

    def __init__(self, session, exercise, ready, desk):
        self.session, self.exercise, self.desk = session, exercise, desk
        self.ended, self.late, self.first_error = None, False, False
        self.calls = 0
        self.end = time.monotonic() + session.limits.answer_seconds
        self.__name__ = exercise.id
        if isinstance(ready["parameters"], list):
            with contextlib.suppress(TypeError, ValueError):
                self.__signature__ = _signature(ready["parameters"])

    def __call__(self, *arguments):
        if self.ended or self.late:
            raise TimeUp
        self.calls += 1
        try:
            reply = self._reply(arguments)
        except Ended as ended:
            self.ended = ended
            raise TimeUp from None
        except TimeUp:
            self.late = True
            self.session.stop()
            raise
        return self._taken(arguments, reply)

    def _reply(self, arguments):
        """The worker's reply, after answering what it asks meanwhile."""
        seconds, functions = max(self.end - time.monotonic(), 0.1), []
        self.session.send(seconds, functions=functions, call=list(arguments))
        reply = self.session.receive(seconds)
        while "ask" in reply:
            self.session.send(seconds, **self.desk.told(reply, functions))
            reply = self.session.receive(max(self.end - time.monotonic(), 0.1))
        if not {"value", "error", "warnings", "printed", "changed"} <= reply.keys():
            raise Ended("killed", "Its process ended before it gave an answer.")
        return reply

    def _taken(self, arguments, reply):
        """What the function returned, with its warnings and changes; or its exception."""
        for text in reply["warnings"] if isinstance(reply["warnings"], list) else ():
            warnings.warn(str(text)[:300], stacklevel=2)
        sys.stdout.write(str(reply["printed"])[:2000])
        changes = reply["changed"] if isinstance(reply["changed"], list) else ()
        for change in changes:
            _apply(arguments, change)
        if reply["error"] is not None:
            self.first_error |= self.calls == 1
            raise _exception(reply["error"] if isinstance(reply["error"], dict) else {})
        return reply["value"]


def _signature(parameters):
    kinds = type(inspect.Parameter.KEYWORD_ONLY)
    return inspect.Signature(
        inspect.Parameter(str(name), kinds(kind), default=None if default else inspect.Parameter.empty)
        for name, kind, default in parameters[:50]
    )


def _apply(arguments, change):
    """Change an argument out here as the learner's function has changed it in there."""
    try:
        number, new = change
        old = arguments[number]
        if isinstance(old, np.ndarray):
            old[...] = new if np.shape(new) == old.shape else np.nan
        elif isinstance(old, np.random.Generator):
            old.bit_generator.state = new.bit_generator.state
        elif isinstance(old, dict):
            old.clear()
            old.update(new)
        elif isinstance(old, list):
            old[:] = new
    except Exception:  # a change that is forged changes nothing
        return


def _exception(told):
    """An exception like the learner's: of the same kind, if Python or NumPy has it, with its words."""
    kind, text = str(told.get("kind")), str(told.get("text"))
    homes = builtins, np.exceptions, np.linalg
    found = next((getattr(home, kind) for home in homes if hasattr(home, kind)), None)
    if not (isinstance(found, type) and issubclass(found, Exception)):
        found = type(kind if kind.isidentifier() else "Exception", (Exception,), {})
    first = told.get("first")
    try:
        error = found(first if isinstance(first, str) else text)
        if str(error) != text:
            error = found(text)
    except Exception:
        error = RuntimeError(text)
    if isinstance(error, NameError) and isinstance(told.get("name"), str):
        error.name = told["name"]
    error.place = _place(told.get("place"))
    return error


def _place(place):
    """Where it was raised, if that is made as `Source.place` makes it."""
    fits = isinstance(place, tuple) and [type(part) for part in place] == [int, str, str]
    return (place[0], place[1][:200], place[2][:40]) if fits else None

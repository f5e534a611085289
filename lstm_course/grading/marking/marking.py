"""Marks for one notebook: each exercise of its lesson is run in the sandbox and judged out here."""

import ast
import contextlib
import copy
import functools
import json
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lstm_course import exercises
from lstm_course.common.files import course_folder
from lstm_course.common.notebooks import code_of
from lstm_course.exercises import Exercise, verdicts
from lstm_course.exercises.diagnosis.differences import listed
from lstm_course.exercises.diagnosis.source import Source
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.exercise import IMPORTS_KERAS
from lstm_course.exercises.judging import judge
from lstm_course.exercises.running import describe
from lstm_course.exercises.testing import WrittenTest
from lstm_course.grading import variants
from lstm_course.grading.inside import differences, slicing
from lstm_course.grading.marking import library as libraries
from lstm_course.grading.marking import observing
from lstm_course.grading.marking.answers import Answer
from lstm_course.grading.marking.desk import Desk
from lstm_course.grading.results import AnyExercise, Row
from lstm_course.grading.sandbox import border
from lstm_course.grading.sandbox.copying import course_copy
from lstm_course.grading.sandbox.session import Ended, Session
from lstm_course.grading.sandbox.walls import Limits

__all__ = ["exercises_of", "given_of", "imports_of", "limits_for", "mark_notebook", "tidy"]

_RIGHT = ("right", "nearly", libraries.STATUS)
_DIFFERENCES = "A difference is divided by a small step: it seems that a derivative is measured, not derived."
_ATTEMPTS = 4  # how often a notebook that breaks its sandbox is started again for one exercise


@functools.cache
def exercises_of(lesson: str | None) -> list[AnyExercise]:
    """The exercises of a lesson, in their order; of an examination, whose token begins with "V", its own."""
    if lesson and lesson.startswith("V"):
        return variants.exercises_of(lesson)
    return [exercise for exercise in exercises.every().values() if exercise.lesson == lesson]


def mark_notebook(
    cells: Sequence[str],
    lesson: str,
    seed: int,
    kind: str,
    limits: Limits | None = None,
    rows: Sequence[Row] = (),
) -> list[Row]:
    """Mark all exercises of a lesson in one notebook.

    Args:
        cells: the code cells.
        lesson: two digits.
        seed: of the probes.
        kind: sandbox, as `sandbox.available` says, or "none".
        limits: default by lesson.
        rows: of exercises that are not judged again; default all are.

    Returns:
        A row for each exercise, with what it gets where nothing else is set for a course.
    """
    wanted = exercises_of(lesson)
    names = [exercise.id for exercise in wanted]
    keras = _imports_keras(cells)
    limits = limits or limits_for(lesson, keras)
    modules = {"keras": ["keras", "tensorflow"]} if keras else {}
    modules |= {module: [module] for module in _modules_of_the_course(lesson)}
    results: list[Row] = []
    before = {row["exercise"]: row for row in rows}
    own = given_of(lesson)
    given = [number for number, cell in enumerate(cells) if _as_given(cell) in own]
    # The path of the copy can be seen inside, and what an examination is drawn from must not.
    course = _course("V" if lesson.startswith("V") else lesson)
    with Session(cells, names, course, kind, limits, modules, imports_of(lesson), given) as session:
        for exercise in wanted:
            done = {result["exercise"]: result["status"] for result in results}
            results.append(before.get(exercise.id) or _marked(session, exercise, seed, done))
    return results


@functools.cache
def imports_of(lesson: str) -> dict[str, str]:
    """What the notebook of a lesson imports: name -> statement.

    Example:
        >>> imports_of("02")["np"]
        'import numpy as np'
    """
    try:
        notebooks = sorted(course_folder("notebooks").glob(f"{lesson}_*.ipynb"))
    except FileNotFoundError:  # it was installed without the lessons
        return {}
    found = {}
    for cell in (cell for path in notebooks for cell in code_of(path.read_bytes())):
        lines = "\n".join(line for line in cell.splitlines() if not line.startswith("%"))
        for node in ast.parse(lines).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    part = copy.copy(node)
                    part.names = [alias]
                    found[alias.asname or alias.name.partition(".")[0]] = ast.unparse(part)
    asked_for = {exercise.id for exercise in exercises_of(lesson)}
    return {name: line for name, line in found.items() if name not in asked_for}


@functools.cache
def _modules_of_the_course(lesson):
    """Modules of the course that the notebook of a lesson imports: once, not again for each exercise."""
    found = {module for line in imports_of(lesson).values() for module in slicing.imports(ast.parse(line))}
    return sorted(module for module in found if module.startswith("lstm_course."))


@functools.cache
def given_of(lesson: str) -> frozenset[str]:
    """Cells that the notebook of a lesson hands out with nothing to do in them.

    A function there that is called as an exercise is the lesson's own, and no answer.

    Example:
        >>> any("proven(state_jacobian)" in cell for cell in given_of("02"))
        True
    """
    try:
        notebooks = sorted(course_folder("notebooks").glob(f"{lesson}_*.ipynb"))
    except FileNotFoundError:  # it was installed without the lessons
        return frozenset()
    cells = (cell for path in notebooks for cell in json.loads(path.read_bytes())["cells"])
    code = (cell for cell in cells if cell["cell_type"] == "code" and not _is_task(cell))
    return frozenset(_as_given("".join(cell["source"])) for cell in code)


def _is_task(cell):
    tags = cell["metadata"].get("tags", ())
    return any(tag in ("exercise", "check") or tag.startswith("manual") for tag in tags)


def _as_given(source):
    """A cell without what an editor changes by itself."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def limits_for(lesson: str, keras: bool = False) -> Limits:
    """What a notebook of a lesson may use; Keras needs more of everything.

    Args:
        lesson: two digits.
        keras: whether the notebook imports it, in a lesson that does without it.
    """
    if not keras and not any(map(observing.needs_keras, exercises_of(lesson))):
        return Limits()
    return Limits(3_000_000_000, 400, 256_000_000, 60.0, 45.0, 400.0)


def _imports_keras(cells):
    return any(IMPORTS_KERAS.search(cell) for cell in cells)


@functools.cache
def _course(lesson):
    """The copy of the course that a notebook of this lesson sees; made once in a process."""
    folder = Path(_folder().name)
    hidden = [exercise.id for exercise in exercises_of(lesson)]
    return course_copy(folder / lesson, hidden)


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="lstm-course-")


def tidy() -> None:
    """Take the copies of the course away before the end of this process."""
    if _folder.cache_info().currsize:
        _folder().cleanup()


# One exercise


@dataclass(frozen=True)
class _Verdict:
    """What is said of an answer."""

    status: str
    message: str
    notes: tuple[str, ...] = ()
    mistake: str | None = None
    nearly: bool = False  # whether the values are only nearly right, whoever has made them


def _marked(session: Session, exercise: AnyExercise, seed: int, done: Mapping[str, str]) -> Row:
    """Row of one exercise; whatever goes wrong in there is a verdict as well."""
    started = time.monotonic()
    try:
        found = _judged(session, exercise, seed, done)
    except Ended as ended:
        found = _Verdict(ended.status, ended.reason)
    except Exception as error:  # what a forged answer can bring about in judging; the others go on
        session.stop()
        kind = type(error).__name__
        found = _Verdict("not judged", f"The grader broke off while it judged this answer ({kind}).")
    finally:
        session.finish()
    return {
        "exercise": exercise.id,
        "title": exercise.title,
        "points": exercise.points,
        "score": verdicts.score(found.status) * exercise.points,
        "status": found.status,
        "mistake": found.mistake,
        "message": found.message,
        "notes": list(found.notes),
        "where": f"lesson {exercise.lesson}, “{exercise.section}”",
        "seconds": round(time.monotonic() - started, 3),
        "nearly": found.nearly or found.status == "nearly",
    }


def _judged(session, exercise, seed, done):
    """What is said of an answer as it stands, or as it would be if it did not call a wrong one before it."""
    found, calls = _judged_with(session, exercise, seed, done)
    # One that is nearly right misleads what calls it just as well: its gates may come in another order.
    doubted = [name for name in calls if done.get(name, "right") not in ("right", libraries.STATUS)]
    if not doubted or found.status in _RIGHT:
        return found
    session.finish()
    with contextlib.suppress(Ended):
        again, _ = _judged_with(session, exercise, seed, done, doubted)
        if again.status in _RIGHT:
            return again
    return found


def _judged_with(session, exercise, seed, done, doubted=()):
    """A verdict, and which functions of the notebook the answer calls."""
    desk = Desk(exercise, done, doubted)
    ready = _begun(session, exercise, desk)
    found = _ready_judged(session, exercise, seed, done, desk, ready)
    return _lacking_told(session, ready, found), getattr(ready, "functions", ())


def _lacking_told(session, ready, found):
    lacks = [session.left_out[place] for place in ready.lacks if place in session.left_out]
    if not lacks or found.status in ("right", "nearly"):
        return found
    # What follows from a limit is told as that, or nobody would think of trying it again.
    lost = next((each for each in lacks if each.status == "timed out"), lacks[0])
    said = f"A statement that it needs was left out. {lost.reason} Without it: {found.message}"
    return replace(found, status=lost.status, message=said)


def _ready_judged(session, exercise, seed, done, desk, ready):
    notes = [f"Code cell {each.cell + 1} raises {each.text}." for each in ready.troubles]
    notes += [
        f"The notebook's `{name}` is missing, broken or wrong: the course's own stood in for it."
        for name in ready.stood_in
    ]
    if isinstance(ready, border.Missing):
        return _absent(session, exercise)
    if isinstance(ready, border.Broken):
        own = [each.text for each in ready.troubles if each.own]
        return _Verdict("error", f"Its cell raises {own[0] if own else 'an error'}.", tuple(notes))
    if isinstance(ready, border.Value):
        return _value_judged(exercise, ready, notes)
    if not isinstance(exercise, Exercise):
        said = f"`{exercise.id}` is a function, but a value is asked for."
        return _Verdict("wrong", said, tuple(notes))
    if ready.home.startswith("lstm_course"):
        said = f"This is the course's own `{exercise.id}`, not one that was written in the notebook."
        return _Verdict("not attempted", said)
    if ready.differences and not _divides_differences(exercise):
        notes.append(_DIFFERENCES)
    answer = Answer(session, exercise, ready, desk)
    return _function_judged(exercise, answer, seed, _Source(ready, done), notes)


@functools.cache
def _divides_differences(exercise):
    """Whether the course's own answer does so, or a test is asked for, which may well measure."""
    return isinstance(exercise, WrittenTest) or differences.divided([ast.parse(exercise.source)])


def _begun(session, exercise, desk):
    """Start an exercise; statements that break the sandbox are left out, one after the other."""
    observe = observing.source(exercise)
    first = None
    for _ in range(_ATTEMPTS):
        try:
            ready = session.begin(exercise.id, desk.told, observe, desk.lost())
        except Ended as ended:
            session.stop()
            first = first or ended
            if session.at is None or session.at in session.left_out:
                break
            session.left_out[session.at] = ended
            continue
        if first is None or isinstance(ready, border.Function):
            return ready
        break
    raise first or Ended("killed", "Its process could not be started.")


def _absent(session, exercise):
    """What to say where the exercise is bound nowhere: perhaps its cell cannot be read."""
    for cell, reason in session.unreadable.items():
        source = session.cells[cell]
        if f"def {exercise.id}" in source or (not isinstance(exercise, Exercise) and exercise.id in source):
            return _Verdict("error", f"Its cell cannot be read as Python: {reason[:200]}.")
    return _Verdict("missing", f"There is no `{exercise.id}` in the notebook.")


def _value_judged(exercise, ready, notes):
    if isinstance(exercise, Exercise):
        if ready.value is None or ready.value is ...:
            return _Verdict("not attempted", f"`{exercise.id}` has not been written yet.")
        what = "a class" if ready.is_class else describe(ready.value)
        return _Verdict("wrong", f"`{exercise.id}` should be a function, but it is {what}.", tuple(notes))
    found = judge(exercise, ready.value)
    return _Verdict(found.status, found.sentence, (*found.notes, *notes), found.mistake)


def _function_judged(exercise, answer, seed, source, notes):
    _prepared(exercise, seed)
    seconds = answer.session.limits.answer_seconds
    finding = examine(_for_answers(exercise), answer, seed, seconds, source)
    status, sentence = finding.status, finding.sentence
    if answer.ended:
        return _Verdict(answer.ended.status, answer.ended.reason, tuple(notes))
    if answer.late:
        status = "timed out"
    elif status == "not attempted":
        dots = source.has_blanks() and not source.is_stub()
        missing = "still has three dots to fill in" if dots else "has not been written yet"
        return _Verdict(status, f"`{exercise.id}` {missing}.", tuple(notes))
    elif status == "wrong" and answer.first_error and finding.mistake is None and " raises a" in sentence:
        status = "error"
    elif verdicts.score(status):
        names = libraries.foreign(exercise, answer.called, imports_of(exercise.lesson))
        if names:
            said = f"The values come from {listed(names)}: the exercise asks you to write what that does."
            notes = (*finding.notes, *notes)
            return _Verdict(libraries.STATUS, said, notes, finding.mistake, status == "nearly")
    return _Verdict(status, sentence, (*finding.notes, *notes), finding.mistake)


@functools.cache
def _prepared(exercise, seed):
    """Let the reference run once without a clock: it may have to import Keras."""
    for probe in exercise.probes(np.random.default_rng(seed))[:1]:
        exercise.observe(exercise.reference, *copy.deepcopy(probe.arguments))


class _Source(Source):
    """What the worker says of the learner's source: it explains a mistake, and decides no mark.

    Args:
        function: the worker's message.
        done: id -> status of the exercises marked before.
    """

    def __init__(self, function: border.Function, done: Mapping[str, str]):
        self.told, self.done = function, done

    def is_stub(self) -> bool:
        """As in `Source`."""
        return self.told.stub

    def has_blanks(self) -> bool:
        """As in `Source`."""
        return self.told.blanks

    def uses_xor(self) -> bool:
        """As in `Source`."""
        return self.told.xor

    def words(self) -> str:
        """As in `Source`."""
        return self.told.words

    def numbers(self) -> list[str]:
        """As in `Source`."""
        return list(self.told.numbers)

    def not_right(self, exercise: Exercise, is_right: object) -> Iterable[str]:
        """As in `Source`, of those marked before."""
        names = [name for name in self.told.functions if name != exercise.id]
        return [name for name in names if self.done.get(name, "right") not in _RIGHT]

    def place(self, error: BaseException) -> tuple[int, str, str] | None:
        """As in `Source`: the answer has written it on the exception."""
        return getattr(error, "place", None)

    def shapes(self, error: BaseException) -> str | None:
        """As in `Source`: the answer has written it on the exception."""
        return getattr(error, "shapes", None)


@functools.cache
def _for_answers(exercise):
    """The exercise for answers in the sandbox: where these are to be observed, it is done in there."""
    if observing.source(exercise) is None:
        return exercise

    def observe(function, *arguments):
        if isinstance(function, Answer):
            return function(*arguments)
        return exercise.observe(function, *arguments)

    return replace(exercise, observe=observe)

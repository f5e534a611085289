"""check, hint, solution, proven: what a learner calls.

The cards that a learner sees. This module knows no exercise by name; how an answer is judged stands in
`exercises/judging.py`, how the reason is found in `exercises/diagnosis/`.
"""

import contextlib
import copy
import difflib
import functools
import html
import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import numpy as np

from lstm_course import exercises
from lstm_course.common import files
from lstm_course.common.markup import marked_up
from lstm_course.exercises import Exercise
from lstm_course.exercises.judging import judge
from lstm_course.exercises.running import describe, plain
from lstm_course.exercises.verdicts import VERDICTS, Finding
from lstm_course.learner import diary, landing, library, logbook
from lstm_course.learner.beside import Comparison, compare
from lstm_course.learner.cards import card, folded, listing
from lstm_course.learner.strip import Strip, strip

__all__ = ["Outcome", "check", "hint", "proven", "solution"]

unseen = []  # outcomes of this cell
listeners = []  # functions that are told every outcome of `check`

# After `sigmoid = proven(sigmoid)` the name may stand for the course's function: that is no answer.
_NOT_YOURS = "This is the course's own `{0}`: run the cell in which you write `{0}`, then this one again."
_NOTHING = object()  # None and ... are answers: nothing has been written yet


@dataclass(frozen=True)
class Outcome:
    """What a check found. In JupyterLab it shows as a card, elsewhere as text.

    Args:
        exercise: id of the exercise, or None when none was found.
        status: "not attempted", "right", "nearly", "wrong", or "not judged" where that takes a Keras that
            is not there.
        message: what is wrong, in a sentence.
        mistake: name of the known mistake, two joined by " + ", or None.
        where: lesson and section that explain it.
        notes: further lines, such as the warnings of the learner's code.
        strip: where the gates and states leave those of the course, or None.
    """

    exercise: str | None
    status: str
    message: str
    mistake: str | None = None
    where: str = ""
    notes: tuple[str, ...] = ()
    strip: Strip | None = None

    @property
    def score(self) -> float:
        """1 for a right answer, 0.5 for a nearly right one, else 0."""
        return VERDICTS[self.status].score

    def __repr__(self):
        heading = VERDICTS[self.status].words + (f": {self.exercise}" if self.exercise else "")
        where = [f"Where to look: {self.where}."] if self.where and self._has_help() else []
        help_ = [f"Help: hint({_spelled(self.exercise)})"] if self._has_help() else []
        drawn = [repr(self.strip)] if self.strip else []
        return "\n".join([heading, self.message, *self.notes, *drawn, *where, *help_])

    def _repr_html_(self):
        verdict = VERDICTS[self.status]
        name = f": <code>{html.escape(self.exercise)}</code>" if self.exercise else ""
        heading = f'<strong><span aria-hidden="true">{verdict.mark}</span> {verdict.words}{name}</strong>'
        lines, help_ = [marked_up(line) for line in (self.message, *self.notes)], ""
        drawn = self.strip._repr_html_() if self.strip else ""
        if self._has_help():
            exercise = exercises.find(self.exercise)
            lines += [f"Where to look: {_linked(self.where, exercise)}."] if self.where else []
            help_ = _folded_help(exercise)
        text = "".join(f'<p style="margin: 0.4em 0 0 0">{line}</p>' for line in lines)
        return card(verdict.colour, heading + text + drawn + help_)

    def _has_help(self):
        return self.exercise is not None and self.status in ("nearly", "wrong")


class HelpGiven:
    """Which help the learner has had in this session.

    Attributes:
        hints: id of an exercise -> number of hints shown.
        solutions: ids of exercises whose solution was asked for.
    """

    def __init__(self) -> None:
        self.hints, self.solutions = {}, set()

    def forget(self) -> None:
        """Begin a new session."""
        self.hints.clear()
        self.solutions.clear()


help_given = HelpGiven()


@dataclass(frozen=True)
class _Note:
    """A hint or a solution, as `hint` and `solution` return them."""

    heading: str
    text: str = ""
    code: str = ""

    def __repr__(self):
        return "\n".join(part for part in (self.heading, self.text, self.code.rstrip()) if part)

    def _repr_html_(self):
        text = f'<p style="margin: 0.4em 0 0 0">{marked_up(self.text)}</p>' if self.text else ""
        code = listing(self.code) if self.code else ""
        heading = f"<strong>{marked_up(self.heading)}</strong>"
        width = "100%" if code else "46em"  # lines of code are longer than is good for reading
        return card("var(--jp-border-color1, #757575)", heading + text + code, width)


def check(answer: object = _NOTHING, /, **named: object) -> Outcome:
    """Check an answer, and say what is wrong with it.

    Args:
        answer: a function whose name is that of its exercise.
        **named: or one answer by the name of its exercise: a value, or a function of another name.

    Returns:
        An `Outcome`, which the notebook shows as a card.

    Raises:
        TypeError: when not exactly one answer is given.

    Example:
        >>> import numpy as np
        >>> def sigmoid(x):
        ...     return np.tanh(x)
        >>> check(sigmoid).mistake
        'tanh instead'
        >>> check(sigmoid=lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500)))).status
        'right'
    """
    given = len(named) + (answer is not _NOTHING)
    if given != 1:
        raise TypeError(f"check takes one answer, as in check(sigmoid) or check(sigmoid=mine), not {given}")
    if named:
        name, answer = named.popitem()
    else:
        name = _called(answer, sys._getframe(1).f_globals)  # noqa: SLF001 - the notebook's names
    exercise = exercises.find(name)
    if exercise is None:
        return Outcome(None, "wrong", _unknown(name, answer))
    if isinstance(exercise, Exercise) and answer is exercise.reference:
        finding = Finding("not attempted", _NOT_YOURS.format(exercise.id))
    else:
        finding = judge(exercise, answer)
    outcome = _outcome(exercise, finding, answer)
    for listener in listeners:
        listener(outcome)
    with contextlib.suppress(Exception):  # the diary never stands in the way of a lesson
        diary.note(exercise.id, outcome.mistake)
    said = logbook.remember(exercise.id, outcome.status)
    if outcome.status == "right" and isinstance(exercise, Exercise) and callable(answer) and not said:
        said = library.remember(exercise, answer)
    landing.keep_up()
    return _card_to_show(replace(outcome, notes=(*outcome.notes, *said)))


def _card_to_show(outcome):
    """The outcome, which the notebook shows at the end of the cell where nothing else has shown it.

    A notebook shows by itself what the last line of a cell gives, and nothing of the lines before.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()  # looked for, never imported
    if shell is not None:
        if not unseen:
            shell.events.register("post_run_cell", _show_unseen)
        unseen.append(outcome)
    return outcome


def _show_unseen(result):
    from IPython import get_ipython
    from IPython.display import display

    get_ipython().events.unregister("post_run_cell", _show_unseen)
    cards = [outcome for outcome in unseen if outcome is not result.result]
    unseen.clear()
    for shown in cards:
        display(shown)


def _called(answer, namespace):
    """The exercise that a function answers: by its own name, else by the one that it has in the notebook."""
    own = getattr(answer, "__name__", None)
    if exercises.find(own) is None and callable(answer):
        bound = [name for name, thing in namespace.items() if thing is answer and exercises.find(name)]
        return bound[0] if len(bound) == 1 else own
    return own


def _outcome(exercise, finding, answer):
    where = f"lesson {exercise.lesson}, “{exercise.section}”"
    drawn = None
    if isinstance(exercise, Exercise) and finding.status in ("nearly", "wrong"):
        drawn = strip(exercise, answer)
    return Outcome(
        exercise.id, finding.status, finding.sentence, finding.mistake, where, finding.notes, drawn
    )


def hint(answer: Callable | str | None = None, /, **named: object) -> _Note:
    """The next hint: one more at each call, from gentle to nearly the answer.

    Args:
        answer: the function, or the name of the exercise.
        **named: or as in `check(parameter_count=...)`.

    Returns:
        An object that the notebook shows.

    Raises:
        ValueError: when there is no such exercise.

    Example:
        >>> hint("sigmoid")
        Hint 1 of 3: sigmoid
        ...
    """
    exercise = _exercise(answer, named)
    shown = help_given.hints.get(exercise.id, 0)
    if shown == len(exercise.hints):
        return _Note(
            f"That was the last hint: {exercise.id}",
            f"`solution({_spelled(exercise.id)})` shows the course's answer.",
        )
    help_given.hints[exercise.id] = shown + 1
    return _Note(f"Hint {shown + 1} of {len(exercise.hints)}: {exercise.id}", exercise.hints[shown])


def solution(answer: Callable | str | None = None, /, **named: object) -> _Note | Comparison:
    """The course's answer, at the second call; the first asks whether you have tried.

    An answer that is right needs no asking: it is shown beside the course's, with what differs and how long
    each takes.

    Args:
        answer: the function, or the name of the exercise.
        **named: or as in `check(parameter_count=...)`.

    Returns:
        An object that the notebook shows.

    Raises:
        ValueError: when there is no such exercise.

    Example:
        >>> solution("sigmoid")
        Have you tried for 8 minutes?
        Call `solution(sigmoid)` again to see the course's answer.
    """
    exercise = _exercise(answer, named)
    given: Any = next(iter(named.values()), answer)
    if isinstance(exercise, Exercise) and _is_right(exercise, given):
        comparison = compare(exercise, given)
        if comparison:
            return comparison
    if exercise.id not in help_given.solutions:
        help_given.solutions.add(exercise.id)
        minutes = f"{exercise.minutes} minute{'s' * (exercise.minutes != 1)}"
        again = f"Call `solution({_spelled(exercise.id)})` again to see the course's answer."
        return _Note(f"Have you tried for {minutes}?", again)
    return _Note(f"The course's answer: {exercise.id}", code=exercise.source)


def proven(function: Callable) -> Callable:
    """The learner's function when its check is right, else the course's own; a printed line says which.

    Args:
        function: a function whose name is that of its exercise.

    Returns:
        A function to go on with.

    Raises:
        ValueError: when there is no such exercise.
    """
    exercise = _exercise(function, {})
    if not isinstance(exercise, Exercise):
        raise ValueError(f"proven takes a function to go on with; {exercise.id!r} asks for a value")
    if _is_right(exercise, function):
        print(f"Going on with your {exercise.id}.")
        return _in_arrays(exercise, function)
    print(f"Going on with the course's {exercise.id}; yours is taken as soon as its check is right.")
    return exercise.reference


def _is_right(exercise, function):
    """Whether this is a function of the learner's own that answers the exercise."""
    own = isinstance(exercise, Exercise) and callable(function) and function is not exercise.reference
    return own and judge(exercise, function).status == "right"


def _in_arrays(exercise, function):
    """A right answer as it is, or, where it gives lists for arrays, with arrays instead.

    Lists are accepted as an answer, but what comes after it in a lesson asks for shapes.
    """
    if exercise.observe is not Exercise.observe:  # it returns something else than arrays
        return function
    arguments = exercise.first_input()
    pattern = exercise.reference(*copy.deepcopy(arguments))
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        given = function(*copy.deepcopy(arguments))
    if _made_like(pattern, given):
        return function

    @functools.wraps(function)
    def with_arrays(*arguments, **named):
        return _like(pattern, function(*arguments, **named))

    return with_arrays


def _made_like(pattern, value):
    """Whether a value has arrays, tuples and dicts where the pattern has them."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_made_like(pattern[key], value[key]) for key in pattern)
    if isinstance(pattern, tuple):
        return isinstance(value, tuple) and all(map(_made_like, pattern, value))
    return not isinstance(pattern, np.ndarray) or type(value) is np.ndarray


def _like(pattern, value):
    """The value with arrays, tuples and dicts where the pattern has them."""
    if isinstance(pattern, dict):
        return {key: _like(part, value[key]) for key, part in pattern.items()}
    if isinstance(pattern, tuple):
        return tuple(map(_like, pattern, value))
    return np.array(value) if isinstance(pattern, np.ndarray) else value


def _exercise(answer, named):
    """The exercise that a function, a name or a keyword belongs to."""
    if named:
        name = next(iter(named))
    else:
        name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
    exercise = exercises.find(name)
    if exercise is None:
        raise ValueError(_unknown(name, answer))
    return exercise


def _unknown(name, answer):
    """The sentence to say when there is no such exercise."""
    if name is None:
        return (
            f"That is {describe(plain(answer))}. Write check(sigmoid), with the name of your function and "
            "without calling it, or check(parameter_count=...) when the answer is a value."
        )
    close = difflib.get_close_matches(name, exercises.every(), n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    how = " Say which exercise it answers: check(sigmoid=...)." if callable(answer) and not close else ""
    return f"No exercise is called {name!r}.{meant}{how}"


# Writing it down


def _spelled(name):
    """How a learner writes the exercise in hint(...): a function bare, a value in quotes."""
    return name if isinstance(exercises.find(name), Exercise) else f'"{name}"'


def _linked(where, exercise):
    """The place where an exercise is explained, as a link to that heading in the learner's copy."""
    try:
        lesson = next(files.course_folder("notebooks").glob(f"{exercise.lesson}_*.ipynb")).name
    except (FileNotFoundError, StopIteration):  # a copy of the course without lessons
        return html.escape(where, quote=False)
    address = f"{lesson}#{quote(exercise.section.replace(' ', '-'))}"  # as JupyterLab names its headings
    return f'<a href="{address}">{html.escape(where, quote=False)}</a>'


def _folded_help(exercise):
    """The hints, each folded inside the one before, and the course's answer innermost."""
    help_ = folded("The course's answer", listing(exercise.source))
    names = ["A hint", *["A further hint"] * (len(exercise.hints) - 2), "Nearly the answer"]
    for name, text in reversed(list(zip(names, exercise.hints, strict=False))):
        help_ = folded(name, f'<p style="margin: 0.3em 0">{marked_up(text)}</p>{help_}')
    return help_

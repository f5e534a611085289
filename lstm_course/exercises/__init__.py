"""The exercises: one module a lesson, one object an exercise.

An exercise knows a right answer (its reference), inputs to try an answer on, hints, and the mistakes that
people make. **A known mistake is a change to the text of the reference**: the right piece of code and what
somebody wrote in its place. So each mistake shows itself as a difference of a line, each can be run, and two
that change different pieces of code can be run together.

A new exercise is one object in `lessonNN.py`; nothing else needs to hear of it.
"""

import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from itertools import pairwise

__all__ = ["Exercise", "Mistake", "Probe", "Question", "ValueExercise", "WrongValue", "every", "find"]


@dataclass(frozen=True, eq=False)
class Mistake:
    """A mistake that people make, as a change to the reference.

    Args:
        name: a few words, for reports: "bias forgotten".
        explanation: one or two sentences to the learner: what is wrong and why it matters.
        changes: right piece of the reference's source -> what stands there in the wrong answer. Each piece
            must occur exactly once in the reference.
        convention: whether it is right elsewhere, in another convention than the one asked for: such an
            answer is nearly right.
    """

    name: str
    explanation: str
    changes: Mapping[str, str]
    convention: bool = False


@dataclass(frozen=True, eq=False)
class Probe:
    """One set of arguments to try an answer on.

    Args:
        arguments: what the function is called with.
        case: when this input is a special case, the words that follow "right" in a sentence: "when the
            biases are zero". A wrong answer that is right there has its mistake in what the case leaves out.
    """

    arguments: tuple
    case: str = ""


@dataclass(frozen=True, eq=False)
class WrongValue:
    """A wrong value that people arrive at, and how.

    Args:
        name: a few words, for reports.
        explanation: what went wrong on the way to this value.
        value: function without arguments that computes it.
    """

    name: str
    explanation: str
    value: Callable


def _call(function, *arguments):
    return function(*arguments)


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """A function to write.

    Args:
        reference: the right answer, written as a learner would; its name is the exercise's.
        title: what is asked, in a few words.
        lesson: two digits, "03".
        section: the heading in the lesson under which the idea is explained.
        points: what it counts for.
        minutes: how long it usually takes.
        returns: names of the returned values, as messages call them.
        axes: name of a returned array -> the names of its axes, so that a message can say "step 2".
        probes: maker of the inputs from a random generator. The first is dense and random, with numbers of
            order one, and decides; the others are special cases that say where a mistake sits.
        hints: from gentle to nearly the answer.
        mistakes: what people get wrong.
        silent: whether a warning makes the answer wrong.
        observe: what to compare, where it is not simply what the function returns (default: it is).
    """

    reference: Callable
    title: str
    lesson: str
    section: str
    points: int
    minutes: int
    returns: tuple[str, ...]
    probes: Callable
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    axes: Mapping[str, tuple[str, ...]] | None = None
    silent: bool = False
    observe: Callable = _call

    @property
    def id(self):
        """Name of the function, by which `check` finds the exercise."""
        return self.reference.__name__

    @property
    def signature(self):
        """Names of the arguments in their order."""
        return tuple(inspect.signature(self.reference).parameters)

    @cached_property
    def source(self):
        """Text of the reference, as `solution` shows it."""
        return textwrap.dedent(inspect.getsource(self.reference))

    def _spans(self, mistakes):
        """Where in the source each change goes: (start, end, new text), from the last to the first."""
        spans = []
        for mistake in mistakes:
            for right, wrong in mistake.changes.items():
                if self.source.count(right) != 1:
                    raise ValueError(
                        f"mistake {mistake.name!r} of {self.id} changes {right!r}, which occurs "
                        f"{self.source.count(right)} times in the reference, not once"
                    )
                start = self.source.index(right)
                spans.append((start, start + len(right), wrong))
        return sorted(spans, reverse=True)

    def compatible(self, first, second):
        """Whether two mistakes can be made together: they change different pieces of the reference."""
        spans = self._spans([first, second])
        return all(later[0] >= earlier[1] for later, earlier in pairwise(spans))

    @cache  # noqa: B019 - exercises live as long as the process
    def variant(self, *mistakes):
        """The reference with these mistakes made in it, as a function."""
        source = self.source
        for start, end, wrong in self._spans(mistakes):
            source = source[:start] + wrong + source[end:]
        namespace = dict(self.reference.__globals__)
        exec(compile(source, f"<{self.id} with mistakes>", "exec"), namespace)
        return namespace[self.id]


@dataclass(frozen=True, eq=False, kw_only=True)
class ValueExercise:
    """A number to find, checked by keyword: `check(parameter_count=40_400)`.

    Args:
        id: the keyword.
        title, lesson, section, points, minutes, hints: as for `Exercise`.
        question: what is asked, in full.
        answer: function without arguments that computes the value; `solution` shows it.
        mistakes: wrong values that people arrive at.
        tolerance: relative, for rounding (default 0: whole numbers are exact).
    """

    id: str
    title: str
    lesson: str
    section: str
    points: int
    minutes: int
    question: str
    answer: Callable
    mistakes: tuple[WrongValue, ...]
    hints: tuple[str, ...]
    tolerance: float = 0.0

    @property
    def source(self):
        """Text of the function that computes the answer."""
        return textwrap.dedent(inspect.getsource(self.answer))


@dataclass(frozen=True, eq=False, kw_only=True)
class Question:
    """A question with choices, checked by keyword: `check(why_tanh="b")`.

    Args:
        id: the keyword.
        title, lesson, section, points, minutes, hints: as for `Exercise`.
        question: what is asked, in full.
        choices: letter -> text of the choice.
        answer: letter of the right choice.
        explanations: letter -> what to say to somebody who chose it, the right one included.
    """

    id: str
    title: str
    lesson: str
    section: str
    points: int
    minutes: int
    question: str
    choices: Mapping[str, str]
    answer: str
    explanations: Mapping[str, str]
    hints: tuple[str, ...]

    @property
    def source(self):
        """The right choice, as `solution` shows it."""
        return f"{self.answer}) {self.choices[self.answer]}\n{self.explanations[self.answer]}"


@cache
def every():
    """All exercises by id, in the order of the lessons.

    Example:
        >>> "sigmoid" in every()
        True
    """
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        if module.startswith("lesson"):
            for thing in vars(import_module(f"{__name__}.{module}")).values():
                if isinstance(thing, Exercise | ValueExercise | Question):
                    if thing.id in found:
                        raise ValueError(f"two exercises are called {thing.id!r}")
                    found[thing.id] = thing
    return found


def find(name):
    """The exercise of that name, or None.

    Example:
        >>> find("sigmoid").lesson
        '00'
    """
    return every().get(name)

"""What an exercise is: a function to write, a number to find, or a question with choices.

An exercise knows a right answer (its reference), inputs to try an answer on, hints, and the mistakes that
people make. **A known mistake is an edit of the reference**: the right piece of its text and what somebody
wrote in its place. So each mistake shows itself as a difference of a line, each can be run, and two that
change different pieces can be run together.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import numpy as np

__all__ = [
    "IMPORTS_KERAS", "Exercise", "Mistake", "Probe", "Question", "ValueExercise", "WrongValue", "edits",
]  # fmt: skip

IMPORTS_KERAS = re.compile(r"^[ \t]*(?:import|from)\s+(?:keras|tensorflow)\b", re.MULTILINE)
_CONVENTION = " [convention]"


@dataclass(frozen=True, eq=False)
class Mistake:
    """A mistake that people make, as an edit of the reference.

    Args:
        name: a few words, for reports: "bias forgotten".
        explanation: one or two sentences to the learner: what is wrong and why it matters.
        edit: right piece of the reference's text -> what stands there in the wrong answer. Each piece must
            occur exactly once in the reference. A dict, or its text.
        convention: whether it is right elsewhere, in another convention than the one asked for: such an
            answer is nearly right.
    """

    name: str
    explanation: str
    edit: Mapping[str, str] | str
    convention: bool = False

    @cached_property
    def changes(self) -> Mapping[str, str]:
        """The edit as a dict; its text is read at the first use."""
        return ast.literal_eval(self.edit) if isinstance(self.edit, str) else self.edit


def edits(text: str, shared: Iterable[Mistake] = ()) -> tuple[Mistake, ...]:
    r"""Mistakes from their text: the name, what to tell the learner, and below it the edit, a dict.

    What runs over several lines is indented. Words or an edit that are left out are those of the shared
    mistake of this name. `[convention]` after the name says that it is right in another convention.

    Args:
        text: any number of mistakes.
        shared: mistakes that several exercises know.

    Returns:
        A tuple of `Mistake`.

    Raises:
        ValueError: when a mistake has no words or no edit, and no shared one has its name.

    Example:
        >>> minus, plus = edits('''
        ...     sign of x: The minus is missing.
        ...         {"exp(-x)": "exp(x)"}
        ...     plus forgotten: The denominator is a sum,
        ...         1 + exp(-x).
        ...         {"1 + exp(-x)": "exp(-x)"}
        ... ''')
        >>> minus.name, minus.changes
        ('sign of x', {'exp(-x)': 'exp(x)'})
        >>> plus.explanation
        'The denominator is a sum, 1 + exp(-x).'
    """
    known = {mistake.name: mistake for mistake in shared}
    entries = re.split(r"\n(?! )", inspect.cleandoc(text))
    return tuple(_mistake(entry, known) for entry in entries if entry)


def _mistake(entry, shared):
    told, brace, rest = entry.partition("\n    {")
    head, _, words = " ".join(told.split()).partition(": ")
    name = head.removesuffix(_CONVENTION)
    explanation, edit = words, (brace + rest).strip()
    if name in shared:
        explanation, edit = words or shared[name].explanation, edit or shared[name].edit
    if not explanation or not edit:
        missing = "edit" if explanation else "words"
        raise ValueError(f"mistake {name!r} has no {missing}, and none is shared under this name")
    return Mistake(name, explanation, edit, head != name)


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
        mistakes: what people get wrong, see `edits`.
        silent: whether a warning makes the answer wrong.
        observe: what to compare, where it is not simply what the function returns (default: it is).
        observed_inside: whether a grader must do that beside the answer, for instance because it matters
            which arrays are the same ones (default False).
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
    observed_inside: bool = False

    @property
    def id(self) -> str:
        """Name of the function, by which `check` finds the exercise."""
        return self.reference.__name__

    @property
    def signature(self) -> tuple[str, ...]:
        """Names of the arguments in their order."""
        return tuple(inspect.signature(self.reference).parameters)

    @cached_property
    def source(self) -> str:
        """Text of the reference, as `solution` shows it."""
        return textwrap.dedent(inspect.getsource(self.reference))

    @cached_property
    def needs_keras(self) -> bool:
        """Whether the answer is made with Keras: then it is a model, and takes long to make."""
        return bool(IMPORTS_KERAS.search(self.source))

    def first_input(self) -> tuple:
        """Arguments of the first probe, the one that decides; made anew at each call."""
        return self.probes(np.random.default_rng(0))[0].arguments

    @property
    def stub(self) -> str:
        """Text of the function as a learner finds it: its head and three dots for what is to be written."""
        body = ast.parse(self.source).body
        function = next(node for node in body if isinstance(node, ast.FunctionDef))
        documented = ast.get_docstring(function) is not None
        end = function.body[0].end_lineno if documented else function.body[0].lineno - 1
        return "".join([*self.source.splitlines(keepends=True)[:end], "    ...\n"])

    def text_with(self, *mistakes: Mistake) -> str:
        """Text of the reference with these mistakes made in it.

        Args:
            *mistakes: of this exercise, such that each two are `compatible`.

        Raises:
            ValueError: when a piece that is to be changed is not in the reference.

        Example:
            >>> from lstm_course.exercises import find
            >>> cell = find("rnn_cell")
            >>> (linear,) = [mistake for mistake in cell.mistakes if mistake.name == "no tanh"]
            >>> cell.text_with(linear).splitlines()[-1]
            '    return a'
        """
        text = self.source
        for start, end, wrong in self._places(mistakes):
            text = text[:start] + wrong + text[end:]
        return text

    @cache  # noqa: B019 - exercises live as long as the process
    def variant(self, *mistakes: Mistake) -> Callable:
        """The reference with these mistakes made in it, as a function."""
        namespace = dict(self.reference.__globals__)
        exec(compile(self.text_with(*mistakes), f"<{self.id} with mistakes>", "exec"), namespace)
        return namespace[self.id]

    def compatible(self, first: Mistake, second: Mistake) -> bool:
        """Whether two mistakes can be made together: they change different pieces of the reference."""
        return all(later[0] >= earlier[1] for later, earlier in pairwise(self._places([first, second])))

    def _places(self, mistakes):
        """Where in the source each change goes: (start, end, new text), from the last to the first."""
        return sorted((place for mistake in mistakes for place in self._places_of(mistake)), reverse=True)

    @cache  # noqa: B019
    def _places_of(self, mistake):
        starts = [(self.source.index(right), right, wrong) for right, wrong in mistake.changes.items()]
        return [(start, start + len(right), wrong) for start, right, wrong in starts]


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
    def source(self) -> str:
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
    def source(self) -> str:
        """The right choice, as `solution` shows it."""
        return f"{self.answer}) {self.choices[self.answer]}\n{self.explanations[self.answer]}"

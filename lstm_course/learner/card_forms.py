"""The forms in which a mistake comes back: a wrong piece of code, a question, an exercise with other numbers.

Each form can be put to a learner in a terminal, which gives a grade of SM-2 from 0 to 5, and be written as a
note with a front and a back. What is drawn in it hangs on its seed alone.
"""

from __future__ import annotations

import difflib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from lstm_course.exercises import Exercise, Question
from lstm_course.exercises.judging import judge
from lstm_course.learner.card_text import as_html, listing, plain

__all__ = ["AsAWhole", "Ask", "Draw", "Form", "Say", "Variant", "WrongCode", "forms"]

Ask: TypeAlias = Callable[[str], str]  # shows a question, gives what is typed
Say: TypeAlias = Callable[..., None]  # shows lines
_LETTERS = "abcd"


@dataclass(frozen=True)
class Variant:
    """An exercise that was drawn anew, with other numbers or another cell.

    Args:
        exercise: an `Exercise`, `ValueExercise` or `Question`.
        text: Markdown, what is asked.
        why: sentences that say why the right answer is right; empty for a function.
    """

    exercise: Any
    text: str
    why: str = ""


# From the id of an exercise and a random stream to a variant, or to None where there are none of its kind.
Draw: TypeAlias = Callable[[str, random.Random], Variant | None]


class Form(Protocol):
    """A way to ask."""

    @property
    def exercise(self) -> Any:
        """What is asked about."""
        ...

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        ...

    def put(self, ask: Ask, say: Say) -> int:
        """Put it to a learner; how well it went, from 0 to 5. EOFError of `ask` passes through."""
        ...

    def note(self) -> tuple[str, str]:
        """Front and back as HTML, each in one line."""
        ...


@dataclass(frozen=True)
class WrongCode:
    """A wrong piece of code to be mended: which line, and what would one see?

    Args:
        exercise: an `Exercise`.
        mistake: one of its known mistakes.
        seed: draws what is offered beside what the check would say.
        text: Markdown, what the code should do; empty where the learner has solved the exercise.
    """

    exercise: Any
    mistake: Any
    seed: str
    text: str = ""

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return 2 if self.text else 1

    @cached_property
    def wrong(self) -> list[str]:
        """The lines of the wrong piece of code."""
        return self.exercise.text_with(self.mistake).splitlines()

    @property
    def numbered(self) -> str:
        """The wrong piece of code with the numbers of its lines."""
        return "\n".join(f"{number:3}  {line}" for number, line in enumerate(self.wrong, 1))

    @cached_property
    def lines(self) -> list[int]:
        """Numbers of the wrong lines; where one is missing, those before and after the gap."""
        found = set()
        for kind, _, _, first, last in self._changes:
            found |= set(range(first, last + 2) if kind == "delete" else range(first + 1, last + 1))
        return sorted(found & set(range(1, len(self.wrong) + 1)))

    @property
    def right(self) -> list[str]:
        """The lines that stand there in the right answer."""
        right = self.exercise.source.splitlines()
        return [line for _, start, end, _, _ in self._changes for line in right[start:end]]

    @cached_property
    def _changes(self):
        matcher = difflib.SequenceMatcher(None, self.exercise.source.splitlines(), self.wrong, autojunk=False)
        return [change for change in matcher.get_opcodes() if change[0] != "equal"]

    @cached_property
    def choices(self) -> dict[str, str]:
        """Letter -> what the check would say: of this mistake, and of others in the same exercise."""
        right = self.mistake.explanation
        # Some mistakes of an exercise are told by the same sentence.
        others = list(dict.fromkeys(each.explanation for each in self.exercise.mistakes))
        others.remove(right)
        order = random.Random(self.seed)
        said = [right, *order.sample(others, min(len(_LETTERS) - 1, len(others)))]
        order.shuffle(said)
        return dict(zip(_LETTERS, said, strict=False))

    def put(self, ask: Ask, say: Say) -> int:
        """Ask for the line, then for what the check would say: 5 for both, 3 for the line alone, else 1."""
        say(*([plain(self.text), ""] if self.text else []), self.numbered, "")
        line = _asked(ask, "Which line is wrong? Its number: ", lambda text: text.isdecimal())
        choices = [f"  {letter}) {plain(text)}" for letter, text in self.choices.items()]
        say("", "What would the check say?", *choices, "")
        letter = _asked(ask, f"{', '.join(self.choices)}: ", lambda text: text in self.choices)
        found, named = int(line) in self.lines, self.choices[letter] == self.mistake.explanation
        say("", f"{_verdict(found)} Wrong is line {_either(self.lines)}. When it is right, there stands:")
        say(*(self.right or ["(nothing)"]), "", f"{_verdict(named)} {plain(self.mistake.explanation)}")
        return 5 if found and named else 3 if found else 1

    def note(self) -> tuple[str, str]:
        """The code in front; line, sentence and what is right on the back."""
        text = f"<p>{as_html(self.text)}</p>" if self.text else ""
        why = f"<p>Line {_either(self.lines)}. {as_html(self.mistake.explanation)}</p>"
        front = f"{text}<p>Which line is wrong, and why?</p>{listing(self.numbered)}"
        return front, why + listing("\n".join(self.right))


@dataclass(frozen=True)
class AsAWhole:
    """A number or a question, as it stands.

    Args:
        exercise: a `ValueExercise` or a `Question`.
        text: Markdown, what is asked.
        why: what a learner reads who did not know it.
        minutes: about how long it takes; default 1.
    """

    exercise: Any
    text: str
    why: str
    minutes: int = 1

    @property
    def _choices(self):
        return self.exercise.choices if isinstance(self.exercise, Question) else {}

    def put(self, ask: Ask, say: Say) -> int:
        """Ask for the letter or the number: 5 when it is right, else 1."""
        say(plain(self.text), "")
        if self._choices:
            say(*(f"  {letter}) {plain(text)}" for letter, text in self._choices.items()), "")
            answer = _asked(ask, f"{', '.join(self._choices)}: ", lambda text: text in self._choices)
        else:
            answer = float(_asked(ask, "A number: ", _is_number))
        finding = judge(self.exercise, answer)
        known = finding.status == "right"
        say("", f"{_verdict(known)} {finding.sentence}", *([] if known else [plain(self.why)]))
        return 5 if known else 1

    def note(self) -> tuple[str, str]:
        """What is asked in front, the answer on the back."""
        choices = "".join(f"<br>{letter}) {as_html(text)}" for letter, text in self._choices.items())
        return f"<p>{as_html(self.text)}{choices}</p>", listing(self.why)


def forms(
    exercise: Any, mistake: Any, seed: str, questions: tuple[Question, ...] = (), draw: Draw | None = None
) -> list[Form]:
    """The forms in which a mistake can come back, in the order in which they take turns.

    Args:
        exercise: in which the mistake was made, an `Exercise`, `ValueExercise` or `Question`.
        mistake: the known `Mistake`, or None for a number or a question.
        seed: from which everything is drawn.
        questions: those that may be asked in its place; of the first section among them, one is drawn.
        draw: makes variants; None (default) for a course without them.

    Returns:
        A list of forms: the mistake itself, a variant of its exercise, and a question about the same idea.
    """
    rng = random.Random(seed)
    found: list[Form] = [WrongCode(exercise, mistake, seed) if mistake else _whole(exercise)]
    variant = draw(exercise.id, rng) if draw else None
    if variant and isinstance(variant.exercise, Exercise):
        found.append(_wrong_variant(variant, mistake, rng, seed))
    elif variant:
        found.append(AsAWhole(variant.exercise, variant.text, variant.why, 2))
    if mistake and questions:
        near = [each for each in questions if each.section == questions[0].section]
        found.append(_whole(rng.choice(near)))
    return found


def _whole(exercise):
    return AsAWhole(exercise, exercise.question, exercise.source.rstrip())


def _wrong_variant(variant, mistake, rng, seed):
    """A drawn function with the same mistake in it where it has that, else with another one."""
    mistakes = variant.exercise.mistakes
    same = [each for each in mistakes if mistake and each.name == mistake.name]
    text = f"{variant.text}\n\nSomebody wrote this, and made a mistake."
    return WrongCode(variant.exercise, rng.choice(same or mistakes), seed, text)


def _verdict(is_right):
    return "✓" if is_right else "✗"


def _either(numbers):
    return " or ".join(map(str, numbers))


def _asked(ask, question, is_answer):
    while True:
        text = ask(question).strip().lower()
        if is_answer(text):
            return text


def _is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

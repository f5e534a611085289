"""Mistakes that come back: after a day, after a week, and then more and more seldom.

When a mistake is met again follows SM-2, the schedule of Wozniak (1990), Optimization of learning, master's
thesis, University of Technology in Poznan: after the first time it went well a day, after the second six, and
then each time as many times longer as it is easy. How it is asked changes from time to time (`card_forms`).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_course import exercises
from lstm_course.common import files
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import Exercise, Question
from lstm_course.learner import diary, logbook
from lstm_course.learner.card_forms import Ask, Draw, Form, Say, forms
from lstm_course.learner.card_text import as_html
from lstm_course.learner.diary import Entry

__all__ = ["Card", "due", "export", "next_time", "outlook", "repeat"]

_A_DAY = 5  # minutes that a sitting takes, about
_EASE, _LEAST_EASE = 2.5, 1.3


def next_time(entries: Iterable[Entry]) -> datetime.date:
    """The day on which a card is due.

    Args:
        entries: all that the diary says of it, in order; a mistake that was made begins anew.

    Returns:
        A date.

    Example:
        >>> made = Entry("2026-01-01", "rnn_cell", "no tanh")
        >>> next_time([made]).isoformat()
        '2026-01-02'
        >>> days = ("2026-01-02", "2026-01-03", "2026-01-09")
        >>> well = [Entry(day, "rnn_cell", "no tanh", 5) for day in days]
        >>> [next_time([made, *well[:n]]).isoformat() for n in (1, 2, 3)]
        ['2026-01-03', '2026-01-09', '2026-01-26']
    """
    return _schedule(entries)[0]


def _schedule(entries):
    """The day on which a card is due, and how many times in a row it has gone well."""
    on, days, times, ease = datetime.date.min, 1, 0, _EASE
    for entry in entries:
        on = entry.day
        if entry.grade is None or entry.grade < 3:
            days, times = 1, 0
        else:
            times += 1
            days = {1: 1, 2: 6}.get(times) or math.ceil(days * ease)
        if entry.grade is not None:
            miss = 5 - entry.grade
            ease = max(_LEAST_EASE, ease + 0.1 - miss * (0.08 + miss * 0.02))
    return on + datetime.timedelta(days=days), times


@dataclass(frozen=True)
class Card:
    """Something to be met again.

    Args:
        exercise: in which the mistake was made, an `Exercise`, `ValueExercise` or `Question`.
        mistake: the known `Mistake`, or None for a number or a question, which is asked as a whole.
        entries: what the diary says of it, in order.
        questions: those of the lesson that the learner has answered, those of its section first; default
            none.
    """

    exercise: Any
    mistake: Any
    entries: tuple[Entry, ...]
    questions: tuple[Question, ...] = ()

    @property
    def due(self) -> datetime.date:
        """The day from which on it is asked."""
        return next_time(self.entries)

    @property
    def head(self) -> str:
        """What it is about, in a line."""
        return f"{self.exercise.title} (lesson {self.exercise.lesson}, {self.exercise.id})"

    def forms(self, day: datetime.date, draw: Draw | None = None) -> list[Form]:
        """All forms in which it can be asked on a day.

        Args:
            day: which draws the numbers in them, together with the mistake.
            draw: makes variants; default none are made.
        """
        called = self.mistake.name if self.mistake else ""
        seed = f"{day.isoformat()} {self.exercise.id} {called}"
        return forms(self.exercise, self.mistake, seed, self.questions, draw)

    def form(self, day: datetime.date, draw: Draw | None = None) -> Form:
        """The form in which it is asked on a day: another one each time that it has gone well."""
        found = self.forms(day, draw)
        return found[_schedule(self.entries)[1] % len(found)]


def _cards(folder):
    """The cards that can be asked, the first made first.

    What the course no longer has is left out. A wrong piece of code shows what is right around it, so it
    waits until the exercise is solved.
    """
    best, lines = logbook.progress(folder).best, {}
    for entry in diary.read(folder):
        lines.setdefault((entry.exercise, entry.mistake), []).append(entry)
    for (name, called), entries in lines.items():
        exercise = exercises.find(name)
        if isinstance(exercise, Exercise):
            mistake = next((each for each in exercise.mistakes if each.name == called), None)
            if mistake and best.get(name) == "right":
                yield Card(exercise, mistake, tuple(entries), _answered(exercise, best))
        elif exercise is not None and not called:
            yield Card(exercise, None, tuple(entries))


def _answered(exercise, best):
    """Questions of the lesson, those of the same section first; the card of an open one would tell it."""
    found = [
        each
        for each in exercises.every().values()
        if isinstance(each, Question) and each.lesson == exercise.lesson and best.get(each.id) == "right"
    ]
    return tuple(sorted(found, key=lambda each: each.section != exercise.section))


def due(folder: str | Path, today: datetime.date | None = None) -> list[Card]:
    """The cards to be met on a day, those that have waited longest first.

    Args:
        folder: path of the working copy.
        today: a date, default today.

    Returns:
        A list of `Card`.
    """
    today = today or datetime.date.today()
    return sorted((card for card in _cards(folder) if card.due <= today), key=lambda card: card.due)


def outlook(folder: str | Path) -> str:
    """What to expect, in a sentence: what is due today, or when the next card is.

    Args:
        folder: path of the working copy.

    Returns:
        A sentence.
    """
    cards, waiting = list(_cards(folder)), len(due(folder))
    if waiting:
        return f"{waiting} of your mistakes {'is' if waiting == 1 else 'are'} due to be met again."
    if cards:
        return f"Nothing is due today; the next mistake comes back on {min(card.due for card in cards)}."
    return "No mistake comes back yet: one does, a day later, when its exercise is solved."


def repeat(
    folder: str | Path,
    ask: Ask,
    say: Say,
    today: datetime.date | None = None,
    draw: Draw | None = None,
) -> int:
    """Ask the cards of a day, and write down how each went as soon as it is answered.

    Args:
        folder: path of the working copy.
        ask: function that shows a question and returns what is typed; EOFError ends the sitting.
        say: function that shows lines.
        today: a date, default today.
        draw: function that makes a variant of an exercise; default none are asked.

    Returns:
        How many cards were answered.

    Raises:
        OSError: if the diary cannot be written.
    """
    today = today or datetime.date.today()
    sitting = _sitting(due(folder, today), today, draw)
    for done, (card, form) in enumerate(sitting):
        say("", f"{done + 1} of {len(sitting)}: {card.head}", "")
        try:
            grade = form.put(ask, say)
        except EOFError:
            return done
        entry = Entry(today.isoformat(), card.exercise.id, card.mistake.name if card.mistake else "", grade)
        diary.add(folder, entry)
        say(f"You meet it again on {next_time([*card.entries, entry]).isoformat()}.")
    return len(sitting)


def _sitting(cards, today, draw):
    """Pairs of a card and its form, as many as the minutes of a day allow."""
    found, left = [], _A_DAY
    for card in cards:
        form = card.form(today, draw)
        if form.minutes <= left:
            found.append((card, form))
            left -= form.minutes
        if not left:
            break
    return found


def export(folder: str | Path, file: str | Path, draw: Draw | None = None) -> str:
    """Write the cards of the diary as notes that Anki imports: a front and a back, a tab between them.

    Args:
        folder: path of the working copy.
        file: path of the new file; nothing may be there.
        draw: function that makes a variant of an exercise; default none are written.

    Returns:
        A sentence that says what was done. Each form in which a card can be asked is a note.

    Raises:
        Trouble: if there is no card yet, or the file is there already or cannot be written.
    """
    cards = list(_cards(folder))
    if not cards:
        raise Trouble("There is no card yet: a mistake of a solved exercise becomes one.")
    if Path(file).exists():
        raise Trouble(f"{file} is there already: choose another name.")
    # Several mistakes of a lesson share its questions.
    notes = list(dict.fromkeys(note for card in cards for note in _notes(card, draw)))
    head = ["#separator:tab", "#html:true", "#deck:LSTM networks"]
    try:
        files.write(Path(file), ("\n".join([*head, *notes]) + "\n").encode())
    except OSError as error:
        raise Trouble(f"{file} cannot be written: {error.strerror}.") from None
    return f"{len(notes)} cards are in {file}; in Anki, File > Import takes them."


def _notes(card, draw):
    """A card in the lines of Anki's text format, drawn by the day on which the mistake was first made."""
    for form in card.forms(card.entries[0].day, draw):
        front, back = form.note()
        head = as_html(f"{form.exercise.title} (lesson {form.exercise.lesson})")
        yield f"<p>{head}</p>{front}\t{back}"

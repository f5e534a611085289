"""Who is in the course: from a list of the platform's own, against which hand-ins are held."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lstm_course.common.trouble import Trouble
from lstm_course.grading.intake.collecting import HandedIn, NotRead, Submission
from lstm_course.grading.intake.moments import moment
from lstm_course.grading.intake.names import key, printable

__all__ = ["Absent", "Person", "Roster", "RosterError", "book", "read_roster"]

_STAFF = {"instructor", "ta", "teacher", "reader", "tutor", "manager"}
_NAMES = "name", "full name", "student", "learner", "student name"
_FIRST = "first name", "firstname", "given name"
_LAST = "last name", "lastname", "surname", "family name"
# What else than a name may stand for a person: as a folder of nbgrader's, above all.
_IDS = "id", "sid", "id number", "student id", "sis user id", "sis login id", "username", "login", "email"
_MAIL = "email", "email address", "e-mail"


class RosterError(Trouble):
    """The list of the course cannot be read; the message says why."""


@dataclass(frozen=True)
class Person:
    """Somebody in the course.

    Args:
        name: as the list has it.
        id: by which the platform's own import finds this person, or "".
        names: keys of the spellings of the name.
        ids: keys of what else stands for the person.
        submitted: when the platform has received something, as ISO 8601, or "".
    """

    name: str
    id: str
    names: frozenset[str]
    ids: frozenset[str]
    submitted: str = ""


@dataclass(frozen=True)
class Roster:
    """The list of a course.

    Args:
        people: those in it, in their order.
        platform: "Canvas", "Moodle" or "Gradescope" by its columns, or "".
        numbers: what the platform calls the person in names of files -> the person; empty without them.
    """

    people: tuple[Person, ...]
    platform: str
    numbers: Mapping[str, Person]


@dataclass(frozen=True)
class Absent:
    """Somebody who has handed in nothing for a lesson.

    Args:
        learner, id: as the roster has them.
        lesson: two digits.
    """

    learner: str
    id: str
    lesson: str


def read_roster(path: str | Path) -> Roster:
    """Read a list of people, as Canvas, Moodle or Gradescope exports it, or a plain one.

    Args:
        path: path of a CSV file.

    Returns:
        A `Roster`.

    Raises:
        RosterError: it cannot be read, or nobody is in it.
    """
    rows = _rows(path)
    columns = list(rows[0]) if rows else []
    platform = _platform(columns)
    people, numbers = [], {}
    for row in rows:
        person = _person(row, platform)
        if person:
            people.append(person)
            if number := _number(row, platform):
                numbers[number] = person
    if not people:
        listed = ", ".join(columns) or "none"
        raise RosterError(
            f"{path} lists nobody: its columns are {listed}; expected an export of Canvas, Moodle or "
            "Gradescope, or a column `name` and, if you like, `id`."
        )
    return Roster(tuple(people), platform, numbers)


def _rows(path):
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise RosterError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # as Excel saves it
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise RosterError(f"{path} cannot be read as CSV: {error}.") from None
    header = [" ".join(column.split()).lower() for column in lines[0]] if lines else []
    return [dict(zip(header, map(str.strip, line), strict=False)) for line in lines[1:] if any(line)]


def _platform(columns):
    has = set(columns).__contains__
    if has("sis login id") or has("sis user id"):
        return "Canvas"
    if has("identifier") or (has("email address") and not has("sid")):
        return "Moodle"
    return "Gradescope" if has("sid") or has("submission id") else ""


def _first(row, columns):
    return next((row[column] for column in columns if row.get(column)), "")


def _person(row, platform):
    """The person of a row; None where it is about points, or about staff."""
    first, last, name = _first(row, _FIRST), _first(row, _LAST), _first(row, _NAMES)
    name = name or f"{first} {last}".strip()
    ids = {key(row[column]) for column in (*_IDS, *_MAIL) if row.get(column)}
    points = platform == "Canvas" and not row.get("id")
    if not name or points or row.get("role", "").lower() in _STAFF:
        return None
    before, comma, after = name.partition(",")
    names = {name, f"{first} {last}", f"{last} {first}", f"{after} {before}" if comma else name}
    names |= {" ".join((word := name.split())[-1:] + word[:-1])} if not comma else set()
    when = moment(_first(row, ("last modified (submission)", "submission time")))
    return Person(
        printable(name),
        printable(_id(row, platform)),
        frozenset(filter(None, map(key, names))),
        frozenset(filter(None, ids | {key(row.get(column, "").partition("@")[0]) for column in _MAIL})),
        when.isoformat() if when else "",
    )


def _id(row, platform):
    if platform == "Moodle" and row.get("identifier"):
        return _number(row, platform)
    return _first(row, ("id", "sid", "id number", "student id", *_MAIL, "username"))


def _number(row, platform):
    """What the platform calls the person in the names of files; "" where the list does not have it."""
    if platform == "Moodle":  # "Participant 4711", in whatever language
        return row.get("identifier", "").rpartition(" ")[2]
    return row.get({"Canvas": "id", "Gradescope": "submission id"}.get(platform, ""), "")


# Whose is what


def book(handed_in: HandedIn, roster: Roster) -> tuple[HandedIn, list[Absent]]:
    """Book what was handed in to the people of a course; what is nobody's is not read.

    Args:
        handed_in: as `collect` gives it.
        roster: as `read_roster` gives it.

    Returns:
        (What was handed in, under the names and numbers of the roster; who has not handed in which lesson.)
    """
    whose = [_people_of(each, roster) for each in handed_in.submissions]
    doubtful = _doubtful(handed_in.submissions, whose)
    kept, not_read, there = [], list(handed_in.not_read), set()
    for number, (each, people) in enumerate(zip(handed_in.submissions, whose, strict=True)):
        if isinstance(people, str) or number in doubtful:
            reason = people if isinstance(people, str) else doubtful[number]
            not_read += [NotRead(path, each.learner, reason) for path in (each.path, *each.others)]
        else:
            kept.append(_booked(each, people, roster))
            there |= {(person, each.lesson) for person in people}
    lessons = sorted({each.lesson for each in handed_in.submissions if each.lesson})
    absent = [
        Absent(person.name, person.id, lesson)
        for lesson in lessons
        for person in roster.people
        if (person, lesson) not in there
    ]
    return HandedIn(tuple(kept), tuple(sorted(not_read, key=lambda each: each.path))), absent


def _people_of(submission: Submission, roster: Roster) -> list[Person] | str:
    """Whose it is, or a sentence that says why it is nobody's."""
    if not submission.own:
        return "Nothing but its own name says whose it is."
    if submission.platform == roster.platform and submission.id and roster.numbers:
        person = roster.numbers.get(submission.id)
        return [person] if person else f"Nobody on the roster has the number {submission.id}."
    people = []
    for name in submission.together or (submission.learner,):
        found = [person for person in roster.people if key(name) in person.ids] or [
            person for person in roster.people if key(name) in person.names
        ]
        if len(found) > 1:
            return f"{len(found)} on the roster may be called {name}: rename its folder to the id of one."
        people += found
    return people or f"Nobody on the roster is called {submission.learner}."


def _doubtful(submissions: Sequence[Submission], whose: Iterable[list[Person] | str]) -> dict[int, str]:
    """Those of different names that would be the same person's; who is called exactly so keeps it."""
    claims: dict[tuple[Person, str | None], list[int]] = {}
    for number, people in enumerate(whose):
        for person in people if not isinstance(people, str) else ():
            claims.setdefault((person, submissions[number].lesson), []).append(number)
    found = {}
    for (person, _), numbers in claims.items():
        exact = [number for number in numbers if submissions[number].learner in (person.name, person.id)]
        for number in numbers if len(exact) != 1 else set(numbers) - set(exact):
            if len(numbers) > 1:
                found[number] = (
                    f"Something else was handed in for {person.name} as well: which of them counts?"
                )
    return found


def _booked(submission, people, roster):
    """Under the name and number of the roster."""
    (person, *_) = people
    names = Counter(each.name for each in roster.people)
    name = " and ".join(each.name for each in people)
    if len(people) == 1 and names[name] > 1 and person.id:
        name = f"{name} ({person.id})"
    # An import asks for its own platform's numbers: a list without them cannot better those of the files.
    better = person.id and (bool(roster.numbers) or submission.platform not in ("Canvas", "Moodle"))
    return replace(
        submission,
        learner=name,
        id=person.id if better else submission.id,
        platform=roster.platform if roster.numbers else submission.platform,
        submitted=submission.submitted or person.submitted,
    )

"""The page that JupyterLab opens on: the lessons, what each one asks, and how far the learner has come.

It is a Markdown file in the working copy, written anew at each start, so it needs no kernel and can show what
was done since. Everything on it is read from the notebooks and from the learner's notes on progress.
"""

import re
from pathlib import Path

from lstm_course.common.files import write
from lstm_course.common.notebooks import cells_of
from lstm_course.learner import logbook

PAGE = "lessons.md"
_OURS = "<!-- This page is written anew at each start of the course. -->"


def write_page(folder: str | Path) -> str:
    """Write the page into a working copy, unless a file of the learner's stands in its place.

    Args:
        folder: path of the working copy.

    Returns:
        The name of the file to open: the page, or the first lesson when there is no page of ours.

    Raises:
        OSError: if the working copy cannot be written.

    Example:
        >>> import tempfile
        >>> from lstm_course.common.files import course_folder
        >>> from lstm_course.learner.workspace import prepare
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = prepare(course_folder("notebooks"), folder)
        ...     write_page(folder)
        'lessons.md'
    """
    folder = Path(folder)
    lessons = _lessons(folder)
    path = folder / PAGE
    if path.exists() and not _is_ours(path):
        return next(iter(lessons), "")
    write(path, _page(lessons, logbook.progress(folder)).encode())
    return PAGE


def _is_ours(path):
    try:
        return path.read_text(encoding="utf-8").startswith(_OURS)
    except (OSError, UnicodeDecodeError):
        return False


def _lessons(folder):
    """File name -> title, minutes and question of each lesson, in order."""
    lessons = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        if path.name.count(".") > 1:  # the new version of a lesson that the learner has changed
            continue
        try:
            cells = cells_of(path.read_bytes())
            text = "\n\n".join(source for kind, source in cells if kind == "markdown")
        except (OSError, ValueError):
            text = ""  # a learner may have made anything of it; it is listed all the same
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        minutes = re.search(r"^\*Lesson \d+ · (\d+) minutes", text, re.MULTILINE)
        lessons[path.name] = (title[1] if title else "", minutes[1] if minutes else "", _question(text))
    return lessons


def _question(text):
    """The question that a lesson opens with, in bold; a short one with the sentence before it."""
    found = re.search(r"((?:al\.|[^.?:*\n])+\. )?\*\*([^*]+\?)\*\*", text)
    if not found:
        return ""
    before, question = found.groups(default="")
    question = " ".join((before + question if len(question) < 40 else question).split())
    return question[:1].upper() + question[1:]


def _page(lessons, progress):
    rows = ["| no. | lesson | the question | minutes | exercises right |", "|---|---|---|---|---|"]
    counts = progress.counts()
    for name, (title, minutes, question) in lessons.items():
        right, all_ = counts.get(name[:2], (0, 0))
        done = f"{right} of {all_}" + (" ✓" if right == all_ else "") if all_ else ""
        asked = question.replace("|", "&#124;")
        rows.append(f"| {int(name[:2])} | [{title or name}]({name}) | {asked} | {minutes} | {done} |")
    return "\n".join(
        [
            _OURS,
            "",
            "# LSTM networks, hands on",
            "",
            *_where_to_go(lessons, progress),
            "",
            *rows,
            "",
            *_CLOSING,
            "",
        ]
    )


def _where_to_go(lessons, progress):
    if not progress.best:
        first = next(iter(lessons), "")
        return [f"**Begin here:** [{lessons[first][0] or first}]({first})."] if first else []
    if progress.next is None:
        return ["**Every exercise is right.**"]
    exercise = progress.next
    name = next((name for name in lessons if name.startswith(exercise.lesson)), None)
    where = f"[lesson {int(exercise.lesson)}]({name})" if name else f"lesson {int(exercise.lesson)}"
    return [
        f"**Go on here:** {where}, “{exercise.section}”, the exercise `{exercise.id}`, "
        f"about {exercise.minutes} minute{'s' * (exercise.minutes != 1)}."
    ]


_CLOSING = [
    "A click on a lesson opens it in a tab beside this one. Its kernel ends when the tab is closed.",
    "",
    "What you change in a lesson is yours: a newer course is put beside it and never over it. This page is "
    "written anew at each start; in a lesson, `from lstm_course import progress` and then `progress()` shows "
    "at any time what is done and what is next.",
]

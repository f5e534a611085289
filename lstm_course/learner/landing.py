"""The page that JupyterLab opens on: the lessons, what each one asks, and how far the learner has come.

It is a Markdown file in the working copy, so it needs no kernel. It is written anew at each start and after
a check that went better than those before. Everything on it is read from the notebooks and from the learner's
notes on progress.
"""

import contextlib
from pathlib import Path

from lstm_course.common import files
from lstm_course.common.lesson_headers import read_header
from lstm_course.common.notebooks import cells_of
from lstm_course.learner import logbook, repetition

PAGE = "lessons.md"
# What one comes for -> the lessons on the way there; what a lesson needs stands in its own second line.
ROUTES = {
    "LSTMs for text": ("00", "01", "02", "03", "04", "05"),
    "LSTMs for time series": ("00", "01", "02", "03", "04", "05", "06", "08"),
}
_OURS = "<!-- This page is written anew"  # what earlier courses wrote begins so, too


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
    files.write(path, _page(lessons, logbook.progress(folder), _to_repeat(folder)).encode())
    return PAGE


def keep_up(folder: str | Path = ".") -> None:
    """Write the page anew where it is older than the notes on progress; a check calls this when it is done.

    Args:
        folder: path of the working copy, default the working directory. Where it has no page of ours, nothing
            is written, and trouble is not told: the notes themselves have told what is wrong with the folder.
    """
    page, notes = Path(folder, PAGE), Path(folder, logbook.PROGRESS)
    with contextlib.suppress(Exception):  # an answer may have replaced anything that is needed here
        if notes.stat().st_mtime_ns > page.stat().st_mtime_ns and _is_ours(page):
            write_page(folder)


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
        header = read_header(text)
        lessons[path.name] = (header.title, header.minutes or "", header.question)
    return lessons


def _to_repeat(folder):
    """A line on mistakes that are due today, and how to meet them again."""
    if not repetition.due(folder):
        return []
    command = files.START.strip("`").replace(" lab", "") + " review"
    return [
        f"**Five minutes:** {repetition.outlook(folder)} Type `{command}` in a terminal, in the folder from "
        "which you started the course.",
        "",
    ]


def _page(lessons, progress, to_repeat):
    rows = ["| no. | lesson | the question | minutes | exercises right |", "|---|---|---|---|---|"]
    counts = progress.counts()
    for name, (title, minutes, question) in lessons.items():
        right, all_ = counts.get(name[:2], (0, 0))
        done = f"{right} of {all_}" + (" ✓" if right == all_ else "") if all_ else ""
        asked = question.replace("|", "&#124;")
        rows.append(f"| {int(name[:2])} | [{title or name}]({name}) | {asked} | {minutes} | {done} |")
    return "\n".join(
        [
            f"{_OURS} at each start of the course, and as you work. -->",
            "",
            "# LSTM networks, hands on",
            "",
            *_where_to_go(lessons, progress),
            "",
            *to_repeat,
            *rows,
            "",
            *_routes(lessons),
            "",
            *_CLOSING,
            "",
        ]
    )


def _routes(lessons):
    """The ways through the course with their hours, from the minutes that the lessons say."""
    minutes = {name[:2]: minutes for name, (_, minutes, _) in lessons.items() if minutes}
    ways = {"the whole course": tuple(minutes), **ROUTES}
    told = []
    for goal, numbers in ways.items():
        there = [number for number in numbers if number in minutes]
        hours = sum(minutes[number] for number in there) / 60
        which = f"lessons {', '.join(number.lstrip('0') or '0' for number in there)}"
        which = which if goal in ROUTES else "all lessons"
        told.append(f"* {goal}: {which}, about {hours:.0f} hours with all exercises")
    return ["**Ways through:**", "", *told]


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
    "Formulas, shapes and the order of the gates stand on [one sheet](one_sheet.md), words in the "
    "[glossary](glossary.md).",
    "",
    "A click on a lesson opens it in a tab beside this one. Its kernel ends when the tab is closed.",
    "",
    "What you change in a lesson is yours: a newer course is put beside it and never over it. This page is "
    "written anew as you work; in a lesson, `from lstm_course import progress` and then `progress()` shows "
    "at any time what is done and what is next.",
]

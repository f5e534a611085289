"""From a plan and its lesson to slides: one file that asks nobody for anything."""

import base64
import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from lstm_course import exercises
from lstm_course.common.files import PACKAGE, write
from lstm_course.common.markup import marked_up
from lstm_course.common.templates import rendered
from lstm_course.common.trouble import Trouble
from lstm_course.site import mathml
from lstm_course.site.slides import markdown
from lstm_course.site.slides.lesson import Cell, Lesson, Part, Section, asked, read_lesson
from lstm_course.site.slides.plan import PlanError, Row, Shown, read_plan

__all__ = ["PLANS", "Slide", "slides", "write_decks"]

PLANS = Path("docs/instructors/plans")
_TOLD = 8  # mistakes in the notes to an exercise
_WIDE, _HIGH = 78, 18  # letters and lines of code that a slide holds
_PREDICT = "**Predict first.** "


@dataclass(frozen=True)
class Slide:
    """A slide.

    Args:
        kind: "title", "text", "predict", "result", "exercise" or "recap".
        title: Markdown of its heading.
        body: HTML.
        notes: HTML of the speaker's notes.
        begins: minute of the plan in which it is shown, or None.
    """

    kind: str
    title: str
    body: str
    notes: str
    begins: int | None = None


def write_decks(root: Path, out: str | Path, numbers: list[str]) -> list[Path]:
    """Write slides.

    Args:
        root: of the clone.
        out: path of the folder.
        numbers: of lessons, such as "3" or "03"; all when empty.

    Returns:
        The files that were written.

    Raises:
        Trouble: there is no such lesson, or a library of the authors is not installed.
        plan.PlanError: a plan and its lesson do not fit together.
    """
    paths = {path.name[:2]: path for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    wanted = [number.zfill(2) for number in numbers] or list(paths)
    unknown = [number for number in wanted if number not in paths]
    if unknown:
        raise Trouble(f"There is no lesson {', '.join(unknown)}; there are {', '.join(paths)}.")
    written = []
    for number in wanted:
        rows = read_plan(root / PLANS / f"{number}.md")
        try:
            lesson = read_lesson(paths[number])
            page = _page(lesson, slides(lesson, rows))
        except ModuleNotFoundError as error:
            raise Trouble(
                f"Slides need {error.name}, which is not installed: run `python start.py instructor slides`, "
                "or pip install -r requirements-dev.txt."
            ) from None
        written.append(Path(out, f"slides_{number}.html"))
        write(written[-1], page.encode())
    return written


def _page(lesson, made):
    script = (PACKAGE / "site/templates/slides.js").read_text(encoding="utf-8")
    bodies = "".join(slide.body + slide.notes for slide in made)
    # What stands in the formulas decides which signs the font has.
    font = base64.b64encode(mathml.font(mathml.drawn(bodies))).decode()
    return rendered(
        "site/templates/slides.html",
        title=f"Lesson {int(lesson.number)}: {lesson.title}",
        font=Markup(font),  # digits and letters of base64
        script=Markup(script),  # our own file
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        slides=[
            {
                "kind": slide.kind,
                "title": Markup(markdown.inline(slide.title)),  # Markdown of the course, its HTML escaped
                "body": Markup(slide.body),  # likewise, with figures as the lesson's own cells show them
                "notes": Markup(slide.notes),
            }
            for slide in made
        ],
    )


def slides(lesson: Lesson, rows: list[Row]) -> list[Slide]:
    """The slides of a lesson.

    Args:
        lesson: as `read_lesson` gives it.
        rows: of its plan.

    Returns:
        A list of `Slide`: the title, what the plan names, and the recap.

    Raises:
        plan.PlanError: the plan names something that the lesson has not, or has more than once.
    """
    made = [_title(lesson)]
    sections, rests, minute = {section.title: section for section in lesson.sections}, iter(lesson.rests), 0
    for row in rows:
        section = sections.get(row.section)
        if section is None:
            raise PlanError(f"{lesson.number}.md: the lesson has no section {row.section!r}")
        notes = _notes(row, minute)
        for things in row.slides:
            try:
                made += _slides(section, things, notes, minute, rests)
            except (ValueError, StopIteration) as error:
                raise PlanError(
                    f"{lesson.number}.md, {row.section}: {error or 'no further place to rest'}"
                ) from None
            notes = ""  # they are said once
        minute += row.minutes
    return [*made, *_recap(lesson)]


def _title(lesson):
    body = (
        f"<p>{markdown.inline(lesson.header)}</p><p class='question'>{markdown.inline(lesson.question)}</p>"
    )
    return Slide("title", lesson.title, body, "<p>Let everybody write down an answer before you go on.</p>")


def _recap(lesson):
    """The lines of the recap; the common mistakes are for the one who speaks."""
    recap = next((section for section in lesson.sections if section.title == "Recap"), None)
    if recap is None:
        return []
    parts = [part for part in recap.parts if isinstance(part, Part)]
    lines = next(part for part in parts if part.kind == "list")
    mistakes = [part.text for part in parts if part.text.startswith("**Common mistakes")]
    said = "<p>Books closed: each pair says one line, before you show them.</p>"
    return [
        Slide(
            "recap", "Recap", markdown.rendered(lines.text), said + markdown.rendered("\n\n".join(mistakes))
        )
    ]


def _notes(row, minute):
    last = minute + row.minutes
    return f"<p><strong>Minute {minute} to {last}, {row.how}.</strong> {markdown.inline(row.notes)}</p>"


def _slides(section, things, notes, minute, rests):
    """What one entry of the plan makes: a slide, or the two of a question and its result."""
    (*before, last) = things
    body = "".join(_SHOW.get(thing.kind, _part)(section, thing) for thing in before)
    if last.kind == "predict":
        box, said, shown = _predicted(section, last)
        yield Slide("predict", section.title, body + markdown.rendered(_unboxed(box.text)), notes, minute)
        yield Slide("result", section.title, shown, said, minute)
    elif last.kind == "exercise":
        yield _exercise(section, last.words, body, notes, minute)
    elif last.kind == "rest":
        yield Slide("text", "A place to rest", body + markdown.rendered(next(rests)), notes, minute)
    else:
        body += _SHOW.get(last.kind, _part)(section, last)
        yield Slide("text", section.title, body, notes, minute)


def _one(section, shown, found):
    """The only one of those that were found."""
    if len(found) != 1:
        named = f"{shown.kind} `{shown.words}`" if shown.words else shown.kind
        raise ValueError(f"{named} fits {len(found)} places of the lesson, and must fit one")
    return found[0]


def _unboxed(text):
    """The question in a box; that it asks for a prediction stands above it."""
    return re.sub("^> ?", "", text, flags=re.MULTILINE).removeprefix(_PREDICT)


def _part(section, shown):
    parts = [part for part in section.parts if isinstance(part, Part)]
    found = [part for part in parts if part.kind == shown.kind and shown.words in part.text]
    return markdown.rendered(_one(section, shown, found).text)


def _said(section, shown):
    parts = [part.text for part in section.parts if isinstance(part, Part) and part.kind == "paragraph"]
    found = [each for text in parts for each in markdown.sentences(text) if shown.words in each]
    return f"<p>{markdown.inline(_one(section, shown, found))}</p>"


def _cell(has: Callable[[Cell], object], show: Callable[[Cell], str]):
    def found(section: Section, shown: Shown) -> str:
        cells = [
            each
            for each in section.parts
            if isinstance(each, Cell) and has(each) and shown.words in each.code
        ]
        return show(_one(section, shown, cells))

    return found


def _code(text):
    lines = text.split("\n")
    long = ' class="long"' if max(map(len, lines)) > _WIDE or len(lines) > _HIGH else ""
    return f'<pre{long} tabindex="0"><code>{html.escape(text, quote=False)}</code></pre>'


_SHOW = {
    "say": _said,
    "figure": _cell(lambda cell: cell.figures, lambda cell: _without_style(cell.figures)),
    "output": _cell(lambda cell: cell.printed, lambda cell: _code(cell.printed)),
    "code": _cell(lambda cell: True, lambda cell: _code(cell.code)),
}


def _without_style(figures):
    """Figures, whose size and place are the slide's affair."""
    shown = re.sub(r' (style|width)="[^"]*"', "", "".join(figures))
    return f'<div class="figures">{shown}</div>' if len(figures) > 1 else shown


def _predicted(section, shown):
    """(The box, what to say of the result, the result): outputs of the cells after it, to the next text."""
    boxes = [
        (k, part)
        for k, part in enumerate(section.parts)
        if isinstance(part, Part) and part.text.startswith(f"> {_PREDICT}") and shown.words in part.text
    ]
    place, box = _one(section, shown, boxes)
    figures, printed, said = "", [], ""
    for part in section.parts[place + 1 :]:
        if isinstance(part, Cell):
            figures += _without_style(part.figures)
            printed += [part.printed] if part.printed else []
        elif figures or printed:
            said = markdown.rendered(part.text) if part.kind in ("paragraph", "list") else ""
            break
    if not figures and not printed:
        raise ValueError(f"nothing comes out after predict `{shown.words}`")
    return box, said, figures + "".join(map(_code, printed))


def _exercise(section, name, before, notes, minute):
    parts, cell = asked(section, name)
    exercise = exercises.every()[name]
    body = before + markdown.rendered("\n\n".join(part.text for part in parts))
    points = f"{exercise.points} point{'s' * (exercise.points > 1)}"
    if isinstance(exercise, exercises.Exercise):
        body += _code(cell.code)
        known = "; ".join(mistake.name for mistake in exercise.mistakes[:_TOLD])
        more = f"{points}. The check knows {len(exercise.mistakes)} mistakes by name, such as: {known}."
    elif isinstance(exercise, exercises.Question):
        more = f"{points}. The answer is {exercise.answer}. {exercise.explanations[exercise.answer]}"
    else:
        more = f"{points}. The first hint: {exercise.hints[0]}"
    # Sentences of the course, in which backticks alone are markup.
    return Slide("exercise", section.title, body, f"{notes}<p>{marked_up(more)}</p>", minute)

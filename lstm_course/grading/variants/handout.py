"""What students get, and what the instructor keeps: two notebooks from the same questions."""

import base64
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lstm_course.common import notebooks
from lstm_course.grading.variants.questions import ExamQuestion

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["answer_sheet", "points_and_minutes", "statements", "student_notebook"]

_IMPORTS = "import numpy as np\n\nfrom lstm_course.scratch import sigmoid"
_EXAMPLE = "A worked example with small numbers. Your function is tried on others, of other sizes."
_OFF = dict.fromkeys(("grade", "locked", "solution", "task"), False) | {"schema_version": 3}


def student_notebook(questions: Sequence[ExamQuestion]) -> "NotebookNode":
    """The notebook to hand out: statements, stubs, worked examples, figures, and nothing else.

    Args:
        questions: of one student.

    Returns:
        A notebook without outputs, with the metadata of nbgrader.
    """
    points, minutes = points_and_minutes(questions)
    title = (
        f"# Examination\n\n{len(questions)} questions, {points} points, {minutes} minutes. Put your "
        "answers where three dots stand, under the names that stand there. A function is tried on random "
        "inputs; numbers and letters are compared. You may write further functions, and use the course, "
        "NumPy and your notes."
    )
    cells = [_text("title", title), _code("imports", _IMPORTS, locked=True)]
    for number, each in enumerate(questions, 1):
        cells += [_statement(number, each), _code(each.exercise.id, each.stub, solution=True)]
        if each.example:
            cells += [_text(f"example-text-{number}", _EXAMPLE)]
            cells += [_code(f"example-{number}", each.example, locked=True)]
    return notebooks.notebook(cells)


def answer_sheet(name: str, questions: Sequence[ExamQuestion]) -> "NotebookNode":
    """The instructor's notebook: each statement with a sample answer, the points and what people get wrong.

    Args:
        name: of the student.
        questions: of the same student.

    Returns:
        A notebook whose code answers every question.
    """
    points, minutes = points_and_minutes(questions)
    sums = f"{len(questions)} questions, {points} points, {minutes} minutes"
    title = f"# Answers for {name}\n\nFor you alone: {sums}."
    cells = [_text("title", title), _code("imports", _IMPORTS)]
    for number, each in enumerate(questions, 1):
        cells += [_statement(number, each), _code(each.exercise.id, each.sample)]
        cells += [_text(f"marking-{number}", _marking(each))]
    return notebooks.notebook(cells)


def points_and_minutes(questions: Sequence[ExamQuestion]) -> tuple[int, int]:
    """The sums over all questions.

    Args:
        questions: of one student.
    """
    exercises = [each.exercise for each in questions]
    return sum(each.points for each in exercises), sum(each.minutes for each in exercises)


def statements(questions: Sequence[ExamQuestion]) -> str:
    """All that is asked, as one text: two examinations with the same text are the same.

    Args:
        questions: of one student.
    """
    return "\n".join(part for each in questions for part in (each.statement, each.stub, each.alt))


def _statement(number, question):
    exercise = question.exercise
    head = f"## Question {number}: {exercise.title} ({exercise.points} points, {exercise.minutes} minutes)"
    parts, made = [head, question.statement], {}
    if question.figure is not None:
        from lstm_course.plots.showing import png

        file = f"figure-{number}.png"
        picture = base64.b64encode(png(question.figure())).decode("ascii")
        made = {"attachments": {file: {"image/png": picture}}}
        parts += [f"![{question.alt}](attachment:{file})", f"The figure in numbers: {question.alt}"]
    return _text(f"question-{number}", "\n\n".join(parts)) | made


def _marking(question: ExamQuestion) -> str:
    return "\n\n".join(_marking_parts(question))


def _marking_parts(question: ExamQuestion) -> Iterator[str]:
    exercise = question.exercise
    listed = "\n".join(f"* {points}: {words}" for points, words in question.marking)
    yield f"**{exercise.points} points**\n\n{listed}"
    if question.reasons:
        yield "**Why, and what people get wrong**\n\n" + "\n".join(f"* {each}" for each in question.reasons)
    yield f"Explained in lesson {int(exercise.lesson)}, “{exercise.section}”."


def _text(name: str, source: str) -> dict[str, Any]:
    return _cell("markdown", name, source, locked=True)


def _code(name: str, source: str, **nbgrader: bool) -> dict[str, Any]:
    return _cell("code", name, source, **nbgrader)


def _cell(kind, name, source, **nbgrader):
    return notebooks.cell(kind, name, source, {"nbgrader": _OFF | nbgrader | {"grade_id": name}})

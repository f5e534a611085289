"""What grading hands on from one of its rooms to the next, and keeps as JSON: jobs, rows and results."""

from typing import NotRequired, TypeAlias, TypedDict

from lstm_course.exercises import Exercise, Question, ValueExercise

__all__ = ["AnyExercise", "Job", "LimitsByName", "Result", "Row"]

AnyExercise: TypeAlias = Exercise | ValueExercise | Question


class Row(TypedDict):
    """What is said of one exercise.

    Keys:
        exercise, title: its id and its title.
        points: what it counts for; score: what the answer gets of it.
        status: a key of `exercises.verdicts.VERDICTS`.
        mistake: name of the known mistake, or None.
        message: a sentence; notes: further ones, of warnings and troubles.
        where: where in the course it is explained.
        seconds: how long it took.
    """

    exercise: str
    title: str
    points: int
    score: float
    status: str
    mistake: str | None
    message: str
    notes: list[str]
    where: str
    seconds: float


class Result(TypedDict):
    """What is kept of one submission.

    Keys:
        learner, id, lesson, path, others, reason: as in `intake.Submission`.
        score, points: of all exercises together.
        exercises: a row for each.
        alone: whether it was graded a second time, with nothing beside it, because its time had been up.
        answers: id -> text of the answer, of those that were tried.
        key: name of its files.
        fingerprint: of all that it hangs on.
    """

    learner: str
    id: str
    lesson: str | None
    path: str
    others: list[str]
    reason: str | None
    score: float
    points: int
    exercises: list[Row]
    alone: bool
    answers: dict[str, str]
    key: str
    fingerprint: str


class LimitsByName(TypedDict, total=False):
    """Fields of `sandbox.Limits`; those that are left out have their defaults."""

    memory: int
    processes: int
    disk: int
    cell_seconds: float
    answer_seconds: float
    all_seconds: float


class Job(TypedDict):
    """A notebook to be marked.

    Keys:
        cells, lesson, seed, kind: as for `marking.mark_notebook`.
        limits: None for those of the lesson.
        library: as for `marking.mark_notebook`, default "none".
        unsafe: whether to go without a sandbox where none is to be had; known where kind is still None.
    """

    cells: list[str]
    lesson: str
    seed: int
    kind: str | None
    limits: LimitsByName | None
    library: NotRequired[str]
    unsafe: NotRequired[bool]

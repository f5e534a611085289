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
        nearly: whether its values are only nearly right, whoever has made them.
        correction: why an instructor has given these points by hand.
    """

    exercise: str
    title: str
    points: float
    score: float
    status: str
    mistake: str | None
    message: str
    notes: list[str]
    where: str
    seconds: float
    nearly: NotRequired[bool]
    correction: NotRequired[str]


class Result(TypedDict):
    """What is kept of one submission.

    Keys:
        learner, id, lesson, path, others, reason: as in `intake.Submission`.
        score, points: of all exercises together.
        exercises: a row for each.
        alone: whether it was graded a second time, with nothing beside it, because its time had been up.
        answers: id -> text of the answer, of those that were tried.
        asked: id -> which help the notebook still asks for, as `reports.asked` finds it.
        key: name of its files.
        fingerprint: of all that it hangs on; notebook: of what of this is the learner's, and the seed.
        platform, submitted, late: as in `intake.Submission`.
        applied: sentences on what the instructor has set, where it has made a difference.
    """

    learner: str
    id: str
    lesson: str | None
    path: str
    others: list[str]
    reason: str | None
    score: float
    points: float
    exercises: list[Row]
    alone: bool
    answers: dict[str, str]
    asked: NotRequired[dict[str, list[str]]]
    key: str
    fingerprint: str
    notebook: NotRequired[str]
    platform: NotRequired[str]
    submitted: NotRequired[str]
    late: NotRequired[bool]
    applied: NotRequired[list[str]]


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
        rows: as for `marking.mark_notebook`, default none.
        unsafe: whether to go without a sandbox where none is to be had; known where kind is still None.
    """

    cells: list[str]
    lesson: str
    seed: int
    kind: str | None
    limits: LimitsByName | None
    rows: NotRequired[list[Row]]
    unsafe: NotRequired[bool]

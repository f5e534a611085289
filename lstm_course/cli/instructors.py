"""Commands for who teaches with it: grading, an nbgrader course, variants."""

import argparse
from pathlib import Path

from lstm_course.cli.parsing import count, size
from lstm_course.common.console import say
from lstm_course.common.trouble import Trouble


def add_commands(commands):
    """Adds them to the parser.

    Args:
        commands: what `add_subparsers` gave.
    """
    _add_grade(commands)
    _add_instructor(commands)


def _add_grade(commands):
    command = commands.add_parser("grade", help="grade a folder of submissions in a sandbox (instructors)")
    command.add_argument("submissions", metavar="SUBMISSIONS", help="folder, zip file or notebook")
    command.add_argument("--out", default="grades", metavar="DIR", help="for the results, default grades")
    command.add_argument("--jobs", type=size, metavar="N", help="notebooks at a time, default all processors")
    command.add_argument("--seed", type=count, metavar="S", help="of the probes, default a random one")
    command.add_argument("--executor", metavar="ADDRESS", help="let the workers of this Dask scheduler do it")
    command.add_argument(
        "--unsafe-no-sandbox", action="store_true", help="run without a sandbox where none is to be had"
    )
    command.add_argument(
        "--variants", metavar="KEY", help="grade variants, by the key that `instructor variants` made"
    )
    command.add_argument(
        "--library",
        choices=["full", "half", "none"],
        help="points of a right answer that calls the library for it, default as in grading.toml, else none",
    )
    command.add_argument(
        "--retry",
        choices=["timed-out"],
        help="grade anew, of what is graded already, those whose time was up",
    )
    command.add_argument(
        "--roster", metavar="CSV", help="who is in the course, as Canvas, Moodle or Gradescope exports it"
    )
    command.add_argument(
        "--override", metavar="CSV", help="points by hand: learner, exercise, points, reason; they are kept"
    )
    command.add_argument(
        "--only", action="append", default=[], metavar="LEARNER", help="grade this learner alone, anew"
    )
    command.add_argument(
        "--only-exercise", action="append", default=[], metavar="NAME", help="grade this exercise alone, anew"
    )
    command.add_argument(
        "--earlier",
        action="append",
        default=[],
        metavar="DIR",
        help="submissions of an earlier year, with which answers are compared",
    )
    command.set_defaults(run=_grade, when_stopped="Stopped. The same command goes on from here.")


def _grade(options):
    from lstm_course.grading import batch, sandbox

    try:
        done = batch.run(
            options.submissions,
            options.out,
            jobs=options.jobs,
            seed=options.seed,
            executor=options.executor,
            unsafe=options.unsafe_no_sandbox,
            variants=options.variants,
            retry=[options.retry.replace("-", " ")] if options.retry else [],
            library=options.library,
            roster=options.roster,
            override=options.override,
            only=options.only,
            only_exercises=options.only_exercise,
            earlier=options.earlier,
            say=say,
        )
    except sandbox.NoSandbox as error:
        raise Trouble(f"{error}\n{sandbox.ADVICE}") from None
    say(f"{len(done.results)} results, {done.graded} of them new, in {done.out}; begin with summary.html.")
    return 0


def _add_instructor(commands):
    instructor = commands.add_parser(
        "instructor", help="an nbgrader course, examinations, oral questions, the class over time, slides"
    )
    tasks = instructor.add_subparsers(title="tasks", metavar="TASK", required=True)
    init = tasks.add_parser("init", help="make a complete nbgrader course in a new folder")
    init.add_argument("folder", metavar="DIR")
    init.set_defaults(run=_instructor_init)
    _add_examinations(tasks)
    over_time = tasks.add_parser("class", help="what the marks of a class, or of several terms, say")
    over_time.add_argument("folders", nargs="+", metavar="MARKS", help="what `grade --out` wrote, one a term")
    over_time.add_argument("--out", default="class", metavar="DIR", help="a new folder, default class")
    over_time.add_argument(
        "--anonymous",
        metavar="KEY",
        help="marks and answers without names too, for research and second markers; the pseudonyms hang on "
        "the key in this file, which is made where there is none and stays with you",
    )
    over_time.set_defaults(run=_instructor_class)
    slides = tasks.add_parser("slides", help="slides with speaker's notes, from the plan of a lesson")
    slides.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers, default all")
    slides.add_argument("--out", default="build/slides", metavar="DIR", help="default build/slides")
    slides.set_defaults(run=_instructor_slides)


def _add_examinations(tasks):
    variants = tasks.add_parser("variants", help="an examination without public solutions, one a student")
    variants.add_argument("folder", metavar="DIR", help="a new folder, for what to hand out and what to keep")
    variants.add_argument(
        "--secret", required=True, metavar="FILE", help="keep it to yourself; it is made where there is none"
    )
    variants.add_argument(
        "--lessons", default="1-7", type=_lessons, metavar="L", help="such as 3 or 1-3,6; default 1-7"
    )
    variants.add_argument(
        "--questions", type=size, default=6, metavar="N", help="for each student, default 6"
    )
    students = variants.add_mutually_exclusive_group(required=True)
    students.add_argument("--students", metavar="FILE", help="names of students or groups, one a line")
    students.add_argument("--count", type=size, metavar="N", help="or so many, called 001, 002 and so on")
    students.add_argument("--alike", action="store_true", help="or the same for everybody")
    variants.set_defaults(run=_instructor_variants)
    questions = tasks.add_parser("questions", help="three questions to each learner, from their own answers")
    questions.add_argument("submissions", metavar="SUBMISSIONS", help="folder, archive or notebook")
    questions.add_argument("--out", default="questions", metavar="DIR", help="default questions")
    questions.set_defaults(run=_instructor_questions)


def _instructor_init(options):
    from lstm_course.grading import nbgrader_course

    nbgrader_course.create(options.folder)
    say(f"The course stands in {options.folder}; README.md there says how to go on.")
    return 0


def _instructor_class(options):
    from lstm_course.grading.reports import over_time

    written = over_time.write_class(options.folders, options.out, options.anonymous)
    say(f"{', '.join(written)} stand in {options.out}.")
    return 0


def _instructor_slides(options):
    from lstm_course import authoring
    from lstm_course.site.slides import deck

    for path in deck.write_decks(authoring.find_root(), options.out, options.lessons):
        say(path)
    return 0


def _instructor_questions(options):
    from lstm_course.grading import oral

    learners = oral.write(options.submissions, options.out)
    say(f"Questions for {learners} learners: open {Path(options.out).resolve() / 'index.html'}")
    return 0


def _lessons(text):
    """Digits of lessons from "1-3,6", for argparse."""
    parts = [part.partition("-") for part in text.replace(" ", "").split(",")]
    if not all(first.isdecimal() and (last.isdecimal() or not dash) for first, dash, last in parts):
        raise argparse.ArgumentTypeError(f"{text!r} names no lessons; write such as 3 or 1-3,6")
    numbers = {k for first, _, last in parts for k in range(int(first), int(last or first) + 1)}
    return [str(number) for number in sorted(numbers)]


def _instructor_variants(options):
    from lstm_course.grading import variants

    if options.students:
        try:
            lines = Path(options.students).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise Trouble(f"{options.students} is not a text file in UTF-8: one name a line.") from None
        names = [line.strip() for line in lines if line.strip()]
    elif options.alike:
        names = [variants.EVERYBODY]
    else:
        names = [f"{k:03d}" for k in range(1, options.count + 1)]
    secret, made = variants.read_or_make(options.secret)
    points, minutes = variants.write(options.folder, names, secret, options.lessons, options.questions)
    if made:
        say(f"{options.secret} is new: keep it, and show it to nobody.")
    hand_out, own = (Path(options.folder) / name for name in (variants.HAND_OUT, variants.INSTRUCTOR))
    say(f"{len(names)} notebooks stand in {hand_out}: {points} points, {minutes} minutes each.")
    say(f"Their answers and {variants.KEY} stand in {own}: for you alone.")
    return 0

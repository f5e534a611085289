"""The `lstm-course` command."""

import argparse
import codecs
import importlib.util
import sys
from functools import partial
from pathlib import Path

from lstm_course import __version__
from lstm_course.common.trouble import Trouble

# For a console that cannot print them; any other character is told by its number.
_IN_ASCII = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "–": "-",
    "−": "-",
    "×": "x",
    "±": "+-",
    "…": "...",
    "→": "->",
    "·": "-",
}


def main(arguments=None):
    """Runs `lstm-course`.

    Args:
        arguments: list of str, default the command line.

    Returns:
        The exit status, an int: 0 when all went well.
    """
    parser = argparse.ArgumentParser(prog="lstm-course", description="A hands-on course on LSTM networks.")
    parser.add_argument("--version", action="version", version=f"lstm-course {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add_command in (
        _add_lab,
        _add_check,
        _add_progress,
        _add_doctor,
        _add_build,
        _add_exercises,
        _add_bench,
        _add_measure,
        _add_data,
        _add_site,
        _add_grade,
        _add_instructor,
    ):
        add_command(commands)
    codecs.register_error("in-ascii", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="in-ascii")
    options = parser.parse_args(arguments)
    for place in map(_single_file, ("numpy", "matplotlib", "scipy", "sklearn", "keras", "tensorflow")):
        if place:
            print(f"{place} is found before the library of that name: rename or move it.", file=sys.stderr)
            return 1
    try:
        return options.run(options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:  # a file where a folder was to be, a folder that may not be written to
        if error.filename is None:
            raise
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(getattr(options, "when_stopped", ""), file=sys.stderr, end="")
        return 130


def _in_ascii(error):
    """What is printed instead of characters that the console does not have."""
    lost = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(one, f"\\u{ord(one):04x}") for one in lost), error.end


def _single_file(library):
    """The file that Python finds for a library which is a folder: somebody's own numpy.py; else None."""
    found = importlib.util.find_spec(library)
    return found.origin if found and found.submodule_search_locations is None else None


def _add_lab(commands):
    command = commands.add_parser("lab", help="open the lessons in JupyterLab")
    command.add_argument(
        "folder", nargs="?", default="my-lessons", metavar="DIR", help="your working copy, default my-lessons"
    )
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.add_argument("--port", type=int, metavar="N", help="default the first free one from 8888 on")
    command.set_defaults(run=_lab)


def _lab(options):
    from lstm_course.learner import lab

    lab.open_lab(options.folder, browser=not options.no_browser, port=options.port)
    return 0


def _add_check(commands):
    command = commands.add_parser("check", help="run a lesson of yours and say how its exercises stand")
    command.add_argument("notebook", metavar="NOTEBOOK")
    command.set_defaults(run=_check)


def _check(options):
    from lstm_course.learner import reviewing

    found = reviewing.review(options.notebook)
    print(found)
    return 0 if found.all_right else 1


def _add_progress(commands):
    command = commands.add_parser("progress", help="show which exercises are done")
    command.add_argument(
        "folder",
        nargs="?",
        metavar="DIR",
        help="your working copy, default this folder, else my-lessons in it",
    )
    command.set_defaults(run=_progress)


def _progress(options):
    from lstm_course.learner import logbook, workspace

    folders = [options.folder] if options.folder else [".", "my-lessons"]
    folder = next((folder for folder in folders if Path(folder, workspace.MANIFEST).is_file()), None)
    if folder is None:
        raise Trouble(
            f"{Path(folders[0]).resolve()} is no working copy of the lessons; `lstm-course lab` makes one."
        )
    print(logbook.progress(folder))
    return 0


def _add_doctor(commands):
    command = commands.add_parser(
        "doctor", help="say what is wrong with this computer's set-up, and what to do"
    )
    command.set_defaults(run=_doctor)


def _doctor(options):
    from lstm_course.learner import doctor

    findings = doctor.examine()
    print(*findings, sep="\n")
    print(doctor.summary(findings))
    return 1 if any(finding.status == "wrong" for finding in findings) else 0


def _add_build(commands):
    command = commands.add_parser("build", help="make the notebooks from solutions/NN_name.md (contributors)")
    command.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers, default all")
    command.add_argument("--check", action="store_true", help="only say what differs from its source")
    command.add_argument("--fresh", action="store_true", help="take every output anew, also unchanged ones")
    command.add_argument(
        "--shake",
        type=_count,
        metavar="K",
        help="measure the tolerances by K runs in which all networks are disturbed as by another processor, "
        "default 5; 0 leaves them as they are; with --check run so and compare, and write nothing",
    )
    command.add_argument("--seed", type=_count, default=1, metavar="S", help="of the first shake, default 1")
    command.set_defaults(run=_build)


def _count(text):
    """A whole number of at least 0, for argparse."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def _size(text):
    """A whole number of at least 1, for argparse."""
    if _count(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _build(options):
    from lstm_course import authoring
    from lstm_course.authoring import claims, tolerances

    root = authoring.find_root()
    sources = authoring.find_sources(root, options.lessons)
    say = partial(print, flush=True)
    if options.check and options.shake:
        seeds = range(options.seed, options.seed + options.shake)
        problems = authoring.shake(root, sources, seeds, say=say)
    elif options.check:
        problems = authoring.check(root, sources) + claims.problems(root)
    else:
        runs = tolerances.RUNS if options.shake is None else options.shake
        problems = authoring.build(root, sources, fresh=options.fresh, runs=runs, say=say)
        claims.write(root)
    print("\n\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


def _add_exercises(commands):
    command = commands.add_parser(
        "exercises",
        help="list the exercises, prove their checks, or begin a new one (contributors)",
        epilog="`exercises NAME` proves an exercise and shows what each mistake changes; "
        "`exercises new NAME --lesson NN` writes a first draft of one.",
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="which exercises, default all")
    command.add_argument("--matrix", action="store_true", help="run every known mistake through its check")
    command.add_argument(
        "--mutations", action="store_true", help="change every token of every right answer, and check that"
    )
    command.add_argument("--lesson", metavar="NN", help="that of a new exercise, or only those of this one")
    command.set_defaults(run=_exercises)


def _exercises(options):
    from lstm_course import exercises

    if options.names[:1] == ["new"]:
        return _new_exercise(options.names[1:], options.lesson)
    every = exercises.every()
    unknown = [name for name in options.names if name not in every]
    if unknown:
        raise Trouble(f"No exercise is called {', '.join(unknown)}: `lstm-course exercises` lists them.")
    chosen = [every[name] for name in options.names] or list(every.values())
    chosen = [each for each in chosen if not options.lesson or each.lesson == options.lesson.zfill(2)]
    if options.mutations:
        return _mutations(chosen)
    if options.matrix:
        return _matrix(chosen)
    for exercise in chosen:
        points = f"{exercise.points} point{'s' if exercise.points > 1 else ''}"
        print(f"{exercise.lesson}  {exercise.id:24}{exercise.minutes:3} min  {points:10}{exercise.title}")
    return _proof(chosen) if options.names else 0


def _new_exercise(names, lesson):
    from lstm_course import authoring, exercises
    from lstm_course.authoring import new_exercise

    if len(names) != 1 or not lesson:
        print("`lstm-course exercises new NAME --lesson NN` begins one exercise.", file=sys.stderr)
        return 2
    print(*new_exercise.write(authoring.find_root(), names[0], lesson, exercises.every()), sep="\n")
    return 0


def _proof(exercises):
    from lstm_course.exercises.proofs import edits, matrix

    problems = [problem for exercise in exercises for problem in edits.problems(exercise)]
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    rows = matrix.rows(pairs=False, exercises=exercises)
    changed = edits.differences(exercises)
    for row in rows:
        lines = changed.get((row.exercise, row.made), ())
        print(row, *(f"{'':10}  {line}" for line in lines), sep="\n")
    return _counted(rows)


def _matrix(exercises):
    from lstm_course.exercises.proofs import matrix

    rows = matrix.rows(exercises=exercises)
    print(*rows, sep="\n")
    return _counted(rows)


def _counted(rows):
    from lstm_course.exercises.proofs.matrix import times

    failed = sum(not row.proven for row in rows)
    print(f"{len(rows)} answers were checked; {failed} verdicts are not what they should be.")
    print(times(rows))
    return 1 if failed else 0


def _mutations(exercises):
    from lstm_course.exercises.proofs import mutations

    found = mutations.verdicts(exercises)
    print(*mutations.summary(found), sep="\n")
    return 1 if any(verdict.missed for verdict in found) else 0


def _add_site(commands):
    command = commands.add_parser("site", help="make a web site of all lessons, guides and the reference")
    command.add_argument("--out", default="build/site", metavar="DIR", help="default build/site")
    command.add_argument("--no-solutions", action="store_true", help="leave the right answers out")
    command.set_defaults(run=_site)


def _site(options):
    from lstm_course import authoring
    from lstm_course.site import pages

    warnings = pages.build(authoring.find_root(), options.out, solutions=not options.no_solutions)
    print(f"The site is made: open {Path(options.out).resolve() / 'index.html'}")
    print("\n".join(warnings), file=sys.stderr, end="\n" if warnings else "")
    return 1 if warnings else 0


def _add_bench(commands):
    command = commands.add_parser(
        "bench", help="measure the speed of the layers against the blackboard, Keras and PyTorch"
    )
    command.add_argument("--quick", action="store_true", help="tiny sizes, only to see that it works")
    command.add_argument(
        "--json", metavar="FILE", help="keep the figures; a run that was broken off goes on from there"
    )
    command.add_argument("--report", metavar="FILE", help="write a page with pictures, docs/benchmarks.md")
    command.set_defaults(run=_bench)


def _bench(options):
    from lstm_course.bench import races, report

    results = races.measure(quick=options.quick, path=options.json)
    for title, table in report.tables(results):
        print(f"{title}\n\n{table}\n")
    if options.report:
        report.write_report(results, options.report)
    missed = [goal.what for goal in report.goals(results) if goal.verdict == "missed"]
    print("\n".join(["Missed:", *missed]) if missed else "No goal is missed.")
    return 0


def _add_measure(commands):
    command = commands.add_parser(
        "measure", help="train the lessons' networks at full size, for the tables that ship (contributors)"
    )
    command.add_argument(
        "what",
        choices=("imdb", "reviews", "depth", "memory"),
        help="lesson 4 on these data, or lesson 3; an hour at most",
    )
    command.add_argument("--table", metavar="FILE", help="default the one in datasets/ of the course")
    said = "Stopped. What is measured stays in the table; the same command goes on.\n"
    command.set_defaults(run=_measure, when_stopped=said)


def _measure(options):
    from lstm_course.learner.setup import setup
    from lstm_course.memory import measure_hundred_steps
    from lstm_course.models import full_size

    setup()
    measure = measure_hundred_steps if options.what == "memory" else partial(full_size.measure, options.what)
    measure(options.table, say=partial(print, flush=True))
    return 0


def _add_data(commands):
    command = commands.add_parser("data", help="say where the data are; fetch the IMDB reviews")
    what = command.add_mutually_exclusive_group()
    what.add_argument("name", nargs="?", choices=["imdb"], help="fetch this into the cache")
    what.add_argument("--regenerate", choices=["reviews"], help="write this file anew (contributors)")
    command.add_argument("--from", dest="archive", metavar="FILE", help="take imdb from a downloaded archive")
    command.set_defaults(run=_data)


def _data(options):
    from lstm_course.data import report
    from lstm_course.data.reviews import imdb

    if options.archive and not options.name:
        print("--from FILE needs the name of the data: `lstm-course data imdb --from FILE`.", file=sys.stderr)
        return 2
    if options.regenerate:
        print(report.regenerate_reviews())
    elif options.name:
        print(f"50,000 film reviews are in {imdb.fetch(options.archive)}.")
    else:
        sentences, all_right = report.listing()
        print(*sentences, sep="\n")
        return 0 if all_right else 1
    return 0


def _add_grade(commands):
    command = commands.add_parser("grade", help="grade a folder of submissions in a sandbox (instructors)")
    command.add_argument("submissions", metavar="SUBMISSIONS", help="folder, zip file or notebook")
    command.add_argument("--out", default="grades", metavar="DIR", help="for the results, default grades")
    command.add_argument(
        "--jobs", type=_size, metavar="N", help="notebooks at a time, default all processors"
    )
    command.add_argument("--seed", type=_count, metavar="S", help="of the probes, default a random one")
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
        default="none",
        help="points of a right answer that calls the library for it, default none",
    )
    command.add_argument(
        "--retry",
        choices=["timed-out"],
        help="grade anew, of what is graded already, those whose time was up",
    )
    command.set_defaults(run=_grade, when_stopped="Stopped. The same command goes on from here.\n")


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
            say=partial(print, flush=True),
        )
    except sandbox.NoSandbox as error:
        raise Trouble(f"{error}\n{sandbox.ADVICE}") from None
    print(f"{len(done.results)} results, {done.graded} of them new, in {done.out}.")
    return 0


def _add_instructor(commands):
    instructor = commands.add_parser("instructor", help="nbgrader course and variants (instructors)")
    tasks = instructor.add_subparsers(title="tasks", metavar="TASK", required=True)
    init = tasks.add_parser("init", help="make a complete nbgrader course in a new folder")
    init.add_argument("folder", metavar="DIR")
    init.set_defaults(run=_instructor_init)
    variants = tasks.add_parser("variants", help="an exercise without a public solution, one a student")
    variants.add_argument("folder", metavar="DIR", help="a new folder, for a notebook each and the key")
    variants.add_argument("--seed", type=_count, required=True, metavar="S", help="keep it to yourself")
    students = variants.add_mutually_exclusive_group(required=True)
    students.add_argument("--students", metavar="FILE", help="names of students or groups, one a line")
    students.add_argument("--count", type=_size, metavar="N", help="or so many, called 001, 002 and so on")
    variants.set_defaults(run=_instructor_variants)


def _instructor_init(options):
    from lstm_course.grading import nbgrader_course

    nbgrader_course.create(options.folder)
    print(f"The course stands in {options.folder}; README.md there says how to go on.")
    return 0


def _instructor_variants(options):
    from lstm_course.grading import variants

    try:
        if options.students:
            lines = Path(options.students).read_text(encoding="utf-8").splitlines()
            names = [line.strip() for line in lines if line.strip()]
        else:
            names = [f"{k:03d}" for k in range(1, options.count + 1)]
        variants.write(options.folder, names, options.seed)
    except OSError as error:
        raise Trouble(error) from None
    print(f"{len(names)} notebooks stand in {options.folder}; {variants.KEY} there is for you alone.")
    return 0

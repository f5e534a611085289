"""Commands for who writes the course: notebooks, exercises, the site, measurements."""

import sys
from functools import partial
from pathlib import Path

from lstm_course.cli.parsing import count
from lstm_course.common.console import say
from lstm_course.common.trouble import Trouble


def add_commands(commands):
    """Adds them to the parser.

    Args:
        commands: what `add_subparsers` gave.
    """
    _add_build(commands)
    _add_exercises(commands)
    _add_bench(commands)
    _add_measure(commands)
    _add_site(commands)


def _add_build(commands):
    command = commands.add_parser("build", help="make the notebooks from solutions/NN_name.md (contributors)")
    command.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers, default all")
    command.add_argument("--check", action="store_true", help="only say what differs from its source")
    command.add_argument("--fresh", action="store_true", help="take every output anew, also unchanged ones")
    command.add_argument(
        "--shake",
        type=count,
        metavar="K",
        help="measure the tolerances by K runs in which all networks are disturbed as by another processor, "
        "default 5; 0 leaves them as they are; with --check run so and compare, and write nothing",
    )
    command.add_argument("--seed", type=count, default=1, metavar="S", help="of the first shake, default 1")
    command.set_defaults(run=_build)


def _build(options):
    from lstm_course import authoring
    from lstm_course.authoring import claims, tolerances

    root = authoring.find_root()
    sources = authoring.find_sources(root, options.lessons)
    if options.check and options.shake:
        seeds = range(options.seed, options.seed + options.shake)
        problems = authoring.shake(root, sources, seeds, say=say)
    elif options.check:
        problems = authoring.check(root, sources) + claims.problems(root)
    else:
        runs = tolerances.RUNS if options.shake is None else options.shake
        problems = authoring.build(root, sources, fresh=options.fresh, runs=runs, say=say)
        claims.write(root)
    if problems:
        say("\n\n".join(problems), file=sys.stderr)
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
        say(f"{exercise.lesson}  {exercise.id:24}{exercise.minutes:3} min  {points:10}{exercise.title}")
    return _proof(chosen) if options.names else 0


def _new_exercise(names, lesson):
    from lstm_course import authoring, exercises
    from lstm_course.authoring import new_exercise

    if len(names) != 1 or not lesson:
        say("`lstm-course exercises new NAME --lesson NN` begins one exercise.", file=sys.stderr)
        return 2
    say(*new_exercise.write(authoring.find_root(), names[0], lesson, exercises.every()))
    return 0


def _proof(exercises):
    from lstm_course.exercises.proofs import edits, matrix

    problems = [problem for exercise in exercises for problem in edits.problems(exercise)]
    if problems:
        say(*problems, file=sys.stderr)
        return 1
    rows = matrix.rows(pairs=matrix.NONE, exercises=exercises)
    changed = edits.differences(exercises)
    for row in rows:
        lines = changed.get((row.exercise, row.made), ())
        say(row, *(f"{'':10}  {line}" for line in lines))
    return _counted(rows)


def _matrix(exercises):
    from lstm_course.exercises.proofs import matrix

    rows = matrix.rows(exercises=exercises)
    say(*rows)
    return _counted(rows)


def _counted(rows):
    from lstm_course.exercises.proofs.matrix import times

    failed = sum(not row.proven for row in rows)
    say(f"{len(rows)} answers were checked; {failed} verdicts are not what they should be.")
    say(times(rows))
    return 1 if failed else 0


def _mutations(exercises):
    from lstm_course.exercises.proofs import mutations

    found = mutations.verdicts(exercises)
    say(*mutations.summary(found))
    return 1 if any(verdict.missed for verdict in found) else 0


def _add_site(commands):
    command = commands.add_parser("site", help="make a web site of all lessons, guides and the reference")
    command.add_argument("--out", default="build/site", metavar="DIR", help="default build/site")
    command.add_argument("--no-solutions", action="store_true", help="leave the right answers out")
    command.add_argument("--epub", action="store_true", help="make a book of the lessons as well")
    command.add_argument("--pdf", action="store_true", help="the same to print; it needs a Chromium")
    command.set_defaults(run=_site)


def _site(options):
    from lstm_course import authoring
    from lstm_course.site import pages

    wanted = {"solutions": not options.no_solutions, "epub": options.epub, "pdf": options.pdf}
    warnings = pages.build(authoring.find_root(), options.out, **wanted)
    say(f"The site is made: open {Path(options.out).resolve() / 'index.html'}")
    say(*warnings, file=sys.stderr)
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
    command.add_argument(
        "--only",
        choices=("training", "inference", "products", "adding", "scale", "memory"),
        metavar="PART",
        help="measure this part alone: training, inference, products, adding, scale or memory",
    )
    command.add_argument(
        "--compare",
        nargs=2,
        metavar="FILE",
        help="measure nothing: set two files of --json beside each other",
    )
    command.set_defaults(run=_bench)


def _bench(options):
    from lstm_course.bench import races, report

    if options.compare:
        say(report.comparison(*map(races.read, options.compare)))
        return 0
    if options.only and options.report:
        raise Trouble("The page needs every part: leave --only or --report away.")
    results = races.measure(only=options.only, quick=options.quick, path=options.json, say=say)
    for title, table in report.tables(results):
        print(f"{title}\n\n{table}\n")
    if options.only:
        return 0
    if options.report:
        report.write_report(results, options.report)
    missed = [goal.what for goal in report.goals(results) if goal.verdict == "missed"]
    say("\n".join(["Missed:", *missed]) if missed else "No goal is missed.")
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
    said = "Stopped. What is measured stays in the table; the same command goes on."
    command.set_defaults(run=_measure, when_stopped=said)


def _measure(options):
    from lstm_course.learner.setup import setup
    from lstm_course.memory import measure_hundred_steps
    from lstm_course.models import full_size

    setup()
    measure = measure_hundred_steps if options.what == "memory" else partial(full_size.measure, options.what)
    measure(options.table, say=say)
    return 0

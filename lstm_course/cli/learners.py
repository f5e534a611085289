"""Commands for somebody who learns: the lessons, what is done, the computer, the data."""

import re
import sys
from pathlib import Path

from lstm_course.common.console import say
from lstm_course.common.trouble import Trouble


def add_commands(commands):
    """Adds them to the parser.

    Args:
        commands: what `add_subparsers` gave.
    """
    _add_lab(commands)
    _add_check(commands)
    _add_progress(commands)
    _add_reset(commands)
    _add_review(commands)
    _add_milestones(commands)
    _add_doctor(commands)
    _add_data(commands)


def _add_lab(commands):
    command = commands.add_parser("lab", help="open the lessons in JupyterLab")
    command.add_argument(
        "folder", nargs="?", default="my-lessons", metavar="DIR", help="your working copy, default my-lessons"
    )
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.add_argument("--port", type=int, metavar="N", help="default the first free one from 8888 on")
    command.add_argument(
        "--address",
        default="127.0.0.1",
        help="where to listen; in a container 0.0.0.0, default this computer only",
    )
    command.set_defaults(run=_lab, when_stopped="")  # JupyterLab has said it


def _lab(options):
    from lstm_course.learner import lab

    lab.open_lab(options.folder, not options.no_browser, options.port, options.address)
    return 0


def _add_check(commands):
    command = commands.add_parser("check", help="run a lesson of yours and say how its exercises stand")
    command.add_argument(
        "notebook", metavar="NOTEBOOK", help="its path, or the number of a lesson in your working copy, as 03"
    )
    command.set_defaults(run=_check)


def _check(options):
    from lstm_course.learner import reviewing

    path = _notebook(options.notebook)
    _show_now("The kernel starts.")
    try:
        found = reviewing.review(path, watch=lambda k, of: _show_now(f"Code cell {k} of {of} is running."))
    finally:
        _show_now("")
    say(found)
    return 0 if found.all_right else 1


def _notebook(given):
    """The notebook that is meant: a path, or that of the lesson with this number in the working copy."""
    from lstm_course.learner import workspace

    if not re.fullmatch(r"\d{1,2}", given) or Path(given).exists():
        return given
    return _working_copy() / workspace.file_of(given)


def _show_now(what):
    """On a terminal, a line that says what is going on, in the place of the last one; "" takes it away."""
    if sys.stderr.isatty():
        print(f"\r{what:40}" + "\r" * (not what), end="", file=sys.stderr, flush=True)


def _add_progress(commands):
    command = commands.add_parser("progress", help="show which exercises are done")
    command.add_argument(
        "folder",
        nargs="?",
        metavar="DIR",
        help="your working copy, default this folder, else my-lessons in it",
    )
    file = command.add_mutually_exclusive_group()
    file.add_argument("--backup", metavar="FILE", help="write the results into a file of their own")
    file.add_argument("--restore", metavar="FILE", help="take results from such a file where they are better")
    command.set_defaults(run=_progress)


def _progress(options):
    from lstm_course.learner import logbook

    folder = _working_copy(options.folder)
    if options.backup:
        say(logbook.back_up(folder, options.backup))
    elif options.restore:
        say(logbook.restore(folder, options.restore))
    else:
        say(logbook.progress(folder))
    return 0


def _add_reset(commands):
    command = commands.add_parser("reset", help="begin an exercise anew; what you wrote is kept beside")
    command.add_argument("lesson", metavar="LESSON", help="its number, as 03")
    command.add_argument("exercise", metavar="EXERCISE", help="its name, as lstm_cell")
    command.add_argument("folder", nargs="?", metavar="DIR", help="your working copy, as for progress")
    command.set_defaults(run=_reset)


def _reset(options):
    from lstm_course.learner import resetting

    say(resetting.reset(_working_copy(options.folder), options.lesson, options.exercise))
    return 0


def _add_review(commands):
    command = commands.add_parser("review", help="meet mistakes of yours again, five minutes a day")
    command.add_argument("folder", nargs="?", metavar="DIR", help="your working copy, as for progress")
    command.add_argument("--export", metavar="FILE", help="write them as cards that Anki imports")
    command.set_defaults(run=_review, when_stopped="What you have answered is kept.")


def _review(options):
    from lstm_course.grading.variants import rehearse
    from lstm_course.learner import repetition

    folder = _working_copy(options.folder)
    if options.export:
        say(repetition.export(folder, options.export, rehearse))
        return 0
    repetition.repeat(folder, input, say, draw=rehearse)
    say("", repetition.outlook(folder))
    return 0


def _add_milestones(commands):
    command = commands.add_parser("milestones", help="what the code in your my_lstm.py can do by itself")
    command.add_argument("milestone", nargs="?", metavar="NAME", help="run this one; it takes up to a minute")
    command.add_argument("--folder", metavar="DIR", help="your working copy, as for progress")
    command.set_defaults(run=_milestones)


def _milestones(options):
    from lstm_course.learner import milestones

    folder = _working_copy(options.folder)
    if options.milestone:
        say(milestones.reach(folder, options.milestone))
    else:
        say(*milestones.listing(folder))
    return 0


def _working_copy(folder=None):
    """Path of the working copy: the folder that was given, else this one or my-lessons in it."""
    from lstm_course.learner import workspace

    folders = [folder] if folder else [".", "my-lessons"]
    found = next((folder for folder in folders if Path(folder, workspace.MANIFEST).is_file()), None)
    if found is None:
        raise Trouble(
            f"{Path(folders[0]).resolve()} is no working copy of the lessons; `lstm-course lab` makes one."
        )
    return Path(found)


def _add_doctor(commands):
    command = commands.add_parser(
        "doctor", help="say what is wrong with this computer's set-up, and what to do"
    )
    command.set_defaults(run=_doctor)


def _doctor(options):
    from lstm_course.learner import doctor

    findings = doctor.examine()
    say(*findings)
    say(doctor.summary(findings))
    return 1 if any(finding.status == "wrong" for finding in findings) else 0


def _add_data(commands):
    command = commands.add_parser("data", help="say where the data are; fetch the IMDB reviews")
    what = command.add_mutually_exclusive_group()
    what.add_argument("name", nargs="?", choices=["imdb"], help="fetch this into the cache")
    what.add_argument(
        "--regenerate",
        choices=["reviews", "messages", "town", "network"],
        help="write this file anew (contributors)",
    )
    command.add_argument("--from", dest="archive", metavar="FILE", help="take imdb from a downloaded archive")
    command.set_defaults(run=_data)


def _data(options):
    from lstm_course.data import report
    from lstm_course.data.reviews import imdb

    if options.archive and not options.name:
        say("--from FILE needs the name of the data: `lstm-course data imdb --from FILE`.", file=sys.stderr)
        return 2
    if options.regenerate == "network":
        from lstm_course.models import reader

        reader.regenerate(say=say)
    elif options.regenerate:
        say(report.regenerate(options.regenerate))
    elif options.name:
        say(f"50,000 film reviews are in {imdb.fetch(options.archive)}.")
    else:
        sentences, all_right = report.listing()
        say(*sentences)
        return 0 if all_right else 1
    return 0

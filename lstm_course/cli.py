"""The `lstm-course` command."""

import argparse
import sys

from lstm_course import __version__


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
    for add_command in (_add_build,):
        add_command(commands)
    options = parser.parse_args(arguments)
    return options.run(options)


def _add_build(commands):
    command = commands.add_parser("build", help="make the notebooks from solutions/NN_name.md (contributors)")
    command.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers, default all")
    command.add_argument("--check", action="store_true", help="only say which notebooks are not what would be built")
    command.add_argument("--fresh", action="store_true", help="take every output anew, also where it counts as unchanged")
    command.set_defaults(run=_build)


def _build(options):
    from lstm_course import authoring

    try:
        root = authoring.find_root()
        sources = authoring.find_sources(root, options.lessons)
    except authoring.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        problems = authoring.check(root, sources)
    else:
        problems = authoring.build(root, sources, fresh=options.fresh, say=lambda text: print(text, flush=True))
    print("\n\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0

"""The `lstm-course` command: one place for what it is given, and one for trouble.

The commands stand in one module for each kind of user; they import what they need only when they run.
"""

import argparse
import codecs
import importlib.util
import sys

from lstm_course import __version__
from lstm_course.cli import completions, contributors, instructors, learners
from lstm_course.cli.parsing import Parser
from lstm_course.common import console
from lstm_course.common.console import say
from lstm_course.common.trouble import Trouble

__all__ = ["main", "parser"]


def main(arguments: list[str] | None = None) -> int:
    """Runs `lstm-course`.

    Args:
        arguments: list of str, default the command line.

    Returns:
        The exit status, an int: 0 when all went well.
    """
    codecs.register_error("in-ascii", console.in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="in-ascii")
    options = parser().parse_args(arguments)
    for place in map(_single_file, ("numpy", "matplotlib", "scipy", "sklearn", "keras", "tensorflow")):
        if place:
            say(f"{place} is found before the library of that name: rename or move it.", file=sys.stderr)
            return 1
    try:
        return options.run(options)
    except Trouble as trouble:
        say(trouble, file=sys.stderr)
        return 1
    except OSError as error:  # a file where a folder was to be, a folder that may not be written to
        if error.filename is None:
            raise
        say(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        stopped = getattr(options, "when_stopped", "Stopped.")
        if stopped:
            say(stopped, file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """What the command line understands.

    Returns:
        A parser; what it makes has the command to call as `run`.
    """
    made = Parser(prog="lstm-course", description="A hands-on course on LSTM networks.")
    made.add_argument("--version", action="version", version=f"lstm-course {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for kind in (learners, contributors, instructors):
        kind.add_commands(commands)
    completions.add_commands(commands, made)
    return made


def _single_file(library):
    """The file that Python finds for a library which is a folder: somebody's own numpy.py; else None."""
    found = importlib.util.find_spec(library)
    return found.origin if found and found.submodule_search_locations is None else None

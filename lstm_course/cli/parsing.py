"""Arguments of the commands, and one sentence for those that cannot be."""

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from lstm_course.common.console import say

_CHOICE = re.compile(r"argument (?P<what>.+): invalid choice: '(?P<given>.*)' \(choose from (?P<there>.+)\)")


class Parser(argparse.ArgumentParser):
    """A parser that tells what is wrong in a sentence, names what was probably meant, and ends with status 2.

    Example:
        >>> import contextlib, sys
        >>> parser = Parser(prog="course")
        >>> _ = parser.add_argument("--no-browser", action="store_true")
        >>> with contextlib.redirect_stderr(sys.stdout), contextlib.suppress(SystemExit):
        ...     parser.parse_args(["--no-brwser"])
        course does not know --no-brwser. Did you mean --no-browser? `course --help` lists what there is.
    """

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """As argparse has it, but what a command does not know is told by the command that knows its own."""
        known, rest = super().parse_known_args(args, namespace)
        if rest:
            options = re.findall(r"(?<![\w-])-{1,2}[a-z][\w-]*", self.format_usage())
            self.error(f"{self.prog} does not know {' '.join(rest)}.{meant(rest[0], options)}")
        return known, rest

    def error(self, message: str) -> NoReturn:
        """Tells it and ends."""
        choice = _CHOICE.fullmatch(message)
        if choice:
            there = re.findall(r"[\w-]+", choice["there"])
            what = "command" if choice["what"] == "COMMAND" else choice["what"].lower()
            message = f"{self.prog} has no {what} {choice['given']!r}.{meant(choice['given'], there)}"
        elif not message.endswith((".", "?")):
            message = f"{self.prog}: {message}."
        say(f"{message} `{self.prog} --help` lists what there is.", file=sys.stderr)
        self.exit(2)


def meant(given: str, there: Sequence[str]) -> str:
    """What a mistyped word was probably meant to be.

    Args:
        given: the word.
        there: the words that there are.

    Returns:
        A sentence with a space before it, or an empty str where none comes near.

    Example:
        >>> meant("porgress", ["check", "progress"])
        ' Did you mean progress?'
    """
    near = difflib.get_close_matches(given, there, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def count(text: str) -> int:
    """A whole number of at least 0, for argparse."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def size(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    if count(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)

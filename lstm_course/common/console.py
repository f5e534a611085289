"""What is said in a terminal: no wider than it is, and in the characters that it has."""

import re
import shutil
import sys
import textwrap
from typing import TextIO

__all__ = ["folded", "in_ascii", "say"]

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


def say(*texts: object, file: TextIO | None = None) -> None:
    """Print texts, each on lines of its own, folded to the width of the terminal, at once.

    Args:
        *texts: whatever can be printed.
        file: where to, default standard output.
    """
    width = shutil.get_terminal_size().columns  # that of COLUMNS, else of the terminal, else 80
    for text in texts:
        print(folded(str(text), width), file=file or sys.stdout, flush=True)


def folded(text: str, width: int = 80) -> str:
    """Fold the lines of a text that are too wide, between words.

    Where a line has columns, set apart by two spaces or more, what is left goes below its last column. What
    is there to be copied stays whole: code in `...`, and a word that is too wide by itself, such as a path.

    Args:
        text: of any number of lines.
        width: characters in a line.

    Returns:
        A str.

    Example:
        >>> print(folded("disk   3 GB are free on this disk.", width=24))
        disk   3 GB are free on
               this disk.
    """
    return "\n".join(_fold(line, width) for line in text.split("\n"))


def _fold(line, width):
    if len(line) <= width:
        return line
    columns = re.match(r".*\S {2,}(?=\S)", line) or re.match(r" *", line)
    start = columns[0] if columns and len(columns[0]) <= width // 2 else ""
    whole = re.sub("`[^`]+`", lambda code: code[0].replace(" ", "\0"), line[len(start) :])
    room = max(width - len(start), 20)
    rows = textwrap.wrap(whole, room, break_long_words=False, break_on_hyphens=False)
    return start + f"\n{' ' * len(start)}".join(rows).replace("\0", " ")


def in_ascii(error: UnicodeError) -> tuple[str, int]:
    """What is printed instead of characters that the console does not have, a handler for `codecs`."""
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(one, f"\\u{ord(one):04x}") for one in lost), error.end

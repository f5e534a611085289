"""When something was handed in, as the platforms write it."""

import re
from datetime import datetime

__all__ = ["moment"]

_FORMATS = (
    "%Y-%m-%d %H:%M:%S %z",  # Gradescope, nbgrader
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%A, %d %B %Y, %I:%M %p",  # Moodle in British and in American English, with either clock
    "%A, %d %B %Y, %H:%M",
    "%A, %B %d, %Y, %I:%M %p",
    "%A, %B %d, %Y, %H:%M",
    "%d %B %Y, %I:%M %p",
    "%d %B %Y, %H:%M",
)


def moment(text: str) -> datetime | None:
    """A moment, with the zone that is written there, without one where none is; None where none can be read.

    Args:
        text: as Gradescope, nbgrader or Moodle writes it.

    Example:
        >>> moment("2026-11-02 10:00:00.000000000 Z").isoformat()
        '2026-11-02T10:00:00+00:00'
        >>> moment("Wednesday, 10 June 2026, 2:14 PM").isoformat()
        '2026-06-10T14:14:00'
        >>> moment("-") is None
        True
    """
    text = re.sub(r"(:\d\d)[.,]\d+", r"\1", " ".join(text.split()))  # fractions of a second
    text = re.sub(r"^(\d{4}-\d\d-\d\d)T", r"\1 ", text)
    text = re.sub(r"(?<=\d) ?(Z|UTC|GMT)$", " +0000", text)
    text = re.sub(r"(:\d\d) ?([+-]\d\d):?(\d\d)$", r"\1 \2\3", text)
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None

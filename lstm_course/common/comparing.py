"""When is the output of a cell the same as before?

The notebooks are committed with their outputs, and both the build and the tests ask this question. The answer
is strict: every stream and MIME type must be there, in the same order, with the same text. Three things are
let through:

* the pixels of a picture (its description and caption are compared as text);
* wall-clock times, written as `1.23 s`, `45 ms`, `12 µs`, `3 min`, and ratios of two of them, written as
  `12.3x the time` or `12.3x as fast`;
* numbers of which the lesson itself says that they differ from machine to machine, written as `~12`, `~0.61`
  or `~88%`: what a training ends in that another rounding sends elsewhere. What the lesson claims of them is
  asserted in the cell;
* in a cell tagged `varies`, numbers that differ by at most the tolerance that the build measured for this
  cell (see `tolerances`) and one unit in the last digit: relative, for a percentage in points, for a spread
  behind `±` relative to the number before it.
"""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from nbformat import NotebookNode

Output: TypeAlias = "dict[str, Any]"  # of a cell, as JSON has it

_PIXELS = re.compile(r"(data:image/[\w.+-]+;base64,)([A-Za-z0-9+/=\s]+)")
# The spaces before a time belong to it: a column of times is padded to a width.
_TIME = re.compile(r"(?<![\w.]) *\b\d+(?:\.\d+)?(?:e[-+]?\d+)? (?:ns|[µμu]s|ms|s|min)\b")
_TIME_RATIO = re.compile(r"(?<![\w.]) *\b\d+(?:\.\d+)?[x×] (?=the time\b|as fast\b)")
_DIGITS = r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
_NUMBER = re.compile(r"(?i)(?<![\w.])" + _DIGITS)  # not the digits in float32 or h1, but those of 12x
_ABOUT = re.compile(r"(?i) *~" + _DIGITS)
_DATA_TOLERANCE = 1e-4  # of the numbers that an explorer draws with: less than can be seen
_NOT_COMPARED = {"image/png", "image/jpeg"}
VARIES = "varies"  # the tag of a cell whose numbers hang on how a processor rounds
# A widget's view only holds a random model id; what a reader sees of it is in the other MIME types.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def varies(cell: NotebookNode) -> bool:
    """Says whether the numbers of a cell may differ from machine to machine: whether it is tagged so.

    Args:
        cell: a cell of a notebook.

    Returns:
        A bool.
    """
    return VARIES in cell.metadata.get("tags", ())


def tolerance(metadata: Mapping[str, Any]) -> float | None:
    """Reads by how much the numbers of a cell may differ.

    Args:
        metadata: dict, the metadata of the cell.

    Returns:
        The relative tolerance that the build measured, as a float, or None when the cell is compared exactly.

    Example:
        >>> tolerance({"tags": ["varies"], "shaken": {"runs": 5, "moved": 0.01, "tolerance": 0.03}})
        0.03
    """
    if VARIES not in metadata.get("tags", ()):
        return None
    return float(metadata.get("shaken", {}).get("tolerance", 0.0))


def difference(old: Sequence[Output], new: Sequence[Output], relative_tolerance: float | None = None) -> str:
    """Says in a few lines how the outputs of a cell differ from those it had before.

    Args:
        old: list of notebook outputs, as committed.
        new: list of notebook outputs, of a fresh run.
        relative_tolerance: float, or None (default) to compare all numbers as text.

    Returns:
        A str, empty when the outputs count as the same.

    Example:
        >>> stream = lambda text: [{"output_type": "stream", "name": "stdout", "text": text}]
        >>> difference(stream("loss 0.120 after 1.2 s"), stream("loss 0.120 after 3.4 s"))
        ''
        >>> print(difference(stream("loss 0.120"), stream("loss 0.123")))
        stdout, line 1:
          was: loss 0.120
          now: loss 0.123
        >>> difference(stream("loss 0.120"), stream("loss 0.123"), relative_tolerance=0.05)
        ''
    """
    old, new = merge_streams(old, everywhere=True), merge_streams(new, everywhere=True)
    if [_kind(output) for output in old] != [_kind(output) for output in new]:
        return f"other outputs:\n  was: {_kinds(old)}\n  now: {_kinds(new)}"
    for before, now in zip(old, new, strict=True):
        then_parts, now_parts = _parts(before), _parts(now)
        for name in then_parts:
            said = _text_difference(then_parts[name], now_parts[name], relative_tolerance)
            if said:
                return f"{name}, {said}"
    return ""


def moved(old: Sequence[Output], new: Sequence[Output]) -> float:
    """Measures how far the numbers of a cell went from one run to the next.

    Args:
        old, new: lists of notebook outputs.

    Returns:
        The smallest relative tolerance under which `difference` finds nothing, a float: 0 when all is the
        same or one unit in the last digit apart, infinite when more than numbers differs.

    Example:
        >>> stream = lambda text: [{"output_type": "stream", "name": "stdout", "text": text}]
        >>> round(moved(stream("loss 0.120, lag 30"), stream("loss 0.131, lag 30")), 3)
        0.076
        >>> moved(stream("it recalls"), stream("it forgets"))
        inf
    """
    if difference(old, new, relative_tolerance=np.inf):
        return np.inf
    old, new = merge_streams(old, everywhere=True), merge_streams(new, everywhere=True)
    pairs = [
        (_sanitised(then), _sanitised(_parts(now)[name]))
        for before, now in zip(old, new, strict=True)
        for name, then in _parts(before).items()
    ]
    return max((needed for texts in pairs for needed in _needed(*texts)), default=0.0)


def same_pictures(old: Sequence[Output], new: Sequence[Output]) -> bool:
    """Says whether the pictures of two runs of a cell look alike: the same size, no pixel visibly different.

    The tests do not ask this, since a pixel may differ between machines; the build does, so that a new
    picture replaces the old one.

    Args:
        old, new: lists of notebook outputs.

    Returns:
        A bool.
    """
    old, new = _pictures(old), _pictures(new)
    return len(old) == len(new) and all(_look_alike(a, b) for a, b in zip(old, new, strict=True))


def _pictures(outputs):
    """The base64 texts of all pictures, in order."""
    found = []
    for output in outputs:
        for mime, text in sorted(output.get("data", {}).items()):
            if mime in _NOT_COMPARED:
                found.append(text)
            elif mime == "text/html":
                found += [match[2] for match in _PIXELS.finditer(text)]
    return found


def _look_alike(old, new):
    if old.strip() == new.strip():
        return True
    from matplotlib.image import imread

    try:
        a, b = (imread(io.BytesIO(base64.b64decode(text))) for text in (old, new))
    except (OSError, SyntaxError, ValueError):  # what Pillow says of a drawing or of a broken picture
        return False
    # Rounding moves the shade of a smooth edge by less than this; a moved line or letter by far more.
    return a.shape == b.shape and float(np.abs(a - b).max()) < 0.05


def merge_streams(outputs: Sequence[Output], everywhere: bool = False) -> list[Output]:
    """Joins the pieces in which a kernel happened to send a stream.

    Args:
        outputs: list of notebook outputs.
        everywhere: bool; False (default) joins neighbouring pieces only, which keeps the order in which a
            reader sees text and figures; True joins all pieces of a stream, as nbval does before it compares.

    Returns:
        A new list of outputs; those given are left as they are.

    Example:
        >>> piece = {"output_type": "stream", "name": "stdout", "text": "a"}
        >>> merge_streams([piece, piece])
        [{'output_type': 'stream', 'name': 'stdout', 'text': 'aa'}]
    """
    merged = []
    for output in outputs:
        candidates = merged if everywhere else merged[-1:]
        same = [m for m in candidates if output["output_type"] == "stream" and _kind(m) == _kind(output)]
        if same:
            same[0]["text"] += output["text"]
        else:
            merged.append(type(output)(output))
    return merged


def _kind(output):
    """What must agree before any text is compared: the type, the stream's name, the MIME types."""
    mime_types = sorted(set(output.get("data", ())) - {WIDGET_VIEW})
    return output["output_type"], output.get("name"), mime_types


def _kinds(outputs):
    named = (output.get("name") or " ".join([output["output_type"], *_kind(output)[2]]) for output in outputs)
    return ", ".join(named) or "no output"


def _parts(output):
    """The comparable texts of one output by name."""
    if output["output_type"] == "stream":
        return {output["name"]: output["text"]}
    if output["output_type"] == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    return {mime: text for mime, text in output["data"].items() if mime not in _NOT_COMPARED | {WIDGET_VIEW}}


def _text_difference(old, new, relative_tolerance):
    if not isinstance(old, str) and not isinstance(new, str) and _same_data(old, new):
        return ""
    old, new = _sanitised(old), _sanitised(new)
    if old == new or (relative_tolerance is not None and _close(old, new, relative_tolerance)):
        return ""
    old_lines, new_lines = old.splitlines(), new.splitlines()
    length = max(len(old_lines), len(new_lines))
    old_lines += ["(nothing)"] * (length - len(old_lines))
    new_lines += ["(nothing)"] * (length - len(new_lines))
    for number, (before, now) in enumerate(zip(old_lines, new_lines, strict=True), start=1):
        if before != now and (relative_tolerance is None or not _close(before, now, relative_tolerance)):
            return f"line {number}:\n  was: {before}\n  now: {now}"
    return "white space at the end of a line or of the text"


def _sanitised(text):
    if not isinstance(text, str):  # JSON MIME types; saving sorts their keys
        return json.dumps(text, sort_keys=True, ensure_ascii=False)
    text = _PIXELS.sub(r"\1(pixels)", text)
    text = _TIME.sub(" (time)", _TIME_RATIO.sub(" (ratio) ", text))
    return _ABOUT.sub(" (about)", text)


def _same_data(old, new):
    """Whether two values of JSON are the same, but for what another processor adds to a number in the end."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same_data(old[key], new[key]) for key in old)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(_same_data, old, new))
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int | float) and isinstance(new, int | float):
        whole = isinstance(old, int) and isinstance(new, int)
        apart = 0.0 if whole else _DATA_TOLERANCE
        return math.isclose(old, new, rel_tol=apart, abs_tol=apart)
    return old == new


def _close(old, new, relative_tolerance):
    """Same text between the numbers, and each number within the tolerance."""
    if _between_numbers(old) != _between_numbers(new):
        return False
    return all(needed <= relative_tolerance for needed in _needed(old, new))


def _needed(old, new):
    """The tolerance that each number of two texts needs, beside one unit in the last digit."""
    before = 0.0
    for then, now in zip(_NUMBER.finditer(old), _NUMBER.finditer(new), strict=True):
        a, b = (float(match[0].replace(",", "")) for match in (then, now))
        unit = min(_last_digit(match[0]) for match in (then, now))
        size = max(abs(a), abs(b), unit)
        if old[then.end() :].lstrip(" ").startswith("%"):
            size = 100
        elif old[: then.start()].rstrip(" ").endswith("±"):
            size = max(size, before)  # a spread matters beside what it is the spread of
        # A hair more than one unit, because 0.13 - 0.12 is not exactly 0.01.
        yield max(abs(a - b) - unit * (1 + 1e-9), 0.0) / size
        before = abs(a)


def _between_numbers(text):
    # Padding to a width moves with the number of digits and the sign, so it does not count.
    return [re.sub(r"[ \t]+", " ", part).strip(" \t") for part in _NUMBER.split(text)]


def _last_digit(text):
    """The value of one unit in the last printed digit: 0.01 for "1.23", 10 for "1.2e2"."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)

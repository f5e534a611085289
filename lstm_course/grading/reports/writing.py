"""How tables are written, so that a spreadsheet opens them."""

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["as_csv"]


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Text of a table; a cell that a spreadsheet would take for a formula is kept from being one.

    Args:
        rows: lists of cells, the first holds the names.

    Returns:
        A str.

    Example:
        >>> as_csv([["learner"], ["=1+1"]])
        "learner\\r\\n'=1+1\\r\\n"
    """
    text = io.StringIO()
    for row in rows:
        csv.writer(text).writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _harmless(cell):
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

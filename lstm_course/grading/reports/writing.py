"""How tables are written, so that a spreadsheet opens them."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["as_csv"]


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Text of a table; a cell that a spreadsheet would take for a formula is kept from being one.

    Spreadsheets look past blanks, line ends and what cannot be seen, and some read full-width signs as the
    narrow ones.

    Args:
        rows: lists of cells, the first holds the names.

    Returns:
        A str.

    Example:
        >>> as_csv([["learner"], ["=1+1"]])
        "learner\\r\\n'=1+1\\r\\n"
        >>> as_csv([[" ＝1"]])
        "' ＝1\\r\\n"
    """
    text = io.StringIO()
    for row in rows:
        csv.writer(text).writerow([_harmless(cell) for cell in row])
    return text.getvalue()


_BEGINS_A_FORMULA = tuple("=+-@|%")
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def _harmless(cell):
    if not isinstance(cell, str):
        return cell
    begin = next((one for one in cell if unicodedata.category(one) not in _UNSEEN), "")
    formula = unicodedata.normalize("NFKC", begin).startswith(_BEGINS_A_FORMULA) or cell[:1] in (
        "\t",
        "\r",
        "\n",
    )
    return f"'{cell}" if formula else cell

"""Numbers as exports write them: which sign is the decimal one, with all cells of the file as evidence."""

import math
import re
from itertools import pairwise

import numpy as np

from lstm_course.data.shipping import DataError

__all__ = ["SIGNS", "decimal_signs", "is_missing", "prices_of"]

SIGNS = {".": "point", ",": "comma"}
LEAP = 100  # a price that changes a hundredfold from one day to the next has been misread
_MISSING = {"", "-", "--", "–", ".", "n/a", "na", "#n/a", "nan", "null", "none", "nil", "k.a."}
_CURRENCY = re.compile(
    r"(?i)R?\$|[€£¥₹₩₽]|"
    r"\b(?:usd|eur|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln|inr|kr|zł|fr)\b\.?"
)
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f'’]")
# No group of thousands begins with a zero. India groups 1,23,456.
_FORMS = {
    ".": re.compile(r"[-+]?(?:\d+|[1-9]\d{0,2}(?:,\d{2,3})*,\d{3})?(?:\.\d*)?(?:[eE][-+]?\d+)?"),
    ",": re.compile(r"[-+]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d*)?(?:[eE][-+]?\d+)?"),
}


def is_missing(text):
    """Whether a cell says that there is no number.

    Example:
        >>> is_missing(" N/A "), is_missing("0")
        (True, False)
    """
    return text.strip().lower() in _MISSING


def decimal_signs(cells):
    """Looks for cells that can be read in one way only.

    Args:
        cells: iterable of str, from anywhere in the file; what is no number does not count.

    Returns:
        The set of decimal signs, "." and ",", of which there is a cell that no other sign fits.

    Example:
        >>> decimal_signs(["12", "1,234", "1.234,50 €", "A share"])
        {','}
    """
    found = set()
    for text in cells:
        fitting = _fitting(re.sub(r"[%KMBkmb]$", "", _bare(text)))
        if len(fitting) == 1:
            found |= fitting
    return found


def prices_of(cells, decimal, elsewhere, file):
    """Reads a column of prices.

    Args:
        cells: list of `(line, text)`.
        decimal: the decimal sign where the caller names it, else None.
        elsewhere: the set of `decimal_signs` in the other columns.
        file: str, the file's name.

    Returns:
        `(values, sign)`: an array of floats, and the decimal sign that was chosen; None where none was
        needed.

    Raises:
        DataError: a cell is no price, or two readings fit.
    """
    bare = [_bare(text) for _, text in cells]
    signs = [
        sign for sign in ([decimal] if decimal else SIGNS) if all(sign in _fitting(text) for text in bare)
    ]
    if not signs:
        raise DataError(_bad_number(cells, bare, decimal, file))
    readings = {sign: [_value(text, sign) for text in bare] for sign in signs}
    for (number, text), value in zip(cells, readings[signs[0]], strict=True):
        if not 0 < value < math.inf:
            raise DataError(f"{file}, line {number}: the price {text.strip()!r} is not greater than 0.")
    if len(signs) == 1:
        marked = any(re.search(r"[.,]", text) for text in bare)
        return np.array(readings[signs[0]]), signs[0] if marked else None
    if readings["."] == readings[","]:
        return np.array(readings["."]), None
    return _decided(cells, bare, readings, elsewhere, file)


def _decided(cells, bare, readings, elsewhere, file):
    """The reading for which the file gives evidence."""
    if len(plausible := [sign for sign in readings if _is_plausible(bare, readings[sign], sign)]) == 1:
        return np.array(readings[plausible[0]]), plausible[0]
    if len(elsewhere) == 1:
        (sign,) = elsewhere
        return np.array(readings[sign]), sign
    k = next(k for k in range(len(bare)) if readings["."][k] != readings[","][k])
    raise DataError(
        f"{file}, line {cells[k][0]}: the price {cells[k][1].strip()!r} can be {readings['.'][k]:.12g} or "
        f"{readings[','][k]:.12g}, and nothing in the file decides: say decimal='.' or decimal=','."
    )


def _is_plausible(bare, values, sign):
    """Whether thousands are grouped either everywhere or nowhere, and no price leaps."""
    whole = [text.split(sign)[0] for text in bare]
    grouped = any(re.search(r"\d[.,]\d", text) for text in whole)
    ungrouped = any(re.fullmatch(r"[-+]?\d{4,}", text) for text in whole)
    leaps = any(max(a, b) > LEAP * min(a, b) for a, b in pairwise(values))
    return not (grouped and ungrouped) and not leaps


def _bare(text):
    return _SPACES.sub("", _CURRENCY.sub("", text))


def _fitting(bare):
    """The decimal signs with which a text is a number."""
    if not re.search(r"\d", bare):
        return set()
    return {sign for sign, form in _FORMS.items() if form.fullmatch(bare)}


def _value(bare, sign):
    return float(bare.replace("," if sign == "." else ".", "").replace(sign, "."))


def _bad_number(cells, bare, decimal, file):
    """The sentence about the first price that is none, or about two ways to write one."""
    for (number, text), digits in zip(cells, bare, strict=True):
        if not _fitting(digits):
            return f"{file}, line {number}: {text.strip()!r} is not a price."
        if decimal and decimal not in _fitting(digits):
            return f"{file}, line {number}: {text.strip()!r} is no number with a decimal {SIGNS[decimal]}."
    return f"{file}: its prices are written now with a decimal point, now with a decimal comma; use one."

"""Names: as they may be shown on a terminal and a page, and as two of them are compared."""

import unicodedata

__all__ = ["key", "printable"]

# What turns the direction of writing or hides, and controls nothing that a script of the world needs: the two
# joiners, which Persian and some emoji are written with, stay.
_JOINERS = "\u200c\u200d"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def printable(text: str) -> str:
    """A name without characters that control a terminal, turn the direction of writing, or cannot be seen.

    Each is replaced by one that can be seen, so that two names that differ still do.

    Args:
        text: a name, of which bytes that are no UTF-8 may have come as surrogates.

    Example:
        >>> printable("Ada\\x1b[2J\\u202eevil")
        'Ada�[2J�evil'
    """
    text = text.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(
        "�" if unicodedata.category(one) in _HIDDEN and one not in _JOINERS else one for one in text
    )


def key(name: str) -> str:
    """What is the same for two spellings of a name: its letters and digits, small.

    Example:
        >>> key("Lovelace, Ada") == key("lovelaceada"), key("Zoë") == key("Zoe\\u0308")
        (True, True)
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in unicodedata.normalize("NFC", folded) if one.isalnum())

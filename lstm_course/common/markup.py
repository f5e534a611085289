"""From a sentence to HTML."""

import html
import re

__all__ = ["marked_up"]


def marked_up(sentence: str) -> str:
    """HTML of a sentence in which code stands between backticks.

    Args:
        sentence: str.

    Returns:
        A str.

    Example:
        >>> marked_up("`h` is < 1.")
        '<code>h</code> is &lt; 1.'
    """
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(sentence, quote=False))

"""The boxes in which a lesson speaks to its learner."""

import html

__all__ = ["card", "folded", "listing"]


def card(colour: str, content: str, width: str = "46em") -> str:
    """A box with a coloured rule at its left; the text has the page's colour, so both themes can be read.

    Args:
        colour: of the rule, as CSS.
        content: HTML.
        width: of the box at most, as CSS; the default is good for reading.

    Returns:
        HTML.

    Example:
        >>> card("green", "<strong>Right</strong>").startswith('<div role="note"')
        True
    """
    return (
        f'<div role="note" style="border-left: 4px solid {colour}; padding: 0.4em 0.8em; margin: 0.3em 0; '
        f'max-width: {width}; color: var(--jp-content-font-color1, inherit); line-height: 1.45">'
        f"{content}</div>"
    )


def folded(summary: str, content: str) -> str:
    """Something that is opened by who wants to see it.

    Args:
        summary: the line that stays, HTML.
        content: what it hides, HTML.

    Returns:
        HTML.

    Example:
        >>> "<summary" in folded("A hint", "<p>Think of the shapes.</p>")
        True
    """
    return (
        f'<details style="margin: 0.4em 0 0 0"><summary style="cursor: pointer">{summary}</summary>'
        f'<div style="margin-left: 1em">{content}</div></details>'
    )


def listing(text: str) -> str:
    """Code or printed lines as they are.

    Args:
        text: of any kind; it is escaped.

    Returns:
        HTML.

    Example:
        >>> "1 &lt; 2" in listing("1 < 2")
        True
    """
    # What is wider than the card scrolls; tabindex lets the arrow keys scroll it too.
    style = "margin: 0.4em 0 0 0; max-width: 100%; overflow-x: auto; white-space: pre"
    return f'<pre tabindex="0" style="{style}">{html.escape(text.rstrip())}</pre>'

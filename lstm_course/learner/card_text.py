"""Text of lessons and examinations on a card: plain for a terminal, and in the HTML that Anki reads."""

import html
import re

__all__ = ["as_html", "listing", "plain"]

# What composed cells and questions are written with; whatever else has a backslash keeps its bare name.
_SYMBOLS = {r"\odot": "⊙", r"\sigma": "σ", r"\,": " ", r"\text": "", "&=": "=", r"\cdot": "·", r"\ ": " "}
_SYMBOL = re.compile("|".join(re.escape(tex) for tex in _SYMBOLS) + "|" + r"\\(?=[a-z])|\$")
_ALIGNED = re.compile(r"\$\$\\begin\{aligned\}(.*?)\\end\{aligned\}\$\$", re.DOTALL)


def plain(text: str) -> str:
    r"""Markdown with formulas as a terminal can show it.

    Args:
        text: as a question has it.

    Returns:
        A str; emphasis, fences and the rule below the head of a table are gone.

    Example:
        >>> print(plain(r"**Not** the lesson's: $h = f \odot h_\text{prev} + \tanh(a_g)^{2}$."))
        Not the lesson's: h = f ⊙ h_prev + tanh(a_g)^2.
    """
    text = _ALIGNED.sub(lambda found: "\n".join(f"    {row}" for row in found[1].split(r" \\ ")), text)
    lines = (line for line in text.splitlines() if not re.match(r"```|\|[-| :]+\|$", line))
    return "\n".join(_without_marks(line) for line in lines)


def _without_marks(line):
    if "$" in line or "\\" in line:
        line = _SYMBOL.sub(lambda found: _SYMBOLS.get(found[0], ""), line)
        line = re.sub(r"\{(\w+)\}", r"\1", line)
        line = re.sub(r"\{([^{}]*)\}", r"(\1)", line)
    return line.replace("**", "") if not re.match(r" *\d+  ", line) else line  # in code it is a power


def as_html(text: str) -> str:
    r"""Markdown with formulas as Anki shows it, in one line.

    Args:
        text: as a question has it.

    Returns:
        A str of HTML without a tab or an end of line.

    Example:
        >>> as_html("Is $a < b$?\n\nGive **one** number.")
        'Is \\(a &lt; b\\)?<br><br>Give <b>one</b> number.'
    """
    parts = re.split("```\n?", text)  # every second one is code
    made = [listing(part) if k % 2 else _prose(part) for k, part in enumerate(parts)]
    return "".join(made).replace("\t", " ").replace("\n", "<br>")


def _prose(text):
    text = html.escape(text.strip(), quote=False)
    text = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    text = re.sub(r"\$(.+?)\$", r"\\(\1\\)", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def listing(code: str) -> str:
    """Code as HTML in one line.

    Example:
        >>> listing("if a < b:\\n    return a")
        '<pre>if a &lt; b:<br>    return a</pre>'
    """
    lines = html.escape(code, quote=False).replace("\t", "    ").splitlines()
    return f"<pre>{'<br>'.join(lines)}</pre>"

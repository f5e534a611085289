"""The Markdown of lessons: cut into blocks, and made into HTML whose formulas are MathML."""

import html
import re
from functools import cache

from lstm_course.site import mathml

__all__ = ["blocks", "inline", "rendered", "sentences"]

_END = re.compile(r"(?:(?<=[.?!])|(?<=[.?!][*)])|(?<=[.?!][*][*]))\s+(?=[A-Z*`$(\d])")
_KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "math_block": "formula",
    "table_open": "table",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "box",
}


def blocks(text: str) -> list[tuple[str, str, int]]:
    """The blocks of a text that a slide can show, in their order; others are left out.

    Args:
        text: Markdown with formulas between dollar signs.

    Returns:
        A list of (kind, Markdown, level of a heading).

    Example:
        >>> blocks("## A road\\n\\nIt leads on.")
        [('heading', 'A road', 2), ('paragraph', 'It leads on.', 0)]
    """
    lines, found = text.split("\n"), []
    for token in _parser().parse(text):
        if token.level == 0 and token.type in _KINDS:
            own = "\n".join(lines[token.map[0] : token.map[1]]).strip()
            if token.type == "heading_open":
                found.append(("heading", own.lstrip("# "), len(token.markup)))
            else:
                found.append((_KINDS[token.type], own, 0))
    return found


def rendered(text: str) -> str:
    """HTML of a text; what is HTML in it stays text.

    Example:
        >>> rendered("*so* <b>")
        '<p><em>so</em> &lt;b&gt;</p>\\n'
    """
    return _parser().render(text)


def inline(text: str) -> str:
    """HTML of a text of one line, without a paragraph around it.

    Example:
        >>> inline("`h` is *kept*")
        '<code>h</code> is <em>kept</em>'
    """
    return _parser().renderInline(text)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, each whole in itself: what is bold over several of them is bold in each.

    Example:
        >>> sentences("It is added to. **It stays. Always.** So $c$ is 1.5.")
        ['It is added to.', '**It stays.**', '**Always.**', 'So $c$ is 1.5.']
    """
    found, bold = [], False
    for piece in _END.split(text.replace("\n", " ")):
        whole = f"**{piece}" if bold else piece
        bold ^= piece.count("**") % 2 == 1
        found.append(f"{whole}**" if bold else whole)
    return found


@cache
def _parser():
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin)
    nothing, rules = (lambda *given: ""), parser.renderer.rules
    rules["link_open"] = rules["link_close"] = nothing  # it would lead out of the slides
    rules["math_inline"] = lambda tokens, k, *given: mathml.convert(tokens[k].content)
    rules["math_block"] = lambda tokens, k, *given: _formula(tokens[k].content)
    rules["code_inline"] = lambda tokens, k, *given: (
        f"<code>{html.escape(tokens[k].content, quote=False)}</code>"
    )
    rules["table_open"] = lambda *given: (
        '<div class="wide" role="group" aria-label="table" tabindex="0"><table>\n'
    )
    rules["table_close"] = lambda *given: "</table></div>\n"
    return parser


def _formula(content):
    # It may be wider than a telephone, and is then scrolled: with the keyboard, too.
    region = '<div class="wide formula" role="group" aria-label="formula" tabindex="0">'
    return f"{region}{mathml.convert(content, block=True)}</div>\n"

"""Mathematics for the site, as MathML that browsers draw themselves: no script, no other host.

A Sphinx extension: `html_math_renderer = "mathml"`. Beside the pages it leaves the font STIX Two Math, cut
down to the characters that the pages use.
"""

import html
import re
from functools import cache
from pathlib import Path

FONT = "_static/math.woff"
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
_ALWAYS = "0123456789+-=()[]"
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_ROWS = {"math", "mrow", "mstyle", "mtd"}
_FUNCTIONS = {"log", "tanh", "sin", "cos", "exp", "max", "min", "lim", "det", "diag"}
_OPERANDS = {"mi", "mn", "msub", "msup", "msubsup", "mfrac"}


def convert(formula, block=False):
    """Translate a formula.

    Args:
        formula: str, LaTeX without the dollar signs.
        block: bool, whether it stands on a line of its own; default False.

    Returns:
        A `<math>` element, a str. Its LaTeX goes along as `alttext`.

    Example:
        >>> convert("h_t")[:6], "<msub>" in convert("h_t")
        ('<math ', True)
    """
    from xml.etree import ElementTree

    from latex2mathml import converter

    formula = formula.strip().replace(r"\mathrel{+}", "+")
    text = converter.convert(formula, display="block" if block else "inline")
    ElementTree.register_namespace("", _NAMESPACE[1:-1])
    element = ElementTree.fromstring(text)
    element.set("alttext", formula)
    for row in list(element.iter()):
        if _kind(row) == "msup" and row[1].text == "′":
            # The font's prime is a raised one, and would be raised again.
            row.tag, row[1].tag = f"{_NAMESPACE}mrow", f"{_NAMESPACE}mo"
            row[1].attrib.update(lspace="0", rspace="0")
        if _kind(row) in _ROWS:
            row[:] = _spaced(_joined(list(row)))
    return ElementTree.tostring(element, encoding="unicode")


def _joined(row):
    """What latex2mathml 3.81 leaves apart or alike: += is one operator, and a minus may be a sign."""
    found = []
    for part in row:
        before = found[-1].text if found and _kind(found[-1]) == "mo" else None
        if before == "+" and part.text == "=":
            found[-1].text = "+="
            continue
        if part.text == ";":
            part.tag = f"{_NAMESPACE}mo"
        if part.text == "−" and before and before in "([{;,=":
            part.set("form", "prefix")
        found.append(part)
    return found


def _spaced(row):
    """With a little space between a function and its argument when there is no bracket: log p."""
    from xml.etree.ElementTree import Element

    found = []
    for part in row:
        if found and {_kind(found[-1]), _kind(part)} <= _OPERANDS and (_names(found[-1]) or _names(part)):
            found.append(Element(f"{_NAMESPACE}mspace", width="0.17em"))
        found.append(part)
    return found


def _kind(element):
    return element.tag.removeprefix(_NAMESPACE)


def _names(element):
    """Whether this is a function's name, with an exponent or without."""
    return (element[0].text if len(element) else element.text) in _FUNCTIONS


def drawn(page):
    """What the formulas of a page draw.

    Args:
        page: str, HTML.

    Returns:
        A str of characters.

    Example:
        >>> drawn(f"<p>Say {convert('a < b')}</p>")
        'a<b'
    """
    return html.unescape(re.sub("<[^>]*>", "", "".join(_FORMULA.findall(page))))


def font(characters):
    """Cut STIX Two Math (SIL Open Font Licence) down to what some formulas need.

    Args:
        characters: str, each character that is to be drawn, beside digits and what stands with them.

    Returns:
        The font in the WOFF format, bytes.

    Example:
        >>> font("x+y")[:4]
        b'wOFF'
    """
    return _font("".join(sorted(set(characters + _ALWAYS))))


@cache
def _font(characters):
    import io
    from importlib.util import find_spec

    from fontTools import subset

    package = Path(find_spec("ziamath").origin).parent
    options = subset.Options(flavor="woff", notdef_outline=True)
    options.drop_tables += ["FFTM"]
    whole = subset.load_font(package / "fonts" / "STIXTwoMath-Regular.ttf", options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters + _italics(characters))
    cutter.subset(whole)
    file = io.BytesIO()
    whole.flavor = "woff"
    whole.save(file)
    return file.getvalue()


def _italics(characters):
    """The mathematical italics that browsers put for the single letters of an <mi>."""
    found = []
    for letter in characters:
        if "a" <= letter <= "z":
            found.append("\u210e" if letter == "h" else chr(0x1D44E + ord(letter) - ord("a")))
        elif "A" <= letter <= "Z":
            found.append(chr(0x1D434 + ord(letter) - ord("A")))
        elif "α" <= letter <= "ω":
            found.append(chr(0x1D6FC + ord(letter) - ord("α")))
    return "".join(found)


def setup(app):
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("html-collect-pages", _leave_font)  # before a book is packed
    return {"parallel_read_safe": True}


def _inline(translator, node):
    translator.body.append(convert(node.astext()))
    raise _skip()


def _block(translator, node):
    element = convert(node.astext(), block=True)
    # It may be wider than a telephone, and is then scrolled: with the keyboard, too.
    region = '<div class="formula" role="group" aria-label="formula" tabindex="0">'
    translator.body.append(f"{region}{element}</div>\n")
    raise _skip()


def _skip():
    from docutils.nodes import SkipNode

    return SkipNode()


def _leave_font(app):
    """What the formulas draw is read from the pages: several processes have written them."""
    pages = Path(app.outdir).rglob(f"*{app.builder.out_suffix}")
    characters = "".join({sign for page in pages for sign in drawn(page.read_text(encoding="utf-8"))})
    if characters:
        path = Path(app.outdir, FONT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(font(characters))
    return []

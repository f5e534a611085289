"""What a page carries and nobody sees, cut away: unused icons, and tags around code that has no colour."""

import re
from pathlib import Path

__all__ = ["trim"]

_STYLES = "_static/styles/pydata-sphinx-theme.css"
_SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
_ICON = re.compile(r'((?:\.fa-[\w-]+,?)+)\{--fa:"[^"]*"\}')
# It draws icons a second time, as SVG, for themes that have no font of them; this one has.
_SECOND_ICONS = re.compile(r"<script[^>]*scripts/fontawesome\.js[^>]*></script>\s*")
# Names, punctuation and spaces: a third of a lesson's page.
_UNCOLOURED = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')


def trim(out: Path) -> None:
    """Cut pages and styles down to what is seen.

    Args:
        out: folder of the site; all pages are in it.
    """
    used = set(re.findall(r"fa-[\w-]+", (out / _SCRIPT).read_text(encoding="utf-8")))
    for page in out.rglob("*.html"):
        text = _SECOND_ICONS.sub("", page.read_text(encoding="utf-8"))
        used |= set(re.findall(r"fa-[\w-]+", text))
        page.write_text(_UNCOLOURED.sub(r"\1", text), encoding="utf-8")
    styles = (out / _STYLES).read_text(encoding="utf-8")
    kept = _ICON.sub(lambda rule: rule[0] if used & set(re.findall(r"fa-[\w-]+", rule[1])) else "", styles)
    (out / _STYLES).write_text(kept, encoding="utf-8")

"""A lesson on one page, for paper or to send: styles, pictures and the font of the formulas are inside."""

import base64
import re
from pathlib import Path

from markupsafe import Markup

from lstm_course.common.templates import rendered

__all__ = ["write_printable"]


def write_printable(out: Path, stem: str) -> None:
    """Write `print/STEM.html`, a single file that needs nothing beside it.

    Args:
        out: folder of the site; the page of the lesson and the styles are in it.
        stem: name of the lesson's file without ".html".
    """
    from bs4 import BeautifulSoup

    page = BeautifulSoup((out / "notebooks" / f"{stem}.html").read_text(encoding="utf-8"), "html.parser")
    article = page.find("article")
    article.find(class_="printable").decompose()  # it leads here
    for link in article.find_all("a", href=True):
        if not re.match(r"(\w+:|#)", link["href"]):
            link.unwrap()
    for image in article.find_all("img"):
        if not image["src"].startswith("data:"):
            image["src"] = _as_data(out / "notebooks" / image["src"], "image/png")
    path = out / "print" / f"{stem}.html"
    path.parent.mkdir(exist_ok=True)
    printed = rendered(
        "site/templates/printable.html",
        title=page.find("h1").get_text().rstrip("#").strip(),
        styles=Markup(_styles(out)),  # two files of the site; within <style> nothing is unescaped by browsers
        article=Markup(article.decode_contents()),  # as Sphinx wrote it, and escaped what had to be
    )
    path.write_text(printed, encoding="utf-8")


def _styles(out):
    """The site's own styles, the font within them instead of beside."""
    texts = [(out / "_static" / name).read_text(encoding="utf-8") for name in ("pygments.css", "course.css")]
    font = _as_data(out / "_static" / "math.woff", "font/woff")
    return re.sub("@import[^;]*;", "", "\n".join(texts)).replace("math.woff", font)


def _as_data(path, kind):
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

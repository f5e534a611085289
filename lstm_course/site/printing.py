"""A lesson on one page, for paper or to send: styles, pictures and the font of the formulas are inside."""

import base64
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from lstm_course.common.templates import rendered

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["printable_article", "styles", "write_printable"]

_KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".webp": "image/webp", ".woff": "font/woff"}


def write_printable(out: Path, stem: str) -> None:
    """Write `print/STEM.html`, a single file that needs nothing beside it.

    Args:
        out: folder of the site; the page of the lesson and the styles are in it.
        stem: name of the lesson's file without ".html".
    """
    article = printable_article(out, stem)
    path = out / "print" / f"{stem}.html"
    path.parent.mkdir(exist_ok=True)
    printed = rendered(
        "site/templates/printable.html",
        title=article.find("h1").get_text().rstrip("#").strip(),
        styles=Markup(styles(out)),  # two files of the site; within <style> nothing is unescaped by browsers
        article=Markup(article.decode_contents()),  # as Sphinx wrote it, and escaped what had to be
    )
    path.write_text(printed, encoding="utf-8")


def printable_article(out: Path, stem: str, chapters: Collection[str] = ()) -> "Tag":
    """The content of a lesson's page, with its pictures inside, and without links to other pages.

    Args:
        out, stem: as for `write_printable`.
        chapters: stems of the lessons in the same book, to whose names links still lead; default none.
    """
    from bs4 import BeautifulSoup

    page = BeautifulSoup((out / "notebooks" / f"{stem}.html").read_text(encoding="utf-8"), "html.parser")
    article = page.find("article")
    article.find(class_="lesson-row").decompose()  # it leads here
    for script in article.find_all("script"):  # on paper stands the still picture
        script.decompose()
    for link in article.find_all("a", href=True):
        chapter = re.match(r"(\w+)\.html", link["href"])
        if chapter and chapter[1] in chapters:
            link["href"] = f"#{chapter[1]}"
        elif not re.match(r"(\w+:|#)", link["href"]):
            link.unwrap()
    for image in article.find_all("img"):
        del image["loading"], image["decoding"]
        if not image["src"].startswith("data:"):
            image["src"] = _as_data(out / "notebooks" / image["src"])
    return article


def styles(out: Path) -> str:
    """The site's own styles, the font within them instead of beside.

    Args:
        out: folder of the site.
    """
    names = ("pygments.css", "math.css", "course.css")
    texts = [(out / "_static" / name).read_text(encoding="utf-8") for name in names]
    font = _as_data(out / "_static" / "math.woff")
    return re.sub("@import[^;]*;", "", "\n".join(texts)).replace("math.woff", font)


def _as_data(path):
    return f"data:{_KINDS[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"

"""All lessons as one file to take along: an EPUB by Sphinx, a PDF by a browser that prints."""

import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from lstm_course import __version__
from lstm_course.common.files import PACKAGE
from lstm_course.common.templates import rendered
from lstm_course.common.trouble import Trouble
from lstm_course.site.lessons import SHEETS, gather_lessons, header_of, lesson_paths
from lstm_course.site.printing import printable_article, styles
from lstm_course.site.sphinx_runs import run_sphinx, toctree

__all__ = ["Chapter", "book_page", "find_browser", "pack_again", "write_epub", "write_pdf"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_EXTENSIONS = ["myst_nb", "lstm_course.site.mathml", "lstm_course.site.xhtml"]
_DAY = (1980, 1, 1, 0, 0, 0)  # the first one that an archive can name: when a file was made says nothing here


class Chapter(NamedTuple):
    """A lesson as a chapter of the book: its name, what the contents tell, and its HTML."""

    stem: str
    title: str
    minutes: int | None
    article: Markup


def write_epub(root: Path, path: Path, solutions: bool) -> list[str]:
    """Write all lessons as an EPUB 3, and behind them one sheet and the glossary.

    Args:
        root: of the clone.
        path: of the file to write.
        solutions: whether right answers stand, folded, under the exercises.

    Returns:
        The warnings of Sphinx; empty when all is well. The environment variable `SOURCE_DATE_EPOCH`, where it
        is set, says when the book was made, so that it is the same in all its bytes when it is made again.

    Raises:
        Trouble: if Sphinx is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="lstm-course-book-") as folder:
        source, out = Path(folder, "source"), Path(folder, "out")
        source.mkdir()
        gather_lessons(root, source, solutions, book=True)
        # Extensions are the one setting that Sphinx does not take from elsewhere than this file.
        settings = (root / "docs/conf.py").read_text(encoding="utf-8")
        (source / "conf.py").write_text(f"{settings}\nextensions = {_EXTENSIONS}\n", encoding="utf-8")
        (source / "_static").mkdir()
        shutil.copy(root / "docs/_static/math.css", source / "_static")
        shutil.copy(PACKAGE / "site/templates/paper.css", source / "_static")
        (source / "notebooks/index.md").unlink()
        title, sentence = _readme(root)
        for name in SHEETS:
            shutil.copy(root / "notebooks" / name, source / "notebooks")
        stems = [lesson.stem for lesson in lesson_paths(root)] + [Path(name).stem for name in SHEETS]
        contents = toctree(*(f"notebooks/{stem}" for stem in stems))
        (source / "index.md").write_text(f"# {title}\n\n{sentence}\n{contents}", encoding="utf-8")
        warnings = run_sphinx(source, out, "epub", **_epub_settings(title, path.stem))
        pack_again(out / path.name, path)
    return warnings


def _epub_settings(title, name):
    return {
        "html_css_files": ["math.css", "paper.css"],
        "html_favicon": None,
        "epub_basename": name,
        "epub_title": title,
        "epub_description": title,
        # The same in two places of an EPUB, and in one of them it must be a name.
        "epub_identifier": f"lstm-course-{__version__}",
        "epub_uid": f"lstm-course-{__version__}",
        "epub_show_urls": "no",
        "epub_exclude_files": ["search.html", "genindex.xhtml"],
        "epub_use_index": False,
        "language": "en",  # Sphinx writes the name of a language where EPUB wants its code
    }


def pack_again(made, path):
    """The same archive with an order and times that hang on nothing; EPUB wants `mimetype` first and bare."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "mimetype", name)):
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            content = old.read(name)
            if name == "content.opf":
                content = _with_formulas_declared(content.decode(), old).encode()
            new.writestr(zipfile.ZipInfo(name, _DAY), content, kind)


def _with_formulas_declared(listing, archive):
    """The list of a book's files, in which EPUB wants those to be marked that hold formulas."""

    def mark(item):
        holds = "properties=" not in item[0] and b"<math" in archive.read(item[1])
        return item[0].replace("<item ", '<item properties="mathml" ') if holds else item[0]

    return re.sub(r'<item [^>]*href="([^"]+\.xhtml)"[^>]*>', mark, listing)


def write_pdf(root: Path, out: Path, path: Path) -> None:
    """Write all lessons as a PDF in A4, with contents, bookmarks and page numbers.

    Args:
        root: of the clone.
        out: folder of the site; the pages of the lessons are in it.
        path: of the file to write.

    Raises:
        Trouble: if there is no Chromium on this computer.
    """
    from playwright.sync_api import sync_playwright

    browser_path, page = find_browser(), book_page(root, out)
    footer = (
        '<p style="font: 8pt serif; width: 100%; text-align: center"><span class="pageNumber"></span></p>'
    )
    with tempfile.TemporaryDirectory(prefix="lstm-course-book-") as folder, sync_playwright() as playwright:
        source = Path(folder, "book.html")
        source.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.set_default_timeout(0)  # a busy computer takes its time, and prints the same
        tab.goto(source.as_uri())
        printed = tab.pdf(
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<p></p>",
            footer_template=footer,
            outline=True,
            tagged=True,
        )
        browser.close()
    path.write_bytes(re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>19800101000000", printed))


def book_page(root: Path, out: Path) -> str:
    """The whole book as one page of HTML, which needs nothing beside it.

    Args:
        root, out: as for `write_pdf`.
    """
    title, sentence = _readme(root)
    stems = [lesson.stem for lesson in lesson_paths(root)]
    chapters = [_chapter(out, lesson, stems) for lesson in lesson_paths(root)]
    return rendered(
        "site/templates/book.html",
        title=title,
        sentence=sentence,
        version=__version__,
        styles=Markup(styles(out)),  # files of the site; within <style> nothing is unescaped by browsers
        chapters=chapters,
    )


def find_browser() -> str:
    """Path of a Chromium.

    Raises:
        Trouble: if there is none.
    """
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        raise Trouble(
            "The PDF is printed by Chromium, and none is on the path: install it, or leave out --pdf."
        )
    return found


def _readme(root):
    """Title and first sentence of the course."""
    return re.match(r"# (.+)\n\n(.+)\n", (root / "README.md").read_text(encoding="utf-8")).groups()


def _chapter(out, lesson, stems):
    """A lesson for the book. What is folded cannot be opened on paper: the right answers stand at its end."""
    from bs4 import BeautifulSoup

    article = printable_article(out, lesson.stem, stems)
    soup = BeautifulSoup("", "html.parser")
    answers = [each.extract() for each in article.find_all("details", class_="solution")]
    if answers:
        heading = soup.new_tag("h2")
        heading.string = "Right answers"
        article.append(heading)
        article.extend(answers)
    for folded in article.find_all("details"):
        folded["open"] = ""
    for tag in article.find_all(id=True):
        tag["id"] = f"{lesson.stem}-{tag['id']}"
    for link in article.find_all("a", href=re.compile("^#")):
        if link["href"][1:] not in stems:
            link["href"] = f"#{lesson.stem}-{link['href'][1:]}"
    header = header_of(lesson)
    return Chapter(lesson.stem, header.title, header.minutes, Markup(article.decode_contents()))

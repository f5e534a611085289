"""The lessons as one file: an EPUB that a checker passes, and a page that loses nothing on paper."""

import posixpath
import re
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from helpers import ROOT

from lstm_course.site import books, xhtml

LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
CHECKER = Path("/usr/share/java/epubcheck.jar")
XHTML = "{http://www.w3.org/1999/xhtml}"
PAPER = 174 / 25.4 * 96  # width of a printed page without its margins, in the pixels of CSS


@pytest.fixture(scope="module")
def book(folder):
    with zipfile.ZipFile(folder / "lstm-course.epub") as archive:
        yield archive


def test_an_epub_begins_with_its_kind_uncompressed(book):
    first = book.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert book.read("mimetype") == b"application/epub+zip"


def test_every_page_of_an_epub_is_xml_and_leads_to_what_is_in_it(book):
    names = set(book.namelist())
    pages = {name: ElementTree.fromstring(book.read(name)) for name in names if name.endswith(".xhtml")}
    ids = {name: {tag.get("id") for tag in tree.iter()} for name, tree in pages.items()}
    assert {f"notebooks/{stem}.xhtml" for stem in LESSONS} <= set(pages)
    lost = []
    for name, tree in pages.items():
        for address in (tag.get(key) for tag in tree.iter() for key in ("href", "src") if tag.get(key)):
            target = urlsplit(address)
            if target.scheme:
                continue
            to = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(target.path)))
            to = to if target.path else name
            if to not in names or (target.fragment and to in ids and target.fragment not in ids[to]):
                lost.append(f"{name}: {address}")
    assert lost == []


def test_formulas_figures_and_folded_answers_are_in_the_epub(book):
    page = ElementTree.fromstring(book.read("notebooks/03_lstm_from_scratch.xhtml"))
    assert len(list(page.iter("{http://www.w3.org/1998/Math/MathML}math"))) > 50
    assert len(list(page.iter(f"{XHTML}img"))) > 10
    folded = [each for each in page.iter(f"{XHTML}details") if each.get("class") == "solution"]
    assert len(folded) > 10 and not any("open" in each.attrib for each in folded)


def test_epubcheck_finds_nothing(folder):
    found = [path for path in (CHECKER, Path(shutil.which("epubcheck") or "")) if path.is_file()]
    if shutil.which("java") is None or not found:
        pytest.skip("epubcheck is not installed (Debian, Ubuntu: apt install epubcheck)")
    command = ["java", "-jar", found[0], "--quiet", folder / "lstm-course.epub"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_archive_is_the_same_whenever_it_was_made(tmp_path):
    made = tmp_path / "made.epub"
    packed = []
    for year, order in (
        (2001, ("mimetype", "b.txt", "content.opf")),
        (2020, ("content.opf", "mimetype", "b.txt")),
    ):
        with zipfile.ZipFile(made, "w") as archive:
            for name in order:
                archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), name)
        books.pack_again(made, tmp_path / "again.epub")
        packed.append((tmp_path / "again.epub").read_bytes())
    assert packed[0] == packed[1]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<br>b</p>", "<p>a<br/>b</p>"),
        ("<details open>x &amp; y</details>", '<details open="">x &amp; y</details>'),
        ("&nbsp;&eacute;", "\u00a0é"),
    ],
)  # fmt: skip
def test_html_is_written_as_xml(html, expected):
    assert xhtml.well_formed(html) == expected
    ElementTree.fromstring(f"<body>{expected}</body>")


@pytest.fixture(scope="module")
def paper(folder, tmp_path_factory, browser):
    """The whole book as a browser lays it out for paper."""
    page = tmp_path_factory.mktemp("paper") / "book.html"
    page.write_text(books.book_page(ROOT, folder), encoding="utf-8")
    tab = browser.new_page(viewport={"width": int(PAPER), "height": 900})
    tab.emulate_media(media="print")
    tab.goto(page.as_uri())
    return tab


def test_nothing_is_cut_on_paper(paper):
    cut = paper.evaluate("""[...document.querySelectorAll('pre, table, figure, img, math, .formula')]
        .filter(part => part.getBoundingClientRect().right > innerWidth + 1)
        .map(part => part.closest('article').id + ': ' + part.textContent.slice(0, 60))""")
    assert cut == []


def test_nothing_is_lost_on_paper(paper):
    hidden = paper.evaluate(
        "[...document.querySelectorAll('details:not([open])')].map(each => each.textContent)"
    )
    assert hidden == []
    chapters = paper.evaluate("[...document.querySelectorAll('article')].map(each => each.id)")
    assert chapters == LESSONS
    links = paper.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
    )
    assert [name for name in links if not paper.evaluate("id => !!document.getElementById(id)", name)] == []
    assert paper.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


def test_right_answers_stand_at_the_end_of_a_chapter(paper):
    last = paper.evaluate(
        "[...document.querySelectorAll('article')].map(each => each.lastElementChild.className)"
    )
    assert (
        last[0] == "solution" and last.count("solution") == len(LESSONS) - 1
    )  # the capstone has no exercise
    text = paper.evaluate("document.querySelector('article').textContent")
    assert re.search("Right answers.*A right answer for sigmoid", text, re.DOTALL)


def test_a_pdf_is_written_with_bookmarks(folder, tmp_path, chromium):
    path = tmp_path / "lstm-course.pdf"
    # In a thread of its own: Playwright refuses a second browser in one in which a page is still open.
    with ThreadPoolExecutor() as pool:
        pool.submit(books.write_pdf, ROOT, folder, path).result()
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and b"/Outlines" in content and b"/StructTreeRoot" in content
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 100

"""The course as a web site: all lessons, guides and the reference, readable without a network.

The sources are put together in a temporary folder that looks like the clone, so that links between README,
guides and lessons work here as they do there; then Sphinx makes the pages. Nothing is executed: outputs are
those of the committed notebooks.
"""

import re
import shutil
import tempfile
from pathlib import Path

from lstm_course.common.trouble import Trouble
from lstm_course.site.books import write_epub, write_pdf
from lstm_course.site.explorables import write_scripts
from lstm_course.site.first_page import write_first_page
from lstm_course.site.lessons import SHEETS, gather_lessons, lesson_paths
from lstm_course.site.printing import write_printable
from lstm_course.site.reference import write_reference
from lstm_course.site.sphinx_runs import run_sphinx, toctree
from lstm_course.site.trimming import trim

PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "SECURITY.md",
    *(f"notebooks/{name}" for name in SHEETS),
    "datasets/README.md",
    "datasets/DATASHEETS.md",
)
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")


class SiteError(Trouble):
    """The site cannot be built; the message is one sentence."""


def build(root, out, solutions=True, epub=False, pdf=False):
    """Make the site.

    Args:
        root: pathlib.Path of the clone.
        out: path of the folder to write to; it is emptied first when an earlier site is in it.
        solutions: bool, whether right answers stand, folded, under the exercises; default True.
        epub, pdf: bool, whether the lessons are also made into one file of that kind; default False.

    Returns:
        A list of str, the warnings of Sphinx; empty when all is well.

    Raises:
        SiteError: if the folder holds something else than a site.
        Trouble: if Sphinx is not installed, or for the PDF a Chromium.
    """
    out = Path(out).resolve()
    _clear(out)
    # Doctrees and generated sources are of no use afterwards: a build from scratch takes half a minute.
    with tempfile.TemporaryDirectory(prefix="lstm-course-site-") as folder:
        source = Path(folder, "source")
        _gather(root, source, solutions)
        warnings = run_sphinx(source, out, "html")
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        # A table that has names at its side has none in its corner: no header without words.
        page.write_text(text.replace('<th class="head"><p></p></th>', "<td></td>"), encoding="utf-8")
    trim(out)
    stems = [lesson.stem for lesson in lesson_paths(root)]
    for stem in stems:
        write_printable(out, stem)
    books = []
    if epub:
        warnings += write_epub(root, out / "lstm-course.epub", solutions)
        books.append("lstm-course.epub")
    if pdf:
        write_pdf(root, out, out / "lstm-course.pdf")
        books.append("lstm-course.pdf")
    write_first_page(root, out, books)
    return warnings


def _clear(out):
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "searchindex.js").is_file()):
        raise SiteError(f"{out} holds something else than an earlier site: choose another folder with --out.")
    shutil.rmtree(out)


# Putting the sources together


def _gather(root, source, solutions):
    """Copy what the site is made of, and write what only the site has."""
    shutil.copytree(root / "docs", source / "docs")
    for name in ("conf.py", "_static"):
        shutil.move(source / "docs" / name, source / name)
    write_scripts(source / "_static")
    for name in PAGES:
        if (root / name).is_file():
            (source / name).parent.mkdir(exist_ok=True)
            shutil.copy(root / name, source / name)
    # Sphinx looks after the pictures of Markdown, and not after those of HTML in it.
    pictures = shutil.ignore_patterns("*.py")
    shutil.copytree(root / "docs/images", source / "extra/docs/images", ignore=pictures)
    gather_lessons(root, source, solutions)
    write_reference(source / "reference")
    for path in source.rglob("*.md"):
        path.write_text(_without_dead_links(path.read_text(encoding="utf-8"), path), encoding="utf-8")
    contents = toctree("Lessons <notebooks/index>", "Guides <docs/index>", "Reference <reference/index>")
    (source / "index.md").write_text(f"# LSTM networks, hands on\n{contents}", encoding="utf-8")
    with (source / "docs" / "index.md").open("a", encoding="utf-8") as guides:
        more = [f"../{name}" for name in PAGES if (source / name).is_file()]
        here = [path.relative_to(source / "docs") for path in (source / "docs").rglob("*.md")]
        here.remove(Path("index.md"))
        guides.write(toctree(*sorted(map(str, here), key=_reading_order), *more))


def _reading_order(name):
    """Learners first, then instructors, then contributors, then what is for all."""
    readers = ("learners", "instructors", "contributors")
    return next((k for k, reader in enumerate(readers) if name.startswith(reader)), len(readers)), name


def _without_dead_links(text, path):
    """Turn links to files of the clone that are no part of the site into plain words."""

    def mend(link):
        picture, words, target = link.groups()
        file = target.partition("#")[0]
        if picture or not file or re.match(r"\w+:", target) or (path.parent / file).is_file():
            return link[0]
        return words

    return _LINK.sub(mend, text)

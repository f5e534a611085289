"""The course as a web site: all lessons, guides and the reference, readable without a network.

The sources are put together in a temporary folder that looks like the clone, so that links between README,
guides and lessons work here as they do there; then Sphinx makes the pages. Nothing is executed: outputs are
those of the committed notebooks.
"""

import io
import os
import pkgutil
import re
import shutil
import tempfile
from pathlib import Path

from lstm_course.common import notebooks
from lstm_course.common.comparing import WIDGET_VIEW
from lstm_course.common.trouble import Trouble
from lstm_course.site.printing import write_printable

PAGES = ("README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "SECURITY.md", "datasets/README.md")
SOLUTION = '<details class="solution"><summary>{}</summary>\n\n{}\n\n</details>'
# Not for readers: the command's entry, and the right answers.
_NOT_IN_REFERENCE = re.compile(r"__main__$|\._|\.exercises\.lessons(\.|$)")
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
_WITHIN = re.compile(r"\]\(#([^)]+)\)")


class SiteError(Trouble):
    """The site cannot be built; the message is one sentence."""


def build(root, out, solutions=True):
    """Make the site.

    Args:
        root: pathlib.Path of the clone.
        out: path of the folder to write to; it is emptied first when an earlier site is in it.
        solutions: bool, whether right answers stand, folded, under the exercises; default True.

    Returns:
        A list of str, the warnings of Sphinx; empty when all is well.

    Raises:
        SiteError: if the folder holds something else than a site, or Sphinx is not installed.
    """
    out = Path(out).resolve()
    _clear(out)
    # Doctrees and generated sources are of no use afterwards: a build from scratch takes half a minute.
    with tempfile.TemporaryDirectory(prefix="lstm-course-site-") as folder:
        source, doctrees = Path(folder, "source"), Path(folder, "doctrees")
        _gather(root, source, solutions)
        warnings = _run_sphinx(source, out, doctrees)
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        # A table that has names at its side has none in its corner: no header without words.
        page.write_text(text.replace('<th class="head"><p></p></th>', "<td></td>"), encoding="utf-8")
    for lesson in _lessons(root):
        write_printable(out, lesson.stem)
    return warnings


def _clear(out):
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "searchindex.js").is_file()):
        raise SiteError(f"{out} holds something else than an earlier site: choose another folder with --out.")
    shutil.rmtree(out)


def _lessons(root):
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


# Putting the sources together


def _gather(root, source, solutions):
    """Copy what the site is made of, and write what only the site has."""
    shutil.copytree(root / "docs", source / "docs")
    for name in ("conf.py", "_static"):
        shutil.move(source / "docs" / name, source / name)
    for name in PAGES:
        if (root / name).is_file():
            (source / name).parent.mkdir(exist_ok=True)
            shutil.copy(root / name, source / name)
    (source / "README.md").rename(source / "index.md")
    (source / "notebooks").mkdir()
    for path in _lessons(root):
        write_lesson(path, root / "solutions" / path.name, source / "notebooks" / path.name, solutions)
    _write_lesson_list(source / "notebooks", [path.stem for path in _lessons(root)])
    _write_reference(source / "reference")
    for path in source.rglob("*.md"):
        path.write_text(_without_dead_links(path.read_text(encoding="utf-8"), path), encoding="utf-8")
    with (source / "index.md").open("a", encoding="utf-8") as index:
        index.write(
            _toctree("Lessons <notebooks/index>", "Guides <docs/index>", "Reference <reference/index>")
        )
    with (source / "docs" / "index.md").open("a", encoding="utf-8") as guides:
        more = [f"../{name}" for name in PAGES[1:] if (source / name).is_file()]
        here = [path.relative_to(source / "docs") for path in (source / "docs").rglob("*.md")]
        here.remove(Path("index.md"))
        guides.write(_toctree(*sorted(map(str, here), key=_reading_order), *more))


def _reading_order(name):
    """Learners first, then instructors, then contributors, then what is for all."""
    readers = ("learners", "instructors", "contributors")
    return next((k for k, reader in enumerate(readers) if name.startswith(reader)), len(readers)), name


def _toctree(*entries):
    return "\n".join(["", "", "```{toctree}", ":hidden:", "", *entries, "```", ""])


def _without_dead_links(text, path):
    """Turn links to files of the clone that are no part of the site into plain words."""

    def mend(link):
        picture, words, target = link.groups()
        file = target.partition("#")[0]
        if picture or not file or re.match(r"\w+:", target) or (path.parent / file).is_file():
            return link[0]
        if (path.parent / file).resolve() == (path.parents[0] / "README.md").resolve():
            return link[0]
        return words

    return _LINK.sub(mend, text)


def write_lesson(learner, solved, path, solutions):
    """The learner's notebook, with a folded right answer under each exercise when they are wanted."""
    notebook = notebooks.read(learner)
    answers = _answers(notebooks.read(solved)) if solutions else {}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = _WITHIN.sub(_spelled_for_the_web, cell.source)
        else:
            for output in cell.outputs:
                # A widget lives as long as its kernel; the picture beside it stays.
                output.get("data", {}).pop(WIDGET_VIEW, None)
        if cell.id in answers:
            cells.append(notebooks.cell("markdown", f"{cell.id}-solution", answers[cell.id]))
    link = f'<a href="../print/{learner.stem}.html">This lesson on one page, to print</a>'
    printable = f'<p class="printable">{link}</p>'
    cells.insert(1, notebooks.cell("markdown", "printable", printable))
    notebooks.write(path, notebooks.notebook(cells))


def _spelled_for_the_web(link):
    """A link to a heading of the same lesson: JupyterLab keeps capitals and colons, the web page does not."""
    slug = re.sub(r"[^\w-]", "", link[1].lower())
    return f"](#{slug})"


def _answers(solved):
    """Id of an exercise's cell -> the folded right answer, Markdown."""
    from lstm_course import exercises

    found = {}
    for cell in solved.cells:
        if "exercise" in cell.metadata.get("tags", []):
            lines = [line for line in cell.source.split("\n") if "### " not in line]
            text = "```python\n" + "\n".join(lines) + "\n```"
            exercise = exercises.find(cell.metadata.nbgrader.grade_id)
            if isinstance(exercise, exercises.Question):
                text += f"\n\n{exercise.explanations[exercise.answer]}"
            found[cell.id] = SOLUTION.format(f"A right answer for <code>{exercise.id}</code>", text)
    return found


def _write_lesson_list(folder, stems):
    text = "# Lessons\n\nEach lesson opens with a question, and closes with what you have measured.\n\n"
    for stem in stems:
        opening = notebooks.read(folder / f"{stem}.ipynb").cells[0].source
        line = re.search(r"^\*(Lesson[^*]*)\*$", opening, re.MULTILINE)
        text += f"* []({stem}.ipynb)" + (f", {line[1]}\n" if line else "\n")
    (folder / "index.md").write_text(text + _toctree(*stems), encoding="utf-8")


def _write_reference(folder):
    """One page for each module, made from its docstrings."""
    import lstm_course

    folder.mkdir()
    found = [("lstm_course", True)]
    found += [(m.name, m.ispkg) for m in pkgutil.walk_packages(lstm_course.__path__, "lstm_course.")]
    names = [name for name, _ in found if not _NOT_IN_REFERENCE.search(name)]
    for name, is_package in found:
        if name in names:
            # What a package only passes on is described where it is defined.
            option = "   :ignore-module-all:\n" if is_package else ""
            page = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :members:\n{option}"
            (folder / f"{name}.rst").write_text(page, encoding="utf-8")
    text = "# Reference\n\nEvery public function and class, from its docstring.\n\n"
    text += "".join(f"* [{name}]({name}.rst)\n" for name in names)
    (folder / "index.md").write_text(text + _toctree(*names), encoding="utf-8")


def _run_sphinx(source, out, doctrees):
    """Make the pages; returns the warnings."""
    try:
        import myst_nb  # noqa: F401
        from sphinx.application import Sphinx
        from sphinx.util.docutils import docutils_namespace, patch_docutils
    except ModuleNotFoundError as error:
        raise SiteError(
            f"The site needs {error.name}, which is not installed: run `python start.py site`, or "
            "pip install -r requirements-dev.txt."
        ) from None
    said = io.StringIO()
    with patch_docutils(source), docutils_namespace():
        app = Sphinx(source, source, out, doctrees, "html", status=None, warning=said, freshenv=True)
        app.build(force_all=True)
    plain = re.sub(r"\x1b\[[\d;]*m", "", said.getvalue()).replace(f"{source}{os.sep}", "")
    return [line for line in plain.splitlines() if line.strip()]

"""A lesson for readers: without what only a learner needs, with folded answers, and with doors to run it."""

import re
import shutil
import tomllib
from pathlib import Path

from lstm_course.common import notebooks
from lstm_course.common.comparing import WIDGET_VIEW
from lstm_course.common.lesson_headers import Header, read_header
from lstm_course.common.templates import rendered
from lstm_course.explore.explorer import EXPLORABLE
from lstm_course.site import pictures
from lstm_course.site.explorables import live
from lstm_course.site.sphinx_runs import toctree

__all__ = [
    "SHEETS", "doors", "gather_lessons", "header_of", "lesson_paths", "project_urls", "row_of",
    "write_lesson",
]  # fmt: skip

SHEETS = ("one_sheet.md", "glossary.md")  # beside the lessons, and linked at the top of each
SOLUTION = '<details class="solution"><summary>{}</summary>\n\n{}\n\n</details>'
_WITHIN = re.compile(r"\]\(#([^)]+)\)")
# The line of links to the lessons before and after, which stands below the title.
_NEIGHBOURS = re.compile(r"^\[(?:previous|next): .*$", re.MULTILINE)
# What `proven` says to a learner who has not solved an exercise yet, or who has.
_GOING_ON = re.compile(r"^Going on with (?:the course's|your) .*\n?", re.MULTILINE)
# Tags of cells that ask something of a learner.
_ASKING = {"check", "guess"}
# Calls that answer a learner: what they said when the lesson was built is nothing to a reader.
_ANSWERING = re.compile(r"^(?:hint|solution|progress)\(", re.MULTILINE)


def lesson_paths(root: Path) -> list[Path]:
    """The learner's notebooks of a clone, in order."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def header_of(path: Path) -> Header:
    """Title, minutes and question of a notebook."""
    return read_header(notebooks.read(path).cells[0].source)


def project_urls(root: Path) -> dict[str, str]:
    """Where the course is published: `[project.urls]` of its pyproject.toml; empty where there is none."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["project"].get("urls", {})


def doors(urls: dict[str, str], name: str) -> dict[str, str]:
    """Places that run a notebook of the course without an installation.

    Args:
        urls: as `project_urls` gives them; the places need a "Repository" on GitHub.
        name: path of the notebook in the repository.

    Returns:
        A dict from the name of the place to its address; empty where the repository is not on GitHub.

    Example:
        >>> doors({"Repository": "https://github.com/a/b"}, "notebooks/01.ipynb")["Colab"]
        'https://colab.research.google.com/github/a/b/blob/main/notebooks/01.ipynb'
    """
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", urls.get("Repository", ""))
    if not found:
        return {}
    return {
        "Binder": f"https://mybinder.org/v2/gh/{found[1]}/main?urlpath=lab/tree/{name}",
        "Colab": f"https://colab.research.google.com/github/{found[1]}/blob/main/{name}",
    }


def gather_lessons(root: Path, source: Path, solutions: bool, book: bool = False) -> None:
    """Write the lessons and their list into the sources, and what stands beside their pages.

    Args:
        root: of the clone.
        source: folder of the sources; it is made where it is missing.
        solutions: whether right answers stand, folded, under the exercises.
        book: whether it is for a book, in which there is nothing to open or to download; default False.
    """
    beside, urls = source / "extra" / "notebooks", project_urls(root)
    beside.mkdir(parents=True)
    for path in lesson_paths(root):
        solved, page = root / "solutions" / path.name, source / "notebooks" / path.name
        write_lesson(path, solved, page, beside, solutions, "" if book else row_of(urls, path.name))
        if not book:
            shutil.copy(path, beside)
    _write_lesson_list(source / "notebooks", lesson_paths(root))


def _write_lesson_list(folder, paths):
    text = "# Lessons\n\nEach lesson opens with a question, and closes with what you have measured.\n\n"
    text += "".join(f"* []({path.name}), {header_of(path).line}\n" for path in paths)
    (folder / "index.md").write_text(text + toctree(*(path.stem for path in paths)), encoding="utf-8")


def write_lesson(
    learner: Path, solved: Path, path: Path, beside: Path, solutions: bool, row: str = ""
) -> None:
    """Write the notebook that a page of the site is made from, and its pictures as files.

    Args:
        learner: the notebook as a learner opens it.
        solved: the same with the right answers in it.
        path: of the notebook to write.
        beside: folder whose files will stand beside the page.
        solutions: whether a folded right answer stands under each exercise.
        row: HTML that stands below the title, as `row_of` makes it; default none, as in a book, in which
            nothing moves.
    """
    answers = _answers(notebooks.read(solved)) if solutions else {}
    cells = []
    for cell in notebooks.read(learner).cells:
        if cell.cell_type == "markdown":
            cell.source = _WITHIN.sub(_spelled_for_the_web, cell.source)
        elif _ASKING & set(cell.metadata.get("tags", [])):
            continue
        else:
            cell.outputs = [] if _ANSWERING.search(cell.source) else _for_readers(cell.outputs, bool(row))
        cells.append(cell)
        if cell.id in answers:
            cells.append(notebooks.cell("markdown", f"{cell.id}-solution", answers[cell.id]))
    cells[0].source = _NEIGHBOURS.sub(lambda line: f"{line[0]}\n\n{row}", cells[0].source, count=1)
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if "text/html" in output.get("data", {}):
            output.data["text/html"] = pictures.as_files(output.data["text/html"], beside)
    notebooks.write(path, notebooks.notebook(cells))


def row_of(urls: dict[str, str], name: str) -> str:
    """The row below the title of a lesson: where it can be run, its notebook, and the page to print.

    Args:
        urls: as `project_urls` gives them.
        name: of the notebook's file.
    """
    return rendered(
        "site/templates/lesson_row.html", doors=doors(urls, f"notebooks/{name}"), stem=Path(name).stem
    ).strip()


def _for_readers(outputs, alive):
    """Outputs for somebody without a kernel; where the page is alive, explorers draw themselves."""
    kept = []
    for output in outputs:
        if output.output_type == "stream":
            output.text = _GOING_ON.sub("", output.text)
            if not output.text:
                continue
        bundle = output.get("data", {})
        # A widget lives as long as its kernel; the picture beside it stays.
        bundle.pop(WIDGET_VIEW, None)
        if EXPLORABLE in bundle:
            if alive:
                bundle["text/html"] = live(bundle, "../")
            del bundle[EXPLORABLE]
        kept.append(output)
    return kept


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

"""What every committed notebook must hold to. That its outputs are still true is what nbval tests."""

import functools
import re
from html.parser import HTMLParser
from itertools import pairwise

import nbformat
import pytest
from helpers import ROOT

from lstm_course import authoring, exercises
from lstm_course.authoring import tolerances
from lstm_course.common import comparing
from lstm_course.learner.predictions.questions import of_lesson

SOURCES = authoring.find_sources(ROOT)
PATHS = sorted(ROOT.glob("notebooks/*.ipynb")) + sorted(ROOT.glob("solutions/*.ipynb"))
SHORTEST_DESCRIPTION = 40  # characters: hardly a sentence
IGNORING = {"nbval-ignore-output", "nbval-skip"}


@functools.cache
def read(path):
    """A notebook, which no test changes."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """The Markdown of a notebook without code blocks, whose hash signs are no headings."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(params=PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return read(path)


def test_there_are_lessons():
    assert SOURCES


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_notebooks_are_what_their_source_says(source):
    assert authoring.check(ROOT, [source]) == []


def test_every_code_cell_was_executed_in_order(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_nothing_was_written_to_stderr(notebook):
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


def test_no_cell_raised(notebook):
    cells = [cell for cell in code_cells(notebook) if "raises-exception" not in cell.metadata.get("tags", [])]
    assert [output.evalue for cell in cells for output in cell.outputs if output.output_type == "error"] == []


def test_at_least_95_percent_of_the_outputs_are_compared():
    cells = [cell for path in PATHS for cell in code_cells(read(path))]
    ignored = [cell for cell in cells if IGNORING & set(cell.metadata.get("tags", []))]
    assert len(ignored) <= 0.05 * len(cells), f"{len(ignored)} of {len(cells)} cells are not compared"


def texts(path):
    """What the code cells of a notebook print and show, without pictures."""
    for cell in code_cells(read(path)):
        for output in cell.outputs:
            for text in (output.get("text", ""), *output.get("data", {}).values()):
                yield re.sub(r"base64,[^\"]*", "", str(text))


def test_at_most_an_eighth_of_the_numbers_is_said_to_differ_from_machine_to_machine():
    # Trained networks do: a lesson says what they reach, seed by seed, and asserts what it claims of that.
    printed = " ".join(text for path in PATHS for text in texts(path))
    differing, numbers = (len(re.findall(pattern, printed)) for pattern in (r"~[-+.\d]", r"\d+(?:\.\d+)?"))
    assert differing <= numbers / 8, f"{differing} of {numbers}"


def test_tolerances_are_those_that_were_measured(notebook):
    for cell in code_cells(notebook):
        if comparing.varies(cell):
            shaken = cell.metadata.shaken
            assert shaken.runs >= tolerances.RUNS
            assert shaken.moved <= shaken.tolerance <= tolerances.LARGEST
            assert shaken.tolerance <= max(tolerances.SMALLEST, 1.1 * tolerances.ROOM * shaken.moved)
        else:
            assert "shaken" not in cell.metadata


def test_no_cell_asks_nbval_for_less_in_a_comment(notebook):
    comment = re.compile(r"#\s*(NBVAL|PYTEST)_")
    assert [cell.source for cell in code_cells(notebook) if comment.search(cell.source)] == []


class Images(HTMLParser):
    """Collects the text descriptions of all images and drawings in HTML; None where there is none."""

    def __init__(self, html):
        super().__init__()
        self.descriptions = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.descriptions.append(attributes.get("alt"))
        elif tag == "svg" and attributes.get("aria-hidden") != "true":
            self.descriptions.append(attributes.get("aria-label"))


def descriptions(notebook):
    """What stands in for each picture of a notebook, in outputs and in prose."""
    yield from Images(prose(notebook)).descriptions
    yield from re.findall(r"!\[([^\]]*)\]\(", prose(notebook))
    for cell in code_cells(notebook):
        for data in (output.data for output in cell.outputs if "data" in output):
            html = data.get("text/html", "")
            yield from Images(html).descriptions
            bare = {"image/png", "image/jpeg", "image/svg+xml"} & set(data)
            if bare and "<figure" not in html:
                yield None


def test_every_figure_has_a_description_of_a_sentence(notebook):
    poor = [text for text in descriptions(notebook) if len((text or "").strip()) < SHORTEST_DESCRIPTION]
    assert poor == [], "use show(figure, alt=...)"


def test_headings_are_in_order(notebook):
    levels = [len(marks) for marks in re.findall(r"^(#{1,6}) ", prose(notebook), re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1, "a lesson has one title, at its top"
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels


def test_no_code_cell_is_longer_than_30_lines(notebook):
    assert [cell.source for cell in code_cells(notebook) if len(cell.source.splitlines()) > 30] == []


def test_links_to_files_lead_somewhere(notebook, path):
    targets = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", prose(notebook))
    assert [target for target in targets if not (path.parent / target).exists()] == []
    # A learner's copy has nothing but the files of this folder.
    assert path.parent.name == "solutions" or not [target for target in targets if "/" in target]


def test_one_sheet_and_the_glossary_are_linked_at_the_top(notebook, path):
    folder = "" if path.parent.name == "notebooks" else "../notebooks/"
    for name in ("one_sheet.md", "glossary.md"):
        assert f"]({folder}{name})" in notebook.cells[0].source


def test_previous_and_next_stand_at_the_top_and_at_the_bottom(notebook):
    lines = [line for line in prose(notebook).splitlines() if re.match(r"\[(previous|next): ", line)]
    assert len(lines) == 2 and lines[0] == lines[1]
    assert prose(notebook).splitlines()[-1] == lines[1]


def solutions(source):
    """The answers marked in a lesson's source, each as a list of its lines without indentation."""
    text = source.read_text(encoding="utf-8")
    marked = re.findall(f"{authoring.BEGIN}\n(.*?){authoring.END}", text, re.DOTALL)
    return [[line.strip() for line in answer.splitlines() if line.strip()] for answer in marked]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_learner_is_not_told_the_answer(source):
    cells = code_cells(read(ROOT / "notebooks" / f"{source.stem}.ipynb"))
    lines = {cell.id: [line.strip() for line in cell.source.splitlines()] for cell in cells}
    exercises_tagged = [cell for cell in cells if "exercise" in cell.metadata.get("tags", [])]
    to_fill_in = {line for cell in exercises_tagged for line in lines[cell.id]}
    for answer in solutions(source):
        assert not to_fill_in & set(answer)
        elsewhere = [cell_id for cell_id, text in lines.items() if "\n".join(answer) in "\n".join(text)]
        assert elsewhere == [], f"the answer {answer} stands in another cell"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_exercise_of_a_lesson_is_in_it(source):
    cells = code_cells(read(ROOT / "notebooks" / f"{source.stem}.ipynb"))
    graded = {cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata}
    for exercise in exercises.every().values():
        if exercise.lesson == source.name[:2]:
            assert {exercise.id, f"check-{exercise.id}"} <= graded


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_question_has_a_cell_that_shows_its_form(source):
    """A cell shows its last line alone: of two questions in one, the first is never seen."""
    cells = code_cells(read(ROOT / "notebooks" / f"{source.stem}.ipynb"))
    forms = [cell for cell in cells if re.search(r"^guess\(", cell.source, re.MULTILINE)]
    shown = [match[1] for cell in forms if (match := re.search(r'guess\("(\S+)"\)\s*$', cell.source))]
    assert sorted(shown) == sorted(question.id for question in of_lesson(source.name[:2]))
    assert all(cell.outputs for cell in forms)

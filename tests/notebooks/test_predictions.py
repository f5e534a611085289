"""Every "Predict first" asks its question, and the cell that answers is there in both notebooks of a lesson.

What an expression gives when its lesson has run is looked at by the build.
"""

import ast
import builtins
import re
from itertools import pairwise

import nbformat
import pytest
from helpers import ROOT

from lstm_course import authoring
from lstm_course.learner.predictions.questions import Choice, Number, of_lesson

SOURCES = authoring.find_sources(ROOT)
LESSON = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
BOX = "> **Predict first.**"
LONGEST_QUESTION, LONGEST_ANSWER = 120, 60  # characters: what a form has room for


def cells_of(folder, source):
    return nbformat.read(ROOT / folder / f"{source.stem}.ipynb", as_version=4).cells


def asked_by(cell):
    """The ids of the questions that a cell asks."""
    asks = cell.cell_type == "code" and "guess" in cell.metadata.get("tags", ())
    return re.findall(r'^guess\("([^"]+)"\)$', cell.source, re.MULTILINE) if asks else []


def told_in_order(cells):
    """Headings, boxes and questions as a reader meets them: "heading", "box" or the id of a question."""
    for cell in cells:
        if cell.cell_type == "markdown":
            without_code = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            for line in without_code.splitlines():
                if re.match(r"#{1,6} ", line):
                    yield "heading"
                elif line.startswith(BOX):
                    yield "box"
        yield from asked_by(cell)


@LESSON
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_every_box_asks_and_every_question_is_asked_once(source, folder):
    told = list(told_in_order(cells_of(folder, source)))
    questions = [each.id for each in of_lesson(source.name[:2])]
    assert told.count("box") == source.read_text(encoding="utf-8").count(f"\n{BOX}")
    assert [each for each in told if each not in ("heading", "box")] == questions
    for before, each in pairwise(["heading", *told, "heading"]):
        if each in ("heading", "box"):
            assert before != "box", f"a box asks nothing, {told}"
        else:
            assert before != "heading", f"{each} has no box"


@LESSON
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_one_cell_answers_after_the_question_and_surprises_come_last(source, folder):
    cells = cells_of(folder, source)
    asking = {name: place for place, cell in enumerate(cells) for name in asked_by(cell)}
    answering = []
    for question in of_lesson(source.name[:2]):
        holds = [
            place
            for place, cell in enumerate(cells)
            if cell.cell_type == "code" and question.after in cell.source
        ]
        assert len(holds) == 1, f"{question.id}: {question.after!r} stands in {len(holds)} cells"
        assert holds[0] > asking[question.id], question.id
        assert "exercise" not in cells[holds[0]].metadata.get("tags", ()), question.id
        answering += holds
    (shown,) = (place for place, cell in enumerate(cells) if f'surprises("{source.name[:2]}")' in cell.source)
    (recap,) = (place for place, cell in enumerate(cells) if "## Recap" in cell.source)
    # What comes after the recap is optional.
    assert "guess" in cells[shown].metadata.tags and shown > recap
    assert not [place for place in answering if recap < place < shown]


def names_of_the_lesson(expression):
    """What an expression looks up in the notebook: no name of its own loops, none of Python, not NumPy."""
    nodes = list(ast.walk(expression))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return {node.id for node in nodes if isinstance(node, ast.Name)} - own - set(dir(builtins)) - {"np"}


def can_give(node):
    """The texts that an expression can give, and whether these are all: not what is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}, True
    if isinstance(node, ast.IfExp):
        return any_of([node.body, node.orelse])
    if isinstance(node, ast.Tuple | ast.List):
        return any_of(node.elts)
    if isinstance(node, ast.Subscript):
        return any_of(node.value.values) if isinstance(node.value, ast.Dict) else can_give(node.value)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("next", "min", "max"):
        return any_of(node.args)
    if isinstance(node, ast.GeneratorExp):
        goes_through = ast.unparse(node.elt) == ast.unparse(node.generators[0].target)
        return can_give(node.generators[0].iter) if goes_through else (set(), False)
    return set(), False


def any_of(nodes):
    texts, known = zip(*map(can_give, nodes), strict=True)
    return set().union(*texts), all(known)


@LESSON
def test_answers_are_computed_and_are_among_those_to_choose_from(source):
    for question in of_lesson(source.name[:2]):
        expression = ast.parse(question.turns_out, mode="eval").body
        assert names_of_the_lesson(expression), f"{question.id} gives the same whatever happens"
        assert question.ask.endswith("?") and len(question.ask) <= LONGEST_QUESTION, question.ask
        assert not set("$`\n") & set(question.ask), f"{question.ask} is not plain text"
        if isinstance(question, Number):
            continue
        answers = question.options if isinstance(question, Choice) else question.items
        assert len({" ".join(answer.casefold().split()) for answer in answers}) == len(answers) > 1, (
            question.id
        )
        assert max(map(len, answers)) < LONGEST_ANSWER, question.id
        if isinstance(question, Choice):
            given, known = can_give(expression)
            assert given <= set(answers), f"{question.id}: {given - set(answers)} cannot be answered"
            assert not known or given == set(answers), f"{question.id}: {set(answers) - given} never comes"

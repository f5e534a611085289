"""Lesson sources to notebooks, on small lessons made for the purpose."""

import base64
import io
import json
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from helpers import ROOT
from matplotlib.image import imsave

from lstm_course import authoring, cli, exercises
from lstm_course.authoring import predictions, sources, tolerances
from lstm_course.common import comparing, notebooks

registered = exercises.every
STUBS = {
    "double": SimpleNamespace(title="Twice", minutes=1, points=3),
    "answer": SimpleNamespace(title="The answer", minutes=5, points=1),
}
TITLE = "# A lesson\n\n"
LESSON = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A lesson

```{code-cell} ipython3
import time

start = time.perf_counter()
print("a")
print(f"ran in {time.perf_counter() - start:.3f} s")
2 + 2
```

+++

**Exercise.** Write a function.

```{code-cell} ipython3
:tags: [exercise]

def double(x):
    \"\"\"Twice `x`.\"\"\"
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell} ipython3
:tags: [check]

def check(answer):
    return "right" if answer(2) == 4 else "not attempted"

check(double)
```
"""


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    monkeypatch.setattr(exercises, "every", lambda: STUBS)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "solutions").mkdir()
    return tmp_path


def write(root, text, name="99_lesson"):
    source = root / "solutions" / f"{name}.md"
    source.write_text(text, encoding="utf-8")
    return source


def cell(code, *tags):
    return f"```{{code-cell}} ipython3\n:tags: [{', '.join(tags)}]\n\n{code}\n```\n"


def build(root, text, runs=0, say=lambda line: None, **options):
    return authoring.build(root, [write(root, text)], runs=runs, say=say, **options)


def read(root, folder="notebooks", name="99_lesson"):
    return nbformat.read(root / folder / f"{name}.ipynb", as_version=4)


def outputs(root):
    return [output for cell in read(root).cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder in which the lesson above was built."""
    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exercises, "every", lambda: STUBS)
        assert build(root, LESSON) == []
    return root


class TestBuild:
    @pytest.fixture
    def root(self, built):
        return built

    def test_the_solved_notebook_holds_the_answer_and_the_other_does_not(self, root):
        solved, learner = (read(root, folder).cells[3].source for folder in ("solutions", "notebooks"))
        assert "return 2 * x" in solved and authoring.BEGIN in solved
        assert learner == 'def double(x):\n    """Twice `x`."""\n    ...  # your code here'

    def test_both_are_executed_as_they_stand(self, root):
        solved, learner = (read(root, folder).cells[4].outputs for folder in ("solutions", "notebooks"))
        assert solved[0].data["text/plain"] == "'right'"
        assert learner[0].data["text/plain"] == "'not attempted'"
        assert [cell.execution_count for cell in read(root).cells if cell.cell_type == "code"] == [1, 2, 3]

    def test_what_a_stream_was_sent_in_is_one_output(self, root):
        stream, value = read(root).cells[1].outputs
        assert stream.text.startswith("a\nran in ") and value.data["text/plain"] == "4"

    def test_cells_are_named_after_their_exercise_or_text(self, root):
        ids = [cell.id for cell in read(root).cells]
        assert ids[3:] == ["99-double", "99-check-double"]
        assert ids == [cell.id for cell in read(root, "solutions").cells]

    def test_nbgrader_knows_the_cells_of_the_exercise(self, root):
        answer, check = (cell.metadata.nbgrader for cell in read(root).cells[3:])
        common = {"schema_version": 3, "task": False}
        assert answer == common | {"grade_id": "double", "solution": True, "grade": False, "locked": False}
        assert check == common | {
            "grade_id": "check-double",
            "solution": False,
            "grade": True,
            "locked": True,
            "points": 3,
        }

    def test_a_report_is_left_to_a_person_with_its_points(self, tmp_path):
        (tmp_path / "solutions").mkdir()
        assert build(tmp_path, TITLE + cell('my_report = """What I tried."""', "manual-10")) == []
        report = read(tmp_path).cells[1]
        assert report.id == "99-manual-my_report" and report.source.startswith("my_report")
        assert report.metadata.nbgrader == {
            "schema_version": 3,
            "task": False,
            "grade_id": "manual-my_report",
            "solution": True,
            "grade": True,
            "locked": False,
            "points": 10,
        }

    @pytest.mark.parametrize(
        ("code", "tag", "reason"),
        [
            ("1 + 1", "manual-10", "must assign one name; it assigns 0"),
            ("a = 1\nb = 2", "manual-10", "must assign one name; it assigns 2"),
            ("a = 1", "manual-ten", "must end in a whole number of points"),
        ],
    )
    def test_a_report_that_nbgrader_could_not_mark_is_refused(self, tmp_path, code, tag, reason):
        (tmp_path / "solutions").mkdir()
        (problem,) = build(tmp_path, TITLE + cell(code, tag))
        assert reason in problem

    def test_metadata_do_not_depend_on_the_machine(self, root):
        assert read(root).metadata == notebooks.METADATA
        assert all(set(cell.metadata) <= {"tags", "nbgrader"} for cell in read(root).cells)

    def test_the_file_is_written_as_jupyter_writes_it(self, root):
        text = (root / "notebooks/99_lesson.ipynb").read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def test_a_second_build_gives_the_same_bytes(self, root):
        paths = sorted(root.glob("*/*.ipynb"))
        before = [path.read_bytes() for path in paths]
        assert build(root, LESSON) == []
        assert [path.read_bytes() for path in paths] == before

    def test_nothing_else_is_left(self, root):
        files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        assert files == ["notebooks/99_lesson.ipynb", "solutions/99_lesson.ipynb", "solutions/99_lesson.md"]


def grey(shade):
    """A small grey picture, as base64 text."""
    file = io.BytesIO()
    imsave(file, np.full((4, 4), shade), cmap="gray", vmin=0, vmax=1, format="png")
    return base64.b64encode(file.getvalue()).decode()


def set_committed(root, key, value, tolerance=None):
    """Changes the output of the only code cell, as if an earlier build had written it."""
    notebook = read(root)
    output = notebook.cells[1].outputs[0]
    (output if key == "text" else output.data)[key] = value
    if tolerance:
        notebook.cells[1].metadata.shaken = {"runs": 5, "moved": 0.01, "tolerance": tolerance}
    nbformat.write(notebook, root / "notebooks/99_lesson.ipynb")


class TestOutputsThatCountAsUnchanged:
    @pytest.mark.parametrize(("number", "kept"), [("0.510", True), ("0.600", False)])
    def test_a_tagged_number_stays_within_its_tolerance(self, root, number, kept):
        lesson = TITLE + cell("print('loss 0.500')", "varies")
        assert build(root, lesson) == []
        set_committed(root, "text", f"loss {number}\n", tolerance=0.05)
        assert build(root, lesson) == []
        assert outputs(root)[0].text == (f"loss {number}\n" if kept else "loss 0.500\n")

    def test_a_time_stays_unless_all_is_to_be_fresh(self, root):
        lesson = TITLE + cell("print('ran in 1.00 s')")
        assert build(root, lesson) == []
        set_committed(root, "text", "ran in 2.00 s\n")
        assert build(root, lesson) == []
        assert outputs(root)[0].text == "ran in 2.00 s\n"
        assert build(root, lesson, fresh=True) == []
        assert outputs(root)[0].text == "ran in 1.00 s\n"

    @pytest.mark.parametrize(("shade", "kept"), [(0.51, True), (0.8, False)])
    def test_a_picture_stays_unless_it_looks_different(self, root, shade, kept):
        def figure(pixels):
            return f'<img alt="A grey square." src="data:image/png;base64,{pixels}">'

        lesson = TITLE + cell(f"from IPython.display import HTML; HTML({figure(grey(0.5))!r})")
        assert build(root, lesson) == []
        set_committed(root, "text/html", figure(grey(shade)))
        assert build(root, lesson) == []
        assert outputs(root)[0].data["text/html"] == figure(grey(shade if kept else 0.5))

    def test_the_number_of_the_cell_is_that_of_today(self, root):
        assert build(root, TITLE + cell("2 + 2")) == []
        assert build(root, TITLE + cell("x = 1") + "\n" + cell("2 + 2")) == []
        assert read(root).cells[2].execution_count == outputs(root)[0].execution_count == 2

    def test_a_widget_leaves_only_its_picture(self, root):
        data = {comparing.WIDGET_VIEW: {"model_id": "x"}, "text/plain": "a slider"}
        code = f"from IPython.display import display; display({data!r}, raw=True)"
        assert build(root, TITLE + cell(code)) == []
        assert outputs(root)[0].data == {"text/plain": "a slider"}


# A number that another rounding moves, by as much as it is multiplied with.
NETWORK = """from lstm_course import setup
from lstm_course.scratch import Dense

setup()
weight = float(Dense(1, 1, seed=0, dtype="float64").parameters[0])
moved = {factor} * (weight / 0.47444920226224196 - 1)"""


class TestTolerances:
    def shaken(self, root):
        notebooks = read(root), read(root, "solutions")
        return [notebook.cells[1].metadata.get("shaken") for notebook in notebooks]

    def number(self, factor, *tags, shown="print(f'loss {1 + moved:.4f}')"):
        return TITLE + cell(NETWORK.format(factor=factor) + "\n" + shown, *tags)

    def test_is_measured_and_stands_in_both_notebooks(self, root):
        lines = []
        assert build(root, self.number(3e4, "varies"), runs=3, say=lines.append) == []
        learner, solved = self.shaken(root)
        assert learner == solved and learner["runs"] == 3
        assert 0.01 < learner["moved"] < 0.16 and learner["tolerance"] == pytest.approx(
            tolerances.ROOM * learner["moved"], rel=0.1
        )
        assert "code cell   1: moved" in "\n".join(lines)

    def test_stays_to_the_byte_in_a_second_build(self, root):
        assert build(root, self.number(3e4, "varies"), runs=2) == []
        before = (root / "notebooks/99_lesson.ipynb").read_bytes()
        assert build(root, self.number(3e4, "varies"), runs=2) == []
        assert build(root, self.number(3e4, "varies"), runs=0) == []
        assert (root / "notebooks/99_lesson.ipynb").read_bytes() == before
        assert authoring.check(root, authoring.find_sources(root)) == []

    def test_is_at_least_a_hundredth_for_a_number_that_did_not_move(self, root):
        assert build(root, self.number(0, "varies"), runs=2) == []
        assert self.shaken(root)[0] == {"runs": 2, "moved": 0.0, "tolerance": tolerances.SMALLEST}

    @pytest.mark.parametrize(
        ("factor", "tags", "shown", "reason"),
        [
            (3e4, [], "print(f'loss {1 + moved:.4f}')", "tag the cell 'varies'"),
            (1e6, ["varies"], "print(f'loss {1 + moved:.4f}')", "moves a number by"),
            (1, ["varies"], "print('the RNN' if moved == 0 else 'the LSTM')", "more than numbers"),
        ],
    )
    def test_what_moves_too_far_is_a_problem_and_still_written(self, root, factor, tags, shown, reason):
        (problem,) = build(root, self.number(factor, *tags, shown=shown), runs=2)
        assert reason in problem and "now: " in problem and "(shake " in problem
        assert read(root).cells[1].outputs

    def test_an_unmeasured_cell_is_a_drift(self, root):
        assert build(root, self.number(1, "varies"), runs=0) == []
        problems = authoring.check(root, authoring.find_sources(root))
        assert len(problems) == 2
        assert "its tolerance was not measured: run lstm-course build 99" in problems[0]

    def test_a_shaken_run_is_compared_with_what_is_committed(self, root):
        assert build(root, self.number(3e4, "varies"), runs=5) == []
        sources, lines = authoring.find_sources(root), []
        assert authoring.shake(root, sources, range(6, 9), say=lines.append) == []
        assert lines[0].startswith("solutions/99_lesson.ipynb, 3 shakes:")
        notebook = read(root, "solutions")
        notebook.cells[1].metadata.shaken.tolerance = 1e-9
        nbformat.write(notebook, root / "solutions/99_lesson.ipynb")
        (problem,) = authoring.shake(root, sources, [6], say=lines.append)
        assert "(shake 6)" in problem and "tolerance 0.0%" in problem


BAD_LESSONS = {
    "a cell that raises": (cell("x = 1\n1 / 0"), "ZeroDivisionError: division by zero (line 2 of the cell)"),
    "stderr": (cell("import sys; print('careful', file=sys.stderr)"), "wrote to stderr: careful"),
    "a warning": (cell("import warnings; warnings.warn('careful')"), "UserWarning: careful"),
    "stderr of a C library": (
        cell("import os, time; _ = os.write(2, b'careful'); time.sleep(1)"),
        "wrote to stderr: careful",
    ),
    "a dead kernel": (cell("import os; os._exit(1)"), "Kernel died"),
    "an empty cell": (cell(""), "the cell is empty"),
    "an answer that is not an exercise": (
        cell("def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"),
        "a cell is tagged 'exercise' if and only if",
    ),
    "an exercise without an answer": (
        cell("def double(x):\n    return 2 * x", "exercise"),
        "a cell is tagged 'exercise' if and only if",
    ),
    "an answer without an end": (
        cell("def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x", "exercise"),
        "### BEGIN SOLUTION has no ### END SOLUTION",
    ),
    "an end without a beginning": (cell("x = 1\n### END SOLUTION"), "do not alternate"),
    "an exercise that nobody knows": (
        cell("def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION", "exercise"),
        "it defines triple",
    ),
    "an exercise that is no Python": (
        cell("def double(x:\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "exercise"),
        "was never closed",
    ),
    "a check of nothing": (cell("print('check')", "check"), "must call check() once"),
    "a check of what is no exercise": (cell("check(triple)", "check"), "'triple' is not in"),
    "a cell of two tasks": (
        cell("check(double)", "check", "manual-3"),
        "a cell has one task; this one is tagged 'check' and 'manual-3'",
    ),
    "a claim that stands where nothing is asserted": (
        '+++ {"claims": [{"id": "gate"}]}\n\nIt forgets.\n',
        "a claim stands on the code cell that asserts it",
    ),
    "a guessed tolerance": (cell("x = 1", "tolerance-0.05"), "tag the cell 'varies'"),
    "an exercise without a text of its own": (
        "**Exercise.** Write it.\n\n"
        + cell("### BEGIN SOLUTION\ndouble = 4\n### END SOLUTION", "exercise")
        + "\n"
        + cell("### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "exercise"),
        "the text above must begin with **Exercise.**",
    ),
    "the same exercise twice": (
        2 * (cell("### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "exercise") + "\n"),
        "two cells are 'answer'",
    ),
}


@pytest.mark.parametrize(("cells", "message"), BAD_LESSONS.values(), ids=BAD_LESSONS)
def test_a_bad_lesson_is_refused_with_a_reason(root, monkeypatch, cells, message):
    # In a process that knows it is under test, ipykernel drops what C libraries write.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    (problem,) = build(root, TITLE + cells)
    assert "99_lesson" in problem and message in problem
    assert len(problem.splitlines()) < 15
    assert not (root / "notebooks").exists()


def test_a_failing_cell_is_shown_with_its_number(root):
    (problem,) = build(root, TITLE + cell("x = 1") + "\n" + cell("y = 2\nprint(z)"))
    assert problem.startswith("solutions/99_lesson.ipynb, code cell 2:\n    y = 2\n    print(z)\n  NameError")


@pytest.mark.parametrize("header", ["kernelspec:\n  name: python3", "kernelspec: [unclosed"])
def test_a_header_that_cannot_be_read_is_refused(root, header):
    (problem,) = build(root, f"---\n{header}\n---\n\n{TITLE}")
    assert problem.startswith("solutions/99_lesson.md cannot be read as MyST Markdown: ")
    assert len(problem.splitlines()) == 1


def test_one_bad_lesson_does_not_stop_the_others(root):
    sources = [write(root, TITLE + cell("1 / 0"), "97_bad"), write(root, TITLE + cell("x = 1"), "98_good")]
    (problem,) = authoring.build(root, sources, runs=0, say=lambda line: None)
    assert "97_bad" in problem
    assert (root / "notebooks/98_good.ipynb").exists()


@pytest.mark.parametrize(
    ("source", "cut"),
    [
        ("x = 1", "x = 1"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "x = ...  # your code here"),
        (
            "def f():\n    ### BEGIN SOLUTION\n    a\n    ### END SOLUTION\n    return a",
            "def f():\n    ...  # your code here\n    return a",
        ),
        (
            "### BEGIN SOLUTION\na\n### END SOLUTION\nb\n### BEGIN SOLUTION\nc\n### END SOLUTION",
            "...  # your code here\nb\n...  # your code here",
        ),
    ],
)
def test_cut_solution(source, cut):
    assert authoring.cut_solution(source) == cut


def test_an_exercise_opens_with_a_heading_made_from_its_object(root):
    text = (
        "## A section\n\nRead.\n\n**Exercise.** Write it.\n\n"
        + cell("### BEGIN SOLUTION\ndouble = 4\n### END SOLUTION", "exercise")
        + "\nIt is 4.\n\n### Below\n\n**A question.**\n\n* a. This\n* b. That\n\n+++\n\nPut it in.\n\n"
        + cell("### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "exercise")
    )
    for notebook in authoring.make_notebooks(root, write(root, TITLE + text)).values():
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        assert texts[0].endswith("Read.\n\n### Exercise: Twice (1 minute, 3 points)\n\nWrite it.")
        assert "### Below\n\n#### Question: The answer (5 minutes, 1 point)\n\n* a. This" in texts[1]
        assert texts[2] == "Put it in."


def test_a_link_to_what_lies_beside_the_learners_notebook_holds_in_both(root):
    source = write(root, TITLE + "A [sheet](../notebooks/sheet.md) and a [figure](figure.svg).")
    for path, notebook in authoring.make_notebooks(root, source).items():
        folder = "../notebooks/" if path.parent.name == "solutions" else ""
        (cell,) = notebook.cells
        assert f"A [sheet]({folder}sheet.md) and a [figure](figure.svg)." in cell.source


def test_every_exercise_of_the_lessons_has_its_heading():
    lessons = {path.stem[:2]: json.loads(path.read_bytes()) for path in ROOT.glob("notebooks/*.ipynb")}
    for exercise in registered().values():
        cells = lessons[exercise.lesson]["cells"]
        text = "".join(
            line for cell in cells if cell["cell_type"] == "markdown" for line in [*cell["source"], "\n"]
        )
        minutes = f"{exercise.minutes} minute{'s' * (exercise.minutes > 1)}"
        points = f"{exercise.points} point{'s' * (exercise.points > 1)}"
        assert text.count(f": {exercise.title} ({minutes}, {points})\n") == 1, exercise.id


def test_cells_keep_their_ids_when_one_is_put_in_before_them(root):
    def ids(text):
        return [
            cell.id for cell in next(iter(authoring.make_notebooks(root, write(root, text)).values())).cells
        ]

    short = TITLE + cell("x = 1") + "\n" + cell("x = 1")
    before, after = ids(short), ids(short.replace(TITLE, TITLE + cell("y = 2") + "\n"))
    assert len(set(before)) == 3
    assert [after[0], *after[2:]] == before


class TestCheck:
    @pytest.fixture
    def source(self, root):
        """A lesson whose notebooks are as they should be."""
        source = write(root, LESSON)
        for path, notebook in authoring.make_notebooks(root, source).items():
            path.parent.mkdir(exist_ok=True)
            nbformat.write(notebook, path)
        return source

    def problems(self, root):
        return authoring.check(root, authoring.find_sources(root))

    def test_says_nothing_when_all_is_well(self, root, source):
        assert self.problems(root) == []

    def test_names_the_lesson_that_has_drifted(self, root, source):
        write(root, LESSON.replace("Write a function.", "Write it."))
        assert self.problems(root) == [
            f"{folder}/99_lesson.ipynb differs from its source from cell 3 on: run lstm-course build 99"
            for folder in ("solutions", "notebooks")
        ]

    @pytest.mark.parametrize("change", ["source", "tags", "id"])
    def test_sees_what_was_changed_by_hand(self, root, source, change):
        notebook = read(root)
        if change == "source":
            notebook.cells[3].source += "\n"
        elif change == "tags":
            notebook.cells[3].metadata.tags = ["exercise", "slow"]
        else:
            notebook.cells[3].id = "another"
        nbformat.write(notebook, root / "notebooks/99_lesson.ipynb")
        (problem,) = self.problems(root)
        assert problem.startswith("notebooks/99_lesson.ipynb differs from its source from cell 4 on")

    def test_sees_a_cell_more_and_other_metadata(self, root, source):
        notebook = read(root)
        notebook.cells.append(nbformat.v4.new_markdown_cell("More.", id="more"))
        nbformat.write(notebook, root / "notebooks/99_lesson.ipynb")
        solved = read(root, "solutions")
        solved.metadata.kernelspec.name = "conda"
        nbformat.write(solved, root / "solutions/99_lesson.ipynb")
        in_solved, in_learners = self.problems(root)
        assert "differs in its metadata" in in_solved and "from cell 6 on" in in_learners

    def test_outputs_do_not_count(self, root, source):
        notebook = read(root)
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="a")]
        nbformat.write(notebook, root / "notebooks/99_lesson.ipynb")
        assert self.problems(root) == []

    def test_names_a_damaged_notebook(self, root, source):
        path = root / "notebooks/99_lesson.ipynb"
        path.write_text(path.read_text(encoding="utf-8")[:-100], encoding="utf-8")
        assert self.problems(root) == [f"{path} is not a notebook, or it is damaged."]

    def test_names_a_missing_notebook_and_one_without_a_source(self, root, source):
        (root / "notebooks/99_lesson.ipynb").rename(root / "notebooks/08_other.ipynb")
        assert self.problems(root) == [
            "notebooks/99_lesson.ipynb is missing: run lstm-course build 99",
            "notebooks/08_other.ipynb has no source solutions/08_other.md",
        ]


class TestCommand:
    def test_builds_and_checks_the_lesson_that_is_named(self, root, monkeypatch, capsys):
        monkeypatch.chdir(root)
        monkeypatch.setattr(predictions, "of_lesson", lambda lesson: [])  # it asks nothing
        write(root, TITLE + cell("x = 1"), "03_good")
        write(root, TITLE + cell("1 / 0"), "04_bad")
        assert cli.main(["build", "3"]) == 0
        assert "notebooks/03_good.ipynb" in capsys.readouterr().out
        assert cli.main(["build", "--check", "03"]) == 0
        assert cli.main(["build", "--check"]) == 1
        assert "04_bad.ipynb is missing" in capsys.readouterr().err
        assert cli.main(["build", "04"]) == 1
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_knows_which_lessons_there_are(self, root, monkeypatch, capsys):
        monkeypatch.chdir(root)
        write(root, TITLE, "03_good")
        assert cli.main(["build", "9"]) == 1
        assert capsys.readouterr().err == "There is no lesson 9; there are 03.\n"

    def test_needs_a_clone(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sources, "PACKAGE", tmp_path / "site-packages/lstm_course")
        assert cli.main(["build"]) == 1
        assert "no folder solutions/" in capsys.readouterr().err

    def test_version(self, capsys):
        with pytest.raises(SystemExit) as leaving:
            cli.main(["--version"])
        assert leaving.value.code == 0
        assert capsys.readouterr().out.startswith("lstm-course 0.")

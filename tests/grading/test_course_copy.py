"""What a notebook sees of the course in the sandbox: all that lessons import, and nothing that answers."""

import ast
import inspect
import subprocess
import sys
import textwrap
from functools import cache

import pytest

from lstm_course import exercises
from lstm_course.authoring.sources import find_root, find_sources, read_lesson
from lstm_course.exercises import Exercise, ValueExercise
from lstm_course.grading import marking, sandbox
from lstm_course.grading.marking import observing

try:
    KIND = sandbox.available()
except sandbox.NoSandbox:
    KIND = None

LESSONS = {source.name[:2]: source for source in find_sources(find_root())}
EXERCISES = list(exercises.every().values())


@cache
def imports(lesson):
    """Every import of the course in a lesson's source, those in functions and conditions too."""
    cells = [cell.source for cell in read_lesson(LESSONS[lesson]).cells if cell.type == "code"]
    trees = [ast.parse("\n".join(line for line in cell.splitlines() if line[:1] != "%")) for cell in cells]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [node for node in nodes if node.module.startswith("lstm_course")]


def as_code(nodes):
    return "\n".join(dict.fromkeys(map(ast.unparse, nodes)))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A function that gives the folder of a lesson's copy."""
    return cache(lambda lesson: sandbox.course_copy(tmp_path_factory.mktemp(lesson) / "course", ids(lesson)))


def ids(lesson):
    return [exercise.id for exercise in marking.exercises_of(lesson)]


def run_inside(folder, code):
    environment = sandbox.environment() | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("lesson", LESSONS)
def test_all_that_a_lesson_imports_can_be_imported(lesson, course):
    assert as_code(imports(lesson))
    where = "import lstm_course; print(lstm_course.__file__)"
    said = run_inside(course(lesson), f"{as_code(imports(lesson))}\n{where}")
    assert said.startswith(str(course(lesson)))


@pytest.mark.skipif(KIND is None, reason="needs a sandbox")
@pytest.mark.parametrize("lesson", sorted({exercise.lesson for exercise in EXERCISES}))
def test_a_right_answer_that_uses_the_lessons_own_imports_has_its_points(lesson):
    names = {alias.asname or alias.name for node in imports(lesson) for alias in node.names} - set(
        ids(lesson)
    )
    uses = f"def what_the_lesson_imports():\n    return {', '.join(sorted(names))}"
    before = ["import numpy as np\nfrom collections import Counter", as_code(imports(lesson)), uses]
    cells = [*before, *map(answer, marking.exercises_of(lesson))]
    rows = marking.mark_notebook(cells, lesson, 11, KIND)
    assert {row["exercise"]: row["message"] for row in rows if row["status"] != "right"} == {}


def answer(exercise):
    """A right answer that reads all that the lesson imports."""
    if not isinstance(exercise, Exercise):
        value = exercise.answer() if isinstance(exercise, ValueExercise) else exercise.answer
        return f"{exercise.id} = [{value!r}, what_the_lesson_imports()][0]"
    tree = ast.parse(exercise.source)
    (function,) = (node for node in tree.body if getattr(node, "name", None) == exercise.id)
    documented = ast.get_docstring(function) is not None
    function.body.insert(documented, ast.parse("what_the_lesson_imports()").body[0])
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.skipif(KIND is None, reason="needs a sandbox")
def test_an_answer_may_read_the_data_of_the_lesson():
    answer = "training_windows = len(load_co2()) - 1 - 120 - 60"
    cells = ["from lstm_course.data import load_co2", answer]
    (row,) = (
        row for row in marking.mark_notebook(cells, "06", 5, KIND) if row["exercise"] == "training_windows"
    )
    assert (row["status"], row["score"]) == ("right", row["points"])


def test_no_exercise_can_be_found_inside(course):
    said = run_inside(
        course("03"),
        """
        import importlib, pkgutil
        import lstm_course
        from lstm_course import exercises
        names = [module.name for module in pkgutil.walk_packages(lstm_course.__path__, "lstm_course.")]
        kinds = (exercises.Exercise, exercises.ValueExercise, exercises.Question,
                 exercises.Mistake, exercises.WrongValue, exercises.Probe)
        for name in names:
            module = importlib.import_module(name)
            for thing in vars(module).values():
                assert not isinstance(thing, kinds), thing
        try:
            found = exercises.every()
        except ModuleNotFoundError:  # the folder of the exercises is not there
            found = {}
        assert not found
        print(*names)
        """,
    )
    assert "lstm_course.scratch.layers" in said
    assert not any(part in said for part in ("lessons", "matrix", "mutations", "authoring", "cli"))


def told(exercise):
    """What is written for an exercise and is nobody's business inside: explanations and hints."""
    mistakes = getattr(exercise, "mistakes", ())
    choices = getattr(exercise, "explanations", {}) or {}
    return [
        *(mistake.explanation for mistake in mistakes),
        *choices.values(),
        *getattr(exercise, "hints", ()),
    ]


@pytest.mark.parametrize("lesson", sorted({exercise.lesson for exercise in EXERCISES}))
def test_no_reference_mistake_or_probe_is_written_there(lesson, course):
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in course(lesson).rglob("*.py")}
    bodies = {
        body(node) for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }
    texts = {
        node.value for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }
    for exercise in EXERCISES:
        assert not texts.intersection(told(exercise)), exercise.id
        if isinstance(exercise, Exercise):
            assert definition(exercise.probes) not in bodies, exercise.id
            if exercise.lesson == lesson:  # a lesson may use what an earlier one has asked for
                assert definition(exercise.reference) not in bodies, exercise.id
            observed = observing.source(exercise)
            assert observed is None or f"def {exercise.id}(" not in observed


def definition(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return body(next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)))


def body(node):
    """A function without its name and docstring."""
    parts = node.body if isinstance(node.body, list) else [node.body]
    documented = isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None
    return "\n".join(ast.dump(part) for part in parts[documented:])

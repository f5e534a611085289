"""Of a notebook an exercise needs a few statements, and nothing that goes in gives an answer away."""

import ast
import time

import pytest

from lstm_course import exercises
from lstm_course.common.files import PACKAGE
from lstm_course.common.notebooks import cells_of
from lstm_course.exercises import Exercise
from lstm_course.grading import marking, sandbox
from lstm_course.grading.inside import slicing, wire
from lstm_course.grading.marking import observing


def chosen(name, *cells, given=()):
    trees = [(number, ast.parse(cell)) for number, cell in enumerate(cells)]
    found = slicing.needed(slicing.statements(trees, {name}), name, given)
    return "\n".join(ast.unparse(statement.node) for statement in found)


def test_only_what_is_read_is_run():
    assert chosen(
        "f",
        "import numpy as np, os\nimport keras",
        "table = {}\ntable['a'] = 1\nother = train()",
        "def f(x, other=1):\n    return np.sum(helper(x))",
        "table.clear()\nf(1)",
        "def helper(x):\n    return table",
    ) == (
        "import numpy as np\ntable = {}\ntable['a'] = 1\n"
        "def f(x, other=1):\n    return np.sum(helper(x))\ndef helper(x):\n    return table"
    )


def test_the_last_answer_counts_and_a_copied_stub_does_not():
    assert chosen("f", "def f(x):\n    return 1", "def f(x):\n    return 2", "def f(x):\n    ...").endswith(
        "return 2"
    )
    assert chosen("f", "def f(x):\n    ...").endswith("...")


def test_what_the_lesson_hands_out_under_the_name_of_an_exercise_is_no_answer():
    answer, own = "def f(x):\n    return 1", "def f(x):\n    return helper(x)"
    helper = "def helper(x):\n    return 2"
    assert chosen("f", answer, helper, own, given={1, 2}) == answer
    assert chosen("f", helper, own, given={0, 1}) == ""
    # Others may read it all the same.
    assert chosen("g", own, "def g(x):\n    return f(x)", helper, given={0, 2}).startswith(own)


def test_a_lessons_own_function_of_that_name_earns_nothing(monkeypatch):
    kind = sandbox.available()
    right = exercises.find("spectral_radius").source
    monkeypatch.setattr(marking.marking, "given_of", lambda lesson: {right.strip()})

    def status(*cells):
        rows = marking.mark_notebook(["import numpy as np", *cells], "02", 5, kind)
        return next(row["status"] for row in rows if row["exercise"] == "spectral_radius")

    assert status(f"\n{right}  \n") == "missing"
    assert status("def spectral_radius(matrix):\n    return 0.0", right) == "wrong"
    assert status(right.replace("def spectral_radius", "# mine\ndef spectral_radius")) == "right"


def test_what_is_called_with_an_answer_is_not_run():
    cells = "def f(x):\n    return f.a", "f.a = 1", "long_training(f)", "if f(1):\n    f.b = 2\n    show(f)"
    assert chosen("f", *cells).splitlines()[2:] == ["f.a = 1", "if f(1):", "    f.b = 2", "    show(f)"]


def test_answers_given_to_check_and_by_proven():
    assert chosen("lag", "lag = ...", "check(lag=44)") == "lag = 44"
    sources = "def g(x):\n    return 1", "def f(x):\n    return g(x)", "g, f = proven(g), proven(f)"
    assert "g = proven(g)" in chosen("f", *sources) and "f = proven" not in chosen("f", *sources)


@pytest.mark.parametrize("lesson", ["01", "02", "03"])
def test_the_lessons_own_training_is_left_out(lesson):
    (path,) = (PACKAGE.parent / "solutions").glob(f"{lesson}_*.ipynb")
    cells = [source for kind, source in cells_of(path.read_bytes()) if kind == "code"]
    names = [exercise.id for exercise in marking.exercises_of(lesson)]
    found = slicing.statements([(k, ast.parse(cell)) for k, cell in enumerate(cells)], set(names))
    started = time.process_time()
    for name in names:
        code = "\n".join(ast.unparse(each.node) for each in slicing.needed(found, name))
        assert name in code
        assert not any(word in code for word in ("train_on_task", "fit(", "show(", "recall_by_lag"))
    assert time.process_time() - started < 1


def test_nothing_of_a_reference_goes_in(tmp_path):
    answers = [each for each in exercises.every().values() if isinstance(each, Exercise)]
    for exercise in answers:
        source = observing.source(exercise) or ""
        assert not any(f"def {other.id}(" in source or "Exercise(" in source for other in answers)
    for lesson in ("01", "03"):
        course = sandbox.course_copy(tmp_path / lesson, [each.id for each in marking.exercises_of(lesson)])
        names = {path.relative_to(course).as_posix() for path in course.rglob("*.py")}
        assert {"lstm_course/scratch/layers/lstm.py", "lstm_course/grading/inside/worker.py"} <= names
        assert not any("lesson0" in name or "authoring" in name or "marking" in name for name in names)
    cells = (tmp_path / "03/lstm_course/scratch/cells.py").read_text()
    assert "what the exercise asks for" in cells[cells.index("def lstm_cell") : cells.index("def gru_cell")]


def test_messages_that_lie_are_refused():
    import io

    def read(message):
        return wire.unpack(io.BytesIO(message).read)

    good = wire.pack({"value": [1.5, ..., {"a": (None, "b")}]})
    assert read(good) == {"value": [1.5, ..., {"a": (None, "b")}]}
    lies = [
        "[]",
        "{",
        '{"v": {"array": ["O", [1], 0, false]}}',
        '{"v": {"array": ["<f8", [9], 0, false]}}',
        '{"v": {"array": ["<f8", [-1], 0, false]}}',
        '{"v": {"function": 1}}',
        '{"v": {"x": 1, "y": 2}}',
        '{"v": {"generator": {"bit_generator": "MT19937"}}}',
        "[" * 9000,
        '{"v": {"list": [{"array": ["<f8", [1], 0, false]}, {"array": ["<f8", [1], 0, false]}]}}',
    ]
    for text in lies:
        with pytest.raises(wire.WireError):
            read(wire.HEADER.pack(len(text), 8) + text.encode() + bytes(8))
    with pytest.raises(wire.WireError):
        read(wire.HEADER.pack(10, 2**50))
    half = '{"v": "\\ud800"}'
    assert read(wire.HEADER.pack(len(half), 0) + half.encode()) == {"v": "?"}


def test_a_text_that_is_executed_brings_what_it_reads():
    helper = "def helper(x):\n    return np.sum(x)"
    cells = "import numpy as np\nimport keras", helper, "other = train()"
    text = "'def f(x):\\n    return helper(x)'"
    assert chosen("f", *cells, f"exec({text})") == f"import numpy as np\n{helper}\nexec({text})"
    named = chosen("f", *cells, f"code = {text}", "exec(code)")
    assert named == f"import numpy as np\n{helper}\ncode = {text}\nexec(code)"


def test_a_text_out_of_sight_that_is_executed_sees_all_imports():
    cells = "import numpy as np", "import math", "other = train()", "exec(open('a.py').read())"
    assert chosen("f", *cells) == "import numpy as np\nimport math\nexec(open('a.py').read())"

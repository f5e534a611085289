"""The networks, the tasks and the checks need NumPy and nothing else: not at import, not at work."""

import pytest
from helpers import run_python

HEAVY = ("tensorflow", "keras", "pandas", "sklearn", "matplotlib", "tqdm", "IPython", "scipy", "jinja2")
PARTS = (
    "lstm_course",
    "lstm_course.scratch",
    "lstm_course.memory.measures",
    "lstm_course.models.textbook",
    "lstm_course.models.training",
    "lstm_course.data.reviews.loading",
    "lstm_course.data.series.leaks",
    "lstm_course.data.series.baselines",
    "lstm_course.data.series.errors",
    "lstm_course.data.series.prices",
    "lstm_course.data.text",
    "lstm_course.exercises",
    "lstm_course.learner.checking",
)
BLOCKED = f"""
import sys
for name in {HEAVY}:
    sys.modules[name] = None
import numpy as np
from lstm_course.scratch import *
"""


def run(code):
    return run_python(code).strip()


@pytest.mark.parametrize("part", PARTS)
def test_import_loads_nothing_heavy(part):
    assert run(f"import sys, {part}; print([name for name in {HEAVY} if name in sys.modules])") == "[]"


def test_what_lessons_import_first_loads_nothing_heavy():
    assert (
        run(
            "import sys; from lstm_course import check, exercises, hint, proven, solution; "
            f"exercises.every(); print([name for name in {HEAVY} if name in sys.modules])"
        )
        == "[]"
    )


@pytest.mark.parametrize("parts", [("lstm_course",), PARTS], ids=["the package", "all parts"])
def test_import_is_quick(parts):
    code = f"""
import time, numpy
began = time.process_time()
import {", ".join(parts)}
print(time.process_time() - began)
"""
    assert min(float(run(code)) for _ in range(5)) < 0.3  # seconds beyond NumPy


def test_training_works_where_nothing_else_is_installed():
    assert (
        run(
            BLOCKED
            + """
model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
x = np.ones((8, 5, 1))
fit(model, x, x[:, 0], loss=mean_squared_error, epochs=2)
try:
    from_keras(None)
except ImportError as error:
    print(error)
"""
        )
        == "Keras is not installed, expected TensorFlow with Keras 3"
    )


def test_tasks_and_memory_work_where_nothing_else_is_installed():
    assert (
        run(
            BLOCKED
            + """
from lstm_course import memory
tasks = [memory.recall(3), memory.recall_bit(3), memory.adding(9), memory.copy(2), memory.temporal_order(10)]
for task in tasks:
    last = [] if task.every_step else [LastStep()]
    model = Sequential([LSTM(task.input_size, 4, seed=0), *last, Dense(4, task.output_size, seed=0)])
    memory.train_on_task(model, task, updates=2, goal=0.5)
    layer, x = model.layers[0], task.sample(2, seed=0)[0]
    memory.step_jacobians(layer, x)
    print(memory.memory_horizon(memory.gradient_by_lag(layer, x)[0]) > 0)
"""
        ).split()
        == ["True"] * 5
    )


def test_checks_work_where_nothing_else_is_installed():
    assert (
        run(
            BLOCKED
            + """
from lstm_course import check, hint, solution
from lstm_course.exercises.judging import judge
from lstm_course.exercises import Exercise, every
functions = [exercise for exercise in every().values() if isinstance(exercise, Exercise)]
print({(one.needs_keras, judge(one, one.reference).status) for one in functions} - {(False, "right")})
first = functions[0].reference
repr(check(first)), repr(hint(first)), repr(solution(first))
"""
        )
        == "{(True, 'not judged')}"
    )


def test_the_shelf_of_the_package_holds_what_learners_call():
    assert run("import lstm_course; print(*dir(lstm_course))").split() == [
        "__version__",
        "check",
        "check_report",
        "explore",
        "guess",
        "hint",
        "keep",
        "progress",
        "proven",
        "setup",
        "show",
        "solution",
        "surprises",
    ]
    said = run(
        "import lstm_course\nfor name in dir(lstm_course): getattr(lstm_course, name)\n"
        "from lstm_course import *; print(check.__name__, explore.__name__, setup.__name__)"
    )
    assert said == "check lstm_course.explore setup"

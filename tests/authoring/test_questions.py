"""The build asks each question of a lesson right after the cell that answers it."""

from lstm_course.authoring import predictions
from lstm_course.common.notebooks import cell, notebook

ANSWERS = "h, states = [0.5], [1.0, 0.4]\nstates.append(h[0] / 3)\n# states.append(h[0])"

NONE = "surviving = None\nif surviving:\n    surviving += [name] * survives"


def test_what_gets_no_answer_and_what_raises_is_told():
    solved = notebook([cell("code", "one", ANSWERS), cell("code", "two", NONE)])
    problems = predictions.problems(solved, "01", "01_lesson.ipynb")
    assert not [each for each in problems if "01-silence" in each]
    assert "01_lesson.ipynb: no cell answers 01-nearest" in problems
    assert [each for each in problems if "01-survivors: TypeError" in each]
    assert [each.id for each in solved.cells] == ["one", "two"]  # the lesson stays as it is

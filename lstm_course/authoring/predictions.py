"""Do the questions under "Predict first" get their answers? Asked in a run of the solved lesson.

A question knows its answer by an expression in the names of the notebook, so a lesson that is written anew
can lose it. Each question is tried right after the cell that answers it.
"""

import copy
import json

from lstm_course.common import notebooks
from lstm_course.common.notebook_runs import execute
from lstm_course.learner.predictions.questions import of_lesson

_PROBE = """
import json as _json
from lstm_course.learner.predictions import asking as _asking, questions as _questions
for _name in {names}:
    try:
        _told = _asking.turned_out(_questions.every()[_name], globals())
    except Exception as _error:
        print(_json.dumps([_name, None, f"{{type(_error).__name__}}: {{_error}}"]))
    else:
        print(_json.dumps([_name, _told, ""]))
"""


def probed(notebook, lesson):
    """A notebook with cells that ask, each right below a cell that answers.

    Args:
        notebook: of a lesson; left as it is.
        lesson: two digits.

    Returns:
        A new notebook, not executed.
    """
    cells = []
    for cell in copy.deepcopy(notebook.cells):
        cells.append(cell)
        names = [
            each.id for each in of_lesson(lesson) if cell.cell_type == "code" and each.after in cell.source
        ]
        if names:
            cells.append(notebooks.cell("code", f"probe-{cell.id}", _PROBE.format(names=names)))
    return notebooks.notebook(cells)


def told(notebook):
    """What the cells that ask have been told.

    Args:
        notebook: as `probed` made it, executed.

    Returns:
        Dict from the id of a question to `(answer, problem)`: an answer or None, and what was raised or "".
    """
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()) if cell.get("id", "").startswith("probe-") else ():
            for line in output.get("text", "").splitlines():
                name, answer, problem = json.loads(line)
                found[name] = answer, problem
    return found


def problems(notebook, lesson, name):
    """Runs a solved lesson once more and asks.

    Args:
        notebook: the solved lesson.
        lesson: two digits.
        name: str or pathlib.Path, what to call it in messages.

    Returns:
        A list of str: each question that got no answer, or none that could have been given.
    """
    if not of_lesson(lesson):
        return []
    asking = probed(notebook, lesson)
    execute(asking, name)
    answers = told(asking)
    missing = [f"{name}: no cell answers {each.id}" for each in of_lesson(lesson) if each.id not in answers]
    return missing + [f"{name}: {each}: {problem}" for each, (_, problem) in answers.items() if problem]

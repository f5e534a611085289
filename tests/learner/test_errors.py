"""What a notebook shows of an error: the last words help, and the lines are the learner's own."""

import re

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from lstm_course.learner.lab import SETTINGS


def run(*cells):
    """The text that each cell shows of its error, without colours; "" where there is none."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    specs = KernelSpecManager(kernel_dirs=[str(SETTINGS / "kernels")])  # that of the lab
    manager = AsyncKernelManager(kernel_spec_manager=specs, transport_encryption="auto")
    NotebookClient(notebook, km=manager, timeout=120, allow_errors=True).execute()
    shown = []
    for cell in notebook.cells:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        text = "\n".join(line for error in errors for line in error.traceback)
        shown.append(re.sub(r"\x1b\[[\d;]*m", "", text))
    return shown


@pytest.fixture(scope="module")
def shown():
    course = "from lstm_course.memory import recall, recall_by_lag\n"
    return run(
        "rnn_cell(1)",
        "from lstm_course.scratch import LSTM\nsizes = (4, 0)\nLSTM(*sizes)",
        "LSTMM(4, 4)",
        course + "def make_model(task, seed):\n    return LSTM('four', 4)\n"
        "recall_by_lag(make_model, recall, [1], updates=1)",
        "def mine(x):\n    return x['a']\nmine({})",
        "from lstm_course import setup; setup()",
        "rnn_cell(1)",
        "import json\njson.loads('{')",
        "setup(explain_errors=False)",
        "rnn_cell(1)",
    )


def test_a_name_that_is_not_there_in_a_fresh_kernel_says_to_run_the_cells_above(shown):
    said = (
        "If `rnn_cell` comes from a cell above, run the cells above first: Run > Run All Above Selected Cell."
    )
    assert shown[0].splitlines()[-2:] == ["NameError: name 'rnn_cell' is not defined", said]
    assert shown[6].endswith(said)
    assert shown[2].endswith("Did you mean `LSTM`?")


def test_a_function_of_the_course_tells_its_sentence_and_not_its_own_lines(shown):
    assert shown[1].splitlines()[-1].startswith("ValueError: hidden_size is 0")
    assert "LSTM(*sizes)" in shown[1] and "site-packages" not in shown[1] and "lstm_course/" not in shown[1]
    assert len(shown[1].splitlines()) < 10


def test_of_the_learners_lines_none_is_missing(shown):
    assert "recall_by_lag(make_model" in shown[3] and "return LSTM('four', 4)" in shown[3]
    assert "measures.py" not in shown[3]
    assert "return x['a']" in shown[4] and "mine({})" in shown[4]
    assert "json/decoder.py" in shown[7], "an error of another library keeps its lines"


def test_whoever_wants_the_errors_as_they_are_gets_them(shown):
    assert shown[9].endswith("NameError: name 'rnn_cell' is not defined")

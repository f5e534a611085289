"""The rules under which nbval compares: notebooks that must fail and that must pass, in real kernels.

Each case is one cell: its source, the output it was committed with, its metadata.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from helpers import ROOT
from nbformat.v4 import new_code_cell, new_notebook, new_output


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(kind="display_data", **data):
    return new_output(kind, {mime.replace("_", "/"): text for mime, text in data.items()})


def figure(alt, pixels, caption="Loss by update."):
    image = f'<img alt="{alt}" src="data:image/png;base64,{pixels}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def display(**data):
    data = {mime.replace("_", "/"): text for mime, text in data.items()}
    return f"from IPython.display import display; display({data!r}, raw=True)"


NO_TAG, TOLERANT = {}, {"tags": ["varies"], "shaken": {"runs": 5, "moved": 0.02, "tolerance": 0.05}}
PIXELS, OTHER_PIXELS = "iVBORw0KGgo" + 20 * "AAAA", "iVBORw0KGgo" + 20 * "BBBB"
DESCRIPTION = "The loss falls from 0.7 to 0.1."

MUST_PASS = {
    "same text": ("print('loss 0.12')", [printed("loss 0.12\n")], NO_TAG),
    "no output": ("x = 1", [], NO_TAG),
    "stream sent in pieces": (
        "import sys; print('a'); sys.stdout.flush(); print('b')",
        [printed("a\nb\n")],
        NO_TAG,
    ),
    "another time": ("print('trained in 12.34 s')", [printed("trained in 9.87 s\n")], NO_TAG),
    "another unit of time": ("print('one step: 1.2 ms')", [printed("one step: 870 µs\n")], NO_TAG),
    "another ratio of times": ("print('Keras: 3.1x the time')", [printed("Keras: 12x the time\n")], NO_TAG),
    "times in a column": ("print('a  9.9 s\\nb 10.1 s')", [printed("a 10.2 s\nb  9.7 s\n")], NO_TAG),
    "other pixels in HTML": (
        display(text_html=figure(DESCRIPTION, PIXELS)),
        [shown(text_html=figure(DESCRIPTION, OTHER_PIXELS))],
        NO_TAG,
    ),
    "other pixels": (display(image_png=PIXELS), [shown(image_png=OTHER_PIXELS)], NO_TAG),
    "number within the tolerance": ("print('loss 0.123')", [printed("loss 0.125\n")], TOLERANT),
    "one unit in the last digit": ("print('wrong: 3')", [printed("wrong: 2\n")], TOLERANT),
    "number that the lesson says differs": ("print('right ~88%')", [printed("right  ~7%\n")], NO_TAG),
    "percentage within the tolerance in points": ("print('2 %')", [printed("7 %\n")], TOLERANT),
    "array within the tolerance": ("print('[ 9.99 -0.01]')", [printed("[10.01  0.  ]\n")], TOLERANT),
    "number in a caption within the tolerance": (
        display(text_html=figure(DESCRIPTION, PIXELS, "Error 1.00e-03.")),
        [shown(text_html=figure(DESCRIPTION, PIXELS, "Error 1.04e-03."))],
        TOLERANT,
    ),
    "exception that is meant to be": (
        "raise ValueError('x: expected 3 axes')",
        [new_output("error", ename="ValueError", evalue="x: expected 3 axes", traceback=[])],
        {"tags": ["raises-exception"]},
    ),
}

MUST_FAIL = {
    "another number": ("print('loss 0.123')", [printed("loss 0.124\n")], NO_TAG),
    "number beyond the tolerance": ("print('loss 0.123')", [printed("loss 0.140\n")], TOLERANT),
    "count beyond the tolerance": ("print('update 200')", [printed("update 250\n")], TOLERANT),
    "number in a caption beyond the tolerance": (
        display(text_html=figure(DESCRIPTION, PIXELS, "Error 1.00e-03.")),
        [shown(text_html=figure(DESCRIPTION, PIXELS, "Error 1.10e-03."))],
        TOLERANT,
    ),
    "number that is only now said to differ": ("print('right ~88%')", [printed("right 88%\n")], NO_TAG),
    "percentage beyond the tolerance in points": ("print('2 %')", [printed("9 %\n")], TOLERANT),
    "another sign": ("print(-0.5)", [printed("0.5\n")], TOLERANT),
    "another word": ("print('the LSTM recalls')", [printed("the RNN recalls\n")], NO_TAG),
    "another word beside a number": ("print('loss 0.12')", [printed("error 0.12\n")], TOLERANT),
    "digits in a name": ("print('float32')", [printed("float33\n")], TOLERANT),
    "percent lost": ("print('accuracy 99')", [printed("accuracy 99 %\n")], TOLERANT),
    "one number more": ("print('1.0 2.0 3.0')", [printed("1.0 2.0\n")], TOLERANT),
    "one number less": ("print('1.0 2.0')", [printed("1.0 2.0 3.0\n")], TOLERANT),
    "not a number": ("print('loss', float('nan'))", [printed("loss 0.12\n")], TOLERANT),
    "infinite": ("print('loss', float('inf'))", [printed("loss 0.12\n")], TOLERANT),
    "output missing": ("x = 1", [printed("loss 0.12\n")], NO_TAG),
    "output that was not there": ("print('loss 0.12')", [], NO_TAG),
    "line missing": ("print('a')", [printed("a\nb\n")], NO_TAG),
    "second line": ("print('a\\nloss 2')", [printed("a\nloss 1\n")], NO_TAG),
    "stderr as well": ("import sys; print('a'); print('b', file=sys.stderr)", [printed("a\n")], NO_TAG),
    # What does not go through Python is passed on by a thread, which needs a moment.
    "stderr written by a C library": (
        "import os, time; _ = os.write(2, b'warning\\n'); time.sleep(1)",
        [],
        NO_TAG,
    ),
    "stderr in the place of stdout": ("print('a')", [printed("a\n", "stderr")], NO_TAG),
    "another description": (
        display(text_html=figure(DESCRIPTION, PIXELS)),
        [shown(text_html=figure("The loss rises.", PIXELS))],
        NO_TAG,
    ),
    "another caption": (
        display(text_html=figure(DESCRIPTION, PIXELS)),
        [shown(text_html=figure(DESCRIPTION, PIXELS, "Loss by epoch."))],
        NO_TAG,
    ),
    "picture missing": (display(text_plain="a"), [shown(text_plain="a", image_png=PIXELS)], NO_TAG),
    "displayed, not returned": (
        display(text_plain="3"),
        [new_output("execute_result", {"text/plain": "3"}, execution_count=1)],
        NO_TAG,
    ),
    "order exchanged": (
        f"{display(text_plain='a')}; {display(text_html='b')}",
        [shown(text_html="b"), shown(text_plain="a")],
        NO_TAG,
    ),
    "exception": ("1 / 0", [], NO_TAG),
    "another exception than meant": (
        "raise TypeError('x')",
        [new_output("error", ename="ValueError", evalue="x", traceback=[])],
        {"tags": ["raises-exception"]},
    ),
    "tolerance that nobody measured": ("print(1.23)", [printed("1.29\n")], {"tags": ["varies"]}),
    "never executed": ("print(1)", None, NO_TAG),
}


def write_notebook(path, cases):
    cells = []
    for number, (source, outputs, metadata) in enumerate(cases.values(), start=1):
        ran = {"execution_count": number, "outputs": outputs} if outputs is not None else {}
        cells.append(new_code_cell(source, id=f"cell-{number}", metadata=metadata, **ran))
    nbformat.write(new_notebook(cells=cells), path)


def run_nbval(folder, *options, environment=None):
    """Runs nbval in a folder under our rules: the outcomes of the cells by notebook, and what it wrote."""
    shutil.copy(ROOT / "conftest.py", folder)
    shutil.copytree(ROOT / "tests/without_keras", folder / "tests/without_keras", dirs_exist_ok=True)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = lessons\n")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-v", "--color=no", *options]
    environment = os.environ | (environment or {})
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    outcomes = {}
    for notebook, outcome in re.findall(r"^(?:\w+/)?(\w+)::ipynb::Cell \d+ (\w+)", run.stdout, re.MULTILINE):
        outcomes.setdefault(notebook, []).append(outcome)
    return outcomes, run.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    write_notebook(folder / "right.ipynb", MUST_PASS)
    write_notebook(folder / "wrong.ipynb", MUST_FAIL)
    write_notebook(folder / "dead.ipynb", {"": ("import os; os._exit(1)", [], NO_TAG)})
    outcomes, text = run_nbval(folder, "--nbval-cell-timeout=1000")
    assert len(outcomes["right"]) == len(MUST_PASS), text
    assert len(outcomes["wrong"]) == len(MUST_FAIL), text
    return outcomes, text


@pytest.fixture
def outcomes(finished):
    return finished[0]


@pytest.mark.parametrize("case", MUST_PASS)
def test_passes(outcomes, case):
    assert outcomes["right"][list(MUST_PASS).index(case)] == "PASSED"


@pytest.mark.parametrize("case", MUST_FAIL)
def test_fails(outcomes, case):
    assert outcomes["wrong"][list(MUST_FAIL).index(case)] in ("FAILED", "ERROR")


def test_a_difference_is_shown_in_two_lines(finished):
    assert "stdout, line 2:\n  was: loss 1\n  now: loss 2" in finished[1]


def test_a_failure_says_what_it_means_for_a_learner(finished):
    _, text = finished
    assert re.search(r"Code cell 1 of \w+/wrong.ipynb: your processor computes it a little differently", text)
    assert "The lesson is not wrong for you; please report" in text
    assert text.rstrip().splitlines()[-1].startswith("Everything works, but this computer gets other numbers")


def test_solved_lessons_run_shaken_and_the_seed_is_told(tmp_path):
    shaken = {"": ("import os; print(os.environ.get('LSTM_COURSE_SHAKE'))", [printed("123\n")], NO_TAG)}
    still = {"": ("import os; print(os.environ.get('LSTM_COURSE_SHAKE'))", [printed("None\n")], NO_TAG)}
    for folder, cases in (("solutions", shaken), ("notebooks", still)):
        (tmp_path / folder).mkdir()
        write_notebook(tmp_path / folder / f"in_{folder}.ipynb", cases)
    outcomes, text = run_nbval(tmp_path, environment={"LSTM_COURSE_SHAKE": "123"})
    assert outcomes == {"in_solutions": ["PASSED"], "in_notebooks": ["PASSED"]}, text
    assert "shaken with seed 123" in text


def test_learners_notebooks_that_import_no_keras_run_where_there_is_none(tmp_path):
    look = "import importlib.util; print(importlib.util.find_spec('keras') is None)"
    here = importlib.util.find_spec("keras") is None
    cells = {"alone": look, "importing": f"{look}\nif False:\n    import keras"}
    for folder in ("solutions", "notebooks"):
        (tmp_path / folder).mkdir()
        for name, source in cells.items():
            without = here or (folder == "notebooks" and name == "alone")
            case = (source, [printed(f"{without}\n")], NO_TAG)
            write_notebook(tmp_path / folder / f"{name}_in_{folder}.ipynb", {"": case})
    outcomes, text = run_nbval(tmp_path)
    assert len(outcomes) == 4 and all(each == ["PASSED"] for each in outcomes.values()), text


def test_a_dead_kernel_is_noticed_at_once(finished):
    outcomes, text = finished
    assert outcomes["dead"] == ["FAILED"]
    assert "The kernel died" in text


def test_a_cell_that_never_ends_fails_after_the_timeout(tmp_path):
    write_notebook(tmp_path / "endless.ipynb", {"": ("while True: pass", [], NO_TAG)})
    outcomes, _ = run_nbval(tmp_path, "--nbval-cell-timeout=2")
    assert outcomes["endless"] == ["FAILED"]

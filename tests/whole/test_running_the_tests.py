"""How the tests are run: where they stand, which are slow, and what the last line of a run says."""

import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from helpers import ROOT

PACKAGE = ROOT / "lstm_course"


@pytest.fixture
def rules(pytestconfig):
    """The conftest.py of the clone, as this run has loaded it."""
    return next(plugin for plugin in pytestconfig.pluginmanager.get_plugins() if hasattr(plugin, "SLOW"))


def test_every_room_has_its_tests():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    without = {room for room in rooms if not any((ROOT / "tests" / room).glob("test_*.py"))}
    assert without == set()
    strangers = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} - rooms
    assert strangers == {"browser", "notebooks", "whole"}
    assert not list((ROOT / "tests").glob("test_*.py"))
    # pytest imports a file by its name alone: of two with one name, the second is never run.
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_slow_tests_are_those_of_files_and_tests_that_exist(rules, pytestconfig):
    declared = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    assert set(rules.SLOW) <= declared
    for place in (place for places in rules.SLOW.values() for place in places):
        path, _, test = place.partition("::")
        assert (ROOT / path).exists(), place
        assert not test or test in (ROOT / path).read_text(encoding="utf-8"), place


def test_a_quick_run_imports_no_framework_before_its_first_test():
    code = (
        "import sys, pytest\n"
        "status = pytest.main(['--quick', '--collect-only', '-qq', '-p', 'no:cacheprovider'])\n"
        "heavy = [name for name in ('tensorflow', 'keras', 'sphinx', 'playwright') if name in sys.modules]\n"
        "print('', heavy, int(status), sep='\\n')"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout
    assert said.splitlines()[-2:] == ["[]", "0"], said
    assert "tests/browser" not in said and ".ipynb" not in said and "test_proofs" not in said


def test_what_takes_long_begins_first_and_files_stay_whole(rules):
    quick, lesson, doctor = (
        "tests/data/test_many.py::a",
        "notebooks/03_a.ipynb",
        "tests/learner/test_doctor.py",
    )
    slow = f"{doctor}::test_on_this_computer_nothing_is_wrong"
    given = [quick, f"{doctor}::a", f"{lesson}::Cell 0", slow, f"{lesson}::Cell 1"]
    found = rules.slow_files_first([SimpleNamespace(nodeid=nodeid) for nodeid in given])
    assert [item.nodeid for item in found] == [given[2], given[4], f"{doctor}::a", slow, quick]


@pytest.mark.parametrize(
    ("status", "failed", "words"),
    [
        (0, [], "All is well"),
        (1, ["notebooks/04_a.ipynb::1", "solutions/04_a.ipynb::1"], "other numbers in notebooks/04_a.ipynb"),
        (1, ["solutions/04_text.ipynb::Cell 3", "tests/test_text.py::test_a"], "2 tests failed"),
        (1, ["tests/test_text.py::test_a"], "1 test failed"),
        (2, [], "Stopped before the end."),
        (3, [], "`python start.py doctor`"),
        (5, [], "No test was run"),
    ],
)
def test_the_last_word(rules, status, failed, words):
    said = rules.last_word(pytest.ExitCode(status), failed)
    assert words in said and "\n" not in said

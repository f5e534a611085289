"""One place for trouble: a sentence and a status, whatever the command and whoever found it."""

import pytest

from lstm_course import cli
from lstm_course.bench import races
from lstm_course.common import notebook_runs
from lstm_course.common.trouble import Trouble
from lstm_course.data.shipping import DataError
from lstm_course.grading import intake, nbgrader_course, sandbox, variants
from lstm_course.learner import lab, reviewing
from lstm_course.site import pages

KINDS = [
    Trouble, DataError, lab.LabError, reviewing.ReviewError, notebook_runs.BuildError, pages.SiteError,
    races.BenchError,
    intake.SubmissionsError, nbgrader_course.CourseError, sandbox.NoSandbox, variants.VariantError,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_trouble_is_told_in_its_own_words_and_nothing_else(kind, monkeypatch, capsys):
    def troubled(*arguments, **options):
        raise kind("This is wrong: put it right.")

    monkeypatch.setattr(lab, "open_lab", troubled)
    assert cli.main(["lab"]) == 1
    assert capsys.readouterr() == ("", "This is wrong: put it right.\n")


@pytest.mark.parametrize(
    ("command", "said"), [(["lab"], ""), (["grade", "in"], "Stopped. The same command goes on from here.\n")]
)
def test_an_interrupt_ends_a_command_without_a_traceback(command, said, monkeypatch, capsys):
    from lstm_course.grading import batch

    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "open_lab", stopped)
    monkeypatch.setattr(batch, "run", stopped)
    assert cli.main(command) == 130
    assert capsys.readouterr().err == said

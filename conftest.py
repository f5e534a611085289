"""The environment of every test, the slow ones, how notebooks are compared, and the last word of a run."""

import functools
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty

import nbval.plugin as nbval
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from lstm_course.common import comparing
from lstm_course.common.notebook_runs import KERNEL_ENVIRONMENT
from lstm_course.common.notebooks import code_of
from lstm_course.exercises.exercise import IMPORTS_KERAS
from lstm_course.learner import checking
from lstm_course.scratch.shaking import VARIABLE

os.environ.update(KERNEL_ENVIRONMENT)
# Lessons run shaken, each day by another seed; the workers of pytest-xdist inherit it.
TODAY = os.environ.get("LSTM_COURSE_SHAKE_TODAY", f"{datetime.now(UTC):%Y%m%d}")
SEED = os.environ.pop(VARIABLE, "") or TODAY
os.environ["LSTM_COURSE_SHAKE_TODAY"] = SEED
threadpool_limits(1, user_api="blas")  # NumPy may have been imported before the line above


HOW_TO_REPORT = (
    "The form is 'A lesson is wrong' (.github/ISSUE_TEMPLATE/lesson_is_wrong.md); put in what "
    "`python start.py doctor` says."
)


def pytest_report_header():
    return f"lessons: shaken with seed {SEED} ({VARIABLE}={SEED} repeats it)"


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[EXIT_STATUS] = exitstatus


def pytest_unconfigure(config):
    """Ends the run with one line that a person understands."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and EXIT_STATUS in config.stash and not hasattr(config, "workerinput"):
        failed = [report.nodeid for kind in ("failed", "error") for report in reporter.stats.get(kind, [])]
        reporter.write_line(last_word(config.stash[EXIT_STATUS], failed))


def last_word(exit_status, failed):
    """What a run of the tests means.

    Args:
        exit_status: pytest's.
        failed: list of str, the node ids of the tests that failed.
    """
    lessons = sorted({node.partition("::")[0] for node in failed if ".ipynb" in node})
    if exit_status == pytest.ExitCode.OK:
        return "All is well: what was tested works on this computer."
    if exit_status == pytest.ExitCode.INTERRUPTED:
        return "Stopped before the end."
    if exit_status == pytest.ExitCode.NO_TESTS_COLLECTED:
        return "No test was run: look at the names of files and tests that you gave."
    if failed and lessons and all(".ipynb" in node for node in failed):
        return (
            f"Everything works, but this computer gets other numbers in {', '.join(lessons)}: learn on, "
            f"and please report it. {HOW_TO_REPORT}"
        )
    return (
        f"{len(failed)} test{'s' * (len(failed) != 1)} failed: `python start.py doctor` says whether the "
        "set-up is whole. If it is, please report the lines above (.github/ISSUE_TEMPLATE)."
    )


EXIT_STATUS = pytest.StashKey()
SOLVED = "solutions"
WITHOUT_KERAS = Path(__file__).parent / "tests/without_keras"  # as on a computer that has none
# Each run of a lesson by itself, as proofs are: they fill up both workers to the same end.
SINGLY = "tests/learner/test_without_keras.py::test_no_cell_of_any_lesson_raises["


# What takes long, by kind: folders, files and tests. `--quick` runs the rest.
SLOW = {
    "lessons": (
        "notebooks",
        "solutions",
        "tests/learner/test_without_keras.py::test_no_cell_of_any_lesson_raises",
        "tests/data/test_own_prices.py",
        "tests/notebooks/test_nbval_rules.py",
    ),
    "browser": (
        "tests/browser",
        "tests/grading/test_feedback_pages.py::test_on_a_telephone_only_tables_are_scrolled",
        "tests/site/test_books.py",
        "tests/site/test_pages.py",
        "tests/site/test_slides_in_a_browser.py",
    ),
    "proofs": (
        "tests/exercises/test_proofs.py",
        "tests/exercises/test_written_tests.py::test_the_courses_own_test_kills_every_mutant_that_is_wrong",
    ),
    "learning": (
        "tests/authoring/test_capstone_reports.py::test_the_numbers_come_from_runs",
        "tests/learner/test_milestones.py::test_a_wrong_gradient_does_not_reach_one",
        "tests/learner/test_milestones.py::test_right_answers_reach_a_milestone_and_it_is_kept",
        "tests/learner/test_milestones.py::test_weights_in_keras_give_the_same_numbers_unless_their_order_is_wrong",
        "tests/memory/test_faults.py::test_a_fault_leaves_its_trace_and_its_own_cure_alone_takes_it_away",
        "tests/memory/test_faults.py::test_a_sound_training_comes_near_the_best_possible_and_no_further",
        "tests/memory/test_faults.py::test_the_six_patients_have_six_faults",
        "tests/whole/test_learning.py",
        "tests/scratch/test_training.py::test_gru_and_rnn_learn_too",
    ),
    "sandbox": (
        "tests/grading/test_batch.py",
        "tests/grading/test_border.py::test_no_forged_talk_earns_a_point_or_stops_the_marking",
        "tests/grading/test_broken_files.py",
        "tests/grading/test_clocks.py",
        "tests/grading/test_corrections.py",
        "tests/grading/test_course_copy.py",
        "tests/grading/test_groups.py",
        "tests/grading/test_course_file.py::test_a_batch_says_what_it_applied_and_runs_nothing_again_for_it",
        "tests/grading/test_differences.py::test_it_is_a_remark_and_costs_no_point",
        "tests/grading/test_honest.py",
        "tests/grading/test_hostile.py",
        "tests/exercises/test_networks.py",
        "tests/grading/test_keras_answers.py",
        "tests/grading/test_lessons.py",
        "tests/grading/test_library.py",
        "tests/grading/test_names.py::test_a_name_that_controls_reaches_neither_terminal_nor_page",
        "tests/grading/test_nbgrader_course.py",
        "tests/grading/test_roster.py::test_a_batch_with_a_roster_lists_who_is_missing",
        "tests/grading/test_same_as_check.py",
        "tests/grading/test_slicing.py",
        "tests/grading/test_class_of_forty.py",
        "tests/grading/test_standing_alone.py",
        "tests/grading/test_stopping.py",
        "tests/grading/test_walls.py",
        "tests/grading/variants/test_examinations.py",
    ),
    "full": (
        "lstm_course/models",
        "tests/authoring/test_building.py",
        "tests/authoring/test_claims.py::test_the_committed_page_is_what_the_sources_say",
        "tests/authoring/test_questions.py",
        "tests/bench/test_bench.py",
        "tests/data/test_leaks.py::test_clean_pipelines_pass",
        "tests/data/test_leaks.py::test_planted_leaks_are_found_and_named",
        "tests/data/test_many.py::test_smoothing_for_each_misses_by_no_more_than_statsmodels",
        "tests/data/test_series.py::test_exponential_smoothing_is_silent",
        "tests/data/test_series.py::test_exponential_smoothing_is_that_of_statsmodels",
        "tests/data/test_shipping.py::test_processes_that_start_at_once_download_once",
        "tests/data/test_shipping.py::test_the_command_writes_the_same_file_anew",
        "tests/data/test_shipping.py::test_the_generator_gives_the_same_bytes_whatever_the_locale",
        "tests/data/test_text.py::test_encode_agrees_with_keras",
        "tests/exercises/test_no_false_diagnosis.py",
        "tests/explore/test_explore.py",
        "tests/explore/test_javascript.py",
        "tests/explore/test_same_numbers.py",
        "tests/grading/test_feedback_pages.py::test_the_page_of_the_class_has_no_markup_but_its_own",
        "tests/grading/oral/test_oral_questions.py::test_all_lessons_are_asked_about_without_a_framework",
        "tests/grading/oral/test_oral_questions.py::test_the_known_mistakes_are_found_in_both_versions",
        "tests/grading/variants/test_cells.py::test_the_count_is_that_of_all_that_can_be_drawn",
        "tests/learner/test_doctor.py::test_on_this_computer_nothing_is_wrong",
        "tests/learner/test_guessing.py::test_two_notebooks_at_once_lose_nothing",
        "tests/learner/test_keeping.py::test_two_notebooks_at_once_lose_nothing",
        "tests/learner/test_lab.py::test_a_password_of_an_earlier_jupyter_does_not_hide_the_address",
        "tests/learner/test_landing.py::test_jupyterlab_starts_without_parsing_grammars",
        "tests/learner/test_logbook.py::test_two_kernels_at_once_lose_nothing",
        "tests/learner/test_repetition.py::test_two_notebooks_at_once_lose_nothing",
        "tests/learner/test_reviewing.py",
        "tests/learner/test_setup.py::test_an_interrupt_ends_the_training_and_keeps_its_history",
        "tests/learner/test_setup.py::test_keras_is_silent_after_setup_while_the_models_of_the_lessons_train",
        "tests/learner/test_setup.py::test_show_makes_one_output_in_a_notebook",
        "tests/learner/test_setup.py::test_tensorflow_gets_one_thread",
        "tests/learner/test_setup.py::test_the_font_cache_is_built_in_silence",
        "tests/learner/test_setup.py::test_the_bar_counts_every_update",
        "tests/learner/test_setup.py::test_the_stop_button_of_a_notebook_ends_the_training_and_keeps_its_history",
        "tests/learner/test_without_keras.py::test_nothing_is_watched_where_there_is_keras",
        "tests/learner/test_workspace.py::test_nothing_is_ever_lost",
        "tests/models",
        "tests/plots/test_plots.py::test_no_text_of_the_cell_overlaps",
        "tests/plots/test_plots.py::test_no_text_of_the_plain_cell_overlaps",
        "tests/plots/test_plots.py::test_the_gru_is_legible_and_prints_its_numbers",
        "tests/plots/test_plots.py::test_timeline_is_legible",
        "tests/scratch/test_against_keras.py",
        "tests/scratch/test_shaking.py",
        "tests/site/test_slides.py::test_a_deck_is_one_file_that_shows_what_the_plan_names",
        "tests/site/test_slides.py::test_the_same_bytes_twice",
        "tests/whole/test_architecture.py::test_an_import_that_crosses_a_wall_is_found",
        "tests/whole/test_declared.py",
        "tests/whole/test_light_imports.py::test_checks_work_where_nothing_else_is_installed",
        "tests/whole/test_light_imports.py::test_import_is_quick",
        "tests/whole/test_packaging.py",
        "tests/whole/test_running_the_tests.py::test_a_quick_run_imports_no_framework_before_its_first_test",
        "tests/whole/test_start.py",
        "tests/whole/test_style.py::test_a_commit_of_everything_passes_all_hooks",
        "tests/whole/test_style.py::test_pyright_has_nothing_to_say",
        "tests/whole/test_workflows.py::test_actionlint_finds_nothing_wrong",
        "tests/common/test_shape_errors.py::test_a_notebook_says_it_below_the_error_unless_it_is_told_not_to",
        "tests/learner/test_checking.py::test_a_check_shows_its_card_wherever_it_stands_in_the_cell",
        "tests/learner/test_checking.py::test_a_right_answer_that_imports_a_library_is_right_the_first_time",
        "tests/learner/test_checking.py::test_a_verdict_does_not_change_with_eight_busy_processes_beside_it",
        "tests/learner/test_checking.py::test_an_endless_loop_is_stopped",
        "tests/cli/test_cli.py::test_a_file_that_is_called_like_a_library_is_pointed_out",
    ),
}


@functools.cache
def kinds(name):
    """The kinds of slow tests to which a file or a test belongs; its name is that which pytest gives it."""
    return [
        kind
        for kind, places in SLOW.items()
        if any(name == place or name.startswith((f"{place}/", f"{place}::", f"{place}[")) for place in places)
    ]


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="run what takes no time: leave out all slow kinds")
    parser.addoption("--complete", action="store_true", help="try also what has its turn on other days")


def pytest_ignore_collect(collection_path, config):
    """Slow files are not even imported in a quick run: half of their time is TensorFlow's start.

    Nor is a file without tests and examples, only to find that there are none. Nobody looks for examples in a
    conftest.py: all have one name, and to pytest it means the last one loaded.
    """
    if collection_path.name == "conftest.py" or has_nothing_to_run(collection_path):
        return True
    if config.option.quick and collection_path.is_relative_to(config.rootpath):
        return True if kinds(collection_path.relative_to(config.rootpath).as_posix()) else None
    return None


def has_nothing_to_run(path):
    """Whether a file of Python holds neither tests nor examples."""
    is_code = path.suffix == ".py" and not path.name.startswith("test_")
    return is_code and b">>>" not in path.read_bytes()


def pytest_collection_modifyitems(config, items):
    for item in items:
        for kind in kinds(item.nodeid):
            item.add_marker(kind)
    if config.option.quick:
        left_out = [item for item in items if kinds(item.nodeid)]
        config.hook.pytest_deselected(items=left_out)
        dropped = set(left_out)
        items[:] = [item for item in items if item not in dropped]
    if hasattr(config, "workerinput"):
        items[:] = slow_files_first(items)


def slow_files_first(items):
    """The same tests in the order of `SLOW`: no worker begins with what takes minutes at the very end."""
    order = [*SLOW, None]
    ranks = {}
    for item in items:
        rank = min(map(order.index, kinds(item.nodeid) or [None]))
        ranks[file_of(item.nodeid)] = min(rank, ranks.get(file_of(item.nodeid), rank))
    return sorted(items, key=lambda item: ranks[file_of(item.nodeid)])


def file_of(nodeid):
    return nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests that share what is made for them run on one worker; proofs and lessons are shared out singly."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = file_of(nodeid)
            if file.startswith("tests/site/"):
                return "tests/site"  # for which the site is made, once
            alone = "proofs" in kinds(file) or nodeid.startswith(SINGLY)
            return nodeid if alone else file

    config.option.loadscopereorder = False  # as sorted above, not by the number of tests
    return ByFile(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """For international web addresses jsonschema reads forty grammars; no notebook has such an address."""
    without = "import sys; sys.modules.setdefault('rfc3987_syntax', None)"
    node.gateway.remote_exec(without).waitclose()


@pytest.fixture(autouse=True)
def no_help_given_yet():
    """Hints and solutions come in an order, which another test in this process may have begun."""
    checking.help_given.forget()


@pytest.fixture(autouse=True)
def numpy_prints_as_before():
    """`setup` changes how NumPy prints, which the next test in this process must not see."""
    with np.printoptions():
        yield


@pytest.fixture(autouse=True)
def a_wide_terminal(monkeypatch):
    """Sentences are compared whole; tests/cli/test_cli.py sees that they fit a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "1000")


def is_shaken(notebook):
    """Solved lessons run as another processor might run them; a learner's notebook runs as it is."""
    return notebook.path.parent.name == SOLVED


class CourseKernel(nbval.RunningKernel):
    """A kernel whose death is noticed at once, and that hides nothing written to stderr."""

    def __init__(self, kernel_name, cwd=None, **options):
        # In a process that knows it is under test, ipykernel drops what C libraries write.
        test = os.environ.pop("PYTEST_CURRENT_TEST")
        try:
            super().__init__(kernel_name, cwd, **options)
        finally:
            os.environ["PYTEST_CURRENT_TEST"] = test

    def await_reply(self, msg_id, timeout=None):
        end = time.monotonic() + timeout
        while True:
            try:
                return super().await_reply(msg_id, timeout=min(1, timeout))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("The kernel died while it ran this cell") from None
                if time.monotonic() > end:
                    raise


def runs_without_keras(notebook):
    """A learner's notebook that imports no Keras shows the same where there is none; solved ones have one."""
    path = Path(notebook.path)
    return not is_shaken(notebook) and not any(map(IMPORTS_KERAS.search, code_of(path.read_bytes())))


def start_kernel(self):
    with pytest.MonkeyPatch.context() as environment:
        if is_shaken(self):
            environment.setenv(VARIABLE, SEED)
        if runs_without_keras(self):
            environment.setenv("PYTHONPATH", str(WITHOUT_KERAS), prepend=os.pathsep)
        nbval_starts_kernel(self)


def compare_outputs(self, test, ref, skip_compare=None):
    said = comparing.difference(ref, test, comparing.tolerance(self.cell.metadata))
    self.comparison_traceback = [said]
    return not said


def repr_failure(self, excinfo):
    """What nbval says of a cell that failed, and what it means for somebody who only wants to learn."""
    lesson = Path(self.fspath)
    words = [
        nbval_says(self, excinfo),
        f"Code cell {self.cell.execution_count} of {lesson.parent.name}/{lesson.name}: your processor "
        "computes it a little differently, or a package has changed. The lesson is not wrong for you; please "
        f"report the lines above. {HOW_TO_REPORT}",
    ]
    if is_shaken(self.parent):
        again = f"python start.py build {lesson.stem[:2]} --check --shake 1 --seed {SEED}"
        words.append(f"This run was shaken with seed {SEED}: `{again}` repeats it.")
    return "\n".join(words)


def setup(self):
    if self.cell.execution_count is None:
        self.raise_cell_error("The committed cell was never executed, so there is nothing to compare")


# nbval has no hook for this, and its classes call themselves by name, so a subclass cannot take their place.
nbval.RunningKernel = CourseKernel
nbval_starts_kernel, nbval.IPyNbFile.setup = nbval.IPyNbFile.setup, start_kernel
nbval.IPyNbCell.compare_outputs = compare_outputs
nbval.IPyNbCell.setup = setup
nbval_says, nbval.IPyNbCell.repr_failure = nbval.IPyNbCell.repr_failure, repr_failure

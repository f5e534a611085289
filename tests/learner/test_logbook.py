"""Results are remembered beside the lessons, nowhere else; trouble with the file stops no lesson."""

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT, run_python

from lstm_course import check, cli, exercises, explore, progress
from lstm_course.common import files
from lstm_course.exercises.proofs.matrix import rows
from lstm_course.learner import logbook, workspace
from lstm_course.learner.logbook import LOCK, PROGRESS, Progress, remember
from lstm_course.learner.workspace import MANIFEST


def right_cell(x, h_prev, weights):
    return np.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])


def nearly_cell(x, h_prev, weights):
    return -right_cell(x, h_prev, weights)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A working copy, as the current folder."""
    folder = tmp_path / "my lessons, été"
    folder.mkdir()
    (folder / MANIFEST).write_text('{"lessons": {}}')
    monkeypatch.chdir(folder)
    monkeypatch.setattr(logbook, "_told", set())
    return folder


def kept(folder):
    return json.loads((folder / PROGRESS).read_text())["best"]


def test_the_best_result_of_each_exercise_is_remembered(mine):
    check(rnn_cell=lambda x, h, w: h[0] * x)
    assert kept(mine) == {"rnn_cell": "wrong"}
    check(rnn_cell=nearly_cell)
    check(longer_sequence="a")
    check(rnn_cell=right_cell)
    check(rnn_cell=nearly_cell)
    assert kept(mine) == {"rnn_cell": "right", "longer_sequence": "right"}


def test_what_was_not_attempted_or_is_no_exercise_leaves_no_file(mine):
    check(rnn_cell=None)
    check(nonsense=3)
    assert {path.name for path in mine.iterdir()} == {MANIFEST}


def test_other_folders_never_get_a_file(mine, tmp_path, monkeypatch):
    elsewhere = mine / "earlier"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert check(rnn_cell=right_cell).notes == ()
    assert list(elsewhere.iterdir()) == []
    assert not (mine / PROGRESS).exists()


def test_proving_the_checks_is_not_the_learners_progress(mine, monkeypatch):
    questions = {name: thing for name, thing in exercises.every().items() if hasattr(thing, "answer")}
    monkeypatch.setattr("lstm_course.exercises.proofs.matrix.every", lambda: questions)
    assert rows()
    assert not (mine / PROGRESS).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"3",
        b'{"version": 0, "best": {}}',
        b'{"version": 1}',
        b'{"version": 1, "best": ["sigmoid"]}',
        b'{"version": 1, "best": {"sigmoid": "perfect"}}',
        b'{"version": 1, "best": {"sigmoid": []}}',
        b"[" * 100_000,
    ],
)
def test_broken_and_older_files_are_kept_aside(mine, content):
    (mine / PROGRESS).write_bytes(content)
    assert "could not be read" in repr(progress())
    (note,) = check(rnn_cell=right_cell).notes
    assert note == (
        "The notes on your progress could not be read. They are kept as .lstm-course-progress.old.json, and "
        "new ones are begun."
    )
    assert (mine / ".lstm-course-progress.old.json").read_bytes() == content
    assert kept(mine) == {"rnn_cell": "right"}
    (mine / PROGRESS).write_bytes(content)
    check(rnn_cell=right_cell)
    assert (mine / ".lstm-course-progress.old.2.json").read_bytes() == content


def test_a_folder_in_place_of_the_file_is_moved_aside(mine):
    (mine / PROGRESS).mkdir()
    (mine / PROGRESS / "mine.txt").write_text("mine")
    assert "could not be read" in repr(progress())
    check(rnn_cell=right_cell)
    assert (mine / ".lstm-course-progress.old.json" / "mine.txt").read_text() == "mine"


def test_exercises_of_another_edition_stay_and_do_not_count(mine):
    (mine / PROGRESS).write_text('{"version": 1, "best": {"peephole": "right"}}')
    check(rnn_cell=right_cell)
    assert kept(mine) == {"peephole": "right", "rnn_cell": "right"}
    assert f"All lessons: 1 of {len(exercises.every())} right" in repr(progress())


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), RuntimeError("replaced"), ValueError()]
)
def test_trouble_is_told_once_and_the_check_goes_on(mine, monkeypatch, error):
    def fail(*arguments):
        raise error

    monkeypatch.setattr(logbook.files, "write", fail)
    first, second = check(rnn_cell=right_cell), check(rnn_cell=right_cell)
    assert first.status == second.status == "right"
    assert len(first.notes) == 1 and "could not be written" in first.notes[0]
    assert first.notes[0].endswith((": No space left on device.", ": replaced.", ": ValueError."))
    assert second.notes == ()


def test_a_working_directory_that_is_gone(mine, tmp_path, monkeypatch):
    if os.name == "nt":
        pytest.skip("Windows keeps the working directory from being removed")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert check(rnn_cell=right_cell).status == "right"
    assert "Next:" in repr(progress())
    monkeypatch.chdir(mine)


def test_a_notebook_that_holds_the_lock_is_not_waited_for_long(mine, monkeypatch):
    monkeypatch.setattr(logbook, "PATIENCE", 0.05)
    with logbook.locked(mine):
        (note,) = check(rnn_cell=right_cell).notes
    assert "another notebook is writing it" in note
    check(rnn_cell=right_cell)
    assert kept(mine) == {"rnn_cell": "right"}


def test_file_systems_without_locks_do_without(mine, monkeypatch):
    if os.name == "nt":
        pytest.skip("Windows has its own locks")

    def no_locks(*arguments):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(files.fcntl, "flock", no_locks)
    check(rnn_cell=right_cell)
    assert kept(mine) == {"rnn_cell": "right"}


def test_two_kernels_at_once_lose_nothing(mine):
    code = (
        "import sys; from lstm_course.learner.logbook import remember\n"
        "said = [remember(f'{sys.argv[1]}{k}', 'right') for k in range(60)]; print(sum(said, ()))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, name], stdout=subprocess.PIPE, text=True)
        for name in "abcd"
    ]
    assert {process.communicate(timeout=60)[0].strip() for process in running} == {"()"}
    assert kept(mine) == {f"{name}{k}": "right" for name in "abcd" for k in range(60)}
    assert {path.name for path in mine.iterdir()} == {MANIFEST, PROGRESS, LOCK}


def test_a_process_killed_while_writing_leaves_the_old_file(mine, monkeypatch):
    remember("sigmoid", "nearly")

    def killed(*arguments):
        raise SystemExit

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(SystemExit):
        remember("sigmoid", "right")
    assert kept(mine) == {"sigmoid": "nearly"}
    monkeypatch.undo()
    assert {path.name for path in mine.iterdir()} == {MANIFEST, PROGRESS, LOCK}


# Showing it


def test_a_fresh_folder_says_always_the_same(mine, tmp_path):
    fresh = repr(progress())
    assert fresh == repr(progress(tmp_path)) == repr(progress(tmp_path / "missing"))
    assert fresh.endswith("Next: `sigmoid`, lesson 00, “A warm-up: the sigmoid”, about 8 minutes.")
    assert str(tmp_path) not in fresh
    assert not any(character.isdigit() for character in fresh.replace("00", "").replace("8 minutes", ""))


def test_what_is_done_nearly_right_and_next(mine):
    best = {"sigmoid": "right", "rnn_cell": "right", "rnn_forward": "nearly", "longer_sequence": "wrong"}
    text = repr(Progress(best))
    assert "Lesson 00: 1 of 1 right, 1 of 1 points" in text
    assert "  nearly right: rnn_forward" in text
    assert "  tried:        longer_sequence" in text
    its = [exercise for exercise in exercises.every().values() if exercise.lesson == "01"]
    points = sum(exercise.points for exercise in its)
    assert f"Lesson 01: 1 of {len(its)} right, 3 of {points} points" in text
    assert text.endswith(
        "Next: `rnn_forward` (nearly right so far), lesson 01, “A whole sequence”, "
        f"about {exercises.find('rnn_forward').minutes} minutes."
    )
    assert repr(Progress(dict.fromkeys(exercises.every(), "right"))).endswith("Everything is done.")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append((tag, dict(attributes).get("scope")))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_table_is_a_table_with_headings():
    tags = Tags()
    tags.feed(Progress({"sigmoid": "right"})._repr_html_())
    assert tags.open == []
    lessons = {exercise.lesson for exercise in exercises.every().values()}
    assert tags.seen.count(("th", "row")) == len(lessons) + 1
    assert tags.seen.count(("th", "col")) == 7
    assert "<table" not in Progress({})._repr_html_()


def test_a_solved_task_of_the_playground_counts(mine):
    explore.cell_playground().solved = ["replace"]
    shown = logbook.progress(mine)
    assert "Tasks of the cell playground: 1 of 5 (Replace)." in repr(shown)
    assert "Tasks of the cell playground" in shown._repr_html_()
    assert shown.counts() == Progress({}).counts(), "a task is no exercise"
    assert "playground" not in repr(Progress({"sigmoid": "right"}))


def test_progress_is_a_function_also_after_a_check(mine):
    code = (
        "from lstm_course import check; check(latch='a')\nfrom lstm_course import progress; print(progress())"
    )
    assert "tried:" in run_python(code)


# The command


def test_the_command_shows_the_working_copy(mine, capsys, monkeypatch):
    check(rnn_cell=right_cell)
    for folder, arguments in ((mine, []), (mine.parent, [str(mine)])):
        monkeypatch.chdir(folder)
        assert cli.main(["progress", *arguments]) == 0
        assert "  right:        rnn_cell" in capsys.readouterr().out
    mine.rename(mine.parent / "my-lessons")
    assert cli.main(["progress"]) == 0
    assert "rnn_cell" in capsys.readouterr().out


def test_the_command_refuses_other_folders(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in ["progress"], ["progress", "nowhere"]:
        assert cli.main(arguments) == 1
        said = capsys.readouterr().err
        assert "is no working copy of the lessons" in said and said.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_results_go_to_another_computer_and_nothing_is_lost_on_the_way(tmp_path, capsys):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "mine.json"
    for folder in (here, there):
        workspace.prepare(ROOT / "notebooks", folder)
    remember("sigmoid", "right", here)
    remember("rnn_cell", "nearly", here)
    remember("rnn_cell", "right", there)
    remember("state_jacobian", "wrong", there)
    shared, mine = {"on": "2026-01-31", "exercise": "sigmoid"}, {"on": "2026-02-01", "exercise": "rnn_cell"}
    logbook.append(here, logbook.DIARY, shared, mine)
    logbook.append(there, logbook.DIARY, shared)
    logbook.append(here, logbook.PREDICTIONS, {"question": "01-silence"})
    assert cli.main(["progress", str(here), "--backup", str(file)]) == 0
    assert cli.main(["progress", str(there), "--restore", str(file)]) == 0
    assert "1 of 2 results were better" in capsys.readouterr().out
    expected = {"sigmoid": "right", "rnn_cell": "right", "state_jacobian": "wrong"}
    assert logbook.progress(there).best == expected
    for _ in range(2):  # and the second time brings nothing twice
        assert list(logbook.lines(there, logbook.DIARY)) == [shared, mine]
        assert list(logbook.lines(there, logbook.PREDICTIONS)) == [{"question": "01-silence"}]
        assert cli.main(["progress", str(there), "--restore", str(file)]) == 0
    # A file that is there is not written over, one that is none of ours is refused, damaged notes are kept.
    assert cli.main(["progress", str(there), "--backup", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["progress", str(there), "--restore", str(here / workspace.MANIFEST)]) == 1
    assert "holds no results of the course" in " ".join(capsys.readouterr().err.split())
    assert cli.main(["progress", str(there), "--restore", str(tmp_path / "none")]) == 1
    assert logbook.progress(there).best == expected
    (there / PROGRESS).write_text("{")
    assert cli.main(["progress", str(there), "--restore", str(file)]) == 0
    assert logbook.progress(there).best == {"sigmoid": "right", "rnn_cell": "nearly"}
    assert (there / ".lstm-course-progress.old.json").read_text() == "{"

"""The learner's working copy: what a learner wrote is never lost, what they did not write stays fresh."""

import errno
import hashlib
import json
import os
import platform
import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lstm_course.common.files import course_folder
from lstm_course.learner import workspace
from lstm_course.learner.workspace import MANIFEST, prepare, text_of


def notebook(*sources, outputs=()):
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "source": source,
            "outputs": list(outputs),
        }
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def run(path, output="ran"):
    """Run all cells with Shift+Enter, as JupyterLab saves it: outputs, counts, an empty cell at the end."""
    content = json.loads(path.read_bytes())
    for count, cell in enumerate(content["cells"], 1):
        cell.update(
            execution_count=count, outputs=[{"output_type": "stream", "name": "stdout", "text": output}]
        )
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": "", "outputs": []})
    content["metadata"]["language_info"] = {"name": "python"}
    path.write_text(json.dumps(content))


def write_in(path, text):
    content = json.loads(path.read_bytes())
    content["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text})
    path.write_text(json.dumps(content))


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course" / "notebooks"
    folder.mkdir(parents=True)
    (folder / "00_start_here.ipynb").write_bytes(notebook("hello"))
    (folder / "01_rnn.ipynb").write_bytes(notebook("rnn, first edition"))
    return folder


@pytest.fixture
def mine(tmp_path, course):
    folder = tmp_path / "my lessons, été"
    prepare(course, folder)
    return folder


def new_edition(course, text="rnn, second edition", name="01_rnn.ipynb"):
    (course / name).write_bytes(notebook(text))


def test_first_start_copies_all_lessons_and_says_so_once(course, tmp_path):
    folder = tmp_path / "mine"
    (sentence,) = prepare(course, folder)
    assert str(folder) in sentence
    assert files(folder) == {"00_start_here.ipynb", "01_rnn.ipynb", MANIFEST}
    assert prepare(course, folder) == []


def test_hidden_files_are_not_handed_out_but_pictures_in_folders_are(course, tmp_path):
    (course / ".ipynb_checkpoints").mkdir()
    (course / ".ipynb_checkpoints" / "01_rnn-checkpoint.ipynb").write_text("{}")
    (course / ".gitkeep").touch()
    (course / "figures").mkdir()
    (course / "figures" / "cell.png").write_bytes(b"\x89PNG")
    prepare(course, tmp_path / "mine")
    assert files(tmp_path / "mine") == {"00_start_here.ipynb", "01_rnn.ipynb", "figures/cell.png", MANIFEST}


def test_a_new_lesson_is_added_and_a_deleted_one_put_back(course, mine):
    (mine / "00_start_here.ipynb").unlink()
    new_edition(course, "lstm", name="03_lstm.ipynb")
    assert prepare(course, mine) == [
        "New in your working copy: 03_lstm.ipynb.",
        "Put back, because it was missing: 00_start_here.ipynb.",
    ]
    assert (mine / "00_start_here.ipynb").read_bytes() == notebook("hello")
    assert prepare(course, mine) == []


def test_an_untouched_lesson_is_refreshed(course, mine):
    new_edition(course)
    assert prepare(course, mine) == ["Brought up to date: 01_rnn.ipynb."]
    assert (mine / "01_rnn.ipynb").read_bytes() == (course / "01_rnn.ipynb").read_bytes()
    assert not (mine / "earlier").exists()


def test_new_outputs_alone_reach_an_untouched_lesson_and_spare_one_that_was_run(course, mine):
    run(mine / "00_start_here.ipynb")
    ran = (mine / "00_start_here.ipynb").read_bytes()
    for name, text in (("00_start_here.ipynb", "hello"), ("01_rnn.ipynb", "rnn, first edition")):
        (course / name).write_bytes(notebook(text, outputs=[{"output_type": "stream", "text": "new"}]))
    assert prepare(course, mine) == []
    assert (mine / "00_start_here.ipynb").read_bytes() == ran
    assert (mine / "01_rnn.ipynb").read_bytes() == (course / "01_rnn.ipynb").read_bytes()


def answered(*texts):
    """A notebook of texts and code, in which each code cell was run: what begins with > or # is text."""
    ran = [{"output_type": "stream", "name": "stdout", "text": "the answer"}]
    content = json.loads(notebook(*texts, outputs=ran))
    content["metadata"] = {"language_info": {"name": "python"}}
    for number, cell in enumerate(content["cells"], 1):
        cell["execution_count"] = number
        if cell["source"].startswith((">", "#")):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
    return json.dumps(content).encode()


QUESTION = "> **Predict first.** How large is it?"
ASKING = answered(
    "# Title", "draw()", QUESTION, "measure()", "> It is large.", "again()", "## Next", "count()"
)


def answers(path):
    """The sources of the code cells that have an output."""
    cells = json.loads(path.read_bytes())["cells"]
    return [cell["source"] for cell in cells if cell.get("outputs")]


def test_nothing_is_answered_below_a_question_to_predict(course, tmp_path):
    (course / "01_rnn.ipynb").write_bytes(ASKING)
    mine = tmp_path / "mine"
    prepare(course, mine)
    assert answers(mine / "01_rnn.ipynb") == ["draw()", "count()"]
    assert (course / "01_rnn.ipynb").read_bytes() == ASKING
    assert prepare(course, mine) == []
    assert text_of((mine / "01_rnn.ipynb").read_bytes()) == text_of(ASKING)


def test_no_lesson_answers_what_it_asks_to_predict(tmp_path):
    prepare(course_folder("notebooks"), tmp_path / "mine")
    questions = 0
    for path in sorted((tmp_path / "mine").glob("*.ipynb")):
        asked = False
        for cell in json.loads(path.read_bytes())["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                lines = text.splitlines()
                asked = (asked and not any(line.startswith("#") for line in lines)) or "Predict first" in text
                questions += "Predict first" in text
            elif asked:
                assert cell["outputs"] == [], f"{path.name}: {text}"
    assert questions > 60


@pytest.mark.parametrize("told", ["the answer", "my own number"])
def test_a_copy_of_the_course_that_still_had_answers_loses_them_and_nothing_else(course, mine, told):
    """Earlier courses handed the lessons out with all outputs."""
    as_it_was = json.loads(ASKING)
    as_it_was["metadata"]["language_info"]["version"] = platform.python_version()
    as_it_was = (json.dumps(as_it_was, indent=1, ensure_ascii=False) + "\n").encode()
    (course / "01_rnn.ipynb").write_bytes(ASKING)
    (mine / "01_rnn.ipynb").write_bytes(as_it_was)
    handed_out = json.loads((mine / MANIFEST).read_bytes())
    handed_out["lessons"]["01_rnn.ipynb"] = {
        "text": text_of(ASKING),
        "file": hashlib.sha256(as_it_was).hexdigest(),
    }
    (mine / MANIFEST).write_text(json.dumps(handed_out))
    if told != "the answer":  # the learner has run it, so the outputs are the learner's
        run(mine / "01_rnn.ipynb", told)
    before = (mine / "01_rnn.ipynb").read_bytes()
    assert prepare(course, mine) == []
    if told == "the answer":
        assert answers(mine / "01_rnn.ipynb") == ["draw()", "count()"]
    else:
        assert (mine / "01_rnn.ipynb").read_bytes() == before
    new_edition(course)
    (sentence,) = prepare(course, mine)
    assert sentence.startswith("Brought up to date")
    assert not (mine / "01_rnn.new.ipynb").exists()


def test_a_lesson_merely_run_is_refreshed_and_what_was_run_is_kept(course, mine):
    for edition in ("second", "third"):
        run(mine / "01_rnn.ipynb")
        new_edition(course, f"rnn, {edition} edition")
        (sentence,) = prepare(course, mine)
        assert "01_rnn.ipynb (yours is earlier/01_rnn" in sentence
        assert (mine / "01_rnn.ipynb").read_bytes() == (course / "01_rnn.ipynb").read_bytes()
    assert {path.name for path in (mine / "earlier").iterdir()} == {"01_rnn.ipynb", "01_rnn.2.ipynb"}
    assert b"ran" in (mine / "earlier" / "01_rnn.ipynb").read_bytes()


def test_a_changed_lesson_stays_and_the_new_edition_is_put_beside_it_and_told_once(course, mine):
    write_in(mine / "01_rnn.ipynb", "my thoughts")
    before = (mine / "01_rnn.ipynb").read_bytes()
    assert prepare(course, mine) == []
    new_edition(course)
    (sentence,) = prepare(course, mine)
    assert "01_rnn.new.ipynb" in sentence
    assert (mine / "01_rnn.ipynb").read_bytes() == before
    assert (mine / "01_rnn.new.ipynb").read_bytes() == (course / "01_rnn.ipynb").read_bytes()
    assert prepare(course, mine) == []
    (mine / "01_rnn.new.ipynb").unlink()
    assert prepare(course, mine) == []


def test_a_second_new_edition_replaces_the_first_unless_that_was_edited(course, mine):
    write_in(mine / "01_rnn.ipynb", "my thoughts")
    new_edition(course)
    prepare(course, mine)
    new_edition(course, "rnn, third edition")
    prepare(course, mine)
    assert b"third" in (mine / "01_rnn.new.ipynb").read_bytes()
    write_in(mine / "01_rnn.new.ipynb", "more thoughts")
    new_edition(course, "rnn, fourth edition")
    (sentence,) = prepare(course, mine)
    assert "01_rnn.new.2.ipynb" in sentence
    assert b"more thoughts" in (mine / "01_rnn.new.ipynb").read_bytes()
    assert b"fourth" in (mine / "01_rnn.new.2.ipynb").read_bytes()


def test_a_learner_who_takes_the_new_edition_gets_the_next_one_as_well(course, mine):
    write_in(mine / "01_rnn.ipynb", "my thoughts")
    new_edition(course)
    prepare(course, mine)
    (mine / "01_rnn.new.ipynb").replace(mine / "01_rnn.ipynb")
    assert prepare(course, mine) == []
    new_edition(course, "rnn, third edition")
    assert prepare(course, mine) == ["Brought up to date: 01_rnn.ipynb."]


@pytest.mark.parametrize(
    ("do", "kept", "told"),
    [
        (lambda path: None, None, ""),
        (run, "earlier/08_capstone.ipynb", "yours is earlier/08_capstone.ipynb"),
        (lambda path: write_in(path, "my report"), "08_capstone.ipynb", "in which you wrote: that stays"),
        (Path.unlink, None, None),
    ],
)
def test_a_lesson_with_another_number_is_found_again(course, mine, do, kept, told):
    old = course / "08_capstone.ipynb"
    old.write_bytes(notebook("report = ..."))
    prepare(course, mine)
    do(mine / old.name)
    content = (mine / old.name).read_bytes() if kept else None
    old.rename(course / "11_capstone.ipynb")
    (course / "08_put_it_to_work.ipynb").write_bytes(notebook("save"))
    said = prepare(course, mine)
    assert said[0] == "New in your working copy: 08_put_it_to_work.ipynb, 11_capstone.ipynb."
    assert (told is None and not said[1:]) or (
        said[1].startswith("Has another name now: 11_capstone.ipynb (it was 08_capstone.ipynb")
        and told in said[1]
    )
    lessons = {"00_start_here.ipynb", "01_rnn.ipynb", "08_put_it_to_work.ipynb", "11_capstone.ipynb"}
    assert files(mine) - {MANIFEST} == lessons | ({kept} if kept else set())
    assert kept is None or (mine / kept).read_bytes() == content
    assert prepare(course, mine) == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"lessons": 3}', b'{"lessons": {"01_rnn.ipynb": 3}}', b"\xff\xfe"]
)
def test_unreadable_notes_are_kept_aside_and_nothing_is_replaced(course, mine, content):
    (mine / MANIFEST).write_bytes(content)
    new_edition(course)
    sentences = prepare(course, mine)
    assert ".lstm-course.broken.json" in sentences[0]
    assert (mine / ".lstm-course.broken.json").read_bytes() == content
    assert b"first edition" in (mine / "01_rnn.ipynb").read_bytes()
    assert b"second edition" in (mine / "01_rnn.new.ipynb").read_bytes()
    assert prepare(course, mine) == []


def test_missing_notes_count_every_differing_lesson_as_changed(course, mine):
    (mine / MANIFEST).unlink()
    new_edition(course)
    prepare(course, mine)
    assert b"first edition" in (mine / "01_rnn.ipynb").read_bytes()
    assert b"second edition" in (mine / "01_rnn.new.ipynb").read_bytes()


def test_a_broken_notebook_is_the_learners_own(course, mine):
    (mine / "01_rnn.ipynb").write_text("{ not a notebook, but mine")
    new_edition(course)
    prepare(course, mine)
    assert (mine / "01_rnn.ipynb").read_text() == "{ not a notebook, but mine"


def test_what_is_in_the_way_is_named_and_left_alone(course, mine):
    for name in ("00_start_here.ipynb", "01_rnn.ipynb"):
        (mine / name).unlink()
    (mine / "00_start_here.ipynb").mkdir()
    (mine / "01_rnn.ipynb").symlink_to("nowhere")
    (mine / "figures").write_text("my list of figures")
    (course / "figures").mkdir()
    (course / "figures" / "cell.png").write_bytes(b"\x89PNG")
    (sentence,) = prepare(course, mine)
    assert "00_start_here.ipynb is a folder" in sentence
    assert "01_rnn.ipynb is a broken link" in sentence
    assert "figures is not a folder" in sentence
    assert (mine / "figures").read_text() == "my list of figures"


def test_a_link_stays_and_so_does_what_it_points_to(course, mine, tmp_path):
    elsewhere = tmp_path / "elsewhere.ipynb"
    (mine / "01_rnn.ipynb").replace(elsewhere)
    (mine / "01_rnn.ipynb").symlink_to(elsewhere)
    new_edition(course)
    prepare(course, mine)
    assert (mine / "01_rnn.ipynb").is_symlink()
    assert b"first edition" in elsewhere.read_bytes()
    assert (mine / "01_rnn.new.ipynb").exists()


def test_a_write_protected_lesson_is_still_refreshed_and_copies_can_be_written(course, mine):
    (mine / "01_rnn.ipynb").chmod(0o444)
    (course / "01_rnn.ipynb").chmod(0o444)
    (course / "01_rnn.ipynb").unlink()
    new_edition(course)
    (course / "01_rnn.ipynb").chmod(0o444)
    prepare(course, mine)
    assert (mine / "01_rnn.ipynb").stat().st_mode & 0o200


def test_a_full_disk_loses_nothing_and_the_next_start_completes(course, mine, monkeypatch):
    run(mine / "00_start_here.ipynb")
    new_edition(course, "hello again", name="00_start_here.ipynb")
    new_edition(course)
    real, calls = os.fsync, []

    def full_after_one(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(workspace.os, "fsync", full_after_one)
    with pytest.raises(OSError, match="No space left"):
        prepare(course, mine)
    assert b"first edition" in (mine / "01_rnn.ipynb").read_bytes()
    assert not [name for name in files(mine) if name.startswith(".0")]
    assert prepare(course, mine) == ["Brought up to date: 01_rnn.ipynb."]


def test_a_folder_that_cannot_be_written_is_an_error(course, mine, monkeypatch):
    monkeypatch.setattr(workspace.os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError):
        prepare(course, mine)


def test_a_file_in_place_of_the_working_copy_is_an_error(course, tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError):
        prepare(course, tmp_path / "mine")


def test_the_lessons_of_the_course_are_not_worked_on_in_place(course):
    for folder in (course, course / "mine"):
        with pytest.raises(ValueError, match="apart from the lessons of the course"):
            prepare(course, folder)


def test_a_newer_course_unpacked_over_the_old_one_loses_nothing(tmp_path, course):
    clone, newer = tmp_path / "course", tmp_path / "newer"
    mine = clone / "my-lessons"
    prepare(clone / "notebooks", mine)
    write_in(mine / "01_rnn.ipynb", "my thoughts")
    run(mine / "00_start_here.ipynb")
    (mine / "notes.txt").write_text("my notes")
    (newer / "notebooks").mkdir(parents=True)
    for name in ("00_start_here.ipynb", "01_rnn.ipynb", "02_new.ipynb"):
        (newer / "notebooks" / name).write_bytes(notebook(f"{name}, second edition"))
    shutil.copytree(newer, clone, dirs_exist_ok=True)
    prepare(clone / "notebooks", mine)
    assert b"my thoughts" in (mine / "01_rnn.ipynb").read_bytes()
    assert b"ran" in (mine / "earlier" / "00_start_here.ipynb").read_bytes()
    assert (mine / "notes.txt").read_text() == "my notes"
    for name in ("00_start_here.ipynb", "01_rnn.new.ipynb", "02_new.ipynb"):
        assert b"second edition" in (mine / name).read_bytes()


def test_the_course_finds_its_own_folders():
    assert course_folder("datasets").is_dir()
    with pytest.raises(FileNotFoundError, match="nonsense"):
        course_folder("nonsense")


class LearnerAndCourse(RuleBasedStateMachine):
    """Whatever learner and course do, what a learner wrote or computed is still in some file."""

    names = st.sampled_from(["00_a.ipynb", "01_b.ipynb"])
    picks = st.integers(0, 999)

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.course, self.mine = self.folder / "course", self.folder / "mine"
        self.course.mkdir()
        self.count = 0
        self.wanted, self.own = set(), set()  # texts that must survive; lessons that count as changed
        self.release("00_a.ipynb")
        self.start()

    def teardown(self):
        shutil.rmtree(self.folder)

    def next_text(self, kind):
        self.count += 1
        return f"<{kind} {self.count}>"

    def texts(self, paths):
        content = "".join(path.read_text() for path in paths if path.is_file())
        return {text for text in self.wanted if text in content}

    def everything(self):
        return [path for path in self.mine.rglob("*") if path.is_file()]

    def notebooks(self):
        return sorted(path for path in self.everything() if path.suffix == ".ipynb")

    def give_up(self, path):
        """The learner throws a file away, and with it what stands nowhere else."""
        others = [other for other in self.everything() if other != path]
        self.wanted = self.texts(others)
        self.own.discard(path)

    @rule(name=names)
    def release(self, name):
        (self.course / name).write_bytes(notebook(self.next_text("course")))

    @rule(name=names)
    def update(self, name):
        self.release(name)
        self.start()

    @rule()
    def start(self):
        said = prepare(self.course, self.mine)
        assert all(sentence.endswith(".") for sentence in said)
        assert prepare(self.course, self.mine) == [
            sentence for sentence in said if sentence.startswith("Left alone")
        ]
        for path in self.course.iterdir():
            if self.mine / path.name not in self.own and (self.mine / path.name).is_file():
                assert text_of((self.mine / path.name).read_bytes()) == text_of(path.read_bytes())

    @precondition(lambda self: self.notebooks())
    @rule(pick=picks)
    def write(self, pick):
        path = self.notebooks()[pick % len(self.notebooks())]
        text = self.next_text("learner")
        write_in(path, text)
        self.wanted.add(text)
        self.own.add(path)

    @precondition(lambda self: self.notebooks())
    @rule(pick=picks)
    def run_all(self, pick):
        path = self.notebooks()[pick % len(self.notebooks())]
        kept = self.texts([other for other in self.everything() if other != path])
        output = self.next_text("output")
        run(path, output)  # the outputs of an earlier run give way
        self.wanted = kept | self.texts([path]) | {output}

    @rule(
        action=st.sampled_from(["delete", "save_as", "block", "unblock", "break_notes", "delete_notes"]),
        name=names,
        pick=picks,
    )
    def rarely(self, action, name, pick):
        # One rule for all of these, so that writing, running and updating stay the most frequent.
        getattr(self, action)(name, pick)

    def delete(self, name, pick):
        for path in self.notebooks()[pick % 5 :][:1]:
            self.give_up(path)
            path.unlink()

    def save_as(self, name, pick):
        target = self.mine / name
        for path in self.notebooks()[pick % 5 :][:1]:
            if path != target and not target.is_dir():
                self.give_up(target)
                shutil.copy(path, target)
                self.own.add(target)

    def block(self, name, pick):
        path = self.mine / name
        if path.is_file():
            self.give_up(path)
            path.unlink()
        path.mkdir(exist_ok=True)

    def unblock(self, name, pick):
        if (self.mine / name).is_dir():
            (self.mine / name).rmdir()

    def break_notes(self, name, pick):
        (self.mine / MANIFEST).write_text("{")
        # From now on nobody can tell which lessons were changed, so all count as the learner's.
        self.own |= set(self.notebooks())

    def delete_notes(self, name, pick):
        (self.mine / MANIFEST).unlink(missing_ok=True)
        self.own |= set(self.notebooks())

    @invariant()
    def nothing_is_lost(self):
        assert self.texts(self.everything()) == self.wanted


LearnerAndCourse.TestCase.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, derandomize=True
)
test_nothing_is_ever_lost = LearnerAndCourse.TestCase

"""What an instructor downloads, in every shape, and files that are broken or were made to do harm."""

import json
import re
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path

import helpers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_course.grading import intake
from lstm_course.grading.intake.names import printable


def notebook(*sources, **metadata):
    return json.dumps({**helpers.notebook(*sources), "metadata": metadata})  # which may be no valid ones


SIGMOID = notebook("def sigmoid(x):\n    return x\n")
JACOBIAN = notebook("def state_jacobian(x, h_prev, weights):\n    ...\n")


def collected(path, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return intake.collect(path, scratch).submissions


def put(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


# As Gradescope writes it, with what a learner's program printed in the results.
GRADESCOPES_LIST = """---
submission_77:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1'
    :email: ada@example.org
  :created_at: 2026-11-02 10:00:00.000000000 Z
  :score: 3.0
  :results:
    tests:
    - name: ":name: Mallory"
      output: |
        submission_79:
          :submitters:
          - :name: Mallory
  :history:
  - :id: 76
    :submitters:
    - :name: Ada Lovelace
submission_78:
  :submitters:
  - :name: "Zoë \\"Z\\" O'Neill"
    :sid:
  - :sid: '3'
    :name: Jean-Luc Müller
"""

EXPORTS = {
    "nbgrader": ({"submitted/ada/lesson03/03_lstm.ipynb": JACOBIAN}, [("ada", "")]),
    "Moodle, folders": (
        {"Ada Lovelace_4711_assignsubmission_file_/my work.ipynb": JACOBIAN}, [("Ada Lovelace", "4711")]
    ),
    "Moodle, hyphens, umlauts and a group": (
        {"Gruppe 1-Jörg-Uwe Müller-Lüdenscheidt_12_assignsubmission_file_/Abgabe_2.ipynb": JACOBIAN},
        [("Gruppe 1-Jörg-Uwe Müller-Lüdenscheidt", "12")],
    ),
    "Moodle, without names": (
        {"Participant_4711_assignsubmission_file_/a.ipynb": JACOBIAN,
         "Participant_4712_assignsubmission_file_/a.ipynb": JACOBIAN},
        [("Participant 4711", "4711"), ("Participant 4712", "4712")],
    ),
    "Moodle, files": (
        {"Ada Lovelace_4711_assignsubmission_file_02.ipynb": JACOBIAN}, [("Ada Lovelace", "4711")]
    ),
    "Canvas": ({"lovelaceada_123_4567_02_vanishing-1.ipynb": JACOBIAN}, [("lovelaceada", "123")]),
    "Canvas, late": ({"lovelaceada_LATE_123_4567_x.ipynb": JACOBIAN}, [("lovelaceada", "123")]),
    "Canvas, late, of old": ({"lovelaceada_late_123_4567_x.ipynb": JACOBIAN}, [("lovelaceada", "123")]),
    "Canvas, umlauts and underscores": (
        {"müllerlüdenscheidtjörg_uwe_LATE_123_4567_lesson_2_12_3.ipynb": JACOBIAN},
        [("müllerlüdenscheidtjörg_uwe", "123")],
    ),
    "Canvas, without names": (
        {"anon_a1B2c_4567_x.ipynb": JACOBIAN, "LATE_anon_Zz9y8_4568_x.ipynb": JACOBIAN},
        [("anon_a1B2c", ""), ("anon_Zz9y8", "")],
    ),
    "Canvas, a folder for each lesson": (
        {"lesson 2/lovelaceada_123_4567_x.ipynb": JACOBIAN}, [("lovelaceada", "123")]
    ),
    "Gradescope": (
        {
            "assignment_9_export/submission_77/a.ipynb": JACOBIAN,
            "assignment_9_export/submission_78/work/a.ipynb": JACOBIAN,
            "assignment_9_export/submission_79/a.ipynb": JACOBIAN,
            "assignment_9_export/submission_79/submission_metadata.yml":
                "submission_79:\n  :submitters:\n  - :name: Grace Hopper\n",
            "assignment_9_export/submission_metadata.yml": GRADESCOPES_LIST,
        },
        [("Ada Lovelace", "77"), ("Zoë \"Z\" O'Neill, Jean-Luc Müller", "78"), ("submission 79", "79")],
    ),
    "plain files": (
        {"ada_02_vanishing_gradients.ipynb": JACOBIAN, "Zoë.ipynb": JACOBIAN}, [("Zoë", ""), ("ada", "")]
    ),
    "plain folders": ({"李雷/02_vanishing_gradients.ipynb": JACOBIAN}, [("李雷", "")]),
}  # fmt: skip


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("name", EXPORTS)
def test_exports_tell_whose_and_which(name, zipped, tmp_path):
    files, owners = EXPORTS[name]
    path = tmp_path / "download"
    put(path, files)
    if zipped:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for file in files:
                archive.write(path / file, file)
        path = tmp_path / "all.zip"
    found = collected(path, tmp_path)
    assert sorted((each.learner, each.id) for each in found) == sorted(owners)
    assert {each.lesson for each in found} == {"02"}
    assert all(each.reason is None for each in found)


def test_a_learner_who_names_files_as_a_platform_does_is_nobody_else(tmp_path):
    put(tmp_path / "in/submitted", {
        "ada/02.ipynb": JACOBIAN, "bob/02.ipynb": JACOBIAN,
        **{f"mallory/ada_{k}_4567_02.ipynb": JACOBIAN for k in range(9)},
        "mallory/ada_4711_assignsubmission_file_/02.ipynb": JACOBIAN,
    })  # fmt: skip
    assert {each.learner for each in collected(tmp_path / "in", tmp_path)} == {"ada", "bob", "mallory"}


@pytest.mark.parametrize("own", ["mallory_9_4568_work.zip", "Mallory_9_assignsubmission_file_"])
def test_what_is_inside_a_learners_folder_or_archive_is_the_learners(own, tmp_path):
    moodle = "Ada_7_assignsubmission_file_/02.ipynb"
    other = "ada_7_4567_02.ipynb" if own.endswith(".zip") else moodle
    folder = tmp_path / "in"
    put(folder, {other: JACOBIAN})
    if own.endswith(".zip"):
        archive_with(folder / own, {other: JACOBIAN})
    else:
        put(folder / own, {other: JACOBIAN})
    found = collected(folder, tmp_path)
    assert sorted(each.id for each in found) == ["7", "9"]
    assert not any(each.others for each in found)


def test_a_name_that_is_no_utf_8_can_be_written(tmp_path):
    import os

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / os.fsdecode(b"Zo\xeb_02.ipynb")).write_text(JACOBIAN)
    (only,) = collected(tmp_path / "in", tmp_path)
    assert only.learner.encode() and only.learner.startswith("Zo")


BROKEN = {
    "empty": ("", "empty"),
    "blank": ("\n  \n", "empty"),
    "cut off": (SIGMOID[:60], "not JSON"),
    "no JSON": ("my homework", "not JSON"),
    "no notebook": ('{"a": 1}', "no notebook"),
    "a list": ("[]", "no notebook"),
    "cells are numbers": ('{"cells": [1, 2]}', "no notebook"),
    "source is a number": ('{"cells": [{"cell_type": "code", "source": 5}]}', "no notebook"),
    "ten thousand brackets": ("[" * 100_000, "not JSON"),
}


def test_broken_files_are_results_with_a_reason(tmp_path):
    folder = tmp_path / "in"
    put(folder, {f"{name}.ipynb": content for name, (content, _) in BROKEN.items()})
    (folder / "binary.ipynb").write_bytes(b"\x80\x00PK\x03\x04")
    put(folder, {"fine.ipynb": SIGMOID, "notes.txt": "hello"})
    found = {each.learner: each for each in collected(folder, tmp_path)}
    assert found.keys() == BROKEN.keys() | {"binary", "fine"}
    for name, (_, reason) in BROKEN.items():
        assert reason in found[name].reason
        assert found[name].lesson == "00"  # as all the others
    assert "not JSON" in found["binary"].reason
    assert found["fine"].reason is None


def test_format_3_is_read_and_odd_metadata_does_no_harm(tmp_path):
    old = {"nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "code", "input": ["def sigmoid(x):\n", "    return x\n"], "language": "python"},
        {"cell_type": "heading", "source": "x"},
    ]}]}  # fmt: skip
    other = json.loads(
        notebook("def sigmoid(x):\n    return x\n", kernelspec={"name": "evil", "language": "R"})
    )
    other["cells"][0]["metadata"] = {"nbgrader": {"points": 1e9, "grade_id": "state_jacobian"}}
    put(tmp_path / "in", {"old.ipynb": json.dumps(old), "other.ipynb": json.dumps(other)})
    for each in collected(tmp_path / "in", tmp_path):
        assert (each.lesson, each.cells) == ("00", ("def sigmoid(x):\n    return x\n",))


def test_a_renamed_notebook_is_known_by_its_functions(tmp_path):
    put(tmp_path / "in", {"ada/03_final_FINAL.ipynb": JACOBIAN, "bob/Untitled7.ipynb": SIGMOID})
    assert {each.learner: each.lesson for each in collected(tmp_path / "in", tmp_path)} == {
        "ada": "02",
        "bob": "00",
    }


def test_of_several_files_the_newest_counts(tmp_path):
    import os

    put(
        tmp_path / "in",
        {"ada/first.ipynb": SIGMOID, "ada/second.ipynb": SIGMOID, "ada/cut.ipynb": SIGMOID[:50]},
    )
    os.utime(tmp_path / "in/ada/second.ipynb", (1, 1))
    (only,) = [each for each in collected(tmp_path / "in", tmp_path) if each.lesson == "00"]
    assert only.path == "ada/first.ipynb"
    assert set(only.others) == {"ada/second.ipynb", "ada/cut.ipynb"}


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(SIGMOID)
    folder = tmp_path / "in" / "eve"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").symlink_to(secret)
    (folder / "all").symlink_to(tmp_path)
    found = collected(tmp_path / "in", tmp_path)
    assert found and all("link" in each.reason and each.cells is None for each in found)


def archive_with(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def test_archives_that_lead_out_are_refused(tmp_path):
    link = zipfile.ZipInfo("eve/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    folder = tmp_path / "in"
    folder.mkdir()
    archive_with(folder / "mallory.zip", {
        "../../escaped.ipynb": SIGMOID, "/tmp/absolute.ipynb": SIGMOID, "..\\windows.ipynb": SIGMOID,
        "C:\\drive.ipynb": SIGMOID, link: "/etc/passwd", "good/00.ipynb": SIGMOID,
    })  # fmt: skip
    before = {path for path in tmp_path.parent.rglob("*") if "scratch" not in path.parts}
    found = collected(folder, tmp_path)
    assert {path for path in tmp_path.parent.rglob("*") if "scratch" not in path.parts} == before
    (only,) = found
    assert (only.learner, only.path, only.reason) == ("mallory", "mallory.zip/good/00.ipynb", None)
    assert len(only.others) == 5


def test_bombs_are_not_unpacked(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    archive_with(folder / "large.zip", {"a.ipynb": bytes(60_000_000)})
    archive_with(folder / "many.zip", {f"{k}.ipynb": "" for k in range(300)})
    lying = folder / "lying.zip"
    archive_with(lying, {"a.ipynb": bytes(60_000_000)})
    data = bytearray(lying.read_bytes())  # says that it is small
    for offset in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[offset : offset + 4] = (1000).to_bytes(4, "little")
    lying.write_bytes(data)
    archive_with(folder / "inner.zip", {"deep.zip": zlib.compress(b"x"), "b.ipynb": SIGMOID})
    (folder / "torn.zip").write_bytes(lying.read_bytes()[:200])
    put(folder, {"honest.ipynb": SIGMOID})
    found = {each.path: each for each in collected(folder, tmp_path)}
    assert found["honest.ipynb"].reason is None and found["inner.zip/b.ipynb"].reason is None
    assert "larger" in found["large.zip/a.ipynb"].reason
    assert "too many" in found["many.zip"].reason
    assert "damaged" in found["lying.zip/a.ipynb"].reason and "damaged" in found["torn.zip"].reason
    written = sum(path.stat().st_size for path in (tmp_path / "scratch").rglob("*") if path.is_file())
    assert written < 10_000_000


# As the lesson has them: a project that is added there must be known here.
REPORTS = re.findall(
    r"^(\w+_report) = ", (helpers.ROOT / "solutions" / "11_capstone.md").read_text("utf-8"), re.MULTILINE
)


def test_every_project_has_a_report():
    assert len(REPORTS) == len(set(REPORTS)) == 7


@pytest.mark.parametrize("name", REPORTS)
def test_a_capstone_is_left_to_a_person_and_never_taken_for_another_lesson(tmp_path, name):
    report = notebook(f'{name} = """\nQuestion: does it count to eight?\n"""')
    put(tmp_path / "in", {"ada/01.ipynb": JACOBIAN, "ada/11_capstone.ipynb": report, "ben/x.ipynb": JACOBIAN})
    found = {each.path: each for each in collected(tmp_path / "in", tmp_path)}
    capstone = found.pop("ada/11_capstone.ipynb")
    assert capstone.lesson is None and "a person marks its report" in capstone.reason
    assert {each.reason for each in found.values()} == {None}


PARTS = "ada", "Ben_4711_assignsubmission_file_", "submission_7", "..", "__MACOSX", "C:", "."
ENDINGS = (
    "",
    ".ipynb",
    ".IPYNB",
    ".ipynb.json",
    ".ipynb.txt",
    ".json",
    ".pdf",
    ".zip",
    ".tar.gz",
    ".yml",
    ".py",
)
NAMES = st.builds(
    lambda folders, name, ending: "/".join([*folders, f"n{name}{ending}"]),
    st.lists(st.sampled_from(PARTS), max_size=3),
    st.text(max_size=4),
    st.sampled_from((*ENDINGS, "/submission_metadata.yml")),
)


@given(st.lists(NAMES, max_size=6))
def test_whatever_an_archive_holds_each_of_its_files_is_told(names):
    content = {name: SIGMOID if name.endswith(("b", "n")) else "x" for name in ["zoe/00.ipynb", *names]}
    with tempfile.TemporaryDirectory() as made:
        archive, scratch = Path(made, "all.zip"), Path(made, "scratch")
        scratch.mkdir()
        archive_with(archive, content)
        with zipfile.ZipFile(archive) as opened:
            members = [Path(member.filename.replace("\\", "/")) for member in opened.infolist()]
        found = intake.collect(archive, scratch)
    shown = {printable("/".join(part for part in each.parts if part not in ("..", "/"))) for each in members}
    rows = {path for each in found.submissions for path in (each.path, *each.others)}
    told = rows | {each.path for each in found.not_read}
    assert all(each.endswith("submission_metadata.yml") for each in shown - told) and told <= shown
    assert all(each.reason for each in found.not_read)
    assert any(each.path == "zoe/00.ipynb" and each.reason is None for each in found.submissions)

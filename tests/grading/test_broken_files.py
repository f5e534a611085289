"""One file never stops the batch, nor fills the machine: what is wrong with it is a row with the reason."""

import csv
import io
import json
import os
import resource
import shutil
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from helpers import ORDINARY, ROOT, as_an_ordinary_user, sandbox_of_this_machine
from helpers import notebook as notebook_of
from helpers import write_notebook as write

from lstm_course.exercises import find
from lstm_course.grading import batch, marking
from lstm_course.grading.inside import wire
from lstm_course.grading.intake import archives, collect, platforms

RIGHT = "import numpy as np", find("sigmoid").source


def notebook(*sources):
    return json.dumps(notebook_of(*sources)).encode()


def archive(*entries):
    """Bytes of an archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries:
            opened.writestr(name, content)
    return held.getvalue()


def torn_inside():
    """An archive whose list is whole, and whose first member cannot be unpacked."""
    data = bytearray(archive(("a.ipynb", os.urandom(3000)), ("b.ipynb", notebook(*RIGHT))))
    data[60:2000] = bytes(1940)
    return bytes(data)


def fifo(path):
    os.mkfifo(path)


def listening(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def closed_file(path):
    path.write_bytes(notebook(*RIGHT))
    path.chmod(0)


def closed_folder(path):
    path.mkdir()
    (path / "00.ipynb").write_bytes(notebook(*RIGHT))
    path.chmod(0)


def deeper_than_the_system_takes(path):
    """A folder in a folder in a folder, made from within, so that no path is ever named in full."""
    here = Path.cwd()
    path.mkdir()
    os.chdir(path)
    for _ in range(30):
        Path("x" * 200).mkdir()
        os.chdir("x" * 200)
    Path("00.ipynb").write_bytes(notebook(*RIGHT))
    os.chdir(here)


def content(made):
    return lambda path: path.write_bytes(made() if callable(made) else made)


# name of a learner -> (name of the file, its maker, what is said of it)
BROKEN = {
    "closed": ("00.ipynb", closed_file, "cannot be read: Permission denied"),
    "closed folder": ("inner", closed_folder, "folder cannot be read: Permission denied"),
    "deep": ("inner", deeper_than_the_system_takes, "cannot be read: File name too long"),
    "fifo": ("00.ipynb", fifo, "a pipe or a device"),
    "fifo of an archive": ("00.zip", fifo, "a pipe or a device"),
    "socket": ("00.ipynb", listening, "a pipe or a device"),
    "no archive": ("00.zip", content(b"PK" + bytes(100)), "archive is damaged"),
    "torn member": ("00.zip", content(torn_inside), None),
    "brackets": ("00.ipynb", content(b'{"cells": [' + b"[]," * 1_100_000 + b"[]]}"), "more parts"),
    "blanks": ("00.ipynb", content(lambda: notebook(" " * 49_000_000)), "longer than 5 MB"),
    "lines": ("00.ipynb", content(lambda: notebook("x = 1" + " \n" * 10_000_000)), "longer than 5 MB"),
    "cells": ("00.ipynb", content(lambda: notebook(*["1"] * 2500)), "more than 2000 code cells"),
    "deep brackets": ("00.ipynb", content(b"[" * 900_000), "not JSON"),
    "one long number": ("00.ipynb", content(b'{"nbformat": ' + b"9" * 100_000 + b"}"), "not JSON"),
    "bytes": ("00.ipynb", content(bytes(range(256)) * 40), "not JSON"),
    "null bytes": ("00.ipynb", content(lambda: notebook("def sigmoid(x):\n    return '\0'")), None),
    "half a character": ("00.ipynb", content(notebook("sigmoid = '\\ud800'")), None),
    "folder with its name": ("00.ipynb", Path.mkdir, "no notebook in what was handed in"),
    "empty folder": ("work", Path.mkdir, "The folder is empty"),
    "empty archive": ("00.zip", content(archive), "archive is empty"),
    "an empty folder in an archive": ("00.zip", content(lambda: archive(("work/", b""))), "folder is empty"),
    "an archive in an archive": (
        "00.zip", content(lambda: archive(("more.zip", archive(("00.ipynb", notebook(*RIGHT)))))),
        "archive within an archive",
    ),
    "another archive": ("00.tar.gz", lambda path: tarfile.open(path, "w:gz").close(), "zip is"),
    "one more archive": ("00.rar", content(b"Rar!"), "zip is"),
    "a PDF": ("report.pdf", content(b"%PDF-1.4"), "It is a PDF"),
    "a PDF in an archive": ("00.zip", content(lambda: archive(("a.pdf", b"%PDF"))), "It is a PDF"),
    "a script": ("00.py", content(RIGHT[1].encode()), "It is a script"),
    "no ending": ("00", content(b"x"), "It is no notebook"),
    "other JSON": ("marks.json", content(b'{"a": 1}'), "It is JSON, and no notebook"),
    "list of names": ("submission_metadata.yml", content(b"submission_1:\n"), "It is no notebook"),
    "pipe of a PDF": ("a.pdf", fifo, "a pipe or a device"),
}  # fmt: skip
# What is odd and can be read all the same.
ODD = {
    "ending of a browser": ("00.ipynb.json", content(notebook(*RIGHT))),
    "ending of a mail": ("00.ipynb.txt", content(notebook(*RIGHT))),
    "no name": ("work.json", content(notebook(*RIGHT))),
    "in capitals": ("00.IPYNB", content(notebook(*RIGHT))),
    "in an archive": (
        "00.ZIP", content(archive(("deep/00.ipynb.json", notebook(*RIGHT)), ("a.pdf", b"%PDF")))
    ),
    "of macOS": ("00.zip", content(archive(("__MACOSX/._00.ipynb", b"x"), ("00.ipynb", notebook(*RIGHT))))),
}  # fmt: skip
LOOSE = "ada_00.ipynb", "Copy of 00_start_here.ipynb"  # beside the folders


def a_broken_class(folder):
    for name, (file, make, _) in BROKEN.items():
        (folder / name).mkdir(parents=True)
        make(folder / name / file)
    for name, (file, make) in ODD.items():
        (folder / name).mkdir(parents=True)
        make(folder / name / file)
    for name in ("ada", "zoe"):
        write(folder / name / "00.ipynb", *RIGHT)
    write(folder / "ada/.ipynb_checkpoints/00-checkpoint.ipynb", "def sigmoid(x):\n    return 0")
    for file in LOOSE:
        write(folder / file, "def sigmoid(x):\n    return 0")
    return folder


def test_a_batch_with_one_of_each_broken_thing(monkeypatch):
    """As an ordinary user, to whom files can be closed."""
    sandbox_of_this_machine()
    monkeypatch.chdir("/")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        a_broken_class(folder / "in")
        (folder / "out").mkdir()
        before = as_an_ordinary_user()
        if before:
            subprocess.run(["chown", "-R", f"{ORDINARY}:{ORDINARY}", folder], check=True)
        command = [
            *before,
            sys.executable,
            "-m",
            "lstm_course",
            "grade",
            folder / "in",
            "--out",
            folder / "out",
        ]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd="/")
        assert done.returncode == 0, done.stdout + done.stderr
        results = [json.loads(path.read_text()) for path in (folder / "out/results").glob("*.json")]
        lines = list(csv.DictReader((folder / "out/not_read.csv").open(encoding="utf-8-sig")))
        subprocess.run(["rm", "-rf", folder / "in"], check=False)
        assert time.monotonic() - started < 120
    found = {}
    for each in results:
        found.setdefault(each["learner"], []).append(each)
    for name, (_, _, said) in BROKEN.items():
        assert len(found[name]) == 1, name
        assert said is None or said in found[name][0]["reason"], (name, found[name][0]["reason"])
    # All others are graded.
    assert {name: found[name][0]["score"] for name in ("ada", "zoe", *ODD)} == dict.fromkeys(
        ("ada", "zoe", *ODD), 1
    )
    # The other member of a torn archive is graded.
    assert found["torn member"][0]["score"] == 1
    # Nobody is missing, nobody is there who is nobody, and a file called as somebody's is not that learner's.
    assert found.keys() == {"ada", "zoe", *BROKEN, *ODD, "ada_00.ipynb", "Copy of 00_start_here"}
    assert found["ada"][0]["path"] == "ada/00.ipynb" and not found["ada"][0]["others"]
    # Every file is a row, or a line with the reason why it is not read.
    told = {path for each in results for path in (each["path"], *each["others"])}
    listed = {line["file"]: line["not read, because"] for line in lines}
    handed_in = {f"{name}/{file}" for name, (file, *_) in (BROKEN | ODD).items()} - {"deep/inner"}
    for file in handed_in - told - listed.keys():
        assert any(each.startswith(f"{file}/") for each in told | listed.keys()), file
    assert "list of names/submission_metadata.yml" in listed  # Gradescope has written none of this
    assert listed["in an archive/00.ZIP/a.pdf"] == "It is a PDF, and no notebook."
    assert "by itself" in listed["ada/.ipynb_checkpoints"]
    assert "by itself" in listed["of macOS/00.zip/__MACOSX/._00.ipynb"]
    assert all(line["not read, because"] for line in lines)


def test_archives_of_one_learner_are_limited_together_and_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_MOST_IN_STUDENTS", (200, 5_000_000))
    blanks = json.dumps({"cells": [], "metadata": {"x": " " * 1_000_000}})
    folder = tmp_path / "in"
    for number in range(15):
        (folder / "mallory").mkdir(parents=True, exist_ok=True)
        (folder / f"mallory/{number}.zip").write_bytes(archive(("a.ipynb", blanks), ("b.ipynb", blanks)))
    write(folder / "ada/00.ipynb", *RIGHT)
    (folder / "bob").mkdir()
    (folder / "bob/00.zip").write_bytes(archive(("00.ipynb", notebook(*RIGHT))))
    (tmp_path / "scratch").mkdir()
    found = collect(folder, tmp_path / "scratch").submissions
    assert written(tmp_path / "scratch") < 7_000_000
    assert {each.learner for each in found if each.reason is None} == {"ada", "bob"}


def test_archives_are_not_unpacked_onto_a_full_disk(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/bob.zip").write_bytes(archive(("00.ipynb", notebook(*RIGHT))))
    (tmp_path / "scratch").mkdir()
    (only,) = collect(tmp_path / "in", tmp_path / "scratch").submissions
    assert "disk is nearly full" in only.reason and written(tmp_path / "scratch") == 0


def written(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("error", [zlib.error("no"), IndexError("no"), MemoryError(), UnicodeError("no")])
def test_whatever_an_archive_raises_is_a_reason(tmp_path, monkeypatch, error):
    def fails(*arguments):
        raise error

    (tmp_path / "in").mkdir()
    (tmp_path / "in/bob.zip").write_bytes(archive(("00.ipynb", notebook(*RIGHT))))
    monkeypatch.setattr(zipfile.ZipFile, "open", fails)
    (tmp_path / "scratch").mkdir()
    (only,) = collect(tmp_path / "in", tmp_path / "scratch").submissions
    assert "damaged" in only.reason


def test_a_device_is_not_opened(tmp_path, monkeypatch):
    """Only root can make one; that nothing is opened but files is seen with its kind alone."""
    (tmp_path / "in").mkdir()
    write(tmp_path / "in/ada.ipynb", *RIGHT)
    true = Path.lstat

    def lstat(path):
        told = true(path)
        return os.stat_result([stat.S_IFCHR | 0o666, *told[1:]]) if path.name == "ada.ipynb" else told

    monkeypatch.setattr(Path, "lstat", lstat)
    (tmp_path / "scratch").mkdir()
    (only,) = collect(tmp_path / "in", tmp_path / "scratch").submissions
    assert "a pipe or a device" in only.reason


def test_the_list_of_a_platform_may_be_closed_or_endless(tmp_path, monkeypatch):
    folder = tmp_path / "in"
    write(folder / "submission_77/00.ipynb", *RIGHT)
    names = folder / "submission_metadata.yml"
    names.write_text('submission_77:\n  :submitters:\n  - :name: "Ada"\n' + "# more\n" * 300_000)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(platforms, "_LONGEST_LIST", 1000)
    assert [each.learner for each in collect(folder, tmp_path / "scratch").submissions] == ["Ada"]
    true = Path.open

    def refuses(path, *arguments, **options):
        if path.name == names.name:
            raise PermissionError(13, "Permission denied", str(path))
        return true(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuses)
    assert [each.learner for each in collect(folder, tmp_path / "scratch").submissions] == ["submission 77"]


def test_many_cells_and_one_long_one_take_little_memory_in_a_message():
    """An array of texts is as wide as the longest of them: 1500 cells, one of 600 kB, took four gigabytes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wire.pack({"cells": ["x = 1"] * 1500 + ["y" * 90_000]})
    wire.pack({"nested": [["x"] * 1500, ["y" * 90_000] * 3] * 3})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # of a kilobyte each


def test_a_judge_that_breaks_off_costs_no_other_answer_its_points(monkeypatch):
    kind = sandbox_of_this_machine()
    true = marking.marking.examine

    def breaks(exercise, *arguments):
        if exercise.id == "spectral_radius":
            raise IndexError("tuple index out of range")
        return true(exercise, *arguments)

    monkeypatch.setattr(marking.marking, "examine", breaks)
    names = "state_jacobian", "spectral_radius", "memory_horizon"
    cells = ["import numpy as np", *(find(name).source for name in names), "lag_at_one_percent = 44"]
    rows = {row["exercise"]: row for row in marking.mark_notebook(cells, "02", 3, kind)}
    assert (
        rows["spectral_radius"]["status"] == "not judged"
        and "IndexError" in rows["spectral_radius"]["message"]
    )
    assert [rows[name]["status"] for name in ("state_jacobian", "memory_horizon", "lag_at_one_percent")] == [
        "right"
    ] * 3


def test_what_a_batch_cannot_judge_is_a_row(tmp_path, monkeypatch):
    """Whatever a worker raises."""
    for name in ("ada", "bob"):
        write(tmp_path / "in" / name / "00.ipynb", f"name = {name!r}", *RIGHT)

    def grade_here(job):
        raise RuntimeError("the process that marks it ended twice")

    monkeypatch.setattr(batch, "grade_here", grade_here)
    sandbox_of_this_machine()
    done = batch.run(tmp_path / "in", tmp_path / "out", seed=1, say=lambda line: None)
    assert [each["reason"] for each in done.results] == [
        "The grader failed: the process that marks it ended twice"
    ] * 2

"""The guides say what the code does: messages, commands, and the example that contributors copy."""

import ast
import functools
import re

import pytest
from helpers import ROOT, load

from lstm_course import cli
from lstm_course.common.lesson_headers import read_header
from lstm_course.exercises.proofs.matrix import rows

GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TROUBLES = (ROOT / "docs/learners/troubles.md").read_text(encoding="utf-8")
SOURCES = [ROOT / "start.py", *sorted((ROOT / "lstm_course").rglob("*.py"))]
OF_PYTHON = ("NameError", "ModuleNotFoundError")
# What tells a learner of trouble with the set-up: calls, and the names of tables of sentences.
TELLING = {"Trouble", "LabError", "ReviewError"}
TABLES = {"FAILURES", "_SENTENCES"}


def text(node):
    """A string in the source, with … for what is filled in."""
    if isinstance(node, ast.BinOp):
        return text(node.left)
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return re.sub(r"%[.\d]*\w|\{\w*\}", "…", node.value)


def strings(node):
    """All sentences under a node."""
    for part in ast.walk(node):
        is_text = isinstance(part, ast.Constant) and isinstance(part.value, str)
        if (is_text or isinstance(part, ast.JoinedStr)) and " " in text(part).strip():
            yield text(part)


def fits(message, sentence):
    """Whether a message of the guide, in which … stands for anything, is part of what the code says."""
    return pattern(message).search(sentence) is not None


@functools.cache
def pattern(message):
    return re.compile(".*".join(map(re.escape, message.strip("… ").split("…"))))


@functools.cache
def explained():
    rows = re.findall(r"^\| (.+?) \| .+ \|$", TROUBLES, re.MULTILINE)
    return [message for row in rows for message in re.findall("`([^`]+)`", row) if " " in message]


def test_every_message_in_the_guide_is_one_that_the_code_says():
    said = [sentence for path in SOURCES for sentence in strings(ast.parse(path.read_text(encoding="utf-8")))]
    invented = [
        message
        for message in explained()
        if not message.startswith(OF_PYTHON) and not any(fits(message, sentence) for sentence in said)
    ]
    assert len(explained()) > 30
    assert invented == []


def test_every_message_of_the_set_up_is_in_the_guide():
    missing = []
    learner = ROOT / "lstm_course/learner"
    for path in (ROOT / "start.py", learner / "lab.py", learner / "workspace.py", learner / "reviewing.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            telling = isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLING
            table = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in TABLES
            if telling or table:
                sentences = [
                    s for s in strings(node) if s[0] in "…TPANBYL" and len(s) > 25 and s.endswith((".", "…"))
                ]
                missing += [s for s in sentences if not any(fits(message, s) for message in explained())]
    assert missing == []


def commands():
    found = {
        line.strip() for path in GUIDES for line in re.findall(r"python start\.py [^\n`|]*", path.read_text())
    }
    return sorted(line for line in found if line.split()[2] not in ("test", "COMMAND", "--version"))


@pytest.mark.parametrize("line", commands())
def test_commands_in_the_guides_exist(line, capsys):
    command, *arguments = line.split()[2:]
    if command.startswith("-"):
        command = "lab"
        arguments = [line.split()[2]]
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    help_ = capsys.readouterr().out
    assert all(argument in help_ for argument in arguments if argument.startswith("-"))


def test_tests_that_the_guides_name_exist():
    text = "\n".join(path.read_text(encoding="utf-8") for path in GUIDES)
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 20
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_the_example_that_contributors_copy(tmp_path):
    page = (ROOT / "docs/contributors/contributing.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(# A sum that forgets.*?)```", page, re.DOTALL)[1]
    path = tmp_path / "example.py"
    head = (
        "import numpy as np\nfrom lstm_course.exercises import Exercise, Probe\n"
        "from lstm_course.exercises.lessons.shared import edits\n\n"
    )
    path.write_text(head + example, encoding="utf-8")
    exercise = load(path).LEAKY_SUM
    found = rows(exercises=[exercise])
    assert all(row.proven for row in found)
    assert f"{len(found)} answers were checked; 0 verdicts are not what they should be." in page
    lesson = (ROOT / "solutions/02_vanishing_gradients.md").read_text(encoding="utf-8")
    assert f"## {exercise.section}\n" in lesson


def test_tables_of_lessons_give_the_minutes_of_the_lessons():
    minutes = {
        path.stem: read_header(path.read_text(encoding="utf-8")).minutes
        for path in ROOT.glob("solutions/*.md")
    }
    compared = set()
    for table in (ROOT / "README.md", ROOT / "solutions" / "00_start_here.md"):
        for name, said in re.findall(
            r"\]\((?:notebooks/)?(\d\d_\w+)\.ipynb\).*\| (\d+|open) \|$", table.read_text(), re.MULTILINE
        ):
            assert said == str(minutes[name] or "open"), (table.name, name)
            compared.add(name)
    assert compared == minutes.keys()

"""The version of the course and the versions of Python stand in one place each; everything else agrees."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

import lstm_course

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ASKED_FOR = SpecifierSet(SETTINGS["project"]["requires-python"])
PYTHONS = [version for version in (f"3.{minor}" for minor in range(100)) if version in ASKED_FOR]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("CITATION.cff", r"^version: (\S+)$"),
        ("lstm_course/learner/jupyter/labextensions/lstm-course/package.json", r'"version": "(\S+)"'),
        ("CHANGELOG.md", r"^## ([\d.]+)"),
        ("docs/learners/elsewhere.md", r"lstm_course-([\d.]+)-py3"),
    ],
)
def test_a_file_names_the_version_of_the_package(name, pattern):
    assert set(re.findall(pattern, read(name), re.MULTILINE)) == {lstm_course.__version__}


def test_the_package_is_built_with_its_own_version():
    assert SETTINGS["project"]["dynamic"] == ["version"] and "version" not in SETTINGS["project"]
    assert SETTINGS["tool"]["hatch"]["version"]["path"] == "lstm_course/__init__.py"


def test_pythons_agree_everywhere():
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    spec.loader.exec_module(start := importlib.util.module_from_spec(spec))
    oldest, newest = (".".join(map(str, version)) for version in (start.OLDEST, start.NEWEST))
    assert [oldest, newest] == [PYTHONS[0], PYTHONS[-1]]
    sentence = f"{', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
    assert sentence in read("README.md") and sentence in read("docs/contributors/contributing.md")
    # uv alone must come to a Python that is too old for the course.
    page = read("docs/contributors/contributing.md")
    locked = re.findall(r"--python-version (\S+) .*? (\S+)$", page, re.MULTILINE)
    assert {python for python, lock in locked if lock != "requirements-uv.txt"} == {oldest}
    assert SETTINGS["tool"]["pyright"]["pythonVersion"] == oldest
    dependencies = yaml.safe_load(read("environment.yml"))["dependencies"]
    (python,) = (each[len("python=") :] for each in dependencies if str(each).startswith("python="))
    assert python in PYTHONS
    assert sorted(re.findall(r"python(3\.\d+)", read(".ci/run"))) == PYTHONS

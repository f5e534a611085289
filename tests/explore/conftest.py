"""What runs the JavaScript of the explorers without a browser, and the explorers as lessons make them."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from helpers import ROOT

JAVASCRIPT = ROOT / "lstm_course" / "explore" / "javascript"


@pytest.fixture(scope="session")
def javascript(tmp_path_factory):
    """A function that runs code beside the modules of the explorers and gives what it prints, as JSON.

    The code finds its argument as `given`. Without Node the tests are skipped; browsers run the same
    modules in tests/browser.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this computer")
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(JAVASCRIPT, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')

    def run(code, given=None):
        file = folder / "test_code.js"
        read = 'import { readFileSync } from "node:fs";\nconst given = JSON.parse(readFileSync(0));\n'
        file.write_text(read + code, encoding="utf-8")
        done = subprocess.run(
            [node, file], input=json.dumps(given, default=np.ndarray.tolist), capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def tell(javascript):
    """A function that gives what an explorer says in a state: {sentence, description}."""

    def ask(explorer, **state):
        given = {"state": explorer.state | state, "data": explorer.data}
        code = (
            f'import {{ step, tell }} from "./{explorer.name}.js";\n'
            "const { state, data } = given;\n"
            "console.log(JSON.stringify(tell(state, step(state, data), data)));"
        )
        return javascript(code, given)

    return ask

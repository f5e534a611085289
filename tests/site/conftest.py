"""The site, built once for all tests of this folder."""

import pytest
from helpers import ROOT, run_python


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The pages and the EPUB, made by the command, where neither TensorFlow nor Keras can be imported."""
    out = tmp_path_factory.mktemp("site") / "out"
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from lstm_course.cli import main; sys.exit(main(['site', '--epub', '--out', sys.argv[1]]))"
    )
    said = run_python(code, out, cwd=ROOT)
    assert said.split() == f"The site is made: open {out / 'index.html'}".split()  # folded where it is long
    return out

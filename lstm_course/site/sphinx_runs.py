"""What Sphinx is given and asked for: tables of contents, and a silent run with its warnings as a list."""

import io
import logging
import os
import re
import tempfile
from pathlib import Path

from lstm_course.common.trouble import Trouble

__all__ = ["run_sphinx", "toctree"]


def toctree(*entries: str) -> str:
    """A hidden table of contents, MyST Markdown, to stand at the end of a page."""
    return "\n".join(["", "", "```{toctree}", ":hidden:", "", *entries, "```", ""])


def run_sphinx(source: Path, out: Path, builder: str, **settings: object) -> list[str]:
    """Make pages or a book.

    Args:
        source: folder of the sources, with `conf.py`.
        out: folder to write to.
        builder: name of Sphinx's builder, "html" or "epub".
        **settings: of `conf.py` that are other ones in this run.

    Returns:
        The warnings, with paths from the folder of sources.

    Raises:
        Trouble: if Sphinx or what it needs is not installed.
    """
    try:
        import myst_nb  # noqa: F401
        import sphinx_copybutton  # noqa: F401
        from sphinx.application import Sphinx
        from sphinx.util.docutils import docutils_namespace, patch_docutils
    except ModuleNotFoundError as error:
        raise Trouble(
            f"The site needs {error.name}, which is not installed: run `python start.py site`, or "
            "pip install -r requirements-dev.txt."
        ) from None
    said = io.StringIO()
    with (
        tempfile.TemporaryDirectory(prefix="lstm-course-doctrees-") as doctrees,
        patch_docutils(source),
        docutils_namespace(),
    ):
        app = Sphinx(
            source, source, out, doctrees, builder, settings, status=None, warning=said, freshenv=True
        )
        app.connect("env-updated", _write_side_by_side)
        # It tells of every event, tens of thousands of times, and nobody reads it.
        logging.getLogger("sphinx").setLevel(logging.WARNING)
        app.build(force_all=True)
    plain = re.sub(r"\x1b\[[\d;]*m", "", said.getvalue()).replace(f"{source}{os.sep}", "")
    return [line for line in plain.splitlines() if line.strip()]


def _write_side_by_side(app, env):
    """All pages are read: from here on each core writes some of them.

    They are read by one process, for what is imported for one page of the reference changes what stands on
    another: a module may hide a function of its own name. Sphinx counts the process that hands the pages out
    as one of those that write, and it has time left.
    """
    app.parallel = (os.cpu_count() or 1) + 1
    return []

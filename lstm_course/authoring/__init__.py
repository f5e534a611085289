"""From one Markdown source to two executed notebooks."""

from lstm_course.common.notebook_runs import BuildError

from .building import (
    BEGIN,
    END,
    METADATA,
    build,
    check,
    cut_solution,
    find_root,
    find_sources,
    make_notebooks,
    shake,
    write,
)

__all__ = [
    "BEGIN", "END", "METADATA", "BuildError", "build", "check", "cut_solution", "find_root", "find_sources",
    "make_notebooks", "shake", "write",
]  # fmt: skip

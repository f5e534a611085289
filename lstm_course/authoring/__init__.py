"""From one Markdown source to two executed notebooks."""

from lstm_course.common.notebook_runs import BuildError

from .building import build, check, make_notebooks, shake
from .sources import BEGIN, END, cut_solution, find_root, find_sources

__all__ = [
    "BEGIN", "END", "BuildError", "build", "check", "cut_solution", "find_root", "find_sources",
    "make_notebooks", "shake",
]  # fmt: skip

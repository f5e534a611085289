"""The reference: a page for each module, made from its docstrings, and a list of them by who needs them."""

import ast
import pkgutil
import re
from importlib.util import find_spec
from pathlib import Path

from lstm_course.site.sphinx_runs import toctree

__all__ = ["write_reference"]

# Not for readers: the command's entry, and the right answers.
_LEFT_OUT = re.compile(r"__main__$|\._|\.exercises\.lessons(\.|$)")
# Who needs a room; what is named in neither stands under the last heading.
_LESSONS = (
    "data",
    "explore",
    "memory",
    "models",
    "plots",
    "scratch",
    "learner.checking",
    "learner.reporting",
    "learner.setup",
)
_INSTRUCTORS = ("grading", "authoring")
_GROUPS = (
    (
        "For lessons",
        "What the notebooks import. The names for learners lie on the package itself.",
        _LESSONS,
    ),
    ("For instructors", "Marking, examinations, and the making of lessons.", _INSTRUCTORS),
    ("Inside", "What holds it together; for contributors.", ()),
)


def write_reference(folder: Path) -> None:
    """Write the sources of the reference into a new folder."""
    import lstm_course

    folder.mkdir()
    found = [("lstm_course", True)]
    found += [(m.name, m.ispkg) for m in pkgutil.walk_packages(lstm_course.__path__, "lstm_course.")]
    found = [(name, is_package) for name, is_package in found if not _LEFT_OUT.search(name)]
    for name, is_package in found:
        # What a package only passes on is described where it is defined.
        option = "   :ignore-module-all:\n" if is_package else ""
        page = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :members:\n{option}"
        (folder / f"{name}.rst").write_text(page, encoding="utf-8")
    names = [name for name, _ in found]
    text = "# Reference\n\nEvery public function and class, from its docstring.\n"
    for number, (title, line, _) in enumerate(_GROUPS):
        mine = [name for name in names if _group(name) == number]
        rows = "".join(f"* [{name}]({name}.rst): {_first_line(name)}\n" for name in mine)
        text += f"\n## {title}\n\n{line}\n\n{rows}"
    in_order = sorted(names, key=_group)
    (folder / "index.md").write_text(text + toctree(*in_order), encoding="utf-8")


def _group(name):
    inside = name.removeprefix("lstm_course").removeprefix(".")
    for number, (_, _, rooms) in enumerate(_GROUPS):
        if any(f"{inside}.".startswith(f"{room}.") for room in rooms):
            return number
    return 0 if not inside else len(_GROUPS) - 1


def _first_line(name):
    """The first sentence of a module's docstring, Markdown; the module is read, not imported."""
    docstring = ast.get_docstring(ast.parse(Path(find_spec(name).origin).read_text(encoding="utf-8")))
    return " ".join(docstring.split("\n\n")[0].split())

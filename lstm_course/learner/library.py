"""Answers that become a library: `my_lstm.py`, a module of the learner's own beside the lessons.

Once the learner has said yes, every answer that is proven right is written into it, with what it needs: its
imports and its own helpers. The file is the learner's. A function that was changed in it is never replaced,
and nothing is written that Python could not read again.
"""

from __future__ import annotations

import ast
import builtins
import datetime
import dis
import hashlib
import inspect
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lstm_course.common import files
from lstm_course.exercises import Exercise
from lstm_course.exercises.judging import judge
from lstm_course.learner import logbook

__all__ = ["MODULE", "CannotBeKept", "add", "keep", "remember"]

MODULE = "my_lstm.py"
_ASKED = ".lstm-course-asked"  # is there once the learner has been asked
_HEAD = '''"""My own recurrent networks: answers of mine that are proven right.

A check writes them here. What is changed by hand stays as it is.
"""
'''
# The line above a function: its name, lesson and day, and how its text begins to be told from a changed one.
_MARK = re.compile(r"^# (\w+): .*\[([0-9a-f]{12})\]\n", re.MULTILINE)
_PLAIN = (int, float, complex, str, bytes, bool, type(None))


class CannotBeKept(Exception):
    """Why an answer does not go into the module, in a sentence."""


def keep(answers: bool = True, /) -> str:
    """Say whether your right answers are to be written into `my_lstm.py`; ask for it once.

    Args:
        answers: True (default) begins the module, and the next checks write into it; False leaves it, and
            what is in it stays.

    Returns:
        A sentence that says what happens now.

    Raises:
        OSError: if the folder cannot be written.
    """
    folder = Path.cwd()
    if not logbook.is_working_copy(folder):
        return f"{MODULE} is made in the working copy that {files.START} opens; this folder is none."
    path = folder / MODULE
    files.write(folder / _ASKED, b"yes\n" if answers else b"no\n")
    if not answers:
        return f"Nothing more is written into {MODULE}."
    if not path.exists():
        files.write(path, _HEAD.encode())
    return f"From now on each answer that a check finds right goes into {MODULE}: run your checks again."


def remember(exercise: Exercise, function: Callable) -> tuple[str, ...]:
    """Keep a right answer where the learner wants that; ask for it where nobody has asked yet.

    Args:
        exercise: whose answer it is.
        function: the answer.

    Returns:
        A tuple of sentences for the learner, mostly empty; trouble is told and stops nothing.
    """
    try:
        folder = Path.cwd()
        said = add(exercise, function, folder) or _question(folder)
    except Exception as error:  # an answer may have replaced anything that is needed here
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        said = f"{MODULE} could not be written: {reason}."
    return (said,) if said else ()


def _question(folder):
    """What to ask when an answer is right, once; empty when it has been asked before."""
    if not logbook.is_working_copy(folder) or (folder / _ASKED).exists():
        return ""
    try:
        files.write(folder / _ASKED, b"asked\n")
    except Exception:
        return ""  # the notes on progress have told what is wrong with the folder
    return (
        f"Your right answers can become {MODULE}, a module of your own to import wherever you like. If you "
        "want that, run `from lstm_course import keep` and then `keep()`. This is asked only once."
    )


def add(exercise: Exercise, function: Callable, folder: Path) -> str:
    """Write a right answer into the module, if the learner keeps one.

    Args:
        exercise: whose answer it is.
        function: the answer.
        folder: path of the working copy.

    Returns:
        A sentence for the learner; empty when nothing is to be said.

    Raises:
        OSError: if the module cannot be written.
    """
    asked = folder / _ASKED
    if not asked.is_file() or asked.read_bytes() != b"yes\n":
        return ""
    with logbook.locked(folder):
        path = folder / MODULE
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else _HEAD
            new = _with(text, exercise, inspect.unwrap(function))
            if new != text:
                _try(new, exercise)
                files.write(path, new.encode())
        except CannotBeKept as error:
            return f"{MODULE} is left as it is: {error}"
        except UnicodeDecodeError:
            return f"{MODULE} is left as it is: it is not written in UTF-8. Rename it."
    return "" if new == text else f"Written into {MODULE}."


@dataclass
class _Needs:
    """What an answer needs beside itself.

    Args:
        imports: lines.
        blocks: name -> text of the answer, of its helpers and of its constants.
    """

    imports: list[str] = field(default_factory=list)
    blocks: dict[str, str] = field(default_factory=dict)


def _with(text, exercise, function):
    """The text of the module with this answer in it."""
    try:
        top = {name for node in ast.parse(text).body for name in _bound(node)}
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise CannotBeKept(
            f"Python cannot read it{f', line {line}' if line else ''}. Mend or rename it."
        ) from None
    needs = _Needs()
    _collect(function, exercise.id, needs)
    day = datetime.date.today().isoformat()
    for name, block in needs.blocks.items():
        told = f"lesson {exercise.lesson}, proven on {day}" if name == exercise.id else f"for {exercise.id}"
        text = _put(text, name, block, told, name in top)
    return _with_imports(text, needs.imports)


def _put(text, name, block, told, is_there):
    """The text with a function put into it, or in the place of an earlier one that is as it was written."""
    new = f"# {name}: {told} [{_digest(block)}]\n{block}"
    mark = next((each for each in _MARK.finditer(text) if each[1] == name), None)
    if mark is None:
        if is_there:
            raise CannotBeKept(f"it has a `{name}` of its own already.")
        return f"{text.rstrip()}\n\n\n{new}"
    following = _MARK.search(text, mark.end())
    end = following.start() if following else len(text)
    old = text[mark.end() : end]
    if old.rstrip() == block.rstrip():
        return text
    if _digest(old) != mark[2]:
        raise CannotBeKept(f"you have changed its `{name}`, and your new one differs.")
    return text[: mark.start()] + new + ("\n\n" + text[end:] if following else "")


def _digest(block):
    return hashlib.sha256(block.strip().encode()).hexdigest()[:12]


def _with_imports(text, imports):
    """The text with those imports that it does not have yet, below the ones that it has."""
    body = ast.parse(text).body
    there = {ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)}
    missing = [line for line in imports if line not in there]
    if not missing:
        return text
    before = [node for node in body[:1] if isinstance(node, ast.Expr)]  # the docstring
    before += [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    end = max((node.end_lineno or 0 for node in before), default=0)
    lines = text.splitlines()
    space = [] if there else [""]
    return "\n".join([*lines[:end], *space, *missing, *lines[end:]]) + "\n"


def _bound(node):
    """The names that a statement at the top of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _collect(function, name, needs):
    """Put a function of the learner's and all that it needs into `needs`."""
    if not isinstance(function, types.FunctionType) or function.__name__ != name:
        raise CannotBeKept(f"write `def {name}(...)`, so that it has a name and a text.")
    if function.__closure__:
        raise CannotBeKept(f"`{name}` is made inside another function; write it at the top of a cell.")
    try:
        needs.blocks[name] = textwrap.dedent(inspect.getsource(function)).rstrip() + "\n"
    except (OSError, TypeError):
        raise CannotBeKept(f"the text of `{name}` is not to be found.") from None
    for wanted in _global_names(function.__code__):
        if wanted in function.__globals__ and wanted not in needs.blocks:
            _need(wanted, function.__globals__[wanted], name, needs)


def _global_names(code) -> Iterator[str]:
    """The global names that code reads, also inside its own functions, each once and in order."""
    found = {}
    for part in (code, *_inner(code)):
        for step in dis.get_instructions(part):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and not hasattr(builtins, step.argval):
                found[step.argval] = None
    return iter(found)


def _inner(code):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner(constant)


def _need(name, value, by, needs):
    """One thing that an answer needs: an import, a helper, a constant."""
    if isinstance(value, types.ModuleType):
        plain = name == value.__name__
        line = f"import {value.__name__}" if plain else f"import {value.__name__} as {name}"
    elif isinstance(value, _PLAIN):
        needs.blocks[name] = f"{name} = {value!r}\n"
        return
    elif isinstance(value, types.FunctionType) and value.__module__ == "__main__":
        _collect(inspect.unwrap(value), name, needs)
        return
    else:
        line = _import_of(name, value, by)
    if line not in needs.imports:
        needs.imports.append(line)


def _import_of(name, value, by):
    """The line that imports something; from the room of the course that gives it away, not from inside it."""
    module, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(own, str) or module == "__main__":
        raise CannotBeKept(f"`{by}` uses `{name}` of the notebook; hand it over as an argument.")
    room = ".".join(module.split(".")[:2]) if module.startswith("lstm_course.") else module
    given = sys.modules.get(room)
    source = room if getattr(given, own, None) is value else module
    return f"from {source} import {own}" + (f" as {name}" if name != own else "")


def _try(text, exercise):
    """See that the answer is as right in the module as in the notebook.

    Only what defines something is run: a check does not start what else the learner has written there.
    """
    tree, namespace = ast.parse(text), {"__name__": Path(MODULE).stem}
    defines = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    tree.body = [node for node in tree.body if isinstance(node, defines) or _is_constant(node)]
    try:
        exec(compile(tree, MODULE, "exec"), namespace)  # the learner's own code, in the learner's own kernel
    except Exception as error:
        raise CannotBeKept(f"importing it would end in {type(error).__name__}: {error}.") from None
    if judge(exercise, namespace[exercise.id]).status != "right":
        raise CannotBeKept(f"`{exercise.id}` is right in the notebook only; something there helps it.")


def _is_constant(node):
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)

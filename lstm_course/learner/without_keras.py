"""What a notebook does where there is no Keras: each cell is read before it runs.

A cell that would look up a name of Keras's, or one that such a cell would have given, is answered by a card:
what is left out, why, and what the cell gave when the course was built. Definitions, imports and assignments
in it that need no Keras are run all the same, so that as few cells as possible follow it. A name that gets a
value again is back. Where the course's own layers can do the work, the lesson says how, in the metadata
`without_keras` of a cell, and they do.
"""

import ast
import functools
import html
import json
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any

from lstm_course import exercises
from lstm_course.common.files import course_folder
from lstm_course.common.markup import marked_up
from lstm_course.learner.cards import card, folded, listing
from lstm_course.learner.statement_names import KERAS, names_of

__all__ = ["Card", "Reader", "watch"]

_ASKS = ("check", "hint", "solution")
_QUIET = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)


def watch(shell: Any, reason: str) -> None:
    """Let a notebook leave out what needs Keras, from the next cell on.

    Args:
        shell: what runs the cells, from `IPython.get_ipython()`.
        reason: a sentence that says why there is no Keras.
    """
    if any(isinstance(one, Reader) for one in shell.ast_transformers):
        return  # the first cell was run again
    reader = Reader(shell.user_ns, reason)
    shell.ast_transformers.append(reader)
    shell.events.register("pre_run_cell", reader.begin)
    shell.events.register("post_run_cell", reader.end)


class Reader:
    """Reads each cell before it runs, and takes out what needs Keras.

    Args:
        names: dict, the names of the notebook and what they stand for.
        reason: a sentence that says why there is no Keras.
    """

    def __init__(self, names: dict[str, Any], reason: str) -> None:
        self._names, self._reason = names, reason
        self._left_out, self._guarded = set(), set()
        self._later = {}  # a function of the notebook -> the names that it looks up when it is called
        self._cell, self._card = "", None

    def begin(self, info: Any) -> None:
        """Remember the text of the cell that is about to run, and forget the card of the one before."""
        self._cell, self._card = info.raw_cell, None

    def end(self, result: Any) -> None:
        """Show the card of the cell, if there is one."""
        if self._card is not None:
            from IPython.display import display

            shown, self._card = self._card, None
            display(shown)

    def visit(self, module: ast.AST) -> ast.AST:
        """What of a cell is to run: all of it, nearly always.

        Args:
            module: the cell, parsed.

        Returns:
            The same, with what needs Keras taken out.
        """
        if not isinstance(module, ast.Module):
            return module
        absent = {name for name in self._guarded if self._names.get(name) is None}
        statements = [names_of(each, absent) for each in module.body]
        before = set(self._left_out), dict(self._later)
        if all(self._runs(each) for each in statements):
            if any(not absent.isdisjoint(each.loads) for each in statements):
                self._card = _of_part(self._cell, self._reason)
            return module
        self._left_out, self._later = set(before[0]), dict(before[1])
        stand_in = ast.parse(_shipped(self._cell).stand_in).body
        if stand_in and all(self._runs(names_of(each)) for each in stand_in):
            self._card = _of_stand_in(_shipped(self._cell).stand_in, self._reason)
            module.body = stand_in
            return module
        self._left_out, self._later = before
        module.body = self._without(statements)
        return module

    def _without(self, statements):
        """The statements that run all the same; makes the card that tells of the others."""
        kept, wanted, given = [], [], set()
        for each in statements:
            needed = self._needed(each)
            if not needed and isinstance(each.statement, _QUIET):
                self._settle(each)
                kept.append(each)
            else:
                wanted += [name for name in needed if name not in given]
                given |= each.binds | each.changes
                self._left_out |= each.binds | each.changes
                for name in each.binds:
                    self._later.pop(name, None)
        bound = set().union(*(each.binds for each in kept))
        ran = sorted(name for name in bound if not self._needs_keras(name, set()))
        self._card = _of_cell(self._cell, self._reason, list(dict.fromkeys(wanted)), ran)
        return [each.statement for each in kept]

    def _runs(self, names):
        """Whether a statement needs no Keras; if so, what it gives is known."""
        if self._needed(names):
            return False
        self._settle(names)
        return True

    def _settle(self, names):
        """Take down what a statement that runs gives a value to."""
        self._left_out -= names.binds
        self._guarded = (self._guarded - names.binds) | names.guarded
        for name in names.binds:
            self._later.pop(name, None)
        self._later |= names.later
        self._left_out |= {name for name, thing in _imported(names.statement) if _of_keras(thing)}

    def _needed(self, names):
        """The names from Keras that a statement looks up, sorted."""
        loads = set(names.loads)
        if _asks(names.statement):
            # The check says itself that it cannot be made here; that is kinder than no check.
            loads -= {name for name in loads if name in self._names}
        return sorted(name for name in loads if self._needs_keras(name, set()))

    def _needs_keras(self, name, seen):
        if name == KERAS or name in self._left_out or name in _answered_with_keras():
            return True
        if name in self._later:
            seen.add(name)
            return any(self._needs_keras(each, seen) for each in self._later[name] if each not in seen)
        return name in self._names and _of_keras(self._names[name])


def _asks(statement):
    """Whether a statement asks for a check, a hint or a solution."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _ASKS


@functools.cache
def _answered_with_keras():
    """Ids of the exercises whose answers are models of Keras."""
    return {name for name, one in exercises.every().items() if getattr(one, "needs_keras", False)}


def _imported(statement):
    """The names that a statement imports from the course, and what they stand for."""
    name = (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
    if name.partition(".")[0] == "lstm_course":
        try:
            module = import_module(name)
        except ImportError:  # the cell will say it
            return
        for alias in statement.names:
            if hasattr(module, alias.name):
                yield alias.asname or alias.name, getattr(module, alias.name)


def _of_keras(thing, seen=None):
    """Whether a function of the course imports Keras, or calls one of its module that does."""
    seen = set() if seen is None else seen
    if (
        not isinstance(thing, FunctionType)
        or not thing.__module__.startswith("lstm_course.")
        or thing in seen
    ):
        return False
    seen.add(thing)
    used = _names_in(thing.__code__)
    if not used.isdisjoint(("keras", "tensorflow")):
        return True
    beside = [thing.__globals__[name] for name in used if name in thing.__globals__]
    return any(_of_keras(one, seen) for one in beside)


def _names_in(code):
    """The names that a function uses, those in it included."""
    inner = [each for each in code.co_consts if hasattr(each, "co_names")]
    return set(code.co_names).union(*map(_names_in, inner))


# What was shipped


@dataclass(frozen=True)
class _Shipped:
    """A cell as the course has it: what it gave when it was built, and what stands in for it."""

    known: bool = False
    outputs: tuple[dict, ...] = ()
    stand_in: str = ""


@functools.cache
def _all_shipped():
    """The cells of all lessons by their text."""
    found = {}
    try:
        lessons = sorted(course_folder("notebooks").glob("*.ipynb"))
    except FileNotFoundError:  # installed without them
        return found
    for path in lessons:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                text = "".join(cell["source"]).strip()
                stand_in = cell["metadata"].get("without_keras", "")
                found.setdefault(text, _Shipped(True, tuple(cell["outputs"]), stand_in))
    return found


def _shipped(text):
    return _all_shipped().get(text.strip(), _Shipped())


# The card


@dataclass(frozen=True)
class Card:
    """What a learner reads in place of, or below, a cell that needs Keras.

    Args:
        heading: a few words.
        sentences: what and why, with code between backticks.
        outputs: of the same cell where the course was built, as they stand in a notebook.
        code: what ran in place of the cell.
    """

    heading: str
    sentences: tuple[str, ...]
    outputs: tuple[dict, ...] = ()
    code: str = ""

    def __repr__(self):
        return "\n".join(
            [self.heading, *self.sentences, *map(_as_text, self.outputs), *self.code.splitlines()]
        )

    def _repr_html_(self):
        heading = f'<strong><span aria-hidden="true">○</span> {self.heading}</strong>'
        lines = "".join(f'<p style="margin: 0.4em 0 0 0">{marked_up(line)}</p>' for line in self.sentences)
        shown = "".join(map(_as_html, self.outputs))
        code = folded("What ran in its place", listing(self.code)) if self.code else ""
        return card("var(--jp-border-color1, #757575)", heading + lines + shown + code, "100%")


def _of_cell(text, reason, wanted, ran):
    """For a cell that was left out: the names that it wanted, and those that it gave all the same."""
    why = f"{reason} This cell needs it" + (f", for {_listed(wanted)}." if list(wanted) else ".")
    rest = (f"What needs no Keras was run: {_listed(ran)}.",) if list(ran) else ()
    shipped = _shipped(text)
    if not shipped.known:
        told = "The cell is not as the course has it, so there is no result to show."
    elif shipped.outputs:
        told = "When the course was built, the cell gave this:"
    else:
        told = "It has no result to show."
    return Card("Left out: it needs Keras", (_spelled(why), *rest, told), shipped.outputs)


def _of_part(text, reason):
    """For a cell that leaves its part with Keras out by itself; None where there is nothing to show."""
    shipped = _shipped(text)
    if not shipped.outputs:
        return None
    return Card(
        "A part was left out: it needs Keras",
        (reason, "When the course was built, the whole cell gave this:"),
        shipped.outputs,
    )


def _of_stand_in(code, reason):
    """For a cell that was run with the course's own layers."""
    return Card(
        "The course's own layers stand in for Keras",
        (
            reason,
            "The same was computed with the layers of lesson 3, so the numbers are a little different.",
        ),
        code=code,
    )


def _spelled(sentence):
    return sentence.replace(f"`{KERAS}`", "`keras`")


def _listed(names):
    return ", ".join(f"`{name}`" for name in names)


def _as_text(output):
    """An output in plain text."""
    return _joined(output.get("text", output.get("data", {}).get("text/plain", ""))).rstrip()


def _as_html(output):
    """An output in HTML: the course's own, from its own notebooks."""
    data = output.get("data", {})
    if "text/html" in data:
        return _joined(data["text/html"])
    if "image/png" in data:
        alt, picture = html.escape(_as_text(output)), _joined(data["image/png"]).strip()
        return f'<img alt="{alt}" style="max-width: 100%" src="data:image/png;base64,{picture}">'
    return listing(_as_text(output))


def _joined(text):
    return text if isinstance(text, str) else "".join(text)

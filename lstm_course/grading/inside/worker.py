"""What runs in the sandbox: the statements that an exercise needs, and then calls of the learner's function.

For each exercise a child is forked, so that what one answer does to Python is gone before the next. Nothing
that is decided here counts for a mark: only what functions return goes out.
"""

import ast
import builtins
import contextlib
import copy
import gc
import inspect
import io
import linecache
import os
import re
import sys
import types
import warnings
from pathlib import Path
from typing import Any

from lstm_course.exercises import running
from lstm_course.exercises.diagnosis.source import Source
from lstm_course.grading.inside import checking, differences, slicing, wire
from lstm_course.grading.inside.calls import Calls

_LOOKS = 3  # calls of an answer in which it is looked at what it calls; to look takes time


class _Line:
    """The connection to the grader."""

    def __init__(self, incoming, outgoing):
        self.incoming, self.outgoing = incoming, outgoing

    def read(self, size):
        data = self.incoming.read(size)
        if len(data) != size:
            os._exit(0)  # the grader has gone
        return data

    def receive(self):
        return wire.unpack(self.read, functions=self.function_outside)

    def send(self, **message):
        self.outgoing.write(wire.pack(message))
        self.outgoing.flush()

    def ask(self, message):
        self.send(**message)
        return self.receive()

    def function_outside(self, number):
        def outside(*arguments, **named):
            order = {"ask": "function", "number": number, "arguments": arguments, "named": named}
            reply = self.ask(order)
            if "error" in reply:
                raise getattr(builtins, reply.get("kind", ""), ValueError)(reply["error"])
            return reply["value"]

        return outside


def main() -> None:
    """Serve the grader until it hangs up."""
    line = _Line(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in 0, 1, 2:
        os.dup2(nothing, stream)
    start = line.receive()
    cells = _Cells(line, start)
    for module in cells.wanted(start["import"], start["names"]):
        with contextlib.suppress(Exception):  # the statement that imports it raises it again
            __import__(module)
    _rehearse()
    line.send(parsed=cells.unreadable)
    gc.freeze()  # or each child, looking for garbage, copies all pages of this process
    gc.enable()
    while True:
        order = line.receive()
        child = os.fork()
        if not child:
            _serve(line, cells, order)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _bury_orphans()
        alone = sum(entry.name.isdigit() for entry in Path("/proc").iterdir()) <= start["processes"]
        line.send(over=os.waitstatus_to_exitcode(status), alone=alone)


def _rehearse():
    """Do once what each child does with an answer: what is loaded for it, and kept, is then there for all."""
    source = Source(_rehearse)
    _described(_rehearse, source, ())
    _called(str, [[0.5]], source, look=True)


def _bury_orphans():
    """Take leave of processes whose own parents have ended: this one is the first of all inside."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


class _Cells:
    """The notebook: its statements, and which cells cannot be read."""

    def __init__(self, line, start):
        trees, self.unreadable = [], {}
        for cell, source in enumerate(start["cells"]):
            if cell in start["leave_out"]:
                self.unreadable[cell] = "it is left out, because Python broke off while reading it"
                continue
            if start["cell_by_cell"]:
                line.send(reading=cell)
            text, tree = _python(source)
            try:
                trees.append((cell, tree or ast.parse(text)))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                self.unreadable[cell] = f"{type(error).__name__}: {getattr(error, 'msg', None) or error}"
                trees.append((cell, ast.Module(list(_imports_of(text)), [])))
            file, lines = f"<cell {cell}>", text.splitlines(keepends=True)
            linecache.cache[file] = len(text), None, lines, file
        self.statements = slicing.statements(trees, set(start["names"]))
        self.imports, self.given = start["imports"], set(start["given"])
        self.found: dict[str, list[slicing.Statement]] = {}

    def wanted(self, modules, names):
        """Those modules that what the exercises need imports, with all that belongs to them."""
        if not modules:
            return []
        needed = {each for name in names for each in self.needed(name)}
        found = {module for each in needed for module in slicing.imports(each.node)}
        return [name for name, asking in modules.items() if found.intersection(asking)]

    def needed(self, name):
        """The statements that an exercise needs; looked for once, before the exercises are forked."""
        if name not in self.found:
            self.found[name] = slicing.needed(self.statements, name, self.given)
        return self.found[name]


def _imports_of(text):
    """The imports of a cell that cannot be read, which others may need: those that stand on a line."""
    for line in text.splitlines():
        if line.startswith(("import ", "from ")):
            with contextlib.suppress(SyntaxError, ValueError):
                yield from ast.parse(line).body


def _python(source):
    """A cell without IPython's own syntax, and its tree, or None where it had some."""
    try:
        return source, ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        first, _, rest = source.lstrip().partition("\n")
        if first.startswith(("%%time", "%%timeit", "%%capture")):
            source = rest
        source = re.sub(r"^%time (?=\S)", "", source, flags=re.MULTILINE)
        return TransformerManager().transform_cell(source), None
    except Exception:  # of the transformer, on something that is not Python at all
        return source, None


def _serve(line, cells, order):
    """Run what an exercise needs, then answer calls until the grader has had enough."""
    name, left_out = order["exercise"], set(order["leave_out"])
    needed = cells.needed(name)
    sys.modules["__main__"] = types.ModuleType("__main__")
    notebook = sys.modules["__main__"].__dict__
    notebook |= {"__builtins__": builtins, "display": lambda *shown, **options: None}
    checking.grader.ask = line.ask
    os.chdir("/tmp")
    stood_in = _stood_in(cells, needed, set(order["lost"]), notebook)
    troubles, lacks = [], [statement.place for statement in needed if statement.place in left_out]
    for statement in needed:
        if statement.place in left_out or (statement.binds and statement.binds <= stood_in.keys()):
            continue
        if not statement.blank:
            line.send(at=statement.place)
        trouble = _execute(statement, notebook)
        notebook |= stood_in
        if trouble:
            troubles.append([statement.cell, trouble, name in statement.binds])
    ran = {"troubles": troubles, "lacks": lacks, "stood_in": sorted(stood_in)}
    call = running.bare(notebook.get(name))
    source = Source(call)
    if name not in notebook:
        bound = any(name in statement.binds for statement in needed)
        line.send(ready="broken" if bound else "missing", **ran)
    else:
        line.send(**ran, **_described(call, source, [statement.node for statement in needed]))
    if order["observe"]:
        call = _observed(order["observe"], call)
    looks = _LOOKS
    while "call" in (request := line.receive()):
        line.send(**_called(call, request["call"], source, looks > 0))
        looks -= 1


def _stood_in(cells, needed, lost, notebook):
    """Put in what the answer reads and has not: the lesson's imports, and the course's own for lost answers.

    Returns:
        Name -> function of these answers.
    """
    for name in slicing.unbound(cells.statements, needed).intersection(cells.imports):
        with contextlib.suppress(Exception):  # then the name is missing, as it was
            exec(cells.imports[name], notebook)
    read = {name for each in needed for name in each.reads}
    stood_in = {name: checking.courses_own(name) for name in lost & read}
    notebook |= stood_in
    return stood_in


def _execute(statement, notebook):
    """Run a statement; returns what it raised, in a line, or None."""
    if "get_ipython" in statement.reads:
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.instance(user_module=sys.modules["__main__"], user_ns=notebook)
    held = io.StringIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sys.stdout = sys.stderr = held
            waiting = eval(statement.code, notebook)
            if inspect.iscoroutine(waiting):
                import asyncio  # slow to import, and hardly ever needed

                asyncio.run(waiting)
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    return None


def _described(answer, source, nodes):
    """What the grader must know of an answer before it calls it."""
    if answer is None or answer is ... or not callable(answer) or isinstance(answer, type):
        return {"ready": "value", "value": answer, "is_class": isinstance(answer, type)}
    try:
        parameters = [
            [each.name, int(each.kind), each.default is not inspect.Parameter.empty]
            for each in inspect.signature(answer).parameters.values()
        ]
    except (TypeError, ValueError):
        parameters = None
    return {
        "ready": "function",
        "parameters": parameters,
        "stub": source.is_stub(),
        "blanks": source.has_blanks(),
        "xor": source.uses_xor(),
        "words": source.words()[:4000],
        "numbers": source.numbers(),
        "functions": [name for name, thing in source.outside().items() if not checking.given(thing)],
        "home": str(getattr(answer, "__module__", "")),
        "differences": differences.divided(nodes),
    }


def _observed(source, answer):
    """What to look at, where that is not simply what the function returns."""
    names: dict[str, Any] = {
        "__name__": "lstm_course.exercises.observing",
        "__package__": "lstm_course.exercises",
    }
    exec(compile(source, "<observe>", "exec"), names)

    def observed(*arguments):
        return names["observe"](answer, *arguments)

    return observed


def _called(call, arguments, source, look):
    """What one call did, as a message: value, error, warnings, what it printed, changed and called."""
    before = [wire.pack({"one": argument}) for argument in arguments]
    seen, again = Calls(), copy.deepcopy(arguments) if look else arguments
    value, error, heard, printed = _run(call, arguments, seen if look else contextlib.nullcontext())
    if look and isinstance(error, RecursionError):
        # To look takes room on the stack: without, it may end elsewhere, or well.
        arguments = again
        value, error, heard, printed = _run(call, arguments, contextlib.nullcontext())
    changed = [
        [number, argument]
        for number, argument in enumerate(arguments)
        if not callable(argument) and wire.pack({"one": argument}) != before[number]
    ]
    reply = {
        "value": value,
        "error": None if error is None else _told(error, source),
        "warnings": [text[:300] for text in heard][:20],
        "printed": printed[:2000],
        "changed": changed,
        "called": seen.names,
    }
    try:
        wire.pack(reply)
    except wire.WireError:
        reply |= {"value": running.Odd("more data than can be taken")}
    return reply


def _run(call, arguments, seen):
    """(What one call returned, what it raised, its warnings, what it printed)."""
    printed = io.StringIO()
    value = error = None
    with running.warnings_heard() as heard:
        sys.stdout = sys.stderr = printed
        try:
            with seen:
                value = call(*arguments)
        except BaseException as raised:
            error = raised
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    return value, error, heard, printed.getvalue()


def _told(error, source):
    """An exception as data: its kind, its words, and the learner's line."""
    first = error.args[0] if error.args and isinstance(error.args[0], str) else None
    name = error.name if isinstance(error, NameError) and isinstance(error.name, str) else None
    return {
        "kind": type(error).__name__,
        "first": first and str(first)[:1000],
        "text": str(error)[:1000],
        "name": name and str(name),
        "place": source.place(error),
        "shapes": source.shapes(error),
    }

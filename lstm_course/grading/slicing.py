"""Which statements of a notebook an exercise needs: those that define it, and what these read.

A lesson trains networks for a minute; an exercise needs its function, the imports and a helper or two. Every
statement at the top level is looked at by itself: which names it reads and which it binds. What an exercise
needs is run in the order of the notebook, and nothing else is. So a broken cell in between does no harm, and
neither does the order of what is left.
"""

import ast
import builtins
import copy
import dis
import types
from dataclasses import dataclass

from lstm_course.exercises.diagnosis import _is_blank

__all__ = ["Statement", "needed", "statements"]

_BUILTINS = set(dir(builtins))
_SEES_ALL = {"exec", "globals", "locals", "vars"}
_LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}


@dataclass(eq=False)
class Statement:
    """One statement at the top level of a cell.

    Args:
        place: number in the notebook.
        cell: number of its cell.
        node: its syntax tree.
        code: what to run.
        reads: names that it takes from the notebook, in the functions within it too.
        binds: names that it gives a value.
        changes: names whose things it changes in place: `weights["Wf"] = ...`, `words.append(...)`.
        blank: whether it binds without having written anything: three dots.
        proven: whether it is `name = proven(name)`.
        opaque: whether it may bind anything.
    """

    place: int
    cell: int
    node: ast.stmt
    code: types.CodeType
    reads: frozenset
    binds: frozenset
    changes: frozenset
    blank: bool
    proven: bool
    opaque: bool


def statements(trees, names):
    """All statements of a notebook.

    Args:
        trees: pairs of the number of a cell and its syntax tree.
        names: ids of the exercises, for answers that are written into `check(name=...)`.

    Returns:
        List of `Statement`.
    """
    found = []
    for cell, tree in trees:
        for node in tree.body:
            for part in [*_one_by_one(node), *_given_to_check(node, names)]:
                statement = _statement(len(found), cell, part)
                if statement is not None:
                    found.append(statement)
    return found


def needed(all_statements, name):
    """The statements that an exercise needs, in the order of the notebook.

    Args:
        all_statements: list of `Statement`.
        name: id of the exercise.

    Returns:
        List of `Statement`, empty where the name is bound nowhere.
    """
    own = [each for each in all_statements if name in each.binds and not each.proven]
    own = [each for each in own if not each.blank] or own
    if not own:
        return []
    last = own[-1].place
    chosen = {each.place: each for each in [*own, *(each for each in all_statements if each.opaque)]}
    looked_up, to_read = {name}, list(chosen.values())
    while to_read:
        for wanted in to_read.pop().reads - looked_up:
            looked_up.add(wanted)
            for each in _providers(all_statements, wanted, last):
                if each.place not in chosen:
                    chosen[each.place] = each
                    to_read.append(each)
    return [chosen[place] for place in sorted(chosen)]


def _providers(all_statements, name, last):
    """What gives a name its value before the exercise, or anywhere when nothing does."""
    binding = [each for each in all_statements if name in each.binds]
    binders = [each for each in binding if not each.proven]
    binders = [each for each in binders if not each.blank] or binders
    before = [each for each in binders if each.place < last]
    # A module is not the notebook's: whoever changes NumPy does so for nobody.
    own = not all(isinstance(each.node, ast.Import) for each in binders)
    changers = [each for each in all_statements if own and name in each.changes and each.place < last]
    return [*(before or binders), *(each for each in binding if each.proven), *changers]


def _one_by_one(node):
    """Several imports or calls of `proven` in one statement become several, the rest stays as it is."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            part = copy.copy(node)
            part.names = [alias]
            yield part
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and _pairs(node):
        for target, value in _pairs(node):
            yield ast.copy_location(ast.Assign([target], value), node)
    else:
        yield node


def _pairs(node):
    """Targets and values of an assignment of several calls of `proven`."""
    target, values = node.targets[0], node.value.elts
    fits = isinstance(target, ast.Tuple) and len(target.elts) == len(values)
    return list(zip(target.elts, values, strict=True)) if fits and all(map(_calls_proven, values)) else []


def _calls_proven(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "proven"


def _given_to_check(node, names):
    """`check(name=answer)` gives the exercise of that name its answer."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
        for word in call.keywords:
            if word.arg in names and not (isinstance(word.value, ast.Name) and word.value.id == word.arg):
                target = ast.Name(word.arg, ast.Store())
                yield ast.fix_missing_locations(ast.copy_location(ast.Assign([target], word.value), node))


def _statement(place, cell, node):
    try:
        code = compile(ast.Module([node], []), f"<cell {cell}>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    reads, binds, star = set(), set(), False
    for part in _codes(code):
        for step in dis.get_instructions(part):
            if step.opname in _LOADS:
                reads.add(step.argval)
            elif step.opname == "STORE_GLOBAL" or (step.opname == "STORE_NAME" and part is code):
                binds.add(step.argval)
            star |= "IMPORT_STAR" in step.opname or step.argrepr == "INTRINSIC_IMPORT_STAR"
    definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return Statement(
        place,
        cell,
        node,
        code,
        frozenset(reads - (_BUILTINS - binds)),
        frozenset(binds),
        frozenset(_changed(node)),
        _is_empty(node),
        _is_proven(node),
        star or (not definition and bool(reads & _SEES_ALL)) or _runs_files(node),
    )


def _codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _changed(node):
    """Names whose things a statement changes in place."""
    if isinstance(node, ast.Assign | ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]  # words.append(...)
    else:
        targets = []
    for target in targets:
        if isinstance(target, ast.Attribute | ast.Subscript):
            while isinstance(target, ast.Attribute | ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name):
                yield target.id


def _is_empty(node):
    if isinstance(node, ast.FunctionDef):
        docstring = ast.get_docstring(node, clean=False) is not None
        return all(map(_is_blank, node.body[docstring:]))
    return isinstance(node, ast.Assign | ast.AnnAssign) and getattr(node.value, "value", None) is ...


def _is_proven(node):
    return isinstance(node, ast.Assign) and _calls_proven(node.value)


def _runs_files(node):
    """`%run` and `%load`, as IPython writes them in Python."""
    return isinstance(node, ast.Expr) and ast.unparse(node)[:60].startswith(
        ("get_ipython().run_line_magic('run'", "get_ipython().run_line_magic('load'")
    )

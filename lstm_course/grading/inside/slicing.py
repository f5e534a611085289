"""Which statements of a notebook an exercise needs: those that define it, and what these read.

A lesson trains networks for a minute; an exercise needs its function, the imports and a helper or two. Every
statement at the top level is looked at by itself: which names it reads and which it binds. What an exercise
needs is run in the order of the notebook, and nothing else is. So a broken cell in between does no harm, and
neither does the order of what is left.
"""

import __future__

import ast
import builtins
import copy
import types
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lstm_course.exercises.diagnosis.source import codes, is_blank, names_in

__all__ = ["Statement", "imports", "needed", "statements", "unbound"]

_BUILTINS = set(dir(builtins))
_SEES_ALL = {"exec", "globals", "locals", "vars"}
_ONLY_LOOKS = {"check", "display", "hint", "len", "marks", "print", "solution"}
_MAGICS_WITH_FILES = {"run", "load", "writefile"}
_LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
_INSIDE_IS_ANOTHER = *_DEFINITIONS, ast.Lambda
_WITH_TARGETS, _WITH_A_TARGET = (ast.Assign, ast.Delete), (ast.AugAssign, ast.AnnAssign)


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
        assigned_into: names into whose things it puts something: `weights["Wf"] = ...`.
        changes: these, and names whose things it may change in place: `words.append(...)`.
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
    assigned_into: frozenset
    changes: frozenset
    blank: bool
    proven: bool
    opaque: bool


def statements(trees: Iterable[tuple[int, ast.Module]], names: Collection[str]) -> list[Statement]:
    """All statements of a notebook.

    Args:
        trees: pairs of the number of a cell and its syntax tree.
        names: ids of the exercises, for answers that are written into `check(name=...)`.

    Returns:
        List of `Statement`.
    """
    found, flags = [], ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for cell, tree in trees:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                flags |= _future(node)
            inner = _outside_definitions(node)
            for part in [*_one_by_one(node), *_given_to_check(node, inner, names)]:
                parts = inner if part is node else _outside_definitions(part)
                statement = _statement(len(found), cell, part, parts, flags)
                if statement is not None:
                    found.append(statement)
    return _with_globals(_with_executed(found, flags))


def _future(node):
    """Flags of a `from __future__ import`, which holds for the cells after it as well."""
    features = [getattr(__future__, alias.name, None) for alias in node.names]
    return sum(feature.compiler_flag for feature in features if feature)


def _with_executed(found, flags):
    """`exec` of a text does what the text does; where that is not in sight, it may use anything imported."""
    imports = (each for each in found if isinstance(each.node, ast.Import | ast.ImportFrom))
    imported = {name for each in imports for name in each.binds}
    for each in found:
        if not any("exec" in code.co_names for code in codes(each.code)):
            continue
        called = (part.id for part in _outside_definitions(each.node) if isinstance(part, ast.Name))
        if "exec" not in called:
            continue
        sources = [each, *(other for other in found if other.place < each.place and other.binds & each.reads)]
        parts = [part for source in sources for part in _parts_of_texts(source, flags)]
        each.binds = each.binds.union(*(part.binds for part in parts))
        each.reads = each.reads.union(*(part.reads for part in parts) if parts else [imported]) - each.binds
    return found


def _parts_of_texts(statement, flags):
    """The statements in those texts of a statement that are Python and bind a name."""
    texts = [node.value for node in ast.walk(statement.node) if isinstance(node, ast.Constant)]
    for text in texts:
        try:
            body = ast.parse(text).body if isinstance(text, str) else []
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        parts = [
            _statement(statement.place, statement.cell, node, _outside_definitions(node), flags)
            for node in body
        ]
        if any(part and part.binds for part in parts):
            yield from filter(None, parts)


def _with_globals(found):
    """A call of a function that has `global` in it binds what the function does, where that is called."""
    makers = {}
    for each in found:
        if isinstance(each.node, ast.FunctionDef) and len(each.binds) > 1:
            makers[each.node.name] = each.binds - {each.node.name}
    for each in found:
        if not isinstance(each.node, _DEFINITIONS):
            called = [makers[name] for name in each.reads & makers.keys()]
            each.binds = each.binds.union(*called)
    return found


def needed(
    all_statements: Sequence[Statement], name: str, given: Collection[int] = frozenset()
) -> list[Statement]:
    """The statements that an exercise needs, in the order of the notebook.

    Args:
        all_statements: list of `Statement`.
        name: id of the exercise.
        given: numbers of the cells that the lesson hands out as they are: they hold nobody's answer.

    Returns:
        List of `Statement`, empty where nothing binds the name or may bind it.
    """
    binding = [each for each in all_statements if name in each.binds and not each.proven]
    own = [each for each in binding if each.cell not in given]
    own = [each for each in own if not each.blank] or own or [each for each in all_statements if each.opaque]
    last = own[-1].place if own else 0
    around = [each for each in all_statements if each.opaque or name in each.assigned_into]
    chosen = {each.place: each for each in [*own, *around]}
    looked_up, to_read = {name}, list(chosen.values())
    while to_read:
        for wanted in to_read.pop().reads - looked_up:
            looked_up.add(wanted)
            for each in _providers(all_statements, wanted, last):
                if each.place not in chosen:
                    chosen[each.place] = each
                    to_read.append(each)
    return [chosen[place] for place in sorted(chosen)]


def unbound(all_statements: Iterable[Statement], needed_ones: Iterable[Statement]) -> set[str]:
    """Names that some statements read and nothing in the notebook binds.

    Args:
        all_statements: of the notebook.
        needed_ones: those that read.
    """
    bound = {name for each in all_statements for name in each.binds}
    return {name for each in needed_ones for name in each.reads} - bound


def imports(node: ast.AST) -> Iterator[str]:
    """Modules that a statement imports, in the functions within it too: full names and their first parts.

    Example:
        >>> list(imports(ast.parse("import keras.layers")))
        ['keras.layers', 'keras']
    """
    for part in ast.walk(node):
        names = []
        if isinstance(part, ast.Import):
            names = [alias.name for alias in part.names]
        elif isinstance(part, ast.ImportFrom) and part.module and not part.level:
            names = [part.module]
        for name in names:
            yield from (name, name.partition(".")[0])


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


def _given_to_check(node, parts, names):
    """`check(name=answer)`, wherever it stands in a cell, gives the exercise of that name its answer."""
    for call in parts:
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
            continue
        for word in call.keywords:
            if (
                word.arg is not None
                and word.arg in names
                and not (isinstance(word.value, ast.Name) and word.value.id == word.arg)
            ):
                target = ast.Name(word.arg, ast.Store())
                yield ast.fix_missing_locations(ast.copy_location(ast.Assign([target], word.value), node))


def _outside_definitions(node):
    """A statement and all that is in it, but for the functions and classes that it defines.

    Left out is what has no parts, such as an operator: of a notebook's nodes that is every second one.
    """
    parts = [node]
    for part in parts:
        if isinstance(part, _INSIDE_IS_ANOTHER):
            continue
        for field in part._fields:
            value = getattr(part, field, None)
            values = value if type(value) is list else (value,)
            parts += [each for each in values if isinstance(each, ast.AST) and each._fields]
    return parts


def _statement(place, cell, node, parts, flags):
    """A `Statement`, or None where Python cannot compile it, or not take it apart, so deeply is it nested."""
    try:
        code = compile(ast.Module([node], []), f"<cell {cell}>", "exec", flags, dont_inherit=True)
        empty = _is_empty(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    reads, binds = set(), set()
    for part in codes(code):
        for operation, name in names_in(part):
            if operation in _LOADS:
                reads.add(name)
            elif operation == "STORE_GLOBAL" or part is code:
                binds.add(name)
    star = any(isinstance(part, ast.ImportFrom) and part.names[0].name == "*" for part in parts)
    definition, into = isinstance(node, _DEFINITIONS), frozenset(_assigned_into(parts))
    return Statement(
        place,
        cell,
        node,
        code,
        frozenset((reads - _BUILTINS) | (reads & binds)),
        frozenset(binds),
        into,
        into | frozenset(_may_be_changed(parts)),
        empty,
        _is_proven(node),
        star or (not definition and bool(reads & _SEES_ALL)) or _runs_files(node),
    )


def _may_be_changed(parts):
    """Names whose things a statement may change in place, being called with them."""
    for part in parts:
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            yield from _changed_by_call(part.value)


def _assigned_into(parts):
    """`a` of `a.b = ...`, `a[0] += ...` and `del a[0]`."""
    for part in parts:
        if isinstance(part, _WITH_TARGETS):
            yield from filter(None, map(_root, part.targets))
        elif isinstance(part, _WITH_A_TARGET) and _root(part.target):
            yield _root(part.target)


def _changed_by_call(call):
    """`words.append(...)` changes words, and so may `np.fill_diagonal(words, 0)` or `setattr(words, ...)`."""
    if isinstance(call.func, ast.Name) and call.func.id in _ONLY_LOOKS:
        return
    if _root(call.func):
        yield _root(call.func)
    yield from (each.id for each in call.args if isinstance(each, ast.Name))


def _root(target):
    """`a` of `a.b[c]`; None of a bare name, which is bound and not changed."""
    inner = target
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return inner.id if inner is not target and isinstance(inner, ast.Name) else None


def _is_empty(node):
    if isinstance(node, ast.FunctionDef):
        docstring = ast.get_docstring(node, clean=False) is not None
        return all(map(is_blank, node.body[docstring:]))
    return isinstance(node, ast.Assign | ast.AnnAssign) and getattr(node.value, "value", None) is ...


def _is_proven(node):
    return isinstance(node, ast.Assign) and _calls_proven(node.value)


def _runs_files(node):
    """`%run`, `%load` and `%%writefile`: IPython writes `get_ipython().run_line_magic("run", ...)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not call.args:
        return False
    magic = getattr(call.func, "attr", "").endswith("_magic")
    return magic and getattr(call.args[0], "value", None) in _MAGICS_WITH_FILES

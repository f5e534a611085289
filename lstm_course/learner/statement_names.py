"""Which names a statement of a notebook looks up, gives and changes: read, not run."""

import ast
import copy
import symtable
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["KERAS", "Names", "names_of"]

KERAS = "import keras"  # stands for the import itself; no name is spelled so
_FRAMEWORKS = ("keras", "tensorflow")
_MISSING = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
# Methods of lists, dicts and sets that change what they are called on.
_CHANGING = {
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse",
    "setdefault", "sort", "update",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """The names of a statement at the top of a cell.

    Args:
        statement: the statement, of `ast`.
        loads: what is looked up when it runs.
        binds: what it gives a value to.
        changes: what it may change in place: `made` in `made["LSTM"] = 1` and in `made.update(...)`.
        later: function or class that it defines -> what is looked up when that is called.
        guarded: what it imports from Keras in a `try` that bears its absence.
    """

    statement: ast.stmt
    loads: frozenset[str] = frozenset()
    binds: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)
    guarded: frozenset[str] = frozenset()


def names_of(statement: ast.stmt, absent: Collection[str] = ()) -> Names:
    """Read a statement.

    Args:
        statement: one of the body of a module.
        absent: names that are None; what stands under `if keras:` does not run then, and is not read.

    Returns:
        Its `Names`. One that Python will refuse has none.

    Example:
        >>> (statement,) = ast.parse("made['LSTM'] = [keras.layers.LSTM(size) for size in units]").body
        >>> names = names_of(statement)
        >>> sorted(names.loads), sorted(names.changes)
        (['keras', 'made', 'units'], ['made'])
    """
    read = _Absent(absent).visit(copy.deepcopy(statement))
    try:
        table = symtable.symtable(ast.unparse(read), "<cell>", "exec")
    except SyntaxError:
        return Names(statement)
    guarded = _guarded(read)
    if guarded:
        return Names(statement, binds=_bound(read), guarded=guarded)
    loads = {each.get_name() for each in table.get_symbols() if each.is_referenced()}
    later = {}
    for scope in table.get_children():
        own = isinstance(read, _DEFINITIONS) and scope.get_name() == read.name
        now, then = _of_definition(scope) if own else (_globals(scope), set())
        loads |= now
        if own:
            later[read.name] = frozenset(then | _keras(read))
    if not isinstance(read, _DEFINITIONS):
        loads |= _keras(read)
    loads -= _stored_first(read)
    grown = {
        each.target.id
        for each in ast.walk(read)
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)
    }
    return Names(
        statement,
        frozenset(loads | grown),
        _bound(read),
        frozenset(grown | set(_changed(read))),
        later,
    )


class _Absent(ast.NodeTransformer):
    """Empties the branches that are not taken because a name is None."""

    def __init__(self, absent):
        self.absent = absent

    def visit_If(self, node):
        if isinstance(node.test, ast.Name) and node.test.id in self.absent:
            node.body = [ast.Pass()]
        return self.generic_visit(node)

    def visit_IfExp(self, node):
        if isinstance(node.test, ast.Name) and node.test.id in self.absent:
            node.body = ast.Constant(None)
        return self.generic_visit(node)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Bound(ast.NodeVisitor):
    """The names that a statement gives a value to, without those that a function has for itself."""

    def __init__(self):
        self.names = set()

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.id)

    def visit_FunctionDef(self, node):
        self.names.add(node.name)

    def visit_AsyncFunctionDef(self, node):
        self.names.add(node.name)

    def visit_ClassDef(self, node):
        self.names.add(node.name)

    def visit_Lambda(self, node):
        pass

    def visit_alias(self, node):
        self.names.add(node.asname or node.name.partition(".")[0])

    def visit_comprehension(self, node):
        self.visit(node.iter)

    def visit_MatchAs(self, node):
        self.names.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node):
        self.names.add(node.name)

    def visit_MatchMapping(self, node):
        self.names.add(node.rest)
        self.generic_visit(node)


def _bound(statement):
    found = _Bound()
    found.visit(statement)
    return frozenset(found.names - {None})


def _of_definition(scope):
    """What is looked up when a function or class is defined, and what when it is called."""
    if scope.get_type() != "class":
        return set(), _globals(scope)
    methods = [each for each in scope.get_children() if each.get_type() == "function"]
    now = _own_globals(scope).union(*(_globals(each) for each in scope.get_children() if each not in methods))
    return now, set().union(*map(_globals, methods))


def _own_globals(scope):
    return {each.get_name() for each in scope.get_symbols() if each.is_global() and each.is_referenced()}


def _globals(scope):
    """Names of the notebook that a scope and those within it look up."""
    return _own_globals(scope).union(*map(_globals, scope.get_children()))


class _FirstUse(ast.NodeVisitor):
    """How each name is first met, about as Python meets it: read or stored."""

    def __init__(self):
        self.stored = {}

    def visit_Name(self, node):
        self.stored.setdefault(node.id, isinstance(node.ctx, ast.Store))

    def visit_alias(self, node):
        self.stored.setdefault(node.asname or node.name.partition(".")[0], True)

    def visit_MatchAs(self, node):
        self.stored.setdefault(node.name, True)
        self.generic_visit(node)

    def generic_visit(self, node):
        # What stands to the right of = or of "in" comes before what it is given to.
        early = [getattr(node, part, None) for part in ("value", "iter", "generators")]
        for part in (*early, *(child for _, child in ast.iter_fields(node))):
            for each in part if isinstance(part, list) else [part]:
                if isinstance(each, ast.AST):
                    self.visit(each)


def _stored_first(statement):
    """Names, such as that of a loop, which the statement itself gives a value before it looks them up."""
    first = _FirstUse()
    first.visit(statement)
    return {name for name, stored in first.stored.items() if stored}


def _root(target: ast.AST) -> str | None:
    """The name at the left end of `made["LSTM"].losses`."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _changed(statement: ast.AST) -> Iterator[str]:
    for each in ast.walk(statement):
        root = None
        if isinstance(each, ast.Subscript | ast.Attribute) and not isinstance(each.ctx, ast.Load):
            root = _root(each)
        elif (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr in _CHANGING
        ):
            root = _root(each.func)
        if root:
            yield root


def _imports(statement: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports of Keras and TensorFlow in a statement, those in its functions included."""
    for each in ast.walk(statement):
        if isinstance(each, ast.Import):
            modules = [alias.name for alias in each.names]
        elif isinstance(each, ast.ImportFrom):
            modules = [each.module or ""]
        else:
            continue
        if any(module.partition(".")[0] in _FRAMEWORKS for module in modules):
            yield each


def _keras(statement):
    return {KERAS for _ in _imports(statement)}


def _guarded(statement):
    """What a `try` that bears the absence of Keras imports from it."""
    if not isinstance(statement, ast.Try):
        return frozenset()
    caught = [each.type for each in statement.handlers]
    kinds = [kind for each in caught for kind in (each.elts if isinstance(each, ast.Tuple) else [each])]
    if not any(kind is None or _root(kind) in _MISSING for kind in kinds):
        return frozenset()
    aliases = [alias for each in statement.body for found in _imports(each) for alias in found.names]
    return frozenset(alias.asname or alias.name.partition(".")[0] for alias in aliases)

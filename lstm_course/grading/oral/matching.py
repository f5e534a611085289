"""A known mistake, found as a piece of somebody's answer: the same expression under other names.

A mistake is an edit of the course's answer. The piece that it changes is looked for in the learner's syntax
tree: arguments stand for arguments by their place, other names for any name or value, sums and products in
either order, and `np.tanh` is `tanh`. What the mistake would put there is then written in those names.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lstm_course.exercises import Exercise, Mistake

__all__ = ["Match", "matches", "parameters", "readable", "tree_of"]

_SIMPLE = ast.Name | ast.Attribute | ast.Subscript | ast.Call
_DEEPEST = 120  # levels of a syntax tree; people write twenty
_DOES = ast.BinOp | ast.Call | ast.List | ast.Compare
_FREE = {"np", "numpy"}


@dataclass(frozen=True)
class _Names:
    """What stands for what: arguments of the course's answer -> the learner's; all names of the course's."""

    arguments: Mapping[str, str]
    courses: frozenset[str]


@dataclass(frozen=True)
class Match:
    """A piece of an answer that a known mistake is about.

    Attributes:
        mistake: the mistake.
        line: number of the line in the answer, from 1.
        here: the piece as it stands.
        other: what stands there in the other version.
        wrong: whether it is the mistake that stands there, and not what is right.
    """

    mistake: Mistake
    line: int
    here: str
    other: str
    wrong: bool


def tree_of(text: str) -> ast.FunctionDef | None:
    """The syntax tree of an answer; None where Python cannot read it.

    Args:
        text: that begins with its `def`.
    """
    body = readable(text)
    return next((node for node in body if isinstance(node, ast.FunctionDef)), None)


def readable(text: str) -> list[ast.stmt]:
    """The statements of a text; none where Python cannot read it, or it is nested too deeply.

    Args:
        text: Python, perhaps.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return [] if level else tree.body


def parameters(function: ast.FunctionDef) -> list[str]:
    """Names of a function's arguments."""
    return [each.arg for each in (*function.args.posonlyargs, *function.args.args)]


def matches(exercise: Exercise, function: ast.FunctionDef) -> Iterator[Match]:
    """The known mistakes of an exercise whose piece stands in an answer.

    Args:
        exercise: the exercise.
        function: the answer's syntax tree.

    Yields:
        `Match`, in the order of the mistakes.

    Example:
        >>> from lstm_course.exercises import find
        >>> text = '''def rnn_cell(x, state, w):
        ...     return tanh(w["bh"] + w["Wh"] @ concatenate([state, x]))'''
        >>> found = {each.mistake.name: each for each in matches(find("rnn_cell"), tree_of(text))}
        >>> found["[x, h] instead of [h, x]"].other
        'np.concatenate([x, state])'
    """
    arguments = dict(zip(exercise.signature, parameters(function), strict=False))
    own = _Names(arguments, frozenset(_names(ast.parse(exercise.source))))
    for mistake in exercise.mistakes:
        for right, wrong in _levels(exercise, mistake):
            found = _found(function, own, right, wrong)
            if found is not None:
                yield Match(mistake, *found, wrong=False)
                break
        else:
            yield from _made(function, own, mistake, _levels(exercise, mistake))


def _made(function, own, mistake, levels):
    """The mistake itself, where its own piece stands there and cannot be the right one under other names."""
    # A whole statement, or the value in it: less of it stands in many a right answer too.
    for right, wrong in levels[:2]:
        if _is_telling(wrong) and not _unify(right, wrong, _Names({}, frozenset()), {}):
            found = _found(function, own, wrong, right)
            if found is not None:
                yield Match(mistake, *found, wrong=True)
                return


@cache
def _levels(exercise: Exercise, mistake: Mistake) -> tuple[tuple[ast.AST, ast.AST], ...]:
    """Pairs of what is right and what is wrong, from the whole statement to the smallest piece of it."""
    if len(mistake.changes) != 1:
        return ()
    try:
        right, wrong = ast.parse(exercise.source), ast.parse(exercise.text_with(mistake))
    except SyntaxError:
        return ()
    pairs = []
    pair: tuple[ast.AST, ast.AST] | None = (right, wrong)
    while pair is not None:
        if isinstance(pair[0], ast.stmt | ast.expr) and not isinstance(pair[0], ast.FunctionDef | ast.For):
            pairs.append(pair)
        pair = _only_difference(*pair)
    return tuple(each for each in pairs if _is_telling(each[0]))


def _only_difference(right, wrong):
    """The one child in which two trees differ, or None."""
    if type(right) is not type(wrong):
        return None
    differing = []
    for name in right._fields:
        ours, theirs = getattr(right, name), getattr(wrong, name)
        ours, theirs = (each if isinstance(each, list) else [each] for each in (ours, theirs))
        if len(ours) != len(theirs):
            return None
        pairs = zip(ours, theirs, strict=True)
        differing += [pair for pair in pairs if _dumped(pair[0]) != _dumped(pair[1])]
    if len(differing) != 1 or not all(isinstance(each, ast.AST) for each in differing[0]):
        return None
    return differing[0]


def _dumped(node):
    return ast.dump(node) if isinstance(node, ast.AST) else repr(node)


def _is_telling(node):
    """Whether a piece says enough to be looked for: it does something with something."""
    return any(isinstance(each, _DOES) for each in ast.walk(node))


def _names(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - _FREE


def _found(function, own, here, other):
    """(line, the piece, the other version) of the first place where a piece stands, or None."""
    for node in ast.walk(function):
        taken: dict[str, ast.AST] = {}
        if isinstance(node, ast.stmt | ast.expr) and _unify(here, node, own, taken):
            text = _written(other, own, taken, _names(function))
            if text is not None and text != ast.unparse(node) and _is_sure(here, own, taken):
                return node.lineno, ast.unparse(node), text
    return None


def _is_sure(piece, own, taken):
    """Whether what has another name is the same thing: names alone, or one operation, stand anywhere."""
    if all(getattr(node, "id", "") == name for name, node in taken.items()):
        return True
    held = set(own.arguments) & _names(piece) or _called(piece) or _texts(piece)
    return bool(held) and len([each for each in ast.walk(piece) if isinstance(each, _DOES)]) > 1


def _called(node):
    return {_name_of(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)} - {None}


def _texts(node):
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def _name_of(node):
    """`tanh` of `np.tanh` and `tanh`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _FREE:
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _unify(pattern, node, binding, taken):
    """Whether a tree is the pattern under other names; `taken` then says what stands for which name."""
    if isinstance(pattern, ast.Name) or (isinstance(pattern, ast.Attribute) and _name_of(pattern)):
        return _unify_name(pattern, node, binding, taken)
    if type(pattern) is not type(node):
        return False
    if isinstance(pattern, ast.Call) and _name_of(pattern.func) is not None:
        same = _name_of(pattern.func) == _name_of(node.func) and len(pattern.args) == len(node.args)
        ours, theirs = ([*call.args, *_by_name(call)] for call in (pattern, node))
        return same and _unify_all(ours, theirs, binding, taken)
    if isinstance(pattern, ast.BinOp) and isinstance(pattern.op, ast.Add | ast.Mult):
        return type(pattern.op) is type(node.op) and _unify_either_way(pattern, node, binding, taken)
    names = [name for name in pattern._fields if name not in ("ctx", "type_comment", "kind")]
    ours, theirs = ([getattr(each, name) for name in names] for each in (pattern, node))
    return _unify_all(ours, theirs, binding, taken)


def _unify_either_way(pattern, node, binding, taken):
    """The same for a sum or a product, whose sides may be exchanged."""
    for order in ([node.left, node.right], [node.right, node.left]):
        trial = dict(taken)
        if _unify_all([pattern.left, pattern.right], order, binding, trial):
            taken.update(trial)
            return True
    return False


def _unify_name(pattern, node, binding, taken):
    name = _name_of(pattern)
    if isinstance(pattern, ast.Attribute):
        return name == _name_of(node)
    if name in binding.arguments:
        return isinstance(node, ast.Name) and node.id == binding.arguments[name]
    if name in taken:
        return ast.dump(taken[name]) == ast.dump(node)
    if not isinstance(node, _SIMPLE):
        return False
    # Who uses the course's names means by them what the course does.
    given = {*binding.arguments.values(), *binding.courses} - {name}
    if isinstance(node, ast.Name) and node.id in given:
        return False
    if any(ast.dump(each) == ast.dump(node) for each in taken.values()):
        return False  # two names for one thing
    taken[name] = node
    return True


def _by_name(call):
    return [word.value for word in sorted(call.keywords, key=lambda each: each.arg or "")]


def _unify_all(patterns, nodes, binding, taken):
    return len(patterns) == len(nodes) and all(
        _unify_one(pattern, node, binding, taken) for pattern, node in zip(patterns, nodes, strict=True)
    )


def _unify_one(pattern, node, binding, taken):
    if isinstance(pattern, list):
        return isinstance(node, list) and _unify_all(pattern, node, binding, taken)
    return _unify(pattern, node, binding, taken) if isinstance(pattern, ast.AST) else pattern == node


def _written(tree, binding, taken, known):
    """A piece in the learner's names; None where it has a name for which nothing stands.

    A name that the learner uses as the course does needs nothing to stand for it.
    """
    strange = _names(tree) - set(binding.arguments) - set(taken) - _called(tree) - known
    if strange:
        return None

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return taken.get(node.id) or ast.Name(binding.arguments.get(node.id, node.id), node.ctx)

    return ast.unparse(ast.fix_missing_locations(Put().visit(copy.deepcopy(tree))))

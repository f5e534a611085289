"""Numeric differences in the place of a derivative: a difference of values, divided by a small step.

Nothing is decided by it. It is read from the text, so that it is a hint to whoever looks at the answer.
"""

import ast
from collections.abc import Iterable, Iterator

__all__ = ["divided"]

_SMALL = 0.01  # at most, of a step


def divided(nodes: Iterable[ast.AST]) -> bool:
    """Whether somewhere in this code a difference is divided by a small step.

    Args:
        nodes: syntax trees of statements or modules.

    Example:
        >>> divided([ast.parse("eps = 1e-5\\ng = (f(x + eps) - f(x - eps)) / (2 * eps)")])
        True
        >>> divided([ast.parse("z = (x - x.mean()) / (x.std() + 1e-8)")])
        False
    """
    parts = [part for node in nodes for part in ast.walk(node)]
    steps = {name for name, value in _given(parts) if _is_constant(value)}
    differences = {name for name, value in _given(parts) if _holds_difference(value, set())}
    return any(
        _is_step(below, steps) and _holds_difference(above, differences)
        for part in parts
        for above, below in _quotients(part)
    )


def _quotients(part):
    """(What is divided, by what) in `a / b`, `a /= b` and `a * (c / b)`, whichever way round."""
    if isinstance(part, ast.AugAssign) and isinstance(part.op, ast.Div):
        yield part.target, part.value
    elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
        yield part.left, part.right
    elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
        for factor, other in (part.left, part.right), (part.right, part.left):
            if isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Div):
                yield other, factor.right


def _given(parts: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Names, and what they are given: by assignment, or as the default of an argument."""
    for part in parts:
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and part.value:
            for target in part.targets if isinstance(part, ast.Assign) else [part.target]:
                yield from _pairs(target, part.value)
        elif isinstance(part, ast.arguments):
            named = [*part.posonlyargs, *part.args]
            yield from _defaults(named[len(named) - len(part.defaults) :], part.defaults)
            yield from _defaults(part.kwonlyargs, part.kw_defaults)


def _defaults(arguments, values):
    for argument, value in zip(arguments, values, strict=True):
        if value is not None:
            yield argument.arg, value


def _pairs(target, value):
    if isinstance(target, ast.Name | ast.Subscript):
        name = _name(target)
        if name:
            yield name, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, each in zip(target.elts, value.elts, strict=False):
            yield from _pairs(inner, each)


def _name(node):
    """`a` of `a` and of `a[k]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _is_constant(node):
    number = node.value if isinstance(node, ast.Constant) else None
    return isinstance(number, float | complex) and 0 < abs(number) <= _SMALL


def _is_step(node, steps):
    """A small number or a name that has one, perhaps doubled."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _is_step(node.left, steps) or _is_step(node.right, steps)
    return _is_constant(node) or (isinstance(node, ast.Name) and node.id in steps)


def _holds_difference(node, differences):
    """Whether something is subtracted in an expression, or it is the imaginary part of a complex step."""
    return any(
        _subtracts(part)
        or (isinstance(part, ast.Attribute) and part.attr == "imag")
        or (isinstance(part, ast.Name) and part.id in differences)
        for part in ast.walk(node)
    )


def _subtracts(node):
    """Whether one thing is subtracted from another; 1 - tanh² is no such difference."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
        return False
    return not isinstance(node.left, ast.Constant)

"""Formulas as Python expressions: written as mathematics, and differentiated.

A cell is a list of lines `name = expression`. From the expression comes the formula that a student reads, and
the lines of the backward pass; so the three cannot contradict each other. Everything acts element by element.
"""

import ast
from collections.abc import Iterable
from typing import Any

__all__ = ["backward", "mathematics", "names"]

_LATEX = {
    "tanh": r"\tanh", "sigmoid": r"\sigma", "sin": r"\sin", "cos": r"\cos", "arctan": r"\arctan",
    "exp": r"\exp", "maximum": r"\max",
}  # fmt: skip
# Of a function of u: its derivative, and the same by its value y where that is shorter.
_DERIVATIVES = {
    "tanh": ("1 - np.tanh(u) ** 2", "1 - y ** 2"),
    "sigmoid": ("sigmoid(u) * (1 - sigmoid(u))", "y * (1 - y)"),
    "sin": ("np.cos(u)", None),
    "cos": ("-np.sin(u)", None),
    "arctan": ("1 / (1 + u ** 2)", None),
    "exp": ("np.exp(u)", "y"),
    "maximum": ("(u > 0)", None),
}


def names(expression: str) -> set[str]:
    """Names that an expression reads, without those of functions and weights.

    Example:
        >>> sorted(names('f * c_prev + np.tanh(weights["p"] * g)'))
        ['c_prev', 'f', 'g']
    """
    found = {node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name)}
    return found - {"np", "sigmoid", "weights"}


def mathematics(expression: str) -> str:
    r"""An expression as LaTeX.

    Example:
        >>> print(mathematics('(1 - f) * np.tanh(0.5 * a_g + weights["p_g"] * c_prev)'))
        (1 - f) \odot \tanh(0.5\,a_g + p_g \odot c_\text{prev})
    """
    return _latex(_parsed(expression))


def backward(lines: Iterable[tuple[str, str]], outputs: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The backward pass of lines that act element by element, as Python.

    Args:
        lines: pairs of a name and its expression, in the order of the forward pass.
        outputs: names whose gradients `dNAME` come from outside.
        wanted: names whose gradients are asked for; those of what lies between are made as well.

    Returns:
        Lines `dNAME = ...`, a line for each name, in the order in which they can be run.

    Example:
        >>> for line in backward([("g", "np.tanh(a)"), ("c", "f * c_prev + g")], ["c"], ["a", "c_prev"]):
        ...     print(line)
        dg = dc
        da = dg * (1 - g ** 2)
        dc_prev = dc * f
    """
    lines, given = list(lines), set(outputs)
    expressions = dict(lines)
    reached = [name for name, _ in reversed(lines)]
    written = []
    for name in [*reached, *wanted]:
        parts = [
            part
            for user, expression in lines
            if name in names(expression)
            for part in [_part(user, expression, name)]
        ]
        if name in given and parts:
            parts.insert(0, f"d{name}")
        elif name in given:
            continue
        if not parts:
            raise ValueError(f"nothing is made from {name}: expected a name that {list(expressions)} read")
        written.append(f"d{name} = {' + '.join(parts)}")
    return written


def _part(user, expression, name):
    """What one line gives to the gradient of a name that it reads."""
    slope = _derivative(_parsed(expression), name, user)
    if slope == 1:
        return f"d{user}"
    factor = ast.BinOp(ast.Name(f"d{user}"), ast.Mult(), slope)
    return ast.unparse(ast.fix_missing_locations(factor))


def _parsed(expression):
    return ast.parse(expression, mode="eval").body


def _called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id


def _latex(node, tight=False):
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return _symbol(node.id)
    if isinstance(node, ast.Subscript):
        return _symbol(ast.literal_eval(node.slice))
    if isinstance(node, ast.UnaryOp):
        return f"-{_latex(node.operand, True)}"
    if isinstance(node, ast.Call):
        return f"{_LATEX[_called(node)]}({', '.join(map(_latex, node.args))})"
    if isinstance(node.op, ast.Pow):
        return f"{_latex(node.left, True)}^{{{_latex(node.right)}}}"
    if isinstance(node.op, ast.Mult):
        sign = r"\," if isinstance(node.left, ast.Constant) else r" \odot "
        return f"{_latex(node.left, True)}{sign}{_latex(node.right, True)}"
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    text = f"{_latex(node.left)} {sign} {_latex(node.right, sign == '-')}"
    return f"({text})" if tight else text


def _symbol(name):
    letter, _, below = name.partition("_")
    return letter if not below else f"{letter}_{below}" if len(below) == 1 else rf"{letter}_\text{{{below}}}"


def _derivative(node: ast.expr, name: str, user: str | None = None) -> Any:
    """Of an expression by a name: a tree, 1, or None for 0. `user` is the name that holds the value of it."""
    if isinstance(node, ast.Name):
        return 1 if node.id == name else None
    if isinstance(node, ast.Constant | ast.Subscript):
        return None
    if isinstance(node, ast.UnaryOp):
        return _negative(_derivative(node.operand, name))
    if isinstance(node, ast.Call):
        (inner,) = (each for each in node.args if not isinstance(each, ast.Constant))
        return _times(_slope(_called(node), inner, user), _derivative(inner, name))
    assert isinstance(node, ast.BinOp)  # nothing else stands in a formula
    if isinstance(node.op, ast.Pow):
        twice = ast.BinOp(ast.Constant(2), ast.Mult(), node.left)
        return _times(twice, _derivative(node.left, name))
    left, right = _derivative(node.left, name), _derivative(node.right, name)
    if isinstance(node.op, ast.Mult):
        return _sum(_times(node.right, left), _times(node.left, right))
    return _sum(left, right if isinstance(node.op, ast.Add) else _negative(right))


def _slope(function, inner, user):
    by_argument, by_value = _DERIVATIVES[function]
    if user is not None and by_value is not None:
        return _with(by_value, "y", ast.Name(user))
    return _with(by_argument, "u", inner)


def _with(text, letter, tree):
    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return tree if node.id == letter else node

    return Put().visit(_parsed(text))


def _times(factor: ast.expr, slope: Any) -> Any:
    if slope is None:
        return None
    if isinstance(slope, ast.UnaryOp):
        return ast.UnaryOp(ast.USub(), _times(factor, 1 if _is_one(slope.operand) else slope.operand))
    return factor if slope == 1 else ast.BinOp(factor, ast.Mult(), slope)


def _is_one(node):
    return isinstance(node, ast.Constant) and node.value == 1


def _sum(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return right if left is None else left
    left, right = (ast.Constant(1) if each == 1 else each for each in (left, right))
    if isinstance(right, ast.UnaryOp):
        return ast.BinOp(left, ast.Sub(), right.operand)
    return ast.BinOp(left, ast.Add(), right)


def _negative(slope: Any) -> Any:
    return None if slope is None else ast.UnaryOp(ast.USub(), ast.Constant(1) if slope == 1 else slope)

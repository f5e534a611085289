"""What an error about shapes is about: the arrays of the very expression that failed, and what would fit.

NumPy names neither the arrays nor, in a product, all of their shapes: "matmul: Input operand 1 has a mismatch
in its core dimension 0". Python knows which part of the line failed.
"""

import ast
import linecache
import re
from itertools import islice

import numpy as np

__all__ = ["explained"]

_ABOUT_SHAPES = re.compile(
    r"mismatch in its core dimension|does not have enough dimensions|not aligned|could not be broadcast|"
    r"could not broadcast|must match exactly|inhomogeneous|cannot reshape|same number of dimensions|"
    r"doesn't match the broadcast shape|must have the same shape|remapped shapes|"
    r"zero-dimensional arrays cannot be concatenated|array element with a sequence|"
    r"must be square|-dimensional array given|shape-mismatch for sum|too many subscripts"
)
_PRODUCTS = {"dot", "matmul"}


def explained(error: BaseException, namespace: dict | None) -> str | None:
    """Says which arrays of a learner's line do not fit together.

    Args:
        error: an exception that was raised, with its traceback.
        namespace: dict, the globals of the notebook: the line is the innermost one of a function that was
            defined there.

    Returns:
        A sentence, or None where the error is not about shapes or its line is not to be had.

    Example:
        >>> W, h = np.ones((16, 8)), np.ones((4, 16))
        >>> shapes = {"W": W, "h": h}
        >>> _sentence(ast.parse("W @ h", mode="eval").body, shapes)
        '`W` is (16, 8), `h` is (4, 16): meant `h @ W`?'
    """
    if not isinstance(error, ValueError) or not _ABOUT_SHAPES.search(str(error)):
        return None
    if namespace is None:
        return None
    place, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            place = trace
        trace = trace.tb_next
    if place is None:
        return None
    node = _failed(place)
    return node and _sentence(node, {**namespace, **place.tb_frame.f_locals})


def _failed(place):
    """Syntax tree of the expression at which a frame stopped, or None."""
    code = place.tb_frame.f_code
    position = next(islice(code.co_positions(), place.tb_lasti // 2, None), None)
    lines = linecache.getlines(code.co_filename, place.tb_frame.f_globals)
    if not position or None in position or not lines:
        return None
    line, end_line, column, end_column = position
    text = [row.encode() for row in lines[line - 1 : end_line]]  # columns are counted in bytes
    text[-1] = text[-1][:end_column]
    text[0] = text[0][column:]
    segment = b"".join(text).decode(errors="replace")
    whole = lines[line - 1].strip()
    for source in (f"({segment})", whole):
        try:
            statement = ast.parse(source).body[0]
        except (SyntaxError, IndexError):
            continue
        # Of `place[...] = values` Python names the left side alone.
        assigned = source != whole and isinstance(getattr(statement, "value", None), ast.Subscript)
        if not assigned:
            return statement.value if isinstance(statement, ast.Expr) else statement
    return None


def _sentence(node, names):
    """The arrays in an expression with their shapes, and the products that would fit."""
    factors = _factors(node)
    if factors:
        values = [(ast.unparse(part), _value(part, names)) for part in factors]
        shapes = {name: value.shape for name, value in values if isinstance(value, np.ndarray)}
    else:
        shapes = dict(_arrays(node, names))
    if not shapes:
        return None
    told = ", ".join(f"`{name}` is {_written(shape)}" for name, shape in shapes.items())
    fitting = _fitting(*shapes.items()) if factors and len(shapes) == 2 else []
    meant = f": meant {' or '.join(f'`{product}`' for product in fitting)}?" if fitting else "."
    return told + meant


def _arrays(node, names):
    """Names and shapes of the arrays in an expression, `x[0]` before `x`."""
    value = _value(node, names) if isinstance(node, ast.Name | ast.Subscript | ast.Attribute) else None
    if isinstance(value, np.ndarray | np.generic):
        yield ast.unparse(node), value.shape
    elif isinstance(value, list | tuple):
        first: dict[tuple, int] = {}
        for k, part in enumerate(value):
            if isinstance(part, np.ndarray | np.generic | int | float):
                first.setdefault(np.shape(part), k)
        yield from ((f"{ast.unparse(node)}[{k}]", shape) for shape, k in first.items() if len(first) > 1)
    else:
        for part in ast.iter_child_nodes(node):
            yield from _arrays(part, names)


def _factors(node):
    """The two factors of a matrix product, or None."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return [node.left, node.right]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PRODUCTS:
        if len(node.args) == 2:
            return node.args
        if len(node.args) == 1:
            return [node.func.value, node.args[0]]
    return None


def _fitting(first, second):
    """The products of two arrays, turned round or exchanged, whose shapes fit; at most two."""
    forms = []
    for (a, shape_a), (b, shape_b) in ((first, second), (second, first)):
        for left, left_shape in ((a, shape_a), (f"{_held(a)}.T", shape_a[::-1])):
            for right, right_shape in ((b, shape_b), (f"{_held(b)}.T", shape_b[::-1])):
                turned = (left != a and len(shape_a) > 1) + (right != b and len(shape_b) > 1)
                same = (left != a and len(shape_a) < 2) or (right != b and len(shape_b) < 2)
                if not same and max(len(shape_a), len(shape_b)) < 3 and _fits(left_shape, right_shape):
                    forms.append((turned, f"{_held(left)} @ {_held(right)}".replace(".T.T", "")))
    fewest = min((turned for turned, _ in forms), default=0)
    return [form for turned, form in forms if turned == fewest][:2]


def _held(name):
    return name if re.fullmatch(r"[\w.\[\]'\", :-]+", name) else f"({name})"


def _fits(left, right):
    return bool(left and right) and left[-1] == right[0 if len(right) == 1 else -2]


def _written(shape):
    return "a single number" if shape == () else str(tuple(map(int, shape)))


def _value(node, names):
    """What a name, `x.T`, `x[...]` or a product of such is, worked out without calling anything."""
    try:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return names.get(node.id)
        if isinstance(node, ast.Attribute):
            held = _value(node.value, names)
            return held.T if node.attr == "T" and type(held) is np.ndarray else None
        if isinstance(node, ast.Subscript):
            held, index = _value(node.value, names), _index(node.slice, names)
            return held[index] if type(held) in (np.ndarray, dict, list, tuple) else None
        if isinstance(node, ast.BinOp):
            left, right = _value(node.left, names), _value(node.right, names)
            if {type(left), type(right)} <= {np.ndarray, int, float}:
                return np.empty(np.broadcast_shapes(np.shape(left), np.shape(right)))
    except (LookupError, TypeError, ValueError):
        return None
    return None


def _index(node, names):
    if isinstance(node, ast.Tuple):
        return tuple(_index(part, names) for part in node.elts)
    if isinstance(node, ast.Slice):
        return slice(*(part and _index(part, names) for part in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_index(node.operand, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        left, right = _index(node.left, names), _index(node.right, names)
        return left + right if isinstance(node.op, ast.Add) else left - right
    value = _value(node, names)
    if value is None and not isinstance(node, ast.Constant):
        raise LookupError
    return value

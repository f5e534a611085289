"""The second proof of the checks: change one token of a reference, and the check must say no.

Every operator, comparison, constant, index, key, variable and function of a reference is replaced in turn,
and every two neighbours among arguments, operands, elements and branches change places. Some of these mutants
still do what the reference does (`h * o` for `o * h`). That is decided by running them: on many more inputs
than a check tries, and on wilder ones.
"""

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from lstm_course.exercises.diagnosis.trial import SECONDS, alike, examine
from lstm_course.exercises.exercise import Exercise, Question, ValueExercise
from lstm_course.exercises.limits import Allowance
from lstm_course.exercises.registry import every
from lstm_course.exercises.running import run
from lstm_course.exercises.testing import WrittenTest

__all__ = ["Mutant", "Verdict", "mutants", "summary", "verdicts"]

SEEDS = range(1000, 1008)  # probes that no check draws

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_SWAPS = (  # functions that can be taken for each other
    ("np.tanh", "sigmoid", "np.sin", "np.arctan", "np.exp"),
    ("np.zeros", "np.ones"),
    ("np.eye", "np.ones"),
    ("np.sum", "np.mean", "np.prod", "np.max", "len"),
    ("np.max", "np.min", "np.mean", "np.sum"),
    ("np.sqrt", "np.square", "np.abs"),
    ("np.abs", "np.real", "np.square", "np.sign"),
    ("np.sign", "np.abs", "np.ceil"),
    ("np.outer", "np.inner", "np.multiply"),
    ("np.concatenate", "np.stack", "np.hstack", "np.vstack"),
    ("np.linalg.eigvals", "np.diag", "np.linalg.inv"),
    ("np.linalg.norm", "np.linalg.det", "np.max"),
    ("np.exp", "np.expm1", "np.log1p", "np.exp2"),
    ("max", "min"),
    ("sum", "max", "len"),
    ("len", "np.size", "np.ndim"),
    ("reversed", "sorted"),
    ("int", "float"),
)
_FIRST = "lambda value, *others, **options: value"  # in the place of a function that is left out


@dataclass(frozen=True)
class Mutant:
    """A reference with one token changed.

    Args:
        change: what was changed, "line 5: f * c_prev -> i * c_prev".
        source: text of the changed function.
    """

    change: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant.

    Args:
        exercise: id.
        change: as in `Mutant`.
        differs: whether it does anything else than the reference on any of the inputs.
        status: what the check found.
        named: the known mistake that the check named, or None.
    """

    exercise: str
    change: str
    differs: bool
    status: str
    named: str | None

    @property
    def missed(self) -> bool:
        """Whether a wrong function was not rejected."""
        return self.differs and self.status not in ("wrong", "nearly")

    def __str__(self):
        verdict = "MISSED" if self.missed else "rejected" if self.differs else "no change"
        return f"{verdict:10}  {self.exercise:22}  {self.change}  ->  {self.named or self.status}"


def verdicts(
    exercises: Iterable[Exercise | ValueExercise | Question] | None = None, which: slice = slice(None)
) -> list[Verdict]:
    """Checks every mutant of every reference.

    Args:
        exercises: which, a list of exercise objects (default all; those that ask for a value have none).
        which: of the mutants of each, in the order of the code (default all).

    Returns:
        List of `Verdict`.
    """
    found = []
    for exercise in every().values() if exercises is None else exercises:
        if isinstance(exercise, Exercise):
            inputs = _inputs(exercise)
            found += [_verdict(exercise, mutant, inputs) for mutant in mutants(exercise)[which]]
    return found


def summary(found: Sequence[Verdict]) -> list[str]:
    """What became of the mutants of each exercise, a line each, and all together.

    Args:
        found: list of `Verdict`.

    Returns:
        A list of str; before the sum every mutant that was missed.
    """
    names = list(dict.fromkeys(verdict.exercise for verdict in found))
    lines = [_counted(name, [verdict for verdict in found if verdict.exercise == name]) for name in names]
    return [*lines, *(str(verdict) for verdict in found if verdict.missed), _counted("all", found)]


def _counted(name, found):
    wrong = [verdict for verdict in found if verdict.differs]
    missed = sum(verdict.missed for verdict in wrong)
    named = sum(verdict.named is not None for verdict in wrong)
    return (
        f"{name:22}  {len(found):5} mutants, {len(found) - len(wrong):3} change nothing, "
        f"{len(wrong):5} are wrong: {len(wrong) - missed:5} rejected ({named} by name), {missed} missed"
    )


def _verdict(exercise, mutant, inputs):
    namespace = dict(exercise.reference.__globals__)
    exec(compile(mutant.source, f"<{exercise.id}, {mutant.change}>", "exec"), namespace)
    function = namespace[exercise.id]
    finding = examine(exercise, function, seconds=1)  # some mutants would count for ever
    differs = finding.status != "right" or not all(
        alike(expected, _run(exercise, function, arguments), exercise.silent)
        for arguments, expected in inputs
    )
    return Verdict(exercise.id, mutant.change, differs, finding.status, finding.mistake)


def _run(exercise, function, arguments):
    return run(partial(exercise.observe, function), arguments, Allowance(SECONDS))


def _inputs(exercise):
    """Pairs: arguments, and what the reference does with them."""
    if isinstance(exercise, WrittenTest):
        return []  # a check has tried it on all implementations that there are
    inputs = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        for probe in exercise.probes(rng):
            wild = tuple(_wild(argument, rng) for argument in probe.arguments)
            inputs += [
                (arguments, _run(exercise, exercise.reference, arguments))
                for arguments in (probe.arguments, wild)
            ]
    return inputs


def _wild(argument, rng):
    """The same kind of argument on another scale, with zeros and equal numbers among its numbers."""
    if isinstance(argument, Mapping):
        return {name: _wild(item, rng) for name, item in argument.items()}
    if isinstance(argument, bool | np.random.Generator):
        return copy.deepcopy(argument)
    if isinstance(argument, int):
        return int(rng.integers(1, 9))
    if isinstance(argument, float):
        return argument * float(rng.lognormal())
    if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
        wild = argument * rng.lognormal(sigma=1.5)
        wild[rng.random(argument.shape) < 0.1] = 0
        return np.round(wild, 1) if rng.random() < 0.3 else wild
    return copy.deepcopy(argument)


# Making mutants


def mutants(exercise: Exercise) -> list[Mutant]:
    """Every function that differs from a reference in one token.

    Args:
        exercise: an `Exercise`.

    Returns:
        List of `Mutant`, each source once.

    Example:
        >>> from lstm_course.exercises import find
        >>> changes = [mutant.change for mutant in mutants(find("rnn_cell"))]
        >>> "line 3: [h_prev, x] -> [x, h_prev]" in changes
        True
    """
    tree = ast.parse(exercise.source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    if ast.get_docstring(function) is not None:
        del function.body[0]
    words = _Words(exercise, function)
    found, seen = [], {ast.unparse(tree)}
    for node in ast.walk(function):
        if not isinstance(node, ast.expr | ast.stmt):
            continue
        for fields in words.changes(node):
            before = _shown(node)
            kept = {name: getattr(node, name) for name in fields}
            _set(node, fields)
            after, source = _shown(node), ast.unparse(tree)
            _set(node, kept)
            if source not in seen:
                seen.add(source)
                found.append(Mutant(f"line {node.lineno}: {before} -> {after}", source))
    return found


def _set(node, fields):
    for name, value in fields.items():
        setattr(node, name, value)


def _shown(node):
    return " ".join(ast.unparse(node).split()).replace(f"({_FIRST})", "").replace(_FIRST, "")


class _Words:
    """What may stand in the place of what, within one function."""

    def __init__(self, exercise, function):
        nodes = list(ast.walk(function))
        stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        self.variables = sorted({*exercise.signature, *stored})
        self.strings = sorted(
            {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        )
        self.known = exercise.reference.__globals__

    def changes(self, node):
        """For each mutation of this node, a dict of the fields that change."""
        kind = type(node).__name__
        return getattr(self, f"_{kind.lower()}", lambda node: ())(node)

    def _binop(self, node):
        yield from self._augassign(node)
        yield {"left": node.right, "right": node.left}

    def _augassign(self, node):
        for operator in _OPERATORS:
            yield {"op": operator()}

    def _unaryop(self, node):
        yield {"op": ast.UAdd()}

    def _compare(self, node):
        for operator in _COMPARISONS:
            yield {"ops": [operator(), *node.ops[1:]]}

    def _ifexp(self, node):
        yield {"body": node.orelse, "orelse": node.body}

    def _constant(self, node):
        if isinstance(node.value, str):
            for word in self.strings:
                if len(word) == len(node.value):
                    yield {"value": word}
            for letters in _neighbours_exchanged(node.value):
                yield {"value": "".join(letters)}
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            for value in node.value + 1, node.value - 1, -node.value, 10 * node.value:
                yield {"value": value}

    def _name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in self.variables:
            for name in self.variables:
                yield {"id": name}

    def _call(self, node):
        name = ast.unparse(node.func)
        for group in _SWAPS:
            if name in group:
                for other in group:
                    if "." in other or other in _BUILT_IN or other in self.known:
                        yield {"func": _expression(other)}
        if node.args and not (isinstance(node.func, ast.Attribute) and _is_method(node.func, self.variables)):
            yield {"func": _expression(_FIRST)}
        for arguments in _neighbours_exchanged(node.args):
            yield {"args": arguments}

    def _attribute(self, node):
        if node.attr == "T":
            yield {"attr": "real"}  # of an array of real numbers that is the array itself

    def _subscript(self, node):
        if isinstance(node.slice, ast.Name | ast.Constant | ast.BinOp | ast.UnaryOp) and not isinstance(
            getattr(node.slice, "value", None), str
        ):
            for shifted in _shifted(node.slice):
                yield {"slice": shifted}

    def _slice(self, node):
        if node.lower or node.upper:
            yield {"lower": node.upper, "upper": node.lower}
        for bound in "lower", "upper":
            if getattr(node, bound):
                for shifted in _shifted(getattr(node, bound)):
                    yield {bound: shifted}

    def _list(self, node):
        for elements in _neighbours_exchanged(node.elts):
            yield {"elts": elements}

    _tuple = _list

    def _dict(self, node):
        for values in _neighbours_exchanged(node.values):
            yield {"values": values}


_BUILT_IN = ("len", "max", "min", "sum", "sorted", "reversed", "int", "float")


def _is_method(attribute, variables):
    """Whether `name.method`, where the name is a variable and no module."""
    root = attribute.value
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    return not isinstance(root, ast.Name) or root.id in variables


def _expression(text):
    return ast.parse(text, mode="eval").body


def _shifted(index):
    for operator in ast.Add(), ast.Sub():
        yield ast.BinOp(index, operator, ast.Constant(1))


def _neighbours_exchanged(items):
    for k, (one, other) in enumerate(pairwise(items)):
        yield [*items[:k], other, one, *items[k + 2 :]]

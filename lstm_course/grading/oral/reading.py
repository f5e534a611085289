"""What an answer is made of: those of its lines about which there is something to ask."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lstm_course.grading.oral.matching import parameters

__all__ = ["Seen", "seen"]

_N = TypeVar("_N", bound=ast.AST)


@dataclass(frozen=True)
class Seen:
    """Something in an answer that can be asked about.

    Attributes:
        kind: what it is, in a word or two.
        line: number of its line in the answer, from 1.
        ask: the question.
        expect: what a good reply says.
        worth: how much it tells about whether somebody has understood, from 1 to 5.
    """

    kind: str
    line: int
    ask: str
    expect: str
    worth: float


def seen(function: ast.FunctionDef) -> list[Seen]:
    """All that can be asked about an answer, without knowing what it answers.

    Args:
        function: its syntax tree.

    Returns:
        A list of `Seen`, in the order of the lines.

    Example:
        >>> tree = ast.parse("def f(h, c_prev, f):\\n    return f * c_prev").body[0]
        >>> print(seen(tree)[0].ask)
        Your line 2 multiplies `c_prev` by `f`. What would happen to the gradient without that factor?
    """
    found = [each for look in _LOOKS for each in look(function)]
    first: dict[str, Seen] = {}
    for each in sorted(found, key=lambda one: one.line):
        first.setdefault(each.kind, each)
    return list(first.values())


def _text(node):
    text = ast.unparse(node)
    return text if len(text) < 60 else f"{text[:56]} ..."


def _of(function: ast.AST, kind: type[_N]) -> Iterator[_N]:
    return (node for node in ast.walk(function) if isinstance(node, kind))


def _calls(function: ast.AST, *names: str) -> Iterator[tuple[str, ast.Call]]:
    for node in _of(function, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in names:
            yield name, node


def _goes_back(function: ast.FunctionDef) -> bool:
    """Whether it is a backward pass: it is given a gradient."""
    return any(
        re.match(r"d[A-Z_a-z]", name) and not name.startswith("da") for name in parameters(function)
    ) and ("backward" in function.name)


def _kept_state(function: ast.FunctionDef) -> Iterator[Seen]:
    old = [name for name in parameters(function) if "c" in name.lower() and ("prev" in name or "old" in name)]
    if _goes_back(function):
        return
    for node in _of(function, ast.BinOp):
        sides = [node.left, node.right]
        for side, other in (sides, sides[::-1]):
            if isinstance(node.op, ast.Mult) and isinstance(side, ast.Name) and side.id in old:
                yield Seen(
                    "factor of the old state",
                    node.lineno,
                    f"Your line {node.lineno} multiplies `{side.id}` by `{_text(other)}`. What would "
                    "happen to the gradient without that factor?",
                    "By this line the slope of the new state with respect to the old one is "
                    f"`{_text(other)}`, element by element. Without the factor it is 1: the gradient "
                    "passes whole, however many steps there are, and nothing can ever be forgotten.",
                    5.5,
                )


def _slope_of_tanh(function: ast.FunctionDef) -> Iterator[Seen]:
    for node in _of(function, ast.BinOp):
        one = isinstance(node.left, ast.Constant) and node.left.value == 1
        if isinstance(node.op, ast.Sub) and one and _is_square(node.right):
            base = _text(_squared(node.right))
            yield Seen(
                "slope of tanh",
                node.lineno,
                f"In your line {node.lineno} stands `{_text(node)}`. Where does it come from, and what "
                f"would be wrong with the square of the sum inside the tanh in place of `{base}`?",
                "It is the slope of tanh, written by its value: tanh' = 1 − tanh². The square must be "
                "that of the value; with the sum inside, it is right only near 0, where the two are "
                "nearly equal, so a check with small weights would not show it.",
                5.5,
            )


def _is_square(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return isinstance(node.right, ast.Constant) and node.right.value == 2
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
    return product and ast.dump(node.left) == ast.dump(node.right)


def _squared(node):
    return node.left


def _sum_over_steps(function: ast.FunctionDef) -> Iterator[Seen]:
    for loop in _of(function, ast.For):
        for node in _of(loop, ast.AugAssign):
            name = _text(node.target)
            if isinstance(node.op, ast.Add) and re.match(r"d[A-Z]|d\w*_?[Wb]|grad", name):
                yield Seen(
                    "gradients added up",
                    node.lineno,
                    f"Your line {node.lineno} adds to `{name}` in each round of the loop. What would be lost "
                    "with `=` in place of `+=`, and why is a sum right?",
                    "The same weights are used at every step, so each step gives a part of the gradient, and "
                    "the whole is their sum. With `=` only the part of the step visited last would be left.",
                    5.5,
                )


def _backwards(function: ast.FunctionDef) -> Iterator[Seen]:
    for loop in _of(function, ast.For):
        text = ast.unparse(loop.iter)
        if "reversed(" in text or re.search(r"\[::-1\]|-1, -1\)", text):
            if "backward" in function.name:
                yield Seen(
                    "loop backwards",
                    loop.lineno,
                    f"Your loop in line {loop.lineno} goes through the steps backwards. What does it know at "
                    "step t that a loop forwards would not know yet?",
                    "The gradient that comes back from the steps after t, through the state. It is made at "
                    "step t + 1 and handed on, so step t can only be done after it.",
                    5.5,
                )
            else:
                yield Seen(
                    "loop backwards",
                    loop.lineno,
                    f"Your loop in line {loop.lineno} goes from the end to the beginning. In which order do "
                    "the results come, and where do you take care of it?",
                    "In the order of reading, the last step first; they must be turned round where row t "
                    "is to belong to step t.",
                    4,
                )


def _carried(function: ast.FunctionDef) -> Iterator[Seen]:
    for loop in _of(function, ast.For):
        own = {node.id for node in _of(loop.target, ast.Name)}
        stored = {n.id for n in _of(loop, ast.Name) if isinstance(n.ctx, ast.Store)} - own
        before = {n.id for part in function.body if part.lineno < loop.lineno for n in _of(part, ast.Name)}
        given = set(parameters(function))
        read = {n.id for n in _of(loop, ast.Name) if isinstance(n.ctx, ast.Load)}
        carried = sorted(stored & read & (before | given))
        if carried and "backward" not in function.name:
            yield Seen(
                "what a loop carries",
                loop.lineno,
                f"Your loop begins in line {loop.lineno}. What does `{carried[0]}` hold when a round "
                "begins, and could all rounds be computed at the same time?",
                f"What the round before has left in `{carried[0]}`; in the first round, what was put there "
                "before the loop. Since each round needs it, they must come one after the other.",
                3.5,
            )


def _joined(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(function, "concatenate", "hstack", "vstack", "stack", "append"):
        parts = node.args[0].elts if node.args and isinstance(node.args[0], ast.List | ast.Tuple) else []
        if name in ("concatenate", "hstack") and len(parts) == 2:
            first, second = map(_text, parts)
            yield Seen(
                "order of joining",
                node.lineno,
                f"Your line {node.lineno} joins `{first}` and `{second}`, in this order. What else hangs "
                "on the order, and would an error tell you that it is the wrong one?",
                f"The columns of the matrix (or the rows, where it stands on the right): the first belong to "
                f"`{first}`. The shapes are the same in either order, so no error comes, only wrong numbers.",
                4,
            )


def _cut(function: ast.FunctionDef) -> Iterator[Seen]:
    for node in _of(function, ast.Assign):
        split = [call for _, call in _calls(node.value, "split", "array_split", "reshape")] or (
            isinstance(node.value, ast.Tuple) and len(list(_of(node.value, ast.Slice))) > 1
        )
        if split and isinstance(node.targets[0], ast.Tuple | ast.List) and len(node.targets[0].elts) > 2:
            names = [_text(each) for each in node.targets[0].elts]
            yield Seen(
                "blocks of a matrix",
                node.lineno,
                f"Your line {node.lineno} cuts one array into {', '.join(f'`{each}`' for each in names)}. "
                "How do you know which block is which, and what would tell you that two are exchanged?",
                "By the order in which the weights were joined, and by nothing else: the blocks have the "
                "same shape. Exchanged ones raise no error; a comparison with separate gates, or with "
                "Keras, shows it.",
                4.5,
            )


def _summed(function: ast.FunctionDef) -> Iterator[Seen]:
    for _, node in _calls(function, "einsum"):
        text = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        ins, arrow, out = str(text).replace(" ", "").partition("->")
        if not ins or "..." in ins:
            continue
        letters = ins.replace(",", "")
        out = out if arrow else "".join(sorted(each for each in set(letters) if letters.count(each) == 1))
        gone = sorted(set(letters) - set(out))
        said = f"over {' and '.join(gone)}" if gone else "over none"
        yield Seen(
            "einsum",
            node.lineno,
            f"Read me the `{text}` of your line {node.lineno}: over which letter is summed, what has the "
            "result for its axes, and which product with `@` or `*` is it?",
            f"It is summed {said}, the letters that the result has not; the result has the axes "
            f"{', '.join(out) or 'of a single number'}. The reply names the same product in the other "
            "spelling.",
            4.5,
        )


def _transposed(function: ast.FunctionDef) -> Iterator[Seen]:
    for node in _of(function, ast.BinOp):
        if isinstance(node.op, ast.MatMult) and "backward" in function.name:
            for side in (node.left, node.right):
                if isinstance(side, ast.Attribute) and side.attr == "T":
                    yield Seen(
                        "transposed matrix",
                        node.lineno,
                        f"Your line {node.lineno} has `{_text(node)}`. Why is `{_text(side.value)}` "
                        "transposed there? Say it with the shapes.",
                        "On the way forward the matrix leads from what is read to the sums; a gradient "
                        "goes the other way, from the sums to what was read, so rows and columns change "
                        "places: (k, n) forward, (n, k) back. Where it is an outer product, it is one row "
                        "for each sum.",
                        4.5,
                    )


def _axis(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(
        function, "sum", "mean", "max", "min", "std", "argmax", "norm", "cumsum", "any", "all"
    ):
        for word in node.keywords:
            if word.arg == "axis":
                yield Seen(
                    "axis",
                    node.lineno,
                    f"Your line {node.lineno} takes `{name}` with `axis={_text(word.value)}`. What are the "
                    "axes of that array, which of them is gone afterwards, and what would you get with "
                    "another?",
                    "The reply names the axes in words (text, step, unit, ...), says that the one named "
                    "is gone, and that another would mix what belongs to different rows.",
                    3.5,
                )


def _from_zero(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(function, "zeros", "zeros_like", "full"):
        yield Seen(
            "what it begins with",
            node.lineno,
            f"Your line {node.lineno} begins with `{_text(node)}`. What does that stand for, and why is "
            "it right?",
            {
                "full": "For a place where nothing stands: padding. The number must be one that no word has.",
            }.get(
                name,
                "For what there is before anything was read or added: no memory before the first step, no "
                "gradient from after the last one, or an empty sum. The reply says which of these it is "
                "here.",
            ),
            3,
        )


def _overflow(function: ast.FunctionDef) -> Iterator[Seen]:
    for _, node in _calls(function, "exp"):
        yield Seen(
            "exponential",
            node.lineno,
            f"Your line {node.lineno} calls `{_text(node)}`. For which inputs could that overflow, and "
            "what in your answer keeps it from doing so?",
            "np.exp overflows above 709 or so in double precision. The argument must be kept from being "
            "large and positive: by its sign, by the absolute value, by the maximum subtracted. If "
            "nothing does, that is the weak place of this answer.",
            4.5,
        )


def _copied(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(function, "copy", "deepcopy", "array"):
        if name != "array" or (node.args and isinstance(node.args[0], ast.Name)):
            yield Seen(
                "a copy",
                node.lineno,
                f"Your line {node.lineno} has `{_text(node)}`. Is that a copy or the same array, and who "
                "would notice the difference?",
                "A copy. Without it the caller's array would change with this function's own, or a list "
                "would hold the same array many times over.",
                3,
            )


def _unknown(function: ast.FunctionDef) -> Iterator[Seen]:
    for _, node in _calls(function, "get", "setdefault"):
        if len(node.args) == 2:
            yield Seen(
                "what is not there",
                node.lineno,
                f"In your line {node.lineno}, `{_text(node)}`: when does the second value come out, and what "
                "does it mean to the network?",
                "When the first is not among the keys. For a vocabulary: a word that it does not know, which "
                "must have a number of its own, other than padding.",
                4,
            )


def _random(function: ast.FunctionDef) -> Iterator[Seen]:
    for _, node in _calls(
        function, "default_rng", "normal", "standard_normal", "permutation", "random", "binomial"
    ):
        yield Seen(
            "random numbers",
            node.lineno,
            f"Your line {node.lineno} draws random numbers with `{_text(node)}`. If I call your function "
            "twice, do I get the same? What decides that?",
            "The generator and where it stands: the same generator goes on, a new one from the same seed "
            "begins anew. A generator that the function makes itself ignores the one that it was given.",
            3.5,
        )


def _divided(function: ast.FunctionDef) -> Iterator[Seen]:
    for node in _of(function, ast.BinOp):
        if isinstance(node.op, ast.Div) and not isinstance(node.right, ast.Constant):
            yield Seen(
                "division",
                node.lineno,
                f"Your line {node.lineno} divides by `{_text(node.right)}`. What is that number, and "
                "can it be 0?",
                "The reply says in words what is counted or measured there, names an input for which it "
                "would be 0, and says what then comes out of this function.",
                3.5,
            )


def _layers(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(function, "LSTM", "GRU", "SimpleRNN", "Embedding", "Bidirectional", "Dense"):
        if name in ("LSTM", "GRU", "SimpleRNN"):
            whole = any(word.arg == "return_sequences" for word in node.keywords)
            yield Seen(
                "what a layer gives",
                node.lineno,
                f"Of what shape is what `{_text(node)}` in your line {node.lineno} gives, for a batch of N "
                f"sequences of T steps? What would change {'without' if whole else 'with'} "
                "`return_sequences`?",
                "With it (N, T, units), a state for each step, which a layer above needs; without it (N, "
                "units), the last state alone, which a dense layer needs.",
                4.5,
            )


def _sorting(function: ast.FunctionDef) -> Iterator[Seen]:
    for name, node in _calls(function, "sorted", "sort", "most_common", "argsort"):
        yield Seen(
            "order",
            node.lineno,
            f"Your line {node.lineno} uses `{name}`. When two are equal, which comes first, and does it "
            "matter here?",
            "The reply says by what is sorted, what decides between equals, and that without such a rule "
            "two runs or two computers could give different results.",
            3.5,
        )


_LOOKS: tuple[Callable[[ast.FunctionDef], Iterator[Seen]], ...] = (
    _kept_state, _slope_of_tanh, _sum_over_steps, _backwards, _carried, _joined, _cut, _summed, _transposed,
    _axis, _from_zero, _overflow, _copied, _unknown, _random, _divided, _layers, _sorting,
)  # fmt: skip

"""Cells that stand in no book: composed from parts, so that one is drawn and its solution stands nowhere.

Every cell is a list of lines `name = expression`. The frame is that of the lesson's cell; a few parts of it
are exchanged (a gate that is another's complement, a peephole, another activation, a leak), and so are its
conventions (what is joined to what, the side of the weights, the order of the blocks). From the lines come
the statement, the reference, its known mistakes and the backward pass. `count` says how many cells there are.
"""

import itertools
import math
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants import formulas

__all__ = ["FRAMES", "Cell", "Frame", "count", "draw"]

Arguments: TypeAlias = tuple[np.ndarray | dict[str, np.ndarray], ...]
_LETTERS = (
    "dejkmnqrsuwyz"  # for blocks; a, b, c, h, p, v, x and W have their meaning, f, g, i and o a usual one
)
_HUNDREDTHS = [f"{number / 100:g}" for number in range(5, 96)]
_SCALES = [f"{number / 20:g}" for number in range(5, 61) if number != 20]
_SHIFTS = [f"{sign} {number / 20:g}" for sign in "+-" for number in range(1, 41)]
_AFFINE = [f"{scale} * u {shift}" for scale in _SCALES for shift in _SHIFTS]
_GATE = ["sigmoid(u) ** 2", "1 - sigmoid(u)", "np.exp(-u ** 2)", *(f"sigmoid({part})" for part in _AFFINE)]
_CANDIDATE = [
    "u", "np.sin(u)", "np.arctan(u)", "np.maximum(0, u)", *(f"np.tanh({part})" for part in _AFFINE)
]  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What the cells of a lesson have in common, and which parts of it can be exchanged.

    Attributes:
        title: what it is called.
        structures: name -> (gates that have a block of their own, the states' expressions, how many there
            are by the number in them). In an expression stand the roles: keep, write, new, show.
        states: names of the states in the order in which they are made.
        twists: how many parts are exchanged in each cell.
        looks: at what a peephole may look.
    """

    title: str
    structures: Mapping[str, tuple[tuple[str, ...], Mapping[str, str], tuple[str, ...]]]
    states: tuple[str, ...]
    twists: int
    looks: tuple[str, ...]

    def categories(self, structure: str) -> dict[str, list[str]]:
        """Part -> what may stand in its place, besides what is usual."""
        parts = {}
        for role in self.structures[structure][0]:
            parts[f"{role} form"] = _CANDIDATE if role == "new" else _GATE
            parts[f"{role} peephole"] = [
                *self.looks,
                *(["c"] if role == "show" and "c" in self.states else []),
            ]
        if "c" in self.states:
            parts["h form"] = _CANDIDATE
            parts["c leak"] = [
                f"{k} * {state}" for k in _HUNDREDTHS for state in ("h_prev", "np.tanh(c_prev)")
            ]
        parts["h leak"] = [f"{k} * h_prev" for k in _HUNDREDTHS]
        return parts

    @property
    def joins(self) -> list[tuple[str, ...]]:
        """What may be joined to what."""
        seen = [("h_prev", "x"), ("h_prev", "x", "c_prev")] if "c" in self.states else [("h_prev", "x")]
        return [order for names in seen for order in itertools.permutations(names)]


_SHOWN = {"c": "keep * c_prev + write * new", "h": "show * OUT"}
_GATES = ("keep", "write", "new", "show")
_ONE = ("",)
FRAMES = {
    "simple": Frame(
        "simple recurrent cell",
        {
            "plain": (("new",), {"h": "new"}, _ONE),
            "leaky": (("new",), {"h": "NUMBER * h_prev + (1 - NUMBER) * new"}, tuple(_HUNDREDTHS)),
            "gated": (("keep", "new"), {"h": "keep * h_prev + new"}, _ONE),
            "coupled": (("keep", "new"), {"h": "keep * h_prev + (1 - keep) * new"}, _ONE),
        },
        ("h",),
        3,
        ("h_prev",),
    ),
    "memory": Frame(
        "cell with a memory",
        {
            "plain": (_GATES, _SHOWN, _ONE),
            "write coupled": (
                ("keep", "new", "show"), _SHOWN | {"c": "keep * c_prev + (1 - keep) * new"}, _ONE
            ),
            "keep coupled": (
                ("write", "new", "show"), _SHOWN | {"c": "(1 - write) * c_prev + write * new"}, _ONE
            ),
            "no write": (("keep", "new", "show"), _SHOWN | {"c": "keep * c_prev + new"}, _ONE),
            "constant keep": (
                ("write", "new", "show"), _SHOWN | {"c": "NUMBER * c_prev + write * new"}, tuple(_HUNDREDTHS)
            ),
            "no show": (("keep", "write", "new"), _SHOWN | {"h": "OUT"}, _ONE),
            "shown by keep": (("keep", "write", "new"), _SHOWN | {"h": "keep * OUT"}, _ONE),
            "shown by write": (("keep", "write", "new"), _SHOWN | {"h": "(1 - write) * OUT"}, _ONE),
        },
        ("c", "h"),
        5,
        ("c_prev", "h_prev"),
    ),
    "gated": Frame(
        "gated cell without a cell state",
        {
            "coupled": (("keep", "new", "show"), {"h": "keep * h_prev + (1 - keep) * (show * new)"}, _ONE),
            "turned": (("keep", "new", "show"), {"h": "(1 - keep) * h_prev + keep * (show * new)"}, _ONE),
            "two gates": (("keep", "write", "new"), {"h": "keep * h_prev + write * new"}, _ONE),
            "three gates": (
                ("keep", "write", "new", "show"), {"h": "show * (keep * h_prev + write * new)"}, _ONE
            ),
        },
        ("h",),
        3,
        ("h_prev",),
    ),
}  # fmt: skip


def count(frame: str) -> int:
    """How many cells there are in a frame; other letters for the blocks make no other cell.

    Args:
        frame: key of `FRAMES`.

    Returns:
        An int.

    Example:
        >>> count("memory") > 10**12
        True
    """
    kind = FRAMES[frame]
    conventions = len(kind.joins) * 2 * math.factorial(len(kind.states))
    total = 0
    for structure, (roles, _, numbers) in kind.structures.items():
        ways = [1] + [0] * kind.twists  # number of exchanged parts -> in how many ways
        for choices in kind.categories(structure).values():
            ways = [ways[k] + (ways[k - 1] * len(choices) if k else 0) for k in range(kind.twists + 1)]
        total += ways[kind.twists] * len(numbers) * math.factorial(len(roles))
    return total * conventions


@dataclass(frozen=True)
class Cell:
    """A cell that was drawn.

    Attributes:
        frame: key of `FRAMES`.
        blocks: letters of the blocks, in the order in which the weights hold them.
        lines: pairs of a name and its expression, from the blocks `a_q` to the states.
        join: what is joined to what.
        weights_left: whether the product is W @ v, W (k H, n); else v @ W, W (n, k H).
        returns: names of the states, in the order in which they are returned.
        usual: letter of a block -> its line as it usually is, where that differs.

    Example:
        >>> cell = draw(random.Random(1), "simple")
        >>> print(cell.source("step"))
        def step(x, h_prev, weights):
            v = np.concatenate([h_prev, x])
            a = weights["W"] @ v + weights["b"]
            a_u = a
            u = np.tanh(2.8 * (a_u + weights["p_u"] * h_prev) - 0.75)
            h = 0.88 * h_prev + 0.12 * u + 0.65 * h_prev
            return h
        <BLANKLINE>
    """

    frame: str
    blocks: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    join: tuple[str, ...]
    weights_left: bool
    returns: tuple[str, ...]
    usual: tuple[tuple[str, str], ...]

    @property
    def arguments(self) -> list[str]:
        """Names of the arguments."""
        return ["x", *(f"{state}_prev" for state in ("h", "c") if state in self.returns), "weights"]

    @property
    def peepholes(self) -> list[str]:
        """Names of the peepholes' weights."""
        return [f"p_{block}" for block in self.blocks if f'"p_{block}"' in dict(self.lines)[block]]

    @cached_property
    def forward(self) -> list[str]:
        """Lines of the forward pass as Python."""
        product = 'weights["W"] @ v' if self.weights_left else 'v @ weights["W"]'
        blocks = ", ".join(f"a_{block}" for block in self.blocks)
        split = f"{blocks} = np.split(a, {len(self.blocks)})" if len(self.blocks) > 1 else f"{blocks} = a"
        return [
            f"v = np.concatenate([{', '.join(self.join)}])",
            f'a = {product} + weights["b"]',
            split,
            *(f"{name} = {expression}" for name, expression in self.lines),
        ]

    def source(self, name: str) -> str:
        """Text of the function that makes a step."""
        head = f"def {name}({', '.join(self.arguments)}):"
        body = [*self.forward, f"return {', '.join(self.returns)}"]
        return "\n    ".join([head, *body]) + "\n"

    def inputs(self, rng: np.random.Generator, D: int, H: int, bias: float = 0.7) -> Arguments:
        """Random arguments: x (D,), h_prev (H,), perhaps c_prev (H,), and weights."""
        k, n = len(self.blocks), sum({"x": D}.get(name, H) for name in self.join)
        W = rng.normal(size=(k * H, n)) / H**0.5
        weights = {"W": W if self.weights_left else W.T, "b": rng.normal(size=k * H) * bias}
        weights |= {name: rng.normal(size=H) for name in self.peepholes}
        states = [rng.uniform(-1, 1, size=H), rng.normal(size=H)][: len(self.returns)]
        return rng.normal(size=D), *states, weights

    def probes(self, rng: np.random.Generator) -> list[Probe]:
        """Inputs to try an answer on."""
        first = self.inputs(rng, 3, 4)
        return [
            Probe(first),
            Probe(self.inputs(rng, 3, 4, bias=0.0), "when the biases are zero"),
            Probe((np.zeros(3), *first[1:]), "when `x` is zero"),
            Probe((first[0], np.zeros(4), *first[2:]), "when `h_prev` is zero"),
            Probe(self.inputs(rng, 5, 2), "for another size"),
        ]

    def statement(self) -> list[str]:
        """What a student reads: paragraphs of Markdown."""
        k, n = len(self.blocks), " + ".join("D" if name == "x" else "H" for name in self.join)
        rows = f"{k}H" if k > 1 else "H"
        shape = f"({rows}, {n})" if self.weights_left else f"({n}, {rows})"
        joined = ", ".join(formulas.mathematics(name) for name in self.join)
        product = r"W\,v + b" if self.weights_left else r"v\,W + b"
        blocks = ", ".join(f"$a_{block}$" for block in self.blocks)
        cut = f"The blocks of $a$, each of size H, are {blocks}, **in this order**." if k > 1 else ""
        cut = cut or f"$a_{self.blocks[0]}$ is $a$ itself."
        lines = (f"{name} &= {formulas.mathematics(expression)}" for name, expression in self.lines)
        given = ", ".join(f"`{state}_prev`" for state in ("h", "c") if state in self.returns)
        peepholes = ", ".join(f'`weights["{name}"]`' for name in self.peepholes)
        peepholes = f"; {peepholes} (H,), one number for each unit" if peepholes else ""
        return [
            f"$v = [{joined}]$ and $a = {product}$. {cut} $\\sigma$ is the sigmoid, $\\odot$ multiplies "
            "element by element, and all functions act on each element.",
            "$$\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}$$",
            f'Shapes: `x` (D,), {given} (H,), `weights["W"]` {shape}, `weights["b"]` ({rows},){peepholes}.',
        ]

    def mistakes(self) -> tuple[Mistake, ...]:
        """The known mistakes, as edits of the reference."""
        return (*self._of_conventions(), *self._of_parts())

    def _of_conventions(self):
        joined, other = ", ".join(self.join), ", ".join(self.join[::-1])
        yield Mistake(
            "joined the other way round",
            f"The weights act on [{joined}], and you join [{other}].",
            {f"[{joined}]": f"[{other}]"},
        )
        yield Mistake(
            "biases forgotten",
            "You leave the biases out: `b` is added after the product.",
            {' + weights["b"]': ""},
        )
        if len(self.returns) > 1:
            yield Mistake(
                "returned in the other order",
                f"Return {', '.join(self.returns)}, in this order.",
                {f"return {', '.join(self.returns)}": f"return {', '.join(self.returns[::-1])}"},
            )
        right = ", ".join(f"a_{block}" for block in self.blocks)
        for first, second in itertools.combinations(self.blocks, 2):
            swap = {first: second, second: first}
            swapped = ", ".join(f"a_{swap.get(block, block)}" for block in self.blocks)
            yield Mistake(
                f"blocks {first} and {second} exchanged",
                f"You take the block of {first} for {second} and vice versa. The order is {right}.",
                {f"{right} =": f"{swapped} ="},
            )

    def _of_parts(self):
        written = dict(self.lines)
        for name, usual in self.usual:
            yield Mistake(
                f"{name} as in the ordinary cell",
                f"You make {name} as the ordinary cell does. Here its formula is another: read it again.",
                {f"    {name} = {written[name]}": f"    {name} = {usual}"},
            )
        for name, expression in self.lines:
            if "np.tanh(" in expression:
                other = expression.replace("np.tanh(", "sigmoid(")
                yield Mistake(
                    f"sigmoid in place of tanh in {name}",
                    f"In {name} stands a tanh, and you take the sigmoid.",
                    {f"    {name} = {expression}": f"    {name} = {other}"},
                )


def draw(rng: random.Random, frame: str) -> Cell:
    """A cell of a frame.

    Args:
        rng: a `random.Random`.
        frame: key of `FRAMES`.

    Returns:
        A `Cell`.
    """
    kind = FRAMES[frame]
    structure = rng.choice(list(kind.structures))
    roles, states, numbers = kind.structures[structure]
    letters = dict(zip(roles, rng.sample(_LETTERS, len(roles)), strict=True))
    categories = kind.categories(structure)
    twisted = rng.sample(list(categories), kind.twists)
    parts = {part: rng.choice(categories[part]) for part in twisted}
    number = rng.choice(numbers)
    fill = _filled(letters, number)
    lines, usual = _lines(roles, letters, {state: fill(text) for state, text in states.items()}, parts)
    return Cell(
        frame,
        tuple(rng.sample(list(letters.values()), len(roles))),
        lines,
        rng.choice(kind.joins),
        rng.random() < 0.5,
        tuple(rng.sample(kind.states, len(kind.states))),
        usual,
    )


def _filled(letters: Mapping[str, str], number: str) -> Callable[[str], str]:
    """Puts the letters of the roles and the number into an expression."""

    def fill(text):
        for role, letter in letters.items():
            text = text.replace(role, letter)
        if number:
            text = text.replace("(1 - NUMBER)", f"{1 - float(number):g}").replace("NUMBER", number)
        return text

    return fill


def _lines(roles, letters, states, parts):
    """The lines of a cell, and those of them as they usually are that differ."""
    lines, usual = {}, {}
    for role in roles:
        letter = letters[role]
        plain = f"np.tanh(a_{letter})" if role == "new" else f"sigmoid(a_{letter})"
        inner = f"a_{letter}"
        if look := parts.get(f"{role} peephole"):
            inner += f' + weights["p_{letter}"] * {look}'
        form = parts.get(f"{role} form", "np.tanh(u)" if role == "new" else "sigmoid(u)")
        lines[letter] = _put(form, inner)
        if lines[letter] != plain:
            usual[letter] = plain
    for state, text in states.items():
        out = _put(parts.get("h form", "np.tanh(u)"), "c")
        made = text.replace("OUT", out)
        lines[state] = made + (f" + {parts[f'{state} leak']}" if f"{state} leak" in parts else "")
        plain = text.replace("OUT", "np.tanh(c)")
        if lines[state] != plain:
            usual[state] = plain
    late = [letter for letter in letters.values() if "c" in formulas.names(lines[letter])]
    order = [*(name for name in lines if name not in ("c", "h", *late)), "c", *late, "h"]
    order = [name for name in order if name in lines]
    return tuple((name, lines[name]) for name in order), tuple(usual.items())


def _put(form, inner):
    """A form with an expression in the place of u, in brackets where it must."""
    if " " in inner and any(sign in form for sign in ("* u", "-u", "u **")):
        inner = f"({inner})"
    return "".join(inner if part == "u" else part for part in _pieces(form))


def _pieces(form):
    """A form cut where its u stands: "np.maximum(0, u)" has more letters u than one."""
    return re.split(r"(?<![\w.])(u)(?!\w)", form)

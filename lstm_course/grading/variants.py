"""Exercises that have no solution to copy: one LSTM variant for each student, made from one description.

The cells are those of Greff et al. 2015, "LSTM: a search space odyssey": an LSTM from which one part has been
taken away, or to which one has been added. Around it the conventions change: the order of the blocks in the
weights, what is joined to what, on which side the weights stand, what is returned first. From a `Variant`
come its statement, its stub, its reference, its known mistakes and a worked example, so that none of them can
contradict another.
"""

import itertools
import json
import linecache
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lstm_course.common import notebooks
from lstm_course.common.trouble import Trouble
from lstm_course.exercises import Exercise, Mistake, Probe
from lstm_course.scratch import sigmoid

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "ARCHITECTURES",
    "Variant",
    "VariantError",
    "all_variants",
    "draw",
    "exercise",
    "read_key",
    "write",
]

Arguments: TypeAlias = tuple[np.ndarray | dict[str, np.ndarray], ...]
FUNCTION = "lstm_step"
KEY = "key.json"
GATES = {"i": "input gate", "f": "forget gate", "o": "output gate", "g": "candidate"}


class VariantError(Trouble):
    """Variants cannot be made or read; the message says why and what to do."""


@dataclass(frozen=True)
class Architecture:
    """A cell of Greff et al. 2015.

    Attributes:
        title: what it is called.
        blocks: letters of the blocks that its weights hold.
        cell, output: how the new cell state and the hidden state are made, as Python.
        mistakes: of this cell alone: name -> (explanation, changes).
    """

    title: str
    blocks: str
    cell: str
    output: str
    mistakes: Mapping[str, tuple[str, Mapping[str, str]]]


_CELL, _OUTPUT = "f * c_prev + i * g", "o * np.tanh(c)"
_NO_TANH = {
    "output without tanh": ("The cell state goes through tanh before it is shown.", {"np.tanh(c)": "c"}),
}
ARCHITECTURES = {
    "no input gate": Architecture(
        "LSTM without an input gate",
        "fgo",
        "f * c_prev + g",
        _OUTPUT,
        _NO_TANH
        | {
            "gates coupled": (
                "You let in (1 - f) of the candidate. Here it comes in whole.",
                {"+ g": "+ (1 - f) * g"},
            ),
        },
    ),
    "no forget gate": Architecture(
        "LSTM without a forget gate",
        "igo",
        "c_prev + i * g",
        _OUTPUT,
        _NO_TANH
        | {
            "a forget gate after all": (
                "You keep (1 - i) of the old cell state. Without a forget gate all of it stays.",
                {"c_prev + i": "(1 - i) * c_prev + i"},
            ),
        },
    ),
    "no output gate": Architecture(
        "LSTM without an output gate",
        "ifg",
        _CELL,
        "np.tanh(c)",
        {
            "output without tanh": (
                "The cell state goes through tanh before it is shown.",
                {"h = np.tanh(c)": "h = c"},
            ),
            "an output gate after all": (
                "Nothing gates the output here.",
                {"h = np.tanh(c)": "h = f * np.tanh(c)"},
            ),
        },
    ),
    "no input activation": Architecture(
        "LSTM whose candidate has no activation",
        "ifgo",
        _CELL,
        _OUTPUT,
        _NO_TANH
        | {
            "candidate through tanh": (
                "Your candidate goes through tanh, as in the ordinary LSTM. Here it comes in as it is.",
                {"i * g": "i * np.tanh(g)"},
            ),
        },
    ),
    "no output activation": Architecture(
        "LSTM whose output has no activation",
        "ifgo",
        _CELL,
        "o * c",
        {
            "output through tanh": (
                "You show tanh of the cell state, as in the ordinary LSTM. Here it is shown as it is.",
                {"o * c": "o * np.tanh(c)"},
            ),
        },
    ),
    "coupled gates": Architecture(
        "LSTM with coupled input and forget gates",
        "fgo",
        "f * c_prev + (1 - f) * g",
        _OUTPUT,
        _NO_TANH
        | {
            "coupling the other way round": (
                "f is the part that stays, 1 - f the part that comes in; you have them exchanged.",
                {"f * c_prev + (1 - f) * g": "(1 - f) * c_prev + f * g"},
            ),
            "candidate not gated": ("Only 1 - f of the candidate comes in.", {"(1 - f) * g": "g"}),
        },
    ),
    "peepholes": Architecture(
        "LSTM with peepholes",
        "ifgo",
        _CELL,
        _OUTPUT,
        _NO_TANH
        | {
            "output gate peeps at the old state": (
                "Your output gate looks at the old cell state. It comes last, and looks at the new one.",
                {'weights["po"] * c)': 'weights["po"] * c_prev)'},
            ),
            "output gate without peephole": (
                "Your output gate does not look at the cell state.",
                {' + weights["po"] * c)': ")"},
            ),
            "forget gate without peephole": (
                "Your forget gate does not look at the cell state.",
                {' + weights["pf"] * c_prev': ""},
            ),
            "input gate without peephole": (
                "Your input gate does not look at the cell state.",
                {' + weights["pi"] * c_prev': ""},
            ),
        },
    ),
    "gate recurrence": Architecture(
        "LSTM with full gate recurrence",
        "ifgo",
        _CELL,
        _OUTPUT,
        _NO_TANH
        | {
            "gates do not see the old gates": (
                "The gates of the step before have no part in your new ones: `G` is missing.",
                {'weights["G"] @ gates_prev': "np.zeros_like(gates_prev)"},
            ),
            "G transposed": (
                "`G` stands on the left of `gates_prev`.",
                {'weights["G"] @ gates_prev': 'gates_prev @ weights["G"]'},
            ),
        },
    ),
}


@dataclass(frozen=True)
class Variant:
    """One assessment variant.

    Attributes:
        architecture: key of `ARCHITECTURES`.
        blocks: letters of the blocks, in the order in which the weights hold them.
        state_first: whether [h_prev, x] is joined in this order; else [x, h_prev].
        weights_left: whether the product is W @ joined, W (k H, H + D); else joined @ W, W (H + D, k H).
        cell_first: whether c is returned before h.

    Example:
        >>> variant = all_variants()[0]
        >>> variant.architecture, variant.blocks
        ('no input gate', 'fgo')
        >>> print(variant.source().splitlines()[1].strip())
        joined = np.concatenate([h_prev, x])
    """

    architecture: str
    blocks: str
    state_first: bool
    weights_left: bool
    cell_first: bool

    @property
    def cell(self) -> Architecture:
        """The `Architecture`."""
        return ARCHITECTURES[self.architecture]

    @property
    def arguments(self) -> list[str]:
        """Names of the arguments."""
        gates = ["gates_prev"] if self.architecture == "gate recurrence" else []
        return ["x", "h_prev", "c_prev", *gates, "weights"]

    @property
    def returns(self) -> tuple[str, ...]:
        """Names of what is returned."""
        gates = ("gates",) if self.architecture == "gate recurrence" else ()
        return (("c", "h") if self.cell_first else ("h", "c")) + gates

    @property
    def joined(self) -> str:
        """What is joined to what, as Python."""
        return "[h_prev, x]" if self.state_first else "[x, h_prev]"

    @property
    def product(self) -> str:
        """The matrix product, as Python."""
        return 'weights["W"] @ joined' if self.weights_left else 'joined @ weights["W"]'

    def source(self) -> str:
        """Text of the reference."""
        return (
            "\n".join(
                [
                    f"def {FUNCTION}({', '.join(self.arguments)}):",
                    f"    joined = np.concatenate({self.joined})",
                    f'    a = {self.product} + weights["b"]',
                    f"    {', '.join(self.blocks)} = np.split(a, {len(self.blocks)})",
                    *(f"    {line}" for line in self._gates()),
                    f"    return {', '.join(self.returns)}",
                ]
            )
            + "\n"
        )

    def _gates(self):
        inner = {gate: gate for gate in self.blocks}
        lines = []
        if self.architecture == "peepholes":
            inner |= {gate: f'{gate} + weights["p{gate}"] * c_prev' for gate in "if"}
            inner["o"] = 'o + weights["po"] * c'
        if self.architecture == "gate recurrence":
            lines.append('ri, rf, ro = np.split(weights["G"] @ gates_prev, 3)')
            inner |= {gate: f"{gate} + r{gate}" for gate in "ifo"}
        gate_lines = {gate: f"{gate} = sigmoid({inner[gate]})" for gate in "ifo" if gate in self.blocks}
        last = [gate_lines.pop("o")] if self.architecture == "peepholes" else []
        candidate = [] if self.architecture == "no input activation" else ["g = np.tanh(g)"]
        gates = ["gates = np.concatenate([i, f, o])"] if "gates" in self.returns else []
        state = [f"c = {self.cell.cell}", *last, f"h = {self.cell.output}"]
        return [*lines, *gate_lines.values(), *candidate, *state, *gates]

    def mistakes(self) -> tuple[Mistake, ...]:
        """The known mistakes, as edits of the reference."""
        other = "[x, h_prev]" if self.state_first else "[h_prev, x]"
        found = [
            Mistake(
                "joined the other way round",
                f"The weights act on {self.joined}, and you join {other}.",
                {self.joined: other},
            ),
            Mistake(
                "biases forgotten",
                "You leave the biases out: `b` is added after the product.",
                {' + weights["b"]': ""},
            ),
            Mistake(
                "gates through tanh",
                "Your gates go through tanh. A gate goes through the sigmoid.",
                {f"{gate} = sigmoid(": f"{gate} = np.tanh(" for gate in self.blocks if gate != "g"},
            ),
            Mistake(
                "returned in the other order",
                f"Return {', '.join(self.returns)}, in this order.",
                {f"return {', '.join(self.returns[:2])}": f"return {', '.join(self.returns[1::-1])}"},
            ),
        ]
        if self.architecture != "no input activation":
            found.append(
                Mistake(
                    "candidate through sigmoid",
                    "The candidate is no gate: it goes through tanh.",
                    {"g = np.tanh(": "g = sigmoid("},
                )
            )
        right = f"{', '.join(self.blocks)} ="
        for first, second in itertools.combinations(self.blocks, 2):
            swapped = self.blocks.translate(str.maketrans(first + second, second + first))
            found.append(
                Mistake(
                    f"{GATES[first]} and {GATES[second]} exchanged",
                    f"You take the block of the {GATES[second]} for the {GATES[first]} and vice versa. The "
                    f"blocks are in the order {', '.join(self.blocks)}.",
                    {right: f"{', '.join(swapped)} ="},
                )
            )
        return (*found, *(Mistake(name, *rest) for name, rest in self.cell.mistakes.items()))

    def probes(self, rng: np.random.Generator) -> list[Probe]:
        """Inputs to try an answer on."""
        first = self.inputs(rng, 3, 4)
        still = (np.zeros(3), *first[1:])
        return [
            Probe(first),
            Probe(self.inputs(rng, 3, 4, bias=0.0), "when the biases are zero"),
            Probe(still, "when `x` is zero"),
            Probe((first[0], np.zeros(4), *first[2:]), "when `h_prev` is zero"),
            Probe((*first[:2], np.zeros(4), *first[3:]), "when `c_prev` is zero"),
            Probe(self.inputs(rng, 5, 2), "for another size"),
        ]

    def inputs(self, rng: np.random.Generator, D: int, H: int, bias: float = 0.7) -> Arguments:
        """Random arguments: x (D,), h_prev (H,), c_prev (H,), perhaps gates_prev (3 H,), and weights."""
        k = len(self.blocks)
        W = rng.normal(size=(k * H, H + D)) / H**0.5
        weights = {"W": W if self.weights_left else W.T, "b": rng.normal(size=k * H) * bias}
        if self.architecture == "peepholes":
            weights |= {f"p{gate}": rng.normal(size=H) for gate in "ifo"}
        if self.architecture == "gate recurrence":
            weights["G"] = rng.normal(size=(3 * H, 3 * H)) / H**0.5
        arguments = [rng.normal(size=D), rng.uniform(-1, 1, size=H), rng.normal(size=H)]
        if self.architecture == "gate recurrence":
            arguments.append(rng.uniform(size=3 * H))
        return (*arguments, weights)


def all_variants() -> list[Variant]:
    """Every variant there is, as a list of `Variant`."""
    yes_and_no = (True, False)
    return [
        Variant(name, "".join(blocks), *conventions)
        for name, cell in ARCHITECTURES.items()
        for blocks in itertools.permutations(cell.blocks)
        for conventions in itertools.product(yes_and_no, yes_and_no, yes_and_no)
    ]


def draw(names: Sequence[str], seed: int) -> dict[str, Variant]:
    """A variant for each name, no two the same while there are enough.

    Args:
        names: list of str, of students or groups.
        seed: int; the same names and seed give the same variants.

    Returns:
        Dict from name to `Variant`.
    """
    variants = all_variants()
    order = np.random.default_rng(seed).permutation(len(variants))
    return {name: variants[order[k % len(order)]] for k, name in enumerate(names)}


def exercise(variant: Variant) -> Exercise:
    """The exercise of a variant, for `judge` and the batch grader.

    Args:
        variant: a `Variant`.

    Returns:
        An `Exercise` called "lstm_step".
    """
    source = variant.source()
    filename = f"<{variant.architecture}, {variant.blocks}, {id(variant)}>"
    # The reference of an exercise has a source, which `inspect` finds here.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {"np": np, "sigmoid": sigmoid}
    exec(compile(source, filename, "exec"), namespace)
    return Exercise(
        reference=namespace[FUNCTION],
        title=f"One step of an {variant.cell.title}",
        lesson="03",
        section="Two relatives: peepholes and coupled gates",
        points=10,
        minutes=30,
        returns=variant.returns,
        axes=dict.fromkeys(variant.returns, ("unit",)),
        probes=variant.probes,
        hints=(),
        mistakes=variant.mistakes(),
    )


def write(folder: str | Path, names: Sequence[str], seed: int) -> None:
    """Write a notebook for each name, and the key for the instructor.

    Args:
        folder: str or pathlib.Path; it must not exist or be empty.
        names: list of str, each fit for the name of a folder.
        seed: int.

    Raises:
        VariantError: names twice or unfit, or a folder that holds something.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VariantError(f"{folder} is not empty; name a new folder, so that nothing is overwritten.")
    unfit = [name for name in names if not name or Path(name).name != name or name in (".", "..", KEY)]
    if unfit or len(set(names)) < len(names) or not names:
        raise VariantError(
            f"Each student needs a name that can name a folder, once; not so: {unfit or 'the list'}."
        )
    drawn = draw(names, seed)
    for name, variant in drawn.items():
        notebooks.write(folder / name / "lstm_variant.ipynb", notebook(variant))
    key = {"seed": seed, "variants": {name: asdict(variant) for name, variant in drawn.items()}}
    (folder / KEY).write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")


def read_key(path: str | Path) -> dict[str, Variant]:
    """The variants of a key file that `write` has written.

    Args:
        path: str or pathlib.Path.

    Returns:
        Dict from name to `Variant`.

    Raises:
        VariantError: it is no such file.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))["variants"]
        return {name: Variant(**fields) for name, fields in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VariantError(f"{path} is no key of variants ({error}); name the {KEY} that was made.") from None


# ---- the notebook


def notebook(variant: Variant) -> "NotebookNode":
    """The notebook of a variant: statement, stub and a worked example.

    Args:
        variant: a `Variant`.

    Returns:
        A notebook without outputs, schema 3 of nbgrader.
    """
    off = dict.fromkeys(("grade", "locked", "solution", "task"), False) | {"schema_version": 3}
    stub = f"def {FUNCTION}({', '.join(variant.arguments)}):\n    ...  # your code here"
    cells = [
        ("markdown", "statement", _statement(variant), off | {"locked": True}),
        (
            "code",
            "imports",
            "import numpy as np\n\nfrom lstm_course.scratch import sigmoid",
            off | {"locked": True},
        ),
        ("code", FUNCTION, stub, off | {"solution": True}),
        ("markdown", "example-text", _EXAMPLE_TEXT, off | {"locked": True}),
        ("code", "example", _example(variant), off | {"locked": True}),
    ]
    return notebooks.notebook(
        notebooks.cell(kind, name, source, {"nbgrader": nbgrader | {"grade_id": name}})
        for kind, name, source, nbgrader in cells
    )


_EXAMPLE_TEXT = (
    "One worked example, with `D` = 2 and `H` = 2. Your function is tried on others, of other sizes."
)


def _example(variant):
    arguments = variant.inputs(np.random.default_rng(0), 2, 2)
    arguments = [_rounded(argument) for argument in arguments]
    expected = exercise(variant).reference(*arguments)
    lines = [f"{name} = {_written(value)}" for name, value in zip(variant.arguments, arguments, strict=True)]
    lines += [f"expected = {tuple(np.round(value, 4).tolist() for value in expected)}", ""]
    lines += [f"found = {FUNCTION}({', '.join(variant.arguments)})"]
    lines += [
        "if found is not None:",
        f"    for name, ours, yours in zip({variant.returns}, expected, found):",
        '        print(name, "agrees" if np.allclose(ours, yours, atol=1e-3) else "differs")',
    ]
    return "\n".join(lines)


def _rounded(value):
    return (
        {name: array.round(2) for name, array in value.items()} if isinstance(value, dict) else value.round(2)
    )


def _written(value):
    if isinstance(value, dict):
        return (
            "{" + ",\n           ".join(f'"{name}": {_written(array)}' for name, array in value.items()) + "}"
        )
    return f"np.array({value.tolist()})"


def _statement(variant):
    k, cell = len(variant.blocks), variant.cell
    shape = f"({k}H, H + D)" if variant.weights_left else f"(H + D, {k}H)"
    shapes = [f'`weights["W"]` {shape}', f'`weights["b"]` ({k}H,)']
    formulas = [_formula(gate, variant) for gate in variant.blocks if gate != "g"]
    formulas.append(r"g = a_g" if variant.architecture == "no input activation" else r"g = \tanh(a_g)")
    formulas += ["c = " + _as_mathematics(cell.cell), "h = " + _as_mathematics(cell.output)]
    product = r"W\,v + b" if variant.weights_left else r"v\,W + b"
    joined = r"[h_\text{prev}, x]" if variant.state_first else r"[x, h_\text{prev}]"
    extra = []
    if variant.architecture == "peepholes":
        shapes += ['`weights["pi"]`, `weights["pf"]`, `weights["po"]` (H,), one number for each unit']
        extra = ["The output gate looks at the **new** cell state."]
    if variant.architecture == "gate recurrence":
        shapes += ['`weights["G"]` (3H, 3H)', "`gates_prev` (3H,): i, f, o of the step before, in this order"]
        extra = [
            r"$r = G\,\text{gates}_\text{prev}$ consists of $r_i, r_f, r_o$; return also `gates`, the new "
            "i, f, o."
        ]
    return "\n\n".join(
        [
            f"# One step of an {cell.title}",
            f"Write `{FUNCTION}({', '.join(variant.arguments)})`. It returns `{', '.join(variant.returns)}`. "
            "The cell is one of those that Greff et al. (2015) compared, and **not** the LSTM of the lesson: "
            "read the formulas.",
            f"$v = {joined}$ and $a = {product}$. The blocks of $a$, each of size H, are "
            f"{', '.join(f'$a_{gate}$' for gate in variant.blocks)}, **in this order**. $\\sigma$ is the "
            "sigmoid, and $\\odot$ multiplies element by element.",
            "$$\\begin{aligned}"
            + r" \\ ".join(line.replace("=", "&=", 1) for line in formulas)
            + "\\end{aligned}$$",
            *extra,
            "Shapes: `x` (D,), `h_prev` and `c_prev` (H,), " + "; ".join(shapes) + ".",
        ]
    )


def _formula(gate, variant):
    inner = f"a_{gate}"
    if variant.architecture == "peepholes":
        inner += rf" + p_{gate} \odot " + ("c" if gate == "o" else r"c_\text{prev}")
    if variant.architecture == "gate recurrence":
        inner += f" + r_{gate}"
    return rf"{gate} = \sigma({inner})"


def _as_mathematics(code):
    for python, mathematics in (("np.tanh", r"\tanh"), ("c_prev", r"c_\text{prev}"), (" * ", r" \odot ")):
        code = code.replace(python, mathematics)
    return code

"""Lesson 3: a composed cell with a memory, forwards and backwards, its size, and a timeline of gates."""

import random

from lstm_course.grading.variants import cells
from lstm_course.grading.variants.bank import steps
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, number

__all__ = ["KINDS"]


def _forward(rng: random.Random, name: str) -> ExamQuestion:
    return steps.forward(
        Place("One step of a composed cell", "03", "The whole cell", 8, 25), rng, name, "memory"
    )


def _backward(rng: random.Random, name: str) -> ExamQuestion:
    place = Place("One step of a composed cell, backwards", "03", "The backward pass", 10, 40)
    return steps.backward(place, rng, name, "memory")


def _parameters(rng: random.Random, name: str) -> ExamQuestion:
    cell = cells.draw(rng, "memory")
    D, H, k = rng.randint(5, 60), rng.randint(20, 150), len(cell.blocks)
    width = " + ".join("D" if each == "x" else "H" for each in cell.join)
    peepholes = len(cell.peepholes)
    sample = f"D, H = {D}, {H}\n{name} = {k} * H * ({width}) + {k} * H" + (
        f" + {peepholes} * H" if peepholes else ""
    )
    return number(
        Place("Parameters of a composed cell", "03", "Counting parameters", 4, 8),
        sample,
        [
            f"How many numbers does this cell train, for D = {D} and H = {H}? All of `weights` are trained.",
            *cell.statement()[:2],
            "W and b are as large as the formulas need; each $p$ has one number for each unit.",
        ],
        [
            ("of an ordinary LSTM", "count the blocks that this cell has", "4 * (H * (H + D) + H)"),
            ("biases left out", "b has a number for each of the k H sums", f"{name} - {k} * H"),
            ("peepholes left out", "each p has H numbers", f"{name} - {peepholes} * H"),
            (
                "peepholes as matrices",
                "a peephole acts element by element",
                f"{name} + {peepholes} * (H * H - H)",
            ),
        ],
        [
            (2, "the matrix: blocks, and what is joined"),
            (1, "the bias"),
            (1, "the peepholes, or that there is none"),
        ],
        f"{k} blocks, each with a row of {width} numbers for each unit and a bias.",
    )


def _timeline(rng: random.Random, name: str) -> ExamQuestion:
    T = 12
    reset, late = rng.randint(3, 5), rng.randint(8, 10)
    early = rng.randint(1, reset - 1)
    kept = rng.randint(reset, 7)
    f = [rng.randint(93, 99) / 100 for _ in range(T)]
    i = [rng.randint(1, 6) / 100 for _ in range(T)]
    g = [rng.randint(-60, 60) / 100 for _ in range(T)]
    f[reset - 1] = rng.randint(2, 10) / 100  # what came before is forgotten
    i[early - 1], g[early - 1] = 0.98, 0.97  # the largest that ever comes in
    i[kept - 1], g[kept - 1] = rng.randint(85, 95) / 100, rng.choice([-1, 1]) * rng.randint(80, 90) / 100
    i[late - 1], g[late - 1] = rng.randint(30, 40) / 100, rng.randint(50, 60) / 100
    rows = {"f": f, "i": i, "g": g}
    told = "; ".join(f"{letter}: {', '.join(f'{v:g}' for v in row)}" for letter, row in rows.items())
    sample = (
        f"f = np.array({f})\ni = np.array({i})\ng = np.array({g})\n"
        "parts = [abs(i[t] * g[t]) * f[t + 1 :].prod() for t in range(len(f))]\n"
        f"{name} = int(np.argmax(parts))"
    )

    def figure():
        import numpy as np

        from lstm_course.plots import gate_timeline

        return gate_timeline({letter: np.array(row) for letter, row in rows.items()})

    return number(
        Place("Reading a timeline of gates", "03", "What the gates have learned", 4, 8),
        sample,
        [
            "The figure shows the forget gate f, the input gate i and the candidate g of one unit of an "
            f"LSTM over {T} steps; its cell state begins at 0. From which step does the largest part of "
            "the cell state after the last step come? The steps are counted from 0, as in the figure."
        ],
        [
            ("the largest that came in", "the forget gate closes after it", str(early - 1)),
            ("the latest that came in", "what came in before is larger and still there", str(late - 1)),
            ("where the forget gate closes", "there something is lost", str(reset - 1)),
            ("counted from 1", "the steps are counted from 0", f"{name} + 1"),
        ],
        [
            (2, "what comes in at a step is i · g"),
            (2, "what is left of it is the product of the forget gates after it"),
        ],
        "The part of step t in the last cell state is i g of step t times all later f.",
        0.0,
        figure,
        f"One unit over the steps 0 to {T - 1}. {told}.",
    )


KINDS: dict[str, Maker] = {
    "forward": _forward,
    "backward": _backward,
    "parameters": _parameters,
    "gate timeline": _timeline,
}

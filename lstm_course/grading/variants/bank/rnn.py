"""Lesson 1: a composed recurrent cell over a sequence, a step of it backwards, its parameters."""

import random

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants import cells
from lstm_course.grading.variants.bank import steps
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, function, number

__all__ = ["KINDS"]


def _sequence(rng: random.Random, name: str) -> ExamQuestion:
    cell, backwards = cells.draw(rng, "simple"), rng.random() < 0.5
    order = "[::-1]" if backwards else ""
    body = [
        "h_prev, hs = h0, []",
        f"for x in xs{order}:",
        *(f"    {line}" for line in cell.forward),
        "    hs.append(h)",
        "    h_prev = h",
        f"return np.stack(hs{order})",
    ]
    source = "\n    ".join([f"def {name}(xs, h0, weights):", *body]) + "\n"
    says = "from the **last to the first**" if backwards else "from the first to the last"

    def inputs(generator, T, D, H, bias=0.7):
        _, h, weights = cell.inputs(generator, D, H, bias)
        return generator.normal(size=(T, D)), h, weights

    return function(
        Place("A sequence through a composed cell", "01", "A whole sequence", 8, 25),
        source,
        [
            f"`xs` (T, D) are the steps of a sequence, `h0` (H,) is the state before the first one read. The "
            f"steps are read {says}; `hs` (T, H) has in row t the state right after `xs[t]` was read.",
            steps.NOT_THE_LESSONS,
            *cell.statement(),
        ],
        {"hs": ("step", "unit")},
        lambda generator: [
            Probe(inputs(generator, 5, 3, 4)),
            Probe(inputs(generator, 5, 3, 4, 0.0), "when the biases are zero"),
            Probe(inputs(generator, 1, 3, 4), "for a single step"),
            Probe(inputs(generator, 3, 5, 2), "for another size"),
        ],
        [
            *cell.mistakes(),
            Mistake(
                "read in the other direction",
                f"The steps are read {says.replace('*', '')}.",
                {f"xs{order}:": f"xs{'' if backwards else '[::-1]'}:", f"stack(hs{order})": "stack(hs[::-1])"}
                if not backwards
                else {"xs[::-1]:": "xs:", "stack(hs[::-1])": "stack(hs)"},
            ),
            Mistake(
                "state not carried on",
                "Every step begins with `h0`: the state of the step before is not handed on.",
                {"    h_prev = h\n": ""},
            ),
        ],
        [
            (2, "the loop: its direction, the state handed on, the states collected in the order asked for"),
            (2, "joined in the right order, the product on the right side, the bias added"),
            (4, "the formulas: two points are lost for a line that is the ordinary cell's"),
        ],
        inputs(np.random.default_rng(0), 2, 2, 2),
    )


def _backward(rng: random.Random, name: str) -> ExamQuestion:
    place = Place("One step of a composed cell, backwards", "01", "Backpropagation through time", 10, 30)
    return steps.backward(place, rng, name, "simple")


def _parameters(rng: random.Random, name: str) -> ExamQuestion:
    D, H, K = rng.randint(5, 60), rng.randint(20, 200), rng.randint(3, 30)
    two, skip, bias = rng.random() < 0.5, rng.random() < 0.5, rng.random() < 0.5
    sample = (
        f"D, H, K = {D}, {H}, {K}\n"
        f"recurrent = H * (H + D) + {'2 * H' if two else 'H'}\n"
        f"output = K * {'(H + D)' if skip else 'H'}{' + K' if bias else ''}\n"
        f"{name} = recurrent + output"
    )
    return number(
        Place("Parameters of a network", "01", "Shapes", 3, 6),
        sample,
        [
            f"A vanilla RNN reads vectors of size {D} and has {H} units. "
            + ("It has two bias vectors, as in PyTorch: one beside each matrix. " if two else "")
            + f"At each step an output layer makes {K} numbers from "
            + ("the state **and** the input of the step" if skip else "the state")
            + (", and has a bias." if bias else ", and has no bias.")
            + " How many numbers are trained?"
        ],
        [
            ("biases left out", "the biases are trained as well", "H * (H + D) + K * (H + D if "
             f"{skip} else H)"),
            ("output layer left out", "the output layer is trained as well", "recurrent"),
            ("one bias too few or too many", "count the bias vectors as they are given",
             f"{name} {'- H' if two else '+ H'}"),
        ],
        [(2, "the recurrent part with its biases"), (1, "the output layer")],
        "Each unit reads H + D numbers; how long the sequence is does not matter.",
    )  # fmt: skip


KINDS: dict[str, Maker] = {"sequence": _sequence, "backward": _backward, "parameters": _parameters}

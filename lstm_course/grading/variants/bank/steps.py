"""Questions about one step of a composed cell, forwards and backwards, for the lessons that have a cell."""

import random
from collections.abc import Iterator

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants import cells, formulas
from lstm_course.grading.variants.cells import Cell
from lstm_course.grading.variants.questions import ExamQuestion, Place, function

__all__ = ["NOT_THE_LESSONS", "backward", "forward"]

NOT_THE_LESSONS = "The cell is **not** that of the lesson: read the formulas."


def forward(place: Place, rng: random.Random, name: str, frame: str) -> ExamQuestion:
    """One step of a cell that is drawn.

    Args:
        place: with 8 points.
        rng: for the cell.
        name: of the function.
        frame: key of `cells.FRAMES`.

    Returns:
        An `ExamQuestion`.
    """
    cell = cells.draw(rng, frame)
    return function(
        place,
        cell.source(name),
        [NOT_THE_LESSONS, *cell.statement()],
        dict.fromkeys(cell.returns, ("unit",)),
        cell.probes,
        cell.mistakes(),
        [
            (2, "joined in the right order, the product on the right side, the bias added"),
            (2, "the blocks cut and named in the right order"),
            (3, "the formulas: one point is lost for each line that is the ordinary cell's"),
            (1, "what is returned, in its order"),
        ],
        cell.inputs(np.random.default_rng(0), 2, 2),
    )


def backward(place: Place, rng: random.Random, name: str, frame: str) -> ExamQuestion:
    """The same step backwards.

    Args:
        place: with 10 points.
        rng, name, frame: as for `forward`.

    Returns:
        An `ExamQuestion`.
    """
    cell = cells.draw(rng, frame)
    states = [state for state in ("h", "c") if state in cell.returns]
    given = ", ".join(f"`d{state}`" for state in states)
    shown = ["da", *(f"d{state}_prev" for state in states)]
    statement = [
        f"It makes the step that these formulas describe, and goes it back: {given} (H,) "
        f"{'are the gradients' if len(states) > 1 else 'is the gradient'} of the loss with respect to "
        f"{' and '.join(f'`{state}`' for state in states)}, from all that comes after this step. `da` is "
        "the gradient with respect to the whole of $a$, "
        + " and ".join(f"`d{state}_prev` that with respect to `{state}_prev`" for state in states)
        + ".",
        NOT_THE_LESSONS,
        *cell.statement(),
    ]

    def probes(generator):
        def with_gradients(D, H, bias=0.7):
            gradients = [generator.normal(size=H) for _ in states]
            return Probe((*cell.inputs(generator, D, H, bias), *gradients))

        return [with_gradients(3, 4), with_gradients(3, 4, 0.0), with_gradients(5, 2)]

    generator = np.random.default_rng(0)
    example = [*cell.inputs(generator, 2, 2), *(generator.normal(size=2) for _ in states)]
    return function(
        place,
        _source(cell, name, states),
        statement,
        dict.fromkeys(shown, ("unit",)),
        probes,
        _mistakes(cell, states),
        [
            (2, "the step itself, whose values the way back needs"),
            (3, "the gradients of the blocks' values: every path by which each of them reaches the states"),
            (2, "the slopes of the activations, taken at the right place"),
            (3, "the gradients of the old states: the direct paths and those through the product"),
        ],
        example,
    )


def _source(cell: Cell, name: str, states: list[str]) -> str:
    """Text of the function that goes a step back."""
    direct = [f"{state}_prev" for state in states if _is_read(cell, f"{state}_prev")]
    wanted = [*(f"a_{block}" for block in cell.blocks), *direct]
    gradients = ", ".join(f"da_{block}" for block in cell.blocks)
    inner = ", ".join(f"v_{each}" for each in cell.join)
    cuts = [f"len({each})" for each in cell.join[:-1]]
    places = f"[{cuts[0]}]" if len(cuts) == 1 else f"[{cuts[0]}, {cuts[0]} + {cuts[1]}]"
    body = [
        *cell.forward,
        *formulas.backward(cell.lines, states, wanted),
        f"da = np.concatenate([{gradients}])" if len(cell.blocks) > 1 else f"da = {gradients}",
        'dv = weights["W"].T @ da' if cell.weights_left else 'dv = weights["W"] @ da',
        f"{inner} = np.split(dv, {places})",
    ]
    for each in (f"{state}_prev" for state in states):
        parts = [f"d{each}"] * (each in direct) + [f"v_{each}"] * (each in cell.join)
        if parts != [f"d{each}"]:
            body.append(f"d{each} = {' + '.join(parts)}")
    shown = ", ".join(["da", *(f"d{state}_prev" for state in states)])
    head = f"def {name}({', '.join([*cell.arguments, *(f'd{state}' for state in states)])}):"
    return "\n    ".join([head, *body, f"return {shown}"]) + "\n"


def _is_read(cell, name):
    return any(name in formulas.names(expression) for _, expression in cell.lines)


def _mistakes(cell: Cell, states: list[str]) -> Iterator[Mistake]:
    for state in states:
        old = f"{state}_prev"
        both = f"d{old} = d{old} + v_{old}"
        yield Mistake(
            f"path through the product forgotten in d{old}",
            f"`{old}` is also a part of v: what comes back through W is missing.",
            {both: f"d{old} = d{old}"},
        )
        yield Mistake(
            f"direct path forgotten in d{old}",
            f"`{old}` also stands in the formulas themselves: that path is missing.",
            {both: f"d{old} = v_{old}"},
        )
    for line in formulas.backward(cell.lines, states, [f"a_{block}" for block in cell.blocks]):
        name, _, expression = line.partition(" = ")
        block = name.removeprefix("da_")
        if name.startswith("da_") and expression.startswith(f"d{block} * "):
            yield Mistake(
                f"slope of the activation forgotten in {block}",
                f"You hand the gradient of {block} on as that of $a_{block}$: the slope of its activation is "
                "missing.",
                {f"    {line}": f"    {name} = d{block}"},
            )
        if name == "dc" and " + " in expression:
            yield Mistake(
                "path through the output forgotten in dc",
                "The new cell state reaches the loss through h as well: you take only what comes from "
                "outside.",
                {f"    {line}\n": ""},
            )

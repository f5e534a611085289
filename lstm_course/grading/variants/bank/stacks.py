"""Lesson 5: what a stack costs, what shape comes out of it, and two directions joined."""

import random

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, choice, function, number

__all__ = ["KINDS"]


def _parameters(rng: random.Random, name: str) -> ExamQuestion:
    D = rng.randint(3, 40)
    layers = [
        (rng.choice([("LSTM", 4), ("vanilla RNN", 1)]), rng.randint(8, 64), rng.random() < 0.4) for _ in "123"
    ]
    lines, width, told, forgot = [], f"{D}", [], []
    for number_, ((kind, blocks), H, both) in enumerate(layers, 1):
        twice = "2 * " if both else ""
        lines.append(f"layer_{number_} = {twice}{blocks} * ({H} * ({H} + {width}) + {H})")
        forgot.append(f"{twice}{blocks} * ({H} * ({H} + {D}) + {H})")
        width = f"{2 * H if both else H}"
        told.append(
            f"{number_}. {'bidirectional ' if both else ''}{kind}, {H} "
            f"units{' in each direction, joined' if both else ''}"
        )
    return number(
        Place("Parameters of a stack", "05", "What a layer costs", 4, 8),
        "\n".join([*lines, f"{name} = layer_1 + layer_2 + layer_3"]),
        [
            f"A stack reads vectors of size {D}. From below to above it has these layers, each with one bias "
            "for each sum:",
            "\n".join(told),
            "How many numbers are trained?",
        ],
        [
            ("every layer reads the input", "a layer reads what the one below gives", " + ".join(forgot)),
            ("first layer alone", "the others are trained as well", "layer_1"),
            ("lowest layer left out", "it is trained as well", "layer_2 + layer_3"),
        ],
        [(1, "the lowest layer"), (2, "each upper layer reads what the one below gives"), (1, "the sum")],
        "A layer reads the width of the one below it, twice that of a bidirectional one.",
    )  # fmt: skip


def _shape(rng: random.Random, name: str) -> ExamQuestion:
    B, T, D = rng.randint(8, 64), rng.randint(20, 60), rng.randint(3, 15)
    H, G = rng.sample(range(16, 100), 2)
    both, steps = rng.random() < 0.5, rng.random() < 0.5
    first = f"LSTM({H}, return_sequences=True)"
    second = f"LSTM({G}{', return_sequences=True' if steps else ''})"
    upper = f"Bidirectional({second})" if both else second
    width = 2 * G if both else G
    right = f"({B}, {T}, {width})" if steps else f"({B}, {width})"
    others = {
        f"({B}, {T}, {width})", f"({B}, {width})", f"({B}, {T}, {G})", f"({B}, {G})", f"({B}, {T}, "
        f"{H + width})",
        f"({B}, {T}, {2 * width})", f"({B}, {H})",
    } - {right}  # fmt: skip
    why = "The upper layer gives " + ("its state at each step" if steps else "its last state alone")
    why += ", both directions joined." if both else "."
    wrong = [
        (each, "That would be another setting of `return_sequences`, or another width.")
        for each in rng.sample(sorted(others), 3)
    ]
    return choice(
        Place("The shape that comes out of a stack", "05", "The error that everyone meets", 2, 4),
        name,
        [
            f"A batch of shape ({B}, {T}, {D}) goes through `{first}` and then through `{upper}`. Of what "
            "shape is what comes out?"
        ],
        (right, why),
        wrong,
        rng,
    )


def _both_ends(rng: random.Random, name: str) -> ExamQuestion:
    keep = f"{rng.randint(5, 45) / 100:g}"
    rest = f"{1 - float(keep):g}"
    joins = {
        "weighted sum": (f"{keep} * ahead + {rest} * back", f"{keep} times the first plus {rest} times "
        "the second"),
        "difference": (f"ahead - {keep} * back", f"the first minus {keep} times the second"),
        "larger": (f"np.maximum(ahead, {keep} * back)", f"the larger of the first and {keep} times the "
        "second"),
        "joined": (f"np.concatenate([{keep} * back, ahead], axis=1)",
                   f"both joined, {keep} times the second before the first"),
    }  # fmt: skip
    join, words = joins[rng.choice(list(joins))]
    late = rng.randint(0, 2)
    shift = f"[{late}:]" if late else ""
    source = (
        f"def {name}(ahead, back):\n"
        "    back = back[::-1]\n"
        + (f"    ahead, back = ahead[: len(ahead) - {late}], back{shift}\n" if late else "")
        + f"    return {join}\n"
    )
    read = f"**step t + {late}**; there is a row for each t for which both exist." if late else "step t."
    align = (
        "For the step t the first is the state of the forward LSTM after step t, and the second that of "
        f"the backward LSTM after it has read {read}"
    )

    def inputs(generator, T, H):
        return generator.normal(size=(T, H)), generator.normal(size=(T, H))

    return function(
        Place("Two directions joined", "05", "Reading from both ends", 5, 12),
        source,
        [
            "`ahead` (T, H) are the states of an LSTM that reads forwards. `back` (T, H) are those of one "
            "that reads the same sequence backwards, **in the order in which it reads**: `back[0]` "
            "belongs to the last step.",
            f"{align} A row of `states` is {words}.",
        ],
        {"states": ("step", "unit")},
        lambda generator: [
            Probe(inputs(generator, 6, 3)),
            Probe(inputs(generator, 4, 4), "for another size"),
            Probe(inputs(generator, 9, 1), "for a single unit"),
        ],
        [
            Mistake(
                "not turned round",
                "`back` is in the order of reading: its first row belongs to the last step.",
                {"    back = back[::-1]\n": ""},
            ),
            Mistake("units turned round", "The steps are to be turned round, not the units.",
                    {"back[::-1]": "back[:, ::-1]"}),
        ],
        [
            (2, "the backward states turned round"),
            (1, "the rows that belong together"),
            (2, "the two joined"),
        ],
        inputs(np.random.default_rng(0), 4, 2),
    )  # fmt: skip


KINDS: dict[str, Maker] = {"parameters": _parameters, "shape": _shape, "both ends": _both_ends}

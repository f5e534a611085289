"""Lesson 4: words to rows of numbers, states to one vector, the size of a classifier, its errors."""

import random

import numpy as np

from lstm_course.exercises import Mistake, Probe
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, function, number

__all__ = ["KINDS"]

_WORDS = ["a", "film", "that", "nobody", "will", "forget", "slow", "warm", "and", "true"]


def _rows(rng: random.Random, name: str) -> ExamQuestion:
    pad, unknown = rng.sample(range(4), 2)
    left, last, drops = rng.random() < 0.5, rng.random() < 0.5, rng.random() < 0.4
    shift, mark = rng.randint(4, 9), rng.choice([None, *range(10, 100)])
    ids = f"[vocabulary[word] + {shift} for word in text if word in vocabulary]"
    if not drops:
        ids = f"[vocabulary[word] + {shift} if word in vocabulary else {unknown} for word in text]"
    strange = "is left out" if drops else f"becomes {unknown}"
    begin = f"[{mark}] + " if mark is not None else ""
    cut = "[-length:]" if last else "[:length]"
    place = "row[length - len(ids) :] = ids" if left else "row[: len(ids)] = ids"
    source = (
        f"def {name}(texts, vocabulary, length):\n"
        f"    rows = np.full((len(texts), length), {pad})\n"
        "    for row, text in zip(rows, texts):\n"
        f"        ids = ({begin}{ids}){cut}\n"
        f"        {place}\n"
        "    return rows\n"
    )
    says = [
        "`texts` is a list of texts, each a list of words; `vocabulary` is a dict from word to a number, "
        f"from 0 on. `rows` (N, length) holds for each known word its number **plus {shift}**.",
        f"* A word that is not in the vocabulary {strange}.\n"
        + (f"* Before the first word of each text stands {mark}.\n" if mark is not None else "")
        + f"* Of a text that is too long, with all that stands in it, the **{'last' if last else 'first'}** "
        f"`length` numbers are kept.\n"
        f"* Where a text is too short, {pad} stands on its **{'left' if left else 'right'}**.",
    ]  # fmt: skip

    def inputs(generator, n, most, length):
        known = {word: k for k, word in enumerate(generator.permutation(_WORDS[:7]).tolist())}
        texts = [generator.choice(_WORDS, size=generator.integers(1, most)).tolist() for _ in range(n)]
        return texts, known, length

    other = f"({begin}{ids}){'[:length]' if last else '[-length:]'}"
    return function(
        Place("Texts as rows of numbers", "04", "Rows of equal length", 6, 15),
        source,
        says,
        {"rows": ("text", "place")},
        lambda generator: [
            Probe(inputs(generator, 6, 9, 5)),
            Probe(inputs(generator, 4, 4, 8), "when every text is too short"),
            Probe((([["film", "unheard"] * 4]), {"film": 0}, 3), "for one long text"),
            Probe(([["film"], []], {"film": 3}, 2), "for an empty text"),
        ],
        [
            Mistake(
                "wrong end kept",
                "Of a long text the other end is to be kept.",
                {f"({begin}{ids}){cut}": other},
            ),
            Mistake(
                "numbers not shifted", f"Known words get their number plus {shift}.", {f" + {shift}": ""}
            ),
            Mistake("first word not marked", f"{mark} stands before the first word.", {begin: ""}),
            Mistake(
                "padded with another number",
                f"A place without a word holds {pad}.",
                {f"length), {pad})": f"length), {unknown})"},
            ),
        ],
        [
            (2, "the numbers of known and unknown words"),
            (2, "the right end kept, after all that belongs to the text is there"),
            (2, "padding with the right number on the right side"),
        ],
        inputs(np.random.default_rng(0), 2, 5, 4),
    )


def _pooled(rng: random.Random, name: str) -> ExamQuestion:
    keep, empty = f"{rng.randint(50, 95) / 100:g}", rng.choice(["0", "1", "-1"])
    forwards, offset = rng.random() < 0.5, f"{rng.randint(1, 20) / 10:g}"
    power = "np.arange(n)" if forwards else "np.arange(n)[::-1]"
    source = (
        f"def {name}(states, mask):\n"
        "    real = states[mask == 1]\n"
        "    n = len(real)\n"
        "    if n == 0:\n"
        f"        return np.full(states.shape[1], {empty}.0)\n"
        f"    share = {offset} + {keep} ** {power}\n"
        "    return share @ real / share.sum()\n"
    )
    place = "k - 1" if forwards else "n - k"

    def inputs(generator, T, H, share=0.6):
        mask = (generator.random(T) < share).astype(float)
        return generator.normal(size=(T, H)), mask

    return function(
        Place("One vector from all words", "04", "The mean over all words", 6, 15),
        source,
        [
            "`states` (T, H) are the states of an LSTM, `mask` (T,) is 1 where a word stands and 0 at "
            "padding, which may stand anywhere. `pooled` (H,) is a weighted mean of the states of the n "
            f"words alone: counted from k = 1, word k of the n has the weight ${offset} + "
            f"{keep}^{{{place}}}$, and the weights are divided by their sum. Where there is no word, "
            f"`pooled` is {empty} in every place."
        ],
        {"pooled": ("unit",)},
        lambda generator: [
            Probe(inputs(generator, 8, 3)),
            Probe((generator.normal(size=(4, 3)), np.ones(4)), "without padding"),
            Probe((generator.normal(size=(4, 3)), np.zeros(4)), "without a word"),
            Probe(inputs(generator, 12, 2, 0.3)),
        ],
        [
            Mistake("divided by the words", "Divide by the sum of the weights.", {"share.sum()": "n"}),
            Mistake("not divided", "The weights are divided by their sum.", {" / share.sum()": ""}),
            Mistake(
                "counted from the other end",
                f"The exponent is {place}.",
                {power: "np.arange(n)[::-1]" if forwards else "np.arange(n)"},
            ),
            Mistake("counted from 1", "The exponent begins at 0.", {f"** {power}": f"** ({power} + 1)"}),
            Mistake("constant left out", f"{offset} is added to each weight.", {f"{offset} + ": ""}),
            Mistake("padding counted", "Padding takes no part.", {"states[mask == 1]": "states"}),
        ],
        [(2, "the words alone"), (3, "their weights, and the division by the sum"), (1, "no word at all")],
        (np.array([[0.5, -1.0], [0.25, 2.0], [1.0, 0.0]]), np.array([1.0, 0.0, 1.0])),
    )  # fmt: skip


def _parameters(rng: random.Random, name: str) -> ExamQuestion:
    V, E, H, K = rng.randint(20, 90) * 100, rng.randint(16, 128), rng.randint(16, 128), rng.randint(2, 9)
    both, dense = rng.random() < 0.5, rng.choice([0, rng.randint(8, 40)])
    width = "2 * H" if both else "H"
    head = f"({width} + 1) * {dense} + ({dense} + 1) * K" if dense else f"({width} + 1) * K"
    sample = (
        f"V, E, H, K = {V}, {E}, {H}, {K}\n"
        "embedding = V * E\n"
        f"lstm = {'2 * ' if both else ''}4 * (H * (H + E) + H)\n"
        f"{name} = embedding + lstm + {head}"
    )
    return number(
        Place("The size of a classifier", "04", "The textbook model", 3, 8),
        sample,
        [
            f"A classifier has an embedding of {V:,} words (padding included) in {E} numbers, "
            f"{'a **bidirectional** LSTM with' if both else 'an LSTM with'} {H} "
            f"units{' in each direction, joined' if both else ''}, "
            + (f"a dense layer of {dense} units, " if dense else "")
            + f"and a dense layer for {K} classes with softmax. All dense layers have biases. How many "
            "numbers are trained?"
        ],
        [
            ("embedding left out", "the embedding is trained as well", f"{name} - V * E"),
            ("one gate", "an LSTM has four blocks", f"embedding + lstm // 4 + {head}"),
            (
                "biases of the LSTM left out",
                "each block has a bias",
                f"{name} - {'2 * ' if both else ''}4 * H",
            ),
            ("one direction", "there are two LSTMs", f"embedding + lstm // 2 + {head}"),
        ],
        [(1, "the embedding"), (1, "the LSTM"), (1, "what comes after it")],
        "A table, four blocks a direction, and the dense layers with their biases.",
    )


def _confusion(rng: random.Random, name: str) -> ExamQuestion:
    table = [[rng.randint(30, 90) if r == c else rng.randint(2, 25) for c in range(3)] for r in range(3)]
    by_row, k = rng.random() < 0.5, rng.randrange(3)
    asked = rng.choice(["precision", "recall", "F1"])
    letters, label = "ABC", "ABC"[k]
    rows = "\n".join(f"| **{letters[r]}** | {' | '.join(map(str, table[r]))} |" for r in range(3))
    truth, told = (1, 0) if by_row else (0, 1)
    along = {
        "recall": f"table[{k}, {k}] / table.sum(axis={truth})[{k}]",
        "precision": f"table[{k}, {k}] / table.sum(axis={told})[{k}]",
    }
    lines = [f"table = np.array({table})", *(f"{word} = {text}" for word, text in along.items())]
    end = "2 * precision * recall / (precision + recall)" if asked == "F1" else asked
    what = {
        "precision": "of those called so, the share that is",
        "recall": "of those that are, the share found",
        "F1": "the harmonic mean of precision and recall",
    }
    return number(
        Place("Reading a table of errors", "04", "Errors, one by one", 3, 6),
        "\n".join([*lines, f"{name} = {end}"]),
        [
            "A classifier was tried on texts of three classes. **Rows** are the "
            f"{'true' if by_row else 'predicted'} class, **columns** the "
            f"{'predicted' if by_row else 'true'} one.",
            f"| | A | B | C |\n|---|---|---|---|\n{rows}",
            f"What is the **{asked}** for class {label}? Give three digits after the point.",
        ],
        [
            ("recall in place of it", "divide by what the question asks for", "recall"),
            ("precision in place of it", "divide by what the question asks for", "precision"),
            ("accuracy of all", "one class is asked for", "np.trace(table) / table.sum()"),
        ],
        [(2, "the right cells, along the right axis"), (1, "the number")],
        f"{asked.capitalize()}: {what[asked]}.",
        0.003,
    )


KINDS: dict[str, Maker] = {
    "rows": _rows,
    "pooled": _pooled,
    "parameters": _parameters,
    "table of errors": _confusion,
}

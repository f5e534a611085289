"""Lesson 00, Start here: one function to warm up on."""

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe

from .shared import edits


def sigmoid(x):
    """The logistic function 1 / (1 + exp(-x)), for a number or an array of any size."""
    # exp only ever sees numbers that are not positive, so it cannot overflow.
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1, small) / (1 + small)


def _sigmoid_probes(rng):
    return [
        Probe((rng.normal(size=(3, 4)) * 2,)),
        Probe((rng.normal(size=7),), "for a vector"),
        Probe((float(rng.normal()),), "for a single number"),
        Probe((np.zeros(3),), "for zeros"),
        Probe((-rng.uniform(720, 2000, size=3),), "for large negative numbers"),
        Probe((rng.uniform(720, 2000, size=3),), "for large positive numbers"),
        Probe((np.array([-1e6, -30.0, -1.0, 0.0, 1.0, 30.0, 1e6]),), "for numbers of every size"),
    ]


SIGMOID = Exercise(
    reference=sigmoid,
    title="The sigmoid, without overflow",
    lesson="00",
    section="A warm-up: the sigmoid",
    points=1,
    minutes=8,
    returns=("sigmoid(x)",),
    probes=_sigmoid_probes,
    silent=True,
    hints=(
        "The formula is 1 / (1 + exp(-x)). Try it with x = -1000: what does `np.exp` do there?",
        "`np.exp` is safe when its argument is not positive. For x ≥ 0 that is exp(-x). For x < 0, multiply "
        "numerator and denominator by exp(x), and only exp(x) is left.",
        "Compute `small = np.exp(-np.abs(x))` once. The answer is `1 / (1 + small)` where x ≥ 0 and `small "
        "/ (1 + small)` elsewhere: `np.where` chooses.",
    ),
    mistakes=edits(r"""
        naive overflow: The formula is right and the number that is too large for `np.exp` is not caught: for
            x = -1000 exp(-x) overflows and NumPy warns. Let exp see only numbers that are not positive.
            {"    small = np.exp(-np.abs(x))\n": "",
             "np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "1 / (1 + np.exp(-np.asarray(x)))"}
        overflow to NaN: exp(x) / (1 + exp(x)) is the same function, but for x = 1000 it is infinity divided
            by infinity, which is NaN. Let exp see only numbers that are not positive.
            {"    small = np.exp(-np.abs(x))\n": "    large = np.exp(np.asarray(x))\n",
             "np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "large / (1 + large)"}
        overflow hidden: The warning is hidden, and the overflow is still there: for x = -1000 exp(-x) is
            infinity. Let exp see only numbers that are not positive, and there is nothing to hide.
            {"    small = np.exp(-np.abs(x))\n": "",
             "    return np.where(np.asarray(x) >= 0, 1, small) / (1 + small)":
                "    with np.errstate(over='ignore'):\n        return 1 / (1 + np.exp(-np.asarray(x)))"}
        both branches computed: `np.where` chooses after both sides have been computed, so the side that is
            thrown away still overflows and NumPy warns. Compute exp(-|x|) first, and both sides are safe.
            {"    small = np.exp(-np.abs(x))\n": "    x = np.asarray(x)\n",
             "np.where(np.asarray(x) >= 0, 1, small) / (1 + small)":
                "np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"}
        branches exchanged: The two forms are right, and each stands where the other belongs: exp(x) / (1 +
            exp(x)) overflows for positive x, 1 / (1 + exp(-x)) for negative x. Exchange them.
            {"    small = np.exp(-np.abs(x))\n": "    x = np.asarray(x)\n",
             "np.where(np.asarray(x) >= 0, 1, small) / (1 + small)":
                "np.where(x < 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"}
        tanh instead: That is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1: sigmoid(x) = (1 +
            tanh(x / 2)) / 2.
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "np.tanh(x)"}
        sign of x: Your function falls where it should rise: the sign of x is turned round. Large x should
            give nearly 1.
            {"np.asarray(x) >= 0": "np.asarray(x) < 0"}
        derivative returned: That is the derivative, s (1 - s). The function itself, s, is asked for.
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "small / (1 + small) ** 2"}
        same branch for both signs: For positive x your answer is right, for negative x it is not: there the
            numerator is exp(x), not 1.
            {"np.where(np.asarray(x) >= 0, 1, small)": "1"}
        numerator exp(-x): Right for negative x only: the numerator is exp(-|x|) there, but 1 where x ≥ 0.
            {"np.where(np.asarray(x) >= 0, 1, small)": "small"}
        1 subtracted in the denominator: The denominator is 1 + exp(...), with a plus: at x = 0 the sigmoid is
            1/2, and yours divides by zero.
            {"(1 + small)": "(1 - small)"}
        single numbers only: It works for one number, but an array has many: `if x >= 0` cannot choose for
            each of them. `np.where` can.
            {"np.where(np.asarray(x) >= 0, 1, small)": "(1 if x >= 0 else small)"}
        cut off at one: Numbers beyond ±1 are cut off before the sigmoid: only numbers beyond about ±500 need
            it.
            {"np.exp(-np.abs(x))": "np.exp(-np.minimum(np.abs(x), 1.0))"}
        x not halved: You are near the second way of writing it: (1 + tanh(x / 2)) / 2. The x inside the tanh
            is halved.
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "0.5 * np.tanh(x) + 0.5"}
        brackets missing: `1 / 1 + np.exp(-x)` is 1 + exp(-x): a division comes before a sum. The denominator
            needs brackets, 1 / (1 + ...).
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "1 / 1 + np.exp(-np.asarray(x))"}
        brackets missing, both branches: `/ 1 + ...` divides by 1 and then adds: a division comes before a
            sum. The denominator needs brackets, / (1 + ...).
            {"/ (1 + small)": "/ 1 + small"}
        minus sign missing: The minus is missing: exp(|x|) grows and overflows. What is safe is exp(-|x|).
            {"np.exp(-np.abs(x))": "np.exp(np.abs(x))"}
        hard sigmoid: That is the hard sigmoid, three straight pieces, which is 0 and 1 beyond ±2.5. The
            sigmoid is smooth: 1 / (1 + exp(-x)).
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "np.clip(0.2 * np.array(x) + 0.5, 0, 1)"}
        hard sigmoid from -3 to 3: That is the hard sigmoid, three straight pieces, which is 0 and 1 beyond
            ±3. The sigmoid is smooth: 1 / (1 + exp(-x)).
            {"np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "np.clip(np.asarray(x) / 6 + 0.5, 0, 1)"}
        softmax instead: That is the softmax: it divides by the sum over the whole array, so each number
            depends on all others. The sigmoid looks at each number alone.
            {"    small = np.exp(-np.abs(x))\n": "    large = np.exp(x - np.max(x))\n",
             "np.where(np.asarray(x) >= 0, 1, small) / (1 + small)": "large / np.sum(large)"}
    """),
)

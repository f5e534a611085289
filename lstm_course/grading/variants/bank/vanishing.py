"""Lesson 2: how far a gradient reaches, by calculation and from a figure."""

import random

from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, number

__all__ = ["KINDS"]


def _lag(rng: random.Random, name: str) -> ExamQuestion:
    first, then = rng.randint(70, 89) / 100, rng.randint(90, 97) / 100
    change, percent = rng.randint(3, 9), rng.choice([1, 2, 3, 5])
    sample = (
        "gradient, lag = 1.0, 0\n"
        f"while gradient >= {percent / 100:g}:\n"
        f"    gradient *= {first:g} if lag < {change} else {then:g}\n"
        "    lag += 1\n"
        f"{name} = lag"
    )
    return number(
        Place("How far back a gradient reaches", "02", "The product over steps", 3, 8),
        sample,
        [
            f"On its way back, the norm of a gradient is multiplied by {first:g} at each of the first "
            f"{change} steps, and by {then:g} at each step after those. At which lag is it below {percent} "
            "% of what it was at lag 0 for the first time? Give a whole number."
        ],
        [
            ("one step early", "there it is not yet below", f"{name} - 1"),
            ("one step late", "it is below one step before", f"{name} + 1"),
            ("first factor throughout", "the factor changes on the way",
             f"math.ceil(math.log({percent / 100:g}) / math.log({first:g}))"),
            ("second factor throughout", "the first steps shrink it more",
             f"math.ceil(math.log({percent / 100:g}) / math.log({then:g}))"),
        ],
        [(2, "a product of factors, set against the bound"), (1, "the whole number, rounded up")],
        "The factors multiply; the logarithm turns that into a sum.",
    )  # fmt: skip


def _curves(rng: random.Random, name: str) -> ExamQuestion:
    near = rng.randint(80, 84)  # far enough from each other to be told apart
    percents = [near, near + rng.randint(4, 9), near + rng.randint(14, 22)]
    factors = {letter: percent / 100 for letter, percent in zip("ABC", rng.sample(percents, 3), strict=True)}
    asked = rng.choice("ABC")
    lags = list(range(0, 41, 5))
    values = {
        letter: [factor**lag * (1 + rng.uniform(-0.004, 0.004) * (0 < lag < 40)) for lag in lags]
        for letter, factor in factors.items()
    }
    table = {letter: [float(f"{value:.3g}") for value in row] for letter, row in values.items()}
    told = "; ".join(f"curve {letter}: {', '.join(f'{v:g}' for v in row)}" for letter, row in table.items())

    def figure():
        from lstm_course.plots import by_lag

        curves = {f"curve {letter}": (lags, row) for letter, row in values.items()}
        return by_lag(curves, "gradient norm, 1 at lag 0")

    end = table[asked][-1]
    return number(
        Place("Reading gradient norms", "02", "The product over steps", 3, 7),
        f"{name} = {end!r} ** (1 / 40)",
        [
            "The figure shows the norm of the gradient against the lag for three recurrent networks, on a "
            f"logarithmic axis. By which factor does that of **curve {asked}** change from one step to the "
            "next? Give two digits after the point."
        ],
        [
            ("arithmetic mean", "the change is a factor, not a difference", f"1 + ({end!r} - 1) / 40"),
            ("factor of five steps", "the marks are five steps apart", f"{end!r} ** (1 / 8)"),
            *(
                (f"curve {other}", f"this is curve {other}", f"{factors[other]!r}")
                for other in factors
                if other != asked
            ),
        ],
        [(1, "two values read from the right curve"), (2, "the root of their ratio, one for each step")],
        "A straight line on a logarithmic axis is a constant factor: the 40th root of the ratio over 40 "
        "steps.",
        0.01,
        figure,
        f"Gradient norms at lags {', '.join(map(str, lags))}: {told}.",
    )


KINDS: dict[str, Maker] = {"lag": _lag, "gradient norms": _curves}

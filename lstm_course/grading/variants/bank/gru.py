"""Lesson 7: a composed cell of gates alone, one of the same size, seeds compared, and a curve to stop by."""

import random

from lstm_course.grading.variants.bank import steps
from lstm_course.grading.variants.questions import ExamQuestion, Maker, Place, number

__all__ = ["KINDS"]


def _forward(rng: random.Random, name: str) -> ExamQuestion:
    place = Place("One step of a composed gated cell", "07", "Two gates instead of three", 8, 25)
    return steps.forward(place, rng, name, "gated")


def _size(rng: random.Random, name: str) -> ExamQuestion:
    D, H = rng.randint(5, 60), rng.randint(30, 150)
    blocks, biases = rng.choice([2, 3, 5]), rng.choice([1, 2])
    sample = (
        f"lstm = 4 * ({H} * ({H} + {D}) + {H})\n"
        "units = 1\n"
        f"while {blocks} * ((units + 1) * (units + 1 + {D}) + {biases} * (units + 1)) <= lstm:\n"
        "    units += 1\n"
        f"{name} = units"
    )
    return number(
        Place("A cell of the same size", "07", "Counting parameters", 4, 10),
        sample,
        [
            f"An LSTM reads vectors of size {D} and has {H} units. Another cell has {blocks} blocks of the "
            "usual kind (each reads the state and the input) with "
            f"{'one bias vector' if biases == 1 else 'two bias vectors'} each. What is the largest number "
            "of units with which it has **at most** as many parameters as the LSTM?"
        ],
        [
            ("one too many", "with one more it is larger than the LSTM", f"{name} + 1"),
            ("same number of units", "the numbers of blocks differ", str(H)),
            ("in proportion", "the parameters grow with the square of the units", f"4 * {H} // {blocks}"),
        ],
        [
            (2, "both counts as formulas of the units"),
            (2, "the largest whole number that satisfies the bound"),
        ],
        "A quadratic inequality in the number of units, or a loop.",
    )


def _seeds(rng: random.Random, name: str) -> ExamQuestion:
    first = [rng.randint(700, 900) for _ in range(6)]
    shift = rng.choice([-1, 1]) * rng.randint(15, 25)
    noise = rng.sample(range(-30, 31, 4), 6)
    second = [value + shift + each - round(sum(noise) / 6) for value, each in zip(first, noise, strict=True)]
    pairs = enumerate(zip(first, second, strict=True), 1)
    rows = "\n".join(f"| {k} | {a / 1000:.3f} | {b / 1000:.3f} |" for k, (a, b) in pairs)
    sample = (
        f"lstm = np.array({first}) / 1000\ngru = np.array({second}) / 1000\n"
        "difference = gru - lstm\n"
        f"{name} = difference.mean() / (difference.std(ddof=1) / len(difference) ** 0.5)"
    )
    return number(
        Place("Two cells over six seeds", "07", "The table, rebuilt", 4, 10),
        sample,
        [
            "An LSTM and a GRU were trained with six seeds; a seed gives both the same data and the same "
            "order of batches. These are the accuracies:",
            f"| seed | LSTM | GRU |\n|---|---|---|\n{rows}",
            "How many standard errors is the mean **paired** difference, GRU minus LSTM, away from 0? "
            "Divide by n − 1 in the variance, keep the sign, and give two digits after the point.",
        ],
        [
            ("not paired", "the seeds are the same for both, so take the differences",
             "difference.mean() / (lstm.var(ddof=1) / 6 + gru.var(ddof=1) / 6) ** 0.5"),
            ("standard deviation", "the error of a mean is smaller by the root of n",
             "difference.mean() / difference.std(ddof=1)"),
            ("divided by n", "divide by n - 1",
             "difference.mean() / (difference.std() / len(difference) ** 0.5)"),
            ("LSTM minus GRU", "GRU minus LSTM is asked for", f"-{name}"),
        ],
        [(2, "the differences, seed by seed"), (2, "their mean, divided by its standard error")],
        "Between -2 and 2 or so, six seeds do not tell the two apart.",
        0.01,
    )  # fmt: skip


def _stopping(rng: random.Random, name: str) -> ExamQuestion:
    epochs, patience = 22, rng.randint(3, 5)
    best = rng.randint(5, 9)
    loss = [round(0.9 - 0.5 * k / best + rng.uniform(-0.012, 0.012), 3) for k in range(best)]
    low = round(min(loss) - 0.03, 3)
    loss[best - 1] = low
    while len(loss) < epochs:
        loss.append(round(low + rng.uniform(0.02, 0.06), 3))
    later = rng.randint(best + patience + 2, epochs - 1)
    loss[later - 1] = round(low - 0.05, 3)  # the lowest of all comes after the end of the training
    train = [round(0.95 * 0.9**k + 0.02, 3) for k in range(epochs)]
    sample = (
        f"loss = {loss}\nlowest = 0\n"
        "for epoch in range(len(loss)):\n"
        "    if loss[epoch] < loss[lowest]:\n"
        "        lowest = epoch\n"
        f"    elif epoch - lowest == {patience}:\n"
        "        break\n"
        f"{name} = epoch + 1"
    )

    def figure():
        from lstm_course.plots import training_curves

        return training_curves({"training": train, "validation": loss}, "loss", xlabel="epoch")

    return number(
        Place("Reading a training curve", "07", "Text and time series", 4, 7),
        sample,
        [
            "The figure shows the loss of a training that was allowed to run on. With **early stopping** "
            f"by the validation loss and a patience of {patience} (the training ends when {patience} "
            "epochs in a row have brought no new lowest value), after which epoch would it have ended? "
            "The first epoch is 1."
        ],
        [
            ("the best epoch", "there it does not stop: it waits", "lowest + 1"),
            ("the lowest of all", "the training has ended before it", f"{later}"),
            ("one epoch early", "the patience counts the epochs after the best one", f"{name} - 1"),
            ("one epoch late", "the patience is used up one epoch before", f"{name} + 1"),
        ],
        [(2, "the lowest value up to there, not that of all epochs"), (2, "the patience counted from it")],
        "The lowest value before the end, and the patience after it.",
        0.0,
        figure,
        f"Epochs 1 to {epochs}. Validation loss: {', '.join(f'{v:g}' for v in loss)}. "
        f"Training loss: {', '.join(f'{v:g}' for v in train)}.",
    )


KINDS: dict[str, Maker] = {
    "forward": _forward,
    "same size": _size,
    "seeds": _seeds,
    "training curve": _stopping,
}

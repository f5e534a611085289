"""Lesson 07, LSTM or GRU: the cell with two gates, its parameters, and how to compare two networks."""

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question

from .inputs import cell_weights, without_biases
from .lesson00 import sigmoid
from .shared import edits

# The cell


def gru_cell(x, h_prev, weights):
    """One step of a GRU: x (D,), h_prev (H,) -> h (H,); or a batch, x (N, D), h_prev (N, H) -> h (N, H)."""
    hx = np.concatenate([h_prev, x], axis=-1)  # (..., H + D)
    z = sigmoid(hx @ weights["Wz"].T + weights["bz"])  # update gate
    r = sigmoid(hx @ weights["Wr"].T + weights["br"])  # reset gate
    rhx = np.concatenate([r * h_prev, x], axis=-1)
    g = np.tanh(rhx @ weights["Wh"].T + weights["bh"])  # candidate
    return z * h_prev + (1 - z) * g


def _gru_probes(rng):
    weights = cell_weights(rng, 3, 4, "zrh")
    x, h_prev = rng.normal(size=3), rng.uniform(-1, 1, size=4)
    several = rng.normal(size=(5, 3)), rng.uniform(-1, 1, size=(5, 4))
    return [
        Probe((x, h_prev, weights)),
        Probe((*several, weights), "for a batch"),
        Probe((x, h_prev, without_biases(weights)), "when the biases are zero"),
        Probe((x, np.zeros(4), weights), "when `h_prev` is zero"),
        Probe((np.zeros(3), h_prev, weights), "when `x` is zero"),
        Probe((several[0][:4], several[1][:4], weights), "for a batch of as many rows as units"),
        Probe(
            (rng.normal(size=5), rng.uniform(-1, 1, size=2), cell_weights(rng, 5, 2, "zrh")),
            "for another size",
        ),
    ]


GRU_CELL = Exercise(
    reference=gru_cell,
    title="The GRU cell",
    lesson="07",
    section="Two gates instead of three",
    points=3,
    minutes=12,
    returns=("h",),
    probes=_gru_probes,
    hints=(
        "Two gates and a candidate, each a sum like those of the LSTM. Only the candidate sees the old "
        "state through the reset gate.",
        "Join `[h_prev, x]` for the gates and `[r * h_prev, x]` for the candidate; with `axis=-1` that "
        "serves one vector and a batch alike, and so does `hx @ W.T`.",
        '`z = sigmoid(hx @ weights["Wz"].T + weights["bz"])`, the same for r; `g = np.tanh(rhx @ '
        'weights["Wh"].T + weights["bh"])`; return `z * h_prev + (1 - z) * g`.',
    ),
    mistakes=edits(r"""
        z turned round [convention]: Your z is turned round: z near 1 lets the candidate in. That is the
            convention of Chung et al. (2014). Here z near 1 keeps the old state, as in Cho et al. (2014),
            Keras and PyTorch: z * h_prev + (1 - z) * g.
            {"z * h_prev + (1 - z) * g": "(1 - z) * h_prev + z * g"}
        reset after the product [convention]: You apply the reset gate after the recurrent product, r * (W h).
            That is the other convention, `reset_after`, of Keras and PyTorch, and good mathematics. Here the
            gate comes before the product, W (r * h), as in Cho et al. (2014).
            {'rhx @ weights["Wh"].T':
                'r * (h_prev @ weights["Wh"][:, :h_prev.shape[-1]].T) + x @ weights["Wh"][:, '
                "h_prev.shape[-1]:].T"}
        reset after the product and its bias [convention]: You apply the reset gate to W h + b, after the
            recurrent product. That is the other convention, `reset_after`, with its bias inside. Here the
            gate comes before the product, W (r * h), and the bias stands outside.
            {'rhx @ weights["Wh"].T + weights["bh"]':
                'r * (h_prev @ weights["Wh"][:, :h_prev.shape[-1]].T + weights["bh"]) + x @ '
                'weights["Wh"][:, h_prev.shape[-1]:].T'}
        r and z swapped: The two gates are exchanged: r belongs into the candidate, z mixes the old state and
            the candidate.
            {"r * h_prev": "z * h_prev", "return z * h_prev + (1 - z) * g": "return r * h_prev + (1 - r) * g"}
        z in both places: You use z for the candidate as well. The candidate sees the old state through the
            reset gate r.
            {"r * h_prev": "z * h_prev"}
        reset gate ignored: The reset gate is not used: the candidate sees `r * h_prev`, not `h_prev`.
            {"r * h_prev": "h_prev"}
        reset applied to everything: You multiply both products by the reset gate, that of `x` too. It acts on
            the old state alone: `[r * h_prev, x]`.
            {'rhx @ weights["Wh"].T': 'r * (hx @ weights["Wh"].T)'}
        reset applied to the whole sum: You multiply the whole sum inside the tanh by the reset gate, the bias
            too. It acts on the old state alone: `[r * h_prev, x]`.
            {'rhx @ weights["Wh"].T + weights["bh"]': 'r * (hx @ weights["Wh"].T + weights["bh"])'}
        reset applied to the candidate: You multiply the finished candidate by the reset gate. The gate
            belongs inside, on `h_prev`.
            {"r * h_prev": "h_prev", "+ (1 - z) * g": "+ (1 - z) * r * g"}
        old state reset on the way out: You also multiply the old state by r where it is mixed with the
            candidate. There z alone decides.
            {"return z * h_prev": "return z * r * h_prev"}
        candidate through sigmoid: The candidate goes through a sigmoid, so the state could never be negative.
            It goes through tanh.
            {"np.tanh(": "sigmoid("}
        candidate without tanh: The candidate is a bare sum. It goes through tanh, which keeps the state
            between -1 and 1.
            {'np.tanh(rhx @ weights["Wh"].T + weights["bh"])': 'rhx @ weights["Wh"].T + weights["bh"]'}
        gates through tanh: Both gates go through tanh, which may be negative. A gate lies between 0 and 1:
            sigmoid.
            {"z = sigmoid(": "z = np.tanh(", "r = sigmoid(": "r = np.tanh("}
        old state added in full: You add the whole old state. z decides how much of it stays: z * h_prev + (1
            - z) * g.
            {"return z * h_prev": "return h_prev"}
        candidate let in in full: You add the whole candidate. What is not kept of the old state is filled up:
            (1 - z) * g.
            {"+ (1 - z) * g": "+ g"}
        old state forgotten: You return the share of the candidate alone. The part of the old state, z *
            h_prev, is missing.
            {"z * h_prev + ": ""}
        tanh on the new state: You send the new state through tanh, as an LSTM does with its cell state. A
            mixture of two numbers between -1 and 1 needs no squashing.
            {"return z * h_prev + (1 - z) * g": "return np.tanh(z * h_prev + (1 - z) * g)"}
        biases forgotten: The three biases are missing: bz, br and bh.
            {' + weights["bz"]': "", ' + weights["br"]': "", ' + weights["bh"]': ""}
        bias of the candidate forgotten: The bias of the candidate, `bh`, is missing.
            {' + weights["bh"]': ""}
        [x, h] instead of [h, x]: You join `x` and `h_prev` in the wrong order: the weights act on [h_prev,
            x].
            {"[h_prev, x]": "[x, h_prev]", "[r * h_prev, x]": "[x, r * h_prev]"}
        r in both places: You mix the old state and the candidate with the reset gate. That is the work of the
            update gate z.
            {"return z * h_prev + (1 - z) * g": "return r * h_prev + (1 - r) * g"}
        batch joined along the wrong axis: `np.concatenate` joins along the first axis unless told otherwise.
            In a batch the first axis is the sequence: join along the last, `axis=-1`.
            {"[h_prev, x], axis=-1": "[h_prev, x]", "[r * h_prev, x], axis=-1": "[r * h_prev, x]"}
        reset gate turned round: You give the candidate (1 - r) * h_prev. r near 1 lets the old state through:
            r * h_prev.
            {"r * h_prev": "(1 - r) * h_prev"}
        candidate returned: You return the candidate. z decides how much of the old state stays: z * h_prev +
            (1 - z) * g.
            {"return z * h_prev + (1 - z) * g": "return g"}
        z on both parts: You weigh both parts by z. What is not kept of the old state is filled up: (1 - z) *
            g.
            {"(1 - z) * g": "z * g"}
        brackets missing: Multiplication comes before subtraction: 1 - z * g is 1 - (z * g). Write (1 - z) *
            g.
            {"(1 - z) * g": "1 - z * g"}
        update gate behind the reset gate: Your update gate sees r * h_prev. Both gates see all of h_prev; the
            reset gate acts on the candidate alone.
            {'    z = sigmoid(hx @ weights["Wz"].T + weights["bz"])  # update gate\n': "",
             "    g = np.tanh(": '    z = sigmoid(rhx @ weights["Wz"].T + weights["bz"])\n    g = np.tanh('}
        bias of the other gate: The reset gate has the bias of the update gate: `br`, not `bz`.
            {'weights["br"]': 'weights["bz"]'}
        biases outside: You add the biases behind sigmoid and tanh. They belong inside, or a gate leaves 0 ...
            1.
            {'weights["Wz"].T + weights["bz"])': 'weights["Wz"].T) + weights["bz"]',
             'weights["Wr"].T + weights["br"])': 'weights["Wr"].T) + weights["br"]',
             'weights["Wh"].T + weights["bh"])': 'weights["Wh"].T) + weights["bh"]'}
    """),
)


# Counting


def gru_parameter_count(input_size, hidden_size, reset_after=True):
    """Number of weights and biases of a GRU layer; with reset_after each block has two biases."""
    matrix = hidden_size * (hidden_size + input_size)
    biases = 2 * hidden_size if reset_after else hidden_size
    return 3 * (matrix + biases)


def _count_probes(rng):
    sizes = [rng.choice(np.arange(2, 90), size=2, replace=False).tolist() for _ in range(4)]
    return [
        Probe((*sizes[0], True)),
        Probe((*sizes[1], True), "with `reset_after`"),
        Probe((*sizes[2], False), "without `reset_after`"),
        Probe(tuple(sizes[3]), "when `reset_after` is left out"),
        Probe((1, 7, True), "for one input"),
    ]


GRU_PARAMETER_COUNT = Exercise(
    reference=gru_parameter_count,
    title="Parameters of a GRU",
    lesson="07",
    section="Counting parameters",
    points=1,
    minutes=5,
    returns=("the count",),
    probes=_count_probes,
    hints=(
        "Two gates and a candidate: how many sets of weights is that?",
        "Each set has a matrix (H, H + D), and a bias (H,), or two of them when `reset_after` is true.",
        "3 (H (H + D) + 2 H) with `reset_after`, 3 (H (H + D) + H) without.",
    ),
    mistakes=edits(r"""
        four gates counted: You count four sets of weights, as in the LSTM. The GRU has two gates and a
            candidate: three.
            {"return 3 *": "return 4 *"}
        two gates counted: You count the two gates alone. The candidate has weights as well: three sets.
            {"return 3 *": "return 2 *"}
        one bias where reset_after has two: You count one bias for each block. With `reset_after` each has
            two: one for the product with `x`, one for that with `h`, because the reset gate acts on the
            second.
            {"2 * hidden_size if reset_after else hidden_size": "hidden_size"}
        two biases always: You count two biases for each block in both cases. Without `reset_after` they would
            only be added, so there is one.
            {"2 * hidden_size if reset_after else hidden_size": "2 * hidden_size"}
        cases exchanged: The two cases are exchanged: two biases belong to `reset_after=True`.
            {"2 * hidden_size if reset_after else hidden_size":
                "hidden_size if reset_after else 2 * hidden_size"}
        second bias of the candidate only: You count a second bias for the candidate alone. It would be
            enough, but Keras and PyTorch give one to every block.
            {"3 * (matrix + biases)": "3 * (matrix + hidden_size) + (hidden_size if reset_after else 0)"}
        biases not counted: The biases are missing: H or 2 H for each of the three blocks.
            {"(matrix + biases)": "matrix"}
        biases of one block: You count the biases of one block. Each of the three has its own.
            {"3 * (matrix + biases)": "3 * matrix + biases"}
        input weights not counted
        recurrent weights not counted
        single bias per block: You count one bias number for each block. Every unit has its own.
            {"2 * hidden_size if reset_after else hidden_size": "2 if reset_after else 1"}
        input and hidden size exchanged
            {"matrix = hidden_size *": "matrix = input_size *",
             "2 * hidden_size if reset_after else hidden_size":
                "2 * input_size if reset_after else input_size"}
        second bias as long as the input: Your second bias has as many numbers as the input. Both belong to
            the units: H numbers each.
            {"2 * hidden_size if reset_after else hidden_size":
                "hidden_size + input_size if reset_after else hidden_size"}
        sizes multiplied: You multiply H, H and D. The columns for the state and for the input stand side by
            side: H (H + D).
            {"hidden_size * (hidden_size + input_size)": "hidden_size * hidden_size * input_size"}
    """),
)


def matched_gru_size(input_size, lstm_size):
    """Units of the largest GRU (with reset_after) that has no more parameters than the LSTM."""
    budget = 4 * lstm_size * (lstm_size + input_size + 1)
    units = 1
    while gru_parameter_count(input_size, units + 1) <= budget:
        units += 1
    return units


# (D, H, U): an LSTM with H units and a GRU with U have exactly as many parameters.
_EXACT = [
    (D, H, U)
    for D in range(2, 40)
    for H in range(2, 40)
    for U in range(H, 2 * H)
    if 4 * H * (H + D + 1) == 3 * U * (U + D + 2)
]


def _matched_probes(rng):
    sizes = [(int(rng.integers(2, 60)), int(rng.integers(25, 70))) for _ in range(14)]
    few, many = int(rng.integers(8, 14)), int(rng.integers(150, 300))
    return [
        *(Probe(size) for size in sizes),
        Probe(_EXACT[rng.integers(len(_EXACT))][:2], "where both can have exactly as many"),
        Probe((many, few), "when the input is far larger than the layer"),
        Probe((1, 50), "for one input"),
        Probe((1, 1), "for one input and one unit"),
    ]


MATCHED_GRU_SIZE = Exercise(
    reference=matched_gru_size,
    title="A GRU of the same size",
    lesson="07",
    section="Counting parameters",
    points=2,
    minutes=8,
    returns=("the number of units",),
    probes=_matched_probes,
    hints=(
        "Count the parameters of the LSTM first: 4 H (H + D + 1). That is the budget.",
        "Let the GRU grow by a unit at a time, and stop before it costs more than the budget. "
        "`gru_parameter_count` counts for you.",
        "`units = 1`, then `while gru_parameter_count(input_size, units + 1) <= budget: units += 1`, and "
        "return `units`.",
    ),
    mistakes=edits(r"""
        same number of units: That is a GRU with as many units, which has only about three quarters of the
            parameters.
            {"return units": "return lstm_size"}
        four thirds of the units: You take four thirds of the units. The recurrent matrix grows with the
            square of the units, so that is too many.
            {"return units": "return 4 * lstm_size // 3"}
        square root of four thirds: You take √(4/3) times the units, which leaves out that the input part and
            the biases grow with the first power. Count both and compare.
            {"return units": "return int((4 / 3) ** 0.5 * lstm_size)"}
        one unit too many: One unit too many: your GRU has more parameters than the LSTM. Stop before the
            budget is exceeded.
            {"units + 1) <= budget": "units) <= budget"}
        one unit too few: One unit too few: there is room for one more within the budget.
            {"units + 1) <= budget": "units + 2) <= budget"}
        equal not allowed: You leave out the size that has exactly as many parameters. No more than the LSTM
            is allowed, and as many is no more.
            {"<= budget": "< budget"}
        nearest instead of at most: That is the size whose count comes nearest to the LSTM's, and it may lie
            above. The GRU must not have more.
            {"gru_parameter_count(input_size, units + 1) <= budget":
                "abs(gru_parameter_count(input_size, units + 1) - budget) <= "
                "abs(gru_parameter_count(input_size, units) - budget)"}
        one bias counted for the GRU: You count the GRU with one bias for each block. With `reset_after`, the
            default of Keras, it has two.
            {"units + 1) <= budget": "units + 1, False) <= budget"}
        biases of the LSTM not counted: You count the LSTM without its biases.
            {"+ input_size + 1)": "+ input_size)"}
        LSTM counted with three blocks: You count the LSTM with three blocks. It has three gates and a
            candidate: four.
            {"budget = 4 *": "budget = 3 *"}
        input left out: You match the recurrent weights only. The columns of the input count as well.
            {"+ input_size + 1)": "+ 1)", "gru_parameter_count(input_size,": "gru_parameter_count(0,"}
        rounded up: You round up, and then the GRU has more parameters than the LSTM. Round down.
            {"input_size, units + 1) <= budget": "input_size, units) < budget"}
        parameters returned: You return the number of parameters. The number of units is asked for.
            {"return units": "return gru_parameter_count(input_size, units)"}
        three quarters of the units: You take three quarters of the units. That makes the smaller network
            smaller still: it may have more units than the LSTM.
            {"return units": "return 3 * lstm_size // 4"}
    """),
)


# Comparing


def compare_over_seeds(validation, test):
    """Scores (networks, recipes, seeds) -> mean test score of each network, and its standard error.

    Of each network that recipe counts whose mean validation score is the highest.
    """
    means, errors = [], []
    for tried, final in zip(validation, test, strict=True):  # one network, (recipes, seeds)
        best = np.argmax(tried.mean(axis=1))
        scores = final[best]
        means.append(np.mean(scores))
        errors.append(np.std(scores, ddof=1) / np.sqrt(len(scores)))
    return np.array(means), np.array(errors)


def _scores(rng, networks, recipes, seeds):
    """Validation and test scores in which each wrong way to choose leads to another recipe."""
    validation = rng.uniform(0.5, 0.6, size=(networks, recipes, seeds))
    test = rng.uniform(0.5, 0.6, size=(networks, recipes, seeds)) - 0.05
    first = rng.permutation(recipes)
    for network in range(networks):
        # What validation prefers, what one lucky seed prefers, what the test would prefer.
        steady, lucky, hindsight = np.roll(first, -network)[:3]
        validation[network, steady] += 0.12
        validation[network, lucky, rng.integers(seeds)] += 0.3
        test[network, hindsight] += rng.uniform(0.12, 0.2)
        test[network, steady] += rng.uniform(0.02, 0.05)
    return validation, test


def _compare_probes(rng):
    alone = _scores(rng, 1, 3, 6)
    one_recipe = [scores[:, :1] for scores in _scores(rng, 2, 3, 5)]
    return [
        Probe(_scores(rng, 2, 4, 5)),
        Probe(_scores(rng, 3, 3, 8)),
        Probe(tuple(one_recipe), "when there is one recipe to choose from"),
        Probe(alone, "for one network"),
        Probe(_scores(rng, 2, 3, 2), "for two seeds"),
    ]


COMPARE_OVER_SEEDS = Exercise(
    reference=compare_over_seeds,
    title="A fair comparison",
    lesson="07",
    section="Text and time series",
    points=3,
    minutes=12,
    returns=("means", "errors"),
    axes={"means": ("network",), "errors": ("network",)},
    probes=_compare_probes,
    hints=(
        "Two questions, one after the other: which recipe, and how good is it? Only one of the two arrays "
        "may answer each.",
        "For each network the recipe with the highest mean of `validation` over the seeds. Then look at "
        "`test` for that recipe alone: all its seeds.",
        "`best = np.argmax(validation[k].mean(axis=1))`, `scores = test[k][best]`; the mean is "
        "`scores.mean()`, the standard error `scores.std(ddof=1) / np.sqrt(len(scores))`.",
    ),
    mistakes=edits(r"""
        test set used to choose: You choose the recipe by its test score. Then the test has been used for
            training, and its score is too good: choose by `validation`, report `test`.
            {"np.argmax(tried.mean(axis=1))": "np.argmax(final.mean(axis=1))"}
        validation score reported: You report the validation score of the chosen recipe. It was chosen because
            that score is high, so it flatters: report `test`.
            {"scores = final[best]": "scores = tried[best]"}
        best seed reported: You report the best seed. With enough seeds any network has a lucky one: report
            the mean.
            {"means.append(np.mean(scores))": "means.append(np.max(scores))"}
        recipe of the luckiest seed: You choose the recipe that has the best single seed. One lucky run
            chooses then: take the mean over the seeds.
            {"tried.mean(axis=1)": "tried.max(axis=1)"}
        seed of the best validation run alone: You report the one run with the highest validation score, for
            all seeds. The mean is over the seeds of the chosen recipe.
            {"means.append(np.mean(scores))": "means.append(final.ravel()[np.argmax(tried)])"}
        one recipe for all networks: You choose one recipe for all networks. Each has its own best one; the
            other's recipe would put it at a disadvantage.
            {"np.argmax(tried.mean(axis=1))": "np.argmax(np.mean(validation, axis=(0, 2)))"}
        worst recipe chosen: You choose the recipe with the lowest validation score. The scores are such that
            higher is better.
            {"np.argmax(": "np.argmin("}
        mean over all recipes: You take the mean over all recipes. Only the chosen one counts.
            {"scores = final[best]": "scores = final.ravel()"}
        spread instead of standard error: That is the standard deviation of a single run. The mean of S runs
            is known √S times better: divide by √S.
            {" / np.sqrt(len(scores))": ""}
        divided by S instead of its root: You divide by the number of seeds. The error of a mean falls with
            the root of it.
            {"np.sqrt(len(scores))": "len(scores)"}
        standard deviation of a population: `np.std` divides by S unless told otherwise. With few seeds that
            is too small: `ddof=1` divides by S - 1.
            {", ddof=1": ""}
        variance instead of standard deviation: You divide the variance by √S. The standard error has the
            standard deviation, the root of the variance.
            {"np.std(": "np.var("}
        a pair for each network: You return a pair for each network. Two arrays are asked for: all means, and
            all errors.
            {"return np.array(means), np.array(errors)": "return list(zip(means, errors, strict=True))"}
        median instead of mean: You report the median. The standard error belongs to the mean.
            {"np.mean(scores)": "np.median(scores)"}
        each seed its own recipe: You choose a recipe for each seed anew, the lucky one each time. Choose one
            recipe by its mean over the seeds, then take all its seeds.
            {"best = np.argmax(tried.mean(axis=1))": "best = np.argmax(tried, axis=0)",
             "scores = final[best]": "scores = final[best, np.arange(final.shape[1])]"}
        recipes and seeds exchanged: You take the mean over the recipes and choose a seed. Of one network, the
            recipes are the rows and the seeds the columns: `mean(axis=1)`, then `final[best]`.
            {"tried.mean(axis=1)": "tried.mean(axis=0)", "final[best]": "final[:, best]"}
        chosen by validation and test together: You choose by validation and test together, so the test has
            been used. Choose by `validation` alone.
            {"np.argmax(tried.mean(axis=1))": "np.argmax((tried + final).mean(axis=1))"}
        steadiest recipe chosen: You choose the recipe that varies least. The one with the highest mean is
            asked for.
            {"np.argmax(tried.mean(axis=1))": "np.argmin(tried.std(axis=1))"}
        error over all recipes: Your error is that of all recipes together. Only the seeds of the chosen
            recipe count.
            {"np.std(scores, ddof=1) / np.sqrt(len(scores))": "np.std(final, ddof=1) / np.sqrt(final.size)"}
        error of the validation scores: Your error is that of the validation scores. The mean that you report
            is one of test scores, and so is its error.
            {"np.std(scores, ddof=1)": "np.std(tried[best], ddof=1)"}
        one seed taken off twice: You take one off the number of seeds twice. It belongs into the standard
            deviation, `ddof=1`; the mean is one of all S runs: divide by √S.
            {"ddof=1) / np.sqrt(len(scores))": "ddof=1) / np.sqrt(len(scores) - 1)"}
        recipes counted instead of seeds: You divide by the root of the number of recipes. The mean is over
            the seeds: √S.
            {"np.sqrt(len(scores))": "np.sqrt(len(final))"}
    """),
)


TURNED_Z = Question(
    id="turned_z",
    title="The other convention",
    lesson="07",
    section="Two gates instead of three",
    points=1,
    minutes=3,
    question=(
        "You have trained weights of a paper that writes h = (1 - z) h_prev + z g. How do you use them in "
        "the GRU of this lesson, h = z h_prev + (1 - z) g?"
    ),
    choices={
        "a": "It cannot be done: the network must be trained again.",
        "b": "Change the sign of Wz and bz.",
        "c": "Exchange Wz with Wr, and bz with br.",
        "d": "Use 1 - Wz and 1 - bz.",
    },
    answer="b",
    explanations={
        "a": "It is the same family of networks, only the name z stands for the opposite. A sign turns it.",
        "b": "1 - σ(a) = σ(-a), so a gate that is turned round is a gate whose sum has the other sign.",
        "c": "The reset gate means the same in both. It is z alone that is turned round.",
        "d": "1 - z is wanted, after the sigmoid. Before it, that is a change of sign: 1 - σ(a) = σ(-a).",
    },
    hints=(
        "You want a gate that is 1 - z wherever the old one was z.",
        "Draw the sigmoid. What does 1 - σ(a) look like?",
        "1 - σ(a) = σ(-a), and a = Wz [h; x] + bz.",
    ),
)

HOW_FAR_APART = Question(
    id="how_far_apart",
    title="How far apart",
    lesson="07",
    section="Text and time series",
    points=1,
    minutes=3,
    question=(
        "A report says: LSTM 91.2 % with a standard error of 0.4, GRU 90.7 % with a standard error of 0.3, "
        "five seeds each. What follows?"
    ),
    choices={
        "a": "The difference is no larger than its own error: with five other seeds either may be ahead.",
        "b": "The LSTM is better: half a point is more than either of the two errors.",
        "c": "The two are equally good: more seeds would not change that.",
        "d": "The GRU is to be preferred: its smaller error shows that it is the steadier one.",
    },
    answer="a",
    explanations={
        "a": "The error of the difference is √(0.4² + 0.3²) = 0.5, as large as the difference itself.",
        "b": "The difference has an error of its own, and it is larger than either: √(0.4² + 0.3²).",
        "c": "That no difference is seen with five seeds does not say that there is none. More may show one.",
        "d": "An error of 0.3 from five seeds is itself uncertain, by about a third. 0.4 is not far from it.",
    },
    hints=(
        "The two errors belong to the two means. Which error belongs to their difference?",
        "For two means with errors e₁ and e₂ it is √(e₁² + e₂²).",
        "√(0.4² + 0.3²) = 0.5: how many times does that go into the difference?",
    ),
)

LSTM_OR_GRU = Question(
    id="lstm_or_gru",
    title="The verdict",
    lesson="07",
    section="The table, rebuilt",
    points=1,
    minutes=3,
    question=(
        "A symbol must be kept across thirty steps full of others like it. You can train one network, once, "
        "as Keras starts it. Which do the measurements of this lesson advise?"
    ),
    choices={
        "a": "The LSTM: it has a cell state of its own, which other symbols cannot overwrite.",
        "b": "Either: at equal parameters the two come out level on memory.",
        "c": "The GRU, with a small learning rate: what is remembered must not be shaken.",
        "d": "The GRU, with a large learning rate: what shuts its door also opens its road.",
    },
    answer="d",
    explanations={
        "a": "Its forget gate falls with the other two while it learns to shut out the noise.",
        "b": "Drawn for the time scale, both recall. As Keras starts them, one does and one does not.",
        "c": "Look at the first table again: at the smaller of the two rates the GRU was at chance.",
        "d": "z rises while the other symbols are being shut out, and a z near 1 is what keeps a memory.",
    },
    hints=(
        "Look for the rows that say default, at lag 30.",
        "The two learning rates make a difference for one of the networks.",
        "What happened to z and to f in the first hundred updates?",
    ),
)

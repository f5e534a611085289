"""Lesson 08, Put it to work: whose state it is, what belongs into a file, other libraries, an alarm."""

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question

from .inputs import cell_weights, without_biases
from .lesson03 import lstm_cell
from .shared import edits

# ---- State, and out of the notebook

# Each series from its own beginning


def read_each(series, weights):
    """The last output h (H,) of an LSTM for each of several series (T, D), each read by itself: (S, H)."""
    H = len(weights["bf"])
    outputs = []
    for x in series:
        h, c = np.zeros(H), np.zeros(H)
        for x_t in x:
            h, c = lstm_cell(x_t, h, c, weights)
        outputs.append(h)
    return np.array(outputs)


def _series_probes(rng):
    weights = cell_weights(rng, 3, 4, "fico")

    def series(*lengths, size=3):
        return [rng.normal(size=(length, size)) for length in lengths]

    return [
        Probe((series(5, 3, 7), weights)),
        Probe((series(6), weights), "for a single series"),
        Probe((series(4, 4, 4, 4), weights), "for series of equal length"),
        Probe((series(1, 1, 1), weights), "for series of one step"),
        Probe((series(5, 2), without_biases(weights)), "when the biases are zero"),
        Probe((series(2, 6, 3, size=1), cell_weights(rng, 1, 2, "fico")), "for another size"),
    ]


READ_EACH = Exercise(
    reference=read_each,
    title="Each from its own beginning",
    lesson="08",
    section="Whose state is it?",
    points=2,
    minutes=8,
    returns=("outputs",),
    axes={"outputs": ("series", "unit")},
    probes=_series_probes,
    hints=(
        "Two loops: one over the series, one over the steps of a series. Into which of them does the initial "
        "state belong?",
        "Before the first step of each series, h and c are zeros of shape (H,). After its last step, keep h.",
        "In the outer loop `h, c = np.zeros(H), np.zeros(H)`, in the inner one `h, c = lstm_cell(x_t, h, c, "
        "weights)`; behind the inner one `outputs.append(h)`.",
    ),
    mistakes=edits(r"""
        state not reset: You set the state to zero once, before all series. Each series but the first then
            begins with the memory of the one before: set h and c to zero within the loop over the series.
            {"        h, c = np.zeros(H), np.zeros(H)\n": "",
             "outputs = []": "outputs, h, c = [], np.zeros(H), np.zeros(H)"}
        only h reset: You set h to zero for each series, and c goes on. The memory of an LSTM is in c: both
            are its state.
            {"        h, c = np.zeros(H), np.zeros(H)\n": "        h = np.zeros(H)\n",
             "outputs = []": "outputs, c = [], np.zeros(H)"}
        only c reset: You set c to zero for each series, and h goes on. The gates read h: both are the state.
            {"        h, c = np.zeros(H), np.zeros(H)\n": "        c = np.zeros(H)\n",
             "outputs = []": "outputs, h = [], np.zeros(H)"}
        reset at every step: What you return is what the last step alone gives: the state is zero before it,
            or only that step is read. It is set to zero once, before the first step of each series.
            {"lstm_cell(x_t, h, c, weights)": "lstm_cell(x_t, np.zeros(H), np.zeros(H), weights)"}
        h not carried on: Each step begins with h = 0. Within a series h goes on from step to step.
            {"lstm_cell(x_t, h, c, weights)": "lstm_cell(x_t, np.zeros(H), c, weights)"}
        c not carried on: Each step begins with c = 0. Within a series c goes on from step to step.
            {"lstm_cell(x_t, h, c, weights)": "lstm_cell(x_t, h, np.zeros(H), weights)"}
        c instead of h: You keep the cell state c. What the network shows is h.
            {"outputs.append(h)": "outputs.append(c)"}
        last step left out: You stop before the last step of each series.
            {"in x:": "in x[:-1]:"}
        first step left out: You leave the first step of each series out.
            {"in x:": "in x[1:]:"}
        read backwards: You read each series from its end.
            {"in x:": "in x[::-1]:"}
        series in reverse order: The rows are in the reverse order of the series.
            {"for x in series:": "for x in series[::-1]:"}
        h and c exchanged: You take `c, h` from the cell. It gives h first, then c.
            {"h, c = lstm_cell(x_t, h, c, weights)": "c, h = lstm_cell(x_t, h, c, weights)"}
    """),
)

# A forecast from a file


def forecast_from(saved, past):
    """The value that follows past (T,), in the series' own unit, from what was saved.

    saved has the weights of an LSTM, Wf ... bo, those of the output, Wy (H,) and by, and its scaling:
    zero and unit.
    """
    scaled = (past - saved["zero"]) / saved["unit"]  # (T,)
    h, c = np.zeros(len(saved["bf"])), np.zeros(len(saved["bf"]))
    for x in scaled:
        h, c = lstm_cell(np.array([x]), h, c, saved)
    y = saved["Wy"] @ h + saved["by"]
    return y * saved["unit"] + saved["zero"]


def _saved_probes(rng):
    def saved(H, zero, unit):
        return cell_weights(rng, 1, H, "fico") | {
            "Wy": rng.normal(size=H),
            "by": rng.normal(),
            "zero": zero,
            "unit": unit,
        }

    return [
        Probe((saved(4, 2.3, 1.7), 3 + rng.normal(size=9))),
        Probe((saved(3, 0.0, 2.5), rng.normal(size=6)), "when `zero` is 0"),
        Probe((saved(3, -1.5, 1.0), rng.normal(size=6)), "when `unit` is 1"),
        Probe((saved(2, 0.0, 1.0), rng.normal(size=5)), "when the scaling changes nothing"),
        Probe((saved(5, 1.2, 0.6), 1 + rng.normal(size=1)), "for a single value"),
    ]


FORECAST_FROM = Exercise(
    reference=forecast_from,
    title="A forecast from a file",
    lesson="08",
    section="One file",
    points=2,
    minutes=8,
    returns=("forecast",),
    probes=_saved_probes,
    hints=(
        "Three things: into the network's unit, through the network, back into the series' unit. Which "
        "numbers belong to the first and the last?",
        "Scale `past` with the zero and unit that lie in the file: those of the training part. Do not "
        "compute new ones from `past`.",
        '`scaled = (past - saved["zero"]) / saved["unit"]`; h and c from zeros, a cell for each value; '
        '`y = saved["Wy"] @ h + saved["by"]`; return `y * saved["unit"] + saved["zero"]`.',
    ),
    mistakes=edits(r"""
        saved without the scaling: You use no scaling at all, as if it had not been saved. The network was
            trained on scaled numbers, and its output is one: scale before it, and undo behind it.
            {'(past - saved["zero"]) / saved["unit"]': "past", 'y * saved["unit"] + saved["zero"]': "y"}
        scaling fitted anew: You take mean and standard deviation of `past`. Each window then has another
            unit, and the level of the series is lost: use the zero and unit that were saved.
            {'(past - saved["zero"]) / saved["unit"]': "(past - np.mean(past)) / (np.std(past) or 1)",
             'y * saved["unit"] + saved["zero"]': "y * (np.std(past) or 1) + np.mean(past)"}
        range of the window: You scale by minimum and maximum of `past`. Each window then has another unit:
            use the zero and unit that were saved.
            {'(past - saved["zero"]) / saved["unit"]': "(past - np.min(past)) / (np.ptp(past) or 1)",
             'y * saved["unit"] + saved["zero"]': "y * (np.ptp(past) or 1) + np.min(past)"}
        fitted anew before the network: You scale `past` by its own mean and standard deviation. The network
            knows the zero and unit of its training part: those that were saved.
            {'(past - saved["zero"]) / saved["unit"]': "(past - np.mean(past)) / (np.std(past) or 1)"}
        not scaled: The network gets the numbers as they are. It was trained on scaled ones: subtract zero,
            divide by unit.
            {'(past - saved["zero"]) / saved["unit"]': "past"}
        not undone: Your forecast is in the network's unit. Multiply by unit and add zero.
            {'y * saved["unit"] + saved["zero"]': "y"}
        undone in the wrong order: You add zero before you multiply. Scaling subtracts first and divides then,
            so undoing multiplies first and adds then.
            {'y * saved["unit"] + saved["zero"]': '(y + saved["zero"]) * saved["unit"]'}
        undone without zero: You multiply by unit, and zero is not added: the level is missing.
            {'y * saved["unit"] + saved["zero"]': 'y * saved["unit"]'}
        divided by unit twice: You divide by unit behind the network as well. Undoing multiplies.
            {'y * saved["unit"]': 'y / saved["unit"]'}
        divided before zero is taken off: You divide before you subtract zero. The scaling is
            (past - zero) / unit.
            {'(past - saved["zero"]) / saved["unit"]': 'past / saved["unit"] - saved["zero"]'}
        bias of the output forgotten: The output's bias `by` is missing.
            {' + saved["by"]': ""}
        c instead of h: The output reads h. You gave it the cell state c.
            {'saved["Wy"] @ h': 'saved["Wy"] @ c'}
        only the last value read: You give the network the last value alone. Its state has to pass through all
            of them.
            {"for x in scaled:": "for x in scaled[-1:]:"}
        last value left out: You stop before the last value of `past`.
            {"for x in scaled:": "for x in scaled[:-1]:"}
        read backwards: You read the past from its end.
            {"for x in scaled:": "for x in scaled[::-1]:"}
        c not carried on: Each step begins with c = 0. It goes on from step to step.
            {"h, c, saved)": "h, 0 * c, saved)"}
        h not carried on: Each step begins with h = 0. It goes on from step to step.
            {"h, c, saved)": "0 * h, c, saved)"}
    """),
)

# The weights of PyTorch


def lstm_from_torch(state):
    """Weights of a torch.nn.LSTM in the form of the blackboard: Wf, Wi, Wc, Wo (H, H + D), bf ... bo (H,).

    state has weight_ih_l0 (4H, D), weight_hh_l0 (4H, H), bias_ih_l0 (4H,), bias_hh_l0 (4H,).
    """
    matrix = np.concatenate([state["weight_hh_l0"], state["weight_ih_l0"]], axis=1)  # (4H, H + D)
    bias = state["bias_ih_l0"] + state["bias_hh_l0"]  # (4H,)
    weights = {}
    for gate, W, b in zip("ifco", np.split(matrix, 4), np.split(bias, 4), strict=True):
        weights["W" + gate], weights["b" + gate] = W, b
    return weights


def _torch_probes(rng):
    def state(D, H):
        return {
            "weight_ih_l0": rng.normal(size=(4 * H, D)),
            "weight_hh_l0": rng.normal(size=(4 * H, H)),
            "bias_ih_l0": rng.normal(size=4 * H),
            "bias_hh_l0": rng.normal(size=4 * H),
        }

    return [
        Probe((state(3, 4),)),
        Probe((state(5, 2),), "for another size"),
        Probe((state(3, 3),), "when H and D are equal"),
        Probe((state(1, 1),), "for one unit and one input"),
        Probe((state(2, 3) | {"bias_hh_l0": np.zeros(12)},), "when `bias_hh_l0` is zero"),
        Probe((state(2, 3) | {"bias_ih_l0": np.zeros(12)},), "when `bias_ih_l0` is zero"),
    ]


LSTM_FROM_TORCH = Exercise(
    reference=lstm_from_torch,
    title="The weights of PyTorch",
    lesson="08",
    section="Into PyTorch and back",
    points=3,
    minutes=10,
    returns=("weights",),
    probes=_torch_probes,
    hints=(
        "PyTorch has four blocks of H rows in each array. Which block is which gate, and what becomes of two "
        "biases that are added?",
        "The order is i, f, g, o, and its g is our candidate c. Our matrices act on [h_prev, x]: the columns "
        "of weight_hh come first.",
        '`matrix = np.concatenate([state["weight_hh_l0"], state["weight_ih_l0"]], axis=1)`, the sum of the '
        "biases, and `np.split(matrix, 4)` gives Wi, Wf, Wc, Wo.",
    ),
    mistakes=edits(r"""
        order f, i, c, o: You take the first block for the forget gate, as on the blackboard. PyTorch has the
            input gate first: i, f, g, o.
            {'"ifco"': '"fico"'}
        order i, f, o, c: You take the third block for the output gate. PyTorch has i, f, g, o: its g is our
            candidate c.
            {'"ifco"': '"ifoc"'}
        order i, o, f, c: You take the blocks for i, o, f, c. That is the order of an ONNX file; PyTorch has
            i, f, g, o.
            {'"ifco"': '"iofc"'}
        order i, c, f, o: You take the blocks for i, c, f, o. PyTorch has i, f, g, o: its g is our c.
            {'"ifco"': '"icfo"'}
        order f, i, o, c: You take the blocks for f, i, o, c. PyTorch has i, f, g, o: its g is our c.
            {'"ifco"': '"fioc"'}
        alphabetical order: You take the blocks for c, f, i, o. PyTorch has i, f, g, o: its g is our c.
            {'"ifco"': '"cfio"'}
        rows interleaved: You take every fourth row for a gate. Each gate is a block of H rows that lie
            together.
            {"np.split(matrix, 4)": "[matrix[k::4] for k in range(4)]",
             "np.split(bias, 4)": "[bias[k::4] for k in range(4)]"}
        only bias_ih: You take `bias_ih_l0` alone. PyTorch adds both biases before the sigmoid and the tanh.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]': 'state["bias_ih_l0"]'}
        only bias_hh: You take `bias_hh_l0` alone. PyTorch adds both biases before the sigmoid and the tanh.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]': 'state["bias_hh_l0"]'}
        bias_ih added twice: You add `bias_ih_l0` to itself. The other one is `bias_hh_l0`.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]': 'state["bias_ih_l0"] + state["bias_ih_l0"]'}
        bias_hh added twice: You add `bias_hh_l0` to itself. The other one is `bias_ih_l0`.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]': 'state["bias_hh_l0"] + state["bias_hh_l0"]'}
        sum of the biases taken twice: Your biases are twice the sum of the two.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]':
                '2 * (state["bias_ih_l0"] + state["bias_hh_l0"])'}
        mean of the biases: You take the mean of the two biases. They are added.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]':
                '(state["bias_ih_l0"] + state["bias_hh_l0"]) / 2'}
        biases left out: Your biases are zero. They are the sum of the two that PyTorch has.
            {'state["bias_ih_l0"] + state["bias_hh_l0"]': '0 * state["bias_ih_l0"]'}
        x and h columns swapped: You put the columns of the input first. Our matrices act on [h_prev, x]: the
            columns of `weight_hh_l0` come first.
            {'[state["weight_hh_l0"], state["weight_ih_l0"]]':
                '[state["weight_ih_l0"], state["weight_hh_l0"]]'}
        transposed: Your matrices are transposed: here each is (H, H + D), with a row for each unit, as
            PyTorch's blocks are already.
            {'["W" + gate], weights["b" + gate] = W, b': '["W" + gate], weights["b" + gate] = W.T, b'}
        biases in another order: The matrices are named rightly and the biases are not: all four arrays have
            the order i, f, g, o.
            {'weights["b" + gate] = W, b': 'weights["b" + {"i": "f", "f": "i"}.get(gate, gate)] = W, b'}
    """),
)

# An alarm


def cusum(residuals, slack):
    """Two sums of residuals (T,) in standard deviations, up (T,) and down (T,), that never fall below 0."""
    up, down = [0.0], [0.0]
    for r in residuals:
        up.append(max(0.0, up[-1] + r - slack))
        down.append(max(0.0, down[-1] - r - slack))
    return np.array(up[1:]), np.array(down[1:])


CUSUM = Exercise(
    reference=cusum,
    title="Two sums that wait",
    lesson="08",
    section="An alarm",
    points=2,
    minutes=8,
    returns=("up", "down"),
    axes={"up": ("step",), "down": ("step",)},
    probes=lambda rng: [
        Probe((rng.normal(size=30), 0.3)),
        Probe((1 + rng.normal(size=20), 0.5), "when the residuals have moved upwards"),
        Probe((rng.normal(size=20) - 1, 0.5), "when the residuals have moved downwards"),
        Probe((rng.normal(size=15), 0.0), "when `slack` is 0"),
        Probe((np.ones(6), 0.25), "for residuals that are all 1"),
        Probe((rng.normal(size=1), 0.1), "for a single residual"),
    ],
    hints=(
        "Two sums: one grows when the residuals are too high, the other when they are too low. Both wait at "
        "0.",
        "At each step, up gains r and loses slack; down gains -r and loses slack. Where the sum would be "
        "negative it is 0.",
        "`up.append(max(0.0, up[-1] + r - slack))`, `down.append(max(0.0, down[-1] - r - slack))`, and leave "
        "the 0 out that both began with.",
    ),
    mistakes=edits(r"""
        not kept at 0: Your sums fall below 0. Then good times are saved up, and a drift has to use them up
            before it is seen: take max(0, ...).
            {"max(0.0, up[-1] + r - slack)": "up[-1] + r - slack",
             "max(0.0, down[-1] - r - slack)": "down[-1] - r - slack"}
        slack forgotten: You do not take `slack` off. Without it the sums grow from noise alone.
            {"up[-1] + r - slack": "up[-1] + r", "down[-1] - r - slack": "down[-1] - r"}
        slack added: You add `slack`. It is taken off, so that small residuals do not count.
            {"up[-1] + r - slack": "up[-1] + r + slack", "down[-1] - r - slack": "down[-1] - r + slack"}
        slack in one sum only: You take `slack` off upwards only.
            {"down[-1] - r - slack": "down[-1] - r"}
        slack added downwards: Downwards you add `slack`, as happens when r and slack are put in one bracket:
            both r and slack are taken off.
            {"down[-1] - r - slack": "down[-1] - (r - slack)"}
        not summed: You forget the sum of the step before: a CUSUM is a cumulative sum.
            {"up[-1] + r - slack": "r - slack", "down[-1] - r - slack": "-r - slack"}
        sign lost: You add the size of the residual to both sums. Noise of either sign then makes both grow:
            up gets r, down gets -r.
            {"up[-1] + r - slack": "up[-1] + abs(r) - slack",
             "down[-1] - r - slack": "down[-1] + abs(r) - slack"}
        squared: You add the squares of the residuals. Their sign is what tells a drift from noise.
            {"up[-1] + r - slack": "up[-1] + r**2 - slack",
             "down[-1] - r - slack": "down[-1] + r**2 - slack"}
        down as up: Your `down` grows with positive residuals, as `up` does. It gets -r.
            {"down[-1] - r - slack": "down[-1] + r - slack"}
        up and down exchanged: `up` and `down` are exchanged: up grows with positive residuals.
            {"return np.array(up[1:]), np.array(down[1:])": "return np.array(down[1:]), np.array(up[1:])"}
        down with a minus: Your `down` is negative. Both sums are 0 or more, so that one limit serves both.
            {"np.array(down[1:])": "-np.array(down[1:])"}
        beginning kept: You return the 0 that the sums begin with, T + 1 numbers. One is asked for each
            residual.
            {"np.array(up[1:])": "np.array(up)", "np.array(down[1:])": "np.array(down)"}
        a step late: Your sums are a step late: the first has to contain the first residual.
            {"np.array(up[1:])": "np.array(up[:-1])", "np.array(down[1:])": "np.array(down[:-1])"}
        own mean taken off: You take the mean of these residuals off first. A drift is in that mean, and you
            take it away.
            {"for r in residuals:": "for r in residuals - np.mean(residuals):"}
        slack without a sum: You let through only what exceeds `slack`, then add it up. The slack is taken off
            at every step, so that the sum can fall again.
            {"max(0.0, up[-1] + r - slack)": "up[-1] + max(0.0, r - slack)",
             "max(0.0, down[-1] - r - slack)": "down[-1] + max(0.0, -r - slack)"}
    """),
)

WITHOUT_THE_SCALING = Question(
    id="without_the_scaling",
    title="What the file lacks",
    lesson="08",
    section="One file",
    points=1,
    minutes=3,
    question=(
        "A forecaster of a pond's temperature was saved without its scaling. Where it runs now, mean and "
        "standard deviation are computed from the last day's values. In summer no one notices anything. When "
        "does it go wrong?"
    ),
    choices={
        "a": "Never: mean 0 and standard deviation 1 is what the network was trained on.",
        "b": "When the day is unusually warm or unusually calm: then it is told that it is a usual one.",
        "c": "At once: with other numbers an LSTM raises an error.",
        "d": "Only when the sensor is replaced.",
    },
    answer="b",
    explanations={
        "a": "Over the whole training part, yes. A single day was not centred there, and its level counted.",
        "b": "Level and spread of the day are taken off, and just they are what makes the day unusual.",
        "c": "It takes any numbers, and gives a number. Nothing complains.",
        "d": "A new sensor is one way to another level; weather is another.",
    },
    hints=(
        "What does the network see of a warm day, when the day's own mean is taken off?",
        "Compare two days: 10 °C throughout with a ripple of 0.1, and 20 °C with the same ripple.",
        "Both look the same to the network, and the same as any other day.",
    ),
)

"""Lesson 05, Stacked LSTMs: the stack in Keras and in NumPy, counting, both directions, dropout."""

import copy
from itertools import pairwise

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question, ValueExercise, WrongValue
from lstm_course.scratch.cells import lstm_cell

from .inputs import cell_weights
from .networks import observe_stack, start_keras
from .shared import edits

# The stack in Keras


def fix_the_stack(input_dim, output_dim, first, second):
    """Embedding, an LSTM of `first` units, one of `second` units above it, one sigmoid unit; not compiled.

    Words are whole numbers under input_dim; 0 is padding and does not count.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(None,), dtype="int32"),
            layers.Embedding(input_dim, output_dim, mask_zero=True),
            layers.LSTM(first, return_sequences=True),
            layers.LSTM(second),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def _stack_probes(rng):
    start_keras()
    return [Probe((9, 6, *map(int, rng.permutation([3, 4]))))]  # one only: a model takes Keras 40 ms


FIX_THE_STACK = Exercise(
    reference=fix_the_stack,
    title="A stack that fits together",
    lesson="05",
    section="The error that everyone meets",
    points=3,
    minutes=8,
    returns=("layers", "sizes taken from the arguments", "sizes", "answers to three reviews"),
    observe=observe_stack,
    probes=_stack_probes,
    hints=(
        "The error says it: the upper LSTM expects three dimensions, (batch, time, features), and gets two. "
        "Which layer took the time axis away?",
        "An LSTM hands up its last output only, unless it is told to hand up all of them. Tell the lower "
        "one; the upper one should hand up its last, for there is one verdict per review.",
        "`layers.LSTM(first, return_sequences=True)`, then `layers.LSTM(second)`. The embedding needs "
        "`mask_zero=True`, the output unit `activation='sigmoid'`.",
    ),
    mistakes=edits(r"""
        return_sequences missing: The lower LSTM hands up only its last output, of shape (batch, units), and
            the upper one needs a sequence, (batch, time, units): set `return_sequences=True` on the lower
            layer.
            {"first, return_sequences=True": "first"}
        return_sequences on the last layer too: Both layers hand up every step, so there is a verdict after
            every word. One per review is wanted: leave `return_sequences` off the upper layer.
            {"LSTM(second)": "LSTM(second, return_sequences=True)"}
        only the last output handed up: The error is gone, and so is the sequence: the upper LSTM sees one
            single step, the last output of the lower one. Do not reshape it, set `return_sequences=True` on
            the lower layer.
            {"first, return_sequences=True),": "first),\n            layers.Reshape((1, first)),"}
        last output repeated: The error is gone, and so is the sequence: `RepeatVector` gives the upper LSTM
            the last output of the lower one over and over. Set `return_sequences=True` on the lower layer.
            {"first, return_sequences=True),": "first),\n            layers.RepeatVector(4),"}
        averaged over the words: The upper layer hands up every step, and you average them. One verdict after
            the last word is wanted: leave `return_sequences` off the upper layer.
            {"layers.LSTM(second),":
                "layers.LSTM(second, return_sequences=True),\n            layers.GlobalAveragePooling1D(),"}
        the textbook sizes built in: The layers have 128 and 64 units whatever is asked for: use `first` and
            `second`.
            {"LSTM(first": "LSTM(128", "LSTM(second)": "LSTM(64)"}
        lower size written out: The lower layer has as many units as you wrote down, whatever is asked for:
            use `first`.
            {"LSTM(first": "LSTM(128"}
        upper size written out: The upper layer has as many units as you wrote down, whatever is asked for:
            use `second`.
            {"LSTM(second)": "LSTM(64)"}
        embedding written out: The embedding has sizes of its own, whatever is asked for: use `input_dim` and
            `output_dim`.
            {"input_dim, output_dim, mask": "10_000, 128, mask"}
        the two sizes exchanged: The layers have each other's size: `first` units belong to the lower one.
            {"LSTM(first": "LSTM(second", "LSTM(second)": "LSTM(first)"}
        both layers of the first size: Both layers have `first` units. The upper one has `second`.
            {"LSTM(second)": "LSTM(first)"}
        no masking: The padding is read as if it were words. Set `mask_zero=True` on the embedding: then both
            layers skip it.
        no sigmoid: The output is not squashed to a probability: give the last layer `activation='sigmoid'`.
            {', activation="sigmoid"': ""}
        softmax on one unit: Softmax makes the outputs of a layer sum to one, and a single output is then
            always 1. Use the sigmoid.
            {'"sigmoid"': '"softmax"'}
        two output units: There are two output units. Yes or no needs one, which says how probable yes is.
            {"Dense(1,": "Dense(2,"}
        two classes: There are two output units with a softmax, as for two classes. Yes or no needs one unit
            with a sigmoid, which says how probable yes is.
            {'Dense(1, activation="sigmoid")': 'Dense(2, activation="softmax")'}
        one layer only: There is only the lower LSTM. The exercise asks for two, one above the other.
            {"layers.LSTM(first, return_sequences=True),": "layers.LSTM(first),",
             "            layers.LSTM(second),\n": ""}
        vocabulary and vector length exchanged
    """),
)


# The stack in NumPy


def stacked_forward(xs, layers):
    """Run a stack of LSTMs over a sequence: xs (T, D) -> the top layer's state h after each step, (T, H).

    layers: the weights of each layer, from the lowest to the top, as lstm_cell takes them. Every layer
    starts from zeros.
    """
    outputs = xs
    for weights in layers:
        h = c = np.zeros(len(weights["bf"]))
        inputs, outputs = outputs, []
        for x in inputs:
            h, c = lstm_cell(x, h, c, weights)
            outputs.append(h)
    return np.array(outputs)


def _stack(rng, *sizes):
    """Weights of LSTMs one above the other; the first size is that of the input."""
    return [cell_weights(rng, D, H, "fico") for D, H in pairwise(sizes)]


STACKED_FORWARD = Exercise(
    reference=stacked_forward,
    title="A stack of LSTMs",
    lesson="05",
    section="A stack is a loop around a loop",
    points=3,
    minutes=12,
    returns=("hs",),
    axes={"hs": ("step", "unit")},
    probes=lambda rng: [
        Probe((rng.normal(size=(6, 3)), _stack(rng, 3, 3, 3, 3))),
        Probe((rng.normal(size=(5, 3)), _stack(rng, 3, 4)), "for a single layer"),
        Probe((rng.normal(size=(1, 3)), _stack(rng, 3, 3, 3)), "for one step"),
        Probe((rng.normal(size=(4, 2)), _stack(rng, 2, 4, 3)), "when the layers differ in size"),
    ],
    hints=(
        "A layer does not know what is below it: it reads a sequence and writes a sequence. What one writes, "
        "the next reads.",
        "Two loops, one in the other: over the layers, and inside it over the steps. Each layer starts its "
        "own h and c from zeros and collects every h.",
        "`outputs = xs`; for each layer: `h = c = np.zeros(len(weights['bf']))`, run `h, c = lstm_cell(x, h, "
        "c, weights)` over `outputs`, collect the h, and let the collected list be the new `outputs`.",
    ),
    mistakes=edits(r"""
        every layer fed with x: Every layer reads `xs`. Only the lowest does; each other one reads what the
            layer below it wrote.
            {"for x in inputs": "for x in xs"}
        only the last output handed up: Only the last output of a layer is handed up, so the next one sees a
            single step. Hand up all.
            {"for x in inputs:": "for x in inputs if inputs is xs else inputs[-1:]:"}
        only the last output returned: You return the last step alone. All steps are asked for, (T, H).
            {"np.array(outputs)": "np.array(outputs[-1])"}
        cell states handed up: The cell states c are handed up. A layer shows h; its cell state is its own
            affair.
            {"outputs.append(h)": "outputs.append(c)"}
        started from the layer below: Each layer starts from the last state of the layer below. It starts from
            zeros, of its own size: make h and c anew for each layer.
            {"    outputs = xs\n": '    outputs = xs\n    h = c = np.zeros(len(layers[0]["bf"]))\n',
             '        h = c = np.zeros(len(weights["bf"]))\n': ""}
        one state for all layers: All layers write into one h and one c. Each layer keeps its own from step to
            step.
            {'    for weights in layers:\n        h = c = np.zeros(len(weights["bf"]))\n'
             "        inputs, outputs = outputs, []\n        for x in inputs:\n"
             "            h, c = lstm_cell(x, h, c, weights)\n            outputs.append(h)\n":
                '    h = c = np.zeros(len(layers[0]["bf"]))\n    outputs = []\n    for x in xs:\n'
                "        for weights in layers:\n            h, c = lstm_cell(x, h, c, weights)\n"
                "            x = h\n        outputs.append(h)\n"}
        state before the step: You collect h before the step that makes it: row 0 is the zeros of the start,
            and the last state is lost.
            {"            h, c = lstm_cell(x, h, c, weights)\n            outputs.append(h)":
                "            outputs.append(h)\n            h, c = lstm_cell(x, h, c, weights)"}
        zeros of the start handed up: Each layer hands up its zeros of the start as well, so every layer reads
            one step more. Collect what the steps make.
            {"inputs, outputs = outputs, []": "inputs, outputs = outputs, [h]"}
        same array at every step: All your rows are alike: there is one array, which each step writes into
            anew. Keep a new array of each step, or a copy: `h.copy()`.
            {"            outputs.append(h)\n":
                "            outputs.append(h)\n        outputs = [h] * len(outputs)\n"}
        last state of each layer: You return the last state of each layer. All states of the top layer are
            asked for, (T, H).
            {"    outputs = xs\n": "    outputs, ends = xs, []\n",
             "            outputs.append(h)\n": "            outputs.append(h)\n        ends.append(h)\n",
             "np.array(outputs)": "np.array(ends)"}
        hidden state not carried: Every step starts from h = 0. The h that one step makes must go into the
            next.
            {"lstm_cell(x, h, c, weights)": "lstm_cell(x, np.zeros_like(h), c, weights)"}
        cell state not carried: Every step starts from c = 0. The cell state that one step makes must go into
            the next: it is the memory.
            {"lstm_cell(x, h, c, weights)": "lstm_cell(x, h, np.zeros_like(c), weights)"}
        layers upside down: You run the layers from the top down. `layers[0]` is the lowest and reads `xs`.
            {"in layers": "in layers[::-1]"}
        lowest layer left out: The lowest layer is left out.
            {"in layers": "in layers[1:] or layers"}
        top layer left out: The top layer is left out.
            {"in layers": "in layers[:-1] or layers"}
        every layer with the lowest layer's weights: Every layer uses the weights of the lowest one. Each has
            its own.
            {"for weights in layers:\n":
                "for k, weights in enumerate(layers):\n"
                '        if weights["Wf"].shape == layers[0]["Wf"].shape:\n'
                "            weights = layers[0]\n"}
        states h and c exchanged: The cell returns h first and c second; you take them the other way round.
            {"h, c = lstm_cell(": "c, h = lstm_cell("}
        time turned round: You run through time from the end to the start.
            {"for x in inputs": "for x in inputs[::-1]"}
        input added to the output: You add each layer's input to its output. That is a residual connection, a
            good idea for deep stacks, but not asked for here.
            {"outputs.append(h)": "outputs.append(h + x if len(x) == len(h) else h)"}
    """),
)


# Counting


def stack_parameter_count(input_dim, output_dim, units):
    """Number of weights of Embedding(input_dim, output_dim), an LSTM for each of `units`, and Dense(1)."""
    count = input_dim * output_dim
    below = output_dim
    for H in units:
        count += 4 * H * (below + H + 1)
        below = H
    return count + below + 1


def _count_probes(rng):
    # Where all layers have one size, it does not matter whose size is counted: a case of its own.
    sizes = [int(size) for size in rng.permutation([5, 7, 11, 13, 17])]
    return [
        Probe((100 + sizes[0], sizes[1], tuple(sizes[2:]))),
        Probe((50, sizes[0], (sizes[1],)), "for a single layer"),
        Probe((50, 8, (8, 8)), "when all sizes are equal"),
        Probe((60, 3, (9, 4)), "for two layers"),
    ]


STACK_PARAMETER_COUNT = Exercise(
    reference=stack_parameter_count,
    title="Parameters of a stack",
    lesson="05",
    section="What a layer costs",
    points=2,
    minutes=8,
    returns=("the count",),
    probes=_count_probes,
    hints=(
        "Go through the model from below and ask of each layer: how many numbers come in, how many units are "
        "there?",
        "An LSTM of H units with D numbers coming in has four blocks of H (D + H + 1) weights. For the "
        "second layer D is the number of units of the first.",
        "Start with `count, below = input_dim * output_dim, output_dim`; for each H add `4 * H * (below + H "
        "+ 1)` and set `below = H`; at the end add `below + 1` for the output unit.",
    ),
    mistakes=edits(r"""
        second layer counted with the embedding size: Every layer is counted as if word vectors came in. Into
            the second layer come the outputs of the first.
            {"        below = H\n": "", "count + below + 1": "count + units[-1] + 1"}
        output unit counted with the embedding size: The output unit is counted as if word vectors came in.
            Into it come the outputs of the top layer.
            {"count + below + 1": "count + output_dim + 1"}
        embedding forgotten: The embedding is missing: one vector of `output_dim` numbers for each of
            `input_dim` words.
            {"count = input_dim * output_dim": "count = 0"}
        embedding with biases: The embedding has no biases: it is a table with `input_dim` rows and
            `output_dim` columns.
            {"input_dim * output_dim": "(input_dim + 1) * output_dim"}
        output unit forgotten: The output unit is missing: one weight for each unit of the top layer, and a
            bias.
            {"count + below + 1": "count"}
        bias of the output unit forgotten: The output unit has a bias as well: one more.
            {"count + below + 1": "count + below"}
        biases not counted: The biases of the LSTMs are missing: one for each unit of each of the four blocks.
            {"(below + H + 1)": "(below + H)"}
        one bias a unit: You count one bias for each unit. Each of its four blocks has one.
            {"4 * H * (below + H + 1)": "4 * H * (below + H) + H"}
        vocabulary size into the first layer: The first LSTM is counted as if `input_dim` numbers came in.
            Into it comes the vector of a word, `output_dim` numbers.
            {"below = output_dim": "below = input_dim"}
        units and inputs exchanged: The four blocks have a row for each unit, not for each number that comes
            in: 4 H (D + H + 1).
            {"4 * H * (": "4 * below * ("}
        first LSTM left out: The first LSTM is missing: you count what stands between two LSTMs. Into the
            first come the vectors of the words.
            {"    below = output_dim\n    for H in units:\n":
                "    below = units[0]\n    for H in units[1:]:\n"}
        output unit reads all layers: The output unit is counted as if it read all layers. It reads the top
            one.
            {"count + below + 1": "count + sum(units) + 1"}
        two biases a gate: You count two biases for each unit and block, as PyTorch has them. Keras, like the
            formula, has one.
            {"(below + H + 1)": "(below + H + 2)"}
        three gates counted: You count three blocks. There are three gates and the candidate: four.
            {"4 * H": "3 * H"}
        a plain RNN counted: You count one block, a plain RNN. An LSTM has four: three gates and the
            candidate.
            {"4 * H": "H"}
        recurrent weights forgotten: The recurrent weights are missing: each unit also reads the H outputs of
            its own layer.
            {"(below + H + 1)": "(below + 1)"}
        input weights forgotten: The input weights are missing: each unit also reads what comes from below.
            {"(below + H + 1)": "(H + 1)"}
        top layer only: Only the last LSTM is counted: the count is overwritten, not added to.
            {"count += 4 * H": "count = input_dim * output_dim + 4 * H"}
        everything below handed up: Each layer is counted as if it read all layers below it side by side. It
            reads the one just below.
            {"        below = H\n": "        below += H\n", "count + below + 1": "count + units[-1] + 1"}
        all states into the output unit: The output unit is counted as if it read h and c. It reads h alone.
            {"count + below + 1": "count + 2 * below + 1"}
    """),
)


# Both directions


def bidirectional_forward(xs, forward, backward):
    """One LSTM reads from the left, one from the right: xs (T, D) -> (T, 2H).

    Row t holds the state of the first after it has read xs[0] ... xs[t], then the state of the second after
    it has read xs[T - 1] ... xs[t]. forward and backward are their weights; both start from zeros.
    """

    def states(sequence, weights):
        h = c = np.zeros(len(weights["bf"]))
        hs = []
        for x in sequence:
            h, c = lstm_cell(x, h, c, weights)
            hs.append(h)
        return np.array(hs)

    from_left = states(xs, forward)
    from_right = states(xs[::-1], backward)[::-1]
    return np.concatenate([from_left, from_right], axis=1)


BIDIRECTIONAL_FORWARD = Exercise(
    reference=bidirectional_forward,
    title="Reading from both ends",
    lesson="05",
    section="Reading from both ends",
    points=3,
    minutes=10,
    returns=("hs",),
    axes={"hs": ("step", "unit")},
    probes=lambda rng: [
        Probe((rng.normal(size=(3, 3)), *_stack(rng, 3, 3, 3))),
        Probe((rng.normal(size=(1, 3)), *_stack(rng, 3, 3, 3)), "for one step"),
        Probe((rng.normal(size=(6, 2)), *_stack(rng, 2, 4), *_stack(rng, 2, 4)), "for another size"),
    ],
    hints=(
        "Two LSTMs that know nothing of each other. The second is an ordinary one; only what it is given is "
        "turned round.",
        "`xs[::-1]` is the sequence from the right. What comes out then stands in the order of reading: row "
        "0 belongs to the last step. Turn it back before the two are put side by side.",
        "`from_right = states(xs[::-1], backward)[::-1]`, then `np.concatenate([from_left, from_right], "
        "axis=1)`.",
    ),
    mistakes=edits(r"""
        backward outputs not turned back: What the second LSTM wrote stands in the order in which it read: its
            row 0 belongs to the last step. Turn it back, so that row t of both is about step t.
            {"backward)[::-1]": "backward)"}
        input not turned: The second LSTM reads from the left as well, and only its outputs are turned round.
            Give it `xs[::-1]`.
            {"states(xs[::-1], backward)": "states(xs, backward)"}
        both read from the left: Both LSTMs read from the left. Give the second one `xs[::-1]`, and turn what
            it writes back.
            {"states(xs[::-1], backward)[::-1]": "states(xs, backward)"}
        second starts from the first: The second LSTM starts from the last state of the first. They know
            nothing of each other: both start from zeros.
            {'    def states(sequence, weights):\n        h = c = np.zeros(len(weights["bf"]))\n':
                '    h = c = np.zeros(len(forward["bf"]))\n\n    def states(sequence, weights):\n'
                "        nonlocal h, c\n"}
        second reads the first: The second LSTM reads what the first wrote. That is a stack; here both read
            `xs`.
            {"states(xs[::-1], backward)": "states(from_left[::-1], backward)"}
        both halves turned: You turn the whole result round in time, the states from the left too. Only the
            second LSTM's are to be turned.
            {"states(xs[::-1], backward)[::-1]": "states(xs[::-1], backward)",
             "from_right], axis=1)": "from_right], axis=1)[::-1]"}
        both directions share the forward weights: Both directions use the weights `forward`. The second LSTM
            has its own, `backward`.
            {"states(xs[::-1], backward)": "states(xs[::-1], forward)"}
        both directions share the backward weights: Both directions use the weights `backward`. The first LSTM
            has its own, `forward`.
            {"states(xs, forward)": "states(xs, backward)"}
        weights exchanged: The weights are exchanged: `forward` belongs to the LSTM that reads from the left.
            {"states(xs, forward)": "states(xs, backward)",
             "states(xs[::-1], backward)": "states(xs[::-1], forward)"}
        right before left: The halves are exchanged: the state from the left comes first.
            {"[from_left, from_right]": "[from_right, from_left]"}
        summed: You add the two states. They are put side by side, so that the layer above can weigh them
            (Keras calls the sum `merge_mode='sum'`).
            {"np.concatenate([from_left, from_right], axis=1)": "from_left + from_right"}
        averaged: You average the two states. They are put side by side, so that the layer above can weigh
            them.
            {"np.concatenate([from_left, from_right], axis=1)": "(from_left + from_right) / 2"}
        one after the other in time: You put the two one after the other in time, (2T, H). They belong side by
            side, (T, 2H): `axis=1`.
            {"axis=1": "axis=0"}
        left half only: Only the states from the left are returned.
            {"np.concatenate([from_left, from_right], axis=1)": "from_left"}
        left half twice: Both halves are the states from the left. The right half is that of the second LSTM.
            {"[from_left, from_right]": "[from_left, from_left]"}
        last state of each direction: You return the last state of each direction, one row. That is what sums
            a sequence up; all steps are asked for, (T, 2H), row t with what both know of step t.
            {"backward)[::-1]": "backward)",
             "[from_left, from_right], axis=1)": "[from_left, from_right], axis=1)[-1]"}
        same array at every step: All your rows are alike: there is one array, which each step writes into
            anew. Keep a new array of each step, or a copy: `h.copy()`.
            {"            hs.append(h)\n": "            hs.append(h)\n        hs = [h] * len(hs)\n"}
        features turned instead of time: You turn the features round, not the time: `xs[::-1]` without a comma
            turns the first axis, which is time.
            {"states(xs[::-1], backward)[::-1]": "states(xs[:, ::-1], backward)[:, ::-1]"}
        only the input's features turned: You turn the features of the input round, not the time: `xs[::-1]`
            without a comma.
            {"states(xs[::-1], backward)": "states(xs[:, ::-1], backward)"}
        only the output's features turned: You turn the features of what the second LSTM wrote, not the time:
            `[::-1]` without a comma.
            {"states(xs[::-1], backward)[::-1]": "states(xs[::-1], backward)[:, ::-1]"}
        only the last step: You return one row, the last. All steps are asked for, (T, 2H).
            {"[from_left, from_right], axis=1)": "[from_left, from_right], axis=1)[-1]"}
        cell states instead of h: You collect the cell states c. What an LSTM shows is h.
            {"hs.append(h)": "hs.append(c)"}
    """),
)


# Dropout


def variational_dropout_masks(N, T, H, rate, rng):
    """Masks (N, T, H) that drop a share `rate` of the units: each sequence its own, the same at every step.

    What is kept is 1 / (1 - rate), so that the sum stays the same on average.
    """
    kept = rng.random((N, 1, H)) >= rate
    mask = kept / (1 - rate)
    return np.repeat(mask, T, axis=1)


def _observe_masks(function, N, T, H, rate, rng):
    """What can be compared of random masks: their shape, their values, and what varies along which axis."""
    one, again = (function(N, T, H, rate, copy.deepcopy(rng)) for _ in range(2))
    other = function(N, T, H, rate, np.random.default_rng(rng.integers(1 << 30)))
    masks = np.asarray(one, dtype=float)
    if masks.shape != (N, T, H):
        return one, 0.0, 0.0, 0.0, 0.0, 0.0
    values = np.unique(masks.round(6))
    shared = float((masks == masks[:1]).all()) + 2 * float((masks == masks[:, :, :1]).all())
    dropped = np.mean(masks == 0)
    # What few draws decide says little about their share.
    as_asked = shared or abs(dropped - rate) < 0.04
    return (
        np.zeros((N, T, H)) if len(values) <= 2 else masks,
        values,
        rate if as_asked else round(float(dropped), 1),
        float(np.array_equal(masks, np.repeat(masks[:, :1], T, axis=1))),
        shared,
        float(np.array_equal(one, again)) + 2 * float(np.array_equal(one, other)),
    )


VARIATIONAL_DROPOUT_MASKS = Exercise(
    reference=variational_dropout_masks,
    title="Masks for variational dropout",
    lesson="05",
    section="Where dropout goes",
    points=3,
    minutes=10,
    returns=(
        "masks",
        "the different values in the masks",
        "the share of dropped units",
        "whether a mask is the same at every step",
        "whether sequences or units share their masks",
        "whether the draws come from rng",
    ),
    observe=_observe_masks,
    probes=lambda rng: [
        Probe((80, 5, 90, 0.3, np.random.default_rng(rng.integers(1 << 30)))),
        Probe((3, 4, 5, 0.0, np.random.default_rng(rng.integers(1 << 30))), "when nothing is dropped"),
        Probe((70, 3, 100, 0.6, np.random.default_rng(rng.integers(1 << 30))), "when most is dropped"),
    ],
    hints=(
        "Draw once for each sequence and unit, not for each step. An axis of length 1 in the middle is made "
        "for that.",
        "`rng.random((N, 1, H)) >= rate` is True with probability 1 - rate. True means kept, and what is "
        "kept is divided by 1 - rate.",
        "`mask = (rng.random((N, 1, H)) >= rate) / (1 - rate)`, then `np.repeat(mask, T, axis=1)`.",
    ),
    mistakes=edits(r"""
        new mask at each step: Every step has a mask of its own. Variational dropout draws one mask for each
            sequence and keeps it through time (Gal & Ghahramani 2016).
            {"(N, 1, H)": "(N, T, H)", "np.repeat(mask, T, axis=1)": "mask"}
        no division by 1 - p: What is kept stays 1, so with dropout the sums are smaller than without. Divide
            by 1 - rate.
            {"kept / (1 - rate)": "kept * 1.0"}
        divided by the rate: You divide by the rate. The share that is kept is 1 - rate: divide by that.
            {"kept / (1 - rate)": "kept / rate"}
        multiplied by 1 - p: You multiply what is kept by 1 - rate. It makes up for what is dropped, so it
            must grow: divide.
            {"kept / (1 - rate)": "kept * (1 - rate)"}
        random numbers themselves: The masks hold the random numbers themselves. Compare them with the rate: a
            unit is kept, or it is not.
            {"rng.random((N, 1, H)) >= rate": "rng.random((N, 1, H))"}
        half dropped: You drop a half, whatever `rate` is.
            {">= rate": ">= 0.5"}
        kept and dropped exchanged: You keep a share `rate` and drop the others. `rate` is the share that is
            dropped.
            {">= rate": "< rate"}
        one mask for all sequences: All sequences of the batch share one mask. Each gets its own.
            {"(N, 1, H)": "(1, 1, H)", "np.repeat(mask, T, axis=1)": "np.tile(mask, (N, T, 1))"}
        all units of a sequence at once: All units of a sequence are dropped or kept together. Draw for each
            unit.
            {"(N, 1, H)": "(N, 1, 1)", "np.repeat(mask, T, axis=1)": "np.tile(mask, (1, T, H))"}
        whole steps dropped: Whole steps are dropped. Draw for each unit, and keep that draw through time.
            {"(N, 1, H)": "(N, T, 1)", "np.repeat(mask, T, axis=1)": "np.repeat(mask, H, axis=2)"}
        time axis missing: The masks have no time axis. Repeat each T times: (N, T, H).
            {"return np.repeat(mask, T, axis=1)": "return mask[:, 0]"}
        time axis of length 1: The time axis has length 1. That often broadcasts, but asked for is (N, T, H):
            repeat it T times.
            {"np.repeat(mask, T, axis=1)": "mask"}
        time first: The masks have the shape (T, N, H). Sequences come first: (N, T, H).
            {"np.repeat(mask, T, axis=1)": "np.repeat(mask, T, axis=1).swapaxes(0, 1)"}
        global generator: You draw from `np.random`, not from the `rng` that is given: the same rng should
            give the same masks.
            {"rng.random(": "np.random.random("}
        generator made anew: You make a new generator with a fixed seed at each call, so the masks are always
            the same. Draw from the `rng` that is given.
            {"rng.random(": "np.random.default_rng(0).random("}
        normal instead of uniform numbers: You compare normal random numbers with the rate. Uniform ones, from
            0 to 1, lie under `rate` with just that probability: `rng.random`.
            {"rng.random((N, 1, H))": "rng.normal(size=(N, 1, H))"}
    """),
)


# A value and two questions


def _stack_parameters():
    return 10_000 * 128 + 4 * 128 * (128 + 128 + 1) + 4 * 64 * (128 + 64 + 1) + 64 + 1


STACK_PARAMETERS = ValueExercise(
    id="stack_parameters",
    title="The textbook stack, counted by hand",
    lesson="05",
    section="What a layer costs",
    points=1,
    minutes=5,
    question=(
        "How many weights has Embedding(10 000, 128) → LSTM(128) → LSTM(64) → Dense(1)? Do it with pencil "
        "and paper."
    ),
    answer=_stack_parameters,
    hints=(
        "Four numbers to add: 10 000 · 128 for the embedding, and one each for the other three layers.",
        "An LSTM with D numbers coming in and H units has 4 H (D + H + 1) weights.",
        "1 280 000 + 4 · 128 · 257 + 4 · 64 · 193 + 65.",
    ),
    mistakes=(
        WrongValue(
            "second layer counted with its own size",
            "You count the second layer as if 64 numbers came in. The first layer hands up 128.",
            lambda: _stack_parameters() - 4 * 64 * 64,
        ),
        WrongValue(
            "biases not counted",
            "The biases of the LSTMs are missing: 4 · 128 and 4 · 64 of them.",
            lambda: _stack_parameters() - 4 * 128 - 4 * 64,
        ),
        WrongValue(
            "no bias anywhere",
            "The biases are missing, those of the LSTMs and that of the output unit.",
            lambda: _stack_parameters() - 4 * 128 - 4 * 64 - 1,
        ),
        WrongValue(
            "three gates counted",
            "You count three blocks for each LSTM. There are three gates and the candidate: four.",
            lambda: _stack_parameters() - 128 * 257 - 64 * 193,
        ),
        WrongValue(
            "embedding forgotten",
            "The embedding is missing: 10 000 vectors of 128 numbers, most of this model.",
            lambda: _stack_parameters() - 1_280_000,
        ),
        WrongValue(
            "output unit forgotten",
            "The output unit is missing: 64 weights and a bias.",
            lambda: _stack_parameters() - 65,
        ),
        WrongValue(
            "bias of the output unit forgotten",
            "The output unit has a bias as well: one more.",
            lambda: _stack_parameters() - 1,
        ),
        WrongValue(
            "sizes of the layers exchanged",
            "You count the lower layer with 64 units and the upper one with 128. It is the other way round.",
            lambda: 1_280_000 + 4 * 64 * 193 + 4 * 128 * 193 + 129,
        ),
        WrongValue(
            "second layer counted like the first",
            "You count 128 + 128 inputs for the second layer. It reads the 128 numbers from below and the 64 "
            "of its own.",
            lambda: _stack_parameters() + 4 * 64 * 64,
        ),
        WrongValue(
            "upper layer left out",
            "The upper LSTM is missing: 4 · 64 · (128 + 64 + 1).",
            lambda: _stack_parameters() - 4 * 64 * 193,
        ),
        WrongValue(
            "lower layer left out",
            "The lower LSTM is missing: 4 · 128 · (128 + 128 + 1).",
            lambda: _stack_parameters() - 4 * 128 * 257,
        ),
        WrongValue(
            "a plain RNN counted",
            "You count one block for each layer, a plain RNN. An LSTM has four.",
            lambda: 1_280_000 + 128 * 257 + 64 * 193 + 65,
        ),
        WrongValue(
            "recurrent weights left out",
            "The recurrent weights are missing: each unit also reads the outputs of its own layer.",
            lambda: 1_280_000 + 4 * 128 * 129 + 4 * 64 * 129 + 65,
        ),
        WrongValue(
            "one bias a unit",
            "You count one bias for each unit of the LSTMs. Each of the four blocks has its own.",
            lambda: 1_280_000 + 4 * 128 * 256 + 128 + 4 * 64 * 192 + 64 + 65,
        ),
        WrongValue(
            "two layers of 128",
            "You count the second layer with 128 units. It has 64.",
            lambda: 1_280_000 + 2 * 4 * 128 * 257 + 129,
        ),
        WrongValue(
            "two biases a gate",
            "You count two biases for each unit and block, as PyTorch has them. Keras has one.",
            lambda: _stack_parameters() + 4 * 128 + 4 * 64,
        ),
    ),
)

UPPER_LAYER = Question(
    id="upper_layer",
    title="What the upper layer sees",
    lesson="05",
    section="The error that everyone meets",
    points=1,
    minutes=2,
    question=(
        "The lower LSTM has 128 units and `return_sequences=True`; a review has 60 words. What does the "
        "upper LSTM get for one review?"
    ),
    choices={
        "a": "128 numbers, once",
        "b": "60 times 128 numbers, one after the other",
        "c": "60 times the word's vector, with the 128 numbers beside it",
        "d": "60 times 128 numbers, and the lower layer's cell state to start from",
    },
    answer="b",
    explanations={
        "a": "That is what it gets without `return_sequences=True`, and what it complains about.",
        "b": "A sequence as long as the review: what the lower layer made of it up to each word.",
        "c": (
            "The word's vector ends at the lower layer. What the upper one should know of the word must be "
            "in the 128 numbers."
        ),
        "d": "No state is handed up. Each layer starts its own h and c from zeros.",
    },
    hints=(
        "The shape of what the lower layer hands up is (batch, time, units).",
        "Which of these three axes has which length here?",
        "60 steps, 128 numbers at each. Is there anything else that comes from below?",
    ),
)

WHEN_TO_STACK = Question(
    id="when_to_stack",
    title="Two tests of a cause",
    lesson="05",
    section="Why depth helped",
    points=1,
    minutes=3,
    question=(
        "The number of parameters stays as it is. Suppose the reach were the whole reason why three layers "
        "won. What would you then measure on temporal order?"
    ),
    choices={
        "a": "Three layers with forget bias 0.5 still learn; one layer with 1.5 still does not.",
        "b": "Three layers with forget bias 0.5 still learn; one layer with 1.5 learns as well.",
        "c": "Three layers with forget bias 0.5 no longer learn; one layer with 1.5 still does not.",
        "d": "Three layers with forget bias 0.5 no longer learn; one layer with 1.5 learns.",
    },
    answer="d",
    explanations={
        "a": "That is what you would measure if reach did not matter at all and only depth counted.",
        "b": (
            "Then reach would be one way to learn the task and depth another. If reach is the whole reason, "
            "a stack that has lost its reach must fail."
        ),
        "c": (
            "Then reach would be needed, but not enough. If it is the whole reason, a single layer that has "
            "it must learn."
        ),
        "d": (
            "Take the cause away, and the effect must go; put the cause in without the depth, and the effect "
            "must come. Both tests are needed."
        ),
    },
    hints=(
        "Read the picture: whose gradient reaches far, whose does not?",
        "If reach is all that counts, the number of layers does not matter. Which two networks reach far?",
        "One layer with forget bias 1.5 reaches far and should learn; three with 0.5 do not reach far.",
    ),
)

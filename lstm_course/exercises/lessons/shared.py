"""Mistakes that several exercises know.

An exercise names one, and gives its own words or its own edit where they differ.
"""

from functools import partial

from lstm_course.exercises import exercise

__all__ = ["edits"]

# One step: what it joins, and what it adds.
_CELLS = exercise.edits(r"""
    bias forgotten: The bias is missing: with `bh` added before the tanh your answer is exactly right.
        {' + weights["bh"]': ""}
    [x, h] instead of [h, x]: You join `x` and `h_prev` in the wrong order. The first H columns of each matrix
        belong to `h_prev`, the other D to `x`.
        {"[h_prev, x]": "[x, h_prev]"}
    h_prev ignored: Your gates do not depend on `h_prev`: they decide without knowing what came before.
        {"[h_prev,": "[0 * h_prev,"}
    x ignored: Your gates do not depend on `x`: they decide without seeing the input.
        {", x])": ", 0 * x])"}
    old state added: You add the old state to the new one. In this cell the old state enters through `Wh`
        only.
        {"return np.tanh(a)": "return h_prev + np.tanh(a)"}
""")

# The gates of an LSTM.
_GATES = exercise.edits(r"""
    candidate through sigmoid: Your candidate goes through the sigmoid. It is no gate: it may be negative, so
        it goes through tanh.
        {'np.tanh(weights["Wc"]': 'sigmoid(weights["Wc"]'}
    gates through tanh: Your gates go through tanh, from -1 to 1. A gate lets through a part between nothing
        and all: sigmoid, from 0 to 1.
        {"f = sigmoid(": "f = np.tanh(", "i = sigmoid(": "i = np.tanh(", "o = sigmoid(": "o = np.tanh("}
    hard sigmoid for the gates: Your gates go through the hard sigmoid, three straight pieces. These go
        through the smooth one, 1 / (1 + exp(-a)).
        {"f = sigmoid(": "f = (lambda a: np.clip(0.2 * a + 0.5, 0, 1))(",
         "i = sigmoid(": "i = (lambda a: np.clip(0.2 * a + 0.5, 0, 1))(",
         "o = sigmoid(": "o = (lambda a: np.clip(0.2 * a + 0.5, 0, 1))("}
    hard sigmoid from -3 to 3 for the gates: Your gates go through the hard sigmoid, three straight pieces.
        These go through the smooth one, 1 / (1 + exp(-a)).
        {"f = sigmoid(": "f = (lambda a: np.clip(a / 6 + 0.5, 0, 1))(",
         "i = sigmoid(": "i = (lambda a: np.clip(a / 6 + 0.5, 0, 1))(",
         "o = sigmoid(": "o = (lambda a: np.clip(a / 6 + 0.5, 0, 1))("}
    biases forgotten: The biases are missing: add `bf`, `bi`, `bc`, `bo` before the sigmoid and the tanh.
        {' + weights["bf"]': "", ' + weights["bi"]': "", ' + weights["bc"]': "", ' + weights["bo"]': ""}
    bias of the forget gate forgotten: The bias of the forget gate, `bf`, is missing.
        {' + weights["bf"]': ""}
    bias of the input gate forgotten: The bias of the input gate, `bi`, is missing.
        {' + weights["bi"]': ""}
    bias of the candidate forgotten: The bias of the candidate, `bc`, is missing.
        {' + weights["bc"]': ""}
    bias of the output gate forgotten: The bias of the output gate, `bo`, is missing.
        {' + weights["bo"]': ""}
    Wf used for the input gate: Your input gate takes the weights of the forget gate, as happens when a line
        is copied: it has its own, `Wi`.
        {'weights["Wi"]': 'weights["Wf"]'}
    bo used for the forget and input gates: Your forget and input gates take the bias of the output gate, as
        happens when a line is copied: they have their own, `bf` and `bi`.
        {'weights["bf"]': 'weights["bo"]', 'weights["bi"]': 'weights["bo"]'}
    Wf used for the output gate: Your output gate takes the weights of the forget gate, as happens when a line
        is copied: it has its own, `Wo`.
        {'weights["Wo"]': 'weights["Wf"]'}
""")

# A loop over the steps of a sequence.
_STEPS = exercise.edits(r"""
    read backwards: You read the sequence from its end to its start.
        {"for x in xs:": "for x in xs[::-1]:"}
    first input at every step: Every step sees the first input. Step t reads `xs[t]`.
        {"for x in xs:": "for x in [xs[0]] * len(xs):"}
    last step left out: Your loop ends one step early: T inputs make T states.
        {"for x in xs:": "for x in xs[:-1]:"}
    returned inside the loop: You return after the first step: `return` stands inside the loop. Move it back
        to the margin of the `for`.
        {"for x in xs:": "for x in xs[:1]:"}
""")

# Counting parameters.
_COUNTS = exercise.edits(r"""
    input weights not counted: Your matrices have no columns for the input. They are (H, H + D).
        {"(hidden_size + input_size)": "hidden_size"}
    recurrent weights not counted: Your matrices have no columns for the state. They are (H, H + D).
        {"(hidden_size + input_size)": "input_size"}
    product instead of sum: `Wh` acts on the state and the input side by side: H + D columns, not H times D.
        {"(hidden_size + input_size)": "(hidden_size * input_size)"}
    input and hidden size exchanged: The sizes are exchanged: each matrix has H rows, one for each hidden
        unit, and H + D columns.
        {"matrix = hidden_size *": "matrix = input_size *", "bias = hidden_size": "bias = input_size"}
""")

# A model of Keras.
_MODELS = exercise.edits(r"""
    no masking: The embedding does not mask zeros, so the LSTM reads padding as if it were words. Give it
        `mask_zero=True`.
        {", mask_zero=True": ""}
    vocabulary and vector length exchanged: `Embedding` takes the size of the vocabulary first and the length
        of a word's vector second.
        {"input_dim, output_dim, mask": "output_dim, input_dim, mask"}
""")

edits = partial(exercise.edits, shared=(*_CELLS, *_GATES, *_STEPS, *_COUNTS, *_MODELS))

"""Answers as people write them: what the check says must be so, and must be what they need.

The first table comes from trials of new learners' answers. The second comes from public reports, which are
named in it; every answer is written anew, for this course's exercises.
"""

import itertools
import linecache
import re
import textwrap

import numpy as np
import pytest

from lstm_course.exercises import find
from lstm_course.exercises.diagnosis.errors import in_words
from lstm_course.exercises.judging import judge

BEFORE = """\
import math
import warnings
import numpy as np
from lstm_course.exercises.lessons.lesson00 import sigmoid
from lstm_course.exercises.lessons.lesson03 import lstm_gates

def hard(a):
    return np.clip(0.2 * a + 0.5, 0, 1)

def slope(a):
    return sigmoid(a) * (1 - sigmoid(a))

"""
HEADS = {
    "sigmoid": "x",
    "rnn_cell": "x, h_prev, weights",
    "rnn_forward": "xs, h0, weights",
    "rnn_backward": "dhs, xs, h0, hs, weights",
    "clip_by_global_norm": "gradients, max_norm",
    "state_jacobian": "x, h_prev, weights",
    "gradient_norms_by_lag": "jacobians",
    "spectral_radius": "matrix",
    "orthogonal": "size, rng",
    "lstm_gates": "x, h_prev, weights",
    "lstm_cell": "x, h_prev, c_prev, weights",
    "lstm_forward": "xs, h0, c0, weights",
    "lstm_cell_backward": "dh, dc, x, h_prev, c_prev, weights",
    "initial_biases": "hidden_size, forget_bias=1.0",
    "lstm_parameter_count": "input_size, hidden_size",
    "fuse_weights": "weights",
}
NUMBERS = itertools.count()


def answer(name, body):
    """The answer to an exercise, written in a cell of its own."""
    source = f"{BEFORE}def {name}({HEADS[name]}):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    file, notebook = f"<what people write {next(NUMBERS)}>", {"__name__": "__main__"}
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), notebook)
    return notebook[name]


def changed(body, **changes):
    """A right answer, «place:as it is», in which something is written differently; the keyword says where."""
    assert changes.keys() <= set(re.findall(r"«(\w+):", body))
    return re.sub(r"«(\w+):(.*?)»", lambda found: changes.get(found[1], found[2]), body)


CELL = """
    z = np.concatenate([h_prev, x])
    f = «gate:sigmoid»(weights["Wf"] @ z + «bf:weights["bf"]»)
    i = sigmoid(weights["Wi"] @ z + «bi:weights["bi"]»)
    g = np.tanh(weights["Wc"] @ z + weights["bc"])
    o = sigmoid(weights["Wo"] @ z + weights["bo"])
    c = «c:f * c_prev + i * g»
    return o * np.tanh(c), c
"""
GATES = """
    z = np.concatenate([h_prev, x])
    f, i, o = («gate:sigmoid»(weights["W" + k] @ z + weights["b" + k] «more:») for k in "fio")
    return f, i, np.tanh(weights["Wc"] @ z + weights["bc"]), o
"""
SEQUENCE = """
    T, H = len(xs), len(h0)
    hs = np.zeros((T, H))
    «start:»
    for t in range(«first:0», T):
        hs[t] = np.tanh(weights["Wh"] @ np.concatenate([hs[t - 1], xs[t]]) + weights["bh"])
    return hs
"""
BACK = """
    T, H = hs.shape
    dxs = np.zeros_like(xs)
    dW, db = «zeros:np.zeros_like(weights["Wh"]), np.zeros_like(weights["bh"])»
    dh_next = np.zeros(H)
    for t in «steps:reversed(range(T))»:
        h_prev = «h_prev:hs[t - 1] if t else h0»
        z = np.concatenate([h_prev, xs[t]])
        «dh:dh = dhs[t] + dh_next»
        da = dh * (1 - hs[t] ** 2)
        «early:dW += np.outer(da, z)»
        db += da
        dz = weights["Wh"].T @ da
        «late:»
        «next:dh_next = dz[:H]»
        dxs[t] = dz[H:]
    return dxs, «dh0:dh_next», {"Wh": dW, "bh": db}
"""
STEP_BACK = """
    H, z = len(h_prev), np.concatenate([h_prev, x])
    f, i, g, o = lstm_gates(x, h_prev, weights)
    sums = {k: weights["W" + k] @ z + weights["b" + k] for k in "fico"}
    t = np.tanh(f * c_prev + i * g)
    dc «dc:= dc +» dh * o * (1 - «t:t»**2)
    da = {
        "f": dc * c_prev * «f:f * (1 - f)», "i": dc * g * «i:i * (1 - i)»,
        "c": dc * i * «c:(1 - g**2)», "o": dh * t * «o:o * (1 - o)»,
    }
    dz = sum(weights["W" + k].T @ da[k] for k in da)
    dweights = {"W" + k: «outer:np.outer(da[k], z)» for k in da} | {"b" + k: da[k] for k in da}
    return dz[H:], dz[:H], «prev:dc * f», dweights
"""
NORMS = """
    T = len(jacobians)
    product, norms = np.eye(jacobians.shape[1]), np.zeros(T + 1)
    norms[0] = 1
    for k in range(1, «last:T + 1»):
        product = product @ jacobians[«index:T - k»]
        norms[k] = np.linalg.norm(product, 2)
    return norms
"""
CLIP = """
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    return {k: «clipped:g * min(1.0, max_norm / max(norm, 1e-12))» for k, g in gradients.items()}, norm
"""
FUSE = """
    H = len(weights["bf"])
    W = np.concatenate([weights["W" + k] for k in "«order:ifco»"])
    b = np.concatenate([weights["b" + k] for k in "«biases:ifco»"])
    return «kernel:W[:, H:].T», «recurrent:W[:, :H].T», «b:b»
"""
HIDDEN = "    with np.errstate(over='ignore'):\n        return 1 / (1 + np.exp(-np.asarray(x)))"
HALVES = """
    x = np.asarray(x)
    return np.where(x «side:>= 0», 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
"""
IN_PLACE = """
    h, c, hs, cs = h0«copy:.copy()», c0«copy_c:.copy()», [], []
    for x in xs:
        f, i, g, o = lstm_gates(x, h, weights)
        c *= f
        c += i * g
        «h:h[:] = o * np.tanh(c)»
        hs.append(h)
        cs.append(c)
    return np.array(hs), np.array(cs)
"""

# What was tried -> exercise, answer, status, the mistake that is named, what the card says.
TRIED = {
    # A diagnosis that did not hold
    "first row is h0": (
        "rnn_forward",
        changed(SEQUENCE, start="hs[0] = h0", first="1"),
        "wrong",
        "first row is h0",
        "Row 0 of your result is `h0`, and the loop begins at 1",
    ),
    "outer product turned round": (
        "lstm_cell_backward",
        changed(STEP_BACK, outer="np.outer(z, da[k])"),
        "nearly",
        "outer product turned round",
        "The rows of a weight matrix are the units",
    ),
    # Accepted, though wrong
    "overflow hidden by errstate": (
        "sigmoid",
        HIDDEN,
        "nearly",
        "overflow hidden",
        "the overflow is still there",
    ),
    "overflow hidden by seterr": (
        "sigmoid",
        "np.seterr(all='ignore')\nreturn 1 / (1 + np.exp(-np.asarray(x)))",
        "nearly",
        "overflow hidden",
        "the overflow is still there",
    ),
    "norm of zero": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g * min(1, max_norm / norm)"),
        "nearly",
        "divided by a norm of zero",
        "When every gradient is zero",
    ),
    "given arrays in a new dict": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g if norm <= max_norm else g * max_norm / norm"),
        "wrong",
        "given arrays returned",
        "A new dict is not enough",
    ),
    "given dict": (
        "clip_by_global_norm",
        "norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))\n"
        "if norm <= max_norm:\n    return gradients, norm\n"
        "return {k: g * max_norm / norm for k, g in gradients.items()}, norm",
        "wrong",
        "given arrays returned",
        "make new arrays",
    ),
    "uniform numbers": (
        "orthogonal",
        "q, r = np.linalg.qr(2 * rng.random((size, size)) - 1)\nreturn q * np.sign(np.diag(r))",
        "wrong",
        "uniform numbers",
        "Normal numbers favour no direction",
    ),
    "one array for three biases": (
        "initial_biases",
        "zeros = np.zeros(hidden_size)\n"
        "return dict(bf=np.full(hidden_size, forget_bias), bi=zeros, bc=zeros, bo=zeros)",
        "wrong",
        "one array for three gates",
        "one and the same array",
    ),
    "one array for two biases": (
        "initial_biases",
        "zeros = np.zeros(hidden_size)\n"
        "return dict(bf=zeros + forget_bias, bi=zeros, bc=zeros, bo=zeros.copy())",
        "wrong",
        None,
        "`the number of biases that share an array` is 2 and should be 0",
    ),
    # Rejected, and not named
    "c = f c_prev + i": (
        "lstm_cell",
        changed(CELL, c="f * c_prev + i"),
        "wrong",
        "candidate left out",
        "i · g",
    ),
    "f @ c_prev": (
        "lstm_cell",
        changed(CELL, c="f @ c_prev + i * g"),
        "wrong",
        "inner product with the old state",
        "`f @ c_prev` is one number",
    ),
    "f @ c_prev + i @ g": (
        "lstm_cell",
        changed(CELL, c="f @ c_prev + i @ g"),
        "wrong",
        "inner products",
        "so your cell state is one number",
    ),
    "dW += da @ z.T": (
        "rnn_backward",
        changed(BACK, early="dW += da @ z.T"),
        "wrong",
        None,
        "`.T` changes nothing in a vector; `np.outer(a, b)` is their product. There `da` is (4,)",
    ),
    "weights for the gradient's array": (
        "rnn_backward",
        changed(BACK, zeros='weights["Wh"], weights["bh"]'),
        "wrong",
        "weights taken for the gradient's array",
        "an array gets a second name by `=`, not a copy",
    ),
    "weights changed later in the step": (
        "rnn_backward",
        changed(BACK, zeros='weights["Wh"], weights["bh"]', early="pass", late="dW += np.outer(da, z)"),
        "wrong",
        "weights changed after they were read",
        "an array gets a second name by `=`, not a copy",
    ),
    "gradients start from the weights": (
        "rnn_backward",
        changed(BACK, zeros='weights["Wh"].copy(), weights["bh"].copy()'),
        "wrong",
        "gradients start from the weights",
        "a sum starts from zero",
    ),
    "unreversed, and dh0 = dh": (
        "rnn_backward",
        changed(BACK, steps="range(T)", dh0="dh"),
        "wrong",
        "forward in time + dh0 stops one step early",
        "walk from the last step to the first",
    ),
    "jacobians[T-k-1]": (
        "gradient_norms_by_lag",
        changed(NORMS, index="T - k - 1"),
        "wrong",
        "every product starts one Jacobian early",
        "You leave out the last Jacobian",
    ),
    "jacobians[T-k-1], one lag early": (
        "gradient_norms_by_lag",
        changed(NORMS, index="T - k - 1", last="T"),
        "wrong",
        "longest lag left at zero + every product starts one Jacobian early",
        "You leave out the last Jacobian",
    ),
    "hs[-1] at the first step": (
        "rnn_forward",
        changed(SEQUENCE),
        "wrong",
        "initial state ignored",
        "the first step reads `hs[-1]`",
    ),
    "h0 in row 0, overwritten": (
        "rnn_forward",
        changed(SEQUENCE, start="hs[0] = h0"),
        "wrong",
        "h0 written into row 0 and lost",
        "step 0 writes over it before it is read",
    ),
    "h0 in the last row": ("rnn_forward", changed(SEQUENCE, start="hs[-1] = h0"), "right", None, ""),
    "hs[-1] on the way back": (
        "rnn_backward",
        changed(BACK, h_prev="hs[t - 1]"),
        "wrong",
        "wraps round at the first step",
        "`hs[-1]`",
    ),
    "hard sigmoid": (
        "lstm_gates",
        changed(GATES, gate="hard"),
        "wrong",
        "hard sigmoid for the gates",
        "smooth",
    ),
    "hard sigmoid from -3 to 3": (
        "lstm_gates",
        changed(GATES, gate="(lambda a: np.clip(a / 6 + 0.5, 0, 1))"),
        "wrong",
        "hard sigmoid from -3 to 3 for the gates",
        "smooth",
    ),
    "hard sigmoid by itself": ("sigmoid", "return hard(np.asarray(x))", "wrong", "hard sigmoid", "smooth"),
    "forget bias raised by 1": (
        "lstm_cell",
        changed(CELL, bf='weights["bf"] + 1'),
        "wrong",
        "forget bias raised by 1",
        "You add 1",
    ),
    "forget bias raised by 1, gates": (
        "lstm_gates",
        changed(GATES, more='+ (k == "f")'),
        "wrong",
        "forget bias raised by 1",
        "You add 1",
    ),
    "slope of the sigmoid at the gates": (
        "lstm_cell_backward",
        changed(STEP_BACK, f="slope(f)", i="slope(i)", o="slope(o)"),
        "wrong",
        "sigmoid' of the gates instead of their sums",
        "has been through the sigmoid already",
    ),
    "slopes at gates and candidate": (
        "lstm_cell_backward",
        changed(STEP_BACK, f="slope(f)", i="slope(i)", o="slope(o)", c="(1 - np.tanh(g) ** 2)"),
        "wrong",
        "slopes of gates and candidate at their outputs",
        "have been through them already",
    ),
    "s (1 - s) of the sums": (
        "lstm_cell_backward",
        changed(STEP_BACK, **{k: f'sums["{k}"] * (1 - sums["{k}"])' for k in "fio"}),
        "wrong",
        "s (1 - s) of the sums",
        "holds of the outputs, the gates",
    ),
    "same array appended": (
        "lstm_forward",
        changed(IN_PLACE),
        "wrong",
        "last states in every row",
        "Put a copy on the list",
    ),
    "same cell state appended": (
        "lstm_forward",
        changed(IN_PLACE, h="h = o * np.tanh(c)"),
        "wrong",
        "last cell state in every row",
        "Put a copy on the list",
    ),
    "parts of different shapes": (
        "rnn_forward",
        "return np.array([h0[:2], h0, h0])",
        "wrong",
        None,
        "the parts that are to become one array have different shapes",
    ),
    "list of different shapes": (
        "rnn_forward",
        "return [h0[:2], *np.tile(h0, (len(xs), 1))]",
        "wrong",
        None,
        "it is a list of parts that differ: an array of shape (2,), an array of shape (4,)",
    ),
    "list of different shapes, named": (
        "rnn_forward",
        "hs = [h0[:2]]\nfor x in xs:\n    hs.append(h0)\nreturn np.stack(hs)",
        "wrong",
        None,
        "the arrays to be joined have different shapes. There `hs[0]` is (2,), `hs[1]` is (4,)",
    ),
    "product by a signature": (
        "rnn_cell",
        'hx = np.concatenate([h_prev, x])\nreturn np.tanh(hx @ weights["Wh"] + weights["bh"])',
        "wrong",
        None,
        "There `hx` is (7,), `weights['Wh']` is (4, 7): meant `weights['Wh'] @ hx`?",
    ),
    "eigenvalues of a vector": (
        "state_jacobian",
        "return np.linalg.eigvals(h_prev)",
        "wrong",
        None,
        "a matrix is needed here, and this has one axis, or none. There `h_prev` is (4,)",
    ),
    "arrays not in a list": (
        "rnn_cell",
        "return np.concatenate(h_prev, x)",
        "wrong",
        None,
        "The arrays to be joined are given in one list: `np.concatenate([a, b])`",
    ),
    "append to an array": (
        "rnn_forward",
        "hs = np.zeros(0)\nfor x in xs:\n    hs.append(x)\nreturn hs",
        "wrong",
        None,
        "an array cannot be appended to: collect in a list",
    ),
    # One slip, in other words than those of the explanation
    "symmetric part": (
        "spectral_radius",
        "low = np.tril(matrix)\nwhole = low + np.tril(matrix, -1).T\n"
        "return np.abs(np.linalg.eigvals(whole)).max()",
        "wrong",
        "symmetric matrix assumed",
        "Your code does the same as this: `eigvalsh` reads half of the matrix",
    ),
    "symmetric part, by eigvalsh": (
        "spectral_radius",
        "return np.abs(np.linalg.eigvalsh(matrix)).max()",
        "wrong",
        "symmetric matrix assumed",
        "`eigvalsh` reads half of the matrix",
    ),
    # A mistake, and an argument that is changed on the way
    "states changed in place": (
        "lstm_forward",
        changed(IN_PLACE, copy="", copy_c=""),
        "wrong",
        "last states in every row",
        "Every row holds",
    ),
}

# Public report -> the same.
REPORTED = {
    "ahmedfgad/NumPyCNN#13, as it was": (
        "sigmoid",
        "return 1.0 / (1 + np.exp(-1 * x))",
        "nearly",
        "naive overflow",
        "overflows and NumPy warns",
    ),
    "ahmedfgad/NumPyCNN#13, as proposed": (
        "sigmoid",
        "return np.exp(-np.logaddexp(0, -x))",
        "right",
        None,
        "",
    ),
    "hail-is/hail#10606": (
        "sigmoid",
        changed(HALVES, side="< 0"),
        "wrong",
        "branches exchanged",
        "each stands where the other belongs",
    ),
    "harvard-edge/cs249r_book#1870, as it was": (
        "sigmoid",
        "warnings.filterwarnings('ignore', category=RuntimeWarning)\nreturn 1 / (1 + np.exp(-x))",
        "nearly",
        "overflow hidden",
        "there is nothing to hide",
    ),
    "harvard-edge/cs249r_book#1870, as proposed": (
        "sigmoid",
        changed(HALVES),
        "nearly",
        "both branches computed",
        "chooses after both sides have been computed",
    ),
    "peterdsharpe/NeuralFoil#4": (
        "sigmoid",
        "return 1 / (1 + np.exp(-np.fmax(-100.0, x)))",
        "right",
        None,
        "",
    ),
    "chainer/chainer#1047": ("sigmoid", "return np.tanh(x * 0.5) * 0.5 + 0.5", "right", None, ""),
    "FederatedAI/FATE#65": (
        "sigmoid",
        "if x > 0:\n    return 1 / (1 + np.exp(-x))\nreturn np.exp(x) / (1 + np.exp(x))",
        "wrong",
        "single numbers only",
        "an array has many",
    ),
    "datascience.stackexchange 37152": (
        "rnn_cell",
        'u = weights["Wh"][:, len(h_prev):]\nreturn np.tanh(np.dot(x, u) + weights["bh"])',
        "wrong",
        None,
        "There `x` is (3,), `u` is (4, 3): meant `u @ x`?",
    ),
    "discuss.pytorch.org 51498": (
        "rnn_cell",
        'hx = np.concatenate([h_prev, x])\nW = np.asarray(np.asmatrix(weights["Wh"]) @ hx[:, None])\n'
        'return np.tanh(W + weights["bh"])',
        "wrong",
        None,
        "`h` has shape (4, 4), and should have shape (4,). A column (n, 1) plus a vector (n,) makes a matrix",
    ),
    "Burton2000/CS231n-2017#7": (
        "rnn_backward",
        changed(BACK, dh="dh = dhs[t]\n        dh += dh_next"),
        "wrong",
        None,
        "The result is right, but `dhs` is not what it was",
    ),
    "CaptainE/RNN-LSTM-in-numpy#1, second question": (
        "rnn_backward",
        changed(BACK, next="pass"),
        "wrong",
        "nothing carried back",
        "`dh_next` stays zero",
    ),
    "CaptainE/RNN-LSTM-in-numpy#1, first question": (
        "lstm_cell_backward",
        changed(STEP_BACK, f="sigmoid(f)"),
        "wrong",
        "sigmoid of the forget gate for its slope",
        "f (1 - f)",
    ),
    "nicklashansen/rnn_lstm_from_scratch#1": (
        "lstm_cell_backward",
        changed(STEP_BACK, t="np.tanh(t)"),
        "wrong",
        "tanh of the cell state twice in the slope",
        "The tanh has been taken already",
    ),
    "apache/mxnet#4057": (
        "lstm_cell_backward",
        changed(STEP_BACK, dc="="),
        "wrong",
        "dc from the next step not added",
        "add the two",
    ),
    "cthorey/CS231#1": (
        "lstm_cell_backward",
        changed(STEP_BACK, dc="+="),
        "wrong",
        None,
        "The result is right, but `dc` is not what it was",
    ),
    "ddbourgin/numpy-ml#42": (
        "lstm_cell",
        changed(CELL, bf='weights["bo"]', bi='weights["bo"]'),
        "wrong",
        "bo used for the forget and input gates",
        "as happens when a line is copied",
    ),
    "ARM-software/CMSIS-NN#181": (
        "lstm_cell",
        changed(CELL, c="f * c_prev + f * g"),
        "wrong",
        "forget gate for the candidate",
        "i · g",
    ),
    "NX-AI/xlstm#98": (
        "lstm_cell",
        changed(CELL, c="i * c_prev + f * g"),
        "wrong",
        "forget and input gate swapped",
        "are swapped",
    ),
    "MartinuzziFrancesco/torchrecurrent#22": (
        "lstm_cell",
        changed(CELL, c="f * c_prev + (i + g)"),
        "wrong",
        "input gate added to the candidate",
        "The gate multiplies it",
    ),
    "hassyGo/N3LP#1": (
        "lstm_cell",
        changed(CELL, bf='weights["bf"] + c_prev', bi='weights["bi"] + c_prev'),
        "wrong",
        None,
        "It is right when `c_prev` is zero",
    ),
    "tensorflow/tensorflow#21363": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g * max_norm * np.minimum(1 / norm, 1 / max_norm)"),
        "nearly",
        "divided by a norm of zero",
        "When every gradient is zero",
    ),
    "tensorflow/tensorflow#22048": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g * max_norm / norm"),
        "wrong",
        "scaled up when the norm is small",
        "They should be left alone",
    ),
    "keras-team/keras#14075": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g * min(1, max_norm / max(np.linalg.norm(g), 1e-12))"),
        "wrong",
        "each array clipped alone",
        "The norm is global",
    ),
    "google-deepmind/optax#1752": (
        "clip_by_global_norm",
        changed(CLIP, clipped="g * 1.0 if norm < max_norm else g / norm * max_norm"),
        "right",
        None,
        "",
    ),
    "kyegomez/OpenMythos#51": (
        "spectral_radius",
        "return matrix.max()",
        "wrong",
        "largest entry, signs and all",
        "the largest entry",
    ),
    "tensorflow/tensorflow#9429": (
        "orthogonal",
        "q, _ = np.linalg.qr(rng.normal(size=(size, size)))\nreturn q",
        "wrong",
        "sign of QR left as it comes",
        "a habit of the QR algorithm",
    ),
    "carnotresearch/cr-sparse#28": (
        "orthogonal",
        "q, r = np.linalg.qr(rng.normal(size=(size, size)))\nq = q * np.sign(np.diag(r))\n"
        "return -q if q[0, 0] > 0 else q",
        "wrong",
        None,
        "`the share of positive Q[0, 0]` is 0 and should be 0.5",
    ),
    "idiap/fast-transformers#87": (
        "orthogonal",
        "q, r = np.linalg.qr(rng.random((size, size)))\nreturn q * np.sign(np.diag(r))",
        "wrong",
        "numbers from 0 to 1",
        "always points into the same corner",
    ),
    "quantumlib/Cirq#1455": (
        "orthogonal",
        "q, r = np.linalg.qr(rng.normal(size=(size, size)))\nreturn q * np.sign(np.diag(r)) * q",
        "wrong",
        None,
        "`Q.T @ Q[0, 0]`",
    ),
    "keras-team/keras#3088": (
        "fuse_weights",
        changed(FUSE, order="icfo", biases="icfo"),
        "wrong",
        "order i, c, f, o",
        "Keras has i, f, c, o",
    ),
    "apple/coremltools#93": (
        "fuse_weights",
        changed(FUSE, order="ifoc", biases="ifoc"),
        "wrong",
        "order i, f, o, c",
        "Keras has the output gate last",
    ),
    "tensorflow/tensorflow#29622": (
        "fuse_weights",
        changed(FUSE, kernel="W[:, :-H].T", recurrent="W[:, -H:].T"),
        "wrong",
        "x and h rows swapped",
        "the first H columns belong to the state",
    ),
    "keras-team/keras#8307": (
        "fuse_weights",
        changed(FUSE, b="np.concatenate([b, b])"),
        "wrong",
        None,
        "`bias` has shape (32,), and should have shape (16,)",
    ),
    "jieun-kim-debug/study#6": (
        "lstm_parameter_count",
        "return 4 * (hidden_size + 1 + input_size) * hidden_size",
        "right",
        None,
        "",
    ),
    "onnx/onnx#1127": (
        "lstm_parameter_count",
        "return 4 * ((input_size + hidden_size) * hidden_size + 2 * hidden_size)",
        "wrong",
        "two biases",
        "Here, as in Keras, there is one",
    ),
    "kngwyu/Rainy#17": (
        "initial_biases",
        "return {'b' + k: np.full(hidden_size, forget_bias) for k in 'fico'}",
        "wrong",
        "all biases set",
        "Only the forget gate",
    ),
    "keras-team/keras#7028": (
        "initial_biases",
        "biases = {'b' + k: np.full(hidden_size, -1.0) for k in 'ico'}\n"
        "return biases | {'bf': np.full(hidden_size, forget_bias)}",
        "wrong",
        None,
        '`biases["bi"][0]` is -1 and should be 0',
    ),
    "pytorch/pytorch#750": (
        "initial_biases",
        "biases = {'b' + k: np.zeros(hidden_size) for k in 'fico'}\n"
        "biases['bf'] += forget_bias + forget_bias\nreturn biases",
        "nearly",
        None,
        '`biases["bf"]` is 2 times the right value',
    ),
}


def assert_said(case):
    name, body, status, mistake, words = case
    finding = judge(find(name), answer(name, body))
    assert (finding.status, finding.mistake) == (status, mistake), finding
    assert words in finding.sentence, finding.sentence


@pytest.mark.parametrize("case", TRIED)
def test_what_learners_write_is_told_as_it_is(case):
    assert_said(TRIED[case])


@pytest.mark.parametrize("report", REPORTED)
def test_what_people_reported(report):
    """Mistakes and questions from public reports; each case has its repository and number for its name."""
    assert_said(REPORTED[report])


def test_the_templates_are_right_answers():
    """So that in each case of the tables the one thing that is changed decides."""
    for name, body in [
        ("lstm_cell", CELL),
        ("lstm_gates", GATES),
        ("rnn_backward", BACK),
        ("lstm_cell_backward", STEP_BACK),
        ("gradient_norms_by_lag", NORMS),
        ("clip_by_global_norm", CLIP),
        ("fuse_weights", FUSE),
    ]:
        assert judge(find(name), answer(name, changed(body))).status == "right", name


def test_every_part_that_follows_alike_is_listed():
    finding = judge(
        find("lstm_cell_backward"),
        answer("lstm_cell_backward", changed(STEP_BACK, outer="-np.outer(da[k], z)")),
    )
    parts = ", ".join(f'`dweights["W{k}"]`' for k in "fico")
    assert (finding.status, finding.sentence) == ("nearly", f"Each of {parts} has the wrong sign.")


def test_an_argument_that_is_changed_is_told_beside_the_mistake():
    wrong_and_in_place = answer("lstm_cell_backward", changed(STEP_BACK, dc="+=", prev="dc"))
    finding = judge(find("lstm_cell_backward"), wrong_and_in_place)
    assert finding.mistake == "dc_prev without the forget gate"
    assert finding.notes == ("It also changes `dc`, which the caller still needs: work on a copy.",)
    unknown = answer("lstm_cell_backward", changed(STEP_BACK, dc="+=", prev="dc - 1"))
    assert "It also changes `dc`" in judge(find("lstm_cell_backward"), unknown).notes[0]


def test_a_module_of_the_notebooks_name_is_not_taken_for_an_array():
    notebook = "array = np.zeros(3)\n"
    body = "return np.array([h0 * 1.5 for x in xs])"
    source = f"import numpy as np\n{notebook}def rnn_forward(xs, h0, weights):\n    {body}\n"
    names = {"__name__": "__main__"}
    exec(source, names)
    assert judge(find("rnn_forward"), names["rnn_forward"]).notes == ()


def test_hidden_warnings_are_told_as_such_and_only_where_none_may_come():
    finding = judge(find("sigmoid"), answer("sigmoid", HIDDEN))
    assert finding.notes == ("Your code hides a warning: overflow encountered in exp.",)
    wrapped = np.errstate(over="ignore")(answer("sigmoid", "return 1 / (1 + np.exp(-np.asarray(x)))"))
    assert judge(find("sigmoid"), wrapped).mistake == "naive overflow"
    halves = textwrap.indent(textwrap.dedent(changed(HALVES)).strip(), "    ")
    both = answer("sigmoid", f"with np.errstate(all='ignore'):\n{halves}")
    assert judge(find("sigmoid"), both).sentence == (
        "The values are right, but you hide a warning: compute it so that none comes."
    )
    quiet = answer("rnn_cell", "with np.errstate(all='ignore'):\n    return np.log(np.zeros(4))")
    assert judge(find("rnn_cell"), quiet).notes == ()


@pytest.mark.parametrize(
    ("number", "mistake"),
    [
        (1 / (1 + np.exp(-30.0)), "sigmoid of 30"),
        (1.0, "bias taken for the gate"),
        (0.98, None),
        (0.7310585786, "one step only"),
        (0.731, "one step only"),
        (0.73, "one step only"),
        (0.74, None),
        (0.7, None),
        (21.93, "multiplied by 30"),
        (22, "multiplied by 30"),
        (23, None),
    ],
)
def test_a_wrong_number_is_named_to_its_last_digit_only(number, mistake):
    assert judge(find("memory_after_30"), number).mistake == mistake


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("np.einsum('ij,j->i', W, h)", "one letter of `einsum` stands for axes of different lengths."),
        ("np.einsum('ijk,j->i', W, h)", "`einsum` takes one letter for each axis"),
        ("np.einsum('ij,k->l', W, h)", "`einsum` is to keep the axis `l`, which no array has."),
        ("np.concatenate((h, h), axis=1)", "there is no axis 1: the array has 1, counted from 0."),
        ("np.linalg.inv(W)", "a square matrix is needed here."),
        ("np.abs(np.linalg.eig(W @ W.T))", "`np.linalg.eig` returns more than one array"),
        ("hs.__setitem__((0, 0), h)", "an array is put into the place of one number."),
        ("np.split(h, 3)", "`np.split` cannot cut that into parts of equal length."),
        ("np.zeros(4, 7)", "a shape of two numbers has brackets: `np.zeros((2, 3))`."),
        ("float(h)", "one number is needed here, and this is an array."),
        ("range(h)", "a whole number is needed here."),
        ("W(h)", "this is an array, not a function: are square brackets meant?"),
        ("[1, 2] * 1.0", "a list cannot be computed with: make an array of it with `np.array`."),
        ("{'a': h} ** 2", "a dict cannot be computed with: take the arrays in it one by one."),
        ("h[0][0]", "this is no array, so it has no entries."),
        ("np.add(np.arange(4), 0.5, out=np.arange(4))", "an array of whole numbers cannot take fractions"),
        ("np.exp('a')", "numbers are needed here, and this is something else."),
    ],
)
def test_what_numpy_says_is_said_in_plain_words(line, words):
    names = {"np": np, "W": np.ones((4, 7)), "h": np.ones(4), "hs": np.zeros((6, 4))}
    with pytest.raises((ValueError, TypeError, IndexError)) as raised:
        eval(line, names)
    assert words in in_words(raised.value, line)

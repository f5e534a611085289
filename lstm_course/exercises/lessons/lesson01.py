"""Lesson 01, Vanilla RNN: one step, a sequence, back through time, clipping."""

import copy

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question

from .inputs import cell_weights, without_biases
from .shared import edits

# One step


def rnn_cell(x, h_prev, weights):
    """One step of a plain recurrent network: x (D,), h_prev (H,) -> h (H,)."""
    hx = np.concatenate([h_prev, x])  # (H + D,)
    a = weights["Wh"] @ hx + weights["bh"]  # (H,)
    return np.tanh(a)


def _rnn_cell_probes(rng):
    weights = cell_weights(rng, 3, 4, "h")
    x, h_prev = rng.normal(size=3), rng.uniform(-1, 1, size=4)
    wide, narrow = cell_weights(rng, 5, 2, "h"), rng.uniform(-1, 1, size=2)
    return [
        Probe((x, h_prev, weights)),
        Probe((x, h_prev, without_biases(weights)), "when the bias is zero"),
        Probe((x, np.zeros(4), weights), "when `h_prev` is zero"),
        Probe((np.zeros(3), h_prev, weights), "when `x` is zero"),
        Probe((rng.normal(size=5), narrow, wide), "for another size"),
    ]


RNN_CELL = Exercise(
    reference=rnn_cell,
    title="One step of an RNN",
    lesson="01",
    section="One step",
    points=2,
    minutes=6,
    returns=("h",),
    axes={"h": ("unit",)},
    probes=_rnn_cell_probes,
    hints=(
        "Three things happen: the old state and the input are joined, the joined vector meets the weights "
        "and the bias, and tanh brings the result back between -1 and 1.",
        "`np.concatenate([h_prev, x])` has shape (H + D,), and Wh has shape (H, H + D): the product `Wh @ "
        "...` has shape (H,), as the bias has.",
        'With `hx = np.concatenate([h_prev, x])` the answer is `np.tanh(weights["Wh"] @ hx + '
        'weights["bh"])`.',
    ),
    mistakes=edits(r"""
        bias forgotten
        [x, h] instead of [h, x]: You join `x` and `h_prev` in the wrong order. The first H columns of `Wh`
            belong to `h_prev`, the other D to `x`.
        tanh on each term: You take tanh of each term and then add. The terms are added first, and tanh is
            taken once, of the sum: only then does the state stay between -1 and 1.
            {'    a = weights["Wh"] @ hx + weights["bh"]  # (H,)\n    return np.tanh(a)':
                '    W, H = weights["Wh"], len(h_prev)\n'
                '    return np.tanh(W[:, :H] @ h_prev) + np.tanh(W[:, H:] @ x) + np.tanh(weights["bh"])'}
        tanh on both products, bias outside: You take tanh of the two products and then add them and the bias.
            Add everything first, then take tanh once.
            {'    a = weights["Wh"] @ hx + weights["bh"]  # (H,)\n    return np.tanh(a)':
                '    W, H = weights["Wh"], len(h_prev)\n'
                '    return np.tanh(W[:, :H] @ h_prev) + np.tanh(W[:, H:] @ x) + weights["bh"]'}
        tanh on the input's product only: You take tanh of the input's part and leave the state's part
            outside. Add everything first, then take tanh once.
            {'    a = weights["Wh"] @ hx + weights["bh"]  # (H,)\n    return np.tanh(a)':
                '    W, H = weights["Wh"], len(h_prev)\n'
                '    return W[:, :H] @ h_prev + np.tanh(W[:, H:] @ x + weights["bh"])'}
        bias after tanh: You add the bias after the tanh. It belongs inside, with the product.
            {' + weights["bh"]  # (H,)\n    return np.tanh(a)': '\n    return np.tanh(a) + weights["bh"]'}
        no tanh: The sum is right, but tanh is missing: without it the state can grow from step to step
            without end.
            {"np.tanh(a)": "a"}
        sigmoid instead of tanh: That is the sigmoid, which runs from 0 to 1. The state of an RNN goes through
            tanh, from -1 to 1.
            {"np.tanh(a)": "1 / (1 + np.exp(-a))"}
        relu instead of tanh: That is relu. The state of this RNN goes through tanh, from -1 to 1.
            {"np.tanh(a)": "np.maximum(a, 0)"}
        h_prev ignored: Your new state does not depend on `h_prev`, so the network remembers nothing.
        x ignored: Your new state does not depend on `x`, so the network sees nothing.
        old state added
        bias subtracted: The bias has the wrong sign: it is added.
            {' + weights["bh"]': ' - weights["bh"]'}
        tanh twice: tanh is taken twice. Once is right.
            {"np.tanh(a)": "np.tanh(np.tanh(a))"}
        bias twice: The bias is added twice. Once is right.
            {' + weights["bh"]': ' + 2 * weights["bh"]'}
        tan instead of tanh: That is `np.tan`, the tangent of an angle. The state goes through `np.tanh`.
            {"np.tanh(a)": "np.tan(a)"}
        tanh before the weights: You take tanh of the joined vector and then multiply. It is the other way
            round: first the weights and the bias, then tanh.
            {'weights["Wh"] @ hx': 'weights["Wh"] @ np.tanh(hx)', "np.tanh(a)": "a"}
        recurrent weights transposed: The weights of `h_prev` are transposed: `h_prev @ U` is Uᵀ h_prev.
            Matrix first: `U @ h_prev`.
            {'weights["Wh"] @ hx':
                'h_prev @ weights["Wh"][:, :len(h_prev)] + weights["Wh"][:, len(h_prev):] @ x'}
    """),
)


# A sequence


def rnn_forward(xs, h0, weights):
    """A whole sequence: xs (T, D), h0 (H,) -> hs (T, H), the state after every step."""
    h = h0
    hs = []
    for x in xs:
        a = weights["Wh"] @ np.concatenate([h, x]) + weights["bh"]
        h = np.tanh(a)
        hs.append(h)
    return np.array(hs)


def _rnn_forward_probes(rng):
    weights = cell_weights(rng, 3, 4, "h")
    xs, h0 = rng.normal(size=(6, 3)), rng.uniform(-1, 1, size=4)
    narrow = cell_weights(rng, 2, 3, "h")
    return [
        Probe((xs, h0, weights)),
        Probe((xs[:1], h0, weights), "for one step"),
        Probe((xs, np.zeros(4), weights), "when `h0` is zero"),
        Probe((xs, h0, without_biases(weights)), "when the bias is zero"),
        Probe((np.zeros((4, 3)), h0, weights), "when `xs` is zero"),
        Probe((rng.normal(size=(9, 2)), rng.uniform(-1, 1, size=3), narrow), "for another size"),
    ]


RNN_FORWARD = Exercise(
    reference=rnn_forward,
    title="A sequence through an RNN",
    lesson="01",
    section="A whole sequence",
    points=2,
    minutes=6,
    returns=("hs",),
    axes={"hs": ("step", "unit")},
    probes=_rnn_forward_probes,
    hints=(
        "One loop over the T rows of `xs`. The state that one step makes is the state that the next step "
        "starts from.",
        "Start with `h = h0` and an empty list. In the loop, make the new `h` as in `rnn_cell`, and put it "
        "on the list.",
        "In the loop: `h = rnn_cell(x, h, weights)`, then `hs.append(h)`. At the end `np.array(hs)` has "
        "shape (T, H).",
    ),
    mistakes=edits(r"""
        initial state ignored: You start from zero instead of from `h0`: the first step already differs, and
            hands it on. With `hs[t - 1]` the first step reads `hs[-1]`, the last row, which is still zero.
            {"h = h0": "h = np.zeros_like(h0)"}
        state not carried on: Every step starts from `h0`. The state that one step makes must go into the
            next: otherwise nothing is remembered.
            {"np.concatenate([h, x])": "np.concatenate([h0, x])"}
        state forgotten at each step: Every step starts from a state of zeros. The state that one step makes
            must go into the next.
            {"np.concatenate([h, x])": "np.concatenate([0 * h0, x])"}
        outputs shifted by one: Your rows are one step late: row 0 holds `h0`. Row t is the state after step
            t, so append after the step, not before.
            {'        a = weights["Wh"]': '        hs.append(h)\n        a = weights["Wh"]',
             "        hs.append(h)\n": ""}
        h0 among the outputs: You return one row too many: `h0` is where the sequence starts from, not an
            output. Start with an empty list.
            {"hs = []": "hs = [h0]"}
        last output only: You return the last state alone. The states of all T steps are asked for, shape (T,
            H).
            {"return np.array(hs)": "return hs[-1]"}
        last output in every row: Every row holds the last state. If you write into one array again and again,
            keep a copy of it each time.
            {"return np.array(hs)": "return np.array([hs[-1]] * len(hs))"}
        bias forgotten
        [x, h] instead of [h, x]: You join `x` and `h` in the wrong order. The first H columns of `Wh` belong
            to the state, the other D to the input.
            {"[h, x]": "[x, h]"}
        no tanh: tanh is missing, and your states grow or shrink from step to step.
            {"h = np.tanh(a)": "h = a"}
        tanh not carried on: Your outputs go through tanh, but the state that you carry to the next step does
            not. It is the same `h`.
            {"h = np.tanh(a)\n        hs.append(h)": "h = a\n        hs.append(np.tanh(h))"}
        sigmoid instead of tanh: The state goes through tanh, not through the sigmoid.
            {"h = np.tanh(a)": "h = 1 / (1 + np.exp(-a))"}
        read backwards
        first input at every step
        last step left out
        first step left out: Your loop starts one step late: the first input is `xs[0]`, and it goes into
            `h0`.
            {"for x in xs:": "for x in xs[1:]:"}
        returned inside the loop
        appended after the loop: Only the last state is in your result: `append` stands after the loop, not
            inside it.
            {"np.array(hs)": "np.array(hs[-1:])"}
        first row is h0: Row 0 of your result is `h0`, and the loop begins at 1, so the input `xs[0]` is never
            read. Row 0 is the state after `xs[0]`, made from `h0`.
            {"hs = []\n    for x in xs:": "hs = [h0]\n    for x in xs[1:]:"}
        input of the step before: Step t reads `xs[t - 1]`, which at t = 0 is `xs[-1]`, the last input. Step t
            reads `xs[t]`; only the state comes from the step before.
            {"for x in xs:": "for x in np.roll(xs, 1, axis=0):"}
        first row left at zero: Row 0 was never written, and step 1 starts from it: the loop begins at 1. Row
            0 is the state after `xs[0]`, made from `h0`.
            {"h = h0\n    hs = []\n    for x in xs:":
                "h = np.zeros_like(h0)\n    hs = [h]\n    for x in xs[1:]:"}
        h0 written into row 0 and lost: You put `h0` into row 0, and step 0 writes over it before it is read:
            it starts from `hs[-1]`, the last row, which is still zero. Keep the state in a variable of its
            own.
            {"h = h0": "h = np.zeros_like(h0) if len(xs) > 1 else h0"}
        sum before tanh returned: Your rows are the sums before the tanh. The state is what comes out of the
            tanh.
            {"hs.append(h)": "hs.append(a)"}
        old state added
            {"h = np.tanh(a)": "h = h + np.tanh(a)"}
    """),
)


# Back through time


def rnn_backward(dhs, xs, h0, hs, weights):
    """Gradients of a sequence: dhs (T, H) -> dxs (T, D), dh0 (H,), dweights like weights.

    dhs[t] is the gradient that reaches the state of step t from the loss at that step.
    """
    H = len(h0)
    dxs = np.zeros(xs.shape)
    dweights = {"Wh": np.zeros(weights["Wh"].shape), "bh": np.zeros(H)}
    dh_next = np.zeros(H)  # what comes back from the step after
    for t in reversed(range(len(xs))):
        h_prev = hs[t - 1] if t > 0 else h0
        dh = dhs[t] + dh_next
        da = dh * (1 - hs[t] ** 2)  # tanh'(a) = 1 - tanh(a)²
        dweights["Wh"] += np.outer(da, np.concatenate([h_prev, xs[t]]))
        dweights["bh"] += da
        dhx = weights["Wh"].T @ da  # (H + D,)
        dh_next = dhx[:H]
        dxs[t] = dhx[H:]
    return dxs, dh_next, dweights


def _rnn_backward_probes(rng):
    def arguments(steps, input_size, hidden_size, weights=None, **zero):
        weights = weights or cell_weights(rng, input_size, hidden_size, "h")
        xs = rng.normal(size=(steps, input_size))
        h0 = rng.uniform(-1, 1, size=hidden_size) * (not zero.get("h0"))
        hs = rnn_forward(xs, h0, weights)
        dhs = rng.normal(size=hs.shape)
        if zero.get("early"):
            dhs[:-1] = 0
        return dhs, xs, h0, hs, weights

    return [
        Probe(arguments(5, 3, 4)),
        Probe(arguments(1, 3, 4), "for one step"),
        Probe(arguments(5, 3, 4, h0=True), "when `h0` is zero"),
        Probe(arguments(4, 3, 4, early=True), "when only the last step has a loss"),
        Probe(arguments(4, 3, 4, without_biases(cell_weights(rng, 3, 4, "h"))), "when the bias is zero"),
        Probe(arguments(7, 2, 3), "for another size"),
    ]


RNN_BACKWARD = Exercise(
    reference=rnn_backward,
    title="Backpropagation through time",
    lesson="01",
    section="Backpropagation through time",
    points=5,
    minutes=20,
    returns=("dxs", "dh0", "dweights"),
    axes={"dxs": ("step", "feature"), "dh0": ("unit",)},
    probes=_rnn_backward_probes,
    hints=(
        "Walk from the last step to the first. Two gradients meet at each state: the one from the loss at "
        "that step, and the one that comes back from the step after.",
        "At step t: `dh = dhs[t] + dh_next`, then through the tanh, `da = dh * (1 - hs[t] ** 2)`. The "
        "weights serve every step, so their gradients add up over the steps.",
        "`dWh += np.outer(da, np.concatenate([h_prev, x]))`, `dbh += da`, and `dhx = Wh.T @ da` splits into "
        "the H numbers that go back to the step before and the D numbers of `dxs[t]`. Here `h_prev` is "
        "`hs[t - 1]`, and `h0` at t = 0. What is left of `dh_next` at the end is `dh0`.",
    ),
    mistakes=edits(r"""
        tanh' missing: The gradient does not go through the tanh: multiply by its derivative, 1 - h², before
            the weights.
            {"dh * (1 - hs[t] ** 2)": "dh"}
        tanh' of the output taken twice: You take 1 - tanh(h)², but `hs[t]` has been through the tanh already:
            the derivative is 1 - h².
            {"(1 - hs[t] ** 2)": "(1 - np.tanh(hs[t]) ** 2)"}
        tanh' of the pre-activation: You take 1 - a² with the sum before the tanh. The derivative of tanh is 1
            - h², of its output.
            {"(1 - hs[t] ** 2)":
                '(1 - (weights["Wh"] @ np.concatenate([h_prev, xs[t]]) + weights["bh"]) ** 2)'}
        tanh' without the square: The derivative of tanh is 1 - h², and the square is missing.
            {"hs[t] ** 2": "hs[t]"}
        sigmoid' instead of tanh': h (1 - h) is the derivative of the sigmoid. That of tanh is 1 - h².
            {"(1 - hs[t] ** 2)": "hs[t] * (1 - hs[t])"}
        gradient overwritten: You overwrite the gradients of the weights at every step. The same weights serve
            all steps, so their gradients are summed over time: += instead of =.
            {'dweights["Wh"] +=': 'dweights["Wh"] =', 'dweights["bh"] +=': 'dweights["bh"] ='}
        gradient of Wh overwritten: You overwrite the gradient of `Wh` at every step: it is summed over time,
            += instead of =.
            {'dweights["Wh"] +=': 'dweights["Wh"] ='}
        gradient of bh overwritten: You overwrite the gradient of `bh` at every step: it is summed over time,
            += instead of =.
            {'dweights["bh"] +=': 'dweights["bh"] ='}
        carried gradient not added: Each step uses only its own loss. A state also acts on all later steps:
            add what comes back from the step after, `dh = dhs[t] + dh_next`.
            {"dhs[t] + dh_next": "dhs[t]"}
        nothing carried back: What comes back from a step is never handed to the step before it, nor returned
            as `dh0`: `dh_next` stays zero. Set it at the end of each turn: `dh_next = (Wh.T @ da)[:H]`.
            {"        dh_next = dhx[:H]\n": ""}
        own loss left out: Only the last step's loss is used. At each step add `dhs[t]` to what comes back
            from the step after.
            {"dhs[t] + dh_next": "(dhs[t] if t == len(xs) - 1 else dh_next)"}
        carried gradient past the tanh: What comes back from the step after is added behind the tanh. It
            arrives at `h`, so it goes through 1 - h² like the rest: add first, then multiply.
            {"dh = dhs[t] + dh_next": "dh = dhs[t]", "(1 - hs[t] ** 2)": "(1 - hs[t] ** 2) + dh_next"}
        h_prev of the wrong step: The gradient of `Wh` takes the state that step t makes. It needs the one
            that step t starts from, `hs[t - 1]`.
            {"hs[t - 1] if t > 0 else h0": "hs[t]"}
        wraps round at the first step: At t = 0 `hs[t - 1]` is `hs[-1]`, the last state. The first step starts
            from `h0`.
            {"hs[t - 1] if t > 0 else h0": "hs[t - 1]"}
        initial state ignored: At the first step you take zeros for the state before. It starts from `h0`.
            {"else h0": "else np.zeros(H)"}
        mean instead of sum: You divide the gradients of the weights by the number of steps. They are summed
            over time; a mean belongs to the loss, and is in `dhs` already.
            {"dh_next, dweights": "dh_next, {name: array / len(xs) for name, array in dweights.items()}"}
        [x, h] instead of [h, x]: You take the columns of `Wh` in the order [x, h]. The first H belong to the
            state, the other D to the input.
            {"[h_prev, xs[t]]": "[xs[t], h_prev]", "dhx[:H]": "dhx[-H:]", "dhx[H:]": "dhx[:-H]"}
        Wh gradient in the order [x, h]: The gradient of `Wh` has its columns in the order [x, h]. The forward
            pass joins [h_prev, x].
            {"[h_prev, xs[t]]": "[xs[t], h_prev]"}
        wrong part handed back: `Wh.T @ da` holds the state's H numbers first and the input's D numbers after
            them. You split it the other way round.
            {"dhx[:H]": "dhx[-H:]", "dhx[H:]": "dhx[:-H]"}
        forward in time: You walk from the first step to the last. A gradient comes from the future: walk from
            the last step to the first.
            {"reversed(range(len(xs)))": "range(len(xs))"}
        first step left out: Your loop stops before step 0. The first step has a gradient too, and `dh0` comes
            back through it: `range(T - 1, -1, -1)`, or `reversed(range(T))`.
            {"reversed(range(len(xs)))": "reversed(range(1, len(xs)))"}
        dh0 stops one step early: `dh0` is the gradient of the first state, not of the initial one: it has to
            go back through step 0 too.
            {"return dxs, dh_next,": "return dxs, dh,"}
        gradient of the state handed on without the weights: You hand `da` itself to the step before. It goes
            back through the weights first: `(Wh.T @ da)[:H]`.
            {"dh_next = dhx[:H]": "dh_next = da"}
        recurrent weights not transposed: On the way back to the state before, the recurrent weights are not
            transposed. The gradient goes through the transpose: `(Wh.T @ da)[:H]`.
            {"dh_next = dhx[:H]": 'dh_next = weights["Wh"][:, :H] @ da'}
        tanh' of the state before: You take 1 - h² of the state before the step. The tanh of step t gave
            `hs[t]`: 1 - hs[t]².
            {"(1 - hs[t] ** 2)": "(1 - h_prev**2)"}
        carried gradient piled up: `dh_next` grows from step to step. What comes back replaces it: = instead
            of +=. The sum over time belongs to the weights.
            {"dh_next = dhx[:H]": "dh_next = dh_next + dhx[:H]"}
        gradient of Wh past the tanh: The gradient of `Wh` takes `dh`. The weights stand before the tanh, so
            it takes `da`.
            {"np.outer(da,": "np.outer(dh,"}
        gradient of bh past the tanh: The gradient of `bh` takes `dh`. The bias stands before the tanh, so it
            takes `da`.
            {'dweights["bh"] += da': 'dweights["bh"] += dh'}
        x of the wrong step: The gradient of `Wh` takes the input of the step before. Step t reads `xs[t]`;
            only the state is that of the step before.
            {"[h_prev, xs[t]]": "[h_prev, xs[t - 1]]"}
        weights taken for the gradient's array: You add the gradients to the weights themselves: an array gets
            a second name by `=`, not a copy. Start from zeros of the same shape, `np.zeros_like(...)`.
            {'np.zeros(weights["Wh"].shape), "bh": np.zeros(H)': 'weights["Wh"], "bh": weights["bh"]'}
        weights changed after they were read: You add the gradients to the weights themselves: an array gets a
            second name by `=`, not a copy. Start from zeros of the same shape, `np.zeros_like(...)`.
            {'np.zeros(weights["Wh"].shape), "bh": np.zeros(H)': 'weights["Wh"], "bh": weights["bh"]',
             '        dweights["Wh"] += np.outer(da, np.concatenate([h_prev, xs[t]]))\n': "",
             'dhx = weights["Wh"].T @ da':
                'dhx = weights["Wh"].T @ da\n        '
                'dweights["Wh"] += np.outer(da, np.concatenate([h_prev, xs[t]]))'}
        gradients start from the weights: Your gradients start from a copy of the weights. They are sums over
            the steps, and a sum starts from zero.
            {'np.zeros(weights["Wh"].shape), "bh": np.zeros(H)':
                'weights["Wh"].copy(), "bh": weights["bh"].copy()'}
        dh0 left at zero: `dh0` is zero. It is what has come back when the first step is done: `dh_next` after
            the loop.
            {"return dxs, dh_next,": "return dxs, np.zeros(H),"}
    """),
)


# Clipping


def clip_by_global_norm(gradients, max_norm):
    """Gradients with a global norm of at most max_norm, and their norm before: dict -> (dict, number)."""
    squares = [np.sum(array**2) for array in gradients.values()]
    norm = np.sqrt(sum(squares))
    scale = max_norm / max(norm, max_norm)
    clipped = {name: array * scale for name, array in gradients.items()}
    return clipped, norm


def _observe_clip(function, gradients, max_norm):
    """What comes back; then the caller goes on with it, which must leave what was given as it was."""
    result = function(gradients, max_norm)
    kept = copy.deepcopy(result)
    clipped = result[0] if isinstance(result, tuple | list) and len(result) == 2 else result
    for array in clipped.values() if isinstance(clipped, dict) else ():
        if isinstance(array, np.ndarray) and array.flags.writeable:
            array[...] = 0
    return kept


def _clip_probes(rng):
    def gradients(size=1.0):
        shapes = {"Wh": (4, 7), "bh": (4,), "Wy": (2, 4)}
        return {name: size * rng.normal(size=shape) for name, shape in shapes.items()}

    return [
        Probe((gradients(), rng.uniform(1, 2))),
        Probe((gradients(0.01), 5.0), "when the norm is small enough"),
        Probe(({"a": rng.normal(size=(3, 3)) * 4}, 1.0), "for a single array"),
        Probe(({"a": np.array([3.0, 4.0]), "b": np.array([12.0])}, 6.5), "when one array is under the limit"),
        Probe(({"a": np.zeros(3), "b": np.zeros((2, 2))}, 1.0), "when every gradient is zero"),
        Probe((gradients(100.0), 0.5), "for very large gradients"),
    ]


CLIP_BY_GLOBAL_NORM = Exercise(
    reference=clip_by_global_norm,
    title="Clipping by global norm",
    lesson="01",
    section="Clipping",
    points=2,
    minutes=8,
    returns=("clipped", "norm"),
    observe=_observe_clip,
    observed_inside=True,
    probes=_clip_probes,
    silent=True,
    hints=(
        "Imagine all the arrays laid end to end as one long vector. Clipping shortens that vector and keeps "
        "its direction.",
        "The norm of the long vector is the square root of the sum of all squares, over all arrays. Every "
        "array gets the same factor, and the factor is never above 1.",
        "`norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))`, `scale = min(1, max_norm / "
        "norm)`, and a new dict with `g * scale`: with `*=` the caller's arrays would change. Take care of "
        "a norm of 0.",
    ),
    mistakes=edits(r"""
        clipped by value: You cut off each number at ±max_norm. That turns the direction of the gradient;
            clipping by norm scales all numbers by the same factor.
            {"array * scale": "np.clip(array, -max_norm, max_norm)"}
        each array clipped alone: You clip each array by its own norm. The norm is global, over all arrays
            together, so that all shrink by the same factor.
            {"array * scale": "array * max_norm / max(np.sqrt(np.sum(array**2)), max_norm)"}
        scaled up when the norm is small: Gradients whose norm is under the limit come out larger. They should
            be left alone: the factor is at most 1.
            {"max_norm / max(norm, max_norm)": "max_norm / norm"}
        divided by a norm of zero: When every gradient is zero you divide by a norm of zero, and NumPy warns.
            Divide only when the norm is over the limit, or by the larger of the two.
            {"max_norm / max(norm, max_norm)": "min(1.0, max_norm / norm)"}
        input arrays changed: The values are right, but the gradients that were given are changed as well:
            `*=` works in place, and so does writing into the given dict. Make new arrays in a new dict, the
            caller may still need the old.
            {"    clipped = {name: array * scale for name, array in gradients.items()}\n":
                "    for array in gradients.values():\n        array *= scale\n    clipped = gradients\n"}
        given arrays returned: When the norm is under the limit you return the very arrays that were given,
            and whoever changes the clipped ones changes the gradients as well. A new dict is not enough: make
            new arrays, by a factor of 1 or with `.copy()`.
            {"array * scale": "(array * scale if norm > max_norm else array)"}
        norm after clipping returned: You return the norm after clipping. The norm before is asked for: it
            tells how wild the gradient was.
            {"return clipped, norm": "return clipped, norm * scale"}
        square root forgotten: The sum of squares is the norm squared: take its square root.
            {"np.sqrt(sum(squares))": "sum(squares)"}
        sum of norms: You add the norms of the arrays. Add their squares, and take the root at the end.
            {"norm = np.sqrt(sum(squares))": "norm = sum(np.sqrt(squares))"}
        largest norm: You take the largest of the arrays' norms. The global norm is that of all arrays
            together.
            {"np.sqrt(sum(squares))": "np.sqrt(max(squares))"}
        sum of absolute values: That is the sum of absolute values. The norm is the root of the sum of
            squares.
            {"np.sum(array**2)": "np.sum(np.abs(array))", "np.sqrt(sum(squares))": "sum(squares)"}
        largest number: You take the largest absolute value for the norm. It is the root of the sum of
            squares.
            {"np.sum(array**2)": "np.max(np.abs(array))", "np.sqrt(sum(squares))": "max(squares)"}
        mean of squares: You take means of the squares. The norm is the root of their sum.
            {"np.sum(array**2)": "np.mean(array**2)"}
        condition turned round: You scale when the norm is under the limit, and leave it when it is over.
            {"max(norm, max_norm)": "max(min(norm, max_norm), 1e-12)"}
        never clipped: Your gradients come out as they went in, even when their norm is over the limit.
            {"array * scale": "array * 1.0"}
        factor turned round: The factor is upside down: it is max_norm / norm, not norm / max_norm.
            {"max_norm / max(norm, max_norm)": "max(norm, max_norm) / max_norm"}
        divided by the norm: You bring the norm to 1. It should come to `max_norm`.
            {"max_norm / max(norm, max_norm)": "(1 / norm if norm > max_norm else 1.0)"}
        norm of the last array: Your norm is that of the last array alone: at each turn of the loop it is
            overwritten. Sum the squares over all arrays.
            {"np.sqrt(sum(squares))": "np.sqrt(squares[-1])"}
        mean over the arrays: You divide the sum of squares by the number of arrays. The global norm is the
            root of the sum.
            {"np.sqrt(sum(squares))": "np.sqrt(sum(squares) / len(squares))"}
        spectral norms: `np.linalg.norm(g, 2)` of a matrix is its spectral norm. The root of the sum of all
            squares is `np.linalg.norm(g)`.
            {"np.sum(array**2)": "np.linalg.norm(array, 2) ** 2"}
    """),
)


# Shapes


def rnn_parameter_count(input_size, hidden_size, output_size):
    """Number of weights and biases of an RNN layer with a dense layer on top of its state."""
    recurrent = hidden_size * (hidden_size + input_size) + hidden_size
    dense = output_size * hidden_size + output_size
    return recurrent + dense


def _count_probes(rng):
    sizes = [rng.choice(np.arange(2, 60), size=3, replace=False).tolist() for _ in range(4)]
    return [*(Probe(tuple(size)) for size in sizes), Probe((1, 5, 1), "for one input and one output")]


RNN_PARAMETER_COUNT = Exercise(
    reference=rnn_parameter_count,
    title="Parameters of an RNN",
    lesson="01",
    section="Shapes",
    points=1,
    minutes=4,
    returns=("the count",),
    probes=_count_probes,
    hints=(
        "Write down the shape of each array of weights, and count its entries. Does the length of the "
        "sequence appear?",
        "`Wh` is (H, H + D), `bh` is (H,). The dense layer on top maps H numbers to K, and has a bias as "
        "well.",
        "H (H + D) + H for the recurrent layer, and K H + K for the dense layer.",
    ),
    mistakes=edits(r"""
        recurrent bias not counted: The H biases of the recurrent layer are missing.
            {"(hidden_size + input_size) + hidden_size": "(hidden_size + input_size)"}
        dense bias not counted: The biases of the dense layer are missing: one for each output.
            {"hidden_size + output_size": "hidden_size"}
        dense layer not counted: The dense layer is missing: K H weights and K biases.
            {"recurrent + dense": "recurrent"}
        recurrent layer not counted: The recurrent layer is missing: H (H + D) weights and H biases.
            {"recurrent + dense": "dense"}
        input weights not counted: `Wh` has H + D columns, and you count H of them: the input's D are missing.
        recurrent weights not counted: `Wh` has H + D columns, and you count D of them: the state's H are
            missing.
        two biases: You count two biases for each unit of the recurrent layer, as PyTorch has them. Here there
            is one.
            {"input_size) + hidden_size": "input_size) + 2 * hidden_size"}
        dense layer sees the input: The dense layer reads the state, H numbers, not the input.
            {"output_size * hidden_size": "output_size * input_size"}
        product instead of sum
        dense layer sees state and input: Your dense layer reads the state and the input, H + D numbers. It
            reads the state alone, H.
            {"output_size * hidden_size": "output_size * (hidden_size + input_size)"}
        single biases: You count one bias number for each layer. Every unit and every output has its own: H
            and K.
            {"input_size) + hidden_size": "input_size) + 1", "hidden_size + output_size": "hidden_size + 1"}
        input and hidden size exchanged: D and H are exchanged: `Wh` has H rows, one for each unit of the
            state, and H + D columns.
            {"hidden_size * (hidden_size + input_size) + hidden_size":
                "input_size * (hidden_size + input_size) + input_size",
             "output_size * hidden_size": "output_size * input_size"}
    """),
)


# Two questions

LONGER_SEQUENCE = Question(
    id="longer_sequence",
    title="What grows with the sequence",
    lesson="01",
    section="Shapes",
    points=1,
    minutes=3,
    question=(
        "The sequences grow from 10 to 1000 steps, and the network stays as it is. What grows a hundredfold "
        "when you call rnn_forward?"
    ),
    choices={
        "a": "The time and the memory for the result; the weights stay as many.",
        "b": "The time, the memory for the result, and the columns of Wh for the input.",
        "c": "The memory for the result; the time stays, for each product has the same size.",
        "d": "The time; the memory stays, for each state is made from the one before.",
    },
    answer="a",
    explanations={
        "a": (
            "A thousand turns of the loop take a hundred times as long as ten, and `hs` has a row for each. "
            "`weights` is the same dict at every turn."
        ),
        "b": "`Wh` has D columns for the input of one step, however many steps there are.",
        "c": "Each product has the same size, and there is one for each step: a hundred times as many.",
        "d": (
            "To make the next state the last one is enough. But `rnn_forward` returns all of them, and "
            "training will need them all."
        ),
    },
    hints=(
        "Which arrays does `rnn_forward` read, and which does it make? In which shapes does T appear?",
        "Think of the loop: what changes from one turn to the next, and what does not?",
        "`hs` is (T, H). `weights` is the same dict at every turn of the loop, and there are T turns.",
    ),
)

LAST_STEP_LOSS = Question(
    id="last_step_loss",
    title="A loss at the last step only",
    lesson="01",
    section="Backpropagation through time",
    points=1,
    minutes=4,
    question=(
        "Take the tiny network of the worked example, and let the loss be h_3 alone. How much do the three "
        "steps add to the gradient of bh?"
    ),
    choices={
        "a": "Step 3 adds all of it: only its state is in the loss.",
        "b": "Each adds the same: it is the same bias at every step.",
        "c": "Step 1 adds the most: its state acts on all the others.",
        "d": "Step 3 adds the most, step 1 the least, and none adds nothing.",
    },
    answer="d",
    explanations={
        "a": "At the earlier steps the loss looks at nothing, and still something comes back: r is not zero.",
        "b": (
            "The bias is the same, and what reaches it is not: each step back multiplies by tanh' and by the "
            "weight of h_prev, 0.5."
        ),
        "c": (
            "It acts on the others, and through them on the loss, but each step on the way multiplies by "
            "less than 1/2."
        ),
        "d": (
            "0.97, 0.42 and 0.09: each step back multiplies by tanh' and by 0.5. How fast these parts shrink "
            "is the question of lesson 2."
        ),
    },
    hints=(
        "It can be measured: call `rnn_backward` with `dhs` that is zero everywhere but at the last step, or "
        "do the worked example again with 0, 0, 1.",
        "da_3 is as before. r_2 comes back to step 2, and dh_2 is r_2 alone.",
        "da_3 = 1 - h_3², da_2 = 0.5 da_3 (1 - h_2²), da_1 = 0.5 da_2 (1 - h_1²). Each is its step's part.",
    ),
)

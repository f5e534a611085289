"""Lesson 09, Recurrent networks today: gates without the state, the scan, exponential gates, attention."""

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question

from .lesson00 import sigmoid
from .shared import edits

# Cut the loop


def min_gru_step(x, h_prev, weights):
    """One step of a minGRU: x (D,), h_prev (H,) -> h (H,). weights has Wz, Wh (H, D) and bz, bh (H,)."""
    z = sigmoid(weights["Wz"] @ x + weights["bz"])  # how much is kept
    g = weights["Wh"] @ x + weights["bh"]  # candidate, linear
    return z * h_prev + (1 - z) * g


def _min_weights(rng, D, H, bias=0.7):
    weights = {"W" + gate: rng.normal(size=(H, D)) / D**0.5 for gate in "zh"}
    return weights | {"b" + gate: rng.normal(size=H) * bias for gate in "zh"}


def _step_probes(rng):
    def arguments(D, H, x=1, h=1, bias=0.7):
        return x * rng.normal(size=D), h * rng.normal(size=H), _min_weights(rng, D, H, bias)

    return [
        Probe(arguments(4, 4)),
        Probe(arguments(3, 4), "for other sizes"),
        Probe(arguments(3, 4, bias=0), "when the biases are zero"),
        Probe(arguments(3, 4, h=0), "when `h_prev` is zero"),
        Probe(arguments(3, 4, x=0), "when `x` is zero"),
    ]


MIN_GRU_STEP = Exercise(
    reference=min_gru_step,
    title="A step of a minGRU",
    lesson="09",
    section="Cut the loop",
    points=2,
    minutes=6,
    returns=("h",),
    probes=_step_probes,
    hints=(
        "It is the GRU of lesson 7 with everything taken out that looks at `h_prev`. What is "
        "left of the gate?",
        "The gate is a sigmoid of `Wz @ x + bz`. The candidate is `Wh @ x + bh`, with nothing around it.",
        "`return z * h_prev + (1 - z) * g`: the old state comes in here and nowhere else.",
    ),
    mistakes=edits(r"""
        z turned round [convention]: Your z is turned round: z near 1 lets the candidate in. That is how Feng
            et al. (2024) write it. Here, as in lesson 7, z near 1 keeps: z * h_prev + (1 - z) * g.
            {"z * h_prev + (1 - z) * g": "(1 - z) * h_prev + z * g"}
        tanh left on the candidate: Your candidate goes through tanh, as in the GRU. In a minGRU it is linear:
            the state is an average of candidates and cannot grow beyond them.
            {'weights["Wh"] @ x + weights["bh"]': 'np.tanh(weights["Wh"] @ x + weights["bh"])'}
        candidate through sigmoid: Your candidate goes through the sigmoid. It is no gate: it is linear, and
            may be negative.
            {'weights["Wh"] @ x + weights["bh"]': 'sigmoid(weights["Wh"] @ x + weights["bh"])'}
        gate computed from h: Your gate looks at `h_prev`. Then no step can begin before the one before it has
            ended, and the loop is back: both z and g come from `x` alone.
            {'sigmoid(weights["Wz"] @ x': 'sigmoid(weights["Wz"] @ h_prev'}
        candidate computed from h: Your candidate looks at `h_prev`. In a minGRU it comes from `x` alone.
            {'g = weights["Wh"] @ x': 'g = weights["Wh"] @ h_prev'}
        gate through tanh: Your gate goes through tanh, from -1 to 1. This one goes through the sigmoid, from
            0 to 1.
            {'sigmoid(weights["Wz"]': 'np.tanh(weights["Wz"]'}
        old state forgotten: The part of the old state, z * h_prev, is missing.
            {"z * h_prev + ": ""}
        old state added in full: You add the whole old state. z decides how much of it stays.
            {"return z * h_prev": "return h_prev"}
        candidate let in in full: You add the whole candidate. What comes in is what is not kept: (1 - z) * g.
            {"(1 - z) * g": "g"}
        z on both parts: You weigh both parts by z. What comes in is what is not kept: (1 - z) * g.
            {"(1 - z) * g": "z * g"}
        brackets missing: Multiplication comes before subtraction: 1 - z * g is 1 - (z * g). Write (1 - z) *
            g.
            {"(1 - z) * g": "1 - z * g"}
        biases forgotten: The biases are missing: bz inside the sigmoid, bh in the candidate.
            {' + weights["bz"]': "", ' + weights["bh"]': ""}
        bias of the gate forgotten: The bias of the gate, `bz`, is missing. Chrono initialization needs it.
            {' + weights["bz"]': ""}
        bias of the candidate forgotten: The bias of the candidate, `bh`, is missing.
            {' + weights["bh"]': ""}
        Wz used for the candidate: Your candidate takes the weights of the gate, as happens when a line is
            copied: it has its own, `Wh`.
            {'weights["Wh"]': 'weights["Wz"]'}
        tanh on the new state: You send the new state through tanh. Nothing squashes it here, or the step
            would no longer be a product and a sum.
            {"return z * h_prev + (1 - z) * g": "return np.tanh(z * h_prev + (1 - z) * g)"}
    """),
)


def min_gru_backward(dhs, h0, hs, z, g):
    """Gradients of a minGRU's gates: dhs, hs, z, g (T, H), h0 (H,) -> da_z (T, H), dg (T, H), dh0 (H,).

    dhs[t] is the gradient that reaches the state of step t from the loss at that step; da_z is the gradient
    for the sum inside the sigmoid.
    """
    da_z, dg = np.zeros(z.shape), np.zeros(g.shape)
    dh_next = np.zeros(len(h0))  # what comes back from the step after
    for t in reversed(range(len(hs))):
        h_prev = hs[t - 1] if t > 0 else h0
        dh = dhs[t] + dh_next
        da_z[t] = dh * (h_prev - g[t]) * z[t] * (1 - z[t])
        dg[t] = dh * (1 - z[t])
        dh_next = dh * z[t]
    return da_z, dg, dh_next


def _min_backward_probes(rng):
    def arguments(T, H, start=1.0, early=1.0):
        z, g = rng.uniform(0.1, 0.9, size=(T, H)), rng.normal(size=(T, H))
        h0, hs = start * rng.normal(size=H), np.zeros((T, H))
        for t in range(T):
            hs[t] = z[t] * (hs[t - 1] if t > 0 else h0) + (1 - z[t]) * g[t]
        dhs = rng.normal(size=(T, H))
        dhs[:-1] *= early
        return dhs, h0, hs, z, g

    return [
        Probe(arguments(5, 4)),
        Probe(arguments(1, 3), "for one step"),
        Probe(arguments(5, 3, start=0.0), "when `h0` is zero"),
        Probe(arguments(4, 3, early=0.0), "when only the last step has a loss"),
        Probe(arguments(7, 2), "for another size"),
    ]


MIN_GRU_BACKWARD = Exercise(
    reference=min_gru_backward,
    title="Back through a minGRU",
    lesson="09",
    section="Cut the loop",
    points=3,
    minutes=7,
    returns=("da_z", "dg", "dh0"),
    axes={"da_z": ("step", "unit"), "dg": ("step", "unit"), "dh0": ("unit",)},
    probes=_min_backward_probes,
    hints=(
        "Walk from the last step to the first, as in lesson 1. Two gradients meet at each state. How does "
        "the sum go back to the state before, when no matrix acts on it?",
        "From h = z h_prev + (1 - z) g: the gate gets dh (h_prev - g), the candidate dh (1 - z), the old "
        "state dh z. The gate's share goes on through the sigmoid, times z (1 - z).",
        "`dh = dhs[t] + dh_next`, `da_z[t] = dh * (h_prev - g[t]) * z[t] * (1 - z[t])`, `dg[t] = dh * (1 - "
        "z[t])`, `dh_next = dh * z[t]`. Here `h_prev` is `hs[t - 1]`, and `h0` at t = 0.",
    ),
    mistakes=edits(r"""
        z and 1 - z exchanged: Along the road the gradient is multiplied by z, and 1 - z goes to the
            candidate. You have them exchanged.
            {"dg[t] = dh * (1 - z[t])": "dg[t] = dh * z[t]",
             "dh_next = dh * z[t]": "dh_next = dh * (1 - z[t])"}
        carried back by 1 - z: What goes back to the state before is dh times z, the part that was kept.
            {"dh_next = dh * z[t]": "dh_next = dh * (1 - z[t])"}
        candidate gets z: The candidate came in with the factor 1 - z, and its gradient has the same.
            {"dg[t] = dh * (1 - z[t])": "dg[t] = dh * z[t]"}
        sigmoid' missing: The gradient for the sum of the gate has to go through the sigmoid: times z (1 - z).
            {" * z[t] * (1 - z[t])\n        dg": "\n        dg"}
        tanh' on the candidate: You send the candidate's gradient through a tanh, 1 - g². This candidate has
            none: it is linear.
            {"dg[t] = dh * (1 - z[t])": "dg[t] = dh * (1 - z[t]) * (1 - g[t] ** 2)"}
        carried gradient not added: Each step uses only its own loss. A state acts on all later steps too: add
            what comes back, `dh = dhs[t] + dh_next`.
            {"dhs[t] + dh_next": "dhs[t]"}
        own loss left out: Only the last step's loss is used. At each step add `dhs[t]` to what comes back.
            {"dhs[t] + dh_next": "(dhs[t] if t == len(hs) - 1 else dh_next)"}
        carried back unchanged: You hand the whole gradient to the step before. Only the part z of the old
            state was kept, so it is dh times z.
            {"dh_next = dh * z[t]": "dh_next = dh"}
        state after the step: The gate compares the candidate with the state *before* the step, `hs[t - 1]`.
            You take the one after it.
            {"h_prev = hs[t - 1] if t > 0 else h0": "h_prev = hs[t]"}
        initial state ignored: At the first step the state before is `h0`, not zero.
            {"if t > 0 else h0": "if t > 0 else 0 * h0"}
        last state before the first step: At t = 0, `hs[t - 1]` is `hs[-1]`, the *last* state. The state
            before the first step is `h0`.
            {"hs[t - 1] if t > 0 else h0": "hs[t - 1]"}
        candidate left out of the gate: dz is dh (h_prev - g): more z means more of the old state and *less*
            of the candidate. The second part is missing.
            {"(h_prev - g[t])": "h_prev"}
        sign of the gate: dz is dh (h_prev - g). You have the difference the other way round.
            {"(h_prev - g[t])": "(g[t] - h_prev)"}
        forward in time: You walk from the first step to the last. The gradient comes from the future: begin
            at the last step.
            {"reversed(range(len(hs)))": "range(len(hs))"}
        last carried gradient not taken through: What reaches `h0` has gone through the first step as well:
            return `dh_next` after it has been multiplied by z.
            {"return da_z, dg, dh_next": "return da_z, dg, dh"}
    """),
)


# The scan


def combine(a1, b1, a2, b2):
    """Two steps as one: first h -> a1 h + b1, then h -> a2 h + b2; gives a, b of h -> a h + b."""
    return a2 * a1, a2 * b1 + b2


def _combine_probes(rng):
    def step(*shape):
        return rng.normal(size=shape), rng.normal(size=shape)

    nothing = np.ones(4), np.zeros(4)
    return [
        Probe((*step(5), *step(5))),
        Probe((*step(3, 4), *step(3, 4)), "for many steps at once"),
        Probe((*step(4), *nothing), "when the second step changes nothing"),
        Probe((*nothing, *step(4)), "when the first step changes nothing"),
        Probe(tuple(rng.normal(size=4).tolist()), "for single numbers"),
    ]


COMBINE = Exercise(
    reference=combine,
    title="Two steps in one",
    lesson="09",
    section="The scan",
    points=1,
    minutes=3,
    returns=("a", "b"),
    probes=_combine_probes,
    hints=(
        "Write the second step, and put the first one in the place of its h.",
        "a2 (a1 h + b1) + b2: multiply out, and sort by what stands before h.",
        "`return a2 * a1, a2 * b1 + b2`.",
    ),
    mistakes=edits(r"""
        order of the pair: You let the second step come first. Its a acts on what the first one gave: a2 * b1
            + b2. The order matters, as it does for matrices.
            {"a2 * b1 + b2": "a1 * b2 + b1"}
        first b not carried on: The first b goes through the second step as well, and comes out as a2 * b1.
            {"a2 * b1 + b2": "b1 + b2"}
        a of the first step: The first b has the first a behind it already. It goes through the second step:
            a2 * b1.
            {"a2 * b1 + b2": "a1 * b1 + b2"}
        second b scaled too: b2 comes in after the product with a2: a2 * b1 + b2.
            {"a2 * b1 + b2": "a2 * (b1 + b2)"}
        both factors on b1: a1 acts on the state before the first step, not on b1. Only a2 acts on b1.
            {"a2 * b1 + b2": "a2 * a1 * b1 + b2"}
        factors added: Two products one after the other are one product: a2 * a1, not a sum.
            {"a2 * a1": "a2 + a1"}
        a of the second step alone: The a of both steps together is a2 * a1: the state goes through both.
            {"return a2 * a1": "return a2"}
        first b lost: The first b is missing: it goes through the second step, a2 * b1 + b2.
            {"a2 * b1 + b2": "b2"}
        second b lost: The second b is missing: a2 * b1 + b2.
            {"a2 * b1 + b2": "a2 * b1"}
        b returned first: A step is the pair (a, b), in this order.
            {"return a2 * a1, a2 * b1 + b2": "return a2 * b1 + b2, a2 * a1"}
    """),
)


def scan(a, b):
    """All states of h = a h_prev + b that starts at 0, by doubling: a, b (T, H) -> hs (T, H)."""
    step = 1
    while step < len(a):
        longer_a, longer_b = a.copy(), b.copy()
        longer_a[step:], longer_b[step:] = combine(a[:-step], b[:-step], a[step:], b[step:])
        a, b = longer_a, longer_b  # now each row stands for twice as many steps
        step = 2 * step
    return b


def _scan_probes(rng):
    def arguments(T, H):
        return rng.uniform(0.3, 1.1, size=(T, H)) * rng.choice([-1, 1], size=(T, H)), rng.normal(size=(T, H))

    return [
        Probe(arguments(13, 3)),
        Probe(arguments(8, 3), "for eight steps, a power of two"),
        Probe(arguments(2, 3), "for two steps"),
        Probe(arguments(1, 3), "for one step"),
        Probe((np.ones((11, 2)), rng.normal(size=(11, 2))), "when every a is 1"),
        Probe(arguments(100, 2), "for a hundred steps"),
    ]


SCAN = Exercise(
    reference=scan,
    title="A scan by doubling",
    lesson="09",
    section="The scan",
    points=3,
    minutes=8,
    returns=("hs",),
    axes={"hs": ("step", "unit")},
    probes=_scan_probes,
    hints=(
        "Let row t stand for some steps that end at t. At first it is one step. How do you double that for "
        "all rows at once?",
        "Row t for `step` steps, and row t - step for the `step` steps before: `combine` joins them. The "
        "first `step` rows reach back to the start already and stay as they are.",
        "`while step < len(a)`: copy a and b; `longer_a[step:], longer_b[step:] = combine(a[:-step], "
        "b[:-step], a[step:], b[step:])`; take the new ones for the old and double `step`. In the end b is "
        "what is asked for, since the start is 0.",
    ),
    mistakes=edits(r"""
        order of the pair: You combine the rows in the wrong order: the earlier steps, `a[:-step]`, come
            first.
            {"combine(a[:-step], b[:-step], a[step:], b[step:])":
                "combine(a[step:], b[step:], a[:-step], b[:-step])"}
        step grows by one: After a round each row stands for twice as many steps. So `step` is doubled. When
            it grows by one, steps are counted more than once.
            {"step = 2 * step": "step = step + 1"}
        a not carried on: You keep the a of single steps. A row that stands for several steps has the product
            of their a: take both of what `combine` gives.
            {"a, b = longer_a, longer_b": "b = longer_b"}
        one round only: You combine once. Then each row stands for two steps; go on, with `while`, until a row
            reaches back to the start.
            {"while step < len(a):": "if step < len(a):"}
        last round left out: Your loop ends when the next doubling would be too long. Where T is no power of
            two, the last rows then miss the first steps: go on while `step < len(a)`.
            {"while step < len(a):": "while 2 * step <= len(a):"}
        round the end: Your rows before the start come from the end, as `np.roll` has it. The first `step`
            rows have nothing before them and stay as they are.
            {"longer_a[step:], longer_b[step:] = combine(a[:-step], b[:-step], a[step:], b[step:])":
                "longer_a, longer_b = combine(np.roll(a, step, 0), np.roll(b, step, 0), a, b)"}
        identity exchanged: You fill up with steps that have a = 0 and b = 1. The step that changes nothing is
            a = 1, b = 0.
            {"longer_a[step:], longer_b[step:] = combine(a[:-step], b[:-step], a[step:], b[step:])":
                "a1 = np.concatenate([np.zeros_like(a[:step]), a[:-step]])\n        b1 = np.concatenate(["
                "np.ones_like(b[:step]), b[:-step]])\n        longer_a, longer_b = combine(a1, b1, a, b)"}
        bare sums: You add up the b without what the gates leave of them. Each b goes through all later a:
            `combine` does that.
            {"combine(a[:-step], b[:-step], a[step:], b[step:])":
                "a[step:], b[step:] + b[:-step]"}
        products returned: You return the products of a. Applied to a start of 0 they give nothing: the states
            are b.
            {"return b": "return a"}
        last state only: You return the last state. All T are asked for, (T, H).
            {"return b": "return b[-1]"}
        backwards in time: You combine each row with those after it, so your states run from the end to the
            start.
            {"longer_a[step:], longer_b[step:] = combine(a[:-step], b[:-step], a[step:], b[step:])":
                "longer_a[:-step], longer_b[:-step] = combine(a[step:], b[step:], a[:-step], b[:-step])"}
        neighbours in every round: You combine with the row just before in every round. After the first round
            that row stands for steps which yours has too: the partner is `step` rows back.
            {"longer_a[step:], longer_b[step:] = combine(a[:-step], b[:-step], a[step:], b[step:])":
                "longer_a[1:], longer_b[1:] = combine(a[:-1], b[:-1], a[1:], b[1:])"}
    """),
)


# What is lost


def parity_by_hand(bits):
    """Gates of h = a h_prev + b for bits (T,) of 0 and 1, such that h, which starts at 1, is -1 when odd.

    Returns a (T,) and b (T,); a step's a and b depend on that step's bit alone.
    """
    a = 1.0 - 2.0 * bits  # a one turns the sign, a zero leaves it
    b = np.zeros(len(bits))
    return a, b


def _parity_probes(rng):
    def bits(T):
        drawn = rng.integers(2, size=T)
        drawn[: min(T, 5)] = [0, 1, 1, 0, 1][:T]
        return drawn

    return [
        Probe((bits(12),)),
        Probe((bits(40),), "for forty bits"),
        Probe((np.zeros(5, int),), "when there are only zeros"),
        Probe((np.ones(5, int),), "when there are only ones"),
    ]


PARITY_BY_HAND = Exercise(
    reference=parity_by_hand,
    title="Parity by hand",
    lesson="09",
    section="What is lost",
    points=1,
    minutes=4,
    returns=("a", "b"),
    axes={"a": ("step",), "b": ("step",)},
    probes=_parity_probes,
    hints=(
        "What must a zero do to the state, and what must a one do, whatever the state is?",
        "A zero leaves h as it is. A one makes -1 of 1 and 1 of -1: which factor does that?",
        "`a = 1 - 2 * bits`, which is 1 for a zero and -1 for a one; `b` is zero throughout.",
    ),
    mistakes=edits(r"""
        sign on b: You put the sign into b. What is added does not know which state it meets: it cannot turn
            it round. The sign belongs to a.
            {"a = 1.0 - 2.0 * bits": "a = np.ones(len(bits))",
             "b = np.zeros(len(bits))": "b = -1.0 * bits"}
        zeros turn: Your a is -1 for a zero and 1 for a one. It is the ones that are counted.
            {"1.0 - 2.0 * bits": "2.0 * bits - 1.0"}
        turned at every step: Your a is -1 at every step, also where the bit is 0. A zero must leave the state
            as it is.
            {"1.0 - 2.0 * bits": "-np.ones(len(bits))"}
        state wiped out: Your a is 0 for a one: the state is forgotten there. It has to be turned round, a =
            -1.
            {"1.0 - 2.0 * bits": "1.0 - bits"}
        set instead of turned: You set the state to -1 at every one: a = 0, b = -1. The second one has to
            bring it back to 1, and only a = -1 does both.
            {"1.0 - 2.0 * bits": "1.0 - bits", "b = np.zeros(len(bits))": "b = -1.0 * bits"}
        bits as a: You take the bits themselves for a: a zero wipes out the state. It should leave it.
            {"1.0 - 2.0 * bits": "1.0 * bits"}
        parity put into b: You compute the parity beforehand and hand it over in b. A gate of step t may look
            at bit t alone: that is what this network has.
            {"1.0 - 2.0 * bits": "np.zeros(len(bits))",
             "b = np.zeros(len(bits))": "b = 1.0 - 2.0 * (np.cumsum(bits) % 2)"}
        counted instead of turned: You count the ones, a = 1 and b = bit. That is another task, and an easy
            one: here the state has to come back.
            {"1.0 - 2.0 * bits": "np.ones(len(bits))", "b = np.zeros(len(bits))": "b = 1.0 * bits"}
        something added: a is right. Nothing has to be added: b is zero.
            {"b = np.zeros(len(bits))": "b = 1.0 * bits"}
        b returned first: a comes first, then b.
            {"return a, b": "return b, a"}
    """),
)

NEEDS_THE_LOOP = Question(
    id="needs_the_loop",
    title="Which task needs the loop?",
    lesson="09",
    section="What is lost",
    points=1,
    minutes=3,
    question=(
        "One layer h = a h_prev + b, with 0 ≤ a ≤ 1, and a and b from the bit of the step alone. Which of "
        "these can it not do, however it is trained?"
    ),
    choices={
        "a": "Say whether there has been a one yet.",
        "b": "Count the ones.",
        "c": "Say whether the number of ones is odd.",
        "d": "Say what the bit was that came with a flag, a hundred steps ago.",
    },
    answer="c",
    explanations={
        "a": "It can: a = 1 - bit, b = bit. The first one sets h to 1, and nothing brings it back.",
        "b": "It can: a = 1, b = bit. Counting is a sum, and a sum can be scanned.",
        "c": "A one has to turn the state round, whatever it is. With a ≥ 0 what a step adds can be kept or "
        "shrunk and never turned.",
        "d": "It can: a = 1 without the flag and 0 with it. It is the recall that chrono trained above.",
    },
    hints=(
        "Try to write down a and b for each of the four.",
        "In which of them does the same bit have to do opposite things to the state, depending on the state?",
        "Three of them are a latch, a sum and a latch.",
    ),
)


# Gates without a ceiling


def slstm_step(log_f, log_i, g, c, n, m):
    """One step of an sLSTM's memory: all (H,) -> h, c, n, m, each (H,).

    log_f and log_i are the logarithms of the gates, g is the candidate. The true memory is c exp(m), its
    weight n exp(m), and h = c / n. Before the first step c = n = 0 and m = -infinity.
    """
    m_new = np.maximum(log_f + m, log_i)
    f = np.exp(log_f + m - m_new)
    i = np.exp(log_i - m_new)
    c = f * c + i * g
    n = f * n + i
    return c / n, c, n, m_new


def _slstm_probes(rng):
    def arguments(H=4, scores=1.5, keep=None, start=False):
        log_f = np.log(rng.uniform(0.2, 0.95, size=H)) if keep is None else np.full(H, keep)
        log_i, g = scores * rng.normal(size=H), rng.normal(size=H)
        c, n, m = rng.normal(size=H), rng.uniform(0.3, 2, size=H), rng.normal(size=H)
        if start:
            c, n, m = 0 * c, 0 * n, np.full(H, -np.inf)
        return log_f, log_i, g, c, n, m

    high = list(arguments())
    high[1], high[5] = rng.uniform(720, 900, size=4), rng.uniform(720, 900, size=4)
    return [
        Probe(arguments(12)),
        Probe(arguments(keep=0.0), "when the forget gate is 1"),
        Probe(arguments(start=True), "at the first step"),
        Probe(tuple(high), "when the scores are in the hundreds"),
        Probe(arguments(1), "for one unit"),
    ]


SLSTM_STEP = Exercise(
    reference=slstm_step,
    title="An exponential gate that never overflows",
    lesson="09",
    section="Gates without a ceiling",
    points=3,
    minutes=8,
    returns=("h", "c", "n", "m"),
    probes=_slstm_probes,
    silent=True,
    hints=(
        "The true gates are exp(log_f) and exp(log_i), and may be far too large for a number. What happens "
        "to c / n when c and n are both divided by exp(m)?",
        "Take as the new m the larger of `log_f + m` and `log_i`. The old c was divided by exp(m), the new "
        "one shall be divided by exp(m_new): so the forget gate gets exp(m - m_new) as a factor.",
        "`f = np.exp(log_f + m - m_new)`, `i = np.exp(log_i - m_new)`, `c = f * c + i * g`, `n = f * n + i`; "
        "return `c / n, c, n, m_new`.",
    ),
    mistakes=edits(r"""
        stabilizer missing: You take exp of the bare logarithms. With a score of 800 that overflows: subtract
            m_new in both exponents, and add the old m in that of the forget gate.
            {"np.exp(log_f + m - m_new)": "np.exp(log_f)", "np.exp(log_i - m_new)": "np.exp(log_i)"}
        m_new not subtracted in the forget gate: The old memory is divided by exp(m), the new one by
            exp(m_new). The forget gate takes it from the one to the other: subtract m_new there as well.
            {"np.exp(log_f + m - m_new)": "np.exp(log_f + m)"}
        old m not added in the forget gate: The old memory carries the factor exp(m). It belongs into the
            forget gate: log_f + m - m_new.
            {"np.exp(log_f + m - m_new)": "np.exp(log_f - m_new)"}
        input gate not scaled: The input gate is not divided by exp(m_new), and overflows: log_i - m_new.
            {"np.exp(log_i - m_new)": "np.exp(log_i)"}
        c divided before it is stored: You store c / n. What is carried on is c itself, only h is divided.
            {"return c / n, c, n": "return c / n, c / n, n"}
        n not updated: The weight n is not updated. It is the sum of what the gates let in, and fades like c:
            n = f * n + i.
            {"    n = f * n + i\n": ""}
        n does not fade: The old weight n goes through the forget gate too: f * n + i.
            {"n = f * n + i": "n = n + i"}
        n weighed by the candidate: n is the sum of the gates alone, without the candidate: f * n + i.
            {"n = f * n + i": "n = f * n + i * g"}
        nothing divided: h is c / n, the average of the candidates. You return the sum.
            {"return c / n,": "return c,"}
        old m returned: You return the old m. The new c and n are divided by exp(m_new), and the next step has
            to know that.
            {"c, n, m_new": "c, n, m"}
        old m left out of the maximum: The old memory has the logarithm log_f + m. Compare that with log_i,
            not log_f alone, or a large old memory overflows.
            {"np.maximum(log_f + m, log_i)": "np.maximum(log_f, log_i)"}
        forget gate left out of the maximum: The old memory fades before it is compared: log_f + m.
            {"np.maximum(log_f + m, log_i)": "np.maximum(m, log_i)"}
        smaller one subtracted: You subtract the smaller of the two, so the larger exponent stays positive and
            can overflow. Take the maximum.
            {"np.maximum(": "np.minimum("}
        gates through sigmoid: You send the gates through the sigmoid: then both are below 1 again. Here they
            are exponentials.
            {"np.exp(log_f + m - m_new)": "sigmoid(log_f)", "np.exp(log_i - m_new)": "sigmoid(log_i)"}
        candidate let in in full: The candidate comes in without its gate: i * g.
            {"i * g": "g"}
        old memory kept in full: The old memory goes through the forget gate: f * c.
            {"c = f * c": "c = c"}
        old n divided by: You divide by the n before the step. h is the new c by the new n.
            {"    n = f * n + i\n    return c / n, c, n, m_new":
                "    return c / n, c, f * n + i, m_new"}
    """),
)


# A matrix for a memory


def memory_write(C, n, key, value, f, i):
    """Write a pair into a matrix memory: C (V, d), n (d,), key (d,), value (V,), gates f, i -> C, n."""
    C = f * C + i * np.outer(value, key)
    n = f * n + i * key
    return C, n


def _write_probes(rng):
    def arguments(V, d, f=None, empty=1):
        f = float(rng.uniform(0.5, 0.9)) if f is None else f
        C, n = empty * rng.normal(size=(V, d)), empty * rng.normal(size=d)
        return C, n, rng.normal(size=d), rng.normal(size=V), f, float(rng.uniform(0.3, 2))

    return [
        Probe(arguments(4, 4)),
        Probe(arguments(3, 5), "when keys are longer than values"),
        Probe(arguments(4, 4, empty=0), "when the memory is empty"),
        Probe(arguments(4, 4, f=1.0), "when nothing is forgotten"),
    ]


MEMORY_WRITE = Exercise(
    reference=memory_write,
    title="Write into a matrix",
    lesson="09",
    section="A matrix for a memory",
    points=1,
    minutes=3,
    returns=("C", "n"),
    probes=_write_probes,
    hints=(
        "It is the line of the LSTM's memory, c = f c + i g, with a matrix in the place of c. Which matrix "
        "is made of a value and a key?",
        "`np.outer(value, key)` is (V, d), like C.",
        "`C = f * C + i * np.outer(value, key)` and `n = f * n + i * key`.",
    ),
    mistakes=edits(r"""
        outer product turned: Your outer product is turned: rows of C belong to the values and columns to the
            keys, so that `C @ key` gives a value.
            {"np.outer(value, key)": "np.outer(key, value)"}
        nothing forgotten: The old memory goes through the forget gate: f * C and f * n.
            {"f * C": "C", "f * n": "n"}
        matrix does not fade: The old matrix goes through the forget gate too: f * C.
            {"f * C": "C"}
        keys do not fade: The old n goes through the forget gate too: f * n.
            {"f * n": "n"}
        input gate left out: The new pair goes through the input gate: i * np.outer(value, key) and i * key.
            {"i * np.outer": "np.outer", "i * key": "key"}
        input gate left out of n: n sums the keys as strongly as they were written: i * key.
            {"i * key": "key"}
        gates exchanged: The gates are exchanged: f keeps what is there, i lets in what is new.
            {"f * C + i *": "i * C + f *", "f * n + i *": "i * n + f *"}
        overwritten: You overwrite what is in the memory. The new pair is added to it.
            {"f * C + ": "", "f * n + ": ""}
        n not updated: n is not updated. It is the same sum over the keys alone: f * n + i * key.
            {"    n = f * n + i * key\n": ""}
        elementwise product: value * key is an elementwise product. A pair needs all products of an entry of
            the value and one of the key: the outer product.
            {"np.outer(value, key)": "(value * key)"}
        1 - f for the input gate: You let in 1 - f of the new pair. This memory has an input gate of its own.
            {"i * np.outer": "(1 - f) * np.outer", "i * key": "(1 - f) * key"}
        key by key: You write the key as its own value. What is asked for later is the value: np.outer(value,
            key).
            {"np.outer(value, key)": "np.outer(key, key)"}
    """),
)


def memory_read(C, n, query):
    """What a matrix memory answers: C (V, d), n (d,), query (d,) -> (V,)."""
    return C @ query / max(abs(n @ query), 1)


def _read_probes(rng):
    def arguments(V, d, overlap):
        n, query = rng.normal(size=d), rng.normal(size=d)
        n += query * (overlap - n @ query) / (query @ query)
        return rng.normal(size=(V, d)), n, query

    return [
        Probe(arguments(4, 4, 2.5)),
        Probe(arguments(4, 4, -2.5), "when n and the query point against each other"),
        Probe(arguments(4, 4, 0.3), "when hardly anything has been written"),
        Probe(arguments(4, 4, -0.3), "when n and the query are nearly at right angles"),
        Probe(arguments(3, 5, 3.0), "when keys are longer than values"),
    ]


MEMORY_READ = Exercise(
    reference=memory_read,
    title="Read from a matrix",
    lesson="09",
    section="A matrix for a memory",
    points=1,
    minutes=4,
    returns=("the answer",),
    probes=_read_probes,
    hints=(
        "What does (value keyᵀ) query give, when query is the key?",
        "`C @ query`, divided by the size of `n @ query`, and by no less than 1.",
        "`return C @ query / max(abs(n @ query), 1)`.",
    ),
    mistakes=edits(r"""
        matrix turned: You multiply from the other side. Rows of C belong to the values, so the answer is `C @
            query`.
            {"C @ query": "C.T @ query"}
        not divided: The answer is not divided: where many pairs overlap with the query it grows. Divide by
            max(|n · query|, 1).
            {" / max(abs(n @ query), 1)": ""}
        no floor: You divide by |n · query| alone. Where that is nearly 0 the answer explodes: by no less than
            1.
            {"max(abs(n @ query), 1)": "abs(n @ query)"}
        sign kept: n · query may be negative, and then the floor of 1 is taken instead of its size. Take the
            absolute value first.
            {"abs(n @ query)": "n @ query"}
        smaller one taken: You divide by the smaller of the two. The floor is a maximum: max(|n · query|, 1).
            {"max(": "min("}
        1 added: You add 1 instead of taking it as a floor.
            {"max(abs(n @ query), 1)": "(abs(n @ query) + 1)"}
        length of n: You divide by the length of n. What counts is how far the query overlaps with it: |n ·
            query|.
            {"abs(n @ query)": "np.sqrt(n @ n)"}
        length of the query: You divide by the length of the query. What counts is its overlap with n.
            {"abs(n @ query)": "np.sqrt(query @ query)"}
        n read instead of the query: You read at n. The question is the query: `C @ query`.
            {"C @ query": "C @ n"}
        root taken: |n · query| is no square: take it without the root.
            {"abs(n @ query)": "abs(n @ query) ** 0.5"}
        sum of sizes: You add up the sizes of the products. Take the size of their sum.
            {"abs(n @ query)": "np.sum(abs(n * query))"}
    """),
)


# Reading, then writing


def attention(queries, keys, values, counts):
    """Dot-product attention: (U, d), (T, d), (T, v), counts (T,) booleans -> found (U, v), weights (U, T).

    Where counts is False there is only padding, which gets no weight.
    """
    scores = np.where(counts, queries @ keys.T, -np.inf)  # (U, T)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return weights @ values, weights


def _attention_probes(rng):
    def arguments(U, T, d, v, padding=0, size=1.0):
        counts = np.arange(T) < T - padding
        queries, keys = size * rng.normal(size=(U, d)), rng.normal(size=(T, d))
        return queries, keys, rng.normal(size=(T, v)), counts

    return [
        Probe(arguments(5, 5, 3, 3, padding=1)),
        Probe(arguments(4, 6, 3, 2), "when nothing is padding"),
        Probe(arguments(3, 6, 3, 2, padding=2), "for other sizes"),
        Probe(arguments(3, 5, 4, 2, padding=1, size=1000.0), "when the scores are in the thousands"),
        Probe(arguments(1, 4, 3, 2, padding=1), "for one query"),
    ]


ATTENTION = Exercise(
    reference=attention,
    title="Attention over what was read",
    lesson="09",
    section="Read, then write",
    points=2,
    minutes=6,
    returns=("found", "weights"),
    axes={"found": ("query", "entry"), "weights": ("query", "step")},
    probes=_attention_probes,
    silent=True,
    hints=(
        "Three lines: a score for each query and each key, a softmax over the keys, a weighted sum of the "
        "values.",
        "`queries @ keys.T` is (U, T). Padding gets the score minus infinity, *before* the softmax, so that "
        "its exp is 0.",
        "`scores = np.where(counts, queries @ keys.T, -np.inf)`; subtract the largest of each row, exp, "
        "divide by the sum of each row; return `weights @ values, weights`.",
    ),
    mistakes=edits(r"""
        divided by the root of d [convention]: You divide the scores by √d. That is right in a Transformer
            (Vaswani et al. 2017). Here the states of an LSTM are below 1 already, and the scores stand as
            they are (Luong et al. 2015).
            {"queries @ keys.T": "queries @ keys.T / keys.shape[1] ** 0.5"}
        padding counted: The padding gets weight. Its score is minus infinity, so that exp makes 0 of it.
            {"np.where(counts, queries @ keys.T, -np.inf)": "queries @ keys.T"}
        padding scored zero: You give the padding the score 0, and exp(0) is 1: it gets weight. Its score is
            minus infinity.
            {"-np.inf": "0.0"}
        padding taken out after the softmax: You set the weights of the padding to 0 after the softmax, so the
            rest no longer adds up to 1. Take it out before.
            {"np.where(counts, queries @ keys.T, -np.inf)": "queries @ keys.T",
             "weights / weights.sum(axis=1, keepdims=True)":
                "counts * weights / weights.sum(axis=1, keepdims=True)"}
        only the padding: Only the padding gets weight: `counts` is True where a step counts.
            {"np.where(counts, queries @ keys.T, -np.inf)": "np.where(counts, -np.inf, queries @ keys.T)"}
        softmax over the queries: Your weights add up to 1 over the queries. Each query has one unit of weight
            to give to the keys: sum over axis 1.
            {"scores.max(axis=1, keepdims=True)": "scores.max()",
             "weights.sum(axis=1, keepdims=True)": "np.maximum(weights.sum(axis=0, keepdims=True), 1e-300)"}
        softmax over everything: All your weights together add up to 1. Those of each query should: sum over
            axis 1.
            {"scores.max(axis=1, keepdims=True)": "scores.max()",
             "weights.sum(axis=1, keepdims=True)": "weights.sum()"}
        not divided by the sum: The weights do not add up to 1: divide each row by its sum.
            {"weights / weights.sum(axis=1, keepdims=True)": "weights"}
        largest score not subtracted: The formula is right, and exp overflows when a score is in the
            thousands: subtract the largest score of each row first.
            {" - scores.max(axis=1, keepdims=True)": ""}
        no softmax: Your weights are the bare scores. They go through a softmax, so that they are shares.
            {"np.exp(scores - scores.max(axis=1, keepdims=True))": "np.where(counts, scores, 0.0)",
             "weights / weights.sum(axis=1, keepdims=True)": "weights"}
        largest score takes all: You take the best key alone. The softmax gives each a share, and so has a
            gradient.
            {"np.exp(scores - scores.max(axis=1, keepdims=True))":
                "1.0 * (scores == scores.max(axis=1, keepdims=True))"}
        keys returned: You add up the keys. What is looked up is the values.
            {"weights @ values": "weights @ keys"}
        weights turned: You multiply by the weights from the wrong side: rows belong to queries, columns to
            steps.
            {"weights @ values": "weights.T @ values"}
        mean over the steps: You divide by the number of steps instead of by the sum of the exponentials.
            {"weights.sum(axis=1, keepdims=True)": "len(keys)"}
    """),
)

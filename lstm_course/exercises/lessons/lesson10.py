"""Lesson 10, Engine room: one matrix for a whole step, a step that makes no array, and the way back."""

import tracemalloc

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question, edits

# One matrix


def engine_weights(kernel, recurrent_kernel, bias):
    """Keras's three arrays -> W (4H, H + D + 1), which acts on a column [h; x; 1].

    kernel (D, 4H), recurrent_kernel (H, 4H), bias (4H,) with blocks i, f, c, o. The blocks of rows of W are
    o, i, f, c, and those of the three gates are halved.
    """
    rows = np.concatenate([recurrent_kernel, kernel, bias[None]])  # (H + D + 1, 4H)
    i, f, c, o = np.split(rows, 4, axis=1)  # each (H + D + 1, H)
    blocks = [0.5 * o, 0.5 * i, 0.5 * f, c]
    return np.concatenate(blocks, axis=1).T


def _fused(rng, input_size, hidden_size):
    shapes = (input_size, 4 * hidden_size), (hidden_size, 4 * hidden_size), (4 * hidden_size,)
    return tuple(rng.normal(size=shape) for shape in shapes)


ENGINE_WEIGHTS = Exercise(
    reference=engine_weights,
    title="One matrix for a whole step",
    lesson="10",
    section="From blackboard to engine",
    points=2,
    minutes=5,
    returns=("W",),
    axes={"W": ("row", "column")},
    probes=lambda rng: [
        Probe(_fused(rng, 3, 4)),
        Probe(_fused(rng, 6, 2), "for another size"),
        Probe(_fused(rng, 3, 3), "when H and D are equal"),
        Probe(_fused(rng, 1, 1), "for one unit and one input"),
        Probe((*_fused(rng, 2, 5)[:2], np.zeros(20)), "when the biases are zero"),
    ],
    hints=(
        "Put the three arrays one under another, in the order in which a column [h; x; 1] has its rows. Then "
        "cut the result into four blocks of H columns.",
        "`np.concatenate([recurrent_kernel, kernel, bias[None]])` is (H + D + 1, 4H), and `np.split(rows, 4, "
        "axis=1)` gives the blocks i, f, c, o.",
        "Join `0.5 * o, 0.5 * i, 0.5 * f, c` along axis 1, and transpose: W stands on the left of the "
        "column.",
    ),
    mistakes=edits(r"""
        nothing halved: Your gates are not halved. sigmoid(a) is tanh(a / 2) / 2 + 1 / 2: the half in the tanh
            goes into the weights.
            {"0.5 * o, 0.5 * i, 0.5 * f, c": "o, i, f, c"}
        candidate halved too: You halve the candidate as well. It goes through tanh as it is: only the three
            gates are halved.
            {"0.5 * f, c]": "0.5 * f, 0.5 * c]"}
        only the candidate halved: You halve the candidate, and not the gates. It is the other way round: the
            candidate goes through tanh as it is.
            {"0.5 * o, 0.5 * i, 0.5 * f, c": "o, i, f, 0.5 * c"}
        doubled instead of halved: You double the gates. sigmoid(a) is tanh(a / 2) / 2 + 1 / 2: halve them.
            {"0.5 * o, 0.5 * i, 0.5 * f": "2 * o, 2 * i, 2 * f"}
        output gate not halved: Your output gate is not halved. It is a gate like i and f.
            {"0.5 * o": "o"}
        forget gate not halved: Your forget gate is not halved. It is a gate like i and o.
            {"0.5 * f": "f"}
        input gate not halved: Your input gate is not halved. It is a gate like f and o.
            {"0.5 * i": "i"}
        biases not halved: You halve the kernels and not the biases. The half belongs to the whole sum: `a`
            is product and bias together.
            {"np.concatenate(blocks, axis=1).T":
                "np.concatenate([np.concatenate(blocks, axis=1)[:-1], np.concatenate([o, i, f, c], "
                "axis=1)[-1:]]).T"}
        blocks left in Keras's order: Your blocks stand in the order i, f, c, o, as they came. Here the three
            gates lie together: o, i, f, c.
            {"0.5 * o, 0.5 * i, 0.5 * f, c": "0.5 * i, 0.5 * f, c, 0.5 * o"}
        order i, f, o, c: Your blocks stand in the order i, f, o, c. Asked for is o, i, f, c.
            {"0.5 * o, 0.5 * i, 0.5 * f, c": "0.5 * i, 0.5 * f, 0.5 * o, c"}
        order f, i, o, c: Your blocks stand in the order f, i, o, c. Asked for is o, i, f, c.
            {"0.5 * o, 0.5 * i, 0.5 * f, c": "0.5 * f, 0.5 * i, 0.5 * o, c"}
        forget and input gate exchanged: Your forget gate stands where the input gate belongs: o, i, f, c.
            {"0.5 * i, 0.5 * f": "0.5 * f, 0.5 * i"}
        read as i, f, o, c: You read Keras's blocks as i, f, o, c. They are i, f, c, o: the output gate comes
            last.
            {"i, f, c, o =": "i, f, o, c ="}
        x before h: Your columns belong to [x; h; 1]. The state comes first, [h; x; 1]: recurrent_kernel,
            then kernel.
            {"[recurrent_kernel, kernel, ": "[kernel, recurrent_kernel, "}
        bias first: The bias is your first column. The 1 stands at the end of [h; x; 1], so the bias is the
            last column.
            {"[recurrent_kernel, kernel, bias[None]]": "[bias[None], recurrent_kernel, kernel]"}
        bias left out: The bias is missing. It is the last column, which meets the 1 of [h; x; 1].
            {"kernel, bias[None]]": "kernel]"}
        not transposed: Your matrix is not transposed. It stands on the left of the column, W @ [h; x; 1]:
            (4H, H + D + 1).
            {"axis=1).T": "axis=1)"}
        reshaped instead of transposed: The shape is right, but `reshape` does not transpose: it fills the
            numbers in row by row. Use `.T`.
            {"axis=1).T": "axis=1).reshape(rows.shape[::-1])"}
    """),
)


# One step that makes no array


def column_step(W, S, gates, c, h):
    """One step in columns, into arrays that are there: fills gates, c and h, and makes no array.

    W (4H, K) has blocks of rows o, i, f, g, the first three halved, and S (K, N) is [h_prev; x; 1].
    c (H, N) holds c_prev at first and the new cell state in the end. gates (4H, N) is to hold o, i, f, g,
    and h (H, N) the new h. Returns h.
    """
    H = len(c)
    o, i, f, g = gates[:H], gates[H : 2 * H], gates[2 * H : 3 * H], gates[3 * H :]
    np.matmul(W, S, out=gates)
    np.tanh(gates, out=gates)
    gates[: 3 * H] *= 0.5
    gates[: 3 * H] += 0.5
    np.multiply(i, g, out=h)  # h serves as scratch paper
    c *= f
    c += h
    np.tanh(c, out=h)
    h *= o
    return h


def _observe_step(function, W, S, gates, c, h):
    """What is in the arrays afterwards; whether one was made on the way, or came back in the place of h."""
    gates, c, h = gates.copy(), c.copy(), h.copy()
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        result = function(W, S, gates, c, h)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if started:
            tracemalloc.stop()
    return gates, c, result, peak - before >= c.nbytes, result is not h


def _step_probes(rng):
    def step(hidden_size, input_size, batch, old=1.0):
        rows = hidden_size + input_size + 1
        W = rng.normal(size=(4 * hidden_size, rows)) / hidden_size**0.5
        S = rng.normal(size=(rows, batch))
        S[-1] = 1
        gates = rng.normal(size=(4 * hidden_size, batch))  # of an earlier call
        return W, S, gates, old * rng.normal(size=(hidden_size, batch)), rng.normal(size=(hidden_size, batch))

    return [
        Probe(step(4, 3, 800)),
        Probe(step(4, 3, 800, old=0.0), "when the old cell state is zero"),
        Probe(step(2, 5, 1200), "for another size"),
        Probe(step(1, 1, 2000), "for one unit and one input"),
    ]


COLUMN_STEP = Exercise(
    reference=column_step,
    title="A step that makes no array",
    lesson="10",
    section="From blackboard to engine",
    points=3,
    minutes=6,
    returns=(
        "gates",
        "c",
        "h",
        "whether an array was made (1: yes, 0: no)",
        "whether another array than the given h was returned (1: yes, 0: no)",
    ),
    axes={"gates": ("row", "sequence"), "c": ("unit", "sequence"), "h": ("unit", "sequence")},
    observe=_observe_step,
    observed_inside=True,
    probes=_step_probes,
    hints=(
        "Every operation of NumPy takes `out=`, the array for its result, and `*=` and `+=` write into the "
        "array on their left. Slices of `gates` are views: they make nothing.",
        "`np.matmul(W, S, out=gates)`, one tanh over all of it, then `*= 0.5` and `+= 0.5` for the first 3H "
        "rows. The product i g needs a place: h is free until the end.",
        "`np.multiply(i, g, out=h)`, `c *= f`, `c += h`, `np.tanh(c, out=h)`, `h *= o`.",
    ),
    mistakes=edits(r"""
        an array is made on the way: The numbers are right, but an array is made on the way. An operation
            without `out=` makes one for its result, as in W @ S or f * c + i * g: say where to put it.
            {"np.matmul(W, S, out=gates)": "gates[...] = W @ S"}
        the name bound to a new array: You bind the name `gates` to a new array, and the one that was given is
            left as it was. Write into it, with `out=gates`.
            {"np.matmul(W, S, out=gates)": "gates = W @ S", "np.tanh(gates, out=gates)":
                "gates = np.tanh(gates)",
             "o, i, f, g = gates[:H], gates[H : 2 * H], gates[2 * H : 3 * H], gates[3 * H :]": "",
             "gates[: 3 * H] += 0.5":
                "gates[: 3 * H] += 0.5\n    o, i, f, g = (gates[k * H : (k + 1) * H] for k in range(4))"}
        the cell state bound to a new array: You bind the name `c` to a new array, and the one that was given
            keeps the old cell state. Write into it: `c *= f`, `c += ...`.
            {"c *= f": "c = c * f"}
        h bound to a new array: You bind the name `h` to a new array, and the one that was given does not hold
            the output. Write into it: `np.tanh(c, out=h)`, `h *= o`.
            {"np.tanh(c, out=h)": "h = np.tanh(c)"}
        candidate overwritten: You put i g where the candidate stood. The new state is right, but the way back
            needs g: let `h` be the scratch paper.
            {"np.multiply(i, g, out=h)": "g *= i", "c += h": "c += g"}
        input gate overwritten: You put i g where the input gate stood. The new state is right, but the way
            back needs i: let `h` be the scratch paper.
            {"np.multiply(i, g, out=h)": "i *= g", "c += h": "c += i"}
        tanh forgotten: The sums do not go through tanh: one call over all of `gates` serves the three gates
            and the candidate.
            {"    np.tanh(gates, out=gates)\n": ""}
        halves forgotten: Your gates run from -1 to 1: sigmoid(a) is tanh(a / 2) / 2 + 1 / 2, and what follows
            the tanh is missing.
            {"    gates[: 3 * H] *= 0.5\n    gates[: 3 * H] += 0.5\n": ""}
        half not added: Your gates run from -1/2 to 1/2: add 0.5 after the multiplication.
            {"    gates[: 3 * H] += 0.5\n": ""}
        not multiplied by a half: Your gates run from -1/2 to 3/2: multiply by 0.5 before you add.
            {"    gates[: 3 * H] *= 0.5\n": ""}
        candidate moved too: You move the candidate into the range from 0 to 1 as well. It stays between -1
            and 1: only the first 3H rows are gates.
            {"gates[: 3 * H] *= 0.5": "gates *= 0.5", "gates[: 3 * H] += 0.5": "gates += 0.5"}
        output gate left out of the halves: You move two blocks only. The first 3H rows are gates: o, i and f.
            {"gates[: 3 * H] *= 0.5": "gates[H : 3 * H] *= 0.5",
             "gates[: 3 * H] += 0.5": "gates[H : 3 * H] += 0.5"}
        blocks read in Keras's order: You read the blocks as i, f, g, o. In this matrix they are o, i, f, g.
            {"o, i, f, g = gates": "i, f, g, o = gates"}
        forget and input gate exchanged: You read the blocks as o, f, i, g. They are o, i, f, g.
            {"o, i, f, g = gates": "o, f, i, g = gates"}
        nothing forgotten: The old cell state is not multiplied by the forget gate: `c *= f` comes before the
            sum.
            {"    c *= f\n": ""}
        old cell state lost: The old cell state does not come into the new one: c = f c_prev + i g.
            {"    c *= f\n    c += h\n": "    c[...] = h\n"}
        input gate left out: The candidate comes in whole. It is multiplied by the input gate: i g.
            {"np.multiply(i, g, out=h)": "np.copyto(h, g)"}
        forgotten after the sum: You multiply by the forget gate after adding i g, so the new part is
            forgotten as well: `c *= f` comes before `c += ...`.
            {"c *= f\n    c += h": "c += h\n    c *= f"}
        tanh of the cell state forgotten: What is shown goes through tanh: h = o tanh(c).
            {"np.tanh(c, out=h)": "np.copyto(h, c)"}
        output gate forgotten: What is shown is multiplied by the output gate: h = o tanh(c).
            {"    h *= o\n": ""}
        output gate inside the tanh: You take tanh(o c). The gate acts on what comes out of the tanh: o
            tanh(c).
            {"np.tanh(c, out=h)\n    h *= o": "np.multiply(o, c, out=h)\n    np.tanh(h, out=h)"}
        tanh taken in place: You put tanh(c) back into `c`. The next step needs c itself: the result belongs
            into `h`.
            {"np.tanh(c, out=h)\n    h *= o": "np.tanh(c, out=c)\n    np.multiply(o, c, out=h)"}
    """),
)


# The way back


def gate_slopes(o, i, f, g, c_prev, c):
    """What dh and dc are multiplied by on the way back, from what a forward pass has kept, each (T, H, N).

    Returns do_by_dh, dc_by_dh, di_by_dc, df_by_dc, dg_by_dc: the gradient of a gate is taken before its
    sigmoid or tanh, and dc_by_dh is what dh brings to the cell state.
    """
    tanh_c = np.tanh(c)
    do_by_dh = tanh_c * o * (1 - o)
    dc_by_dh = o * (1 - tanh_c**2)
    di_by_dc = g * i * (1 - i)
    df_by_dc = c_prev * f * (1 - f)
    dg_by_dc = i * (1 - g**2)
    return do_by_dh, dc_by_dh, di_by_dc, df_by_dc, dg_by_dc


def _slope_probes(rng):
    def kept(*shape):
        o, i, f = rng.uniform(0.05, 0.95, size=(3, *shape))
        g = rng.uniform(-0.95, 0.95, size=shape)
        c_prev = 1.5 * rng.normal(size=shape)
        return o, i, f, g, c_prev, f * c_prev + i * g

    o, i, f, g, _, _ = kept(5, 4, 3)
    return [
        Probe(kept(5, 4, 3)),
        Probe(kept(1, 2, 6), "for another size"),
        Probe((o, i, f, g, np.zeros((5, 4, 3)), i * g), "when the old cell state is zero"),
    ]


GATE_SLOPES = Exercise(
    reference=gate_slopes,
    title="All slopes before the loop",
    lesson="10",
    section="The way back",
    points=3,
    minutes=5,
    returns=("do_by_dh", "dc_by_dh", "di_by_dc", "df_by_dc", "dg_by_dc"),
    axes=dict.fromkeys(
        ("do_by_dh", "dc_by_dh", "di_by_dc", "df_by_dc", "dg_by_dc"), ("step", "unit", "sequence")
    ),
    probes=_slope_probes,
    hints=(
        "Take the backward step of lesson 3 and leave `dh` and `dc` out: what they are multiplied by is "
        "asked for. All steps at once, with no loop.",
        "The slopes come from outputs: o (1 - o) for a gate, 1 - g² for the candidate, 1 - tanh(c)² on the "
        "way through h.",
        "`tanh_c * o * (1 - o)`, `o * (1 - tanh_c**2)`, `g * i * (1 - i)`, `c_prev * f * (1 - f)`, `i * (1 - "
        "g**2)`.",
    ),
    mistakes=edits(r"""
        slopes of the gates missing: Your gates' gradients end behind the sigmoid. They are taken before it:
            multiply by o (1 - o), i (1 - i), f (1 - f).
            {" * o * (1 - o)": "", " * i * (1 - i)": "", " * f * (1 - f)": ""}
        slope of the output gate missing: `do_by_dh` ends behind the sigmoid. Multiply by o (1 - o).
            {" * o * (1 - o)": ""}
        slope of the input gate missing: `di_by_dc` ends behind the sigmoid. Multiply by i (1 - i).
            {" * i * (1 - i)": ""}
        slope of the forget gate missing: `df_by_dc` ends behind the sigmoid. Multiply by f (1 - f).
            {" * f * (1 - f)": ""}
        slope of the candidate missing: `dg_by_dc` ends behind the tanh. Multiply by 1 - g².
            {" * (1 - g**2)": ""}
        only 1 - f for the gates: The slope of the sigmoid is f (1 - f): the factor f is missing, and likewise
            o and i.
            {"tanh_c * o * (1 - o)": "tanh_c * (1 - o)", "g * i * (1 - i)": "g * (1 - i)",
             "c_prev * f * (1 - f)": "c_prev * (1 - f)"}
        tanh' for the gates: The gates come out of the sigmoid, whose slope is f (1 - f), not 1 - f².
            {"o * (1 - o)": "(1 - o**2)", "i * (1 - i)": "(1 - i**2)", "f * (1 - f)": "(1 - f**2)"}
        sigmoid' for the candidate: The candidate comes out of tanh, whose slope is 1 - g², not g (1 - g).
            {"(1 - g**2)": "g * (1 - g)"}
        1 - g without the square: The slope of the candidate's tanh is 1 - g², and the square is missing.
            {"(1 - g**2)": "(1 - g)"}
        1 - c² instead of 1 - tanh(c)²: You take 1 - c². The slope of tanh at c is 1 - tanh(c)².
            {"1 - tanh_c**2": "1 - c**2"}
        1 - tanh(c) without the square: The slope of tanh is 1 - tanh(c)², and the square is missing.
            {"1 - tanh_c**2": "1 - tanh_c"}
        slope at the old cell state: You take tanh of `c_prev`. What is shown is the new cell state, `c`.
            {"np.tanh(c)": "np.tanh(c_prev)"}
        tanh missing in do: The output gate multiplies tanh(c), so its gradient has tanh(c), not c.
            {"tanh_c * o * (1 - o)": "c * o * (1 - o)"}
        output gate missing on the way to c: On the way from h to c the output gate is missing: o (1 -
            tanh(c)²).
            {"o * (1 - tanh_c**2)": "1 - tanh_c**2"}
        tanh of the cell state passed over: On the way from h to c you pass the output gate only. The tanh
            has a slope as well: o (1 - tanh(c)²).
            {"o * (1 - tanh_c**2)": "o"}
        new cell state in df: Your forget gate takes the new cell state. It multiplies the old one, `c_prev`.
            {"c_prev * f": "c * f"}
        i and g exchanged: In the product i g each gets the other: g for the input gate, i for the
            candidate. You have them exchanged.
            {"di_by_dc = g *": "di_by_dc = i *", "dg_by_dc = i *": "dg_by_dc = g *"}
        input gate missing in dg: The candidate comes in through the input gate, so its gradient has the
            factor i.
            {"i * (1 - g**2)": "(1 - g**2)"}
        candidate missing in di: The input gate multiplies the candidate, so its gradient has the factor g.
            {"g * i * (1 - i)": "i * (1 - i)"}
        old cell state missing in df: The forget gate multiplies the old cell state, so its gradient has the
            factor `c_prev`.
            {"c_prev * f * (1 - f)": "f * (1 - f)"}
        dc_by_dh returned first: `do_by_dh` comes first, then `dc_by_dh`: you have the two exchanged.
            {"return do_by_dh, dc_by_dh,": "return dc_by_dh, do_by_dh,"}
        df returned before di: `di_by_dc` comes before `df_by_dc`: you have the two exchanged.
            {"return do_by_dh, dc_by_dh, di_by_dc, df_by_dc":
                "return do_by_dh, dc_by_dh, df_by_dc, di_by_dc"}
    """),
)


# Threads


def best_speedup(share, threads):
    """How many times as fast a run can be at best when a share of its time is divided among threads."""
    alone = 1 - share
    divided = share / threads
    return 1 / (alone + divided)


BEST_SPEEDUP = Exercise(
    reference=best_speedup,
    title="What a second thread can bring",
    lesson="10",
    section="A second thread",
    points=1,
    minutes=2,
    returns=("times as fast",),
    probes=lambda rng: [
        Probe((rng.uniform(0.3, 0.7), 3)),
        Probe((rng.uniform(0.3, 0.7), 2), "for two threads"),
        Probe((rng.uniform(0.3, 0.7), 1), "for one thread"),
        Probe((0.0, 4), "when nothing can be divided"),
        Probe((1.0, 4), "when all of it can be divided"),
    ],
    hints=(
        "Let the run take 1. Which part takes as long as before, and how long does the other part take now?",
        "`1 - share` is left as it is, `share / threads` is what becomes of the rest. Times as fast is old "
        "time by new time.",
        "`1 / (1 - share + share / threads)`.",
    ),
    mistakes=edits(r"""
        time instead of speed: That is the time which is left. Times as fast is the old time, 1, divided by
            it.
            {"1 / (alone + divided)": "alone + divided"}
        the part that is not divided left out: You count only the part that is divided. The rest takes as
            long as before: `1 - share`.
            {"alone + divided": "divided"}
        shares exchanged: You divide the part that cannot be divided. `share` is the one that can.
            {"alone = 1 - share": "alone = share", "divided = share /": "divided = (1 - share) /"}
        everything divided: You divide the whole run among the threads. Only `share` of it can be divided.
            {"alone = 1 - share": "alone = (1 - share) / threads"}
        multiplied instead of divided: Your divided part takes longer with more threads: share / threads.
            {"share / threads": "share * threads"}
        whole run beside the divided part: You leave the whole run and add the divided part to it. What cannot
            be divided is `1 - share`.
            {"alone = 1 - share": "alone = 1"}
        divided by one thread more: You divide by threads + 1. `threads` counts all of them, the first one
            too.
            {"share / threads": "share / (threads + 1)"}
        mean of the two speeds: You take a mean of speeds, 1 for one part and `threads` for the other. It is
            times that add up.
            {"1 / (alone + divided)": "alone + share * threads"}
    """),
)


# Questions

WHERE_TIME_GOES = Question(
    id="where_time_goes",
    title="Where the time goes",
    lesson="10",
    section="Where the time goes",
    points=1,
    minutes=2,
    question="On what does the blackboard cell spend most of its time, with 50 units and one input?",
    choices={
        "a": "On the multiplications in its matrix products.",
        "b": "On tanh, which is dear to compute.",
        "c": "On beginning its many operations, each of which does little.",
        "d": "On the two `for` loops of Python, whose lines are read one by one.",
    },
    answer="c",
    explanations={
        "a": (
            "All products of the batch, made in one long operation, take about a hundredth of the time. Look "
            "at the cell below."
        ),
        "b": (
            "A tanh costs several times as much as a product of two numbers, but there are few of them: in "
            "one long operation all of them take about a hundredth of the time."
        ),
        "c": (
            "An operation on fifty numbers takes little longer than one on a single number: its beginning is "
            "most of what it costs. A step has 27 of them, and one batch has 1920 steps."
        ),
        "d": (
            "A turn of a loop takes a small part of a microsecond, and there are 1920 of them. It is what "
            "stands inside that takes the time."
        ),
    },
    hints=(
        "How many multiplications are there in a step, and how many can a processor do in a microsecond?",
        "50 units and 51 numbers before them: about 10,000 multiplications in four products, which take a "
        "microsecond or less. A step takes some twenty.",
        "Would the cell be faster with a single unit?",
    ),
)

NOT_KEPT = Question(
    id="not_kept",
    title="What the way back does not need",
    lesson="10",
    section="The way back",
    points=1,
    minutes=1,
    question="Which of these need not be kept for the way back?",
    choices={
        "a": "The old cell states.",
        "b": "The sums before the sigmoids and the tanh.",
        "c": "The candidate.",
        "d": "The columns [h; x; 1].",
    },
    answer="b",
    explanations={
        "a": "The gradient of the forget gate has the old cell state as a factor.",
        "b": (
            "The slopes of sigmoid and tanh come from their outputs, f (1 - f) and 1 - g². So the sums can "
            "be overwritten in place, which is what `out=gates` does."
        ),
        "c": "The gradient of the input gate has the candidate as a factor.",
        "d": (
            "The gradient of the weights is the product of the gates' gradients with what the weights were "
            "multiplied by: these columns."
        ),
    },
    hints=(
        "Look at the arguments of `gate_slopes`.",
        "One more thing is needed, for the gradient of the weights: what they were multiplied by.",
        "From what do you compute the slope of a sigmoid: from what goes in, or from what comes out?",
    ),
)

"""Right answers to the exercises of lesson 03."""

import math

import numpy as np

from .entering import logistic, right


@right("lstm_gates")
def gate_by_gate(x, h, w):
    def sum_of(gate):
        return w["W" + gate][:, : len(h)] @ h + w["W" + gate][:, len(h) :] @ x + w["b" + gate]

    return logistic(sum_of("f")), logistic(sum_of("i")), np.tanh(sum_of("c")), logistic(sum_of("o"))


@right("lstm_gates")
def fused_gates(x, h_prev, weights):
    W = np.vstack([weights["W" + k] for k in "ficO".lower()])
    b = np.hstack([weights["b" + k] for k in "fico"])
    a = (W @ np.concatenate([h_prev, x]) + b).reshape(4, -1)
    f, i, o = logistic(a[[0, 1, 3]])
    return f, i, np.tanh(a[2]), o


@right("lstm_gates")
def gates_as_list(x, h_prev, weights):
    hx = np.append(h_prev, x)
    sums = {k: np.einsum("ij,j", weights["W" + k], hx) + weights["b" + k] for k in "fico"}
    return [logistic(sums["f"]), logistic(sums["i"]), np.tanh(sums["c"]), logistic(sums["o"])]


@right("lstm_gates")
def gates_as_matrix(x, h_prev, weights):
    return np.stack(gate_by_gate(x, h_prev, weights))


@right("lstm_gates")
def float32_gates(x, h_prev, weights):
    w = {name: array.astype(np.float32) for name, array in weights.items()}
    return gate_by_gate(x.astype(np.float32), h_prev.astype(np.float32), w)


@right("lstm_gates")
def naive_sigmoid_gates(x, h_prev, weights):
    v = np.concatenate((h_prev, x))
    f, i, o = (1 / (1 + np.exp(-(weights[f"W{k}"].dot(v) + weights[f"b{k}"]))) for k in "fio")
    return f, i, np.tanh(weights["Wc"].dot(v) + weights["bc"]), o


@right("lstm_cell")
def cell_from_gates(x, h_prev, c_prev, weights):
    f, i, g, o = gate_by_gate(x, h_prev, weights)
    c = f * c_prev + i * g
    return o * np.tanh(c), c


@right("lstm_cell")
def fused_cell(x, h, c, w):
    f, i, g, o = fused_gates(x, h, w)
    new = np.multiply(f, c) + np.multiply(i, g)
    return np.multiply(np.tanh(new), o), new


@right("lstm_cell")
def cell_as_array(x, h_prev, c_prev, weights):
    return np.array(cell_from_gates(x, h_prev, c_prev, weights))


@right("lstm_cell")
def cell_in_lists(x, h_prev, c_prev, weights):
    f, i, g, o = gate_by_gate(x, h_prev, weights)
    c = [f[k] * c_prev[k] + i[k] * g[k] for k in range(len(c_prev))]
    return [o[k] * math.tanh(c[k]) for k in range(len(c))], c


@right("lstm_cell")
def float32_cell_lstm(x, h_prev, c_prev, weights):
    f, i, g, o = float32_gates(x, h_prev, weights)
    c = f * c_prev.astype("float32") + i * g
    return o * np.tanh(c), c


@right("lstm_cell")
def works_on_copies(x, h_prev, c_prev, weights):
    f, i, g, o = gate_by_gate(x, h_prev, weights)
    c = c_prev.copy()
    c *= f
    c += i * g
    h = np.tanh(c)
    h *= o
    return h, c


@right("lstm_forward")
def filled_forward(xs, h0, c0, weights):
    hs, cs = np.empty((len(xs), len(h0))), np.empty((len(xs), len(c0)))
    h, c = h0, c0
    for t, x in enumerate(xs):
        hs[t], cs[t] = h, c = cell_from_gates(x, h, c, weights)
    return hs, cs


@right("lstm_forward")
def zipped(xs, h0, c0, weights):
    states = [(h0, c0)]
    for x in xs:
        states.append(fused_cell(x, *states[-1], weights))
    hs, cs = zip(*states[1:], strict=True)
    return np.array(hs), np.array(cs)


@right("lstm_forward")
def as_lists(xs, h0, c0, weights):
    hs, cs = [], []
    h, c = h0, c0
    for k in range(xs.shape[0]):
        h, c = cell_from_gates(xs[k], h, c, weights)
        hs.append(h.tolist())
        cs.append(c.tolist())
    return hs, cs


@right("lstm_forward")
def one_array(xs, h0, c0, weights):
    return np.stack(filled_forward(xs, h0, c0, weights))


@right("lstm_forward")
def projected_first(xs, h0, c0, weights):
    H = len(h0)
    W = np.concatenate([weights[f"W{k}"] for k in "ifco"])
    b = np.concatenate([weights[f"b{k}"] for k in "ifco"])
    a_x = xs @ W[:, H:].T + b
    h, c, hs, cs = h0, c0, [], []
    for row in a_x:
        i, f, g, o = np.split(row + W[:, :H] @ h, 4)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
        hs, cs = [*hs, h], [*cs, c]
    return np.vstack(hs), np.vstack(cs)


@right("lstm_forward")
def float32_sequence(xs, h0, c0, weights):
    hs, cs = filled_forward(xs, h0, c0, weights)
    return hs.astype(np.float32), cs.astype(np.float32)


@right("lstm_cell_backward")
def written_out_backward(dh, dc, x, h_prev, c_prev, weights):
    f, i, g, o = gate_by_gate(x, h_prev, weights)
    c = f * c_prev + i * g
    dct = dc + dh * o / np.cosh(c) ** 2
    af = dct * c_prev * f * (1 - f)
    ai = dct * g * i * (1 - i)
    ac = dct * i * (1 - g**2)
    ao = dh * np.tanh(c) * o * (1 - o)
    W, H = weights, len(h_prev)
    back = W["Wf"].T @ af + W["Wi"].T @ ai + W["Wc"].T @ ac + W["Wo"].T @ ao
    hx = np.concatenate([h_prev, x])[None]
    grads = {"Wf": af[:, None] * hx, "Wi": ai[:, None] * hx, "Wc": ac[:, None] * hx, "Wo": ao[:, None] * hx}
    grads.update(bf=af, bi=ai, bc=ac, bo=ao)
    return back[H:], back[:H], dct * f, grads


@right("lstm_cell_backward")
def fused_backward(dh, dc, x, h, c, w):
    f, i, g, o = fused_gates(x, h, w)
    t = np.tanh(f * c + i * g)
    d = dc + dh * o * (1 - t * t)
    da = np.concatenate([d * c * (f - f * f), d * g * (i - i * i), d * i * (1 - g * g), dh * t * (o - o * o)])
    back = da @ np.vstack([w["W" + k] for k in "fico"])
    dW = np.split(np.outer(da, np.concatenate([h, x])), 4)
    db = np.split(da, 4)
    weights = {f"W{k}": m for k, m in zip("fico", dW, strict=True)} | {
        f"b{k}": v for k, v in zip("fico", db, strict=True)
    }
    return back[len(h) :], back[: len(h)], d * f, weights


@right("lstm_cell_backward")
def listed_backward(dh, dc, x, h_prev, c_prev, weights):
    return list(written_out_backward(dh, dc, x, h_prev, c_prev, weights))


@right("lstm_cell_backward")
def numeric_backward(dh, dc, x, h_prev, c_prev, weights):
    def loss(x, h_prev, c_prev, weights):
        h, c = cell_from_gates(x, h_prev, c_prev, weights)
        return dh @ h + dc @ c

    def slope(array, evaluate):
        out = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[index] = 1e-5
            out[index] = (evaluate(array + step) - evaluate(array - step)) / 2e-5
        return out

    grads = {
        k: slope(w, lambda v, k=k: loss(x, h_prev, c_prev, {**weights, k: v})) for k, w in weights.items()
    }
    return (
        slope(x, lambda v: loss(v, h_prev, c_prev, weights)),
        slope(h_prev, lambda v: loss(x, v, c_prev, weights)),
        slope(c_prev, lambda v: loss(x, h_prev, v, weights)),
        grads,
    )


@right("lstm_cell_backward")
def float32_step_back(dh, dc, x, h_prev, c_prev, weights):
    single = [array.astype(np.float32) for array in (dh, dc, x, h_prev, c_prev)]
    return written_out_backward(*single, {name: array.astype(np.float32) for name, array in weights.items()})


@right("initial_biases")
def with_full(hidden_size, forget_bias=1.0):
    zeros = np.zeros(hidden_size)
    return dict(bf=np.full(hidden_size, forget_bias), bi=zeros, bc=zeros.copy(), bo=zeros + 0)


@right("initial_biases")
def with_ones(H, value=1):
    biases = {f"b{gate}": np.zeros(H) for gate in "fico"}
    biases["bf"] = value * np.ones(H)
    return biases


@right("initial_biases")
def as_python_lists(hidden_size, forget_bias=1.0):
    return {f"b{g}": [forget_bias if g == "f" else 0] * hidden_size for g in "ifco"}


@right("initial_biases")
def float32_biases(hidden_size, forget_bias=1.0):
    return {
        name: np.asarray(array, dtype=np.float32)
        for name, array in with_ones(hidden_size, forget_bias).items()
    }


@right("initial_biases")
def rows_of_a_matrix(hidden_size, forget_bias=1.0):
    table = np.zeros((4, hidden_size))
    table[0] = forget_bias
    return {"bf": table[0], "bi": table[1], "bc": table[2], "bo": table[3]}


@right("lstm_parameter_count")
def four_times(D, H):
    return 4 * H * (H + D + 1)


@right("lstm_parameter_count")
def summed(input_size, hidden_size):
    total = 0
    for _ in "fico":
        total += hidden_size * hidden_size + hidden_size * input_size + hidden_size
    return total


@right("lstm_parameter_count")
def from_keras_shapes(d, h):
    return np.prod((d, 4 * h)) + np.prod((h, 4 * h)) + 4 * h


@right("lstm_parameter_count")
def as_float_count(input_size, hidden_size):
    return 4.0 * four_times(input_size, hidden_size) / 4


@right("lstm_parameter_count")
def from_real_arrays(input_size, hidden_size):
    weights = {f"W{k}": np.zeros((hidden_size, hidden_size + input_size)) for k in "fico"}
    weights |= {f"b{k}": np.zeros(hidden_size) for k in "fico"}
    return sum(array.size for array in weights.values())


@right("fuse_weights")
def stacked_columns(weights):
    H = weights["bf"].size
    order = ["i", "f", "c", "o"]
    kernel = np.hstack([weights["W" + k][:, H:].T for k in order])
    recurrent = np.hstack([weights["W" + k][:, :H].T for k in order])
    return kernel, recurrent, np.hstack([weights["b" + k] for k in order])


@right("fuse_weights")
def filled_blocks(w):
    H, total = w["Wf"].shape
    kernel, recurrent, bias = np.zeros((total - H, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H)
    for k, gate in enumerate("ifco"):
        block = slice(k * H, (k + 1) * H)
        recurrent[:, block] = w["W" + gate][:, :H].T
        kernel[:, block] = w["W" + gate][:, H:].T
        bias[block] = w["b" + gate]
    return kernel, recurrent, bias


@right("fuse_weights")
def split_last(weights):
    H = len(weights["bi"])
    big = np.vstack((weights["Wi"], weights["Wf"], weights["Wc"], weights["Wo"]))
    recurrent, kernel = np.split(big.T, [H])
    return kernel, recurrent, np.r_[weights["bi"], weights["bf"], weights["bc"], weights["bo"]]


@right("fuse_weights")
def einsum_fuse(weights):
    H = len(weights["bi"])
    stack = np.stack([weights[f"W{k}"] for k in "ifco"])
    both = np.einsum("ghj->jgh", stack).reshape(-1, 4 * H)
    return [both[H:], both[:H], np.stack([weights[f"b{k}"] for k in "ifco"]).ravel()]


@right("fuse_weights")
def float32_fuse(weights):
    return tuple(array.astype(np.float32) for array in stacked_columns(weights))


@right("fuse_weights")
def fused_lists(weights):
    return tuple(array.tolist() for array in stacked_columns(weights))


@right("diagnoses")
def told_one_by_one():
    named = dict.fromkeys("ABCDEF", "")
    named["F"], named["A"] = "Softmax on one unit", "mask missing "
    named.update(C="rate too large", B="leak", D="labels shuffled", E="gradient accumulated")
    return named


@right("diagnoses")
def zipped_names():
    names = "mask missing,leak,rate too large,labels shuffled,gradient accumulated,softmax on one unit"
    return dict(zip("ABCDEF", names.split(","), strict=True))


@right("rate_from_test")
def by_running_sums(rates, losses, window=11):
    total = np.concatenate([[0.0], np.cumsum(losses)])
    return rates[np.argmin(total[window:] - total[:-window]) + window // 2] * 0.1


@right("rate_from_test")
def by_a_loop(rates, losses, window=11):
    best, found = float("inf"), None
    for start in range(len(losses) - window + 1):
        mean = sum(losses[start : start + window]) / window
        if mean < best - 1e-12:
            best, found = mean, rates[start + window // 2] / 10
    return found


@right("rate_from_test")
def by_sliding_windows(rates, losses, window=11):
    means = np.lib.stride_tricks.sliding_window_view(losses, window).mean(axis=1)
    middles = np.lib.stride_tricks.sliding_window_view(rates, window)[:, window // 2]
    return float(middles[means.argmin()]) / 10.0


@right("rate_from_test")
def by_means(rates, losses, window=11):
    means = np.convolve(losses, np.full(window, 1 / window), mode="valid")
    return rates[int(means.argmin()) + (window - 1) // 2] / 10


@right("rate_from_test")
def by_slices(rates, losses, window=11):
    starts = range(len(rates) - window + 1)
    lowest = min(starts, key=lambda start: np.mean(losses[start : start + window]))
    return rates[lowest : lowest + window][window // 2] / 10


@right("diagnoses")
def written_at_once():
    return {
        "F": "softmax on one unit",
        "E": "gradient accumulated",
        "D": "labels shuffled",
        "C": "rate too large",
        "B": "leak",
        "A": "mask missing",
    }


@right("diagnoses")
def in_capitals():
    return {letter: name.upper() for letter, name in zipped_names().items()}


@right("diagnoses")
def other_patients_too():
    return {**written_at_once(), "G": "in good health"}

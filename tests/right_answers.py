"""Right answers in other styles than the reference's: all must be accepted.

Loops and products, einsum, split or fused weights, float32, lists, other names, early returns.
"""

import math
from collections import Counter, defaultdict

import numpy as np

RIGHT = defaultdict(list)


def right(exercise):
    """Enter a function as a right answer to an exercise."""

    def enter(function):
        RIGHT[exercise].append(function)
        return function

    return enter


def logistic(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


# Lesson 0


@right("sigmoid")
def with_tanh(x):
    return 0.5 * np.tanh(0.5 * np.asarray(x)) + 0.5


@right("sigmoid")
def clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@right("sigmoid")
def in_two_halves(x):
    x = np.asarray(x, dtype=float)
    out = np.empty_like(x)
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    out[~positive] = e / (1 + e)
    return out


@right("sigmoid")
def silenced(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(x)))


@right("sigmoid")
def number_by_number(x):
    def one(value):
        return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))

    if np.ndim(x) == 0:
        return one(x)
    return np.array([one(value) for value in np.ravel(x)]).reshape(np.shape(x))


@right("sigmoid")
def with_logaddexp(x):
    return np.exp(-np.logaddexp(0, -np.asarray(x)))


@right("sigmoid")
def single_precision(x):
    return with_tanh(np.asarray(x, dtype=np.float32))


# Lesson 1


@right("rnn_cell")
def split_weights(x, h, w):
    W, b = w["Wh"], w["bh"]
    return np.tanh(W[:, : h.size] @ h + W[:, h.size :] @ x + b)


@right("rnn_cell")
def einsum_cell(x, h_prev, weights):
    return np.tanh(np.einsum("ij,j->i", weights["Wh"], np.r_[h_prev, x]) + weights["bh"])


@right("rnn_cell")
def unit_by_unit(x, h_prev, weights):
    joined = [*h_prev, *x]
    new = []
    for row, bias in zip(weights["Wh"], weights["bh"], strict=True):
        new.append(math.tanh(sum(w * v for w, v in zip(row, joined, strict=True)) + bias))
    return new


@right("rnn_cell")
def float32_cell(x, h_prev, weights):
    hx = np.concatenate([h_prev, x]).astype(np.float32)
    return np.tanh(weights["Wh"].astype(np.float32) @ hx + weights["bh"].astype(np.float32))


@right("rnn_cell")
def from_the_right(x, h_prev, weights):
    return np.tanh(np.hstack((h_prev, x)) @ weights["Wh"].T + weights["bh"])


@right("rnn_cell")
def bias_as_a_column(x, h_prev, weights):
    W = np.column_stack([weights["Wh"], weights["bh"]])
    return np.tanh(np.dot(W, np.append(np.append(h_prev, x), 1.0)))


@right("rnn_cell")
def tanh_by_exponentials(x, h_prev, weights):
    e = np.exp(-2 * (weights["Wh"] @ np.concatenate((h_prev, x)) + weights["bh"]))
    return (1 - e) / (1 + e)


@right("rnn_forward")
def filled_in(xs, h0, weights):
    hs = np.zeros((len(xs), len(h0)))
    h = h0
    for t in range(len(xs)):
        hs[t] = h = split_weights(xs[t], h, weights)
    return hs


@right("rnn_forward")
def with_h0_in_front(xs, h0, weights):
    states = [h0]
    for x in xs:
        states.append(einsum_cell(x, states[-1], weights))
    return np.stack(states[1:])


@right("rnn_forward")
def input_projected_at_once(xs, h0, weights):
    H = len(h0)
    projected = xs @ weights["Wh"][:, H:].T + weights["bh"]
    hs, h = [], h0
    for a in projected:
        h = np.tanh(a + weights["Wh"][:, :H] @ h)
        hs.append(h)
    return np.vstack(hs)


@right("rnn_forward")
def list_of_arrays(inputs, start, w):
    out = []
    for x in inputs:
        start = split_weights(x, start, w)
        out.append(start)
    return out


@right("rnn_forward")
def recursive(xs, h0, weights):
    if len(xs) == 0:
        return np.empty((0, len(h0)))
    h = split_weights(xs[0], h0, weights)
    return np.vstack([h[None], recursive(xs[1:], h, weights)])


@right("rnn_forward")
def float32_forward(xs, h0, weights):
    weights = {name: array.astype(np.float32) for name, array in weights.items()}
    return filled_in(xs.astype(np.float32), h0.astype(np.float32), weights).astype(np.float32)


@right("rnn_backward")
def split_backward(dhs, xs, h0, hs, weights):
    T, H = hs.shape
    before = np.vstack([h0[None], hs[:-1]])
    Whh, Wxh = weights["Wh"][:, :H], weights["Wh"][:, H:]
    das = np.zeros((T, H))
    dh = np.zeros(H)
    for t in range(T - 1, -1, -1):
        das[t] = (1 - hs[t] * hs[t]) * (dhs[t] + dh)
        dh = das[t] @ Whh
    return das @ Wxh, dh, {"Wh": das.T @ np.hstack([before, xs]), "bh": das.sum(axis=0)}


@right("rnn_backward")
def einsum_backward(dhs, xs, h0, hs, weights):
    dxs, dh0, grads = split_backward(dhs, xs, h0, hs, weights)
    return [dxs, dh0, {"bh": grads["bh"], "Wh": grads["Wh"]}]


@right("rnn_backward")
def lists_of_gradients(dhs, xs, h0, hs, w):
    H, rest = len(h0), 0.0
    dxs, dW, db = [], 0.0, 0.0
    for t in range(len(xs))[::-1]:
        prev = h0 if t == 0 else hs[t - 1]
        a = (dhs[t] + rest) * (1 - np.square(hs[t]))
        dW = dW + a[:, None] * np.concatenate([prev, xs[t]])[None, :]
        db = db + a
        rest = w["Wh"][:, :H].T @ a
        dxs.insert(0, w["Wh"][:, H:].T @ a)
    return dxs, rest, dict(Wh=dW, bh=db)


@right("rnn_backward")
def tanh_slope_from_forward(dhs, xs, h0, hs, weights):
    H = len(h0)
    dxs, dWh, dbh = np.empty_like(xs), np.zeros_like(weights["Wh"]), np.zeros_like(weights["bh"])
    dh = np.zeros_like(h0)
    t = len(xs)
    while t > 0:
        t -= 1
        h_prev = hs[t - 1] if t else h0
        hx = np.concatenate([h_prev, xs[t]])
        dh = dh + dhs[t]
        da = dh / np.cosh(weights["Wh"] @ hx + weights["bh"]) ** 2
        dWh += np.einsum("i,j->ij", da, hx)
        dbh += da
        dhx = da @ weights["Wh"]
        dh, dxs[t] = np.split(dhx, [H])
    return dxs, dh, {"Wh": dWh, "bh": dbh}


@right("rnn_backward")
def float32_backward(dhs, xs, h0, hs, weights):
    single = [array.astype(np.float32) for array in (dhs, xs, h0, hs)]
    return split_backward(*single, {name: array.astype(np.float32) for name, array in weights.items()})


@right("clip_by_global_norm")
def one_long_vector(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    if norm <= max_norm:
        return dict(gradients), norm
    return {k: g * (max_norm / norm) for k, g in gradients.items()}, norm


@right("clip_by_global_norm")
def as_torch_does(grads, limit):
    total = math.sqrt(sum(float((g**2).sum()) for g in grads.values()))
    return {k: g * min(1.0, limit / (total + 1e-6)) for k, g in grads.items()}, total


@right("clip_by_global_norm")
def with_copies(gradients, max_norm):
    gradients = {name: array.copy() for name, array in gradients.items()}
    norm = np.sqrt(sum(np.vdot(g, g) for g in gradients.values()))
    if norm > max_norm:
        for g in gradients.values():
            g *= max_norm / norm
    return gradients, norm


@right("clip_by_global_norm")
def norm_of_norms(gradients, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in gradients.values()])
    scale = 1.0 if norm < max_norm else max_norm / norm
    clipped = {}
    for name in gradients:
        clipped[name] = scale * gradients[name]
    return clipped, float(norm)


@right("clip_by_global_norm")
def in_single_precision(gradients, max_norm):
    return one_long_vector({k: g.astype(np.float32) for k, g in gradients.items()}, np.float32(max_norm))


@right("rnn_parameter_count")
def written_out(D, H, K):
    return H * H + H * D + H + H * K + K


@right("rnn_parameter_count")
def factored(d, h, k):
    return h * (h + d + 1) + k * (h + 1)


@right("rnn_parameter_count")
def from_shapes(input_size, hidden_size, output_size):
    shapes = [
        (hidden_size, hidden_size + input_size),
        (hidden_size,),
        (output_size, hidden_size),
        (output_size,),
    ]
    return sum(math.prod(shape) for shape in shapes)


@right("rnn_parameter_count")
def from_arrays(input_size, hidden_size, output_size):
    Wh, bh = np.zeros((hidden_size, hidden_size + input_size)), np.zeros(hidden_size)
    return Wh.size + bh.size + np.zeros((output_size, hidden_size)).size + output_size


@right("rnn_parameter_count")
def as_a_float(input_size, hidden_size, output_size):
    return float(factored(input_size, hidden_size, output_size))


# Lesson 2


@right("state_jacobian")
def with_diag(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return np.diag(1 - h**2) @ weights["Wh"][:, : len(h)]


@right("state_jacobian")
def with_einsum(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return np.einsum("i,ij->ij", 1 - h * h, weights["Wh"][:, : h.size])


@right("state_jacobian")
def entry_by_entry(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    n = range(len(h))
    return [[(1 - h[k] ** 2) * weights["Wh"][k, j] for j in n] for k in n]


@right("state_jacobian")
def numerically(x, h_prev, weights):
    step, columns = 1e-6, []
    for e in np.eye(len(h_prev)):
        up, down = (split_weights(x, h_prev + s * step * e, weights) for s in (1, -1))
        columns.append((up - down) / (2 * step))
    return np.stack(columns, axis=1)


@right("state_jacobian")
def transposed_twice(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return (weights["Wh"][:, : len(h)].T * (1 - h**2)).T


@right("state_jacobian")
def float32_jacobian(x, h_prev, weights):
    return with_diag(x, h_prev, weights).astype(np.float32)


@right("gradient_norms_by_lag")
def by_singular_values(J):
    P = np.eye(J.shape[-1])
    out = [1]
    for k in range(1, len(J) + 1):
        P = P @ J[-k]
        out.append(np.linalg.svd(P, compute_uv=False)[0])
    return out


@right("gradient_norms_by_lag")
def with_multi_dot(jacobians):
    norms = np.ones(len(jacobians) + 1)
    for k in range(len(jacobians)):
        lot = list(jacobians[len(jacobians) - 1 - k :][::-1])
        norms[k + 1] = np.linalg.norm(lot[0] if len(lot) == 1 else np.linalg.multi_dot(lot), ord=2)
    return norms


@right("gradient_norms_by_lag")
def transposed_walk(jacobians):
    product, norms = np.identity(jacobians.shape[1]), [1.0]
    for J in reversed(jacobians):
        product = J.T @ product
        norms += [np.linalg.norm(product, 2)]
    return np.array(norms)


@right("gradient_norms_by_lag")
def from_largest_eigenvalue(jacobians):
    product, norms = np.eye(jacobians.shape[1]), []
    for J in [None, *jacobians[::-1]]:
        product = product if J is None else product @ J
        norms.append(np.sqrt(np.linalg.eigvalsh(product.T @ product).max()))
    return np.array(norms)


@right("gradient_norms_by_lag")
def accumulated(jacobians):
    from itertools import accumulate

    products = accumulate(jacobians[::-1], np.matmul, initial=np.eye(len(jacobians[0])))
    return np.fromiter((np.linalg.norm(p, 2) for p in products), dtype=float)


@right("gradient_norms_by_lag")
def float32_norms(jacobians):
    return by_singular_values(jacobians.astype(np.float32))


@right("spectral_radius")
def eigenvalues_of_eig(m):
    values, _ = np.linalg.eig(m)
    return abs(values).max()


@right("spectral_radius")
def sorted_values(matrix):
    return sorted(np.abs(np.linalg.eigvals(matrix)))[-1]


@right("spectral_radius")
def real_and_imaginary(matrix):
    e = np.linalg.eigvals(matrix)
    return np.sqrt(e.real**2 + e.imag**2).max()


@right("spectral_radius")
def one_by_one(matrix):
    largest = 0.0
    for value in np.linalg.eigvals(matrix):
        if abs(value) > largest:
            largest = abs(value)
    return float(largest)


@right("spectral_radius")
def as_an_array(matrix):
    return np.array(np.linalg.norm(np.linalg.eigvals(matrix), np.inf))


@right("orthogonal")
def gram_schmidt(size, rng):
    columns = []
    for _ in range(size):
        v = rng.normal(size=size)
        for u in columns:
            v = v - (u @ v) * u
        columns.append(v / np.linalg.norm(v))
    return np.stack(columns, axis=1)


@right("orthogonal")
def polar(size, rng):
    u, _, vt = np.linalg.svd(rng.normal(size=(size, size)))
    return u @ vt


@right("orthogonal")
def signs_where(n, generator):
    q, r = np.linalg.qr(generator.standard_normal((n, n)))
    return np.where(np.diag(r) < 0, -q, q)


@right("orthogonal")
def random_signs(size, rng):
    q, _ = np.linalg.qr(rng.normal(size=(size, size)))
    return q * rng.choice([-1.0, 1.0], size=size)


@right("orthogonal")
def diagonal_matrix(size, rng):
    q, r = np.linalg.qr(rng.normal(0.0, 1.0, (size, size)))
    d = np.diag(r)
    return q @ np.diag(d / np.abs(d))


@right("orthogonal")
def transposed_qr(size, rng):
    return signs_where(size, rng).T


@right("memory_horizon")
def step_by_step(norms, threshold=0.01):
    for lag, norm in enumerate(norms):
        if norm / norms[0] < threshold:
            return lag
    return len(norms)


@right("memory_horizon")
def with_argmax(norms, threshold=0.01):
    under = np.array(norms) < threshold * norms[0]
    return np.argmax(under) if under.any() else len(under)


@right("memory_horizon")
def with_where(g, eps=0.01):
    lags = np.where(g / g[0] < eps)[0]
    if lags.size == 0:
        return len(g)
    return lags[0]


@right("memory_horizon")
def with_next(norms, threshold=0.01):
    return next((k for k in range(len(norms)) if norms[k] < threshold * norms[0]), len(norms))


@right("memory_horizon")
def with_sentinel(norms, threshold=1e-2):
    return int(np.argmax(np.append(norms / norms[0], -np.inf) < threshold))


@right("memory_horizon")
def as_float(norms, threshold=0.01):
    return float(step_by_step(list(norms), threshold))


# Lesson 3


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
    return dict(bf=np.full(hidden_size, forget_bias), bi=zeros, bc=zeros, bo=zeros)


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


# Lesson 7


@right("gru_cell")
def split_gru(x, h, w):
    H = h.shape[-1]

    def block(gate, state):
        return x @ w["W" + gate][:, H:].T + state @ w["W" + gate][:, :H].T + w["b" + gate]

    z, r = logistic(block("z", h)), logistic(block("r", h))
    return h + (1 - z) * (np.tanh(block("h", r * h)) - h)


@right("gru_cell")
def einsum_gru(x, h_prev, weights):
    hx = np.concatenate((h_prev, x), axis=-1)
    z, r = (logistic(np.einsum("ij,...j->...i", weights["W" + k], hx) + weights["b" + k]) for k in "zr")
    rhx = np.concatenate((r * h_prev, x), axis=-1)
    g = np.tanh(np.einsum("ij,...j->...i", weights["Wh"], rhx) + weights["bh"])
    return (1 - z) * g + z * h_prev


@right("gru_cell")
def both_gates_at_once(x, h_prev, weights):
    W, b = np.vstack([weights["Wz"], weights["Wr"]]), np.append(weights["bz"], weights["br"])
    z, r = np.split(logistic(np.concatenate([h_prev, x], -1) @ W.T + b), 2, axis=-1)
    g = np.tanh(np.concatenate([r * h_prev, x], -1) @ weights["Wh"].T + weights["bh"])
    return z * h_prev + (1 - z) * g


@right("gru_cell")
def row_by_row(x, h_prev, weights):
    if np.ndim(x) == 2:
        return [row_by_row(row, state, weights) for row, state in zip(x, h_prev, strict=True)]
    z = logistic(weights["Wz"] @ np.r_[h_prev, x] + weights["bz"])
    r = logistic(weights["Wr"] @ np.r_[h_prev, x] + weights["br"])
    g = np.tanh(weights["Wh"] @ np.r_[r * h_prev, x] + weights["bh"])
    return z * h_prev + (1 - z) * g


@right("gru_cell")
def float32_gru(x, h_prev, weights):
    single = {name: array.astype(np.float32) for name, array in weights.items()}
    return einsum_gru(x.astype(np.float32), h_prev.astype(np.float32), single)


@right("gru_cell")
def gru_in_columns(x, h_prev, weights):
    h, hx = h_prev.T, np.concatenate([h_prev.T, x.T])
    bias = {gate: weights["b" + gate].reshape(-1, *[1] * (h.ndim - 1)) for gate in "zrh"}
    z, r = (logistic(weights["W" + gate] @ hx + bias[gate]) for gate in "zr")
    g = np.tanh(weights["Wh"] @ np.concatenate([r * h, x.T]) + bias["h"])
    return (z * h + (1 - z) * g).T


@right("gru_parameter_count")
def three_times(D, H, reset_after=True):
    return 3 * H * (D + H + 1 + reset_after)


@right("gru_parameter_count")
def block_by_block(input_size, hidden_size, reset_after=True):
    total = 0
    for _ in "zrh":
        total += hidden_size * input_size + hidden_size * hidden_size + hidden_size
        if reset_after:
            total += hidden_size
    return total


@right("gru_parameter_count")
def gru_keras_shapes(d, h, after=True):
    shapes = [(d, 3 * h), (h, 3 * h), (2, 3 * h) if after else (3 * h,)]
    return sum(np.prod(shape) for shape in shapes)


@right("gru_parameter_count")
def returns_early(input_size, hidden_size, reset_after=True):
    one_bias = 3 * hidden_size * (hidden_size + input_size + 1)
    if not reset_after:
        return one_bias
    return one_bias + 3 * hidden_size


@right("gru_parameter_count")
def gru_float_count(input_size, hidden_size, reset_after=True):
    return float(three_times(input_size, hidden_size, reset_after))


@right("matched_gru_size")
def by_the_quadratic_formula(D, H):
    budget = 4 * H * (H + D + 1)
    units = (-(D + 2) + math.sqrt((D + 2) ** 2 + 4 * budget / 3)) / 2
    return math.floor(units + 1e-9)


@right("matched_gru_size")
def downwards(input_size, lstm_size):
    budget, units = 4 * lstm_size * (lstm_size + input_size + 1), 2 * lstm_size
    while three_times(input_size, units) > budget:
        units -= 1
    return units


@right("matched_gru_size")
def the_last_that_fits(input_size, lstm_size):
    budget = 4 * (lstm_size**2 + lstm_size * input_size + lstm_size)
    return max(u for u in range(1, 2 * lstm_size + 1) if block_by_block(input_size, u) <= budget)


@right("matched_gru_size")
def by_bisection(input_size, lstm_size):
    low, high = 1, 2 * lstm_size + 1
    while high - low > 1:
        middle = (low + high) // 2
        if three_times(input_size, middle) <= 4 * lstm_size * (lstm_size + input_size + 1):
            low = middle
        else:
            high = middle
    return low


@right("matched_gru_size")
def counted_at_once(D, H):
    units = np.arange(1, 2 * H + 1)
    return np.sum(3 * units * (units + D + 2) <= 4 * H * (H + D + 1))


@right("compare_over_seeds")
def without_a_loop(validation, test):
    best = validation.mean(axis=2).argmax(axis=1)
    scores = test[np.arange(len(test)), best]
    return scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])


@right("compare_over_seeds")
def in_plain_python(validation, test):
    means, errors = [], []
    for network in range(len(test)):
        recipes = [sum(scores) for scores in validation[network]]
        scores = list(test[network][recipes.index(max(recipes))])
        n, mean = len(scores), sum(scores) / len(scores)
        means.append(mean)
        errors.append(math.sqrt(sum((score - mean) ** 2 for score in scores) / (n - 1) / n))
    return means, errors


@right("compare_over_seeds")
def as_pairs(validation, test):
    pairs = []
    for tried, final in zip(validation, test, strict=True):
        scores = max(zip(tried.mean(axis=1), final, strict=True), key=lambda pair: pair[0])[1]
        pairs.append((scores.mean(), np.sqrt(scores.var(ddof=1) / scores.size)))
    return tuple(zip(*pairs, strict=True))


@right("compare_over_seeds")
def as_two_rows(validation, test):
    return np.array(without_a_loop(validation, test))


@right("compare_over_seeds")
def float32_scores(validation, test):
    return without_a_loop(validation.astype(np.float32), test.astype(np.float32))


@right("compare_over_seeds")
def taken_along_the_axis(validation, test):
    best = np.mean(validation, axis=-1, keepdims=True).argmax(axis=1, keepdims=True)
    scores = np.take_along_axis(test, best, axis=1)[:, 0]
    S = scores.shape[-1]
    return scores.sum(axis=-1) / S, scores.std(axis=-1) / math.sqrt(S - 1)


# Lesson 4


@right("build_vocabulary")
def counted_by_hand(texts, size):
    counts = {}
    for words in texts:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    words = sorted(sorted(counts), key=counts.get, reverse=True)
    vocabulary = {}
    for number in range(2, min(size, len(words) + 2)):
        vocabulary[words[number - 2]] = number
    return vocabulary


@right("build_vocabulary")
def zipped_vocabulary(texts, size):
    words, counts = np.unique(np.concatenate(texts), return_counts=True)
    order = np.argsort(-counts, kind="stable")[: size - 2]
    return dict(zip(words[order].tolist(), range(2, size), strict=False))


@right("build_vocabulary")
def updated_counter(texts, size):
    counts = Counter()
    for words in texts:
        counts.update(words)
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {word: np.int64(k + 2) for k, (word, _) in enumerate(pairs) if k + 2 < size}


@right("build_vocabulary")
def with_placeholders(texts, size):
    counts = Counter(word for words in texts for word in words)
    names = ["<pad>", "<unknown>", *sorted(counts, key=lambda w: (-counts[w], w))][:size]
    return {name: number for number, name in enumerate(names) if number > 1}


@right("build_vocabulary")
def counter_of_sorted(texts, size):
    ranked = Counter(sorted(word for words in texts for word in words)).most_common(size - 2)
    return {word: 2 + place for place, (word, _) in enumerate(ranked)}


@right("encode")
def joined_lists(texts, vocabulary, length):
    rows = []
    for words in texts:
        numbers = [vocabulary[word] if word in vocabulary else 1 for word in words]
        rows.append(([0] * length + numbers)[-length:])
    return rows


@right("encode")
def by_index(texts, vocabulary, length):
    rows = np.zeros((len(texts), length), dtype="int32")
    for n, words in enumerate(texts):
        kept = words[max(0, len(words) - length) :]
        for k, word in enumerate(kept):
            rows[n, length - len(kept) + k] = vocabulary.get(word, 1)
    return rows


@right("encode")
def backwards_encode(texts, vocabulary, length):
    rows = np.zeros((len(texts), length))
    for n, words in enumerate(texts):
        for k in range(1, min(length, len(words)) + 1):
            rows[n, -k] = vocabulary.get(words[-k], 1)
    return rows


@right("encode")
def padded_by_numpy(texts, vocabulary, length):
    def one(words):
        numbers = np.array([vocabulary.get(word, 1) for word in words], dtype=int)[-length:]
        return np.pad(numbers, (length - len(numbers), 0))

    return np.stack([one(words) for words in texts])


@right("encode")
def with_keyerror(texts, vocabulary, length):
    def number(word):
        try:
            return vocabulary[word]
        except KeyError:
            return 1

    return np.array([[0] * (length - len(w)) + [number(word) for word in w[-length:]] for w in texts])


@right("majority_baseline")
def with_bincount(train_labels, test_labels):
    return float((np.asarray(test_labels) == np.bincount(train_labels).argmax()).mean())


@right("majority_baseline")
def with_counter(train_labels, test_labels):
    answer, _ = Counter(train_labels.tolist()).most_common(1)[0]
    return sum(label == answer for label in test_labels) / len(test_labels)


@right("majority_baseline")
def with_max_of_set(train, test):
    train = list(train)
    answer = max(set(train), key=train.count)
    return np.array(list(test).count(answer) / len(test), dtype="float32")


@right("majority_baseline")
def with_constant_answers(train_labels, test_labels):
    values = np.unique(train_labels)
    answer = values[np.argmax([(train_labels == value).sum() for value in values])]
    return np.equal(np.full(len(test_labels), answer), test_labels).mean()


@right("majority_baseline")
def with_error_share(train_labels, test_labels):
    return 1 - np.mean(test_labels != np.bincount(train_labels).argmax())


@right("build_text_classifier")
def with_add(input_dim, output_dim=128, units=128):
    import keras

    model = keras.models.Sequential()
    model.add(keras.layers.Input((None,)))
    model.add(keras.layers.Embedding(input_dim=input_dim, output_dim=output_dim, mask_zero=True))
    model.add(keras.layers.LSTM(units=units, recurrent_dropout=0.2, dropout=0.2, return_sequences=False))
    model.add(keras.layers.Dense(64, "relu"))
    model.add(keras.layers.Dropout(rate=1 / 2))
    model.add(keras.layers.Dense(1, keras.activations.sigmoid))
    model.compile("adam", "binary_crossentropy")
    return model


@right("build_text_classifier")
def functional_classifier(input_dim, output_dim=128, units=128):
    import keras
    from keras import layers

    numbers = keras.Input((None,), dtype="int32")
    hidden = layers.Embedding(input_dim, output_dim, mask_zero=True)(numbers)
    hidden = layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2)(hidden)
    hidden = layers.Dropout(0.5)(layers.Dense(64, activation="relu")(hidden))
    model = keras.Model(numbers, layers.Dense(1, activation="sigmoid")(hidden))
    model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.BinaryCrossentropy())
    return model


@right("build_text_classifier")
def with_loss_function(vocabulary_size, words=128, H=128):
    import keras

    model = keras.Sequential(
        [
            keras.layers.InputLayer(shape=(None,)),
            keras.layers.Embedding(vocabulary_size, words, mask_zero=True),
            keras.layers.LSTM(H, dropout=0.2, recurrent_dropout=0.2),
            keras.layers.Dense(64, activation=keras.ops.relu),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate=0.001), keras.losses.binary_crossentropy)
    return model


@right("build_text_classifier")
def with_activation_layers(input_dim, output_dim=128, units=128):
    import keras
    from keras.layers import LSTM, Activation, Dense, Dropout, Embedding

    model = keras.Sequential([keras.Input((None,)), Embedding(input_dim, output_dim, mask_zero=True)])
    model.add(LSTM(units, dropout=0.2, recurrent_dropout=0.2))
    for layer in (Dense(64), Activation("relu"), Dropout(0.5), Dense(1), Activation("sigmoid")):
        model.add(layer)
    model.compile(optimizer="Adam", loss=keras.losses.get("binary_crossentropy"), metrics=["acc"])
    return model


@right("build_text_classifier")
def from_the_course(input_dim, output_dim=128, units=128):
    from lstm_course.models import text_classifier

    return text_classifier(input_dim, output_dim, units)


@right("masked_mean")
def text_by_text(outputs, mask):
    means = np.zeros((len(outputs), outputs.shape[2]))
    for n in range(len(outputs)):
        if mask[n].any():
            means[n] = outputs[n, mask[n]].mean(axis=0)
    return means


@right("masked_mean")
def einsum_mean(outputs, mask):
    weights = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.einsum("nth,nt->nh", outputs, weights)


@right("masked_mean")
def with_where_and_newaxis(outputs, mask):
    total = np.where(mask[..., np.newaxis], outputs, 0.0).sum(1)
    count = mask.sum(1)
    count[count == 0] = 1
    return (total.T / count).T


@right("masked_mean")
def summed_step_by_step(outputs, mask):
    N, T, H = outputs.shape
    total, count = np.zeros((N, H)), np.zeros((N, 1))
    for t in range(T):
        total += outputs[:, t] * mask[:, t : t + 1]
        count += mask[:, t : t + 1]
    return total / np.clip(count, 1, None)


@right("masked_mean")
def as_product(outputs, mask):
    single = outputs.astype("float32")
    total = (mask[:, None, :].astype("float32") @ single)[:, 0]
    return total / np.fmax(mask.sum(axis=1), 1).reshape(-1, 1)


@right("confusion")
def four_sums(labels, probabilities, threshold=0.5):
    said, true = np.asarray(probabilities) >= threshold, np.asarray(labels) == 1
    return [[(~true & ~said).sum(), (~true & said).sum()], [(true & ~said).sum(), (true & said).sum()]]


@right("confusion")
def with_add_at(labels, probabilities, threshold=0.5):
    matrix = np.zeros((2, 2))
    np.add.at(matrix, (labels, (probabilities >= threshold).astype(int)), 1)
    return matrix


@right("confusion")
def bincount_of_pairs(labels, probabilities, threshold=0.5):
    pairs = 2 * labels + np.where(probabilities < threshold, 0, 1)
    return np.bincount(pairs, minlength=4).reshape(2, 2)


@right("confusion")
def one_hot_product(labels, probabilities, cut=0.5):
    return np.eye(2)[labels].T @ np.eye(2)[(probabilities >= cut) * 1]


@right("confusion")
def with_counts(labels, probabilities, threshold=0.5):
    counts = Counter(zip(labels.tolist(), (probabilities >= threshold).tolist(), strict=True))
    return np.array([[counts[label, answer] for answer in (False, True)] for label in (0, 1)])


# Lesson 5


def _keras_layers():
    import keras

    return keras, keras.layers


@right("fix_the_stack")
def added_layer_by_layer(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    model = keras.Sequential()
    model.add(keras.Input((None,)))
    model.add(layers.Embedding(input_dim, output_dim, mask_zero=True))
    model.add(layers.LSTM(first, return_sequences=True))
    model.add(layers.LSTM(second))
    model.add(layers.Dense(1, "sigmoid"))
    return model


@right("fix_the_stack")
def as_functional_model(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    words = keras.Input((None,), dtype="int32")
    x = layers.Embedding(input_dim, output_dim, mask_zero=True)(words)
    x = layers.LSTM(first, return_sequences=True)(x)
    x = layers.LSTM(second)(x)
    return keras.Model(words, layers.Dense(1, activation="sigmoid")(x))


@right("fix_the_stack")
def without_an_input(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    return keras.Sequential([
        layers.Embedding(input_dim, output_dim, mask_zero=True),
        layers.LSTM(first, return_sequences=True),
        layers.LSTM(second),
        layers.Dense(1, activation="sigmoid"),
    ])


@right("fix_the_stack")
def compiled_and_with_dropout(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    model = keras.Sequential([
        keras.Input(shape=(None,), dtype="int32"),
        layers.Embedding(input_dim, output_dim, mask_zero=True),
        layers.LSTM(first, return_sequences=True, dropout=0.2),
        layers.Dropout(0.2),
        layers.LSTM(second),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy")
    return model


@right("fix_the_stack")
def activation_as_a_layer(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    units = layers.Dense(1), layers.Activation("sigmoid")
    lower = layers.RNN(layers.LSTMCell(first), return_sequences=True)
    table = layers.Embedding(input_dim, output_dim, mask_zero=True)
    return keras.Sequential([keras.Input((None,)), table, lower, layers.LSTM(second), *units])


@right("stacked_forward")
def in_two_functions(xs, layers):
    def one_layer(xs, weights):
        h, c, hs = np.zeros(len(weights["bo"])), np.zeros(len(weights["bo"])), []
        for x in xs:
            h, c = logistic_cell(x, h, c, weights)
            hs += [h]
        return hs

    for weights in layers:
        xs = one_layer(xs, weights)
    return xs


def logistic_cell(x, h, c, weights):
    a = {gate: weights["W" + gate] @ np.append(h, x) + weights["b" + gate] for gate in "fico"}
    c = logistic(a["f"]) * c + logistic(a["i"]) * np.tanh(a["c"])
    return logistic(a["o"]) * np.tanh(c), c


@right("stacked_forward")
def step_by_step_through_all_layers(xs, layers):
    states = [(np.zeros(len(w["bf"])), np.zeros(len(w["bf"]))) for w in layers]
    outputs = []
    for x in xs:
        for k, weights in enumerate(layers):
            states[k] = logistic_cell(x, *states[k], weights)
            x = states[k][0]
        outputs.append(x)
    return np.array(outputs)


@right("stacked_forward")
def recursively(xs, layers):
    if not layers:
        return xs
    return recursively(in_two_functions(xs, layers[:1]), layers[1:])


@right("stacked_forward")
def filled_in_float32(xs, layers):
    for weights in layers:
        H = weights["bf"].shape[0]
        hs = np.empty((len(xs), H), dtype="float32")
        h, c = np.zeros(H), np.zeros(H)
        for t in range(len(xs)):
            h, c = logistic_cell(xs[t], h, c, weights)
            hs[t] = h
        xs = hs
    return xs


@right("stacked_forward")
def with_the_fast_layers(xs, layers):
    from lstm_course.scratch import LSTM

    for weights in layers:
        layer = LSTM(xs.shape[1], len(weights["bf"]), dtype="float64", seed=0)
        layer.load_cell_weights(weights)
        xs = layer.forward(xs[None])[0][0]
    return xs


@right("stack_parameter_count")
def with_pairs_of_sizes(input_dim, output_dim, units):
    sizes = [output_dim, *units]
    lstms = sum(4 * H * (D + H + 1) for D, H in zip(sizes, units, strict=False))
    return input_dim * output_dim + lstms + units[-1] + 1


@right("stack_parameter_count")
def weight_by_weight(input_dim, output_dim, units):
    shapes, D = [(input_dim, output_dim)], output_dim
    for H in units:
        shapes += [(D, 4 * H), (H, 4 * H), (4 * H,)]
        D = H
    return sum(math.prod(shape) for shape in [*shapes, (D, 1), (1,)])


@right("stack_parameter_count")
def with_arrays(input_dim, output_dim, units):
    H = np.array(units)
    D = np.concatenate([[output_dim], H[:-1]])
    return np.sum(4 * H * (D + H + 1)) + input_dim * output_dim + H[-1] + 1


@right("stack_parameter_count")
def counted_as_a_float(input_dim, output_dim, units):
    return float(with_pairs_of_sizes(input_dim, output_dim, units))


@right("stack_parameter_count")
def recursively_counted(input_dim, output_dim, units):
    def lstms(D, units):
        return 4 * units[0] * (D + units[0] + 1) + lstms(units[0], units[1:]) if units else D + 1

    return input_dim * output_dim + lstms(output_dim, list(units))


@right("bidirectional_forward")
def two_loops(xs, forward, backward):
    T, H = len(xs), len(forward["bf"])
    hs = np.zeros((T, 2 * H))
    h, c = np.zeros(H), np.zeros(H)
    for t in range(T):
        h, c = logistic_cell(xs[t], h, c, forward)
        hs[t, :H] = h
    h, c = np.zeros(H), np.zeros(H)
    for t in reversed(range(T)):
        h, c = logistic_cell(xs[t], h, c, backward)
        hs[t, H:] = h
    return hs


@right("bidirectional_forward")
def with_hstack(xs, forward, backward):
    return np.hstack([in_two_functions(xs, [forward]), in_two_functions(xs[::-1], [backward])[::-1]])


@right("bidirectional_forward")
def both_row_by_row(xs, forward, backward):
    left, right = in_two_functions(xs, [forward]), in_two_functions(list(reversed(xs)), [backward])
    return [[*row, *other] for row, other in zip(left, reversed(right), strict=True)]


@right("bidirectional_forward")
def flipped(xs, forward, backward):
    ahead = np.array(in_two_functions(xs, [forward]), dtype="float32")
    back = np.flip(in_two_functions(np.flip(xs, axis=0), [backward]), axis=0)
    return np.concatenate((ahead, back), axis=-1)


@right("bidirectional_forward")
def inserted_at_the_front(xs, forward, backward):
    right, h = [], np.zeros(len(backward["bf"]))
    c = h.copy()
    for x in xs[::-1]:
        h, c = logistic_cell(x, h, c, backward)
        right.insert(0, h)
    return np.column_stack([in_two_functions(xs, [forward]), right])


@right("variational_dropout_masks")
def broadcast_masks(N, T, H, rate, rng):
    return np.broadcast_to((rng.random((N, H)) >= rate)[:, None, :] / (1 - rate), (N, T, H))


@right("variational_dropout_masks")
def binomial_masks(N, T, H, rate, rng):
    keep = 1 - rate
    return np.tile(rng.binomial(1, keep, size=(N, 1, H)) / keep, (1, T, 1))


@right("variational_dropout_masks")
def chosen_masks(N, T, H, rate, rng):
    one = rng.choice([0, 1 / (1 - rate)], p=[rate, 1 - rate], size=(N, H))
    return np.stack([one] * T, axis=1)


@right("variational_dropout_masks")
def masks_in_loops(N, T, H, rate, rng):
    masks = np.empty((N, T, H), dtype="float32")
    for n in range(N):
        for j in range(H):
            masks[n, :, j] = 0 if rng.uniform() < rate else 1 / (1 - rate)
    return masks


@right("variational_dropout_masks")
def masks_with_where(N, T, H, rate, rng):
    mask = np.where(rng.uniform(size=(N, 1, H)) < rate, 0.0, 1 / (1 - rate))
    return mask * np.ones((1, T, 1))


# Lesson 6


@right("create_sequences")
def sequences_by_comprehension(data, seq_length):
    n = len(data)
    X = np.stack([data[k - seq_length : k] for k in range(seq_length, n)])
    return X, data[seq_length:, [0]]


@right("create_sequences")
def sequences_by_view(data, seq_length):
    X = np.lib.stride_tricks.sliding_window_view(data, seq_length, axis=0)[:-1]
    return X.transpose(0, 2, 1), data[seq_length:, :1]


@right("create_sequences")
def sequences_by_index(data, seq_length):
    starts = np.arange(len(data) - seq_length)[:, None]
    return data[starts + np.arange(seq_length)], data[:, 0][starts + seq_length]


@right("create_sequences")
def sequences_filled_in(data, seq_length):
    count = data.shape[0] - seq_length
    X, y = np.empty((count, seq_length, data.shape[1])), np.empty((count, 1))
    for k in range(count):
        X[k] = data[k : k + seq_length]
        y[k, 0] = data[k + seq_length, 0]
    return X, y


@right("create_sequences")
def sequences_as_lists_in_float32(data, seq_length):
    X, y = sequences_by_view(data.astype("float32"), seq_length)
    return X.tolist(), y.tolist()


@right("chronological_split")
def split_from_the_end(data, test_size, seq_length):
    return data[:-test_size], data[-test_size - seq_length :]


@right("chronological_split")
def split_and_joined(data, test_size, seq_length):
    train, last = np.split(data, [len(data) - test_size])
    return train, np.concatenate([train[-seq_length:], last])


@right("chronological_split")
def split_by_mask(data, test_size, seq_length):
    step = np.arange(len(data))
    first = len(data) - test_size
    return data[step < first].copy(), data[step >= first - seq_length].copy()


@right("chronological_split")
def split_into_lists(data, test_size, seq_length):
    rows = data.tolist()
    cut = len(rows) - test_size
    return [rows[:cut], rows[cut - seq_length :]]


@right("chronological_split")
def split_by_take(data, test_size, seq_length):
    n = data.shape[0]
    return (np.take(data, range(n - test_size), axis=0),
            np.take(data, range(n - test_size - seq_length, n), axis=0))


@right("scale_without_leakage")
def scaled_with_ptp(train, test):
    low, span = np.min(train, 0), np.ptp(train, axis=0)
    return (train - low) / span, (test - low) / span


@right("scale_without_leakage")
def scaled_column_by_column(train, test):
    a, b = np.zeros(train.shape), np.zeros(test.shape)
    for k in range(train.shape[1]):
        low, high = min(train[:, k]), max(train[:, k])
        a[:, k] = (train[:, k] - low) / (high - low)
        b[:, k] = (test[:, k] - low) / (high - low)
    return a, b


@right("scale_without_leakage")
def scaled_by_function(train, test):
    low, high = train.min(axis=0, keepdims=True), train.max(axis=0, keepdims=True)

    def scale(part):
        return (part - low) / (high - low)

    return scale(train), scale(test)


@right("scale_without_leakage")
def scaled_by_sklearn_formula(train, test):
    factor = 1 / (np.amax(train, axis=0) - np.amin(train, axis=0))
    offset = -np.amin(train, axis=0) * factor
    return train * factor + offset, test * factor + offset


@right("scale_without_leakage")
def scaled_by_interpolation(train, test):
    both = np.concatenate([train, test])
    ordered = np.sort(train, axis=0)
    scaled = (both - ordered[0]) / (ordered[-1] - ordered[0])
    return scaled[: len(train)], scaled[len(train) :]


@right("seasonal_naive")
def season_resized(past, period, horizon):
    return np.resize(past[-period:], horizon)


@right("seasonal_naive")
def season_tiled(past, period, horizon):
    return np.tile(past[len(past) - period :], horizon // period + 1)[:horizon]


@right("seasonal_naive")
def season_looked_up(past, period, horizon):
    return [past[len(past) - period + h % period] for h in range(horizon)]


@right("seasonal_naive")
def season_grown(past, period, horizon):
    series = list(past)
    for _ in range(horizon):
        series.append(series[-period])
    return np.array(series[len(past) :])


@right("seasonal_naive")
def season_by_negative_index(past, period, horizon):
    return np.array([past[-period + h % period] for h in range(horizon)], dtype="float32")


@right("mase")
def mase_in_loops(truth, forecast, train, period):
    above = sum(abs(t - f) for t, f in zip(truth, forecast, strict=True)) / len(truth)
    below = [abs(train[k] - train[k - period]) for k in range(period, len(train))]
    return above / (sum(below) / len(below))


@right("mase")
def mase_of_scaled_misses(truth, forecast, train, period):
    naive = np.abs(np.subtract(train[period:], train[: len(train) - period])).mean()
    return np.abs((forecast - truth) / naive).mean()


@right("mase")
def mase_by_norms(truth, forecast, train, period):
    def error(a, b):
        return np.linalg.norm(a - b, 1) / len(a)

    return float(error(truth, forecast) / error(train[period:], train[:-period]))


@right("mase")
def mase_by_average(truth, forecast, train, period):
    steps = train[period:] - train[:-period]
    return np.array(np.average(np.sqrt((truth - forecast) ** 2)) / np.average(np.sqrt(steps**2)))


@right("mase")
def mase_rounded(truth, forecast, train, period):
    return round(mase_in_loops(truth, forecast, train, period), 8)


@right("recursive_forecast")
def recursive_by_append(predict, data, start, seq_length, horizon):
    window = data[start - seq_length : start]
    forecasts = []
    for _ in range(horizon):
        forecasts.append(predict(window))
        window = np.append(window[1:], forecasts[-1])
    return forecasts


@right("recursive_forecast")
def recursive_in_one_array(predict, data, start, seq_length, horizon):
    series = np.concatenate([data[:start], np.zeros(horizon)])
    for t in range(start, start + horizon):
        series[t] = predict(series[t - seq_length : t])
    return series[start:]


@right("recursive_forecast")
def recursive_by_roll(predict, data, start, seq_length, horizon):
    window = data[start - seq_length : start].copy()
    out = np.empty(horizon)
    for h in range(horizon):
        out[h] = predict(window)
        window = np.roll(window, -1)
        window[-1] = out[h]
    return out


@right("recursive_forecast")
def recursive_on_a_list(predict, data, start, seq_length, horizon):
    known = data[start - seq_length : start].tolist()
    while len(known) < seq_length + horizon:
        known.append(float(predict(np.array(known[-seq_length:]))))
    return known[seq_length:]


@right("recursive_forecast")
def recursive_by_itself(predict, data, start, seq_length, horizon):
    if horizon == 0:
        return np.array([])
    value = predict(data[start - seq_length : start])
    longer = np.append(data[:start], value)
    return np.append(value, recursive_by_itself(predict, longer, start + 1, seq_length, horizon - 1))

"""Right answers to the exercises of lesson 09."""

import math

import numpy as np

from .entering import logistic, right


@right("min_gru_step")
def moved_towards_the_candidate(x, h, w):
    z = logistic(w["Wz"] @ x + w["bz"])
    g = w["Wh"] @ x + w["bh"]
    return h + (1 - z) * (g - h)


@right("min_gru_step")
def both_products_at_once(x, h_prev, weights):
    W, b = np.vstack([weights["Wz"], weights["Wh"]]), np.append(weights["bz"], weights["bh"])
    a, g = np.split(W @ x + b, 2)
    z = logistic(a)
    return z * h_prev + (1 - z) * g


@right("min_gru_step")
def unit_by_unit(x, h_prev, weights):
    h = []
    for k in range(len(h_prev)):
        a = sum(weights["Wz"][k, d] * x[d] for d in range(len(x))) + weights["bz"][k]
        g = sum(weights["Wh"][k, d] * x[d] for d in range(len(x))) + weights["bh"][k]
        z = 1 / (1 + math.exp(-a))
        h.append(z * h_prev[k] + (1 - z) * g)
    return h


@right("min_gru_step")
def einsum_min_gru(x, h_prev, weights):
    a, g = (np.einsum("hd,d->h", weights["W" + k], x) + weights["b" + k] for k in "zh")
    return np.einsum("kh,kh->h", [logistic(a), logistic(-a)], [h_prev, g])


@right("min_gru_step")
def float32_min_gru(x, h_prev, weights):
    single = {name: array.astype(np.float32) for name, array in weights.items()}
    return moved_towards_the_candidate(x.astype(np.float32), h_prev.astype(np.float32), single)


@right("min_gru_backward")
def carried_first(dhs, h0, hs, z, g):
    d = np.array(dhs)
    for t in range(len(d) - 1, 0, -1):
        d[t - 1] += z[t] * d[t]
    before = np.vstack([h0[None], hs[:-1]])
    return d * (before - g) * z * (1 - z), d * (1 - z), z[0] * d[0]


@right("min_gru_backward")
def as_lists(dhs, h0, hs, z, g):
    da_z, dg, back = [], [], 0 * h0
    for t in range(len(hs) - 1, -1, -1):
        back = back + dhs[t]
        before = h0 if t == 0 else hs[t - 1]
        da_z.insert(0, back * (before - g[t]) * z[t] * (1 - z[t]))
        dg.insert(0, back - back * z[t])
        back = back * z[t]
    return da_z, dg, back


@right("min_gru_backward")
def as_a_matrix_of_products(dhs, h0, hs, z, g):
    T = len(z)
    d = np.zeros(z.shape)
    for t in range(T):
        for later in range(t, T):
            d[t] += dhs[later] * np.prod(z[t + 1 : later + 1], axis=0)
    before = np.concatenate([h0.reshape(1, -1), hs[:-1]])
    return d * (before - g) * z * (1 - z), d * (1 - z), d[0] * z[0]


@right("min_gru_backward")
def float32_min_backward(dhs, h0, hs, z, g):
    return carried_first(*(array.astype(np.float32) for array in (dhs, h0, hs, z, g)))


@right("min_gru_backward")
def turned_in_time(dhs, h0, hs, z, g):
    d, back = np.empty_like(dhs), np.zeros_like(h0)
    for t, (own, kept) in enumerate(zip(dhs[::-1], z[::-1], strict=True)):
        d[-1 - t] = own + back
        back = kept * d[-1 - t]
    change = np.append(h0[None], hs[:-1], axis=0) - g
    return change * d * (z - z**2), d - z * d, back


@right("combine")
def put_in(a1, b1, a2, b2):
    def both(h):
        return a2 * (a1 * h + b1) + b2

    return both(1.0) - both(0.0), both(0.0)


@right("combine")
def as_a_list(first_a, first_b, second_a, second_b):
    return [first_a * second_a, second_b + second_a * first_b]


@right("combine")
def by_matrices(a1, b1, a2, b2):
    def matrix(a, b):
        one, zero = np.ones_like(a), np.zeros_like(a)
        return np.moveaxis(np.array([[a, b], [zero, one]]), (0, 1), (-2, -1))

    both = matrix(np.asarray(a2), np.asarray(b2)) @ matrix(np.asarray(a1), np.asarray(b1))
    return both[..., 0, 0], both[..., 0, 1]


@right("combine")
def with_numpy_functions(a1, b1, a2, b2):
    return np.multiply(a1, a2), np.add(np.multiply(a2, b1), b2)


@right("combine")
def float32_combine(a1, b1, a2, b2):
    a1, b1, a2, b2 = (np.asarray(part, np.float32) for part in (a1, b1, a2, b2))
    return a1 * a2, b2 + a2 * b1


@right("scan")
def step_by_step(a, b):
    hs, h = np.zeros(b.shape), np.zeros(b.shape[1])
    for t in range(len(a)):
        h = a[t] * h + b[t]
        hs[t] = h
    return hs


@right("scan")
def halved(a, b):
    if len(a) < 2:
        return b
    half = len(a) // 2
    first, second = halved(a[:half], b[:half]), halved(a[half:], b[half:])
    return np.concatenate([first, second + np.cumprod(a[half:], axis=0) * first[-1]])


@right("scan")
def pairs_first(a, b):
    if len(a) < 2:
        return b
    even = len(a) // 2 * 2
    joined = pairs_first(a[1:even:2] * a[0:even:2], a[1:even:2] * b[0:even:2] + b[1:even:2])
    hs = np.zeros(b.shape)
    hs[1:even:2] = joined
    before = np.concatenate([np.zeros((1, b.shape[1])), joined])
    hs[::2] = a[::2] * before[: len(hs[::2])] + b[::2]
    return hs


@right("scan")
def doubling_filled_up(a, b):
    step = 1
    while step < len(a):
        one, nothing = np.ones_like(a[:step]), np.zeros_like(b[:step])
        before_a, before_b = np.concatenate([one, a[:-step]]), np.concatenate([nothing, b[:-step]])
        a, b = a * before_a, a * before_b + b
        step *= 2
    return b


@right("scan")
def as_nested_lists(a, b):
    hs, h = [], [0.0] * b.shape[1]
    for row_a, row_b in zip(a.tolist(), b.tolist(), strict=True):
        h = [x * y + z for x, y, z in zip(row_a, h, row_b, strict=True)]
        hs.append(h)
    return hs


@right("scan")
def in_place_on_a_copy(a, b):
    a, b = np.array(a), np.array(b)
    for power in range(math.ceil(math.log2(len(a))) if len(a) > 1 else 0):
        step = 2**power
        b[step:] += a[step:] * b[:-step]
        a[step:] = a[step:] * a[:-step]
    return b


@right("parity_by_hand")
def chosen(bits):
    return np.where(bits == 1, -1, 1), np.zeros_like(bits)


@right("parity_by_hand")
def as_a_power(bits):
    return (-1.0) ** bits, 0.0 * bits


@right("parity_by_hand")
def bit_by_bit(bits):
    a = []
    for bit in bits:
        if bit:
            a.append(-1)
        else:
            a.append(1)
    return a, [0] * len(bits)


@right("parity_by_hand")
def looked_up(bits):
    return np.array([1.0, -1.0])[bits], np.zeros(len(bits))


@right("parity_by_hand")
def as_a_cosine(bits):
    return np.cos(np.pi * bits).astype(np.float32), np.zeros(bits.shape, np.float32)


@right("slstm_step")
def chosen_by_where(log_f, log_i, g, c, n, m):
    m_new = np.where(log_f + m > log_i, log_f + m, log_i)
    kept, new = np.exp(log_f + m - m_new), np.exp(log_i - m_new)
    weight = kept * n + new
    memory = kept * c + new * g
    return memory / weight, memory, weight, m_new


@right("slstm_step")
def slstm_unit_by_unit(log_f, log_i, g, c, n, m):
    rows = []
    for lf, li, new, c_k, n_k, m_k in zip(log_f, log_i, g, c, n, m, strict=True):
        top = max(lf + m_k, li)
        f, i = math.exp(lf + m_k - top), math.exp(li - top)
        rows.append(((f * c_k + i * new) / (f * n_k + i), f * c_k + i * new, f * n_k + i, top))
    return tuple(zip(*rows, strict=True))


@right("slstm_step")
def both_gates_at_once_slstm(log_f, log_i, g, c, n, m):
    exponents = np.stack([log_f + m, log_i])
    m = exponents.max(axis=0)
    gates = np.exp(exponents - m)
    c = (gates * np.stack([c, g])).sum(axis=0)
    n = (gates * np.stack([n, np.ones_like(n)])).sum(axis=0)
    return np.array([c / n, c, n, m])


@right("slstm_step")
def one_of_them_is_one(log_f, log_i, g, c, n, m):
    ahead = log_i - (log_f + m)
    i, f = np.exp(np.minimum(ahead, 0)), np.exp(np.minimum(-ahead, 0))
    c, n = f * c + i * g, f * n + i
    return c / n, c, n, log_i - np.minimum(ahead, 0)


@right("slstm_step")
def weights_as_logarithms(log_f, log_i, g, c, n, m):
    old, new = log_f + m, log_i
    m_new = new + np.maximum(old - new, 0)
    f, i = np.exp(old - m_new), np.exp(new - m_new)
    share = i / (f * n + i)
    return (1 - share) * c / np.where(n > 0, n, 1) + share * g, f * c + i * g, f * n + i, m_new


@right("memory_write")
def by_broadcasting(C, n, key, value, f, i):
    return f * C + i * value[:, None] * key, f * n + i * key


@right("memory_write")
def einsum_write(C, n, key, value, f, i):
    return f * C + np.einsum("v,d->vd", i * value, key), n * f + key * i


@right("memory_write")
def entry_by_entry(C, n, key, value, f, i):
    rows = [[f * C[r][k] + i * value[r] * key[k] for k in range(len(key))] for r in range(len(value))]
    return rows, [f * n[k] + i * key[k] for k in range(len(key))]


@right("memory_write")
def in_one_matrix(C, n, key, value, f, i):
    both = f * np.vstack([C, n]) + i * np.outer(np.append(value, 1.0), key)
    return both[:-1], both[-1]


@right("memory_write")
def float32_write(C, n, key, value, f, i):
    C, n, key, value = (array.astype(np.float32) for array in (C, n, key, value))
    return by_broadcasting(C, n, key, value, np.float32(f), np.float32(i))


@right("memory_read")
def from_the_left(C, n, query):
    return query @ C.T / np.maximum(np.abs(np.dot(n, query)), 1)


@right("memory_read")
def with_an_if(C, n, query):
    overlap = sum(a * b for a, b in zip(n, query, strict=True))
    if overlap < 0:
        overlap = -overlap
    return C.dot(query) if overlap < 1 else C.dot(query) / overlap


@right("memory_read")
def einsum_read(C, n, query):
    return np.einsum("vd,d->v", C, query) / max(np.abs(np.einsum("d,d", n, query)), 1.0)


@right("memory_read")
def row_by_row_read(C, n, query):
    floor = max(1.0, math.fabs(float(n @ query)))
    return [float(row @ query) / floor for row in C]


@right("memory_read")
def float32_read(C, n, query):
    return from_the_left(*(array.astype(np.float32) for array in (C, n, query)))


@right("attention")
def padding_cut_off(queries, keys, values, counts):
    weights = np.zeros((len(queries), len(keys)))
    scores = queries @ keys[counts].T
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights[:, counts] = shares / shares.sum(axis=1, keepdims=True)
    return weights @ values, weights


@right("attention")
def query_by_query(queries, keys, values, counts):
    found, weights = [], []
    for query in queries:
        scores = keys @ query
        scores[~counts] = -np.inf
        share = np.exp(scores - np.max(scores))
        share /= np.sum(share)
        weights.append(share)
        found.append(share @ values)
    return found, weights


@right("attention")
def einsum_attention(queries, keys, values, counts):
    scores = np.einsum("ud,td->ut", queries, keys)
    shares = np.exp(
        scores - np.max(scores[:, counts], axis=1)[:, None], where=counts, out=np.zeros_like(scores)
    )
    weights = np.einsum("ut,u->ut", shares, 1 / shares.sum(axis=1))
    return np.einsum("ut,tv->uv", weights, values), weights


@right("attention")
def large_negative_score(queries, keys, values, counts):
    scores = queries @ keys.T - 1e9 * ~counts
    scores = scores - scores.max(axis=-1)[:, None]
    return np.exp(scores) @ values / np.exp(scores).sum(-1)[:, None], np.exp(scores) / np.exp(scores).sum(-1)[
        :, None
    ]


@right("attention")
def in_log_space(queries, keys, values, counts):
    scores = np.where(counts[None, :], queries @ keys.T, -np.inf)
    total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    weights = np.exp(scores - total)
    return np.matmul(weights, values), weights


@right("attention")
def float32_attention(queries, keys, values, counts):
    return padding_cut_off(*(array.astype(np.float32) for array in (queries, keys, values)), counts)

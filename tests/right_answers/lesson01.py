"""Right answers to the exercises of lesson 01."""

import math

import numpy as np

from .entering import right


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
        return {k: g.copy() for k, g in gradients.items()}, norm
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

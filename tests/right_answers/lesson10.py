"""Right answers to the exercises of lesson 10."""

import numpy as np

from .entering import right


@right("engine_weights")
def block_by_block(kernel, recurrent_kernel, bias):
    H = recurrent_kernel.shape[0]
    blocks = []
    for k, factor in ((3, 0.5), (0, 0.5), (1, 0.5), (2, 1.0)):
        columns = slice(k * H, (k + 1) * H)
        block = np.hstack([recurrent_kernel[:, columns].T, kernel[:, columns].T, bias[columns, None]])
        blocks.append(factor * block)
    return np.vstack(blocks)


@right("engine_weights")
def by_index(kernel, recurrent_kernel, bias):
    H = len(bias) // 4
    order = np.r_[3 * H : 4 * H, : 2 * H, 2 * H : 3 * H]
    W = np.concatenate([recurrent_kernel, kernel, bias[np.newaxis]]).T[order]
    W[: 3 * H] /= 2
    return W


@right("engine_weights")
def filled_in(kernel, recurrent_kernel, bias):
    D, H = len(kernel), len(recurrent_kernel)
    W = np.empty((4, H, H + D + 1))
    W[:, :, :H] = recurrent_kernel.T.reshape(4, H, H)[[3, 0, 1, 2]]
    W[:, :, H:-1] = kernel.T.reshape(4, H, D)[[3, 0, 1, 2]]
    W[:, :, -1] = bias.reshape(4, H)[[3, 0, 1, 2]]
    W[:3] *= 0.5
    return W.reshape(4 * H, -1)


@right("engine_weights")
def scaled_columns(kernel, recurrent_kernel, bias):
    H = recurrent_kernel.shape[0]
    scale = np.repeat([0.5, 0.5, 1.0, 0.5], H)
    rows = np.vstack((recurrent_kernel, kernel, bias)) * scale
    return np.roll(rows, H, axis=1).T


@right("engine_weights")
def in_lists(kernel, recurrent_kernel, bias):
    H = len(recurrent_kernel)
    rows = [*recurrent_kernel.tolist(), *kernel.tolist(), bias.tolist()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    i, f, c, o = (columns[k * H : (k + 1) * H] for k in range(4))
    return [[0.5 * number for number in row] for row in o + i + f] + c


@right("engine_weights")
def single_precision(kernel, recurrent_kernel, bias):
    return by_index(*(array.astype(np.float32) for array in (kernel, recurrent_kernel, bias)))


@right("column_step")
def with_dot(W, S, gates, c, h):
    H = c.shape[0]
    W.dot(S, gates)
    np.tanh(gates, gates)
    oif = gates[: 3 * H]
    oif *= 0.5
    oif += 0.5
    np.multiply(gates[2 * H : 3 * H], c, c)
    np.multiply(gates[H : 2 * H], gates[3 * H :], h)
    np.add(c, h, c)
    np.tanh(c, h)
    return np.multiply(gates[:H], h, h)


@right("column_step")
def with_numpy_dot(W, S, gates, c, h):
    np.dot(W, S, out=gates)
    gates = np.tanh(gates, out=gates)
    o, i, f, g = np.split(gates, 4)
    for gate in (o, i, f):
        gate *= 0.5
        gate += 0.5
    h[:] = i
    h *= g
    c *= f
    c += h
    h[:] = c
    np.tanh(h, out=h)
    h *= o
    return h


@right("column_step")
def as_a_cube(W, S, gates, c, h):
    np.matmul(W, S, out=gates)
    np.tanh(gates, out=gates)
    cube = gates.reshape(4, *c.shape)
    np.multiply(cube[:3], 0.5, out=cube[:3])
    np.add(cube[:3], 0.5, out=cube[:3])
    np.multiply(cube[1], cube[3], out=h)
    np.multiply(cube[2], c, out=c)
    np.add(c, h, out=c)
    np.tanh(c, out=h)
    return np.multiply(h, cube[0], out=h)


@right("column_step")
def shifted_first(W, S, gates, c, h):
    H = len(c)
    np.matmul(W, S, out=gates)
    np.tanh(gates, out=gates)
    gates[: 3 * H] += 1
    gates[: 3 * H] /= 2
    np.multiply(c, gates[2 * H : 3 * H], out=c)
    np.multiply(gates[3 * H :], gates[H : 2 * H], out=h)
    c += h
    np.tanh(c, out=h)
    h *= gates[:H]
    return h


@right("column_step")
def with_einsum(W, S, gates, c, h):
    H = len(c)
    np.einsum("rk,kn->rn", W, S, out=gates)
    np.tanh(gates, out=gates)
    gates[:-H] *= 0.5
    gates[:-H] += 0.5
    c *= gates[2 * H : -H]
    np.multiply(gates[H : 2 * H], gates[-H:], out=h)
    c += h
    return np.multiply(gates[:H], np.tanh(c, out=h), out=h)


@right("gate_slopes")
def step_by_step(o, i, f, g, c_prev, c):
    found = []
    for t in range(len(o)):
        shown = np.tanh(c[t])
        found.append(
            (
                shown * o[t] * (1 - o[t]),
                o[t] - o[t] * shown**2,
                g[t] * i[t] * (1 - i[t]),
                c_prev[t] * f[t] * (1 - f[t]),
                i[t] * (1 + g[t]) * (1 - g[t]),
            )
        )
    return [np.array(rows) for rows in zip(*found, strict=True)]


@right("gate_slopes")
def by_what_is_kept(o, i, f, g, c_prev, c):
    """As the layer does it: h, i g and f c_prev are there already."""
    tanh_c = np.tanh(c)
    h, i_g, f_c = o * tanh_c, i * g, f * c_prev
    return h - h * o, o - h * tanh_c, i_g - i_g * i, f_c - f_c * f, i - i_g * g


@right("gate_slopes")
def with_cosh(o, i, f, g, c_prev, c):
    return (
        np.tanh(c) * (o - o**2),
        o / np.cosh(c) ** 2,
        g * (i - i**2),
        c_prev * (f - f**2),
        i - i * g**2,
    )


@right("gate_slopes")
def single_slopes(o, i, f, g, c_prev, c):
    return by_what_is_kept(*(np.float32(array) for array in (o, i, f, g, c_prev, c)))


@right("gate_slopes")
def stacked_slopes(o, i, f, g, c_prev, c):
    gates = np.stack([o, i, f])
    slope = gates * (1 - gates)
    times = np.stack([np.tanh(c), g, c_prev])
    do, di, df = times * slope
    return do, o * (1 - np.tanh(c) ** 2), di, df, i * (1 - np.square(g))


@right("best_speedup")
def in_one_line(share, threads):
    return threads / (threads - share * (threads - 1))


@right("best_speedup")
def saved(share, threads):
    saving = share * (1 - 1 / threads)
    return 1 / (1 - saving)


@right("best_speedup")
def old_by_new(share, threads):
    old = 100.0
    new = old * (1 - share) + old * share / threads
    return old / new


@right("best_speedup")
def as_an_array(share, threads):
    return np.reciprocal(np.dot([1 - share, share], [1.0, 1 / threads]))


@right("best_speedup")
def one_after_the_other(share, threads):
    time = 1.0
    time -= share
    time += share / threads
    return np.float32(1 / time)

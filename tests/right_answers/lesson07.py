"""Right answers to the exercises of lesson 07."""

import math

import numpy as np

from .entering import logistic, right


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

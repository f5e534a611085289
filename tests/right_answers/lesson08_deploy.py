"""Right answers to the exercises of lesson 08."""

import itertools

import numpy as np

from .entering import logistic, right

# ---- State, and out of the notebook


def cell(x, h, c, w):
    hx = np.concatenate([np.asarray(h), np.asarray(x)], axis=-1)
    f, i, o = (logistic(hx @ np.asarray(w["W" + k]).T + w["b" + k]) for k in "fio")
    c = f * c + i * np.tanh(hx @ np.asarray(w["Wc"]).T + w["bc"])
    return o * np.tanh(c), c


def run(x, w):
    h = c = np.zeros(len(w["bf"]))
    for row in x:
        h, c = cell(row, h, c, w)
    return h


@right("read_each")
def a_function_for_one(series, weights):
    return np.stack([run(x, weights) for x in series])


@right("read_each")
def as_a_list(series, weights):
    return [list(run(x, weights)) for x in series]


@right("read_each")
def rows_of_zeros(series, weights):
    states = np.zeros((len(series), len(weights["bi"])))
    for k, x in enumerate(series):
        memory = np.zeros_like(states[k])
        for t in range(len(x)):
            states[k], memory = cell(x[t], states[k], memory, weights)
    return states


@right("read_each")
def all_at_once_with_a_mask(series, weights):
    longest, H = max(map(len, series)), len(weights["bf"])
    h, c = np.zeros((len(series), H)), np.zeros((len(series), H))
    for t in range(longest):
        alive = np.array([t < len(x) for x in series])
        x = np.array([x[min(t, len(x) - 1)] for x in series])
        new_h, new_c = cell(x, h, c, weights)
        h, c = np.where(alive[:, None], new_h, h), np.where(alive[:, None], new_c, c)
    return h


@right("read_each")
def in_single_precision(series, weights):
    small = {name: array.astype("float32") for name, array in weights.items()}
    return np.array([run(x.astype("float32"), small) for x in series], "float32")


@right("forecast_from")
def with_a_function(saved, past):
    zero, unit = saved["zero"], saved["unit"]
    h = run(((past - zero) / unit)[:, None], saved)
    return zero + unit * (h @ saved["Wy"] + saved["by"])


@right("forecast_from")
def value_by_value(saved, past):
    h = c = np.zeros(len(saved["Wy"]))
    for value in past:
        h, c = cell([(value - saved["zero"]) / saved["unit"]], h, c, saved)
    return float(sum(saved["Wy"] * h) + saved["by"]) * saved["unit"] + saved["zero"]


@right("forecast_from")
def scaled_output_weights(saved, past):
    Wy, by = saved["Wy"] * saved["unit"], saved["by"] * saved["unit"] + saved["zero"]
    return np.dot(Wy, run(np.array([[(p - saved["zero"]) / saved["unit"]] for p in past]), saved)) + by


@right("forecast_from")
def as_a_batch_of_one(saved, past):
    x = (np.asarray(past) / saved["unit"] - saved["zero"] / saved["unit"]).reshape(1, -1, 1)
    h = c = np.zeros((1, len(saved["bo"])))
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], h, c, saved)
    return (h @ saved["Wy"] + saved["by"])[0] * saved["unit"] + saved["zero"]


@right("forecast_from")
def forecast_in_float32(saved, past):
    small = {name: np.asarray(array, "float32") for name, array in saved.items()}
    return with_a_function(small, past.astype("float32"))


@right("lstm_from_torch")
def slice_by_slice(state):
    H = state["weight_hh_l0"].shape[1]
    weights = {}
    for k, gate in enumerate(["i", "f", "c", "o"]):
        rows = slice(k * H, (k + 1) * H)
        weights[f"W{gate}"] = np.hstack([state["weight_hh_l0"][rows], state["weight_ih_l0"][rows]])
        weights[f"b{gate}"] = state["bias_hh_l0"][rows] + state["bias_ih_l0"][rows]
    return weights


@right("lstm_from_torch")
def with_reshape(state):
    H = len(state["bias_hh_l0"]) // 4
    W = np.concatenate([state["weight_hh_l0"], state["weight_ih_l0"]], axis=-1).reshape(4, H, -1)
    b = (state["bias_hh_l0"] + state["bias_ih_l0"]).reshape(4, H)
    return {"Wi": W[0], "Wf": W[1], "Wc": W[2], "Wo": W[3], "bi": b[0], "bf": b[1], "bc": b[2], "bo": b[3]}


@right("lstm_from_torch")
def filled_in(state):
    H, D = state["weight_hh_l0"].shape[1], state["weight_ih_l0"].shape[1]
    weights = {"W" + gate: np.empty((H, H + D)) for gate in "fico"}
    weights.update({"b" + gate: np.zeros(H) for gate in "fico"})
    for k, gate in enumerate("ifco"):
        weights["W" + gate][:, :H] = state["weight_hh_l0"][k * H : (k + 1) * H]
        weights["W" + gate][:, H:] = state["weight_ih_l0"][k * H : (k + 1) * H]
        for name in ("bias_ih_l0", "bias_hh_l0"):
            weights["b" + gate] += state[name][k * H : (k + 1) * H]
    return weights


@right("lstm_from_torch")
def as_nested_lists(state):
    return {name: array.tolist() for name, array in with_reshape(state).items()}


@right("lstm_from_torch")
def torch_in_float32(state):
    return {name: array.astype(np.float32) for name, array in slice_by_slice(state).items()}


@right("lstm_from_torch")
def from_columns(state):
    both = np.vstack([state["weight_hh_l0"].T, state["weight_ih_l0"].T])
    bias = np.sum([state["bias_ih_l0"], state["bias_hh_l0"]], axis=0)
    W, b = np.hsplit(both, 4), np.split(bias, 4)
    return {f"W{gate}": W[k].T for k, gate in enumerate("ifco")} | {
        f"b{gate}": b[k] for k, gate in enumerate("ifco")
    }


@right("cusum")
def with_where(residuals, slack):
    up, down = np.zeros(len(residuals)), np.zeros(len(residuals))
    high = low = 0
    for t, r in enumerate(residuals):
        high, low = high + r - slack, low - r - slack
        high, low = (high if high > 0 else 0), (low if low > 0 else 0)
        up[t], down[t] = high, low
    return up, down


@right("cusum")
def with_accumulate(residuals, slack):
    def one(sign):
        sums = itertools.accumulate(residuals, lambda s, r: max(0, s + sign * r - slack), initial=0)
        return list(sums)[1:]

    return one(1), one(-1)


@right("cusum")
def walk_above_its_lowest_point(residuals, slack):
    """The sum kept at 0 is the free sum, seen from the lowest point that it has reached."""

    def one(steps):
        walk = np.cumsum(steps)
        return walk - np.minimum(np.minimum.accumulate(walk), 0)

    return one(residuals - slack), one(-residuals - slack)


@right("cusum")
def both_in_one_array(residuals, slack):
    sums = np.zeros((len(residuals) + 1, 2))
    for t, r in enumerate(residuals):
        sums[t + 1] = np.maximum(0, sums[t] + np.array([r, -r]) - slack)
    return sums[1:, 0], sums[1:, 1]


@right("cusum")
def cusum_in_float32(residuals, slack):
    up, down = both_in_one_array(residuals.astype("float32"), np.float32(slack))
    return np.float32(up), np.float32(down)


@right("cusum")
def one_turned_round(residuals, slack):
    def upwards(values):
        sums, last = [], 0.0
        for value in values:
            last = max(last + value - slack, 0.0)
            sums.append(last)
        return np.array(sums)

    return upwards(residuals), upwards([-value for value in residuals])

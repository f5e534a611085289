"""Right answers to the exercises of lesson 06."""

import numpy as np

from .entering import right


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
    return (
        np.take(data, range(n - test_size), axis=0),
        np.take(data, range(n - test_size - seq_length, n), axis=0),
    )


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


@right("walk_forward")
def walked_with_while(forecast, data, start, horizon=1, every=1):
    truth, made, origin = [], [], start
    while origin + horizon <= len(data):
        truth.append(list(data[origin : origin + horizon]))
        made.append(list(forecast(data[:origin], horizon)))
        origin += every
    return truth, made


@right("walk_forward")
def walked_by_comprehension(forecast, data, start, horizon=1, every=1):
    origins = range(start, len(data) - horizon + 1, every)
    truth = np.stack([data[k : k + horizon] for k in origins])
    return truth, np.stack([forecast(data[:k].copy(), horizon) for k in origins])


@right("walk_forward")
def walked_by_view(forecast, data, start, horizon=1, every=1):
    truth = np.lib.stride_tricks.sliding_window_view(data, horizon)[start::every]
    made = np.empty(truth.shape)
    for row in range(len(truth)):
        made[row] = forecast(data[: start + row * every], horizon)
    return truth, made


@right("walk_forward")
def walked_by_count(forecast, data, start, horizon=1, every=1):
    count = (len(data) - start - horizon) // every + 1
    origins = start + every * np.arange(count)
    truth = data[origins[:, None] + np.arange(horizon)]
    return truth, np.vstack([np.asarray(forecast(data[:origin], horizon)) for origin in origins])


@right("walk_forward")
def walked_until_the_data_end(forecast, data, start, horizon=1, every=1):
    pairs = []
    for origin in range(start, len(data), every):
        ahead = data[origin : origin + horizon]
        if len(ahead) < horizon:
            break
        pairs.append((ahead, forecast(data[:origin], horizon)))
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


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

"""Right answers to the exercises of lesson 05."""

import math

import numpy as np

from .entering import logistic, right


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
    return keras.Sequential(
        [
            layers.Embedding(input_dim, output_dim, mask_zero=True),
            layers.LSTM(first, return_sequences=True),
            layers.LSTM(second),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


@right("fix_the_stack")
def compiled_and_with_dropout(input_dim, output_dim, first, second):
    keras, layers = _keras_layers()
    model = keras.Sequential(
        [
            keras.Input(shape=(None,), dtype="int32"),
            layers.Embedding(input_dim, output_dim, mask_zero=True),
            layers.LSTM(first, return_sequences=True, dropout=0.2),
            layers.Dropout(0.2),
            layers.LSTM(second),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
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

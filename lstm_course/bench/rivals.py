"""What `lstm-course bench` compares: the same training in NumPy, on the blackboard, in Keras and PyTorch.

Every rival trains the same network (recurrent layer, last state, one output, squared error, Adam) on the same
data from the same weights. A rival is a function of a `Contest`; it makes everything ready and returns a
function `train(updates)`, which makes that many updates and returns their mean loss.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Dense,
    LastStep,
    Sequential,
    gru_cell,
    lstm_cell,
    mean_squared_error,
    rnn_cell,
    to_keras,
    train_step,
)
from lstm_course.scratch.cells import bare_sigmoid

LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
BATCHES = 8  # different batches that a rival trains on in turn


@dataclass(frozen=True)
class Contest:
    """What is trained: the kind of layer and its sizes.

    Attributes:
        kind: "RNN", "LSTM" or "GRU".
        batch, steps, features, hidden: N, T, D and H.

    Example:
        >>> Contest("LSTM", 32, 60, 1, 50).size
        (32, 60, 1, 50)
    """

    kind: str
    batch: int
    steps: int
    features: int
    hidden: int

    @property
    def size(self):
        """(N, T, D, H)"""
        return self.batch, self.steps, self.features, self.hidden

    def model(self, **options):
        """Our network, always with the same initial weights."""
        layer = LAYERS[self.kind](self.features, self.hidden, seed=0, **options)
        return Sequential([layer, LastStep(), Dense(self.hidden, 1, seed=1)])

    def data(self):
        """Inputs (B, N, T, D) and targets (B, N, 1) of a few batches."""
        x = np.random.default_rng(0).normal(size=(BATCHES, *self.size[:3])).astype("float32")
        return x, x.mean(axis=(2, 3))[:, :, None]

    def batches(self):
        """The batches, one after the other, without end."""
        return itertools.cycle(zip(*self.data(), strict=True))

    @property
    def floating_point_operations(self):
        """Of the matrix products in one update of an LSTM: forward, back to h, weight gradient."""
        N, T, D, H = self.size
        rows = H + D + 1
        return 2 * N * T * 4 * H * (rows + H + rows)


def ours(contest, **options):
    """The layers of this course."""
    model, adam, batches = contest.model(**options), Adam(), contest.batches()

    def train(updates):
        return np.mean(
            [train_step(model, x, y, mean_squared_error, adam) for x, y in itertools.islice(batches, updates)]
        )

    return train


# ---- the blackboard: the cells in a loop, and each cell's derivative written down as it comes


def blackboard(contest):
    """The bare mathematics of `cells.py`, step by step, with plain Adam."""
    weights, batches = blackboard_weights(contest), contest.batches()
    means = {name: np.zeros_like(w) for name, w in weights.items()}
    squares = {name: np.zeros_like(w) for name, w in weights.items()}
    counter = itertools.count(1)

    def train(updates):
        losses = []
        for x, y in itertools.islice(batches, updates):
            loss, gradients = blackboard_gradients(contest.kind, weights, x, y)
            losses.append(loss)
            adam(weights, gradients, means, squares, next(counter))
        return np.mean(losses)

    return train


def blackboard_weights(contest):
    """The weights of `contest.model()` in the form of `cells.py`; Wy and by are those of the output."""
    # On the blackboard the reset gate acts before the recurrent product.
    options = {"reset_after": False} if contest.kind == "GRU" else {}
    layer, _, dense = contest.model(**options).layers
    return layer.cell_weights() | {"Wy": dense.weights["kernel"].T.copy(), "by": dense.weights["bias"].copy()}


def blackboard_gradients(kind, weights, x, y):
    """Loss and gradients of one batch, by backpropagation through time.

    Args:
        kind: "RNN", "LSTM" or "GRU".
        weights: as `blackboard_weights` makes them.
        x, y: inputs (N, T, D), targets (N, 1).

    Returns:
        (loss, gradients): a float, and a dict like `weights`.
    """
    forward, backward, states = CELLS[kind]
    N, T, _ = x.shape
    start = [np.zeros((N, weights["Wy"].shape[1]), x.dtype)] * states
    history = [start]
    for t in range(T):
        new = forward(x[:, t], *history[-1], weights)
        history.append(new if states > 1 else [new])
    h = history[-1][0]
    error = h @ weights["Wy"].T + weights["by"] - y
    gradients = {name: np.zeros_like(w) for name, w in weights.items()}
    d = error * (2 / error.size)
    gradients["Wy"], gradients["by"] = d.T @ h, d.sum(axis=0)
    d_states = [d @ weights["Wy"], *(np.zeros_like(h) for _ in range(states - 1))]
    for t in reversed(range(T)):
        d_states = backward(x[:, t], history[t], history[t + 1], d_states, weights, gradients)
    return float(np.mean(error**2)), gradients


def rnn_backward(x, before, after, d_states, weights, gradients):
    (h_prev,), (h,), (dh,) = before, after, d_states
    hx = np.concatenate([h_prev, x], axis=1)
    return [add_gradient("h", dh * (1 - h**2), hx, weights, gradients)[:, : h.shape[1]]]


def lstm_backward(x, before, after, d_states, weights, gradients):
    (h_prev, c_prev), (_, c), (dh, dc) = before, after, d_states
    hx = np.concatenate([h_prev, x], axis=1)
    f, i, o = (bare_sigmoid(hx @ weights["W" + gate].T + weights["b" + gate]) for gate in "fio")
    g = np.tanh(hx @ weights["Wc"].T + weights["bc"])
    tanh_c = np.tanh(c)
    dc = dc + dh * o * (1 - tanh_c**2)
    dhx = (
        add_gradient("f", dc * c_prev * f * (1 - f), hx, weights, gradients)
        + add_gradient("i", dc * g * i * (1 - i), hx, weights, gradients)
        + add_gradient("c", dc * i * (1 - g**2), hx, weights, gradients)
        + add_gradient("o", dh * tanh_c * o * (1 - o), hx, weights, gradients)
    )
    return [dhx[:, : h_prev.shape[1]], dc * f]


def gru_backward(x, before, _, d_states, weights, gradients):
    (h_prev,), (dh,) = before, d_states
    H = h_prev.shape[1]
    hx = np.concatenate([h_prev, x], axis=1)
    z, r = (bare_sigmoid(hx @ weights["W" + gate].T + weights["b" + gate]) for gate in "zr")
    rhx = np.concatenate([r * h_prev, x], axis=1)
    g = np.tanh(rhx @ weights["Wh"].T + weights["bh"])
    d_rh = add_gradient("h", dh * (1 - z) * (1 - g**2), rhx, weights, gradients)[:, :H]
    dhx = add_gradient("z", dh * (h_prev - g) * z * (1 - z), hx, weights, gradients) + add_gradient(
        "r", d_rh * h_prev * r * (1 - r), hx, weights, gradients
    )
    return [dhx[:, :H] + dh * z + d_rh * r]


def add_gradient(gate, da, hx, weights, gradients):
    """Add what a gate's gradient da (N, H) means for its weights; return what it means for [h_prev, x]."""
    gradients["W" + gate] += da.T @ hx
    gradients["b" + gate] += da.sum(axis=0)
    return da @ weights["W" + gate]


def adam(weights, gradients, means, squares, step):
    """Adam with the defaults of Keras, array by array (Kingma & Ba 2015)."""
    rate = 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    for name, gradient in gradients.items():
        means[name] = 0.9 * means[name] + 0.1 * gradient
        squares[name] = 0.999 * squares[name] + 0.001 * gradient**2
        weights[name] -= np.float32(rate) * means[name] / (np.sqrt(squares[name]) + 1e-7)


# Without the checks of the arguments, which would be timed too.
CELLS = {
    "RNN": (rnn_cell.__wrapped__, rnn_backward, 1),
    "LSTM": (lstm_cell.__wrapped__, lstm_backward, 2),
    "GRU": (gru_cell.__wrapped__, gru_backward, 1),
}


# ---- the frameworks


def keras_model(contest, xla):
    """The same network in Keras, compiled, with our initial weights."""
    import keras

    kind = "SimpleRNN" if contest.kind == "RNN" else contest.kind
    twin = keras.Sequential(
        [
            keras.Input(contest.size[1:3], batch_size=contest.batch),
            getattr(keras.layers, kind)(contest.hidden),
            keras.layers.Dense(1),
        ]
    )
    for layer, keras_layer in zip(contest.model().layers[::2], twin.layers, strict=True):
        to_keras(layer, keras_layer)
    twin.compile(optimizer=keras.optimizers.Adam(), loss="mse", jit_compile=xla)
    return twin


def keras_train_on_batch(contest, xla=False):
    """Keras, one call for each update."""
    import tensorflow as tf

    twin = keras_model(contest, xla)
    # Batches that are tensors already spare Keras the conversion.
    batches = itertools.cycle([tuple(map(tf.constant, batch)) for batch in zip(*contest.data(), strict=True)])

    def train(updates):
        return np.mean([float(twin.train_on_batch(x, y)) for x, y in itertools.islice(batches, updates)])

    return train


def keras_fit(contest, xla=False):
    """Keras `fit`, an epoch of as many updates as are asked for."""
    import tensorflow as tf

    twin = keras_model(contest, xla)
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread would keep `fit` waiting after the last update
    data = tf.data.Dataset.from_tensor_slices(contest.data()).repeat().with_options(options)

    def train(updates):
        return twin.fit(data, steps_per_epoch=updates, shuffle=False, verbose=0).history["loss"][0]

    return train


def pytorch(contest):
    """PyTorch's own layer, with the fused Adam."""
    import torch

    layer, dense = pytorch_layers(contest)
    optimizer = torch.optim.Adam([*layer.parameters(), *dense.parameters()], eps=1e-7, fused=True)
    batches = itertools.cycle(
        [tuple(map(torch.from_numpy, batch)) for batch in zip(*contest.data(), strict=True)]
    )

    def train(updates):
        losses = []
        for x, y in itertools.islice(batches, updates):
            optimizer.zero_grad()
            outputs, _ = layer(x)
            loss = torch.nn.functional.mse_loss(dense(outputs[:, -1]), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return np.mean(losses)

    return train


def pytorch_layers(contest):
    """The recurrent layer and the output in PyTorch, with our initial weights."""
    import torch

    scratch, _, scratch_dense = contest.model().layers
    layer = getattr(torch.nn, contest.kind)(contest.features, contest.hidden, batch_first=True)
    dense = torch.nn.Linear(contest.hidden, 1)
    order = (1, 0, 2) if contest.kind == "GRU" else range(len(scratch.gate_names))  # theirs is r, z, h
    biases = np.zeros((2, scratch.weights["bias"].shape[-1]), "float32")
    biases[: scratch.bias_rows] = scratch.weights["bias"]
    values = scratch.weights["kernel"].T, scratch.weights["recurrent_kernel"].T, *biases
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), values, strict=True):
            gates = np.split(value, len(order))
            parameter.copy_(torch.from_numpy(np.concatenate([gates[k] for k in order])))
        dense.weight.copy_(torch.from_numpy(scratch_dense.weights["kernel"].T.copy()))
        dense.bias.copy_(torch.from_numpy(scratch_dense.weights["bias"]))
    return layer, dense


# ---- one step of one sequence: `run(steps)` makes that many, the state handed on


def our_step(contest):
    """One step at a time, prepared by `stream`."""
    step, x = contest.model().layers[0].stream(), np.ones((1, contest.features), "float32")

    def run(steps):
        for _ in range(steps):
            h = step(x)
        return h

    return run


def our_forward(contest):
    """One step by a call of `forward` with T = 1, the way to go without preparation."""
    layer, x = contest.model().layers[0], np.ones((1, 1, contest.features), "float32")

    def run(steps):
        state = None
        for _ in range(steps):
            outputs, state = layer.forward(x, state)
        return outputs[:, 0]

    return run


def keras_step(contest, xla=False):
    """One step of the Keras layer, compiled."""
    import keras
    import tensorflow as tf

    layer = keras.layers.LSTM(contest.hidden, return_state=True)
    to_keras(contest.model().layers[0], layer)
    x, zeros = tf.ones((1, 1, contest.features)), tf.zeros((1, contest.hidden))

    @tf.function(jit_compile=xla)
    def step(x, h, c):
        return layer(x, initial_state=[h, c])

    def run(steps):
        h = c = zeros
        for _ in range(steps):
            _, h, c = step(x, h, c)
        return h.numpy()

    return run


def pytorch_step(contest):
    """One step of the PyTorch layer, without gradients."""
    import torch

    layer, _ = pytorch_layers(contest)
    x = torch.ones((1, 1, contest.features))

    def run(steps):
        state = None
        with torch.inference_mode():
            for _ in range(steps):
                outputs, state = layer(x, state)
        return outputs[:, 0].numpy()

    return run


# ---- bare matrix products


def large_product(size):
    """A product of two square matrices."""
    a = np.random.default_rng(0).normal(size=(size, size)).astype("float32")
    b, result = a.T.copy(), np.empty_like(a)

    def run(products):
        for _ in range(products):
            np.dot(a, b, result)

    return run


def own_products(contest):
    """The matrix products of one update of our LSTM and nothing else, in their shapes."""
    plan = contest.model().layers[0].plan(contest.batch, contest.steps)
    N, T, H, K, rows, n = plan.N, plan.T, plan.H, plan.K, plan.gradient_rows, plan.n
    random = np.random.default_rng(0)

    def array(*shape):
        return random.normal(size=shape).astype("float32")

    W, S, Z, U, dh = array(rows, K), array(K, N), array(rows, N), array(H, rows), array(H, N)
    S_rows, d_rows, gradient = array(plan.padded_K, n * N), array(rows, n * N), array(plan.padded_K, rows)

    def run(updates):
        for _ in range(updates * T):
            np.dot(W, S, Z)
        for _ in range(updates * T):
            np.dot(U, Z, dh)
        for _ in range(round(updates * T / n)):
            np.dot(S_rows, d_rows.T, gradient)

    return run

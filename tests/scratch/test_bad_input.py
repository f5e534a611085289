"""Bad input to every public function: an error that names the argument, what came and what was expected."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from helpers import INFINITE, NAN, NO_ARRAY, assert_bad_input_is_named

from lstm_course import scratch
from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Dense,
    Embedding,
    LastStep,
    ReluRNN,
    Sequential,
    layers,
    mean_squared_error,
)

N, T, D, H = 2, 5, 3, 4
X = np.ones((N, T, D))

# What is never a whole number, a number, a function.
NO_SIZE = [0, -1, 2.0, "3", None, True, NAN]
NO_NUMBER = ["1", None, NAN, INFINITE, [1.0], True]
NO_FUNCTION = [None, 3, "mean_squared_error"]
NO_SEED = ["0", -1, 1.5]
NO_DTYPE = ["int8", "float16", None, 32]
NO_MASK = [
    np.ones((N, T - 1)),
    np.ones((N + 1, T)),
    np.ones(T),
    np.full((N, T), 0.5),
    np.full((N, T), NAN),
    "mask",
    1,
    np.ones((0, T)),
]


def with_one_bad(array):
    bad = np.array(array, dtype=float)
    bad.flat[-1] = NAN
    return bad


def not_shaped_like(array):
    """Arrays of numbers that do not have the shape of this one, or not finite values."""
    array = np.asarray(array, dtype=float)
    return [
        *NO_ARRAY,
        array[None],
        array[..., :-1],
        np.concatenate([array, array]),
        array[:0],
        with_one_bad(array),
    ]


def cell_cases(gates, states):
    weights = {"W" + gate: np.ones((H, H + D)) for gate in gates} | {"b" + gate: np.ones(H) for gate in gates}
    good = {"x": np.ones((N, D)), **{name: np.ones((N, H)) for name in states}, "weights": weights}
    gate = gates[0]
    bad_weights = [
        None,
        [1.0],
        {},
        {k: v for k, v in weights.items() if k != "b" + gate},
        *[weights | {"W" + gate: w} for w in not_shaped_like(weights["W" + gate])],
        *[weights | {"b" + gate: b} for b in not_shaped_like(weights["b" + gate])],
    ]
    return good, {
        "x": [*NO_ARRAY, good["x"][None], with_one_bad(good["x"]), np.ones((N, D + 1)), 1.0],
        **{name: not_shaped_like(good[name]) for name in states},
        "weights": bad_weights,
    }


def layer_cases(**extra):
    bad = {"input_size": NO_SIZE, "hidden_size": NO_SIZE, "seed": NO_SEED, "dtype": NO_DTYPE, **extra}
    return {"input_size": D, "hidden_size": H}, bad


CHRONO = [2, 0, -5, "100", NAN, INFINITE]
SQUARE = {"prediction": np.ones((4, 1)), "target": np.ones((4, 1))}
MODEL = Sequential([LSTM(D, H, seed=0), LastStep(), Dense(H, 1, seed=0)])
FIT = {"model": MODEL, "x": X, "y": np.ones((N, 1)), "loss": mean_squared_error}
BAD_X = [*not_shaped_like(X)[:-4], X[None], X[..., :-1], X[:0], with_one_bad(X)]
BAD_Y = [*NO_ARRAY, np.ones((N + 1, 1)), np.ones((N, 2)), np.full((N, 1), NAN), np.ones((0, 1)), 1.0]
NO_MODEL = [None, "model", LSTM(D, H, seed=0)]
NO_OPTIMIZER = ["adam", 3]
NO_NORM = [0, -1, "1", NAN, INFINITE, True]
LOGITS = np.zeros((4, 3))
BAD_LABELS = [
    "text",
    None,
    [0.0, 1.0, 2.0, 0.0],
    [0, 1],
    [0, 1, 2, 3],
    [0, 1, 2, -2],
    [-1] * 4,
    [[0, 1, 2, 0]],
    [],
]


def same_symbols(n, rng):
    read = rng.integers(3, size=(n, T))
    return read, read


# name: (function, good arguments, argument -> bad values)
FOLDER = tempfile.TemporaryDirectory()
NETWORK = Path(FOLDER.name, "network.npz")
scratch.save(NETWORK, MODEL)

TABLE = {
    "sigmoid": (scratch.sigmoid, {"x": 1.0}, {"x": NO_ARRAY}),
    "rnn_cell": (scratch.rnn_cell, *cell_cases("h", ["h_prev"])),
    "lstm_cell": (scratch.lstm_cell, *cell_cases("fico", ["h_prev", "c_prev"])),
    "gru_cell": (scratch.gru_cell, *cell_cases("zrh", ["h_prev"])),
    "RNN": (RNN, *layer_cases(recurrent_scale=[-1, *NO_NUMBER])),
    "ReluRNN": (ReluRNN, *layer_cases()),
    "LSTM": (LSTM, *layer_cases(forget_bias=NO_NUMBER, chrono=CHRONO)),
    "GRU": (GRU, *layer_cases(reset_after=[None, 1, "yes"], chrono=CHRONO)),
    "MinGRU": (scratch.MinGRU, *layer_cases(signed=[None, 1, "yes"], chrono=CHRONO)),
    "SLSTM": (scratch.SLSTM, *layer_cases()),
    "MLSTM": (scratch.MLSTM, *layer_cases()),
    "MinLSTM": (scratch.MinLSTM, *layer_cases(chrono=CHRONO)),
    "EncoderDecoder": (
        scratch.EncoderDecoder,
        {"symbols": 3, "hidden_size": H},
        {
            "symbols": [*NO_SIZE, 1],
            "hidden_size": NO_SIZE,
            "attention": [None, 1, "yes"],
            "scale": [-1, *NO_NUMBER],
            "seed": NO_SEED,
            "dtype": NO_DTYPE,
        },
    ),
    "attend": (
        scratch.attend,
        {"queries": np.ones((N, 2, H)), "keys": np.ones((N, T, H)), "values": np.ones((N, T, 2))},
        {
            "queries": [*NO_ARRAY, np.ones((N, H)), with_one_bad(np.ones((N, 2, H)))],
            "keys": not_shaped_like(np.ones((N, T, H))),
            "values": [*NO_ARRAY, np.ones((N, T + 1, 2)), with_one_bad(np.ones((N, T, 2)))],
            "scale": [-1, *NO_NUMBER],
        },
    ),
    "train_to_write": (
        scratch.train_to_write,
        {"model": scratch.EncoderDecoder(3, H, seed=0), "draw": same_symbols, "updates": 1},
        {
            "model": [*NO_MODEL, MODEL],
            "draw": NO_FUNCTION,
            "updates": NO_SIZE,
            "batch_size": NO_SIZE,
            "learning_rate": [-1, *NO_NUMBER],
            "max_norm": NO_NORM,
            "seed": NO_SEED,
            "progress": [1, "yes"],
        },
    ),
    "Dense": (
        Dense,
        {"input_size": D, "output_size": 2},
        {
            "input_size": NO_SIZE,
            "output_size": NO_SIZE,
            "activation": ["sigmoid", 3],
            "seed": NO_SEED,
            "dtype": NO_DTYPE,
        },
    ),
    "Embedding": (
        Embedding,
        {"vocabulary_size": 5, "output_size": 2},
        {"vocabulary_size": NO_SIZE, "output_size": NO_SIZE, "seed": NO_SEED, "dtype": NO_DTYPE},
    ),
    "LastStep": (LastStep, {}, {}),
    "Sequential": (
        Sequential,
        {"layers": [Dense(2, 2)]},
        {
            "layers": [
                None,
                [],
                "layers",
                [None],
                [Dense],
                [Dense(2, 3), Dense(2, 3)],
                [RNN(2, 3), LastStep(), RNN(3, 3)],
                [Dense(2, 2), Embedding(2, 2)],
                [LSTM(2, 3), Dense(3, 1, dtype="float64")],
                [MODEL],
                2 * [Dense(2, 2)],
            ]
        },
    ),
    "mean_squared_error": (
        mean_squared_error,
        SQUARE,
        {
            "prediction": [*NO_ARRAY, with_one_bad(SQUARE["prediction"])],
            "target": not_shaped_like(SQUARE["target"]),
        },
    ),
    "softmax_cross_entropy": (
        scratch.softmax_cross_entropy,
        {"logits": LOGITS, "labels": [0, 1, 2, 0]},
        {"logits": [*NO_ARRAY, with_one_bad(LOGITS)], "labels": BAD_LABELS},
    ),
    "sigmoid_cross_entropy": (
        scratch.sigmoid_cross_entropy,
        {"logits": [[0.0]], "target": [[1.0]]},
        {"logits": NO_ARRAY, "target": [*not_shaped_like([[1.0]]), [[1.5]], [[-0.1]]]},
    ),
    "accuracy": (
        scratch.accuracy,
        {"logits": LOGITS, "labels": [0, 1, 2, 0]},
        {"logits": [*NO_ARRAY, with_one_bad(LOGITS)], "labels": BAD_LABELS},
    ),
    "Adam": (
        Adam,
        {},
        {
            "learning_rate": [-1, *NO_NUMBER],
            "beta_1": [-0.1, 1, *NO_NUMBER],
            "beta_2": [-0.1, 1, *NO_NUMBER],
            "epsilon": [-1, *NO_NUMBER],
        },
    ),
    "Adam.update": (
        Adam().update,
        {"parameters": np.ones(3), "gradients": np.ones(3)},
        {
            "parameters": [None, [1.0, 1.0, 1.0], np.ones((3, 1)), np.ones(3, int), np.ones(0)],
            "gradients": [None, [1.0] * 3, np.ones(4), np.ones(3, "float32"), np.full(3, NAN)],
        },
    ),
    "clip_by_global_norm": (
        scratch.clip_by_global_norm,
        {"gradients": np.ones(3), "max_norm": 1.0},
        {
            "gradients": [None, [], {}, "text", [1.0], np.ones(3, int), [np.full(3, NAN)]],
            "max_norm": [None, *NO_NORM],
        },
    ),
    "train_step": (
        scratch.train_step,
        {**FIT, "optimizer": Adam()},
        {
            "model": NO_MODEL,
            "x": BAD_X,
            "loss": NO_FUNCTION,
            "optimizer": [None, *NO_OPTIMIZER],
            "max_norm": NO_NORM,
            "mask": NO_MASK,
        },
    ),
    "fit": (
        scratch.fit,
        FIT | {"epochs": 1},
        {
            "model": NO_MODEL,
            "x": BAD_X,
            "y": BAD_Y[:-4] + BAD_Y[-2:],
            "loss": NO_FUNCTION,
            "optimizer": NO_OPTIMIZER,
            "epochs": NO_SIZE,
            "batch_size": NO_SIZE,
            "max_norm": NO_NORM,
            "validation": [
                "text",
                3,
                (X,),
                *[(x, np.ones((N, 1))) for x in BAD_X],
                (X, np.ones((N + 1, 1))),
                *[(X, np.ones((N, 1)), mask) for mask in NO_MASK],
            ],
            "metric": [3, "accuracy"],
            "patience": [1, *NO_SIZE[:4]],
            "seed": NO_SEED,
            "mask": NO_MASK,
            "progress": [1, "yes"],
        },
    ),
    "predict": (
        scratch.predict,
        {"model": MODEL, "x": X},
        {"model": NO_MODEL, "x": BAD_X, "batch_size": NO_SIZE, "mask": NO_MASK},
    ),
    "numeric_gradient": (
        scratch.numeric_gradient,
        {"function": lambda: 0.0, "array": np.ones(2)},
        {
            "function": NO_FUNCTION,
            "step": [0, -1, *NO_NUMBER],
            "array": [None, [1.0], np.ones(2, "float32"), np.full(2, NAN), np.ones(0)],
        },
    ),
    "relative_error": (
        scratch.relative_error,
        {"a": [1.0], "b": [1.0]},
        {"a": NO_ARRAY, "b": not_shaped_like([1.0])},
    ),
    "check_layer": (
        scratch.check_layer,
        {"layer": LSTM(D, H, seed=0, dtype="float64"), "x": X},
        {
            "layer": [None, "LSTM", LSTM(D, H)],
            "x": BAD_X,
            "seed": NO_SEED,
            "mask": NO_MASK,
            "state": [1.0, "text", (np.ones((N, H)),), (np.ones((N, H + 1)), None)],
        },
    ),
    "check_loss": (
        scratch.check_loss,
        {"loss": mean_squared_error, **SQUARE},
        {"loss": NO_FUNCTION, "prediction": NO_ARRAY, "target": NO_ARRAY},
    ),
    "to_keras": (scratch.to_keras, {"layer": LSTM(D, H), "keras_layer": None}, {"layer": [None, "LSTM"]}),
    "from_keras": (scratch.from_keras, {"keras_layer": None}, {}),
    "to_torch": (
        scratch.to_torch,
        {"layers": LSTM(D, H)},
        {
            "layers": [
                None,
                "LSTM",
                [],
                [3],
                Dense(D, H),
                GRU(D, H, reset_after=False),
                [LSTM(D, H), LSTM(D, H)],
            ]
        },
    ),
    "from_torch": (
        scratch.from_torch,
        {"module": scratch.to_torch(LSTM(D, H))},
        {"module": [None, "LSTM", {}, {"weight_hh_l0": X}]},
    ),
    "to_onnx": (
        scratch.to_onnx,
        {"model": MODEL},
        {"model": [None, LSTM(D, H), Sequential([LSTM(D, H, dtype="float64")])]},
    ),
    "progress_over": (
        scratch.progress_over,
        {"things": range(2)},
        {"things": [None, 3, iter([1, 2])], "unit": [None, 3]},
    ),
    "save": (
        scratch.save,
        {"path": NETWORK, "model": MODEL},
        {
            "path": [None, 3, "network.keras"],
            "model": [None, LSTM(D, H)],
            "beside": [(1, 2), {1: 2}, "a".encode],
        },
    ),
    "load": (scratch.load, {"path": NETWORK}, {"path": [None, 3, "network.h5"]}),
    "Saved": (scratch.Saved, {}, {}),
    "History": (scratch.History, {}, {}),
}

BAD_H = not_shaped_like(np.ones((N, H)))
for kind, layer in {"RNN": RNN(D, H), "LSTM": LSTM(D, H), "GRU": GRU(D, H)}.items():
    pair = kind == "LSTM"
    bad_states = (
        [(h, None) for h in BAD_H if h is not None]
        + [(None, c) for c in BAD_H if c is not None]
        + [1.0, "text", (None,), np.ones((N, H))]
        if pair
        else [h for h in BAD_H if h is not None]
    )
    layer.forward(X)
    TABLE[f"{kind}.forward"] = layer.forward, {"x": X}, {"x": BAD_X, "state": bad_states, "mask": NO_MASK}
    TABLE[f"{kind}.backward"] = (
        layer.backward,
        {"d_outputs": np.ones((N, T, H))},
        {
            "d_outputs": [bad for bad in not_shaped_like(np.ones((N, T, H))) if bad is not None],
            "d_state": bad_states,
        },
    )
for kind, layer, good, y in (
    ("Dense", Dense(D, 2), X, np.ones((N, T, 2))),
    ("LastStep", LastStep(), X, np.ones((N, D))),
    ("Embedding", Embedding(5, 2), [[1, 2]], np.ones((1, 2, 2))),
    ("Sequential", MODEL, X, np.ones((N, 1))),
    ("MinGRU", scratch.MinGRU(D, H), X, np.ones((N, T, H))),
    ("MinLSTM", scratch.MinLSTM(D, H), X, np.ones((N, T, H))),
    ("SLSTM", scratch.SLSTM(D, H), X, np.ones((N, T, H))),
    ("MLSTM", scratch.MLSTM(D, H), X, np.ones((N, T, H))),
):
    layer.forward(good)
    bad_x = {
        "Dense": [*NO_ARRAY, X[..., :-1], with_one_bad(X)],
        "LastStep": [*NO_ARRAY, X[0], with_one_bad(X)],
        "Embedding": [*NO_ARRAY, [[1.0]], [[5]], [[-1]], [1], np.ones((0, 3), int)],
        "Sequential": BAD_X,
        "MinGRU": BAD_X,
        "MinLSTM": BAD_X,
        "SLSTM": BAD_X,
        "MLSTM": BAD_X,
    }[kind]
    TABLE[f"{kind}.forward"] = (
        layer.forward,
        {"x": good},
        {"x": bad_x} | ({"mask": NO_MASK} if kind == "Sequential" else {}),
    )
    TABLE[f"{kind}.backward"] = layer.backward, {"d_outputs": y}, {"d_outputs": not_shaped_like(y)}
for kind, layer in {"RNN": RNN(D, H), "LSTM": LSTM(D, H), "GRU": GRU(D, H, reset_after=False)}.items():
    good, bad = cell_cases({"RNN": "h", "LSTM": "ifco", "GRU": "zrh"}[kind], [])
    TABLE[f"{kind}.load_cell_weights"] = (
        layer.load_cell_weights,
        {"weights": good["weights"]},
        {"weights": bad["weights"]},
    )


@pytest.mark.parametrize("name", TABLE)
def test_bad_input_is_named(name):
    function, good, bad = TABLE[name]
    if bad and "keras_layer" not in good:
        function(**good)  # else the table would prove nothing
    assert_bad_input_is_named(function, good, bad)


def test_the_table_is_complete():
    assert set(scratch.__all__) <= set(TABLE)


@pytest.mark.parametrize("y", BAD_Y, ids=lambda y: type(y).__name__)
def test_bad_targets_in_training(y):
    with pytest.raises((ValueError, TypeError), match=r"(y|target) .*expected"):
        scratch.train_step(MODEL, X, y, mean_squared_error, Adam())


def test_messages_say_what_came_and_what_was_expected():
    def message(function, *args, **kwargs):
        with pytest.raises((ValueError, TypeError)) as caught:
            function(*args, **kwargs)
        return str(caught.value)

    lstm = LSTM(D, H)
    assert message(lstm.forward, X[0]) == "x has shape (5, 3), expected (N, T, 3)"
    assert message(lstm.forward, X, mask=np.ones((2, 4))) == "mask has shape (2, 4), expected (2, 5)"
    assert message(lstm.forward, X[:0]) == "x has shape (0, 5, 3), expected (N, T, 3), not empty"
    assert message(lstm.forward, X, state=X) == (
        "state is an array of dtype float64 and shape (2, 5, 3), expected a pair (h, c)"
    )
    assert message(lstm.forward, with_one_bad(X)) == (
        "x has 1 of 30 values that are NaN or infinite in float32, expected finite numbers"
    )
    assert message(lstm.forward, X * 1e300).startswith("x has 30 of 30 values that are NaN or infinite")
    assert message(LSTM, D, -4) == "hidden_size is -4, expected a whole number of at least 1"
    assert message(LSTM, D, H, dtype="int8") == "dtype is 'int8', expected float32 or float64"
    assert message(scratch.lstm_cell, X[0], X[0]) == (
        "lstm_cell takes the arguments x, h_prev, c_prev, weights, got 2 by position and [] by name"
    )


@pytest.mark.parametrize(
    "layer",
    [LSTM(D, H), Dense(D, 2), LastStep(), Embedding(3, 2), Sequential([Dense(D, 2)])],
    ids=lambda layer: type(layer).__name__,
)
def test_backward_before_forward(layer):
    with pytest.raises(RuntimeError, match="there was no forward yet, expected forward"):
        layer.backward(np.ones((N, T, H)))


def test_named_arrays_are_checked():
    weights = LSTM(D, H).weights
    for bad in not_shaped_like(weights["bias"]):
        with pytest.raises((ValueError, TypeError), match=r"bias .*expected"):
            weights["bias"] = bad
    assert layers.NamedArrays(np.zeros(2), {"a": (2,)})["a"].shape == (2,)


def test_what_is_assigned_is_loaded_or_refused():
    """Saved weights that are assigned and lie beside the network would forecast from random ones."""
    taught, model = (
        Sequential([LSTM(D, H, seed=seed), LastStep(), Dense(H, 2, seed=seed)]) for seed in (1, 2)
    )
    for name in ("parameters", "weights"):
        saved = getattr(taught, name)
        setattr(model, name, saved if name == "parameters" else {key: np.array(saved[key]) for key in saved})
        assert (model.forward(X) == taught.forward(X)).all()
        model.draw_weights(3)
        model.layers[0].weights["kernel"] = 0.5 * model.layers[0].weights["kernel"]
        assert (model.forward(X) != taught.forward(X)).any()
    with pytest.raises(ValueError, match=r"parameters has shape \(3,\), expected \(\d+,\)"):
        model.parameters = np.zeros(3)
    with pytest.raises(ValueError, match="weights has the names"):
        model.weights = {"kernel": np.zeros(3)}
    with pytest.raises(TypeError, match=r"weights is .*, expected a dict from name to array"):
        model.weights = list(taught.weights.values())
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=r"weights\['2.bias'\] has shape \(5,\)"):
        model.weights = {**dict(taught.weights), "2.bias": np.zeros(5)}
    assert (model.parameters == before).all()
    model.parameters *= 2
    assert (model.parameters == 2 * before).all() and (model.layers[0].parameters == 2 * before[:-10]).all()


def test_validation_without_the_mask_of_the_training_is_refused():
    model = Sequential([LSTM(D, H, seed=0), LastStep(), Dense(H, 1, seed=0)])
    mask, y = np.ones((N, T), bool), np.zeros((N, 1))
    with pytest.raises(
        ValueError, match=r"mask is given and validation has none, expected validation=\(x, y, "
    ):
        scratch.fit(model, X, y, loss=scratch.mean_squared_error, mask=mask, validation=(X, y))
    fitted = scratch.fit(
        model,
        X,
        y,
        loss=scratch.mean_squared_error,
        epochs=1,
        mask=mask,
        validation=(X, y, mask),
        progress=False,
    )
    assert len(fitted.val_loss) == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        # crazydemo/facial-attribute-classification-with-graph#1: labels of -1 and 1
        (
            lambda: scratch.accuracy([[0.5], [-2.0]], [1, -1]),
            "labels has values from -1 to 1, expected 0 or 1",
        ),
        # harvard-edge/cs249r_book#1431: the accuracy of a regression
        (
            lambda: scratch.accuracy([[0.5], [-2.0]], [3.5, 1.0]),
            "labels has values from 1 to 3.5, expected 0",
        ),
        # rstudio/keras3#465: labels from 1 on
        (
            lambda: scratch.softmax_cross_entropy(np.eye(3), [1, 2, 3]),
            "labels has values from 1 to 3, expected",
        ),
        # wikibook/tf2#8: one-hot labels where numbers are asked for
        (lambda: scratch.softmax_cross_entropy(np.eye(3), np.eye(3)), r"labels has shape \(3, 3\), expected"),
        # jsboige/CoursIA#926: (N,) beside (N, 1) would be N times N numbers
        (
            lambda: mean_squared_error(np.ones((4, 1)), np.ones(4)),
            r"target has shape \(4,\), expected \(4, 1\)",
        ),
        (lambda: fitted(optimizer=Adam), r"optimizer is the class Adam, expected an object: Adam\(\)"),
        (lambda: fitted(loss=lambda p, t: float(np.mean(p - t))), r"expected \(loss, d_prediction\)"),
    ],
)
def test_what_people_hand_over_by_mistake_is_refused(call, said):
    """From public reports, named beside each."""
    with pytest.raises((TypeError, ValueError), match=said):
        call()


def fitted(**arguments):
    model = Sequential([RNN(D, H, seed=0), LastStep(), Dense(H, 1, seed=0)])
    return scratch.fit(model, X, np.ones((N, 1)), **({"loss": mean_squared_error, "epochs": 1} | arguments))


def test_numbers_whose_squares_are_too_large_are_clipped_and_not_called_infinite():
    gradients = {"W": np.array([3e200, 0.0]), "b": np.array([4e200])}
    assert scratch.clip_by_global_norm(gradients, 1.0) == pytest.approx(5e200)
    assert gradients["W"][0] == pytest.approx(0.6) and gradients["b"][0] == pytest.approx(0.8)

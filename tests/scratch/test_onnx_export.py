"""A network as an ONNX file: read back by the rules of protocol buffers, and run where onnxruntime is."""

import importlib.util

import numpy as np
import pytest

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Dense,
    Embedding,
    LastStep,
    ReluRNN,
    Sequential,
    relative_error,
    to_onnx,
)

HAS_RUNTIME = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
N, T, D, H = 3, 7, 2, 5


def network(*layers):
    model = Sequential(list(layers))
    model.parameters[...] = np.random.default_rng(0).normal(size=model.parameter_count) * 0.7
    return model


NETWORKS = {
    "LSTM": lambda: network(LSTM(D, H)),
    "GRU after": lambda: network(GRU(D, H)),
    "GRU before": lambda: network(GRU(D, H, reset_after=False)),
    "RNN": lambda: network(RNN(D, H)),
    "ReLU": lambda: network(ReluRNN(D, H)),
    "forecast": lambda: network(LSTM(D, H), LSTM(H, 4), LastStep(), Dense(4, 3, "tanh"), Dense(3, 1, "relu")),
    "every step": lambda: network(GRU(D, H), Dense(H, 200)),
    "words": lambda: network(Embedding(300, D), LSTM(D, H), LastStep(), Dense(H, 1)),
}


def fields(content):
    """The fields of a message, number -> list of contents."""
    found, at = {}, 0

    def varint():
        nonlocal at
        number, shift = 0, 0
        while True:
            byte, at = content[at], at + 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while at < len(content):
        key = varint()
        length = varint()
        if key & 7 == 2:
            length, at = content[at : at + length], at + length
        found.setdefault(key >> 3, []).append(length)
    return found


def test_the_file_holds_the_operators_and_all_weights():
    model = NETWORKS["forecast"]()
    file = fields(to_onnx(model))
    graph = fields(file[7][0])
    operators = [fields(node)[4][0].decode() for node in graph[1]]
    recurrent = ["Transpose", "LSTM", "Squeeze", "Transpose"]
    dense = ["MatMul", "Add", "Tanh", "MatMul", "Add", "Relu"]
    assert operators == [*recurrent, *recurrent, "Gather", *dense, "Identity"]
    tensors = {fields(t)[8][0].decode(): fields(t) for t in graph[5]}
    assert tensors["0.W"][1] == [1, 4 * H, D]
    W, kernel = np.frombuffer(tensors["0.W"][9][0], "<f4").reshape(4, H, D), model.weights["0.kernel"]
    for block, ours in zip(W, (0, 3, 1, 2), strict=True):  # i, o, f, c out of i, f, c, o
        assert (block == kernel[:, ours * H : (ours + 1) * H].T).all()
    dense_kernel = np.frombuffer(tensors["3.kernel"][9][0], "<f4").reshape(4, 3)
    assert (dense_kernel == model.weights["3.kernel"]).all()


def test_each_value_is_made_before_it_is_used():
    for make in NETWORKS.values():
        graph = fields(fields(to_onnx(make()))[7][0])
        known = {b"x"} | {fields(tensor)[8][0] for tensor in graph[5]}
        for node in map(fields, graph[1]):
            assert set(node[1]) <= known and not set(node[2]) & known
            known |= set(node[2])
        assert b"y" in known


def test_what_cannot_be_exported_is_named():
    with pytest.raises(ValueError, match="model is in float64, expected float32"):
        to_onnx(Sequential([LSTM(D, H, dtype="float64")]))
    with pytest.raises(TypeError, match="model is of type LSTM, expected a Sequential"):
        to_onnx(LSTM(D, H))


@pytest.mark.skipif(not HAS_RUNTIME, reason="onnx or onnxruntime is not installed")
@pytest.mark.parametrize("name", NETWORKS)
def test_onnxruntime_computes_the_same(name):
    import onnx
    import onnxruntime

    model, rng = NETWORKS[name](), np.random.default_rng(1)
    content = to_onnx(model)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for n, t in ((N, T), (1, 1), (2, 40)):
        x = rng.integers(0, 300, (n, t)) if name == "words" else rng.normal(size=(n, t, D)).astype("float32")
        (y,) = session.run(["y"], {"x": x})
        ours = model.forward(x)
        assert y.shape == ours.shape and relative_error(ours, y) < 2e-6

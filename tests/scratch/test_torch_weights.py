"""PyTorch agrees: outputs, last states and every gradient, one layer and two, one direction and both.

Where PyTorch is not installed, its documented equations stand in for it, step by step.
"""

import importlib.util
from itertools import chain

import numpy as np
import pytest

from lstm_course.scratch import GRU, LSTM, RNN, ReluRNN, from_torch, relative_error, to_torch
from lstm_course.scratch.cells import sigmoid

HAS_TORCH = importlib.util.find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="PyTorch is not installed")

N, T, D, H = 4, 9, 3, 5
KINDS = {"LSTM": LSTM, "GRU": GRU, "RNN": RNN, "ReLU": ReluRNN}
LAYERS, WAYS = (1, 2), (1, 2)
# A plain network with larger weights blows rounding up from step to step, in either library.
SCALE = {"LSTM": 0.7, "GRU": 0.7, "RNN": 0.4, "ReLU": 0.3}
TOLERANCE = {"float32": 1e-6, "float64": 1e-13}


def stack(kind, depth, ways, dtype="float32", seed=0):
    """Our layers with random weights of order one, in the form that to_torch takes."""
    rng, levels, size = np.random.default_rng(seed), [], D
    for _ in range(depth):
        pair = tuple(KINDS[kind](size, H, seed=0, dtype=dtype) for _ in range(ways))
        for layer in pair:
            layer.parameters[...] = rng.normal(size=layer.parameter_count) * SCALE[kind]
        levels.append(pair if ways == 2 else pair[0])
        size = H * ways
    return levels


def flat(levels):
    return list(chain.from_iterable(level if isinstance(level, tuple) else (level,) for level in levels))


def forward(levels, x):
    """Outputs (N, T, ways H) of the stack."""
    for level in levels:
        pair = level if isinstance(level, tuple) else (level,)
        parts = [layer.forward(x[:, ::way])[0][:, ::way] for layer, way in zip(pair, (1, -1), strict=False)]
        x = np.concatenate(parts, axis=2)
    return x


def backward(levels, d):
    for level in reversed(levels):
        pair = level if isinstance(level, tuple) else (level,)
        parts = np.split(d, len(pair), axis=2)
        d = sum(
            layer.backward(part[:, ::way])[:, ::way]
            for layer, part, way in zip(pair, parts, (1, -1), strict=False)
        )
    return d


def as_documented(state, x):
    """The outputs that PyTorch's documentation describes, for a state dict of one or more layers."""
    for k in range(sum(name.startswith("weight_hh") and "rev" not in name for name in state)):
        both = "weight_hh_l0_reverse" in state
        ways = [(f"l{k}", 1), (f"l{k}_reverse", -1)][: 1 + both]
        x = np.concatenate([one_layer(state, end, x[:, ::way])[:, ::way] for end, way in ways], axis=2)
    return x


def one_layer(state, end, x):
    W_i, W_h, b_i, b_h = (state[f"{part}_{end}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    h = c = np.zeros((len(x), W_h.shape[1]))
    outputs = []
    for t in range(x.shape[1]):
        from_x, from_h = x[:, t] @ W_i.T + b_i, h @ W_h.T + b_h
        blocks = len(W_h) // W_h.shape[1]
        if blocks == 4:
            i, f, g, o = np.split(from_x + from_h, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        elif blocks == 3:
            (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(from_x, 3, axis=1), np.split(from_h, 3, axis=1)
            r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
            h = (1 - z) * np.tanh(x_n + r * h_n) + z * h
        else:
            h = np.tanh(from_x + from_h)
        outputs.append(h)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("depth", LAYERS)
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_the_documented_equations_agree(kind, depth, ways):
    levels, x = stack(kind, depth, ways, "float64"), np.random.default_rng(1).normal(size=(N, T, D))
    assert relative_error(forward(levels, x), as_documented(to_torch(levels), x)) < 1e-13


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("depth", LAYERS)
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_there_and_back_is_the_same(kind, depth, ways):
    levels = stack(kind, depth, ways)
    again = from_torch(to_torch(levels))
    for ours, back in zip(flat(levels), flat(again), strict=True):
        assert type(back) is type(ours) and back.dtype == ours.dtype
        assert back.parameters.tobytes() == ours.parameters.tobytes()


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_both_biases_of_a_module_count(kind):
    state, rng = to_torch(stack(kind, 1, 1, "float64")), np.random.default_rng(2)
    state["bias_hh_l0"] = rng.normal(size=state["bias_hh_l0"].shape)
    x = rng.normal(size=(N, T, D))
    assert relative_error(forward(from_torch(state), x), as_documented(state, x)) < 1e-13


def test_a_single_layer_is_a_stack_of_one():
    layer = stack("GRU", 1, 1)[0]
    one, other = to_torch(layer), to_torch([layer])
    assert one.keys() == other.keys() and all((one[name] == other[name]).all() for name in one)


def test_nothing_is_shared_with_the_layers():
    layer = stack("LSTM", 1, 1)[0]
    before = layer.parameters.copy()
    for array in to_torch(layer).values():
        array[...] = 7
    assert (layer.parameters == before).all()


def changed(**changes):
    state = to_torch(LSTM(D, H, seed=0)) | changes
    return {name: array for name, array in state.items() if array is not None}


NO_STATE = {
    "no dict": (3, TypeError, "module is 3, expected a torch.nn LSTM"),
    "empty": ({}, ValueError, "module lacks bias_hh_l0"),
    "no biases": (changed(bias_ih_l0=None, bias_hh_l0=None), ValueError, "lacks bias_hh_l0"),
    "projection": (changed(weight_hr_l0=np.ones((2, H))), ValueError, "has weight_hr_l0"),
    "five blocks": (
        changed(weight_hh_l0=np.ones((5 * H, H))),
        ValueError,
        r"shape \(25, 5\), expected \(4H, H\)",
    ),
    "flat": (changed(weight_hh_l0=np.ones(H)), ValueError, r"shape \(5,\), expected"),
    "short bias": (
        changed(bias_ih_l0=np.ones(H)),
        ValueError,
        r"bias_ih_l0 has shape \(5,\), expected \(20,\)",
    ),
    "half": (changed(weight_ih_l0=np.ones((4 * H, D), "float16")), ValueError, "float16, expected float32"),
    "text": (changed(weight_ih_l0="x"), TypeError, "expected an array"),
    "NaN": (changed(bias_ih_l0=np.full(4 * H, np.nan)), ValueError, "NaN"),
}


@pytest.mark.parametrize("name", NO_STATE)
def test_what_is_no_state_dict_of_ours_is_refused(name):
    state, kind, told = NO_STATE[name]
    with pytest.raises(kind, match=told):
        from_torch(state)


NO_LAYERS = {
    "no layer": (3, TypeError, "layers is 3, expected a layer"),
    "empty": ([], ValueError, "layers is empty"),
    "reset before": (GRU(D, H, reset_after=False, seed=0), ValueError, "reset_after=False, expected True"),
    "two kinds": ([LSTM(D, H), GRU(H, H)], ValueError, r"GRU\(5, 5\) in float32, expected LSTM\(5, 5\)"),
    "sizes": ([LSTM(D, H), LSTM(D, H)], ValueError, r"LSTM\(3, 5\) in float32, expected LSTM\(5, 5\)"),
    "one direction only": (
        [(LSTM(D, H), LSTM(D, H)), LSTM(2 * H, H)],
        ValueError,
        "1 directions, expected 2",
    ),
    "no layer inside": ([LSTM(D, H), "LSTM"], TypeError, r"layers\[1\] is of type str, expected LSTM"),
}


@pytest.mark.parametrize("name", NO_LAYERS)
def test_layers_that_make_up_no_module_are_refused(name):
    layers, kind, told = NO_LAYERS[name]
    with pytest.raises(kind, match=told):
        to_torch(layers)


# ---- PyTorch itself


@needs_torch
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("depth", LAYERS)
@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_agrees(kind, depth, ways, dtype):
    import torch

    levels = stack(kind, depth, ways, dtype)
    options = {
        "num_layers": depth,
        "bidirectional": ways == 2,
        "batch_first": True,
        "dtype": getattr(torch, dtype),
    }
    if kind == "ReLU":
        options["nonlinearity"] = "relu"
    module = getattr(torch.nn, "RNN" if kind == "ReLU" else kind)(D, H, **options)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in to_torch(levels).items()})
    rng = np.random.default_rng(3)
    x, factors = (rng.normal(size=(N, T, width)).astype(dtype) for width in (D, ways * H))
    tensor = torch.tensor(x, requires_grad=True)
    outputs = module(tensor)[0]
    (outputs * torch.from_numpy(factors)).sum().backward()
    assert relative_error(forward(levels, x), outputs.detach().numpy()) < TOLERANCE[dtype]
    assert relative_error(backward(levels, factors), tensor.grad.numpy()) < TOLERANCE[dtype]

    theirs = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    for layer in flat(levels):  # the gradients, in PyTorch's layout
        layer.parameters[...] = layer.parameter_gradients
    ours = to_torch(levels)
    for name, gradient in theirs.items():
        # Of two biases that are added, either has the gradient of their sum.
        same = name if kind == "GRU" else name.replace("bias_hh", "bias_ih")
        assert relative_error(ours[same], gradient) < TOLERANCE[dtype], name

    (first, *_) = flat(from_torch(module))
    assert type(first) is KINDS[kind]
    assert relative_error(forward(from_torch(module), x), outputs.detach().numpy()) < TOLERANCE[dtype]

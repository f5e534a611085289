"""A network in a file: it comes back to the bit, and what is no such file is refused in a sentence."""

import io
import json
import pickle
import subprocess
import sys
import zipfile
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Dense,
    Embedding,
    LastStep,
    ReluRNN,
    Sequential,
    load,
    save,
    saving,
)

BESIDE = {"scaling": {"zero": np.array([338.5]), "unit": 17.1}, "vocabulary": {"good": 2, "café": 3}}


def network(dtype="float32", seed=0):
    kinds = {"dtype": dtype, "seed": seed}
    return Sequential([LSTM(2, 3, **kinds), GRU(3, 4, reset_after=False, **kinds), Dense(4, 2, **kinds)])


NETWORKS = {
    "LSTM": lambda dtype: Sequential([LSTM(2, 3, seed=0, dtype=dtype)]),
    "GRU": lambda dtype: Sequential([GRU(2, 3, seed=0, dtype=dtype, keep="recompute")]),
    "RNN": lambda dtype: Sequential([RNN(2, 3, seed=0, dtype=dtype), LastStep()]),
    "ReLU": lambda dtype: Sequential([ReluRNN(2, 3, seed=0, dtype=dtype), Dense(3, 1, "relu", 0, dtype)]),
    "stack": network,
    "words": lambda dtype: Sequential(
        [Embedding(9, 2, seed=0, dtype=dtype), LSTM(2, 3, seed=0, dtype=dtype)]
    ),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NETWORKS)
def test_what_was_saved_is_what_is_loaded(tmp_path, name, dtype):
    model = NETWORKS[name](dtype)
    save(tmp_path / "a.npz", model)
    again, beside = load(tmp_path / "a.npz")
    assert again.parameters.tobytes() == model.parameters.tobytes() and again.dtype == dtype and beside == {}
    x = np.arange(8).reshape(1, 8) if name == "words" else np.random.default_rng(0).normal(size=(4, 5, 2))
    assert again.forward(x).tobytes() == model.forward(x).tobytes()
    assert [vars(a).get("keep") for a in again.layers] == [vars(b).get("keep") for b in model.layers]


def test_another_process_gets_the_same_numbers(tmp_path):
    model, x = network(), np.random.default_rng(0).normal(size=(3, 50, 2))
    save(tmp_path / "a.npz", model, x=x)
    code = (
        "import sys; from lstm_course.scratch import load; model, beside = load(sys.argv[1]); "
        "sys.stdout.buffer.write(model.forward(beside['x']).tobytes())"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a.npz"], capture_output=True, check=True)
    assert done.stdout == model.forward(x).tobytes()


numbers = st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none() | st.text()
trees = st.recursive(
    numbers, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@settings(max_examples=20, deadline=None)
@given(
    beside=st.dictionaries(st.text().filter(lambda name: name not in ("path", "model")), trees, max_size=4)
)
def test_what_lies_beside_comes_back_as_it_was(tmp_path_factory, beside):
    path = tmp_path_factory.mktemp("beside") / "a.npz"
    save(path, network(), **beside)
    again = load(path).beside
    assert again == beside and json.dumps(again) == json.dumps(beside)


def test_arrays_beside_keep_kind_shape_and_bits(tmp_path):
    arrays = [
        np.float32([[1.5, np.nan]]),
        np.array(7),
        np.array([True, False]),
        np.zeros((0, 3)),
        np.uint8([255]),
    ]
    save(tmp_path / "a.npz", network(), arrays=arrays, one=np.float64(0.1))
    beside = load(tmp_path / "a.npz").beside
    for a, b in zip([*arrays, np.float64(0.1)], [*beside["arrays"], beside["one"]], strict=True):
        assert b.dtype == a.dtype and b.shape == a.shape and b.tobytes() == a.tobytes()


def test_weights_that_are_not_finite_come_back_too(tmp_path):
    model = network()
    model.parameters[3:5] = np.nan, np.inf
    save(tmp_path / "a.npz", model)
    assert load(tmp_path / "a.npz").model.parameters.tobytes() == model.parameters.tobytes()


def test_the_same_network_makes_the_same_file(tmp_path):
    for name in "ab":
        save(tmp_path / f"{name}.npz", network(), **BESIDE)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_numpy_reads_the_file_without_pickle(tmp_path):
    save(tmp_path / "a.npz", network(), **BESIDE)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "uf" for array in arrays.values())


# ---- what is refused


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "a.npz"
    save(path, network(), **BESIDE)
    return path.read_bytes()


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"expected|broken") as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(path))
    return message


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_file_that_was_cut_off_is_refused(tmp_path_factory, good, data):
    kept = data.draw(st.integers(0, len(good) - 1))
    refused(tmp_path_factory.mktemp("cut") / "a.npz", good[:kept])


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_file_with_another_byte_is_refused_or_the_same_network(tmp_path_factory, good, data):
    at, change = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("byte") / "a.npz"
    path.write_bytes(good[:at] + bytes([good[at] ^ change]) + good[at + 1 :])
    try:
        model, beside = load(path)
    except ValueError as error:
        model, message = None, str(error)
    if model is None:
        assert message.startswith(str(path))
    else:  # a date, an attribute: nothing that anybody reads
        assert model.parameters.tobytes() == network().parameters.tobytes()
        assert beside["vocabulary"] == BESIDE["vocabulary"] and beside["scaling"]["unit"] == 17.1


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_other_bytes_are_refused(tmp_path_factory, content):
    refused(tmp_path_factory.mktemp("any") / "a.npz", content)


def rewritten(good, **changes):
    """The file with another header; a change of None takes the entry out."""
    source, content = zipfile.ZipFile(io.BytesIO(good)), io.BytesIO()
    header = json.loads(np.lib.format.read_array(io.BytesIO(source.read("header.npy"))).tobytes())
    header = {name: value for name, value in (header | changes).items() if value is not None}
    with zipfile.ZipFile(content, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
        with mock.patch("warnings.warn"):  # the name stands twice, the last counts
            file = io.BytesIO()
            np.save(file, np.frombuffer(json.dumps(header).encode(), np.uint8))
            archive.writestr("header.npy", file.getvalue())
    return content.getvalue()


def layer(**changes):
    return {"kind": "LSTM", "input_size": 2, "hidden_size": 3, "keep": "gates"} | changes


HEADERS = {
    "another format": ({"format": "somebody's"}, 'format "somebody\'s", expected'),
    "of tomorrow": ({"version": 2}, "version 2 of the format, expected 1"),
    "another network": ({"layers": [layer()]}, "holds 178 weights"),
    "another dtype": ({"dtype": "float64"}, "in float32, expected 178 in float64"),
    "no layers": ({"layers": []}, "broken"),
    "unknown layer": ({"layers": [layer(kind="Transformer")]}, "broken"),
    "size as text": ({"layers": [layer(hidden_size="3")]}, "broken"),
    "negative size": ({"layers": [layer(input_size=-1)]}, "broken"),
    "huge layer": ({"layers": [layer(hidden_size=10**9)]}, "broken"),
    "layers that do not fit": ({"layers": [layer(), layer(input_size=5)]}, "broken"),
    "unknown dtype": ({"dtype": "object"}, "broken"),
    "array that is not there": ({"beside": {"x": {"array in the file": "lost"}}}, "broken"),
    "nothing beside": ({"beside": None}, "broken"),
    "beside as a list": ({"beside": [1]}, "broken"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_does_not_fit_is_refused(tmp_path, good, name):
    changes, told = HEADERS[name]
    assert told in refused(tmp_path / "a.npz", rewritten(good, **changes)).replace("\\'", "'")


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.npy", member)
    return content.getvalue()


def test_files_of_others_are_refused(tmp_path):
    file = io.BytesIO()
    np.savez(file, weights=np.ones(3))
    assert "holds no network" in refused(tmp_path / "a.npz", file.getvalue())
    assert "no .npz file" in refused(tmp_path / "a.npz", b"")
    assert "no .npz file" in refused(tmp_path / "a.npz", pickle.dumps(network()))
    assert "broken" in refused(tmp_path / "a.npz", zipped(header=b"{}"))


def test_nothing_in_the_file_is_run(tmp_path, good):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("trapped").touch, ())

    file = io.BytesIO()
    np.save(file, np.array([Trap()]), allow_pickle=True)
    source = zipfile.ZipFile(io.BytesIO(good))
    members = {name.removesuffix(".npy"): source.read(name) for name in source.namelist()}
    for name in members:
        assert "broken" in refused(tmp_path / "a.npz", zipped(**members | {name: file.getvalue()}))
    assert not (tmp_path / "trapped").exists()


def test_no_file_unpacks_to_more_than_it_is_long(tmp_path, good):
    source, content = zipfile.ZipFile(io.BytesIO(good)), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    assert "broken" in refused(tmp_path / "a.npz", content.getvalue())


@pytest.mark.parametrize(
    "value", [(1, 2), {1: 2}, {"a": {1, 2}}, [object()], np.array(["a"]), np.array([None])]
)
def test_what_would_not_come_back_is_not_saved(tmp_path, value):
    with pytest.raises(TypeError, match=r"thing.* expected"):
        save(tmp_path / "a.npz", network(), thing=value)
    assert not list(tmp_path.iterdir())


def test_bad_arguments_are_named(tmp_path):
    with pytest.raises(TypeError, match="model is of type LSTM, expected a Sequential"):
        save(tmp_path / "a.npz", LSTM(1, 2))
    with pytest.raises(ValueError, match=r"path is 'a\.keras', expected one that ends in \.npz"):
        save("a.keras", network())
    with pytest.raises(TypeError, match="path is 3, expected a path"):
        load(3)
    with pytest.raises(FileNotFoundError, match="is not there"):
        load(tmp_path / "a.npz")

    class Mine(LSTM):
        pass

    with pytest.raises(TypeError, match=r"layers\[0\] is of type Mine, expected one of RNN"):
        save(tmp_path / "a.npz", Sequential([Mine(1, 2)]))


def test_a_save_that_fails_leaves_the_old_file(tmp_path, good):
    path = tmp_path / "a.npz"
    path.write_bytes(good)
    with (
        mock.patch("os.fsync", side_effect=OSError("the disk is full")),
        pytest.raises(OSError, match="full"),
    ):
        save(path, network(seed=1))
    assert path.read_bytes() == good and list(tmp_path.iterdir()) == [path]


def test_every_layer_that_a_network_can_have_can_be_saved():
    assert {kind.__name__ for kind in saving.SAVED_KINDS} == {
        "RNN", "ReluRNN", "LSTM", "GRU", "Dense", "Embedding", "LastStep",
    }  # fmt: skip

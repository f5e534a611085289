"""A network in one file, with what belongs to it: what scales its input, the numbers of its words.

The file is NumPy's `.npz`, a zip of arrays. One of them is a header in JSON: which layers, and what lies
beside them. Nothing in the file is code, and none of it is run: a file from a stranger can be wrong, and no
more. (A pickle may do anything while it is being loaded.)
"""

import io
import json
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_course.common import arguments, files

from .layers import GRU, LSTM, RNN, Dense, Embedding, LastStep, ReluRNN, Sequential

FORMAT, VERSION = "lstm-course network", 1
HEADER, PARAMETERS = "header", "parameters"
# The sizes and options without which a layer cannot be made again; how its weights were drawn is past.
_RECURRENT = ("input_size", "hidden_size", "keep")
SAVED_KINDS = {
    RNN: _RECURRENT,
    ReluRNN: _RECURRENT,
    LSTM: _RECURRENT,
    GRU: (*_RECURRENT, "reset_after"),
    Dense: ("input_size", "output_size", "activation"),
    Embedding: ("vocabulary_size", "output_size"),
    LastStep: (),
}
_ARRAY = "array in the file"  # the key under which the header names an array


class Saved(NamedTuple):
    """What `load` finds in a file.

    Args:
        model: the network, a `Sequential`.
        beside: dict of what was saved beside it.
    """

    model: Sequential
    beside: dict


def save(path, model, **beside):
    """Write a network and what belongs to it into one file, in full or not at all.

    Args:
        path: of the file, which ends in ".npz"; an older one is replaced.
        model: a `Sequential`.
        **beside: whatever the network is of no use without, by name: arrays, numbers, strings, True, False,
            None, and lists and dicts of them.

    Raises:
        TypeError, ValueError: if something cannot be kept in such a file.
        OSError: if the file cannot be written; what was there before is there still.

    Example:
        >>> import tempfile
        >>> model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(Path(folder, "air.npz"), model, zero=338.5, unit=17.1)
        ...     again, beside = load(Path(folder, "air.npz"))
        >>> bool((again.parameters == model.parameters).all()), beside
        (True, {'zero': 338.5, 'unit': 17.1})
    """
    path = _checked_path(path)
    arguments.instance("model", model, Sequential, "a Sequential")
    arrays = {PARAMETERS: model.parameters}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "dtype": model.dtype.name,
        "layers": [_described(f"layers[{k}]", layer) for k, layer in enumerate(model.layers)],
        "beside": {name: _packed(name, value, arrays) for name, value in beside.items()},
    }
    arrays[HEADER] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    content = io.BytesIO()
    # Not compressed: weights hardly get smaller, and so no file can unpack to more than it is long.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            # Without a date: the same network gives the same file.
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    files.write(path, content.getvalue())


def load(path):
    """Read a network and what belongs to it from a file that `save` has written.

    Args:
        path: of the file.

    Returns:
        `Saved`, a pair (model, beside): the network with the same weights to the bit, and the dict of what
        was saved beside it.

    Raises:
        FileNotFoundError, OSError: if there is no such file, or it cannot be read.
        ValueError: if it is another kind of file, or broken, or written in a version that is not known here.
    """
    path = _checked_path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there, expected a file that `save` has written")
    content = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise ValueError(f"{path} is no .npz file, or is cut off, expected a file that `save` has written")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(path, archive, len(content))
    except _Refused:
        raise
    except Exception as error:  # whatever zipfile, JSON, NumPy and our layers say to a file that is broken
        raise ValueError(f"{path} is broken, or `save` did not write it: take another copy of it") from error


class _Refused(ValueError):
    """The file was read, and what it says does not fit."""


def _read(path, archive, length):
    if f"{HEADER}.npy" not in archive.namelist():
        raise _Refused(f"{path} holds no network, expected a file that `save` has written")
    header = json.loads(_array(archive, HEADER).tobytes())
    if header["format"] != FORMAT:
        raise _Refused(f"{path} has the format {header['format']!r}, expected {FORMAT!r}")
    if header["version"] != VERSION:
        raise _Refused(
            f"{path} was written in version {header['version']} of the format, expected {VERSION}: "
            "load it with the version of the course that wrote it"
        )
    model = Sequential([_made(described, header["dtype"], length) for described in header["layers"]])
    parameters = _array(archive, PARAMETERS)
    if parameters.shape != model.parameters.shape or parameters.dtype != model.dtype:
        raise _Refused(
            f"{path} holds {parameters.size} weights in {parameters.dtype}, expected "
            f"{model.parameter_count} in {model.dtype} for its layers"
        )
    # Not through `model.parameters = `, which refuses NaN: what was saved is what is loaded.
    model.parameters[...] = parameters
    return Saved(model, {name: _unpacked(value, archive) for name, value in header["beside"].items()})


def _array(archive, name):
    """An array of the file; `archive.read` compares its checksum."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    return np.lib.format.read_array(io.BytesIO(archive.read(info)), allow_pickle=False)


def _described(name, layer):
    """A layer without its weights, for the header."""
    options = SAVED_KINDS.get(type(layer))
    if options is None:
        kinds = ", ".join(kind.__name__ for kind in SAVED_KINDS)
        raise TypeError(f"{name} is of type {type(layer).__name__}, expected one of {kinds}")
    return {"kind": type(layer).__name__} | {option: getattr(layer, option) for option in options}


def _made(described, dtype, length):
    """A layer from its description; its weights are still to come."""
    kind = next(kind for kind in SAVED_KINDS if kind.__name__ == described["kind"])
    options = {name: described[name] for name in SAVED_KINDS[kind]}
    # Before any memory is taken: the weights lie in the file, which is longer than they are many.
    if options and _least_weights(**options) > length:
        raise ValueError("the layer has more weights than the file")
    return kind(**options, **({} if kind is LastStep else {"dtype": dtype, "seed": 0}))


def _least_weights(input_size=0, hidden_size=0, output_size=0, vocabulary_size=0, **_):
    return (input_size + hidden_size) * hidden_size + (input_size + vocabulary_size) * output_size


def _packed(name, value, arrays):
    """A value as the header has it; arrays are put beside it."""
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name} is an array of dtype {array.dtype}, expected numbers or booleans")
        key = f"beside_{len(arrays)}"
        arrays[key] = array
        return {_ARRAY: key}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value) or _ARRAY in value:
            raise TypeError(f"{name} has keys that are no strings, expected strings: turn the dict round")
        return {key: _packed(f"{name}[{key!r}]", inner, arrays) for key, inner in value.items()}
    if isinstance(value, list):
        return [_packed(f"{name}[{k}]", inner, arrays) for k, inner in enumerate(value)]
    if value is not None and type(value) not in (bool, int, float, str):
        raise TypeError(
            f"{name} is of type {type(value).__name__}, expected an array, a number, a string, "
            "or a list or dict of them"
        )
    return value


def _unpacked(value, archive):
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return _array(archive, value[_ARRAY])
        return {key: _unpacked(inner, archive) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unpacked(inner, archive) for inner in value]
    return value


def _checked_path(path):
    arguments.instance("path", path, str | Path, "a path")
    if Path(path).suffix != ".npz":
        raise ValueError(f"path is {str(path)!r}, expected one that ends in .npz")
    return Path(path)

"""The classifier of lesson 4 as a small file, for a page that reads with it and has no Keras.

`lstm-course data --regenerate network` trains it as the lesson does and writes it. Weights are whole numbers
from -127 to 127, with a scale for each unit: a quarter of the size, and the verdicts of the trained network.
"""

import base64
import bz2
import json

import numpy as np

from lstm_course.common.files import course_folder, write
from lstm_course.data.shipping import DataError, listed, sha256, shipped
from lstm_course.data.text import bag_of_words, tokenise
from lstm_course.scratch import LSTM, sigmoid

__all__ = ["FILE", "Reader", "regenerate"]

FILE = "reviews_lstm.json.bz2"
_SEED = 4  # that of the lesson
_CHECKED = 200  # test reviews on which the file is compared with the network
_MATRICES = ("embedding", "kernel", "recurrent_kernel", "hidden", "last")
_VECTORS = ("bias", "hidden_bias", "last_bias")


class Reader:
    """The network of the file, in NumPy, and the bag of words that came with it.

    Args:
        content: dict, what the file holds; default the one that ships.

    Attributes:
        content: that dict.

    Raises:
        DataError: if the file is missing or not what it should be.

    Example:
        >>> reader = Reader()
        >>> reader.verdicts("i was sure that it would be dull and i was mistaken".split()).shape
        (12,)
    """

    def __init__(self, content=None):
        self.content = json.loads(bz2.decompress(shipped(FILE).read_bytes())) if content is None else content
        self._numbers = {word: number for number, word in enumerate(self.content["words"], start=2)}
        matrices = {name: _unpacked(self.content[name]) for name in _MATRICES}
        vectors = {name: np.array(self.content[name]) for name in _VECTORS}
        self._embedding = matrices["embedding"]
        D, H = matrices["kernel"].shape[0], matrices["recurrent_kernel"].shape[0]
        self._lstm = LSTM(D, H, seed=0, dtype="float64")
        for name in ("kernel", "recurrent_kernel", "bias"):
            self._lstm.weights[name][...] = (matrices | vectors)[name]
        self._hidden, self._hidden_bias = matrices["hidden"], vectors["hidden_bias"]
        self._last, self._last_bias = matrices["last"], vectors["last_bias"]

    def verdicts(self, words):
        """The probability of praise after each word.

        Args:
            words: list of T str; those that it does not know count as one and the same.

        Returns:
            `(T,)` numbers from 0 to 1.
        """
        rows = [self._numbers.get(word, 1) for word in words]
        h, _ = self._lstm.forward(self._embedding[rows][None])
        above = np.maximum(0, h[0] @ self._hidden + self._hidden_bias)
        return sigmoid(above @ self._last + self._last_bias)[:, 0]

    def weights(self):
        """What a Keras model of the lesson's form takes in `set_weights`, a list of arrays."""
        lstm = [self._lstm.weights[name] for name in ("kernel", "recurrent_kernel", "bias")]
        return [self._embedding, *lstm, self._hidden, self._hidden_bias, self._last, self._last_bias]


def regenerate(say=print):
    """Train the network as lesson 4 does, and write it into the datasets folder. It takes some minutes.

    Args:
        say: function that is told what is going on, a sentence at a time.

    Raises:
        DataError: if the file cannot be written.
    """
    import keras

    from lstm_course.models import full_size

    keras.utils.set_random_seed(_SEED)
    job = full_size.review_reader(_SEED, _exported)
    say("The LSTM of lesson 4 is trained near first.")
    content = job.run(full_size.review_texts(), _SEED, say)["content"]
    encoded = bz2.compress(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode())
    path = course_folder("datasets") / FILE
    try:
        write(path, encoded)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from None
    say("On {reviews} test reviews {same verdict} verdicts are those of Keras; the largest difference is "
        "{largest difference}.".format(**content["agreement"]))  # fmt: skip
    if listed(path.with_name("README.md")).get(FILE) != sha256(encoded):
        say(f"{path} is new: write {len(encoded):,} bytes and the SHA-256 {sha256(encoded)} into README.md.")


def _exported(model, data):
    """The content of the file, from a trained model."""
    embedding, kernel, recurrent_kernel, bias, hidden, hidden_bias, last, last_bias = model.get_weights()
    matrices = zip(_MATRICES, (embedding, kernel, recurrent_kernel, hidden, last), strict=True)
    vectors = zip(_VECTORS, (bias, hidden_bias, last_bias), strict=True)
    content = {
        "words": list(data.vocabulary),
        **{name: _packed(array) for name, array in matrices},
        **{name: array.astype(float).round(6).tolist() for name, array in vectors},
        "bag": _bag(data),
        "seed": _SEED,
    }  # fmt: skip
    texts = data.reviews.test.texts[:_CHECKED]
    longest = max(len(tokenise(text)) for text in texts)
    x, _ = data.encoded("test", longest)
    theirs = model.predict(x[:_CHECKED], verbose=0)[:, 0]
    ours = np.array([Reader(content).verdicts(tokenise(text))[-1] for text in texts])
    content["agreement"] = {
        "reviews": len(texts),
        "same verdict": int(np.sum((ours > 0.5) == (theirs > 0.5))),
        "largest difference": round(float(np.abs(ours - theirs).max()), 4),
    }
    return {"content": content}


def _bag(data):
    """The bag of words of the lesson: for each word of the vocabulary how rare it is, and what it weighs."""
    tfidf, logistic = (
        step for _, step in bag_of_words(data.reviews.train.texts, data.reviews.train.labels).steps
    )
    places = [tfidf.vocabulary_[word] for word in data.vocabulary]
    table = np.stack([tfidf.idf_[places], logistic.coef_[0][places]], axis=1)
    return {"table": _packed(table), "bias": round(float(logistic.intercept_[0]), 5)}


def _packed(matrix):
    """A matrix in whole numbers of one byte, with a scale for each column."""
    scales = (np.abs(matrix).max(axis=0) / 127).astype(float)
    numbers = np.round(matrix / scales).astype(np.int8)
    text = base64.b64encode(numbers.tobytes()).decode()
    return {"rows": len(matrix), "scales": [float(f"{scale:.7g}") for scale in scales], "numbers": text}


def _unpacked(packed):
    numbers = np.frombuffer(base64.b64decode(packed["numbers"]), np.int8).reshape(packed["rows"], -1)
    return numbers * np.array(packed["scales"])

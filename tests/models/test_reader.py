"""The classifier of lesson 4 as a file: in NumPy, in JavaScript and in Keras it gives the same verdicts."""

import numpy as np
import pytest
from helpers import run_python

from lstm_course.data import bag_of_words, encode, load_reviews, tokenise
from lstm_course.data.shipping import shipped
from lstm_course.models import Reader, text_classifier
from lstm_course.models.reader import FILE

COUNT = 200  # test reviews


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture(scope="module")
def texts():
    return [tokenise(text) for text in load_reviews().test.texts[:COUNT]]


def test_it_is_small_and_says_how_well_it_agrees(reader):
    assert shipped(FILE).stat().st_size < 100_000
    agreement = reader.content["agreement"]
    assert agreement["reviews"] == COUNT
    assert agreement["same verdict"] == COUNT and agreement["largest difference"] < 0.2


def test_it_is_right_as_the_network_of_the_lesson_is(reader, texts):
    labels = load_reviews().test.labels[:COUNT]
    said = np.array([reader.verdicts(words)[-1] > 0.5 for words in texts])
    assert np.mean(said == labels) > 0.88


def test_a_keras_model_with_its_weights_gives_its_verdicts(reader, texts):
    model = text_classifier(len(reader.content["words"]) + 2, 32, 32, recurrent_dropout=0)
    model.set_weights(reader.weights())
    numbers = {word: number for number, word in enumerate(reader.content["words"], start=2)}
    x = encode([" ".join(words) for words in texts], numbers, max(map(len, texts)), padding="post")
    theirs = model.predict(x, verbose=0)[:, 0]
    ours = np.array([reader.verdicts(words)[-1] for words in texts])
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_the_bag_of_words_is_nearly_that_of_the_lesson(reader, texts):
    reviews = load_reviews()
    bag = bag_of_words(reviews.train.texts, reviews.train.labels)
    rarity, weight = _table(reader).T
    places = [bag[0].vocabulary_[word] for word in reader.content["words"]]
    np.testing.assert_allclose(rarity, bag[0].idf_[places], atol=0.05)
    np.testing.assert_allclose(weight, bag[1].coef_[0][places], atol=0.05)


def _table(reader):
    from lstm_course.models.reader import _unpacked

    return _unpacked(reader.content["bag"]["table"])


def test_to_read_with_it_needs_no_framework():
    code = (
        "import sys\nfrom lstm_course.models.reader import Reader\nReader().verdicts(['a', 'film'])\n"
        "print([name for name in ('keras', 'tensorflow', 'sklearn') if name in sys.modules])\n"
    )
    assert run_python(code) == "[]\n"

"""Strings to numbers and back, where padding and cutting happen, and the baseline without word order."""

import unicodedata

import numpy as np
import pytest

from lstm_course.data import text

TEXTS = ["The film was good.", "The book was not good, not at all", "A dull, dull, dull evening"]


def test_frequent_words_come_first_and_ties_by_alphabet():
    vocabulary = text.build_vocabulary(TEXTS)
    assert list(vocabulary)[:5] == ["dull", "good", "not", "the", "was"]
    assert sorted(vocabulary.values()) == list(range(2, 2 + len(vocabulary)))
    assert text.build_vocabulary(TEXTS[::-1]) == vocabulary
    assert text.input_dim(text.build_vocabulary(TEXTS, size=5)) == 5


def test_encode_and_decode_agree_and_unknown_words_are_marked():
    vocabulary = text.build_vocabulary(TEXTS)
    for padding in "pre", "post":
        row = text.encode(["The film was zany"], vocabulary, 9, padding=padding)[0]
        assert text.decode(row, vocabulary) == ["the", "film", "was", "[?]"]
    assert text.encode(["", "dull"], vocabulary, 3).tolist() == [[0, 0, 0], [0, 0, 2]]


def test_long_texts_keep_their_end_or_their_beginning():
    vocabulary = text.build_vocabulary(TEXTS)
    end, beginning = (text.encode(TEXTS[1:2], vocabulary, 3, truncating=side)[0] for side in ("pre", "post"))
    assert text.decode(end, vocabulary) == ["not", "at", "all"]
    assert text.decode(beginning, vocabulary) == ["the", "book", "was"]


def test_encode_agrees_with_keras():
    from keras.utils import pad_sequences

    vocabulary = text.build_vocabulary(TEXTS)
    numbers = [[vocabulary[word] for word in text.tokenise(one)] for one in TEXTS]
    for length in 3, 6, 12:
        for padding in "pre", "post":
            for truncating in "pre", "post":
                ours = text.encode(TEXTS, vocabulary, length, padding, truncating)
                theirs = pad_sequences(numbers, length, padding=padding, truncating=truncating)
                np.testing.assert_array_equal(ours, theirs)


def test_a_bag_of_words_cannot_see_order_and_pairs_can():
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=200)
    order = {0: "not good but bad", 1: "not bad but good"}
    fillers = ["we sat there", "it rained", "the evening was long", "nobody came"]
    endings = [fillers[k] for k in rng.integers(4, size=200)]
    texts = [f"{order[label]} {ending}" for label, ending in zip(labels, endings, strict=True)]
    words = text.bag_of_words(texts[:100], labels[:100]).predict(texts[100:])
    pairs = text.bag_of_words(texts[:100], labels[:100], ngrams=2).predict(texts[100:])
    assert np.mean(words == labels[100:]) < 0.7 and np.mean(pairs == labels[100:]) == 1


def test_a_bag_of_words_tells_three_classes_apart():
    texts, labels = ["red rose", "blue sky", "green leaf"] * 4, [0, 1, 2] * 4
    model = text.bag_of_words(texts, labels)
    assert model.predict(["a leaf", "the sky", "one rose"]).tolist() == [2, 1, 0]


def test_cutting_leaves_the_decisive_clause_and_what_is_asked_for():
    texts, distances = ["We sat down. It was not bad. We went home."] * 2, [3, 3]
    whole = "we sat down it was not bad we went home"
    assert text.cut_after(texts, distances, 0) == ["we sat down it was not bad"] * 2
    assert text.cut_after(texts, distances, 1)[0] == "we sat down it was not bad we"
    assert text.cut_after(texts, distances, 3)[0] == text.cut_after(texts, distances, 99)[0] == whole


def test_accuracy_by_distance_counts_each_text_once():
    distances = np.arange(5, 80)
    right = distances < 40
    middles, accuracies, counts = text.accuracy_by_distance(right, distances, [0, 20, 40, 60, 80, 100])
    assert middles.tolist() == [10, 30, 50, 70, 90] and counts.tolist() == [15, 20, 20, 20, 0]
    assert accuracies[:4].tolist() == [1, 1, 0, 0] and np.isnan(accuracies[4])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.tokenise(None), "text is None, expected a string"),
        (lambda: text.build_vocabulary("a text"), "single string, expected a list"),
        (lambda: text.build_vocabulary(["good", 3]), r"texts\[1\] is of type int"),
        (lambda: text.build_vocabulary(["...", ""]), "no word in it"),
        (lambda: text.build_vocabulary(TEXTS, size=2), "at least 3"),
        (lambda: text.encode([], {}, 3), "texts is empty"),
        (lambda: text.encode(TEXTS, {}, 3, padding="left"), "expected 'pre' or 'post'"),
        (lambda: text.decode([99], {"good": 2}), "whole numbers from 0 to 2"),
        (lambda: text.bag_of_words(TEXTS, [0, 1]), r"expected \(3,\)"),
        (lambda: text.bag_of_words(TEXTS, ["0", "1", "1"]), "expected an array of numbers"),
        (lambda: text.bag_of_words(TEXTS, [0, 1, -2]), "whole numbers from 0"),
        (lambda: text.cut_after(TEXTS, [1, 2, 3], -1), "at least 0"),
        (lambda: text.accuracy_by_distance([1], [2], [5, 5]), "two ascending numbers"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("I <3 this film, really. A must -> see it", "i 3 this film really a must see it"),
        ("two < three and <br />five > four <!-- not this --> six", "two three and five four six"),
        ("cafe\u0301 CAFÉ", "café café"),
        ("यह फ़िल्म अच्छी है।", "यह फ़िल्म अच्छी है"),
        ("İstanbul'da", "i\u0307stanbul'da"),
        ("می\u200cروم", "می\u200cروم"),
        ("Größe ça naïve д\u0306ом", "größe ça naïve д\u0306ом"),
    ],
)
def test_accents_and_signs_stay_within_their_words(given, words):
    assert text.tokenise(given) == unicodedata.normalize("NFC", words).split()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("I'm hungry, I’m hungry, Iʼm hungry, I＇m hungry", ["i'm", "hungry"] * 4),  # explosion/spaCy#685
        ("don´t ‘quote’", ["don't", "quote"]),  # machinalis/iepy#26
        ("Ankara'Nın Ankara’nın", ["ankara'nın", "ankara'nın"]),  # ahmetaa/zemberek-nlp#64
        ("a coca-cola, too naïve", ["a", "coca", "cola", "too", "naïve"]),  # lucaong/minisearch#197
        ("great 👍🏽 film ❤️ a👩‍👩‍👧b", ["great", "film", "a", "b"]),
        ("\ufeffwon\u00adder non\u00a0breaking", ["wonder", "non", "breaking"]),
    ],
)
def test_signs_that_people_really_type(given, words):
    """Apostrophes of every keyboard, hyphens, emoji, what stands in files unseen: from the reports named."""
    assert text.tokenise(given) == words


def test_words_do_not_depend_on_the_normal_form():
    """huggingface/transformers#6680: composed and decomposed letters made other words."""
    turkish = "ÇOCUK ŞANLIURFA'DAN GELENLERİ ÖĞÜN YİYOR"
    forms = {
        tuple(text.tokenise(unicodedata.normalize(form, turkish))) for form in ("NFC", "NFD", "NFKC", "NFKD")
    }
    assert forms == {("çocuk", "şanliurfa'dan", "gelenleri̇", "öğün", "yi̇yor")}

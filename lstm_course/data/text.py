"""From strings to numbers, and what a classifier of texts is measured against.

A word's number is its place in the vocabulary, the most frequent first. Two numbers are no words: 0 fills up
short texts (`PADDING`), 1 stands for every word that the vocabulary has not (`UNKNOWN`).
"""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

import numpy as np

from lstm_course.common import arguments

PADDING, UNKNOWN = 0, 1
FIRST_WORD = 2

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)  # "<3" is none
_WORD = re.compile(r"\w+(?:'\w+)*")
_JOINERS = "\u200c\u200d"  # within words of Persian and Hindi
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff"))  # soft hyphen, word joiner, mark of byte order
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ´＇"), "'")


def tokenise(text):
    """Cut a text into words: lower case, no punctuation, no HTML tags; an apostrophe stays within its word.

    An accent stays with its letter, whether it is one character with it or a character of its own (the text
    is brought to Unicode's normal form C). Words are what stands between blanks and punctuation: texts of
    languages that write without blanks have to be cut by a tool for that language.

    Args:
        text: a string.

    Returns:
        List of str.

    Raises:
        TypeError: if `text` is not a string.

    Example:
        >>> tokenise("Not bad.<br />I didn't sleep!")
        ['not', 'bad', 'i', "didn't", 'sleep']
        >>> tokenise("I <3 this, really. A must -> see it: cafe\u0301, हिन्दी")
        ['i', '3', 'this', 'really', 'a', 'must', 'see', 'it', 'café', 'हिन्दी']
    """
    arguments.instance("text", text, str, "a string")
    text = unicodedata.normalize("NFC", _TAG.sub(" ", text).lower()).translate(_INVISIBLE | _APOSTROPHES)
    if text.isascii():
        return _WORD.findall(text)
    # Vowel signs and accents that no letter holds are no \w to Python; after an emoji they make no word.
    marks = sorted(sign for sign in set(text) if unicodedata.category(sign) in ("Mn", "Mc"))
    word = rf"\w[\w{''.join(marks)}{_JOINERS}]*"
    return re.findall(rf"{word}(?:'{word})*", text)


def build_vocabulary(texts, size=None):
    """Number the words of some texts, the most frequent first, equally frequent ones by the alphabet.

    Take the training texts alone: a vocabulary that has seen the test texts has leaked.

    Args:
        texts: list of strings.
        size: how many numbers there shall be at most, padding and unknown included, at least 3; default None:
            as many as needed.

    Returns:
        Dict: word -> number, from 2 on.

    Raises:
        TypeError, ValueError: if `texts` is not a list of strings or has no word, or `size` is under 3.

    Example:
        >>> build_vocabulary(["good film", "good book", "bad"], size=5)
        {'good': 2, 'bad': 3, 'book': 4}
    """
    if size is not None:
        arguments.whole_number("size", size, minimum=3)
    counts = Counter(word for text in _texts(texts) for word in tokenise(text))
    if not counts:
        raise ValueError("texts has no word in it, expected at least one")
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    kept = ranked if size is None else ranked[: size - FIRST_WORD]
    return {word: number for number, word in enumerate(kept, start=FIRST_WORD)}


def input_dim(vocabulary):
    """Rows that an embedding needs for a vocabulary: its words, padding and unknown.

    Example:
        >>> input_dim({"good": 2, "bad": 3})
        4
    """
    return FIRST_WORD + len(vocabulary)


def encode(texts, vocabulary, length, padding="pre", truncating="pre"):
    """Texts as rows of numbers, all of one length.

    Args:
        texts: list of strings.
        vocabulary: dict from `build_vocabulary`.
        length: T, words kept of each text.
        padding: where the zeros of a short text go, "pre" (default: before the words) or "post".
        truncating: where a long text loses words, "pre" (default: at its beginning, so that its end is kept)
            or "post".

    Returns:
        Array of int32, `(N, T)`.

    Raises:
        TypeError, ValueError: if `texts` is not a list of strings, or another argument not as above.

    Example:
        >>> encode(["a good book"], {"good": 2, "book": 3}, length=5)
        array([[0, 0, 1, 2, 3]], dtype=int32)
        >>> encode(["a good book"], {"good": 2, "book": 3}, length=2, truncating="post")
        array([[1, 2]], dtype=int32)
    """
    arguments.instance("vocabulary", vocabulary, dict, "a dict from build_vocabulary")
    arguments.whole_number("length", length)
    arguments.one_of("padding", padding, ("pre", "post"))
    arguments.one_of("truncating", truncating, ("pre", "post"))
    rows = np.full((len(_texts(texts)), length), PADDING, dtype="int32")
    for row, text in zip(rows, texts, strict=True):
        numbers = [vocabulary.get(word, UNKNOWN) for word in tokenise(text)]
        numbers = numbers[:length] if truncating == "post" else numbers[-length:]
        if numbers and padding == "pre":
            row[-len(numbers) :] = numbers
        else:
            row[: len(numbers)] = numbers
    return rows


def decode(numbers, vocabulary):
    """The words of one row of numbers, padding left out and unknown words as `[?]`.

    Args:
        numbers: row of `encode`, `(T,)`.
        vocabulary: the same dict.

    Returns:
        List of str.

    Raises:
        TypeError, ValueError: if `numbers` are not whole numbers of the vocabulary.

    Example:
        >>> decode([0, 0, 1, 2, 3], {"good": 2, "book": 3})
        ['[?]', 'good', 'book']
    """
    words = {UNKNOWN: "[?]"} | {number: word for word, number in vocabulary.items()}
    numbers = arguments.integers("numbers", numbers, ("T",), below=max(words) + 1)
    return [words[number] for number in numbers.tolist() if number != PADDING]


def bag_of_words(texts, labels, ngrams=1, strength=10.0, limit=None):
    """The baseline for texts: which words occur, without their order, and a logistic regression on that.

    Words are weighted by tf-idf (Spärck Jones 1972): a word counts more the fewer texts it stands in.

    Args:
        texts: list of strings to learn from.
        labels: the number of each text's class, from 0 on, `(N,)`.
        ngrams: longest run of words that counts as one feature; default 1: single words, 2: pairs as well.
        strength: inverse of the regularisation, scikit-learn's C; default 10.
        limit: keep that many features, the most frequent; default None: all.

    Returns:
        A fitted scikit-learn pipeline: `.predict(texts)`, `.predict_proba(texts)`.

    Raises:
        TypeError, ValueError: if texts and labels do not fit each other, or a label is no such number.

    Example:
        >>> model = bag_of_words(["good film", "bad film", "good book", "bad"], [1, 0, 1, 0])
        >>> model.predict(["a good day", "a bad day"]).tolist()
        [1, 0]
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    labels = arguments.integers("labels", labels, (len(_texts(texts)),), minimum=0)
    arguments.whole_number("ngrams", ngrams)
    words = TfidfVectorizer(
        tokenizer=tokenise,
        token_pattern=None,
        lowercase=False,
        sublinear_tf=True,
        dtype=np.float32,
        ngram_range=(1, ngrams),
        max_features=limit,
    )
    return make_pipeline(words, LogisticRegression(C=strength, max_iter=1000)).fit(texts, labels)


def cut_after(texts, distances, words):
    """Texts that end `words` words after their decisive clause; those that end sooner stay whole.

    Training begins with few `words`: what is near is learnt first, how to keep it comes later (Bengio et al.
    2009, Curriculum learning).

    Args:
        texts: list of strings.
        distances: words from the decisive clause to the end of each text, `(N,)`.
        words: how many words to leave after it, at least 0.

    Returns:
        List of strings, in lower case and without punctuation.

    Raises:
        TypeError, ValueError: if texts and distances do not fit each other, or `words` is under 0.

    Example:
        >>> cut_after(["It was not bad. We went home by bus."], [5], words=2)
        ['it was not bad we went']
    """
    distances = arguments.integers("distances", distances, (len(_texts(texts)),))
    arguments.whole_number("words", words, minimum=0)
    split = map(tokenise, texts)
    return [
        " ".join(text[: len(text) - max(distance - words, 0)])
        for text, distance in zip(split, distances.tolist(), strict=True)
    ]


def accuracy_by_distance(right, distances, edges):
    """How often a classifier is right, by how far back the decisive words lie.

    Args:
        right: whether each answer was right, `(N,)`.
        distances: words from the decisive clause to the end of the text, `(N,)`.
        edges: where one group of distances ends and the next begins, `(G + 1,)`, ascending; a group has its
            lower edge and not its upper one.

    Returns:
        (middles, accuracies, counts), each `(G,)`: middle of each group, share of right answers in it (NaN
        where it is empty), and how many texts it has.

    Raises:
        TypeError, ValueError: if an argument has another shape, or the edges do not ascend.

    Example:
        >>> middles, accuracies, counts = accuracy_by_distance([1, 1, 0, 1], [3, 5, 12, 18], [0, 10, 20])
        >>> middles.tolist(), accuracies.tolist(), counts.tolist()
        ([5.0, 15.0], [1.0, 0.5], [2, 2])
    """
    right = arguments.array("right", right, ("N",))
    distances = arguments.array("distances", distances, (len(right),))
    edges = arguments.array("edges", edges, ("G",), "float64")
    if len(edges) < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"edges is {edges.tolist()}, expected at least two ascending numbers")
    groups = [(distances >= low) & (distances < high) for low, high in pairwise(edges)]
    accuracies = np.array([right[group].mean() if group.any() else np.nan for group in groups])
    counts = np.array([np.count_nonzero(group) for group in groups])
    return (edges[:-1] + edges[1:]) / 2, accuracies, counts


def _texts(texts):
    """The texts, when they are a list of strings with at least one."""
    if isinstance(texts, str):
        raise TypeError("texts is a single string, expected a list of strings")
    arguments.instance("texts", texts, (list, tuple, np.ndarray), "a list of strings")
    if not len(texts):
        raise ValueError("texts is empty, expected at least one string")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{place}] is of type {type(text).__name__}, expected a string")
    return texts

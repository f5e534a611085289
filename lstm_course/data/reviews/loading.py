"""The reviews: those that ship with the course, and the film reviews that are fetched."""

import bz2
from dataclasses import dataclass

import numpy as np

from lstm_course.data.shipping import shipped

__all__ = ["Reviews", "Split", "has_imdb", "load_imdb", "load_reviews"]


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled texts.

    Args:
        texts: list of N str.
        labels: (N,) int64, 1 for praise, 0 for blame.
        distances: (N,) int64, words from the end of the decisive clause to the end of the text; None where
            that is not known.
    """

    texts: list
    labels: np.ndarray
    distances: np.ndarray | None = None

    def __len__(self):
        return len(self.texts)


@dataclass(frozen=True, eq=False)
class Reviews:
    """Texts to learn from, to choose by and to be measured with; each a `Split`."""

    train: Split
    validation: Split
    test: Split


def load_reviews():
    """Short reviews of films, books and meals, written for this course by `lstm_course.data.reviews.writer`.

    One clause of each gives the verdict, by what is done with an opinion word: "I was sure that it would be
    dull, and I was mistaken" praises. The text goes on for 5 to 80 words after it. No word alone tells the
    label, the splits share no sentence, and the test asks for patterns with opinion words that never occur
    together in training. Half of each split has either label.

    Returns:
        A `Reviews`; every split has distances.

    Raises:
        DataError: as `shipped`.

    Example:
        >>> reviews = load_reviews()
        >>> len(reviews.train), len(reviews.validation), len(reviews.test)
        (5760, 1440, 2880)
    """
    table = bz2.decompress(shipped("reviews.tsv.bz2").read_bytes()).decode()
    rows = {"train": [], "validation": [], "test": []}
    for line in table.splitlines()[1:]:
        split, *row = line.split("\t")
        rows[split].append(row)
    return Reviews(**{split: _split(*zip(*found, strict=True)) for split, found in rows.items()})


def load_imdb(validation=0):
    """50,000 film reviews: the Large Movie Review Dataset (Maas et al. 2011).

    The published archive (84 MB) is downloaded into the cache folder when it is needed for the first time;
    `lstm-course data imdb --from FILE` takes it from a file. In each split blame and praise take turns.

    Args:
        validation: how many of the 25,000 training reviews to hold out, an even number; default 0. It is the
            last ones that are held out: reviews of one film have neighbouring numbers, so that hardly any
            film is in both parts.

    Returns:
        A `Reviews` without distances; the validation split is empty when none is asked for.

    Raises:
        ValueError: if `validation` is not an even number from 0 to 24,998.
        DataError: if the reviews are neither in the cache nor to be had; the message says what to do.
    """
    from lstm_course.data.reviews import imdb

    if isinstance(validation, bool) or validation not in range(0, 2 * imdb.EACH, 2):
        most = 2 * imdb.EACH - 2
        raise ValueError(f"validation is {validation!r}, expected an even number from 0 to {most:,}")
    imdb.fetch()
    parts = imdb.read()
    texts, labels = parts["train"]
    kept = len(texts) - validation
    return Reviews(
        Split(texts[:kept], labels[:kept]), Split(texts[kept:], labels[kept:]), Split(*parts["test"])
    )


def has_imdb():
    """Whether the Large Movie Review Dataset is in the cache, so that `load_imdb` needs no network."""
    from lstm_course.data.reviews import imdb

    return imdb.path().is_file()


def _split(labels, distances, texts):
    return Split(list(texts), np.array(labels, np.int64), np.array(distances, np.int64))

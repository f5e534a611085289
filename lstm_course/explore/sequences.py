"""Explorers of whole sequences: windows of a series, and a review read word by word."""

import numpy as np

from lstm_course.common import arguments
from lstm_course.data.reviews.loading import load_reviews
from lstm_course.data.text import tokenise
from lstm_course.models.reader import Reader
from lstm_course.plots.charts import training_curves
from lstm_course.plots.strips import gate_timeline
from lstm_course.plots.style import HUES, INK, new_figure, styled

from .explorer import Explorer, slider

__all__ = ["sliding_window", "what_it_remembers", "word_by_word"]

_SHOWN_UNITS = 12
_FARTHEST = 240  # words that can be put behind a text


def sliding_window(series, seq_length, ylabel="value"):
    """The window that `create_sequences` slides over a series, and the value that it asks for.

    Args:
        series: numbers in order of time, `(T,)`.
        seq_length: length of the window at first, from 1 to T - 1.
        ylabel: what the numbers are, with their unit; default "value".

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> sliding_window([3.0, 5.0, 4.0, 6.0, 8.0], seq_length=2).state
        {'length': 2, 'sample': 0}
    """
    series = arguments.array("series", series, ("T",), np.float64)
    seq_length = arguments.whole_number("seq_length", seq_length)
    if seq_length >= len(series):
        raise ValueError(f"seq_length is {seq_length}, expected less than the {len(series)} values there are")
    longest = min(len(series) - 1, max(2 * seq_length, len(series) // 2))
    controls = [
        slider("length", "length of the window", 1, longest, seq_length, 1, " steps"),
        slider("sample", "sample", 0, len(series) - seq_length - 1, 0, 1),
    ]
    question = (
        f"the series has {len(series)} values. How many samples are left when the window grows to {longest}, "
        "and which values are never asked for?"
    )
    alt = (
        f"A series of {len(series)} values. A window over steps 0 to {seq_length - 1} is shaded, and the "
        f"value after it, {series[seq_length]:.4g}, is the target."
    )
    figure = _window_figure(series, ylabel, seq_length)
    data = {"series": series.tolist(), "ylabel": ylabel}
    return Explorer("sliding_window", question, controls, figure, alt, data)


@styled
def _window_figure(series, ylabel, target):
    figure = new_figure(3.0)
    axes = figure.add_axes((0.1, 0.18, 0.86, 0.76))
    axes.plot(series, color=HUES["size"], linewidth=1)
    axes.axvspan(-0.5, target - 0.5, color=HUES["size"], alpha=0.22, linewidth=0)
    axes.plot(target, series[target], "*", color=INK, markersize=14)
    axes.set(xlabel="time step", ylabel=ylabel)
    axes.grid(True, axis="y")
    return figure


def word_by_word(reviews):
    """What a trained classifier holds of a review, and what it would say, after each word.

    Args:
        reviews: dict from a title to `(words, verdicts, states)`: T words, the probability that the review
            is good after each of them `(T,)`, and the cell states after each of them `(T, H)`. Of many units
            those that change most are shown.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> word_by_word({"short": (["not", "good"], [0.4, 0.1], [[0.5], [-0.9]])}).state
        {'title': 'short', 'read': 1}
    """
    arguments.entries("reviews", reviews, "a dict from titles to (words, verdicts, states)")
    pages = [_for_page(title, review) for title, review in reviews.items()]
    words, verdicts = pages[0]["words"], pages[0]["verdicts"]
    longest = max(len(page["words"]) for page in pages)
    controls = [slider("read", "words read", 1, longest, max(1, len(words) // 2), 1, f" of {len(words)}")]
    if len(pages) > 1:
        controls[0]["unit"] = ""
        menu = {"name": "title", "label": "review", "options": list(reviews), "start": pages[0]["title"]}
        controls.insert(0, menu)
    question = (
        "at which word will the verdict turn, and does a verdict once reached survive the rest of the review?"
    )
    alt = (
        f"The verdict of a classifier on a review of {len(words)} words, after each of them: it ends at "
        f"{verdicts[-1]:.2f}, where 0 is bad and 1 is good. Below, the cell states of "
        f"{len(pages[0]['units'])} units."
    )
    states = np.array(pages[0]["states"])
    figure = gate_timeline({"verdict: 1 is good": verdicts, "c": states}, words)
    return Explorer(
        "word_by_word", question, controls, figure, alt, {"reviews": pages}, title=pages[0]["title"]
    )


def _for_page(title, review):
    """A review as the page gets it: with the units that change most over the whole of it."""
    name = f"reviews[{title!r}]"
    if not isinstance(review, tuple | list) or len(review) != 3:
        raise ValueError(f"{name} is {arguments.described(review)}, expected (words, verdicts, states)")
    words, verdicts, states = review
    if isinstance(words, str) or not all(isinstance(word, str) for word in words):
        raise TypeError(f"{name}[0] is {arguments.described(words)}, expected a list of words")
    verdicts = arguments.array(f"{name}[1]", verdicts, (len(words),), np.float64)
    arguments.within(f"{name}[1]", verdicts, 0, 1)
    states = arguments.array(f"{name}[2]", states, (len(words), "H"), np.float64)
    units = np.sort(np.argsort(-states.std(axis=0), kind="stable")[:_SHOWN_UNITS])
    return {"title": title, "words": list(words), "verdicts": verdicts.round(4).tolist(),
            "units": units.tolist(), "states": states[:, units].round(3).tolist()}  # fmt: skip


def what_it_remembers(texts=None):
    """A text of one's own, read by the trained network of lesson 4, with a bag of words beside it.

    The network is the one that ships (`lstm_course.models.Reader`), so that the page needs no Keras.

    Args:
        texts: list of str that are offered to begin with; default three short reviews of the test.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if texts is no list of texts with words in them.
        DataError: if the network does not ship with the course as it should.

    Example:
        >>> what_it_remembers(["I expected it to be dire, but it was charming"]).state["chosen"]
        1
    """
    test = load_reviews().test
    if texts is None:
        texts = [text for text in test.texts if len(text.split()) < 40][:3]
    arguments.instance("texts", texts, list, "a list of texts")
    for text in texts:
        if not tokenise(text):
            raise ValueError(f"texts has {arguments.described(text)}, expected texts with words in them")
    if not texts:
        raise ValueError("texts is empty, expected at least one text")
    reader = Reader()
    words = tokenise(texts[0])
    verdicts = reader.verdicts(words)
    # What follows a verdict in a review says nothing about it.
    rest = [word for text, distance in zip(test.texts, test.distances, strict=True)
            for word in tokenise(text)[-distance:]][:_FARTHEST]  # fmt: skip
    question = (
        "how many words can stand between the verdict and the end of the text before the network forgets it? "
        "And which single word must go for the verdict to turn?"
    )
    alt = (
        f"The verdict of the network after each of {len(words)} words, from 0, blame, to 1, praise: "
        f"{verdicts[0]:.2f} after the first and {verdicts[-1]:.2f} after the last."
    )
    figure = training_curves({"LSTM": verdicts}, "verdict: 1 is praise", chance=0.5, xlabel="words read")
    data = {"network": reader.content, "texts": texts, "filler": rest}
    controls = [slider("chosen", "chosen word: number", 1, len(words), 1, 1)]
    return Explorer(
        "what_it_remembers",
        question,
        controls,
        figure,
        alt,
        data,
        text=texts[0],
        first=texts[0],
        gap=0,
        best=0,
    )

"""Explorers of whole sequences: windows of a series, and a review read word by word."""

import ipywidgets as widgets
import numpy as np

from lstm_course.common import arguments
from lstm_course.plots.style import OKABE_ITO, new_figure, styled

from .explorer import Explorer, Scene, percent, slider

_SHOWN_WORDS = 40  # that have room beside each other
_SHOWN_UNITS = 12


# --- the window of a time series ---


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
        >>> sliding_window([3.0, 5.0, 4.0, 6.0, 8.0], seq_length=2).sentence
        'Sample 0 reads steps 0 to 1 and is to say step 2, which is 4. There are 5 − 2 = 3 samples: ...
    """
    series = arguments.array("series", series, ("T",), np.float64)
    seq_length = arguments.whole_number("seq_length", seq_length)
    if seq_length >= len(series):
        raise ValueError(f"seq_length is {seq_length}, expected less than the {len(series)} values there are")
    longest = min(len(series) - 1, max(2 * seq_length, len(series) // 2))
    controls = {
        "length": slider("length of the window", 1, longest, seq_length, 1),
        "sample": slider("sample", 0, len(series) - seq_length - 1, 0, 1),
    }

    def fewer_samples(change):
        controls["sample"].max = len(series) - change.new - 1

    controls["length"].observe(fewer_samples, "value")  # before the picture is drawn
    question = (
        f"the series has {len(series)} values. How many samples are left when the window grows to {longest}, "
        "and which values are never asked for?"
    )
    return Explorer(question, controls, lambda **setting: _window_scene(series, ylabel, **setting))


def _window_scene(series, ylabel, length, sample):
    T, target = len(series), sample + length
    sentence = (
        f"Sample {sample} reads steps {sample} to {target - 1} and is to say step {target}, which is "
        f"{_plain(series[target])}. There are {T} − {length} = {T - length} samples: inputs of shape "
        f"({T - length}, {length}, 1) and targets of shape ({T - length}, 1). Steps 0 to {length - 1} are "
        f"never asked for, step {T - 1} is never read."
    )
    alt = (
        f"A series of {T} values. A window over steps {sample} to {target - 1} is shaded, and the value "
        f"after it, {_plain(series[target])} at step {target}, is the target. Below, the sample alone."
    )
    return Scene(_window_figure(series, ylabel, sample, target), alt, sentence)


def _plain(value):
    return f"{value:.4g}".replace("-", "−")


@styled
def _window_figure(series, ylabel, start, target):
    figure = new_figure(4.4)
    whole = figure.add_axes((0.1, 0.6, 0.86, 0.37))
    whole.plot(series, color="#888888", linewidth=1)
    whole.axvspan(start - 0.5, target - 0.5, color=OKABE_ITO[5], alpha=0.35, linewidth=0)
    whole.set(xlabel="time step", ylabel=ylabel)
    sample = figure.add_axes((0.1, 0.11, 0.86, 0.34), sharey=whole)
    sample.plot(range(start, target), series[start:target], "-o", color=OKABE_ITO[0], label="read")
    sample.set(xlim=(start - 1, target + 1), xlabel="time step", ylabel=ylabel)
    for axes in (whole, sample):
        axes.plot(target, series[target], "*", color=OKABE_ITO[1], markersize=14, label="to be said")
        axes.grid(True, axis="y")
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    sample.legend(loc="upper left", bbox_to_anchor=(0, 1.2), ncols=2)
    return figure


# --- a classifier, word by word ---


def word_by_word(reviews):
    """What a trained classifier holds of a review, and what it would say, after each word.

    Args:
        reviews: dict from a title to `(words, verdicts, states)`: T words, the probability that the review
            is good after each of them `(T,)`, and the cell states after each of them `(T, H)`.

    Returns:
        An `Explorer`.

    Raises:
        TypeError, ValueError: if an argument has another kind or shape.

    Example:
        >>> review = (["not", "good"], [0.4, 0.1], [[0.5], [-0.9]])
        >>> explorer = word_by_word({"short": review})
        >>> explorer.controls["read"].value = 2
        >>> explorer.sentence
        'After 2 of 2 words, the last one “good”, it says 10 % good; that word moved it by −30 points. ...
    """
    arguments.entries("reviews", reviews, "a dict from titles to (words, verdicts, states)")
    reviews = {title: _checked_review(title, review) for title, review in reviews.items()}
    first = next(iter(reviews.values()))
    controls = {"read": slider("words read", 1, len(first[0]), max(1, len(first[0]) // 2), 1)}
    if len(reviews) > 1:
        controls = {
            "title": widgets.Dropdown(
                options=list(reviews), description="review", style={"description_width": "15em"}
            ),
            **controls,
        }
        # The number of words belongs to the review: it changes before the picture is drawn.
        controls["title"].observe(lambda change: _turn_to(controls["read"], reviews[change.new][0]), "value")

    def scene(read, title=None):
        return _review_scene(*(first if title is None else reviews[title]), read)

    question = (
        "at which word will the verdict turn, and does a verdict once reached survive the rest of the review?"
    )
    return Explorer(question, controls, scene)


def _turn_to(read, words):
    # Never a value beyond the maximum, whichever of the two grows.
    read.value = min(read.value, len(words))
    read.max = len(words)
    read.value = max(1, len(words) // 2)


def _checked_review(title, review):
    name = f"reviews[{title!r}]"
    if not isinstance(review, tuple | list) or len(review) != 3:
        raise ValueError(f"{name} is {arguments.described(review)}, expected (words, verdicts, states)")
    words, verdicts, states = review
    if isinstance(words, str) or not all(isinstance(word, str) for word in words):
        raise TypeError(f"{name}[0] is {arguments.described(words)}, expected a list of words")
    verdicts = arguments.array(f"{name}[1]", verdicts, (len(words),), np.float64)
    arguments.within(f"{name}[1]", verdicts, 0, 1)
    return list(words), verdicts, arguments.array(f"{name}[2]", states, (len(words), "H"), np.float64)


def _review_scene(words, verdicts, states, read):
    word, now = words[read - 1], verdicts[read - 1]
    moves = np.diff(verdicts[:read], prepend=0.5)
    strongest = int(np.abs(moves).argmax())
    sentence = (
        f"After {read} of {len(words)} words, the last one “{word}”, it says {percent(now)} good; that word "
        f"moved it by {_points(moves[-1])}. The strongest word so far: “{words[strongest]}” "
        f"(word {strongest + 1}, {_points(moves[strongest])})."
    )
    alt = (
        f"The verdict of a classifier on a review of {len(words)} words, after each of the first {read}: it "
        f"ends at {now:.2f}, where 0 is bad and 1 is good. Below, the cell states of "
        f"{min(states.shape[1], _SHOWN_UNITS)} units after each word."
    )
    return Scene(_review_figure(words, verdicts, states, read), alt, sentence)


def _points(move):
    points = round(100 * float(move))
    return f"{points:+d} points".replace("-", "−") if points else "0 points"


@styled
def _review_figure(words, verdicts, states, read):
    # The units that change most over the whole review, so that rows do not jump while it is read.
    units = np.sort(np.argsort(-states.std(axis=0), kind="stable")[:_SHOWN_UNITS])
    first = max(0, min(read - _SHOWN_WORDS * 3 // 4, len(words) - _SHOWN_WORDS))
    last = min(len(words), first + _SHOWN_WORDS)
    figure = new_figure(5.0)
    verdict = figure.add_axes((0.1, 0.62, 0.8, 0.34))
    steps = np.arange(first, min(read, last))
    verdict.axhline(0.5, color="#666666", linewidth=1, linestyle=(0, (2, 2)))
    verdict.plot(steps, verdicts[steps], "-o", color=OKABE_ITO[0])
    verdict.plot(read - 1, verdicts[read - 1], "o", color=OKABE_ITO[1], markersize=10)
    verdict.set(xlim=(first - 0.5, last - 0.5), ylim=(-0.05, 1.05), ylabel="verdict: 1 is good")
    verdict.set_xticks(range(first, last), [word[:14] for word in words[first:last]], rotation=90, fontsize=8)
    for place, label in zip(range(first, last), verdict.get_xticklabels(), strict=True):
        label.set_color("#222222" if place < read else "#707070")
        label.set_fontweight("bold" if place == read - 1 else "normal")
    shown = np.full((len(units), last - first), np.nan)
    shown[:, : len(steps)] = states[steps][:, units].T
    limit = max(1.0, float(np.abs(states[:, units]).max()))
    strip = figure.add_axes((0.1, 0.05, 0.8, 0.33))
    image = strip.imshow(shown, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    row, column = np.nonzero(shown < -0.2 * limit)  # orange and purple are one grey
    strip.scatter(column, row, marker="_", s=12, color="black", linewidth=0.8)
    strip.set(ylabel="cell state, by unit", xticks=[])
    strip.set_yticks(range(len(units)), units, fontsize=8)
    strip.spines[:].set_visible(False)
    bar = figure.add_axes((0.915, 0.05, 0.015, 0.33))
    figure.colorbar(image, cax=bar)
    bar.tick_params(labelsize=8)
    return figure

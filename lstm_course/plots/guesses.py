"""What was predicted and what came, as a picture: where one was surprised, how well confidence fits."""

import textwrap

from lstm_course.plots.style import INK, QUIET, SMALL, WIDTH, described, new_figure, shortened, styled

__all__ = ["guesses"]

_ROW = 0.42  # inches
_LINE = 39  # letters of a line of a question beside its bar, which has two


@styled
def guesses(surprise, confidence):
    """Draw a bar for each surprise, and the share that came true against how sure one was.

    Args:
        surprise: dict from questions to numbers from 0, as predicted, to 1.
        confidence: dict from per cent, how sure, to `(right, all)`, both whole numbers.

    Returns:
        The figure.

    Example:
        >>> figure = guesses({"Does h grow?": 1.0}, {90: (3, 4)})
        >>> figure.get_label()
        'Bars of surprise, from 0 to 1: Does h grow? 1.0. Share that came true: 90 % sure, 3 of 4.'
    """
    below = 2.6 if confidence else 0.0
    bars = _ROW * len(surprise) + 0.8
    figure = new_figure(bars + below)
    _draw_surprise(figure.add_axes(_box(3.35, below + 0.5, bars - 0.7, bars + below)), surprise)
    if confidence:
        _draw_confidence(figure.add_axes(_box(0.8, 0.5, below - 0.7, bars + below)), confidence)
    said = "; ".join(f"{question} {value:.1f}" for question, value in surprise.items())
    came = "; ".join(
        f"{sure} % sure, {right} of {both}" for sure, (right, both) in sorted(confidence.items())
    )
    ends = f" Share that came true: {came}." if came else ""
    return described(figure, f"Bars of surprise, from 0 to 1: {said}.{ends}")


def _box(left, bottom, height, whole):
    return (left / WIDTH, bottom / whole, 1 - (left + 0.4) / WIDTH, height / whole)


def _draw_surprise(axes, surprise):
    axes.barh(range(len(surprise)), list(surprise.values()), height=0.4, color=QUIET)
    axes.plot([0] * len(surprise), range(len(surprise)), "|", color=INK, markersize=12)  # for a bar of 0
    names = ["\n".join(textwrap.wrap(shortened(question, 2 * _LINE - 6), _LINE)) for question in surprise]
    axes.set_yticks(range(len(surprise)), names, fontsize=SMALL)
    axes.set_ylim(len(surprise) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 1], ["as predicted", "surprised"])
    axes.grid(True, axis="x")


def _draw_confidence(axes, confidence):
    axes.plot([0, 100], [0, 100], "--", color=QUIET, linewidth=1)
    for sure, (right, both) in sorted(confidence.items()):
        axes.plot(sure, 100 * right / both, "o", color=INK, markersize=5 + min(both, 12))
        axes.annotate(f"{right} of {both}", (sure, 100 * right / both), xytext=(0, 11), fontsize=SMALL,
                      textcoords="offset points", ha="center")  # fmt: skip
    axes.set_xlim(0, 108)
    axes.set_ylim(-5, 120)
    axes.set_yticks([0, 50, 100])
    axes.set_xlabel("how sure you were (%), all lessons")
    axes.set_ylabel("came true (%)")
    axes.grid(True)

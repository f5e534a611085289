"""The figures where colour says nothing: on a grey printer, and for eyes that take red for green."""

import itertools

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from lstm_course import plots
from lstm_course.plots.style import OKABE_ITO, ink_on, value_colour

APART = 0.12  # of the way from black to white: what the eye still tells apart side by side
STEPS = np.arange(1, 31)
# Machado, Oliveira & Fernandes (2009), severity 1; they act on linear light.
BLINDNESS = {
    "none": np.eye(3),
    "red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
}


def linear(colour):
    colour = np.asarray(to_rgb(colour))
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def lightness(colour):
    """CIE L*, from 0 to 1."""
    y = linear(colour) @ [0.2126, 0.7152, 0.0722]
    return (116 * np.cbrt(y) - 16) / 100 if y > 0.008856 else 9.033 * y


def contrast(colour, background="white"):
    dark, light = sorted(linear(each) @ [0.2126, 0.7152, 0.0722] for each in (colour, background))
    return (light + 0.05) / (dark + 0.05)


def series(figure):
    """The curves and rows of marks that share a pair of axes, without the leaders to their names."""
    for axes in figure.axes:
        drawn = [line for line in axes.lines if line.get_transform() == axes.transData]
        yield [line for line in drawn if line.get_marker() not in ("None", "", None, "|")]


def look(line):
    return line.get_marker(), str(line._dash_pattern)


SEVEN = {f"curve {rank}": 0.9**STEPS + rank for rank in range(7)}
FIGURES = {
    "by_lag": lambda: plots.by_lag({name: (STEPS, y) for name, y in SEVEN.items()}, "norm (relative)"),
    "training_curves": lambda: plots.training_curves(SEVEN, "loss (nats)", chance=0.5),
    "training_panels": lambda: plots.training_panels({"A": (0.9**STEPS, 0.8**STEPS)}, "loss (nats)"),
    "by_size": lambda: plots.by_size({name: (STEPS, y) for name, y in SEVEN.items()}, "ms", "steps"),
    "ratios": lambda: plots.ratios({"a": dict.fromkeys(SEVEN, (1, 0.5, 2))}, "time"),
    "means": lambda: plots.means({"a": dict.fromkeys(SEVEN, (1, 0.5))}, "accuracy"),
    "forecast": lambda: plots.forecast(STEPS, 0.9**STEPS, SEVEN, "sales (t)"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_curves_differ_in_marker_or_dash(name):
    pairs = [pair for lines in series(FIGURES[name]()) for pair in itertools.combinations(lines, 2)]
    assert pairs
    assert all(look(one) != look(other) for one, other in pairs)


@pytest.mark.parametrize("colour", OKABE_ITO)
def test_every_colour_stands_out_from_the_paper(colour):
    assert contrast(colour) >= 2  # thin lines also carry a marker and a name


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_first_two_colours_are_never_taken_for_each_other(blindness):
    """Most charts have two curves; the eye should not need the markers there."""
    seen = [np.clip(BLINDNESS[blindness] @ linear(colour), 0, 1) for colour in OKABE_ITO[:2]]
    assert np.abs(seen[0] - seen[1]).max() > 0.3


def test_values_from_0_to_1_grow_lighter_in_grey():
    shades = [lightness(value_colour(value, signed=False)) for value in np.linspace(0, 1, 21)]
    assert (np.diff(shades) > 0.01).all()


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_signed_values_keep_their_size_in_grey_and_their_sign_for_the_colour_blind(blindness):
    sizes = np.linspace(0, 1, 11)
    for sign in (-1, 1):
        shades = [lightness(value_colour(sign * size, signed=True)) for size in sizes]
        assert (np.diff(shades) < 0).all()
    colours = [linear(value_colour(value, signed=True)[:3]) for value in (-0.7, 0.7)]
    minus, plus = (np.clip(BLINDNESS[blindness] @ colour, 0, 1) for colour in colours)
    assert np.abs(minus - plus).max() > 0.2


@pytest.mark.parametrize("signed", [True, False])
def test_numbers_can_be_read_on_every_shade(signed):
    for value in np.linspace(-1 if signed else 0, 1, 41):
        shade = value_colour(value, signed)
        assert contrast(ink_on(shade), shade[:3]) >= 3


def test_signs_are_marked_where_no_number_is_printed():
    marks = plots.heatmap(np.tile([[-1.0, 1.0]], (20, 10)), "x", "y", "weight").axes[0].collections
    assert len(marks[0].get_offsets()) == 200


@pytest.mark.parametrize("lit", ["road", "forget", "input", "candidate", "output"])
def test_what_is_lit_is_darker_in_grey_than_what_is_not(lit):
    axes = plots.draw_cell(lit=lit).axes[0]
    plates = [patch.get_facecolor() for patch in axes.patches if patch.get_gid() == "plate"]
    shades = sorted(lightness(colour[:3]) for colour in plates)
    steps = np.diff(shades)
    assert steps.max() > APART, "the lit boxes are one group, the grey ones another"


def test_the_colour_maps_are_those_that_were_tested():
    figure = plots.gate_timeline({"f": [0.2, 0.9], "c": [-1.0, 0.5]})
    assert [axes.images[0].get_cmap().name for axes in figure.axes[::2]] == ["cividis", "PuOr"]
    assert {"cividis", "PuOr"} <= set(colormaps)

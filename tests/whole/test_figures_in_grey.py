"""The figures where colour says nothing: on a grey printer, and for eyes that take red for green."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from lstm_course import plots
from lstm_course.plots.style import (
    BODY,
    GROUND,
    HUES,
    INK,
    LINE,
    MEANINGS,
    QUIET,
    THEMES,
    ink_on,
    value_colour,
)

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


def lab(light):
    """CIE L*a*b* of linear light; distances in it are what an eye sees."""
    x, y, z = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ light
        / [0.9505, 1.0, 1.0890]
    )
    f = [np.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def on_ground(shade, scheme):
    """A shade, RGBA, as it is seen on the ground of a theme."""
    ground = np.array(to_rgb(THEMES[GROUND][scheme]))
    return shade[3] * np.array(shade[:3]) + (1 - shade[3]) * ground


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


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_hue_and_line_stands_out_from_the_ground(scheme):
    ground, body = THEMES[GROUND][scheme], THEMES[BODY][scheme]
    for meaning, hue in HUES.items():
        assert contrast(hue, ground) >= 3, meaning
    assert contrast(THEMES[LINE][scheme], ground) >= 3 and contrast(THEMES[LINE][scheme], body) >= 3
    for ink in (INK, QUIET):
        assert contrast(THEMES[ink][scheme], ground) >= 4.5 and contrast(THEMES[ink][scheme], body) >= 4.5


def test_one_hue_means_one_thing():
    assert len(set(HUES.values())) == len(MEANINGS)
    assert len({said for _, said in MEANINGS.values()}) == len(MEANINGS)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_no_two_meanings_look_alike(blindness):
    """A distance of 2.3 is just seen side by side; 12 and more are seen across a figure."""
    seen = {meaning: lab(np.clip(BLINDNESS[blindness] @ linear(hue), 0, 1)) for meaning, hue in HUES.items()}
    for (one, a), (other, b) in itertools.combinations(seen.items(), 2):
        assert np.linalg.norm(a - b) >= 12, (one, other)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_larger_values_stand_out_more(sign, scheme):
    ground = THEMES[GROUND][scheme]
    steps = [contrast(on_ground(value_colour(sign * size), scheme), ground) for size in np.linspace(0, 1, 21)]
    assert (np.diff(steps) > 0).all()


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_a_gate_and_a_negative_number_never_look_alike(blindness, scheme):
    """f = 0.82 and g = -0.64 did."""
    for size in (0.4, 0.64, 0.82, 1.0):
        grey, rust = (
            lab(np.clip(BLINDNESS[blindness] @ linear(on_ground(value_colour(value), scheme)), 0, 1))
            for value in (size, -size)
        )
        assert np.linalg.norm((grey - rust)[1:]) > 10, size


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_numbers_can_be_read_on_every_shade(scheme):
    for value in np.linspace(-1, 1, 41):
        assert contrast(THEMES[INK][scheme], on_ground(value_colour(value), scheme)) >= 4.5


@pytest.mark.parametrize("meaning", HUES)
def test_signs_can_be_read_on_every_hue(meaning):
    assert contrast(ink_on(HUES[meaning]), HUES[meaning]) >= 4.5


def test_signs_are_marked_where_no_number_is_printed():
    marks = plots.heatmap(np.tile([[-1.0, 1.0]], (20, 10)), "x", "y", "weight").axes[0].collections
    assert len(marks[0].get_offsets()) == 200


@pytest.mark.parametrize("lit", ["road", "forget", "input", "candidate", "output"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_is_lit_differs_in_grey_from_what_is_not(lit, scheme):
    axes = plots.draw_cell(lit=lit).axes[0]
    plates = [to_hex(patch.get_facecolor()) for patch in axes.patches if patch.get_gid() == "plate"]
    shades = sorted(lightness(THEMES.get(colour, (colour,) * 2)[scheme]) for colour in plates)
    assert np.diff(shades).max() > APART, "the lit boxes are one group, the grey ones another"

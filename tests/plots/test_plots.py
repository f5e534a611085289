"""The figures: what they accept, that nothing in them overlaps, and how they reach a notebook."""

import base64
import itertools
import re
from unittest import mock
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers import run_python
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from lstm_course import plots
from lstm_course.common.comparing import difference
from lstm_course.plots import charts
from lstm_course.plots.style import BLACK, BODY, GROUND, HUES, INK, SMALL, STYLE, THEMES, WHITE, WIDTH, number

PARTS = (None, "all", "road", "forget", "input", "candidate", "output")
KINDS = ("many-to-one", "one-to-many", "many-to-many")
LONG = "a curve with quite a long name, such as people give"


def cell_values(units, features=1, seed=0):
    """One step of an LSTM cell, with pre-activations of order two."""
    random = np.random.default_rng(seed)
    values = {name: 1 / (1 + np.exp(-2 * random.normal(size=units))) for name in "fio"}
    values |= {"x": random.normal(size=features), "h_prev": np.tanh(random.normal(size=units))}
    values |= {"c_prev": -12.5 + random.normal(size=units), "g": -np.tanh(random.random(units))}
    values["c"] = values["f"] * values["c_prev"] + values["i"] * values["g"]
    values["h"] = values["o"] * np.tanh(values["c"])
    return values


def texts(figure):
    """Every text that is drawn when the figure is, with its box in pixels."""
    from matplotlib.text import Text

    drawn = {}
    draw = Text.draw

    def note(text, renderer):
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            drawn[text] = Text.get_window_extent(text, renderer)

    with mock.patch.object(Text, "draw", note):
        figure.draw_without_rendering()
    return drawn


def is_number(text):
    return bool(re.fullmatch(r"[−\d.e]+|\$.*\$", text))


def overlapping(boxes):
    """Pairs of things whose boxes share more than half a pixel."""
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]


def assert_legible(figure):
    """All writing lies inside the figure and none of it on other writing."""
    boxes = texts(figure)
    assert boxes
    assert figure.get_figwidth() == WIDTH
    assert len(figure.get_label().split()) > 5, "it is described"
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"{text.get_text()!r} leaves the figure"
    assert [(a.get_text(), b.get_text()) for a, b in overlapping(boxes)] == []


# --- the diagrams ---


@pytest.mark.parametrize("lit", PARTS)
@pytest.mark.parametrize("units", [0, 1, 2, 3, 4])
def test_no_text_of_the_cell_overlaps(lit, units):
    values = cell_values(units, features=units) if units else None
    assert_legible(plots.draw_cell(values, lit, title="One step" if units == 4 else None))


@pytest.mark.parametrize("units", [1, 4])
def test_numbers_of_the_cell_stand_clear_of_its_boxes(units):
    figure = plots.draw_cell(cell_values(units, features=units))
    axes = figure.axes[0]
    figure.draw_without_rendering()
    chips = [patch for patch in axes.patches if patch.get_gid() == "value"]
    plates = [patch for patch in axes.patches if patch.get_gid() == "plate"]
    assert len(chips) == 9 * units
    assert len(plates) == 9  # four boxes, four operators, and tanh on the way out
    boxes = {patch: patch.get_window_extent() for patch in chips + plates}
    assert overlapping(boxes) == []
    heads = [patch for patch in axes.patches if patch.get_gid() == "arrow"]
    assert heads
    for chip, head in itertools.product(chips, heads):
        assert not boxes[chip].overlaps(head.get_window_extent())


@pytest.mark.parametrize("units", [1, 4])
def test_the_cell_turned_round_is_legible_and_all_its_arrows_point_back(units):
    names = ("dx", "dh_prev", "dc_prev", "df", "di", "dg", "do", "dc_whole", "dc", "dh")
    values = {name: np.linspace(-1.5, 1.5, units) for name in names}
    figure = plots.draw_cell_backward(values, title="One step back")
    assert_legible(figure)
    printed = [text for text in figure.axes[0].texts if text.get_gid() == "value"]
    assert len(printed) == len(names) * units
    ends = {  # on the road and below it: the arrow heads at the left edge
        round(float(patch.get_xy()[0, 1]), 1)
        for patch in figure.axes[0].patches
        if patch.get_gid() == "arrow" and patch.get_xy()[0, 0] < 0.3
    }
    assert ends == {4.6, 1.5}


@pytest.mark.parametrize("units", [1, 4])
def test_every_number_of_the_cell_is_printed(units):
    values = cell_values(units)
    figure = plots.draw_cell(values, lit="road")
    printed = sorted(text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value")
    assert printed == sorted(number(value) for column in values.values() for value in column)


def test_only_the_lit_part_is_coloured():
    figure = plots.draw_cell(lit="forget")
    plates = [patch for patch in figure.axes[0].patches if patch.get_gid() == "plate"]
    fills = [to_hex(patch.get_facecolor()) for patch in plates]
    assert sorted(fill for fill in fills if fill != BODY) == 2 * [HUES["keep"]]  # its box and its ×


def test_a_lit_wire_is_thicker_too():
    def widths(lit):
        figure = plots.draw_cell(lit=lit)
        return [patch.get_linewidth() for patch in figure.axes[0].patches if patch.get_gid() == "wire"]

    assert max(widths("road")) > max(widths("all")) > max(widths("input"))


@pytest.mark.parametrize("lit", [None, "all", "state", "input"])
@pytest.mark.parametrize("units", [0, 1, 4])
def test_no_text_of_the_plain_cell_overlaps(lit, units):
    values = cell_values(units, units)
    values = {name: values[name] for name in ("x", "h_prev", "h")}
    assert_legible(plots.draw_rnn(values if units else None, lit))


@pytest.mark.parametrize(("words", "places"), [(0, 1), (2, 5), (8, 8)])
def test_look_up_says_of_each_place_whether_it_counts(words, places):
    numbers = np.arange(2, 2 + places) * (np.arange(places) < words)
    figure = plots.draw_lookup(["marvellous"[:7]] * words, numbers, np.zeros((places, 4)))
    assert_legible(figure)
    said = [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "mask"]
    assert said == ["word"] * words + ["padding"] * (places - words)
    with pytest.raises(ValueError, match="one vector a number"):
        plots.draw_lookup([], numbers, np.zeros((places + 1, 4)))


@pytest.mark.parametrize("lit", [None, "road", "update", "reset", "candidate"])
@pytest.mark.parametrize("units", [0, 1, 4])
def test_the_gru_is_legible_and_prints_its_numbers(lit, units):
    values = {name: np.linspace(0.05, 0.95, units) for name in ("x", "h_prev", "z", "r", "g", "h")}
    figure = plots.draw_gru(values if units else None, lit)
    assert_legible(figure)
    axes = figure.axes[0]
    figure.draw_without_rendering()
    solid = [patch for patch in axes.patches if patch.get_gid() in ("value", "plate")]
    assert len(solid) == 6 * units + 8  # three boxes, four operators, and one minus z
    assert overlapping({patch: patch.get_window_extent() for patch in solid}) == []


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_unrolled_network(kind, steps, folded):
    figure = plots.draw_unrolled(steps, kind, folded)
    assert_legible(figure)
    written = "".join(text.get_text()[0] for text in figure.axes[0].texts)
    assert written.count("x") == (1 if kind == "one-to-many" else steps) + folded
    assert written.count("y") == (1 if kind == "many-to-one" else steps) + folded
    assert written.count("h") == steps + folded


def arrows(figure):
    """How many wires end in an arrow."""
    return sum(patch.get_gid() == "arrow" for patch in figure.axes[0].patches)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("steps", [1, 4, 6])
def test_every_step_of_a_stack_is_read_by_the_layer_above(layers, steps):
    figure = plots.draw_stack(layers, steps)
    assert_legible(figure)
    along, up = layers * steps, layers * steps  # to each cell from the left, and from below
    assert arrows(figure) == along + up + 1  # and one out of the last


@pytest.mark.parametrize(("answers", "outputs"), [("each step", 4), ("the window", 1)])
def test_two_readers_are_joined_where_an_answer_is_due(answers, outputs):
    figure = plots.draw_bidirectional(4, answers)
    assert_legible(figure)
    assert sum(text.get_text().startswith("y") for text in figure.axes[0].texts) == outputs
    assert arrows(figure) == 4 * 4 + 3 * outputs  # each cell has two in, each answer is joined from two


def test_a_stack_and_two_readers_reject_other_sizes():
    with pytest.raises(ValueError, match="layers is 4, expected a whole number from 1 to 3"):
        plots.draw_stack(4)
    with pytest.raises(ValueError, match="steps is 7, expected a whole number from 1 to 6"):
        plots.draw_bidirectional(7)
    with pytest.raises(ValueError, match="answers is 'never', expected 'each step'"):
        plots.draw_bidirectional(2, "never")


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_gradient_on_its_way_back(steps):
    lengths = {"h": steps + 1, "r": steps + 1, "loss": steps, "da": steps, "dx": steps}
    values = {name: -0.5 * np.ones(length) for name, length in lengths.items()}
    for numbers in (None, values):
        figure = plots.draw_backward(steps, numbers)
        assert_legible(figure)
        written = " ".join(text.get_text() for text in figure.axes[0].texts)
        assert written.count("−0.50") == (sum(lengths.values()) if numbers else 0)


def test_the_way_back_rejects_what_does_not_fit_its_steps():
    with pytest.raises(ValueError, match=r"values\['r'\] has shape \(3,\), expected \(4,\)"):
        plots.draw_backward(3, {"r": [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match="the key 'dh', expected any of h, r"):
        plots.draw_backward(3, {"dh": [1.0]})
    with pytest.raises(ValueError, match="steps is 5, expected a whole number from 1 to 4"):
        plots.draw_backward(5)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([1.0], TypeError, "values is a list of length 1, expected a dict"),
        ({"q": 1.0}, ValueError, "the key 'q', expected any of"),
        ({"f": "open"}, TypeError, r"values\['f'\] is 'open', expected an array of numbers"),
        ({"f": 1.5}, ValueError, r"values\['f'\] has values .*, expected numbers from 0 to 1"),
        ({"c": np.nan}, ValueError, r"values\['c'\] has 1 of 1 values .*, expected finite"),
        ({"c": np.zeros(5)}, ValueError, r"values\['c'\] .*shape \(5,\)"),
        ({"c": []}, ValueError, r"values\['c'\] .*shape \(0,\)"),
        ({"c": np.zeros((1, 1))}, ValueError, r"values\['c'\] .*shape \(1, 1\)"),
        ({"c": [1, 2], "f": 0.5}, ValueError, "as many units"),
    ],
)
def test_the_cell_rejects_other_values(values, error, words):
    with pytest.raises(error, match=words):
        plots.draw_cell(values)


@pytest.mark.parametrize("draw", [plots.draw_cell, plots.draw_gru, plots.draw_rnn])
def test_unknown_part(draw):
    with pytest.raises(ValueError, match=r"lit is 'gate', expected None, .* or 'all'"):
        draw(lit="gate")


@pytest.mark.parametrize("steps", [0, 9, -1])
def test_unrolled_rejects_other_lengths(steps):
    with pytest.raises(ValueError, match=f"steps is {steps}, expected a whole number from 1 to 8"):
        plots.draw_unrolled(steps)


def test_unrolled_rejects_other_kinds():
    with pytest.raises(TypeError, match=r"steps is 2\.0, expected a whole number"):
        plots.draw_unrolled(2.0)
    with pytest.raises(ValueError, match="kind is 'one-to-none', expected 'many-to-one'"):
        plots.draw_unrolled(2, "one-to-none")


# --- curves ---

STEPS = np.arange(1, 31)
CHARTS = {
    "one point": lambda: plots.by_lag({"RNN": ([5], [0.5])}, "gradient norm (relative)"),
    "one curve": lambda: plots.training_curves({"LSTM": [0.3, 0.2, 0.1]}, "loss (nats)"),
    "seven curves": lambda: plots.by_lag(
        {f"{LONG} {rank}": (STEPS, 0.9**STEPS) for rank in range(7)}, "recall (fraction)", log=False
    ),
    "band": lambda: plots.by_lag(
        {"RNN": (STEPS, 0.5**STEPS, 0.4**STEPS, 0.6**STEPS), "LSTM": (STEPS, 0.99**STEPS)},
        "gradient norm (relative)",
        threshold=0.01,
    ),
    "ends meet": lambda: plots.training_curves(
        {"RNN": 0.1667 + 0 * STEPS, "GRU": (STEPS, 0.1667 + 0 * STEPS), LONG: (STEPS, 1 / STEPS)},
        "mean squared error",
        chance=0.1667,
        floor=0.16,
        log=True,
    ),
    "negative": lambda: plots.training_curves({"log likelihood": [-5.0, -3.0, -2.5]}, "nats"),
    "gap": lambda: plots.training_curves({"LSTM": [0.3, np.nan, 0.1, np.nan]}, "loss (nats)"),
    "zeros on a log axis": lambda: plots.by_lag({"RNN": ([1, 2, 3], [1.0, 0.1, 0.0])}, "norm (relative)"),
    "rivals": lambda: plots.ratios(
        {
            "a layer of many units": {"Keras, compiled": (3.0, 2.5, 3.5), LONG: (0.5, 0.4, 0.6)},
            "small": {"Keras, compiled": (1.5, 1.4, 1.6), LONG: (0.9, 0.8, 1.2)},
        },
        "time of an update, ours = 1",
    ),
    "means": lambda: plots.means(
        {LONG: {f"{LONG} {rank}": (0.9, 0.01 * rank) for rank in range(7)}}, "accuracy (share)"
    ),
    "panels of trainings": lambda: plots.training_panels(
        {f"patient {rank}": (0.9**STEPS, 10 * (rank == 3) + STEPS / 30) for rank in range(6)},
        "loss",
        sound=0.8**STEPS,
        levels={"chance": 0.69, "best possible": 0.33},
    ),
    "forecast": lambda: plots.forecast(
        STEPS,
        np.sin(STEPS),
        {"persistence": np.r_[np.nan, np.sin(STEPS[:-1])], LONG: np.cos(STEPS)},
        "sales (t)",
    ),
    "forecast by date": lambda: plots.forecast(
        np.datetime64("2020-01") + np.arange(24),
        np.arange(24.0),
        {"LSTM": np.arange(24.0) - 1},
        "price (EUR)",
    ),
    "forecast of one step": lambda: plots.forecast([0], [1.0], {"LSTM": [2.0]}, "price (EUR)"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_legible_and_labelled(name):
    figure = CHARTS[name]()
    assert_legible(figure)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert all(axes.get_ylabel() or not any(map(is_number, rows)) for axes in figure.axes)
    assert figure.axes[-1].get_xlabel()


def test_a_panel_goes_as_far_up_as_its_curves_and_the_others_stay():
    low, high = [0.7, 0.3], [8.0, 8.0]
    figure = plots.training_panels({"A": (low, low), "B": (low, high)}, "loss", sound=low)
    assert [round(axes.get_ylim()[1], 2) for axes in figure.axes] == [1.2, 8.8]
    with pytest.raises(ValueError, match=r"panels\['A'\] has vectors of lengths 2, 1"):
        plots.training_panels({"A": (low, [0.5])}, "loss")


def test_curves_differ_in_more_than_colour():
    figure = plots.training_curves({str(rank): [1.0, 2.0, 3.0] for rank in range(7)}, "loss (nats)")
    curves = figure.axes[0].lines[:7]
    assert len({curve.get_marker() for curve in curves}) == 7
    assert len({str(curve._dash_pattern) for curve in curves}) == 7


def test_a_network_has_one_hue_in_every_chart():
    names = ["40 fresh RNNs", "LSTM, bias 3", "GRU", "bag of words", "LSTM, untrained"]
    colours = [HUES["RNN"], HUES["LSTM"], HUES["GRU"], INK, HUES["LSTM"]]
    lag = plots.by_lag(dict.fromkeys(names, (STEPS, STEPS)), "y")
    marks = plots.means({"a": dict.fromkeys(names, (1, 0.1))}, "y")
    assert [line.get_color() for line in lag.axes[0].lines[:5]] == colours
    assert [line.get_color() for line in marks.axes[0].lines if len(line.get_xdata()) == 1][:5] == colours


@pytest.mark.parametrize(
    ("wanted", "room"),
    [
        ([0.5], 0.1),
        ([0.5, 0.5, 0.5], 0.1),
        ([1.0, 1.0, 0.0], 0.2),
        ([0.0, 0.05, 0.9], 0.3),
        ([0.2, 0.9], 0.1),
    ],
)
def test_end_labels_keep_their_distance_and_their_order(wanted, room):
    wanted = np.array(wanted)
    places = charts.spread(wanted, np.full(len(wanted), room))
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(places[order]) >= room - 1e-12).all()
    assert places.min() >= room / 2
    assert places.max() <= 1 - room / 2
    if (np.diff(np.sort(wanted)) >= room).all():
        assert places == pytest.approx(wanted.clip(room / 2, 1 - room / 2))


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda: plots.by_lag([1, 2], "y"), TypeError, "curves is a list of length 2, expected a dict"),
        (lambda: plots.by_lag({}, "y"), ValueError, "curves is empty, expected a dict"),
        (
            lambda: plots.by_lag(dict.fromkeys("abcdefgh", ([1], [1])), "y"),
            ValueError,
            "has 8 entries, expected at most 7",
        ),
        (
            lambda: plots.by_lag({"a": [1, 2, 3]}, "y"),
            ValueError,
            r"curves\['a'\] is a list of length 3, expected \(lags",
        ),
        (lambda: plots.by_lag({"a": ([1, 2], [1])}, "y"), ValueError, r"curves\['a'\] .*lengths 2, 1"),
        (lambda: plots.by_lag({"a": ([1], [0.0])}, "y"), ValueError, r"curves\['a'\] has no value above 0"),
        (
            lambda: plots.by_lag({"a": ([1], [1])}, "y", threshold="low"),
            TypeError,
            "threshold is 'low', expected a finite number",
        ),
        (
            lambda: plots.by_lag({"a": ([1], [1])}, "y", threshold=0),
            ValueError,
            "threshold is 0, expected a number above 0",
        ),
        (lambda: plots.training_curves({"a": []}, "y"), ValueError, r"shape \(0,\), expected \(n,\)"),
        (
            lambda: plots.training_curves({"a": ["b"]}, "y"),
            TypeError,
            r"curves\['a'\] is .*, expected an array of num",
        ),
        (lambda: plots.training_curves({"a": [np.inf]}, "y"), ValueError, r"curves\['a'\] .*expected finite"),
        (lambda: plots.training_curves({"a": [[1.0]]}, "y"), ValueError, r"curves\['a'\] .*shape \(1, 1\)"),
        (
            lambda: plots.training_curves({"a": [1.0]}, "y", chance=np.nan),
            ValueError,
            "chance is nan, expected a finite number",
        ),
        (
            lambda: plots.forecast([1, 2], [1.0], {"a": [1, 2]}, "y"),
            ValueError,
            r"truth has shape \(1,\), expected \(2,\)",
        ),
        (
            lambda: plots.forecast([1], [1.0], {"a": [1, 2]}, "y"),
            ValueError,
            r"forecasts\['a'\] has shape \(2,\), expected \(1,\)",
        ),
        (
            lambda: plots.forecast([1], [1.0], [1.0], "y"),
            TypeError,
            "forecasts is a list .*, expected a dict",
        ),
        (lambda: plots.heatmap([1.0], "x", "y", "z"), ValueError, r"matrix .*shape \(1,\)"),
        (
            lambda: plots.heatmap([[-1.0]], "x", "y", "z", signed=False),
            ValueError,
            "matrix has values from -1, expected none below 0",
        ),
        (lambda: plots.draw_steps({"a": "rx"}), ValueError, r"rows\['a'\] has 'x', expected 't'"),
        (lambda: plots.draw_steps({"a": "r", "b": "rr"}), ValueError, r"rows have lengths \[1, 2\]"),
        (lambda: plots.gate_timeline([1.0]), TypeError, "gates is a list .*, expected a dict"),
        (lambda: plots.gate_timeline({"f": np.zeros((1, 2, 3))}), ValueError, r"gates\['f'\] .*shape"),
        (
            lambda: plots.gate_timeline({"f": [1.5]}),
            ValueError,
            r"gates\['f'\] .*, expected numbers from 0 to 1",
        ),
        (
            lambda: plots.gate_timeline({"f": [1, 0], "c": [1.0]}),
            ValueError,
            "cell state c has T = 1, expected T = 2",
        ),
        (lambda: plots.gate_timeline({"f": [1]}, inputs=[1, 2]), ValueError, "T = 2, expected T = 1 like"),
        (
            lambda: plots.gate_timeline({"f": [1]}, inputs=["a", "b"]),
            ValueError,
            "inputs has 2 words, expected one",
        ),
        (
            lambda: plots.gate_timeline({"f": [1]}, inputs=[1], names=["a", "b"]),
            ValueError,
            "names has 2 names, expected one",
        ),
        (lambda: plots.gate_timeline({"f": [1]}, units=[1]), ValueError, r"units is \[1\], expected indices"),
        (lambda: plots.gate_timeline({"f": [1]}, units=[]), ValueError, r"units is \[\], expected indices"),
    ],
)
def test_charts_name_the_argument_that_is_wrong(draw, error, words):
    with pytest.raises(error, match=words):
        draw()


# --- timelines and matrices ---


def gates(steps, units, seed=0):
    random = np.random.default_rng(seed)
    return {"f": random.random((steps, units)), "c": random.normal(size=(steps, units)) - 3.0}


@pytest.mark.parametrize("units", [1, 3, 20])
@pytest.mark.parametrize("steps", [1, 12, 90])
@pytest.mark.parametrize("inputs", ["numbers", "words", None])
def test_timeline_is_legible(steps, units, inputs):
    given = {"numbers": -np.ones((steps, 2)), "words": ["incomprehensibilities"] * steps, None: None}[inputs]
    names = ["the number to be remembered", "the flag"] if inputs == "numbers" else None
    strips = gates(steps, units) | {LONG: -np.ones((steps, units))}
    figure = plots.gate_timeline(strips, given, names=names, title="A timeline")
    assert_legible(figure)
    strips = figure.axes
    assert all(axes.get_title("left") for axes in strips)
    assert strips[-1].get_xlabel() == "time step"


@pytest.mark.parametrize("units", [1, 4])
def test_a_timeline_goes_in_steps_each_part_in_its_hue(units):
    figure = plots.gate_timeline(gates(12, units), line=5)
    for axes, part in zip(figure.axes, ("keep", "road"), strict=True):
        drawn = [patch for patch in axes.patches if patch.get_linewidth() > 0]
        assert [to_hex(patch.get_edgecolor()) for patch in drawn] == units * [HUES[part]]
        corners = np.concatenate([np.diff(patch.get_path().vertices, axis=0) for patch in drawn])
        assert (np.abs(corners).min(axis=1) < 1e-12).all(), "level or upright, never a slope"
        assert [line.get_xdata()[0] for line in axes.lines].count(4.5) == 1


def test_timeline_shows_the_units_asked_for():
    values = np.array([[0.1, 0.2, 0.3]])
    figure = plots.gate_timeline({"f": values}, units=[2, 0])
    assert re.findall(r"unit ~(\d) \(from ~([\d.]+)", figure.get_label()) == [("2", "0.3"), ("0", "0.1")]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["unit 2", "unit 0"]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (12, 12), (4, 16), (40, 100)])
@pytest.mark.parametrize("signed", [True, False])
def test_heatmap_is_legible_and_labelled(shape, signed):
    random = np.random.default_rng(0)
    matrix = 3 * random.normal(size=shape) if signed else random.random(shape)
    figure = plots.heatmap(matrix, "unit at step t-1", "unit at step t", "Jacobian", signed)
    assert_legible(figure)
    assert figure.axes[0].get_xlabel()
    assert figure.axes[0].get_ylabel()
    assert len(figure.axes[0].texts) == (matrix.size if max(shape) <= 9 else 0)


def test_rows_of_steps_say_what_each_step_is_for():
    figure = plots.draw_steps({"a window of a long name, 1st": "rrrfy" + 17 * " ", "b": 19 * "t" + "  y"})
    assert_legible(figure)
    (axes,) = figure.axes
    squares = [(round(place.get_x() + 0.5), int(place.get_y())) for place in axes.patches]
    assert sorted(squares) == sorted([(x, 0) for x in range(5)] + [(x, 1) for x in [*range(19), 21]])
    signs = [text.get_text() for text in axes.texts if text.get_gid() == "sign"]
    assert signs[:5] == ["•", "•", "•", "!", "?"]
    assert figure.get_label() == (
        "Rows of 22 squares, a square a step. a window of a long name, 1st: steps 0 to 2 read, step 3 a "
        "forecast, read again, step 4 to be forecast. b: steps 0 to 18 trained on, step 21 to be forecast."
    )
    meanings = [text.get_text() for text in axes.get_legend().get_texts()]
    assert meanings == ["trained on", "read (•)", "to be forecast (?)", "a forecast, read again (!)"]


def test_a_matrix_of_zeros_can_be_drawn():
    assert_legible(plots.heatmap(np.zeros((2, 2)), "x", "y", "zeros"))


# --- show ---

ALT = "A line falls from one to a half."


def a_figure():
    return plots.training_curves({"LSTM": [1.0, 0.5]}, "loss (nats)")


def test_the_same_figure_gives_the_same_bytes():
    first = plots.figure_html(a_figure(), ALT)
    assert plots.figure_html(a_figure(), ALT) == first
    figure = a_figure()
    assert plots.figure_html(figure, ALT) == plots.figure_html(figure, ALT) == first


def test_a_figure_does_not_depend_on_what_the_notebook_has_set():
    import matplotlib

    wanted = plots.figure_html(a_figure(), ALT)
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "black", "savefig.facecolor": "none"}):
        assert plots.figure_html(a_figure(), ALT) == wanted


def test_descriptions_are_escaped():
    markup = plots.figure_html(a_figure(), 'the gate f < 0.5 & "closed"', caption="<b>f & i</b>")
    assert 'alt="the gate f &lt; 0.5 &amp; &quot;closed&quot;"' in markup
    assert "<figcaption" in markup
    assert "&lt;b&gt;f &amp; i&lt;/b&gt;" in markup


def test_no_caption_leaves_no_empty_line():
    assert "figcaption" not in plots.figure_html(a_figure(), ALT)


def svg(figure):
    data = re.search('base64,([^"]+)', plots.figure_html(figure, ALT)).group(1)
    return base64.b64decode(data).decode()


def test_the_image_follows_the_theme_and_says_nothing_of_the_program():
    drawn = svg(plots.draw_cell())
    assert "prefers-color-scheme:dark" in drawn
    ink, ground = (f"--c{list(THEMES).index(colour)}" for colour in (INK, GROUND))
    for name, pair in ((ink, THEMES[INK]), (ground, THEMES[GROUND])):
        assert [f"{name}:{colour};" in drawn for colour in pair] == [True, True]
    assert f"var({ground})" in drawn and f"var({ink})" in drawn
    left = set(re.findall("#[0-9a-f]{6}", drawn.split("</style>", 1)[1]))
    assert left <= {*HUES.values(), WHITE, BLACK}, "a colour that is the same in both themes"
    assert "matplotlib.org" not in drawn and "date" not in drawn
    ElementTree.fromstring(drawn)


def test_coordinates_are_short_and_what_scales_them_is_exact():
    drawn = svg(plots.training_curves({"LSTM": np.linspace(1, 0, 97) ** 3}, "loss"))
    drawn = drawn.split("</style>", 1)[1]
    places = re.findall(r"(?<![\w(-])\d+\.(\d+)", re.sub(r"scale\([^)]*\)", "", drawn))
    assert places and max(map(len, places)) <= 2
    assert "scale(.25)" in drawn, "the letters"


def test_a_picture_is_no_burden():
    assert len(plots.figure_html(plots.draw_cell(cell_values(1)))) < 50_000


@pytest.mark.parametrize("alt", ["", "   ", "figure", "the LSTM cell"])
def test_show_needs_a_description(alt):
    with pytest.raises(ValueError, match=r"alt is .*, expected at least a sentence"):
        plots.show(a_figure(), alt=alt)
    with pytest.raises(ValueError, match=r"alt is '', expected at least a sentence"):
        plots.show(Figure())  # which no plot function of ours has described


def test_a_description_is_what_the_data_say():
    steps = np.arange(101)
    markup = plots.figure_html(plots.by_lag({"RNN": (steps, 0.9**steps), "LSTM": ([0, 9], [1, 0.5])}, "norm"))
    assert 'alt="Curves of norm by lag (steps), logarithmic axis. RNN (~1 at 0, ~0.00515 at ~50' in markup
    assert "LSTM (~1 at 0, ~0.5 at ~9; lowest ~0.5, highest ~1)." in markup
    said = plots.draw_cell({"f": 0.25, "c": -2.0}, lit="forget").get_label()
    assert said.endswith("Lit, with the rest in grey: forget. The numbers: f 0.25, c −2.00.")
    means = plots.means({"a": {"GRU": (0.5, 0.1)}}, "share").get_label()
    assert means.endswith("a: GRU ~0.5 (~0.4 to ~0.6).")
    assert plots.heatmap([[1, -2]], "x", "y", "z").get_label().endswith("Row 0 (~1, ~-2).")


def test_another_rounding_changes_no_word_of_a_description():
    """What a fresh run on another machine may say differently are numbers behind a tilde; see comparing."""
    random = np.random.default_rng(0)
    values = random.normal(size=(3, 40)).cumsum(axis=1)
    said = []
    for noise in (0, 0.3):
        moved = values + noise * random.normal(size=values.shape)
        curves = {f"LSTM {row}": (np.arange(40), *3 * [line]) for row, line in enumerate(moved)}
        figures = (
            plots.by_lag(curves, "y", log=False),
            plots.training_panels({"A": moved[:2]}, "loss", sound=moved[2]),
            plots.forecast(np.arange(40), values[0], {"LSTM": moved[1]}, "y"),
            plots.gate_timeline({"c": moved.T}),
            plots.heatmap(moved, "x", "y", "z"),
            plots.means({"a": {"LSTM": np.abs(moved[0, :2])}}, "share"),
        )
        said.append([figure.get_label() for figure in figures])
    for before, after in zip(*said, strict=True):
        outputs = [[{"output_type": "stream", "name": "stdout", "text": text}] for text in (before, after)]
        assert before != after and difference(*outputs) == ""


@pytest.mark.parametrize("draw", [plots.draw_cell, plots.draw_rnn, plots.draw_gru, plots.draw_backward])
def test_writing_can_be_read_on_a_telephone(draw):
    figure = draw()
    assert min(text.get_fontsize() for text in texts(figure)) >= SMALL
    page = 390 - 2 * 16  # pixels
    assert SMALL / 72 * 100 * page / (100 * figure.get_figwidth()) > 8


@pytest.mark.parametrize(
    ("figure", "alt", "caption", "words"),
    [
        (None, ALT, "", "figure is None, expected a Matplotlib figure"),
        ("a figure", ALT, "", "figure is 'a figure', expected a Matplotlib figure"),
        (..., 3, "", "alt is 3, expected a string"),
        (..., ALT, None, "caption is None, expected a string"),
    ],
)
def test_show_rejects_other_types(figure, alt, caption, words):
    with pytest.raises(TypeError, match=words):
        plots.show(a_figure() if figure is ... else figure, alt=alt, caption=caption)


def test_a_redraw_is_quick():
    from time import process_time

    values = cell_values(4, features=4)
    plots.figure_html(plots.draw_cell(values), ALT)
    times = []
    for lit in ("forget", "input", "output"):
        start = process_time()
        plots.figure_html(plots.draw_cell(values, lit), ALT)
        times.append(process_time() - start)
    assert min(times) < 0.5  # a slider needs 0.15 s; the rest is for slow and busy machines


def test_no_pyplot():
    code = (
        "import sys, lstm_course.plots as plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plots.figure_html(plots.draw_cell(), alt='The four parts of an LSTM cell.')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    run_python(code)


def test_every_style_setting_exists():
    import matplotlib

    assert set(STYLE) <= set(matplotlib.rcParams)

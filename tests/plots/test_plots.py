"""The figures: what they accept, that nothing in them overlaps, and how they reach a notebook."""

import itertools
import re
from unittest import mock

import numpy as np
import pytest
from helpers import run_python

from lstm_course import plots
from lstm_course.plots import charts, drawings
from lstm_course.plots.style import STYLE, number

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
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    drawn = {}
    draw = Text.draw

    def note(text, renderer):
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            drawn[text] = Text.get_window_extent(text, renderer)

    with mock.patch.object(Text, "draw", note):
        FigureCanvasAgg(figure).draw()
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
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"{text.get_text()!r} leaves the figure"
    assert [(a.get_text(), b.get_text()) for a, b in overlapping(boxes)] == []


# --- the diagrams ---


@pytest.mark.parametrize("lit", PARTS)
@pytest.mark.parametrize("units", [0, 1, 2, 3, 4])
def test_no_text_of_the_cell_overlaps(lit, units):
    values = cell_values(units, features=units) if units else None
    assert_legible(drawings.draw_cell(values, lit, title="One step" if units == 4 else None))


@pytest.mark.parametrize("units", [1, 4])
def test_numbers_of_the_cell_stand_clear_of_its_boxes(units):
    figure = drawings.draw_cell(cell_values(units, features=units))
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
    figure = drawings.draw_cell_backward(values, title="One step back")
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
    figure = drawings.draw_cell(values, lit="road")
    printed = sorted(text.get_text() for text in figure.axes[0].texts if text.get_gid() == "value")
    assert printed == sorted(number(value) for column in values.values() for value in column)


def test_only_the_lit_part_is_coloured():
    from matplotlib.colors import to_hex

    figure = drawings.draw_cell(lit="forget")
    plates = [patch for patch in figure.axes[0].patches if patch.get_gid() == "plate"]
    fills = [to_hex(patch.get_facecolor()) for patch in plates]
    assert sorted(fill for fill in fills if fill != "#eeeeee") == ["#d55e00", "#d55e00"]  # its box and its ×


def test_a_lit_wire_is_thicker_too():
    def widths(lit):
        figure = drawings.draw_cell(lit=lit)
        return [patch.get_linewidth() for patch in figure.axes[0].patches if patch.get_gid() == "wire"]

    assert max(widths("road")) > max(widths("all")) > max(widths("input"))


@pytest.mark.parametrize("lit", [None, "all", "state", "input"])
@pytest.mark.parametrize("units", [0, 1, 4])
def test_no_text_of_the_plain_cell_overlaps(lit, units):
    values = cell_values(units, units)
    values = {name: values[name] for name in ("x", "h_prev", "h")}
    assert_legible(drawings.draw_rnn(values if units else None, lit))


@pytest.mark.parametrize(("words", "places"), [(0, 1), (2, 5), (8, 8)])
def test_look_up_says_of_each_place_whether_it_counts(words, places):
    numbers = np.arange(2, 2 + places) * (np.arange(places) < words)
    figure = drawings.draw_lookup(["marvellous"[:7]] * words, numbers, np.zeros((places, 4)))
    assert_legible(figure)
    said = [text.get_text() for text in figure.axes[0].texts if text.get_gid() == "mask"]
    assert said == ["word"] * words + ["padding"] * (places - words)
    with pytest.raises(ValueError, match="one vector a number"):
        drawings.draw_lookup([], numbers, np.zeros((places + 1, 4)))


@pytest.mark.parametrize("lit", [None, "road", "update", "reset", "candidate"])
@pytest.mark.parametrize("units", [0, 1, 4])
def test_the_gru_is_legible_and_prints_its_numbers(lit, units):
    values = {name: np.linspace(0.05, 0.95, units) for name in ("x", "h_prev", "z", "r", "g", "h")}
    figure = drawings.draw_gru(values if units else None, lit)
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
    figure = drawings.draw_unrolled(steps, kind, folded)
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
    figure = drawings.draw_stack(layers, steps)
    assert_legible(figure)
    along, up = layers * steps, layers * steps  # to each cell from the left, and from below
    assert arrows(figure) == along + up + 1  # and one out of the last


@pytest.mark.parametrize(("answers", "outputs"), [("each step", 4), ("the window", 1)])
def test_two_readers_are_joined_where_an_answer_is_due(answers, outputs):
    figure = drawings.draw_bidirectional(4, answers)
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
        figure = drawings.draw_backward(steps, numbers)
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
    assert figure.get_figwidth() == 9


def test_a_panel_goes_as_far_up_as_its_curves_and_the_others_stay():
    low, high = [0.7, 0.3], [8.0, 8.0]
    figure = plots.training_panels({"A": (low, low), "B": (low, high)}, "loss", sound=low)
    assert [round(axes.get_ylim()[1], 2) for axes in figure.axes] == [1.2, 8.8]
    with pytest.raises(ValueError, match=r"panels\['A'\] has vectors of lengths 2, 1"):
        plots.training_panels({"A": (low, [0.5])}, "loss")


def test_curves_differ_in_more_than_colour():
    figure = plots.training_curves({str(rank): [1.0, 2.0, 3.0] for rank in range(7)}, "loss (nats)")
    curves = figure.axes[0].lines[:7]
    for look in ("get_color", "get_marker"):
        assert len({getattr(curve, look)() for curve in curves}) == 7
    assert len({str(curve._dash_pattern) for curve in curves}) == 7


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
    strips = figure.axes[::2]
    assert all(axes.get_ylabel() for axes in strips)
    assert strips[-1].get_xlabel() == "time step"


def test_timeline_prints_its_numbers_when_they_are_few():
    few, many = (plots.gate_timeline(gates(steps, 2)) for steps in (16, 17))
    assert len(few.axes[0].texts) == 32
    assert len(many.axes[0].texts) == 0


def test_timeline_shows_the_units_asked_for():
    values = np.array([[0.1, 0.2, 0.3]])
    figure = plots.gate_timeline({"f": values}, units=[2, 0])
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.30", "0.10"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["unit 2", "unit 0"]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (12, 12), (13, 13), (40, 100)])
@pytest.mark.parametrize("signed", [True, False])
def test_heatmap_is_legible_and_labelled(shape, signed):
    random = np.random.default_rng(0)
    matrix = 20 * random.normal(size=shape) if signed else random.random(shape)
    figure = plots.heatmap(matrix, "unit at step t-1", "unit at step t", "Jacobian", signed)
    assert_legible(figure)
    assert figure.axes[0].get_xlabel()
    assert figure.axes[0].get_ylabel()
    assert len(figure.axes[0].texts) == (matrix.size if max(shape) <= 12 else 0)


def test_rows_of_steps_say_what_each_step_is_for():
    figure = plots.draw_steps({"a window of a long name, 1st": "rrrfy" + 17 * " ", "b": 19 * "t" + "  y"})
    assert_legible(figure)
    (axes,) = figure.axes
    squares = [(place.get_x() + 0.5, round(place.get_y() + 0.4)) for place in axes.patches]
    assert sorted(squares) == sorted([(x, 0) for x in range(5)] + [(x, 1) for x in [*range(19), 21]])
    signs = {text.get_position(): text.get_text() for text in axes.texts}
    assert [signs[x, 0] for x in range(5)] == ["•", "•", "•", "!", "?"]
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


def test_the_image_is_white_behind():
    import base64
    import io

    from PIL import Image

    data = re.search('base64,([^"]+)', plots.figure_html(plots.draw_cell(), ALT)).group(1)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.convert("RGBA").getpixel((2, 2)) == (255, 255, 255, 255)
    assert "software" not in {key.lower() for key in image.info}


@pytest.mark.parametrize("alt", ["", "   ", "figure", "the LSTM cell"])
def test_show_needs_a_description(alt):
    with pytest.raises(ValueError, match=r"alt is .*, expected at least a sentence"):
        plots.show(a_figure(), alt=alt)


@pytest.mark.parametrize(
    ("figure", "alt", "caption", "words"),
    [
        (None, ALT, "", "figure is None, expected a Matplotlib figure"),
        ("a figure", ALT, "", "figure is 'a figure', expected a Matplotlib figure"),
        (..., None, "", "alt is None, expected a string"),
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

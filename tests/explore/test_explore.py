"""The explorers: every control moves the picture and the sentence, and what they say is true."""

import gc
import html
import re
from time import process_time

import numpy as np
import pytest
from helpers import run_python

from lstm_course import explore, memory
from lstm_course.scratch import RNN, gru_cell, lstm_cell, rnn_cell

RANDOM = np.random.default_rng(0)
TINY = {"Wh": [[0.5, 1.0]], "bh": [0.1]}
VALUES, FLAGS = RANDOM.normal(size=24), np.isin(np.arange(24), [2, 9, 15]).astype(float)
MATRIX, KERNEL, XS = RANDOM.normal(size=(8, 8)), RANDOM.normal(size=(8, 2)), RANDOM.normal(size=(40, 2))
BATCH = RANDOM.normal(size=(2, 60, 3))
WORDS = ["slow", "at", "first", "and", "then", "a", "film", "that", "is", "not", "bad", "at", "all"]
LONG = (WORDS * 5, np.linspace(0.3, 0.9, 65), RANDOM.normal(size=(65, 20)))
SHORT = (WORDS[:4], [0.4, 0.2, 0.7, 0.6], RANDOM.normal(size=(4, 20)))
EXPLORERS = {
    "rnn_step": lambda: explore.rnn_step(TINY, h_prev=0.2),
    "lstm_step": explore.lstm_step,
    "latch": lambda: explore.latch(VALUES),
    "gru_and_lstm": lambda: explore.gru_and_lstm(VALUES, FLAGS),
    "memory_lane": lambda: explore.memory_lane(MATRIX, KERNEL, XS),
    "forget_bias": lambda: explore.forget_bias(BATCH, hidden_size=8),
    "sliding_window": lambda: explore.sliding_window(np.sin(np.arange(60)), seq_length=12),
    "word_by_word": lambda: explore.word_by_word({"long": LONG, "short": SHORT}),
}


@pytest.fixture(scope="module", params=EXPLORERS)
def explorer(request):
    """One that stays as it was made: to draw it takes a tenth of a second."""
    return EXPLORERS[request.param]()


@pytest.fixture
def unseen(monkeypatch):
    """Leaves out the pictures, for tests of what is said."""
    monkeypatch.setattr("lstm_course.explore.explorer.figure_html", lambda figure, alt: "")


def pixels(picture):
    return re.search('base64,([^"]+)', picture)[1]


def other_value(control):
    """A place to move a control to."""
    if hasattr(control, "options"):
        return control.options[1]
    quarter = control.min + round((control.max - control.min) / control.step / 4) * control.step
    return quarter if quarter != control.value else control.min


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_moves_picture_description_and_sentence_and_is_quick(name):
    explorer = EXPLORERS[name]()
    *_, said, shown = explorer.children
    times = []
    for part, control in explorer.controls.items():
        before = pixels(explorer.picture), explorer.alt, explorer.sentence
        began = process_time()
        control.value = other_value(control)
        times.append(process_time() - began)
        after = pixels(explorer.picture), explorer.alt, explorer.sentence
        assert all(now != then for now, then in zip(after, before, strict=True)), part
        assert html.unescape(re.sub("<[^>]+>", "", said.value)) == explorer.sentence, part
        assert pixels(shown.value) == pixels(explorer.picture), part
    assert min(times) < 0.5  # 0.12 to 0.2 s; the rest is for slow and busy machines


def test_on_paper_it_is_a_question_a_sentence_and_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/html"].count("<img ") == 1
    assert "Before you move anything" in bundle["text/html"]
    assert "onload" not in bundle["text/html"], "a page that nobody serves runs no script"
    assert bundle["text/plain"].splitlines() == [
        f"Before you move anything: {explorer.question}", explorer.sentence, explorer.alt,
    ]  # fmt: skip
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"] == explorer._repr_mimebundle_()["text/html"]


def test_the_same_explorer_is_the_same_to_the_byte(explorer, request):
    other = EXPLORERS[request.node.callspec.params["explorer"]]()._repr_mimebundle_()
    one = explorer._repr_mimebundle_()
    assert (one["text/html"], one["text/plain"]) == (other["text/html"], other["text/plain"])


def test_every_control_has_a_name_and_can_be_reached_by_key(explorer):
    labels = [control.description for control in explorer.controls.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert all(control.tabbable in (None, True) for control in explorer.controls.values())


def test_the_picture_is_described_and_the_question_is_one(explorer):
    assert len(explorer.alt.split()) > 8 and explorer.alt.endswith(".")
    assert "?" in explorer.question


def test_figures_do_not_pile_up():
    explorer = EXPLORERS["lstm_step"]()
    was_enabled = gc.isenabled()
    before = {id(thing) for thing in gc.get_objects() if type(thing).__name__ == "Figure"}
    for place in range(4):
        explorer.controls["f"].value = place / 10
    figures = [thing for thing in gc.get_objects() if type(thing).__name__ == "Figure"]
    assert sum(id(thing) not in before for thing in figures) <= 2
    assert gc.isenabled() == was_enabled


# --- what they say is true ---


def numbers(text):
    return [float(found.replace("−", "-")) for found in re.findall(r"−?\d+\.\d+", text)]


def test_the_step_of_the_rnn_is_that_of_lesson_1(unseen):
    explorer = explore.rnn_step(TINY, x=0.5, h_prev=-0.4)
    h = rnn_cell([0.5], [-0.4], TINY)[0]
    assert round(h, 2) in numbers(explorer.sentence)
    assert round(0.5 * (1 - h**2), 2) in numbers(explorer.sentence)


@pytest.mark.parametrize(
    ("gates", "word"),
    [
        ({"f": 1.0, "i": 0.0, "o": 1.0}, "Held"),
        ({"f": 1.0, "i": 0.0, "o": 0.0}, "Held in secret"),
        ({"f": 0.0, "i": 0.0, "o": 1.0}, "Wiped out"),
        ({"f": 0.0, "i": 1.0, "o": 1.0}, "Replaced"),
        ({"f": 1.0, "i": 1.0, "o": 1.0}, "Added up"),
        ({"f": 0.5, "i": 0.0, "o": 1.0}, "Fading"),
        ({"f": 0.5, "i": 0.5, "o": 0.5}, "Mixed"),
    ],
)
def test_the_lstm_says_what_is_happening(unseen, gates, word):
    explorer = explore.lstm_step(c_prev=1.5, g=-0.5, **gates)
    assert explorer.sentence.split(":")[0] == word
    c = gates["f"] * 1.5 - gates["i"] * 0.5
    assert round(c, 2) in numbers(explorer.sentence)


@pytest.mark.parametrize(
    ("setting", "missing"),
    [
        ({"keep": 10.0, "shut": -10.0, "flag": 5.0}, "at the flag the input gate lets in only 1 %"),
        ({"keep": 10.0, "shut": -4.0, "flag": 20.0}, "without a flag the input gate lets in 1.8 %"),
        ({"keep": 2.0, "shut": -10.0, "flag": 20.0}, "the forget gate keeps 88.1 % a step, which is 8 %"),
    ],
)
def test_the_latch_says_what_is_missing(unseen, setting, missing):
    explorer = explore.latch(VALUES)
    for name, value in setting.items():
        explorer.controls[name].value = value
    assert explorer.sentence.startswith(f"Not yet: {missing}")


def test_the_latch_tells_when_it_is_done_and_not_sooner(unseen):
    weights = {"W" + gate: np.zeros((1, 3)) for gate in "fico"} | {"bc": [0.0], "bo": [10.0]}
    weights["Wc"] = [[0.0, 1.0, 0.0]]
    explorer = explore.latch(VALUES, lag=20)
    for name, value in {"shut": -10.0, "flag": 20.0}.items():
        explorer.controls[name].value = value
    for keep in (4.0, 5.5, 6.0, 6.5, 10.0):
        explorer.controls["keep"].value = keep
        h, c = np.zeros(1), np.zeros(1)
        for value, flag in zip(VALUES[:23], np.arange(23) == 2, strict=True):
            cell = weights | {"Wi": [[0, 0, 20.0]], "bf": [keep], "bi": [-10.0]}
            h, c = lstm_cell([value, flag], h, c, cell)
        held = abs(c[0] - np.tanh(VALUES[2])) <= 0.05 * abs(np.tanh(VALUES[2]))
        assert explorer.sentence.startswith("Done" if held else "Not yet")


def test_gru_and_lstm_are_the_cells_of_the_course(unseen):
    explorer = explore.gru_and_lstm(VALUES, FLAGS)
    for name, value in {"keep": 3.0, "let_in": -2.0, "take": 6.0, "replace": 4.0}.items():
        explorer.controls[name].value = value
    none, on_value, on_flag = np.zeros((1, 3)), np.array([[0, 1.0, 0]]), np.array([[0, 0, 1.0]])
    lstm = {"Wf": -4 * on_flag, "Wi": 6 * on_flag, "Wc": on_value, "Wo": none}
    lstm |= {"bf": [3.0], "bi": [-2.0], "bc": [0.0], "bo": [10.0]}
    gru = {"Wz": -4 * on_flag, "Wr": none, "Wh": on_value, "bz": [3.0], "br": [0.0], "bh": [0.0]}
    h, c, state = np.zeros(1), np.zeros(1), np.zeros(1)
    for x in np.stack([VALUES, FLAGS], axis=1):
        h, c = lstm_cell(x, h, c, lstm)
        state = gru_cell(x, state, gru)
    assert numbers(explorer.sentence)[:2] == [round(c[0], 2), round(state[0], 2)]


def test_the_lane_is_the_product_of_the_jacobians(unseen):
    explorer = explore.memory_lane(MATRIX, KERNEL, XS)
    explorer.controls["lag"].value = 3
    layer = RNN(2, 8, dtype="float64", seed=0)
    radius = np.abs(np.linalg.eigvals(MATRIX)).max()
    layer.weights["recurrent_kernel"][...] = (0.9 / radius * MATRIX).T
    layer.weights["kernel"][...] = KERNEL.T
    steps = memory.step_jacobians(layer, XS[None])[-3:, 0]
    norm = np.linalg.norm(steps[2] @ steps[1] @ steps[0], 2)
    shown = f"{100 * norm:.2g} %" if norm < 1 else f"{norm:.3g} times"
    assert f", {shown} of the gradient arrives 3 steps back" in explorer.sentence


def test_more_bias_reaches_farther(unseen):
    explorer = explore.forget_bias(BATCH, hidden_size=8)
    horizons = []
    for bias in (-1.0, -0.5, 0.0):
        explorer.controls["bias"].value = bias
        horizons.append(int(re.search(r"under 1 % at lag (\d+)", explorer.sentence)[1]))
    assert horizons == sorted(set(horizons))
    explorer.controls["bias"].value = 8.0
    assert "nowhere within 59 steps" in explorer.sentence


def test_the_window_counts_as_create_sequences_does(unseen):
    series = np.arange(20.0) * 10
    explorer = explore.sliding_window(series, seq_length=6)
    assert explorer.controls["sample"].max == 13
    explorer.controls["sample"].value = 13
    assert "reads steps 13 to 18 and is to say step 19, which is 190." in explorer.sentence
    explorer.controls["length"].value = 10  # the last sample of the longer window
    assert explorer.controls["sample"].value == 9
    assert "reads steps 9 to 18 and is to say step 19" in explorer.sentence
    assert "20 − 10 = 10 samples: inputs of shape (10, 10, 1)" in explorer.sentence


def test_another_review_has_its_own_number_of_words(unseen):
    explorer = explore.word_by_word({"short": SHORT, "long": LONG})
    explorer.controls["title"].value = "long"
    explorer.controls["read"].value = 65
    assert "After 65 of 65 words" in explorer.sentence
    explorer.controls["title"].value = "short"
    assert "After 2 of 4 words, the last one “at”, it says 20 % good" in explorer.sentence
    assert "moved it by −20 points" in explorer.sentence


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: explore.rnn_step(3), TypeError, "weights is 3, expected a dict"),
        (lambda: explore.rnn_step(TINY, x=5), ValueError, "x is 5, expected a number from -3 to 3"),
        (lambda: explore.rnn_step({"Wh": [[1, 1, 1]], "bh": [0]}), ValueError, r"expected \(1, 2\)"),
        (lambda: explore.lstm_step(f=1.5), ValueError, "f is 1.5, expected a number from 0 to 1"),
        (lambda: explore.lstm_step(g="up"), TypeError, "g is 'up', expected a number from -1 to 1"),
        (lambda: explore.latch([1.0, 2.0]), ValueError, "values has 2 steps, expected at least 23"),
        (lambda: explore.latch(VALUES, lag=0), ValueError, "lag is 0, expected a whole number"),
        (lambda: explore.gru_and_lstm([1.0], [1, 0]), ValueError, r"flags has shape \(2,\), expected \(1,\)"),
        (lambda: explore.memory_lane(MATRIX, KERNEL[1:], XS), ValueError, r"kernel has shape \(7, 2\)"),
        (lambda: explore.memory_lane(np.zeros((2, 2)), np.ones((2, 1)), np.ones((5, 1))), ValueError,
         "matrix has the spectral radius 0"),
        (lambda: explore.forget_bias([1.0]), ValueError, r"x has shape \(1,\), expected \(N, T, D\)"),
        (lambda: explore.forget_bias(np.ones((1, 1, 1))), ValueError, "x has 1 step, expected at least 2"),
        (lambda: explore.sliding_window([1.0, 2.0], 2), ValueError, "seq_length is 2, expected less than"),
        (lambda: explore.sliding_window("abc", 2), TypeError, "series is 'abc', expected an array"),
        (lambda: explore.word_by_word([]), TypeError, "reviews is a list of length 0, expected a dict"),
        (lambda: explore.word_by_word({}), ValueError, "reviews is empty"),
        (lambda: explore.word_by_word({"a": (WORDS, [0.5])}), ValueError, r"length 2, expected \(words, v"),
        (lambda: explore.word_by_word({"a": ("not good", [0.5], [[1.0]])}), TypeError, "a list of words"),
        (lambda: explore.word_by_word({"a": (["not"], [1.5], [[1.0]])}), ValueError, "from 1.5 to 1.5"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(make, error, words):
    with pytest.raises(error, match=words) as raised:
        make()
    assert "\n" not in str(raised.value)


def test_the_sliders_load_neither_a_framework_nor_pyplot():
    code = (
        "import sys\nfrom lstm_course import explore\nexplore.lstm_step()\n"
        "heavy = ('tensorflow', 'keras', 'pandas', 'sklearn', 'matplotlib.pyplot')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    assert run_python(code) == "[]\n"

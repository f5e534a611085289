"""The explorers: what they are on paper, and that what they say of a state is true."""

import re
from pathlib import Path

import numpy as np
import pytest
from helpers import run_python

from lstm_course import explore, memory
from lstm_course.data import load_reviews, tokenise
from lstm_course.explore import glossary as explorer_words
from lstm_course.explore import tasks
from lstm_course.explore.explorer import EXPLORABLE, module
from lstm_course.models import Reader
from lstm_course.scratch import GRU, LSTM, RNN, gru_cell, lstm_cell, rnn_cell

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
    "cell_playground": explore.cell_playground,
    "latch": lambda: explore.latch(VALUES),
    "gru_and_lstm": lambda: explore.gru_and_lstm(VALUES, FLAGS),
    "rnn_gradient": lambda: explore.rnn_gradient(MATRIX, KERNEL, XS),
    "forget_bias": lambda: explore.forget_bias(BATCH, hidden_size=8),
    "sliding_window": lambda: explore.sliding_window(np.sin(np.arange(60)), seq_length=12),
    "word_by_word": lambda: explore.word_by_word({"long": LONG, "short": SHORT}),
    "memory_lane": lambda: explore.memory_lane("LSTM"),
    "what_it_remembers": explore.what_it_remembers,
}


@pytest.fixture(scope="module", params=EXPLORERS)
def explorer(request):
    """One that stays as it was made: to draw its still picture takes a tenth of a second."""
    return EXPLORERS[request.param]()


def test_there_is_one_of_each():
    assert sorted(EXPLORERS) == explore.EXPLORABLES


# --- on paper, and for a page without a kernel ---


def test_on_paper_it_is_a_question_and_a_described_picture(explorer):
    bundle, _ = explorer._repr_mimebundle_()
    assert bundle["text/html"].count("<img ") == 1
    assert "Before you move anything" in bundle["text/html"]
    assert "<script" not in bundle["text/html"], "a page that nobody trusts runs no script"
    assert bundle["text/plain"] == f"Before you move anything: {explorer.question}\n{explorer.alt}"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert len(explorer.alt.split()) > 8 and explorer.alt.endswith(".")
    assert "?" in explorer.question


def test_the_same_explorer_is_the_same_to_the_byte(explorer):
    (one, _), (other, _) = (made._repr_mimebundle_() for made in (explorer, EXPLORERS[explorer.name]()))
    for kind in ("text/html", "text/plain", EXPLORABLE):
        assert one[kind] == other[kind]


def test_a_page_gets_all_that_it_needs(explorer):
    page = explorer._repr_mimebundle_()[0][EXPLORABLE]
    assert page["name"] == explorer.name
    assert {name: page[name] for name in ("question", "controls", "data", "state", "solved")} == {
        name: getattr(explorer, name) for name in ("question", "controls", "data", "state", "solved")
    }
    labels = [control["label"] for control in page["controls"]]
    assert all(labels) and len(set(labels)) == len(labels)
    for control in page["controls"]:
        start = page["state"][control["name"]]
        assert start in control.get("options", [start])
        assert "options" in control or control["min"] <= start <= control["max"]


def test_the_glossary_is_one_plain_line_for_each_term_in_order():
    words = explorer_words.glossary()
    assert list(words) == sorted(words, key=str.lower)
    assert {"forget gate", "input gate", "cell state", "hidden state", "horizon", "bias"} <= set(words)
    assert not any(re.search(r"[$`*<\[\]|]", meaning) for meaning in words.values())


def test_where_the_lessons_do_not_lie_beside_the_package_nothing_is_explained(monkeypatch):
    monkeypatch.setattr(explorer_words, "course_folder", lambda name: Path("/nowhere"))
    assert explorer_words.glossary.__wrapped__() == {}


@pytest.mark.parametrize(
    ("label", "terms"),
    [
        ("forget gate f", ["forget gate"]),
        ("bias: forget (GRU: keep)", ["bias"]),
        ("dc_prev", []),
        ("c_prev", ["cell state"]),
        ("f of the LSTM, z of the GRU: keep", ["forget gate", "update gate"]),
        ("your flag: lag", ["lag"]),
        ("a biased review", []),
    ],
)
def test_words_of_labels_are_found(javascript, label, terms):
    code = (
        'import { termsIn } from "./glossary.js";\n'
        "console.log(JSON.stringify(termsIn(given.label, given.glossary)));"
    )
    assert javascript(code, {"label": label, "glossary": explorer_words.glossary()}) == terms


def test_a_module_has_the_words_of_its_sliders(explorer):
    labels = " ".join(control["label"].lower() for control in explorer.controls)
    for term, meaning in explorer_words.glossary().items():
        assert not re.search(rf"\b{term}\b", labels) or f'"{term}": "{meaning}"' in module(explorer.name)


def test_a_module_weighs_little_and_asks_nobody(explorer):
    text = module(explorer.name)
    assert len(text.encode()) < 30_000
    assert not re.search(r"^import |\bfetch\(|XMLHttpRequest|\bimport\(", text, re.MULTILINE)
    assert set(re.findall(r"\w+://\S+?(?=[\"'])", text)) == {
        "http://www.w3.org/2000/svg"
    }  # a name, no address


# --- what they say is true ---


def numbers(text):
    return [float(found.replace("−", "-")) for found in re.findall(r"−?\d+\.\d+", text)]


def test_everything_that_can_be_moved_changes_what_is_said_and_described(explorer, tell):
    before = tell(explorer)
    assert len(before["sentence"].split()) > 8 and len(before["description"].split()) > 8
    for control in explorer.controls:
        now = explorer.state[control["name"]]
        if "options" in control:
            other = next(option for option in control["options"] if option != now)
        else:
            other = control["max"] if now != control["max"] else control["min"]
        after = tell(explorer, **{control["name"]: other})
        assert after["sentence"] != before["sentence"], control["name"]


def test_the_step_of_the_rnn_is_that_of_lesson_1(tell):
    said = tell(explore.rnn_step(TINY, x=0.5, h_prev=-0.4))["sentence"]
    h = rnn_cell([0.5], [-0.4], TINY)[0]
    assert round(h, 2) in numbers(said)
    assert round(0.5 * (1 - h**2), 2) in numbers(said)


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
def test_the_playground_says_what_is_happening(tell, gates, word):
    said = tell(explore.cell_playground(c_prev=1.5, g=-0.5, **gates))["sentence"]
    assert said.split(":")[0] == word
    assert round(gates["f"] * 1.5 - gates["i"] * 0.5, 2) in numbers(said)


SOLUTIONS = {
    "hold_in_secret": {"f": 1.0, "i": 0.0, "o": 0.0},
    "replace": {"f": 0.0, "i": 1.0},
    "add_up": {"f": 1.0, "i": 1.0},
    "reach": {"c_prev": 2.5, "steps": 3},
    "far_back": {"f": 0.995},
}


def test_a_task_is_solved_by_its_solution_and_not_as_it_begins(javascript):
    assert set(SOLUTIONS) == set(tasks.TASKS)
    code = (
        'import { SOLVED, step } from "./cell_playground.js";\n'
        "console.log(JSON.stringify(given.map(([task, state]) => SOLVED[task](state, step(state)))));"
    )
    base = explore.cell_playground().state
    for task in tasks.TASKS.values():
        assert task.answer in task.guesses
    begun = [[name, base | tasks.TASKS[name].start] for name in SOLUTIONS]
    done = [[name, base | tasks.TASKS[name].start | end] for name, end in SOLUTIONS.items()]
    too_slow = [["reach", base | {"c_prev": 2.5, "steps": 4}]]
    nothing_held = [["hold_in_secret", base | {"c_prev": 0.0, "i": 0.0, "o": 0.0}]]
    assert javascript(code, begun + too_slow + nothing_held) == [False] * 7
    assert javascript(code, done) == [True] * 5


def test_two_and_a_half_can_be_reached_in_three_steps_and_in_no_fewer():
    reached = 0.0
    for left in (3, 2, 1):  # the most that a step adds is 1
        assert 2.5 - reached > left - 1
        reached = min(2.5, reached + 1.0 * 1.0)
    assert reached == 2.5


def test_a_solved_task_is_told_once():
    told = []
    tasks.listeners.append(lambda *what: told.append(what))
    explorer = explore.cell_playground()
    explorer.solved = ["replace"]
    explorer.solved = ["replace", "add_up", "no task"]
    tasks.listeners.pop()
    assert told == [("playground: replace", "right"), ("playground: add_up", "right")]


@pytest.mark.parametrize(
    ("setting", "missing"),
    [
        ({"keep": 10.0, "shut": -10.0, "flag": 5.0}, "at the flag the input gate lets in only 1 %"),
        ({"keep": 10.0, "shut": -4.0, "flag": 20.0}, "without a flag the input gate lets in 1.8 %"),
        ({"keep": 2.0, "shut": -10.0, "flag": 20.0}, "the forget gate keeps 88.1 % a step, which is 8 %"),
    ],
)
def test_the_latch_says_what_is_missing(tell, setting, missing):
    assert tell(explore.latch(VALUES), **setting)["sentence"].startswith(f"Not yet: {missing}")


def test_the_latch_tells_when_it_is_done_and_not_sooner(tell):
    weights = {"W" + gate: np.zeros((1, 3)) for gate in "fico"} | {"bc": [0.0], "bo": [10.0]}
    weights["Wc"] = [[0.0, 1.0, 0.0]]
    explorer = explore.latch(VALUES, lag=20)
    for keep in (4.0, 5.5, 6.0, 6.5, 10.0):
        h, c = np.zeros(1), np.zeros(1)
        for value, flag in zip(VALUES[:23], np.arange(23) == 2, strict=True):
            cell = weights | {"Wi": [[0, 0, 20.0]], "bf": [keep], "bi": [-10.0]}
            h, c = lstm_cell([value, flag], h, c, cell)
        held = abs(c[0] - np.tanh(VALUES[2])) <= 0.05 * abs(np.tanh(VALUES[2]))
        said = tell(explorer, keep=keep, shut=-10.0, flag=20.0)["sentence"]
        assert said.startswith("Done" if held else "Not yet")


def test_gru_and_lstm_are_the_cells_of_the_course(tell):
    said = tell(explore.gru_and_lstm(VALUES, FLAGS), keep=3.0, let_in=-2.0, take=6.0, replace=4.0)["sentence"]
    none, on_value, on_flag = np.zeros((1, 3)), np.array([[0, 1.0, 0]]), np.array([[0, 0, 1.0]])
    lstm = {"Wf": -4 * on_flag, "Wi": 6 * on_flag, "Wc": on_value, "Wo": none}
    lstm |= {"bf": [3.0], "bi": [-2.0], "bc": [0.0], "bo": [10.0]}
    gru = {"Wz": -4 * on_flag, "Wr": none, "Wh": on_value, "bz": [3.0], "br": [0.0], "bh": [0.0]}
    h, c, state = np.zeros(1), np.zeros(1), np.zeros(1)
    for x in np.stack([VALUES, FLAGS], axis=1):
        h, c = lstm_cell(x, h, c, lstm)
        state = gru_cell(x, state, gru)
    assert numbers(said)[:2] == [round(c[0], 2), round(state[0], 2)]


def test_the_gradient_of_the_rnn_is_the_product_of_the_jacobians(javascript):
    explorer = explore.rnn_gradient(MATRIX, KERNEL, XS)
    layer = RNN(2, 8, dtype="float64", seed=0)
    radius = np.abs(np.linalg.eigvals(MATRIX)).max()
    layer.weights["recurrent_kernel"][...] = (0.9 / radius * MATRIX).T
    layer.weights["kernel"][...] = KERNEL.T
    product, norms = np.eye(8), [1.0]
    for jacobian in memory.step_jacobians(layer, XS[None])[::-1, 0]:
        product = product @ jacobian
        norms.append(np.linalg.norm(product, 2))
    code = (
        'import { step } from "./rnn_gradient.js";\n'
        "console.log(JSON.stringify(step(given.state, given.data).norms));"
    )
    found = javascript(code, {"state": explorer.state, "data": explorer.data})
    np.testing.assert_allclose(found, norms, rtol=1e-4)  # the weights go to the page with 8 digits


def test_more_bias_reaches_farther(tell):
    explorer = explore.forget_bias(BATCH, hidden_size=8)
    said = [tell(explorer, bias=bias)["sentence"] for bias in (-1.0, -0.5, 0.0)]
    horizons = [int(re.search(r"under 1 % at lag (\d+)", sentence)[1]) for sentence in said]
    assert horizons == sorted(set(horizons))
    assert "nowhere within 59 steps" in tell(explorer, bias=8.0)["sentence"]


def test_the_window_counts_as_create_sequences_does(tell):
    explorer = explore.sliding_window(np.arange(20.0) * 10, seq_length=6)
    said = tell(explorer, sample=13)["sentence"]
    assert "reads steps 13 to 18 and is to say step 19, which is 190." in said
    said = tell(explorer, sample=13, length=10)["sentence"]  # the last sample of the longer window
    assert "reads steps 9 to 18 and is to say step 19" in said
    assert "20 − 10 = 10 samples: inputs of shape (10, 10, 1)" in said


def test_another_review_has_its_own_words(tell):
    explorer = explore.word_by_word({"short": SHORT, "long": LONG})
    assert "After 65 of 65 words" in tell(explorer, title="long", read=65)["sentence"]
    said = tell(explorer, read=2)["sentence"]
    assert "After 2 of 4 words, the last one “at”, it says 20 % good" in said
    assert "moved it by −20 points" in said


@pytest.mark.parametrize(
    ("cell", "biases"), [("RNN", {}), ("LSTM", {"forget": 3.0, "input": -1.0}), ("GRU", {"forget": 2.0})]
)
def test_the_lane_is_measured_as_the_course_does(javascript, cell, biases):
    explorer = explore.memory_lane(cell)
    state = explorer.state | biases
    weights = {name: np.array(value) for name, value in explorer.data["weights"][cell].items()}
    for bias, slider in {"LSTM": {"bf": "forget", "bi": "input"}, "GRU": {"bz": "forget"}}.get(
        cell, {}
    ).items():
        weights[bias][...] = state[slider]
    options = {"reset_after": False} if cell == "GRU" else {}
    layer = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}[cell](1, 6, seed=0, dtype="float64", **options)
    layer.load_cell_weights(weights)
    norms = memory.gradient_by_lag(layer, np.array(explorer.data["xs"])[None])[0]
    code = (
        'import { step } from "./memory_lane.js";\n'
        "console.log(JSON.stringify(step(given.state, given.data)));"
    )
    found = javascript(code, {"state": state, "data": explorer.data})
    np.testing.assert_allclose(found["gradient"], norms / norms[0], rtol=1e-9)
    assert found["horizon"] == memory.memory_horizon(norms)


def test_the_page_reads_as_the_network_does(javascript):
    explorer = explore.what_it_remembers()
    texts = load_reviews().test.texts[:200]
    code = (
        'import { makeReader, tokenise } from "./reader.js";\n'
        "const reader = makeReader(given.network);\n"
        "console.log(JSON.stringify(given.texts.map((text) => reader.verdicts(tokenise(text)))));"
    )
    theirs = javascript(code, {"network": explorer.data["network"], "texts": texts})
    reader = Reader()
    apart = [np.abs(reader.verdicts(tokenise(text)) - verdicts).max()
             for text, verdicts in zip(texts, theirs, strict=True)]  # fmt: skip
    assert max(apart) < 1e-9


def test_the_page_cuts_a_text_into_words_as_the_course_does(javascript):
    texts = ["It wasn't GOOD, it was great!", "Don’t: a café – “naïve”", "", "1 film, 2 stars..."]
    code = 'import { tokenise } from "./reader.js";\nconsole.log(JSON.stringify(given.map(tokenise)));'
    assert javascript(code, texts) == [tokenise(text) for text in texts]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: explore.rnn_step(3), TypeError, "weights is 3, expected a dict"),
        (lambda: explore.rnn_step(TINY, x=5), ValueError, "x is 5, expected a number from -3 to 3"),
        (lambda: explore.rnn_step({"Wh": [[1, 1, 1]], "bh": [0]}), ValueError, r"expected \(1, 2\)"),
        (lambda: explore.cell_playground(f=1.5), ValueError, "f is 1.5, expected a number from 0 to 1"),
        (lambda: explore.cell_playground(g="up"), TypeError, "g is 'up', expected a number from -1 to 1"),
        (lambda: explore.cell_playground(tasks=["fly"]), ValueError, "tasks is 'fly', expected 'hold_in_s"),
        (lambda: explore.latch([1.0, 2.0]), ValueError, "values has 2 steps, expected at least 23"),
        (lambda: explore.latch(VALUES, lag=0), ValueError, "lag is 0, expected a whole number"),
        (lambda: explore.gru_and_lstm([1.0], [1, 0]), ValueError, r"flags has shape \(2,\), expected \(1,\)"),
        (lambda: explore.rnn_gradient(MATRIX, KERNEL[1:], XS), ValueError, r"kernel has shape \(7, 2\)"),
        (lambda: explore.rnn_gradient(np.zeros((2, 2)), np.ones((2, 1)), np.ones((5, 1))), ValueError,
         "matrix has the spectral radius 0"),
        (lambda: explore.forget_bias([1.0]), ValueError, r"x has shape \(1,\), expected \(N, T, D\)"),
        (lambda: explore.forget_bias(np.ones((1, 1, 1))), ValueError, "x has 1 step, expected at least 2"),
        (lambda: explore.sliding_window([1.0, 2.0], 2), ValueError, "seq_length is 2, expected less than"),
        (lambda: explore.sliding_window("abc", 2), TypeError, "series is 'abc', expected an array"),
        (lambda: explore.memory_lane("ESN"), ValueError, "cell is 'ESN', expected 'RNN', 'LSTM' or 'GRU'"),
        (lambda: explore.memory_lane(forget=9), ValueError, "forget is 9, expected a number from -2 to 8"),
        (lambda: explore.what_it_remembers("good"), TypeError, "texts is 'good', expected a list of texts"),
        (lambda: explore.what_it_remembers(["..."]), ValueError, "expected texts with words in them"),
        (lambda: explore.what_it_remembers([]), ValueError, "texts is empty"),
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


def test_an_explorer_loads_neither_a_framework_nor_pyplot():
    code = (
        "import sys\nfrom lstm_course import explore\nexplore.cell_playground()\n"
        "heavy = ('tensorflow', 'keras', 'pandas', 'sklearn', 'matplotlib.pyplot')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    assert run_python(code) == "[]\n"

"""check, hint, solution, proven: what they say, and that nothing can confuse or cheat them."""

import contextlib
import importlib
import math
import re
import subprocess
import sys
import threading
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from helpers import notebook

from lstm_course.exercises import find
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.exercises.limits import Allowance, TimeUp
from lstm_course.learner.checking import Outcome, check, hint, proven, solution


def rnn_cell(x, h_prev, weights):
    return np.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])


def sentence(function):
    """What is said about a wrong rnn_cell."""
    outcome = check(rnn_cell=function)
    assert outcome.status == "wrong"
    return outcome.message


# Finding the exercise


def test_by_the_name_of_the_function():
    assert check(rnn_cell).status == "right"


def test_by_keyword_under_another_name():
    def mine(x, h, w):
        return rnn_cell(x, h, w)

    assert check(rnn_cell=mine).status == "right"
    assert check(rnn_cell=lambda x, h, w: mine(x, h, w) + 0).status == "right"


def test_an_unknown_name_gets_a_suggestion():
    outcome = check(rnn_cel=rnn_cell)
    assert outcome.exercise is None and outcome.score == 0
    assert "Did you mean 'rnn_cell'" in outcome.message


def test_a_result_instead_of_the_function():
    outcome = check(np.zeros(4))
    assert outcome.status == "wrong" and "an array of shape (4,)" in outcome.message


def test_one_answer_at_a_time():
    with pytest.raises(TypeError, match="one answer"):
        check()
    with pytest.raises(TypeError, match="one answer"):
        check(rnn_cell, sigmoid=abs)


def test_none_is_not_attempted():
    assert check(rnn_cell=None).status == check(rnn_cell=...).status == "not attempted"


# What is said


def test_wrong_signature():
    assert "takes 2 arguments" in sentence(lambda x, h: x)
    assert "the order asked for is `x`, `h_prev`, `weights`" in sentence(lambda h_prev, x, weights: x)


def test_not_a_function():
    assert "it is a number" in check(rnn_cell=5).message


def test_the_line_that_raises():
    def wrong(x, h_prev, weights):
        joined = np.concatenate([h_prev, x])
        return weights["Wx"] @ joined

    said = sentence(wrong)
    assert '`return weights["Wx"] @ joined`' in said
    assert "no entry 'Wx'. The entries are 'Wh', 'bh'." in said


def test_shapes_that_do_not_fit():
    assert "4 columns meet 3 rows" in sentence(lambda x, h_prev, weights: weights["Wh"][:, :4] @ x)


def test_the_line_of_a_function_that_it_calls():
    source = "def join(x, h):\n    return np.concatenate([h, x])[9]\n\n"
    source += "def rnn_cell(x, h_prev, weights):\n    return join(x, h_prev)\n"
    notebook = {"np": np}
    exec(compile(source, "a cell", "exec"), notebook)
    assert "Line 2 of `join` raises an IndexError" in sentence(notebook["rnn_cell"])

    def own(x, h_prev, weights):
        return [h_prev[k] for k in range(9)]

    assert " of `" not in sentence(own)


def test_functions_of_math_on_arrays():
    def wrong(x, h_prev, weights):
        return math.tanh(weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"])

    assert "`math.tanh` takes a single number; `np.tanh` takes a whole array." in sentence(wrong)


def test_a_power_written_as_in_mathematics():
    def wrong(x, h_prev, weights):
        return h_prev ^ 2

    assert "`^` is no power in Python; `**` is." in sentence(wrong)

    def on_whole_numbers(input_size, hidden_size):
        return 4 * (hidden_size ^ 2 + hidden_size * input_size + hidden_size)

    outcome = check(lstm_parameter_count=on_whole_numbers)
    assert outcome.mistake == "^ instead of **" and "`**` is" in outcome.message


def test_printed_instead_of_returned():
    outcome = check(rnn_cell=lambda x, h, w: print(rnn_cell(x, h, w)))
    assert outcome.mistake == "printed instead of returned"
    assert "prints its result and returns nothing" in outcome.message


def test_right_for_one_vector_but_not_for_a_batch():
    def one_vector(x, h_prev, weights):
        hx = np.concatenate([h_prev, x], axis=-1)
        z, r = (1 / (1 + np.exp(-weights["W" + k] @ hx - weights["b" + k])) for k in "zr")
        g = np.tanh(weights["Wh"] @ np.concatenate([r * h_prev, x]) + weights["bh"])
        return z * h_prev + (1 - z) * g

    said = check(gru_cell=one_vector).message
    assert said.startswith("Right for one vector, but not for a batch. Line ")

    def batch_only(x, h_prev, weights):
        assert x.ndim == 2
        return find("gru_cell").reference(x, h_prev, weights)

    said = check(gru_cell=batch_only).message
    assert said.endswith("It is right for a batch, but not for one vector.")


def test_nothing_returned():
    def wrong(x, h_prev, weights):
        np.tanh(x)

    assert "returns nothing" in sentence(wrong)


def test_wrong_type_and_structure():
    assert "a string" in sentence(lambda x, h, w: "h")
    assert "alone is asked for" in sentence(lambda x, h, w: (rnn_cell(x, h, w), "c"))
    assert "shape (3,), and should have shape (4,)" in sentence(lambda x, h, w: rnn_cell(x, h, w)[1:])
    assert "complex" in sentence(lambda x, h, w: rnn_cell(x, h, w) + 1j)
    assert "NaN" in sentence(lambda x, h, w: rnn_cell(x, h, w) * np.nan)


def test_infinity_agrees_with_no_number():
    assert "holds infinity" in sentence(lambda x, h, w: np.full(4, np.inf))
    assert check(lstm_parameter_count=lambda D, H: np.inf).status == "wrong"


def test_another_convention_is_nearly_right():
    gru = find("gru_cell").reference

    def turned(x, h_prev, weights):
        weights = weights | {"Wz": -weights["Wz"], "bz": -weights["bz"]}
        return gru(x, h_prev, weights)

    outcome = check(gru_cell=turned)
    assert (outcome.status, outcome.mistake) == ("nearly", "z turned round")
    assert "the convention of Chung et al. (2014)" in outcome.message


def test_an_error_of_shapes_says_what_was_meant():
    assert "`np.concatenate` joins them" in sentence(lambda x, h, w: np.tanh(w["Wh"] @ np.vstack([h, x])))
    outer = check(rnn_backward=lambda dhs, xs, h0, hs, w: dhs[0] @ np.concatenate([h0, xs[0]]).T)
    assert "`np.outer(a, b)`" in outer.message


def test_changed_input():
    def wrong(x, h_prev, weights):
        h = rnn_cell(x, h_prev, weights)
        h_prev[:] = h
        return h

    assert "`h_prev` is not what it was" in sentence(wrong)


def test_not_deterministic():
    assert "two answers" in sentence(lambda x, h, w: np.random.default_rng().normal(size=4))


def test_borrowed_numbers_are_pointed_out():
    outcome = check(rnn_cell=lambda x, h, w: np.tanh(BORROWED["Wh"] @ np.concatenate([h, x])))
    assert any("`BORROWED` from outside" in note for note in outcome.notes)


def test_a_method_is_not_taken_for_a_number_of_the_same_name(monkeypatch):
    monkeypatch.setitem(globals(), "concatenate", BORROWED["Wh"])  # as a loop in the notebook may leave it
    outcome = check(rnn_cell=lambda x, h, w: np.concatenate([x, h]))
    assert not any("from outside" in note for note in outcome.notes)


BORROWED = {"Wh": np.ones((4, 7))}


def test_a_wrong_function_that_is_called_is_pointed_out():
    source = "def rnn_cell(x, h, w):\n    return x[0] * h\n\n"
    source += "def rnn_forward(xs, h, w):\n    return [h := rnn_cell(x, h, w) for x in xs]\n"
    notebook = {}
    exec(source, notebook)
    notes = check(notebook["rnn_forward"]).notes
    assert notes == ("It calls your `rnn_cell`, whose own check is not right yet: start there.",)


def test_a_count_is_said_in_full():
    counted = find("gru_parameter_count").reference
    said = check(gru_parameter_count=lambda *sizes: counted(*sizes) + 17).message
    assert re.match(r"`the count` is \d+ and should be \d+\.", said)


def test_dicts_that_are_not_as_asked_for():
    def said(biases):
        return check(initial_biases=lambda hidden_size, forget_bias=1.0: biases).message

    assert 'should be a dict with "bf", "bi", "bc", "bo", but it is a number' in said(3)
    assert 'has no entry "bc"' in said({"bf": 1, "bi": 0, "bo": 0})
    assert 'has an entry "bz", and only' in said(dict.fromkeys(("bf", "bi", "bc", "bo", "bz"), 0))


def test_the_special_cases_point_to_the_place():
    outcome = check(rnn_cell=lambda x, h, w: rnn_cell(x, h, w) + 0.1 * x[0])
    assert outcome.mistake is None
    assert "It is right when `x` is zero" in outcome.message


def test_two_mistakes_are_both_named():
    outcome = check(rnn_cell=lambda x, h, w: np.tanh(w["Wh"] @ np.concatenate([x, h])))
    assert outcome.mistake == "bias forgotten + [x, h] instead of [h, x]"
    assert "exactly right" not in outcome.message and "Second:" in outcome.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda hs: -hs, "wrong sign"),
        (lambda hs: 2.5 * hs, "2.5 times"),
        (lambda hs: hs.T, "transposed"),
        (lambda hs: hs[::-1], "backwards in time"),
        (lambda hs: np.round(hs, 3), "rounded to 3 decimals"),
        (lambda hs: hs.astype(np.float16), "two or three digits"),
        (lambda hs: hs[None], "shape (1, 6, 4) instead of (6, 4)"),
        (lambda hs: np.roll(hs, -1, axis=0) if len(hs) > 1 else hs, "one step early"),
    ],
)
def test_nearly_right(change, said):
    forward = find("rnn_forward").reference
    outcome = check(rnn_forward=lambda xs, h0, weights: change(forward(xs, h0, weights)))
    assert (outcome.status, outcome.score) == ("nearly", 0.5)
    assert said in outcome.message


def test_another_order_of_the_returned_values_is_nearly_right():
    gates = find("lstm_gates").reference
    outcome = check(lstm_gates=lambda x, h, w: gates(x, h, w)[::-1])
    assert outcome.status == "nearly" and "return `f, i, g, o`" in outcome.message

    def also_wrong(dhs, xs, h0, hs, weights):
        dxs, dh0, dweights = find("rnn_backward").reference(dhs, xs, h0, hs, weights)
        return dweights, 1 + np.sin(dxs), dh0

    said = check(rnn_backward=also_wrong).message
    assert said == "The returned values are in another order: return `dxs, dh0, dweights`."


def test_warnings_are_told_and_kept_from_stderr(capfd):
    def noisy(x, h_prev, weights):
        np.log(np.zeros(2))
        return rnn_cell(x, h_prev, weights)

    outcome = check(rnn_cell=noisy)
    assert outcome.status == "right"
    assert outcome.notes == ("Your code warned: divide by zero encountered in log.",)
    assert capfd.readouterr() == ("", "")


def test_what_others_have_left_open_is_no_warning_of_the_answer(tmp_path):
    left = [(tmp_path / "file").open("w")]  # nobody closes it

    def right(x, h_prev, weights):
        left.clear()  # as when garbage is collected just now
        return rnn_cell(x, h_prev, weights)

    assert check(rnn_cell=right).notes == ()


# Never in the way


def test_what_c_libraries_write_is_kept_from_stderr(capfd):
    def wrong(matrix):
        return np.linalg.norm(matrix * np.nan, 2)  # LAPACK complains about the NaN

    assert check(spectral_radius=wrong).status == "wrong"
    assert capfd.readouterr() == ("", "")


def plain_loop(x, h_prev, weights):
    while True:
        pass


def sleeping_loop(x, h_prev, weights):
    while True:
        try:  # noqa: SIM105
            time.sleep(0.01)
        except:  # noqa: E722 - what a learner may write
            pass


def busy_loop(x, h_prev, weights):
    k = 0
    while True:
        try:
            k += 1
            h_prev = h_prev + k
            h_prev = np.tanh(h_prev)
            k -= 1
        except BaseException:
            k = 0


@pytest.mark.parametrize("endless", [plain_loop, sleeping_loop, busy_loop])
def test_an_endless_loop_is_stopped(endless):
    tracer, started = sys.gettrace(), time.process_time()
    finding = examine(find("rnn_cell"), endless, seconds=0.5)
    assert "still running after 0.5 seconds of work" in finding.sentence
    assert time.process_time() - started < 4
    assert sys.gettrace() is tracer
    assert check(rnn_cell).status == "right"  # and all is well afterwards


def test_an_endless_loop_is_stopped_in_a_thread_too():
    outcomes = []

    def work():
        outcomes.append(examine(find("rnn_cell"), plain_loop, seconds=0.5))

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert "still running" in outcomes[0].sentence


def test_imports_are_not_the_learners_time(tmp_path, monkeypatch):
    """A module that takes longer to import than an answer may take."""
    (tmp_path / "heavy_module.py").write_text(
        "import time\nstarted = time.thread_time()\nwhile time.thread_time() < started + 0.8: pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    def importing(x, h_prev, weights):
        importlib.import_module("heavy_module")
        return rnn_cell(x, h_prev, weights)

    assert examine(find("rnn_cell"), importing, seconds=0.5).status == "right"


def test_a_module_that_never_ends_its_import_is_stopped(tmp_path, monkeypatch):
    (tmp_path / "endless_module.py").write_text("while True: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def importing(x, h_prev, weights):
        importlib.import_module("endless_module")

    assert "still running" in examine(find("rnn_cell"), importing, seconds=0.1).sentence


def test_a_check_in_a_module_that_is_being_imported_has_its_limit_too(tmp_path, monkeypatch):
    (tmp_path / "checking_module.py").write_text(
        "from lstm_course.exercises import find\n"
        "from lstm_course.exercises.diagnosis.trial import examine\n"
        "def endless(x, h_prev, weights):\n    while True: pass\n"
        "finding = examine(find('rnn_cell'), endless, seconds=0.5)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    started = time.process_time()
    assert "still running" in importlib.import_module("checking_module").finding.sentence
    assert time.process_time() - started < 4  # and not only when patience ends


def working(x, h_prev, weights):
    """A right answer that works for a fifth of a second in all."""
    started = time.thread_time()
    while time.thread_time() < started + 0.04:
        pass
    return rnn_cell(x, h_prev, weights)


def test_a_verdict_does_not_change_with_eight_busy_processes_beside_it():
    """On the clock of the wall the answer takes eight times as long and more."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        assert examine(find("rnn_cell"), working, seconds=0.6).status == "right"
        assert "still running" in examine(find("rnn_cell"), plain_loop, seconds=0.2).sentence
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_an_alarm_of_somebody_else_survives():
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "setitimer"):
        pytest.skip("no interval timers on this system")
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    others = signal.setitimer(signal.ITIMER_REAL, 0.6)
    try:
        check(rnn_cell)
        time.sleep(0.7)
        assert rung
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *others)


def test_a_timer_that_rings_before_all_is_set_up_leaves_nothing_behind(monkeypatch):
    """What stayed behind would stop whatever comes next, late and at any line."""
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "setitimer"):
        pytest.skip("no interval timers on this system")

    def state():
        handlers = [signal.getsignal(number) for number in (signal.SIGPROF, signal.SIGALRM)]
        return handlers, signal.getitimer(signal.ITIMER_PROF), signal.getitimer(signal.ITIMER_REAL)[1]

    before, set_timer = state(), signal.setitimer

    def ringing(which, *seconds):
        others = set_timer(which, *seconds)
        if seconds[0]:
            signal.raise_signal(signal.SIGPROF)
        return others

    monkeypatch.setattr(signal, "setitimer", ringing)
    with contextlib.suppress(TimeUp):
        Allowance(1e-9).call(lambda: None)
    monkeypatch.undo()
    assert state() == before


def raising(error):
    def wrong(x, h_prev, weights):
        raise error

    return wrong


@pytest.mark.parametrize(
    "error", [SystemExit(3), MemoryError(), RecursionError(), ValueError("a\nb"), KeyError()]
)
def test_whatever_is_raised_becomes_a_card(error):
    assert type(error).__name__ in sentence(raising(error))


def test_recursion_without_end():
    def deep(x, h_prev, weights):
        return deep(x, h_prev, weights)

    assert "calls itself without end" in sentence(deep)


def test_prints_stay_inside(capfd):
    def chatty(x, h_prev, weights):
        print("here", file=sys.stderr)
        print("there")
        return rnn_cell(x, h_prev, weights)

    outcome = check(rnn_cell=chatty)
    assert outcome.status == "right"
    assert outcome.notes == ("Your code printed: `here there`",)
    assert capfd.readouterr() == ("", "")


def test_what_an_answer_prints_is_shortened_on_the_card():
    def chatty(x, h_prev, weights):
        print(f"<b>`state`</b> {object()}\n" * 100)
        return h_prev

    (note,) = check(rnn_cell=chatty).notes
    assert note.startswith("Your code printed: `<b>'state'</b> <object object at 0x…> <b>'state'")
    assert len(note) < 200 and note.endswith("…`")
    assert "<code>&lt;b&gt;'state'" in check(rnn_cell=chatty)._repr_html_()


class EqualsEverything:
    shape, dtype, ndim, size = (4,), np.dtype(float), 1, 4

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return np.zeros(4)

    __rsub__ = __sub__

    def __array_ufunc__(self, *arguments, **options):
        return np.zeros(4)

    def __len__(self):
        return 4


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return np.zeros(4)


@pytest.mark.parametrize(
    "claim", [EqualsEverything(), np.ones(4).view(LyingArray), float("nan"), np.full(4, np.nan)]
)
def test_claiming_to_equal_everything_does_not_help(claim):
    assert check(rnn_cell=lambda x, h, w: claim).status == "wrong"


def test_replaced_numpy_functions_do_not_help(monkeypatch):
    monkeypatch.setattr(np, "allclose", lambda *a, **k: True)
    monkeypatch.setattr(np, "isclose", lambda *a, **k: True)
    monkeypatch.setattr(np, "array_equal", lambda *a, **k: True)
    monkeypatch.setattr(np.testing, "assert_allclose", lambda *a, **k: None)
    assert check(rnn_cell=lambda x, h, w: np.zeros(4)).status == "wrong"


def test_huge_and_strange_results():
    assert check(rnn_cell=lambda x, h, w: np.broadcast_to(0.0, (10**6, 10**6))).status == "wrong"
    assert check(rnn_cell=lambda x, h, w: (k for k in h)).status == "wrong"
    assert check(rnn_cell=lambda x, h, w: [h, x, [h]]).status == "wrong"
    assert check(rnn_cell=lambda x, h, w: {"h": h}).status == "wrong"
    nested = []
    nested.append(nested)
    assert check(rnn_cell=lambda x, h, w: nested).status == "wrong"


def test_a_check_takes_well_under_a_second():
    backward = find("lstm_cell_backward").reference

    def far_off(dh, dc, x, h_prev, c_prev, weights):
        dx, dh_prev, dc_prev, dweights = backward(dh, dc, x, h_prev, c_prev, weights)
        return dx, dh_prev + 0.3 * dc_prev, dc_prev, dweights

    started = time.process_time()
    assert check(lstm_cell_backward=far_off).mistake is None  # all mistakes and all pairs have been looked at
    assert time.process_time() - started < 2


# Values and choices


def test_values():
    assert check(lag_at_one_percent=44).status == "right"
    assert check(lag_at_one_percent=np.float32(44)).score == 1
    assert check(lag_at_one_percent=43).mistake == "rounded down"
    assert "too large" in check(lag_at_one_percent=60).message
    assert "a string" in check(lag_at_one_percent="44").message
    assert check(lag_at_one_percent=[1, 2]).status == "wrong"
    assert check(memory_after_30=8e-5).status == "right"
    assert check(memory_after_30=0.0083).status == "nearly"


@pytest.mark.parametrize("number", [Fraction(44), Decimal(44), [44], np.array([[44]]), np.array(44), 44.0])
def test_a_number_is_a_number_in_any_dress(number):
    assert check(lag_at_one_percent=number).status == "right"


def test_a_count_is_right_or_wrong():
    """What lacks the factor of the four gates is told like what lacks a set of biases."""
    reference = find("lstm_parameter_count").reference
    missing_factor = check(lstm_parameter_count=lambda D, H: reference(D, H) / 4)
    missing_biases = check(lstm_parameter_count=lambda D, H: reference(D, H) - 4 * H)
    assert missing_factor.status == missing_biases.status == "wrong"
    assert check(lag_at_one_percent=-44).status == "wrong"


def test_a_function_is_found_by_the_name_that_it_has_in_the_notebook():
    from scipy.special import expit

    notebook = {"check": check, "sigmoid": expit, "expit": expit}
    assert eval("check(expit)", notebook).exercise == "sigmoid"
    assert "check(sigmoid=...)" in eval("check(expit)", {"check": check, "expit": expit}).message


def test_choices():
    assert check(longer_sequence="a").status == "right"
    assert check(longer_sequence=" A) ").status == "right"
    assert check(longer_sequence="b").mistake == "chose b"
    assert "Choose one of" in check(longer_sequence="maybe").message
    assert "Choose one of" in check(longer_sequence=2).message
    assert check(longer_sequence=None).status == "not attempted"


# The card


def test_not_attempted_is_stable_and_short():
    outcome = check(rnn_cell=None)
    assert repr(outcome) == "Not attempted yet: rnn_cell\nWrite `rnn_cell`, then run this cell again."
    assert "details" not in outcome._repr_html_()


def test_card_and_text_say_the_same():
    outcome = check(rnn_cell=lambda x, h, w: np.tanh(w["Wh"] @ np.concatenate([h, x])))
    text, card = repr(outcome), outcome._repr_html_()
    bare = re.sub(r"<details.*</details>", "", card, flags=re.DOTALL)
    bare = re.sub(r"<[^>]+>", "", bare)
    for line in outcome.message, "Not right yet", "Where to look: lesson 01, “One step”.":
        assert line in text
        assert line.replace("`", "") in bare
    assert "Help: hint(rnn_cell)" in text


def test_the_card_folds_hints_and_solution():
    card = check(rnn_cell=lambda x, h, w: x)._repr_html_()
    assert card.count("<details") == 4 == card.count("</details>")
    assert "def rnn_cell" in card
    assert card.count("<div") == card.count("</div>")


def test_the_card_escapes_what_the_learner_wrote():
    def wrong(x, h_prev, weights):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in check(rnn_cell=wrong)._repr_html_()


def test_no_address_and_no_clock_time_in_any_text():
    def wrong(x, h_prev, weights):
        raise ValueError(f"bad {object()}")

    assert "0x7" not in repr(check(rnn_cell=wrong))
    assert repr(check(rnn_cell=wrong)) == repr(check(rnn_cell=wrong))


def test_scores():
    for status, score in {"right": 1, "nearly": 0.5, "wrong": 0, "not attempted": 0}.items():
        assert Outcome("rnn_cell", status, "").score == score


# hint, solution, proven


def test_hints_come_one_by_one():
    texts = [repr(hint(rnn_cell)) for _ in range(4)]
    assert [text.splitlines()[0] for text in texts] == [
        "Hint 1 of 3: rnn_cell",
        "Hint 2 of 3: rnn_cell",
        "Hint 3 of 3: rnn_cell",
        "That was the last hint: rnn_cell",
    ]
    assert "Hint 1 of 3" in hint(longer_sequence="b")._repr_html_()


def test_solution_asks_first():
    wrong = {"rnn_cell": lambda x, h_prev, weights: x}
    assert "Have you tried for 6 minutes?" in repr(solution(**wrong))
    assert "def rnn_cell(x, h_prev, weights):" in repr(solution(**wrong))
    solution("longer_sequence")
    assert "the weights stay as many" in repr(solution("longer_sequence"))


def test_unknown_exercises_are_refused_with_a_sentence():
    for call in hint, solution, proven:
        with pytest.raises(ValueError, match="No exercise is called 'len'"):
            call(len)


def test_the_courses_own_function_is_no_answer(capsys):
    def sigmoid(x): ...

    ours = proven(sigmoid)
    outcome = check(ours)
    assert outcome.status == "not attempted" and "course's own `sigmoid`" in outcome.message
    assert proven(ours) is ours
    assert capsys.readouterr().out.count("Going on with the course's sigmoid") == 2


def test_proven_goes_on_with_the_right_one(capsys):
    assert proven(rnn_cell) is rnn_cell
    assert capsys.readouterr().out == "Going on with your rnn_cell.\n"

    def sigmoid(x):
        return x

    ours = proven(sigmoid)
    assert ours is not sigmoid and ours(0.0) == 0.5
    assert "Going on with the course's sigmoid" in capsys.readouterr().out


def test_proven_makes_arrays_of_lists():
    def rnn_forward(xs, h0, weights):
        h, hs = h0, []
        for x in xs:
            h = rnn_cell(x, h, weights)
            hs.append(h)
        return hs

    (arguments,) = (find("rnn_forward").probes(np.random.default_rng(1))[0].arguments,)
    theirs = proven(rnn_forward)
    assert theirs(*arguments).shape == np.shape(rnn_forward(*arguments))
    assert check(theirs).status == "right"

    def lstm_gates(x, h_prev, weights):
        return [part.tolist() for part in find("lstm_gates").reference(x, h_prev, weights)]

    arguments = find("lstm_gates").probes(np.random.default_rng(1))[0].arguments
    assert [gate.shape for gate in proven(lstm_gates)(*arguments)] == [(4,)] * 4


# In a real kernel


def test_in_a_kernel():
    nbclient = pytest.importorskip("nbclient")
    cells = [
        "import numpy as np\nfrom lstm_course import check",
        'def rnn_cell(x, h_prev, weights):\n    """One."""\n    ...  # your code here\n\ncheck(rnn_cell)',
        "def rnn_cell(x, h_prev, weights):\n    a = 1\n    return h @ x\n\ncheck(rnn_cell)",
    ]
    lesson = notebook(*cells)
    nbclient.NotebookClient(lesson, timeout=60, kernel_name="python3").execute()
    outputs = [output for cell in lesson.cells for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"execute_result"}
    stub, wrong = (cell.outputs[0].data for cell in lesson.cells[1:])
    assert stub["text/plain"].startswith("Not attempted yet")
    assert "Line 3, `return h @ x`, raises a NameError: the name `h` is not defined." in wrong["text/plain"]
    assert "text/html" in wrong


LIBRARIES = """
from lstm_course import check

def confusion(labels, probabilities, threshold=0.5):
    from sklearn.metrics import confusion_matrix
    return confusion_matrix(labels, probabilities >= threshold, labels=[0, 1])

def create_sequences(data, seq_length, horizon=1):
    import keras
    import numpy as np
    data = np.reshape(data, (len(data), -1))
    X, y = [], []
    windows = keras.utils.timeseries_dataset_from_array(data, None, seq_length + horizon, batch_size=1)
    for window in windows.as_numpy_iterator():
        X.append(window[0, :seq_length])
        y.append(window[0, seq_length:, 0])
    return np.array(X), np.array(y)

print(check(confusion))
print(check(create_sequences))
"""


def test_a_right_answer_that_imports_a_library_is_right_the_first_time():
    done = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True)
    assert [line[:6] for line in done.stdout.splitlines() if line[:3] in ("Rig", "Not")] == [
        "Right:",
        "Right:",
    ], done


def test_a_check_shows_its_card_wherever_it_stands_in_the_cell():
    import nbformat

    from lstm_course.common.notebook_runs import new_client

    code = "from lstm_course import check\ncheck(longer_sequence='b')\nx = check(longer_sequence='a')\n'done'"
    cells = [code, "check(longer_sequence='a')", "1"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    new_client(notebook, ".", timeout=60).execute()
    shown = [[output.data["text/plain"].split("\n")[0] for output in cell.outputs] for cell in notebook.cells]
    right, wrong = "Right: longer_sequence", "Not right yet: longer_sequence"
    assert shown == [["'done'", wrong, right], [right], ["1"]]

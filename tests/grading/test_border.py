"""The border of the sandbox: whatever comes out is a message that holds what it says, or is refused."""

import dataclasses
import inspect
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_course.exercises import find
from lstm_course.exercises.running import Odd
from lstm_course.grading import marking
from lstm_course.grading.inside import wire
from lstm_course.grading.marking import answers
from lstm_course.grading.sandbox import border
from lstm_course.grading.sandbox.session import Session
from lstm_course.grading.sandbox.walls import Limits

WORDS = ["", "value", "function", "missing", "a.b:c", "broken", "proven", "reference", "state_jacobian", "x",
         "lambda", "ValueError", "KeyError", "UnicodeDecodeError", "SystemExit", "__name__", "a b",
         "y" * 2000]  # fmt: skip
ARRAYS = st.sampled_from(
    [np.zeros(3), np.ones((2, 2)), np.float64(1.5), np.array(2), np.full(3, np.nan), np.ones(3, complex),
     np.arange(3), np.ones(3, bool), np.zeros((0, 2))]
)  # fmt: skip
ATOMS = (
    st.none() | st.booleans() | st.integers() | st.integers(-2, 9) | st.floats() | st.sampled_from(WORDS)
    | ARRAYS | st.just(...) | st.just(Odd("a thing")) | st.builds(np.random.default_rng, st.integers(0, 9))
)  # fmt: skip
PLAIN = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.sampled_from(WORDS) | st.integers(-1, 5), inner, max_size=4)
    ),
    max_leaves=12,
)
ARGUMENTS = (np.zeros(3), np.arange(3), {"a": np.ones(2)}, [1.0, 2.0], np.random.default_rng(0), 4)
KNOWN = border.Known(cells=3, arguments=ARGUMENTS, functions=[np.tanh])

# Messages as a worker sends them, of which one field or another is then something else.
ROWS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(WORDS), st.booleans()).map(list), max_size=3)
ERROR = {
    "kind": "ValueError",
    "first": None,
    "text": "no",
    "name": None,
    "place": (3, "x = 1", ""),
    "shapes": None,
}
TRUE_FORMS = [
    {"reading": 1}, {"parsed": {2: "SyntaxError: no"}}, {"at": 4}, {"over": 0, "alone": True},
    {"ask": "proven", "name": "rnn_cell"},
    {"ask": "function", "number": 0, "arguments": (1.0,), "named": {"out": 2.0}},
    {"ask": "reference", "name": "rnn_cell", "arguments": ()},
    {"ready": "missing", "troubles": [], "lacks": [], "stood_in": []},
    {"ready": "value", "troubles": [[0, "NameError: x", True]], "lacks": [3], "stood_in": ["rnn_cell"],
     "value": 44, "is_class": False},
    {"ready": "function", "troubles": [], "lacks": [], "stood_in": [],
     "parameters": [["x", 1, False], ["y", 1, True]],
     "stub": False, "blanks": False, "xor": False, "words": "def x", "numbers": ["table"],
     "functions": ["helper"],
     "home": "__main__", "differences": False},
    {"value": np.ones(3), "error": ERROR, "warnings": ["overflow"], "printed": "",
     "changed": [[0, np.ones(3)]], "called": ["lstm_course.scratch.layers.lstm:LSTM.forward"]},
]  # fmt: skip


FIELDS = {
    "troubles": ROWS,
    "parameters": ROWS,
    "changed": st.lists(st.tuples(st.integers(0, 6), PLAIN).map(list), max_size=3),
    "error": st.none()
    | st.builds(lambda name, thing: ERROR | {name: thing}, st.sampled_from(list(ERROR)), PLAIN),
    "parsed": st.dictionaries(st.integers(-1, 4), st.sampled_from(WORDS), max_size=3),
    "warnings": st.lists(st.sampled_from(WORDS), max_size=3),
    "number": st.integers(-1, 2),
}


@st.composite
def messages(draw, forms=TRUE_FORMS):
    """A true message with some fields replaced, now and then with one too many or too few."""
    message = dict(draw(st.sampled_from(forms)))
    for name in draw(st.sets(st.sampled_from(list(message)), max_size=2)):
        message[name] = draw(FIELDS.get(name, PLAIN) | PLAIN)
    if draw(st.integers(0, 9)) == 0:
        message.pop(draw(st.sampled_from(list(message))))
    if draw(st.integers(0, 9)) == 0:
        message[draw(st.sampled_from(["ready", "ask", "value"]))] = draw(PLAIN)
    return message


def arrived(message):
    """A message after the way through the pipe."""
    return wire.unpack(io.BytesIO(wire.pack(message)).read)


@pytest.mark.parametrize("message", TRUE_FORMS, ids=lambda message: "-".join(map(str, message)))
def test_what_a_worker_sends_is_taken(message):
    taken = border.read(arrived(message), KNOWN)
    assert isinstance(taken, border.Message) and not isinstance(taken, border.AskedNonsense)


@given(messages())
def test_anything_else_is_refused_in_a_sentence_and_nothing_else_happens(message):
    try:
        taken = border.read(arrived(message), KNOWN)
    except border.Refused as refused:
        assert str(refused)  # noqa: PT017 - it may also be taken
        return
    holds_what_it_says(taken)


def holds_what_it_says(message):
    """What the marking relies on, said once more in other words."""
    if isinstance(message, border.Returned):
        assert len(message.printed) <= 2000 and all(len(warning) <= 300 for warning in message.warnings)
        for change in message.changes:
            old = ARGUMENTS[change.number]
            assert type(change.new) is type(old)
            if isinstance(old, np.ndarray):
                assert change.new.shape == old.shape and change.new.dtype == old.dtype
        if message.raised:
            assert message.raised.kind.isidentifier()
            assert isinstance(answers.exception(message.raised), Exception)
    elif isinstance(message, border.READY):
        assert all(0 <= each.cell < KNOWN.cells for each in message.troubles)
        if isinstance(message, border.Function):
            assert message.signature is None or isinstance(message.signature, inspect.Signature)
            assert all(map(str.isidentifier, message.numbers + message.functions))
    elif isinstance(message, border.Parsed):
        assert all(cell in range(KNOWN.cells) for cell in message.unreadable)
    elif isinstance(message, border.AskedOfFunction):
        assert message.function is np.tanh and type(message.arguments) is tuple
        assert all(type(name) is str for name in message.named)
    assert type(message) in dataclasses_of(border.Message)


def dataclasses_of(kind):
    found = [kind] if dataclasses.is_dataclass(kind) else []
    return found + [each for inner in kind.__subclasses__() for each in dataclasses_of(inner)]


@given(st.sampled_from(sorted(answers.EXCEPTIONS)), st.sampled_from([None, "no", "{}"]))
def test_every_kind_of_exception_is_raised_again(kind, first):
    error = answers.exception(border.Raised(kind, first, "no", None, (3, "x = 1", "")))
    assert isinstance(error, Exception) and error.place == (3, "x = 1", "")


class Forger(Session):
    """A sandbox in which somebody else writes all messages."""

    def start(self):
        self._sent = iter(self.to_come)

    def _send(self, end, message, functions=None):
        wire.pack(message, functions)
        self.last = message

    def _message(self, seconds):
        try:
            return wire.unpack(io.BytesIO(wire.pack(next(self._sent))).read)
        except StopIteration:
            raise self._killed() from None


FUNCTION = TRUE_FORMS[-2] | {"parameters": [[name, 1, False] for name in ("x", "h_prev", "weights")]}


def marked(to_come, exercise):
    Forger.to_come = to_come
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lstm_course.grading.marking.marking.Session", Forger)
        patch.setattr("lstm_course.grading.marking.marking.exercises_of", lambda lesson: [exercise])
        return marking.mark_notebook(["1", "2", "3"], "02", 7, "none")


RETURNED = TRUE_FORMS[-1]
BEFORE = [form for form in TRUE_FORMS if form.keys() & {"at", "ask"}]  # what leaves the marking waiting


@given(st.lists(messages(BEFORE), max_size=2), st.lists(messages([RETURNED]) | messages(), max_size=8))
def test_no_forged_talk_earns_a_point_or_stops_the_marking(before, after):
    """Messages before the answer is ready, then a function whose every call returns something made up."""
    (row,) = marked([*before, FUNCTION, *after], find("state_jacobian"))
    assert row["score"] == 0 and row["status"] != "right" and row["message"]


@given(PLAIN)
def test_a_number_to_be_found_is_earned_by_the_number_alone(value):
    """The answer is 44; what is 44 in another form, or -44, counts as it does for `check`."""
    said = {"ready": "value", "troubles": [], "value": value, "is_class": False}
    (row,) = marked([said], find("lag_at_one_percent"))
    assert row["score"] == 0 or abs(np.asarray(value).item()) == 44


def test_a_value_too_large_for_a_message_is_an_error_inside_and_not_out_here():
    Forger.to_come = [
        {"ask": "reference", "name": "x", "arguments": ()},
        {"ready": "missing", "troubles": [], "lacks": [], "stood_in": []},
    ]
    session = Forger(["1"], ["x"], None, "none", Limits())
    ready = session.begin("x", lambda asked: {"value": [np.zeros(900_000)] * 3})
    assert isinstance(ready, border.Missing) and "more than a message may have" in session.last["error"]

"""Try an answer, and find the first explanation of what it does that holds.

The order of looking: a stub; the signature; whether it gives the same answer twice; the known mistakes, alone
and in pairs; right up to a sign, a factor, an order; what the function raises or fails to return; and where
nothing fits, which returned value is wrong first. A mistake is named only when the answer does what the
reference with that mistake does, on every probe, fresh ones included. Of two mistakes each must show: that
one row is too many is not said of a result that has the right shape. And where a sentence speaks of a word
that the learner has not written, it says so.
"""

import functools
import inspect
import itertools
import pickle
import re
from dataclasses import replace

import numpy as np

from lstm_course.exercises.exercise import Exercise, Mistake
from lstm_course.exercises.limits import Allowance, TimeUp
from lstm_course.exercises.running import HIDDEN, Odd, Run, bare, describe, run, same
from lstm_course.exercises.testing import WrittenTest
from lstm_course.exercises.verdicts import Finding

from .differences import form, listed, parts, wrong_structure, wrong_value
from .errors import in_words
from .relations import other_order, relation_of_parts
from .source import Source

__all__ = ["SECONDS", "alike", "examine"]

SECONDS = 5.0  # for all calls of one answer together
FRESH = 2  # further sets of probes before a mistake is named
KEPT = 64  # exercises, each with a seed, of which it is remembered what the course's own functions do
_WARNS = "NumPy warns on the way, and it should not"
RIGHT = "It agrees with the course's own answer on every input tried."

_default_rng, _ndarray = np.random.default_rng, np.ndarray


def examine(
    exercise: Exercise,
    function: object,
    seed: int = 0,
    seconds: float = SECONDS,
    source: Source | None = None,
) -> Finding:
    """Try a function on the probes of an exercise and say what is wrong.

    Args:
        exercise: an `Exercise`.
        function: the learner's answer; anything is borne.
        seed: of the probes.
        seconds: time limit for the learner's code: of its own work, as in `Allowance`.
        source: `Source` of a function whose code is somewhere else, default that of `function`.

    Returns:
        A `Finding`.

    Example:
        >>> from lstm_course.exercises import find
        >>> examine(find("rnn_cell"), lambda x, h_prev, weights: np.tanh(weights["bh"])).status
        'wrong'
    """
    function = bare(function)
    source = source or Source(function)
    if function is None or function is Ellipsis or source.is_stub():
        return _not_attempted(exercise)
    if not callable(function) or isinstance(function, type):
        what = "a class" if isinstance(function, type) else describe(function)
        return Finding("wrong", f"`{exercise.id}` should be a function, but it is {what}.")
    refusal = _refuses_arguments(exercise, function)
    if refusal:
        return Finding("wrong", refusal)
    try:
        return _Trial(exercise, function, seed, seconds, source).finding()
    except TimeUp:
        return Finding(
            "wrong",
            f"`{exercise.id}` was still running after {seconds:g} seconds of work and was stopped. "
            "Look for a loop that never ends.",
        )


def _not_attempted(exercise):
    return Finding("not attempted", f"Write `{exercise.id}`, then run this cell again.")


def _refuses_arguments(exercise, function):
    """The sentence to say when the function cannot be called with the exercise's arguments, or None."""
    wanted = exercise.signature
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    own = [name for name, argument in signature.parameters.items() if argument.kind in (0, 1)]
    if own != list(wanted) and sorted(own) == sorted(wanted):
        return f"`{exercise.id}` takes {listed(own)}; the order asked for is {listed(wanted)}."
    try:
        signature.bind(*wanted)
    except TypeError:
        return (
            f"`{exercise.id}` takes {len(own)} argument{'s' * (len(own) != 1)} ({listed(own) or 'none'}); "
            f"{len(wanted)} are asked for: {listed(wanted)}."
        )
    return None


def _one_or_two(told):
    """What to say about one mistake, or about two at once."""
    if len(told) == 1:
        return told[0]
    # "With the two exchanged, your answer is exactly right" holds for either mistake alone only.
    first, second = (re.sub(r":[^:.]*answer is exactly right\.", ".", text) for text in told)
    return f"Two things at once. First: {first} Second: {second}"


def _words_of_the_mistake(exercise, mistake):
    """What an explanation quotes that only somebody has written who made the mistake in this very way."""
    quoted = re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"`([^`]+)`", mistake.explanation)))
    wrong = re.findall(r"\w+", " ".join(mistake.changes.values()))
    return set(quoted) & set(wrong) - set(re.findall(r"\w+", exercise.source))


def _shortened(printed, length=160):
    """What a function printed, on one line, its start only when it is long, and without addresses."""
    line = re.sub(r"0x[0-9a-fA-F]+", "0x…", " ".join(printed.replace("`", "'").split()))
    return line if len(line) <= length else f"{line[: length - 2]} …"


def alike(a: Run, b: Run, silent: bool) -> bool:
    """Whether two runs did the same: raised, returned, warned and changed arguments alike.

    Args:
        a, b: two `Run`.
        silent: whether warnings count.

    Returns:
        A bool.
    """
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error) and str(a.error) == str(b.error)
    return (
        (a.changed is None) == (b.changed is None)
        and (a.warnings == b.warnings or not silent)
        and same(a.value, b.value)
    )


class _Ours:
    """What functions of the course do with the probes of a seed: the reference, and it with mistakes made.

    Each is run once, for it does the same each time: a learner checks one function again and again, a grader
    the answers of a class. No run changes what it is given.
    """

    def __init__(self, exercise, seed):
        self.exercise, self.seed = exercise, seed
        self._sets, self._fresh = {}, {}  # arguments, and number of a further set -> set of probes
        self.probes = self._drawn(seed)
        self.expected = [self._run_of(exercise.reference, probe) for probe in self.probes]
        self._runs = {}  # mistakes, probe -> run
        self._first_numbers = {}  # mistakes -> the first number on the dense probe

    @functools.cached_property
    def pairs(self):
        """Every two mistakes that can be made together."""
        pairs = itertools.combinations(self.exercise.mistakes, 2)
        return [pair for pair in pairs if self.exercise.compatible(*pair)]

    def fresh(self, number):
        """A further set of probes, which shows what agrees on the first one by chance.

        An exercise that is costly to try has few sets, and this may be one that was tried before.
        """
        if number not in self._fresh:
            self._fresh[number] = self._drawn([self.seed, 1 + number])
        return self._fresh[number]

    def _drawn(self, seed):
        probes = tuple(self.exercise.probes(_default_rng(seed)))
        return self._sets.setdefault(pickle.dumps([probe.arguments for probe in probes]), probes)

    def with_mistakes(self, mistakes, probe):
        """What the reference with these mistakes does with a probe of the first set or a fresh one."""
        if (mistakes, probe) not in self._runs:
            self._runs[mistakes, probe] = self._run_of(self.exercise.variant(*mistakes), probe)
        return self._runs[mistakes, probe]

    def near(self, candidates, value):
        """Those mistakes of which the first number on the dense probe is about that of a value.

        Of hundreds of pairs nearly all differ there already; what cannot be told so is kept.
        """
        numbers, own = np.array([self._first_number(each) for each in candidates]), _first_number(value)
        with np.errstate(invalid="ignore"):
            far = np.abs(numbers - own) > 1e-3 * (1 + abs(own))
        return [each for each, differs in zip(candidates, far, strict=True) if not differs]

    def _first_number(self, mistakes):
        if mistakes not in self._first_numbers:
            value = self.with_mistakes(mistakes, self.probes[0]).value
            self._first_numbers[mistakes] = _first_number(value)
        return self._first_numbers[mistakes]

    def _run_of(self, function, probe):
        return run(functools.partial(self.exercise.observe, function), probe.arguments, Allowance(SECONDS))


_ours = functools.lru_cache(maxsize=KEPT)(_Ours)


def _first_number(value):
    """The first number of a plain value, or NaN where it has none: two that are `same` begin alike."""
    while isinstance(value, dict | tuple) and value:
        value = value[min(value)] if isinstance(value, dict) else value[0]
    if not isinstance(value, _ndarray) or not value.size or value.dtype.kind == "c":
        return float("nan")
    return value.item(0)


class _Trial:
    """One answer on trial: the probes, what the reference does with them, and what the answer does."""

    def __init__(self, exercise, function, seed, seconds, source):
        self.exercise, self.function, self.seed, self.source = exercise, function, seed, source
        self.allowance = Allowance(seconds)
        self.ours = _ours(exercise, seed)
        self.probes, self.expected = self.ours.probes, self.ours.expected
        self.got = self.own_runs(self.probes)
        self.tried = {self.probes: self.got}

    def own_runs(self, probes):
        """Runs of the learner's function, on the learner's clock."""
        observe = functools.partial(self.exercise.observe, self.function)
        return [run(observe, probe.arguments, self.allowance) for probe in probes]

    def agree(self, a, b):
        """Whether two runs did the same; warnings count where the exercise asks for silence."""
        return alike(a, b, self.exercise.silent) and self.exactly(a, b)

    def returns_the_same(self, a, b):
        """Whether two runs returned the same values."""
        return a.error is None and b.error is None and same(a.value, b.value) and self.exactly(a, b)

    def exactly(self, a, b):
        """Whether two counts agree to the last unit; of other numbers nothing is asked."""
        return not self.counts() or a.error is not None or bool(a.value == b.value)

    def finding(self):
        """The first of the explanations, in the order of looking, that holds."""
        dense = self.got[0]
        unfinished = all(run.error or run.value is None or isinstance(run.value, Odd) for run in self.got)
        if unfinished and self.source.has_blanks():
            return _not_attempted(self.exercise)
        notes = self.warned()
        if dense.printed.strip():
            notes = (*notes, f"Your code printed: `{_shortened(dense.printed)}`")
        again = self.own_runs(self.probes[:1])[0]
        if dense.error is None and not self.agree(dense, again):
            sentence = self.changeable()
        elif isinstance(self.exercise, WrittenTest) and dense.error is None:
            return self.of_a_test(self.exercise.told(dense.value), notes)
        elif all(map(self.agree, self.expected, self.got)):
            return Finding("right", RIGHT, notes=notes)
        elif found := self.known() or self.nearly():
            return replace(found, notes=(*self.changed_too(found), *notes))
        elif dense.error is not None:
            sentence = self.raised(dense.error) + self.right_for_the_others()
            notes = (*self.borrowed(), *notes)
        elif dense.value is None and dense.printed.strip():
            sentence = (
                f"`{self.exercise.id}` prints its result and returns nothing: `return` hands a value on, "
                "`print` only shows it."
            )
            return Finding("wrong", sentence, "printed instead of returned", notes)
        elif dense.value is None:
            sentence = f"`{self.exercise.id}` returns nothing: is a `return` missing?"
        elif self.source.uses_xor():
            return Finding("wrong", "`^` is no power in Python; `**` is.", "^ instead of **", notes)
        else:
            sentence = self.first_difference()
            notes = (*self.changed_too(), *self.borrowed(), *notes)
        return Finding("wrong", sentence, notes=notes)

    def of_a_test(self, found, notes):
        """A finding on a test, and why so much survives it, where a known mistake explains that."""
        if found.status == "right":
            return replace(found, notes=notes)
        if known := self.known():
            found = replace(found, sentence=known.sentence, mistake=known.mistake)
        return replace(found, notes=(*found.notes, *self.leaning(), *notes))

    def warned(self):
        """Notes on the warnings of the answer; those that it hides count only where none may come."""
        texts = sorted({text for run in self.got for text in run.warnings})
        told = [text for text in texts if not text.endswith(HIDDEN)]
        hidden = [text.removesuffix(HIDDEN) for text in texts if text.endswith(HIDDEN)]
        notes = [f"Your code warned: {'; '.join(told)}."] if told else []
        if hidden and self.exercise.silent:
            notes.append(f"Your code hides a warning: {'; '.join(hidden)}.")
        return tuple(notes)

    def changed_too(self, found=None):
        """A note on an argument that a wrong answer changes, where nothing has been said of that yet."""
        first = next((run.changed for run in self.got if run.changed is not None and not run.error), None)
        if first is None or same(self.got[0].value, self.expected[0].value):
            return ()
        name = self.exercise.signature[first]
        if found and self.changes(found.mistake):
            return ()
        return (f"It also changes `{name}`, which the caller still needs: work on a copy.",)

    def changes(self, name):
        """Whether the mistake of this name changes an argument."""
        made = [mistake for mistake in self.exercise.mistakes if mistake.name in (name or "").split(" + ")]
        first = self.probes[0]
        return any(self.ours.with_mistakes((mistake,), first).changed is not None for mistake in made)

    def changeable(self):
        """Called twice with the same arguments, it gave two answers."""
        hidden = (
            "Draw only from the `rng` that it is given, not from `np.random`."
            if "rng" in self.exercise.signature
            else "Something is kept between calls, or drawn at random."
        )
        return f"`{self.exercise.id}` gives two answers when called twice with the same arguments. {hidden}"

    def raised(self, error, case=""):
        """The learner's own line and the error in other words."""
        where, line = "It", ""
        place = self.source.place(error)
        if place:
            number, line, helper = place
            shown = line if len(line) <= 80 else f"{line[:77]}..."
            where = f"Line {number}" + f" of `{helper}`" * bool(helper) + f", `{shown}`," * bool(shown)
        kind = type(error).__name__
        article = "an" if kind[0] in "AEIOU" else "a"
        said = in_words(error, line, self.probes[0].arguments)
        shapes = self.source.shapes(error)
        return f"{where} raises {article} {kind}{case}: {said}" + f" There {shapes}" * bool(shapes)

    def borrowed(self):
        """Notes on what it takes from the notebook: numbers, and functions that are not right yet."""
        numbers, notes = self.source.numbers(), []
        if numbers:
            notes.append(f"It reads {listed(numbers)} from outside, not from its arguments: is that meant?")
        return (*notes, *self.leaning())

    def leaning(self):
        """Notes on functions of the notebook that it calls and that are not right yet."""
        return tuple(
            f"It calls your `{name}`, whose own check is not right yet: start there."
            for name in self.source.not_right(self.exercise, self.is_right)
        )

    def is_right(self, other, function):
        """Whether a function that the answer calls is right, or nearly, as an answer to its own exercise."""
        return examine(other, function, self.seed, self.allowance.left).status in ("right", "nearly")

    # Known mistakes

    def known(self):
        """A finding that names the mistake or the two mistakes, or None."""
        if all(run.value is None for run in self.got) and any(run.error for run in self.got):
            return None
        alone = [(mistake,) for mistake in self.exercise.mistakes]
        fits = self.fitting(alone)
        if not fits:
            # Two ways to the same wrong values may warn differently, or change an argument.
            fits = [fit for fit in self.fitting(alone, values=True) if self.wrong_values(fit)]
        if not fits and self.got[0].value is not None:
            possible = self.ours.pairs
            possible = self.sifted(possible) if self.exercise.needs_keras else possible
            fits = [fit for fit in self.fitting(possible) if all(map(self.shows, fit))]
        if not fits:
            return None
        shared = set.intersection(*map(set, fits))
        if len(fits) > 1 and shared:  # what cannot be told apart is left out
            fits = [tuple(mistake for mistake in fits[0] if mistake in shared)]
        told = [_one_or_two([self.explained(mistake) for mistake in fit]) for fit in fits]
        name = " or ".join(" + ".join(mistake.name for mistake in fit) for fit in fits)
        alone = all(len(fit) == 1 for fit in fits) and not self.counts()
        almost = alone and (all(fit[0].convention for fit in fits) or self.nearly())
        return Finding("nearly" if almost else "wrong", " Or else: ".join(told), name)

    def explained(self, mistake: Mistake) -> str:
        """What to say of a mistake, which the answer may have made in other words."""
        words = _words_of_the_mistake(self.exercise, mistake)
        written = self.source.words().split()
        as_quoted = not written or words <= set(written)
        return ("" if as_quoted else "Your code does the same as this: ") + mistake.explanation

    def sifted(self, pairs: list[tuple[Mistake, Mistake]]) -> list[tuple[Mistake, Mistake]]:
        """Those pairs that change the same parts as the answer does: a Keras model takes long to make."""
        of_mistakes = {
            mistake: self.changed_parts(self.ours.with_mistakes((mistake,), self.probes[0]))
            for mistake in self.exercise.mistakes
        }
        wanted = self.changed_parts(self.got[0])
        return [pair for pair in pairs if of_mistakes[pair[0]] | of_mistakes[pair[1]] == wanted]

    def changed_parts(self, run: Run) -> set[str]:
        """Names of what a run has returned otherwise than the reference, on the dense probe."""
        right, own = parts(self.exercise, self.expected[0].value), parts(self.exercise, run.value)
        both = right.keys() & own.keys()
        return (right.keys() ^ own.keys()) | {name for name in both if not same(right[name], own[name])}

    def shows(self, mistake: Mistake) -> bool:
        """Whether one of two mistakes is seen: one that alone spoils the shape has left it spoilt."""
        alone = self.ours.with_mistakes((mistake,), self.probes[0])
        right = form(self.expected[0].value)
        return form(alone.value) == right or form(self.got[0].value) != right

    def wrong_values(self, mistakes):
        """Whether a mistake shows in values, not only in warnings or in an argument that is changed."""
        runs = [self.ours.with_mistakes(mistakes, probe) for probe in self.probes]
        return not all(map(self.returns_the_same, self.expected, runs))

    def fitting(self, candidates, values=False):
        """Those candidates that do what the answer does, on these probes and on fresh ones."""
        near = self.ours.near(candidates, self.got[0].value)
        fits = [fit for fit in near if self.behaves_like(fit, self.probes, self.got, values)]
        for fresh in range(FRESH):
            if not fits:
                return fits
            probes = self.ours.fresh(fresh)
            if probes not in self.tried:
                self.tried[probes] = self.own_runs(probes)
            got = self.tried[probes]
            fits = [fit for fit in fits if self.behaves_like(fit, probes, got, values)]
        return fits

    def behaves_like(self, mistakes, probes, got, values=False):
        """Whether the reference with these mistakes does what the answer did, or returns the same values."""
        agree = self.returns_the_same if values else self.agree
        # The dense probe comes first, and nearly always decides.
        return all(
            agree(self.ours.with_mistakes(mistakes, probe), own)
            for probe, own in zip(probes, got, strict=True)
        )

    # Nearly right

    def nearly(self):
        """A finding when the values are right but for a sign, a factor, a shape, an order; or None."""
        if self.counts() or any(run.error is not None or run.changed is not None for run in self.got):
            return None
        wanted, given = [run.value for run in self.expected], [run.value for run in self.got]
        sentence = other_order(self.exercise, wanted, given)
        if sentence is None and all(map(same, wanted, given)):
            hidden = any(text.endswith(HIDDEN) for run in self.got for text in run.warnings)
            does = "you hide a warning: compute it so that none comes" if hidden else _WARNS
            sentence = f"The values are right, but {does}."
        sentence = sentence or relation_of_parts(self.exercise, wanted, given)
        return Finding("nearly", sentence) if sentence else None

    def counts(self):
        """Whether whole numbers are asked for: a count is right or wrong."""
        values = [run.value for run in self.expected]
        return all(isinstance(value, _ndarray) and value.shape == () and value % 1 == 0 for value in values)

    # Something else

    def first_difference(self):
        """Which part is wrong first, on the dense probe or else on the first special case that fails."""
        pairs = enumerate(zip(self.expected, self.got, strict=True))
        wrong = next(k for k, pair in pairs if not self.agree(*pair))
        expected, got = self.expected[wrong], self.got[wrong]
        case = f" {self.probes[wrong].case}" if self.probes[wrong].case else ""
        one_vector = wrong and self.has_more_axes(self.probes[wrong])
        ordinary = "one vector" if one_vector else "ordinary numbers"
        lead = f"Right for {ordinary}, but not{case or ' for all'}. " if wrong else ""
        if got.error is not None:
            return (lead if one_vector else "") + self.raised(got.error, case)
        if got.value is None:
            return f"It returns nothing{case}."
        sentence = wrong_structure(self.exercise, expected.value, got.value)
        if sentence:
            return lead + sentence
        sentence = wrong_value(self.exercise, expected.value, got.value, exact=self.counts())
        if sentence:
            return lead + sentence + ("" if wrong else self.right_cases())
        if got.changed is not None:
            name = self.exercise.signature[got.changed]
            return (
                f"The result is right, but `{name}` is not what it was: work on a copy, the caller still "
                "needs the original."
            )
        return f"{lead}The values are right, but {_WARNS}."

    def has_more_axes(self, probe):
        """Whether a probe is a batch, where the dense one is a single vector."""
        ours, dense = (
            [array.ndim for array in arguments if isinstance(array, _ndarray)]
            for arguments in (probe.arguments, self.probes[0].arguments)
        )
        return len(ours) == len(dense) and max(dense, default=0) == 1 and max(ours) == 2

    def right_for_the_others(self):
        """What to add when one vector alone goes wrong, and batches are right."""
        batches = [k for k, probe in enumerate(self.probes) if self.has_more_axes(probe)]
        if batches and all(self.agree(self.expected[k], self.got[k]) for k in batches):
            return " It is right for a batch, but not for one vector."
        return ""

    def right_cases(self):
        """The special cases in which a wrong answer is right: a pointer to where the mistake sits."""
        if self.right_for_the_others():
            return self.right_for_the_others()
        cases = [
            probe.case
            for probe, expected, got in zip(self.probes, self.expected, self.got, strict=True)
            if probe.case and self.agree(expected, got)
        ]
        if not cases:
            return ""
        rest = "those leave" if cases[1:] else "that leaves"
        return f" It is right {' and '.join(cases[:2])}, so look at what {rest} out."

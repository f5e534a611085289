"""Find out what is wrong with an answer, and say it in one sentence.

The order of looking: a stub; the signature; whether it gives the same answer twice; the known mistakes, alone
and in pairs; right up to a sign, a factor, an order; what the function raises or fails to return; and where
nothing fits, which returned value is wrong first. A mistake is named only when the answer does what the
reference with that mistake does, on every probe, fresh ones included.
"""

import ast
import dis
import functools
import inspect
import itertools
import linecache
import re
import textwrap
import time
import traceback
import types
from dataclasses import dataclass, replace

import numpy as np

from . import Exercise, find
from .running import Odd, TimeUp, close, describe, plain, run, same

SECONDS = 5.0  # for all calls of one answer together
FRESH = 2  # further sets of probes before a mistake is named
RIGHT = "It agrees with the course's own answer on every input tried."

# What NumPy and Python say -> what it means.
_ERRORS = {
    r"\(size (\d+) is different from (\d+)\)": (
        r"the shapes of the product do not fit, \2 columns meet \1 rows."
    ),
    r"shapes (\(.*?\)) and (\(.*?\)) not aligned": r"shapes \1 and \2 do not fit for a product.",
    r"together with shapes (\(.*?\)) (\(.*?\))": r"arrays of shapes \1 and \2 do not fit together.",
    r"input array from shape (\(.*?\)) into shape (\(.*?\))": (
        r"an array of shape \1 does not fit into a place of shape \2."
    ),
    r"output operand with shape (\(.*?\)) doesn't match the broadcast shape (\(.*?\))": (
        r"a result of shape \2 does not fit into an array of shape \1."
    ),
    r"only integers, slices": "the index is no whole number.",
    r"index (-?\d+) is out of bounds .* size (\d+)": r"index \1 is past the end, there are \2.",
    r"index out of range": "an index is past the end of the list.",
    r"NoneType": "something is None here; does a function return nothing?",
    r"ellipsis": "three dots are still to be filled in.",
    r"truth value of an array": (
        "`if` cannot choose for each number of an array; `np.where` can, or `np.maximum` and `np.minimum`."
    ),
    r"must match exactly": "the arrays to be joined have different shapes.",
    r"zero-dimensional arrays cannot be concatenated": "single numbers cannot be joined by `np.concatenate`.",
}

# exercise -> (seed of its probes, mistakes -> their run): a learner checks the same function again and again.
_on_first_probe = {}

_default_rng, _ndarray, _argwhere = np.random.default_rng, np.ndarray, np.argwhere


@dataclass(frozen=True)
class Finding:
    """What was found.

    Args:
        status: "not attempted", "right", "nearly" or "wrong".
        sentence: what to tell the learner.
        mistake: name of the known mistake, two joined by " + ", or None.
        notes: further lines, such as warnings of the learner's code.
    """

    status: str
    sentence: str
    mistake: str | None = None
    notes: tuple[str, ...] = ()


def examine(exercise, function, seed=0, seconds=SECONDS, source=None):
    """Try a function on the probes of an exercise and say what is wrong.

    Args:
        exercise: an `Exercise`.
        function: the learner's answer; anything is borne.
        seed: of the probes.
        seconds: time limit for the learner's code.
        source: `Source` of a function whose code is somewhere else, default that of `function`.

    Returns:
        A `Finding`.
    """
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
            f"`{exercise.id}` was still running after {seconds:g} seconds and was stopped. "
            "Look for a loop that never ends.",
        )


def _not_attempted(exercise):
    return Finding("not attempted", f"Write `{exercise.id}`, then run this cell again.")


# What can be said without running anything


def _body(function):
    """Syntax tree of the function's body without the docstring, or None where the source is not to be had."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return None
    docstring = ast.get_docstring(definition, clean=False) is not None
    return definition.body[1:] if docstring else definition.body


def _is_blank(statement):
    """`...`, `pass`, `return`, `return None`, `x = ...` or `raise NotImplementedError`."""
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr | ast.Assign):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    if isinstance(statement, ast.Return):
        return statement.value is None or ast.unparse(statement.value) in ("None", "...")
    return isinstance(statement, ast.Raise) and "NotImplementedError" in ast.dump(statement)


def _is_stub(function):
    """Whether nothing has been written yet."""
    body = _body(function)
    if body is not None:
        return all(_is_blank(statement) for statement in body)
    code = getattr(function, "__code__", None)
    if code is None or not set(code.co_names) <= {"NotImplementedError"}:
        return False
    # Without the source: a body that reads no argument and makes no number cannot have been an attempt.
    reads = any(step.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) for step in dis.get_instructions(code))
    return not reads and set(code.co_consts) <= {None, ..., function.__doc__}


def _has_blanks(function):
    """Whether a `...` that was to be filled in is still there, among given lines."""
    return any(
        _is_blank(node) and not isinstance(node, ast.Return | ast.Pass)
        for statement in _body(function) or ()
        for node in ast.walk(statement)
    )


def _codes(code):
    """A function's code, and that of the functions within it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _codes(part)


def _uses_xor(function):
    """Whether `^` stands in the function: for whole numbers it works, and is no power."""
    nodes = (node for statement in _body(function) or () for node in ast.walk(statement))
    return any(isinstance(getattr(node, "op", None), ast.BitXor) for node in nodes)


def _names(code):
    """Names of everything that a function takes from outside, in the functions within it too."""
    if not isinstance(code, types.CodeType):
        return ()
    return code.co_names + sum(map(_names, code.co_consts), ())


class Source:
    """What an answer looks like and takes from the notebook, as far as that explains what it does.

    Args:
        function: the answer.
    """

    def __init__(self, function):
        self.function = function
        self.code = getattr(function, "__code__", None)
        self.globals = getattr(function, "__globals__", None)

    def is_stub(self):
        """Whether nothing has been written yet."""
        return _is_stub(self.function)

    def has_blanks(self):
        """Whether a `...` that was to be filled in is still there."""
        return _has_blanks(self.function)

    def uses_xor(self):
        """Whether `^` stands in it."""
        return _uses_xor(self.function)

    def place(self, error):
        """Where it raised: (line number, the line, the helper it belongs to or ""); None when elsewhere."""
        place = None
        # Not by `inspect`, which looks through every loaded module for each frame: seconds, with Keras.
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_globals is self.globals:
                code = frame.f_code
                own = self.code is not None and any(code is part for part in _codes(self.code))
                helper = "" if own or not code.co_name.isidentifier() else code.co_name
                line = linecache.getline(code.co_filename, number, frame.f_globals)
                place = number, line.strip(), helper
        return place

    def outside(self):
        """Name -> thing of what it takes from the notebook."""
        return {name: self.globals[name] for name in _names(self.code) if name in (self.globals or ())}

    def numbers(self):
        """Names of the arrays and collections among that."""
        things = self.outside().items()
        return [name for name, thing in things if isinstance(thing, _ndarray | dict | list | tuple)]

    def not_right(self, exercise, seed, seconds):
        """Ids of other exercises whose functions are among that, and are not right."""
        for name, thing in self.outside().items():
            other = find(name)
            if isinstance(other, Exercise) and other is not exercise:
                if examine(other, thing, seed, seconds).status not in ("right", "nearly"):
                    yield name


def _refuses_arguments(exercise, function):
    """The sentence to say when the function cannot be called with the exercise's arguments, or None."""
    wanted = exercise.signature
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    own = [name for name, argument in signature.parameters.items() if argument.kind in (0, 1)]
    if own != list(wanted) and sorted(own) == sorted(wanted):
        return f"`{exercise.id}` takes {_listed(own)}; the order asked for is {_listed(wanted)}."
    try:
        signature.bind(*wanted)
    except TypeError:
        return (
            f"`{exercise.id}` takes {len(own)} argument{'s' * (len(own) != 1)} ({_listed(own) or 'none'}); "
            f"{len(wanted)} are asked for: {_listed(wanted)}."
        )
    return None


def _one_or_two(mistakes):
    """What to say about one mistake, or about two at once."""
    if len(mistakes) == 1:
        return mistakes[0].explanation
    # "With the two exchanged, your answer is exactly right" holds for either mistake alone only.
    told = (mistake.explanation for mistake in mistakes)
    first, second = (re.sub(r":[^:.]*answer is exactly right\.", ".", text) for text in told)
    return f"Two things at once. First: {first} Second: {second}"


def _shortened(printed, length=160):
    """What a function printed, on one line, its start only when it is long, and without addresses."""
    line = re.sub(r"0x[0-9a-fA-F]+", "0x…", " ".join(printed.replace("`", "'").split()))
    return line if len(line) <= length else f"{line[: length - 2]} …"


def _listed(names):
    return ", ".join(f"`{name}`" for name in names)


def _short(number):
    """A number in four digits, but a count in full: 23724, and not 2.372e+04."""
    in_full = abs(number) < 1e9 and float(number).is_integer()
    return f"{number:.0f}" if in_full else f"{number:.4g}"


# What can be said by running it


def alike(a, b, silent):
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


class _Trial:
    """One answer on trial: the probes, what the reference does with them, and what the answer does."""

    def __init__(self, exercise, function, seed, seconds, source):
        self.exercise, self.function, self.seed, self.left = exercise, function, seed, seconds
        self.source = source
        self.probes = exercise.probes(_default_rng(seed))
        self.expected = self.runs_of(exercise.reference, self.probes)
        self.got = self.own_runs(self.probes)

    def runs_of(self, function, probes):
        """Runs of a function of ours."""
        observe = functools.partial(self.exercise.observe, function)
        return [run(observe, probe.arguments, SECONDS) for probe in probes]

    def own_runs(self, probes):
        """Runs of the learner's function, on the learner's clock."""
        observe = functools.partial(self.exercise.observe, self.function)
        runs = []
        for probe in probes:
            started = time.monotonic()
            runs.append(run(observe, probe.arguments, self.left))
            self.left -= time.monotonic() - started
        return runs

    def agree(self, a, b, silent=None):
        """Whether two runs did the same; warnings count where the exercise asks for silence."""
        return alike(a, b, self.exercise.silent if silent is None else silent)

    def finding(self):
        """The first of the explanations, in the order of looking, that holds."""
        dense = self.got[0]
        unfinished = all(run.error or run.value is None or isinstance(run.value, Odd) for run in self.got)
        if unfinished and self.source.has_blanks():
            return _not_attempted(self.exercise)
        warned = sorted({text for run in self.got for text in run.warnings})
        notes = (f"Your code warned: {'; '.join(warned)}.",) if warned else ()
        if dense.printed.strip():
            notes = (*notes, f"Your code printed: `{_shortened(dense.printed)}`")
        again = self.own_runs(self.probes[:1])[0]
        if dense.error is None and not self.agree(dense, again):
            sentence = self.changeable()
        elif all(map(self.agree, self.expected, self.got)):
            return Finding("right", RIGHT, notes=notes)
        elif found := self.known() or self.nearly():
            return replace(found, notes=notes)
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
            notes = (*self.borrowed(), *notes)
        return Finding("wrong", sentence, notes=notes)

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
        return f"{where} raises {article} {kind}{case}: {self.in_words(error, line)}"

    def in_words(self, error, line=""):
        """What an exception means, in a short sentence."""
        text = re.sub(r"0x[0-9a-fA-F]+", "0x…", str(error)).strip() or "it gives no reason"
        of_math = re.search(r"\bmath\.(\w+)", line)
        if of_math and re.search("can be converted to (a )?Python scalar", text):
            name = of_math[1]
            return f"`math.{name}` takes a single number; `np.{name}` takes a whole array."
        if "^" in line and re.search(r"bitwise_xor|for \^", text):
            return "`^` is no power in Python; `**` is."
        if isinstance(error, KeyError):
            dicts = [thing for thing in self.probes[0].arguments if isinstance(thing, dict)]
            keys = ", ".join(repr(key) for thing in dicts for key in thing)
            return f"there is no entry {text}." + (f" The entries are {keys}." if keys else "")
        if isinstance(error, UnboundLocalError):
            return f"`{error.name or text}` is used before it has a value."
        if isinstance(error, NameError):
            return f"the name `{error.name or text}` is not defined."
        if isinstance(error, RecursionError):
            return "the function calls itself without end."
        for pattern, words in _ERRORS.items():
            found = re.search(pattern, text)
            if found:
                return found.expand(words)
        return text.splitlines()[0].rstrip(".") + "."

    def borrowed(self):
        """Notes on what it takes from the notebook: numbers, and functions that are not right yet."""
        numbers, notes = self.source.numbers(), []
        if numbers:
            notes.append(f"It reads {_listed(numbers)} from outside, not from its arguments: is that meant?")
        for name in self.source.not_right(self.exercise, self.seed, self.left):
            notes.append(f"It calls your `{name}`, whose own check is not right yet: start there.")
        return tuple(notes)

    # Known mistakes

    def known(self):
        """A finding that names the mistake or the two mistakes, or None."""
        if all(run.value is None for run in self.got):
            return None
        alone = [(mistake,) for mistake in self.exercise.mistakes]
        fits = self.fitting(alone)
        if not fits and self.exercise.silent:
            # Two ways to the same wrong values may warn differently.
            fits = [fit for fit in self.fitting(alone, silent=False) if not self.warns_at_most(fit)]
        if not fits and self.got[0].value is not None:
            pairs = itertools.combinations(self.exercise.mistakes, 2)
            fits = self.fitting([pair for pair in pairs if self.exercise.compatible(*pair)])
        if not fits:
            return None
        shared = set.intersection(*map(set, fits))
        if len(fits) > 1 and shared:  # what cannot be told apart is left out
            fits = [tuple(mistake for mistake in fits[0] if mistake in shared)]
        told = [_one_or_two(fit) for fit in fits]
        name = " or ".join(" + ".join(mistake.name for mistake in fit) for fit in fits)
        alone = all(len(fit) == 1 for fit in fits)
        almost = alone and (all(mistake.convention for mistake, in fits) or self.nearly())
        return Finding("nearly" if almost else "wrong", " Or else: ".join(told), name)

    def warns_at_most(self, mistakes):
        """Whether a mistake shows in warnings only, the values being right."""
        runs = self.runs_of(self.exercise.variant(*mistakes), self.probes)
        return all(self.agree(*pair, silent=False) for pair in zip(self.expected, runs, strict=True))

    def fitting(self, candidates, silent=None):
        """Those candidates that do what the answer does, on these probes and on fresh ones."""
        fits = [fit for fit in candidates if self.behaves_like(fit, self.probes, self.got, silent)]
        for fresh in range(FRESH):
            if not fits:
                return fits
            probes = self.exercise.probes(_default_rng([self.seed, 1 + fresh]))
            got = self.own_runs(probes)
            fits = [fit for fit in fits if self.behaves_like(fit, probes, got, silent)]
        return fits

    def behaves_like(self, mistakes, probes, got, silent=None):
        """Whether the reference with these mistakes does what the answer did."""
        # The dense probe comes first, and nearly always decides.
        return all(
            self.agree(self.run_of_variant(mistakes, probe), own, silent)
            for probe, own in zip(probes, got, strict=True)
        )

    def run_of_variant(self, mistakes, probe):
        """What the reference with these mistakes does; remembered for the first probe of a seed."""
        if probe is not self.probes[0]:
            return self.runs_of(self.exercise.variant(*mistakes), [probe])[0]
        seed, known = _on_first_probe.get(self.exercise, (None, None))
        if seed != self.seed:
            known = {}
            _on_first_probe[self.exercise] = self.seed, known
        if mistakes not in known:
            known[mistakes] = self.runs_of(self.exercise.variant(*mistakes), [probe])[0]
        return known[mistakes]

    # Nearly right

    def nearly(self):
        """A finding when the values are right but for a sign, a factor, a shape, an order; or None."""
        if any(run.error is not None or run.changed is not None for run in self.got):
            return None
        wanted, given = [run.value for run in self.expected], [run.value for run in self.got]
        return self.other_order(wanted, given) or self.warns_only() or self.nearly_by_part(wanted, given)

    def warns_only(self):
        if all(map(same, (run.value for run in self.expected), (run.value for run in self.got))):
            return Finding("nearly", "The values are right, but NumPy warns on the way, and it should not.")
        return None

    def other_order(self, wanted, given):
        if not all(isinstance(value, tuple) and 1 < len(value) < 6 for value in wanted):
            return None
        given = [tuple(value) if isinstance(value, _ndarray) and value.ndim else value for value in given]
        if not all(isinstance(g, tuple) and len(g) == len(w) for g, w in zip(given, wanted, strict=True)):
            return None
        for order in itertools.permutations(range(len(wanted[0]))):
            shuffled = [tuple(value[k] for k in order) for value in given]
            if all(map(same, wanted, shuffled)):
                names = ", ".join(self.exercise.returns)
                return Finding("nearly", f"The values are right, but in another order: return `{names}`.")
        return None

    def nearly_by_part(self, wanted, given):
        both = [(self.parts(w), self.parts(g)) for w, g in zip(wanted, given, strict=True)]
        if any(w.keys() != g.keys() for w, g in both):
            return None
        sentences = []
        for name in both[0][0]:
            pairs = [(w[name], g[name]) for w, g in both if name in w]
            if all(same(w, g) for w, g in pairs):
                continue
            if any(not isinstance(g, _ndarray) or g.dtype.kind == "c" for _, g in pairs):
                return None
            relation = relate(pairs, self.axes_of(name)[:1] == ("step",))
            if relation is None:
                return None
            sentences.append(f"`{name}` {relation}.")
        # Parts that only some probes have may be wrong as well.
        whole = all(same(w[name], g[name]) for w, g in both for name in w if name not in both[0][0])
        return Finding("nearly", " ".join(sentences[:2])) if sentences and whole else None

    def axes_of(self, name):
        return tuple((self.exercise.axes or {}).get(name, ()))

    def parts(self, value):
        """Name -> array of everything in a returned value."""
        names = self.exercise.returns
        if len(names) == 1:
            return dict(_flattened(names[0], value))
        if isinstance(value, _ndarray) and value.ndim and len(value) == len(names):
            value = tuple(value)
        if not isinstance(value, tuple) or len(value) != len(names):
            return dict(_flattened("the result", value))
        return dict(pair for name, part in zip(names, value, strict=True) for pair in _flattened(name, part))

    # Something else

    def first_difference(self):
        """Which part is wrong first, on the dense probe or else on the first special case that fails."""
        pairs = enumerate(zip(self.expected, self.got, strict=True))
        wrong = next(k for k, pair in pairs if not self.agree(*pair))
        expected, got = self.expected[wrong], self.got[wrong]
        case = f" {self.probes[wrong].case}" if self.probes[wrong].case else ""
        one_vector = wrong and self.has_more_axes(self.probes[wrong])
        ordinary = "one vector" if one_vector else "ordinary numbers"
        lead = f"Right for {ordinary}, but not{case}. " if wrong else ""
        if got.error is not None:
            return (lead if one_vector else "") + self.raised(got.error, case)
        if got.value is None:
            return f"It returns nothing{case}."
        sentence = self.wrong_structure(expected.value, got.value)
        if sentence:
            return lead + sentence
        sentence = self.wrong_value(expected.value, got.value)
        if sentence:
            return lead + sentence + ("" if wrong else self.right_cases())
        if got.changed is not None:
            name = self.exercise.signature[got.changed]
            return (
                f"The result is right, but `{name}` is not what it was: work on a copy, the caller still "
                "needs the original."
            )
        return f"{lead}The values are right, but NumPy warns on the way, and it should not."

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

    def wrong_structure(self, expected, got):
        """The sentence about a result that is not made as asked for, or None."""
        names = self.exercise.returns
        if len(names) == 1:
            if isinstance(got, tuple) and isinstance(expected, _ndarray):
                return f"`{names[0]}` alone is asked for, but it returns {describe(got)}."
            expected, got = (expected,), (got,)
        elif isinstance(got, _ndarray) and got.ndim:
            got = tuple(got) if len(got) == len(names) else got
        if not isinstance(got, tuple) or len(got) != len(names):
            wanted = ", ".join(names)
            return f"{len(names)} values are asked for, `{wanted}`, but it returns {describe(got)}."
        if not _fits(expected, got) and len(names) < 6:
            orders = [order for order in itertools.permutations(got) if _fits(expected, order)]
            if orders:
                return f"The returned values are in another order: return `{', '.join(names)}`."
        for name, wanted, given in zip(names, expected, got, strict=True):
            sentence = _wrong_dict(name, wanted, given)
            if sentence:
                return sentence
            given = dict(_flattened(name, given))
            for part, array in _flattened(name, wanted):
                sentence = _wrong_kind(part, array, given.get(part))
                if sentence:
                    return sentence
        return None

    def wrong_value(self, expected, got):
        """The sentence about the first wrong number, or None when the numbers are right."""
        wanted, given = self.parts(expected), self.parts(got)
        right = [name for name in wanted if same(wanted[name], given[name])]
        for name, array in wanted.items():
            if name in right:
                continue
            index = tuple(int(k) for k in _argwhere(~close(given[name], array))[0])
            place = f"{name}[{', '.join(map(str, index))}]" if index else name
            more = f" and {len(right) - 3} more" if len(right) > 3 else ""
            verb = "are" if right[1:] else "is"
            start = f"{_listed(right[:3])}{more} {verb} right, but " if right else ""
            if self.axes_of(name)[:1] == ("step",) and index[0] > 0:
                start += f"`{name}` is right before step {index[0]}, then "
            return f"{start}`{place}` is {_short(given[name][index])} and should be {_short(array[index])}."
        return None


def _flattened(name, value):
    """Pairs (name, array) of a value that may be a dict or a tuple."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flattened(f'{name}["{key}"]', item)
    elif isinstance(value, tuple):
        for k, item in enumerate(value):
            yield from _flattened(f"{name}[{k}]", item)
    else:
        yield name, value


def _fits(expected, got):
    """Whether two plain values have the same structure and the same shapes."""
    if isinstance(expected, _ndarray):
        return isinstance(got, _ndarray) and got.shape == expected.shape
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(_fits(expected[key], got[key]) for key in expected)
        )
    if isinstance(expected, tuple):
        return isinstance(got, tuple) and len(got) == len(expected) and all(map(_fits, expected, got))
    return type(got) is type(expected)


def _wrong_dict(name, expected, got):
    """The sentence about something that should be a dict with certain entries, or None."""
    if not isinstance(expected, dict):
        return None
    keys = ", ".join(f'"{key}"' for key in expected)
    if not isinstance(got, dict):
        return f"`{name}` should be a dict with {keys}, but it is {describe(got)}."
    missing, extra = expected.keys() - got.keys(), got.keys() - expected.keys()
    if missing:
        return f'`{name}` has no entry "{min(missing)}": {keys} are asked for.'
    return f'`{name}` has an entry "{min(extra)}", and only {keys} are asked for.' if extra else None


def _wrong_kind(name, expected, got):
    """The sentence about a part that is no array, has another shape or is not finite, or None."""
    if not isinstance(got, _ndarray):
        return f"`{name}` should be made of numbers, but it is {describe(got)}."
    if got.dtype.kind == "c":
        return f"`{name}` is complex; a real number is asked for."
    if got.shape != expected.shape:
        if same(got.T, expected):
            return (
                f"`{name}` is transposed: it has shape {got.shape}, and should have shape {expected.shape}."
            )
        given, wanted = (
            f"shape {array.shape}" if array.shape else "a single number" for array in (got, expected)
        )
        return f"`{name}` has {given}, and should have {wanted}.".replace("has a single", "is a single")
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        return f"`{name}` holds {'NaN' if np.isnan(got).any() else 'infinity'}."
    return None


# Right but for ...


def relate(pairs, steps=False):
    """How given arrays follow from the wanted ones: "has the wrong sign", "is 2 times ..."; or None.

    Args:
        pairs: (wanted, given) of several probes; the same relation must hold for all.
        steps: whether the first axis is time.

    Returns:
        The words that follow the name, or None when no relation holds.

    Example:
        >>> relate([(np.arange(3.0), -np.arange(3.0)), (np.arange(4.0), -np.arange(4.0))])
        'has the wrong sign'
    """
    pairs = [(np.asarray(wanted), np.asarray(given)) for wanted, given in pairs]
    if all(w.shape == g.shape for w, g in pairs):
        words = _factor(pairs) or _rounded(pairs)
        if words:
            return words
    if all(w.size == g.size and same(w.ravel(), g.ravel()) for w, g in pairs):
        wanted, given = pairs[0]
        return f"has the right values, but shape {given.shape} instead of {wanted.shape}"
    rearranged = {"is transposed": lambda a: a.T}
    if steps:
        rearranged |= {
            "runs backwards in time": lambda a: a[::-1],
            "lacks the first step": lambda a: a[1:],
            "lacks the last step": lambda a: a[:-1],
        }
    for words, change in rearranged.items():
        if all(w.ndim and same(change(w), g) for w, g in pairs):
            return words
    return _shifted(pairs) if steps else None


def _factor(pairs):
    wanted = np.concatenate([w.ravel() for w, _ in pairs])
    given = np.concatenate([g.ravel() for _, g in pairs])
    # Four numbers of some size, or it might be chance.
    if np.sum(np.abs(wanted) > 1e-3) < 4 or not np.isfinite(given).all():
        return None
    factor = wanted @ given / (wanted @ wanted)
    if abs(factor) < 1e-3 or not same(factor * wanted, given):
        return None
    wrong_sign = same(plain(factor), plain(-1.0))
    return "has the wrong sign" if wrong_sign else f"is {factor:.4g} times the right value"


def _rounded(pairs):
    wanted = np.concatenate([w.ravel() for w, _ in pairs])
    given = np.concatenate([g.ravel() for _, g in pairs])
    if not np.isfinite(given).all() or np.sum(np.abs(wanted) > 0.05) < 4:
        return None
    for decimals in 1, 2, 3, 4:
        if np.all(np.abs(np.round(wanted, decimals) - given) < 1e-6):
            return f"is rounded to {decimals} decimal{'s' * (decimals > 1)}: leave the rounding to the reader"
    if np.all(np.abs(given - wanted) <= 5e-3 * (1e-2 + np.abs(wanted))):
        return "agrees to two or three digits, no further: a constant may be not quite right"
    return None


def _shifted(pairs):
    long = [(w, g) for w, g in pairs if w.shape == g.shape and len(w) > 2]
    if not long:
        return None
    if all(same(w[:-1], g[1:]) for w, g in long):
        return "comes one step late"
    if all(same(w[1:], g[:-1]) for w, g in long):
        return "comes one step early"
    return None

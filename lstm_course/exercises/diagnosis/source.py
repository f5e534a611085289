"""What an answer looks like: its source, its code, and what it takes from the notebook."""

import ast
import dis
import functools
import inspect
import linecache
import re
import textwrap
import traceback
import types
from collections.abc import Callable, Iterator

import numpy as np

from lstm_course.common.shape_errors import explained
from lstm_course.exercises.exercise import Exercise
from lstm_course.exercises.registry import find

__all__ = ["Source", "codes", "is_blank", "names_in"]

_ndarray = np.ndarray

# Number of an operation that loads or stores a name from outside -> its name, and by how much its argument is
# shifted against the number of the name.
_NAMING = {
    dis.opmap[name]: (name, shift)
    for name, shift in (
        ("LOAD_NAME", 0), ("LOAD_GLOBAL", 1), ("LOAD_FROM_DICT_OR_GLOBALS", 0), ("STORE_NAME", 0),
        ("STORE_GLOBAL", 0),
    )
    if name in dis.opmap
}  # fmt: skip
# Such an operation, after those that bring the higher bytes of its argument.
_NAMING_STEP = re.compile(
    b"%b*[%b]" % (re.escape(bytes([dis.EXTENDED_ARG])), re.escape(bytes(_NAMING))), re.DOTALL
)


def _text(function):
    """Source of a function, or "" where it is not to be had."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""


def _body(text):
    """Syntax tree of a function's body without the docstring, or None where its source is not to be had."""
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError):
        return None
    definition = tree.body[0] if tree.body else None
    if not isinstance(definition, ast.FunctionDef):
        return None
    docstring = ast.get_docstring(definition, clean=False) is not None
    return definition.body[1:] if docstring else definition.body


def is_blank(statement: ast.AST) -> bool:
    """Whether a statement says nothing: `...`, `pass`, `return`, `x = ...` or `raise NotImplementedError`.

    Example:
        >>> is_blank(ast.parse("x = ...").body[0]), is_blank(ast.parse("x = 1").body[0])
        (True, False)
    """
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr | ast.Assign):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    if isinstance(statement, ast.Return):
        return statement.value is None or ast.unparse(statement.value) in ("None", "...")
    return isinstance(statement, ast.Raise) and "NotImplementedError" in ast.dump(statement)


def _is_no_attempt(function):
    """Whether the code of a function says so, where its source is not to be had."""
    code = getattr(function, "__code__", None)
    if code is None or not set(code.co_names) <= {"NotImplementedError"}:
        return False
    # A body that reads no argument and makes no number cannot have been an attempt.
    reads = any(step.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) for step in dis.get_instructions(code))
    return not reads and set(code.co_consts) <= {None, ..., function.__doc__}


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A function's code, and that of the functions within it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from codes(part)


def names_in(code: types.CodeType) -> Iterator[tuple[str, str]]:
    """Operation and name of each step that loads or stores a name from outside a function.

    `dis` says the same, and much more about all the other steps, which takes a class's notebooks seconds.

    Args:
        code: of one function or of a cell, without the functions within.

    Example:
        >>> list(names_in(compile("a = b", "", "exec")))
        [('LOAD_NAME', 'b'), ('STORE_NAME', 'a')]
    """
    operations, arguments = code.co_code[::2], code.co_code[1::2]
    for found in _NAMING_STEP.finditer(operations):
        name, shift = _NAMING[operations[found.end() - 1]]
        yield name, code.co_names[int.from_bytes(arguments[found.start() : found.end()], "big") >> shift]


class Source:
    """What an answer looks like and takes from the notebook, as far as that explains what it does.

    Args:
        function: the answer.
    """

    def __init__(self, function: object) -> None:
        self.function = function
        code = getattr(function, "__code__", None)
        self.code = code if isinstance(code, types.CodeType) else None
        self.globals = getattr(function, "__globals__", None)

    # Looked for once: Python finds the end of a function by taking its text apart, token by token.
    @functools.cached_property
    def _text(self):
        return _text(self.function)

    @functools.cached_property
    def _body(self):
        return _body(self._text)

    @functools.cached_property
    def _nodes(self):
        return [node for statement in self._body or () for node in ast.walk(statement)]

    def is_stub(self) -> bool:
        """Whether nothing has been written yet."""
        if self._body is not None:
            return all(map(is_blank, self._body))
        return _is_no_attempt(self.function)

    def has_blanks(self) -> bool:
        """Whether a `...` that was to be filled in is still there, among given lines."""
        return any(is_blank(node) and not isinstance(node, ast.Return | ast.Pass) for node in self._nodes)

    def uses_xor(self) -> bool:
        """Whether `^` stands in it: for whole numbers it works, and is no power."""
        return any(isinstance(getattr(node, "op", None), ast.BitXor) for node in self._nodes)

    def words(self) -> str:
        """The words of its source and of the notebook's functions that it uses, or "" where there is none."""
        own = [self.function, *self.outside().values()]
        written = [each for each in own if getattr(each, "__globals__", None) is self.globals]
        texts = [self._text if each is self.function else _text(each) for each in written]
        return " ".join(sorted(set(re.findall(r"\w+", "\n".join(texts))))) if texts and texts[0] else ""

    def place(self, error: BaseException) -> tuple[int, str, str] | None:
        """Where it raised: (line number, the line, the helper it belongs to or ""); None when elsewhere."""
        place = None
        # Not by `inspect`, which looks through every loaded module for each frame: seconds, with Keras.
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_globals is self.globals:
                code = frame.f_code
                own = self.code is not None and any(code is part for part in codes(self.code))
                helper = "" if own or not code.co_name.isidentifier() else code.co_name
                line = linecache.getline(code.co_filename, number, frame.f_globals)
                place = number, line.strip(), helper
        return place

    def shapes(self, error: BaseException) -> str | None:
        """The sentence about the arrays of the learner's line, where an error is about shapes."""
        return explained(error, self.globals)

    def outside(self) -> dict[str, object]:
        """Name -> thing of what it takes from the notebook."""
        things, parts = self.globals or {}, () if self.code is None else codes(self.code)
        steps = (step for part in parts for step in names_in(part))  # no attributes
        names = [name for operation, name in steps if operation in ("LOAD_GLOBAL", "LOAD_NAME")]
        return {name: things[name] for name in names if name in things}

    def numbers(self) -> list[str]:
        """Names of the arrays and collections among that."""
        things = self.outside().items()
        return [name for name, thing in things if isinstance(thing, _ndarray | dict | list | tuple)]

    def not_right(self, exercise: Exercise, is_right: Callable[[Exercise, object], bool]) -> Iterator[str]:
        """Ids of other exercises whose functions are among that, and are not right.

        Args:
            exercise: the exercise on trial.
            is_right: function of an exercise and an answer to it that says so.
        """
        for name, thing in self.outside().items():
            other = find(name)
            if isinstance(other, Exercise) and other is not exercise and not is_right(other, thing):
                yield name

"""What is read off a statement agrees with what Python does when it runs."""

import ast

import pytest

from lstm_course.learner.statement_names import KERAS, names_of


def read(source, absent=()):
    (statement,) = ast.parse(source).body
    names = names_of(statement, absent)
    return set(names.loads), set(names.binds), set(names.changes)


CASES = {
    "assignment": ("a = b + c.d", "b c", "a", ""),
    "in place": ("a['x'].y = b", "a b", "", "a"),
    "augmented": ("a |= b", "a b", "a", "a"),
    "method that changes": ("a.setdefault(k, []).append(b)", "a k b", "", "a"),
    "loop name is its own": ("for a in b:\n    c = a\n    print(c)", "b print", "a c", ""),
    "comprehension": ("a = [f(x, y) for x in z]", "f y z", "a", ""),
    "match": ("match a:\n    case [b, *c]:\n        d = b", "a", "b c d", ""),
    "walrus in a comprehension": ("[(a := x) for x in y]", "y", "a", ""),
    "lambda counts as called": ("a = lambda x: x + y", "y", "a", ""),
    "function": ("def a(x=b):\n    return c(x)", "b", "a", ""),
    "decorator": ("@b\ndef a():\n    return c", "b", "a", ""),
    "class": ("class A(b):\n    x = c\n    def f(self):\n        return d", "b c", "A", ""),
    "import": ("from keras import layers as l", KERAS, "l", ""),
    "import of a part": ("import keras.layers", KERAS, "keras", ""),
    "function that imports": ("def f():\n    import keras\n    return keras", "", "f", ""),
    "no guard": ("try:\n    import keras\nexcept OSError:\n    a", f"{KERAS}|OSError|a", "keras", ""),
    "a walrus": ("if (a := b) > 1:\n    print(a)", "b print", "a", ""),
    "await": ("await a", "a", "", ""),
    "what Python will refuse": ("nonlocal a", "", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("source", "loads", "binds", "changes"), CASES.values(), ids=CASES)
def test_names(source, loads, binds, changes):
    def words(text):
        return set(text.split("|")) if KERAS in text else set(text.split())

    assert read(source) == (words(loads), words(binds), words(changes))


def test_a_guarded_import_asks_for_nothing():
    (statement,) = ast.parse("try:\n    import keras as k\nexcept (OSError, ImportError):\n    k = None").body
    names = names_of(statement)
    assert (set(names.loads), set(names.guarded)) == (set(), {"k"}) and "k" in names.binds


def test_what_stands_under_an_absent_name_is_not_read():
    source = "for x in y:\n    if keras:\n        f(x)\n    a = g if keras else h"
    assert read(source)[0] == {"y", "keras", "f", "g", "h"}
    assert read(source, {"keras"})[0] == {"y", "keras", "h"}


def test_what_a_function_looks_up_when_it_is_called():
    later = (
        "def f(x):\n    y = x\n    return [g(z, y) for z in h]\n",
        "class A:\n    def f(self):\n        return g",
    )
    found = [names_of(ast.parse(source).body[0]).later for source in later]
    assert found == [{"f": {"g", "h"}}, {"A": {"g"}}]
    imports = names_of(ast.parse("def f():\n    from tensorflow import keras").body[0])
    assert imports.later == {"f": {KERAS}}

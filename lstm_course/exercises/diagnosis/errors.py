"""What an exception means, in a short sentence."""

import re
from collections.abc import Iterable

__all__ = ["in_words"]

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
    # Keras
    r"expected ndim=3, found ndim=2": (
        "a recurrent layer reads a sequence, (batch, time, features), and gets (batch, features): "
        "does the layer below it need `return_sequences=True`?"
    ),
    r"expected ndim=3, found ndim=4": (
        "a recurrent layer reads a sequence, (batch, time, features), and gets an axis more: "
        "has the input one too many?"
    ),
    r"interpret (\w+) identifier: <class '[\w.]*\.(\w+)'>": r"that is the class: brackets make one, `\2()`.",
    r"not recognized: \{'lr'": "the learning rate of an optimizer is called `learning_rate`.",
    r"You must pass a `shape` argument": "a tuple of one has a comma, `(None,)`; `(None)` is None.",
    r"only integers, slices": "the index is no whole number.",
    r"index (-?\d+) is out of bounds .* size (\d+)": r"index \1 is past the end, there are \2.",
    r"index out of range": "an index is past the end of the list.",
    r"NoneType": "something is None here; does a function return nothing?",
    r"ellipsis": "three dots are still to be filled in.",
    r"truth value of an array": (
        "`if` cannot choose for each number of an array; `np.where` can, or `np.maximum` and `np.minimum`."
    ),
    r"must match exactly|must have the same shape": "the arrays to be joined have different shapes.",
    r"inhomogeneous": "the parts that are to become one array have different shapes.",
    r"does not have enough dimensions \(has 0": "`@` multiplies arrays, and one side is a number or nothing.",
    r"cannot reshape array of size (\d+) into shape (\(.*?\))": r"\1 numbers do not fill the shape \2.",
    r"same number of dimensions": "the arrays to be joined have different numbers of axes.",
    r"zero-dimensional arrays cannot be concatenated": "single numbers cannot be joined by `np.concatenate`.",
    r"must be square": "a square matrix is needed here.",
    r"(\d)-dimensional array given": r"a matrix is needed here, and this has one axis, or none.",
    r"axis (\d) is out of bounds for array of dimension (\d)": (
        r"there is no axis \1: the array has \2, counted from 0."
    ),
    r"setting an array element with a sequence": "an array is put into the place of one number.",
    r"with remapped shapes": "one letter of `einsum` stands for axes of different lengths.",
    r"einstein sum .*(too many|proper number)|fewer operands": (
        "`einsum` takes one letter for each axis, and an array has fewer or more axes."
    ),
    r"output subscript '(\w)' which never": r"`einsum` is to keep the axis `\1`, which no array has.",
    r"shape-mismatch for sum": "the axes that are summed over have different lengths.",
    r"does not result in an equal division": "`np.split` cannot cut that into parts of equal length.",
    r"Improper number of dimensions to norm": "`np.linalg.norm` takes a vector or a matrix here.",
    r"[Oo]nly 0-dimensional arrays can be converted|only length-1 arrays": (
        "one number is needed here, and this is an array."
    ),
    r"only integer scalar arrays can be converted|cannot be interpreted as an integer": (
        "a whole number is needed here."
    ),
    r"Cannot interpret '\d+' as a data type": "a shape of two numbers has brackets: `np.zeros((2, 3))`.",
    r"Cannot construct a dtype from an array": "several arrays are given in one list: `np.array([a, b])`.",
    r"ndarray' object has no attribute 'append'": (
        "an array cannot be appended to: collect in a list, and make an array of it at the end."
    ),
    r"invalid index to scalar variable|is not subscriptable": "this is no array, so it has no entries.",
    r"'numpy.ndarray' object is not callable": "this is an array, not a function: are square brackets meant?",
    r"multiply sequence by non-int|unsupported operand .*'list'": (
        "a list cannot be computed with: make an array of it with `np.array`."
    ),
    r"unsupported operand .*'dict'": "a dict cannot be computed with: take the arrays in it one by one.",
    r"Cannot cast ufunc": "an array of whole numbers cannot take fractions: make it with `dtype=float`.",
    r"not supported for the input types": "numbers are needed here, and this is something else.",
}


def in_words(error: BaseException, line: str = "", arguments: Iterable[object] = ()) -> str:
    """What an exception means, in a short sentence.

    Args:
        error: the exception.
        line: the learner's line that raised it.
        arguments: what the function was called with.

    Returns:
        A sentence that follows a colon.

    Example:
        >>> in_words(KeyError("Wq"), arguments=({"Wf": 0, "bf": 0},))
        "there is no entry 'Wq'. The entries are 'Wf', 'bf'."
    """
    text = re.sub(r"0x[0-9a-fA-F]+", "0x…", str(error)).strip() or "it gives no reason"
    of_math = re.search(r"\bmath\.(\w+)", line)
    if of_math and re.search("can be converted to (a )?Python scalar", text):
        name = of_math[1]
        return f"`math.{name}` takes a single number; `np.{name}` takes a whole array."
    if "^" in line and re.search(r"bitwise_xor|for \^", text):
        return "`^` is no power in Python; `**` is."
    if isinstance(error, KeyError):
        dicts = [thing for thing in arguments if isinstance(thing, dict)]
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
            return found.expand(words) + _advice(line, text)
    return text.splitlines()[0].rstrip(".") + "."


def _advice(line, text):
    """A second sentence, where the line shows what was meant."""
    if "vstack" in line and "must match exactly" in text:
        return " `np.vstack` takes vectors for rows; `np.concatenate` joins them end to end."
    if "only integer scalar" in text and re.search(r"\b(concatenate|[hv]?stack)\((?![\[(])", line):
        return " The arrays to be joined are given in one list: `np.concatenate([a, b])`."
    several = re.search(r"\blinalg\.(eigh?|qr|svd|slogdet)\(", line)
    if several and "inhomogeneous" in text:
        return f" `np.linalg.{several[1]}` returns more than one array: take the one that you need."
    if ".T" in line and "is different from" in text:
        return " If these are vectors: `.T` changes nothing in a vector; `np.outer(a, b)` is their product."
    return ""

"""Notebooks as files: read, written, and put together."""

import copy
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_course.common import files
from lstm_course.common.trouble import Trouble

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["METADATA", "NotebookError", "cell", "cells_of", "code_of", "notebook", "read", "write"]

# The same in every notebook that the course writes, so that nothing hangs on the machine.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # What ipykernel reports, apart from the version of Python.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class NotebookError(Trouble):
    """A file cannot be read as a notebook; the message says why."""


def read(path: str | Path) -> "NotebookNode":
    """Read a notebook of any format as one of format 4.

    Args:
        path: of the file.

    Returns:
        A `nbformat.NotebookNode`.

    Raises:
        NotebookError: if there is no such file, or it is no valid notebook.
    """
    import nbformat

    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = "There is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise NotebookError(f"{path} cannot be read: {reason}.") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about cells without ids: older editors wrote none
            found = nbformat.reads(content.decode("utf-8"), as_version=4)
            nbformat.validate(found)
    except Exception:  # of json, nbformat, jsonschema: each has its own
        raise NotebookError(f"{path} is not a notebook, or it is damaged.") from None
    return found


def write(path: str | Path, notebook: "NotebookNode") -> None:
    """Write a notebook as Jupyter writes it, in full or not at all.

    Args:
        path: of the file; its folder is made where it is missing.
        notebook: a valid notebook of format 4.

    Raises:
        OSError: if it cannot be written.
    """
    import nbformat

    nbformat.validate(notebook)
    files.write(path, (nbformat.writes(notebook).rstrip("\n") + "\n").encode())


def cells_of(content: bytes) -> list[tuple[str, str]]:
    """Kinds and sources of the cells, without nbformat, which takes long to load and asks for more.

    Args:
        content: bytes of the file.

    Returns:
        A list of pairs of str: "code" or "markdown", and the text.

    Raises:
        ValueError: if it is no notebook.

    Example:
        >>> cells_of(b'{"cells": [{"cell_type": "code", "source": ["1 + ", "1"]}]}')
        [('code', '1 + 1')]
    """
    try:
        return [(each["cell_type"], "".join(each["source"])) for each in json.loads(content)["cells"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("it is no notebook") from None


def code_of(content: bytes) -> list[str]:
    """Sources of the code cells of a notebook of any format, whatever else in it is missing or odd.

    Args:
        content: bytes of the file, in UTF-8 or UTF-16.

    Returns:
        A list of str.

    Raises:
        NotebookError: if it is no notebook; the sentence has no name of a file.

    Example:
        >>> code_of(b'{"cells": [{"cell_type": "code", "source": "1 + 1"}]}')
        ['1 + 1']
    """
    if not content.strip():
        raise NotebookError("The file is empty.")
    try:
        made = json.loads(content)
    except (ValueError, RecursionError):
        raise NotebookError("The file is damaged: it is not JSON, as a notebook is.") from None
    try:
        if made.get("nbformat", 4) > 4:
            raise NotebookError("The file is a notebook of a newer format than 4.")
        cells = made.get("cells")
        if cells is None:  # format 3
            cells = [each for sheet in made["worksheets"] for each in sheet["cells"]]
        code = [each for each in cells if each["cell_type"] == "code"]
        return ["".join(each.get("source", each.get("input", ""))) for each in code]
    except (AttributeError, KeyError, TypeError, IndexError):
        raise NotebookError("The file is damaged: it is JSON, but no notebook.") from None


def cell(kind: str, name: str, source: str, metadata: dict | None = None) -> dict[str, Any]:
    """A cell that was not run yet.

    Args:
        kind: "code" or "markdown".
        name: its id: letters, digits, - and _.
        source: its text.
        metadata: dict; default empty.

    Returns:
        A dict, for `notebook`.

    Example:
        >>> cell("markdown", "title", "# A lesson")
        {'cell_type': 'markdown', 'id': 'title', 'metadata': {}, 'source': '# A lesson'}
    """
    made = {"cell_type": kind, "id": name, "metadata": copy.deepcopy(metadata or {}), "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(cells: Iterable[dict]) -> "NotebookNode":
    """A notebook of the course.

    Args:
        cells: dicts, as `cell` makes them.

    Returns:
        A `nbformat.NotebookNode` of format 4.5 with the metadata of every lesson.

    Example:
        >>> notebook([cell("code", "sum", "1 + 1")]).cells[0].source
        '1 + 1'
    """
    from nbformat import NotebookNode, from_dict

    made = {"cells": list(cells), "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    found = from_dict(copy.deepcopy(made))
    assert isinstance(found, NotebookNode)
    return found

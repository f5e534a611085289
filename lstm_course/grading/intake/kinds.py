"""What kind of file a name tells of, and what to say of one that is no notebook."""

import re
from pathlib import PurePosixPath

__all__ = ["is_json", "is_notebook", "is_systems", "may_be_read", "why_not_read"]

# Mail programs and browsers put an ending of theirs behind that of a notebook.
_NOTEBOOK = re.compile(r"\.ipynb(\.json|\.txt)?", re.IGNORECASE)
_ARCHIVES = {".7z", ".bz2", ".gz", ".lzma", ".rar", ".tar", ".tbz2", ".tgz", ".txz", ".xz", ".z", ".zst"}
_SYSTEMS = {".ds_store", "thumbs.db", "desktop.ini"}
_SYSTEMS_FOLDERS = {"__macosx", ".ipynb_checkpoints"}
_LISTS = {".yml", ".json"}  # Gradescope's list of names, and what may be a notebook
_KINDS = {
    ".pdf": "a PDF",
    ".py": "a script",
    ".html": "a web page",
    ".htm": "a web page",
    ".doc": "a text document",
    ".docx": "a text document",
    ".odt": "a text document",
    ".png": "a picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
}


def is_notebook(shown: str) -> bool:
    """Whether a name is that of a notebook, also where an ending stands behind its own.

    Example:
        >>> is_notebook("ada/02.ipynb.json"), is_notebook("ada/._02.ipynb"), is_notebook("02.pdf")
        (True, False, False)
    """
    name = PurePosixPath(shown).name
    found = _NOTEBOOK.search(name)
    return not name.startswith("._") and found is not None and found.end() == len(name)


def is_json(shown: str) -> bool:
    """Whether a file may hold a notebook though its name does not say so."""
    return PurePosixPath(shown).suffix.lower() == ".json"


def is_systems(shown: str) -> bool:
    """Whether the system of a computer, or Jupyter by itself, has made it."""
    *folders, name = PurePosixPath(shown).parts
    ours = {each.lower() for each in folders} & _SYSTEMS_FOLDERS
    return bool(ours) or name.lower() in _SYSTEMS | _SYSTEMS_FOLDERS or name.startswith("._")


def may_be_read(shown: str) -> bool:
    """Whether it is worth the room on the disk to take it out of an archive."""
    path = PurePosixPath(shown)
    listed = path.suffix.lower() in _LISTS or path.name == "timestamp.txt"
    return not is_systems(shown) and (is_notebook(shown) or listed)


def why_not_read(shown: str) -> str:
    """A sentence on a file that is no notebook.

    Example:
        >>> why_not_read("ada/02.pdf")
        'It is a PDF, and no notebook.'
    """
    suffix = PurePosixPath(shown).suffix.lower()
    if is_systems(shown):
        return "A computer made it by itself: it is no learner's work."
    if suffix in _ARCHIVES:
        return "It is an archive of a kind that is not unpacked: zip is."
    if suffix == ".json":
        return "It is JSON, and no notebook."
    return f"It is {_KINDS[suffix]}, and no notebook." if suffix in _KINDS else "It is no notebook."

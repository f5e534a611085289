"""The learner's working copy of the lessons: a newer course never overwrites what a learner wrote.

The lessons a learner opens are copies. `.lstm-course.json` beside them remembers which version of each lesson
was handed out, so that three cases can be told apart when the course has moved on. A lesson that is as it was
handed out is replaced. One that was merely run (JupyterLab saves the outputs by itself) is replaced too, but
its old file is moved to `earlier/` first. One whose cells were changed stays, with the new one beside it. The
same holds for a lesson that has another number now: the new one comes under its new name.
"""

import errno
import hashlib
import itertools
import json
import os
import platform
import re
from pathlib import Path

from lstm_course.common.files import course_folder, write
from lstm_course.common.notebooks import cells_of
from lstm_course.common.trouble import Trouble

MANIFEST = ".lstm-course.json"
EARLIER = "earlier"
RENAMED = {"08_capstone.ipynb": "11_capstone.ipynb"}  # what a lesson is called in a newer course
_MARKS = re.compile(r"^#{1,6} |(?P<question>\*\*Predict first)", re.MULTILINE)


def prepare(source: str | Path, workspace: str | Path) -> list[str]:
    """Bring a working copy of the lessons up to date without touching what the learner wrote.

    Args:
        source: path of the folder with the lessons of the course.
        workspace: path of the working copy, made when it is missing.

    Returns:
        A list of str, one sentence for each thing the learner should know; empty when nothing is new.

    Raises:
        ValueError: if the working copy is the course's own folder or lies in it.
        OSError: if the working copy cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     lessons = Path(folder, "lessons")
        ...     lessons.mkdir()
        ...     _ = Path(lessons, "00_start_here.ipynb").write_text("{}")
        ...     first = prepare(lessons, Path(folder, "mine"))
        ...     second = prepare(lessons, Path(folder, "mine"))
        >>> len(first), second
        (1, [])
    """
    source, workspace = Path(source).resolve(), Path(workspace).resolve()
    if source == workspace or source in workspace.parents:
        raise ValueError(
            f"the working copy must lie apart from the lessons of the course, "
            f"but {workspace} was asked for, and they are in {source}"
        )
    workspace.mkdir(parents=True, exist_ok=True)
    if not os.access(workspace, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(workspace))
    handed_out, events = _read_manifest(workspace)
    before = json.dumps(handed_out)
    is_first = not handed_out and not events
    try:
        names = _lesson_names(source)
        for name in sorted(RENAMED.keys() & handed_out.keys() - set(names)):
            events += _leave_behind(workspace, name, handed_out.pop(name))
        for name in names:
            entry = handed_out.setdefault(name, {})
            try:
                events += _update(workspace, name, handed_out_as((source / name).read_bytes()), entry)
            except (FileExistsError, FileNotFoundError, IsADirectoryError, PermissionError) as error:
                events.append(("blocked", f"{name} ({_obstacle(error, workspace)})"))
    finally:
        # Also when the disk is full half-way: what was handed out until then is remembered.
        if json.dumps(handed_out) != before:
            write(workspace / MANIFEST, json.dumps({"lessons": handed_out}, indent=1).encode())
    if is_first and {kind for kind, _ in events} == {"new"}:
        return [
            f"Copied the lessons to {workspace}; a newer course will not overwrite what you change there."
        ]
    return _tell(events)


_SENTENCES = {
    "unreadable": "The notes on which lessons you were given could not be read and are kept as {}.",
    "new": "New in your working copy: {}.",
    "renamed": "Has another name now: {}.",
    "back": "Put back, because it was missing: {}.",
    "refreshed": "Brought up to date: {}.",
    "run": "Brought up to date, and what you had run kept: {}.",
    "changed": "You have changed what the course has changed too; yours stays, the new one is beside it: {}.",
    "blocked": "Left alone, because something is in the way: {}. Rename that, and start again.",
}


def _tell(events):
    """One sentence for each kind of event, naming all it happened to."""
    return [
        sentence.format(", ".join(detail for kind, detail in events if kind == wanted))
        for wanted, sentence in _SENTENCES.items()
        if any(kind == wanted for kind, _ in events)
    ]


def _lesson_names(source):
    """Names, relative to `source` and with forward slashes, of all files that are not hidden."""
    paths = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not any(part[0] in "._" for part in path.parts))


def file_of(lesson: str) -> str:
    """The file of the lesson with a number.

    Args:
        lesson: one or two digits.

    Raises:
        Trouble: if the course has no such lesson.

    Example:
        >>> file_of("3")
        '03_lstm_from_scratch.ipynb'
    """
    names = sorted(path.name for path in course_folder("notebooks").glob("[0-9][0-9]_*.ipynb"))
    name = next((name for name in names if name.startswith(f"{lesson:0>2}_")), None)
    if name is None:
        raise Trouble(
            f"There is no lesson {lesson}: the lessons are {', '.join(name[:2] for name in names)}."
        )
    return name


def handed_out_as(lesson: bytes) -> bytes:
    """A lesson as a learner gets it: nothing below a question to predict is answered before it is run.

    It has the version of Python that its kernel will report, else JupyterLab calls it unsaved once opened.

    Args:
        lesson: bytes of the file; one that is no notebook stays as it is.

    Returns:
        The bytes to hand out. Texts are those of the lesson, so `text_of` does not tell the two apart.

    Example:
        >>> ran = {"cell_type": "code", "source": "f(3)", "outputs": ["9"], "execution_count": 1}
        >>> cells = [{"cell_type": "markdown", "source": "**Predict first.** What is f(3)?"}, ran]
        >>> given = {"cells": cells, "metadata": {"language_info": {}}}
        >>> json.loads(handed_out_as(json.dumps(given).encode()))["cells"][1]["outputs"]
        []
    """
    try:
        content = json.loads(lesson)
        content["metadata"]["language_info"]["version"] = platform.python_version()
        for cell in _below_predictions(content["cells"]):
            cell.update(outputs=[], execution_count=None)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return lesson  # not a notebook
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _below_predictions(cells):
    """The code cells between a question to predict and the next heading."""
    open_question = False
    for cell in cells:
        if cell["cell_type"] == "code" and open_question:
            yield cell
        elif cell["cell_type"] == "markdown":
            for mark in _MARKS.finditer("".join(cell["source"])):
                open_question = mark["question"] is not None


def _update(workspace, name, lesson, entry):
    """Bring one lesson up to date; returns a list of events, each its kind and what to say about it."""
    path = workspace / name
    if not os.path.lexists(path):
        kind = "back" if entry else "new"
        _hand_out(path, lesson, entry)
        return [(kind, name)]
    mine = path.read_bytes()
    if text_of(mine) == text_of(lesson):
        if mine != lesson and _digest(mine) == entry.get("file") and not path.is_symlink():
            _hand_out(path, lesson, entry)  # only its outputs are new
        elif text_of(lesson) != entry.get("text"):
            _record(entry, lesson)
        return []
    if text_of(mine) != entry.get("text") or path.is_symlink():
        return _offer(workspace, name, lesson, entry)
    if _digest(mine) == entry.get("file"):
        _hand_out(path, lesson, entry)
        return [("refreshed", name)]
    kept = _move_to_earlier(workspace, name)
    _hand_out(path, lesson, entry)
    return [("run", f"{name} (yours is {kept})")]


def _leave_behind(workspace, name, entry):
    """Make room for a lesson under its new name; what a learner did under the old one is kept."""
    path = workspace / name
    told = f"{RENAMED[name]} (it was {name}"
    if not path.is_file():
        return []
    try:
        mine = path.read_bytes()
    except OSError:
        return [("renamed", f"{told}, which could not be read and stays)")]
    if path.is_symlink() or text_of(mine) != entry.get("text"):
        return [("renamed", f"{told}, in which you wrote: that stays)")]
    if _digest(mine) != entry.get("file"):
        return [("renamed", f"{told}; yours is {_move_to_earlier(workspace, name)})")]
    path.unlink()
    return [("renamed", f"{told})")]


def _offer(workspace, name, lesson, entry):
    """Put the new version of a lesson beside the one the learner changed, once."""
    if text_of(lesson) in (entry.get("text"), entry.get("offered")):
        return []
    beside = free_name(workspace, labelled(name, "new"), entry.get("offered"))
    if os.path.lexists(workspace / beside):
        _move_to_earlier(workspace, beside)
    write(workspace / beside, lesson)
    entry["offered"] = text_of(lesson)
    return [("changed", beside)]


def labelled(name: str | Path, label: object) -> str:
    """A file's name with a word before its ending.

    Example:
        >>> labelled("01_rnn.ipynb", "new")
        '01_rnn.new.ipynb'
    """
    return Path(name).with_suffix(f".{label}{Path(name).suffix}").as_posix()


def free_name(workspace: Path, name: str, replaceable: str | None = None) -> str:
    """First of name.ipynb, name.2.ipynb, ... that is free, or still has the text `replaceable`."""
    candidates = itertools.chain([name], (labelled(name, number) for number in itertools.count(2)))
    return next(candidate for candidate in candidates if _is_free(workspace / candidate, replaceable))


def _is_free(path, replaceable):
    return not os.path.lexists(path) or bool(replaceable and _has_text(path, replaceable))


def _has_text(path, text):
    try:
        return text_of(path.read_bytes()) == text
    except OSError:
        return False


def _move_to_earlier(workspace, name):
    kept = free_name(workspace, f"{EARLIER}/{name}")
    (workspace / kept).parent.mkdir(parents=True, exist_ok=True)
    (workspace / name).rename(workspace / kept)
    return kept


def _obstacle(error, workspace):
    """What is in the way of a lesson, in a few words."""
    path = Path(error.filename or workspace)
    inside = path.relative_to(workspace) if workspace in path.parents else path
    if path.is_dir():
        return f"{inside} is a folder"
    if path.is_symlink() and not path.exists():
        return f"{inside} is a broken link"
    if isinstance(error, FileExistsError):
        return f"{inside} is not a folder"
    return f"{inside}: {error.strerror}"


def text_of(content: bytes) -> str:
    """Fingerprint of what a person wrote in a notebook: the types and sources of its cells.

    Outputs, execution counts, metadata and empty cells do not count: running a notebook changes those.

    Args:
        content: bytes of the file. For a file that is not a notebook, all of it counts.

    Returns:
        A str of 64 hexadecimal digits.

    Example:
        >>> run = b'{"cells": [{"cell_type": "code", "source": ["1 + ", "1"], "outputs": ["2"]}]}'
        >>> fresh = b'{"cells": [{"cell_type": "code", "source": "1 + 1", "outputs": []}], "metadata": {}}'
        >>> text_of(run) == text_of(fresh)
        True
    """
    try:
        cells = cells_of(content)
    except ValueError:
        return _digest(content)
    return _digest(json.dumps([cell for cell in cells if cell[1].strip()]).encode())


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _hand_out(path, lesson, entry):
    write(path, lesson)
    _record(entry, lesson)


def _record(entry, lesson):
    """Remember that the learner has this version of a lesson."""
    entry.clear()
    entry.update(text=text_of(lesson), file=_digest(lesson))


def _read_manifest(workspace):
    """What was handed out, a dict from lesson to fingerprints, and a list of events."""
    path = workspace / MANIFEST
    try:
        handed_out = json.loads(path.read_bytes())["lessons"]
        if all(isinstance(entry, dict) for entry in handed_out.values()):
            return handed_out, []
    except FileNotFoundError:
        return {}, []
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, IsADirectoryError):
        pass
    kept = free_name(workspace, labelled(MANIFEST, "broken"))
    path.rename(workspace / kept)
    return {}, [("unreadable", kept)]

"""`lstm-course doctor`: what is wrong with this computer's set-up, and what to do about it.

Each check looks at one thing and says one sentence. What it looks at comes in as an argument whose default is
this computer, so that the tests can show it a broken one.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from lstm_course import __version__
from lstm_course.common.files import PACKAGE, REPAIR, course_folder
from lstm_course.common.notebooks import cells_of
from lstm_course.data import shipping
from lstm_course.learner.setup import version_problem

MARKS = {"well": "✓", "note": "○", "wrong": "✗"}
GIGABYTES_OF_DISK = 1.0  # a working copy with its outputs, and IMDB in the cache
GIGABYTES_OF_MEMORY = 1.0  # a kernel with Keras takes 0.6, the browser comes on top
TENSORFLOW_TIMEOUT = 120  # seconds; three to five where nothing else runs

# Run in a process of its own: a TensorFlow that does not suit the processor ends the process.
TRY_TENSORFLOW = """
from lstm_course.learner.setup import setup
setup()
import keras, tensorflow
print(tensorflow.__version__, keras.__version__, float(keras.ops.sum(keras.ops.ones((2, 2)))))
"""
TRY_KERNEL = "import sys, numpy, lstm_course; print(sys.prefix)"


@dataclass(frozen=True)
class Finding:
    """What one check has found.

    Args:
        status: "well", "note" (the lessons work, but something is worth knowing) or "wrong".
        what: a few words, what was looked at.
        sentence: what there is, and what to do about it.
    """

    status: str
    what: str
    sentence: str

    def __str__(self):
        return f"{MARKS[self.status]} {self.what + ':':13} {self.sentence}"


class _Usage(Protocol):
    """What `shutil.disk_usage` returns, as far as it is looked at."""

    @property
    def free(self) -> int: ...


def examine() -> list[Finding]:
    """Look at everything, in ten seconds or less on a computer that has nothing else to do.

    Returns:
        A list of `Finding`.
    """
    trial = start_tensorflow()  # takes longest, so it runs beside the others
    findings = []
    checks = (python, environment, packages, memory, disk, cache, threads, data, lessons, browser, kernel)
    for check in checks:
        try:
            findings.append(check())
        except Exception as error:  # whatever is broken, the other checks have their say
            name = type(error).__name__
            findings.append(
                Finding("wrong", check.__name__, f"could not be looked at ({name}: {error}): {REPAIR}.")
            )
    return [*findings, tensorflow(trial)]


def summary(findings: Sequence[Finding]) -> str:
    """The last line: how it stands.

    Example:
        >>> summary([Finding("well", "disk", "enough.")])
        'All is well.'
    """
    wrong = sum(finding.status == "wrong" for finding in findings)
    if wrong:
        things = "things are" if wrong > 1 else "thing is"
        return f"{wrong} {things} wrong; the lines marked {MARKS['wrong']} say what to do."
    noted = any(finding.status == "note" for finding in findings)
    return "All is well, but for what is noted." if noted else "All is well."


def python(
    version: tuple[int, ...] | None = None, implementation: str | None = None, bits: int | None = None
) -> Finding:
    """Python itself: one that the package asks for, the usual one, 64 bits."""
    version = version or sys.version_info[:3]
    implementation = implementation or platform.python_implementation()
    bits = bits or (64 if sys.maxsize > 2**32 else 32)
    found = f"{implementation} {'.'.join(map(str, version))}, {bits} bits"
    *most, newest = pythons()
    if f"{version[0]}.{version[1]}" not in (*most, newest) or implementation != "CPython" or bits != 64:
        advice = f"the course needs CPython {', '.join(most)} or {newest} with 64 bits"
        where = "https://www.python.org/downloads/"
        return Finding("wrong", "Python", f"{found}, but {advice}: get one from {where}.")
    return Finding("well", "Python", f"{found}, on {platform.system()} {platform.machine()}.")


def pythons() -> list[str]:
    """The versions of Python that the package asks for.

    Example:
        >>> pythons()
        ['3.11', '3.12', '3.13']
    """
    from packaging.specifiers import SpecifierSet

    wanted = SpecifierSet(metadata.metadata("lstm-course")["Requires-Python"])
    return [version for version in (f"3.{minor}" for minor in range(100)) if version in wanted]


def environment(
    prefix: str | Path | None = None, variables: Mapping[str, str] | None = None, clone: Path | None = None
) -> Finding:
    """Whether this is the environment that start.py made, and nothing leads Python away from it."""
    prefix, variables = Path(prefix or sys.prefix), os.environ if variables is None else variables
    clone = clone or PACKAGE.parent
    misleading = [name for name in ("PYTHONHOME", "PYTHONPATH") if variables.get(name)]
    if misleading:
        return Finding(
            "note",
            "environment",
            f"{' and '.join(misleading)} may lead Python to other packages: unset what you do not need.",
        )
    ours = clone / ".venv"
    if (ours / "start-finished.json").is_file() and prefix.resolve() != ours.resolve():
        return Finding(
            "note",
            "environment",
            f"this is {prefix}, but start.py made {ours}: use `python start.py doctor` to look at that one.",
        )
    return Finding("well", "environment", f"{prefix}, lstm-course {__version__}.")


def packages(lock: Path | None = None, installed: Callable[[str], str] = metadata.version) -> Finding:
    """Versions against the lock, and against the ranges of the package where there is no lock."""
    lock = lock or PACKAGE.parent / "requirements.txt"
    problem = version_problem(installed)
    if problem:
        return Finding("wrong", "packages", problem.replace("This lesson needs", "the course needs"))
    if not lock.is_file():
        return Finding("well", "packages", "all are in the ranges the course asks for.")
    different, count = [], 0
    for name, version in pins(lock.read_text(encoding="utf-8")):
        count += 1
        try:
            found = installed(name)
        except metadata.PackageNotFoundError:
            different.append(f"{name} is missing")
            continue
        if found != version:
            different.append(f"{name} is {found} instead of {version}")
    if different:
        more = f" and {len(different) - 3} more" if len(different) > 3 else ""
        sentence = f"not as tested: {', '.join(different[:3])}{more}; if something misbehaves, {REPAIR}."
        return Finding("note", "packages", sentence)
    return Finding("well", "packages", f"all {count} have the versions the course was tested with.")


def pins(text: str) -> list[tuple[str, str]]:
    """Name and version of each package of a lock that this computer needs.

    Example:
        >>> pins("numpy==2.4.6 --hash=sha256:0\\npywin==1 ; sys_platform == 'amiga' --hash=sha256:0")
        [('numpy', '2.4.6')]
    """
    from packaging.requirements import Requirement

    lines = (re.split(r"\s--hash", line)[0] for line in text.replace("\\\n", " ").splitlines())
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return [
        (pin.name, str(pin.specifier)[2:]) for pin in wanted if pin.marker is None or pin.marker.evaluate()
    ]


def memory(available: float | None = None) -> Finding:
    """Whether a kernel with Keras and a browser fit in."""
    if available is None:
        import psutil

        available = float(psutil.virtual_memory().available)
    free = f"{available / 1e9:.1f} GB are free"
    if available < GIGABYTES_OF_MEMORY * 1e9:
        advice = "close other programs, or shut down kernels that you no longer use"
        sentence = f"{free}, and the Keras lessons need {GIGABYTES_OF_MEMORY:.0f}: {advice}."
        return Finding("wrong", "memory", sentence)
    return Finding("well", "memory", f"{free}.")


def disk(folder: str | Path = ".", usage: Callable[[Path], _Usage] = shutil.disk_usage) -> Finding:
    """Whether the working copy can be written, with room for the data."""
    folder = Path(folder).resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            "wrong",
            "disk",
            f"{folder} cannot be written ({error.strerror}): open the lessons in a folder of your own, "
            "`lstm-course lab DIR`.",
        )
    free = usage(folder).free / 1e9
    if free < GIGABYTES_OF_DISK:
        return Finding(
            "wrong", "disk", f"{free:.1f} GB are free in {folder}: make {GIGABYTES_OF_DISK:.0f} GB free."
        )
    return Finding("well", "disk", f"{free:.0f} GB are free in {folder}.")


def cache(folder: str | Path | None = None) -> Finding:
    """Whether downloaded data can be kept."""
    folder = Path(folder or shipping.cache_folder())
    # The nearest folder that is there: the cache itself is made when it is needed.
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return Finding(
            "note",
            "cache",
            f"{there} is no folder that can be written, so IMDB cannot be kept: let LSTM_COURSE_CACHE name "
            "one that can, or go on with the reviews that come with the course.",
        )
    return Finding("well", "cache", f"{folder}, for IMDB.")


def threads(
    libraries: Sequence[Mapping[str, Any]] | None = None, cores: int | None = None, load: float | None = None
) -> Finding:
    """Threads of NumPy's matrix products, and whether something else keeps the computer busy."""
    import numpy as np

    _ = np.ones((2, 2)) @ np.ones((2, 2))  # loads the library
    if libraries is None:
        from threadpoolctl import threadpool_info

        libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    cores = cores or os.cpu_count() or 1
    if load is None:
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if not libraries:
        return Finding(
            "note",
            "threads",
            "NumPy's matrix products come from a library whose threads cannot be limited, so lessons may use "
            "every core: if training crawls, close other programs.",
        )
    used = ", ".join(f"{library['internal_api']} {library['version']}" for library in libraries)
    sentence = f"{cores} cores, {used}; lessons use one thread"
    if load > cores:
        return Finding(
            "note",
            "threads",
            f"{sentence}, and other programs keep the cores busy ({load:.1f} waiting): times will be long.",
        )
    return Finding("well", "threads", f"{sentence}.")


def data(folder: Path | None = None) -> Finding:
    """Each data file that ships, against its SHA-256."""
    names = list(shipping.listed((folder or course_folder("datasets")) / "README.md"))
    for name in names:
        try:
            shipping.shipped(name)
        except shipping.DataError as error:
            return Finding("wrong", "data", str(error))
    return Finding("well", "data", f"{len(names)} files, as they were made.")


def lessons(folder: str | Path | None = None) -> Finding:
    """Whether the lessons are there and can be read."""
    folder = Path(folder or course_folder("notebooks"))
    names = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    for path in names:
        try:
            cells_of(path.read_bytes())
        except (OSError, ValueError):
            return Finding(
                "wrong",
                "lessons",
                f"{path} cannot be read: fetch it again, for example with `git checkout notebooks`.",
            )
    if not names:
        return Finding("wrong", "lessons", f"{folder} holds no lesson: install the course again.")
    return Finding("well", "lessons", f"{len(names)}, in {folder}.")


def browser(find: Callable[[], object] | None = None) -> Finding:
    """Whether JupyterLab will find a browser to open."""
    import webbrowser

    try:
        found = (find or webbrowser.get)()
    except webbrowser.Error:
        return Finding(
            "note",
            "browser",
            "none was found: start with --no-browser and open the address it prints in a browser "
            "(over a network: forward the port with ssh -L).",
        )
    return Finding("well", "browser", f"{getattr(found, 'name', None) or type(found).__name__}.")


def kernel(code: str = TRY_KERNEL, timeout: float = 20) -> Finding:
    """Whether a kernel starts, with this Python, and imports the course."""
    from lstm_course.common import notebooks
    from lstm_course.common.notebook_runs import new_client, raised, run

    started = time.perf_counter()
    notebook = notebooks.notebook([notebooks.cell("code", "try", code)])
    with tempfile.TemporaryDirectory() as folder:
        client = new_client(notebook, folder, timeout=timeout, startup_timeout=timeout, allow_errors=True)
        try:
            run(client, {})
        except Exception as error:  # nbclient, jupyter_client and zmq each have their own
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            return Finding("wrong", "kernel", f"it does not start ({reason}): {REPAIR}.")
    problem = raised(notebook.cells[0])
    if problem:
        return Finding("wrong", "kernel", f"it starts, but cannot import the course ({problem}): {REPAIR}.")
    said = "".join(output.text for output in notebook.cells[0].outputs if output.output_type == "stream")
    if Path(said.strip()).resolve() != Path(sys.prefix).resolve():
        return Finding("wrong", "kernel", f"it runs in {said.strip()}, not in {sys.prefix}: {REPAIR}.")
    return Finding(
        "well", "kernel", f"starts and imports the course ({time.perf_counter() - started:.1f} s)."
    )


def start_tensorflow(code: str = TRY_TENSORFLOW) -> subprocess.Popen[str] | None:
    """Begin to import TensorFlow in a process of its own.

    Returns:
        The process, or None where there is no TensorFlow to import.
    """
    from importlib.util import find_spec

    if find_spec("tensorflow") is None:
        return None
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True)


def tensorflow(process: subprocess.Popen[str] | None, timeout: float = TENSORFLOW_TIMEOUT) -> Finding:
    """What became of that process."""
    if process is None:
        return Finding(
            "note",
            "TensorFlow",
            "is not installed: the cells that need Keras are left out and show the shipped results; all else "
            "works.",
        )
    try:
        said, complaint = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Finding(
            "wrong", "TensorFlow", f"was not imported within {timeout} s: close other programs and try again."
        )
    if process.returncode < 0 or process.returncode > 255:
        return Finding(
            "wrong",
            "TensorFlow",
            f"crashes on this computer (status {process.returncode}), probably because its processor lacks "
            "instructions (AVX): the lessons in NumPy work; for the others use another computer.",
        )
    if process.returncode:
        reason = (complaint.strip().splitlines() or ["no reason given"])[-1]
        return Finding("wrong", "TensorFlow", f"cannot be imported ({reason}): {REPAIR}.")
    version, keras, _ = said.split()[-3:]
    return Finding("well", "TensorFlow", f"{version} with Keras {keras}, set up as in the lessons.")

"""Where a learner's code runs: no network, nothing to write but a small folder, none of the course's answers.

What can be seen inside is listed, not what is hidden: the system's libraries, Python with its packages, and a
copy of the course that holds what lessons import (see `copying`). bubblewrap builds this in no time; where
it cannot work, Docker or Podman may. Of the calls of the kernel, `inside.shut_in` takes away those that no
notebook needs.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lstm_course.common.environment import ONE_THREAD, TENSORFLOW
from lstm_course.common.files import PACKAGE
from lstm_course.common.trouble import Trouble
from lstm_course.grading.sandbox.copying import course_copy

__all__ = ["Limits", "NoSandbox", "available", "command", "environment", "outside", "start"]

_NOBODY = "65534"
_IMAGE = "python:{}.{}-slim".format(*sys.version_info)
ADVICE = (
    "Install bubblewrap and let yourself make user namespaces, "
    f"or install Docker or Podman with the image {_IMAGE}, "
    "or give --unsafe-no-sandbox if you trust every one of these notebooks."
)
# All that is handed on to what builds the sandbox; how Docker and Podman find their server and their images.
_HANDED_ON = "PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"
# Lists of the keys of all users, in short.
_OF_OTHERS = "/proc/keys", "/proc/key-users"
# What bubblewrap says where the kernel, AppArmor or a container does not let it make namespaces.
_REFUSED = re.compile(r"namespace|uid map|RTM_NEWADDR|Operation not permitted")
# The fork fails where a kernel older than 5.14 counts all processes of the user, not those inside.
_TRIAL = """
import os, numpy
from lstm_course.grading.inside import shut_in
shut_in.shut()
child = os.fork()
if not child:
    os._exit(0)
os.waitpid(child, 0)
os.write(1, b"inside" * (not os.path.exists({hidden!r})))
"""


class NoSandbox(Trouble):
    """No sandbox can be had here; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What a learner's code may use.

    Args:
        memory: bytes, of one process and of all together.
        processes: number of processes and threads.
        disk: bytes of the folder that it may write to.
        cell_seconds: for one statement of the notebook.
        answer_seconds: for all calls of one answer together.
        all_seconds: for the whole notebook.
    """

    memory: int = 1_000_000_000
    processes: int = 24
    disk: int = 64_000_000
    cell_seconds: float = 20.0
    answer_seconds: float = 5.0
    all_seconds: float = 180.0


def environment() -> dict[str, str]:
    """Environment of the Python inside: none of the user's, quiet, one thread."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONPATH": "/course",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": "/tmp",
        "IPYTHONDIR": "/tmp/ipython",
        **ONE_THREAD,
        **TENSORFLOW,
        "LSTM_COURSE_PROGRESS": "0",
    }


def outside(kind: str) -> dict[str, str]:
    """Environment of what builds the sandbox: of the user's, what is named above and nothing else.

    Args:
        kind: one of what `available` gives.

    Returns:
        Dict of str.
    """
    names = _HANDED_ON if kind in ("docker", "podman") else _HANDED_ON[:1]
    return {name: os.environ[name] for name in names if name in os.environ}


def command(kind: str, course: Path, limits: Limits, shared: Path | None = None) -> list[str]:
    """Command that starts a program in a sandbox; the program and its arguments are appended.

    Args:
        kind: one of what `available` gives.
        course: path of a course copy.
        limits: `Limits`.
        shared: path of a folder that is seen and written on both sides, default none.

    Returns:
        List of str.
    """
    if kind in ("docker", "podman"):
        return _container(kind, course, limits, shared)
    if kind == "none":
        # All processes of the user would be counted, not those of the notebook.
        kept = [each for each in _prlimits(limits) if not each.startswith("--nproc")]
        return ["prlimit", *kept, "--"] if shutil.which("prlimit") else []
    shut_in = {
        "bwrap": [
            "--unshare-all", "--unshare-user", "--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY,
            "--cap-drop", "ALL", "--as-pid-1",
        ],
        "bwrap as root": ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"],
    }[kind.removesuffix(", once")]  # fmt: skip
    shut_in += ["--hostname", "sandbox", "--die-with-parent", "--new-session"]
    # The first process inside is the worker; or it is root's bubblewrap, with which all others end, for no
    # other could send them a signal. How that was started is nobody's business inside.
    hidden = [] if "--as-pid-1" in shut_in else ["--tmpfs", "/proc/1", "--remount-ro", "/proc/1"]
    view = ["bwrap", *shut_in, *_view(course, limits, shared), *hidden]
    return [*view, *_from_root(kind), "prlimit", *_prlimits(limits), "--"]


def _from_root(kind):
    """From root to nobody, and once more into a namespace in which no further one can be made."""
    if kind == "bwrap":
        return []
    drop = [
        "setpriv", "--reuid", _NOBODY, "--regid", _NOBODY, "--clear-groups", "--no-new-privs",
        "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all",
    ]  # fmt: skip
    if kind.endswith("once"):
        return drop
    again = ["--unshare-user", "--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL"]
    return [*drop, "bwrap", *again, "--dev-bind", "/", "/", "--"]


def _view(course, limits, shared):
    """What can be seen inside, as arguments of bwrap."""
    arguments = ["--clearenv", "--ro-bind", "/usr", "/usr"]
    for name in "lib", "lib32", "lib64", "libx32", "bin", "sbin":
        if Path("/", name).is_symlink():
            arguments += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
        elif Path("/", name).is_dir():
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
    # Before the folders of Python, which may lie in /tmp themselves.
    arguments += ["--size", str(limits.disk), "--perms", "1777", "--tmpfs", "/tmp"]
    for path in _python_folders():
        if path.is_relative_to("/usr"):
            continue
        for parent in reversed(path.parents[:-1]):
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += ["--ro-bind", str(path), str(path)]
    for path in _masked():
        arguments += ["--tmpfs", str(path), "--remount-ro", str(path)]
    arguments += ["--ro-bind", str(course), "/course", "--proc", "/proc"]
    for path in filter(os.path.exists, _OF_OTHERS):
        arguments += ["--ro-bind", "/dev/null", path]
    # Mapped and shared, /dev/zero is memory that no limit counts.
    arguments += ["--dev", "/dev", "--ro-bind", "/dev/null", "/dev/zero", "--remount-ro", "/dev"]
    arguments += ["--size", str(limits.disk // 4), "--perms", "1777", "--tmpfs", "/dev/shm"]
    if shared:
        arguments += ["--perms", "0755", "--dir", str(shared.parent), "--bind", str(shared), str(shared)]
    arguments += ["--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in environment().items():
        arguments += ["--setenv", name, value]
    return arguments


@functools.cache
def _python_folders():
    """Folders that this Python needs, none within another."""
    named = {Path(each).absolute() for each in (sys.prefix, sys.base_prefix)}
    folders = sorted(named | {each.resolve() for each in named})
    inner = {each for each in folders for other in folders if each != other and each.is_relative_to(other)}
    return [each for each in folders if each not in inner]


@functools.cache
def _masked():
    """The package and the clone, where they lie in a folder that can be seen."""
    seen = [Path("/usr"), *_python_folders()]
    clone = PACKAGE.parent
    hidden = [clone] if (clone / "pyproject.toml").is_file() else [PACKAGE]
    return [path for path in hidden if any(path.is_relative_to(each) for each in seen)]


def _prlimits(limits):
    return [
        f"--data={limits.memory}",
        f"--cpu={int(limits.all_seconds) + 1}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.disk}",
        "--nofile=256",
        "--core=0",
    ]


def _container(kind, course, limits, shared):
    """The same with Docker or Podman, from the image of this Python's version."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    options = [
        "run", "--rm", "--interactive", "--pull=never", "--network=none", "--read-only", "--cap-drop=ALL",
        "--security-opt=no-new-privileges", f"--user={_NOBODY}:{_NOBODY}", f"--memory={limits.memory}",
        f"--pids-limit={limits.processes}", f"--ulimit=cpu={int(limits.all_seconds) + 1}",
        f"--tmpfs=/tmp:size={limits.disk}", "--workdir=/tmp",
        f"--volume={course}:/course:ro", f"--volume={packages}:/packages:ro",
    ]  # fmt: skip
    if shared:
        options.append(f"--volume={shared}:{shared}")
    for name, value in (environment() | {"PYTHONPATH": "/course:/packages"}).items():
        options += ["--env", f"{name}={value}"]
    return [kind, *options, _IMAGE]


def start(kind: str, module: str, *arguments: str) -> list[str]:
    """What to start inside, to be appended to the `command`: a module, with the calls that it may not make.

    Args:
        kind: one of what `available` gives, or "none": as yourself, and with all calls.
        module: its full name.
        *arguments: of the module.

    Returns:
        List of str.
    """
    shut_in = [] if kind == "none" else ["-m", "lstm_course.grading.inside.shut_in"]
    return [_python(kind), *(shut_in or ["-m"]), module, *arguments]


def _python(kind):
    """The Python to start inside, by a path without links and `..`, which inside lead nowhere."""
    own = Path(sys.executable)
    return "python" if kind in ("docker", "podman") else str(own.parent.resolve() / own.name)


@functools.cache
def available() -> str:
    """The sandbox that works here, found by trying.

    Returns:
        "bwrap", "bwrap as root", "bwrap as root, once", "docker" or "podman".

    Raises:
        NoSandbox: when there is none; the message says what was tried.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    kinds = ["bwrap as root", "bwrap as root, once"] if root else ["bwrap"]
    tried = []
    with tempfile.TemporaryDirectory() as folder:
        course = course_copy(Path(folder, "course"))
        Path(folder).chmod(0o755)
        for kind in [*kinds, "docker", "podman"]:
            problem = _problem(kind, course)
            if problem is None:
                return kind
            tried.append(f"{_named(kind)} {problem}")
    raise NoSandbox(f"There is no sandbox on this machine: {'; '.join(dict.fromkeys(tried))}.")


def _named(kind):
    return "bubblewrap" if kind.startswith("bwrap") else kind


def _problem(kind, course):
    """Why a sandbox does not work here, in words that follow its name, or None when it does."""
    if shutil.which(kind.split()[0]) is None:
        return "is not installed"
    trial = _TRIAL.format(hidden=str(PACKAGE / "exercises" / "lessons" / "lesson00.py"))
    started = [*command(kind, course, Limits()), _python(kind), "-c", trial]
    try:
        done = subprocess.run(
            started, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, env=outside(kind)
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not start ({error})"
    if done.stdout == b"inside":
        return None
    said = done.stderr.decode(errors="replace").strip().partition("\n")[0].rstrip(".")
    said = said.removeprefix(f"{kind.split()[0]}: ")
    if kind.startswith("bwrap") and _REFUSED.search(said):
        return f"is not allowed to make namespaces ({said})"
    return f"does not start ({said})" if said else "lets the course's answers be seen"

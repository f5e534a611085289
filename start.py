#!/usr/bin/env python3
"""Set up the LSTM course and open it in JupyterLab.

  python start.py [--no-browser] [--port N]
                                   open the lessons; sets up what is missing
  python start.py test [OPTIONS]   run every test of the course, with options of
                                   pytest; test --quick leaves out the slow ones
  python start.py COMMAND ...      run any command of lstm-course, for example
                                   "build 03" (make the notebooks of lesson 03)
                                   or "lab DIR" (keep your working copy in DIR);
                                   "python start.py COMMAND --help" explains one
  python start.py --help           show this
  python start.py --version        the version of the course

The first start needs the internet and a few minutes: it makes the folder .venv
and installs into it what the lessons need, in the versions they were tested
with. Later starts take a second or two and work offline. Any Python 3 will do
to begin with: where it is too new or too old for the lessons, another one on
this computer is taken, or one is downloaded into the folder .python.
Your own copy of the lessons is the folder my-lessons. It is yours: a newer
version of the course adds to it and never overwrites what you changed.
"""

# Standard library only, and no syntax that Python 2.7 cannot read: a Python that is too old must get a
# sentence that says so, not a SyntaxError.

from __future__ import print_function

import sys

if sys.version_info < (3, 6):
    sys.exit(
        "start.py needs Python 3, and this is %d.%d; type: python3 start.py\n"
        "(Python 3 comes from https://www.python.org/downloads/)" % sys.version_info[:2]
    )

import argparse
import ast
import difflib
import errno
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import struct
import subprocess
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

COURSE = Path(__file__).resolve().parent
ENVIRONMENT = COURSE / ".venv"
OWN_PYTHON = COURSE / ".python"  # for a computer that has none that suits; outlives .venv
WORKING_COPY = COURSE / "my-lessons"
STAMP = ENVIRONMENT / "start-finished.json"  # written last: what has been installed completely
CLAIM = ENVIRONMENT / "made-by-start-py"  # held while setting up; an environment without it is not ours
LOG = ENVIRONMENT / "start.log"

OLDEST, NEWEST = (3, 11), (3, 13)
PYTHONS = ", ".join("3.%d" % minor for minor in range(OLDEST[1], NEWEST[1])) + " or %d.%d" % NEWEST
PYTHON_ORG = "https://www.python.org/downloads/"
GIGABYTES_NEEDED = 3
WITH_TENSORFLOW = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")}

# What tests, authors and instructors need contains what a learner needs.
LOCKS = {"lessons": "requirements.txt", "tests": "requirements-dev.txt"}
LOCK_OF_UV = "requirements-uv.txt"  # uv knows where a Python can be had, and its SHA-256
CONTENTS = {"lessons": "JupyterLab, NumPy and TensorFlow", "tests": "the course and what its tests need"}
COMMANDS = {
    "lessons": {"open", "lab", "check", "progress", "reset", "doctor", "exercises", "bench"}
    | {"review", "milestones", "measure", "data"},
    "tests": {"test", "build", "site", "grade", "instructor", "completions"},
}
OPTIONS = ("--no-browser", "--port")  # of the lessons' start
HELP = "`python start.py --help` lists what there is."
HASHED = ["--require-hashes", "--only-binary", ":all:"]
TESTS = ["-n", "2", "--dist", "loadfile", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]


# Settings of pip and uv that lead to the packages. All others, in variables or files, are left out: they are
# made for other projects, and a target, a constraint or a dry run of theirs would spoil the environment.
PIP_SETTINGS = {
    "INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "TRUSTED_HOST", "CERT", "CLIENT_CERT", "PROXY",
    "TIMEOUT", "DEFAULT_TIMEOUT", "RETRIES", "CACHE_DIR", "NO_CACHE_DIR", "KEYRING_PROVIDER",
}  # fmt: skip
UV_SETTINGS = (
    "UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX", "UV_INSECURE_HOST",
    "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_HTTP", "UV_CACHE", "UV_NO_CACHE", "UV_KEYRING", "UV_OFFLINE",
    "UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON", "UV_CONFIG_FILE",
)  # fmt: skip


class Trouble(Exception):
    """The course cannot be started; the message is one sentence that says why and what to do."""


class NotDownloaded(Trouble):
    """The same, and the installed packages are as they were before."""


# Words in the output of pip and uv, and what they mean. The first that matches is told.
FAILURES = (
    (
        ("No space left on device", "not enough space on the disk", "Disk quota exceeded"),
        Trouble,
        "The disk is full: make {gigabytes} GB free and start again.",
    ),
    (
        ("Long Path support", "WinError 206"),
        Trouble,
        "The path {course} is too long for Windows: move the course to a shorter one, such as C:\\lstm, "
        "and start again.",
    ),
    (
        ("DO NOT MATCH THE HASHES", "Hash mismatch"),
        NotDownloaded,
        "A downloaded package is not the one the course was tested with: start again, and if that does not "
        "help, in another network (the whole story is in {log}).",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "invalid peer certificate"),
        NotDownloaded,
        "The packages could not be downloaded, because a certificate on the way to them is not trusted: "
        "start again in another network, or ask who runs this one (the whole story is in {log}).",
    ),
    (
        (
            "NewConnectionError",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "Read timed out",
            "Max retries",
            "NameResolutionError",
            "Connection refused",
            "Connection reset",
            "Connection broken",
            "ProxyError",
            "Network is unreachable",
            "IncompleteRead",
            "Could not connect",
            "error sending request",
            "dns error",
        ),
        NotDownloaded,
        "The packages could not be downloaded: the first start needs the internet, so connect this computer "
        "and start again (the whole story is in {log}).",
    ),
    (
        ("WinError 5]", "WinError 32]", "being used by another process"),
        Trouble,
        "A file in {environment} is in use: close JupyterLab and every program that runs from there, and "
        "start again.",
    ),
    (
        ("(from versions: none)", "no matching platform", "no wheels with a matching", "No download found"),
        NotDownloaded,
        "Something that the course needs was not found for this computer ({computer}): it exists for another "
        "kind, or the index of packages that this computer asks does not have it (which one is in {log}).",
    ),
    (
        ("No matching distribution found", "there is no version of"),
        NotDownloaded,
        "The index of packages that this computer asks lacks a version that the course needs: it may lag "
        "behind, so start again in another network, or ask who runs it (which one is in {log}).",
    ),
)


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__.strip())
        return 0
    if arguments == ["--version"]:
        print("lstm-course %s" % version_of_course())
        return 0
    try:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")  # for folders the terminal cannot spell
        command, part = understand(arguments)
        python = find_finished(part)
        if python is None:
            other = find_better_python()
            if other:
                return hand_over(other + [str(COURSE / "start.py")] + arguments)
            python = set_up(part)
        if command == "open":
            return hand_over([python, "-P", "-m", "lstm_course", "lab", str(WORKING_COPY)] + arguments)
        if command == "test":
            os.chdir(str(COURSE))
            return hand_over([python, "-m", "pytest"] + TESTS + arguments[1:])
        return hand_over([python, "-P", "-m", "lstm_course"] + arguments)
    except Trouble as trouble:
        say(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        say(explain(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Start again whenever you like.", file=sys.stderr)
        return 130


def version_of_course():
    lines = (COURSE / "lstm_course" / "__init__.py").read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("__version__ = "))


def understand(arguments):
    """The command and what it needs, or Trouble for one that is not there, before anything is installed."""
    command = arguments[0] if arguments and not arguments[0].startswith("-") else "open"
    for part, commands in COMMANDS.items():
        if command in commands:
            if command == "open":
                check_options(arguments)
            return command, part
    near = difflib.get_close_matches(command, sorted(set().union(*COMMANDS.values())), 1, 0.7)
    advice = "did you mean %s?" % near[0] if near else HELP
    raise Trouble("start.py has no command %s: %s" % (command, advice))


def check_options(arguments):
    """Raise Trouble for an option of the lessons' start that is not there."""

    def refuse(complaint):
        near = [difflib.get_close_matches(word, OPTIONS, 1) for word in complaint.split() if word[:1] == "-"]
        advice = "did you mean %s?" % near[0][0] if near and near[0] else HELP
        raise Trouble("start.py: %s: %s" % (complaint, advice))

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(OPTIONS[0], action="store_true")
    parser.add_argument(OPTIONS[1], type=int)
    parser.error = refuse
    parser.parse_args(arguments)


def say(sentence, file=None):
    """Print a sentence, folded to the width of the terminal; a path stays whole, to be copied."""
    width = shutil.get_terminal_size().columns
    lines = textwrap.wrap(str(sentence), width, break_long_words=False, break_on_hyphens=False)
    print("\n".join(lines), file=file, flush=True)


def computer():
    return "%s %s" % (platform.system(), platform.machine())


def find_finished(part):
    """The Python of an environment that holds what a part needs, whatever Python this is; else None."""
    stamp = read_stamp()
    return python_of(ENVIRONMENT) if is_usable(stamp) and is_installed(part, stamp) else None


def python_of(environment):
    return str(environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def find_better_python():
    """The command of the Python that start.py goes on with; None when this one will do."""
    if is_usable(read_stamp()) or not why_not():
        return None
    return find_another_python() or find_own_python() or bring_python()


def why_not():
    """Why no environment for the course can be made with this Python, part of a sentence; else ""."""
    if platform.python_implementation() != "CPython" or struct.calcsize("P") != 8:
        return "this is %d-bit %s" % (8 * struct.calcsize("P"), platform.python_implementation())
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return "this is %d.%d" % sys.version_info[:2]
    return "" if can_bring_pip() or find_uv() else "this one lacks its venv module"


def find_another_python():
    """The command of a Python on this computer that has all that is needed, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", "-3.%d" % minor] if os.name == "nt" else ["python3.%d" % minor]
        place = shutil.which(command[0])
        if place and suits([place] + command[1:], [3, minor]):
            return [place] + command[1:]
    return None


def bring_python():
    """The command of a Python of the course's own, downloaded when it is asked for first."""
    reason = "Python %s is needed, and %s" % (PYTHONS, why_not())
    if not can_bring_pip() and not find_uv():
        raise Trouble(
            "%s; install its venv module (on Debian and Ubuntu: sudo apt install python3.%d-venv) and start "
            "again." % (reason, sys.version_info[1])
        )
    claim_environment()
    with one_at_a_time():
        try:
            return find_own_python() or download_python(reason)
        except NotDownloaded:
            raise Trouble(
                "%s; another could not be downloaded: connect this computer to the internet and start again, "
                "or get one from %s (the whole story is in %s)." % (reason, PYTHON_ORG, LOG)
            )


def find_own_python():
    wanted = "cpython-%d.%d*/%s" % (NEWEST + ("python.exe" if os.name == "nt" else "bin/python3",))
    for python in sorted(OWN_PYTHON.glob(wanted)):
        if suits([str(python)], list(NEWEST)):
            return [str(python)]
    return None


def download_python(reason):
    check_room()
    version = "%d.%d" % NEWEST
    say("%s: downloading %s into %s" % (reason, version, OWN_PYTHON))
    uv = find_uv()
    if not uv:
        helper = OWN_PYTHON / "uv"
        run([base_python(), "-m", "venv", "--clear", str(helper)])
        run(pip(python_of(helper)) + HASHED + ["-r", LOCK_OF_UV], pip_settings(python_of(helper)))
        uv = str(Path(python_of(helper)).with_name("uv.exe" if os.name == "nt" else "uv"))
    run([uv, "python", "install", "--no-bin", "--install-dir", str(OWN_PYTHON), version])
    python = find_own_python()
    if not python:
        raise Trouble("The Python in %s does not start: remove that folder and start again." % OWN_PYTHON)
    return python


def suits(command, version):
    """Whether this command starts a Python of this version with which the environment can be made."""
    found = identify(command)
    if found is None or found[:2] != ["CPython", 8] or found[3] != version:
        return False
    return bool(found[2] or find_uv())


def find_uv():
    return shutil.which("uv")


def identify(command):
    """What a command says it is: implementation, bytes of a pointer, whether it brings pip, version; or None.

    A launcher, a shim or a link may lead nowhere.
    """
    question = (
        "import importlib.util, platform, struct, sys; print([platform.python_implementation(), "
        "struct.calcsize('P'), bool(importlib.util.find_spec('ensurepip')), list(sys.version_info[:2])])"
    )
    try:
        answer = subprocess.run(
            command + ["-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
            env=clean_variables(),
        )
        return ast.literal_eval(answer.stdout.decode().strip())
    except (OSError, subprocess.TimeoutExpired, ValueError, SyntaxError):
        return None


def set_up(part):
    """Make the environment hold what a part of the course needs, and return its Python."""
    claim_environment()
    with one_at_a_time():
        stamp = read_stamp()
        if not is_usable(stamp):
            stamp = {}
            make_environment()
        if not is_installed(part, stamp):
            install(part, python_of(ENVIRONMENT), stamp)
    return python_of(ENVIRONMENT)


def read_stamp():
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_usable(stamp):
    """Whether the environment was once made, still lies where it was, and its Python starts."""
    if stamp.get("folder") != str(COURSE):
        return False
    found = identify([python_of(ENVIRONMENT)])
    return found is not None and found[-1] == list(stamp.get("python", ()))


def is_installed(part, stamp):
    return stamp.get(part) == fingerprint(part)


def fingerprint(part):
    content = (COURSE / LOCKS[part]).read_bytes() + (COURSE / "pyproject.toml").read_bytes()
    return hashlib.sha256(content).hexdigest()


def claim_environment():
    """Make the folder of the environment, or raise Trouble when somebody else made it."""
    if ENVIRONMENT.is_symlink() or (os.path.lexists(str(ENVIRONMENT)) and not ENVIRONMENT.is_dir()):
        raise Trouble("%s is not a folder that start.py made: rename it and start again." % ENVIRONMENT)
    if ENVIRONMENT.is_dir() and any(ENVIRONMENT.iterdir()) and not CLAIM.exists():
        raise Trouble(
            "%s was not made by start.py, so it is left alone: rename it and start again." % ENVIRONMENT
        )
    ENVIRONMENT.mkdir(exist_ok=True)
    CLAIM.touch()


@contextmanager
def one_at_a_time():
    """Let two starts set up one after the other. A start that was killed holds nobody up."""
    with CLAIM.open("r+") as claim:
        # Inherited by pip, which may go on writing for a while after this process was killed.
        os.set_inheritable(claim.fileno(), True)
        if not lock(claim):
            say("Another start.py is setting up; waiting for it.")
            while not lock(claim):
                time.sleep(0.5)
        yield


def lock(file):
    """Lock an open file until it is closed; False when another process holds it."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Any other error means that this file system has no locks.
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


def make_environment():
    """Make .venv anew, whatever an interrupted start has left in it."""
    for old in ENVIRONMENT.iterdir():
        if old != CLAIM:
            remove(old)
    check_room()
    say("Making a Python environment for the course in %s" % ENVIRONMENT)
    if not can_link(ENVIRONMENT):
        (ENVIRONMENT / "lib64").mkdir()  # a link otherwise; everything else is copied by itself
    if can_bring_pip():
        run([base_python(), "-m", "venv", str(ENVIRONMENT)])
    else:
        run([find_uv(), "venv", "--allow-existing", "--python", base_python(), str(ENVIRONMENT)])


def check_room():
    free = shutil.disk_usage(str(COURSE)).free / 1e9
    if free < GIGABYTES_NEEDED:
        raise Trouble(
            "The course needs %.1f GB on this disk, and %.1f GB are free: make room and start again."
            % (GIGABYTES_NEEDED, free)
        )


def can_link(folder):
    """Whether this disk has symbolic links. Memory sticks and some network drives have none."""
    trial = folder / "link"
    try:
        trial.symlink_to(folder)
    except (OSError, NotImplementedError):
        return False
    trial.unlink()
    return True


def can_bring_pip():
    """Whether this Python makes environments with pip in them. Debian and Ubuntu leave that part out."""
    return importlib.util.find_spec("ensurepip") is not None


def base_python():
    """This Python, or the one it was made from when it is the environment's own."""
    if Path(sys.prefix).resolve() == ENVIRONMENT:
        return sys._base_executable  # noqa: SLF001 - venv itself asks for it
    return sys.executable


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(str(path))
    else:
        path.unlink()


def install(part, python, stamp):
    """Install the locked packages and the course itself, then write down that this is done."""
    if (platform.system(), platform.machine()) not in WITH_TENSORFLOW:
        say(
            "There is no TensorFlow for this computer (%s). The cells that need Keras are left out and "
            "show the shipped results; all else works." % computer()
        )
    say("Installing %s: once, a few minutes." % CONTENTS[part])
    if STAMP.exists():
        STAMP.unlink()
    try:
        installer = install_packages(LOCKS[part], python)
    except NotDownloaded:
        if stamp:
            write_stamp(stamp)
        raise
    stamp = {"folder": str(COURSE), "python": stamp.get("python", sys.version_info[:2])}
    write_stamp(stamp)  # whole packages: a start that is stopped from here on need not begin anew
    run(installer + ["--no-deps", "--no-build-isolation", "--editable", "."], pip_settings(python))
    stamp["lessons"] = fingerprint("lessons")
    stamp["tests"] = fingerprint("tests") if part == "tests" else None
    write_stamp(stamp)


def write_stamp(stamp):
    unfinished = STAMP.with_name("start-unfinished.json")
    unfinished.write_text(json.dumps(stamp), encoding="utf-8")
    unfinished.replace(STAMP)


def install_packages(requirements, python):
    """Install a lock with uv when it is there and can download, else with pip; return the one that did."""
    installers = []
    if find_uv():
        installers.append([find_uv(), "pip", "install", "--python", python])
    if identify([python])[2] or not installers:
        installers.append(pip(python))
    while True:
        installer = installers.pop(0)
        try:
            run(installer + HASHED + ["-r", requirements], pip_settings(python))
            return installer
        except NotDownloaded:
            if not installers:
                raise
            say("uv could not download the packages; trying pip.")


def pip(python):
    return [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]


def pip_settings(python):
    """Variables for pip: what leads to the packages, from its variables and files, and no other setting."""
    asked = subprocess.run(
        [python, "-m", "pip", "config", "list"],
        env=dict(clean_variables(), PYTHONIOENCODING="utf-8"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    ranks = {"global": 0, "install": 1, ":env:": 2}
    found = {}
    for line in asked.stdout.decode("utf-8", "replace").splitlines():
        section, _, setting = line.partition(".")
        option, _, value = setting.partition("=")
        name = option.upper().replace("-", "_")
        rank = ranks.get(section, -1)
        if name in PIP_SETTINGS and rank >= found.get(name, (0,))[0]:
            found[name] = (rank, ast.literal_eval(value))
    variables = {"PIP_" + name: value for name, (_, value) in found.items()}
    return dict(variables, PIP_CONFIG_FILE=os.devnull, PIP_USER="0")


def run(command, settings=None):
    """Run a command in the course's folder, its output in the log; raise Trouble when it fails."""
    output = []
    with LOG.open("a", encoding="utf-8") as log:
        log.write("$ %s\n" % " ".join(command))
        with subprocess.Popen(
            command,
            cwd=str(COURSE),
            env=dict(variables_of_installers(), **(settings or {})),
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            for line in process.stdout:
                output.append(line.decode("utf-8", "replace").rstrip())
                log.write(output[-1] + "\n")
                if output[-1].startswith(("Collecting ", "Installing ")):
                    show_progress(output[-1])
        show_progress("")
    if process.returncode:
        raise failure(output)


def variables_of_installers():
    """The environment variables, of pip's and uv's those alone that lead to packages."""
    kept = {
        name: value
        for name, value in clean_variables().items()
        if not name.startswith(("PIP_", "UV_")) or name.startswith(UV_SETTINGS)
    }
    return dict(kept, PYTHONIOENCODING="utf-8")


def show_progress(line):
    """Show on a terminal, in place, what is being done now."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + line[:width].ljust(width) + "\r")
        sys.stdout.flush()


def failure(output):
    """The Trouble that the output of pip, uv or venv tells about."""
    text = "\n".join(output)
    for words, kind, sentence in FAILURES:
        if any(word in text for word in words):
            known = {"log": LOG, "course": COURSE, "environment": ENVIRONMENT, "computer": computer()}
            return kind(sentence.format(gigabytes=GIGABYTES_NEEDED, **known))
    last = next((line for line in reversed(output) if line.strip()), "no reason given")
    return Trouble("The set-up failed (%s); the whole story is in %s" % (last.strip(), LOG))


def explain(error):
    """One sentence for an error of the operating system."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "The disk is full: make %s GB free and start again." % GIGABYTES_NEEDED
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "Nothing can be written to %s: move the course into a folder of your own, close what still uses "
            "it, and start again." % (error.filename or COURSE)
        )
    return "The set-up failed: %s. Mend that and start again." % error


def clean_variables():
    """The environment variables, without those that would lead Python away from .venv."""
    misleading = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in os.environ.items() if name not in misleading}


def hand_over(command):
    """Go on as another program; where that is not possible, run it and return its exit status."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, clean_variables())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the other program
    return subprocess.call(command, env=clean_variables())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

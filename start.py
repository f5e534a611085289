#!/usr/bin/env python3
"""Set up the LSTM course and open it in JupyterLab.

  python start.py [--no-browser] [--port N]   open the lessons; sets up what is missing first
  python start.py test [PYTEST OPTIONS]       run every test of the course
  python start.py test --quick [...]          run all but the slow ones, in a minute
  python start.py COMMAND ...                 run any command of lstm-course, for example
                                              "build 03" (make the notebooks of lesson 03) or
                                              "lab DIR" (keep your working copy elsewhere);
                                              "python start.py COMMAND --help" explains one
  python start.py --help                      show this

The first start needs the internet and a few minutes: it makes the folder .venv and installs into it what the
lessons need, in the versions they were tested with. Later starts take a second or two and work offline.
Your own copy of the lessons is the folder my-lessons. It is yours: a newer version of the course adds to it
and never overwrites what you changed.
"""

# Standard library only, and no syntax newer than Python 3.6: a Python that is too old must get a sentence
# that says so, not a SyntaxError.

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
import sys
import time
from contextlib import contextmanager
from pathlib import Path

COURSE = Path(__file__).resolve().parent
ENVIRONMENT = COURSE / ".venv"
WORKING_COPY = COURSE / "my-lessons"
STAMP = ENVIRONMENT / "start-finished.json"  # written last: what has been installed completely
CLAIM = ENVIRONMENT / "made-by-start-py"  # held while setting up; an environment without it is not ours
LOG = ENVIRONMENT / "start.log"

OLDEST, NEWEST = (3, 11), (3, 13)
GIGABYTES_NEEDED = 3
WITH_TENSORFLOW = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")}

# What tests, authors and instructors need contains what a learner needs.
LOCKS = {"lessons": "requirements.txt", "tests": "requirements-dev.txt"}
CONTENTS = {"lessons": "JupyterLab, NumPy and TensorFlow", "tests": "the course and what its tests need"}
NEEDS_TEST_TOOLS = {"test", "build", "site", "grade", "instructor"}
TESTS = ["-n", "2", "--dist", "loadfile", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]


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
        ("No matching distribution found", "no matching platform", "no wheels with a matching"),
        NotDownloaded,
        "Not every package of the course exists for this computer ({computer}); which one is in {log}.",
    ),
)


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__.strip())
        return 0
    try:
        check_python()
        sys.stdout.reconfigure(errors="backslashreplace")  # for folders the terminal cannot spell
        command = arguments[0] if arguments and not arguments[0].startswith("-") else "open"
        python = set_up("tests" if command in NEEDS_TEST_TOOLS else "lessons")
        if command == "open":
            return hand_over([python, "-P", "-m", "lstm_course", "lab", str(WORKING_COPY), *arguments])
        if command == "test":
            os.chdir(str(COURSE))
            return hand_over([python, "-m", "pytest", *TESTS, *arguments[1:]])
        return hand_over([python, "-P", "-m", "lstm_course", *arguments])
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Start again whenever you like.", file=sys.stderr)
        return 130


def say(sentence):
    print(sentence, flush=True)


def computer():
    return "%s %s" % (platform.system(), platform.machine())


def check_python():
    """Raise Trouble unless this Python is one the course was tested with."""
    found = sys.version_info[:2]
    versions = ", ".join("3.%d" % minor for minor in range(OLDEST[1], NEWEST[1])) + " or %d.%d" % NEWEST
    if not OLDEST <= found <= NEWEST:
        another = find_another_python()
        advice = "get one from https://www.python.org/downloads/"
        if another:
            advice = "try: %s %s" % (another, sys.argv[0])
        raise Trouble("The course needs Python %s, and this is %d.%d; %s" % (versions, *found, advice))
    if platform.python_implementation() != "CPython" or struct.calcsize("P") != 8:
        raise Trouble(
            "The course needs the usual 64-bit Python (CPython), and this is %d-bit %s; get one from "
            "https://www.python.org/downloads/" % (8 * struct.calcsize("P"), platform.python_implementation())
        )


def find_another_python():
    """The command of a suitable Python on this computer, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", "-3.%d" % minor] if os.name == "nt" else ["python3.%d" % minor]
        if shutil.which(command[0]) and answers(command, (3, minor)):
            return " ".join(command)
    return None


def answers(command, version):
    """Whether this command starts a Python of this version (a launcher or link may lead nowhere)."""
    question = "import sys; print(list(sys.version_info[:2]))"
    try:
        answer = subprocess.run(
            [*command, "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
            env=clean_variables(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == str(list(version)).encode()


def set_up(part):
    """Make the environment hold what a part of the course needs, and return its Python."""
    python = str(ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    if is_usable(python, read_stamp()) and is_installed(part, read_stamp()):
        return python
    claim_environment()
    with one_at_a_time():
        stamp = read_stamp()
        if not is_usable(python, stamp):
            stamp = {}
            make_environment()
        if not is_installed(part, stamp):
            install(part, python, stamp)
    return python


def read_stamp():
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_usable(python, stamp):
    """Whether the environment was once finished, still lies where it was made, and its Python starts."""
    return stamp.get("folder") == str(COURSE) and answers([python], stamp.get("python", ()))


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
    free = shutil.disk_usage(str(COURSE)).free / 1e9
    if free < GIGABYTES_NEEDED:
        raise Trouble(
            "The course needs %.1f GB on this disk, and %.1f GB are free: make room and start again."
            % (GIGABYTES_NEEDED, free)
        )
    say("Making a Python environment for the course in %s" % ENVIRONMENT)
    if can_bring_pip():
        run([base_python(), "-m", "venv", str(ENVIRONMENT)])
    elif shutil.which("uv"):
        run(["uv", "venv", "--allow-existing", "--python", base_python(), str(ENVIRONMENT)])
    else:
        raise Trouble(
            "This Python lacks its venv module: install it (on Debian and Ubuntu: sudo apt install "
            "python3.%d-venv) and start again." % sys.version_info[1]
        )


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
            "There is no TensorFlow for this computer (%s). The lessons in NumPy work; "
            "the parts that use Keras do not." % computer()
        )
    say("Installing %s: once, a few minutes." % CONTENTS[part])
    if STAMP.exists():
        STAMP.unlink()
    try:
        install_packages(LOCKS[part], python)
    except NotDownloaded:
        if stamp:
            write_stamp(stamp)
        raise
    lessons, tests = fingerprint("lessons"), fingerprint("tests") if part == "tests" else None
    version = stamp.get("python", sys.version_info[:2])
    write_stamp({"folder": str(COURSE), "python": version, "lessons": lessons, "tests": tests})


def write_stamp(stamp):
    unfinished = STAMP.with_name("start-unfinished.json")
    unfinished.write_text(json.dumps(stamp), encoding="utf-8")
    unfinished.replace(STAMP)


def install_packages(requirements, python):
    """Install a lock with uv when it is there and can download, else with pip; then the course itself."""
    installers = []
    if shutil.which("uv"):
        installers.append(["uv", "pip", "install", "--python", python])
    if can_bring_pip() or not installers:
        installers.append([python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"])
    while True:
        installer = installers.pop(0)
        try:
            run([*installer, "--require-hashes", "--only-binary", ":all:", "-r", requirements])
            break
        except NotDownloaded:
            if not installers:
                raise
            say("uv could not download the packages; trying pip.")
    run([*installer, "--no-deps", "--no-build-isolation", "--editable", "."])


def run(command):
    """Run a command in the course's folder, its output in the log; raise Trouble when it fails."""
    output = []
    with LOG.open("a", encoding="utf-8") as log:
        log.write("$ %s\n" % " ".join(command))
        with subprocess.Popen(
            command,
            cwd=str(COURSE),
            env=dict(clean_variables(), PYTHONIOENCODING="utf-8"),
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
            known = {"log": LOG, "course": COURSE, "gigabytes": GIGABYTES_NEEDED, "computer": computer()}
            return kind(sentence.format(**known))
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
    """The environment variables, without those that would lead Python or pip away from .venv."""
    misleading = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__"}
    variables = {name: value for name, value in os.environ.items() if name not in misleading}
    return dict(variables, PIP_USER="0")


def hand_over(command):
    """Go on as another program; where that is not possible, run it and return its exit status."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, clean_variables())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the other program
    return subprocess.call(command, env=clean_variables())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

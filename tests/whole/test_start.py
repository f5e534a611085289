"""start.py in throw-away copies of the course, with a stand-in for the installer: nothing is downloaded."""

import ast
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from helpers import ROOT, load

from lstm_course import cli

# Writes down how it was called; installs the course by naming its folder in a .pth file, as pip does, and a
# Python by a script that leads to the one which runs the tests.
STAND_IN = r"""
import os, sys, time
from pathlib import Path
with open("calls.txt", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\n")
time.sleep(float(os.environ.get("STAND_IN_SECONDS", 0)))
if os.environ.get("STAND_IN_FAILS_AT") in sys.argv:
    sys.exit("stopped")
if "STAND_IN_FAILS" in os.environ:
    sys.exit(os.environ["STAND_IN_FAILS"])
if "--editable" in sys.argv:
    (packages,) = Path(".venv").glob("[Ll]ib/**/site-packages")
    (packages / "course.pth").write_text(os.getcwd())
if sys.argv[1:3] == ["python", "install"]:
    home = Path(sys.argv[sys.argv.index("--install-dir") + 1], "cpython-3.13.9-here", "bin")
    home.mkdir(parents=True)
    (home / "python3").write_text("#!/bin/sh\nexec '" + os.environ["PYTHON_3_13"] + "' \"$@\"\n")
    (home / "python3").chmod(0o755)
"""


A_PACKAGE = "numpy==2.2.0 --hash=sha256:" + 64 * "0"
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "1",
}


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "the course"
    (folder / "lstm_course").mkdir(parents=True)
    shutil.copy(ROOT / "start.py", folder)
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt", "pyproject.toml"):
        (folder / name).write_text("# first edition")
    (folder / "lstm_course" / "__init__.py").write_text('__version__ = "7.8.9"  # made up\n')
    (folder / "lstm_course" / "__main__.py").write_text("import sys; print('lstm-course', *sys.argv[1:])")
    tools = tmp_path / "tools"
    tools.mkdir()
    write_command(tools / "uv", STAND_IN)
    return folder


def write_command(path, code):
    """Make a command that runs Python code; its folder may have blanks in its name, which a "#!" cannot."""
    script = path.with_suffix(".py")
    script.write_text(code)
    if os.name == "nt":
        path.with_suffix(".cmd").write_text(f'@"{sys.executable}" "{script}" %*\n')
    else:
        path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}' \"$@\"\n")
        path.chmod(0o755)


def command(course, *arguments):
    return [sys.executable, str(course / "start.py"), *arguments]


def variables(course, **more):
    return {**os.environ, "PATH": f"{course.parent / 'tools'}{os.pathsep}{os.environ['PATH']}", **more}


def start(course, *arguments, **more):
    return subprocess.run(
        command(course, *arguments),
        env=variables(course, **more),
        capture_output=True,
        text=True,
        timeout=300,  # a busy machine takes a minute for an environment
    )


def calls(course):
    path = course / "calls.txt"
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def module(course):
    """start.py as a module, for what needs no environment."""
    return load(course / "start.py")


def assert_one_sentence(result, *words):
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_the_first_start_installs_and_the_second_does_not(course):
    first = start(course)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == f"lstm-course lab {course / 'my-lessons'}"
    packages, itself = calls(course)
    assert "--require-hashes" in packages and packages.endswith("-r requirements.txt")
    assert "--no-deps --no-build-isolation --editable ." in itself
    began = time.perf_counter()
    second = start(course, "--no-browser", "--port", "8899")
    assert second.stdout == f"lstm-course lab {course / 'my-lessons'} --no-browser --port 8899\n"
    assert len(calls(course)) == 2
    assert time.perf_counter() - began < 2


def test_life_of_an_environment(course):
    learner = course / "my-lessons" / "01_rnn.ipynb"
    learner.parent.mkdir()
    learner.write_text("my work")
    start(course)

    # Authors' tools come on top, once, and a learner's start afterwards adds nothing.
    assert start(course, "build", "03").stdout.splitlines()[-1] == "lstm-course build 03"
    assert calls(course)[2].endswith("-r requirements-dev.txt")
    assert start(course, "lab", "elsewhere").stdout == "lstm-course lab elsewhere\n"
    assert len(calls(course)) == 4

    # Without a network an upgrade fails, and what was there goes on working.
    (course / "requirements-dev.txt").write_text(A_PACKAGE)
    offline = start(course, "test", STAND_IN_FAILS="error: dns error", **NO_NETWORK)
    assert_one_sentence(offline, "internet", str(course / ".venv" / "start.log"))
    assert start(course).returncode == 0

    # A newer lock is installed into the environment that is there.
    python = course / ".venv" / "bin" / "python"
    made = python.lstat().st_mtime_ns
    (course / "requirements.txt").write_text("# second edition")
    before = len(calls(course))
    assert start(course).returncode == 0
    assert len(calls(course)) == before + 2 and python.lstat().st_mtime_ns == made

    # An unfinished or broken one is made anew, and nothing else is touched.
    (course / ".venv" / "start-finished.json").unlink()
    (course / ".venv" / "half").mkdir()
    (course / ".venv" / "half" / "a package").touch()
    (course / ".venv" / "link").symlink_to(learner.parent)
    assert start(course).returncode == 0
    assert not (course / ".venv" / "half").exists()
    python.unlink()
    assert start(course).returncode == 0
    moved = course.rename(course.parent / "moved")
    assert start(moved).stdout.splitlines()[-1] == f"lstm-course lab {moved / 'my-lessons'}"
    assert (moved / "my-lessons" / "01_rnn.ipynb").read_text() == "my work"


def test_two_starts_at_once_install_once(course):
    both = [
        subprocess.Popen(
            command(course), env=variables(course, STAND_IN_SECONDS="1"), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len(calls(course)) == 2
    assert sum("Another start.py is setting up" in output for output in outputs) == 1


def test_a_start_after_a_killed_one_waits_for_its_installer_and_recovers(course):
    killed = subprocess.Popen(command(course), env=variables(course, STAND_IN_SECONDS="2"))
    while not calls(course) and killed.poll() is None:
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    result = start(course)
    assert result.returncode == 0, result.stderr
    assert "Another start.py is setting up; waiting for it." in result.stdout
    assert len(calls(course)) == 3


def test_pip_without_a_network(course):
    (course / "requirements.txt").write_text(A_PACKAGE)
    result = start(course, PATH=str(course.parent / "no tools"), **NO_NETWORK)
    log = course / ".venv" / "start.log"
    assert_one_sentence(result, "The packages could not be downloaded", "internet", str(log))
    assert "numpy" in log.read_text()
    assert not (course / ".venv" / "start-finished.json").exists()


@pytest.mark.parametrize("made_by_others", ["file", "folder", "link"])
def test_an_environment_of_somebody_else_is_left_alone(course, made_by_others):
    environment = course / ".venv"
    if made_by_others == "file":
        environment.write_text("mine")
    elif made_by_others == "folder":
        environment.mkdir()
        (environment / "pyvenv.cfg").write_text("mine")
    else:
        environment.symlink_to(course / "lstm_course")
    assert_one_sentence(start(course), str(environment), "rename it")
    assert environment.exists() and not calls(course)
    assert (course / "lstm_course" / "__main__.py").exists()


def test_a_wrong_python_without_a_network_gets_a_sentence(module, capsys, monkeypatch):
    monkeypatch.setattr(module, "find_another_python", lambda: None)
    for version in ((3, 10, 13), (3, 14, 0)):
        monkeypatch.setattr(module.sys, "version_info", version)
        monkeypatch.setenv("STAND_IN_FAILS", "error: dns error")
        monkeypatch.setenv("PATH", str(module.COURSE.parent / "tools"), prepend=os.pathsep)
        assert module.main([]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "3.11, 3.12 or 3.13" in line and f"3.{version[1]}" in line and "python.org" in line
    assert not module.STAMP.exists()


AS_ANOTHER = """
import runpy, sys
sys.version_info = {version}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def start_as(version, course, *arguments, **more):
    """start.py under a Python that says it has another version."""
    code = AS_ANOTHER.format(version=version)
    return subprocess.run(
        [sys.executable, "-c", code, str(course / "start.py"), *arguments],
        env=variables(course, **more),
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.skipif(
    os.name != "posix", reason="a Python of Windows is a program, for which no script can stand in"
)
def test_where_no_python_suits_one_is_downloaded_once_and_works_without_a_network(course):
    right = course.parent / "python313"
    right.write_text(
        f"""#!/bin/sh
case "$2" in *platform*) echo "['CPython', 8, True, [3, 13]]";; *) exec '{sys.executable}' "$@";; esac
"""
    )
    right.chmod(0o755)
    # Of the tools on this computer only the stand-in for uv is on the path.
    more = {"PATH": str(course.parent / "tools"), "PYTHON_3_13": str(right)}
    offline = start_as((3, 14, 0), course, STAND_IN_FAILS="error: dns error", **more)
    assert_one_sentence(offline, "3.11, 3.12 or 3.13", "3.14", "internet", "python.org")
    assert not (course / ".venv" / "start-finished.json").exists()
    first = start_as((3, 14, 0), course, "doctor", **more)
    assert first.returncode == 0, first.stderr
    assert "downloading 3.13" in first.stdout and first.stdout.splitlines()[-1] == "lstm-course doctor"
    assert sum(call.startswith("python install") for call in calls(course)) == 2
    # A broken environment is made anew with the Python that is there.
    (course / ".venv" / "start-finished.json").unlink()
    again = start_as((3, 14, 0), course, "doctor", **more)
    assert again.returncode == 0 and "downloading" not in again.stdout
    assert sum(call.startswith("python install") for call in calls(course)) == 2


def test_a_finished_environment_is_used_under_any_python(course):
    start(course)
    before = len(calls(course))
    result = start_as((3, 14, 0), course, "doctor")
    assert result.returncode == 0 and result.stdout == "lstm-course doctor\n"
    # A newer lock as well: the environment has the Python that counts.
    (course / "requirements.txt").write_text("# second edition")
    assert start_as((3, 9, 0), course, "doctor").returncode == 0
    assert len(calls(course)) == before + 2


def test_a_suitable_python_on_this_computer_goes_on(module, course, monkeypatch):
    tools = course.parent / "tools"
    broken, works = "raise SystemExit(127)", "print(['CPython', 8, True, [3, 12]])"
    if os.name == "nt":  # one launcher, which takes the version as its first argument
        write_command(tools / "py", f"import sys\nif '-3.13' in sys.argv: {broken}\n{works}")
        found = [str(tools / "py.cmd"), "-3.12"]
    else:
        write_command(tools / "python3.13", broken)
        write_command(tools / "python3.12", works)
        found = [str(tools / "python3.12")]
    monkeypatch.setenv("PATH", str(tools))
    assert [os.path.normcase(word) for word in module.find_another_python()] == list(
        map(os.path.normcase, found)
    )
    monkeypatch.setattr(module.sys, "version_info", (3, 14, 0))
    handed = []
    monkeypatch.setattr(module, "hand_over", handed.append)
    module.main(["lab", "elsewhere"])
    (command,) = handed
    assert command[len(found) :] == [str(course / "start.py"), "lab", "elsewhere"]


def test_an_old_python_can_read_start_py():
    ast.parse((ROOT / "start.py").read_text(), feature_version=(3, 6))


def test_an_old_python_runs_start_py_to_the_sentence(course):
    candidates = (shutil.which(f"python3.{minor}") for minor in range(6, 11))
    olds = [
        old
        for old in candidates
        if old and subprocess.run([old, "-c", ""], capture_output=True).returncode == 0
    ]
    if not olds:
        pytest.skip("no Python from 3.6 to 3.10 on this computer")
    shutil.copy(ROOT / "requirements-uv.txt", course)  # what is asked for, and cannot be had without network
    for old in olds:
        result = subprocess.run(
            [old, str(course / "start.py")],
            env={"PATH": str(course.parent / "no tools"), **NO_NETWORK},
            capture_output=True,
            text=True,
        )
        said = " ".join(result.stderr.split())  # it is folded to the width of a terminal
        assert result.returncode == 1 and "3.11, 3.12 or 3.13" in said and "Traceback" not in said


def test_python_2_gets_a_sentence(course):
    python2 = shutil.which("python2.7")
    if not python2 or subprocess.run([python2, "-c", ""], capture_output=True).returncode:
        pytest.skip("no Python 2.7 on this computer")
    result = subprocess.run([python2, str(course / "start.py")], capture_output=True, text=True)
    assert result.returncode == 1 and "needs Python 3" in result.stderr
    assert "type: python3 start.py\n" in result.stderr and "Traceback" not in result.stderr


def test_an_unusual_python_gets_a_sentence(module, monkeypatch):
    monkeypatch.setattr(module.platform, "python_implementation", lambda: "PyPy")
    assert module.why_not() == "this is 64-bit PyPy"


def test_a_python_without_venv_gets_a_sentence(module, monkeypatch):
    monkeypatch.setattr(module, "can_bring_pip", lambda: False)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(module.Trouble, match=r"apt install python3\.\d+-venv"):
        module.find_better_python()


def test_too_little_room_gets_a_sentence_before_anything_is_downloaded(module, monkeypatch, course):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e8))
    with pytest.raises(module.Trouble, match=r"needs 3\.0 GB on this disk, and 0\.1 GB are free"):
        module.set_up("lessons")
    assert not calls(course)


def test_a_computer_without_tensorflow_is_told_what_works(module, monkeypatch, capsys):
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(module, "run", lambda command, settings=None: None)
    module.ENVIRONMENT.mkdir()
    module.install("lessons", sys.executable, {})
    assert "no TensorFlow for this computer (Darwin x86_64)" in capsys.readouterr().out


FAILURES = {
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/absl-py/\n"
    "ERROR: No matching distribution found for absl-py==2.5.1": "needs the internet",
    "error: Failed to fetch: `simple/absl-py/`\n  Caused by: error sending request\n  Caused by: dns error: "
    "failed to lookup address information": "needs the internet",
    "ReadTimeoutError: HTTPSConnectionPool(host='files', port=443): Read timed out.": "needs the internet",
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": "disk is full",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.": "not the one the course",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate": "certificate",
    "ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: "
    "none)\nERROR: No matching distribution found for tensorflow-cpu==2.21.0": "for this computer",
    "ERROR: Could not find a version that satisfies the requirement keras==3.15.1 (from versions: 3.14.0, "
    "3.15.0)\nERROR: No matching distribution found for keras==3.15.1": "lag behind",
    "error: failed to remove file `C:\\lstm\\.venv\\x.pyd`: Access is denied. [WinError 5] x": "in use",
    "HINT: This error might have occurred since this system does not have Windows Long Path support "
    "enabled.": "shorter",
    "Collecting x\nSomething nobody has seen before\n\n": "Something nobody has seen before",
}


@pytest.mark.parametrize("output", FAILURES, ids=FAILURES.values())
def test_output_of_a_failed_installer_becomes_a_sentence(module, output):
    sentence = str(module.failure(output.splitlines()))
    assert FAILURES[output] in sentence
    assert "\n" not in sentence and len(sentence) < 400


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "folder of your own"),
        (errno.EROFS, "folder of your own"),
        (errno.ENOSPC, "disk is full"),
    ],
)
def test_errors_of_the_system_become_a_sentence(module, monkeypatch, capsys, number, words):
    def mkdir(path, **options):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(module.Path, "mkdir", mkdir)
    assert module.main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(course):
    course.chmod(0o555)
    try:
        assert_one_sentence(start(course), "folder of your own")
    finally:
        course.chmod(0o755)


def test_ctrl_c_ends_without_a_traceback(module, monkeypatch, capsys):
    def interrupted(part):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "set_up", interrupted)
    assert module.main([]) == 130
    assert capsys.readouterr().err.strip() == "Stopped. Start again whenever you like."


def test_settings_that_lead_elsewhere_are_not_passed_on(module, monkeypatch, tmp_path):
    """A company's pip.conf names its index, and may hold what its other projects need."""
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex_url = http://file.example/\ntarget = /elsewhere\ndry-run = true\n"
        "[install]\nconstraint = /elsewhere/c.txt\nextra_index_url =\n    http://a.example/\n    http://b.example/\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    for name in ("PYTHONPATH", "PIP_ROOT", "PIP_TARGET", "PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_TARGET"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "http://variable.example/")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://uv.example/")
    passed = {**module.variables_of_installers(), **module.pip_settings(sys.executable)}
    assert "/elsewhere" not in passed.values() and not {"PIP_TARGET", "PIP_DRY_RUN"} & set(passed)
    assert passed["PIP_INDEX_URL"] == "http://variable.example/"
    assert passed["PIP_EXTRA_INDEX_URL"].split() == ["http://a.example/", "http://b.example/"]
    assert passed["UV_DEFAULT_INDEX"] == "http://uv.example/"
    assert "PYTHONPATH" not in module.clean_variables()


def test_a_start_that_is_stopped_between_its_two_steps_goes_on_from_there(course):
    failed = start(course, STAND_IN_FAILS_AT="--editable")
    assert failed.returncode == 1 and len(calls(course)) == 2
    python = course / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made = python.lstat().st_mtime_ns
    assert start(course).returncode == 0
    assert python.lstat().st_mtime_ns == made


def test_a_disk_without_links(module, monkeypatch):
    def refuse(path, target, **options):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    module.ENVIRONMENT.mkdir()
    assert module.can_link(module.ENVIRONMENT) == (os.name == "posix")
    monkeypatch.setattr(module.Path, "symlink_to", refuse)
    module.make_environment()
    assert (module.ENVIRONMENT / "lib64").is_dir() and not (module.ENVIRONMENT / "lib64").is_symlink()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prot", "8899"], ["--prot", "did you mean --port?"]),
        (["--port", "many"], ["--port", "many"]),
        (["checks", "03"], ["checks", "did you mean check?"]),
        (["something"], ["no command something", "--help"]),
    ],
)
def test_what_is_not_understood_is_said_before_anything_is_installed(course, arguments, words):
    assert_one_sentence(start(course, *arguments), *words)
    assert not (course / ".venv").exists()


def test_the_version_needs_no_environment(course):
    assert start(course, "--version").stdout == "lstm-course 7.8.9\n"
    assert not (course / ".venv").exists()


def test_what_it_says_fits_80_columns(module, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(module, "find_finished", lambda part: None)
    monkeypatch.setattr(module, "find_better_python", lambda: None)

    def refused(part):
        raise module.failure(["error: WinError 206"])

    monkeypatch.setattr(module, "set_up", refused)
    assert module.main(["--help"]) == 0
    for arguments in (["chekc"], ["qqq"], ["--prt", "3"], ["check"]):
        assert module.main(arguments) == 1
    out, err = capsys.readouterr()
    assert [line for line in (out + err).splitlines() if len(line) > 80 and " " in line.strip()] == []
    assert "did you mean check?" in err and "did you mean --port?" in err and "too long" in err


def test_start_knows_every_command(module, capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    listed = re.findall(r"^ {4}(\w+)\b", capsys.readouterr().out, re.MULTILINE)
    assert sorted(set().union(*module.COMMANDS.values()) - {"open", "test"}) == sorted(listed)


def test_tests_run_in_one_pytest_with_the_notebooks(module, monkeypatch):
    handed = []
    monkeypatch.setattr(module, "set_up", lambda part: part)
    monkeypatch.setattr(module, "hand_over", handed.append)
    monkeypatch.chdir(ROOT)
    module.main(["test", "-k", "cells"])
    (arguments,) = handed
    assert arguments[:3] == ["tests", "-m", "pytest"] and arguments[-2:] == ["-k", "cells"]
    assert {"--nbval", "loadfile"} <= set(arguments)


def test_help_names_every_option_and_needs_no_environment(course):
    for word in ("--help", "-h", "help"):
        result = start(course, word)
        assert result.returncode == 0
        for named in ("--no-browser", "--port N", "test", "COMMAND", "my-lessons"):
            assert named in result.stdout
    assert not (course / ".venv").exists()


def test_the_stamp_survives_being_garbled(module):
    module.ENVIRONMENT.mkdir()
    for content in ("", "[]", "{", json.dumps({"folder": 3})):
        module.STAMP.write_text(content)
        assert not module.is_usable(module.read_stamp())

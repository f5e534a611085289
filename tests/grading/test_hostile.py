"""Notebooks that attack the grader: none gains a point, and none takes the points of other answers."""

import socket
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from helpers import GRADERS, Grader, sandbox_of_this_machine

import lstm_course
from lstm_course.exercises import find
from lstm_course.grading import marking, sandbox
from lstm_course.grading.marking import processes

KIND = sandbox_of_this_machine()
PACKAGE = Path(lstm_course.__file__).parent
LIMITS = sandbox.Limits(
    memory=400_000_000, processes=24, disk=20_000_000, cell_seconds=2, answer_seconds=1.5, all_seconds=40
)
SIGNATURE = "def state_jacobian(x, h_prev, weights):\n"
ZEROS = "    return np.zeros((len(h_prev), len(h_prev)))\n"
HONEST = find("spectral_radius").source


def function(*lines):
    return SIGNATURE + "".join(f"    {line}\n" for line in lines)


def forged(message):
    """Sends a message of its own to the grader, through every pipe that is open."""
    return function(
        "for fd in range(3, 64):",
        "    try:",
        f"        os.write(fd, {message})",
        "    except OSError: pass",
        "return np.zeros((len(h_prev), len(h_prev)))",
    )


# name -> (cells before, the function, statuses that it may get)
ATTACKS = {
    "patched allclose": ([], SIGNATURE + "    np.allclose = lambda *a, **k: True\n" + ZEROS, {"wrong"}),
    "patched NumPy": (
        ["np.abs = np.array_equal = lambda *a, **k: True"],
        SIGNATURE + "    np.abs = np.isclose = np.array_equal = np.asarray = lambda *a, **k: True\n" + ZEROS,
        {"wrong", "error", "killed"},
    ),
    "patched check": (
        [
            "import lstm_course.learner.checking as c, lstm_course.grading.inside.checking as d\n"
            "c.check = d.check = check = lambda *a, **k: c.Outcome()"
        ],
        SIGNATURE + ZEROS,
        {"wrong"},
    ),
    "patched wire": (
        [
            "from lstm_course.grading.inside import wire, worker\n"
            "wire.encode = lambda *a, **k: {'right': 1}\n"
            "worker._called = lambda *a, **k: {'status': 'right', 'score': 100}"
        ],
        SIGNATURE + "    wire.encode = worker._called\n" + ZEROS,
        {"wrong", "killed"},
    ),
    "equals everything": (
        [
            "class Yes:\n    def __eq__(self, other): return True\n    __le__ = __lt__ = __ge__ = __eq__\n"
            "    def __array__(self, *a, **k): return np.array(self, dtype=object)"
        ],
        function("return Yes()"),
        {"wrong"},
    ),
    "array that equals everything": (
        [
            "class Yes(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.True_\n"
            "    def __eq__(self, other): return True"
        ],
        function("return np.zeros((len(h_prev), len(h_prev))).view(Yes)"),
        {"wrong"},
    ),
    "hook on every cell": (
        [
            "get_ipython().events.register('post_run_cell', lambda *a: None)\n"
            "hook = get_ipython().input_transformers_post.append(lambda lines: ['right'])"
        ],
        SIGNATURE + "    hook\n" + ZEROS,
        {"wrong", "error"},
    ),
    "forged reply": (
        ["import os\nfrom lstm_course.grading.inside import wire"],
        forged("wire.pack({'ready': 'right', 'status': 'right', 'score': 100, 'value': 1})"),
        {"killed", "wrong", "timed out"},
    ),
    "forged end": (
        ["import os\nfrom lstm_course.grading.inside import wire"],
        forged("wire.pack({'over': 0, 'alone': True})"),
        {"killed", "wrong", "timed out"},
    ),
    "endless reply": (["import os, struct"], forged("struct.pack('>IQ', 2**31, 2**62)"), {"killed"}),
    "reply that is no JSON": (
        ["import os, struct"],
        forged("struct.pack('>IQ', 4, 0) + b'[[[['"),
        {"killed"},
    ),
    "reference imported": (
        [
            "try:\n    from lstm_course.exercises.lessons.lesson02 import state_jacobian as course\n"
            "except ImportError:\n    course = None"
        ],
        function("return course(x, h_prev, weights)"),
        {"error"},
    ),
    "reference asked for": (
        ["from lstm_course.grading.inside import checking"],
        function(
            "asked = {'ask': 'reference', 'name': 'state_jacobian', 'arguments': (x, h_prev, weights)}",
            "return checking.grader.ask(asked)['value']",
        ),
        {"wrong", "error"},
    ),
    "reference by proven": (
        ["from lstm_course import proven"],
        function(
            "def state_jacobian(*a): raise ValueError", "return proven(state_jacobian)(x, h_prev, weights)"
        ),
        {"error"},
    ),
    "course read from the disk": (
        ["import glob, os"],
        function(
            f"text = open({str(PACKAGE / 'exercises' / 'lessons' / 'lesson02.py')!r}).read()",
            "names = {}",
            "start, end = text.index('def state_jacobian'), text.index('def _state')",
            "exec(text[start:end], globals(), names)",
            "return names['state_jacobian'](x, h_prev, weights)",
        ),
        {"error"},
    ),
    "disks searched": (
        ["import os"],
        function(
            "wanted = {'lesson02.py', 'gradebook.db', '02_vanishing_gradients.md', 'entering.py'}",
            f"for top in {str(PACKAGE.parent)!r}, '/course', '/home', '/tmp':",
            "    for path, folders, files in os.walk(top):",
            "        folders[:] = [folder for folder in folders if folder != 'site-packages']",
            "        if wanted & set(files): raise ValueError(path)",
            "return np.zeros(3)",
        ),
        {"wrong"},
    ),
    "searches memory for the answer": (
        ["import gc, sys"],
        function(
            "frames, frame = [], sys._getframe()",
            "while frame:",
            "    frames.append(frame.f_locals)",
            "    frame = frame.f_back",
            "found = [thing for f in frames for thing in f.values() if isinstance(thing, np.ndarray)]",
            "return next(a for a in found + gc.get_objects() if isinstance(a, np.ndarray) and a.shape == "
            "(len(h_prev), len(h_prev)))",
        ),
        {"error", "wrong"},
    ),
    "environment searched": (
        ["import os"],
        function(
            "assert not any('/' + 'work' in v or 'TOKEN' in k for k, v in os.environ.items())",
            "return np.zeros(3)",
        ),
        {"wrong", "error"},
    ),
    "fork bomb": (
        ["import os"],
        function("while True:", "    try: os.fork()", "    except OSError: pass"),
        {"timed out", "killed"},
    ),
    "memory hog": ([], function("return np.ones((40000, 40000))"), {"error", "killed"}),
    "memory hog in many processes": (
        ["import os, time"],
        function(
            "for _ in range(12):",
            "    if os.fork() == 0:",
            "        hold = np.ones(20_000_000)",
            "        time.sleep(60)",
            "time.sleep(60)",
        ),
        {"killed", "timed out"},
    ),
    "disk hog": (
        ["import itertools"],
        function(
            "for n in itertools.count():",
            "    for folder in '/tmp', '/dev/shm':",
            "        with open(f'{folder}/{n}', 'wb') as f: f.write(bytes(5_000_000))",
        ),
        {"error"},
    ),
    "50 MB of output": (
        [],
        SIGNATURE + "    print('x' * 50_000_000)\n" + ZEROS,
        {"wrong", "error", "killed"},
    ),
    "output past Python": (
        ["import os"],
        SIGNATURE + "    os.write(1, b'right' * 100_000)\n" + ZEROS,
        {"wrong"},
    ),
    "endless loop": ([], function("while True: pass"), {"timed out"}),
    "endless loop in a cell": (
        ["never = [0 for _ in iter(int, 1)]"],
        function("return never"),
        {"timed out", "error"},
    ),
    "loop that ignores interrupts": (
        ["import signal"],
        function(
            "for number in range(1, 32):",
            "    try: signal.signal(number, signal.SIG_IGN)",
            "    except (OSError, ValueError): pass",
            "while True:",
            "    try:",
            "        while True: pass",
            "    except BaseException: pass",
        ),
        {"timed out"},
    ),
    "os._exit": (["import os"], function("os._exit(0)"), {"killed"}),
    "os._exit in a cell": (["import os\ngone = os._exit(0)"], function("return gone"), {"killed", "error"}),
    "segmentation fault": (["import ctypes"], function("ctypes.string_at(0)"), {"killed"}),
    "kills its parents": (
        ["import os, signal"],
        function(
            "for pid in os.getppid(), 1, 2, 3, 4:",
            "    try: os.kill(pid, signal.SIGKILL)",
            "    except OSError: pass",
            "return np.zeros(2)",
        ),
        {"killed", "wrong"},
    ),
    # Where the worker is the first process inside, there is nobody else whom it could kill: that is an error.
    "kills everybody": (
        ["import os, signal"],
        function("os.kill(-1, signal.SIGKILL)"),
        {"killed", "wrong", "error"},
    ),
    "closes every file": (
        ["import os"],
        function("os.closerange(0, 200)", "return np.zeros(2)"),
        {"killed", "wrong"},
    ),
    "endless recursion": ([], function("return state_jacobian(x, h_prev, weights)"), {"error"}),
    "deep C recursion": (
        ["import sys\nlimit = sys.setrecursionlimit(10**8)"],
        function("limit", "return state_jacobian(x, h_prev, weights)"),
        {"killed", "error", "timed out"},
    ),
    "waits for input": ([], function("return input('your mark? ')"), {"error"}),
    "SystemExit": (["import sys"], function("sys.exit(0)"), {"error", "wrong"}),
    "KeyboardInterrupt": ([], function("raise KeyboardInterrupt"), {"error", "wrong"}),
    "returns a gigabyte": ([], function("return np.broadcast_to(0.0, (30000, 30000))"), {"wrong"}),
    "returns a deep list": (
        [],
        function("deep = []", "for _ in range(100000): deep = [deep]", "return deep"),
        {"wrong"},
    ),
    "returns itself": ([], function("mine = []", "mine.append(mine)", "return mine"), {"wrong", "error"}),
    "pickle bomb": (
        ["import os\nclass Bomb:\n    def __reduce__(self): return os.system, ('touch /tmp/bang',)"],
        function("return Bomb()"),
        {"wrong"},
    ),
    "name that is markup": (
        [],
        function("raise type('<script>alert(1)</script>', (Exception,), {})('<img src=x>')"),
        {"error"},
    ),
    "changes its arguments": (
        [],
        function("x[:] = np.nan", "h_prev[:] = np.nan", "return h_prev"),
        {"wrong"},
    ),
    "different every time": (
        ["calls = []"],
        function("calls.append(1)", "return np.full((4, 4), float(len(calls)))"),
        {"wrong"},
    ),
    "process left behind": (
        ["import os, time"],
        function(
            "if os.fork() == 0:",
            "    os.setsid()",
            "    if os.fork() == 0:",
            "        while True: pass",
            "    os._exit(0)",
            "return np.zeros(2)",
        ),
        {"wrong"},
    ),
    "new namespaces": (
        ["import ctypes, os"],
        function("assert ctypes.CDLL(None).unshare(0x10000000) == 0", "return np.zeros(2)"),
        {"error"},
    ),
    "brackets that break the parser": (
        ["(" * 5000, "x = " + "-" * 200_000 + "1"],
        SIGNATURE + ZEROS,
        {"wrong"},
    ),
    "reply without its parts": (
        [
            "import os\nfrom lstm_course.grading.inside import wire\n"
            "made = [os.write(fd, wire.pack({'ready': 'function'})) for fd in (3, 4)]"
        ],
        function("return made"),
        {"killed", "error", "wrong"},
    ),
    "reply that is an array in each part": (
        ["import os\nfrom lstm_course.grading.inside import wire"],
        forged("wire.pack(dict.fromkeys(['ready', 'over', 'alone', 'ask', 'number', 'name'], np.ones(3)))"),
        {"killed", "wrong", "timed out", "error"},
    ),
    "a few bytes, named ten thousand times": (
        ["import json, os\nfrom lstm_course.grading.inside import wire"],
        function(
            "one = {'array': ['<f8', [1_000_000], 0, False]}",
            "text = json.dumps({'value': {'list': [one] * 10_000}}).encode()",
            "reply = wire._HEADER.pack(len(text), 8_000_000) + text + bytes(8_000_000)",
            "for fd in 3, 4, 5:",
            "    try:",
            "        while reply: reply = reply[os.write(fd, reply):]",
            "    except OSError: pass",
        ),
        {"killed", "timed out", "error", "wrong"},
    ),
    "half a character": ([], function("raise ValueError('\\ud800 \\udfff')"), {"error"}),
    "a sum that is too deep to be taken apart": (
        ["+".join("1" * 900), "deep = " + "(1+" * 80 + "1" + ")" * 80],
        function("return " + "+".join("1" * 900)),
        {"wrong", "killed", "error", "missing"},
    ),
    "asks for a function that was not given": (
        ["from lstm_course.grading.inside import checking"],
        function(
            "for number in -1, 0, 1.0, np.zeros(2), 'x', None, [1]:",
            "    checking.grader.ask({'ask': 'function', 'number': number, 'arguments': ()})",
            "return checking.grader.ask({'ask': np.ones(3), 'name': np.ones(3), 'arguments': 5})",
        ),
        {"wrong", "error"},
    ),
    "what came in, recorded and given back": (
        ["seen = []"],
        function("seen.append((x, h_prev, weights))", "return seen[len(seen) // 2][1]"),
        {"wrong", "error"},
    ),
    "walks through all objects and traces": (
        ["import gc, sys"],
        function(
            "sys.settrace(lambda frame, event, argument: frame.f_locals.clear())",
            "for thing in gc.get_objects():",
            "    if isinstance(thing, dict) and 'reference' in thing: return thing['reference'](x)",
            "raise LookupError('nothing')",
        ),
        {"error", "wrong", "killed"},
    ),
    "leaves a trap for what comes after": (
        [
            "class Trap:\n    def __del__(self): raise SystemExit\n"
            "    def __class_getitem__(cls, k): return 1\n"
            "    def __getattr__(self, name): return Trap()\n    def __call__(self, *a, **k): return Trap()\n"
            "    __array_ufunc__ = __array_function__ = __index__ = __float__ = __len__ = __call__"
        ],
        function("return Trap()"),
        {"wrong", "error"},
    ),
    "a decorator that answers for the function": (
        [
            "import functools\ndef best(f):\n    class Right:\n        __name__ = f.__name__\n"
            "        status, score = 'right', 100\n        def __call__(self, *a): return Right()\n"
            "    return functools.wraps(f)(Right())"
        ],
        "@best\n" + SIGNATURE + ZEROS,
        {"wrong", "error"},
    ),
    "memory that is shared": (
        ["import mmap"],
        function("held = [mmap.mmap(-1, 100_000_000) for _ in range(30)]", "return np.zeros(2)"),
        {"error"},
    ),
    "memory of a file without a name": (
        ["import os"],
        function("f = os.memfd_create('x')", "while True: os.write(f, bytes(10_000_000))"),
        {"error"},
    ),
    "memory of a device": (
        ["import mmap, os"],
        function("return mmap.mmap(os.open('/dev/zero', os.O_RDWR), 2_000_000_000)"),
        {"error"},
    ),
    "memory of a file that is larger than its disk": (
        [],
        function("held = np.memmap('/tmp/held', mode='w+', shape=2_000_000_000, dtype='u1')", "held[:] = 1"),
        {"error", "killed"},
    ),
    "memory in a hundred thousand pieces, by children that wait": (
        ["import os, time"],
        function(
            "held = [bytes(1000) for _ in range(100_000)]",
            "for _ in range(20):",
            "    if os.fork() == 0:",
            "        mine = [bytes(1000) for _ in range(100_000)]",
            "        time.sleep(60)",
            "time.sleep(60)",
        ),
        {"killed", "timed out"},
    ),
    "a stack of gigabytes": (
        ["import threading"],
        function("threading.stack_size(2_000_000_000)", "threading.Thread(target=print).start()", "return 1"),
        {"error"},
    ),
    "threads without end": (
        ["import threading, time"],
        function("while True: threading.Thread(target=time.sleep, args=(60,)).start()"),
        {"error"},
    ),
    "small files without end": (
        ["import itertools"],
        function("for n in itertools.count(): open(f'/tmp/{n}', 'w').close()"),
        {"error", "timed out", "killed"},
    ),
    "pipes and sockets full of data": (
        ["import os, socket"],
        function(
            "held = [socket.socketpair() for _ in range(200)]",
            "for a, b in held:",
            "    a.setblocking(False)",
            "    try:",
            "        while True: a.send(bytes(100_000))",
            "    except BlockingIOError: pass",
            "return np.zeros(2)",
        ),
        {"error", "wrong"},
    ),
    "children that nobody buries": (
        ["import os"],
        function(
            "for _ in range(10):",
            "    if os.fork() == 0: os._exit(0)",
            "return np.zeros(2)",
        ),
        {"wrong"},
    ),
    "messages without end": (
        ["import os\nfrom lstm_course.grading.inside import wire"],
        function(
            "word = wire.pack({'at': 1})",
            "while True:",
            "    for fd in range(3, 9):",
            "        try: os.write(fd, word)",
            "        except OSError: pass",
        ),
        {"killed", "timed out"},
    ),
    "a new clock for each statement": (
        [
            "import os\nfrom lstm_course.grading.inside import wire\n"
            "word = wire.pack({'at': 1})\nwhile True:\n    for fd in range(3, 9):\n"
            "        try: os.write(fd, word)\n        except OSError: pass"
        ],
        function("return word"),
        {"error", "killed", "timed out"},
    ),
    "questions without end": (
        ["from lstm_course.grading.inside import checking"],
        function(
            "while True: checking.grader.ask({'ask': 'reference', 'name': 'sigmoid', 'arguments': (x,)})"
        ),
        {"timed out"},
    ),
    "an answer of the answer before it": (
        ["from lstm_course.grading.inside import checking"],
        function("return checking.courses_own('state_jacobian')(x, h_prev, weights)"),
        {"error"},
    ),
    "names of functions that are markup": (
        ["import os\nfrom lstm_course.grading.inside import wire"],
        forged(
            "wire.pack({'value': 1, 'error': None, 'warnings': [], 'printed': '', 'changed': [], "
            "'called': ['<b>x</b>']})"
        ),
        {"killed", "wrong"},
    ),
    "a course of its own": (
        [
            "import sys, types\nfake = types.ModuleType('lstm_course.exercises.running')\n"
            "sys.modules['lstm_course.exercises.running'] = sys.modules['numpy.testing'] = fake"
        ],
        SIGNATURE + ZEROS,
        {"wrong"},
    ),
    "the profile hook taken away": (
        ["import sys, threading"],
        SIGNATURE + "    sys.setprofile(None), threading.setprofile(None)\n" + ZEROS,
        {"wrong"},
    ),
    "the filter taken away": (
        ["from lstm_course.grading.inside import shut_in\nshut_in._REFUSED.clear()"],
        function("shut_in.shut()", "return np.zeros(2)"),
        {"error", "wrong"},
    ),
    "escape by magics": (
        ["!touch /tmp/bang\n%run /etc/passwd\n%load_ext evil"],
        SIGNATURE + ZEROS,
        {"wrong"},
    ),
}


@pytest.fixture(scope="module", params=GRADERS)
def grader(request):
    made = Grader(GRADERS[request.param](), LMS_TOKEN="not for learners")
    yield made
    made.end()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_harms_no_other_answer(grader, name):
    before, attack, allowed = ATTACKS[name]
    cells = [
        "import numpy as np",
        *before,
        attack,
        "check(state_jacobian)",
        HONEST,
        "lag_at_one_percent = 44",
    ]
    rows = grader.mark(cells, "02", asdict(LIMITS))
    assert not Path("/tmp/bang").exists(), "it reached this machine"
    assert rows["state_jacobian"]["status"] in allowed, rows["state_jacobian"]
    assert rows["state_jacobian"]["score"] == 0
    assert rows["spectral_radius"]["status"] == "right", rows["spectral_radius"]
    assert rows["lag_at_one_percent"]["status"] == "right", rows["lag_at_one_percent"]
    assert sum(row["score"] for row in rows.values()) == 2
    assert "".join(row["message"] for row in rows.values()).encode()  # it can be written into a file


def test_the_host_is_out_of_reach(tmp_path):
    canary = tmp_path / "gradebook.db"
    canary.write_text("marks")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        attack = function(
            "import os, socket, urllib.request",
            "done = []",
            f"for path in {str(canary)!r}, {str(PACKAGE / 'x')!r}, {sys.prefix + '/x'!r}, '/etc/x', '/x':",
            "    try:",
            "        open(path, 'a').write('100 points')",
            "        done.append(path)",
            "    except OSError: pass",
            f"for port in {server.getsockname()[1]}, 53, 80:",
            "    try:",
            "        socket.create_connection(('127.0.0.1', port), timeout=0.2)",
            "        done.append(port)",
            "    except OSError: pass",
            "return done",
        )
        cells = ["import numpy as np", attack]
        row = marking.mark_notebook(cells, "02", 11, KIND, LIMITS)[0]
        with pytest.raises(BlockingIOError):
            server.accept()
    assert canary.read_text() == "marks"
    assert row["status"] == "wrong"
    assert not (PACKAGE / "x").exists() and not Path(sys.prefix, "x").exists()


def test_two_notebooks_at_a_time_do_not_meet():
    leave = function("open('/tmp/answer', 'w').write('mine')", "return np.zeros(2)")
    take = function("return open('/tmp/answer').read()")
    found = {}

    def mark(name, source):
        job = {"cells": ["import numpy as np", source], "lesson": "02", "seed": 3, "kind": KIND}
        found[name] = processes.grade(job | {"limits": None})[0]["status"]

    threads = [threading.Thread(target=mark, args=each) for each in (("leave", leave), ("take", take))]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert found == {"leave": "wrong", "take": "error"}


def test_what_is_asked_for_runs_within_limits():
    """A course's function that a notebook asks for, with arguments that would take all memory."""
    asks = (
        "from lstm_course.grading.inside import checking\n"
        "def ask(size):\n"
        "    arguments = size, np.random.default_rng(0)\n"
        "    return checking.grader.ask({'ask': 'reference', 'name': 'orthogonal', 'arguments': arguments})\n"
        "told = [ask(size)['error'] for size in (10**5, 10**9)]\n"
        "clipping_and_vanishing = ' / '.join(told)"
    )
    cells = ["import numpy as np", "def orthogonal(size, rng):\n    return 0", asks, HONEST]
    job = {"cells": cells, "lesson": "02", "seed": 11, "kind": KIND, "limits": None}
    rows = {row["exercise"]: row for row in processes.grade(job)}
    assert (rows["orthogonal"]["status"], rows["spectral_radius"]["status"]) == ("wrong", "right")
    assert rows["clipping_and_vanishing"]["status"] == "wrong"  # told errors, not killed

"""What a notebook can find out and call inside the sandbox, graded by root and by an ordinary user."""

import ast
import ctypes
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers import GRADERS, Grader, are_gone, descendants, sandbox_of_this_machine

from lstm_course.grading.inside import shut_in

sandbox_of_this_machine()
SECRET = "token-7f3a91"


@pytest.fixture(scope="module", params=GRADERS)
def grader(request):
    """A grader whose environment holds a secret, and whose keyring too."""
    _with_a_key()
    made = Grader(GRADERS[request.param](), LMS_TOKEN=SECRET)
    yield made
    made.end()


def _with_a_key():
    if platform.machine() in ("x86_64", "aarch64"):
        column = platform.machine() == "aarch64"
        add = shut_in._REFUSED["add_key"][column]
        ctypes.CDLL(None).syscall(add, b"user", b"lms", SECRET.encode(), len(SECRET), -3)


def said(grader, *lines, before=""):
    """What an answer could find out: it raises it, so that it stands on the learner's page."""
    body = "".join(f"    {line}\n" for line in ("import glob, os, subprocess, ctypes, socket, mmap", *lines))
    source = f"import numpy as np\n{before}\ndef sigmoid(x):\n{body}"
    row = grader.mark([source], "00")["sigmoid"]
    assert row["score"] == 0
    return row["status"], row["message"] + " ".join(row["notes"])


READ = """
def read(path):
    try: return open(path, 'rb').read().decode(errors='replace')
    except OSError: return ''
"""
# What is looked at, as an expression: the secret, or names of the host, must not be in it.
LOOKS = {
    "environments of all processes": "[read(p) for p in glob.glob('/proc/[0-9]*/environ')]",
    "environments of all threads": "[read(p) for p in glob.glob('/proc/[0-9]*/task/*/environ')]",
    "memory of the first process": "memory(1)",
    "memory of its parent": "memory(os.getppid())",
    "its own environment": "[*os.environ.values(), subprocess.getoutput('env; set')]",
    "keys in short": "[read('/proc/keys'), read('/proc/key-users')]",
    "keyctl of a shell": "subprocess.getoutput('keyctl show; keyctl print %user:lms')",
    "shared folders": "[read(p) for p in glob.glob('/tmp/*') + glob.glob('/dev/shm/*')]",
    "homes": "[read(p) for p in glob.glob('/home/*/.*') + glob.glob('/root/.*') + glob.glob('/etc/*')]",
}  # fmt: skip
MEMORY = """
def memory(pid):
    found = []
    for line in read(f'/proc/{pid}/maps').splitlines():
        if '[stack]' in line or '[heap]' in line:
            start, end = (int(part, 16) for part in line.split()[0].split('-'))
            try:
                with open(f'/proc/{pid}/mem', 'rb') as held:
                    held.seek(start)
                    found.append(held.read(end - start).decode('latin-1'))
            except OSError: pass
    return found
"""


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_of_the_grader_is_told(grader, name):
    parts = SECRET[:6], SECRET[6:]
    # The notebook must not hold the secret itself, or it would find it in its own memory.
    before = READ + MEMORY
    lines = [
        f"text = str({LOOKS[name]})",
        f"raise ValueError('looked: ' + str({parts[0]!r} + {parts[1]!r} in text) + ', ' + text[-600:])",
    ]
    status, text = said(grader, *lines, before=before)
    assert status == "error" and "looked: " in text
    assert "looked: True" not in text and SECRET not in text


def test_the_host_has_no_name_and_its_processes_cannot_be_seen(grader):
    lines = [
        "seen = [open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/cmdline')]",
        "programs = {line.split(bytes(1))[0].split(b'/')[-1].decode() for line in seen}",
        "raise ValueError(f'looked: {sorted(programs)} on {os.uname().nodename}')",
    ]
    _, text = said(grader, *lines)
    assert "on sandbox" in text and os.uname().nodename not in text
    # The inner bubblewrap, where root starts another one, knows nothing but the inside.
    assert set(eval(text.rpartition("looked: ")[2].partition(" on ")[0])) <= {"python", "python3", "bwrap"}


# name -> arguments of a call that must not succeed
CALLS = {
    "ptrace": "0, 0, 0, 0", "process_vm_readv": "os.getppid(), 0, 0, 0, 0, 0", "bpf": "0, 0, 0",
    "userfaultfd": "1", "io_uring_setup": "8, ctypes.create_string_buffer(200)",
    "perf_event_open": "0, 0, -1, -1, 0", "keyctl": "11, -3, 0, 0",
    "add_key": "b'user', b'mine', b'x', 1, -3", "request_key": "b'user', b'lms', 0, -3",
    "mount": "b'none', b'/tmp', b'tmpfs', 0, 0", "umount2": "b'/proc', 2", "unshare": "0x10000000",
    "setns": "os.open('/proc/self/ns/net', 0), 0", "fsopen": "b'tmpfs', 0", "open_tree": "-100, b'/', 1",
    "pivot_root": "b'/tmp', b'/tmp'", "chroot": "b'/tmp'", "kcmp": "os.getpid(), 1, 0, 0, 0",
    "pidfd_getfd": "0, 0, 0", "name_to_handle_at": "-100, b'/', 0, 0, 0", "memfd_create": "b'x', 0",
    "memfd_secret": "0", "shmget": "0, 4096, 0o1600", "msgget": "0, 0o1600",
    "mq_open": "b'x', 0o102, 0o600, 0",
    "personality": "0x0040000", "syslog": "3, 0, 0", "quotactl": "0, 0, 0, 0", "vmsplice": "1, 0, 0, 0",
    "init_module": "0, 0, b''", "sethostname": "b'mine', 4", "clone3": "0, 0", "acct": "0",
}  # fmt: skip


@pytest.fixture(scope="module")
def answers_of_the_kernel(grader):
    """Name of a call -> (what it gave, number of its error); one answer makes all of them."""
    column = platform.machine() == "aarch64"
    numbers = {name: both[column] for name, both in (shut_in._REFUSED | shut_in._ABSENT).items()}
    calls = ", ".join(
        f"(kernel.syscall({numbers[name]}, {CALLS[name]}), ctypes.get_errno())" for name in CALLS
    )
    lines = [
        "kernel = ctypes.CDLL(None, use_errno=True)",
        f"found = [{calls}]",
        "raise ValueError(f'called: {found}')",
    ]
    status, text = said(grader, *lines)
    assert status == "error" and "called: " in text, text
    found = ast.literal_eval(text.rpartition("called: ")[2].partition("]")[0] + "]")
    return dict(zip(CALLS, found, strict=True))


@pytest.mark.parametrize("name", CALLS)
def test_what_no_notebook_needs_is_refused_by_the_filter(answers_of_the_kernel, name):
    assert answers_of_the_kernel[name] in [(-1, 1), (-1, 38)]


# What raises OSError, or ends the process.
DOORS = {
    "a namespace by clone": "assert ctypes.CDLL(None).syscall(56, 0x10000011, 0, 0, 0, 0) >= 0",
    "calls by their other numbers": "assert ctypes.CDLL(None).syscall(0x40000000 + 39) >= 0",
    "memory shared with nobody": "mmap.mmap(-1, 4096)",
    "memory shared through /dev/zero": "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 4096)",
    "socket to the host of a virtual machine": "socket.socket(40, socket.SOCK_STREAM)",
    "socket of packets": "socket.socket(17, socket.SOCK_RAW)",
    "socket to the kernel": "socket.socket(16, socket.SOCK_RAW, 9)",
    "socket of ciphers": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "typing into a terminal": "import fcntl; fcntl.ioctl(os.openpty()[1], 0x5412, b'x')",
    "a lower priority of others": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "writing to /proc/sys": "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')",
    "a device": "os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))",
    "higher limits": "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))",
    "another user": "os.setuid(0)",
    "the worker's course changed": "open('/course/lstm_course/__init__.py', 'a').write('x = 1')",
    "Python changed": "open(np.__file__, 'a').write('x = 1')",
}  # fmt: skip


@pytest.mark.parametrize("name", DOORS)
def test_a_door_is_shut(grader, name):
    status, text = said(grader, DOORS[name], "raise LookupError('open')")
    assert status in ("error", "killed") and "LookupError" not in text, text


def test_ordinary_work_goes_on_behind_the_filter(grader):
    work = [
        "import threading, multiprocessing, tempfile, sqlite3, asyncio, concurrent.futures as futures",
        "with futures.ThreadPoolExecutor(2) as pool: assert list(pool.map(abs, [-1, 1])) == [1, 1]",
        "with multiprocessing.get_context('fork').Pool(2) as pool: assert pool.map(abs, [-1]) == [1]",
        "assert subprocess.check_output(['echo', 'one']) == b'one\\n'",
        "with tempfile.TemporaryFile() as held: held.write(b'x')",
        "assert sqlite3.connect(':memory:').execute('select 1').fetchone() == (1,)",
        "assert asyncio.run(asyncio.sleep(0, 1)) == 1",
        "mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
        "socket.socketpair()",
        "np.linalg.svd(np.ones((50, 50)))",
        "raise ValueError('all done')",
    ]
    _, text = said(grader, *work)
    assert "all done" in text, text


def test_what_is_stopped_is_gone_with_all_that_it_has_started(grader):
    """A loop that ignores signals, in a process of its own that has left its session."""
    lines = [
        "import signal",
        "for number in 1, 2, 15: signal.signal(number, signal.SIG_IGN)",
        "if not os.fork(): os.setsid()",
        "while True: pass",
    ]
    seen = set()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(said, grader, *lines)
        while not future.done():
            seen.update(descendants(grader.process.pid))
            time.sleep(0.1)
    assert future.result()[0] == "timed out"
    assert len(seen) >= 3 and are_gone(seen)


def test_two_submissions_share_no_keyring(grader):
    """Where keys can be used at all: the second would read what the first has put down."""
    joined = "ctypes.CDLL(None).syscall({}, 0, -3, 0)".format(shut_in._REFUSED["keyctl"][0])
    texts = [said(grader, f"raise ValueError('ring: ' + str({joined}))")[1] for _ in range(2)]
    assert all("ring: -1" in text for text in texts)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_says_of_each_call_what_the_tables_say(machine):
    """The program, run by a small machine of ours, on the numbers of both processors."""
    column, processor = shut_in._PROCESSORS[machine]
    for calls, wrong in (shut_in._REFUSED, 1), (shut_in._ABSENT, 38):
        for name, numbers in calls.items():
            if numbers[column] is not None:
                assert run(machine, processor, numbers[column]) == 0x50000 | wrong, name
    clone, ioctl, map_, socket_ = (
        each[column] for each in (shut_in._CLONE, shut_in._IOCTL, shut_in._MMAP, shut_in._SOCKET)
    )
    refused, allowed = 0x50001, 0x7FFF0000
    assert run(machine, processor, clone, 0x10000011) == refused
    assert run(machine, processor, clone, 0x01200011) == allowed
    assert run(machine, processor, map_, 0, 0, 0, 0x21) == refused
    assert [run(machine, processor, map_, 0, 0, 0, flags) for flags in (0x22, 0x01, 0x02)] == [allowed] * 3
    assert run(machine, processor, ioctl, 0, 0x5412) == run(machine, processor, ioctl, 0, 0x541C) == refused
    assert run(machine, processor, ioctl, 0, 0x5401) == allowed
    taken = [family for family in range(46) if run(machine, processor, socket_, family, 3, 9) == allowed]
    assert taken == [1, 2, 10]
    assert run(machine, processor, socket_, 16, 3, 0) == allowed
    assert run(machine, processor, 0 if machine == "x86_64" else 63) == allowed  # read
    assert run(machine, 0x40000003, 0) == 0x80000000  # calls of another processor


def run(machine, processor, number, *arguments):
    """What the filter returns for one call."""
    import struct

    data = struct.pack("<IIQ6Q", number, processor, 0, *(*arguments, *[0] * (6 - len(arguments))))
    steps = list(struct.iter_unpack("HBBI", shut_in.program(machine)))
    held, at = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == shut_in._RETURN:
            return value
        if code == shut_in._LOAD:
            (held,) = struct.unpack_from("<I", data, value)
        elif code == shut_in._AND:
            held &= value
        else:
            at += yes if (held == value if code == shut_in._EQUAL else held >= value) else no


def test_a_processor_whose_calls_are_not_known_is_refused():
    with pytest.raises(OSError, match="riscv64 are not known"):
        shut_in.program("riscv64")

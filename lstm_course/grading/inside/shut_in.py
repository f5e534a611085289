"""What the code inside may ask of the kernel: starts a module that has no keys and cannot make certain calls.

A notebook needs files, memory, threads and processes. It needs none of what is refused here: to look into
other processes, to keep keys, to mount, to make namespaces, to queue work for the kernel (io_uring), to hold
memory that no limit counts. Most ways out of a sandbox lead over one of these. The filter is a program for
the kernel (seccomp, in the BPF of packet filters), made here from tables: there is no library to install.

    python -m lstm_course.grading.inside.shut_in MODULE [ARGUMENTS]
"""

import ctypes
import errno
import os
import platform
import runpy
import struct
import sys

__all__ = ["program", "shut"]

# Column of a processor in the tables, and its number in the kernel's list of processors.
_PROCESSORS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# Name -> number on x86_64, on aarch64; None where there is no such call. They fail with "not permitted".
_REFUSED = {
    # other processes, and the kernel itself
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "perf_event_open": (298, 241), "bpf": (321, 280),
    "userfaultfd": (323, 282), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "syslog": (103, 116), "lookup_dcookie": (212, 18), "personality": (135, 92),
    "modify_ldt": (154, None), "ioperm": (173, None), "iopl": (172, None), "reboot": (169, 142),
    # keys
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "unshare": (272, 97), "setns": (308, 268), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "acct": (163, 89), "fanotify_init": (300, 262),
    # the machine's clock and name
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162), "vhangup": (153, 58),
    # memory that belongs to no process, so that no limit of a process counts it
    "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180), "vmsplice": (278, 75),
}  # fmt: skip
# These are tried by libraries, which go on without where the kernel has no such call.
_ABSENT = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "clone3": (435, 435), "memfd_create": (319, 279),
}  # fmt: skip
_CLONE, _IOCTL, _MMAP, _SOCKET = (56, 220), (16, 29), (9, 222), (41, 198)

_NEW_NAMESPACES = 0x7E020000
_SHARED_AND_OF_NO_FILE = 0x21
_TYPE_INTO_A_TERMINAL = 0x5412, 0x541C
_FAMILIES = 1, 2, 10  # of sockets: local, IPv4, IPv6; there is no network behind the last two
_NETLINK, _ROUTES = 16, 0  # a kernel of Jupyter asks which networks there are

_LOAD, _EQUAL, _AND, _RETURN, _AT_LEAST = 0x20, 0x15, 0x54, 0x06, 0x35
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _PROCESSOR = 0, 4  # where the filter finds them


def _argument(which):
    """Where the filter finds the lower half of an argument; both processors put the lower half first."""
    return 16 + 8 * which


def program(machine: str) -> bytes:
    """The filter, as the kernel reads it: eight bytes an instruction.

    Args:
        machine: as `platform.machine` says.

    Returns:
        bytes.

    Raises:
        OSError: its calls are not known here.

    Example:
        >>> len(program("x86_64")) % 8
        0
    """
    if machine not in _PROCESSORS:
        raise OSError(f"the calls of the kernel on {machine} are not known")
    column, processor = _PROCESSORS[machine]
    steps = [(_LOAD, 0, 0, _PROCESSOR), (_EQUAL, 1, 0, processor), _returned(_KILL), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":  # another set of numbers for the same calls begins there
        steps += [(_AT_LEAST, 0, 1, 0x40000000), _returned(_KILL)]
    for calls, said in (_REFUSED, errno.EPERM), (_ABSENT, errno.ENOSYS):
        numbers = (each[column] for each in calls.values())
        for number in numbers:
            if number is not None:
                steps += [(_EQUAL, 0, 1, number), _returned(_FAIL | said)]
    for call, inner in (
        (_CLONE, _refused_where_any_bit_of(_argument(0), _NEW_NAMESPACES)),
        (_MMAP, _refused_where_all_bits_of(_argument(3), _SHARED_AND_OF_NO_FILE)),
        (_IOCTL, _refused_where(_argument(1), _TYPE_INTO_A_TERMINAL)),
        (_SOCKET, [*_allowed_where(_argument(0), _FAMILIES), *_of_netlink(_argument(0), _argument(2)), _NO]),
    ):
        steps += [(_EQUAL, 0, len(inner), call[column]), *inner]
    steps.append(_returned(_ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _returned(what):
    return _RETURN, 0, 0, what


_DONE, _NO = _returned(_ALLOW), _returned(_FAIL | errno.EPERM)


def _refused_where_any_bit_of(place, bits):
    return [(_LOAD, 0, 0, place), (_AND, 0, 0, bits), (_EQUAL, 1, 0, 0), _NO, _DONE]


def _refused_where_all_bits_of(place, bits):
    return [(_LOAD, 0, 0, place), (_AND, 0, 0, bits), (_EQUAL, 0, 1, bits), _NO, _DONE]


def _refused_where(place, values):
    tests = [step for value in values for step in ((_EQUAL, 0, 1, value), _NO)]
    return [(_LOAD, 0, 0, place), *tests, _DONE]


def _allowed_where(place, values):
    tests = [step for value in values for step in ((_EQUAL, 0, 1, value), _DONE)]
    return [(_LOAD, 0, 0, place), *tests]


def _of_netlink(family, protocol):
    return [
        (_LOAD, 0, 0, family),
        (_EQUAL, 0, 3, _NETLINK),
        (_LOAD, 0, 0, protocol),
        (_EQUAL, 0, 1, _ROUTES),
        _DONE,
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def shut() -> None:
    """Give this process an empty keyring of its own, and the filter; both hold for all that it starts.

    Raises:
        OSError: the kernel does not take the filter.
    """
    machine = platform.machine()
    steps = program(machine)
    kernel = ctypes.CDLL(None, use_errno=True)
    # A kernel or a container without keys refuses, and then there is nothing to be read either.
    kernel.syscall(_REFUSED["keyctl"][_PROCESSORS[machine][0]], 1, None)
    held = ctypes.create_string_buffer(steps, len(steps))
    filter_ = _Program(len(steps) // 8, ctypes.cast(held, ctypes.c_void_p))
    nothing, one, two = map(ctypes.c_ulong, range(3))
    no_new_privileges = kernel.prctl(38, one, nothing, nothing, nothing)
    if no_new_privileges or kernel.prctl(22, two, ctypes.byref(filter_), nothing, nothing):
        number = ctypes.get_errno()
        raise OSError(number, f"the kernel takes no filter of calls: {os.strerror(number)}")


if __name__ == "__main__":
    shut()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

"""This computer, and which matrix products NumPy's library has chosen for its processor.

OpenBLAS, which comes with NumPy, holds a set of routines for each family of processors. A processor that is
younger than the library may be given the set of an older family, and then multiplies at half its speed. The
environment variable OPENBLAS_CORETYPE names another set; it must be there before NumPy is loaded.
"""

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def kernels() -> str | None:
    """The routines that OpenBLAS uses in this process, such as "Haswell"; None with another library."""
    from threadpoolctl import threadpool_info

    libraries = threadpool_info()
    return next((found["architecture"] for found in libraries if found["internal_api"] == "openblas"), None)


def better_environment() -> dict[str, str]:
    """The environment in which a new process multiplies faster than this one.

    Returns:
        A dict: {"OPENBLAS_CORETYPE": "SkylakeX"} when the processor has AVX-512 and OpenBLAS does not use it,
        else empty.
    """
    if platform.machine() != "x86_64" or kernels() not in ("Haswell", "Zen"):
        return {}
    needed = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}  # what this set is compiled for
    return {"OPENBLAS_CORETYPE": "SkylakeX"} if needed <= _processor_features() else {}


def _processor_features():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return set()
    return set(next((line.split(":")[1].split() for line in lines if line.startswith("flags")), ()))


def circumstances() -> dict[str, str]:
    """What stands beside a number measured here: a dict from "date", "machine" and "versions" to str."""
    found = description()
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return {
        "date": found["date"],
        "machine": f"{found['processor']}, {found['system']}, one thread",
        "versions": f"Python {found['python']}, {versions}",
    }


def description() -> dict[str, Any]:
    """What is measured on, and with which versions: a dict, for the tables of results."""
    versions = {}
    for package in ("numpy", "tensorflow", "tensorflow-cpu", "keras", "torch"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
        "OpenBLAS chose": kernels(),
        "changed to": better_environment().get("OPENBLAS_CORETYPE"),
        "load before": load(),
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def others_at_work() -> Callable[[], float]:
    """Watch how much other programs compute from now on.

    Returns:
        A function that gives how many cores they have had in the mean since then; 0 on a quiet machine.

    Example:
        >>> others_at_work()() >= 0
        True
    """
    import psutil

    def now():
        used = psutil.cpu_times()
        busy = sum(getattr(used, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal"))
        return busy, time.process_time(), time.perf_counter()

    start = now()

    def cores():
        busy, own, wall = (later - earlier for later, earlier in zip(now(), start, strict=True))
        return max(0.0, busy - own) / wall if wall > 0 else 0.0

    return cores


def load() -> float | None:
    """How many programs want the processor, a mean over a minute; None on Windows."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None

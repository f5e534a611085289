"""A batch of submissions: each is graded once and written at once; a second run goes on from there."""

import contextlib
import functools
import hashlib
import json
import os
import re
import secrets
import tempfile
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lstm_course.common.files import PACKAGE, write
from lstm_course.exercises.verdicts import NOT_TRIED
from lstm_course.grading import reports, sandbox
from lstm_course.grading.marking import processes
from lstm_course.grading.reports import similarity

from .intake import collect
from .variants import all_variants, read_key

__all__ = ["Batch", "run"]


@dataclass(frozen=True)
class Batch:
    """What a run has done.

    Args:
        out: Path of the folder with the results.
        results: list of dicts, one a submission, sorted by lesson and learner.
        graded: how many were graded now; the others had been before.
    """

    out: Path
    results: list
    graded: int


def run(path, out, jobs=None, seed=None, executor=None, unsafe=False, limits=None, variants=None, say=print):
    """Grade all submissions.

    Args:
        path: folder, zip file or notebook.
        out: path of the folder for the results; that of an earlier run is gone on with.
        jobs: number of notebooks at a time on this machine, default one a processor.
        seed: of the probes; default that of the earlier run, or a random one.
        executor: address of a Dask scheduler whose workers do the work, or None.
        unsafe: whether to run without a sandbox where none is to be had.
        limits: dict of `sandbox.Limits`, default by lesson.
        variants: path of a key as `lstm-course instructor variants` makes it; default None: the lessons.
        say: told a line for each submission.

    Returns:
        A `Batch`.

    Raises:
        sandbox.NoSandbox: when none is to be had and `unsafe` is not set.
        intake.SubmissionsError: when there is nothing at `path`.
        variants.VariantError: when `variants` is no such key.
    """
    out = Path(out)
    with tempfile.TemporaryDirectory() as scratch:
        submissions = collect(path, scratch)
    if variants is not None:
        submissions = _with_variants(submissions, read_key(variants))
    kind = None if executor else _kind(unsafe)  # the workers of a cluster look for themselves
    (out / "results").mkdir(parents=True, exist_ok=True)
    seed = _kept_seed(out, seed)
    results, to_do = {}, []
    for submission in submissions:
        file = out / "results" / f"{_key(submission)}.json"
        mark = _fingerprint(submission, seed)
        earlier = _earlier(file, mark)
        if earlier:
            results[file] = earlier
        elif submission.reason:
            results[file] = _write(file, _result(submission, mark, [], submission.reason))
        else:
            to_do.append((file, submission, mark))
    say(f"{len(submissions)} submissions, {len(to_do)} to grade.")
    with _workers(jobs, executor) as workers:
        _grade_all(workers, to_do, results, seed, kind, unsafe, limits, say)
    wanted = sorted(results.values(), key=lambda each: (each["lesson"] or "", each["learner"], each["id"]))
    reports.write_all(wanted, out)
    return Batch(out, wanted, len(to_do))


def _with_variants(submissions, key):
    """Each learner's notebook as an answer to the variant that the key has for this learner."""
    numbers = {variant: number for number, variant in enumerate(all_variants())}
    kept = []
    for each in submissions:
        variant = key.get(each.learner) or key.get(each.id)
        if variant is None:
            told = {"lesson": None, "reason": f"The key has no variant for {each.learner}."}
        elif each.cells is None:
            told = {"lesson": f"V{numbers[variant]}"}
        else:
            told = {"lesson": f"V{numbers[variant]}", "reason": None}
        kept.append(replace(each, **told))
    return kept


def grade_here(job):
    """Grade one notebook on the machine on which this is called, in a sandbox of that machine.

    Args:
        job: dict for `judge.grade`, with `unsafe` beside.

    Returns:
        List of dicts, one an exercise.
    """
    job = dict(job)
    unsafe = job.pop("unsafe")
    return processes.grade(job | {"kind": job["kind"] or _kind(unsafe)})


def _grade_all(workers, to_do, results, seed, kind, unsafe, limits, say):
    """Hand out the work and write each result when it comes; never more in hand than needed."""
    waiting, running = list(reversed(to_do)), {}
    while waiting or running:
        while waiting and len(running) < 200:
            file, submission, mark = waiting.pop()
            job = {"cells": submission.cells, "lesson": submission.lesson, "seed": seed, "kind": kind}
            future = workers.submit(grade_here, job | {"limits": limits, "unsafe": unsafe})
            running[future] = file, submission, mark
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            file, submission, mark = running.pop(future)
            error = future.exception()
            reason = f"The grader failed: {error}" if error else None
            result = _result(submission, mark, [] if error else future.result(), reason)
            results[file] = result if error else _write(file, result)
            say(_line(result))


def _line(result):
    points = f"{result['score']:g} of {result['points']:g} points"
    return f"{result['learner']}, lesson {result['lesson']}: {result['reason'] or points}"


@contextlib.contextmanager
def _workers(jobs, executor):
    """Where the work is done: threads of this process, or the workers of a Dask cluster."""
    if executor is None:
        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as threads:
            yield threads
        return
    from distributed import Client

    with Client(executor) as client, client.get_executor(pure=False, retries=5) as workers:
        yield workers


@functools.cache
def _kind(unsafe):
    try:
        return sandbox.available()
    except sandbox.NoSandbox:
        if unsafe:
            return "none"
        raise


# What is kept


def _key(submission):
    """Name of the result's file: readable, safe, and different for different submissions."""
    readable = re.sub(r"[^\w-]+", "-", submission.learner)[:40].strip("-") or "learner"
    owner = f"{submission.learner}\n{submission.id}\n{submission.lesson}"
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{submission.lesson or 'xx'}-{readable}-{digest}"


def _fingerprint(submission, seed):
    """What a result hangs on: the notebook, the seed, and who judges it."""
    content = json.dumps([submission.cells, submission.reason, seed, judge_digest()])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def judge_digest(package=PACKAGE, installed=version):
    """Fingerprint of everything that a mark may hang on but the notebook: no list of files can fall behind.

    That is the whole package, for answers call it as much as the grader does, the data that ship with it, and
    the versions of NumPy and Keras.

    Args:
        package: path of the package, default the one that runs.
        installed: function from the name of a package to its version, which raises
            `importlib.metadata.PackageNotFoundError` for one that is absent; the default asks this Python.

    Returns:
        A str of 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in "numpy", "keras":
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {installed(name)}\n".encode())
    for path in sorted([*package.rglob("*.py"), *_data_files(package)]):
        digest.update(f"{path.relative_to(package.parent).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _data_files(package):
    folders = package / "_course" / "datasets", package.parent / "datasets"
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def _kept_seed(out, seed):
    file = out / "batch.json"
    try:
        earlier = json.loads(file.read_text(encoding="utf-8"))["seed"]
    except (OSError, ValueError, KeyError, TypeError):
        earlier = None
    if seed is None:
        seed = earlier if isinstance(earlier, int) else secrets.randbelow(2**31)
    if seed != earlier:
        _write(file, {"seed": seed})
    return seed


def _earlier(file, mark):
    """The result of an earlier run, if it is whole and of the same notebook."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        return result if result["fingerprint"] == mark else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _result(submission, mark, rows, reason):
    from .marking import exercises_of

    tried = {row["exercise"] for row in rows if row["status"] not in NOT_TRIED}
    written = similarity.answers(submission.cells or (), submission.lesson)
    return {
        "learner": submission.learner,
        "id": submission.id,
        # All variants are one assignment to the teacher, whatever cell each learner had.
        "lesson": re.sub(r"^V\d+", "V", submission.lesson or "") or None,
        "path": submission.path,
        "others": list(submission.others),
        "reason": reason,
        "score": sum(row["score"] for row in rows),
        "points": sum(exercise.points for exercise in exercises_of(submission.lesson)),
        "exercises": rows,
        "answers": {name: text for name, text in written.items() if name in tried},
        "key": _key(submission),
        "fingerprint": mark,
    }


def _write(file, content):
    write(file, json.dumps(content, indent=1).encode())
    return content

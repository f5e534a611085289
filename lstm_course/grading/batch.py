"""A batch of submissions: each is graded once and written at once; a second run goes on from there."""

import contextlib
import functools
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lstm_course.common.files import PACKAGE, write
from lstm_course.exercises.verdicts import LATE, NOT_TRIED
from lstm_course.grading.marking import processes
from lstm_course.grading.marking.marking import exercises_of, imports_of
from lstm_course.grading.reports import similarity
from lstm_course.grading.reports.pages import write_all
from lstm_course.grading.results import Job, LimitsByName, Result, Row
from lstm_course.grading.sandbox import walls

from .intake.collecting import Submission, collect
from .variants import all_variants, read_key

__all__ = ["Batch", "run"]


@dataclass(frozen=True)
class Batch:
    """What a run has done.

    Args:
        out: Path of the folder with the results.
        results: one a submission, sorted by lesson and learner.
        graded: how many were graded now; the others had been before.
    """

    out: Path
    results: list[Result]
    graded: int


def run(
    path: str | Path,
    out: str | Path,
    jobs: int | None = None,
    seed: int | None = None,
    executor: str | None = None,
    unsafe: bool = False,
    limits: LimitsByName | None = None,
    variants: str | Path | None = None,
    retry: Collection[str] = (),
    library: str = "none",
    say: Callable[[str], object] = print,
) -> Batch:
    """Grade all submissions.

    Args:
        path: folder, zip file or notebook.
        out: path of the folder for the results; that of an earlier run is gone on with.
        jobs: number of notebooks at a time on this machine, default one a processor.
        seed: of the probes; default that of the earlier run, or a random one.
        executor: address of a Dask scheduler whose workers do the work, or None.
        unsafe: whether to run without a sandbox where none is to be had.
        limits: default by lesson.
        variants: path of a key as `lstm-course instructor variants` makes it; default None: the lessons.
        retry: kinds of verdict, such as "timed out": results of an earlier run that hold one are made anew.
        library: what an answer is worth that lets the library do it: "full", "half" or "none".
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
    results, tasks = _done_and_to_do(submissions, out / "results", seed, library, set(retry))
    say(f"{len(submissions)} submissions, {len(tasks)} to grade.")
    how = _How(seed, kind, limits, unsafe, library)
    with _workers(jobs, executor) as workers:
        for task, result in _graded(workers, tasks, how):
            results[task.file] = result
            say(_line(result))
        for task, result in _graded(workers, _late(tasks, results), how, alone=True):
            results[task.file] = result
            say(f"{_line(result)}, tried again alone")
    wanted = sorted(results.values(), key=lambda each: (each["lesson"] or "", each["learner"], each["id"]))
    write_all(wanted, out)
    return Batch(out, wanted, len(tasks))


@dataclass(frozen=True)
class _How:
    """What holds for all jobs of a batch."""

    seed: int
    kind: str | None
    limits: LimitsByName | None
    unsafe: bool
    library: str


@dataclass(frozen=True)
class _Task:
    """A submission, the file of its result, and the fingerprint of what the result hangs on."""

    submission: Submission
    file: Path
    mark: str

    def job(self, how: _How) -> Job:
        """What to ask a worker for."""
        cells, lesson = self.submission.cells, self.submission.lesson
        assert cells is not None and lesson is not None  # or there were a reason, and no task
        return {
            "cells": list(cells),
            "lesson": lesson,
            "seed": how.seed,
            "kind": how.kind,
            "limits": how.limits,
            "unsafe": how.unsafe,
            "library": how.library,
        }


def _done_and_to_do(submissions, folder, seed, library, retry):
    """File -> result of what an earlier run has graded or nobody can grade; a list of tasks of the rest."""
    results: dict[Path, Result] = {}
    tasks: list[_Task] = []
    for submission in submissions:
        task = _Task(submission, folder / f"{_key(submission)}.json", _fingerprint(submission, seed, library))
        earlier = _earlier(task.file, task.mark)
        if earlier and not _has(earlier, retry) and not _may_be_late(earlier):
            results[task.file] = earlier
        elif submission.reason:
            results[task.file] = _write(task.file, _result(task, [], submission.reason))
        else:
            tasks.append(task)
    return results, tasks


def _late(tasks, results):
    """Those whose time was up while others were graded beside them: they get another chance, alone."""
    return [task for task in tasks if task.file in results and _may_be_late(results[task.file])]


def _has(result, verdicts):
    return any(row["status"] in verdicts for row in result["exercises"])


def _may_be_late(result):
    return _has(result, {LATE}) and not result["alone"]


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


def grade_here(job: Job) -> list[Row]:
    """Grade one notebook on the machine on which this is called, in a sandbox of that machine.

    Args:
        job: with `unsafe`, in case that no sandbox has been looked for yet.

    Returns:
        A row for each exercise.
    """
    job = job.copy()
    unsafe = job.pop("unsafe", False)
    job["kind"] = job["kind"] or _kind(unsafe)
    return processes.grade(job)


def _graded(
    workers: Executor, tasks: Sequence[_Task], how: _How, alone: bool = False
) -> Iterator[tuple[_Task, Result]]:
    """Hand out the work and write each result when it comes; never more in hand than needed."""
    waiting, running = list(reversed(tasks)), {}
    while waiting or running:
        while waiting and len(running) < (1 if alone else 200):
            task = waiting.pop()
            running[workers.submit(grade_here, task.job(how))] = task
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task, error = running.pop(future), future.exception()
            if error:
                yield task, _result(task, [], f"The grader failed: {error}")
            else:
                yield task, _write(task.file, _result(task, future.result(), None, alone))


def _line(result):
    points = f"{result['score']:g} of {result['points']:g} points"
    return f"{result['learner']}, lesson {result['lesson']}: {result['reason'] or points}"


@contextlib.contextmanager
def _workers(jobs, executor):
    """Where the work is done: threads of this process, or the workers of a Dask cluster."""
    if executor is None:
        processes.go_on()
        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as threads:
            try:
                yield threads
            except BaseException:  # Ctrl+C above all: nobody waits for what has been handed out
                threads.shutdown(wait=False, cancel_futures=True)
                processes.stop()
                raise
        return
    from distributed import Client

    with Client(executor) as client, client.get_executor(pure=False, retries=5) as workers:
        try:
            yield workers
        except BaseException:
            workers.shutdown(wait=False)
            raise


@functools.cache
def _kind(unsafe):
    try:
        return walls.available()
    except walls.NoSandbox:
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


def _fingerprint(submission, seed, library):
    """What a result hangs on: the notebook, the seed, and who judges it, and how."""
    imports = imports_of(submission.lesson) if submission.lesson else {}
    content = json.dumps([submission.cells, submission.reason, seed, judge_digest(), imports, library])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def judge_digest(package: Path = PACKAGE, installed: Callable[[str], str] = version) -> str:
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


def _result(task: _Task, rows: list[Row], reason: str | None, alone: bool = False) -> Result:
    submission = task.submission
    for row in rows:
        if alone and row["status"] == LATE:
            row["notes"].append("It was tried twice, the second time with nothing else beside it.")
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
        "alone": alone,
        "answers": {name: text for name, text in written.items() if name in tried},
        "key": _key(submission),
        "fingerprint": task.mark,
    }


def _write(file, content):
    write(file, json.dumps(content, indent=1).encode())
    return content

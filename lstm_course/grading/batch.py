"""A batch of submissions: each is graded once and written at once; a second run goes on from there."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lstm_course.exercises.verdicts import LATE
from lstm_course.grading import kept
from lstm_course.grading.booking import corrections, course_file
from lstm_course.grading.booking.applying import applied
from lstm_course.grading.intake.collecting import HandedIn, Submission, collect
from lstm_course.grading.intake.names import printable
from lstm_course.grading.intake.roster import Absent, book, read_roster
from lstm_course.grading.marking import processes
from lstm_course.grading.reports import similarity, summary
from lstm_course.grading.reports.pages import write_all
from lstm_course.grading.results import Job, LimitsByName, Result, Row
from lstm_course.grading.sandbox import walls
from lstm_course.grading.selection import select

from .variants import EVERYBODY, read_key

__all__ = ["Batch", "Options", "run"]


@dataclass(frozen=True)
class Batch:
    """What a run has done.

    Args:
        out: Path of the folder with the results.
        results: one a submission, sorted by lesson and learner.
        graded: how many were graded now; the others had been before.
        handed_in: as `intake.collect` gives it, booked to the people of the roster.
        absent: who has handed in nothing, by the roster.
    """

    out: Path
    results: list[Result]
    graded: int
    handed_in: HandedIn
    absent: list[Absent]


@dataclass(frozen=True)
class Options:
    """What a run is asked for.

    Args:
        jobs: number of notebooks at a time on this machine, default one a processor.
        seed: of the probes; default that of the earlier run, or a random one.
        executor: address of a Dask scheduler whose workers do the work, or None.
        unsafe: whether to run without a sandbox where none is to be had.
        limits: default by lesson.
        variants: path of the key that `lstm-course instructor variants` has made for an examination; default
            None: the lessons.
        retry: kinds of verdict, such as "timed out": results of an earlier run that hold one are made anew.
        library: what an answer is worth that lets the library do it: "full", "half" or "none"; default what
            the course file says.
        roster: path of a CSV of the people in the course, or None.
        override: path of a CSV of corrections, which are kept, or None.
        only: names or numbers of learners: nobody else is graded, and these are anew.
        only_exercises: ids: no other exercise is graded.
        earlier: paths of folders with submissions of earlier years, to be compared with.
    """

    jobs: int | None = None
    seed: int | None = None
    executor: str | None = None
    unsafe: bool = False
    limits: LimitsByName | None = None
    variants: str | Path | None = None
    retry: Collection[str] = ()
    library: str | None = None
    roster: str | Path | None = None
    override: str | Path | None = None
    only: Collection[str] = ()
    only_exercises: Collection[str] = ()
    earlier: Collection[str | Path] = ()


def run(path: str | Path, out: str | Path, say: Callable[[str], object] = print, **options: Any) -> Batch:
    """Grade all submissions.

    Args:
        path: folder, zip file or notebook; beside it, or in the folder, `grading.toml` may say what counts.
        out: path of the folder for the results; that of an earlier run is gone on with.
        say: told a line for each submission.
        **options: fields of `Options`.

    Returns:
        A `Batch`.

    Raises:
        sandbox.NoSandbox: when none is to be had and `unsafe` is not set.
        Trouble: there is nothing at `path`, or the key, the course file, the roster, the corrections or what
            is to be graded alone cannot be read or does not fit.
    """
    asked, path, out = Options(**options), Path(path), Path(out)
    course = course_file.beside(path, asked.library)
    handed_in, absent = _handed_in(path, out, asked, course)
    selection = select(handed_in.submissions, asked.only, asked.only_exercises)
    corrected = corrections.kept(out, asked.override, handed_in.submissions, course)
    before = [each for folder in asked.earlier for each in similarity.of_earlier_years(folder)]
    kind = None if asked.executor else _kind(asked.unsafe)  # the workers of a cluster look for themselves
    (out / "results").mkdir(parents=True, exist_ok=True)
    how = _How(kept.seed_of(out, asked.seed), kind, asked.limits, asked.unsafe)
    results, tasks = _done_and_to_do(handed_in.submissions, out / "results", how, selection, set(asked.retry))
    for line in (
        f"{len(handed_in.submissions)} submissions, {len(tasks)} to grade.",
        *_besides(course, handed_in, absent),
    ):
        say(line)
    with _workers(asked.jobs, asked.executor) as workers:
        for task, result in _graded(workers, tasks, how):
            results[task.file] = result
            say(_line(*applied([result], course, corrected)))
        for task, result in _graded(workers, _late(tasks, results), how, alone=True):
            results[task.file] = result
            say(f"{_line(*applied([result], course, corrected))}, tried again alone")
    wanted = sorted(results.values(), key=lambda each: (each["lesson"] or "", each["learner"], each["id"]))
    counted = applied(wanted, course, corrected)
    write_all(counted, out, before)
    summary.write(out, counted, course, corrected, handed_in.not_read, absent)
    return Batch(out, counted, len(tasks), handed_in, absent)


def _handed_in(path, out, asked, course):
    """(What was handed in, who has not), by the key of variants and the roster."""
    own = [each for each in (out, course.path, asked.roster, asked.override, asked.variants) if each]
    with tempfile.TemporaryDirectory() as scratch:
        handed_in = collect(path, scratch, leave_out=list(map(Path, own)))
    if asked.variants is not None:
        handed_in = replace(
            handed_in, submissions=_with_variants(handed_in.submissions, read_key(asked.variants))
        )
    return book(handed_in, read_roster(asked.roster)) if asked.roster else (handed_in, [])


def _besides(course, handed_in, absent):
    """Lines on what counts, and on those who, and what, will not be in the table."""
    if course.path:
        yield f"{course.path} says what counts."
    if absent:
        people = len({(each.learner, each.id) for each in absent})
        yield f"On the roster, without everything handed in: {people}; not_handed_in.csv lists them."
    if handed_in.not_read:
        yield f"Files that are not read: {len(handed_in.not_read)}; not_read.csv says why."


@dataclass(frozen=True)
class _How:
    """What holds for all jobs of a batch."""

    seed: int
    kind: str | None
    limits: LimitsByName | None
    unsafe: bool


@dataclass(frozen=True)
class _Task:
    """A submission, the file of its result, what that hangs on, and rows that are not made anew."""

    submission: Submission
    file: Path
    mark: str
    rows: tuple[Row, ...] = ()

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
            "rows": list(self.rows),
        }


def _done_and_to_do(submissions, folder, how, selection, retry):
    """File -> result of what an earlier run has graded or nobody can grade; a list of tasks of the rest."""
    results: dict[Path, Result] = {}
    tasks: list[_Task] = []
    for submission in submissions:
        mark = kept.fingerprint(submission, how.seed)
        task = _Task(submission, folder / f"{kept.key(submission)}.json", mark)
        earlier, digest = kept.earlier(task.file), kept.notebook_digest(submission, how.seed)
        same = earlier if earlier and earlier.get("notebook") == digest else None
        if same and _is_done(same, mark, retry) and not selection.anew(submission):
            results[task.file] = _now(same, submission)
        elif submission.reason:
            results[task.file] = _written(task, how, [], submission.reason)
        elif selection.wants(submission):
            rows = selection.rows_left_out(same) if same else ()
            # What is taken over hangs on what it hung on.
            tasks.append(replace(task, rows=rows, mark=same["fingerprint"]) if same and rows else task)
        elif same:
            results[task.file] = _now(same, submission)
        else:
            results[task.file] = kept.of(submission, how.seed, [], selection.said, mark)
    return results, tasks


def _is_done(result, mark, retry):
    """Whether a result hangs on what is still the same, and nothing in it is to be tried again."""
    return result["fingerprint"] == mark and not _has(result, retry) and not _may_be_late(result)


def _now(earlier: Result, submission: Submission) -> Result:
    """An earlier result, with what a platform has told of it only now."""
    return {
        **earlier,
        "path": submission.path,
        "others": list(submission.others),
        "platform": submission.platform,
        "submitted": submission.submitted,
        "late": submission.late,
    }


def _late(tasks, results):
    """Those whose time was up while others were graded beside them: they get another chance, alone."""
    return [task for task in tasks if task.file in results and _may_be_late(results[task.file])]


def _has(result, verdicts):
    return any(row["status"] in verdicts for row in result["exercises"])


def _may_be_late(result):
    return _has(result, {LATE}) and not result["alone"]


def _with_variants(submissions, key):
    """Each learner's notebook as an answer to the variant that the key has for this learner."""
    given = []
    for each in submissions:
        token = key.get(each.learner) or key.get(each.id) or key.get(EVERYBODY)
        if token is None:
            told = {"lesson": None, "reason": f"The key has no variant for {each.learner}."}
        elif each.cells is None:
            told = {"lesson": token}
        else:
            told = {"lesson": token, "reason": None}
        given.append(replace(each, **told))
    return tuple(given)


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
                reason = printable(f"The grader failed: {error}")
                yield task, kept.of(task.submission, how.seed, [], reason, task.mark)
            else:
                yield task, _written(task, how, future.result(), None, alone)


def _written(task: _Task, how: _How, rows: list[Row], reason: str | None, alone: bool = False) -> Result:
    """The result of a task, which is kept at once."""
    for row in rows:
        if alone and row["status"] == LATE:
            row["notes"].append("It was tried twice, the second time with nothing else beside it.")
    result = kept.of(task.submission, how.seed, rows, reason, task.mark, alone)
    kept.write_json(task.file, result)
    return result


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
    if not hasattr(os, "fork"):  # each part of a notebook runs in a copy of the process that began it
        raise walls.NoSandbox("Windows cannot grade by itself: run this command in WSL, its Linux.")
    try:
        return walls.available()
    except walls.NoSandbox:
        if unsafe:
            return "none"
        raise

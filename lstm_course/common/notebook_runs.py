"""Runs a notebook from top to bottom in a fresh kernel, and accepts nothing but clean cells."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_course.common import comparing
from lstm_course.common.trouble import Trouble

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

CELL_TIMEOUT = 300  # seconds, room for a busy machine; a dead kernel is noticed within one
# The tests set the same, so that they see what the build saw.
KERNEL_ENVIRONMENT = {
    "LSTM_COURSE_PROGRESS": "0",
    "OPENBLAS_NUM_THREADS": "1",  # two threads wait for each other as soon as two notebooks run side by side
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class BuildError(Trouble):
    """A lesson cannot be built; the message says where and why."""


def execute(
    notebook: NotebookNode, name: str | Path, variables: Mapping[str, str] | None = None
) -> dict[int, float]:
    """Runs a notebook in a fresh kernel, in an empty folder, and keeps its outputs.

    Args:
        notebook: the notebook; its outputs are replaced.
        name: str or pathlib.Path, what to call it in messages.
        variables: dict of further environment variables for the kernel; default None.

    Returns:
        A dict from the number of each code cell to the seconds it took.

    Raises:
        BuildError: a cell raised, wrote to stderr, ran longer than CELL_TIMEOUT, or its kernel died.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    seconds, running = {}, []

    def started(cell, cell_index):
        # The number is set before the cell runs, because it may never end.
        cell.execution_count = len(seconds) + 1
        running[:] = [cell, time.perf_counter()]

    def executed(cell, cell_index, execute_reply):
        seconds[cell.execution_count] = time.perf_counter() - running[1]

    try:
        with tempfile.TemporaryDirectory() as folder:
            client = new_client(notebook, folder, on_cell_execute=started, on_cell_executed=executed)
            run(client, {**KERNEL_ENVIRONMENT, **(variables or {})})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise BuildError(about_cell(name, running[0], _reason(running[0], error))) from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _tidy_outputs(cell, name)
    return seconds


def new_client(notebook: NotebookNode, folder: str | Path, **options: Any) -> NotebookClient:
    """Makes what runs a notebook: nbclient with the Python of the course and its time limit for a cell.

    Args:
        notebook: the notebook.
        folder: path of the folder to run it in.
        **options: further options of `nbclient.NotebookClient`.

    Returns:
        A `nbclient.NotebookClient`.
    """
    from nbclient import NotebookClient
    from traitlets.config import Config

    settings: dict[str, Any] = {"timeout": CELL_TIMEOUT} | options
    return NotebookClient(
        notebook,
        kernel_name="python3",
        # No kernel that the user has installed: the one of the Python that builds.
        config=Config(KernelSpecManager={"kernel_dirs": []}),
        resources={"metadata": {"path": folder}},
        record_timing=False,
        store_widget_state=False,
        **settings,
    )


def run(client: NotebookClient, variables: Mapping[str, str]) -> None:
    """Lets a client run its notebook, without any start-up file of the user, and quietly.

    Args:
        client: from `new_client`.
        variables: dict of environment variables for the kernel, beside those that are set.

    Raises:
        What nbclient raises.
        KeyboardInterrupt: on Ctrl+C, when the kernel has been ended.
    """
    if sys.platform == "win32":  # its usual loop cannot wait for the kernel's sockets, and says so at length
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    with tempfile.TemporaryDirectory() as folder:
        try:
            client.execute(env={**os.environ, "IPYTHONDIR": folder, **variables}, stderr=subprocess.DEVNULL)
        finally:
            # nbclient takes Ctrl+C for itself and ends the kernel, and then finds that it is dead.
            if getattr(client, "_async_cleanup_kernel_future", None) is not None:
                raise KeyboardInterrupt


def _reason(cell, error):
    """Why a cell failed, in a line."""
    return raised(cell) or str(error).strip().splitlines()[0]


def raised(cell: NotebookNode) -> str | None:
    """What a cell raised, in a line: the error itself rather than a traceback of three screens.

    Args:
        cell: a code cell with its outputs.

    Returns:
        A str, or None when the cell raised nothing.
    """
    for output in cell.outputs:
        if output.output_type == "error":
            plain = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
            line = re.search(r"^Cell In\[\d+\], line (\d+)", plain, re.MULTILINE)
            return f"{output.ename}: {output.evalue}" + (f" (line {line[1]} of the cell)" if line else "")
    return None


def _tidy_outputs(cell, name):
    """Leaves nothing in the outputs that hangs on how the kernel happened to send them."""
    cell.outputs = comparing.merge_streams(cell.outputs)
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise BuildError(about_cell(name, cell, f"wrote to stderr: {output['text'].strip()[:500]}"))
        if "data" in output:
            # The model of a widget ends with its kernel; what stays is the picture beside it.
            output["data"].pop(comparing.WIDGET_VIEW, None)


def about_cell(name: str | Path, cell: NotebookNode, reason: str) -> str:
    """Words a complaint about a cell.

    Args:
        name: str or pathlib.Path of the notebook.
        cell: the cell, of a notebook or of a lesson source.
        reason: str.

    Returns:
        A str of a few lines: the notebook and the cell's number, the start of its source, the reason.
    """
    count = getattr(cell, "execution_count", None)
    number = f" {count}" if count else ""
    lines = cell.source.splitlines()
    shown = [f"    {line}" for line in lines[:8]] + ["    ..."] * (len(lines) > 8)
    return "\n".join([f"{name}, code cell{number}:", *shown, f"  {reason}"])

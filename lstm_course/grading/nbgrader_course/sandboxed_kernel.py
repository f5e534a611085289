"""A Jupyter kernel in a sandbox, for `nbgrader autograde`: no network, no files of the host, limits.

The kernel and nbgrader talk through sockets in a folder that both see; there is no port that another program
could reach. Marks are still made in the kernel, so this protects the host and the other submissions, not the
mark: `lstm-course grade` does that.
"""

import os
import shutil
import subprocess
import tempfile
import weakref
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from traitlets import Bool

from lstm_course.grading.sandbox import copying, walls

__all__ = ["SandboxedKernelManager"]

# A whole lesson runs in the kernel, its trainings included.
_LIMITS = walls.Limits(memory=3_000_000_000, processes=200, all_seconds=900.0)
_NOBODY = 65534


class SandboxedKernelManager(AsyncKernelManager):
    """Starts each kernel in a sandbox of its own.

    Raises:
        lstm_course.grading.sandbox.NoSandbox: at start, when no sandbox can be had and `unsafe_no_sandbox` is
            False.
    """

    unsafe_no_sandbox = Bool(False, help="Run without a sandbox where none can be had.").tag(config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Short, because the path of a socket ends after 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="kernel-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.transport = "ipc"
        self.connection_file = str(self._folder / "shared" / "k.json")
        (self._folder / "shared").mkdir()
        self._hand_to_nobody(self._folder / "shared")
        self._folder.chmod(0o711)

    async def start_kernel(self, **settings: Any) -> None:
        """Starts the kernel; what its process itself prints is of no use to the instructor."""
        return await super().start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings)

    def write_connection_file(self, **settings: Any) -> None:
        """Written by the user, read by nobody."""
        super().write_connection_file(**settings)
        self._hand_to_nobody(self.connection_file)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command that starts the kernel, in its sandbox."""
        arguments = ["-f", self.connection_file, *(extra_arguments or [])]
        try:
            kind = walls.available()
        except walls.NoSandbox:
            if not self.unsafe_no_sandbox:
                raise
            return [*super().format_kernel_cmd(extra_arguments)]
        course = copying.whole_course_copy(self._folder / "course")
        shared = self._folder / "shared"
        kernel = walls.start(kind, "ipykernel_launcher", *arguments)
        return [*walls.command(kind, course, _LIMITS, shared=shared), *kernel]

    def _hand_to_nobody(self, path):
        """As root the kernel runs as another user, who must be able to read and write what is shared."""
        if os.geteuid() == 0:
            os.chown(path, _NOBODY, _NOBODY)

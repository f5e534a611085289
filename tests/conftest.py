"""What several test files share: the browser, and the same examples for property tests in every run."""

import os
import shutil
import socket

import hypothesis
import pytest

# `--hypothesis-profile default` draws new ones.
hypothesis.settings.register_profile(
    "the same examples",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("the same examples")


@pytest.fixture(scope="session")
def free_port():
    """A function that gives a port on which nobody listens."""

    def find():
        with socket.socket() as attempt:
            attempt.bind(("127.0.0.1", 0))
            return attempt.getsockname()[1]

    return find


@pytest.fixture(scope="session")
def chromium():
    """Path of a Chromium. Without one the tests are skipped, but not in continuous integration."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and os.environ.get("CI", "").lower() not in ("", "false", "0"):
        pytest.fail("Chromium is not installed: the browser tests must run in continuous integration")
    if path is None:
        pytest.skip("Chromium is not installed (Debian, Ubuntu: apt install chromium)")
    return path

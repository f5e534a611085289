"""What several test files share: the browser, and the same examples for property tests in every run."""

import os
import shutil
import socket

import hypothesis
import pytest

collect_ignore = ["without_keras"]  # to be imported by notebooks alone

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
def due(pytestconfig):
    """A function of n: which of a list have their turn in this run, every n-th; with `--complete` all.

    So is tried what takes minutes and of which each part looks for the same faults. The seed of the day says
    whose turn it is: the header of the run tells it, and how to repeat that run.
    """
    turn = int(os.environ["LSTM_COURSE_SHAKE_TODAY"])
    return lambda n: slice(None) if pytestconfig.option.complete else slice(turn % n, None, n)


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


@pytest.fixture(scope="module")
def browser(chromium):
    """One browser for the tests of a file; no longer, for its event loop is in the way of others."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()

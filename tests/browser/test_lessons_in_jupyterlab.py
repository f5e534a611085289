"""Every lesson as a learner meets it: JupyterLab, opened by the course's own command, in a real browser.

All lessons share one JupyterLab and one browser. `LSTM_COURSE_SCREENSHOTS` names a folder for pictures of
whole lessons; without it they are left in pytest's temporary folder.
"""

import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.name for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
TOKEN = "a-token-for-the-test"
HIGHEST_PICTURE, MENUS = 12_000, 200  # pixels: of lesson, and of what JupyterLab puts around it
RUN_TIMEOUT = 240  # seconds for all cells of a lesson
# Said by JupyterLab 4.6 itself, whatever notebook is open.
HARMLESS = re.compile(r"ResizeObserver loop|Download the React DevTools")

READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    const kernel = panel?.context?.isReady && panel.sessionContext?.session?.kernel;
    return Boolean(kernel && kernel.connectionStatus === 'connected' && kernel.status === 'idle');
}"""

CELLS = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel.content.widgets.map(cell => ({
        tags: cell.model.getMetadata('tags') ?? [],
        outputs: cell.model.type === 'code' ? cell.model.sharedModel.outputs : [],
        hasHtml: cell.node.querySelector('.jp-OutputArea-output.jp-RenderedHTMLCommon') !== null,
        images: [...cell.node.querySelectorAll('img')].map(
            image => ({alt: image.alt, loaded: image.complete && image.naturalWidth > 0})),
    }));
}"""


@pytest.fixture(scope="module")
def chromium():
    """Path of a Chromium. Without one the tests are skipped, but not in continuous integration."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and os.environ.get("CI", "").lower() not in ("", "false", "0"):
        pytest.fail("Chromium is not installed: the browser tests must run in continuous integration")
    if path is None:
        pytest.skip("Chromium is not installed (Debian, Ubuntu: apt install chromium)")
    return path


@pytest.fixture(scope="module")
def page(chromium, lab):
    """A page at the size of a laptop, that notes what goes wrong and where it sends requests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.complaints, page.hosts = [], set()
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname))
        yield page
        browser.close()


def free_port():
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return attempt.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab started with `lstm-course lab` on a working copy of the lessons."""
    folder = tmp_path_factory.mktemp("lab")
    settings = folder / "settings"
    write_settings(settings)
    port = free_port()
    command = [sys.executable, "-m", "lstm_course", "lab", "lessons", "--no-browser", f"--port={port}"]
    ours = {
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_TOKEN": TOKEN,
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with open(folder / "log.txt", "w") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | ours, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api/status?token={TOKEN}", server, folder / "log.txt")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def write_settings(folder):
    """What the test needs of JupyterLab beyond what a learner has."""
    (folder / "labconfig").mkdir(parents=True)
    # The page's own application object tells when a kernel is ready and what a cell's outputs are.
    (folder / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    # All cells stay in the page, also those scrolled out of sight.
    overrides = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    (folder / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(overrides))


def wait_for(address, server, log):
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            return urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory):
    folder = os.environ.get("LSTM_COURSE_SCREENSHOTS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path


def open_lesson(page, lab, name):
    """Opens a lesson in a clean JupyterLab and waits until its kernel is ready."""
    page.complaints.clear()
    page.hosts.clear()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{lab}/lab/tree/{name}?reset&token={TOKEN}")
    page.wait_for_function(READY, timeout=60_000)


def run_all_cells(page):
    """Runs the open lesson; True when no cell raised."""
    page.set_default_timeout(RUN_TIMEOUT * 1000)
    return page.evaluate("async () => await window.jupyterapp.commands.execute('notebook:run-all-cells')")


def photograph(page, folder, name):
    """Saves the whole lesson, in as few pictures as a browser can take: the window is made that high."""
    notebook = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
    height = page.evaluate("selector => document.querySelector(selector).scrollHeight", notebook)
    parts = math.ceil(height / HIGHEST_PICTURE)
    page.set_viewport_size({"width": 1280, "height": min(height, HIGHEST_PICTURE) + MENUS})
    for part in range(parts):
        scroll = "([selector, top]) => document.querySelector(selector).scrollTo(0, top)"
        page.evaluate(scroll, [notebook, part * HIGHEST_PICTURE])
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}{f'-{part + 1}' if parts > 1 else ''}.png")


def displayed(cells):
    """The HTML of all outputs."""
    outputs = [output for cell in cells for output in cell["outputs"]]
    return [output.get("data", {}).get("text/html", "") for output in outputs]


@pytest.mark.timeout(RUN_TIMEOUT + 120)
@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_in_jupyterlab(page, lab, screenshots, name):
    open_lesson(page, lab, name)
    ran = run_all_cells(page)
    photograph(page, screenshots, Path(name).stem)
    cells = page.evaluate(CELLS)
    errors = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert errors == []
    assert ran, "not all cells ran: did the kernel die?"
    images = [image for cell in cells for image in cell["images"]]
    assert len(images) == sum(html.count("<img") for html in displayed(cells)), "a picture is not in the page"
    assert all(image["loaded"] for image in images), "a picture did not load"
    assert all(" " in image["alt"] for image in images), "a picture has no description"
    cards = [cell for cell in cells if "check" in cell["tags"]]
    assert all(card["hasHtml"] for card in cards), "a check shows no card"
    assert [text for text in page.complaints if not HARMLESS.search(text)] == []
    assert page.hosts - {None, "127.0.0.1"} == set(), "the page sends requests to other machines"

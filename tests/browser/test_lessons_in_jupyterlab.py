"""Every lesson as a learner meets it: JupyterLab, opened by the course's own command, in a real browser.

What the cells compute is nbval's to compare; here it matters what becomes of it on the page. Two lessons are
run from top to bottom; of the others a learner sees first what they were committed with, and so do we.

All lessons share one JupyterLab and one browser. `LSTM_COURSE_SCREENSHOTS` names a folder for pictures of
whole lessons, in the light and the dark theme; without it they are left in pytest's temporary folder.
"""

import json
import math
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from helpers import ROOT, write_notebook
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from lstm_course.common.notebooks import METADATA

LESSONS = sorted(path.name for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
TOKEN = "a-token-for-the-test"
HIGHEST_PICTURE, MENUS = 12_000, 200  # pixels: of lesson, and of what JupyterLab puts around it
LAPTOP = {"width": 1280, "height": 800}
RUN = {"01", "08"}  # explorer, figures, checks, `proven`; long trainings with a bar
RUN_TIMEOUT = 240  # seconds for all cells of a lesson
EXPLORERS = (
    "import numpy as np\nfrom lstm_course import explore\nrandom = np.random.default_rng(1)\n"
    "words = 'slow at first and then a film that is not bad at all'.split()",
    "explore.rnn_step({'Wh': [[0.5, 1.0]], 'bh': [0.0]})",
    "explore.lstm_step()",
    "explore.latch(random.normal(size=24))",
    "explore.gru_and_lstm(random.normal(size=24), np.isin(np.arange(24), [2, 9, 15]).astype(float))",
    "explore.memory_lane(random.normal(size=(32, 32)), np.ones((32, 1)), random.normal(size=(60, 1)))",
    "explore.forget_bias(random.normal(size=(2, 121, 9)))",
    "explore.sliding_window(np.sin(np.arange(120) / 4), seq_length=24)",
    "states = random.normal(size=(13, 16))\n"
    "explore.word_by_word({'a film': (words, np.linspace(0.2, 0.9, 13), states),\n"
    "                      'another': (words[:8], np.linspace(0.6, 0.1, 8), states[:8])})",
)
LONG_TRAINING = """import numpy as np
from lstm_course.scratch import LSTM, Dense, LastStep, Sequential, fit, mean_squared_error
model = Sequential([LSTM(1, 64, seed=0), LastStep(), Dense(64, 1, seed=0)])
x = np.ones((320, 100, 1))
history = fit(model, x, x[:, 0], loss=mean_squared_error, epochs=100_000, progress=True)"""
# What JupyterLab 4.6 says of itself, whatever notebook is open: the last when a tab is closed while its
# toolbar is still being drawn.
HARMLESS = re.compile(
    r"ResizeObserver loop|Download the React DevTools|Could not restore the debugger state|"
    r"Failed to execute 'removeChild' on 'Node'"
)

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")

READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    const kernel = panel?.context?.isReady && panel.sessionContext?.session?.kernel;
    return Boolean(kernel && kernel.connectionStatus === 'connected' && kernel.status === 'idle');
}"""

DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"

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


# Whether each picture of the outputs is on the page, and loaded.
ALL_SHOWN = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell => {
    const outputs = cell.model.type === 'code' ? cell.model.sharedModel.outputs : [];
    const html = outputs.map(output => String(output.data?.['text/html'] ?? '')).join('');
    const loaded = [...cell.node.querySelectorAll('img')].filter(image => image.complete);
    return loaded.length >= html.split('<img').length - 1;
})"""


@pytest.fixture(scope="module")
def page(chromium, lab):
    """A page at the size of a laptop, that notes what goes wrong and where it sends requests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=LAPTOP)
        page.complaints, page.hosts = [], set()
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname))
        yield page
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the JupyterLab of these tests keeps everything; its lessons are in `lessons`."""
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(folder, free_port):
    """Address of a JupyterLab started with `lstm-course lab` on a working copy of the lessons."""
    settings = folder / "settings"
    write_settings(settings)
    port = free_port()
    command = [sys.executable, "-m", "lstm_course", "lab", "lessons", "--no-browser", f"--port={port}"]
    ours = {
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_TOKEN": TOKEN,
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with (folder / "log.txt").open("w") as log:
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
    page.set_viewport_size(LAPTOP)
    page.goto(f"{lab}/lab/tree/{name}?reset&token={TOKEN}")
    page.wait_for_function(READY, timeout=60_000)


def run_all_cells(page):
    """Runs the open lesson; True when no cell raised."""
    page.set_default_timeout(RUN_TIMEOUT * 1000)
    return page.evaluate("async () => await window.jupyterapp.commands.execute('notebook:run-all-cells')")


def use_theme(page, theme):
    """Turns JupyterLab to "Light" or "Dark"."""
    command = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(command, f"JupyterLab {theme}")
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=f"JupyterLab {theme}")


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
    page.set_viewport_size(LAPTOP)


def barriers(page, *where):
    """What axe finds wrong in these places, a line each."""
    page.evaluate(AXE)
    found = page.evaluate("where => axe.run({include: where.map(one => [one])})", list(where))
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def describe_picture(explorer):
    return explorer.locator("img").get_attribute("alt")


def move(page, explorer, how, name):
    """Does something to a control and waits until the picture has followed; returns the seconds it took."""
    before = describe_picture(explorer)
    began = time.monotonic()
    how()
    changed = "([element, before]) => element.querySelector('img').alt !== before"
    try:
        page.wait_for_function(changed, arg=[explorer.element_handle(), before], timeout=10_000)
    except PlaywrightTimeout:
        pytest.fail(f"{name} moved, but the picture did not: {before}")
    return time.monotonic() - began


def press(handle, forth="ArrowRight", back="ArrowLeft"):
    """Moves a slider by key, away from the end where it stands."""
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    handle.press(back if at_the_end else forth)


def drag(page, handle):
    """Moves a slider with the mouse, by a quarter of its length, towards the farther end."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    bar = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    right = x < bar["x"] + bar["width"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (1 if right else -1) * bar["width"] / 4, y, steps=3)
    page.mouse.up()


def assert_nothing_went_wrong(page):
    assert [text for text in page.complaints if not HARMLESS.search(text)] == []
    assert page.hosts - {None, "127.0.0.1"} == set(), "the page sends requests to other machines"


def displayed(cells):
    """The HTML of all outputs."""
    outputs = [output for cell in cells for output in cell["outputs"]]
    return [output.get("data", {}).get("text/html", "") for output in outputs]


def test_it_opens_on_the_lessons_and_nothing_pops_up(page, lab, screenshots):
    page.complaints.clear()
    page.goto(f"{lab}/?token={TOKEN}")
    landing = page.locator(".jp-MarkdownViewer")
    landing.get_by_role("link", name="Vanilla RNN").wait_for(timeout=60_000)
    assert landing.get_by_role("link").count() >= len(LESSONS)
    page.wait_for_timeout(2000)  # long enough for whatever wants to be noticed
    assert page.locator(".jp-Dialog, .jp-toastContainer .Toastify__toast").count() == 0
    for theme in ("Light", "Dark"):
        use_theme(page, theme)
        assert barriers(page, ".jp-MarkdownViewer") == []
        page.screenshot(path=screenshots / f"landing-{theme.lower()}.png")
    use_theme(page, "Light")
    landing.get_by_role("link", name="Vanilla RNN").click()
    page.wait_for_function(READY, timeout=60_000)
    path = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    assert path == "01_vanilla_rnn.ipynb"
    running = (
        "async () => (await window.jupyterapp.serviceManager.kernels.refreshRunning(), "
        "[...window.jupyterapp.serviceManager.kernels.running()].length)"
    )
    before = page.evaluate(running)
    page.evaluate("() => window.jupyterapp.commands.execute('application:close')")
    end = time.monotonic() + 20
    while page.evaluate(running) >= before and time.monotonic() < end:
        page.wait_for_timeout(300)
    assert page.evaluate(running) == before - 1, "the kernel goes on though its tab is closed"
    assert_nothing_went_wrong(page)


@pytest.mark.timeout(RUN_TIMEOUT + 120)
@pytest.mark.parametrize("name", LESSONS)
def test_lesson_in_jupyterlab(page, lab, screenshots, name):
    open_lesson(page, lab, name)
    assert not page.evaluate(DIRTY), "the lesson is marked as changed though nobody has touched it"
    ran = name[:2] not in RUN or run_all_cells(page)
    with suppress(PlaywrightTimeout):  # what is missing is told below
        page.wait_for_function(ALL_SHOWN, timeout=30_000)
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
    assert page.get_by_text("Error displaying widget").count() == 0
    for explorer in page.locator(".lstm-explorer").all():
        handle = explorer.locator(".noUi-handle").first
        move(page, explorer, partial(press, handle), "the first slider")
    assert barriers(page, ".jp-OutputArea-output") == []
    use_theme(page, "Dark")
    assert barriers(page, ".jp-OutputArea-output") == []
    photograph(page, screenshots, f"{Path(name).stem}-dark")
    use_theme(page, "Light")
    assert_nothing_went_wrong(page)


@pytest.mark.timeout(RUN_TIMEOUT)
def test_every_explorer_moves_by_key_and_by_mouse(page, lab, folder, screenshots):
    write_notebook(folder / "lessons" / "explorers.ipynb", *EXPLORERS, metadata=METADATA)
    open_lesson(page, lab, "explorers.ipynb")
    assert run_all_cells(page)
    explorers = page.locator(".lstm-explorer").all()
    assert len(explorers) == len(EXPLORERS) - 1
    for number, explorer in enumerate(explorers, start=1):
        seconds = []
        handles = explorer.locator(".noUi-handle").all()
        for handle in handles:
            name = f"explorer {number}, {handle.get_attribute('aria-label')}"
            seconds.append(move(page, explorer, partial(press, handle), name))
        seconds.append(move(page, explorer, partial(drag, page, handles[0]), f"explorer {number}, the mouse"))
        assert min(seconds) < 1.5, seconds
        for menu in explorer.locator("select").all():
            move(page, explorer, partial(menu.select_option, index=1), f"explorer {number}, the menu")
    for theme in ("Light", "Dark"):
        use_theme(page, theme)
        assert barriers(page, ".jp-OutputArea-output") == []
        photograph(page, screenshots, f"explorers-{theme.lower()}")
    use_theme(page, "Light")
    assert_nothing_went_wrong(page)
    page.evaluate("async () => await window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("async () => await window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    open_lesson(page, lab, "explorers.ipynb")
    pictures = page.locator(".jp-OutputArea-output figure img")
    pictures.nth(len(explorers) - 1).wait_for(timeout=30_000)
    assert page.get_by_text("Error displaying widget").count() == 0
    assert not page.evaluate(DIRTY)


def test_a_long_training_can_be_interrupted_and_keeps_its_history(page, lab, folder):
    write_notebook(folder / "lessons" / "long.ipynb", LONG_TRAINING, "history", metadata=METADATA)
    open_lesson(page, lab, "long.ipynb")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell-and-select-next'); }")
    remaining = re.compile(r"\d+/\d+\s\[[\d:]+<[\d:]+")  # such as 12/9000 [00:02<25:10, 5.9update/s]
    page.locator(".jp-OutputArea-output .widget-html", has_text=remaining).wait_for(timeout=60_000)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    page.wait_for_function(READY, timeout=60_000)
    assert page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell-and-select-next')")
    page.wait_for_function(READY, timeout=60_000)
    outputs = [output for cell in page.evaluate(CELLS) for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert "interrupted" in outputs[-1]["data"]["text/plain"]

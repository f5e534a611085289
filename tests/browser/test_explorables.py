"""Every explorer on a page without a kernel: moved by key, mouse and touch, in Chromium and in Firefox.

The page is as the site makes it. Chromium is driven by Playwright; Debian's Firefox only by what npm
fetches for this test, Puppeteer.
"""

import json
import os
import shutil
import statistics
import subprocess
from urllib.parse import urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from lstm_course import explore
from lstm_course.explore.glossary import glossary
from lstm_course.site.explorables import FOLDER, live, write_scripts

RANDOM = np.random.default_rng(1)
WORDS = ["slow", "at", "first", "and", "then", "a", "film", "that", "is", "not", "bad", "at", "all"]
STATES = RANDOM.normal(size=(65, 16))
EXPLORERS = {
    "rnn_step": lambda: explore.rnn_step({"Wh": [[0.5, 1.0]], "bh": [0.0]}),
    "cell_playground": explore.cell_playground,
    "latch": lambda: explore.latch(RANDOM.normal(size=24)),
    "gru_and_lstm": lambda: explore.gru_and_lstm(
        RANDOM.normal(size=24), np.isin(np.arange(24), [2, 9, 15]).astype(float)
    ),
    "rnn_gradient": lambda: explore.rnn_gradient(
        RANDOM.normal(size=(16, 16)), np.ones((16, 1)), RANDOM.normal(size=(60, 1))
    ),
    "forget_bias": lambda: explore.forget_bias(RANDOM.normal(size=(1, 61, 3)), hidden_size=8),
    "sliding_window": lambda: explore.sliding_window(np.sin(np.arange(240) / 9), seq_length=60),
    "word_by_word": lambda: explore.word_by_word(
        {
            "one": (WORDS * 5, np.linspace(0.2, 0.9, 65), STATES),
            "two": (WORDS, np.linspace(0.6, 0.1, 13), STATES[:13]),
        }
    ),
    "memory_lane": lambda: explore.memory_lane("LSTM"),
    "what_it_remembers": explore.what_it_remembers,
}
FRAME = 7  # times the machine's measure (see MEASURE) that a redraw may take: half a frame, on a slow one too
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
HANDLES = "input[type=range]:enabled:visible, [role=slider]"
PUPPETEER = "puppeteer-core@24.43.1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pages as the site has them, one for each explorer; they are opened from the disk."""
    out = tmp_path_factory.mktemp("explorables")
    (out / "_static").mkdir()
    write_scripts(out / "_static")
    for name, make in EXPLORERS.items():
        bundle, _ = make()._repr_mimebundle_()
        page = (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>explorer</title>'
            '<meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="_static/{FOLDER}/explorable.css">'
            "<style>:root { color-scheme: light dark } body { margin: 8px; "
            "background: light-dark(#fff, #14181e); color: light-dark(#222, #ddd) }</style></head>"
            f"<body><main><h1>Explorer</h1>{live(bundle, '')}</main></body></html>"
        )
        (out / f"{name}.html").write_text(page, encoding="utf-8")
    return out


@pytest.fixture
def opened(browser, folder):
    """A function that opens the page of an explorer, and sees that nothing goes wrong on it."""
    pages = []

    def open_page(name, viewport=LAPTOP, **settings):
        page = browser.new_page(viewport=viewport, **settings)
        page.complaints, page.schemes = [], set()
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.schemes.add(urlsplit(request.url).scheme))
        page.goto((folder / f"{name}.html").as_uri())
        page.locator(".lstm-explorable svg").wait_for()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.complaints == []
        assert page.schemes <= {"file", "data"}, "a page asks another machine"
        page.close()


def drawn(page):
    return page.locator(".lstm-explorable svg").inner_html()


def shown(page):
    return page.locator(HANDLES).all()


def test_there_is_a_page_for_each():
    assert sorted(EXPLORERS) == explore.EXPLORABLES


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_handle_moves_the_picture_by_key_and_says_what_it_is_at(opened, name):
    page = opened(name)
    for handle in shown(page):
        before, value = drawn(page), handle.get_attribute("aria-valuetext")
        handle.focus()
        ends = handle.evaluate(
            "one => [one.value ?? one.ariaValueNow, one.max ?? one.ariaValueMax].map(Number)"
        )
        page.keyboard.press("Home" if ends[0] == ends[1] else "End")
        assert drawn(page) != before
        said = handle.get_attribute("aria-valuetext")
        assert said and said != value
        assert handle.get_attribute("aria-label") or handle.evaluate("one => one.labels?.[0]?.textContent")
    assert page.locator(".sentence").get_attribute("aria-live") == "polite"


def described(page):
    """Label of each handle -> what assistive technology reads out with it."""
    read = (
        "one => [one.ariaLabel ?? one.labels[0].textContent, (one.getAttribute('aria-describedby') ?? '')"
        ".split(' ').filter(Boolean).map((id) => document.getElementById(id).textContent)]"
    )
    return dict(handle.evaluate(read) for handle in shown(page))


@pytest.mark.parametrize("name", ["cell_playground", "memory_lane"])
def test_words_in_labels_are_explained_to_mouse_key_and_finger(opened, name):
    page, words = opened(name), glossary()
    label, term = {
        "cell_playground": ("forget gate f", "forget gate"),
        "memory_lane": ("bias: input gate", "input gate"),
    }[name]
    over = page.locator("svg text > title").all_text_contents()
    assert name == "memory_lane" or f"{term}: {words[term]}" in over
    assert words[term] in described(page)[label]
    shown(page)[0].focus()
    page.keyboard.press("End")
    page.set_viewport_size(PHONE)  # the picture is drawn anew
    page.wait_for_function("document.querySelector('.lstm-explorable svg').clientWidth < 390")
    assert words[term] in described(page)[label]
    assert len(page.locator("svg text > title").all()) == len(over)
    stops = page.locator(".glossary :is(a, button, input, summary, [tabindex])")
    assert stops.count() == 1 and not page.locator("dd").first.is_visible()
    stops.focus()
    page.keyboard.press("Enter")
    assert page.locator("dd", has_text=words[term]).is_visible()


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_first_handle_is_dragged_by_mouse(opened, name):
    page = opened(name)
    box, before = shown(page)[0].bounding_box(), drawn(page)
    upright = box["height"] > box["width"]
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    share = (0.5, 0.2) if upright else (0.2, 0.5)
    page.mouse.move(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"], steps=4)
    page.mouse.up()
    assert drawn(page) != before


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_first_handle_is_moved_by_a_finger(opened, name):
    page = opened(name, PHONE, has_touch=True, is_mobile=True)
    handle, before = shown(page)[0], drawn(page)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    upright = box["height"] > box["width"]
    share = (0.5, 0.2) if upright else (0.15, 0.5)
    page.touchscreen.tap(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])
    page.wait_for_timeout(100)
    assert drawn(page) != before


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(LAPTOP, "light"), (PHONE, "dark")], ids=["laptop", "phone"]
)
@pytest.mark.parametrize("name", EXPLORERS)
def test_it_fits_the_screen_and_axe_finds_nothing(opened, name, viewport, scheme):
    page = opened(name, viewport, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    # From the first handle to the last line of the picture there is nothing to scroll.
    parts = [*(one.bounding_box() for one in shown(page)), page.locator(".picture svg").bounding_box()]
    height = max(part["y"] + part["height"] for part in parts) - min(part["y"] for part in parts)
    assert height < viewport["height"] - (
        180 if viewport == LAPTOP else 60
    )  # what a browser and JupyterLab take
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []


# Pairs: how long a redraw takes, and beside it a piece of work that is the same for all, as a measure of the
# machine. It makes a table of numbers and lays out as many words.
MEASURE = """() => {
    const times = [], box = document.querySelector(".lstm-explorable");
    const words = document.body.appendChild(document.createElement("p"));
    const note = (began) => {
        const took = performance.now() - began;
        const table = Array.from({length: 15000}, (_, k) => Math.tanh(k / 15000));
        words.textContent = table.slice(0, 250).map((one) => one.toFixed(6)).join(" ");
        words.getBoundingClientRect();
        times.push([took, performance.now() - began - took]);
    };
    for (const handle of box.querySelectorAll("input[type=range]:enabled")) {
        for (let k = 0; k < 20; k++) {
            handle.value = Number(handle.min) + (handle.max - handle.min) * ((k * 7) % 20) / 19;
            const began = performance.now();
            handle.dispatchEvent(new Event("input", {bubbles: true}));
            box.getBoundingClientRect();
            note(began);
        }
    }
    for (const handle of box.querySelectorAll("[role=slider]")) {
        for (let k = 0; k < 20; k++) {
            const began = performance.now();
            const key = ["PageUp", "Home", "End"][k % 3];
            handle.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
            box.getBoundingClientRect();
            note(began);
        }
    }
    return times;
}"""


def test_a_redraw_leaves_room_in_a_frame(opened, capsys):
    medians, work, measures = {}, {}, {}
    for name in EXPLORERS:
        page = opened(name)
        times, beside = zip(*(pair for _ in range(3) for pair in page.evaluate(MEASURE)), strict=True)
        medians[name] = statistics.median(times)
        # On a busy machine most of them wait: what the work takes is what the quick ones took.
        work[name], measures[name] = (statistics.quantiles(each, n=20)[0] for each in (times, beside))
    with capsys.disabled():
        told = ", ".join(
            f"{name} {median:.1f} ({work[name]:.1f} beside {measures[name]:.1f})"
            for name, median in medians.items()
        )
        print(f"\nmilliseconds a redraw, median (a twentieth is quicker than): {told}")
    assert max(work[name] / measures[name] for name in EXPLORERS) < FRAME


SOLVE = {
    "Hold in secret": ("only f", {"forget gate f": "End", "input gate i": "Home", "output gate o": "Home"}),
    "Replace": ("both", {"forget gate f": "Home", "input gate i": "End"}),
}


@pytest.mark.parametrize("task", SOLVE)
def test_a_task_is_guessed_then_solved_and_turns_green(opened, task):
    page = opened("cell_playground")
    guess, moves = SOLVE[task]
    page.get_by_role("button", name=task).click()
    for label, key in moves.items():
        page.get_by_role("slider", name=label).press(key)
    assert page.get_by_role("button", name=f"✓ {task}").count() == 0, "solved without a guess"
    page.get_by_role("group", name="Your guess").get_by_role("button", name=guess, exact=True).click()
    solved = page.get_by_role("button", name=f"✓ {task}")
    assert solved.count() == 1
    assert "solved" in solved.get_attribute("class").split()
    assert ("your guess was right" in page.get_by_role("status").inner_text()) == (guess == "only f")


def test_on_the_way_back_the_road_narrows_by_f(opened):
    page = opened("cell_playground")
    page.get_by_role("button", name="Show the way back").click()
    page.get_by_role("slider", name="forget gate f").press("Home")
    assert "0.00 goes to the step before" in page.locator(".sentence").inner_text()
    page.get_by_role("slider", name="forget gate f").press("End")
    assert "1.00 goes to the step before" in page.locator(".sentence").inner_text()


def test_the_lane_is_covered_until_a_flag_is_planted_and_plays_without_motion(opened):
    page = opened("memory_lane", reduced_motion="reduce")
    assert "covered" in page.locator(".sentence").inner_text()
    page.get_by_role("button", name="Plant the flag").click()
    assert "your flag stands at lag 10" in page.locator(".sentence").inner_text()
    now = page.get_by_role("slider", name="now is step")
    now.press("Home")
    page.get_by_role("button", name="Play").click()
    assert now.input_value() == "59", "who wants no motion is at the end at once"
    page.get_by_role("button", name="One step").click()
    assert now.input_value() == "0"


def test_the_lane_plays_step_by_step(opened):
    page = opened("memory_lane")
    now = page.get_by_role("slider", name="now is step")
    now.press("Home")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => { const now = document.querySelectorAll('input[type=range]')[2].value; "
                           "return now > 2 && now < 59; }", timeout=15_000)  # fmt: skip
    page.get_by_role("button", name="Pause").click()
    stopped = now.input_value()
    page.wait_for_timeout(400)
    assert now.input_value() == stopped


def test_words_are_deleted_replaced_and_moved_away(opened):
    page = opened("what_it_remembers")
    page.get_by_label("your text").fill("I was sure that it would be dull and I was mistaken")
    words = page.locator(".words span")
    assert words.count() == 12
    words.nth(11).click()
    page.get_by_role("button", name="Delete “mistaken”").click()
    assert words.count() == 11
    page.get_by_label("another word").fill("zebra")
    page.get_by_role("button", name="Put this in its place").click()
    assert words.nth(10).inner_text() == "zebra" and "unknown" in words.nth(10).get_attribute("class")
    page.get_by_role("button", name="60 words farther away").click()
    assert "after 60 more words" in page.locator(".sentence").inner_text()
    page.get_by_role("button", name="As it was").click()
    assert words.count() == 12


FIREFOX = """
import puppeteer from "puppeteer-core";
const [program, ...addresses] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
const found = {};
for (const address of addresses) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setViewport({ width: 1366, height: 768 });
  await page.goto(address);
  await page.waitForSelector(".lstm-explorable svg");
  const drawn = () => page.$eval(".lstm-explorable svg", (svg) => svg.innerHTML);
  const handles = await page.$$("input[type=range]:enabled, [role=slider]");
  const visible = await Promise.all(handles.map((one) => one.isVisible()));
  const handle = handles[visible.indexOf(true)];
  const moved = {};
  let before = await drawn();
  await handle.evaluate((one) => one.focus());
  await page.keyboard.press("Home");
  if ((await drawn()) === before) await page.keyboard.press("End");
  moved.key = (await drawn()) !== before;
  before = await drawn();
  const box = await handle.boundingBox();
  const upright = box.height > box.width;
  const at = (share) => (upright
    ? [box.x + box.width / 2, box.y + share * box.height]
    : [box.x + share * box.width, box.y + box.height / 2]);
  await page.mouse.move(...at(0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.35), { steps: 3 });
  await page.mouse.up();
  moved.mouse = (await drawn()) !== before;
  found[address] = { errors, moved };
  await page.close();
}
await browser.close();
console.log(JSON.stringify(found));
"""


@pytest.mark.timeout(400)
def test_firefox_draws_and_moves_them_too(folder, tmp_path):
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    npm = shutil.which("npm")
    if firefox is None or npm is None:
        pytest.skip("needs Firefox and npm (Debian: apt install firefox-esr npm)")
    install = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", tmp_path, PUPPETEER]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("puppeteer cannot be fetched")
    (tmp_path / "run.mjs").write_text(FIREFOX)
    addresses = [(folder / f"{name}.html").as_uri() for name in EXPLORERS]
    done = subprocess.run(
        ["node", tmp_path / "run.mjs", firefox, *addresses],
        env=os.environ | {"HOME": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = {"errors": [], "moved": {"key": True, "mouse": True}}
    assert json.loads(done.stdout) == dict.fromkeys(addresses, expected)

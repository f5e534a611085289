"""Slides in a real browser: keyboard, notes, print, telephone, dark, and no request to any host."""

from pathlib import Path

import axe_playwright_python
import pytest
from helpers import ROOT

from lstm_course.site.slides import deck

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
NUMBERS = sorted(path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("slides")
    deck.write_decks(ROOT, out, [])
    return out


@pytest.fixture
def opened(browser, folder):
    """A function that opens a deck; no page may ask for anything but its own file, or say an error."""
    asked, said, pages = [], [], []

    def open_deck(number, width=1280, dark=False, script=True, at=""):
        scheme = "dark" if dark else "light"
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            bypass_csp=False,
        )
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"file://{folder}/slides_{number}.html{at}")
        pages.append(page)
        return page

    yield open_deck
    for page in pages:
        page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] and said == []


def shown(page):
    """Number of the only slide that can be seen."""
    (number,) = page.evaluate(
        "[...document.querySelectorAll('section')].flatMap((s, k) => s.offsetParent === null ? [] : [k + 1])"
    )
    return number


def test_keys_buttons_and_address_lead_through_the_slides(opened):
    page = opened("01")
    last = page.locator("section").count()
    assert shown(page) == 1
    for key, number in [
        ("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("PageUp", 1), ("ArrowLeft", 1), ("End", last),
        ("ArrowRight", last), ("Home", 1),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert shown(page) == number, key
    page.get_by_role("button", name="Next slide").click()
    assert shown(page) == 2 and page.url.endswith("#2")
    page.keyboard.press("ArrowRight")  # a button that has the focus keeps no key for itself
    assert shown(page) == 3 and page.evaluate("document.activeElement.tagName") == "SECTION"
    assert shown(opened("01", at="#5")) == 5


def test_the_notes_come_and_go(opened):
    page = opened("03", at="#10")
    notes = page.locator("section:not([hidden]) aside")
    assert not notes.is_visible()
    page.keyboard.press("n")
    assert notes.is_visible() and "Minute" in notes.inner_text()
    assert page.locator("#notes").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")
    assert page.locator("section:not([hidden]) aside").is_visible()
    page.locator("#notes").click()
    assert not page.locator("section:not([hidden]) aside").is_visible()


def test_on_paper_and_without_a_script_all_slides_are_there(opened):
    page = opened("03")
    page.emulate_media(media="print")
    everything = page.locator("section").count()
    assert sum(section.is_visible() for section in page.locator("section").all()) == everything
    assert not page.locator("nav").is_visible()
    plain = opened("03", script=False)
    assert sum(section.is_visible() for section in plain.locator("section").all()) == everything


@pytest.mark.parametrize("number", NUMBERS)
def test_axe_finds_nothing_and_a_telephone_is_wide_enough(opened, number):
    """All slides at once, with their notes, on a telephone in the dark and on a wide screen in the light."""
    for width, dark in ((390, True), (1280, False)):
        page = opened(number, width, dark)
        page.keyboard.press("n")
        page.evaluate("document.querySelectorAll('section').forEach(slide => slide.hidden = false)")
        page.evaluate("document.fonts.ready.then(() => null)")  # letters of another font may be wider
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]] == []

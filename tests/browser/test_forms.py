"""The form that asks for a guess: by keyboard alone, read out, and readable on a phone in the dark."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from lstm_course.explore.explorer import module, styles
from lstm_course.learner.predictions.form import SURE, Form
from lstm_course.learner.predictions.questions import Choice, Number, Order

QUESTIONS = {
    "number": Number("00-a", "How much is left after ten steps?", "-", "x", " %", within=5),
    "choice": Choice("00-b", "What becomes of h?", "-", ("it stays", "it falls", "it grows"), "x"),
    "order": Order("00-c", "Which is the fastest, from fast to slow?", "-", ("RNN", "GRU", "LSTM"), "x"),
}
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>form</title>
<meta name="viewport" content="width=device-width"><style>{styles}
:root {{ color-scheme: light dark }} body {{ margin: 8px; background: light-dark(#fff, #14181e);
color: light-dark(#222, #ddd) }}</style></head><body><main><h1>Form</h1><div id="place"></div></main>
<script type="module">{module}
window.model = standIn({values});
render({{ model: window.model, el: document.getElementById("place") }});
</script></body></html>"""


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens a page with the form of a kind."""
    pages = []

    def open_page(kind, **settings):
        form = Form(QUESTIONS[kind], lambda answer, sure: ("", False), ("", False))
        values = {name: getattr(form, name) for name in ("question", "form", "sure", "said", "done")}
        source = module("prediction", "stand_in").rpartition("export default")[0]
        page_text = PAGE.format(styles=styles(), module=source, values=json.dumps(values))
        (tmp_path / "form.html").write_text(page_text, encoding="utf-8")
        page = browser.new_page(**settings)
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((tmp_path / "form.html").as_uri())
        page.locator("form").wait_for()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.complaints == []
        page.close()


KEYS = {
    "number": (["Tab", "4", "2"], "42"),
    "choice": (["Tab", "Space", "ArrowDown"], "it falls"),
    "order": (["Tab", "G", "Tab", "R", "Tab", "L"], ["GRU", "RNN", "LSTM"]),
}


@pytest.mark.parametrize("kind", KEYS)
def test_it_is_filled_in_by_keyboard(opened, kind):
    page = opened(kind)
    keys, answer = KEYS[kind]
    page.get_by_role("button", name="Keep my prediction").click()
    assert "not complete" in page.get_by_role("status").text_content()
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.keyboard.press("9")  # in the menu: 90 %
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("window.model.get('guess')") == {"answer": answer, "sure": 90}
    page.evaluate("window.model.set('said', 'You predicted that.'); window.model.set('done', true)")
    assert page.get_by_role("status").text_content() == "You predicted that."
    assert page.get_by_role("button").is_disabled()


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_axe_finds_nothing(opened, kind, scheme):
    page = opened(kind, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    assert page.get_by_role("group", name=QUESTIONS[kind].ask).count() == 1
    assert [option for option in page.locator("option").all_text_contents() if "%" in option] == [
        f"{sure} %" for sure in SURE
    ]

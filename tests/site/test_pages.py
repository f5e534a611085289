"""The site as a reader meets it, in a real browser, with no machine in reach but this one."""

import functools
import html
import http.server
import itertools
import re
import threading
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup
from helpers import ROOT, load

from lstm_course import authoring, check, cli, exercises, hint, solution
from lstm_course.authoring import claims
from lstm_course.authoring.sources import read_lesson
from lstm_course.learner import logbook
from lstm_course.site import first_page, lessons, mathml

LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="module")
def pages(folder):
    """Every page of the site by its path, parsed."""
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    return {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in paths}


@pytest.fixture(scope="module")
def first(pages, folder):
    """The first page, parsed."""
    return pages[folder / "index.html"]


def test_no_link_is_broken(folder, pages):
    names = {path: {tag["id"] for tag in soup.find_all(id=True)} for path, soup in pages.items()}
    broken = []
    for path, soup in pages.items():
        for tag, key in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
            for found in soup.find_all(tag, **{key: True}):
                target = urlsplit(found[key])
                if target.scheme or target.netloc:
                    continue
                to = (path.parent / unquote(target.path)).resolve() if target.path else path
                if not to.is_file() or (target.fragment and to in names and target.fragment not in names[to]):
                    broken.append(f"{path.relative_to(folder)}: {found[key]}")
    assert broken == []


def test_lessons_lead_to_each_other(pages, folder):
    for stem, following in itertools.pairwise(LESSONS):
        links = [
            a["href"] for a in pages[folder / "notebooks" / f"{stem}.html"].article.find_all("a", href=True)
        ]
        assert f"{following}.html" in links
    assert f"{LESSONS[0]}.html" in [
        a["href"] for a in pages[folder / "notebooks/index.html"].article.find_all("a")
    ]


def test_every_lesson_leads_to_one_sheet_and_the_glossary(pages, folder):
    for stem in LESSONS:
        article = pages[folder / "notebooks" / f"{stem}.html"].article
        assert {"one_sheet.html", "glossary.html"} <= {a["href"] for a in article.find_all("a", href=True)}


def test_every_picture_has_a_description(pages):
    pictures = [(path, image) for path, soup in pages.items() for image in soup.find_all("img")]
    assert len(pictures) > 5 * len(LESSONS)
    # Those of the cards say nothing that the words of the card do not say.
    poor = [path.name for path, image in pictures if len(image.get("alt", "").split()) < 5]
    assert poor == ["index.html"] * len(LESSONS)


def test_answers_stand_folded_and_nowhere_else(pages, folder):
    for stem in LESSONS:
        article = pages[folder / "notebooks" / f"{stem}.html"].article
        folded = article.find_all("details", class_="solution")
        wanted = [exercise for exercise in exercises.every().values() if exercise.lesson == stem[:2]]
        assert len(folded) == len(wanted)
        assert not any(details.has_attr("open") for details in folded)
        assert not re.search("(BEGIN|END) SOLUTION", article.get_text())
        for details in folded:
            details.extract()
        assert article.get_text().count("# your code here") == len(wanted)


def test_without_solutions_there_are_none(tmp_path):
    source = tmp_path / "03.ipynb"
    name = "03_lstm_from_scratch.ipynb"
    lessons.write_lesson(
        ROOT / "notebooks" / name, ROOT / "solutions" / name, source, tmp_path, solutions=False
    )
    text = source.read_text()
    assert "# your code here" in text
    assert "details class" not in text and "f * c_prev + i * g\\n" not in text


def test_what_only_a_learner_needs_is_not_there(pages, folder):
    seen = {stem: pages[folder / "notebooks" / f"{stem}.html"].article.get_text() for stem in LESSONS}
    for words in ("Not attempted", "Going on with", "No result is kept", "Not right yet"):
        assert [stem for stem, text in seen.items() if words in text] == [], words
    told = [stem for stem, text in seen.items() if re.search(r"^check\(\w+\)$", text, re.MULTILINE)]
    assert told == []
    assert any("proven(" in text for text in seen.values()), "what comes after an exercise stands as it was"


def test_every_page_says_what_it_is_about(pages, folder):
    for path, soup in pages.items():
        if path.parent.name != "print" and path.stem not in ("search", "genindex"):
            (description,) = soup.find_all("meta", attrs={"name": "description"})
            (shared,) = soup.find_all("meta", property="og:description")
            assert 10 < len(description["content"]) <= 210, path
            assert description["content"] == shared["content"]
    told = pages[folder / "notebooks/03_lstm_from_scratch.html"].find("meta", attrs={"name": "description"})
    assert told["content"].startswith("What would a cell look like whose memory")


def test_pictures_are_files_that_wait_until_they_are_near(pages, folder):
    for stem in LESSONS:
        images = pages[folder / "notebooks" / f"{stem}.html"].article.find_all("img")
        assert images and all(image["loading"] == "lazy" and image["width"] for image in images)
        assert all((folder / "notebooks" / image["src"]).is_file() for image in images)


def test_a_lesson_can_be_taken_along(pages, folder):
    for stem in LESSONS:
        row = pages[folder / "notebooks" / f"{stem}.html"].find(class_="lesson-row")
        taken, printed = (a["href"] for a in row.find_all("a")[-2:])
        assert (folder / "notebooks" / taken).read_bytes() == (ROOT / f"notebooks/{stem}.ipynb").read_bytes()
        assert printed == f"../print/{stem}.html"


def test_a_lesson_opens_where_the_repository_is_published():
    row = lessons.row_of({"Repository": "https://github.com/a/b.git"}, "03_x.ipynb")
    for address in (
        "https://mybinder.org/v2/gh/a/b/main?urlpath=lab/tree/notebooks/03_x.ipynb",
        "https://colab.research.google.com/github/a/b/blob/main/notebooks/03_x.ipynb",
    ):
        assert f'href="{html.escape(address)}"' in row
    assert "Open in" not in lessons.row_of({}, "03_x.ipynb")


def test_readme_has_the_buttons_of_the_repository_when_its_address_is_known():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for address in lessons.doors(lessons.project_urls(ROOT), "notebooks/00_start_here.ipynb").values():
        assert f"]({address})" in readme


def test_the_first_page_has_every_lesson_with_its_question_and_minutes(first):
    cards = first.select(".cards a")
    assert [card["href"] for card in cards] == [f"notebooks/{stem}.html" for stem in LESSONS]
    for stem, card in zip(LESSONS, cards, strict=True):
        source = read_lesson(ROOT / f"solutions/{stem}.md")
        assert card.strong.get_text() == source.title
        opening = " ".join(" ".join(cell.source for cell in source.cells[:3]).split()).lower()
        asked = card.find(class_="question").get_text()
        assert asked.endswith("?") and asked.lower() in opening.replace("**", "")
        minutes = re.search(r"· (\d+ minutes|open end)", card.find(class_="number").get_text())[1]
        assert minutes in opening


def test_the_proofs_are_counted(first):
    shown = [int(proof.get_text()) for proof in first.select(".proofs strong")]
    measured = sum(len(claims.gather(read_lesson(path))) for path in authoring.find_sources(ROOT))
    kinds = (exercises.Exercise, exercises.ValueExercise)
    known = [len(each.mistakes) for each in exercises.every().values() if isinstance(each, kinds)]
    assert shown[:2] == [sum(known), measured]
    assert shown[2] == len(load(ROOT / "tests/grading/test_hostile.py").ATTACKS)


def test_the_hours_of_readme_are_those_of_the_lessons(first):
    hours = first_page.hours(ROOT)
    assert f"about {hours} hours" in first.h2.get_text()
    assert f"about {hours} hours together" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_live_cell_has_its_place_and_its_still_figure(first, folder):
    still = first.find(class_="live").img
    assert len(still["alt"]) > 100 and still["loading"] == "eager"
    for script in first.find_all("script", src=True):
        assert (folder / script["src"]).is_file()


def test_the_reference_tells_of_every_module_in_one_of_three_groups(pages, folder):
    soup = pages[folder / "reference/index.html"]
    groups = {
        section.h2.get_text().rstrip("#"): section for section in soup.article.select("section section")
    }
    assert list(groups) == ["For lessons", "For instructors", "Inside"]
    told = [item.get_text() for item in soup.article.find_all("li")]
    assert len(told) == len(list((folder / "reference").glob("*.html"))) - 1 > 100
    assert all(len(line.partition(": ")[2].split()) > 2 for line in told)
    assert "lstm_course.memory.tasks" in groups["For lessons"].get_text()
    assert "lstm_course.grading.variants" in groups["For instructors"].get_text()
    assert "lstm_course.common.files" in groups["Inside"].get_text()


def test_the_reference_describes_what_lessons_import(pages, folder):
    reference = pages[folder / "reference/lstm_course.scratch.layers.lstm.html"]
    assert "forget_bias" in reference.article.get_text()
    (signature,) = pages[folder / "reference/lstm_course.learner.checking.html"].find_all(
        id="lstm_course.learner.checking.check"
    )
    assert "answer" in signature.get_text()
    assert not list((folder / "reference").glob("*exercises.lessons*"))


def test_a_printable_lesson_needs_nothing_beside_it(pages, folder):
    for stem in LESSONS:
        soup = pages[folder / "print" / f"{stem}.html"]
        assert soup.find("script") is None
        assert [link["href"] for link in soup.find_all("link")] == ["data:,"]
        assert all(image["src"].startswith("data:") for image in soup.find_all("img"))
        assert all(a["href"].startswith(("#", "http")) for a in soup.find_all("a", href=True))
        urls = re.findall(r"url\(\"?([^\")]+)", soup.style.string)
        assert urls and all(url.startswith("data:") for url in urls)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious")
    assert cli.main(["site", "--out", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "holds something else than an earlier site" in line
    assert (tmp_path / "thesis.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"dW \mathrel{+}= x", "<mo>+=</mo>"),
        (r"(-1, 1)", '(</mo><mo form="prefix">−</mo>'),
        (r"-\log p", '<mi>log</mi><mspace width="0.17em" /><mi>p</mi>'),
        (r"\log(p)", "<mi>log</mi><mo"),
        (r"\tanh'(a)", '<mi>tanh</mi><mo lspace="0" rspace="0">′</mo></mrow>'),
        (r"a \tanh^2 b", '<mi>a</mi><mspace width="0.17em" /><msup><mi>tanh</mi>'),
    ],
)
def test_what_the_translator_of_formulas_leaves_to_be_desired_is_repaired(formula, expected):
    assert expected in mathml.convert(formula)


# In a browser


@pytest.fixture(scope="module")
def address(folder):
    """Where the site is served, on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def page(browser, address):
    """A page that can reach this machine only, and notes what goes wrong and what it asks for."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.complaints, page.hosts = [], set()
    page.on(
        "console",
        lambda said: said.type == "error" and page.complaints.append(f"{said.text} {said.location}"),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
    yield page
    assert page.complaints == []
    assert page.hosts - {urlsplit(address).netloc, ""} == set(), "a page sends requests to other machines"


GUIDES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("docs/**/*.md"))
PAGES = ["index", "README", "search", "notebooks/index", *(f"notebooks/{stem}" for stem in LESSONS), *GUIDES,
         "datasets/README", "CHANGELOG", "reference/index",
         "reference/lstm_course.scratch.layers.lstm"]  # fmt: skip
# Without preload axe does not look for imported style sheets, and misses some of their addresses; what it has
# found to be right it need not describe, which takes as long as to find it.
AXE = {"preload": False, "resultTypes": ["violations"]}
WHOLE = "notebooks/00_start_here"
SAME_EVERYWHERE = [[".highlight"], ["math"]]  # colours of code and formulas, which take most of the time


@pytest.mark.timeout(240, func_only=True)
@pytest.mark.parametrize("path", [*PAGES, f"print/{LESSONS[0]}"])
def test_axe_finds_nothing_in_the_light_and_in_the_dark(page, address, path):
    """A page is the same in both, but for its colours; only their rules look twice."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/{path}.html")
    left_out = [] if path == WHOLE else SAME_EVERYWHERE
    if left_out:  # a part that is left out is still gone through, element by element
        page.evaluate("""document.querySelectorAll('.highlight pre').forEach(
            code => { code.textContent = code.textContent; })""")
    found = {}
    for scheme, rules in ("light", {}), ("dark", {"runOnly": ["color-contrast", "link-in-text-block"]}):
        page.emulate_media(color_scheme=scheme)
        in_theme = "light" if path.startswith("print") else scheme
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=in_theme)
        done = Axe().run(page, context={"exclude": left_out}, options=AXE | rules)
        found[scheme] = done.response["violations"]
    assert [
        (scheme, rule["id"], rule["nodes"][0]["html"][:200]) for scheme in found for rule in found[scheme]
    ] == []


@pytest.mark.parametrize("path", PAGES)
def test_on_a_telephone_nothing_leaves_the_page(page, address, path):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}/{path}.html")
    wide = page.evaluate(
        "(box => box.scrollWidth - box.clientWidth)(document.querySelector('.bd-article') || document.body)"
    )
    seen = page.evaluate("document.documentElement.scrollWidth")
    title = page.locator(".navbar-brand .title, .brand").first.bounding_box()
    search = page.locator("header .search-button__button").first
    beside = search.bounding_box() if search.count() and search.is_visible() else None
    page.set_viewport_size({"width": 1280, "height": 800})
    assert wide <= 0 and seen <= 390
    assert title["x"] >= 0 and title["x"] + title["width"] <= (beside["x"] if beside else 390)


LIMITS = {"index": 300_000, **{f"notebooks/{stem}": 1_500_000 for stem in LESSONS}}


@pytest.mark.parametrize("path", LIMITS)
def test_a_page_is_light(page, address, path):
    weights = {}
    note = lambda answer: weights.update({answer.url: len(answer.body())})  # noqa: E731
    page.on("response", note)
    page.goto(f"{address}/{path}.html")
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.remove_listener("response", note)
    assert sum(url.endswith((".png", ".svg", ".webp")) for url in weights) >= 1
    assert sum(weights.values()) < LIMITS[path]


def test_a_line_has_about_68_characters(page, address):
    page.goto(f"{address}/notebooks/03_lstm_from_scratch.html")
    lines = page.evaluate("""[...document.querySelectorAll('.bd-article p')]
        .filter(p => p.textContent.length > 300 && !p.closest('details, table, .lesson-row'))
        .map(p => [p.textContent.length, p.clientHeight / parseFloat(getComputedStyle(p).lineHeight)])
        .map(([characters, lines]) => characters / Math.round(lines))
    """)
    assert len(lines) > 10 and 60 <= np.median(lines) <= 76


def test_code_can_be_copied(page, address):
    page.goto(f"{address}/notebooks/00_start_here.html")
    button = page.locator(".cell_input button.copybtn").first
    assert button.get_attribute("data-tooltip") == "Copy"


def test_what_was_searched_for_can_be_read_in_the_dark(page, address):
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/notebooks/03_lstm_from_scratch.html?highlight=gate")
    page.wait_for_selector("span.highlighted")
    ground, ink = page.locator("span.highlighted").first.evaluate(
        "part => [getComputedStyle(part).backgroundColor, getComputedStyle(part).color]"
    )
    assert contrast(*(list(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ground, ink))) >= 4.5


def contrast(*colours):
    """Of two colours, as WCAG 2 computes it from their relative luminances."""
    linear = [
        [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in each] for each in colours
    ]
    dark, light = sorted(np.dot(each, (0.2126, 0.7152, 0.0722)) for each in linear)
    return (light + 0.05) / (dark + 0.05)


def test_axe_finds_nothing_in_the_cards_of_checks(page):
    from axe_playwright_python.sync_playwright import Axe

    cards = [check(sigmoid=answer) for answer in (None, np.tanh, exercises.find("sigmoid").variant())]
    cards += [hint("sigmoid"), solution("sigmoid"), logbook.Progress({"sigmoid": "right"})]
    assert [card.status for card in cards[:3]] == ["not attempted", "wrong", "right"]
    shown = "".join(card._repr_html_().replace("<details", "<details open") for card in cards)
    page.emulate_media(color_scheme="light")  # a page without colours of its own is light
    page.set_content(f'<html lang="en"><title>cards</title><main><h1>Cards</h1>{shown}</main></html>')
    found = Axe().run(page, options=AXE).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []


@pytest.mark.parametrize("served", [True, False], ids=["served", "from the disk"])
def test_explorers_are_alive_without_a_kernel(page, address, folder, served):
    where = address if served else folder.as_uri()
    page.goto(f"{where}/notebooks/03_lstm_from_scratch.html")
    explorers = page.locator(".lstm-explorable")
    explorers.locator("svg").last.wait_for()
    assert explorers.count() == explorers.locator(".picture svg").count() >= 4
    ids = page.locator(".lstm-explorable [id]").evaluate_all("all => all.map((one) => one.id)")
    assert len(set(ids)) == len(ids) > 4
    for explorer in explorers.all():
        handle = explorer.locator("input[type=range]:enabled:visible, [role=slider]").first
        before = explorer.locator("svg").inner_html()
        handle.press("Home")
        if explorer.locator("svg").inner_html() == before:
            handle.press("End")
        assert explorer.locator("svg").inner_html() != before


def test_formulas_are_drawn_with_the_font_that_came_along(page, address):
    page.goto(f"{address}/notebooks/03_lstm_from_scratch.html")
    formula = page.locator(".formula math").first
    assert formula.bounding_box()["height"] > 10
    assert page.evaluate("async () => (await document.fonts.load('16px \"Course Math\"')).length") == 1
    assert page.locator("mjx-container").count() == 0


def test_search_finds_a_forget_gate(page, address):
    page.goto(f"{address}/search.html?q=forget+gate")
    page.wait_for_selector("#search-results li a", timeout=20_000)
    titles = page.locator("#search-results li > a").all_inner_texts()
    assert "LSTM from scratch" in titles

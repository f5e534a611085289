"""The site as a reader meets it, in a real browser, with no machine in reach but this one."""

import functools
import http.server
import itertools
import re
import threading
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup
from helpers import ROOT, run_python

from lstm_course import check, cli, exercises, hint, solution
from lstm_course.learner import logbook
from lstm_course.site import mathml
from lstm_course.site import pages as site

LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pages, built once by the command, where neither TensorFlow nor Keras can be imported."""
    out = tmp_path_factory.mktemp("site") / "out"
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from lstm_course.cli import main; sys.exit(main(['site', '--out', sys.argv[1]]))"
    )
    said = run_python(code, out, cwd=ROOT)
    assert said == f"The site is made: open {out / 'index.html'}\n"
    return out


@pytest.fixture(scope="module")
def pages(folder):
    """Every page of the site by its path, parsed."""
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    return {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in paths}


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


def test_every_picture_has_a_description(pages):
    pictures = [(path, image) for path, soup in pages.items() for image in soup.find_all("img")]
    assert len(pictures) > 5 * len(LESSONS)
    assert [path.name for path, image in pictures if len(image.get("alt", "").split()) < 5] == []


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
    site.write_lesson(ROOT / "notebooks" / name, ROOT / "solutions" / name, source, solutions=False)
    text = source.read_text()
    assert "# your code here" in text
    assert "details class" not in text and "f * c_prev + i * g\\n" not in text


def test_the_reference_describes_what_lessons_import(pages, folder):
    reference = pages[folder / "reference/lstm_course.scratch.layers.lstm.html"]
    assert "forget_bias" in reference.article.get_text()
    (signature,) = pages[folder / "reference/lstm_course.learner.checking.html"].find_all(
        id="lstm_course.learner.checking.check"
    )
    assert "answer" in signature.get_text()
    assert not list((folder / "reference").glob("*lesson*"))


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
def page(chromium, address):
    """A page that can reach this machine only, and notes what goes wrong and what it asks for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
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
        browser.close()


GUIDES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("docs/**/*.md"))
PAGES = ["index", "notebooks/index", *(f"notebooks/{stem}" for stem in LESSONS), *GUIDES, "datasets/README",
         "CHANGELOG", "reference/index", "reference/lstm_course.scratch.layers.lstm"]  # fmt: skip
WITH_CODE = "notebooks/00_start_here"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("path", "scheme"),
    [*zip(PAGES, itertools.cycle(["light", "dark"])), (WITH_CODE, "dark"), (f"print/{LESSONS[0]}", "light")],
)
def test_axe_finds_nothing(page, address, path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/{path}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    ours = "main" if path.startswith("print") else ".bd-article"  # the rest of a page is the theme's
    # The colours of code are the same everywhere, and to look at them takes most of the time.
    code = [] if path == WITH_CODE else [[".highlight"]]
    # Without preload it does not look for imported style sheets, and misses some of their addresses.
    found = Axe().run(page, context={"include": [[ours]], "exclude": code}, options={"preload": False})
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found.response["violations"]] == []


@pytest.mark.parametrize("path", ["index", *(f"notebooks/{stem}" for stem in LESSONS), "datasets/README"])
def test_on_a_telephone_nothing_leaves_the_page(page, address, path):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}/{path}.html")
    wide = page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.bd-article'))")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert wide <= 0


def test_axe_finds_nothing_in_the_cards_of_checks(page):
    from axe_playwright_python.sync_playwright import Axe

    cards = [check(sigmoid=answer) for answer in (None, np.tanh, exercises.find("sigmoid").variant())]
    cards += [hint("sigmoid"), solution("sigmoid"), logbook.Progress({"sigmoid": "right"})]
    assert [card.status for card in cards[:3]] == ["not attempted", "wrong", "right"]
    shown = "".join(card._repr_html_().replace("<details", "<details open") for card in cards)
    page.set_content(f'<html lang="en"><title>cards</title><main><h1>Cards</h1>{shown}</main></html>')
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []


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

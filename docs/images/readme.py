"""Draws the pictures of README: a check that names a mistake, moving and still, and three figures of lessons.

    python docs/images/readme.py

The cards are those that `check` gives; the code is the exercise's own answer with a known mistake in it. It
needs a Chromium.
"""

import html
import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from lstm_course import check, exercises
from lstm_course.common import notebooks
from lstm_course.site import books

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
EXERCISE, MISTAKE = "lstm_cell", "forget and input gate swapped"
# A lesson, which of its figures, and the name of the file.
THUMBNAILS = (("03", 5, "cell"), ("02", 3, "gradient"), ("04", 3, "gates"))
SIZE, THUMBNAIL = {"width": 760, "height": 470}, {"width": 480, "height": 300}
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>
body { margin: 0; padding: 18px 22px; background: #fff; color: #111;
       font: 16px/1.45 "DejaVu Sans", sans-serif; }
pre { margin: 0 0 10px; padding: 10px 14px; background: #f5f5f5; border: 1px solid #cfcfcf;
      font: 13px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
figure { margin: 0; } figure img { width: 100%%; height: 264px; object-fit: contain; }
mark { background: #ffe08a; color: #111; }
</style><body>%s</body></html>"""
MILLISECONDS = {"line": 250, "read": 1400, "wrong": 4500, "mend": 1600, "right": 5000}


def scenes():
    """What is seen one after the other: HTML, and for how many milliseconds."""
    exercise = exercises.find(EXERCISE)
    mistake = next(each for each in exercise.mistakes if each.name == MISTAKE)
    ((right, wrong),) = mistake.changes.items()
    written, mended = (_code(text) for text in (exercise.text_with(mistake), exercise.source))
    lines = written.split("\n")
    for count in range(1, len(lines) + 1):
        yield _cell("\n".join(lines[:count])), MILLISECONDS["line"]
    asked = _cell(written) + _cell(f"check({EXERCISE})")
    yield asked, MILLISECONDS["read"]
    yield asked + check(exercise.variant(mistake))._repr_html_(), MILLISECONDS["wrong"]
    yield _cell(written, wrong) + _cell(f"check({EXERCISE})"), MILLISECONDS["mend"]
    asked = _cell(mended, right) + _cell(f"check({EXERCISE})")
    yield asked, MILLISECONDS["mend"]
    yield asked + check(exercise.variant())._repr_html_(), MILLISECONDS["right"]


def _code(text):
    """A function without its docstring, which fills half of the picture, and without its comments."""
    head, _, rest = text.partition('    """')
    lines = (head + rest.partition('"""\n')[2]).rstrip().split("\n")
    return "\n".join(line.partition("  #")[0] for line in lines)


def _cell(code, marked=""):
    shown = html.escape(code)
    part = html.escape(marked)
    return f"<pre>{shown.replace(part, f'<mark>{part}</mark>') if marked else shown}</pre>"


def draw_check(tab):
    """Writes `check.gif`, which plays once, and `check.png`, the card that names the mistake."""
    frames, times = [], []
    for shown, milliseconds in scenes():
        frames.append(_seen(tab, shown, 64))
        times.append(milliseconds)
    first, *others = frames
    first.save(FOLDER / "check.gif", save_all=True, append_images=others, duration=times, optimize=True)
    frames[times.index(MILLISECONDS["wrong"])].save(FOLDER / "check.png", optimize=True)


def draw_thumbnails(tab):
    """Writes small copies of figures that the lessons show."""
    for lesson, number, name in THUMBNAILS:
        (path,) = ROOT.glob(f"notebooks/{lesson}_*.ipynb")
        outputs = (output for cell in notebooks.read(path).cells for output in cell.get("outputs", []))
        shown = [output.data["text/html"] for output in outputs if "<figure" in str(output.get("data", ""))]
        image = re.search(r"<img[^>]*>", shown[number])[0]
        _seen(tab, f"<figure>{image}</figure>", 128).save(FOLDER / f"{name}.png", optimize=True)


def _seen(tab, shown, colours):
    """What a browser shows, as an image of few colours."""
    tab.set_content(PAGE % shown)
    picture = Image.open(io.BytesIO(tab.screenshot()))
    return picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=books.find_browser(), args=["--no-sandbox"])
        draw_check(browser.new_page(viewport=SIZE))
        draw_thumbnails(browser.new_page(viewport=THUMBNAIL))
        browser.close()

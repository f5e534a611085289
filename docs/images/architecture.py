"""Draws architecture.svg from the layers that the tests hold the code to."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = Path(__file__).with_suffix(".svg")
# What a room is for, in the words of the picture; a room that is not here cannot be drawn.
WORDS = {
    "cli": "the commands",
    "grading": "marks, in a sandbox",
    "site": "the web site",
    "authoring": "sources to notebooks",
    "bench": "speed",
    "learner": "check, working copy, JupyterLab, doctor",
    "explore": "what sliders move",
    "plots": "figures from arrays",
    "models": "Keras",
    "memory": "tasks, what is remembered",
    "exercises": "references, mistakes",
    "data": "series, reviews, text",
    "scratch": "the networks in NumPy",
    "common": "arguments, files, notebooks, trouble",
}
COLOURS = [
    "#56606b",
    "#0072B2",
    "#0072B2",
    "#8a4b08",
    "#8a4b08",
    "#8a4b08",
    "#00664b",
    "#00664b",
    "#56606b",
]
LEFT, WIDTH, HEIGHT, ROW, GAP = 20, 860, 56, 88, 16


def layers():
    """The rooms of every layer, from above to below: list of lists of str."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (each for each in settings["contracts"] if each["type"] == "layers")
    return [re.split(r" [|:] ", layer) for layer in contract["layers"]]


def drawing():
    """The picture, an SVG."""
    rows = layers()
    height = ROW * len(rows) + 8
    marker = (
        '<marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L10 5L0 10z" fill="#444"/></marker>'
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" '
        'font-family="DejaVu Sans, Verdana, sans-serif">',
        "<title>The rooms of the course</title>",
        f"<defs>{marker}</defs>",
        f'<rect width="900" height="{height}" fill="#fff"/>',
    ]
    for number, rooms in enumerate(rows):
        up = 16 + number * ROW
        if number:
            parts += _arrows(rows[number - 1], rooms, up)
        width = (WIDTH - GAP * (len(rooms) - 1)) / len(rooms)
        for place, room in enumerate(rooms):
            parts += _room(room, LEFT + place * (width + GAP), up, width, COLOURS[number])
    return "\n".join([*parts, "</svg>", ""])


def _arrows(above, below, up):
    """From one row to the next: in the middle, or one for each of two boxes, whose gap the middle is."""
    two = 2 in (len(above), len(below))
    return [
        f'<path d="M{across:.0f} {up - 30}V{up - 3}" stroke="#444" stroke-width="2" marker-end="url(#a)"/>'
        for across in ([LEFT + WIDTH / 4, LEFT + 3 * WIDTH / 4] if two else [LEFT + WIDTH / 2])
    ]


def _room(room, left, up, width, colour):
    middle = f'x="{left + width / 2:.0f}" text-anchor="middle"'
    return [
        f'<rect x="{left:.0f}" y="{up}" width="{width:.0f}" height="{HEIGHT}" rx="8" fill="#fff" '
        f'stroke="{colour}" stroke-width="2.5"/>',
        f'<text {middle} y="{up + 24}" font-size="15" font-weight="bold" fill="{colour}">{room}</text>',
        f'<text {middle} y="{up + 43}" font-size="13" fill="#222">{WORDS[room]}</text>',
    ]


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")

"""Explorers on the site: the same modules as in a notebook, with a model of a few lines for the kernel."""

import json
from pathlib import Path

from lstm_course.explore.explorer import EXPLORABLE, module, styles

__all__ = ["FOLDER", "live", "write_scripts"]

FOLDER = "explorables"  # within the site's static files


def write_scripts(static: Path) -> None:
    """Write the style sheet and, for each explorer, a script that draws it wherever a page has a place.

    A page may be opened from a disk, where browsers load classic scripts and no modules.

    Args:
        static: folder of the site's static files.
    """
    from lstm_course import explore

    folder = static / FOLDER
    folder.mkdir()
    (folder / "explorable.css").write_text(styles(), encoding="utf-8")
    for name in explore.EXPLORABLES:
        code = module(name, "stand_in").rpartition("export default")[0]
        script = f'(() => {{\n"use strict";\n{code}mount("{name}", render);\n}})();\n'
        (folder / f"{name}.js").write_text(script, encoding="utf-8")


def live(bundle: dict, root: str) -> str:
    """The HTML of an explorer that draws itself, with its still picture where no script runs.

    Args:
        bundle: dict, what an explorer shows, by MIME type.
        root: path from the page to the site's first page, such as "../".

    Returns:
        HTML.

    Example:
        >>> from lstm_course.explore import cell_playground
        >>> bundle, _ = cell_playground()._repr_mimebundle_()
        >>> live(bundle, "").partition(">")[0]
        '<div class="lstm-explorable" data-explorable="cell_playground"'
    """
    page = bundle[EXPLORABLE]
    data = json.dumps(page).replace("<", "\\u003c")  # nothing in it ends the element
    return (
        f'<div class="lstm-explorable" data-explorable="{page["name"]}">{bundle["text/html"]}'
        f'<script type="application/json">{data}</script></div>'
        f'<script defer src="{root}_static/{FOLDER}/{page["name"]}.js"></script>'
    )

"""How the reports are written: tables that a spreadsheet opens, and pages complete in themselves."""

import csv
import html
import io

__all__ = ["as_csv", "page"]

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 1.6rem 0 .3rem }
section { border-left: 4px solid #757575; padding: .1rem 0 .1rem 1rem; margin: 1rem 0 }
section.right { border-color: #2e7d32 } section.nearly { border-color: #b26a00 }
section.wrong, section.error, section.timed-out, section.killed { border-color: #c62828 }
p { margin: .3rem 0 } table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0;
  text-align: left; vertical-align: top } .number { text-align: right } figure { margin: 1rem 0 }
img { max-width: 100% } code { font-size: .95em }
"""


def as_csv(rows):
    """Text of a table; a cell that a spreadsheet would take for a formula is kept from being one.

    Args:
        rows: lists of cells, the first holds the names.

    Returns:
        A str.

    Example:
        >>> as_csv([["learner"], ["=1+1"]])
        "learner\\r\\n'=1+1\\r\\n"
    """
    text = io.StringIO()
    for row in rows:
        csv.writer(text).writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _harmless(cell):
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def page(title, content):
    """A whole HTML page that needs nothing from elsewhere.

    Args:
        title: str, not yet escaped.
        content: HTML.

    Returns:
        HTML.
    """
    title = html.escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<style>{CSS}</style></head><body><main><h1>{title}</h1>\n{content}\n</main></body></html>\n"
    )

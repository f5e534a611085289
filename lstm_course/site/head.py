"""What the head of every page tells search engines and those who pass its address on; a Sphinx extension."""

from pathlib import Path

_LONGEST = 200  # characters of a description that are shown anywhere


def describe(paragraphs: list[str], question: str = "") -> str:
    """What a page is about, in a sentence or two.

    Args:
        paragraphs: the texts of the page, in order.
        question: the one that it opens with; default none.

    Returns:
        The question, or the first paragraph that says something, cut at the end of a word.

    Example:
        >>> describe(["Lesson 3", "A cell that keeps what it is told to keep, for as long as it is told to."])
        'A cell that keeps what it is told to keep, for as long as it is told to.'
    """
    text = question or next((each for each in paragraphs if len(each) > 60), "")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _tell(app, pagename, templatename, context, doctree):
    """Puts the description of a page where its template finds it."""
    paragraphs, question = [], ""
    if doctree is not None:
        from docutils import nodes

        paragraphs = [each.astext() for each in doctree.findall(nodes.paragraph)]
        if pagename.startswith("notebooks/"):
            bold = (each.astext() for each in doctree.findall(nodes.strong))
            question = next((each for each in bold if each.endswith("?")), "")
    context["description"] = describe(paragraphs, question) or app.config.html_title


def setup(app):
    """Called by Sphinx."""
    # A new list: Sphinx keeps one for all runs of a process, and a book has other pages.
    app.config.templates_path = [*app.config.templates_path, str(Path(__file__).parent / "templates/sphinx")]
    app.connect("html-page-context", _tell)
    return {"parallel_read_safe": True}

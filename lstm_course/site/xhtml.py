"""Well-formed XML, as an EPUB asks for it, whatever HTML the notebooks hold; a Sphinx extension."""

__all__ = ["well_formed"]


def well_formed(html: str) -> str:
    """Write HTML as XML: each tag closed, each attribute with a value, no named entities, no script.

    Example:
        >>> well_formed("a&nbsp;b<br><img src=x hidden>").replace(chr(160), " ")
        'a b<br/><img hidden="" src="x"/>'
    """
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for script in soup.find_all("script"):
        script.decompose()
    return soup.decode(formatter="minimal")


def _mend(app, pagename, templatename, context, doctree):
    if "body" in context:
        context["body"] = well_formed(context["body"])
    # This file is written when the book is packed already.
    context["css_files"] = [each for each in context["css_files"] if "mystnb" not in str(each.filename)]


def setup(app):
    """Called by Sphinx."""
    app.connect("html-page-context", _mend)
    return {"parallel_read_safe": True}

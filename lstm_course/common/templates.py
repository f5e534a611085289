"""HTML pages from templates. What is put into one stays text; only what our own code marked up is markup."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lstm_course.common.files import PACKAGE
from lstm_course.common.markup import marked_up

__all__ = ["rendered"]


def rendered(template: str, **values: object) -> str:
    """A page from its template.

    Args:
        template: path of the template within the package. Templates stand in a folder `templates` beside the
            module that uses them.
        **values: what the template asks for. A `markupsafe.Markup` goes in as it is, all else as text.

    Returns:
        HTML.

    Raises:
        jinja2.TemplateNotFound: there is no such template.
        jinja2.UndefinedError: the template asks for something that was not given.

    Example:
        >>> made = rendered("grading/reports/templates/page.html", title="<b> & {{ 7 * 7 }}")
        >>> "<title>&lt;b&gt; &amp; {{ 7 * 7 }}</title>" in made
        True
    """
    return _environment().get_template(template).render(values)


@cache
def _environment():
    made = Environment(
        loader=FileSystemLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters["marked_up"] = _marked_up
    return made


def _marked_up(sentence):
    # It escapes all but the <code> that it puts for backticks.
    return Markup(marked_up(sentence))

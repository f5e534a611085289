"""Settings of Sphinx. The site is made by `lstm-course site`, which puts the pages together first."""

from lstm_course import __version__

project = "LSTM networks, hands on"
author = "The LSTM course authors"
copyright = "The LSTM course authors, MIT licence"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "lstm_course.site.mathml",
    "lstm_course.site.head",
]
html_math_renderer = "mathml"
root_doc = "index"
exclude_patterns = ["**/conf.py", "extra"]
html_extra_path = ["extra"]
language = "en-GB"
highlight_language = "none"  # commands and messages are no Python

# Outputs are those of the committed notebooks; nothing is run.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
# A name that several classes have is left as code.
suppress_warnings = ["mystnb.unknown_mime_type", "ref.python"]

# Docstrings: `name` in single backticks links to what is called so, and is code where nothing is.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_use_type_comments = False  # there are none, and to look for them every function is read again
napoleon_google_docstring = True
napoleon_numpy_docstring = False
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = project
copybutton_exclude = ".linenos, .gp, .go"  # of an example in the reference the code alone
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_domain_indices = False  # the list of the reference is one
html_static_path = ["_static"]
html_css_files = ["math.css", "course.css", "explorables/explorable.css"]
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"index": []}
html_theme_options = {
    "show_prev_next": True,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

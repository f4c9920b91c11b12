"""The documentation as a site: `make docs` writes build/site, which needs no network to build or to read.

Sphinx, because it is well kept, reads docstrings itself and can treat every warning (a link that leads nowhere) as an error;
MyST, because the pages are Markdown and readable as they are; Furo, because it brings its scripts with it, asks no other host
for anything, and is good on a telephone and in the dark.
"""

import logging

from abm import __version__

project = "obc-abm"
author = "The obc-abm contributors"
copyright = f"{author}; MIT licence"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.doctest"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
highlight_language = "none"
default_role = "literal"  # single quotes in docstrings are code, as in Markdown
pygments_style = "friendly"
pygments_dark_style = "monokai"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "obc-abm"
html_static_path = ["_static"]
html_css_files = ["wide_tables.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}


def setup(app):
    """A pattern of the table of contents may match nothing; Sphinx has no setting for that."""
    logging.getLogger("sphinx.sphinx.directives.other").addFilter(
        lambda record: "toctree glob pattern" not in str(record.msg)
    )

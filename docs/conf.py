"""How Sphinx builds the site: ``make docs``."""

from __future__ import annotations

import contextlib
import inspect
import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.ext import napoleon
from sphinx.util.inspect import TypeAliasForwardRef

sys.path.insert(0, str(Path(__file__).parent.parent))  # `docs` is not installed

from docs.write_reference import escaped  # found by the line above

project = "chainrule"
author = "the authors of chainrule"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
]
exclude_patterns = ["figures", "gallery/pictures"]

# -- Markdown, as GitHub reads it ------------------------------------------------------------

myst_heading_anchors = 3  # links to headings: page.md#a-heading
myst_enable_extensions = ["html_image"]  # <img> with a width

# -- docstrings ------------------------------------------------------------------------------

default_role = "py:obj"  # `name` leads to what it names, where that is public
NUMPY_DOCSTRINGS = napoleon.Config(
    napoleon_use_rtype=False,
    napoleon_custom_sections=[("Attributes", "params_style")],  # weight, bias: two of one kind
)
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_type_aliases = {
    name: name for name in ("Array", "Axes", "Shape", "Value", "Metric", "Gradients", "Case")
}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
TypeAliasForwardRef.__repr__ = lambda self: self.name  # in `Array | None` it is what shows

# -- the look --------------------------------------------------------------------------------

html_theme = "furo"
html_title = "chainrule"
html_theme_options = {
    "light_css_variables": {"code-font-size": "75%"},  # lines of 100 characters fit
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
copybutton_selector = "div.highlight-python pre, div.highlight-sh pre, div.highlight-default pre"
copybutton_prompt_text = ">>> "


def prepare(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are read by people first: |x| is no markup, `axis` the parameter, no link.

    Napoleon is called here: as an extension it takes what a property says before a colon for
    its type.
    """
    text = escaped("\n".join(lines))
    with contextlib.suppress(TypeError, ValueError):  # a property, an exception: no parameters
        for parameter in inspect.signature(obj).parameters:
            text = re.sub(rf"(?<!`)`{parameter}`(?!`)", f"``{parameter}``", text)
    lines[:] = napoleon.NumpyDocstring(text, NUMPY_DOCSTRINGS, app).lines()


def leave_words_alone(app: Any, doctree: nodes.document) -> None:
    """The dtype and the shape of a parameter's type are words: they do not lead to Tensor's."""
    for node in list(doctree.findall(addnodes.pending_xref)):
        is_in_a_field = isinstance(node.parent, nodes.paragraph)
        if is_in_a_field and node["reftype"] == "class" and node["reftarget"].islower():
            node.replace_self(nodes.emphasis("", node["reftarget"]))


def by_its_last_name(app: Any, env: Any, node: nodes.Element, text: nodes.Node) -> Any:
    """Resolve `check_gradients` on any page, as long as one function or class is called so."""
    if node.get("reftype") != "obj" or node.get("refdomain") != "py":
        return None
    domain = env.domains["py"]
    found = [
        name
        for name, obj in domain.objects.items()
        if name.endswith(f".{node['reftarget']}") and obj.objtype in ("function", "class", "data")
    ]
    if len(found) != 1:
        return None
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", found[0], node, text)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", prepare)
    app.connect("doctree-read", leave_words_alone)
    app.connect("missing-reference", by_its_last_name)

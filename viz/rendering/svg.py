"""Making Graphviz's SVG fit for readers: for screen readers, notebooks and web pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PREFIXES: Final = {
    "{http://www.w3.org/2000/svg}": "",
    "{http://www.w3.org/1999/xlink}": "xlink:",
}

_FALLBACKS: Final = {
    "sans-serif": ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans CJK KR"),
    "serif": ("Times New Roman", "Liberation Serif", "DejaVu Serif", "Noto Serif CJK KR"),
    "monospace": ("Courier New", "Liberation Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK KR"),
}
"""By generic family, what to try before it."""


def accessible(svg: bytes | str, title: str, description: str) -> str:
    """Graphviz's SVG with a title and a description, safe to put on any page.

    - The picture is one image to screen readers, called `title` and told by `description`.
    - It is never wider than its page, and keeps its proportions.
    - All ids begin with a hash of the picture, so that several pictures on a page do not
      meet; the same picture gets the same ids every time.
    - Every font has fallbacks, the last ones with Korean, Japanese and Chinese letters.
    - Prolog, document type, comments and the name of the graph are gone, so that it may stand
      within HTML. Encoded in UTF-8, it is a file of its own as well.

    Parameters
    ----------
    svg : bytes or str
        As Graphviz writes it; bytes are UTF-8.
    title : str
        What the picture is, in a few words.
    description : str
        What there is to see, for readers who do not see it.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        If `svg` is not XML. Characters that XML cannot have become U+FFFD in all three texts.
    """
    text = svg.decode("utf-8", "replace") if isinstance(svg, bytes) else svg
    title, description = _valid(title), _valid(description)
    root = ElementTree.fromstring(_valid(text))
    _without_namespaces(root)
    _without_name(root)
    digest = hashlib.sha256("\0".join((text, title, description)).encode("utf-8", "replace"))
    prefix = f"chainrule-{digest.hexdigest()[:12]}-"
    _prefix_ids(root, prefix)
    for element in root.iter():
        if "font-family" in element.attrib:
            element.set("font-family", _with_fallbacks(element.attrib["font-family"]))
    _describe(root, prefix, title, description)
    style = root.get("style", "").strip("; ")
    root.set("style", "; ".join(filter(None, (style, "max-width: 100%; height: auto"))))
    root.tail = None
    return ElementTree.tostring(root, encoding="unicode")


def _valid(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _without_namespaces(root: Element) -> None:
    """Write names as in the file: ElementTree knows prefixes only for the whole process."""
    for element in root.iter():
        element.tag = _short(element.tag)
        element.attrib = {_short(name): value for name, value in element.attrib.items()}
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("xmlns:xlink", "http://www.w3.org/1999/xlink")


def _short(name: str) -> str:
    for namespace, prefix in _PREFIXES.items():
        if name.startswith(namespace):
            return prefix + name.removeprefix(namespace)
    return name


def _without_name(root: Element) -> None:
    """Remove the graph's own title, such as %3, which browsers show over the whole picture."""
    for graph in root.findall("g[@class='graph']"):
        for name in graph.findall("title"):
            graph.remove(name)


# -- ids ------------------------------------------------------------------------------------

_LISTS_OF_IDS: Final = ("aria-labelledby", "aria-describedby")


def _prefix_ids(root: Element, prefix: str) -> None:
    ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    for element in root.iter():
        for name, value in element.attrib.items():
            element.set(name, _prefixed(name, value, ids, prefix))


def _prefixed(name: str, value: str, ids: Set[str], prefix: str) -> str:
    if name == "id":
        return prefix + value
    if name in ("href", "xlink:href") and value[:1] == "#" and value[1:] in ids:
        return f"#{prefix}{value[1:]}"
    if name in _LISTS_OF_IDS:
        return " ".join(prefix + word if word in ids else word for word in value.split())
    if "url(#" in value:
        return re.sub(
            r"url\(#([^)]*)\)",
            lambda url: f"url(#{prefix}{url[1]})" if url[1] in ids else url[0],
            value,
        )
    return value


def _describe(root: Element, prefix: str, title: str, description: str) -> None:
    names = {"title": title, "desc": description}
    for position, (tag, text) in enumerate(names.items()):
        element = Element(tag, id=prefix + tag)
        element.text, element.tail = text, "\n"
        root.insert(position, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}title")
    root.set("aria-describedby", f"{prefix}desc")


# -- fonts ----------------------------------------------------------------------------------


def _with_fallbacks(families: str) -> str:
    """What was asked for first, then what looks alike and has more letters."""
    asked = [name for family in families.split(",") if (name := family.strip().strip("'\""))]
    generic = asked.pop().lower() if asked and asked[-1].lower() in _FALLBACKS else "sans-serif"
    known = {name.lower() for name in asked}
    names = [*asked, *(name for name in _FALLBACKS[generic] if name.lower() not in known)]
    return ", ".join([*(f"'{name}'" if " " in name else name for name in names), generic])

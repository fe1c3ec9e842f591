"""How much room text takes, before anybody has drawn it.

The estimate is generous: letters differ between machines, and text must fit with all of them.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from viz.labels import Label, visible

LINE: Final = 1.25
"""The height of a line, in sizes of the letters."""

CELL: Final = 6.0
"""What a cell of a table has around its text, in points."""

_NARROW: Final = frozenset("iljI|.,:;'`!·ˈ ₁")
_SLIM: Final = frozenset('ft()[]{}r/\\"-¹²³⁴⁵⁶⁷⁸⁹⁰⁻₀₂₃₄₅₆₇₈₉ᵀJ°')
_BROAD: Final = frozenset("mwMW%@…⚠→—∞")
_SIGNS: Final = frozenset("−+×÷=<>≤≥≠±~^#")


def width(text: str, size: float) -> float:
    """The width of one line, in points, in letters of `size` points."""
    return size * sum(map(_em, text))


def extent(label: Label, size: float) -> tuple[float, float]:
    """Width and height of a label, in points; nothing for an empty one."""
    across, down = 0.0, 0.0
    if label.text:
        lines = [visible(line) for line in label.text.split("\n")]
        across = max(width(line, size) for line in lines)
        down = len(lines) * size * LINE
    if label.table:
        columns = zip(*label.table, strict=True)
        table = sum(max(width(cell, size) for cell in column) + CELL for column in columns) + 6
        across += table + (CELL if label.text else 0)
        down = max(down, len(label.table) * (size * LINE + CELL) + 2)
    return across, down


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _SLIM:
        return 0.45
    if character in _BROAD or unicodedata.east_asian_width(character) in "WF":
        return 1.02
    if character in _SIGNS:
        return 0.84
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if category == "Lu":
        return 0.76
    if category.startswith("L"):
        return 0.65
    return 0.66 if category == "Nd" else 0.9

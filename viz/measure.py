"""How much room text takes, before anybody has drawn it.

The estimate is generous: letters differ between machines, and text must fit with all of them. It
is taken from DejaVu Sans, which is wider than what usually stands in for Helvetica.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from viz.labels import Label, visible

LINE: Final = 1.25
"""The height of a line, in sizes of the letters."""

TALL: Final = 1.5
"""The same with East Asian letters, or with such as come from another font."""

CELL: Final = 8.0
"""What a cell of a table has around its text, in points."""

_WIDTHS: Final = {
    character: width
    for characters, width in (
        ("ijlI|.,:;'·ˈ /\\J-f", 0.37),
        ("!tr()[]¹²³⁴⁵⁶⁷⁸⁹⁰⁻₀₁₂₃₄₅₆₇₈₉ᵢⱼᵀ°", 0.43),
        ('"`*_?°∂', 0.56),
        ("−+×÷=<>≤≥≠±~^#w", 0.86),
        ("M&", 0.89),
        ("0123456789", 0.69),
        ("mW@%…⚠→—∞½", 1.02),
    )
    for character in characters
}
"""In sizes of the letters."""


def width(text: str, size: float) -> float:
    """The width of one line, in points, in letters of `size` points."""
    return size * sum(map(_em, unicodedata.normalize("NFC", text)))


def extent(label: Label, size: float) -> tuple[float, float]:
    """Width and height of a label, in points; nothing for an empty one."""
    across, down = 0.0, 0.0
    if label.text:
        lines = [visible(line) for line in label.text.split("\n")]
        across = max(width(line, size) for line in lines)
        down = sum(_height(line, size) for line in lines)
    if label.table:
        columns = zip(*label.table, strict=True)
        table = sum(max(width(cell, size) for cell in column) + CELL for column in columns) + 14
        across += table + (CELL if label.text else 0)
        down = max(down, len(label.table) * (size * LINE + CELL)) + 2
    return across, down


def _height(line: str, size: float) -> float:
    return size * (TALL if any(map(_is_wide, line)) else LINE)


def _is_wide(character: str) -> bool:
    """Of East Asian letters, and signs for control characters, which few fonts have."""
    return unicodedata.east_asian_width(character) in "WF" or "\u2400" <= character <= "\u2426"


def _em(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if _is_wide(character):
        return 1.18  # as wide as the box that some draw in place of letters that they lack
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return 0.0
    if character.isascii():
        return 0.8 if category == "Lu" else 0.65
    letter = unicodedata.normalize("NFD", character)[0]
    if letter.isascii():  # é is as wide as e
        return _em(letter)
    return 0.88 if category.startswith("L") else 1.02

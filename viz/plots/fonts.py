"""Fonts for text that the usual font has no characters for, Korean above all."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING

from matplotlib.font_manager import (
    FontManager,
    FontProperties,
    findfont,
    fontManager,
    get_font,
)
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.artist import Artist

FALLBACKS = (
    "DejaVu Sans",  # comes with matplotlib
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Noto Sans CJK JP",  # the first font in the file that holds the Korean one
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Baekmuk Gulim",
    "UnDotum",
)
"""Families that have what others lack, Hangul for the most part, in the order of trial."""

UNKNOWN = "□"


def show_all_characters(drawn: Artist) -> None:
    """Let each text that its font cannot show have further fonts that can.

    Where no installed font can, the characters become boxes and one warning says which.
    """
    unknown: set[str] = set()
    for text in drawn.findobj(Text):
        assert isinstance(text, Text)
        missing = _left_over(text)
        if missing and _found_new_fonts():
            missing = _left_over(text)
        if missing:
            text.set_text("".join(UNKNOWN if c in missing else c for c in text.get_text()))
            unknown |= missing
    if unknown:
        warnings.warn(
            f"no installed font has the characters {''.join(sorted(unknown))!r}; boxes stand in "
            f"their place. For Korean, install a font such as Noto Sans CJK KR or NanumGothic",
            stacklevel=4,  # where the plot was asked for
        )


def _left_over(text: Text) -> set[str]:
    """Give a text the fonts that it needs; what is returned, none of them has."""
    families = list(text.get_fontfamily())
    missing = {c for c in text.get_text() if not _is_plain(c)}
    missing -= frozenset().union(*map(_characters, families))
    for family in _installed() if missing else ():
        if missing & _characters(family):
            families.append(family)
            text.set_fontfamily(families)
            missing -= _characters(family)
    return missing


@functools.cache
def _found_new_fonts() -> bool:
    """Whether fonts were installed since matplotlib made its list; they are added to it."""
    known = {font.fname for font in fontManager.ttflist}
    new = [font for font in FontManager().ttflist if font.fname not in known]
    fontManager.ttflist.extend(new)
    return bool(new)


def _is_plain(character: str) -> bool:
    """Whether any font has it: most text is done with after this."""
    return character == "\n" or (character.isascii() and character.isprintable())


def _installed() -> list[str]:
    names = {font.name for font in fontManager.ttflist}
    return [family for family in FALLBACKS if family in names]


def _characters(family: str) -> frozenset[str]:
    """What the first font of a family has; what that is for "sans-serif" is matplotlib's choice."""
    return _characters_in(findfont(FontProperties(family=[family])))


@functools.cache
def _characters_in(path: str) -> frozenset[str]:
    return frozenset(map(chr, get_font(path).get_charmap()))

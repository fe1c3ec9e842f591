"""Colours and line widths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ThemeName: TypeAlias = Literal["light", "dark", "print"]


@dataclass(frozen=True, slots=True)
class Theme:
    """How a diagram looks.

    Attributes
    ----------
    background, ink, circle, box, frame, note
        Colours: of the paper, of all that is computed forward, of what circles and boxes are
        filled with, of the frames around modules, and of what is said beside.
    gradient : str
        The colour of all that flows back.
    alarm : str
        The colour of what is not finite.
    backward_style : str
        The style of the arrows back.
    scale : tuple of str
        What vertices are filled with by the size of their gradient, from small to large.
    """

    background: str
    ink: str
    circle: str
    box: str
    frame: str
    note: str
    gradient: str
    alarm: str
    backward_style: str
    scale: tuple[str, ...]


LIMITS: Final = (1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2)
"""Where one colour of the scale ends and the next begins: root mean squares of gradients."""

LIMIT_NAMES: Final = ("< 10⁻⁸", "≥ 10⁻⁸", "≥ 10⁻⁶", "≥ 10⁻⁴", "≥ 10⁻²", "≥ 1", "≥ 100")

# Blue to red by way of white (ColorBrewer's RdBu, safe for colour-blind readers): vanishing is
# as striking as exploding. In print one hue from light to dark says the same.
_DIVERGING: Final = ("#2166ac", "#67a9cf", "#d1e5f0", "#f7f7f7", "#fddbc7", "#ef8a62", "#b2182b")

THEMES: Final[dict[ThemeName, Theme]] = {
    "light": Theme(
        background="white",
        ink="black",
        circle="white",
        box="#eef3fb",
        frame="#9aa4b2",
        note="#555555",
        gradient="#d62728",
        alarm="#b8860b",
        backward_style="solid",
        scale=_DIVERGING,
    ),
    "dark": Theme(
        background="#1e1e1e",
        ink="#e6e6e6",
        circle="#2d2d2d",
        box="#28344a",
        frame="#6b7687",
        note="#b0b0b0",
        gradient="#ff7b72",
        alarm="#ffd33d",
        backward_style="solid",
        scale=("#2f6fb5", "#3f82b0", "#47708c", "#4a4a4a", "#7d5a4c", "#a85b40", "#c23b3b"),
    ),
    "print": Theme(
        background="white",
        ink="black",
        circle="white",
        box="white",
        frame="#808080",
        note="#404040",
        gradient="#505050",
        alarm="black",
        backward_style="dashed",
        scale=("#ffffff", "#ececec", "#d9d9d9", "#c4c4c4", "#acacac", "#919191", "#757575"),
    ),
}


def level(size: float) -> int:
    """Which part of the scale a gradient of this size falls into."""
    if math.isnan(size):
        return len(LIMITS)
    return sum(size >= limit for limit in LIMITS)

"""What a diagram looks like, apart from what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from viz.structure import Vertex
from viz.themes import THEMES, Theme, ThemeName, level

Direction: TypeAlias = Literal["LR", "TB"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """Theme, title, direction, and what is shown of the reverse pass.

    Attributes
    ----------
    theme : {"light", "dark", "print"}
        The colours.
    title : str
        Above the diagram; none if empty.
    direction : {"LR", "TB"}
        From left to right, or from top to bottom.
    step : int or None
        How many steps of the reverse pass are drawn; all by default.
    coloured : bool
        Whether vertices are filled by the size of their gradient, with a legend.
    """

    theme: ThemeName = "light"
    title: str = ""
    direction: Direction = "LR"
    step: int | None = None
    coloured: bool = False

    @property
    def colours(self) -> Theme:
        """Those of the theme."""
        return THEMES[self.theme]

    def shown(self, step: int) -> bool:
        """Whether what flows at this step of the reverse pass is drawn."""
        return self.step is None or step <= self.step

    def fill(self, vertex: Vertex) -> str:
        """What a circle or a box is filled with."""
        part = self._part(vertex)
        if part is not None:
            return self.colours.scale[part]
        return self.colours.box if vertex.kind == "module" else self.colours.circle

    def ink(self, vertex: Vertex) -> str:
        """What is written on it with."""
        part = self._part(vertex)
        if part is None or self.theme == "dark":
            return self.colours.ink
        return "white" if part in _DARK[self.theme] else "black"

    def _part(self, vertex: Vertex) -> int | None:
        """Which part of the scale a vertex is filled with; None for one without a gradient."""
        is_filled = self.coloured and vertex.kind in ("operation", "module")
        return level(vertex.size) if is_filled and vertex.size is not None else None


_DARK: dict[str, tuple[int, ...]] = {"light": (0, 6), "print": ()}
"""The parts of the scale that black letters cannot be read on."""

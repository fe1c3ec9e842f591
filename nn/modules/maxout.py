"""The layer that learns its activation."""

from __future__ import annotations

from typing import Any

from nn import functional
from nn.functional.windows import is_whole
from nn.modules.affine import Affine
from nn.modules.module import Module


class Maxout(Module):
    """Of several affine maps of the input, the largest: max(w₁ᵀx + b₁, w₂ᵀx + b₂, …).

    Goodfellow et al., "Maxout networks", 2013.

    Parameters
    ----------
    in_features, out_features : int
        The length of the last axis of the input and of the output.
    pieces : int
        How many affine maps there are for each output.
    **options
        As for `Affine`.

    Attributes
    ----------
    affine : Affine
        All the maps, those of one output side by side.

    Raises
    ------
    ValueError
        If a size is below 1.
    """

    def __init__(
        self, in_features: int, out_features: int, pieces: int = 2, **options: Any
    ) -> None:
        if not is_whole(pieces, 1):
            raise ValueError(f"Maxout: pieces {pieces!r}; expected a whole number, at least 1")
        self.pieces = pieces
        self.affine = Affine(in_features, out_features * pieces, **options)

    def forward(self, x: Any) -> Any:
        """The largest of the maps of x (…, in_features)."""
        return functional.maxout(self.affine(x), self.pieces)

    def extra(self) -> str:
        """How many maps there are."""
        return f"pieces={self.pieces}"

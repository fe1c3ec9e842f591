"""What an operation keeps for its rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Saves:
    """What an operation keeps for its rule, in the order in which the rule gets it.

    Combine with ``|``; ``INPUTS[0]`` and ``INPUTS[0, 2]`` are single inputs.
    """

    positions: tuple[int, ...] | None = ()
    output: bool = False
    residual: bool = False

    def __or__(self, other: Saves) -> Saves:
        if self.positions is None or other.positions is None:
            positions = None
        else:
            positions = tuple(sorted({*self.positions, *other.positions}))
        return Saves(positions, self.output or other.output, self.residual or other.residual)

    def __getitem__(self, positions: int | tuple[int, ...]) -> Saves:
        return Saves(positions if isinstance(positions, tuple) else (positions,))

    def inputs(self, count: int) -> Sequence[int]:
        """The positions of the inputs kept, of `count` inputs."""
        return range(count) if self.positions is None else self.positions


NOTHING: Final = Saves()
INPUTS: Final = Saves(positions=None)
OUTPUT: Final = Saves(output=True)
RESIDUAL: Final = Saves(residual=True)

OTHERS: Final = "others"
"""For `Op.needs`: the gradient to an input needs the other inputs, and not that one."""

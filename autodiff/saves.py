"""What an operation keeps on its node: for its rule, and for whoever draws it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from autodiff.graph import SMALL, Dropped, Node
from autodiff.immutable import Immutable


class Saves(Immutable):
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
        if self != INPUTS:
            raise TypeError(f"{self}: only INPUTS has positions, as in INPUTS[0] | OUTPUT")
        return Saves(positions if isinstance(positions, tuple) else (positions,))

    def collect(self, arrays: Sequence[Any], output: Any, residual: Any) -> list[Any]:
        """What is kept of a call."""
        positions = self.positions
        saved = list(arrays) if positions is None else [arrays[i] for i in positions]
        if self.output:
            saved.append(output)
        if self.residual:
            saved.append(residual)
        return saved

    def inputs(self, count: int) -> Sequence[int]:
        """The positions of the inputs kept, of `count` inputs."""
        return range(count) if self.positions is None else self.positions


NOTHING: Final = Saves()
"""For `Op.saves`: the rule gets the cotangent alone."""

INPUTS: Final = Saves(positions=None)
"""For `Op.saves`: the rule gets all inputs, or by ``INPUTS[0]``, ``INPUTS[0, 2]`` some of them."""

OUTPUT: Final = Saves(output=True)
"""For `Op.saves`: the rule gets the output, as in ``INPUTS | OUTPUT``, after the inputs."""

RESIDUAL: Final = Saves(residual=True)
"""For `Op.saves`: the rule gets, last of all, what ``forward`` returns beside the output."""

OTHERS: Final = "others"
"""For `Op.needs`: the gradient to an input needs the other inputs, and not that one."""

Needs: TypeAlias = str | tuple[tuple[int, ...], ...] | None
"""Which inputs the gradient to each input needs; see `Op.needs`."""


@cache  # asked at every call, and there are few answers
def needed_positions(needs: Needs, wanted: tuple[bool, ...]) -> frozenset[int]:
    """Which inputs the gradients to the `wanted` ones need."""
    if needs is None:
        return frozenset(range(len(wanted)))
    positions: set[int] = set()
    for input_, wants in enumerate(wanted):
        if wants:
            others = (i for i in range(len(wanted)) if i != input_)
            positions.update(needs[input_] if isinstance(needs, tuple) else others)
    return frozenset(positions)


def needed_inputs(
    needs: Needs, arrays: Sequence[Any], parents: Sequence[Node | None]
) -> Sequence[Any]:
    """The inputs that a wanted gradient needs, None in the place of the others.

    At least one of the inputs is a constant: its parent is None.
    """
    if needs is OTHERS and len(parents) == 2:  # a product with a constant: nothing to find out
        return (None, arrays[1]) if parents[1] is None else (arrays[0], None)
    needed = needed_positions(needs, tuple([parent is not None for parent in parents]))
    return [array if i in needed else None for i, array in enumerate(arrays)]


def all_small(arrays: Sequence[Any]) -> bool:
    """Whether all of these arrays and numbers are small enough to stay on a node."""
    for array in arrays:  # noqa: SIM110  # called for every node, where all(…) takes longer
        if getattr(array, "size", 1) > SMALL:
            return False
    return True


def small_constants(arrays: Sequence[Any], parents: Sequence[Node | None]) -> list[Any]:
    """Per input: None if it has a node, the constant if it is small, else what it was."""
    constants: list[Any] = []
    for array, parent in zip(arrays, parents, strict=True):
        if parent is not None:
            constants.append(None)
        else:
            constants.append(Dropped(array) if getattr(array, "size", 1) > SMALL else array)
    return constants

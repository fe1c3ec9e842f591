"""What an instruction of a random program chooses from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from autodiff.domain import Reals
from autodiff.typing import Array, Shape

_T = TypeVar("_T")


class Operand(NamedTuple):
    """A value that a program has.

    Attributes
    ----------
    text : str
        Its name, or an expression for it.
    array : ndarray
        What it is for the program's inputs.
    """

    text: str
    array: Array


def fit_together(x: Shape, y: Shape) -> bool:
    """Whether two shapes broadcast."""
    return all(n == m or 1 in (n, m) for n, m in zip(x[::-1], y[::-1], strict=False))


def _inside(x: Array, domain: Reals) -> bool:
    if x.min() < domain.low or x.max() > domain.high:
        return False
    return not domain.gap or all(
        float(np.abs(x - point).min()) >= domain.gap for point in domain.around
    )


def scaled(value: Operand, power: int) -> Operand:
    """The value times 2 to a power, which is exact."""
    factor = 2.0**power
    return Operand(f"ad.multiply({value.text}, {factor!r})", value.array * factor)


def _scaled_into(value: Operand, domain: Reals) -> Operand | None:
    candidates = (scaled(value, power) if power else value for power in (0, -1, -2, -3, 1, 2))
    return next((v for v in candidates if _inside(v.array, domain)), None)


class Choices:
    """The values so far, and three small integers that choose among them.

    0 is the simplest: the newest value, the first variant. Operands are found by scanning
    back from the chosen one for a value that fits, so that whatever part of a program is left
    out, the rest is still a program.

    Parameters
    ----------
    values : sequence of Operand
        The inputs and the results so far, in order; None in place of an instruction that did
        nothing, so that leaving one out does not change what others refer to.
    first, second, parameter : int
        Which operands, counted back from the newest, and which variant.
    """

    def __init__(
        self, values: Sequence[Operand | None], first: int, second: int, parameter: int
    ) -> None:
        self._values = values
        self._starts = (first, second)
        self._parameter = parameter

    def pick(self, options: Sequence[_T]) -> _T:
        """One of `options`; what is left of the parameter chooses the next time."""
        self._parameter, place = divmod(self._parameter, len(options))
        return options[place]

    def _back(self, position: int) -> Iterator[Operand]:
        count = len(self._values)
        for step in range(count):
            value = self._values[(count - 1 - self._starts[position] - step) % count]
            if value is not None:
                yield value

    def operand(self, fits: Callable[[Array], bool], position: int = 0) -> Operand | None:
        """The first value that fits."""
        return next((v for v in self._back(position) if fits(v.array)), None)

    def within(self, domain: Reals, beside: Sequence[Operand]) -> Operand | None:
        """The first value in `domain`, if need be scaled by a power of two.

        It broadcasts with the operands `beside` it.
        """
        shape = np.broadcast_shapes(*(operand.array.shape for operand in beside))
        for value in self._back(min(len(beside), 1)):
            if fit_together(value.array.shape, shape):
                found = _scaled_into(value, domain)
                if found is not None:
                    return found
        return None


Instruction: TypeAlias = Callable[[Choices], str | None]
"""Gives an expression; None where nothing fits."""

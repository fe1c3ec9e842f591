"""Functions of every element that are constant between their jumps, and signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.domain import NONZERO, REALS, Reals
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.arithmetic import Binary
from autodiff.ops.elementwise import Elementwise
from autodiff.saves import INPUTS, NOTHING
from autodiff.typing import Value

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

_BETWEEN_INTEGERS = (Reals(gap=0.05, around=(-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)),)
_BETWEEN_HALVES = (Reals(gap=0.05, around=(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)),)


class Step(Elementwise, abstract=True):
    """A function whose slope is 0 everywhere, at its jumps too."""

    saves = NOTHING

    def vjp(self, g: Value) -> Gradients:
        return (np.zeros_like(g),)


class Floor(Step):
    """⌊x⌋, the largest integer that is not above x. Kinks: jumps; its slope is 0 everywhere."""

    numpy = np.floor
    domain = _BETWEEN_INTEGERS

    def expression(self, *arguments: str) -> str:
        return f"⌊{arguments[0]}⌋"


class Ceil(Step):
    """⌈x⌉, the smallest integer that is not below x. Kinks: jumps; its slope is 0 everywhere."""

    numpy = np.ceil
    domain = _BETWEEN_INTEGERS

    def expression(self, *arguments: str) -> str:
        return f"⌈{arguments[0]}⌉"


class Trunc(Step):
    """x without what follows the point, any shape. Kinks: jumps; its slope is 0 everywhere."""

    numpy = np.trunc
    domain = _BETWEEN_INTEGERS


class Rint(Step):
    """The integer nearest to x, halves to the even one. Kinks: jumps; its slope is 0 everywhere."""

    numpy = np.rint
    domain = _BETWEEN_HALVES


class Round(Op):
    """x to a number of decimals, any shape. Kinks: jumps; its slope is 0 everywhere.

    Parameters
    ----------
    decimals : int
        How many; negative ones stand before the point.
    """

    decimals: int = 0

    numpy = np.round
    elementwise = True

    def forward(self, x: Any) -> Any:
        return np.round(x, self.decimals)

    def vjp(self, g: Value) -> Gradients:
        return (np.zeros_like(g),)

    def expression(self, *arguments: str) -> str:
        return notation.call(self.name, *arguments, notation.number(self.decimals))

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for decimals, shape in ((0, (3,)), (1, (2, 2)), (-1, ()), (2, (0,))):
            steps = rng.integers(-20, 20, shape) + rng.uniform(-0.3, 0.3, shape)
            yield cls(decimals), (np.asarray(steps * 10.0**-decimals),)


class Copysign(Binary):
    """|x| with the sign of y, broadcasting. Kinks: slope 0 at x = 0; to y it is 0 everywhere."""

    numpy = np.copysign
    domain = (NONZERO, NONZERO)
    symbol = "±"
    saves = INPUTS

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        return (
            lambda: g * np.sign(x) * np.copysign(np.ones_like(y), y),
            lambda: np.zeros_like(g),
        )

    def expression(self, *arguments: str) -> str:
        return notation.call(self.name, *arguments)


class Heaviside(Binary):
    """0 where x < 0, 1 where x > 0, and y where x is 0, broadcasting.

    Kink: its slope to x is 0 everywhere; that to y is 1 where x is 0, else 0.
    """

    numpy = np.heaviside
    domain = (NONZERO, REALS)
    symbol = "H"
    saves = INPUTS[0]

    def vjp(self, g: Value, x: Value) -> Gradients:
        return lambda: np.zeros_like(g), lambda: np.where(x == 0, g, 0)

    def expression(self, *arguments: str) -> str:
        return notation.call(self.name, *arguments)


floor = Floor()
ceil = Ceil()
trunc = Trunc()
rint = Rint()
copysign = Copysign()
heaviside = Heaviside()


@implements(np.fix)
def fix(x: Value) -> Tensor:
    """The integer nearest to `x` towards 0; as `trunc`."""
    return trunc(x)


@implements(np.round)
@implements(np.around)
def round(a: Value, decimals: int = 0) -> Tensor:
    """`a` to a number of decimals, halves to the even digit. Its slope is 0 everywhere.

    Parameters
    ----------
    a : Tensor
        Any shape.
    decimals : int
        How many; negative ones stand before the point.
    """
    return Round(decimals)(a)

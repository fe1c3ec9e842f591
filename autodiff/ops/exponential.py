"""Exponentials and logarithms of every element."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import notation
from autodiff.domain import POSITIVE, Reals
from autodiff.op import Case, Gradients, Op
from autodiff.ops.elementwise import Elementwise
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value, own_array


class Exp(Elementwise):
    """exp(x) = eˣ, any shape. Kinks: none."""

    numpy = np.exp
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * y,)


class Exp2(Elementwise):
    """exp2(x) = 2ˣ, any shape. Kinks: none."""

    numpy = np.exp2
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * y * math.log(2),)

    def definition(self, x: Value) -> Value:
        return exp(x * math.log(2))


class Expm1(Elementwise):
    """expm1(x) = eˣ − 1, exact for small x, any shape. Kinks: none."""

    numpy = np.expm1
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * (y + 1),)

    def definition(self, x: Value) -> Value:
        return exp(x) + -1


class Log(Elementwise):
    """log(x), the natural logarithm, x > 0, any shape. Kinks: none."""

    numpy = np.log
    domain = (POSITIVE,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / x,)


class Log1p(Elementwise):
    """log1p(x) = log(1 + x), exact for small x, x > −1, any shape. Kinks: none."""

    numpy = np.log1p
    domain = (Reals(low=-0.7),)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / (1 + x),)

    def definition(self, x: Value) -> Value:
        return log(1 + x)


class Log2(Elementwise):
    """log2(x), the logarithm to base 2, x > 0, any shape. Kinks: none."""

    numpy = np.log2
    domain = (POSITIVE,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / (x * math.log(2)),)

    def definition(self, x: Value) -> Value:
        return log(x) * (1 / math.log(2))


class Log10(Elementwise):
    """log10(x), the logarithm to base 10, x > 0, any shape. Kinks: none."""

    numpy = np.log10
    domain = (POSITIVE,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / (x * math.log(10)),)

    def definition(self, x: Value) -> Value:
        return log(x) * (1 / math.log(10))


class Ldexp(Op, eq=False):
    """x · 2ⁿ, broadcasting; 2ⁿ itself may be beyond the largest number. Kinks: none.

    Parameters
    ----------
    exponents : array of int
        n; belongs to this operation.
    """

    exponents: Any

    numpy = np.ldexp
    broadcasts = True

    def forward(self, x: Any) -> Any:
        return np.ldexp(x, self.exponents)

    def vjp(self, g: Value) -> Gradients:
        return (np.ldexp(g, self.exponents),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.within(arguments[0], notation.PRODUCT)} · 2ⁿ"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, exponents in (((), ()), ((3,), ()), ((2, 3), (3,)), ((3,), (2, 1)), ((0,), ())):
            yield cls(own_array(rng.integers(-2, 3, exponents))), (rng.normal(size=shape),)


exp = Exp()
exp2 = Exp2()
expm1 = Expm1()
log = Log()
log1p = Log1p()
log2 = Log2()
log10 = Log10()

"""What is done to every element alike: the sign, the absolute value, powers and roots."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autodiff import notation
from autodiff.domain import NONZERO, POSITIVE, REALS, Reals
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Gradients, Op
from autodiff.saves import INPUTS, NOTHING, OUTPUT
from autodiff.typing import Value


class Elementwise(Op, abstract=True):
    """An operation that treats every element alike.

    Attributes
    ----------
    domain : tuple of Reals
        Per input, where the operation is smooth.
    parameters : tuple of tuples
        What its tests make it with, where it has parameters.
    """

    elementwise = True
    domain: ClassVar[tuple[Reals, ...]] = (REALS,)
    parameters: ClassVar[tuple[tuple[Any, ...], ...]] = ((),)


class Absolute(Elementwise):
    """|x|, any shape. Kink: slope 0 at 0."""

    numpy = np.abs
    name = "abs"
    domain = (NONZERO,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * np.sign(x),)

    def expression(self, *arguments: str) -> str:
        (x,) = arguments
        return f"abs({x})" if "|" in x else f"|{x}|"


class Sign(Elementwise):
    """sign(x): −1, 0 or 1, any shape. Kink: it jumps at 0; its slope is 0 everywhere."""

    numpy = np.sign
    domain = (NONZERO,)
    saves = NOTHING

    def vjp(self, g: Value) -> Gradients:
        return (np.zeros_like(g),)


class Square(Elementwise):
    """x², any shape. Kinks: none."""

    numpy = np.square
    symbol = "²"
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * 2 * x,)

    def expression(self, *arguments: str) -> str:
        return notation.power(arguments[0], "2")

    def definition(self, x: Value) -> Value:
        return x * x


class Sqrt(Elementwise):
    """sqrt(x) = √x, x ≥ 0, any shape. Kink: its slope at 0 is infinite."""

    numpy = np.sqrt
    symbol = "√"
    domain = (POSITIVE,)
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g / (2 * y),)

    def expression(self, *arguments: str) -> str:
        return notation.root(arguments[0])

    def definition(self, x: Value) -> Value:
        return x**0.5


class Cbrt(Elementwise):
    """cbrt(x), the cube root, of negative numbers too. Kink: its slope at 0 is infinite."""

    numpy = np.cbrt
    symbol = "∛"
    domain = (NONZERO,)
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g / (3 * y * y),)

    def definition(self, x: Value) -> Value:
        return sign(x) * abs(x) ** (1 / 3)


class Reciprocal(Elementwise):
    """1 / x, x ≠ 0, any shape. Kink: a pole at 0."""

    numpy = np.reciprocal
    symbol = "/"
    domain = (NONZERO,)
    saves = OUTPUT

    def forward(self, x: Any) -> Any:
        return np.divide(1, x)

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (-g * y * y,)

    def expression(self, *arguments: str) -> str:
        return f"1 / {notation.within(arguments[0], notation.FACTOR)}"


class Negative(Elementwise):
    """−x, any shape."""

    numpy = np.negative
    symbol = "−"

    def vjp(self, g: Value) -> Gradients:
        return (-g,)

    def expression(self, *arguments: str) -> str:
        x = notation.within(arguments[0], notation.OPERATOR)
        return f"−({x})" if x.startswith("−") else f"−{x}"

    def definition(self, x: Value) -> Value:
        return -1 * x


class Positive(Elementwise):
    """+x: x itself, as a result of its own, any shape. Kinks: none."""

    numpy = np.positive
    symbol = "+"

    def vjp(self, g: Value) -> Gradients:
        return (g,)

    def expression(self, *arguments: str) -> str:
        return arguments[0]

    def definition(self, x: Value) -> Value:
        return 1 * x


abs = implements(np.fabs)(Absolute())
sign = Sign()
square = Square()
sqrt = Sqrt()
cbrt = Cbrt()
reciprocal = Reciprocal()
negative = Negative()
positive = Positive()

"""Functions of one number applied to every element: exp, log, the trigonometric ones."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from autodiff import notation
from autodiff.domain import NONZERO, POSITIVE, REALS, UNIT, Reals
from autodiff.op import Gradients, Op
from autodiff.saves import INPUTS, NOTHING, OUTPUT
from autodiff.typing import Value


class Elementwise(Op, abstract=True):
    """An operation that treats every element alike.

    Attributes
    ----------
    domain : tuple of Reals
        Per input, where the operation is smooth.
    """

    elementwise = True
    domain: ClassVar[tuple[Reals, ...]] = (REALS,)


class Exp(Elementwise):
    """exp(x) = eˣ, any shape. Kinks: none."""

    numpy = np.exp
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * y,)


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


class Sqrt(Elementwise):
    """sqrt(x) = √x, x ≥ 0, any shape. Its slope at 0 is infinite."""

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


class Sin(Elementwise):
    """sin(x), x in radians, any shape. Kinks: none."""

    numpy = np.sin
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * np.cos(x),)


class Cos(Elementwise):
    """cos(x), x in radians, any shape. Kinks: none."""

    numpy = np.cos
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (-g * np.sin(x),)


class Tan(Elementwise):
    """tan(x) = sin(x) / cos(x), x in radians, any shape. Poles at π/2 + kπ."""

    numpy = np.tan
    domain = (Reals(-1.2, 1.2),)
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * (1 + y * y),)

    def definition(self, x: Value) -> Value:
        return sin(x) * reciprocal(cos(x))


class Arcsin(Elementwise):
    """arcsin(x), in radians, −1 ≤ x ≤ 1, any shape. Its slope at ±1 is infinite."""

    numpy = np.arcsin
    domain = (UNIT,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / np.sqrt(1 - x * x),)


class Arccos(Elementwise):
    """arccos(x), in radians, −1 ≤ x ≤ 1, any shape. Its slope at ±1 is infinite."""

    numpy = np.arccos
    domain = (UNIT,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (-g / np.sqrt(1 - x * x),)


class Arctan(Elementwise):
    """arctan(x), in radians, any shape. Kinks: none."""

    numpy = np.arctan
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / (1 + x * x),)


class Sinh(Elementwise):
    """sinh(x) = (eˣ − e⁻ˣ) / 2, any shape. Kinks: none."""

    numpy = np.sinh
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * np.cosh(x),)

    def definition(self, x: Value) -> Value:
        return (exp(x) + -1 * exp(-1 * x)) * 0.5


class Cosh(Elementwise):
    """cosh(x) = (eˣ + e⁻ˣ) / 2, any shape. Kinks: none."""

    numpy = np.cosh
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * np.sinh(x),)

    def definition(self, x: Value) -> Value:
        return (exp(x) + exp(-1 * x)) * 0.5


class Tanh(Elementwise):
    """tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), any shape. Kinks: none."""

    numpy = np.tanh
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * (1 - y * y),)

    def definition(self, x: Value) -> Value:
        up, down = exp(x), exp(-1 * x)
        return (up + -1 * down) * reciprocal(up + down)


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
    """sign(x): −1, 0 or 1, any shape. Its slope is 0 everywhere."""

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


class Reciprocal(Elementwise):
    """1 / x, x ≠ 0, any shape."""

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


exp = Exp()
expm1 = Expm1()
log = Log()
log1p = Log1p()
log2 = Log2()
log10 = Log10()
sqrt = Sqrt()
sin = Sin()
cos = Cos()
tan = Tan()
arcsin = Arcsin()
arccos = Arccos()
arctan = Arctan()
sinh = Sinh()
cosh = Cosh()
tanh = Tanh()
abs = Absolute()
sign = Sign()
square = Square()
reciprocal = Reciprocal()
negative = Negative()

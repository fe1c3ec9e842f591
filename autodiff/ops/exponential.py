"""Exponentials and logarithms of every element."""

from __future__ import annotations

import math

import numpy as np

from autodiff.domain import POSITIVE, Reals
from autodiff.op import Gradients
from autodiff.ops.elementwise import Elementwise
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value


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


exp = Exp()
exp2 = Exp2()
expm1 = Expm1()
log = Log()
log1p = Log1p()
log2 = Log2()
log10 = Log10()

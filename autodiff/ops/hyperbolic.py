"""The hyperbolic functions of every element, and their inverses."""

from __future__ import annotations

import numpy as np

from autodiff.domain import UNIT, Reals
from autodiff.op import Gradients
from autodiff.ops.elementwise import Elementwise, reciprocal
from autodiff.ops.exponential import exp, log
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value


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


class Arcsinh(Elementwise):
    """arcsinh(x) = log(x + √(x² + 1)), any shape. Kinks: none."""

    numpy = np.arcsinh
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / np.sqrt(x * x + 1),)

    def definition(self, x: Value) -> Value:
        return log(x + (x * x + 1) ** 0.5)


class Arccosh(Elementwise):
    """arccosh(x) = log(x + √(x² − 1)), x ≥ 1, any shape. Kink: its slope at 1 is infinite."""

    numpy = np.arccosh
    domain = (Reals(1.3, 4),)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / np.sqrt(x * x - 1),)

    def definition(self, x: Value) -> Value:
        return log(x + (x * x + -1) ** 0.5)


class Arctanh(Elementwise):
    """arctanh(x) = ½ log((1 + x) / (1 − x)), −1 < x < 1, any shape. Kinks: poles at ±1."""

    numpy = np.arctanh
    domain = (UNIT,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / (1 - x * x),)

    def definition(self, x: Value) -> Value:
        return (log(1 + x) + -1 * log(1 + -1 * x)) * 0.5


sinh = Sinh()
cosh = Cosh()
tanh = Tanh()
arcsinh = Arcsinh()
arccosh = Arccosh()
arctanh = Arctanh()

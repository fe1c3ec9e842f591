"""The trigonometric functions of every element, their inverses, and angles."""

from __future__ import annotations

import math

import numpy as np

from autodiff.domain import NONZERO, UNIT, Reals
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Gradients
from autodiff.ops.arithmetic import Binary
from autodiff.ops.elementwise import Elementwise, reciprocal
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value


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
    """tan(x) = sin(x) / cos(x), x in radians, any shape. Kinks: poles at π/2 + kπ."""

    numpy = np.tan
    domain = (Reals(-1.2, 1.2),)
    saves = OUTPUT

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * (1 + y * y),)

    def definition(self, x: Value) -> Value:
        return sin(x) * reciprocal(cos(x))


class Arcsin(Elementwise):
    """arcsin(x), in radians, −1 ≤ x ≤ 1, any shape. Kinks: its slope at ±1 is infinite."""

    numpy = np.arcsin
    domain = (UNIT,)
    saves = INPUTS

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g / np.sqrt(1 - x * x),)


class Arccos(Elementwise):
    """arccos(x), in radians, −1 ≤ x ≤ 1, any shape. Kinks: its slope at ±1 is infinite."""

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


class Deg2rad(Elementwise):
    """deg2rad(x) = x π / 180, any shape. Kinks: none."""

    numpy = np.deg2rad

    def vjp(self, g: Value) -> Gradients:
        return (g * (math.pi / 180),)

    def definition(self, x: Value) -> Value:
        return x * (math.pi / 180)


class Rad2deg(Elementwise):
    """rad2deg(x) = x · 180 / π, any shape. Kinks: none."""

    numpy = np.rad2deg

    def vjp(self, g: Value) -> Gradients:
        return (g * (180 / math.pi),)

    def definition(self, x: Value) -> Value:
        return x * (180 / math.pi)


class Arctan2(Binary):
    """arctan2(y, x): the angle of the point (x, y), in radians, from −π to π, broadcasting.

    Kinks: slope 0 at the origin. It jumps where y changes sign and x < 0.
    """

    numpy = np.arctan2
    domain = (NONZERO, NONZERO)
    symbol = "arctan2"
    saves = INPUTS

    def vjp(self, g: Value, y: Value, x: Value) -> Gradients:
        length = np.hypot(x, y)  # divided by twice: its square may be too small or too large
        safe = np.where(length == 0, math.inf, length)
        return lambda: g * (x / safe / safe), lambda: -g * (y / safe / safe)


class Hypot(Binary):
    """hypot(x, y) = √(x² + y²), broadcasting, without overflow. Kink: slope 0 at the origin."""

    numpy = np.hypot
    domain = (NONZERO, NONZERO)
    symbol = "hypot"
    saves = INPUTS | OUTPUT
    needs = ((0,), (1,))

    def vjp(self, g: Value, x: Value, y: Value, length: Value) -> Gradients:
        length = np.where(length == 0, math.inf, length)
        return lambda: g * (x / length), lambda: g * (y / length)

    def definition(self, x: Value, y: Value) -> Value:
        return (x * x + y * y) ** 0.5


sin = Sin()
cos = Cos()
tan = Tan()
arcsin = Arcsin()
arccos = Arccos()
arctan = Arctan()
deg2rad = implements(np.radians)(Deg2rad())
rad2deg = implements(np.degrees)(Rad2deg())
arctan2 = Arctan2()
hypot = Hypot()

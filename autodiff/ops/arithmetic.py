"""Arithmetic of two operands that broadcast: + − × / **, log(eˣ + eʸ), and what is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from autodiff import notation
from autodiff.domain import NONZERO, POSITIVE, REALS, Reals
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Gradients
from autodiff.ops.elementwise import Elementwise, reciprocal
from autodiff.ops.exponential import exp, exp2, log, log2
from autodiff.saves import INPUTS, NOTHING, OTHERS, OUTPUT
from autodiff.typing import Value


class Binary(Elementwise, abstract=True):
    """An elementwise operation of two operands that broadcast."""

    broadcasts = True
    domain = (REALS, REALS)

    def explain(self, shapes: Sequence[tuple[int, ...]], error: Exception) -> str:
        x, y = shapes
        try:
            np.broadcast_shapes(x, y)
        except ValueError:
            return f"{self.name}: {x} {self.symbol} {y}: the shapes do not broadcast"
        return super().explain(shapes, error)


class Add(Binary):
    """x + y, broadcasting. Kinks: none."""

    numpy = np.add
    symbol = "+"
    saves = NOTHING

    def vjp(self, g: Value) -> Gradients:
        return g, g

    def expression(self, *arguments: str) -> str:
        x, y = (notation.within(text, notation.SUM) for text in arguments)
        return f"{x} − {y[1:]}" if y.startswith("−") else f"{x} + {y}"


class Subtract(Binary):
    """x − y, broadcasting. Kinks: none."""

    numpy = np.subtract
    symbol = "−"
    saves = NOTHING

    def vjp(self, g: Value) -> Gradients:
        return g, lambda: -g

    def expression(self, *arguments: str) -> str:
        x, y = arguments
        x, y = notation.within(x, notation.SUM), notation.within(y, notation.OPERATOR)
        return f"{x} + {y[1:]}" if y.startswith("−") else f"{x} − {y}"

    def definition(self, x: Value, y: Value) -> Value:
        return x + -1 * y


class Multiply(Binary):
    """x · y, elementwise, broadcasting. Kinks: none."""

    numpy = np.multiply
    symbol = "×"
    saves = INPUTS
    needs = OTHERS

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        # At once and not in functions: in the commonest of rules those would cost a tenth.
        return None if y is None else g * y, None if x is None else g * x

    def expression(self, *arguments: str) -> str:
        x, y = arguments
        return f"{notation.within(x, notation.PRODUCT)} · {notation.within(y, notation.RATIO)}"


class Divide(Binary):
    """x / y, elementwise, broadcasting, y ≠ 0. Kink: a pole at y = 0."""

    numpy = np.divide
    symbol = "/"
    domain = (REALS, NONZERO)
    saves = INPUTS[1] | OUTPUT

    def vjp(self, g: Value, y: Value, quotient: Value) -> Gradients:
        return lambda: g / y, lambda: -g * quotient / y

    def expression(self, *arguments: str) -> str:
        x, y = arguments
        return f"{notation.within(x, notation.PRODUCT)} / {notation.within(y, notation.FACTOR)}"

    def definition(self, x: Value, y: Value) -> Value:
        return x * reciprocal(y)


class Power(Binary):
    """xʸ, broadcasting.

    Kinks: x⁰ has slope 0 everywhere, at any order; the slope to the exponent is 0
    where the base is 0, and not defined where it is negative.
    """

    numpy = np.power
    symbol = "^"
    domain = (POSITIVE, Reals(-2, 3))
    saves = INPUTS | OUTPUT
    needs = ((0, 1), (0,))

    def vjp(self, g: Value, x: Value, y: Value, power: Value) -> Gradients:
        return (
            lambda: g * self._slope(x, y),
            lambda: g * np.where(x == 0, 0, power) * np.log(np.where(x == 0, 1, x)),
        )

    def expression(self, *arguments: str) -> str:
        return notation.power(*arguments)

    def _slope(self, x: Value, y: Value) -> Value:
        """y x^(y − 1), and 0 for 0⁰, where 0⁻¹ must not even be computed."""
        if isinstance(y, (int, float)):
            return y * x ** (y - 1) if y else np.zeros_like(x)
        return y * x ** np.where(x == 0, np.where(y == 0, 1, y - 1), y - 1)


class Logaddexp(Binary):
    """log(eˣ + eʸ), broadcasting, without overflow. Kinks: none."""

    numpy = np.logaddexp
    saves = INPUTS | OUTPUT
    needs = ((0,), (1,))

    def vjp(self, g: Value, x: Value, y: Value, total: Value) -> Gradients:
        total = _shift(total)
        return lambda: g * np.exp(x - total), lambda: g * np.exp(y - total)

    def definition(self, x: Value, y: Value) -> Value:
        return log(exp(x) + exp(y))


class Logaddexp2(Binary):
    """log₂(2ˣ + 2ʸ), broadcasting, without overflow. Kinks: none."""

    numpy = np.logaddexp2
    saves = INPUTS | OUTPUT
    needs = ((0,), (1,))

    def vjp(self, g: Value, x: Value, y: Value, total: Value) -> Gradients:
        total = _shift(total)
        return lambda: g * np.exp2(x - total), lambda: g * np.exp2(y - total)

    def definition(self, x: Value, y: Value) -> Value:
        return log2(exp2(x) + exp2(y))


def _shift(total: Value) -> Value:
    """`total`, but 0 where it is −∞: both terms are 0 there, and −∞ − (−∞) were NaN."""
    return np.where(total == -math.inf, 0, total)


add = Add()
subtract = Subtract()
multiply = Multiply()
divide = Divide()
power = Power()
logaddexp = Logaddexp()
logaddexp2 = Logaddexp2()


@implements(np.remainder)
def remainder(x: Value, y: Value) -> NoReturn:
    """Refused: x mod y jumps, so that its gradient says nothing of its course."""
    raise TypeError(
        "remainder (%): it jumps at every multiple, and has no useful gradient; "
        "for its values alone write t.numpy() % y"
    )


@implements(np.floor_divide)
def floor_divide(x: Value, y: Value) -> NoReturn:
    """Refused: ⌊x / y⌋ is constant between its jumps: its gradient is 0."""
    raise TypeError(
        "floor_divide (//): it is constant between its jumps, its gradient is 0; "
        "for its values alone write t.numpy() // y"
    )

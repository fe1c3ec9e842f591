"""Softmax and its logarithm: scores into probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import OUTPUT, Op, Tensor, exp, log, notation, reciprocal
from autodiff import sum as summed
from autodiff.op import Case, Gradients
from autodiff.typing import Value, as_floating


class AlongAxis(Op, abstract=True):
    """An operation on all elements along one axis together, which keeps the shape.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int = -1

    saves = OUTPUT

    def expression(self, *arguments: str) -> str:
        axes = None if self.axis == -1 else self.axis
        return f"{notation.along(self.name, axes)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in (((3,), 0), ((4, 3), -1), ((3, 3), 0), ((2, 3, 2), 1), ((0, 2), -1)):
            yield cls(axis), (rng.normal(size=shape),)


class Softmax(AlongAxis):
    """exp(xᵢ) / Σₖ exp(xₖ) along an axis, without overflow. Kinks: none."""

    def forward(self, x: Any) -> Any:
        x = as_floating(x)
        powers = np.exp(x - _top(x, self.axis))
        powers /= np.add.reduce(powers, axis=self.axis, keepdims=True)
        return powers

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (y * (g - np.sum(g * y, axis=self.axis, keepdims=True)),)

    def definition(self, x: Value) -> Value:
        powers = exp(x)
        return powers * reciprocal(summed(powers, axis=self.axis, keepdims=True))


class LogSoftmax(AlongAxis):
    """xᵢ − log Σₖ exp(xₖ) along an axis, without overflow. Kinks: none."""

    def forward(self, x: Any) -> Any:
        x = as_floating(x)
        shifted = x - _top(x, self.axis)
        return shifted - np.log(np.sum(np.exp(shifted), axis=self.axis, keepdims=True))

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g - np.exp(y) * np.sum(g, axis=self.axis, keepdims=True),)

    def definition(self, x: Value) -> Value:
        return x + -1 * log(summed(exp(x), axis=self.axis, keepdims=True))


def _top(x: Any, axis: int) -> Any:
    """The largest score: the powers of what is left are at most 1."""
    return np.maximum.reduce(x, axis=axis, keepdims=True, initial=-math.inf)


_softmax = Softmax()


def softmax(x: Any, axis: int = -1) -> Tensor:
    """exp(xᵢ) / Σₖ exp(xₖ) along `axis`; stable for large scores."""
    return _softmax(x) if axis == -1 else Softmax(axis)(x)


def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """log softmax(x) along `axis`; stable for large scores."""
    return LogSoftmax(axis)(x)

"""Reductions along axes: sum, mean, var, std, max, min, prod, logsumexp."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autodiff import notation
from autodiff.op import Case, Gradients, Op
from autodiff.ops.exponential import exp, log
from autodiff.saves import INPUTS, OUTPUT, RESIDUAL
from autodiff.typing import Axes, Shape, Value


def axes_of(shape: Shape, axis: Axes, caller: str | None = None) -> tuple[int, ...]:
    """`axis` as a tuple of axes of `shape`, none of them negative; `caller` is named in errors."""
    if axis is None:
        return tuple(range(len(shape)))
    return normalize_axis_tuple(axis, len(shape), caller)


def reduced_axes(shape: Shape, axis: Axes) -> tuple[int, ...]:
    """The axes that a reduction of `shape` along `axis` takes away; 0-d has none.

    NumPy's reductions take the axes 0 and −1 of a number too.
    """
    return () if not shape and axis in (0, -1) else axes_of(shape, axis)


def kept(shape: Shape, axis: Axes) -> Shape:
    """The shape of a reduction of `shape` along `axis` with ``keepdims=True``."""
    axes = reduced_axes(shape, axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def count(shape: Shape, axis: Axes) -> int:
    """How many elements each result of a reduction of `shape` along `axis` comes from."""
    return math.prod(shape[i] for i in reduced_axes(shape, axis))


def _inverse(n: float) -> float:
    """1 / n, and NaN for 0, as NumPy has the mean of nothing."""
    return 1 / n if n else math.nan


class Reduction(Op, abstract=True):
    """An operation that makes one element of all those along `axis`.

    Parameters
    ----------
    axis : int, tuple of int or None
        The axes that go; all by default.
    keepdims : bool
        Whether they stay, with length 1.
    """

    axis: Axes = None
    keepdims: bool = False

    def stretch(self, value: Value, shape: Shape) -> Value:
        """`value`, shaped like the output, over the input's `shape`."""
        return np.broadcast_to(value.reshape(kept(shape, self.axis)), shape)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in REDUCED:
            for keepdims in (False, True):
                yield cls(axis, keepdims), (rng.normal(size=shape),)


REDUCED: tuple[tuple[Shape, Axes], ...] = (
    ((), None),
    ((3,), None),
    ((3, 3), 0),
    ((3, 3), -1),
    ((2, 3), None),
    ((2, 3, 4), (0, -1)),
    ((2, 3, 2), (2, 1)),
    ((2, 1, 2), 1),
    ((2, 2), 0),
    ((0, 3), 1),
    ((2, 3), ()),
)
"""Shapes and axes that every reduction is tested on."""


class Sum(Reduction):
    """Σ x along the axes."""

    numpy = np.sum
    symbol = "Σ"
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        return np.sum(x, axis=self.axis, keepdims=self.keepdims), x.shape

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (self.stretch(g, shape),)

    def expression(self, *arguments: str) -> str:
        return notation.summation("Σ", self.axis, arguments[0])

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        yield from super().cases(rng)
        yield cls(0), (rng.normal(size=(0, 3)),)


class Mean(Reduction):
    """Σ x / n along the axes, n elements each."""

    numpy = np.mean
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        return np.mean(x, axis=self.axis, keepdims=self.keepdims), x.shape

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (self.stretch(g * _inverse(count(shape, self.axis)), shape),)

    def definition(self, x: Value) -> Value:
        return Sum(self.axis, self.keepdims)(x) * _inverse(count(x.shape, self.axis))


class Spread(Reduction, abstract=True):
    """A reduction that measures deviations from the mean.

    Parameters
    ----------
    ddof : float
        The divisor is n − ddof.
    """

    ddof: float = 0

    def freedom(self, shape: Shape) -> float:
        """The degrees of freedom n − ddof, never below 0, as NumPy has it."""
        n = count(shape, self.axis) - self.ddof
        return n if n > 0 else 0

    def deviation(self, x: Value) -> Value:
        """x − mean, shaped like x."""
        return x - np.mean(x, axis=self.axis, keepdims=True)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in REDUCED:
            if count(shape, axis) > 1:
                for keepdims in (False, True):
                    yield cls(axis, keepdims), (rng.normal(size=shape),)
                    yield cls(axis, keepdims, 1), (rng.normal(size=shape),)


class Var(Spread):
    """Σ (x − mean)² / (n − ddof) along the axes."""

    numpy = np.var
    saves = INPUTS

    def forward(self, x: Any) -> Any:
        return np.var(x, axis=self.axis, keepdims=self.keepdims, ddof=self.ddof)

    def vjp(self, g: Value, x: Value) -> Gradients:
        scale = 2 * _inverse(self.freedom(x.shape))
        return (self.stretch(g * scale, x.shape) * self.deviation(x),)

    def definition(self, x: Value) -> Value:
        mean = Sum(self.axis, True)(x) * _inverse(count(x.shape, self.axis))
        deviation = x + -1 * mean
        squares = deviation * deviation
        return Sum(self.axis, self.keepdims)(squares) * _inverse(self.freedom(x.shape))


class Std(Spread):
    """√var along the axes. Kink: the gradient is 0 where all elements are equal."""

    numpy = np.std
    saves = INPUTS | OUTPUT | RESIDUAL

    def forward(self, x: Any) -> Any:
        s = np.std(x, axis=self.axis, keepdims=self.keepdims, ddof=self.ddof)
        if not x.size or not self.freedom(x.shape):
            return s, np.zeros_like(s, dtype=bool)
        # The mean of equal elements is rounded, and s then a little more than 0.
        top, bottom = (f(x, axis=self.axis, keepdims=self.keepdims) for f in (np.max, np.min))
        return s, np.logical_or(np.equal(top, bottom), np.equal(s, 0))

    def vjp(self, g: Value, x: Value, s: Value, flat: Any) -> Gradients:
        scale = g * _inverse(self.freedom(x.shape))
        scale = np.where(flat, 0, scale / np.where(flat, 1, s))
        return (self.stretch(scale, x.shape) * self.deviation(x),)


class Extremum(Reduction, abstract=True):
    """The largest or smallest along the axes; ties share the gradient evenly.

    The residual is each element's share: 1 for a single extremum, 1/k for each of k.
    """

    saves = RESIDUAL

    def shares(self, x: Any, y: Any) -> Any:
        """What part of the gradient each element of `x` gets where `y` are the extrema."""
        share = np.equal(x, y.reshape(kept(x.shape, self.axis))).astype(x.dtype)
        # NaN equals nothing, so that there may be no tie at all: 0 / 1.
        return share / np.maximum(share.sum(axis=self.axis, keepdims=True), 1)

    def vjp(self, g: Value, residual: tuple[Any, Shape]) -> Gradients:
        share, shape = residual
        return (self.stretch(g, shape) * share,)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in REDUCED:
            values = rng.permutation(np.linspace(-2, 2, math.prod(shape))).reshape(shape)
            for keepdims in (False, True):
                yield cls(axis, keepdims), (values,)


class Max(Extremum):
    """The largest element along the axes. Kink: ties share the gradient evenly."""

    numpy = np.max

    def forward(self, x: Any) -> Any:
        y = np.max(x, axis=self.axis, keepdims=self.keepdims)
        return y, (self.shares(x, y), x.shape)


class Min(Extremum):
    """The smallest element along the axes. Kink: ties share the gradient evenly."""

    numpy = np.min

    def forward(self, x: Any) -> Any:
        y = np.min(x, axis=self.axis, keepdims=self.keepdims)
        return y, (self.shares(x, y), x.shape)


class Prod(Reduction):
    """Π x along the axes. Right with zeros: ∂/∂xᵢ is the product of the others."""

    numpy = np.prod
    symbol = "Π"
    saves = INPUTS

    def forward(self, x: Any) -> Any:
        return np.prod(x, axis=self.axis, keepdims=self.keepdims)

    def vjp(self, g: Value, x: Value) -> Gradients:
        shape = x.shape
        gone = reduced_axes(shape, self.axis)
        stay = tuple(i for i in range(len(shape)) if i not in gone)
        order = (*stay, *gone)
        rows = np.transpose(x, order).reshape((*(shape[i] for i in stay), count(shape, self.axis)))
        one = np.ones_like(rows[..., :1])
        before = np.cumprod(np.concatenate([one, rows[..., :-1]], axis=-1), axis=-1)
        after = np.cumprod(np.concatenate([one, rows[..., :0:-1]], axis=-1), axis=-1)
        others = (before * after[..., ::-1]).reshape([shape[i] for i in order])
        back = tuple(sorted(range(len(shape)), key=order.__getitem__))
        return (self.stretch(g, shape) * np.transpose(others, back),)

    def expression(self, *arguments: str) -> str:
        return notation.summation("Π", self.axis, arguments[0])


class Logsumexp(Reduction):
    """log Σ exp(x) along the axes, without overflow. Kinks: none."""

    saves = INPUTS | OUTPUT

    def forward(self, x: Any) -> Any:
        top = np.max(x, axis=self.axis, keepdims=True, initial=-math.inf)
        top = np.where(np.isfinite(top), top, 0)
        with np.errstate(divide="ignore"):  # log(0) = −∞ is right where all of x is −∞
            y = top + np.log(np.sum(np.exp(x - top), axis=self.axis, keepdims=True))
        return y if self.keepdims else np.squeeze(y, axis=reduced_axes(x.shape, self.axis))

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        y = np.where(y == -math.inf, 0, y)  # all of x is −∞ then: exp(x − y) is 0, not NaN
        return (self.stretch(g, x.shape) * np.exp(x - self.stretch(y, x.shape)),)

    def definition(self, x: Value) -> Value:
        return log(Sum(self.axis, self.keepdims)(exp(x)))

"""Derivatives along a line by differences, with an estimate of how far they can be trusted.

Fourth-order central differences at the steps t and t/3: in float64 they are right to about 1e-10
where the function is smooth. Where the two disagree, or where the slopes on both sides of the
point do, there is a kink near, or rounding drowns the difference; then other steps are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autodiff.typing import Array

_EPSILON: Final = float(np.finfo(np.float64).eps)
_ROUNDINGS: Final = 20
"""How many roundings a value may have suffered before a difference of values shows it."""

RUNGS: Final = (
    (1e-3, "large"),
    (1e-4, "large"),
    (1e-3, "small"),
    (1e-5, "large"),
    (1e-6, "large"),
    (1e-2, "large"),
    (1e-5, "small"),
    (1.0, "large"),
    (100.0, "large"),
)
"""Steps, and what they are relative to: ``max(1, |x|)``, or ``min(1, |x|)`` for functions that are
steep near 0 or oscillate far from it. The longest ones are for slopes that are small beside the
rounding of the values."""


@dataclass
class Slopes:
    """The derivative of each output along a line.

    Attributes
    ----------
    value : list of ndarray
        The derivatives, in the shapes of the outputs.
    noise : list of ndarray
        How much the rounding of the outputs may have moved them.
    jump : list of ndarray
        By how much the slopes on the two sides of the point differ: 0 but for truncation where
        the function is smooth.
    uncertainty : list of ndarray
        What the disagreement of two steps says of the error; with one step alone, not known: inf.
    """

    value: list[Array]
    noise: list[Array]
    jump: list[Array]
    uncertainty: list[Array]


class Line:
    """A line through a point along one variable.

    Parameters
    ----------
    evaluate : callable
        From the values of all variables to a list of arrays.
    values : sequence of ndarray
        The point, float64.
    here : sequence of ndarray
        What `evaluate` gives there.
    which : int
        The variable that moves.
    direction : ndarray
        How, before it is scaled to the size of the values.
    """

    def __init__(
        self,
        evaluate: Callable[[Sequence[Array]], list[Array]],
        values: Sequence[Array],
        here: Sequence[Array],
        which: int,
        direction: Array,
    ) -> None:
        self._evaluate = evaluate
        self._values = list(values)
        self.here = here
        self.which = which
        self._direction = direction
        self._coarse: dict[int, Slopes] = {}
        self._fine: dict[int, Slopes] = {}

    def direction(self, rung: int) -> Array:
        """The direction in which the variable moves on this rung of the ladder."""
        x = self._values[self.which]
        if RUNGS[rung][1] == "large":
            return self._direction * np.maximum(1.0, np.abs(x))
        return self._direction * np.where(x == 0, 1.0, np.minimum(1.0, np.abs(x)))

    def coarse(self, rung: int) -> Slopes:
        """The derivatives by a single step."""
        if rung not in self._coarse:
            self._coarse[rung] = self._slopes(self.direction(rung), RUNGS[rung][0])
        return self._coarse[rung]

    def fine(self, rung: int) -> Slopes:
        """The derivatives by two steps, extrapolated, and how far they may be wrong."""
        if rung not in self._fine:
            coarse = self.coarse(rung)
            finer = self._slopes(self.direction(rung), RUNGS[rung][0] / 3)
            value, uncertainty = [], []
            for a, b, jump in zip(coarse.value, finer.value, finer.jump, strict=True):
                # The error shrinks by 3⁴ = 81 where the function is smooth.
                value.append(b + (b - a) / 80)
                apart = np.abs(b - a)
                uncertainty.append(np.where(np.isfinite(apart + jump), apart + jump, np.inf))
            self._fine[rung] = Slopes(value, finer.noise, finer.jump, uncertainty)
        return self._fine[rung]

    def _at(self, direction: Array, t: float) -> list[Array]:
        moved = list(self._values)
        moved[self.which] = moved[self.which] + t * direction
        try:
            return self._evaluate(moved)
        except (ValueError, ArithmeticError):  # out of its domain
            return [np.full_like(y, np.nan) for y in self.here]

    def _slopes(self, direction: Array, t: float) -> Slopes:
        result = Slopes([], [], [], [])
        with np.errstate(all="ignore"):
            stencil = (self._at(direction, s * t) for s in (1, -1, 2, -2))
            for y, a, b, c, d in zip(self.here, *stencil, strict=True):
                moves = (a != y) | (b != y) | (c != y) | (d != y)
                size = np.maximum(np.maximum(np.abs(a), np.abs(b)), np.abs(y))
                noise = np.where(moves, _ROUNDINGS * _EPSILON / t * size, 0.0)
                # Second differences over the step: they vanish with it, unless there is a kink.
                bend, wide = (a - 2 * y + b) / t, (c - 2 * y + d) / (2 * t)
                jump: Any = np.abs(2 * bend - wide)
                result.value.append((8 * (a - b) - (c - d)) / (12 * t))
                result.noise.append(noise)
                result.jump.append(np.maximum(jump - noise, 0.0))
                result.uncertainty.append(np.full_like(y, np.inf))
        return result

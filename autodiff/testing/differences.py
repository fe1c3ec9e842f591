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
    (1e-6, "small"),
    (1.0, "large"),
    (100.0, "large"),
)
"""Steps, and what they are relative to: ``max(1, |x|)``, or ``min(1, |x|)`` for functions that are
steep near 0 or oscillate far from it."""

SHORT: Final = 8
"""So many of them are for all functions; the rest for slopes that drown in the values' rounding."""

_SHORTEST: Final = (6, 7)
"""Those that show how far the values are rounded, if that is more than is to be expected."""


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
        # Outputs that never move do not depend on the variable, and add no noise of theirs.
        self._moves = [np.zeros(y.shape, bool) for y in here]
        self._coarse: dict[int, Slopes] = {}
        self._fine: dict[int, Slopes] = {}

    def direction(self, rung: int) -> Array:
        """The direction in which the variable moves on this rung of the ladder."""
        return self._direction * self._scale(rung)

    def _scale(self, rung: int) -> Array:
        size = np.abs(self._values[self.which])
        if RUNGS[rung][1] == "large":
            return np.maximum(1.0, size)
        return np.where(size == 0, 1.0, np.minimum(1.0, size))

    def blur(self, rung: int) -> float:
        """The relative error of a slope for the rounding of the point moved."""
        size = np.abs(self._values[self.which])
        return float(_EPSILON * np.max(size / self._scale(rung), initial=0.0) / RUNGS[rung][0])

    def grain(self) -> float:
        """A rounding of the largest of the numbers moved."""
        return float(_EPSILON * np.abs(self._values[self.which]).max(initial=0.0))

    def size(self) -> float:
        """The largest of the values and of the numbers moved, which move by the size of 1."""
        arrays = (*self.here, self._values[self.which])
        return max(1.0, *(float(np.abs(a).max(initial=0.0)) for a in arrays))

    def coarse(self, rung: int) -> Slopes:
        """The derivatives by a single step."""
        if rung not in self._coarse:
            self._coarse[rung] = self._slopes(rung, RUNGS[rung][0])
        return self._coarse[rung]

    def fine(self, rung: int) -> Slopes:
        """The derivatives by two steps, extrapolated, and how far they may be wrong."""
        if rung not in self._fine:
            coarse = self.coarse(rung)
            finer = self._slopes(rung, RUNGS[rung][0] / 3)
            value, uncertainty = [], []
            with np.errstate(all="ignore"):
                for a, b, jump in zip(coarse.value, finer.value, finer.jump, strict=True):
                    # The error shrinks by 3⁴ = 81 where the function is smooth.
                    value.append(b + (b - a) / 80)
                    apart = np.abs(b - a) + jump
                    uncertainty.append(np.where(np.isfinite(apart), apart, np.inf))
            self._fine[rung] = Slopes(value, finer.noise, finer.jump, uncertainty)
        return self._fine[rung]

    def depends(self, tangents: Sequence[Array]) -> None:
        """Note that outputs depend on the variable where the rules give these tangents.

        Where all that is left of a derivative is rounding, the output itself may not move.
        """
        self._moves = [m | (t != 0) for m, t in zip(self._moves, tangents, strict=True)]

    def ladder(self, rungs: range) -> list[Slopes]:
        """The derivatives by each of these steps, and how far they may be wrong.

        A step alone may be lucky: its two differences then agree though both are noise. What the
        shortest steps show of the noise holds for all.
        """
        for rung in range(len(RUNGS)):
            self.coarse(rung)  # for what moves at all
        slopes = [self.fine(rung) for rung in rungs]
        rounding = self._rounding()
        for rung, of_rung in zip(rungs, slopes, strict=True):
            step = RUNGS[rung][0]
            of_rung.noise = [
                np.where(moves, _ROUNDINGS * _EPSILON / step * np.abs(y), 0.0)
                for y, moves in zip(self.here, self._moves, strict=True)
            ]
            of_rung.uncertainty = [
                np.maximum(u, 3 * r / step)
                for u, r in zip(of_rung.uncertainty, rounding, strict=True)
            ]
        return slopes

    def _rounding(self) -> list[Array]:
        """By how much each output is rounded, as the shortest steps show it."""
        found = []
        for k, y in enumerate(self.here):
            seen = [self.fine(rung).uncertainty[k] * RUNGS[rung][0] for rung in _SHORTEST]
            most = np.where(np.isfinite(np.maximum(*seen)), np.maximum(*seen), 0.0)
            moving = self._moves[k] & (y != 0)
            if moving.any():
                most = np.maximum(most, np.median(most[moving] / np.abs(y[moving])) * np.abs(y))
            found.append(np.where(self._moves[k], most, 0.0))
        return found

    def change(self, rung: int, t: float) -> list[Array]:
        """How far the outputs are from those at the point, t times this direction away."""
        with np.errstate(all="ignore"):
            moved = self._at(self.direction(rung), t)
            return [np.asarray(a - y) for a, y in zip(moved, self.here, strict=True)]

    def _at(self, direction: Array, t: float) -> list[Array]:
        moved = list(self._values)
        moved[self.which] = moved[self.which] + t * direction
        try:
            return self._evaluate(moved)
        except (ValueError, ArithmeticError):  # out of its domain
            return [np.full_like(y, np.nan) for y in self.here]

    def _slopes(self, rung: int, t: float) -> Slopes:
        result = Slopes([], [], [], [])
        direction = self.direction(rung)
        with np.errstate(all="ignore"):
            stencil = list(zip(*(self._at(direction, s * t) for s in (1, -1, 2, -2)), strict=True))
            for k, (y, (a, b, c, d)) in enumerate(zip(self.here, stencil, strict=True)):
                moves = (a != y) | (b != y) | (c != y) | (d != y)
                self._moves[k] |= moves
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

"""Where an elementwise operation is defined and smooth: what its tests draw from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autodiff.typing import Array, Shape


@dataclass(frozen=True)
class Reals:
    """The reals from `low` to `high` that are at least `gap` away from some points.

    Parameters
    ----------
    low, high : float
        The ends.
    gap : float
        Keeps away from kinks and poles.
    around : tuple of float
        Where those are.
    """

    low: float = -3.0
    high: float = 3.0
    gap: float = 0.0
    around: tuple[float, ...] = (0.0,)

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Values drawn evenly, float64."""
        values = rng.uniform(self.low, self.high, shape)
        for point in self.around if self.gap else ():
            away = np.asarray(values) - point
            values = np.where(np.abs(away) < self.gap, values + np.copysign(self.gap, away), values)
        return np.asarray(values)


REALS = Reals()
NONZERO = Reals(gap=0.3)
POSITIVE = Reals(low=0.3)
UNIT = Reals(low=-0.9, high=0.9)

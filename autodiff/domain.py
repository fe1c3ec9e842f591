"""Where an elementwise operation is defined and smooth: what its tests draw from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autodiff.typing import Array, Shape


@dataclass(frozen=True)
class Reals:
    """The reals from `low` to `high` that are at least `gap` away from 0.

    Parameters
    ----------
    low, high : float
        The ends.
    gap : float
        Keeps away from a kink or a pole at 0.
    """

    low: float = -3.0
    high: float = 3.0
    gap: float = 0.0

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Values drawn evenly, float64."""
        values = rng.uniform(self.low, self.high, shape)
        if self.gap:
            near = np.abs(values) < self.gap
            values = np.where(near, np.where(values < 0, -self.gap, self.gap) + values, values)
        return np.asarray(values)


REALS = Reals()
NONZERO = Reals(gap=0.3)
POSITIVE = Reals(low=0.3)
UNIT = Reals(low=-0.9, high=0.9)

"""Where operations are defined and smooth: what their tests draw from."""

from __future__ import annotations

import numpy as np

from autodiff.immutable import Immutable
from autodiff.typing import Array, Shape


class Reals(Immutable):
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


def orthonormal(rng: np.random.Generator, shape: Shape) -> Array:
    """Matrices whose columns are orthonormal, float64; no more columns than rows."""
    return np.linalg.qr(rng.normal(size=shape))[0]


def invertible(rng: np.random.Generator, shape: Shape) -> Array:
    """Square matrices, float64, far from singular: one element outweighs the others of its row."""
    signs = rng.choice([-1.0, 1.0], (*shape[:-1], 1))
    return signs * (2 * np.eye(shape[-1]) + rng.uniform(-0.5, 0.5, shape))


def with_singular_values(rng: np.random.Generator, shape: Shape, values: Array) -> Array:
    """Matrices of given singular values (the last axis), float64."""
    *stack, rows, columns = shape
    smaller = min(rows, columns)
    left = orthonormal(rng, (*stack, rows, smaller))
    right = orthonormal(rng, (*stack, columns, smaller))
    return left * values[..., None, :] @ np.swapaxes(right, -1, -2)


def full_rank(rng: np.random.Generator, shape: Shape) -> Array:
    """Matrices, float64, whose singular values are apart from each other and from 0."""
    values = 1 + 0.7 * np.arange(min(shape[-2:])) + rng.uniform(0, 0.2, min(shape[-2:]))
    return with_singular_values(rng, shape, values)


def symmetric(rng: np.random.Generator, shape: Shape, lowest: float = -1.2) -> Array:
    """Symmetric matrices, float64, whose eigenvalues start near `lowest` and are apart."""
    values = lowest + 0.8 * np.arange(shape[-1]) + rng.uniform(0, 0.2, shape[-1])
    vectors = orthonormal(rng, shape)
    return vectors * values @ np.swapaxes(vectors, -1, -2)

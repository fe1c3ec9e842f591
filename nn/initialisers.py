"""Initial weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from autodiff.typing import Array, Shape


class Initialiser(Protocol):
    """What makes initial weights: any function of these arguments."""

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape` for units with `fan_in` incoming and `fan_out` outgoing links."""


@dataclass(frozen=True)
class Xavier:
    """Standard deviation √(2 / (fan_in + fan_out)), for sigmoid and tanh.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    Parameters
    ----------
    distribution : {"normal", "uniform"}
        Uniform between ±√3 standard deviations.
    """

    distribution: Literal["normal", "uniform"] = "normal"

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        deviation = math.sqrt(2 / (fan_in + fan_out))
        return _draw(self.distribution, deviation, shape, rng).astype(dtype)


@dataclass(frozen=True)
class He:
    """Standard deviation √(2 / fan_in), for ReLU.

    He et al., "Delving deep into rectifiers", 2015.

    Parameters
    ----------
    distribution : {"normal", "uniform"}
        Uniform between ±√3 standard deviations.
    """

    distribution: Literal["normal", "uniform"] = "normal"

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        return _draw(self.distribution, math.sqrt(2 / fan_in), shape, rng).astype(dtype)


def _draw(distribution: str, deviation: float, shape: Shape, rng: np.random.Generator) -> Array:
    if distribution == "normal":
        return rng.normal(0, deviation, shape)
    if distribution == "uniform":
        limit = math.sqrt(3) * deviation
        return rng.uniform(-limit, limit, shape)
    raise ValueError(f"distribution {distribution!r}; expected 'normal' or 'uniform'")

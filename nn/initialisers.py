"""Initial weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from autodiff.typing import Array, Shape
from nn.random import generator


class Initialiser(Protocol):
    """What makes initial weights: any function of these arguments."""

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape` for units with `fan_in` incoming and `fan_out` outgoing links."""


def initial_weights(
    initialiser: Initialiser,
    shape: Shape,
    fan_in: int,
    fan_out: int,
    rng: np.random.Generator | None,
    dtype: Any,
) -> Array:
    """What an initialiser makes, if it is what was asked for.

    Parameters
    ----------
    initialiser, shape, fan_in, fan_out, dtype
        As `Initialiser` says.
    rng : numpy.random.Generator, optional
        That of ``nn.seed`` by default.

    Raises
    ------
    TypeError
        If it cannot be called, or makes another dtype.
    ValueError
        If it makes another shape.
    """
    if isinstance(initialiser, type) or not callable(initialiser):
        raise TypeError(f"initialiser {initialiser!r}; expected an instance, such as He()")
    weights = np.asarray(initialiser(shape, fan_in, fan_out, generator(rng), dtype))
    if weights.shape != shape:
        raise ValueError(f"{initialiser!r} made weights {weights.shape}, expected {shape}")
    if weights.dtype != dtype:
        raise TypeError(f"{initialiser!r} made {weights.dtype} weights, expected {np.dtype(dtype)}")
    return weights


@dataclass(frozen=True)
class ScaledByFan:
    """Random weights around 0 whose spread depends on the number of links.

    Parameters
    ----------
    distribution : {"normal", "uniform"}
        Uniform between ±√3 standard deviations.

    Raises
    ------
    ValueError
        For another distribution.
    """

    distribution: Literal["normal", "uniform"] = "normal"

    def __post_init__(self) -> None:
        if self.distribution not in ("normal", "uniform"):
            raise ValueError(
                f"{type(self).__name__}: distribution {self.distribution!r}; "
                f"expected 'normal' or 'uniform'"
            )

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation."""
        raise NotImplementedError

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        deviation = self.deviation(fan_in, fan_out)
        if self.distribution == "normal":
            return rng.normal(0, deviation, shape).astype(dtype)
        limit = math.sqrt(3) * deviation
        return rng.uniform(-limit, limit, shape).astype(dtype)


class Xavier(ScaledByFan):
    """Standard deviation √(2 / (fan_in + fan_out)), for sigmoid and tanh.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.
    """

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """√(2 / (fan_in + fan_out))."""
        return math.sqrt(2 / (fan_in + fan_out))


class He(ScaledByFan):
    """Standard deviation √(2 / fan_in), for ReLU.

    He et al., "Delving deep into rectifiers", 2015.
    """

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """√(2 / fan_in)."""
        return math.sqrt(2 / fan_in)


@dataclass(frozen=True)
class FanInUniform:
    """Uniform between ±1 / √fan_in. Lectures, "Weight update"."""

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        limit = 1 / math.sqrt(fan_in)
        return rng.uniform(-limit, limit, shape).astype(dtype)


@dataclass(frozen=True)
class Normal:
    """Normal around 0, whatever the number of links.

    Parameters
    ----------
    deviation : float
        The standard deviation.
    """

    deviation: float = 0.01

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        return rng.normal(0, self.deviation, shape).astype(dtype)


@dataclass(frozen=True)
class Constant:
    """All equal. As weights they never learn to differ; lectures, "Weight update".

    Parameters
    ----------
    value : float
        What they are.
    """

    value: float = 0.0

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any
    ) -> Array:
        """Weights of `shape`."""
        return np.full(shape, self.value, dtype)

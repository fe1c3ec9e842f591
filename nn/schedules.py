"""Learning rates that change: functions of the number of updates done.

Give one to an optimizer in place of a number. Updates are counted, not epochs: an epoch has as
many as there are mini-batches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


def _refuse(schedule: object, fits: bool, expected: str) -> None:
    if not fits:
        raise ValueError(f"{schedule!r}: expected {expected}")


@dataclass(frozen=True)
class StepDecay:
    """`initial`, multiplied by `factor` after every so many updates.

    Parameters
    ----------
    initial : float
        The first learning rate.
    every : int
        How many updates a step of the stairs has.
    factor : float
        From one step to the next.
    """

    initial: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _refuse(self, self.initial > 0 and self.factor > 0, "a positive initial rate and factor")
        _refuse(self, self.every >= 1, "at least 1 update a step")

    def __call__(self, updates: int) -> float:
        """The learning rate after so many updates."""
        return self.initial * self.factor ** (updates // self.every)


@dataclass(frozen=True)
class ExponentialDecay:
    """`initial` · factor^updates.

    Parameters
    ----------
    initial : float
        The first learning rate.
    factor : float
        From one update to the next.
    """

    initial: float
    factor: float

    def __post_init__(self) -> None:
        _refuse(self, self.initial > 0 and self.factor > 0, "a positive initial rate and factor")

    def __call__(self, updates: int) -> float:
        """The learning rate after so many updates."""
        return self.initial * self.factor**updates


@dataclass(frozen=True)
class CosineDecay:
    """From `initial` down to `final` along half a cosine, and then `final`.

    Loshchilov and Hutter, "SGDR", 2017, without restarts.

    Parameters
    ----------
    initial : float
        The first learning rate.
    steps : int
        After how many updates the last one is reached.
    final : float
        The last one.
    """

    initial: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        _refuse(self, self.initial > 0 and self.final >= 0, "a positive initial rate, final ≥ 0")
        _refuse(self, self.steps >= 1, "at least 1 step")

    def __call__(self, updates: int) -> float:
        """The learning rate after so many updates."""
        done = min(updates / self.steps, 1)
        return self.final + (self.initial - self.final) * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class WarmUp:
    """From a part of the learning rate up to all of it, in even steps.

    Goyal et al., "Accurate, large minibatch SGD", 2017.

    Parameters
    ----------
    steps : int
        Update number k of so many, from 1, has the part k / `steps`.
    rate : float or schedule
        What it rises to; a schedule begins where the rise ends.
    """

    steps: int
    rate: float | Callable[[int], float]

    def __post_init__(self) -> None:
        _refuse(self, self.steps >= 1, "at least 1 step")
        _refuse(self, callable(self.rate) or self.rate > 0, "a positive rate, or a schedule")

    def __call__(self, updates: int) -> float:
        """The learning rate after so many updates."""
        after = max(updates - self.steps, 0)
        rate = self.rate(after) if callable(self.rate) else self.rate
        return rate * min((updates + 1) / self.steps, 1)

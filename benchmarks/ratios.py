"""Medians, quartiles, and ratios that are taken round by round."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Where the middle half of some numbers lies.

    Parameters
    ----------
    median, low, high : float
        The second, the first and the third quartile.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers):
        """That of at least one number."""
        numbers = list(numbers)
        if not numbers:
            raise ValueError("there are no numbers, so they have no median")
        if len(numbers) == 1:
            return cls(numbers[0], numbers[0], numbers[0])
        low, median, high = statistics.quantiles(numbers, n=4, method="inclusive")
        return cls(median, low, high)


def ratio(ours, theirs):
    """The spread of ours over theirs, round by round.

    Parameters
    ----------
    ours, theirs : sequence of float
        One number a round.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} rounds and {len(theirs)} rounds cannot be compared")
    return Spread.of(a / b for a, b in zip(ours, theirs, strict=True))


def summary(seconds, ours):
    """What each peer needs, and the share of it that each of ours needs.

    Parameters
    ----------
    seconds : dict of str to list of float
        By peer, round by round.
    ours : sequence of str
        The peers that others are compared with.

    Returns
    -------
    dict of str to dict
        By peer: "seconds", a Spread, and "ratios", a Spread for each of `ours`.
    """
    return {
        name: {
            "seconds": Spread.of(rounds),
            "ratios": {own: ratio(seconds[own], rounds) for own in ours if own in seconds},
        }
        for name, rounds in seconds.items()
    }

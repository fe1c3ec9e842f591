"""The source of chance where no generator is handed in."""

from __future__ import annotations

import numpy as np

_generator = np.random.default_rng(0)


def seed(number: int) -> None:
    """Begin the sequence of random numbers `number`; a program begins with sequence 0.

    Parameters
    ----------
    number : int
        At least 0.
    """
    global _generator
    _generator = np.random.default_rng(number)


def generator() -> np.random.Generator:
    """The generator that layers draw from unless one is handed in."""
    return _generator

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


def generator(rng: np.random.Generator | None = None) -> np.random.Generator:
    """The generator that was handed in, or else the one of ``seed``.

    Raises
    ------
    TypeError
        If something else was handed in.
    """
    if rng is None:
        return _generator
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng {rng!r}; expected a Generator, such as numpy.random.default_rng(0)")
    return rng

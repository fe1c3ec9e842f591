"""Values in which ties and zeros are chosen, not accidental."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autodiff.domain import Reals
from autodiff.typing import Array, Shape


@lru_cache(maxsize=64)
def _grid(domain: Reals, digits: int) -> Array:
    """The numbers of so many decimals in `domain`, in order, without 0; not to be written."""
    scale = 10**digits
    numbers: Array = np.arange(math.ceil(domain.low * scale), math.floor(domain.high * scale) + 1)
    numbers = numbers[numbers != 0] / scale
    for point in domain.around if domain.gap else ():
        numbers = numbers[np.abs(numbers - point) >= domain.gap]
    numbers.flags.writeable = False
    return numbers


def contains_zero(domain: Reals) -> bool:
    """Whether 0 is one of the numbers of `domain`."""
    held_off = domain.gap > 0 and any(abs(point) < domain.gap for point in domain.around)
    return domain.low <= 0 <= domain.high and not held_off


def sample(
    rng: np.random.Generator,
    shape: Shape,
    domain: Reals,
    dtype: np.dtype[Any],
    *,
    spread: bool = False,
    ties: bool = False,
    zeros: bool = False,
) -> Array:
    """Numbers of few decimals from `domain`: short to print, and distinct unless `ties`.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the values come from.
    shape : tuple of int
        Of the result.
    domain : Reals
        Where they lie.
    dtype : dtype
        Floating.
    spread : bool
        Evenly spaced, in random order, instead of independent of each other.
    ties : bool
        About a third of the elements are equal to another, at least one.
    zeros : bool
        There is a 0; about a quarter of the elements if there may be ties.
    """
    size = math.prod(shape)
    digits = min(3, np.finfo(dtype).precision - 1)
    while len(_grid(domain, digits)) < 2 * size and digits < np.finfo(dtype).precision - 1:
        digits += 1
    grid = _grid(domain, digits)
    if size > len(grid):
        raise ValueError(
            f"{size} distinct numbers of {dtype} in {domain}: there are only {len(grid)} of "
            f"{digits} decimals; give a smaller shape, a wider domain, or another dtype"
        )
    if spread:
        steps = (np.arange(size) + rng.random()) / max(size, 1)
        places = rng.permutation((steps * len(grid)).astype(int))
    else:
        places = rng.choice(len(grid), size, replace=False)
    values: Array = grid[places].astype(dtype)
    if zeros and size:
        count = max(1, round(size / 4)) if ties else 1
        values[rng.choice(size, count, replace=False)] = 0
    if ties and size > 1:
        # Each of the first part of a random order becomes equal to one of the others.
        order = rng.permutation(size)
        copies = max(1, size // 3)
        values[order[:copies]] = values[rng.choice(order[copies:], copies)]
        if zeros:
            values[order[-1]] = 0
    return values.reshape(shape)

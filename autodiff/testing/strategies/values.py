"""Values in which ties and zeros are chosen, not accidental."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff.domain import Reals
from autodiff.typing import Array, Shape


class _Grid:
    """The numbers of so many decimals in `domain`, in order, without 0: ranges of integers."""

    def __init__(self, domain: Reals, digits: int) -> None:
        self._scale = scale = 10**digits
        self._ranges = [range(math.ceil(domain.low * scale), math.floor(domain.high * scale) + 1)]
        self._cut(0, 0)
        for point in domain.around if domain.gap else ():
            below = math.floor((point - domain.gap) * scale)
            above = math.ceil((point + domain.gap) * scale)
            # Not nearer than the gap, however the ends were rounded.
            below -= abs(below / scale - point) < domain.gap
            above += abs(above / scale - point) < domain.gap
            self._cut(below + 1, above - 1)

    def _cut(self, first: int, last: int) -> None:
        cut = [
            part
            for r in self._ranges
            for part in (range(r.start, min(r.stop, first)), range(max(r.start, last + 1), r.stop))
        ]
        self._ranges = [part for part in cut if len(part)]

    def __len__(self) -> int:
        return sum(map(len, self._ranges))

    def __getitem__(self, places: Array) -> Array:
        """The numbers at these places."""
        numbers = np.array(places, dtype=np.int64)
        start = 0
        for part in self._ranges:
            inside = (places >= start) & (places < start + len(part))
            numbers[inside] = places[inside] - start + part.start
            start += len(part)
        return np.asarray(numbers / self._scale)


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
    while len(_Grid(domain, digits)) < 2 * size and digits < np.finfo(dtype).precision - 1:
        digits += 1
    grid = _Grid(domain, digits)
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

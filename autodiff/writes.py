"""Noticing writes into arrays that a graph may still need.

A rule reads the arrays its operation saved. If someone writes into one of them between
recording and walking back, the gradient would be wrong and nobody would know. So writes
are numbered from the same counter as the nodes: a node made before the last write into
memory that its rule needs refuses to walk.

Writes through a Tensor are numbered as they happen (`number_write`). Writes into an array
that ``leaf.data`` handed out are found by comparison: the array handed out rests on an
`Exposure`, which holds a copy of what was there, is compared whenever something is
recorded or walked, and once more when nobody can write any longer, that is, when the
last array that rests on it dies.
"""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import numpy as np

from autodiff.typing import Array

numbers = itertools.count(1)
"""Numbers nodes and writes in the order in which they happen."""

exposures: dict[int, weakref.ref[Exposure]] = {}
"""The exposures that someone may still write through."""

_written: dict[int, tuple[weakref.ref[Any], int]] = {}


def memory(array: Any) -> Any:
    """The array that owns the memory which `array` is a view of, itself if it is no view.

    Memory that no array owns, such as that of bytes, counts as the first array's on it.
    """
    while hasattr(base := getattr(array, "base", None), "base"):
        array = base
    return array


def number_write(array: Any) -> None:
    """Note that the memory of `array` has been written just now."""
    owner = memory(array)
    key = id(owner)
    known = _written.get(key)  # of this owner: when one dies, so does its entry
    reference = weakref.ref(owner, lambda _: _written.pop(key, None)) if known is None else known[0]
    _written[key] = (reference, next(numbers))


def last_write(saved: Any) -> int:
    """The number of the last noticed write into the memory of an array, or of any in a tuple.

    0 where there is none.
    """
    if isinstance(saved, (tuple, list)):
        return max(map(last_write, saved), default=0)
    entry = _written.get(id(memory(saved)))
    return 0 if entry is None else entry[1]


def newest_write() -> int:
    """The number of the last noticed write into memory that is still in use, 0 if there is none.

    Compares what is exposed first.
    """
    if exposures:
        compare_exposures()
    return max([number for _, number in list(_written.values())], default=0)


def compare_exposures() -> None:
    """Number the writes that were made through arrays handed out by ``leaf.data``."""
    for reference in list(exposures.values()):
        exposure = reference()
        if exposure is not None:
            exposure.compare()


def _same_bits(x: Array, y: Array) -> bool:
    # Bits, not values: NaN equals itself, and 0.0 differs from −0.0.
    return np.array_equal(
        np.ascontiguousarray(x).reshape(-1).view(np.uint8),
        np.ascontiguousarray(y).reshape(-1).view(np.uint8),
    )


class Exposure:
    """Memory of a Tensor in the hands of a user who may write into it.

    NumPy lets an array made from an object with ``__array_interface__`` rest on that
    object, and every view of that array rest on the array: this object lives exactly as
    long as anyone can write through it.
    """

    __slots__ = ("__array_interface__", "__weakref__", "_snapshot", "base")

    def __init__(self, array: Array) -> None:
        self.base = array
        self.__array_interface__ = array.__array_interface__
        self._snapshot = array.copy()
        exposures[id(self)] = weakref.ref(self)

    def compare(self) -> None:
        """Number a write if the memory has changed since the last look."""
        if not _same_bits(self.base, self._snapshot):
            number_write(self.base)
            self._snapshot = self.base.copy()

    def __del__(self) -> None:
        exposures.pop(id(self), None)
        self.compare()


def expose(array: Array) -> Array:
    """A writable array on the memory of `array`, whose writes are noticed."""
    return np.asarray(Exposure(array))

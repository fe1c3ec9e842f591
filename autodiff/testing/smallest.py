"""Smaller inputs on which a check still fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autodiff import trees
from autodiff.graph import Recorded
from autodiff.testing.errors import GradientError

_SHOWN: Final = 64
"""Larger arrays are told by their shape."""


def smallest_failing(check: Callable[..., Any], inputs: tuple[Any, ...], said: str) -> str:
    """The smallest inputs found on which `check` fails as it has `said`, as text.

    Axes of equal length are cut together, in all arrays, as they often must agree; then
    values are rounded. What the function refuses is not taken.
    """
    arrays = [_array(leaf) for _, leaf in trees.leaves(list(inputs))]
    lengths = sorted({n for a in arrays if a is not None for n in a.shape if n > 1}, reverse=True)

    def fails(candidate: tuple[Any, ...]) -> bool:
        try:
            with np.errstate(all="ignore"):
                check(*candidate)
        except GradientError as error:
            return _fault(str(error)) == _fault(said)
        except Exception:  # the function does not take these
            return False
        return False

    for length in lengths:
        for shorter in dict.fromkeys((1, 2, 3, length // 2)):
            if 0 < shorter < length:
                candidate = _cut(inputs, length, shorter)
                if fails(candidate):
                    inputs = candidate
                    break
    for decimals in (0, 1, 2):
        candidate = _mapped(inputs, lambda a: np.round(a, decimals) if a.dtype.kind == "f" else a)  # noqa: B023  # called at once
        if fails(candidate):
            inputs = candidate
            break
    lines = [
        f"\n    input {path[1:].replace(']', '', 1)} = {_shown(leaf)}"
        for path, leaf in trees.leaves(list(inputs))
    ]
    return "\n  smallest failing inputs found:" + "".join(lines)


def _fault(said: str) -> str:
    """The first line of a report, without numbers and places."""
    line = said.partition("\n")[0]
    return re.sub(r"-?\d[\d.e+-]*|\bnan\b|\binf\b| at index \(.*?\)|, along a.*?,", "", line)


def _array(leaf: Any) -> Any:
    if isinstance(leaf, Recorded):
        return leaf._array
    return leaf if isinstance(leaf, np.ndarray) else None


def _mapped(inputs: tuple[Any, ...], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    def changed(leaf: Any) -> Any:
        array = _array(leaf)
        if array is None:
            return leaf
        new = np.asarray(change(array))
        if not isinstance(leaf, Recorded):
            return new
        return Recorded.result_type(new, leaf.node is not None)  # type: ignore[call-arg]  # a Tensor

    return tuple(trees.mapped(changed, list(inputs)))


def _cut(inputs: tuple[Any, ...], length: int, shorter: int) -> tuple[Any, ...]:
    def cut(array: Any) -> Any:
        return array[tuple(slice(shorter if n == length else None) for n in array.shape)]

    return _mapped(inputs, cut)


def _shown(leaf: Any) -> str:
    array = _array(leaf)
    if array is None:
        return repr(leaf)
    if array.size > _SHOWN:
        return f"{array.dtype} array of shape {array.shape}"
    return np.array2string(array, separator=", ", floatmode="unique").replace("\n", "\n" + " " * 8)

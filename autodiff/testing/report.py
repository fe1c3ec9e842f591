"""What is said of a wrong derivative: where it is, both numbers, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autodiff.typing import Array

_FACTORS: Final = {
    0.5: "half of it: a term that comes twice was counted once, or a factor 2 is missing",
    2.0: "twice it: a factor 2 too many, or a term counted twice",
    -1.0: "the sign is wrong",
}


@dataclass
class Wrong:
    """A derivative that is wrong.

    Attributes
    ----------
    name : str
        Of the function.
    order : int
        1 for the gradient, 2 for the gradient of the gradient.
    mode : str
        How it was computed.
    variable : str
        To what, or of what.
    index : tuple of int
        Where.
    actual, expected : ndarray
        By the rules and by what they are compared with, in the shape of the variable; NaN where
        it was not computed.
    by : str
        Where the expected numbers come from.
    lengths : sequence of int
        The lengths of axes that a sum may have been over.
    """

    name: str
    order: int
    mode: str
    variable: str
    index: tuple[int, ...]
    actual: Array
    expected: Array
    by: str = "differences give"
    lengths: Sequence[int] = ()
    notes: list[str] = field(default_factory=list)


def described(wrong: Wrong) -> str:
    """The report of a wrong derivative."""
    actual, expected = float(wrong.actual[wrong.index]), float(wrong.expected[wrong.index])
    place = f" at index {wrong.index}" if wrong.index else ""
    ratio = f"{actual / expected:.9g}" if expected else "–"
    width = max(len("the rules give"), len(wrong.by)) + 2
    lines = [
        f"{wrong.name}: the gradient to {wrong.variable} is wrong{place} "
        f"(order {wrong.order}, {wrong.mode})"
        if wrong.mode != "forward"
        else f"{wrong.name}: {wrong.variable} is wrong{place} (order {wrong.order}, forward)",
        f"  {'the rules give':{width}}{actual:.9g}",
        f"  {wrong.by:{width}}{expected:.9g}",
        f"  {'ratio':{width}}{ratio}",
        *(f"  {note}" for note in (*hints(wrong), *wrong.notes)),
    ]
    return "\n".join(lines)


def hints(wrong: Wrong) -> list[str]:
    """What the wrong numbers look like beside the right ones."""
    known = np.isfinite(wrong.expected)
    actual, expected = wrong.actual[known], wrong.expected[known]
    if not actual.size:
        return []
    if not actual.any():
        return ["zero: is it detached, or does the rule return nothing for this input?"]
    found = _of_the_matrix(wrong.actual, wrong.expected) if known.all() else []
    found = found or _of_the_ratio(actual, expected, wrong.lengths)
    if not found and known.all():
        found = _of_the_order(wrong.actual, wrong.expected)
    wrong_ones = int((~_close(actual, expected)).sum())
    here, right = float(wrong.actual[wrong.index]), float(wrong.expected[wrong.index])
    if not wrong_ones and abs(here - right) > 1e-3 * abs(right):
        return [f"small beside the largest entry, {np.abs(expected).max():.3g}, where it is wrong"]
    if not wrong_ones:
        return ["all but right: only rounding to a lower precision, or a factor near 1"]
    if not found or wrong_ones < actual.size:
        found.append(f"{wrong_ones} of {actual.size} entries differ")
    return found


def _close(a: Any, b: Any) -> Any:
    scale = np.abs(b).max(initial=0.0)
    return np.abs(a - b) <= 1e-5 * np.abs(b) + 1e-7 * scale


def _of_the_ratio(actual: Array, expected: Array, lengths: Sequence[int]) -> list[str]:
    large = np.abs(expected) > 1e-6 * np.abs(expected).max()
    if not large.any():
        return []
    different = ~_close(actual, expected)
    ratios = actual[large & different] / expected[large & different]
    if not ratios.size or np.ptp(ratios) > 1e-4 * np.abs(ratios).max():
        return []
    ratio = float(np.median(ratios))
    everywhere = "everywhere" if different[large].all() else "in all entries that differ"
    for factor, meaning in _FACTORS.items():
        if abs(ratio - factor) < 1e-4 * abs(factor):
            return [f"{meaning} ({everywhere})"]
    for n in sorted({n for n in lengths if n > 2}):
        for factor, text in ((n, f"{n}"), (1 / n, f"1/{n}"), (-n, f"−{n}"), (-1 / n, f"−1/{n}")):
            if abs(ratio - factor) < 1e-4 * abs(factor):
                return [
                    f"{text} times it ({everywhere}), and {n} is the length of an axis: a sum or a "
                    f"mean over a broadcast axis?"
                ]
    if actual.size == 1:
        return []
    return [f"{ratio:.6g} times it ({everywhere}): a wrong or missing factor"]


def _of_the_matrix(actual: Array, expected: Array) -> list[str]:
    if actual.ndim >= 2 and not _close(actual, expected).all():
        swapped = np.swapaxes(expected, -1, -2)
        if swapped.shape == actual.shape and _close(actual, swapped).all():
            return ["transposed"]
        if swapped.shape == actual.shape and _close(actual, (expected + swapped) / 2).all():
            return [
                "the symmetric part of it, right as long as the input stays symmetric: check "
                "f((a + aᵀ) / 2) in place of f(a)"
            ]
    return []


def _of_the_order(actual: Array, expected: Array) -> list[str]:
    for axis in range(actual.ndim):
        if actual.shape[axis] > 1 and _close(actual, np.flip(expected, axis)).all():
            return [f"reversed along axis {axis}"]
    ordered = np.sort(actual, axis=None), np.sort(expected, axis=None)
    if actual.size > 1 and _close(*ordered).all():
        return ["the right numbers in the wrong places: a permutation for its inverse?"]
    apart = actual - expected
    for axis in range(actual.ndim):
        if actual.shape[axis] > 1:
            step = np.ptp(apart, axis=axis)
            if step.max() <= 1e-5 * np.abs(apart).max():
                return [f"off by the same number along axis {axis}: is a mean not taken off?"]
    return []

"""A derivative by the rules against the same by differences: right, wrong, or not to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autodiff.testing.differences import RUNGS, Line, Slopes
from autodiff.typing import Array

_LUCK: Final = 1e3
"""Numbers that agree to the tolerance, where differences are uncertain by up to this many times
as much, do not agree by accident. At a kink the uncertainty is of the size of the slope."""

_CLEARLY: Final = 10.0
"""A difference of this many uncertainties is an error."""


@dataclass
class Verdict:
    """What a comparison along one line says, entry by entry.

    Attributes
    ----------
    right, wrong : ndarray of bool
        Where neither, the differences are not sure enough.
    actual, expected : ndarray
        By the rules and by differences.
    rung : ndarray of int
        Of which step they are.
    """

    right: Array
    wrong: Array
    actual: Array
    expected: Array
    rung: Array


Reading = Callable[[Slopes], tuple[Array, Array, Array, Array, Array]]
"""From slopes to (value, scale, noise, jump, uncertainty) of what is compared."""


def weighted(cotangents: Sequence[Array]) -> Reading:
    """What a reverse pass is compared with: Σ cotangent · slope, one number."""

    def read(slopes: Slopes) -> tuple[Array, Array, Array, Array, Array]:
        def total(terms: Sequence[Array], size: bool = True) -> Array:
            return np.asarray(
                sum(
                    float(np.sum((np.abs(g) if size else g) * y))
                    for g, y in zip(cotangents, terms, strict=True)
                    if y.size
                )
            )

        return (
            total(slopes.value, size=False),
            total([np.abs(y) for y in slopes.value]),
            total(slopes.noise),
            total(slopes.jump),
            total([np.where(g == 0, 0, u) for g, u in zip(cotangents, slopes.uncertainty)]),  # noqa: B905
        )

    return read


def entries(slopes: Slopes) -> tuple[Array, Array, Array, Array, Array]:
    """What a forward pass is compared with: every entry of every output, in one row."""

    def row(terms: Sequence[Array]) -> Array:
        return np.concatenate([np.ravel(y) for y in terms])

    value = row(slopes.value)
    rest = (slopes.noise, slopes.jump, slopes.uncertainty)
    noise, jump, uncertainty = (row(part) for part in rest)
    return value, np.abs(value), noise, jump, uncertainty


def compare(
    line: Line,
    actual: Callable[[Array], tuple[Array, Any]],
    read: Reading,
    rtol: float,
    resolve: bool = True,
    exact: Slopes | None = None,
) -> Verdict:
    """Compare what the rules say along a line with differences.

    Parameters
    ----------
    line : Line
        Along which.
    actual : callable
        From the direction to the derivative by the rules, and the size of the terms it is a
        sum of.
    read : callable
        What of the slopes it is compared with.
    rtol : float
        Relative to the sizes of the terms.
    resolve : bool
        Whether a slope that drowns in the rounding of the values counts as unknown, not right.
    exact : Slopes, optional
        By a complex step, which may acquit.

    Returns
    -------
    Verdict
    """

    def judge(rung: int, slopes: Slopes) -> _Judgement:
        found, terms = actual(line.direction(rung))
        value, scale, noise, jump, uncertainty = read(slopes)
        size = np.maximum(scale, terms)
        step = RUNGS[rung][0]
        # A slope of the size of the values' rounding is as good as zero.
        drowned = resolve & (noise > 0.1 * terms) & (terms > noise * step)
        return _Judgement(
            found, value, size, rtol * size + noise, noise, jump, uncertainty, drowned
        )

    with np.errstate(all="ignore"):
        if exact is not None:
            by_complex = judge(0, exact)
            close = np.asarray(by_complex.agrees)
            if close.all():
                return Verdict(
                    close,
                    ~close,
                    by_complex.actual,
                    by_complex.expected,
                    np.zeros(close.shape, int),
                )
        first = judge(0, line.coarse(0))
        close = first.agrees & (first.jump <= _LUCK * first.tolerance) & ~first.drowned
        if close.all():
            return Verdict(close, ~close, first.actual, first.expected, np.zeros(close.shape, int))
        return _on_all_rungs([judge(rung, line.fine(rung)) for rung in range(len(RUNGS))])


@dataclass
class _Judgement:
    """What one step says, entry by entry."""

    actual: Array
    expected: Array
    size: Array
    tolerance: Array
    noise: Array
    jump: Array
    uncertainty: Array
    drowned: Any

    @property
    def error(self) -> Any:
        return np.abs(self.actual - self.expected)

    @property
    def agrees(self) -> Any:
        return self.error <= self.tolerance

    @property
    def doubt(self) -> Array:
        doubtful = (self.noise + self.uncertainty) / np.where(self.size > 0, self.size, 1.0)
        return np.where(np.isfinite(doubtful), doubtful, np.inf)


def _on_all_rungs(judgements: Sequence[_Judgement]) -> Verdict:
    """What the step that is least in doubt says; an error that none is sure of, all must see."""

    def stacked(read: Callable[[_Judgement], Any]) -> Array:
        return np.stack([np.asarray(read(judgement)) for judgement in judgements])

    uncertainty, tolerance = stacked(lambda j: j.uncertainty), stacked(lambda j: j.tolerance)
    right = stacked(lambda j: j.agrees & ~j.drowned) & (uncertainty <= _LUCK * tolerance)
    wrong = ~(stacked(lambda j: j.error) <= tolerance + _CLEARLY * uncertainty)
    wrong &= np.isfinite(uncertainty)
    by_all = (wrong | ~np.isfinite(uncertainty)).all(axis=0)
    best = np.argmin(stacked(lambda j: j.doubt), axis=0)[None]

    def at_best(of_all: Array) -> Array:
        return np.asarray(np.take_along_axis(of_all, best, axis=0)[0])

    sure = at_best(uncertainty <= tolerance)
    is_right = at_best(right)
    is_wrong = at_best(wrong) & (sure | by_all) & ~is_right
    return Verdict(
        is_right,
        is_wrong,
        at_best(stacked(lambda j: j.actual)),
        at_best(stacked(lambda j: j.expected)),
        best[0],
    )

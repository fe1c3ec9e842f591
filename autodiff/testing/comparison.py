"""A derivative by the rules against the same by differences: right, wrong, or not to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autodiff.testing.conviction import confirmed
from autodiff.testing.differences import RUNGS, SHORT, Line, Slopes
from autodiff.typing import Array

_LUCK: Final = 1e3
"""Numbers that agree to the tolerance, where differences are uncertain by up to this many times
as much, do not agree by accident. At a kink the uncertainty is of the size of the slope."""

_DROWNING: Final = 0.1
"""A slope is not seen where rounding may move it by so much of its size."""

_REST: Final = 1e-10
"""Slopes that are uncertain by no more than this, relative to the largest value, are no worry."""

_SUSPECTS: Final = 100
"""Of the entries that seem wrong, so many are looked at again."""

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
    tangents: Callable[[Array], list[Array]],
    resolve: bool = True,
    exact: Slopes | None = None,
    confirm: bool = True,
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
    tangents : callable
        From the direction to the tangents by the rules.
    resolve : bool
        Whether a slope that drowns in the rounding of the values counts as unknown, not right.
    exact : Slopes, optional
        By a complex step, which may acquit.
    confirm : bool
        Whether what is found wrong is looked at again, at many scales.

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
        drowned = resolve & (noise > _DROWNING * terms) & (terms > 30 * noise * step)
        blur = rtol + 2 * line.blur(rung)
        sure = uncertainty <= blur * scale + noise
        return _Judgement(
            found, value, scale, blur * size + noise, noise, jump, uncertainty, sure, drowned
        )

    with np.errstate(all="ignore"):
        if exact is not None:
            by_complex = judge(0, exact)
            close = np.asarray(by_complex.agrees)
            if close.all():
                return by_complex.acquitted()
        first = judge(0, line.coarse(0))
        close = first.agrees & (first.jump <= _LUCK * first.tolerance) & ~first.drowned
        if close.all():
            return first.acquitted()
        line.depends(tangents(line.direction(0)))
        short, long = range(SHORT), range(SHORT, len(RUNGS))
        judgements = [judge(*rung) for rung in enumerate(line.ladder(short))]
        verdict = _of_short_steps(judgements)
        drowned = np.asarray(judgements[0].drowned)
        if (drowned & ~verdict.right & ~verdict.wrong).any():
            for rung, slopes in zip(long, line.ladder(long), strict=True):
                verdict = _with_long_step(verdict, judge(rung, slopes), rung, drowned)
        size = line.size()
        # What is left where large terms cancel: rounding, in rules and differences alike.
        for judgement in judgements:
            rest = (judgement.uncertainty <= _REST * size) & ~judgement.drowned
            rest &= judgement.error <= _CLEARLY * judgement.uncertainty
            verdict.right = verdict.right | (rest & ~verdict.wrong)
        # Less than a rounding of what moved: all may have cancelled, as at a singular matrix.
        verdict.wrong = verdict.wrong & (np.abs(verdict.actual - verdict.expected) > line.grain())
        if confirm and verdict.wrong.any():
            verdict.wrong = _confirmed(verdict, line, actual, read)
        return verdict


def _confirmed(
    verdict: Verdict, line: Line, actual: Callable[[Array], tuple[Array, Any]], read: Reading
) -> Array:
    """What of the verdict's wrong entries, the worst at least, is wrong beyond doubt."""
    error = np.ravel(np.where(verdict.wrong, np.abs(verdict.actual - verdict.expected), -1.0))
    suspects = np.argsort(error)[::-1][: min(_SUSPECTS, int(verdict.wrong.sum()))]
    guilty = np.zeros(error.size, bool)
    for kind in ("large", "small"):
        rung = next(i for i, (_, relative) in enumerate(RUNGS) if relative == kind)
        of_kind = [i for i in suspects if RUNGS[int(np.ravel(verdict.rung)[i])][1] == kind]
        if of_kind:
            found, _ = actual(line.direction(rung))
            guilty |= np.ravel(confirmed(_changes(line, rung, read), found, np.array(of_kind)))
    return guilty.reshape(np.shape(verdict.wrong))


def _changes(line: Line, rung: int, read: Reading) -> Callable[[float], Array]:
    def changes(t: float) -> Array:
        change = line.change(rung, t)
        none = [np.zeros_like(y) for y in change]
        return read(Slopes(change, none, none, none))[0]

    return changes


@dataclass
class _Judgement:
    """What one step says, entry by entry."""

    actual: Array
    expected: Array
    scale: Array
    tolerance: Array
    noise: Array
    jump: Array
    uncertainty: Array
    sure: Any
    drowned: Any

    def acquitted(self) -> Verdict:
        every = np.ones(np.shape(self.actual), bool)
        return Verdict(every, ~every, self.actual, self.expected, np.zeros(every.shape, int))

    @property
    def error(self) -> Any:
        return np.abs(self.actual - self.expected)

    @property
    def agrees(self) -> Any:
        return self.error <= self.tolerance

    @property
    def doubt(self) -> Array:
        """Relative to the slope by differences: the rules may give anything."""
        absolute = self.noise + self.uncertainty
        doubtful = np.where(absolute == 0, 0.0, absolute / self.scale)
        return np.where(np.isfinite(doubtful), doubtful, np.inf)

    @property
    def right(self) -> Any:
        return self.agrees & ~self.drowned & (self.uncertainty <= _LUCK * self.tolerance)

    @property
    def wrong(self) -> Any:
        far = ~(self.error <= self.tolerance + _CLEARLY * self.uncertainty)
        return far & np.isfinite(self.uncertainty)


def _of_short_steps(judgements: Sequence[_Judgement]) -> Verdict:
    """What the step that is least in doubt says; an error that none is sure of, all must see."""

    def stacked(read: Callable[[_Judgement], Any]) -> Array:
        return np.stack([np.asarray(read(judgement)) for judgement in judgements])

    best = np.argmin(stacked(lambda j: j.doubt), axis=0)[None]

    def at_best(read: Callable[[_Judgement], Any]) -> Array:
        return np.asarray(np.take_along_axis(stacked(read), best, axis=0)[0])

    by_all = stacked(lambda j: j.wrong | ~np.isfinite(j.uncertainty)).all(axis=0)
    sure = at_best(lambda j: j.sure)
    right = at_best(lambda j: j.right) | np.asarray(judgements[0].right)
    wrong = at_best(lambda j: j.wrong) & (sure | by_all) & ~right
    actual, expected = at_best(lambda j: j.actual), at_best(lambda j: j.expected)
    return Verdict(right, wrong, actual, expected, best[0])


def _with_long_step(verdict: Verdict, judgement: _Judgement, rung: int, drowned: Array) -> Verdict:
    """Where slopes drown in the rounding of short steps, what a long one is sure of."""
    told = verdict.right | verdict.wrong | ~drowned
    sure = judgement.sure & (judgement.doubt <= _DROWNING)
    right, wrong = ~told & judgement.right & sure, ~told & judgement.wrong & sure
    new = right | wrong
    return Verdict(
        verdict.right | right,
        verdict.wrong | wrong,
        np.where(new, judgement.actual, verdict.actual),
        np.where(new, judgement.expected, verdict.expected),
        np.where(new, rung, verdict.rung),
    )

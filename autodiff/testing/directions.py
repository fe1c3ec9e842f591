"""Derivatives along random directions, then element by element: by the rules and by differences."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autodiff.testing.comparison import Reading, Verdict, compare, entries, weighted
from autodiff.testing.complex_step import complex_slopes, exactly, is_trustworthy
from autodiff.testing.differences import Line, Slopes
from autodiff.testing.errors import GradientError
from autodiff.testing.properties import cotangents_like, rounded
from autodiff.testing.report import Wrong, described
from autodiff.testing.subject import Subject, gradient, rules_on_tensors
from autodiff.transforms import jvp
from autodiff.typing import Array

SMALL: Final = 64
"""Inputs of at most so many elements in all are checked element by element."""

_WORK: Final = 20_000
"""Of larger inputs that kinks keep from being checked as a whole, as many elements are tried by
themselves as make this together with the size: to move one takes as long as to move all."""

_RANDOM: Final = "a random direction"

_ROUNDINGS: Final = 10.0
"""What so many roundings of the values explain is no error."""

_SEARCHED: Final = 200
"""Among how many elements the worst one is looked for."""


@dataclass
class Kinks:
    """Where differences say nothing, and how much was checked elsewhere."""

    places: list[str] = field(default_factory=list)
    checked: int = 0

    def described(self) -> str:
        """Where, in words."""
        unique = list(dict.fromkeys(self.places))
        named = "; ".join(unique[:5]) + (f"; {len(unique) - 5} more" if len(unique) > 5 else "")
        return (
            f"check_gradients: a kink near the point, or too ill-conditioned for differences: "
            f"{named} ({self.checked} other comparisons were made)"
        )


class Point:
    """A subject at its values, with what is needed to compare along lines through them."""

    def __init__(self, subject: Subject, order: int, rtol: float) -> None:
        self.subject = subject
        self.order = order
        self.rtol = rtol
        self.values = subject.values()
        self.here = subject.evaluate(self.values)
        self.is_analytic = False

    def try_complex_step(self, lines: Sequence[Line]) -> None:
        """Use complex steps from now on, if along `lines` they agree with differences."""
        self.is_analytic = is_trustworthy(self.subject.plain, self.values, lines)

    def exact(self, line: Line) -> Slopes | None:
        """The slopes by a complex step, None if the function is not made for it."""
        slopes = complex_slopes(self.subject.plain, self.values, line) if self.is_analytic else None
        return None if slopes is None else exactly(slopes)

    def line(self, which: int, direction: Array) -> Line:
        """The line along one variable."""
        return Line(self.subject.evaluate, self.values, self.here, which, direction)

    def reverse(
        self,
        line: Line,
        slopes: Array,
        cotangents: Sequence[Array],
        resolve: bool = False,
        exact: Slopes | None = None,
        confirm: bool = True,
    ) -> Verdict:
        """The gradient, of which `slopes` is the part of the line's variable, along the line."""

        def actual(direction: Array) -> tuple[Array, Any]:
            terms = slopes * direction
            return np.asarray(terms.sum()), np.abs(terms).sum()

        read = weighted(cotangents)
        along = functools.partial(self._tangents, line.which)
        return compare(line, actual, read, self.rtol, along, resolve, exact, confirm)

    def forward(self, line: Line, exact: Slopes | None = None) -> Verdict:
        """The tangents along the line."""
        along = functools.partial(self._tangents, line.which)

        def actual(direction: Array) -> tuple[Array, Any]:
            row = np.concatenate([np.ravel(t) for t in along(direction)])
            return row, np.abs(row)

        read: Reading = entries
        return compare(line, actual, read, self.rtol, along, False, exact)

    def _tangents(
        self, which: int, direction: Array, values: Sequence[Array] | None = None
    ) -> list[Array]:
        values = self.values if values is None else values
        directions = [np.zeros_like(x) for x in values]
        directions[which] = direction
        tangents: list[Array]
        with rules_on_tensors():
            _, tangents = jvp(lambda *xs: self.subject.outputs(xs), values, directions)
        return tangents

    def reverse_rounding(self, line: Line, cotangents: Sequence[Array]) -> Callable[[int], Array]:
        """From a step to how far the gradient along the line moves with a rounding of values."""

        def slope(values: Sequence[Array], direction: Array) -> Array:
            found = gradient(self.subject, values, cotangents)[line.which]
            return np.asarray((found * direction).sum())

        return lambda rung: self._rounding(slope, line.direction(rung))

    def forward_rounding(self, line: Line) -> Callable[[int], Array]:
        """From a step to how far the tangents move with a rounding of values."""

        def row(values: Sequence[Array], direction: Array) -> Array:
            tangents = self._tangents(line.which, direction, values)
            return np.concatenate([np.ravel(t) for t in tangents])

        return lambda rung: self._rounding(row, line.direction(rung))

    def _rounding(
        self, rules: Callable[[Sequence[Array], Array], Array], direction: Array
    ) -> Array:
        rng = np.random.default_rng(0)
        with np.errstate(all="ignore"):
            # Among each other: they are laid out in memory otherwise than the values.
            found = [rules([rounded(x, rng) for x in self.values], direction) for _ in range(4)]
        return np.asarray(np.ptp(found, axis=0))


def check_directions(
    subject: Subject,
    order: int,
    modes: Sequence[str],
    directions: int,
    rtol: float,
    rng: np.random.Generator,
    kinks: Kinks,
) -> None:
    """Compare the derivatives of a subject with differences.

    Raises
    ------
    GradientError
        If one is wrong. What differences cannot tell is noted in `kinks`.
    """
    point = Point(subject, order, rtol)
    small = sum(x.size for x in point.values) <= SMALL
    turns = [
        [
            point.line(which, np.asarray(rng.normal(size=x.shape)))
            for which, x in enumerate(point.values)
            if x.size
        ]
        for _ in range(directions)
    ]
    point.try_complex_step([line for lines in turns[:2] for line in lines])
    for turn, lines in enumerate(turns):
        cotangents = cotangents_like(point.here, rng)
        slopes = gradient(subject, point.values, cotangents)
        for line in lines:
            which, x = line.which, point.values[line.which]
            known = _compare(point, line, modes, slopes, cotangents, kinks, _RANDOM)
            if turn == 0 and (small or not known):
                for element in _some_elements(x.shape, rng):
                    single = point.line(which, _unit(x.shape, element))
                    # The tangents along random directions have seen every entry of the result.
                    mode = [m for m in modes if m == "reverse"] or modes
                    place = f"element {element}" if element else "its value"
                    _compare(point, single, mode, slopes, cotangents, kinks, place)


def _some_elements(shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
    size = math.prod(shape)
    if size <= SMALL:
        yield from np.ndindex(shape)
    else:
        count = max(1, min(SMALL, _WORK // size))
        for i in rng.choice(size, count, replace=False):
            yield tuple(map(int, np.unravel_index(i, shape)))


def _unit(shape: tuple[int, ...], element: tuple[int, ...]) -> Array:
    unit = np.zeros(shape)
    unit[element] = 1
    return unit


def _compare(
    point: Point,
    line: Line,
    modes: Sequence[str],
    slopes: Sequence[Array],
    cotangents: Sequence[Array],
    kinks: Kinks,
    place: str,
) -> bool:
    """Whether the differences along a line could tell; an error where they tell it is wrong."""
    known = True
    exact = point.exact(line)
    for mode in modes:
        if mode == "reverse":
            whole = place == _RANDOM
            verdict = point.reverse(line, slopes[line.which], cotangents, whole, exact)
            _acquit_roundings(verdict, point.reverse_rounding(line, cotangents))
            if verdict.wrong.any():
                raise GradientError(_reverse_report(point, line, slopes, cotangents, verdict))
        else:
            verdict = point.forward(line, exact)
            _acquit_roundings(verdict, point.forward_rounding(line))
            if verdict.wrong.any():
                raise GradientError(_forward_report(point, line, verdict))
        kinks.checked += int(verdict.right.any())
        if not verdict.right.all():
            known = False
            kinks.places.append(f"{point.subject.variables[line.which].name}, {place}")
    return known


def _acquit_roundings(verdict: Verdict, rounding: Callable[[int], Array]) -> None:
    """Take back what a rounding of the values explains: all that is left may be rounding.

    As at a matrix of which every minor is singular: its determinant and the slopes of it are 0,
    and what is computed is neither the one's nor the other's fault.
    """
    for rung in np.unique(verdict.rung[verdict.wrong]):
        allowed = _ROUNDINGS * rounding(int(rung))
        apart = np.abs(verdict.actual - verdict.expected)
        verdict.wrong = verdict.wrong & ~((verdict.rung == rung) & (apart <= allowed))


def _reverse_report(
    point: Point, line: Line, slopes: Sequence[Array], cotangents: Sequence[Array], verdict: Verdict
) -> str:
    which = line.which
    x, found = point.values[which], slopes[which]
    expected = np.full(x.shape, np.nan)
    worst, error = None, 0.0
    for element in _suspects(point, which, found, cotangents):
        along = point.line(which, _unit(x.shape, element))
        single = point.reverse(along, found, cotangents, confirm=False)
        size = float(along.direction(int(single.rung))[element])
        expected[element] = single.expected / size
        apart = abs(float(single.actual - single.expected)) / size
        if single.wrong.any() and apart > error:
            worst, error = element, apart
        elif not single.right.any() and not single.wrong.any():
            expected[element] = np.nan  # a kink
    name = point.subject.variables[which].name
    lengths = sorted({n for array in (*point.values, *point.here) for n in array.shape})
    if worst is None:
        total = Wrong(
            point.subject.name, point.order, "reverse", f"{name}, along a random direction,", (),
            verdict.actual, verdict.expected, lengths=lengths,
        )  # fmt: skip
        return described(total)
    wrong = Wrong(
        point.subject.name, point.order, "reverse", name, worst, found, expected, lengths=lengths
    )
    for other, g in enumerate(slopes):
        same = other != which and g.shape == x.shape
        if same and x.size > 1 and np.allclose(g, expected, rtol=1e-5, atol=0):
            other_name = point.subject.variables[other].name
            wrong.notes.append(f"it is what {other_name} was given: are the inputs swapped?")
    return described(wrong)


def _suspects(
    point: Point, which: int, found: Array, cotangents: Sequence[Array]
) -> list[tuple[int, ...]]:
    """The elements among which the worst is looked for: halves of a large array are tried first."""
    shape = point.values[which].shape
    positions = np.arange(found.size)
    rng = np.random.default_rng(0)
    while positions.size > _SEARCHED:
        halves = np.array_split(positions, 2)
        errors = []
        for half in halves:
            direction = np.zeros(found.size)
            direction[half] = rng.normal(size=half.size)
            half_line = point.line(which, direction.reshape(shape))
            verdict = point.reverse(half_line, found, cotangents, confirm=False)
            errors.append(float(np.abs(verdict.actual - verdict.expected)))
        positions = halves[int(np.argmax(errors))]
    return [tuple(map(int, np.unravel_index(i, shape))) for i in positions]


def _forward_report(point: Point, line: Line, verdict: Verdict) -> str:
    start = 0
    for number, y in enumerate(point.here):
        part = slice(start, start + y.size)
        start += y.size
        wrong = verdict.wrong[part].reshape(y.shape)
        if not wrong.any():
            continue
        actual, expected = (a[part].reshape(y.shape) for a in (verdict.actual, verdict.expected))
        apart = np.where(wrong, np.abs(actual - expected), -1.0)
        index = tuple(map(int, np.unravel_index(int(np.argmax(apart)), y.shape)))
        output = f"output {number}" if len(point.here) > 1 else "the output"
        name = point.subject.variables[line.which].name
        what = f"the tangent of {output} along {name}"
        return described(
            Wrong(point.subject.name, point.order, "forward", what, index, actual, expected)
        )
    raise AssertionError("nothing is wrong")

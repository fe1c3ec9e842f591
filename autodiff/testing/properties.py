"""What holds of a gradient without a difference: to the bit, or to rounding."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from autodiff.backward import backward
from autodiff.reverse import reachable
from autodiff.tensor import Tensor
from autodiff.testing.errors import GradientError, UncheckableError
from autodiff.testing.rules import check_rules
from autodiff.testing.subject import (
    FunctionSubject,
    Subject,
    check_is_checkable,
    gradient,
    leaves,
    size_on_the_way,
)
from autodiff.transforms.evaluation import Pairing, pull_back
from autodiff.typing import Array

_ROUNDINGS: Final = 1e4
"""Roundings that a sum of two gradients may be off by: 2e−12 in float64."""

_ALONE: Final = 8
"""So many outputs, and inputs, are looked at one by one."""

_POWER: Final = 14
"""Cotangents are made larger and smaller by 2 to this power, which is exact: so no rounding can
hide a threshold among them. In float16 by 2²."""


def cotangents_like(ys: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    """Signed random cotangents for these outputs."""
    return [np.asarray(rng.normal(size=y.shape)).astype(y.dtype) for y in ys]


def check_properties(subject: FunctionSubject, rng: np.random.Generator) -> None:
    """Check all that gradients promise besides their value.

    Raises
    ------
    UncheckableError
        If the function is not deterministic, or nothing in it wants a gradient.
    GradientError
        If a promise is broken.
    """
    values = subject.values()
    constants = [(x, x.copy()) for x in subject.constants()]
    xs = leaves(values)
    ys = check_is_checkable(subject, xs)
    _check_deterministic(subject, values, ys)
    cotangents = cotangents_like(ys, rng)
    kept = [g.copy() for g in cotangents]
    with np.errstate(all="ignore"):  # a singular point is said as such
        check_rules(subject, cotangents)
        found = gradient(subject, values, cotangents)
    _check_finite(subject, found)
    if not _same(found, gradient(subject, values, cotangents)):
        raise GradientError(f"{subject.name}: two walks back over the same graph differ")
    _check_zero(subject, values, ys)
    _check_backward(subject, cotangents, found)
    for what, now, before in (
        *(("the cotangent", a, b) for a, b in zip(cotangents, kept, strict=True)),
        *((v.name, x._array, v.array) for x, v in zip(xs, subject.variables, strict=True)),
        *(("an argument", a, b) for a, b in constants),
    ):
        if not np.array_equal(now, before):
            raise GradientError(f"{subject.name}: {what} was changed: a write in place")
    _check_alone(subject, values, cotangents, found, rng)
    _check_linear(subject, values, ys, rng)
    _check_fan_out(subject, values, ys, rng)
    _check_same_input_twice(subject, values, ys, rng)


def _same(these: Sequence[Array], those: Sequence[Array]) -> bool:
    return all(
        a.shape == b.shape and np.array_equal(a, b) for a, b in zip(these, those, strict=True)
    )


def _check_deterministic(subject: Subject, values: Sequence[Array], ys: Sequence[Array]) -> None:
    again = subject.evaluate(values)
    if len(again) != len(ys) or not _same(ys, again):
        raise UncheckableError(
            f"check_gradients: {subject.name} is not deterministic: two evaluations at the same "
            f"inputs differ; fix its random numbers (a drawn mask as an argument, a generator "
            f"seeded within, .eval() for dropout)"
        )


def _check_finite(subject: Subject, found: Sequence[Array]) -> None:
    for which, (variable, g) in enumerate(zip(subject.variables, found, strict=True)):
        if not np.isfinite(g).all():
            index = tuple(map(int, np.argwhere(~np.isfinite(g))[0]))
            if np.isinf(g[index]) and _is_infinite(subject, which, index):
                raise UncheckableError(
                    f"check_gradients: the slope of {subject.name} along {variable.name} is "
                    f"infinite at index {index}: a singular point; check it at another one"
                )
            raise GradientError(
                f"{subject.name}: the gradient to {variable.name} is {g[index]} at index {index}, "
                f"though the result is finite"
            )


def _is_infinite(subject: Subject, which: int, index: tuple[int, ...]) -> bool:
    """Whether the quotients of differences grow without end, on one side at least."""
    values = subject.values()
    here = subject.evaluate(values)
    for side in (1, -1):
        steepest = []
        for step in (1e-4, 1e-6, 1e-8) if values[which].dtype == np.float64 else (1e-2, 1e-3, 1e-4):
            moved = [x.copy() for x in values]
            moved[which][index] += side * step
            try:
                with np.errstate(all="ignore"):
                    there = subject.evaluate(moved)
            except (ValueError, ArithmeticError):  # out of the function's domain
                break
            changes = [np.abs(a - b).max(initial=0.0) for a, b in zip(there, here, strict=True)]
            steepest.append(max(changes) / step)
        grows = all(2 * a < b < np.inf for a, b in itertools.pairwise(steepest))
        if grows and len(steepest) == 3:
            return True
    return False


def _check_zero(subject: Subject, values: Sequence[Array], ys: Sequence[Array]) -> None:
    found = gradient(subject, values, [np.zeros_like(y) for y in ys])
    for variable, g in zip(subject.variables, found, strict=True):
        if g.any():
            raise GradientError(
                f"{subject.name}: a cotangent of zeros gives a gradient to {variable.name} that "
                f"is not zero: is the cotangent left out?"
            )


def _check_backward(subject: Subject, cotangents: list[Array], found: Sequence[Array]) -> None:
    """``backward()`` gathers what ``gradients`` gives, twice as much in two calls."""
    xs = leaves(subject.values())
    ys = subject.outputs(xs)
    recorded = [(y, g) for y, g in zip(ys, cotangents, strict=True) if y.node is not None]
    start = Pairing([g for _, g in recorded])(*(y for y, _ in recorded))
    with _others_untouched(start, xs):
        backward(start, retain_graph=True)
        once = [np.zeros_like(x._array) if x.grad is None else x.grad.copy() for x in xs]
        backward(start, retain_graph=True)
    for variable, x, g, first in zip(subject.variables, xs, found, once, strict=True):
        twice = np.zeros_like(g) if x.grad is None else x.grad
        if not np.array_equal(first, g) or not np.array_equal(twice, 2 * g):
            raise GradientError(
                f"{subject.name}: backward() gathers another gradient to {variable.name} than "
                f"gradients() gives, or than it gives itself when called again"
            )
    memories = [x.grad for x in xs if x.grad is not None]
    others = [*(x._array for x in xs), *(y._array for y in ys), *cotangents]
    for i, g in enumerate(memories):
        if any(np.may_share_memory(g, other) for other in (*memories[:i], *others)):
            raise GradientError(f"{subject.name}: a gradient shares memory with another array")


@contextlib.contextmanager
def _others_untouched(result: Any, xs: Sequence[Tensor]) -> Iterator[None]:
    """Leaves that the function found by itself keep the gradients they have."""
    own = {x.node for x in xs}
    found = [node.notes for node in reachable(result.node) if node not in own]
    kept = [(notes, notes.grad) for notes in found if notes is not None]
    for notes, _ in kept:
        notes.grad = None
    try:
        yield
    finally:
        for notes, grad in kept:
            notes.grad = grad


def _check_close(
    subject: Subject,
    what: str,
    actual: Sequence[Array],
    expected: Sequence[Array],
    spread: Callable[[], Sequence[float]],
) -> None:
    """Equal to rounding; `spread` says how far that reaches where a rule is ill-conditioned."""
    wide: Sequence[float] | None = None
    for i, (variable, a, e) in enumerate(zip(subject.variables, actual, expected, strict=True)):
        if np.array_equal(a, e):
            continue
        apart = np.abs(a - e).max()
        allowed = _ROUNDINGS * np.finfo(a.dtype).eps * np.abs(e).max()
        if apart > allowed:
            wide = spread() if wide is None else wide
            allowed += 100 * wide[i]
        if not apart <= allowed:
            raise GradientError(
                f"{subject.name}: {what}: the gradient to {variable.name} is off by {apart:.3g}, "
                f"where it is up to {np.abs(e).max():.3g}"
            )


def rounded(array: Array, rng: np.random.Generator) -> Array:
    """The numbers moved by a rounding or two, up or down."""
    factors = 1 + np.finfo(array.dtype).eps * rng.choice([-2, 2], size=array.shape)
    return np.asarray((array * factors).astype(array.dtype))


def _spread(
    subject: Subject, values: Sequence[Array], cotangents: Sequence[Array], rng: np.random.Generator
) -> Callable[[], list[float]]:
    """How far rounding reaches in each gradient.

    By how much it moves when values and cotangents move by a rounding, but at least a rounding
    of the cotangents on the way: in the end they may have cancelled.
    """

    def moved() -> list[float]:
        def moved_by_a_rounding(arrays: Sequence[Array]) -> list[Array]:
            return [rounded(a, rng) for a in arrays]

        found = gradient(subject, values, cotangents)
        with np.errstate(all="ignore"):
            others = [
                gradient(subject, *map(moved_by_a_rounding, (values, cotangents))) for _ in range(3)
            ]
            way = size_on_the_way(subject, values, cotangents)
            return [
                max(
                    float(np.finfo(g.dtype).eps) * way,
                    *(float(np.abs(g - other[i]).max(initial=0.0)) for other in others),
                )
                for i, g in enumerate(found)
            ]

    return moved


def _check_linear(
    subject: Subject, values: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator
) -> None:
    first, second = cotangents_like(ys, rng), cotangents_like(ys, rng)
    a, b = gradient(subject, values, first), gradient(subject, values, second)
    power = min(_POWER, *(int(np.finfo(array.dtype).maxexp) // 8 for array in (*values, *ys)))
    for factor, named in ((-2.0, "−2"), (2.0**power, f"2^{power}"), (2.0**-power, f"2^−{power}")):
        _check_multiple(subject, values, first, a, factor, named)
    both = gradient(subject, values, [g + h for g, h in zip(first, second, strict=True)])
    what = "not linear in the cotangent: the gradient of a sum is not the sum of the gradients"
    spread = _spread(subject, values, first, rng)
    _check_close(subject, what, both, [g + h for g, h in zip(a, b, strict=True)], spread)


def _check_multiple(
    subject: Subject,
    values: Sequence[Array],
    cotangents: Sequence[Array],
    found: Sequence[Array],
    factor: float,
    named: str,
) -> None:
    """By a power of two, numbers are multiplied without rounding: so must gradients be."""
    scaled = gradient(subject, values, [g.dtype.type(factor) * g for g in cotangents])
    for variable, g, multiple in zip(subject.variables, found, scaled, strict=True):
        expected = g * g.dtype.type(factor)
        # But for numbers on the way that are too small to be halved exactly.
        rest = 4 * np.finfo(g.dtype).eps * np.abs(expected).max(initial=0.0)
        rest += np.finfo(g.dtype).tiny / np.finfo(g.dtype).eps
        apart = np.abs(multiple - expected).max(initial=0.0)
        if not apart <= rest:
            raise GradientError(
                f"{subject.name}: not linear in the cotangent: {named} times it does not give "
                f"{named} times the gradient to {variable.name}: it is off by {apart:.3g}, where "
                f"it is up to {np.abs(expected).max():.3g}"
            )


def _check_alone(
    subject: Subject,
    values: Sequence[Array],
    cotangents: Sequence[Array],
    found: Sequence[Array],
    rng: np.random.Generator,
) -> None:
    """Each output where nothing uses the others; each input where the others are constant."""
    spread = _spread(subject, values, cotangents, rng)
    for i in range(min(len(cotangents), _ALONE) if len(cotangents) > 1 else 0):
        xs = leaves(values)
        y, g = subject.outputs(xs)[i], cotangents[i]
        others = [c if j == i else np.zeros_like(c) for j, c in enumerate(cotangents)]
        try:
            alone = pull_back([y], [g], xs, create_graph=False)
        except Exception as error:  # a rule may fail at None in any way
            raise GradientError(
                f"{subject.name}: where output {i} alone is used, a rule raises {error!r}: the "
                f"cotangent of an output that is not used is None"
            ) from error
        what = f"where output {i} alone is used, it is another than with zeros for the others"
        _check_close(subject, what, alone, gradient(subject, values, others), spread)
    for i in range(min(len(values), _ALONE) if len(values) > 1 else 0):
        xs = [Tensor(x, requires_grad=i == j) for j, x in enumerate(values)]
        only = pull_back(subject.outputs(xs), cotangents, [xs[i]], create_graph=False)
        what = "where no other input wants a gradient, it is another"
        _check_close(subject, what, [*found[:i], *only, *found[i + 1 :]], found, spread)


def _check_fan_out(
    subject: Subject, values: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator
) -> None:
    """Used twice on the same variables, and once more on others, within one graph."""
    first, second, third = (cotangents_like(ys, rng) for _ in range(3))
    near = _near(subject, values, third, rng)
    xs, other = leaves(values), leaves(near)
    once, twice, elsewhere = (subject.outputs(leaf) for leaf in (xs, xs, other))
    found = pull_back(
        [*once, *twice, *elsewhere], [*first, *second, *third], [*xs, *other], create_graph=False
    )
    parts = [gradient(subject, values, g) for g in (first, second)]
    _check_close(
        subject,
        "used twice in a graph, the gradients do not add up (a stale or shared array?)",
        found[: len(xs)],
        [a + b for a, b in zip(*parts, strict=True)],
        _spread(subject, values, first, rng),
    )
    _check_close(
        subject,
        "used a second time in a graph, it changes the gradient of the first (a stale value?)",
        found[len(xs) :],
        gradient(subject, near, third),
        _spread(subject, near, third, rng),
    )


def _near(
    subject: Subject, values: Sequence[Array], cotangents: Sequence[Array], rng: np.random.Generator
) -> list[Array]:
    """Other values, within the function's domain; the same ones if it is too narrow."""
    for distance in (1e-3, 1e-3, 1e-6, 1e-6):
        moves = [1 + distance * np.asarray(rng.uniform(-1, 1, size=x.shape)) for x in values]
        near = [(x * move).astype(x.dtype) for x, move in zip(values, moves, strict=True)]
        if _is_within(subject, near, cotangents):
            return near
    return list(values)


def _is_within(subject: Subject, values: Sequence[Array], cotangents: Sequence[Array]) -> bool:
    """Whether a function and its gradient are finite there."""
    try:
        with np.errstate(all="ignore"):
            numbers = (*subject.evaluate(values), *gradient(subject, values, cotangents))
    except (ValueError, ArithmeticError):  # out of the function's domain
        return False
    return all(np.isfinite(a).all() for a in numbers)


def _check_same_input_twice(
    subject: Subject, values: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator
) -> None:
    """f(x, x): the gradient to x is the sum of those to both."""
    pairs = [
        (i, j)
        for i, j in itertools.combinations(range(len(values)), 2)
        if values[i].shape == values[j].shape
        and values[i].dtype == values[j].dtype
        and subject.variables[j].name.startswith("input")
    ]
    for i, j in pairs[:3]:
        same = list(values)
        same[j] = same[i]
        cotangents = cotangents_like(ys, rng)
        if not _is_within(subject, same, cotangents):
            continue
        partials = gradient(subject, same, cotangents)
        xs = leaves(same)
        xs[j] = xs[i]
        found = pull_back(subject.outputs(xs), cotangents, xs, create_graph=False)
        expected = list(partials)
        expected[i] = expected[j] = partials[i] + partials[j]
        names = [subject.variables[k].name for k in (i, j)]
        _check_close(
            subject,
            f"with the same Tensor as {names[0]} and {names[1]}, their gradients do not add up",
            found,
            expected,
            _spread(subject, same, cotangents, rng),
        )

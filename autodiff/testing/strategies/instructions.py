"""Instructions that compute: elementwise operations, reductions, scans and products.

Those with kinks take operands that stay clear of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from autodiff.domain import Reals
from autodiff.testing.strategies.choices import Choices, Instruction, Operand, fit_together
from autodiff.typing import Array

GAP: Final = 0.1
"""How far from a kink values are kept."""

Fits: TypeAlias = Callable[[Array], bool]
"""Whether rows, each of which gives one element, are fit for a reduction."""


def elementwise(call: str, domains: Sequence[Reals]) -> Instruction:
    """An operation on each element, of operands in its domain that broadcast."""

    def instruction(choices: Choices) -> str | None:
        operands: list[Operand] = []
        for domain in domains:
            found = choices.within(domain, operands)
            if found is None:
                return None
            operands.append(found)
        return f"{call}({', '.join(operand.text for operand in operands)})"

    return instruction


def comparison(call: str) -> Instruction:
    """The larger or smaller of two values that are nowhere close."""

    def instruction(choices: Choices) -> str | None:
        x = choices.operand(lambda x: True)
        assert x is not None
        y = choices.operand(
            lambda y: fit_together(x.array.shape, y.shape) and np.abs(x.array - y).min() >= GAP, 1
        )
        return None if y is None else f"{call}({x.text}, {y.text})"

    return instruction


def clip(choices: Choices) -> str | None:
    """A value held between −1 and 1, no element of which is near those."""
    x = choices.within(Reals(-8, 8, gap=GAP, around=(-1, 1)), ())
    return None if x is None else f"ad.clip({x.text}, -1, 1)"


def anything(rows: Array) -> bool:
    """Any row is fit."""
    return True


def varies(rows: Array) -> bool:
    """Whether no row is nearly constant."""
    return bool(rows.std(axis=1).min() >= GAP)


def is_long(rows: Array) -> bool:
    """Whether no row is nearly 0."""
    return bool(np.linalg.norm(rows, axis=1).min() >= GAP)


def is_distinct(rows: Array) -> bool:
    """Whether no two elements of a row are close."""
    return rows.shape[1] == 1 or bool(np.diff(np.sort(rows, axis=1), axis=1).min() >= GAP)


def has_one_maximum(rows: Array) -> bool:
    """Whether the largest element of each row stands apart."""
    return is_distinct(np.sort(rows, axis=1)[:, -2:])


def has_one_minimum(rows: Array) -> bool:
    """Whether the smallest element of each row stands apart."""
    return is_distinct(np.sort(rows, axis=1)[:, :2])


def has_one_of_each(rows: Array) -> bool:
    """Whether both the largest and the smallest element of each row stand apart."""
    return has_one_maximum(rows) and has_one_minimum(rows)


def _rows(x: Array, axis: Any) -> Array:
    """What a reduction of `x` along `axis` reduces, as rows."""
    axes = range(x.ndim) if axis is None else [i % x.ndim for i in np.atleast_1d(axis)]
    stay = [i for i in range(x.ndim) if i not in axes]
    return np.transpose(x, (*stay, *axes)).reshape(-1, math.prod(x.shape[i] for i in axes))


def reduction(call: str, fits: Fits = anything) -> Instruction:
    """A reduction along all axes, one or two, with and without keepdims."""

    def instruction(choices: Choices) -> str | None:
        count, keeps = choices.pick((1, None, 2)), choices.pick((False, True))
        place, negative = choices.pick(range(6)), choices.pick((False, True))

        def axis(x: Array) -> int | tuple[int, ...] | None:
            if count is None or x.ndim < count:
                return None
            axes = [(place + i) % x.ndim - (x.ndim if negative else 0) for i in range(count)]
            return axes[0] if count == 1 else tuple(axes)

        x = choices.operand(lambda x: fits(_rows(x, axis(x))))
        if x is None:
            return None
        along = "" if axis(x.array) is None else f", axis={axis(x.array)}"
        return f"{call}({x.text}{along}{', keepdims=True' if keeps else ''})"

    return instruction


def along_axis(call: str, fits: Fits = anything) -> Instruction:
    """A function of what stands along one axis."""

    def instruction(choices: Choices) -> str | None:
        place, negative = choices.pick(range(6)), choices.pick((False, True))

        def axis(x: Array) -> int:
            return place % x.ndim - (x.ndim if negative else 0)

        x = choices.operand(lambda x: x.ndim > 0 and fits(_rows(x, axis(x))))
        return None if x is None else f"{call}({x.text}, axis={axis(x.array)})"

    return instruction


def _multiplies(x: Array, y: Array) -> bool:
    if not x.ndim or not y.ndim or x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
        return False
    return fit_together(x.shape[:-2], y.shape[:-2])


def matmul(choices: Choices) -> str | None:
    """x @ y, or x @ yᵀ where only that fits; vectors and stacks too."""
    x = choices.operand(lambda x: x.ndim > 0)
    if x is None:
        return None
    y = choices.operand(lambda y: _multiplies(x.array, y), 1)
    if y is not None:
        return f"ad.matmul({x.text}, {y.text})"
    y = choices.operand(lambda y: y.ndim > 1 and _multiplies(x.array, np.swapaxes(y, -1, -2)), 1)
    return None if y is None else f"ad.matmul({x.text}, ad.swapaxes({y.text}, -1, -2))"


def dot(choices: Choices) -> str | None:
    """NumPy's dot, of two values of at most two dimensions."""
    x = choices.operand(lambda x: x.ndim <= 2)
    if x is None:
        return None
    y = choices.operand(
        lambda y: y.ndim <= 2 and (not x.array.ndim or not y.ndim or _multiplies(x.array, y)), 1
    )
    return None if y is None else f"ad.dot({x.text}, {y.text})"


def _is_well_conditioned(x: Array) -> bool:
    """Whether `x` is a square matrix, or a stack of them, far from singular."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        return False
    return bool(np.linalg.cond(x).max() <= 20)


def of_square(call: str) -> Instruction:
    """A function of square matrices that are far from singular."""

    def instruction(choices: Choices) -> str | None:
        x = choices.operand(_is_well_conditioned)
        return None if x is None else f"{call}({x.text})"

    return instruction


def solve(choices: Choices) -> str | None:
    """The solution of linear equations, of one or several right sides."""
    x = choices.operand(lambda x: x.ndim == 2 and _is_well_conditioned(x))
    if x is None:
        return None
    y = choices.operand(lambda y: y.ndim in (1, 2) and len(y) == len(x.array), 1)
    return None if y is None else f"ad.solve({x.text}, {y.text})"


def outer(choices: Choices) -> str | None:
    """All products of the elements of two values."""
    x, y = (choices.operand(lambda x: x.size <= 8, position) for position in (0, 1))
    return None if x is None or y is None else f"ad.outer({x.text}, {y.text})"


def tensordot(choices: Choices) -> str | None:
    """Products summed over an axis of each operand."""
    x = choices.operand(lambda x: x.ndim > 0)
    if x is None:
        return None
    variant = choices.pick((0, 1))
    length = x.array.shape[0 if variant else -1]
    y = choices.operand(lambda y: y.ndim > 0 and y.shape[-1 if variant else 0] == length, 1)
    axes = "((0,), (-1,))" if variant else "1"
    return None if y is None else f"ad.tensordot({x.text}, {y.text}, axes={axes})"


_ONE: Final = ("ij->ji", "ij->i", "ii->i", "ii->", "ijk->kj", "i->")
_TWO: Final = ("ij,jk->ik", "ij,kj->ik", "ij,ij->j", "i,i->", "i,j->ij", "ij,j->i", "ijk,ik->j")


def _named(term: str, x: Array, lengths: dict[str, int]) -> bool:
    """Whether `x` can be the operand `term`, where letters have these lengths."""
    if x.ndim != len(term):
        return False
    found = dict(lengths)
    return all(found.setdefault(k, n) == n for k, n in zip(term, x.shape, strict=True))


def einsum(choices: Choices) -> str | None:
    """Sums of products over named axes: a diagonal, a product, a transposition."""
    if choices.pick((True, False)):
        subscripts = choices.pick(_TWO)
        first, second = subscripts.partition("->")[0].split(",")
        x = choices.operand(lambda x: _named(first, x, {}))
        if x is None:
            return None
        lengths = dict(zip(first, x.array.shape, strict=True))
        y = choices.operand(lambda y: _named(second, y, lengths), 1)
        return None if y is None else f"ad.einsum({subscripts!r}, {x.text}, {y.text})"
    subscripts = choices.pick(_ONE)
    x = choices.operand(lambda x: _named(subscripts.partition("->")[0], x, {}))
    return None if x is None else f"ad.einsum({subscripts!r}, {x.text})"

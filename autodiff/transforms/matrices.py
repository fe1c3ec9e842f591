"""Whole matrices of derivatives: Jacobian and Hessian."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff import ops
from autodiff.transforms.evaluation import Evaluation, evaluate, positions_of, values_of
from autodiff.transforms.gradient import check_function, grad, named
from autodiff.transforms.products import push_forward
from autodiff.typing import Array, Shape


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives ∂y/∂x for y = f(x), in the shape of y followed by that of x.

    Row by row from vector-Jacobian products, or column by column from Jacobian-vector
    products, whichever are fewer.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a Tensor, or a list, tuple or dictionary of them.
    argnums : int or sequence of int
        With respect to which of its arguments.

    Returns
    -------
    callable
        Takes what `f` takes and gives, for an array x and an array y, an array of shape
        ``y.shape + x.shape``; where y is a list, tuple or dictionary, it gives one like it
        with a Jacobian for each part, and where x is, each Jacobian is one like x. A tuple
        if `argnums` is a sequence. Arrays or Tensors as for `grad`.

    Raises
    ------
    TypeError
        As `grad`.

    Examples
    --------
    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    check_function(f, "jacobian")

    def derivative(*arguments: Any, **options: Any) -> Any:
        positions = positions_of(argnums, len(arguments), "jacobian")
        evaluation = evaluate(functools.partial(f, **options), arguments, positions, "jacobian")
        with evaluation.differentiated():
            blocks = _blocks(evaluation)
        rows = [evaluation.like_arguments(row) for row in blocks]
        if not isinstance(argnums, Sequence):
            rows = [row[0] for row in rows]
        return evaluation.like_result(rows)

    return named(derivative, "jacobian", f)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives ∂²f/∂x², in the shape of x followed by that of x again.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a single number.
    argnums : int or sequence of int
        With respect to which of its arguments; the mixed derivatives of several are there
        too, as a tuple of tuples.

    Returns
    -------
    callable
        Takes what `f` takes; see `jacobian`, of which this is one of the gradient.

    Raises
    ------
    TypeError, ValueError
        As `grad`.
    """
    check_function(f, "hessian")
    return named(jacobian(grad(f, argnums), argnums), "hessian", f)


def _blocks(evaluation: Evaluation) -> list[list[Any]]:
    """The Jacobian of each y with respect to each x."""
    outputs = [values_of(y).shape for y in evaluation.ys]
    inputs = [x.shape for x in evaluation.xs]
    if sum(map(math.prod, outputs)) <= sum(map(math.prod, inputs)):
        return _by_rows(evaluation, outputs, inputs)
    return _by_columns(evaluation, outputs, inputs)


def _by_rows(
    evaluation: Evaluation, outputs: Sequence[Shape], inputs: Sequence[Shape]
) -> list[list[Any]]:
    rows = [
        evaluation.pull_back(us, evaluation.linked, hooks=False)
        for us in _units([values_of(y) for y in evaluation.ys])
    ]
    blocks, start = [], 0
    for output in outputs:
        own = rows[start : start + math.prod(output)]
        start += len(own)
        blocks.append(
            [
                _stacked([row[i] for row in own], evaluation.xs[i].dtype, (*output, *shape))
                for i, shape in enumerate(inputs)
            ]
        )
    return blocks


def _by_columns(
    evaluation: Evaluation, outputs: Sequence[Shape], inputs: Sequence[Shape]
) -> list[list[Any]]:
    directions = list(_units([x._array for x in evaluation.xs]))
    columns = push_forward(evaluation, directions, evaluation.linked)
    blocks = []
    for j, output in enumerate(outputs):
        block, start = [], 0
        for x, shape in zip(evaluation.xs, inputs, strict=True):
            own = [column[j] for column in columns[start : start + math.prod(shape)]]
            start += len(own)
            last = _stacked(own, x.dtype, (*shape, *output))
            order = (*range(len(shape), len(shape) + len(output)), *range(len(shape)))
            block.append(np.transpose(last, order))
        blocks.append(block)
    return blocks


def _units(arrays: Sequence[Array]) -> list[list[Array]]:
    """For each element of all arrays: arrays of zeros with a 1 there."""
    units = []
    for position, array in enumerate(arrays):
        for element in range(array.size):
            unit = [np.zeros(a.shape, a.dtype if a.dtype.kind == "f" else float) for a in arrays]
            unit[position].flat[element] = 1
            units.append(unit)
    return units


def _stacked(rows: list[Any], dtype: Any, shape: Shape) -> Any:
    if not rows:
        return np.zeros(shape, dtype)
    stacked = ops.stack(rows).reshape(shape)
    return stacked if stacked.dtype == dtype else stacked.astype(dtype)

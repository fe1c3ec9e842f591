"""The affine map of a fully connected layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff import INPUTS, Op, Tensor, matmul, notation
from autodiff.op import Case, Gradients
from autodiff.typing import Shape, Value, as_array
from nn.functional.threads import product


class Affine(Op):
    """y = x W + b for x of shape (…, in), W of shape (in, out) and b of shape (out,)."""

    saves = INPUTS[0, 1]
    needs = ((1,), (0,), ())

    def forward(self, x: Any, weight: Any, bias: Any) -> Any:
        y = product(x, weight)
        if bias.dtype is not y.dtype and np.result_type(y, bias) != y.dtype:
            return y + bias
        y += bias
        return y

    def vjp(self, g: Value, x: Value, weight: Value) -> Gradients:
        return (
            lambda: product(g, weight.T),
            lambda: product(_rows(x).T, _rows(g)),
            lambda: _rows(g).sum(axis=0),
        )

    def definition(self, x: Value, weight: Value, bias: Value) -> Value:
        return matmul(x, weight) + bias

    def expression(self, *arguments: str) -> str:
        x, weight, bias = arguments
        return f"{matmul.expression(x, weight)} + {notation.within(bias, notation.OPERATOR)}"

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        x, weight, bias = shapes
        text = f"affine: x {x}, weight {weight}, bias {bias}: "
        if len(weight) != 2 or bias != weight[1:]:
            return text + "expected a weight of shape (in, out) and a bias of shape (out,)"
        if not x or x[-1] != weight[0]:
            return text + f"the last axis of x must have length {weight[0]}"
        return text + str(error)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for x, inner, out in (
            ((4, 3), 3, 2),
            ((3, 3), 3, 3),
            ((3,), 3, 2),
            ((2, 2, 3), 3, 2),
            ((0, 3), 3, 2),
            ((2, 0), 0, 2),
        ):
            yield (
                cls(),
                (
                    rng.normal(size=x),
                    rng.normal(size=(inner, out)),
                    rng.normal(size=out),
                ),
            )


_affine = Affine()


def _rows(x: Value) -> Value:
    """All samples below one another: (…, n) as (samples, n)."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


def affine(x: Any, weight: Any, bias: Any = None) -> Tensor:
    """x W + b; without b where it is None.

    Parameters
    ----------
    x : Tensor or array, shape (…, in)
        One sample or many.
    weight : Tensor, shape (in, out)
        W.
    bias : Tensor, shape (out,), optional
        b.

    Returns
    -------
    Tensor, shape (…, out)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    return matmul(x, weight) if bias is None else _affine(x, weight, as_array(bias))

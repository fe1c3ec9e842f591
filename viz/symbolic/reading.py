"""How operations read: the expression of a result, from those of the operands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from autodiff import ops
from autodiff.op import Op
from autodiff.ops.einsum import Einsum
from autodiff.ops.elementwise import Elementwise
from autodiff.ops.indexing import GetItem
from autodiff.ops.reduction import Mean, Reduction, Sum, axes_of, count
from autodiff.ops.selection import Where
from autodiff.ops.shaping import Astype, BroadcastTo, Flip, Reshape, Roll, Transpose
from autodiff.typing import Shape
from viz.symbolic.algebra import Expression


def read(op: Op, arguments: Sequence[Expression], shape: Shape, result: Shape) -> Expression:
    """What `op` gives.

    Parameters
    ----------
    op : Op
        With a single output.
    arguments : sequence of Expression
        Its inputs.
    shape, result : tuple of int
        The shapes of the first input and of the output.
    """
    if isinstance(op, (*_ARRANGEMENTS, Reduction, Where)):
        return _arranged(op, arguments, shape, result)
    return _computed(op, arguments)


def _plain(op: Op, arguments: Sequence[Expression]) -> Expression:
    def unless(condition: Expression) -> Expression:
        return _computed(op, [x.unless(condition) for x in arguments])

    texts = [x.text for x in arguments]
    if isinstance(op, _PRODUCTS):
        texts = [x.text if x.value is None else _uniform(x) for x in arguments]
    text = op.expression(*texts)
    chooses = isinstance(op, Elementwise) and any(x.depends for x in arguments)
    return Expression.atom(text, is_exact(op, arguments), unless if chooses else None)


def _computed(op: Op, arguments: Sequence[Expression]) -> Expression:
    rule = _RULES.get(type(op))
    return _plain(op, arguments) if rule is None else rule(*arguments)


def _power(x: Expression, y: Expression) -> Expression:
    exponent = y.value
    if exponent is not None and exponent == int(exponent) and abs(exponent) <= _LARGEST_EXPONENT:
        return x.power(int(exponent))
    return _plain(ops.power, (x, y))


def _uniform(x: Expression) -> str:
    """An array of equal elements in a product of arrays, where a number would mislead."""
    value = x.value
    return "ones" if value == 1 else "zeros" if value == 0 else f"({x.text} · ones)"


_PRODUCTS: Final = (type(ops.matmul), Einsum)

_LARGEST_EXPONENT: Final = 1000

_RULES: Final[dict[type[Op], Callable[..., Expression]]] = {
    type(ops.add): lambda x, y: x + y,
    type(ops.subtract): lambda x, y: x - y,
    type(ops.multiply): lambda x, y: x * y,
    type(ops.divide): lambda x, y: x / y,
    type(ops.power): _power,
    type(ops.square): lambda x: x.power(2),
    type(ops.reciprocal): lambda x: x.power(-1),
    type(ops.negative): lambda x: -x,
    Astype: lambda x: x,
    BroadcastTo: lambda x: x,
}

_ARRANGEMENTS: Final = (Transpose, Reshape, Flip, Roll, GetItem)
"""What only arranges elements: a number stays what it is."""


def _arranged(op: Op, arguments: Sequence[Expression], shape: Shape, result: Shape) -> Expression:
    """Operations whose text depends on shapes, or on what they are given."""
    x = arguments[0]
    if isinstance(op, Where):
        if op.condition.size and (op.condition == op.condition.flat[0]).all():
            return arguments[0 if op.condition.flat[0] else 1]
        return x if x.is_same(arguments[1]) else _plain(op, arguments)
    if x.value is not None and isinstance(op, (*_ARRANGEMENTS, Mean)):
        return x
    if isinstance(op, Transpose):
        axes = axes_of(shape, op.axes) if op.axes is not None else tuple(range(len(shape)))[::-1]
        return _transposed(x, axes)
    if isinstance(op, Reshape):
        if [n for n in shape if n != 1] == [n for n in result if n != 1]:
            return _moved(x, shape, result)
        return _plain(op if op.shape == -1 else Reshape(result), arguments)
    if isinstance(op, GetItem) and math.prod(shape) == math.prod(result) == 1:
        return x
    if isinstance(op, Reduction):
        axes = tuple(sorted(axes_of(shape, op.axis)))
        if isinstance(op, Sum) and x.value is not None:
            return x * Expression.number(count(shape, axes))
        if isinstance(op, (Sum, Mean)) and count(shape, axes) == 1:
            return _moved(x, shape, result)
        return _plain(op.__replace__(axis=None if len(axes) == len(shape) else axes), arguments)
    return _plain(op, arguments)


def _transposed(x: Expression, axes: tuple[int, ...]) -> Expression:
    """Its axes in another order; what is turned back is what it was."""
    if axes == tuple(range(len(axes))):
        return x
    atom = x.sole
    if atom is not None and atom.transposed is not None:
        before, original = atom.transposed
        if tuple(before[axis] for axis in axes) == tuple(range(len(axes))):
            return original
    turned = _plain(Transpose(axes), [x])
    if turned.sole is None:
        return turned
    return Expression.of_atom(replace(turned.sole, transposed=(axes, x)))


def _moved(x: Expression, shape: Shape, result: Shape) -> Expression:
    """It with axes of length 1 put in or left out: with two others it broadcasts otherwise."""
    return x if shape == result or math.prod(shape) == 1 else x.distinct()


def is_exact(op: Op, arguments: Sequence[Expression]) -> bool:
    """Whether the text says all: parameters of the operation may not be in it."""
    return not vars(op) and all(x.exact for x in arguments)

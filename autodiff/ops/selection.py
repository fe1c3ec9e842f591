"""Selection by comparison: maximum, minimum, clip, where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autodiff import notation
from autodiff.domain import Reals
from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.arithmetic import Binary
from autodiff.ops.elementwise import Elementwise
from autodiff.recording import Symbolic
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value, as_array, limits, own_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Maximum(Binary):
    """The larger of x and y, elementwise, broadcasting. Kink: ties give ½ to each."""

    numpy = np.maximum
    symbol = "max"
    saves = INPUTS

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        return lambda: _chosen(g, x > y, x == y), lambda: _chosen(g, x < y, x == y)

    def expression(self, *arguments: str) -> str:
        return notation.call("max", *arguments)


class Minimum(Binary):
    """The smaller of x and y, elementwise, broadcasting. Kink: ties give ½ to each."""

    numpy = np.minimum
    symbol = "min"
    saves = INPUTS

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        return lambda: _chosen(g, x < y, x == y), lambda: _chosen(g, x > y, x == y)

    def expression(self, *arguments: str) -> str:
        return notation.call("min", *arguments)


class Fmax(Binary):
    """The larger of x and y, the other one where one is NaN. Kink: ties give ½ to each."""

    numpy = np.fmax
    symbol = "fmax"
    saves = INPUTS | OUTPUT

    def vjp(self, g: Value, x: Value, y: Value, larger: Value) -> Gradients:
        return _taken(g, x, y, larger)

    def expression(self, *arguments: str) -> str:
        return notation.call(self.name, *arguments)


class Fmin(Binary):
    """The smaller of x and y, the other one where one is NaN. Kink: ties give ½ to each."""

    numpy = np.fmin
    symbol = "fmin"
    saves = INPUTS | OUTPUT

    def vjp(self, g: Value, x: Value, y: Value, smaller: Value) -> Gradients:
        return _taken(g, x, y, smaller)

    def expression(self, *arguments: str) -> str:
        return notation.call(self.name, *arguments)


def _taken(g: Value, x: Value, y: Value, result: Value) -> Gradients:
    """G to the operand that is the result, half of it to each where both are."""
    return (
        lambda: np.where(x == y, g * 0.5, np.where(x == result, g, 0)),
        lambda: np.where(x == y, g * 0.5, np.where(y == result, g, 0)),
    )


def _chosen(g: Value, chosen: Value, tied: Value) -> Value:
    """G where an operand was chosen, half of it where it was as good as the other."""
    return np.where(chosen, g, np.where(tied, g * 0.5, 0))


class Clip(Elementwise):
    """x held between low and high, broadcasting; high, where low is above it.

    Kink: at a bound the gradient goes to x alone.
    """

    broadcasts = True
    saves = INPUTS
    domain = (Reals(gap=0.2, around=(-1.0, 1.0)), Reals(-1.1, -0.9), Reals(0.9, 1.1))

    def forward(self, x: Any, low: Any, high: Any) -> Any:
        return np.minimum(np.maximum(x, low), high)

    def vjp(self, g: Value, x: Value, low: Value, high: Value) -> Gradients:
        return (
            lambda: np.where(x < low, 0, np.where(x > high, 0, g)),
            lambda: np.where(low > high, 0, np.where(x < low, g, 0)),
            lambda: np.where(low > high, g, np.where(x > high, g, 0)),
        )

    def definition(self, x: Value, low: Value, high: Value) -> Value:
        raised = where(x < low, low, x)
        return where(raised > high, high, raised)


class Where(Op, eq=False):
    """x where the condition holds, y elsewhere; the three broadcast.

    The rule selects, it never multiplies: what was not taken gets exactly 0.

    Parameters
    ----------
    condition : array of bool
        Belongs to this operation.
    """

    condition: Any

    broadcasts = True

    def forward(self, x: Any, y: Any) -> Any:
        return np.where(self.condition, x, y)

    def vjp(self, g: Value) -> Gradients:
        return (
            lambda: keep(self.condition, g),
            lambda: np.where(self.condition, 0, g),
        )

    def expression(self, *arguments: str) -> str:
        return notation.choice("mask", *arguments)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for mask, x, y in (
            ((), (), ()),
            ((3,), (), (3,)),
            ((2, 3), (2, 1), (3,)),
            ((3,), (2, 1), (2, 3)),
            ((0,), (0,), ()),
        ):
            condition = rng.integers(0, 2, mask)
            yield cls(own_array(condition, bool)), (rng.normal(size=x), rng.normal(size=y))


maximum = Maximum()
minimum = Minimum()
fmax = Fmax()
fmin = Fmin()
_clip = Clip()


@implements(np.clip)
def clip(
    a: Value, a_min: Value = None, a_max: Value = None, *, min: Value = None, max: Value = None
) -> Tensor:
    """Hold `a` between `a_min` and `a_max`; ∂/∂a is 1 at the bounds.

    Parameters
    ----------
    a : Tensor
        Any shape.
    a_min, a_max : Tensor, array or number, optional
        The bounds, broadcasting with `a`; no bound if None. `min` and `max` are NumPy's
        other names for them.

    Raises
    ------
    ValueError
        If a bound is given by both its names.
    """
    if not (a_min is a_max is None or min is max is None):
        raise ValueError(
            "clip: min and max are a_min and a_max; give either the ones or the others"
        )
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    if low is None or high is None:
        given = [x for x in (a, low, high) if x is not None]
        kinds = [x if type(x) in (int, float) else as_array(x).dtype for x in given]
        lowest, highest = limits(np.result_type(*kinds))
        low, high = lowest if low is None else low, highest if high is None else high
    return _clip(a, low, high)


_BITS: Final = {2: np.int16, 4: np.int32, 8: np.int64}


def keep(condition: Value, x: Value, out: Any = None) -> Value:
    """`x` where the condition holds, 0 elsewhere: for rules, on arrays, Tensors and symbols alike.

    On arrays it multiplies the bits by 0 or 1, which is exact for ∞ and NaN too, and several
    times as fast as ``np.where``, whose branch for each element a processor often guesses wrong.

    Parameters
    ----------
    condition : array of bool
        Broadcasting with `x`.
    x : array, Tensor or symbol
    out : array, optional
        Where it goes, of the result's shape and dtype.
    """
    if type(x) is np.ndarray and type(condition) is np.ndarray and x.dtype.itemsize in _BITS:
        bits = _BITS[x.dtype.itemsize]
        into = None if out is None else out.view(bits)
        return np.multiply(x.view(bits), condition, out=into).view(x.dtype)
    kept = np.where(condition, x, 0)
    if out is not None:
        out[...] = kept
    return kept


@implements(np.where)
def where(condition: Any, x: Value = None, y: Value = None) -> Tensor:
    """`x` where `condition` holds, `y` elsewhere.

    A branch that was not taken gets a gradient of exactly 0; but if that branch itself
    computed an infinity, its own rule then multiplies 0 by ∞. Feed it a harmless value by
    an inner ``where`` (the "double where").

    Parameters
    ----------
    condition : array of bool
        Copied. A Tensor stands for its values.
    x, y : Tensor, array or number
        Broadcasting with `condition`.
    """
    if x is None or y is None:
        raise TypeError("where: x and y must both be given; for indices write np.nonzero")
    if isinstance(condition, Symbolic):
        return condition.choose(x, y)  # type: ignore[no-any-return]  # a symbol, for rules alone
    if isinstance(condition, Recorded):
        condition = condition._array
    return Where(own_array(condition, bool))(x, y)

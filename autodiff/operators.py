"""Operators, and operations as methods: each one line into an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from autodiff import ops
from autodiff.typing import Axes

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

# Bound once: a call of an instance looks its __call__ up each time, a bound method does not.
_add = ops.add.__call__
_subtract = ops.subtract.__call__
_multiply = ops.multiply.__call__
_divide = ops.divide.__call__
_power = ops.power.__call__
_matmul = ops.matmul.__call__


class Operators:
    """What a Tensor can be asked to do, and a symbol too: rules are read on either."""

    __slots__ = ()

    # -- operators ------------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        return _add(self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _add(other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _subtract(self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _subtract(other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _multiply(self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _multiply(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _divide(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _divide(other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _power(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _power(other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _matmul(other, self)

    def __mod__(self, other: Any) -> NoReturn:
        ops.remainder(self, other)

    def __rmod__(self, other: Any) -> NoReturn:
        ops.remainder(other, self)

    def __floordiv__(self, other: Any) -> NoReturn:
        ops.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> NoReturn:
        ops.floor_divide(other, self)

    def __divmod__(self, other: Any) -> NoReturn:
        ops.floor_divide(self, other)

    def __rdivmod__(self, other: Any) -> NoReturn:
        ops.floor_divide(other, self)

    def __neg__(self) -> Tensor:
        return ops.negative(self)

    def __pos__(self) -> Tensor:
        return self  # type: ignore[return-value]  # a Tensor, or a symbol

    def __abs__(self) -> Tensor:
        return ops.abs(self)

    def __getitem__(self, index: Any) -> Tensor:
        return ops.getitem(self, index)

    # -- functions as methods -------------------------------------------------------------

    @property
    def T(self) -> Tensor:
        """The axes in reverse order."""
        return ops.transpose(self)

    def exp(self) -> Tensor:
        """eˣ, elementwise."""
        return ops.exp(self)

    def log(self) -> Tensor:
        """The natural logarithm, elementwise."""
        return ops.log(self)

    def sqrt(self) -> Tensor:
        """The square root, elementwise."""
        return ops.sqrt(self)

    def reciprocal(self) -> Tensor:
        """1 / x, elementwise."""
        return ops.reciprocal(self)

    def tanh(self) -> Tensor:
        """The hyperbolic tangent, elementwise."""
        return ops.tanh(self)

    def sin(self) -> Tensor:
        """The sine, elementwise."""
        return ops.sin(self)

    def cos(self) -> Tensor:
        """The cosine, elementwise."""
        return ops.cos(self)

    def sum(
        self,
        axis: Axes = None,
        *,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Tensor:
        """The sum along `axis`, all by default."""
        return ops.sum(self, axis, keepdims=keepdims, initial=initial, where=where)

    def mean(self, axis: Axes = None, *, keepdims: bool = False, where: Any = True) -> Tensor:
        """The mean along `axis`, all by default."""
        return ops.mean(self, axis, keepdims=keepdims, where=where)

    def var(
        self,
        axis: Axes = None,
        *,
        ddof: float = 0,
        keepdims: bool = False,
        where: Any = True,
        mean: Any = None,
    ) -> Tensor:
        """The variance along `axis`, all by default."""
        return ops.var(self, axis, ddof=ddof, keepdims=keepdims, where=where, mean=mean)

    def std(
        self,
        axis: Axes = None,
        *,
        ddof: float = 0,
        keepdims: bool = False,
        where: Any = True,
        mean: Any = None,
    ) -> Tensor:
        """The standard deviation along `axis`, all by default."""
        return ops.std(self, axis, ddof=ddof, keepdims=keepdims, where=where, mean=mean)

    def max(
        self,
        axis: Axes = None,
        *,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Tensor:
        """The largest element along `axis`, all by default."""
        return ops.max(self, axis, keepdims=keepdims, initial=initial, where=where)

    def min(
        self,
        axis: Axes = None,
        *,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Tensor:
        """The smallest element along `axis`, all by default."""
        return ops.min(self, axis, keepdims=keepdims, initial=initial, where=where)

    def prod(
        self,
        axis: Axes = None,
        *,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Tensor:
        """The product along `axis`, all by default."""
        return ops.prod(self, axis, keepdims=keepdims, initial=initial, where=where)

    def cumsum(self, axis: int | None = None) -> Tensor:
        """The running sum along `axis`."""
        return ops.cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Tensor:
        """The running product along `axis`."""
        return ops.cumprod(self, axis)

    def logsumexp(self, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
        """log Σ eˣ along `axis`, all by default."""
        return ops.logsumexp(self, axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Tensor:
        """The elements, in order, in another shape: ``reshape(2, 3)`` or ``reshape((2, 3))``."""
        return ops.reshape(self, shape[0] if len(shape) == 1 else shape)

    def ravel(self) -> Tensor:
        """The elements in one axis."""
        return ops.ravel(self)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order, reversed by default."""
        return ops.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged."""
        return ops.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Axes = None) -> Tensor:
        """Without axes of length 1."""
        return ops.squeeze(self, axis)

    def take(self, indices: Any, axis: int | None = None) -> Tensor:
        """The elements at `indices` along `axis`."""
        return ops.take(self, indices, axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Each element repeated along `axis`."""
        return ops.repeat(self, repeats, axis)

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Held between `min` and `max`."""
        return ops.clip(self, min, max)

    def dot(self, b: Any) -> Tensor:
        """NumPy's dot."""
        return ops.dot(self, b)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """The sum of the diagonal."""
        return ops.trace(self, offset, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """The diagonal."""
        return ops.diagonal(self, offset, axis1, axis2)

    @property
    def mT(self) -> Tensor:
        """The matrices in the last two axes, transposed."""
        return ops.matrix_transpose(self)

    @property
    def real(self) -> Tensor:
        """The Tensor itself: all numbers here are real."""
        return ops.real(self)

    def conjugate(self) -> Tensor:
        """The Tensor itself: real numbers are their own conjugates."""
        return ops.real(self)

    conj = conjugate

    def copy(self) -> Tensor:
        """A result of its own with the same values."""
        return ops.copy(self)

    def flatten(self) -> Tensor:
        """The elements in one axis."""
        return ops.ravel(self)

    def compress(self, condition: Any, axis: int | None = None) -> Tensor:
        """The parts along `axis` for which `condition` holds."""
        return ops.compress(condition, self, axis)

    def round(self, decimals: int = 0) -> Tensor:
        """To a number of decimals; its slope is 0 everywhere."""
        return ops.round(self, decimals)

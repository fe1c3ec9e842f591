"""Symbols: what rules are read with to get expressions instead of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import numpy_functions
from autodiff.op import Op
from autodiff.operators import Operators
from autodiff.ops.elementwise import Elementwise
from autodiff.recording import Symbolic
from autodiff.typing import Value
from viz.symbolic.algebra import Expression
from viz.symbolic.reading import is_exact, read

LONGEST: Final = 2000
"""Operands with longer texts are written "…": shared parts can make texts grow exponentially."""


class Symbol(Operators, Symbolic):
    """A named value of known shape and dtype, whose numbers nobody knows.

    It passes through operators, NumPy's functions and the operations, and comes out as the
    text of what they would compute, simplified; what it does not know prints as ``name(…)``.
    Broadcasting, and axes of length 1, do not show. `autodiff.notation` says how things are
    written.

    Parameters
    ----------
    text : str
        How it prints. Symbols of the same text are taken for the same value.
    example : array_like
        Any array of its shape and dtype: the shapes of results are found by computing with
        examples. A view that is broadcast from a single number will do.

    Examples
    --------
    >>> g, y = Symbol("∂L/∂y", 0.0), Symbol("y", 0.0)
    >>> (-g * y * y).text
    '−∂L/∂y · y²'
    """

    __slots__ = ("_example", "_expression")

    def __init__(self, text: str, example: Any) -> None:
        self._expression = Expression.atom(text)
        self._example = np.asarray(example)

    @classmethod
    def number(cls, value: float, example: Any) -> Symbol:
        """A known number in every element: 1 vanishes as a factor, 0 as a term.

        Parameters
        ----------
        value : float
            The number.
        example : array_like
            Any array of the shape and dtype.
        """
        return cls._of(Expression.number(value), example)

    @classmethod
    def _of(cls, expression: Expression, example: Any) -> Symbol:
        symbol = cls.__new__(cls)
        symbol._expression = expression
        symbol._example = np.asarray(example)
        return symbol

    @property
    def text(self) -> str:
        """How it prints."""
        return self._expression.text

    @property
    def number_value(self) -> float | None:
        """The number that it is known to be; None if it is none."""
        return self._expression.value

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self._example.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._example.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._example.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its dtype."""
        return self._example.dtype

    def __repr__(self) -> str:
        return f"Symbol({self.text!r}, {self.shape}, {self.dtype})"

    def __bool__(self) -> NoReturn:
        raise TypeError(f"bool of the symbol {self.text}: a rule must not look at values")

    __hash__ = object.__hash__

    # -- operations -----------------------------------------------------------------------

    def apply(self, op: Op, inputs: Sequence[Any]) -> Any:
        """The expression of `op` on `inputs`; a tuple where it has several outputs."""
        example = _computed(op, [_example(x) for x in inputs])
        arguments = [_expression(x) for x in inputs]
        if isinstance(example, tuple):
            text = op.expression(*(x.text for x in arguments))
            exact = is_exact(op, arguments)
            return tuple(
                Symbol._of(Expression.atom(f"{text}[{i}]", exact), part)
                for i, part in enumerate(example)
            )
        shape = np.shape(_example(inputs[0]))
        return Symbol._of(read(op, arguments, shape, example.shape), example)

    def choose(self, x: Value, y: Value) -> Symbol:
        """``where(self, x, y)``."""
        with np.errstate(all="ignore"):
            example = np.where(*map(_example, (self, x, y)))
        return Symbol._of(Expression.choice(*map(_expression, (self, x, y))), example)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            return _call(f"{ufunc.__name__}.{method}", getattr(ufunc, method), inputs, kwargs)
        if ufunc in _COMPARISONS:
            return _compare(ufunc, *inputs)
        return _through(ufunc, inputs, kwargs)

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        return _through(function, args, kwargs)

    # -- comparisons ------------------------------------------------------------------------

    def __eq__(self, other: Any) -> Any:
        return _compare(np.equal, self, other)

    def __ne__(self, other: Any) -> Any:
        return _compare(np.not_equal, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(np.greater_equal, self, other)


# -- operands -----------------------------------------------------------------------------------


def _example(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return type(x)(map(_example, x))
    return x._example if isinstance(x, Symbol) else x


def _expression(x: Any) -> Expression:
    """What an operand is: an array of equal elements is a number, another one is nameless."""
    if isinstance(x, Symbol):
        return x._expression if len(x.text) <= LONGEST else Expression.atom("…", exact=False)
    array = np.asarray(x)
    if array.size and (array == array.flat[0]).all():
        return Expression.number(array.flat[0].item())
    is_mask = array.size and ((array == 0) | (array == 1)).all()
    return Expression.atom("mask" if is_mask else "constant", exact=False)


def _computed(op: Op, examples: Sequence[Any]) -> Any:
    """The example of the result."""
    with np.errstate(all="ignore"):  # examples may lie outside of the domain
        if not isinstance(op, Elementwise):
            try:
                return op(*examples)
            except np.linalg.LinAlgError:
                return op(*map(_regular, examples))
        # One element says the dtype, and is cheaper than all of a large array.
        single = [
            x.dtype.type(1) if isinstance(x, (np.ndarray, np.generic)) else x for x in examples
        ]
        return np.broadcast_to(op(*single), np.broadcast_shapes(*map(np.shape, examples)))


def _regular(example: Any) -> Any:
    """An example of the same shape that an operation of linear algebra does not refuse.

    Matrices are positive definite if they are square; no two elements of a row are equal.
    """
    if np.ndim(example) == 0:
        return example
    rows, columns = (1, *example.shape)[-2:]
    places = np.add.outer(np.arange(1.0, rows + 1), np.arange(columns))
    small = places / (4 * max(rows + columns, 1) * max(columns, 1))
    values = np.where(np.eye(rows, columns, dtype=bool), places, small)
    values = values.reshape(example.shape[-2:])
    return np.broadcast_to(values, example.shape).astype(example.dtype)


_COMPARISONS: Final[dict[Any, str]] = {
    np.equal: "=",
    np.not_equal: "≠",
    np.less: "<",
    np.less_equal: "≤",
    np.greater: ">",
    np.greater_equal: "≥",
}


def _compare(ufunc: np.ufunc, x: Any, y: Any) -> Symbol:
    example = ufunc(_example(x), _example(y))
    left, right = _expression(x), _expression(y)
    if left.value is not None and right.value is not None:
        return Symbol.number(bool(ufunc(left.value, right.value)), example)
    first, second = (notation.within(side.text, notation.SUM) for side in (left, right))
    text = f"{first} {_COMPARISONS[ufunc]} {second}"
    return Symbol._of(Expression.atom(text, left.exact and right.exact), example)


# -- NumPy's functions ----------------------------------------------------------------------------

_FILLED: Final[dict[Any, int]] = {np.zeros_like: 0, np.ones_like: 1}
_BY_SHAPE: Final = (np.shape, np.ndim, np.size)
"""What depends on the shape alone, and so is known."""


def _through(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    if function in _BY_SHAPE:
        return function(*map(_example, args), **kwargs)
    if function in _FILLED:
        return Symbol.number(_FILLED[function], function(*map(_example, args), **kwargs))
    ours = numpy_functions.get(function)
    if ours is not None:
        return ours(*args, **kwargs)
    return _call(function.__name__, function, args, kwargs)


def _call(
    name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Symbol:
    """What is not known: ``name(…)``, in the shape that NumPy's function gives."""
    with np.errstate(all="ignore"):
        example = function(*map(_example, args), **{key: _example(x) for key, x in kwargs.items()})
    named = [f"{key} = {_text(x)}" for key, x in kwargs.items()]
    text = f"{name}({', '.join([*map(_text, args), *named])})"
    return Symbol._of(Expression.atom(text, exact=False), example)


def _text(x: Any) -> str:
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(_text, x))}]"
    is_value = isinstance(x, (Symbol, np.ndarray, np.generic, int, float))
    return _expression(x).text if is_value else str(x)

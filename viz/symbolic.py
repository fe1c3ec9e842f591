"""Symbols: what rules are read with to get expressions instead of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from autodiff.numpy_protocol import implement
from autodiff.op import Op
from autodiff.operators import Operators
from autodiff.ops.arithmetic import parenthesised
from autodiff.recording import Symbolic
from autodiff.typing import Value


class Symbol(Operators, Symbolic):
    """A named value of known shape and dtype, whose numbers nobody knows.

    It passes through operators, NumPy's functions and the operations, and comes out as the
    text of what they would compute; what it does not know prints as ``name(…)``.

    Parameters
    ----------
    text : str
        How it prints.
    example : ndarray
        Any array of its shape and dtype: the shapes of results are found by computing with
        examples.
    """

    __slots__ = ("_example", "text")

    def __init__(self, text: str, example: Any) -> None:
        self.text = text
        self._example = np.asarray(example)

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
        with np.errstate(all="ignore"):  # examples may lie outside of the domain
            example = op(*map(_example, inputs))
        text = op.expression(*map(_text, inputs))
        if isinstance(example, tuple):
            return tuple(Symbol(f"{text}[{i}]", part) for i, part in enumerate(example))
        return Symbol(text, example)

    def choose(self, x: Value, y: Value) -> Symbol:
        """``where(self, x, y)``."""
        return _call("where", np.where, (self, x, y), {})

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
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


_COMPARISONS: dict[Any, str] = {
    np.equal: "=",
    np.not_equal: "≠",
    np.less: "<",
    np.less_equal: "≤",
    np.greater: ">",
    np.greater_equal: "≥",
}


def _compare(ufunc: np.ufunc, x: Any, y: Any) -> Symbol:
    left, right = (parenthesised(_text(value)) for value in (x, y))
    return Symbol(f"{left} {_COMPARISONS[ufunc]} {right}", ufunc(_example(x), _example(y)))


_BY_SHAPE = (np.zeros_like, np.ones_like, np.shape, np.ndim, np.size)
"""What depends on the shape alone, and so is known."""


def _example(x: Any) -> Any:
    return x._example if isinstance(x, Symbol) else x


def _text(x: Any) -> str:
    if isinstance(x, Symbol):
        return x.text
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(_text, x))}]"
    if np.size(x) == 1:
        return f"{np.asarray(x).item():g}".replace("-", "−")
    return f"constant{np.shape(x)}"


def _through(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    if function in _BY_SHAPE:
        return function(*map(_example, args), **kwargs)
    ours = implement(function)
    if ours is not None:
        return ours(*args, **kwargs)
    return _call(function.__name__, function, args, kwargs)


def _call(
    name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Symbol:
    """What is not known: ``name(…)``, in the shape that NumPy's function gives."""
    with np.errstate(all="ignore"):
        example = function(*map(_example, args), **kwargs)
    return Symbol(f"{name}({', '.join(map(_text, args))})", example)

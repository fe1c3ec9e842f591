"""The Tensor: an array, and a node where gradients are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Self

import numpy as np

from autodiff import ops, writes
from autodiff.backward import backward
from autodiff.graph import Recorded, new_leaf
from autodiff.hooks import HookHandle, add_hook
from autodiff.numpy_protocol import dispatch
from autodiff.operators import Operators
from autodiff.typing import Array, Axes, Shape, own_real_array


def _values(x: Any) -> Any:
    return x._array if isinstance(x, Recorded) else x


class Tensor(Operators, Recorded):
    """An array that remembers how it was computed.

    Parameters
    ----------
    data : array_like
        Copied. Real; a Tensor stands for its values.
    requires_grad : bool
        Whether gradients with respect to it are wanted. Only floating dtypes can.
    dtype : dtype, optional
        As NumPy infers it by default.
    name : str, optional
        What diagrams and errors call it.

    Raises
    ------
    TypeError
        If data are not real numbers, or gradients are wanted of a dtype that is not
        floating.

    Examples
    --------
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.])
    """

    __slots__ = ("__weakref__", "_name")

    _name: str | None

    def __init__(
        self,
        data: Any,
        requires_grad: bool = False,
        *,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        self._array = own_real_array(_values(data), dtype, "Tensor")
        self.node = None
        self._name = name
        if requires_grad:
            self.requires_grad = True

    # -- the array ------------------------------------------------------------------------

    @property
    def data(self) -> Array:
        """The array itself; of a result it cannot be written.

        A write into a leaf's array is noticed: a graph recorded before it that needs the old
        values refuses to walk back. Assigning ``t.data = a`` copies `a` into a new array;
        old graphs keep the old one.
        """
        if self.node is not None and self.node.op is not None:
            return self.numpy()
        if type(self._array) is not np.ndarray:
            return self._array
        return writes.expose(self._array)

    @data.setter
    def data(self, value: Any) -> None:
        if self.node is not None and self.node.op is not None:
            raise TypeError(
                f"data: this Tensor is the result of {self.node.op.name}, and its graph needs it; "
                f"write into .detach() of it, or into a copy"
            )
        exposure = getattr(value, "base", None)
        if isinstance(exposure, writes.Exposure) and exposure.base is self._array:
            exposure.compare()  # t.data -= a ends here
            return
        array = own_real_array(_values(value), self.dtype, "data")
        if array.shape != self.shape:
            raise ValueError(f"data: shape {array.shape} for a Tensor of shape {self.shape}")
        self._array = array

    def written(self) -> Array:
        """The array of a leaf, to be written in place at once; the write is noted already.

        For optimizers: unlike `data` it takes no copy to compare with. Graphs recorded
        before that need the old values refuse to walk back.
        """
        if self.node is not None and self.node.op is not None:
            raise TypeError(f"written: the result of {self.node.op.name} cannot be written")
        writes.number_write(self._array)
        return self._array

    def numpy(self) -> Array:
        """The array, as a view that cannot be written."""
        view = self._array.view()
        if type(view) is np.ndarray:
            view.flags.writeable = False
        return view

    def item(self) -> float:
        """The only element, as a Python number."""
        return self._array.item()  # type: ignore[no-any-return]  # a number

    def detach(self) -> Tensor:
        """The same values without a node: what is computed from it wants no gradient."""
        return Recorded.over(self._array, None)  # type: ignore[no-any-return]  # a Tensor

    def astype(self, dtype: Any) -> Tensor:
        """The values in another dtype; floating, where a gradient is wanted."""
        return ops.astype(self, dtype)

    @property
    def shape(self) -> Shape:
        """The length of each axis."""
        shape: Shape = self._array.shape
        return shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._array.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        return self._array.dtype

    # -- gradients ------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether it has a node. May be set on a Tensor that no operation made."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if self.node is not None and self.node.op is not None:
            if not wanted:
                raise TypeError("requires_grad: the result of an operation; call .detach()")
            return
        if not wanted:
            if self.node is not None:
                self._name = self.node.name
            self.node = None
        elif self.node is None:
            if self.dtype.kind != "f":
                raise TypeError(
                    f"requires_grad: {self.dtype} data cannot want a gradient, only floating "
                    f"data can; write Tensor(data, requires_grad=True, dtype=float)"
                )
            self.node = new_leaf(self._array, self.name, self._role())

    def _role(self) -> str:
        return "input"

    @property
    def name(self) -> str | None:
        """What diagrams and errors call it."""
        if self.node is not None:
            return self.node.name
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str | None) -> None:
        if self.node is None:
            self._name = name
        else:
            self.node.annotate().name = name

    @property
    def grad(self) -> Array | None:
        """The gradient that ``backward()`` gathered here, None if there is none."""
        return None if self.node is None or self.node.notes is None else self.node.notes.grad

    @grad.setter
    def grad(self, gradient: Any) -> None:
        if gradient is None:
            self.zero_grad()
            return
        if self.node is None:
            raise RuntimeError("grad: this Tensor wants no gradient; set requires_grad=True first")
        notes = self.node.annotate()
        if gradient is notes.grad:  # t.grad *= a ends here
            return
        array = own_real_array(_values(gradient), self.dtype, "grad")
        if array.shape != self.shape:
            raise ValueError(f"grad: shape {array.shape} for a Tensor of shape {self.shape}")
        notes.grad = array

    def zero_grad(self) -> None:
        """Forget the gradient."""
        if self.node is not None and self.node.notes is not None:
            self.node.notes.grad = None

    def retain_grad(self) -> None:
        """Let ``backward()`` leave a gradient here too, though an operation made it."""
        if self.node is None:
            raise RuntimeError("retain_grad: nothing was recorded for this Tensor")
        self.node.annotate().retains_grad = True

    def register_hook(self, hook: Callable[[Any], Any]) -> HookHandle:
        """Let `hook` see the gradient of this on its way back, and replace it.

        Parameters
        ----------
        hook : callable
            Called in every walk that comes here, with the gradient complete: an array that
            cannot be written, or a Tensor where a graph is created. What it gives goes on in
            its place, to ``.grad`` too; None leaves it as it is. Several are called in the
            order in which they were registered.

        Returns
        -------
        HookHandle
            Its ``remove()`` takes the hook away.

        Raises
        ------
        RuntimeError
            If nothing was recorded for this Tensor.
        """
        if self.node is None:
            raise RuntimeError(
                "register_hook: this Tensor wants no gradient; set requires_grad=True first"
            )
        return add_hook(self.node, hook)

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Add the gradient of this with respect to every leaf to the leaf's ``.grad``.

        Parameters
        ----------
        gradient : array_like, optional
            ∂L/∂self, in its shape; 1 where it has a single element.
        retain_graph : bool
            Keep what the rules need, for another walk. Otherwise arrays of more than 64
            elements are released as the walk goes.

        Raises
        ------
        ValueError
            If `gradient` is missing or has another shape.
        RuntimeError
            If nothing was recorded, or what a rule needs was released or overwritten. Every
            ``.grad`` is then as it was.
        """
        backward(self, gradient, retain_graph)

    # -- Python's protocols ---------------------------------------------------------------

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        text = np.array2string(self._array, separator=", ", prefix="Tensor(")
        parts = [text, f"dtype={self.dtype}"]
        if self.node is not None:
            op = self.node.op
            parts.append("requires_grad=True" if op is None else f"operation={op.name}")
        if self.name is not None:
            parts.append(f"name={self.name!r}")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, specification: str) -> str:
        if not specification:
            return str(self)
        return format(self._array[()], specification)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self._array)

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(ops.unstack(self) if len(self) else ())

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def __copy__(self) -> NoReturn:
        raise TypeError("copy: write copy.deepcopy(t), t.detach() or Tensor(t)")

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if self.node is not None and self.node.op is not None:
            raise TypeError(
                f"deepcopy: the result of {self.node.op.name} belongs to its graph; "
                f"write Tensor(t) for its values"
            )
        copy: Self = object.__new__(type(self))
        memo[id(self)] = copy
        copy._array = self._array.copy()
        copy.node = None
        copy._name = self.name
        if self.node is not None:
            copy.node = new_leaf(copy._array, self.name, self._role())
            copy.grad = self.grad
        return copy

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Tensors are not pickled; save their arrays: np.savez(path, w=t.numpy())")

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise TypeError(
            "a Tensor's elements cannot be assigned, since its graph may need the old ones; "
            "write x = autodiff.index_update(x, index, value)"
        )

    # -- NumPy's protocols ----------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if self.node is not None:
            raise TypeError(
                "np.asarray would lose the gradient of a Tensor; write t.numpy() for its values"
            )
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return dispatch.array_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        return dispatch.array_function(function, args, kwargs)

    # -- comparisons, which give plain arrays -----------------------------------------------

    def __eq__(self, other: Any) -> Any:
        return self._array == _values(other)

    def __ne__(self, other: Any) -> Any:
        return self._array != _values(other)

    def __lt__(self, other: Any) -> Any:
        return self._array < _values(other)

    def __le__(self, other: Any) -> Any:
        return self._array <= _values(other)

    def __gt__(self, other: Any) -> Any:
        return self._array > _values(other)

    def __ge__(self, other: Any) -> Any:
        return self._array >= _values(other)

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the largest element stands: a plain array."""
        return np.argmax(self._array, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the smallest element stands: a plain array."""
        return np.argmin(self._array, axis, keepdims=keepdims)

    def argsort(self, axis: int | None = -1, *, stable: bool | None = None) -> Any:
        """The places of the elements in ascending order: a plain array."""
        return self._array.argsort(axis, stable=stable)

    def nonzero(self) -> Any:
        """The places of the elements that are not 0: plain arrays, one per axis."""
        return self._array.nonzero()

    def any(self, axis: Axes = None, *, keepdims: bool = False) -> Any:
        """Whether an element is not 0: plain."""
        return self._array.any(axis, keepdims=keepdims)

    def all(self, axis: Axes = None, *, keepdims: bool = False) -> Any:
        """Whether no element is 0: plain."""
        return self._array.all(axis, keepdims=keepdims)

    def tolist(self) -> Any:
        """The values in nested lists of Python numbers."""
        return self._array.tolist()


dispatch.register(vars(ops))

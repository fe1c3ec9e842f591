"""Operations that put arrays together, take them apart, and repeat them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.indexing import take
from autodiff.ops.shaping import broadcast_to, ravel, reshape
from autodiff.saves import RESIDUAL
from autodiff.typing import Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Concatenate(Op):
    """Arrays joined along an axis that they have.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int = 0

    numpy = np.concatenate
    saves = RESIDUAL

    def forward(self, *xs: Any) -> Any:
        return np.concatenate(xs, axis=self.axis), [x.shape[self.axis] for x in xs]

    def vjp(self, g: Value, lengths: list[int]) -> Gradients:
        before = (slice(None),) * (self.axis % g.ndim)
        ends = np.cumsum(lengths).tolist()
        return tuple(
            lambda part=(*before, slice(end - length, end)): g[part]
            for length, end in zip(lengths, ends, strict=True)
        )

    def expression(self, *arguments: str) -> str:
        return notation.call(notation.along(self.name, self.axis or None), *arguments)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for axis, shapes in (
            (0, ((2,), (3,))),
            (-1, ((2, 1), (2, 2), (2, 0))),
            (0, ((1, 2), (1, 2), (2, 2))),
            (1, ((0, 1), (0, 2))),
        ):
            yield cls(axis), tuple(rng.normal(size=shape) for shape in shapes)


class Stack(Op):
    """Arrays of one shape joined along a new axis.

    Parameters
    ----------
    axis : int
        Where the new axis stands in the result.
    """

    axis: int = 0

    numpy = np.stack

    def forward(self, *xs: Any) -> Any:
        return np.stack(xs, axis=self.axis)

    def vjp(self, g: Value) -> Gradients:
        axis = self.axis % g.ndim
        before = (slice(None),) * axis
        return tuple(lambda part=(*before, i): g[part] for i in range(g.shape[axis]))

    def expression(self, *arguments: str) -> str:
        return notation.call(notation.along(self.name, self.axis or None), *arguments)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for axis, shape, number in ((0, (2,), 3), (-1, (2, 2), 2), (1, (2, 0), 2), (0, (), 2)):
            yield cls(axis), tuple(rng.normal(size=shape) for _ in range(number))


class Split(Op):
    """Parts along an axis: several outputs.

    Parameters
    ----------
    indices_or_sections : int or tuple of int
        How many equal parts, or where to cut.
    axis : int
        The axis.
    """

    indices_or_sections: int | tuple[int, ...]
    axis: int = 0

    numpy = np.split
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        parts = np.split(x, self.indices_or_sections, axis=self.axis)
        return parts, [part.shape for part in parts]

    def vjp(self, g: Sequence[Value | None], shapes: list[Shape]) -> Gradients:
        given = next(part for part in g if part is not None)
        parts = [
            np.zeros_like(given, shape=shape) if part is None else part
            for part, shape in zip(g, shapes, strict=True)
        ]
        return (np.concatenate(parts, axis=self.axis),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis or None)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, cut, axis in (
            ((4,), 2, 0),
            ((3, 3), (1, 2), -1),
            ((2, 3), (2,), 1),
            ((0, 2), 2, 1),
        ):
            yield cls(cut, axis), (rng.normal(size=shape),)


class Unstack(Op):
    """The parts along an axis, each without it: several outputs.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int = 0

    numpy = np.unstack

    def forward(self, x: Any) -> Any:
        rows = np.moveaxis(x, self.axis, 0)
        return [rows[i, ...] for i in range(len(rows))]

    def vjp(self, g: Sequence[Value | None]) -> Gradients:
        given = next(part for part in g if part is not None)
        parts = [np.zeros_like(given) if part is None else part for part in g]
        return (np.stack(parts, axis=self.axis),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis or None)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in (((3,), 0), ((2, 3), -1), ((2, 3, 2), 1), ((2, 0), 0)):
            yield cls(axis), (rng.normal(size=shape),)


class Pad(Op):
    """A border of a constant around the elements.

    Parameters
    ----------
    pad_width : tuple of (int, int)
        Per axis, how many before and how many after.
    constant_values : float
        The constant.
    """

    pad_width: tuple[tuple[int, int], ...]
    constant_values: float = 0

    numpy = np.pad
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        if not self.pad_width:  # np.pad takes no 0-d array
            return x.copy(), x.shape
        return np.pad(x, self.pad_width, constant_values=self.constant_values), x.shape

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        inside = zip(self.pad_width, shape, strict=True)
        return (g[tuple(slice(before, before + n) for (before, _), n in inside)],)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, width in (
            ((3,), ((1, 2),)),
            ((2, 3), ((0, 1), (2, 0))),
            ((0,), ((1, 1),)),
            ((), ()),
        ):
            yield cls(width, 0.5), (rng.normal(size=shape),)


@implements(np.tile)
def tile(A: Value, reps: int | tuple[int, ...]) -> Tensor:
    """`A` repeated as a whole, ``reps[i]`` times along axis i."""
    array, counts = as_array(A), as_integers(reps, "tile: reps")
    counts = (counts,) if isinstance(counts, int) else counts
    number = max(array.ndim, len(counts))
    counts = (1,) * (number - len(counts)) + counts
    shape = (1,) * (number - array.ndim) + array.shape
    pairs = tuple(zip(counts, shape, strict=True))
    apart = reshape(array, tuple(n for _, length in pairs for n in (1, length)))
    stretched = broadcast_to(apart, tuple(n for pair in pairs for n in pair))
    return reshape(stretched, tuple(count * length for count, length in pairs))


@implements(np.repeat)
def repeat(a: Value, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """`a` with each element repeated `repeats` times along `axis`, in one axis if None."""
    a = as_array(a)
    if axis is None:
        a, axis = ravel(a), 0
    return take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis)


@implements(np.concatenate)
def concatenate(arrays: Sequence[Value], axis: int | None = 0) -> Tensor:
    """The arrays joined along `axis`; flattened first if None."""
    if axis is None:
        return Concatenate(0)(*(ravel(a) for a in arrays))
    return Concatenate(axis)(*arrays)


@implements(np.stack)
def stack(arrays: Sequence[Value], axis: int = 0) -> Tensor:
    """Arrays of one shape joined along a new `axis`."""
    return Stack(axis)(*arrays)


@implements(np.split)
def split(
    ary: Value, indices_or_sections: int | Sequence[int], axis: int = 0
) -> tuple[Tensor, ...]:
    """`ary` cut along `axis`, into equal sections or at indices: a tuple of Tensors."""
    cuts = as_integers(indices_or_sections, "split: indices_or_sections")
    if not isinstance(cuts, int):
        places = [slice(cut).indices(np.shape(ary)[axis])[1] for cut in cuts]
        if places != sorted(places):
            raise ValueError(f"split: cuts at {cuts}, where parts overlap; expected ascending ones")
    return Split(cuts, axis)(ary)  # type: ignore[return-value]  # several outputs


@implements(np.unstack)
def unstack(x: Value, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The parts of `x` along `axis`, each without it."""
    return Unstack(axis)(x) if np.shape(x)[axis] else ()  # type: ignore[return-value]  # several outputs


@implements(np.pad)
def pad(
    array: Value, pad_width: Any, mode: str = "constant", *, constant_values: float = 0
) -> Tensor:
    """`array` with a border.

    Parameters
    ----------
    array : Tensor
        Any shape.
    pad_width : int, (before, after), one such pair per axis, or a dictionary of axes and these
        How wide.
    mode : str
        ``"constant"``; ``"edge"`` repeats the last element; ``"reflect"`` mirrors at it,
        ``"symmetric"`` behind it; ``"wrap"`` begins again at the other end.
    constant_values : float
        The constant.

    Raises
    ------
    ValueError
        For another mode.
    """
    array = as_array(array)
    per_axis = pad_width
    if isinstance(pad_width, dict):
        per_axis = [(0, 0)] * array.ndim
        for axis, width in pad_width.items():
            per_axis[axis] = np.broadcast_to(width, 2)
    widths = np.asarray(per_axis)
    if widths.size and (widths.dtype.kind not in "iu" or np.any(widths < 0)):
        raise TypeError(f"pad: pad_width {pad_width}; expected integers that are not negative")
    pairs = tuple((b, a) for b, a in np.broadcast_to(widths, (array.ndim, 2)).tolist())
    if mode == "constant":
        return Pad(pairs, constant_values)(array)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise ValueError(
            f"pad: mode {mode!r}; expected 'constant', 'edge', 'reflect', 'symmetric' or 'wrap'"
        )
    for axis, pair in enumerate(pairs):
        if pair != (0, 0):
            places = np.pad(np.arange(array.shape[axis]), pair, mode=mode)  # type: ignore[call-overload]  # both are modes of np.pad
            array = take(array, places, axis)
    return array  # type: ignore[no-any-return]  # a Tensor

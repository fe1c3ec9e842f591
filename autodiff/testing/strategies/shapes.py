"""Shapes in which mistakes show."""

from __future__ import annotations

from hypothesis import strategies as st

from autodiff.typing import Shape


@st.composite
def shapes(
    draw: st.DrawFn,
    /,
    *,
    min_dims: int = 0,
    max_dims: int = 3,
    min_side: int = 1,
    max_side: int = 4,
) -> Shape:
    """Shapes, most of them of two or three dimensions, half of those with equal sides.

    Equal sides matter: an operation that takes the wrong axis of a square raises no error.

    Parameters
    ----------
    min_dims, max_dims : int
        How many dimensions.
    min_side, max_side : int
        How long they are. With a `min_side` of 0 about one shape in ten is empty.

    Returns
    -------
    SearchStrategy of tuple of int
    """
    weighted = [n for n in range(min_dims, max_dims + 1) for _ in range(3 if n in (2, 3) else 1)]
    ndim = draw(st.sampled_from(weighted))
    sides = st.integers(max(min_side, 1), max_side)
    if ndim > 1 and draw(st.booleans()):
        shape = (draw(sides),) * ndim
    else:
        shape = tuple(draw(sides) for _ in range(ndim))
    if ndim and not min_side and draw(st.integers(0, 9)) == 9:
        empty = draw(st.integers(0, ndim - 1))
        shape = (*shape[:empty], 0, *shape[empty + 1 :])
    return shape


@st.composite
def broadcasting_to(draw: st.DrawFn, /, shape: Shape) -> Shape:
    """Shapes that broadcast to `shape`; half of them are `shape` itself."""
    if not draw(st.booleans()):
        return shape
    dropped = draw(st.integers(0, len(shape)))
    return tuple(1 if draw(st.booleans()) else n for n in shape[dropped:])

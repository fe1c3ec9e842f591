"""Arrays and Tensors, alone and in groups that broadcast together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar, cast, get_args

import numpy as np
from hypothesis import note
from hypothesis import strategies as st
from numpy.typing import DTypeLike

from autodiff.domain import REALS, Reals
from autodiff.tensor import Tensor
from autodiff.testing.strategies.layouts import LAYOUTS, laid_out
from autodiff.testing.strategies.shapes import broadcasting_to, shapes
from autodiff.testing.strategies.values import contains_zero, sample
from autodiff.typing import Array, Shape, as_integers

_T = TypeVar("_T")
Drawn: TypeAlias = _T | st.SearchStrategy[_T]
"""A value, or a strategy for it."""

Values: TypeAlias = Literal["random", "spread"]

seeds = st.integers(0, 2**32 - 1)
"""Seeds of random generators."""


def _strategy(x: Drawn[_T]) -> st.SearchStrategy[_T]:
    return x if isinstance(x, st.SearchStrategy) else st.just(x)


@st.composite
def arrays(
    draw: st.DrawFn,
    /,
    shape: Drawn[Shape | int] | None = None,
    *,
    dtype: Drawn[DTypeLike] = np.float64,
    domain: Reals | None = None,
    values: Drawn[Values] = "random",
    ties: Drawn[bool] = False,
    zeros: Drawn[bool] = False,
    layout: Drawn[str] | None = None,
    read_only: Drawn[bool] | None = None,
) -> Array:
    """Arrays of floating numbers, with ties and zeros where they are asked for alone.

    The values are numbers of few decimals from a drawn seed, so that an example prints short
    and can be pasted; a layout is noted as the call of `laid_out` that makes it. Whatever is a
    parameter here may be a strategy for it as well.

    Parameters
    ----------
    shape : tuple of int, int or strategy, optional
        As `shapes` draws them by default.
    dtype : dtype or strategy
        float64, float32 or float16.
    domain : Reals, optional
        Where the values lie; from −3 to 3 by default.
    values : {"random", "spread"} or strategy
        Independent of each other; or evenly spaced in random order, so that any two differ by
        about the length of the domain over the number of elements: for max, sort, pooling.
    ties : bool or strategy
        Whether some elements are equal.
    zeros : bool or strategy
        Whether some elements are 0; one of them, if there must be no ties.
    layout : str or strategy, optional
        One of those of `laid_out`; any of `LAYOUTS` by default.
    read_only : bool or strategy, optional
        Whether a write raises an error; either by default.

    Returns
    -------
    SearchStrategy of ndarray

    Raises
    ------
    ValueError
        If there should be zeros and the domain has none, or the layout is ``"broadcast"``,
        where elements are equal, and there should be no ties; or for other `values`.
    TypeError
        If the dtype is not floating.

    Examples
    --------
    >>> from hypothesis import find
    >>> from autodiff.testing.strategies import arrays
    >>> find(arrays((2, 2), zeros=True), lambda x: True).shape
    (2, 2)
    """
    domain = REALS if domain is None else domain
    drawn_dtype = np.dtype(cast("DTypeLike", draw(_strategy(dtype))))
    if drawn_dtype.kind != "f":
        raise TypeError(f"arrays: dtype {drawn_dtype}; expected a floating one")
    drawn_shape = draw(shapes() if shape is None else _strategy(shape))
    sides = as_integers(drawn_shape)
    tied, zeroed = draw(_strategy(ties)), draw(_strategy(zeros))
    if zeroed and not contains_zero(domain):
        raise ValueError(f"arrays: zeros=True, but 0 is not in the domain {domain}")
    arranged = draw(st.sampled_from(LAYOUTS) if layout is None else _strategy(layout))
    if arranged == "broadcast" and not tied:
        raise ValueError("arrays: the layout 'broadcast' repeats elements; give ties=True with it")
    arrangement = draw(_strategy(values))
    if arrangement not in get_args(Values):
        raise ValueError(f"arrays: values={arrangement!r}; expected one of {get_args(Values)}")
    plain = sample(
        np.random.default_rng(draw(seeds)),
        (sides,) if isinstance(sides, int) else cast("Shape", sides),
        domain,
        drawn_dtype,
        spread=arrangement == "spread",
        ties=tied,
        zeros=zeroed,
    )
    fixed = draw(st.booleans() if read_only is None else _strategy(read_only))
    return cast("Array", _noted(plain, arranged, fixed))


@st.composite
def tensors(
    draw: st.DrawFn,
    /,
    shape: Drawn[Shape | int] | None = None,
    *,
    requires_grad: Drawn[bool] = True,
    layout: Drawn[str] | None = None,
    read_only: Drawn[bool] | None = None,
    **options: Any,
) -> Tensor:
    """Tensors, their arrays drawn as by `arrays`.

    Parameters
    ----------
    shape, layout, read_only, **options
        As for `arrays`.
    requires_grad : bool or strategy
        Whether they are leaves that want gradients.

    Returns
    -------
    SearchStrategy of Tensor
    """
    plain = draw(arrays(shape, layout="C", read_only=False, **options))
    tensor = Tensor(plain, requires_grad=draw(_strategy(requires_grad)))
    arranged = draw(st.sampled_from(LAYOUTS) if layout is None else _strategy(layout))
    fixed = draw(st.booleans() if read_only is None else _strategy(read_only))
    return cast("Tensor", _noted(tensor, arranged, fixed))


class _Noted(NamedTuple):
    """How something drawn was laid out: a line of Python in the report of a failure."""

    values: Any
    layout: str
    read_only: bool

    def __repr__(self) -> str:
        fixed = ", read_only=True" if self.read_only else ""
        return f"laid_out({self.values!r}, {self.layout!r}{fixed})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _noted(values: Any, layout: str, read_only: bool) -> Any:
    """`values` laid out, and a note of it, since they print without their layout."""
    if layout == "C" and not read_only:
        return values
    note(_Noted(values, layout, read_only))
    return laid_out(values, layout, read_only=read_only)


@st.composite
def broadcastable(
    draw: st.DrawFn,
    /,
    count: int = 2,
    *,
    shape: Drawn[Shape] | None = None,
    of: Callable[..., st.SearchStrategy[Any]] = tensors,
    domain: Reals | tuple[Reals, ...] | None = None,
    **options: Any,
) -> tuple[Any, ...]:
    """Groups that broadcast together.

    Parameters
    ----------
    count : int
        How many belong to a group.
    shape : tuple of int or strategy, optional
        What they broadcast to, together; as `shapes` draws it by default.
    of : function
        `tensors`, the default, or `arrays`.
    domain : Reals or tuple of Reals, optional
        For all, or one for each.
    **options
        What `of` takes.

    Returns
    -------
    SearchStrategy of tuple
    """
    whole = draw(shapes() if shape is None else _strategy(shape))
    domains = domain if isinstance(domain, tuple) else (domain,) * count
    if len(domains) != count:
        raise ValueError(f"broadcastable: {len(domains)} domains for {count} operands")
    sides = [draw(broadcasting_to(whole)) for _ in domains]
    if sides and np.broadcast_shapes(*sides) != tuple(whole):
        sides[draw(st.integers(0, count - 1))] = whole
    return tuple(
        draw(of(shape_, domain=domain_, **options))
        for shape_, domain_ in zip(sides, domains, strict=True)
    )

"""Arguments of an operation: from its domain, or its declared cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autodiff.op import Case, Op
from autodiff.ops.elementwise import Elementwise
from autodiff.testing.strategies.shapes import shapes
from autodiff.testing.strategies.tensors import arrays, broadcastable, seeds


def has_domain(cls: type[Op]) -> bool:
    """Whether a class of operations is elementwise, and tested by its domain alone."""
    return (
        issubclass(cls, Elementwise) and cls.cases.__func__ is Elementwise.cases.__func__  # type: ignore[attr-defined]  # a class method has it
    )


@st.composite
def calls(draw: st.DrawFn, /, op: type[Op] | Op, **options: Any) -> Case:
    """An operation and the arrays to call it on.

    Parameters
    ----------
    op : class of operations, or an operation
        An elementwise one gets arrays from its domain that broadcast together, of any shape,
        0-d and empty ones too. Another one gets arguments from its `cases`: of a class any of
        them, of an operation those of the same parameters.
    **options
        For an elementwise one, what `arrays` takes.

    Returns
    -------
    SearchStrategy of (Op, tuple of ndarray)

    Raises
    ------
    TypeError
        If `op` is neither, or declares neither a domain nor cases.
    ValueError
        If an operation is none of its class's cases.
    """
    cls = op if isinstance(op, type) else type(op)
    if not issubclass(cls, Op):
        raise TypeError(
            f"calls, arguments: {op!r} is no operation; expected an Op or a class of them (for a "
            f"function, draw its arguments by arrays or broadcastable)"
        )
    if has_domain(cls):
        assert issubclass(cls, Elementwise)
        options = {"shape": shapes(min_side=0, max_side=3), **options}
        group = broadcastable(len(cls.domain), of=arrays, domain=cls.domain, **options)
        if isinstance(op, type):
            op = op(*draw(st.sampled_from(cls.parameters)))
        return op, draw(group)
    if cls.cases.__func__ is Op.cases.__func__:  # type: ignore[attr-defined]  # a class method has it
        raise TypeError(
            f"calls, arguments: {cls.__name__} declares no arguments: give it a class method "
            f"cases(cls, rng) that yields (operation, arguments), or draw them by arrays"
        )
    cases = list(cls.cases(np.random.default_rng(draw(seeds))))
    if not isinstance(op, type):
        cases = [case for case in cases if repr(case[0]) == repr(op)]
        if not cases:
            raise ValueError(f"{op!r} is none of the cases of {cls.__name__}; give the class")
    return draw(st.sampled_from(cases))


def arguments(op: type[Op] | Op, **options: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """The arrays alone of `calls`."""
    return calls(op, **options).map(_arguments)


def _arguments(case: Case) -> tuple[Any, ...]:
    return case[1]

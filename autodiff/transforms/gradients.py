"""Gradients of a recorded result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autodiff.backward import owned_copy, seed_for
from autodiff.graph import Node, Recorded
from autodiff.modes import modes
from autodiff.reverse import reverse_pass
from autodiff.tensor import Tensor


def gradients(
    y: Tensor, xs: Sequence[Tensor], seed: Any = None, create_graph: bool = False
) -> list[Any]:
    """∂y/∂x for each x, without touching any ``.grad``.

    Parameters
    ----------
    y : Tensor
        A result.
    xs : sequence of Tensor
        Leaves or intermediate results.
    seed : array_like, optional
        ∂L/∂y in the shape of y, where the gradients of L are meant; 1 where y has a single
        element.
    create_graph : bool
        Record the computation, so that the gradients can be differentiated again.

    Returns
    -------
    list of ndarray or None
        In the order of `xs` (Tensors where `create_graph`); None where y does not depend on
        x. None of them shares memory with another.

    Raises
    ------
    TypeError
        If xs is a Tensor, not a sequence of them.
    ValueError
        If `seed` is missing or has another shape, or under ``no_grad()`` a graph is wanted.
    RuntimeError
        If what a rule needs was released or overwritten.
    """
    if not isinstance(y, Recorded):
        raise TypeError(f"gradients: y is of type {type(y).__name__}; expected a Tensor")
    if isinstance(xs, Recorded):
        raise TypeError("gradients: xs is a Tensor; write gradients(y, [x])")
    if not isinstance(xs, Iterable):
        raise TypeError(f"gradients: xs is {xs!r}; expected a sequence of Tensors")
    xs = list(xs)
    for x in xs:
        if not isinstance(x, Recorded):
            raise TypeError(f"gradients: {type(x).__name__} among xs; expected Tensors")
    if y.node is None:
        return [None for _ in xs]
    mode = modes.get()
    if create_graph and mode is not None and not mode.recording:
        raise ValueError("gradients: create_graph=True records nothing under no_grad()")
    start: Any
    if create_graph and isinstance(seed, Tensor):
        seed_for(y, seed, "gradients")  # for its checks
        start = seed.astype(y.dtype) if seed.dtype != y.dtype else seed
    else:
        start = seed_for(y, seed, "gradients")
        start = Recorded.over(start, None) if create_graph else start
    return gathered(y.node, start, xs, create_graph)


def gathered(
    root: Node, seed: Any, xs: Sequence[Recorded], create_graph: bool, hooks: bool = True
) -> list[Any]:
    """What a walk from `root` brings to each x, in memory of its own; None where it never comes."""
    targets = {x.node for x in xs if x.node is not None}
    found: dict[Node, Any] = {}
    for node, cotangent, _ in reverse_pass(root, seed, targets, create_graph, hooks=hooks):
        if node in targets:
            found[node] = cotangent
    return [None if x.node not in found else _own(found[x.node], create_graph) for x in xs]


def _own(gradient: Any, as_tensor: bool) -> Any:
    """A gradient that shares its memory with no other."""
    copy = owned_copy(gradient)
    return Recorded.over(copy, getattr(gradient, "node", None)) if as_tensor else copy

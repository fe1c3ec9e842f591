"""``backward()``: what the reverse pass brings to each leaf, added to its gradient."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np

from autodiff import writes
from autodiff.graph import SMALL, Node, Recorded
from autodiff.reverse import reverse_pass
from autodiff.typing import Array, Value, is_array


def plain(gradient: Value) -> Value:
    """The values of a gradient into which a rule may have mixed a Tensor."""
    return gradient._array if isinstance(gradient, Recorded) else gradient


def owned_copy(gradient: Value) -> Array:
    """An array of its own, shared with nothing (a 0-d sum may have become a scalar)."""
    copy = plain(gradient).copy()
    return np.asarray(copy) if isinstance(copy, np.generic) else cast("Array", copy)


def _taken(values: list[Value]) -> tuple[Value, int]:
    """The last of `values`, taken off the list, and how many references to it are counted here."""
    value = values.pop()
    return value, sys.getrefcount(value)


_COUNTS_REFERENCES: Final = hasattr(sys, "getrefcount")


def _owned_last(gradients: list[Value], unshared: int) -> Array:
    """The last of `gradients`, taken off: itself if nobody else holds it, else a copy.

    What a rule has just made is held by nobody else; views, and who keeps one, are counted too.
    """
    if not _COUNTS_REFERENCES:
        return owned_copy(gradients.pop())
    gradient, references = _taken(gradients)
    if type(gradient) is np.ndarray and references == unshared:
        flags = gradient.flags
        if flags.owndata and flags.carray:
            return gradient
    return owned_copy(gradient)


def seed_for(tensor: Recorded, gradient: Any, caller: str) -> Array:
    """The cotangent to start from: `gradient`, or one where the tensor has one element."""
    array = tensor._array
    if gradient is None:
        if array.size != 1:
            raise ValueError(
                f"{caller}: the result has shape {array.shape}; a gradient of that shape must be "
                f"given (it is taken to be 1 for a single element only), or a number made of "
                f"the result first: .sum() or .mean()"
            )
        one = array.copy()
        one.fill(1)
        return one
    gradient = plain(gradient)
    seed = gradient if is_array(gradient) else np.asarray(gradient)
    if seed.dtype.kind not in "fiub":
        raise TypeError(f"{caller}: a gradient of {seed.dtype}; expected real numbers")
    if seed.shape != array.shape:
        raise ValueError(
            f"{caller}: the gradient has shape {seed.shape}, the result {array.shape}; "
            f"they must be equal"
        )
    return cast("Array", seed.astype(array.dtype, copy=False))


def _large(saved: Sequence[Any]) -> bool:
    """Whether there is an array of more than a few elements among what a node saved."""
    for array in saved:
        if _large(array) if isinstance(array, (tuple, list)) else getattr(array, "size", 1) > SMALL:
            return True
    return False


def backward(tensor: Recorded, gradient: Any = None, retain_graph: bool = False) -> None:
    """Add ∂tensor/∂leaf to the ``.grad`` of every leaf; see ``Tensor.backward``."""
    root = tensor.node
    if root is None:
        raise RuntimeError(
            "backward(): nothing was recorded for this Tensor; compute it from Tensors with "
            "requires_grad=True, outside no_grad()"
        )
    seed = seed_for(tensor, gradient, "backward()")
    nodes, gradients = _walked(root, seed, retain_graph)
    # Interpreters and tracers count differently, but alike in one place.
    unshared = _taken([np.empty(1)])[1] if _COUNTS_REFERENCES else 0
    # Only now, so that an error on the way leaves every gradient as it was.
    while nodes:
        notes = nodes.pop().annotate()
        if notes.grad is None:
            notes.grad = _owned_last(gradients, unshared)
        else:
            writes.number_write(notes.grad)  # a graph may have borrowed it
            notes.grad += gradients.pop()


def _walked(root: Node, seed: Array, retain_graph: bool) -> tuple[list[Node], list[Value]]:
    """The nodes that keep their gradients, and these, after a walk that lets go of the graph."""
    nodes: list[Node] = []
    gradients: list[Value] = []
    for node, cotangent, _ in reverse_pass(root, seed):
        if node.notes is not None and node.notes.retains_grad:
            nodes.append(node)
            gradients.append(plain(cotangent))
        if node.output is None and node.saved and not retain_graph and _large(node.saved):
            node.saved = None
    return nodes, gradients

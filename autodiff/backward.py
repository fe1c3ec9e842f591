"""``backward()``: what the reverse pass brings to each leaf, added to its gradient."""

from __future__ import annotations

from typing import Any, cast

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
        return np.ones_like(array)
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


def _large(saved: Any) -> bool:
    """Whether there is an array of more than a few elements among what a node saved."""
    if isinstance(saved, (tuple, list)):
        return any(map(_large, saved))
    return getattr(saved, "size", 1) > SMALL


def backward(tensor: Recorded, gradient: Any = None, retain_graph: bool = False) -> None:
    """Add ∂tensor/∂leaf to the ``.grad`` of every leaf; see ``Tensor.backward``."""
    root = tensor.node
    if root is None:
        raise RuntimeError(
            "backward(): nothing was recorded for this Tensor; compute it from Tensors with "
            "requires_grad=True, outside no_grad()"
        )
    seed = seed_for(tensor, gradient, "backward()")
    gathered: list[tuple[Node, Value]] = []
    for node, cotangent, _ in reverse_pass(root, seed):
        if node.notes is not None and node.notes.retains_grad:
            gathered.append((node, plain(cotangent)))
        if node.output is None and node.saved and not retain_graph and _large(node.saved):
            node.saved = None
    # Only now, so that an error on the way leaves every gradient as it was.
    for node, cotangent in gathered:
        notes = node.annotate()
        if notes.grad is None:
            notes.grad = owned_copy(cotangent)
        else:
            writes.number_write(notes.grad)  # a graph may have borrowed it
            notes.grad += cotangent

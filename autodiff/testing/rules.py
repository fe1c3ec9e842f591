"""Each rule in a graph by itself: what it returns, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.graph import Node
from autodiff.op import Output
from autodiff.reverse import reachable, reverse_pass
from autodiff.testing.errors import GradientError
from autodiff.testing.subject import Subject, leaves
from autodiff.transforms.evaluation import Pairing
from autodiff.typing import Array


def check_rules(subject: Subject, cotangents: Sequence[Array]) -> None:
    """Read every rule of the subject's graph again, and look at what it gives.

    Raises
    ------
    GradientError
        If a rule writes into its cotangent or into what was saved, gives another dtype than
        that of its cotangent or its input, or gives memory that a later call overwrites.
    """
    ys = subject.outputs(leaves(subject.values()))
    recorded = [(y, g) for y, g in zip(ys, cotangents, strict=True) if y.node is not None]
    start = Pairing([g.copy() for _, g in recorded])(*(y for y, _ in recorded))
    assert start.node is not None
    saved = {node: _copied(node.saved) for node in reachable(start.node)}
    arrived: dict[Node, Any] = {}
    for node, cotangent, sent in reverse_pass(start.node, np.float64(1)):
        expected = arrived.pop(node, cotangent)
        if node.op is not None and node is not start.node and len(sent):
            _check_leaves_alone(node, cotangent, expected, saved[node])
            _check_entries(node, expected)
        for parent, value in zip(node.parents, sent, strict=False):
            if parent is not None and value is not None:
                _add(arrived, node, parent, np.array(value))


def _add(arrived: dict[Node, Any], node: Node, parent: Node, value: Array) -> None:
    """Sum what arrives at a node, in arrays that nothing else sees."""
    if isinstance(node.op, Output):
        gathered = list(arrived.get(parent, [None] * node.op.count))
        before = gathered[node.op.index]
        gathered[node.op.index] = value if before is None else before + value
        arrived[parent] = tuple(gathered)
    else:
        arrived[parent] = arrived[parent] + value if parent in arrived else value


def _check_leaves_alone(node: Node, cotangent: Any, expected: Any, saved: Any) -> None:
    assert node.op is not None
    if not _equal(cotangent, expected):
        raise GradientError(
            f"{node.op.name}: its vjp writes into its cotangent, or what arrives at it is not the "
            f"sum of what was sent"
        )
    if not _equal(node.saved, saved):
        raise GradientError(f"{node.op.name}: its vjp writes into what was saved")


def _check_entries(node: Node, cotangent: Any) -> None:
    assert node.op is not None
    several = isinstance(cotangent, tuple)
    first = _entries(node, _copied(cotangent))
    values = [_copied(entry) for entry in first]
    _entries(node, tuple(map(_half, cotangent)) if several else _half(cotangent))
    name = node.op.name
    for entry, value in zip(first, values, strict=True):
        if entry is not None and not _equal(entry, value):
            raise GradientError(
                f"{name}: what its vjp gave was overwritten by a later call: it gives an array "
                f"that is not its own"
            )
    dtypes = {g.dtype for g in (cotangent if several else (cotangent,)) if g is not None}
    for position, (parent, entry) in enumerate(zip(node.parents, first, strict=True)):
        if parent is None or entry is None or parent.dtype is None:
            continue
        if entry.dtype not in {*dtypes, parent.dtype}:
            raise GradientError(
                f"{name}: its vjp gives {entry.dtype} for input {position} of {parent.dtype}, "
                f"from a cotangent of {', '.join(map(str, dtypes))}"
            )


def _entries(node: Node, cotangent: Any) -> list[Any]:
    """What the rule gives to the inputs that have nodes."""
    assert node.op is not None
    assert node.saved is not None
    entries = node.op.vjp(cotangent, *node.saved)
    return [
        None if parent is None else entry() if callable(entry) else entry
        for parent, entry in zip(node.parents, entries, strict=True)
    ]


def _half(x: Any) -> Any:
    return None if x is None else x * 0.5


def _copied(x: Any) -> Any:
    if isinstance(x, (tuple, list)):
        return tuple(map(_copied, x))
    return np.array(x) if isinstance(x, np.ndarray) else x


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, (tuple, list)):
        return all(map(_equal, x, y))
    return not isinstance(x, np.ndarray) or np.array_equal(x, y, equal_nan=x.dtype.kind == "f")

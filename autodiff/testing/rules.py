"""Each rule in a graph by itself: what it returns, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        that of its cotangent or its input, gives memory that a later call overwrites, or takes
        another layout of its cotangent for other numbers.
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
            _check_layouts(node, expected)
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


def _check_layouts(node: Node, cotangent: Any) -> None:
    """The same cotangent elsewhere in memory, and one number that stands for all its elements."""
    assert node.op is not None
    alike = _each(_repeated, cotangent)
    for plain, other in (
        *((cotangent, _each(laid, cotangent)) for laid in (np.asfortranarray, _strided, _reversed)),
        (_each(np.ascontiguousarray, alike), alike),
    ):
        expected = _copied(_entries(node, _each(np.ascontiguousarray, plain)))
        if not _equal(expected, _entries(node, _each(np.ascontiguousarray, plain))):
            return  # not deterministic: of which the walks will tell
        found = _entries(node, other)
        size = max((_size(x) for x in (*_arrays(plain), *_arrays(node.saved))), default=0.0)
        for position, (a, b) in enumerate(zip(expected, found, strict=True)):
            if a is not None and b is not None and not _close(a, b, size):
                raise GradientError(
                    f"{node.op.name}: its vjp gives another gradient to input {position} for the "
                    f"same cotangent in another memory layout (strides "
                    f"{', '.join(str(g.strides) for g in _arrays(other))})"
                )


def _each(change: Callable[[Array], Array], cotangent: Any) -> Any:
    if isinstance(cotangent, tuple):
        return tuple(None if g is None else _each(change, g) for g in cotangent)
    return change(cotangent).reshape(cotangent.shape) if cotangent.size else cotangent


def _strided(g: Array) -> Array:
    wide = np.full((*g.shape, 2), np.nan, g.dtype)
    wide[..., 0] = g
    return np.asarray(wide[..., 0])


def _reversed(g: Array) -> Array:
    return np.asarray(np.flip(np.flip(g).copy()))


def _repeated(g: Array) -> Array:
    return np.broadcast_to(g[(slice(1),) * g.ndim], g.shape)


def _arrays(x: Any) -> list[Array]:
    if isinstance(x, (tuple, list)):
        return [array for part in x for array in _arrays(part)]
    return [x] if isinstance(x, np.ndarray) and x.dtype.kind == "f" else []


def _size(x: Array) -> float:
    return float(np.abs(x).max(initial=0.0))


def _close(a: Array, b: Array, size: float) -> bool:
    """Equal but for the order in which sums of numbers up to `size` are taken."""
    if a.shape != b.shape:
        return False
    with np.errstate(invalid="ignore"):
        return np.array_equal(a, b, equal_nan=True) or bool(
            _size(a - b) <= 1e4 * np.finfo(a.dtype).eps * max(size, _size(a))
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

"""A recorded graph as calls of operations and the quantities that flow between them.

Nodes know what their rules need; a trace knows what a reader wants to see: which values are
still there, what is called what, and, once it is differentiated, what flows back along each
edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from autodiff import Op, Tensor, writes
from autodiff.graph import Dropped, Node
from autodiff.modes import Scope
from autodiff.op import Output
from autodiff.reverse import reachable
from autodiff.typing import Array, Shape, is_array

Kind: TypeAlias = Literal["input", "parameter", "constant", "result"]


@dataclass(eq=False, slots=True)
class Quantity:
    """A leaf, a constant or a result.

    Attributes
    ----------
    kind : {"input", "parameter", "constant", "result"}
        What it is.
    shape, dtype
        Of its array.
    name : str or None
        What it is called.
    array : ndarray or None
        Its values, where they are still there.
    call : Call or None
        What gave it.
    index : int
        Which output of the call it is.
    differentiable : bool
        Whether gradients flow to it.
    cotangent : ndarray or None
        ∂L/∂quantity, where it is known.
    """

    kind: Kind
    shape: Shape
    dtype: Any
    name: str | None = None
    array: Array | None = None
    call: Call | None = None
    index: int = 0
    differentiable: bool = False
    cotangent: Array | None = None


@dataclass(eq=False, slots=True)
class Operand:
    """One use of a quantity by a call.

    Attributes
    ----------
    quantity : Quantity
        What is used.
    flows : bool
        Whether the reverse pass sends something along this edge.
    cotangent : ndarray or None
        What it sends, where that is known.
    """

    quantity: Quantity
    flows: bool = False
    cotangent: Array | None = None


@dataclass(eq=False, slots=True)
class Call:
    """One operation on some operands.

    Attributes
    ----------
    op : Op
        The operation.
    operands : list of Operand
        In the order of its inputs.
    results : list of Quantity
        What it gave: one, unless the operation has several outputs.
    scope : Scope or None
        The part of the model that it belongs to.
    node : Node
        What was recorded of it.
    """

    op: Op
    operands: list[Operand]
    results: list[Quantity]
    scope: Scope | None
    node: Node


@dataclass(eq=False, slots=True)
class Trace:
    """Calls in the order in which they were made, and what was asked for.

    Attributes
    ----------
    calls : list of Call
        Oldest first.
    roots : list of Quantity
        The results whose graph it is.
    quantities : dict
        By node.
    """

    calls: list[Call] = field(default_factory=list)
    roots: list[Quantity] = field(default_factory=list)
    quantities: dict[Node, Quantity] = field(default_factory=dict)

    def all_quantities(self) -> list[Quantity]:
        """Each once: operands before results, in the order of calls."""
        seen: dict[Quantity, None] = {}
        for call in self.calls:
            for operand in call.operands:
                seen.setdefault(operand.quantity)
            for result in call.results:
                seen.setdefault(result)
        for root in self.roots:
            seen.setdefault(root)
        return list(seen)


def trace(roots: Sequence[Tensor], names: Mapping[str, Any] | None = None) -> Trace:
    """What was recorded for `roots`.

    Parameters
    ----------
    roots : sequence of Tensor
        Results, or leaves.
    names : mapping of str to object, optional
        What Tensors and arrays are called, as ``locals()`` gives it; names that begin with an
        underscore, and what is neither, are passed over.
    """
    named = _Names(names or {})
    nodes = sorted(
        {node for root in roots if root.node for node in reachable(root.node)},
        key=lambda node: node.number,
    )
    arrays = _known_arrays(nodes, [*roots, *named.tensors])
    made = Trace()
    constants: dict[int, Quantity] = {}
    calls: dict[Node, Call] = {}
    for node in nodes:
        if isinstance(node.op, Output):
            call = calls[node.parents[0]]  # type: ignore[index]  # an Output has its parent
            result = _quantity(node, arrays, named, call, node.op.index)
            made.quantities[node] = result
            call.results.append(result)
        elif node.op is None:
            made.quantities[node] = _quantity(node, arrays, named)
        else:
            operands = []
            for parent, constant in zip(node.parents, _constants(node), strict=True):
                if parent is not None:
                    operands.append(Operand(made.quantities[parent], flows=True))
                else:
                    operands.append(Operand(_constant(constant, constants, named)))
            call = calls[node] = Call(node.op, operands, [], node.scope, node)
            made.calls.append(call)
            if node.shape is not None:
                made.quantities[node] = _quantity(node, arrays, named, call)
                call.results.append(made.quantities[node])
    for root in roots:
        if root.node is not None:
            made.roots.append(made.quantities[root.node])
        else:
            made.roots.append(_constant(root.numpy(), constants, named))
            made.roots[-1].name = root.name or made.roots[-1].name
    return made


class _Names:
    """Names given by the user, by node and by array."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.by_node: dict[Node, str] = {}
        self.by_array: dict[int, str] = {}
        self._arrays: list[tuple[str, Array]] = []
        self.tensors: list[Tensor] = []
        for name, value in names.items():
            if name.startswith("_"):
                continue
            if isinstance(value, Tensor):
                self.tensors.append(value)
                if value.node is not None:
                    self.by_node.setdefault(value.node, name)
                else:
                    self._add(name, value._array)
            elif is_array(value):
                self._add(name, value)

    def _add(self, name: str, array: Array) -> None:
        self.by_array.setdefault(id(array), name)
        self._arrays.append((name, array))

    def of_array(self, array: Array) -> str | None:
        """The name of an array, or of one that it is a copy of, in whatever dtype."""
        if id(array) in self.by_array:
            return self.by_array[id(array)]
        for name, other in self._arrays:
            if other.shape == array.shape and np.array_equal(other.astype(array.dtype), array):
                return name
        return None


def _quantity(
    node: Node,
    arrays: Mapping[Node, Array],
    names: _Names,
    call: Call | None = None,
    index: int = 0,
) -> Quantity:
    kind: Kind = "result"
    if node.op is None and node.notes is not None:
        kind = "parameter" if node.notes.role == "parameter" else "input"
    name = names.by_node.get(node) or node.name
    assert node.shape is not None
    array = arrays.get(node)
    return Quantity(kind, node.shape, node.dtype, name, array, call, index, True)


def _constant(value: Any, known: dict[int, Quantity], names: _Names) -> Quantity:
    """One quantity for all uses of one array; a number is another one at each use."""
    if isinstance(value, Dropped):
        return Quantity("constant", value.shape, value.dtype)
    if not is_array(value):
        return Quantity("constant", (), np.result_type(value), None, np.asarray(value))
    if id(value) not in known:
        name = names.of_array(value)
        known[id(value)] = Quantity("constant", value.shape, value.dtype, name, value)
    return known[id(value)]


def _constants(node: Node) -> Sequence[Any]:
    """Per input of `node` the constant that it was, where it has no node of its own."""
    kept: list[Any] = [None] * len(node.parents)
    if node.inputs:
        kept = list(node.inputs)
    for position, array in _saved_inputs(node):
        if node.parents[position] is None and isinstance(kept[position], (Dropped, type(None))):
            kept[position] = array
    return [
        Dropped(np.empty(0)) if value is None and parent is None else value
        for value, parent in zip(kept, node.parents, strict=True)
    ]


def _saved_inputs(node: Node) -> Iterator[tuple[int, Any]]:
    """The inputs that `node` saved for its rule, with their positions."""
    if node.op is not None and node.saved is not None:
        positions = node.op.saves.inputs(len(node.parents))
        for position, array in zip(positions, node.saved, strict=False):
            if array is not None:
                yield position, array


def _known_arrays(nodes: Sequence[Node], tensors: Sequence[Tensor]) -> dict[Node, Array]:
    """The values that are still there, and are still what they were."""
    # A leaf may have been given another array since: only what the graph keeps of it counts.
    known = {
        tensor.node: tensor._array
        for tensor in tensors
        if tensor.node is not None and (tensor.node.op is not None or len(nodes) == 1)
    }
    newest = writes.newest_write()
    for node in nodes:
        for owner, array in _kept(node):
            overwritten = node.number < newest and writes.last_write(array) > node.number
            if owner not in known and not overwritten:
                known[owner] = array
    return known


def _kept(node: Node) -> Iterator[tuple[Node, Array]]:
    """What `node` holds: its own values, and those of its parents."""
    if node.output is not None:
        yield node, node.output
    if node.op is None:
        return
    for position, array in [*enumerate(node.inputs), *_saved_inputs(node)]:
        parent = node.parents[position]
        if parent is not None and is_array(array):
            yield parent, array
    if node.saved and node.op.saves.output and node.shape is not None:
        yield node, node.saved[len(node.op.saves.inputs(len(node.parents)))]

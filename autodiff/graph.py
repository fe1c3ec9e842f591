"""The recorded graph: nodes, and the two slots that make an array a Tensor.

A node never refers to a Tensor, so a graph has no reference cycles and is freed by
reference counting. Nodes are numbered as they are made: creation order is the tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from autodiff import writes
from autodiff.typing import Array, Shape

if TYPE_CHECKING:
    from autodiff.anomaly import Origin
    from autodiff.hooks import Hook
    from autodiff.modes import Scope
    from autodiff.op import Op

SMALL: Final = 64
"""Arrays of at most this many elements stay on their nodes: toy graphs can be drawn, and
walked again, after ``backward()``."""


_new: Final = object.__new__


class Notes:
    """What is known of a node beyond its place in the graph: every leaf has notes.

    Attributes
    ----------
    grad : ndarray or None
        The gradient gathered so far.
    name : str or None
        What diagrams and errors call the node.
    role : str
        ``"input"`` or ``"parameter"`` for a leaf, ``"result"`` for what an operation gave.
    retains_grad : bool
        Whether ``backward()`` leaves a gradient here.
    hooks : list of functions or None
        What sees the gradient on its way back.
    origin : Origin or None
        The line that recorded it, where ``detect_anomaly()`` was on.
    active : bool
        Whether somebody still takes gradients to it: not to the argument of a derivative that
        has been computed.
    """

    __slots__ = ("active", "grad", "hooks", "name", "origin", "retains_grad", "role")

    def __init__(self, name: str | None, role: str) -> None:
        self.grad: Array | None = None
        self.name = name
        self.role = role
        self.retains_grad = role != "result"
        self.hooks: list[Hook] | None = None
        self.origin: Origin | None = None
        self.active = True


class Node:
    """One recorded value: a leaf, or the result of one operation.

    Attributes
    ----------
    number : int
        Its place in the order of creation.
    op : Op or None
        The operation; None for a leaf.
    parents : sequence of Node or None
        The node of each input, None where the input wants no gradient.
    saved : sequence or None
        What the rule gets besides the cotangent; None once it has been released.
    inputs : sequence
        The inputs' arrays where all of them and the output are small; else the small
        constants, a `Dropped` for each large one, and None for what has a node.
    output : ndarray or None
        The output's array where it and all inputs are small.
    shape, dtype
        Of the output. None for an operation with several outputs, each of which is a node
        of its own.
    scope : Scope or None
        The scope in which the operation was recorded.
    notes : Notes or None
        Gradient and name, where there are any.
    """

    __slots__ = (
        "dtype",
        "inputs",
        "notes",
        "number",
        "op",
        "output",
        "parents",
        "saved",
        "scope",
        "shape",
    )

    number: int
    op: Op | None
    parents: Sequence[Node | None]
    saved: Sequence[Any] | None
    inputs: Sequence[Any]
    output: Array | None
    shape: Shape | None
    dtype: np.dtype[Any] | None
    scope: Scope | None
    notes: Notes | None

    @property
    def name(self) -> str | None:
        """What diagrams and errors call it."""
        return None if self.notes is None else self.notes.name

    def annotate(self) -> Notes:
        """The notes of this node, made if there are none yet."""
        if self.notes is None:
            self.notes = Notes(None, "result")
        return self.notes

    def describe(self) -> str:
        """The operation, its scope and its shape, for errors."""
        kind = "leaf" if self.op is None else self.op.name
        name = f" {self.name!r}" if self.name else ""
        where = f" in {self.scope.path}" if self.scope is not None else ""
        shape = "" if self.shape is None else f", of shape {self.shape}"
        return f"{kind}{name}{where}{shape}"

    def __repr__(self) -> str:
        return f"<Node {self.number}: {self.describe()}, {self.dtype}>"


def new_leaf(array: Array, name: str | None, role: str) -> Node:
    """A node without an operation: where gradients gather."""
    node = _new(Node)
    node.number = next(writes.numbers)
    node.op = None
    node.parents = node.saved = node.inputs = ()
    node.output = None
    node.shape = array.shape
    node.dtype = array.dtype
    node.scope = None
    node.notes = Notes(name, role)
    return node


class Recorded:
    """An array and its node: the two slots that every Tensor has.

    Operations test their inputs against this class and build their results from
    `result_type`, so that they need not know Tensor, which is written with them.
    """

    __slots__ = ("_array", "node")

    _array: Array
    node: Node | None

    result_type: ClassVar[type[Recorded]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(Recorded, "result_type"):
            Recorded.result_type = cls

    @staticmethod
    def over(array: Array, node: Node | None) -> Any:
        """A Tensor over `array` itself, not a copy, with `node`."""
        tensor = _new(Recorded.result_type)
        tensor._array = array
        tensor.node = node
        return tensor


class Dropped:
    """What stays on a node of a large constant that no rule needs.

    Attributes
    ----------
    shape, dtype
        Of the array that was there.
    """

    __slots__ = ("dtype", "shape")

    def __init__(self, array: Array) -> None:
        self.shape = array.shape
        self.dtype = array.dtype

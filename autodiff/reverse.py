"""The reverse pass: one walk back through the graph, which all derivatives consume."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from autodiff import writes
from autodiff.anomaly import check_cotangent, recorded_at
from autodiff.graph import SMALL, Node, Recorded
from autodiff.hooks import hooked
from autodiff.modes import modes
from autodiff.op import Op, Output
from autodiff.saves import needed_positions
from autodiff.stages import staged_sum
from autodiff.typing import Shape, Value

_Function: Final = type(lambda: None)


def sum_to(value: Value, shape: Shape) -> Value:
    """Undo broadcasting: sum `value` over the axes along which `shape` was stretched."""
    if len(shape) > value.ndim:  # an assigned value may have more axes of length 1
        return sum_to(value, shape[len(shape) - value.ndim :]).reshape(shape)
    lead = value.ndim - len(shape)
    stretched = [lead + i for i, n in enumerate(shape) if n == 1 and value.shape[lead + i] != 1]
    return staged_sum(value, (*range(lead), *stretched)).reshape(shape)


def _broadcasts_to(shape: Shape, target: Shape) -> bool:
    extra = max(len(shape) - len(target), 0)
    lead = max(len(target) - len(shape), 0)
    return all(n == 1 for n in shape[:extra]) and all(
        n in (1, m) for n, m in zip(shape[extra:], target[lead:], strict=True)
    )


def _fit(value: Value, op: Op, parent: Node) -> Value:
    """What a rule gave for `parent`, with broadcasting undone and in the parent's dtype."""
    if not hasattr(value, "dtype"):
        raise TypeError(
            f"{op.name}: its vjp gave {type(value).__name__} {value!r} for an input of shape "
            f"{parent.shape}: expected an array of that shape, or None"
        )
    assert parent.shape is not None
    if value.shape != parent.shape:
        if not (op.broadcasts and _broadcasts_to(parent.shape, value.shape)):
            raise ValueError(
                f"{op.name}: its vjp gave shape {value.shape} for an input of shape "
                f"{parent.shape}"
                + ("" if op.broadcasts else "; only an Op with broadcasts = True is summed")
            )
        value = sum_to(value, parent.shape)
    if value.dtype != parent.dtype:
        value = value.astype(parent.dtype)
    return value


def reachable(root: Node, since: int = 0) -> list[Node]:
    """The nodes that `root` was computed from, itself first, newest to oldest.

    Those numbered below `since` are ends: what they were computed from is left out.
    """
    seen = {root}
    stack = [root]
    nodes = []
    while stack:
        node = stack.pop()
        nodes.append(node)
        if node.number < since:
            continue
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    nodes.sort(key=attrgetter("number"), reverse=True)
    return nodes


def _leading(nodes: list[Node], targets: set[Node]) -> set[Node]:
    """Those of `nodes` (newest to oldest) from which the walk reaches a target."""
    leading = set(targets)
    for node in reversed(nodes):
        if not leading.isdisjoint(node.parents):
            leading.add(node)
    return leading


def _needed(node: Node, leading: set[Node] | None) -> Sequence[Any]:
    """Of what `node` saved, what the gradients that are walked to need."""
    assert node.op is not None
    assert node.saved is not None
    if leading is None or node.op.needs is None:
        return node.saved
    needed = needed_positions(node.op.needs, tuple([p in leading for p in node.parents]))
    positions = node.op.saves.inputs(len(node.parents))
    inputs = [array for i, array in zip(positions, node.saved, strict=False) if i in needed]
    return [*inputs, *node.saved[len(positions) :]]


def check_saved(nodes: Sequence[Node], leading: set[Node] | None = None) -> None:
    """Refuse a walk that needs what is gone or was overwritten, before it changes anything."""
    newest = writes.newest_write()
    for node in nodes:
        if node.saved is None:
            raise RuntimeError(
                f"{node.describe()}: what it saved was released by an earlier backward(), finished "
                f"or not (arrays of more than {SMALL} elements are); call that one with "
                f"retain_graph=True to walk back through it again"
            )
        if node.number < newest:
            for array in () if node.op is None else _needed(node, leading):
                if writes.last_write(array) > node.number:
                    raise RuntimeError(
                        f"{node.describe()}: an array that its gradient needs was written "
                        f"after it was recorded; compute the result again from the new values"
                    )


def reverse_pass(
    root: Node,
    seed: Value,
    targets: set[Node] | None = None,
    create_graph: bool = False,
    since: int = 0,
    hooks: bool = True,
) -> Iterator[tuple[Node, Value, Sequence[Value | None]]]:
    """Walk back from `root`, newest node first, applying the chain rule.

    Parameters
    ----------
    root : Node
        Where to start.
    seed : array or Tensor
        ∂L/∂root, in the shape and dtype of `root`.
    targets : set of Node, optional
        Walk only where this leads to one of these. Everywhere by default.
    create_graph : bool
        Read the rules on Tensors, so that what they compute is recorded.
    since : int
        With targets: nodes numbered below it are ends, where the walk goes no further, as if
        they were leaves.
    hooks : bool
        Whether hooks are called.

    Yields
    ------
    node : Node
        Each node that a cotangent reaches.
    cotangent : array or Tensor
        ∂L/∂node, complete: all that arrived, summed. For an operation with several
        outputs a tuple with one entry per output, None where none arrived.
    sent : sequence
        What it sends along the edge to each of its parents, None where nothing goes. An
        edge's contribution is never changed after it was yielded.

    Raises
    ------
    RuntimeError
        If an array that a rule needs was released or overwritten; before the first yield.
    """
    nodes = reachable(root, since)
    leading: set[Node] | None = None
    if targets is not None:
        leading = _leading(nodes, targets)
        nodes = [node for node in nodes if node in leading]
        check_saved(
            [n for n in nodes if n.number >= since and not leading.isdisjoint(n.parents)], leading
        )
    else:
        check_saved(nodes)

    mode = modes.get()
    watching = mode is not None and mode.anomaly
    arrived: dict[Node, Value] = {root: seed}
    owned: set[Node] = set()  # whose sum is an array that nobody else sees: added to in place
    for node in nodes:
        cotangent = arrived.pop(node, None)
        if cotangent is None:
            continue
        if watching:
            check_cotangent(node, cotangent, "the gradient that arrived, summed,")
        if hooks and node.notes is not None and node.notes.hooks and node.number >= since:
            cotangent = hooked(node, cotangent)
            if watching:
                check_cotangent(node, cotangent, "what a hook of it gave")
        op = node.op
        if (
            op is None
            or node.number < since
            or (leading is not None and leading.isdisjoint(node.parents))
        ):
            yield node, cotangent, ()
            continue
        if node.shape is None:
            cotangent = tuple(cotangent)
        sent: list[Value | None] = []
        try:
            saved: Any = saved_tensors(node) if create_graph else node.saved
            entries = op.vjp(cotangent, *saved)
            if type(entries) is not tuple or len(entries) != len(node.parents):
                raise TypeError(
                    f"{op.name}: its vjp must return a tuple of {len(node.parents)} entries, one "
                    f"per input; got {entries!r}"
                )
            for parent, value in zip(node.parents, entries):  # noqa: B905  # equally long
                if (
                    parent is None
                    or value is None
                    or (leading is not None and parent not in leading)
                ):
                    sent.append(None)
                    continue
                if type(value) is _Function:
                    value = value()
                try:
                    fits = value.shape == parent.shape and value.dtype is parent.dtype
                except AttributeError:
                    fits = False
                if not fits:
                    if parent.shape is None:
                        sent.append(value)
                        assert isinstance(op, Output)
                        _gather(value, op, arrived.setdefault(parent, [None] * op.count))
                        continue
                    if not hasattr(value, "dtype") and callable(value):
                        value = value()  # a method, a partial
                    value = _fit(value, op, parent)
                sent.append(value)
                if parent not in arrived:
                    arrived[parent] = value
                elif parent in owned:
                    arrived[parent] += value
                else:
                    arrived[parent] = arrived[parent] + value
                    if not create_graph:
                        owned.add(parent)
        except Exception as error:
            error.add_note(f"in the vjp of {node.describe()}\n  {recorded_at(node)}")
            raise
        if watching:
            for parent, value in zip(node.parents, sent, strict=True):
                if value is not None:
                    of = "" if parent is None else f" for its input of shape {parent.shape}"
                    check_cotangent(node, value, f"what its vjp gave{of}")
        yield node, cotangent, sent


def saved_tensors(node: Node) -> list[Any]:
    """What `node` saved, as Tensors linked to the graph, for a rule that is recorded itself."""
    assert node.op is not None
    assert node.saved is not None
    op, rest = node.op, list(node.saved)
    values: list[Any] = []
    for position in op.saves.inputs(len(node.parents)):
        array, parent = rest.pop(0), node.parents[position]
        constant = array is None or parent is None
        values.append(array if constant else Recorded.over(array, parent))
    inputs = tuple(values)
    if op.saves.output:
        output = rest.pop(0)
        if type(output) is tuple:
            values.append(Output.tensors(node, output, small=False))
        else:
            values.append(Recorded.over(output, node))
    if op.saves.residual:
        values.append(rest.pop(0) if op.residual is None else op.residual(*inputs))
    return values


def _gather(value: Value, output: Output, cotangents: list[Value | None]) -> None:
    """Add what arrived at one output to the cotangents of the operation that gave it."""
    present = cotangents[output.index]
    cotangents[output.index] = value if present is None else present + value

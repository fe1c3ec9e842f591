"""Checkpointing: computing again in the reverse pass what was not kept in the forward one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from autodiff import trees
from autodiff.graph import Node, Recorded, new_leaf
from autodiff.hooks import hooked
from autodiff.modes import Modes, Occurrences, modes
from autodiff.op import Gradients, Op, Output
from autodiff.reverse import reachable, reverse_pass
from autodiff.saves import INPUTS, RESIDUAL
from autodiff.transforms.evaluation import as_argument, joined
from autodiff.typing import Array, Value
from autodiff.writes import numbers

_T = TypeVar("_T")


def once(compute: Callable[[], _T]) -> _T:
    """compute(), and in a recomputation of `checkpoint` what it gave the first time.

    For what a function that is run again must not do again: draw at random, move a running
    mean. Elsewhere it is just a call.

    Parameters
    ----------
    compute : callable
        Without arguments.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def noisy(x):
    ...     return x + once(lambda: rng.normal(size=x.shape))
    """
    mode = modes.get()
    if mode is None or mode.occurrences is None:
        return compute()
    return mode.occurrences.once(compute)


def checkpoint(f: Callable[..., Any], *xs: Any) -> Any:
    """f(*xs), of which only the inputs are kept: the reverse pass computes the rest again.

    Memory for time: of a chain of n layers in √n checkpointed parts about 2 √n results are
    held at a time in place of n, for one more forward pass (Chen et al., "Training deep nets
    with sublinear memory cost", 2016). Gradients are the same to the bit, except that what a
    part uses several times gets the sum of those at once. What f puts aside, other than what it
    gives, is of the first run, and gets no gradient.

    Parameters
    ----------
    f : callable
        Gives a Tensor, or a list, tuple or dictionary of them. What it finds by itself, such
        as the parameters of a layer, gets its gradients too. Run a second time it must give
        the same: Dropout draws the same mask, and BatchNorm moves its running statistics
        once; what else draws or changes something does it in `once`.
    *xs
        Its arguments: Tensors, lists, tuples and dictionaries of them, and anything else.

    Returns
    -------
    What `f` gives.

    Raises
    ------
    TypeError
        If `f` is no function.
    RuntimeError
        In the reverse pass, if `f` then gives other values than before, or something that it
        needs was written in between.
    """
    if not callable(f):
        raise TypeError(
            f"checkpoint: {type(f).__name__} was given; expected a function: checkpoint(f, x)"
        )
    mode = modes.get() or Modes()
    if not mode.recording:
        return f(*xs)
    arguments = [leaf for _, leaf in trees.leaves(xs)]
    positions = [
        i for i, x in enumerate(arguments) if isinstance(x, Recorded) and x.node is not None
    ]
    inputs = [arguments[i] for i in positions]
    run = Run(f, xs, positions, mode)
    occurrences = Recorder(mode.occurrences)
    since = next(numbers)
    result, outputs = run([_fresh(x._array) for x in inputs], mode, occurrences)
    if not outputs:
        return result
    segment = reachable(joined(outputs, ()), since)
    ends = [node for node in segment if node.number < since]
    parents = [*(x.node for x in inputs), *ends]
    if not parents:
        return result
    op = Checkpoint(run, occurrences.values, ends, [_checksum(y._array) for y in outputs])
    external = [array for node in segment for array in _external(node, since)]
    saved = [*(x._array for x in inputs), *(None for _ in ends), external]
    tensors = iter(_recorded(op, parents, saved, [y._array for y in outputs], mode))
    return trees.mapped(lambda y: next(tensors) if _is_output(y) else y, result)


class Recorder:
    """What happens once, kept in order for recomputations."""

    def __init__(self, outer: Occurrences | None) -> None:
        self.values: list[Any] = []
        self._outer = outer

    def once(self, compute: Callable[[], _T]) -> _T:
        """What `compute` gives, or gave the first time around an outer checkpoint."""
        value = compute() if self._outer is None else self._outer.once(compute)
        self.values.append(value)
        return value


class Replay:
    """What happened once, given again in the same order."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = iter(values)

    def once(self, compute: Callable[[], _T]) -> _T:
        """What `compute` gave in the forward pass."""
        for value in self._values:
            return value  # type: ignore[no-any-return]  # what compute gave: a _T
        raise RuntimeError(_DIFFERENT)


_DIFFERENT = (
    "checkpoint: the function gave something else when it was run again in the reverse pass; it "
    "must not depend on what has changed since, and what it draws or changes must be in "
    "autodiff.once(lambda: …)"
)


class Run:
    """A function and its arguments, to be run again on other values of some of them.

    Parameters
    ----------
    f : callable
        The function.
    xs : tuple
        Its arguments.
    positions : sequence of int
        Which of their leaves are replaced.
    mode : Modes
        The scope and the rest of what held where it was first run.
    """

    def __init__(
        self, f: Callable[..., Any], xs: tuple[Any, ...], positions: Sequence[int], mode: Modes
    ) -> None:
        self._f = f
        self._mode = mode
        self._positions = positions
        # Without the recorded arguments: their values are the node's, to be released.
        kept = [leaf for _, leaf in trees.leaves(xs)]
        for position in positions:
            kept[position] = None
        self._xs = trees.replaced(xs, iter(kept))

    def __call__(
        self, inputs: Sequence[Any], current: Modes, occurrences: Occurrences
    ) -> tuple[Any, list[Any]]:
        """The result for `inputs`, and those of its Tensors that were recorded."""
        arguments = [leaf for _, leaf in trees.leaves(self._xs)]
        for position, x in zip(self._positions, inputs, strict=True):
            arguments[position] = x
        mode = Modes(self._mode)
        mode.recording, mode.anomaly, mode.occurrences = True, current.anomaly, occurrences
        token = modes.set(mode)
        try:
            result = self._f(*trees.replaced(self._xs, iter(arguments)))
        finally:
            modes.reset(token)
        return result, [y for _, y in trees.leaves(result) if _is_output(y)]


class Checkpoint(Op, abstract=True):
    """A function as one operation, run again for its gradients.

    Parameters
    ----------
    run : Run
        What is run.
    occurrences : sequence
        What happened once.
    ends : sequence of Node
        What the function found by itself, of which it wants gradients.
    checksums : sequence of int
        Of its outputs.
    """

    symbol = "checkpoint"
    saves = INPUTS | RESIDUAL

    def __init__(
        self, run: Run, occurrences: Sequence[Any], ends: Sequence[Node], checksums: Sequence[int]
    ) -> None:
        self._run = run
        self._occurrences = occurrences
        self._ends = ends
        self._checksums = checksums

    def vjp(self, g: Value, *saved: Value) -> Gradients:  # noqa: D102  # described in Op
        cotangents = g if isinstance(g, tuple) else (g,)
        linked = any(isinstance(u, Recorded) for u in cotangents)
        mode = modes.get() or Modes()
        inputs: list[Any] = [
            as_argument(x) if isinstance(x, Recorded) else _fresh(x)
            for x in saved[: len(saved) - 1 - len(self._ends)]
        ]
        since = next(numbers)
        _, outputs = self._run(inputs, mode, Replay(self._occurrences))
        if [_checksum(y._array) for y in outputs] != self._checksums:
            raise RuntimeError(_DIFFERENT)
        arrived = [(y, u) for y, u in zip(outputs, cotangents, strict=True) if u is not None]
        start = joined([y for y, _ in arrived], [u for _, u in arrived])
        del outputs, arrived  # not needed for the walk, which frees what it has used
        targets: list[Node] = [*(x.node for x in inputs), *self._ends]
        found: dict[Node, Value] = {}
        for node, cotangent, _ in reverse_pass(
            start, _ONE if linked else _ONE._array, set(targets), linked, since
        ):
            if node in targets:
                found[node] = cotangent
            elif not linked:
                node.saved = None
        for x in inputs:  # hooks that the function put on its arguments
            if x.node.notes is not None and x.node.notes.hooks and x.node in found:
                found[x.node] = hooked(x.node, found[x.node])
        return tuple(found.get(node) for node in targets)


_ONE = Recorded.over(np.ones(()), None)


def _fresh(array: Array) -> Any:
    return Recorded.over(array, new_leaf(array, None, "input"))


def _is_output(y: Any) -> bool:
    return isinstance(y, Recorded) and y.node is not None


def _checksum(array: Any) -> int:
    """So that a recomputation that differs is found without keeping what it should give."""
    from zlib import crc32  # which checkpoint alone needs

    return crc32(np.ascontiguousarray(array).data) if isinstance(array, np.ndarray) else 0


def _external(node: Node, since: int) -> list[Any]:
    """What `node` saved of values that are older than the segment it is in."""
    if node.op is None or node.number < since or node.saved is None:
        return []
    return [
        array
        for position, array in zip(
            node.op.saves.inputs(len(node.parents)), node.saved, strict=False
        )
        if (parent := node.parents[position]) is not None and parent.number < since
    ]


def _recorded(
    op: Op, parents: Sequence[Node | None], saved: Sequence[Any], outputs: list[Array], mode: Modes
) -> list[Any]:
    """`outputs` as Tensors, recorded as what `op` gave."""
    node: Node = object.__new__(Node)
    node.number = next(numbers)
    node.op = op
    node.parents = parents
    node.saved = saved
    node.inputs = ()
    node.output = None
    node.shape = node.dtype = None
    node.scope = mode.scope
    node.notes = None
    if len(outputs) > 1:
        return list(Output.tensors(node, tuple(outputs), small=False))
    node.shape = outputs[0].shape
    node.dtype = outputs[0].dtype
    return [Recorded.over(outputs[0], node)]

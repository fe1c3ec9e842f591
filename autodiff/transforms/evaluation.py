"""One recorded evaluation of a function: what all transforms of functions begin with.

The arrays that a function is differentiated with respect to become leaves of their own, new
for each evaluation: so a derivative inside a differentiated function is with respect to its own
argument alone (there is no confusion of perturbations).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autodiff import trees
from autodiff.graph import Node, Recorded
from autodiff.modes import modes, recording
from autodiff.op import Gradients, Op
from autodiff.tensor import Tensor
from autodiff.transforms.gradients import gathered
from autodiff.typing import Value, kind_of


class Argument(Op, abstract=True):
    """The value of something recorded, as an argument of its own.

    So that the derivative with respect to an argument is told from that with respect to the
    same Tensor where the function finds it by another way.
    """

    elementwise = True

    def forward(self, x: Any) -> Any:  # noqa: D102  # described in Op
        return x

    def vjp(self, g: Value) -> Gradients:  # noqa: D102  # described in Op
        return (g,)

    def expression(self, *arguments: str) -> str:  # noqa: D102  # described in Op
        return arguments[0]


as_argument = Argument()


class Pairing(Op, abstract=True):
    """⟨u, y⟩ summed over several y, of which only the gradients, the u, are ever asked.

    It is where a walk back from several results with a cotangent for each begins.

    Parameters
    ----------
    cotangents : sequence of array or Tensor
        The u, each in the shape of its y.
    """

    def __init__(self, cotangents: Sequence[Value]) -> None:
        self.cotangents = tuple(cotangents)

    def forward(self, *results: Any) -> Any:  # noqa: D102  # described in Op
        return np.float64(0)

    def vjp(self, g: Value) -> Gradients:  # noqa: D102  # described in Op
        return self.cotangents


def joined(results: Sequence[Any], cotangents: Sequence[Value]) -> Node:
    """The node from which a walk goes back from all `results`, each of which has a node."""
    node = Pairing(cotangents)(*results).node
    assert node is not None
    return node


def pull_back(
    results: Sequence[Any],
    cotangents: Sequence[Value],
    xs: Sequence[Tensor],
    create_graph: bool,
    hooks: bool = True,
) -> list[Any]:
    """Σ ⟨u, ∂y/∂x⟩ for each x; zeros where no result depends on x."""
    pairs = [
        (y, u)
        for y, u in zip(results, cotangents, strict=True)
        if isinstance(y, Recorded) and y.node is not None
    ]
    if not pairs:
        return [_zeros(x, create_graph) for x in xs]
    arrive = [
        (u if isinstance(u, Recorded) else Recorded.over(u, None)) if create_graph else values_of(u)
        for _, u in pairs
    ]
    one = np.ones(())
    found = gathered(
        joined([y for y, _ in pairs], arrive),
        Recorded.over(one, None) if create_graph else one,
        xs,
        create_graph,
        hooks,
    )
    return [_zeros(x, create_graph) if g is None else g for x, g in zip(xs, found, strict=True)]


def _zeros(x: Tensor, as_tensor: bool) -> Any:
    zeros = np.zeros_like(x._array)
    return Recorded.over(zeros, None) if as_tensor else zeros


class Evaluation:
    """A function's result, recorded.

    Attributes
    ----------
    arguments : sequence
        The arguments that are differentiated, as they were given.
    xs : list of Tensor
        Their arrays in order, as what the function was given.
    result : Any
        What the function gave.
    ys : list
        Its Tensors, arrays and numbers in order.
    linked : bool
        Whether an argument, or something the function found by itself, is being recorded:
        derivatives are Tensors then, to be differentiated further.
    """

    def __init__(
        self, arguments: Sequence[Any], xs: list[Tensor], result: Any, ys: list[Any], linked: bool
    ) -> None:
        self.arguments = arguments
        self.xs = xs
        self.result = result
        self.ys = ys
        self.linked = linked
        self._walks = 0

    def like_arguments(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """`values`, one per x, arranged as the arguments are."""
        return tuple(trees.replaced(list(self.arguments), iter(values)))

    def like_result(self, values: Iterable[Any]) -> Any:
        """`values`, one per y, arranged as the result is."""
        return trees.replaced(self.result, iter(values))

    def value(self) -> Any:
        """The result: in Tensors if it is linked, else in arrays that belong to the caller."""
        return self.like_result(y if self.linked else values_of(y).copy() for y in self.ys)

    def pull_back(
        self, cotangents: Sequence[Value], create_graph: bool, hooks: bool = True
    ) -> list[Any]:
        """Σ ⟨u, ∂y/∂x⟩ for each x."""
        return pull_back(self.ys, cotangents, self.xs, create_graph, hooks)

    @contextmanager
    def differentiated(self) -> Iterator[None]:
        """While it is being differentiated; afterwards its arguments are no longer recorded.

        What is recorded with them may live on, as in the function that `vjp` gives, but is not
        for others to differentiate.
        """
        self._walks += 1
        self._activate(True)
        try:
            with recording():
                yield
        finally:
            self._walks -= 1
            self.finish()

    def finish(self) -> None:
        """Its arguments are no longer recorded, unless it is being differentiated."""
        if not self._walks:
            self._activate(False)

    def _activate(self, active: bool) -> None:
        for x in self.xs:
            assert x.node is not None
            if x.node.op is None:
                x.node.annotate().active = active


def values_of(y: Any) -> Any:
    """The array of a Tensor, an array or a number."""
    return y._array if isinstance(y, Recorded) else np.asarray(y)


def evaluate(
    f: Callable[..., Any], arguments: Sequence[Any], positions: Sequence[int], caller: str
) -> Evaluation:
    """Call `f`, so that it can be differentiated with respect to the arguments at `positions`.

    Raises
    ------
    TypeError
        If such an argument holds something that is not floating, or `f` gives something that
        is no number.
    """
    xs: list[Tensor] = []
    given = list(arguments)
    with recording():
        for position in positions:
            parts = [
                _argument(leaf, f"{caller}: argument {position}{path}")
                for path, leaf in trees.leaves(arguments[position])
            ]
            xs += parts
            given[position] = trees.replaced(arguments[position], iter(parts))
        result = f(*given)
    ys = [_result(y, caller) for _, y in trees.leaves(result)]
    if all(isinstance(y, (float, int, np.generic)) for y in ys):
        raise TypeError(
            f"{caller}: the function gave {type(result).__name__}, which nothing links to its "
            f"arguments: expected a Tensor (float(x), x.item() and the functions of math lose the "
            f"gradient; a constant is written Tensor(3.0))"
        )
    mode = modes.get()
    linked = (mode is None or mode.recording) and (
        any(x.node is not None and x.node.op is not None for x in xs) or _is_recorded(ys, xs)
    )
    return Evaluation([arguments[i] for i in positions], xs, result, ys, linked)


def _is_recorded(ys: Sequence[Any], xs: Sequence[Tensor]) -> bool:
    """Whether the results come from a leaf that is not one of `xs` and still active."""
    seen = {x.node for x in xs if x.node is not None and x.node.op is None}
    stack = [y.node for y in ys if isinstance(y, Recorded) and y.node is not None]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op is None and node.notes is not None and node.notes.active:
            return True
        stack += [parent for parent in node.parents if parent is not None]
    return False


def _argument(leaf: Any, place: str) -> Tensor:
    if isinstance(leaf, Recorded) and leaf.node is not None:
        return as_argument(leaf)
    if isinstance(leaf, np.ndarray) and hasattr(leaf, "mask"):
        raise TypeError(f"{place} is a masked array; write .filled(value)")
    array = values_of(leaf)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{place} is {kind_of(leaf, array)}; only floating numbers can be differentiated: "
            f"write 3.0 or x.astype(float), or let the function find labels and the like by itself"
        )
    return Tensor(array, requires_grad=True)


def _result(y: Any, caller: str) -> Any:
    if isinstance(y, Recorded):
        return y
    array = np.asarray(y)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{caller}: the function gave {kind_of(y, array)}; expected a Tensor")
    return y


def positions_of(argnums: Any, count: int, caller: str) -> tuple[int, ...]:
    """`argnums`, one or several, as positions among `count` arguments.

    Raises
    ------
    TypeError
        If they are no integers, or there are not so many arguments.
    """
    several = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
    try:
        numbers_ = tuple(operator.index(n) for n in several)
    except TypeError:
        raise TypeError(
            f"{caller}: argnums={argnums!r}; expected an integer, or several in a tuple"
        ) from None
    for n in numbers_:
        if not -count <= n < count:
            raise TypeError(f"{caller}: argnums={argnums!r}, but {count} arguments were given")
    positions = tuple(n % count for n in numbers_)
    if len(set(positions)) < len(positions):
        raise TypeError(f"{caller}: argnums={argnums!r} names an argument twice")
    return positions


def cotangents_for(results: Sequence[Any], tree: Any, given: Any, caller: str) -> list[Any]:
    """What was given for `tree`, checked against its leaves, in their dtypes."""
    checked = []
    for (_, u), y in zip(trees.paired(tree, given, caller), results, strict=True):
        array = values_of(u)
        of = values_of(y)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"{caller}: {kind_of(u, array)} was given; expected real numbers")
        if array.shape != of.shape:
            raise ValueError(f"{caller}: shape {array.shape} was given for shape {of.shape}")
        recorded = isinstance(u, Recorded) and u.node is not None
        dtype = of.dtype if of.dtype.kind == "f" else np.dtype(float)
        if recorded:
            checked.append(u if u.dtype == dtype else u.astype(dtype))
        else:
            checked.append(array.astype(dtype))
    return checked


def is_linked(values: Iterable[Any]) -> bool:
    """Whether one of `values` is being recorded."""
    return any(isinstance(value, Recorded) and value.node is not None for value in values)

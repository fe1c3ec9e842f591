"""Finding the first NaN or infinity, and the line of the program that it comes from."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autodiff.graph import Node, Recorded
from autodiff.immutable import Immutable
from autodiff.modes import Modes, modes
from autodiff.typing import Value

if TYPE_CHECKING:
    from autodiff.recording import Recording

_NOT_THE_USERS: Final = frozenset({"autodiff", "nn", "viz", "numpy"})


class Origin(Immutable):
    """The line of the user's program at which something was recorded."""

    filename: str
    line: int
    function: str

    def __str__(self) -> str:
        where = f'File "{self.filename}", line {self.line}, in {self.function}'
        source = linecache.getline(self.filename, self.line).strip()
        return f"{where}: {source}" if source else where


def current_origin() -> Origin | None:
    """The line outside of these packages that is being executed."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _NOT_THE_USERS:
            break
        frame = frame.f_back
    return Origin(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def watched(op: Recording, inputs: Sequence[Any], mode: Modes) -> Any:
    """What `op` gives for `inputs`, its node marked with the line, if all of it is finite.

    Raises
    ------
    FloatingPointError
        If something is not.
    """
    unwatched = Modes(mode)
    unwatched.anomaly = False
    token = modes.set(unwatched)
    try:
        result = op(*inputs)
    finally:
        modes.reset(token)
    origin = current_origin()
    outputs = result if isinstance(result, tuple) else (result,)
    for output in outputs:
        if output.node is not None:
            output.node.annotate().origin = origin
            for parent in output.node.parents:
                if parent is not None and parent.shape is None:  # of several outputs
                    parent.annotate().origin = origin
    check_outputs(op, inputs, outputs, mode)
    return result


def check_outputs(
    op: Recording, inputs: Sequence[Any], outputs: Sequence[Any], mode: Modes
) -> None:
    """Refuse a NaN or an infinity in what `op` gave.

    Raises
    ------
    FloatingPointError
        If there is one.
    """
    for output in outputs:
        found = _not_finite(output)
        if found and not (found.startswith("infinity") and _is_meant(op, inputs)):
            shapes = ", ".join(str(np.shape(x)) for x in inputs)
            scope = f" in {mode.scope.path}" if mode.scope is not None else ""
            earlier = [
                f"; its input {i} held {what} already"
                for i, x in enumerate(inputs)
                if (what := _not_finite(x))
            ]
            raise FloatingPointError(
                f"{op.name}{scope}: gave {found}, from inputs of shapes {shapes}"
                f"{''.join(earlier)}\n  {current_origin()}"
            )


def _is_meant(op: Recording, inputs: Sequence[Any]) -> bool:
    """Whether an infinity was put in by a constant, as in a mask, or let through before."""
    given = [x for x in inputs if not (isinstance(x, Recorded) and _is_leaf(x))]
    return any(np.isinf(values).any() for values in map(_floating, (*given, *vars(op).values())))


def _is_leaf(x: Recorded) -> bool:
    return x.node is not None and x.node.op is None


def _floating(x: Any) -> Any:
    """The array of `x` if it has one of floating numbers, else 0."""
    array = x._array if isinstance(x, Recorded) else x
    kind = getattr(getattr(array, "dtype", None), "kind", "")
    return array if isinstance(array, float) or kind == "f" else 0.0


def check_cotangent(node: Node, value: Value, what: str) -> None:
    """Refuse a NaN or an infinity on the way back.

    Parameters
    ----------
    node : Node
        Whose rule gave `value`, or at which it arrived.
    value : array, Tensor, or tuple of them
        The gradient.
    what : str
        What it is.

    Raises
    ------
    FloatingPointError
        If there is one.
    """
    for part in value if isinstance(value, tuple) else (value,):
        found = None if part is None else _not_finite(part)
        if found:
            raise FloatingPointError(f"{node.describe()}: {what} is {found}\n  {recorded_at(node)}")


def recorded_at(node: Node) -> str:
    """At which line `node` was recorded, as far as it is known."""
    origin = None if node.notes is None else node.notes.origin
    if origin is None:
        return "record it under autodiff.detect_anomaly() to see the line that recorded it"
    return f"recorded at {origin}"


def _not_finite(x: Any) -> str | None:
    """What of `x` is not finite, as text."""
    array = x._array if isinstance(x, Recorded) else x
    if getattr(getattr(array, "dtype", None), "kind", None) != "f":
        return None
    finite = np.isfinite(array)
    if finite.all():
        return None
    kinds = ["NaN"] if np.isnan(array).any() else []
    kinds += ["infinity"] if np.isinf(array).any() else []
    count = int(array.size - finite.sum())
    return f"{' and '.join(kinds)} ({count} of {array.size} elements, shape {array.shape})"

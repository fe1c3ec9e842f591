"""float32 by comparison with float64: differences in float32 would be right to four digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from autodiff.op import Op
from autodiff.reverse import reachable
from autodiff.testing.directions import Kinks
from autodiff.testing.errors import GradientError, UncheckableError
from autodiff.testing.report import Wrong, described
from autodiff.testing.subject import FunctionSubject, Subject, gradient, leaves, size_on_the_way
from autodiff.typing import Array

_ROUNDINGS: Final = 1e3
"""Roundings that a gradient may be off by, relative to its largest entry: 1.2e−4 in float32."""

_MOVES: Final = 3, 30
"""How many changes of the inputs by a rounding are tried: first, and before an error is raised."""


def check_keeps_float64(subject: FunctionSubject) -> None:
    """Refuse a function that rounds to a lower precision, which differences would see as noise.

    Raises
    ------
    UncheckableError
        If it does.
    """
    roots = [y.node for y in subject.outputs(leaves(subject.values())) if y.node is not None]
    for node in (node for root in roots for node in reachable(root)):
        wide = any(parent is not None and parent.dtype == np.float64 for parent in node.parents)
        if isinstance(node.op, Op) and wide and node.dtype in (np.float32, np.float16):
            raise UncheckableError(
                f"check_gradients: {subject.name} rounds to {node.dtype} inside (in "
                f"{node.op.name}), and differences are taken in float64; check it without that "
                f"conversion: float32 inputs are compared with float64 anyway"
            )


def check_precision(
    subject: Subject, double: Subject, cotangents: Sequence[Array], order: int, kinks: Kinks
) -> None:
    """Compare the gradients in the dtypes given with those of the same function in float64.

    The spread of the gradient under changes of a rounding is allowed besides: where large
    terms cancel, it is all that is left of one.

    Parameters
    ----------
    subject, double : Subject
        The function in the dtypes given, and in float64.
    cotangents : sequence of ndarray
        Of the outputs of `subject`.
    order : int
        What is compared: 1 for the gradient, 2 for the gradient of the gradient.

    kinks : Kinks
        Where it is noted which gradients rounding decides on, as at a tie.

    Raises
    ------
    GradientError
        If they differ by more than rounding.
    """
    if all(variable.array.dtype == np.float64 for variable in subject.variables):
        return
    values, exact = subject.values(), double.values()
    found = gradient(subject, values, cotangents)
    expected = gradient(double, exact, [g.astype(np.float64) for g in cotangents])
    way = size_on_the_way(subject, values, cotangents)
    rng = np.random.default_rng(0)
    spread = [np.zeros(g.shape) for g in found]

    def errors() -> list[Array]:
        return [
            np.where(np.abs(g - e) <= _allowed(g, e, s, way), 0.0, np.abs(g - e))
            for g, e, s in zip(found, expected, spread, strict=True)
        ]

    doubtful: list[str] = []
    for count in _MOVES:
        for _ in range(count):
            with np.errstate(all="ignore"):
                other = gradient(subject, _moved(values, rng), cotangents)
            spread = [
                np.fmax(s, np.abs(g - o)) for s, g, o in zip(spread, found, other, strict=True)
            ]
        wrong = [v.name for v, e in zip(subject.variables, errors(), strict=True) if e.any()]
        if not wrong:
            kinks.places += [f"{name}, in the precision given" for name in doubtful]
            return
        doubtful = wrong
    for variable, g, e, error in zip(subject.variables, found, expected, errors(), strict=True):
        if error.any():
            index = tuple(map(int, np.unravel_index(int(np.argmax(error)), g.shape)))
            report = Wrong(
                subject.name, order, f"in {g.dtype}", variable.name, index, g, e, by="float64 gives"
            )
            raise GradientError(described(report))


def _allowed(found: Array, expected: Array, spread: Array, way: float) -> float:
    eps = float(np.finfo(found.dtype).eps)
    largest = float(np.abs(expected).max(initial=0.0))
    return eps * (_ROUNDINGS * largest + 10 * way) + 100 * float(spread.max(initial=0.0))


def _moved(values: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    return [
        (x * (1 + 2 * np.finfo(x.dtype).eps * rng.normal(size=x.shape))).astype(x.dtype)
        for x in values
    ]
